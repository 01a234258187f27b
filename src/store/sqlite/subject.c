#include "store/sqlite/sqlite_priv.h"

#include <string.h>

static RESULT fact_get(struct store *store, const char *name, uint64_t *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_FACT_GET, &query));
    bind_text(&query, ":name", name);
    TRY(query_one(&query, "fact"));
    *out = column_u64(&query, 0);
    return OK;
}

static RESULT fact_put(struct store *store, const char *name, uint64_t value)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_FACT_PUT, &query));
    bind_text(&query, ":name", name);
    bind_u64(&query, ":value", value);
    return query_run(&query);
}

const struct fact_store sqlite_fact = {.get = fact_get, .put = fact_put};

static RESULT subject_last(struct store *store, struct subject_no *out)
{
    QUERY query = {0};
    bool row = false;
    TRY(query_begin(store, STATEMENT_SUBJECT_LAST, &query));
    TRY(query_row(&query, &row));
    out->at = row ? column_u64(&query, 0) : 0;
    return OK;
}

static RESULT subject_get(struct store *store, struct subject_no no, uint64_t *entry, struct buf *record)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_SUBJECT_GET, &query));
    bind_u64(&query, ":no", no.at);
    TRY(query_one(&query, "subject"));
    *entry = column_u64(&query, 0);
    buf_slice_put(record, column_blob(&query, 1));
    return OK;
}

static RESULT subject_write(struct store *store, enum statement which, const struct subject_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, which, &query));
    bind_u64(&query, ":no", row->no.at);
    bind_u64(&query, ":entry", row->entry);
    bind_blob(&query, ":record", row->record);
    return query_run(&query);
}

static RESULT subject_add(struct store *store, const struct subject_row *row)
{
    return subject_write(store, STATEMENT_SUBJECT_ADD, row);
}

static RESULT subject_replace(struct store *store, const struct subject_row *row)
{
    TRY(subject_write(store, STATEMENT_SUBJECT_REPLACE, row));
    return sqlite3_changes(sqlite_of(store)->db) == 1 ? OK : FAIL(NOT_FOUND, "store: no such subject");
}

static RESULT subject_each(struct store *store, struct subject_no from,
                           RESULT (*each)(void *context, const struct subject_row *row), void *context)
{
    QUERY query = {0};
    bool more = true;
    TRY(query_begin(store, STATEMENT_SUBJECT_EACH, &query));
    bind_u64(&query, ":no", from.at);
    for (;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct subject_row row = {{column_u64(&query, 0)}, column_u64(&query, 1), column_blob(&query, 2)};
        TRY(each(context, &row));
    }
}

/* The two tables of 32 bytes by (subject, entry) differ only in their names. */
static RESULT hash_put(struct store *store, enum statement which, const char *name, struct subject_no no,
                       uint64_t entry, const uint8_t hash[32])
{
    QUERY query = {0};
    TRY(query_begin(store, which, &query));
    bind_u64(&query, ":no", no.at);
    bind_u64(&query, ":entry", entry);
    bind_blob(&query, name, (struct slice){hash, 32});
    return query_run(&query);
}

static RESULT hash_get(struct store *store, enum statement which, struct subject_no no, uint64_t entry,
                       uint8_t hash[32])
{
    QUERY query = {0};
    TRY(query_begin(store, which, &query));
    bind_u64(&query, ":no", no.at);
    bind_u64(&query, ":entry", entry);
    TRY(query_one(&query, "hash of that subject and entry"));
    struct slice bytes = column_blob(&query, 0);
    if (bytes.len != 32) return FAIL(CORRUPT, "store: a hash of %zu bytes", bytes.len);
    memcpy(hash, bytes.at, 32);
    return OK;
}

static RESULT past_put(struct store *store, struct subject_no no, uint64_t entry, const uint8_t hash[32])
{
    return hash_put(store, STATEMENT_PAST_PUT, ":hash", no, entry, hash);
}

static RESULT past_get(struct store *store, struct subject_no no, uint64_t entry, uint8_t hash[32])
{
    return hash_get(store, STATEMENT_PAST_GET, no, entry, hash);
}

static RESULT past_each(struct store *store, struct subject_no no,
                        RESULT (*each)(void *context, uint64_t entry), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_PAST_EACH, &query));
    bind_u64(&query, ":no", no.at);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        TRY(each(context, column_u64(&query, 0)));
    }
}

static RESULT leaf_put(struct store *store, struct subject_no no, uint64_t entry, const uint8_t leaf[32])
{
    return hash_put(store, STATEMENT_LEAF_PUT, ":leaf", no, entry, leaf);
}

static RESULT leaf_get(struct store *store, struct subject_no no, uint64_t entry, uint8_t leaf[32])
{
    return hash_get(store, STATEMENT_LEAF_GET, no, entry, leaf);
}

const struct subject_store sqlite_subject = {
    .last = subject_last,
    .get = subject_get,
    .add = subject_add,
    .replace = subject_replace,
    .each = subject_each,
    .past_put = past_put,
    .past_get = past_get,
    .past_each = past_each,
    .leaf_put = leaf_put,
    .leaf_get = leaf_get,
};
