/* The verbs on grants. */
#include "keep/access/access_priv.h"
#include "keep/access/authority.h"
#include "keep/access/grant.h"
#include "keep/put.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <string.h>

enum { TICKET_BYTES_MAX = 64 };

static RESULT ticket_take(struct shop *shop, struct subject_no no, struct slice ticket, struct grant *out)
{
    SCOPED(buf_done) struct buf text = {0};
    TRY(normalise(NORMALISE_TEXT, ticket, (struct slice){0}, &text));
    if (text.len == 0 || text.len > TICKET_BYTES_MAX)
        return FAIL(INVALID, "ticket: the order or ticket number that needs the look, at most %d bytes",
                    TICKET_BYTES_MAX);
    grant_ticket(shop, no, buf_slice(&text), out->ticket);
    return OK;
}

/* To whom: a role, or one key that is not the granter's own. */
static RESULT target_take(struct shop *shop, const struct reader *reader, const struct grant_add_ask *ask,
                          struct grant *out)
{
    uint64_t number = 0;
    if ((ask->role.len > 0) == (ask->key.len > 0))
        return FAIL(INVALID, "grant: say role or key, one of them");
    if (ask->role.len > 0) {
        const struct role *role = role_find(&shop->access, ask->role);
        if (!role) return FAIL(NOT_FOUND, "role: this shop has none of that name; see GET /v1/roles");
        out->role = role->id;
        return OK;
    }
    TRY(id_get(shop, ID_KEY, ask->key, &number));
    const struct key *key = number <= UINT32_MAX ? key_by_id(&shop->access, (uint32_t)number) : NULL;
    if (!key || key->ended_us != 0)
        return FAIL(NOT_FOUND, "key: this shop has none of that id, or it was ended");
    if (reader_no(READER_KEY, key->id) == reader->no) return FAIL(GRANT_OWN, "grant: not to yourself");
    out->key = key->id;
    return OK;
}

static RESULT fields_take(struct shop *shop, const struct grant_add_ask *ask, struct grant *out)
{
    struct role fields = {.fields_all = ask->fields.count == 0};
    TRY(role_fields(shop, &ask->fields, &fields));
    out->full = fields.full;
    out->masked = fields.masked;
    out->fields_all = fields.fields_all;
    return OK;
}

struct ticket_search {
    struct shop *shop;
    const uint8_t *ticket;
    int64_t now_us;
    bool used;
};

static RESULT same_ticket(void *context, const struct right_row *row, bool *stop)
{
    struct ticket_search *search = context;
    struct grant grant = {0};
    TRY(right_row_check(search->shop, row));
    if (row->keep_us <= search->now_us) return OK; /* due to be forgotten */
    TRY(grant_body_read(row->body, &grant));
    search->used = *stop = bytes_equal_ct(grant.ticket, search->ticket, GRANT_TICKET_BYTES);
    return OK;
}

static RESULT ticket_unused(struct shop *shop, struct subject_no no, const struct grant *grant)
{
    struct ticket_search search = {shop, grant->ticket, grant->made_us, false};
    struct store *store = shop->store;
    TRY(store->right->of_subject(store, RIGHT_GRANT, no, 0, same_ticket, &search));
    return search.used ? FAIL(GRANT_USED, "ticket: was used for a grant of this subject within %d days",
                              GRANT_TICKET_DAYS)
                       : OK;
}

