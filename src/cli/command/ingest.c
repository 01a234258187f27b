/* amanah watch ingest: logs of systems outside the vault. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/ingest/declare.h"
#include "cli/ingest/feed.h"
#include "cli/ingest/order.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/show.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { MAP_BYTES_MAX = 4096, TICK_MS = 200, SEND_EVERY_S = 1, POSITION_EVERY_S = 60, SHOWN_BROKEN_MAX = 5 };

struct ingesting {
    struct call *call;
    struct ingest ingest;
    struct buf map;
    struct arena arena;
    FILE *rejects;
    uint64_t broken_shown, broken;
    struct feed *feeds[FEEDS_MAX];
    size_t feed_count;
    int signal_fd;
};

static void ingesting_done(struct ingesting *ingesting)
{
    for (size_t i = 0; i < ingesting->feed_count; i++) feed_free(&ingesting->feeds[i]);
    if (ingesting->rejects) (void)fclose(ingesting->rejects); /* written out before */
    if (ingesting->signal_fd >= 0) (void)close(ingesting->signal_fd);
    routes_free(&ingesting->ingest.routes);
    client_free(&ingesting->ingest.client);
    crypto_free(&ingesting->ingest.crypto);
    arena_done(&ingesting->arena);
    buf_done(&ingesting->map);
}

static void note_broken(void *context, const char *path, uint64_t line, const char *why)
{
    struct ingesting *ingesting = context;
    ingesting->broken++;
    if (ingesting->rejects) {
        if (ingesting->call->arg_count > 1) (void)fprintf(ingesting->rejects, "%s,", path);
        (void)fprintf(ingesting->rejects, "%" PRIu64 ",\"%s\"\n", line,
                      why); /* seen at the end if it failed */
    } else if (ingesting->broken_shown < SHOWN_BROKEN_MAX) {
        ingesting->broken_shown++;
        show_remark(ingesting->call, "%s: line %" PRIu64 ": %s", path, line, why);
    }
}

/* --map MEMBERS, or @FILE with them, one a line or with commas. */
static RESULT map_take(struct ingesting *ingesting)
{
    const char *given = call_text(ingesting->call, OPT_MAP);
    if (!given) return OK;
    if (given[0] == '@') {
        TRY(input_read(given + 1, MAP_BYTES_MAX, &ingesting->map));
        for (size_t i = 0; i < ingesting->map.len; i++) {
            uint8_t *byte = &ingesting->map.at[i];
            if (*byte == '\n' || *byte == '\r') *byte = ',';
        }
        while (ingesting->map.len > 0 && ingesting->map.at[ingesting->map.len - 1] == ',')
            ingesting->map.len--;
    } else {
        buf_text(&ingesting->map, given);
    }
    ingesting->ingest.options.map = buf_c(&ingesting->map);
    return OK;
}

static RESULT options_take(struct ingesting *ingesting)
{
    const struct call *call = ingesting->call;
    struct ingest *ingest = &ingesting->ingest;
    struct slice kind = call_slice(call, OPT_KIND), zone = call_slice(call, OPT_ZONE);
    ingest->follow = call_has(call, OPT_FOLLOW);
    ingest->history = call_has(call, OPT_HISTORY);
    ingest->broken = note_broken;
    ingest->context = ingesting;
    if (ingest->follow && ingest->history)
        return FAIL(USAGE, "--follow, --history: one of them; a file that is read whole does not go on");
    if (call->arg_count == 0) return FAIL(USAGE, "FILE: name the logs to read, or --lag");
    if (kind.len > 0) {
        ingest->options.kind = weblog_kind_find(kind);
        if (ingest->options.kind == WEBLOG_ANY)
            return FAIL(USAGE, "--kind: nginx, apache, json, pgcsv or jsonl");
    }
    ingest->options.zone_given = zone.len > 0;
    if (zone.len > 0 && !zone_get(zone, &ingest->options.zone_s))
        return FAIL(USAGE, "--zone: not of the form +0900 or a name such as KST");
    return map_take(ingesting);
}

/* Does the mapping say which member is the subject? */
static bool maps_subject(const struct ingesting *ingesting)
{
    struct slice map = buf_slice(&ingesting->map);
    for (size_t i = 0; i < map.len; i++) {
        if ((i == 0 || map.at[i - 1] == ',') && slice_starts(slice_from(map, i), "subject=")) return true;
    }
    return false;
}

