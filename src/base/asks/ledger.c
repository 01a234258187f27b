/* Members of the asks of the ledger. */
#include "base/asks/tables.h"

enum { PATH_BYTES_MAX = 80, VKEY_BYTES_MAX = 400, INDEX_MAX_BITS = 40 };

const struct member ledger_checkpoint_members[] = {{0}};
const struct member ledger_tile_members[] = {
    TEXT(ledger_tile_ask, path, PATH_BYTES_MAX, true, "tile path"),
    {0},
};
const struct member ledger_proof_members[] = {
    MEMBER(ledger_proof_ask, index, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, true, "entry number, from 0"),
    MEMBER(ledger_proof_ask, size, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, false,
           "tree size; 0 or none: the newest"),
    {0},
};
const struct member ledger_entry_members[] = {
    MEMBER(ledger_entry_ask, index, WIRE_U64, (size_t)1 << INDEX_MAX_BITS, true, "entry number, from 0"),
    {0},
};
const struct member ledger_cosign_members[] = {
    TEXT(ledger_cosign_ask, vkey, VKEY_BYTES_MAX, true, "the witness's verifier key"),
    TEXT(ledger_cosign_ask, url, 400, false, "where it takes checkpoints"),
    TEXT(ledger_cosign_ask, checkpoint, 2000, false, "the signed checkpoint that it cosigned"),
    TEXT(ledger_cosign_ask, line, 1000, false, "its cosignature line"),
    {0},
};
const struct member ledger_pin_members[] = {
    TEXT(ledger_pin_ask, where, REASON_BYTES_MAX, true, "who holds the checkpoint outside"),
    {0},
};
