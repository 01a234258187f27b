/* Staff in memory, and the bodies of their rows. */
#include "keep/access/access_priv.h"
#include "keep/access/authority.h"
#include "keep/normalise.h"

#include <assert.h>
#include <string.h>

void identity_done(struct identity *person)
{
    buf_done(&person->text);
    *person = (struct identity){0};
}

static void seal_aad(uint32_t id, struct buf *out)
{
    buf_text(out, "staff");
    buf_be32(out, id);
}

RESULT staff_person(struct shop *shop, const struct staff *staff, struct identity *out)
{
    SCOPED(buf_done) struct buf aad = {0};
    SCOPED(identity_done) struct identity person = {0};
    size_t members = 0;
    assert(staff);
    seal_aad(staff->id, &aad);
    TRY(aead_open(shop->staff_box, buf_slice(&aad), buf_slice(&staff->sealed), &person.text));
    struct cbor reader = cbor_reader(buf_slice(&person.text));
    TRY(cbor_read_array(&reader, &members));
    TRY(cbor_read_text(&reader, &person.name));
    TRY(cbor_read_text(&reader, &person.email));
    TRY(cbor_read_text(&reader, &person.lang));
    *out = TAKE(person);
    return OK;
}

void staff_seal(struct shop *shop, uint32_t id, const struct identity *person, struct buf *out)
{
    SCOPED(buf_done) struct buf aad = {0}, text = {0};
    seal_aad(id, &aad);
    cbor_array(&text, 3);
    cbor_text(&text, person->name);
    cbor_text(&text, person->email);
    cbor_text(&text, person->lang);
    aead_seal(shop->staff_box, buf_slice(&aad), buf_slice(&text), out);
}

struct staff *staff_by_id(struct access *access, uint64_t id)
{
    /* as keys: in order, and never removed */
    return id > 0 && id <= access->staff_count ? &access->staff[id - 1] : NULL;
}

RESULT staff_find(struct shop *shop, struct slice who, uint32_t *out)
{
    SCOPED(buf_done) struct buf email = {0};
    uint64_t found = 0;
    if (id_get(shop, ID_STAFF, who, &found).code != CODE_OK || !staff_by_id(&shop->access, found)) found = 0;
    if (normalise(NORMALISE_EMAIL, who, (struct slice){0}, &email).code != CODE_OK) buf_clear(&email);
    for (size_t i = 0; i < shop->access.staff_count; i++) {
        const struct staff *staff = &shop->access.staff[i];
        SCOPED(identity_done) struct identity person = {0};
        TRY(staff_person(shop, staff, &person));
        bool theirs = email.len == person.email.len && bytes_equal_ct(email.at, person.email.at, email.len);
        if (theirs && email.len > 0 && staff->state != STAFF_LEFT) found = staff->id;
    }
    *out = (uint32_t)found;
    return OK;
}

bool staff_has_lesson(const struct staff *staff, struct slice name)
{
    for (size_t i = 0; i < staff->lesson_count; i++) {
        if (slice_is(name, staff->lessons[i].name)) return true;
    }
    return false;
}

void staff_body_write(const struct staff *staff, struct buf *out)
{
    cbor_array(out, 9);
    cbor_uint(out, (uint64_t)staff->created_us);
    cbor_uint(out, staff->state);
    cbor_uint(out, (uint64_t)staff->left_us);
    cbor_uint(out, staff->role);
    cbor_array(out, 2 * staff->lesson_count);
    for (size_t i = 0; i < staff->lesson_count; i++) {
        cbor_text(out, slice_text(staff->lessons[i].name));
        cbor_uint(out, (uint64_t)staff->lessons[i].taught_us);
    }
    cbor_uint(out, staff->made_by);
    cbor_uint(out, (uint64_t)staff->invited_us);
    cbor_uint(out, (uint64_t)staff->silenced_us);
    cbor_bytes(out, buf_slice(&staff->sealed));
}

static RESULT lessons_read(struct cbor *reader, struct staff *out)
{
    size_t count = 0;
    TRY(cbor_read_array(reader, &count));
    if (count % 2 != 0 || count / 2 > LESSONS_MAX)
        return FAIL(CORRUPT, "authority: a stored list of lessons is malformed");
    for (; out->lesson_count < count / 2; out->lesson_count++) {
        struct lesson *lesson = &out->lessons[out->lesson_count];
        TRY(body_name_read(reader, lesson->name, LESSON_NAME_BYTES_MAX));
        TRY(body_time_read(reader, &lesson->taught_us));
    }
    return OK;
}

RESULT staff_take(struct access *access, uint32_t id, struct slice body)
{
    struct cbor reader = cbor_reader(body);
    struct staff staff = {.id = id};
    struct slice sealed = {0};
    size_t members = 0;
    uint64_t state = 0, role = 0;
    void *rows = access->staff, *at = NULL;
    TRY(cbor_read_array(&reader, &members));
    TRY(body_time_read(&reader, &staff.created_us));
    TRY(cbor_read_uint(&reader, &state));
    TRY(body_time_read(&reader, &staff.left_us));
    TRY(cbor_read_uint(&reader, &role));
    TRY(lessons_read(&reader, &staff));
    TRY(cbor_read_uint(&reader, &staff.made_by));
    TRY(body_time_read(&reader, &staff.invited_us));
    TRY(body_time_read(&reader, &staff.silenced_us));
    TRY(cbor_read_bytes(&reader, &sealed));
    TRY(cbor_end(&reader));
    if (members != 9 || state < STAFF_INVITED || state > STAFF_LEFT || role > UINT32_MAX)
        return FAIL(CORRUPT, "authority: a stored member of staff is malformed");
    staff.state = (enum staff_state)state;
    staff.role = (uint32_t)role;
    TRY(row_place(&rows, &access->staff_count, sizeof staff, id, &at));
    access->staff = rows;
    struct staff *place = at;
    buf_done(&place->sealed);
    *place = staff;
    buf_slice_put(&place->sealed, sealed);
    return OK;
}

void staff_copy(const struct staff *from, struct staff *to)
{
    *to = *from;
    to->sealed = (struct buf){0};
    buf_slice_put(&to->sealed, buf_slice(&from->sealed));
}

void staff_done(struct staff *copy)
{
    buf_done(&copy->sealed);
}

RESULT staff_put(struct batch *batch, const struct reader *reader, const struct staff *staff,
                 struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    staff_body_write(staff, &body);
    return authority_put(batch, reader, AUTHORITY_STAFF, staff->id, buf_slice(&body), out);
}
