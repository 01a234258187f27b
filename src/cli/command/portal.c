/* The page of public words, written into a folder for any web server. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/show.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE_BYTES_MAX = 20 * 1024 };

static void descriptor_done(const int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

/* Beside it first, then in its place: who reads meanwhile sees the old one or the new one. */
static RESULT write_file(const char *folder, struct slice name, struct slice text)
{
    SCOPED(buf_done) struct buf path = {0}, part = {0};
    buf_print(&path, "%s/%.*s", folder, (int)name.len, (const char *)name.at);
    buf_print(&part, "%s/.%.*s.part", folder, (int)name.len, (const char *)name.at);
    SCOPED(descriptor_done)
    int fd = open(buf_c(&part), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) return FAIL(UNAVAILABLE, "%s: cannot create: %s", buf_c(&part), strerror(errno));
    for (size_t at = 0; at < text.len;) {
        ssize_t put = write(fd, text.at + at, text.len - at);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return FAIL(UNAVAILABLE, "%s: cannot write: %s", buf_c(&part), strerror(errno));
        at += (size_t)put;
    }
    if (fsync(fd) == 0 && rename(buf_c(&part), buf_c(&path)) == 0) return OK;
    return FAIL(UNAVAILABLE, "%s: cannot write: %s", buf_c(&path), strerror(errno));
}

/* A name of ours: letters, digits and dots, none at its beginning. */
static bool plain_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        uint8_t byte = name.at[i];
        bool good = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || (byte == '.' && i > 0);
        if (!good) return false;
    }
    return name.len > 0;
}

struct publishing {
    struct call *call;
    struct client *client;
    const char *folder;
    uint64_t files, bytes;
};

static RESULT publish_one(struct publishing *publishing, struct slice name)
{
    SCOPED(answer_done) struct answer answer = {0};
    const struct portal_status_ask ask = {.file = name};
    if (!plain_name(name)) return FAIL(CORRUPT, "status: a file of a name that is none");
    TRY(ask_answer(publishing->call, publishing->client, VERB_PORTAL_STATUS, &ask, &answer));
    struct slice text = doc_text(doc_get(answer_doc(&answer), "text"));
    bool page = name.len > 5 && slice_is(slice_from(name, name.len - 5), ".html");
    if (page && text.len > PAGE_BYTES_MAX) {
        show_words("%.*s: %zu bytes, more than the %d that an old telephone loads at once; say less, or less "
                   "at a time\n",
                   (int)name.len, (const char *)name.at, text.len, PAGE_BYTES_MAX);
    }
    publishing->files++;
    publishing->bytes += text.len;
    return write_file(publishing->folder, name, text);
}

RESULT command_portal_publish(struct call *call)
{
    const struct portal_status_ask first = {.file = {0}};
    struct slice folder = {0}, name = {0}, note = SLICE_TEXT("status.note");
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(answer_done) struct answer answer = {0};
    TRY(call_need(call, OPT_OUT, &folder));
    struct publishing publishing = {.call = call, .folder = call_text(call, OPT_OUT)};
    TRY(client_open(call, &client));
    publishing.client = client;
    TRY(ask_answer(call, client, VERB_PORTAL_STATUS, &first, &answer));
    if (mkdir(publishing.folder, 0755) != 0 && errno != EEXIST)
        return FAIL(UNAVAILABLE, "%s: cannot create: %s", publishing.folder, strerror(errno));
    struct docs names = docs_of(doc_get(answer_doc(&answer), "files"));
    struct doc one = {0};
    while (docs_next(&names, &one)) {
        name = doc_text(one);
        if (!slice_equal(name, note)) TRY(publish_one(&publishing, name));
    }
    TRY(publish_one(&publishing, note)); /* last: what it names is there by then */
    if (call_has(call, OPT_JSON)) {
        SCOPED(buf_done) struct buf told = {0};
        cbor_map(&told, 2);
        cbor_text(&told, SLICE_TEXT("bytes"));
        cbor_uint(&told, publishing.bytes);
        cbor_text(&told, SLICE_TEXT("files"));
        cbor_uint(&told, publishing.files);
        return show_json(doc_of(buf_slice(&told)));
    }
    show_words("%llu files, %llu bytes, in %s. Any web server can carry them; status.note is signed by the "
               "ledger's key.\n",
               (unsigned long long)publishing.files, (unsigned long long)publishing.bytes, publishing.folder);
    return OK;
}
