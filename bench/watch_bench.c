/*
 * What the detectors cost a look: watch_bench [--readers N] [--customers N] [--looks N]
 *
 * One line for each kind of stream, as round_print() makes them; a look is timed in runs of RUN looks, as one alone is
 * shorter than reading the clock. "minute" times watch_minute() after a minute of such looks, "close" the first look of
 * a day, which closes the day before.
 */
#include "measure.h"
#include "watch/detect/detect.h"

#include "base/clock.h"

#include <stdio.h>

enum { RUN = 256, SUBJECTS_MOST = 100 };

struct stream {
    const char *what;
    size_t subjects; /* a look */
    bool lookups, passed;
};

struct bench {
    struct watch *watch;
    uint64_t readers, customers, looks, state;
    int64_t now_us;
};

static struct look next(struct bench *bench, const struct stream *stream, uint64_t *subjects)
{
    for (size_t i = 0; i < stream->subjects; i++) subjects[i] = 1 + draw(&bench->state) % bench->customers;
    uint64_t reader = 1 + draw(&bench->state) % bench->readers;
    struct look look = {.kind = LOOK_REVEAL,
                        .now_us = bench->now_us,
                        .reader = reader,
                        .peers = 1 + reader % 8,
                        .network = 1 + reader * 7 + draw(&bench->state) % 3,
                        .country = 0x4944,
                        .fields = 3,
                        .purpose = 1,
                        .passed = stream->passed,
                        .subjects = subjects,
                        .count = stream->subjects,
                        .limit_day = 1000000,
                        .used_day = 1000};
    if (stream->lookups) {
        look.kind = draw(&bench->state) % 10 == 0 ? LOOK_MISSED : LOOK_FOUND;
        look.value = draw(&bench->state);
        if (look.kind == LOOK_MISSED) look.count = 0;
    }
    bench->now_us += 1000;
    return look;
}

static void taken(struct watch *watch)
{
    struct finding findings[16];
    while (watch_findings(watch, findings, COUNT_OF(findings)) > 0) continue;
}

static void looks(struct bench *bench, const struct stream *stream)
{
    static struct look run[RUN];
    static uint64_t subjects[RUN][SUBJECTS_MOST];
    struct times times = {0};
    struct took took = {0};
    for (uint64_t done = 0; done < bench->looks; done += RUN) {
        for (size_t i = 0; i < RUN; i++) run[i] = next(bench, stream, subjects[i]);
        uint64_t cpu = cpu_ns(), wall = now_ns();
        for (size_t i = 0; i < RUN; i++) watch_look(bench->watch, &run[i]);
        uint64_t wall_ns = now_ns() - wall;
        took.cpu_ns += cpu_ns() - cpu;
        took.wall_ns += wall_ns;
        times_add(&times, wall_ns / RUN);
        taken(bench->watch);
    }
    round_print(stream->what, stream->subjects, bench->looks, took, &times);
}

static void timed(struct bench *bench, const char *what, void act(struct bench *bench))
{
    struct times times = {0};
    uint64_t cpu = cpu_ns(), wall = now_ns();
    act(bench);
    struct took took = {.wall_ns = now_ns() - wall, .cpu_ns = cpu_ns() - cpu};
    times_add(&times, took.wall_ns);
    round_print(what, bench->readers, 1, took, &times);
    taken(bench->watch);
}

static void minute(struct bench *bench)
{
    watch_minute(bench->watch, bench->now_us, bench->customers);
}

static void close_day(struct bench *bench)
{
    static const struct stream one = {.subjects = 1};
    uint64_t subject[1];
    bench->now_us += DAY_US;
    struct look look = next(bench, &one, subject);
    watch_look(bench->watch, &look);
}

int main(int argc, char **argv)
{
    static const struct stream streams[] = {
        {.what = "reveal", .subjects = 1},
        {.what = "passed", .subjects = 1, .passed = true},
        {.what = "lookup", .subjects = 1, .lookups = true},
        {.what = "batch", .subjects = SUBJECTS_MOST},
    };
    struct bench bench = {.readers = argument(argc, argv, "--readers", 200),
                          .customers = argument(argc, argv, "--customers", 1000000),
                          .looks = argument(argc, argv, "--looks", 2000000),
                          .state = 1,
                          .now_us = 20000 * DAY_US + 9 * HOUR_US};
    struct watch_options options = {.customers = bench.customers};
    params_default(&options.params);
    need(watch_new(&options, &bench.watch), "watch_new");
    for (int day = 0; day < 8; day++) { /* readers are learned, so that later days are judged in full */
        for (size_t i = 0; i < COUNT_OF(streams); i++) {
            struct stream few = streams[i];
            uint64_t subjects[SUBJECTS_MOST];
            for (uint64_t j = 0; j < 10 * bench.readers; j++) {
                struct look look = next(&bench, &few, subjects);
                watch_look(bench.watch, &look);
            }
        }
        minute(&bench);
        close_day(&bench);
        taken(bench.watch);
    }
    for (size_t i = 0; i < COUNT_OF(streams); i++) looks(&bench, &streams[i]);
    timed(&bench, "minute", minute);
    timed(&bench, "close", close_day);
    watch_free(&bench.watch);
    return 0;
}
