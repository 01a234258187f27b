/*
 * The demo: the whole story on made-up customers, told as a page of plain words while it happens. Everything is done
 * by this same program as anybody would use it: commands as children, looks over HTTP on loopback.
 *
 * Must never touch a home that is there, nor print a value that is not masked. Example: `amanah demo`.
 */
#ifndef AMN_CLI_DEMO_DEMO_H
#define AMN_CLI_DEMO_DEMO_H

#include "base/doc.h"
#include "cli/call.h"
#include "cli/demo/page.h"
#include "cli/demo/program.h"
#include "cli/remote.h"
#include "cli/synth.h"

enum {
    DEMO_SUBJECTS = 20000,
    DEMO_SEED = 2025,
    DEMO_WALK_MAX = 1000, /* people that the walk tries before it is given up as endless */
    DEMO_FORGED = 500,    /* passes that the thief makes up */
    DEMO_UNSEEN = 20,     /* people behind the walked ones who must have no look in their history */
    DEMO_ANSWER_S = 30,
    DEMO_PATH_BYTES = 512
};

enum demo_reader {
    DEMO_ADMIN,
    DEMO_SERVICE,
    DEMO_SUPPORT,
    DEMO_AUDITOR,
    DEMO_SIGNIN,   /* where customers sign in: it registers their passes */
    DEMO_FRONTEND, /* what customers see: nobody without their pass */
    DEMO_READERS
};

struct demo {
    struct call *call;
    struct page page;
    char folder[64]; /* ours, removed at the end; "": none yet */
    struct buf home, url, vkey;
    struct buf console; /* URL of the pages; empty: this program has none */
    pid_t daemon;       /* 0: none */
    struct remote *readers[DEMO_READERS];
    size_t seen;           /* people whom the support key looked at */
    uint64_t look;         /* entry of the first of these looks */
    struct buf first_id;   /* of the person it concerned */
    struct buf last_id;    /* of the last person whom it saw */
    uint64_t pinned;       /* size of the checkpoint that went outside */
    struct buf support_id; /* of the support key that went from one person to the next */
    struct buf incident;   /* what is done about it */
};

/* A file in the demo's folder; `out` has DEMO_PATH_BYTES. */
const char *demo_path(const struct demo *demo, const char *name, char *out);
const char *demo_reader_name(enum demo_reader reader); /* "support" */

/* Ask over HTTP as one of the readers. A refusal is OK with its cause in `out`; UNAVAILABLE when nothing answered. */
RESULT demo_ask(struct demo *demo, enum demo_reader reader, enum verb verb, const void *ask,
                struct remote_answer *out);
void demo_answer_done(struct remote_answer *answer);
struct doc demo_doc(const struct remote_answer *answer);

/* Run a command on the demo's home; `key` one of the readers, or DEMO_READERS for the local operator. Its standard
 * output is JSON and goes to `doc` as CBOR, if that is not NULL. CHECK_NOT_MET unless it ends with `exit`. */
RESULT demo_run(struct demo *demo, const char *const *words, enum demo_reader key, int exit, struct buf *doc);

/* CHECK_NOT_MET, with the step and these words, unless `met`. */
RESULT demo_expect(const struct demo *demo, bool met, const char *words);

/* The public id of made-up customer `n` (from 0), found by its ref. A refusal is its cause in `cause`. */
RESULT demo_find(struct demo *demo, enum demo_reader reader, uint64_t n, struct buf *id, enum cause *cause);

/* Keep a reader's key in its file, and ask with it from now on. */
RESULT demo_take_key(struct demo *demo, enum demo_reader reader, struct slice key);

RESULT demo_serve(struct demo *demo); /* start the daemon and wait until it is ready */

/* Steps, in the order in which they are told. */
RESULT demo_step_home(struct demo *demo);
RESULT demo_step_import(struct demo *demo);
RESULT demo_step_keys(struct demo *demo);
RESULT demo_step_look(struct demo *demo);
RESULT demo_step_walk(struct demo *demo);
RESULT demo_step_pass(struct demo *demo);
RESULT demo_step_history(struct demo *demo);
RESULT demo_step_proof(struct demo *demo);
RESULT demo_step_erase(struct demo *demo);
RESULT demo_step_contain(struct demo *demo);
RESULT demo_step_scope(struct demo *demo);
RESULT demo_step_tell(struct demo *demo);
RESULT demo_step_redress(struct demo *demo);
RESULT demo_step_pin(struct demo *demo);
RESULT demo_step_tamper(struct demo *demo);
RESULT demo_step_verify(struct demo *demo);

#endif
