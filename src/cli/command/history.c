#include "base/json.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/proof_file.h"
#include "cli/show.h"

#include <string.h>

static void show_history(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf count = {0};
    uint64_t looks = doc_count(doc_get(answer, "items"));
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    bool observed = false; /* then a column says in which log */
    while (docs_next(&items, &item)) observed = observed || doc_there(doc_get(item, "source"));
    show_table(answer, (const struct table_column[]){{"time", COLUMN_TIME},
                                                     {"kind", COLUMN_WORDS},
                                                     {"reader", COLUMN_WORDS},
                                                     {"role", COLUMN_WORDS},
                                                     {"purpose", COLUMN_WORDS},
                                                     {"fields", COLUMN_WORDS},
                                                     {"masked", COLUMN_WORDS},
                                                     {"index", COLUMN_PLAIN},
                                                     {observed ? "source" : NULL, COLUMN_WORDS},
                                                     {0}});
    count_put(&count, looks);
    show_remark(call, "%s %s. --proofs gives each with its proof, for amanah verify.", buf_c(&count),
                plural(looks, "entry", "entries"));
}

/* One look as the proof file keeps it, its inclusion brought to the checkpoint of the whole file. */
static RESULT put_look(struct call *call, struct client *client, struct doc item, uint64_t size,
                       struct buf *out)
{
    struct doc proof = doc_get(item, "proof"), value = {0};
    struct docs pairs = docs_of(item);
    struct slice name = {0};
    SCOPED(answer_done) struct answer answer = {0};
    struct ledger_proof_ask ask = {.index = doc_number(doc_get(item, "index")), .size = size};
    bool fits = doc_number(doc_get(proof, "size")) == size;
    if (!fits) TRY(ask_answer(call, client, VERB_LEDGER_PROOF, &ask, &answer));
    cbor_map(out, pairs.left);
    while (docs_pair(&pairs, &name, &value)) {
        cbor_text(out, name);
        if (fits || !slice_is(name, "proof")) {
            buf_slice_put(out, value.item);
            continue;
        }
        struct docs parts = docs_of(proof);
        struct doc part = {0};
        cbor_map(out, parts.left);
        while (docs_pair(&parts, &name, &part)) {
            if (slice_is(name, "inclusion")) part = doc_get(answer_doc(&answer), "hashes");
            if (slice_is(name, "size")) part = doc_get(answer_doc(&answer), "size");
            cbor_text(out, name);
            buf_slice_put(out, part.item);
        }
    }
    return OK;
}

/* The file that amanah verify checks: the looks with proofs, under one checkpoint. */
static RESULT put_proof_file(struct call *call, struct client *client, struct doc history, struct buf *out)
{
    SCOPED(answer_done) struct answer answer = {0};
    struct ledger_checkpoint_ask ask = {0};
    TRY(ask_answer(call, client, VERB_LEDGER_CHECKPOINT, &ask, &answer));
    struct doc checkpoint = answer_doc(&answer), item = {0};
    uint64_t size = doc_number(doc_get(checkpoint, "size"));
    struct docs items = docs_of(doc_get(history, "items"));
    cbor_map(out, 5);
    cbor_text(out, SLICE_TEXT("format"));
    cbor_text(out, SLICE_TEXT(PERSON_PROOF_FORMAT));
    cbor_text(out, SLICE_TEXT("subject"));
    cbor_text(out, slice_text(call->args[0]));
    cbor_text(out, SLICE_TEXT("vkey"));
    cbor_text(out, doc_text(doc_get(checkpoint, "vkey")));
    cbor_text(out, SLICE_TEXT("checkpoint"));
    cbor_text(out, doc_text(doc_get(checkpoint, "checkpoint")));
    cbor_text(out, SLICE_TEXT("items"));
    cbor_array(out, items.left);
    while (docs_next(&items, &item)) TRY(put_look(call, client, item, size, out));
    return OK;
}

static RESULT write_proof_file(const struct call *call, struct doc file)
{
    const char *path = call_has(call, OPT_OUT) ? call_text(call, OPT_OUT) : "-";
    SCOPED(buf_done) struct buf json = {0}, count = {0};
    TRY(json_from_cbor(file.item, &json));
    buf_byte(&json, '\n');
    TRY(output_write(path, buf_slice(&json)));
    uint64_t looks = doc_count(doc_get(file, "items"));
    count_put(&count, looks);
    show_remark(call, "%s %s with proofs. Anybody can check them with amanah verify.", buf_c(&count),
                plural(looks, "entry", "entries"));
    return OK;
}

RESULT command_subject_history(struct call *call)
{
    struct subject_sightings_ask ask = {.id = slice_text(call->args[0]), .limit = PAGE_MAX};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(buf_done) struct buf history = {0}, file = {0};
    ask.proofs = call_has(call, OPT_PROOFS);
    if (call_has(call, OPT_OUT) && !ask.proofs) return FAIL(USAGE, "--out: keeps proofs; give --proofs too");
    if (!ask.proofs || call_shows(call)) {
        return ask_pages(call, VERB_SUBJECT_SIGHTINGS, &ask, &ask.after, show_history);
    }
    TRY(client_open(call, &client));
    TRY(ask_all_pages(call, client, VERB_SUBJECT_SIGHTINGS, &ask, &ask.after, &history));
    TRY(put_proof_file(call, client, doc_of(buf_slice(&history)), &file));
    return write_proof_file(call, doc_of(buf_slice(&file)));
}
