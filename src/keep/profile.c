#include "keep/profile.h"

#include "keep/access/rows.h"

#include <stdlib.h>
#include <string.h>

void profile_done(struct profile *profile)
{
    buf_done(&profile->name);
    buf_done(&profile->contact);
    buf_done(&profile->desk);
    *profile = (struct profile){0};
}

void contact_done(struct contact_row *contact)
{
    buf_done(&contact->name);
    buf_done(&contact->way);
    buf_done(&contact->note);
    *contact = (struct contact_row){0};
}

void profiles_free(struct profiles **profiles)
{
    if (!*profiles) return;
    profile_done(&(*profiles)->profile);
    for (size_t i = 0; i < (*profiles)->contact_count; i++) contact_done(&(*profiles)->contacts[i]);
    free((*profiles)->contacts);
    free(*profiles);
    *profiles = NULL;
}

const struct profile *profile_of(const struct shop *shop)
{
    static const struct profile unsaid;
    return shop->profiles ? &shop->profiles->profile : &unsaid;
}

const struct contact_row *contacts_of(const struct shop *shop, size_t *count)
{
    *count = shop->profiles ? shop->profiles->contact_count : 0;
    return *count ? shop->profiles->contacts : NULL;
}

void profile_drop(struct shop *shop)
{
    profiles_free(&shop->profiles);
}

RESULT profile_put(struct batch *batch, const struct reader *reader, const struct profile *profile,
                   struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    cbor_array(&body, 10);
    cbor_text(&body, slice_text(profile->seat));
    cbor_text(&body, slice_text(profile->currency));
    cbor_uint(&body, profile->turnover);
    cbor_text(&body, slice_text(profile->sector));
    cbor_uint(&body, profile->marketplace);
    cbor_uint(&body, profile->medium);
    cbor_uint(&body, profile->prevention);
    cbor_text(&body, buf_slice(&profile->name));
    cbor_text(&body, buf_slice(&profile->contact));
    cbor_text(&body, buf_slice(&profile->desk));
    return authority_put(batch, reader, AUTHORITY_BOOK, PROFILE_ROW, buf_slice(&body), out);
}

RESULT contact_put(struct batch *batch, const struct reader *reader, const struct contact_row *contact,
                   struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    cbor_array(&body, 6);
    cbor_text(&body, slice_text(contact->regime));
    cbor_text(&body, slice_text(contact->recipient));
    cbor_text(&body, buf_slice(&contact->name));
    cbor_text(&body, buf_slice(&contact->way));
    cbor_text(&body, buf_slice(&contact->note));
    cbor_bool(&body, contact->gone);
    return authority_put(batch, reader, AUTHORITY_BOOK, contact->id, buf_slice(&body), out);
}

static RESULT text_read(struct cbor *reader, struct buf *out)
{
    struct slice text = {0};
    TRY(cbor_read_text(reader, &text));
    if (text.len > PROFILE_TEXT_BYTES_MAX)
        return FAIL(CORRUPT, "authority: a stored text of the shop's book is too long");
    buf_slice_put(out, text);
    return OK;
}

static RESULT profile_answer_read(struct cbor *reader, enum profile_answer *out)
{
    uint64_t number = 0;
    TRY(cbor_read_uint(reader, &number));
    if (number > PROFILE_NO) return FAIL(CORRUPT, "authority: a stored answer of the shop's book is none");
    *out = (enum profile_answer)number;
    return OK;
}

static RESULT profile_read(struct cbor *reader, struct profile *out)
{
    TRY(body_name_read(reader, out->seat, sizeof out->seat - 1));
    TRY(body_name_read(reader, out->currency, sizeof out->currency - 1));
    TRY(cbor_read_uint(reader, &out->turnover));
    TRY(body_name_read(reader, out->sector, sizeof out->sector - 1));
    TRY(profile_answer_read(reader, &out->marketplace));
    TRY(profile_answer_read(reader, &out->medium));
    TRY(cbor_read_uint(reader, &out->prevention));
    TRY(text_read(reader, &out->name));
    TRY(text_read(reader, &out->contact));
    TRY(text_read(reader, &out->desk));
    return cbor_end(reader);
}

static RESULT contact_read(struct cbor *reader, struct contact_row *out)
{
    TRY(body_name_read(reader, out->regime, PROFILE_NAME_BYTES_MAX));
    TRY(body_name_read(reader, out->recipient, PROFILE_NAME_BYTES_MAX));
    TRY(text_read(reader, &out->name));
    TRY(text_read(reader, &out->way));
    TRY(text_read(reader, &out->note));
    TRY(cbor_read_bool(reader, &out->gone));
    return cbor_end(reader);
}

RESULT profile_take(struct shop *shop, uint32_t id, struct slice body)
{
    struct cbor reader = cbor_reader(body);
    SCOPED(profile_done) struct profile profile = {0};
    SCOPED(contact_done) struct contact_row contact = {.id = id};
    size_t members = 0;
    if (!shop->profiles) shop->profiles = calloc(1, sizeof *shop->profiles);
    if (!shop->profiles) return FAIL(UNAVAILABLE, "authority: out of memory");
    struct profiles *all = shop->profiles;
    TRY(cbor_read_array(&reader, &members));
    if (members != (id == PROFILE_ROW ? 10 : 6))
        return FAIL(CORRUPT, "authority: a stored row of the shop's book is malformed");
    if (id == PROFILE_ROW) {
        TRY(profile_read(&reader, &profile));
        profile_done(&all->profile);
        all->profile = TAKE(profile);
        return OK;
    }
    TRY(contact_read(&reader, &contact));
    void *rows = all->contacts, *at = NULL;
    TRY(row_place(&rows, &all->contact_count, sizeof contact, id - PROFILE_ROW, &at));
    all->contacts = rows;
    contact_done(at);
    *(struct contact_row *)at = TAKE(contact);
    return OK;
}
