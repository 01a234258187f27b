#include "keep/incident_lines.h"

#include "store/incident.h"

#include <string.h>

void incident_text_hash(struct crypto *crypto, struct slice salted, struct hash *out)
{
    const struct slice parts[] = {SLICE_TEXT("amanah incident text 1"), salted};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

void incident_line_object(struct crypto *crypto, uint64_t incident, uint64_t n, const struct line_seal *seal,
                          struct hash *out)
{
    uint8_t at[16];
    be64_put(at, incident);
    be64_put(at + 8, n);
    const struct slice parts[] = {SLICE_TEXT("amanah incident line 2"), SLICE_OF(at),
                                  SLICE_OF(seal->text.bytes), SLICE_OF(seal->box.bytes)};
    sha256(crypto, parts, COUNT_OF(parts), out);
}

RESULT incident_line_seal(struct crypto *crypto, struct slice stored, struct line_seal *out)
{
    if (stored.len < HASH_BYTES + AEAD_EXTRA_BYTES + LINE_SALT_BYTES)
        return FAIL(CORRUPT, "incident: a stored line is cut short");
    memcpy(out->text.bytes, stored.at, HASH_BYTES);
    sha256_one(crypto, slice_from(stored, HASH_BYTES), &out->box);
    return OK;
}

struct checking {
    struct shop *shop;
    uint64_t incident, next, count;
};

static RESULT check_line(void *context, const struct incident_line_row *row)
{
    struct checking *checking = context;
    struct shop *shop = checking->shop;
    struct entry entry = {0};
    struct hash hash = {{0}};
    struct line_seal seal = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    TRY(ledger_entry(shop->ledger, row->entry, &bytes, NULL));
    TRY(entry_read(buf_slice(&bytes), &entry));
    TRY(incident_line_seal(shop->crypto, row->sealed, &seal));
    incident_line_object(shop->crypto, checking->incident, row->n, &seal, &hash);
    bool good = entry.kind == ENTRY_INCIDENT && entry.has_object && hash_equal(&hash, &entry.object);
    checking->count++;
    if (good && row->n == checking->next++) return OK;
    return FAIL(
        TAMPERED,
        "incident: a line is not the one that entry %llu of the ledger made, or one is missing before it",
        (unsigned long long)row->entry);
}

static RESULT check_incident(void *context, const struct incident_row *row)
{
    struct checking *checking = context;
    struct store *store = checking->shop->store;
    checking->incident = row->no;
    checking->next = 1;
    return store->incident->line_each(store, row->no, 1, check_line, checking);
}

RESULT incident_lines_check(struct shop *shop, uint64_t *count)
{
    struct checking checking = {.shop = shop};
    TRY(shop->store->incident->each(shop->store, check_incident, &checking));
    *count = checking.count;
    return OK;
}
