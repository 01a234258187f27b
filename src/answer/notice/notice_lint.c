#include "answer/notice/notice_lint.h"

#include "answer/facts/said.h"
#include "keep/put.h"
#include "mail/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* People made up for whom a text is written, so that each of its sections stands in one of them. */
static const struct sample {
    bool known, possible, linked, named, cleared;
} samples[] = {
    {.known = true, .named = true},    {.known = true, .linked = true},
    {.possible = true, .named = true}, {.possible = true, .linked = true},
    {.known = true, .possible = true}, {.known = true, .named = true, .cleared = true},
};

struct finding_all {
    const struct notice_linting *linting;
    struct notice_faults *out;
    struct words_findings *findings;
    struct buf seen; /* what was put already: the same sentence stands in several samples */
};

static void finding_all_done(struct finding_all *all)
{
    free(all->findings);
    buf_done(&all->seen);
}

void notice_faults_done(struct notice_faults *faults)
{
    buf_done(&faults->list);
    buf_done(&faults->first);
}

static bool holds(struct slice text, struct slice part)
{
    return part.len > 0 && part.len <= text.len && memmem(text.at, text.len, part.at, part.len) != NULL;
}

/* In which of the texts that people wrote do these words stand: a fact of the incident, else the template. */
static struct slice place_of(const struct spec *spec, const char *lang, struct slice word)
{
    for (size_t i = 0; i < spec->fact_count; i++) {
        const struct spec_fact *fact = &spec->facts[i];
        bool said = fact->lang.len == 0 || slice_is(fact->lang, lang);
        if (said && holds(fact->text, word)) return fact->name;
    }
    return SLICE_TEXT("template");
}

/* May the words stand in an error? Those of the tables; not what somebody wrote. */
static bool of_tables(enum words_rule rule)
{
    return rule == WORDS_RULE_EUPHEMISM || rule == WORDS_RULE_BLAME || rule == WORDS_RULE_SPIN ||
           rule == WORDS_RULE_OFFER || rule == WORDS_RULE_NEGATION;
}

static void first_put(struct buf *out, const char *lang, struct slice place, const struct words_finding *one)
{
    buf_print(out, "%s, ", lang);
    buf_slice_put(out, place);
    buf_print(out, ": %s", words_rule_slug(one->rule));
    if (of_tables(one->rule)) {
        buf_text(out, " (");
        buf_slice_put(out, one->word);
        buf_byte(out, ')');
    }
    buf_text(out, ": ");
    buf_slice_put(out, one->instead.len > 0 ? one->instead : slice_text(words_rule_about(one->rule)));
}

static void fault_put(struct finding_all *all, size_t language, const struct words_finding *one)
{
    const char *lang = mail_language(language);
    struct notice_faults *out = all->out;
    struct slice place = place_of(all->linting->spec, lang, one->word);
    struct slice instead = one->instead.len > 0 ? one->instead : slice_text(words_rule_about(one->rule));
    SCOPED(buf_done) struct buf key = {0};
    buf_print(&key, "\n%s %s ", lang, words_rule_slug(one->rule));
    buf_slice_put(&key, place);
    buf_byte(&key, ' ');
    buf_slice_put(&key, one->word);
    buf_slice_put(&key, instead);
    buf_byte(&key, 0);
    if (holds(buf_slice(&all->seen), buf_slice(&key))) return;
    buf_slice_put(&all->seen, buf_slice(&key));
    if (out->count++ == 0) first_put(&out->first, lang, place, one);
    cbor_map(&out->list, 6);
    put_text(&out->list, "lang", slice_text(lang));
    put_text(&out->list, "text", place);
    put_number(&out->list, "line", one->line);
    put_text(&out->list, "rule", slice_text(words_rule_slug(one->rule)));
    put_text(&out->list, "word", one->word);
    put_text(&out->list, "instead", instead);
}

/* What leaked of the one made up; of a supplement, what of that is new. */
static struct notice_person person_of(const struct notice_linting *linting, const struct sample *sample)
{
    uint64_t fields = linting->fields ? linting->fields : 1u << FIELD_EMAIL, low = fields & (~fields + 1);
    struct notice_person person = {.code = SLICE_TEXT("(code)"), .linked = sample->linked};
    if (sample->named) person.name = SLICE_TEXT("Siti Rahma");
    if (sample->known) person.known = sample->possible ? fields & ~low : fields;
    if (sample->possible) person.possible = sample->known ? low : fields;
    if (sample->cleared) {
        person.known = fields == low ? fields : fields & ~low;
        person.known_before = fields;
    }
    if (sample->linked) person.possible_before = fields; /* what was possible is known, or is so still */
    return person;
}

