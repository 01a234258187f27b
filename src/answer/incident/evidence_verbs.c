#include "answer/incident/evidence_priv.h"
#include "answer/incident/verbs.h"
#include "keep/hold.h"
#include "keep/put.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

_Static_assert((int)EVIDENCE_PART_BYTES == (int)SEALED_CHUNK_BYTES, "a part is sealed as one chunk");

enum {
    FREE_BYTES_LEAST =
        64 * 1024 * 1024 /* the vault itself needs room: without it nobody can look at anything */
};

struct named { /* a hash as text, and the same of an id */
    struct buf hash, file;
};

static void named_done(struct named *named)
{
    buf_done(&named->hash);
    buf_done(&named->file);
}

static RESULT upload_begin(struct batch *batch, const struct reader *reader, const struct incident *incident,
                           struct passing **out)
{
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf head = {0};
    struct passing *at = NULL;
    TRY(passing_new(shop, batch->now_us, &at));
    TRY(sealed_head_new(shop->crypto, incident->box, incident->no, at->id, &at->box, &head));
    TRY(evidence_file_new(shop, at->id, &at->fd));
    at->open = true;
    at->incident = incident->no;
    at->reader = reader->no;
    *out = at;
    return evidence_file_write(at->fd, 0, buf_slice(&head));
}

static RESULT room_left(int fd)
{
    struct statvfs disk = {0};
    if (fstatvfs(fd, &disk) != 0) return OK; /* the write itself will tell */
    if ((uint64_t)disk.f_bavail * disk.f_frsize >= FREE_BYTES_LEAST) return OK;
    return FAIL(DISK_FULL, "evidence: less than %d MiB would be left for the vault itself; free some space",
                FREE_BYTES_LEAST / 1024 / 1024);
}

/* An ask may come again when its batch was undone, or its answer was lost: then nothing is done twice. */
static RESULT part_take(struct shop *shop, struct passing *at, const struct evidence_add_ask *ask,
                        struct slice text)
{
    SCOPED(buf_done) struct buf box = {0};
    struct hash hash = {{0}};
    bool last = !ask->more;
    sha256_one(shop->crypto, text, &hash);
    if (ask->part + 1 == at->next && at->ended == last && hash_equal(&hash, &at->part)) return OK;
    if (ask->part != at->next || at->ended)
        return FAIL(CONFLICT, "part: %llu is the next", (unsigned long long)at->next);
    if (last && at->bytes + text.len == 0) return FAIL(INVALID, "data: an empty file shows nothing");
    TRY(room_left(at->fd));
    sealed_chunk_put(at->box, at->next, last, text, &box);
    TRY(evidence_file_write(at->fd, SEALED_HEAD_BYTES + at->next * SEALED_BOX_BYTES, buf_slice(&box)));
    if (last) TRY(evidence_file_sync(shop, at->fd));
    hasher_put(at->hasher, text);
    at->part = hash;
    at->bytes += text.len;
    at->next++;
    at->ended = last;
    if (last) hasher_end(at->hasher, &at->whole);
    return OK;
}

static const struct line *line_of_file(const struct fold *fold, struct slice file)
{
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct line *line = &fold->items[i].now;
        if (line->kind == LINE_EVIDENCE && slice_equal(line->file, file)) return line;
    }
    return NULL;
}

static RESULT upload_end(struct batch *batch, const struct reader *reader, struct incident *incident,
                         const struct passing *at, const struct evidence_add_ask *ask, struct answer *out)
{
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(named_done) struct named named = {0};
    struct receipt receipt = {0};
    struct evidence_room *room = NULL;
    hex_put(&named.hash, SLICE_OF(at->whole.bytes));
    hex_put(&named.file, SLICE_OF(at->id));
    struct line line = {.kind = LINE_EVIDENCE,
                        .name = ask->name,
                        .source = ask->source,
                        .hash = buf_slice(&named.hash),
                        .bytes = at->bytes,
                        .file = buf_slice(&named.file)};
    TRY(evidence_room(batch->shop, &room));
    TRY(incident_read(batch->shop, incident, &reading));
    const struct line *before = line_of_file(&reading.fold, line.file);
    if (before) {
        line.n = before->n;
    } else {
        TRY(incident_line(batch, reader, incident, &reading, &line, &receipt));
        batch_receipt(out, &receipt);
    }
    room->unsettled = true;
    out->head.flags |= ANSWER_CREATED;
    cbor_map(&out->body, 3);
    put_number(&out->body, "line", line.n);
    put_text(&out->body, "hash", line.hash);
    put_number(&out->body, "bytes", line.bytes);
    return OK;
}

