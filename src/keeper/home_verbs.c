/* What is asked of the home rather than of one shop: its health, its shops. */
#include "keep/access/approval.h"
#include "keep/access/leave.h"
#include "keep/access/pass.h"
#include "keep/access/service.h"
#include "keep/outside.h"
#include "keep/watch/canary.h"
#include "keep/watch/watching.h"
#include "keeper/keeper_priv.h"

#include <string.h>

static void put_text(struct buf *out, const char *name, struct slice text)
{
    cbor_text(out, slice_text(name));
    cbor_text(out, text);
}

static size_t warnings_put(struct keeper *keeper, struct buf *out)
{
    size_t count = 0;
    if (keeper->unserved.len > 0) {
        cbor_text(out, buf_slice(&keeper->unserved));
        count++;
    }
    if (keeper->seal == SEAL_PLAIN) {
        cbor_text(out,
                  SLICE_TEXT("the root key lies on this disk in the clear (plain seal); run `amanah seal`"));
        count++;
    }
    for (size_t i = 0; i < keeper->shop_count; i++) {
        const struct shop *shop = keeper->shops[i];
        SCOPED(buf_done) struct buf forged = {0};
        if (shop->forged == 0) continue;
        buf_print(
            &forged,
            "shop %s: somebody wrote %llu rows that give rights into its database; they were ignored; see "
            "`amanah ledger verify`",
            shop->name, (unsigned long long)shop->forged);
        cbor_text(out, buf_slice(&forged));
        count++;
    }
    for (size_t i = 0; i < keeper->shop_count; i++) {
        SCOPED(buf_done) struct buf text = {0};
        bool outside = false;
        if (outside_known(keeper->shops[i], &outside).code == CODE_OK && !outside) {
            buf_print(&text, "shop %s: %s", keeper->shops[i]->name, outside_warning());
            cbor_text(out, buf_slice(&text));
            count++;
        }
        if (post_problem(keeper->shops[i])) {
            buf_clear(&text);
            buf_print(&text, "shop %s: no mail goes out: %s", keeper->shops[i]->name,
                      post_problem(keeper->shops[i]));
            cbor_text(out, buf_slice(&text));
            count++;
        }
        if (!keeper->shops[i]->reopened) continue;
        buf_clear(&text);
        buf_print(&text, "shop %s: an old copy of the store was put back; %s", keeper->shops[i]->name,
                  keeper->shops[i]->keys_ended ? "all keys were ended; issue new ones"
                                               : "its ledger began a new log");
        cbor_text(out, buf_slice(&text));
        count++;
    }
    return count;
}

struct slice keeper_unserved(const struct keeper *keeper)
{
    return buf_slice(&keeper->unserved);
}

const char *keeper_forged(const struct keeper *keeper, size_t i, uint64_t *rows)
{
    for (size_t at = 0; at < keeper->shop_count; at++) {
        const struct shop *shop = keeper->shops[at];
        if (shop->forged == 0 || i-- > 0) continue;
        *rows = shop->forged;
        return shop->name;
    }
    return NULL;
}

const char *keeper_reopened(const struct keeper *keeper, size_t n, bool *keys_ended)
{
    for (size_t i = 0; i < keeper->shop_count; i++) {
        const struct shop *shop = keeper->shops[i];
        if (!shop->reopened || n-- != 0) continue;
        *keys_ended = shop->keys_ended;
        return shop->name;
    }
    return NULL;
}

/* After a failed write nothing is believed for a while, for a small write may still find room where a large one did
 * not; then one write to every store says whether they take any again. */
static bool writable(struct keeper *keeper)
{
    int64_t now_us = clock_now(&keeper->options.clock);
    if (keeper->doubted_us == 0) return true;
    if (now_us - keeper->doubted_us < DOUBT_US && now_us >= keeper->doubted_us) return false;
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct store *store = keeper->shops[i]->store;
        struct result tried = store->batch->begin(store);
        if (tried.code == CODE_OK) tried = store->fact->put(store, "tried_s", (uint64_t)(now_us / SECOND_US));
        if (tried.code == CODE_OK) tried = store->batch->commit(store);
        if (tried.code == CODE_OK) continue;
        store->batch->rollback(store);
        return false;
    }
    keeper->doubted_us = 0;
    return true;
}

