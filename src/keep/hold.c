#include "keep/hold.h"

#include "keep/access/rows.h"
#include "keep/erase.h"
#include "keep/subject.h"
#include "store/hold.h"

#include <string.h>

bool hold_stands(const struct access *access)
{
    for (size_t i = 0; i < access->hold_count; i++) {
        if (access->holds[i].until_us == 0) return true;
    }
    return false;
}

RESULT hold_take(struct access *access, uint32_t id, struct slice body)
{
    struct hold row = {.id = id};
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    void *rows = access->holds, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &row.cause));
    TRY(body_time_read(&reader, &row.since_us));
    TRY(body_time_read(&reader, &row.until_us));
    TRY(cbor_end(&reader));
    if (members != 3) return FAIL(CORRUPT, "authority: a stored hold is malformed");
    TRY(row_place(&rows, &access->hold_count, sizeof row, id, &at));
    access->holds = rows;
    *(struct hold *)at = row;
    return OK;
}

RESULT hold_set(struct batch *batch, uint64_t cause, bool stands)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)}; /* who opened an incident is for few */
    const struct access *access = &batch->shop->access;
    struct hold row = {.id = (uint32_t)access->hold_count + 1, .cause = cause, .since_us = batch->now_us};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    bool there = false;
    for (size_t i = 0; i < access->hold_count; i++) {
        if (access->holds[i].cause != cause) continue;
        row = access->holds[i];
        there = true;
    }
    if ((there && row.until_us == 0) == stands) return OK;
    row.until_us = stands ? 0 : batch->now_us;
    cbor_array(&body, 3);
    cbor_uint(&body, row.cause);
    cbor_uint(&body, (uint64_t)row.since_us);
    cbor_uint(&body, (uint64_t)row.until_us);
    return authority_put(batch, &system, AUTHORITY_HOLD, row.id, buf_slice(&body), &receipt);
}

static void wait_aad(struct subject_no no, struct buf *out)
{
    buf_text(out, "erasure waits");
    buf_be64(out, no.at);
}

RESULT hold_wait(struct batch *batch, const struct reader *reader, struct subject_no no, struct slice reason,
                 struct receipt *out)
{
    struct shop *shop = batch->shop;
    struct record record;
    uint64_t entry = 0;
    SCOPED(buf_done) struct buf bytes = {0}, id = {0}, aad = {0}, text = {0}, sealed = {0};
    TRY(record_get(shop, no, false, &bytes, &record, NULL));
    struct draft draft = batch_draft(batch, reader, ENTRY_HOLD);
    id_put(shop, ID_SUBJECT, no.at, &id);
    draft_text(&draft, COMMIT_REASON, reason);
    draft_text(&draft, COMMIT_VALUE, buf_slice(&id));
    batch_append(batch, &draft, out); /* each asking is an entry */
    struct result there = shop->store->hold->get(shop->store, no, &entry);
    if (there.code != CODE_NOT_FOUND) return there;
    cbor_array(&text, 2);
    cbor_uint(&text, reader->no);
    cbor_text(&text, reason);
    wait_aad(no, &aad);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&text), &sealed);
    const struct waiting_row row = {no, out->index, buf_slice(&sealed)};
    struct store *store = batch_write(batch);
    return store->hold->add(store, &row);
}

static RESULT wait_open(struct shop *shop, const struct waiting_row *row, struct buf *text, uint64_t *asker,
                        struct slice *reason)
{
    SCOPED(buf_done) struct buf aad = {0};
    size_t two = 0;
    wait_aad(row->no, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), row->sealed, text));
    struct cbor reader = cbor_reader(buf_slice(text));
    TRY(cbor_read_array(&reader, &two));
    TRY(cbor_read_uint(&reader, asker));
    return cbor_read_text(&reader, reason);
}

/* The first in line. Who asked stands as reader of its entries. */
static RESULT erase_first(struct batch *batch, bool *erased)
{
    struct shop *shop = batch->shop;
    struct waiting_row row = {{0}, 0, {0}};
    struct reader asker = {0};
    struct receipt receipt = {0};
    struct slice reason = {0};
    SCOPED(buf_done) struct buf sealed = {0}, text = {0};
    *erased = false;
    struct result first = shop->store->hold->first(shop->store, &row, &sealed);
    if (first.code == CODE_NOT_FOUND) return OK;
    TRY(first);
    TRY(wait_open(shop, &row, &text, &asker.no, &reason));
    struct result done = subject_erase_now(batch, &asker, row.no, reason, &receipt);
    if (done.code == CODE_CONFLICT) return OK; /* it was changed a moment ago: the next turn */
    if (done.code != CODE_OK && done.code != CODE_NOT_FOUND) return done;
    struct store *store = batch_write(batch);
    TRY(store->hold->drop(store, row.no));
    *erased = true;
    return OK;
}

RESULT holds_due(struct batch *batch, bool *due)
{
    bool erased = true;
    if (hold_stands(&batch->shop->access)) return OK;
    for (unsigned i = 0; i < HOLD_ERASE_A_TURN && erased; i++) {
        TRY(erase_first(batch, &erased));
        *due = *due || erased;
    }
    return OK;
}
