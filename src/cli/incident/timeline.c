/* The timeline of an incident as Timesketch takes it in: CSV, or one JSON document a line. */
#include "base/json.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"

/* What a line says in one: its kind, state and text, control characters as blanks. */
static void message_put(struct doc line, struct buf *out)
{
    buf_slice_put(out, doc_text(doc_get(line, "kind")));
    if (doc_there(doc_get(line, "state"))) {
        buf_byte(out, ' ');
        buf_slice_put(out, doc_text(doc_get(line, "state")));
    }
    buf_text(out, ": ");
    buf_slice_put(out, doc_text(doc_get(line, "text")));
    if (doc_there(doc_get(line, "people"))) {
        buf_text(out, " (people: ");
        count_put(out, doc_number(doc_get(line, "people")));
        buf_text(out, ", by ");
        buf_slice_put(out, doc_text(doc_get(line, "basis")));
        buf_byte(out, ')');
    }
    for (size_t i = 0; i < out->len; i++) {
        if (out->at[i] < ' ') out->at[i] = ' ';
    }
}

/* When it happened where the line says so, else when it was written. */
static struct doc line_time(struct doc line, const char **what)
{
    bool said = doc_there(doc_get(line, "at"));
    *what = said ? "happened" : "written";
    return doc_get(line, said ? "at" : "time");
}

static void show_timeline_csv(const struct call *call, struct doc answer)
{
    (void)call;
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    while (docs_next(&items, &item)) {
        SCOPED(buf_done) struct buf message = {0}, row = {0};
        const char *what = NULL;
        buf_slice_put(&row, doc_text(line_time(item, &what)));
        message_put(item, &message);
        buf_print(&row, ",%s,\"", what);
        for (size_t i = 0; i < message.len; i++) {
            if (message.at[i] == '"') buf_byte(&row, '"');
            buf_byte(&row, message.at[i]);
        }
        buf_print(&row, "\",%llu,", (unsigned long long)doc_number(doc_get(item, "line")));
        buf_slice_put(&row, doc_text(doc_get(item, "author")));
        buf_byte(&row, '\n');
        show_slice(buf_slice(&row));
    }
}

static void show_timeline_lines(const struct call *call, struct doc answer)
{
    (void)call;
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    while (docs_next(&items, &item)) {
        SCOPED(buf_done) struct buf message = {0}, row = {0};
        const char *what = NULL;
        struct slice time = doc_text(line_time(item, &what));
        message_put(item, &message);
        cbor_map(&row, 5);
        cbor_text(&row, SLICE_TEXT("datetime"));
        cbor_text(&row, time);
        cbor_text(&row, SLICE_TEXT("timestamp_desc"));
        cbor_text(&row, slice_text(what));
        cbor_text(&row, SLICE_TEXT("message"));
        cbor_text(&row, buf_slice(&message));
        cbor_text(&row, SLICE_TEXT("line"));
        cbor_uint(&row, doc_number(doc_get(item, "line")));
        cbor_text(&row, SLICE_TEXT("author"));
        cbor_text(&row, doc_text(doc_get(item, "author")));
        if (show_json(doc_of(buf_slice(&row))).code != CODE_OK) return; /* show_end() tells it */
    }
}

RESULT command_incident_timeline(struct call *call)
{
    struct incident_show_ask ask = {
        .id = slice_text(call->args[0]), .part = SLICE_TEXT("timeline"), .limit = PAGE_MAX};
    bool lines = slice_is(call_slice(call, OPT_FORMAT), "jsonl");
    if (!lines && !call_has(call, OPT_JSON)) show_words("datetime,timestamp_desc,message,line,author\n");
    return ask_pages(call, VERB_INCIDENT_SHOW, &ask, &ask.after,
                     lines ? show_timeline_lines : show_timeline_csv);
}
