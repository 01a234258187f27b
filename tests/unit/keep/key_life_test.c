/* What time and rotation do to keys, their probes, and whoever comes with a key that is over. */
#include "people.h"

#include "keep/access/key_make.h"
#include "keep/post.h"
#include "store/authority.h"

struct key_text {
    struct buf id, key;
};

static void key_text_done(struct key_text *text)
{
    buf_done(&text->id);
    buf_done(&text->key);
}

static enum cause as(struct people *people, const struct buf *bearer, enum verb verb, const void *ask)
{
    struct buf mine = people->bearer;
    people->bearer = bearer ? *bearer : (struct buf){0}; /* none: the local operator */
    enum cause got = people_once(people, verb, ask);
    people->bearer = mine;
    return got;
}

static enum cause self(struct people *people, const struct buf *bearer)
{
    struct self_ask ask = {0};
    return as(people, bearer, VERB_SELF, &ask);
}

static void take(struct people *people, struct key_text *out)
{
    buf_slice_put(&out->id, people_text(people, "id"));
    buf_slice_put(&out->key, people_text(people, "key"));
}

static void issue(struct people *people, uint64_t days, struct key_text *out)
{
    struct key_issue_ask ask = {.role = SLICE_TEXT("everything"), .name = SLICE_TEXT("robot"), .days = days};
    assert_int_equal(as(people, NULL, VERB_KEY_ISSUE, &ask), CAUSE_OK);
    take(people, out);
}

static enum cause rotate(struct people *people, const struct buf *bearer, const struct buf *id)
{
    struct key_rotate_ask ask = {.id = buf_slice(id)};
    return as(people, bearer, VERB_KEY_ROTATE, &ask);
}

static const struct key *newest(const struct people *people)
{
    return &people->shop->access.keys[people->shop->access.key_count - 1];
}

static void wait(struct people *people, int64_t us)
{
    people->now_us += us;
    (void)keeper_idle(people->keeper); /* a minute at least has passed: upkeep runs */
}

/* The newest entry. */
static void last_entry(const struct people *people, struct entry *out)
{
    SCOPED(buf_done) struct buf bytes = {0};
    struct ledger *ledger = people->shop->ledger;
    assert_ok(ledger_entry(ledger, ledger_durable(ledger) - 1, &bytes, NULL));
    assert_ok(entry_read(buf_slice(&bytes), out));
}

static void a_key_that_is_over_is_ended_and_no_clock_brings_it_back(void **state)
{
    (void)state;
    struct people people;
    struct entry entry = {0};
    SCOPED(key_text_done) struct key_text key = {0};
    people_begin(&people);
    issue(&people, 2, &key);
    int64_t before_us = people.now_us;
    people.now_us = before_us + 2 * DAY_US;
    assert_int_equal(self(&people, &key.key), CAUSE_CREDENTIAL_UNKNOWN); /* also before upkeep */
    assert_int_equal(newest(&people)->ended_us, 0);
    wait(&people, MINUTE_US);
    assert_true(newest(&people)->ended_us > 0);
    people.now_us = before_us + MINUTE_US; /* put back */
    assert_int_equal(self(&people, &key.key), CAUSE_CREDENTIAL_UNKNOWN);
    people_reopen(&people);
    assert_int_equal(self(&people, &key.key), CAUSE_CREDENTIAL_UNKNOWN);
    wait(&people, 2 * MINUTE_US);
    last_entry(&people, &entry); /* who tried is told, under the key's own number */
    assert_int_equal(entry.kind, ENTRY_STRANGERS);
    assert_int_equal(entry.reader, reader_no(READER_KEY, newest(&people)->id));
    people_end(&people);
}

