#include "mail/bulk/bulk.h"

#include "base/clock.h"
#include "mail/bulk/dial.h"
#include "mail/mail_priv.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    CONNS_MAX = BULK_HOSTS_MAX * 2 + BULK_CONNECTIONS, /* of all hosts together */
    READ_BYTES = 16 * 1024
};

#define CONNECT_US (20 * SECOND_US)
#define ANSWER_US (120 * SECOND_US)
#define DOT_US (600 * SECOND_US)
#define IDLE_US (5 * SECOND_US)  /* a connection without a mail is let go */
#define HOLD_US (30 * SECOND_US) /* after the host turned one more connection away */
#define LOOKED_UP_US (60 * SECOND_US)
#define STOP_US (3 * SECOND_US)

struct waiting {
    struct mail_job job;
    unsigned tries;
};

/* What is known of one route. */
struct host {
    struct mail_route *route; /* owned; NULL: the place is free */
    struct dial_host dial;
    int64_t looked_up_us, hold_us;
    unsigned limit; /* connections it may have now */
    unsigned open;
    uint64_t per_connection; /* mails; 0: no limit is known */
};

struct conn {
    bool there;
    struct host *host;
    struct dial dial;
    struct talk talk;
    int64_t since_us; /* of the last byte, or of becoming idle */
    bool counted;     /* the host let it in */
};

struct bulk {
    struct bulk_options options;
    int word_fd, wake_fd; /* eventfds */
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* of what follows, until the thread's own */
    struct mail_job given[BULK_IN_HAND_MAX];
    size_t given_count;
    struct bulk_word words[BULK_IN_HAND_MAX]; /* a ring */
    size_t told, untold, in_hand;
    bool stopping;

    struct waiting waiting[BULK_IN_HAND_MAX]; /* the thread's own from here */
    size_t waiting_count;
    struct host hosts[BULK_HOSTS_MAX];
    struct conn conns[CONNS_MAX];
    int64_t stop_us; /* 0: goes on */
};

static void hold(struct bulk *bulk)
{
    int failed = pthread_mutex_lock(&bulk->lock);
    assert(!failed);
}

static void let_go(struct bulk *bulk)
{
    int failed = pthread_mutex_unlock(&bulk->lock);
    assert(!failed);
}

static void word_put(struct bulk *bulk, const struct bulk_word *word)
{
    hold(bulk);
    assert(bulk->untold < BULK_IN_HAND_MAX);
    bulk->words[(bulk->told + bulk->untold++) % BULK_IN_HAND_MAX] = *word;
    let_go(bulk);
    (void)eventfd_write(bulk->word_fd, 1); /* fails only when it was called 2^64 times */
}

static void job_end(struct bulk *bulk, struct mail_job *job, enum mail_end end, uint16_t reply,
                    const char *problem)
{
    struct bulk_word word = {.done = {.shop = job->shop,
                                      .id = job->id,
                                      .made_us = job->made_us,
                                      .attempts = job->attempts,
                                      .end = end,
                                      .reply = reply,
                                      .problem = end == MAIL_DOWN ? problem : NULL}};
    mail_job_done(job);
    word_put(bulk, &word);
}

static void waiting_drop(struct bulk *bulk, size_t at)
{
    bulk->waiting_count--;
    memmove(&bulk->waiting[at], &bulk->waiting[at + 1], (bulk->waiting_count - at) * sizeof bulk->waiting[0]);
}

/* Back to the front of those that wait. */
static void wait_again(struct bulk *bulk, struct mail_job *job, unsigned tries)
{
    assert(bulk->waiting_count < BULK_IN_HAND_MAX);
    memmove(&bulk->waiting[1], &bulk->waiting[0], bulk->waiting_count * sizeof bulk->waiting[0]);
    bulk->waiting[0] = (struct waiting){TAKE(*job), tries};
    bulk->waiting_count++;
}

/* The host takes nothing now: so it is told of every mail that waits for it. */
static void host_down(struct bulk *bulk, const struct host *host, const char *problem, uint16_t reply)
{
    for (size_t i = 0; i < bulk->waiting_count;) {
        struct mail_job job = bulk->waiting[i].job;
        if (job.route != host->route) {
            i++;
            continue;
        }
        waiting_drop(bulk, i);
        job_end(bulk, &job, MAIL_DOWN, reply, problem);
    }
}

