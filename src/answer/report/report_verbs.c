#include "answer/incident/incident_put.h"
#include "answer/incident/lawbook.h"
#include "answer/paper/print.h"
#include "answer/report/filing.h"
#include "answer/report/filing_page.h"
#include "answer/report/verbs.h"
#include "keep/put.h"

#include <stdlib.h>

/* The line with the body of a report; NULL: there is none of that number. */
static const struct line *report_line(const struct fold *fold, uint64_t n)
{
    if (!fold_item(fold, LINE_REPORT, n) || n == 0 || n > fold->line_count) return NULL;
    return &fold->lines[n - 1];
}

RESULT verb_report_draft(struct batch *batch, const struct reader *reader, const struct report_draft_ask *ask,
                         struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    const struct lawbook *book = NULL;
    struct filing filing = {0};
    struct receipt receipt = {0};
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(facts_done) struct facts facts = {0};
    SCOPED(buf_done) struct buf body = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(shop, incident, &reading));
    TRY(lawbook(shop, &book));
    const struct line *amends = ask->amends > 0 ? report_line(&reading.fold, ask->amends) : NULL;
    if (ask->amends > 0 && !amends)
        return FAIL(NOT_FOUND, "amends: this incident has no report of that line");
    if (!amends && ask->duty.len == 0)
        return FAIL(MEMBER_MISSING, "duty: which report, such as kr-pipa/authority (amanah law show)");
    struct slice language = ask->lang.len > 0 || !amends ? ask->lang : amends->lang;
    TRY(filing_find(book->law, amends ? amends->name : ask->duty, language, &filing));
    TRY(facts_of(shop, &reading.fold, batch->now_us, &facts));
    const struct filing_making making = {&filing, incident, &reading, &facts, amends};
    TRY(filing_make(shop, &making, batch->now_us, &body));
    if (body.len > LINE_BODY_BYTES_MAX) return FAIL(TOO_MANY, "report: above %d bytes", LINE_BODY_BYTES_MAX);
    struct line line = {
        .kind = LINE_REPORT, .name = filing.name, .lang = filing.language, .body = buf_slice(&body)};
    cbor_map(&out->body, 2);
    put_number(&out->body, "line", ask->dry_run ? 0 : incident->lines + 1);
    cbor_text(&out->body, SLICE_TEXT("report"));
    buf_slice_put(&out->body, buf_slice(&body));
    if (ask->dry_run) return OK;
    TRY(incident_line(batch, reader, incident, &reading, &line, &receipt));
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    return OK;
}

RESULT verb_report_show(struct batch *batch, const struct reader *reader, const struct report_show_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(shop, incident, &reading));
    if (ask->line == 0) {
        cbor_map(&out->body, 2);
        items_put(shop, &reading.fold, LINE_REPORT, "items", &out->body);
        cbor_text(&out->body, SLICE_TEXT("next"));
        cbor_null(&out->body);
        return OK;
    }
    const struct line *line = report_line(&reading.fold, ask->line);
    if (!line) return FAIL(NOT_FOUND, "line: this incident has no report of that line");
    const struct item *item = fold_item(&reading.fold, LINE_REPORT, ask->line);
    cbor_map(&out->body, 4);
    put_number(&out->body, "line", line->n);
    put_text(&out->body, "state", item->now.state);
    cbor_text(&out->body, SLICE_TEXT("now"));
    line_put(shop, &item->now, &out->body);
    cbor_text(&out->body, SLICE_TEXT("report"));
    buf_slice_put(&out->body, line->body);
    return OK;
}

/* What is drawn, apart from the keeper's thread: the page, made here, and what became of it there. */
struct printing {
    struct document document;
    struct buf pdf;
};

static void printing_free(void *state)
{
    struct printing *printing = state;
    if (!printing) return;
    document_done(&printing->document);
    buf_done(&printing->pdf);
    free(printing);
}

