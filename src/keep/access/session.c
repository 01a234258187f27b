#include "keep/access/session.h"

#include "keep/shop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CHANGED_MAX = 1024 };

struct sessions {
    struct crypto *crypto;
    struct session *at; /* SESSIONS_MAX places; the system gives them memory when they are first written */
    size_t used;        /* places from here on were never used */
    int64_t latest_us;  /* the latest time seen */
    uint32_t changed[CHANGED_MAX]; /* places that the open batch changed; too many: all are looked at */
    size_t changed_count;
    uint8_t boot[SESSION_BOOT_BYTES];
};

_Static_assert((SESSIONS_MAX & (SESSIONS_MAX - 1)) == 0, "the low bits of a number are its place");

static const char token_prefix[] = "ams_";

RESULT sessions_new(struct crypto *crypto, struct sessions **out)
{
    SCOPED(sessions_free) struct sessions *sessions = calloc(1, sizeof *sessions);
    if (sessions) sessions->at = calloc(SESSIONS_MAX, sizeof *sessions->at);
    if (!sessions || !sessions->at) return FAIL(UNAVAILABLE, "sessions: out of memory");
    sessions->crypto = crypto;
    crypto_random(crypto, sessions->boot, SESSION_BOOT_BYTES);
    *out = TAKE(sessions);
    return OK;
}

void sessions_free(struct sessions **sessions)
{
    if (!*sessions) return;
    free((*sessions)->at);
    wipe((*sessions)->boot, SESSION_BOOT_BYTES);
    free(*sessions);
    *sessions = NULL;
}

static void change(struct sessions *sessions, const struct session *session)
{
    if (sessions->changed_count < CHANGED_MAX)
        sessions->changed[sessions->changed_count] = (uint32_t)(session - sessions->at);
    if (sessions->changed_count <= CHANGED_MAX) sessions->changed_count++;
}

/* The places to look at after a batch, one a turn; NULL behind the last. */
static struct session *changed_at(struct sessions *sessions, size_t turn)
{
    if (sessions->changed_count > CHANGED_MAX) return turn < sessions->used ? &sessions->at[turn] : NULL;
    return turn < sessions->changed_count ? &sessions->at[sessions->changed[turn]] : NULL;
}

void sessions_settle(struct sessions *sessions)
{
    struct session *session = NULL;
    for (size_t turn = 0; (session = changed_at(sessions, turn)) != NULL; turn++) {
        session->ended = session->ended || session->ending;
        session->fresh = session->ending = false;
    }
    sessions->changed_count = 0;
}

void sessions_undo(struct sessions *sessions)
{
    struct session *session = NULL;
    for (size_t turn = 0; (session = changed_at(sessions, turn)) != NULL; turn++) {
        if (session->fresh) {
            uint32_t no = session->no;
            *session = (struct session){.no = no, .ended = true}; /* its number is not given again */
        }
        session->ending = false;
    }
    sessions->changed_count = 0;
}

int64_t sessions_now(struct sessions *sessions, int64_t now_us)
{
    if (now_us < sessions->latest_us - SESSION_CLOCK_BACK_S * SECOND_US) {
        for (size_t i = 0; i < sessions->used; i++) sessions->at[i].ended = true;
        crypto_random(sessions->crypto, sessions->boot, SESSION_BOOT_BYTES);
        sessions->latest_us = now_us;
    }
    if (now_us > sessions->latest_us) sessions->latest_us = now_us;
    return sessions->latest_us;
}

static bool live(const struct session *session, int64_t now_us)
{
    return session->no != 0 && !session->ended && !session->ending && now_us < session->expires_us &&
           (session->idle_us == 0 || now_us - session->seen_us < session->idle_us);
}

/* What opened it must be known again for a while, whatever became of the session. */
static bool remembered(const struct session *session, int64_t now_us)
{
    return session->opened_us != 0 && now_us < session->opened_us + SESSION_ONCE_US;
}

static bool of(const struct session *session, enum reader_kind kind, uint32_t id)
{
    return session->no != 0 && session->kind == kind && session->id == id;
}

struct search {
    struct session *free, *own, *oldest; /* a place nobody needs; the oldest of this reader; of all */
    size_t own_count;
    bool spent; /* the proof has opened a session */
};

static void older(struct session **oldest, struct session *session)
{
    if (!*oldest || session->opened_us < (*oldest)->opened_us) *oldest = session;
}

static void search(struct sessions *sessions, const struct session_terms *terms, int64_t now_us,
                   struct search *out)
{
    for (size_t i = 0; i < sessions->used; i++) {
        struct session *session = &sessions->at[i];
        bool needed = live(session, now_us) || remembered(session, now_us) || session->ending;
        if (!needed) {
            if (!out->free) out->free = session;
            continue;
        }
        older(&out->oldest, session);
        if (!of(session, terms->kind, terms->id)) continue;
        older(&out->own, session);
        out->own_count++;
        if (terms->once && remembered(session, now_us) &&
            bytes_equal_ct(terms->once, session->once, SESSION_ONCE_BYTES))
            out->spent = true;
    }
    if (!out->free && sessions->used < SESSIONS_MAX) out->free = &sessions->at[sessions->used];
}

