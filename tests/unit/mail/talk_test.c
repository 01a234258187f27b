/* One connection to a mail host, as a script: what each answer means for the mails in it. No socket. */
#include "mail/bulk/talk.h"
#include "prop.h"

#include <stdlib.h>

enum { WORDS_MAX = 16 };

/* What came of a script. */
struct told {
    struct talk talk;
    struct mail_route *route;
    struct bulk_word words[WORDS_MAX];
    size_t count, back;
    struct buf out; /* all that was written */
};

static void route_make(struct told *told, bool clear, const char *user)
{
    struct mail_route_parts parts = {.url = slice_text("smtp://127.0.0.1:25"),
                                     .hello = slice_text("shop.example"),
                                     .user = slice_text(user),
                                     .password = slice_text(user ? "geheim" : ""),
                                     .clear = clear};
    assert_ok(mail_route_new(&parts, &told->route));
}

static struct mail_job job(uint64_t id, const char *to, const char *message)
{
    struct mail_job made = {.id = id, .attempts = 1};
    buf_text(&made.from, "bounce@shop.example");
    buf_text(&made.to, to);
    buf_text(&made.message, message);
    return made;
}

static void drain(struct told *told)
{
    struct slice out = talk_output(&told->talk);
    buf_slice_put(&told->out, out);
    talk_written(&told->talk, out.len);
    while (talk_word(&told->talk, &told->words[told->count])) told->count++;
}

static void hear(struct told *told, const char *reply)
{
    talk_input(&told->talk, slice_text(reply));
    drain(told);
    talk_input(&told->talk, (struct slice){0});
    drain(told);
}

static void give(struct told *told, uint64_t id)
{
    struct mail_job made = job(id, "siti@person.example", "Subject: x\r\n\r\n.dot\r\nend\r\n");
    assert_true(talk_wants(&told->talk));
    talk_give(&told->talk, &made, 0);
    drain(told);
}

static void end(struct told *told)
{
    struct mail_job back = {0};
    unsigned tries = 0;
    talk_end(&told->talk, "gone");
    while (talk_word(&told->talk, &told->words[told->count])) told->count++;
    while (talk_back(&told->talk, &back, &tries)) {
        told->back++;
        mail_job_done(&back);
    }
    talk_done(&told->talk);
    mail_route_free(&told->route);
}

static void told_done(struct told *told)
{
    buf_done(&told->out);
}

static void ready(struct told *told, const char *offers)
{
    route_make(told, true, NULL);
    talk_begin(&told->talk, told->route, false);
    hear(told, "220 host\r\n");
    hear(told, offers);
    assert_int_equal(told->talk.phase, TALK_READY);
}

static const char pipelines[] = "250-host\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n";

static const char *written(struct told *told)
{
    return buf_c(&told->out);
}

static void the_next_envelope_leaves_with_the_end_of_the_mail_before(void **state)
{
    (void)state;
    SCOPED(told_done) struct told told = {0};
    ready(&told, pipelines);
    give(&told, 1);
    give(&told, 2);
    assert_non_null(strstr(written(&told),
                           "MAIL FROM:<bounce@shop.example>\r\nRCPT TO:<siti@person.example>\r\n"
                           "DATA\r\n"));
    buf_clear(&told.out);
    hear(&told, "250 ok\r\n250 ok\r\n354 go\r\n");
    assert_string_equal(written(&told),
                        "Subject: x\r\n\r\n..dot\r\nend\r\n.\r\nMAIL FROM:<bounce@shop.example>\r\n"
                        "RCPT TO:<siti@person.example>\r\nDATA\r\n");
    hear(&told, "250 2.0.0 Ok: queued as 4X\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n");
    assert_int_equal(told.count, 2);
    assert_int_equal(told.words[0].done.id, 1);
    assert_int_equal(told.words[0].done.end, MAIL_ARRIVED);
    assert_string_equal(told.words[0].text, "2.0.0 Ok: queued as 4X");
    assert_int_equal(told.words[1].done.id, 2);
    assert_int_equal(told.talk.accepted, 2);
    end(&told);
    assert_int_equal(told.back, 0);
}

