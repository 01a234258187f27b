#include "keep/field.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const struct field builtin[] = {
#define FIELD(NAME, number, name, group, class, normaliser, mask, indexed, bytes) \
    {number, name, group, CLASS_##class, NORMALISE_##normaliser, MASK_##mask, indexed, bytes},
#include "keep/fields.def"
#undef FIELD
};

static const struct {
    const char *name;
    enum normaliser normaliser;
} normalisers[] = {
    {"text", NORMALISE_TEXT}, {"email", NORMALISE_EMAIL},       {"phone", NORMALISE_PHONE},
    {"date", NORMALISE_DATE}, {"postcode", NORMALISE_POSTCODE}, {"national_id", NORMALISE_NATIONAL_ID},
    {"ref", NORMALISE_REF},
};

static const struct {
    const char *name;
    enum mask mask;
} masks[] = {
    {"text", MASK_TEXT}, {"name", MASK_NAME}, {"email", MASK_EMAIL},
    {"tail", MASK_TAIL}, {"date", MASK_DATE}, {"id", MASK_ID},
};

static const char *const classes[] = {"identifier", "contact",   "linked",   "door",
                                      "identity",   "free_text", "purchase", "own"};
_Static_assert(COUNT_OF(classes) == CLASS_COUNT, "each class has its name");

const char *field_class_name(enum field_class class)
{
    assert(class < CLASS_COUNT);
    return classes[class];
}

enum field_class field_class_find(struct slice name)
{
    int class = 0;
    while (class < CLASS_COUNT && !slice_is(name, classes[class])) class ++;
    return (enum field_class) class;
}

void fields_init(struct fields *fields)
{
    *fields = (struct fields){0};
    for (size_t i = 0; i < COUNT_OF(builtin); i++) fields->at[builtin[i].number] = builtin[i];
}

static bool field_equal(const struct field *a, const struct field *b)
{
    return a->number == b->number && strcmp(a->name, b->name) == 0 && strcmp(a->group, b->group) == 0 &&
           a->class == b->class && a->normaliser == b->normaliser && a->mask == b->mask &&
           a->indexed == b->indexed && a->bytes_max == b->bytes_max;
}

bool fields_equal(const struct fields *a, const struct fields *b)
{
    for (size_t i = 0; i < FIELD_MAX; i++) {
        if (!field_equal(&a->at[i], &b->at[i])) return false;
    }
    return true;
}

const struct field *field_find(const struct fields *fields, struct slice name)
{
    if (name.len == 0 || name.len > FIELD_NAME_BYTES_MAX) return NULL;
    for (size_t i = 0; i < FIELD_MAX; i++) {
        if (slice_is(name, fields->at[i].name)) return &fields->at[i];
    }
    return NULL;
}

uint64_t field_group_mask(const struct fields *fields, struct slice group)
{
    uint64_t mask = 0;
    if (group.len == 0) return 0;
    for (size_t i = 0; i < FIELD_MAX; i++) {
        if (fields->at[i].name[0] && slice_is(group, fields->at[i].group)) mask |= field_bit(&fields->at[i]);
    }
    return mask;
}

bool field_group_known(const struct fields *fields, struct slice group)
{
    return field_group_mask(fields, group) != 0;
}

const char *field_normaliser_name(enum normaliser normaliser)
{
    for (size_t i = 0; i < COUNT_OF(normalisers); i++) {
        if (normalisers[i].normaliser == normaliser) return normalisers[i].name;
    }
    return "text";
}

const char *field_mask_name(enum mask mask)
{
    for (size_t i = 0; i < COUNT_OF(masks); i++) {
        if (masks[i].mask == mask) return masks[i].name;
    }
    return "text";
}

