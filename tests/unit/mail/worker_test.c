/* The sender of the program against a mail host that answers as it is told: what each answer means for a mail. */
#include "base/clock.h"
#include "mail/worker.h"
#include "prop.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_MS = 30 * 1000, LINE_BYTES = 1024, VISITS_MAX = 64 };

struct visit {
    struct host *host;
    int fd;
    pthread_t thread;
};

/* Its answers; one of NULL: it hangs up instead. */
struct host {
    const char *banner, *mail, *rcpt, *data, *end;
    int port, listen_fd;
    pthread_t thread;
    atomic_int connections, mails;
    atomic_bool stop;
    pthread_mutex_t lock;
    struct buf got; /* the last message */
    struct visit visits[VISITS_MAX];
};

static const struct host good_host = {
    .banner = "220 host", .mail = "250 ok", .rcpt = "250 ok", .data = "354 go on", .end = "250 taken"};

static bool say(int fd, const char *text)
{
    char line[LINE_BYTES];
    if (!text) return false;
    int len = snprintf(line, sizeof line, "%s\r\n", text);
    return send(fd, line, (size_t)len, MSG_NOSIGNAL) == len;
}

static bool hear(FILE *in, char line[LINE_BYTES])
{
    return fgets(line, LINE_BYTES, in) != NULL;
}

static bool message(struct host *host, FILE *in)
{
    char line[LINE_BYTES];
    pthread_mutex_lock(&host->lock);
    buf_clear(&host->got);
    bool more = hear(in, line);
    while (more && strcmp(line, ".\r\n") != 0) {
        buf_text(&host->got, line);
        more = hear(in, line);
    }
    pthread_mutex_unlock(&host->lock);
    return more;
}

static void serve(struct host *host, int fd)
{
    char line[LINE_BYTES];
    FILE *in = fdopen(dup(fd), "r");
    bool on = say(fd, host->banner);
    while (on && hear(in, line)) {
        if (strncmp(line, "EHLO", 4) == 0) {
            on = say(fd, "250-host\r\n250-8BITMIME\r\n250 SIZE 100000");
        } else if (strncmp(line, "MAIL", 4) == 0) {
            on = say(fd, host->mail);
        } else if (strncmp(line, "RCPT", 4) == 0) {
            on = say(fd, host->rcpt);
        } else if (strncmp(line, "DATA", 4) == 0) {
            on = say(fd, host->data);
            if (!on || host->data[0] != '3') continue;
            on = message(host, in);
            atomic_fetch_add(&host->mails, on);
            on = on && say(fd, host->end);
        } else {
            on = say(fd, "221 bye") && strncmp(line, "QUIT", 4) != 0;
        }
    }
    (void)fclose(in);
    (void)shutdown(fd, SHUT_RDWR); /* host_done() closes it */
}

static void *visit_run(void *context)
{
    struct visit *visit = context;
    serve(visit->host, visit->fd);
    return NULL;
}

static void *host_run(void *context)
{
    struct host *host = context;
    while (!atomic_load(&host->stop)) {
        struct pollfd wait = {.fd = host->listen_fd, .events = POLLIN};
        if (poll(&wait, 1, 20) != 1) continue;
        int count = atomic_load(&host->connections);
        assert_true(count < VISITS_MAX);
        struct visit *visit = &host->visits[count];
        visit->host = host;
        visit->fd = accept(host->listen_fd, NULL, NULL);
        assert_int_equal(pthread_create(&visit->thread, NULL, visit_run, visit), 0);
        atomic_store(&host->connections, count + 1);
    }
    return NULL;
}

static void host_start(struct host *host)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    host->listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(host->listen_fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(host->listen_fd, 64), 0);
    assert_int_equal(getsockname(host->listen_fd, (struct sockaddr *)&address, &len), 0);
    host->port = ntohs(address.sin_port);
    assert_int_equal(pthread_mutex_init(&host->lock, NULL), 0);
    assert_int_equal(pthread_create(&host->thread, NULL, host_run, host), 0);
}

static void host_done(struct host *host)
{
    atomic_store(&host->stop, true);
    assert_int_equal(pthread_join(host->thread, NULL), 0);
    (void)close(host->listen_fd);
    for (int i = 0; i < atomic_load(&host->connections); i++) {
        (void)shutdown(host->visits[i].fd, SHUT_RDWR);
        assert_int_equal(pthread_join(host->visits[i].thread, NULL), 0);
        (void)close(host->visits[i].fd);
    }
    buf_done(&host->got);
}