static void words_tell(struct bulk *bulk, struct conn *conn)
{
    struct bulk_word word = {0};
    while (talk_word(&conn->talk, &word)) word_put(bulk, &word);
}

/* The connection is no more: whose mails it had is told, or they wait for another one. */
static void conn_end(struct bulk *bulk, struct conn *conn, const char *problem)
{
    struct host *host = conn->host;
    struct mail_job job = {0};
    unsigned tries = 0;
    int64_t now_us = clock_monotonic_us();
    words_tell(bulk, conn);
    talk_end(&conn->talk, problem);
    words_tell(bulk, conn);
    bool turned_away = conn->talk.problem && conn->talk.accepted == 0;
    if (conn->talk.limit_reached) host->per_connection = conn->talk.accepted;
    host->open--;
    while (talk_back(&conn->talk, &job, &tries)) {
        if (bulk->stop_us != 0)
            job_end(bulk, &job, MAIL_UNTOUCHED, 0, NULL);
        else if (tries >= BULK_TRIES_MAX && !turned_away)
            job_end(bulk, &job, MAIL_LATER, conn->talk.reply, NULL);
        else
            wait_again(bulk, &job, turned_away ? tries - 1 : tries);
    }
    if (turned_away && host->open > 0) {
        host->limit = host->open;
        host->hold_us = now_us + HOLD_US;
    } else if (turned_away) {
        host->limit = 1;
        host->looked_up_us = 0;
        host_down(bulk, host, conn->talk.problem, conn->talk.reply);
    }
    dial_close(&conn->dial);
    talk_done(&conn->talk);
    *conn = (struct conn){0};
}

static struct host *host_of(struct bulk *bulk, struct mail_route *route)
{
    struct host *empty = NULL;
    for (size_t i = 0; i < BULK_HOSTS_MAX; i++) {
        struct host *host = &bulk->hosts[i];
        if (host->route == route) return host;
        if (!empty && (!host->route || host->open == 0)) empty = host;
    }
    if (!empty) return NULL; /* one of the others must end first */
    if (empty->route) {
        dial_host_done(&empty->dial);
        mail_route_free(&empty->route);
    }
    *empty = (struct host){.limit = 1};
    if (dial_host_open(route, &empty->dial).code != CODE_OK) return NULL;
    empty->route = mail_route_keep(route);
    return empty;
}

static struct conn *conn_free(struct bulk *bulk)
{
    for (size_t i = 0; i < CONNS_MAX; i++) {
        if (!bulk->conns[i].there) return &bulk->conns[i];
    }
    return NULL;
}

/* One more connection to the host. */
static void conn_open(struct bulk *bulk, struct host *host)
{
    int64_t now_us = clock_monotonic_us();
    struct conn *conn = conn_free(bulk);
    if (!conn) return;
    if (host->looked_up_us == 0 || now_us - host->looked_up_us > LOOKED_UP_US) {
        if (!dial_host_look_up(&host->dial)) {
            host_down(bulk, host, "the mail host's name is not known", 0);
            return;
        }
        host->looked_up_us = now_us;
    }
    struct conn made = {.there = true, .host = host, .since_us = now_us};
    bool good = false;
    for (size_t i = 0; i < host->dial.address_count && !good; i++, host->dial.next += !good)
        good = dial_open(&made.dial, &host->dial);
    if (!good) {
        if (host->open == 0) host_down(bulk, host, "the mail host cannot be reached", 0);
        return;
    }
    talk_begin(&made.talk, host->route, host->dial.secure);
    host->open++;
    *conn = made;
}

/* Give the connection mails of its host while it takes them. */
static void conn_feed(struct bulk *bulk, struct conn *conn)
{
    struct talk *talk = &conn->talk;
    uint64_t most = conn->host->per_connection;
    for (size_t i = 0; i < bulk->waiting_count && talk_wants(talk);) {
        struct waiting next = bulk->waiting[i];
        uint64_t has = talk->accepted + talk->mails[0].there + talk->mails[1].there;
        if (most > 0 && has >= most) {
            talk_leave(talk);
            return;
        }
        if (next.job.route != conn->host->route) {
            i++;
            continue;
        }
        waiting_drop(bulk, i);
        conn->since_us = clock_monotonic_us();
        talk_give(talk, &next.job, next.tries);
    }
}

