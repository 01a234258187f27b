/*
 * Known, possible and excluded, against plain rules over a list of people: whatever ledger, people and suspicion are
 * drawn, they are all of the customers, each in one of the three.
 */
#include "log.h"

#include "answer/scope/count.h"

enum { EPOCHS = 2 };

/* One of the people, as the test knows them. */
struct person {
    uint64_t entry;                            /* of the newest record */
    int64_t created_us, changed_us, erased_us; /* erased 0: not */
    bool imported;
    uint32_t version;
    uint16_t epoch;
    uint64_t held;
    enum subject_state state;
    const char *country, *lang;
};

struct town {
    struct log log;
    struct person people[LOG_PEOPLE];
    size_t count; /* people made until now */
};

static void record_put(const struct person *person, struct buf *out)
{
    bool erased = person->state == SUBJECT_ERASED;
    char lang[4] = {0}, country[3] = {0};
    (void)snprintf(lang, sizeof lang, "%s", person->lang);
    (void)snprintf(country, sizeof country, "%s", person->country);
    buf_byte(out, RECORD_FORMAT);
    buf_byte(out, (uint8_t)person->state);
    buf_put(out, country, 2);
    buf_put(out, lang, 3);
    buf_be32(out, person->version);
    buf_be64(out, (uint64_t)person->created_us);
    if (erased) return;
    buf_be32(out, 0);
    buf_be16(out, person->epoch);
    memset(buf_extend(out, WRAPPED_KEY_BYTES), 0, WRAPPED_KEY_BYTES);
    buf_byte(out, (uint8_t)__builtin_popcountll(person->held));
    for (unsigned field = 0; field < LOG_FIELDS; field++) {
        if (!(person->held >> field & 1)) continue;
        buf_byte(out, (uint8_t)field);
        buf_be32(out, 1);
        buf_be16(out, 1);
        memset(buf_extend(out, AEAD_EXTRA_BYTES + 16), 0, AEAD_EXTRA_BYTES + 16);
    }
}

/* An entry that made or changed somebody: its index and time. */
static void entry_put(struct log *log, enum entry_kind kind, uint64_t *index, int64_t *time_us)
{
    struct draft draft = {.entry = {.kind = kind}};
    struct receipt receipt = {0};
    ledger_append(log->ledger, &draft, &receipt);
    *index = receipt.index;
    *time_us = ledger_last_us(log->ledger);
}

static void person_make(struct town *town, struct prop_rng *rng)
{
    static const char *const countries[] = {"", "KR", "ID"};
    static const char *const langs[] = {"", "ko", "id"};
    SCOPED(buf_done) struct buf record = {0};
    struct log *log = &town->log;
    struct person *person = &town->people[town->count];
    *person = (struct person){.imported = prop_below(rng, 2),
                              .version = 1,
                              .epoch = (uint16_t)(1 + prop_below(rng, EPOCHS)),
                              .held = prop_u64(rng) % (1 << LOG_FIELDS),
                              .state = prop_below(rng, 8) ? SUBJECT_ACTIVE : SUBJECT_LINKED,
                              .country = countries[prop_below(rng, 3)],
                              .lang = langs[prop_below(rng, 3)]};
    entry_put(log, person->imported ? ENTRY_IMPORT : ENTRY_CREATE, &person->entry, &person->changed_us);
    person->created_us = person->changed_us;
    record_put(person, &record);
    struct subject_row row = {{log_person(town->count++)}, person->entry, buf_slice(&record)};
    assert_ok(log->store->subject->add(log->store, &row));
}

static void person_change(struct town *town, struct prop_rng *rng)
{
    static const uint8_t hash[32];
    SCOPED(buf_done) struct buf record = {0};
    struct log *log = &town->log;
    size_t at = prop_below(rng, town->count);
    struct person *person = &town->people[at];
    struct subject_no no = {log_person(at)};
    if (person->state == SUBJECT_ERASED) return;
    bool erase = prop_below(rng, 3) == 0;
    if (!erase) assert_ok(log->store->subject->past_put(log->store, no, person->entry, hash));
    person->version += !erase;
    person->state = erase ? SUBJECT_ERASED : prop_below(rng, 3) ? person->state : SUBJECT_CLOSED;
    person->held = prop_u64(rng) % (1 << LOG_FIELDS);
    entry_put(log,
              erase                ? ENTRY_ERASE
              : prop_below(rng, 2) ? ENTRY_PATCH
                                   : ENTRY_IMPORT,
              &person->entry, &person->changed_us);
    if (erase) person->erased_us = person->changed_us;
    record_put(person, &record);
    struct subject_row row = {no, person->entry, buf_slice(&record)};
    assert_ok(log->store->subject->replace(log->store, &row));
}

