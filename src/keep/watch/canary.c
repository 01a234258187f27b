#include "keep/watch/canary.h"

#include "keep/access/rows.h"
#include "keep/watch/canary_priv.h"
#include "keep/watch/watching.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEALED_BYTES = 1024,
    PLAN_MEMBERS = 7,
    ROW_MEMBERS = 6,
    FIRST_NUMBERS = CANARY_EVERY_FIRST * CANARY_FIRST_BLOCKS
};

RESULT canaries_new(struct canaries **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? OK : FAIL(UNAVAILABLE, "canaries: out of memory");
}

void canary_plan_done(struct canary_plan *plan)
{
    secret_done(&plan->seed);
}

static void places_free(struct canary_places **places)
{
    if (!*places) return;
    prf_free(&(*places)->prf);
    free((*places)->at);
    free(*places);
    *places = NULL;
}

void canaries_drop(struct canaries *canaries)
{
    canary_plan_done(&canaries->plan);
    places_free(&canaries->places);
    free(canaries->rows);
    free(canaries->extras);
    *canaries = (struct canaries){0};
}

void canaries_free(struct canaries **canaries)
{
    if (!*canaries) return;
    canaries_drop(*canaries);
    free(*canaries);
    *canaries = NULL;
}

/* All rows have the same length, and say nothing without the staff key. */
static void row_seal(struct shop *shop, uint32_t id, const struct buf *text, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0}, padded = {0};
    buf_text(&aad, "canary");
    buf_be32(&aad, id);
    assert(text->len <= SEALED_BYTES);
    buf_slice_put(&padded, buf_slice(text));
    while (padded.len < SEALED_BYTES) buf_byte(&padded, 0);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&padded), out);
}

void canary_plan_write(struct shop *shop, const struct canary_plan *plan, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    cbor_array(&text, PLAN_MEMBERS);
    cbor_bytes(&text, (struct slice){plan->seed.bytes, SECRET_BYTES});
    cbor_uint(&text, plan->from);
    cbor_array(&text, plan->keeper_count);
    for (size_t i = 0; i < plan->keeper_count; i++) cbor_uint(&text, plan->keepers[i]);
    cbor_array(&text, plan->domain_count);
    for (size_t i = 0; i < plan->domain_count; i++) cbor_text(&text, slice_text(plan->domains[i]));
    cbor_uint(&text, plan->open_to);
    cbor_uint(&text, (uint64_t)plan->open_until_us);
    cbor_bool(&text, true);
    row_seal(shop, CANARY_PLAN_ROW, &text, out);
}

void canary_write(struct shop *shop, uint32_t id, const struct canary *canary, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    cbor_array(&text, ROW_MEMBERS);
    cbor_uint(&text, canary->no.at);
    cbor_bool(&text, canary->extra);
    cbor_uint(&text, canary->for_kind);
    cbor_uint(&text, canary->key);
    cbor_text(&text, slice_text(canary->partner));
    cbor_uint(&text, (uint64_t)canary->given_us);
    row_seal(shop, id, &text, out);
}

static RESULT domains_read(struct cbor *reader, struct canary_plan *out)
{
    TRY(cbor_read_array(reader, &out->domain_count));
    if (out->domain_count > CANARY_DOMAINS_MAX) return FAIL(CORRUPT, "authority: a stored plan is malformed");
    for (size_t i = 0; i < out->domain_count; i++)
        TRY(body_name_read(reader, out->domains[i], CANARY_DOMAIN_BYTES_MAX));
    return OK;
}

static RESULT plan_read(struct cbor *reader, struct canary_plan *out)
{
    struct slice seed = {0};
    bool end = false;
    TRY(cbor_read_bytes(reader, &seed));
    if (seed.len != SECRET_BYTES) return FAIL(CORRUPT, "authority: a stored plan is malformed");
    memcpy(out->seed.bytes, seed.at, SECRET_BYTES);
    TRY(cbor_read_uint(reader, &out->from));
    TRY(body_numbers_read(reader, out->keepers, CANARY_KEEPERS, &out->keeper_count));
    TRY(domains_read(reader, out));
    TRY(cbor_read_uint(reader, &out->open_to));
    TRY(body_time_read(reader, &out->open_until_us));
    return cbor_read_bool(reader, &end);
}

