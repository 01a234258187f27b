/*
 * The age format of ours at a command line, for its peers (age_peer.py):
 *
 *     age_peer seal-to RECIPIENT...          < text > file
 *     age_peer seal-with PASSPHRASE WORK     < text > file
 *     age_peer open [IDENTITY|PASSPHRASE]... < file > text    all that was verified, then exit 0, or why not:
 *                                                             1 made for others, 2 malformed, 6 changed, 4 else
 *     age_peer new                                            a new identity
 * For tests only: a secret in argv is seen by every process of the machine.
 */
#include "crypto/age.h"

#include <stdio.h>
#include <stdlib.h>

enum { PIECE = 5000 }; /* not a divisor of anything */

static void write_out(struct buf *out)
{
    if (out->len > 0 && fwrite(out->at, 1, out->len, stdout) != out->len) abort();
    buf_clear(out);
}

static struct result seal_all(struct age_seal *seal, struct buf *out)
{
    uint8_t piece[PIECE];
    for (size_t got = 0; (got = fread(piece, 1, sizeof piece, stdin)) > 0;) {
        TRY(age_seal_put(seal, (struct slice){piece, got}, out));
        write_out(out);
    }
    TRY(age_seal_end(seal, out));
    write_out(out);
    return OK;
}

static struct result seal_to(struct crypto *crypto, char **texts, int count)
{
    struct age_recipient to[AGE_RECIPIENTS_MAX];
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    SCOPED(buf_done) struct buf out = {0};
    if (count > AGE_RECIPIENTS_MAX) return FAIL(USAGE, "age_peer: %d recipients at most", AGE_RECIPIENTS_MAX);
    for (int i = 0; i < count; i++) TRY(age_recipient_get(slice_text(texts[i]), &to[i]));
    TRY(age_seal_to(crypto, to, (size_t)count, &out, &seal));
    return seal_all(seal, &out);
}

static struct result seal_with(struct crypto *crypto, const char *passphrase, const char *work)
{
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    SCOPED(buf_done) struct buf out = {0};
    TRY(age_seal_with(crypto, slice_text(passphrase), (unsigned)strtoul(work, NULL, 10), &out, &seal));
    return seal_all(seal, &out);
}

static struct result open_with(struct crypto *crypto, char **secrets, int count)
{
    struct secret identities[AGE_IDENTITIES_MAX];
    struct slice passphrase = {0};
    size_t known = 0;
    SCOPED(age_open_free) struct age_open *open = NULL;
    SCOPED(buf_done) struct buf out = {0};
    if (count > AGE_IDENTITIES_MAX) return FAIL(USAGE, "age_peer: %d secrets at most", AGE_IDENTITIES_MAX);
    for (int i = 0; i < count; i++) {
        if (slice_starts(slice_text(secrets[i]), "AGE-SECRET-KEY-1")) {
            TRY(age_identity_get(slice_text(secrets[i]), &identities[known]));
            known++;
        } else {
            passphrase = slice_text(secrets[i]);
        }
    }
    TRY(age_open_new(crypto, identities, known, passphrase, &open));
    uint8_t piece[PIECE];
    for (size_t got = 0; (got = fread(piece, 1, sizeof piece, stdin)) > 0;) {
        struct result put = age_open_put(open, (struct slice){piece, got}, &out);
        write_out(&out); /* what was verified before */
        if (put.code != CODE_OK) return put;
    }
    struct result ended = age_open_end(open, &out);
    write_out(&out);
    return ended;
}

static struct result new_identity(struct crypto *crypto)
{
    SECRET identity = {{0}};
    struct age_recipient recipient;
    SCOPED(buf_done) struct buf out = {0};
    age_identity_new(crypto, &identity);
    TRY(age_identity_recipient(&identity, &recipient));
    age_identity_put(&out, &identity);
    buf_byte(&out, '\n');
    age_recipient_put(&out, &recipient);
    buf_byte(&out, '\n');
    write_out(&out);
    return OK;
}

int main(int argc, char **argv)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    struct result done = crypto_new(&crypto);
    struct slice verb = slice_text(argc > 1 ? argv[1] : "");
    if (done.code == CODE_OK) {
        if (slice_is(verb, "seal-to") && argc > 2) {
            done = seal_to(crypto, argv + 2, argc - 2);
        } else if (slice_is(verb, "seal-with") && argc == 4) {
            done = seal_with(crypto, argv[2], argv[3]);
        } else if (slice_is(verb, "open")) {
            done = open_with(crypto, argv + 2, argc - 2);
        } else if (slice_is(verb, "new")) {
            done = new_identity(crypto);
        } else {
            done = FAIL(USAGE, "age_peer: seal-to, seal-with, open or new");
        }
    }
    if (done.code != CODE_OK) (void)fprintf(stderr, "age_peer: %s\n", result_text());
    return code_row(done.code)->exit;
}
