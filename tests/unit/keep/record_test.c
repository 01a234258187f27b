/* Sealed records: what was written opens field by field; what was moved, changed, cut or put back does not. */
#include "two_shops.h"

#include "keep/record.h"

enum { TEXT_BYTES_MAX = 200 };

/* A subject with random fields, and what they were. */
struct person {
    struct subject_no no;
    struct secret data_key;
    uint8_t wrapped[WRAPPED_KEY_BYTES];
    struct buf bytes;
    struct record record; /* read from `bytes` */
    struct buf texts[FIELD_MAX];
};

static void person_done(struct person *person)
{
    secret_done(&person->data_key);
    buf_done(&person->bytes);
    for (size_t i = 0; i < FIELD_MAX; i++) buf_done(&person->texts[i]);
}

static void draw_text(struct prop_rng *rng, struct buf *out)
{
    uint8_t text[TEXT_BYTES_MAX];
    buf_clear(out);
    buf_put(out, text, prop_fill(rng, text, sizeof text));
}

static void set_field(struct new_fields *changes, struct person *person, unsigned field)
{
    changes->set |= (uint64_t)1 << field;
    buf_slice_put(&changes->text[field], buf_slice(&person->texts[field]));
}

/* `always`: this many fields from number 0 are there whatever is drawn. */
static void person_make(struct shop *shop, struct prop_rng *rng, unsigned always, struct person *out)
{
    static const enum subject_state states[] = {SUBJECT_ACTIVE, SUBJECT_CLOSED, SUBJECT_LINKED};
    SCOPED(new_fields_done) struct new_fields changes = {0};
    out->no.at = 1 + (prop_u64(rng) >> 24);
    record_key_new(shop, out->no, &out->data_key, out->wrapped);
    struct record head = {.state = states[prop_below(rng, COUNT_OF(states))],
                          .country = "KR",
                          .lang = "kor",
                          .version = 1 + (uint32_t)prop_below(rng, 1000),
                          .created_us = (int64_t)(prop_u64(rng) >> 12),
                          .contact_s = (uint32_t)prop_u64(rng),
                          .epoch = shop->kek_epoch,
                          .wrapped = SLICE_OF(out->wrapped)};
    for (unsigned field = 0; field < FIELD_MAX; field++) {
        if (field >= always && prop_below(rng, 6) > 0) continue;
        draw_text(rng, &out->texts[field]);
        set_field(&changes, out, field);
    }
    record_write(shop, out->no, &head, &changes, &out->bytes);
    assert_ok(record_parse(buf_slice(&out->bytes), &out->record));
    assert_int_equal(out->record.held, named_fields(&changes));
    assert_int_equal(out->record.state, head.state);
    assert_int_equal(out->record.version, head.version);
    assert_int_equal(out->record.created_us, head.created_us);
    assert_int_equal(out->record.contact_s, head.contact_s);
    assert_int_equal(out->record.epoch, head.epoch);
    assert_string_equal(out->record.country, "KR");
    assert_string_equal(out->record.lang, "kor");
}

static void holds(struct shop *shop, const struct person *person)
{
    SECRET data_key = {{0}};
    assert_ok(record_unlock(shop, person->no, &person->record, &data_key));
    assert_memory_equal(data_key.bytes, person->data_key.bytes, SECRET_BYTES);
    for (unsigned field = 0; field < FIELD_MAX; field++) {
        SCOPED(buf_done) struct buf value = {0};
        if (!(person->record.held >> field & 1)) continue;
        buf_text(&value, "before");
        assert_ok(record_field(shop, person->no, &person->record, field, &value));
        assert_true(slice_starts(buf_slice(&value), "before"));
        assert_true(slice_equal(slice_from(buf_slice(&value), 6), buf_slice(&person->texts[field])));
    }
}

/* The field does not open, and what stood in the output stays. */
static void shut(struct shop *shop, struct subject_no no, const struct record *record, unsigned field)
{
    SCOPED(buf_done) struct buf value = {0};
    buf_text(&value, "before");
    assert_code(CODE_CORRUPT, record_field(shop, no, record, field, &value));
    assert_true(slice_is(buf_slice(&value), "before"));
}

