#include "measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t now_ns(void)
{
    struct timespec at = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &at); /* cannot fail with this clock */
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

uint64_t cpu_ns(void)
{
    struct timespec at = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at); /* cannot fail with this clock */
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static size_t bucket_of(uint64_t ns)
{
    if (ns < TIMES_PARTS) return (size_t)ns;
    unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - TIMES_PART_BITS;
    return (size_t)((shift + 1) << TIMES_PART_BITS) + (size_t)(ns >> shift) - TIMES_PARTS;
}

static uint64_t bucket_middle(size_t bucket)
{
    if (bucket < TIMES_PARTS) return bucket;
    unsigned shift = (unsigned)(bucket >> TIMES_PART_BITS) - 1;
    uint64_t low = (uint64_t)(TIMES_PARTS + bucket % TIMES_PARTS) << shift;
    return low + ((uint64_t)1 << shift) / 2;
}

void times_add(struct times *times, uint64_t ns)
{
    times->buckets[bucket_of(ns)]++;
    times->count++;
}

uint64_t times_quantile(const struct times *times, double share)
{
    uint64_t before = 0, want = (uint64_t)((double)times->count * share);
    for (size_t i = 0; i < TIMES_BUCKETS; i++) {
        before += times->buckets[i];
        if (before > want) return bucket_middle(i);
    }
    return 0;
}

void round_print(const char *what, uint64_t size, uint64_t count, struct took took, const struct times *times)
{
    printf("{\"what\":\"%s\",\"size\":%llu,\"count\":%llu,\"wall_ns\":%llu,\"cpu_ns\":%llu", what,
           (unsigned long long)size, (unsigned long long)count, (unsigned long long)took.wall_ns,
           (unsigned long long)took.cpu_ns);
    if (times && times->count > 0) {
        printf(",\"p50_ns\":%llu,\"p99_ns\":%llu,\"p999_ns\":%llu",
               (unsigned long long)times_quantile(times, 0.5),
               (unsigned long long)times_quantile(times, 0.99),
               (unsigned long long)times_quantile(times, 0.999));
    }
    puts("}");
    (void)fflush(stdout);
}

void give_up(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("bench: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(1);
}

void need(struct result result, const char *what)
{
    if (result.code != CODE_OK) give_up("%s: %s", what, result_text());
}

const char *argument_text(int argc, char **argv, const char *name, const char *fallback)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) return argv[i + 1];
    }
    return fallback;
}

uint64_t argument(int argc, char **argv, const char *name, uint64_t fallback)
{
    const char *text = argument_text(argc, argv, name, NULL);
    char *end = NULL;
    if (!text) return fallback;
    unsigned long long number = strtoull(text, &end, 10);
    if (end == text || *end != 0) give_up("%s: not a number", name);
    return number;
}

uint64_t draw(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}
