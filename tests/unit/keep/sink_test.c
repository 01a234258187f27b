/* Sinks and their tellings: order, bounds, restarts, what is told in one, and the week. */
#include "people.h"

#include "keep/watch/sink.h"
#include "keep/watch/watching_priv.h"
#include "keep/watch/weekly.h"
#include "mail/texts.h"
#include "mail/words.h"
#include "send/target.h"
#include "send_fake.h"

struct stage {
    struct people people;
    struct send_fake fake;
    uint64_t told; /* alerts so far */
};

static void stage_begin(struct stage *stage)
{
    memset(stage, 0, sizeof *stage);
    people_begin(&stage->people);
    buf_clear(&stage->people.bearer); /* the operator asks */
    send_fake_init(&stage->fake);
    stage->people.keeper->options.carrier = &stage->fake.carrier;
}

static void stage_end(struct stage *stage)
{
    people_end(&stage->people);
}

/* The process is killed, and starts again. */
static void stage_again(struct stage *stage)
{
    send_fake_kill(&stage->fake);
    stage->people.keeper->options.carrier = NULL;
    people_reopen(&stage->people);
    send_fake_init(&stage->fake);
    stage->people.keeper->options.carrier = &stage->fake.carrier;
}

static void sink_add(struct stage *stage, const char *kind, const char *target, const char *severity)
{
    struct sink_put_ask ask = {.kind = slice_text(kind), .severity = slice_text(severity)};
    struct slice *members[] = {&ask.url, &ask.url, &ask.file, &ask.address};
    static const char *const kinds[] = {"webhook", "syslog", "ocsf", "mail"};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kind, kinds[i]) == 0) *members[i] = slice_text(target);
    }
    assert_int_equal(people_once(&stage->people, VERB_SINK_PUT, &ask), CAUSE_OK);
}

/* One alert, in a batch of its own; `keep` false: it is rolled back. */
static void tell_one(struct stage *stage, enum alert_severity severity, bool keep)
{
    SCOPED(batch_done) struct batch batch = {0};
    stage->people.now_us += 1000;
    assert_ok(batch_begin(stage->people.shop, &stage->people.keeper->arena, &batch));
    const struct alert_text text = {.event = ALERT_OPENED,
                                    .severity = severity,
                                    .detector = SLICE_TEXT("canary"),
                                    .alert = ++stage->told,
                                    .reader = reader_no(READER_KEY, 1),
                                    .people = 7,
                                    .count = 1,
                                    .first_us = batch.now_us,
                                    .last_us = batch.now_us};
    assert_ok(sinks_tell(&batch, &text));
    if (keep)
        assert_ok(batch_settle(&batch));
    else
        batch_rollback(&batch);
}

static void tell(struct stage *stage, size_t count)
{
    for (size_t i = 0; i < count; i++) tell_one(stage, ALERT_HIGH, true);
}

/* Let the keeper work until it has nothing to do for a while. */
static void idle(struct stage *stage)
{
    for (int i = 0; i < 20; i++) {
        stage->people.now_us += 6000;
        (void)keeper_idle(stage->people.keeper);
    }
}

static size_t lines_in(const struct send_job *job)
{
    size_t count = 0;
    for (size_t i = 0; i < job->bytes.len; i++) count += job->bytes.at[i] == '\n';
    return count;
}

static bool says(struct send_job *job, const char *what)
{
    return strstr(buf_c(&job->bytes), what) != NULL;
}

static void end_all(struct stage *stage, enum send_end end)
{
    while (stage->fake.job_count > 0) send_fake_end(&stage->fake, end);
    idle(stage);
}

static void each_sink_is_told_in_order_and_one_at_a_time(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    sink_add(&stage, "webhook", "https://a.example/", NULL);
    sink_add(&stage, "ocsf", "a.jsonl", NULL);
    tell(&stage, 3);
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 2); /* the webhook's first, and all of the file's */
    struct send_job *hook = &stage.fake.jobs[0], *file = &stage.fake.jobs[1];
    assert_int_equal(hook->kind, SINK_WEBHOOK);
    assert_int_equal(lines_in(file), 3);
    assert_true(says(hook, "\"people\":7"));
    assert_non_null(strstr(buf_c(&hook->headers), "\nAmanah-Signature: t="));
    assert_non_null(strstr(buf_c(&file->target), "/shops/shop/alerts/a.jsonl"));
    char first[400];
    (void)snprintf(first, sizeof first, "%s", buf_c(&hook->bytes));
    send_fake_end(&stage.fake, SEND_LATER); /* the same again, later, and never another before it */
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 1);
    stage.people.now_us += 2 * SECOND_US;
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 2);
    assert_string_equal(buf_c(&stage.fake.jobs[1].bytes), first);
    end_all(&stage, SEND_ARRIVED);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(stage.fake.job_count, 1);
        assert_string_not_equal(buf_c(&stage.fake.jobs[0].bytes), first);
        end_all(&stage, SEND_ARRIVED);
    }
    assert_int_equal(stage.fake.job_count, 0);
    stage_end(&stage);
}

