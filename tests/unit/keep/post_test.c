/* The shop's post: a mail is durable with what it tells of, goes out once there is a way, and never gets lost on it. */
#include "people.h"

#include "keep/post.h"
#include "mail/retry.h"
#include "mail_fake.h"

enum { STATES = MAIL_UNKNOWN + 1 };

struct office {
    struct people people;
    struct mail_fake fake;
};

static void staff_the_sender(struct office *office)
{
    mail_fake_init(&office->fake);
    office->people.keeper->options.mail = &office->fake.sender;
}

static void office_begin(struct office *office)
{
    people_begin(&office->people);
    staff_the_sender(office);
}

/* The process ends in no order, and another one begins. */
static void office_killed(struct office *office)
{
    mail_fake_kill(&office->fake);
    office->people.keeper->options.mail = NULL;
    people_reopen(&office->people);
    staff_the_sender(office);
}

static enum cause as_operator(struct office *office, enum verb verb, const void *ask)
{
    struct buf bearer = TAKE(office->people.bearer);
    enum cause cause = people_once(&office->people, verb, ask);
    office->people.bearer = bearer;
    return cause;
}

static struct mail_put_ask plain_settings(void)
{
    return (struct mail_put_ask){.url = SLICE_TEXT("smtp://127.0.0.1:25"),
                                 .starttls = SLICE_TEXT("never"),
                                 .from = SLICE_TEXT("toko@shop.example"),
                                 .name = SLICE_TEXT("Toko")};
}

static void mail_set(struct office *office)
{
    struct mail_put_ask ask = plain_settings();
    assert_int_equal(as_operator(office, VERB_MAIL_PUT, &ask), CAUSE_OK);
}

/* Queue a mail to `to`, about nobody or the subject, in a batch of its own. */
static void queue(struct office *office, const char *to, struct subject_no subject)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    const struct mail_draft draft = {.kind = MAIL_CONTACT_CHANGED, .to = slice_text(to), .subject = subject};
    assert_ok(batch_begin(office->people.shop, &arena, &batch));
    assert_ok(mail_queue(&batch, &draft));
    assert_ok(batch_settle(&batch));
}

static void turn_after(struct office *office, int64_t us)
{
    office->people.now_us += us;
    (void)keeper_idle(office->people.keeper);
}

static void turn(struct office *office)
{
    turn_after(office, SECOND_US);
}

static RESULT count_add(void *context, enum mail_state state, unsigned kind, uint64_t count)
{
    uint64_t *counts = context;
    assert_true(kind > 0);
    counts[state] += count;
    return OK;
}

static void expect(struct office *office, uint64_t waiting, uint64_t sending, uint64_t sent, uint64_t failed,
                   uint64_t unknown)
{
    uint64_t counts[STATES] = {0};
    struct store *store = office->people.shop->store;
    const uint64_t want[STATES] = {[MAIL_WAITING] = waiting,
                                   [MAIL_SENDING] = sending,
                                   [MAIL_SENT] = sent,
                                   [MAIL_FAILED] = failed,
                                   [MAIL_UNKNOWN] = unknown};
    assert_ok(store->mail->counts(store, count_add, counts));
    for (size_t i = 0; i < STATES; i++) {
        if (counts[i] != want[i])
            fail_msg("state %zu: %llu, not %llu", i, (unsigned long long)counts[i],
                     (unsigned long long)want[i]);
    }
}

static const struct subject_no nobody;

static void goes_out_once_there_is_a_way(void **state)
{
    (void)state;
    struct office office;
    office_begin(&office);
    queue(&office, "Kim@Shop.example", nobody);
    turn(&office);
    assert_int_equal(office.fake.job_count, 0);
    expect(&office, 1, 0, 0, 0, 0);
    mail_set(&office);
    turn(&office);
    assert_int_equal(office.fake.job_count, 1);
    expect(&office, 0, 1, 0, 0, 0);
    struct mail_job *job = &office.fake.jobs[0];
    assert_string_equal(buf_c(&job->to), "kim@shop.example");
    assert_string_equal(buf_c(&job->from), "toko@shop.example");
    assert_non_null(
        strstr(buf_c(&job->message), "\r\nSubject: Your contact details at shop were changed\r\n"));
    assert_int_equal(job->attempts, 1);
    mail_fake_end(&office.fake, MAIL_ARRIVED, 250);
    turn(&office);
    expect(&office, 0, 0, 1, 0, 0);
    turn_after(&office, MAIL_KEEP_DAYS * DAY_US);
    turn_after(&office, DAY_US);
    expect(&office, 0, 0, 0, 0, 0);
    people_end(&office.people);
}

