#include "keep/post_priv.h"

#include "keep/normalise.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { TIME_DAY_BYTES = 10, TIME_MINUTE_BYTES = 5 };

void post_free(struct post **post)
{
    struct post *at = *post;
    if (!at) return;
    mail_texts_free(&at->texts);
    aead_free(&at->box);
    prf_free(&at->ids);
    post_settings_drop(at);
    free(at);
    *post = NULL;
}

RESULT post_open(struct shop *shop, struct post **out)
{
    SCOPED(post_free) struct post *post = calloc(1, sizeof *post);
    SCOPED(buf_done) struct buf folder = {0};
    SECRET key = {{0}}, id_key = {{0}};
    if (!post) return FAIL(UNAVAILABLE, "mail: out of memory");
    if (shop->home) buf_print(&folder, "%s/locale", home_path(shop->home));
    TRY(keyring_key(shop->keyring, KEY_MAIL, 0, keyring_newest(shop->keyring, KEY_MAIL, 0), &key));
    TRY(aead_new(shop->crypto, &post->box));
    aead_key(post->box, &key);
    hkdf(shop->crypto, &key, "amanah message-id 1", (struct slice){0}, &id_key);
    TRY(prf_new(shop->crypto, &id_key, &post->ids));
    post->due_us = INT64_MIN; /* nobody has looked yet */
    TRY(mail_texts_load(shop->home ? buf_c(&folder) : NULL, &post->texts));
    *out = TAKE(post);
    return OK;
}

void mail_time_put(struct buf *out, int64_t us)
{
    SCOPED(buf_done) struct buf time = {0};
    time_put(&time, us);
    buf_slice_put(out, slice_part(buf_slice(&time), 0, TIME_DAY_BYTES));
    buf_byte(out, ' ');
    buf_slice_put(out, slice_part(buf_slice(&time), TIME_DAY_BYTES + 1, TIME_MINUTE_BYTES));
    buf_text(out, " UTC");
}

struct slice post_shop_name(const struct shop *shop)
{
    const struct mail_settings *settings = &shop->post->settings;
    return settings->name.len > 0 ? buf_slice(&settings->name) : slice_text(shop->name);
}

RESULT post_head(const struct shop *shop, struct post_head *out)
{
    const struct mail_settings *settings = &shop->post->settings;
    if (!settings->set) return FAIL(NOT_FOUND, "mail: is not set yet; see amanah mail put");
    *out = (struct post_head){buf_slice(&settings->from), post_shop_name(shop),
                              buf_slice(&settings->reply_to), post_language(shop), shop->post->route};
    return OK;
}

void post_message_aad(const struct mail_row *row, struct buf *out)
{
    buf_text(out, "mail");
    buf_be64(out, row->id);
    buf_be16(out, row->kind);
    buf_be64(out, row->subject.at);
}

struct slice post_language(const struct shop *shop)
{
    const struct buf *lang = &shop->post->settings.lang;
    return lang->len > 0 ? buf_slice(lang) : slice_text(mail_language(0));
}

/* Subject and body, with the shop's name and the time beside the draft's own values. */
static RESULT draft_render(struct batch *batch, const struct mail_draft *draft, struct buf *subject,
                           struct buf *body)
{
    const struct shop *shop = batch->shop;
    struct mail_value values[MAIL_VALUES_MAX + 2]; /* shop and time are its own */
    SCOPED(buf_done) struct buf time = {0}, what = {0};
    size_t count = draft->count;
    assert(draft->count + (draft->loosening != NULL) <= MAIL_VALUES_MAX);
    for (size_t i = 0; i < draft->count; i++) {
        if (draft->values[i].text.len > MAIL_VALUE_BYTES_MAX)
            return FAIL(FIELD_TOO_LONG, "mail: %s: longer than %d bytes", draft->values[i].name,
                        MAIL_VALUE_BYTES_MAX);
        values[i] = draft->values[i];
    }
    mail_time_put(&time, batch->now_us);
    values[count++] = (struct mail_value){"shop", post_shop_name(shop)};
    values[count++] = (struct mail_value){"time", buf_slice(&time)};
    struct slice lang = draft->lang.len > 0 ? draft->lang : post_language(shop);
    if (draft->loosening) loosening_said_put(draft->loosening, lang, &what);
    if (draft->loosening) values[count++] = (struct mail_value){"what", buf_slice(&what)};
    const struct mail_text *text = mail_texts_get(shop->post->texts, draft->kind, lang);
    mail_text_render(text, values, count, subject, body);
    return subject->len + body->len <= MAIL_MESSAGE_BYTES_MAX
               ? OK
               : FAIL(FIELD_TOO_LONG, "mail: longer than %d bytes", MAIL_MESSAGE_BYTES_MAX);
}

