/*
 * Lint of words: every text that is sent or published about a leak is held against the tables of its language
 * (locale/<language>/lint.txt) and against the facts. It finds euphemisms, blame, first numbers told as the last,
 * claims that nobody verified, offers and links in a notice, missing elements, numbers that no fact has.
 *
 * Pure: no store, no clock, no network. It can miss what its tables do not know: a clean text is not thereby a good one,
 * so a second person reads what is published. Main calls: words_load(), words_lint(). Example:
 *     TRY(wording_load(NULL, &wording));
 *     words_lint(wording, &(struct words_text){SLICE_TEXT("ko"), WORDS_NOTICE, subject, body}, &facts, &found);
 *     for (size_t i = 0; i < found.count; i++) found.at[i].line, found.at[i].rule, found.at[i].instead
 */
#ifndef AMN_ANSWER_WORDS_H
#define AMN_ANSWER_WORDS_H

#include "base/bytes.h"

enum words_rule {
#define RULE(NAME, slug, patterns, about) WORDS_RULE_##NAME,
#include "answer/words/rules.def"
#undef RULE
    WORDS_RULE_COUNT
};

/* For whom a text is. */
enum words_kind {
    WORDS_NOTICE,    /* persons: mail, letter, text message */
    WORDS_STATEMENT, /* the public */
    WORDS_REPORT,    /* an authority */
    WORDS_OTHER      /* staff, customers before any leak */
};

enum {
    WORDS_TEXT_BYTES_MAX = 256 * 1024,
    WORDS_FINDINGS_MAX = 200, /* the rest is not listed */
    WORDS_TABLE_BYTES_MAX = 64 * 1024
};

struct words_text {
    struct slice language; /* "en", "id", "ko" */
    enum words_kind kind;
    struct slice subject, body; /* UTF-8; the subject may be empty */
    bool possible; /* speaks of what may have leaked and is not known to: "may have been" is right there */
};

/* What a text must say: one of these texts must stand in it. */
struct words_need {
    const char *element; /* its name in law/elements.yaml, or "field" for one kind of data */
    const struct slice *any;
    size_t count;
};

/* A claim of the register. Where a sentence says that something did not leak, it must hold the words of a verified one. */
struct words_claim {
    struct slice text;
    bool verified;
};

/* What is known. Empty members ask nothing, but for numbers: where `numbers` is empty no number of people may be said. */
struct words_facts {
    bool confirmed; /* the leak is confirmed */
    bool open;      /* numbers may still change */
    const uint64_t *numbers;
    size_t number_count; /* of people, as counted */
    const struct slice *texts;
    size_t text_count; /* the facts in words: times, contacts, sums; what numbers they have may be said */
    const struct words_need *needs;
    size_t need_count;
    const struct words_claim *claims;
    size_t claim_count;
};

struct words_finding {
    enum words_rule rule;
    unsigned line;     /* of the body, from 1; 0: the subject, or the text as a whole */
    struct slice word; /* what is wrong, as it stands in the text; empty where something is missing */
    struct slice
        instead; /* what to write instead, in the language of the text or as the name of an element */
};
struct words_findings {
    struct words_finding at[WORDS_FINDINGS_MAX];
    size_t count;
    bool more;
};

struct wording;

/**
 * Read the tables.
 *
 * @param folder  HOME/locale, whose <language>/lint.txt add to those that the program carries; NULL: none
 * @param out     wording_free()
 * @return CONFIG       a table is not one: the text names file and line
 *         UNAVAILABLE  a file could not be read
 */
RESULT wording_load(const char *folder, struct wording **out);
void wording_free(struct wording **wording);

/* Is this the text of a table? CONFIG with name and line. */
RESULT wording_check(const char *name, struct slice text);

/**
 * Hold a text against tables and facts.
 *
 * @param facts  NULL: only what needs none; the leak counts as confirmed
 * @param out    in the order of the text; slices borrow from text, facts and wording
 * @return INVALID  no UTF-8, or longer than WORDS_TEXT_BYTES_MAX; a language without a table
 * Cost: about 0.5 ms for 2,000 bytes.
 */
RESULT words_lint(const struct wording *wording, const struct words_text *text,
                  const struct words_facts *facts, struct words_findings *out);

/* "notice", "statement", "report", "other". False: none of them. */
bool words_kind_by(struct slice name, enum words_kind *out);

const char *words_rule_slug(enum words_rule rule);
const char *words_rule_about(enum words_rule rule);

#endif
