/* Messages as they go over the wire; what the outcome of one means; when it is tried again. */
#include "mail/mime.h"
#include "mail/retry.h"
#include "mail/sender.h"
#include "prop.h"

static struct mail_mime simple_mime(void)
{
    return (struct mail_mime){.from = SLICE_TEXT("toko@shop.example"),
                              .from_name = SLICE_TEXT("Toko"),
                              .to = SLICE_TEXT("kim@shop.example"),
                              .subject = SLICE_TEXT("Hello"),
                              .body = SLICE_TEXT("One\n.two\n"),
                              .id = SLICE_TEXT("abc@shop.example"),
                              .time_us = 1795835091 * SECOND_US};
}

static const char *written(const struct mail_mime *mime, struct buf *out)
{
    buf_clear(out);
    assert_ok(mail_mime_write(mime, out));
    return buf_c(out);
}

static void writes_a_plain_message(void **state)
{
    (void)state;
    const struct mail_mime mime = simple_mime();
    SCOPED(buf_done) struct buf out = {0};
    assert_string_equal(written(&mime, &out), "Date: Sat, 28 Nov 2026 03:04:51 +0000\r\n"
                                              "From: \"Toko\" <toko@shop.example>\r\n"
                                              "To: <kim@shop.example>\r\n"
                                              "Subject: Hello\r\n"
                                              "Message-ID: <abc@shop.example>\r\n"
                                              "Auto-Submitted: auto-generated\r\n"
                                              "MIME-Version: 1.0\r\n"
                                              "Content-Type: text/plain; charset=utf-8\r\n"
                                              "Content-Transfer-Encoding: 7bit\r\n"
                                              "\r\n"
                                              "One\r\n.two\r\n");
}

static void encodes_what_is_not_ascii(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf out = {0};
    struct mail_mime mime = simple_mime();
    mime.from_name = SLICE_TEXT("김 \"가게\"");
    mime.to_name = SLICE_TEXT("O'Brien \\ \"Bob\"");
    mime.reply_to = SLICE_TEXT("help@shop.example");
    mime.subject = SLICE_TEXT("안녕하세요");
    mime.body = SLICE_TEXT("네\n");
    const char *text = written(&mime, &out);
    assert_non_null(strstr(text, "\r\nFrom: =?UTF-8?B?6rmAICLqsIDqsowi?= <toko@shop.example>\r\n"));
    assert_non_null(strstr(text, "\r\nTo: \"O'Brien \\\\ \\\"Bob\\\"\" <kim@shop.example>\r\n"));
    assert_non_null(strstr(text, "\r\nReply-To: <help@shop.example>\r\n"));
    assert_non_null(strstr(text, "\r\nSubject: =?UTF-8?B?7JWI64WV7ZWY7IS47JqU?=\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Transfer-Encoding: base64\r\n\r\n64SkDQo=\r\n"));
}

/* The words of RFC 2047 that a text stands in, decoded and joined. False when one is malformed or too long. */
static bool words_decoded(struct slice text, struct buf *out)
{
    while (text.len > 0) {
        if (!slice_starts(text, "=?UTF-8?B?")) return false;
        const uint8_t *end = memmem(text.at + 10, text.len - 10, "?=", 2);
        if (!end || (size_t)(end - text.at) + 2 > 75) return false;
        size_t start = out->len;
        if (base64_get((struct slice){text.at + 10, (size_t)(end - text.at) - 10}, out).code != CODE_OK)
            return false;
        if ((out->at[start] & 0xc0) == 0x80) return false; /* a character is never cut in two */
        text = slice_from(text, (size_t)(end - text.at) + 2);
        if (slice_starts(text, "\r\n ")) text = slice_from(text, 3);
    }
    return true;
}

static void any_text_comes_back_and_no_line_is_long(void **state)
{
    (void)state;
    PROPERTY(400, rng) {
        static const char *const letters[] = {"a", " ", "=?", "é", "한", "글", "🛍", "\"", "<", "Rp"};
        SCOPED(buf_done) struct buf subject = {0}, body = {0}, out = {0}, back = {0};
        for (size_t left = prop_below(&rng, 120); left > 0; left--) {
            buf_text(&subject, letters[prop_below(&rng, COUNT_OF(letters))]);
            buf_text(&body, prop_below(&rng, 20) == 0 ? "\n" : letters[prop_below(&rng, COUNT_OF(letters))]);
        }
        struct mail_mime mime = simple_mime();
        mime.subject = buf_slice(&subject);
        mime.to_name = buf_slice(&subject);
        mime.body = buf_slice(&body);
        const char *text = written(&mime, &out);
        for (const char *line = text; *line;) {
            const char *end = strstr(line, "\r\n");
            assert_non_null(end);
            if (end - line > 78) fail_msg("a line of %zu", (size_t)(end - line));
            assert_null(memchr(line, '\n', (size_t)(end - line)));
            line = end + 2;
        }
        const char *at = strstr(text, "\r\nSubject: ") + strlen("\r\nSubject: ");
        const char *end = strstr(at, "\r\nMessage-ID");
        if (slice_starts((struct slice){(const uint8_t *)at, (size_t)(end - at)}, "=?") ||
            memcmp(at, "\r\n", 2) == 0) {
            if (memcmp(at, "\r\n ", 3) == 0) at += 3;
            assert_true(words_decoded((struct slice){(const uint8_t *)at, (size_t)(end - at)}, &back));
        } else {
            buf_put(&back, at, (size_t)(end - at));
        }
        assert_true(slice_equal(buf_slice(&back), buf_slice(&subject)));
    }
}