static void what_was_rolled_back_is_not_told(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    sink_add(&stage, "ocsf", "a.jsonl", NULL);
    tell_one(&stage, ALERT_HIGH, false);
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 0);
    tell(&stage, 1);
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 1);
    assert_int_equal(lines_in(&stage.fake.jobs[0]), 1);
    stage_end(&stage);
}

static void a_kill_tells_the_same_again(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    sink_add(&stage, "ocsf", "a.jsonl", NULL);
    tell(&stage, 2);
    idle(&stage);
    char first[4000];
    (void)snprintf(first, sizeof first, "%s", buf_c(&stage.fake.jobs[0].bytes));
    stage_again(&stage);
    tell(&stage, 1);
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 1);
    assert_int_equal(lines_in(&stage.fake.jobs[0]), 3);
    assert_int_equal(strncmp(buf_c(&stage.fake.jobs[0].bytes), first, strlen(first)), 0); /* ids and all */
    end_all(&stage, SEND_ARRIVED);
    stage_again(&stage);
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 0);
    stage_end(&stage);
}

static void what_is_below_its_severity_is_passed_over(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    sink_add(&stage, "ocsf", "a.jsonl", "high");
    tell_one(&stage, ALERT_LOW, true);
    tell_one(&stage, ALERT_MEDIUM, true);
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 0);
    tell_one(&stage, ALERT_CRITICAL, true);
    tell_one(&stage, ALERT_LOW, true);
    idle(&stage);
    assert_int_equal(lines_in(&stage.fake.jobs[0]), 1);
    assert_true(says(&stage.fake.jobs[0], "\"severity\":\"Critical\""));
    end_all(&stage, SEND_ARRIVED);
    assert_int_equal(stage.fake.job_count, 0);
    stage_end(&stage);
}

static uint64_t member_of(struct stage *stage, const char *name)
{
    struct sink_list_ask ask = {0};
    SCOPED(buf_done) struct buf key = {0};
    struct cbor reader = {0};
    uint64_t number = 0;
    assert_int_equal(people_once(&stage->people, VERB_SINK_LIST, &ask), CAUSE_OK);
    cbor_text(&key, slice_text(name));
    uint8_t *at = memmem(stage->people.body.at, stage->people.body.len, key.at, key.len);
    assert_non_null(at);
    size_t from = (size_t)(at - stage->people.body.at) + key.len;
    reader = cbor_reader(slice_from(buf_slice(&stage->people.body), from));
    assert_ok(cbor_read_uint(&reader, &number));
    return number;
}

static void the_oldest_beyond_the_bound_become_a_number(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    sink_add(&stage, "ocsf", "a.jsonl", NULL);
    tell(&stage, 1);
    idle(&stage);
    end_all(&stage, SEND_LATER);
    tell(&stage, SINK_WAITING_MAX + 41);
    stage.people.now_us += 2 * SECOND_US;
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 1);
    assert_true(says(&stage.fake.jobs[0], "\"count\":42"));
    assert_true(says(&stage.fake.jobs[0], "\"event\":\"more\""));
    assert_int_equal(member_of(&stage, "folded"), 42);
    assert_int_equal(member_of(&stage, "waiting"), SINK_WAITING_MAX);
    stage_again(&stage); /* it is still known how many they were */
    idle(&stage);
    assert_true(says(&stage.fake.jobs[0], "\"count\":42"));
    size_t lines = 0;
    for (int i = 0; i < 40 && stage.fake.job_count > 0; i++) {
        if (!says(&stage.fake.jobs[0], "\"event\":\"more\"")) lines += lines_in(&stage.fake.jobs[0]);
        end_all(&stage, SEND_ARRIVED);
    }
    assert_int_equal(lines, SINK_WAITING_MAX);
    assert_int_equal(member_of(&stage, "told"), SINK_WAITING_MAX);
    assert_int_equal(member_of(&stage, "waiting"), 0);
    stage_end(&stage);
}

static void what_is_older_than_three_days_becomes_a_number(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    sink_add(&stage, "ocsf", "a.jsonl", NULL);
    tell(&stage, 5);
    idle(&stage);
    send_fake_end(&stage.fake, SEND_LATER);
    idle(&stage);
    stage.people.now_us += SEND_AGE_MAX_US;
    tell(&stage, 1);
    idle(&stage);
    assert_true(says(&stage.fake.jobs[0], "\"count\":5"));
    end_all(&stage, SEND_ARRIVED);
    assert_int_equal(lines_in(&stage.fake.jobs[0]), 1);
    assert_false(says(&stage.fake.jobs[0], "\"event\":\"more\""));
    stage_end(&stage);
}

