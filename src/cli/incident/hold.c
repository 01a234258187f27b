/*
 * A hold outside of the vault: on the machine whose logs are to stay. Naming files begins it: their rotation is stopped,
 * each is copied, hashed and told to the vault. The same command without files, from a timer every hour, copies what they
 * grew by and proves that nothing shrank. When the incident is closed the next run takes all of it away again.
 */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/evidence_send.h"
#include "cli/incident/hold_copy.h"
#include "cli/incident/hold_list.h"
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EVIDENCE_NAME_BYTES = 100, PLACE_BYTES = 100, EXIT_NOT_HELD = 6 };

static const char journal_copy[] = "copies/journal", command_copy[] = "copies/command";

/* One run. */
struct holding {
    struct call *call;
    struct client *client;
    struct crypto *crypto;
    struct arena arena;
    const char *dir;
    struct slice id;
    struct hold_list list;
    size_t fresh;         /* files of the list from here on were added by this call */
    struct answer before; /* what the vault knows */
    struct incident_hold_ask ask;
    struct slice said[HELD_FILES_MAX];
    struct buf shown[3]; /* names that were made for the list */
    bool failed;         /* something could not be read or run, and was told */
};

static void holding_done(struct holding *holding)
{
    hold_list_done(&holding->list);
    answer_done(&holding->before);
    for (size_t i = 0; i < COUNT_OF(holding->shown); i++) buf_done(&holding->shown[i]);
    arena_done(&holding->arena);
    crypto_free(&holding->crypto);
    client_free(&holding->client);
}

/* A text that lives as long as the run. */
static struct slice kept(struct holding *holding, struct slice text)
{
    uint8_t *at = arena_take(&holding->arena, text.len + 1);
    memcpy(at, text.at, text.len);
    at[text.len] = 0;
    return (struct slice){at, text.len};
}

static RESULT folder_make(const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) return OK;
    return FAIL(UNAVAILABLE, "--dir: %s cannot be made: %s", path, strerror(errno));
}

/* "FOLDER/NAME" of a file that keeps something off; its name says nothing of the incident. */
static struct slice dropin_name(struct holding *holding, const char *folder, const char *name, size_t i)
{
    struct hash hash = {{0}};
    struct buf *out = &holding->shown[i];
    sha256_one(holding->crypto, slice_text(holding->dir), &hash);
    buf_print(out, "%s/%s-", folder, name);
    hex_put(out, (struct slice){hash.bytes, 4});
    return buf_slice(out);
}

/* What this call adds to the list. */
static RESULT list_extend(struct holding *holding)
{
    struct call *call = holding->call;
    struct hold_list *list = &holding->list;
    char whole[PATH_MAX];
    list->incident = holding->id;
    if (call_has(call, OPT_LOGROTATE))
        list->logrotate = dropin_name(holding, call_text(call, OPT_LOGROTATE), "00-amanah-hold", 0);
    if (call_has(call, OPT_JOURNALD)) {
        list->journald = dropin_name(holding, call_text(call, OPT_JOURNALD), "90-amanah-hold", 1);
        buf_text(&holding->shown[1], ".conf");
        list->journald = buf_slice(&holding->shown[1]);
    }
    if (call_has(call, OPT_RUN)) {
        if (!realpath(call_text(call, OPT_RUN), whole)) return FAIL(NOT_FOUND, "--run: no such program");
        list->run = kept(holding, slice_text(whole));
    }
    if (call_has(call, OPT_PLACE)) list->place = call_slice(call, OPT_PLACE);
    if (list->place.len == 0) {
        if (gethostname(whole, PLACE_BYTES) != 0) return FAIL(USAGE, "--place: say which machine it is");
        whole[PLACE_BYTES] = 0;
        list->place = kept(holding, slice_text(whole));
    }
    holding->fresh = list->file_count;
    for (size_t i = 1; i < call->arg_count; i++) {
        if (!realpath(call->args[i], whole))
            return FAIL(NOT_FOUND, "file %zu: cannot be found: %s", i, strerror(errno));
        TRY(hold_list_add(list, kept(holding, slice_text(whole))));
    }
    if (list->file_count + list->journald.len + list->run.len > 0) return OK;
    return FAIL(USAGE, "incident hold: name files, --journald or --run; see amanah help incident hold");
}

