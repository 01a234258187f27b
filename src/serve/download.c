#include "serve/download.h"

#include "serve/serve_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 32 * 1024 };

struct download {
    struct buf bearer, id; /* the credential it came by, and which file */
    struct buf piece;      /* what is to be taken */
    size_t sent;           /* of it */
    uint64_t next, total;  /* where the next piece begins, and the file ends */
    bool broken;           /* no more will come */
};

static void wake(struct request *request)
{
    if (!request->suspended) return;
    request->suspended = false;
    MHD_resume_connection(request->mhd);
}

static void ask_next(struct request *request)
{
    struct download *download = request->download;
    struct ask_head head = {.verb = VERB_EXPORT_READ, .bearer = buf_slice(&download->bearer)};
    const struct export_read_ask ask = {.id = buf_slice(&download->id), .from = download->next};
    memcpy(head.network, request->network, sizeof head.network);
    if (link_ask(request->front->link, &head, &ask, request).code == CODE_OK)
        request->asks_open++;
    else
        download->broken = true;
}

/* libmicrohttpd wants bytes: of the piece that is here, or none until the next one is. */
static ssize_t piece_read(void *context, uint64_t at, char *out, size_t room)
{
    struct request *request = context;
    struct download *download = request->download;
    size_t len = download->piece.len - download->sent;
    (void)at;
    if (len > room) len = room;
    if (len > 0) {
        memcpy(out, download->piece.at + download->sent, len);
        download->sent += len;
        request->replied_us = request->front->now_us; /* it goes on: its time begins anew */
        return (ssize_t)len;
    }
    if (download->next >= download->total) return MHD_CONTENT_READER_END_OF_STREAM;
    if (request->asks_open == 0 && !download->broken) ask_next(request);
    if (download->broken) return MHD_CONTENT_READER_END_WITH_ERROR;
    assert(!request->suspended);
    request->suspended = true;
    MHD_suspend_connection(request->mhd);
    return 0;
}

static void piece_take(struct download *download, struct slice body)
{
    buf_clear(&download->piece);
    buf_slice_put(&download->piece, body);
    download->sent = 0;
    download->next += body.len;
}

static RESULT download_begin(struct request *request, uint64_t total)
{
    struct ask_head head = {0};
    TRY(request_head(request, &head));
    struct download *download = calloc(1, sizeof *download);
    if (!download) abort(); /* as all memory: see bytes.h */
    request->download = download;
    buf_slice_put(&download->bearer, head.bearer);
    buf_slice_put(&download->id, request->found.values[0]);
    download->total = total;
    return OK;
}

void download_answer(struct request *request, const struct answer_head *head, struct slice body)
{
    if (request->download) {
        struct download *download = request->download;
        bool good = head->cause == CAUSE_OK && body.len > 0 && head->version == download->total;
        if (good)
            piece_take(download, body);
        else
            download->broken = true;
        wake(request);
        return;
    }
    struct result begun = download_begin(request, head->version);
    if (begun.code == CODE_OK) piece_take(request->download, body);
    if (begun.code == CODE_OK && !respond_file(request, head->version, BLOCK_BYTES, piece_read))
        begun = FAIL(UNAVAILABLE, "service: out of memory");
    if (begun.code != CODE_OK) {
        struct reply reply = {0};
        reply_problem(begun, NULL, request->id, &reply);
        (void)respond(request, &reply); /* a connection that cannot be answered ends */
        reply_done(&reply);
    }
    wake(request);
}

void download_late(struct request *request)
{
    request->download->broken = true;
    wake(request);
}

void download_done(struct request *request)
{
    if (!request->download) return;
    buf_done(&request->download->bearer);
    buf_done(&request->download->id);
    buf_done(&request->download->piece);
    free(TAKE(request->download));
}
