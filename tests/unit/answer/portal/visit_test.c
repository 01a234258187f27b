/* Visits at the portal when the store fails: nobody loses a code, a try or an allowance to a batch that is undone. */
#include "people.h"

#include "answer/portal/portal.h"
#include "keep/post.h"
#include "keep/record.h"
#include "keep/watch/canary.h"
#include "mail_fake.h"

enum { ASKED_MAX = 16, TOKEN_MAX = 64 };

struct lobby {
    struct people people;
    struct mail_fake fake;
    struct portal *portal;
    struct batch_store batch;
    struct tag_store tag;
    char tokens[ASKED_MAX][TOKEN_MAX];
    uint64_t sources;
};

static struct {
    RESULT(*find)
    (struct store *store, uint32_t index, const uint8_t tag[TAG_BYTES], struct subject_no *out, size_t room,
     size_t *count);
    size_t calls, fail_at; /* 1: the first */
    bool many;
} finding;

static RESULT find_fails(struct store *store, uint32_t index, const uint8_t tag[TAG_BYTES],
                         struct subject_no *out, size_t room, size_t *count)
{
    static uint8_t bad[TAG_BYTES];
    if (++finding.calls == finding.fail_at) memcpy(bad, tag, TAG_BYTES);
    if (finding.fail_at > 0 && finding.calls >= finding.fail_at && memcmp(bad, tag, TAG_BYTES) == 0)
        return finding.many ? FAIL(TOO_MANY, "more than the room") : FAIL(CORRUPT, "damaged");
    return finding.find(store, index, tag, out, room, count);
}

static RESULT commit_fails(struct store *store)
{
    (void)store;
    return FAIL(UNAVAILABLE, "store: the disk is gone");
}

static void commits(struct lobby *lobby, bool work)
{
    static struct batch_store broken;
    broken = lobby->batch;
    broken.commit = commit_fails;
    lobby->people.shop->store->batch = work ? &lobby->batch : &broken;
}

static void lobby_begin(struct lobby *lobby)
{
    const struct mail_put_ask ask = {.url = SLICE_TEXT("smtp://127.0.0.1:25"),
                                     .starttls = SLICE_TEXT("never"),
                                     .from = SLICE_TEXT("toko@shop.example"),
                                     .name = SLICE_TEXT("Toko")};
    struct people *people = &lobby->people;
    people_begin(people);
    struct buf bearer = TAKE(people->bearer); /* the operator sets it up */
    assert_int_equal(people_once(people, VERB_MAIL_PUT, &ask), CAUSE_OK);
    people->bearer = bearer;
    mail_fake_init(&lobby->fake);
    people->keeper->options.mail = &lobby->fake.sender;
    lobby->batch = *people->shop->store->batch;
    lobby->tag = *people->shop->store->tag;
    lobby->sources = 0;
    finding.find = lobby->tag.find;
    finding.calls = finding.fail_at = 0;
    lobby->tag.find = find_fails;
    people->shop->store->tag = &lobby->tag;
    assert_ok(portal_of(people->shop, &lobby->portal));
}

static void customer(struct lobby *lobby, const char *ref)
{
    char id[ID_BYTES_MAX + 1];
    people_make(&lobby->people, ref, id);
}

static struct result end(struct batch *batch, bool durable)
{
    if (durable) return batch_settle(batch);
    batch_rollback(batch);
    return OK;
}

static void ask_in(struct batch *batch, struct lobby *lobby, size_t at, const char *email)
{
    SCOPED(buf_done) struct buf token = {0};
    uint32_t wait_s = 0;
    const struct visit_asking asking = {{{++lobby->sources * 2 + 1}}, slice_text(email), {0}};
    assert_ok(visit_ask(batch, lobby->portal->visits, &asking, &token, &wait_s));
    (void)snprintf(lobby->tokens[at], TOKEN_MAX, "%s", buf_c(&token));
}

static void ask_for(struct lobby *lobby, size_t at, const char *email, bool durable)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    assert_ok(batch_begin(lobby->people.shop, &arena, &batch));
    ask_in(&batch, lobby, at, email);
    assert_ok(end(&batch, durable));
}

static enum code work(struct lobby *lobby)
{
    SCOPED(arena_done) struct arena arena = {0};
    lobby->people.now_us += SECOND_US;
    return visits_work(lobby->people.shop, &arena, lobby->portal->visits).code;
}

static RESULT count_add(void *context, enum mail_state state, unsigned kind, uint64_t count)
{
    (void)state;
    *(uint64_t *)context += kind == MAIL_PORTAL_CODE ? count : 0;
    return OK;
}

static uint64_t mails(struct lobby *lobby)
{
    struct store *store = lobby->people.shop->store;
    uint64_t count = 0;
    assert_ok(store->mail->counts(store, count_add, &count));
    return count;
}

static uint64_t entries(const struct lobby *lobby)
{
    return ledger_size(lobby->people.shop->ledger);
}

