/* Inside store/sqlite only: the open database and its prepared statements. */
#ifndef AMN_STORE_SQLITE_PRIV_H
#define AMN_STORE_SQLITE_PRIV_H

#include "store/sqlite/sqlite.h"

#include <sqlite3.h>

/* One row a statement: statements.def. Prepared when first used, kept. */
enum statement {
#define STATEMENT(name, sql) STATEMENT_##name,
#include "store/sqlite/statements.def"
#undef STATEMENT
    STATEMENT_COUNT
};

struct tag_tree;

struct sqlite_store {
    struct store store; /* first: a struct store * is a struct sqlite_store * */
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    struct tag_tree *tags; /* the blind index, in part in memory */
};

static inline struct sqlite_store *sqlite_of(struct store *store)
{
    return (struct sqlite_store *)store;
}

/* Turn what SQLite said into a result. `step` results ROW and DONE are fine. */
RESULT sqlite_check(sqlite3 *db, int code);

/* A statement ready to bind; sqlite_end() resets it on every way out. */
struct query {
    struct sqlite_store *at;
    sqlite3_stmt *statement;
    int place; /* of the newest value that was bound: most are bound in their order, which saves a search */
};
RESULT query_begin(struct store *store, enum statement which, struct query *out);
void query_end(struct query *query);
#define QUERY SCOPED(query_end) struct query

/* Bind by name, ":no". A name that is not in the statement is our bug. */
void bind_u64(struct query *query, const char *name, uint64_t number);
void bind_blob(struct query *query, const char *name, struct slice bytes);
void bind_text(struct query *query, const char *name, const char *text);

RESULT query_run(struct query *query);            /* a statement without rows */
RESULT query_row(struct query *query, bool *row); /* the next row, if there is one */
RESULT query_one(struct query *query,
                 const char *what); /* exactly the first row; NOT_FOUND with `what` otherwise */
uint64_t column_u64(struct query *query, int column);
struct slice column_blob(struct query *query, int column); /* borrowed until the next step */

extern const struct fact_store sqlite_fact;
extern const struct subject_store sqlite_subject;
extern const struct tag_store sqlite_tag;
extern const struct ledger_store sqlite_ledger;
extern const struct sighting_store sqlite_sighting;
extern const struct authority_store sqlite_authority;
extern const struct replay_store sqlite_replay;
extern const struct mail_store sqlite_mail;
extern const struct right_store sqlite_right;
extern const struct alert_store sqlite_alert;
extern const struct incident_store sqlite_incident;
extern const struct hold_store sqlite_hold;
extern const struct exposure_store sqlite_exposure;
extern const struct run_store sqlite_run;
extern const struct rotation_store sqlite_rotation;
extern const struct voucher_store sqlite_voucher;
extern const struct matter_store sqlite_matter;
extern const struct observed_store sqlite_observed;
extern const struct key_use_store sqlite_key_use;

#endif
