/*
 * A dump against the index: evidence_bench --file PATH [--customers N] [--lines N] [--rounds N] [--keys PATH] [--ours PATH]
 *
 * The first call writes the dump: CSV of six columns, one line in three of a customer, with noise (upper case, +tags, dots
 * at gmail, telephones in four forms), the others of strangers. Then, by the round: "table" fills the index with e-mail
 * and telephone of each customer, "match" reads the dump in a child and matches it, "read" reads it alone, and "pass" passes over all of its rows, as a
 * match does that goes on behind them. --keys and --ours write the keys of
 * the dump and of the customers in normal form, one a line, for other programs (bench/evidence).
 */
#include "answer/evidence/dump/feed.h"
#include "answer/evidence/dump/reader.h"
#include "answer/evidence/match.h"
#include "child/child.h"
#include "cli/synth.h"
#include "keep/normalise.h"
#include "measure.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEED = 7, STRANGERS = 8, ONE_IN = 3, STEP = 1000003, KEYS_AT_ONCE = 256, KEY_BYTES = 1024 };

struct bench {
    struct crypto *crypto;
    struct prf *prf[MATCH_KEYS];
    uint64_t customers, lines;
    int fd;
    FILE *keys;
};

static void email_put(FILE *out, const char *email, uint64_t noise)
{
    const char *at = strchr(email, '@');
    if (noise % 4 == 1) {
        for (const char *c = email; *c; c++) (void)fputc(*c >= 'a' && *c <= 'z' ? *c - 32 : *c, out);
    } else if (noise % 4 == 2 && at) {
        (void)fprintf(out, "%.*s+shop%s", (int)(at - email), email, at);
    } else {
        (void)fputs(email, out);
    }
}

static void phone_put(FILE *out, const char *phone, uint64_t noise)
{
    for (const char *c = phone; *c; c++) {
        if (noise % 3 == 0 || (*c >= '0' && *c <= '9') || *c == '+') (void)fputc(*c, out);
    }
}

static void dump_write(const char *path, uint64_t customers, uint64_t lines)
{
    FILE *out = fopen(path, "we");
    uint64_t state = SEED;
    if (!out) give_up("%s: cannot be made", path);
    (void)fputs("id,name,email,phone,address,password\n", out);
    for (uint64_t i = 0; i < lines; i++) {
        struct synth_customer one;
        bool ours = i % ONE_IN == 0;
        uint64_t noise = draw(&state);
        synth_customer(ours ? SEED : STRANGERS, ours ? i / ONE_IN * STEP % customers : i, &one);
        (void)fprintf(out, "%" PRIu64 ",%s,", i, one.name);
        if (ours) {
            email_put(out, one.email, noise);
        } else {
            (void)fprintf(out, "x%" PRIu64 "%s", i, one.email);
        }
        (void)fputc(',', out);
        phone_put(out, one.phone, noise >> 8);
        (void)fprintf(out, ",\"%s\",%016" PRIx64 "\n", one.address, noise);
    }
    if (fclose(out) != 0) give_up("%s: cannot be written", path);
}

/* Values of some customers in normal form, until their tags are made together. */
struct keys {
    struct {
        struct slice at[KEYS_AT_ONCE];
        uint32_t who[KEYS_AT_ONCE], flags[KEYS_AT_ONCE];
        size_t count;
    } of[MATCH_KEYS];
    struct buf text; /* has room for all: it never moves */
    FILE *ours;
};

static void key_add(struct keys *keys, enum match_key key, enum normaliser normaliser, struct slice value,
                    uint32_t who)
{
    size_t at = keys->of[key].count, start = keys->text.len;
    if (normalise(normaliser, value, (struct slice){0}, &keys->text).code != CODE_OK) return;
    struct slice normal = slice_from(buf_slice(&keys->text), start);
    bool canonical = normaliser == NORMALISE_EMAIL_CANONICAL;
    if (canonical && slice_equal(normal, keys->of[key].at[at - 1])) return;
    if (keys->ours) (void)fprintf(keys->ours, "%.*s\n", (int)normal.len, (const char *)normal.at);
    keys->of[key].at[at] = normal;
    keys->of[key].who[at] = who;
    keys->of[key].flags[at] = canonical ? MATCHER_CANONICAL : 0;
    keys->of[key].count++;
    if (normaliser == NORMALISE_EMAIL) key_add(keys, key, NORMALISE_EMAIL_CANONICAL, normal, who);
}

