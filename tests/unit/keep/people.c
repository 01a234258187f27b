#include "people.h"

#include <unistd.h>

/* From the front, but of this machine: a key then lives as long as it says. */
static const uint8_t loopback[NETWORK_BYTES] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};

static int64_t now(void *context)
{
    struct people *people = context;
    return people->now_us;
}

static void open_keeper(struct people *people)
{
    struct keeper_options options = {.home = people->home, .clock = {now, people}, .unwatched = true};
    assert_ok(keeper_open(&options, &people->keeper));
    people->shop = people->keeper->shops[0];
}

static void take_answer(void *context, void *from, struct slice frame)
{
    struct people *people = context;
    struct answer_head head;
    struct slice body = {0};
    (void)from;
    assert_ok(answer_read(slice_from(frame, 4), &head, &body));
    if (head.shape == ANSWER_CHECKPOINT && head.id == 0) return;
    people->head = head;
    people->refused += head.cause != CAUSE_OK;
    buf_clear(&people->body);
    buf_slice_put(&people->body, body);
}

void people_ask(struct people *people, enum verb verb, const void *ask)
{
    struct ask_head head = {.id = people->count + 1, .verb = verb, .bearer = buf_slice(&people->bearer)};
    memcpy(head.network, loopback, sizeof loopback);
    assert_ok(ask_write(&head, ask, &people->frames));
    buf_put(&people->ends, &people->frames.len, sizeof people->frames.len);
    people->count++;
}

void people_run(struct people *people)
{
    static struct keeper_ask asks[KEEPER_BATCH_MAX];
    const size_t *ends = (const size_t *)(const void *)people->ends.at;
    for (size_t at = 0; at < people->count; at += KEEPER_BATCH_MAX) {
        size_t some = people->count - at < KEEPER_BATCH_MAX ? people->count - at : KEEPER_BATCH_MAX;
        for (size_t i = 0; i < some; i++) {
            size_t start = at + i ? ends[at + i - 1] : 0;
            asks[i] = (struct keeper_ask){.frame = {people->frames.at + start + 4, ends[at + i] - start - 4},
                                          .local = people->bearer.len == 0};
        }
        people->now_us += 1000;
        keeper_run(people->keeper, asks, some, (struct keeper_sink){take_answer, people});
    }
    people->frames.len = people->ends.len = people->count = 0;
}

enum cause people_once(struct people *people, enum verb verb, const void *ask)
{
    assert_int_equal(people->count, 0);
    people_ask(people, verb, ask);
    people_run(people);
    return people->head.cause;
}

/* Pass over one item. Answers keep the order that a person reads best, which cbor_skip() refuses. */
static void pass_over(struct cbor *reader)
{
    for (uint64_t left = 1; left > 0; left--) {
        struct cbor_head head = {0};
        assert_ok(cbor_read_head(reader, &head));
        if (head.major == CBOR_ARRAY) left += head.argument;
        if (head.major == CBOR_MAP) left += 2 * head.argument;
        if (head.major == CBOR_BYTES || head.major == CBOR_TEXT)
            (void)cursor_take(&reader->cursor, head.argument);
    }
}

static bool member(const struct people *people, const char *name, struct cbor *out)
{
    struct cbor reader = cbor_reader(buf_slice(&people->body));
    size_t pairs = 0;
    assert_ok(cbor_read_map(&reader, &pairs));
    for (size_t i = 0; i < pairs; i++) {
        struct slice key = {0};
        assert_ok(cbor_read_text(&reader, &key));
        *out = reader;
        if (slice_is(key, name)) return true;
        pass_over(&reader);
    }
    return false;
}

struct slice people_text(const struct people *people, const char *name)
{
    struct cbor at;
    struct slice text = {0};
    assert_true(member(people, name, &at));
    assert_ok(cbor_read_text(&at, &text));
    return text;
}

size_t people_items(const struct people *people, size_t at, uint64_t *index)
{
    struct cbor items;
    size_t count = 0, pairs = 0;
    struct slice key = {0};
    assert_true(member(people, "items", &items));
    assert_ok(cbor_read_array(&items, &count));
    for (size_t i = 0; i < at && i < count; i++) pass_over(&items);
    if (!index || at >= count) return count;
    assert_ok(cbor_read_map(&items, &pairs));
    assert_ok(cbor_read_text(&items, &key));
    assert_true(slice_is(key, "index"));
    assert_ok(cbor_read_uint(&items, index));
    return count;
}

