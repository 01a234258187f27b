#include "asks.h"

#include <assert.h>
#include <stdlib.h>

enum {
    EMAILS = 12,
    NAMES = 20,
    NOTES = 9,
    REFS = 70,
    DAILY_MAX = 8,
    BUDGET_MAX = 8,
    FRAME_NOISE_BYTES = 60,
    OWN_FIELDS_MAX = 12
};

static bool chance(struct prop_rng *rng, unsigned in_hundred)
{
    return prop_below(rng, 100) < in_hundred;
}

static unsigned from_one(struct prop_rng *rng, unsigned most)
{
    return 1 + (unsigned)prop_below(rng, most);
}

/* A subject whose id is known; 0 when there is none, and now and then all the same. */
static unsigned some_subject(struct prop_rng *rng, const struct model *model)
{
    if (model->last == 0 || chance(rng, 2)) return 0;
    unsigned no = from_one(rng, model->last);
    return model->people[no].id[0] ? no : 0;
}

static struct person some_person(struct prop_rng *rng, const struct model *model)
{
    struct person person = {.ref = from_one(rng, REFS)};
    if (model->last >= ASK_PEOPLE_MAX) person.ref = model->people[from_one(rng, model->last)].person.ref;
    person.name = from_one(rng, NAMES);
    person.email = from_one(rng, EMAILS);
    person.note = from_one(rng, NOTES);
    person.homes = from_one(rng, MODEL_HOMES_MAX);
    for (unsigned i = 0; i < person.homes; i++) {
        person.recipient[i] = from_one(rng, NAMES);
        person.door[i] = from_one(rng, NOTES);
    }
    return person;
}

static const struct {
    enum verb verb;
    unsigned weight;
} weights[] = {
    {VERB_SUBJECT_CREATE, 14},   {VERB_SUBJECT_SHOW, 6},  {VERB_SUBJECT_PATCH, 12},
    {VERB_SUBJECT_CLOSE, 3},     {VERB_SUBJECT_ERASE, 4}, {VERB_SUBJECT_SIGHTINGS, 4},
    {VERB_LOOKUP, 10},           {VERB_REVEAL, 26},       {VERB_IMPORT, 6},
    {VERB_KEY_ISSUE, 3},         {VERB_KEY_REVOKE, 2},    {VERB_ROLE_PUT, 2},
    {VERB_STAFF_ADD, 1},         {VERB_LEDGER_PROOF, 2},  {VERB_LEDGER_ENTRY, 2},
    {VERB_LEDGER_CHECKPOINT, 1}, {VERB_LEDGER_PIN, 2},    {VERB_SELF, 5},
    {VERB_FIELD_PUT, 1},         {VERB_PASS_ISSUE, 6},    {VERB_BUDGET_PUT, 3},
};

static enum verb some_verb(struct prop_rng *rng)
{
    size_t all = 0, at = 0;
    for (size_t i = 0; i < COUNT_OF(weights); i++) all += weights[i].weight;
    size_t drawn = prop_below(rng, all);
    while (drawn >= weights[at].weight) drawn -= weights[at++].weight;
    return weights[at].verb;
}

static void some_who(struct prop_rng *rng, const struct model *model, struct sim_ask *ask)
{
    unsigned drawn = (unsigned)prop_below(rng, 100);
    ask->who = drawn < 45 ? WHO_OPERATOR : drawn < 94 ? WHO_KEY : drawn < 97 ? WHO_WRONG : WHO_NOBODY;
    ask->key = from_one(rng, model->key_count);
    if (ask->who == WHO_KEY && !model->keys[ask->key].token[0])
        ask->who = WHO_OPERATOR; /* its answer was lost */
    ask->far = ask->who != WHO_OPERATOR && chance(rng, 10);
}

static void some_change(struct prop_rng *rng, const struct model *model, struct sim_ask *ask)
{
    ask->set = (unsigned)prop_below(rng, 16);
    ask->remove = (unsigned)(prop_below(rng, 16) & prop_below(rng, 16)) & ~ask->set;
    ask->subjects[0] = some_subject(rng, model);
    ask->version = model->people[ask->subjects[0]].version;
    if (chance(rng, 4)) ask->version++;
    if (chance(rng, 2)) ask->version = 0;
}

