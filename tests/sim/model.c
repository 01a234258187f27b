#include "model.h"

#include "keep/access/maker.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint8_t sim_far[NETWORK_BYTES] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7};
const uint8_t sim_near[NETWORK_BYTES] = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1};

void expected_done(struct expected *expected)
{
    buf_done(&expected->body);
}

static uint64_t entry_add(struct model *model, enum entry_kind kind, uint64_t reader, uint64_t count)
{
    assert(model->entry_count < MODEL_ENTRIES_MAX);
    if (model->now_us > model->last_us) model->last_us = model->now_us;
    model->entries[model->entry_count] =
        (struct model_entry){.kind = kind, .reader = reader, .count = count, .time_us = model->last_us};
    return model->entry_count++;
}

static uint64_t entry_of(struct model *model, enum entry_kind kind, uint64_t reader, const unsigned *subjects,
                         size_t count)
{
    uint64_t index = entry_add(model, kind, reader, count);
    struct people_set *set = calloc(1, sizeof *set);
    if (!set) abort();
    for (size_t i = 0; i < count; i++) set->has[subjects[i]] = true;
    model->entries[index].set = set;
    return index;
}

static uint64_t look_of(struct model *model, enum entry_kind kind, const struct asker *asker,
                        const unsigned *subjects, size_t count)
{
    uint64_t index = entry_of(model, kind, asker->no, subjects, count);
    model->entries[index].network = asker->network;
    return index;
}

bool model_strangers(struct model *model, uint64_t reader, uint64_t count, int64_t time_us)
{
    uint64_t index = entry_add(model, ENTRY_STRANGERS, reader, count);
    model->entries[index].time_us = model->last_us = time_us;
    return reader == 0 ||
           (reader > reader_no(READER_KEY, 0) && reader <= reader_no(READER_KEY, model->key_count));
}

/* Nobody used it for KEY_UNUSED_DAYS whole days after its last day. */
static bool key_unused(const struct model *model, const struct model_key *key)
{
    int64_t today = model->now_us / DAY_US, day = key->created_us / DAY_US;
    int64_t used = key->used_day < today ? key->used_day : today;
    if (used > day) day = used;
    return today > day + KEY_UNUSED_DAYS;
}

static bool key_over(const struct model *model, const struct model_key *key)
{
    return model->now_us >= key->expires_us || key_unused(model, key);
}

static bool key_upkept(struct model *model, uint32_t id, uint64_t index)
{
    struct model_key *key = &model->keys[id];
    if (id == 0 || id > model->key_count || key->ended_us != 0 || !key_over(model, key)) return false;
    key->ended_us = model->now_us;
    key->ended_entry = index;
    return true;
}

static void role_set(struct model *model, unsigned at, uint64_t daily, bool reason, uint64_t entry)
{
    struct role *role = &model->roles[at];
    if (at == model->role_count) model->role_count++;
    *role = (struct role){.id = at + 1, .fields_all = true, .reason = reason};
    role->limits.at[WINDOW_DAY] = daily;
    role->purposes[role->purpose_count++] = PURPOSE_ANY;
    role->acts = 1U << ACT_REVEAL | 1U << ACT_LOOKUP | 1U << ACT_SHOW | 1U << ACT_CREATE | 1U << ACT_ERASE;
    model->role_entry[at] = entry + 1;
}

void model_noticed(struct model *model, uint64_t count, int64_t time_us)
{
    uint64_t index = entry_add(model, ENTRY_NOTICE, 0, count);
    model->entries[index].time_us = model->last_us = time_us;
}

void model_alerted(struct model *model, int64_t time_us)
{
    uint64_t index = entry_add(model, ENTRY_AUTHORITY, 0, 0);
    model->entries[index].time_us = model->last_us = time_us;
}

static void budget_set(struct model *model, const struct budget_row *row, uint64_t entry)
{
    assert(row->id <= MODEL_BUDGETS_MAX);
    if (row->id > model->budget_count) model->budget_count = row->id;
    model->budgets[row->id - 1] = *row;
    model->budget_entry[row->id - 1] = entry + 1;
}

/* When the last key of somebody else ended that could have said yes, had it been of better descent. */
static int64_t others_lost_us(const struct model *model, const struct asker *asker)
{
    int64_t last_us = 0;
    for (unsigned i = 1; i <= model->key_count; i++) {
        const struct model_key *key = &model->keys[i];
        bool may = model->roles[key->role].acts >> ACT_APPROVE & 1;
        if (may && key->holder != 0 && key->holder != asker->holder && key->ended_us > last_us)
            last_us = key->ended_us;
    }
    return last_us;
}

