/* Telling whoever answers for a secret that its rotation is still open: after a week, and each week again. */
#include "keep/access/second.h"
#include "keep/access/secret.h"
#include "keep/access/staff.h"
#include "keep/post.h"

#include <stdio.h>

enum { TELL_DAYS = 7, WEEKS_MAX = 10000 };

/* Its owner; when that is nobody, or who left, everybody who may approve. */
static RESULT secret_tell(struct batch *batch, const struct secret_row *secret, int64_t days, uint64_t *told)
{
    struct shop *shop = batch->shop;
    struct access *access = &shop->access;
    const struct staff *owner = secret->owner > 0 ? staff_by_id(access, secret->owner) : NULL;
    SCOPED(buf_done) struct buf name = {0}, number = {0};
    TRY(secret_name(shop, secret, &name));
    buf_decimal(&number, (uint64_t)days);
    const struct mail_value values[] = {{"secret", buf_slice(&name)}, {"days", buf_slice(&number)}};
    struct mail_draft draft = {
        .kind = MAIL_SECRET_ROTATION_OPEN, .values = values, .count = COUNT_OF(values)};
    if (owner && owner->state != STAFF_LEFT) return mail_tell_person(batch, owner, &draft, told);
    for (size_t i = 0; i < access->staff_count; i++) {
        if (!person_may_approve(access, access->staff[i].id)) continue;
        TRY(mail_tell_person(batch, &access->staff[i], &draft, told));
    }
    return OK;
}

RESULT secrets_tell(struct batch *batch, bool *noted)
{
    struct shop *shop = batch->shop;
    uint64_t told = 0;
    for (size_t i = 0; i < shop->access.secret_count; i++) {
        const struct secret_row *secret = &shop->access.secrets[i];
        int64_t days = secret->open_us > 0 ? (batch->now_us - secret->open_us) / DAY_US : 0;
        char name[32];
        uint64_t known = 0;
        if (days < TELL_DAYS) continue;
        /* which opening of it, and which week of that: of weeks that passed meanwhile one mail tells */
        uint64_t week =
            (uint64_t)(secret->open_us / DAY_US) * WEEKS_MAX + (uint64_t)(days / TELL_DAYS) % WEEKS_MAX;
        (void)snprintf(name, sizeof name, "secret_told.%u", secret->id);
        struct result got = shop->store->fact->get(shop->store, name, &known);
        if (got.code != CODE_OK && got.code != CODE_NOT_FOUND) return got;
        if (got.code == CODE_OK && known >= week) continue;
        TRY(secret_tell(batch, secret, days, &told));
        struct store *store = batch_write(batch);
        TRY(store->fact->put(store, name, week));
    }
    if (told > 0) mail_note(batch, MAIL_SECRET_ROTATION_OPEN, told);
    *noted = *noted || told > 0;
    return OK;
}