static void without_pipelining_every_command_waits(void **state)
{
    (void)state;
    SCOPED(told_done) struct told told = {0};
    ready(&told, "250 host\r\n");
    buf_clear(&told.out);
    give(&told, 1);
    assert_false(talk_wants(&told.talk));
    assert_string_equal(written(&told), "MAIL FROM:<bounce@shop.example>\r\n");
    hear(&told, "250 ok\r\n");
    hear(&told, "250 ok\r\n");
    assert_null(strstr(written(&told), "Subject"));
    hear(&told, "354 go\r\n");
    hear(&told, "250 taken\r\n");
    assert_int_equal(told.words[0].done.end, MAIL_ARRIVED);
    end(&told);
}

/* Each answer to the two pipelined mails 1 and 2: what is told of both; '-': it comes back, certainly not sent. */
static void each_answer_means_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *name, *said, *want;
    } cases[] = {
        {"mailbox unknown",
         "250 ok\r\n550 no\r\n503 no\r\n250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n", "RA"},
        {"mailbox unknown, and content asked for",
         "250 ok\r\n550 no\r\n354 go\r\n554 nobody\r\n250 ok\r\n250 ok\r\n"
         "354 go\r\n250 ok\r\n",
         "RA"},
        {"slow down: 450 at RCPT",
         "250 ok\r\n450 4.7.1 later\r\n503 no\r\n250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n",
         "tA"},
        {"full: 452 at the end",
         "250 ok\r\n250 ok\r\n354 go\r\n452 full\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n", "tA"},
        {"refused content",
         "250 ok\r\n250 ok\r\n354 go\r\n554 spam\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n", "RA"},
        {"421 at the first MAIL", "421 bye\r\n", "--"},
        {"421 instead of the end", "250 ok\r\n250 ok\r\n354 go\r\n421 4.3.2 bye\r\n", "--"},
        {"one a connection: 421 at the second", "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n421 4.7.0 bye\r\n",
         "A-"},
        {"one a connection: 452 at the second",
         "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n452 4.5.3 enough\r\n", "A-"},
        {"cut behind the last dot", "250 ok\r\n250 ok\r\n354 go\r\n", "?-"},
        {"cut before the content", "250 ok\r\n250 ok\r\n", "--"},
        {"no answer but noise", "250 ok\r\nhello\r\n", "--"},
        {"an answer to nothing",
         "250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 ok\r\n"
         "250 ok\r\n",
         "AA"},
        {"the sender is refused", "553 not you\r\n", "--"},
        {"an end that is neither yes nor no", "250 ok\r\n250 ok\r\n354 go\r\n354 more\r\n", "?-"},
    };
    static const char marks[] = {
        [MAIL_ARRIVED] = 'A', [MAIL_REFUSED] = 'R', [MAIL_LATER] = 't', [MAIL_LOST] = '?'};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(told_done) struct told told = {0};
        char got[] = "--";
        ready(&told, pipelines);
        give(&told, 1);
        give(&told, 2);
        hear(&told, cases[i].said);
        end(&told);
        for (size_t k = 0; k < told.count; k++)
            got[told.words[k].done.id - 1] = marks[told.words[k].done.end];
        if (strcmp(got, cases[i].want) != 0) fail_msg("%s: %s, not %s", cases[i].name, got, cases[i].want);
        assert_int_equal(told.count + told.back, 2);
    }
}

static void a_mail_is_lost_only_from_its_last_dot_on(void **state)
{
    (void)state;
    SCOPED(told_done) struct told told = {0};
    ready(&told, pipelines);
    give(&told, 1);
    talk_input(&told.talk, slice_text("250 ok\r\n250 ok\r\n354 go\r\n"));
    struct slice out = talk_output(&told.talk);
    talk_written(&told.talk, out.len - 3); /* all but the dot and its line end */
    end(&told);
    assert_int_equal(told.words[0].done.end, MAIL_LATER);
}

static void never_in_the_clear_where_tls_is_asked_for(void **state)
{
    (void)state;
    static const char *const said[] = {"250-host\r\n250 PIPELINING\r\n", "502 no\r\n"};
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        SCOPED(told_done) struct told told = {0};
        route_make(&told, false, "toko");
        talk_begin(&told.talk, told.route, false);
        hear(&told, "220 host\r\n");
        hear(&told, said[i]);
        assert_int_equal(told.talk.phase, TALK_OVER);
        assert_non_null(told.talk.problem);
        assert_null(strstr(written(&told), "AUTH"));
        end(&told);
    }
}