static void upload_put(const struct passing *at, struct buf *out)
{
    SCOPED(buf_done) struct buf id = {0};
    hex_put(&id, SLICE_OF(at->id));
    cbor_map(out, 2);
    put_text(out, "upload", buf_slice(&id));
    put_number(out, "part", at->next);
}

RESULT verb_evidence_add(struct batch *batch, const struct reader *reader, const struct evidence_add_ask *ask,
                         struct answer *out)
{
    struct incident *incident = NULL;
    SCOPED(buf_done) struct buf data = {0};
    struct passing *at = NULL;
    bool begins = ask->upload.len == 0;
    TRY(incident_find(batch, reader, ask->id, &incident));
    if (incident->closed) return FAIL(CONFLICT, "incident: is closed; open it again first");
    if (base64_get(ask->data, &data).code != CODE_OK) return FAIL(INVALID, "data: not base64");
    if (data.len > SEALED_CHUNK_BYTES || (ask->more && data.len != SEALED_CHUNK_BYTES))
        return FAIL(INVALID, "data: a part has %d bytes, the last one at most as many", SEALED_CHUNK_BYTES);
    if (begins) {
        TRY(upload_begin(batch, reader, incident, &at));
    } else {
        at = passing_of(batch->shop, ask->upload,
                        &(struct passing){.incident = incident->no, .reader = reader->no});
    }
    if (!at) return FAIL(NOT_FOUND, "upload: there is none of that id any more; send the file anew");
    at->used_us = batch->now_us;
    struct result done = part_take(batch->shop, at, ask, buf_slice(&data));
    if (done.code == CODE_OK && !ask->more) done = upload_end(batch, reader, incident, at, ask, out);
    if (done.code == CODE_OK && ask->more) upload_put(at, &out->body);
    if (begins && done.code != CODE_OK) passing_end(batch->shop, at);
    return done;
}

static RESULT held_item(const struct fold *fold, uint64_t line, const struct item **out)
{
    *out = fold_item(fold, LINE_EVIDENCE, line);
    if (!*out) return FAIL(NOT_FOUND, "line: this incident took in no file by that line");
    if (slice_is((*out)->now.state, "released"))
        return FAIL(CONFLICT, "line: that file was released, and is gone");
    return OK;
}

/* Beside the line that took the file in: one that says what was done with it. */
static RESULT custody(struct batch *batch, const struct reader *reader, struct incident *incident,
                      struct line *line, struct answer *out)
{
    struct receipt receipt = {0};
    line->kind = LINE_EVIDENCE;
    TRY(incident_line(batch, reader, incident, NULL, line, &receipt)); /* also once it is closed */
    if (out) batch_receipt(out, &receipt);
    return OK;
}

static RESULT file_begin(struct shop *shop, const struct incident *incident, const struct item *item,
                         struct passing *at)
{
    SCOPED(buf_done) struct buf head = {0};
    uint8_t id[SEALED_ID_BYTES];
    if (!hex_get(item->now.file, id, sizeof id)) return FAIL(CORRUPT, "evidence: its line names no file");
    TRY(evidence_file_open(shop, id, O_RDONLY, &at->fd));
    at->open = true;
    TRY(evidence_file_read(at->fd, 0, SEALED_HEAD_BYTES, &head));
    return sealed_head_open(shop->crypto, incident->box, incident->no, id, buf_slice(&head), &at->box);
}

/* Part `part` of the file, and whether it is the last. */
static RESULT part_read(struct passing *at, uint64_t part, struct buf *out, bool *last)
{
    SCOPED(buf_done) struct buf box = {0};
    struct stat file = {0};
    uint64_t place = 0;
    size_t len = 0;
    if (fstat(at->fd, &file) != 0) return FAIL(UNAVAILABLE, "evidence: its file cannot be read");
    TRY(sealed_chunk_at((uint64_t)file.st_size, part, &place, &len, last));
    TRY(evidence_file_read(at->fd, place, len, &box));
    return sealed_chunk_get(at->box, part, *last, buf_slice(&box), out);
}

