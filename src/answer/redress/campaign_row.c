/* A campaign as its authority row says it. */
#include "answer/redress/campaign.h"

#include "base/cbor.h"
#include "keep/access/redress_row.h"
#include "keep/access/rows.h"

#include <string.h>

enum { SPEC_MEMBERS = 25, PART_MEMBERS = 4 };

const char *campaign_state_name(enum campaign_state state)
{
    static const char *const names[] = {
        [CAMPAIGN_DRAFT] = "draft", [CAMPAIGN_ANNOUNCED] = "announced", [CAMPAIGN_HALTED] = "halted"};
    return (size_t)state < COUNT_OF(names) && names[state] ? names[state] : "?";
}

/* Without any it is the zero that stood there before there were reminders. */
static void leads_write(const struct campaign_spec *spec, struct buf *out)
{
    if (spec->lead_count == 0) {
        cbor_uint(out, 0);
        return;
    }
    cbor_array(out, spec->lead_count);
    for (size_t i = 0; i < spec->lead_count; i++) cbor_uint(out, spec->leads[i]);
}

void campaign_write(const struct campaign_spec *spec, struct buf *out)
{
    cbor_array(out, SPEC_MEMBERS);
    cbor_uint(out, spec->state);
    cbor_uint(out, spec->incident);
    cbor_uint(out, spec->count);
    cbor_bytes(out, SLICE_OF(spec->people));
    cbor_uint(out, spec->people_count);
    cbor_uint(out, spec->people_last);
    cbor_bool(out, spec->linked);
    cbor_text(out, slice_text(spec->currency));
    cbor_uint(out, spec->digits);
    cbor_uint(out, (uint64_t)spec->from_us);
    cbor_uint(out, (uint64_t)spec->until_us);
    cbor_text(out, spec->zone);
    cbor_uint(out, spec->refund_days);
    cbor_array(out, spec->part_count);
    for (size_t i = 0; i < spec->part_count; i++) {
        const struct part *part = &spec->parts[i];
        cbor_array(out, PART_MEMBERS);
        cbor_text(out, slice_text(part->name));
        cbor_text(out, slice_text(part->unit));
        cbor_uint(out, part->worth);
        cbor_uint(out, part->budget);
    }
    cbor_text(out, spec->title);
    cbor_text(out, spec->purpose);
    for (size_t i = 0; i < TERMS_LANGUAGES; i++) cbor_text(out, spec->terms[i]);
    cbor_array(out, spec->version);
    for (size_t i = 0; i < spec->version; i++) cbor_uint(out, spec->epochs[i]);
    cbor_uint(out, spec->announced);
    cbor_uint(out, (uint64_t)spec->announced_us);
    cbor_uint(out, spec->terms_entry);
    cbor_text(out, spec->recipient);
    leads_write(spec, out);
}

static RESULT number_read(struct cbor *reader, uint64_t most, uint64_t *out)
{
    TRY(cbor_read_uint(reader, out));
    return *out <= most ? OK : FAIL(CORRUPT, "campaign: a stored number is out of range");
}

static RESULT part_read(struct cbor *reader, struct part *out)
{
    size_t members = 0;
    TRY(cbor_read_array(reader, &members));
    if (members != PART_MEMBERS) return FAIL(CORRUPT, "campaign: a stored part is malformed");
    TRY(body_name_read(reader, out->name, PART_NAME_BYTES_MAX));
    TRY(body_name_read(reader, out->unit, UNIT_BYTES_MAX));
    TRY(number_read(reader, AMOUNT_MAX, &out->worth));
    return number_read(reader, AMOUNT_MAX, &out->budget);
}

static RESULT parts_read(struct cbor *reader, struct campaign_spec *out)
{
    TRY(cbor_read_array(reader, &out->part_count));
    if (out->part_count == 0 || out->part_count > PARTS_MAX)
        return FAIL(CORRUPT, "campaign: so many stored parts there are not");
    for (size_t i = 0; i < out->part_count; i++) TRY(part_read(reader, &out->parts[i]));
    return OK;
}

