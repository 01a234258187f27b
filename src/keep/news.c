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

bool news_any(uint64_t acts)
{
    uint64_t any = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) any |= rows[i].acts;
    return (any & acts) != 0;
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
    [ENTRY_REFUSED] = ABOUT(WATCH),  [ENTRY_GRANT] = ABOUT(TEAM),       [ENTRY_EXPORT] = ABOUT(JOBS),
    [ENTRY_REKEY] = ABOUT(JOBS),     [ENTRY_CAMPAIGN] = ABOUT(REDRESS), [ENTRY_VOUCHER] = ABOUT(REDRESS),
    [ENTRY_REMIND] = ABOUT(REDRESS), [ENTRY_PAYMENT] = ABOUT(REDRESS),  [ENTRY_BACKUP] = ABOUT(BACKUP),
    [ENTRY_MATTER] = ABOUT(DESK),
};

/* By kind of row that an entry of authority made. */
static const uint16_t by_authority[] = {
#define AUTHORITY(NAME, number, name, news) [AUTHORITY_##NAME] = ABOUT(news),
#include "keep/access/kinds.def"
#undef AUTHORITY
};

void news_entry(struct news *news, const struct entry *entry)
{
    unsigned about = ABOUT(LEDGER);
    if (entry_is_look(entry->kind)) about |= ABOUT(WATCH);
    if (entry->kind < COUNT_OF(by_entry)) about |= by_entry[entry->kind];
    if (entry->kind == ENTRY_AUTHORITY) {
        uint32_t row = entry->object_kind;
        if (row < COUNT_OF(by_authority)) about |= by_authority[row];
    }
    for (enum news_kind kind = 0; kind < NEWS_COUNT; kind++) {
        if (about & 1U << kind) news_note(news, kind);
    }
}
