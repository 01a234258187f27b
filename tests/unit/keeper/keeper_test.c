/* The keeper's own rules: batches, receipts, idempotency keys, strangers, and the verbs on the home. */
#include "keeper/keeper_priv.h"

#include "prop.h"

#include <poll.h>
#include <unistd.h>

enum { HEARD_MAX = 32 };

struct heard {
    struct answer_head head;
    struct buf body;
    void *from;
};

struct daemon {
    char home[64];
    int64_t now_us;
    struct keeper *keeper;
    struct buf key; /* the first admin key */
    struct heard heard[HEARD_MAX];
    size_t count;
};

static int64_t now(void *context)
{
    return ((struct daemon *)context)->now_us;
}

static void daemon_open(struct daemon *daemon)
{
    struct keeper_options options = {.home = daemon->home, .clock = {now, daemon}};
    assert_ok(keeper_open(&options, &daemon->keeper));
}

static void daemon_begin(struct daemon *daemon)
{
    SCOPED(home_made_done) struct home_made made = {0};
    *daemon = (struct daemon){.home = "/tmp/amanah-keeper-XXXXXX", .now_us = 1795300000 * SECOND_US};
    assert_non_null(mkdtemp(daemon->home));
    struct home_options options = {.path = daemon->home, .seal.kind = SEAL_PLAIN, .clock = {now, daemon}};
    assert_ok(home_init(&options, &made));
    daemon->key = TAKE(made.key);
    daemon_open(daemon);
}

static void forget(struct daemon *daemon)
{
    for (size_t i = 0; i < daemon->count; i++) buf_done(&daemon->heard[i].body);
    daemon->count = 0;
}

static void daemon_end(struct daemon *daemon)
{
    char command[96];
    forget(daemon);
    keeper_free(&daemon->keeper);
    buf_done(&daemon->key);
    (void)snprintf(command, sizeof command, "rm -r '%s'", daemon->home);
    assert_int_equal(system(command), 0);
}

static void hear(void *context, void *from, struct slice frame)
{
    struct daemon *daemon = context;
    struct slice body = {0};
    assert_true(daemon->count < HEARD_MAX);
    struct heard *heard = &daemon->heard[daemon->count++];
    *heard = (struct heard){.from = from};
    assert_ok(answer_read(slice_from(frame, 4), &heard->head, &body));
    buf_slice_put(&heard->body, body);
}

/* An ask with all that may come with it. */
struct sent {
    enum verb verb;
    const void *ask;
    const char *idempotency;
    struct slice bearer;
    bool afar;    /* not from the local socket */
    uint8_t host; /* last byte of its network, when afar */
    void *from;
};

static void run(struct daemon *daemon, const struct sent *sent, size_t count)
{
    struct buf frames[HEARD_MAX] = {{0}};
    struct keeper_ask asks[HEARD_MAX];
    forget(daemon);
    for (size_t i = 0; i < count; i++) {
        struct ask_head head = {.id = i + 1, .verb = sent[i].verb, .bearer = sent[i].bearer};
        head.idempotency = slice_text(sent[i].idempotency);
        if (sent[i].afar) head.network[0] = 0x20;
        if (sent[i].afar) head.network[NETWORK_BYTES - 1] = sent[i].host;
        assert_ok(ask_write(&head, sent[i].ask, &frames[i]));
        asks[i] = (struct keeper_ask){slice_from(buf_slice(&frames[i]), 4), !sent[i].afar, sent[i].from};
    }
    keeper_run(daemon->keeper, asks, count, (struct keeper_sink){hear, daemon});
    for (size_t i = 0; i < count; i++) buf_done(&frames[i]);
}

/* One ask: its answer, behind a checkpoint if it has a receipt. */
static const struct heard *once(struct daemon *daemon, struct sent sent)
{
    run(daemon, &sent, 1);
    return &daemon->heard[daemon->count - 1];
}

static uint64_t entries(const struct daemon *daemon)
{
    return ledger_durable(daemon->keeper->shops[0]->ledger);
}

static bool says(const struct heard *heard, const char *text)
{
    return memmem(heard->body.at, heard->body.len, text, strlen(text)) != NULL;
}