static void some_reveal(struct prop_rng *rng, const struct model *model, struct sim_ask *ask)
{
    ask->subject_count = from_one(rng, MODEL_REVEAL_MAX);
    bool twins = chance(rng, 5);
    for (size_t i = 0; i < ask->subject_count; i++) {
        ask->subjects[i] = some_subject(rng, model);
        for (size_t j = 0; j < i && !twins; j++) {
            if (ask->subjects[j] == ask->subjects[i]) ask->subjects[i] = 0;
        }
    }
    ask->field_set = (unsigned)prop_below(rng, FIELD_SETS);
    ask->self = chance(rng, 25);
    if (model->pass_count == 0 || !chance(rng, ask->self ? 85 : 10)) return;
    unsigned back = (unsigned)prop_below(rng, 12),
             pass = model->pass_count > back ? model->pass_count - back : 1;
    if (!model->passes[pass].token[0]) return; /* its answer was lost */
    ask->pass = pass;
    ask->forged = chance(rng, 10);
    ask->subject_count = from_one(rng, 2);
    for (size_t i = 0; i < ask->subject_count; i++) {
        if (chance(rng, 85)) ask->subjects[i] = model->passes[pass].subject;
    }
}

static void some_authority(struct prop_rng *rng, const struct model *model, struct sim_ask *ask)
{
    unsigned builtin = (unsigned)role_builtin_count();
    if (ask->verb == VERB_KEY_ISSUE) {
        ask->role = (unsigned)prop_below(rng, model->role_count + 1); /* sometimes one that is not there */
        ask->number = chance(rng, 30) ? 1 + prop_below(rng, 3) : 0;
    } else if (ask->verb == VERB_KEY_REVOKE) {
        ask->number = from_one(rng, model->key_count);
        if (!model->keys[ask->number].id[0] || ask->number == 1) ask->verb = VERB_LEDGER_PIN;
    } else {
        unsigned own = model->role_count - builtin;
        ask->role = builtin + (unsigned)prop_below(rng, own + (own < 2));
        ask->number = prop_below(rng, DAILY_MAX);
    }
    if (ask->verb == VERB_KEY_ISSUE && model->key_count + 20 >= MODEL_KEYS_MAX) ask->verb = VERB_STAFF_ADD;
}

static unsigned some_staff(struct prop_rng *rng, const struct model *model)
{
    unsigned staff = model->staff_count ? from_one(rng, model->staff_count) : 0;
    return model->staff[staff][0] ? staff : 0;
}

/* Some windows of somebody's budget: often fewer than they have looked at. */
static void some_budget(struct prop_rng *rng, const struct model *model, struct sim_ask *ask)
{
    ask->scope = (enum budget_scope)(BUDGET_READER + prop_below(rng, BUDGET_SHOP));
    ask->number = chance(rng, 80) ? from_one(rng, model->key_count) : 0;
    if (!model->keys[ask->number].id[0]) ask->number = 0;
    ask->role = (unsigned)prop_below(rng, model->role_count);
    if (ask->scope == BUDGET_HOLDER && ask->holder == 0) ask->scope = BUDGET_SHOP;
    for (int window = 0; window < WINDOW_COUNT; window++)
        ask->limits.at[window] = chance(rng, 50) ? 1 + prop_below(rng, BUDGET_MAX << (unsigned)window) : 0;
    if (ask->scope == BUDGET_NETWORK) ask->limits.at[WINDOW_MONTH] = 0; /* it has none */
}

/* An idempotent ask as it was sent before, or with its key put on another ask. */
static struct sim_ask again(struct prop_rng *rng, const struct model *model, const struct mood *mood,
                            const struct sim_ask *fresh)
{
    struct sim_ask old = mood->sent[prop_below(rng, mood->sent_count)];
    for (size_t i = 0; i < model->idem_count; i++) {
        if (model->idems[i].number == old.idem && model->idems[i].unsure) return *fresh;
    }
    if (chance(rng, 85)) return old;
    struct sim_ask other = *fresh;
    other.idem = old.idem;
    other.who = old.who;
    other.key = old.key;
    other.far = old.far;
    return other;
}

