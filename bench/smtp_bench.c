/*
 * Sends so many mails to a mail host by mail/bulk and tells what became of them: smtp_bench URL COUNT [CONNECTIONS
 * [ANSWER_MS [CA.pem]]]. One line of JSON: counts by ending, seconds, mails a second.
 */
#include "base/clock.h"
#include "mail/bulk/bulk.h"
#include "mail/mime.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum { BODY_LINES = 14, ENDS = MAIL_UNTOUCHED + 1 };

static RESULT job_make(struct mail_route *route, size_t at, struct mail_job *job)
{
    SCOPED(buf_done) struct buf body = {0}, id = {0}, to = {0};
    for (size_t i = 0; i < BODY_LINES; i++)
        buf_print(&body, "Line %zu of a mail that says what leaked of number %zu, and since when.\n", i, at);
    buf_print(&id, "n%zu@shop.example", at);
    buf_print(&to, "person%zu@person.example", at);
    struct mail_mime mime = {.from = SLICE_TEXT("toko@shop.example"),
                             .from_name = SLICE_TEXT("Toko Kim"),
                             .to = buf_slice(&to),
                             .subject = SLICE_TEXT("Your data leaked"),
                             .body = buf_slice(&body),
                             .id = buf_slice(&id),
                             .time_us = SECOND_US};
    *job = (struct mail_job){.id = at, .attempts = 1, .route = mail_route_keep(route)};
    buf_print(&job->from, "notice+%zu@shop.example", at);
    buf_slice_put(&job->to, buf_slice(&to));
    return mail_mime_write(&mime, &job->message);
}

static void ca_read(const char *path, struct buf *out)
{
    char text[4096];
    size_t got = 0;
    FILE *file = fopen(path, "r");
    if (!file) exit(2);
    while ((got = fread(text, 1, sizeof text, file)) > 0) buf_put(out, text, got);
    (void)fclose(file);
}

int main(int argc, char **argv)
{
    static const char *const names[ENDS] = {"arrived", "refused", "later", "down", "lost", "untouched"};
    size_t ends[ENDS] = {0}, given = 0, told = 0, count = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    SCOPED(buf_done) struct buf ca = {0};
    if (argc < 2) return 2;
    if (argc > 5) ca_read(argv[5], &ca);
    struct bulk_options options = {.connections = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0,
                                   .answer_us = argc > 4 ? strtol(argv[4], NULL, 10) * 1000 : 0};
    options.dot_us = options.connect_us = options.answer_us;
    struct mail_route_parts parts = {.url = slice_text(argv[1]),
                                     .hello = SLICE_TEXT("shop.example"),
                                     .ca = buf_slice(&ca),
                                     .clear = ca.len == 0};
    struct mail_route *route = NULL;
    struct bulk *bulk = NULL;
    const char *problem = "";
    if (mail_route_new(&parts, &route).code != CODE_OK || bulk_new(&options, &bulk).code != CODE_OK) return 2;
    int64_t from_us = clock_monotonic_us();
    while (told < count) {
        for (size_t room = bulk_room(bulk); room > 0 && given < count; room--) {
            struct mail_job job = {0};
            if (job_make(route, given++, &job).code != CODE_OK) return 2;
            bulk_give(bulk, &job);
        }
        struct pollfd word = {.fd = bulk_fd(bulk), .events = POLLIN};
        (void)poll(&word, 1, -1);
        for (struct bulk_word one = {0}; bulk_take(bulk, &one); told++) {
            ends[one.done.end]++;
            if (one.done.problem) problem = one.done.problem;
        }
    }
    double seconds = (double)(clock_monotonic_us() - from_us) / SECOND_US;
    printf("{");
    for (size_t i = 0; i < ENDS; i++) printf("\"%s\": %zu, ", names[i], ends[i]);
    printf("\"problem\": \"%s\", \"seconds\": %.3f, \"per_second\": %.0f}\n", problem, seconds,
           (double)count / seconds);
    bulk_free(&bulk);
    mail_route_free(&route);
    return 0;
}