static void a_key_that_rests_ends_and_one_in_use_does_not(void **state)
{
    (void)state;
    struct people people;
    struct entry entry = {0};
    SCOPED(key_text_done) struct key_text used = {0}, rests = {0};
    people_begin(&people);
    issue(&people, 0, &used);
    issue(&people, 0, &rests);
    int64_t made_us = people.now_us;
    for (int day = 1; day <= KEY_UNUSED_DAYS + 1; day++) {
        people.now_us = made_us / DAY_US * DAY_US + day * DAY_US - SECOND_US;
        assert_int_equal(self(&people, &used.key), CAUSE_OK);
        wait(&people, 0);
        assert_int_equal(newest(&people)->ended_us, 0);
    }
    assert_int_equal(self(&people, &people.bearer), CAUSE_OK);
    people_reopen(&people); /* the days of use are kept */
    wait(&people, 2 * MINUTE_US);
    assert_true(newest(&people)->ended_us > 0);
    last_entry(&people, &entry);
    assert_int_equal(entry.kind, ENTRY_AUTHORITY);
    assert_int_equal(entry.reader, 0); /* the system's own act */
    assert_int_equal(self(&people, &rests.key), CAUSE_CREDENTIAL_UNKNOWN);
    assert_int_equal(self(&people, &used.key), CAUSE_OK);
    people_end(&people);
}

static void a_use_that_others_wrote_counts_as_none(void **state)
{
    (void)state;
    struct people people;
    SCOPED(key_text_done) struct key_text key = {0};
    people_begin(&people);
    issue(&people, 0, &key);
    uint32_t id = newest(&people)->id;
    for (int days = 0; days < 2 * KEY_UNUSED_DAYS; days += 7) { /* both are used, to day 21 */
        people.now_us += 7 * DAY_US;
        assert_int_equal(self(&people, &people.bearer), CAUSE_OK);
        if (days <= KEY_UNUSED_DAYS) assert_int_equal(self(&people, &key.key), CAUSE_OK);
    }
    struct key_use_row forged = {.id = id, .day = (uint32_t)(people.now_us / DAY_US) + 1000};
    struct store *store = people.shop->store;
    assert_ok(store->batch->begin(store));
    assert_ok(store->key_use->put(store, &forged));
    assert_ok(store->batch->commit(store));
    assert_int_equal(self(&people, &key.key), CAUSE_OK); /* it is known in memory that it was used */
    assert_ok(store->batch->begin(store));
    assert_ok(store->key_use->put(store, &forged));
    assert_ok(store->batch->commit(store));
    people_reopen(&people);
    assert_int_equal(self(&people, &key.key), CAUSE_CREDENTIAL_UNKNOWN);
    assert_int_equal(self(&people, &people.bearer), CAUSE_OK);
    people_end(&people);
}

static void a_successor_takes_over_by_itself(void **state)
{
    (void)state;
    struct people people;
    SCOPED(key_text_done) struct key_text old = {0}, next = {0}, other = {0};
    people_begin(&people);
    issue(&people, 30, &old);
    issue(&people, 30, &other);
    uint32_t old_id = newest(&people)->id - 1;
    assert_int_equal(rotate(&people, &other.key, &old.id), CAUSE_ROLE_ACT); /* another key may not */
    assert_int_equal(rotate(&people, &old.key, &old.id), CAUSE_OK);         /* itself may */
    take(&people, &next);
    const struct key *key = newest(&people), *from = key_by_id(&people.shop->access, old_id);
    assert_int_equal(key->rotated_from, old_id);
    assert_int_equal(key->role, from->role);
    assert_string_equal(key->name, "robot");
    assert_int_equal(key->expires_us - key->created_us, 30 * DAY_US);
    assert_int_equal(from->expires_us, people.now_us + KEY_OVERLAP_US);
    assert_int_equal(rotate(&people, &old.key, &old.id), CAUSE_CONFLICT); /* one successor */
    assert_int_equal(self(&people, &old.key), CAUSE_OK);
    wait(&people, 2 * HOUR_US);
    assert_int_equal(self(&people, &old.key), CAUSE_OK); /* nobody uses the new one yet */
    assert_int_equal(self(&people, &next.key), CAUSE_OK);
    wait(&people, MINUTE_US);
    assert_int_equal(self(&people, &old.key), CAUSE_OK);
    wait(&people, KEY_OVERLAP_USED_US + MINUTE_US);
    assert_int_equal(self(&people, &old.key), CAUSE_CREDENTIAL_UNKNOWN);
    assert_int_equal(self(&people, &next.key), CAUSE_OK);
    assert_int_equal(rotate(&people, NULL, &old.id), CAUSE_CONFLICT); /* it is over */
    assert_int_equal(rotate(&people, NULL, &next.id), CAUSE_OK);      /* an admin may */
    people_end(&people);
}

