#include "answer/scope/census.h"

#include "keep/rotate.h"
#include "keep/watch/canary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the rules ask of one subject. */
struct counted {
    struct subject_no no;
    struct record record;
    bool imported;      /* it came by an import: it may be older than the vault knows */
    int64_t changed_us; /* when its record was written last */
};

struct counting {
    const struct scope_base *base;
    const struct suspicion *suspicion;
    struct scope *scope;
    struct census *census;
    struct set known;
    struct record record;
    uint64_t entry; /* that is remembered: neighbours came in one import */
    bool entry_known;
    struct entry said;
    struct census_row *country, *language; /* of the subject before */
    struct census_held *held;
    struct rotation_row *rotations; /* ascending */
    size_t rotation_count;
};

void census_done(struct census *census)
{
    free(census->countries);
    free(census->languages);
    set_done(&census->linked);
    set_done(&census->later);
    set_done(&census->before);
    set_done(&census->changed);
    for (size_t i = 0; i < census->held_count; i++) set_done(&census->held[i].subjects);
    free(census->held);
    *census = (struct census){0};
}

/* What the entry says. */
static RESULT said(struct counting *counting, uint64_t index, const struct entry **out)
{
    if (!counting->entry_known || counting->entry != index) {
        SCOPED(buf_done) struct buf bytes = {0};
        TRY(ledger_entry(counting->base->ledger, index, &bytes, NULL));
        TRY(entry_read(buf_slice(&bytes), &counting->said));
        counting->entry = index;
        counting->entry_known = true;
    }
    *out = &counting->said;
    return OK;
}

struct first {
    uint64_t index;
};

static RESULT first_take(void *context, uint64_t index)
{
    struct first *first = context;
    if (index < first->index) first->index = index;
    return OK;
}

/* Was it made by an import? Of a changed record its first entry tells, of an erased one nothing does any more. */
static RESULT origin(struct counting *counting, const struct subject_row *row, struct counted *out)
{
    struct store *store = counting->base->store;
    const struct entry *entry = NULL;
    uint64_t wrote = out->record.wrote ? out->record.wrote : row->entry; /* a rotation writes no value */
    struct first first = {wrote};
    TRY(said(counting, wrote, &entry));
    out->changed_us = entry->time_us;
    if (out->record.version > 1) TRY(store->subject->past_each(store, row->no, first_take, &first));
    if (first.index != wrote) TRY(said(counting, first.index, &entry));
    out->imported = entry->kind == ENTRY_IMPORT || out->record.state == SUBJECT_ERASED;
    return OK;
}

static bool existed(const struct counted *at, int64_t when_us)
{
    return at->imported || at->record.created_us <= when_us;
}

static bool erased_before(const struct counted *at, int64_t when_us)
{
    return at->record.state == SUBJECT_ERASED && at->changed_us < when_us;
}

/* What it may have held at some moment since then: what it holds, or anything once it changed. */
static uint64_t held_since(const struct counted *at, int64_t when_us)
{
    bool changed = at->record.version > 1 || at->record.state == SUBJECT_ERASED;
    return changed && at->changed_us > when_us ? UINT64_MAX : at->record.held;
}

/* The fields of it that a case makes possible. */
static uint64_t case_fields(const struct counting *counting, const struct suspicion_case *rule,
                            const struct counted *at)
{
    const struct suspicion *suspicion = counting->suspicion;
    int64_t begin_us = suspicion->from_us;
    switch (rule->rule) {
    case RULE_GAP:
    case RULE_LOST:
        if (!existed(at, rule->to_us) || erased_before(at, rule->from_us)) return 0;
        return rule->fields & held_since(at, rule->from_us);
    case RULE_COPY:
        if (!existed(at, rule->from_us) || erased_before(at, rule->from_us)) return 0;
        return rule->fields & held_since(at, rule->from_us);
    case RULE_KEK: /* of the erased it is not kept under which epoch they were */
        if (erased_before(at, begin_us)) return 0;
        if (at->record.state != SUBJECT_ERASED &&
            !rotation_passed(counting->rotations, counting->rotation_count, (uint16_t)rule->epoch,
                             at->record.epoch, at->record.created_us))
            return 0;
        return rule->fields & held_since(at, begin_us);
    case RULE_INDEX:
        if (erased_before(at, begin_us)) return 0;
        return rule->fields & (uint64_t)1 << rule->field & held_since(at, begin_us);
    }
    return 0;
}

static uint64_t rules_apply(struct counting *counting, const struct counted *at)
{
    const struct suspicion *suspicion = counting->suspicion;
    uint64_t all = 0;
    for (size_t i = 0; i < suspicion->case_count; i++) {
        uint64_t fields = case_fields(counting, &suspicion->cases[i], at) & suspicion->fields;
        if (fields == 0) continue;
        struct scope_part *part = scope_part(counting->scope, SOURCE_RULE, (uint32_t)i, fields, 0);
        (void)set_add(&part->subjects, at->no.at); /* each is met once */
        all |= fields;
    }
    return all;
}