struct sim_ask ask_make(struct prop_rng *rng, const struct model *model, struct mood *mood)
{
    struct sim_ask ask = {.verb = some_verb(rng), .subject_count = 1, .person = some_person(rng, model)};
    if (model->last == 0) ask.verb = VERB_SUBJECT_CREATE;
    some_who(rng, model, &ask);
    some_change(rng, model, &ask);
    if (ask.verb == VERB_REVEAL) some_reveal(rng, model, &ask);
    if (ask.verb == VERB_SUBJECT_CREATE) ask.conflict = (enum conflict)prop_below(rng, 4);
    if (ask.verb == VERB_IMPORT) {
        ask.conflict = (enum conflict)prop_below(rng, 4);
        ask.row_count = from_one(rng, MODEL_ROWS_MAX);
        for (size_t i = 0; i < ask.row_count; i++) ask.rows[i] = some_person(rng, model);
    }
    if (ask.verb == VERB_KEY_ISSUE || ask.verb == VERB_KEY_REVOKE || ask.verb == VERB_ROLE_PUT) {
        some_authority(rng, model, &ask);
    }
    if (ask.verb == VERB_STAFF_ADD)
        ask.number = prop_below(rng, (size_t)1 << 40); /* an address of their own */
    ask.holder = some_staff(rng, model);
    if (ask.verb == VERB_KEY_ISSUE && chance(rng, 40)) ask.holder = 0;
    if (ask.verb == VERB_BUDGET_PUT) some_budget(rng, model, &ask);
    if (ask.verb == VERB_LEDGER_PROOF || ask.verb == VERB_LEDGER_ENTRY)
        ask.number = prop_below(rng, model->before);
    if (ask.verb == VERB_FIELD_PUT) ask.number = prop_below(rng, model->field_count + 1);
    if (ask.verb == VERB_FIELD_PUT && ask.number >= OWN_FIELDS_MAX) ask.number = 0;
    ask.reason = chance(rng, 70);
    ask.dry_run = chance(rng, 10);
    ask.broken = chance(rng, 2);
    if (ask.broken || !verb_row(ask.verb)->changes) return ask;
    if (mood->sent_count > 0 && chance(rng, 12)) return again(rng, model, mood, &ask);
    if (!chance(rng, 25)) return ask;
    ask.idem = ++mood->idem_next;
    size_t place = mood->sent_count < ASK_MEMORY_MAX ? mood->sent_count++ : prop_below(rng, ASK_MEMORY_MAX);
    mood->sent[place] = ask;
    return ask;
}

/* Texts and arrays of one frame, until it is written. */
struct making {
    struct arena arena;
    struct value values[16];
    size_t value_count;
};

static struct slice keep_text(struct making *making, const char *text)
{
    return arena_copy(&making->arena, slice_text(text));
}

static void value_add(struct making *making, const char *name, const char *group, const char *text,
                      unsigned item)
{
    assert(making->value_count < COUNT_OF(making->values));
    making->values[making->value_count++] =
        (struct value){.name = slice_text(name),
                       .group = slice_text(group),
                       .text = text ? keep_text(making, text) : (struct slice){0},
                       .item = (uint16_t)item,
                       .kind = text ? VALUE_TEXT : VALUE_REMOVE};
}

static struct values values_of(struct making *making, const struct sim_ask *ask)
{
    char text[TEXT_BYTES_MAX];
    const struct person *person = &ask->person;
    name_text(person->name, text);
    if (ask->set & PART_NAME) value_add(making, "name", "", text, 0);
    email_text(person->email, text);
    if (ask->set & PART_EMAIL) value_add(making, "email", "", text, 0);
    note_text(person->note, text);
    if (ask->set & PART_NOTE) value_add(making, "note", "", text, 0);
    for (unsigned i = 0; i < person->homes && ask->set & PART_HOMES; i++) {
        recipient_text(person->recipient[i], text);
        value_add(making, "recipient", "addresses", text, i);
        door_text(person->door[i], text);
        value_add(making, "door_code", "addresses", text, i);
    }
    if (ask->verb == VERB_SUBJECT_PATCH) {
        if (ask->remove & PART_NAME) value_add(making, "name", "", NULL, 0);
        if (ask->remove & PART_EMAIL) value_add(making, "email", "", NULL, 0);
        if (ask->remove & PART_NOTE) value_add(making, "note", "", NULL, 0);
        if (ask->remove & PART_HOMES) value_add(making, "", "addresses", NULL, 0);
    }
    return (struct values){making->values, making->value_count};
}

