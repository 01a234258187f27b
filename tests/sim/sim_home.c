/* A home on disk against the model, read beside the keeper with its own keys. */
#include "keep/access/authority.h"
#include "keep/history.h"
#include "keep/subject.h"
#include "keep/values.h"
#include "keep/verify.h"
#include "prove/proof.h"
#include "sim.h"

enum { ERASED_ROW_BYTES = 8 + 8 + HASH_BYTES };

/* The home opened to read. */
struct reading {
    struct sim *sim;
    struct home *home;
    struct shop *shop;
};

static void reading_done(struct reading *reading)
{
    shop_free(&reading->shop);
    home_free(&reading->home);
}

static bool reading_open(struct sim *sim, struct reading *out)
{
    out->sim = sim;
    struct result done = home_open(sim->world.home, (struct slice){0}, false, &out->home);
    struct shop_options options = {out->home, "shop", world_clock(&sim->world), SHOP_READER, NULL};
    if (done.code == CODE_OK) done = shop_open(&options, &out->shop);
    MUST(sim, done.code == CODE_OK, "the home cannot be read: %s", result_text());
    return true;
}

bool home_entries(struct sim *sim, uint64_t *out)
{
    SCOPED(reading_done) struct reading reading = {0};
    if (!reading_open(sim, &reading)) return false;
    *out = ledger_durable(reading.shop->ledger);
    return true;
}

bool home_watch_entries(struct sim *sim)
{
    SCOPED(reading_done) struct reading reading = {0};
    return reading_open(sim, &reading) && watch_entries(sim, reading.shop);
}

bool home_uses(struct sim *sim)
{
    SCOPED(reading_done) struct reading reading = {0};
    if (!reading_open(sim, &reading)) return false;
    for (unsigned i = 1; i <= sim->model.key_count && i <= reading.shop->key_uses.count; i++)
        sim->model.keys[i].used_day = reading.shop->key_uses.at[i - 1].day;
    return true;
}

bool home_strangers(struct sim *sim)
{
    SCOPED(reading_done) struct reading reading = {0};
    if (!reading_open(sim, &reading)) return false;
    for (uint64_t at = sim->model.entry_count; at < ledger_durable(reading.shop->ledger); at++) {
        SCOPED(buf_done) struct buf bytes = {0};
        struct entry entry = {0};
        struct result got = ledger_entry(reading.shop->ledger, at, &bytes, NULL);
        if (got.code == CODE_OK) got = entry_read(buf_slice(&bytes), &entry);
        MUST(sim, got.code == CODE_OK, "entry %llu: %s", (unsigned long long)at, result_text());
        if (entry.kind == ENTRY_NOTICE) {
            model_noticed(&sim->model, entry.count, entry.time_us);
            continue;
        }
        if (entry.kind == ENTRY_AUTHORITY && entry.reader == 0 && entry.object_kind == AUTHORITY_ALERT) {
            model_alerted(&sim->model, entry.time_us);
            sim->result.alerts++;
            continue;
        }
        if (entry.kind == ENTRY_AUTHORITY && entry.reader == 0) {
            MUST(sim, model_upkept(&sim->model, entry.object_kind, (uint32_t)entry.object_id, entry.time_us),
                 "entry %llu: an approval took effect or a key was ended that was not due",
                 (unsigned long long)at);
            continue;
        }
        MUST(sim, entry.kind == ENTRY_STRANGERS, "entry %llu (%s) came from nothing that was asked",
             (unsigned long long)at, entry_kind_name(entry.kind));
        MUST(sim, model_strangers(&sim->model, entry.reader, entry.count, entry.time_us),
             "entry %llu: strangers with the key of nobody", (unsigned long long)at);
    }
    return true;
}

static bool set_check(struct sim *sim, uint64_t index, const struct aside_read *aside, const bool *erased)
{
    const struct model_entry *entry = &sim->model.entries[index];
    struct people_set set = {{0}};
    for (size_t i = 0; i < aside->set_count; i++) {
        uint64_t no = aside->set[i].no.at;
        MUST(sim, no > 0 && no < PEOPLE_MAX, "entry %llu: concerns subject %llu", (unsigned long long)index,
             (unsigned long long)no);
        MUST(sim, !erased[no], "entry %llu: a look at subject %llu after its erasure",
             (unsigned long long)index, (unsigned long long)no);
        set.has[no] = true;
    }
    struct people_set none = {{0}};
    MUST(sim, memcmp(&set, entry->set ? entry->set : &none, sizeof set) == 0,
         "entry %llu (%s): concerns others", (unsigned long long)index, entry_kind_name(entry->kind));
    return true;
}

