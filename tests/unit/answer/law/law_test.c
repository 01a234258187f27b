/* Rule files: what the program carries reads, what a home writes stands in its place, what is wrong is named by line. */
#include "answer/law/law.h"
#include "prop.h"

#include <sys/stat.h>
#include <unistd.h>

static int open_law(void **state)
{
    struct law *law = NULL;
    struct result result = law_load(NULL, &law);
    if (result.code != CODE_OK) print_error("%s\n", result_text());
    *state = law;
    return result.code == CODE_OK ? 0 : -1;
}

static int close_law(void **state)
{
    struct law *law = *state;
    law_free(&law);
    return 0;
}

static void carries_every_regime_in_order(void **state)
{
    static const char *const ids[] = {
        "eu-gdpr", "eu-nis2", "id-mr20",    "id-pdp",          "id-pp33", "id-pp71",      "in-certin",
        "in-dpdp", "jp-appi", "kr-network", "kr-network-2024", "kr-pipa", "kr-pipa-2023", "kr-pipa-possible",
        "my-pdpa", "ph-dpa",  "sg-pdpa",    "th-pdpa",         "vn-pdpl"};
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        const struct law_regime *regime = law_at(*state, i);
        assert_non_null(regime);
        assert_string_equal(regime->id, ids[i]);
        assert_ptr_equal(law_regime(*state, ids[i]), regime);
        assert_true(regime->duties_count > 0);
        assert_false(law_is_own(*state, regime));
        assert_non_null(regime->title.id);
        assert_non_null(regime->title.ko);
    }
    assert_null(law_at(*state, COUNT_OF(ids)));
    assert_null(law_regime(*state, "xx-none"));
}

static void carries_every_element_in_three_languages(void **state)
{
    size_t count = 0;
    for (; law_element_at(*state, count); count++) {
        const struct law_element *element = law_element_at(*state, count);
        assert_ptr_equal(law_element(*state, element->id), element);
        assert_non_null(element->labels.id);
        assert_non_null(element->labels.ko);
    }
    assert_int_equal(count, 33);
    assert_string_equal(form_text(&law_element(*state, "rights")->labels, SLICE_TEXT("ko")),
                        "손해배상·법정손해배상·분쟁조정 등 권리와 행사방법");
    assert_string_equal(form_text(&law_element(*state, "how")->labels, SLICE_TEXT("fr")), "course and cause");
}