/* Does TLS stand now? False: it cannot. */
static bool conn_secured(struct conn *conn)
{
    int done = dial_shake(&conn->dial);
    if (done > 0) {
        conn->since_us = clock_monotonic_us();
        if (conn->talk.phase == TALK_SECURE) talk_secured(&conn->talk);
    }
    return done >= 0;
}

static const char *conn_read(struct bulk *bulk, struct conn *conn)
{
    uint8_t bytes[READ_BYTES];
    do {
        long got = dial_read(&conn->dial, bytes, sizeof bytes);
        if (got == -1) return NULL;
        if (got <= 0) return "the mail host ended the connection";
        conn->since_us = clock_monotonic_us();
        for (struct slice in = {bytes, (size_t)got};; in = (struct slice){0}) {
            talk_input(&conn->talk, in);
            bool more = conn->talk.word_count > 0;
            words_tell(bulk, conn);
            if (!more) break; /* else it may have stopped for want of room for words */
        }
        if (conn->talk.phase == TALK_READY && !conn->counted) {
            struct host *host = conn->host;
            conn->counted = true;
            if (host->limit < bulk->options.connections && clock_monotonic_us() >= host->hold_us)
                host->limit++;
        }
    } while (conn->talk.phase != TALK_OVER && conn->talk.phase != TALK_SECURE && dial_pending(&conn->dial));
    return NULL;
}

static const char *conn_write(struct conn *conn)
{
    for (struct slice out = talk_output(&conn->talk); out.len > 0; out = talk_output(&conn->talk)) {
        long sent = dial_write(&conn->dial, out);
        if (sent == -1) return NULL;
        if (sent < 0) return "the mail host ended the connection";
        talk_written(&conn->talk, (size_t)sent);
    }
    return NULL;
}

/* What the socket is ready for. NULL, or why the connection ends. */
static const char *conn_step(struct bulk *bulk, struct conn *conn, short events)
{
    static const char untrusted[] = "the mail host's certificate is not one to be trusted";
    struct dial *dial = &conn->dial;
    if (dial->connecting) {
        if (!(events & (POLLOUT | POLLERR | POLLHUP))) return NULL;
        if (!dial_connected(dial)) {
            conn->host->dial.next++;
            return "the mail host cannot be reached";
        }
        if (conn->host->dial.secure && !dial_secure(dial, &conn->host->dial)) return untrusted;
    }
    if (dial->shaking) return conn_secured(conn) ? NULL : untrusted;
    const char *problem = events & (POLLIN | POLLERR | POLLHUP) ? conn_read(bulk, conn) : NULL;
    if (!problem && conn->talk.phase == TALK_SECURE && !dial->tls) {
        if (!dial_secure(dial, &conn->host->dial) || !conn_secured(conn)) return untrusted;
    }
    return problem;
}

static int64_t conn_deadline_us(const struct bulk *bulk, const struct conn *conn)
{
    const struct bulk_options *options = &bulk->options;
    bool dot = conn->talk.mails[0].dot_at > 0;
    if (talk_idle(&conn->talk)) return conn->since_us + IDLE_US;
    if (conn->dial.connecting) return conn->since_us + options->connect_us;
    return conn->since_us + (dot ? options->dot_us : options->answer_us);
}

/* Where a connection stands after what came in: feed, write, end. */
static void conn_turn(struct bulk *bulk, struct conn *conn, const char *problem, int64_t now_us)
{
    bool live = !conn->dial.connecting && !conn->dial.shaking;
    if (!problem && live && bulk->stop_us == 0) conn_feed(bulk, conn);
    if (!problem && live && bulk->stop_us != 0) talk_leave(&conn->talk);
    if (!problem && live) problem = conn_write(conn);
    words_tell(bulk, conn);
    bool late = now_us >= conn_deadline_us(bulk, conn);
    if (!problem && conn->talk.phase != TALK_OVER && late) {
        if (!talk_idle(&conn->talk))
            problem = "the mail host does not answer";
        else
            talk_leave(&conn->talk);
        conn->since_us = now_us;
        if (!problem) problem = conn_write(conn);
    }
    if (bulk->stop_us != 0 && now_us >= bulk->stop_us) problem = "this program ends";
    if (problem || conn->talk.phase == TALK_OVER) conn_end(bulk, conn, problem);
}

