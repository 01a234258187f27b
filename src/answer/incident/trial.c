#include "answer/incident/trial.h"

#include "answer/incident/verbs.h"
#include "keep/access/limits.h"
#include "keep/access/probing.h"
#include "keep/access/secret.h"
#include "keep/outside.h"
#include "keep/put.h"
#include "keep/watch/canary.h"

#include <string.h>

enum { WORDS_MAX = 4, TRIALS_MAX = PROBES_MAX };

static const struct {
    const char *name, *arguments;
} rows[TRIAL_COUNT] = {
#define TRIAL(NAME, name, arguments, passes) [TRIAL_##NAME] = {name, arguments},
#include "answer/incident/trials.def"
#undef TRIAL
};

static const char prefix[] = "amanah ";

bool trial_is(struct slice check)
{
    return slice_starts(check, prefix);
}

/* Words set apart by blanks; one more than there may be counts, so that it is seen. */
static size_t words_of(struct slice text, struct slice out[WORDS_MAX])
{
    size_t count = 0;
    for (size_t at = 0; at < text.len && count < WORDS_MAX;) {
        size_t end = at;
        while (end < text.len && text.at[end] != ' ') end++;
        if (end > at) out[count++] = slice_part(text, at, end - at);
        at = end + 1;
    }
    return count;
}

static RESULT key_named(struct shop *shop, struct slice word, struct trial *out)
{
    uint64_t id = 0;
    TRY(id_get(shop, ID_KEY, word, &id));
    out->id = (uint32_t)id;
    return key_by_id(&shop->access, out->id) ? OK : FAIL(NOT_FOUND, "check: this shop has no such key");
}

static RESULT role_named(struct shop *shop, struct slice word, struct trial *out)
{
    const struct role *role = role_find(&shop->access, word);
    if (!role) return FAIL(NOT_FOUND, "check: this shop has no such role");
    out->id = role->id;
    return OK;
}

static RESULT act_named(struct slice word, struct trial *out)
{
    for (unsigned act = 0; act < 32; act++) {
        const char *name = act_name((enum act)act);
        if (!name || !slice_is(word, name)) continue;
        out->number = act;
        return OK;
    }
    return FAIL(INVALID, "check: there is no such act");
}

static RESULT field_named(struct shop *shop, struct slice word, struct trial *out)
{
    const struct field *field = field_find(&shop->fields, word);
    out->number = field ? field_bit(field) : field_group_mask(&shop->fields, word);
    return out->number ? OK : FAIL(FIELD_UNKNOWN, "check: there is no such field here");
}

static RESULT limit_named(struct slice word, struct trial *out)
{
    for (size_t i = 0; i < word.len; i++) {
        bool digit = word.at[i] >= '0' && word.at[i] <= '9' && out->number < UINT32_MAX;
        if (!digit) return FAIL(INVALID, "check: not a number of people");
        out->number = out->number * 10 + (uint64_t)(word.at[i] - '0');
    }
    return OK;
}

static RESULT secret_named(struct shop *shop, struct slice word, struct trial *out)
{
    uint64_t id = 0;
    TRY(id_get(shop, ID_SECRET, word, &id));
    for (size_t i = 0; i < shop->access.secret_count; i++) {
        if (shop->access.secrets[i].id != id) continue;
        out->id = (uint32_t)id;
        return OK;
    }
    return FAIL(NOT_FOUND, "check: the register has no such secret");
}

static RESULT words_take(struct shop *shop, const struct slice *words, struct trial *out)
{
    switch (out->kind) {
    case TRIAL_KEY_ENDED:
    case TRIAL_KEY_REFUSED:
        return key_named(shop, words[1], out);
    case TRIAL_ROLE_HIDES:
        TRY(role_named(shop, words[1], out));
        return field_named(shop, words[2], out);
    case TRIAL_ROLE_LACKS:
        TRY(role_named(shop, words[1], out));
        return act_named(words[2], out);
    case TRIAL_ROLE_DAILY:
        TRY(role_named(shop, words[1], out));
        return limit_named(words[2], out);
    case TRIAL_SECRET_ROTATED:
        return secret_named(shop, words[1], out);
    case TRIAL_SEALED:
    case TRIAL_WITNESSED:
    case TRIAL_COUNT:
        break;
    }
    return OK;
}