/*
 * What would be looser waits for a day, once there are staff: nobody signs in here, and all keys descend from the
 * first one, of which nobody knows who has it, so nobody is ever a second person.
 */
static void approval_add(struct model *model, const struct asker *asker,
                         const struct model_approval *approval)
{
    int64_t alone_us = others_lost_us(model, asker) + MAKER_FRESH_DAYS * DAY_US;
    (void)entry_add(model, ENTRY_NOTICE, 0, model->staff_count); /* everybody is told */
    assert(model->approval_count + 1 < MODEL_APPROVALS_MAX);
    model->approvals[++model->approval_count] = *approval;
    model->approvals[model->approval_count].open = true;
    model->approvals[model->approval_count].due_us =
        (alone_us > model->now_us ? alone_us : model->now_us) + APPROVAL_DELAY_HOURS * HOUR_US;
}

bool model_upkept(struct model *model, uint32_t kind, uint32_t id, int64_t time_us)
{
    uint64_t index = entry_add(model, ENTRY_AUTHORITY, 0, 0);
    model->entries[index].time_us = model->last_us = time_us;
    if (kind == AUTHORITY_KEY) return key_upkept(model, id, index);
    if (kind == AUTHORITY_ROLE ||
        kind == AUTHORITY_BUDGET) { /* the entry behind it says which approval put it */
        model->upkept_kind = kind;
        model->upkept_row = id;
        model->upkept_entry = index;
        return id > 0;
    }
    struct model_approval *approval = &model->approvals[id];
    uint32_t put = model->upkept_row;
    model->upkept_row = 0;
    if (kind != AUTHORITY_APPROVAL || id > model->approval_count || !approval->open ||
        time_us < approval->due_us)
        return false;
    approval->open = false;
    bool role = approval->kind == AUTHORITY_ROLE;
    bool as_asked = approval->base == (role ? model->role_entry : model->budget_entry)[approval->id - 1];
    if (put == 0 || !as_asked) return put == 0 && !as_asked; /* it has lapsed */
    if (role) role_set(model, approval->id - 1, approval->daily, approval->reason, model->upkept_entry);
    if (!role) budget_set(model, &approval->budget, model->upkept_entry);
    return put == approval->id && model->upkept_kind == approval->kind;
}

void model_init(struct model *model, int64_t now_us, const char *token)
{
    *model = (struct model){.now_us = now_us};
    model->entries = calloc(MODEL_ENTRIES_MAX, sizeof *model->entries);
    if (!model->entries) abort();
    (void)entry_add(model, ENTRY_LOG_OPENED, 0, 0);
    for (size_t i = 0; i < role_builtin_count(); i++) {
        model->roles[model->role_count++] = role_builtin(i);
        (void)entry_add(model, ENTRY_AUTHORITY, 0, 0);
    }
    struct model_key *key = &model->keys[++model->key_count];
    key->created_us = now_us;
    key->expires_us = now_us + KEY_DAYS_MAX * DAY_US;
    (void)snprintf(key->token, sizeof key->token, "%s", token);
    (void)entry_add(model, ENTRY_AUTHORITY, 0, 0);
}

void model_done(struct model *model)
{
    for (uint64_t i = 0; i < model->entry_count; i++) free(model->entries[i].set);
    free(model->entries);
    free(model->looks);
    model->entries = NULL;
}

void model_sweep(struct model *model)
{
    for (size_t i = 0; i < model->idem_count; i++) {
        if (model->idems[i].until_us <= model->now_us) model->idems[i].unsure = true;
    }
}

static enum cause who_asks(struct model *model, const struct sim_ask *ask, struct asker *out)
{
    *out = (struct asker){.no = reader_no(READER_OPERATOR, 0), .role = &model->roles[0]};
    if (ask->who == WHO_OPERATOR) return CAUSE_OK;
    if (ask->who == WHO_NOBODY) return CAUSE_CREDENTIAL_MISSING;
    if (ask->who == WHO_WRONG) return CAUSE_CREDENTIAL_UNKNOWN;
    struct model_key *key = &model->keys[ask->key];
    bool too_far = ask->far && model->now_us >= key->created_us + DAY_US;
    if (key->ended_us != 0 || key_over(model, key) || too_far) return CAUSE_CREDENTIAL_UNKNOWN;
    key->used_day = model->now_us / DAY_US;
    *out = (struct asker){reader_no(READER_KEY, ask->key), &model->roles[key->role], key->holder, 0};
    out->network = network_id(ask->far ? sim_far : sim_near);
    return CAUSE_OK;
}

static void receipt(struct expected *out, uint64_t index)
{
    out->receipt = true;
    out->index = index;
}