static void town_grow(struct town *town, struct prop_rng *rng)
{
    struct log *log = &town->log;
    log->people = town->count;
    log_grow(log, rng);
    assert_ok(log->store->batch->begin(log->store));
    for (size_t more = prop_below(rng, 4); more > 0 && town->count < LOG_PEOPLE; more--)
        person_make(town, rng);
    if (town->count > 0 && prop_below(rng, 2)) person_change(town, rng);
    log->now_us += (int64_t)prop_below(rng, 50) * MINUTE_US;
    assert_ok(ledger_seal(log->ledger));
    assert_ok(log->store->batch->commit(log->store));
    ledger_committed(log->ledger);
}

static int64_t draw_time(const struct log *log, struct prop_rng *rng)
{
    return log->start_us + (int64_t)(prop_u64(rng) % (uint64_t)(log->now_us - log->start_us + HOUR_US));
}

static void draw_suspicion(const struct log *log, struct prop_rng *rng, struct suspicion *out)
{
    *out = (struct suspicion){.fields = 1 + prop_u64(rng) % ((1 << LOG_FIELDS) - 1)};
    out->from_us = draw_time(log, rng);
    out->to_us = out->from_us + 1 + (int64_t)prop_below(rng, 100) * 10 * MINUTE_US;
    out->readers[out->reader_count++] = 1 + prop_below(rng, LOG_READERS);
    for (size_t i = prop_below(rng, 4); i > 0; i--) {
        struct suspicion_case *at = &out->cases[out->case_count++];
        *at = (struct suspicion_case){.rule = (enum scope_rule)(1 + prop_below(rng, RULE_LOST)),
                                      .fields = prop_u64(rng) % (1 << LOG_FIELDS)};
        if (at->rule == RULE_GAP || at->rule == RULE_LOST || at->rule == RULE_COPY)
            at->from_us = draw_time(log, rng);
        if (at->rule == RULE_GAP || at->rule == RULE_LOST)
            at->to_us = at->from_us + 1 + (int64_t)prop_below(rng, 100) * MINUTE_US;
        if (at->rule == RULE_KEK || at->rule == RULE_INDEX) at->epoch = 1 + (uint32_t)prop_below(rng, EPOCHS);
        if (at->rule == RULE_INDEX) at->field = (uint8_t)prop_below(rng, LOG_FIELDS);
    }
}

/* Is the field of this person known? By every look there was. */
static bool is_known(const struct town *town, const struct suspicion *suspicion, uint64_t number,
                     unsigned field)
{
    for (size_t i = 0; i < town->log.look_count; i++) {
        const struct log_look *look = &town->log.looks[i];
        if (look->kind == ENTRY_IMPORT || look->reader != suspicion->readers[0]) continue;
        if (look->time_us < suspicion->from_us || look->time_us >= suspicion->to_us) continue;
        for (size_t at = 0; at < look->count; at++)
            if (look->set[at].no.at == number && (look->set[at].full | look->set[at].masked) >> field & 1)
                return true;
    }
    return false;
}

/* May the person have had the field at that moment, or later? */
static bool may_have_held(const struct person *person, unsigned field, int64_t when_us)
{
    bool changed = person->version > 1 || person->erased_us > 0;
    if (changed && person->changed_us > when_us) return true;
    return person->state != SUBJECT_ERASED && person->held >> field & 1;
}

static bool was_there(const struct person *person, int64_t from_us, int64_t to_us)
{
    bool may_be_older = person->imported || person->erased_us > 0;
    if (person->erased_us > 0 && person->erased_us < from_us) return false;
    return may_be_older || person->created_us <= to_us;
}

