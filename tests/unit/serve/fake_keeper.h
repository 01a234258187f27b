/*
 * A keeper that holds nothing: it answers ask frames by a few rules, so that the front can be tested by itself. One
 * thread reads its end of the line. What it was asked last can be looked at.
 */
#ifndef AMN_TESTS_FAKE_KEEPER_H
#define AMN_TESTS_FAKE_KEEPER_H

#include "base/asks.h"
#include "base/cbor.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct fake_keeper {
    int fd;
    pthread_t thread;
    struct buf in, out;
    struct arena arena;
    bool checkpoint_given, hold; /* hold: answer nothing */
    uint64_t asks, import_rows;
    struct ask_head last; /* its slices are copies below */
    char bearer[BEARER_BYTES_MAX + 1], idempotency[IDEMPOTENCY_BYTES_MAX + 1];
    uint64_t version;
};

static const char fake_note[] = "shop.example/log\n1\nAAAA=\n\n\xe2\x80\x94 shop.example/log AAAA\n";

static inline void fake_pair(struct buf *body, const char *name, const char *text)
{
    cbor_text(body, slice_text(name));
    cbor_text(body, slice_text(text));
}

static inline void fake_number(struct buf *body, const char *name, uint64_t number)
{
    cbor_text(body, slice_text(name));
    cbor_uint(body, number);
}

static inline void fake_refuse(struct answer_head *answer, enum cause cause, struct buf *body)
{
    answer->cause = cause;
    if (cause == CAUSE_BUDGET_DAY) {
        answer->retry_after_s = 77;
        cbor_map(body, 2);
        fake_pair(body, "detail", "spent");
        cbor_text(body, SLICE_TEXT("budget"));
        cbor_map(body, 3);
        fake_pair(body, "window", "day");
        fake_number(body, "limit", 10);
        fake_number(body, "used", 10);
        return;
    }
    cbor_map(body, 1);
    fake_pair(body, "detail", "because");
}

static inline void fake_import(struct fake_keeper *keeper, const struct import_ask *ask,
                               struct answer_head *answer, struct buf *body)
{
    struct cursor rows = {ask->rows, false};
    struct import_value values[IMPORT_TARGETS_MAX];
    uint64_t line = 0, count = 0;
    for (size_t width = 0; import_row_read(&rows, &line, values, &width);) count++;
    keeper->import_rows += count;
    answer->flags = ANSWER_RECEIPT;
    cbor_map(body, 4);
    fake_number(body, "created", count);
    fake_number(body, "changed", 0);
    fake_number(body, "unchanged", 0);
    cbor_text(body, SLICE_TEXT("refused"));
    cbor_array(body, 0);
}

static inline void fake_body(struct fake_keeper *keeper, const struct ask_head *head,
                             const union any_ask *ask, struct answer_head *answer, struct buf *body)
{
    bool open = head->verb == VERB_STATUS && !ask->status.metrics;
    if (head->bearer.len == 0 && !open) {
        fake_refuse(answer, CAUSE_CREDENTIAL_MISSING, body);
    } else if (head->verb == VERB_REVEAL && slice_is(ask->reveal.purpose, "spent")) {
        fake_refuse(answer, CAUSE_BUDGET_DAY, body);
    } else if (head->verb == VERB_IMPORT) {
        if (slice_is(head->bearer, "amk_denied"))
            fake_refuse(answer, CAUSE_ROLE_ACT, body);
        else
            fake_import(keeper, &ask->import, answer, body);
    } else if (head->verb == VERB_LEDGER_TILE) {
        answer->shape = ANSWER_OCTETS;
        buf_slice_put(body, ask->ledger_tile.path);
    } else if (head->verb == VERB_LEDGER_CHECKPOINT) {
        cbor_map(body, 1);
        fake_pair(body, "checkpoint", fake_note);
    } else if (head->verb == VERB_STATUS && ask->status.metrics) {
        answer->shape = ANSWER_TEXT;
        buf_text(body, "amanah_up 1\n");
    } else if (head->verb == VERB_STATUS) {
        cbor_map(body, 2);
        fake_pair(body, "reason", "sealed");
        cbor_text(body, SLICE_TEXT("ready"));
        cbor_bool(body, false);
    } else {
        answer->flags = ANSWER_RECEIPT | (head->verb == VERB_SUBJECT_CREATE ? ANSWER_CREATED : 0) |
                        (head->idempotency.len > 0 ? ANSWER_REPLAYED : 0);
        answer->index = 42;
        answer->version = head->verb == VERB_SUBJECT_SHOW ? 7 : 0;
        cbor_map(body, 1);
        fake_pair(body, "id", "sub_1");
    }
}