/* The place of a new session. Whoever has too many loses the oldest of their own. */
static RESULT place_find(struct sessions *sessions, const struct session_terms *terms, int64_t now_us,
                         struct session **out)
{
    struct search found = {0};
    search(sessions, terms, now_us, &found);
    if (found.spent)
        return FAIL(CREDENTIAL_UNKNOWN, "session: this proof was used already; ask for a new challenge");
    struct session *place = found.free;
    if (found.own_count >= SESSIONS_OF_ONE_MAX) place = found.own;
    if (!place) place = found.own ? found.own : found.oldest;
    if (place != found.free && remembered(place, now_us))
        return FAIL(TOO_BUSY, "session: too many were opened in a minute; use one until it ends");
    if (place == &sessions->at[sessions->used]) sessions->used++;
    *out = place;
    return OK;
}

static void token_mac(struct shop *shop, const uint8_t *number_and_secret, struct hash *out)
{
    const struct slice parts[] = {SLICE_TEXT("ams"), {number_and_secret, 4 + AMK_SECRET_BYTES}};
    prf_run(shop->pepper, parts, COUNT_OF(parts), out);
}

RESULT session_open(struct shop *shop, const struct session_terms *terms, int64_t now_us, struct buf *token,
                    int64_t *expires_us)
{
    assert(terms->life_us > 0 && terms->id > 0);
    struct sessions *sessions = shop->sessions;
    struct session *place = NULL;
    uint8_t bytes[AMS_BYTES];
    int64_t at_us = sessions_now(sessions, now_us);
    TRY(place_find(sessions, terms, at_us, &place));
    assert(place);
    uint32_t before = place->no ? place->no : (uint32_t)(place - sessions->at);
    struct session session = {.no = before + SESSIONS_MAX, /* in the same place, wrapping round */
                              .kind = terms->kind,
                              .id = terms->id,
                              .opened_us = at_us,
                              .seen_us = at_us,
                              .expires_us = at_us + terms->life_us,
                              .idle_us = terms->idle_us,
                              .bound = terms->network != NULL,
                              .fresh = true};
    if (session.no < SESSIONS_MAX) session.no += SESSIONS_MAX; /* 0 means a free place */
    if (terms->network) network_block(terms->network, session.network);
    if (terms->once) memcpy(session.once, terms->once, SESSION_ONCE_BYTES);
    memcpy(bytes, keyring_shop_id(shop->keyring), 4);
    be32_put(bytes + 4, session.no);
    crypto_random(shop->crypto, bytes + 8, AMK_SECRET_BYTES);
    token_mac(shop, bytes + 4, &session.mac);
    *place = session;
    change(sessions, place);
    buf_text(token, token_prefix);
    base32_put(token, (struct slice){bytes, sizeof bytes});
    wipe(bytes, sizeof bytes);
    *expires_us = session.expires_us;
    return OK;
}

const struct session *session_find(struct shop *shop, struct slice token, int64_t now_us)
{
    static const struct session nobody;
    struct sessions *sessions = shop->sessions;
    uint8_t bytes[AMS_BYTES] = {0};
    struct hash mac = {{0}};
    bool good = slice_starts(token, token_prefix) &&
                base32_get(slice_from(token, sizeof token_prefix - 1), bytes, sizeof bytes);
    uint32_t no = be32_get(bytes + 4);
    struct session *session = good ? &sessions->at[no % SESSIONS_MAX] : NULL;
    token_mac(shop, bytes + 4, &mac); /* also for an unknown number: the same work whatever is wrong */
    wipe(bytes, sizeof bytes);
    bool same = hash_equal(&mac, &(session ? session : &nobody)->mac);
    int64_t at_us = sessions_now(sessions, now_us);
    if (!same || !session || session->no != no || !live(session, at_us)) return NULL;
    session->seen_us = at_us;
    return session;
}

bool session_here(const struct session *session, const uint8_t network[NETWORK_BYTES])
{
    uint8_t block[NETWORK_BYTES];
    network_block(network, block);
    return !session->bound || memcmp(session->network, block, NETWORK_BYTES) == 0;
}

void session_end(struct shop *shop, uint32_t no)
{
    struct session *session = &shop->sessions->at[no % SESSIONS_MAX];
    if (no == 0 || session->no != no) return;
    session->ending = true;
    change(shop->sessions, session);
}

void session_end_of(struct shop *shop, enum reader_kind kind, uint32_t id)
{
    struct sessions *sessions = shop->sessions;
    for (size_t i = 0; i < sessions->used; i++) {
        if (!of(&sessions->at[i], kind, id)) continue;
        sessions->at[i].ending = true;
        change(sessions, &sessions->at[i]);
    }
}

size_t session_count_of(struct shop *shop, enum reader_kind kind, uint32_t id, int64_t now_us)
{
    struct sessions *sessions = shop->sessions;
    int64_t at_us = sessions_now(sessions, now_us);
    size_t count = 0;
    for (size_t i = 0; i < sessions->used; i++) {
        count += of(&sessions->at[i], kind, id) && live(&sessions->at[i], at_us);
    }
    return count;
}

const uint8_t *session_boot(const struct shop *shop)
{
    return shop->sessions->boot;
}

void session_csrf(struct shop *shop, struct slice token, char out[CSRF_BYTES + 1])
{
    SCOPED(buf_done) struct buf text = {0};
    struct hash mac = {{0}};
    const struct slice parts[] = {SLICE_TEXT("csrf"), token};
    prf_run(shop->pepper, parts, COUNT_OF(parts), &mac);
    hex_put(&text, (struct slice){mac.bytes, CSRF_BYTES / 2});
    memcpy(out, text.at, CSRF_BYTES);
    out[CSRF_BYTES] = 0;
}