/* Change a person as a request says; whether that changed anything. */
static bool person_change(struct person *person, const struct person *from, unsigned set, unsigned remove)
{
    struct person old = *person;
    if (set & PART_NAME) person->name = from->name;
    if (set & PART_EMAIL) person->email = from->email;
    if (set & PART_NOTE) person->note = from->note;
    if (remove & PART_NAME) person->name = 0;
    if (remove & PART_EMAIL) person->email = 0;
    if (remove & PART_NOTE) person->note = 0;
    if ((set | remove) & PART_HOMES) {
        bool gone = remove & PART_HOMES;
        person->homes = gone ? 0 : from->homes;
        for (unsigned i = 0; i < MODEL_HOMES_MAX; i++) {
            person->recipient[i] = i < person->homes ? from->recipient[i] : 0;
            person->door[i] = i < person->homes ? from->door[i] : 0;
        }
    }
    return memcmp(&old, person, sizeof old) != 0;
}

/* The same for a subject that is held: a change of its e-mail address is noted. */
static bool subject_change(struct model *model, unsigned no, const struct person *from, unsigned set,
                           unsigned remove)
{
    struct model_subject *subject = &model->people[no];
    unsigned email = subject->person.email;
    bool changed = person_change(&subject->person, from, set, remove);
    int64_t now_us = model->now_us > model->last_us ? model->now_us : model->last_us;
    if (subject->person.email != email) subject->contact_us = now_us / SECOND_US * SECOND_US;
    return changed;
}

/* The subject, not erased, that has this ref; 0: nobody. */
static unsigned by_ref(const struct model *model, unsigned ref)
{
    for (unsigned no = 1; no <= model->last; no++) {
        const struct model_subject *subject = &model->people[no];
        if (subject->state != SUBJECT_ERASED && subject->person.ref == ref) return no;
    }
    return 0;
}

static unsigned subject_add(struct model *model, const struct person *from, unsigned set)
{
    struct model_subject *subject = &model->people[++model->last];
    assert(model->last < PEOPLE_MAX);
    *subject = (struct model_subject){.state = SUBJECT_ACTIVE, .version = 1, .created_us = model->now_us};
    subject->person.ref = from->ref;
    (void)person_change(&subject->person, from, set, 0); /* it is new: of course it changes */
    return model->last;
}

/* A new version under an entry of its own. */
static void subject_note(struct model *model, enum entry_kind kind, const struct asker *asker, unsigned no,
                         struct expected *out)
{
    model->people[no].entry = entry_of(model, kind, asker->no, &no, 1);
    receipt(out, model->people[no].entry);
}

/* A write told that a value is held: that is a look, too. */
static enum cause compare(struct model *model, const struct asker *asker, const unsigned *subjects,
                          size_t count, struct expected *out)
{
    enum cause cause = model_spend(model, asker, subjects, count);
    if (cause != CAUSE_OK) return cause;
    uint64_t index = look_of(model, ENTRY_COMPARE, asker, subjects, count);
    if (!out->receipt) receipt(out, index);
    return CAUSE_OK;
}

/* Compare what an ask says with a held subject, and change it: counts only when it was so already. */
static enum cause compare_change(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                                 unsigned no, struct expected *out)
{
    size_t looks = model->look_count;
    enum cause cause = model_spend(model, asker, &no, 1);
    if (cause != CAUSE_OK) return cause;
    if (!subject_change(model, no, &ask->person, ask->set, ask->verb == VERB_SUBJECT_PATCH ? ask->remove : 0))
        return compare(model, asker, &no, 1, out);
    model->look_count = looks; /* it has told nothing */
    model->people[no].version++;
    subject_note(model, ENTRY_PATCH, asker, no, out);
    return CAUSE_OK;
}

static enum cause create(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                         struct expected *out)
{
    unsigned no = by_ref(model, ask->person.ref);
    if (no == 0) {
        no = subject_add(model, &ask->person, ask->set);
        subject_note(model, ENTRY_CREATE, asker, no, out);
        out->created = true;
        out->version = 1;
        out->new_subject = no;
        return CAUSE_OK;
    }
    enum cause cause = CAUSE_OK;
    if (ask->conflict != CONFLICT_UPDATE) cause = compare(model, asker, &no, 1, out);
    if (cause != CAUSE_OK) return cause;
    if (ask->conflict != CONFLICT_UPDATE && ask->conflict != CONFLICT_SKIP) return CAUSE_REF_TAKEN;
    struct model_subject *subject = &model->people[no];
    if (ask->conflict == CONFLICT_UPDATE) {
        if (!(asker->role->acts >> ACT_CHANGE & 1)) return CAUSE_ROLE_ACT;
        cause = compare_change(model, asker, ask, no, out);
        if (cause != CAUSE_OK) return cause;
    }
    out->exact = subject->id[0] != 0;
    body_id(subject->id, &out->body);
    return CAUSE_OK;
}

