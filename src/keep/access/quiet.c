#include "keep/access/quiet.h"

#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/access/rows.h"
#include "keep/put.h"

enum { QUIET_ROW = 1 };

/* What the portal tells somebody of themself, the way in to it, and whom a notice went to. Words to the desk go on. */
static bool portal_tells(enum verb verb)
{
    static const enum verb verbs[] = {VERB_PORTAL_VERIFY, VERB_PORTAL_CODE, VERB_PORTAL_ENTER,
                                      VERB_PORTAL_MINE,   VERB_PORTAL_DATA, VERB_PORTAL_SEEN,
                                      VERB_PORTAL_WALLET, VERB_PORTAL_PAYEE};
    for (size_t i = 0; i < COUNT_OF(verbs); i++) {
        if (verb == verbs[i]) return true;
    }
    return false;
}

static bool tells_of_persons(enum act act, enum verb verb)
{
    return verb == VERB_SELF || act_is_of(act, ACTS_OF_PERSONS) || portal_tells(verb);
}

RESULT quiet_may(const struct access *access, enum act act, enum verb verb)
{
    if (access->quiet_us == 0 || !tells_of_persons(act, verb)) return OK;
    return FAIL(
        ERASURES_UNKNOWN,
        "the shop was restored without the list of who was erased: what it keeps of people is shown once a "
        "second person has agreed, or a day after it was opened; see amanah approval list");
}

static void body_write(int64_t since_us, struct buf *out)
{
    cbor_array(out, 1);
    cbor_uint(out, (uint64_t)since_us);
}

RESULT quiet_take(struct access *access, uint32_t id, struct slice body)
{
    struct cbor reader = cbor_reader(body);
    size_t members = 0;
    int64_t since_us = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(body_time_read(&reader, &since_us));
    TRY(cbor_end(&reader));
    if (members != 1 || id != QUIET_ROW) return FAIL(CORRUPT, "authority: a stored quiet is malformed");
    access->quiet_us = since_us;
    return OK;
}

RESULT quiet_begin(struct batch *batch)
{
    const struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct receipt receipt = {0};
    SCOPED(buf_done) struct buf body = {0};
    body_write(batch->now_us, &body);
    return authority_put(batch, &system, AUTHORITY_QUIET, QUIET_ROW, buf_slice(&body), &receipt);
}

static bool asked_already(const struct access *access)
{
    for (size_t i = 0; i < access->approval_count; i++) {
        if (access->approvals[i].kind == AUTHORITY_QUIET && approval_is_open(&access->approvals[i]))
            return true;
    }
    return false;
}

static RESULT ask(struct batch *batch)
{
    SCOPED(buf_done) struct buf body = {0}, asked = {0}, changes = {0};
    body_write(0, &body);
    cbor_map(&asked, 1);
    put_text(&asked, "erasures", SLICE_TEXT("unknown"));
    changes_put((struct slice){0}, buf_slice(&asked), &changes);
    const struct loosening loosening = {
        AUTHORITY_QUIET, QUIET_ROW, buf_slice(&body), {.what = LOOSENS_RESTORED}, buf_slice(&changes)};
    return loosen_in_a_day(batch, reader_no(READER_OPERATOR, 0), &loosening);
}

RESULT quiet_ask(struct shop *shop)
{
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(batch_done) struct batch batch = {0};
    if (shop->access.quiet_us == 0 || asked_already(&shop->access)) return OK;
    TRY(batch_begin(shop, &arena, &batch));
    struct result done = ask(&batch);
    if (done.code == CODE_OK) return batch_settle(&batch);
    batch_rollback(&batch);
    return done;
}