static struct subject_create_ask create_of(const char *ref)
{
    static const struct value values[] = {
        {.name = {(const uint8_t *)"name", 4}, .text = {(const uint8_t *)"Kim", 3}}};
    return (struct subject_create_ask){.ref = slice_text(ref), .fields = {values, 1}};
}

static void each_peer_hears_the_checkpoint_before_its_receipts(void **state)
{
    (void)state;
    struct daemon daemon;
    int peers[2];
    daemon_begin(&daemon);
    struct subject_create_ask asks[4] = {create_of("a"), create_of("b"), create_of("c"), create_of("d")};
    struct sent sent[4];
    for (size_t i = 0; i < 4; i++)
        sent[i] = (struct sent){.verb = VERB_SUBJECT_CREATE, .ask = &asks[i], .from = &peers[i % 2]};
    uint64_t size = entries(&daemon);
    run(&daemon, sent, 4);
    assert_int_equal(daemon.count, 6);
    bool told[2] = {false, false};
    uint64_t answers = 0;
    for (size_t i = 0; i < daemon.count; i++) {
        const struct heard *heard = &daemon.heard[i];
        size_t peer = heard->from == &peers[0] ? 0 : 1;
        if (heard->head.shape == ANSWER_CHECKPOINT) {
            assert_false(told[peer]); /* once a batch */
            assert_true(
                slice_equal(buf_slice(&heard->body), ledger_checkpoint(daemon.keeper->shops[0]->ledger)));
            told[peer] = true;
            continue;
        }
        assert_true(told[peer]);
        assert_int_equal(heard->head.id, ++answers); /* answers come in the order of the asks */
        assert_int_equal(heard->head.index, size + answers - 1);
    }
    daemon_end(&daemon);
}

static void an_idempotency_key_acts_once(void **state)
{
    (void)state;
    struct daemon daemon;
    daemon_begin(&daemon);
    struct subject_create_ask ask = create_of("a"), other = create_of("b");
    struct sent sent = {.verb = VERB_SUBJECT_CREATE, .ask = &ask, .idempotency = "once"};
    SCOPED(buf_done) struct buf first = {0};
    const struct heard *heard = once(&daemon, sent);
    assert_int_equal(heard->head.cause, CAUSE_OK);
    uint64_t index = heard->head.index, size = entries(&daemon);
    buf_slice_put(&first, buf_slice(&heard->body));
    for (int start = 0; start < 2; start++) { /* also behind a start of the keeper */
        heard = once(&daemon, sent);
        assert_int_equal(heard->head.cause, CAUSE_OK);
        assert_true(heard->head.flags & ANSWER_REPLAYED && heard->head.flags & ANSWER_CREATED);
        assert_true(heard->head.index == index && heard->head.version == 1);
        assert_true(slice_equal(buf_slice(&heard->body), buf_slice(&first)));
        assert_int_equal(entries(&daemon), size);
        keeper_free(&daemon.keeper);
        daemon_open(&daemon);
    }
    sent.ask = &other;
    assert_int_equal(once(&daemon, sent)->head.cause, CAUSE_IDEMPOTENCY_BODY);
    sent.ask = &ask;
    sent.bearer = buf_slice(&daemon.key); /* another reader's key is another key */
    assert_int_equal(once(&daemon, sent)->head.cause, CAUSE_REF_TAKEN);
    sent.bearer = (struct slice){0};
    daemon.now_us += DAY_US;
    assert_int_equal(once(&daemon, sent)->head.cause, CAUSE_REF_TAKEN); /* forgotten after a day */
    daemon_end(&daemon);
}

static void a_refusal_is_not_kept_for_its_key(void **state)
{
    (void)state;
    struct daemon daemon;
    daemon_begin(&daemon);
    struct key_issue_ask ask = {.role = SLICE_TEXT("own")};
    struct slice all = SLICE_TEXT("*"), act = SLICE_TEXT("show");
    struct role_put_ask role = {SLICE_TEXT("own"), {&all, 1}, {&all, 1}, {&act, 1}, 1, false};
    struct sent sent = {.verb = VERB_KEY_ISSUE, .ask = &ask, .idempotency = "later"};
    assert_int_equal(once(&daemon, sent)->head.cause, CAUSE_NOT_FOUND);
    assert_int_equal(once(&daemon, (struct sent){.verb = VERB_ROLE_PUT, .ask = &role})->head.cause, CAUSE_OK);
    assert_int_equal(once(&daemon, sent)->head.cause, CAUSE_OK);
    daemon_end(&daemon);
}

