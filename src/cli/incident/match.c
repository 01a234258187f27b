/* Whose is a file that was found? Taken in as evidence, matched with the vault, told in words. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/evidence_send.h"
#include "cli/progress.h"
#include "cli/show.h"
#include "crypto/crypto.h"
#include "mail/words.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    NAME_MAX_BYTES = 100,
    LINE_NUMBER_MAX = UINT32_MAX / 2,
    LOOK_EVERY_MS = 300,
    HASH_BLOCK_BYTES = 1024 * 1024
};

static void descriptor_done(int *fd)
{
    if (*fd > STDERR_FILENO) (void)close(*fd); /* only read */
}

/* A bar on the terminal, fed by a second line to the vault: the first waits for the answer. */
struct looking {
    struct call *call;
    const struct evidence_match_ask *ask;
    atomic_bool ended;
    pthread_t thread;
    bool on;
};

static void *look_on(void *context)
{
    struct looking *looking = context;
    SCOPED(client_free) struct client *client = NULL;
    struct evidence_match_ask ask = *looking->ask;
    struct progress progress = progress_begin(looking->call, 0);
    ask.progress = true;
    if (client_open(looking->call, &client).code != CODE_OK) return NULL; /* it is only a bar */
    while (!atomic_load(&looking->ended)) {
        const struct timespec turn = {.tv_nsec = LOOK_EVERY_MS * 1000000L};
        SCOPED(answer_done) struct answer answer = {0};
        if (ask_answer(looking->call, client, VERB_EVIDENCE_MATCH, &ask, &answer).code != CODE_OK) break;
        struct doc doc = answer_doc(&answer);
        progress.total = doc_number(doc_get(doc, "bytes"));
        if (doc_true(doc_get(doc, "busy")))
            progress_show(&progress, doc_number(doc_get(doc, "rows")), doc_number(doc_get(doc, "read")));
        (void)nanosleep(&turn, NULL);
    }
    progress_end(&progress);
    return NULL;
}

static void looking_begin(struct looking *looking)
{
    struct progress progress = progress_begin(looking->call, 0);
    bool shown = call_has(looking->call, OPT_OUTPUT_CURL) || call_has(looking->call, OPT_OUTPUT_ROLE);
    looking->on = progress.on && !shown && pthread_create(&looking->thread, NULL, look_on, looking) == 0;
}

static void looking_end(struct looking *looking)
{
    atomic_store(&looking->ended, true);
    if (looking->on) (void)pthread_join(looking->thread, NULL);
}

static struct slice file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slice_part(slice_text(slash && slash[1] ? slash + 1 : path), 0, NAME_MAX_BYTES);
}

/* SHA-256 of a file, hexadecimal; its place stays where it was. */
static RESULT file_hash(int fd, struct buf *out)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(hasher_free) struct hasher *hasher = NULL;
    SCOPED(buf_done) struct buf block = {0};
    struct hash hash = {{0}};
    uint8_t *at = buf_extend(&block, HASH_BLOCK_BYTES);
    ssize_t got = 0;
    TRY(crypto_new(&crypto));
    TRY(hasher_new(crypto, &hasher));
    for (off_t from = 0; (got = pread(fd, at, HASH_BLOCK_BYTES, from)) != 0; from += got) {
        if (got < 0) return FAIL(UNAVAILABLE, "file: cannot read: %s", strerror(errno));
        hasher_put(hasher, (struct slice){at, (size_t)got});
    }
    hasher_end(hasher, &hash);
    hex_put(out, SLICE_OF(hash.bytes));
    return OK;
}

/* Not released, and, where it was said, of that name and source. */
static bool is_it(struct doc file, const struct evidence_add_ask *ask)
{
    return !doc_is(doc_get(file, "state"), "released") &&
           (ask->name.len == 0 || slice_equal(ask->name, doc_text(doc_get(file, "name")))) &&
           (ask->source.len == 0 || slice_equal(ask->source, doc_text(doc_get(file, "text"))));
}

