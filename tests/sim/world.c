#include "world.h"

#include "keeper/keeper_priv.h"
#include "prove/checkpoint.h"
#include "store/sqlite/sqlite.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beyond 2,000 pages a commit moves the log into the database, and first makes all of it durable: none is torn then. */
enum { COPY_BYTES = 1 << 20, TORN_BYTES_MAX = 2000 * 4096 };

static const char shop_folder[] = "shops/shop", wal_file[] = "shop.db-wal";

/* The simulation's own machinery must not fail. */
static void must(bool good)
{
    if (!good) abort();
}

static int64_t told_time(void *context)
{
    return ((const struct world *)context)->now_us;
}

struct clock world_clock(struct world *world)
{
    return (struct clock){told_time, world};
}

static void path_of(const struct world *world, unsigned generation, const char *file,
                    char out[WORLD_PATH_BYTES])
{
    int len = snprintf(out, WORLD_PATH_BYTES, "%s/%u/%s", world->base, generation, file);
    assert(len > 0 && len < WORLD_PATH_BYTES);
}

/* Remove a folder with the folders in it, two levels deep. */
static void folder_remove(const char *path, int depth)
{
    DIR *folder = depth > 0 ? opendir(path) : NULL;
    for (struct dirent *entry = folder ? readdir(folder) : NULL; entry; entry = readdir(folder)) {
        char inner[WORLD_PATH_BYTES + 300];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        (void)snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (unlink(inner) != 0) folder_remove(inner, depth - 1);
    }
    if (folder) (void)closedir(folder);
    (void)rmdir(path); /* what is left is left in a temporary folder */
}

static uint64_t file_size(const char *path)
{
    struct stat status = {0};
    return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static void file_copy(const char *from, const char *to, uint64_t bytes_max)
{
    static uint8_t block[COPY_BYTES];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = -1;
    if (in < 0) return; /* not there: then the copy has none either */
    out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(out >= 0);
    for (ssize_t got = 1; got > 0 && bytes_max > 0;) {
        got = read(in, block, bytes_max < sizeof block ? (size_t)bytes_max : sizeof block);
        must(got >= 0 && write(out, block, (size_t)got) == got);
        bytes_max -= (uint64_t)got;
    }
    (void)close(in); /* only read from */
    must(close(out) == 0);
}

static uint64_t wal_size(const struct world *world)
{
    char path[WORLD_PATH_BYTES], name[64];
    (void)snprintf(name, sizeof name, "%s/%s", shop_folder, wal_file);
    path_of(world, world->generation, name, path);
    return file_size(path);
}

static void wal_note(void *context)
{
    struct world *world = context;
    world->wal_before = wal_size(world);
}

/* How much of a log that was being written when the power went is there: never less than what was told of before. */
static uint64_t torn_size(const struct world *world, uint64_t size)
{
    uint64_t fresh = size > world->wal_before ? size - world->wal_before : 0;
    return fresh > 0 && size < TORN_BYTES_MAX ? size - 1 - world->cut % fresh : size;
}

/* What a killed process leaves: the files as they are now. Of a torn log, only a part of the last transaction. */
static void save(void *context, enum fault_crash crash)
{
    static const char *const files[] = {"made", "keyring", "shop.db", wal_file, "signed", "erased", "made"};
    struct world *world = context;
    char from[WORLD_PATH_BYTES], to[WORLD_PATH_BYTES];
    path_of(world, world->generation + 1, "", to);
    must(mkdir(to, 0700) == 0);
    path_of(world, world->generation + 1, "shops", to);
    must(mkdir(to, 0700) == 0);
    path_of(world, world->generation + 1, shop_folder, to);
    must(mkdir(to, 0700) == 0);
    path_of(world, world->generation, "home", from);
    path_of(world, world->generation + 1, "home", to);
    file_copy(from, to, UINT64_MAX);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char name[64];
        uint64_t bytes_max = UINT64_MAX;
        (void)snprintf(name, sizeof name, "%s/%s", shop_folder, files[i]);
        path_of(world, world->generation, name, from);
        path_of(world, world->generation + 1, name, to);
        /* the last frame holds the commit: without all of it the transaction never was */
        if (strcmp(files[i], wal_file) == 0 && crash == CRASH_TORN)
            bytes_max = torn_size(world, file_size(from));
        file_copy(from, to, bytes_max);
    }
}

void world_calm(struct world *world)
{
    uint64_t calls = world->plan.calls, seen = world->plan.drop_seen, every = world->plan.drop_every;
    enum fault_call drop = world->plan.drop;
    world->plan = (struct fault_plan){.calls = calls, .commit = wal_note, .save = save, .context = world};
    world->plan.drop = drop;
    world->plan.drop_every = every;
    world->plan.drop_seen = seen;
}