static void a_secret_is_told_once(void **state)
{
    (void)state;
    struct daemon daemon;
    daemon_begin(&daemon);
    struct key_issue_ask ask = {.role = SLICE_TEXT("support")};
    struct sent sent = {.verb = VERB_KEY_ISSUE, .ask = &ask, .idempotency = "key"};
    const struct heard *heard = once(&daemon, sent);
    assert_true(says(heard, "amk_"));
    heard = once(&daemon, sent);
    assert_true(heard->head.flags & ANSWER_REPLAYED);
    assert_true(says(heard, "already shown") && says(heard, "key_"));
    assert_false(says(heard, "amk_"));
    daemon_end(&daemon);
}

static void strangers_of_a_network_and_minute_are_one_entry(void **state)
{
    (void)state;
    struct daemon daemon;
    daemon_begin(&daemon);
    struct self_ask self = {0};
    struct sent sent[6];
    for (size_t i = 0; i < 6; i++) {
        sent[i] = (struct sent){.verb = VERB_SELF, .ask = &self, .afar = true, .host = (uint8_t)(i < 4)};
        if (i % 2) sent[i].bearer = SLICE_TEXT("amk_not-one-of-ours");
    }
    uint64_t size = entries(&daemon);
    run(&daemon, sent, 6);
    assert_int_equal(daemon.heard[0].head.cause, CAUSE_CREDENTIAL_MISSING);
    assert_int_equal(daemon.heard[1].head.cause, CAUSE_CREDENTIAL_UNKNOWN);
    assert_int_equal(entries(&daemon), size); /* counted, not yet written */
    daemon.now_us += 2 * MINUTE_US;
    (void)keeper_idle(daemon.keeper);
    assert_int_equal(entries(&daemon), size + 2);
    uint64_t counts[2];
    for (uint64_t i = 0; i < 2; i++) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct entry entry = {0};
        assert_ok(ledger_entry(daemon.keeper->shops[0]->ledger, size + i, &bytes, NULL));
        assert_ok(entry_read(buf_slice(&bytes), &entry));
        assert_int_equal(entry.kind, ENTRY_STRANGERS);
        counts[i] = entry.count;
    }
    assert_true(counts[0] == 4 && counts[1] == 2);
    daemon.now_us += 2 * MINUTE_US;
    (void)keeper_idle(daemon.keeper);
    assert_int_equal(entries(&daemon), size + 2); /* told once */
    run(&daemon, sent, 1);
    keeper_free(&daemon.keeper); /* and the last ones when it ends */
    daemon_open(&daemon);
    assert_int_equal(entries(&daemon), size + 3);
    daemon_end(&daemon);
}

static void a_revoked_key_is_out_from_the_next_ask_on(void **state)
{
    (void)state;
    struct daemon daemon;
    daemon_begin(&daemon);
    struct self_ask self = {0};
    SCOPED(buf_done) struct buf id = {0};
    id_put(daemon.keeper->shops[0], ID_KEY, 1, &id);
    struct key_revoke_ask revoke = {buf_slice(&id)};
    const struct sent sent[] = {{.verb = VERB_SELF, .ask = &self, .bearer = buf_slice(&daemon.key)},
                                {.verb = VERB_KEY_REVOKE, .ask = &revoke},
                                {.verb = VERB_SELF, .ask = &self, .bearer = buf_slice(&daemon.key)}};
    run(&daemon, sent, 3);
    assert_int_equal(daemon.heard[0].head.cause, CAUSE_OK);
    assert_int_equal(daemon.heard[3].head.cause, CAUSE_CREDENTIAL_UNKNOWN); /* heard[1]: the checkpoint */
    keeper_free(&daemon.keeper);
    daemon_open(&daemon);
    assert_int_equal(once(&daemon, sent[0])->head.cause, CAUSE_CREDENTIAL_UNKNOWN);
    daemon_end(&daemon);
}

