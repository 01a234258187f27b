#include "answer/report/filing.h"

#include <string.h>

static const struct paper_row {
    const char *name, *regime, *language, *elements;
} papers[] = {
#define PAPER(name, regime, language, elements) {name, regime, language, elements},
#include "answer/report/papers.def"
#undef PAPER
};

static const char *const languages[] = {"en", "id", "ko"};

static bool is_ours(struct slice language)
{
    for (size_t i = 0; i < COUNT_OF(languages); i++) {
        if (slice_is(language, languages[i])) return true;
    }
    return false;
}

static void names_take(const struct law_names *names, const char *demand, struct filing *out)
{
    for (uint32_t i = 0; i < names->at_count && out->count < FILING_ELEMENTS_MAX; i++) {
        bool twice = false;
        for (size_t j = 0; j < out->count; j++)
            twice = twice || slice_is(out->elements[j].name, names->at[i]);
        if (!twice) out->elements[out->count++] = (struct filing_element){slice_text(names->at[i]), demand};
    }
}

static void words_take(const char *words, struct filing *out)
{
    struct slice rest = slice_text(words);
    while (rest.len > 0) {
        const uint8_t *blank = memchr(rest.at, ' ', rest.len);
        size_t len = blank ? (size_t)(blank - rest.at) : rest.len;
        out->elements[out->count++] = (struct filing_element){slice_part(rest, 0, len), "asked"};
        rest = slice_from(rest, blank ? len + 1 : len);
    }
}

static RESULT language_find(struct slice asked, const struct law_regime *regime, const char *usual,
                            struct slice *out)
{
    if (asked.len > 0) {
        *out = asked;
        return is_ours(asked) ? OK : FAIL(INVALID, "lang: en, id or ko");
    }
    *out = slice_text(usual ? usual : "en");
    for (uint32_t i = 0; !usual && i < regime->languages.at_count; i++) {
        if (!is_ours(slice_text(regime->languages.at[i]))) continue;
        *out = slice_text(regime->languages.at[i]);
        break;
    }
    return OK;
}

static RESULT duty_find(const struct law *law, struct slice name, struct filing *out)
{
    char text[FILING_DUTY_BYTES_MAX + 1];
    if (name.len > FILING_DUTY_BYTES_MAX || memchr(name.at, 0, name.len))
        return FAIL(NOT_FOUND, "duty: no such duty");
    memcpy(text, name.at, name.len);
    text[name.len] = '\0';
    char *slash = strchr(text, '/');
    if (slash) *slash = '\0';
    out->regime = slash ? law_regime(law, text) : NULL;
    out->duty = out->regime ? law_duty(out->regime, slash + 1) : NULL;
    if (!out->duty)
        return FAIL(NOT_FOUND,
                    "duty: REGIME/DUTY such as kr-pipa/authority (amanah law show), or impact, surcharge");
    if (out->duty->to != LAW_TO_AUTHORITY)
        return FAIL(INVALID, "duty: that one is owed to persons or the public, not to an authority");
    names_take(&out->duty->must, "must", out);
    names_take(&out->duty->case_of, "case", out);
    names_take(&out->duty->doubted, "doubted", out);
    names_take(&out->duty->practice, "practice", out);
    return OK;
}

RESULT filing_find(const struct law *law, struct slice name, struct slice language, struct filing *out)
{
    const char *usual = NULL;
    *out = (struct filing){.law = law, .name = name};
    for (size_t i = 0; i < COUNT_OF(papers); i++) {
        if (!slice_is(name, papers[i].name)) continue;
        out->regime = law_regime(law, papers[i].regime);
        if (!out->regime) return FAIL(NOT_FOUND, "duty: its regime %s is not there", papers[i].regime);
        usual = papers[i].language;
        words_take(papers[i].elements, out);
    }
    if (!out->regime) TRY(duty_find(law, name, out));
    return language_find(language, out->regime, usual, &out->language);
}
