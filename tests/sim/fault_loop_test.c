/*
 * The fault loop: make the 1st, 2nd, 3rd … store call of an act fail until it succeeds. Each time nothing may be
 * half-done: the database holds the very bytes it held before. Each act is tried where its entry fills a bundle.
 */
#include "base/weblog/seen.h"
#include "keep/shop.h"
#include "keep/verify.h"
#include "prop.h"
#include "store/matter.h"
#include "store/sqlite/sqlite.h"
#include "world.h"

#include <stdlib.h>

enum { TOKEN_BYTES_MAX = 128, TRIES_MAX = 2000, ENTRIES_A_BUNDLE = 256, FILL_MAX = 2 * ENTRIES_A_BUNDLE };

struct trial {
    struct world world;
    struct crypto *crypto;
    struct hasher *hasher;
    uint64_t next_id;
    const char *bearer; /* NULL: the local operator asks */
    char first[ID_BYTES_MAX + 1], second[ID_BYTES_MAX + 1], key[ID_BYTES_MAX + 1];
};

static void take_id(const struct heard *heard, char out[ID_BYTES_MAX + 1])
{
    struct cbor reader = cbor_reader(buf_slice(&heard->body));
    size_t pairs = 0;
    struct slice name = {0}, id = {0};
    assert_ok(cbor_read_map(&reader, &pairs));
    assert_ok(cbor_read_text(&reader, &name));
    assert_ok(cbor_read_text(&reader, &id));
    assert_true(slice_is(name, "id") && id.len <= ID_BYTES_MAX);
    memcpy(out, id.at, id.len);
    out[id.len] = 0;
}

/* One ask of the local operator, alone in its batch. */
static enum cause once(struct trial *trial, enum verb verb, const void *ask, const char *idempotency)
{
    struct ask_head head = {.id = ++trial->next_id, .verb = verb, .idempotency = slice_text(idempotency)};
    head.bearer = slice_text(trial->bearer);
    SCOPED(buf_done) struct buf frame = {0};
    assert_ok(ask_write(&head, ask, &frame));
    struct world_ask asks = {slice_from(buf_slice(&frame), 4), true};
    trial->world.now_us += 1000;
    world_run(&trial->world, &asks, 1);
    assert_true(trial->world.heard[0].any);
    return trial->world.heard[0].head.cause;
}

static void put(struct trial *trial, struct slice bytes)
{
    uint8_t len[8];
    be64_put(len, bytes.len);
    hasher_put(trial->hasher, SLICE_OF(len));
    hasher_put(trial->hasher, bytes);
}

static RESULT put_subject(void *context, const struct subject_row *row)
{
    struct trial *trial = context;
    put(trial, SLICE_OF(row->no));
    put(trial, SLICE_OF(row->entry));
    put(trial, row->record);
    return OK;
}

static RESULT put_authority(void *context, const struct authority_row *row)
{
    struct trial *trial = context;
    put(trial, SLICE_OF(row->entry));
    put(trial, row->body);
    return OK;
}

static RESULT put_tail(void *context, const struct tail_row *row)
{
    struct trial *trial = context;
    put(trial, SLICE_OF(row->first));
    put(trial, row->entries);
    put(trial, row->leaves);
    put(trial, row->aside);
    return OK;
}

static RESULT put_telling(void *context, const struct telling_row *row)
{
    struct trial *trial = context;
    put(trial, SLICE_OF(row->id));
    put(trial, row->body);
    return OK;
}

static RESULT put_observed(void *context, const struct observed_row *row)
{
    put(context, SLICE_OF(row->reader));
    put(context, row->bitmap);
    return OK;
}

static RESULT put_unattributed(void *context, const struct unattributed_row *row)
{
    put(context, SLICE_OF(row->lines));
    return OK;
}

static RESULT put_file(void *context, const struct outside_file_row *row)
{
    put(context, SLICE_OF(row->bytes));
    put(context, SLICE_OF(row->entry));
    return OK;
}

static RESULT put_number(void *context, uint64_t number)
{
    put(context, SLICE_OF(number));
    return OK;
}