static RESULT printing_run(struct shop *view, void *state)
{
    struct printing *printing = state;
    (void)view; /* the page holds all that it takes */
    return document_print(&printing->document, &printing->pdf);
}

static RESULT printing_take(const struct printing *printing, struct answer *out)
{
    buf_slice_put(&out->body, buf_slice(&printing->pdf));
    out->head.shape = ANSWER_OCTETS;
    return OK;
}

/* Its line as a document; `now` as items of a timeline are told. */
static void page_make(struct shop *shop, const struct line *line, const struct item *item,
                      struct document *out)
{
    SCOPED(buf_done) struct buf now = {0};
    line_put(shop, &item->now, &now);
    filing_page(doc_of(line->body), doc_of(buf_slice(&now)), out);
}

RESULT verb_report_print(struct batch *batch, const struct reader *reader, const struct report_print_ask *ask,
                         struct answer *out)
{
    enum { APART = 1 }; /* from counts of the same incident, which need not wait for a page */
    struct incident *incident = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    if (batch->returned) {
        TRY(errand_result(batch->returned));
        return printing_take(batch->returned->state, out);
    }
    TRY(incident_read(batch->shop, incident, &reading));
    const struct line *line = report_line(&reading.fold, ask->line);
    if (!line) return FAIL(NOT_FOUND, "line: this incident has no report of that line");
    struct printing *printing = calloc(1, sizeof *printing);
    struct errand *errand = calloc(1, sizeof *errand);
    if (!printing || !errand) abort(); /* as all memory: see bytes.h */
    *errand = (struct errand){.about = incident->no | (uint64_t)APART << 63,
                              .run = printing_run,
                              .free = printing_free,
                              .state = printing};
    page_make(batch->shop, line, fold_item(&reading.fold, LINE_REPORT, ask->line), &printing->document);
    if (batch->errand_later) {
        batch->errand = errand;
        return FAIL(TOO_BUSY, "report: as much as may be is under way; ask again when some of it is done");
    }
    struct result done = printing_run(batch->shop, printing);
    if (done.code == CODE_OK) done = printing_take(printing, out);
    errand_free(&errand);
    return done;
}

/* That it was filed is a line of the report, and one of the duty, which stops its clock. */
RESULT verb_report_file(struct batch *batch, const struct reader *reader, const struct report_file_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    struct incident *incident = NULL;
    struct receipt receipt = {0};
    struct line line = {.kind = LINE_REPORT,
                        .of = ask->line,
                        .state = SLICE_TEXT("filed"),
                        .text = ask->how,
                        .receipt = ask->receipt,
                        .hash = ask->hash};
    TRY(incident_find(batch, reader, ask->id, &incident));
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_read(shop, incident, &reading));
    const struct item *item = fold_item(&reading.fold, LINE_REPORT, ask->line);
    if (!item) return FAIL(NOT_FOUND, "line: this incident has no report of that line");
    if (slice_is(item->now.state, "filed"))
        return FAIL(CONFLICT, "line: that report was filed already; amend it");
    line.at = batch->now_us;
    if (ask->at.len > 0 && (time_get(ask->at, &line.at).code != CODE_OK || line.at <= 0))
        return FAIL(INVALID, "at: not a time such as 2026-11-22T09:00:00Z");
    if (line.at > batch->now_us) return FAIL(INVALID, "at: that is still to come");
    struct line done = {
        .kind = LINE_DONE, .name = item->now.name, .at = line.at, .hash = ask->hash, .receipt = ask->receipt};
    bool duty = item->now.name.len > 0 && memchr(item->now.name.at, '/', item->now.name.len);
    TRY(incident_line(batch, reader, incident, &reading, &line, &receipt));
    TRY(fold_take(&reading.fold, &line));
    if (duty) TRY(incident_line(batch, reader, incident, &reading, &done, &receipt));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, 3);
    put_number(&out->body, "line", line.n);
    put_text(&out->body, "state", SLICE_TEXT("filed"));
    put_number(&out->body, "done", duty ? done.n : 0);
    return OK;
}
