/* What of a notice needs no vault: specs, pace, bounces, and what a text says of whom. */
#include "answer/notice/dsn.h"
#include "answer/notice/hook.h"
#include "answer/notice/notice_lint.h"
#include "answer/notice/pace.h"
#include "answer/notice/says.h"
#include "base/clock.h"
#include "mail/texts.h"
#include "mail/words.h"
#include "prop.h"

static void fill(struct spec *spec)
{
    *spec = (struct spec){.kind = NOTICE_SUPPLEMENT,
                          .count = 2,
                          .before = 1,
                          .audiences = 6,
                          .per_day = 500,
                          .since_us = 1750000000LL * SECOND_US,
                          .until_us = 1762000000LL * SECOND_US,
                          .languages = 7};
    for (size_t i = 0; i < SPEC_LANGUAGES; i++)
        spec->texts[i] = slice_text(mail_notice_text(slice_text(mail_language(i)), "supplement"));
    spec->regimes[spec->regime_count++] = SLICE_TEXT("kr-pipa");
    spec->facts[spec->fact_count++] =
        (struct spec_fact){SLICE_TEXT("how"), SLICE_TEXT("ko"), SLICE_TEXT("ko how")};
    spec->facts[spec->fact_count++] = (struct spec_fact){SLICE_TEXT("how"), {0}, SLICE_TEXT("any how")};
    spec->countries[spec->country_count++] = (struct spec_country){"", 18, false};
    spec->countries[spec->country_count++] = (struct spec_country){"ID", 18, true};
    spec->countries[spec->country_count++] = (struct spec_country){"FR", 15, false};
}

static void a_spec_is_read_as_it_was_written(void **state)
{
    (void)state;
    struct spec spec, back = {0};
    SCOPED(buf_done) struct buf bytes = {0}, again = {0};
    fill(&spec);
    spec_write(&spec, &bytes);
    assert_ok(spec_read(buf_slice(&bytes), &back));
    spec_write(&back, &again);
    assert_true(slice_equal(buf_slice(&bytes), buf_slice(&again)));
    assert_true(slice_is(spec_fact(&back, "how", "ko"), "ko how"));
    assert_true(slice_is(spec_fact(&back, "how", "id"), "any how"));
    assert_int_equal(spec_fact(&back, "rights", "id").len, 0);
    assert_int_equal(spec_country(&back, "FR")->under, 15);
    assert_true(spec_country(&back, "ID")->consent);
    assert_ptr_equal(spec_country(&back, "KR"), &back.countries[0]);
    assert_ptr_equal(spec_country(&back, (const char[3]){0}), &back.countries[0]);
    for (size_t len = 0; len < bytes.len; len += 7)
        assert_code(CODE_CORRUPT, spec_read(slice_part(buf_slice(&bytes), 0, len), &back)); /* cut short */
}

/* A run that was drafted before the laws said ages: as format 3 was written, without countries. */
static void a_spec_of_an_older_program_keeps_its_ages(void **state)
{
    (void)state;
    enum { MEMBERS = 18, COUNTRIES_BYTES = 1 };
    struct spec spec, back = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    fill(&spec);
    spec.country_count = 0;
    spec_write(&spec, &bytes);
    bytes.len -= COUNTRIES_BYTES;
    assert_int_equal(bytes.at[0], 0x80 + MEMBERS); /* an array of so many */
    bytes.at[0]--;
    bytes.at[1] = 3;
    assert_ok(spec_read(buf_slice(&bytes), &back));
    assert_int_equal(spec_country(&back, "KR")->under, 14);
    assert_int_equal(spec_country(&back, "FR")->under, 18);
    assert_false(spec_country(&back, "ID")->consent);
}