static struct mail_route *route_to(int port, bool clear)
{
    struct mail_route *route = NULL;
    char url[64];
    (void)snprintf(url, sizeof url, "smtp://127.0.0.1:%d", port);
    const struct mail_route_parts parts = {
        .url = slice_text(url), .hello = SLICE_TEXT("shop.example"), .clear = clear};
    assert_ok(mail_route_new(&parts, &route));
    return route;
}

static void give(struct mail_sender *sender, struct mail_route *route, uint64_t id)
{
    SCOPED(mail_job_done) struct mail_job job = {.shop = 3, .id = id, .attempts = 1, .made_us = 9};
    job.route = mail_route_keep(route);
    buf_text(&job.from, "toko@shop.example");
    buf_text(&job.to, "kim@shop.example");
    buf_text(&job.message, "Subject: x\r\n\r\n.one\r\n");
    sender->give(sender, &job);
    assert_null(job.route); /* taken over */
}

static struct mail_done await(struct mail_sender *sender)
{
    struct mail_done done = {0};
    while (!sender->take(sender, &done)) {
        struct pollfd wait = {.fd = sender->fd(sender), .events = POLLIN};
        assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
    }
    return done;
}

static void sender_done(struct mail_sender **sender)
{
    if (*sender) (*sender)->free(sender);
}

static void each_answer_has_its_meaning(void **state)
{
    (void)state;
    static const struct {
        const char *banner, *mail, *rcpt, *data, *end;
        enum mail_end want;
        uint16_t reply;
    } cases[] = {
        {"220 h", "250 k", "250 k", "354 g", "250 k", MAIL_ARRIVED, 250},
        {"220 h", "250 k", "250 k", "354 g", "550 no", MAIL_REFUSED, 550},
        {"220 h", "250 k", "250 k", "354 g", "451 later", MAIL_LATER, 451},
        {"220 h", "250 k", "250 k", "354 g", "421 bye", MAIL_DOWN, 421},
        {"220 h", "250 k", "250 k", "354 g", NULL, MAIL_LOST, 0},
        {"220 h", "250 k", "250 k", "554 no", NULL, MAIL_REFUSED, 554},
        {"220 h", "250 k", "250 k", "451 no", NULL, MAIL_LATER, 451},
        {"220 h", "250 k", "250 k", NULL, NULL, MAIL_DOWN, 250},
        {"220 h", "250 k", "550 no such", NULL, NULL, MAIL_REFUSED, 550},
        {"220 h", "250 k", "450 grey", NULL, NULL, MAIL_LATER, 450},
        {"220 h", "250 k", "421 bye", NULL, NULL, MAIL_DOWN, 421},
        {"220 h", "250 k", NULL, NULL, NULL, MAIL_DOWN, 250},
        {"220 h", "553 not you", NULL, NULL, NULL, MAIL_DOWN, 553},
        {"220 h", "452 full", NULL, NULL, NULL, MAIL_DOWN, 452},
        {"554 none here", NULL, NULL, NULL, NULL, MAIL_DOWN, 554},
        {"421 busy", NULL, NULL, NULL, NULL, MAIL_DOWN, 421},
        {NULL, NULL, NULL, NULL, NULL, MAIL_DOWN, 0},
    };
    SCOPED(sender_done) struct mail_sender *sender = NULL;
    assert_ok(mail_worker_new(&sender));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct host host = {.banner = cases[i].banner,
                            .mail = cases[i].mail,
                            .rcpt = cases[i].rcpt,
                            .data = cases[i].data,
                            .end = cases[i].end};
        host_start(&host);
        SCOPED(mail_route_free) struct mail_route *route = route_to(host.port, true);
        give(sender, route, i + 1);
        struct mail_done done = await(sender);
        if (done.end != cases[i].want || done.reply != cases[i].reply)
            fail_msg("case %zu: end %d, reply %u", i, (int)done.end, done.reply);
        assert_int_equal(done.id, i + 1);
        assert_int_equal(done.shop, 3);
        assert_int_equal(done.made_us, 9);
        assert_int_equal(done.problem != NULL, done.end == MAIL_DOWN);
        host_done(&host);
    }
}

