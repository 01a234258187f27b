#include "answer/incident/held.h"

#include "answer/incident/verbs.h"
#include "keep/keeping.h"
#include "keep/put.h"
#include "keep/watch/watching.h"

#include <stdlib.h>
#include <string.h>

enum {
    DAY_LINE_H = 24,
    PROOF_WRITE_MIN = 30, /* proofs that come more often, and say what is known, are not written */
    PLACE_FILES_MAX = HELD_FILES_MAX,
    PLACES_MAX = 32,
    PLACE_MEMBERS = 4,
    FILE_MEMBERS = 7
};

static const char *const state_names[] = {"", "held", "shrank", "changed", "gone"};

const char *held_state_name(enum held_state state)
{
    return state <= HELD_GONE ? state_names[state] : "";
}

/* What one place keeps, opened. */
struct place {
    uint32_t id; /* of its keeping; 0: there is none yet */
    struct slice name;
    uint64_t day_line; /* the first of those that say once a day that all is as it was; 0: none yet */
    int64_t day_us;
    struct held_file files[PLACE_FILES_MAX];
    size_t count;
    struct buf text; /* what was opened: `name` and paths borrow from it */
};

static void place_free(struct place **place)
{
    if (!*place) return;
    buf_done(&(*place)->text);
    free(*place);
    *place = NULL;
}

static bool word_take(struct slice *text, struct slice *out)
{
    size_t end = 0;
    while (end < text->len && text->at[end] != ' ') end++;
    *out = slice_part(*text, 0, end);
    if (end == 0 || end == text->len) return false;
    *text = slice_from(*text, end + 1);
    return true;
}

static bool number_take(struct slice word, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9' || i > 17) return false;
        number = number * 10 + (uint64_t)(word.at[i] - '0');
    }
    *out = number;
    return word.len > 0;
}

RESULT held_said_read(struct slice text, struct held_said *out)
{
    struct slice word = {0};
    struct held_said said = {0};
    bool good = word_take(&text, &word);
    said.gone = good && slice_is(word, "-");
    if (good && !said.gone) {
        struct slice hash = {0}, before = {0};
        good = number_take(word, &said.bytes) && word_take(&text, &hash) && word_take(&text, &before) &&
               hex_get(hash, said.hash.bytes, HASH_BYTES) && hex_get(before, said.before.bytes, HASH_BYTES);
    }
    said.path = text;
    if (!good || text.len == 0)
        return FAIL(INVALID, "files: each is \"BYTES SHA256 SHA256-OF-WHAT-WAS-KNOWN PATH\", or \"- PATH\"");
    *out = said;
    return OK;
}

enum held_state held_judge(const struct held_said *said, struct held_file *file)
{
    if (said->gone) return HELD_GONE;
    if (said->bytes < file->bytes) return HELD_SHRANK;
    if (!hash_equal(&said->before, &file->hash)) return HELD_CHANGED;
    file->bytes = said->bytes;
    file->hash = said->hash;
    return HELD_AS_IT_WAS;
}

static void place_aad(uint64_t incident, uint32_t id, struct buf *out)
{
    buf_text(out, "incident keeping");
    buf_be64(out, incident);
    buf_be32(out, id);
}

static RESULT file_get(struct cbor *reader, struct held_file *out)
{
    size_t members = 0;
    struct slice hash = {0};
    uint64_t state = 0, since = 0, proved = 0;
    TRY(cbor_read_array(reader, &members));
    if (members != FILE_MEMBERS) return FAIL(CORRUPT, "incident: a stored keeping has another file");
    TRY(cbor_read_text(reader, &out->path));
    TRY(cbor_read_uint(reader, &out->line));
    TRY(cbor_read_uint(reader, &out->bytes));
    TRY(cbor_read_bytes(reader, &hash));
    TRY(cbor_read_uint(reader, &state));
    TRY(cbor_read_uint(reader, &since));
    TRY(cbor_read_uint(reader, &proved));
    bool good = hash.len == HASH_BYTES && state >= HELD_AS_IT_WAS && state <= HELD_GONE &&
                since <= INT64_MAX && proved <= INT64_MAX;
    if (!good) return FAIL(CORRUPT, "incident: a stored keeping has a file that is none");
    memcpy(out->hash.bytes, hash.at, HASH_BYTES);
    out->state = (enum held_state)state;
    out->since_us = (int64_t)since;
    out->proved_us = (int64_t)proved;
    return OK;
}

