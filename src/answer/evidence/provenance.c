#include "answer/evidence/provenance.h"

#include "answer/evidence/dump/feed.h"
#include "answer/evidence/register.h"
#include "answer/evidence/resume.h"
#include "answer/incident/kept_set.h"
#include "keep/record.h"
#include "keep/values.h"
#include "keep/watch/canary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TAGS_A_CUSTOMER = 2,
    LOOKED_AT_MAX = 200000, /* people whose record is read for whether they left; beyond it every so many */
    AGREES_LEAST = 500,     /* of 1,000 compared: the column is that field */
    ABSENT_LEAST = 20,      /* newer customers, none of whom is in it */
    ABSENT_SHARE = 2,       /* at least half of the older ones are */
    FETCHED_AHEAD = 64      /* tags whose places in the table come while those before are put there */
};

RESULT provenance_new(struct provenance **out)
{
    *out = calloc(1, sizeof **out); /* large, so not on the stack */
    return *out ? OK : FAIL(UNAVAILABLE, "evidence: out of memory");
}

void provenance_free(struct provenance **provenance)
{
    struct provenance *at = *provenance;
    if (!at) return;
    if (at->progress) atomic_store(&at->progress->busy, false);
    if (at->known) resume_drop(at);
    match_free(&at->match);
    buf_done(&at->kept_at);
    passwords_found_done(&at->passwords);
    compare_done(&at->compare);
    buf_done(&at->file);
    buf_done(&at->hash);
    free(at->names);
    free(at);
    *provenance = NULL;
}

/* Filling the table from the index of the shop. */
struct filling {
    struct shop *shop;
    struct matcher *matcher;
    struct provenance *provenance;
    uint32_t exact[MATCH_KEYS], canonical;
    struct set *there; /* everybody with a tag, for a match that goes on; NULL */
    struct {
        uint8_t tag[MATCHER_TAG_BYTES];
        unsigned flags;
        uint64_t subject;
    } ahead[FETCHED_AHEAD];
    size_t ahead_count;
};

static RESULT go_on(const struct provenance *provenance)
{
    return atomic_load(&provenance->stop) ? FAIL(UNAVAILABLE, "evidence: nobody waits for it any more") : OK;
}

static RESULT ahead_add(struct filling *filling)
{
    TRY(go_on(filling->provenance));
    for (size_t i = 0; i < filling->ahead_count; i++)
        TRY(matcher_add(filling->matcher, filling->ahead[i].tag, filling->ahead[i].subject,
                        filling->ahead[i].flags));
    filling->ahead_count = 0;
    return OK;
}

static RESULT tag_fill(struct filling *filling, const struct tag_row *row, unsigned flags)
{
    bool wanted = row->index == filling->canonical;
    if (wanted) flags |= MATCHER_CANONICAL;
    for (size_t i = 0; i < MATCH_KEYS; i++) wanted = wanted || row->index == filling->exact[i];
    if (!wanted) return OK;
    if (filling->there) (void)set_add(filling->there, row->no.at);
    size_t at = filling->ahead_count++;
    memcpy(filling->ahead[at].tag, row->tag, MATCHER_TAG_BYTES);
    filling->ahead[at].flags = flags;
    filling->ahead[at].subject = row->no.at;
    matcher_soon(filling->matcher, row->tag);
    return filling->ahead_count == FETCHED_AHEAD ? ahead_add(filling) : OK;
}

static RESULT present_fill(void *context, const struct tag_row *row)
{
    return tag_fill(context, row, 0);
}

static RESULT past_fill(void *context, const struct tag_row *row)
{
    return tag_fill(context, row, MATCHER_PAST);
}

static RESULT table_make(struct shop *shop, struct provenance *provenance, struct set *there,
                         struct matcher **out)
{
    struct subject_no last = {0};
    TRY(shop->store->subject->last(shop->store, &last));
    TRY(matcher_new(last.at * TAGS_A_CUSTOMER, out));
    struct filling filling = {.shop = shop, .matcher = *out, .provenance = provenance, .there = there};
    for (size_t i = 0; i < MATCH_KEYS; i++)
        filling.exact[i] = tag_index(shop, match_field((enum match_key)i), TAG_EXACT);
    filling.canonical = tag_index(shop, FIELD_EMAIL, TAG_CANONICAL);
    TRY(shop->store->tag->each(shop->store, present_fill, &filling));
    TRY(shop->store->tag->past_each(shop->store, past_fill, &filling));
    return ahead_add(&filling);
}

