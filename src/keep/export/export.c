#include "keep/export/export.h"

#include "keep/access/rows.h"
#include "keep/spend.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXPORT_MEMBERS = 30,
    RECENT_DAYS = 100 /* an export asked for before is in no window: it waits, runs and is counted in less */
};

struct exports {
    struct export *at;
    size_t count;
    size_t recent; /* those before are too old to be in any window */
};

RESULT exports_new(struct exports **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? OK : FAIL(UNAVAILABLE, "exports: out of memory");
}

void exports_drop(struct exports *exports)
{
    for (size_t i = 0; i < exports->count; i++) buf_done(&exports->at[i].body);
    free(exports->at);
    *exports = (struct exports){0};
}

void exports_free(struct exports **exports)
{
    if (!*exports) return;
    exports_drop(*exports);
    free(*exports);
    *exports = NULL;
}

size_t export_count(const struct shop *shop)
{
    return shop->exports->count;
}

const struct export *export_by_id(const struct shop *shop, uint64_t id)
{
    return id > 0 && id <= shop->exports->count ? &shop->exports->at[id - 1] : NULL;
}

static void export_aad(uint32_t id, struct buf *out)
{
    buf_text(out, "export");
    buf_be32(out, id);
}

static void text_write(const struct export *export, struct buf *out)
{
    cbor_array(out, EXPORT_MEMBERS);
    cbor_uint(out, export->state);
    cbor_uint(out, export->asker);
    cbor_uint(out, export->role);
    cbor_array(out, export->person_count);
    for (size_t i = 0; i < export->person_count; i++) cbor_uint(out, export->persons[i]);
    cbor_uint(out, (uint64_t) export->asked_us);
    cbor_uint(out, export->who);
    cbor_uint(out, export->format);
    cbor_bytes(out, SLICE_OF(export->recipient));
    cbor_uint(out, export->incident);
    cbor_uint(out, export->version);
    cbor_uint(out, export->exposed);
    cbor_uint(out, export->standing);
    cbor_uint(out, export->last.at);
    cbor_uint(out, export->asked_people);
    cbor_text(out, export->purpose);
    cbor_text(out, export->reason);
    cbor_array(out, export->field_count);
    for (size_t i = 0; i < export->field_count; i++) cbor_text(out, export->fields[i]);
    cbor_bytes(out, export->listed);
    cbor_bytes(out, export->entries);
    cbor_bool(out, export->counted);
    cbor_uint(out, export->people);
    cbor_uint(out, export->full);
    cbor_uint(out, export->masked);
    cbor_uint(out, export->upto.at);
    cbor_uint(out, (uint64_t) export->logged_us);
    cbor_uint(out, (uint64_t) export->done_us);
    cbor_uint(out, export->bytes);
    cbor_bytes(out, SLICE_OF(export->hash));
    cbor_text(out, export->note);
    cbor_uint(out, export->why);
}

void export_write(struct shop *shop, const struct export *export, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0}, text = {0};
    export_aad(export->id, &aad);
    text_write(export, &text);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&text), out);
}

static struct result malformed(void)
{
    return FAIL(CORRUPT, "authority: a stored export is malformed");
}

static RESULT number_read(struct cbor *reader, uint64_t least, uint64_t most, uint64_t *out)
{
    TRY(cbor_read_uint(reader, out));
    return *out >= least && *out <= most ? OK : malformed();
}

static RESULT fixed_read(struct cbor *reader, void *out, size_t len)
{
    struct slice bytes = {0};
    TRY(cbor_read_bytes(reader, &bytes));
    if (bytes.len != len) return malformed();
    memcpy(out, bytes.at, len);
    return OK;
}

static RESULT numbers_read(struct cbor *reader, size_t most, struct slice *out)
{
    TRY(cbor_read_bytes(reader, out));
    return out->len % 8 == 0 && out->len / 8 <= most ? OK : malformed();
}

