#include "cli/client.h"

#include "cli/http_ask.h"
#include "cli/input.h"
#include "cli/key_session.h"
#include "cli/remote.h"
#include "cli/session_file.h"
#include "keep/home.h"
#include "keeper/keeper.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
    LOCK_WAIT_MS_MAX = 5000,
    LOCK_TURN_MS = 50,
    READ_BYTES = 65536,
    LENGTH_BYTES = 4,
    JOBS_SHOWN_US = 200 * 1000
};

struct client {
    int fd;                /* of the home's socket; -1: the keeper is in this process */
    struct keeper *keeper; /* or NULL */
    struct remote *remote; /* or NULL: then `held` is its answer, until it is taken */
    struct remote_answer held;
    int64_t idle_at_us; /* when the keeper here wants keeper_idle() */
    struct buf bearer;
    uint64_t last_id;
    struct buf in; /* frames that came and were not read yet, from `in_done` on */
    size_t in_done;
    struct buf checkpoint; /* the newest one, of the one shop that a credential opens */
    uint32_t checkpoint_shop;
};

void answer_done(struct answer *answer)
{
    buf_done(&answer->body);
    *answer = (struct answer){0};
}

struct doc answer_doc(const struct answer *answer)
{
    return doc_of(buf_slice(&answer->body));
}

void client_free(struct client **client)
{
    if (!*client) return;
    if ((*client)->fd >= 0)
        (void)close((*client)->fd); /* everything that was asked is answered or given up */
    keeper_free(&(*client)->keeper);
    remote_free(&(*client)->remote);
    buf_done(&(*client)->held.body);
    buf_done(&(*client)->bearer);
    buf_done(&(*client)->in);
    buf_done(&(*client)->checkpoint);
    free(*client);
    *client = NULL;
}

static void descriptor_done(int *fd)
{
    if (*fd >= 0) (void)close(*fd); /* nothing was written */
}

/* Through the directory's descriptor, because a socket's path may have 107 bytes at most. */
static RESULT connect_socket(const char *home, int *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval wait = {.tv_sec = CLIENT_ANSWER_S_MAX};
    SCOPED(descriptor_done) int directory = open(home, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return FAIL(NOT_FOUND, "%s: no such directory; make a home with amanah init", home);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", directory);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return FAIL(UNAVAILABLE, "socket: %s", strerror(errno));
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait); /* else it waits for ever: no harm */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
        *out = fd;
        return OK;
    }
    int error = errno;
    (void)close(fd); /* it never was connected */
    if (error == EACCES) return FAIL(DENIED, "%s/socket: not yours to use; run as the vault's user", home);
    return FAIL(NOT_FOUND, "%s/socket: nobody answers", home);
}

static void sleep_ms(long ms)
{
    const struct timespec wait = {.tv_nsec = ms * 1000000};
    (void)nanosleep(&wait, NULL); /* a shorter sleep only turns the loop sooner */
}

/* Whoever opens first after a restore is told, for it is not said again. */
static void warn_of_reopened(const struct keeper *keeper)
{
    const char *shop = NULL;
    bool keys_ended = false;
    for (size_t i = 0; (shop = keeper_reopened(keeper, i, &keys_ended)) != NULL; i++) {
        (void)fprintf(
            stderr,
            "amanah: warning: shop %s: an old copy of its store was put back; its ledger began a new "
            "log, and what happened after that copy is unknown here%s\n",
            shop, keys_ended ? "; all keys were ended: issue new ones" : "");
    }
}

RESULT home_phrase_get(const char *path, struct buf *out)
{
    static const struct passphrase_source source = {"AMANAH_PASSPHRASE_FILE", "passphrase",
                                                    "Passphrase of the home"};
    enum seal_kind seal = SEAL_PLAIN;
    TRY(home_seal_kind(path, &seal));
    bool wanted = seal == SEAL_PASSPHRASE || (seal == SEAL_TPM && passphrase_named(&source));
    return wanted ? passphrase_get(&source, out) : OK;
}