static bool entry_check(struct reading *reading, uint64_t index, struct hash *leaf, bool *erased)
{
    struct sim *sim = reading->sim;
    const struct model_entry *want = &sim->model.entries[index];
    struct entry entry = {0};
    unsigned long long at = index;
    SCOPED(buf_done) struct buf bytes = {0}, aside_bytes = {0};
    SCOPED(aside_read_done) struct aside_read aside = {0};
    struct result got = ledger_entry(reading->shop->ledger, index, &bytes, &aside_bytes);
    if (got.code == CODE_OK) got = entry_read(buf_slice(&bytes), &entry);
    if (got.code == CODE_OK) got = aside_read(buf_slice(&aside_bytes), &aside);
    MUST(sim, got.code == CODE_OK, "entry %llu: %s", at, result_text());
    leaf_hash(reading->shop->crypto, buf_slice(&bytes), leaf);
    MUST(sim, entry.kind == want->kind, "entry %llu: is %s, not %s", at, entry_kind_name(entry.kind),
         entry_kind_name(want->kind));
    MUST(sim, entry.reader == want->reader, "entry %llu (%s): by another reader", at,
         entry_kind_name(entry.kind));
    MUST(sim, entry.time_us == want->time_us, "entry %llu: at another time", at);
    MUST(sim, !want->set || entry.count == aside.set_count, "entry %llu: of another count", at);
    MUST(sim, entry_cause(reading->shop->crypto, want->cause) == entry.cause, "entry %llu: another cause",
         at);
    MUST(sim, !want->told || memcmp(leaf->bytes, want->leaf, HASH_BYTES) == 0,
         "entry %llu: is not the one that a receipt was given for", at);
    if (!set_check(sim, index, &aside, erased)) return false;
    if (entry.kind == ENTRY_ERASE) erased[aside.set[0].no.at] = true;
    for (unsigned key = 1; key <= sim->model.key_count && entry_is_look(entry.kind); key++) {
        bool over = sim->model.keys[key].ended_us != 0 && sim->model.keys[key].ended_entry < index;
        MUST(sim, !over || entry.reader != reader_no(READER_KEY, key),
             "entry %llu: a look by a key that had ended", at);
    }
    return true;
}

/* One checkpoint that was released: signed by the log, with the root that these leaves had at its size. */
static bool checkpoint_check(struct reading *reading, const struct released *released,
                             const struct hash *roots, struct checkpoint *out)
{
    struct sim *sim = reading->sim;
    struct note_check check = {.key = *ledger_key(reading->shop->ledger)};
    struct result got = checkpoint_open(reading->shop->crypto, buf_slice(&released->note), &check, 1, out);
    MUST(sim, got.code == CODE_OK, "a checkpoint that was released does not verify: %s", result_text());
    MUST(sim, out->size <= sim->model.entry_count,
         "a checkpoint of %llu entries was released; there are %llu", (unsigned long long)out->size,
         (unsigned long long)sim->model.entry_count);
    MUST(sim, hash_equal(&out->root, &roots[out->size]), "a checkpoint of %llu entries had another root",
         (unsigned long long)out->size);
    return true;
}

static bool consistent(struct reading *reading, const struct checkpoint *a, const struct checkpoint *b)
{
    struct crypto *crypto = reading->shop->crypto;
    const struct checkpoint *old = a->size <= b->size ? a : b, *new = a->size <= b->size ? b : a;
    struct proof proof = {0};
    struct result got =
        proof_consistency(crypto, ledger_tiles(reading->shop->ledger), old->size, new->size, &proof);
    if (got.code == CODE_OK) {
        got = proof_consistency_check(crypto, old->size, new->size, &old->root, &new->root, &proof);
    }
    MUST(reading->sim, got.code == CODE_OK, "checkpoints of %llu and %llu entries: %s",
         (unsigned long long)old->size, (unsigned long long)new->size, result_text());
    return true;
}