static struct hold_known known_of(struct holding *holding, struct slice path)
{
    struct hold_known known = {0};
    struct docs items = docs_of(doc_get(answer_doc(&holding->before), "items"));
    struct doc item = {0};
    sha256_one(holding->crypto, (struct slice){0}, &known.hash);
    while (docs_next(&items, &item)) {
        if (!slice_equal(doc_text(doc_get(item, "path")), path)) continue;
        known.there = hex_get(doc_text(doc_get(item, "hash")), known.hash.bytes, HASH_BYTES);
        known.bytes = doc_number(doc_get(item, "bytes"));
    }
    return known;
}

static void say(struct holding *holding, struct slice path, const struct hold_now *now)
{
    SCOPED(buf_done) struct buf text = {0};
    if (now->gone) {
        buf_text(&text, "- ");
    } else {
        buf_print(&text, "%llu ", (unsigned long long)now->bytes);
        hex_put(&text, SLICE_OF(now->hash.bytes));
        buf_byte(&text, ' ');
        hex_put(&text, SLICE_OF(now->before.bytes));
        buf_byte(&text, ' ');
    }
    buf_slice_put(&text, path);
    holding->said[holding->ask.files.count++] = kept(holding, buf_slice(&text));
}

/* What could not be done is told, and the rest goes on: no proof of the others may hang on it. */
static void failed(struct holding *holding, struct result why)
{
    if (why.code == CODE_OK) return;
    holding->failed = true;
    show_failure(why);
}

/* A file, or a copy, as it is: told to the vault unless it was never there. */
static RESULT look_at(struct holding *holding, struct slice path, const struct hold_known *known,
                      struct hold_now *now)
{
    struct result read = hold_measure(holding->crypto, (const char *)path.at, known, now);
    if (read.code == CODE_OK && (known->there || !now->gone)) say(holding, path, now);
    return read;
}

/* A file and its copy: the copy grows only from what was proved, and only while it is itself as it was. */
static RESULT file_hold(struct holding *holding, size_t i)
{
    struct slice path = kept(holding, holding->list.files[i]), copy = {0};
    struct hold_known known = known_of(holding, path), copy_known = {0};
    struct hold_now now = {0}, copied = {0};
    SCOPED(buf_done) struct buf name = {0};
    hold_copy_path(holding->dir, &holding->list, i, &name);
    copy = kept(holding, slice_part(buf_slice(&name), 0, name.len - 1));
    copy_known = known_of(holding, copy);
    TRY(look_at(holding, path, &known, &now));
    TRY(hold_measure(holding->crypto, (const char *)copy.at, &copy_known, &copied));
    bool grows = hold_good(&known, &now) && (!copy_known.there || hold_good(&copy_known, &copied));
    if (grows)
        TRY(hold_grow((const char *)path.at, (const char *)copy.at, copy_known.there ? copy_known.bytes : 0,
                      now.bytes));
    return look_at(holding, copy, &copy_known, &copied);
}

/* What a program says, behind what it said before. */
static RESULT output_hold(struct holding *holding, const char *const *words, const char *copy)
{
    SCOPED(buf_done) struct buf name = {0};
    struct hold_now now = {0};
    hold_path(holding->dir, copy, &name);
    struct slice path = kept(holding, slice_part(buf_slice(&name), 0, name.len - 1));
    struct hold_known known = known_of(holding, path);
    failed(holding, hold_run(words, (const char *)path.at));
    return look_at(holding, path, &known, &now);
}

