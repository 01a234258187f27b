/*
 * Notices as text messages: each is one POST to whom the shop has sending them (a gateway for SMS or messengers). Two
 * forms of the body: Amanah's own, signed, for a gateway that the shop writes or has; and that of the WhatsApp Cloud API.
 * Knows the setting and makes jobs; they are carried out elsewhere (send/worker.h). Main calls: hook_job(), hook_word().
 *     TRY(hook_job(shop, &message, now_us, &job));  ... carrier->give(carrier, &job);  hook_word(&done, whatsapp, &word);
 */
#ifndef AMN_ANSWER_NOTICE_HOOK_H
#define AMN_ANSWER_NOTICE_HOOK_H

#include "keep/shop.h"
#include "mail/bulk/talk.h"
#include "send/carrier.h"

enum hook_form { HOOK_OWN = 1, HOOK_WHATSAPP };

/* The setting: its authority row. */
struct hook {
    enum hook_form form;
    struct buf url, ca, template, token; /* template and token: of WhatsApp; the token in clear */
};
void hook_done(struct hook *hook);

/* NOT_FOUND: there is none. */
RESULT hook_open(struct shop *shop, struct hook *out);
RESULT hook_changed_us(struct shop *shop, int64_t *out);

/* Append the row's body; and the key that signatures are checked with, Ed25519 in PEM. */
RESULT hook_write(struct shop *shop, const struct hook *hook, struct buf *out);
RESULT hook_public(struct shop *shop, struct buf *out);

/* What one says. Borrowed. */
struct hook_message {
    struct slice id, kind, to, lang, shop, subject, text, leaked, contact, code;
};

/* Fill in target, headers and body of a job. */
RESULT hook_job(struct shop *shop, const struct hook_message *message, int64_t now_us, struct send_job *job);

/* What became of one, as notices take it. */
void hook_word(const struct send_done *done, struct bulk_word *out);

#endif
