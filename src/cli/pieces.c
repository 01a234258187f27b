#include "cli/pieces.h"

#include "cli/output.h"
#include "cli/show.h"

struct receiving {
    struct call *call;
    struct client *client;
    struct pieces *pieces;
};

static RESULT receive(void *context, int fd)
{
    struct receiving *receiving = context;
    struct pieces *pieces = receiving->pieces;
    SCOPED(buf_done) struct buf taking = {0};
    for (bool more = true; more;) {
        SCOPED(answer_done) struct answer piece = {0};
        SCOPED(buf_done) struct buf bytes = {0};
        TRY(ask_answer(receiving->call, receiving->client, pieces->verb, pieces->ask, &piece));
        struct doc told = answer_doc(&piece);
        TRY(base64_get(doc_text(doc_get(told, "data")), &bytes));
        TRY(output_all(fd, buf_slice(&bytes)));
        buf_clear(&taking);
        buf_slice_put(&taking, doc_text(doc_get(told, "taking")));
        *pieces->taking = buf_slice(&taking);
        *pieces->piece = doc_number(doc_get(told, "piece"));
        uint64_t people = doc_number(doc_get(told, "people"));
        pieces->people = pieces->summed ? pieces->people + people : people;
        more = doc_true(doc_get(told, "more"));
    }
    return OK;
}

RESULT pieces_save(struct call *call, struct pieces *pieces, bool *saved)
{
    struct slice path = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer curl = {0};
    *saved = false;
    TRY(call_need(call, OPT_OUT, &path));
    TRY(client_open(call, &client));
    if (call_shows(call)) return ask_answer(call, client, pieces->verb, pieces->ask, &curl);
    struct receiving receiving = {call, client, pieces};
    TRY(output_made(call_text(call, OPT_OUT), receive, &receiving));
    *saved = true;
    return OK;
}

RESULT pieces_saved_show(const struct call *call, uint64_t people, const char *words)
{
    if (call_has(call, OPT_JSON)) {
        SCOPED(buf_done) struct buf told = {0};
        cbor_map(&told, 1);
        cbor_text(&told, SLICE_TEXT("people"));
        cbor_uint(&told, people);
        return show_json(doc_of(buf_slice(&told)));
    }
    show_words("%s %llu people. Their recipient opens the file with: age -d -i IDENTITY\n", words,
               (unsigned long long)people);
    return OK;
}