static RESULT place_read(struct slice bytes, struct place *out)
{
    struct cbor reader = cbor_reader(bytes);
    size_t members = 0, count = 0;
    uint64_t day = 0;
    TRY(cbor_read_array(&reader, &members));
    if (members != PLACE_MEMBERS) return FAIL(CORRUPT, "incident: a stored keeping is none");
    TRY(cbor_read_text(&reader, &out->name));
    TRY(cbor_read_uint(&reader, &out->day_line));
    TRY(cbor_read_uint(&reader, &day));
    TRY(cbor_read_array(&reader, &count));
    if (count > PLACE_FILES_MAX || day > INT64_MAX)
        return FAIL(CORRUPT, "incident: a stored keeping is none");
    out->day_us = (int64_t)day;
    for (size_t i = 0; i < count; i++) TRY(file_get(&reader, &out->files[out->count++]));
    return cbor_end(&reader);
}

static void place_write(const struct place *place, struct buf *out)
{
    cbor_array(out, PLACE_MEMBERS);
    cbor_text(out, place->name);
    cbor_uint(out, place->day_line);
    cbor_uint(out, (uint64_t)place->day_us);
    cbor_array(out, place->count);
    for (size_t i = 0; i < place->count; i++) {
        const struct held_file *file = &place->files[i];
        cbor_array(out, FILE_MEMBERS);
        cbor_text(out, file->path);
        cbor_uint(out, file->line);
        cbor_uint(out, file->bytes);
        cbor_bytes(out, SLICE_OF(file->hash.bytes));
        cbor_uint(out, file->state);
        cbor_uint(out, (uint64_t)file->since_us);
        cbor_uint(out, (uint64_t)file->proved_us);
    }
}

static RESULT place_open(const struct incident *incident, const struct keeping *row, struct place **out)
{
    SCOPED(place_free) struct place *place = calloc(1, sizeof *place);
    SCOPED(buf_done) struct buf aad = {0};
    if (!place) return FAIL(UNAVAILABLE, "incident: out of memory");
    place->id = row->id;
    place_aad(incident->no, row->id, &aad);
    TRY(aead_open(incident->box, buf_slice(&aad), buf_slice(&row->sealed), &place->text));
    TRY(place_read(buf_slice(&place->text), place));
    *out = TAKE(place);
    return OK;
}

/* The place of that name, or a new one that is not stored yet. */
static RESULT place_find(struct shop *shop, const struct incident *incident, struct slice name,
                         struct place **out)
{
    const struct access *access = &shop->access;
    size_t count = 0;
    for (size_t i = 0; i < access->keeping_count; i++) {
        SCOPED(place_free) struct place *place = NULL;
        if (access->keepings[i].cause != incident->no) continue;
        count++;
        TRY(place_open(incident, &access->keepings[i], &place));
        if (!slice_equal(place->name, name)) continue;
        *out = TAKE(place);
        return OK;
    }
    if (count == PLACES_MAX) return FAIL(TOO_MANY, "place: this incident has %d already", PLACES_MAX);
    *out = calloc(1, sizeof **out);
    if (!*out) return FAIL(UNAVAILABLE, "incident: out of memory");
    (*out)->name = name;
    return OK;
}

static RESULT place_save(struct batch *batch, const struct incident *incident, const struct place *place,
                         bool ended)
{
    SCOPED(keeping_done)
    struct keeping row = {.id = place->id, .cause = incident->no, .proved_us = batch->now_us, .ended = ended};
    SCOPED(buf_done) struct buf text = {0}, aad = {0};
    struct receipt receipt = {0};
    if (row.id == 0) row.id = (uint32_t)batch->shop->access.keeping_count + 1;
    place_write(place, &text);
    place_aad(incident->no, row.id, &aad);
    aead_seal(incident->box, buf_slice(&aad), buf_slice(&text), &row.sealed);
    return keeping_put(batch, &row, &receipt);
}

/* A place at work. */
struct proving {
    struct batch *batch;
    const struct reader *reader;
    struct incident *incident;
    struct reading *reading;
    struct place *place;
    struct receipt receipt; /* of the newest line */
    size_t lines, worse;    /* that were added; files that were as before until now, and are no more */
    int64_t proved_us;      /* the oldest moment at which one that was told of was proved before */
};

static struct held_file *file_of(struct place *place, struct slice path)
{
    for (size_t i = 0; i < place->count; i++) {
        if (slice_equal(place->files[i].path, path)) return &place->files[i];
    }
    return NULL;
}

static RESULT line_add(struct proving *proving, struct line *line)
{
    line->kind = LINE_HOLD;
    TRY(incident_line(proving->batch, proving->reader, proving->incident, NULL, line, &proving->receipt));
    proving->lines++;
    return OK;
}

