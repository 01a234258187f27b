#include "answer/scope/suspicion.h"

#include "base/cbor.h"

#include <string.h>

static const struct rule rules[] = {
#define RULE(NAME, number, name, needs, why, source) {RULE_##NAME, name, needs, why},
#include "answer/scope/rules.def"
#undef RULE
};

const struct rule *rule_of(enum scope_rule number)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (rules[i].number == number) return &rules[i];
    }
    return NULL;
}

const struct rule *rule_find(struct slice name)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (slice_is(name, rules[i].name)) return &rules[i];
    }
    return NULL;
}

static RESULT case_check(const struct suspicion_case *at)
{
    const struct rule *rule = rule_of(at->rule);
    if (!rule) return FAIL(INVALID, "scope: no such rule");
    switch (rule->needs) {
    case NEEDS_SPAN:
        if (at->from_us >= at->to_us) return FAIL(INVALID, "scope: a gap must end after it begins");
        break;
    case NEEDS_TIME:
        if (at->from_us <= 0) return FAIL(INVALID, "scope: a copy must say of when it is");
        break;
    case NEEDS_FIELD:
        if (at->field >= FIELD_MAX) return FAIL(INVALID, "scope: an index belongs to a field");
        if (at->epoch == 0) return FAIL(INVALID, "scope: an index key has an epoch, from 1");
        break;
    case NEEDS_EPOCH:
        if (at->epoch == 0) return FAIL(INVALID, "scope: a kek has an epoch, from 1");
        break;
    }
    return OK;
}

RESULT suspicion_check(const struct suspicion *suspicion)
{
    if (suspicion->from_us < 0 || suspicion->from_us >= suspicion->to_us)
        return FAIL(INVALID, "scope: `to` must lie behind `from`");
    if (suspicion->fields == 0) return FAIL(INVALID, "scope: name at least one field");
    for (size_t i = 1; i < suspicion->reader_count; i++) {
        if (suspicion->readers[i - 1] >= suspicion->readers[i])
            return FAIL(INVALID, "scope: readers are not in order");
    }
    for (size_t i = 1; i < suspicion->purpose_count; i++) {
        if (suspicion->purposes[i - 1] >= suspicion->purposes[i])
            return FAIL(INVALID, "scope: purposes are not in order");
    }
    for (size_t i = 0; i < suspicion->case_count; i++) TRY(case_check(&suspicion->cases[i]));
    return OK;
}

bool suspicion_reader(const struct suspicion *suspicion, uint64_t reader)
{
    size_t low = 0, high = suspicion->reader_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (suspicion->readers[middle] == reader) return true;
        if (suspicion->readers[middle] < reader)
            low = middle + 1;
        else
            high = middle;
    }
    return suspicion->reader_count == 0 && suspicion->stranger_count == 0;
}

bool suspicion_stranger(const struct suspicion *suspicion, uint32_t stranger)
{
    for (size_t i = 0; i < suspicion->stranger_count; i++) {
        if (suspicion->strangers[i] == stranger) return true;
    }
    return suspicion->reader_count == 0 && suspicion->stranger_count == 0;
}

bool suspicion_purpose(const struct suspicion *suspicion, uint32_t purpose)
{
    for (size_t i = 0; i < suspicion->purpose_count; i++) {
        if (suspicion->purposes[i] == purpose) return true;
    }
    return suspicion->purpose_count == 0;
}

enum { SUSPICION_MEMBERS = 9, CASE_MEMBERS = 6 }; /* and one more where files were found */