static void only_the_local_operator_adds_shops(void **state)
{
    (void)state;
    struct daemon daemon;
    daemon_begin(&daemon);
    struct shop_add_ask ask = {.name = SLICE_TEXT("second")};
    struct shop_list_ask list = {0};
    struct status_ask status = {0};
    struct sent sent = {.verb = VERB_SHOP_ADD, .ask = &ask, .bearer = buf_slice(&daemon.key)};
    assert_int_equal(once(&daemon, sent)->head.cause, CAUSE_ROLE_ACT); /* an admin key is not enough */
    sent.afar = true;
    sent.host = 1;
    assert_int_equal(once(&daemon, sent)->head.cause, CAUSE_ROLE_ACT);
    sent = (struct sent){.verb = VERB_SHOP_ADD, .ask = &ask};
    const struct heard *heard = once(&daemon, sent);
    assert_int_equal(heard->head.cause, CAUSE_OK);
    assert_true(says(heard, "amk_") && says(heard, "vkey"));
    assert_int_equal(once(&daemon, sent)->head.cause, CAUSE_CONFLICT);
    heard = once(&daemon, (struct sent){.verb = VERB_SHOP_LIST, .ask = &list});
    assert_true(says(heard, "second") && says(heard, "shop"));
    heard = once(&daemon, (struct sent){.verb = VERB_STATUS, .ask = &status});
    assert_true(says(heard, "ready") && says(heard, "warnings"));
    heard = once(&daemon, (struct sent){.verb = VERB_STATUS, .ask = &status, .afar = true, .host = 1});
    assert_true(says(heard, "ready"));
    assert_false(says(heard, "warnings") || says(heard, "shops")); /* a stranger learns no more */
    struct self_ask self = {0};
    assert_int_equal(once(&daemon, (struct sent){.verb = VERB_SELF, .ask = &self})->head.cause,
                     CAUSE_CONFIG); /* which shop? */
    heard =
        once(&daemon, (struct sent){.verb = VERB_SELF, .ask = &self, .bearer = SLICE_TEXT("shop:second")});
    assert_true(heard->head.cause == CAUSE_OK && says(heard, "second"));
    daemon_end(&daemon);
}

static void shops_share_nothing(void **state)
{
    (void)state;
    struct daemon daemon;
    daemon_begin(&daemon);
    struct shop_add_ask add = {.name = SLICE_TEXT("second")};
    struct subject_create_ask create = create_of("same-ref");
    assert_int_equal(once(&daemon, (struct sent){.verb = VERB_SHOP_ADD, .ask = &add})->head.cause, CAUSE_OK);
    struct sent sent[] = {
        {.verb = VERB_SUBJECT_CREATE, .ask = &create, .bearer = SLICE_TEXT("shop:shop"), .idempotency = "k"},
        {.verb = VERB_SUBJECT_CREATE,
         .ask = &create,
         .bearer = SLICE_TEXT("shop:second"),
         .idempotency = "k"}};
    run(&daemon, sent, 2);
    assert_int_equal(daemon.count, 4); /* a checkpoint of each */
    assert_int_equal(daemon.heard[1].head.cause, CAUSE_OK);
    assert_int_equal(daemon.heard[3].head.cause,
                     CAUSE_OK); /* neither ref nor idempotency key is known there */
    assert_int_not_equal(daemon.heard[1].head.shop, daemon.heard[3].head.shop);
    assert_false(slice_equal(buf_slice(&daemon.heard[1].body), buf_slice(&daemon.heard[3].body)));
    struct cbor reader = cbor_reader(buf_slice(&daemon.heard[1].body));
    size_t pairs = 0;
    struct slice name = {0}, text = {0};
    SCOPED(buf_done) struct buf id = {0};
    assert_ok(cbor_read_map(&reader, &pairs));
    assert_ok(cbor_read_text(&reader, &name));
    assert_ok(cbor_read_text(&reader, &text));
    buf_slice_put(&id, text);
    struct subject_show_ask show = {buf_slice(&id)};
    const struct sent own = {.verb = VERB_SUBJECT_SHOW, .ask = &show, .bearer = SLICE_TEXT("shop:shop")};
    const struct sent foreign = {
        .verb = VERB_SUBJECT_SHOW, .ask = &show, .bearer = SLICE_TEXT("shop:second")};
    assert_int_equal(once(&daemon, own)->head.cause, CAUSE_OK);
    assert_int_equal(once(&daemon, foreign)->head.cause, CAUSE_ID_MALFORMED);
    daemon_end(&daemon);
}