static void a_commit_that_fails_uses_up_no_allowance(void **state)
{
    (void)state;
    static struct lobby lobby;
    lobby_begin(&lobby);
    customer(&lobby, "kim");
    ask_for(&lobby, 0, "kim@example.com", true);
    commits(&lobby, false);
    for (int i = 0; i <= VISIT_CONTACT_HOURLY; i++) assert_int_equal(work(&lobby), CODE_UNAVAILABLE);
    assert_int_equal(mails(&lobby), 0);
    commits(&lobby, true);
    for (uint64_t i = 1; i <= VISIT_CONTACT_HOURLY + 1; i++) {
        assert_int_equal(work(&lobby), CODE_OK);
        assert_int_equal(mails(&lobby), i < VISIT_CONTACT_HOURLY ? i : VISIT_CONTACT_HOURLY);
        ask_for(&lobby, 0, "kim@example.com", true);
    }
    people_end(&lobby.people);
}

static void an_ask_that_is_undone_waits_nowhere(void **state)
{
    (void)state;
    static struct lobby lobby;
    lobby_begin(&lobby);
    customer(&lobby, "kim");
    for (int i = 0; i < 5; i++) ask_for(&lobby, 0, "kim@example.com", false);
    assert_int_equal(visits_due_us(lobby.portal->visits, 0), INT64_MAX);
    ask_for(&lobby, 0, "kim@example.com", true);
    assert_int_equal(work(&lobby), CODE_OK);
    assert_int_equal(mails(&lobby), 1);
    people_end(&lobby.people);
}

/* Two customers ask, and between them somebody whose address cannot be looked up. */
static void lobby_of_three(struct lobby *lobby, const char *middle, bool many)
{
    lobby_begin(lobby);
    customer(lobby, "kim");
    customer(lobby, "siti");
    ask_for(lobby, 0, "kim@example.com", true);
    ask_for(lobby, 1, middle, true);
    ask_for(lobby, 2, "siti@example.com", true);
    finding.calls = 0;
    finding.fail_at = 2;
    finding.many = many;
}

static void an_address_of_a_crowd_is_nobodys_and_has_its_entry(void **state)
{
    (void)state;
    static struct lobby lobby;
    lobby_of_three(&lobby, "crowd@example.com", true);
    uint64_t before = entries(&lobby);
    assert_int_equal(work(&lobby), CODE_OK);
    assert_int_equal(mails(&lobby), 2);
    assert_true(entries(&lobby) >= before + 3);
    assert_int_equal(visits_due_us(lobby.portal->visits, 0), INT64_MAX);
    people_end(&lobby.people);
}

static void one_that_fails_holds_up_nobody(void **state)
{
    (void)state;
    static struct lobby lobby;
    lobby_of_three(&lobby, "bad@example.com", false);
    assert_int_equal(work(&lobby), CODE_OK);
    assert_int_equal(mails(&lobby), 2);
    assert_int_equal(visits_due_us(lobby.portal->visits, 0), INT64_MAX);
    ask_for(&lobby, 1, "bad@example.com", true);
    assert_int_equal(work(&lobby), CODE_CORRUPT); /* alone: tried again, until its visit is over */
    assert_int_not_equal(visits_due_us(lobby.portal->visits, 0), INT64_MAX);
    lobby.people.now_us += HOUR_US;
    assert_int_equal(work(&lobby), CODE_CORRUPT);
    assert_int_equal(visits_due_us(lobby.portal->visits, 0), INT64_MAX);
    people_end(&lobby.people);
}

static void code_of_mail(struct lobby *lobby, char out[VISIT_CODE_DIGITS + 1])
{
    lobby->people.now_us += SECOND_US;
    (void)keeper_idle(lobby->people.keeper);
    assert_int_equal(lobby->fake.job_count, 1);
    const char *at = strstr(buf_c(&lobby->fake.jobs[0].message), "\r\n\r\n");
    while (at && *at && strspn(at, "0123456789") != VISIT_CODE_DIGITS) at += strspn(at, "0123456789") + 1;
    assert_non_null(at);
    (void)snprintf(out, VISIT_CODE_DIGITS + 1, "%.8s", at);
    mail_fake_end(&lobby->fake, MAIL_ARRIVED, 250);
}

/* As the verb does it. */
static enum code enter(struct lobby *lobby, const char *code, bool durable, char token[TOKEN_MAX])
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    SCOPED(buf_done) struct buf fresh = {0};
    struct visits *visits = lobby->portal->visits;
    struct visit *visit = NULL;
    assert_ok(batch_begin(lobby->people.shop, &arena, &batch));
    struct result entered =
        visit_enter(&batch, visits, slice_text(lobby->tokens[0]), slice_text(code), &visit);
    if (entered.code == CODE_OK) {
        visit_came_in(&batch, visits, visit, &fresh);
        (void)snprintf(token, TOKEN_MAX, "%s", buf_c(&fresh));
    }
    assert_ok(end(&batch, durable));
    return entered.code;
}

