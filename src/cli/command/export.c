/* Exports and jobs: asking for many people as a file, how far it is, taking it. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/show.h"
#include "crypto/crypto.h"

#include <string.h>
#include <unistd.h>

static void member_show(struct doc answer, const char *name, const char *words)
{
    struct slice text = doc_text(doc_get(answer, name));
    if (text.len == 0) return;
    show_words("  %s ", words);
    show_value(text);
    show_words("\n");
}

static void fields_show(struct doc answer)
{
    SCOPED(buf_done) struct buf fields = {0};
    item_words_put(&fields, doc_get(answer, "fields"));
    show_words("  fields ");
    show_value(fields.len > 0 ? buf_slice(&fields) : SLICE_TEXT("none: ids alone"));
    show_words("\n");
}

static void show_export(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf people = {0}, expires = {0};
    (void)call;
    count_put(&people, doc_number(doc_get(answer, "people")));
    show_state_of(answer, "id");
    show_words(", %s people (", buf_c(&people));
    show_value(doc_text(doc_get(answer, "who")));
    show_words(")\n");
    member_show(answer, "why", "because");
    fields_show(answer);
    member_show(answer, "job", "job");
    member_show(answer, "approval", "approval");
    member_show(answer, "recipient", "for");
    member_show(answer, "sha256", "SHA-256");
    if (!doc_there(doc_get(answer, "expires"))) return;
    time_words_put(&expires, doc_get(answer, "expires"));
    show_words("  %llu bytes, to be had until %s with: amanah export get ",
               (unsigned long long)doc_number(doc_get(answer, "bytes")), buf_c(&expires));
    show_value(doc_text(doc_get(answer, "id")));
    show_words(" --out FILE\n");
}

/* --exposed FIELD=known, FIELD, =possible: each part may be left out. */
static void exposed_take(const struct call *call, struct export_ask_ask *ask)
{
    struct slice given = call_slice(call, OPT_EXPOSED);
    const uint8_t *equals = given.len > 0 ? memchr(given.at, '=', given.len) : NULL;
    ask->field = slice_part(given, 0, equals ? (size_t)(equals - given.at) : given.len);
    if (equals) ask->class = slice_from(given, ask->field.len + 1);
}

static RESULT who_take(const struct call *call, struct arena *arena, struct export_ask_ask *ask)
{
    bool listed = call->arg_count > 0, exposed = call_has(call, OPT_INCIDENT),
         named = call_has(call, OPT_WHO);
    if (listed + exposed + named != 1)
        return FAIL(USAGE, "whom: one of --who all|active|closed, --incident ID, or ids of people");
    ask->who = listed ? SLICE_TEXT("listed") : exposed ? SLICE_TEXT("exposed") : call_slice(call, OPT_WHO);
    ask->incident = call_slice(call, OPT_INCIDENT);
    if (call_has(call, OPT_EXPOSED) && !exposed) return FAIL(USAGE, "--exposed: goes with --incident");
    exposed_take(call, ask);
    if (!listed) return OK;
    struct slice *ids = arena_take(arena, call->arg_count * sizeof *ids);
    for (size_t i = 0; i < call->arg_count; i++) ids[i] = slice_text(call->args[i]);
    ask->subjects = (struct texts){ids, call->arg_count};
    return OK;
}

static void show_asked(const struct call *call, struct doc answer)
{
    (void)call;
    show_state_of(answer, "export");
    show_words("\n");
}

RESULT command_export_ask(struct call *call)
{
    SCOPED(arena_done) struct arena arena = {0};
    struct export_ask_ask ask = {.format = call_slice(call, OPT_FORMAT)};
    TRY(call_need(call, OPT_PURPOSE, &ask.purpose));
    TRY(call_need(call, OPT_REASON, &ask.reason));
    TRY(call_need(call, OPT_RECIPIENT, &ask.recipient));
    TRY(call_list(call, OPT_FIELDS, &arena, &ask.fields));
    TRY(who_take(call, &arena, &ask));
    return ask_and_show(call, VERB_EXPORT_ASK, &ask, show_asked);
}

static void show_exports(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {
        {"id", COLUMN_WORDS},     {"state", COLUMN_WORDS},  {"who", COLUMN_WORDS},
        {"people", COLUMN_WORDS}, {"fields", COLUMN_WORDS}, {"asker", COLUMN_WORDS},
        {"asked", COLUMN_TIME},   {"expires", COLUMN_TIME}, {0}};
    (void)call;
    show_blocks(answer, columns);
}

