#include "answer/evidence/match.h"

#include "keep/field.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES = 64 };

/* One tag to be looked up. */
struct wanted {
    uint16_t row; /* of the batch */
    uint8_t key;  /* enum match_key */
    bool exact;   /* of an e-mail as it stands; else of its canonical form */
};

struct pending {
    uint64_t line;
    size_t first, count; /* its values */
    uint64_t fields;     /* bits that it holds anything of */
    bool has[MATCH_KEYS];
};

struct match_batch {
    struct pending rows[MATCH_BATCH_ROWS];
    size_t row_count;
    struct sheet_value values[MATCH_BATCH_ROWS * SHEET_VALUES_MAX];
    size_t value_count;
    struct wanted wanted[MATCH_KEYS][MATCH_BATCH_TAGS];
    struct slice inputs[MATCH_KEYS][MATCH_BATCH_TAGS];
    struct hash tags[MATCH_KEYS][MATCH_BATCH_TAGS];
    size_t wanted_count[MATCH_KEYS];
    struct candidates {
        uint32_t count; /* before the others: mostly one of them is read, and one line of the cache */
        bool sketched;
        struct candidate {
            uint32_t subject;
            uint8_t keys; /* bits of enum match_key that name it */
            bool exact, past;
        } at[CANDIDATES];
    } found[MATCH_BATCH_ROWS];
};

unsigned match_field(enum match_key key)
{
    static const unsigned fields[MATCH_KEYS] = {FIELD_EMAIL, FIELD_PHONE, FIELD_NATIONAL_ID};
    return fields[key];
}

RESULT match_new(const struct matcher *matcher, const struct prf *const prf[MATCH_KEYS], uint8_t version,
                 uint64_t random, struct match **out)
{
    SCOPED(match_free) struct match *match = calloc(1, sizeof *match);
    if (!match) return FAIL(UNAVAILABLE, "evidence: out of memory");
    match->matcher = matcher;
    memcpy(match->prf, prf, sizeof match->prf);
    match->version = version;
    match->random = random | 1;
    match->sample = calloc(MATCH_SAMPLE, sizeof *match->sample);
    match->newest = calloc(MATCH_NEWEST, sizeof *match->newest);
    match->sketch = calloc(1, sizeof *match->sketch);
    match->rows_sketch = calloc(1, sizeof *match->rows_sketch);
    match->batch = calloc(1, sizeof *match->batch);
    if (!match->sample || !match->newest || !match->sketch || !match->rows_sketch || !match->batch)
        return FAIL(UNAVAILABLE, "evidence: out of memory");
    *out = TAKE(match);
    return OK;
}

void match_free(struct match **match)
{
    struct match *at = *match;
    if (!at) return;
    for (size_t i = 0; at->sample && i < at->sample_count; i++) buf_done(&at->sample[i].text);
    for (size_t i = 0; at->newest && i < at->newest_count; i++) buf_done(&at->newest[i].text);
    for (size_t i = 0; i < at->combination_count; i++) set_done(&at->combinations[i].people);
    set_done(&at->people);
    set_done(&at->maybe);
    free(at->sample);
    free(at->newest);
    free(at->sketch);
    free(at->rows_sketch);
    explicit_bzero(at->sketch_key, sizeof at->sketch_key);
    if (at->batch) explicit_bzero(at->batch, sizeof *at->batch);
    free(at->batch);
    free(at);
    *match = NULL;
}

static uint64_t random_next(struct match *match) /* xorshift64*: which rows are kept, no more */
{
    uint64_t x = match->random;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    match->random = x;
    return x * 0x2545f4914f6cdd1dU;
}

static void want(struct match_batch *batch, enum match_key key, bool exact, struct slice text)
{
    size_t at = batch->wanted_count[key];
    if (at == MATCH_BATCH_TAGS) return; /* match_row() flushes before that */
    batch->wanted[key][at] = (struct wanted){(uint16_t)(batch->row_count - 1), (uint8_t)key, exact};
    batch->inputs[key][at] = text;
    batch->wanted_count[key]++;
}

static void value_want(struct match *match, struct pending *row, const struct sheet_value *value)
{
    enum match_key key = MATCH_EMAIL;
    if (value->kind == KIND_PHONE)
        key = MATCH_PHONE;
    else if (value->kind == KIND_NATIONAL_ID)
        key = MATCH_NATIONAL_ID;
    else if (value->kind != KIND_EMAIL && value->kind != KIND_EMAIL_CANONICAL)
        return;
    row->has[key] = true;
    if (match->prf[key]) want(match->batch, key, value->kind != KIND_EMAIL_CANONICAL, value->text);
}

