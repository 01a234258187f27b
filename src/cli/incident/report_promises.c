#include "cli/incident/report_promises.h"

#include "cli/show.h"
#include "mail/words.h"

enum { SHOWN = 6 };

/* What shows that a promise was kept: the hash of its newest line that has one. */
static struct slice promise_proof(struct doc promise)
{
    struct docs lines = docs_of(doc_get(promise, "lines"));
    struct doc line = {{0}};
    struct slice proof = {0};
    while (docs_next(&lines, &line)) {
        struct slice text = doc_text(doc_get(line, "proof"));
        if (text.len > 0) proof = text;
    }
    return proof;
}

static void promise_row(struct paper *paper, struct doc promise)
{
    struct sheet *sheet = &paper->sheet;
    struct slice proof = promise_proof(promise);
    SCOPED(buf_done) struct buf key = {0}, label = {0}, text = {0};
    buf_text(&key, "report.promise.");
    buf_slice_put(&key, doc_text(doc_get(promise, "state")));
    word_put(sheet, &label, buf_c(&key));
    if (doc_text(doc_get(promise, "due")).len > 0) {
        buf_text(&label, " ");
        time_words_put(&label, doc_get(promise, "due"));
    }
    if (doc_true(doc_get(promise, "overdue"))) {
        buf_text(&label, " ");
        word_put(sheet, &label, "report.late");
    }
    buf_slice_put(&text, doc_text(doc_get(promise, "text")));
    if (proof.len > 0) {
        buf_text(&text, "; ");
        word_put(sheet, &text, "report.promise.proof");
        buf_text(&text, " ");
        buf_slice_put(&text, proof);
    }
    paper_row(paper, buf_slice(&label), buf_slice(&text));
}

void report_promises(struct paper *paper, struct doc promises)
{
    struct docs items = docs_of(doc_get(promises, "items"));
    struct doc item = {{0}};
    size_t count = items.left;
    SCOPED(buf_done) struct buf none = {0}, more = {0};
    bool told = doc_there(doc_get(promises, "items"));
    paper_head(paper, "report.promises");
    if (told && count == 0) word_put(&paper->sheet, &none, "report.none");
    if (count == 0) paper_row_of(paper, "report.promise", buf_slice(&none));
    for (size_t i = 0; i < SHOWN && docs_next(&items, &item); i++) promise_row(paper, item);
    if (count <= SHOWN) return;
    words_count(paper->sheet.language, "report.more", count - SHOWN, &more);
    paper_row(paper, SLICE_TEXT("…"), buf_slice(&more));
}