static bool column_known(const struct provenance *provenance, const char *name)
{
    for (size_t i = 0; i < provenance->column_count; i++) {
        if (strcmp(provenance->columns[i].name, name) == 0) return true;
    }
    return false;
}

static RESULT columns_take(void *context, const struct frame_columns *columns)
{
    struct provenance *provenance = context;
    if (provenance->format == DUMP_UNKNOWN) provenance->format = columns->format;
    provenance->encoding = columns->encoding;
    for (size_t i = 0; i < columns->count; i++) {
        const struct sheet_column *column = &columns->at[i];
        provenance->all_columns |= (uint64_t)1 << column->kind;
        bool told = kind_is_field(column->kind) || column->kind == KIND_LOGIN || column->name[0] == '\0';
        if (told || provenance->column_count == PROVENANCE_COLUMNS_MAX ||
            column_known(provenance, column->name))
            continue;
        provenance->columns[provenance->column_count++] = *column;
    }
    return OK;
}

/* A file on its way through the match. */
struct matching {
    struct shop *shop;
    const struct incident *incident;
    struct provenance *provenance;
    struct evidence_file *file;
};

static RESULT row_take(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    struct provenance *provenance = ((struct matching *)context)->provenance;
    for (size_t i = 0; i < count; i++) {
        bool whole = values[i].text.len < SHEET_VALUE_BYTES_MAX; /* else it was cut */
        if (values[i].kind == KIND_PASSWORD && whole)
            passwords_found_add(&provenance->passwords, values[i].text);
    }
    return match_row(provenance->match, line, values, count);
}

static RESULT rows_flush(void *context, uint32_t unreadable)
{
    struct matching *matching = context;
    struct provenance *provenance = matching->provenance;
    bool stopped = atomic_load(&provenance->stop);
    TRY(match_flush(provenance->match));
    provenance->unreadable += unreadable;
    if (provenance->progress) atomic_store(&provenance->progress->rows, provenance->match->rows);
    resume_turn(matching->shop, matching->incident, provenance, stopped);
    return go_on(provenance);
}

static RESULT columns_note(void *context, const struct frame_columns *columns)
{
    return columns_take(((struct matching *)context)->provenance, columns);
}

static RESULT part_idle(void *context, uint64_t read)
{
    struct provenance *provenance = ((struct matching *)context)->provenance;
    if (provenance->progress) atomic_store(&provenance->progress->read, read);
    return go_on(provenance);
}

static RESULT part_read(void *context, uint64_t at, size_t len, struct buf *out)
{
    return evidence_read_at(((struct matching *)context)->file, at, len, out);
}

/* What an interrupted run found, without who was erased since: nobody without a tag is in the index. */
static void go_on_from(struct provenance *provenance, const struct set *there)
{
    struct match *match = provenance->match;
    if (provenance->resumed == 0) return;
    set_intersect_in(&match->people, there);
    set_intersect_in(&match->maybe, there);
    for (size_t i = 0; i < match->combination_count; i++)
        set_intersect_in(&match->combinations[i].people, there);
    if (provenance->progress) atomic_store(&provenance->progress->rows, match->rows);
}

/* Which rows are compared is by chance, the same for one file however often it is matched: unforeseeable without the key. */
static RESULT match_begin(struct shop *shop, struct provenance *provenance, const struct matcher *matcher)
{
    const struct prf *prf[MATCH_KEYS];
    uint8_t key[SKETCH_KEY_BYTES];
    for (size_t i = 0; i < MATCH_KEYS; i++) prf[i] = shop->index[match_field((enum match_key)i)];
    register_key(shop, key);
    uint64_t random = sketch_hash(key, buf_slice(&provenance->hash));
    TRY(match_new(matcher, prf, NORMALISER_VERSION, random, &provenance->match));
    memcpy(provenance->match->sketch_key, key, sizeof key);
    explicit_bzero(key, sizeof key);
    return OK;
}

