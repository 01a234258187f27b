#include "answer/scope/ask.h"

#include "keep/access/access.h"
#include "keep/access/service.h"
#include "keep/observe/outside.h"

#include <stdlib.h>
#include <string.h>

/* `text` up to the first `mark`, and what stands behind it; false when there is none, then `first` is all of it. */
static bool split(struct slice text, char mark, struct slice *first, struct slice *rest)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != (uint8_t)mark) continue;
        *first = slice_part(text, 0, i);
        *rest = slice_from(text, i + 1);
        return true;
    }
    *first = text;
    *rest = (struct slice){0};
    return false;
}

static RESULT time_of(struct slice text, const char *what, int64_t *out)
{
    if (time_get(text, out).code == CODE_OK && *out > 0) return OK;
    return FAIL(INVALID, "%s: not a time such as 2026-11-22T09:00:00Z", what);
}

static RESULT epoch_of(struct slice text, const char *what, uint32_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len && number <= UINT16_MAX; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return FAIL(INVALID, "%s: not an epoch", what);
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    if (number == 0 || number > UINT16_MAX) return FAIL(INVALID, "%s: epochs are 1 to %u", what, UINT16_MAX);
    *out = (uint32_t)number;
    return OK;
}

/* Names of fields or groups. */
static RESULT field_of(const struct shop *shop, struct slice name, uint64_t *fields)
{
    const struct field *field = field_find(&shop->fields, name);
    uint64_t group = field_group_mask(&shop->fields, name);
    if (!field && group == 0) return FAIL(FIELD_UNKNOWN, "fields: there is no such field here");
    *fields |= field ? field_bit(field) : group;
    return OK;
}

static RESULT fields_of(const struct shop *shop, const struct texts *names, uint64_t *out)
{
    for (size_t i = 0; i < names->count; i++) TRY(field_of(shop, names->at[i], out));
    if (names->count > 0) return OK;
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        if (shop->fields.at[i].name[0]) *out |= (uint64_t)1 << i;
    }
    return OK;
}

static RESULT reader_add(struct suspicion *out, uint64_t reader)
{
    for (size_t i = 0; i < out->reader_count; i++) {
        if (out->readers[i] == reader) return OK;
    }
    if (out->reader_count == SUSPICION_READERS_MAX)
        return FAIL(TOO_MANY, "scope: more than %d readers; count all of them, by time",
                    SUSPICION_READERS_MAX);
    out->readers[out->reader_count++] = reader;
    return OK;
}

/* The key with all that it took the place of, or that took its. */
static RESULT line_add(const struct shop *shop, uint32_t id, struct suspicion *out)
{
    const struct access *access = &shop->access;
    uint64_t line = reader_line(access, reader_no(READER_KEY, id));
    for (size_t i = 0; i < access->key_count; i++) {
        uint64_t reader = reader_no(READER_KEY, access->keys[i].id);
        if (reader_line(access, reader) == line) TRY(reader_add(out, reader));
    }
    return OK;
}

static RESULT keys_add(struct shop *shop, const struct texts *ids, struct suspicion *out)
{
    for (size_t i = 0; i < ids->count; i++) {
        uint64_t id = 0;
        TRY(id_get(shop, ID_KEY, ids->at[i], &id));
        if (!key_by_id(&shop->access, (uint32_t)id))
            return FAIL(NOT_FOUND, "keys: this shop has no such key");
        TRY(line_add(shop, (uint32_t)id, out));
    }
    return OK;
}

static RESULT held_add(const struct shop *shop, uint32_t staff, struct suspicion *out)
{
    for (size_t i = 0; i < shop->access.key_count; i++) {
        const struct key *key = &shop->access.keys[i];
        for (size_t at = 0; at < key->holder_count; at++) {
            if (key->holders[at] == staff) TRY(line_add(shop, key->id, out));
        }
    }
    return OK;
}

