/*
 * The keeper in this process, without front and sockets: asks go to keeper_run() in batches, so that a profile shows
 * nothing but the keeper. Each round prints a line (measure.h); `count` is people for import and reveal_100, else asks.
 *
 *     keeper_bench --home HOME [--subjects N] [--first N] [--rounds N] [--asks N] WHAT:BATCH …
 *         WHAT     import (chunks of 1,000 rows), reveal, reveal_100, create, lookup, session (at most 16,384 asks),
 *                  redeem (one minor unit each)
 *         --codes     of redeem: a file of vouchers' codes, a line each
 *         --subjects  customers that the home has, or gets by `import` (default 20,000)
 *         --unwatched 1  without detectors: what they cost is the difference
 *         --first     number of the first customer that import and create make up (default 0)
 */
#include "answer/redress/code.h"
#include "base/cbor.h"
#include "cli/synth.h"
#include "crypto/crypto.h"
#include "keeper/keeper.h"
#include "measure.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEED = 7,
    IDS_MAX = 20000,
    MANY = 100,
    SIGNERS = 64, /* keys that open sessions, each no more of them than a key may in a minute */
    SIGNER_SESSIONS = 256,
    STRIDE = 7919, /* a prime: so many people apart, 100 of them are different ones */
    WORK_BYTES_MAX = 256
};

struct bench {
    struct keeper *keeper;
    struct buf bearer;
    struct buf frames, ends; /* asks made beforehand; size_t offsets of their ends */
    size_t frame_count;
    char (*ids)[ID_BYTES_MAX + 1];
    size_t id_count;
    struct buf codes; /* of one length, a line each */
    const char *codes_path;
    uint64_t subjects, next, random;
    uint64_t refused;
    struct buf answer; /* the newest answer frame */
};

static void take_answer(void *context, void *from, struct slice frame)
{
    struct bench *bench = context;
    struct answer_head head;
    struct slice body;
    (void)from;
    need(answer_read(slice_from(frame, 4), &head, &body), "answer");
    if (head.shape == ANSWER_CHECKPOINT && head.id == 0) return;
    if (head.cause != CAUSE_OK) bench->refused++;
    bench->answer.len = 0;
    buf_slice_put(&bench->answer, frame);
}

/* A lookup's answer: keep the id it found. */
static void take_id(void *context, void *from, struct slice frame)
{
    struct bench *bench = context;
    struct answer_head head;
    struct slice body, id = {0};
    size_t pairs = 0, found = 0;
    (void)from;
    need(answer_read(slice_from(frame, 4), &head, &body), "answer");
    if (head.id == 0) return;
    struct cbor reader = cbor_reader(body);
    need(cbor_read_map(&reader, &pairs), "lookup");
    need(cbor_skip(&reader), "lookup");
    need(cbor_read_array(&reader, &found), "lookup");
    need(cbor_read_text(&reader, &id), "lookup");
    memcpy(bench->ids[bench->id_count++], id.at, id.len);
}

static void frames_clear(struct bench *bench)
{
    bench->frames.len = bench->ends.len = 0;
    bench->frame_count = 0;
}

static void ask_add(struct bench *bench, enum verb verb, const void *ask)
{
    struct ask_head head = {.id = bench->frame_count + 1, .verb = verb, .bearer = buf_slice(&bench->bearer)};
    need(ask_write(&head, ask, &bench->frames), "ask");
    buf_put(&bench->ends, &bench->frames.len, sizeof bench->frames.len);
    bench->frame_count++;
}

static void run_batch(struct bench *bench, size_t first, size_t count,
                      void (*take)(void *, void *, struct slice))
{
    struct keeper_ask asks[KEEPER_BATCH_MAX];
    const size_t *ends = (const size_t *)(const void *)bench->ends.at;
    assert(count <= KEEPER_BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        size_t start = first + i ? ends[first + i - 1] : 0, end = ends[first + i];
        asks[i] =
            (struct keeper_ask){.frame = {bench->frames.at + start + 4, end - start - 4}, .local = true};
    }
    keeper_run(bench->keeper, asks, count, (struct keeper_sink){take, bench});
}

/* One ask, its answer's body. */
static struct slice ask_once(struct bench *bench, enum verb verb, const void *ask)
{
    struct answer_head head;
    struct slice body = {0};
    frames_clear(bench);
    ask_add(bench, verb, ask);
    run_batch(bench, 0, 1, take_answer);
    need(answer_read(slice_from(buf_slice(&bench->answer), 4), &head, &body), "answer");
    if (head.cause != CAUSE_OK)
        give_up("%s: %.*s", cause_row(head.cause)->title, (int)body.len, (const char *)body.at);
    return body;
}

