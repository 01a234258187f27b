/* Commands on keys. */
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/show.h"
#include "crypto/pem.h"

#include <stdlib.h>

static void show_key(const struct call *call, struct doc answer)
{
    SCOPED(buf_done) struct buf ends = {0};
    (void)call;
    time_words_put(&ends, doc_get(answer, "expires"));
    show_words("Key ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words(" with the role ");
    show_value(doc_text(doc_get(answer, "role")));
    show_words(", until %s.", buf_c(&ends));
    if (doc_text(doc_get(answer, "key")).len > 0) {
        show_words(" Shown this once; keep it where your other secrets are:\n  ");
        show_slice(doc_text(doc_get(answer, "key")));
    }
    show_words("\n");
}

/* The files that --public-key and --certificate name. */
static RESULT read_proof(const struct call *call, struct buf *public_key, struct buf *certificate)
{
    const char *public_path = call_text(call, OPT_PUBLIC_KEY), *path = call_text(call, OPT_CERTIFICATE);
    if (public_path) TRY(input_read(public_path, PEM_BYTES_MAX, public_key));
    if (path) TRY(input_read(path, PEM_BYTES_MAX, certificate));
    return OK;
}

RESULT command_key_issue(struct call *call)
{
    struct key_issue_ask ask = {.name = call_slice(call, OPT_NAME)};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(buf_done) struct buf public_key = {0}, certificate = {0};
    TRY(call_need(call, OPT_ROLE, &ask.role));
    TRY(call_list(call, OPT_HOLDER, &arena, &ask.holders));
    TRY(call_list(call, OPT_NETWORK, &arena, &ask.networks));
    TRY(call_number(call, OPT_DAYS, 1, 90, &ask.days));
    TRY(read_proof(call, &public_key, &certificate));
    ask.public_key = buf_slice(&public_key);
    ask.certificate = buf_slice(&certificate);
    return ask_and_show(call, VERB_KEY_ISSUE, &ask, show_key);
}

static void show_revoked(const struct call *call, struct doc answer)
{
    (void)call;
    show_words("Ended the key ");
    show_value(doc_text(doc_get(answer, "id")));
    show_words(". No look by it has a higher index than this act.\n");
}

RESULT command_key_revoke(struct call *call)
{
    struct key_revoke_ask ask = {.id = slice_text(call->args[0])};
    TRY(confirm(call, "End this key now? Whatever uses it stops working."));
    return ask_and_show(call, VERB_KEY_REVOKE, &ask, show_revoked);
}

static void show_keys(const struct call *call, struct doc answer)
{
    (void)call;
    show_table(answer, (const struct table_column[]){{"id", COLUMN_WORDS},
                                                     {"name", COLUMN_WORDS},
                                                     {"role", COLUMN_WORDS},
                                                     {"proof", COLUMN_WORDS},
                                                     {"networks", COLUMN_WORDS},
                                                     {"holders", COLUMN_WORDS},
                                                     {"expires", COLUMN_TIME},
                                                     {"ended", COLUMN_TIME},
                                                     {0}});
}

RESULT command_key_list(struct call *call)
{
    struct key_list_ask ask = {.limit = PAGE_MAX};
    return ask_pages(call, VERB_KEY_LIST, &ask, &ask.after, show_keys);
}

RESULT command_key_rotate(struct call *call)
{
    struct key_rotate_ask ask = {.id = slice_text(call->args[0])};
    SCOPED(buf_done) struct buf public_key = {0}, certificate = {0};
    TRY(read_proof(call, &public_key, &certificate));
    ask.public_key = buf_slice(&public_key);
    ask.certificate = buf_slice(&certificate);
    return ask_and_show(call, VERB_KEY_ROTATE, &ask, show_key);
}

/* Opening the vault has opened the session already. */
RESULT command_key_session(struct call *call)
{
    SCOPED(client_free) struct client *client = NULL;
    struct session_open_ask first = {.key = slice_text(getenv("AMANAH_KEY_ID"))};
    if (call_shows(call)) return ask_and_show(call, VERB_SESSION_OPEN, &first, NULL);
    TRY(client_open(call, &client));
    struct slice token = client_bearer(client);
    if (!slice_starts(token, "ams_")) {
        return FAIL(USAGE,
                    "key session: AMANAH_KEY_FILE names no private key; a key with a public key has one");
    }
    if (!call_has(call, OPT_JSON)) {
        show_slice(token);
        show_words("\n");
        return OK;
    }
    SCOPED(buf_done) struct buf document = {0};
    cbor_map(&document, 1);
    cbor_text(&document, SLICE_TEXT("token"));
    cbor_text(&document, token);
    return show_json(doc_of(buf_slice(&document)));
}