/* The Message-ID of the job given first, to keep. */
static void message_id(struct office *office, char out[80])
{
    assert_true(office->fake.job_count > 0);
    const char *at = strstr(buf_c(&office->fake.jobs[0].message), "\r\nMessage-ID: <");
    assert_non_null(at);
    (void)snprintf(out, 80, "%.60s", at + 15);
}

static void is_tried_again_as_the_same_message(void **state)
{
    (void)state;
    struct office office;
    char first[80], again[80];
    office_begin(&office);
    mail_set(&office);
    queue(&office, "kim@shop.example", nobody);
    turn(&office);
    message_id(&office, first);
    mail_fake_end(&office.fake, MAIL_LATER, 451);
    turn(&office);
    expect(&office, 1, 0, 0, 0, 0);
    turn_after(&office, MINUTE_US / 2);
    assert_int_equal(office.fake.job_count, 0);
    turn_after(&office, MINUTE_US / 2);
    message_id(&office, again);
    assert_string_equal(first, again);
    mail_fake_end(&office.fake, MAIL_LOST, 0);
    turn(&office);
    expect(&office, 0, 0, 0, 0, 1);
    turn_after(&office, 5 * MINUTE_US);
    message_id(&office, again);
    assert_string_equal(first, again);
    assert_int_equal(office.fake.jobs[0].attempts, 3);
    office_killed(&office);
    expect(&office, 0, 0, 0, 0, 1);
    turn(&office);
    message_id(&office, again);
    assert_string_equal(first, again);
    mail_fake_end(&office.fake, MAIL_REFUSED, 550);
    turn(&office);
    expect(&office, 0, 0, 0, 1, 0);
    people_end(&office.people);
}

static void is_given_up_after_three_days(void **state)
{
    (void)state;
    struct office office;
    size_t attempts = 0;
    office_begin(&office);
    queue(&office, "late@shop.example", nobody); /* there is no way for it for so long */
    turn_after(&office, MAIL_AGE_MAX_US - MINUTE_US);
    expect(&office, 1, 0, 0, 0, 0);
    turn_after(&office, 2 * MINUTE_US);
    expect(&office, 0, 0, 0, 1, 0);
    mail_set(&office);
    queue(&office, "kim@shop.example", nobody);
    for (int64_t age_us = 0; age_us < MAIL_AGE_MAX_US + HOUR_US; age_us += MINUTE_US) {
        turn_after(&office, MINUTE_US);
        if (office.fake.job_count == 0) continue;
        attempts++;
        mail_fake_end(&office.fake, MAIL_LATER, 451);
    }
    assert_in_range(attempts, 10, 11);
    expect(&office, 0, 0, 0, 2, 0);
    people_end(&office.people);
}

static void a_host_that_is_down_delays_and_loses_nothing(void **state)
{
    (void)state;
    enum { MAILS = 100 };
    struct office office;
    size_t probes = 0;
    office_begin(&office);
    mail_set(&office);
    for (size_t i = 0; i < MAILS; i++) queue(&office, "kim@shop.example", nobody);
    turn(&office);
    assert_int_equal(office.fake.job_count, KEEPER_MAILS_MAX);
    while (office.fake.job_count > 0) mail_fake_end(&office.fake, MAIL_DOWN, 0);
    turn(&office);
    expect(&office, MAILS, 0, 0, 0, 0);
    for (size_t i = 0; i < 3600; i++) { /* an hour: one at a time, seldom */
        turn(&office);
        if (i % 20 != 0) continue; /* the try takes its time: there is no other meanwhile */
        assert_in_range(office.fake.job_count, 0, 1);
        probes += office.fake.job_count;
        if (office.fake.job_count > 0) mail_fake_end(&office.fake, MAIL_DOWN, 0);
    }
    assert_in_range(probes, 3, 12);
    assert_int_equal(people_once(&office.people, VERB_MAIL_LIST, &(struct mail_list_ask){0}), CAUSE_ROLE_ACT);
    assert_int_equal(as_operator(&office, VERB_MAIL_LIST, &(struct mail_list_ask){0}), CAUSE_OK);
    assert_true(slice_is(people_text(&office.people, "problem"), "it is down"));
    for (size_t i = 0; i < 4000; i++) {
        turn(&office);
        while (office.fake.job_count > 0) {
            assert_int_equal(office.fake.jobs[0].attempts, 1); /* it was not about the mail */
            mail_fake_end(&office.fake, MAIL_ARRIVED, 250);
        }
    }
    expect(&office, 0, 0, MAILS, 0, 0);
    people_end(&office.people);
}