static RESULT file_match(struct shop *shop, struct provenance *provenance, const struct incident *incident)
{
    SCOPED(evidence_close) struct evidence_file *file = NULL;
    TRY(evidence_open(shop, incident, buf_slice(&provenance->file), &file));
    if (provenance->progress) atomic_store(&provenance->progress->bytes, evidence_bytes(file));
    struct matching matching = {shop, incident, provenance, file};
    const struct unpack_source source = {&matching, evidence_bytes(file), part_read};
    const struct feed_sink sink = {&matching, columns_note, row_take, rows_flush, part_idle};
    TRY(feed_run(&source, provenance->resumed, &sink, &provenance->end));
    TRY(match_flush(provenance->match));
    provenance->end.unreadable = provenance->unreadable;
    match_close(provenance->match);
    return OK;
}

/* The index in memory, then the file by it; where an earlier run of it was interrupted, from there. */
static RESULT index_and_match(struct shop *shop, struct provenance *provenance,
                              const struct incident *incident)
{
    SCOPED(matcher_free) struct matcher *matcher = NULL;
    SCOPED(set_done) struct set there = {0};
    bool kept = resume_is_there(shop, provenance);
    TRY(table_make(shop, provenance, kept ? &there : NULL, &matcher));
    TRY(match_begin(shop, provenance, matcher));
    if (kept) TRY(resume_take(shop, incident, provenance));
    go_on_from(provenance, &there);
    TRY(file_match(shop, provenance, incident));
    provenance->match->matcher = NULL; /* it goes now: nothing is looked up any more */
    return OK;
}

static void canary_note(struct provenance *provenance, const struct canary_told *told)
{
    struct provenance_canary *at = NULL;
    for (size_t i = 0; i < provenance->canary_count && !at; i++) {
        struct provenance_canary *known = &provenance->canaries[i];
        bool same = known->given == told->given && known->key == told->key && known->export == told->export &&
                    strcmp(known->partner, told->partner) == 0;
        if (same) at = known;
    }
    if (!at && provenance->canary_count < PROVENANCE_GIVEN_MAX) {
        at = &provenance->canaries[provenance->canary_count++];
        at->given = told->given;
        at->key = told->key;
        at->export = told->export;
        memcpy(at->partner, told->partner, strlen(told->partner) + 1);
    }
    if (at) at->count++;
    provenance->canary_people++;
}

static void made_up_note(struct shop *shop, struct provenance *provenance, uint64_t no, struct set *made_up)
{
    if (!set_has(&provenance->match->people, no)) return;
    struct canary_told told = canary_tell(shop, (struct subject_no){no});
    canary_note(provenance, &told);
    (void)set_add(made_up, no);
}

/* Canaries are nobody's: they are told apart, and to whom each was given. */
static RESULT canaries_find(struct shop *shop, struct provenance *provenance)
{
    SCOPED(set_done) struct set made_up = {0};
    struct subject_no last = {0};
    struct match *match = provenance->match;
    TRY(shop->store->subject->last(shop->store, &last));
    size_t room = last.at / CANARY_EVERY_FIRST + 2;
    struct subject_no *numbers = calloc(room, sizeof *numbers);
    if (!numbers) return FAIL(UNAVAILABLE, "evidence: out of memory");
    size_t count = canaries_passed(shop, (struct subject_no){0}, numbers, room);
    provenance->customers = last.at - (count < last.at ? count : last.at);
    for (size_t i = 0; i < count; i++) made_up_note(shop, provenance, numbers[i].at, &made_up);
    free(numbers);
    const uint64_t *extras = NULL;
    size_t extra_count = canaries_extra(shop, &extras);
    for (size_t i = 0; i < extra_count; i++) made_up_note(shop, provenance, extras[i], &made_up);
    provenance->customers -= extra_count < provenance->customers ? extra_count : provenance->customers;
    set_minus_in(&match->people, &made_up);
    set_minus_in(&match->maybe, &made_up);
    for (size_t i = 0; i < match->combination_count; i++)
        set_minus_in(&match->combinations[i].people, &made_up);
    return OK;
}

/* Walking the people who are in it, every so many of them. */
struct walking {
    struct shop *shop;
    struct provenance *provenance;
    uint64_t step, at, newest;
    struct result done;
};