static struct slice member_of(struct slice body, const char *name)
{
    struct cbor reader = cbor_reader(body);
    size_t pairs = 0;
    struct slice key = {0}, text = {0};
    need(cbor_read_map(&reader, &pairs), "answer");
    for (size_t i = 0; i < pairs; i++) {
        need(cbor_read_text(&reader, &key), "answer");
        if (slice_is(key, name)) {
            need(cbor_read_text(&reader, &text), name);
            return text;
        }
        need(cbor_skip(&reader), "answer");
    }
    give_up("answer: without %s", name);
}

/* A role without a limit worth the name, and a key of it: the looks of a benchmark are those of a busy service. */
static void key_make(struct bench *bench)
{
    static const struct slice all[] = {{(const uint8_t *)"*", 1}};
    static const char *const act_names[] = {"reveal", "lookup", "show",  "create",
                                            "change", "import", "redeem"};
    static const char *const purpose_names[] = {"support", "delivery"};
    struct slice acts[COUNT_OF(act_names)], purposes[COUNT_OF(purpose_names)];
    for (size_t i = 0; i < COUNT_OF(acts); i++) acts[i] = slice_text(act_names[i]);
    for (size_t i = 0; i < COUNT_OF(purposes); i++) purposes[i] = slice_text(purpose_names[i]);
    struct role_put_ask role = {.name = SLICE_TEXT("bench"),
                                .fields = {all, 1},
                                .purposes = {purposes, COUNT_OF(purposes)},
                                .acts = {acts, COUNT_OF(acts)},
                                .daily = 1000000000};
    struct key_issue_ask key = {.role = SLICE_TEXT("bench"), .name = SLICE_TEXT("bench")};
    (void)ask_once(bench, VERB_ROLE_PUT, &role);
    struct slice text = member_of(ask_once(bench, VERB_KEY_ISSUE, &key), "key");
    buf_slice_put(&bench->bearer, text);
}

/* Look some people up by ref: many in a batch, so that a profile hardly sees it. */
static void ids_find(struct bench *bench)
{
    size_t count = bench->subjects < IDS_MAX ? bench->subjects : IDS_MAX;
    if (bench->id_count > 0) return;
    bench->ids = calloc(count, sizeof *bench->ids);
    if (!bench->ids) give_up("out of memory");
    frames_clear(bench);
    for (size_t i = 0; i < count; i++) {
        struct synth_customer one;
        synth_customer(SEED, i * bench->subjects / count, &one);
        struct lookup_ask ask = {
            .field = SLICE_TEXT("ref"), .value = slice_text(one.ref), .purpose = SLICE_TEXT("support")};
        ask_add(bench, VERB_LOOKUP, &ask);
    }
    for (size_t at = 0; at < count; at += KEEPER_BATCH_MAX) {
        run_batch(bench, at, count - at < KEEPER_BATCH_MAX ? count - at : KEEPER_BATCH_MAX, take_id);
    }
}

static void reveal_make(struct bench *bench, size_t people)
{
    struct slice subjects[MANY];
    const struct slice fields[] = {SLICE_TEXT("name"), SLICE_TEXT("email")};
    assert(people <= MANY);
    uint64_t first = draw(&bench->random);
    for (size_t i = 0; i < people; i++) {
        subjects[i] = slice_text(bench->ids[(first + i * STRIDE) % bench->id_count]);
    }
    struct reveal_ask ask = {.subjects = {subjects, people},
                             .fields = {fields, COUNT_OF(fields)},
                             .purpose = SLICE_TEXT("support")};
    ask_add(bench, VERB_REVEAL, &ask);
}

static void create_make(struct bench *bench)
{
    struct synth_customer one;
    synth_customer(SEED, bench->next++, &one);
    const struct value values[] = {
        {.name = SLICE_TEXT("name"), .text = slice_text(one.name)},
        {.name = SLICE_TEXT("email"), .text = slice_text(one.email)},
        {.name = SLICE_TEXT("phone"), .text = slice_text(one.phone)},
    };
    struct subject_create_ask ask = {.ref = slice_text(one.ref),
                                     .lang = slice_text(one.lang),
                                     .country = slice_text(one.country),
                                     .fields = {values, COUNT_OF(values)}};
    ask_add(bench, VERB_SUBJECT_CREATE, &ask);
}