/* Tags come in no order: their hashes are added up. */
struct tagging {
    struct trial *trial;
    uint64_t sum;
};

static RESULT sum_tag(void *context, const struct tag_row *row)
{
    struct tagging *tagging = context;
    struct hash hash = {{0}};
    const struct slice parts[] = {SLICE_OF(row->index), SLICE_OF(row->tag), SLICE_OF(row->no),
                                  SLICE_OF(row->since_s)};
    sha256(tagging->trial->crypto, parts, COUNT_OF(parts), &hash);
    tagging->sum += be64_get(hash.bytes);
    return OK;
}

/* Everything of the shop's domain that the database holds, in one hash. Read by a connection of its own. */
/* The lines of an incident, and the counts with their sets. */
struct counts {
    struct trial *trial;
    struct store *store;
};

static RESULT put_incident_line(void *context, const struct incident_line_row *row)
{
    put(context, row->sealed);
    return OK;
}

static RESULT put_chunk(void *context, uint64_t chunk, struct slice bitmap)
{
    put(context, SLICE_OF(chunk));
    put(context, bitmap);
    return OK;
}

static RESULT put_part(void *context, const struct exposure_part_row *row)
{
    const struct counts *counts = context;
    put(counts->trial, SLICE_OF(row->count));
    return counts->store->exposure->chunk_each(counts->store, row->set, put_chunk, counts->trial);
}

static RESULT put_counts(void *context, const struct incident_row *row)
{
    const struct counts *counts = context;
    uint32_t newest = 0;
    TRY(counts->store->incident->line_each(counts->store, row->no, 1, put_incident_line, counts->trial));
    TRY(counts->store->exposure->newest(counts->store, row->no, &newest));
    for (uint32_t version = 1; version <= newest; version++) {
        TRY(counts->store->exposure->part_each(counts->store, row->no, version, put_part, context));
    }
    return OK;
}

/* What people want of the shop: rows, and their lines. */
static RESULT put_matter(void *context, const struct matter_row *row)
{
    put(context, SLICE_OF(row->no));
    put(context, SLICE_OF(row->state));
    put(context, SLICE_OF(row->owner));
    put(context, SLICE_OF(row->due_us));
    put(context, SLICE_OF(row->amount));
    put(context, SLICE_OF(row->lines));
    return OK;
}

static RESULT put_matter_line(void *context, const struct matter_line_row *row)
{
    put(context, SLICE_OF(row->entry));
    put(context, row->bytes);
    return OK;
}

static void put_matters(struct trial *trial, struct store *store)
{
    uint64_t last = 0;
    assert_ok(store->matter->each(store, 0, 0, put_matter, trial));
    assert_ok(store->matter->last(store, &last));
    for (uint64_t no = 1; no <= last; no++)
        assert_ok(store->matter->line_each(store, no, put_matter_line, trial));
}

static struct hash everything(struct trial *trial)
{
    struct store *store = NULL;
    struct tagging tagging = {trial, 0};
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf path = {0}, note = {0};
    uint64_t size = 0;
    int64_t time_us = 0;
    buf_print(&path, "%s/shops/shop/shop.db", trial->world.home);
    assert_ok(sqlite_open(buf_c(&path), SQLITE_READER, &store));
    assert_ok(store->subject->each(store, (struct subject_no){0}, put_subject, trial));
    for (uint64_t no = 1; no < 20; no++) {
        assert_ok(store->subject->past_each(store, (struct subject_no){no}, put_number, trial));
    }
    assert_ok(store->tag->each(store, sum_tag, &tagging));
    assert_ok(store->authority->each(store, put_authority, trial));
    assert_ok(store->alert->each(store, 0, 0, 1000, put_telling, trial));
    put_matters(trial, store);
    assert_ok(store->observed->each(store, 0, UINT32_MAX, put_observed, trial));
    assert_ok(store->observed->count_each(store, 0, UINT32_MAX, put_unattributed, trial));
    assert_ok(store->observed->file_each(store, 0, NULL, put_file, trial));
    uint32_t readers = 0;
    assert_ok(store->incident->each(store, put_counts, &(struct counts){trial, store}));
    assert_ok(store->observed->reader_last(store, &readers));
    put(trial, SLICE_OF(readers));
    assert_ok(store->ledger->tail_each(store, put_tail, trial));
    assert_ok(store->ledger->authority_each(store, put_number, trial));
    assert_ok(store->ledger->checkpoint_get(store, CHECKPOINT_NEWEST, UINT64_MAX, &size, &time_us, &note));
    for (uint64_t n = 0; n < size / ENTRIES_A_BUNDLE; n++) {
        assert_ok(store->ledger->bundle_get(store, n, &note, &note));
        assert_ok(store->ledger->tile_get(store, 0, n, &note));
    }
    if (size >= ENTRIES_A_BUNDLE) assert_ok(store->ledger->tile_get(store, 1, 0, &note));
    store->batch->close(&store);
    put(trial, buf_slice(&note));
    put(trial, SLICE_OF(tagging.sum));
    hasher_end(trial->hasher, &hash);
    return hash;
}

