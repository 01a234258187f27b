/* ENISA's formula: the worked cases, its bands, and the flips against trying every answer. */
#include "answer/law/severity.h"
#include "prop.h"

static void scores_the_worked_cases(void **state)
{
    /* Coupang: name, e-mail, phone, address, part of the orders; stolen on purpose, recipients unknown. */
    struct enisa coupang = {.data = {{ENISA_BEHAVIOURAL, 0, 0}},
                            .count = 1,
                            .identification = 3,
                            .confidentiality = 2,
                            .malice = 1,
                            .people = 33673817};
    struct enisa_result result = {0};
    (void)state;
    assert_ok(enisa_score(&coupang, &result));
    assert_int_equal(result.dpc, 2);
    assert_int_equal(result.ei, 100);
    assert_int_equal(result.cb, 100);
    assert_int_equal(result.score, 300);
    assert_int_equal(result.band, ENISA_HIGH);
    assert_true(result.many);
    coupang.data[0].up = 1; /* door codes */
    assert_ok(enisa_score(&coupang, &result));
    assert_int_equal(result.score, 400);
    assert_int_equal(result.band, ENISA_VERY_HIGH);

    struct enisa tokopedia = {.data = {{ENISA_SIMPLE, 0, 0}},
                              .count = 1,
                              .identification = 3,
                              .confidentiality = 2,
                              .malice = 1,
                              .people = 91000000};
    assert_ok(enisa_score(&tokopedia, &result));
    assert_int_equal(result.score, 200);
    assert_int_equal(result.band, ENISA_MEDIUM);
    tokopedia.data[0].class_of = ENISA_BEHAVIOURAL;
    assert_ok(enisa_score(&tokopedia, &result));
    assert_int_equal(result.score, 300);
}

static void takes_the_highest_of_several_classes(void **state)
{
    struct enisa both = {.data = {{ENISA_SENSITIVE, 0, 3}, {ENISA_FINANCIAL, 0, 0}, {ENISA_SIMPLE, 3, 0}},
                         .count = 3};
    struct enisa_result result = {0};
    (void)state;
    assert_ok(enisa_score(&both, &result));
    assert_int_equal(result.dpc,
                     4); /* simple data of vulnerable people, raised by 3; sensitive data lowered to 1 */
    assert_int_equal(result.decided_by, ENISA_SIMPLE);
    assert_int_equal(result.score, 100);
}

static void is_blind_to_size(void **state)
{
    struct enisa few = {.data = {{ENISA_FINANCIAL, 0, 0}}, .count = 1, .identification = 2, .people = 100};
    struct enisa_result one = {0}, other = {0};
    (void)state;
    assert_ok(enisa_score(&few, &one));
    few.people = 33700000;
    assert_ok(enisa_score(&few, &other));
    assert_int_equal(one.score, other.score); /* so the number stands beside it */
    assert_false(one.many);
    assert_true(other.many);
}

static void names_its_bands(void **state)
{
    static const struct {
        unsigned dpc, ei, confidentiality, score;
        const char *band;
    } rows[] = {{1, 3, 0, 100, "low"},    {2, 3, 0, 200, "medium"},    {1, 3, 2, 150, "low"},
                {3, 3, 0, 300, "high"},   {4, 3, 0, 400, "very high"}, {4, 1, 0, 200, "medium"},
                {3, 2, 0, 225, "medium"}, {4, 2, 2, 350, "high"}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct enisa severity = {.data = {{(enum enisa_class)rows[i].dpc, 0, 0}},
                                 .count = 1,
                                 .identification = rows[i].ei,
                                 .confidentiality = rows[i].confidentiality};
        struct enisa_result result = {0};
        assert_ok(enisa_score(&severity, &result));
        assert_int_equal(result.score, rows[i].score);
        assert_string_equal(enisa_band_name(result.band), rows[i].band);
    }
}

