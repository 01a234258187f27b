#include "store/sqlite/sqlite_priv.h"

#include <assert.h>

static RESULT mail_last(struct store *store, uint64_t *id)
{
    QUERY query = {0};
    bool row = false;
    TRY(query_begin(store, STATEMENT_MAIL_LAST, &query));
    TRY(query_row(&query, &row));
    *id = row ? column_u64(&query, 0) : 0;
    return OK;
}

static RESULT count_change(struct store *store, enum statement which, enum mail_state state, unsigned kind)
{
    QUERY query = {0};
    TRY(query_begin(store, which, &query));
    bind_u64(&query, ":state", state);
    bind_u64(&query, ":kind", kind);
    return query_run(&query);
}

static void bind_place(struct query *query, const struct mail_row *row)
{
    bind_u64(query, ":id", row->id);
    bind_u64(query, ":state", row->state);
    bind_u64(query, ":due", (uint64_t)row->due_us);
    bind_u64(query, ":attempts", row->attempts);
    bind_u64(query, ":reply", row->reply);
}

static RESULT mail_add(struct store *store, const struct mail_row *row)
{
    QUERY query = {0};
    assert(row->id > 0 && row->kind > 0);
    TRY(query_begin(store, STATEMENT_MAIL_ADD, &query));
    bind_place(&query, row);
    bind_u64(&query, ":made", (uint64_t)row->made_us);
    bind_u64(&query, ":kind", row->kind);
    bind_u64(&query, ":subject", row->subject.at);
    bind_blob(&query, ":message", row->message);
    TRY(query_run(&query));
    return count_change(store, STATEMENT_MAIL_COUNT_ADD, row->state, row->kind);
}

/* Where the row of that id is counted. */
static RESULT place_get(struct store *store, uint64_t id, enum mail_state *state, unsigned *kind)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MAIL_PLACE, &query));
    bind_u64(&query, ":id", id);
    TRY(query_one(&query, "mail"));
    *state = (enum mail_state)column_u64(&query, 0);
    *kind = (unsigned)column_u64(&query, 1);
    return OK;
}

static RESULT mail_move(struct store *store, const struct mail_row *row)
{
    enum mail_state before = MAIL_WAITING;
    unsigned kind = 0;
    bool ended = row->state == MAIL_SENT || row->state == MAIL_FAILED;
    QUERY query = {0};
    TRY(place_get(store, row->id, &before, &kind));
    TRY(query_begin(store, ended ? STATEMENT_MAIL_END : STATEMENT_MAIL_MOVE, &query));
    bind_place(&query, row);
    TRY(query_run(&query));
    if (before == row->state) return OK;
    TRY(count_change(store, STATEMENT_MAIL_COUNT_TAKE, before, kind));
    return count_change(store, STATEMENT_MAIL_COUNT_ADD, row->state, kind);
}

static RESULT mail_due(struct store *store, enum mail_state state, int64_t now_us, size_t most,
                       RESULT (*each)(void *context, const struct mail_row *row), void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MAIL_DUE, &query));
    bind_u64(&query, ":state", state);
    bind_u64(&query, ":now", (uint64_t)now_us);
    bind_u64(&query, ":most", most);
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        struct mail_row row = {.id = column_u64(&query, 0),
                               .state = (enum mail_state)column_u64(&query, 1),
                               .due_us = (int64_t)column_u64(&query, 2),
                               .made_us = (int64_t)column_u64(&query, 3),
                               .attempts = (uint32_t)column_u64(&query, 4),
                               .kind = (uint16_t)column_u64(&query, 5),
                               .reply = (uint16_t)column_u64(&query, 6),
                               .subject = {column_u64(&query, 7)},
                               .message = column_blob(&query, 8)};
        TRY(each(context, &row));
    }
}

static RESULT mail_next(struct store *store, enum mail_state state, int64_t *due_us)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MAIL_NEXT, &query));
    bind_u64(&query, ":state", state);
    TRY(query_one(&query, "mail"));
    *due_us = (int64_t)column_u64(&query, 0);
    return OK;
}

static RESULT mail_counts(struct store *store,
                          RESULT (*each)(void *context, enum mail_state state, unsigned kind, uint64_t count),
                          void *context)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MAIL_COUNTS, &query));
    for (bool more = true;;) {
        TRY(query_row(&query, &more));
        if (!more) return OK;
        TRY(each(context, (enum mail_state)column_u64(&query, 0), (unsigned)column_u64(&query, 1),
                 column_u64(&query, 2)));
    }
}

struct found {
    uint64_t id;
    enum mail_state state;
    unsigned kind;
};

/* The first row of a statement that gives id, state and kind; id 0: there is none. */
static RESULT found_read(struct query *query, struct found *out)
{
    bool row = false;
    TRY(query_row(query, &row));
    *out = (struct found){0};
    if (row) {
        *out = (struct found){column_u64(query, 0), (enum mail_state)column_u64(query, 1),
                              (unsigned)column_u64(query, 2)};
    }
    return OK;
}

static RESULT found_drop(struct store *store, const struct found *found)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MAIL_DROP, &query));
    bind_u64(&query, ":id", found->id);
    TRY(query_run(&query));
    return count_change(store, STATEMENT_MAIL_COUNT_TAKE, found->state, found->kind);
}

static RESULT subject_find(struct store *store, struct subject_no no, struct found *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MAIL_OF_SUBJECT, &query));
    bind_u64(&query, ":subject", no.at);
    return found_read(&query, out);
}

static RESULT mail_drop_subject(struct store *store, struct subject_no no, size_t *dropped)
{
    assert(no.at > 0);
    for (size_t count = 0;; count++) {
        struct found found = {0};
        TRY(subject_find(store, no, &found));
        *dropped = count;
        if (found.id == 0) return OK;
        TRY(found_drop(store, &found));
    }
}

static RESULT ended_find(struct store *store, enum mail_state state, int64_t now_us, struct found *out)
{
    QUERY query = {0};
    TRY(query_begin(store, STATEMENT_MAIL_ENDED, &query));
    bind_u64(&query, ":state", state);
    bind_u64(&query, ":now", (uint64_t)now_us);
    return found_read(&query, out);
}

static RESULT mail_sweep(struct store *store, int64_t now_us, size_t most)
{
    static const enum mail_state ended[] = {MAIL_SENT, MAIL_FAILED};
    for (size_t i = 0, count = 0; i < COUNT_OF(ended) && count < most;) {
        struct found found = {0};
        TRY(ended_find(store, ended[i], now_us, &found));
        if (found.id == 0) {
            i++;
            continue;
        }
        TRY(found_drop(store, &found));
        count++;
    }
    return OK;
}

const struct mail_store sqlite_mail = {.last = mail_last,
                                       .add = mail_add,
                                       .move = mail_move,
                                       .due = mail_due,
                                       .next = mail_next,
                                       .counts = mail_counts,
                                       .drop_subject = mail_drop_subject,
                                       .sweep = mail_sweep};
