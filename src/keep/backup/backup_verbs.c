/* The verbs on backups: telling of one, and what is known of them. */
#include "keep/backup/manifest.h"
#include "keep/backup/noted.h"
#include "keep/put.h"
#include "keep/verbs.h"

#include <string.h>

static const char *const outcomes[NOTED_END] = {
    [NOTED_MADE] = "made",
    [NOTED_FAILED] = "failed",
    [NOTED_DRILL] = "drill",
    [NOTED_DRILL_FAILED] = "drill_failed",
};

static RESULT kind_of(struct slice outcome, enum noted_kind *out)
{
    for (enum noted_kind kind = NOTED_MADE; kind < NOTED_END; kind++) {
        if (!slice_is(outcome, outcomes[kind])) continue;
        *out = kind;
        return OK;
    }
    return FAIL(INVALID, "backup: outcome: made, failed, drill or drill_failed");
}

/* Its own signature over it: whoever tells of a backup that this shop did not make is not believed. */
static RESULT signed_here(struct shop *shop, const struct note *note)
{
    SCOPED(signer_free) struct signer *signer = NULL;
    struct note_check check = {0};
    TRY(manifest_key(shop->crypto, shop->keyring, &check.key, &signer));
    struct result verified = note_verify(shop->crypto, note, &check, 1);
    if (verified.code == CODE_UNAVAILABLE) return verified;
    return verified.code == CODE_OK && check.good
               ? OK
               : FAIL(INVALID, "backup: the manifest is not signed by this shop's backup key");
}

/* The ledger in it must be a beginning of this one. */
static RESULT ledger_ours(struct shop *shop, const struct manifest_shop *in)
{
    struct hash root = {{0}};
    uint64_t size = ledger_durable(shop->ledger);
    if (in->size == 0 || in->size > size)
        return FAIL(CONFLICT, "backup: the ledger in it is longer than this one: it is of another state");
    SCOPED(tiles_done) struct tiles tiles = tiles_of(shop->crypto, ledger_tiles(shop->ledger), size);
    TRY(tiles_range(&tiles, 0, in->size, &root));
    return hash_equal(&root, &in->root)
               ? OK
               : FAIL(CONFLICT, "backup: the ledger in it is not a part of this one");
}

static RESULT manifest_check(struct shop *shop, struct slice text, struct noted *out)
{
    SCOPED(manifest_done) struct manifest manifest = {0};
    struct note note = {{0}};
    TRY(note_parse(text, &note));
    TRY(signed_here(shop, &note)); /* before its text is looked at */
    TRY(manifest_get(note.text, &manifest));
    for (size_t i = 0; i < manifest.shop_count; i++) {
        if (strcmp(manifest.shops[i].name, shop->name) != 0) continue;
        TRY(ledger_ours(shop, &manifest.shops[i]));
        out->size = manifest.shops[i].size;
        sha256_one(shop->crypto, text, &out->manifest);
        return OK;
    }
    return FAIL(INVALID, "backup: this shop is not in it");
}

static RESULT cause_get(struct slice text, enum cause *out)
{
    char slug[65] = {0};
    if (text.len > 0 && text.len < sizeof slug) memcpy(slug, text.at, text.len);
    *out = cause_by_slug(slug);
    return *out < CAUSE_COUNT && *out != CAUSE_OK ? OK
                                                  : FAIL(INVALID, "backup: cause: no cause has this name");
}

RESULT verb_backup_tell(struct batch *batch, const struct reader *reader, const struct backup_tell_ask *ask,
                        struct answer *out)
{
    struct noted noted = {0}, before[NOTED_END] = {{0}};
    struct receipt receipt = {0};
    enum noted_kind kind = NOTED_END;
    TRY(kind_of(ask->outcome, &kind));
    bool good = kind == NOTED_MADE || kind == NOTED_DRILL;
    TRY(good ? manifest_check(batch->shop, ask->manifest, &noted) : cause_get(ask->cause, &noted.cause));
    TRY(backup_noted(batch->shop, before));
    if (kind == NOTED_MADE && noted.size <= before[NOTED_MADE].size)
        return FAIL(CONFLICT, "backup: one as new as this was told of already");
    TRY(backup_note(batch, reader, kind, &noted, &receipt));
    cbor_map(&out->body, 1);
    put_text(&out->body, "outcome", ask->outcome);
    batch_receipt(out, &receipt);
    return OK;
}

static void noted_put(enum noted_kind kind, const struct noted *noted, struct buf *out)
{
    bool good = kind == NOTED_MADE || kind == NOTED_DRILL;
    if (noted->time_us == 0) {
        cbor_text(out, slice_text(outcomes[kind]));
        cbor_null(out);
        return;
    }
    cbor_text(out, slice_text(outcomes[kind]));
    cbor_map(out, good ? 4 : 3);
    put_time_or_null(out, "time", noted->time_us);
    put_number(out, "entry", noted->index);
    if (good) {
        put_number(out, "size", noted->size);
        cbor_text(out, SLICE_TEXT("manifest"));
        cbor_bytes(out, SLICE_OF(noted->manifest));
        return;
    }
    put_text(out, "cause",
             slice_text(noted->cause < CAUSE_COUNT ? cause_row(noted->cause)->slug : "unknown"));
}

RESULT verb_backup_status(struct batch *batch, const struct reader *reader,
                          const struct backup_status_ask *ask, struct answer *out)
{
    struct noted noted[NOTED_END] = {{0}};
    (void)reader;
    (void)ask;
    TRY(backup_noted(batch->shop, noted));
    cbor_map(&out->body, NOTED_END);
    put_bool(&out->body, "well", backup_well(noted, batch->now_us));
    for (enum noted_kind kind = NOTED_MADE; kind < NOTED_END; kind++)
        noted_put(kind, &noted[kind], &out->body);
    return OK;
}