static struct enisa random_case(struct prop_rng *rng)
{
    struct enisa severity = {.count = 1 + prop_below(rng, ENISA_CLASSES),
                             .identification = (unsigned)prop_below(rng, 4),
                             .confidentiality = (unsigned)prop_below(rng, 3),
                             .integrity = (unsigned)prop_below(rng, 3),
                             .availability = (unsigned)prop_below(rng, 3),
                             .malice = (unsigned)prop_below(rng, 2)};
    for (size_t i = 0; i < severity.count; i++) {
        severity.data[i] = (struct enisa_data){(enum enisa_class)(i + 1), (unsigned)prop_below(rng, 4),
                                               (unsigned)prop_below(rng, 4)};
    }
    return severity;
}

/* The same case with one answer changed, scored anew; a class of data that leaked keeps its place. */
static bool with_answer(struct enisa severity, const struct enisa_flip *flip, struct enisa_result *out)
{
    unsigned *const single[] = {&severity.identification, &severity.confidentiality, &severity.integrity,
                                &severity.availability, &severity.malice};
    if (flip->factor >= ENISA_IDENTIFICATION) {
        *single[flip->factor - ENISA_IDENTIFICATION] = flip->to;
        return enisa_score(&severity, out).code == CODE_OK;
    }
    size_t at = severity.count;
    for (size_t i = 0; i < severity.count; i++) {
        if (severity.data[i].class_of == flip->factor + 1) at = i;
    }
    if (flip->to == 0) { /* it did not leak after all */
        severity.data[at] = severity.data[--severity.count];
        return enisa_score(&severity, out).code == CODE_OK;
    }
    if (at == severity.count) severity.count++;
    unsigned base = flip->factor + 1;
    severity.data[at] = (struct enisa_data){(enum enisa_class)base, flip->to > base ? flip->to - base : 0,
                                            flip->to < base ? base - flip->to : 0};
    return enisa_score(&severity, out).code == CODE_OK;
}

static void every_flip_moves_the_band_and_none_is_missed(void **state)
{
    (void)state;
    PROPERTY(500, rng) {
        struct enisa severity = random_case(&rng);
        struct enisa_result result = {0}, other = {0};
        assert_ok(enisa_score(&severity, &result));
        for (size_t i = 0; i < result.flip_count; i++) {
            assert_true(with_answer(severity, &result.flips[i], &other));
            assert_int_equal(other.score, result.flips[i].score);
            assert_int_equal(other.band, result.flips[i].band);
            assert_int_not_equal(other.band, result.band);
        }
        for (unsigned to = 0; to < 3;
             to++) { /* by trying: an answer that moves the band is told, or a nearer one */
            struct enisa_flip flip = {.factor = ENISA_CONFIDENTIALITY, .to = to};
            assert_true(with_answer(severity, &flip, &other));
            if (other.band == result.band) continue;
            bool told = false;
            for (size_t i = 0; i < result.flip_count; i++)
                told = told || result.flips[i].factor == ENISA_CONFIDENTIALITY;
            assert_true(told);
        }
    }
}

static void refuses_answers_out_of_range(void **state)
{
    static const struct enisa bad[] = {
        {.count = 0},
        {.data = {{(enum enisa_class)0, 0, 0}}, .count = 1},
        {.data = {{(enum enisa_class)5, 0, 0}}, .count = 1},
        {.data = {{ENISA_SIMPLE, 4, 0}}, .count = 1},
        {.data = {{ENISA_SIMPLE, 0, 0}, {ENISA_SIMPLE, 0, 0}}, .count = 2},
        {.data = {{ENISA_SIMPLE, 0, 0}}, .count = 5},
        {.data = {{ENISA_SIMPLE, 0, 0}}, .count = 1, .identification = 4},
        {.data = {{ENISA_SIMPLE, 0, 0}}, .count = 1, .confidentiality = 3},
        {.data = {{ENISA_SIMPLE, 0, 0}}, .count = 1, .malice = 2},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct enisa_result result = {0};
        assert_code(CODE_INVALID, enisa_score(&bad[i], &result));
        assert_int_equal(result.score, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_the_worked_cases),
        cmocka_unit_test(takes_the_highest_of_several_classes),
        cmocka_unit_test(is_blind_to_size),
        cmocka_unit_test(names_its_bands),
        cmocka_unit_test(every_flip_moves_the_band_and_none_is_missed),
        cmocka_unit_test(refuses_answers_out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