static void frames_that_are_no_asks_are_answered(void **state)
{
    (void)state;
    struct daemon daemon;
    daemon_begin(&daemon);
    PROPERTY(300, rng) {
        uint8_t bytes[80];
        struct keeper_ask ask = {
            {bytes, prop_fill(&rng, bytes, sizeof bytes)}, prop_below(&rng, 2) == 0, NULL};
        if (ask.frame.len > 10) be16_put(bytes + 8, (uint16_t)(VERB_COUNT + prop_below(&rng, 100)));
        forget(&daemon);
        keeper_run(daemon.keeper, &ask, 1, (struct keeper_sink){hear, &daemon});
        assert_int_equal(daemon.count, 1);
        assert_int_equal(cause_row(daemon.heard[0].head.cause)->code, CODE_INVALID);
    }
    daemon_end(&daemon);
}

/* A chunk of `rows` rows with refs from `first` on; `name` is everybody's. */
struct chunk {
    struct slice targets[3];
    struct buf rows;
    struct import_ask ask;
};

static void chunk_make(struct chunk *out, unsigned first, unsigned rows, const char *name, const char *third)
{
    *out = (struct chunk){.targets = {SLICE_TEXT("ref"), SLICE_TEXT("name"), slice_text(third)}};
    for (unsigned i = 0; i < rows; i++) {
        char ref[16];
        (void)snprintf(ref, sizeof ref, "C-%06u", first + i);
        const struct import_value values[] = {
            {0, 0, slice_text(ref)}, {1, 0, slice_text(name)}, {2, 0, slice_text("x7")}};
        import_row_write(i + 1, values, third ? 3 : 2, &out->rows);
    }
    out->ask = (struct import_ask){.targets = {out->targets, third ? 3 : 2}, .rows = buf_slice(&out->rows)};
}

static void chunk_done(struct chunk *chunk)
{
    buf_done(&chunk->rows);
}

/* Tell the keeper of an ask that comes in the next run, and run another one. */
static const struct heard *once_before(struct daemon *daemon, struct sent sent, struct sent next)
{
    SCOPED(buf_done) struct buf frame = {0};
    struct ask_head head = {.id = 9, .verb = next.verb, .bearer = next.bearer};
    if (next.afar) head.network[0] = 0x20;
    assert_ok(ask_write(&head, next.ask, &frame));
    struct keeper_ask soon = {slice_from(buf_slice(&frame), 4), !next.afar, next.from};
    keeper_soon(daemon->keeper, &soon);
    return once(daemon, sent);
}

static uint64_t counted(const struct heard *heard, const char *name)
{
    struct cbor reader = cbor_reader(buf_slice(&heard->body));
    size_t pairs = 0;
    uint64_t count = 0;
    assert_int_equal(heard->head.cause, CAUSE_OK);
    assert_ok(cbor_read_map(&reader, &pairs));
    for (size_t i = 0; i < 3; i++) {
        struct slice at = {0};
        assert_ok(cbor_read_text(&reader, &at));
        assert_ok(cbor_read_uint(&reader, &count));
        if (slice_is(at, name)) return count;
    }
    fail_msg("no %s", name);
    return 0;
}

enum { CHUNK_ROWS = 400 }; /* enough for two hands */

static void a_chunk_read_ahead_counts_as_any(void **state)
{
    (void)state;
    struct daemon daemon;
    struct chunk first, second;
    daemon_begin(&daemon);
    const struct shop *shop = daemon.keeper->shops[0];
    chunk_make(&first, 0, CHUNK_ROWS, "Kim", NULL);
    chunk_make(&second, CHUNK_ROWS / 2, CHUNK_ROWS, "Kim", NULL); /* half of it stands in the first one too */
    const struct sent a = {.verb = VERB_IMPORT, .ask = &first.ask},
                      b = {.verb = VERB_IMPORT, .ask = &second.ask};
    assert_int_equal(counted(once_before(&daemon, a, b), "created"), CHUNK_ROWS);
    assert_non_null(shop->ahead);
    assert_int_equal(counted(once(&daemon, b), "created"), CHUNK_ROWS / 2);
    assert_int_equal(counted(&daemon.heard[daemon.count - 1], "unchanged"), CHUNK_ROWS / 2);
    assert_null(shop->ahead);
    const struct sent both[] = {a, b}; /* in one run the second is read ahead, too */
    run(&daemon, both, 2);
    assert_int_equal(counted(&daemon.heard[daemon.count - 1], "unchanged"), CHUNK_ROWS);
    assert_null(shop->ahead);
    chunk_done(&first);
    chunk_done(&second);
    daemon_end(&daemon);
}

