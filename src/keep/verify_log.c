#include "keep/verify_priv.h"

/* Is the note signed by this log's key, or by one of the logs before it (after a restore)? */
static RESULT note_ours(struct verify *verify, struct slice note, struct checkpoint *out)
{
    struct shop *shop = verify->shop;
    struct note parsed = {0};
    struct checkpoint said = {0};
    TRY(note_parse(note, &parsed));
    TRY(checkpoint_text_get(parsed.text, &said));
    for (uint16_t epoch = keyring_newest(shop->keyring, KEY_LEDGER, 0); epoch > 0; epoch--) {
        SECRET seed = {{0}};
        SCOPED(buf_done) struct buf origin = {0};
        SCOPED(signer_free) struct signer *signer = NULL;
        uint8_t public_key[PUBLIC_KEY_BYTES];
        struct note_check check = {0};
        if (keyring_key(shop->keyring, KEY_LEDGER, 0, epoch, &seed).code != CODE_OK) continue;
        TRY(signer_new(shop->crypto, &seed, &signer));
        signer_public(signer, public_key);
        keyring_origin_of(shop->keyring, epoch, &origin);
        TRY(note_key_make(shop->crypto, KEY_ED25519, buf_slice(&origin), public_key, &check.key));
        if (checkpoint_open(shop->crypto, note, &check, 1, out).code == CODE_OK) return OK;
    }
    return FAIL(PROOF_BAD, "checkpoint of size %llu: not signed by this log", (unsigned long long)said.size);
}

static RESULT root_at(struct verify *verify, const struct checkpoint *checkpoint, const char *what)
{
    struct ledger *ledger = verify->shop->ledger;
    struct hash root = {{0}};
    uint64_t size = ledger_durable(ledger);
    if (checkpoint->size > size) {
        return FAIL(
            TAMPERED,
            "%s of size %llu: this ledger holds only %llu entries: its end was cut, or an old copy put back",
            what, (unsigned long long)checkpoint->size, (unsigned long long)size);
    }
    SCOPED(tiles_done)
    struct tiles tiles = tiles_of(verify->shop->crypto, ledger_tiles(ledger), checkpoint->size);
    empty_root(&root);
    if (checkpoint->size > 0) TRY(tiles_range(&tiles, 0, checkpoint->size, &root));
    if (hash_equal(&root, &checkpoint->root)) return OK;
    return FAIL(TAMPERED,
                "%s of size %llu: this ledger's first %llu entries are not the ones it was made over", what,
                (unsigned long long)checkpoint->size, (unsigned long long)checkpoint->size);
}

static RESULT check_checkpoint(void *context, const struct checkpoint_row *row)
{
    struct verify *verify = context;
    struct checkpoint checkpoint = {0};
    verify->report->checkpoints++;
    struct result checked = note_ours(verify, row->note, &checkpoint);
    if (checked.code == CODE_OK && checkpoint.size != row->size) {
        checked = FAIL(TAMPERED, "checkpoint of size %llu: says another size", (unsigned long long)row->size);
    }
    if (checked.code == CODE_OK) checked = root_at(verify, &checkpoint, "checkpoint");
    return finding_of(verify, checked);
}

RESULT verify_pin(struct verify *verify)
{
    struct checkpoint checkpoint = {0};
    if (verify->options->pin.len == 0) return OK;
    if (note_ours(verify, verify->options->pin, &checkpoint).code != CODE_OK)
        return OK; /* another shop's, perhaps */
    struct result checked = root_at(verify, &checkpoint, "pin");
    verify->report->pin_matched = true;
    return finding_of(verify, checked);
}

RESULT verify_checkpoints(struct verify *verify)
{
    struct store *store = verify->shop->store;
    return store->ledger->checkpoint_each(store, check_checkpoint, verify);
}

static bool head_same(const struct authority_head *a, const struct authority_head *b)
{
    return a->count == b->count && hash_equal(&a->hash, &b->hash);
}

/* What was signed last, and by the log at hand: one before it was closed, and its entries may be gone. */
RESULT verify_signed(struct verify *verify)
{
    struct shop *shop = verify->shop;
    struct checkpoint checkpoint = {.size = verify->state.size, .root = verify->state.root};
    if (!verify->state_known) {
        if (ledger_durable(shop->ledger) == 0) return OK;
        return finding_of(
            verify,
            FAIL(TAMPERED, "signed file: is missing; an older copy of this shop would look the same"));
    }
    if (verify->state.epoch < keyring_newest(shop->keyring, KEY_LEDGER, 0)) return OK;
    TRY(finding_of(verify, root_at(verify, &checkpoint, "signed file")));
    if (head_same(&verify->then, &verify->state.authority)) return OK;
    return finding_of(
        verify, FAIL(TAMPERED, "signed file: other authority entries were signed than this ledger has"));
}

struct listed {
    struct verify *verify;
    size_t next;
    bool same;
};

static RESULT check_listed(void *context, uint64_t index)
{
    struct listed *listed = context;
    const struct authority_list *list = &listed->verify->authority;
    if (listed->next >= list->count || list->at[listed->next].index != index) listed->same = false;
    listed->next++;
    return OK;
}

/* The list of AUTHORITY entries, and the rows, against those that the walk found. */
RESULT verify_authority(struct verify *verify)
{
    struct shop *shop = verify->shop;
    struct listed listed = {verify, 0, true};
    TRY(shop->store->ledger->authority_each(shop->store, check_listed, &listed));
    if (!listed.same || listed.next != verify->authority.count) {
        TRY(finding_of(verify,
                       FAIL(TAMPERED, "ledger: its list of authority entries is not what its entries are")));
    }
    verify->report->rows += shop->access.key_count + shop->access.role_count + shop->access.staff_count;
    return finding_of(verify, authority_check(shop, &verify->authority));
}
