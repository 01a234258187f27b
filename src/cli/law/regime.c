#include "cli/law/regime.h"

#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>

static const char *in(const struct sheet *sheet, struct buf *out, const char *key)
{
    buf_clear(out);
    word_put(sheet, out, key);
    return buf_c(out);
}

void money_put(struct buf *out, uint64_t amount, const char *currency)
{
    buf_print(out, "%s ", currency);
    count_put(out, amount);
}

void elements_put(const struct sheet *sheet, struct buf *out, const struct law *law,
                  const struct law_names *names)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        const struct law_element *element = law_element(law, names->at[i]);
        if (i > 0) buf_text(out, "; ");
        buf_text(out, element ? form_text(&element->labels, sheet->language) : names->at[i]);
    }
}

void due_words(const struct sheet *sheet, struct buf *out, const struct law_duty *duty)
{
    SCOPED(buf_done) struct buf span = {0}, number = {0};
    if (duty->due && duty->count != LAW_COUNT_HOURS) {
        buf_decimal(&number, strtoull(duty->due, NULL, 10));
        word_with(sheet, out,
                  duty->count == LAW_COUNT_DAYS_AFTER ? "law.count.days_after" : "law.count.days_within", "n",
                  buf_c(&number));
    } else if (duty->due) {
        (void)span_words(sheet, out, duty->due);
    } else {
        buf_text(out, duty->no_number);
    }
    if (duty->until) {
        buf_text(out, ", ");
        word_with(sheet, out, "law.until", "span", span_words(sheet, &span, duty->until));
    }
    buf_text(out, ", ");
    word_of(sheet, out, "from", law_from_name(duty->from));
    if (duty->or_from) {
        buf_text(out, " ");
        word_put(sheet, out, "law.or");
        buf_text(out, " ");
        word_of(sheet, out, "from", law_from_name(*duty->or_from));
    }
    if (duty->report) buf_print(out, " (%s)", duty->report);
    if (!duty->policy_due) return;
    buf_clear(&span);
    buf_text(out, "; ");
    word_with(sheet, out, "law.policy", "span", span_words(sheet, &span, duty->policy_due));
}

static void joined(const struct sheet *sheet, struct buf *out, const char *key)
{
    buf_byte(out, ' ');
    word_put(sheet, out, key);
    buf_byte(out, ' ');
}

/* "from 1,000 persons on and a leak is confirmed" */
static void one_when_put(const struct sheet *sheet, struct buf *out, const struct law_when *when)
{
    SCOPED(buf_done) struct buf part = {0}, both = {0}, either = {0};
    joined(sheet, &both, "law.and");
    joined(sheet, &either, "law.or");
    const char *and_word = buf_c(&both), *or_word = buf_c(&either);
    size_t begin = out->len;
    if (when->persons > 0) {
        count_put(&part, when->persons);
        word_with(sheet, out, "law.at_least", "n", buf_c(&part));
    }
    if (when->kinds) {
        if (out->len > begin) buf_text(out, and_word);
        kinds_put(sheet, out, when->kinds, or_word);
    }
    if (when->risk) {
        if (out->len > begin) buf_text(out, and_word);
        word_of(sheet, out, "risk", law_risk_name(when->risk));
    }
    if (when->facts) {
        if (out->len > begin) buf_text(out, and_word);
        facts_put(sheet, out, when->facts, and_word);
    }
    if (when->unless) {
        buf_clear(&part);
        facts_put(sheet, &part, when->unless, or_word);
        if (out->len > begin) buf_text(out, and_word);
        word_with(sheet, out, "law.not", "what", buf_c(&part));
    }
}

void when_put(const struct sheet *sheet, struct buf *out, const struct law_duty *duty)
{
    if (duty->when_count == 0) word_put(sheet, out, "law.always");
    for (uint32_t i = 0; i < duty->when_count; i++) {
        if (i > 0) buf_text(out, "; ");
        one_when_put(sheet, out, &duty->when[i]);
    }
}

static void elements_line(struct sheet *sheet, const struct law *law, const char *label,
                          const struct law_names *names)
{
    SCOPED(buf_done) struct buf text = {0}, name = {0};
    if (names->at_count == 0) return;
    elements_put(sheet, &text, law, names);
    sheet_line(sheet, 2, in(sheet, &name, label), buf_slice(&text));
}

