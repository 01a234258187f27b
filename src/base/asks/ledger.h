/* Asks of the ledger. */
#ifndef AMN_BASE_ASKS_LEDGER_H
#define AMN_BASE_ASKS_LEDGER_H

#include "base/asks/shape.h"

struct ledger_checkpoint_ask {
    char none;
};
struct ledger_tile_ask {
    struct slice path; /* "tile/0/000.p/3", "tile/entries/000" */
};
struct ledger_proof_ask {
    uint64_t index, size; /* size 0: the newest */
};
struct ledger_entry_ask {
    uint64_t index;
};
struct ledger_cosign_ask {
    struct slice vkey, url;        /* register a witness, */
    struct slice checkpoint, line; /* or hand in the line by which it cosigned a checkpoint of this log */
};
struct ledger_pin_ask {
    struct slice where; /* who holds it outside: "mail to accountant", free text, sealed */
};

#endif
