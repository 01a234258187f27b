/* Inside cli/setup only: one setup on its way. */
#ifndef AMN_CLI_SETUP_PRIV_H
#define AMN_CLI_SETUP_PRIV_H

#include "cli/call.h"
#include "keep/home.h"

#include <stdio.h>

enum { SHEET_GROUPS = 8, SHEET_GROUP_LETTERS = 4 }; /* of five bits each: 160 bits */
#define SHEET_FILE "recovery.pdf"
#define KEYS_FILE "keys.age"

struct setup {
    struct call *call;
    const char *home, *etc; /* etc NULL: no service of the machine is set up */
    FILE *in;
    struct slice lang;
    struct buf line;  /* the answer at hand */
    struct buf offer; /* what could stand in its place, if it does not fit; empty: nothing */
    struct buf lang_text, shop, folder, certificate, key, domain, command, address, mail_host;
    char group[SHEET_GROUPS][SHEET_GROUP_LETTERS + 1];
    struct buf
        phrase; /* the groups with a dash between: passphrase of the home and of the copy of its keys */
    struct buf backups, etc_text, seal;
    struct hash sheet; /* of the PDF */
    size_t done;       /* steps */
    struct home_made made;
    int phrase_fd, lock_fd;
    bool service; /* its units were enabled */
};

/* A sentence of locale/, with up to two values. */
void setup_say(const struct setup *setup, const char *key);
void setup_say_of(const struct setup *setup, const char *key, const char *a, const char *b);

/* Refuse, in the owner's language. */
RESULT setup_refuse(const struct setup *setup, const char *key, const char *a, const char *b);

/* What is known of a setup that was cut off (note.c). note_read() leaves `there` as it is where nothing is. */
RESULT note_write(struct setup *setup);
RESULT note_read(struct setup *setup, bool *there);
RESULT note_remove(const struct setup *setup);
/* Nothing was made yet: what lies about goes, and the note. */
RESULT note_undo(struct setup *setup);
/* One setup at a time in the folder of the home. */
RESULT setup_lock(struct setup *setup);

/* Draw words that nobody knows, put them on a sheet, and have the owner show that she has it. */
RESULT sheet_make(struct setup *setup);
RESULT sheet_prove(struct setup *setup);
/* All of its words, from whoever goes on with a setup: they open the home. */
RESULT sheet_type(struct setup *setup);
/* The next line of what is typed; false at its end. */
bool setup_line(struct setup *setup);

/* Does the machine's TPM open the home, beside the sheet? */
bool sealed_by_tpm(const struct setup *setup);

/* Settings of the service under `etc`; the service itself where systemd runs. */
RESULT deploy_settings(struct setup *setup);
RESULT deploy_start(struct setup *setup);

#endif
