#include "prove/witness.h"

#include "counter.h"
#include "loopback.h"
#include "vectors.h"

static struct crypto *crypto;

static int set_up(void **state)
{
    (void)state;
    if (setenv("no_proxy", "127.0.0.1", 1) != 0) return -1;
    return crypto_new(&crypto).code == CODE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    crypto_free(&crypto);
    return 0;
}

/* Another log and its keys for each test: a witness remembers what it saw. */
struct scene {
    struct counter *counter;
    struct test_key log, witness_key;
    struct witness witness;
    char url[64];
};

static void scene_done(struct scene *scene)
{
    counter_free(&scene->counter);
    test_key_done(&scene->log);
    test_key_done(&scene->witness_key);
}

static struct scene scene_make(uint64_t size)
{
    struct scene scene = {.counter = counter_new(crypto, size)};
    scene.log = test_key_make(crypto, KEY_ED25519, LOG_NAME, LOG_SEED);
    scene.witness_key = test_key_make(crypto, KEY_COSIGNATURE, WITNESS_NAME, WITNESS_SEED);
    scene.witness.key = scene.witness_key.key;
    scene.witness.timeout_ms = 5000;
    return scene;
}

static void scene_at(struct scene *scene, const struct loopback *server)
{
    (void)snprintf(scene->url, sizeof scene->url, "http://127.0.0.1:%d/w", server->port);
    scene->witness.url = scene->url;
}

static struct result ask(struct scene *scene, uint64_t size, uint64_t *last_size, struct buf *line)
{
    SCOPED(buf_done) struct buf checkpoint = {0};
    counter_checkpoint(scene->counter, &scene->log, size, &checkpoint);
    return witness_cosign(crypto, &scene->witness, &scene->counter->reader, buf_slice(&checkpoint), last_size,
                          line);
}

/* A small witness after C2SP tlog-witness, for one log; it lives in the server's thread and owns its crypto. */
struct small_witness {
    struct crypto *crypto;
    struct test_key key;
    struct note_check log;
    struct checkpoint seen;
    int requests;
};

static bool request_get(struct slice body, uint64_t *old, struct proof *proof, struct slice *checkpoint)
{
    const uint8_t *end = memmem(body.at, body.len, "\n\n", 2);
    if (!slice_starts(body, "old ") || !end) return false;
    struct slice head = slice_part(body, 4, (size_t)(end + 1 - body.at) - 4);
    const uint8_t *newline = memchr(head.at, '\n', head.len);
    *old = vector_number(slice_part(head, 0, (size_t)(newline - head.at)));
    *checkpoint = slice_from(body, (size_t)(end + 2 - body.at));
    return proof_lines_get(slice_from(head, (size_t)(newline + 1 - head.at)), proof).code == CODE_OK;
}

static int small_witness_answer(void *context, struct slice body, struct buf *out)
{
    struct small_witness *witness = context;
    uint64_t old = 0;
    struct proof proof = {0};
    struct slice bytes = {0};
    struct checkpoint checkpoint = {0};
    struct note note = {0};
    witness->requests++;
    if (!request_get(body, &old, &proof, &bytes)) return 400;
    if (checkpoint_open(witness->crypto, bytes, &witness->log, 1, &checkpoint).code != CODE_OK) return 403;
    if (old > checkpoint.size) return 400;
    if (old != witness->seen.size) {
        buf_print(out, "%llu\n", (unsigned long long)witness->seen.size);
        return 409;
    }
    struct result result = proof_consistency_check(witness->crypto, old, checkpoint.size, &witness->seen.root,
                                                   &checkpoint.root, &proof);
    if (result.code != CODE_OK || note_parse(bytes, &note).code != CODE_OK) return 422;
    witness->seen = checkpoint;
    buf_text(out, "\xe2\x80\x94 stranger.example AAAAAAA=\n"); /* which every client must ignore */
    note_cosign(witness->key.signer, &witness->key.key, note.text, 1700000000, out);
    return 200;
}

static void small_witness_open(struct small_witness *witness, const struct scene *scene)
{
    *witness = (struct small_witness){.log = {.key = scene->log.key}};
    assert_ok(crypto_new(&witness->crypto));
    witness->key = test_key_make(witness->crypto, KEY_COSIGNATURE, WITNESS_NAME, WITNESS_SEED);
    empty_root(&witness->seen.root);
}

static void small_witness_done(struct small_witness *witness)
{
    test_key_done(&witness->key);
    crypto_free(&witness->crypto);
}