static void outputs_hold(struct holding *holding, const char *when)
{
    const struct hold_list *list = &holding->list;
    if (list->journald.len > 0) {
        SCOPED(buf_done) struct buf cursor = {0};
        buf_print(&cursor, "--cursor-file=%s/journal.cursor", holding->dir);
        buf_byte(&cursor, 0);
        const char *const words[] = {
            "journalctl", "--quiet", "--no-pager", "--output", "export", (const char *)cursor.at, NULL};
        failed(holding, output_hold(holding, words, journal_copy));
    }
    if (list->run.len == 0) return;
    const struct slice run = kept(holding, list->run);
    const char *const words[] = {(const char *)run.at, when, NULL};
    failed(holding, output_hold(holding, words, command_copy));
}

/* Each file of this call, whole, into the vault's own evidence. */
static RESULT evidence_hold(struct holding *holding)
{
    for (size_t i = holding->fresh; i < holding->list.file_count; i++) {
        struct slice path = kept(holding, holding->list.files[i]), name = path;
        SCOPED(answer_done) struct answer answer = {0};
        SCOPED(buf_done) struct buf source = {0};
        for (size_t at = 0; at < path.len; at++) {
            if (path.at[at] == '/') name = slice_from(path, at + 1);
        }
        buf_text(&source, "kept at ");
        buf_slice_put(&source, holding->list.place);
        buf_text(&source, ": ");
        buf_slice_put(&source, path);
        struct evidence_add_ask ask = {
            .id = holding->id,
            .name = slice_part(name, 0, name.len < EVIDENCE_NAME_BYTES ? name.len : EVIDENCE_NAME_BYTES),
            .source = buf_slice(&source)};
        int fd = open((const char *)path.at, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0) return FAIL(UNAVAILABLE, "file: cannot open: %s", strerror(errno));
        struct result sent = evidence_send(holding->call, holding->client, fd, &ask, &answer);
        (void)close(fd); /* it was only read */
        TRY(sent);
    }
    return OK;
}

static void show_held(struct doc answer, int *exit)
{
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {0};
    while (docs_next(&items, &item)) {
        struct slice state = doc_text(doc_get(item, "state"));
        SCOPED(buf_done) struct buf bytes = {0};
        count_put(&bytes, doc_number(doc_get(item, "bytes")));
        buf_byte(&bytes, 0);
        show_value(state);
        show_words(" %s bytes  ", (const char *)bytes.at);
        show_value(doc_text(doc_get(item, "path")));
        show_words("\n");
        if (!slice_is(state, "held")) *exit = EXIT_NOT_HELD;
    }
}

static RESULT told(struct holding *holding)
{
    SCOPED(answer_done) struct answer after = {0};
    struct call *call = holding->call;
    int exit = holding->failed ? EXIT_PARTLY : 0;
    TRY(ask_answer(call, holding->client, VERB_INCIDENT_HOLD, &holding->ask, &after));
    if (call_has(call, OPT_JSON)) {
        struct docs items = docs_of(doc_get(answer_doc(&after), "items"));
        struct doc item = {0};
        while (docs_next(&items, &item)) {
            if (!slice_is(doc_text(doc_get(item, "state")), "held")) exit = EXIT_NOT_HELD;
        }
        TRY(show_json(answer_doc(&after)));
    } else if (!call_has(call, OPT_QUIET)) {
        show_held(answer_doc(&after), &exit);
    }
    call->exit = exit;
    return OK;
}

/* The hold is over: what was put in place goes, the copies stay. */
static RESULT lift(struct holding *holding, const char *why)
{
    const struct hold_list *list = &holding->list;
    if (list->run.len > 0) {
        SCOPED(buf_done) struct buf name = {0};
        const struct slice run = kept(holding, list->run);
        const char *const words[] = {(const char *)run.at, "end", NULL};
        hold_path(holding->dir, command_copy, &name);
        failed(holding, hold_run(words, (const char *)name.at));
    }
    TRY(hold_list_lift(holding->dir, list));
    if (list->journald.len > 0)
        show_remark(holding->call,
                    "The journal's own limits count again after: systemctl restart systemd-journald");
    show_remark(holding->call, "%s: nothing is kept from rotation here any more; the copies stay in %s", why,
                holding->dir);
    holding->call->exit = holding->failed ? EXIT_PARTLY : 0;
    return OK;
}