/* The subject that an ask is about, or why not. */
static enum cause subject_of(struct model *model, const struct sim_ask *ask, struct model_subject **out)
{
    if (ask->subjects[0] == 0) return CAUSE_ID_MALFORMED;
    *out = &model->people[ask->subjects[0]];
    return (*out)->state == SUBJECT_ERASED ? CAUSE_SUBJECT_ERASED : CAUSE_OK;
}

static enum cause show(struct model *model, const struct sim_ask *ask, struct expected *out)
{
    struct model_subject *subject = NULL;
    enum cause cause = subject_of(model, ask, &subject);
    if (cause != CAUSE_OK) return cause;
    out->version = subject->version;
    out->exact = true;
    body_show(model, ask->subjects[0], &out->body);
    return CAUSE_OK;
}

static enum cause patch(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                        struct expected *out)
{
    struct model_subject *subject = NULL;
    enum cause cause = subject_of(model, ask, &subject);
    if (cause != CAUSE_OK) return cause;
    if (ask->version == 0) return CAUSE_IF_MATCH_MISSING;
    if (ask->version != subject->version) return CAUSE_SUBJECT_STALE;
    cause = compare_change(model, asker, ask, ask->subjects[0], out);
    if (cause != CAUSE_OK) return cause;
    out->version = subject->version;
    return CAUSE_OK;
}

static enum cause close_one(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                            struct expected *out)
{
    struct model_subject *subject = NULL;
    enum cause cause = subject_of(model, ask, &subject);
    if (cause != CAUSE_OK) return cause;
    if (subject->state == SUBJECT_CLOSED) return CAUSE_SUBJECT_CLOSED;
    subject->state = SUBJECT_CLOSED;
    out->version = ++subject->version;
    subject_note(model, ENTRY_CLOSE, asker, ask->subjects[0], out);
    return CAUSE_OK;
}

static enum cause erase(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                        struct expected *out)
{
    struct model_subject *subject = NULL;
    enum cause cause = subject_of(model, ask, &subject);
    if (cause != CAUSE_OK || ask->dry_run) return cause;
    for (unsigned i = 1; i <= model->pass_count; i++) {
        if (model->passes[i].subject == ask->subjects[0]) model->passes[i].until_us = 0;
    }
    (void)entry_add(model, ENTRY_ERASE_INTENT, asker->no, 0);
    for (uint64_t i = 0; i < model->entry_count; i++) {
        struct model_entry *entry = &model->entries[i];
        if (entry->kind == ENTRY_LOOKUP && entry->set->has[ask->subjects[0]]) entry->value_lost = true;
    }
    subject->state = SUBJECT_ERASED;
    subject->version++;
    subject_note(model, ENTRY_ERASE, asker, ask->subjects[0], out);
    return CAUSE_OK;
}

static enum cause sightings(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                            struct expected *out)
{
    struct model_subject *subject = NULL;
    enum cause cause = subject_of(model, ask, &subject);
    if (cause != CAUSE_OK) return cause;
    for (uint64_t i = 0; i < model->entry_count; i++) {
        const struct model_entry *entry = &model->entries[i];
        if (!entry_is_look(entry->kind) || !entry->set || !entry->set->has[ask->subjects[0]]) continue;
        out->looks_most++;
        if (i < model->before) out->looks_least++; /* those of an open batch are not counted yet */
    }
    out->listing = true;
    receipt(out, entry_add(model, ENTRY_SIGHTINGS, asker->no, 0));
    return CAUSE_OK;
}

/* Does a role look for this purpose? */
static bool looks_for(const struct role *role, uint32_t purpose)
{
    for (size_t i = 0; i < role->purpose_count; i++) {
        if (role->purposes[i] == purpose || role->purposes[i] == PURPOSE_ANY) return true;
    }
    return false;
}

static int64_t right_now_of(const struct model *model)
{
    return model->now_us > model->last_us ? model->now_us : model->last_us;
}

static enum cause pass_issue(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                             struct expected *out)
{
    struct model_subject *subject = NULL;
    enum cause cause = subject_of(model, ask, &subject);
    if (cause != CAUSE_OK) return cause;
    cause = model_spend(model, asker, ask->subjects, 1);
    if (cause != CAUSE_OK) return cause;
    assert(model->pass_count + 1 < MODEL_PASSES_MAX);
    out->new_pass = ++model->pass_count;
    model->passes[out->new_pass] = (struct model_pass){
        .subject = ask->subjects[0], .issuer = asker->no, .until_us = right_now_of(model) + 15 * MINUTE_US};
    model->passes[out->new_pass].entry = look_of(model, ENTRY_PASS, asker, ask->subjects, 1);
    receipt(out, model->passes[out->new_pass].entry);
    out->created = true;
    return CAUSE_OK;
}