/* Take in what was given, and see that there are connections for it. */
static void given_take(struct bulk *bulk)
{
    eventfd_t calls = 0;
    (void)eventfd_read(bulk->wake_fd, &calls);
    hold(bulk);
    for (size_t i = 0; i < bulk->given_count; i++)
        bulk->waiting[bulk->waiting_count++] = (struct waiting){TAKE(bulk->given[i]), 0};
    bulk->given_count = 0;
    if (bulk->stopping && bulk->stop_us == 0) bulk->stop_us = clock_monotonic_us() + STOP_US;
    let_go(bulk);
    for (; bulk->stop_us != 0 && bulk->waiting_count > 0;) {
        struct mail_job job = bulk->waiting[--bulk->waiting_count].job;
        job_end(bulk, &job, MAIL_UNTOUCHED, 0, NULL);
    }
}

/* Connections that are on their way to take mails, or could take one more. */
static size_t host_hungry(const struct bulk *bulk, const struct host *host)
{
    size_t count = 0;
    for (size_t i = 0; i < CONNS_MAX; i++) {
        const struct conn *conn = &bulk->conns[i];
        if (!conn->there || conn->host != host) continue;
        count += conn->talk.phase < TALK_READY || talk_wants(&conn->talk);
    }
    return count;
}

static void conns_see_to(struct bulk *bulk)
{
    for (size_t i = 0; i < bulk->waiting_count; i++) {
        struct mail_route *route = bulk->waiting[i].job.route;
        if (i > 0 && route == bulk->waiting[i - 1].job.route) continue;
        struct host *host = host_of(bulk, route);
        if (!host) {
            bool room = false;
            for (size_t k = 0; k < BULK_HOSTS_MAX; k++) room = room || bulk->hosts[k].open == 0;
            struct mail_job job = bulk->waiting[i].job;
            if (!room) continue;
            waiting_drop(bulk, i--);
            job_end(bulk, &job, MAIL_DOWN, 0, "the certificates to trust cannot be read");
            continue;
        }
        size_t before = bulk->waiting_count;
        if (host->open < host->limit && host_hungry(bulk, host) == 0) conn_open(bulk, host);
        if (bulk->waiting_count < before) return; /* it was down: look again at the next turn */
    }
}

static void turn(struct bulk *bulk)
{
    struct pollfd fds[CONNS_MAX + 1] = {{.fd = bulk->wake_fd, .events = POLLIN}};
    size_t places[CONNS_MAX + 1] = {0}, count = 1;
    int64_t now_us = clock_monotonic_us(), until_us = now_us + HOLD_US;
    for (size_t i = 0; i < CONNS_MAX; i++) {
        struct conn *conn = &bulk->conns[i];
        if (!conn->there) continue;
        bool out = conn->dial.connecting || conn->dial.wants_write ||
                   (!conn->dial.shaking && talk_output(&conn->talk).len > 0);
        fds[count] = (struct pollfd){.fd = conn->dial.fd, .events = (short)(POLLIN | (out ? POLLOUT : 0))};
        places[count++] = i;
        int64_t deadline_us = conn_deadline_us(bulk, conn);
        if (deadline_us < until_us) until_us = deadline_us;
    }
    if (bulk->stop_us != 0 && bulk->stop_us < until_us) until_us = bulk->stop_us;
    int64_t wait_us = until_us > now_us ? until_us - now_us : 0;
    (void)poll(fds, count, (int)(wait_us / 1000) + 1); /* woken for nothing, it looks and waits again */
    now_us = clock_monotonic_us();
    given_take(bulk);
    for (size_t i = 1; i < count; i++) {
        struct conn *conn = &bulk->conns[places[i]];
        const char *problem = fds[i].revents ? conn_step(bulk, conn, fds[i].revents) : NULL;
        conn_turn(bulk, conn, problem, now_us);
    }
    conns_see_to(bulk);
}