RESULT trial_of(struct shop *shop, struct slice check, struct trial *out)
{
    struct slice words[WORDS_MAX] = {{0}}, wanted[WORDS_MAX] = {{0}};
    struct trial trial = {.kind = TRIAL_COUNT};
    size_t count = words_of(slice_from(check, sizeof prefix - 1), words);
    for (unsigned kind = 0; kind < TRIAL_COUNT && count > 0; kind++) {
        if (slice_is(words[0], rows[kind].name)) trial.kind = (enum trial_kind)kind;
    }
    if (trial.kind == TRIAL_COUNT) {
        return FAIL(INVALID,
                    "check: the vault itself can make those of docs/incidents.md, such as "
                    "\"amanah role_hides support phone\"; else put it in words that do not begin so");
    }
    if (count != 1 + words_of(slice_text(rows[trial.kind].arguments), wanted))
        return FAIL(INVALID, "check: amanah %s %s", rows[trial.kind].name, rows[trial.kind].arguments);
    TRY(words_take(shop, words, &trial));
    *out = trial;
    return OK;
}

static RESULT key_ended(struct batch *batch, const struct trial *trial, bool *passed, struct buf *seen)
{
    const struct key *key = key_by_id(&batch->shop->access, trial->id);
    *passed = key_live(batch->shop, key, batch->now_us).code != CODE_OK;
    buf_text(seen, *passed ? "the key has ended" : "the key is good");
    return OK;
}

static RESULT key_refused(struct batch *batch, const struct trial *trial, bool *passed, struct buf *seen)
{
    enum probe_seen probe = probing_seen(batch->probed, trial->id);
    if (probe != PROBE_LET_IN && probe != PROBE_REFUSED)
        return FAIL(CHECK_NOT_MET, "check: the key's probe could not be tried (%s): is the vault served?",
                    probing_name(probe));
    *passed = probe == PROBE_REFUSED;
    buf_print(seen, "its probe at the listener: %s", probing_name(probe));
    return OK;
}

static RESULT role_hides(const struct role *role, const struct trial *trial, bool *passed, struct buf *seen)
{
    bool full = role->fields_all || (role->full & trial->number), masked = role->masked & trial->number;
    *passed = !full && !masked;
    buf_text(seen, full     ? "the role shows it in full"
                   : masked ? "the role shows it masked"
                            : "the role does not show it");
    return OK;
}

static RESULT role_daily(struct shop *shop, const struct role *role, const struct trial *trial, bool *passed,
                         struct buf *seen)
{
    uint64_t day = limits_of_role(role, shop_customers(shop)).at[WINDOW_DAY];
    *passed = day <= trial->number;
    buf_print(seen, "a reader of the role may look at %llu people a day", (unsigned long long)day);
    return OK;
}

static RESULT secret_rotated(struct shop *shop, const struct trial *trial, int64_t since_us, bool *passed,
                             struct buf *seen)
{
    const struct secret_row *secret = &shop->access.secrets[trial->id - 1];
    *passed = secret->rotated_us >= since_us && secret->open_us == 0;
    buf_text(seen, secret->rotated_us == 0 ? "it was never rotated" : "it was rotated last at ");
    if (secret->rotated_us > 0) time_put(seen, secret->rotated_us);
    if (secret->open_us > 0) buf_text(seen, "; somebody who left held it since");
    return OK;
}

static RESULT sealed(struct shop *shop, bool *passed, struct buf *seen)
{
    enum seal_kind kind = SEAL_PLAIN;
    TRY(home_seal_kind(home_path(shop->home), &kind));
    *passed = kind != SEAL_PLAIN;
    buf_text(seen, *passed ? "the root key is sealed" : "the root key is plain on the disk");
    return OK;
}

RESULT trial_run(struct batch *batch, const struct trial *trial, int64_t since_us, bool *passed,
                 struct buf *seen)
{
    struct shop *shop = batch->shop;
    const struct role *role = role_by_id(&shop->access, trial->id);
    switch (trial->kind) {
    case TRIAL_KEY_ENDED:
        return key_ended(batch, trial, passed, seen);
    case TRIAL_KEY_REFUSED:
        return key_refused(batch, trial, passed, seen);
    case TRIAL_ROLE_HIDES:
        return role_hides(role, trial, passed, seen);
    case TRIAL_ROLE_LACKS:
        *passed = (role->acts >> trial->number & 1) == 0;
        buf_text(seen, *passed ? "the role may not do it" : "the role may do it");
        return OK;
    case TRIAL_ROLE_DAILY:
        return role_daily(shop, role, trial, passed, seen);
    case TRIAL_SECRET_ROTATED:
        return secret_rotated(shop, trial, since_us, passed, seen);
    case TRIAL_SEALED:
        return sealed(shop, passed, seen);
    case TRIAL_WITNESSED:
        TRY(outside_known(shop, passed));
        buf_text(seen, *passed ? "somebody outside holds a checkpoint younger than a day"
                               : "nobody outside holds a checkpoint younger than a day");
        return OK;
    case TRIAL_COUNT:
        break;
    }
    return FAIL(INVALID, "check: it asks for nothing that the vault could see");
}