RESULT command_export_list(struct call *call)
{
    struct export_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_EXPORT_LIST, &ask, &ask.after, show_exports);
}

RESULT command_export_show(struct call *call)
{
    struct export_show_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_EXPORT_SHOW, &ask, show_export);
}

struct receiving {
    struct call *call;
    struct client *client;
    struct doc export;
};

/* Piece by piece; what came is hashed here as well: this end need not take the vault's word. */
static RESULT receive(void *context, int fd)
{
    const struct receiving *receiving = context;
    struct doc export = receiving->export;
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(hasher_free) struct hasher *hasher = NULL;
    struct export_read_ask ask = {.id = slice_text(receiving->call->args[0]), .bytes = EXPORT_PIECE_BYTES};
    struct hash hash = {{0}}, wanted = {{0}};
    uint64_t bytes = doc_number(doc_get(export, "bytes"));
    TRY(crypto_new(&crypto));
    TRY(hasher_new(crypto, &hasher));
    while (ask.from < bytes) {
        SCOPED(answer_done) struct answer piece = {0};
        TRY(ask_answer(receiving->call, receiving->client, VERB_EXPORT_READ, &ask, &piece));
        if (piece.body.len == 0 || piece.body.len > bytes - ask.from)
            return FAIL(CORRUPT, "vault: a piece of the file did not come");
        hasher_put(hasher, buf_slice(&piece.body));
        TRY(output_all(fd, buf_slice(&piece.body)));
        ask.from += piece.body.len;
    }
    hasher_end(hasher, &hash);
    bool told = hex_get(doc_text(doc_get(export, "sha256")), wanted.bytes, HASH_BYTES);
    return told && hash_equal(&hash, &wanted) ? OK
                                              : FAIL(CORRUPT, "vault: what came is not what was written");
}

RESULT command_export_get(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer shown = {0}, curl = {0};
    struct export_show_ask ask = {.id = slice_text(call->args[0])};
    const struct export_read_ask read = {.id = ask.id};
    struct slice path = {0};
    TRY(call_need(call, OPT_OUT, &path));
    TRY(client_open(call, &client));
    if (call_shows(call)) return ask_answer(call, client, VERB_EXPORT_READ, &read, &curl);
    TRY(ask_answer(call, client, VERB_EXPORT_SHOW, &ask, &shown));
    struct doc export = answer_doc(&shown);
    if (!doc_there(doc_get(export, "sha256")))
        return FAIL(CONFLICT, "export: there is no file to be had; see export show");
    struct receiving receiving = {call, client, export};
    TRY(output_made(call_text(call, OPT_OUT), receive, &receiving));
    if (slice_is(path, "-")) return OK;
    if (call_has(call, OPT_JSON)) return show_json(export);
    show_words("%llu bytes, SHA-256 ", (unsigned long long)doc_number(doc_get(export, "bytes")));
    show_value(doc_text(doc_get(export, "sha256")));
    show_words("\nOpen it with: age -d -i IDENTITY\n");
    return OK;
}

static void show_job(const struct call *call, struct doc answer)
{
    (void)call;
    show_value(doc_text(doc_get(answer, "id")));
    show_words(": ");
    show_value(doc_text(doc_get(answer, "kind")));
    show_words(" ");
    show_value(doc_text(doc_get(answer, "of")));
    show_words(", ");
    show_value(doc_text(doc_get(answer, "state")));
    show_words(", %llu of %llu\n", (unsigned long long)doc_number(doc_get(answer, "done")),
               (unsigned long long)doc_number(doc_get(answer, "total")));
}

static void show_jobs(const struct call *call, struct doc answer)
{
    static const struct table_column columns[] = {
        {"id", COLUMN_WORDS},       {"kind", COLUMN_WORDS}, {"of", COLUMN_WORDS},
        {"state", COLUMN_WORDS},    {"done", COLUMN_WORDS}, {"total", COLUMN_WORDS},
        {"failures", COLUMN_WORDS}, {"asked", COLUMN_TIME}, {0}};
    (void)call;
    show_blocks(answer, columns);
}

RESULT command_job_list(struct call *call)
{
    struct job_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_JOB_LIST, &ask, &ask.after, show_jobs);
}

RESULT command_job_show(struct call *call)
{
    struct job_show_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_JOB_SHOW, &ask, show_job);
}

RESULT command_job_cancel(struct call *call)
{
    struct job_cancel_ask ask = {.id = slice_text(call->args[0])};
    return ask_and_show(call, VERB_JOB_CANCEL, &ask, show_export);
}