static RESULT canary_read(struct cbor *reader, struct canary *out)
{
    uint64_t kind = 0, key = 0;
    TRY(cbor_read_uint(reader, &out->no.at));
    TRY(cbor_read_bool(reader, &out->extra));
    TRY(cbor_read_uint(reader, &kind));
    TRY(cbor_read_uint(reader, &key));
    TRY(body_name_read(reader, out->partner, CANARY_PARTNER_BYTES_MAX));
    TRY(body_time_read(reader, &out->given_us));
    if (kind < CANARY_FOR_KEY || kind > CANARY_FOR_EXPORT || key > UINT32_MAX)
        return FAIL(CORRUPT, "authority: a stored canary is malformed");
    out->for_kind = (enum canary_for)kind;
    out->key = (uint32_t)key;
    return OK;
}

static RESULT plan_take(struct shop *shop, struct cbor *reader)
{
    struct canaries *canaries = shop->canaries;
    SCOPED(canary_plan_done) struct canary_plan plan = {0};
    TRY(plan_read(reader, &plan));
    SCOPED(places_free) struct canary_places *places = calloc(1, sizeof *places);
    if (!places) return FAIL(UNAVAILABLE, "canaries: out of memory");
    TRY(prf_new(shop->crypto, &plan.seed, &places->prf));
    places_free(&canaries->places);
    canaries->places = TAKE(places);
    canary_plan_done(&canaries->plan);
    canaries->plan = plan;
    canaries->planned = true;
    return OK;
}

/* Where a number stands, or would. */
static size_t extra_at(const struct canaries *canaries, uint64_t no)
{
    size_t low = 0, high = canaries->extra_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (canaries->extras[middle] < no)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static RESULT extra_add(struct canaries *canaries, uint64_t no)
{
    size_t at = extra_at(canaries, no), behind = canaries->extra_count - at;
    if (behind > 0 && canaries->extras[at] == no) return OK;
    uint64_t *grown = realloc(canaries->extras, (canaries->extra_count + 1) * sizeof *grown);
    if (!grown) return FAIL(UNAVAILABLE, "canaries: out of memory");
    memmove(grown + at + 1, grown + at, behind * sizeof *grown);
    grown[at] = no;
    canaries->extras = grown;
    canaries->extra_count++;
    return OK;
}

RESULT canary_take(struct shop *shop, uint32_t id, struct slice body)
{
    struct canaries *canaries = shop->canaries;
    struct canary canary = {{0}};
    SCOPED(buf_done) struct buf aad = {0}, text = {0};
    size_t members = 0;
    void *rows = canaries->rows, *at = NULL;
    buf_text(&aad, "canary");
    buf_be32(&aad, id);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), body, &text));
    struct cbor reader = cbor_reader(buf_slice(&text));
    TRY(cbor_read_array(&reader, &members));
    if (members != (id == CANARY_PLAN_ROW ? PLAN_MEMBERS : ROW_MEMBERS))
        return FAIL(CORRUPT, "authority: a stored canary is malformed");
    if (id == CANARY_PLAN_ROW)
        TRY(plan_take(shop, &reader));
    else
        TRY(canary_read(&reader, &canary));
    TRY(row_place(&rows, &canaries->row_count, sizeof canary, id, &at));
    canaries->rows = rows;
    memcpy(at, &canary, sizeof canary);
    return canary.extra ? extra_add(canaries, canary.no.at) : OK;
}

static uint64_t block_size(size_t block)
{
    return block < CANARY_FIRST_BLOCKS ? CANARY_EVERY_FIRST : CANARY_EVERY;
}

/* The first number of a block. */
static uint64_t block_from(const struct canaries *canaries, size_t block)
{
    uint64_t first = block < CANARY_FIRST_BLOCKS ? block : CANARY_FIRST_BLOCKS;
    return canaries->plan.from + 1 + first * CANARY_EVERY_FIRST + (block - first) * CANARY_EVERY;
}

size_t canary_blocks(const struct canaries *canaries, uint64_t last)
{
    if (!canaries->planned || last <= canaries->plan.from) return 0;
    uint64_t at = last - canaries->plan.from - 1;
    return 1 + (at < FIRST_NUMBERS ? at / CANARY_EVERY_FIRST
                                   : CANARY_FIRST_BLOCKS + (at - FIRST_NUMBERS) / CANARY_EVERY);
}

