/* The verbs on mail: how a shop sends it, a test, and what is in the queue. */
#include "base/text.h"
#include "keep/access/approval.h"
#include "keep/access/changes.h"
#include "keep/normalise.h"
#include "keep/post_priv.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <stdio.h>
#include <string.h>

enum { LISTED_MAX = 100, WHAT_URL_BYTES = 150 };

static RESULT no_controls(const char *name, struct slice text)
{
    return text_plain(text) ? OK : FAIL(FIELD_FORMAT, "%s: has a control character, or is not UTF-8", name);
}

static RESULT url_take(const struct mail_put_ask *ask, struct mail_settings *out)
{
    bool loopback = false;
    if (!mail_url_good(ask->url, &loopback)) {
        return FAIL(FIELD_FORMAT,
                    "url: must be smtp://host:port or smtps://host:port, and nothing more; user and "
                    "password are members of their own");
    }
    out->clear = slice_is(ask->starttls, "never");
    if (!out->clear && ask->starttls.len > 0 && !slice_is(ask->starttls, "required"))
        return FAIL(FIELD_FORMAT, "starttls: is required or never");
    if (out->clear && !loopback)
        return FAIL(FIELD_FORMAT, "starttls: never is for a host of this machine alone; leave it out");
    buf_slice_put(&out->url, ask->url);
    return OK;
}

static RESULT address_take(const char *name, struct slice given, struct buf *out)
{
    TRY(normalise(NORMALISE_EMAIL, given, (struct slice){0}, out));
    return mail_address_good(buf_slice(out)) ? OK : FAIL(FIELD_FORMAT, "%s: not an address for a mail", name);
}

static RESULT words_take(const struct mail_put_ask *ask, struct mail_settings *out)
{
    bool known = ask->lang.len == 0;
    TRY(no_controls("name", ask->name));
    TRY(no_controls("user", ask->user));
    TRY(no_controls("password", ask->password));
    TRY(normalise(NORMALISE_TEXT, ask->name, (struct slice){0}, &out->name));
    if (out->name.len > MAIL_NAME_BYTES_MAX)
        return FAIL(FIELD_TOO_LONG, "name: longer than %d bytes", MAIL_NAME_BYTES_MAX);
    for (size_t i = 0; mail_language(i); i++) known = known || slice_is(ask->lang, mail_language(i));
    if (!known) return FAIL(FIELD_FORMAT, "lang: is id, ko or en");
    if (ask->ca.len > 0 && (!text_ascii(ask->ca) || !slice_starts(ask->ca, "-----BEGIN CERTIFICATE-----")))
        return FAIL(FIELD_FORMAT,
                    "ca: must be certificates in PEM, beginning with -----BEGIN CERTIFICATE-----");
    buf_slice_put(&out->user, ask->user);
    buf_slice_put(&out->lang, ask->lang);
    buf_slice_put(&out->ca, ask->ca);
    return OK;
}

static bool same(const struct buf *a, const struct buf *b)
{
    return slice_equal(buf_slice(a), buf_slice(b));
}

/* Does the password go where it went? Else it must be given anew, so that nobody leads it elsewhere. */
static bool same_host(const struct mail_settings *a, const struct mail_settings *b)
{
    return a->set && b->set && same(&a->url, &b->url) && same(&a->user, &b->user) && a->clear == b->clear &&
           same(&a->ca, &b->ca);
}

static bool same_target(const struct mail_settings *a, const struct mail_settings *b)
{
    return same_host(a, b) && same(&a->from, &b->from) && same(&a->reply_to, &b->reply_to);
}

static RESULT password_take(struct shop *shop, const struct mail_put_ask *ask, struct mail_settings *out)
{
    const struct mail_settings *old = &shop->post->settings;
    if (ask->user.len == 0)
        return ask->password.len == 0 ? OK : FAIL(FIELD_FORMAT, "password: without a user to sign in as");
    if (ask->password.len > 0) {
        post_password_seal(shop, ask->password, &out->sealed);
        return OK;
    }
    if (!same_host(old, out))
        return FAIL(FIELD_FORMAT, "password: must be given when host, user or certificates are new");
    buf_slice_put(&out->sealed, buf_slice(&old->sealed));
    return OK;
}

