/*
 * The front process replaced by hostile code. It knows every credential that passed by, says any network it likes, and
 * asks whatever the wire form lets it ask: counted is how many people it gets to see.
 */
#include "people.h"

enum { PEOPLE = 60, DAILY = 7, TRIES = 400 };

struct taken {
    struct people people;
    char ids[PEOPLE][ID_BYTES_MAX + 1];
    bool seen[PEOPLE];
    struct buf desk,
        pages;       /* a support key with DAILY people a day; a front end's key, of use with passes alone */
    struct buf pass; /* of the first person, who just signed in */
};

static void issue(struct people *people, const char *role, struct buf *out)
{
    struct key_issue_ask ask = {.role = slice_text(role)};
    assert_int_equal(people_once(people, VERB_KEY_ISSUE, &ask), CAUSE_OK);
    buf_clear(out);
    buf_slice_put(out, people_text(people, "key"));
}

static int set_up(void **state)
{
    const struct slice name = SLICE_TEXT("name"), support = SLICE_TEXT("support"),
                       reveal = SLICE_TEXT("reveal");
    struct taken *taken = calloc(1, sizeof *taken);
    assert_non_null(taken);
    struct people *people = &taken->people;
    SCOPED(buf_done) struct buf signin = {0};
    people_begin(people);
    for (size_t i = 0; i < PEOPLE; i++) {
        char ref[16];
        (void)snprintf(ref, sizeof ref, "r%zu", i);
        people_make(people, ref, taken->ids[i]);
    }
    buf_clear(&people->bearer); /* the operator sets it up */
    struct role_put_ask role = {.name = SLICE_TEXT("desk"),
                                .fields = {&name, 1},
                                .purposes = {&support, 1},
                                .acts = {&reveal, 1},
                                .daily = DAILY};
    assert_int_equal(people_once(people, VERB_ROLE_PUT, &role), CAUSE_OK);
    issue(people, "desk", &taken->desk);
    issue(people, "frontend", &taken->pages);
    issue(people, "signin", &signin);
    buf_slice_put(&people->bearer, buf_slice(&signin));
    struct pass_issue_ask pass = {.subject = slice_text(taken->ids[0]),
                                  .client_network = SLICE_TEXT("192.0.2.7")};
    assert_int_equal(people_once(people, VERB_PASS_ISSUE, &pass), CAUSE_OK);
    buf_slice_put(&taken->pass, people_text(people, "pass"));
    *state = taken;
    return 0;
}

static int tear_down(void **state)
{
    struct taken *taken = *state;
    buf_done(&taken->desk);
    buf_done(&taken->pages);
    buf_done(&taken->pass);
    people_end(&taken->people);
    free(taken);
    return 0;
}

static void take_answer(void *context, void *from, struct slice frame)
{
    struct people *people = context;
    struct answer_head head;
    struct slice body = {0};
    (void)from;
    assert_ok(answer_read(slice_from(frame, 4), &head, &body));
    if (head.shape != ANSWER_CHECKPOINT || head.id != 0) people->head = head;
}

/* One ask as the hostile front sends it. */
static enum cause ask_as(struct people *people, struct slice bearer, const uint8_t network[NETWORK_BYTES],
                         enum verb verb, const void *ask)
{
    struct ask_head head = {.id = 1, .verb = verb, .bearer = bearer};
    SCOPED(buf_done) struct buf frame = {0};
    memcpy(head.network, network, NETWORK_BYTES);
    assert_ok(ask_write(&head, ask, &frame));
    struct keeper_ask one = {.frame = slice_from(buf_slice(&frame), 4)};
    people->now_us += 1000;
    keeper_run(people->keeper, &one, 1, (struct keeper_sink){take_answer, people});
    return people->head.cause;
}

static size_t seen_count(const struct taken *taken)
{
    size_t count = 0;
    for (size_t i = 0; i < PEOPLE; i++) count += taken->seen[i];
    return count;
}

static void it_sees_whom_its_callers_may_and_nobody_else(void **state)
{
    struct taken *taken = *state;
    const struct slice name = SLICE_TEXT("name");
    static const char *const purposes[] = {"support", "self", "operations"};
    struct prop_rng rng = {.state = 7};
    for (size_t i = 0; i < TRIES; i++) {
        size_t who = prop_below(&rng, PEOPLE);
        uint8_t network[NETWORK_BYTES];
        struct slice id = slice_text(taken->ids[who]), bearer = {0};
        for (size_t n = 0; n < NETWORK_BYTES; n++) network[n] = (uint8_t)prop_u64(&rng);
        switch (prop_below(&rng, 4)) {
        case 0:
            bearer = buf_slice(&taken->desk);
            break;
        case 1:
            bearer = buf_slice(&taken->pages);
            break;
        case 2: /* a certificate that it says somebody showed */
            bearer = SLICE_TEXT("cert:0000000000000000000000000000000000000000000000000000000000000000");
            break;
        default: /* as if it were the local operator */
            memset(network, 0, sizeof network);
        }
        struct reveal_ask ask = {.subjects = {&id, 1},
                                 .fields = {&name, 1},
                                 .purpose = slice_text(purposes[prop_below(&rng, 3)]),
                                 .reason = SLICE_TEXT("x")};
        if (prop_below(&rng, 2)) ask.pass = buf_slice(&taken->pass);
        if (ask_as(&taken->people, bearer, network, VERB_REVEAL, &ask) == CAUSE_OK) taken->seen[who] = true;
    }
    assert_true(seen_count(taken) > 0);
    assert_true(seen_count(taken) <= DAILY + 1); /* the desk's day, and the one who signed in */
}

static void it_cannot_make_itself_a_credential(void **state)
{
    struct taken *taken = *state;
    static const uint8_t nowhere[NETWORK_BYTES], there[NETWORK_BYTES] = {[15] = 9};
    struct key_issue_ask issue_ask = {.role = SLICE_TEXT("admin")};
    struct staff_add_ask staff = {.name = SLICE_TEXT("x"), .email = SLICE_TEXT("x@shop.example")};
    const struct slice bearers[] = {buf_slice(&taken->desk), buf_slice(&taken->pages), {0}};
    for (size_t i = 0; i < COUNT_OF(bearers); i++) {
        assert_true(ask_as(&taken->people, bearers[i], there, VERB_KEY_ISSUE, &issue_ask) != CAUSE_OK);
        assert_true(ask_as(&taken->people, bearers[i], nowhere, VERB_KEY_ISSUE, &issue_ask) != CAUSE_OK);
        assert_true(ask_as(&taken->people, bearers[i], there, VERB_STAFF_ADD, &staff) != CAUSE_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_sees_whom_its_callers_may_and_nobody_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_cannot_make_itself_a_credential, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