static bool checkpoints_check(struct reading *reading, const struct hash *roots, bool thorough)
{
    struct sim *sim = reading->sim;
    size_t count = sim->world.released_count;
    struct checkpoint first = {0}, second = {0};
    for (size_t i = 0; i < count && thorough; i++) {
        if (!checkpoint_check(reading, &sim->world.released[i], roots, &first)) return false;
    }
    if (count == 0) return true;
    const struct released *one = &sim->world.released[prop_below(&sim->rng, count)];
    const struct released *other = &sim->world.released[prop_below(&sim->rng, count)];
    return checkpoint_check(reading, one, roots, &first) &&
           checkpoint_check(reading, other, roots, &second) && consistent(reading, &first, &second);
}

static bool ledger_check(struct reading *reading, bool thorough)
{
    struct sim *sim = reading->sim;
    uint64_t count = ledger_durable(reading->shop->ledger);
    MUST(sim, count == sim->model.entry_count, "the ledger holds %llu entries, the model %llu",
         (unsigned long long)count, (unsigned long long)sim->model.entry_count);
    struct hash *roots = calloc(count + 1, sizeof *roots);
    bool erased[PEOPLE_MAX] = {false}, good = roots != NULL;
    struct tree tree = {0};
    for (uint64_t i = 0; i < count && good; i++) {
        struct hash leaf = {{0}};
        good = entry_check(reading, i, &leaf, erased);
        tree_append(reading->shop->crypto, &tree, &leaf, NULL);
        tree_root(reading->shop->crypto, &tree, &roots[i + 1]);
    }
    good = good && checkpoints_check(reading, roots, thorough);
    free(roots);
    return good;
}

static bool value_check(struct reading *reading, struct subject_no no, const struct record *record,
                        unsigned field, const char *text)
{
    SCOPED(buf_done) struct buf value = {0};
    struct result got = record_field(reading->shop, no, record, field, &value);
    MUST(reading->sim, got.code == CODE_OK, "subject %llu: a field does not open", (unsigned long long)no.at);
    MUST(reading->sim, slice_is(buf_slice(&value), text), "subject %llu: field %u has another value",
         (unsigned long long)no.at, field);
    return true;
}

static bool values_check(struct reading *reading, struct subject_no no, const struct record *record)
{
    const struct person *person = &reading->sim->model.people[no.at].person;
    char text[TEXT_BYTES_MAX];
    SECRET data_key = {{0}};
    struct result got = record_unlock(reading->shop, no, record, &data_key);
    MUST(reading->sim, got.code == CODE_OK, "subject %llu: its data key does not open",
         (unsigned long long)no.at);
    MUST(reading->sim, record->held == model_held(person), "subject %llu: holds other fields",
         (unsigned long long)no.at);
    ref_text(person->ref, text);
    if (!value_check(reading, no, record, FIELD_REF, text)) return false;
    name_text(person->name, text);
    if (person->name && !value_check(reading, no, record, FIELD_NAME, text)) return false;
    email_text(person->email, text);
    if (person->email && !value_check(reading, no, record, FIELD_EMAIL, text)) return false;
    note_text(person->note, text);
    return !person->note || value_check(reading, no, record, FIELD_NOTE, text);
}

static bool subject_check(struct reading *reading, unsigned number)
{
    struct sim *sim = reading->sim;
    struct model_subject *want = &sim->model.people[number];
    struct subject_no no = {number};
    struct record record;
    uint64_t entry = 0;
    SCOPED(buf_done) struct buf bytes = {0}, id = {0};
    struct result got = record_get(reading->shop, no, true, &bytes, &record, &entry);
    MUST(sim, got.code == CODE_OK, "subject %u: %s", number, result_text());
    MUST(sim, record.state == want->state, "subject %u: is %s, not %s", number,
         subject_state_name(record.state), subject_state_name(want->state));
    MUST(sim, record.version == want->version, "subject %u: version %u, not %u", number, record.version,
         want->version);
    MUST(sim, entry == want->entry, "subject %u: written by entry %llu, not %llu", number,
         (unsigned long long)entry, (unsigned long long)want->entry);
    id_put(reading->shop, ID_SUBJECT, number, &id);
    MUST(sim, !want->id[0] || slice_is(buf_slice(&id), want->id), "subject %u: has another id", number);
    memcpy(want->id, id.at, id.len); /* an answer may have been lost */
    return want->state == SUBJECT_ERASED || values_check(reading, no, &record);
}

