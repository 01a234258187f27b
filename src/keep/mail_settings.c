/* The mail settings of a shop: their row, and the way to the host that follows from them. */
#include "keep/access/authority.h"
#include "keep/post_priv.h"

#include <string.h>

void mail_settings_done(struct mail_settings *settings)
{
    struct buf *const bufs[] = {&settings->url,  &settings->user,     &settings->sealed, &settings->from,
                                &settings->name, &settings->reply_to, &settings->lang,   &settings->ca};
    for (size_t i = 0; i < COUNT_OF(bufs); i++) buf_done(bufs[i]);
    *settings = (struct mail_settings){0};
}

void mail_settings_write(const struct mail_settings *settings, struct buf *out)
{
    cbor_array(out, 9);
    cbor_text(out, buf_slice(&settings->url));
    cbor_bool(out, settings->clear);
    cbor_text(out, buf_slice(&settings->user));
    cbor_bytes(out, buf_slice(&settings->sealed));
    cbor_text(out, buf_slice(&settings->from));
    cbor_text(out, buf_slice(&settings->name));
    cbor_text(out, buf_slice(&settings->reply_to));
    cbor_text(out, buf_slice(&settings->lang));
    cbor_text(out, buf_slice(&settings->ca));
}

static RESULT text_read(struct cbor *reader, size_t bytes_max, struct buf *out)
{
    struct slice text = {0};
    TRY(cbor_read_text(reader, &text));
    if (text.len > bytes_max)
        return FAIL(CORRUPT, "authority: a stored text of the mail settings is too long");
    buf_slice_put(out, text);
    return OK;
}

RESULT mail_settings_read(struct slice body, struct mail_settings *out)
{
    SCOPED(mail_settings_done) struct mail_settings settings = {.set = true};
    struct cbor reader = cbor_reader(body);
    struct slice sealed = {0};
    size_t members = 0;
    TRY(cbor_read_array(&reader, &members));
    TRY(text_read(&reader, MAIL_URL_BYTES_MAX, &settings.url));
    TRY(cbor_read_bool(&reader, &settings.clear));
    TRY(text_read(&reader, MAIL_SECRET_BYTES_MAX, &settings.user));
    TRY(cbor_read_bytes(&reader, &sealed));
    TRY(text_read(&reader, MAIL_ADDRESS_BYTES_MAX, &settings.from));
    TRY(text_read(&reader, MAIL_NAME_BYTES_MAX, &settings.name));
    TRY(text_read(&reader, MAIL_ADDRESS_BYTES_MAX, &settings.reply_to));
    TRY(text_read(&reader, NAME_BYTES_MAX, &settings.lang));
    TRY(text_read(&reader, MAIL_CA_BYTES_MAX, &settings.ca));
    TRY(cbor_end(&reader));
    if (members != 9) return FAIL(CORRUPT, "authority: stored mail settings are malformed");
    buf_slice_put(&settings.sealed, sealed);
    *out = TAKE(settings);
    return OK;
}

void post_password_seal(struct shop *shop, struct slice password, struct buf *out)
{
    aead_seal(shop->post->box, SLICE_TEXT("mail password"), password, out);
}

RESULT post_password_open(struct shop *shop, struct slice sealed, struct buf *out)
{
    if (sealed.len == 0) return OK;
    return aead_open(shop->post->box, SLICE_TEXT("mail password"), sealed, out);
}

void post_settings_drop(struct post *post)
{
    mail_settings_done(&post->settings);
    mail_route_free(&post->route);
}

RESULT post_settings_take(struct shop *shop, struct slice body)
{
    struct post *post = shop->post;
    SCOPED(mail_settings_done) struct mail_settings settings = {0};
    SCOPED(buf_done) struct buf password = {0};
    SCOPED(mail_route_free) struct mail_route *route = NULL;
    TRY(mail_settings_read(body, &settings));
    TRY(post_password_open(shop, buf_slice(&settings.sealed), &password));
    const struct mail_route_parts parts = {.url = buf_slice(&settings.url),
                                           .hello = mail_address_domain(buf_slice(&settings.from)),
                                           .user = buf_slice(&settings.user),
                                           .password = buf_slice(&password),
                                           .ca = buf_slice(&settings.ca),
                                           .clear = settings.clear};
    TRY(mail_route_new(&parts, &route));
    post_settings_drop(post);
    post->settings = TAKE(settings);
    post->route = TAKE(route);
    post->failures = 0; /* a new way may do better at once */
    post->paused_until_us = 0;
    post->problem = NULL;
    post->due_us = INT64_MIN;
    return OK;
}

RESULT post_changed_us(struct shop *shop, int64_t *out)
{
    struct result got = authority_changed_us(shop, AUTHORITY_MAIL, MAIL_ROW, out);
    return got.code == CODE_NOT_FOUND ? FAIL(NOT_FOUND, "mail: is not set; see amanah mail put") : got;
}
