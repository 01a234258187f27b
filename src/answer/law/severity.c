#include "answer/law/severity.h"

#include <assert.h>

/* Each factor's name and the names of its answers; a class of data is answered by how its context moves it: "+1". */
static const struct {
    const char *name, *answers[5];
} factors[ENISA_FACTORS] = {
    {"simple", {NULL}},
    {"behavioural", {NULL}},
    {"financial", {NULL}},
    {"sensitive", {NULL}},
    {"identification", {"negligible", "limited", "significant", "maximum"}},
    {"confidentiality", {"no_evidence", "known", "unknown"}},
    {"integrity", {"unused", "recoverable", "irrecoverable"}},
    {"availability", {"recovered", "temporary", "lost"}},
    {"malice", {"accident", "intended"}},
};

const char *enisa_factor_name(unsigned factor)
{
    assert(factor < ENISA_FACTORS);
    return factors[factor].name;
}

const char *enisa_answer_name(unsigned factor, unsigned answer)
{
    assert(factor < ENISA_FACTORS);
    return answer < COUNT_OF(factors[factor].answers) ? factors[factor].answers[answer] : NULL;
}

/* "leaked", "+2", "-1" or "+1-2": how far context raises and lowers a class of data. */
static bool context_get(struct slice text, struct enisa_data *data)
{
    if (slice_is(text, "leaked")) return true;
    if (text.len == 0 || text.len % 2 != 0) return false;
    for (size_t i = 0; i < text.len; i += 2) {
        const uint8_t *at = text.at + i;
        bool fine = (at[0] == '+' || at[0] == '-') && at[1] >= '1' && at[1] <= '0' + ENISA_ADJUST_MAX;
        unsigned *which = at[0] == '+' ? &data->up : &data->down;
        if (!fine || *which != 0) return false;
        *which = (unsigned)(at[1] - '0');
    }
    return true;
}

RESULT enisa_answer(struct enisa *severity, bool given[ENISA_FACTORS], struct slice name, struct slice answer)
{
    unsigned *const single[] = {&severity->identification, &severity->confidentiality, &severity->integrity,
                                &severity->availability, &severity->malice};
    unsigned factor = 0;
    while (factor < ENISA_FACTORS && !slice_is(name, factors[factor].name)) factor++;
    if (factor == ENISA_FACTORS) return FAIL(INVALID, "severity: no such factor; docs/law.md lists them");
    if (given[factor]) return FAIL(INVALID, "severity: a factor twice");
    given[factor] = true;
    if (factor < ENISA_IDENTIFICATION) {
        struct enisa_data *data = &severity->data[severity->count++];
        data->class_of = (enum enisa_class)(factor + 1);
        if (context_get(answer, data)) return OK;
        return FAIL(INVALID, "severity: of data: leaked, or how context moves it: +1 to +3, -1 to -3");
    }
    for (unsigned i = 0; i < COUNT_OF(factors[factor].answers) && factors[factor].answers[i]; i++) {
        if (!slice_is(answer, factors[factor].answers[i])) continue;
        *single[factor - ENISA_IDENTIFICATION] = i;
        return OK;
    }
    return FAIL(INVALID, "severity: no such answer of this factor; docs/law.md lists them");
}

/* How many answers each factor has. */
static const unsigned answers[ENISA_FACTORS] = {5, 5, 5, 5, 4, 3, 3, 3, 2};

const char *enisa_band_name(enum enisa_band band)
{
    static const char *const names[] = {"low", "medium", "high", "very high"};
    return names[band];
}

static enum enisa_band band_of(unsigned score)
{
    return score < 200 ? ENISA_LOW : score < 300 ? ENISA_MEDIUM : score < 400 ? ENISA_HIGH : ENISA_VERY_HIGH;
}

static unsigned data_score(const struct enisa_data *data)
{
    int score = (int)data->class_of + (int)data->up - (int)data->down;
    return score < 1 ? 1 : score > 4 ? 4 : (unsigned)score;
}

