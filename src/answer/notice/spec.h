/*
 * What a notice run says: its texts, the facts put into them, by which count, to whom. Kept as the body of a line of its
 * incident, so that years later the very words can be made again. Main calls: spec_write(), spec_read().
 */
#ifndef AMN_ANSWER_NOTICE_SPEC_H
#define AMN_ANSWER_NOTICE_SPEC_H

#include "base/asks.h"

enum notice_kind { NOTICE_FIRST = 1, NOTICE_SUPPLEMENT, NOTICE_CARE, NOTICE_WATCH };

/* The shop's own field that holds since when a customer wants to be told of every file in which they stand: a date. */
#define NOTICE_WATCH_FIELD "watch_identity"

/* How a run reaches its people. Numbers are stored: never reuse one. */
enum notice_channel { NOTICE_BY_MAIL, NOTICE_BY_HOOK, NOTICE_BY_LETTER, NOTICE_BY_LIST, NOTICE_CHANNELS };

enum {
    SPEC_COUNTRIES_MAX = 256,
    SPEC_LANGUAGES = 3,
    SPEC_FACTS_MAX = 64,
    SPEC_REGIMES_MAX = 16,
    FACT_BYTES_MAX = 4000
};

/* One fact as it is put into texts; lang empty: in every language that has none of its own. */
struct spec_fact {
    struct slice name, lang, text;
};

/* What laws say of people of one country, on the day of the draft: the two people agree to that, too. */
struct spec_country {
    char code[3];  /* "": not known, or none of the others */
    uint8_t under; /* of who is younger somebody else is told, who decides for them */
    bool consent;  /* told electronically only who agreed to that beforehand */
};

/* Slices borrow: from the ask while it is drafted, from the stored bytes later. */
struct spec {
    enum notice_kind kind;
    uint32_t count,
        before; /* versions of the incident's count: whose what; and of a supplement the earlier one. Of NOTICE_WATCH
                   `count` is the line of a file's match */
    uint32_t audiences; /* bits of enum subject_state */
    uint32_t languages; /* bits of mail_language(): those that its people read */
    enum notice_channel channel;
    uint32_t follows; /* the run whose unreached people it is for; 0: none */
    uint64_t per_day; /* mails a day that the host takes; 0: no limit is known */
    int64_t since_us, until_us;
    bool consent; /* who did not agree to electronic notices gets none, whatever their country */
    struct spec_country countries[SPEC_COUNTRIES_MAX]; /* the first is of all others */
    size_t country_count;
    struct slice regimes[SPEC_REGIMES_MAX];
    size_t regime_count;
    struct slice texts[SPEC_LANGUAGES]; /* by mail_language(); whole templates */
    struct slice care[SPEC_LANGUAGES];  /* of the after-care that follows by itself; empty: none does */
    uint32_t step; /* of after-care that began by itself: which one, from 1; 0: it did not */
    struct spec_fact facts[SPEC_FACTS_MAX];
    size_t fact_count;
};

/*
 * Does a law ask for it? Not for a reminder, nor for word of a file that somebody wanted: no law says what these must hold,
 * and who asked not to be written to gets none.
 */
bool spec_is_legal(const struct spec *spec);

const char *notice_kind_name(enum notice_kind kind); /* "notice": the template's name, too */
enum notice_kind notice_kind_of(struct slice name);  /* 0: none */

const char *notice_channel_name(enum notice_channel channel);
bool notice_channel_of(struct slice name, enum notice_channel *out); /* empty: mail */
/* Does somebody put it on paper, rather than the vault send it by itself? */
bool notice_on_paper(enum notice_channel channel);

/* What holds for people of that country. */
const struct spec_country *spec_country(const struct spec *spec, const char code[3]);

void spec_write(const struct spec *spec, struct buf *out);
RESULT spec_read(struct slice bytes, struct spec *out); /* CORRUPT for what spec_write() did not make */

/* What the after-care of this run says: the same facts in the texts of its `care`, and it has none itself. */
struct spec spec_care(const struct spec *spec);

/* The fact of that name in that language, else the one for all; empty when there is none. */
struct slice spec_fact(const struct spec *spec, const char *name, const char *lang);

#endif
