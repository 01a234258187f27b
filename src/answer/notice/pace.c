#include "answer/notice/pace.h"

enum { ROOM_US = 1000 * 1000 }; /* until there is room again, where all places are taken */

uint64_t pace_domain(struct slice domain)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a: it need only spread */
    for (size_t i = 0; i < domain.len; i++) {
        uint8_t c = domain.at[i];
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 1099511628211u;
    }
    return hash ? hash : 1;
}

/* The domain's row; one is made in the place of one that nothing is known of. NULL: all are in use. */
static struct pace_row *row_of(struct pace *pace, uint64_t domain, bool make)
{
    struct pace_row *empty = NULL;
    for (size_t i = 0; i < PACE_DOMAINS_MAX; i++) {
        struct pace_row *row = &pace->rows[(domain + i) % PACE_DOMAINS_MAX];
        if (row->domain == domain) return row;
        bool idle = row->domain == 0 || (row->on_way == 0 && row->failed == 0 && row->most == PACE_OPEN);
        if (!empty && idle) empty = row;
        if (row->domain == 0) break;
    }
    if (!make || !empty) return NULL;
    *empty = (struct pace_row){.domain = domain, .most = PACE_OPEN};
    return empty;
}

bool pace_may(struct pace *pace, uint64_t domain, int64_t now_us, int64_t *out_us)
{
    const struct pace_row *row = row_of(pace, domain, false);
    if (!row) return true;
    if (now_us < row->hold_us) {
        *out_us = row->hold_us;
        return false;
    }
    *out_us = now_us + ROOM_US;
    return row->on_way < row->most;
}

void pace_went(struct pace *pace, uint64_t domain)
{
    struct pace_row *row = row_of(pace, domain, true);
    if (row) row->on_way++;
}

void pace_word(struct pace *pace, uint64_t domain, enum pace_end end, int64_t now_us)
{
    struct pace_row *row = row_of(pace, domain, end == PACE_LATER);
    if (!row) return;
    uint32_t on_way = row->on_way;
    row->on_way -= on_way > 0;
    if (end == PACE_TOOK) {
        row->failed = 0;
        if (row->most < PACE_OPEN &&
            ++row->took >= row->most) { /* a whole window went well: one more at a time */
            row->most++;
            row->took = 0;
        }
    } else if (end == PACE_LATER && now_us >= row->hold_us) { /* else it is word of the same refusal */
        unsigned doubled = row->failed < 7 ? row->failed : 7;
        int64_t hold_us = PACE_HOLD_US << doubled;
        row->hold_us = now_us + (hold_us < PACE_HOLD_MAX_US ? hold_us : PACE_HOLD_MAX_US);
        row->failed++;
        row->took = 0;
        row->most =
            row->most == PACE_OPEN ? (on_way > 1 ? on_way / 2 : 1) : (row->most > 1 ? row->most / 2 : 1);
    }
}