static RESULT commit_fails(struct store *store)
{
    store->batch->rollback(store);
    return FAIL(DISK_FULL, "store: full on purpose");
}

static void is_not_sent_before_that_is_durable(void **state)
{
    (void)state;
    struct office office;
    office_begin(&office);
    mail_set(&office);
    queue(&office, "kim@shop.example", nobody);
    struct store *store = office.people.shop->store;
    const struct batch_store *whole = store->batch;
    struct batch_store broken = *whole;
    broken.commit = commit_fails;
    store->batch = &broken;
    turn(&office);
    assert_int_equal(office.fake.job_count, 0);
    store->batch = whole;
    turn_after(&office, 2 * SECOND_US);
    assert_int_equal(office.fake.job_count, 1);
    mail_fake_end(&office.fake, MAIL_ARRIVED, 250);
    store->batch = &broken;
    turn(&office);
    store->batch = whole;
    expect(&office, 0, 1, 0, 0, 0);
    turn_after(&office, 2 * SECOND_US);
    expect(&office, 0, 0, 1, 0, 0); /* the word was kept */
    people_end(&office.people);
}

static void an_erasure_takes_it_back(void **state)
{
    (void)state;
    char id[ID_BYTES_MAX + 1];
    struct office office;
    office_begin(&office);
    mail_set(&office);
    people_make(&office.people, "one", id);
    struct subject_no no = people_no(&office.people, id);
    queue(&office, "one@example.com", no);
    queue(&office, "two@example.com", no);
    turn(&office);
    assert_int_equal(office.fake.job_count, 2);
    struct subject_erase_ask ask = {.id = slice_text(id)};
    assert_int_equal(people_once(&office.people, VERB_SUBJECT_ERASE, &ask), CAUSE_OK);
    expect(&office, 0, 0, 0, 0, 0);
    queue(&office, "kim@shop.example", nobody); /* it must not be taken for one of those in hand */
    mail_fake_end(&office.fake, MAIL_REFUSED, 550);
    mail_fake_end(&office.fake, MAIL_REFUSED, 550);
    turn(&office);
    turn(&office);
    expect(&office, 0, 1, 0, 0, 0);
    assert_string_equal(buf_c(&office.fake.jobs[0].to), "kim@shop.example");
    people_end(&office.people);
}

static void what_was_not_begun_waits_for_the_next_start(void **state)
{
    (void)state;
    struct office office;
    office_begin(&office);
    mail_set(&office);
    queue(&office, "kim@shop.example", nobody);
    turn(&office);
    assert_int_equal(office.fake.job_count, 1);
    people_reopen(&office.people); /* ends in order */
    expect(&office, 1, 0, 0, 0, 0);
    staff_the_sender(&office);
    turn(&office);
    assert_int_equal(office.fake.jobs[0].attempts, 1);
    people_end(&office.people);
}

/* Does the body have these words, behind base64 or as they are? */
static void assert_says(struct mail_job *job, const char *words)
{
    SCOPED(buf_done) struct buf packed = {0}, body = {0};
    const char *text = strstr(buf_c(&job->message), "\r\n\r\n");
    assert_non_null(text);
    if (strstr(buf_c(&job->message), "Content-Transfer-Encoding: base64")) {
        for (; *text; text++) {
            if (*text != '\r' && *text != '\n') buf_byte(&packed, (uint8_t)*text);
        }
        assert_ok(base64_get(buf_slice(&packed), &body));
    } else {
        buf_text(&body, text);
    }
    assert_non_null(strstr(buf_c(&body), words));
}

