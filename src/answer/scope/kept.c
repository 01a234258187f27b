#include "answer/scope/kept.h"

#include "answer/evidence/kept.h"
#include "answer/incident/incident.h"
#include "answer/scope/told.h"

#include <string.h>

void scope_body_write(struct slice suspicion, struct slice told, struct buf *out)
{
    cbor_array(out, 2);
    cbor_bytes(out, suspicion);
    cbor_bytes(out, told);
}

RESULT scope_body_read(struct slice body, struct slice *suspicion, struct slice *told)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    TRY(cbor_read_array(&reader, &members));
    if (members != 2) return FAIL(CORRUPT, "scope: a line of it has another body");
    TRY(cbor_read_bytes(&reader, suspicion));
    TRY(cbor_read_bytes(&reader, told));
    return cbor_end(&reader);
}

const struct line *scope_line(const struct fold *fold, uint64_t version)
{
    const struct line *found = NULL;
    uint64_t count = 0;
    for (size_t i = 0; i < fold->line_count; i++) {
        if (fold->lines[i].kind != LINE_SCOPE) continue;
        if (++count == version || version == 0) found = &fold->lines[i];
    }
    return found;
}

/* A version under check. */
struct checking {
    struct shop *shop;
    uint64_t line; /* of the incident, that tells of it */
    uint64_t parts;
    struct buf sets; /* its parts, as they would be told */
};

static void checking_done(struct checking *checking)
{
    buf_done(&checking->sets);
}

struct hashing {
    struct buf all;
    struct set set;
};

static void hashing_done(struct hashing *hashing)
{
    buf_done(&hashing->all);
    set_done(&hashing->set);
}

static RESULT chunk_take(void *context, uint64_t chunk, struct slice bitmap)
{
    struct hashing *hashing = context;
    set_hash_chunk(chunk, bitmap, &hashing->all);
    return set_chunk_put(&hashing->set, chunk, bitmap);
}

/* Is a kept set what its name says, and of so many? */
static RESULT set_good(struct shop *shop, const uint8_t name[SET_HASH_BYTES], uint64_t count, bool *out)
{
    SCOPED(hashing_done) struct hashing hashing = {0};
    struct hash hash = {{0}};
    set_hash_begin(&hashing.all);
    struct result read = shop->store->exposure->chunk_each(shop->store, name, chunk_take, &hashing);
    if (read.code != CODE_OK && read.code != CODE_CORRUPT) return read;
    sha256_one(shop->crypto, buf_slice(&hashing.all), &hash);
    *out = read.code == CODE_OK && memcmp(hash.bytes, name, SET_HASH_BYTES) == 0 &&
           set_count(&hashing.set) == count;
    return OK;
}

static RESULT part_check(void *context, const struct exposure_part_row *row)
{
    struct checking *checking = context;
    bool good = false;
    TRY(set_good(checking->shop, row->set, row->count, &good));
    if (!good) {
        return FAIL(TAMPERED,
                    "scope: set %u of the count in line %llu of an incident is not as it was counted",
                    row->part, (unsigned long long)checking->line);
    }
    told_set_put(checking->shop, row, &checking->sets);
    checking->parts++;
    return OK;
}

static RESULT version_check(struct shop *shop, uint64_t incident, const struct line *line, uint32_t version,
                            uint64_t *sets)
{
    SCOPED(checking_done) struct checking checking = {.shop = shop, .line = line->n};
    SCOPED(buf_done) struct buf all = {0};
    struct slice suspicion = {0}, told = {0};
    TRY(scope_body_read(line->body, &suspicion, &told));
    TRY(shop->store->exposure->part_each(shop->store, incident, version, part_check, &checking));
    told_sets_head(checking.parts, &all);
    buf_slice_put(&all, buf_slice(&checking.sets));
    if (told.len < all.len || !slice_equal(slice_from(told, told.len - all.len), buf_slice(&all))) {
        return FAIL(TAMPERED,
                    "scope: the sets of the count in line %llu of an incident are not those it tells of",
                    (unsigned long long)line->n);
    }
    *sets += checking.parts;
    return OK;
}

/* The sets of people in a file that was matched. */
static RESULT match_check(struct shop *shop, const struct line *line, uint64_t *sets)
{
    struct match_kept kept = {0};
    TRY(match_kept_read(line->body, &kept));
    for (size_t i = 0; i <= kept.set_count; i++) {
        const struct match_kept_set *set = i < kept.set_count ? &kept.sets[i] : &kept.maybe;
        bool good = false;
        TRY(set_good(shop, set->name.bytes, set->count, &good));
        if (!good) {
            return FAIL(TAMPERED,
                        "evidence: set %zu of the match in line %llu of an incident is not as it was found",
                        i + 1, (unsigned long long)line->n);
        }
        ++*sets;
    }
    return OK;
}

static RESULT incident_check(struct shop *shop, const struct incident *incident, uint64_t *sets)
{
    SCOPED(reading_done) struct reading reading = {0};
    uint32_t newest = 0, version = 0;
    TRY(incident_read(shop, incident, &reading));
    for (size_t i = 0; i < reading.fold.line_count; i++) {
        const struct line *line = &reading.fold.lines[i];
        if (line->kind == LINE_SCOPE) TRY(version_check(shop, incident->no, line, ++version, sets));
        if (line->kind == LINE_MATCH) TRY(match_check(shop, line, sets));
    }
    TRY(shop->store->exposure->newest(shop->store, incident->no, &newest));
    if (newest <= version) return OK;
    return FAIL(TAMPERED, "scope: there are sets of count %u of an incident, which no line of it tells of",
                newest);
}

RESULT exposures_check(struct shop *shop, uint64_t *sets)
{
    struct incidents *incidents = NULL;
    TRY(incidents_of(shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) TRY(incident_check(shop, &incidents->at[i], sets));
    return OK;
}