static bool is_possible(const struct suspicion *suspicion, const struct person *person, unsigned field)
{
    for (size_t i = 0; i < suspicion->case_count; i++) {
        const struct suspicion_case *at = &suspicion->cases[i];
        bool about = at->fields >> field & 1, yes = false;
        bool erased_before = person->erased_us > 0 && person->erased_us < suspicion->from_us;
        switch (at->rule) {
        case RULE_GAP:
        case RULE_LOST:
            yes = was_there(person, at->from_us, at->to_us) && may_have_held(person, field, at->from_us);
            break;
        case RULE_COPY:
            yes = was_there(person, at->from_us, at->from_us) && may_have_held(person, field, at->from_us);
            break;
        case RULE_KEK:
            yes = !erased_before && (person->erased_us > 0 || person->epoch == at->epoch) &&
                  may_have_held(person, field, suspicion->from_us);
            break;
        case RULE_INDEX:
            yes = !erased_before && field == at->field && may_have_held(person, field, suspicion->from_us);
            break;
        }
        if (about && yes) return true;
    }
    return false;
}

static void check_field(const struct town *town, const struct suspicion *suspicion, const struct scope *scope,
                        const struct census *census, unsigned field)
{
    SCOPED(scope_field_done) struct scope_field sets = {0};
    struct excluded_counts why = {0};
    bool asked = suspicion->fields >> field & 1;
    scope_field(scope, (uint64_t)1 << field, &sets);
    uint64_t all = set_count(&sets.full) + set_count(&sets.masked) + set_count(&sets.observed) +
                   set_count(&sets.possible) + set_count(&sets.excluded);
    assert_int_equal(all, set_count(&scope->customers)); /* with what follows: each stands in one of them */
    for (size_t i = 0; i < town->count; i++) {
        uint64_t number = log_person(i);
        bool known = asked && is_known(town, suspicion, number, field);
        bool possible = asked && !known && is_possible(suspicion, &town->people[i], field);
        assert_int_equal(set_has(&sets.full, number) + set_has(&sets.masked, number), known);
        if (set_has(&sets.possible, number) != possible) {
            fail_msg("person %zu field %u: possible %d, not %d [AMN_SEED=%llu]", i, field,
                     set_has(&sets.possible, number), possible, (unsigned long long)prop_seed());
        }
        assert_int_equal(set_has(&sets.excluded, number), !known && !possible);
    }
    census_excluded(census, (uint64_t)1 << field, &sets.excluded, &why);
    assert_int_equal(why.later + why.before + why.not_held + why.not_seen, set_count(&sets.excluded));
}

static void check_counts(const struct town *town, const struct scope *scope, const struct census *census)
{
    struct census_counts sums[3] = {0};
    SCOPED(set_done) struct set known = {0};
    scope_any_known(scope, &known);
    for (size_t i = 0; i < COUNT_OF(census->by_state); i++) {
        sums[0].known += census->by_state[i].known;
        sums[0].possible += census->by_state[i].possible;
        sums[0].excluded += census->by_state[i].excluded;
    }
    for (size_t table = 1; table < 3; table++) {
        const struct census_row *rows = table == 1 ? census->countries : census->languages;
        size_t count = table == 1 ? census->country_count : census->language_count;
        for (size_t i = 0; i < count; i++) {
            sums[table].known += rows[i].counts.known;
            sums[table].possible += rows[i].counts.possible;
            sums[table].excluded += rows[i].counts.excluded;
        }
    }
    assert_memory_equal(&sums[0], &sums[1], sizeof sums[0]);
    assert_memory_equal(&sums[0], &sums[2], sizeof sums[0]);
    assert_int_equal(sums[0].known + sums[0].possible + sums[0].excluded, town->count);
    uint64_t real = 0, linked = 0;
    for (size_t i = 0; i < town->count; i++) {
        real += set_has(&known, log_person(i));
        linked += town->people[i].state == SUBJECT_LINKED;
        assert_int_equal(set_has(&census->linked, log_person(i)), town->people[i].state == SUBJECT_LINKED);
    }
    const struct census_counts *of_linked = &census->by_state[SUBJECT_LINKED];
    assert_int_equal(of_linked->known + of_linked->possible + of_linked->excluded, linked);
    assert_int_equal(sums[0].known, real);
}

