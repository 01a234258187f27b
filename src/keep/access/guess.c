#include "keep/access/guess.h"

#include "base/undo.h"

#include <stdlib.h>

#define FADES_US (10 * MINUTE_US) /* strangers' guesses: one fewer after so long */
#define FORGOTTEN_US DAY_US       /* a pair, since its last guess */

struct row {
    uint64_t person, network; /* network 0: all strangers at this person */
    uint32_t count;
    int64_t last_us;
};

struct guesses {
    struct row rows[GUESS_ROWS];
    struct undo undo;
};

void guesses_settle(struct guesses *guesses)
{
    undo_ended(&guesses->undo, true);
}

void guesses_undo(struct guesses *guesses)
{
    undo_ended(&guesses->undo, false);
}

RESULT guesses_new(struct guesses **out)
{
    *out = calloc(1, sizeof **out);
    return *out ? OK : FAIL(UNAVAILABLE, "sign-in: out of memory");
}

void guesses_free(struct guesses **guesses)
{
    if (*guesses) undo_done(&(*guesses)->undo);
    free(*guesses);
    *guesses = NULL;
}

/* The row of a pair; another's place, emptied, when it has none and `make` is set; else NULL. */
static struct row *row_of(struct guesses *guesses, uint64_t person, uint64_t network, bool make)
{
    size_t start = (size_t)((person ^ network) % (GUESS_ROWS / GUESS_PLACES)) * GUESS_PLACES;
    struct row *least = &guesses->rows[start];
    for (size_t i = 0; i < GUESS_PLACES; i++) {
        struct row *row = &guesses->rows[start + i];
        if (row->count > 0 && row->person == person && row->network == network) return row;
        if (row->count < least->count || (row->count == least->count && row->last_us < least->last_us))
            least = row;
    }
    if (!make) return NULL;
    undo_note(&guesses->undo, least, sizeof *least);
    *least = (struct row){.person = person, .network = network};
    return least;
}

/* How many guesses of a row count still. */
static uint32_t counted(const struct row *row, int64_t now_us)
{
    int64_t gone_us = now_us > row->last_us ? now_us - row->last_us : 0;
    if (row->network != 0) return gone_us > FORGOTTEN_US ? 0 : row->count;
    return gone_us / FADES_US >= row->count ? 0 : row->count - (uint32_t)(gone_us / FADES_US);
}

static uint32_t wait_for(const struct row *row, uint32_t count)
{
    uint32_t free_ones = row->network ? GUESS_FREE : GUESS_STRANGERS_FREE;
    uint32_t most = row->network ? GUESS_WAIT_S_MAX : GUESS_STRANGERS_WAIT_S_MAX;
    if (count < free_ones) return 0;
    uint32_t over = row->network ? count - free_ones : (count - free_ones) / 5;
    return over > 9 || (uint32_t)GUESS_WAIT_S << over > most ? most : (uint32_t)GUESS_WAIT_S << over;
}

/* Seconds left of a row's wait. A clock that was put back waits the whole of it. */
static uint32_t left_s(const struct row *row, int64_t now_us)
{
    int64_t wait_us = wait_for(row, counted(row, now_us)) * SECOND_US, gone_us = now_us - row->last_us;
    if (gone_us < 0) gone_us = 0;
    return gone_us >= wait_us ? 0 : (uint32_t)((wait_us - gone_us + SECOND_US - 1) / SECOND_US);
}

static void count(struct row *row, int64_t now_us)
{
    row->count = counted(row, now_us) + 1;
    row->last_us = now_us;
}

RESULT guess_take(struct guesses *guesses, const struct guess_from *from, int64_t now_us, uint32_t *wait_s)
{
    struct row *pair = row_of(guesses, from->person, from->network | 1, true);
    struct row *all = from->known ? NULL : row_of(guesses, from->person, 0, true);
    uint32_t left = left_s(pair, now_us), others = all ? left_s(all, now_us) : 0;
    if (others > left) left = others;
    if (left > 0) {
        *wait_s = left;
        return FAIL(SIGN_IN_WAIT,
                    "sign-in: too many guesses from there; try again in %u seconds, or use a passkey", left);
    }
    undo_note(&guesses->undo, pair, sizeof *pair);
    count(pair, now_us);
    if (all) undo_note(&guesses->undo, all, sizeof *all);
    if (all) count(all, now_us);
    return OK;
}

void guess_right(struct guesses *guesses, const struct guess_from *from)
{
    struct row *pair = row_of(guesses, from->person, from->network | 1, false);
    struct row *all = from->known ? NULL : row_of(guesses, from->person, 0, false);
    if (pair) {
        undo_note(&guesses->undo, pair, sizeof *pair);
        *pair = (struct row){0};
    }
    if (!all || all->count == 0) return;
    undo_note(&guesses->undo, all, sizeof *all);
    all->count--;
}

void guess_again(struct guesses *guesses, const struct guess_from *from, int64_t at_us)
{
    count(row_of(guesses, from->person, from->network | 1, true), at_us);
    if (!from->known) count(row_of(guesses, from->person, 0, true), at_us);
    guesses_settle(guesses); /* there is no batch that could be undone */
}

void guess_right_again(struct guesses *guesses, const struct guess_from *from)
{
    struct row *pair = row_of(guesses, from->person, from->network | 1, false);
    if (pair) *pair = (struct row){0};
}

uint32_t guess_strangers(const struct guesses *guesses, const struct guess_from *from, int64_t now_us)
{
    size_t start = (size_t)(from->person % (GUESS_ROWS / GUESS_PLACES)) * GUESS_PLACES;
    for (size_t i = 0; i < GUESS_PLACES; i++) {
        const struct row *row = &guesses->rows[start + i];
        if (row->count > 0 && row->person == from->person && row->network == 0) return counted(row, now_us);
    }
    return 0;
}
