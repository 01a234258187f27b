#include "store/observed.h"

#include "store/sqlite/sqlite_priv.h"

#include <assert.h>
#include <string.h>

static RESULT last_of(struct store *store, enum statement which, uint32_t *id)
{
    QUERY query = {0};
    bool row = false;
    TRY(query_begin(store, which, &query));
    TRY(query_row(&query, &row));
    *id = row ? (uint32_t)column_u64(&query, 0) : 0;
    return OK;
}

static RESULT reader_last(struct store *store, uint32_t *id)
{
    return last_of(store, STATEMENT_OUTSIDE_READER_LAST, id);
}

static RESULT reader_find(struct store *store, uint32_t system, const uint8_t tag[TAG_BYTES], uint32_t *id)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_OUTSIDE_READER_FIND, &query));
    bind_u64(&query, ":system", system);
    bind_blob(&query, ":tag", (struct slice){tag, TAG_BYTES});
    TRY(query_one(&query, "outside reader"));
    *id = (uint32_t)column_u64(&query, 0);
    return OK;
}

static RESULT reader_get(struct store *store, uint32_t id, struct outside_reader_row *row, struct buf *sealed)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_OUTSIDE_READER_GET, &query));
    bind_u64(&query, ":id", id);
    TRY(query_one(&query, "outside reader"));
    struct slice tag = column_blob(&query, 1);
    if (tag.len != TAG_BYTES) return FAIL(CORRUPT, "store: an outside reader without its tag");
    *row = (struct outside_reader_row){.id = id, .system = (uint32_t)column_u64(&query, 0)};
    memcpy(row->tag, tag.at, TAG_BYTES);
    buf_slice_put(sealed, column_blob(&query, 2));
    return OK;
}

static RESULT reader_add(struct store *store, const struct outside_reader_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_OUTSIDE_READER_ADD, &query));
    bind_u64(&query, ":id", row->id);
    bind_u64(&query, ":system", row->system);
    bind_blob(&query, ":tag", (struct slice){row->tag, TAG_BYTES});
    bind_blob(&query, ":sealed", row->sealed);
    return query_run(&query);
}

static RESULT file_last(struct store *store, uint32_t *id)
{
    return last_of(store, STATEMENT_OUTSIDE_FILE_LAST, id);
}

static RESULT file_put(struct store *store, const struct outside_file_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_OUTSIDE_FILE_PUT, &query));
    bind_u64(&query, ":id", row->id);
    bind_u64(&query, ":system", row->system);
    bind_blob(&query, ":first", (struct slice){row->first, sizeof row->first});
    bind_blob(&query, ":hash", (struct slice){row->hash, sizeof row->hash});
    bind_u64(&query, ":bytes", row->bytes);
    bind_u64(&query, ":lines", row->lines);
    bind_u64(&query, ":broken", row->broken);
    bind_u64(&query, ":attributed", row->attributed);
    bind_u64(&query, ":unattributed", row->unattributed);
    bind_u64(&query, ":behind", row->behind);
    bind_u64(&query, ":newest", (uint64_t)row->newest_us);
    bind_u64(&query, ":read", (uint64_t)row->read_us);
    bind_u64(&query, ":entry", row->entry);
    bind_blob(&query, ":sealed", row->sealed);
    bind_blob(&query, ":marks", row->marks);
    return query_run(&query);
}

/* Columns in the order of the statements that read a file; `sealed` is borrowed. */
static RESULT file_read(struct query *query, struct outside_file_row *row)
{
    struct slice first = column_blob(query, 2), hash = column_blob(query, 3);
    if (first.len != sizeof row->first || hash.len != sizeof row->hash)
        return FAIL(CORRUPT, "store: an outside file without its hashes");
    *row = (struct outside_file_row){.id = (uint32_t)column_u64(query, 0),
                                     .system = (uint32_t)column_u64(query, 1),
                                     .bytes = column_u64(query, 4),
                                     .lines = column_u64(query, 5),
                                     .broken = column_u64(query, 6),
                                     .attributed = column_u64(query, 7),
                                     .unattributed = column_u64(query, 8),
                                     .behind = column_u64(query, 9),
                                     .newest_us = (int64_t)column_u64(query, 10),
                                     .read_us = (int64_t)column_u64(query, 11),
                                     .entry = column_u64(query, 12),
                                     .sealed = column_blob(query, 13),
                                     .marks = column_blob(query, 14)};
    memcpy(row->first, first.at, first.len);
    memcpy(row->hash, hash.at, hash.len);
    return OK;
}