RESULT verb_grant_add(struct batch *batch, const struct reader *reader, const struct grant_add_ask *ask,
                      struct answer *out)
{
    struct shop *shop = batch->shop;
    struct grant grant = {
        .granter = reader->no, .person_count = reader->person_count, .made_us = right_now(shop)};
    struct right right = {.kind = RIGHT_GRANT, .entry = ENTRY_GRANT};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    memcpy(grant.persons, reader->persons, reader->person_count * sizeof *reader->persons);
    TRY(id_get(shop, ID_SUBJECT, ask->subject, &right.no.at));
    canary_touched(batch, reader, right.no);
    TRY(target_take(shop, reader, ask, &grant));
    TRY(fields_take(shop, ask, &grant));
    TRY(ticket_take(shop, right.no, ask->ticket, &grant));
    TRY(ticket_unused(shop, right.no, &grant));
    right.until_us = grant.made_us + (int64_t)(ask->minutes ? ask->minutes : GRANT_MINUTES) * MINUTE_US;
    right.keep_us = grant.made_us + GRANT_TICKET_DAYS * DAY_US;
    right.to_kind = grant.key ? AUTHORITY_KEY : AUTHORITY_ROLE;
    right.to_id = grant.key ? grant.key : grant.role;
    right.full = grant.full;
    right.masked = grant.masked;
    grant_body_write(&grant, &body);
    right.body = buf_slice(&body);
    TRY(right_give(batch, reader, &right, out, &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 2);
    put_id(shop, &out->body, "id", ID_GRANT, receipt.index);
    put_time(&out->body, "expires", right.until_us);
    return OK;
}

struct grant_page {
    struct shop *shop;
    struct buf *out;
    uint64_t limit, count, next;
    int64_t now_us;
};

static void target_put(struct shop *shop, const struct grant *grant, struct buf *out)
{
    const struct role *role = role_by_id(&shop->access, grant->role);
    if (grant->key) put_id(shop, out, "key", ID_KEY, grant->key);
    if (!grant->key) put_text(out, "role", slice_text(role ? role->name : ""));
}

static void fields_put(struct shop *shop, const struct grant *grant, struct buf *out)
{
    cbor_text(out, SLICE_TEXT("fields"));
    size_t mark = cbor_open(out), count = 0;
    if (grant->fields_all) {
        cbor_text(out, SLICE_TEXT("*"));
        count = 1;
    } else {
        count = field_names_put(&shop->fields, grant->full, "", out);
        count += field_names_put(&shop->fields, grant->masked & ~grant->full, ".mask", out);
    }
    cbor_array_close(out, mark, count);
}

static RESULT grant_put(void *context, const struct right_row *row, bool *stop)
{
    struct grant_page *page = context;
    struct grant grant = {0};
    SCOPED(buf_done) struct buf granter = {0};
    if (page->count == page->limit) {
        page->next = row->entry;
        *stop = true;
        return OK;
    }
    TRY(right_row_check(page->shop, row));
    TRY(grant_body_read(row->body, &grant));
    reader_put(page->shop, grant.granter, &granter);
    cbor_map(page->out, 8);
    put_id(page->shop, page->out, "id", ID_GRANT, row->entry);
    put_id(page->shop, page->out, "subject", ID_SUBJECT, row->no.at);
    target_put(page->shop, &grant, page->out);
    fields_put(page->shop, &grant, page->out);
    put_text(page->out, "granter", buf_slice(&granter));
    put_time(page->out, "made", grant.made_us);
    put_time(page->out, "expires", row->until_us);
    put_bool(page->out, "open", row->until_us > page->now_us);
    page->count++;
    return OK;
}

RESULT verb_grant_list(struct batch *batch, const struct reader *reader, const struct grant_list_ask *ask,
                       struct answer *out)
{
    (void)reader;
    struct shop *shop = batch->shop;
    struct store *store = shop->store;
    struct grant_page page = {
        .shop = shop, .out = &out->body, .limit = ask->limit ? ask->limit : 100, .now_us = right_now(shop)};
    uint64_t from = 0;
    if (ask->after.len > 0) TRY(id_get(shop, ID_GRANT, ask->after, &from));
    cbor_map(&out->body, 2);
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    TRY(store->right->of_kind(store, RIGHT_GRANT, from, grant_put, &page));
    cbor_array_close(&out->body, mark, page.count);
    if (page.next) {
        put_id(shop, &out->body, "next", ID_GRANT, page.next);
        return OK;
    }
    cbor_text(&out->body, SLICE_TEXT("next"));
    cbor_null(&out->body);
    return OK;
}
