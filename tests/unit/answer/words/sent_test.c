/* Every text that the program itself sends or shows about an incident, held against its own lint. */
#include "answer/words/words.h"
#include "base/text.h"
#include "mail/texts.h"

#include "prop.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 256 * 1024 };

static struct wording *wording;

static int load(void **state)
{
    (void)state;
    return wording_load(NULL, &wording).code == CODE_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    wording_free(&wording);
    return 0;
}

/* What it must say is a matter of the whole text, and a variable is filled in when it is sent. */
static size_t faults(const struct words_text *text, const char *what)
{
    struct words_findings out = {0};
    size_t count = 0;
    assert_ok(words_lint(wording, text, NULL, &out));
    for (size_t i = 0; i < out.count; i++) {
        if (out.at[i].rule == WORDS_RULE_MUST || out.at[i].rule == WORDS_RULE_VARIABLE) continue;
        print_error("%.*s %s: %s: %.*s\n", (int)text->language.len, (const char *)text->language.at, what,
                    words_rule_slug(out.at[i].rule), (int)out.at[i].word.len,
                    (const char *)out.at[i].word.at);
        count++;
    }
    return count;
}

/* Mails to staff and customers: every kind of kinds.def, so a new one is held against it too. */
static void no_mail_has_a_word_it_must_not(void **state)
{
    (void)state;
    static const unsigned kinds[] = {
#define MAIL(NAME, number, file, values) number,
#include "mail/kinds.def"
#undef MAIL
    };
    SCOPED(mail_texts_free) struct mail_texts *texts = NULL;
    size_t count = 0, mails = 0;
    assert_ok(mail_texts_load(NULL, &texts));
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const struct mail_kind_row *row = mail_kind_row(kinds[i]);
        assert_non_null(row);
        for (size_t l = 0; mail_language(l); l++, mails++) {
            struct slice language = slice_text(mail_language(l));
            const struct mail_text *text = mail_texts_get(texts, row->kind, language);
            SCOPED(buf_done) struct buf subject = {0}, body = {0};
            for (size_t p = 0; p < text->count; p++) {
                struct buf *out = p < text->subject_count ? &subject : &body;
                buf_slice_put(out, text->parts[p].variable ? SLICE_TEXT("(x)") : text->parts[p].text);
            }
            assert_true(body.len > 0);
            const struct words_text said = {language, WORDS_REPORT, buf_slice(&subject), buf_slice(&body),
                                            false};
            count += faults(&said, row->name);
        }
    }
    assert_true(mails >= 3 * 18);
    assert_int_equal(count, 0);
}

static bool spoken_of_an_incident(struct slice key)
{
    static const char *const heads[] = {"deadline.", "statement.", "filing.", "notice.",   "fact.",
                                        "detector.", "timeline.",  "law.to.", "severity.", "weekly."};
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        if (slice_starts(key, heads[i])) return true;
    }
    return false;
}

/* Sentences that reports, statements, notices and reminders are made of. */
static void no_sentence_of_a_report_or_notice_has_a_word_it_must_not(void **state)
{
    (void)state;
    size_t count = 0, seen = 0;
    for (size_t l = 0; mail_language(l); l++) {
        char path[256];
        SCOPED(buf_done) struct buf file = {0};
        (void)snprintf(path, sizeof path, "%s/%s/words.txt", LOCALE, mail_language(l));
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        uint8_t *room = buf_extend(&file, FILE_BYTES_MAX);
        ssize_t got = read(fd, room, FILE_BYTES_MAX);
        (void)close(fd);
        assert_in_range(got, 1, FILE_BYTES_MAX - 1);
        struct slice rest = {file.at, (size_t)got};
        while (rest.len > 0) {
            const uint8_t *end = memchr(rest.at, '\n', rest.len);
            struct slice line = {rest.at, end ? (size_t)(end - rest.at) : rest.len};
            rest = slice_from(rest, end ? line.len + 1 : line.len);
            const uint8_t *sign = line.len > 0 ? memmem(line.at, line.len, " = ", 3) : NULL;
            if (!sign) continue;
            struct slice key = {line.at, (size_t)(sign - line.at)};
            if (!spoken_of_an_incident(key)) continue;
            char name[128];
            (void)snprintf(name, sizeof name, "%.*s", (int)key.len, (const char *)key.at);
            bool persons = slice_starts(key, "notice.") || slice_starts(key, "fact."); /* the others: staff */
            const struct words_text said = {slice_text(mail_language(l)),
                                            persons ? WORDS_NOTICE : WORDS_REPORT,
                                            {0},
                                            slice_from(line, key.len + 3),
                                            strstr(name, "possib") != NULL};
            count += faults(&said, name);
            seen++;
        }
    }
    assert_true(seen > 300);
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_mail_has_a_word_it_must_not),
        cmocka_unit_test(no_sentence_of_a_report_or_notice_has_a_word_it_must_not),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
