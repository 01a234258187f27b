#include "keep/home.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"
#include "crypto/tpm.h"
#include "keep/reseal.h"

#include <stdio.h>
#include <string.h>

static RESULT seal_asked(const struct call *call, struct seal_how *out)
{
    struct slice kind = {0};
    SCOPED(arena_done) struct arena arena = {0};
    struct texts pcrs = {0};
    TRY(call_need(call, OPT_SEAL, &kind));
    if (!seal_named(kind, &out->kind))
        return FAIL(USAGE,
                    "--seal: this version knows plain, passphrase and tpm, and no HSM; give one of them");
    TRY(call_list(call, OPT_PCRS, &arena, &pcrs));
    if (pcrs.count > 0 && out->kind != SEAL_TPM) return FAIL(USAGE, "--pcrs: only with --seal tpm");
    for (size_t i = 0; i < pcrs.count; i++) {
        uint64_t pcr = 0;
        if (!number_get(pcrs.at[i], TPM_PCRS - 1, &pcr))
            return FAIL(USAGE, "--pcrs: numbers from 0 to %d, with commas", TPM_PCRS - 1);
        out->pcrs |= 1U << pcr;
    }
    return OK;
}

/* Said even with --quiet: whoever seals plain must know what that means. */
static void warn_of_plain(enum seal_kind kind)
{
    if (kind != SEAL_PLAIN) return;
    (void)fprintf(
        stderr,
        "amanah: warning: the root key is sealed plain: whoever can read the home or a copy of it can "
        "read every customer. Use amanah seal HOME --seal passphrase before real data comes in.\n");
}

static void show_new_shop(struct slice key, struct slice origin, struct slice vkey)
{
    show_words("Admin key, shown this once; keep it where your other secrets are:\n  ");
    show_slice(key);
    show_words("\nIts ledger: ");
    show_slice(origin);
    show_words("\nVerifier key of the ledger, to give to whoever is to check it:\n  ");
    show_slice(vkey);
    show_words("\n");
}

static RESULT show_made(const struct call *call, const struct home_made *made)
{
    SCOPED(buf_done) struct buf doc = {0};
    const struct {
        const char *name;
        const struct buf *value;
    } members[] = {
        {"shop", &made->shop}, {"key", &made->key}, {"origin", &made->origin}, {"vkey", &made->vkey}};
    if (!call_has(call, OPT_JSON)) {
        show_words("Made a home with the shop ");
        show_slice(buf_slice(&made->shop));
        show_words(".\n");
        show_new_shop(buf_slice(&made->key), buf_slice(&made->origin), buf_slice(&made->vkey));
        return OK;
    }
    cbor_map(&doc, COUNT_OF(members));
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        cbor_text(&doc, slice_text(members[i].name));
        cbor_text(&doc, buf_slice(members[i].value));
    }
    return show_json(doc_of(buf_slice(&doc)));
}

RESULT command_init(struct call *call)
{
    static const struct passphrase_source source = {"AMANAH_PASSPHRASE_FILE", "passphrase", "New passphrase"};
    SCOPED(buf_done) struct buf phrase = {0};
    SCOPED(home_made_done) struct home_made made = {0};
    struct home_options options = {.path = call->args[0],
                                   .shop = call_text(call, OPT_SHOP),
                                   .origin = call_text(call, OPT_ORIGIN),
                                   .clock = clock_system()};
    TRY(seal_asked(call, &options.seal));
    if (options.seal.kind != SEAL_PLAIN) TRY(passphrase_get_new(&source, &phrase));
    options.seal.passphrase = buf_slice(&phrase);
    TRY(home_init(&options, &made));
    warn_of_plain(options.seal.kind);
    return show_made(call, &made);
}

RESULT command_seal(struct call *call)
{
    static const struct passphrase_source present = {"AMANAH_PASSPHRASE_FILE", "passphrase",
                                                     "Present passphrase"};
    static const struct passphrase_source coming = {"AMANAH_NEW_PASSPHRASE_FILE", "new-passphrase",
                                                    "New passphrase"};
    SCOPED(buf_done) struct buf old = {0}, phrase = {0};
    enum seal_kind now = SEAL_PLAIN;
    struct seal_how wanted = {0};
    TRY(seal_asked(call, &wanted));
    TRY(home_seal_kind(call->args[0], &now));
    bool kept = wanted.kind == SEAL_TPM && now != SEAL_PLAIN; /* the passphrase of now goes on opening it */
    if (now == SEAL_PASSPHRASE || kept) TRY(passphrase_get(&present, &old));
    if (now == SEAL_TPM && !kept) TRY(home_phrase_get(call->args[0], &old));
    if (wanted.kind != SEAL_PLAIN && !kept) TRY(passphrase_get_new(&coming, &phrase));
    wanted.passphrase = kept ? buf_slice(&old) : buf_slice(&phrase);
    TRY(home_reseal(call->args[0], buf_slice(&old), &wanted));
    warn_of_plain(wanted.kind);
    if (call_has(call, OPT_JSON)) {
        show_words("{\"seal\":\"%s\"}\n", seal_name(wanted.kind));
    } else {
        static const char *const by[SEAL_KINDS] = {"plain", "by the new passphrase",
                                                   "by this machine's TPM, and by the passphrase"};
        show_words(
            "A new root key is sealed %s now; older copies of %s/home open it no more.\n"
            "The copy of the keys from before brings back backups from before, and none from now on. "
            "Make a new one:\n  amanah backup %s --custody --out FILE\n"
            "The keys beneath the root are those of before: an older copy of the whole home, and what opened "
            "it then, read today's database. If one may be in other hands:\n"
            "  amanah rotate --rekey --home %s\n",
            by[wanted.kind], call->args[0], call->args[0], call->args[0]);
    }
    return OK;
}

static void show_shop_added(const struct call *call, struct doc answer)
{
    (void)call;
    show_words("Added the shop ");
    show_value(doc_text(doc_get(answer, "shop")));
    show_words(".\n");
    show_new_shop(doc_text(doc_get(answer, "key")), doc_text(doc_get(answer, "origin")),
                  doc_text(doc_get(answer, "vkey")));
}

RESULT command_shop_add(struct call *call)
{
    struct shop_add_ask ask = {.name = slice_text(call->args[0]), .origin = call_slice(call, OPT_ORIGIN)};
    return ask_and_show(call, VERB_SHOP_ADD, &ask, show_shop_added);
}

static void show_shops(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){
                           {"shop", COLUMN_WORDS}, {"origin", COLUMN_WORDS}, {"vkey", COLUMN_WORDS}, {0}});
}

RESULT command_shop_list(struct call *call)
{
    struct shop_list_ask ask = {0};
    return ask_and_show(call, VERB_SHOP_LIST, &ask, show_shops);
}
