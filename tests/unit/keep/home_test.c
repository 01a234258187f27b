/* Homes: made once and wholly, held by one, opened by what sealed them. */
#include "keep/home.h"

#include "crypto/keyring.h"
#include "keep/reseal.h"
#include "keep/shop.h"
#include "prop.h"

#include <sys/stat.h>
#include <unistd.h>

static const struct slice phrase = {(const uint8_t *)"six words that nobody has guessed", 33};

struct place {
    char folder[64], home[80];
    struct home_options options;
};

static void place_begin(struct place *place)
{
    *place = (struct place){.folder = "/tmp/amanah-home-XXXXXX"};
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->home, sizeof place->home, "%s/home", place->folder);
    place->options =
        (struct home_options){.path = place->home, .seal.kind = SEAL_PLAIN, .clock = clock_system()};
}

static void place_end(struct place *place)
{
    char command[96];
    (void)snprintf(command, sizeof command, "rm -r '%s'", place->folder);
    assert_int_equal(system(command), 0);
}

static void shell(const struct place *place, const char *command)
{
    char line[256];
    (void)snprintf(line, sizeof line, "cd '%s' && %s", place->folder, command);
    assert_int_equal(system(line), 0);
}

static void is_made_once(void **state)
{
    (void)state;
    struct place place;
    SCOPED(home_made_done) struct home_made made = {0}, again = {0};
    place_begin(&place);
    assert_ok(home_init(&place.options, &made));
    assert_true(slice_is(buf_slice(&made.shop), "shop"));
    assert_true(slice_starts(buf_slice(&made.key), "amk_"));
    assert_true(slice_starts(buf_slice(&made.origin), "amanah.invalid/shop/"));
    assert_true(slice_starts(buf_slice(&made.vkey), buf_c(&made.origin)));
    struct result got = home_init(&place.options, &again);
    assert_int_equal(got.cause, CAUSE_HOME_EXISTS);
    assert_int_equal(again.key.len, 0);
    shell(&place, "test -z \"$(ls | grep -v '^home$')\""); /* nothing else was left */
    shell(&place, "test \"$(stat -c %a home home/shops home/shops/shop | sort -u)\" = 700");
    shell(&place,
          "test \"$(stat -c %a home/home home/shops/shop/keyring home/shops/shop/signed | sort -u)\" = 600");
    place_end(&place);
}

static void takes_an_empty_folder_and_leaves_others_alone(void **state)
{
    (void)state;
    struct place place;
    SCOPED(home_made_done) struct home_made made = {0};
    place_begin(&place);
    shell(&place, "mkdir home && touch home/mine");
    assert_code(CODE_CONFLICT, home_init(&place.options, &made));
    shell(&place, "test -f home/mine && rm home/mine");
    assert_ok(home_init(&place.options, &made));
    place_end(&place);
}

static void refuses_bad_names_and_leaves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *shop, *origin;
        enum seal_kind seal;
        const char *phrase;
    } cases[] = {
        {"", NULL, SEAL_PLAIN, ""},
        {"Shop", NULL, SEAL_PLAIN, ""},
        {"1shop", NULL, SEAL_PLAIN, ""},
        {"a shop", NULL, SEAL_PLAIN, ""},
        {"../shop", NULL, SEAL_PLAIN, ""},
        {"shop.db", NULL, SEAL_PLAIN, ""},
        {"a12345678901234567890123456789012", NULL, SEAL_PLAIN, ""},
        {"shop", "", SEAL_PLAIN, ""},
        {"shop", "with space", SEAL_PLAIN, ""},
        {"shop", "a+b", SEAL_PLAIN, ""},
        {"shop", NULL, SEAL_PASSPHRASE, ""},
        {"shop", NULL, SEAL_PASSPHRASE, "seven77"},
    };
    struct place place;
    place_begin(&place);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(home_made_done) struct home_made made = {0};
        place.options.shop = cases[i].shop;
        place.options.origin = cases[i].origin;
        place.options.seal.kind = cases[i].seal;
        place.options.seal.passphrase = slice_text(cases[i].phrase);
        struct result got = home_init(&place.options, &made);
        if (got.cause != CAUSE_CONFIG) fail_msg("case %zu: %s", i, cause_row(got.cause)->slug);
        shell(&place, "test -z \"$(ls)\"");
    }
    place_end(&place);
}

