/* Who is known, against a walk over every look: all hours, parts of hours, readers, networks and purposes. */
#include "log.h"

/* What the plain list says of one field of one person: 0 not seen, 1 masked, 2 in full. */
struct told {
    uint8_t of[LOG_FIELDS][LOG_PEOPLE];
    int64_t first_us; /* 0: there is none */
    uint64_t first_index;
};

static bool meant(const struct suspicion *suspicion, const struct log_look *look)
{
    uint8_t network[NETWORK_BYTES];
    bool reader = suspicion->reader_count == 0, purpose = suspicion->purpose_count == 0;
    log_network(look->network, network);
    for (size_t i = 0; i < suspicion->reader_count; i++) reader |= suspicion->readers[i] == look->reader;
    for (size_t i = 0; i < suspicion->purpose_count; i++) purpose |= suspicion->purposes[i] == look->purpose;
    return reader && purpose && look->kind != ENTRY_IMPORT && look->time_us >= suspicion->from_us &&
           look->time_us < suspicion->to_us &&
           network_in(suspicion->networks, suspicion->network_count, network);
}

static size_t person_at(uint64_t number)
{
    for (size_t i = 0; i < LOG_PEOPLE; i++)
        if (log_person(i) == number) return i;
    fail_msg("nobody has number %llu", (unsigned long long)number);
    return 0;
}

static void tell_fields(uint64_t full, uint64_t masked, size_t person, struct told *out)
{
    for (size_t field = 0; field < LOG_FIELDS; field++) {
        uint8_t how = (uint8_t)(full >> field & 1 ? 2 : masked >> field & 1);
        if (how > out->of[field][person]) out->of[field][person] = how;
    }
}

static void tell(const struct log *log, const struct suspicion *suspicion, struct told *out)
{
    *out = (struct told){0};
    for (size_t i = 0; i < log->look_count; i++) {
        const struct log_look *look = &log->looks[i];
        if (!meant(suspicion, look)) continue;
        for (size_t at = 0; at < look->count; at++) {
            uint64_t full = look->set[at].full & suspicion->fields,
                     masked = look->set[at].masked & suspicion->fields;
            size_t person = person_at(look->set[at].no.at);
            if (out->first_us == 0 && (full || masked)) {
                out->first_us = look->time_us;
                out->first_index = look->index;
            }
            tell_fields(full, masked, person, out);
        }
    }
}

static void draw_suspicion(const struct log *log, struct prop_rng *rng, struct suspicion *out)
{
    int64_t span = log->now_us - log->start_us + 2 * HOUR_US;
    *out = (struct suspicion){.fields = 1 + prop_u64(rng) % ((1 << LOG_FIELDS) - 1)};
    out->from_us = log->start_us - HOUR_US + (int64_t)(prop_u64(rng) % (uint64_t)span);
    out->to_us = out->from_us + 1 + (int64_t)(prop_u64(rng) % (uint64_t)span);
    if (prop_below(rng, 3) == 0) { /* whole hours */
        out->from_us -= out->from_us % HOUR_US;
        out->to_us += HOUR_US - out->to_us % HOUR_US;
    }
    for (uint64_t reader = 1; reader <= LOG_READERS; reader++)
        if (prop_below(rng, 3) == 0) out->readers[out->reader_count++] = reader;
    if (prop_below(rng, 4) == 0) {
        for (uint32_t purpose = 0; purpose < LOG_PURPOSES; purpose++)
            if (prop_below(rng, 2)) out->purposes[out->purpose_count++] = purpose;
    }
    if (prop_below(rng, 4) == 0) {
        struct network_range *range = &out->networks[out->network_count++];
        log_network((uint32_t)prop_below(rng, 4), range->at);
        range->bits = NETWORK_BITS;
    }
}

static void same(const struct told *told, const struct scope *scope)
{
    for (size_t field = 0; field < LOG_FIELDS; field++) {
        SCOPED(scope_field_done) struct scope_field sets = {0};
        scope_field(scope, (uint64_t)1 << field, &sets);
        for (size_t person = 0; person < LOG_PEOPLE; person++) {
            uint64_t number = log_person(person);
            assert_int_equal(set_has(&sets.full, number), told->of[field][person] == 2);
            assert_int_equal(set_has(&sets.masked, number), told->of[field][person] == 1);
        }
    }
    assert_int_equal(scope->earliest.found, told->first_us != 0);
    assert_int_equal(scope->earliest.time_us, told->first_us);
    if (told->first_us != 0) assert_int_equal(scope->earliest.index, told->first_index);
}

static void people_make(struct log *log)
{
    assert_ok(log->store->batch->begin(log->store));
    for (size_t i = 0; i < LOG_PEOPLE; i++) {
        struct subject_row row = {{log_person(i)}, 0, SLICE_TEXT("somebody")};
        assert_ok(log->store->subject->add(log->store, &row));
    }
    assert_ok(log->store->batch->commit(log->store));
}

static void compare_one(const struct log *log, struct prop_rng *rng)
{
    static struct told told;
    static struct suspicion suspicion;
    SCOPED(scope_done) struct scope scope = {0};
    struct scope_base base = log_base(log);
    draw_suspicion(log, rng, &suspicion);
    tell(log, &suspicion, &told);
    assert_ok(scope_known(&base, &suspicion, &scope));
    same(&told, &scope);
}

static void agrees_with_a_walk_over_every_look(void **state)
{
    (void)state;
    static struct log log;
    PROPERTY(3, rng) {
        log_begin(&log);
        people_make(&log);
        for (int step = 0; step < 80; step++) {
            log_grow(&log, &rng);
            if (prop_below(&rng, 10) == 0) log.now_us += (int64_t)prop_below(&rng, 400) * HOUR_US;
            if (prop_below(&rng, 20) == 0) log_restart(&log);
            for (int turn = 0; turn < 2; turn++) compare_one(&log, &rng);
        }
        log_end(&log);
    }
}

static void an_empty_shop_has_nobody(void **state)
{
    (void)state;
    static struct log log;
    SCOPED(scope_done) struct scope scope = {0};
    struct suspicion suspicion = {.to_us = INT64_MAX, .fields = UINT64_MAX};
    log_begin(&log);
    struct scope_base base = log_base(&log);
    assert_ok(scope_known(&base, &suspicion, &scope));
    assert_int_equal(scope.part_count, 0);
    assert_int_equal(set_count(&scope.customers), 0);
    log_end(&log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_walk_over_every_look),
        cmocka_unit_test(an_empty_shop_has_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