static void a_text_says_exactly_what_is_so_of_one_person(void **state)
{
    (void)state;
    struct fields fields;
    struct spec spec;
    SCOPED(says_free) struct says *says = NULL;
    fields_init(&fields);
    fill(&spec);
    assert_ok(says_new(&spec, &fields, SLICE_TEXT("Toko"), SLICE_TEXT("a@toko.example"), &says));
    PROPERTY(300, rng) {
        SCOPED(buf_done) struct buf subject = {0}, body = {0};
        uint64_t bits = prop_below(&rng, 1u << 15), known = bits & prop_below(&rng, 1u << 15);
        if (bits == 0) continue;
        size_t language = prop_below(&rng, SPEC_LANGUAGES);
        struct notice_person person = {.lang = slice_text(mail_language(language)),
                                       .name = SLICE_TEXT("Ana"),
                                       .code = SLICE_TEXT("abc"),
                                       .known = known,
                                       .possible = bits & ~known};
        says_write(says, &person, &subject, &body);
        for (unsigned field = 0; field < 15; field++) {
            SCOPED(buf_done) struct buf line = {0};
            buf_text(&line, "\n- ");
            says_label(&fields, field, mail_language(language), &line);
            buf_byte(&line, '\n');
            bool said = memmem(body.at, body.len, line.at, line.len) != NULL;
            if (said != (bits >> field & 1)) fail_msg("field %u: said %d", field, said);
        }
        assert_null(memchr(subject.at, '\n', subject.len));
        assert_null(memmem(body.at, body.len, "{{", 2));
    }
}

/* Pages that are kept say the very words that are made from the template each time, whoever came before. */
/* What can come of a field, and what to do about it: said for those fields, in each language, and for no others. */
static void risks_and_advice_follow_from_the_fields(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        uint64_t fields;
    } rows[] = {
        {"fact.impact.phish", 1u << FIELD_NAME | 1u << FIELD_EMAIL | 1u << FIELD_PHONE | 1u << FIELD_ADDRESS |
                                  1u << FIELD_POSTCODE},
        {"fact.help.phish", 1u << FIELD_NAME | 1u << FIELD_EMAIL | 1u << FIELD_PHONE | 1u << FIELD_ADDRESS |
                                1u << FIELD_POSTCODE},
        {"notice.risk.spam", 1u << FIELD_EMAIL | 1u << FIELD_PHONE},
        {"notice.advice.spam", 1u << FIELD_EMAIL | 1u << FIELD_PHONE},
        {"notice.risk.fraud",
         1u << FIELD_ORDER_REF | 1u << FIELD_ORDERED_AT | 1u << FIELD_GOODS | 1u << FIELD_TOTAL},
        {"fact.impact.identity", 1u << FIELD_BIRTH_DATE | 1u << FIELD_NATIONAL_ID},
        {"notice.advice.identity", 1u << FIELD_BIRTH_DATE | 1u << FIELD_NATIONAL_ID},
        {"notice.advice.document", 1u << FIELD_NATIONAL_ID},
        {"fact.help.visit", 1u << FIELD_ADDRESS},
        {"fact.help.door", 1u << FIELD_DOOR_CODE},
        {"fact.help.others", 1u << FIELD_RECIPIENT},
        {"fact.help.unclear", 1u << FIELD_NOTE},
        {"notice.advice.never", UINT64_MAX},
    };
    struct fields fields;
    struct spec spec;
    SCOPED(says_free) struct says *says = NULL;
    fields_init(&fields);
    fill(&spec);
    assert_ok(says_new(&spec, &fields, SLICE_TEXT("Toko"), SLICE_TEXT("a@toko.example"), &says));
    for (unsigned field = 0; field <= FIELD_TOTAL; field++) {
        for (size_t at = 0; at < COUNT_OF(rows) * SPEC_LANGUAGES; at++) {
            SCOPED(buf_done) struct buf subject = {0}, body = {0}, line = {0};
            struct slice lang = slice_text(mail_language(at % SPEC_LANGUAGES));
            const struct notice_person person = {
                .lang = lang, .code = SLICE_TEXT("abc"), .known = 1u << field};
            buf_text(&line, "\n- ");
            words_put(lang, rows[at / SPEC_LANGUAGES].key, NULL, 0, &line);
            buf_byte(&line, '\n');
            says_write(says, &person, &subject, &body);
            bool said = memmem(body.at, body.len, line.at, line.len) != NULL;
            if (said != (rows[at / SPEC_LANGUAGES].fields >> field & 1))
                fail_msg("field %u: %s said %d", field, rows[at / SPEC_LANGUAGES].key, said);
        }
    }
}