static void is_held_by_one(void **state)
{
    (void)state;
    struct place place;
    SCOPED(home_made_done) struct home_made made = {0};
    SCOPED(home_free) struct home *first = NULL, *second = NULL, *reader = NULL;
    place_begin(&place);
    assert_ok(home_init(&place.options, &made));
    assert_ok(home_open(place.home, (struct slice){0}, true, &first));
    struct result got = home_open(place.home, (struct slice){0}, true, &second);
    assert_int_equal(got.cause, CAUSE_HOME_LOCKED);
    got = home_reseal(place.home, (struct slice){0}, &(struct seal_how){0});
    assert_int_equal(got.cause, CAUSE_HOME_LOCKED);
    assert_ok(home_open(place.home, (struct slice){0}, false, &reader)); /* to read, beside it */
    assert_memory_equal(home_root(first)->bytes, home_root(reader)->bytes, SECRET_BYTES);
    home_free(&first);
    assert_ok(home_open(place.home, (struct slice){0}, true, &second));
    place_end(&place);
}

/* One stretching of a passphrase takes half a second and 256 MiB: so this is one test, not five. */
static void opens_with_its_passphrase_only(void **state)
{
    (void)state;
    struct place place;
    enum seal_kind kind = SEAL_PASSPHRASE;
    SECRET root = {{0}};
    SCOPED(home_made_done) struct home_made made = {0};
    SCOPED(home_free) struct home *home = NULL;
    place_begin(&place);
    assert_ok(home_init(&place.options, &made));
    assert_ok(home_seal_kind(place.home, &kind));
    assert_int_equal(kind, SEAL_PLAIN);
    assert_ok(home_open(place.home, (struct slice){0}, false, &home));
    memcpy(root.bytes, home_root(home)->bytes, SECRET_BYTES);
    home_free(&home);

    assert_ok(home_reseal(place.home, (struct slice){0}, &(struct seal_how){SEAL_PASSPHRASE, phrase, 0}));
    assert_ok(home_seal_kind(place.home, &kind));
    assert_int_equal(kind, SEAL_PASSPHRASE);
    SCOPED(buf_done) struct buf path = {0}, file = {0};
    buf_print(&path, "%s/home", place.home);
    assert_ok(file_read(buf_c(&path), 4096, &file));
    assert_null(memmem(file.at, file.len, root.bytes, SECRET_BYTES)); /* the root no longer lies there */
    struct result got = home_open(place.home, (struct slice){0}, false, &home);
    assert_int_equal(got.cause, CAUSE_SEALED);
    got = home_open(place.home, SLICE_TEXT("six words that somebody guessed"), false, &home);
    assert_int_equal(got.cause, CAUSE_SEALED);
    assert_ok(home_open(place.home, phrase, true, &home));
    assert_memory_not_equal(home_root(home)->bytes, root.bytes, SECRET_BYTES);
    home_free(&home);

    file.len -= 70; /* a cut file never reaches the passphrase */
    assert_ok(file_replace(buf_c(&path), buf_slice(&file)));
    assert_code(CODE_CORRUPT, home_open(place.home, phrase, false, &home));
    place_end(&place);
}

/* 33 roots: of the first one nothing is left. */
static void keeps_what_opens_backups_of_the_roots_before(void **state)
{
    (void)state;
    struct place place;
    SCOPED(home_made_done) struct home_made made = {0};
    struct identities before = {0};
    const struct seal_how plain = {0};
    place_begin(&place);
    assert_ok(home_init(&place.options, &made));
    shell(&place, "rm */shops/*/made"); /* without shops it is quick */
    for (size_t roots = 1; roots <= HOME_IDENTITIES_MAX + 1; roots++) {
        SCOPED(home_free) struct home *home = NULL;
        SCOPED(identities_done) struct identities now = {0};
        assert_ok(home_open(place.home, (struct slice){0}, false, &home));
        assert_ok(home_identities(home, &now));
        assert_int_equal(now.count, roots < HOME_IDENTITIES_MAX ? roots : HOME_IDENTITIES_MAX);
        assert_false(home_unsettled(home));
        if (roots > 1) {
            assert_memory_not_equal(now.at[0].bytes, before.at[0].bytes, SECRET_BYTES);
            assert_memory_equal(now.at[1].bytes, before.at[0].bytes, (now.count - 1) * SECRET_BYTES);
        }
        memcpy(&before, &now, sizeof now);
        home_free(&home);
        assert_ok(home_reseal(place.home, (struct slice){0}, &plain));
    }
    identities_done(&before);
    place_end(&place);
}