/* Whom, what and for whom: as it was asked. */
static RESULT asked_read(struct cbor *reader, struct export *out)
{
    uint64_t number = 0;
    TRY(number_read(reader, EXPORT_ALL, EXPORT_EXPOSED, &number));
    out->who = (enum export_who)number;
    TRY(number_read(reader, EXPORT_JSONL, EXPORT_CSV, &number));
    out->format = (enum export_format)number;
    TRY(fixed_read(reader, &out->recipient, sizeof out->recipient));
    TRY(cbor_read_uint(reader, &out->incident));
    TRY(number_read(reader, 0, UINT32_MAX, &number));
    out->version = (uint32_t)number;
    TRY(cbor_read_uint(reader, &out->exposed));
    TRY(number_read(reader, 0, EXPORT_KNOWN | EXPORT_POSSIBLE, &number));
    out->standing = (unsigned)number;
    TRY(cbor_read_uint(reader, &out->last.at));
    TRY(cbor_read_uint(reader, &out->asked_people));
    TRY(cbor_read_text(reader, &out->purpose));
    TRY(cbor_read_text(reader, &out->reason));
    TRY(cbor_read_array(reader, &out->field_count));
    if (out->field_count > EXPORT_FIELDS_MAX) return malformed();
    for (size_t i = 0; i < out->field_count; i++) TRY(cbor_read_text(reader, &out->fields[i]));
    return numbers_read(reader, REVEAL_SUBJECTS_MAX, &out->listed);
}

static RESULT went_read(struct cbor *reader, struct export *out)
{
    uint64_t why = 0;
    TRY(numbers_read(reader, EXPORT_PARTS_MAX, &out->entries));
    TRY(cbor_read_bool(reader, &out->counted));
    TRY(cbor_read_uint(reader, &out->people));
    TRY(cbor_read_uint(reader, &out->full));
    TRY(cbor_read_uint(reader, &out->masked));
    TRY(cbor_read_uint(reader, &out->upto.at));
    TRY(body_time_read(reader, &out->logged_us));
    TRY(body_time_read(reader, &out->done_us));
    TRY(cbor_read_uint(reader, &out->bytes));
    TRY(fixed_read(reader, &out->hash, sizeof out->hash));
    TRY(cbor_read_text(reader, &out->note));
    TRY(number_read(reader, 0, EXPORT_WHY_COUNT, &why));
    out->why = (enum export_why)why;
    return cbor_end(reader);
}

static RESULT text_read(struct slice text, struct export *out)
{
    struct cbor reader = cbor_reader(text);
    size_t members = 0;
    uint64_t number = 0;
    TRY(cbor_read_array(&reader, &members));
    if (members != EXPORT_MEMBERS) return malformed();
    TRY(number_read(&reader, EXPORT_ASKED, EXPORT_CANCELLED, &number));
    out->state = (enum export_state)number;
    TRY(cbor_read_uint(&reader, &out->asker));
    TRY(number_read(&reader, 0, UINT32_MAX, &number));
    out->role = (uint32_t)number;
    TRY(body_numbers_read(&reader, out->persons, KEY_HOLDERS_MAX, &out->person_count));
    TRY(body_time_read(&reader, &out->asked_us));
    TRY(asked_read(&reader, out));
    return went_read(&reader, out);
}

static void export_done(struct export *export)
{
    buf_done(&export->body);
}

RESULT export_take(struct shop *shop, uint32_t id, struct slice body)
{
    struct exports *exports = shop->exports;
    SCOPED(export_done) struct export export = {.id = id};
    SCOPED(buf_done) struct buf aad = {0};
    void *rows = exports->at, *place = NULL;
    export_aad(id, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), body, &export.body));
    TRY(text_read(buf_slice(&export.body), &export));
    TRY(row_place(&rows, &exports->count, sizeof export, id, &place));
    exports->at = rows;
    struct export *at = place;
    buf_done(&at->body);
    *at = TAKE(export);
    return OK;
}

