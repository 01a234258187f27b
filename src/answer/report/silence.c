#include "answer/report/silence.h"

#include "answer/incident/incident.h"
#include "keep/access/staff.h"
#include "keep/post.h"

#include <stdio.h>

enum { NAME_BYTES = 40 };

/* When the next word is due, and since when there was none: two facts of the store. */
static void fact_name(char out[NAME_BYTES], const char *what, uint64_t incident)
{
    (void)snprintf(out, NAME_BYTES, "%s.%llu", what, (unsigned long long)incident);
}

static RESULT fact_read(struct shop *shop, const char *what, uint64_t incident, int64_t *out)
{
    char name[NAME_BYTES];
    uint64_t known = 0;
    fact_name(name, what, incident);
    struct result got = shop->store->fact->get(shop->store, name, &known);
    *out = got.code == CODE_OK ? (int64_t)known : 0;
    return got.code == CODE_NOT_FOUND ? OK : got;
}

static RESULT fact_write(struct batch *batch, const char *what, uint64_t incident, int64_t us)
{
    char name[NAME_BYTES];
    fact_name(name, what, incident);
    struct store *store = batch_write(batch);
    return store->fact->put(store, name, (uint64_t)us);
}

RESULT silence_get(struct shop *shop, uint64_t incident, int64_t *out_due_us)
{
    return fact_read(shop, "silence", incident, out_due_us);
}

RESULT silence_set(struct batch *batch, uint64_t incident, int64_t due_us, bool keep)
{
    int64_t due = 0;
    TRY(silence_get(batch->shop, incident, &due));
    if (keep && due > 0) return OK;
    TRY(fact_write(batch, "silence", incident, due_us));
    return fact_write(batch, "silent_since", incident, batch->now_us);
}

/* The staff behind a reader. */
static RESULT reader_tell(struct batch *batch, uint64_t reader, struct mail_draft *draft, uint64_t *told)
{
    struct access *access = &batch->shop->access;
    for (size_t i = 0; i < access->staff_count; i++) {
        if (reader_no(READER_STAFF, access->staff[i].id) == reader)
            return mail_tell_person(batch, &access->staff[i], draft, told);
    }
    for (size_t i = 0; i < access->key_count; i++) {
        const struct key *key = &access->keys[i];
        if (reader_no(READER_KEY, key->id) != reader) continue;
        for (size_t j = 0; j < key->holder_count; j++)
            TRY(mail_tell_person(batch, staff_by_id(access, key->holders[j]), draft, told));
    }
    return OK;
}

static RESULT incident_tell(struct batch *batch, const struct incident *incident, uint64_t *told)
{
    SCOPED(buf_done) struct buf id = {0}, hours = {0};
    int64_t since_us = 0;
    TRY(fact_read(batch->shop, "silent_since", incident->no, &since_us));
    id_put(batch->shop, ID_INCIDENT, incident->no, &id);
    buf_decimal(&hours, (uint64_t)((batch->now_us - since_us) / HOUR_US));
    const struct mail_value values[] = {{"incident", buf_slice(&id)}, {"hours", buf_slice(&hours)}};
    struct mail_draft draft = {.kind = MAIL_STATEMENT_DUE, .values = values, .count = COUNT_OF(values)};
    TRY(reader_tell(batch, incident->circle.owner, &draft, told));
    for (size_t i = 0; i < incident->circle.member_count; i++) {
        if (incident->circle.members[i] != incident->circle.owner)
            TRY(reader_tell(batch, incident->circle.members[i], &draft, told));
    }
    return OK;
}

RESULT silence_due(struct batch *batch, bool *noted)
{
    struct incidents *incidents = NULL;
    uint64_t told = 0;
    TRY(incidents_of(batch->shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident *incident = &incidents->at[i];
        int64_t due_us = 0;
        if (incident->closed) continue;
        TRY(silence_get(batch->shop, incident->no, &due_us));
        if (due_us == 0 || due_us > batch->now_us) continue;
        TRY(incident_tell(batch, incident, &told));
        while (due_us <= batch->now_us) due_us += DAY_US;
        TRY(fact_write(batch, "silence", incident->no, due_us));
    }
    if (told > 0) mail_note(batch, MAIL_STATEMENT_DUE, told);
    *noted = *noted || told > 0;
    return OK;
}
