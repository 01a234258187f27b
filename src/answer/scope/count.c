#include "answer/scope/count.h"

#include "answer/scope/ask.h"
#include "keep/shop.h"
#include "keep/watch/canary.h"

#include <stdlib.h>
#include <string.h>

void count_done(struct count *count)
{
    scope_done(&count->scope);
    census_done(&count->census);
    persons_done(&count->persons);
    for (size_t i = 0; i < count->combination_count; i++) set_done(&count->combinations[i].subjects);
    count->combination_count = 0;
}

static struct combination *combination_of(struct count *count, uint64_t fields)
{
    for (size_t i = 0; i < count->combination_count; i++) {
        if (count->combinations[i].fields == fields) return &count->combinations[i];
    }
    if (count->combination_count == COMBINATIONS_MAX) return NULL;
    struct combination *made = &count->combinations[count->combination_count++];
    *made = (struct combination){.fields = fields};
    return made;
}

/* Everybody of `some` is moved to the combination that has these fields as well. */
static void combination_move(struct count *count, size_t from, uint64_t fields, struct set *some)
{
    uint64_t before = count->combinations[from].fields;
    if ((before | fields) == before || set_chunk_count(some) == 0) return;
    struct combination *to = combination_of(count, before | fields);
    set_minus_in(&count->combinations[from].subjects, some);
    if (to) {
        set_union_in(&to->subjects, some);
    } else {
        count->combinations_cut = true;
    }
}

/* By part: who of it stands in a combination already goes on from there, the others begin. */
static void combine(struct count *count)
{
    for (size_t i = 0; i < count->scope.part_count; i++) {
        const struct scope_part *part = &count->scope.parts[i];
        uint64_t fields = part->full | part->masked;
        SCOPED(set_done) struct set rest = {0};
        if (part->source == SOURCE_RULE) continue;
        set_union_in(&rest, &part->subjects);
        size_t known = count->combination_count;
        for (size_t at = 0; at < known; at++) { /* those made on the way have all fields of this part */
            SCOPED(set_done) struct set some = {0};
            set_union_in(&some, &count->combinations[at].subjects);
            set_intersect_in(&some, &rest);
            set_minus_in(&rest, &some);
            combination_move(count, at, fields, &some);
        }
        struct combination *first = combination_of(count, fields);
        if (first)
            set_union_in(&first->subjects, &rest);
        else
            count->combinations_cut = true;
    }
}

/* Canaries are nobody's: whoever looked at one exposed no customer by it. */
static RESULT canaries_leave(const struct shop *shop, struct scope *scope)
{
    SCOPED(set_done) struct set made_up = {0};
    size_t room = shop->last.at / CANARY_EVERY_FIRST + 2;
    struct subject_no *numbers = calloc(room, sizeof *numbers);
    if (!numbers) return FAIL(UNAVAILABLE, "scope: out of memory");
    size_t count = canaries_passed(shop, (struct subject_no){0}, numbers, room);
    for (size_t i = 0; i < count; i++) (void)set_add(&made_up, numbers[i].at);
    free(numbers);
    set_minus_in(&scope->customers, &made_up);
    for (size_t i = 0; i < scope->part_count; i++) set_minus_in(&scope->parts[i].subjects, &made_up);
    return OK;
}

/* Which accounts are one person's. Without a shop nothing is known of its indexes: nobody is merged. */
static RESULT persons_of(const struct scope_base *base, struct persons *out)
{
    struct person_rule rules[PERSON_RULES_MAX];
    struct subject_no last = {0};
    TRY(base->store->subject->last(base->store, &last));
    return persons_find(base->store, rules, base->shop ? person_rules(base->shop, rules) : 0, last.at, out);
}

/* What the vault's own log lost counts as possible, unless only readers of other systems are suspected. */
static RESULT own_count(const struct scope_base *base, struct count *out)
{
    struct suspicion *suspicion = &out->suspicion;
    bool outside = suspicion->reader_count == 0 && suspicion->stranger_count > 0;
    TRY(suspicion_check(suspicion));
    TRY(own_gaps_find(base, suspicion, &out->own));
    if (!base->shop || outside) return OK;
    return own_gaps_suspect(&out->own, suspicion_reach(base->shop, suspicion), suspicion);
}

RESULT count_make(const struct scope_base *base, struct count *out)
{
    out->entries = ledger_durable(base->ledger);
    TRY(own_count(base, out));
    TRY(scope_known(base, &out->suspicion, &out->scope));
    if (!out->suspicion.found_alone) TRY(scope_observed(base, &out->suspicion, &out->scope));
    TRY(scope_found(base, &out->suspicion, &out->scope));
    if (base->shop) TRY(canaries_leave(base->shop, &out->scope));
    TRY(scope_possible(base, &out->suspicion, &out->scope, &out->census));
    TRY(persons_of(base, &out->persons));
    if (base->shop) TRY(gaps_find(base->shop, &out->suspicion, &out->gaps));
    combine(out);
    return OK;
}

void count_hashes(struct crypto *crypto, struct scope *scope, struct hash *out)
{
    set_hash(crypto, &scope->customers, &out[0]);
    for (size_t i = 0; i < scope->part_count; i++) set_hash(crypto, &scope->parts[i].subjects, &out[i + 1]);
}

