#include "store/sqlite/schema_priv.h"
#include "store/sqlite/sqlite_priv.h"
#include "store/sqlite/tag_priv.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BUSY_WAIT_MS = 5000, PRAGMA_BYTES = 128, CACHE_KIB = 64 * 1024, MMAP_MIB = 1024 };

static const char *const statement_texts[] = {
#define STATEMENT(name, sql) sql,
#include "store/sqlite/statements.def"
#undef STATEMENT
};

void sqlite_setup(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* refused once SQLite runs: then it is only slower */
}

RESULT sqlite_check(sqlite3 *db, int code)
{
    int primary = code & 0xff;
    if (primary == SQLITE_OK || primary == SQLITE_ROW || primary == SQLITE_DONE) return OK;
    const char *text = sqlite3_errstr(code); /* not sqlite3_errmsg(): it may quote a bound value */
    (void)db;
    if (primary == SQLITE_FULL)
        return FAIL(DISK_FULL, "store: the disk is full; free some space, then try again");
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
        return FAIL(CORRUPT, "store: %s; stop, keep the files, restore the last backup", text);
    }
    if (primary == SQLITE_CONSTRAINT) return FAIL(CORRUPT, "store: a row breaks the schema: %s", text);
    return FAIL(UNAVAILABLE, "store: %s", text);
}

RESULT query_begin(struct store *store, enum statement which, struct query *out)
{
    struct sqlite_store *at = sqlite_of(store);
    if (!at->statements[which]) {
        int code = sqlite3_prepare_v3(at->db, statement_texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                                      &at->statements[which], NULL);
        TRY(sqlite_check(at->db, code));
    }
    *out = (struct query){at, at->statements[which]};
    return OK;
}

void query_end(struct query *query)
{
    if (!query->statement) return;
    (void)sqlite3_reset(query->statement);          /* repeats the step's error, which was reported */
    (void)sqlite3_clear_bindings(query->statement); /* cannot fail */
    query->statement = NULL;
}

static int place(struct query *query, const char *name)
{
    const char *next = sqlite3_bind_parameter_name(query->statement, query->place + 1);
    bool is_next = next && strcmp(next, name) == 0;
    query->place = is_next ? query->place + 1 : sqlite3_bind_parameter_index(query->statement, name);
    assert(query->place > 0);
    return query->place;
}

static void bound(int code)
{
    if (code != SQLITE_OK) abort(); /* out of memory, or our bug */
}

void bind_u64(struct query *query, const char *name, uint64_t number)
{
    bound(sqlite3_bind_int64(query->statement, place(query, name), (sqlite3_int64)number));
}

void bind_blob(struct query *query, const char *name, struct slice bytes)
{
    static const uint8_t none[1] = {0};
    bound(sqlite3_bind_blob64(query->statement, place(query, name), bytes.len ? bytes.at : none, bytes.len,
                              SQLITE_STATIC));
}

void bind_text(struct query *query, const char *name, const char *text)
{
    bound(sqlite3_bind_text(query->statement, place(query, name), text, -1, SQLITE_STATIC));
}

RESULT query_row(struct query *query, bool *row)
{
    int code = sqlite3_step(query->statement);
    TRY(sqlite_check(query->at->db, code));
    *row = code == SQLITE_ROW;
    return OK;
}

RESULT query_run(struct query *query)
{
    bool row = false;
    TRY(query_row(query, &row));
    assert(!row);
    return OK;
}

RESULT query_one(struct query *query, const char *what)
{
    bool row = false;
    TRY(query_row(query, &row));
    return row ? OK : FAIL(NOT_FOUND, "store: no such %s", what);
}

uint64_t column_u64(struct query *query, int column)
{
    return (uint64_t)sqlite3_column_int64(query->statement, column);
}

struct slice column_blob(struct query *query, int column)
{
    const void *at = sqlite3_column_blob(query->statement, column);
    return (struct slice){at, (size_t)sqlite3_column_bytes(query->statement, column)};
}

static RESULT run(struct store *store, enum statement which)
{
    QUERY query = {0};
    TRY(query_begin(store, which, &query));
    return query_run(&query);
}

static RESULT store_begin(struct store *store)
{
    return run(store, STATEMENT_BEGIN);
}

