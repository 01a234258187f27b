#include "answer/incident/incident.h"

#include "keep/access/staff.h"
#include "keep/incident_lines.h"
#include "store/incident.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { INCIDENTS_MAX = 1000, NO_BITS = 62, AUDITED_BYTES_MAX = 64 };

static void key_aad(uint64_t no, struct buf *out)
{
    buf_text(out, "incident key");
    buf_be64(out, no);
}

static void line_aad(uint64_t no, uint64_t n, struct buf *out)
{
    buf_text(out, "incident line");
    buf_be64(out, no);
    buf_be64(out, n);
}

static void incidents_free(void *at)
{
    struct incidents *incidents = at;
    for (size_t i = 0; i < incidents->count; i++) aead_free(&incidents->at[i].box);
    free(incidents->at);
    free(incidents);
}

static RESULT incident_room(struct incidents *incidents, struct incident **out)
{
    if (incidents->count == INCIDENTS_MAX)
        return FAIL(TOO_MANY, "incidents: this shop has %d", INCIDENTS_MAX);
    struct incident *at = realloc(incidents->at, (incidents->count + 1) * sizeof *at);
    if (!at) return FAIL(UNAVAILABLE, "incidents: out of memory");
    incidents->at = at;
    *out = &at[incidents->count++];
    **out = (struct incident){0};
    return OK;
}

struct loading {
    struct shop *shop;
    struct incidents *incidents;
};

static RESULT take_incident(void *context, const struct incident_row *row)
{
    struct loading *loading = context;
    struct shop *shop = loading->shop;
    struct incident *incident = NULL;
    SCOPED(buf_done) struct buf aad = {0}, key = {0};
    SECRET secret = {{0}};
    TRY(incident_room(loading->incidents, &incident));
    incident->no = row->no;
    incident->made_us = row->made_us;
    key_aad(row->no, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), row->key, &key));
    if (key.len != SECRET_BYTES) return FAIL(CORRUPT, "incident: a stored key is of another length");
    memcpy(secret.bytes, key.at, SECRET_BYTES);
    TRY(aead_new(shop->crypto, &incident->box));
    aead_key(incident->box, &secret);
    return OK;
}

static void circle_of(struct incident *incident, const struct fold *fold)
{
    incident->circle = fold->circle;
    incident->lines = fold->line_count;
    incident->closed = fold->closed_us != 0;
}

RESULT incidents_of(struct shop *shop, struct incidents **out)
{
    *out = shop->answer.at;
    if (*out && !shop->answer.stale) return OK;
    if (*out) shop->answer.free(TAKE(shop->answer.at));
    struct loading loading = {shop, calloc(1, sizeof *loading.incidents)};
    if (!loading.incidents) return FAIL(UNAVAILABLE, "incidents: out of memory");
    struct result done = shop->store->incident->each(shop->store, take_incident, &loading);
    for (size_t i = 0; i < loading.incidents->count && done.code == CODE_OK; i++) {
        SCOPED(reading_done) struct reading reading = {0};
        done = incident_read(shop, &loading.incidents->at[i], &reading);
        circle_of(&loading.incidents->at[i], &reading.fold);
    }
    if (done.code != CODE_OK) {
        incidents_free(loading.incidents);
        return done;
    }
    shop->answer.at = *out = loading.incidents;
    shop->answer.free = incidents_free;
    shop->answer.stale = false;
    return OK;
}

/* Is that reader, or for a key anybody who holds it, suspected? A suspected key makes suspects of its holders. */
static bool suspected(const struct shop *shop, const struct circle *circle, uint64_t reader)
{
    bool found = circle_has_suspect(circle, reader);
    for (size_t i = 0; i < circle->suspect_count; i++) {
        if (circle->suspects[i] >> 32 != READER_KEY || reader >> 32 != READER_STAFF) continue;
        uint32_t id = (uint32_t)circle->suspects[i];
        const struct key *key = id > 0 && id <= shop->access.key_count ? &shop->access.keys[id - 1] : NULL;
        for (size_t k = 0; key && k < key->holder_count; k++) found |= key->holders[k] == (uint32_t)reader;
    }
    return found;
}

