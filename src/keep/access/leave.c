#include "keep/access/leave.h"

#include "keep/access/access_priv.h"
#include "keep/access/approval.h"
#include "keep/access/key_make.h"
#include "keep/access/maker.h"
#include "keep/access/probing.h"
#include "keep/access/secret.h"
#include "keep/access/session.h"
#include "keep/access/sign_in.h"
#include "keep/access/staff.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ITEM_MEMBERS = 4 };

void leave_done(struct leave *leave)
{
    free(leave->items);
    *leave = (struct leave){0};
}

static RESULT item_add(struct leave *leave, enum leave_kind kind, uint32_t id)
{
    if (leave->count == LEAVE_ITEMS_MAX)
        return FAIL(TOO_MANY, "leave: more than %d things to end; revoke some keys first", LEAVE_ITEMS_MAX);
    if (!leave->items) leave->items = calloc(LEAVE_ITEMS_MAX, sizeof *leave->items);
    if (!leave->items) return FAIL(UNAVAILABLE, "leave: out of memory");
    leave->items[leave->count++] = (struct leave_item){.kind = kind, .id = id};
    return OK;
}

static bool is_among(uint32_t staff, const uint32_t *persons, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (persons[i] == staff) return true;
    }
    return false;
}

static enum leave_kind key_kind(const struct shop *shop, const struct key *key, uint32_t staff)
{
    if (is_among(staff, key->holders, key->holder_count))
        return key->holder_count == 1 ? LEAVE_KEY_OWN : LEAVE_KEY_SHARED;
    if (made_by(&shop->access, key->made_by, staff)) return LEAVE_KEY_MADE;
    return key->holder_count == 0 ? LEAVE_KEY_UNNAMED : (enum leave_kind)0;
}

RESULT leave_find(struct shop *shop, uint32_t staff, struct leave *out)
{
    const struct access *access = &shop->access;
    SCOPED(leave_done) struct leave leave = {.staff = staff};
    for (size_t i = 0; i < access->key_count; i++) {
        const struct key *key = &access->keys[i];
        enum leave_kind kind = key->ended_us ? (enum leave_kind)0 : key_kind(shop, key, staff);
        if (kind) TRY(item_add(&leave, kind, key->id));
    }
    for (size_t i = 0; i < access->secret_count; i++) {
        if (secret_held_by(&access->secrets[i], staff))
            TRY(item_add(&leave, LEAVE_SECRET, access->secrets[i].id));
    }
    for (size_t i = 0; i < access->staff_count; i++) {
        const struct staff *other = &access->staff[i];
        if (other->id != staff && other->state != STAFF_LEFT && made_by(access, other->made_by, staff))
            TRY(item_add(&leave, LEAVE_STAFF_MADE, other->id));
    }
    for (size_t i = 0; i < access->approval_count; i++) {
        const struct approval *approval = &access->approvals[i];
        if (approval_is_open(approval) && is_among(staff, approval->persons, approval->person_count))
            TRY(item_add(&leave, LEAVE_APPROVAL, approval->id));
    }
    *out = TAKE(leave);
    return OK;
}

static void leave_body_write(const struct leave *leave, struct buf *out)
{
    cbor_array(out, 4);
    cbor_uint(out, (uint64_t)leave->left_us);
    cbor_uint(out, leave->by);
    cbor_bool(out, leave->tried);
    cbor_array(out, leave->count * ITEM_MEMBERS);
    for (size_t i = 0; i < leave->count; i++) {
        cbor_uint(out, leave->items[i].kind);
        cbor_uint(out, leave->items[i].id);
        cbor_uint(out, leave->items[i].before);
        cbor_uint(out, leave->items[i].after);
    }
}

static RESULT item_read(struct cbor *reader, struct leave *out)
{
    uint64_t kind = 0, id = 0, before = 0, after = 0;
    TRY(cbor_read_uint(reader, &kind));
    TRY(cbor_read_uint(reader, &id));
    TRY(cbor_read_uint(reader, &before));
    TRY(cbor_read_uint(reader, &after));
    if (kind < LEAVE_KEY_OWN || kind > LEAVE_APPROVAL || id > UINT32_MAX || before > PROBE_NO_ANSWER ||
        after > PROBE_NO_ANSWER)
        return FAIL(CORRUPT, "authority: a stored report of a leave is malformed");
    TRY(item_add(out, (enum leave_kind)kind, (uint32_t)id));
    out->items[out->count - 1].before = (enum probe_seen)before;
    out->items[out->count - 1].after = (enum probe_seen)after;
    return OK;
}