static inline void fake_take(struct fake_keeper *keeper, struct slice frame)
{
    union any_ask ask;
    struct ask_head head = {0};
    SCOPED(buf_done) struct buf body = {0};
    struct answer_head answer = {0};
    struct result read = ask_read(frame, &keeper->arena, &head, &ask);
    answer.id = head.id;
    if (read.code != CODE_OK) abort();
    keeper->asks++;
    keeper->last = head;
    snprintf(keeper->bearer, sizeof keeper->bearer, "%.*s", (int)head.bearer.len,
             (const char *)head.bearer.at);
    snprintf(keeper->idempotency, sizeof keeper->idempotency, "%.*s", (int)head.idempotency.len,
             (const char *)head.idempotency.at);
    if (head.verb == VERB_SUBJECT_PATCH) keeper->version = ask.subject_patch.version;
    if (keeper->hold) return;
    fake_body(keeper, &head, &ask, &answer, &body);
    if (!keeper->checkpoint_given) {
        struct answer_head note = {.shape = ANSWER_CHECKPOINT};
        answer_write(&note, slice_text(fake_note), &keeper->out);
        keeper->checkpoint_given = true;
    }
    answer_write(&answer, buf_slice(&body), &keeper->out);
}

static inline void fake_send(struct fake_keeper *keeper)
{
    size_t sent = 0;
    while (sent < keeper->out.len) {
        ssize_t len = send(keeper->fd, keeper->out.at + sent, keeper->out.len - sent, MSG_NOSIGNAL);
        struct pollfd wait = {keeper->fd, POLLOUT, 0};
        if (len > 0)
            sent += (size_t)len;
        else if (poll(&wait, 1, 1000) < 0)
            break;
    }
    buf_clear(&keeper->out);
}

static inline void *fake_run(void *context)
{
    struct fake_keeper *keeper = context;
    enum { ROOM = 256 * 1024 };
    for (;;) {
        struct pollfd wait = {keeper->fd, POLLIN, 0};
        (void)poll(&wait, 1, -1);
        buf_reserve(&keeper->in, ROOM);
        ssize_t len = recv(keeper->fd, keeper->in.at + keeper->in.len, ROOM, 0);
        if (len <= 0) return NULL;
        keeper->in.len += (size_t)len;
        size_t done = 0;
        while (keeper->in.len - done >= 4 && keeper->in.len - done - 4 >= be32_get(keeper->in.at + done)) {
            size_t frame = be32_get(keeper->in.at + done);
            fake_take(keeper, (struct slice){keeper->in.at + done + 4, frame});
            done += 4 + frame;
        }
        memmove(keeper->in.at, keeper->in.at + done, keeper->in.len - done);
        keeper->in.len -= done;
        arena_reset(&keeper->arena);
        fake_send(keeper);
    }
}

static inline void fake_start(struct fake_keeper *keeper, int fd)
{
    *keeper = (struct fake_keeper){.fd = fd};
    if (pthread_create(&keeper->thread, NULL, fake_run, keeper) != 0) abort();
}

static inline void fake_stop(struct fake_keeper *keeper)
{
    (void)shutdown(keeper->fd, SHUT_RDWR);
    (void)pthread_join(keeper->thread, NULL);
    (void)close(keeper->fd);
    buf_done(&keeper->in);
    buf_done(&keeper->out);
    arena_done(&keeper->arena);
}

#endif
