#include "answer/notice/run.h"

#include "answer/evidence/kept.h"
#include "answer/incident/kept_set.h"
#include "keep/post.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const run_states[] = {
    [RUN_DRAFT] = "draft",   [RUN_ASKED] = "asked",     [RUN_SENDING] = "sending",
    [RUN_PAUSED] = "paused", [RUN_STOPPED] = "stopped", [RUN_DONE] = "done"};
static const char *const person_states[PERSON_STATES] = {
    "?",       "queued",  "sending",    "waiting",    "unknown",           "accepted",
    "refused", "bounced", "no_address", "no_consent", "reached_otherwise", "gone"};

const char *run_state_name(enum run_state state)
{
    return (size_t)state < COUNT_OF(run_states) && run_states[state] ? run_states[state] : "?";
}

const char *person_state_name(enum person_state state)
{
    return person_states[state < PERSON_STATES ? state : 0];
}

static void words_free(struct run_words **words)
{
    struct run_words *at = *words;
    if (!at) return;
    says_free(&at->says);
    scope_done(&at->scope);
    scope_done(&at->before);
    reading_done(&at->reading);
    buf_done(&at->bytes);
    buf_done(&at->sender);
    buf_done(&at->name);
    free(at);
    *words = NULL;
}

static void run_free(struct run **run)
{
    struct run *at = *run;
    if (!at) return;
    words_free(&at->words);
    for (size_t i = 0; i < PERSON_STATES; i++) set_done(&at->states[i]);
    free(at->odds);
    free(at);
    *run = NULL;
}

static void list_drop(struct notices *runs)
{
    for (size_t i = 0; i < runs->count; i++) run_free(&runs->at[i]);
    free(runs->at);
    runs->at = NULL;
    runs->count = 0;
}

static void runs_free(void *at)
{
    struct notices *runs = at;
    list_drop(runs);
    codes_free(&runs->codes);
    free(runs);
}

static RESULT run_add(struct notices *runs, const struct run_row *row, struct run **out)
{
    struct run **grown = reallocarray(runs->at, runs->count + 1, sizeof(struct run *));
    struct run *run = calloc(1, sizeof *run);
    if (grown) runs->at = grown;
    if (!grown || !run) {
        free(run);
        return FAIL(UNAVAILABLE, "notice: out of memory");
    }
    run->row = *row;
    runs->at[runs->count++] = run;
    *out = run;
    return OK;
}

struct loading {
    struct notices *runs;
    struct run *run;
};

static RESULT row_load(void *context, const struct run_row *row)
{
    struct loading *loading = context;
    return run_add(loading->runs, row, &loading->run);
}

static RESULT chunk_load(void *context, enum person_state state, uint64_t chunk, struct slice bitmap)
{
    struct run *run = context;
    return set_chunk_put(&run->states[state], chunk, bitmap);
}

static struct run_odd *odd_add(struct run *run, size_t place, struct subject_no no)
{
    if (run->odd_count == run->odd_cap) {
        size_t cap = run->odd_cap ? run->odd_cap * 2 : 64;
        run->odds = reallocarray(run->odds, cap, sizeof *run->odds);
        if (!run->odds) abort(); /* as all memory: see bytes.h */
        run->odd_cap = cap;
    }
    memmove(&run->odds[place + 1], &run->odds[place], (run->odd_count - place) * sizeof *run->odds);
    run->odds[place] = (struct run_odd){.run = run->row.id, .no = no};
    run->odd_count++;
    return &run->odds[place];
}

static RESULT odd_load(void *context, const struct run_odd *odd)
{
    struct run *run = context;
    *odd_add(run, run->odd_count, odd->no) = *odd;
    return OK;
}

static RESULT runs_load(struct shop *shop, struct notices *runs)
{
    struct loading loading = {runs, NULL};
    TRY(shop->store->run->each(shop->store, row_load, &loading));
    for (size_t i = 0; i < runs->count; i++) {
        struct run *run = runs->at[i];
        TRY(shop->store->run->chunk_each(shop->store, run->row.id, chunk_load, run));
        TRY(shop->store->run->odd_each(shop->store, run->row.id, odd_load, run));
    }
    return OK;
}

RESULT runs_of(struct shop *shop, struct notices **out)
{
    struct notices *runs = shop->notice.at;
    bool fresh = !runs;
    if (fresh) {
        runs = calloc(1, sizeof *runs);
        if (!runs) return FAIL(UNAVAILABLE, "notice: out of memory");
        shop->notice.at = runs;
        shop->notice.free = runs_free;
        shop->notice.stale = true;
    }
    if (!runs->codes) TRY(codes_new(shop, &runs->codes));
    if (shop->notice.stale) {
        list_drop(runs);
        TRY(runs_load(shop, runs));
        shop->notice.stale = false;
    }
    *out = runs;
    return OK;
}

