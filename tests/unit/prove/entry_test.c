#include "prove/entry.h"

#include "base/cbor.h"
#include "prop.h"

static struct crypto *crypto;

static int set_up(void **state)
{
    (void)state;
    return crypto_new(&crypto).code == CODE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    crypto_free(&crypto);
    return 0;
}

static const enum entry_kind kinds[] = {
#define ENTRY(NAME, number, name, about) ENTRY_##NAME,
#include "prove/entries.def"
#undef ENTRY
};

/* A number of any length, zero now and then. */
static uint64_t some_number(struct prop_rng *rng)
{
    return prop_u64(rng) >> prop_below(rng, 64) & (prop_below(rng, 4) ? UINT64_MAX : 0);
}

static void some_hash(struct prop_rng *rng, uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) out[i] = (uint8_t)prop_u64(rng);
}

static struct entry some_entry(struct prop_rng *rng)
{
    struct entry entry = {.kind = kinds[prop_below(rng, COUNT_OF(kinds))]};
    entry.time_us = 1 + (int64_t)(prop_u64(rng) >> 2);
    entry.reader = some_number(rng);
    entry.role = (uint32_t)some_number(rng);
    entry.purpose = (uint32_t)some_number(rng);
    entry.full = some_number(rng);
    entry.masked = some_number(rng);
    entry.count = some_number(rng);
    entry.has_root = prop_below(rng, 2);
    entry.has_object = prop_below(rng, 2);
    entry.has_old = prop_below(rng, 2);
    if (entry.has_root) some_hash(rng, entry.root.bytes, HASH_BYTES);
    if (entry.has_root) some_hash(rng, entry.nonce, ENTRY_NONCE_BYTES);
    entry.object_kind = (uint32_t)some_number(rng);
    entry.object_id = (uint32_t)some_number(rng);
    if (entry.has_object) some_hash(rng, entry.object.bytes, HASH_BYTES);
    entry.cause = (uint32_t)some_number(rng);
    entry.old_size = some_number(rng);
    if (entry.has_old) some_hash(rng, entry.old_root.bytes, HASH_BYTES);
    entry.commitments = prop_below(rng, COMMITMENTS_MAX + 1);
    for (size_t i = 0; i < entry.commitments; i++) {
        entry.commitment[i].kind = (enum commitment_kind)(COMMIT_REASON + prop_below(rng, COMMIT_LAST));
        some_hash(rng, entry.commitment[i].hash.bytes, HASH_BYTES);
    }
    return entry;
}

static void reads_what_it_wrote_and_in_one_spelling(void **state)
{
    (void)state;
    PROPERTY(2000, rng) {
        struct entry entry = some_entry(&rng), back = {0};
        SCOPED(buf_done) struct buf bytes = {0}, again = {0};
        entry_write(&entry, &bytes);
        assert_true(bytes.len <= LEDGER_ENTRY_BYTES_MAX);
        assert_ok(cbor_check(buf_slice(&bytes)));
        assert_ok(entry_read(buf_slice(&bytes), &back));
        assert_memory_equal(&entry, &back, sizeof entry);
        entry_write(&back, &again);
        assert_true(slice_equal(buf_slice(&bytes), buf_slice(&again)));
    }
}

/* Whatever else is read, is read as something that is written in just these bytes: no second spelling of an entry. */
static void takes_no_other_bytes_for_an_entry(void **state)
{
    (void)state;
    PROPERTY(4000, rng) {
        struct entry entry = some_entry(&rng), back = {.reader = 77};
        SCOPED(buf_done) struct buf bytes = {0}, again = {0};
        entry_write(&entry, &bytes);
        switch (prop_below(&rng, 3)) {
        case 0:
            bytes.len = prop_below(&rng, bytes.len);
            break;
        case 1:
            buf_byte(&bytes, (uint8_t)prop_u64(&rng));
            break;
        default:
            bytes.at[prop_below(&rng, bytes.len)] ^= (uint8_t)(1U << prop_below(&rng, 8));
            break;
        }
        struct result got = entry_read(buf_slice(&bytes), &back);
        if (got.code != CODE_OK) {
            assert_int_equal(got.code, CODE_INVALID);
            assert_int_equal(back.reader, 77); /* untouched */
            continue;
        }
        entry_write(&back, &again);
        assert_true(slice_equal(buf_slice(&bytes), buf_slice(&again)));
    }
}