void count_part_row(const struct scope *scope, size_t i, const struct hash *hash,
                    struct exposure_part_row *out)
{
    const struct scope_part *part = i > 0 ? &scope->parts[i - 1] : NULL;
    *out = (struct exposure_part_row){.part = (uint32_t)i + 1,
                                      .count = set_count(part ? &part->subjects : &scope->customers)};
    memcpy(out->set, hash->bytes, SET_HASH_BYTES);
    if (!part) return;
    out->source = part->source;
    out->at = part->at;
    out->full = part->full;
    out->masked = part->masked;
}

RESULT count_keep(struct store *store, uint64_t incident, uint32_t version, struct count *count,
                  const struct hash *hashes)
{
    struct scope *scope = &count->scope;
    for (size_t i = 0; i <= scope->part_count; i++) {
        struct exposure_part_row row = {0};
        TRY(set_keep(store, i > 0 ? &scope->parts[i - 1].subjects : &scope->customers, &hashes[i]));
        count_part_row(scope, i, &hashes[i], &row);
        row.incident = incident;
        row.version = version;
        TRY(store->exposure->part_add(store, &row));
    }
    return OK;
}

struct loading {
    struct store *store;
    struct scope *scope;
    bool any;
};

static RESULT chunk_load(void *context, uint64_t chunk, struct slice bitmap)
{
    return set_chunk_put(context, chunk, bitmap);
}

/* Parts are few; each is read while the list of them is, by a statement of its own. */
static RESULT part_load(void *context, const struct exposure_part_row *row)
{
    struct loading *loading = context;
    struct set *set = &loading->scope->customers;
    loading->any = true;
    if (row->source != 0) {
        set = &scope_part(loading->scope, (enum scope_source)row->source, row->at, row->full, row->masked)
                   ->subjects;
    }
    TRY(loading->store->exposure->chunk_each(loading->store, row->set, chunk_load, set));
    return set_count(set) == row->count ? OK : FAIL(TAMPERED, "scope: a stored set is not as it was counted");
}

RESULT count_load(struct store *store, uint64_t incident, uint32_t version, struct scope *out)
{
    struct loading loading = {store, out, false};
    TRY(store->exposure->part_each(store, incident, version, part_load, &loading));
    return loading.any ? OK : FAIL(NOT_FOUND, "scope: this incident has no such count");
}

/* The three of any of these fields; [STANDING_NONE] is left empty. */
struct standings {
    struct set by[STANDING_COUNT];
};

static void standings_done(struct standings *standings)
{
    for (size_t i = 0; i < STANDING_COUNT; i++) set_done(&standings->by[i]);
}

static void standings_of(const struct scope *scope, uint64_t fields, struct standings *out)
{
    struct scope_field field = {0};
    scope_field(scope, fields, &field);
    set_union_in(&field.full, &field.masked);
    set_union_in(&field.full, &field.observed);
    set_union_in(&field.full, &field.found);
    set_done(&field.masked);
    set_done(&field.observed);
    set_done(&field.found);
    out->by[STANDING_KNOWN] = field.full;
    out->by[STANDING_POSSIBLE] = field.possible;
    out->by[STANDING_EXCLUDED] = field.excluded;
}

void count_moved(const struct scope *before, const struct scope *now, uint64_t fields, struct moved *out)
{
    SCOPED(standings_done) struct standings old = {0}, new = {0};
    *out = (struct moved){0};
    if (before) standings_of(before, fields, &old);
    standings_of(now, fields, &new);
    for (size_t to = STANDING_KNOWN; to < STANDING_COUNT; to++) {
        uint64_t fresh = set_count(&new.by[to]);
        for (size_t from = STANDING_KNOWN; from < STANDING_COUNT; from++) {
            out->by[from][to] = set_common(&old.by[from], &new.by[to]);
            fresh -= out->by[from][to];
        }
        out->by[STANDING_NONE][to] = fresh;
    }
}

struct person_find {
    struct store *store;
    struct subject_no no;
    struct person_parts *out;
};

static RESULT part_find(void *context, const struct exposure_part_row *row)
{
    struct person_find *finding = context;
    struct person_parts *out = finding->out;
    SCOPED(set_done) struct set set = {0};
    SCOPED(buf_done) struct buf bitmap = {0};
    uint64_t chunk = finding->no.at >> SET_CHUNK_BITS;
    struct result got = finding->store->exposure->chunk_get(finding->store, row->set, chunk, &bitmap);
    if (got.code == CODE_NOT_FOUND) return OK;
    TRY(got);
    TRY(set_chunk_put(&set, chunk, buf_slice(&bitmap)));
    if (!set_has(&set, finding->no.at)) return OK;
    if (row->source == 0) out->there = true;
    if (row->source == SOURCE_ENTRIES) out->full |= row->full;
    if (row->source == SOURCE_ENTRIES) out->masked |= row->masked;
    if (row->source == SOURCE_OBSERVED) out->observed |= row->full;
    if (row->source == SOURCE_FOUND) out->found |= row->full;
    if (row->source != SOURCE_RULE || row->at >= SUSPICION_CASES_MAX) return OK;
    out->possible |= row->full;
    out->by_case[row->at] |= row->full;
    return OK;
}

RESULT count_person(struct store *store, uint64_t incident, uint32_t version, struct subject_no no,
                    struct person_parts *out)
{
    struct person_find finding = {store, no, out};
    *out = (struct person_parts){0};
    TRY(store->exposure->part_each(store, incident, version, part_find, &finding));
    out->masked &= ~out->full;
    out->observed &= ~(out->full | out->masked);
    out->found &= ~(out->full | out->masked | out->observed);
    out->possible &= ~(out->full | out->masked | out->observed | out->found);
    return OK;
}