/* The daemon, else a keeper here. Another command may hold the home for a moment, so wait a little for it. */
static RESULT open_home(const char *home, bool served, struct client *client)
{
    SCOPED(buf_done) struct buf phrase = {0};
    enum seal_kind seal = SEAL_PLAIN;
    TRY(home_seal_kind(home, &seal)); /* is there a home? */
    for (int waited = 0;; waited += LOCK_TURN_MS) {
        struct result connected = connect_socket(home, &client->fd);
        if (connected.code != CODE_NOT_FOUND) return connected;
        if (served) return FAIL(UNAVAILABLE, "%s: the vault is not served; amanah serve", home);
        if (phrase.len == 0) TRY(home_phrase_get(home, &phrase));
        struct keeper_options options = {home, buf_slice(&phrase), clock_system()};
        struct result opened = keeper_open(&options, &client->keeper);
        if (opened.code == CODE_OK) warn_of_reopened(client->keeper);
        if (opened.cause != CAUSE_HOME_LOCKED) return opened;
        if (waited >= LOCK_WAIT_MS_MAX) break;
        sleep_ms(LOCK_TURN_MS);
    }
    return FAIL(
        UNAVAILABLE,
        "%s: another amanah process holds it, but its socket does not answer; wait until that command or "
        "start is over, or end it and try again",
        home);
}

/* Where the vault is: what the call says goes before the environment. One of the two is set. */
static RESULT name_vault(const struct call *call, const char **home, const char **url)
{
    const char *home_set = getenv("AMANAH_HOME"), *url_set = getenv("AMANAH_URL");
    *home = call_text(call, OPT_HOME);
    *url = call_text(call, OPT_URL);
    if (*home && *url) return FAIL(USAGE, "--home and --url: two vaults; give one of them");
    if (*home || *url) return OK;
    if (home_set && home_set[0] && url_set && url_set[0]) {
        return FAIL(USAGE, "AMANAH_HOME and AMANAH_URL: two vaults; say which with --home or --url");
    }
    if (home_set && home_set[0]) *home = home_set;
    if (url_set && url_set[0]) *url = url_set;
    if (*home || *url) return OK;
    return FAIL(USAGE,
                "home: none is named; give --home DIR or set AMANAH_HOME, or --url for a vault far away");
}

RESULT client_home(const struct call *call, const char **out)
{
    const char *home = call_text(call, OPT_HOME);
    if (!home) home = getenv("AMANAH_HOME");
    if (!home || !home[0]) return FAIL(USAGE, "home: none is named; give --home DIR or set AMANAH_HOME");
    *out = home;
    return OK;
}

RESULT client_vault(const struct call *call, struct buf *out)
{
    const char *home = NULL, *url = NULL;
    TRY(name_vault(call, &home, &url));
    char *whole = home ? realpath(home, NULL) : NULL;
    buf_print(out, "%s %s", url ? "url" : "home", url ? url : whole ? whole : home);
    free(whole);
    return OK;
}

/* A key names its shop; the local operator of a home with several shops names it as "shop:NAME". */
static RESULT take_credential(const struct call *call, struct credential *out)
{
    const char *shop = call_text(call, OPT_SHOP);
    TRY(credential_get(out));
    if (shop && (out->bearer.len > 0 || out->pem.len > 0))
        return FAIL(USAGE, "--shop: the key says which shop; leave one of them out");
    if (shop && strlen(shop) > SHOP_NAME_BYTES_MAX)
        return FAIL(USAGE, "--shop: no shop has such a long name");
    if (shop) buf_print(&out->bearer, "shop:%s", shop);
    if (out->bearer.len > 0 || out->pem.len > 0) return OK;
    SCOPED(buf_done) struct buf vault = {0};
    TRY(client_vault(call, &vault));
    session_recall(buf_slice(&vault), &out->bearer);
    return OK;
}

/* By a private key: from here on as the session that it opened. */
static RESULT sign_in(struct client *client, const struct credential *credential)
{
    SCOPED(buf_done) struct buf token = {0};
    TRY(key_session(client, buf_slice(&credential->key_id), buf_slice(&credential->pem), &token));
    client->bearer = TAKE(token);
    if (client->remote) remote_bearer(client->remote, buf_slice(&client->bearer));
    return OK;
}