static RESULT leave_body_read(struct slice body, struct leave *out)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0, numbers = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(body_time_read(&reader, &out->left_us));
    TRY(cbor_read_uint(&reader, &out->by));
    TRY(cbor_read_bool(&reader, &out->tried));
    TRY(cbor_read_array(&reader, &numbers));
    if (members != 4 || numbers % ITEM_MEMBERS != 0)
        return FAIL(CORRUPT, "authority: a stored report of a leave is malformed");
    for (size_t i = 0; i < numbers / ITEM_MEMBERS; i++) TRY(item_read(&reader, out));
    return cbor_end(&reader);
}

RESULT leave_take(struct access *access, uint32_t id, struct slice body)
{
    SCOPED(leave_done) struct leave leave = {.staff = id};
    TRY(leave_body_read(body, &leave));
    for (size_t i = 0; i < access->leave_count; i++) {
        if (access->leaves[i].staff != id) continue;
        leave_done(&access->leaves[i]);
        access->leaves[i] = TAKE(leave);
        return OK;
    }
    struct leave *grown = realloc(access->leaves, (access->leave_count + 1) * sizeof *grown);
    if (!grown) return FAIL(UNAVAILABLE, "leave: out of memory");
    access->leaves = grown;
    access->leaves[access->leave_count++] = TAKE(leave);
    return OK;
}

const struct leave *leave_of(const struct access *access, uint32_t staff)
{
    for (size_t i = 0; i < access->leave_count; i++) {
        if (access->leaves[i].staff == staff) return &access->leaves[i];
    }
    return NULL;
}

static bool is_key(enum leave_kind kind)
{
    return kind <= LEAVE_KEY_UNNAMED;
}

bool leave_knows_key(const struct access *access, uint32_t key)
{
    for (size_t i = 0; i < access->leave_count; i++) {
        const struct leave *leave = &access->leaves[i];
        for (size_t at = 0; at < leave->count; at++) {
            if (is_key(leave->items[at].kind) && leave->items[at].id == key) return true;
        }
    }
    return false;
}

RESULT leave_save(struct batch *batch, const struct reader *reader, const struct leave *leave,
                  struct receipt *out)
{
    SCOPED(buf_done) struct buf body = {0};
    leave_body_write(leave, &body);
    return authority_put(batch, reader, AUTHORITY_LEAVE, leave->staff, buf_slice(&body), out);
}

/* What is shared ends by `until_us`, or sooner if it would have. */
static RESULT shared_end(struct batch *batch, const struct reader *reader, uint32_t id, int64_t until_us)
{
    struct receipt receipt = {0};
    if (until_us <= batch->now_us) return key_end(batch, reader, id, &receipt);
    return key_end_by(batch, reader, id, until_us);
}

/* With a key that gives out rights a day is enough to make others that no report lists. */
static bool gives_rights(const struct access *access, uint32_t id)
{
    const uint32_t rights =
        1U << ACT_KEYS | 1U << ACT_STAFF | 1U << ACT_ROLES | 1U << ACT_SETTINGS | 1U << ACT_APPROVE;
    const struct role *role = role_by_id(access, access->keys[id - 1].role);
    return role && (role->acts & rights);
}

static RESULT item_end(struct batch *batch, const struct reader *reader, const struct leave_item *item,
                       bool at_once)
{
    int64_t until_us = batch->now_us + (at_once ? 0 : LEAVE_SHARED_HOURS * HOUR_US);
    switch (item->kind) {
    case LEAVE_KEY_OWN:
        return shared_end(batch, reader, item->id, batch->now_us);
    case LEAVE_KEY_SHARED:
    case LEAVE_KEY_MADE:
        if (gives_rights(&batch->shop->access, item->id)) until_us = batch->now_us;
        return shared_end(batch, reader, item->id, until_us);
    case LEAVE_APPROVAL:
        return approval_take_back(batch, reader, item->id);
    case LEAVE_KEY_UNNAMED: /* ending those would stop the shop: they stand on the list */
    case LEAVE_SECRET:      /* opened all at once */
    case LEAVE_STAFF_MADE:
        return OK;
    }
    return OK;
}