static RESULT service_take(struct ingesting *ingesting)
{
    struct ingest *ingest = &ingesting->ingest;
    struct declared declared = {0};
    TRY(declare_take(ingesting->call, ingest->client, &ingesting->arena, maps_subject(ingesting), &declared));
    ingest->system = declared.system;
    ingest->route_texts = declared.routes;
    ingest->route_count = declared.count;
    return routes_new(ingest->route_texts, ingest->route_count, &ingest->routes);
}

static RESULT rejects_begin(struct ingesting *ingesting)
{
    const char *path = call_text(ingesting->call, OPT_REJECTS);
    if (!path) return OK;
    ingesting->rejects = fopen(path, "we");
    if (!ingesting->rejects) return FAIL(UNAVAILABLE, "--rejects: cannot be written: %s", strerror(errno));
    (void)fputs(ingesting->call->arg_count > 1 ? "file,line,reason\n" : "line,reason\n", ingesting->rejects);
    return OK;
}

static RESULT rejects_end(struct ingesting *ingesting)
{
    FILE *file = TAKE(ingesting->rejects);
    if (!file) return OK;
    bool good = !ferror(file);
    if (fclose(file) == 0 && good) return OK;
    return FAIL(UNAVAILABLE, "--rejects: could not be written: %s", strerror(errno));
}

static RESULT file_whole(struct ingesting *ingesting, const char *path, struct feed **feed)
{
    bool moved = true;
    TRY(feed_open(&ingesting->ingest, path, feed));
    while (moved) TRY(feed_pump(*feed, &moved));
    return feed_flush(*feed, true);
}

/* One file among several that is no log, or not there, is told and passed over: the others are read all the same. */
static RESULT read_whole(struct ingesting *ingesting)
{
    struct call *call = ingesting->call;
    order_by_time(&ingesting->ingest.options, call->args, call->arg_count);
    for (size_t i = 0; i < call->arg_count; i++) {
        struct feed **feed = &ingesting->feeds[ingesting->feed_count];
        struct result done = file_whole(ingesting, call->args[i], feed);
        bool its_own = done.code == CODE_NOT_FOUND || done.code == CODE_INVALID;
        ingesting->feed_count += done.code == CODE_OK;
        if (done.code == CODE_OK) continue;
        if (!its_own || call->arg_count == 1) {
            feed_free(feed);
            return done;
        }
        show_remark(call, "%s: not read: %s", call->args[i], result_text());
        call->exit = EXIT_PARTLY;
        TRY(ingest_drain(&ingesting->ingest));
        feed_free(feed);
    }
    return OK;
}

/* Until a signal comes. */
static bool told_to_end(const struct ingesting *ingesting, int wait_ms)
{
    struct pollfd wait = {.fd = ingesting->signal_fd, .events = POLLIN};
    return poll(&wait, 1, wait_ms) > 0;
}

static RESULT follow_all(struct ingesting *ingesting)
{
    int64_t sent_us = clock_monotonic_us(), told_us = sent_us;
    for (bool moved = true; !told_to_end(ingesting, moved ? 0 : TICK_MS);) {
        int64_t now_us = clock_monotonic_us();
        bool send = now_us - sent_us >= SEND_EVERY_S * SECOND_US,
             tell = now_us - told_us >= POSITION_EVERY_S * SECOND_US;
        moved = false;
        for (size_t i = 0; i < ingesting->feed_count; i++) {
            bool more = false;
            TRY(feed_pump(ingesting->feeds[i], &more));
            if (!more) TRY(feed_turn(ingesting->feeds[i], now_us));
            if (send) TRY(feed_flush(ingesting->feeds[i], tell));
            moved = moved || more;
        }
        if (send) sent_us = now_us;
        if (tell) told_us = now_us;
    }
    for (size_t i = 0; i < ingesting->feed_count; i++) TRY(feed_flush(ingesting->feeds[i], true));
    return OK;
}

static RESULT follow(struct ingesting *ingesting)
{
    sigset_t set;
    (void)sigemptyset(&set); /* these three cannot fail with signals that exist */
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return FAIL(UNAVAILABLE, "ingest: signals cannot be held");
    ingesting->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (ingesting->signal_fd < 0) return FAIL(UNAVAILABLE, "ingest: signals: %s", strerror(errno));
    for (size_t i = 0; i < ingesting->call->arg_count; i++) {
        TRY(feed_open(&ingesting->ingest, ingesting->call->args[i], &ingesting->feeds[i]));
        ingesting->feed_count++;
    }
    return follow_all(ingesting);
}

