/*
 * Measuring: a histogram of times, and the one JSON line a benchmark program prints for a round. bench/run starts the
 * programs in turns and makes medians and ratios of their lines. Example:
 *     struct times times = {0};  times_add(&times, took_ns);  round_print("reveal", 64, count, took, &times);
 */
#ifndef AMN_BENCH_MEASURE_H
#define AMN_BENCH_MEASURE_H

#include "base/bytes.h"

/* Each power of two is cut into TIMES_PARTS: a quantile is off by 3 % at most. */
enum { TIMES_PART_BITS = 5, TIMES_PARTS = 1 << TIMES_PART_BITS, TIMES_BUCKETS = 64 * TIMES_PARTS };

struct times {
    uint64_t count;
    uint64_t buckets[TIMES_BUCKETS];
};

uint64_t now_ns(void); /* monotonic */
uint64_t cpu_ns(void); /* of this process, all threads, user and system */
void times_add(struct times *times, uint64_t ns);
uint64_t times_quantile(const struct times *times, double share); /* ns; 0 when empty */

struct took {
    uint64_t wall_ns;
    uint64_t cpu_ns; /* of the benchmark program itself */
};

/* One JSON object and a line end on standard output: what, size, count, wall_ns, cpu_ns, p50_ns, p99_ns, p999_ns. */
void round_print(const char *what, uint64_t size, uint64_t count, struct took took,
                 const struct times *times);

/* Benchmarks end at the first failure: say it, and exit with 1. */
void need(struct result result, const char *what);
__attribute__((noreturn, format(printf, 1, 2))) void give_up(const char *format, ...);

/* The number after `name` in the arguments, or `fallback`. Gives up when it is no number. */
uint64_t argument(int argc, char **argv, const char *name, uint64_t fallback);
const char *argument_text(int argc, char **argv, const char *name, const char *fallback);

/* A small generator for choosing whom to look at: splitmix64. */
uint64_t draw(uint64_t *state);

#endif
