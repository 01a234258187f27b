/* Who is a second person beside an asker, and when the only one left goes on alone. */
#include "people.h"

#include "keep/access/approval.h"
#include "keep/access/approval_words.h"
#include "keep/access/maker.h"
#include "keep/access/session.h"

struct person {
    uint32_t no;
    struct buf id, session;
};

static void person_done(struct person *person)
{
    buf_done(&person->id);
    buf_done(&person->session);
}

static enum cause as(struct people *people, const struct buf *bearer, enum verb verb, const void *ask)
{
    struct buf mine = people->bearer;
    people->bearer = bearer ? *bearer : (struct buf){0}; /* none: the local operator */
    enum cause got = people_once(people, verb, ask);
    people->bearer = mine;
    return got;
}

static void wait(struct people *people, int64_t us)
{
    people->now_us += us;
    (void)keeper_idle(people->keeper); /* a minute at least has passed: upkeep runs */
}

/* Somebody whom `maker` added and who has enrolled. */
static void hire(struct people *people, const struct buf *maker, const char *name, struct person *out)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    SCOPED(buf_done) struct buf sealed = {0}, email = {0};
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    buf_print(&email, "%s@shop.example", name);
    struct staff_add_ask ask = {slice_text(name), buf_slice(&email), SLICE_TEXT("admin"), {0}};
    assert_int_equal(as(people, maker, VERB_STAFF_ADD, &ask), CAUSE_OK);
    buf_slice_put(&out->id, people_text(people, "id"));
    out->no = (uint32_t)people->shop->access.staff_count;
    struct staff staff = people->shop->access.staff[out->no - 1];
    buf_slice_put(&sealed, buf_slice(&staff.sealed));
    staff.sealed = sealed;
    staff.state = STAFF_ACTIVE;
    assert_ok(batch_begin(people->shop, &arena, &batch));
    assert_ok(staff_put(&batch, &system, &staff, &receipt));
    assert_ok(batch_settle(&batch));
}

static void sign_in(struct people *people, struct person *person)
{
    struct session_terms terms = {.kind = READER_STAFF, .id = person->no, .life_us = HOUR_US};
    int64_t expires_us = 0;
    buf_clear(&person->session);
    assert_ok(session_open(people->shop, &terms, people->now_us, &person->session, &expires_us));
    sessions_settle(people->shop->sessions);
}

/* A key of role admin that `maker` issues to one person. */
static void issue(struct people *people, const struct buf *maker, const struct person *holder,
                  struct buf *out)
{
    const struct slice id = buf_slice(&holder->id);
    struct key_issue_ask ask = {.role = SLICE_TEXT("admin"), .holders = {&id, 1}};
    assert_int_equal(as(people, maker, VERB_KEY_ISSUE, &ask), CAUSE_OK);
    buf_clear(out);
    buf_slice_put(out, people_text(people, "key"));
}

static const struct approval *newest(const struct people *people)
{
    return &people->shop->access.approvals[people->shop->access.approval_count - 1];
}

/* Ask for something: its id goes to `id`. */
static enum approval_state asked(struct people *people, const struct buf *asker, struct buf *id)
{
    struct approval_ask_ask ask = {.reason = SLICE_TEXT("recall"), .subjects_max = 50};
    assert_int_equal(as(people, asker, VERB_APPROVAL_ASK, &ask), CAUSE_OK);
    buf_clear(id);
    buf_slice_put(id, people_text(people, "approval"));
    return newest(people)->state;
}

static enum cause approve(struct people *people, const struct buf *approver, const struct buf *id)
{
    struct approval_approve_ask ask = {buf_slice(id)};
    return as(people, approver, VERB_APPROVAL_APPROVE, &ask);
}

static int64_t due_in(const struct people *people)
{
    return newest(people)->due_us - people->now_us;
}

static void whoever_is_new_is_nobodys_second_person_for_a_week(void **state)
{
    (void)state;
    struct people people;
    SCOPED(person_done) struct person ana = {0}, budi = {0};
    SCOPED(buf_done) struct buf id = {0};
    people_begin(&people);
    hire(&people, NULL, "ana", &ana);
    hire(&people, NULL, "budi", &budi);
    sign_in(&people, &ana);
    sign_in(&people, &budi);
    assert_int_equal(asked(&people, &ana.session, &id), APPROVAL_DELAYED); /* the operator may be both */
    assert_int_equal(due_in(&people), APPROVAL_DELAY_HOURS * HOUR_US);
    assert_int_equal(approve(&people, &budi.session, &id), CAUSE_APPROVAL_ASKER);
    wait(&people, MAKER_FRESH_DAYS * DAY_US);
    sign_in(&people, &ana);
    sign_in(&people, &budi);
    assert_int_equal(asked(&people, &ana.session, &id), APPROVAL_WAITING);
    assert_int_equal(approve(&people, &ana.session, &id), CAUSE_APPROVAL_ASKER);
    assert_int_equal(approve(&people, &budi.session, &id), CAUSE_OK);
    people_end(&people);
}

static void whom_a_third_person_added_speaks_at_once(void **state)
{
    (void)state;
    struct people people;
    SCOPED(person_done) struct person ana = {0}, budi = {0}, citra = {0};
    SCOPED(buf_done) struct buf id = {0};
    people_begin(&people);
    hire(&people, NULL, "ana", &ana);
    hire(&people, NULL, "budi", &budi);
    wait(&people, MAKER_FRESH_DAYS * DAY_US);
    sign_in(&people, &ana);
    sign_in(&people, &budi);
    hire(&people, &budi.session, "citra", &citra);
    sign_in(&people, &citra);
    assert_int_equal(asked(&people, &ana.session, &id), APPROVAL_WAITING);
    assert_int_equal(approve(&people, &citra.session, &id), CAUSE_OK);
    assert_int_equal(asked(&people, &budi.session, &id), APPROVAL_WAITING);
    assert_int_equal(approve(&people, &citra.session, &id), CAUSE_APPROVAL_ASKER);
    people_end(&people);
}