static void an_old_key_ends_in_a_day_though_nobody_uses_the_new_one(void **state)
{
    (void)state;
    struct people people;
    SCOPED(key_text_done) struct key_text old = {0}, soon = {0};
    people_begin(&people);
    issue(&people, 30, &old);
    assert_int_equal(rotate(&people, NULL, &old.id), CAUSE_OK);
    people.now_us += KEY_OVERLAP_US - MINUTE_US;
    assert_int_equal(self(&people, &old.key), CAUSE_OK);
    wait(&people, 2 * MINUTE_US);
    assert_int_equal(self(&people, &old.key), CAUSE_CREDENTIAL_UNKNOWN);
    issue(&people, 1, &soon);
    int64_t own_us = newest(&people)->expires_us;
    people.now_us += 12 * HOUR_US;
    assert_int_equal(rotate(&people, NULL, &soon.id), CAUSE_OK);
    assert_int_equal(newest(&people)[-1].expires_us, own_us); /* its own end comes first */
    people_end(&people);
}

/* Mails of a kind that the vault queued by itself, as the ledger says. */
static uint64_t mails(const struct people *people, enum mail_kind kind)
{
    struct ledger *ledger = people->shop->ledger;
    uint64_t count = 0;
    for (uint64_t i = 0; i < ledger_durable(ledger); i++) {
        struct entry entry = {0};
        SCOPED(buf_done) struct buf bytes = {0};
        assert_ok(ledger_entry(ledger, i, &bytes, NULL));
        assert_ok(entry_read(buf_slice(&bytes), &entry));
        if (entry.kind == ENTRY_NOTICE && entry.object_id == (uint64_t)kind) count += entry.count;
    }
    return count;
}

static void hold(struct people *people, uint64_t days, struct key_text *out)
{
    struct staff_add_ask kim = {.name = SLICE_TEXT("Kim"), .email = SLICE_TEXT("kim@shop.example")};
    struct staff_add_ask dewi = {.name = SLICE_TEXT("Dewi"), .email = SLICE_TEXT("dewi@shop.example")};
    char ids[2][ID_BYTES_MAX + 1] = {"", ""};
    struct slice holders[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(as(people, NULL, VERB_STAFF_ADD, i ? &dewi : &kim), CAUSE_OK);
        struct slice id = people_text(people, "id");
        memcpy(ids[i], id.at, id.len);
        holders[i] = slice_text(ids[i]);
    }
    struct key_issue_ask ask = {.role = SLICE_TEXT("everything"), .holders = {holders, 2}, .days = days};
    assert_int_equal(as(people, NULL, VERB_KEY_ISSUE, &ask), CAUSE_OK);
    take(people, out);
}