static bool is_in(struct lobby *lobby, const char *token, bool leave, bool durable)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    struct visits *visits = lobby->portal->visits;
    struct visit *visit = NULL;
    assert_ok(batch_begin(lobby->people.shop, &arena, &batch));
    bool in = visit_find(&batch, visits, slice_text(token), &visit).code == CODE_OK;
    if (in && leave) visit_leave(visits, visit);
    assert_ok(end(&batch, durable));
    return in;
}

static void who_comes_in_with_a_batch_that_is_undone_comes_in_again(void **state)
{
    (void)state;
    static struct lobby lobby;
    char code[VISIT_CODE_DIGITS + 1], token[TOKEN_MAX] = "";
    lobby_begin(&lobby);
    customer(&lobby, "kim");
    ask_for(&lobby, 0, "kim@example.com", true);
    assert_int_equal(work(&lobby), CODE_OK);
    code_of_mail(&lobby, code);
    for (int i = 0; i < 2 * VISIT_TRIES; i++) {
        assert_int_equal(enter(&lobby, code, false, token), CODE_OK);
        assert_false(is_in(&lobby, token, false, true));
    }
    assert_int_equal(enter(&lobby, code, true, token), CODE_OK);
    assert_int_not_equal(enter(&lobby, code, true, token), CODE_OK); /* once */
    assert_true(is_in(&lobby, token, true, false));
    assert_true(is_in(&lobby, token, true, true));
    assert_false(is_in(&lobby, token, false, true));
    people_end(&lobby.people);
}

static void canaries_begin(struct lobby *lobby)
{
    static const struct slice domain[] = {{(const uint8_t *)"mail.shop.example", 17}};
    const struct canary_begin_ask ask = {.domains = {domain, 1}};
    struct buf bearer = TAKE(lobby->people.bearer);
    assert_int_equal(people_once(&lobby->people, VERB_CANARY_BEGIN, &ask), CAUSE_OK);
    lobby->people.bearer = bearer;
    for (int i = 0; i < CANARY_EVERY_FIRST; i++) {
        char ref[16];
        (void)snprintf(ref, sizeof ref, "r%d", i);
        customer(lobby, ref);
    }
}

static void canary_email(struct shop *shop, struct buf *out)
{
    struct subject_no no = {1};
    while (no.at < shop->last.at && !canary_is(shop, no)) no.at++;
    assert_true(canary_is(shop, no));
    struct record record;
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    assert_ok(record_get(shop, no, false, &bytes, &record, NULL));
    assert_ok(record_unlock(shop, no, &record, &data_key));
    assert_ok(record_field(shop, no, &record, FIELD_EMAIL, out));
}

static size_t alerts(struct lobby *lobby)
{
    const struct alert_list_ask ask = {.limit = 100, .all = true};
    struct buf bearer = TAKE(lobby->people.bearer);
    assert_int_equal(people_once(&lobby->people, VERB_ALERT_LIST, &ask), CAUSE_OK);
    lobby->people.bearer = bearer;
    return people_items(&lobby->people, 0, NULL);
}

static void whoever_asks_with_a_canarys_address_is_told_of(void **state)
{
    (void)state;
    static struct lobby lobby;
    SCOPED(buf_done) struct buf email = {0};
    lobby_begin(&lobby);
    canaries_begin(&lobby);
    canary_email(lobby.people.shop, &email);
    size_t before = alerts(&lobby);
    ask_for(&lobby, 0, "r1@example.com", true);
    assert_int_equal(work(&lobby), CODE_OK);
    assert_int_equal(alerts(&lobby), before); /* a customer's */
    ask_for(&lobby, 1, buf_c(&email), true);
    commits(&lobby, false);
    assert_int_equal(work(&lobby), CODE_UNAVAILABLE);
    commits(&lobby, true);
    assert_int_equal(alerts(&lobby), before); /* not of a batch that was undone */
    assert_int_equal(work(&lobby), CODE_OK);
    assert_int_equal(alerts(&lobby), before + 1);
    assert_int_equal(mails(&lobby), 2); /* as anybody's */
    ask_for(&lobby, 1, buf_c(&email), true);
    assert_int_equal(work(&lobby), CODE_OK);
    assert_int_equal(alerts(&lobby), before + 1); /* once an hour */
    people_end(&lobby.people);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_that_fails_uses_up_no_allowance),
        cmocka_unit_test(an_ask_that_is_undone_waits_nowhere),
        cmocka_unit_test(an_address_of_a_crowd_is_nobodys_and_has_its_entry),
        cmocka_unit_test(one_that_fails_holds_up_nobody),
        cmocka_unit_test(whoever_asks_with_a_canarys_address_is_told_of),
        cmocka_unit_test(who_comes_in_with_a_batch_that_is_undone_comes_in_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