/* May the pass be shown for this look? */
static enum cause pass_shown(const struct model *model, const struct asker *asker, const struct sim_ask *ask)
{
    if (ask->pass == 0) return asker->role->pass ? CAUSE_PASS_MISSING : CAUSE_OK;
    const struct model_pass *pass = &model->passes[ask->pass];
    int64_t now_us = right_now_of(model);
    if (ask->forged || pass->until_us + HOUR_US <= now_us) return CAUSE_PASS_UNKNOWN;
    if (pass->until_us <= now_us) return CAUSE_PASS_EXPIRED;
    if (pass->issuer == asker->no) return CAUSE_PASS_OWN;
    for (size_t i = 0; i < ask->subject_count; i++) {
        if (ask->subjects[i] != pass->subject) return CAUSE_PASS_SUBJECT;
    }
    return CAUSE_OK;
}

static enum cause lookup(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                         struct expected *out)
{
    unsigned found[PEOPLE_MAX];
    size_t count = 0;
    if (asker->role->reason && !ask->reason) return CAUSE_REASON_MISSING;
    if (!looks_for(asker->role, 1)) return CAUSE_ROLE_PURPOSE;
    for (unsigned no = 1; no <= model->last; no++) {
        const struct model_subject *subject = &model->people[no];
        if (subject->state != SUBJECT_ERASED && subject->person.email == ask->person.email)
            found[count++] = no;
    }
    enum cause cause = model_try(model, asker, ask->person.email);
    if (cause == CAUSE_OK) cause = model_spend(model, asker, found, count); /* if not, the try stays */
    if (cause != CAUSE_OK) return cause;
    uint64_t index = look_of(model, ENTRY_LOOKUP, asker, found, count);
    model->entries[index].value = ask->person.email;
    receipt(out, index);
    if (count == 0) return CAUSE_SUBJECT_UNKNOWN;
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("ids"));
    cbor_array(&out->body, count);
    out->exact = true;
    for (size_t i = 0; i < count; i++) {
        cbor_text(&out->body, slice_text(model->people[found[i]].id));
        out->exact = out->exact && model->people[found[i]].id[0];
    }
    return CAUSE_OK;
}

/* Role support sees names and refs, and the rest only masked. */
static bool may_see(const struct role *role, unsigned field_set)
{
    static const uint64_t full[FIELD_SETS] = {
        (uint64_t)1 << FIELD_NAME | (uint64_t)1 << FIELD_EMAIL,
        (uint64_t)1 << FIELD_REF | (uint64_t)1 << FIELD_NOTE,
        (uint64_t)1 << FIELD_RECIPIENT | (uint64_t)1 << FIELD_DOOR_CODE,
        (uint64_t)1 << FIELD_NAME,
    };
    return role->fields_all || (role->full & full[field_set]) == full[field_set];
}

static enum cause reveal(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                         struct expected *out)
{
    unsigned found[MODEL_REVEAL_MAX];
    size_t count = 0;
    if (!looks_for(asker->role, ask->self ? 12 : 1)) return CAUSE_ROLE_PURPOSE;
    if (asker->role->reason && !ask->reason) return CAUSE_REASON_MISSING;
    if (!may_see(asker->role, ask->field_set)) return CAUSE_ROLE_FIELD;
    enum cause shown = pass_shown(model, asker, ask);
    if (shown != CAUSE_OK) return shown;
    for (size_t i = 0; i < ask->subject_count; i++) {
        const struct model_subject *subject = &model->people[ask->subjects[i]];
        bool there = ask->subjects[i] != 0 && subject->state != SUBJECT_ERASED;
        if (there) found[count++] = ask->subjects[i];
        if (!there && ask->subject_count == 1)
            return ask->subjects[i] ? CAUSE_SUBJECT_ERASED : CAUSE_SUBJECT_UNKNOWN;
    }
    for (size_t i = 1; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (found[i] == found[j]) return CAUSE_INVALID; /* one named twice */
        }
    }
    struct asker person = *asker;
    if (ask->pass != 0) person.network = SIM_CLIENT;
    enum cause cause = model_spend(model, &person, found, count);
    if (cause != CAUSE_OK) return cause;
    uint64_t index = look_of(model, ENTRY_REVEAL, &person, found, count);
    model->entries[index].pass = ask->pass;
    receipt(out, index);
    out->exact = true;
    body_reveal(model, ask, &out->body);
    return CAUSE_OK;
}