static void a_receiver_that_wants_no_more_is_left_alone(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    sink_add(&stage, "webhook", "https://a.example/", NULL);
    tell(&stage, 1);
    idle(&stage);
    end_all(&stage, SEND_GONE);
    tell(&stage, 1);
    stage.people.now_us += DAY_US;
    idle(&stage);
    stage_again(&stage);
    idle(&stage);
    assert_int_equal(stage.fake.job_count, 0);
    stage_end(&stage);
}

static uint64_t mails(struct stage *stage)
{
    uint64_t id = 0;
    assert_ok(stage->people.shop->store->mail->last(stage->people.shop->store, &id));
    return id;
}

static void one_mail_tells_what_came_within_five_minutes(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    sink_add(&stage, "mail", "owner@shop.example", NULL);
    uint64_t before = mails(&stage);
    tell(&stage, 3);
    idle(&stage);
    assert_int_equal(mails(&stage) - before, 1);
    tell(&stage, 3);
    idle(&stage);
    assert_int_equal(mails(&stage) - before, 1);
    stage.people.now_us += SINK_MAIL_EVERY_MIN * MINUTE_US;
    idle(&stage);
    assert_int_equal(mails(&stage) - before, 2);
    stage.people.now_us += DAY_US;
    idle(&stage);
    assert_int_equal(member_of(&stage, "told"), 6);
    stage_end(&stage);
}

static void a_week_begins_on_monday_at_eight(void **state)
{
    (void)state;
    static const struct {
        const char *before, *at;
        int64_t offset_min;
    } cases[] = {
        {"2026-11-23T07:59:59Z", "2026-11-23T08:00:00Z", 0},
        {"2026-11-23T00:59:59Z", "2026-11-23T01:00:00Z", 420},
        {"2026-11-22T22:59:59Z", "2026-11-22T23:00:00Z", 540},
        {"2026-11-23T12:59:59Z", "2026-11-23T13:00:00Z", -300},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t before_us = 0, at_us = 0;
        assert_ok(time_get(slice_text(cases[i].before), &before_us));
        assert_ok(time_get(slice_text(cases[i].at), &at_us));
        uint64_t week = weekly_number(at_us, cases[i].offset_min);
        assert_int_equal(weekly_number(before_us, cases[i].offset_min) + 1, week);
        assert_int_equal(weekly_number(at_us + WEEKLY_DAYS * DAY_US - 1, cases[i].offset_min), week);
        assert_int_equal(weekly_number(at_us + WEEKLY_DAYS * DAY_US, cases[i].offset_min), week + 1);
    }
}

static void the_week_is_mailed_once_also_across_restarts(void **state)
{
    (void)state;
    static struct stage stage;
    stage_begin(&stage);
    assert_ok(time_get(SLICE_TEXT("2036-11-19T12:00:00Z"), &stage.people.now_us)); /* a Wednesday */
    sink_add(&stage, "mail", "owner@shop.example", NULL);
    (void)keeper_idle(stage.people.keeper);
    uint64_t before = mails(&stage);
    int64_t end_us = stage.people.now_us + 13 * DAY_US;
    for (size_t i = 0; stage.people.now_us < end_us; i++) {
        stage.people.now_us += HOUR_US;
        (void)keeper_idle(stage.people.keeper);
        if (i % 50 == 0) stage_again(&stage);
    }
    assert_int_equal(mails(&stage) - before, 2); /* Mondays 24 November and 1 December */
    stage_end(&stage);
}

/* Whoever reads a mail reads a sentence, never the name of a detector. */
static void every_alert_has_words_in_every_language(void **state)
{
    (void)state;
    static const unsigned once[] = {ALERT_MEMORY_LOST, ALERT_DRIFT,   ALERT_FORGED, ALERT_HELD,
                                    ALERT_DEADLINE,    ALERT_VOUCHER, ALERT_GUESSES};
    for (unsigned i = 1; i < DETECTORS_END + COUNT_OF(once); i++) {
        unsigned detector = i < DETECTORS_END ? i : once[i - DETECTORS_END];
        char key[64];
        (void)snprintf(key, sizeof key, "detector.%s", alert_name(detector));
        for (size_t l = 0; mail_language(l); l++) {
            if (!words_has(slice_text(mail_language(l)), key)) fail_msg("%s: %s", mail_language(l), key);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_alert_has_words_in_every_language),
        cmocka_unit_test(each_sink_is_told_in_order_and_one_at_a_time),
        cmocka_unit_test(what_was_rolled_back_is_not_told),
        cmocka_unit_test(a_kill_tells_the_same_again),
        cmocka_unit_test(what_is_below_its_severity_is_passed_over),
        cmocka_unit_test(the_oldest_beyond_the_bound_become_a_number),
        cmocka_unit_test(what_is_older_than_three_days_becomes_a_number),
        cmocka_unit_test(a_receiver_that_wants_no_more_is_left_alone),
        cmocka_unit_test(one_mail_tells_what_came_within_five_minutes),
        cmocka_unit_test(a_week_begins_on_monday_at_eight),
        cmocka_unit_test(the_week_is_mailed_once_also_across_restarts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
