#include "store/sqlite/sqlite_priv.h"

#include <string.h>

static void bind_tag(struct query *query, uint32_t index, const uint8_t tag[TAG_BYTES])
{
    bind_u64(query, ":field", index);
    bind_blob(query, ":tag", (struct slice){tag, TAG_BYTES});
}

static RESULT tag_find(struct store *store, uint32_t index, const uint8_t tag[TAG_BYTES], struct subject_no *out,
                       size_t room, size_t *count)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_FIND, &query));
    bind_tag(&query, index, tag);
    bind_u64(&query, ":room", room + 1);
    size_t found = 0;
    for (bool row = true;;) {
        TRY(query_row(&query, &row));
        if (!row) break;
        if (found == room) return FAIL(TOO_MANY, "lookup: more than %zu subjects have this value", room);
        out[found++].at = column_u64(&query, 0);
    }
    *count = found;
    return OK;
}

static RESULT tag_add(struct store *store, const struct tag_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_ADD, &query));
    bind_tag(&query, row->index, row->tag);
    bind_u64(&query, ":no", row->no.at);
    bind_u64(&query, ":since", row->since_s);
    return query_run(&query);
}

static RESULT tag_since(struct store *store, const struct tag_row *row, uint64_t *since)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_GET, &query));
    bind_tag(&query, row->index, row->tag);
    bind_u64(&query, ":no", row->no.at);
    TRY(query_one(&query, "tag of that subject"));
    *since = column_u64(&query, 0);
    return OK;
}

static RESULT tag_drop(struct store *store, const struct tag_row *row)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_DROP, &query));
    bind_tag(&query, row->index, row->tag);
    bind_u64(&query, ":no", row->no.at);
    return query_run(&query);
}

static RESULT tag_end(struct store *store, const struct tag_row *row)
{
    uint64_t since = 0;
    TRY(tag_since(store, row, &since));
    TRY(tag_drop(store, row));
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_PAST_ADD, &query));
    bind_tag(&query, row->index, row->tag);
    bind_u64(&query, ":no", row->no.at);
    bind_u64(&query, ":since", since);
    bind_u64(&query, ":until", row->until_s);
    return query_run(&query);
}

static RESULT tag_drop_past(struct store *store, struct subject_no no)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_PAST_DROP, &query));
    bind_u64(&query, ":no", no.at);
    return query_run(&query);
}

static RESULT tag_each(struct store *store, RESULT (*each)(void *context, const struct tag_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_TAG_EACH, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct slice tag = column_blob(&query, 1);
        if (tag.len != TAG_BYTES) return FAIL(CORRUPT, "store: a tag of %zu bytes", tag.len);
        struct tag_row row = {.index = (uint32_t)column_u64(&query, 0),
                              .no = {column_u64(&query, 2)},
                              .since_s = (uint32_t)column_u64(&query, 3)};
        memcpy(row.tag, tag.at, TAG_BYTES);
        TRY(each(context, &row));
    }
}

const struct tag_store sqlite_tag = {
    .find = tag_find,
    .add = tag_add,
    .end = tag_end,
    .drop = tag_drop,
    .drop_past = tag_drop_past,
    .each = tag_each,
};
