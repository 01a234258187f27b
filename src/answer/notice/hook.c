#include "answer/notice/hook.h"

#include "base/cbor.h"
#include "base/json.h"
#include "crypto/keyring.h"
#include "keep/access/authority.h"
#include "keep/access/notice_row.h"

#include <stdio.h>
#include <string.h>

enum { HOOK_FORMAT = 1, HOOK_MEMBERS = 6, WHATSAPP_VALUE_MAX = 240 /* of four in a body of 1,024 */ };

void hook_done(struct hook *hook)
{
    buf_done(&hook->url);
    buf_done(&hook->ca);
    buf_done(&hook->template);
    buf_done(&hook->token);
}

static RESULT key_of(struct shop *shop, const char *label, struct secret *out)
{
    SECRET key = {{0}};
    TRY(keyring_key(shop->keyring, KEY_MAIL, 0, keyring_newest(shop->keyring, KEY_MAIL, 0), &key));
    hkdf(shop->crypto, &key, label, (struct slice){0}, out);
    return OK;
}

static RESULT box_of(struct shop *shop, struct aead **out)
{
    SECRET key = {{0}};
    TRY(key_of(shop, "amanah notice hook box 1", &key));
    TRY(aead_new(shop->crypto, out));
    aead_key(*out, &key);
    return OK;
}

RESULT hook_write(struct shop *shop, const struct hook *hook, struct buf *out)
{
    SCOPED(aead_free) struct aead *box = NULL;
    SCOPED(buf_done) struct buf sealed = {0};
    TRY(box_of(shop, &box));
    aead_seal(box, SLICE_TEXT("notice hook token"), buf_slice(&hook->token), &sealed);
    cbor_array(out, HOOK_MEMBERS);
    cbor_uint(out, HOOK_FORMAT);
    cbor_uint(out, hook->form);
    cbor_text(out, buf_slice(&hook->url));
    cbor_text(out, buf_slice(&hook->ca));
    cbor_text(out, buf_slice(&hook->template));
    cbor_bytes(out, buf_slice(&sealed));
    return OK;
}

static RESULT row_read(struct shop *shop, struct slice row, struct hook *out)
{
    struct cbor reader = cbor_reader(row);
    struct slice url = {0}, ca = {0}, template = {0}, sealed = {0};
    uint64_t format = 0, form = 0;
    size_t count = 0;
    SCOPED(aead_free) struct aead *box = NULL;
    TRY(cbor_read_array(&reader, &count));
    TRY(cbor_read_uint(&reader, &format));
    TRY(cbor_read_uint(&reader, &form));
    TRY(cbor_read_text(&reader, &url));
    TRY(cbor_read_text(&reader, &ca));
    TRY(cbor_read_text(&reader, &template));
    TRY(cbor_read_bytes(&reader, &sealed));
    bool good = count == HOOK_MEMBERS && format == HOOK_FORMAT && (form == HOOK_OWN || form == HOOK_WHATSAPP);
    if (!good) return FAIL(CORRUPT, "hook: its stored setting is malformed");
    TRY(box_of(shop, &box));
    TRY(aead_open(box, SLICE_TEXT("notice hook token"), sealed, &out->token));
    out->form = (enum hook_form)form;
    buf_slice_put(&out->url, url);
    buf_slice_put(&out->ca, ca);
    buf_slice_put(&out->template, template);
    return OK;
}

RESULT hook_open(struct shop *shop, struct hook *out)
{
    struct slice row = notice_row(&shop->access, NOTICE_ROW_HOOK);
    if (row.len == 0) return FAIL(NOT_FOUND, "hook: text messages go nowhere yet; see amanah notice hook");
    return row_read(shop, row, out);
}

RESULT hook_changed_us(struct shop *shop, int64_t *out)
{
    struct result got = authority_changed_us(shop, AUTHORITY_NOTICE, NOTICE_ROW_HOOK, out);
    return got.code == CODE_NOT_FOUND
               ? FAIL(NOT_FOUND, "hook: text messages go nowhere yet; see amanah notice hook")
               : got;
}