static void tells_all_staff_in_one_entry_and_each_in_their_language(void **state)
{
    (void)state;
    struct office office;
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    struct entry entry = {0};
    const struct mail_value values[] = {
        {"who", SLICE_TEXT("key_1")}, {"approval", SLICE_TEXT("appr_1")}, {"until", SLICE_TEXT("tomorrow")}};
    const struct loosening_said said = {.what = LOOSENS_CANARY_LIST};
    const struct mail_draft draft = {
        .kind = MAIL_LOOSENING_ASKED, .values = values, .count = COUNT_OF(values), .loosening = &said};
    office_begin(&office);
    mail_set(&office);
    struct shop *shop = office.people.shop;
    struct staff_add_ask kim = {.name = SLICE_TEXT("Kim"), .email = SLICE_TEXT("kim@shop.example")};
    struct staff_add_ask lee = {
        .name = SLICE_TEXT("Lee"), .email = SLICE_TEXT("lee@shop.example"), .lang = SLICE_TEXT("ko")};
    assert_int_equal(as_operator(&office, VERB_STAFF_ADD, &kim), CAUSE_OK);
    assert_int_equal(as_operator(&office, VERB_STAFF_ADD, &lee), CAUSE_OK);
    turn(&office);
    while (office.fake.job_count > 0) mail_fake_end(&office.fake, MAIL_ARRIVED, 250);
    uint64_t entries = ledger_size(shop->ledger);
    assert_ok(batch_begin(shop, &arena, &batch));
    assert_ok(mail_tell_staff(&batch, &draft));
    assert_ok(batch_settle(&batch));
    assert_int_equal(ledger_size(shop->ledger), entries + 1);
    assert_ok(ledger_entry(shop->ledger, entries, &bytes, NULL));
    assert_ok(entry_read(buf_slice(&bytes), &entry));
    assert_int_equal(entry.kind, ENTRY_NOTICE);
    assert_int_equal(entry.count, 2);
    assert_int_equal(entry.object_id, MAIL_LOOSENING_ASKED);
    turn(&office);
    assert_int_equal(office.fake.job_count, 2);
    assert_string_equal(buf_c(&office.fake.jobs[1].to), "lee@shop.example");
    assert_says(&office.fake.jobs[0], "the list of canaries is shown, once, to whoever asked");
    assert_says(&office.fake.jobs[1], "가짜 고객 목록을 요청한 사람에게 한 번 표시");
    people_end(&office.people);
}