RESULT match_row(struct match *match, uint64_t line, const struct sheet_value *values, size_t count)
{
    struct match_batch *batch = match->batch;
    bool full = batch->row_count == MATCH_BATCH_ROWS;
    for (size_t i = 0; i < MATCH_KEYS; i++)
        full = full || batch->wanted_count[i] + SHEET_VALUES_MAX > MATCH_BATCH_TAGS;
    if (full) TRY(match_flush(match));
    struct pending *row = &batch->rows[batch->row_count++];
    *row = (struct pending){.line = line, .first = batch->value_count, .count = count};
    memcpy(&batch->values[batch->value_count], values, count * sizeof *values);
    batch->value_count += count;
    for (size_t i = 0; i < count; i++) {
        value_want(match, row, &values[i]);
        if (kind_is_field(values[i].kind)) row->fields |= (uint64_t)1 << (values[i].kind - 1);
    }
    return OK;
}

static void candidate_add(struct candidates *found, uint32_t who, const struct wanted *wanted)
{
    uint32_t subject = who >> MATCHER_SHIFT;
    struct candidate *at = NULL;
    for (size_t i = 0; i < found->count && !at; i++) {
        if (found->at[i].subject == subject) at = &found->at[i];
    }
    if (!at && found->count == CANDIDATES) return;
    if (!at) {
        at = &found->at[found->count++];
        *at = (struct candidate){.subject = subject};
    }
    at->keys |= (uint8_t)(1U << wanted->key);
    if (wanted->key == MATCH_EMAIL && wanted->exact && !(who & MATCHER_CANONICAL)) at->exact = true;
    if (who & MATCHER_PAST) at->past = true;
}

static void look_up(struct match *match, enum match_key key)
{
    struct match_batch *batch = match->batch;
    uint32_t who[MATCH_SHARED_MAX];
    for (size_t i = 0; i < batch->wanted_count[key]; i++) {
        const struct wanted *wanted = &batch->wanted[key][i];
        struct candidates *found = &batch->found[wanted->row];
        size_t count = matcher_find(match->matcher, batch->tags[key][i].bytes, who, COUNT_OF(who));
        if (!found->sketched) sketch_add(match->sketch, be64_get(batch->tags[key][i].bytes));
        found->sketched = true;
        for (size_t j = 0; j < count && count <= MATCH_SHARED_MAX; j++) candidate_add(found, who[j], wanted);
    }
}

/* The one whom most kinds of value name, if it is one: NULL when several are named as often. */
static const struct candidate *best_of(const struct candidates *found)
{
    const struct candidate *best = NULL;
    int most = 0;
    bool tied = false;
    for (size_t i = 0; i < found->count; i++) {
        int kinds = __builtin_popcount(found->at[i].keys);
        tied = kinds == most || (kinds < most && tied);
        if (kinds > most) {
            best = &found->at[i];
            most = kinds;
            tied = false;
        }
    }
    return tied ? NULL : best;
}

/* Two people, each named by another value: whose is the row? An id counts before an address, that before a telephone. */
static const struct candidate *first_of(const struct candidates *found)
{
    static const enum match_key order[MATCH_KEYS] = {MATCH_NATIONAL_ID, MATCH_EMAIL, MATCH_PHONE};
    for (size_t k = 0; k < MATCH_KEYS; k++) {
        const struct candidate *only = NULL;
        size_t named = 0;
        for (size_t i = 0; i < found->count; i++) {
            if (!(found->at[i].keys >> order[k] & 1)) continue;
            only = &found->at[i];
            named++;
        }
        if (named == 1) return only;
        if (named > 1) return NULL;
    }
    return NULL;
}

/* Once: match_close() takes everybody of the combinations to the people, who else would be looked for in two sets a row. */
static void person_add(struct match *match, uint64_t fields, uint32_t subject)
{
    size_t at = 0;
    while (at < match->combination_count && match->combinations[at].fields != fields) at++;
    if (at == MATCH_COMBINATIONS) {
        match->combinations_cut = true;
        (void)set_add(&match->people, subject);
        return;
    }
    if (at == match->combination_count) {
        match->combinations[at].fields = fields;
        match->combination_count++;
    }
    (void)set_add(&match->combinations[at].people, subject);
}

static void row_keep(struct match *match, const struct pending *row, const struct candidate *who,
                     struct match_row *out)
{
    buf_clear(&out->text);
    frame_row_put(row->line, &match->batch->values[row->first], row->count, &out->text);
    if (out->text.len > MATCH_ROW_BYTES) buf_clear(&out->text);
    out->line = row->line;
    out->subject = who->subject;
    out->past = who->past;
    out->file = match->file;
}