/* What an import chunk has written so far. */
struct chunk {
    unsigned numbers[MODEL_ROWS_MAX], same[MODEL_ROWS_MAX]; /* changed; found as they are */
    size_t count, same_count;
    unsigned last; /* subjects before it */
};

static bool in_chunk(const struct chunk *chunk, unsigned no)
{
    for (size_t i = 0; i < chunk->count; i++) {
        if (chunk->numbers[i] == no) return true;
    }
    return false;
}

static void import_row(struct model *model, const struct sim_ask *ask, const struct person *row,
                       struct chunk *chunk, struct expected *out)
{
    unsigned set =
        (row->name ? PART_NAME : 0U) | (row->email ? PART_EMAIL : 0U) | (row->note ? PART_NOTE : 0U);
    unsigned no = by_ref(model, row->ref);
    if (no == 0) {
        chunk->numbers[chunk->count++] = subject_add(model, row, set);
        out->rows_created++;
    } else if (in_chunk(chunk, no)) {
        out->rows_refused++;
    } else if (ask->conflict == CONFLICT_FAIL) {
        chunk->same[chunk->same_count++] = no;
        out->rows_refused++;
    } else if (ask->conflict == CONFLICT_SKIP || !subject_change(model, no, row, set, 0)) {
        chunk->same[chunk->same_count++] = no;
        out->rows_unchanged++;
    } else {
        if (ask->dry_run) chunk->same[chunk->same_count++] = no;
        model->people[no].version++;
        chunk->numbers[chunk->count++] = no;
        out->rows_changed++;
    }
}

static enum cause import(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                         struct expected *out)
{
    struct chunk chunk = {.last = model->last};
    struct model_subject *before = calloc(PEOPLE_MAX, sizeof *before);
    if (!before) abort();
    memcpy(before, model->people, sizeof model->people);
    for (size_t i = 0; i < ask->row_count; i++) import_row(model, ask, &ask->rows[i], &chunk, out);
    bool dry = ask->dry_run;
    if (dry) {
        memcpy(model->people, before, sizeof model->people);
        model->last = chunk.last;
    }
    enum cause cause = model_spend(model, asker, chunk.same, chunk.same_count);
    if (cause != CAUSE_OK && !dry) {
        memcpy(model->people, before, sizeof model->people);
        model->last = chunk.last;
    }
    free(before);
    if (cause != CAUSE_OK) return cause;
    out->imported = true;
    if (!dry && chunk.count > 0) {
        uint64_t index = entry_of(model, ENTRY_IMPORT, asker->no, chunk.numbers, chunk.count);
        for (size_t i = 0; i < chunk.count; i++) model->people[chunk.numbers[i]].entry = index;
        receipt(out, index);
    }
    if (chunk.same_count > 0 || dry) {
        uint64_t index = look_of(model, ENTRY_COMPARE, asker, chunk.same, chunk.same_count);
        if (!out->receipt) receipt(out, index);
    }
    return CAUSE_OK;
}

static enum cause key_issue(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                            struct expected *out)
{
    if (ask->role >= model->role_count) return CAUSE_NOT_FOUND;
    struct model_key *key = &model->keys[++model->key_count];
    assert(model->key_count < MODEL_KEYS_MAX);
    *key = (struct model_key){.role = ask->role, .holder = ask->holder, .created_us = model->now_us};
    key->expires_us = model->now_us + (int64_t)(ask->number ? ask->number : KEY_DAYS_MAX) * DAY_US;
    receipt(out, entry_add(model, ENTRY_AUTHORITY, asker->no, 0));
    out->created = true;
    out->new_key = model->key_count;
    return CAUSE_OK;
}

static enum cause key_revoke(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                             struct expected *out)
{
    struct model_key *key = &model->keys[ask->number];
    if (key->ended_us == 0) {
        key->ended_us = model->now_us;
        key->ended_entry = entry_add(model, ENTRY_AUTHORITY, asker->no, 0);
        receipt(out, key->ended_entry);
    }
    return CAUSE_OK;
}

static enum cause staff_add(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                            struct expected *out)
{
    for (unsigned i = 0; i < model->staff_count; i++) {
        if (model->staff_address[i] == ask->number) return CAUSE_STAFF_EMAIL;
    }
    assert(model->staff_count + 1 < MODEL_STAFF_MAX);
    model->staff_address[model->staff_count++] = ask->number;
    out->new_staff = model->staff_count;
    out->created = true;
    (void)entry_add(model, ENTRY_AUTHORITY, asker->no, 0); /* how they sign in */
    receipt(out, entry_add(model, ENTRY_AUTHORITY, asker->no, 0));
    return CAUSE_OK;
}

