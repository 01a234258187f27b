/* A mail host that says anything: every mail is told of once or comes back, and none as arrived before its last dot. */
#include "mail/bulk/talk.h"

#include <stdlib.h>

static size_t ended, arrived;

static void drain(struct talk *talk, bool slow)
{
    struct slice out = talk_output(talk);
    struct bulk_word word = {0};
    talk_written(talk, slow ? out.len / 2 : out.len);
    while (talk_word(talk, &word)) {
        ended++;
        arrived += word.done.end == MAIL_ARRIVED;
    }
}

static void give(struct talk *talk, size_t *given)
{
    struct mail_job job = {.id = ++*given};
    buf_text(&job.from, "a@b.example");
    buf_text(&job.to, *given % 3 == 0 ? "\xc3\xa9@b.example" : "c@d.example");
    buf_text(&job.message, "X: y\r\n\r\n.\r\n");
    talk_give(talk, &job, 0);
}

/* The first byte says how; each line of the rest comes in by itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len == 0) return 0;
    bool clear = data[0] & 1, slow = data[0] & 2;
    struct mail_route_parts parts = {
        .url = slice_text("smtp://127.0.0.1"), .hello = slice_text("b.example"), .clear = clear};
    struct mail_route *route = NULL;
    struct talk talk = {0};
    size_t given = 0, back = 0;
    unsigned tries = 0;
    if (mail_route_new(&parts, &route).code != CODE_OK) __builtin_trap();
    ended = arrived = 0;
    talk_begin(&talk, route, !clear && (data[0] & 4));
    for (struct slice rest = {data + 1, len - 1}; rest.len > 0 && talk.phase != TALK_OVER;) {
        const uint8_t *end = memchr(rest.at, '\n', rest.len);
        size_t line = end ? (size_t)(end - rest.at) + 1 : rest.len;
        talk_input(&talk, slice_part(rest, 0, line));
        rest = slice_from(rest, line);
        drain(&talk, slow);
        if (talk.phase == TALK_SECURE) talk_secured(&talk);
        while (talk_wants(&talk)) give(&talk, &given);
        drain(&talk, slow);
    }
    talk_end(&talk, "the end");
    drain(&talk, false);
    for (struct mail_job job = {0}; talk_back(&talk, &job, &tries); back++) mail_job_done(&job);
    if (ended + back != given || arrived != talk.accepted) __builtin_trap();
    talk_done(&talk);
    mail_route_free(&route);
    return 0;
}
