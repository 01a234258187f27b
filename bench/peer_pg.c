/*
 * The peer: PostgreSQL with pgcrypto, asked to do the same work over prepared statements, by as many clients as the
 * HTTP side has connections: one thread, one epoll, libpq's asynchronous calls, one statement on its way a client.
 * Prints one line a run (measure.h).
 *
 *     peer_pg --conn CONNINFO [--subjects N] --what import|import_live|looks|scope
 *         make the tables and fill them: an empty table that is indexed afterwards, or one that is in use
 *     peer_pg --conn CONNINFO [--connections 64] [--seconds 5] [--subjects N] [--first N]
 *             --what reveal_aes|reveal_pgp|create|lookup
 *
 * Its SQL stands in peer.def.
 */
#include "cli/synth.h"
#include "measure.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    SEED = 7,
    CONNECTIONS_MAX = 1024,
    PARAMS_MAX = 6,
    PARAM_BYTES = 96,
    COPY_BYTES = 64 * 1024,
    WARM_UP_NS = 300 * 1000 * 1000,
    NS_PER_S = 1000 * 1000 * 1000
};

enum { PGP_CUSTOMERS = 5000 };

#define SETUP(name, sql) static const char setup_##name[] = sql;
#define WORK(name, params, sql)
#include "peer.def"
#undef SETUP
#undef WORK

static const struct work {
    const char *what, *sql;
    int params;
} works[] = {
#define SETUP(name, sql)
#define WORK(name, params, sql) {#name, sql, params},
#include "peer.def"
#undef SETUP
#undef WORK
};

struct client {
    PGconn *db;
    uint64_t started_ns;
    bool wait_write;
};

struct peer {
    const struct work *work;
    struct client clients[CONNECTIONS_MAX];
    size_t client_count;
    int epoll;
    uint64_t subjects, next, random, warm_ns, end_ns, last_ns, counted;
    struct times times;
};

static void execute(PGconn *db, const char *sql)
{
    PGresult *done = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(done);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) give_up("postgres: %s", PQerrorMessage(db));
    PQclear(done);
}

static PGconn *open_db(const char *conninfo)
{
    PGconn *db = PQconnectdb(conninfo);
    if (PQstatus(db) != CONNECTION_OK) give_up("postgres: %s", PQerrorMessage(db));
    execute(db, "SET client_min_messages = warning; SET search_path = public");
    return db;
}

static void copy_send(PGconn *db, struct buf *rows)
{
    if (PQputCopyData(db, (const char *)rows->at, (int)rows->len) != 1)
        give_up("postgres: %s", PQerrorMessage(db));
    rows->len = 0;
}

/* The list into a table that needs no log, by COPY. */
static void copy_in(PGconn *db, uint64_t subjects)
{
    SCOPED(buf_done) struct buf rows = {0};
    PGresult *copy = PQexec(db, "COPY incoming FROM STDIN");
    if (PQresultStatus(copy) != PGRES_COPY_IN) give_up("postgres: %s", PQerrorMessage(db));
    PQclear(copy);
    for (uint64_t i = 0; i < subjects; i++) {
        struct synth_customer one;
        synth_customer(SEED, i, &one);
        buf_print(&rows, "%llu\t%s\t%s\t%s\t%s\t%s\t%s\n", (unsigned long long)i, one.ref, one.name,
                  one.email, one.phone, one.lang, one.country);
        if (rows.len >= COPY_BYTES) copy_send(db, &rows);
    }
    if (rows.len > 0) copy_send(db, &rows);
    if (PQputCopyEnd(db, NULL) != 1) give_up("postgres: %s", PQerrorMessage(db));
    for (PGresult *end = NULL; (end = PQgetResult(db)); PQclear(end)) {
        if (PQresultStatus(end) != PGRES_COMMAND_OK) give_up("postgres: %s", PQerrorMessage(db));
    }
}