RESULT leave_end(struct batch *batch, const struct reader *reader, struct leave *leave, bool at_once,
                 struct receipt *out)
{
    struct shop *shop = batch->shop;
    size_t opened = 0;
    struct receipt receipt = {0};
    struct staff *found = staff_by_id(&shop->access, leave->staff);
    assert(found && found->state != STAFF_LEFT);
    struct staff staff = *found;
    SCOPED(buf_done) struct buf sealed = {0};
    buf_slice_put(&sealed, buf_slice(&found->sealed));
    staff.sealed = sealed; /* borrowed until the row is written */
    staff.state = STAFF_LEFT;
    staff.left_us = leave->left_us = batch->now_us;
    leave->by = reader->no;
    TRY(staff_put(batch, reader, &staff, &receipt));
    session_end_of(shop, READER_STAFF, leave->staff);
    const struct sign_in nothing = {.id = leave->staff};
    TRY(sign_in_put(batch, reader, &nothing, &receipt));
    for (size_t i = 0; i < leave->count; i++) TRY(item_end(batch, reader, &leave->items[i], at_once));
    TRY(secrets_open_for(batch, reader, leave->staff, &opened));
    return leave_save(batch, reader, leave, out);
}

static const char *const kind_names[] = {"?",
                                         "key",
                                         "shared key",
                                         "key they issued",
                                         "key without holder",
                                         "secret",
                                         "person they added",
                                         "approval they asked for"};

struct item_said {
    enum id_kind id;
    const char *state, *todo;
};

/* What has become of it by now, and what is left to do. */
static struct item_said item_said(const struct shop *shop, const struct leave *leave,
                                  const struct leave_item *item)
{
    const struct access *access = &shop->access;
    if (item->kind == LEAVE_SECRET) {
        const struct secret_row *secret = &access->secrets[item->id - 1];
        bool rotated = secret->rotated_us > leave->left_us;
        return (struct item_said){ID_SECRET, rotated ? "closed" : "open",
                                  rotated ? "" : "rotate it, show the old one dead: amanah secret rotated"};
    }
    if (item->kind == LEAVE_STAFF_MADE)
        return (struct item_said){ID_STAFF, "noted", "make sure that they enrolled themselves"};
    if (item->kind == LEAVE_APPROVAL) return (struct item_said){ID_APPROVAL, "closed", ""};
    const struct key *key = &access->keys[item->id - 1];
    bool ended = key->ended_us != 0 || clock_now(&shop->clock) >= key->expires_us;
    return (struct item_said){ID_KEY, ended ? "closed" : "open", ended ? "" : "rotate it: amanah key rotate"};
}

static void item_put(struct shop *shop, const struct leave *leave, const struct leave_item *item,
                     struct buf *out)
{
    struct item_said said = item_said(shop, leave, item);
    size_t mark = cbor_open(out), count = 3;
    put_text(out, "what", slice_text(kind_names[item->kind]));
    put_id(shop, out, "id", said.id, item->id);
    put_text(out, "state", slice_text(said.state));
    if (is_key(item->kind)) {
        const struct key *key = &shop->access.keys[item->id - 1];
        put_text(out, "name", slice_text(key->name));
        put_time(out, "ends", key->ended_us ? key->ended_us : key->expires_us);
        put_text(out, "before", slice_text(probing_name(item->before)));
        put_text(out, "after", slice_text(probing_name(item->after)));
        count += 4;
    }
    if (said.todo[0]) {
        put_text(out, "todo", slice_text(said.todo));
        count++;
    }
    cbor_map_close(out, mark, count);
}

static size_t items_open(const struct shop *shop, const struct leave *leave)
{
    size_t open = 0;
    for (size_t i = 0; i < leave->count; i++)
        open += strcmp(item_said(shop, leave, &leave->items[i]).state, "open") == 0;
    return open;
}

void leave_report(struct shop *shop, const struct leave *leave, struct buf *out)
{
    SCOPED(buf_done) struct buf by = {0};
    size_t open = items_open(shop, leave);
    reader_put(shop, leave->by, &by);
    cbor_map(out, 7);
    put_id(shop, out, "id", ID_STAFF, leave->staff);
    put_text(out, "state", open > 0 ? SLICE_TEXT("open") : SLICE_TEXT("closed"));
    put_time(out, "left", leave->left_us);
    put_text(out, "by", buf_slice(&by));
    put_number(out, "open", open);
    put_bool(out, "probed", leave->tried);
    cbor_text(out, SLICE_TEXT("items"));
    cbor_array(out, leave->count);
    for (size_t i = 0; i < leave->count; i++) item_put(shop, leave, &leave->items[i], out);
}

