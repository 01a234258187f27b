/*
 * What an open batch changed in memory, so that a batch which is undone leaves it as it was: objects are copied before
 * they change, and put back newest first. Copies are wiped.
 *
 * Must never be given an object that moves or is freed before undo_ended(). Main calls: undo_note(), undo_ended(). Example:
 *     undo_note(&gate->undo, row, sizeof *row);  row->count++;  …  undo_ended(&gate->undo, durable);
 */
#ifndef AMN_BASE_UNDO_H
#define AMN_BASE_UNDO_H

#include "base/bytes.h"

struct undo {
    struct buf was; /* each copy, then where it stood and its length */
};

void undo_note(struct undo *undo, void *at, size_t len); /* before it changes */
void undo_ended(struct undo *undo, bool durable);        /* it stands, or everything is as it was */
void undo_done(struct undo *undo);

#endif