/* A file of the first time: as it is now is as it was. */
static RESULT file_begin(struct proving *proving, const struct held_said *said)
{
    struct place *place = proving->place;
    SCOPED(buf_done) struct buf hex = {0};
    if (place->count == PLACE_FILES_MAX)
        return FAIL(TOO_MANY, "files: more than %d at one place; name another --place", PLACE_FILES_MAX);
    if (said->gone) return FAIL(NOT_FOUND, "files: one that was never kept is not there");
    hex_put(&hex, SLICE_OF(said->hash.bytes));
    struct line line = {.text = said->path,
                        .name = place->name,
                        .hash = buf_slice(&hex),
                        .bytes = said->bytes,
                        .state = slice_text(held_state_name(HELD_AS_IT_WAS))};
    TRY(line_add(proving, &line));
    place->files[place->count++] = (struct held_file){.path = said->path,
                                                      .line = line.n,
                                                      .bytes = said->bytes,
                                                      .hash = said->hash,
                                                      .state = HELD_AS_IT_WAS,
                                                      .since_us = proving->batch->now_us,
                                                      .proved_us = proving->batch->now_us};
    proving->proved_us = 0;
    return OK;
}

/* What a change says in words: how long it is, against how long it was. */
static void change_put(enum held_state state, const struct held_said *said, const struct held_file *file,
                       struct buf *out)
{
    unsigned long long now = said->bytes, was = file->bytes;
    switch (state) {
    case HELD_AS_IT_WAS:
        buf_print(out, "as it was again: its first %llu bytes are those that were kept", was);
        return;
    case HELD_SHRANK:
        buf_print(out, "%llu bytes are left of the %llu that were kept", now, was);
        return;
    case HELD_CHANGED:
        buf_print(out, "its first %llu bytes are not those that were kept; it has %llu now", was, now);
        return;
    case HELD_GONE:
        buf_print(out, "not there any more; it had %llu bytes", was);
        return;
    }
}

static RESULT file_prove(struct proving *proving, const struct held_said *said)
{
    struct held_file *file = file_of(proving->place, said->path), was = {0};
    if (!file) return file_begin(proving, said);
    was = *file;
    enum held_state state = held_judge(said, file);
    if (file->proved_us < proving->proved_us) proving->proved_us = file->proved_us;
    file->proved_us = proving->batch->now_us;
    if (state == file->state) return OK;
    SCOPED(buf_done) struct buf words = {0}, hex = {0};
    change_put(state, said, &was, &words);
    hex_put(&hex, SLICE_OF(said->hash.bytes));
    struct line line = {.of = file->line,
                        .text = buf_slice(&words),
                        .state = slice_text(held_state_name(state)),
                        .bytes = said->bytes};
    if (!said->gone) line.hash = buf_slice(&hex);
    TRY(line_add(proving, &line));
    proving->worse += file->state == HELD_AS_IT_WAS;
    file->state = state;
    file->since_us = proving->batch->now_us;
    proving->proved_us = 0; /* it is written down, whenever the one before came */
    return OK;
}

/* One a day, with the hash over all that is known of the place. */
static RESULT day_line(struct proving *proving)
{
    struct place *place = proving->place;
    struct batch *batch = proving->batch;
    struct hash hash = {{0}};
    size_t held = 0;
    uint64_t bytes = 0;
    SCOPED(buf_done) struct buf list = {0}, hex = {0}, words = {0};
    if (place->day_us != 0 && batch->now_us - place->day_us < DAY_LINE_H * HOUR_US) return OK;
    for (size_t i = 0; i < place->count; i++) {
        const struct held_file *file = &place->files[i];
        hex_put(&list, SLICE_OF(file->hash.bytes));
        buf_print(&list, " %llu %s ", (unsigned long long)file->bytes, held_state_name(file->state));
        buf_slice_put(&list, file->path);
        buf_byte(&list, '\n');
        held += file->state == HELD_AS_IT_WAS;
        bytes += file->bytes;
    }
    sha256_one(batch->shop->crypto, buf_slice(&list), &hash);
    hex_put(&hex, SLICE_OF(hash.bytes));
    buf_print(&words, "%zu of %zu files at this place are as they were, or longer", held, place->count);
    struct line line = {.text = buf_slice(&words),
                        .name = place->name,
                        .hash = buf_slice(&hex),
                        .bytes = bytes,
                        .body = buf_slice(&list),
                        .of = place->day_line,
                        .state = slice_text(held_state_name(HELD_AS_IT_WAS))};
    TRY(line_add(proving, &line));
    if (place->day_line == 0) place->day_line = line.n;
    place->day_us = batch->now_us;
    return OK;
}

static RESULT place_end(struct proving *proving, struct slice reason)
{
    SCOPED(buf_done) struct buf words = {0};
    if (reason.len == 0) return FAIL(REASON_MISSING, "text: say why nothing is kept there any more");
    buf_text(&words, "nothing is kept there any more: ");
    buf_slice_put(&words, reason);
    struct line line = {
        .text = buf_slice(&words), .name = proving->place->name, .state = SLICE_TEXT("ended")};
    return line_add(proving, &line);
}