static void refuses_settings_that_lead_nowhere(void **state)
{
    (void)state;
    struct office office;
    office_begin(&office);
    static const struct {
        const char *url, *starttls, *from, *user, *password, *lang, *ca;
    } cases[] = {
        {"smtp://mail.example", "never", "a@b.example", "", "", "", ""},
        {"smtp://mail.example", "maybe", "a@b.example", "", "", "", ""},
        {"http://mail.example", "", "a@b.example", "", "", "", ""},
        {"smtp://u:p@mail.example", "", "a@b.example", "", "", "", ""},
        {"smtp://mail.example", "", "a b.example", "", "", "", ""},
        {"smtp://mail.example", "", "a@b.example", "user", "", "", ""},
        {"smtp://mail.example", "", "a@b.example", "", "word", "", ""},
        {"smtp://mail.example", "", "a@b.example", "us\ner", "word", "", ""},
        {"smtp://mail.example", "", "a@b.example", "user", "wo\rrd", "", ""},
        {"smtp://mail.example", "", "a@b.example", "", "", "fr", ""},
        {"smtp://mail.example", "", "a@b.example", "", "", "", "no certificate"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct mail_put_ask ask = {.url = slice_text(cases[i].url),
                                   .starttls = slice_text(cases[i].starttls),
                                   .from = slice_text(cases[i].from),
                                   .user = slice_text(cases[i].user),
                                   .password = slice_text(cases[i].password),
                                   .lang = slice_text(cases[i].lang),
                                   .ca = slice_text(cases[i].ca)};
        enum cause cause = as_operator(&office, VERB_MAIL_PUT, &ask);
        if (cause != CAUSE_FIELD_FORMAT) fail_msg("case %zu: %s", i, cause_row(cause)->slug);
    }
    assert_int_equal(as_operator(&office, VERB_MAIL_SHOW, &(struct mail_show_ask){0}), CAUSE_NOT_FOUND);
    people_end(&office.people);
}

static void a_password_goes_nowhere_else(void **state)
{
    (void)state;
    struct office office;
    int64_t changed_us = 0, first_us = 0;
    office_begin(&office);
    struct mail_put_ask ask = {.url = SLICE_TEXT("smtps://mail.example"),
                               .from = SLICE_TEXT("a@b.example"),
                               .user = SLICE_TEXT("user"),
                               .password = SLICE_TEXT("word")};
    assert_code(CODE_NOT_FOUND, post_changed_us(office.people.shop, &changed_us));
    assert_int_equal(as_operator(&office, VERB_MAIL_PUT, &ask), CAUSE_OK);
    assert_ok(post_changed_us(office.people.shop, &first_us));
    assert_in_range(office.people.now_us - first_us, 0, SECOND_US);
    ask.password = (struct slice){0};
    ask.name = SLICE_TEXT("Another name");
    assert_int_equal(as_operator(&office, VERB_MAIL_PUT, &ask), CAUSE_OK); /* host and user stay */
    ask.url = SLICE_TEXT("smtps://evil.example");
    assert_int_equal(as_operator(&office, VERB_MAIL_PUT, &ask), CAUSE_FIELD_FORMAT);
    ask.url = SLICE_TEXT("smtps://mail.example");
    ask.ca = SLICE_TEXT("-----BEGIN CERTIFICATE-----\nevil\n");
    assert_int_equal(as_operator(&office, VERB_MAIL_PUT, &ask), CAUSE_FIELD_FORMAT);
    people_end(&office.people);
}

static void another_way_takes_a_second_person(void **state)
{
    (void)state;
    struct office office;
    office_begin(&office);
    mail_set(&office);
    struct staff_add_ask kim = {.name = SLICE_TEXT("Kim"), .email = SLICE_TEXT("kim@shop.example")};
    assert_int_equal(as_operator(&office, VERB_STAFF_ADD, &kim), CAUSE_OK);
    struct mail_put_ask ask = plain_settings();
    ask.name = SLICE_TEXT("Toko Baru");
    assert_int_equal(as_operator(&office, VERB_MAIL_PUT, &ask), CAUSE_OK); /* the same way */
    assert_true(slice_is(people_text(&office.people, "name"), "Toko Baru"));
    ask.url = SLICE_TEXT("smtp://127.0.0.1:2525");
    assert_int_equal(as_operator(&office, VERB_MAIL_PUT, &ask), CAUSE_OK);
    assert_true(office.people.head.flags & ANSWER_ACCEPTED);
    assert_int_equal(as_operator(&office, VERB_MAIL_SHOW, &(struct mail_show_ask){0}), CAUSE_OK);
    assert_true(slice_is(people_text(&office.people, "url"), "smtp://127.0.0.1:25"));
    turn_after(&office, DAY_US + MINUTE_US); /* nobody else could say yes: it takes effect by itself */
    turn_after(&office, MINUTE_US);
    assert_int_equal(as_operator(&office, VERB_MAIL_SHOW, &(struct mail_show_ask){0}), CAUSE_OK);
    assert_true(slice_is(people_text(&office.people, "url"), "smtp://127.0.0.1:2525"));
    int64_t changed_us = 0;
    assert_ok(post_changed_us(office.people.shop, &changed_us));
    assert_in_range(office.people.now_us - changed_us, 0,
                    2 * MINUTE_US); /* when it took effect, not when it was asked */
    people_end(&office.people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_out_once_there_is_a_way),
        cmocka_unit_test(is_tried_again_as_the_same_message),
        cmocka_unit_test(is_given_up_after_three_days),
        cmocka_unit_test(a_host_that_is_down_delays_and_loses_nothing),
        cmocka_unit_test(is_not_sent_before_that_is_durable),
        cmocka_unit_test(an_erasure_takes_it_back),
        cmocka_unit_test(what_was_not_begun_waits_for_the_next_start),
        cmocka_unit_test(tells_all_staff_in_one_entry_and_each_in_their_language),
        cmocka_unit_test(refuses_settings_that_lead_nowhere),
        cmocka_unit_test(a_password_goes_nowhere_else),
        cmocka_unit_test(another_way_takes_a_second_person),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