static bool word_good(struct slice word)
{
    if (word.len == 0 || word.len > FIELD_NAME_BYTES_MAX || word.at[0] < 'a' || word.at[0] > 'z')
        return false;
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

static RESULT kind_of(const struct field_put_ask *ask, struct field *out)
{
    struct slice kind = ask->kind.len ? ask->kind : SLICE_TEXT("text");
    struct slice mask = ask->mask.len ? ask->mask : SLICE_TEXT("text");
    size_t n = 0, m = 0;
    while (n < COUNT_OF(normalisers) && !slice_is(kind, normalisers[n].name)) n++;
    while (m < COUNT_OF(masks) && !slice_is(mask, masks[m].name)) m++;
    if (n == COUNT_OF(normalisers)) {
        return FAIL(FIELD_UNKNOWN,
                    "field: kind is one of text, email, phone, date, postcode, national_id, ref");
    }
    if (m == COUNT_OF(masks))
        return FAIL(FIELD_UNKNOWN, "field: mask is one of text, name, email, tail, date, id");
    out->normaliser = normalisers[n].normaliser;
    out->mask = masks[m].mask;
    return OK;
}

RESULT field_from_ask(const struct fields *fields, const struct field_put_ask *ask, struct field *out)
{
    assert(fields && ask && out);
    struct field field = {.class = CLASS_OWN, .bytes_max = ask->bytes ? (uint16_t)ask->bytes : 1000};
    if (!word_good(ask->name) || (ask->group.len > 0 && !word_good(ask->group))) {
        return FAIL(FIELD_UNKNOWN, "field: a name is 1 to %d of a-z, 0-9 and _, and begins with a letter",
                    FIELD_NAME_BYTES_MAX);
    }
    if (field_find(fields, ask->name) || field_group_known(fields, ask->name)) {
        return FAIL(CONFLICT, "field: this shop has a field or group of that name already");
    }
    if (ask->group.len > 0 && field_find(fields, ask->group))
        return FAIL(CONFLICT, "field: the group is a field's name");
    TRY(kind_of(ask, &field));
    if (ask->index.len > 0 && !slice_is(ask->index, "none") && !slice_is(ask->index, "full")) {
        return FAIL(FIELD_UNKNOWN, "field: index is none or full");
    }
    field.indexed = slice_is(ask->index, "full");
    size_t number = FIELD_OWN_FIRST;
    while (number < FIELD_MAX && fields->at[number].name[0]) number++;
    if (number == FIELD_MAX)
        return FAIL(TOO_MANY, "field: a shop has at most %d own", FIELD_MAX - FIELD_OWN_FIRST);
    assert(ask->name.at); /* word_good() wants one byte at least */
    field.number = (uint8_t)number;
    memcpy(field.name, ask->name.at, ask->name.len);
    if (ask->group.len > 0) memcpy(field.group, ask->group.at, ask->group.len);
    *out = field;
    return OK;
}

void field_body_write(const struct field *field, struct buf *out)
{
    cbor_array(out, 7);
    cbor_uint(out, field->number);
    cbor_text(out, slice_text(field->name));
    cbor_text(out, slice_text(field->group));
    cbor_uint(out, field->normaliser);
    cbor_uint(out, field->mask);
    cbor_bool(out, field->indexed);
    cbor_uint(out, field->bytes_max);
}

RESULT field_body_read(struct slice body, struct field *out)
{
    struct cbor reader = cbor_reader(body);
    struct field field = {.class = CLASS_OWN};
    struct slice name = {0}, group = {0};
    uint64_t number = 0, normaliser = 0, shown = 0, bytes = 0;
    size_t count = 0;
    TRY(cbor_read_array(&reader, &count));
    TRY(cbor_read_uint(&reader, &number));
    TRY(cbor_read_text(&reader, &name));
    TRY(cbor_read_text(&reader, &group));
    TRY(cbor_read_uint(&reader, &normaliser));
    TRY(cbor_read_uint(&reader, &shown));
    TRY(cbor_read_bool(&reader, &field.indexed));
    TRY(cbor_read_uint(&reader, &bytes));
    TRY(cbor_end(&reader));
    if (count != 7 || number < FIELD_OWN_FIRST || number >= FIELD_MAX || name.len > FIELD_NAME_BYTES_MAX ||
        group.len > FIELD_NAME_BYTES_MAX || normaliser >= NORMALISER_COUNT || shown >= MASK_COUNT ||
        bytes > VALUE_BYTES_MAX) {
        return FAIL(CORRUPT, "field: a stored field is out of bounds");
    }
    field.number = (uint8_t)number;
    field.normaliser = (enum normaliser)normaliser;
    field.mask = (enum mask)shown;
    field.bytes_max = (uint16_t)bytes;
    memcpy(field.name, name.at, name.len);
    if (group.len > 0) memcpy(field.group, group.at, group.len);
    *out = field;
    return OK;
}

size_t field_names_put(const struct fields *fields, uint64_t bits, const char *suffix, struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < FIELD_MAX; i++) {
        if (!(bits >> i & 1) || !fields->at[i].name[0]) continue;
        char name[FIELD_NAME_BYTES_MAX + 16];
        (void)snprintf(name, sizeof name, "%s%s", fields->at[i].name, suffix); /* fits by its size */
        cbor_text(out, slice_text(name));
        count++;
    }
    return count;
}
