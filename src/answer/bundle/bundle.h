/*
 * A bundle: an incident as an archive that somebody without any key can check, with the ledger's proofs of each of its
 * lines. docs/bundle.md is its layout.
 *
 * Gathering only reads, and runs beside the keeper; what signs is bundle_seal(). Must never hold a personal value of a
 * customer: those go in an export's file, which two people agreed to and one key opens; here is its hash alone.
 * Main calls: bundle_gather(), bundle_seal(). Example:
 *     TRY(bundle_gather(view, bundle));  TRY(bundle_seal(shop, bundle, &sums_hash));
 */
#ifndef AMN_ANSWER_BUNDLE_BUNDLE_H
#define AMN_ANSWER_BUNDLE_BUNDLE_H

#include "answer/bundle/archive.h"
#include "answer/incident/incident.h"

struct incident_bundle {
    uint64_t incident;
    int64_t now_us;
    struct buf id; /* public, inc_… */
    struct buf
        basis; /* what is asked to be added: "personal exp_… sha256 … bytes …" as the manifest has it; empty: nothing */
    struct buf personal_sum; /* its line for SHA256SUMS */
    struct buf personal_note;
    struct buf personal_entries; /* eight bytes each */
    uint64_t lines, size;        /* out: of the timeline, and of the ledger that proves it */
    struct archive archive;      /* out */
};
RESULT bundle_new(struct incident_bundle **out);
void bundle_free(struct incident_bundle **bundle);

/* Everything but the manifest. NOT_FOUND, TOO_MANY beyond ARCHIVE_BYTES_MAX; TAMPERED when a proof does not hold. */
RESULT bundle_gather(struct shop *view, struct incident_bundle *bundle);

/* The sums and the manifest that names their hash, signed by the ledger's key; then the archive is whole. */
void bundle_seal(struct shop *shop, struct incident_bundle *bundle, struct hash *sums);

#endif