static void what_was_read_ahead_serves_no_other_chunk(void **state)
{
    (void)state;
    struct daemon daemon;
    struct chunk first, told, came;
    daemon_begin(&daemon);
    chunk_make(&first, 0, CHUNK_ROWS, "Kim", NULL);
    chunk_make(&told, CHUNK_ROWS, CHUNK_ROWS, "Lee", NULL);
    chunk_make(&came, CHUNK_ROWS, CHUNK_ROWS, "Han", NULL);
    const struct sent a = {.verb = VERB_IMPORT, .ask = &first.ask},
                      b = {.verb = VERB_IMPORT, .ask = &told.ask},
                      c = {.verb = VERB_IMPORT, .ask = &came.ask};
    (void)once_before(&daemon, a, b);
    assert_int_equal(counted(once(&daemon, c), "created"), CHUNK_ROWS);
    assert_int_equal(counted(once(&daemon, c), "unchanged"), CHUNK_ROWS); /* it is Han who came */
    (void)once_before(&daemon, a, b);
    keeper_forget(daemon.keeper, NULL); /* and then nobody */
    assert_null(daemon.keeper->shops[0]->ahead);
    assert_int_equal(counted(once(&daemon, b), "changed"), CHUNK_ROWS);
    chunk_done(&first);
    chunk_done(&told);
    chunk_done(&came);
    daemon_end(&daemon);
}

/* Only of who asked for the chunk before, and what a chunk says is read by the fields of its own turn. */
static void nothing_is_read_ahead_for_strangers_or_by_other_fields(void **state)
{
    (void)state;
    struct daemon daemon;
    struct chunk first, second, loyal;
    int front = 0;
    daemon_begin(&daemon);
    const struct shop *shop = daemon.keeper->shops[0];
    chunk_make(&first, 0, CHUNK_ROWS, "Kim", NULL);
    chunk_make(&second, CHUNK_ROWS, CHUNK_ROWS, "Kim", NULL);
    chunk_make(&loyal, 2 * CHUNK_ROWS, CHUNK_ROWS, "Kim", "loyalty_no");
    const struct sent a = {.verb = VERB_IMPORT, .ask = &first.ask};
    struct sent stranger = {.verb = VERB_IMPORT,
                            .ask = &second.ask,
                            .bearer = SLICE_TEXT("amk_nobody"),
                            .afar = true,
                            .from = &front};
    (void)once_before(&daemon, a, stranger);
    assert_null(shop->ahead);
    stranger.from = NULL; /* the same peer, another credential */
    (void)once_before(&daemon, a, stranger);
    assert_null(shop->ahead);
    struct field_put_ask field = {
        .name = SLICE_TEXT("loyalty_no"), .kind = SLICE_TEXT("text"), .index = SLICE_TEXT("full")};
    const struct sent between[] = {
        a, /* what it reads ahead is of fields that are no more when its turn comes */
        {.verb = VERB_FIELD_PUT, .ask = &field},
        {.verb = VERB_IMPORT, .ask = &second.ask},
        {.verb = VERB_IMPORT, .ask = &loyal.ask}};
    run(&daemon, between, COUNT_OF(between));
    assert_int_equal(counted(&daemon.heard[daemon.count - 2], "created"), CHUNK_ROWS);
    assert_int_equal(counted(&daemon.heard[daemon.count - 1], "created"), CHUNK_ROWS);
    chunk_done(&first);
    chunk_done(&second);
    chunk_done(&loyal);
    daemon_end(&daemon);
}

/* The id that an answer begins with. */
static void id_of(const struct heard *heard, struct buf *out)
{
    struct cbor reader = cbor_reader(buf_slice(&heard->body));
    struct slice text = {0};
    size_t pairs = 0;
    assert_int_equal(heard->head.cause, CAUSE_OK);
    assert_ok(cbor_read_map(&reader, &pairs));
    assert_ok(cbor_read_text(&reader, &text));
    assert_true(slice_is(text, "id"));
    assert_ok(cbor_read_text(&reader, &text));
    buf_slice_put(out, text);
}