static void refuses_what_the_cddl_forbids(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hex;
    } cases[] = {
        {"nothing", ""},
        {"an empty map", "a0"},
        {"an array", "80"},
        {"no time", "a10001"},
        {"no kind", "a10105"},
        {"a kind of no row", "a2001863"
                             "0105"},
        {"kind 0", "a200000105"},
        {"time 0", "a200020100"},
        {"a negative time", "a200020120"},
        {"a time beyond 2^63", "a20002011bffffffffffffffff"},
        {"a role of 0", "a3000201050300"},
        {"a role beyond 32 bits", "a30002010503"
                                  "1b0000000100000000"},
        {"members out of order", "a201050002"},
        {"a member twice", "a3000200020105"},
        {"a member that nobody knows", "a3000201051118"
                                       "2a"},
        {"a text as a name", "a3000201056161"
                             "01"},
        {"a root of 31 bytes", "a30002010508"
                               "581f00000000000000000000000000000000000000000000000000000000000000"},
        {"a root without its nonce", "a30002010508"
                                     "58200000000000000000000000000000000000000000000000000000000000000000"},
        {"a nonce without its root", "a30002010509"
                                     "5000000000000000000000000000000000"},
        {"no commitments in their list", "a30002010510"
                                         "80"},
        {"a commitment of one part", "a30002010510"
                                     "818101"},
        {"a commitment of kind 0",
         "a30002010510"
         "81820058200000000000000000000000000000000000000000000000000000000000000000"},
        {"a commitment of kind 7",
         "a30002010510"
         "81820758200000000000000000000000000000000000000000000000000000000000000000"},
        {"a number longer than it need be", "a200020118"
                                            "05"},
        {"a map of another length", "a300020105"},
        {"bytes behind it", "a20002010500"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint8_t bytes[200];
        size_t len = strlen(cases[i].hex) / 2;
        struct entry entry = {0};
        assert_true(hex_get(slice_text(cases[i].hex), bytes, len));
        struct result got = entry_read((struct slice){bytes, len}, &entry);
        if (got.code != CODE_INVALID) fail_msg("%s: %s", cases[i].name, code_row(got.code)->name);
    }
    uint8_t good[] = {0xa2, 0x00, 0x02, 0x01, 0x05};
    struct entry entry = {0};
    assert_ok(entry_read((struct slice){good, sizeof good}, &entry));
    assert_true(entry.kind == ENTRY_REVEAL && entry.time_us == 5);
}

static void the_cddl_has_every_kind_and_commitment(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned number;
    } rows[] = {
#define ENTRY(NAME, number, name, about) {name, number},
#include "prove/entries.def"
#undef ENTRY
        {"reason", COMMIT_REASON},        {"network", COMMIT_NETWORK}, {"value", COMMIT_VALUE},
        {"purpose-text", COMMIT_PURPOSE}, {"where", COMMIT_WHERE},     {"client", COMMIT_CLIENT},
    };
    SCOPED(buf_done) struct buf text = {0};
    FILE *file = fopen(CDDL_FILE, "rb");
    assert_non_null(file);
    buf_reserve(&text, 1 << 16);
    text.len = fread(text.at, 1, 1 << 16, file);
    assert_int_equal(fclose(file), 0);
    const char *cddl = buf_c(&text);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char line[80], name[40];
        (void)snprintf(name, sizeof name, "%s", rows[i].name);
        for (char *at = name; *at; at++) *at = *at == '_' ? '-' : *at;
        (void)snprintf(line, sizeof line, "\n%s = %u\n", name, rows[i].number);
        if (!strstr(cddl, line)) fail_msg("docs/entry.cddl: lacks `%s = %u`", name, rows[i].number);
    }
    size_t said = 0; /* and none that is not there: each such line is one of the rows */
    for (const char *at = strchr(cddl, '\n'); at; at = strchr(at + 1, '\n')) {
        unsigned number = 0;
        int len = 0;
        char name[40];
        bool row = sscanf(at, "\n%39[a-z-] = %u%n", name, &number, &len) == 2;
        said += row && at[len] == '\n';
    }
    assert_int_equal(said, COUNT_OF(rows));
}

