/* The carrier's thread: files, lines and posts to a receiver in this process, and an end that leaves nothing behind. */
#include "send/worker.h"

#include "base/clock.h"
#include "prop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 20000 };

static int listen_somewhere(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 8) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static struct send_job job_of(enum sink_kind kind, const char *target, const char *bytes)
{
    struct send_job job = {.shop = 3, .sink = 4, .upto = 5, .more = 6, .kind = kind};
    buf_text(&job.target, target);
    buf_text(&job.bytes, bytes);
    return job;
}

static struct send_done word_of(struct carrier *carrier)
{
    struct send_done done = {0};
    struct pollfd wait = {.fd = carrier->fd(carrier), .events = POLLIN};
    while (!carrier->take(carrier, &done)) assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
    assert_true(done.shop == 3 && done.sink == 4 && done.upto == 5 && done.more == 6);
    return done;
}

static struct send_done sent(struct carrier *carrier, enum sink_kind kind, const char *target,
                             const char *bytes)
{
    struct send_job job = job_of(kind, target, bytes);
    assert_true(carrier->room(carrier) > 0);
    carrier->give(carrier, &job);
    return word_of(carrier);
}

static void read_file(const char *path, char *out, size_t room)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    out[fread(out, 1, room - 1, file)] = 0;
    (void)fclose(file);
}

static void appends_to_a_file_and_to_its_successor(void **state)
{
    (void)state;
    char folder[] = "/tmp/amn-send-XXXXXX", path[64], old[64], text[200];
    struct carrier *carrier = NULL;
    struct stat about = {0};
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/out", folder);
    (void)snprintf(old, sizeof old, "%s/old", folder);
    assert_ok(send_worker_new(&carrier));
    assert_int_equal(sent(carrier, SINK_OCSF, path, "one\n").end, SEND_ARRIVED);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP), 0);
    assert_int_equal(sent(carrier, SINK_OCSF, path, "two\nthree\n").end, SEND_ARRIVED);
    read_file(path, text, sizeof text);
    assert_string_equal(text, "one\ntwo\nthree\n");
    assert_int_equal(rename(path, old), 0); /* rotated */
    assert_int_equal(sent(carrier, SINK_OCSF, path, "four\n").end, SEND_ARRIVED);
    read_file(path, text, sizeof text);
    assert_string_equal(text, "four\n");
    FILE *file = fopen(path, "a"); /* a crash cut a line off */
    assert_non_null(file);
    assert_true(fputs("{\"cut", file) >= 0 && fclose(file) == 0);
    assert_int_equal(sent(carrier, SINK_OCSF, path, "five\n").end, SEND_ARRIVED);
    read_file(path, text, sizeof text);
    assert_string_equal(text, "four\n{\"cut\nfive\n");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(old, path), 0);
    struct send_done done = sent(carrier, SINK_OCSF, path, "six\n");
    assert_int_equal(done.end, SEND_LATER);
    assert_string_equal(done.problem, "the file is a link, and none is followed");
    assert_int_equal(sent(carrier, SINK_OCSF, folder, "six\n").end, SEND_LATER);
    assert_int_equal(sent(carrier, SINK_OCSF, "/tmp/amn-no-such-folder/out", "six\n").end, SEND_LATER);
    assert_int_equal(sent(carrier, SINK_OCSF, "/dev/null", "six\n").end, SEND_LATER);
    carrier->free(&carrier);
    assert_int_equal(unlink(path) | unlink(old) | rmdir(folder), 0);
}

static void read_some(int fd, char *out, size_t want)
{
    size_t have = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (have < want) {
        assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
        ssize_t len = read(fd, out + have, want - have);
        assert_true(len > 0);
        have += (size_t)len;
    }
    out[have] = 0;
}

