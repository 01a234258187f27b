#include "answer/report/filing_page.h"

#include "base/clock.h"
#include "base/text.h"
#include "mail/words.h"

struct page_of {
    struct doc report;
    struct slice language;
    struct document *out;
};

static void word(const struct page_of *page, const char *key, struct buf *out)
{
    words_put(page->language, key, NULL, 0, out);
}

static void block_word(const struct page_of *page, enum block kind, const char *key)
{
    SCOPED(buf_done) struct buf text = {0};
    word(page, key, &text);
    document_text(page->out, kind, buf_slice(&text));
}

static void pair(const struct page_of *page, const char *key, struct slice text)
{
    SCOPED(buf_done) struct buf label = {0};
    if (text.len == 0) return;
    word(page, key, &label);
    document_pair(page->out, buf_slice(&label), text);
}

static struct mail_value value_of(const char *name, struct doc map, const char *member, struct buf *text)
{
    struct doc doc = doc_get(map, member);
    struct slice said = doc_text(doc);
    if (said.len > 0)
        buf_slice_put(text, said);
    else
        buf_decimal(text, doc_number(doc));
    return (struct mail_value){name, buf_slice(text)};
}

/* A time of the count's question; it may reach back to the beginning. */
static void edge_put(const struct page_of *page, struct doc time, struct buf *out)
{
    int64_t us = 0;
    bool none = time_get(doc_text(time), &us).code == CODE_OK && us <= 0;
    if (none)
        word(page, "filing.not_affected.beginning", out);
    else if (!doc_time_put(time, out))
        buf_slice_put(out, doc_text(time));
}

static void state_put(const struct page_of *page, struct doc now)
{
    SCOPED(buf_done) struct buf time = {0}, how = {0}, receipt = {0}, text = {0};
    if (!doc_is(doc_get(now, "state"), "filed")) {
        block_word(page, BLOCK_NOTE, "filing.draft");
        return;
    }
    (void)doc_time_put(doc_get(now, "at"), &time);
    const struct mail_value values[] = {{"time", buf_slice(&time)},
                                        {"how", doc_text(doc_get(now, "how"))},
                                        {"receipt", doc_text(doc_get(now, "receipt"))}};
    words_put(page->language, "filing.filed", values, COUNT_OF(values), &text);
    document_text(page->out, BLOCK_NOTE, buf_slice(&text));
}

static void head_put(const struct page_of *page)
{
    SCOPED(buf_done)
    struct buf stage = {0}, key = {0}, made = {0}, count = {0}, time = {0}, n = {0}, amends = {0};
    struct doc query = doc_get(page->report, "query");
    pair(page, "filing.to", doc_text(doc_get(page->report, "to")));
    pair(page, "filing.regime", doc_text(doc_get(page->report, "regime")));
    pair(page, "filing.law", doc_text(doc_get(page->report, "law")));
    struct slice kind = doc_text(doc_get(page->report, "stage"));
    bool later = doc_number(doc_get(page->report, "amends")) > 0 && slice_is(kind, "notice");
    if (later) kind = SLICE_TEXT("supplement"); /* who files it again adds to the first one */
    buf_print(&key, "filing.stage.%.*s", (int)kind.len, (const char *)kind.at);
    if (words_has(SLICE_TEXT("en"), buf_c(&key))) word(page, buf_c(&key), &stage);
    pair(page, "filing.stage", buf_slice(&stage));
    pair(page, "filing.incident", doc_text(doc_get(page->report, "incident")));
    (void)doc_time_put(doc_get(page->report, "made"), &made);
    pair(page, "filing.made", buf_slice(&made));
    if (doc_number(doc_get(query, "count")) == 0) {
        word(page, "filing.count.none", &count);
    } else {
        (void)doc_time_put(doc_get(query, "counted"), &time);
        buf_decimal(&n, doc_number(doc_get(query, "count")));
        const struct mail_value values[] = {{"n", buf_slice(&n)}, {"time", buf_slice(&time)}};
        words_put(page->language, "filing.count.of", values, COUNT_OF(values), &count);
    }
    pair(page, "filing.count", buf_slice(&count));
    if (doc_number(doc_get(page->report, "amends")) > 0) {
        buf_decimal(&amends, doc_number(doc_get(page->report, "amends")));
        pair(page, "filing.amends", buf_slice(&amends));
    }
}

static void changes_put(const struct page_of *page)
{
    struct docs changes = docs_of(doc_get(page->report, "changes"));
    struct doc change = {{0}};
    SCOPED(buf_done) struct buf before = {0}, after = {0};
    if (doc_number(doc_get(page->report, "amends")) == 0) return;
    block_word(page, BLOCK_HEADING, "filing.changes");
    if (changes.left == 0) block_word(page, BLOCK_PARAGRAPH, "filing.changes.none");
    word(page, "filing.changes.before", &before);
    word(page, "filing.changes.after", &after);
    while (docs_next(&changes, &change)) {
        document_text(page->out, BLOCK_SUBHEADING, doc_text(doc_get(change, "label")));
        document_pair(page->out, buf_slice(&before), doc_text(doc_get(change, "before")));
        document_pair(page->out, buf_slice(&after), doc_text(doc_get(change, "after")));
    }
}