bool incident_seen_by(const struct shop *shop, const struct incident *incident, const struct reader *reader)
{
    const struct circle *circle = &incident->circle;
    bool member = circle_has_member(circle, reader->no), all = reader->person_count > 0;
    bool suspect = suspected(shop, circle, reader->no);
    for (size_t i = 0; i < reader->person_count; i++) {
        uint64_t person = reader_no(READER_STAFF, reader->persons[i]);
        suspect |= suspected(shop, circle, person);
        all = all && circle_has_member(circle, person);
    }
    if (reader->no == reader_no(READER_OPERATOR, 0))
        return true; /* who holds the machine could read its keys */
    return (member || all) && !suspect;
}

RESULT incident_find(struct batch *batch, const struct reader *reader, struct slice id, struct incident **out)
{
    struct incidents *incidents = NULL;
    uint64_t no = 0;
    TRY(incidents_of(batch->shop, &incidents));
    struct result named = id_get(batch->shop, ID_INCIDENT, id, &no);
    *out = NULL;
    for (size_t i = 0; i < incidents->count; i++) { /* all of them, whichever it is: the same work */
        struct incident *incident = &incidents->at[i];
        bool seen = incident_seen_by(batch->shop, incident, reader);
        if (seen && named.code == CODE_OK && incident->no == no) *out = incident;
    }
    return *out ? OK : FAIL(NOT_FOUND, "incident: there is none of that id");
}

void incident_audited(struct batch *batch, const struct reader *reader, const struct incident *incident,
                      struct slice what, struct answer *out)
{
    SCOPED(buf_done) struct buf text = {0};
    if (!access_audits(reader)) return;
    struct draft draft = batch_draft(batch, reader, ENTRY_AUDIT);
    struct receipt receipt = {0};
    if (incident) id_put(batch->shop, ID_INCIDENT, incident->no, &text);
    if (incident) buf_byte(&text, ' ');
    buf_slice_put(&text, slice_part(what, 0, AUDITED_BYTES_MAX));
    draft_text(&draft, COMMIT_VALUE, buf_slice(&text));
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
}

static bool same_role(const struct shop *shop, uint32_t one, uint32_t other)
{
    const struct staff *a = one <= shop->access.staff_count && one > 0 ? &shop->access.staff[one - 1] : NULL;
    const struct staff *b =
        other <= shop->access.staff_count && other > 0 ? &shop->access.staff[other - 1] : NULL;
    return a && b && a->role != 0 && a->role == b->role;
}

static bool key_held_by(const struct key *key, uint32_t staff)
{
    for (size_t i = 0; i < key->holder_count; i++) {
        if (key->holders[i] == staff) return true;
    }
    return false;
}

bool incident_is_peer(const struct shop *shop, const struct circle *circle, uint64_t reader)
{
    uint32_t id = (uint32_t)reader;
    if (reader >> 32 != READER_STAFF) return false;
    for (size_t i = 0; i < circle->suspect_count; i++) {
        uint32_t suspect = (uint32_t)circle->suspects[i];
        bool staff = circle->suspects[i] >> 32 == READER_STAFF;
        if (staff && circle->peers_by_role[i] && same_role(shop, id, suspect)) return true;
        for (size_t k = 0; k < shop->access.key_count; k++) {
            const struct key *key = &shop->access.keys[k];
            if (key_held_by(key, id) && (staff ? key_held_by(key, suspect) : key->id == suspect)) return true;
        }
    }
    return false;
}

void reading_done(struct reading *reading)
{
    fold_done(&reading->fold);
    for (size_t i = 0; i < reading->text_count; i++) buf_done(&reading->texts[i]);
    free(reading->texts);
    arena_done(&reading->arena);
    *reading = (struct reading){0};
}

struct opening {
    struct shop *shop;
    const struct incident *incident;
    struct reading *reading;
    size_t cap;
};