static RESULT people_read(struct cbor *reader, struct campaign_spec *out)
{
    struct slice hash = {0};
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &out->incident));
    TRY(number_read(reader, UINT32_MAX, &number));
    out->count = (uint32_t)number;
    TRY(cbor_read_bytes(reader, &hash));
    if (hash.len != HASH_BYTES) return FAIL(CORRUPT, "campaign: a stored hash is none");
    memcpy(out->people.bytes, hash.at, HASH_BYTES);
    TRY(cbor_read_uint(reader, &out->people_count));
    TRY(cbor_read_uint(reader, &out->people_last));
    return cbor_read_bool(reader, &out->linked);
}

static RESULT dates_read(struct cbor *reader, struct campaign_spec *out)
{
    uint64_t number = 0;
    TRY(body_name_read(reader, out->currency, sizeof out->currency - 1));
    TRY(number_read(reader, 4, &number));
    out->digits = (unsigned)number;
    TRY(body_time_read(reader, &out->from_us));
    TRY(body_time_read(reader, &out->until_us));
    TRY(cbor_read_text(reader, &out->zone));
    TRY(number_read(reader, REFUND_DAYS_MAX, &number));
    out->refund_days = (uint32_t)number;
    return OK;
}

static RESULT leads_read(struct cbor *reader, struct campaign_spec *out)
{
    uint64_t number = 0;
    if (cbor_next(reader) == CBOR_UINT) return number_read(reader, 0, &number);
    TRY(cbor_read_array(reader, &out->lead_count));
    if (out->lead_count == 0 || out->lead_count > LEADS_MAX)
        return FAIL(CORRUPT, "campaign: so many stored reminders there are not");
    for (size_t i = 0; i < out->lead_count; i++) {
        TRY(number_read(reader, UINT16_MAX, &number));
        out->leads[i] = (uint16_t)number;
    }
    return OK;
}

static RESULT versions_read(struct cbor *reader, struct campaign_spec *out)
{
    size_t versions = 0;
    uint64_t number = 0;
    TRY(cbor_read_array(reader, &versions));
    if (versions == 0 || versions > VERSIONS_MAX) return FAIL(CORRUPT, "campaign: a stored list is too long");
    out->version = (uint32_t)versions;
    for (size_t i = 0; i < versions; i++) {
        TRY(number_read(reader, UINT16_MAX, &number));
        out->epochs[i] = (uint16_t)number;
    }
    TRY(number_read(reader, UINT32_MAX, &number));
    out->announced = (uint32_t)number;
    TRY(body_time_read(reader, &out->announced_us));
    TRY(cbor_read_uint(reader, &out->terms_entry));
    TRY(cbor_read_text(reader, &out->recipient));
    return leads_read(reader, out);
}

RESULT campaign_read(struct slice body, struct campaign_spec *out)
{
    struct campaign_spec spec = {0};
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    uint64_t number = 0;
    TRY(cbor_read_array(&reader, &members));
    if (members != SPEC_MEMBERS) return FAIL(CORRUPT, "campaign: a stored one is malformed");
    TRY(number_read(&reader, CAMPAIGN_HALTED, &number));
    spec.state = (enum campaign_state)number;
    TRY(people_read(&reader, &spec));
    TRY(dates_read(&reader, &spec));
    TRY(parts_read(&reader, &spec));
    TRY(cbor_read_text(&reader, &spec.title));
    TRY(cbor_read_text(&reader, &spec.purpose));
    for (size_t i = 0; i < TERMS_LANGUAGES; i++) TRY(cbor_read_text(&reader, &spec.terms[i]));
    TRY(versions_read(&reader, &spec));
    TRY(cbor_end(&reader));
    *out = spec;
    return OK;
}

RESULT campaign_put(struct batch *batch, const struct reader *reader, uint32_t id,
                    const struct campaign_spec *spec, struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    campaign_write(spec, &body);
    if (body.len > REDRESS_ROW_BYTES_MAX) return FAIL(FIELD_TOO_LONG, "campaign: its terms are too long");
    return authority_put(batch, reader, AUTHORITY_REDRESS, id, buf_slice(&body), out);
}