struct run *run_by_id(struct notices *runs, uint64_t id)
{
    for (size_t i = 0; i < runs->count; i++) {
        if (runs->at[i]->row.id == id) return runs->at[i];
    }
    return NULL;
}

RESULT run_new(struct batch *batch, struct notices *runs, const struct run_row *row, struct run **out)
{
    struct run_row made = *row;
    struct store *store = batch->shop->store;
    if (runs->count >= RUNS_MAX)
        return FAIL(TOO_MANY, "notice: %d runs are all that a shop may have", RUNS_MAX);
    made.id = (uint32_t)runs->count + 1;
    made.made_us = batch->now_us;
    TRY(run_add(runs, &made, out));
    batch->shop->notice.stale = false;
    store = batch_write(batch);
    return store->run->put(store, &made);
}

static const struct line *draft_line(const struct fold *fold, uint64_t n)
{
    return n > 0 && n <= fold->line_count ? &fold->lines[n - 1] : NULL;
}

static struct incident *incident_by_no(struct incidents *incidents, uint64_t no)
{
    for (size_t i = 0; i < incidents->count; i++) {
        if (incidents->at[i].no == no) return &incidents->at[i];
    }
    return NULL;
}

RESULT run_incident(struct shop *shop, const struct run *run, struct incident **out)
{
    struct incidents *incidents = NULL;
    TRY(incidents_of(shop, &incidents));
    *out = incident_by_no(incidents, run->row.incident);
    return *out ? OK : FAIL(CORRUPT, "notice: its incident is not there");
}

RESULT run_reading(struct shop *shop, const struct run *run, struct reading *out)
{
    struct incident *incident = NULL;
    TRY(run_incident(shop, run, &incident));
    return incident_read(shop, incident, out);
}

void run_words_drop(struct run *run)
{
    words_free(&run->words);
}

RESULT run_scope(struct store *store, uint64_t incident, const struct fold *fold, const struct spec *spec,
                 struct scope *out)
{
    const struct line *line =
        spec->count > 0 && spec->count <= fold->line_count ? &fold->lines[spec->count - 1] : NULL;
    struct match_kept kept = {0};
    if (spec->kind != NOTICE_WATCH) return count_load(store, incident, spec->count, out);
    if (!line || line->kind != LINE_MATCH)
        return FAIL(NOT_FOUND, "notice: the match that it tells of is gone");
    TRY(match_kept_read(line->body, &kept));
    for (size_t i = 0; i < kept.set_count; i++) {
        const struct match_kept_set *set = &kept.sets[i];
        struct scope_part *part = scope_part(out, SOURCE_FOUND, 0, set->fields, 0);
        SCOPED(set_done) struct set people = {0};
        TRY(set_load(store, set->name.bytes, set->count, &people));
        set_union_in(&part->subjects, &people);
    }
    return OK;
}

RESULT run_words(struct batch *batch, struct run *run)
{
    struct shop *shop = batch->shop;
    struct incidents *incidents = NULL;
    struct post_head head = {0};
    SCOPED(words_free) struct run_words *words = calloc(1, sizeof *words);
    if (!words) return FAIL(UNAVAILABLE, "notice: out of memory");
    struct result set = post_head(shop, &head);
    if (set.code == CODE_NOT_FOUND)
        head.name = slice_text(shop->name); /* a text can be looked at before mail is set */
    if (run->words && slice_equal(head.from, buf_slice(&run->words->sender)) &&
        slice_equal(head.name, buf_slice(&run->words->name)))
        return OK;
    words_free(&run->words);
    buf_slice_put(&words->sender, head.from);
    buf_slice_put(&words->name, head.name);
    TRY(incidents_of(shop, &incidents));
    struct incident *incident = incident_by_no(incidents, run->row.incident);
    if (!incident) return FAIL(CORRUPT, "notice: its incident is not there");
    TRY(incident_read(shop, incident, &words->reading));
    const struct line *line = draft_line(&words->reading.fold, run->row.line);
    if (!line || line->kind != LINE_NOTICE)
        return FAIL(CORRUPT, "notice: the line that holds its words is not there");
    buf_slice_put(&words->bytes, line->body);
    TRY(spec_read(buf_slice(&words->bytes), &words->spec));
    TRY(says_new(&words->spec, &shop->fields, head.name, head.from, &words->says));
    TRY(run_scope(shop->store, run->row.incident, &words->reading.fold, &words->spec, &words->scope));
    if (words->spec.before > 0)
        TRY(count_load(shop->store, run->row.incident, words->spec.before, &words->before));
    run->words = TAKE(words);
    return OK;
}