static void duty_sheet(struct sheet *sheet, const struct law *law, const struct law_duty *duty)
{
    SCOPED(buf_done) struct buf head = {0}, text = {0}, label = {0};
    buf_print(&head, "%s: ", duty->id);
    word_of(sheet, &head, "to", law_to_name(duty->to));
    buf_text(&head, ", ");
    word_of(sheet, &head, "stage", law_stage_name(duty->stage));
    if (duty->recipients.at_count > 0) {
        buf_text(&head, " (");
        names_put(&head, &duty->recipients, ", ");
        buf_text(&head, ")");
    }
    sheet_line(sheet, 1, NULL, buf_slice(&head));
    due_words(sheet, &text, duty);
    sheet_line(sheet, 2, in(sheet, &label, "law.label.due"), buf_slice(&text));
    buf_clear(&text);
    when_put(sheet, &text, duty);
    sheet_line(sheet, 2, in(sheet, &label, "law.label.when"), buf_slice(&text));
    if (duty->after.at_count > 0) {
        buf_clear(&text);
        names_put(&text, &duty->after, ", ");
        sheet_line(sheet, 2, in(sheet, &label, "law.label.after"), buf_slice(&text));
    }
    if (duty->must.at_count == 0) {
        buf_clear(&text);
        word_put(sheet, &text, "law.nothing_said");
        sheet_line(sheet, 2, in(sheet, &label, "law.label.must"), buf_slice(&text));
    }
    elements_line(sheet, law, "law.label.must", &duty->must);
    elements_line(sheet, law, "law.label.doubted", &duty->doubted);
    elements_line(sheet, law, "law.label.practice", &duty->practice);
    elements_line(sheet, law, "law.label.case", &duty->case_of);
    elements_line(sheet, law, "law.label.later", &duty->later);
    if (duty->switches.at_count > 0) {
        buf_clear(&text);
        names_put(&text, &duty->switches, ", ");
        sheet_line(sheet, 2, in(sheet, &label, "law.label.switch"), buf_slice(&text));
    }
    sheet_text(sheet, 2, in(sheet, &label, "law.label.note"), duty->note);
    buf_clear(&text);
    sure_put(sheet, &text, duty->sure, duty->source, &duty->refs);
    sheet_line(sheet, 2, in(sheet, &label, "law.label.from"), buf_slice(&text));
}

/* "text [sure; source; refs]" at depth 1, or behind a label. */
static void sure_line(struct sheet *sheet, const char *label, struct buf *text, enum law_sure sure,
                      const char *source, const struct law_names *refs)
{
    buf_byte(text, ' ');
    sure_put(sheet, text, sure, source, refs);
    sheet_line(sheet, 1, label, buf_slice(text));
    buf_clear(text);
}

static void applies_sheet(struct sheet *sheet, const struct law_applies *applies)
{
    SCOPED(buf_done) struct buf text = {0}, places = {0};
    sheet_head(sheet, "law.head.applies");
    names_put(&places, &applies->persons, ", ");
    if (applies->persons.at_count > 0) word_with(sheet, &text, "law.people_in", "places", buf_c(&places));
    buf_clear(&places);
    names_put(&places, &applies->seat, ", ");
    if (applies->seat.at_count > 0) {
        if (text.len > 0) joined(sheet, &text, "law.or");
        word_with(sheet, &text, "law.seat_in", "places", buf_c(&places));
    }
    if (applies->needs) {
        joined(sheet, &text, "law.and");
        SCOPED(buf_done) struct buf both = {0};
        joined(sheet, &both, "law.and");
        facts_put(sheet, &text, applies->needs, buf_c(&both));
    }
    sure_line(sheet, NULL, &text, applies->sure, applies->source, &applies->refs);
    sheet_text(sheet, 1, NULL, applies->note);
}

static void recipients_sheet(struct sheet *sheet, const struct law_regime *regime)
{
    SCOPED(buf_done) struct buf text = {0};
    if (regime->recipients_count > 0) sheet_head(sheet, "law.head.recipients");
    for (uint32_t i = 0; i < regime->recipients_count; i++) {
        const struct law_recipient *one = &regime->recipients[i];
        buf_text(&text, one->name);
        if (one->about) buf_print(&text, ": %s", one->about);
        if (one->channel) buf_print(&text, "; %s", one->channel);
        sure_line(sheet, one->id, &text, one->sure, one->source, &one->refs);
    }
}

static void language_put(const struct sheet *sheet, const char *code, struct buf *out)
{
    SCOPED(buf_done) struct buf key = {0};
    buf_print(&key, "language.%s", code);
    if (words_has(sheet->language, buf_c(&key)))
        words_put(sheet->language, buf_c(&key), NULL, 0, out);
    else
        buf_text(out, code);
}

