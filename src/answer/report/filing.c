#include "answer/report/filing.h"

#include "answer/facts/said.h"
#include "keep/put.h"
#include "mail/words.h"

#include <string.h>

struct pen_of {
    struct shop *shop;
    const struct filing_making *making;
    struct buf *out;
    struct buf text; /* all that it says, for the lint */
};

static void pen_done(struct pen_of *pen)
{
    buf_done(&pen->text);
}

/* The key of its title: its regime's own, else that of all. */
static void title_key(const struct filing *filing, struct buf *out)
{
    buf_text(out, "filing.title.");
    size_t start = out->len;
    if (filing->duty)
        buf_text(out, filing->regime->id);
    else
        buf_slice_put(out, filing->name);
    for (size_t i = start; i < out->len; i++) {
        if (out->at[i] == '-') out->at[i] = '_';
    }
    if (words_has(SLICE_TEXT("en"), buf_c(out))) return;
    buf_clear(out);
    buf_text(out, "filing.title");
}

static void label_put(const struct pen_of *pen, struct slice name, struct buf *out)
{
    const struct filing *filing = pen->making->filing;
    SCOPED(buf_done) struct buf id = {0}, key = {0};
    buf_slice_put(&id, name);
    const struct law_element *element = law_element(filing->law, buf_c(&id));
    if (element) {
        buf_text(out, form_text(&element->labels, filing->language));
        return;
    }
    buf_print(&key, "filing.element.%s", buf_c(&id));
    words_put(filing->language, buf_c(&key), NULL, 0, out);
}

/* What stands where an element is not known: by when it follows, if somebody said so. */
static void unknown_put(const struct fact *fact, struct slice language, struct buf *out)
{
    SCOPED(buf_done) struct buf time = {0};
    if (fact && fact->state == FACT_NOT_HERE) {
        words_put(language, "filing.not_here", NULL, 0, out);
        struct slice why = fact_text(fact, language);
        if (why.len > 0) buf_byte(out, ' ');
        buf_slice_put(out, why);
        return;
    }
    if (!fact || fact->follows_us == 0) {
        words_put(language, "filing.follows_soon", NULL, 0, out);
        return;
    }
    minute_put(&time, fact->follows_us);
    const struct mail_value value = {"time", buf_slice(&time)};
    words_put(language, "filing.follows", &value, 1, out);
}

static void element_text(struct pen_of *pen, const struct fact *fact, struct slice name, struct buf *out)
{
    struct slice language = pen->making->filing->language;
    if (filing_drawn(pen->shop, pen->making, name, language, out)) return;
    if (!fact || fact->state != FACT_KNOWN) {
        unknown_put(fact, language, out);
        return;
    }
    buf_slice_put(out, fact_text(fact, language));
    if (!fact->partly) return;
    if (out->len > 0 && out->at[out->len - 1] != '.') buf_byte(out, '.');
    buf_byte(out, ' ');
    words_put(language, "filing.partly", NULL, 0, out);
}

static size_t source_put(const struct fact *fact, struct buf *out)
{
    size_t count = 0;
    if (fact->source[0]) count++, put_text(out, "source", slice_text(fact->source));
    if (fact->line > 0) count++, put_number(out, "source_line", fact->line);
    if (fact->scope > 0) count++, put_number(out, "source_count", fact->scope);
    if (fact->follows_us > 0) count++, put_time(out, "follows", fact->follows_us);
    if (fact->numeric) {
        put_number(out, "number", fact->number);
        put_number(out, "possible", fact->possible);
        count += 2;
    }
    return count;
}

static void element_put(struct pen_of *pen, const struct filing_element *element)
{
    SCOPED(buf_done) struct buf label = {0}, text = {0}, id = {0};
    struct buf *out = pen->out;
    buf_slice_put(&id, element->name);
    const struct fact *fact = fact_by(pen->making->facts, buf_c(&id));
    bool known = fact ? fact->state == FACT_KNOWN : true; /* what is drawn here is always there */
    label_put(pen, element->name, &label);
    element_text(pen, fact, element->name, &text);
    size_t map = cbor_open(out), count = 6;
    put_text(out, "element", element->name);
    put_text(out, "label", buf_slice(&label));
    put_text(out, "demand", slice_text(element->demand));
    put_text(out, "state", slice_text(fact ? fact_state_name(fact->state) : "known"));
    put_text(out, "text", buf_slice(&text));
    put_text(out, "knows", slice_text(fact && !known ? fact->knows : ""));
    if (fact) count += source_put(fact, out);
    cbor_map_close(out, map, count);
    buf_slice_put(&pen->text, buf_slice(&text));
    buf_text(&pen->text, "\n\n");
}

static void elements_put(struct pen_of *pen)
{
    const struct filing *filing = pen->making->filing;
    cbor_array(pen->out, filing->count);
    for (size_t i = 0; i < filing->count; i++) element_put(pen, &filing->elements[i]);
}