static void opens_what_it_wrote(void **state)
{
    const struct two_shops *two = *state;
    PROPERTY(150, rng) {
        SCOPED(person_done) struct person person = {0};
        person_make(two->shops[0], &rng, 0, &person);
        holds(two->shops[0], &person);
    }
}

static void holds_values_of_every_length(void **state)
{
    const struct two_shops *two = *state;
    static const size_t lens[] = {
        0, 1, 13, 14, 15, 16, 29, 30, 31, 4096, FIELD_BYTES_MAX - 1, FIELD_BYTES_MAX};
    for (size_t i = 0; i < COUNT_OF(lens); i++) {
        SCOPED(person_done) struct person person = {.no = {i + 1}};
        SCOPED(new_fields_done) struct new_fields changes = {0};
        record_key_new(two->shops[0], person.no, &person.data_key, person.wrapped);
        struct record head = {.state = SUBJECT_ACTIVE,
                              .version = 1,
                              .epoch = two->shops[0]->kek_epoch,
                              .wrapped = SLICE_OF(person.wrapped)};
        if (lens[i] > 0) memset(buf_extend(&person.texts[3], lens[i]), 'x', lens[i]);
        set_field(&changes, &person, 3);
        record_write(two->shops[0], person.no, &head, &changes, &person.bytes);
        assert_ok(record_parse(buf_slice(&person.bytes), &person.record));
        assert_int_equal((person.record.fields[3].box.len - AEAD_EXTRA_BYTES) % 16,
                         0); /* lengths show in steps */
        holds(two->shops[0], &person);
    }
}

static void a_change_touches_its_fields_only(void **state)
{
    const struct two_shops *two = *state;
    PROPERTY(100, rng) {
        SCOPED(person_done) struct person person = {0};
        SCOPED(new_fields_done) struct new_fields changes = {0};
        SCOPED(buf_done) struct buf before = {0};
        person_make(two->shops[0], &rng, 4, &person);
        buf_slice_put(&before, buf_slice(&person.bytes));
        struct record old = {0}, head = {0};
        assert_ok(record_parse(buf_slice(&before), &old));
        head = old;
        head.version++;
        changes.remove = 1 | (uint64_t)1 << 63;
        for (unsigned field = 1; field < 63; field++) {
            if (field != 1 && prop_below(&rng, 4) > 0) continue;
            if (field == 2) continue; /* one that surely stays */
            draw_text(&rng, &person.texts[field]);
            set_field(&changes, &person, field);
        }
        buf_clear(&person.bytes);
        record_write(two->shops[0], person.no, &head, &changes, &person.bytes);
        assert_ok(record_parse(buf_slice(&person.bytes), &person.record));
        holds(two->shops[0], &person);
        uint64_t set = named_fields(&changes), gone = (uint64_t)1 << 63 | 1;
        assert_int_equal(person.record.held, (old.held | set) & ~gone);
        for (unsigned field = 0; field < FIELD_MAX; field++) {
            const struct record_field *now = &person.record.fields[field];
            if (!(person.record.held >> field & 1)) continue;
            assert_int_equal(now->version, set >> field & 1 ? head.version : old.fields[field].version);
            assert_int_equal(slice_equal(now->box, old.fields[field].box), !(set >> field & 1));
        }
        shut(two->shops[0], person.no, &(struct record){.fields[1] = {old.fields[1].box, head.version}}, 1);
    }
}

static void a_moved_box_stays_shut(void **state)
{
    const struct two_shops *two = *state;
    PROPERTY(100, rng) {
        SCOPED(person_done) struct person person = {0}, other = {0};
        SECRET data_key = {{0}};
        struct shop *shop = two->shops[0], *next = two->shops[1];
        person_make(shop, &rng, 4, &other);
        person_make(shop, &rng, 4, &person);
        struct record moved = person.record;
        moved.fields[1] = person.record.fields[0]; /* to another field */
        shut(shop, person.no, &moved, 1);
        moved = person.record;
        moved.fields[2].version += 1 + (uint32_t)prop_below(&rng, 100); /* to another version */
        shut(shop, person.no, &moved, 2);
        shut(shop, other.no, &person.record, 3); /* to another subject, under the same key */
        moved.fields[3] = other.record.fields[3];
        shut(shop, person.no, &moved, 3);
        aead_key(next->dek, &person.data_key); /* to another shop, under the same key */
        shut(next, person.no, &person.record, 0);
        assert_code(CODE_CORRUPT, record_unlock(next, person.no, &person.record, &data_key));
        holds(shop, &person);
    }
}