static void holders_are_told_once_at_fourteen_seven_and_one_day(void **state)
{
    (void)state;
    struct people people;
    SCOPED(key_text_done) struct key_text key = {0};
    people_begin(&people);
    hold(&people, 30, &key);
    int64_t ends_us = newest(&people)->expires_us;
    static const struct {
        int64_t left_us;
        uint64_t mails;
    } cases[] = {
        {20 * DAY_US, 0},
        {14 * DAY_US + MINUTE_US, 0},
        {14 * DAY_US - MINUTE_US, 2},
        {14 * DAY_US - HOUR_US, 2},
        {7 * DAY_US - MINUTE_US, 4},
        {6 * DAY_US, 4},
        {DAY_US - MINUTE_US, 6},
        {HOUR_US, 6},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        people.now_us = ends_us - cases[i].left_us;
        assert_int_equal(self(&people, &key.key), CAUSE_OK);
        people_reopen(&people); /* upkeep runs when it is closed, and what was told is kept */
        if (mails(&people, MAIL_KEY_ENDING) != cases[i].mails)
            fail_msg("case %zu: %llu", i, (unsigned long long)mails(&people, MAIL_KEY_ENDING));
    }
    assert_int_equal(mails(&people, MAIL_KEY_RESTING), 0);
    people_end(&people);
}

static void holders_are_told_that_a_key_rests(void **state)
{
    (void)state;
    struct people people;
    SCOPED(key_text_done) struct key_text key = {0};
    people_begin(&people);
    hold(&people, 90, &key);
    for (uint64_t turn = 0; turn < 2; turn++) { /* a use begins it anew */
        assert_int_equal(self(&people, &key.key), CAUSE_OK);
        int64_t ends_us = key_unused_us(people.shop, newest(&people), people.now_us);
        people.now_us = ends_us - 7 * DAY_US - MINUTE_US;
        people_reopen(&people);
        assert_int_equal(mails(&people, MAIL_KEY_RESTING), 4 * turn);
        people.now_us = ends_us - 7 * DAY_US + MINUTE_US;
        people_reopen(&people);
        people_reopen(&people);
        assert_int_equal(mails(&people, MAIL_KEY_RESTING), 4 * turn + 2);
        people.now_us = ends_us - DAY_US + MINUTE_US;
        people_reopen(&people);
        assert_int_equal(mails(&people, MAIL_KEY_RESTING), 4 * turn + 4);
    }
    assert_int_equal(mails(&people, MAIL_KEY_ENDING), 0);
    people_end(&people);
}

static enum cause look(struct people *people, const struct buf *bearer, const char *id)
{
    struct buf mine = people->bearer;
    people->bearer = *bearer;
    people_look(people, &id, 1, NULL);
    people_run(people);
    people->bearer = mine;
    return people->head.cause;
}

/* Else a key could look at as many people as it likes, by rotating itself. */
static void rotation_refills_no_budget(void **state)
{
    (void)state;
    struct people people;
    char one[ID_BYTES_MAX + 1], two[ID_BYTES_MAX + 1];
    SCOPED(key_text_done) struct key_text old = {0}, next = {0}, last = {0};
    const struct slice email[] = {SLICE_TEXT("email")}, why[] = {SLICE_TEXT("support")},
                       act[] = {SLICE_TEXT("reveal")};
    struct role_put_ask role = {.name = SLICE_TEXT("narrow"),
                                .fields = {email, 1},
                                .purposes = {why, 1},
                                .acts = {act, 1},
                                .daily = 1};
    struct key_issue_ask ask = {.role = SLICE_TEXT("narrow")};
    people_begin(&people);
    people_make(&people, "one", one);
    people_make(&people, "two", two);
    assert_int_equal(as(&people, NULL, VERB_ROLE_PUT, &role), CAUSE_OK);
    assert_int_equal(as(&people, NULL, VERB_KEY_ISSUE, &ask), CAUSE_OK);
    take(&people, &old);
    assert_int_equal(look(&people, &old.key, one), CAUSE_OK);
    assert_int_equal(look(&people, &old.key, two), CAUSE_BUDGET_DAY);
    assert_int_equal(rotate(&people, &old.key, &old.id), CAUSE_OK);
    take(&people, &next);
    assert_int_equal(rotate(&people, &next.key, &next.id), CAUSE_OK);
    take(&people, &last);
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(look(&people, &next.key, two), CAUSE_BUDGET_DAY);
        assert_int_equal(look(&people, &last.key, two), CAUSE_BUDGET_DAY);
        assert_int_equal(look(&people, &last.key, one), CAUSE_OK);
        people_reopen(&people); /* counted from the ledger again */
    }
    people_end(&people);
}

