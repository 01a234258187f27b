/* Keyrings through their door: what was saved opens again under its root and name, and under nothing else. */
#include "folder.h"

#include "crypto/keyring.h"

#include <sys/stat.h>

#define ORIGIN SLICE_TEXT("vault.example/amanah")

static const struct secret root = {{1, 2, 3}};
static const enum key_kind first_kinds[] = {KEY_KEK,    KEY_ID,    KEY_ROW_MAC, KEY_PEPPER, KEY_SET,
                                            KEY_LEDGER, KEY_STAFF, KEY_BACKUP,  KEY_MAIL,   KEY_OUTSIDE};

struct place {
    struct folder folder;
    struct crypto *crypto;
    struct keyring *keyring;
    char path[128];
};

static void place_begin(struct place *place)
{
    *place = (struct place){0};
    folder_begin(&place->folder);
    (void)snprintf(place->path, sizeof place->path, "%s/keyring", place->folder.path);
    assert_ok(crypto_new(&place->crypto));
    assert_ok(keyring_new(place->crypto, ORIGIN, &place->keyring));
}

static void place_end(struct place *place)
{
    keyring_free(&place->keyring);
    crypto_free(&place->crypto);
    folder_end(&place->folder);
}

static void save(const struct place *place)
{
    assert_ok(keyring_save(place->keyring, place->crypto, place->path, &root, "shop"));
}

static void same_key(const struct keyring *a, const struct keyring *b, enum key_kind kind, uint16_t field,
                     uint16_t epoch)
{
    SECRET one = {{0}}, two = {{0}};
    assert_ok(keyring_key(a, kind, field, epoch, &one));
    assert_ok(keyring_key(b, kind, field, epoch, &two));
    assert_memory_equal(one.bytes, two.bytes, SECRET_BYTES);
}

static void has_one_key_of_each_kind_at_first(void **state)
{
    (void)state;
    struct place place;
    struct secret keys[COUNT_OF(first_kinds)] = {{{0}}};
    place_begin(&place);
    for (size_t i = 0; i < COUNT_OF(first_kinds); i++) {
        assert_int_equal(keyring_newest(place.keyring, first_kinds[i], 0), 1);
        assert_ok(keyring_key(place.keyring, first_kinds[i], 0, 1, &keys[i]));
        for (size_t j = 0; j < i; j++) assert_memory_not_equal(keys[i].bytes, keys[j].bytes, SECRET_BYTES);
    }
    assert_int_equal(keyring_newest(place.keyring, KEY_INDEX, 0), 0);
    assert_true(slice_equal(keyring_origin(place.keyring), ORIGIN));
    place_end(&place);
}

static void opens_as_it_was_saved(void **state)
{
    (void)state;
    struct place place;
    SCOPED(keyring_free) struct keyring *again = NULL;
    uint16_t epoch = 0;
    place_begin(&place);
    for (uint16_t field = 0; field < 64; field += 9) {
        assert_ok(keyring_add(place.keyring, place.crypto, KEY_INDEX, field, &epoch));
        assert_int_equal(epoch, 1);
    }
    assert_ok(keyring_add(place.keyring, place.crypto, KEY_KEK, 0, &epoch));
    assert_int_equal(epoch, 2);
    assert_ok(keyring_add(place.keyring, place.crypto, KEY_LEDGER, 0, &epoch));
    save(&place);
    assert_ok(keyring_open(place.crypto, place.path, &root, "shop", &again));
    assert_memory_equal(keyring_shop_id(again), keyring_shop_id(place.keyring), SHOP_ID_BYTES);
    assert_true(slice_equal(keyring_origin(again), keyring_origin(place.keyring)));
    for (size_t i = 0; i < COUNT_OF(first_kinds); i++) same_key(again, place.keyring, first_kinds[i], 0, 1);
    for (uint16_t field = 0; field < 64; field += 9) same_key(again, place.keyring, KEY_INDEX, field, 1);
    same_key(again, place.keyring, KEY_KEK, 0, 2);
    same_key(again, place.keyring, KEY_LEDGER, 0, 2);
    place_end(&place);
}

