/* A sealed file opens as it was written and in no other way: by property. */
#include "answer/incident/sealed_file.h"

#include "prop.h"

#include <string.h>

enum { INCIDENT = 77, PARTS_MAX = 3 };

struct kit {
    struct crypto *crypto;
    struct aead *incident;
};

static void kit_done(struct kit *kit)
{
    aead_free(&kit->incident);
    crypto_free(&kit->crypto);
}

static void kit_new(struct kit *kit)
{
    SECRET key = {{7}};
    assert_ok(crypto_new(&kit->crypto));
    assert_ok(aead_new(kit->crypto, &kit->incident));
    aead_key(kit->incident, &key);
}

static void file_write(struct kit *kit, const uint8_t id[SEALED_ID_BYTES], struct slice text, struct buf *out)
{
    SCOPED(aead_free) struct aead *box = NULL;
    assert_ok(sealed_head_new(kit->crypto, kit->incident, INCIDENT, id, &box, out));
    for (uint64_t part = 0;; part++) {
        struct slice left = slice_from(text, part * SEALED_CHUNK_BYTES);
        bool last = left.len <= SEALED_CHUNK_BYTES;
        sealed_chunk_put(box, part, last, slice_part(left, 0, SEALED_CHUNK_BYTES), out);
        if (last) return;
    }
}

static struct result file_read_back(struct kit *kit, const uint8_t id[SEALED_ID_BYTES], uint64_t incident,
                                    struct slice file, struct buf *out)
{
    SCOPED(aead_free) struct aead *box = NULL;
    bool last = false;
    TRY(sealed_head_open(kit->crypto, kit->incident, incident, id, slice_part(file, 0, SEALED_HEAD_BYTES),
                         &box));
    for (uint64_t part = 0; !last; part++) {
        uint64_t at = 0;
        size_t len = 0;
        TRY(sealed_chunk_at(file.len, part, &at, &len, &last));
        TRY(sealed_chunk_get(box, part, last, slice_part(file, at, len), out));
    }
    return OK;
}

/* Lengths about the borders of chunks, where it could go wrong. */
static size_t some_length(struct prop_rng *rng)
{
    size_t whole = prop_below(rng, PARTS_MAX) * SEALED_CHUNK_BYTES;
    size_t near = prop_below(rng, 3);
    if (prop_below(rng, 2)) return whole + prop_below(rng, SEALED_CHUNK_BYTES);
    return whole + near > 0 ? whole + near - (near > 0 && whole > 0) : 0;
}

static void filled(struct prop_rng *rng, size_t len, struct buf *out)
{
    uint8_t *at = buf_extend(out, len);
    uint64_t step = prop_below(rng, 1U << 30) | 1;
    for (size_t i = 0; i < len; i++) at[i] = (uint8_t)(i * step >> 13);
}

static void opens_as_it_was_written(void **state)
{
    (void)state;
    SCOPED(kit_done) struct kit kit = {0};
    kit_new(&kit);
    PROPERTY(30, rng) {
        uint8_t id[SEALED_ID_BYTES] = {(uint8_t)prop_below(&rng, 256)};
        SCOPED(buf_done) struct buf text = {0}, file = {0}, back = {0};
        filled(&rng, some_length(&rng), &text);
        file_write(&kit, id, buf_slice(&text), &file);
        assert_ok(file_read_back(&kit, id, INCIDENT, buf_slice(&file), &back));
        assert_true(slice_equal(buf_slice(&back), buf_slice(&text)));
    }
}

static void any_change_is_found(void **state)
{
    (void)state;
    SCOPED(kit_done) struct kit kit = {0};
    kit_new(&kit);
    PROPERTY(30, rng) {
        uint8_t id[SEALED_ID_BYTES] = {1}, other[SEALED_ID_BYTES] = {2};
        SCOPED(buf_done) struct buf text = {0}, file = {0}, none = {0};
        filled(&rng, some_length(&rng), &text);
        file_write(&kit, id, buf_slice(&text), &file);
        size_t cut = prop_below(&rng, file.len), at = prop_below(&rng, file.len);
        assert_code(CODE_CORRUPT,
                    file_read_back(&kit, id, INCIDENT, slice_part(buf_slice(&file), 0, cut), &none));
        assert_code(CODE_CORRUPT, file_read_back(&kit, other, INCIDENT, buf_slice(&file), &none));
        assert_code(CODE_CORRUPT, file_read_back(&kit, id, INCIDENT + 1, buf_slice(&file), &none));
        file.at[at] ^= (uint8_t)(1U << prop_below(&rng, 8));
        assert_code(CODE_CORRUPT, file_read_back(&kit, id, INCIDENT, buf_slice(&file), &none));
    }
}

/* Cut at the end of each chunk, the next-to-last would have to pass as the last. */
static void a_file_cut_between_chunks_is_short(void **state)
{
    (void)state;
    SCOPED(kit_done) struct kit kit = {0};
    SCOPED(buf_done) struct buf text = {0}, file = {0}, none = {0};
    uint8_t id[SEALED_ID_BYTES] = {3};
    struct prop_rng rng = {1};
    kit_new(&kit);
    filled(&rng, (size_t)3 * SEALED_CHUNK_BYTES, &text);
    file_write(&kit, id, buf_slice(&text), &file);
    for (size_t parts = 0; parts < 3; parts++) {
        struct slice cut = slice_part(buf_slice(&file), 0, SEALED_HEAD_BYTES + parts * SEALED_BOX_BYTES);
        assert_code(CODE_CORRUPT, file_read_back(&kit, id, INCIDENT, cut, &none));
    }
}

static void chunks_that_changed_places_do_not_open(void **state)
{
    (void)state;
    SCOPED(kit_done) struct kit kit = {0};
    SCOPED(buf_done) struct buf text = {0}, file = {0}, first = {0}, none = {0};
    uint8_t id[SEALED_ID_BYTES] = {4};
    struct prop_rng rng = {1};
    kit_new(&kit);
    filled(&rng, (size_t)2 * SEALED_CHUNK_BYTES + 5, &text);
    file_write(&kit, id, buf_slice(&text), &file);
    uint8_t *one = file.at + SEALED_HEAD_BYTES, *two = one + SEALED_BOX_BYTES;
    buf_put(&first, one, SEALED_BOX_BYTES);
    memcpy(one, two, SEALED_BOX_BYTES);
    memcpy(two, first.at, SEALED_BOX_BYTES);
    assert_code(CODE_CORRUPT, file_read_back(&kit, id, INCIDENT, buf_slice(&file), &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_as_it_was_written),
        cmocka_unit_test(any_change_is_found),
        cmocka_unit_test(a_file_cut_between_chunks_is_short),
        cmocka_unit_test(chunks_that_changed_places_do_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