static uint64_t reveal_first(struct trial *trial)
{
    const struct slice subject = slice_text(trial->first), field = SLICE_TEXT("name");
    struct reveal_ask ask = {
        .subjects = {&subject, 1}, .fields = {&field, 1}, .purpose = SLICE_TEXT("support")};
    ask.reason = SLICE_TEXT("wants to know");
    assert_int_equal(once(trial, VERB_REVEAL, &ask, NULL), CAUSE_OK);
    return trial->world.heard[0].head.index;
}

/* So that the next entry is the last of its bundle. */
static void to_the_edge(struct trial *trial)
{
    for (int i = 0; i < FILL_MAX && reveal_first(trial) % ENTRIES_A_BUNDLE != ENTRIES_A_BUNDLE - 2; i++)
        continue;
}

static void nothing_half_done(struct trial *trial, const char *name, enum verb verb, const void *ask,
                              const char *idempotency)
{
    to_the_edge(trial);
    struct hash before = everything(trial);
    for (uint64_t at = 1; at <= TRIES_MAX; at++) {
        struct fault_plan *plan = &trial->world.plan;
        world_calm(&trial->world);
        plan->fail_at = plan->calls + at;
        plan->fail_count = at % 3 == 0 ? UINT64_MAX - plan->fail_at : 1; /* once, or from then on */
        plan->cause = at % 2 ? CAUSE_DISK_FULL : CAUSE_UNAVAILABLE;
        enum cause cause = once(trial, verb, ask, idempotency);
        uint64_t failed = plan->failed;
        bool later = plan->failed_first == CALL_batch_scrub; /* behind the commit; upkeep does it again */
        world_calm(&trial->world);
        if (cause == CAUSE_OK && (failed == 0 || later)) return;
        if (cause == CAUSE_OK)
            fail_msg("%s: call %llu failed, and it was done all the same", name, (unsigned long long)at);
        if (cause_row(cause)->code != CODE_UNAVAILABLE)
            fail_msg("%s: call %llu: %s", name, (unsigned long long)at, cause_row(cause)->slug);
        struct hash after = everything(trial);
        if (!hash_equal(&before, &after))
            fail_msg("%s: call %llu failed, and left something behind", name, (unsigned long long)at);
    }
    fail_msg("%s: never succeeds", name);
}

