#include "answer/evidence/resume.h"

#include "answer/evidence/match_state.h"
#include "answer/incident/evidence.h"
#include "crypto/keyring.h"
#include "keep/normalise.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[] = "AMNMAT01";

static void aad_put(const struct shop *shop, const struct provenance *provenance, struct buf *out)
{
    buf_text(out, "amanah matching 1 " AMN_VERSION);
    buf_be64(out, provenance->incident);
    buf_be64(out, provenance->line);
    buf_be64(out, provenance->before);
    buf_slice_put(out, buf_slice(&provenance->hash));
    buf_byte(out, NORMALISER_VERSION);
    for (size_t i = 0; i < MATCH_KEYS; i++) buf_be32(out, shop->index_epoch[match_field((enum match_key)i)]);
}

static RESULT state_take(struct slice text, struct match *match, struct provenance *provenance)
{
    struct cursor state = {text, false};
    struct passwords_found passwords = {{0}, 0};
    uint64_t unreadable = cursor_be64(&state);
    passwords.over = cursor_be64(&state);
    struct slice hashes = cursor_take(&state, cursor_be32(&state));
    if (hashes.len % SHA1_BYTES != 0) state.bad = true;
    TRY(match_state_take(&state, match));
    if (state.rest.len > 0) return FAIL(CORRUPT, "evidence: what was kept of a match is longer than that");
    buf_slice_put(&passwords.hashes, hashes);
    provenance->passwords = passwords;
    provenance->unreadable = unreadable;
    return OK;
}

bool resume_is_there(struct shop *shop, struct provenance *provenance)
{
    if (!shop->home) return false;
    evidence_matching_path(shop, buf_slice(&provenance->file), &provenance->kept_at);
    return access(buf_c(&provenance->kept_at), R_OK) == 0;
}

RESULT resume_take(struct shop *shop, const struct incident *incident, struct provenance *provenance)
{
    SCOPED(buf_done) struct buf sealed = {0}, text = {0}, aad = {0};
    SCOPED(match_free) struct match *match = NULL;
    const struct match *fresh = provenance->match;
    if (file_read(buf_c(&provenance->kept_at), RESUME_BYTES_MAX, &sealed).code != CODE_OK) return OK;
    if (!slice_starts(buf_slice(&sealed), magic)) return OK;
    aad_put(shop, provenance, &aad);
    struct slice box = slice_from(buf_slice(&sealed), sizeof magic - 1);
    if (aead_open(incident->box, buf_slice(&aad), box, &text).code != CODE_OK) return OK; /* of another run */
    TRY(match_new(fresh->matcher, fresh->prf, fresh->version, fresh->random, &match));
    memcpy(match->sketch_key, fresh->sketch_key, SKETCH_KEY_BYTES);
    if (state_take(buf_slice(&text), match, provenance).code != CODE_OK) return OK;
    provenance->resumed = provenance->kept_rows = match->rows;
    match_free(&provenance->match);
    provenance->match = TAKE(match);
    return OK;
}

static RESULT keep(struct shop *shop, const struct incident *incident, struct provenance *provenance)
{
    SCOPED(buf_done) struct buf text = {0}, sealed = {0}, aad = {0}, folder = {0};
    evidence_matching_path(shop, (struct slice){0}, &folder);
    if (mkdir(buf_c(&folder), 0700) != 0 && errno != EEXIST)
        return FAIL(UNAVAILABLE, "evidence: a folder cannot be made: %s", strerror(errno));
    buf_be64(&text, provenance->unreadable);
    buf_be64(&text, provenance->passwords.over);
    buf_be32(&text, (uint32_t)provenance->passwords.hashes.len);
    buf_slice_put(&text, buf_slice(&provenance->passwords.hashes));
    match_state_put(provenance->match, &text);
    if (text.len > RESUME_BYTES_MAX - sizeof magic - AEAD_EXTRA_BYTES)
        return FAIL(TOO_MANY, "evidence: too much to be kept of a match");
    aad_put(shop, provenance, &aad);
    buf_reserve(&sealed, sizeof magic + text.len + AEAD_EXTRA_BYTES);
    buf_text(&sealed, magic);
    aead_seal(incident->box, buf_slice(&aad), buf_slice(&text), &sealed);
    return file_replace(buf_c(&provenance->kept_at), buf_slice(&sealed));
}

void resume_turn(struct shop *shop, const struct incident *incident, struct provenance *provenance, bool now)
{
    uint64_t rows = provenance->match->rows, kept = provenance->kept_rows;
    uint64_t step = kept / RESUME_SHARE > RESUME_ROWS ? kept / RESUME_SHARE : RESUME_ROWS;
    bool due = rows - kept >= step || (now && rows > kept);
    if (!due || provenance->kept_at.len == 0) return;
    (void)keep(shop, incident, provenance).code; /* a full disk costs time after a kill, and no match */
    provenance->kept_rows = rows;
}

void resume_drop(const struct provenance *provenance)
{
    SCOPED(buf_done) struct buf path = {0};
    if (provenance->kept_at.len == 0) return;
    buf_slice_put(&path, buf_slice(&provenance->kept_at));
    (void)unlink(buf_c(&path)); /* mostly there is none; one that stays opens for no later run */
}