static RESULT sample_lint(struct finding_all *all, size_t language, const struct sample *sample)
{
    const struct notice_linting *linting = all->linting;
    SCOPED(buf_done) struct buf subject = {0}, body = {0};
    struct notice_person person = person_of(linting, sample);
    person.lang = slice_text(mail_language(language));
    says_write(linting->says, &person, &subject, &body);
    const struct words_text text = {.language = person.lang,
                                    .kind = WORDS_NOTICE,
                                    .subject = buf_slice(&subject),
                                    .body = buf_slice(&body),
                                    .possible = sample->possible};
    TRY(words_lint(linting->wording, &text, linting->facts[language], all->findings));
    for (size_t i = 0; i < all->findings->count; i++) fault_put(all, language, &all->findings->at[i]);
    return OK;
}

RESULT notice_lint(const struct notice_linting *linting, struct notice_faults *out)
{
    SCOPED(finding_all_done)
    struct finding_all all = {linting, out, calloc(1, sizeof *all.findings), {0}};
    if (!all.findings) return FAIL(UNAVAILABLE, "notice: out of memory");
    size_t mark = cbor_open(&out->list);
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        if (!(linting->spec->languages >> i & 1)) continue;
        for (size_t k = 0; k < COUNT_OF(samples); k++) TRY(sample_lint(&all, i, &samples[k]));
    }
    cbor_array_close(&out->list, mark, out->count);
    return OK;
}

static uint64_t fields_of(const struct scope *scope)
{
    uint64_t fields = 0;
    for (size_t i = 0; i < scope->part_count; i++) fields |= scope->parts[i].full | scope->parts[i].masked;
    return fields;
}

RESULT run_lint(struct batch *batch, struct run *run, const struct reading *reading,
                struct notice_faults *out)
{
    struct shop *shop = batch->shop;
    struct words_facts said[SPEC_LANGUAGES] = {{0}};
    SCOPED(facts_done) struct facts facts = {0};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(wording_free) struct wording *wording = NULL;
    TRY(run_words(batch, run));
    TRY(wording_of(shop, &wording));
    TRY(facts_of(shop, &reading->fold, batch->now_us, &facts));
    const struct run_words *words = run->words;
    struct notice_linting linting = {
        .spec = &words->spec, .says = words->says, .wording = wording, .fields = fields_of(&words->scope)};
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) {
        said_of(&facts, &reading->fold, slice_text(mail_language(i)), &arena, &said[i]);
        linting.facts[i] = &said[i];
    }
    return notice_lint(&linting, out);
}

RESULT template_lint(struct shop *shop, enum notice_kind kind, size_t language, struct slice text,
                     struct notice_faults *out)
{
    static const char *const facts[] = {"how", "actions", "contact", "relief", "rights"};
    struct spec spec = {.kind = kind, .languages = 1u << language, .since_us = 1};
    SCOPED(says_free) struct says *says = NULL;
    SCOPED(wording_free) struct wording *wording = NULL;
    uint64_t fields = 0;
    for (size_t i = 0; i < SPEC_LANGUAGES; i++) spec.texts[i] = text;
    for (size_t i = 0; i < FIELD_MAX; i++) fields |= (uint64_t)(shop->fields.at[i].name[0] != 0) << i;
    for (size_t i = 0; i < COUNT_OF(facts); i++)
        spec.facts[spec.fact_count++] = (struct spec_fact){slice_text(facts[i]), {0}, SLICE_TEXT("-")};
    TRY(wording_of(shop, &wording));
    TRY(says_new(&spec, &shop->fields, slice_text(shop->name), SLICE_TEXT("shop@shop.example"), &says));
    const struct notice_linting linting = {.spec = &spec, .says = says, .wording = wording, .fields = fields};
    return notice_lint(&linting, out);
}

RESULT notice_faults_refuse(const struct notice_faults *faults, const char *what)
{
    if (faults->count == 0) return OK;
    return FAIL(CHECK_NOT_MET, "%s: the lint of words finds %zu fault%s: %.*s", what, faults->count,
                faults->count == 1 ? "" : "s", (int)faults->first.len, (const char *)faults->first.at);
}
