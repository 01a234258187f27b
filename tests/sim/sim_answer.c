/* One answer against what the model expects. */
#include "sim.h"

static bool same_text(char *at, size_t room, struct slice text)
{
    if (text.len >= room) return false;
    memcpy(at, text.at, text.len);
    at[text.len] = 0;
    return true;
}

/* Ids and keys that only the answer tells: {"id": …, "key": …, …}. */
static bool ids_learn(struct sim *sim, const struct heard *heard, const struct expected *expected)
{
    struct cbor reader = cbor_reader(buf_slice(&heard->body));
    size_t pairs = 0;
    struct slice name = {0}, id = {0}, token = {0};
    bool good = cbor_read_map(&reader, &pairs).code == CODE_OK &&
                cbor_read_text(&reader, &name).code == CODE_OK &&
                cbor_read_text(&reader, &id).code == CODE_OK && slice_is(name, "id");
    MUST(sim, good, "an answer without the id of what was made");
    if (expected->new_subject) {
        struct model_subject *subject = &sim->model.people[expected->new_subject];
        MUST(sim, same_text(subject->id, sizeof subject->id, id), "an id of %zu bytes", id.len);
        return true;
    }
    if (expected->new_pass) {
        struct model_pass *pass = &sim->model.passes[expected->new_pass];
        good =
            cbor_read_text(&reader, &name).code == CODE_OK && cbor_read_text(&reader, &token).code == CODE_OK;
        MUST(sim, good && slice_is(name, "pass"), "an answer without the pass that was made");
        MUST(sim, same_text(pass->token, sizeof pass->token, token), "a pass of %zu bytes", token.len);
        return true;
    }
    if (expected->new_staff) {
        char *staff = sim->model.staff[expected->new_staff];
        MUST(sim, same_text(staff, MODEL_ID_BYTES, id), "an id of %zu bytes", id.len);
        return true;
    }
    struct model_key *key = &sim->model.keys[expected->new_key];
    good = cbor_read_text(&reader, &name).code == CODE_OK && cbor_read_text(&reader, &token).code == CODE_OK;
    MUST(sim, good && slice_is(name, "key"), "an answer without the key that was made");
    MUST(sim, same_text(key->id, sizeof key->id, id), "a key's id of %zu bytes", id.len);
    MUST(sim, same_text(key->token, sizeof key->token, token), "a key of %zu bytes", token.len);
    return true;
}

static bool items_check(struct sim *sim, const struct heard *heard, const struct expected *expected)
{
    struct cbor reader = cbor_reader(buf_slice(&heard->body));
    size_t pairs = 0, items = 0;
    struct slice name = {0};
    bool good = cbor_read_map(&reader, &pairs).code == CODE_OK &&
                cbor_read_text(&reader, &name).code == CODE_OK &&
                cbor_read_array(&reader, &items).code == CODE_OK;
    MUST(sim, good, "a listing of sightings that cannot be read");
    MUST(sim, items >= expected->looks_least && items <= expected->looks_most,
         "sightings: %zu are listed, the model knows %llu to %llu", items,
         (unsigned long long)expected->looks_least, (unsigned long long)expected->looks_most);
    return true;
}

static bool import_check(struct sim *sim, const struct heard *heard, const struct expected *expected)
{
    struct cbor reader = cbor_reader(buf_slice(&heard->body));
    size_t pairs = 0, refused = 0;
    uint64_t counts[3] = {0};
    struct slice name = {0};
    bool good = cbor_read_map(&reader, &pairs).code == CODE_OK;
    for (size_t i = 0; good && i < COUNT_OF(counts); i++) {
        good = cbor_read_text(&reader, &name).code == CODE_OK &&
               cbor_read_uint(&reader, &counts[i]).code == CODE_OK;
    }
    good = good && cbor_read_text(&reader, &name).code == CODE_OK &&
           cbor_read_array(&reader, &refused).code == CODE_OK;
    MUST(sim, good, "counts of an import that cannot be read");
    MUST(sim,
         counts[0] == expected->rows_created && counts[1] == expected->rows_changed &&
             counts[2] == expected->rows_unchanged && refused == expected->rows_refused,
         "import: %llu created, %llu changed, %llu unchanged, %zu refused; the model says %llu, %llu, %llu, "
         "%llu",
         (unsigned long long)counts[0], (unsigned long long)counts[1], (unsigned long long)counts[2], refused,
         (unsigned long long)expected->rows_created, (unsigned long long)expected->rows_changed,
         (unsigned long long)expected->rows_unchanged, (unsigned long long)expected->rows_refused);
    return true;
}