static void a_moved_key_stays_shut(void **state)
{
    const struct two_shops *two = *state;
    PROPERTY(100, rng) {
        SCOPED(person_done) struct person person = {0}, other = {0};
        SECRET data_key = {{7}};
        const struct secret untouched = {{7}};
        struct shop *shop = two->shops[0];
        person_make(shop, &rng, 1, &other);
        person_make(shop, &rng, 1, &person);
        struct record moved = person.record;
        moved.wrapped = other.record.wrapped;
        assert_code(CODE_CORRUPT, record_unlock(shop, person.no, &moved, &data_key));
        assert_code(CODE_CORRUPT, record_unlock(shop, other.no, &person.record, &data_key));
        moved = person.record;
        moved.epoch = (uint16_t)(shop->kek_epoch + 1 + prop_below(&rng, 9));
        assert_code(CODE_NOT_FOUND, record_unlock(shop, person.no, &moved, &data_key));
        assert_memory_equal(data_key.bytes, untouched.bytes, SECRET_BYTES);
        assert_ok(record_unlock(shop, other.no, &other.record, &data_key));
        assert_memory_equal(data_key.bytes, other.data_key.bytes, SECRET_BYTES);
    }
}

static void an_older_epoch_opens_until_it_is_destroyed(void **state)
{
    const struct two_shops *two = *state;
    struct shop *shop = two->shops[1];
    struct prop_rng rng = {prop_seed()};
    SCOPED(person_done) struct person person = {0};
    SECRET newer = {{0}}, older = {{0}};
    uint16_t before = shop->kek_epoch, epoch = 0;
    person_make(shop, &rng, 3, &person);
    assert_ok(keyring_key(shop->keyring, KEY_KEK, 0, before, &older));
    assert_ok(keyring_add(shop->keyring, shop->crypto, KEY_KEK, 0, &epoch));
    assert_ok(keyring_key(shop->keyring, KEY_KEK, 0, epoch, &newer));
    shop->kek_epoch = epoch; /* as the shop would open with it */
    aead_key(shop->kek, &newer);
    holds(shop, &person);
    struct record moved = person.record;
    moved.epoch = epoch;
    SECRET none = {{0}};
    assert_code(CODE_CORRUPT, record_unlock(shop, person.no, &moved, &none));
    keyring_drop_last(shop->keyring);
    assert_code(CODE_NOT_FOUND, keyring_key(shop->keyring, KEY_KEK, 0, epoch, &none));
    shop->kek_epoch = before;
    aead_key(shop->kek, &older);
    assert_code(CODE_NOT_FOUND, record_unlock(shop, person.no, &moved, &none));
    holds(shop, &person);
}

/* True when every part of the bytes opens as a record of this subject. */
static bool opens_whole(struct shop *shop, const struct person *person, struct slice bytes)
{
    struct record record = {0};
    SECRET data_key = {{0}};
    if (record_parse(bytes, &record).code != CODE_OK) return false;
    if (record.state == SUBJECT_ERASED) return false; /* its entry tells, see the head */
    if (record_unlock(shop, person->no, &record, &data_key).code != CODE_OK) return false;
    for (unsigned field = 0; field < FIELD_MAX; field++) {
        SCOPED(buf_done) struct buf value = {0};
        if (!(record.held >> field & 1)) continue;
        if (record_field(shop, person->no, &record, field, &value).code != CODE_OK) return false;
    }
    return true;
}