static void trial_begin(struct trial *trial)
{
    const struct value values[] = {{.name = SLICE_TEXT("name"), .text = SLICE_TEXT("Kim One")},
                                   {.name = SLICE_TEXT("email"), .text = SLICE_TEXT("one@mail.example")}};
    struct subject_create_ask ask = {.ref = SLICE_TEXT("first"), .fields = {values, COUNT_OF(values)}};
    struct key_issue_ask key = {.role = SLICE_TEXT("support")};
    assert_ok(world_init(&trial->world, 20600 * DAY_US));
    assert_ok(world_open(&trial->world));
    assert_ok(crypto_new(&trial->crypto));
    assert_ok(hasher_new(trial->crypto, &trial->hasher));
    assert_int_equal(once(trial, VERB_SUBJECT_CREATE, &ask, NULL), CAUSE_OK);
    take_id(&trial->world.heard[0], trial->first);
    ask.ref = SLICE_TEXT("second");
    assert_int_equal(once(trial, VERB_SUBJECT_CREATE, &ask, NULL), CAUSE_OK);
    take_id(&trial->world.heard[0], trial->second);
    assert_int_equal(once(trial, VERB_KEY_ISSUE, &key, NULL), CAUSE_OK);
    take_id(&trial->world.heard[0], trial->key);
}

static void trial_end(struct trial *trial)
{
    static struct verify_report report;
    struct verify_options options = {.home = trial->world.home, .clock = world_clock(&trial->world)};
    world_close(&trial->world); /* it starts again on what is there, and all of it holds together */
    assert_ok(world_open(&trial->world));
    assert_ok(verify_home(&options, &report));
    if (report.finding_count > 0) fail_msg("%s", report.findings[0]);
    hasher_free(&trial->hasher);
    crypto_free(&trial->crypto);
    world_done(&trial->world);
}

static struct trial *begun(void)
{
    static struct trial trial;
    trial = (struct trial){0};
    trial_begin(&trial);
    return &trial;
}

static void a_failed_create_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    const struct value values[] = {
        {.name = SLICE_TEXT("name"), .text = SLICE_TEXT("Kim Three")},
        {.name = SLICE_TEXT("email"), .text = SLICE_TEXT("Kim.Three+shop@gmail.com")},
        {.name = SLICE_TEXT("door_code"), .group = SLICE_TEXT("addresses"), .text = SLICE_TEXT("1234#")}};
    struct subject_create_ask ask = {.ref = SLICE_TEXT("third"), .fields = {values, COUNT_OF(values)}};
    nothing_half_done(trial, "create", VERB_SUBJECT_CREATE, &ask, NULL);
    ask.ref = SLICE_TEXT("fourth");
    nothing_half_done(trial, "create with an idempotency key", VERB_SUBJECT_CREATE, &ask, "key 1");
    ask.ref = SLICE_TEXT("first");
    ask.on_conflict = SLICE_TEXT("update");
    nothing_half_done(trial, "create that updates", VERB_SUBJECT_CREATE, &ask, NULL);
    nothing_half_done(trial, "create that finds nothing new", VERB_SUBJECT_CREATE, &ask, NULL);
    ask.on_conflict = SLICE_TEXT("skip");
    nothing_half_done(trial, "create that is skipped", VERB_SUBJECT_CREATE, &ask, "key 2");
    trial_end(trial);
}

static void a_failed_change_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    const struct value values[] = {{.name = SLICE_TEXT("name"), .kind = VALUE_REMOVE},
                                   {.name = SLICE_TEXT("email"), .text = SLICE_TEXT("new@mail.example")}};
    struct subject_patch_ask patch = {
        .id = slice_text(trial->first), .version = 1, .fields = {values, COUNT_OF(values)}};
    struct subject_close_ask closing = {slice_text(trial->first)};
    nothing_half_done(trial, "patch", VERB_SUBJECT_PATCH, &patch, "key 1");
    patch.version = 2;
    nothing_half_done(trial, "patch of nothing", VERB_SUBJECT_PATCH, &patch, NULL);
    nothing_half_done(trial, "close", VERB_SUBJECT_CLOSE, &closing, NULL);
    trial_end(trial);
}

static void a_failed_erasure_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    const struct slice subjects[] = {slice_text(trial->first), slice_text(trial->second)},
                       field = SLICE_TEXT("name");
    struct reveal_ask look = {
        .subjects = {subjects, 2}, .fields = {&field, 1}, .purpose = SLICE_TEXT("support")};
    struct subject_erase_ask ask = {.id = slice_text(trial->second), .reason = SLICE_TEXT("asked for it")};
    look.reason = SLICE_TEXT("a reason that speaks of a person");
    for (int i = 0; i < 3; i++) assert_int_equal(once(trial, VERB_REVEAL, &look, NULL), CAUSE_OK);
    to_the_edge(trial); /* these lie in a bundle, and more in the tail */
    for (int i = 0; i < 3; i++) assert_int_equal(once(trial, VERB_REVEAL, &look, NULL), CAUSE_OK);
    nothing_half_done(trial, "erase", VERB_SUBJECT_ERASE, &ask, "key 1");
    trial_end(trial);
}