static void lookup_make(struct bench *bench)
{
    struct synth_customer one;
    synth_customer(SEED, draw(&bench->random) % bench->subjects, &one);
    struct lookup_ask ask = {
        .field = SLICE_TEXT("email"), .value = slice_text(one.email), .purpose = SLICE_TEXT("support")};
    ask_add(bench, VERB_LOOKUP, &ask);
}

static void codes_read(struct bench *bench)
{
    char line[WORK_BYTES_MAX];
    FILE *file = fopen(bench->codes_path, "re");
    if (!file) give_up("redeem: --codes FILE");
    while (fgets(line, sizeof line, file)) buf_put(&bench->codes, line, strcspn(line, "\n"));
    (void)fclose(file); /* only read */
    if (bench->codes.len == 0 || bench->codes.len % VOUCHER_TEXT_BYTES != 0)
        give_up("%s: not a code a line", bench->codes_path);
}

static void redeem_make(struct bench *bench)
{
    size_t at = draw(&bench->random) % (bench->codes.len / VOUCHER_TEXT_BYTES);
    const struct voucher_redeem_ask ask = {
        .code = {bench->codes.at + at * VOUCHER_TEXT_BYTES, VOUCHER_TEXT_BYTES}, .amount = 1};
    ask_add(bench, VERB_VOUCHER_REDEEM, &ask);
}

/* A chunk of rows: ref, name, email, phone, lang, country. */
static void import_make(struct bench *bench, size_t rows)
{
    static const char *const names[] = {"ref", "name", "email", "phone", "lang", "country"};
    struct slice targets[COUNT_OF(names)];
    SCOPED(buf_done) struct buf bytes = {0};
    for (size_t i = 0; i < COUNT_OF(names); i++) targets[i] = slice_text(names[i]);
    for (size_t i = 0; i < rows; i++, bench->next++) {
        struct synth_customer one;
        synth_customer(SEED, bench->next, &one);
        const char *const texts[] = {one.ref, one.name, one.email, one.phone, one.lang, one.country};
        struct import_value values[COUNT_OF(names)];
        for (size_t at = 0; at < COUNT_OF(names); at++) {
            values[at] = (struct import_value){.target = (uint8_t)at, .text = slice_text(texts[at])};
        }
        import_row_write(bench->next + 2, values, COUNT_OF(values), &bytes);
    }
    struct import_ask ask = {.targets = {targets, COUNT_OF(targets)},
                             .rows = buf_slice(&bytes),
                             .on_conflict = SLICE_TEXT("update")};
    ask_add(bench, VERB_IMPORT, &ask);
}

/* Sessions by keys of this round: their challenges are signed beforehand, as clients would. */
static void sessions_make(struct bench *bench, uint64_t asks)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    struct signer *signers[SIGNERS] = {NULL};
    char ids[SIGNERS][ID_BYTES_MAX + 1] = {""};
    struct buf *texts = calloc(asks, sizeof *texts);
    if (asks > (uint64_t)SIGNERS * SIGNER_SESSIONS || !texts)
        give_up("session: at most %d asks a round", SIGNERS * SIGNER_SESSIONS);
    need(crypto_new(&crypto), "crypto");
    struct buf bearer =
        TAKE(bench->bearer); /* keys are issued by the operator, and sessions need no credential */
    for (size_t i = 0; i < SIGNERS; i++) {
        struct secret seed;
        uint8_t public_key[PUBLIC_KEY_BYTES];
        SCOPED(buf_done) struct buf text = {0};
        struct key_issue_ask key = {.role = SLICE_TEXT("bench")};
        crypto_random(crypto, seed.bytes, SECRET_BYTES);
        need(signer_new(crypto, &seed, &signers[i]), "signer");
        signer_public(signers[i], public_key);
        base64_put(&text, SLICE_OF(public_key));
        key.public_key = buf_slice(&text);
        struct slice id = member_of(ask_once(bench, VERB_KEY_ISSUE, &key), "id");
        memcpy(ids[i], id.at, id.len);
    }
    for (uint64_t i = 0; i < asks; i++) {
        struct session_open_ask ask = {.key = slice_text(ids[i % SIGNERS])};
        buf_slice_put(&texts[i], member_of(ask_once(bench, VERB_SESSION_OPEN, &ask), "challenge"));
    }
    frames_clear(bench);
    for (uint64_t i = 0; i < asks; i++) {
        uint8_t bytes[SIGNATURE_BYTES];
        SCOPED(buf_done) struct buf signature = {0};
        signer_sign(signers[i % SIGNERS], buf_slice(&texts[i]), bytes);
        base64_put(&signature, SLICE_OF(bytes));
        struct session_open_ask ask = {.key = slice_text(ids[i % SIGNERS]),
                                       .challenge = buf_slice(&texts[i]),
                                       .signature = buf_slice(&signature)};
        ask_add(bench, VERB_SESSION_OPEN, &ask);
        buf_done(&texts[i]);
    }
    bench->bearer = bearer;
    for (size_t i = 0; i < SIGNERS; i++) signer_free(&signers[i]);
    free(texts);
}