/* The figures of each regime, as its sources have them: a slip of the pen in a rule file is a missed deadline. */
static void says_what_the_sources_say(void **state)
{
    static const struct {
        const char *regime, *duty, *due, *policy;
        enum law_from from;
        enum law_sure sure;
        size_t must, doubted;
    } rows[] = {
        {"id-pdp", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 5, 0},
        {"id-pdp", "persons", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 5, 0},
        {"id-pdp", "supplement", NULL, NULL, LAW_FROM_FACT, LAW_SURE_GENERAL, 0, 0},
        {"id-pdp", "public", NULL, NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 0, 0},
        {"id-pp33", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 5, 3},
        {"id-pp33", "persons", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 5, 3},
        {"id-pp33", "public", NULL, NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 0, 0},
        {"id-pp71", "authority", NULL, "24h", LAW_FROM_AWARE, LAW_SURE_PRIMARY, 0, 0},
        {"id-pp71", "persons", NULL, "24h", LAW_FROM_AWARE, LAW_SURE_PRIMARY, 0, 0},
        {"id-mr20", "persons", "336h", NULL, LAW_FROM_AWARE, LAW_SURE_PRIMARY, 1, 0},
        {"kr-pipa", "persons", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_PRIMARY, 8, 0},
        {"kr-pipa", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_PRIMARY, 8, 0},
        {"kr-pipa", "persons-supplement", NULL, NULL, LAW_FROM_FACT, LAW_SURE_PRIMARY, 3, 0},
        {"kr-pipa", "authority-supplement", NULL, NULL, LAW_FROM_FACT, LAW_SURE_PRIMARY, 3, 0},
        {"kr-pipa-possible", "persons", "72h", NULL, LAW_FROM_INTRUSION, LAW_SURE_PRIMARY, 8, 0},
        {"kr-pipa-possible", "persons-partly", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_PRIMARY, 8, 0},
        {"kr-pipa-possible", "retract", NULL, NULL, LAW_FROM_FACT, LAW_SURE_PRIMARY, 0, 0},
        {"kr-pipa-2023", "persons", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 7, 0},
        {"kr-pipa-2023", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 7, 0},
        {"kr-pipa-2023", "supplement", NULL, NULL, LAW_FROM_FACT, LAW_SURE_SECONDARY, 3, 0},
        {"kr-network", "authority", "24h", NULL, LAW_FROM_INTRUSION, LAW_SURE_PRIMARY, 7, 0},
        {"kr-network", "supplement", "24h", NULL, LAW_FROM_FACT, LAW_SURE_PRIMARY, 0, 0},
        {"kr-network", "users", NULL, NULL, LAW_FROM_INTRUSION, LAW_SURE_UNCLEAR, 0, 0},
        {"kr-network-2024", "authority", "24h", NULL, LAW_FROM_INTRUSION, LAW_SURE_PRIMARY, 7, 0},
        {"kr-network-2024", "supplement", "24h", NULL, LAW_FROM_FACT, LAW_SURE_PRIMARY, 0, 0},
        {"eu-gdpr", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_PRIMARY, 7, 0},
        {"eu-gdpr", "persons", NULL, "72h", LAW_FROM_AWARE, LAW_SURE_SECONDARY, 4, 0},
        {"eu-gdpr", "authority-omnibus", "96h", NULL, LAW_FROM_AWARE, LAW_SURE_UNCLEAR, 7, 0},
        {"eu-gdpr", "supplement", NULL, NULL, LAW_FROM_FACT, LAW_SURE_PRIMARY, 0, 0},
        {"eu-nis2", "warning", "24h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 2, 0},
        {"eu-nis2", "notification", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 3, 0},
        {"eu-nis2", "final", "1mo", NULL, LAW_FROM_REPORT, LAW_SURE_SECONDARY, 6, 0},
        {"eu-nis2", "persons", NULL, NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 1, 0},
        {"sg-pdpa", "authority", "3d", NULL, LAW_FROM_ASSESSED, LAW_SURE_SECONDARY, 6, 0},
        {"sg-pdpa", "assessment", "30d", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 0, 0},
        {"sg-pdpa", "persons", NULL, NULL, LAW_FROM_ASSESSED, LAW_SURE_SECONDARY, 0, 0},
        {"my-pdpa", "authority", "72h", NULL, LAW_FROM_OCCURRED, LAW_SURE_SECONDARY, 0, 0},
        {"my-pdpa", "persons", "168h", NULL, LAW_FROM_REPORT, LAW_SURE_GENERAL, 0, 0},
        {"my-pdpa", "supplement", "30d", NULL, LAW_FROM_REPORT, LAW_SURE_SECONDARY, 0, 0},
        {"th-pdpa", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 0, 0},
        {"th-pdpa", "persons", NULL, NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 0, 0},
        {"ph-dpa", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 7, 0},
        {"ph-dpa", "persons", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 0, 0},
        {"ph-dpa", "full", "5d", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 0, 0},
        {"vn-pdpl", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_GENERAL, 0, 7},
        {"vn-pdpl", "persons", NULL, NULL, LAW_FROM_AWARE, LAW_SURE_UNCLEAR, 0, 0},
        {"jp-appi", "preliminary", "3d", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 9, 0},
        {"jp-appi", "final", "30d", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 9, 0},
        {"jp-appi", "final-improper", "60d", NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 9, 0},
        {"jp-appi", "persons", NULL, NULL, LAW_FROM_AWARE, LAW_SURE_SECONDARY, 5, 0},
        {"in-dpdp", "authority", "72h", NULL, LAW_FROM_AWARE, LAW_SURE_PRIMARY, 5, 0},
        {"in-dpdp", "persons", NULL, NULL, LAW_FROM_AWARE, LAW_SURE_PRIMARY, 8, 0},
        {"in-dpdp", "first", NULL, NULL, LAW_FROM_AWARE, LAW_SURE_PRIMARY, 5, 0},
        {"in-certin", "authority", "6h", NULL, LAW_FROM_INTRUSION, LAW_SURE_SECONDARY, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct law_regime *regime = law_regime(*state, rows[i].regime);
        const struct law_duty *duty = regime ? law_duty(regime, rows[i].duty) : NULL;
        if (!duty) {
            fail_msg("%s has no %s", rows[i].regime, rows[i].duty);
            return; /* which gcc does not know */
        }
        const char *due = duty->due ? duty->due : "-", *want = rows[i].due ? rows[i].due : "-";
        const char *policy = duty->policy_due ? duty->policy_due : "-",
                   *aim = rows[i].policy ? rows[i].policy : "-";
        bool same = strcmp(due, want) == 0 && strcmp(policy, aim) == 0 && duty->from == rows[i].from &&
                    duty->sure == rows[i].sure && duty->must.at_count == rows[i].must &&
                    duty->doubted.at_count == rows[i].doubted;
        if (!same) fail_msg("%s/%s is another duty than it was", rows[i].regime, rows[i].duty);
    }
    size_t duties = 0;
    for (size_t i = 0; law_at(*state, i); i++) duties += law_at(*state, i)->duties_count;
    assert_int_equal(duties, COUNT_OF(rows)); /* none is left out */
}

static void names_when_each_is_in_force(void **state)
{
    static const struct {
        const char *regime, *from, *to;
    } rows[] = {{"id-pdp", "2022-10-17", NULL},           {"id-pp33", "2027-01-16", NULL},
                {"id-pp71", "2019-10-10", NULL},          {"id-mr20", "2016-12-01", NULL},
                {"kr-pipa", "2026-09-11", NULL},          {"kr-pipa-2023", "2023-09-15", "2026-09-11"},
                {"kr-network", "2026-10-01", NULL},       {"kr-network-2024", "2024-08-14", "2026-10-01"},
                {"kr-pipa-possible", "2026-09-11", NULL}, {"eu-gdpr", "2018-05-25", NULL},
                {"eu-nis2", "2024-10-18", NULL},          {"sg-pdpa", "2021-02-01", NULL},
                {"my-pdpa", "2025-06-01", NULL},          {"th-pdpa", "2022-06-01", NULL},
                {"ph-dpa", "2016-12-15", NULL},           {"vn-pdpl", "2026-01-01", NULL},
                {"jp-appi", "2022-04-01", NULL},          {"in-dpdp", "2027-05-13", NULL}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct law_regime *regime = law_regime(*state, rows[i].regime);
        assert_non_null(regime);
        assert_string_equal(regime->from, rows[i].from);
        if (rows[i].to) assert_string_equal(regime->to, rows[i].to);
        if (!rows[i].to) assert_null(regime->to);
    }
    assert_null(law_regime(*state, "in-certin")->from); /* no source says since when */
}

static bool names_have(const struct law_names *names, const char *name)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        if (strcmp(names->at[i], name) == 0) return true;
    }
    return false;
}