static void a_failed_import_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    static const char *const rows[][2] = {
        {"first", "Kim Changed"}, {"fifth", "Kim Five"}, {"sixth", "Kim Six"}, {"second", "Kim One"}};
    const struct slice targets[] = {SLICE_TEXT("ref"), SLICE_TEXT("name")};
    SCOPED(buf_done) struct buf bytes = {0};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct import_value values[] = {{0, 0, slice_text(rows[i][0])}, {1, 0, slice_text(rows[i][1])}};
        import_row_write(i + 1, values, COUNT_OF(values), &bytes);
    }
    struct import_ask ask = {.targets = {targets, COUNT_OF(targets)}, .rows = buf_slice(&bytes)};
    nothing_half_done(trial, "import", VERB_IMPORT, &ask, NULL);
    nothing_half_done(trial, "the same import again", VERB_IMPORT, &ask, "key 1");
    trial_end(trial);
}

static void a_failed_act_of_an_admin_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    const struct slice all = SLICE_TEXT("*"), act = SLICE_TEXT("reveal");
    struct key_issue_ask key = {.role = SLICE_TEXT("service")};
    struct key_revoke_ask revoke = {slice_text(trial->key)};
    struct role_put_ask role = {SLICE_TEXT("own"), {&all, 1},  {&all, 1},
                                {&act, 1},         .daily = 7, .reason = true};
    struct budget_put_ask budget = {.scope = SLICE_TEXT("shop"), .daily = 9};
    struct staff_add_ask staff = {SLICE_TEXT("Park"), SLICE_TEXT("park@staff.example")};
    struct field_put_ask field = {
        .name = SLICE_TEXT("shoe_size"), .kind = SLICE_TEXT("text"), .index = SLICE_TEXT("full")};
    struct ledger_pin_ask pin = {SLICE_TEXT("the accountant")};
    struct sink_put_ask sink = {.kind = SLICE_TEXT("webhook"), .url = SLICE_TEXT("https://siem.example/")};
    struct sink_test_ask all_sinks = {{0}};
    nothing_half_done(trial, "key issue", VERB_KEY_ISSUE, &key, "key 1");
    nothing_half_done(trial, "key revoke", VERB_KEY_REVOKE, &revoke, NULL);
    nothing_half_done(trial, "role put", VERB_ROLE_PUT, &role, NULL);
    nothing_half_done(trial, "budget put", VERB_BUDGET_PUT, &budget, NULL);
    nothing_half_done(trial, "staff add", VERB_STAFF_ADD, &staff, NULL);
    nothing_half_done(trial, "field put", VERB_FIELD_PUT, &field, NULL);
    nothing_half_done(trial, "pin", VERB_LEDGER_PIN, &pin, NULL);
    nothing_half_done(trial, "sink put", VERB_SINK_PUT, &sink, NULL);
    nothing_half_done(trial, "sink test", VERB_SINK_TEST, &all_sinks, NULL);
    trial_end(trial);
}

