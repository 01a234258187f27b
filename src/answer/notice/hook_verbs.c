/* Where text messages go: shown, or changed by two people. */
#include "answer/notice/hook.h"
#include "answer/notice/verbs.h"
#include "base/text.h"
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/access/notice_row.h"
#include "keep/put.h"
#include "send/target.h"

#include <stdio.h>

static RESULT form_of(struct slice name, enum hook_form *out)
{
    bool whatsapp = slice_is(name, "whatsapp");
    if (!whatsapp && name.len > 0 && !slice_is(name, "own")) return FAIL(INVALID, "form: own or whatsapp");
    *out = whatsapp ? HOOK_WHATSAPP : HOOK_OWN;
    return OK;
}

static bool line_good(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] <= ' ' || text.at[i] >= 0x7f) return false;
    }
    return text.len > 0;
}

static RESULT hook_take(const struct notice_hook_ask *ask, struct hook *out)
{
    TRY(form_of(ask->form, &out->form));
    bool whatsapp = out->form == HOOK_WHATSAPP;
    if (!target_web(ask->url))
        return FAIL(FIELD_FORMAT, "url: must be https://host/path; http:// to this machine alone");
    if (ask->ca.len > 0 && (!text_ascii(ask->ca) || !slice_starts(ask->ca, "-----BEGIN CERTIFICATE-----")))
        return FAIL(FIELD_FORMAT,
                    "ca: must be certificates in PEM, beginning with -----BEGIN CERTIFICATE-----");
    struct slice token = ask->token;
    while (token.len > 0 && (token.at[token.len - 1] == '\n' || token.at[token.len - 1] == '\r')) token.len--;
    if (whatsapp && (!line_good(ask->template) || !line_good(token)))
        return FAIL(MEMBER_MISSING, "template, token: of form=whatsapp, without blanks; token=@FILE");
    if (!whatsapp && ask->template.len + ask->token.len > 0)
        return FAIL(INVALID, "template, token: of form=whatsapp alone");
    buf_slice_put(&out->url, ask->url);
    buf_slice_put(&out->ca, ask->ca);
    buf_slice_put(&out->template, ask->template);
    buf_slice_put(&out->token, token);
    return OK;
}

/* All of it but its secrets. */
static void hook_put(struct shop *shop, const struct hook *hook, size_t more, struct buf *out)
{
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf ca = {0};
    sha256_one(shop->crypto, buf_slice(&hook->ca), &hash);
    if (hook->ca.len > 0) hex_put(&ca, SLICE_OF(hash.bytes));
    cbor_map(out, 4 + more);
    put_text(out, "form", slice_text(hook->form == HOOK_WHATSAPP ? "whatsapp" : "own"));
    put_text(out, "url", buf_slice(&hook->url));
    put_text(out, "template", buf_slice(&hook->template));
    put_text(out, "ca", ca.len > 0 ? buf_slice(&ca) : SLICE_TEXT("the machine's"));
}

static RESULT hook_told(struct shop *shop, const struct hook *hook, int64_t changed_us, struct buf *out)
{
    SCOPED(buf_done) struct buf key = {0};
    TRY(hook_public(shop, &key));
    hook_put(shop, hook, 2, out);
    put_text(out, "public_key", hook->form == HOOK_OWN ? buf_slice(&key) : (struct slice){0});
    put_time(out, "changed", changed_us);
    return OK;
}

static RESULT hook_show(struct shop *shop, struct answer *out)
{
    SCOPED(hook_done) struct hook hook = {0};
    int64_t changed_us = 0;
    TRY(hook_open(shop, &hook));
    TRY(hook_changed_us(shop, &changed_us));
    return hook_told(shop, &hook, changed_us, &out->body);
}

RESULT verb_notice_hook(struct batch *batch, const struct reader *reader, const struct notice_hook_ask *ask,
                        struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(hook_done) struct hook hook = {0}, old = {0};
    SCOPED(buf_done) struct buf body = {0}, was = {0}, now = {0}, changes = {0};
    bool put = false;
    enum { SHOWN = 100 };
    if (ask->url.len == 0) return hook_show(shop, out);
    TRY(hook_take(ask, &hook));
    TRY(hook_write(shop, &hook, &body));
    if (notice_row(&shop->access, NOTICE_ROW_HOOK).len > 0) {
        TRY(hook_open(shop, &old));
        hook_put(shop, &old, 0, &was);
    }
    hook_put(shop, &hook, 0, &now);
    changes_put(buf_slice(&was), buf_slice(&now), &changes);
    const struct loosening loosening = {AUTHORITY_NOTICE,
                                        NOTICE_ROW_HOOK,
                                        buf_slice(&body),
                                        {LOOSENS_HOOK, {SAID_TEXT(slice_part(ask->url, 0, SHOWN))}},
                                        buf_slice(&changes)};
    TRY(loosen(batch, reader, &loosening, out, &put));
    return put ? hook_told(shop, &hook, batch->now_us, &out->body) : OK;
}