void suspicion_write(const struct suspicion *suspicion, struct buf *out)
{
    bool found = suspicion->found_count > 0;
    cbor_array(out, SUSPICION_MEMBERS + (found ? 1 : 0));
    cbor_uint(out, (uint64_t)suspicion->from_us);
    cbor_uint(out, (uint64_t)suspicion->to_us);
    cbor_uint(out, suspicion->fields);
    cbor_array(out, suspicion->reader_count);
    for (size_t i = 0; i < suspicion->reader_count; i++) cbor_uint(out, suspicion->readers[i]);
    cbor_array(out, suspicion->network_count * 2);
    for (size_t i = 0; i < suspicion->network_count; i++) {
        cbor_bytes(out, SLICE_OF(suspicion->networks[i].at));
        cbor_uint(out, suspicion->networks[i].bits);
    }
    cbor_array(out, suspicion->purpose_count);
    for (size_t i = 0; i < suspicion->purpose_count; i++) cbor_uint(out, suspicion->purposes[i]);
    cbor_array(out, suspicion->case_count * CASE_MEMBERS);
    for (size_t i = 0; i < suspicion->case_count; i++) {
        const struct suspicion_case *at = &suspicion->cases[i];
        cbor_uint(out, at->rule);
        cbor_uint(out, (uint64_t)at->from_us);
        cbor_uint(out, (uint64_t)at->to_us);
        cbor_uint(out, at->epoch);
        cbor_uint(out, at->field);
        cbor_uint(out, at->fields);
    }
    cbor_array(out, suspicion->outside_count * 2);
    for (size_t i = 0; i < suspicion->outside_count; i++) {
        cbor_text(out, slice_text(suspicion->outside[i].name));
        cbor_uint(out, suspicion->outside[i].fields);
    }
    cbor_array(out, suspicion->stranger_count);
    for (size_t i = 0; i < suspicion->stranger_count; i++) cbor_uint(out, suspicion->strangers[i]);
    if (!found) return;
    cbor_array(out, 1 + suspicion->found_count);
    cbor_uint(out, suspicion->found_alone);
    for (size_t i = 0; i < suspicion->found_count; i++) cbor_uint(out, suspicion->found[i]);
}

/* An array of groups of `size` items, at most `most` groups: how many groups. */
static RESULT groups_read(struct cbor *reader, size_t size, size_t most, size_t *out)
{
    size_t items = 0;
    TRY(cbor_read_array(reader, &items));
    if (items % size != 0 || items / size > most) return FAIL(CORRUPT, "scope: a stored suspicion is none");
    *out = items / size;
    return OK;
}

/* A number of at most `most`. */
static RESULT number_read(struct cbor *reader, uint64_t most, uint64_t *out)
{
    TRY(cbor_read_uint(reader, out));
    return *out <= most ? OK : FAIL(CORRUPT, "scope: a stored suspicion has a number out of range");
}

static RESULT networks_read(struct cbor *reader, struct suspicion *out)
{
    TRY(groups_read(reader, 2, SUSPICION_NETWORKS_MAX, &out->network_count));
    for (size_t i = 0; i < out->network_count; i++) {
        struct slice at = {0};
        uint64_t bits = 0;
        TRY(cbor_read_bytes(reader, &at));
        if (at.len != NETWORK_BYTES) return FAIL(CORRUPT, "scope: a stored suspicion's network is none");
        TRY(number_read(reader, NETWORK_BITS, &bits));
        memcpy(out->networks[i].at, at.at, at.len);
        out->networks[i].bits = (uint8_t)bits;
    }
    return OK;
}

static RESULT cases_read(struct cbor *reader, struct suspicion *out)
{
    TRY(groups_read(reader, CASE_MEMBERS, SUSPICION_CASES_MAX, &out->case_count));
    for (size_t i = 0; i < out->case_count; i++) {
        uint64_t rule = 0, from = 0, to = 0, epoch = 0, field = 0;
        struct suspicion_case *at = &out->cases[i];
        TRY(number_read(reader, UINT32_MAX, &rule));
        TRY(number_read(reader, INT64_MAX, &from));
        TRY(number_read(reader, INT64_MAX, &to));
        TRY(number_read(reader, UINT32_MAX, &epoch));
        TRY(number_read(reader, FIELD_MAX - 1, &field));
        TRY(number_read(reader, UINT64_MAX, &at->fields));
        at->rule = (enum scope_rule)rule;
        at->from_us = (int64_t)from;
        at->to_us = (int64_t)to;
        at->epoch = (uint32_t)epoch;
        at->field = (uint8_t)field;
    }
    return OK;
}