static RESULT signer_of(struct shop *shop, struct signer **out)
{
    SECRET seed = {{0}};
    TRY(key_of(shop, "amanah notice hook sign 1", &seed));
    return signer_new(shop->crypto, &seed, out);
}

RESULT hook_public(struct shop *shop, struct buf *out)
{
    /* SubjectPublicKeyInfo of Ed25519 (RFC 8410): this head, then the key */
    static const uint8_t head[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    uint8_t bytes[sizeof head + PUBLIC_KEY_BYTES];
    SCOPED(signer_free) struct signer *signer = NULL;
    TRY(signer_of(shop, &signer));
    memcpy(bytes, head, sizeof head);
    signer_public(signer, bytes + sizeof head);
    buf_text(out, "-----BEGIN PUBLIC KEY-----\n");
    base64_put(out, SLICE_OF(bytes));
    buf_text(out, "\n-----END PUBLIC KEY-----\n");
    return OK;
}

static void member(struct buf *out, const char *name, struct slice text)
{
    buf_byte(out, out->len > 0 ? ',' : '{');
    json_text(out, slice_text(name));
    buf_byte(out, ':');
    json_text(out, text);
}

static void own_body(const struct hook_message *message, struct buf *out)
{
    member(out, "id", message->id);
    member(out, "kind", message->kind);
    member(out, "to", message->to);
    member(out, "lang", message->lang);
    member(out, "shop", message->shop);
    member(out, "subject", message->subject);
    member(out, "text", message->text);
    member(out, "leaked", message->leaked);
    member(out, "contact", message->contact);
    member(out, "code", message->code);
    buf_byte(out, '}');
}

/* A value of a template: one line, no run of blanks, cut between letters. */
static void parameter_put(struct slice text, bool first, struct buf *out)
{
    SCOPED(buf_done) struct buf line = {0};
    size_t most = text.len < WHATSAPP_VALUE_MAX ? text.len : WHATSAPP_VALUE_MAX;
    while (most < text.len && most > 0 && (text.at[most] & 0xc0) == 0x80) most--;
    for (size_t i = 0; i < most; i++) {
        bool blank = text.at[i] <= ' ';
        if (blank && (line.len == 0 || line.at[line.len - 1] == ' ')) continue;
        buf_byte(&line, blank ? ' ' : text.at[i]);
    }
    buf_text(out, first ? "{\"type\":\"text\",\"text\":" : ",{\"type\":\"text\",\"text\":");
    json_text(out, line.len > 0 ? buf_slice(&line) : SLICE_TEXT("-"));
    buf_byte(out, '}');
}

/*
 * A message that a business begins must be an approved template there, so what it says is that template's: its body has
 * four places: shop, what leaked, whom to reach, notice code.
 * Source: WhatsApp Cloud API, "Send message templates" (POST /PHONE_NUMBER_ID/messages).
 */
static void whatsapp_body(const struct hook *hook, const struct hook_message *message, struct buf *out)
{
    const struct slice values[] = {message->shop, message->leaked, message->contact, message->code};
    buf_text(out, "{\"messaging_product\":\"whatsapp\",\"recipient_type\":\"individual\",\"to\":");
    json_text(out, message->to);
    buf_text(out, ",\"type\":\"template\",\"template\":{\"name\":");
    json_text(out, buf_slice(&hook->template));
    buf_text(out, ",\"language\":{\"code\":");
    json_text(out, message->lang);
    buf_text(out, "},\"components\":[{\"type\":\"body\",\"parameters\":[");
    for (size_t i = 0; i < COUNT_OF(values); i++) parameter_put(values[i], i == 0, out);
    buf_text(out, "]}]}}");
}

/* Ed25519 over the time, a dot and the body: who receives it can check it, and forge none. */
static RESULT signature_put(struct shop *shop, struct slice body, int64_t now_us, struct buf *out)
{
    uint8_t signature[SIGNATURE_BYTES];
    SCOPED(signer_free) struct signer *signer = NULL;
    SCOPED(buf_done) struct buf text = {0};
    TRY(signer_of(shop, &signer));
    buf_decimal(&text, (uint64_t)(now_us / SECOND_US));
    buf_text(out, "Amanah-Signature: t=");
    buf_slice_put(out, buf_slice(&text));
    buf_byte(&text, '.');
    buf_slice_put(&text, body);
    signer_sign(signer, buf_slice(&text), signature);
    buf_text(out, ",ed25519=");
    hex_put(out, SLICE_OF(signature));
    buf_byte(out, '\n');
    return OK;
}

RESULT hook_job(struct shop *shop, const struct hook_message *message, int64_t now_us, struct send_job *job)
{
    SCOPED(hook_done) struct hook hook = {0};
    TRY(hook_open(shop, &hook));
    job->kind = SINK_WEBHOOK;
    job->wants_code = hook.form == HOOK_WHATSAPP;
    buf_slice_put(&job->target, buf_slice(&hook.url));
    buf_slice_put(&job->ca, buf_slice(&hook.ca));
    buf_text(&job->headers, "Content-Type: application/json\nIdempotency-Key: ");
    buf_slice_put(&job->headers, message->id);
    buf_byte(&job->headers, '\n');
    if (hook.form == HOOK_OWN) {
        own_body(message, &job->bytes);
        return signature_put(shop, buf_slice(&job->bytes), now_us, &job->headers);
    }
    whatsapp_body(&hook, message, &job->bytes);
    buf_text(&job->headers, "Authorization: Bearer ");
    buf_slice_put(&job->headers, buf_slice(&hook.token));
    buf_byte(&job->headers, '\n');
    return OK;
}

/*
 * Numbers of errors of the Cloud API: about this number alone, or about the setting. Any other is tried again, and refused
 * after days, so that one message never holds up all others. Source: WhatsApp Cloud API, "Error codes".
 */
static const uint32_t nobody_there[] = {131021, 131026, 131030, 131051};
static const uint32_t not_ours[] = {3,      10,     33,     190,    368,    131005, 131031,
                                    131042, 131045, 132000, 132001, 132015, 132016, 133010};
enum { PERMISSIONS_FROM = 200, PERMISSIONS_TO = 299 }; /* of them, too */

static bool among(const uint32_t *codes, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (code == codes[i]) return true;
    }
    return false;
}

