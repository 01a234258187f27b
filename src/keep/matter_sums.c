#include "keep/matter_sums.h"

#include "keep/matter.h"
#include "keep/record.h"

static bool waits(const struct matter_row *claim)
{
    return claim->state == CLAIM_MADE || claim->state == CLAIM_PROPOSED;
}

/* One claim, to them or from them. */
static void sums_add(struct matter_sums *sums, const struct matter_row *claim, bool stands, bool away)
{
    uint64_t one = away ? UINT64_MAX : 1, amount = away ? 0 - claim->amount : claim->amount;
    sums->claims += one;
    if (waits(claim) && stands) sums->waiting += one;
    if (claim->state == CLAIM_GRANTED) sums->granted += amount;
    if (claim->state == CLAIM_SHARED) sums->shared += amount;
}

struct counting {
    struct shop *shop;
    struct matter_sums sums;
};

static RESULT count_add(void *context, const struct matter_row *claim)
{
    struct counting *counting = context;
    struct record record;
    bool stands = true;
    SCOPED(buf_done) struct buf bytes = {0};
    if (waits(claim)) {
        TRY(record_get(counting->shop, (struct subject_no){claim->subject}, true, &bytes, &record, NULL));
        stands = record.state != SUBJECT_ERASED;
    }
    sums_add(&counting->sums, claim, stands, false);
    return OK;
}

static RESULT sums_count(struct shop *shop, uint64_t pool, struct matter_sums *out)
{
    struct counting counting = {.shop = shop, .sums = {.pool = pool}};
    struct store *store = shop->store;
    TRY(store->matter->of_about(store, MATTER_CLAIM, pool, 0, count_add, &counting));
    *out = counting.sums;
    return OK;
}

RESULT matter_sums_of(struct shop *shop, uint64_t pool, struct matter_sums *out)
{
    *out = (struct matter_sums){.pool = pool};
    struct result got = shop->store->matter->sums_get(shop->store, out);
    return got.code == CODE_NOT_FOUND ? sums_count(shop, pool, out) : got;
}

RESULT matter_sums_move(struct batch *batch, const struct matter_row *from, const struct matter_row *to)
{
    struct store *store = batch_write(batch);
    struct matter_sums sums = {.pool = to->about};
    struct result got = store->matter->sums_get(store, &sums);
    if (got.code == CODE_NOT_FOUND) {
        TRY(sums_count(batch->shop, to->about,
                       &sums)); /* the first of its pool, or of before there were sums */
        return store->matter->sums_put(store, &sums);
    }
    TRY(got);
    if (from) sums_add(&sums, from, true, true);
    sums_add(&sums, to, true, false);
    return store->matter->sums_put(store, &sums);
}

struct erasing {
    struct batch *batch;
    uint64_t pools[64];
    size_t count;
    uint64_t after; /* the last one that was gathered */
};

/* The pools of those that wait, a few at a time: one statement is not run within itself. */
static RESULT erasing_add(void *context, const struct matter_row *row)
{
    struct erasing *erasing = context;
    if (row->kind != MATTER_CLAIM || !waits(row) || row->no <= erasing->after) return OK;
    if (erasing->count == COUNT_OF(erasing->pools)) return OK;
    erasing->pools[erasing->count++] = row->about;
    erasing->after = row->no;
    return OK;
}

RESULT matter_sums_erased(struct batch *batch, struct subject_no no)
{
    struct erasing erasing = {.batch = batch};
    struct store *store = batch->shop->store;
    do {
        erasing.count = 0;
        TRY(store->matter->of_subject(store, no.at, erasing_add, &erasing));
        for (size_t i = 0; i < erasing.count; i++) {
            struct matter_sums sums = {0};
            TRY(matter_sums_of(batch->shop, erasing.pools[i], &sums));
            if (sums.waiting == 0)
                return FAIL(TAMPERED, "matter: the sums of a pool are not those of its claims");
            sums.waiting--;
            store = batch_write(batch);
            TRY(store->matter->sums_put(store, &sums));
        }
    } while (erasing.count > 0);
    return OK;
}

RESULT matter_sums_check(struct shop *shop, uint64_t pool)
{
    struct matter_sums kept = {.pool = pool}, counted = {0};
    struct result got = shop->store->matter->sums_get(shop->store, &kept);
    if (got.code == CODE_NOT_FOUND) return OK;
    TRY(got);
    TRY(sums_count(shop, pool, &counted));
    if (kept.claims == counted.claims && kept.waiting == counted.waiting && kept.granted == counted.granted &&
        kept.shared == counted.shared)
        return OK;
    return FAIL(TAMPERED, "matter: the sums of pool %llu are not those of its claims",
                (unsigned long long)pool);
}