static void dirty_mark(struct run *run, enum person_state state, uint64_t chunk)
{
    for (size_t i = run->dirty_count; i > 0; i--) { /* the newest are the likely ones */
        if (run->dirty[i - 1].state == state && run->dirty[i - 1].chunk == chunk) return;
    }
    assert(run->dirty_count < RUN_DIRTY_MAX);
    run->dirty[run->dirty_count++] = (struct run_dirty){state, chunk};
}

void run_move(struct run *run, struct subject_no no, enum person_state from, enum person_state to)
{
    uint64_t chunk = no.at >> SET_CHUNK_BITS;
    if (from > 0) {
        (void)set_remove(&run->states[from], no.at);
        dirty_mark(run, from, chunk);
    }
    (void)set_add(&run->states[to], no.at);
    dirty_mark(run, to, chunk);
}

const enum person_state run_unreached[RUN_UNREACHED] = {PERSON_NO_ADDRESS, PERSON_NO_CONSENT, PERSON_REFUSED,
                                                        PERSON_BOUNCED};

unsigned run_host(const struct run *run)
{
    return run->words->spec.channel == NOTICE_BY_HOOK ? HOST_HOOK : HOST_MAIL;
}

bool run_reached(struct run *run, struct subject_no no)
{
    for (size_t i = 0; i < RUN_UNREACHED; i++) {
        if (!set_has(&run->states[run_unreached[i]], no.at)) continue;
        run_move(run, no, run_unreached[i], PERSON_OTHERWISE);
        return true;
    }
    return false;
}

RESULT run_reached_before(struct batch *batch, struct notices *runs, struct run *run, struct subject_no no)
{
    for (size_t i = 0; i < runs->count; i++) { /* each follows an earlier one: it ends */
        TRY(run_words(batch, run));
        struct run *before = run_by_id(runs, run->words->spec.follows);
        if (!before || before->row.id >= run->row.id) return OK;
        if (run_reached(before, no)) TRY(run_flush(batch, before));
        run = before;
    }
    return OK;
}

struct run_odd *run_odd_of(struct run *run, struct subject_no no, bool make)
{
    size_t low = 0, high = run->odd_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->odds[middle].no.at < no.at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < run->odd_count && run->odds[low].no.at == no.at) return &run->odds[low];
    return make ? odd_add(run, low, no) : NULL;
}

RESULT run_odd_keep(struct batch *batch, const struct run_odd *odd)
{
    struct store *store = batch_write(batch);
    return store->run->odd_put(store, odd);
}

RESULT run_flush(struct batch *batch, struct run *run)
{
    struct store *store = batch_write(batch);
    if (run->dirty_count > 0 || run->row_dirty) news_incident(&batch->shop->news, run->row.incident);
    for (size_t i = 0; i < run->dirty_count; i++) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct set *set = &run->states[run->dirty[i].state];
        uint64_t chunk = run->dirty[i].chunk;
        size_t place = set_chunk_find(set, chunk);
        if (place != SIZE_MAX) set_chunk_get(set, place, &chunk, &bytes);
        TRY(store->run->chunk_put(store, run->row.id, run->dirty[i].state, chunk, buf_slice(&bytes)));
    }
    run->dirty_count = 0;
    if (run->row_dirty) TRY(store->run->put(store, &run->row));
    run->row_dirty = false;
    return OK;
}

void run_person(const struct scope *scope, struct subject_no no, uint64_t *known, uint64_t *possible)
{
    *known = *possible = 0;
    for (size_t i = 0; i < scope->part_count; i++) {
        const struct scope_part *part = &scope->parts[i];
        if (!set_has(&part->subjects, no.at)) continue;
        if (part->source == SOURCE_RULE)
            *possible |= part->full;
        else
            *known |= part->full | part->masked;
    }
    *possible &= ~*known;
}

void run_labels(const struct scope *scope, const struct fields *fields, struct subject_no no,
                const char *lang, struct buf *out)
{
    uint64_t known = 0, possible = 0;
    unsigned field = 0;
    size_t start = out->len;
    run_person(scope, no, &known, &possible);
    for (uint64_t bits = known | possible; field_next(&bits, &field);) {
        if (out->len > start) buf_text(out, ", ");
        says_label(fields, field, lang, out);
        if (possible >> field & 1) buf_text(out, " (?)");
    }
}
