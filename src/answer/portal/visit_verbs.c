/* What somebody learns at the portal of themselves: they ask for a code, come in with it, and look. */
#include "answer/notice/run.h"
#include "answer/portal/leaks.h"
#include "answer/portal/portal.h"
#include "answer/portal/verbs.h"
#include "answer/redress/wallet.h"
#include "keep/history.h"
#include "keep/normalise.h"
#include "keep/put.h"
#include "keep/shown.h"

#include <string.h>

enum { SEEN_PAGE = 20, CODE_TYPED_MAX = 16 };

RESULT verb_portal_code(struct batch *batch, const struct reader *reader, const struct portal_code_ask *ask,
                        struct answer *out)
{
    struct portal *portal = NULL;
    const struct source from = portal_source(batch->shop, reader);
    uint32_t *wait_s = &out->head.retry_after_s, position_s = 0;
    SCOPED(buf_done) struct buf email = {0}, token = {0};
    TRY(portal_of(batch->shop, &portal));
    TRY(normalise(NORMALISE_EMAIL, ask->email, (struct slice){0}, &email));
    TRY(gate_may(portal->gate, GATE_CODE, &from, batch->now_us, wait_s));
    gate_count(portal->gate, GATE_CODE, &from, batch->now_us); /* also when the queue takes it not */
    const struct visit_asking asking = {from, buf_slice(&email),
                                        ask->lang.len == 2 ? ask->lang : (struct slice){0}};
    struct result asked = visit_ask(batch, portal->visits, &asking, &token, &position_s);
    if (asked.code != CODE_OK) *wait_s = position_s;
    TRY(asked);
    cbor_map(&out->body, 3);
    put_text(&out->body, "cookie", buf_slice(&token));
    put_number(&out->body, "minutes", VISIT_CODE_MINUTES);
    put_number(&out->body, "wait_s", position_s);
    out->head.flags |= ANSWER_ACCEPTED;
    return OK;
}

/* The digits alone: people type blanks. */
static struct slice digits_of(struct slice typed, char out[CODE_TYPED_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < typed.len && len < CODE_TYPED_MAX; i++) {
        if (typed.at[i] >= '0' && typed.at[i] <= '9') out[len++] = (char)typed.at[i];
    }
    return (struct slice){(const uint8_t *)out, len};
}

static size_t people_of(const struct visit *visit, struct sighted out[VISIT_SUBJECTS_MAX])
{
    for (size_t i = 0; i < visit->count; i++) out[i] = (struct sighted){visit->nos[i], 0, 0};
    return visit->count;
}

/* Who was erased meanwhile is gone from the visit, so that the others still see theirs. */
static RESULT people_left(struct shop *shop, struct visits *visits, struct visit *visit)
{
    size_t kept = 0;
    visit_changes(visits, visit);
    for (size_t i = 0; i < visit->count; i++) {
        struct record record;
        SCOPED(buf_done) struct buf bytes = {0};
        struct result got = record_get(shop, visit->nos[i], false, &bytes, &record, NULL);
        if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
        if (got.code == CODE_OK) visit->nos[kept++] = visit->nos[i];
    }
    visit->count = kept;
    return kept > 0 ? OK : FAIL(SUBJECT_ERASED, "portal: what was held of you was erased");
}

RESULT portal_came_in(struct batch *batch, struct slice browser, struct portal **portal, struct visit **out)
{
    TRY(portal_of(batch->shop, portal));
    TRY(visit_find(batch, (*portal)->visits, browser, out));
    if ((*out)->looks >= VISIT_LOOKS_MAX)
        return FAIL(PORTAL_WAIT, "portal: %d looks in one visit; come in again with another code",
                    VISIT_LOOKS_MAX);
    visit_changes((*portal)->visits, *out);
    (*out)->looks++; /* each is an entry */
    return people_left(batch->shop, (*portal)->visits, *out);
}

RESULT portal_account(struct batch *batch, struct slice browser, uint64_t account, struct subject_no *out)
{
    struct portal *portal = NULL;
    struct visit *visit = NULL;
    TRY(portal_came_in(batch, browser, &portal, &visit));
    if (account >= visit->count) return FAIL(NOT_FOUND, "account: there are fewer");
    *out = visit->nos[account];
    return OK;
}

RESULT verb_portal_enter(struct batch *batch, const struct reader *reader, const struct portal_enter_ask *ask,
                         struct answer *out)
{
    struct portal *portal = NULL;
    struct visit *visit = NULL;
    struct sighted people[VISIT_SUBJECTS_MAX];
    const struct reader person = portal_reader(reader);
    char typed[CODE_TYPED_MAX];
    const struct source from = portal_source(batch->shop, reader);
    SCOPED(buf_done) struct buf token = {0};
    TRY(portal_of(batch->shop, &portal));
    TRY(gate_may(portal->gate, GATE_ENTER, &from, batch->now_us, &out->head.retry_after_s));
    struct slice code = digits_of(ask->code, typed);
    struct result entered = visit_enter(batch, portal->visits, ask->browser, code, &visit);
    if (entered.code != CODE_OK) gate_count(portal->gate, GATE_ENTER, &from, batch->now_us);
    TRY(entered);
    TRY(people_left(batch->shop, portal->visits, visit));
    TRY(portal_note(batch, PORTAL_CAME_IN, &person, people, people_of(visit, people), out));
    visit_came_in(batch, portal->visits, visit, &token);
    cbor_map(&out->body, 2);
    put_text(&out->body, "cookie", buf_slice(&token));
    put_time(&out->body, "until", visit->until_us);
    return OK;
}