static void sums_put(const char *path, const struct feed_sums *sums, struct buf *out)
{
    const struct {
        const char *name;
        uint64_t number;
    } numbers[] = {{"lines", sums->lines},
                   {"before", sums->before},
                   {"about_routes", sums->matched},
                   {"attributed", sums->attributed},
                   {"unattributed", sums->unattributed},
                   {"broken", sums->broken},
                   {"bytes", sums->bytes}};
    SCOPED(buf_done) struct buf hex = {0};
    hex_put(&hex, SLICE_OF(sums->hash));
    cbor_map(out, COUNT_OF(numbers) + 4);
    cbor_text(out, SLICE_TEXT("file"));
    cbor_text(out, slice_text(path));
    cbor_text(out, SLICE_TEXT("sha256"));
    cbor_text(out, buf_slice(&hex));
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        cbor_text(out, slice_text(numbers[i].name));
        cbor_uint(out, numbers[i].number);
    }
    cbor_text(out, SLICE_TEXT("unchanged"));
    cbor_bool(out, sums->lines == 0);
    cbor_text(out, SLICE_TEXT("cut"));
    cbor_bool(out, sums->cut);
}

static void sums_show(const struct call *call, const char *path, const struct feed_sums *sums)
{
    SCOPED(buf_done) struct buf lines = {0}, told = {0}, nobody = {0};
    count_put(&lines, sums->lines);
    count_put(&told, sums->attributed);
    count_put(&nobody, sums->unattributed);
    show_value(slice_text(path));
    if (sums->older) {
        show_words(": nothing new; it is an older copy of a log that was read further\n");
    } else if (sums->lines == 0 && sums->before > 0) {
        show_words(": nothing new; it was read before, to its end\n");
    } else {
        show_words(": %s %s read, %s of them of known customers, %s of nobody who could be told\n",
                   buf_c(&lines), plural(sums->lines, "line", "lines"), buf_c(&told), buf_c(&nobody));
    }
    if (sums->broken > 0)
        show_remark(call, "%s: %" PRIu64 " broken %s left out; --rejects FILE lists them", path, sums->broken,
                    plural(sums->broken, "line", "lines"));
    if (sums->twin) show_remark(call, "%s: begins like a log that was read before, but is another one", path);
    if (sums->cut) show_remark(call, "%s: is cut short; what could be read of it was", path);
    if (sums->partial)
        show_remark(call, "%s: its last line has no end yet and was left for the next time", path);
}

static RESULT show_sums(struct ingesting *ingesting)
{
    SCOPED(buf_done) struct buf items = {0};
    bool json = call_has(ingesting->call, OPT_JSON);
    cbor_map(&items, 1);
    cbor_text(&items, SLICE_TEXT("items"));
    cbor_array(&items, ingesting->feed_count);
    for (size_t i = 0; i < ingesting->feed_count; i++) {
        const char *path = feed_path(ingesting->feeds[i]);
        struct feed_sums sums = feed_sums(ingesting->feeds[i]);
        if (sums.broken > 0 || sums.cut) ingesting->call->exit = EXIT_PARTLY;
        sums_put(path, &sums, &items);
        if (!json) sums_show(ingesting->call, path, &sums);
    }
    return json ? show_json(doc_of(buf_slice(&items))) : OK;
}

static void show_state(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"system", COLUMN_WORDS},
                                                     {"name", COLUMN_WORDS},
                                                     {"lines", COLUMN_WORDS},
                                                     {"broken", COLUMN_WORDS},
                                                     {"newest", COLUMN_TIME},
                                                     {"lag_s", COLUMN_WORDS},
                                                     {"behind", COLUMN_WORDS},
                                                     {"read", COLUMN_TIME},
                                                     {0}});
}

RESULT command_watch_ingest(struct call *call)
{
    SCOPED(ingesting_done) struct ingesting ingesting = {.call = call, .signal_fd = -1};
    if (call_has(call, OPT_LAG)) {
        struct observe_list_ask ask = {.system = call_slice(call, OPT_SYSTEM), .limit = PAGE_MAX};
        return ask_pages(call, VERB_OBSERVE_LIST, &ask, &ask.after, show_state);
    }
    TRY(options_take(&ingesting));
    TRY(crypto_new(&ingesting.ingest.crypto));
    TRY(client_open(call, &ingesting.ingest.client));
    if (client_remote(ingesting.ingest.client))
        return FAIL(USAGE,
                    "watch ingest: works on a home on its own machine; give --home, and bring the log there");
    TRY(service_take(&ingesting));
    TRY(rejects_begin(&ingesting));
    TRY(ingesting.ingest.follow ? follow(&ingesting) : read_whole(&ingesting));
    TRY(rejects_end(&ingesting));
    return show_sums(&ingesting);
}