static void opens_under_no_other_root_or_name(void **state)
{
    (void)state;
    struct place place;
    place_begin(&place);
    save(&place);
    PROPERTY(64, rng) {
        SCOPED(keyring_free) struct keyring *none = NULL;
        struct secret other = root;
        other.bytes[prop_below(&rng, SECRET_BYTES)] ^= (uint8_t)(1u << prop_below(&rng, 8));
        assert_code(CODE_CORRUPT, keyring_open(place.crypto, place.path, &other, "shop", &none));
        assert_null(none);
    }
    static const char *const names[] = {"", "sho", "shop2", "Shop", "other"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        SCOPED(keyring_free) struct keyring *none = NULL;
        assert_code(CODE_CORRUPT, keyring_open(place.crypto, place.path, &root, names[i], &none));
        assert_null(none);
    }
    place_end(&place);
}

static void stays_shut(const struct place *place, struct slice file)
{
    SCOPED(keyring_free) struct keyring *none = NULL;
    folder_write(place->path, file);
    assert_code(CODE_CORRUPT, keyring_open(place->crypto, place->path, &root, "shop", &none));
    assert_null(none);
}

static void opens_with_no_byte_changed_or_cut(void **state)
{
    (void)state;
    struct place place;
    SCOPED(buf_done) struct buf file = {0};
    struct prop_rng rng = {prop_seed()};
    place_begin(&place);
    save(&place);
    assert_ok(file_read(place.path, 100000, &file));
    for (size_t at = 0; at < file.len; at++) {
        uint8_t bit = (uint8_t)(1u << prop_below(&rng, 8));
        file.at[at] ^= bit;
        stays_shut(&place, buf_slice(&file));
        file.at[at] ^= bit;
        stays_shut(&place, slice_part(buf_slice(&file), 0, at));
    }
    buf_byte(&file, 0);
    stays_shut(&place, buf_slice(&file));
    folder_write(place.path, slice_part(buf_slice(&file), 0, file.len - 1));
    SCOPED(keyring_free) struct keyring *again = NULL;
    assert_ok(keyring_open(place.crypto, place.path, &root, "shop", &again));
    place_end(&place);
}

static void tells_a_missing_file(void **state)
{
    (void)state;
    struct place place;
    SCOPED(keyring_free) struct keyring *none = NULL;
    place_begin(&place);
    assert_code(CODE_NOT_FOUND, keyring_open(place.crypto, place.path, &root, "shop", &none));
    assert_null(none);
    place_end(&place);
}

static void counts_epochs_by_kind_and_field(void **state)
{
    (void)state;
    struct place place;
    uint16_t counts[3] = {0};
    place_begin(&place);
    PROPERTY(60, rng) {
        uint16_t field = (uint16_t)prop_below(&rng, COUNT_OF(counts)), epoch = 0;
        SECRET key = {{0}};
        assert_ok(keyring_add(place.keyring, place.crypto, KEY_INDEX, field, &epoch));
        assert_int_equal(epoch, ++counts[field]);
        assert_int_equal(keyring_newest(place.keyring, KEY_INDEX, field), epoch);
        assert_ok(keyring_key(place.keyring, KEY_INDEX, field, epoch, &key));
        assert_code(CODE_NOT_FOUND,
                    keyring_key(place.keyring, KEY_INDEX, field, (uint16_t)(epoch + 1), &key));
        assert_code(CODE_NOT_FOUND,
                    keyring_key(place.keyring, KEY_INDEX, (uint16_t)COUNT_OF(counts), 1, &key));
        assert_code(CODE_NOT_FOUND, keyring_key(place.keyring, KEY_KEK, field, 0, &key));
    }
    assert_int_equal(keyring_newest(place.keyring, KEY_KEK, 0), 1);
    place_end(&place);
}

static void takes_back_the_last_key(void **state)
{
    (void)state;
    struct place place;
    SECRET first = {{0}}, second = {{0}};
    uint16_t epoch = 0;
    place_begin(&place);
    assert_ok(keyring_add(place.keyring, place.crypto, KEY_INDEX, 40, NULL));
    assert_ok(keyring_key(place.keyring, KEY_INDEX, 40, 1, &first));
    keyring_drop_last(place.keyring);
    assert_int_equal(keyring_newest(place.keyring, KEY_INDEX, 40), 0);
    assert_code(CODE_NOT_FOUND, keyring_key(place.keyring, KEY_INDEX, 40, 1, &second));
    same_key(place.keyring, place.keyring, KEY_BACKUP, 0, 1); /* the one before stays */
    assert_ok(keyring_add(place.keyring, place.crypto, KEY_INDEX, 40, &epoch));
    assert_int_equal(epoch, 1);
    assert_ok(keyring_key(place.keyring, KEY_INDEX, 40, 1, &second));
    assert_memory_not_equal(first.bytes, second.bytes, SECRET_BYTES);
    place_end(&place);
}