static bool person_look(uint64_t number, void *context)
{
    struct walking *walking = context;
    SCOPED(buf_done) struct buf bytes = {0};
    struct record record = {0};
    walking->newest = number;
    if (walking->at++ % walking->step != 0) return true;
    walking->done = record_get(walking->shop, (struct subject_no){number}, true, &bytes, &record, NULL);
    if (walking->done.code != CODE_OK) return false;
    walking->provenance->looked_at++;
    walking->provenance->closed += record.state == SUBJECT_CLOSED;
    return !atomic_load(&walking->provenance->stop);
}

/* Most who came before the newest of them are in it, and nobody of those who came later: then it is older than they are. */
static RESULT absent_find(struct shop *shop, struct provenance *provenance, uint64_t newest)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct record record = {0};
    struct subject_no last = {0};
    TRY(shop->store->subject->last(shop->store, &last));
    uint64_t people = set_count(&provenance->match->people);
    if (newest == 0 || people * ABSENT_SHARE < newest || last.at < newest + ABSENT_LEAST) return OK;
    TRY(record_get(shop, (struct subject_no){newest + 1}, true, &bytes, &record, NULL));
    provenance->absent_us = record.created_us;
    return OK;
}

static RESULT people_look(struct shop *shop, struct provenance *provenance)
{
    uint64_t people = set_count(&provenance->match->people);
    struct walking walking = {shop, provenance, 1 + people / LOOKED_AT_MAX, 0, 0, OK};
    (void)set_each(&provenance->match->people, person_look, &walking);
    TRY(walking.done);
    TRY(go_on(provenance));
    return absent_find(shop, provenance, walking.newest);
}

/* Fields that count as somebody's part in the dump: values that were looked up, and columns that proved to be what they seem. */
static uint64_t confirmed(const struct provenance *provenance)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < MATCH_KEYS; i++) bits |= (uint64_t)1 << match_field((enum match_key)i);
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        const struct compare_field *field = &provenance->compare.fields[i];
        if (field->compared > 0 && field->agreed * 1000 / field->compared >= AGREES_LEAST)
            bits |= (uint64_t)1 << i;
    }
    return bits;
}

/* Combinations without what is not confirmed: those that become the same are united. */
static void combinations_cut(struct match *match, uint64_t fields)
{
    size_t kept = 0;
    for (size_t i = 0; i < match->combination_count; i++) {
        struct match_combination *from = &match->combinations[i];
        from->fields &= fields;
        size_t at = 0;
        while (at < kept && match->combinations[at].fields != from->fields) at++;
        if (at < kept) {
            set_union_in(&match->combinations[at].people, &from->people);
            set_done(&from->people);
        } else if (kept != i) {
            match->combinations[kept++] = TAKE(*from);
        } else {
            kept++;
        }
    }
    match->combination_count = kept;
}

static void passwords_path(const struct shop *shop, uint64_t incident, uint64_t line, struct buf *out)
{
    char name[64];
    (void)snprintf(name, sizeof name, "passwords/%016llx-%llu.pwd", (unsigned long long)incident,
                   (unsigned long long)line);
    shop_path(shop->home, shop->name, name, out);
}

/*
 * What the lists of the same file in other packings have is counted there. Of those taken in before this one alone, so that
 * each counts in one of them whichever is matched again.
 */
static RESULT passwords_less(struct shop *shop, struct provenance *provenance)
{
    static const struct reader program = {.no = (uint64_t)READER_SYSTEM << 32};
    struct register_hits known = {.count = 0};
    const struct register_file file = {provenance->incident, provenance->line, provenance->match->rows_sketch,
                                       buf_slice(&provenance->hash)};
    TRY(register_search(shop, &program, &file, &known));
    for (size_t i = 0; i < known.count; i++) {
        SCOPED(buf_done) struct buf path = {0};
        const struct register_hit *hit = &known.at[i];
        bool before =
            hit->incident < file.incident || (hit->incident == file.incident && hit->line < file.line);
        if (hit->relation != RELATION_SAME || !before) continue;
        passwords_path(shop, hit->incident, hit->line, &path);
        struct result less = passwords_found_less(&provenance->passwords, buf_c(&path));
        if (less.code != CODE_OK && less.code != CODE_NOT_FOUND) return less;
    }
    return OK;
}