static void a_failed_act_at_the_desk_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    char id[ID_BYTES_MAX + 1] = {0};
    struct ticket_open_ask open = {.kind = SLICE_TEXT("scam"),
                                   .text = SLICE_TEXT("they called"),
                                   .contact = SLICE_TEXT("a@mail.example")};
    struct pool_open_ask pool = {.title = SLICE_TEXT("losses"),
                                 .currency = SLICE_TEXT("KRW"),
                                 .until = SLICE_TEXT("2099-01-01"),
                                 .text = SLICE_TEXT("what was lost"),
                                 .amount = 100};
    struct promise_add_ask promise = {
        .kind = SLICE_TEXT("audit"), .text = SLICE_TEXT("once a year"), .due = SLICE_TEXT("2099-01-01")};
    nothing_half_done(trial, "ticket of somebody", VERB_TICKET_OPEN, &open, NULL);
    open.subject = slice_text(trial->first);
    nothing_half_done(trial, "ticket of a customer", VERB_TICKET_OPEN, &open, "key 1");
    take_id(&trial->world.heard[0], id);
    struct ticket_act_ask act = {
        .id = slice_text(id), .act = SLICE_TEXT("answer"), .text = SLICE_TEXT("it was not us")};
    struct ticket_show_ask show = {.id = slice_text(id)};
    nothing_half_done(trial, "ticket answer", VERB_TICKET_ACT, &act, NULL);
    nothing_half_done(trial, "ticket show", VERB_TICKET_SHOW, &show, NULL);
    nothing_half_done(trial, "pool open", VERB_POOL_OPEN, &pool, "key 2");
    nothing_half_done(trial, "promise add", VERB_PROMISE_ADD, &promise, NULL);
    take_id(&trial->world.heard[0], id);
    struct promise_act_ask drop = {
        .id = slice_text(id), .act = SLICE_TEXT("drop"), .text = SLICE_TEXT("too dear")};
    nothing_half_done(trial, "promise drop", VERB_PROMISE_ACT, &drop, NULL);
    trial_end(trial);
}

static void a_failed_count_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    char id[ID_BYTES_MAX + 1] = {0};
    const struct slice name = SLICE_TEXT("name"), then = SLICE_TEXT("2026-11-22T00:00:00Z");
    struct incident_open_ask open = {.title = SLICE_TEXT("a leak"), .kind = SLICE_TEXT("other")};
    assert_int_equal(once(trial, VERB_INCIDENT_OPEN, &open, NULL), CAUSE_OK);
    take_id(&trial->world.heard[0], id);
    struct incident_scope_ask scope = {.id = slice_text(id), .fields = {&name, 1}, .copied_at = {&then, 1}};
    struct incident_exposures_ask shown = {.id = slice_text(id)};
    nothing_half_done(trial, "scope", VERB_INCIDENT_SCOPE, &scope, NULL);
    nothing_half_done(trial, "scope again", VERB_INCIDENT_SCOPE, &scope, "key 1");
    assert_int_equal(once(trial, VERB_INCIDENT_EXPOSURES, &shown, NULL), CAUSE_OK);
    trial_end(trial);
}

static void a_failed_chunk_of_a_log_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    static const uint8_t first[32] = {1}, hash[32] = {2};
    const struct slice field = SLICE_TEXT("name"), purpose = SLICE_TEXT("support"),
                       route = SLICE_TEXT("GET /{ref}");
    const struct slice declared = SLICE_TEXT("GET /{ref} = name");
    struct service_put_ask service = {
        .name = SLICE_TEXT("shop"), .fields = {&field, 1}, .purposes = {&purpose, 1}};
    service.routes = (struct texts){&declared, 1};
    assert_int_equal(once(trial, VERB_SERVICE_PUT, &service, NULL), CAUSE_OK);
    SCOPED(buf_done) struct buf rows = {0};
    const struct seen_reader reader = {SEEN_ADDRESS, SLICE_TEXT("203.0.113.9")};
    uint64_t line = 0;
    buf_varint(&rows, 1);
    seen_reader_put(&reader, &rows);
    buf_varint(&rows, 3);
    for (size_t i = 0; i < 3; i++) {
        const char *const refs[] = {"first", "second", "nobody"};
        struct seen_row row = {.hour = 9, .line = i + 1, .lines = 1, .rows = 1, .kind = ROUTE_REF};
        row.subject = slice_text(refs[i]);
        seen_row_put(&row, &line, &rows);
    }
    struct observe_ask ask = {.system = SLICE_TEXT("shop"),
                              .first = SLICE_OF(first),
                              .hash = SLICE_OF(hash),
                              .to = 100,
                              .lines_to = 3,
                              .routes = {&route, 1},
                              .rows = buf_slice(&rows)};
    nothing_half_done(trial, "observe", VERB_OBSERVE, &ask, NULL);
    ask.file = 1;
    ask.from = 100;
    ask.to = 200;
    ask.lines_from = 3;
    ask.lines_to = 4;
    ask.rows.len = 0;
    nothing_half_done(trial, "observe nobody", VERB_OBSERVE, &ask, NULL);
    trial_end(trial);
}