static void kinds_have_names_and_causes_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        assert_string_not_equal(entry_kind_name(kinds[i]), "unknown");
        for (size_t j = 0; j < i; j++) assert_int_not_equal(kinds[i], kinds[j]);
    }
    assert_string_equal(entry_kind_name((enum entry_kind)99), "unknown");
    for (int cause = 1; cause < CAUSE_COUNT; cause++) {
        assert_int_equal(entry_cause_find(crypto, entry_cause(crypto, (enum cause)cause)), cause);
    }
    assert_int_equal(entry_cause(crypto, CAUSE_OK), 0);
    assert_int_equal(entry_cause_find(crypto, 12345), CAUSE_COUNT);
}

static void leaves_differ_in_each_part_of_them(void **state)
{
    (void)state;
    SECRET key = {{1}}, other_key = {{2}};
    uint8_t nonce[ENTRY_NONCE_BYTES] = {3}, other_nonce[ENTRY_NONCE_BYTES] = {4};
    struct sighted sighted = {{9}, 6, 1}, others[] = {{{8}, 6, 1}, {{9}, 7, 1}, {{9}, 6, 0}};
    struct hash salts[3] = {{{0}}}, leaves[7] = {{{0}}}, record = {{5}};
    leaf_salt(crypto, &key, nonce, &salts[0]);
    leaf_salt(crypto, &other_key, nonce, &salts[1]);
    leaf_salt(crypto, &key, other_nonce, &salts[2]);
    for (size_t i = 0; i < 3; i++) set_leaf(crypto, &salts[i], &sighted, NULL, &leaves[i]);
    for (size_t i = 0; i < 3; i++) set_leaf(crypto, &salts[0], &others[i], NULL, &leaves[3 + i]);
    set_leaf(crypto, &salts[0], &sighted, &record, &leaves[6]);
    for (size_t i = 0; i < COUNT_OF(leaves); i++) {
        for (size_t j = 0; j < i; j++) assert_false(hash_equal(&leaves[i], &leaves[j]));
    }
}

static void a_leaf_is_what_the_header_says(void **state)
{
    (void)state;
    SECRET key = {{0x11, 0x22}};
    uint8_t nonce[ENTRY_NONCE_BYTES] = {0x33}, numbers[24] = {[7] = 9, [15] = 6, [23] = 1};
    const uint8_t zero = 0;
    struct sighted sighted = {{9}, 6, 1};
    struct hash salt = {{0}}, want = {{0}}, leaf = {{0}};
    const struct slice salt_parts[] = {SLICE_TEXT("amanah leaf salt 1"), SLICE_OF(key), SLICE_OF(nonce)};
    sha256(crypto, salt_parts, COUNT_OF(salt_parts), &want);
    leaf_salt(crypto, &key, nonce, &salt);
    assert_true(hash_equal(&salt, &want));
    const struct slice leaf_parts[] = {{&zero, 1}, SLICE_OF(salt), SLICE_OF(numbers)};
    sha256(crypto, leaf_parts, COUNT_OF(leaf_parts), &want);
    set_leaf(crypto, &salt, &sighted, NULL, &leaf);
    assert_true(hash_equal(&leaf, &want));
}

/* A set and texts as an entry may have beside it. */
struct beside {
    struct sighted set[300];
    struct aside_text texts[COMMITMENTS_MAX];
    uint8_t bytes[COMMITMENTS_MAX][300];
    struct aside aside;
};