static struct slice conflict_text(enum conflict conflict)
{
    static const char *const texts[] = {"", "fail", "update", "skip"};
    return slice_text(texts[conflict]);
}

static struct slice id_text(const struct model *model, unsigned no)
{
    return no ? slice_text(model->people[no].id) : SLICE_TEXT("sub_00000000000000000000000000");
}

static struct slice reason_text(const struct sim_ask *ask)
{
    return ask->reason ? SLICE_TEXT("the customer asked where the parcel is") : (struct slice){0};
}

static void rows_put(struct making *making, const struct sim_ask *ask, struct import_ask *out)
{
    static const char *const names[] = {"ref", "name", "email", "note"};
    char texts[4][TEXT_BYTES_MAX];
    SCOPED(buf_done) struct buf rows = {0};
    struct slice *targets = arena_take(&making->arena, sizeof names / sizeof names[0] * sizeof *targets);
    for (size_t i = 0; i < COUNT_OF(names); i++) targets[i] = slice_text(names[i]);
    for (size_t row = 0; row < ask->row_count; row++) {
        struct import_value values[4];
        ref_text(ask->rows[row].ref, texts[0]);
        name_text(ask->rows[row].name, texts[1]);
        email_text(ask->rows[row].email, texts[2]);
        note_text(ask->rows[row].note, texts[3]);
        for (uint8_t i = 0; i < 4; i++) values[i] = (struct import_value){i, 0, slice_text(texts[i])};
        import_row_write(row + 1, values, COUNT_OF(values), &rows);
    }
    out->targets = (struct texts){targets, COUNT_OF(names)};
    out->rows = arena_copy(&making->arena, buf_slice(&rows));
    out->on_conflict = conflict_text(ask->conflict);
    out->dry_run = ask->dry_run;
}

static void reveal_put(struct making *making, const struct model *model, const struct sim_ask *ask,
                       struct reveal_ask *out)
{
    struct slice *subjects = arena_take(&making->arena, MODEL_REVEAL_MAX * sizeof *subjects);
    struct slice *fields = arena_take(&making->arena, FIELD_SET_MAX * sizeof *fields);
    for (size_t i = 0; i < ask->subject_count; i++) subjects[i] = id_text(model, ask->subjects[i]);
    out->subjects = (struct texts){subjects, ask->subject_count};
    for (size_t i = 0; i < FIELD_SET_MAX; i++) {
        const char *name = field_sets[ask->field_set][i];
        if (name) fields[out->fields.count++] = slice_text(name);
    }
    out->fields.at = fields;
    out->purpose = ask->self ? SLICE_TEXT("self") : SLICE_TEXT("support");
    if (ask->pass) out->pass = arena_copy(&making->arena, slice_text(model->passes[ask->pass].token));
    if (ask->forged) { /* another secret: one symbol of it, before those that base32 fills up */
        uint8_t *late = (uint8_t *)(uintptr_t)(out->pass.at + out->pass.len - 5);
        *late = *late == 'x' ? 'y' : 'x';
    }
    out->reason = reason_text(ask);
}

static void role_put(struct making *making, const struct sim_ask *ask, struct role_put_ask *out)
{
    static const char *const acts[] = {"reveal", "lookup", "show", "create", "erase"};
    struct slice *texts = arena_take(&making->arena, (COUNT_OF(acts) + 1) * sizeof *texts);
    char name[TEXT_BYTES_MAX];
    (void)snprintf(name, sizeof name, "own-%u", ask->role);
    texts[0] = SLICE_TEXT("*");
    for (size_t i = 0; i < COUNT_OF(acts); i++) texts[i + 1] = slice_text(acts[i]);
    out->name = keep_text(making, name);
    out->fields = out->purposes = (struct texts){texts, 1};
    out->acts = (struct texts){texts + 1, COUNT_OF(acts)};
    out->daily = ask->number;
    out->reason = ask->reason;
}

