/*
 * Rules on breaches as data: one file a regime under law/, carried in the program; a home's own files under HOME/law
 * stand in place of those of the same name, or beside them. docs/law.md says how such a file is written.
 *
 * Each line of a regime names how sure it is. Must never be taken for legal advice, and never say more than its file:
 * what a file does not say is empty here. Main calls: law_load(), law_regime(), law_at(). Example:
 *     SCOPED(law_free) struct law *law = NULL;  TRY(law_load(NULL, &law));  law_regime(law, "kr-pipa")->duties[0].due
 */
#ifndef AMN_ANSWER_LAW_H
#define AMN_ANSWER_LAW_H

#include "answer/law/words.h"
#include "base/form/form.h"

enum {
    LAW_REGIMES_MAX = 256,
    LAW_DUTIES_MAX = 24, /* of a regime */
    LAW_ITEMS_MAX = 64,  /* of any other list */
    LAW_ID_BYTES_MAX = FORM_KEY_BYTES_MAX
};
#define LAW_PERSONS_MAX ((uint64_t)100000000000) /* a hundred milliards: more than there are */

/* Names of things in the same file (refs, switches, recipients, duties) or of elements. */
struct law_names {
    char **at;
    uint32_t at_count;
};

/* One way to meet a threshold: all of it must be so. */
struct law_when {
    uint64_t persons;   /* at least so many; 0: any number */
    uint64_t kinds;     /* one of these: bit n is enum law_kind n; 0: any */
    uint64_t facts;     /* all of these, bits of enum law_fact */
    uint64_t unless;    /* none of these */
    enum law_risk risk; /* at least */
};

struct law_only { /* counts while the switch has one of these values */
    char *name;
    struct law_names values;
};

struct law_duty {
    char *id;
    enum law_to to;
    enum law_stage stage;
    struct law_names recipients;
    struct law_when *when; /* any one of them; none: always */
    uint32_t when_count;
    struct law_only *only; /* NULL: always */
    enum law_from from;
    enum law_from *or_from; /* the earlier of both; NULL: none */
    char *report;           /* of LAW_FROM_REPORT: the duty whose report it counts from */
    char *due; /* "72h", "30d", "1mo"; NULL: no number in the law, then no_number says what there is */
    enum law_count count;
    char *until;            /* the far end where the law gives a range */
    char *no_number;        /* "without delay" */
    char *policy_due;       /* what this program aims at where the law has no number: policy, not law */
    struct law_names after; /* duties that come first */
    struct law_names must, doubted, practice, case_of, later; /* elements */
    bool electronic_consent; /* told electronically only if they agreed to that beforehand; else on paper */
    struct law_names switches;
    char *note, *source;
    struct law_names refs;
    enum law_sure sure;
};

struct law_recipient {
    char *id, *name, *about, *channel, *source;
    struct law_names refs;
    enum law_sure sure;
};

/* Something that frees from duties, or lets them wait. */
struct law_exception {
    char *id;
    struct law_names frees, delays;
    uint64_t facts; /* all of these; not known is no */
    struct law_only *only;
    char *text, *source;
    struct law_names refs;
    enum law_sure sure;
};

/* Another way to do a duty, such as 30 days on the shop's own pages. */
struct law_substitute {
    char *id, *of;
    uint64_t facts;
    char *at_least, *text, *source;
    struct law_names refs;
    enum law_sure sure;
};

/* A question that the sources leave open, and how it is counted until somebody decides. */
struct law_switch {
    char *id, *question;
    struct law_names values;
    char *value, *source; /* `value` is the default */
    struct law_names refs;
    enum law_sure sure;
};

struct law_fine {
    char *id;
    enum law_fine_kind kind;
    enum law_rule rule;
    char *percent; /* "1.4" */
    enum law_of of;
    uint64_t amount, above; /* in whole units of `currency` */
    char *currency;
    bool aggravated; /* only under the circumstances that `text` names */
    char *text, *source;
    struct law_names refs;
    enum law_sure sure;
};

struct law_note {
    enum law_about about;
    char *text, *source;
    struct law_names refs;
    enum law_sure sure;
};

struct law_date {
    char *on; /* 2027-01-16 */
    bool at_latest;
    char *text, *source;
    struct law_names refs;
    enum law_sure sure;
};

