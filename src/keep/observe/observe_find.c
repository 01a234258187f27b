/* Whom the rows of a chunk name: by ref through the blind index, by id directly. Then one person each. */
#include "keep/observe/observe_priv.h"

#include <stdlib.h>

enum { SOON_SIGHTS = 8 };

/* A hand's part: the tag of a ref. One that no subject can have names nobody. */
static void tag_take(void *context, unsigned hand, size_t item)
{
    struct observing *observing = context;
    struct sight *sight = &observing->sights[item];
    SCOPED(buf_done) struct buf ref = {0};
    (void)hand;
    sight->named = sight->kind != ROUTE_NOBODY;
    if (sight->kind != ROUTE_REF) return;
    if (normalise(NORMALISE_REF, sight->text, (struct slice){0}, &ref).code != CODE_OK || ref.len == 0) {
        sight->kind = ROUTE_NOBODY;
        return;
    }
    tag_make(observing->batch->shop, FIELD_REF, buf_slice(&ref),
             sight->tag); /* reads a key that threads may share */
}

static void tag_soon(const struct observing *observing, size_t item)
{
    struct shop *shop = observing->batch->shop;
    if (item >= observing->count || observing->sights[item].kind != ROUTE_REF) return;
    shop->store->tag->soon(shop->store, tag_index(shop, FIELD_REF, TAG_EXACT), observing->sights[item].tag);
}

static RESULT sight_find(struct shop *shop, struct sight *sight)
{
    struct subject_no found[2] = {{0}};
    size_t count = 0;
    if (sight->kind == ROUTE_ID) {
        uint64_t number = 0;
        if (id_get(shop, ID_SUBJECT, sight->text, &number).code == CODE_OK && number <= shop->last.at)
            sight->no.at = number;
    }
    if (sight->kind == ROUTE_REF) {
        TRY(shop->store->tag->find(shop->store, tag_index(shop, FIELD_REF, TAG_EXACT), sight->tag, found,
                                   COUNT_OF(found), &count));
        if (count > 0) sight->no = found[0];
    }
    return OK;
}

static int by_number(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_subject(const void *a, const void *b)
{
    const struct sight *x = a, *y = b;
    int order = by_number(x->no.at - 1, y->no.at - 1); /* nobody comes last */
    if (order == 0) order = by_number(x->named, y->named);
    if (order == 0) order = by_number(x->reader, y->reader);
    if (order == 0) order = by_number(x->hour, y->hour);
    if (order == 0) order = by_number(x->full, y->full);
    return order != 0 ? order : by_number(x->line, y->line);
}

/* Sorted; those that differ in nothing but their lines are one. */
static void sights_join(struct observing *observing)
{
    size_t kept = 0;
    if (observing->count > 1)
        qsort(observing->sights, observing->count, sizeof *observing->sights, by_subject);
    for (size_t i = 0; i < observing->count; i++) {
        struct sight *sight = &observing->sights[i], *last = kept > 0 ? &observing->sights[kept - 1] : NULL;
        if (last && last->no.at == sight->no.at && last->named == sight->named &&
            last->reader == sight->reader && last->hour == sight->hour && last->full == sight->full) {
            last->lines += sight->lines;
            last->rows += sight->rows;
        } else {
            observing->sights[kept++] = *sight;
        }
    }
    observing->count = kept;
}

/* The record of everybody who was found. Those who were erased meanwhile are nobody again. */
static RESULT records_get(struct observing *observing, bool *gone)
{
    struct shop *shop = observing->batch->shop;
    struct record record;
    for (size_t i = 0; i < observing->count && observing->sights[i].no.at > 0;) {
        struct person *person = &observing->persons[observing->person_count++];
        *person = (struct person){.no = observing->sights[i].no, .from = i};
        while (i < observing->count && observing->sights[i].no.at == person->no.at) i++;
        person->count = i - person->from;
        struct result got = record_get(shop, person->no, false, &person->record, &record, NULL);
        if (got.code == CODE_OK) continue;
        if (got.cause != CAUSE_SUBJECT_ERASED && got.cause != CAUSE_SUBJECT_UNKNOWN) return got;
        buf_done(&person->record);
        observing->person_count--;
        for (size_t at = person->from; at < i; at++) observing->sights[at].no.at = 0;
        *gone = true;
    }
    return OK;
}

/* Whom a person stands for in the chunk, after sights were joined anew. */
static void places_set(struct observing *observing)
{
    size_t at = 0;
    for (size_t i = 0; i < observing->person_count; i++) {
        struct person *person = &observing->persons[i];
        person->from = at;
        while (at < observing->count && observing->sights[at].no.at == person->no.at) at++;
        person->count = at - person->from;
    }
}

RESULT observe_find(struct observing *observing)
{
    bool gone = false;
    hands_run(observing->count, tag_take, observing);
    for (size_t i = 0; i < observing->count; i++) {
        struct sight *sight = &observing->sights[i];
        tag_soon(observing, i + SOON_SIGHTS);
        TRY(sight_find(observing->batch->shop, sight));
        if (sight->no.at > 0) sight->named = false;
    }
    sights_join(observing);
    observing->persons = arena_take(observing->batch->arena, observing->count * sizeof *observing->persons);
    TRY(records_get(observing, &gone));
    if (!gone) return OK;
    for (size_t i = 0; i < observing->count; i++) {
        struct sight *sight = &observing->sights[i];
        if (sight->no.at == 0 && sight->kind != ROUTE_NOBODY) sight->named = true;
    }
    sights_join(observing);
    places_set(observing);
    return OK;
}