static RESULT settings_put(struct shop *shop, struct buf *out)
{
    const struct post *post = shop->post;
    const struct mail_settings *settings = &post->settings;
    int64_t changed_us = 0;
    TRY(post_changed_us(shop, &changed_us));
    cbor_map(out, post->problem ? 11 : 10);
    put_text(out, "url", buf_slice(&settings->url));
    put_text(out, "starttls", settings->clear ? SLICE_TEXT("never") : SLICE_TEXT("required"));
    put_text(out, "user", buf_slice(&settings->user));
    put_bool(out, "password", settings->sealed.len > 0);
    put_text(out, "from", buf_slice(&settings->from));
    put_text(out, "name", post_shop_name(shop));
    put_text(out, "reply_to", buf_slice(&settings->reply_to));
    put_text(out, "lang", settings->lang.len > 0 ? buf_slice(&settings->lang) : slice_text(mail_language(0)));
    put_bool(out, "ca", settings->ca.len > 0);
    put_time(out, "changed", changed_us);
    if (!post->problem) return OK;
    cbor_text(out, SLICE_TEXT("problem"));
    cbor_map(out, 3);
    put_text(out, "what", slice_text(post->problem));
    put_time(out, "since", post->problem_us);
    put_number(out, "reply", post->reply);
    return OK;
}

/* The settings as who must agree sees them: all of them, but the password itself. */
static void settings_said(const struct shop *shop, const struct mail_settings *settings, const char *password,
                          struct buf *out)
{
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf ca = {0};
    const struct slice pem = buf_slice(&settings->ca);
    sha256(shop->crypto, &pem, 1, &hash);
    if (pem.len > 0) hex_put(&ca, SLICE_OF(hash.bytes));
    cbor_map(out, 9);
    put_text(out, "url", buf_slice(&settings->url));
    put_text(out, "starttls", settings->clear ? SLICE_TEXT("never") : SLICE_TEXT("required"));
    put_text(out, "user", buf_slice(&settings->user));
    put_text(out, "password", slice_text(password));
    put_text(out, "from", buf_slice(&settings->from));
    put_text(out, "name", buf_slice(&settings->name));
    put_text(out, "reply_to", buf_slice(&settings->reply_to));
    put_text(out, "lang", buf_slice(&settings->lang));
    put_text(out, "ca", ca.len > 0 ? buf_slice(&ca) : SLICE_TEXT("the machine's"));
}

static void settings_changes(struct shop *shop, const struct mail_put_ask *ask,
                             const struct mail_settings *settings, struct buf *out)
{
    const struct mail_settings *old = &shop->post->settings;
    SCOPED(buf_done) struct buf was = {0}, now = {0};
    const char *before = old->sealed.len > 0 ? "set" : "none";
    if (old->set) settings_said(shop, old, before, &was);
    settings_said(shop, settings,
                  settings->sealed.len == 0 ? "none"
                  : ask->password.len > 0   ? "another"
                                            : before,
                  &now);
    changes_put(buf_slice(&was), buf_slice(&now), out);
}

RESULT verb_mail_put(struct batch *batch, const struct reader *reader, const struct mail_put_ask *ask,
                     struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(mail_settings_done) struct mail_settings settings = {.set = true};
    SCOPED(buf_done) struct buf body = {0}, changes = {0};
    struct receipt receipt = {0};
    bool put = true;
    TRY(url_take(ask, &settings));
    TRY(address_take("from", ask->from, &settings.from));
    if (ask->reply_to.len > 0) TRY(address_take("reply_to", ask->reply_to, &settings.reply_to));
    TRY(words_take(ask, &settings));
    TRY(password_take(shop, ask, &settings));
    mail_settings_write(&settings, &body);
    settings_changes(shop, ask, &settings, &changes);
    const struct loosening loosening = {
        AUTHORITY_MAIL,
        MAIL_ROW,
        buf_slice(&body),
        {LOOSENS_MAIL, {SAID_TEXT(slice_part(ask->url, 0, WHAT_URL_BYTES))}}, /* ASCII */
        buf_slice(&changes)};
    if (same_target(&shop->post->settings, &settings)) {
        TRY(authority_put(batch, reader, AUTHORITY_MAIL, MAIL_ROW, buf_slice(&body), &receipt));
        batch_receipt(out, &receipt);
    } else {
        TRY(loosen(batch, reader, &loosening, out, &put));
    }
    return put ? settings_put(shop, &out->body) : OK;
}

static RESULT need_set(const struct shop *shop)
{
    return shop->post->settings.set ? OK : FAIL(NOT_FOUND, "mail: is not set yet; see amanah mail put");
}

RESULT verb_mail_show(struct batch *batch, const struct reader *reader, const struct mail_show_ask *ask,
                      struct answer *out)
{
    (void)reader;
    (void)ask;
    TRY(need_set(batch->shop));
    return settings_put(batch->shop, &out->body);
}