static bool budgets_check(struct reading *reading)
{
    struct sim *sim = reading->sim;
    const struct access *access = &reading->shop->access;
    MUST(sim, access->budget_count == sim->model.budget_count, "there are %zu budgets, not %zu",
         access->budget_count, sim->model.budget_count);
    for (size_t i = 0; i < access->budget_count; i++) {
        const struct budget_row *got = &access->budgets[i], *want = &sim->model.budgets[i];
        MUST(sim,
             got->scope == want->scope && got->target == want->target &&
                 memcmp(&got->limits, &want->limits, sizeof got->limits) == 0,
             "budget %zu: is of %d %llx with %llu, not of %d %llx with %llu", i + 1, (int)got->scope,
             (unsigned long long)got->target, (unsigned long long)got->limits.at[WINDOW_DAY],
             (int)want->scope, (unsigned long long)want->target,
             (unsigned long long)want->limits.at[WINDOW_DAY]);
    }
    for (unsigned i = 1; i <= sim->model.staff_count; i++) {
        SCOPED(buf_done) struct buf id = {0};
        id_put(reading->shop, ID_STAFF, i, &id);
        memcpy(sim->model.staff[i], id.at, id.len); /* an answer may have been lost */
    }
    return true;
}

static bool keys_check(struct reading *reading)
{
    struct sim *sim = reading->sim;
    const struct access *access = &reading->shop->access;
    MUST(sim, access->key_count == sim->model.key_count, "there are %zu keys, not %u", access->key_count,
         sim->model.key_count);
    MUST(sim, access->role_count == sim->model.role_count, "there are %zu roles, not %u", access->role_count,
         sim->model.role_count);
    MUST(sim, access->staff_count == sim->model.staff_count, "there are %zu staff, not %u",
         access->staff_count, sim->model.staff_count);
    unsigned own = 0;
    for (size_t i = FIELD_OWN_FIRST; i < FIELD_MAX; i++) own += reading->shop->fields.at[i].name[0] != 0;
    MUST(sim, own == sim->model.field_count, "there are %u own fields, not %u", own, sim->model.field_count);
    for (unsigned i = 1; i <= sim->model.key_count; i++) {
        const struct key *key = &access->keys[i - 1];
        struct model_key *want = &sim->model.keys[i];
        SCOPED(buf_done) struct buf id = {0};
        MUST(sim, key->ended_us == want->ended_us && key->expires_us == want->expires_us,
             "key %u: other times", i);
        const struct key_uses *uses = &reading->shop->key_uses;
        MUST(sim, (i <= uses->count ? uses->at[i - 1].day : 0) == want->used_day,
             "key %u: used on another day", i);
        MUST(sim, key->role == want->role + 1, "key %u: another role", i);
        MUST(sim,
             key->holder_count == (want->holder != 0) &&
                 (want->holder == 0 || key->holders[0] == want->holder),
             "key %u: others hold it", i);
        id_put(reading->shop, ID_KEY, i, &id);
        memcpy(want->id, id.at, id.len);
    }
    for (unsigned i = 0; i < sim->model.role_count; i++) {
        MUST(sim, memcmp(&access->roles[i].limits, &sim->model.roles[i].limits, sizeof(struct limits)) == 0,
             "role %u: another budget", i);
    }
    return true;
}

struct counting {
    uint64_t count;
};

static RESULT tag_count(void *context, const struct tag_row *row)
{
    (void)row;
    ((struct counting *)context)->count++;
    return OK;
}

static RESULT look_count(void *context, const struct sighting *at)
{
    (void)at;
    ((struct counting *)context)->count++;
    return OK;
}

