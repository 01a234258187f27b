/* Files as evidence of an incident: taking in, checking, taking out, releasing, and their chain of custody. */
#include "base/json.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/evidence_send.h"
#include "cli/input.h"
#include "cli/output.h"
#include "cli/show.h"
#include "crypto/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <unistd.h>

enum { NAME_MAX_BYTES = 100, LINE_NUMBER_MAX = UINT32_MAX / 2 };

static void descriptor_done(int *fd)
{
    if (*fd > STDERR_FILENO) (void)close(*fd); /* what was written was fsynced before */
}

static struct slice file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct slice name = slice_text(slash && slash[1] ? slash + 1 : path);
    return slice_part(name, 0, NAME_MAX_BYTES);
}

static RESULT take_in(struct call *call, struct client *client, const char *path)
{
    SCOPED(descriptor_done) int fd = STDIN_FILENO;
    SCOPED(answer_done) struct answer answer = {0};
    bool standard = strcmp(path, "-") == 0;
    struct evidence_add_ask ask = {.id = slice_text(call->args[0]),
                                   .name = call_slice(call, OPT_NAME),
                                   .source = call_slice(call, OPT_SOURCE)};
    if (ask.name.len == 0 && standard) return FAIL(USAGE, "--name: say what comes by standard input");
    if (ask.name.len == 0) ask.name = file_name(path);
    if (!standard) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && errno == ENOENT) return FAIL(NOT_FOUND, "%s: no such file", path);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot open: %s", path, strerror(errno));
    TRY(evidence_send(call, client, fd, &ask, &answer));
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&answer));
    show_words("Line %llu: ", (unsigned long long)doc_number(doc_get(answer_doc(&answer), "line")));
    show_value(doc_text(doc_get(answer_doc(&answer), "hash")));
    show_words(", %llu bytes\n", (unsigned long long)doc_number(doc_get(answer_doc(&answer), "bytes")));
    return OK;
}

struct receiving {
    struct call *call;
    struct client *client;
    struct evidence_read_ask *ask;
    struct slice wanted; /* its SHA-256, hexadecimal */
};

/* What came is hashed here as well: this end need not take the vault's word. */
static RESULT receive(void *context, int fd)
{
    const struct receiving *receiving = context;
    struct evidence_read_ask *ask = receiving->ask;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(hasher_free) struct hasher *hasher = NULL;
    SCOPED(buf_done) struct buf text = {0};
    struct hash hash = {{0}};
    bool more = true;
    TRY(crypto_new(&crypto));
    TRY(hasher_new(crypto, &hasher));
    for (; more; ask->part++) {
        SCOPED(answer_done) struct answer answer = {0};
        SCOPED(buf_done) struct buf part = {0};
        TRY(ask_answer(receiving->call, receiving->client, VERB_EVIDENCE_READ, ask, &answer));
        if (!doc_bytes(doc_get(answer_doc(&answer), "data"), &part))
            return FAIL(CORRUPT, "vault: a part of the file did not come");
        more = doc_true(doc_get(answer_doc(&answer), "more"));
        hasher_put(hasher, buf_slice(&part));
        TRY(output_all(fd, buf_slice(&part)));
    }
    hasher_end(hasher, &hash);
    hex_put(&text, SLICE_OF(hash.bytes));
    return slice_equal(buf_slice(&text), receiving->wanted)
               ? OK
               : FAIL(CORRUPT, "vault: what came is not what was taken in");
}

static RESULT take_out(struct call *call, struct client *client, uint64_t line)
{
    const char *path = call_text(call, OPT_OUT);
    SCOPED(answer_done) struct answer begun = {0};
    struct evidence_read_ask ask = {
        .id = slice_text(call->args[0]), .line = line, .reason = call_slice(call, OPT_REASON)};
    TRY(ask_answer(call, client, VERB_EVIDENCE_READ, &ask, &begun));
    if (begun.shown) return OK;
    struct slice wanted = doc_text(doc_get(answer_doc(&begun), "hash"));
    ask.taking = doc_text(doc_get(answer_doc(&begun), "taking"));
    struct receiving receiving = {call, client, &ask, wanted};
    TRY(output_made(path, receive, &receiving));
    if (strcmp(path, "-") == 0) return OK;
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&begun));
    show_value(wanted);
    show_words(", %llu bytes, as it was taken in\n",
               (unsigned long long)doc_number(doc_get(answer_doc(&begun), "bytes")));
    return OK;
}

