/* iCalendar: what other calendars read, whatever text is in it. */
#include "answer/law/ics.h"
#include "base/clock.h"
#include "base/text.h"
#include "prop.h"

static int64_t at(const char *text)
{
    int64_t us = 0;
    assert_ok(time_get(slice_text(text), &us));
    return us;
}

static void writes_an_event_with_alarms(void **state)
{
    SCOPED(buf_done) struct buf out = {0};
    const struct ics_event event = {SLICE_TEXT("kr-network.authority.1@amanah"),
                                    SLICE_TEXT("kr-network: report; 24 hours, to KISA"),
                                    SLICE_TEXT("from knowing\nof it \\ 유출"),
                                    at("2025-11-18T00:00:00Z"),
                                    at("2025-11-18T16:00:00+09:00"),
                                    {DAY_US, 6 * HOUR_US, HOUR_US, 0}};
    (void)state;
    ics_begin(&out);
    ics_event(&out, &event);
    ics_day(&out, &(struct ics_event){.uid = SLICE_TEXT("d"), .summary = SLICE_TEXT("day"), .made_us = 0},
            20834);
    ics_end(&out);
    assert_string_equal(buf_c(&out),
                        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Amanah//amanah law//EN\r\n"
                        "CALSCALE:GREGORIAN\r\nBEGIN:VEVENT\r\nUID:kr-network.authority.1@amanah\r\n"
                        "DTSTAMP:20251118T000000Z\r\nDTSTART:20251118T070000Z\r\n"
                        "SUMMARY:kr-network: report\\; 24 hours\\, to KISA\r\n"
                        "DESCRIPTION:from knowing\\nof it \\\\ 유출\r\n"
                        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT360M\r\n"
                        "DESCRIPTION:kr-network: report\\; 24 hours\\, to KISA\r\nEND:VALARM\r\n"
                        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT60M\r\n"
                        "DESCRIPTION:kr-network: report\\; 24 hours\\, to KISA\r\nEND:VALARM\r\n"
                        "END:VEVENT\r\n"
                        "BEGIN:VEVENT\r\nUID:d\r\nDTSTAMP:19700101T000000Z\r\nDTSTART;VALUE=DATE:20270116\r\n"
                        "SUMMARY:day\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
}

static void any_text_stays_in_its_line(void **state)
{
    static const char *const pieces[] = {
        "a", "\n", "\r\nBEGIN:VEVENT", ";", ",", "\\", "유", "\xf0\x9f\x98\x80", "\t", "\x7f", " "};
    (void)state;
    PROPERTY(300, rng) {
        SCOPED(buf_done) struct buf text = {0}, out = {0}, back = {0};
        size_t count = prop_below(&rng, 200);
        for (size_t i = 0; i < count; i++) buf_text(&text, pieces[prop_below(&rng, COUNT_OF(pieces))]);
        const struct ics_event event = {.uid = SLICE_TEXT("u"), .summary = buf_slice(&text), .at_us = DAY_US};
        ics_event(&out, &event);
        assert_true(utf8_valid(buf_slice(&out)));
        size_t events = 0;
        for (const char *line = buf_c(&out); *line;) { /* unfolded again, each line within its bound */
            const char *end = strstr(line, "\r\n");
            assert_non_null(end);
            assert_true(end - line <= 75);
            assert_true(utf8_valid((struct slice){(const uint8_t *)line, (size_t)(end - line)}));
            events += strncmp(line, "BEGIN:VEVENT", 12) == 0;
            buf_put(&back, line + (*line == ' '), (size_t)(end - line) - (*line == ' '));
            if (end[2] != ' ') buf_byte(&back, '\n');
            line = end + 2;
        }
        assert_int_equal(events, 1);
        assert_non_null(strstr(buf_c(&back), "\nSUMMARY:"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(writes_an_event_with_alarms),
                                       cmocka_unit_test(any_text_stays_in_its_line)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