static void health(struct keeper *keeper, struct task *task)
{
    struct buf *out = &task->answer.body;
    bool ready = writable(keeper);
    cbor_map(out, (task->from->local ? 4 : 2) + !ready);
    cbor_text(out, SLICE_TEXT("ready"));
    cbor_bool(out, ready);
    if (!ready) put_text(out, "reason", SLICE_TEXT("the ledger cannot be written; is the disk full?"));
    put_text(out, "version", SLICE_TEXT(AMN_VERSION));
    if (!task->from->local) return; /* a stranger learns no more */
    cbor_text(out, SLICE_TEXT("shops"));
    cbor_uint(out, keeper->shop_count);
    cbor_text(out, SLICE_TEXT("warnings"));
    size_t mark = cbor_open(out);
    cbor_array_close(out, mark, warnings_put(keeper, out));
}

static RESULT shop_open_new(struct keeper *keeper, const struct shop_add_ask *ask, struct home_made *made)
{
    char name[SHOP_NAME_BYTES_MAX + 1] = "";
    SCOPED(buf_done) struct buf origin = {0};
    if (ask->name.len > SHOP_NAME_BYTES_MAX || keeper->shop_count == HOME_SHOPS_MAX) {
        return FAIL(TOO_MANY, "shop: a name is at most %d bytes, a home at most %d shops",
                    SHOP_NAME_BYTES_MAX, HOME_SHOPS_MAX);
    }
    if (ask->name.len > 0) memcpy(name, ask->name.at, ask->name.len);
    buf_slice_put(&origin, ask->origin);
    TRY(home_shop_add(keeper->home, keeper->options.clock, name, origin.len ? buf_c(&origin) : NULL, made));
    return keeper_shop_open(keeper, name);
}

static RESULT shop_add(struct keeper *keeper, struct task *task)
{
    SCOPED(home_made_done) struct home_made made = {0};
    TRY(shop_open_new(keeper, &task->ask.shop_add, &made));
    struct buf *out = &task->answer.body;
    cbor_map(out, 4);
    put_text(out, "shop", buf_slice(&made.shop));
    put_text(out, "key", buf_slice(&made.key));
    put_text(out, "origin", buf_slice(&made.origin));
    put_text(out, "vkey", buf_slice(&made.vkey));
    task->answer.head.flags |= ANSWER_CREATED;
    return OK;
}

static void shop_list(struct keeper *keeper, struct buf *out)
{
    cbor_map(out, 1);
    cbor_text(out, SLICE_TEXT("items"));
    cbor_array(out, keeper->shop_count);
    for (size_t i = 0; i < keeper->shop_count; i++) {
        struct shop *shop = keeper->shops[i];
        SCOPED(buf_done) struct buf vkey = {0};
        ledger_vkey(shop->ledger, &vkey);
        cbor_map(out, 4);
        put_text(out, "shop", slice_text(shop->name));
        put_text(out, "origin", keyring_origin(shop->keyring));
        put_text(out, "vkey", buf_slice(&vkey));
        cbor_text(out, SLICE_TEXT("entries"));
        cbor_uint(out, ledger_durable(shop->ledger));
    }
}

bool home_verb(struct keeper *keeper, struct task *task)
{
    enum verb verb = task->head.verb;
    bool health_ask = verb == VERB_STATUS && !task->ask.status.metrics;
    if (!health_ask && verb != VERB_SHOP_ADD && verb != VERB_SHOP_LIST) return false;
    struct result done = OK;
    task->done = true;
    if (health_ask) {
        health(keeper, task);
    } else if (!task->from->local || task->head.bearer.len > 0) {
        done = FAIL(ROLE_ACT, "shops: only the local operator may do this, without a key");
    } else if (verb == VERB_SHOP_ADD) {
        done = shop_add(keeper, task);
    } else {
        shop_list(keeper, &task->answer.body);
    }
    if (done.code != CODE_OK) task_refuse(task, done);
    return true;
}

static void metric(struct buf *out, const char *name, const char *kind, uint64_t value)
{
    buf_print(out, "# TYPE amanah_%s %s\namanah_%s %llu\n", name, kind, name, (unsigned long long)value);
}