static void a_key_counts_by_who_made_it_and_when(void **state)
{
    (void)state;
    struct people people;
    SCOPED(person_done) struct person ana = {0}, budi = {0}, citra = {0};
    SCOPED(buf_done) struct buf id = {0}, own = {0}, given = {0}, unnamed = {0}, mine = {0};
    people_begin(&people);
    hire(&people, NULL, "ana", &ana);
    hire(&people, NULL, "budi", &budi);
    hire(&people, NULL, "citra", &citra);
    wait(&people, MAKER_FRESH_DAYS * DAY_US);
    sign_in(&people, &ana);
    sign_in(&people, &budi);
    sign_in(&people, &citra);
    issue(&people, &budi.session, &budi, &own);
    issue(&people, &citra.session, &budi, &given);
    issue(&people, NULL, &budi, &unnamed);
    issue(&people, &ana.session, &budi, &mine);
    assert_int_equal(asked(&people, &ana.session, &id), APPROVAL_WAITING);
    assert_int_equal(approve(&people, &mine, &id), CAUSE_APPROVAL_ASKER);
    assert_int_equal(approve(&people, &unnamed, &id), CAUSE_APPROVAL_ASKER);
    assert_int_equal(approve(&people, &given, &id), CAUSE_APPROVAL_ASKER); /* citra's, and new */
    assert_int_equal(approve(&people, &own, &id), CAUSE_OK);
    wait(&people, MAKER_FRESH_DAYS * DAY_US);
    sign_in(&people, &ana);
    assert_int_equal(asked(&people, &ana.session, &id), APPROVAL_WAITING);
    assert_int_equal(approve(&people, &mine, &id), CAUSE_APPROVAL_ASKER);
    assert_int_equal(approve(&people, &unnamed, &id), CAUSE_APPROVAL_ASKER);
    assert_int_equal(approve(&people, &given, &id), CAUSE_OK);
    people_end(&people);
}

/* Each takes one person only: leaving, a key's end, an invitation. None of them shortens what is loosened alone. */
static void being_the_only_one_left_counts_from_a_week_later(void **state)
{
    (void)state;
    struct people people;
    SCOPED(person_done) struct person ana = {0}, budi = {0};
    SCOPED(buf_done) struct buf id = {0};
    people_begin(&people);
    hire(&people, NULL, "ana", &ana);
    hire(&people, NULL, "budi", &budi);
    wait(&people, MAKER_FRESH_DAYS * DAY_US);
    sign_in(&people, &ana);
    struct staff_leave_ask leave = {.id = buf_slice(&budi.id)};
    assert_int_equal(as(&people, &ana.session, VERB_STAFF_LEAVE, &leave), CAUSE_OK);
    assert_int_equal(asked(&people, &ana.session, &id), APPROVAL_DELAYED);
    int64_t want_us = MAKER_FRESH_DAYS * DAY_US + APPROVAL_DELAY_HOURS * HOUR_US;
    assert_true(due_in(&people) > want_us - SECOND_US && due_in(&people) <= want_us);
    wait(&people, MAKER_FRESH_DAYS * DAY_US);
    assert_int_equal(newest(&people)->state, APPROVAL_DELAYED);
    wait(&people, APPROVAL_DELAY_HOURS * HOUR_US);
    assert_int_equal(newest(&people)->state, APPROVAL_PERMITTED);
    sign_in(&people, &ana);
    assert_int_equal(asked(&people, &ana.session, &id), APPROVAL_DELAYED); /* and the shop goes on */
    assert_int_equal(due_in(&people), APPROVAL_DELAY_HOURS * HOUR_US);
    people_end(&people);
}

/* Older programs sealed an English line, the body and the changes, and nothing by code. */
static void what_an_older_program_asked_is_told_as_it_said_it(void **state)
{
    (void)state;
    static struct people people;
    SCOPED(approval_words_done) struct approval_words old = {0}, found = {0};
    SCOPED(buf_done) struct buf told = {0};
    struct approval approval = {.id = 1, .state = APPROVAL_WAITING, .kind = AUTHORITY_ROLE};
    people_begin(&people);
    cbor_array(&old.text, 3);
    cbor_text(&old.text, SLICE_TEXT("role support may see more"));
    cbor_bytes(&old.text, SLICE_TEXT("body"));
    cbor_bytes(&old.text, (struct slice){0});
    approval_words_seal(people.shop, &old, &approval);
    assert_ok(approval_words_open(people.shop, &approval, &found));
    assert_true(slice_is(found.what, "role support may see more"));
    assert_true(slice_is(found.body, "body"));
    approval_put(people.shop, &approval, &found, true, &told);
    assert_non_null(memmem(told.at, told.len, "role support may see more", 25));
    assert_null(memmem(told.at, told.len, "about", 5));
    buf_done(&approval.sealed);
    people_end(&people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_is_new_is_nobodys_second_person_for_a_week),
        cmocka_unit_test(whom_a_third_person_added_speaks_at_once),
        cmocka_unit_test(a_key_counts_by_who_made_it_and_when),
        cmocka_unit_test(being_the_only_one_left_counts_from_a_week_later),
        cmocka_unit_test(what_an_older_program_asked_is_told_as_it_said_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