/* Each live subject is found by its ref, and no tag is there that it does not have. */
static bool index_check(struct reading *reading)
{
    struct sim *sim = reading->sim;
    struct counting counting = {0};
    uint64_t want = 0;
    for (unsigned no = 1; no <= sim->model.last; no++) {
        const struct model_subject *subject = &sim->model.people[no];
        char text[TEXT_BYTES_MAX];
        struct subject_no found = {0};
        if (subject->state == SUBJECT_ERASED) continue;
        want += subject->person.email ? 2 : 1;
        ref_text(subject->person.ref, text);
        struct result got = subject_by_ref(reading->shop, slice_text(text), &found);
        MUST(sim, got.code == CODE_OK && found.at == no, "subject %u is not found by its ref", no);
    }
    struct result got = reading->shop->store->tag->each(reading->shop->store, tag_count, &counting);
    MUST(sim, got.code == CODE_OK, "the index cannot be read: %s", result_text());
    MUST(sim, counting.count == want, "the index has %llu tags, the model %llu",
         (unsigned long long)counting.count, (unsigned long long)want);
    return true;
}

static bool sightings_check(struct reading *reading, unsigned no)
{
    struct sim *sim = reading->sim;
    struct counting counting = {0};
    uint64_t want = 0;
    for (uint64_t i = 0; i < sim->model.entry_count; i++) {
        const struct model_entry *entry = &sim->model.entries[i];
        want += entry_is_look(entry->kind) && entry->set && entry->set->has[no];
    }
    struct result got = history_looks(reading->shop, (struct subject_no){no}, look_count, &counting);
    MUST(sim, got.code == CODE_OK, "sightings of subject %u: %s", no, result_text());
    MUST(sim, counting.count == want, "subject %u: %llu sightings, the model knows %llu", no,
         (unsigned long long)counting.count, (unsigned long long)want);
    return true;
}

/* Every erasure stands in the list outside the database as well. */
static bool erased_check(struct reading *reading)
{
    struct sim *sim = reading->sim;
    SCOPED(buf_done) struct buf path = {0}, file = {0};
    bool listed[PEOPLE_MAX] = {false};
    shop_path(reading->home, "shop", "erased", &path);
    struct result got = file_read(buf_c(&path), (size_t)1 << 24, &file);
    MUST(sim, got.code == CODE_OK || got.code == CODE_NOT_FOUND, "the list of erasures: %s", result_text());
    MUST(sim, file.len % ERASED_ROW_BYTES == 0, "the list of erasures has %zu bytes", file.len);
    for (size_t at = 0; at < file.len; at += ERASED_ROW_BYTES) {
        uint64_t no = be64_get(file.at + at);
        if (no < PEOPLE_MAX) listed[no] = true;
    }
    for (unsigned no = 1; no <= sim->model.last; no++) {
        MUST(sim, sim->model.people[no].state != SUBJECT_ERASED || listed[no],
             "the erasure of subject %u is not listed", no);
    }
    return true;
}

static bool verify_check(struct sim *sim)
{
    struct verify_options options = {.home = sim->world.home, .clock = world_clock(&sim->world)};
    struct verify_report *report = calloc(1, sizeof *report);
    if (!report) abort();
    struct result got = verify_home(&options, report);
    bool good = got.code == CODE_OK && report->finding_count == 0;
    if (!good) (void)sim_wrong(sim, "verify: %s", got.code == CODE_OK ? report->findings[0] : result_text());
    free(report);
    return good;
}

bool home_check(struct sim *sim, bool thorough)
{
    SCOPED(reading_done) struct reading reading = {0};
    struct subject_no last = {0};
    if (!reading_open(sim, &reading)) return false;
    if (!ledger_check(&reading, thorough)) return false;
    struct result got = reading.shop->store->subject->last(reading.shop->store, &last);
    MUST(sim, got.code == CODE_OK && last.at == sim->model.last, "there are %llu subjects, not %u",
         (unsigned long long)last.at, sim->model.last);
    for (unsigned no = 1; no <= sim->model.last; no++) {
        if (!subject_check(&reading, no)) return false;
        if ((thorough || no % 8 == 0) && !sightings_check(&reading, no)) return false;
    }
    if (!keys_check(&reading) || !budgets_check(&reading) || !index_check(&reading) ||
        !erased_check(&reading))
        return false;
    return !thorough || verify_check(sim);
}