static void a_log_that_grows_is_cosigned_each_time(void **state)
{
    (void)state;
    static const uint64_t sizes[] = {0, 1, 2, 255, 256, 257, 300, 300, 5000};
    SCOPED(scene_done) struct scene scene = scene_make(5000);
    SCOPED(small_witness_done) struct small_witness witness = {0};
    SCOPED(loopback_done) struct loopback server = {.answer = small_witness_answer, .context = &witness};
    uint64_t last_size = 0;
    small_witness_open(&witness, &scene);
    loopback_start(&server);
    scene_at(&scene, &server);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        SCOPED(buf_done) struct buf line = {0}, bytes = {0};
        struct note_check checks[] = {{.key = scene.log.key}, {.key = scene.witness_key.key}};
        struct checkpoint checkpoint = {0};
        assert_ok(ask(&scene, sizes[i], &last_size, &line));
        assert_true(last_size == sizes[i]);
        assert_null(memmem(line.at, line.len, "stranger", 8));
        counter_checkpoint(scene.counter, &scene.log, sizes[i], &bytes);
        buf_slice_put(&bytes, buf_slice(&line)); /* a cosigned checkpoint is the two put together */
        assert_ok(checkpoint_open(crypto, buf_slice(&bytes), checks, 2, &checkpoint));
        assert_true(checks[1].good && checks[1].time_s == 1700000000);
    }
    assert_int_equal(witness.requests, COUNT_OF(sizes));
}

static void a_forgotten_size_is_learnt_from_the_witness(void **state)
{
    (void)state;
    SCOPED(scene_done) struct scene scene = scene_make(1000);
    SCOPED(small_witness_done) struct small_witness witness = {0};
    SCOPED(loopback_done) struct loopback server = {.answer = small_witness_answer, .context = &witness};
    SCOPED(buf_done) struct buf line = {0};
    uint64_t last_size = 0;
    small_witness_open(&witness, &scene);
    loopback_start(&server);
    scene_at(&scene, &server);
    assert_ok(ask(&scene, 300, &last_size, &line));
    last_size = 0;
    assert_ok(ask(&scene, 1000, &last_size, &line));
    assert_true(last_size == 1000);
    assert_int_equal(witness.requests, 3);
    last_size = 7;
    assert_ok(ask(&scene, 1000, &last_size, &line)); /* the same size again is fine */
    /* an old copy of the log is told apart from a new one */
    last_size = 0;
    line.len = 0;
    struct result result = ask(&scene, 500, &last_size, &line);
    assert_int_equal(result.cause, CAUSE_LEDGER_BEHIND);
    assert_true(last_size == 1000 && line.len == 0);
}

static void a_rewritten_log_is_refused_by_the_witness(void **state)
{
    (void)state;
    SCOPED(scene_done) struct scene scene = scene_make(300);
    SCOPED(small_witness_done) struct small_witness witness = {0};
    SCOPED(loopback_done) struct loopback server = {.answer = small_witness_answer, .context = &witness};
    SCOPED(buf_done) struct buf line = {0};
    uint64_t last_size = 0;
    small_witness_open(&witness, &scene);
    loopback_start(&server);
    scene_at(&scene, &server);
    assert_ok(ask(&scene, 200, &last_size, &line));
    line.len = 0;
    scene.counter->rows[0].at[5] ^= 1;
    assert_code(CODE_CORRUPT, ask(&scene, 300, &last_size, &line));
    assert_code(CODE_CORRUPT, ask(&scene, 200, &last_size, &line));
    assert_true(last_size == 200 && line.len == 0);
}

struct canned {
    int status;
    const char *body;
};

static int canned_answer(void *context, struct slice body, struct buf *out)
{
    const struct canned *canned = context;
    (void)body;
    buf_text(out, canned->body);
    return canned->status;
}

#define WITNESS_LINE                                                             \
    "\xe2\x80\x94 witness.example/w1 "                                           \
    "BNLYMwAAAABkGFDLAFw/UL4OM3rHDC7/Vn00kyBhDdRN/f4QRGljPTkfwCRhIN0HQ/+c31v0N/" \
    "vryjrKjsmZJinLUmMgxpJVAC4RCw==\n"
#define OTHER_LINE                                                               \
    "\xe2\x80\x94 witness.example/w1 "                                           \
    "BNLYMwAAAABkGFDMAFw/UL4OM3rHDC7/Vn00kyBhDdRN/f4QRGljPTkfwCRhIN0HQ/+c31v0N/" \
    "vryjrKjsmZJinLUmMgxpJVAC4RCw==\n"

