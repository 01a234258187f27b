#include "answer/paper/print.h"

#include "answer/paper/draw.h"
#include "base/text.h"
#include "child/child.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <unistd.h>

enum { STEP_BYTES = 64 * 1024, WHY_BYTES_MAX = 300 };

/* Pango looks for fonts in threads. */
static const struct child_limits limits = {1U << 30, PRINT_CPU_S, SANDBOX_THREADS};

/* What a child may say went wrong: a parent believes no other number. */
static const enum cause causes[] = {CAUSE_INVALID, CAUSE_TOO_MANY, CAUSE_UNAVAILABLE};

static RESULT write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t wrote = write(fd, bytes.at, bytes.len);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return FAIL(UNAVAILABLE, "paper: its line broke");
        bytes = slice_from(bytes, (size_t)wrote);
    }
    return OK;
}

/* To its end; UNAVAILABLE beyond `most`, or when nothing comes for too long. */
static RESULT read_all(int fd, size_t most, struct buf *out)
{
    for (;;) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, PRINT_IDLE_MS) <= 0) return FAIL(UNAVAILABLE, "paper: nothing was drawn in time");
        size_t had = out->len;
        ssize_t got = read(fd, buf_extend(out, STEP_BYTES), STEP_BYTES);
        out->len = had + (got > 0 ? (size_t)got : 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return FAIL(UNAVAILABLE, "paper: its line broke");
        if (got == 0) return OK;
        if (out->len > most) return FAIL(TOO_MANY, "paper: more than %zu bytes", most);
    }
}

static RESULT print_pdf(struct buf *out)
{
    SCOPED(draw_done) struct pen *pen = NULL;
    SCOPED(buf_done) struct buf bytes = {0};
    (void)mallopt(M_ARENA_MAX, 1); /* each thread's own would count as memory it takes */
    TRY(draw_ready(&pen));         /* fonts are opened first, as no file can be behind the walls */
    TRY(child_enter(&limits));
    TRY(read_all(STDIN_FILENO, DOCUMENT_BYTES_MAX, &bytes));
    return draw_pdf(pen, buf_slice(&bytes), out);
}

int print_main(int argc, char **argv)
{
    (void)argc, (void)argv;
    SCOPED(buf_done) struct buf out = {0};
    buf_byte(&out, 0);
    struct result result = print_pdf(&out);
    if (result.code != CODE_OK) {
        buf_clear(&out);
        buf_byte(&out, (uint8_t)result.cause);
        buf_text(&out, result_text());
    }
    return write_all(STDOUT_FILENO, buf_slice(&out)).code == CODE_OK ? 0 : 1;
}

/* A byte, 0 or a cause; then the PDF, or why there is none. */
static RESULT printed(struct slice got, struct buf *out)
{
    struct slice rest = slice_from(got, 1);
    if (got.len > 0 && got.at[0] == 0 && slice_starts(rest, "%PDF-")) {
        buf_slice_put(out, rest);
        return OK;
    }
    for (size_t i = 0; got.len > 0 && i < COUNT_OF(causes); i++) {
        if (got.at[0] == causes[i] && rest.len <= WHY_BYTES_MAX && text_plain(rest))
            return result_carry(causes[i], (const char *)rest.at, rest.len);
    }
    return FAIL(UNAVAILABLE, "paper: the child that draws gave no PDF");
}

RESULT document_print(const struct document *document, struct buf *out)
{
    SCOPED(child_done) struct child child = {0};
    SCOPED(buf_done) struct buf got = {0};
    if (document->full) return FAIL(TOO_MANY, "paper: more text than a document takes");
    TRY(child_start(PRINT_WORD, (const char *[]){NULL}, -1, &child));
    struct result wrote = write_all(child.in_fd, buf_slice(&document->bytes));
    (void)close(child.in_fd);
    child.in_fd = -1;
    TRY(read_all(child.out_fd, PRINT_BYTES_MAX, &got));
    struct result said = printed(buf_slice(&got), out); /* before the exit status: it says more */
    if (said.code != CODE_OK) return said;
    TRY(wrote);
    return child_end(&child);
}