/* The preventions of an ask whose checks the vault makes. */
struct trials {
    const struct item *items[TRIALS_MAX];
    struct trial at[TRIALS_MAX];
    size_t count;
    int64_t since_us; /* when the incident was opened */
};

static RESULT trials_of(struct shop *shop, const struct fold *fold, uint64_t line, struct trials *out)
{
    out->since_us = fold->opened_us;
    for (size_t i = 0; i < fold->item_count; i++) {
        const struct item *item = &fold->items[i];
        if (item->now.kind != LINE_PREVENTION || (line > 0 && item->now.n != line)) continue;
        if (!trial_is(item->now.check)) continue;
        if (out->count == TRIALS_MAX) return FAIL(TOO_MANY, "check: more than %d at once", TRIALS_MAX);
        TRY(trial_of(shop, item->now.check, &out->at[out->count]));
        out->items[out->count++] = item;
    }
    if (out->count > 0) return OK;
    return FAIL(NOT_FOUND, "check: no prevention there has one that the vault makes; see docs/incidents.md");
}

/* Probes that are wanted and were not tried yet. */
static RESULT probes_want(struct batch *batch, const struct trials *trials, bool *wanted)
{
    uint32_t keys[TRIALS_MAX];
    size_t count = 0;
    *wanted = false;
    if (batch->probed) return OK;
    for (size_t i = 0; i < trials->count; i++) {
        if (trials->at[i].kind == TRIAL_KEY_REFUSED) keys[count++] = trials->at[i].id;
    }
    return count > 0 ? probing_want(batch, keys, count, wanted) : OK;
}

/* Make one, and write down how it came out, as a line of its prevention. */
static RESULT trial_note(struct batch *batch, const struct reader *reader, struct incident *incident,
                         const struct trials *trials, size_t i, struct answer *out)
{
    const struct item *item = trials->items[i];
    struct receipt receipt = {0};
    struct hash hash = {{0}};
    bool passed = false;
    SCOPED(buf_done) struct buf seen = {0}, hex = {0};
    buf_slice_put(&seen, item->now.check);
    buf_text(&seen, ": ");
    TRY(trial_run(batch, &trials->at[i], trials->since_us, &passed, &seen));
    sha256_one(batch->shop->crypto, buf_slice(&seen), &hash);
    hex_put(&hex, SLICE_OF(hash.bytes));
    struct line line = {.kind = LINE_CHECK,
                        .of = item->now.n,
                        .text = buf_slice(&seen),
                        .hash = buf_slice(&hex),
                        .source = SLICE_TEXT("made by the vault"),
                        .state = passed ? SLICE_TEXT("passed") : SLICE_TEXT("failed")};
    TRY(incident_line(batch, reader, incident, NULL, &line, &receipt));
    batch_receipt(out, &receipt);
    cbor_map(&out->body, 4);
    put_number(&out->body, "line", line.n);
    put_number(&out->body, "prevention", item->now.n);
    put_text(&out->body, "state", line.state);
    put_text(&out->body, "text", line.text);
    return OK;
}

RESULT verb_incident_check(struct batch *batch, const struct reader *reader,
                           const struct incident_check_ask *ask, struct answer *out)
{
    struct incident *incident = NULL;
    struct trials trials = {.count = 0};
    bool wanted = false;
    SCOPED(reading_done) struct reading reading = {0};
    TRY(incident_find(batch, reader, ask->id, &incident));
    if (incident->closed) return FAIL(CONFLICT, "incident: it is closed; reopen it first");
    TRY(incident_read(batch->shop, incident, &reading));
    TRY(trials_of(batch->shop, &reading.fold, ask->line, &trials));
    if (incident->lines + trials.count > FOLD_LINES_MAX)
        return FAIL(TOO_MANY, "incident: has nearly %d lines; open another", FOLD_LINES_MAX);
    TRY(probes_want(batch, &trials, &wanted));
    if (wanted) return FAIL(TOO_BUSY, "check: probes of keys could not be tried now; ask once more");
    cbor_map(&out->body, 1);
    cbor_text(&out->body, SLICE_TEXT("items"));
    cbor_array(&out->body, trials.count);
    for (size_t i = 0; i < trials.count; i++) TRY(trial_note(batch, reader, incident, &trials, i, out));
    return OK;
}