/* Places are drawn when they are asked for first: 150 ns each, 20 ms for 34 million customers. */
static void places_grow(struct canary_places *places, size_t blocks)
{
    if (blocks <= places->count) return;
    size_t cap = blocks + blocks / 4 + 64;
    uint16_t *grown = realloc(places->at, cap * sizeof *grown);
    if (!grown) abort(); /* as all memory: see bytes.h */
    places->at = grown;
    for (size_t block = places->count; block < cap; block++) {
        uint8_t number[8];
        struct hash hash = {{0}};
        be64_put(number, block);
        const struct slice parts[] = {{number, sizeof number}};
        prf_run(places->prf, parts, COUNT_OF(parts), &hash);
        grown[block] = (uint16_t)(be64_get(hash.bytes) % block_size(block));
    }
    places->count = cap;
}

uint64_t canary_number(const struct canaries *canaries, size_t block)
{
    places_grow(canaries->places, block + 1);
    return block_from(canaries, block) + canaries->places->at[block];
}

static bool is_planned(const struct canaries *canaries, uint64_t no)
{
    size_t blocks = canary_blocks(canaries, no);
    return blocks > 0 && canary_number(canaries, blocks - 1) == no;
}

const struct canary *canary_given(const struct canaries *canaries, struct subject_no no)
{
    for (size_t i = 0; i < canaries->row_count; i++)
        if (canaries->rows[i].no.at == no.at) return &canaries->rows[i];
    return NULL;
}

size_t canaries_extra(const struct shop *shop, const uint64_t **out)
{
    *out = shop->canaries->extras;
    return shop->canaries->extra_count;
}

struct canary_told canary_tell(const struct shop *shop, struct subject_no no)
{
    struct canary_told told = {0};
    const struct canary *canary = canary_given(shop->canaries, no);
    if (!canary) return told;
    told.given = true;
    told.key = canary->for_kind == CANARY_FOR_KEY ? canary->key : 0;
    told.export = canary->for_kind == CANARY_FOR_EXPORT ? canary->key : 0;
    told.given_us = canary->given_us;
    memcpy(told.partner, canary->partner, sizeof told.partner);
    return told;
}

bool canary_is(const struct shop *shop, struct subject_no no)
{
    const struct canaries *canaries = shop->canaries;
    if (!canaries->planned || no.at == 0) return false;
    if (is_planned(canaries, no.at)) return true;
    size_t at = extra_at(canaries, no.at);
    return at < canaries->extra_count && canaries->extras[at] == no.at;
}

uint64_t canary_count(const struct shop *shop)
{
    const struct canaries *canaries = shop->canaries;
    size_t blocks = canary_blocks(canaries, shop->last.at);
    uint64_t count = blocks;
    if (blocks > 0 && canary_number(canaries, blocks - 1) > shop->last.at) count--;
    return count + canaries->extra_count;
}

uint64_t shop_customers(const struct shop *shop)
{
    return shop->last.at - canary_count(shop);
}

struct subject_no subject_number_take(struct shop *shop)
{
    do {
        shop->last.at++;
    } while (is_planned(shop->canaries, shop->last.at));
    return shop->last;
}

size_t canaries_passed(const struct shop *shop, struct subject_no after, struct subject_no *out, size_t room)
{
    const struct canaries *canaries = shop->canaries;
    size_t blocks = canary_blocks(canaries, shop->last.at), from = canary_blocks(canaries, after.at),
           count = 0;
    for (size_t block = from > 0 ? from - 1 : 0; block < blocks; block++) {
        uint64_t no = canary_number(canaries, block);
        if (no <= after.at || no > shop->last.at) continue;
        assert(count < room);
        out[count++].at = no;
    }
    return count;
}

size_t canaries_unfound(const struct shop *shop, bool by_email, struct subject_no *found, size_t count)
{
    size_t customers = 0, left = 0;
    for (size_t i = 0; i < count; i++) customers += !canary_is(shop, found[i]);
    for (size_t i = 0; i < count; i++) {
        bool stays = !canary_is(shop, found[i]) ||
                     (customers == 0 && (by_email || canary_given(shop->canaries, found[i])));
        if (stays) found[left++] = found[i];
    }
    return left;
}

void canary_touched(struct batch *batch, const struct reader *reader, struct subject_no no)
{
    if (canary_is(batch->shop, no)) watching_canary(batch, reader);
}

bool canary_keeper(const struct shop *shop, const struct reader *reader)
{
    const struct canary_plan *plan = &shop->canaries->plan;
    size_t there = 0;
    bool is = false;
    for (size_t i = 0; i < plan->keeper_count; i++) {
        uint32_t staff = plan->keepers[i];
        there += staff <= shop->access.staff_count && shop->access.staff[staff - 1].state != STAFF_LEFT;
        is |= reader->person_count == 1 && reader->persons[0] == staff;
    }
    return is || there < CANARY_KEEPERS;
}