static void store_rollback(struct store *store)
{
    tag_rolled_back(store);
    if (sqlite3_get_autocommit(sqlite_of(store)->db))
        return; /* SQLite rolls back by itself after some errors */
    struct result done = run(store, STATEMENT_ROLLBACK);
    (void)done; /* the transaction is gone either way */
}

static RESULT store_commit(struct store *store)
{
    if (sqlite3_get_autocommit(sqlite_of(store)->db)) {
        return FAIL(UNAVAILABLE, "store: the transaction was already rolled back");
    }
    struct result done = tag_precommit(store);
    if (done.code == CODE_OK) done = run(store, STATEMENT_COMMIT);
    if (done.code == CODE_OK) {
        tag_committed(store);
    } else {
        store_rollback(store);
    }
    return done;
}

static void store_view_end(struct store *store)
{
    struct result done = run(store, STATEMENT_ROLLBACK);
    (void)done; /* nothing was written */
}

static RESULT store_view(struct store *store)
{
    uint64_t first = 0;
    TRY(run(store, STATEMENT_VIEW));
    tag_tree_free(&sqlite_of(store)->tags); /* it is loaded when it is asked for, then of this moment */
    struct result got = store->fact->get(store, "view", &first); /* the first read fixes the moment */
    return got.code == CODE_NOT_FOUND ? OK : got;
}

static void store_close(struct store **store)
{
    if (!*store) return;
    struct sqlite_store *at = sqlite_of(*store);
    for (size_t i = 0; i < STATEMENT_COUNT; i++) (void)sqlite3_finalize(at->statements[i]);
    (void)sqlite3_close_v2(at->db);
    tag_tree_free(&at->tags);
    free(at);
    *store = NULL;
}