static void a_host_that_is_not_there_is_down(void **state)
{
    (void)state;
    SCOPED(sender_done) struct mail_sender *sender = NULL;
    struct host host = good_host;
    host_start(&host);
    SCOPED(mail_route_free) struct mail_route *route = route_to(host.port, true);
    host_done(&host);
    assert_ok(mail_worker_new(&sender));
    give(sender, route, 1);
    struct mail_done done = await(sender);
    assert_int_equal(done.end, MAIL_DOWN);
    assert_string_equal(done.problem, "the mail host cannot be reached");
}

static void never_speaks_in_the_clear_where_tls_is_required(void **state)
{
    (void)state;
    SCOPED(sender_done) struct mail_sender *sender = NULL;
    struct host host = good_host; /* it offers no STARTTLS */
    host_start(&host);
    SCOPED(mail_route_free) struct mail_route *route = route_to(host.port, false);
    assert_ok(mail_worker_new(&sender));
    give(sender, route, 1);
    struct mail_done done = await(sender);
    assert_int_equal(done.end, MAIL_DOWN);
    assert_string_equal(done.problem, "the mail host offers no STARTTLS");
    assert_int_equal(atomic_load(&host.mails), 0);
    host_done(&host);
}

static void keeps_its_connections_and_loses_nothing(void **state)
{
    (void)state;
    enum { MAILS = 2000 };
    static bool told[MAILS + 1];
    SCOPED(sender_done) struct mail_sender *sender = NULL;
    struct host host = good_host;
    size_t given = 0, heard = 0;
    memset(told, 0, sizeof told);
    host_start(&host);
    SCOPED(mail_route_free) struct mail_route *route = route_to(host.port, true);
    assert_ok(mail_worker_new(&sender));
    assert_int_equal(sender->room(sender), MAIL_IN_HAND_MAX);
    while (heard < MAILS) {
        while (given < MAILS && sender->room(sender) > 0) give(sender, route, ++given);
        struct mail_done done = await(sender);
        assert_int_equal(done.end, MAIL_ARRIVED);
        assert_false(told[done.id]);
        told[done.id] = true;
        heard++;
    }
    assert_int_equal(sender->room(sender), MAIL_IN_HAND_MAX);
    assert_int_equal(atomic_load(&host.mails), MAILS);
    assert_in_range(atomic_load(&host.connections), 1, MAIL_CONNECTIONS);
    assert_string_equal(buf_c(&host.got),
                        "Subject: x\r\n\r\n..one\r\n"); /* a dot of the text is not the end's */
    host_done(&host);
}

static void gives_word_of_all_when_it_stops(void **state)
{
    (void)state;
    enum { MAILS = 100 };
    SCOPED(sender_done) struct mail_sender *sender = NULL;
    struct host host = good_host;
    size_t ends[MAIL_UNTOUCHED + 1] = {0}, count = 0;
    host_start(&host);
    SCOPED(mail_route_free) struct mail_route *route = route_to(host.port, true);
    assert_ok(mail_worker_new(&sender));
    pthread_mutex_lock(&host.lock); /* it takes no message to its end */
    for (size_t i = 1; i <= MAILS; i++) give(sender, route, i);
    int64_t until = clock_monotonic_us() + SECOND_US;
    while (atomic_load(&host.connections) < MAIL_CONNECTIONS && clock_monotonic_us() < until)
        (void)usleep(1000);
    (void)usleep(200 * 1000);
    sender->stop(sender);
    assert_int_equal(sender->room(sender), 0);
    for (struct mail_done done = {0}; sender->take(sender, &done);) {
        ends[done.end]++;
        count++;
    }
    pthread_mutex_unlock(&host.lock);
    assert_int_equal(count, MAILS);
    assert_int_equal(ends[MAIL_UNTOUCHED] + ends[MAIL_LOST], MAILS);
    assert_in_range(ends[MAIL_LOST], 1, MAIL_CONNECTIONS);
    host_done(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_has_its_meaning),
        cmocka_unit_test(a_host_that_is_not_there_is_down),
        cmocka_unit_test(never_speaks_in_the_clear_where_tls_is_required),
        cmocka_unit_test(keeps_its_connections_and_loses_nothing),
        cmocka_unit_test(gives_word_of_all_when_it_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