static bool duties_show(const struct law_regime *regime, const char *name)
{
    for (uint32_t i = 0; i < regime->duties_count; i++) {
        if (names_have(&regime->duties[i].switches, name)) return true;
    }
    return false;
}

static void says_what_is_unsettled_where_it_matters(void **state)
{
    for (size_t i = 0; law_at(*state, i); i++) {
        const struct law_regime *regime = law_at(*state, i);
        for (uint32_t j = 0; j < regime->switches_count; j++) {
            if (!duties_show(regime, regime->switches[j].id))
                fail_msg("%s: no duty shows the switch %s", regime->id, regime->switches[j].id);
        }
        for (uint32_t j = 0; j < regime->duties_count; j++) {
            const struct law_duty *duty = &regime->duties[j];
            if (duty->only && !names_have(&duty->switches, duty->only->name))
                fail_msg("%s/%s hangs on a switch and does not show it", regime->id, duty->id);
        }
    }
}

/* A whole file, and changes to it that must be refused, with where and what. */
static const char good[] =
    "id: xx-test\n"                                                                /* 1 */
    "title: {en: A test}\n"                                                        /* 2 */
    "law: none\n"                                                                  /* 3 */
    "country: KR\n"                                                                /* 4 */
    "languages: [ko]\n"                                                            /* 5 */
    "from: 2024-02-29\n"                                                           /* 6 */
    "sure: general\n"                                                              /* 7 */
    "applies: {persons: [KR], sure: general}\n"                                    /* 8 */
    "duties:\n"                                                                    /* 9 */
    "  - {id: a, to: authority, from: aware, due: 72h,\n"                          /* 10 */
    "     must: [who], sure: general, refs: [S1]}\n"                               /* 11 */
    "  - {id: b, to: persons, from: report, report: a, due: 1mo,\n"                /* 12 */
    "     when: [{persons: 10, facts: [intrusion]}],\n"                            /* 13 */
    "     only: {switch: s, values: [on]}, after: [a], must: [], sure: general}\n" /* 14 */
    "switches:\n"                                                                  /* 15 */
    "  - {id: s, question: q, values: [on, off], default: on, sure: unclear}\n"    /* 16 */
    "fines:\n"                                                                     /* 17 */
    "  - {id: f, kind: fine, rule: percent, percent: \"1.4\", of: turnover, text: t, sure: general}\n"
    "sources:\n"                      /* 19 */
    "  - {id: S1, text: a source}\n"; /* 20 */

