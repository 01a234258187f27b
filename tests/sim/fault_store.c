#include "fault_store.h"

#include <stdlib.h>

struct fault_store {
    struct store store; /* first: a struct store * is a struct fault_store * */
    struct store *inner;
    struct fault_plan *plan;
};

static const struct {
    const char *name;
    bool writes;
} calls[] = {
    [CALL_NONE] = {"none", false},
#define FAULT_CALL(group, name, writes) [CALL_##group##_##name] = {#group "." #name, writes},
#include "fault_calls.def"
#undef FAULT_CALL
};

const char *fault_call_name(enum fault_call call)
{
    return calls[call].name;
}

static struct fault_store *of(struct store *store)
{
    return (struct fault_store *)store;
}

static RESULT dead(void)
{
    return FAIL(UNAVAILABLE, "store: the process is no more");
}

/* What the plan has for this call: a failure, a crash, or that it be dropped. */
static RESULT fault_before(struct store *store, enum fault_call call, bool *drop)
{
    struct fault_plan *plan = of(store)->plan;
    if (plan->dead) return dead();
    plan->calls++;
    if (plan->crash_at != 0 && plan->calls >= plan->crash_at &&
        (plan->crash == CRASH_BEFORE || call == CALL_batch_commit)) {
        if (plan->crash == CRASH_BEFORE) {
            plan->save(plan->context, CRASH_BEFORE);
            plan->dead = true;
            return dead();
        }
        return OK; /* behind the commit */
    }
    if (plan->fail_at != 0 && plan->calls >= plan->fail_at &&
        plan->calls < plan->fail_at + plan->fail_count) {
        if (plan->failed++ == 0) plan->failed_first = call;
        if (calls[call].writes && plan->cause == CAUSE_DISK_FULL) {
            return FAIL(DISK_FULL, "store: the disk is full");
        }
        return FAIL(UNAVAILABLE, "store: failed on purpose in %s", fault_call_name(call));
    }
    if (plan->drop == call && plan->drop_every > 0) *drop = ++plan->drop_seen % plan->drop_every == 0;
    return OK;
}