static void a_failed_look_leaves_nothing(void **state)
{
    (void)state;
    struct trial *trial = begun();
    const struct slice subjects[] = {slice_text(trial->first), slice_text(trial->second)},
                       field = SLICE_TEXT("email");
    struct reveal_ask reveal = {
        .subjects = {subjects, 2}, .fields = {&field, 1}, .purpose = SLICE_TEXT("support")};
    struct lookup_ask lookup = {field, SLICE_TEXT("one@mail.example"), SLICE_TEXT("support"), {0}};
    struct subject_sightings_ask sightings = {.id = subjects[0], .proofs = true, .limit = 5};
    nothing_half_done(trial, "reveal", VERB_REVEAL, &reveal, NULL);
    nothing_half_done(trial, "lookup", VERB_LOOKUP, &lookup, NULL);
    nothing_half_done(trial, "sightings", VERB_SUBJECT_SIGHTINGS, &sightings, NULL);
    trial_end(trial);
}

enum { LIST_PEOPLE = 40 };

/* People in the order of a list, whom a key of a role that stops at once asks for: their ids. */
static char (*list_made(struct trial *trial, char token[TOKEN_BYTES_MAX]))[ID_BYTES_MAX + 1]
{
    static char ids[LIST_PEOPLE][ID_BYTES_MAX + 1];
    const struct slice all = SLICE_TEXT("*"), act = SLICE_TEXT("reveal");
    struct role_put_ask role = {
        .name = SLICE_TEXT("desk"), .fields = {&all, 1}, .purposes = {&all, 1}, .acts = {&act, 1}};
    struct key_issue_ask key = {.role = SLICE_TEXT("desk")};
    role.watch = SLICE_TEXT("trip");
    for (size_t i = 0; i < LIST_PEOPLE; i++) {
        char ref[16];
        (void)snprintf(ref, sizeof ref, "listed %zu", i);
        struct subject_create_ask ask = {.ref = slice_text(ref)};
        assert_int_equal(once(trial, VERB_SUBJECT_CREATE, &ask, NULL), CAUSE_OK);
        take_id(&trial->world.heard[0], ids[i]);
    }
    assert_int_equal(once(trial, VERB_ROLE_PUT, &role, NULL), CAUSE_OK);
    assert_int_equal(once(trial, VERB_KEY_ISSUE, &key, NULL), CAUSE_OK);
    struct cbor reader = cbor_reader(buf_slice(&trial->world.heard[0].body));
    struct slice name = {0}, id = {0}, secret = {0};
    size_t pairs = 0;
    assert_ok(cbor_read_map(&reader, &pairs));
    assert_ok(cbor_read_text(&reader, &name));
    assert_ok(cbor_read_text(&reader, &id));
    assert_ok(cbor_read_text(&reader, &name));
    assert_ok(cbor_read_text(&reader, &secret));
    assert_true(slice_is(name, "key") && secret.len < TOKEN_BYTES_MAX);
    memcpy(token, secret.at, secret.len);
    token[secret.len] = 0;
    return ids;
}

/* A drain by one key, one at a time: the ask that it is found in is answered, the next one refused; behind the entry that
 * stopped it the ledger has refusals of it only. */