static void refuses_a_damaged_seal(void **state)
{
    (void)state;
    struct place place;
    SCOPED(home_made_done) struct home_made made = {0};
    SCOPED(home_free) struct home *home = NULL;
    enum seal_kind kind = SEAL_PLAIN;
    place_begin(&place);
    assert_code(CODE_NOT_FOUND, home_seal_kind(place.home, &kind));
    assert_code(CODE_NOT_FOUND, home_open(place.home, (struct slice){0}, true, &home));
    assert_ok(home_init(&place.options, &made));
    static const struct slice files[] = {
        {(const uint8_t *)"", 0},
        {(const uint8_t *)"\x01", 1},
        {(const uint8_t *)"\x01\x00short", 7},
        {(const uint8_t *)"\x02\x00 another format of such a file, later", 38},
        {(const uint8_t *)"\x01\x09 another kind of seal, not known here", 38},
    };
    SCOPED(buf_done) struct buf path = {0};
    buf_print(&path, "%s/home", place.home);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        assert_ok(file_replace(buf_c(&path), files[i]));
        assert_code(CODE_CORRUPT, home_open(place.home, (struct slice){0}, true, &home));
        assert_null(home);
    }
    place_end(&place);
}

static void another_root_opens_no_shop(void **state)
{
    (void)state;
    struct place place;
    SCOPED(home_made_done) struct home_made made = {0};
    SCOPED(home_free) struct home *home = NULL;
    SCOPED(shop_free) struct shop *shop = NULL;
    uint8_t file[2 + SECRET_BYTES] = {1, SEAL_PLAIN, 7};
    SCOPED(buf_done) struct buf path = {0};
    place_begin(&place);
    assert_ok(home_init(&place.options, &made));
    buf_print(&path, "%s/home", place.home);
    assert_ok(file_replace(buf_c(&path), SLICE_OF(file)));
    assert_ok(home_open(place.home, (struct slice){0}, true, &home));
    struct shop_options options = {
        .home = home, .name = "shop", .clock = clock_system(), .mode = SHOP_WRITER};
    assert_code(CODE_CORRUPT, shop_open(&options, &shop));
    place_end(&place);
}

static void shops_share_a_home_and_no_keyring(void **state)
{
    (void)state;
    struct place place;
    SCOPED(home_made_done) struct home_made made = {0}, other = {0}, again = {0};
    SCOPED(home_free) struct home *home = NULL;
    SCOPED(shop_names_done) struct shop_names names = {0}, half = {0};
    SCOPED(shop_free) struct shop *shop = NULL;
    place_begin(&place);
    assert_ok(home_init(&place.options, &made));
    assert_ok(home_open(place.home, (struct slice){0}, true, &home));
    assert_ok(home_shop_add(home, clock_system(), "another", "vault.example/another", &other));
    assert_true(slice_is(buf_slice(&other.origin), "vault.example/another"));
    assert_code(CODE_CONFLICT, home_shop_add(home, clock_system(), "another", NULL, &again));
    assert_code(CODE_INVALID, home_shop_add(home, clock_system(), "../x", NULL, &again));
    assert_ok(home_shops(home, &names));
    assert_int_equal(names.count, 2);
    assert_string_equal(names.at[0], "another");
    assert_string_equal(names.at[1], "shop");
    shell(&place, "cp home/shops/shop/keyring home/shops/another/keyring");
    struct shop_options options = {
        .home = home, .name = "another", .clock = clock_system(), .mode = SHOP_WRITER};
    assert_code(CODE_CORRUPT, shop_open(&options, &shop)); /* a keyring is bound to its shop's name */
    shell(&place, "mkdir home/shops/begun && touch home/shops/begun/keyring home/shops/a-file");
    assert_ok(home_shops(home, &half)); /* a making that was cut short is no shop */
    assert_int_equal(half.count, 2);
    assert_code(CODE_CONFLICT, home_shop_add(home, clock_system(), "begun", NULL, &again)); /* nor removed */
    place_end(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_made_once),
        cmocka_unit_test(takes_an_empty_folder_and_leaves_others_alone),
        cmocka_unit_test(refuses_bad_names_and_leaves_nothing),
        cmocka_unit_test(is_held_by_one),
        cmocka_unit_test(opens_with_its_passphrase_only),
        cmocka_unit_test(keeps_what_opens_backups_of_the_roots_before),
        cmocka_unit_test(refuses_a_damaged_seal),
        cmocka_unit_test(another_root_opens_no_shop),
        cmocka_unit_test(shops_share_a_home_and_no_keyring),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