static void import(PGconn *db, uint64_t subjects, bool live)
{
    execute(db, setup_schema);
    if (live) {
        execute(db, setup_live);
        execute(db, setup_indexes);
    }
    uint64_t start = now_ns();
    copy_in(db, subjects);
    execute(db, live ? setup_fill_live : setup_fill);
    if (!live) execute(db, setup_indexes);
    struct took took = {now_ns() - start, cpu_ns()};
    execute(db, setup_pgp_columns);
    execute(db, setup_pgp_fill);
    execute(db, "DROP TABLE incoming");
    execute(db, "VACUUM ANALYZE customer");
    execute(db, "CHECKPOINT");
    round_print(live ? "import_live" : "import", 1, subjects, took, NULL);
}

static void watch(struct peer *peer, struct client *client, int act)
{
    struct epoll_event event = {.events = EPOLLIN | (client->wait_write ? (uint32_t)EPOLLOUT : 0),
                                .data = {.ptr = client}};
    if (epoll_ctl(peer->epoll, act, PQsocket(client->db), &event) != 0) give_up("epoll: %s", strerror(errno));
}

static void flush(struct peer *peer, struct client *client)
{
    int left = PQflush(client->db);
    if (left < 0) give_up("postgres: %s", PQerrorMessage(client->db));
    if ((left > 0) == client->wait_write) return;
    client->wait_write = left > 0;
    watch(peer, client, EPOLL_CTL_MOD);
}

static void params_make(struct peer *peer, char out[PARAMS_MAX][PARAM_BYTES])
{
    struct synth_customer one;
    const char *what = peer->work->what;
    if (strcmp(what, "create") == 0) {
        synth_customer(SEED, peer->next, &one);
        (void)snprintf(out[0], PARAM_BYTES, "%llu", (unsigned long long)peer->next++);
        (void)snprintf(out[1], PARAM_BYTES, "%s", one.ref);
        (void)snprintf(out[2], PARAM_BYTES, "%s", one.name);
        (void)snprintf(out[3], PARAM_BYTES, "%s", one.email);
        (void)snprintf(out[4], PARAM_BYTES, "%s", one.phone);
        (void)snprintf(out[5], PARAM_BYTES, "%s", one.lang);
        return;
    }
    uint64_t most =
        strcmp(what, "reveal_pgp") == 0 && peer->subjects > PGP_CUSTOMERS ? PGP_CUSTOMERS : peer->subjects;
    uint64_t who = draw(&peer->random) % most;
    if (strcmp(what, "lookup") == 0) {
        synth_customer(SEED, who, &one);
        (void)snprintf(out[0], PARAM_BYTES, "%s", one.email);
        return;
    }
    (void)snprintf(out[0], PARAM_BYTES, "%llu", (unsigned long long)who);
}

static void ask(struct peer *peer, struct client *client)
{
    char texts[PARAMS_MAX][PARAM_BYTES];
    const char *params[PARAMS_MAX];
    for (size_t i = 0; i < PARAMS_MAX; i++) params[i] = texts[i];
    params_make(peer, texts);
    client->started_ns = now_ns();
    if (PQsendQueryPrepared(client->db, "work", peer->work->params, params, NULL, NULL, 0) != 1) {
        give_up("postgres: %s", PQerrorMessage(client->db));
    }
    flush(peer, client);
}

/* Take what came. False when the client's last answer is there. */
static bool take(struct peer *peer, struct client *client)
{
    if (PQconsumeInput(client->db) != 1) give_up("postgres: %s", PQerrorMessage(client->db));
    while (!PQisBusy(client->db)) {
        PGresult *result = PQgetResult(client->db);
        if (!result) {
            uint64_t now = now_ns();
            if (client->started_ns >= peer->warm_ns) {
                times_add(&peer->times, now - client->started_ns);
                peer->counted++;
                peer->last_ns = now;
            }
            if (now >= peer->end_ns) return false;
            ask(peer, client);
            return true;
        }
        if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) < 1) {
            give_up("postgres: %d rows; %s", PQntuples(result), PQerrorMessage(client->db));
        }
        PQclear(result);
    }
    return true;
}

