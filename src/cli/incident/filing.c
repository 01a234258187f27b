/* Reports to authorities: drafting from the facts, showing, filing, amending. Drawing them is done here, not in the vault. */
#include "answer/paper/print.h"
#include "answer/report/filing_page.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/incident/paper.h"
#include "cli/input.h"
#include "cli/show.h"
#include "crypto/crypto.h"
#include "mail/words.h"

enum { LINE_NUMBER_MAX = UINT32_MAX / 2, SENT_BYTES_MAX = 64 * 1024 * 1024 };

static RESULT line_of(const struct call *call, uint64_t *out)
{
    if (number_get(slice_text(call->args[1]), LINE_NUMBER_MAX, out) && *out > 0) return OK;
    return FAIL(USAGE, "argument 2: the line of the report, a number");
}

/* In English, as all that the command line says. */
static void language_name(struct slice code, struct buf *out)
{
    SCOPED(buf_done) struct buf key = {0};
    buf_text(&key, "language.");
    buf_slice_put(&key, slice_part(code, 0, NAME_BYTES_MAX));
    if (words_has(SLICE_TEXT("en"), buf_c(&key)))
        words_put(SLICE_TEXT("en"), buf_c(&key), NULL, 0, out);
    else
        buf_slice_put(out, code);
}

/* A draft in another language than the authority asks for says so. */
static void language_show(struct doc report)
{
    struct docs asked = docs_of(doc_get(report, "asked_languages"));
    struct doc one = {{0}};
    struct slice drafted = doc_text(doc_get(report, "language"));
    bool same = asked.left == 0;
    SCOPED(buf_done) struct buf names = {0}, lead = {0};
    while (docs_next(&asked, &one)) {
        same = same || slice_equal(doc_text(one), drafted);
        if (names.len > 0) buf_text(&names, ", ");
        language_name(doc_text(one), &names);
    }
    if (same) return;
    show_words("language: drafted in ");
    language_name(drafted, &lead);
    show_value(buf_slice(&lead));
    show_words("; the authority asks for ");
    show_value(buf_slice(&names));
    show_words(": have it translated before you file\n");
}

/* Which words a reader of a draft must see first: what is missing, and what the lint found. */
static void remarks_show(struct doc report)
{
    struct docs elements = docs_of(doc_get(report, "elements")),
                findings = docs_of(doc_get(report, "findings"));
    struct doc item = {{0}};
    language_show(report);
    while (docs_next(&elements, &item)) {
        if (doc_is(doc_get(item, "state"), "known")) continue;
        show_words("not known yet: ");
        show_value(doc_text(doc_get(item, "element")));
        show_words("; ask: ");
        show_value(doc_text(doc_get(item, "knows")));
        show_words("\n");
    }
    while (docs_next(&findings, &item)) {
        show_words("words: ");
        show_value(doc_text(doc_get(item, "rule")));
        show_words(": ");
        show_value(doc_text(doc_get(item, "word")));
        show_words(": ");
        show_value(doc_text(doc_get(item, "instead")));
        show_words("\n");
    }
}

static RESULT report_put(const struct call *call, enum paper_format format, struct doc report, struct doc now)
{
    SCOPED(document_done) struct document document = {0};
    SCOPED(buf_done) struct buf out = {0};
    const char *path = call_has(call, OPT_OUT) ? call_text(call, OPT_OUT) : "-";
    filing_page(report, now, &document);
    if (format == PAPER_PDF)
        TRY(document_print(&document, &out));
    else
        document_plain(&document, &out);
    return output_write(path, buf_slice(&out));
}

static RESULT format_of(const struct call *call, enum paper_format *out)
{
    TRY(paper_format_of(call_slice(call, OPT_FORMAT), out));
    if (*out == PAPER_HTML) return FAIL(USAGE, "--format: text, or pdf");
    if (*out == PAPER_PDF && call_has(call, OPT_JSON)) return FAIL(USAGE, "--json: not with --format pdf");
    return OK;
}

static RESULT draft(struct call *call, struct report_draft_ask *ask)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    enum paper_format format = PAPER_TEXT;
    ask->id = slice_text(call->args[0]);
    ask->lang = call_slice(call, OPT_LANG);
    ask->dry_run = call_has(call, OPT_DRY_RUN);
    TRY(format_of(call, &format));
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_REPORT_DRAFT, ask, &answer));
    if (answer.shown) return OK;
    struct doc report = doc_get(answer_doc(&answer), "report");
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&answer));
    if (call_has(call, OPT_FORMAT) || call_has(call, OPT_OUT))
        TRY(report_put(call, format, report, (struct doc){{0}}));
    if (!call_has(call, OPT_OUT) && call_has(call, OPT_FORMAT))
        return OK; /* standard output is the report's */
    show_words("report: ");
    show_value(doc_text(doc_get(report, "duty")));
    if (!ask->dry_run)
        show_words(", line %llu", (unsigned long long)doc_number(doc_get(answer_doc(&answer), "line")));
    show_words("\n");
    remarks_show(report);
    return OK;
}

RESULT command_report_draft(struct call *call)
{
    struct report_draft_ask ask = {.duty = slice_text(call->args[1])};
    return draft(call, &ask);
}

RESULT command_report_amend(struct call *call)
{
    struct report_draft_ask ask = {0};
    TRY(line_of(call, &ask.amends));
    return draft(call, &ask);
}

static void list_show(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"line", COLUMN_WORDS, NULL},
                                                     {"name", COLUMN_WORDS, "report"},
                                                     {"state", COLUMN_WORDS, NULL},
                                                     {"time", COLUMN_WORDS, "drafted"},
                                                     {"at", COLUMN_WORDS, "filed"},
                                                     {"receipt", COLUMN_WORDS, NULL},
                                                     {0}});
}

RESULT command_report_show(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    struct report_show_ask ask = {.id = slice_text(call->args[0])};
    enum paper_format format = PAPER_TEXT;
    if (call->arg_count < 2) return ask_and_show(call, VERB_REPORT_SHOW, &ask, list_show);
    TRY(line_of(call, &ask.line));
    TRY(format_of(call, &format));
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_REPORT_SHOW, &ask, &answer));
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&answer));
    return report_put(call, format, doc_get(answer_doc(&answer), "report"),
                      doc_get(answer_doc(&answer), "now"));
}

static RESULT sent_hash(const char *path, struct buf *out)
{
    SCOPED(buf_done) struct buf file = {0};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    struct hash hash = {{0}};
    TRY(input_read(path, SENT_BYTES_MAX, &file));
    TRY(crypto_new(&crypto));
    sha256_one(crypto, buf_slice(&file), &hash);
    hex_put(out, SLICE_OF(hash));
    return OK;
}

static void filed_show(const struct call *call, struct doc answer)
{
    (void)call;
    show_words("report: filed, line %llu\n", (unsigned long long)doc_number(doc_get(answer, "line")));
}

RESULT command_report_file(struct call *call)
{
    SCOPED(buf_done) struct buf hash = {0};
    struct report_file_ask ask = {.id = slice_text(call->args[0]),
                                  .at = call_slice(call, OPT_AT),
                                  .how = call_slice(call, OPT_HOW),
                                  .receipt = call_slice(call, OPT_RECEIPT)};
    TRY(line_of(call, &ask.line));
    if (ask.how.len == 0) return FAIL(USAGE, "--how: by which way was it filed?");
    if (call_has(call, OPT_SENT)) TRY(sent_hash(call_text(call, OPT_SENT), &hash));
    ask.hash = buf_slice(&hash);
    return ask_and_show(call, VERB_REPORT_FILE, &ask, filed_show);
}