static void a_kept_page_says_what_the_template_says(void **state)
{
    (void)state;
    struct fields fields;
    struct spec spec, plain;
    SCOPED(says_free) struct says *kept = NULL, *made = NULL;
    fields_init(&fields);
    fill(&spec);
    plain = spec; /* a fact that no text uses, and that is no UTF-8: then nothing is kept */
    plain.facts[plain.fact_count++] = (struct spec_fact){SLICE_TEXT("unused"), {0}, SLICE_TEXT("\xff")};
    assert_ok(says_new(&spec, &fields, SLICE_TEXT("Toko"), SLICE_TEXT("a@toko.example"), &kept));
    assert_ok(says_new(&plain, &fields, SLICE_TEXT("Toko"), SLICE_TEXT("a@toko.example"), &made));
    static const char *const names[] = {"", "Ana", "김민수", "{{code}}", "a\nb", "a\x01\x7f"};
    static const char *const codes[] = {"abc", "x-y", ""};
    PROPERTY(3000, rng) {
        SCOPED(buf_done) struct buf subject = {0}, body = {0}, subject_made = {0}, body_made = {0};
        uint64_t bits = prop_below(&rng, 64);
        struct notice_person person = {.lang = slice_text(mail_language(prop_below(&rng, SPEC_LANGUAGES))),
                                       .name = slice_text(names[prop_below(&rng, COUNT_OF(names))]),
                                       .code = slice_text(codes[prop_below(&rng, COUNT_OF(codes))]),
                                       .known = bits & prop_below(&rng, 64),
                                       .known_before = prop_below(&rng, 4),
                                       .linked = prop_below(&rng, 2) == 1,
                                       .guardian = prop_below(&rng, 2) == 1};
        person.possible = bits & ~person.known;
        says_write(kept, &person, &subject, &body);
        says_write(made, &person, &subject_made, &body_made);
        assert_true(slice_equal(buf_slice(&subject), buf_slice(&subject_made)));
        assert_true(slice_equal(buf_slice(&body), buf_slice(&body_made)));
    }
}

static void every_text_of_the_program_says_what_laws_want(void **state)
{
    (void)state;
    static const char *const kinds[] = {"notice", "supplement"};
    char *elements[] = {strdupa("data_items"), strdupa("when"),      strdupa("how"),     strdupa("actions"),
                        strdupa("recover"),    strdupa("self_help"), strdupa("relief"),  strdupa("desk"),
                        strdupa("rights"),     strdupa("impact"),    strdupa("contact"), strdupa("followup")};
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        for (size_t k = 0; k < COUNT_OF(kinds); k++) {
            SCOPED(buf_done) struct buf missing = {0};
            const char *text = mail_notice_text(slice_text(mail_language(i)), kinds[k]);
            says_missing(slice_text(text), elements, COUNT_OF(elements), &missing);
            if (missing.len > 0) fail_msg("%s %s: %s", mail_language(i), kinds[k], buf_c(&missing));
        }
    }
    SCOPED(buf_done) struct buf missing = {0};
    says_missing(SLICE_TEXT("Subject: x\n\n{{#known}}{{label}}{{/known}}{{#possible}}{{label}}{{/possible}}"),
                 elements, 2, &missing);
    assert_string_equal(buf_c(&missing), " when");
}

/* The texts of a spec held against the lint, without facts: as if everything had leaked. */
static void spec_lint(struct spec *spec, const struct words_facts *facts, struct notice_faults *out)
{
    struct fields fields;
    SCOPED(says_free) struct says *says = NULL;
    SCOPED(wording_free) struct wording *wording = NULL;
    fields_init(&fields);
    assert_ok(wording_load(NULL, &wording));
    assert_ok(says_new(spec, &fields, SLICE_TEXT("Toko"), SLICE_TEXT("a@toko.example"), &says));
    struct notice_linting linting = {.spec = spec, .says = says, .wording = wording, .fields = 0x7fff};
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) linting.facts[i] = facts;
    assert_ok(notice_lint(&linting, out));
}

static void no_text_of_the_program_has_a_word_it_must_not(void **state)
{
    (void)state;
    for (unsigned i = NOTICE_FIRST; i <= NOTICE_WATCH + 1;
         i++) { /* the last one twice: of a file that is somebody else's, too */
        enum notice_kind kind = i > NOTICE_WATCH ? NOTICE_WATCH : (enum notice_kind)i;
        struct spec spec = {.kind = kind, .languages = 7, .since_us = SECOND_US};
        if (i > NOTICE_WATCH)
            spec.facts[spec.fact_count++] = (struct spec_fact){SLICE_TEXT("others"), {0}, SLICE_TEXT("1")};
        SCOPED(notice_faults_done) struct notice_faults faults = {{0}};
        for (size_t k = 0; k < SPEC_LANGUAGES; k++)
            spec.texts[k] =
                slice_text(mail_notice_text(slice_text(mail_language(k)), notice_kind_name(kind)));
        spec_lint(&spec, NULL, &faults);
        if (faults.count > 0) fail_msg("%s: %s", notice_kind_name(kind), buf_c(&faults.first));
    }
}