/* `from` once replaced by `to`. */
static void changed(const char *from, const char *to, struct buf *out)
{
    const char *at = strstr(good, from);
    assert_non_null(at);
    buf_put(out, good, (size_t)(at - good));
    buf_text(out, to);
    buf_text(out, at + strlen(from));
}

static const struct {
    const char *from, *to, *error;
} bad_files[] = {
    {"due: 72h", "due: 72x", "xx-test.yaml:10: duties[0].due: not a span like 72h, 30d, 1mo or 2y"},
    {"due: 72h", "due: 0h", "xx-test.yaml:10: duties[0].due: not a span like 72h, 30d, 1mo or 2y"},
    {"due: 72h", "duo: 72h",
     "xx-test.yaml:10: duties[0].duo: a field that such files do not have, see docs/law.md"},
    {"due: 72h", "note: n",
     "xx-test.yaml:10: duties[0]: either due, or no_number where the law has no number: one of the two"},
    {"to: authority, ", "",
     "xx-test.yaml:10: duties[0].to: a field that must be there is missing, see docs/law.md"},
    {"to: authority", "to: king",
     "xx-test.yaml:10: duties[0].to: none of the words, numbers or lists that may stand here, see "
     "docs/law.md"},
    {"must: [who]", "must: [whom]", "xx-test.yaml:11: duties[0].must[0]: no element of elements.yaml"},
    {"must: [who]", "must: who",
     "xx-test.yaml:11: duties[0].must: none of the words, numbers or lists that may stand here, see "
     "docs/law.md"},
    {"refs: [S1]", "refs: [S2]",
     "xx-test.yaml:11: duties[0].refs[0]: names nothing among sources of this file"},
    {"report: a,", "report: b,",
     "xx-test.yaml:12: duties[1].report: must name a duty that does not wait for a report itself"},
    {"report: a,", "", "xx-test.yaml:12: duties[1].from: from report and a report go together"},
    {"after: [a]", "after: [b]",
     "xx-test.yaml:14: duties[1].after: must name duties that wait for none themselves"},
    {"persons: 10, ", "persons: -1, ", "xx-test.yaml:13: duties[1].when[0].persons: not a number of people"},
    {"facts: [intrusion]", "facts: [bad luck]",
     "xx-test.yaml:13: duties[1].when[0].facts: none of the words, numbers or lists that may stand here, "
     "see "
     "docs/law.md"},
    {"facts: [intrusion]", "facts: [intrusion], unless: [intrusion]",
     "xx-test.yaml:13: duties[1].when[0]: says nothing, or asks for a fact and its contrary"},
    {"switch: s,", "switch: t,",
     "xx-test.yaml:14: duties[1].only.switch: names nothing among switches of this file"},
    {"values: [on]", "values: [maybe]",
     "xx-test.yaml:14: duties[1].only.values: a value that its switch does not have"},
    {"default: on", "default: up", "xx-test.yaml:16: switches[0].default: none of its values"},
    {"id: b,", "id: a,", "xx-test.yaml:12: duties[1].id: this id is taken"},
    {"id: b,", "id: B,", "xx-test.yaml:12: duties[1].id: an id is of small letters, digits, - and _"},
    {"id: xx-test", "id: xx-other", "xx-test.yaml:1: id: must be the file's name without .yaml"},
    {"country: KR", "country: Korea", "xx-test.yaml:4: country: not one such as KR or EU"},
    {"country: KR", "country: KR\ncountry: KR", "xx-test.yaml:5: the file: a key that stands twice"},
    {"2024-02-29", "2023-02-29", "xx-test.yaml:6: from: not a date like 2027-01-16"},
    {"2024-02-29\n", "2024-02-29\nto: 2024-02-29\n", "xx-test.yaml:7: to: not after from"},
    {"languages: [ko]", "languages: []", "xx-test.yaml:5: languages: none"},
    {"persons: [KR], ", "", "xx-test.yaml:8: applies: neither persons nor seat"},
    {"sure: unclear", "sure: maybe",
     "xx-test.yaml:16: switches[0].sure: none of the words, numbers or lists that may stand here, see "
     "docs/law.md"},
    {"\"1.4\"", "a lot",
     "xx-test.yaml:18: fines[0].percent: missing, not wanted by its rule, or not a number like 1.4"},
    {"rule: percent, ", "rule: amount, ",
     "xx-test.yaml:18: fines[0].percent: missing, not wanted by its rule, or not a number like 1.4"},
    {"law: none", "law: ", "xx-test.yaml:3: law: empty; leave the line out"},
    {"law: none", "law: &a none", "xx-test.yaml:3: the file: an anchor or a tag"},
    {"law: none", "law: *a", "xx-test.yaml:3: the file: an alias; write it out"},
    {"law: none", "law: !!str none", "xx-test.yaml:3: the file: an anchor or a tag"},
    {"law: none", "law: \"a\\u0007b\"", "xx-test.yaml:3: law: a control character"},
    {"law: none", "law: [[[[[[[[[a]]]]]]]]]", "xx-test.yaml:3: law[0][0][0][0][0]: too deep"},
    {"law: none", "law: {a: [}", "xx-test.yaml:3: the file: not YAML"},
    {"sources:", "---\nsources:", "xx-test.yaml:19: the file: a second document"},
};

