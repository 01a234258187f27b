/*
 * The state of an incident, folded from its lines: there is nothing else that could be changed. Knows no store, no keys
 * and no names: numbers and borrowed texts only.
 *
 * fold_may() says whether a line may follow, fold_take() takes it. What is stored was asked before it was written, so
 * fold_take() refuses nothing but what no asking could have let through. Example:
 *     TRY(fold_may(&fold, &line));  TRY(fold_take(&fold, &line));
 */
#ifndef AMN_ANSWER_INCIDENT_FOLD_H
#define AMN_ANSWER_INCIDENT_FOLD_H

#include "answer/incident/line.h"

enum { CIRCLE_MAX = 200, FOLD_LINES_MAX = 10000, CURRENCIES_MAX = 8, MISSING_MAX = 64 };

/* Who may know. Numbers are reader_no(). */
struct circle {
    uint64_t owner;
    uint64_t members[CIRCLE_MAX], suspects[CIRCLE_MAX];
    bool peers_by_role
        [CIRCLE_MAX]; /* of the suspect at that place: whoever has the same role counts as a peer */
    size_t member_count, suspect_count;
};

bool circle_has_member(const struct circle *circle, uint64_t reader); /* the owner too */
bool circle_has_suspect(const struct circle *circle, uint64_t reader);

/* One thing that lines are about: the line that began it, with what later ones changed. */
struct item {
    struct line now; /* of the first: kind, n, entry, time_us, author, text, name */
    uint64_t last;   /* the newest line about it */
    int64_t last_us;
    size_t evidence;     /* texts of evidence in all its lines */
    uint64_t decided_by; /* author of the line that gave it its present state */
    uint64_t failed,
        passed; /* of a prevention: the first check that failed, the last one that passed after it */
};

struct cost {
    char currency[4];
    uint64_t amount;
};

struct fold {
    struct line *lines;
    size_t line_count, line_cap;
    struct item *items;
    size_t item_count, item_cap;
    struct circle circle;
    struct slice kind;            /* of leak, as it is known now */
    int64_t opened_us, closed_us; /* closed 0: it is open */
    uint64_t minutes;
    struct cost costs[CURRENCIES_MAX];
    size_t cost_count;
    uint64_t scope; /* newest scope line; 0: none */
};
void fold_done(struct fold *fold);

/*
 * May this line come next? CONFLICT when the incident is closed, or a person would be both member and suspect;
 * NOT_FOUND for `of` or `fixes` that names no such line; CHECK_NOT_MET when evidence, a second person or a cause is
 * missing; and those of line_fits().
 */
RESULT fold_may(const struct fold *fold, const struct line *line);

/* Take a line; its texts must live as long as the fold. CORRUPT when its number is not the next. */
RESULT fold_take(struct fold *fold, const struct line *line);

/* The item that line n began; NULL. */
const struct item *fold_item(const struct fold *fold, enum line_kind kind, uint64_t n);

/* What keeps it from being closed, one row each: a word for programs, the line it is about (0: none), a sentence. */
struct missing {
    const char *code;
    uint64_t n;
    const char *text;
};
size_t fold_missing(const struct fold *fold, struct missing out[MISSING_MAX]);

/* The instant of that name that counts: the one chosen last, else the earliest candidate. NULL when there is none. */
const struct item *fold_instant(const struct fold *fold, const char *name);

#endif