static enum cause role_put(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                           struct expected *out)
{
    const struct role *old = &model->roles[ask->role];
    bool known = ask->role < model->role_count;
    assert(ask->role >= role_builtin_count() && ask->role <= model->role_count &&
           ask->role < MODEL_ROLES_MAX);
    struct role new = {.reason = ask->reason, .limits = {{0, 0, ask->number, 0}}};
    struct limits more = limits_of_role(&new, model->last), less = limits_of_role(old, model->last);
    bool wider = known && (!limits_within(&more, &less) || (old->reason && !ask->reason));
    uint64_t index = entry_add(model, ENTRY_AUTHORITY, asker->no, 0);
    receipt(out, index);
    if (!wider || model->staff_count == 0) {
        role_set(model, ask->role, ask->number, ask->reason, index);
        return CAUSE_OK;
    }
    approval_add(model, asker,
                 &(struct model_approval){.kind = AUTHORITY_ROLE,
                                          .id = ask->role + 1,
                                          .daily = ask->number,
                                          .base = model->role_entry[ask->role],
                                          .reason = ask->reason});
    return CAUSE_OK;
}

/* The least that holds for the scope without a budget of its own. */
static struct limits budget_base(const struct model *model, const struct budget_row *row)
{
    static const struct role person = {.reason = true};
    struct limits least = limits_of_role(&person, model->last);
    if (row->scope != BUDGET_READER) return limits_of_scope(row->scope, &least, model->last);
    if (row->target == reader_no(READER_OPERATOR, 0)) return limits_of_operator();
    return limits_of_role(&model->roles[model->keys[(uint32_t)row->target].role], model->last);
}

static enum cause budget_put(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                             struct expected *out)
{
    struct budget_row row = {(uint32_t)model->budget_count + 1, ask->scope, 0, ask->limits};
    if (ask->scope == BUDGET_READER)
        row.target =
            ask->number ? reader_no(READER_KEY, (uint32_t)ask->number) : reader_no(READER_OPERATOR, 0);
    if (ask->scope == BUDGET_HOLDER) row.target = ask->holder;
    if (ask->scope == BUDGET_NETWORK) row.target = network_id(sim_far);
    if (ask->scope == BUDGET_ROLE) row.target = ask->role + 1;
    const struct budget_row *old = NULL;
    for (size_t i = 0; i < model->budget_count && !old; i++) {
        if (model->budgets[i].scope == row.scope && model->budgets[i].target == row.target)
            old = &model->budgets[i];
    }
    if (old) row.id = old->id;
    struct limits after = budget_base(model, &row),
                  before = model_limits(model, row.scope, row.target, after);
    bool wider = false;
    for (int window = 0; window < WINDOW_COUNT; window++) {
        if (row.limits.at[window] > 0) after.at[window] = row.limits.at[window];
        bool undone = old && old->limits.at[window] > 0 && row.limits.at[window] == 0;
        wider = wider || after.at[window] > before.at[window] || (undone && row.scope != BUDGET_READER);
    }
    uint64_t index = entry_add(model, ENTRY_AUTHORITY, asker->no, 0);
    receipt(out, index);
    if (!wider || model->staff_count == 0) {
        budget_set(model, &row, index);
        return CAUSE_OK;
    }
    approval_add(model, asker,
                 &(struct model_approval){.kind = AUTHORITY_BUDGET,
                                          .id = row.id,
                                          .base = old ? model->budget_entry[row.id - 1] : 0,
                                          .budget = row});
    return CAUSE_OK;
}

/* A reader asks for itself: the answer ends with the window of its budget that has the least room. */
static enum cause self(struct model *model, const struct asker *asker, struct expected *out)
{
    static const int order[] = {WINDOW_DAY, WINDOW_MINUTE, WINDOW_HOUR, WINDOW_MONTH};
    struct limits limits = model_own_limits(model, asker);
    uint64_t least = UINT64_MAX, used = 0, limit = 0;
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        uint64_t most = limits.at[order[i]], now = model_used(model, BUDGET_READER, asker->no, order[i]);
        uint64_t left = most > now ? most - now : 0;
        if (left >= least) continue;
        least = left;
        used = now;
        limit = most;
    }
    cbor_text(&out->body, SLICE_TEXT("limit"));
    cbor_uint(&out->body, limit);
    cbor_text(&out->body, SLICE_TEXT("used"));
    cbor_uint(&out->body, used);
    out->ends = true;
    return CAUSE_OK;
}

