#include "keep/news.h"

#include "keep/access/access.h"
#include "keep/access/authority.h"
#include "prove/sighting.h"

static const struct {
    const char *name;
    uint64_t acts;
} rows[] = {
#define MAY(ACT) (UINT64_C(1) << ACT_##ACT)
#define NEWS(NAME, name, acts) [NEWS_##NAME] = {name, acts},
#include "keep/news.def"
#undef NEWS
#undef MAY
};

const char *news_name(enum news_kind kind)
{
    return rows[kind].name;
}

bool news_may(enum news_kind kind, uint64_t acts)
{
    return (rows[kind].acts & acts) != 0;
}

void news_note(struct news *news, enum news_kind kind)
{
    news->of[kind] = ++news->last;
}

void news_incident(struct news *news, uint64_t incident)
{
    news_note(news, NEWS_INCIDENTS);
    news->incidents[news->turn].incident = incident;
    news->incidents[news->turn].number = news->last;
    news->turn = (news->turn + 1) % NEWS_INCIDENTS_KEPT;
}

bool news_touches(const struct news *news, uint64_t incident, uint64_t since)
{
    if (news->incidents[news->turn].number > since) return true; /* what stood there before is forgotten */
    for (size_t i = 0; i < NEWS_INCIDENTS_KEPT; i++) {
        if (news->incidents[i].incident == incident && news->incidents[i].number > since) return true;
    }
    return false;
}

#define ABOUT(kind) (1U << NEWS_##kind)

/* By kind of entry, beside the ledger, which all are news of; of looks see below. */
static const uint16_t by_entry[] = {
    [ENTRY_REFUSED] = ABOUT(WATCH), [ENTRY_GRANT] = ABOUT(TEAM),       [ENTRY_EXPORT] = ABOUT(JOBS),
    [ENTRY_REKEY] = ABOUT(JOBS),    [ENTRY_CAMPAIGN] = ABOUT(REDRESS), [ENTRY_VOUCHER] = ABOUT(REDRESS),
    [ENTRY_BACKUP] = ABOUT(BACKUP),
};

/* By kind of row that an entry of authority made; all others are what the shop goes by. */
static const uint16_t by_authority[] = {
    [AUTHORITY_APPROVAL] = ABOUT(APPROVALS), [AUTHORITY_STAFF] = ABOUT(TEAM),
    [AUTHORITY_KEY] = ABOUT(TEAM),           [AUTHORITY_SECRET] = ABOUT(TEAM),
    [AUTHORITY_SIGN_IN] = ABOUT(TEAM),       [AUTHORITY_LEAVE] = ABOUT(TEAM),
    [AUTHORITY_BREAKER] = ABOUT(WATCH),      [AUTHORITY_ALERT] = ABOUT(WATCH),
    [AUTHORITY_MUTE] = ABOUT(WATCH),         [AUTHORITY_CANARY] = ABOUT(WATCH),
    [AUTHORITY_REDRESS] = ABOUT(REDRESS),    [AUTHORITY_EXPORT] = ABOUT(JOBS),
};

void news_entry(struct news *news, const struct entry *entry)
{
    unsigned about = ABOUT(LEDGER);
    if (entry_is_look(entry->kind)) about |= ABOUT(WATCH);
    if (entry->kind < COUNT_OF(by_entry)) about |= by_entry[entry->kind];
    if (entry->kind == ENTRY_AUTHORITY) {
        uint32_t row = entry->object_kind;
        unsigned known = row < COUNT_OF(by_authority) ? by_authority[row] : 0;
        about |= known ? known : ABOUT(SETTINGS);
    }
    for (enum news_kind kind = 0; kind < NEWS_COUNT; kind++) {
        if (about & 1U << kind) news_note(news, kind);
    }
}
