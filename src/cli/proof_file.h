/*
 * Files that prove something offline: a receipt, a .tlog-proof, a person's proof file, a checkpoint. Checked with the
 * ledger's verifier key alone: no home, no network, no key of anybody.
 *
 * Must never take a proof's word for what it proves: hashes are made again from the entry. Main call:
 * proof_file_check(). Example:
 *     struct proof_question question = {.file = bytes, .vkey = slice_text(vkey)};
 *     SCOPED(proof_found_done) struct proof_found found = {0};  TRY(proof_file_check(crypto, &question, &found));
 */
#ifndef AMN_CLI_PROOF_FILE_H
#define AMN_CLI_PROOF_FILE_H

#include "prove/entry.h"
#include "prove/proof.h"

#define PERSON_PROOF_FORMAT "amanah person proof 1"
#define CERTIFICATE_FORMAT "amanah certificate 1"

enum { PERSON_PROOF_BYTES_MAX = 256 * 1024 * 1024 };

enum proof_kind {
    PROOF_CHECKPOINT, /* the ledger's key signed this size and root */
    PROOF_RECEIPT,    /* … and the size covers this index; that the leaf is there needs a proof */
    PROOF_ENTRY,      /* … and this entry is at this index */
    PROOF_CERTIFICATE, /* … and so is the entry that holds the hash of this certificate, which the same key signed */
    PROOF_PERSON /* … and each of these entries is, and its set holds this one subject with these fields */
};

struct proof_question {
    struct slice file;
    struct slice entry; /* the entry's bytes, or its leaf's where the file does not carry them; empty: none */
    struct slice vkey;  /* text; empty: take the one in the file */
};

struct proof_found {
    enum proof_kind kind;
    bool vkey_from_file; /* then it proves nothing against somebody who could make both */
    struct buf vkey;     /* owned */
    struct checkpoint checkpoint;
    uint64_t index; /* RECEIPT, ENTRY, CERTIFICATE */
    bool has_entry; /* ENTRY, CERTIFICATE, and RECEIPT when the entry was given */
    struct entry entry;
    uint64_t looks;   /* PERSON: how many */
    struct buf facts; /* CERTIFICATE: what it says, a line a fact */
};
void proof_found_done(struct proof_found *found);

/**
 * Check a file.
 *
 * @return INVALID    it is none of these files, or is malformed
 *         USAGE      the verifier key or the entry is neither given nor in the file
 *         NOT_FOUND  not signed by this verifier key
 *         PROOF_BAD  a signature, hash or proof does not hold: says which
 * Cost: 63 us for the signature, and some 40 hashes a look.
 */
RESULT proof_file_check(struct crypto *crypto, const struct proof_question *question,
                        struct proof_found *out);

#endif