static void a_probe_tells_of_its_key_and_may_do_nothing_else(void **state)
{
    (void)state;
    struct people people;
    SCOPED(key_text_done) struct key_text key = {0}, other = {0};
    SCOPED(buf_done) struct buf probe = {0}, again = {0}, others = {0};
    struct entry entry = {0};
    struct key_list_ask list = {0};
    people_begin(&people);
    issue(&people, 0, &other);
    issue(&people, 0, &key);
    assert_ok(key_probe(people.shop, newest(&people), &probe));
    assert_ok(key_probe(people.shop, newest(&people) - 1, &others));
    assert_false(slice_equal(buf_slice(&probe), buf_slice(&others)));
    assert_int_equal(self(&people, &probe), CAUSE_OK);
    assert_true(slice_equal(people_text(&people, "reader"), buf_slice(&key.id)));
    assert_false(key_was_used(people.shop, newest(&people)->id)); /* trying it is no use */
    assert_int_equal(as(&people, &probe, VERB_KEY_LIST, &list), CAUSE_KEY_PROBE);
    last_entry(&people, &entry);
    assert_int_equal(entry.kind, ENTRY_REFUSED);
    assert_int_equal(entry.reader, reader_no(READER_KEY, newest(&people)->id));
    struct key moved = *newest(&people); /* a box put into another key's row does not open */
    moved.id--;
    assert_code(CODE_CORRUPT, key_probe(people.shop, &moved, &again));
    people_reopen(&people);
    buf_clear(&again);
    assert_ok(key_probe(people.shop, newest(&people), &again));
    assert_true(slice_equal(buf_slice(&probe), buf_slice(&again)));
    struct key_revoke_ask end = {.id = buf_slice(&key.id)};
    assert_int_equal(as(&people, NULL, VERB_KEY_REVOKE, &end), CAUSE_OK);
    assert_int_equal(self(&people, &probe), CAUSE_CREDENTIAL_UNKNOWN);
    assert_int_equal(self(&people, &others), CAUSE_OK);
    people_end(&people);
}

/* The secret of a key that signs nothing, or shows a certificate, is none: the proof is compared by its kind. */
static void a_public_key_is_no_secret(void **state)
{
    (void)state;
    struct people people;
    SCOPED(key_text_done) struct key_text key = {0};
    people_begin(&people);
    issue(&people, 0, &key);
    struct key *at = key_by_id(&people.shop->access, newest(&people)->id);
    for (int kind = PROOF_SIGNATURE; kind <= PROOF_CERTIFICATE; kind++) {
        at->proof_kind = (enum key_proof)kind;
        assert_int_equal(self(&people, &key.key), CAUSE_CREDENTIAL_UNKNOWN);
    }
    at->proof_kind = PROOF_SECRET;
    assert_int_equal(self(&people, &key.key), CAUSE_OK);
    people_end(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_is_over_is_ended_and_no_clock_brings_it_back),
        cmocka_unit_test(a_key_that_rests_ends_and_one_in_use_does_not),
        cmocka_unit_test(a_use_that_others_wrote_counts_as_none),
        cmocka_unit_test(a_successor_takes_over_by_itself),
        cmocka_unit_test(an_old_key_ends_in_a_day_though_nobody_uses_the_new_one),
        cmocka_unit_test(holders_are_told_once_at_fourteen_seven_and_one_day),
        cmocka_unit_test(holders_are_told_that_a_key_rests),
        cmocka_unit_test(rotation_refills_no_budget),
        cmocka_unit_test(a_probe_tells_of_its_key_and_may_do_nothing_else),
        cmocka_unit_test(a_public_key_is_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