struct slice client_bearer(const struct client *client)
{
    return buf_slice(&client->bearer);
}

static RESULT open_vault(const struct call *call, bool served, struct client **out)
{
    const char *home = NULL, *url = NULL;
    SCOPED(client_free) struct client *client = calloc(1, sizeof *client);
    SCOPED(credential_done) struct credential credential = {0};
    if (!client) abort();
    client->fd = -1;
    if (!call_shows(call)) {
        TRY(name_vault(call, &home, &url));
        TRY(take_credential(call, &credential));
        client->bearer = TAKE(credential.bearer);
        if (url) TRY(remote_open(url, buf_slice(&client->bearer), &client->remote));
        if (home) TRY(open_home(home, served, client));
        if (credential.pem.len > 0) TRY(sign_in(client, &credential));
    }
    *out = TAKE(client);
    return OK;
}

RESULT client_open(const struct call *call, struct client **out)
{
    return open_vault(call, false, out);
}

RESULT client_open_served(const struct call *call, struct client **out)
{
    return open_vault(call, true, out);
}

struct remote *client_remote(const struct client *client)
{
    return client->remote;
}

size_t client_window(const struct client *client)
{
    return client->fd >= 0 ? CLIENT_WINDOW : 1;
}

static RESULT send_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t put = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0)
            return FAIL(UNAVAILABLE, "the vault's daemon went away or hangs: %s; see its log",
                        strerror(errno));
        bytes = slice_from(bytes, (size_t)put);
    }
    return OK;
}

static void keep_frame(void *context, void *from, struct slice frame)
{
    struct client *client = context;
    (void)from;
    buf_slice_put(&client->in, frame);
}

RESULT client_send(struct client *client, enum verb verb, const void *ask)
{
    SCOPED(buf_done) struct buf frame = {0};
    if (client->remote) return remote_ask(client->remote, verb, ask, CLIENT_ANSWER_S_MAX, &client->held);
    assert(client->fd >= 0 || client->keeper);
    struct ask_head head = {.id = ++client->last_id, .verb = verb, .bearer = buf_slice(&client->bearer)};
    TRY(ask_write(&head, ask, &frame));
    if (client->fd >= 0) return send_all(client->fd, buf_slice(&frame));
    struct keeper_ask one = {slice_from(buf_slice(&frame), LENGTH_BYTES), true, NULL};
    keeper_run(client->keeper, &one, 1, (struct keeper_sink){keep_frame, client});
    /* No process stays behind that would do them. Who begins a rotation asks again how far it is, to show it. */
    bool asks_again = verb == VERB_ROTATE || verb == VERB_ROTATION;
    int64_t until_us = asks_again ? clock_monotonic_us() + JOBS_SHOWN_US : INT64_MAX;
    while (keeper_jobs(client->keeper) && clock_monotonic_us() < until_us) {}
    if (clock_monotonic_us() >= client->idle_at_us) {
        client->idle_at_us = clock_monotonic_us() + keeper_idle(client->keeper);
    }
    return OK;
}

/* At least `len` bytes that were not read yet. */
static RESULT fill(struct client *client, size_t len)
{
    if (client->in_done == client->in.len) {
        buf_clear(&client->in);
        client->in_done = 0;
    }
    while (client->in.len - client->in_done < len) {
        if (client->fd < 0)
            return FAIL(UNAVAILABLE, "the keeper gave no whole answer; see amanah ledger verify");
        uint8_t *room = buf_extend(&client->in, READ_BYTES);
        ssize_t got = recv(client->fd, room, READ_BYTES, 0);
        int error = errno;
        client->in.len -= (size_t)(READ_BYTES - (got > 0 ? got : 0));
        if (got < 0 && error == EINTR) continue;
        if (got == 0) return FAIL(UNAVAILABLE, "the vault's daemon went away; see its log, then try again");
        if (got < 0 && error == EAGAIN) {
            return FAIL(UNAVAILABLE, "the vault's daemon gave no answer in %d seconds; see its log",
                        CLIENT_ANSWER_S_MAX);
        }
        if (got < 0)
            return FAIL(UNAVAILABLE, "the vault's daemon went away: %s; see its log", strerror(error));
    }
    return OK;
}

