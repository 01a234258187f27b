/* The page of public words, written into a folder for any web server. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "cli/show.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { PAGE_BYTES_MAX = 20 * 1024, FILE_MODE = 0644, FOLDER_MODE = 0755 };

/* For everybody, as another user's web server carries them: the program's umask leaves others nothing. */
static RESULT text_write(void *context, int fd)
{
    const struct slice *text = context;
    if (fchmod(fd, FILE_MODE) != 0)
        return FAIL(UNAVAILABLE, "--out: cannot be opened to others: %s", strerror(errno));
    return output_all(fd, *text);
}

/* A folder that is there already is left as it is. */
static RESULT folder_need(const char *path)
{
    if (mkdir(path, FOLDER_MODE) != 0)
        return errno == EEXIST ? OK : FAIL(UNAVAILABLE, "%s: cannot create: %s", path, strerror(errno));
    return chmod(path, FOLDER_MODE) == 0
               ? OK
               : FAIL(UNAVAILABLE, "%s: cannot be opened to others: %s", path, strerror(errno));
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
    SCOPED(buf_done) struct buf path = {0};
    const struct portal_status_ask ask = {.file = name};
    if (!plain_name(name)) return FAIL(CORRUPT, "status: a file of a name that is none");
    TRY(ask_answer(publishing->call, publishing->client, VERB_PORTAL_STATUS, &ask, &answer));
    struct slice text = doc_text(doc_get(answer_doc(&answer), "text"));
    bool page = name.len > 5 && slice_is(slice_from(name, name.len - 5), ".html");
    if (page && text.len > PAGE_BYTES_MAX) {
        show_remark(publishing->call,
                    "%.*s: %zu bytes, more than the %d that an old telephone loads at once; say less, or "
                    "less at a time",
                    (int)name.len, (const char *)name.at, text.len, PAGE_BYTES_MAX);
    }
    publishing->files++;
    publishing->bytes += text.len;
    buf_print(&path, "%s/%.*s", publishing->folder, (int)name.len, (const char *)name.at);
    return output_made(buf_c(&path), text_write, &text);
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
    TRY(folder_need(publishing.folder));
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