static void elements_put(const struct page_of *page)
{
    struct docs elements = docs_of(doc_get(page->report, "elements"));
    struct doc element = {{0}};
    unsigned number = 0;
    while (docs_next(&elements, &element)) {
        SCOPED(buf_done) struct buf head = {0}, key = {0};
        struct slice demand = doc_text(doc_get(element, "demand")),
                     label = doc_text(doc_get(element, "label"));
        buf_print(&head, "%u. ", ++number);
        buf_slice_put(&head, label);
        document_text(page->out, BLOCK_HEADING, buf_slice(&head));
        document_text(page->out, BLOCK_PARAGRAPH, doc_text(doc_get(element, "text")));
        buf_print(&key, "filing.demand.%.*s", (int)demand.len, (const char *)demand.at);
        if (words_has(SLICE_TEXT("en"), buf_c(&key))) block_word(page, BLOCK_NOTE, buf_c(&key));
    }
}

static void fields_put(const struct page_of *page)
{
    static const char *const keys[] = {"filing.fields.field", "filing.fields.known", "filing.fields.accounts",
                                       "filing.fields.possible"};
    static const char *const members[] = {NULL, "known_persons", "known", "possible_persons"};
    static const uint8_t weights[COUNT_OF(keys)] = {4, 3, 3, 3};
    struct docs fields = docs_of(doc_get(page->report, "fields"));
    struct doc field = {{0}};
    struct buf texts[COUNT_OF(keys)] = {{0}};
    struct slice cells[COUNT_OF(keys)];
    block_word(page, BLOCK_HEADING, "filing.fields");
    if (fields.left == 0) {
        block_word(page, BLOCK_PARAGRAPH, "filing.fields.none");
        return;
    }
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        word(page, keys[i], &texts[i]);
        cells[i] = buf_slice(&texts[i]);
    }
    document_table(page->out, weights, COUNT_OF(weights));
    document_row(page->out, BLOCK_ROW_HEAD, cells);
    while (docs_next(&fields, &field)) {
        cells[0] = doc_text(doc_get(field, "label"));
        for (size_t i = 1; i < COUNT_OF(keys); i++) {
            buf_clear(&texts[i]);
            count_put(&texts[i], doc_number(doc_get(field, members[i])));
            cells[i] = buf_slice(&texts[i]);
        }
        document_row(page->out, BLOCK_ROW, cells);
    }
    for (size_t i = 0; i < COUNT_OF(texts); i++) buf_done(&texts[i]);
}

/* Whatever is said not to be affected stands above the count that shows it. */
static void not_affected_put(const struct page_of *page)
{
    static const char *const names[] = {"n", "from", "to", "question", "line", "entry"};
    static const char *const members[] = {"count", "from", "to", "question", "line", "entry"};
    struct docs fields = docs_of(doc_get(page->report, "not_affected")),
                outside = docs_of(doc_get(page->report, "not_provable_in"));
    struct doc query = doc_get(page->report, "query"), item = {{0}};
    struct buf texts[COUNT_OF(names)] = {{0}};
    struct mail_value values[COUNT_OF(names)];
    SCOPED(buf_done) struct buf list = {0}, shown = {0}, systems = {0}, unprovable = {0};
    block_word(page, BLOCK_HEADING, "filing.not_affected");
    if (doc_number(doc_get(query, "count")) == 0) {
        block_word(page, BLOCK_PARAGRAPH, "filing.not_affected.uncounted");
        return;
    }
    while (docs_next(&fields, &item)) {
        if (list.len > 0) buf_text(&list, ", ");
        buf_slice_put(&list, doc_text(doc_get(item, "label")));
    }
    if (list.len == 0) word(page, "filing.not_affected.none", &list);
    document_text(page->out, BLOCK_PARAGRAPH, buf_slice(&list));
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        bool edge = slice_is(slice_text(names[i]), "from") || slice_is(slice_text(names[i]), "to");
        if (edge) edge_put(page, doc_get(query, members[i]), &texts[i]);
        values[i] = edge ? (struct mail_value){names[i], buf_slice(&texts[i])}
                         : value_of(names[i], query, members[i], &texts[i]);
    }
    words_put(page->language, "filing.not_affected.query", values, COUNT_OF(values), &shown);
    document_text(page->out, BLOCK_NOTE, buf_slice(&shown));
    for (size_t i = 0; i < COUNT_OF(texts); i++) buf_done(&texts[i]);
    while (docs_next(&outside, &item)) {
        if (systems.len > 0) buf_text(&systems, ", ");
        buf_slice_put(&systems, doc_text(item));
    }
    if (systems.len == 0) return;
    const struct mail_value value = {"names", buf_slice(&systems)};
    words_put(page->language, "filing.not_affected.unprovable", &value, 1, &unprovable);
    document_text(page->out, BLOCK_NOTE, buf_slice(&unprovable));
}