/* The next frame, without its length word; borrowed until the next call. */
static RESULT next_frame(struct client *client, struct slice *out)
{
    TRY(fill(client, LENGTH_BYTES));
    uint32_t len = be32_get(client->in.at + client->in_done);
    if (len > ANSWER_FRAME_BYTES_MAX)
        return FAIL(UNAVAILABLE, "the vault's daemon speaks another version; restart it");
    TRY(fill(client, LENGTH_BYTES + (size_t)len));
    *out = slice_part(buf_slice(&client->in), client->in_done + LENGTH_BYTES, len);
    client->in_done += LENGTH_BYTES + (size_t)len;
    return OK;
}

/* The answer's map, with its receipt as last member. */
static void put_body(const struct client *client, const struct answer_head *head, struct slice body,
                     struct buf *out)
{
    bool receipt =
        (head->flags & ANSWER_RECEIPT) && head->shop == client->checkpoint_shop && client->checkpoint.len > 0;
    struct doc map = doc_of(body);
    if (head->shape != ANSWER_CBOR || !receipt || !doc_there(map) || map.item.at[0] >> 5 != CBOR_MAP) {
        buf_slice_put(out, body);
        return;
    }
    struct docs pairs = docs_of(map);
    cbor_map(out, pairs.left + 1);
    buf_slice_put(out, pairs.rest);
    cbor_text(out, SLICE_TEXT("receipt"));
    cbor_map(out, 3);
    cbor_text(out, SLICE_TEXT("index"));
    cbor_uint(out, head->index);
    cbor_text(out, SLICE_TEXT("leaf_hash"));
    cbor_bytes(out, SLICE_OF(head->leaf_hash));
    cbor_text(out, SLICE_TEXT("checkpoint"));
    cbor_text(out, buf_slice(&client->checkpoint));
}

RESULT client_refusal(enum cause cause, struct doc body)
{
    SCOPED(buf_done) struct buf text = {0};
    struct slice detail = doc_text(doc_get(body, "detail"));
    struct docs errors = docs_of(doc_get(body, "errors"));
    struct doc error = {0};
    buf_slice_put(&text, detail.len > 0 ? detail : slice_text(cause_row(cause)->title));
    while (docs_next(&errors, &error)) {
        struct slice where = doc_text(doc_get(error, "pointer")), what = doc_text(doc_get(error, "detail"));
        if (slice_equal(what, detail)) continue;
        buf_text(&text, "; ");
        buf_slice_put(&text, where);
        buf_text(&text, ": ");
        buf_slice_put(&text, what);
    }
    return result_carry(cause, (const char *)text.at, text.len);
}

static RESULT next_remote(struct client *client, struct answer *out)
{
    answer_done(out);
    out->head.cause = client->held.cause;
    out->body = TAKE(client->held.body);
    if (out->head.cause != CAUSE_OK) return client_refusal(out->head.cause, answer_doc(out));
    return OK;
}

RESULT client_next(struct client *client, struct answer *out)
{
    struct answer_head head = {0};
    struct slice frame = {0}, body = {0};
    if (client->remote) return next_remote(client, out);
    for (;;) {
        TRY(next_frame(client, &frame));
        TRY(answer_read(frame, &head, &body));
        if (head.shape != ANSWER_CHECKPOINT) break;
        buf_clear(&client->checkpoint);
        buf_slice_put(&client->checkpoint, body);
        client->checkpoint_shop = head.shop;
    }
    answer_done(out);
    out->head = head;
    put_body(client, &head, body, &out->body);
    if (head.cause != CAUSE_OK) return client_refusal(head.cause, answer_doc(out));
    return OK;
}

RESULT client_ask(struct client *client, enum verb verb, const void *ask, struct answer *out)
{
    TRY(client_send(client, verb, ask));
    return client_next(client, out);
}
