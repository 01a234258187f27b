/* What logs of systems outside told: the index, counts, positions and readers must be those of the OBSERVED entries. */
#include "keep/observe/observe.h"
#include "keep/verify_priv.h"

#include <stdlib.h>
#include <string.h>

/* One reader's hour of some fields, as entries say it and as it is stored. Sets are of subjects; counts of none. */
struct observed_group {
    uint32_t reader, hour;
    uint64_t full;
    struct set subjects, stored;
    struct {
        uint64_t lines, rows;
    } counts[2], counts_stored[2]; /* by `named` */
};

/* How far a file was read, as the newest entry of it says. */
struct outside_file {
    uint64_t to, lines, broken, attributed, unattributed, entry;
    int64_t newest_us;
    struct hash hash;
    bool stored;
};

struct outside_check {
    struct observed_group *groups;
    size_t group_count, group_cap;
    uint32_t *slots; /* place + 1 by hash of the group's key; a power of two of them */
    size_t slot_count;
    struct outside_file *files; /* by number - 1 */
    size_t file_count;
    uint32_t reader_last;
};

void verify_observed_done(struct outside_check **check)
{
    struct outside_check *at = *check;
    if (!at) return;
    for (size_t i = 0; i < at->group_count; i++) {
        set_done(&at->groups[i].subjects);
        set_done(&at->groups[i].stored);
    }
    free(at->groups);
    free(at->slots);
    free(at->files);
    free(at);
    *check = NULL;
}

static RESULT no_memory(void)
{
    return FAIL(UNAVAILABLE, "verify: out of memory");
}

