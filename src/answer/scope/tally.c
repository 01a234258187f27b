#include "answer/scope/tally.h"

#include <stdlib.h>

RESULT tally_new(struct tally **out)
{
    *out = calloc(1, sizeof **out); /* large, so not on the stack */
    return *out ? OK : FAIL(UNAVAILABLE, "scope: out of memory");
}

void tally_free(struct tally **tally)
{
    struct tally *at = *tally;
    if (!at) return;
    count_done(&at->count);
    free(at->hashes);
    buf_done(&at->suspicion);
    buf_done(&at->told);
    free(at);
    *tally = NULL;
}

/* The newest count there is, and the number of this one. */
static RESULT before_load(struct store *store, uint64_t incident, struct scope *before, uint32_t *version)
{
    TRY(store->exposure->newest(store, incident, version));
    if (*version > 0) TRY(count_load(store, incident, *version, before));
    ++*version;
    return OK;
}

RESULT tally_run(struct shop *shop, struct tally *tally)
{
    SCOPED(scope_done) struct scope before = {0};
    struct scope *scope = &tally->count.scope;
    const struct scope_base base = {.store = shop->store,
                                    .ledger = shop->ledger,
                                    .sightings = shop->sightings,
                                    .shop = shop,
                                    .found = tally->found,
                                    .found_count = tally->found_count};
    struct told told = {.now_us = tally->now_us, .detected_us = tally->detected_us, .count = &tally->count};
    TRY(count_make(&base, &tally->count));
    TRY(before_load(shop->store, tally->incident, &before, &tally->version));
    tally->hashes = calloc(scope->part_count + 1, sizeof *tally->hashes);
    if (!tally->hashes) return FAIL(UNAVAILABLE, "scope: out of memory");
    count_hashes(shop->crypto, scope, tally->hashes);
    suspicion_write(&tally->count.suspicion, &tally->suspicion);
    sha256_one(shop->crypto, buf_slice(&tally->suspicion), &told.suspicion);
    told.version = tally->version;
    told.before = told.version > 1 ? &before : NULL;
    told.hashes = tally->hashes;
    told_put(shop, &told, &tally->told);
    return OK;
}

static RESULT errand_run(struct shop *view, void *state)
{
    return tally_run(view, state);
}

static void errand_state_free(void *state)
{
    struct tally *tally = state;
    tally_free(&tally);
}

RESULT tally_errand(struct tally **tally, struct errand **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out) return FAIL(UNAVAILABLE, "scope: out of memory");
    **out = (struct errand){
        .about = (*tally)->incident, .run = errand_run, .free = errand_state_free, .state = TAKE(*tally)};
    return OK;
}