static void key_put(struct making *making, const struct model *model, const struct sim_ask *ask,
                    struct key_issue_ask *out)
{
    char name[TEXT_BYTES_MAX];
    (void)snprintf(name, sizeof name, "own-%u", ask->role);
    out->role = ask->role < role_builtin_count() ? keep_text(making, role_builtin(ask->role).name)
                                                 : keep_text(making, name);
    out->days = ask->number;
    struct slice *holder = arena_take(&making->arena, sizeof *holder);
    *holder = slice_text(model->staff[ask->holder]);
    out->holders = (struct texts){holder, ask->holder != 0};
}

static void budget_put(struct making *making, const struct model *model, const struct sim_ask *ask,
                       struct budget_put_ask *out)
{
    char name[TEXT_BYTES_MAX] = "";
    if (ask->scope == BUDGET_READER)
        out->id = slice_text(ask->number ? model->keys[ask->number].id : "operator");
    if (ask->scope == BUDGET_HOLDER) out->id = slice_text(model->staff[ask->holder]);
    if (ask->scope == BUDGET_NETWORK) out->id = SLICE_TEXT("2001:db8::99"); /* of the same /64 */
    if (ask->scope == BUDGET_ROLE && ask->role < role_builtin_count()) {
        out->id = keep_text(making, role_builtin(ask->role).name);
    } else if (ask->scope == BUDGET_ROLE) {
        (void)snprintf(name, sizeof name, "own-%u", ask->role);
        out->id = keep_text(making, name);
    }
    out->scope = slice_text(budget_scope_name(ask->scope));
    out->minute = ask->limits.at[WINDOW_MINUTE];
    out->hour = ask->limits.at[WINDOW_HOUR];
    out->daily = ask->limits.at[WINDOW_DAY];
    out->monthly = ask->limits.at[WINDOW_MONTH];
}

/* An own field is always the next one, or one that is there already. Every other one is indexed. */
static void field_put(struct making *making, const struct sim_ask *ask, struct field_put_ask *out)
{
    char name[TEXT_BYTES_MAX];
    (void)snprintf(name, sizeof name, "own_%llu", (unsigned long long)ask->number);
    out->name = keep_text(making, name);
    out->index = ask->number % 2 ? SLICE_TEXT("full") : SLICE_TEXT("none");
}

static void fill(struct making *making, const struct model *model, const struct sim_ask *ask,
                 union any_ask *out)
{
    char text[TEXT_BYTES_MAX];
    struct slice id = id_text(model, ask->subjects[0]);
    switch ((unsigned)ask->verb) {
    case VERB_SUBJECT_CREATE:
        ref_text(ask->person.ref, text);
        out->subject_create.ref = keep_text(making, text);
        out->subject_create.on_conflict = conflict_text(ask->conflict);
        out->subject_create.fields = values_of(making, ask);
        return;
    case VERB_SUBJECT_SHOW:
        out->subject_show.id = id;
        return;
    case VERB_SUBJECT_PATCH:
        out->subject_patch.id = id;
        out->subject_patch.version = ask->version;
        out->subject_patch.fields = values_of(making, ask);
        return;
    case VERB_SUBJECT_CLOSE:
        out->subject_close.id = id;
        return;
    case VERB_SUBJECT_ERASE:
        out->subject_erase.id = id;
        out->subject_erase.reason = reason_text(ask);
        out->subject_erase.dry_run = ask->dry_run;
        return;
    case VERB_SUBJECT_SIGHTINGS:
        out->subject_sightings.id = id;
        out->subject_sightings.limit = PAGE_MAX;
        out->subject_sightings.proofs = ask->dry_run;
        return;
    case VERB_LOOKUP:
        email_text(ask->person.email, text);
        out->lookup = (struct lookup_ask){SLICE_TEXT("email"), keep_text(making, text), SLICE_TEXT("support"),
                                          reason_text(ask)};
        return;
    case VERB_REVEAL:
        reveal_put(making, model, ask, &out->reveal);
        return;
    case VERB_IMPORT:
        rows_put(making, ask, &out->import);
        return;
    case VERB_KEY_ISSUE:
        key_put(making, model, ask, &out->key_issue);
        return;
    case VERB_PASS_ISSUE:
        out->pass_issue = (struct pass_issue_ask){id, SLICE_TEXT("192.0.2.7")};
        return;
    case VERB_KEY_REVOKE:
        out->key_revoke.id = slice_text(model->keys[ask->number].id);
        return;
    case VERB_ROLE_PUT:
        role_put(making, ask, &out->role_put);
        return;
    case VERB_BUDGET_PUT:
        budget_put(making, model, ask, &out->budget_put);
        return;
    case VERB_FIELD_PUT:
        field_put(making, ask, &out->field_put);
        return;
    case VERB_STAFF_ADD:
        (void)snprintf(text, sizeof text, "park.%llu@staff.example", (unsigned long long)ask->number);
        out->staff_add = (struct staff_add_ask){SLICE_TEXT("Park Staff"), keep_text(making, text)};
        return;
    case VERB_LEDGER_PROOF:
        out->ledger_proof.index = ask->number;
        return;
    case VERB_LEDGER_ENTRY:
        out->ledger_entry.index = ask->number;
        return;
    case VERB_LEDGER_PIN:
        out->ledger_pin.where = SLICE_TEXT("the accountant's mailbox");
        return;
    default:
        return; /* a checkpoint is asked for with nothing */
    }
}

