/* How severe an incident is, and what it can cost: as the vault works it out. */
#include "answer/law/severity.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/law/command.h"
#include "cli/law/regime.h"
#include "cli/law/sheet.h"
#include "cli/members.h"
#include "cli/show.h"

#include <string.h>

static void factor_word(const struct sheet *sheet, struct buf *out, struct slice factor)
{
    SCOPED(buf_done) struct buf name = {0};
    buf_slice_put(&name, factor);
    word_of(sheet, out, "factor", buf_c(&name));
}

static void score_put(struct buf *out, struct doc score)
{
    uint64_t number = doc_number(score);
    buf_print(out, "%llu.%02llu", (unsigned long long)(number / 100), (unsigned long long)(number % 100));
}

static void band_word(const struct sheet *sheet, struct buf *out, struct doc band)
{
    SCOPED(buf_done) struct buf name = {0};
    buf_slice_put(&name, doc_text(band));
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == ' ') name.at[i] = '_';
    }
    word_of(sheet, out, "band", buf_c(&name));
}

/* One factor: what was answered, by whom, why; or what the count speaks for. */
static void answer_line(struct sheet *sheet, struct doc answer)
{
    SCOPED(buf_done) struct buf text = {0}, label = {0}, line = {0};
    struct slice given = doc_text(doc_get(answer, "answer")),
                 proposed = doc_text(doc_get(answer, "proposed"));
    if (given.len == 0 && proposed.len == 0) return;
    factor_word(sheet, &label, doc_text(doc_get(answer, "factor")));
    buf_slice_put(&text, given);
    if (given.len > 0) {
        buf_decimal(&line, doc_number(doc_get(answer, "line")));
        const struct mail_value values[] = {{"reason", doc_text(doc_get(answer, "reason"))},
                                            {"who", doc_text(doc_get(answer, "who"))},
                                            {"line", buf_slice(&line)}};
        buf_text(&text, ": ");
        words_put(sheet->language, "severity.reason", values, COUNT_OF(values), &text);
    }
    if (proposed.len > 0 && !slice_equal(given, proposed)) {
        if (text.len > 0) buf_text(&text, "; ");
        words_put(sheet->language, "severity.proposed", &(struct mail_value){"answer", proposed}, 1, &text);
    }
    sheet_line(sheet, 1, buf_c(&label), buf_slice(&text));
}

static void flip_line(struct sheet *sheet, struct doc flip)
{
    SCOPED(buf_done) struct buf text = {0};
    factor_word(sheet, &text, doc_text(doc_get(flip, "factor")));
    buf_text(&text, ": ");
    if (doc_there(doc_get(flip, "from"))) {
        buf_slice_put(&text, doc_text(doc_get(flip, "from")));
        buf_text(&text, " -> ");
        buf_slice_put(&text, doc_text(doc_get(flip, "to")));
    } else {
        buf_decimal(&text, doc_number(doc_get(flip, "from_score")));
        buf_text(&text, " -> ");
        buf_decimal(&text, doc_number(doc_get(flip, "to_score")));
    }
    buf_text(&text, ": ");
    score_put(&text, doc_get(flip, "score_hundredths"));
    buf_byte(&text, ' ');
    band_word(sheet, &text, doc_get(flip, "band"));
    sheet_line(sheet, 1, NULL, buf_slice(&text));
}

static void score_line(struct sheet *sheet, struct doc answer)
{
    SCOPED(buf_done) struct buf score = {0}, band = {0}, text = {0};
    score_put(&score, doc_get(answer, "score_hundredths"));
    band_word(sheet, &band, doc_get(answer, "band"));
    const struct mail_value values[] = {{"score", buf_slice(&score)}, {"band", buf_slice(&band)}};
    words_put(sheet->language, "law.severity.result", values, COUNT_OF(values), &text);
    buf_text(&text, " (SE = DPC x EI + CB = ");
    buf_decimal(&text, doc_number(doc_get(answer, "dpc")));
    buf_text(&text, " x ");
    score_put(&text, doc_get(answer, "ei_hundredths"));
    buf_text(&text, " + ");
    score_put(&text, doc_get(answer, "cb_hundredths"));
    buf_text(&text, ")");
    sheet_line(sheet, 0, NULL, buf_slice(&text));
}