static RESULT end(struct holding *holding)
{
    SCOPED(answer_done) struct answer after = {0};
    holding->ask.files.count = 0;
    holding->ask.end = true;
    TRY(call_need(holding->call, OPT_REASON, &holding->ask.text));
    TRY(ask_answer(holding->call, holding->client, VERB_INCIDENT_HOLD, &holding->ask, &after));
    return lift(holding, "Ended");
}

static RESULT hold(struct holding *holding)
{
    struct call *call = holding->call;
    bool begins = call->arg_count > 1 || call_has(call, OPT_LOGROTATE) || call_has(call, OPT_JOURNALD) ||
                  call_has(call, OPT_RUN);
    struct result there = hold_list_read(holding->dir, holding->id, &holding->list);
    if (there.code != CODE_OK && (there.code != CODE_NOT_FOUND || !begins)) return there;
    holding->fresh = holding->list.file_count;
    if (begins) TRY(list_extend(holding));
    holding->ask = (struct incident_hold_ask){.id = holding->id, .place = kept(holding, holding->list.place)};
    TRY(ask_answer(call, holding->client, VERB_INCIDENT_HOLD, &holding->ask, &holding->before));
    if (holding->before.shown) return OK;
    if (slice_is(doc_text(doc_get(answer_doc(&holding->before), "state")), "closed")) {
        if (begins)
            return FAIL(CONFLICT, "incident: it is closed, so nothing is kept for it; reopen it first");
        return lift(holding, "The incident is closed");
    }
    if (call_has(call, OPT_END)) return end(holding);
    if (begins) {
        SCOPED(buf_done) struct buf copies = {0};
        TRY(folder_make(holding->dir));
        hold_path(holding->dir, "copies", &copies);
        TRY(folder_make((const char *)copies.at));
        TRY(hold_list_write(holding->dir, &holding->list));
        if (holding->list.journald.len > 0)
            show_remark(call, "For the journal to take its new limits: systemctl restart systemd-journald");
    }
    TRY(hold_list_place(&holding->list)); /* each time: somebody may have taken it away */
    holding->ask.files.at = holding->said;
    outputs_hold(holding, begins ? "begin" : "proof");
    for (size_t i = 0; i < holding->list.file_count; i++) failed(holding, file_hold(holding, i));
    TRY(told(holding));
    return call_has(call, OPT_EVIDENCE) ? evidence_hold(holding) : OK;
}

RESULT command_incident_hold(struct call *call)
{
    char *whole = NULL;
    struct holding *holding = calloc(1, sizeof *holding);
    if (!holding) return FAIL(UNAVAILABLE, "hold: out of memory");
    struct result done = OK;
    const char *dir = call_text(call, OPT_DIR);
    if (!dir && !call_shows(call)) done = FAIL(USAGE, "--dir: say where its list and copies lie");
    if (done.code == CODE_OK && dir) {
        whole = realpath(dir, NULL); /* it need not be there yet */
        if (!whole && dir[0] != '/')
            done = FAIL(USAGE, "--dir: a whole path, as a timer needs it, or one that is there");
    }
    holding->call = call;
    holding->dir = whole ? whole : dir;
    holding->id = slice_text(call->args[0]);
    if (done.code == CODE_OK) done = crypto_new(&holding->crypto);
    if (done.code == CODE_OK) done = client_open(call, &holding->client);
    if (done.code == CODE_OK && call_shows(call)) {
        SCOPED(answer_done) struct answer shown = {0};
        const struct incident_hold_ask ask = {.id = holding->id, .place = SLICE_TEXT("PLACE")};
        done = ask_answer(call, holding->client, VERB_INCIDENT_HOLD, &ask, &shown);
    } else if (done.code == CODE_OK) {
        done = hold(holding);
    }
    holding_done(holding);
    free(holding);
    free(whole);
    return done;
}