static RESULT file_get(struct store *store, uint32_t id, struct outside_file_row *row, struct buf *sealed)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_OUTSIDE_FILE_GET, &query));
    bind_u64(&query, ":id", id);
    TRY(query_one(&query, "outside file"));
    TRY(file_read(&query, row));
    buf_slice_put(sealed, row->sealed);
    row->sealed = buf_slice(sealed);
    row->marks = (struct slice){0}; /* whoever wants them walks */
    return OK;
}

static RESULT file_each(struct store *store, uint32_t from, const uint8_t *first,
                        RESULT (*each)(void *context, const struct outside_file_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, first ? STATEMENT_OUTSIDE_FILE_BEGINNING : STATEMENT_OUTSIDE_FILE_EACH, &query));
    bind_u64(&query, ":from", from);
    if (first) bind_blob(&query, ":first", (struct slice){first, 32});
    for (bool more = true;;) {
        struct outside_file_row row;
        TRY(query_row(&query, &more));
        if (!more) return OK;
        TRY(file_read(&query, &row));
        TRY(each(context, &row));
    }
}

static RESULT key_begin(struct store *store, enum statement which, const struct observed_row *row,
                        struct query *query)
{
    TRY(query_begin(store, which, query));
    bind_u64(query, ":hour", row->hour);
    bind_u64(query, ":reader", row->reader);
    bind_u64(query, ":full", row->full);
    bind_u64(query, ":chunk", row->chunk);
    return OK;
}

static RESULT observed_put(struct store *store, const struct observed_row *row)
{
    QUERY query = {0};
    TRY(key_begin(store, STATEMENT_OBSERVED_PUT, row, &query));
    bind_blob(&query, ":bitmap", row->bitmap);
    return query_run(&query);
}

static RESULT observed_get(struct store *store, const struct observed_row *key, struct buf *bitmap)
{
    QUERY query = {0};
    TRY(key_begin(store, STATEMENT_OBSERVED_GET, key, &query));
    TRY(query_one(&query, "observation"));
    buf_slice_put(bitmap, column_blob(&query, 0));
    return OK;
}

static RESULT observed_each(struct store *store, uint32_t from_hour, uint32_t to_hour,
                            RESULT (*each)(void *context, const struct observed_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_OBSERVED_EACH, &query));
    bind_u64(&query, ":from", from_hour);
    bind_u64(&query, ":to", to_hour);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct observed_row row = {.hour = (uint32_t)column_u64(&query, 0),
                                   .reader = (uint32_t)column_u64(&query, 1),
                                   .full = column_u64(&query, 2),
                                   .chunk = column_u64(&query, 3),
                                   .bitmap = column_blob(&query, 4)};
        TRY(each(context, &row));
    }
}

static RESULT count_add(struct store *store, const struct unattributed_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_UNATTRIBUTED_ADD, &query));
    bind_u64(&query, ":hour", row->hour);
    bind_u64(&query, ":reader", row->reader);
    bind_u64(&query, ":full", row->full);
    bind_u64(&query, ":named", row->named);
    bind_u64(&query, ":lines", row->lines);
    bind_u64(&query, ":rows", row->rows);
    return query_run(&query);
}

static RESULT count_each(struct store *store, uint32_t from_hour, uint32_t to_hour,
                         RESULT (*each)(void *context, const struct unattributed_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_UNATTRIBUTED_EACH, &query));
    bind_u64(&query, ":from", from_hour);
    bind_u64(&query, ":to", to_hour);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct unattributed_row row = {.hour = (uint32_t)column_u64(&query, 0),
                                       .reader = (uint32_t)column_u64(&query, 1),
                                       .full = column_u64(&query, 2),
                                       .named = column_u64(&query, 3) != 0,
                                       .lines = column_u64(&query, 4),
                                       .rows = column_u64(&query, 5)};
        TRY(each(context, &row));
    }
}

const struct observed_store sqlite_observed = {.reader_last = reader_last,
                                               .reader_find = reader_find,
                                               .reader_get = reader_get,
                                               .reader_add = reader_add,
                                               .file_last = file_last,
                                               .file_put = file_put,
                                               .file_get = file_get,
                                               .file_each = file_each,
                                               .put = observed_put,
                                               .get = observed_get,
                                               .each = observed_each,
                                               .count_add = count_add,
                                               .count_each = count_each};