static void fields_put(struct pen_of *pen)
{
    const struct facts *facts = pen->making->facts;
    size_t count = 0;
    cbor_text(pen->out, SLICE_TEXT("fields"));
    size_t list = cbor_open(pen->out);
    for (size_t i = 0; i < facts->field_count; i++) {
        const struct fact_field *field = &facts->fields[i];
        if (!field->affected) continue;
        cbor_map(pen->out, 7);
        put_text(pen->out, "field", field->name);
        put_text(pen->out, "label", texts_in(&field->label, pen->making->filing->language));
        put_number(pen->out, "known", field->three.known);
        put_number(pen->out, "known_persons", field->three.known_persons);
        put_number(pen->out, "masked", field->three.masked);
        put_number(pen->out, "possible", field->three.possible);
        put_number(pen->out, "possible_persons", field->three.possible_persons);
        count++;
    }
    cbor_array_close(pen->out, list, count);
}

/* The line of the newest count. */
static const struct line *count_line(const struct fold *fold)
{
    const struct line *line = NULL;
    for (size_t i = 0; i < fold->line_count; i++) {
        if (fold->lines[i].kind == LINE_SCOPE) line = &fold->lines[i];
    }
    return line;
}

/* Which count shows that something is not affected: anybody with the entry can ask the same again. */
static void query_put(struct pen_of *pen)
{
    const struct told_count *scope = &pen->making->facts->scope;
    const struct line *line = count_line(&pen->making->reading->fold);
    cbor_text(pen->out, SLICE_TEXT("query"));
    if (!line || !pen->making->facts->counted) {
        cbor_null(pen->out);
        return;
    }
    cbor_map(pen->out, 7);
    put_number(pen->out, "count", scope->version);
    put_text(pen->out, "counted", scope->counted);
    put_text(pen->out, "from", scope->from);
    put_text(pen->out, "to", scope->to);
    put_text(pen->out, "question", scope->suspicion_hash);
    put_number(pen->out, "line", line->n);
    put_number(pen->out, "entry", line->entry);
}

static void not_affected_put(struct pen_of *pen)
{
    const struct facts *facts = pen->making->facts;
    const struct told_names *outside = &facts->scope.not_provable;
    size_t count = 0;
    cbor_text(pen->out, SLICE_TEXT("not_affected"));
    size_t list = cbor_open(pen->out);
    for (size_t i = 0; i < facts->field_count; i++) {
        const struct fact_field *field = &facts->fields[i];
        if (field->affected) continue;
        cbor_map(pen->out, 4);
        put_text(pen->out, "field", field->name);
        put_text(pen->out, "label", texts_in(&field->label, pen->making->filing->language));
        put_number(pen->out, "excluded", field->three.excluded);
        put_bool(pen->out, "not_provable", field->three.unprovable);
        count++;
    }
    cbor_array_close(pen->out, list, count);
    cbor_text(pen->out, SLICE_TEXT("not_provable_in"));
    cbor_array(pen->out, outside->count);
    for (size_t i = 0; i < outside->count; i++) cbor_text(pen->out, outside->at[i]);
}

/* Claims that a second person verified: the only ones that a report may make. */
static void claims_put(struct pen_of *pen)
{
    const struct fold *fold = &pen->making->reading->fold;
    size_t count = 0;
    cbor_text(pen->out, SLICE_TEXT("claims"));
    size_t list = cbor_open(pen->out);
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct item *item = &fold->items[i];
        if (item->now.kind != LINE_CLAIM || !slice_is(item->now.state, "verified")) continue;
        cbor_map(pen->out, 3);
        put_number(pen->out, "line", item->now.n);
        put_text(pen->out, "text", item->now.text);
        put_number(pen->out, "evidence", item->evidence);
        count++;
    }
    cbor_array_close(pen->out, list, count);
}

/* Whether personal data leaked stands first, whatever the law calls what it wants to hear of. */
static void leak_put(struct pen_of *pen)
{
    const struct filing_making *making = pen->making;
    SCOPED(buf_done) struct buf text = {0};
    SCOPED(arena_done) struct arena arena = {0};
    struct words_facts said = {0};
    said_of(making->facts, &making->reading->fold, making->filing->language, &arena, &said);
    words_put(making->filing->language, said.confirmed ? "filing.leaked" : "filing.not_sure", NULL, 0, &text);
    put_text(pen->out, "leak", buf_slice(&text));
    buf_slice_put(&pen->text, buf_slice(&text));
    buf_text(&pen->text, "\n\n");
}

/* Whom it goes to: those of its duty; a document that was asked for goes where the regime's first report to an authority does. */
static const struct law_names *recipients_of(const struct filing *filing)
{
    static const struct law_names nobody = {0};
    if (filing->duty) return &filing->duty->recipients;
    for (uint32_t i = 0; i < filing->regime->duties_count; i++) {
        if (filing->regime->duties[i].to == LAW_TO_AUTHORITY) return &filing->regime->duties[i].recipients;
    }
    return &nobody;
}