static void a_changed_byte_behind_the_head_is_noticed(
    void **state) /* the head and the time of a contact change are held by the entry's hash */
{
    const struct two_shops *two = *state;
    struct prop_rng rng = {prop_seed()};
    SCOPED(person_done) struct person person = {0};
    person_make(two->shops[0], &rng, 2, &person);
    assert_true(opens_whole(two->shops[0], &person, buf_slice(&person.bytes)));
    for (size_t at = RECORD_HEAD_BYTES + 4; at < person.bytes.len; at++) {
        uint8_t bit = (uint8_t)(1u << prop_below(&rng, 8));
        person.bytes.at[at] ^= bit;
        assert_false(opens_whole(two->shops[0], &person, buf_slice(&person.bytes)));
        person.bytes.at[at] ^= bit;
    }
}

static void refuses_to_read_what_is_cut_or_longer(void **state)
{
    const struct two_shops *two = *state;
    struct prop_rng rng = {prop_seed()};
    SCOPED(person_done) struct person person = {0};
    SCOPED(buf_done) struct buf erased = {0};
    struct record record = {0};
    person_make(two->shops[0], &rng, 3, &person);
    for (size_t len = 0; len < person.bytes.len; len++) {
        assert_code(CODE_CORRUPT, record_parse(slice_part(buf_slice(&person.bytes), 0, len), &record));
    }
    record_tombstone(&person.record, &erased);
    assert_int_equal(erased.len, RECORD_HEAD_BYTES);
    assert_ok(record_parse(buf_slice(&erased), &record));
    assert_int_equal(record.state, SUBJECT_ERASED);
    assert_int_equal(record.held, 0);
    for (size_t len = 0; len < erased.len; len++) {
        assert_code(CODE_CORRUPT, record_parse(slice_part(buf_slice(&erased), 0, len), &record));
    }
    buf_byte(&erased, 0);
    assert_code(CODE_CORRUPT, record_parse(buf_slice(&erased), &record));
    buf_byte(&person.bytes, 0);
    assert_code(CODE_CORRUPT, record_parse(buf_slice(&person.bytes), &record));
}

/* A record's bytes anew, with field `order[i]` of `from` in place i under the number `numbers[i]`. */
static void rearranged(const struct person *from, const uint8_t *order, const uint8_t *numbers, size_t count,
                       struct buf *out)
{
    size_t head = RECORD_HEAD_BYTES + 4 + 2 + WRAPPED_KEY_BYTES;
    buf_clear(out);
    buf_slice_put(out, slice_part(buf_slice(&from->bytes), 0, head));
    buf_byte(out, (uint8_t)count);
    for (size_t i = 0; i < count; i++) {
        const struct record_field *field = &from->record.fields[order[i]];
        buf_byte(out, numbers[i]);
        buf_be32(out, field->version);
        buf_be16(out, (uint16_t)((field->box.len - AEAD_EXTRA_BYTES) / 16));
        buf_slice_put(out, field->box);
    }
}

static void refuses_fields_out_of_order(void **state)
{
    const struct two_shops *two = *state;
    static const struct {
        const char *name;
        uint8_t order[3], numbers[3];
        enum code want;
    } cases[] = {
        {"as it was", {0, 1, 2}, {0, 1, 2}, CODE_OK},
        {"two exchanged", {1, 0, 2}, {1, 0, 2}, CODE_CORRUPT},
        {"backwards", {2, 1, 0}, {2, 1, 0}, CODE_CORRUPT},
        {"one twice", {0, 1, 1}, {0, 1, 1}, CODE_CORRUPT},
        {"a number too large", {0, 1, 2}, {0, 1, FIELD_MAX}, CODE_CORRUPT},
        {"another number", {0, 1, 2}, {0, 1, FIELD_MAX - 1}, CODE_OK}, /* which then does not open */
    };
    struct prop_rng rng = {prop_seed()};
    SCOPED(person_done) struct person person = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    person_make(two->shops[0], &rng, 3, &person);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct record record = {0};
        rearranged(&person, cases[i].order, cases[i].numbers, 3, &bytes);
        struct result got = record_parse(buf_slice(&bytes), &record);
        if (got.code != cases[i].want) fail_msg("%s: %s", cases[i].name, code_meaning(got.code));
        assert_int_equal(opens_whole(two->shops[0], &person, buf_slice(&bytes)), i == 0);
    }
}

