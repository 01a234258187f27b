/* The portal when many ask for codes at once: the queue keeps count, and no network that is one's own takes it from others. */
#include "people.h"

#include "answer/portal/portal.h"
#include "answer/portal/queue.h"
#include "answer/portal/verbs.h"

enum { QUEUE_SOURCES = 6, ASKS_A_BATCH = 1024 };

static void the_queue_knows_how_many_of_a_source_wait(void **state)
{
    (void)state;
    struct queue *queue = calloc(1, sizeof *queue);
    assert_non_null(queue);
    PROPERTY(20, rng) {
        uint64_t model[400] = {0}, sources[QUEUE_SOURCES];
        size_t count = 0, first = 0;
        for (size_t i = 0; i < QUEUE_SOURCES; i++) /* some of one chain */
            sources[i] = prop_u64(&rng) % 3 + (prop_u64(&rng) % 4) * QUEUE_PLACES + 1;
        for (size_t step = 0; step < COUNT_OF(model); step++) {
            uint64_t source = sources[prop_below(&rng, QUEUE_SOURCES)];
            unsigned what = (unsigned)prop_below(&rng, 4);
            if (what == 0 && count > 0) {
                struct waiting waiting;
                queue_take(queue, &waiting);
                assert_int_equal(waiting.source, model[first++]);
                buf_done(&waiting.email);
                count--;
            } else if (what == 1 && count > 0) {
                queue_undo(queue);
                count--;
            } else {
                model[first + count++] = source;
                buf_text(&queue_add(queue, source)->email, "kim@example.com");
            }
            size_t of = 0;
            for (size_t i = 0; i < count; i++) of += model[first + i] == source;
            assert_int_equal(queue_of(queue, source), of);
            assert_int_equal(queue->count, count);
        }
        queue_done(queue);
        for (size_t i = 0; i < QUEUE_SOURCES; i++) assert_int_equal(queue_of(queue, sources[i]), 0);
    }
    free(queue);
}

static void the_queue_is_full_at_its_last_place_and_goes_round(void **state)
{
    (void)state;
    struct queue *queue = calloc(1, sizeof *queue);
    assert_non_null(queue);
    for (uint64_t i = 0; i < QUEUE_PLACES; i++) (void)queue_add(queue, i * 3 + 1);
    for (uint64_t i = 0; i < (uint64_t)2 * QUEUE_PLACES; i++) {
        struct waiting waiting;
        queue_take(queue, &waiting);
        assert_int_equal(waiting.source, i % QUEUE_PLACES * 3 + 1);
        (void)queue_add(queue, waiting.source);
    }
    for (uint64_t i = 0; i < QUEUE_PLACES; i++) assert_int_equal(queue_of(queue, i * 3 + 1), 1);
    queue_done(queue);
    free(queue);
}

/* Ask for a code from there, once; whether it is taken. */
static bool asks(struct batch *batch, const uint8_t network[NETWORK_BYTES])
{
    const struct portal_code_ask ask = {.email = SLICE_TEXT("somebody@example.com")};
    struct reader reader = {0};
    struct answer answer = {0};
    memcpy(reader.network, network, NETWORK_BYTES);
    bool taken = verb_portal_code(batch, &reader, &ask, &answer).code == CODE_OK;
    answer_wipe(&answer);
    return taken;
}

/* From one source after the other of a network: bytes `from` … 7 of the address count up. So many are taken. */
static size_t floods(struct people *people, uint8_t network[NETWORK_BYTES], size_t from, size_t sources)
{
    size_t taken = 0;
    for (size_t done = 0; done < sources;) {
        SCOPED(arena_done) struct arena arena = {0};
        SCOPED(batch_done) struct batch batch = {0};
        assert_ok(batch_begin(people->shop, &arena, &batch));
        for (size_t i = 0; i < ASKS_A_BATCH && done < sources; i++, done++) {
            for (size_t byte = from; byte < 8; byte++) network[byte] = (uint8_t)(done >> 8 * (7 - byte));
            taken += asks(&batch, network);
        }
        assert_ok(batch_settle(&batch));
    }
    return taken;
}

static void whoever_holds_a_network_leaves_the_queue_to_others(void **state)
{
    (void)state;
    static struct people people;
    struct portal *portal = NULL;
    uint8_t thief[NETWORK_BYTES] = {0x20, 0x01, 0x0d, 0xb8, 0x00, 0x07}, other[NETWORK_BYTES] = {0x2a, 0x02};
    uint8_t four[NETWORK_BYTES] = {[10] = 0xff, [11] = 0xff, [12] = 198, [13] = 51, [14] = 100, [15] = 7};
    people_begin(&people);
    assert_ok(portal_of(people.shop, &portal));
    assert_true(floods(&people, thief, 7, 256) <= 100);   /* a household: 56 bits */
    assert_true(floods(&people, thief, 6, 65536) <= 400); /* a customer of a provider: 48 bits */
    assert_true(visits_wait_s(portal->visits) <= 400 / VISITS_A_SECOND + 1);
    assert_int_equal(floods(&people, other, 7, 1), 1);
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    assert_ok(batch_begin(people.shop, &arena, &batch));
    assert_true(asks(&batch, four));
    for (uint16_t i = 0; i < 600;
         i++) { /* IPv4 addresses all begin with the same 96 bits: no network of theirs */
        be16_put(four + 14, i);
        assert_true(asks(&batch, four));
    }
    assert_ok(batch_settle(&batch));
    people.now_us += HOUR_US;
    thief[5]++;
    assert_true(floods(&people, thief, 5, 200000) <= 20000); /* a provider: 32 bits */
    assert_int_equal(floods(&people, other, 7, 1), 1);
    people_end(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_queue_knows_how_many_of_a_source_wait),
        cmocka_unit_test(the_queue_is_full_at_its_last_place_and_goes_round),
        cmocka_unit_test(whoever_holds_a_network_leaves_the_queue_to_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