static void check_person(struct store *store, uint32_t version, uint64_t number, unsigned field,
                         const struct scope_field *sets)
{
    struct person_parts parts = {0};
    assert_ok(count_person(store, 7, version, (struct subject_no){number}, &parts));
    assert_true(parts.there);
    assert_int_equal(parts.full >> field & 1, set_has(&sets->full, number));
    assert_int_equal(parts.masked >> field & 1, set_has(&sets->masked, number));
    assert_int_equal(parts.possible >> field & 1, set_has(&sets->possible, number));
}

/* A version that is kept: what is loaded, and what one person's part says, is what was counted. */
static void check_kept(const struct town *town, const struct count *count, uint32_t version)
{
    SCOPED(scope_done) struct scope back = {0};
    struct store *store = town->log.store;
    assert_ok(count_load(store, 7, version, &back));
    assert_int_equal(back.part_count, count->scope.part_count);
    assert_true(set_equal(&back.customers, &count->scope.customers));
    for (unsigned field = 0; field < LOG_FIELDS; field++) {
        SCOPED(scope_field_done) struct scope_field sets = {0}, kept = {0};
        scope_field(&count->scope, (uint64_t)1 << field, &sets);
        scope_field(&back, (uint64_t)1 << field, &kept);
        assert_true(set_equal(&sets.full, &kept.full) && set_equal(&sets.masked, &kept.masked) &&
                    set_equal(&sets.possible, &kept.possible) && set_equal(&sets.excluded, &kept.excluded));
        for (size_t i = 0; i < town->count; i += 7)
            check_person(town->log.store, version, log_person(i), field, &sets);
    }
}

/* What moved, put upon the count before, gives this one: nobody is lost or counted twice. */
static void check_moved(const struct scope *before, const struct scope *now)
{
    for (unsigned field = 0; field < LOG_FIELDS; field++) {
        SCOPED(scope_field_done) struct scope_field old = {0}, new = {0};
        struct moved moved = {0};
        scope_field(before, (uint64_t)1 << field, &old);
        scope_field(now, (uint64_t)1 << field, &new);
        count_moved(before, now, (uint64_t)1 << field, &moved);
        const struct set *sets[2][STANDING_COUNT][2] = {
            {{0}, {&old.full, &old.masked}, {&old.possible}, {&old.excluded}},
            {{0}, {&new.full, &new.masked}, {&new.possible}, {&new.excluded}}};
        for (size_t at = STANDING_KNOWN; at < STANDING_COUNT; at++) {
            uint64_t was = 0, is = 0;
            for (size_t i = 0; i < 2 && sets[0][at][i]; i++) was += set_count(sets[0][at][i]);
            for (size_t i = 0; i < 2 && sets[1][at][i]; i++) is += set_count(sets[1][at][i]);
            for (size_t other = 0; other < STANDING_COUNT; other++) {
                if (other == at) continue;
                was -= moved.by[at][other];
                was += moved.by[other][at];
            }
            assert_int_equal(was, is);
        }
    }
}

/* Whoever is known stands in one combination of fields, that of all that were seen of them. */
static void check_combinations(const struct count *count)
{
    SCOPED(set_done) struct set known = {0};
    uint64_t sum = 0;
    scope_any_known(&count->scope, &known);
    for (size_t i = 0; i < count->combination_count; i++) {
        const struct combination *at = &count->combinations[i];
        sum += set_count(&at->subjects);
        for (unsigned field = 0; field < LOG_FIELDS; field++) {
            SCOPED(scope_field_done) struct scope_field sets = {0};
            scope_field(&count->scope, (uint64_t)1 << field, &sets);
            set_union_in(&sets.full, &sets.masked);
            uint64_t both = set_common(&sets.full, &at->subjects);
            assert_int_equal(both, at->fields >> field & 1 ? set_count(&at->subjects) : 0);
        }
    }
    if (!count->combinations_cut) assert_int_equal(sum, set_count(&known));
}

