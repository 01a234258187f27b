#include "keep/access/grant.h"

#include "keep/access/access_priv.h"

#include <string.h>

void grant_body_write(const struct grant *grant, struct buf *out)
{
    cbor_array(out, 9);
    cbor_uint(out, grant->granter);
    cbor_array(out, grant->person_count);
    for (size_t i = 0; i < grant->person_count; i++) cbor_uint(out, grant->persons[i]);
    cbor_uint(out, grant->role);
    cbor_uint(out, grant->key);
    cbor_uint(out, grant->full);
    cbor_uint(out, grant->masked);
    cbor_bool(out, grant->fields_all);
    cbor_bytes(out, (struct slice){grant->ticket, sizeof grant->ticket});
    cbor_uint(out, (uint64_t)grant->made_us);
}

RESULT grant_body_read(struct slice body, struct grant *out)
{
    struct cbor reader = cbor_reader(body);
    struct grant grant = {0};
    size_t members = 0;
    uint64_t role = 0, key = 0;
    struct slice ticket = {0};
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_uint(&reader, &grant.granter));
    TRY(body_numbers_read(&reader, grant.persons, KEY_HOLDERS_MAX, &grant.person_count));
    TRY(cbor_read_uint(&reader, &role));
    TRY(cbor_read_uint(&reader, &key));
    TRY(cbor_read_uint(&reader, &grant.full));
    TRY(cbor_read_uint(&reader, &grant.masked));
    TRY(cbor_read_bool(&reader, &grant.fields_all));
    TRY(cbor_read_bytes(&reader, &ticket));
    TRY(body_time_read(&reader, &grant.made_us));
    TRY(cbor_end(&reader));
    if (members != 9 || ticket.len != sizeof grant.ticket || role > UINT32_MAX || key > UINT32_MAX)
        return FAIL(CORRUPT, "grant: a stored one is malformed");
    grant.role = (uint32_t)role;
    grant.key = (uint32_t)key;
    memcpy(grant.ticket, ticket.at, ticket.len);
    *out = grant;
    return OK;
}

void grant_ticket(struct shop *shop, struct subject_no no, struct slice ticket,
                  uint8_t out[GRANT_TICKET_BYTES])
{
    uint8_t number[8];
    struct hash tag = {{0}};
    be64_put(number, no.at);
    const struct slice parts[] = {SLICE_TEXT("ticket"), {number, sizeof number}, ticket};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &tag);
    memcpy(out, tag.bytes, GRANT_TICKET_BYTES);
}

/* Was it made by this reader, or by somebody who may be behind it? */
static bool grant_own(const struct grant *grant, const struct reader *reader)
{
    if (grant->granter == reader->no) return true;
    for (size_t i = 0; i < grant->person_count; i++) {
        for (size_t j = 0; j < reader->person_count; j++) {
            if (grant->persons[i] == reader->persons[j]) return true;
        }
    }
    return false;
}

static bool grant_fits(const struct grant *grant, const struct reader *reader, const struct permit *permit)
{
    bool given = grant->key ? reader->key && reader->key->id == grant->key : reader->role->id == grant->role;
    bool fields = grant->fields_all || ((permit->full & ~grant->full) == 0 &&
                                        (permit->masked & ~(grant->full | grant->masked)) == 0);
    return given && fields;
}

/* The search for one subject's grant. */
struct search {
    struct shop *shop;
    const struct reader *reader;
    const struct permit *permit;
    bool found, own;
    uint64_t entry;
};

static RESULT search_row(void *context, const struct right_row *row, bool *stop)
{
    struct search *search = context;
    struct grant grant = {0};
    TRY(right_row_check(search->shop, row));
    TRY(grant_body_read(row->body, &grant));
    if (!grant_fits(&grant, search->reader, search->permit)) return OK;
    bool own = grant_own(&grant, search->reader);
    search->own = search->own || own;
    if (own) return OK;
    search->found = *stop = true;
    search->entry = row->entry;
    return OK;
}

static RESULT named_grant(struct search *search, struct slice id, struct subject_no no, int64_t now_us)
{
    struct right_row row = {0};
    uint64_t entry = 0;
    bool stop = false;
    SCOPED(buf_done) struct buf body = {0};
    if (id_get(search->shop, ID_GRANT, id, &entry).code != CODE_OK)
        return FAIL(GRANT_MISSING, "grant: not one of this shop's");
    struct result got = right_get(search->shop, RIGHT_GRANT, entry, &row, &body);
    if (got.code == CODE_NOT_FOUND) return OK; /* not found */
    if (got.code != CODE_OK) return got;
    if (row.no.at != no.at || row.until_us <= now_us) return OK;
    return search_row(search, &row, &stop);
}

static RESULT subject_grant(struct search *search, const struct reveal_ask *ask, struct subject_no no)
{
    struct store *store = search->shop->store;
    int64_t now_us = right_now(search->shop);
    if (ask->grant.len > 0) {
        TRY(named_grant(search, ask->grant, no, now_us));
    } else {
        TRY(store->right->of_subject(store, RIGHT_GRANT, no, now_us, search_row, search));
    }
    if (search->found) return OK;
    if (search->own) return FAIL(GRANT_OWN, "grant: whoever made it may not use it; somebody else must look");
    return FAIL(GRANT_MISSING,
                "grant: none is open for this subject, these fields and role %s; have one made",
                search->reader->role->name);
}

RESULT grant_permit(struct shop *shop, const struct reader *reader, const struct reveal_ask *ask,
                    struct permit *permit)
{
    permit->right_kind = RIGHT_GRANT;
    for (size_t i = 0; i < ask->subjects.count; i++) {
        struct search search = {.shop = shop, .reader = reader, .permit = permit};
        struct subject_no no = {0};
        if (id_get(shop, ID_SUBJECT, ask->subjects.at[i], &no.at).code != CODE_OK)
            return FAIL(GRANT_MISSING, "grant: subjects: item %zu is none that one could be open for", i);
        TRY(subject_grant(&search, ask, no));
        if (ask->subjects.count == 1) permit->right_entry = search.entry;
    }
    return OK;
}