static RESULT outside_read(struct cbor *reader, struct suspicion *out)
{
    TRY(groups_read(reader, 2, SUSPICION_OUTSIDE_MAX, &out->outside_count));
    for (size_t i = 0; i < out->outside_count; i++) {
        struct slice name = {0};
        TRY(cbor_read_text(reader, &name));
        if (name.len > OUTSIDE_BYTES_MAX)
            return FAIL(CORRUPT, "scope: a stored suspicion's name is too long");
        memcpy(out->outside[i].name, name.at, name.len);
        TRY(number_read(reader, UINT64_MAX, &out->outside[i].fields));
    }
    return OK;
}

static RESULT found_read(struct cbor *reader, struct suspicion *out)
{
    size_t items = 0;
    uint64_t number = 0;
    TRY(groups_read(reader, 1, SUSPICION_FOUND_MAX + 1, &items));
    if (items < 2) return FAIL(CORRUPT, "scope: a stored suspicion names no file where it says so");
    TRY(number_read(reader, 1, &number));
    out->found_alone = number == 1;
    out->found_count = items - 1;
    for (size_t i = 0; i < out->found_count; i++) {
        TRY(number_read(reader, UINT32_MAX, &number));
        out->found[i] = (uint32_t)number;
    }
    return OK;
}

static RESULT members_read(struct cbor *reader, struct suspicion *out)
{
    size_t members = 0;
    uint64_t from = 0, to = 0;
    TRY(cbor_read_array(reader, &members));
    if (members != SUSPICION_MEMBERS && members != SUSPICION_MEMBERS + 1)
        return FAIL(CORRUPT, "scope: a stored suspicion has other members");
    TRY(number_read(reader, INT64_MAX, &from));
    TRY(number_read(reader, INT64_MAX, &to));
    out->from_us = (int64_t)from;
    out->to_us = (int64_t)to;
    TRY(number_read(reader, UINT64_MAX, &out->fields));
    TRY(groups_read(reader, 1, SUSPICION_READERS_MAX, &out->reader_count));
    for (size_t i = 0; i < out->reader_count; i++) TRY(number_read(reader, UINT64_MAX, &out->readers[i]));
    TRY(networks_read(reader, out));
    TRY(groups_read(reader, 1, SUSPICION_PURPOSES_MAX, &out->purpose_count));
    for (size_t i = 0; i < out->purpose_count; i++) {
        uint64_t purpose = 0;
        TRY(number_read(reader, UINT32_MAX, &purpose));
        out->purposes[i] = (uint32_t)purpose;
    }
    TRY(cases_read(reader, out));
    TRY(outside_read(reader, out));
    TRY(groups_read(reader, 1, SUSPICION_STRANGERS_MAX, &out->stranger_count));
    for (size_t i = 0; i < out->stranger_count; i++) {
        uint64_t stranger = 0;
        TRY(number_read(reader, UINT32_MAX, &stranger));
        out->strangers[i] = (uint32_t)stranger;
    }
    if (members > SUSPICION_MEMBERS) TRY(found_read(reader, out));
    return cbor_end(reader);
}

RESULT suspicion_read(struct slice bytes, struct suspicion *out)
{
    struct cbor reader = cbor_reader(bytes);
    struct suspicion read = {0};
    struct result done = members_read(&reader, &read);
    if (done.code == CODE_OK) done = suspicion_check(&read);
    if (done.code == CODE_INVALID) return FAIL(CORRUPT, "scope: a stored suspicion is malformed");
    TRY(done);
    *out = read;
    return OK;
}