static void refuses_an_unknown_head(void **state)
{
    const struct two_shops *two = *state;
    struct prop_rng rng = {prop_seed()};
    SCOPED(person_done) struct person person = {0};
    struct record record = {0};
    person_make(two->shops[0], &rng, 1, &person);
    uint8_t kept = person.bytes.at[1];
    for (unsigned format = 0; format < 256; format++) {
        person.bytes.at[0] = (uint8_t)format;
        if (format != RECORD_FORMAT)
            assert_code(CODE_CORRUPT, record_parse(buf_slice(&person.bytes), &record));
    }
    person.bytes.at[0] = RECORD_FORMAT;
    for (unsigned bad = 0; bad < 256; bad++) {
        bool whole = bad == SUBJECT_ACTIVE || bad == SUBJECT_CLOSED || bad == SUBJECT_LINKED;
        person.bytes.at[1] = (uint8_t)bad; /* an erased one must end behind its head */
        assert_int_equal(record_parse(buf_slice(&person.bytes), &record).code,
                         whole ? CODE_OK : CODE_CORRUPT);
    }
    person.bytes.at[1] = kept;
    assert_ok(record_parse(buf_slice(&person.bytes), &record));
}

static void refuses_a_box_without_blocks(void **state)
{
    const struct two_shops *two = *state;
    struct prop_rng rng = {prop_seed()};
    SCOPED(person_done) struct person person = {0};
    SCOPED(buf_done) struct buf bytes = {0};
    static const uint8_t none[AEAD_EXTRA_BYTES];
    struct record record = {0};
    person_make(two->shops[0], &rng, 1, &person);
    rearranged(&person, (const uint8_t[]){0}, (const uint8_t[]){0}, 0, &bytes);
    assert_ok(record_parse(buf_slice(&bytes), &record));
    bytes.at[bytes.len - 1] = 1;
    buf_byte(&bytes, 0);
    buf_be32(&bytes, 1);
    buf_be16(&bytes, 0);
    buf_put(&bytes, none, sizeof none);
    assert_code(CODE_CORRUPT, record_parse(buf_slice(&bytes), &record));
}

static void items_come_back(void **state)
{
    (void)state;
    PROPERTY(200, rng) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct buf texts[ITEMS_MAX] = {0};
        uint8_t numbers[ITEMS_MAX], item = 0;
        size_t count = prop_below(&rng, ITEMS_MAX + 1);
        struct slice text = {0};
        for (size_t i = 0; i < count; i++) {
            numbers[i] = (uint8_t)prop_u64(&rng);
            draw_text(&rng, &texts[i]);
            item_put(&bytes, numbers[i], buf_slice(&texts[i]));
        }
        struct cursor items = {buf_slice(&bytes), false};
        for (size_t i = 0; i < count; i++) {
            assert_true(item_get(&items, &item, &text));
            assert_int_equal(item, numbers[i]);
            assert_true(slice_equal(text, buf_slice(&texts[i])));
        }
        assert_false(item_get(&items, &item, &text));
        assert_false(items.bad);
        for (size_t i = 0; i < count; i++) buf_done(&texts[i]);
    }
}

static int begin(void **state)
{
    static struct two_shops two;
    two_shops_begin(&two);
    *state = &two;
    return 0;
}

static int end(void **state)
{
    two_shops_end(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_it_wrote),
        cmocka_unit_test(holds_values_of_every_length),
        cmocka_unit_test(a_change_touches_its_fields_only),
        cmocka_unit_test(a_moved_box_stays_shut),
        cmocka_unit_test(a_moved_key_stays_shut),
        cmocka_unit_test(an_older_epoch_opens_until_it_is_destroyed),
        cmocka_unit_test(a_changed_byte_behind_the_head_is_noticed),
        cmocka_unit_test(refuses_to_read_what_is_cut_or_longer),
        cmocka_unit_test(refuses_fields_out_of_order),
        cmocka_unit_test(refuses_an_unknown_head),
        cmocka_unit_test(refuses_a_box_without_blocks),
        cmocka_unit_test(items_come_back),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