static void a_drain_is_stopped_behind_the_ask_that_it_was_found_in(void **state)
{
    (void)state;
    struct trial *trial = begun();
    char token[TOKEN_BYTES_MAX];
    char(*ids)[ID_BYTES_MAX + 1] = list_made(trial, token);
    const struct slice field = SLICE_TEXT("ref");
    enum cause last = CAUSE_OK;
    size_t seen = 0;
    uint64_t entries = 0;
    trial->bearer = token;
    for (; seen < LIST_PEOPLE && last == CAUSE_OK; seen += last == CAUSE_OK) {
        const struct slice one = slice_text(ids[seen]);
        struct reveal_ask ask = {
            .subjects = {&one, 1}, .fields = {&field, 1}, .purpose = SLICE_TEXT("support")};
        uint64_t before = trial->world.heard[0].head.index;
        last = once(trial, VERB_REVEAL, &ask, NULL);
        entries = trial->world.heard[0].head.index - before;
    }
    assert_int_equal(last, CAUSE_BREAKER_OPEN);
    assert_in_range(seen, 20, 24); /* trip.people, and a few */
    assert_int_equal(entries, 3);  /* the breaker's, the alert's, and that of the refusal */
    trial->bearer = NULL;
    trial_end(trial);
}

/* Whatever fails: nothing is half-done, and what was found waits; once it is written, the reader is stopped. */
static void a_failed_stop_leaves_nothing_and_is_not_forgotten(void **state)
{
    (void)state;
    struct trial *trial = begun();
    char token[TOKEN_BYTES_MAX];
    char(*ids)[ID_BYTES_MAX + 1] = list_made(trial, token);
    struct sink_put_ask sink = {.kind = SLICE_TEXT("webhook"), .url = SLICE_TEXT("https://siem.example/")};
    const struct slice field = SLICE_TEXT("ref");
    struct slice subjects[LIST_PEOPLE];
    struct reveal_ask ask = {
        .subjects = {subjects, LIST_PEOPLE}, .fields = {&field, 1}, .purpose = SLICE_TEXT("support")};
    for (size_t i = 0; i < LIST_PEOPLE; i++) subjects[i] = slice_text(ids[i]);
    assert_int_equal(once(trial, VERB_SINK_PUT, &sink, NULL), CAUSE_OK);
    trial->bearer = token;
    struct hash before = everything(trial);
    enum cause cause = CAUSE_UNAVAILABLE;
    uint64_t at = 1;
    for (; cause_row(cause)->code == CODE_UNAVAILABLE; at++) {
        struct fault_plan *plan = &trial->world.plan;
        assert_true(at < TRIES_MAX);
        world_calm(&trial->world);
        plan->fail_at = plan->calls + at;
        plan->fail_count = at % 3 == 0 ? UINT64_MAX - plan->fail_at : 1;
        plan->cause = at % 2 ? CAUSE_DISK_FULL : CAUSE_UNAVAILABLE;
        cause = once(trial, VERB_REVEAL, &ask, NULL);
        world_calm(&trial->world);
        struct hash after = everything(trial);
        if (cause_row(cause)->code == CODE_UNAVAILABLE && !hash_equal(&before, &after))
            fail_msg("call %llu failed, and left something behind", (unsigned long long)at);
    }
    assert_true(at > 4 && (cause == CAUSE_OK || cause == CAUSE_BREAKER_OPEN));
    assert_int_equal(once(trial, VERB_REVEAL, &ask, NULL), CAUSE_BREAKER_OPEN);
    trial->bearer = NULL;
    trial_end(trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_create_leaves_nothing),
        cmocka_unit_test(a_failed_change_leaves_nothing),
        cmocka_unit_test(a_failed_erasure_leaves_nothing),
        cmocka_unit_test(a_failed_import_leaves_nothing),
        cmocka_unit_test(a_failed_act_of_an_admin_leaves_nothing),
        cmocka_unit_test(a_failed_act_at_the_desk_leaves_nothing),
        cmocka_unit_test(a_failed_count_leaves_nothing),
        cmocka_unit_test(a_failed_chunk_of_a_log_leaves_nothing),
        cmocka_unit_test(a_failed_look_leaves_nothing),
        cmocka_unit_test(a_drain_is_stopped_behind_the_ask_that_it_was_found_in),
        cmocka_unit_test(a_failed_stop_leaves_nothing_and_is_not_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