static void clients_open(struct peer *peer, const char *conninfo)
{
    peer->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < peer->client_count; i++) {
        struct client *client = &peer->clients[i];
        client->db = open_db(conninfo);
        PGresult *made = PQprepare(client->db, "work", peer->work->sql, 0, NULL);
        if (PQresultStatus(made) != PGRES_COMMAND_OK) give_up("postgres: %s", PQerrorMessage(client->db));
        PQclear(made);
        if (PQsetnonblocking(client->db, 1) != 0) give_up("postgres: %s", PQerrorMessage(client->db));
        watch(peer, client, EPOLL_CTL_ADD);
    }
}

static void run(struct peer *peer, uint64_t seconds)
{
    struct epoll_event events[CONNECTIONS_MAX];
    size_t busy = peer->client_count;
    peer->warm_ns = now_ns() + WARM_UP_NS;
    peer->end_ns = peer->warm_ns + seconds * NS_PER_S;
    for (size_t i = 0; i < peer->client_count; i++) ask(peer, &peer->clients[i]);
    while (busy > 0) {
        int count = epoll_wait(peer->epoll, events, CONNECTIONS_MAX, 10000);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) give_up("no answer in ten seconds");
        for (int i = 0; i < count; i++) {
            struct client *client = events[i].data.ptr;
            if (events[i].events & EPOLLOUT) flush(peer, client);
            if (!take(peer, client)) busy--;
        }
    }
    round_print(peer->work->what, peer->client_count, peer->counted,
                (struct took){peer->last_ns - peer->warm_ns, cpu_ns()}, &peer->times);
}

/* An audit table of so many looks of one reader over 150 days; made once. */
static void looks_fill(PGconn *db, uint64_t looks)
{
    SCOPED(buf_done) struct buf sql = {0};
    buf_print(&sql, setup_looks_fill, (unsigned long long)looks, (unsigned long long)looks,
              (unsigned long long)looks);
    buf_byte(&sql, 0);
    execute(db, setup_looks);
    execute(db, (const char *)sql.at);
    execute(db, setup_looks_index);
    execute(db, "VACUUM ANALYZE looks");
}

/* Whom that reader saw: counted, as the first question of a leak is. */
static void scope(PGconn *db, uint64_t looks)
{
    struct took took = {now_ns(), cpu_ns()};
    execute(db, setup_scope);
    took = (struct took){now_ns() - took.wall_ns, cpu_ns() - took.cpu_ns};
    round_print("scope", 1, looks, took, NULL);
}

int main(int argc, char **argv)
{
    static struct peer peer; /* its clients are too many for the stack */
    const char *conninfo = argument_text(argc, argv, "--conn", "");
    const char *what = argument_text(argc, argv, "--what", "");
    peer.subjects = argument(argc, argv, "--subjects", 20000);
    peer.next = argument(argc, argv, "--first", 0);
    peer.client_count = argument(argc, argv, "--connections", 64);
    peer.random = SEED;
    if (peer.client_count == 0 || peer.client_count > CONNECTIONS_MAX || peer.subjects == 0) {
        give_up("--connections: 1 to %d; --subjects: from 1", CONNECTIONS_MAX);
    }
    bool live = strcmp(what, "import_live") == 0;
    if (live || strcmp(what, "import") == 0) {
        PGconn *db = open_db(conninfo);
        import(db, peer.subjects, live);
        PQfinish(db);
        return 0;
    }
    if (strcmp(what, "looks") == 0 || strcmp(what, "scope") == 0) {
        PGconn *db = open_db(conninfo);
        if (strcmp(what, "looks") == 0) looks_fill(db, peer.subjects);
        scope(db, peer.subjects);
        PQfinish(db);
        return 0;
    }
    for (size_t i = 0; i < COUNT_OF(works); i++) {
        if (strcmp(what, works[i].what) == 0) peer.work = &works[i];
    }
    if (!peer.work)
        give_up("--what: import, import_live, looks, scope, reveal_aes, reveal_pgp, create or lookup");
    clients_open(&peer, conninfo);
    run(&peer, argument(argc, argv, "--seconds", 5));
    for (size_t i = 0; i < peer.client_count; i++) PQfinish(peer.clients[i].db);
    (void)close(peer.epoll);
    return 0;
}