/* Each row that hits has the same chance to be kept (Vitter's algorithm R). */
static void sample_take(struct match *match, const struct pending *row, const struct candidate *who)
{
    uint64_t at = match->hit - 1;
    if (at < MATCH_SAMPLE)
        match->sample_count++;
    else
        at = random_next(match) % match->hit;
    if (at < MATCH_SAMPLE) row_keep(match, row, who, &match->sample[at]);
}

static void newest_take(struct match *match, const struct pending *row, const struct candidate *who)
{
    struct match_row *rows = match->newest;
    size_t count = match->newest_count, at = 0;
    if (count == MATCH_NEWEST && who->subject <= rows[0].subject) return;
    while (at < count && rows[at].subject < who->subject) at++;
    if (at < count && rows[at].subject == who->subject) return;
    if (count < MATCH_NEWEST) {
        memmove(&rows[at + 1], &rows[at], (count - at) * sizeof *rows);
        match->newest_count++;
        rows[at] = (struct match_row){0};
    } else { /* the lowest goes */
        struct match_row lowest = rows[0];
        at--;
        memmove(&rows[0], &rows[1], at * sizeof *rows);
        rows[at] = lowest;
    }
    row_keep(match, row, who, &rows[at]);
}

static void hit_note(struct match *match, const struct pending *row, const struct candidate *who)
{
    uint64_t fields = row->fields;
    match->hit++;
    for (unsigned key = 0; key < MATCH_KEYS; key++) {
        uint64_t bit = (uint64_t)1 << match_field((enum match_key)key);
        match->by[key] += who->keys >> key & 1;
        if (!(who->keys >> key & 1)) fields &= ~bit; /* another's, or none of ours */
    }
    match->canonical += (who->keys & 1U << MATCH_EMAIL) && !who->exact;
    match->agreeing += __builtin_popcount(who->keys) > 1;
    match->past += who->past;
    person_add(match, fields, who->subject);
    sample_take(match, row, who);
    newest_take(match, row, who);
}

/* The same whatever order its columns have, and however the file is packed or written. */
static void row_sketch(struct match *match, const struct pending *row)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < row->count; i++) {
        const struct sheet_value *value = &match->batch->values[row->first + i];
        if (value->kind != KIND_EMAIL_CANONICAL) sum += sketch_value(match->sketch_key, value->text);
    }
    if (row->count > 0) sketch_add(match->rows_sketch, sketch_row(match->sketch_key, sum));
}

static void row_settle(struct match *match, const struct pending *row, const struct candidates *found)
{
    bool keyed = false;
    match->rows++;
    for (size_t key = 0; key < MATCH_KEYS; key++) {
        match->keys[key] += row->has[key];
        keyed = keyed || row->has[key];
    }
    match->keyed += keyed;
    row_sketch(match, row);
    if (found->count == 0) return;
    const struct candidate *who = best_of(found);
    if (!who) {
        who = first_of(found);
        match->crossed += who != NULL;
    }
    if (who) {
        hit_note(match, row, who);
        return;
    }
    match->shared++;
    for (size_t i = 0; i < found->count; i++) (void)set_add(&match->maybe, found->at[i].subject);
}

RESULT match_flush(struct match *match)
{
    struct match_batch *batch = match->batch;
    for (size_t i = 0; i < batch->row_count; i++) batch->found[i].count = batch->found[i].sketched = 0;
    /* The buckets of one kind come while tags of the next are made. */
    for (size_t key = 0; key < MATCH_KEYS; key++) {
        size_t count = batch->wanted_count[key];
        if (count == 0) continue;
        prf_run_many(match->prf[key], match->version, batch->inputs[key], count, batch->tags[key]);
        for (size_t i = 0; i < count; i++) matcher_soon(match->matcher, batch->tags[key][i].bytes);
    }
    for (size_t key = 0; key < MATCH_KEYS; key++) look_up(match, (enum match_key)key);
    for (size_t i = 0; i < batch->row_count; i++) row_settle(match, &batch->rows[i], &batch->found[i]);
    batch->row_count = batch->value_count = 0;
    memset(batch->wanted_count, 0, sizeof batch->wanted_count);
    return OK;
}

void match_close(struct match *match)
{
    for (size_t i = 0; i < match->combination_count; i++)
        set_union_in(&match->people, &match->combinations[i].people);
    sketch_close(match->sketch);
    sketch_close(match->rows_sketch);
}
