#include "keep/contact.h"

#include "keep/access/right.h"
#include "keep/post.h"

#include <string.h>

int64_t contact_held_until(struct shop *shop, const struct record *record)
{
    int64_t until_us = (int64_t)record->contact_s * SECOND_US + CONTACT_HOLD_HOURS * HOUR_US;
    return record->contact_s != 0 && right_now(shop) < until_us ? until_us : 0;
}

RESULT contact_changed(struct shop *shop, const struct held *held, struct record *head, struct change *out)
{
    head->contact_s = (uint32_t)(right_now(shop) / SECOND_US);
    memcpy(out->told_lang, held->record.lang, sizeof out->told_lang);
    if (!(held->record.held >> FIELD_EMAIL & 1)) return OK;
    return record_field(shop, held->no, &held->record, FIELD_EMAIL, &out->told);
}

RESULT contact_tell(struct batch *batch, const struct change *change)
{
    if (change->told.len == 0) return OK;
    struct mail_draft draft = {.kind = MAIL_CONTACT_CHANGED,
                               .to = buf_slice(&change->told),
                               .lang = slice_text(change->told_lang),
                               .subject = change->no};
    struct result queued = mail_queue(batch, &draft);
    return queued.code == CODE_INVALID
               ? OK
               : queued; /* no address that mail goes to: the change stands all the same */
}