static void nothing_that_comes_in_makes_a_header(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "kim",
                                      "@a.example",
                                      "kim@",
                                      "k im@a.example",
                                      "kim@a.example\r\nBcc: x@y.example",
                                      "a@b@c.d",
                                      "<kim@a.b>",
                                      "kim@a.b,c",
                                      "k\"im@a.b",
                                      "kim@a.b\n",
                                      "kim@가게.example",
                                      "a:b@c.d",
                                      "kim\x7f@a.b"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        SCOPED(buf_done) struct buf out = {0};
        struct mail_mime mime = simple_mime();
        if (mail_address_good(slice_text(bad[i]))) fail_msg("%zu", i);
        mime.to = slice_text(bad[i]);
        assert_code(CODE_INVALID, mail_mime_write(&mime, &out));
        assert_int_equal(out.len, 0);
        mime = simple_mime();
        mime.id = slice_text(bad[i]);
        assert_code(CODE_INVALID, mail_mime_write(&mime, &out));
    }
    SCOPED(buf_done) struct buf out = {0};
    struct mail_mime mime = simple_mime();
    mime.subject = mime.to_name = mime.from_name = SLICE_TEXT("x\r\nBcc: thief@evil.example\r\n\r\nbody");
    assert_null(strstr(written(&mime, &out), "thief"));
    mime = simple_mime();
    mime.body = SLICE_TEXT("x\r\n.\r\nMAIL FROM:<thief@evil.example>\r\n");
    assert_null(strstr(written(&mime, &out), "thief"));
}

static void takes_a_mailbox_that_is_not_ascii(void **state)
{
    (void)state;
    SCOPED(buf_done) struct buf out = {0};
    struct mail_mime mime = simple_mime();
    mime.to = SLICE_TEXT("민지@shop.example");
    assert_non_null(strstr(written(&mime, &out), "\r\nTo: <민지@shop.example>\r\n"));
}

static void is_tried_for_three_days(void **state)
{
    (void)state;
    int64_t age_us = 0;
    unsigned attempts = 0;
    assert_int_equal(mail_retry_us(1), MINUTE_US);
    assert_int_equal(mail_retry_us(2), 5 * MINUTE_US);
    assert_int_equal(mail_retry_us(3), 30 * MINUTE_US);
    assert_int_equal(mail_retry_us(4), 2 * HOUR_US);
    while (age_us <= MAIL_AGE_MAX_US) age_us += mail_retry_us(++attempts);
    assert_int_equal(attempts, 11);
    for (unsigned i = 1; i < 100; i++) {
        assert_true(mail_retry_us(i) <= mail_retry_us(i + 1) && mail_retry_us(i) <= 12 * HOUR_US);
        assert_true(mail_pause_us(i) <= mail_pause_us(i + 1) && mail_pause_us(i) <= 15 * MINUTE_US);
    }
}

static void knows_the_address_of_a_host(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool good, loopback;
    } cases[] = {
        {"smtp://mail.shop.example:587", true, false},
        {"smtps://mail.shop.example", true, false},
        {"smtp://127.0.0.1:25", true, true},
        {"smtp://localhost", true, true},
        {"smtp://[::1]:2525", true, true},
        {"smtp://[2001:db8::1]", true, false},
        {"smtp://127.0.0.1.evil.example", true, false},
        {"smtp://localhost.evil.example", true, false},
        {"", false, false},
        {"smtp://", false, false},
        {"http://mail.example", false, false},
        {"mail.example:25", false, false},
        {"smtp://a@b.example", false, false},
        {"smtp://b.example/path", false, false},
        {"smtp://b.example:0", false, false},
        {"smtp://b.example:65536", false, false},
        {"smtp://b.example:", false, false},
        {"smtp://b.example:25?x", false, false},
        {"smtp://[::1", false, false},
        {"smtp://[g::1]", false, false},
        {"smtp://b.example\r\nX", false, false},
        {"SMTP://b.example", false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool loopback = false;
        if (mail_url_good(slice_text(cases[i].url), &loopback) != cases[i].good ||
            loopback != cases[i].loopback)
            fail_msg("%s", cases[i].url);
    }
}

static void speaks_in_the_clear_to_this_machine_alone(void **state)
{
    (void)state;
    SCOPED(mail_route_free) struct mail_route *route = NULL;
    struct mail_route_parts parts = {.url = SLICE_TEXT("smtp://mail.example"), .clear = true};
    assert_code(CODE_INVALID, mail_route_new(&parts, &route));
    parts.url = SLICE_TEXT("smtp://127.0.0.1");
    assert_ok(mail_route_new(&parts, &route));
    struct mail_route *again = mail_route_keep(route);
    mail_route_free(&again);
    assert_null(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_a_plain_message),
        cmocka_unit_test(encodes_what_is_not_ascii),
        cmocka_unit_test(any_text_comes_back_and_no_line_is_long),
        cmocka_unit_test(nothing_that_comes_in_makes_a_header),
        cmocka_unit_test(takes_a_mailbox_that_is_not_ascii),
        cmocka_unit_test(is_tried_for_three_days),
        cmocka_unit_test(knows_the_address_of_a_host),
        cmocka_unit_test(speaks_in_the_clear_to_this_machine_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