static void what_was_said_before_tls_counts_for_nothing(void **state)
{
    (void)state;
    SCOPED(told_done) struct told told = {0};
    route_make(&told, false, "toko");
    talk_begin(&told.talk, told.route, false);
    hear(&told, "220 host\r\n");
    hear(&told, "250-host\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n");
    assert_non_null(strstr(written(&told), "STARTTLS\r\n"));
    hear(&told, "220 go\r\n250 I am in already\r\n"); /* put in by somebody on the way */
    assert_int_equal(told.talk.phase, TALK_OVER);
    end(&told);

    SCOPED(told_done) struct told good = {0};
    route_make(&good, false, "toko");
    talk_begin(&good.talk, good.route, false);
    hear(&good, "220 host\r\n250-host\r\n250-PIPELINING\r\n250 STARTTLS\r\n");
    hear(&good, "220 go\r\n");
    assert_int_equal(good.talk.phase, TALK_SECURE);
    talk_secured(&good.talk);
    drain(&good);
    hear(&good, "250-host\r\n250 AUTH=LOGIN PLAIN\r\n");
    assert_non_null(strstr(written(&good), "AUTH PLAIN AHRva28AZ2VoZWlt\r\n")); /* \0toko\0geheim */
    hear(&good, "535 no\r\n");
    assert_string_equal(good.talk.problem, "the mail host refuses the user and password");
    end(&good);
}

static void an_address_beyond_ascii_needs_a_host_that_takes_it(void **state)
{
    (void)state;
    static const char *const offers[] = {"250-host\r\n250 PIPELINING\r\n", pipelines};
    for (size_t i = 0; i < COUNT_OF(offers); i++) {
        SCOPED(told_done) struct told told = {0};
        struct mail_job made = job(7, "\xea\xb9\x80@person.example", "Subject: x\r\n\r\nx\r\n");
        ready(&told, offers[i]);
        talk_give(&told.talk, &made, 0);
        drain(&told);
        bool asked = strstr(written(&told), "SMTPUTF8\r\n") != NULL;
        assert_int_equal(asked, i == 1);
        assert_int_equal(told.count, i == 0);
        if (i == 0) assert_int_equal(told.words[0].done.end, MAIL_REFUSED);
        end(&told);
    }
}

static void it_says_goodbye_behind_the_last_mail(void **state)
{
    (void)state;
    SCOPED(told_done) struct told told = {0};
    ready(&told, pipelines);
    give(&told, 1);
    talk_leave(&told.talk);
    assert_false(talk_wants(&told.talk));
    hear(&told, "250 ok\r\n250 ok\r\n354 go\r\n");
    assert_null(strstr(written(&told), "QUIT"));
    hear(&told, "250 taken\r\n");
    assert_non_null(strstr(written(&told), "QUIT\r\n"));
    hear(&told, "221 bye\r\n");
    assert_int_equal(told.talk.phase, TALK_OVER);
    assert_null(told.talk.problem);
    end(&told);
}

static void replies_come_in_any_pieces(void **state)
{
    (void)state;
    static const char all[] =
        "250 ok\r\n250 ok\r\n354 go\r\n250-2.0.0\r\n250 done\r\n250 ok\r\n250 ok\r\n354 go\r\n"
        "550 no\r\n";
    PROPERTY(200, rng) {
        SCOPED(told_done) struct told told = {0};
        ready(&told, pipelines);
        give(&told, 1);
        give(&told, 2);
        for (size_t at = 0; at < sizeof all - 1;) {
            size_t len = 1 + prop_below(&rng, 9);
            struct slice piece = slice_part(slice_text(all), at, len);
            talk_input(&told.talk, piece);
            drain(&told);
            at += piece.len;
        }
        assert_int_equal(told.count, 2);
        assert_int_equal(told.words[0].done.end, MAIL_ARRIVED);
        assert_int_equal(told.words[1].done.end, MAIL_REFUSED);
        assert_int_equal(told.words[1].done.reply, 550);
        end(&told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_envelope_leaves_with_the_end_of_the_mail_before),
        cmocka_unit_test(without_pipelining_every_command_waits),
        cmocka_unit_test(each_answer_means_what_it_says),
        cmocka_unit_test(a_mail_is_lost_only_from_its_last_dot_on),
        cmocka_unit_test(never_in_the_clear_where_tls_is_asked_for),
        cmocka_unit_test(what_was_said_before_tls_counts_for_nothing),
        cmocka_unit_test(an_address_beyond_ascii_needs_a_host_that_takes_it),
        cmocka_unit_test(it_says_goodbye_behind_the_last_mail),
        cmocka_unit_test(replies_come_in_any_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