static const struct answer_case {
    const char *name;
    struct canned canned;
    enum code want;
} answer_cases[] = {
    {"the published cosignature", {200, WITNESS_LINE}, CODE_OK},
    {"twice", {200, WITNESS_LINE WITNESS_LINE}, CODE_OK},
    {"another time under the same signature", {200, OTHER_LINE}, CODE_CORRUPT},
    {"no line", {200, ""}, CODE_UNAVAILABLE},
    {"a page", {200, "<html>It works!</html>\n"}, CODE_UNAVAILABLE},
    {"a whole note", {200, "a\n\n" WITNESS_LINE}, CODE_UNAVAILABLE},
    {"an empty line first", {200, "\n" WITNESS_LINE}, CODE_UNAVAILABLE},
    {"another key only", {200, "\xe2\x80\x94 x AAAAAAA=\n"}, CODE_UNAVAILABLE},
    {"malformed", {400, "bad request\n"}, CODE_INVALID},
    {"unknown key", {403, ""}, CODE_DENIED},
    {"unknown log", {404, ""}, CODE_NOT_FOUND},
    {"no consistency", {422, ""}, CODE_CORRUPT},
    {"broken", {500, "oops"}, CODE_UNAVAILABLE},
    {"busy", {503, ""}, CODE_UNAVAILABLE},
    {"a redirect is not followed", {307, ""}, CODE_UNAVAILABLE},
    {"created", {201, WITNESS_LINE}, CODE_UNAVAILABLE},
    {"409 without a size", {409, ""}, CODE_UNAVAILABLE},
    {"409 with a cut size", {409, "300"}, CODE_UNAVAILABLE},
    {"409 with a leading zero", {409, "0300\n"}, CODE_UNAVAILABLE},
    {"409 with two lines", {409, "300\n300\n"}, CODE_UNAVAILABLE},
    {"409 again and again", {409, "7\n"}, CODE_CONFLICT},
    {"409 with a larger size", {409, "301\n"}, CODE_CORRUPT},
};

static void answers_are_told_apart(void **state)
{
    (void)state;
    SCOPED(scene_done) struct scene scene = scene_make(300);
    for (size_t i = 0; i < COUNT_OF(answer_cases); i++) {
        struct canned canned = answer_cases[i].canned;
        SCOPED(loopback_done) struct loopback server = {.answer = canned_answer, .context = &canned};
        SCOPED(buf_done) struct buf line = {0};
        uint64_t last_size = 0;
        loopback_start(&server);
        scene_at(&scene, &server);
        struct result got = ask(&scene, 300, &last_size, &line);
        if (got.code != answer_cases[i].want) fail_msg("%s: %s", answer_cases[i].name, result_text());
        assert_true(slice_is(buf_slice(&line), got.code == CODE_OK ? WITNESS_LINE : ""));
    }
}

static void a_dead_slow_or_endless_witness_ends_in_time(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum loopback_fault fault;
    } cases[] = {
        {"never answers", LOOPBACK_HANG}, {"hangs up", LOOPBACK_CLOSE}, {"never ends", LOOPBACK_FLOOD}};
    struct canned canned = {200, ""};
    SCOPED(scene_done) struct scene scene = scene_make(10);
    SCOPED(buf_done) struct buf line = {0};
    uint64_t last_size = 0;
    scene.witness.timeout_ms = 300;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        SCOPED(loopback_done)
        struct loopback server = {.answer = canned_answer, .context = &canned, .fault = cases[i].fault};
        loopback_start(&server);
        scene_at(&scene, &server);
        struct result got = ask(&scene, 10, &last_size, &line);
        if (got.code != CODE_UNAVAILABLE) fail_msg("%s: %s", cases[i].name, code_meaning(got.code));
    }
    static const char *const urls[] = {"http://127.0.0.1:1/w", "file:///etc", "ftp://127.0.0.1:1",
                                       "not a url", ""};
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        scene.witness.url = urls[i];
        assert_code(CODE_UNAVAILABLE, ask(&scene, 10, &last_size, &line));
    }
    assert_true(last_size == 0 && line.len == 0);
}

static void plain_http_is_not_taken_for_https(void **state)
{
    (void)state;
    struct canned canned = {200, WITNESS_LINE};
    SCOPED(scene_done) struct scene scene = scene_make(300);
    SCOPED(loopback_done) struct loopback server = {.answer = canned_answer, .context = &canned};
    SCOPED(buf_done) struct buf line = {0};
    uint64_t last_size = 0;
    scene.witness.timeout_ms = 300;
    loopback_start(&server);
    (void)snprintf(scene.url, sizeof scene.url, "https://127.0.0.1:%d", server.port);
    scene.witness.url = scene.url;
    assert_code(CODE_UNAVAILABLE, ask(&scene, 300, &last_size, &line));
    assert_int_equal(line.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_that_grows_is_cosigned_each_time),
        cmocka_unit_test(a_forgotten_size_is_learnt_from_the_witness),
        cmocka_unit_test(a_rewritten_log_is_refused_by_the_witness),
        cmocka_unit_test(answers_are_told_apart),
        cmocka_unit_test(a_dead_slow_or_endless_witness_ends_in_time),
        cmocka_unit_test(plain_http_is_not_taken_for_https),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
