/*
 * Codes on their way out: piece by piece into a file of age that only the campaign's recipient opens. A piece's codes
 * count as given before it leaves; one that was lost on the way is begun anew, with the same codes.
 */
#include "answer/redress/campaign.h"
#include "answer/redress/verbs.h"
#include "crypto/age.h"
#include "keep/put.h"
#include "keep/record.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE_PEOPLE = 4096, TAKING_BYTES = 16, CAMPAIGN_CODES_GIVEN = 2 };

struct handing {
    uint8_t taking[TAKING_BYTES];
    uint32_t campaign, version;
    uint64_t next, piece; /* the first serial that has not been written; number of the piece to come */
    bool ended;
    struct age_seal *seal;
};

static void handing_free(struct handing **handing)
{
    if (!*handing) return;
    age_seal_free(&(*handing)->seal);
    free(*handing);
    *handing = NULL;
}

RESULT campaign_may_have(struct shop *shop, const struct campaign *campaign, struct subject_no no, bool *out)
{
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    struct result got = record_get(shop, no, false, &bytes, &record, NULL);
    *out = false;
    if (got.code == CODE_NOT_FOUND) return OK;
    TRY(got);
    *out = record.state != SUBJECT_LINKED || campaign->spec.linked;
    return OK;
}

static RESULT row_put(struct shop *shop, struct campaign *campaign, uint64_t serial, struct buf *out)
{
    uint32_t version = campaign->spec.version;
    id_put(shop, ID_SUBJECT, serial, out);
    for (size_t part = 0; part < campaign->spec.part_count; part++) {
        char code[VOUCHER_TEXT_BYTES];
        const struct code_of of = {campaign->id, (uint32_t)part + 1, version};
        TRY(voucher_codes_make(campaign->codes[version - 1], of, serial, 1, &code));
        buf_byte(out, ',');
        buf_put(out, code, sizeof code);
        explicit_bzero(code, sizeof code);
    }
    buf_byte(out, '\n');
    return OK;
}

RESULT campaign_given_keep(struct batch *batch, struct campaign *campaign, uint64_t from, uint64_t to)
{
    struct set *given = &campaign->given[campaign->spec.version - 1];
    for (uint64_t chunk = from >> SET_CHUNK_BITS; chunk <= to >> SET_CHUNK_BITS; chunk++) {
        SCOPED(buf_done) struct buf bytes = {0};
        size_t place = set_chunk_find(given, chunk);
        uint64_t same = 0;
        if (place == SIZE_MAX) continue;
        set_chunk_get(given, place, &same, &bytes);
        struct store *store = batch_write(batch);
        TRY(store->voucher->given_put(store, campaign->id, campaign->spec.version, chunk, buf_slice(&bytes)));
    }
    return OK;
}

/* The rows of the next people, and who of them were given codes. */
static RESULT piece_make(struct batch *batch, struct handing *handing, struct campaign *campaign,
                         struct buf *rows, uint64_t *count)
{
    uint64_t at = handing->next, from = at;
    for (size_t seen = 0; seen < PIECE_PEOPLE; seen++, at++) {
        bool may = false;
        if (!set_next(&campaign->people, at, &at)) {
            handing->ended = true;
            break;
        }
        TRY(campaign_may_have(batch->shop, campaign, (struct subject_no){at}, &may));
        if (!may) continue;
        TRY(row_put(batch->shop, campaign, at, rows));
        (void)set_add(&campaign->given[campaign->spec.version - 1], at);
        ++*count;
    }
    if (*count > 0) TRY(campaign_given_keep(batch, campaign, from, at));
    handing->next = at;
    return OK;
}

static RESULT handing_begin(struct batch *batch, struct redress *redress, const struct campaign *campaign,
                            struct buf *file)
{
    struct age_recipient recipient = {{0}};
    SCOPED(handing_free) struct handing *handing = calloc(1, sizeof *handing);
    SCOPED(buf_done) struct buf head = {0};
    if (!handing) return FAIL(UNAVAILABLE, "codes: out of memory");
    if (campaign->spec.recipient.len == 0)
        return FAIL(CONFLICT, "recipient: the campaign names none, age1…, for whom its codes are");
    TRY(age_recipient_get(campaign->spec.recipient, &recipient));
    TRY(age_seal_to(batch->shop->crypto, &recipient, 1, file, &handing->seal));
    crypto_random(batch->shop->crypto, handing->taking, TAKING_BYTES);
    handing->campaign = campaign->id;
    handing->version = campaign->spec.version;
    handing->next = 1;
    buf_text(&head, "id");
    for (size_t i = 0; i < campaign->spec.part_count; i++)
        buf_print(&head, ",%s", campaign->spec.parts[i].name);
    buf_byte(&head, '\n');
    TRY(age_seal_put(handing->seal, buf_slice(&head), file));
    if (redress->handing) handing_free(&redress->handing);
    redress->handing = TAKE(handing);
    redress->handing_free = handing_free;
    return OK;
}

static RESULT handing_find(const struct redress *redress, const struct campaign *campaign,
                           const struct campaign_codes_ask *ask, struct handing **out)
{
    uint8_t taking[TAKING_BYTES];
    struct handing *handing = redress->handing;
    bool same = handing && hex_get(ask->taking, taking, sizeof taking) &&
                bytes_equal_ct(taking, handing->taking, sizeof taking) && handing->campaign == campaign->id &&
                handing->version == campaign->spec.version && handing->piece == ask->piece && !handing->ended;
    if (!same)
        return FAIL(CONFLICT,
                    "codes: this file was ended or interrupted; begin it anew, with the same codes");
    *out = handing;
    return OK;
}

RESULT verb_campaign_codes(struct batch *batch, const struct reader *reader,
                           const struct campaign_codes_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    struct redress *redress = NULL;
    struct campaign *campaign = NULL;
    struct receipt receipt = {0};
    uint64_t count = 0;
    SCOPED(buf_done) struct buf file = {0}, rows = {0}, data = {0}, taking = {0};
    TRY(campaigns_of(batch, &redress));
    TRY(campaign_find(shop, redress, ask->id, &campaign));
    if (campaign->spec.state != CAMPAIGN_ANNOUNCED)
        return FAIL(CONFLICT, "campaign: codes are made once it is announced, and while it is not stopped");
    if (ask->taking.len == 0) TRY(handing_begin(batch, redress, campaign, &file));
    struct handing *handing = redress->handing;
    if (ask->taking.len > 0) TRY(handing_find(redress, campaign, ask, &handing));
    struct draft draft = batch_draft(batch, reader, ENTRY_CAMPAIGN);
    draft.entry.object_kind = CAMPAIGN_CODES_GIVEN;
    draft.entry.object_id = campaign->id;
    struct result made = piece_make(batch, handing, campaign, &rows, &count);
    if (made.code == CODE_OK) made = age_seal_put(handing->seal, buf_slice(&rows), &file);
    if (made.code == CODE_OK && handing->ended) made = age_seal_end(handing->seal, &file);
    if (made.code != CODE_OK) {
        handing_free(&redress->handing);
        (void)batch_write(batch); /* who was marked in memory is read again */
        return made;
    }
    draft.entry.count = count;
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    handing->piece++;
    base64_put(&data, buf_slice(&file));
    hex_put(&taking, SLICE_OF(handing->taking));
    cbor_map(&out->body, 5);
    put_text(&out->body, "taking", buf_slice(&taking));
    put_number(&out->body, "piece", handing->piece);
    put_number(&out->body, "people", count);
    put_bool(&out->body, "more", !handing->ended);
    put_text(&out->body, "data", buf_slice(&data));
    return OK;
}
