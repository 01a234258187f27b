/*
 * `amanah doctor`: what is wrong with a home and how to mend it, a line each. It changes nothing. What the vault knows
 * is asked through its socket while a daemon serves the home, else of a keeper in this process; what only files and the
 * system tell is read here. Rows are those of doctor.def.
 */
#ifndef AMN_CLI_DOCTOR_DOCTOR_H
#define AMN_CLI_DOCTOR_DOCTOR_H

#include "cli/ask.h"

enum doctor_state {
    DOCTOR_WELL,
    DOCTOR_NOTE, /* works, but somebody should know */
    DOCTOR_BAD,  /* must be mended: exit status 1 */
    DOCTOR_BLIND /* could not be looked at from here */
};

/* What a visit looks at. */
struct doctor {
    struct call *call;
    struct buf lang; /* to speak in */
    const char *home;
    int pid;               /* of the daemon; 0: none */
    struct client *client; /* NULL: it did not open, and `why` says why */
    struct buf why;
    enum cause why_cause;
    const char *mend;                  /* of the row that is looked at, in place of SLUG.mend */
    struct answer metrics, checkpoint; /* as the vault told them; empty without a client */
    int64_t now_us;
    bool refused; /* something that the row at hand asked for was not told: what it saw is worth nothing */
};

/* Each looks at one thing and says in words what it saw. */
#define DOCTOR(slug, place) enum doctor_state doctor_##slug(struct doctor *doctor, struct buf *said);
#include "cli/doctor/doctor.def"
#undef DOCTOR

/* A sentence of locale/<language>/words.txt, `doctor.` and the key; it may have two numbers, {{n}} and {{m}}, and two texts. */
struct doctor_values {
    uint64_t n, m;
    struct slice a, b;
};
void doctor_say(const struct doctor *doctor, const char *key, struct buf *out);
void doctor_say_of(const struct doctor *doctor, const char *key, struct doctor_values values,
                   struct buf *out);

/* A number of the metrics; where it is not there, the row was refused. */
uint64_t doctor_metric(struct doctor *doctor, const char *name);

#endif