static RESULT answers_take(const struct enisa *severity, unsigned at[ENISA_FACTORS])
{
    if (severity->count == 0 || severity->count > ENISA_CLASSES)
        return FAIL(INVALID, "severity: say which classes of data leaked");
    for (size_t i = 0; i < severity->count; i++) {
        const struct enisa_data *data = &severity->data[i];
        if (data->class_of < ENISA_SIMPLE || data->class_of > ENISA_SENSITIVE || at[data->class_of - 1] != 0)
            return FAIL(INVALID, "severity: a class of data that there is not, or one twice");
        if (data->up > ENISA_ADJUST_MAX || data->down > ENISA_ADJUST_MAX)
            return FAIL(INVALID, "severity: context raises or lowers by at most %d", ENISA_ADJUST_MAX);
        at[data->class_of - 1] = data_score(data);
    }
    at[ENISA_IDENTIFICATION] = severity->identification;
    at[ENISA_CONFIDENTIALITY] = severity->confidentiality;
    at[ENISA_INTEGRITY] = severity->integrity;
    at[ENISA_AVAILABILITY] = severity->availability;
    at[ENISA_MALICE] = severity->malice;
    for (unsigned i = 0; i < ENISA_FACTORS; i++) {
        if (at[i] >= answers[i]) return FAIL(INVALID, "severity: an answer out of its range");
    }
    return OK;
}

/* The factors of the formula from the answers; the score in hundredths. */
static unsigned score_of(const unsigned at[ENISA_FACTORS], struct enisa_result *out)
{
    unsigned dpc = 0, by = 0, cb = 0;
    for (unsigned i = 0; i < ENISA_CLASSES; i++) {
        if (at[i] <= dpc) continue;
        dpc = at[i];
        by = i + 1;
    }
    const unsigned parts[4] = {25 * at[ENISA_CONFIDENTIALITY], 25 * at[ENISA_INTEGRITY],
                               25 * at[ENISA_AVAILABILITY], 50 * at[ENISA_MALICE]};
    for (unsigned i = 0; i < COUNT_OF(parts); i++) cb += parts[i];
    unsigned ei = 25 * (at[ENISA_IDENTIFICATION] + 1);
    if (out) {
        out->dpc = dpc;
        out->decided_by = (enum enisa_class)by;
        out->ei = ei;
        out->cb = cb;
        for (unsigned i = 0; i < COUNT_OF(parts); i++) out->parts[i] = parts[i];
    }
    return dpc * ei + cb;
}

/* The nearest answer of one factor, in one direction, that moves the band; false when none does. */
static bool flip_find(const unsigned at[ENISA_FACTORS], unsigned factor, int step, struct enisa_result *out)
{
    unsigned changed[ENISA_FACTORS];
    for (unsigned i = 0; i < ENISA_FACTORS; i++) changed[i] = at[i];
    for (int to = (int)at[factor] + step; to >= 0 && to < (int)answers[factor]; to += step) {
        changed[factor] = (unsigned)to;
        bool data = changed[0] || changed[1] || changed[2] || changed[3];
        unsigned score = data ? score_of(changed, NULL) : 0;
        if (!data || band_of(score) == out->band) continue; /* no data is no leak */
        assert(out->flip_count < ENISA_FLIPS_MAX);
        out->flips[out->flip_count++] =
            (struct enisa_flip){(enum enisa_factor)factor, at[factor], (unsigned)to, score, band_of(score)};
        return true;
    }
    return false;
}

RESULT enisa_score(const struct enisa *severity, struct enisa_result *out)
{
    struct enisa_result result = {0};
    unsigned at[ENISA_FACTORS] = {0};
    TRY(answers_take(severity, at));
    result.score = score_of(at, &result);
    result.band = band_of(result.score);
    result.many = severity->people > ENISA_MANY;
    for (unsigned i = 0; i < ENISA_FACTORS; i++) {
        (void)flip_find(at, i, 1, &result); /* there may be none */
        (void)flip_find(at, i, -1, &result);
    }
    *out = result;
    return OK;
}