/* In which language a report is drafted, and which the authority asks for: answer/report/filing_find.c takes the same. */
static void languages_sheet(struct sheet *sheet, const struct law_regime *regime)
{
    static const char *const ours[] = {"en", "id", "ko"};
    const char *drafted = NULL;
    SCOPED(buf_done) struct buf in = {0}, asked = {0}, text = {0};
    for (uint32_t i = 0; i < regime->languages.at_count; i++) {
        for (size_t k = 0; k < COUNT_OF(ours) && !drafted; k++) {
            if (strcmp(regime->languages.at[i], ours[k]) == 0) drafted = ours[k];
        }
        if (i > 0) buf_text(&asked, ", ");
        language_put(sheet, regime->languages.at[i], &asked);
    }
    language_put(sheet, drafted ? drafted : "en", &in);
    const struct mail_value values[] = {{"drafted", buf_slice(&in)}, {"asked", buf_slice(&asked)}};
    words_put(sheet->language, drafted ? "law.language.same" : "law.language.other", values, COUNT_OF(values),
              &text);
    sheet_head(sheet, "law.head.language");
    sheet_line(sheet, 1, NULL, buf_slice(&text));
}

static void exceptions_sheet(struct sheet *sheet, const struct law_regime *regime)
{
    SCOPED(buf_done) struct buf text = {0}, duties = {0};
    if (regime->exceptions_count > 0) sheet_head(sheet, "law.head.exceptions");
    for (uint32_t i = 0; i < regime->exceptions_count; i++) {
        const struct law_exception *one = &regime->exceptions[i];
        bool frees = one->frees.at_count > 0;
        buf_clear(&duties);
        names_put(&duties, frees ? &one->frees : &one->delays, ", ");
        word_with(sheet, &text, frees ? "law.frees" : "law.delays", "duties", buf_c(&duties));
        buf_print(&text, ". %s", one->text);
        if (one->only) buf_print(&text, " (%s)", one->only->name);
        sure_line(sheet, NULL, &text, one->sure, one->source, &one->refs);
    }
    if (regime->substitutes_count > 0) sheet_head(sheet, "law.head.substitutes");
    for (uint32_t i = 0; i < regime->substitutes_count; i++) {
        const struct law_substitute *one = &regime->substitutes[i];
        buf_print(&text, "%s (", one->of);
        facts_put(sheet, &text, one->facts, "; ");
        buf_print(&text, "): %s", one->text);
        sure_line(sheet, NULL, &text, one->sure, one->source, &one->refs);
    }
}

static void switches_sheet(struct sheet *sheet, const struct law_regime *regime)
{
    SCOPED(buf_done) struct buf text = {0};
    if (regime->switches_count > 0) sheet_head(sheet, "law.head.switches");
    for (uint32_t i = 0; i < regime->switches_count; i++) {
        const struct law_switch *one = &regime->switches[i];
        buf_text(&text, one->question);
        buf_byte(&text, ' ');
        word_with(sheet, &text, "law.default", "value", one->value);
        if (one->values.at_count > 1) {
            buf_text(&text, " (");
            names_put(&text, &one->values, ", ");
            buf_text(&text, ")");
        }
        sure_line(sheet, one->id, &text, one->sure, one->source, &one->refs);
    }
}

static void maximum_put(const struct sheet *sheet, struct buf *out, const struct law_fine *fine)
{
    static const char *const keys[] = {[LAW_RULE_AMOUNT] = "law.max.amount",
                                       [LAW_RULE_PERCENT] = "law.max.percent",
                                       [LAW_RULE_HIGHER] = "law.max.higher",
                                       [LAW_RULE_PERCENT_OR_AMOUNT] = "law.max.percent_or_amount",
                                       [LAW_RULE_PERCENT_ABOVE] = "law.max.percent_above",
                                       [LAW_RULE_PER_PERSON] = "law.max.per_person"};
    SCOPED(buf_done) struct buf amount = {0}, above = {0}, of = {0};
    if (fine->rule == LAW_RULE_NONE) return;
    if (fine->currency) money_put(&amount, fine->amount, fine->currency);
    if (fine->currency) money_put(&above, fine->above, fine->currency);
    word_of(sheet, &of, "of", law_of_name(fine->of));
    const struct mail_value values[] = {{"amount", buf_slice(&amount)},
                                        {"above", buf_slice(&above)},
                                        {"percent", slice_text(fine->percent)},
                                        {"of", buf_slice(&of)}};
    words_put(sheet->language, keys[fine->rule], values, COUNT_OF(values), out);
    buf_text(out, ". ");
}