static void *work(void *context)
{
    struct bulk *bulk = context;
    for (;;) {
        turn(bulk);
        bool any = bulk->waiting_count > 0;
        for (size_t i = 0; i < CONNS_MAX; i++) any = any || bulk->conns[i].there;
        if (bulk->stop_us != 0 && !any) return NULL;
    }
}

/* It hears no signals: they are the keeper's. */
static void thread_start(struct bulk *bulk)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return;
    bulk->started = pthread_create(&bulk->thread, NULL, work, bulk) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* as it was */
}

RESULT bulk_new(const struct bulk_options *options, struct bulk **out)
{
    struct bulk *bulk = calloc(1, sizeof *bulk);
    if (!bulk) return FAIL(UNAVAILABLE, "mail: out of memory");
    if (options) bulk->options = *options;
    if (bulk->options.connect_us == 0) bulk->options.connect_us = CONNECT_US;
    if (bulk->options.answer_us == 0) bulk->options.answer_us = ANSWER_US;
    if (bulk->options.dot_us == 0) bulk->options.dot_us = DOT_US;
    if (bulk->options.connections == 0) bulk->options.connections = BULK_CONNECTIONS;
    bulk->word_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bulk->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (bulk->word_fd < 0 || bulk->wake_fd < 0 || pthread_mutex_init(&bulk->lock, NULL) != 0) {
        if (bulk->word_fd >= 0) (void)close(bulk->word_fd);
        if (bulk->wake_fd >= 0) (void)close(bulk->wake_fd);
        free(bulk);
        return FAIL(UNAVAILABLE, "mail: no descriptor for sending many");
    }
    *out = bulk;
    return OK;
}

size_t bulk_room(struct bulk *bulk)
{
    hold(bulk);
    size_t room = bulk->stopping ? 0 : BULK_IN_HAND_MAX - bulk->in_hand;
    let_go(bulk);
    return room;
}

void bulk_give(struct bulk *bulk, struct mail_job *job)
{
    if (!bulk->started) thread_start(bulk);
    hold(bulk);
    assert(bulk->in_hand < BULK_IN_HAND_MAX && !bulk->stopping);
    bulk->in_hand++;
    bool started = bulk->started;
    if (started) bulk->given[bulk->given_count++] = TAKE(*job);
    let_go(bulk);
    if (started)
        (void)eventfd_write(bulk->wake_fd, 1);
    else
        job_end(bulk, job, MAIL_DOWN, 0, "this machine has no memory for it");
}

bool bulk_take(struct bulk *bulk, struct bulk_word *out)
{
    eventfd_t calls = 0;
    hold(bulk);
    bool any = bulk->untold > 0;
    if (any) {
        *out = bulk->words[bulk->told];
        bulk->told = (bulk->told + 1) % BULK_IN_HAND_MAX;
        bulk->untold--;
        bulk->in_hand--;
    } else {
        (void)eventfd_read(bulk->word_fd, &calls);
    }
    let_go(bulk);
    return any;
}

int bulk_fd(const struct bulk *bulk)
{
    return bulk->word_fd;
}

void bulk_stop(struct bulk *bulk)
{
    hold(bulk);
    bulk->stopping = true;
    let_go(bulk);
    (void)eventfd_write(bulk->wake_fd, 1);
    if (bulk->started) (void)pthread_join(bulk->thread, NULL);
    bulk->started = false;
}

void bulk_free(struct bulk **out)
{
    struct bulk *bulk = *out;
    if (!bulk) return;
    bulk_stop(bulk);
    for (size_t i = 0; i < BULK_HOSTS_MAX; i++) {
        dial_host_done(&bulk->hosts[i].dial);
        mail_route_free(&bulk->hosts[i].route);
    }
    (void)close(bulk->word_fd);
    (void)close(bulk->wake_fd);
    (void)pthread_mutex_destroy(&bulk->lock);
    free(bulk);
    *out = NULL;
}
