/* Files for a bank: what is an account number, and what stands in a line that a bank gave back. */
#include "prop.h"

#include "answer/redress/payment.h"
#include "base/text.h"

static void an_account_is_cleaned_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean; /* NULL: it is none */
    } cases[] = {
        {"110-234-567890", "110234567890"},
        {"gb82 west 1234 5698 7654 32", "GB82WEST12345698765432"}, /* ISO 13616's example */
        {"DE89370400440532013000", "DE89370400440532013000"},
        {"DE89370400440532013001", NULL},
        {"GB82WEST12345698765423", NULL}, /* two neighbours changed places */
        {"123", NULL},
        {"", NULL},
        {"=1+1", NULL},
        {"12345678901234567890123456789012345", NULL},
        {"1234567890123456789012345678901234", "1234567890123456789012345678901234"},
        {"110<234", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(buf_done) struct buf out = {0};
        bool good = account_clean(slice_text(cases[i].text), &out);
        if (good != (cases[i].clean != NULL)) fail_msg("%s", cases[i].text);
        if (good) assert_true(slice_is(buf_slice(&out), cases[i].clean));
    }
    assert_true(bic_is(SLICE_TEXT("COBADEFFXXX")) && bic_is(SLICE_TEXT("COBADEFF")));
    assert_false(bic_is(SLICE_TEXT("COBADEF")) || bic_is(SLICE_TEXT("COBA12FF")) ||
                 bic_is(SLICE_TEXT("cobadeff")));
    assert_true(day_is(SLICE_TEXT("2028-02-29")) && day_is(SLICE_TEXT("2027-12-31")));
    assert_false(day_is(SLICE_TEXT("2027-02-29")) || day_is(SLICE_TEXT("2100-02-29")) ||
                 day_is(SLICE_TEXT("2027-13-01")) || day_is(SLICE_TEXT("2027-00-01")) ||
                 day_is(SLICE_TEXT("2027-04-31")) || day_is(SLICE_TEXT("2027-4-031")));
}

static void a_line_of_the_bank_is_read_or_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good, paid;
        uint32_t reason;
    } cases[] = {
        {"payabc,paid", true, true, 0},
        {"payabc,paid\r", true, true, 0},
        {"\"payabc\",\"returned\",\"AC04\"", true, false, 0x41433034},
        {"payabc,returned", true, false, 0x4d533033},
        {"payabc,returned,ac04", false, false, 0},
        {"payabc,returned,AC041", false, false, 0},
        {"payabc,lost", false, false, 0},
        {",paid", false, false, 0},
        {"", false, false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct payment_line line = {.paid = false};
        struct result got = payment_line_read(slice_text(cases[i].text), &line);
        if ((got.code == CODE_OK) != cases[i].good) fail_msg("%s", cases[i].text);
        if (!cases[i].good) continue;
        assert_true(slice_is(line.id, "payabc") && line.paid == cases[i].paid);
        assert_int_equal(line.reason, cases[i].reason);
    }
}

/* Whatever a field holds, a file for the bank has no mark of XML, no line and no formula from it. */
static void no_value_breaks_out_of_its_place(void **state)
{
    (void)state;
    PROPERTY(500, rng) {
        uint8_t bytes[200];
        size_t len = prop_fill(&rng, bytes, sizeof bytes);
        const struct slice value = {bytes, len};
        const struct transfer one = {SLICE_TEXT("payabc"), value, SLICE_TEXT("1234"), value, 5000};
        struct transfer_head head = {.format = TRANSFER_PAIN, .currency = "KRW"};
        SCOPED(buf_done) struct buf pain = {0}, line = {0}, plain = {0};
        const struct transfer known = {SLICE_TEXT("payabc"), SLICE_TEXT("N"), SLICE_TEXT("1234"),
                                       SLICE_TEXT("B"), 5000};
        transfer_put(&head, &one, &pain);
        transfer_put(&head, &known, &plain);
        size_t marks = 0, wanted = 0;
        for (size_t i = 0; i < pain.len; i++) marks += pain.at[i] == '<' || pain.at[i] == '\n';
        for (size_t i = 0; i < plain.len; i++) wanted += plain.at[i] == '<' || plain.at[i] == '\n';
        if (len > 0 && !bic_is(value)) assert_int_equal(marks, wanted);
        head.format = TRANSFER_CSV;
        transfer_put(&head, &one, &line);
        size_t quotes = 0, ends = 0;
        for (size_t i = 0; i < line.len; i++) {
            quotes += line.at[i] == '"';
            ends += line.at[i] == '\n' || line.at[i] == '\r';
        }
        assert_int_equal(quotes % 2, 0);
        assert_int_equal(ends, 2);
    }
}

/* What is cut is cut between characters, and none is written that XML does not have. */
static void what_is_written_is_xml(void **state)
{
    static const char bank[] = "\xea\xb5\xad\xeb\xaf\xbc\xec\x9d\x80\xed\x96\x89\xea\xb5\xad\xeb\xaf\xbc"
                               "\xec\x9d\x80\xed\x96\x89\xea\xb5\xad\xeb\xaf\xbc\xec\x9d\x80\xed\x96\x89";
    static const char name[] = "A\xef\xbf\xbf\xef\xbf\xbeZ";
    const struct transfer one = {SLICE_TEXT("payabc"), slice_text(name), SLICE_TEXT("1234"), slice_text(bank),
                                 5000};
    const struct transfer_head head = {.format = TRANSFER_PAIN, .currency = "KRW"};
    SCOPED(buf_done) struct buf pain = {0};
    (void)state;
    assert_int_equal(strlen(bank), 36);
    transfer_put(&head, &one, &pain);
    assert_true(utf8_valid(buf_slice(&pain)));
    buf_byte(&pain, 0);
    assert_non_null(strstr((const char *)pain.at, "<Nm>A  Z</Nm>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_account_is_cleaned_or_refused),
        cmocka_unit_test(a_line_of_the_bank_is_read_or_refused),
        cmocka_unit_test(no_value_breaks_out_of_its_place),
        cmocka_unit_test(what_is_written_is_xml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
