/* Inside prove only: the state of an open ledger, shared by ledger.c, ledger_open.c and ledger_read.c. */
#ifndef AMN_PROVE_LEDGER_PRIV_H
#define AMN_PROVE_LEDGER_PRIV_H

#include "prove/ledger.h"

enum { UPPER_LEVELS = 5, SIGNED_SLOT_BYTES = 128, SIGNED_SLOT_STEP = 512, KEEP_CHECKPOINT_EVERY_S = 60 };

/* Where entry i of the tail ends, in the tail's entries and asides. */
struct tail_end {
    size_t entry, aside;
};

struct ledger {
    struct ledger_options options;
    struct signer *signer;
    struct note_key key;
    struct aead *aside_box; /* under the set key */
    struct prf *row_mac;
    struct tile_reader tiles;
    int signed_fd;
    uint64_t signed_sequence; /* of the newest slot in the file */
    int64_t signed_synced_us; /* monotonic */
    bool signed_dirty;        /* written since */

    struct tree tree;                        /* with what the open batch appended */
    uint64_t first;                          /* index of the tail's first entry: a multiple of 256 */
    struct buf entries, leaves, aside, ends; /* the tail, and what the open batch appended */
    struct buf roots;                        /* of the tiles that the open batch filled */
    struct buf upper[UPPER_LEVELS];          /* [l]: the growing tile of level l; [0] unused */
    struct authority_head authority;
    int64_t last_us, minute_s;

    struct buf note;  /* newest durable checkpoint */
    uint64_t durable; /* its size */

    struct ledger_mark { /* what to go back to */
        struct tree tree;
        size_t entries, leaves, aside, ends;
        struct authority_head authority;
        int64_t last_us, minute_s;
    } mark;
    struct buf upper_before[UPPER_LEVELS]; /* of a sealed batch that packed bundles */
    struct buf note_next;
    struct buf scratch; /* of the entry in the making; empty between entries */
    uint64_t packed;    /* bundles that the sealed batch packed */
    bool sealed;
    bool tail_anew; /* texts were dropped from the tail: its rows must be written again */
    struct buf aside_before, ends_before; /* the tail's before that, for a rollback */
};

/* Open or seal what stands aside, bound to where it stands. */
void aside_seal(struct ledger *ledger, const char *kind, uint64_t first, struct slice text, struct buf *out);
RESULT aside_open(struct ledger *ledger, const char *kind, uint64_t first, struct slice box, struct buf *out);

void ledger_mark_set(struct ledger *ledger);

/* The file of the newest signed state: NOT_FOUND when there is none yet, TAMPERED when no slot of it is ours. */
RESULT signed_read(struct ledger *ledger, struct signed_state *out);
RESULT signed_write(struct ledger *ledger, const struct signed_state *state);
void signed_close(struct ledger *ledger);

#endif