static size_t slot_of(const struct outside_check *check, uint32_t reader, uint32_t hour, uint64_t full)
{
    uint64_t mixed = (((uint64_t)reader << 32 | hour) ^ full * 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
    return (size_t)(mixed >> 20) & (check->slot_count - 1);
}

static void slot_take(struct outside_check *check, size_t place)
{
    const struct observed_group *group = &check->groups[place];
    size_t at = slot_of(check, group->reader, group->hour, group->full);
    while (check->slots[at] > 0) at = (at + 1) & (check->slot_count - 1);
    check->slots[at] = (uint32_t)place + 1;
}

static RESULT groups_grow(struct outside_check *check)
{
    size_t cap = check->group_cap ? check->group_cap * 2 : 1024;
    struct observed_group *groups = realloc(check->groups, cap * sizeof *groups);
    if (!groups) return no_memory();
    check->groups = groups;
    check->group_cap = cap;
    uint32_t *slots = calloc(cap * 2, sizeof *slots);
    if (!slots) return no_memory();
    free(check->slots);
    check->slots = slots;
    check->slot_count = cap * 2;
    for (size_t i = 0; i < check->group_count; i++) slot_take(check, i);
    return OK;
}

static struct observed_group *group_find(struct outside_check *check, uint32_t reader, uint32_t hour,
                                         uint64_t full)
{
    if (check->slot_count == 0) return NULL;
    for (size_t at = slot_of(check, reader, hour, full); check->slots[at] > 0;
         at = (at + 1) & (check->slot_count - 1)) {
        struct observed_group *group = &check->groups[check->slots[at] - 1];
        if (group->reader == reader && group->hour == hour && group->full == full) return group;
    }
    return NULL;
}

static RESULT group_get(struct outside_check *check, uint32_t reader, uint32_t hour, uint64_t full,
                        struct observed_group **out)
{
    *out = group_find(check, reader, hour, full);
    if (*out) return OK;
    if (check->group_count == check->group_cap) TRY(groups_grow(check));
    *out = &check->groups[check->group_count];
    **out = (struct observed_group){.reader = reader, .hour = hour, .full = full};
    slot_take(check, check->group_count++);
    if (reader > check->reader_last) check->reader_last = reader;
    return OK;
}

static RESULT file_get(struct outside_check *check, uint32_t id, struct outside_file **out)
{
    if (id > check->file_count) {
        if (id > check->file_count + 1)
            return FAIL(TAMPERED, "observed: file %u, but there was none before it", id);
        struct outside_file *files = realloc(check->files, (check->file_count + 1) * sizeof *files);
        if (!files) return no_memory();
        check->files = files;
        check->files[check->file_count++] = (struct outside_file){0};
    }
    *out = &check->files[id - 1];
    return OK;
}

RESULT verify_observed_entry(struct shop *shop, uint64_t index, const struct entry *entry,
                             const struct aside_read *aside)
{
    struct hash object = {{0}};
    bool observed = entry->kind == ENTRY_OBSERVED;
    if (!observed && aside->more.len == 0) return OK;
    observed_hash(shop->crypto, aside->more, &object);
    if (observed && aside->more.len > 0 && entry->has_object && hash_equal(&object, &entry->object))
        return OK;
    return FAIL(TAMPERED, "entry %llu: what was observed beside it is missing or was changed",
                (unsigned long long)index);
}

static RESULT ones_take(struct outside_check *check, const struct aside_read *aside,
                        struct outside_file *file)
{
    const struct observed *observed = &aside->observed;
    for (size_t i = 0; i < aside->set_count; i++) {
        struct observations of = observed_of(observed, i);
        for (size_t at = 0; at < of.count; at++) {
            struct observed_group *group = NULL;
            TRY(group_get(check, of.at[at].reader, of.at[at].hour, of.at[at].full, &group));
            (void)set_add(&group->subjects, aside->set[i].no.at); /* seen twice is seen once */
            file->attributed += of.at[at].lines;
        }
    }
    for (size_t i = 0; i < observed->other_count; i++) {
        const struct unattributed *other = &observed->others[i];
        struct observed_group *group = NULL;
        TRY(group_get(check, other->reader, other->hour, other->full, &group));
        group->counts[other->named].lines += other->lines;
        group->counts[other->named].rows += other->rows;
        file->unattributed += other->lines;
    }
    return OK;
}

static RESULT check_make(struct verify *verify)
{
    if (!verify->outside) verify->outside = calloc(1, sizeof *verify->outside);
    return verify->outside ? OK : no_memory();
}

RESULT verify_observed(struct hand *hand, uint64_t index, const struct entry *entry,
                       const struct aside_read *aside)
{
    struct verify *verify = hand->verify;
    const struct observed *observed = &aside->observed;
    struct outside_file none = {0}, *file = &none;
    if (entry->kind != ENTRY_OBSERVED || observed->file == 0) return OK;
    TRY(check_make(verify));
    TRY(file_get(verify->outside, observed->file, &file));
    bool follows = observed->from == file->to && observed->line_from == file->lines &&
                   observed->newest_us >= file->newest_us;
    file->to = observed->to;
    file->lines = observed->line_to;
    file->broken += observed->broken;
    file->newest_us = observed->newest_us;
    file->hash = observed->hash;
    file->entry = index;
    TRY(ones_take(verify->outside, aside, file));
    if (follows) return OK;
    return FAIL(TAMPERED, "entry %llu: does not go on where file %u was read to", (unsigned long long)index,
                observed->file);
}

static RESULT check_row(void *context, const struct observed_row *row)
{
    struct verify *verify = context;
    struct observed_group *group = group_find(verify->outside, row->reader, row->hour, row->full);
    if (group && set_chunk_put(&group->stored, row->chunk, row->bitmap).code == CODE_OK) return OK;
    return finding_of(
        verify,
        FAIL(TAMPERED, "observed: a row of hour %u, which no entry of the ledger tells of", row->hour));
}

static RESULT check_count(void *context, const struct unattributed_row *row)
{
    struct verify *verify = context;
    struct observed_group *group = group_find(verify->outside, row->reader, row->hour, row->full);
    if (!group) {
        return finding_of(
            verify,
            FAIL(TAMPERED, "observed: a count of hour %u, which no entry of the ledger tells of", row->hour));
    }
    group->counts_stored[row->named].lines = row->lines;
    group->counts_stored[row->named].rows = row->rows;
    return OK;
}

static RESULT check_file(void *context, const struct outside_file_row *row)
{
    struct verify *verify = context;
    struct outside_check *check = verify->outside;
    struct outside_file *file = row->id <= check->file_count ? &check->files[row->id - 1] : NULL;
    SCOPED(buf_done) struct buf name = {0};
    if (file) file->stored = true;
    bool same = file && file->to == row->bytes && file->lines == row->lines && file->broken == row->broken &&
                file->attributed == row->attributed && file->unattributed == row->unattributed &&
                file->newest_us == row->newest_us && file->entry == row->entry &&
                memcmp(file->hash.bytes, row->hash, HASH_BYTES) == 0;
    if (!same)
        return finding_of(verify,
                          FAIL(TAMPERED, "observed: file %u was not read so far as its row says", row->id));
    return finding_of(verify, outside_file_open(verify->shop, row, &name));
}

static RESULT groups_check(struct verify *verify)
{
    const struct outside_check *check = verify->outside;
    for (size_t i = 0; i < check->group_count; i++) {
        const struct observed_group *group = &check->groups[i];
        if (set_equal(&group->subjects, &group->stored) &&
            memcmp(group->counts, group->counts_stored, sizeof group->counts) == 0)
            continue;
        TRY(finding_of(
            verify,
            FAIL(TAMPERED, "observed: what is stored of hour %u is not what the ledger tells", group->hour)));
    }
    return OK;
}

static RESULT readers_check(struct verify *verify)
{
    for (uint32_t id = 1; id <= verify->outside->reader_last; id++) {
        uint32_t system = 0;
        SCOPED(buf_done) struct buf name = {0};
        TRY(finding_of(verify, outside_reader_open(verify->shop, id, &system, &name)));
    }
    return OK;
}

static RESULT files_check(struct verify *verify)
{
    for (size_t i = 0; i < verify->outside->file_count; i++) {
        if (verify->outside->files[i].stored) continue;
        TRY(finding_of(verify, FAIL(TAMPERED, "observed: the row of file %zu is missing", i + 1)));
    }
    return OK;
}

RESULT verify_observed_end(struct verify *verify)
{
    struct store *store = verify->shop->store;
    TRY(check_make(verify));
    TRY(store->observed->each(store, 0, UINT32_MAX, check_row, verify));
    TRY(store->observed->count_each(store, 0, UINT32_MAX, check_count, verify));
    TRY(store->observed->file_each(store, 0, NULL, check_file, verify));
    TRY(groups_check(verify));
    TRY(readers_check(verify));
    return files_check(verify);
}
