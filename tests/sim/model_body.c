/* The bodies of answers, byte for byte: CBOR maps in the order in which the keeper writes them. */
#include "model.h"

#include <stdio.h>
#include <string.h>

const char *const field_sets[FIELD_SETS][FIELD_SET_MAX] = {
    {"name", "email"},
    {"ref", "note"},
    {"addresses", NULL},
    {"name", "email.mask"},
};

static const char unknown_id[] = "sub_00000000000000000000000000";

void ref_text(unsigned ref, char out[TEXT_BYTES_MAX])
{
    (void)snprintf(out, TEXT_BYTES_MAX, "r-%u", ref);
}

void name_text(unsigned name, char out[TEXT_BYTES_MAX])
{
    (void)snprintf(out, TEXT_BYTES_MAX, "Kim %u", name);
}

void email_text(unsigned email, char out[TEXT_BYTES_MAX])
{
    (void)snprintf(out, TEXT_BYTES_MAX, "kim%u@mail.example", email);
}

void note_text(unsigned note, char out[TEXT_BYTES_MAX])
{
    (void)snprintf(out, TEXT_BYTES_MAX, "likes tea number %u", note);
}

void recipient_text(unsigned recipient, char out[TEXT_BYTES_MAX])
{
    (void)snprintf(out, TEXT_BYTES_MAX, "Lee %u", recipient);
}

void door_text(unsigned door, char out[TEXT_BYTES_MAX])
{
    (void)snprintf(out, TEXT_BYTES_MAX, "#%u", door);
}

uint64_t model_held(const struct person *person)
{
    uint64_t held = (uint64_t)1 << FIELD_REF;
    if (person->name) held |= (uint64_t)1 << FIELD_NAME;
    if (person->email) held |= (uint64_t)1 << FIELD_EMAIL;
    if (person->note) held |= (uint64_t)1 << FIELD_NOTE;
    if (person->homes) held |= (uint64_t)1 << FIELD_RECIPIENT | (uint64_t)1 << FIELD_DOOR_CODE;
    return held;
}

static void put(struct buf *out, const char *text)
{
    cbor_text(out, slice_text(text));
}

void body_id(const char *id, struct buf *out)
{
    cbor_map(out, 1);
    put(out, "id");
    put(out, id);
}

void body_show(const struct model *model, unsigned no, struct buf *out)
{
    static const struct {
        unsigned field;
        const char *name;
    } fields[] = {{FIELD_REF, "ref"},
                  {FIELD_NAME, "name"},
                  {FIELD_EMAIL, "email"},
                  {FIELD_RECIPIENT, "recipient"},
                  {FIELD_DOOR_CODE, "door_code"},
                  {FIELD_NOTE, "note"}};
    const struct model_subject *subject = &model->people[no];
    uint64_t held = model_held(&subject->person);
    SCOPED(buf_done) struct buf time = {0};
    time_put(&time, subject->created_us);
    int64_t now_us = model->now_us > model->last_us ? model->now_us : model->last_us;
    int64_t until_us = subject->contact_us + 72 * HOUR_US;
    bool hold = subject->contact_us != 0 && now_us < until_us;
    cbor_map(out, hold ? 8 : 7);
    put(out, "id");
    put(out, subject->id);
    put(out, "status");
    put(out, subject_state_name(subject->state));
    put(out, "version");
    cbor_uint(out, subject->version);
    put(out, "lang");
    put(out, "");
    put(out, "country");
    put(out, "");
    put(out, "created");
    cbor_text(out, buf_slice(&time));
    if (hold) {
        buf_clear(&time);
        time_put(&time, until_us);
        put(out, "contact_held_until");
        cbor_text(out, buf_slice(&time));
    }
    put(out, "fields");
    size_t mark = cbor_open(out), count = 0;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (!(held >> fields[i].field & 1)) continue;
        put(out, fields[i].name);
        count++;
    }
    cbor_array_close(out, mark, count);
}

static void put_homes(const struct person *person, struct buf *out)
{
    char text[TEXT_BYTES_MAX];
    put(out, "addresses");
    cbor_array(out, person->homes);
    for (unsigned i = 0; i < person->homes; i++) {
        cbor_map(out, 2);
        put(out, "recipient");
        recipient_text(person->recipient[i], text);
        put(out, text);
        put(out, "door_code");
        door_text(person->door[i], text);
        put(out, text);
    }
}

static size_t put_field(const struct person *person, const char *name, struct buf *out)
{
    char text[TEXT_BYTES_MAX] = "";
    SCOPED(buf_done) struct buf masked = {0};
    if (strcmp(name, "addresses") == 0) {
        put_homes(person, out);
        return 1;
    }
    if (strcmp(name, "ref") == 0) ref_text(person->ref, text);
    if (strcmp(name, "name") == 0 && person->name) name_text(person->name, text);
    if (strcmp(name, "note") == 0 && person->note) note_text(person->note, text);
    if (strncmp(name, "email", 5) == 0 && person->email) email_text(person->email, text);
    if (!text[0]) return 0;
    put(out, name);
    if (strcmp(name, "email.mask") != 0) {
        put(out, text);
        return 1;
    }
    mask(MASK_EMAIL, slice_text(text), &masked);
    cbor_text(out, buf_slice(&masked));
    return 1;
}

static void put_refused(const struct model_subject *subject, struct buf *out)
{
    const struct cause_row *row = cause_row(subject ? CAUSE_SUBJECT_ERASED : CAUSE_SUBJECT_UNKNOWN);
    cbor_map(out, 3);
    put(out, "id");
    put(out, subject ? subject->id : unknown_id);
    put(out, "status");
    cbor_uint(out, (uint64_t)row->http);
    put(out, "code");
    put(out, row->slug);
}

void body_reveal(const struct model *model, const struct sim_ask *ask, struct buf *out)
{
    cbor_map(out, 1);
    put(out, "values");
    cbor_array(out, ask->subject_count);
    for (size_t i = 0; i < ask->subject_count; i++) {
        const struct model_subject *subject = ask->subjects[i] ? &model->people[ask->subjects[i]] : NULL;
        if (!subject || subject->state == SUBJECT_ERASED) {
            put_refused(subject, out);
            continue;
        }
        cbor_map(out, 2);
        put(out, "id");
        put(out, subject->id);
        put(out, "fields");
        size_t mark = cbor_open(out), count = 0;
        for (size_t field = 0; field < FIELD_SET_MAX; field++) {
            const char *name = field_sets[ask->field_set][field];
            if (name) count += put_field(&subject->person, name, out);
        }
        cbor_map_close(out, mark, count);
    }
}