/* Make the asks of one round; returns how many people each is about. */
static size_t asks_make(struct bench *bench, const char *what, uint64_t asks)
{
    frames_clear(bench);
    if (strcmp(what, "import") == 0) {
        for (uint64_t left = bench->subjects; left > 0;) {
            size_t rows = left < IMPORT_ROWS_MAX ? left : IMPORT_ROWS_MAX;
            import_make(bench, rows);
            left -= rows;
        }
        return IMPORT_ROWS_MAX;
    }
    if (strcmp(what, "session") == 0) {
        sessions_make(bench, asks);
        return 1;
    }
    if (strncmp(what, "reveal", 6) == 0) ids_find(bench);
    if (strcmp(what, "redeem") == 0 && bench->codes.len == 0) codes_read(bench);
    frames_clear(bench);
    for (uint64_t i = 0; i < asks; i++) {
        if (strcmp(what, "reveal") == 0) {
            reveal_make(bench, 1);
        } else if (strcmp(what, "reveal_100") == 0) {
            reveal_make(bench, MANY);
        } else if (strcmp(what, "create") == 0) {
            create_make(bench);
        } else if (strcmp(what, "lookup") == 0) {
            lookup_make(bench);
        } else if (strcmp(what, "redeem") == 0) {
            redeem_make(bench);
        } else {
            give_up("%s: import, reveal, reveal_100, create, lookup, session or redeem", what);
        }
    }
    return strcmp(what, "reveal_100") == 0 ? MANY : 1;
}

static void round_run(struct bench *bench, const char *work, uint64_t asks)
{
    char what[WORK_BYTES_MAX] = "";
    const char *colon = strchr(work, ':');
    size_t batch = colon ? strtoul(colon + 1, NULL, 10) : 64;
    if (batch == 0 || batch > KEEPER_BATCH_MAX)
        give_up("%s: a batch of 1 to %d asks", work, KEEPER_BATCH_MAX);
    (void)snprintf(what, sizeof what, "%.*s", (int)(colon ? colon - work : (long)strlen(work)), work);
    size_t people = asks_make(bench, what, asks);
    struct times times = {0};
    bench->refused = 0;
    uint64_t start = now_ns(), start_cpu = cpu_ns();
    for (size_t at = 0; at < bench->frame_count; at += batch) {
        size_t count = bench->frame_count - at < batch ? bench->frame_count - at : batch;
        uint64_t before = now_ns();
        run_batch(bench, at, count, take_answer);
        times_add(&times, now_ns() - before);
        (void)keeper_idle(bench->keeper);
    }
    struct took took = {now_ns() - start, cpu_ns() - start_cpu};
    if (bench->refused > 0) give_up("%s: %llu refused", what, (unsigned long long)bench->refused);
    round_print(work, batch, bench->frame_count * people, took, &times);
}

int main(int argc, char **argv)
{
    struct bench bench = {.subjects = argument(argc, argv, "--subjects", 20000),
                          .next = argument(argc, argv, "--first", 0),
                          .codes_path = argument_text(argc, argv, "--codes", ""),
                          .random = SEED};
    uint64_t rounds = argument(argc, argv, "--rounds", 1), asks = argument(argc, argv, "--asks", 20000);
    struct keeper_options options = {.home = argument_text(argc, argv, "--home", NULL),
                                     .clock = clock_system(),
                                     .unwatched = argument(argc, argv, "--unwatched", 0) != 0};
    if (!options.home || bench.subjects == 0) give_up("--home HOME --subjects N WHAT:BATCH …");
    need(keeper_open(&options, &bench.keeper), "home");
    key_make(&bench);
    for (uint64_t round = 0; round < rounds; round++) {
        for (int i = 1; i < argc; i++) {
            if (strchr(argv[i], ':') && argv[i - 1][0] != '-') round_run(&bench, argv[i], asks);
        }
    }
    keeper_free(&bench.keeper);
    buf_done(&bench.bearer);
    buf_done(&bench.frames);
    buf_done(&bench.ends);
    buf_done(&bench.answer);
    buf_done(&bench.codes);
    free(bench.ids);
    return 0;
}