/* A list of the file's own: matched anew, it takes the place of the one before. It is of nobody, so it waits for no commit. */
static RESULT passwords_keep(struct shop *shop, struct provenance *provenance)
{
    SCOPED(buf_done) struct buf folder = {0}, path = {0};
    provenance->passwords_count = passwords_found_distinct(&provenance->passwords);
    if (!shop->home) return OK;
    passwords_path(shop, provenance->incident, provenance->line, &path);
    if (provenance->passwords_count > 0) TRY(passwords_less(shop, provenance));
    if (provenance->passwords.hashes.len == 0) {
        (void)unlink(buf_c(&path)); /* mostly there is none */
        return OK;
    }
    shop_path(shop->home, shop->name, "passwords", &folder);
    if (mkdir(buf_c(&folder), 0700) != 0 && errno != EEXIST)
        return FAIL(UNAVAILABLE, "passwords: their folder cannot be made: %s", strerror(errno));
    return passwords_found_write(&provenance->passwords, buf_c(&path));
}

static struct verdict_numbers numbers_of(const struct provenance *provenance)
{
    const struct match *match = provenance->match;
    const struct compare *compare = &provenance->compare;
    return (struct verdict_numbers){
        .keyed = match->keyed,
        .hit = match->hit,
        .crossed = match->crossed,
        .compared = compare->rows,
        .agreeing = compare->agreeing,
        .names_compared = compare->fields[FIELD_NAME].compared + compare->fields[FIELD_BIRTH_DATE].compared,
        .names_agreeing = compare->fields[FIELD_NAME].agreed + compare->fields[FIELD_BIRTH_DATE].agreed,
        .own_compared = compare->own_compared,
        .own_agreeing = compare->own_agreeing,
        .canaries = provenance->canary_people};
}

/* Only columns beside the looked-up values can contradict: where there are none nothing was compared. */
static bool has_others(const struct provenance *provenance)
{
    uint64_t compared = 0;
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        bool key = i == FIELD_EMAIL || i == FIELD_PHONE || i == FIELD_NATIONAL_ID;
        if (!key) compared += provenance->compare.fields[i].compared;
    }
    return compared > 0;
}

RESULT provenance_run(struct shop *shop, struct provenance *provenance)
{
    struct incidents *incidents = NULL;
    const struct incident *incident = NULL;
    TRY(incidents_of(shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        if (incidents->at[i].no == provenance->incident) incident = &incidents->at[i];
    }
    if (!incident) return FAIL(NOT_FOUND, "incident: there is none of that id");
    TRY(index_and_match(shop, provenance, incident));
    TRY(compare_rows(shop, provenance->match, &provenance->compare));
    TRY(compare_dates(shop, provenance->match, &provenance->compare));
    TRY(canaries_find(shop, provenance));
    TRY(people_look(shop, provenance));
    TRY(passwords_keep(shop, provenance));
    struct verdict_numbers numbers = numbers_of(provenance);
    if (!has_others(provenance)) numbers.compared = numbers.agreeing = 0;
    provenance->verdict = verdict_of(&numbers);
    provenance->confirmed = confirmed(provenance);
    combinations_cut(provenance->match, provenance->confirmed);
    struct match *match = provenance->match;
    provenance->names = calloc(match->combination_count + 1, sizeof *provenance->names);
    if (!provenance->names) return FAIL(UNAVAILABLE, "evidence: out of memory");
    for (size_t i = 0; i < match->combination_count; i++)
        set_hash(shop->crypto, &match->combinations[i].people, &provenance->names[i]);
    set_hash(shop->crypto, &match->maybe, &provenance->names[match->combination_count]);
    return OK;
}

static RESULT errand_run(struct shop *view, void *state)
{
    return provenance_run(view, state);
}

static void errand_state_free(void *state)
{
    struct provenance *provenance = state;
    provenance_free(&provenance);
}

RESULT provenance_errand(struct provenance **provenance, struct errand **out)
{
    *out = calloc(1, sizeof **out);
    if (!*out) return FAIL(UNAVAILABLE, "evidence: out of memory");
    **out = (struct errand){.about = (*provenance)->incident,
                            .run = errand_run,
                            .free = errand_state_free,
                            .stop = &(*provenance)->stop};
    (*out)->state = TAKE(*provenance);
    return OK;
}