static uint64_t store_bytes(struct store *store)
{
    struct stat status = {0};
    const char *path = sqlite3_db_filename(sqlite_of(store)->db, "main");
    return path && stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* Copy the write-ahead log into the database, where deleted bytes are overwritten, and cut it to nothing. */
static RESULT store_scrub(struct store *store)
{
    sqlite3 *db = sqlite_of(store)->db;
    TRY(sqlite_check(db, sqlite3_busy_timeout(db, 0))); /* a long reader must not hold the writer up */
    int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    TRY(sqlite_check(db, sqlite3_busy_timeout(db, BUSY_WAIT_MS)));
    return sqlite_check(db, code);
}

static void store_interrupt(struct store *store)
{
    sqlite3_interrupt(sqlite_of(store)->db);
}

static const struct batch_store sqlite_batch = {
    .begin = store_begin,
    .commit = store_commit,
    .rollback = store_rollback,
    .view = store_view,
    .view_end = store_view_end,
    .close = store_close,
    .interrupt = store_interrupt,
    .bytes = store_bytes,
    .scrub = store_scrub,
};

static RESULT execute(sqlite3 *db, const char *sql)
{
    return sqlite_check(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static RESULT pragma_get(sqlite3 *db, const char *sql, uint64_t *out)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    if (code == SQLITE_ROW) *out = (uint64_t)sqlite3_column_int64(statement, 0);
    (void)sqlite3_finalize(statement);
    return sqlite_check(db, code);
}

static RESULT migrate_one(sqlite3 *db, unsigned version)
{
    char pragma[PRAGMA_BYTES];
    (void)snprintf(pragma, sizeof pragma, "PRAGMA application_id = %d; PRAGMA user_version = %u",
                   SCHEMA_APPLICATION_ID, version);
    TRY(execute(db, "BEGIN IMMEDIATE"));
    struct result done = execute(db, schema_step(version));
    if (done.code == CODE_OK) done = execute(db, pragma);
    if (done.code == CODE_OK) done = execute(db, "COMMIT");
    if (done.code != CODE_OK)
        (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL); /* the first error counts */
    return done;
}

static RESULT migrate(sqlite3 *db, enum sqlite_mode mode, const char *path)
{
    uint64_t version = 0, application = 0;
    TRY(pragma_get(db, "PRAGMA user_version", &version));
    TRY(pragma_get(db, "PRAGMA application_id", &application));
    if (mode != SQLITE_CREATE && application != SCHEMA_APPLICATION_ID) {
        return FAIL(CORRUPT, "%s: not a database of Amanah", path);
    }
    if (version > schema_newest()) {
        return FAIL(
            STORE_NEWER,
            "%s: made by a newer version (schema %llu, this one knows %u); install that version again, "
            "or bring back the backup that was made before it: docs/backup.md, \"Back to an older "
            "version\"",
            path, (unsigned long long)version, schema_newest());
    }
    if (mode == SQLITE_READER && version < schema_newest()) {
        return FAIL(UNAVAILABLE, "%s: made by an older version; start the daemon once to bring it up", path);
    }
    for (unsigned next = (unsigned)version + 1; next <= schema_newest(); next++) TRY(migrate_one(db, next));
    return OK;
}

/* What a writer of the file could plant in its schema must not run in the keeper. */
static void harden(sqlite3 *db)
{
    static const int off[] = {SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
                              SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION};
    for (size_t i = 0; i < COUNT_OF(off); i++)
        (void)sqlite3_db_config(db, off[i], 0, NULL); /* an older SQLite lacks some */
    (void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
}

static RESULT configure(sqlite3 *db, enum sqlite_mode mode)
{
    char pragmas[PRAGMA_BYTES * 2];
    (void)snprintf(pragmas, sizeof pragmas,
                   "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000; PRAGMA temp_store = MEMORY;"
                   "PRAGMA cache_size = -%d; PRAGMA mmap_size = %lld; PRAGMA secure_delete = ON",
                   CACHE_KIB, (long long)MMAP_MIB << 20);
    TRY(sqlite_check(db, sqlite3_busy_timeout(db, BUSY_WAIT_MS)));
    if (mode != SQLITE_READER) TRY(execute(db, "PRAGMA journal_mode = WAL"));
    return execute(db, pragmas);
}

RESULT sqlite_open(const char *path, enum sqlite_mode mode, struct store **out)
{
    struct stat status = {0};
    bool there = stat(path, &status) == 0;
    if (!there && mode != SQLITE_CREATE) return FAIL(NOT_FOUND, "%s: no such database", path);
    if (there && mode == SQLITE_CREATE) return FAIL(HOME_EXISTS, "%s: exists already", path);
    struct sqlite_store *at = calloc(1, sizeof *at);
    if (!at) return FAIL(UNAVAILABLE, "store: out of memory");
    SCOPED(store_close) struct store *store = &at->store;
    at->store = (struct store){&sqlite_batch,    &sqlite_fact,     &sqlite_subject,   &sqlite_tag,
                               &sqlite_ledger,   &sqlite_sighting, &sqlite_authority, &sqlite_replay,
                               &sqlite_key_use,  &sqlite_mail,     &sqlite_right,     &sqlite_alert,
                               &sqlite_observed, &sqlite_incident, &sqlite_hold,      &sqlite_exposure,
                               &sqlite_run,      &sqlite_rotation, &sqlite_voucher,   &sqlite_matter};
    int flags = SQLITE_OPEN_NOMUTEX |
                (mode == SQLITE_CREATE ? SQLITE_OPEN_CREATE | SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE);
    int code = sqlite3_open_v2(path, &at->db, flags, NULL);
    if (code != SQLITE_OK) return FAIL(UNAVAILABLE, "%s: cannot open: %s", path, sqlite3_errstr(code));
    harden(at->db);
    TRY(configure(at->db, mode));
    TRY(migrate(at->db, mode, path));
    TRY(tag_tree_load(store));
    *out = TAKE(store);
    return OK;
}

/* While the gate holds the write lock nothing is committed, so all of them see the same. */
RESULT sqlite_views(const char *path, size_t *count, struct store **out)
{
    SCOPED(store_close) struct store *gate = NULL;
    struct result seen = OK;
    for (size_t i = 0; i < *count; i++) TRY(sqlite_open(path, SQLITE_READER, &out[i]));
    TRY(sqlite_open(path, SQLITE_READER, &gate));
    size_t views = *count == 1 || store_begin(gate).code == CODE_OK ? *count : 1;
    for (size_t i = 0; i < views && seen.code == CODE_OK; i++) seen = store_view(out[i]);
    if (!sqlite3_get_autocommit(sqlite_of(gate)->db)) store_view_end(gate);
    for (size_t i = views; i < *count; i++) store_close(&out[i]);
    *count = views;
    return seen;
}