static bool body_check(struct sim *sim, const struct sim_ask *ask, const struct heard *heard,
                       const struct expected *expected)
{
    if (expected->replayed) return true; /* what it said the first time was compared then */
    if (expected->listing) return items_check(sim, heard, expected);
    if (expected->imported) return import_check(sim, heard, expected);
    if (expected->new_subject || expected->new_key || expected->new_staff || expected->new_pass)
        return ids_learn(sim, heard, expected);
    struct slice body = buf_slice(&heard->body), end = buf_slice(&expected->body);
    bool ends = body.len >= end.len && slice_equal(slice_from(body, body.len - end.len), end);
    MUST(sim, ends || !expected->ends, "%s: the answer ends otherwise", verb_row(ask->verb)->name);
    if (!expected->exact) return true;
    MUST(sim, slice_equal(buf_slice(&heard->body), buf_slice(&expected->body)),
         "%s: the answer has other values", verb_row(ask->verb)->name);
    return true;
}

static bool receipt_check(struct sim *sim, const struct sim_ask *ask, const struct heard *heard,
                          const struct expected *expected)
{
    const char *name = verb_row(ask->verb)->name;
    bool receipt = heard->head.flags & ANSWER_RECEIPT;
    MUST(sim, receipt == expected->receipt, "%s: %s a receipt", name, receipt ? "has" : "lacks");
    if (!receipt) return true;
    MUST(sim, heard->head.index == expected->index, "%s: its entry has index %llu, the model says %llu", name,
         (unsigned long long)heard->head.index, (unsigned long long)expected->index);
    MUST(sim, heard->checkpoint_size > heard->head.index, "%s: no checkpoint over entry %llu came before it",
         name, (unsigned long long)heard->head.index);
    struct model_entry *entry = &sim->model.entries[heard->head.index];
    MUST(sim, !entry->told || memcmp(entry->leaf, heard->head.leaf_hash, HASH_BYTES) == 0,
         "%s: entry %llu had another leaf hash before", name, (unsigned long long)heard->head.index);
    entry->told = true;
    memcpy(entry->leaf, heard->head.leaf_hash, HASH_BYTES);
    return true;
}

bool answer_check(struct sim *sim, const struct sim_ask *ask, struct heard *heard,
                  const struct expected *expected)
{
    const char *name = verb_row(ask->verb)->name;
    enum cause cause = heard->head.cause;
    bool malformed = ask->broken && cause_row(cause)->code == CODE_INVALID;
    MUST(sim, malformed || cause == expected->cause, "%s: answered %s, the model says %s", name,
         cause_row(cause)->slug, cause_row(expected->cause)->slug);
    if (!receipt_check(sim, ask, heard, expected)) return false;
    if (cause != CAUSE_OK) return true;
    bool replayed = heard->head.flags & ANSWER_REPLAYED, created = heard->head.flags & ANSWER_CREATED;
    MUST(sim, replayed == expected->replayed, "%s: %s an answer that was given before", name,
         replayed ? "is" : "is not");
    MUST(sim, created == expected->created, "%s: %s said to have made something", name,
         created ? "is" : "is not");
    MUST(sim, expected->version == 0 || heard->head.version == expected->version,
         "%s: version %llu, not %llu", name, (unsigned long long)heard->head.version,
         (unsigned long long)expected->version);
    return body_check(sim, ask, heard, expected);
}
