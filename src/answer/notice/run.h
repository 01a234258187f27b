/*
 * Notice runs of a shop in memory: in which state every person of each is. Moving somebody marks the chunks that change;
 * run_flush() writes those, in the batch of what moved them. Main calls: runs_of(), run_move(), run_flush(). Example:
 *     TRY(runs_of(shop, &runs));  run_move(run, no, PERSON_QUEUED, PERSON_SENDING);  TRY(run_flush(batch, run));
 */
#ifndef AMN_ANSWER_NOTICE_RUN_H
#define AMN_ANSWER_NOTICE_RUN_H

#include "answer/incident/incident.h"
#include "answer/notice/code.h"
#include "answer/notice/pace.h"
#include "answer/notice/says.h"
#include "answer/scope/count.h"
#include "mail/bulk/talk.h"
#include "store/run.h"

enum {
    RUNS_MAX = 60000,
    RUN_DIRTY_MAX = 8192,
    FLIGHTS_MAX = 256, /* so few are unknown after a kill */
    RUN_LOOK_MAX = 16384,
    NOTICE_LISTED_MAX = 100,
    RUN_UNREACHED = 4
};

/* What an entry of a run is about. Numbers are stored: never reuse one. */
enum run_entry {
    RUN_ENTRY_LOOK = 1,
    RUN_ENTRY_DELIVERED,
    RUN_ENTRY_CHECKED,
    RUN_ENTRY_PROVED,
    RUN_ENTRY_BOUNCED
};

/* A chunk of a state that is not as it is stored. */
struct run_dirty {
    enum person_state state;
    uint64_t chunk;
};

/* What sending takes: made when a run is sent, or a text of it is shown. */
struct run_words {
    struct buf bytes;        /* of the spec, which borrows from it */
    struct buf sender, name; /* as mail is set; empty: it is not set yet */
    struct reading reading;
    struct spec spec;
    struct says *says;
    struct scope scope, before; /* whose what */
};

struct run {
    struct run_row row;
    struct set states[PERSON_STATES];
    struct run_odd *odds; /* ascending by number */
    size_t odd_count, odd_cap;
    struct run_dirty dirty[RUN_DIRTY_MAX];
    size_t dirty_count;
    bool row_dirty;
    uint64_t linted; /* lines of its incident when its words were held against them; 0: not by this process */
    struct run_words *words; /* NULL: not needed yet */
};

/* A notice that a sender has. */
struct flight {
    uint32_t run;
    struct subject_no no;
    uint64_t domain;
    unsigned host;
    bool given; /* the batch that handed it over is durable */
    char masked[96];
    struct hash text; /* of what it says */
};

/* What takes notices: the mail host, or who sends text messages. */
enum { HOST_MAIL, HOST_HOOK, NOTICE_HOSTS };
struct notice_host {
    unsigned failures; /* running */
    int64_t paused_us; /* nothing is handed over before */
    const char *problem;
    uint16_t reply;
};

struct notices {
    struct run **at;
    size_t count;
    struct flight flights[FLIGHTS_MAX];
    size_t flight_count;
    struct pace pace;
    struct codes *codes;
    int64_t care_us; /* when to look next whether after-care is due */
    struct notice_host hosts[NOTICE_HOSTS];
    bool recovered; /* what a process before this one was sending is known as unknown */
};

/* All runs of the shop, read from the store when that was not done yet, or a batch was undone since. */
RESULT runs_of(struct shop *shop, struct notices **out);

struct run *run_by_id(struct notices *runs, uint64_t id); /* NULL */

/* A new one, with the next number, in memory and the open batch. TOO_MANY. */
RESULT run_new(struct batch *batch, struct notices *runs, const struct run_row *row, struct run **out);

/* Forget them; nothing of a run that has ended needs them. */
void run_words_drop(struct run *run);
/* Its texts and whose what; made anew when the shop mails under another name. */
RESULT run_words(struct batch *batch, struct run *run);

/* Its incident as it stands now: facts and claims may have come since its texts were read. */
RESULT run_reading(struct shop *shop, const struct run *run, struct reading *out);
RESULT run_incident(struct shop *shop, const struct run *run, struct incident **out);

/* Somebody goes from one state to another; from 0: they were in none. */
void run_move(struct run *run, struct subject_no no, enum person_state from, enum person_state to);

/* Somebody whom the run did not reach was told another way. False: they are not among those. */
bool run_reached(struct run *run, struct subject_no no);
/* The same of every run that this one follows, each written with run_flush(). */
RESULT run_reached_before(struct batch *batch, struct notices *runs, struct run *run, struct subject_no no);

/* The row of somebody of whom more is known; made when there is none. `fresh`: it was made. */
struct run_odd *run_odd_of(struct run *run, struct subject_no no, bool make);
RESULT run_odd_keep(struct batch *batch, const struct run_odd *odd);

/* Write what changed. UNAVAILABLE: the batch must be undone. */
RESULT run_flush(struct batch *batch, struct run *run);

/* States in which somebody was not reached: the next channel is for them. */
extern const enum person_state run_unreached[RUN_UNREACHED];

unsigned run_host(const struct run *run); /* its words are made */

const char *run_state_name(enum run_state state);
const char *person_state_name(enum person_state state);

/*
 * Whose what a run tells of: its count; or, of NOTICE_WATCH, who stands in the file of its match, and the fields that are theirs there.
 * `fold`: of its incident. NOT_FOUND: there is no such count.
 */
RESULT run_scope(struct store *store, uint64_t incident, const struct fold *fold, const struct spec *spec,
                 struct scope *out);

/* What of somebody the count exposes, as bits of fields. */
void run_person(const struct scope *scope, struct subject_no no, uint64_t *known, uint64_t *possible);
/* The same as a line of labels; (?) behind what is possible only. */
void run_labels(const struct scope *scope, const struct fields *fields, struct subject_no no,
                const char *lang, struct buf *out);

#endif