/* What is sealed: [address, name, subject, body]. */
static RESULT draft_write(struct batch *batch, const struct mail_draft *draft, struct buf *out)
{
    SCOPED(buf_done) struct buf to = {0}, name = {0}, subject = {0}, body = {0};
    TRY(normalise(NORMALISE_EMAIL, draft->to, (struct slice){0}, &to));
    TRY(normalise(NORMALISE_TEXT, draft->to_name, (struct slice){0}, &name));
    TRY(draft_render(batch, draft, &subject, &body));
    cbor_array(out, 4);
    cbor_text(out, buf_slice(&to));
    cbor_text(out, buf_slice(&name));
    cbor_text(out, buf_slice(&subject));
    cbor_text(out, buf_slice(&body));
    return OK;
}

RESULT mail_queue(struct batch *batch, const struct mail_draft *draft)
{
    struct mail_row row = {.state = MAIL_WAITING,
                           .due_us = batch->now_us,
                           .made_us = batch->now_us,
                           .kind = (uint16_t)draft->kind,
                           .subject = draft->subject};
    SCOPED(buf_done) struct buf text = {0}, aad = {0}, box = {0};
    assert(mail_kind_row(row.kind));
    TRY(draft_write(batch, draft, &text));
    struct post *post = batch->shop->post;
    TRY(batch->shop->store->mail->last(batch->shop->store, &row.id));
    if (row.id < post->last_id) row.id = post->last_id;
    post->last_id = ++row.id;
    post->due_us = INT64_MIN; /* look again */
    post_message_aad(&row, &aad);
    aead_seal(post->box, buf_slice(&aad), buf_slice(&text), &box);
    row.message = buf_slice(&box);
    struct store *store = batch_write(batch);
    return store->mail->add(store, &row);
}

void mail_note(struct batch *batch, enum mail_kind kind, uint64_t count)
{
    struct reader system = {.no = reader_no(READER_SYSTEM, 0)};
    struct draft draft = batch_draft(batch, &system, ENTRY_NOTICE);
    struct receipt receipt = {0};
    draft.entry.count = count;
    draft.entry.object_id = (uint32_t)kind;
    batch_append(batch, &draft, &receipt);
}

RESULT mail_tell_person(struct batch *batch, const struct staff *staff, struct mail_draft *draft,
                        uint64_t *told)
{
    struct shop *shop = batch->shop;
    SCOPED(identity_done) struct identity person = {0};
    if (!staff || staff->state == STAFF_LEFT) return OK;
    TRY(staff_person(shop, staff, &person));
    draft->to = person.email;
    draft->to_name = person.name;
    draft->lang = person.lang.len > 0 ? person.lang : post_language(shop);
    struct result queued = mail_queue(batch, draft);
    if (queued.code == CODE_INVALID) return OK;
    TRY(queued);
    (*told)++;
    return OK;
}

RESULT mail_tell_staff(struct batch *batch, const struct mail_draft *draft)
{
    struct shop *shop = batch->shop;
    uint64_t count = 0;
    for (size_t i = 0; i < shop->access.staff_count; i++) {
        SCOPED(identity_done) struct identity person = {0};
        struct mail_draft one = *draft;
        const struct staff *staff = &shop->access.staff[i];
        if (staff->id == 0) continue; /* the place of one whose row is not theirs: keep/tampered.h */
        /* one person who has all others leave must not loosen in silence after that */
        if (staff->state == STAFF_LEFT && batch->now_us > staff->left_us + MAIL_LEFT_DAYS * DAY_US) continue;
        TRY(staff_person(shop, &shop->access.staff[i], &person));
        one.to = person.email;
        one.to_name = person.name;
        one.lang = person.lang;
        TRY(mail_queue(batch, &one));
        count++;
    }
    if (count > 0) mail_note(batch, draft->kind, count);
    return OK;
}