static enum mail_end end_of_status(unsigned status)
{
    switch (status) {
    case 400:
    case 422:
        return MAIL_REFUSED; /* this message */
    case 401:
    case 403:
    case 404:
    case 405:
    case 407:
    case 410:
        return MAIL_DOWN; /* the setting */
    default:
        return status >= 300 && status < 400 ? MAIL_DOWN : MAIL_LATER;
    }
}

static enum mail_end end_of(const struct send_done *done)
{
    if (done->end == SEND_ARRIVED) return MAIL_ARRIVED;
    if (done->end == SEND_UNTOUCHED) return MAIL_UNTOUCHED;
    if (done->status == 0) return done->maybe ? MAIL_LOST : MAIL_DOWN;
    if (done->code == 0) return end_of_status(done->status);
    if (among(nobody_there, COUNT_OF(nobody_there), done->code)) return MAIL_REFUSED;
    bool setting = among(not_ours, COUNT_OF(not_ours), done->code) ||
                   (done->code >= PERMISSIONS_FROM && done->code <= PERMISSIONS_TO);
    return setting ? MAIL_DOWN : MAIL_LATER;
}

void hook_word(const struct send_done *done, struct bulk_word *out)
{
    *out = (struct bulk_word){.done = {.shop = done->shop,
                                       .id = done->upto,
                                       .made_us = (int64_t)done->more,
                                       .attempts = done->sink,
                                       .end = end_of(done),
                                       .reply = done->status}};
    if (out->done.end == MAIL_DOWN) out->done.problem = done->problem;
    (void)snprintf(out->text, sizeof out->text, done->code > 0 ? "HTTP %u, error %u" : "HTTP %u",
                   done->status, done->code);
}
