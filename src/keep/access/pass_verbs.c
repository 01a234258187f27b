/* The verb of a sign-in service. */
#include "keep/access/pass.h"
#include "keep/put.h"
#include "keep/verbs.h"
#include "keep/watch/canary.h"

#include <assert.h>

RESULT verb_pass_issue(struct batch *batch, const struct reader *reader, const struct pass_issue_ask *ask,
                       struct answer *out)
{
    struct shop *shop = batch->shop;
    int64_t now_us = right_now(shop);
    struct right right = {.kind = RIGHT_PASS,
                          .entry = ENTRY_PASS,
                          .until_us = now_us + PASS_US,
                          .keep_us = now_us + PASS_US + PASS_KEPT_US};
    struct pass pass = {.issuer = reader->no};
    struct receipt receipt = {0};
    uint64_t number = ledger_size(shop->ledger); /* the index its entry will have */
    SCOPED(buf_done) struct buf text = {0}, network = {0}, body = {0};
    TRY(id_get(shop, ID_SUBJECT, ask->subject, &right.no.at));
    canary_touched(batch, reader, right.no);
    TRY(pass_network(shop, ask->client_network, &network, pass.network));
    pass_secret_make(shop, number, &text, &pass.mac);
    pass_body_write(&pass, &body);
    right.body = buf_slice(&body);
    right.client = buf_slice(&network);
    out->secret = true;
    cbor_map(&out->body, 3);
    put_id(shop, &out->body, "id", ID_PASS, number);
    put_text(&out->body, "pass", buf_slice(&text));
    put_time(&out->body, "expires", right.until_us);
    TRY(right_give(batch, reader, &right, out, &receipt));
    assert(receipt.index == number);
    shop->passes.issued++;
    spread_add(shop->pass_spread, now_us, be64_get(pass.network), right.no.at);
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_CREATED;
    return OK;
}