static void size_line(struct sheet *sheet, struct doc answer)
{
    SCOPED(buf_done) struct buf text = {0}, number = {0};
    count_put(&number, doc_number(doc_get(answer, "people")));
    if (doc_number(doc_get(answer, "people")) > 0)
        word_with(sheet, &text, "law.severity.size", "n", buf_c(&number));
    else
        word_put(sheet, &text, "law.severity.size_unknown");
    sheet_line(sheet, 1, NULL, buf_slice(&text));
    buf_clear(&text);
    if (!doc_true(doc_get(answer, "unintelligible"))) return;
    word_put(sheet, &text, "law.severity.unintelligible");
    sheet_line(sheet, 1, NULL, buf_slice(&text));
}

static void show_severity(const struct call *call, struct doc answer)
{
    SCOPED(sheet_done) struct sheet sheet = {.language = SLICE_TEXT("en")};
    SCOPED(buf_done) struct buf text = {0};
    struct docs answers = docs_of(doc_get(answer, "answers")), flips = docs_of(doc_get(answer, "flips"));
    struct docs missing = docs_of(doc_get(answer, "missing"));
    struct doc item = {{0}};
    if (call_has(call, OPT_LANG)) sheet.language = call_slice(call, OPT_LANG);
    if (doc_true(doc_get(answer, "complete"))) score_line(&sheet, answer);
    while (docs_next(&answers, &item)) answer_line(&sheet, item);
    size_line(&sheet, answer);
    while (docs_next(&missing, &item)) {
        if (text.len > 0) buf_text(&text, ", ");
        buf_slice_put(&text, doc_text(item));
    }
    if (text.len > 0) {
        SCOPED(buf_done) struct buf line = {0};
        words_put(sheet.language, "severity.missing", &(struct mail_value){"what", buf_slice(&text)}, 1,
                  &line);
        sheet_line(&sheet, 1, NULL, buf_slice(&line));
    }
    if (flips.left > 0) sheet_head(&sheet, "law.severity.head.flips");
    while (docs_next(&flips, &item)) flip_line(&sheet, item);
    sheet_show(&sheet);
}

RESULT command_incident_severity(struct call *call)
{
    struct incident_severity_ask ask = {.id = slice_text(call->args[0])};
    struct slice language = {0};
    TRY(law_language(call, &language));
    return ask_and_show(call, VERB_INCIDENT_SEVERITY, &ask, show_severity);
}

static void amount_put(struct buf *out, struct doc from, const char *amount, const char *currency)
{
    SCOPED(buf_done) struct buf code = {0};
    buf_slice_put(&code, doc_text(doc_get(from, currency)));
    if (code.len > 0) money_put(out, doc_number(doc_get(from, amount)), buf_c(&code));
}