static void keeps_a_line_and_makes_a_new_one_when_it_ended(void **state)
{
    (void)state;
    unsigned port = 0;
    char url[40], text[40];
    struct carrier *carrier = NULL;
    int listener = listen_somewhere(&port);
    (void)snprintf(url, sizeof url, "tcp://127.0.0.1:%u", port);
    assert_ok(send_worker_new(&carrier));
    assert_int_equal(sent(carrier, SINK_SYSLOG, url, "3 one").end, SEND_ARRIVED);
    int first = accept(listener, NULL, NULL);
    assert_true(first >= 0);
    read_some(first, text, 5);
    assert_string_equal(text, "3 one");
    assert_int_equal(sent(carrier, SINK_SYSLOG, url, "3 two").end, SEND_ARRIVED);
    read_some(first, text, 5); /* over the same connection */
    assert_string_equal(text, "3 two");
    assert_int_equal(close(first), 0);
    assert_int_equal(sent(carrier, SINK_SYSLOG, url, "5 three").end, SEND_ARRIVED);
    int second = accept(listener, NULL, NULL);
    read_some(second, text, 7);
    assert_string_equal(text, "5 three");
    assert_int_equal(close(second) | close(listener), 0);
    struct send_done done = sent(carrier, SINK_SYSLOG, url, "4 four");
    assert_int_equal(done.end, SEND_LATER);
    assert_string_equal(done.problem, "the receiver cannot be reached");
    carrier->free(&carrier);
}

/* Answers one request with a status line and no body; the head of the request goes to `head`. */
static void answer(int listener, const char *status, char *head, size_t room)
{
    char said[200];
    size_t have = 0;
    int fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    for (head[0] = 0; !strstr(head, "\r\n\r\n{}");) {
        ssize_t len = read(fd, head + have, room - 1 - have);
        assert_true(len > 0);
        head[have += (size_t)len] = 0;
    }
    int len = snprintf(
        said, sizeof said,
        "HTTP/1.1 %s\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        status);
    assert_int_equal(write(fd, said, (size_t)len), len);
    assert_int_equal(close(fd), 0);
}

static void posts_and_hears_what_the_receiver_says(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        enum send_end end;
        uint16_t number;
    } cases[] = {
        {"200 OK", SEND_ARRIVED, 200},         {"202 Accepted", SEND_ARRIVED, 202},
        {"204 No Content", SEND_ARRIVED, 204}, {"410 Gone", SEND_GONE, 410},
        {"302 Found", SEND_LATER, 302},        {"400 Bad Request", SEND_LATER, 400},
        {"503 Busy", SEND_LATER, 503},
    };
    unsigned port = 0;
    char url[40], head[2000];
    struct carrier *carrier = NULL;
    int listener = listen_somewhere(&port);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/in", port);
    assert_ok(send_worker_new(&carrier));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct send_job job = job_of(SINK_WEBHOOK, url, "{}");
        buf_text(&job.headers, "Content-Type: application/json\nAmanah-Signature: t=1,v1=00\n");
        carrier->give(carrier, &job);
        answer(listener, cases[i].status, head, sizeof head);
        struct send_done done = word_of(carrier);
        assert_int_equal(done.end, cases[i].end);
        assert_int_equal(done.status, cases[i].number);
        assert_true((done.problem != NULL) == (done.end != SEND_ARRIVED));
    }
    assert_non_null(strstr(head, "POST /in HTTP/1.1\r\n"));
    assert_non_null(strstr(head, "\r\nAmanah-Signature: t=1,v1=00\r\n"));
    assert_non_null(strstr(head, "\r\nContent-Type: application/json\r\n"));
    assert_int_equal(close(listener), 0);
    carrier->free(&carrier);
}

static void a_receiver_that_says_nothing_holds_nobody_up(void **state)
{
    (void)state;
    unsigned port = 0;
    char url[40], path[] = "/tmp/amn-send-XXXXXX";
    struct carrier *carrier = NULL;
    int listener = listen_somewhere(&port), file = mkstemp(path);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/in", port);
    assert_ok(send_worker_new(&carrier));
    struct send_job job = job_of(SINK_WEBHOOK, url, "{}");
    carrier->give(carrier, &job);
    assert_int_equal(sent(carrier, SINK_OCSF, path, "one\n").end, SEND_ARRIVED);
    int64_t before_us = clock_monotonic_us();
    carrier->stop(carrier);
    assert_true(clock_monotonic_us() - before_us < (SEND_STOP_MS + 5000) * (int64_t)1000);
    assert_int_equal(word_of(carrier).end, SEND_UNTOUCHED);
    assert_int_equal(carrier->room(carrier), 0);
    carrier->free(&carrier);
    assert_int_equal(close(listener) | close(file) | unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_to_a_file_and_to_its_successor),
        cmocka_unit_test(keeps_a_line_and_makes_a_new_one_when_it_ended),
        cmocka_unit_test(posts_and_hears_what_the_receiver_says),
        cmocka_unit_test(a_receiver_that_says_nothing_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
