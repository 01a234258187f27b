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
    (void)reader;
    (void)ask;
    struct result set = post_head(batch->shop, &head);
    if (set.code != CODE_OK) head.name = slice_text(batch->shop->name); /* mail was never set */
    cbor_map(&out->body, 2);
    put_text(&out->body, "shop", head.name);
    put_text(&out->body, "desk", buf_slice(&profile->desk));
    return OK;
}

RESULT verb_portal_verify(struct batch *batch, const struct reader *reader,
                          const struct portal_verify_ask *ask, struct answer *out)
{
    struct portal *portal = NULL;
    const struct reader person = portal_reader(reader);
    uint64_t source = portal_source(batch->shop, reader);
    bool ours = false;
    TRY(portal_of(batch->shop, &portal));
    TRY(gate_may(portal->gate, GATE_VERIFY, source, batch->now_us, &out->head.retry_after_s));
    TRY(notice_check(batch, &person, ask->code, &ours, out));
    if (!ours) gate_count(portal->gate, GATE_VERIFY, source, batch->now_us);
    return OK;
}