static void head_fill(const struct model *model, const struct sim_ask *ask, struct making *making,
                      struct ask_head *head)
{
    char text[TEXT_BYTES_MAX];
    if (ask->who == WHO_KEY) head->bearer = slice_text(model->keys[ask->key].token);
    if (ask->who == WHO_WRONG) { /* the first key's token with another secret */
        struct slice token = arena_copy(&making->arena, slice_text(model->keys[1].token));
        uint8_t *last = making->arena.blocks ? (uint8_t *)(uintptr_t)(token.at + token.len - 5) : NULL;
        if (last) *last = *last == 'x' ? 'y' : 'x';
        head->bearer = token;
    }
    if (ask->who != WHO_OPERATOR) memcpy(head->network, ask->far ? sim_far : sim_near, NETWORK_BYTES);
    (void)snprintf(text, sizeof text, "idem-%u", ask->idem);
    if (ask->idem) head->idempotency = keep_text(making, text);
}

static uint64_t hash_of(enum verb verb, struct slice bytes)
{
    uint64_t hash = 0xcbf29ce484222325U + (uint64_t)verb; /* FNV-1a */
    for (size_t i = 0; i < bytes.len; i++) hash = (hash ^ bytes.at[i]) * 0x100000001b3U;
    return hash;
}

/* Cut it short, make it longer, or take something else altogether: never an ask. */
static void spoil(struct prop_rng *rng, size_t start, struct buf *out)
{
    switch (prop_below(rng, 3)) {
    case 0:
        out->len = start + prop_below(rng, out->len - start);
        break;
    case 1:
        buf_byte(out, 0);
        break;
    default:
        out->len = start;
        buf_be64(out, 7);
        buf_be16(out, VERB_COUNT + 1); /* no verb: whatever follows, it is no ask */
        for (size_t i = prop_below(rng, FRAME_NOISE_BYTES); i > 0; i--) buf_byte(out, (uint8_t)prop_u64(rng));
        break;
    }
}

void ask_frame(struct prop_rng *rng, const struct model *model, struct sim_ask *ask, uint64_t id,
               struct buf *out)
{
    struct making making = {0};
    union any_ask any = {0};
    struct ask_head head = {.id = id, .verb = ask->verb};
    SCOPED(buf_done) struct buf frame = {0}, members = {0};
    size_t start = out->len;
    fill(&making, model, ask, &any);
    head_fill(model, ask, &making, &head);
    struct result done = ask_write(&head, &any, &frame);
    if (done.code == CODE_OK) done = ask_members_write(verb_row(ask->verb)->members, &any, &members);
    assert(done.code == CODE_OK);
    ask->members = hash_of(ask->verb, buf_slice(&members));
    buf_slice_put(out, slice_from(buf_slice(&frame), 4));
    if (ask->broken) spoil(rng, start, out);
    arena_done(&making.arena);
}