/* The row of a code; the one before is tried first. A table that is full counts under the code that was not said. */
static struct census_row *row_of(struct census_row *rows, size_t *count, struct census_row *before,
                                 const char *code)
{
    if (before && strcmp(before->code, code) == 0) return before;
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(rows[i].code, code) == 0) return &rows[i];
    }
    if (*count == CENSUS_ROWS_MAX) return &rows[0];
    struct census_row *row = &rows[(*count)++];
    (void)snprintf(row->code, sizeof row->code, "%s", code); /* at most three letters */
    return row;
}

static void counts_add(struct census_counts *counts, bool known, bool possible)
{
    counts->known += known;
    counts->possible += !known && possible;
    counts->excluded += !known && !possible;
}

/* The row of those who hold exactly these fields; made when there is none. */
static struct census_held *held_of(struct census *census, uint64_t fields)
{
    for (size_t i = 0; i < census->held_count; i++) {
        if (census->held[i].fields == fields) return &census->held[i];
    }
    if (census->held_count == census->held_cap) {
        census->held_cap = census->held_cap ? census->held_cap * 2 : 16;
        census->held = reallocarray(census->held, census->held_cap, sizeof *census->held);
        if (!census->held) abort(); /* as all memory: see bytes.h */
    }
    struct census_held *held = &census->held[census->held_count++];
    *held = (struct census_held){.fields = fields};
    return held;
}

static void held_add(struct counting *counting, const struct counted *at)
{
    uint64_t fields = at->record.held & counting->suspicion->fields;
    if (!counting->held || counting->held->fields != fields)
        counting->held = held_of(counting->census, fields);
    (void)set_add(&counting->held->subjects, at->no.at); /* each is met once */
}

static RESULT subject_count(void *context, const struct subject_row *row)
{
    struct counting *counting = context;
    struct census *census = counting->census;
    const struct suspicion *suspicion = counting->suspicion;
    struct counted at = {.no = row->no};
    if (counting->base->shop && canary_is(counting->base->shop, row->no)) return OK;
    struct result parsed = record_parse(row->record, &at.record);
    if (parsed.code != CODE_OK) return parsed;
    TRY(origin(counting, row, &at));
    if (at.record.state == SUBJECT_LINKED) (void)set_add(&census->linked, row->no.at);
    if (!existed(&at, suspicion->to_us - 1)) (void)set_add(&census->later, row->no.at);
    if (erased_before(&at, suspicion->from_us)) (void)set_add(&census->before, row->no.at);
    if (held_since(&at, suspicion->from_us) == UINT64_MAX) (void)set_add(&census->changed, row->no.at);
    held_add(counting, &at);
    bool possible = rules_apply(counting, &at) != 0, known = set_has(&counting->known, row->no.at);
    counting->country =
        row_of(census->countries, &census->country_count, counting->country, at.record.country);
    counting->language =
        row_of(census->languages, &census->language_count, counting->language, at.record.lang);
    counts_add(&census->by_state[at.record.state], known, possible);
    counts_add(&counting->country->counts, known, possible);
    counts_add(&counting->language->counts, known, possible);
    return OK;
}

static void counting_done(struct counting *counting)
{
    set_done(&counting->known);
    free(counting->rotations);
}

static RESULT rotation_note(void *context, const struct rotation_row *row)
{
    struct counting *counting = context;
    struct rotation_row *rows =
        reallocarray(counting->rotations, counting->rotation_count + 1, sizeof *counting->rotations);
    if (!rows) return FAIL(UNAVAILABLE, "scope: out of memory");
    counting->rotations = rows;
    counting->rotations[counting->rotation_count++] = *row;
    return OK;
}

RESULT scope_possible(const struct scope_base *base, const struct suspicion *suspicion, struct scope *scope,
                      struct census *out)
{
    SCOPED(counting_done)
    struct counting counting = {.base = base, .suspicion = suspicion, .scope = scope, .census = out};
    struct store *store = base->store;
    out->countries = calloc(CENSUS_ROWS_MAX + 1, sizeof *out->countries);
    out->languages = calloc(CENSUS_ROWS_MAX + 1, sizeof *out->languages);
    if (!out->countries || !out->languages) return FAIL(UNAVAILABLE, "scope: out of memory");
    out->country_count = out->language_count = 1; /* the first of each is that of no code */
    scope_any_known(scope, &counting.known);
    TRY(store->rotation->each(store, rotation_note, &counting));
    return store->subject->each(store, (struct subject_no){1}, subject_count, &counting);
}

void census_excluded(const struct census *census, uint64_t fields, const struct set *excluded,
                     struct excluded_counts *out)
{
    SCOPED(set_done) struct set rest = {0}, without = {0};
    *out = (struct excluded_counts){0};
    set_union_in(&rest, excluded);
    out->later = set_common(&rest, &census->later);
    set_minus_in(&rest, &census->later);
    out->before = set_common(&rest, &census->before);
    set_minus_in(&rest, &census->before);
    for (size_t i = 0; i < census->held_count; i++) {
        if ((census->held[i].fields & fields) == 0) set_union_in(&without, &census->held[i].subjects);
    }
    set_minus_in(&without, &census->changed);
    out->not_held = set_common(&rest, &without);
    out->not_seen = set_count(&rest) - out->not_held;
}
