/*
 * Runs one fuzz target without a fuzzer: over every file of its corpus, over the empty input, and over some hundred
 * mutants of each file (fixed seed, so a run is always the same). `make fuzz` links the same target with libFuzzer.
 *
 *     <name>_replay tests/fuzz/corpus/<name>     a file is also taken, and then run as it is, without mutants
 *
 * Each file is tried in a child process. When one dies, its input is written to crash-<name> in the current folder.
 */
#include "prop.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MUTANTS_A_FILE = 400,
    MUTANTS_A_RUN = 20000, /* a large corpus gets fewer each, so that `make check` stays quick */
    CHANGES_MAX = 6,
    INPUT_BYTES_MAX = 1 << 20,
    INSERT_BYTES_MAX = 64
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* What a parser most often gets wrong: ends, signs, quotes, the start bytes of containers and long lengths. */
static const uint8_t odd_bytes[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0xfe, '\n', '\r', '"',  ',',  '-',
                                    '{',  '[',  '\\', '0',  '9',  0x1b, 0x5b, 0x9b, 0xa1, 0xbf, 0xf9};

/* The target sees memory of exactly `len` bytes, so that the address sanitizer finds one byte too far. */
static void run_exact(struct slice input)
{
    uint8_t *copy = malloc(input.len ? input.len : 1);
    if (!copy) abort();
    if (input.len) memcpy(copy, input.at, input.len);
    (void)LLVMFuzzerTestOneInput(copy, input.len);
    free(copy);
}

static void change_once(struct prop_rng *rng, struct slice seed, struct buf *out)
{
    size_t at = out->len ? prop_below(rng, out->len) : 0;
    size_t span = out->len ? 1 + prop_below(rng, out->len - at) : 0;
    size_t count = 1 + prop_below(rng, INSERT_BYTES_MAX);
    struct buf rest = {0};
    switch (prop_below(rng, 7)) {
    case 0: /* flip a bit */
        if (out->len) out->at[at] ^= (uint8_t)(1u << prop_below(rng, 8));
        break;
    case 1: /* an odd byte in its place */
        if (out->len) out->at[at] = odd_bytes[prop_below(rng, sizeof odd_bytes)];
        break;
    case 2: /* cut the tail */
        out->len = at;
        break;
    case 3: /* take a span out */
        if (out->len) memmove(out->at + at, out->at + at + span, out->len - at - span);
        out->len -= span;
        break;
    case 4: /* add one byte many times */
        for (size_t i = 0; i < count; i++) buf_byte(out, odd_bytes[count % sizeof odd_bytes]);
        break;
    case 5: /* a span of the seed in the middle */
        buf_put(&rest, out->at + at, out->len - at);
        out->len = at;
        buf_slice_put(out, slice_part(seed, prop_below(rng, seed.len + 1), count));
        buf_slice_put(out, buf_slice(&rest));
        break;
    default: /* a random byte */
        if (out->len) out->at[at] = (uint8_t)prop_u64(rng);
        break;
    }
    buf_done(&rest);
}

/* Mutant number `turn` of a file; turn 0 is the file itself, turn 1 the empty input. */
static void mutant(struct slice seed, uint32_t turn, struct buf *out)
{
    struct prop_rng rng = {prop_seed() + turn};
    buf_clear(out);
    if (turn == 1) return;
    buf_slice_put(out, seed);
    if (turn == 0) return;
    size_t changes = 1 + prop_below(&rng, CHANGES_MAX);
    for (size_t i = 0; i < changes; i++) {
        if (out->len < INPUT_BYTES_MAX) change_once(&rng, seed, out);
    }
}

static bool read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    if (!file) return false;
    buf_reserve(out, INPUT_BYTES_MAX);
    out->len = fread(out->at, 1, INPUT_BYTES_MAX, file);
    bool good = !ferror(file);
    (void)fclose(file); /* only read from */
    return good;
}

static void save_crash(const char *target, struct slice seed, uint32_t turn)
{
    char path[PATH_MAX];
    struct buf input = {0};
    mutant(seed, turn, &input);
    (void)snprintf(path, sizeof path, "crash-%s", target);
    FILE *file = fopen(path, "wb");
    if (file) {
        (void)fwrite(input.at, 1, input.len, file); /* best effort: the failure itself is already told */
        (void)fclose(file);
    }
    (void)fprintf(stderr, "%s: died on mutant %u of this file; the input is in %s\n", target, turn, path);
    buf_done(&input);
}

/* Run turns 0 … `turns` of one file in a child; false if it died or the file could not be read. */
static bool try_file(const char *path, const char *target, uint32_t turns, uint32_t *reached)
{
    struct buf seed = {0}, input = {0};
    bool good = read_file(path, &seed);
    pid_t child = good ? fork() : -1;
    if (child == 0) {
        for (uint32_t turn = 0; turn <= turns; turn++) {
            *reached = turn;
            mutant(buf_slice(&seed), turn, &input);
            run_exact(buf_slice(&input));
        }
        buf_done(&seed);
        buf_done(&input);
        exit(0); /* with the leak check of the sanitizer */
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        good = false;
    } else if (status != 0) {
        (void)fprintf(stderr, "%s\n", path);
        if (turns > 0) save_crash(target, buf_slice(&seed), *reached);
        good = false;
    }
    buf_done(&seed);
    return good;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int try_folder(const char *folder, uint32_t *reached)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, NULL, alphasort);
    uint32_t files = 0, failed = 0;
    for (int i = 0; i < count; i++) files += names[i]->d_name[0] != '.';
    uint32_t turns = files ? MUTANTS_A_RUN / files : 0;
    if (turns > MUTANTS_A_FILE) turns = MUTANTS_A_FILE;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        if (names[i]->d_name[0] != '.') failed += !try_file(path, last_part(folder), turns, reached);
        free(names[i]);
    }
    free(names);
    if (!files) (void)fprintf(stderr, "%s: no corpus; put a few small inputs there\n", folder);
    printf("%u files, %u mutants each, %u failed\n", files, turns, failed);
    return !files || failed;
}

int main(int count, char **args)
{
    if (count != 2) {
        (void)fprintf(stderr, "usage: %s FOLDER|FILE\n", args[0]);
        return 2;
    }
    uint32_t *reached =
        mmap(NULL, sizeof *reached, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (reached == MAP_FAILED) abort();
    struct stat about;
    bool one = stat(args[1], &about) == 0 && S_ISREG(about.st_mode);
    return one ? !try_file(args[1], last_part(args[0]), 0, reached) : try_folder(args[1], reached);
}