struct law_recurring {
    char *text, *keep; /* `keep`: "2y", where something is to be kept */
    uint64_t persons;  /* from so many persons on */
    char *source;
    struct law_names refs;
    enum law_sure sure;
};

/* By when somebody who asks is answered: of what they ask (rights, complaint), how long from its coming in. */
struct law_reply {
    char *to, *due; /* "72h", "10d", "1mo" */
    char *note, *source;
    struct law_names refs;
    enum law_sure sure;
};

/* What people may ask for after a leak, in words for them. */
struct law_rights {
    struct form_texts text;
    char *source;
    struct law_names refs;
    enum law_sure sure;
};

struct law_source {
    char *id, *text, *link;
};

struct law_applies {
    struct law_names persons,
        seat;       /* countries or unions: people there, or the shop's seat there, is enough */
    uint64_t needs; /* facts that must hold as well; not known is maybe */
    char *note, *source;
    struct law_names refs;
    enum law_sure sure;
};

struct law_regime {
    char *id, *law, *country;
    struct form_texts title;
    struct law_names languages;
    char *from,
        *to; /* first day on which becoming aware counts, first day on which it does no more; NULL: not said */
    enum law_sure sure;
    struct law_applies applies;
#define LAW_LIST(type, name) \
    struct law_##type *name; \
    uint32_t name##_count
    LAW_LIST(recipient, recipients);
    LAW_LIST(duty, duties);
    LAW_LIST(exception, exceptions);
    LAW_LIST(substitute, substitutes);
    LAW_LIST(switch, switches);
    LAW_LIST(fine, fines);
    LAW_LIST(note, notes);
    LAW_LIST(date, dates);
    LAW_LIST(recurring, recurring);
    LAW_LIST(reply, answers);
    struct law_rights *rights; /* NULL: none written */
    LAW_LIST(source, sources);
};

struct law_element {
    char *id;
    struct form_texts labels;
};

struct law_country {
    char *code, *zone, *rule; /* KR, Asia/Seoul, "KST-9" */
    struct law_names unions;
};

/* Below which age somebody else decides about a person's data, and is told of a leak in their place. */
struct law_minor {
    char *country;   /* or union; NULL: everywhere else */
    uint64_t under;  /* years */
    char *from, *to; /* first day, first day no more; NULL: not said */
    char *decides;   /* who, in words */
    char *source;
    struct law_names refs;
    enum law_sure sure;
};

struct law;

/**
 * Read and check every file.
 *
 * @param folder  HOME/law, which need not be there; NULL: only what the program carries
 * @param out     law_free()
 * @return CONFIG       a file is not one: the text names file, line and field
 *         UNAVAILABLE  a file of the folder could not be read
 * Cost: about 20 ms.
 */
RESULT law_load(const char *folder, struct law **out);
void law_free(struct law **law);

/**
 * Is this the text of a regime, or of another file of law/, that fits in? As law_load() checks one of a home's folder.
 *
 * @param name  the file's name: by it it is told what the file is
 * @return CONFIG with file, line and field
 */
RESULT law_check(const struct law *law, const char *name, struct slice text);

/* By order of their ids; NULL behind the last, and where there is none. All live as long as `law`. */
const struct law_regime *law_at(const struct law *law, size_t number);
const struct law_regime *law_regime(const struct law *law, const char *id);
const struct law_element *law_element_at(const struct law *law, size_t number);
const struct law_element *law_element(const struct law *law, const char *id);
const struct law_country *law_country_at(const struct law *law, size_t number); /* as its file stands */
const struct law_country *law_country(const struct law *law, const char *code);
bool law_country_in(const struct law *law, const char *code, const char *country_or_union);
bool law_country_among(const struct law *law, const char *code, const struct law_names *countries_or_unions);

/* Does what counts from one day until another (both may be NULL: not said) count on a day such as 2026-11-22? */
bool law_on_day(const char *from, const char *to, const char *day);

/* The row that counts for somebody in this country ("" where it is not known) on a day such as 2026-11-22; never NULL. */
const struct law_minor *law_minor(const struct law *law, const char *country, const char *day);
bool law_is_own(const struct law *law, const struct law_regime *regime); /* the home's own file */

const struct law_duty *law_duty(const struct law_regime *regime, const char *id);
const struct law_switch *law_switch(const struct law_regime *regime, const char *id);

#endif