/* What people wrote, in a template or a fact: which rule finds it, and that it says where. */
static void words_of_people_are_held_against_the_lint(void **state)
{
    (void)state;
    static const char head[] = "Subject: your data leaked\n\nA data breach. {{#known}}{{label}} {{/known}}";
    static const uint64_t numbers[] = {4536};
    static const struct words_claim claims[] = {{{(const uint8_t *)"nothing was sold", 16}, false}};
    static const struct words_facts facts = {.confirmed = true,
                                             .open = true,
                                             .numbers = numbers,
                                             .number_count = 1,
                                             .claims = claims,
                                             .claim_count = 1};
    static const struct {
        const char *text, *how, *want;
    } cases[] = {
        {"", "A key was used.", ""},
        {"{{#any_possible}}It may have been leaked:{{#possible}}{{label}}{{/possible}}{{/any_possible}}", "",
         ""},
        {"{{^any_known}}Your data may have been leaked.{{/any_known}}", "", ""},
        {"{{#possible}}- {{label}} (may have been taken){{/possible}}", "", ""},
        {"Your data may have been leaked.", "", "en, template: euphemism (may have been)"},
        {"{{#any_known}}It may have been leaked: {{/any_known}}", "",
         "en, template: euphemism (may have been)"},
        {"{{#any_possible}}It may have been exposed.{{/any_possible}}", "",
         "en, template: euphemism (exposed)"},
        {"{{#linked}}See shop.example/help now.{{/linked}}", "", "en, template: link:"},
        {"{{#rights}}A voucher for you. {{/rights}}", "", "en, template: offer (voucher)"},
        {"", "Your address may have been seen.", "en, how: euphemism (may have been)"},
        {"", "A former employee did it.", "en, how: blame (former employee)"},
        {"", "Only 4,536 customers as of today.", "en, how: final:"},
        {"", "As of today 12 customers.", "en, how: number:"},
        {"", "As of today 4,536 customers.", ""},
        {"", "We found that nothing was sold.", "en, how: claim:"},
        {"", "Your card is safe.", "en, how: negation (is safe)"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct spec spec = {.kind = NOTICE_FIRST, .languages = 1, .since_us = SECOND_US};
        SCOPED(notice_faults_done) struct notice_faults faults = {{0}};
        SCOPED(buf_done) struct buf text = {0};
        buf_print(&text, "%s %s {{how}}", head, cases[i].text);
        for (size_t k = 0; k < SPEC_LANGUAGES; k++) spec.texts[k] = buf_slice(&text);
        spec.facts[0] = (struct spec_fact){SLICE_TEXT("how"), {0}, slice_text(cases[i].how)};
        spec.facts[1] = (struct spec_fact){SLICE_TEXT("rights"), {0}, SLICE_TEXT("-")};
        spec.fact_count = 2;
        spec_lint(&spec, &facts, &faults);
        bool good = cases[i].want[0]
                        ? strncmp(buf_c(&faults.first), cases[i].want, strlen(cases[i].want)) == 0
                        : faults.count == 0;
        if (!good || faults.count > 1)
            fail_msg("%s %s: %zu: %s", cases[i].text, cases[i].how, faults.count, buf_c(&faults.first));
    }
}

static void a_domain_that_says_later_waits_alone(void **state)
{
    (void)state;
    static struct pace pace;
    uint64_t slow = pace_domain(SLICE_TEXT("slow.example")), quick = pace_domain(SLICE_TEXT("Quick.example"));
    int64_t now_us = SECOND_US, until_us = 0;
    assert_int_equal(quick, pace_domain(SLICE_TEXT("quick.EXAMPLE")));
    for (size_t i = 0; i < 8; i++) {
        assert_true(pace_may(&pace, slow, now_us, &until_us));
        pace_went(&pace, slow);
    }
    pace_word(&pace, slow, PACE_LATER, now_us);
    pace_word(&pace, slow, PACE_LATER, now_us); /* of the same moment: no second punishment */
    assert_false(pace_may(&pace, slow, now_us, &until_us));
    assert_int_equal(until_us, now_us + PACE_HOLD_US);
    assert_true(pace_may(&pace, quick, now_us, &until_us));
    for (size_t i = 0; i < 6; i++) pace_word(&pace, slow, PACE_TOOK, now_us);
    now_us = until_us = now_us + PACE_HOLD_US;
    size_t went = 0;
    for (; pace_may(&pace, slow, now_us, &until_us); went++) pace_went(&pace, slow);
    assert_in_range(went, 4, 8); /* half of what was on its way, and what a good window earned */
    pace_word(&pace, slow, PACE_LATER, now_us);
    assert_false(pace_may(&pace, slow, now_us + PACE_HOLD_US - 1, &until_us));
}

static void bounces_are_read_and_other_mails_are_none(void **state)
{
    (void)state;
    static const char head[] =
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n"
        "Content-Type: message/delivery-status\r\n\r\n";
    static const struct {
        const char *text;
        enum dsn_action action;
        unsigned status;
    } cases[] = {
        {"Final-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1\r\n", DSN_FAILED, 511},
        {"Action: delayed\r\nStatus: 4.4.1\r\n", DSN_DELAYED, 441},
        {"ACTION:FAILED\nSTATUS: 5.7.1 (policy)\n", DSN_FAILED, 571},
        {"Action: delivered\r\nStatus: 2.0.0\r\n\r\nAction: failed\r\nStatus: 5.2.2\r\n", DSN_FAILED, 522},
        {"Action: failed\r\nStatus: x.y.z\r\n", DSN_FAILED, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dsn dsn = {DSN_NONE, 0};
        SCOPED(buf_done) struct buf message = {0};
        buf_text(&message, head);
        buf_text(&message, cases[i].text);
        assert_ok(dsn_read(buf_slice(&message), &dsn));
        assert_int_equal(dsn.action, cases[i].action);
        assert_int_equal(dsn.status, cases[i].status);
        assert_code(CODE_INVALID,
                    dsn_read(slice_text(cases[i].text), &dsn)); /* the lines alone are no report */
    }
}

/* What a gateway's answer means: for this person, for the setting, or for later. */
static void answers_of_gateways_are_told_apart(void **state)
{
    static const struct {
        uint16_t status;
        uint32_t code;
        enum mail_end end;
    } cases[] = {{400, 0, MAIL_REFUSED},    {422, 0, MAIL_REFUSED},    {401, 0, MAIL_DOWN},
                 {302, 0, MAIL_DOWN},       {503, 0, MAIL_LATER},      {400, 131026, MAIL_REFUSED},
                 {400, 33, MAIL_DOWN},      {403, 368, MAIL_DOWN},     {403, 199, MAIL_LATER},
                 {403, 200, MAIL_DOWN},     {403, 299, MAIL_DOWN},     {403, 300, MAIL_LATER},
                 {429, 130429, MAIL_LATER}, {400, 131048, MAIL_LATER}, {404, 132001, MAIL_DOWN}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct send_done done = {.end = SEND_LATER, .status = cases[i].status, .code = cases[i].code};
        struct bulk_word word;
        hook_word(&done, &word);
        if (word.done.end != cases[i].end)
            fail_msg("HTTP %u, error %u: %d", cases[i].status, cases[i].code, word.done.end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spec_is_read_as_it_was_written),
        cmocka_unit_test(a_spec_of_an_older_program_keeps_its_ages),
        cmocka_unit_test(a_text_says_exactly_what_is_so_of_one_person),
        cmocka_unit_test(risks_and_advice_follow_from_the_fields),
        cmocka_unit_test(a_kept_page_says_what_the_template_says),
        cmocka_unit_test(every_text_of_the_program_says_what_laws_want),
        cmocka_unit_test(no_text_of_the_program_has_a_word_it_must_not),
        cmocka_unit_test(words_of_people_are_held_against_the_lint),
        cmocka_unit_test(a_domain_that_says_later_waits_alone),
        cmocka_unit_test(bounces_are_read_and_other_mails_are_none),
        cmocka_unit_test(answers_of_gateways_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
