/* What the portal tells anybody: whose it is, and whether a message is the shop's. */
#include "answer/notice/proof.h"
#include "answer/portal/portal.h"
#include "answer/portal/verbs.h"
#include "keep/post.h"
#include "keep/profile.h"
#include "keep/put.h"

RESULT verb_portal_show(struct batch *batch, const struct reader *reader, const struct portal_show_ask *ask,
                        struct answer *out)
{
    const struct profile *profile = profile_of(batch->shop);
    struct post_head head = {0};
    struct portal *portal = NULL;
    struct visit *visit = NULL;
    (void)reader;
    TRY(portal_of(batch->shop, &portal));
    bool in = visit_find(batch, portal->visits, ask->browser, &visit).code == CODE_OK;
    struct result set = post_head(batch->shop, &head);
    if (set.code != CODE_OK) head.name = slice_text(batch->shop->name); /* mail was never set */
    cbor_map(&out->body, 3);
    put_text(&out->body, "shop", head.name);
    put_text(&out->body, "desk", buf_slice(&profile->desk));
    put_number(&out->body, "accounts",
               in ? visit->count : 0); /* of who came in with a code, and has an entry of it */
    return OK;
}

RESULT verb_portal_verify(struct batch *batch, const struct reader *reader,
                          const struct portal_verify_ask *ask, struct answer *out)
{
    struct portal *portal = NULL;
    const struct reader person = portal_reader(reader);
    const struct source from = portal_source(batch->shop, reader);
    bool ours = false;
    TRY(portal_of(batch->shop, &portal));
    TRY(gate_may(portal->gate, GATE_VERIFY, &from, batch->now_us, &out->head.retry_after_s));
    TRY(gate_may(portal->gate, GATE_CHECKED, &from, batch->now_us, &out->head.retry_after_s));
    TRY(notice_check(batch, &person, ask->code, &ours, out));
    gate_count(portal->gate, ours ? GATE_CHECKED : GATE_VERIFY, &from, batch->now_us);
    return OK;
}

static RESULT status_fresh(struct batch *batch, struct portal *portal)
{
    uint64_t lines = 0;
    int64_t age_us = batch->now_us - portal->status_us;
    TRY(status_lines(batch->shop, &lines));
    bool fresh = portal->status_us > 0 && age_us >= 0 && age_us < STATUS_FRESH_S * SECOND_US;
    if (fresh && lines == portal->status.lines) return OK;
    struct status made = {0};
    TRY(status_make(batch, &made));
    status_done(&portal->status);
    portal->status = made;
    portal->status_us = batch->now_us;
    return OK;
}

RESULT verb_portal_status(struct batch *batch, const struct reader *reader,
                          const struct portal_status_ask *ask, struct answer *out)
{
    struct portal *portal = NULL;
    (void)reader;
    TRY(portal_of(batch->shop, &portal));
    TRY(status_fresh(batch, portal));
    const struct status *status = &portal->status;
    const struct status_file *file = status_find(batch->shop, status, ask->file, ask->lang);
    if (!file) return FAIL(NOT_FOUND, "status: no such page");
    cbor_map(&out->body, 4);
    put_text(&out->body, "name", slice_text(file->name));
    put_text(&out->body, "type", slice_text(file->type));
    put_text(&out->body, "text", buf_slice(&file->text));
    cbor_text(&out->body, SLICE_TEXT("files"));
    cbor_array(&out->body, status->count);
    for (size_t i = 0; i < status->count; i++) cbor_text(&out->body, slice_text(status->files[i].name));
    return OK;
}