/* The next part, in turn; the one before once more when its answer was lost. */
static RESULT part_next(struct passing *at, uint64_t part, struct buf *out, bool *last)
{
    bool again = part + 1 == at->next;
    if (part != at->next && !again)
        return FAIL(CONFLICT, "part: %llu is the next", (unsigned long long)at->next);
    if (at->ended && !again) return FAIL(CONFLICT, "part: that was the last");
    size_t start = out->len;
    TRY(part_read(at, part, out, last));
    if (again) return OK;
    struct slice text = slice_from(buf_slice(out), start);
    hasher_put(at->hasher, text);
    at->bytes += text.len;
    at->next++;
    at->ended = *last;
    if (*last) hasher_end(at->hasher, &at->whole);
    return OK;
}

/* Is what was read to its end the file that was taken in? */
static bool is_same(const struct passing *at, const struct item *item)
{
    struct hash hash = {{0}};
    return hex_get(item->now.hash, hash.bytes, HASH_BYTES) && hash_equal(&hash, &at->whole) &&
           at->bytes == item->now.bytes;
}

static RESULT checked(struct batch *batch, const struct reader *reader, struct incident *incident,
                      const struct item *item, bool same, struct answer *out)
{
    struct line line = {.of = item->now.n,
                        .name = SLICE_TEXT("checked"),
                        .hash = same ? item->now.hash : (struct slice){0},
                        .bytes = same ? item->now.bytes : 0,
                        .text = same ? SLICE_TEXT("its bytes are those that were taken in")
                                     : SLICE_TEXT("its bytes are not those that were taken in"),
                        .state = same ? SLICE_TEXT("held") : SLICE_TEXT("changed")};
    TRY(custody(batch, reader, incident, &line, out));
    cbor_map(&out->body, 3);
    put_number(&out->body, "line", item->now.n);
    put_text(&out->body, "name", item->now.name);
    put_text(&out->body, "state", line.state);
    return OK;
}

static RESULT read_begin(struct batch *batch, const struct reader *reader, struct incident *incident,
                         const struct item *item, const struct evidence_read_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(buf_done) struct buf id = {0};
    struct passing *at = NULL;
    struct line line = {.of = ask->line, .name = SLICE_TEXT("taken out"), .text = ask->reason};
    if (!ask->check && ask->reason.len == 0)
        return FAIL(REASON_MISSING, "reason: say why the file is taken out, and to whom it goes");
    TRY(passing_new(shop, batch->now_us, &at));
    struct result begun = file_begin(shop, incident, item, at);
    if (begun.code != CODE_OK) passing_end(shop, at);
    if (begun.code == CODE_CORRUPT && ask->check) return checked(batch, reader, incident, item, false, out);
    if (begun.code == CODE_CORRUPT)
        return FAIL(TAMPERED, "evidence: the file of line %llu was changed or is gone",
                    (unsigned long long)ask->line);
    TRY(begun);
    at->incident = incident->no;
    at->reader = reader->no;
    at->line = ask->line;
    at->checks = ask->check;
    if (!ask->check) TRY(custody(batch, reader, incident, &line, out));
    hex_put(&id, SLICE_OF(at->id));
    cbor_map(&out->body, 4);
    put_text(&out->body, "taking", buf_slice(&id));
    put_text(&out->body, "name", item->now.name);
    put_text(&out->body, "hash", item->now.hash);
    put_number(&out->body, "bytes", item->now.bytes);
    return OK;
}

static RESULT check_on(struct batch *batch, const struct reader *reader, struct incident *incident,
                       const struct item *item, struct passing *at, struct answer *out)
{
    bool last = at->ended; /* it is asked again */
    for (size_t i = 0; i < EVIDENCE_CHECK_PARTS && !last; i++) {
        SCOPED(buf_done) struct buf text = {0};
        struct result done = part_next(at, at->next, &text, &last);
        if (done.code == CODE_CORRUPT) {
            passing_end(batch->shop, at);
            return checked(batch, reader, incident, item, false, out);
        }
        TRY(done);
    }
    if (last) return checked(batch, reader, incident, item, is_same(at, item), out);
    cbor_map(&out->body, 1);
    put_number(&out->body, "part", at->next);
    return OK;
}

