/*
 * What changed, for pages that are open: of each kind of news (news.def) the number of its newest, in memory alone. Every change
 * has an entry, so batch_append() sees nearly all of it; what moves without one (the people of a notice run, a job) says so.
 * It is told a batch early at worst, and once too often when that batch is undone: whoever hears it only asks again. Of an
 * incident the number stands beside, so that only who may know of it is told. Main calls: news_entry(), news_incident().
 */
#ifndef AMN_KEEP_NEWS_H
#define AMN_KEEP_NEWS_H

#include "prove/entry.h"

enum news_kind {
#define NEWS(NAME, name, acts) NEWS_##NAME,
#include "keep/news.def"
#undef NEWS
    NEWS_COUNT
};

enum { NEWS_INCIDENTS_KEPT = 64 };

struct news {
    uint64_t last; /* number of the newest news; 0: none since the start */
    uint64_t of[NEWS_COUNT];
    struct {
        uint64_t incident, number;
    } incidents[NEWS_INCIDENTS_KEPT]; /* the newest so many, in turn */
    size_t turn;
};

void news_entry(struct news *news, const struct entry *entry);
void news_incident(struct news *news, uint64_t incident);
void news_note(struct news *news, enum news_kind kind);

/* Is that incident among the news behind `since`? Also when that is longer ago than is kept. */
bool news_touches(const struct news *news, uint64_t incident, uint64_t since);

const char *news_name(enum news_kind kind);
/* May who has these acts (bits of enum act) be told of it? */
bool news_may(enum news_kind kind, uint64_t acts);
bool news_any(uint64_t acts); /* of anything at all? */

#endif