RESULT verb_mail_test(struct batch *batch, const struct reader *reader, const struct mail_test_ask *ask,
                      struct answer *out)
{
    struct post *post = batch->shop->post;
    int64_t *oldest_us = &post->test_us[post->test_next], next_us = *oldest_us + HOUR_US;
    struct receipt receipt = {0};
    const struct mail_draft mail = {.kind = MAIL_TEST, .to = ask->to, .lang = ask->lang};
    TRY(need_set(batch->shop));
    if (*oldest_us > 0 && batch->now_us >= *oldest_us && batch->now_us < next_us) {
        out->head.retry_after_s = (uint32_t)((next_us - batch->now_us + SECOND_US - 1) / SECOND_US);
        return FAIL(TOO_BUSY, "mail: %d tests an hour, so that nobody's mailbox is filled; wait",
                    MAIL_TESTS_AN_HOUR);
    }
    TRY(mail_queue(batch, &mail));
    *oldest_us = batch->now_us;
    post->test_next = (post->test_next + 1) % MAIL_TESTS_AN_HOUR;
    struct draft draft = batch_draft(batch, reader, ENTRY_NOTICE);
    draft.entry.count = 1;
    draft.entry.object_id = MAIL_TEST;
    batch_append(batch, &draft, &receipt);
    batch_receipt(out, &receipt);
    out->head.flags |= ANSWER_ACCEPTED;
    cbor_map(&out->body, 1);
    put_text(&out->body, "state", SLICE_TEXT("waiting"));
    return OK;
}

static const char *kind_name(unsigned kind)
{
    const struct mail_kind_row *row = mail_kind_row(kind);
    return row ? row->name : "?";
}

struct counting {
    struct buf *kinds;
    size_t count;
    uint64_t states[MAIL_UNKNOWN + 1];
};

static RESULT kind_count_put(void *context, enum mail_state state, unsigned kind, uint64_t count)
{
    struct counting *counting = context;
    if ((unsigned)state > MAIL_UNKNOWN) return FAIL(CORRUPT, "store: a mail in a state that there is not");
    cbor_map(counting->kinds, 3);
    put_text(counting->kinds, "kind", slice_text(kind_name(kind)));
    put_text(counting->kinds, "state", slice_text(post_state_name(state)));
    put_number(counting->kinds, "count", count);
    counting->states[state] += count;
    counting->count++;
    return OK;
}

struct listing {
    struct buf *out;
    size_t count;
};

/* One mail that somebody may want to ask about. Neither to whom nor what. */
static RESULT item_put(void *context, const struct mail_row *row)
{
    struct listing *listing = context;
    struct buf *out = listing->out;
    cbor_map(out, 7);
    put_number(out, "mail", row->id);
    put_text(out, "kind", slice_text(kind_name(row->kind)));
    put_text(out, "state", slice_text(post_state_name(row->state)));
    put_time(out, "queued", row->made_us);
    put_time(out, row->state == MAIL_FAILED ? "forgotten" : "due", row->due_us);
    put_number(out, "attempts", row->attempts);
    put_number(out, "reply", row->reply);
    listing->count++;
    return OK;
}

RESULT verb_mail_list(struct batch *batch, const struct reader *reader, const struct mail_list_ask *ask,
                      struct answer *out)
{
    static const enum mail_state listed[] = {MAIL_UNKNOWN, MAIL_FAILED, MAIL_WAITING};
    (void)reader;
    (void)ask;
    struct store *store = batch->shop->store;
    struct post *post = batch->shop->post;
    SCOPED(buf_done) struct buf kinds = {0};
    struct counting counting = {.kinds = &kinds};
    struct listing listing = {.out = &out->body};
    size_t kinds_mark = cbor_open(&kinds);
    TRY(store->mail->counts(store, kind_count_put, &counting));
    cbor_array_close(&kinds, kinds_mark, counting.count);
    cbor_map(&out->body, (size_t)MAIL_UNKNOWN + 3 + (post->problem != NULL));
    for (unsigned state = MAIL_WAITING; state <= MAIL_UNKNOWN; state++)
        put_number(&out->body, post_state_name((enum mail_state)state), counting.states[state]);
    put_bool(&out->body, "set", post->settings.set);
    if (post->problem) put_text(&out->body, "problem", slice_text(post->problem));
    cbor_text(&out->body, SLICE_TEXT("kinds"));
    buf_slice_put(&out->body, buf_slice(&kinds));
    cbor_text(&out->body, SLICE_TEXT("items"));
    size_t mark = cbor_open(&out->body);
    for (size_t i = 0; i < COUNT_OF(listed) && listing.count < LISTED_MAX; i++) {
        TRY(store->mail->due(store, listed[i], INT64_MAX, LISTED_MAX - listing.count, item_put, &listing));
    }
    cbor_array_close(&out->body, mark, listing.count);
    return OK;
}