/* To the end of one file; the last answer says how it came out. */
static RESULT check_file(struct call *call, struct client *client, uint64_t line, struct answer *out)
{
    SCOPED(buf_done) struct buf taking = {0};
    struct evidence_read_ask ask = {.id = slice_text(call->args[0]), .line = line, .check = true};
    for (;;) {
        answer_done(out);
        *out = (struct answer){0};
        TRY(ask_answer(call, client, VERB_EVIDENCE_READ, &ask, out));
        if (out->shown || doc_there(doc_get(answer_doc(out), "state"))) return OK;
        if (taking.len == 0) buf_slice_put(&taking, doc_text(doc_get(answer_doc(out), "taking")));
        ask.taking = buf_slice(&taking);
    }
}

static RESULT check_one(struct call *call, struct client *client, uint64_t line, struct buf *items,
                        size_t *changed)
{
    SCOPED(answer_done) struct answer answer = {0};
    TRY(check_file(call, client, line, &answer));
    if (answer.shown) return OK;
    struct doc state = doc_get(answer_doc(&answer), "state");
    *changed += !doc_is(state, "held");
    buf_slice_put(items, answer_doc(&answer).item);
    if (call_has(call, OPT_JSON)) return OK;
    show_words("%llu ", (unsigned long long)line);
    show_value(doc_text(doc_get(answer_doc(&answer), "name")));
    show_words(doc_is(state, "held") ? ": as it was taken in\n" : ": CHANGED, or gone\n");
    return OK;
}

/* One file, or with line 0 all that are held. */
static RESULT check_files(struct call *call, struct client *client, uint64_t line)
{
    SCOPED(answer_done) struct answer listed = {0};
    SCOPED(buf_done) struct buf items = {0}, all = {0};
    struct incident_show_ask show = {.id = slice_text(call->args[0]), .part = SLICE_TEXT("evidence")};
    size_t changed = 0, count = 0;
    if (line > 0) {
        TRY(check_one(call, client, line, &items, &changed));
        count = items.len > 0;
    } else {
        TRY(ask_answer(call, client, VERB_INCIDENT_SHOW, &show, &listed));
        if (listed.shown) return OK;
        struct docs files = docs_of(doc_get(answer_doc(&listed), "items"));
        struct doc file = {0};
        while (docs_next(&files, &file)) {
            if (doc_is(doc_get(file, "state"), "released")) continue;
            TRY(check_one(call, client, doc_number(doc_get(file, "line")), &items, &changed));
            count++;
        }
    }
    cbor_map(&all, 1);
    cbor_text(&all, SLICE_TEXT("items"));
    cbor_array(&all, count);
    buf_slice_put(&all, buf_slice(&items));
    if (call_has(call, OPT_JSON) && (line == 0 || count > 0)) TRY(show_json(doc_of(buf_slice(&all))));
    if (changed == 0) return OK;
    return FAIL(TAMPERED, "evidence: %zu of %zu files were changed or are gone", changed, count);
}

static void show_released(const struct call *call, struct doc answer)
{
    (void)call;
    show_state_of(answer, "name");
    show_words("\n");
}

static RESULT line_of(const struct call *call, uint64_t *out)
{
    if (number_get(slice_text(call->args[1]), LINE_NUMBER_MAX, out) && *out > 0) return OK;
    return FAIL(USAGE, "argument 2: the line that took the file in, a number");
}

RESULT command_incident_release(struct call *call)
{
    struct evidence_release_ask ask = {.id = slice_text(call->args[0]),
                                       .reason = call_slice(call, OPT_REASON),
                                       .dry_run = call_has(call, OPT_DRY_RUN)};
    TRY(line_of(call, &ask.line));
    if (ask.reason.len == 0) return FAIL(USAGE, "--reason: say why it is destroyed");
    if (!ask.dry_run) TRY(confirm(call, "Destroy this file for good?"));
    return ask_and_show(call, VERB_EVIDENCE_RELEASE, &ask, show_released);
}