static void fines_sheet(struct sheet *sheet, const struct law_regime *regime)
{
    SCOPED(buf_done) struct buf text = {0}, label = {0};
    if (regime->fines_count > 0) sheet_head(sheet, "law.head.fines");
    for (uint32_t i = 0; i < regime->fines_count; i++) {
        const struct law_fine *one = &regime->fines[i];
        buf_clear(&label);
        word_of(sheet, &label, "fine", law_fine_kind_name(one->kind));
        maximum_put(sheet, &text, one);
        buf_text(&text, one->text);
        sure_line(sheet, buf_c(&label), &text, one->sure, one->source, &one->refs);
    }
}

static void rest_sheet(struct sheet *sheet, const struct law_regime *regime)
{
    SCOPED(buf_done) struct buf text = {0}, label = {0};
    if (regime->notes_count > 0) sheet_head(sheet, "law.head.notes");
    for (uint32_t i = 0; i < regime->notes_count; i++) {
        const struct law_note *one = &regime->notes[i];
        word_of(sheet, &text, "about", law_about_name(one->about));
        buf_print(&text, ": %s", one->text);
        sure_line(sheet, NULL, &text, one->sure, one->source, &one->refs);
    }
    if (regime->recurring_count > 0) sheet_head(sheet, "law.head.recurring");
    for (uint32_t i = 0; i < regime->recurring_count; i++) {
        const struct law_recurring *one = &regime->recurring[i];
        buf_text(&text, one->text);
        sure_line(sheet, NULL, &text, one->sure, one->source, &one->refs);
    }
    if (regime->dates_count > 0) sheet_head(sheet, "law.head.dates");
    for (uint32_t i = 0; i < regime->dates_count; i++) {
        const struct law_date *one = &regime->dates[i];
        if (one->at_latest) {
            word_put(sheet, &text, "law.at_latest");
            buf_text(&text, ": ");
        }
        buf_text(&text, one->text);
        sure_line(sheet, one->on, &text, one->sure, one->source, &one->refs);
    }
    if (regime->sources_count > 0) sheet_head(sheet, "law.head.sources");
    for (uint32_t i = 0; i < regime->sources_count; i++) {
        const struct law_source *one = &regime->sources[i];
        buf_text(&text, one->text);
        if (one->link) buf_print(&text, " %s", one->link);
        sheet_line(sheet, 1, one->id, buf_slice(&text));
        buf_clear(&text);
    }
}

void regime_sheet(struct sheet *sheet, const struct law *law, const struct law_regime *regime)
{
    SCOPED(buf_done) struct buf text = {0};
    const struct mail_value days[] = {{"from", slice_text(regime->from)}, {"to", slice_text(regime->to)}};
    buf_print(&text, "%s: %s", regime->id, form_text(&regime->title, sheet->language));
    sheet_line(sheet, 0, NULL, buf_slice(&text));
    sheet_text(sheet, 0, NULL, regime->law);
    buf_clear(&text);
    if (regime->from)
        words_put(sheet->language, regime->to ? "law.until_day" : "law.since", days, 2, &text);
    else
        word_put(sheet, &text, "law.since_unsaid");
    buf_byte(&text, ' ');
    sure_put(sheet, &text, regime->sure, NULL, NULL);
    if (law_is_own(law, regime)) {
        buf_text(&text, ", ");
        word_put(sheet, &text, "law.own");
    }
    sheet_line(sheet, 0, NULL, buf_slice(&text));
    applies_sheet(sheet, &regime->applies);
    recipients_sheet(sheet, regime);
    languages_sheet(sheet, regime);
    if (regime->duties_count > 0) sheet_head(sheet, "law.head.duties");
    for (uint32_t i = 0; i < regime->duties_count; i++) duty_sheet(sheet, law, &regime->duties[i]);
    exceptions_sheet(sheet, regime);
    switches_sheet(sheet, regime);
    fines_sheet(sheet, regime);
    rest_sheet(sheet, regime);
    buf_byte(&sheet->out, '\n');
    buf_clear(&text);
    word_put(sheet, &text, "law.advice");
    sheet_line(sheet, 0, NULL, buf_slice(&text));
}