static const struct heard *resumed(struct daemon *daemon, int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    forget(daemon);
    assert_int_equal(poll(&wait, 1, 60000), 1);
    keeper_resume(daemon->keeper, (struct keeper_sink){hear, daemon});
    assert_true(daemon->count > 0);
    return &daemon->heard[daemon->count - 1];
}

static void others_are_answered_while_a_count_is_made(void **state)
{
    (void)state;
    struct daemon daemon;
    int fd = -1, counter = 0;
    daemon_begin(&daemon);
    SCOPED(buf_done) struct buf id = {0};
    struct incident_open_ask open = {.title = SLICE_TEXT("a leak"), .kind = SLICE_TEXT("other")};
    id_of(once(&daemon, (struct sent){.verb = VERB_INCIDENT_OPEN, .ask = &open}), &id);
    assert_ok(keeper_apart(daemon.keeper, &fd));
    struct incident_scope_ask scope = {.id = buf_slice(&id)};
    struct sent count = {
        .verb = VERB_INCIDENT_SCOPE, .ask = &scope, .idempotency = "count", .from = &counter};
    uint64_t size = entries(&daemon);
    run(&daemon, &count, 1);
    assert_int_equal(daemon.count, 0);        /* put aside */
    assert_int_equal(entries(&daemon), size); /* and nothing is written of it */
    struct subject_create_ask create = create_of("meanwhile");
    assert_int_equal(once(&daemon, (struct sent){.verb = VERB_SUBJECT_CREATE, .ask = &create})->head.cause,
                     CAUSE_OK);
    const struct heard *heard = resumed(&daemon, fd);
    assert_int_equal(heard->head.cause, CAUSE_OK);
    assert_ptr_equal(heard->from, &counter);
    assert_int_equal(entries(&daemon), size + 2);
    heard = once(&daemon, count); /* the same key, the same answer: it is not counted again */
    assert_int_equal(heard->head.cause, CAUSE_OK);
    assert_true(heard->head.flags & ANSWER_REPLAYED);
    count.idempotency = "another";
    run(&daemon, &count, 1);
    struct incident_add_ask rest[] = {
        {.id = buf_slice(&id), .kind = SLICE_TEXT("notes"), .text = SLICE_TEXT("a line in between")}};
    assert_int_equal(once(&daemon, (struct sent){.verb = VERB_INCIDENT_ADD, .ask = rest})->head.cause,
                     CAUSE_OK);
    assert_int_equal(resumed(&daemon, fd)->head.cause, CAUSE_OK); /* a line more does not spoil it */
    /* whoever asked is gone: nothing is written */
    size = entries(&daemon);
    count.idempotency = "gone";
    run(&daemon, &count, 1);
    keeper_forget(daemon.keeper, &counter);
    for (int i = 0; i < 50; i++) {
        keeper_resume(daemon.keeper, (struct keeper_sink){hear, &daemon});
        (void)usleep(2000);
    }
    assert_int_equal(daemon.count, 0);
    assert_int_equal(entries(&daemon), size);
    daemon_end(&daemon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_peer_hears_the_checkpoint_before_its_receipts),
        cmocka_unit_test(an_idempotency_key_acts_once),
        cmocka_unit_test(a_refusal_is_not_kept_for_its_key),
        cmocka_unit_test(a_secret_is_told_once),
        cmocka_unit_test(strangers_of_a_network_and_minute_are_one_entry),
        cmocka_unit_test(a_revoked_key_is_out_from_the_next_ask_on),
        cmocka_unit_test(only_the_local_operator_adds_shops),
        cmocka_unit_test(shops_share_nothing),
        cmocka_unit_test(frames_that_are_no_asks_are_answered),
        cmocka_unit_test(a_chunk_read_ahead_counts_as_any),
        cmocka_unit_test(what_was_read_ahead_serves_no_other_chunk),
        cmocka_unit_test(nothing_is_read_ahead_for_strangers_or_by_other_fields),
        cmocka_unit_test(others_are_answered_while_a_count_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
