#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/handover.h"
#include "cli/input.h"
#include "cli/show.h"
#include "prove/witness.h"

#include <stdlib.h>

enum { WITNESS_WAIT_MS = 10000 };
#define INDEX_MAX ((uint64_t)1 << 40)

static RESULT take_index(const struct call *call, uint64_t *out)
{
    if (number_get(slice_text(call->args[0]), INDEX_MAX, out)) return OK;
    return FAIL(USAGE, "INDEX: not an entry number; give 0 or more");
}

/* Where --out says, else standard output. */
static RESULT write_out(const struct call *call, struct slice bytes)
{
    return output_write(call_has(call, OPT_OUT) ? call_text(call, OPT_OUT) : "-", bytes);
}

static void remark_warning(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf text = {0};
    item_words_put(&text, doc_get(answer, "warning"));
    if (text.len > 0) show_remark(call, "Warning: %s", buf_c(&text));
}

RESULT command_ledger_checkpoint(struct call *call)
{
    struct ledger_checkpoint_ask ask = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_LEDGER_CHECKPOINT, &ask, &answer));
    struct doc checkpoint = answer_doc(&answer);
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) return show_json(checkpoint);
    TRY(write_out(call, doc_text(doc_get(checkpoint, "checkpoint"))));
    remark_warning(call, checkpoint);
    return OK;
}

/* Every member that fits a line; bytes stay out. */
static void show_members(struct doc map)
{
    struct docs pairs = docs_of(map);
    struct slice name = {0};
    struct doc value = {0};
    SCOPED(table_done) struct table table = {.columns = 2};
    while (docs_pair(&pairs, &name, &value)) {
        if (slice_is(name, "entry") || value.item.at[0] >> 5 == CBOR_MAP) continue;
        bool number = value.item.at[0] >> 5 == CBOR_UINT;
        enum column_kind kind = slice_is(name, "time") ? COLUMN_TIME : number ? COLUMN_PLAIN : COLUMN_WORDS;
        if (!number &&
            (doc_text(value).len == 0 && doc_count(value) == 0 && value.item.at[0] >> 5 != CBOR_BYTES))
            continue;
        table_cell(&table, name);
        table_doc(&table, value, kind);
    }
    table_show(&table);
}

RESULT command_ledger_show(struct call *call)
{
    struct ledger_entry_ask ask = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf entry = {0};
    TRY(take_index(call, &ask.index));
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_LEDGER_ENTRY, &ask, &answer));
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) {
        TRY(show_json(answer_doc(&answer)));
    } else {
        show_members(answer_doc(&answer));
    }
    if (!call_has(call, OPT_OUT)) return OK;
    if (!doc_bytes(doc_get(answer_doc(&answer), "entry"), &entry)) {
        return FAIL(UNAVAILABLE, "ledger show: the answer holds no entry; is the vault of another version?");
    }
    return output_write(call_text(call, OPT_OUT), buf_slice(&entry));
}

/* The proof with the entry inside, so that the file is enough to check it. */
static RESULT put_entry_inside(struct call *call, struct client *client, struct slice proof, struct buf *out)
{
    struct ledger_entry_ask ask = {0};
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(tlog_proof_done) struct tlog_proof file = {0};
    TRY(tlog_proof_get(proof, &file));
    if (file.extra.len == 0) {
        ask.index = file.index;
        TRY(ask_answer(call, client, VERB_LEDGER_ENTRY, &ask, &answer));
        if (!doc_bytes(doc_get(answer_doc(&answer), "entry"), &file.extra)) {
            return FAIL(UNAVAILABLE,
                        "ledger prove: the answer holds no entry; is the vault of another version?");
        }
    }
    tlog_proof_put(out, &file);
    return OK;
}

RESULT command_ledger_prove(struct call *call)
{
    struct ledger_proof_ask ask = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf file = {0};
    TRY(take_index(call, &ask.index));
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_LEDGER_PROOF, &ask, &answer));
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) TRY(show_json(answer_doc(&answer)));
    if (call_has(call, OPT_JSON) && !call_has(call, OPT_OUT)) return OK;
    TRY(put_entry_inside(call, client, doc_text(doc_get(answer_doc(&answer), "proof")), &file));
    return write_out(call, buf_slice(&file));
}

/* Hand a checkpoint to everyone that was named; what is said of them in the ledger's sealed margin. */
static RESULT hand_out(const struct call *call, struct slice checkpoint, struct buf *where)
{
    if (call_has(call, OPT_OUT)) {
        TRY(output_write(call_text(call, OPT_OUT), checkpoint));
        buf_print(where, "file %s", call_text(call, OPT_OUT));
    }
    if (call_has(call, OPT_MAIL)) {
        TRY(hand_to_mail(call_text(call, OPT_MAIL), "Amanah ledger checkpoint: please keep this mail",
                         checkpoint));
        buf_print(where, "%smail to %s", where->len > 0 ? ", " : "", call_text(call, OPT_MAIL));
    }
    if (call_has(call, OPT_COMMAND)) {
        TRY(hand_to_command(call_text(call, OPT_COMMAND), checkpoint));
        buf_print(where, "%scommand %s", where->len > 0 ? ", " : "", call_text(call, OPT_COMMAND));
    }
    if (where->len > REASON_BYTES_MAX) where->len = REASON_BYTES_MAX;
    return OK;
}

