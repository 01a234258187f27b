/*
 * The account of an import: how many rows were created, changed, unchanged, refused and why, and what the columns were
 * taken for. In words, as one document (--json), and as a file of rejects. Never holds a value.
 *
 * Main calls: account_count(), account_show(). Example:
 *     SCOPED(account_done) struct account account = {.call = call};  TRY(account_begin(&account));
 */
#ifndef AMN_CLI_COMMAND_ACCOUNT_H
#define AMN_CLI_COMMAND_ACCOUNT_H

#include "base/doc.h"
#include "base/rows/rows.h"
#include "cli/progress.h"

#include <stdio.h>

/* {.call, .progress} begins one; the rest is its own. */
struct account {
    const struct call *call;
    struct progress *progress; /* taken off the screen before a refusal is shown */
    FILE *rejects;             /* NULL: none asked for */
    uint64_t row_count, created, changed, unchanged, refused;
    struct buf mapping; /* a CBOR array of {column, target, item?}, as the HTTP answer has it */
    char format[8];
    struct buf listed; /* the first refused rows, for --json */
    size_t listed_count;
};

/* Open the file of rejects, if one is asked for: `line,reason`. */
RESULT account_begin(struct account *account);
void account_done(struct account *account);

/* A refused row. `reason` says what and which column. */
void account_refuse(struct account *account, uint64_t line, struct slice reason);

/* Add one chunk's answer: {created, changed, unchanged, refused: [{line, detail}]}. */
void account_count(struct account *account, struct doc counts);

/* Rows and columns, as they were read here; or the whole account as a vault far away gave it. */
void account_read(struct account *account, const struct rows_summary *read);
void account_take(struct account *account, struct doc counts);

RESULT account_show(const struct account *account);

/* UNAVAILABLE when the file of rejects could not be written. */
RESULT account_end(struct account *account);

#endif