/* The line that took these bytes in before: a match that was interrupted goes on there. 0: none did. */
static RESULT line_before(struct call *call, struct client *client, int fd,
                          const struct evidence_add_ask *ask, uint64_t *out)
{
    SCOPED(answer_done) struct answer answer = {0};
    SCOPED(buf_done) struct buf hash = {0};
    const struct incident_show_ask show = {.id = ask->id, .part = SLICE_TEXT("evidence")};
    struct stat status = {0};
    struct doc file = {0};
    bool printed = call_has(call, OPT_OUTPUT_CURL) || call_has(call, OPT_OUTPUT_ROLE);
    if (printed || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return OK;
    TRY(ask_answer(call, client, VERB_INCIDENT_SHOW, &show, &answer));
    struct docs files = docs_of(doc_get(answer_doc(&answer), "items"));
    while (docs_next(&files, &file)) {
        if (doc_number(doc_get(file, "bytes")) != (uint64_t)status.st_size || !is_it(file, ask)) continue;
        if (hash.len == 0) TRY(file_hash(fd, &hash)); /* only where a size agrees */
        if (slice_equal(buf_slice(&hash), doc_text(doc_get(file, "hash"))))
            *out = doc_number(doc_get(file, "line"));
    }
    return OK;
}

/* Take the file in, unless it was before; its line goes to `line`. */
static RESULT take_in(struct call *call, struct client *client, struct slice incident, uint64_t *line,
                      bool *shown)
{
    const char *path = call->args[0];
    bool standard = strcmp(path, "-") == 0;
    SCOPED(descriptor_done) int fd = STDIN_FILENO;
    SCOPED(answer_done) struct answer answer = {0};
    struct evidence_add_ask ask = {
        .id = incident, .name = call_slice(call, OPT_NAME), .source = call_slice(call, OPT_SOURCE)};
    if (ask.name.len == 0 && standard) return FAIL(USAGE, "--name: say what comes by standard input");
    if (!standard) fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 && errno == ENOENT) return FAIL(NOT_FOUND, "%s: no such file", path);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot open: %s", path, strerror(errno));
    if (!standard) TRY(line_before(call, client, fd, &ask, line));
    if (*line > 0) {
        show_remark(call, "was taken in as line %llu; matching", (unsigned long long)*line);
        return OK;
    }
    if (ask.name.len == 0) ask.name = file_name(path);
    TRY(evidence_send(call, client, fd, &ask, &answer));
    *shown = answer.shown;
    *line = doc_number(doc_get(answer_doc(&answer), "line"));
    if (!answer.shown) show_remark(call, "taken in as line %llu; matching", (unsigned long long)*line);
    return OK;
}

static unsigned long long number(struct doc answer, const char *name)
{
    return (unsigned long long)doc_number(doc_get(answer, name));
}

/* One sentence in the person's language; its key is "evidence." and a name that the vault gave. */
static void sentence(const struct call *call, const char *group, struct slice name)
{
    SCOPED(buf_done) struct buf key = {0}, text = {0};
    struct slice language = call_has(call, OPT_LANG) ? call_slice(call, OPT_LANG) : SLICE_TEXT("en");
    buf_print(&key, "evidence.%s.", group);
    buf_slice_put(&key, name);
    if (!words_has(SLICE_TEXT("en"), buf_c(&key))) return; /* of a newer vault */
    words_put(language, buf_c(&key), NULL, 0, &text);
    show_value(buf_slice(&text));
    show_words("\n");
}

static void show_shares(struct doc answer)
{
    struct doc by = doc_get(answer, "by"), file = doc_get(answer, "file");
    show_words("%llu lines", number(answer, "lines"));
    if (number(answer, "broken") > 0) show_words(", %llu of them broken", number(answer, "broken"));
    show_words("; %llu hold a value that can be looked up\n", number(answer, "keyed"));
    if (!doc_is(doc_get(file, "read"), "whole")) {
        show_words("Not read to its end: ");
        show_value(doc_text(doc_get(file, "read")));
        show_words("\n");
    }
    if (number(file, "nested") > 0)
        show_words("Archives within it, passed over: %llu\n", number(file, "nested"));
    show_words("%llu lines name a customer of yours, %llu.%llu %% of those:\n", number(answer, "matched"),
               number(answer, "share") / 10, number(answer, "share") % 10);
    show_words(
        "  by e-mail %llu (%llu of them without a +tag or dots), by telephone %llu, by national id %llu\n",
        number(by, "email"), number(by, "email_canonical"), number(by, "phone"), number(by, "national_id"));
    show_words("  by two kinds of value at once %llu, by one that was given up since %llu\n",
               number(answer, "agreeing"), number(answer, "past"));
    show_words("%llu people, %llu.%llu %% of your customers; %llu of them had left\n",
               number(answer, "people"), number(answer, "customers_share") / 10,
               number(answer, "customers_share") % 10, number(answer, "closed"));
    if (number(answer, "shared") > 0)
        show_words("%llu lines name several customers at once, who share a value: %llu people\n",
                   number(answer, "shared"), number(answer, "people_maybe"));
    show_words("People in it who are no customers: about %llu\n", number(answer, "others"));
    if (number(answer, "passwords") > 0)
        show_words("Passwords in it, kept as hashes for the check at sign-up: %llu\n",
                   number(answer, "passwords"));
}