static void show_pinned(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf size = {0};
    (void)call;
    count_put(&size, doc_number(doc_get(answer, "size")));
    show_words("Handed out, and noted in the ledger. It has %s entries now.\n", buf_c(&size));
}

/* First handed out, then noted: a pin that never left the machine must not be in the ledger. */
RESULT command_ledger_pin(struct call *call)
{
    struct ledger_checkpoint_ask newest = {0};
    struct ledger_pin_ask ask = {0};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer checkpoint = {0}, pinned = {0};
    SCOPED(buf_done) struct buf where = {0};
    if (!call_has(call, OPT_OUT) && !call_has(call, OPT_MAIL) && !call_has(call, OPT_COMMAND)) {
        return FAIL(USAGE, "ledger pin: to whom? give --out FILE, --mail ADDRESS or --command COMMAND");
    }
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_LEDGER_CHECKPOINT, &newest, &checkpoint));
    TRY(hand_out(call, doc_text(doc_get(answer_doc(&checkpoint), "checkpoint")), &where));
    ask.where = buf_slice(&where);
    TRY(ask_answer(call, client, VERB_LEDGER_PIN, &ask, &pinned));
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&pinned));
    show_pinned(call, answer_doc(&pinned));
    return OK;
}

/* Tiles of the ledger, asked for one by one. */
struct tile_source {
    struct call *call;
    struct client *client;
};

static RESULT read_tile(void *context, unsigned level, uint64_t n, unsigned width, struct buf *out)
{
    struct tile_source *source = context;
    struct tile_at at = {.level = level, .n = n, .width = width};
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf path = {0};
    tile_path_put(&path, &at);
    struct ledger_tile_ask ask = {buf_slice(&path)};
    TRY(ask_answer(source->call, source->client, VERB_LEDGER_TILE, &ask, &answer));
    buf_slice_put(out, slice_part(buf_slice(&answer.body), 0, (size_t)width * HASH_BYTES));
    return OK;
}

/* The newest checkpoint to the witness, its line with that checkpoint to the keeper. */
static RESULT cosign_once(struct call *call, struct client *client, struct witness *witness, uint64_t *seen)
{
    struct ledger_checkpoint_ask newest = {0};
    struct tile_source source = {call, client};
    struct tile_reader reader = {read_tile, &source};
    struct ledger_cosign_ask ask = {.vkey = call_slice(call, OPT_VKEY)};
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(answer_done) struct answer checkpoint = {0}, taken = {0};
    SCOPED(buf_done) struct buf line = {0};
    TRY(crypto_new(&crypto));
    TRY(ask_answer(call, client, VERB_LEDGER_CHECKPOINT, &newest, &checkpoint));
    struct slice note = doc_text(doc_get(answer_doc(&checkpoint), "checkpoint"));
    TRY(witness_cosign(crypto, witness, &reader, note, seen, &line));
    ask.checkpoint = note;
    ask.line = buf_slice(&line);
    return client_ask(client, VERB_LEDGER_COSIGN, &ask, &taken);
}

static RESULT read_witness(const struct call *call, struct witness *out)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    struct slice vkey = {0}, url = {0};
    TRY(call_need(call, OPT_VKEY, &vkey));
    TRY(call_need(call, OPT_WITNESS_URL, &url));
    TRY(crypto_new(&crypto));
    TRY(vkey_get(crypto, vkey, &out->key));
    if (out->key.type != KEY_COSIGNATURE) return FAIL(USAGE, "--vkey: not a witness's key, whose type is 04");
    out->url = call_text(call, OPT_WITNESS_URL);
    out->ca_file = getenv("AMANAH_CACERT");
    out->timeout_ms = WITNESS_WAIT_MS;
    return OK;
}

RESULT command_ledger_witness(struct call *call)
{
    struct witness witness = {0};
    struct ledger_cosign_ask ask = {.vkey = call_slice(call, OPT_VKEY),
                                    .url = call_slice(call, OPT_WITNESS_URL)};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer known = {0};
    TRY(read_witness(call, &witness));
    TRY(client_open(call, &client));
    TRY(ask_answer(call, client, VERB_LEDGER_COSIGN, &ask, &known));
    uint64_t seen = 0; /* if it saw more, it says so */
    TRY(cosign_once(call, client, &witness, &seen));
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&known));
    show_words("%s cosigned the newest checkpoint.\n", witness.key.name);
    return OK;
}