static void head_put(struct pen_of *pen, int64_t now_us)
{
    const struct filing *filing = pen->making->filing;
    SCOPED(buf_done) struct buf key = {0}, title = {0}, to = {0};
    title_key(filing, &key);
    words_put(filing->language, buf_c(&key), NULL, 0, &title);
    const struct law_names *recipients = recipients_of(filing);
    for (uint32_t i = 0; i < recipients->at_count; i++) {
        for (uint32_t j = 0; j < filing->regime->recipients_count; j++) {
            if (strcmp(filing->regime->recipients[j].id, recipients->at[i]) != 0) continue;
            if (to.len > 0) buf_text(&to, " / ");
            buf_text(&to, filing->regime->recipients[j].name);
        }
    }
    put_text(pen->out, "duty", filing->name);
    put_text(pen->out, "title", buf_slice(&title));
    buf_slice_put(&pen->text, buf_slice(&title));
    buf_byte(&pen->text, '\n');
    put_text(pen->out, "language", filing->language);
    cbor_text(pen->out, SLICE_TEXT("asked_languages"));
    cbor_array(pen->out, filing->regime->languages.at_count);
    for (uint32_t i = 0; i < filing->regime->languages.at_count; i++)
        cbor_text(pen->out, slice_text(filing->regime->languages.at[i]));
    leak_put(pen);
    put_text(pen->out, "to", buf_slice(&to));
    put_text(pen->out, "law",
             slice_text(filing->duty && filing->duty->source ? filing->duty->source : filing->regime->law));
    put_text(pen->out, "regime", slice_text(form_text(&filing->regime->title, filing->language)));
    put_text(pen->out, "stage", slice_text(filing->duty ? law_stage_name(filing->duty->stage) : ""));
    put_id(pen->shop, pen->out, "incident", ID_INCIDENT, pen->making->incident->no);
    put_time(pen->out, "made", now_us);
    put_number(pen->out, "lines", pen->making->reading->fold.line_count);
    put_text(pen->out, "checkpoint", ledger_checkpoint(pen->shop->ledger));
}

/* A fact that people said in other languages alone must be said in the report's, too, before it goes out. */
static void needs_find(const struct pen_of *pen, struct arena *arena, struct words_facts *out)
{
    const struct filing *filing = pen->making->filing;
    struct words_need *needs = arena_take(arena, (filing->count + 1) * sizeof *needs);
    for (size_t i = 0; i < filing->count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        buf_slice_put(&id, filing->elements[i].name);
        const struct fact *fact = fact_by(pen->making->facts, buf_c(&id));
        bool said = fact && fact->state != FACT_NOT_YET && fact_text(fact, filing->language).len > 0;
        if (said && fact->text.any.len == 0 && !fact_has(fact, filing->language))
            needs[out->need_count++] = (struct words_need){fact->element, NULL, 0};
    }
    out->needs = needs;
}

static RESULT lint_put(struct pen_of *pen)
{
    const struct filing *filing = pen->making->filing;
    SCOPED(wording_free) struct wording *wording = NULL;
    SCOPED(arena_done) struct arena arena = {0};
    struct words_facts facts = {0};
    const struct words_text text = {filing->language, WORDS_REPORT, {0}, buf_slice(&pen->text)};
    struct words_findings *findings = arena_take(&arena, sizeof *findings);
    *findings = (struct words_findings){0};
    TRY(wording_of(pen->shop, &wording));
    said_of(pen->making->facts, &pen->making->reading->fold, filing->language, &arena, &facts);
    needs_find(pen, &arena, &facts);
    TRY(words_lint(wording, &text, &facts, findings));
    findings_put(findings, pen->out);
    return OK;
}

RESULT filing_make(struct shop *shop, const struct filing_making *making, int64_t now_us, struct buf *out)
{
    SCOPED(pen_done) struct pen_of pen = {.shop = shop, .making = making, .out = out};
    SCOPED(buf_done) struct buf whole = {0};
    pen.out = &whole;
    size_t map = cbor_open(&whole), count = 13 + 7;
    head_put(&pen, now_us);
    cbor_text(&whole, SLICE_TEXT("elements"));
    size_t list = whole.len;
    elements_put(&pen);
    size_t end = whole.len;
    fields_put(&pen);
    query_put(&pen);
    not_affected_put(&pen);
    claims_put(&pen);
    TRY(lint_put(&pen));
    if (making->amends) {
        SCOPED(buf_done) struct buf now = {0};
        buf_put(&now, whole.at + list, end - list); /* a copy: what it lies in grows */
        put_number(&whole, "amends", making->amends->n);
        TRY(filing_changes(making->amends->body, buf_slice(&now), &whole));
        count += 2;
    }
    cbor_map_close(&whole, map, count);
    buf_slice_put(out, buf_slice(&whole));
    return OK;
}