static void show_fields(struct doc answer)
{
    struct docs fields = docs_of(doc_get(answer, "fields")), unknown = docs_of(doc_get(answer, "unknown"));
    struct doc field = {0};
    if (number(answer, "compared") > 0) {
        show_words(
            "Of %llu lines compared with what the vault holds, %llu agree in something else as well:\n",
            number(answer, "compared"), number(answer, "compared_agreeing"));
    }
    while (docs_next(&fields, &field)) {
        show_words("  ");
        show_value(doc_text(doc_get(field, "field")));
        show_words(": %llu of %llu\n", number(field, "agreed"), number(field, "compared"));
    }
    while (docs_next(&unknown, &field)) {
        show_words("The vault has no field for its column ");
        show_value(doc_text(doc_get(field, "column")));
        show_words(" (");
        show_value(doc_text(doc_get(field, "looks_like")));
        show_words(")\n");
    }
}

static void show_time(const char *words, struct doc time)
{
    SCOPED(buf_done) struct buf text = {0};
    if (doc_text(time).len == 0) return;
    time_words_put(&text, time);
    show_words("%s ", words);
    show_value(buf_slice(&text));
    show_words("\n");
}

static void show_origin(struct doc answer)
{
    struct docs canaries = docs_of(doc_get(answer, "canaries"));
    struct doc canary = {0}, taken = doc_get(answer, "taken");
    while (docs_next(&canaries, &canary)) {
        show_words("Canaries in it: %llu, given to ", number(canary, "count"));
        show_value(doc_text(doc_get(canary, "given_to")));
        show_words("\n");
    }
    show_time("Taken not before", doc_get(taken, "not_before"));
    show_time("Taken not after", doc_get(taken, "not_after"));
    show_time("Nobody is in it who came after", doc_get(taken, "absent_since"));
    if (doc_true(doc_get(taken, "at_odds")))
        show_words("These times exclude each other: it was put together from several.\n");
}

/* Files that it is, or is part of, or holds. */
static void show_known(struct doc answer)
{
    struct docs known = docs_of(doc_get(answer, "known_as"));
    struct doc file = {0};
    while (docs_next(&known, &file)) {
        show_words("Known: ");
        show_value(doc_text(doc_get(file, "relation")));
        show_words(", of the file of line %llu of ", number(file, "line"));
        show_value(doc_text(doc_get(file, "incident")));
        show_words("; %llu.%llu %% of this one is in that, %llu.%llu %% of that in this\n",
                   number(file, "of_this") / 10, number(file, "of_this") % 10, number(file, "of_that") / 10,
                   number(file, "of_that") % 10);
    }
}

static void show_match(const struct call *call, struct doc answer)
{
    struct docs reasons = docs_of(doc_get(answer, "reasons"));
    struct doc reason = {0};
    sentence(call, "verdict", doc_text(doc_get(answer, "verdict")));
    sentence(call, "sure", doc_text(doc_get(answer, "confidence")));
    while (docs_next(&reasons, &reason)) {
        show_words("- ");
        sentence(call, "reason", doc_text(reason));
    }
    show_shares(answer);
    show_fields(answer);
    show_origin(answer);
    show_known(answer);
}

RESULT command_evidence_match(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    struct evidence_match_ask ask = {.id = call_slice(call, OPT_INCIDENT),
                                     .again = call_has(call, OPT_AGAIN)};
    struct looking looking = {.call = call, .ask = &ask};
    bool shown = false;
    if (ask.id.len == 0) return FAIL(USAGE, "--incident: say of which incident this is evidence");
    TRY(client_open(call, &client));
    if (!number_get(slice_text(call->args[0]), LINE_NUMBER_MAX, &ask.line))
        TRY(take_in(call, client, ask.id, &ask.line, &shown));
    if (shown) return OK;
    looking_begin(&looking);
    struct result done = ask_answer(call, client, VERB_EVIDENCE_MATCH, &ask, &answer);
    looking_end(&looking);
    TRY(done);
    if (answer.shown) return OK;
    if (call_has(call, OPT_JSON)) return show_json(answer_doc(&answer));
    show_match(call, answer_doc(&answer));
    return OK;
}