static const char *memory_disk(void)
{
    return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

RESULT world_init(struct world *world, int64_t now_us)
{
    *world = (struct world){.now_us = now_us};
    world_calm(world);
    (void)snprintf(world->base, sizeof world->base, "%s/amanah-sim-XXXXXX", memory_disk());
    if (!mkdtemp(world->base)) return FAIL(UNAVAILABLE, "%s: cannot create", world->base);
    path_of(world, 0, "", world->home);
    struct home_options options = {.path = world->home, .seal.kind = SEAL_PLAIN, .clock = world_clock(world)};
    options.origin = "sim.example/log";
    return home_init(&options, &world->made);
}

void world_done(struct world *world)
{
    world_calm(world);
    world_close(world);
    for (size_t i = 0; i < WORLD_ASKS_MAX; i++) buf_done(&world->heard[i].body);
    for (size_t i = 0; i < world->released_count; i++) buf_done(&world->released[i].note);
    home_made_done(&world->made);
    if (world->base[0]) folder_remove(world->base, 5);
}

static RESULT open_faulty(void *context, const char *path, struct store **out)
{
    struct world *world = context;
    struct store *inner = NULL;
    TRY(sqlite_open(path, SQLITE_WRITER, &inner));
    return fault_store_new(inner, &world->plan, out);
}

RESULT world_open(struct world *world)
{
    struct keeper_options options = {.home = world->home, .clock = world_clock(world)};
    options.store_open = open_faulty;
    options.store_context = world;
    return keeper_open(&options, &world->keeper);
}

bool world_upkeep_due(const struct world *world)
{
    enum { UPKEEP_S = 60 };
    int64_t before_us = world->keeper->upkeep_us;
    return world->now_us - before_us >= UPKEEP_S * SECOND_US || world->now_us < before_us;
}

bool world_watch_kept(struct world *world, bool drop)
{
    char name[64], path[WORLD_PATH_BYTES];
    (void)snprintf(name, sizeof name, "%s/watch", shop_folder);
    path_of(world, world->generation, name, path);
    if (drop) (void)unlink(path); /* there may be none */
    return access(path, R_OK) == 0;
}

void world_close(struct world *world)
{
    keeper_free(&world->keeper);
}

RESULT world_recover(struct world *world)
{
    char old[WORLD_PATH_BYTES];
    assert(world->plan.dead);
    keeper_free(&world->keeper); /* its store fails every call, and its files are thrown away */
    path_of(world, world->generation, "", old);
    folder_remove(old, 4);
    world->generation++;
    path_of(world, world->generation, "", world->home);
    world_calm(world);
    return OK;
}

struct hearing {
    struct world *world;
    uint64_t checkpoint_size;
};

static uint64_t size_said(struct slice note)
{
    struct note parsed = {0};
    struct checkpoint checkpoint = {0};
    if (note_parse(note, &parsed).code != CODE_OK) return 0;
    return checkpoint_text_get(parsed.text, &checkpoint).code == CODE_OK ? checkpoint.size : 0;
}

static void hear(void *context, void *from, struct slice frame)
{
    struct hearing *hearing = context;
    struct world *world = hearing->world;
    struct answer_head head = {0};
    struct slice body = {0};
    struct result read = answer_read(slice_from(frame, 4), &head, &body);
    assert(read.code == CODE_OK && be32_get(frame.at) == frame.len - 4);
    if (head.shape == ANSWER_CHECKPOINT) {
        hearing->checkpoint_size = size_said(body);
        if (world->plan.dead || world->released_count == WORLD_CHECKPOINTS_MAX) return;
        buf_slice_put(&world->released[world->released_count++].note, body);
        return;
    }
    struct heard *heard = from;
    assert(!heard->any);
    heard->any = true;
    heard->head = head;
    heard->checkpoint_size = hearing->checkpoint_size;
    buf_slice_put(&heard->body, body);
}

static bool is_import(struct slice frame)
{
    struct ask_head head = {0};
    union any_ask ask;
    struct arena arena = {0};
    bool is = ask_read(frame, &arena, &head, &ask).code == CODE_OK && head.verb == VERB_IMPORT;
    arena_done(&arena);
    return is;
}

/* A later import of the batch, told to the keeper as what comes after the one before: it is read ahead if both are of
 * the same reader, and finds itself read unless something in between has made that worthless. */
static bool next_import(const struct keeper_ask *frames, size_t count, struct keeper_ask *out)
{
    const struct keeper_ask *before = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!is_import(frames[i].frame)) continue;
        if (before) {
            *out = frames[i];
            out->from = before->from;
            return true;
        }
        before = &frames[i];
    }
    return false;
}

void world_run(struct world *world, const struct world_ask *asks, size_t count)
{
    struct keeper_ask frames[WORLD_ASKS_MAX];
    struct hearing hearing = {world, 0};
    assert(count <= WORLD_ASKS_MAX);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&world->heard[i].body);
        world->heard[i] = (struct heard){.body = world->heard[i].body};
        frames[i] = (struct keeper_ask){asks[i].frame, asks[i].local, &world->heard[i]};
    }
    struct keeper_ask soon = {0};
    if (next_import(frames, count, &soon)) keeper_soon(world->keeper, &soon);
    keeper_run(world->keeper, frames, count, (struct keeper_sink){hear, &hearing});
}