static RESULT staff_add(struct shop *shop, const struct texts *ids, bool keys, struct suspicion *out)
{
    for (size_t i = 0; i < ids->count; i++) {
        uint64_t id = 0;
        TRY(id_get(shop, ID_STAFF, ids->at[i], &id));
        if (!staff_by_id(&shop->access, id)) return FAIL(NOT_FOUND, "staff: this shop has nobody of that id");
        TRY(reader_add(out, reader_no(READER_STAFF, (uint32_t)id)));
        if (keys) TRY(held_add(shop, (uint32_t)id, out));
    }
    return OK;
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static RESULT stranger_of(struct shop *shop, struct slice text, uint32_t *out)
{
    struct slice system = {0}, name = {0};
    struct network_range at = {.bits = 0};
    if (!split(text, ':', &system, &name)) return FAIL(INVALID, "outside_readers: SYSTEM:NAME");
    for (uint32_t i = 0; i < shop->access.service_count; i++) {
        uint32_t id = shop->access.services[i].id;
        if (!slice_is(system, outside_system_name(shop, id))) continue;
        bool address = network_range_get(name, &at).code == CODE_OK && at.bits == NETWORK_BITS;
        struct seen_reader reader = {name.len == 0 ? SEEN_UNNAMED : address ? SEEN_ADDRESS : SEEN_USER, name};
        return outside_reader_find(shop, id, &reader, out);
    }
    return FAIL(NOT_FOUND, "outside_readers: no such system");
}

static RESULT strangers_add(struct shop *shop, const struct texts *names, struct suspicion *out)
{
    for (size_t i = 0; i < names->count; i++) {
        uint32_t id = 0;
        TRY(stranger_of(shop, names->at[i], &id));
        out->strangers[out->stranger_count++] = id; /* as many as an ask may have at most */
    }
    return OK;
}

static RESULT purposes_add(const struct texts *names, struct suspicion *out)
{
    if (names->count > SUSPICION_PURPOSES_MAX)
        return FAIL(TOO_MANY, "purposes: more than %d", SUSPICION_PURPOSES_MAX);
    for (uint32_t number = 1; number < 64; number++) {
        const char *name = purpose_name(number);
        for (size_t i = 0; name && i < names->count; i++) {
            if (!slice_is(names->at[i], name)) continue;
            out->purposes[out->purpose_count++] = number;
            break;
        }
    }
    if (out->purpose_count == names->count) return OK;
    return FAIL(PURPOSE_UNKNOWN, "purposes: one is in no table, or named twice");
}

static RESULT networks_add(const struct texts *texts, struct suspicion *out)
{
    if (texts->count > SUSPICION_NETWORKS_MAX)
        return FAIL(TOO_MANY, "networks: more than %d", SUSPICION_NETWORKS_MAX);
    for (size_t i = 0; i < texts->count; i++)
        TRY(network_range_get(texts->at[i], &out->networks[out->network_count++]));
    return OK;
}

static RESULT case_add(struct suspicion *out, const struct suspicion_case *at)
{
    if (out->case_count == SUSPICION_CASES_MAX)
        return FAIL(TOO_MANY, "scope: more than %d rules", SUSPICION_CASES_MAX);
    out->cases[out->case_count++] = *at;
    return OK;
}

uint64_t suspicion_reach(struct shop *shop, const struct suspicion *suspicion)
{
    uint64_t fields = 0;
    for (size_t i = 0; i < suspicion->reader_count; i++) {
        const struct role *role = NULL;
        uint32_t id = (uint32_t)suspicion->readers[i];
        for (size_t at = 0; at < shop->access.key_count && suspicion->readers[i] >> 32 == READER_KEY; at++) {
            if (shop->access.keys[at].id == id) role = role_by_id(&shop->access, shop->access.keys[at].role);
        }
        const struct staff *staff =
            suspicion->readers[i] >> 32 == READER_STAFF ? staff_by_id(&shop->access, id) : NULL;
        if (staff) role = role_by_id(&shop->access, staff->role);
        if (!role || role->fields_all) return suspicion->fields; /* it can't be said: all of them */
        fields |= role->full | role->masked;
    }
    return suspicion->reader_count > 0 ? fields & suspicion->fields : suspicion->fields;
}

static RESULT gaps_add(struct shop *shop, const struct texts *texts, struct suspicion *out)
{
    for (size_t i = 0; i < texts->count; i++) {
        struct slice from = {0}, to = {0};
        struct suspicion_case at = {.rule = RULE_GAP, .fields = suspicion_reach(shop, out)};
        if (!split(texts->at[i], '/', &from, &to)) return FAIL(INVALID, "gaps: FROM/TO, two times");
        TRY(time_of(from, "gaps", &at.from_us));
        TRY(time_of(to, "gaps", &at.to_us));
        TRY(case_add(out, &at));
    }
    return OK;
}

static RESULT leaked_add(struct shop *shop, const struct incident_scope_ask *ask, struct suspicion *out)
{
    for (size_t i = 0; i < ask->copied_at.count; i++) {
        struct suspicion_case at = {.rule = RULE_COPY, .fields = out->fields};
        TRY(time_of(ask->copied_at.at[i], "copied_at", &at.from_us));
        TRY(case_add(out, &at));
    }
    for (size_t i = 0; i < ask->keks.count; i++) {
        struct suspicion_case at = {.rule = RULE_KEK, .fields = out->fields};
        TRY(epoch_of(ask->keks.at[i], "keks", &at.epoch));
        TRY(case_add(out, &at));
    }
    for (size_t i = 0; i < ask->indexes.count; i++) {
        struct slice name = {0}, epoch = {0};
        struct suspicion_case at = {.rule = RULE_INDEX, .epoch = 1};
        if (split(ask->indexes.at[i], ':', &name, &epoch)) TRY(epoch_of(epoch, "indexes", &at.epoch));
        const struct field *field = field_find(&shop->fields, name);
        if (!field || !field->indexed)
            return FAIL(FIELD_UNKNOWN, "indexes: no field of that name has an index");
        at.field = field->number;
        at.fields = field_bit(field) & out->fields;
        TRY(case_add(out, &at));
    }
    return OK;
}

static RESULT outside_add(const struct shop *shop, const struct texts *texts, struct suspicion *out)
{
    for (size_t i = 0; i < texts->count; i++) {
        struct slice name = {0}, rest = {0}, field = {0};
        struct suspicion_outside *at = &out->outside[out->outside_count++]; /* an ask has no more of them */
        bool more = split(texts->at[i], ':', &name, &rest);
        if (name.len == 0 || name.len > OUTSIDE_BYTES_MAX)
            return FAIL(INVALID, "outside: a name has 1 to %d bytes", OUTSIDE_BYTES_MAX);
        memcpy(at->name, name.at, name.len);
        if (!more) at->fields = out->fields;
        while (more) {
            more = split(rest, ',', &field, &rest);
            TRY(field_of(shop, field, &at->fields));
        }
    }
    return OK;
}

/* Does it name nothing but files? Then nobody's looks are suspected. */
static bool files_alone(const struct incident_scope_ask *ask)
{
    size_t others = ask->keys.count + ask->staff.count + ask->holders.count + ask->outside_readers.count +
                    ask->networks.count + ask->purposes.count;
    return ask->evidence.count > 0 && others == 0 && ask->from.len == 0 && ask->to.len == 0;
}

/* The number of a line. */
static RESULT line_of(struct slice text, uint32_t *out)
{
    uint64_t line = 0;
    for (size_t i = 0; i < text.len && line <= UINT32_MAX; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return FAIL(INVALID, "evidence: the number of a line");
        line = line * 10 + (uint64_t)(text.at[i] - '0');
    }
    if (line == 0 || line > UINT32_MAX)
        return FAIL(INVALID, "evidence: the number of the line that took a file in");
    *out = (uint32_t)line;
    return OK;
}

static RESULT found_add(const struct incident_scope_ask *ask, struct suspicion *out)
{
    for (size_t i = 0; i < ask->evidence.count; i++) /* an ask has no more of them than there is room */
        TRY(line_of(ask->evidence.at[i], &out->found[out->found_count++]));
    out->found_alone = files_alone(ask);
    return OK;
}

RESULT suspicion_of_ask(struct shop *shop, const struct incident_scope_ask *ask, int64_t now_us,
                        struct suspicion *out)
{
    *out = (struct suspicion){.to_us = now_us};
    if (ask->from.len > 0) TRY(time_of(ask->from, "from", &out->from_us));
    if (ask->to.len > 0) TRY(time_of(ask->to, "to", &out->to_us));
    if (out->to_us > now_us) return FAIL(INVALID, "to: is in the future");
    TRY(fields_of(shop, &ask->fields, &out->fields));
    TRY(keys_add(shop, &ask->keys, out));
    TRY(staff_add(shop, &ask->staff, false, out));
    TRY(staff_add(shop, &ask->holders, true, out));
    qsort(out->readers, out->reader_count, sizeof *out->readers, by_number);
    TRY(strangers_add(shop, &ask->outside_readers, out));
    TRY(networks_add(&ask->networks, out));
    TRY(purposes_add(&ask->purposes, out));
    TRY(gaps_add(shop, &ask->gaps, out));
    TRY(leaked_add(shop, ask, out));
    TRY(outside_add(shop, &ask->outside, out));
    TRY(found_add(ask, out));
    return suspicion_check(out);
}