static void fine_line(struct sheet *sheet, struct doc fine)
{
    SCOPED(buf_done) struct buf text = {0}, one = {0}, other = {0}, label = {0};
    struct doc needs = doc_get(fine, "needs");
    amount_put(&one, fine, "amount", "currency");
    amount_put(&other, fine, "other_amount", "other_currency");
    const struct mail_value values[] = {{"amount", buf_slice(&one)}, {"other", buf_slice(&other)}};
    const char *key = doc_is(needs, "turnover") ? "cost.turnover"
                      : doc_is(needs, "people") ? "law.cost.people"
                      : other.len > 0           ? "law.cost.either"
                      : one.len > 0             ? "law.max.amount"
                                                : "law.cost.text";
    words_put(sheet->language, key, values, COUNT_OF(values), &text);
    buf_text(&text, ". ");
    if (doc_is(doc_get(fine, "applies"), "maybe")) {
        buf_byte(&text, '(');
        word_put(sheet, &text, "law.cost.perhaps");
        buf_text(&text, ") ");
    }
    if (doc_true(doc_get(fine, "aggravated"))) {
        word_put(sheet, &text, "law.cost.aggravated");
        buf_byte(&text, ' ');
    }
    buf_slice_put(&text, doc_text(doc_get(fine, "text")));
    buf_slice_put(&label, doc_text(doc_get(fine, "regime")));
    buf_byte(&label, '/');
    buf_slice_put(&label, doc_text(doc_get(fine, "fine")));
    sheet_line(sheet, 1, buf_c(&label), buf_slice(&text));
}

static void each_line(struct sheet *sheet, struct doc answer, const char *name, const char *key)
{
    SCOPED(buf_done) struct buf people = {0}, each = {0}, sum = {0}, text = {0};
    struct doc one = doc_get(answer, name);
    if (!doc_there(doc_get(one, "amount"))) return;
    count_put(&people, doc_number(doc_get(one, "people")));
    amount_put(&each, one, "each", "currency");
    amount_put(&sum, one, "amount", "currency");
    const struct mail_value values[] = {
        {"people", buf_slice(&people)}, {"each", buf_slice(&each)}, {"sum", buf_slice(&sum)}};
    words_put(sheet->language, key, values, COUNT_OF(values), &text);
    sheet_line(sheet, 0, NULL, buf_slice(&text));
}

static void prevention_line(struct sheet *sheet, struct doc answer)
{
    SCOPED(buf_done) struct buf text = {0}, sum = {0};
    amount_put(&sum, doc_get(answer, "prevention"), "amount_a_year", "currency");
    if (sum.len > 0)
        words_put(sheet->language, "cost.prevention", &(struct mail_value){"sum", buf_slice(&sum)}, 1, &text);
    else
        word_put(sheet, &text, "cost.prevention_unsaid");
    sheet_line(sheet, 0, NULL, buf_slice(&text));
}

static void show_cost(const struct call *call, struct doc answer)
{
    SCOPED(sheet_done) struct sheet sheet = {.language = SLICE_TEXT("en")};
    struct docs fines = docs_of(doc_get(answer, "fines")), said = docs_of(doc_get(answer, "assumptions"));
    struct doc item = {{0}};
    if (call_has(call, OPT_LANG)) sheet.language = call_slice(call, OPT_LANG);
    while (docs_next(&fines, &item)) fine_line(&sheet, item);
    buf_byte(&sheet.out, '\n');
    each_line(&sheet, answer, "notice", "cost.notice");
    each_line(&sheet, answer, "redress", "cost.redress");
    prevention_line(&sheet, answer);
    while (docs_next(&said, &item)) {
        SCOPED(buf_done) struct buf key = {0}, text = {0};
        buf_text(&key, "cost.said.");
        buf_slice_put(&key, doc_text(item));
        if (!words_has(SLICE_TEXT("en"), buf_c(&key))) continue;
        word_put(&sheet, &text, buf_c(&key));
        sheet_line(&sheet, 0, NULL, buf_slice(&text));
    }
    sheet_show(&sheet);
}

RESULT command_incident_cost(struct call *call)
{
    struct incident_cost_ask ask = {0};
    struct slice language = {0};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(member_files_done) struct member_files files = {0};
    size_t from = call->arg_count > 0 && !strchr(call->args[0], '=') ? 1 : 0;
    TRY(law_language(call, &language));
    TRY(members_set(call, from, VERB_INCIDENT_COST, &arena, &files, &ask));
    if (from > 0) ask.id = slice_text(call->args[0]);
    return ask_and_show(call, VERB_INCIDENT_COST, &ask, show_cost);
}
