/*
 * Has a real witness cosign a growing log, and tries what it must refuse:
 *     witness_try name                         prints the log's public key, in hexadecimal
 *     witness_try URL WITNESS_PUBLIC_KEY_HEX   exit 0 when every answer is the one expected
 * Origin and witness name are those of sigsum: both are made from public keys.
 */
#include "prove/witness.h"

#include "../unit/prove/counter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_ENTRIES = 70000 };

static void must(struct result result)
{
    if (result.code == CODE_OK) return;
    (void)fprintf(stderr, "witness_try: %s\n", result_text());
    exit(1);
}

static void sigsum_name(struct crypto *crypto, const char *start, const uint8_t public_key[PUBLIC_KEY_BYTES],
                        struct buf *out)
{
    struct hash hash = {{0}};
    sha256_one(crypto, (struct slice){public_key, PUBLIC_KEY_BYTES}, &hash);
    buf_text(out, start);
    hex_put(out, SLICE_OF(hash));
}

/* The log's key under the origin that sigsum's witness expects; `seed` may be another than the one it was told. */
static struct test_key log_key(struct crypto *crypto, const char *named_after, const char *seed)
{
    SCOPED(test_key_done) struct test_key named = test_key_make(crypto, KEY_ED25519, "any", named_after);
    SCOPED(buf_done) struct buf origin = {0};
    sigsum_name(crypto, "sigsum.org/v1/tree/", named.key.public_key, &origin);
    return test_key_make(crypto, KEY_ED25519, buf_c(&origin), seed);
}

struct attempt {
    const char *name;
    uint64_t size, last_size; /* what is sent, and what is believed to have been cosigned last */
    enum code want;
};

static bool try_one(struct counter *counter, const struct witness *witness, const struct test_key *log,
                    const struct attempt *attempt)
{
    SCOPED(buf_done) struct buf bytes = {0}, line = {0};
    uint64_t last_size = attempt->last_size;
    counter_checkpoint(counter, log, attempt->size, &bytes);
    struct result got =
        witness_cosign(counter->crypto, witness, &counter->reader, buf_slice(&bytes), &last_size, &line);
    bool good = got.code == attempt->want;
    if (good && got.code == CODE_OK) {
        struct note_check checks[] = {{.key = log->key}, {.key = witness->key}};
        struct checkpoint opened = {0};
        buf_slice_put(&bytes, buf_slice(&line));
        must(checkpoint_open(counter->crypto, buf_slice(&bytes), checks, COUNT_OF(checks), &opened));
        good = checks[1].good && checks[1].time_s > 0 && last_size == attempt->size;
    }
    (void)printf("%s: %s (%s)\n", good ? "good" : "BAD", attempt->name,
                 got.code == CODE_OK ? "cosigned" : result_text());
    return good;
}

static int try_all(struct crypto *crypto, const struct witness *witness)
{
    static const struct attempt attempts[] = {
        {"first of all", 1, 0, CODE_OK},
        {"it grows", 300, 1, CODE_OK},
        {"the same size again", 300, 300, CODE_OK},
        {"its size forgotten", 65536, 0, CODE_OK},
        {"a large step", LOG_ENTRIES, 65536, CODE_OK},
        {"an old copy", 300, 0, CODE_CORRUPT},
    };
    SCOPED(counter_free) struct counter *counter = counter_new(crypto, LOG_ENTRIES + 1);
    SCOPED(test_key_done) struct test_key log = log_key(crypto, LOG_SEED, LOG_SEED);
    SCOPED(test_key_done) struct test_key forger = log_key(crypto, LOG_SEED, WITNESS_SEED);
    SCOPED(test_key_done) struct test_key stranger = log_key(crypto, WITNESS_SEED, WITNESS_SEED);
    bool good = true;
    for (size_t i = 0; i < COUNT_OF(attempts); i++) good &= try_one(counter, witness, &log, &attempts[i]);
    good &= try_one(counter, witness, &forger,
                    &(struct attempt){"another key", LOG_ENTRIES + 1, LOG_ENTRIES, CODE_DENIED});
    good &= try_one(counter, witness, &stranger, &(struct attempt){"another log", 1, 0, CODE_NOT_FOUND});
    counter->rows[0].at[0] ^= 1;
    good &= try_one(counter, witness, &log,
                    &(struct attempt){"one size, two roots", LOG_ENTRIES, LOG_ENTRIES, CODE_CORRUPT});
    good &= try_one(counter, witness, &log,
                    &(struct attempt){"a rewritten log", LOG_ENTRIES + 1, LOG_ENTRIES, CODE_CORRUPT});
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    SCOPED(crypto_free) struct crypto *crypto = NULL;
    SCOPED(buf_done) struct buf name = {0};
    must(crypto_new(&crypto));
    if (argc == 2 && strcmp(argv[1], "name") == 0) {
        SCOPED(test_key_done) struct test_key log = log_key(crypto, LOG_SEED, LOG_SEED);
        hex_put(&name, (struct slice){log.key.public_key, PUBLIC_KEY_BYTES});
        (void)puts(buf_c(&name));
        return 0;
    }
    uint8_t public_key[PUBLIC_KEY_BYTES];
    if (argc != 3 || !hex_get(slice_text(argv[2]), public_key, sizeof public_key)) {
        (void)fputs("usage: witness_try name | URL WITNESS_PUBLIC_KEY_HEX\n", stderr);
        return 2;
    }
    struct witness witness = {.url = argv[1], .timeout_ms = 5000};
    sigsum_name(crypto, "sigsum.org/v1/witness/", public_key, &name);
    must(note_key_make(crypto, KEY_COSIGNATURE, buf_slice(&name), public_key, &witness.key));
    return try_all(crypto, &witness);
}
