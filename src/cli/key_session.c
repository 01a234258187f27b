#include "cli/key_session.h"

#include "base/doc.h"
#include "crypto/pem.h"

RESULT key_session(struct client *client, struct slice key_id, struct slice pem, struct buf *token)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(signer_free) struct signer *signer = NULL;
    SCOPED(answer_done) struct answer given = {0}, opened = {0};
    SCOPED(buf_done) struct buf signature = {0};
    uint8_t signed_bytes[SIGNATURE_BYTES];
    struct session_open_ask ask = {.key = key_id};
    TRY(crypto_new(&crypto));
    TRY(signer_read(crypto, pem, &signer));
    TRY(client_ask(client, VERB_SESSION_OPEN, &ask, &given));
    ask.challenge = doc_text(doc_get(answer_doc(&given), "challenge"));
    if (!slice_starts(ask.challenge, "amanah session 1 ")) /* never sign what could be anything else */
        return FAIL(UNAVAILABLE, "vault: it asks to sign something that is no challenge; nothing was signed");
    signer_sign(signer, ask.challenge, signed_bytes);
    base64_put(&signature, SLICE_OF(signed_bytes));
    ask.signature = buf_slice(&signature);
    TRY(client_ask(client, VERB_SESSION_OPEN, &ask, &opened));
    buf_slice_put(token, doc_text(doc_get(answer_doc(&opened), "token")));
    return token->len > 0 ? OK
                          : FAIL(UNAVAILABLE, "vault: its answer has no token; is it of another version?");
}