static void claims_put(const struct page_of *page)
{
    struct docs claims = docs_of(doc_get(page->report, "claims"));
    struct doc claim = {{0}};
    if (claims.left == 0) return;
    block_word(page, BLOCK_HEADING, "filing.claims");
    while (docs_next(&claims, &claim)) {
        SCOPED(buf_done) struct buf text = {0}, n = {0};
        buf_decimal(&n, doc_number(doc_get(claim, "line")));
        const struct mail_value value = {"n", buf_slice(&n)};
        buf_slice_put(&text, doc_text(doc_get(claim, "text")));
        buf_text(&text, " (");
        words_put(page->language, "filing.annex.line", &value, 1, &text);
        buf_byte(&text, ')');
        document_text(page->out, BLOCK_ITEM, buf_slice(&text));
    }
}

static void source_put(const struct page_of *page, struct doc element, struct buf *out)
{
    static const char *const rows[][2] = {{"source_line", "filing.annex.line"},
                                          {"source_count", "filing.annex.count"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        SCOPED(buf_done) struct buf n = {0};
        uint64_t number = doc_number(doc_get(element, rows[i][0]));
        if (number == 0) continue;
        buf_decimal(&n, number);
        const struct mail_value value = {"n", buf_slice(&n)};
        if (out->len > 0) buf_text(out, ", ");
        words_put(page->language, rows[i][1], &value, 1, out);
    }
    struct slice source = doc_text(doc_get(element, "source"));
    if (out->len > 0 || source.len == 0) return;
    SCOPED(buf_done) struct buf key = {0};
    buf_print(&key, "filing.source.%.*s", (int)source.len, (const char *)source.at);
    word(page, buf_c(&key), out);
}

static void annex_put(const struct page_of *page)
{
    struct docs elements = docs_of(doc_get(page->report, "elements"));
    struct doc element = {{0}};
    SCOPED(buf_done) struct buf lines = {0};
    document_page(page->out);
    block_word(page, BLOCK_HEADING, "filing.annex");
    while (docs_next(&elements, &element)) {
        SCOPED(buf_done) struct buf source = {0};
        source_put(page, element, &source);
        if (source.len > 0) document_pair(page->out, doc_text(doc_get(element, "label")), buf_slice(&source));
    }
    buf_decimal(&lines, doc_number(doc_get(page->report, "lines")));
    pair(page, "filing.annex.lines", buf_slice(&lines));
    block_word(page, BLOCK_SUBHEADING, "filing.annex.ledger");
    document_text(page->out, BLOCK_MONO, doc_text(doc_get(page->report, "checkpoint")));
}

void filing_page(struct doc report, struct doc now, struct document *out)
{
    const struct page_of page = {report, doc_text(doc_get(report, "language")), out};
    struct slice title = doc_text(doc_get(report, "title"));
    int64_t made_us = 0;
    SCOPED(buf_done) struct buf footer = {0};
    if (time_get(doc_text(doc_get(report, "made")), &made_us).code != CODE_OK) made_us = 0;
    buf_slice_put(&footer, doc_text(doc_get(report, "incident")));
    buf_text(&footer, ", ");
    buf_slice_put(&footer, doc_text(doc_get(report, "duty")));
    document_begin(out, &(struct document_head){.title = title,
                                                .author = SLICE_TEXT("Amanah"),
                                                .subject = doc_text(doc_get(report, "duty")),
                                                .language = page.language,
                                                .footer = buf_slice(&footer),
                                                .made_us = made_us});
    document_text(out, BLOCK_TITLE, title);
    state_put(&page, now);
    if (doc_text(doc_get(report, "leak")).len > 0)
        document_text(out, BLOCK_PARAGRAPH, doc_text(doc_get(report, "leak")));
    head_put(&page);
    changes_put(&page);
    elements_put(&page);
    fields_put(&page);
    not_affected_put(&page);
    claims_put(&page);
    annex_put(&page);
}

void document_plain(const struct document *document, struct buf *out)
{
    struct document_head head = {{0}};
    struct document_reader reader = {{{{0}}}};
    struct document_block block;
    if (document_open(buf_slice(&document->bytes), &reader, &head).code != CODE_OK) return;
    while (document_more(&reader)) {
        if (document_next(&reader, &block).code != CODE_OK) return;
        if (block.kind == BLOCK_HEADING || block.kind == BLOCK_SUBHEADING) buf_byte(out, '\n');
        if (block.kind == BLOCK_ITEM) buf_text(out, "- ");
        for (size_t i = 0; block.kind != BLOCK_TABLE && i < block.count; i++) {
            if (i > 0) buf_text(out, block.kind == BLOCK_PAIR ? ": " : " | ");
            buf_slice_put(out, block.texts[i]);
        }
        if (block.kind != BLOCK_TABLE && block.kind != BLOCK_PAGE) buf_byte(out, '\n');
    }
}