RESULT verb_portal_leave(struct batch *batch, const struct reader *reader, const struct portal_leave_ask *ask,
                         struct answer *out)
{
    struct portal *portal = NULL;
    struct visit *visit = NULL;
    (void)reader;
    TRY(portal_of(batch->shop, &portal));
    struct result found = visit_find(batch, portal->visits, ask->browser, &visit);
    if (found.code == CODE_OK) visit_leave(portal->visits, visit);
    cbor_map(&out->body, 0);
    return OK;
}

RESULT verb_portal_mine(struct batch *batch, const struct reader *reader, const struct portal_mine_ask *ask,
                        struct answer *out)
{
    struct portal *portal = NULL;
    struct visit *visit = NULL;
    struct sighted people[VISIT_SUBJECTS_MAX];
    const struct reader person = portal_reader(reader);
    TRY(portal_came_in(batch, ask->browser, &portal, &visit));
    cbor_map(&out->body, 3);
    put_time(&out->body, "until", visit->until_us);
    put_bool(&out->body, "payee", portal_payee_field(batch->shop) != NULL);
    cbor_text(&out->body, SLICE_TEXT("accounts"));
    cbor_array(&out->body, visit->count);
    for (size_t i = 0; i < visit->count; i++) {
        cbor_map(&out->body, 1);
        cbor_text(&out->body, SLICE_TEXT("leaks"));
        TRY(leaks_put(batch, visit->nos[i], &out->body));
    }
    return portal_note(batch, PORTAL_LEAKED, &person, people, people_of(visit, people), out);
}

RESULT portal_by_notice(struct batch *batch, struct portal *portal, const struct visit *visit,
                        struct slice code, struct subject_no *out)
{
    struct notices *runs = NULL;
    uint32_t run = 0;
    bool theirs = false;
    TRY(runs_of(batch->shop, &runs));
    bool good = notice_code_get(runs->codes, code, &run, out);
    for (size_t i = 0; i < visit->count; i++) theirs = theirs || (good && visit->nos[i].at == out->at);
    if (theirs && run_by_id(runs, run)) return OK;
    gate_count(portal->gate, GATE_VERIFY, &visit->from, batch->now_us);
    return FAIL(PORTAL_CODE, "notice: not the code of a notice that was sent to you");
}

/* Every field that is held, masked. */
static void permit_masked(const struct shop *shop, const struct record *record, struct permit *out)
{
    for (unsigned i = 0; i < FIELD_MAX; i++) {
        if (!(record->held >> i & 1) || !shop->fields.at[i].name[0]) continue;
        out->fields[out->field_count++] = (struct asked_field){(uint8_t)i, FORM_MASK};
        out->masked |= (uint64_t)1 << i;
    }
}

RESULT verb_portal_data(struct batch *batch, const struct reader *reader, const struct portal_data_ask *ask,
                        struct answer *out)
{
    struct portal *portal = NULL;
    struct visit *visit = NULL;
    struct subject_no no = {0};
    struct record record;
    struct permit permit = {0};
    const struct reader person = portal_reader(reader);
    SCOPED(buf_done) struct buf bytes = {0};
    SECRET data_key = {{0}};
    TRY(portal_came_in(batch, ask->browser, &portal, &visit));
    TRY(gate_may(portal->gate, GATE_VERIFY, &visit->from, batch->now_us, &out->head.retry_after_s));
    TRY(portal_by_notice(batch, portal, visit, ask->notice, &no));
    TRY(record_get(batch->shop, no, false, &bytes, &record, NULL));
    permit_masked(batch->shop, &record, &permit);
    TRY(record_unlock(batch->shop, no, &record, &data_key));
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("fields"));
    TRY(shown_fields_put(batch->shop, no, &record, &permit, &out->body));
    const struct sighted sighted = {no, 0, permit.masked};
    return portal_note(batch, PORTAL_VALUES, &person, &sighted, 1, out);
}

RESULT verb_portal_seen(struct batch *batch, const struct reader *reader, const struct portal_seen_ask *ask,
                        struct answer *out)
{
    const struct reader person = portal_reader(reader);
    struct looks_list list = {.limit = SEEN_PAGE, .proofs = true};
    TRY(portal_account(batch, ask->browser, ask->account, &list.no));
    TRY(history_after(ask->after, &list.from));
    cbor_map(&out->body, 3);
    put_text(&out->body, "checkpoint", ledger_checkpoint(batch->shop->ledger));
    TRY(history_list(batch, &list, &out->body));
    const struct sighted sighted = {list.no, 0, 0};
    return portal_note(batch, PORTAL_SEEN, &person, &sighted, 1, out);
}

RESULT verb_portal_wallet(struct batch *batch, const struct reader *reader,
                          const struct portal_wallet_ask *ask, struct answer *out)
{
    const struct reader person = portal_reader(reader);
    struct wallet_asked asked = {.codes = true, .lang = ask->lang};
    TRY(portal_account(batch, ask->browser, ask->account, &asked.no));
    return wallet_look(batch, &person, &asked, out);
}
