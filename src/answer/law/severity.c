#include "answer/law/severity.h"

#include <assert.h>

/* How many answers each factor has. */
static const unsigned answers[SEVERITY_FACTORS] = {5, 5, 5, 5, 4, 3, 3, 3, 2};

const char *severity_band_name(enum severity_band band)
{
    static const char *const names[] = {"low", "medium", "high", "very high"};
    return names[band];
}

static enum severity_band band_of(unsigned score)
{
    return score < 200   ? SEVERITY_LOW
           : score < 300 ? SEVERITY_MEDIUM
           : score < 400 ? SEVERITY_HIGH
                         : SEVERITY_VERY_HIGH;
}

static unsigned data_score(const struct severity_data *data)
{
    int score = (int)data->class_of + (int)data->up - (int)data->down;
    return score < 1 ? 1 : score > 4 ? 4 : (unsigned)score;
}

static RESULT answers_take(const struct severity *severity, unsigned at[SEVERITY_FACTORS])
{
    if (severity->count == 0 || severity->count > SEVERITY_CLASSES)
        return FAIL(INVALID, "severity: say which classes of data leaked");
    for (size_t i = 0; i < severity->count; i++) {
        const struct severity_data *data = &severity->data[i];
        if (data->class_of < SEVERITY_SIMPLE || data->class_of > SEVERITY_SENSITIVE ||
            at[data->class_of - 1] != 0)
            return FAIL(INVALID, "severity: a class of data that there is not, or one twice");
        if (data->up > SEVERITY_ADJUST_MAX || data->down > SEVERITY_ADJUST_MAX)
            return FAIL(INVALID, "severity: context raises or lowers by at most %d", SEVERITY_ADJUST_MAX);
        at[data->class_of - 1] = data_score(data);
    }
    at[SEVERITY_IDENTIFICATION] = severity->identification;
    at[SEVERITY_CONFIDENTIALITY] = severity->confidentiality;
    at[SEVERITY_INTEGRITY] = severity->integrity;
    at[SEVERITY_AVAILABILITY] = severity->availability;
    at[SEVERITY_MALICE] = severity->malice;
    for (unsigned i = 0; i < SEVERITY_FACTORS; i++) {
        if (at[i] >= answers[i]) return FAIL(INVALID, "severity: an answer out of its range");
    }
    return OK;
}

/* The factors of the formula from the answers; the score in hundredths. */
static unsigned score_of(const unsigned at[SEVERITY_FACTORS], struct severity_result *out)
{
    unsigned dpc = 0, by = 0, cb = 0;
    for (unsigned i = 0; i < SEVERITY_CLASSES; i++) {
        if (at[i] <= dpc) continue;
        dpc = at[i];
        by = i + 1;
    }
    const unsigned parts[4] = {25 * at[SEVERITY_CONFIDENTIALITY], 25 * at[SEVERITY_INTEGRITY],
                               25 * at[SEVERITY_AVAILABILITY], 50 * at[SEVERITY_MALICE]};
    for (unsigned i = 0; i < COUNT_OF(parts); i++) cb += parts[i];
    unsigned ei = 25 * (at[SEVERITY_IDENTIFICATION] + 1);
    if (out) {
        out->dpc = dpc;
        out->decided_by = (enum severity_class)by;
        out->ei = ei;
        out->cb = cb;
        for (unsigned i = 0; i < COUNT_OF(parts); i++) out->parts[i] = parts[i];
    }
    return dpc * ei + cb;
}

/* The nearest answer of one factor, in one direction, that moves the band; false when none does. */
static bool flip_find(const unsigned at[SEVERITY_FACTORS], unsigned factor, int step,
                      struct severity_result *out)
{
    unsigned changed[SEVERITY_FACTORS];
    for (unsigned i = 0; i < SEVERITY_FACTORS; i++) changed[i] = at[i];
    for (int to = (int)at[factor] + step; to >= 0 && to < (int)answers[factor]; to += step) {
        changed[factor] = (unsigned)to;
        bool data = changed[0] || changed[1] || changed[2] || changed[3];
        unsigned score = data ? score_of(changed, NULL) : 0;
        if (!data || band_of(score) == out->band) continue; /* no data is no leak */
        assert(out->flip_count < SEVERITY_FLIPS_MAX);
        out->flips[out->flip_count++] = (struct severity_flip){(enum severity_factor)factor, at[factor],
                                                               (unsigned)to, score, band_of(score)};
        return true;
    }
    return false;
}

RESULT severity_score(const struct severity *severity, struct severity_result *out)
{
    struct severity_result result = {0};
    unsigned at[SEVERITY_FACTORS] = {0};
    TRY(answers_take(severity, at));
    result.score = score_of(at, &result);
    result.band = band_of(result.score);
    result.many = severity->people > SEVERITY_MANY;
    for (unsigned i = 0; i < SEVERITY_FACTORS; i++) {
        (void)flip_find(at, i, 1, &result); /* there may be none */
        (void)flip_find(at, i, -1, &result);
    }
    *out = result;
    return OK;
}