static void keys_flush(struct bench *bench, struct keys *keys, struct matcher *matcher)
{
    static struct hash tags[KEYS_AT_ONCE];
    for (size_t key = 0; key < MATCH_KEYS; key++) {
        size_t count = keys->of[key].count;
        prf_run_many(bench->prf[key], NORMALISER_VERSION, keys->of[key].at, count, tags);
        for (size_t i = 0; i < count; i++) matcher_soon(matcher, tags[i].bytes);
        for (size_t i = 0; i < count; i++)
            need(matcher_add(matcher, tags[i].bytes, keys->of[key].who[i], keys->of[key].flags[i]), "add");
        keys->of[key].count = 0;
    }
    keys->text.len = 0;
}

static struct matcher *table_make(struct bench *bench, FILE *ours)
{
    struct matcher *matcher = NULL;
    struct keys *keys = calloc(1, sizeof *keys);
    if (!keys) give_up("out of memory");
    buf_reserve(&keys->text, (size_t)KEYS_AT_ONCE * KEY_BYTES);
    keys->ours = ours;
    need(matcher_new(bench->customers * 2, &matcher), "table");
    for (uint64_t i = 0; i < bench->customers; i++) {
        struct synth_customer one;
        synth_customer(SEED, i, &one);
        key_add(keys, MATCH_EMAIL, NORMALISE_EMAIL, slice_text(one.email), (uint32_t)i + 1);
        key_add(keys, MATCH_PHONE, NORMALISE_PHONE, slice_text(one.phone), (uint32_t)i + 1);
        if (keys->of[MATCH_EMAIL].count + 2 > KEYS_AT_ONCE) keys_flush(bench, keys, matcher);
    }
    keys_flush(bench, keys, matcher);
    buf_done(&keys->text);
    free(keys);
    return matcher;
}

static struct result file_read_at(void *context, uint64_t at, size_t len, struct buf *out)
{
    struct bench *bench = context;
    size_t had = out->len;
    ssize_t got = pread(bench->fd, buf_extend(out, len), len, (off_t)at);
    if (got < 0) give_up("the dump cannot be read");
    out->len = had + (size_t)got;
    return OK;
}

static struct result columns_pass(void *context, const struct frame_columns *columns)
{
    (void)context, (void)columns;
    return OK;
}

static struct result row_pass(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    struct bench *bench = context;
    (void)line;
    for (size_t i = 0; bench->keys && i < count; i++) {
        bool key = values[i].kind == KIND_EMAIL || values[i].kind == KIND_EMAIL_CANONICAL ||
                   values[i].kind == KIND_PHONE;
        if (key)
            (void)fprintf(bench->keys, "%.*s\n", (int)values[i].text.len, (const char *)values[i].text.at);
    }
    return OK;
}

static struct result row_match(void *context, uint64_t line, const struct sheet_value *values, size_t count)
{
    return match_row(context, line, values, count);
}

static struct result rows_flush(void *context, uint32_t unreadable)
{
    (void)unreadable;
    return match_flush(context);
}