static void refuses_by_file_line_and_field(void **state)
{
    assert_ok(law_check(*state, "xx-test.yaml", slice_text(good)));
    for (size_t i = 0; i < COUNT_OF(bad_files); i++) {
        SCOPED(buf_done) struct buf text = {0};
        changed(bad_files[i].from, bad_files[i].to, &text);
        struct result result = law_check(*state, "xx-test.yaml", buf_slice(&text));
        if (result.cause != CAUSE_CONFIG) fail_msg("%s: taken", bad_files[i].to);
        assert_string_equal(result_text(), bad_files[i].error);
    }
}

static void keeps_its_bounds(void **state)
{
    SCOPED(buf_done) struct buf text = {0};
    buf_text(&text, good);
    while (text.len <= FORM_FILE_BYTES_MAX) buf_text(&text, "# much ado\n");
    assert_code(CODE_INVALID, law_check(*state, "xx-test.yaml", buf_slice(&text)));
    assert_string_equal(result_text(), "xx-test.yaml:1: the file: empty, or larger than a file may be");
    assert_code(CODE_INVALID, law_check(*state, "xx-test.yaml", SLICE_TEXT("")));
    assert_code(CODE_INVALID, law_check(*state, "xx-test.yaml", SLICE_TEXT("# nothing\n")));
    assert_code(CODE_INVALID, law_check(*state, "xx-test.yaml", SLICE_TEXT("\xff\xfe")));
    static const char one[] =
        "elements:\n  - {id: who, labels: {en: a, id: b, ko: c}}\n"; /* no home could load it */
    assert_code(CODE_INVALID, law_check(*state, "elements.yaml", slice_text(one)));
    assert_non_null(strstr(result_text(), "an element that the program's own file has is missing"));
    buf_clear(&text);
    buf_text(&text, "id: [");
    for (size_t i = 0; i < 5000; i++) buf_text(&text, "a, ");
    buf_text(&text, "a]\n");
    assert_code(CODE_INVALID, law_check(*state, "xx-test.yaml", buf_slice(&text)));
    assert_non_null(strstr(result_text(), "more values than a file may have"));
    buf_clear(&text);
    for (int a = 'a'; a <= 'z'; a++) buf_print(&text, "%c: x\n%c%c: x\n", a, a, a);
    assert_code(CODE_INVALID, law_check(*state, "xx-test.yaml", buf_slice(&text)));
    assert_non_null(strstr(result_text(), "too many keys"));
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void remove_file(const char *folder, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

static void a_home_overrides_and_adds(void **state)
{
    char folder[] = "/tmp/amanah-law-XXXXXX";
    SCOPED(law_free) struct law *law = NULL;
    SCOPED(buf_done) struct buf text = {0};
    (void)state;
    assert_non_null(mkdtemp(folder));
    changed("id: xx-test", "id: id-mr20", &text);
    write_file(folder, "id-mr20.yaml", buf_c(&text));
    write_file(folder, "xx-test.yaml", good);
    write_file(folder, "notes.txt", "not a rule file");
    assert_ok(law_load(folder, &law));
    assert_string_equal(law_regime(law, "id-mr20")->title.en, "A test");
    assert_true(law_is_own(law, law_regime(law, "id-mr20")));
    assert_true(law_is_own(law, law_regime(law, "xx-test")));
    assert_false(law_is_own(law, law_regime(law, "id-pdp")));
    assert_non_null(law_at(law, 19));
    assert_null(law_at(law, 20));

    struct law *none = NULL; /* a bad file among them: nothing is loaded at all */
    write_file(folder, "yy-bad.yaml", "id: yy-bad\n");
    assert_code(CODE_INVALID, law_load(folder, &none));
    assert_non_null(strstr(result_text(), "yy-bad.yaml:1: title: a field that must be there is missing"));
    assert_null(none);
    remove_file(folder, "yy-bad.yaml");
    write_file(folder, "elements.yaml", "elements:\n  - {id: who, labels: {en: a, id: b, ko: c}}\n");
    assert_code(CODE_INVALID, law_load(folder, &none));
    assert_non_null(strstr(result_text(), "an element that the program's own file has is missing"));
    remove_file(folder, "elements.yaml");
    remove_file(folder, "id-mr20.yaml");
    remove_file(folder, "xx-test.yaml");
    remove_file(folder, "notes.txt");
    assert_int_equal(rmdir(folder), 0);
}

static void a_home_without_rules_has_the_carried_ones(void **state)
{
    SCOPED(law_free) struct law *law = NULL;
    (void)state;
    assert_ok(law_load("/nonexistent/law", &law));
    assert_non_null(law_regime(law, "kr-pipa"));
}

static void knows_who_is_in_a_union(void **state)
{
    assert_true(law_country_in(*state, "DE", "EU"));
    assert_true(law_country_in(*state, "DE", "DE"));
    assert_true(law_country_in(*state, "NO", "EEA")); /* not read as the YAML word for false */
    assert_false(law_country_in(*state, "NO", "EU"));
    assert_false(law_country_in(*state, "KR", "EU"));
    assert_false(law_country_in(*state, "TW", "EU"));
}

/* Who is told of a child's data in its place follows from this: a slip is a letter to the wrong person. */
static void says_below_which_age_others_decide(void **state)
{
    static const struct {
        const char *country, *day;
        unsigned under;
    } rows[] = {
        {"KR", "2026-11-22", 14}, {"ID", "2026-11-22", 18}, {"US", "2026-11-22", 18},
        {"", "2026-11-22", 18},   {"DE", "2026-11-22", 16}, {"HR", "2026-11-22", 16},
        {"HU", "2026-11-22", 16}, {"IE", "2026-11-22", 16}, {"LU", "2026-11-22", 16},
        {"NL", "2026-11-22", 16}, {"PL", "2026-11-22", 16}, {"RO", "2026-11-22", 16},
        {"SK", "2026-11-22", 16}, {"NO", "2026-11-22", 16}, {"CZ", "2026-11-22", 15},
        {"FR", "2026-11-22", 15}, {"GR", "2026-11-22", 15}, {"AT", "2026-11-22", 14},
        {"BG", "2026-11-22", 14}, {"CY", "2026-11-22", 14}, {"ES", "2026-11-22", 14},
        {"IT", "2026-11-22", 14}, {"LT", "2026-11-22", 14}, {"BE", "2026-11-22", 13},
        {"EE", "2026-11-22", 13}, {"FI", "2026-11-22", 13}, {"LV", "2026-11-22", 13},
        {"MT", "2026-11-22", 13}, {"PT", "2026-11-22", 13}, {"SE", "2026-11-22", 13},
        {"DK", "2023-12-31", 13}, {"DK", "2024-01-01", 15}, {"SI", "2023-01-25", 16},
        {"SI", "2023-01-26", 15}, {"DE", "2018-05-24", 18}, {"NO", "2018-07-19", 18},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct law_minor *row = law_minor(*state, rows[i].country, rows[i].day);
        if (row->under != rows[i].under) print_error("%s %s\n", rows[i].country, rows[i].day);
        assert_int_equal(row->under, rows[i].under);
        assert_true(strlen(row->decides) > 0);
    }
}

static void refuses_ages_that_are_none(void **state)
{
    static const struct {
        const char *text, *error;
    } rows[] = {
        {"minors:\n  - {under: 18, decides: p, sure: general}\n", NULL},
        {"minors:\n  - {country: KR, under: 14, decides: p, sure: general}\n",
         "minors.yaml:2: minors: no row without a country, for everywhere else"},
        {"minors:\n  - {under: 0, decides: p, sure: general}\n",
         "minors.yaml:2: minors[0].under: not an age"},
        {"minors:\n  - {under: 26, decides: p, sure: general}\n",
         "minors.yaml:2: minors[0].under: not an age"},
        {"minors:\n  - {under: 18, from: 2020-01-01, decides: p, sure: general}\n",
         "the row for everywhere else counts always"},
        {"minors:\n  - {under: 18, decides: p, sure: general}\n  - {under: 17, decides: p, sure: general}\n",
         "minors.yaml:3: minors[1].country: a row before counts on the same days"},
        {"minors:\n  - {under: 18, decides: p, sure: general}\n  - {country: KR, under: 14, to: 2020-01-02, "
         "decides: p, sure: "
         "general}\n  - {country: KR, under: 15, from: 2020-01-01, decides: p, sure: general}\n",
         "minors.yaml:4: minors[2].country: a row before counts on the same days"},
        {"minors:\n  - {under: 18, decides: p, sure: general}\n  - {country: KR, under: 14, from: "
         "2020-13-01, decides: p, "
         "sure: general}\n",
         "minors.yaml:3: minors[1].from: not a date like 2027-01-16"},
        {"minors:\n  - {under: 18, decides: p, refs: [K1], sure: general}\n",
         "minors.yaml:2: minors[0].refs[0]: names nothing among sources of this file"},
        {"minors:\n  - {under: 18, sure: general}\n",
         "minors.yaml:2: minors[0].decides: a field that must be there"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct result result = law_check(*state, "minors.yaml", slice_text(rows[i].text));
        assert_int_equal(result.code == CODE_OK, rows[i].error == NULL);
        if (!rows[i].error) continue;
        if (!strstr(result_text(), rows[i].error)) print_error("%s\n", result_text());
        assert_non_null(strstr(result_text(), rows[i].error));
    }
}

/* Told electronically only who agreed beforehand: one duty of all that the program carries. */
static void says_where_electronic_notices_need_consent(void **state)
{
    const struct law_regime *regime = NULL;
    for (size_t i = 0; (regime = law_at(*state, i)) != NULL; i++) {
        for (uint32_t k = 0; k < regime->duties_count; k++) {
            bool wanted = strcmp(regime->id, "id-mr20") == 0 && strcmp(regime->duties[k].id, "persons") == 0;
            assert_int_equal(regime->duties[k].electronic_consent, wanted);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_every_regime_in_order),
        cmocka_unit_test(carries_every_element_in_three_languages),
        cmocka_unit_test(says_what_the_sources_say),
        cmocka_unit_test(names_when_each_is_in_force),
        cmocka_unit_test(says_what_is_unsettled_where_it_matters),
        cmocka_unit_test(refuses_by_file_line_and_field),
        cmocka_unit_test(keeps_its_bounds),
        cmocka_unit_test(a_home_overrides_and_adds),
        cmocka_unit_test(a_home_without_rules_has_the_carried_ones),
        cmocka_unit_test(knows_who_is_in_a_union),
        cmocka_unit_test(says_below_which_age_others_decide),
        cmocka_unit_test(refuses_ages_that_are_none),
        cmocka_unit_test(says_where_electronic_notices_need_consent),
    };
    return cmocka_run_group_tests(tests, open_law, close_law);
}