static void passes(struct shop *shop, struct buf *text)
{
    struct pass_counts counts = pass_counts(shop);
    metric(text, "passes_issued_total", "counter", counts.issued);
    metric(text, "passes_seen_total", "counter", counts.seen);
    metric(text, "passes_never_issued_total", "counter", counts.unknown);
    metric(text, "passes_refused_total", "counter", counts.refused);
    metric(text, "passes_networks", "gauge", counts.networks);
    metric(text, "passes_subjects_of_one_network", "gauge", counts.subjects_most);
}

static RESULT mails_put(struct shop *shop, struct buf *text)
{
    uint64_t counts[MAIL_STATES];
    TRY(post_counts(shop, counts));
    buf_text(text, "# TYPE amanah_mails gauge\n");
    for (unsigned state = MAIL_WAITING; state < MAIL_STATES; state++) {
        buf_print(text, "amanah_mails{state=\"%s\"} %llu\n", post_state_name((enum mail_state)state),
                  (unsigned long long)counts[state]);
    }
    metric(text, "mail_host_down", "gauge", post_problem(shop) != NULL);
    return OK;
}

static void watch_put(struct shop *shop, int64_t now_us, struct buf *text)
{
    struct watching_counts counts = watching_counts(shop, now_us);
    buf_print(text,
              "# TYPE amanah_breakers gauge\namanah_breakers{state=\"slowed\"} %zu\n"
              "amanah_breakers{state=\"open\"} %zu\namanah_breakers{state=\"half_open\"} %zu\n",
              counts.slowed, counts.open, counts.half_open);
    metric(text, "breaker_trips_total", "counter", counts.trips);
    metric(text, "breaker_refused_total", "counter", counts.refused);
    metric(text, "alerts_open", "gauge", counts.alerts);
    metric(text, "alerts_muted_findings_total", "counter", counts.muted);
    metric(text, "alerts_mutes", "gauge", counts.mutes);
    metric(text, "watch_readers", "gauge", counts.readers);
    metric(text, "watch_findings_dropped_total", "counter", counts.dropped);
    metric(text, "watch_readers_evicted_total", "counter", counts.evicted);
}

RESULT verb_status(struct keeper *keeper, struct shop *shop, struct answer *out)
{
    struct buf *text = &out->body;
    const struct counters *counters = &keeper->counters;
    bool outside = false;
    TRY(outside_known(shop, &outside));
    out->head.shape = ANSWER_TEXT;
    buf_text(text, "# TYPE amanah_asks_total counter\n");
    for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
        for (unsigned code = 0; code < CODE_COUNT; code++) {
            if (counters->asks[verb][code] == 0) continue;
            buf_print(text, "amanah_asks_total{verb=\"%s\",code=\"%s\"} %llu\n",
                      verb_row((enum verb)verb)->name, code_row((enum code)code)->name,
                      (unsigned long long)counters->asks[verb][code]);
        }
    }
    TRY(mails_put(shop, text));
    metric(text, "batches_total", "counter", counters->batches);
    metric(text, "batches_redone_total", "counter", counters->redone);
    metric(text, "commits_failed_total", "counter", counters->commits_failed);
    metric(text, "commit_microseconds_total", "counter", counters->commit_us);
    watch_put(shop, clock_now(&shop->clock), text);
    metric(text, "ledger_entries", "gauge", ledger_durable(shop->ledger));
    metric(text, "ledger_checkpoint_held_outside", "gauge", outside ? 1 : 0);
    metric(text, "subjects", "gauge", shop_customers(shop));
    metric(text, "services_drifting", "gauge", services_drifting(&shop->access));
    metric(text, "leaves_open", "gauge", leaves_open(shop));
    metric(text, "rows_forged", "gauge", shop->forged);
    metric(text, "approvals_open", "gauge", approvals_open(&shop->access));
    metric(text, "erasures_unscrubbed", "gauge", shop->unscrubbed);
    metric(text, "store_bytes", "gauge", shop->store->batch->bytes(shop->store));
    passes(shop, text);
    metric(text, "uptime_seconds", "gauge",
           (uint64_t)((clock_now(&keeper->options.clock) - keeper->started_us) / SECOND_US));
    return OK;
}
