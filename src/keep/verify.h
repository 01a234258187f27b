/*
 * Verify a whole shop without trusting what it says of itself: every entry against its leaf, every tile against its
 * parent, the root against every kept checkpoint and against a pin from outside, every set against the root in its
 * entry, every sealed record against the entry that wrote it, every authority row against its MAC and its entry, every
 * index tag against a record, the index's own fences and filters, every stored sighting against the looks, and what
 * the signed file says. Works on a snapshot, beside a running daemon. Main call: verify_home().
 *
 * What it cannot know: whether a kept checkpoint was deleted, as one a minute is kept only where there was a batch;
 * whether a LOG_OPENED entry names the true end of the log before, as those entries are gone; whether the whole home is
 * an old copy. A pin from outside tells.
 */
#ifndef AMN_KEEP_VERIFY_H
#define AMN_KEEP_VERIFY_H

#include "keep/home.h"

struct shop;

enum { VERIFY_FINDINGS_MAX = 100, FINDING_BYTES = 240 };

struct verify_options {
    const char *home;
    struct slice passphrase; /* empty for a plain seal */
    const char *shop;        /* NULL: every shop of the home */
    struct slice pin;        /* a signed checkpoint kept outside, as text; empty: none */
    struct clock clock;
    void (*progress)(void *context, uint64_t done, uint64_t all); /* entries; NULL: nobody watches */
    void *context;
    bool restored; /* out of a backup, not in its place yet: no `signed` file is asked for */
    /* What rows below this one keep, checked by them: `count` is added to report->exposures. NULL: it is left out. */
    struct result (*kept)(struct shop *shop, uint64_t *count);
};

/* What was looked at, and what was found wrong: each finding names the shop, the thing and its number. */
struct verify_report {
    uint64_t shops, entries, tiles, sets, leaves, subjects, fields, rows, tags, checkpoints, exposures;
    bool pin_matched;     /* a pin was given, and it is of a log here and consistent with it */
    size_t finding_count; /* may exceed VERIFY_FINDINGS_MAX: then only those were kept */
    char findings[VERIFY_FINDINGS_MAX][FINDING_BYTES];
    int64_t took_us;
};

/*
 * Verify. OK when it could be done, whatever was found: the caller looks at finding_count.
 * Errors are those of home_open() (without the lock), and UNAVAILABLE when a file cannot be read.
 * One thread a processor, eight at most, on views of one moment; where that moment cannot be had (sqlite_views()), one.
 * Cost: processor time of about 1 us an entry, 0.5 us a subject in a set and 2 us a subject, shared between the threads;
 * the memory is 32 bytes a subject, the sets of one hour, and a thread's bundle and 25 MB of what it knows of subjects.
 */
RESULT verify_home(const struct verify_options *options, struct verify_report *out);

#endif