void people_begin(struct people *people)
{
    static const struct slice all[] = {{(const uint8_t *)"*", 1}};
    static const char *const names[] = {"reveal", "lookup", "settings", "observe", "show",
                                        "create", "change", "erase",    "history", "ledger"};
    struct slice acts[COUNT_OF(names)];
    const struct slice purposes[] = {SLICE_TEXT("support")};
    SCOPED(home_made_done) struct home_made made = {0};
    *people = (struct people){.home = "/tmp/amanah-people-XXXXXX", .now_us = 1795300000 * SECOND_US};
    assert_non_null(mkdtemp(people->home));
    assert_int_equal(rmdir(people->home), 0);
    struct home_options options = {.path = people->home, .seal.kind = SEAL_PLAIN, .clock = {now, people}};
    assert_ok(home_init(&options, &made));
    open_keeper(people);
    for (size_t i = 0; i < COUNT_OF(names); i++) acts[i] = slice_text(names[i]);
    struct role_put_ask role = {.name = SLICE_TEXT("everything"),
                                .fields = {all, 1},
                                .purposes = {purposes, 1},
                                .acts = {acts, COUNT_OF(acts)},
                                .daily = 1000000000};
    struct key_issue_ask key = {.role = SLICE_TEXT("everything"), .name = SLICE_TEXT("test")};
    assert_int_equal(people_once(people, VERB_ROLE_PUT, &role), CAUSE_OK);
    assert_int_equal(people_once(people, VERB_KEY_ISSUE, &key), CAUSE_OK);
    buf_slice_put(&people->bearer, people_text(people, "key"));
}

void people_reopen(struct people *people)
{
    keeper_free(&people->keeper);
    open_keeper(people);
}

void people_end(struct people *people)
{
    char command[128];
    keeper_free(&people->keeper);
    buf_done(&people->bearer);
    buf_done(&people->frames);
    buf_done(&people->ends);
    buf_done(&people->body);
    (void)snprintf(command, sizeof command, "rm -r '%s'", people->home);
    assert_int_equal(system(command), 0);
}

void people_make(struct people *people, const char *ref, char id[ID_BYTES_MAX + 1])
{
    char email[64];
    (void)snprintf(email, sizeof email, "%s@example.com", ref);
    const struct value values[] = {{.name = SLICE_TEXT("email"), .text = slice_text(email)},
                                   {.name = SLICE_TEXT("name"), .text = slice_text("Somebody")}};
    struct subject_create_ask ask = {.ref = slice_text(ref), .fields = {values, COUNT_OF(values)}};
    assert_int_equal(people_once(people, VERB_SUBJECT_CREATE, &ask), CAUSE_OK);
    struct slice text = people_text(people, "id");
    assert_true(text.len <= ID_BYTES_MAX);
    memcpy(id, text.at, text.len);
    id[text.len] = 0;
}

struct subject_no people_no(const struct people *people, const char *id)
{
    struct subject_no no = {0};
    assert_ok(id_get(people->shop, ID_SUBJECT, slice_text(id), &no.at));
    return no;
}

void people_look(struct people *people, const char *const *ids, size_t count, const char *reason)
{
    static struct slice subjects[REVEAL_SUBJECTS_MAX];
    const struct slice fields[] = {SLICE_TEXT("email")};
    for (size_t i = 0; i < count; i++) subjects[i] = slice_text(ids[i]);
    struct reveal_ask ask = {.subjects = {subjects, count},
                             .fields = {fields, 1},
                             .purpose = SLICE_TEXT("support"),
                             .reason = slice_text(reason)};
    people_ask(people, VERB_REVEAL, &ask);
}

void people_fill(struct people *people, const char *id)
{
    uint64_t size = ledger_durable(people->shop->ledger);
    for (uint64_t i = size % TILE_WIDTH; i > 0 && i < TILE_WIDTH; i++) people_look(people, &id, 1, NULL);
    people_run(people);
    assert_int_equal(ledger_durable(people->shop->ledger) % TILE_WIDTH, 0);
}