static void check_one(struct town *town, struct prop_rng *rng, uint32_t version)
{
    static struct count count;
    static struct hash hashes[1024];
    SCOPED(scope_done) struct scope before = {0};
    struct scope_base base = log_base(&town->log);
    struct store *store = town->log.store;
    count = (struct count){0};
    draw_suspicion(&town->log, rng, &count.suspicion);
    assert_ok(count_make(&base, &count));
    assert_true(count.scope.part_count < COUNT_OF(hashes));
    for (unsigned field = 0; field < LOG_FIELDS; field++)
        check_field(town, &count.suspicion, &count.scope, &count.census, field);
    check_counts(town, &count.scope, &count.census);
    check_combinations(&count);
    assert_ok(store->batch->begin(store));
    count_hashes(town->log.crypto, &count.scope, hashes);
    assert_ok(count_keep(store, 7, version, &count, hashes));
    assert_ok(store->batch->commit(store));
    check_kept(town, &count, version);
    if (version > 1) assert_ok(count_load(store, 7, version - 1, &before));
    if (version > 1) check_moved(&before, &count.scope);
    count_done(&count);
}

static void partition_the_customers(void **state)
{
    (void)state;
    static struct town town;
    PROPERTY(3, rng) {
        log_begin(&town.log);
        town.count = 0;
        for (int step = 0; step < 60; step++) {
            town_grow(&town, &rng);
            check_one(&town, &rng, (uint32_t)step + 1);
        }
        log_end(&town.log);
    }
}

/* A stretch of the suspicion's time, and whether it must be among those found next. */
static void expect_gap(const struct suspicion *suspicion, const struct own_gaps *found, size_t *next,
                       struct own_gap want)
{
    if (want.from_us < suspicion->from_us) want.from_us = suspicion->from_us;
    if (want.to_us > suspicion->to_us) want.to_us = suspicion->to_us;
    int64_t least_us = want.kind == OWN_GAP_QUIET ? own_quiet_h(found) * HOUR_US : 1;
    if (want.to_us - want.from_us < least_us) return;
    assert_true(*next < found->count);
    const struct own_gap *gap = &found->at[(*next)++];
    assert_int_equal(gap->kind, want.kind);
    assert_true(gap->from_us == want.from_us && gap->to_us == want.to_us);
}

/* Against a walk over all entries, however long the log and wherever the suspicion lies. */
static void finds_every_day_without_an_entry(void **state)
{
    (void)state;
    static struct town town;
    static struct suspicion suspicion;
    static struct own_gaps found;
    PROPERTY(20, rng) {
        log_begin(&town.log);
        town.count = 0;
        for (int step = 0; step < 30; step++) {
            if (prop_below(&rng, 3) == 0)
                town.log.now_us += (int64_t)prop_below(&rng, 72) * HOUR_US + (int64_t)prop_below(&rng, 1000);
            town_grow(&town, &rng);
        }
        struct scope_base base = log_base(&town.log);
        suspicion = (struct suspicion){.fields = 1, .to_us = town.log.now_us + DAY_US * 2};
        if (prop_below(&rng, 4) > 0) suspicion.from_us = draw_time(&town.log, &rng) - DAY_US;
        if (prop_below(&rng, 2) > 0)
            suspicion.to_us = suspicion.from_us + 1 + (int64_t)prop_below(&rng, 200) * HOUR_US;
        found = (struct own_gaps){.quiet_h = prop_below(&rng, 2) ? 1 + (uint32_t)prop_below(&rng, 72) : 0};
        assert_ok(own_gaps_find(&base, &suspicion, &found));
        uint64_t size = ledger_durable(town.log.ledger);
        int64_t before_us = 0;
        size_t next = 0;
        for (uint64_t index = 0; index < size; index++) {
            SCOPED(buf_done) struct buf bytes = {0};
            struct entry entry = {0};
            assert_ok(ledger_entry(town.log.ledger, index, &bytes, NULL));
            assert_ok(entry_read(buf_slice(&bytes), &entry));
            if (index > 0 || suspicion.from_us > 0)
                expect_gap(&suspicion, &found, &next,
                           (struct own_gap){index > 0 ? OWN_GAP_QUIET : OWN_GAP_BEFORE,
                                            index > 0 ? before_us : suspicion.from_us, entry.time_us, false,
                                            0});
            before_us = entry.time_us;
        }
        expect_gap(&suspicion, &found, &next,
                   (struct own_gap){OWN_GAP_QUIET, before_us, suspicion.to_us, false, 0});
        assert_int_equal(next, found.count);
        assert_false(found.cut);
        log_end(&town.log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partition_the_customers),
        cmocka_unit_test(finds_every_day_without_an_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
