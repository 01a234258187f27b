#include "keep/access/maker.h"

enum { ORIGINS_MAX = 128 };

static bool holds(const struct key *key, uint32_t staff)
{
    for (size_t i = 0; i < key->holder_count; i++) {
        if (key->holders[i] == staff) return true;
    }
    return false;
}

bool made_by(const struct access *access, uint64_t maker, uint32_t staff)
{
    for (int step = 0; step < MAKER_STEPS_MAX; step++) {
        uint32_t id = (uint32_t)maker;
        if (maker >> 32 == READER_STAFF && id > 0 && id <= access->staff_count) {
            if (id == staff) return true;
            maker = access->staff[id - 1].made_by;
        } else if (maker >> 32 == READER_KEY && id > 0 && id <= access->key_count) {
            if (holds(&access->keys[id - 1], staff)) return true;
            maker = access->keys[id - 1].made_by;
        } else {
            return false; /* the operator, or the shop itself */
        }
    }
    return true;
}

static bool fresh(const struct staff *staff, int64_t now_us)
{
    return now_us < staff->invited_us + MAKER_FRESH_DAYS * DAY_US;
}

/* A credential and whoever is behind it: who made it, and who made that, to a person who is no longer new. */
struct origins {
    uint64_t at[ORIGINS_MAX];
    size_t count;
    bool named; /* the last of them is such a person */
    bool lost;  /* the line is longer than this, so nobody knows */
};

static void origins_add(const struct access *access, uint64_t no, int64_t now_us, struct origins *out)
{
    out->named = false;
    for (int step = 0; no != 0; step++) {
        uint32_t id = (uint32_t)no;
        out->lost |= step == MAKER_STEPS_MAX || out->count == ORIGINS_MAX;
        if (out->lost) return;
        out->at[out->count++] = no;
        if (no >> 32 == READER_KEY && id > 0 && id <= access->key_count) {
            no = access->keys[id - 1].made_by;
            if (no == 0) no = reader_no(READER_OPERATOR, 0); /* the first key, told to who set the shop up */
        } else if (no >> 32 == READER_STAFF && id > 0 && id <= access->staff_count) {
            out->named = !fresh(&access->staff[id - 1], now_us);
            no = out->named ? 0 : access->staff[id - 1].made_by;
        } else {
            return; /* the operator, who has no name */
        }
    }
}

/* Is this person among them, by name or as a holder? */
static bool touches(const struct access *access, const struct origins *origins, uint32_t staff)
{
    for (size_t i = 0; i < origins->count; i++) {
        uint32_t id = (uint32_t)origins->at[i];
        if (origins->at[i] == reader_no(READER_STAFF, staff)) return true;
        if (origins->at[i] >> 32 == READER_KEY && id > 0 && id <= access->key_count &&
            holds(&access->keys[id - 1], staff))
            return true;
    }
    return false;
}

static bool meet(const struct origins *a, const struct origins *b)
{
    for (size_t i = 0; i < a->count; i++) {
        for (size_t at = 0; at < b->count; at++) {
            if (a->at[i] == b->at[at]) return true;
        }
    }
    return false;
}

/* Did its holder make it, signed in, and did nobody else ever have a hand in it? `first_us`: since when it is theirs. */
static bool made_oneself(const struct access *access, const struct key *key, int64_t *first_us)
{
    for (int step = 0; step < MAKER_STEPS_MAX; step++) {
        uint32_t from = key->rotated_from;
        *first_us = key->created_us;
        if (key->holder_count != 1) return false;
        if (key->made_by == reader_no(READER_STAFF, key->holders[0])) return true;
        if (from == 0 || from > access->key_count || key->made_by != reader_no(READER_KEY, from))
            return false;
        key = &access->keys[from - 1]; /* it rotated itself: what stood before it says more */
    }
    return false;
}

bool maker_speaks(const struct access *access, uint32_t staff, const struct key *key,
                  const struct asked_by *asker, int64_t now_us)
{
    struct origins theirs = {.count = 0}, mine = {.count = 0};
    int64_t first_us = 0;
    origins_add(access, asker->no, now_us, &theirs);
    for (size_t i = 0; i < asker->count; i++) {
        if (asker->persons[i] == staff) return false;
        origins_add(access, reader_no(READER_STAFF, asker->persons[i]), now_us, &theirs);
    }
    origins_add(access, key ? reader_no(READER_KEY, key->id) : reader_no(READER_STAFF, staff), now_us, &mine);
    if (theirs.lost || mine.lost || !mine.named || touches(access, &theirs, staff) || meet(&theirs, &mine))
        return false;
    for (size_t i = 0; i < asker->count; i++) {
        if (touches(access, &mine, asker->persons[i])) return false;
    }
    return !key || made_oneself(access, key, &first_us) || now_us >= first_us + MAKER_FRESH_DAYS * DAY_US;
}