static void place_put(const struct proving *proving, bool closed, struct buf *out)
{
    const struct place *place = proving->place;
    cbor_map(out, 5);
    put_text(out, "place", place->name);
    put_text(out, "state", closed ? SLICE_TEXT("closed") : SLICE_TEXT("open"));
    put_number(out, "lines", proving->lines);
    put_number(out, "worse", proving->worse);
    cbor_text(out, SLICE_TEXT("items"));
    cbor_array(out, place->count);
    for (size_t i = 0; i < place->count; i++) {
        const struct held_file *file = &place->files[i];
        SCOPED(buf_done) struct buf hex = {0};
        hex_put(&hex, SLICE_OF(file->hash.bytes));
        cbor_map(out, 7);
        put_text(out, "path", file->path);
        put_number(out, "line", file->line);
        put_number(out, "bytes", file->bytes);
        put_text(out, "hash", buf_slice(&hex));
        put_text(out, "state", slice_text(held_state_name(file->state)));
        put_time(out, "since", file->since_us);
        put_time(out, "proved", file->proved_us);
    }
}

static RESULT place_prove(struct proving *proving, const struct incident_hold_ask *ask)
{
    struct batch *batch = proving->batch;
    proving->proved_us = batch->now_us;
    for (size_t i = 0; i < ask->files.count; i++) {
        struct held_said said = {0};
        TRY(held_said_read(ask->files.at[i], &said));
        TRY(file_prove(proving, &said));
    }
    if (ask->files.count > 0) TRY(day_line(proving));
    if (ask->end) TRY(place_end(proving, ask->text));
    bool stale = batch->now_us - proving->proved_us >= PROOF_WRITE_MIN * MINUTE_US;
    if (ask->end || proving->lines > 0 || (ask->files.count > 0 && stale))
        TRY(place_save(batch, proving->incident, proving->place, ask->end));
    return proving->worse > 0 ? alert_once(batch, ALERT_HELD) : OK;
}

RESULT verb_incident_hold(struct batch *batch, const struct reader *reader,
                          const struct incident_hold_ask *ask, struct answer *out)
{
    SCOPED(place_free) struct place *place = NULL;
    struct proving proving = {.batch = batch, .reader = reader};
    TRY(incident_find(batch, reader, ask->id, &proving.incident));
    TRY(place_find(batch->shop, proving.incident, ask->place, &place));
    proving.place = place;
    bool closed = proving.incident->closed, asks = ask->files.count > 0 || ask->end;
    if (proving.incident->lines + ask->files.count + 2 > FOLD_LINES_MAX && asks && !closed)
        return FAIL(TOO_MANY, "incident: has nearly %d lines; open another", FOLD_LINES_MAX);
    if (!closed && asks) TRY(place_prove(&proving, ask)); /* once it is closed nothing is kept for it */
    if (proving.lines > 0) batch_receipt(out, &proving.receipt);
    place_put(&proving, closed, &out->body);
    return OK;
}

static RESULT silence_tell(struct batch *batch, struct incident *incident, const struct keeping *row)
{
    SCOPED(keeping_done)
    struct keeping told = {.id = row->id, .cause = row->cause, .proved_us = row->proved_us, .silent = true};
    SCOPED(place_free) struct place *place = NULL;
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    TRY(place_open(incident, row, &place));
    buf_slice_put(&told.sealed, buf_slice(&row->sealed));
    struct line line = {.kind = LINE_HOLD,
                        .text = SLICE_TEXT("nothing was proved there for three hours"),
                        .name = place->name,
                        .state = SLICE_TEXT("silent")};
    if (incident->lines < FOLD_LINES_MAX) TRY(incident_line(batch, &system, incident, NULL, &line, &receipt));
    TRY(keeping_put(batch, &told, &receipt));
    return alert_once(batch, ALERT_HELD);
}

RESULT held_due(struct batch *batch, bool *noted)
{
    const struct access *access = &batch->shop->access;
    const struct keeping *row = keepings_silent(access, batch->now_us, 0);
    struct incidents *incidents = NULL;
    if (!row) return OK;
    TRY(incidents_of(batch->shop, &incidents));
    while (row) {
        uint32_t id = row->id;
        for (size_t i = 0; i < incidents->count; i++) {
            if (incidents->at[i].no != row->cause || incidents->at[i].closed) continue;
            TRY(silence_tell(batch, &incidents->at[i], row));
            *noted = true;
            break;
        }
        row = keepings_silent(access, batch->now_us, id);
    }
    return OK;
}