static enum cause field_put(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                            struct expected *out)
{
    if (ask->number < model->field_count) return CAUSE_CONFLICT;
    model->field_count++;
    out->created = true;
    receipt(out, entry_add(model, ENTRY_AUTHORITY, asker->no, 0));
    return CAUSE_OK;
}

static enum cause dispatch(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                           struct expected *out)
{
    switch ((unsigned)ask->verb) {
    case VERB_SUBJECT_CREATE:
        return create(model, asker, ask, out);
    case VERB_SUBJECT_SHOW:
        return show(model, ask, out);
    case VERB_SUBJECT_PATCH:
        return patch(model, asker, ask, out);
    case VERB_SUBJECT_CLOSE:
        return close_one(model, asker, ask, out);
    case VERB_SUBJECT_ERASE:
        return erase(model, asker, ask, out);
    case VERB_SUBJECT_SIGHTINGS:
        return sightings(model, asker, ask, out);
    case VERB_LOOKUP:
        return lookup(model, asker, ask, out);
    case VERB_REVEAL:
        return reveal(model, asker, ask, out);
    case VERB_IMPORT:
        return import(model, asker, ask, out);
    case VERB_PASS_ISSUE:
        return pass_issue(model, asker, ask, out);
    case VERB_KEY_ISSUE:
        return key_issue(model, asker, ask, out);
    case VERB_KEY_REVOKE:
        return key_revoke(model, asker, ask, out);
    case VERB_ROLE_PUT:
        return role_put(model, asker, ask, out);
    case VERB_BUDGET_PUT:
        return budget_put(model, asker, ask, out);
    case VERB_STAFF_ADD:
        return staff_add(model, asker, ask, out);
    case VERB_SELF:
        return self(model, asker, out);
    case VERB_FIELD_PUT:
        return field_put(model, asker, ask, out);
    case VERB_LEDGER_PIN:
        receipt(out, entry_add(model, ENTRY_PIN, asker->no, 0));
        return CAUSE_OK;
    case VERB_LEDGER_PROOF:
    case VERB_LEDGER_ENTRY:
    case VERB_LEDGER_CHECKPOINT:
        return CAUSE_OK;
    default:
        abort(); /* asks.c makes no other */
    }
}

static struct model_idem *idem_find(struct model *model, uint64_t reader, unsigned number)
{
    for (size_t i = 0; i < model->idem_count; i++) {
        if (model->idems[i].reader == reader && model->idems[i].number == number) return &model->idems[i];
    }
    return NULL;
}

static void idem_keep(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                      const struct expected *said)
{
    struct model_idem *at = idem_find(model, asker->no, ask->idem);
    if (!at && model->idem_count == MODEL_IDEMS_MAX) abort();
    if (!at) at = &model->idems[model->idem_count++];
    *at = (struct model_idem){.reader = asker->no, .members = ask->members, .number = ask->idem};
    at->until_us = model->now_us + DAY_US;
    at->receipt = said->receipt;
    at->created = said->created;
    at->index = said->index;
    at->version = said->version;
}

static enum cause verb(struct model *model, const struct asker *asker, const struct sim_ask *ask,
                       struct expected *out)
{
    enum act act = access_act_of(ask->verb);
    if (act != ACT_NONE && !(asker->role->acts >> act & 1)) return CAUSE_ROLE_ACT;
    bool keep = ask->idem != 0 && verb_row(ask->verb)->changes;
    const struct model_idem *kept = keep ? idem_find(model, asker->no, ask->idem) : NULL;
    if (kept && kept->until_us > model->now_us) {
        if (kept->members != ask->members) return CAUSE_IDEMPOTENCY_BODY;
        out->replayed = true;
        out->receipt = kept->receipt;
        out->created = kept->created;
        out->index = kept->index;
        out->version = kept->version;
        return CAUSE_OK;
    }
    enum cause cause = dispatch(model, asker, ask, out);
    if (keep && cause == CAUSE_OK) idem_keep(model, asker, ask, out);
    return cause;
}

void model_expect(struct model *model, const struct sim_ask *ask, struct expected *out)
{
    struct asker asker = {0};
    *out = (struct expected){.cause = CAUSE_INVALID};
    if (ask->broken) return;
    out->cause = who_asks(model, ask, &asker);
    if (out->cause != CAUSE_OK) return;
    out->cause = verb(model, &asker, ask, out);
    enum code code = cause_row(out->cause)->code;
    if (code != CODE_DENIED && code != CODE_SPENT) return;
    uint64_t index = entry_add(model, ENTRY_REFUSED, asker.no, 0);
    model->entries[index].cause = out->cause;
    receipt(out, index);
}