static RESULT out_part(struct shop *shop, struct passing *at, const struct item *item, uint64_t part,
                       struct buf *text, bool *last)
{
    struct result done = part_next(at, part, text, last);
    if (done.code == CODE_CORRUPT || (done.code == CODE_OK && *last && !is_same(at, item))) {
        passing_end(shop, at);
        return FAIL(TAMPERED, "evidence: the file of line %llu was changed or is gone",
                    (unsigned long long)item->now.n);
    }
    return done;
}

/* The last part leaves only with this line, which says that the whole of it is what was taken in. */
static RESULT given_out(struct batch *batch, const struct reader *reader, struct incident *incident,
                        const struct item *item, struct answer *out)
{
    struct line line = {.of = item->now.n,
                        .name = SLICE_TEXT("given out"),
                        .text = SLICE_TEXT("whole, and as it was taken in"),
                        .hash = item->now.hash,
                        .bytes = item->now.bytes};
    return custody(batch, reader, incident, &line, out);
}

static void out_put(uint64_t part, bool last, struct slice text, struct buf *out)
{
    cbor_map(out, 3);
    put_number(out, "part", part);
    put_bool(out, "more", !last);
    cbor_text(out, SLICE_TEXT("data"));
    cbor_bytes(out, text);
}

RESULT verb_evidence_read(struct batch *batch, const struct reader *reader,
                          const struct evidence_read_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    const struct item *item = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    SCOPED(buf_done) struct buf text = {0};
    bool last = false;
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(batch->shop, incident, &reading));
    TRY(held_item(&reading.fold, ask->line, &item));
    if (ask->taking.len == 0) return read_begin(batch, reader, incident, item, ask, out);
    struct passing *at =
        passing_of(batch->shop, ask->taking,
                   &(struct passing){.incident = incident->no, .reader = reader->no, .line = ask->line});
    if (!at || at->checks != ask->check)
        return FAIL(NOT_FOUND, "taking: there is none of that id any more; begin anew");
    at->used_us = batch->now_us;
    if (ask->check) return check_on(batch, reader, incident, item, at, out);
    TRY(out_part(batch->shop, at, item, ask->part, &text, &last));
    if (last) TRY(given_out(batch, reader, incident, item, out));
    out_put(ask->part, last, buf_slice(&text), &out->body);
    return OK;
}

/* Is it that reader, or a key of that person alone? */
static bool owns(const struct reader *reader, const struct fold *fold)
{
    uint64_t owner = fold->circle.owner;
    return reader->no == owner || reader->no == reader_no(READER_OPERATOR, 0) ||
           (reader->person_count == 1 && reader_no(READER_STAFF, reader->persons[0]) == owner);
}

RESULT verb_evidence_release(struct batch *batch, const struct reader *reader,
                             const struct evidence_release_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    const struct item *item = NULL;
    struct evidence_room *room = NULL;
    SCOPED(reading_done) struct reading reading = {0};
    struct line line = {.of = ask->line,
                        .name = SLICE_TEXT("released"),
                        .text = ask->reason,
                        .state = SLICE_TEXT("released")};
    TRY(incident_find(batch, reader, ask->id, &incident));
    TRY(incident_read(batch->shop, incident, &reading));
    TRY(held_item(&reading.fold, ask->line, &item));
    if (!owns(reader, &reading.fold)) return FAIL(ROLE_ACT, "incident: its owner releases evidence");
    if (hold_stands(&batch->shop->access))
        return FAIL(CONFLICT,
                    "evidence: a legal hold stands; nothing is released before every incident is closed");
    if (!ask->dry_run) {
        TRY(evidence_room(batch->shop, &room));
        TRY(custody(batch, reader, incident, &line, out));
        room->unsettled = true; /* the file goes once this is durable */
    }
    cbor_map(&out->body, 3);
    put_number(&out->body, "line", ask->line);
    put_text(&out->body, "name", item->now.name);
    put_text(&out->body, "state", ask->dry_run ? SLICE_TEXT("would be released") : SLICE_TEXT("released"));
    return OK;
}