/* With the children that ended. */
static uint64_t cpu_all_ns(void)
{
    enum { NS_A_US = 1000 };
    struct rusage usage = {0};
    (void)getrusage(RUSAGE_CHILDREN, &usage);
    uint64_t us = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                  (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    return cpu_ns() + us * NS_A_US;
}

static struct took took_since(struct took began)
{
    return (struct took){now_ns() - began.wall_ns, cpu_all_ns() - began.cpu_ns};
}

static void round_run(struct bench *bench, uint64_t size)
{
    const struct unpack_source source = {bench, size, file_read_at};
    const struct feed_sink reading = {bench, columns_pass, row_pass, NULL, NULL};
    struct frame_end end = {0};
    struct took took = {now_ns(), cpu_all_ns()};
    SCOPED(matcher_free) struct matcher *matcher = table_make(bench, NULL);
    round_print("table", bench->customers, matcher_count(matcher), took_since(took), NULL);

    SCOPED(match_free) struct match *match = NULL;
    need(match_new(matcher, (const struct prf *const *)bench->prf, NORMALISER_VERSION, SEED, &match),
         "match");
    const struct feed_sink matching = {match, columns_pass, row_match, rows_flush, NULL};
    took = (struct took){now_ns(), cpu_all_ns()};
    need(feed_run(&source, 0, &matching, &end), "match");
    match_close(match);
    round_print("match", bench->customers, end.rows, took_since(took), NULL);
    uint64_t wanted = (bench->lines + ONE_IN - 1) / ONE_IN;
    if (match->hit < wanted) give_up("match: %" PRIu64 " of %" PRIu64 " lines found", match->hit, wanted);

    took = (struct took){now_ns(), cpu_all_ns()};
    need(feed_run(&source, 0, &reading, &end), "read");
    round_print("read", bench->customers, end.rows, took_since(took), NULL);

    took = (struct took){now_ns(), cpu_all_ns()};
    need(feed_run(&source, end.rows, &reading, &end), "pass");
    round_print("pass", bench->customers, end.rows, took_since(took), NULL);
    struct rusage usage = {
        0}; /* of the children it would tell what their parent had when they were started */
    (void)getrusage(RUSAGE_SELF, &usage);
    (void)printf("{\"what\":\"memory\",\"size\":%" PRIu64 ",\"kb\":%ld,\"table_kb\":%" PRIu64
                 ",\"dump_bytes\":%" PRIu64 "}\n",
                 bench->customers, usage.ru_maxrss, matcher_bytes(matcher) / 1024, size);
}

int main(int argc, char **argv)
{
    static const struct child_kind kinds[] = {{READER_WORD, reader_main}};
    if (argc > 1 && strcmp(argv[1], CHILD_WORD) == 0) return child_run(kinds, COUNT_OF(kinds), argc, argv);
    struct bench bench = {.customers = argument(argc, argv, "--customers", 1000000)};
    bench.lines = argument(argc, argv, "--lines", bench.customers * 3);
    const char *path = argument_text(argc, argv, "--file", "");
    const char *keys = argument_text(argc, argv, "--keys", ""),
               *ours = argument_text(argc, argv, "--ours", "");
    struct stat file = {0};
    if (stat(path, &file) != 0) dump_write(path, bench.customers, bench.lines);
    bench.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (bench.fd < 0 || fstat(bench.fd, &file) != 0) give_up("%s: cannot be read", path);
    need(crypto_new(&bench.crypto), "crypto");
    for (size_t i = 0; i < MATCH_KEYS; i++) {
        SECRET key = {{0}};
        crypto_random(bench.crypto, key.bytes, sizeof key.bytes);
        need(prf_new(bench.crypto, &key, &bench.prf[i]), "key");
    }
    if (keys[0] && ours[0]) {
        const struct unpack_source source = {&bench, (uint64_t)file.st_size, file_read_at};
        const struct feed_sink reading = {&bench, columns_pass, row_pass, NULL, NULL};
        struct frame_end end = {0};
        FILE *out = fopen(ours, "we");
        bench.keys = fopen(keys, "we");
        if (!out || !bench.keys) give_up("%s: cannot be made", keys);
        SCOPED(matcher_free) struct matcher *matcher = table_make(&bench, out);
        need(feed_run(&source, 0, &reading, &end), "keys");
        if (fclose(out) != 0 || fclose(bench.keys) != 0) give_up("%s: cannot be written", keys);
        bench.keys = NULL;
    }
    uint64_t rounds = argument(argc, argv, "--rounds", 3);
    for (uint64_t round = 0; round < rounds; round++) round_run(&bench, (uint64_t)file.st_size);
    for (size_t i = 0; i < MATCH_KEYS; i++) prf_free(&bench.prf[i]);
    crypto_free(&bench.crypto);
    (void)close(bench.fd);
    return 0;
}
