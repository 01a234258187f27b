/*
 * Asking a witness (C2SP tlog-witness) to cosign a checkpoint: the request, its answer, and the HTTP call.
 *
 * A witness is somebody else's machine that remembers the largest log it saw and cosigns only what continues it; so an
 * operator cannot rewrite the log unseen. Must never publish a line that was not verified. Main call: witness_cosign().
 * Example:
 *     TRY(witness_cosign(crypto, &witness, &reader, signed_checkpoint, &state.last_size, &line));
 *     buf_slice_put(&checkpoint, buf_slice(&line));
 */
#ifndef AMN_PROVE_WITNESS_H
#define AMN_PROVE_WITNESS_H

#include "prove/proof.h"

enum { WITNESS_ANSWER_BYTES_MAX = 65536, WITNESS_TIMEOUT_MS = 1000 /* a good default */ };

struct witness {
    const char *url;     /* submission prefix, http:// or https://, without the last slash */
    const char *ca_file; /* PEM of who may sign its certificate; NULL: whom this machine trusts */
    struct note_key key; /* type KEY_COSIGNATURE */
    long timeout_ms;     /* for one request, 1 … 600,000 */
};

/* Append the body of add-checkpoint. `proof` is from `old` to the checkpoint's size; `checkpoint` the signed note. */
void witness_request_put(struct buf *out, uint64_t old, const struct proof *proof, struct slice checkpoint);

enum witness_state {
    WITNESS_SIGNED, /* `line` and `time_s` are set and verified */
    WITNESS_OTHER   /* it last cosigned another size than was said: `size` is set; ask again from there */
};

struct witness_answer {
    enum witness_state state;
    uint64_t size;
    int64_t time_s;
    struct buf line; /* the witness's signature line, owned */
};

void witness_answer_done(struct witness_answer *answer);

/**
 * Read a witness's answer to add-checkpoint.
 *
 * @param key         the witness's
 * @param checkpoint  the signed note that was sent; only its text is used
 * @param status      HTTP status
 * @param body        at most WITNESS_ANSWER_BYTES_MAX; lines of other keys in it are dropped
 * @param out         to be emptied with witness_answer_done(); untouched on failure
 * @return NOT_FOUND    404: it does not know this log: have it registered
 *         DENIED       403: it knows the log by another key
 *         INVALID      400: it could not read the request, or the log is smaller than what was said
 *         PROOF_BAD    422, or a line that does not verify: another history than it saw: stop publishing and alarm
 *         UNAVAILABLE  anything else; try again later
 */
RESULT witness_answer_get(struct crypto *crypto, const struct note_key *key, struct slice checkpoint,
                          long status, struct slice body, struct witness_answer *out);

/**
 * Have one witness cosign a checkpoint: prove consistency from what it saw last, ask, and ask once more if it saw
 * another size.
 *
 * @param reader      tiles of the log, up to the checkpoint's size at least
 * @param checkpoint  signed by the log; what it says must be durable before it is shown to anyone
 * @param last_size   what the witness cosigned last, 0 if nobody knows; updated on success, and on failure whenever the
 *                    witness named another size
 * @param line        the verified signature line is appended
 * @return as witness_answer_get() and proof_consistency(); besides
 *         LEDGER_BEHIND  it has cosigned a larger log than this one: this is an old copy; open a new log
 *         CONFLICT       its size changes between two requests: somebody else uses this log's key
 * Cost: one or two round trips, each bounded by the timeout. Follows no redirect.
 */
RESULT witness_cosign(struct crypto *crypto, const struct witness *witness, const struct tile_reader *reader,
                      struct slice checkpoint, uint64_t *last_size, struct buf *line);

#endif