static RESULT take_line(void *context, const struct incident_line_row *row)
{
    struct opening *opening = context;
    struct reading *reading = opening->reading;
    struct line line = {0};
    SCOPED(buf_done) struct buf aad = {0};
    if (reading->text_count == opening->cap) {
        opening->cap = opening->cap ? opening->cap * 2 : 32;
        struct buf *texts = realloc(reading->texts, opening->cap * sizeof *texts);
        if (!texts) abort(); /* as all memory: see bytes.h */
        reading->texts = texts;
    }
    struct buf *text = &reading->texts[reading->text_count++];
    *text = (struct buf){0};
    line_aad(opening->incident->no, row->n, &aad);
    if (row->sealed.len < HASH_BYTES) return FAIL(CORRUPT, "incident: a stored line is cut short");
    TRY(aead_open(opening->incident->box, buf_slice(&aad), slice_from(row->sealed, HASH_BYTES), text));
    TRY(line_read(slice_from(buf_slice(text), LINE_SALT_BYTES), &reading->arena, &line));
    line.n = row->n;
    line.entry = row->entry;
    return fold_take(&reading->fold, &line);
}

RESULT incident_read(struct shop *shop, const struct incident *incident, struct reading *out)
{
    struct opening opening = {shop, incident, out, 0};
    assert(out->text_count == 0);
    return shop->store->incident->line_each(shop->store, incident->no, 1, take_line, &opening);
}

RESULT incident_line(struct batch *batch, const struct reader *reader, struct incident *incident,
                     const struct reading *reading, struct line *line, struct receipt *out)
{
    struct shop *shop = batch->shop;
    struct line_seal seal = {0};
    SCOPED(buf_done) struct buf text = {0}, aad = {0}, sealed = {0};
    line->n = incident->lines + 1;
    line->time_us = batch->now_us;
    line->author = reader->no;
    if (reading) TRY(fold_may(&reading->fold, line));
    crypto_random(shop->crypto, buf_extend(&text, LINE_SALT_BYTES), LINE_SALT_BYTES);
    line_write(line, &text);
    incident_text_hash(shop->crypto, buf_slice(&text), &seal.text);
    buf_put(&sealed, seal.text.bytes, HASH_BYTES);
    line_aad(incident->no, line->n, &aad);
    aead_seal(incident->box, buf_slice(&aad), buf_slice(&text), &sealed);
    TRY(incident_line_seal(shop->crypto, buf_slice(&sealed), &seal));
    struct draft draft = {.entry = {.kind = ENTRY_INCIDENT, .has_object = true}};
    incident_line_object(shop->crypto, incident->no, line->n, &seal, &draft.entry.object);
    batch_append(batch, &draft, out);
    line->entry = out->index;
    news_incident(&shop->news, incident->no);
    const struct incident_line_row row = {incident->no, line->n, out->index, buf_slice(&sealed)};
    struct store *store = batch_write(batch);
    shop->answer.stale = true; /* who may know is folded anew, also when this batch is undone */
    TRY(store->incident->line_add(store, &row));
    incident->lines++;
    return OK;
}

RESULT incident_new(struct batch *batch, struct incident **out)
{
    struct shop *shop = batch->shop;
    struct incidents *incidents = NULL;
    struct incident *incident = NULL;
    SCOPED(buf_done) struct buf aad = {0}, sealed = {0};
    SECRET key = {{0}};
    TRY(incidents_of(shop, &incidents));
    TRY(incident_room(incidents, &incident));
    shop->answer.stale = true;
    crypto_random(shop->crypto, &incident->no, sizeof incident->no);
    incident->no = incident->no >> (64 - NO_BITS) | 1;
    incident->made_us = batch->now_us;
    crypto_random(shop->crypto, key.bytes, SECRET_BYTES);
    TRY(aead_new(shop->crypto, &incident->box));
    aead_key(incident->box, &key);
    key_aad(incident->no, &aad);
    aead_seal(shop->staff_box, buf_slice(&aad), SLICE_OF(key.bytes), &sealed);
    const struct incident_row row = {incident->no, batch->now_us, buf_slice(&sealed)};
    struct store *store = batch_write(batch);
    TRY(store->incident->add(store, &row));
    *out = incident;
    return OK;
}