#define WRAP(group, name, params, ...)                                                     \
    static RESULT wrap_##group##_##name params                                             \
    {                                                                                      \
        bool drop = false;                                                                 \
        TRY(fault_before(store, CALL_##group##_##name, &drop));                            \
        return drop ? OK : of(store)->inner->group->name(of(store)->inner, ##__VA_ARGS__); \
    }

WRAP(batch, begin, (struct store * store))
WRAP(batch, view, (struct store * store))
WRAP(batch, scrub, (struct store * store))
WRAP(fact, get, (struct store * store, const char *name, uint64_t *out), name, out)
WRAP(fact, put, (struct store * store, const char *name, uint64_t value), name, value)
WRAP(subject, last, (struct store * store, struct subject_no *out), out)
WRAP(subject, get, (struct store * store, struct subject_no no, uint64_t *entry, struct buf *record), no,
     entry, record)
WRAP(subject, add, (struct store * store, const struct subject_row *row), row)
WRAP(subject, replace, (struct store * store, const struct subject_row *row), row)
WRAP(subject, each,
     (struct store * store, struct subject_no from,
      RESULT (*each)(void *context, const struct subject_row *row), void *context),
     from, each, context)
WRAP(subject, past_put, (struct store * store, struct subject_no no, uint64_t entry, const uint8_t hash[32]),
     no, entry, hash)
WRAP(subject, past_get, (struct store * store, struct subject_no no, uint64_t entry, uint8_t hash[32]), no,
     entry, hash)
WRAP(subject, past_each,
     (struct store * store, struct subject_no no, RESULT (*each)(void *context, uint64_t entry),
      void *context),
     no, each, context)
WRAP(subject, leaf_put, (struct store * store, struct subject_no no, uint64_t entry, const uint8_t leaf[32]),
     no, entry, leaf)
WRAP(subject, leaf_get, (struct store * store, struct subject_no no, uint64_t entry, uint8_t leaf[32]), no,
     entry, leaf)
WRAP(tag, find,
     (struct store * store, uint32_t index, const uint8_t tag[TAG_BYTES], struct subject_no *out, size_t room,
      size_t *count),
     index, tag, out, room, count)
WRAP(tag, add, (struct store * store, const struct tag_row *row), row)
WRAP(tag, end, (struct store * store, const struct tag_row *row), row)
WRAP(tag, drop, (struct store * store, const struct tag_row *row), row)
WRAP(tag, since, (struct store * store, struct tag_row *row), row)
WRAP(tag, past_each,
     (struct store * store, RESULT (*each)(void *context, const struct tag_row *row), void *context), each,
     context)
WRAP(tag, drop_past, (struct store * store, struct subject_no no), no)
WRAP(tag, each,
     (struct store * store, RESULT (*each)(void *context, const struct tag_row *row), void *context), each,
     context)
WRAP(tag, sorted,
     (struct store * store, const struct tag_indexes *indexes,
      RESULT (*each)(void *context, const struct tag_row *row), void *context),
     indexes, each, context)
WRAP(tag, check, (struct store * store))
WRAP(ledger, tail_add, (struct store * store, const struct tail_row *row), row)
WRAP(ledger, tail_clear, (struct store * store))
WRAP(ledger, tail_each,
     (struct store * store, RESULT (*each)(void *context, const struct tail_row *row), void *context), each,
     context)
WRAP(ledger, bundle_add,
     (struct store * store, uint64_t n, int64_t first_us, struct slice entries, struct slice aside), n,
     first_us, entries, aside)
WRAP(ledger, bundle_get, (struct store * store, uint64_t n, struct buf *entries, struct buf *aside), n,
     entries, aside)
WRAP(ledger, bundle_time, (struct store * store, uint64_t n, int64_t *first_us), n, first_us)
WRAP(ledger, aside_replace, (struct store * store, uint64_t n, struct slice aside), n, aside)
WRAP(ledger, tile_put, (struct store * store, unsigned level, uint64_t n, struct slice hashes), level, n,
     hashes)
WRAP(ledger, tile_get, (struct store * store, unsigned level, uint64_t n, struct buf *out), level, n, out)
WRAP(ledger, checkpoint_put, (struct store * store, const struct checkpoint_row *row), row)
WRAP(ledger, checkpoint_get,
     (struct store * store, enum checkpoint_kind kind, uint64_t size_most, uint64_t *size, int64_t *time_us,
      struct buf *note),
     kind, size_most, size, time_us, note)
WRAP(ledger, checkpoint_each,
     (struct store * store, RESULT (*each)(void *context, const struct checkpoint_row *row), void *context),
     each, context)
WRAP(ledger, authority_add, (struct store * store, uint64_t index), index)
WRAP(ledger, authority_each,
     (struct store * store, RESULT (*each)(void *context, uint64_t index), void *context), each, context)
WRAP(sighting, put, (struct store * store, const struct sighting_row *row), row)
WRAP(sighting, get, (struct store * store, const struct sighting_row *key, struct buf *bitmap), key, bitmap)
WRAP(sighting, each,
     (struct store * store, uint32_t from_hour, uint32_t to_hour,
      RESULT (*each)(void *context, const struct sighting_row *row), void *context),
     from_hour, to_hour, each, context)
WRAP(sighting, of_chunk,
     (struct store * store, uint64_t chunk, uint32_t from_hour,
      RESULT (*each)(void *context, const struct sighting_row *row), void *context),
     chunk, from_hour, each, context)
WRAP(sighting, clear, (struct store * store))
WRAP(sighting, span_put, (struct store * store, enum sighting_span span, const struct sighting_row *row),
     span, row)
WRAP(sighting, span_get,
     (struct store * store, enum sighting_span span, const struct sighting_row *key, struct buf *bitmap),
     span, key, bitmap)
WRAP(sighting, span_each,
     (struct store * store, enum sighting_span span, uint32_t from_hour, uint32_t to_hour,
      RESULT (*each)(void *context, const struct sighting_row *row), void *context),
     span, from_hour, to_hour, each, context)
WRAP(sighting, of_reader,
     (struct store * store, enum sighting_span span, uint32_t hour, uint64_t reader,
      RESULT (*each)(void *context, const struct sighting_row *row), void *context),
     span, hour, reader, each, context)
WRAP(authority, put, (struct store * store, const struct authority_row *row), row)
WRAP(authority, each,
     (struct store * store, RESULT (*each)(void *context, const struct authority_row *row), void *context),
     each, context)
WRAP(key_use, put, (struct store * store, const struct key_use_row *row), row)
WRAP(key_use, each,
     (struct store * store, RESULT (*each)(void *context, const struct key_use_row *row), void *context),
     each, context)
WRAP(replay, put, (struct store * store, const struct replay_row *row), row)
WRAP(replay, get,
     (struct store * store, const uint8_t key[32], uint8_t ask[32], int64_t *until_us, struct buf *answer),
     key, ask, until_us, answer)
WRAP(replay, sweep, (struct store * store, int64_t now_us), now_us)
WRAP(mail, last, (struct store * store, uint64_t *id), id)
WRAP(mail, add, (struct store * store, const struct mail_row *row), row)
WRAP(mail, move, (struct store * store, const struct mail_row *row), row)
WRAP(mail, due,
     (struct store * store, enum mail_state state, int64_t now_us, size_t most,
      RESULT (*each)(void *context, const struct mail_row *row), void *context),
     state, now_us, most, each, context)
WRAP(mail, next, (struct store * store, enum mail_state state, int64_t *due_us), state, due_us)
WRAP(mail, counts,
     (struct store * store,
      RESULT (*each)(void *context, enum mail_state state, unsigned kind, uint64_t count), void *context),
     each, context)
WRAP(mail, drop_subject, (struct store * store, struct subject_no no, size_t *dropped), no, dropped)
WRAP(mail, sweep, (struct store * store, int64_t now_us, size_t most), now_us, most)
WRAP(right, put, (struct store * store, const struct right_row *row), row)
WRAP(right, get,
     (struct store * store, uint16_t kind, uint64_t entry, struct right_row *row, struct buf *body), kind,
     entry, row, body)
WRAP(right, of_subject,
     (struct store * store, uint16_t kind, struct subject_no no, int64_t after_us, right_each each,
      void *context),
     kind, no, after_us, each, context)
WRAP(right, of_kind, (struct store * store, uint16_t kind, uint64_t from, right_each each, void *context),
     kind, from, each, context)
WRAP(right, sweep, (struct store * store, int64_t now_us), now_us)
WRAP(right, drop_of, (struct store * store, struct subject_no no), no)
WRAP(observed, reader_last, (struct store * store, uint32_t *id), id)
WRAP(observed, reader_find,
     (struct store * store, uint32_t system, const uint8_t tag[TAG_BYTES], uint32_t *id), system, tag, id)
WRAP(observed, reader_get,
     (struct store * store, uint32_t id, struct outside_reader_row *row, struct buf *sealed), id, row, sealed)
WRAP(observed, reader_add, (struct store * store, const struct outside_reader_row *row), row)
WRAP(observed, file_last, (struct store * store, uint32_t *id), id)
WRAP(observed, file_put, (struct store * store, const struct outside_file_row *row), row)
WRAP(observed, file_get,
     (struct store * store, uint32_t id, struct outside_file_row *row, struct buf *sealed), id, row, sealed)
WRAP(observed, file_each,
     (struct store * store, uint32_t from, const uint8_t *first,
      RESULT (*each)(void *context, const struct outside_file_row *row), void *context),
     from, first, each, context)
WRAP(observed, put, (struct store * store, const struct observed_row *row), row)
WRAP(observed, get, (struct store * store, const struct observed_row *key, struct buf *bitmap), key, bitmap)
WRAP(observed, each,
     (struct store * store, uint32_t from_hour, uint32_t to_hour,
      RESULT (*each)(void *context, const struct observed_row *row), void *context),
     from_hour, to_hour, each, context)
WRAP(observed, count_add, (struct store * store, const struct unattributed_row *row), row)
WRAP(observed, count_each,
     (struct store * store, uint32_t from_hour, uint32_t to_hour,
      RESULT (*each)(void *context, const struct unattributed_row *row), void *context),
     from_hour, to_hour, each, context)

WRAP(alert, last, (struct store * store, uint64_t *id), id)
WRAP(alert, add, (struct store * store, const struct telling_row *row), row)
WRAP(alert, each,
     (struct store * store, uint32_t sink, uint64_t from, size_t most,
      RESULT (*each)(void *context, const struct telling_row *row), void *context),
     sink, from, most, each, context)
WRAP(alert, count, (struct store * store, uint32_t sink, uint64_t from, int64_t until_us, uint64_t *out),
     sink, from, until_us, out)
WRAP(alert, behind, (struct store * store, uint32_t sink, uint64_t from, uint64_t skip, uint64_t *id), sink,
     from, skip, id)
WRAP(alert, since, (struct store * store, int64_t from_us, uint64_t *id), from_us, id)
WRAP(alert, sweep, (struct store * store, uint64_t below, int64_t until_us, size_t most), below, until_us,
     most)
WRAP(alert, place_get, (struct store * store, uint32_t sink, struct sink_place *out), sink, out)
WRAP(alert, place_put, (struct store * store, const struct sink_place *place), place)
WRAP(alert, tally_add, (struct store * store, enum tally tally, uint32_t day, uint64_t n), tally, day, n)
WRAP(alert, tally_sum, (struct store * store, enum tally tally, uint32_t from_day, uint64_t *out), tally,
     from_day, out)
WRAP(alert, tally_sweep, (struct store * store, uint32_t before_day), before_day)

WRAP(incident, add, (struct store * store, const struct incident_row *row), row)
WRAP(incident, each,
     (struct store * store, RESULT (*each)(void *context, const struct incident_row *row), void *context),
     each, context)
WRAP(incident, line_add, (struct store * store, const struct incident_line_row *row), row)
WRAP(incident, line_each,
     (struct store * store, uint64_t incident, uint64_t from,
      RESULT (*each)(void *context, const struct incident_line_row *row), void *context),
     incident, from, each, context)
WRAP(exposure, newest, (struct store * store, uint64_t incident, uint32_t *version), incident, version)
WRAP(exposure, part_add, (struct store * store, const struct exposure_part_row *row), row)
WRAP(exposure, part_each,
     (struct store * store, uint64_t incident, uint32_t version,
      RESULT (*each)(void *context, const struct exposure_part_row *row), void *context),
     incident, version, each, context)
WRAP(exposure, set_there, (struct store * store, const uint8_t set[SET_HASH_BYTES], bool *out), set, out)
WRAP(exposure, chunk_put,
     (struct store * store, const uint8_t set[SET_HASH_BYTES], uint64_t chunk, struct slice bitmap), set,
     chunk, bitmap)
WRAP(exposure, chunk_get,
     (struct store * store, const uint8_t set[SET_HASH_BYTES], uint64_t chunk, struct buf *bitmap), set,
     chunk, bitmap)
WRAP(exposure, chunk_each,
     (struct store * store, const uint8_t set[SET_HASH_BYTES],
      RESULT (*each)(void *context, uint64_t chunk, struct slice bitmap), void *context),
     set, each, context)

WRAP(run, put, (struct store * store, const struct run_row *row), row)
WRAP(run, each,
     (struct store * store, RESULT (*each)(void *context, const struct run_row *row), void *context), each,
     context)
WRAP(run, chunk_put,
     (struct store * store, uint32_t run, enum person_state state, uint64_t chunk, struct slice bitmap), run,
     state, chunk, bitmap)
WRAP(run, chunk_each,
     (struct store * store, uint32_t run,
      RESULT (*each)(void *context, enum person_state state, uint64_t chunk, struct slice bitmap),
      void *context),
     run, each, context)
WRAP(run, odd_put, (struct store * store, const struct run_odd *odd), odd)
WRAP(run, odd_each,
     (struct store * store, uint32_t run, RESULT (*each)(void *context, const struct run_odd *odd),
      void *context),
     run, each, context)
WRAP(run, said_last, (struct store * store, uint32_t run, uint64_t *n), run, n)
WRAP(run, said_add,
     (struct store * store, uint32_t run, uint64_t n, uint64_t entry, uint64_t first, uint64_t last,
      struct slice bytes),
     run, n, entry, first, last, bytes)
WRAP(run, said_each,
     (struct store * store, uint32_t run, struct subject_no no,
      RESULT (*each)(void *context, uint64_t entry, struct slice bytes), void *context),
     run, no, each, context)

WRAP(rotation, put, (struct store * store, const struct rotation_row *row), row)
WRAP(rotation, newest, (struct store * store, struct rotation_row *out), out)
WRAP(rotation, each,
     (struct store * store, RESULT (*each)(void *context, const struct rotation_row *row), void *context),
     each, context)
WRAP(voucher, account_put, (struct store * store, const struct account_row *row), row)
WRAP(voucher, account_each,
     (struct store * store, RESULT (*each)(void *context, const struct account_row *row), void *context),
     each, context)
WRAP(voucher, get, (struct store * store, struct voucher_row *row), row)
WRAP(voucher, put, (struct store * store, const struct voucher_row *row), row)
WRAP(voucher, later,
     (struct store * store, uint32_t campaign, uint32_t part, int64_t now_us, uint64_t *count,
      uint64_t *gone),
     campaign, part, now_us, count, gone)
WRAP(voucher, each,
     (struct store * store, RESULT (*each)(void *context, const struct voucher_row *row), void *context),
     each, context)
WRAP(voucher, taken_last, (struct store * store, uint64_t *id), id)
WRAP(voucher, taken_get, (struct store * store, uint64_t id, struct redemption_row *row), id, row)
WRAP(voucher, taken_add, (struct store * store, const struct redemption_row *row), row)
WRAP(voucher, taken_put, (struct store * store, const struct redemption_row *row), row)
WRAP(voucher, taken_due, (struct store * store, struct redemption_row *row), row)
WRAP(voucher, taken_each,
     (struct store * store, RESULT (*each)(void *context, const struct redemption_row *row), void *context),
     each, context)
WRAP(voucher, act_add, (struct store * store, const struct act_row *row), row)
WRAP(voucher, act_each,
     (struct store * store, RESULT (*each)(void *context, const struct act_row *row), void *context), each,
     context)
WRAP(voucher, payment_put, (struct store * store, const struct payment_row *row), row)
WRAP(voucher, payment_newest, (struct store * store, struct payment_row *row), row)
WRAP(voucher, payment_next, (struct store * store, struct payment_row *row), row)
WRAP(voucher, given_put,
     (struct store * store, uint32_t campaign, uint32_t version, uint64_t chunk, struct slice bitmap),
     campaign, version, chunk, bitmap)
WRAP(voucher, given_each,
     (struct store * store, uint32_t campaign, uint32_t version,
      RESULT (*each)(void *context, uint64_t chunk, struct slice bitmap), void *context),
     campaign, version, each, context)
WRAP(voucher, wrong_put, (struct store * store, const struct wrong_row *row), row)
WRAP(voucher, wrong_each,
     (struct store * store, RESULT (*each)(void *context, const struct wrong_row *row), void *context), each,
     context)
WRAP(voucher, wrong_sweep, (struct store * store, int64_t now_us), now_us)

WRAP(matter, last, (struct store * store, uint64_t *no), no)
WRAP(matter, put, (struct store * store, const struct matter_row *row), row)
WRAP(matter, get, (struct store * store, uint64_t no, struct matter_row *row), no, row)
WRAP(matter, each, (struct store * store, uint32_t kind, uint64_t after, matter_each *each, void *context),
     kind, after, each, context)
WRAP(matter, of_subject, (struct store * store, uint64_t subject, matter_each *each, void *context), subject,
     each, context)
WRAP(matter, of_about,
     (struct store * store, uint32_t kind, uint64_t about, uint64_t after, matter_each *each, void *context),
     kind, about, after, each, context)
WRAP(matter, due, (struct store * store, int64_t now_us, matter_each *each, void *context), now_us, each,
     context)
WRAP(matter, line_add, (struct store * store, const struct matter_line_row *row), row)
WRAP(matter, line_each, (struct store * store, uint64_t matter, matter_line_each *each, void *context),
     matter, each, context)
WRAP(matter, sums_put, (struct store * store, const struct matter_sums *row), row)
WRAP(matter, sums_get, (struct store * store, struct matter_sums *row), row)
WRAP(matter, key_put, (struct store * store, uint64_t matter, struct slice key), matter, key)
WRAP(matter, key_get, (struct store * store, uint64_t matter, struct buf *out), matter, out)
WRAP(matter, key_drop, (struct store * store, uint64_t matter), matter)

WRAP(hold, add, (struct store * store, const struct waiting_row *row), row)
WRAP(hold, get, (struct store * store, struct subject_no no, uint64_t *entry), no, entry)
WRAP(hold, first, (struct store * store, struct waiting_row *row, struct buf *sealed), row, sealed)
WRAP(hold, drop, (struct store * store, struct subject_no no), no)

static RESULT wrap_batch_commit(struct store *store)
{
    struct fault_plan *plan = of(store)->plan;
    struct store *inner = of(store)->inner;
    bool drop = false;
    struct result done = fault_before(store, CALL_batch_commit, &drop);
    if (done.code != CODE_OK || drop) {
        inner->batch->rollback(inner); /* a failed commit leaves nothing behind */
        return done;
    }
    bool crash = plan->crash_at != 0 && plan->calls >= plan->crash_at && plan->crash != CRASH_BEFORE;
    if (plan->commit) plan->commit(plan->context);
    done = inner->batch->commit(inner);
    if (!crash || done.code != CODE_OK) return done;
    plan->save(plan->context, plan->crash);
    plan->dead = true;
    return OK; /* the process goes on for a moment: what it does no longer counts */
}

static void wrap_batch_rollback(struct store *store)
{
    of(store)->inner->batch->rollback(of(store)->inner);
}

static void wrap_batch_view_end(struct store *store)
{
    of(store)->inner->batch->view_end(of(store)->inner);
}

static void wrap_batch_interrupt(struct store *store)
{
    of(store)->inner->batch->interrupt(of(store)->inner);
}

static uint64_t wrap_batch_bytes(struct store *store)
{
    return of(store)->inner->batch->bytes(of(store)->inner);
}

static void wrap_tag_soon(struct store *store, uint32_t index, const uint8_t tag[TAG_BYTES])
{
    of(store)->inner->tag->soon(of(store)->inner, index, tag);
}

static void wrap_batch_close(struct store **store)
{
    if (!*store) return;
    struct fault_store *at = of(*store);
    at->inner->batch->close(&at->inner);
    free(at);
    *store = NULL;
}

static const struct batch_store wrap_batch = {
    .begin = wrap_batch_begin,
    .commit = wrap_batch_commit,
    .rollback = wrap_batch_rollback,
    .view = wrap_batch_view,
    .view_end = wrap_batch_view_end,
    .close = wrap_batch_close,
    .interrupt = wrap_batch_interrupt,
    .bytes = wrap_batch_bytes,
    .scrub = wrap_batch_scrub,
};
static const struct fact_store wrap_fact = {.get = wrap_fact_get, .put = wrap_fact_put};
static const struct subject_store wrap_subject = {
    .last = wrap_subject_last,
    .get = wrap_subject_get,
    .add = wrap_subject_add,
    .replace = wrap_subject_replace,
    .each = wrap_subject_each,
    .past_put = wrap_subject_past_put,
    .past_get = wrap_subject_past_get,
    .past_each = wrap_subject_past_each,
    .leaf_put = wrap_subject_leaf_put,
    .leaf_get = wrap_subject_leaf_get,
};
static const struct tag_store wrap_tag = {
    .find = wrap_tag_find,
    .soon = wrap_tag_soon,
    .add = wrap_tag_add,
    .end = wrap_tag_end,
    .drop = wrap_tag_drop,
    .since = wrap_tag_since,
    .past_each = wrap_tag_past_each,
    .drop_past = wrap_tag_drop_past,
    .each = wrap_tag_each,
    .sorted = wrap_tag_sorted,
    .check = wrap_tag_check,
};
static const struct ledger_store wrap_ledger = {
    .tail_add = wrap_ledger_tail_add,
    .tail_clear = wrap_ledger_tail_clear,
    .tail_each = wrap_ledger_tail_each,
    .bundle_add = wrap_ledger_bundle_add,
    .bundle_get = wrap_ledger_bundle_get,
    .bundle_time = wrap_ledger_bundle_time,
    .aside_replace = wrap_ledger_aside_replace,
    .tile_put = wrap_ledger_tile_put,
    .tile_get = wrap_ledger_tile_get,
    .checkpoint_put = wrap_ledger_checkpoint_put,
    .checkpoint_get = wrap_ledger_checkpoint_get,
    .checkpoint_each = wrap_ledger_checkpoint_each,
    .authority_add = wrap_ledger_authority_add,
    .authority_each = wrap_ledger_authority_each,
};
static const struct sighting_store wrap_sighting = {
    .put = wrap_sighting_put,
    .get = wrap_sighting_get,
    .each = wrap_sighting_each,
    .of_chunk = wrap_sighting_of_chunk,
    .clear = wrap_sighting_clear,
    .span_put = wrap_sighting_span_put,
    .span_get = wrap_sighting_span_get,
    .span_each = wrap_sighting_span_each,
    .of_reader = wrap_sighting_of_reader,
};
static const struct authority_store wrap_authority = {.put = wrap_authority_put, .each = wrap_authority_each};
static const struct key_use_store wrap_key_use = {.put = wrap_key_use_put, .each = wrap_key_use_each};
static const struct replay_store wrap_replay = {
    .put = wrap_replay_put,
    .get = wrap_replay_get,
    .sweep = wrap_replay_sweep,
};
static const struct mail_store wrap_mail = {
    .last = wrap_mail_last,
    .add = wrap_mail_add,
    .move = wrap_mail_move,
    .due = wrap_mail_due,
    .next = wrap_mail_next,
    .counts = wrap_mail_counts,
    .drop_subject = wrap_mail_drop_subject,
    .sweep = wrap_mail_sweep,
};
static const struct right_store wrap_right = {
    .put = wrap_right_put,
    .get = wrap_right_get,
    .of_subject = wrap_right_of_subject,
    .of_kind = wrap_right_of_kind,
    .sweep = wrap_right_sweep,
    .drop_of = wrap_right_drop_of,
};
static const struct observed_store wrap_observed = {
    .reader_last = wrap_observed_reader_last,
    .reader_find = wrap_observed_reader_find,
    .reader_get = wrap_observed_reader_get,
    .reader_add = wrap_observed_reader_add,
    .file_last = wrap_observed_file_last,
    .file_put = wrap_observed_file_put,
    .file_get = wrap_observed_file_get,
    .file_each = wrap_observed_file_each,
    .put = wrap_observed_put,
    .get = wrap_observed_get,
    .each = wrap_observed_each,
    .count_add = wrap_observed_count_add,
    .count_each = wrap_observed_count_each,
};

static const struct alert_store wrap_alert = {
    .last = wrap_alert_last,
    .add = wrap_alert_add,
    .each = wrap_alert_each,
    .count = wrap_alert_count,
    .behind = wrap_alert_behind,
    .since = wrap_alert_since,
    .sweep = wrap_alert_sweep,
    .place_get = wrap_alert_place_get,
    .place_put = wrap_alert_place_put,
    .tally_add = wrap_alert_tally_add,
    .tally_sum = wrap_alert_tally_sum,
    .tally_sweep = wrap_alert_tally_sweep,
};

static const struct exposure_store wrap_exposure = {
    .newest = wrap_exposure_newest,
    .part_add = wrap_exposure_part_add,
    .part_each = wrap_exposure_part_each,
    .set_there = wrap_exposure_set_there,
    .chunk_put = wrap_exposure_chunk_put,
    .chunk_get = wrap_exposure_chunk_get,
    .chunk_each = wrap_exposure_chunk_each,
};

static const struct run_store wrap_run = {
    .put = wrap_run_put,
    .each = wrap_run_each,
    .chunk_put = wrap_run_chunk_put,
    .chunk_each = wrap_run_chunk_each,
    .odd_put = wrap_run_odd_put,
    .odd_each = wrap_run_odd_each,
    .said_last = wrap_run_said_last,
    .said_add = wrap_run_said_add,
    .said_each = wrap_run_said_each,
};

static const struct voucher_store wrap_voucher = {
    .account_put = wrap_voucher_account_put,
    .account_each = wrap_voucher_account_each,
    .get = wrap_voucher_get,
    .put = wrap_voucher_put,
    .later = wrap_voucher_later,
    .each = wrap_voucher_each,
    .taken_last = wrap_voucher_taken_last,
    .taken_get = wrap_voucher_taken_get,
    .taken_add = wrap_voucher_taken_add,
    .taken_put = wrap_voucher_taken_put,
    .taken_due = wrap_voucher_taken_due,
    .taken_each = wrap_voucher_taken_each,
    .act_add = wrap_voucher_act_add,
    .act_each = wrap_voucher_act_each,
    .payment_put = wrap_voucher_payment_put,
    .payment_newest = wrap_voucher_payment_newest,
    .payment_next = wrap_voucher_payment_next,
    .given_put = wrap_voucher_given_put,
    .given_each = wrap_voucher_given_each,
    .wrong_put = wrap_voucher_wrong_put,
    .wrong_each = wrap_voucher_wrong_each,
    .wrong_sweep = wrap_voucher_wrong_sweep,
};

static const struct matter_store wrap_matter = {
    .last = wrap_matter_last,
    .put = wrap_matter_put,
    .get = wrap_matter_get,
    .each = wrap_matter_each,
    .of_subject = wrap_matter_of_subject,
    .of_about = wrap_matter_of_about,
    .due = wrap_matter_due,
    .line_add = wrap_matter_line_add,
    .line_each = wrap_matter_line_each,
    .sums_put = wrap_matter_sums_put,
    .sums_get = wrap_matter_sums_get,
    .key_put = wrap_matter_key_put,
    .key_get = wrap_matter_key_get,
    .key_drop = wrap_matter_key_drop,
};

static const struct incident_store wrap_incident = {
    .add = wrap_incident_add,
    .each = wrap_incident_each,
    .line_add = wrap_incident_line_add,
    .line_each = wrap_incident_line_each,
};

static const struct hold_store wrap_hold = {
    .add = wrap_hold_add,
    .get = wrap_hold_get,
    .first = wrap_hold_first,
    .drop = wrap_hold_drop,
};

static const struct rotation_store wrap_rotation = {
    .put = wrap_rotation_put,
    .newest = wrap_rotation_newest,
    .each = wrap_rotation_each,
};

/* Each function of a store is wrapped: those of fault_calls.def, and rollback, view_end, close, interrupt, bytes and soon. */
_Static_assert(sizeof wrap_batch + sizeof wrap_fact + sizeof wrap_subject + sizeof wrap_tag +
                       sizeof wrap_ledger + sizeof wrap_sighting + sizeof wrap_authority +
                       sizeof wrap_replay + sizeof wrap_mail + sizeof wrap_right + sizeof wrap_key_use +
                       sizeof wrap_alert + sizeof wrap_observed + sizeof wrap_incident + sizeof wrap_hold +
                       sizeof wrap_exposure + sizeof wrap_run + sizeof wrap_rotation + sizeof wrap_voucher +
                       sizeof wrap_matter ==
                   (CALL_COUNT - 1 + 6) * sizeof(void (*)(void)),
               "a function of the store is missing in fault_calls.def");

enum { STORE_GROUPS = 20 };
_Static_assert(sizeof(struct store) == STORE_GROUPS * sizeof(void *),
               "a group of functions is not wrapped below");

RESULT fault_store_new(struct store *inner, struct fault_plan *plan, struct store **out)
{
    struct fault_store *at = calloc(1, sizeof *at);
    if (!at) {
        inner->batch->close(&inner);
        return FAIL(UNAVAILABLE, "fault store: out of memory");
    }
    at->store = (struct store){&wrap_batch,    &wrap_fact,      &wrap_subject,  &wrap_tag,      &wrap_ledger,
                               &wrap_sighting, &wrap_authority, &wrap_replay,   &wrap_key_use,  &wrap_mail,
                               &wrap_right,    &wrap_alert,     &wrap_observed, &wrap_incident, &wrap_hold,
                               &wrap_exposure, &wrap_run,       &wrap_rotation, &wrap_voucher,  &wrap_matter};
    at->inner = inner;
    at->plan = plan;
    *out = &at->store;
    return OK;
}