static void gets_the_keys_that_an_older_version_had_not(void **state)
{
    (void)state;
    struct place place;
    bool added = true;
    place_begin(&place);
    assert_ok(keyring_complete(place.keyring, place.crypto, &added));
    assert_false(added);
    keyring_drop_last(place.keyring); /* the newest kind */
    assert_int_equal(keyring_newest(place.keyring, KEY_OUTSIDE, 0), 0);
    assert_ok(keyring_complete(place.keyring, place.crypto, &added));
    assert_true(added);
    assert_int_equal(keyring_newest(place.keyring, KEY_OUTSIDE, 0), 1);
    assert_int_equal(keyring_newest(place.keyring, KEY_KEK, 0), 1);
    place_end(&place);
}

static void holds_as_many_keys_as_it_says(void **state)
{
    (void)state;
    struct place place;
    SCOPED(keyring_free) struct keyring *again = NULL;
    place_begin(&place);
    for (size_t i = COUNT_OF(first_kinds); i < KEYRING_KEYS_MAX; i++) {
        assert_ok(keyring_add(place.keyring, place.crypto, KEY_KEK, 0, NULL));
    }
    uint16_t epoch = 0, newest = keyring_newest(place.keyring, KEY_KEK, 0);
    assert_int_equal(keyring_add(place.keyring, place.crypto, KEY_KEK, 0, &epoch).cause, CAUSE_TOO_MANY);
    assert_int_equal(epoch, 0);
    save(&place);
    assert_ok(keyring_open(place.crypto, place.path, &root, "shop", &again));
    assert_int_equal(keyring_newest(again, KEY_KEK, 0), newest);
    same_key(again, place.keyring, KEY_KEK, 0, newest);
    place_end(&place);
}

static void keeps_the_old_keyring_when_saving_fails(void **state)
{
    (void)state;
    struct place place;
    SCOPED(keyring_free) struct keyring *again = NULL;
    place_begin(&place);
    save(&place);
    assert_ok(keyring_add(place.keyring, place.crypto, KEY_KEK, 0, NULL));
    assert_int_equal(mkdir(folder_file(&place.folder, "keyring.new"), 0700), 0); /* no file can be made */
    assert_code(CODE_UNAVAILABLE, keyring_save(place.keyring, place.crypto, place.path, &root, "shop"));
    assert_int_equal(rmdir(folder_file(&place.folder, "keyring.new")), 0);
    assert_ok(keyring_open(place.crypto, place.path, &root, "shop", &again));
    assert_int_equal(keyring_newest(again, KEY_KEK, 0), 1);
    place_end(&place);
}

static void no_key_stands_in_the_file_in_clear(void **state)
{
    (void)state;
    struct place place;
    SCOPED(buf_done) struct buf file = {0}, other = {0};
    place_begin(&place);
    save(&place);
    assert_ok(file_read(place.path, 100000, &file));
    for (size_t i = 0; i < COUNT_OF(first_kinds); i++) {
        SECRET key = {{0}};
        assert_ok(keyring_key(place.keyring, first_kinds[i], 0, 1, &key));
        assert_null(memmem(file.at, file.len, key.bytes, 8));
    }
    assert_null(memmem(file.at, file.len, root.bytes, 8));
    save(&place); /* and the same keys never make the same file */
    assert_ok(file_read(place.path, 100000, &other));
    assert_false(slice_equal(buf_slice(&file), buf_slice(&other)));
    place_end(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_one_key_of_each_kind_at_first),
        cmocka_unit_test(opens_as_it_was_saved),
        cmocka_unit_test(opens_under_no_other_root_or_name),
        cmocka_unit_test(opens_with_no_byte_changed_or_cut),
        cmocka_unit_test(tells_a_missing_file),
        cmocka_unit_test(counts_epochs_by_kind_and_field),
        cmocka_unit_test(takes_back_the_last_key),
        cmocka_unit_test(gets_the_keys_that_an_older_version_had_not),
        cmocka_unit_test(holds_as_many_keys_as_it_says),
        cmocka_unit_test(keeps_the_old_keyring_when_saving_fails),
        cmocka_unit_test(no_key_stands_in_the_file_in_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
