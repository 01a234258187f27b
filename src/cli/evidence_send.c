#include "cli/evidence_send.h"

#include "cli/ask.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Up to a part's worth, less only at the end. */
static RESULT part_read(int fd, struct buf *out)
{
    uint8_t *at = buf_extend(out, EVIDENCE_PART_BYTES);
    size_t done = 0;
    while (done < EVIDENCE_PART_BYTES) {
        ssize_t got = read(fd, at + done, EVIDENCE_PART_BYTES - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "file: cannot read: %s", strerror(errno));
        if (got == 0) break;
        done += (size_t)got;
    }
    out->len -= EVIDENCE_PART_BYTES - done;
    return OK;
}

RESULT evidence_send(struct call *call, struct client *client, int fd, struct evidence_add_ask *ask,
                     struct answer *out)
{
    SCOPED(buf_done) struct buf upload = {0}, here = {0}, next = {0};
    TRY(part_read(fd, &here));
    for (;;) {
        SCOPED(buf_done) struct buf text = {0};
        buf_clear(&next);
        if (here.len == EVIDENCE_PART_BYTES) TRY(part_read(fd, &next));
        base64_put(&text, buf_slice(&here));
        ask->data = buf_slice(&text);
        ask->more = next.len > 0;
        answer_done(out);
        *out = (struct answer){0};
        TRY(ask_answer(call, client, VERB_EVIDENCE_ADD, ask, out));
        if (!ask->more || out->shown) return OK;
        if (upload.len == 0) buf_slice_put(&upload, doc_text(doc_get(answer_doc(out), "upload")));
        ask->upload = buf_slice(&upload);
        ask->part++;
        struct buf swap = here;
        here = next;
        next = swap;
    }
}