RESULT export_put(struct batch *batch, const struct reader *reader, const struct export *export,
                  struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    export_write(batch->shop, export, &body);
    return authority_put(batch, reader, AUTHORITY_EXPORT, export->id, buf_slice(&body), out);
}

static bool is_among(uint64_t staff, const uint32_t *persons, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (persons[i] == staff) return true;
    }
    return false;
}

bool export_is_of(const struct shop *shop, const struct export *export, const struct reader *reader)
{
    if (reader_line(&shop->access, export->asker) == reader->line) return true;
    return export->person_count == 1 && reader->person_count == 1 && export->persons[0] == reader->persons[0];
}

/* Is it that reader's, and did it show a field of that class? */
static bool class_shown(const struct shop *shop, const struct export *export, uint64_t id)
{
    const uint64_t reader = id & (((uint64_t)1 << SPEND_CLASS_SHIFT) - 1),
                   class = (id >> SPEND_CLASS_SHIFT) - 1;
    uint64_t shown = export->full | export->masked;
    for (size_t i = 0; i < FIELD_MAX && reader_line(&shop->access, export->asker) == reader; i++) {
        const struct field *field = &shop->fields.at[i];
        if ((shown >> i & 1) && field->name[0] && (uint64_t)field->class == class) return true;
    }
    return false;
}

/* Does that budget count what the export showed? */
static bool counts_in(const struct shop *shop, const struct export *export, enum budget_scope scope,
                      uint64_t id)
{
    switch (scope) {
    case BUDGET_READER:
        return reader_line(&shop->access, export->asker) == id;
    case BUDGET_HOLDER:
        return is_among(id, export->persons, export->person_count);
    case BUDGET_ROLE:
        return export->role == id;
    case BUDGET_SHOP:
        return true;
    case BUDGET_CLASS: /* of a reader: see spend.c */
        return class_shown(shop, export, id);
    case BUDGET_NETWORK: /* the vault reads it, from nowhere */
    case BUDGET_TRIES:
    case BUDGET_SCOPES:
        break;
    }
    return false;
}

/* In the same slots as the meter has them. */
static bool window_holds(enum window window, int64_t then_us, int64_t now_us)
{
    int64_t slot_us = window_rows[window].minutes * MINUTE_US;
    return now_us / slot_us - then_us / slot_us < window_rows[window].slots;
}

void exports_allow(const struct shop *shop, enum budget_scope scope, uint64_t id, int64_t now_us,
                   struct limits *limits)
{
    struct exports *exports = shop->exports;
    while (exports->recent < exports->count &&
           exports->at[exports->recent].asked_us < now_us - RECENT_DAYS * DAY_US)
        exports->recent++;
    for (size_t i = exports->recent; i < exports->count; i++) {
        const struct export *export = &exports->at[i];
        if (export->people == 0 || !counts_in(shop, export, scope, id)) continue;
        for (size_t window = 0; window < WINDOW_COUNT; window++) {
            uint64_t *limit = &limits->at[window];
            if (*limit != UINT64_MAX && window_holds((enum window)window, export->logged_us, now_us))
                *limit += export->people;
        }
    }
}

const char *export_state_name(enum export_state state)
{
    static const char *const names[] = {"?", "asked", "approved", "running", "done", "stopped", "cancelled"};
    return names[state];
}

const char *export_who_name(enum export_who who)
{
    static const char *const names[] = {"?", "all", "active", "closed", "listed", "exposed"};
    return names[who];
}

const char *export_why_words(enum export_why why)
{
    static const char *const words[] = {
        [EXPORT_WHY_NONE] = "",
        [EXPORT_WHY_FROZEN] = "exports are frozen for now; ask again once they are not",
        [EXPORT_WHY_ASKER] = "whoever asked may no longer export this",
        [EXPORT_WHY_COUNT] = "the count of the incident cannot be read",
    };
    return words[why];
}