static void show_orphans(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){
                           {"file", COLUMN_WORDS}, {"bytes", COLUMN_PLAIN}, {"changed", COLUMN_TIME}, {0}});
}

RESULT command_incident_orphans(struct call *call)
{
    struct evidence_orphans_ask ask = {.id = slice_text(call->args[0]),
                                       .reason = call_slice(call, OPT_REASON),
                                       .dry_run = call_has(call, OPT_DRY_RUN)};
    if (call->arg_count == 2) ask.file = slice_text(call->args[1]);
    if (ask.file.len > 0 && !ask.dry_run) {
        if (ask.reason.len == 0) return FAIL(USAGE, "--reason: say why it is destroyed");
        TRY(confirm(call, "Destroy this file for good?"));
    }
    return ask_and_show(call, VERB_EVIDENCE_ORPHANS, &ask, show_orphans);
}

RESULT command_incident_verify(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    uint64_t line = 0;
    if (call->arg_count == 2) TRY(line_of(call, &line));
    TRY(client_open(call, &client));
    return check_files(call, client, line);
}

static void show_files(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"line", COLUMN_PLAIN},
                                                     {"state", COLUMN_WORDS},
                                                     {"time", COLUMN_TIME},
                                                     {"bytes", COLUMN_PLAIN},
                                                     {"hash", COLUMN_WORDS},
                                                     {"name", COLUMN_WORDS},
                                                     {0}});
}

RESULT command_incident_evidence(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    struct incident_show_ask listed = {.id = slice_text(call->args[0]), .part = SLICE_TEXT("evidence")};
    bool gives = call_has(call, OPT_OUT);
    uint64_t line = 0;
    if (gives && call->arg_count == 1) return FAIL(USAGE, "argument 2: which file? the line that took it in");
    if (gives) TRY(line_of(call, &line));
    if (call->arg_count == 1) return ask_and_show(call, VERB_INCIDENT_SHOW, &listed, show_files);
    TRY(client_open(call, &client));
    return gives ? take_out(call, client, line) : take_in(call, client, call->args[1]);
}

/* The lines of the timeline that tell of files and holds, one behind the other. */
static size_t custody_lines(struct doc timeline, struct buf *out)
{
    struct docs lines = docs_of(doc_get(timeline, "items"));
    struct doc line = {0};
    size_t count = 0;
    while (docs_next(&lines, &line)) {
        struct doc kind = doc_get(line, "kind");
        if (!doc_is(kind, "evidence") && !doc_is(kind, "hold")) continue;
        buf_slice_put(out, line.item);
        count++;
    }
    return count;
}

static void member_put(struct buf *out, const char *name, struct slice item)
{
    cbor_text(out, slice_text(name));
    buf_slice_put(out, item);
}

/* In clear: whoever gets it reads names of files and why they were taken out. */
RESULT command_incident_custody(struct call *call)
{
    const char *path = call_has(call, OPT_OUT) ? call_text(call, OPT_OUT) : "-";
    const struct ledger_checkpoint_ask newest = {0};
    struct incident_show_ask ask = {
        .id = slice_text(call->args[0]), .part = SLICE_TEXT("timeline"), .limit = PAGE_MAX};
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer checkpoint = {0};
    SCOPED(buf_done) struct buf timeline = {0}, lines = {0}, file = {0}, json = {0};
    TRY(client_open(call, &client));
    TRY(ask_all_pages(call, client, VERB_INCIDENT_SHOW, &ask, &ask.after, &timeline));
    if (timeline.len == 0) return OK; /* the call was printed, not made */
    TRY(ask_answer(call, client, VERB_LEDGER_CHECKPOINT, &newest,
                   &checkpoint)); /* last: it covers every line */
    size_t count = custody_lines(doc_of(buf_slice(&timeline)), &lines);
    cbor_map(&file, 3);
    cbor_text(&file, SLICE_TEXT("incident"));
    cbor_text(&file, ask.id);
    cbor_text(&file, SLICE_TEXT("custody"));
    cbor_array(&file, count);
    buf_slice_put(&file, buf_slice(&lines));
    member_put(&file, "ledger", answer_doc(&checkpoint).item);
    TRY(json_from_cbor(buf_slice(&file), &json));
    buf_byte(&json, '\n');
    return output_write(path, buf_slice(&json));
}