size_t leaves_open(const struct shop *shop)
{
    size_t open = 0;
    for (size_t i = 0; i < shop->access.leave_count; i++)
        open += items_open(shop, &shop->access.leaves[i]) > 0;
    return open;
}

/* The answer to both verbs: the report as it is now. */
static RESULT report_of(struct shop *shop, uint32_t staff, struct buf *out)
{
    const struct leave *leave = leave_of(&shop->access, staff);
    if (!leave) return FAIL(NOT_FOUND, "leave: this member of staff has not left");
    leave_report(shop, leave, out);
    return OK;
}

static RESULT staff_named(struct shop *shop, struct slice id, struct staff **out)
{
    uint64_t number = 0;
    TRY(id_get(shop, ID_STAFF, id, &number));
    *out = staff_by_id(&shop->access, number);
    return *out ? OK : FAIL(NOT_FOUND, "staff: this shop has nobody of that id");
}

/* Ask for the probes of the keys among the items to be tried. False: there is nobody who would, or nothing to try. */
static RESULT probes_want(struct batch *batch, const struct leave *leave, bool *wanted)
{
    uint32_t keys[PROBES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < leave->count && count < PROBES_MAX; i++) {
        if (is_key(leave->items[i].kind)) keys[count++] = leave->items[i].id;
    }
    return probing_want(batch, keys, count, wanted);
}

static void seen_take(struct leave *leave, const struct probes *probed, bool after)
{
    for (size_t i = 0; i < leave->count; i++) {
        struct leave_item *item = &leave->items[i];
        if (is_key(item->kind)) *(after ? &item->after : &item->before) = probing_seen(probed, item->id);
    }
}

/* First the probes, while everything still works; then the end; then the probes once more. */
static RESULT leave_now(struct batch *batch, const struct reader *reader, uint32_t staff, bool at_once,
                        struct receipt *receipt)
{
    SCOPED(leave_done) struct leave leave = {0};
    bool wanted = false;
    TRY(leave_find(batch->shop, staff, &leave));
    if (!batch->probed) TRY(probes_want(batch, &leave, &wanted));
    if (wanted) return FAIL(TOO_BUSY, "leave: too much is being tried already; try again in a moment");
    seen_take(&leave, batch->probed, false);
    TRY(leave_end(batch, reader, &leave, at_once, receipt));
    return probes_want(batch, &leave, &wanted);
}

static void leave_copy(const struct leave *from, struct leave *to)
{
    *to = *from;
    to->items = calloc(LEAVE_ITEMS_MAX, sizeof *to->items);
    if (!to->items) abort(); /* as all memory: see bytes.h */
    memcpy(to->items, from->items, from->count * sizeof *to->items);
}

/* What the probes say once all has ended; also of a leave that a crash cut off here. */
static RESULT leave_after(struct batch *batch, const struct reader *reader, const struct leave *found,
                          struct receipt *receipt)
{
    SCOPED(leave_done) struct leave leave = {0};
    bool wanted = false;
    if (found->tried) return OK;
    if (!batch->probed) TRY(probes_want(batch, found, &wanted));
    if (wanted) return FAIL(TOO_BUSY, "leave: done; its probes could not be tried again now; ask once more");
    if (!batch->probed) return OK;
    leave_copy(found, &leave);
    seen_take(&leave, batch->probed, true);
    leave.tried = true;
    return leave_save(batch, reader, &leave, receipt);
}

RESULT verb_staff_leave(struct batch *batch, const struct reader *reader, const struct staff_leave_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    struct staff *staff = NULL;
    struct receipt receipt = {0};
    TRY(staff_named(shop, ask->id, &staff));
    uint32_t id = staff->id;
    const struct leave *leave = leave_of(&shop->access, id);
    uint64_t entries = ledger_size(shop->ledger);
    if (staff->state != STAFF_LEFT)
        TRY(leave_now(batch, reader, id, ask->at_once, &receipt));
    else if (leave)
        TRY(leave_after(batch, reader, leave, &receipt));
    if (ledger_size(shop->ledger) != entries) batch_receipt(out, &receipt);
    return report_of(shop, id, &out->body);
}

RESULT verb_staff_left(struct batch *batch, const struct reader *reader, const struct staff_left_ask *ask,
                       struct answer *out)
{
    (void)reader;
    struct staff *staff = NULL;
    TRY(staff_named(batch->shop, ask->id, &staff));
    return report_of(batch->shop, staff->id, &out->body);
}