static void some_beside(struct prop_rng *rng, struct beside *out)
{
    bool same = prop_below(rng, 2);
    out->aside.set_count = prop_below(rng, COUNT_OF(out->set) + 1);
    for (size_t i = 0; i < out->aside.set_count; i++) {
        out->set[i] = (struct sighted){{some_number(rng)}, some_number(rng), some_number(rng)};
        if (!same || i == 0) continue;
        out->set[i].full = out->set[0].full;
        out->set[i].masked = out->set[0].masked;
    }
    out->aside.text_count = prop_below(rng, COMMITMENTS_MAX + 1);
    for (size_t i = 0; i < out->aside.text_count; i++) {
        struct aside_text *text = &out->texts[i];
        text->kind = (enum commitment_kind)(COMMIT_REASON + prop_below(rng, COMMIT_LAST));
        some_hash(rng, text->salt, COMMIT_SALT_BYTES);
        text->text = (struct slice){out->bytes[i], prop_fill(rng, out->bytes[i], sizeof out->bytes[i])};
    }
    out->aside.set = out->set;
    out->aside.texts = out->texts;
}

static void what_stands_aside_comes_back(void **state)
{
    (void)state;
    static struct beside beside;
    PROPERTY(500, rng) {
        SCOPED(buf_done) struct buf bytes = {0};
        SCOPED(aside_read_done) struct aside_read back = {0};
        some_beside(&rng, &beside);
        aside_write(&beside.aside, &bytes);
        assert_ok(aside_read(buf_slice(&bytes), &back));
        assert_int_equal(back.set_count, beside.aside.set_count);
        for (size_t i = 0; i < back.set_count; i++) {
            assert_true(back.set[i].no.at == beside.set[i].no.at && back.set[i].full == beside.set[i].full &&
                        back.set[i].masked == beside.set[i].masked);
        }
        assert_int_equal(back.text_count, beside.aside.text_count);
        for (size_t i = 0; i < back.text_count; i++) {
            assert_int_equal(back.texts[i].kind, beside.texts[i].kind);
            assert_memory_equal(back.texts[i].salt, beside.texts[i].salt, COMMIT_SALT_BYTES);
            assert_true(slice_equal(back.texts[i].text, beside.texts[i].text));
        }
        for (size_t cut = 0; cut < bytes.len; cut += 1 + bytes.len / 16) {
            SCOPED(aside_read_done) struct aside_read none = {0};
            assert_code(CODE_CORRUPT, aside_read(slice_part(buf_slice(&bytes), 0, cut), &none));
        }
        buf_byte(&bytes, 0);
        SCOPED(aside_read_done) struct aside_read none = {0};
        assert_code(CODE_CORRUPT, aside_read(buf_slice(&bytes), &none));
    }
}

static void neighbours_in_a_set_cost_two_bytes(void **state)
{
    (void)state;
    static struct sighted set[SET_SUBJECTS_MAX];
    SCOPED(buf_done) struct buf bytes = {0};
    for (size_t i = 0; i < COUNT_OF(set); i++) set[i] = (struct sighted){{1000000 + 3 * i}, 6, 0};
    struct aside aside = {set, COUNT_OF(set), NULL, 0};
    aside_write(&aside, &bytes);
    assert_true(bytes.len < 2 * COUNT_OF(set));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_it_wrote_and_in_one_spelling),
        cmocka_unit_test(takes_no_other_bytes_for_an_entry),
        cmocka_unit_test(refuses_what_the_cddl_forbids),
        cmocka_unit_test(the_cddl_has_every_kind_and_commitment),
        cmocka_unit_test(kinds_have_names_and_causes_come_back),
        cmocka_unit_test(leaves_differ_in_each_part_of_them),
        cmocka_unit_test(a_leaf_is_what_the_header_says),
        cmocka_unit_test(what_stands_aside_comes_back),
        cmocka_unit_test(neighbours_in_a_set_cost_two_bytes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
