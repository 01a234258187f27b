#include "keep/access/maker.h"

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

/* Who made a credential, 0 at the end of the line. A member of staff who is no longer new stands for themselves. */
static uint64_t maker_of(const struct access *access, uint64_t no, int64_t now_us)
{
    uint32_t id = (uint32_t)no;
    if (no >> 32 == READER_KEY && id > 0 && id <= access->key_count) return access->keys[id - 1].made_by;
    if (no >> 32 == READER_STAFF && id > 0 && id <= access->staff_count &&
        fresh(&access->staff[id - 1], now_us))
        return access->staff[id - 1].made_by;
    return 0;
}

/* Could this member of staff use the credential: as a holder, or as a maker of it? */
static bool could_use(const struct access *access, uint64_t no, uint32_t staff, int64_t now_us)
{
    for (int step = 0; no != 0 && step < MAKER_STEPS_MAX; step++) {
        uint32_t id = (uint32_t)no;
        if (no >> 32 == READER_STAFF && id == staff) return true;
        if (no >> 32 == READER_KEY && id > 0 && id <= access->key_count &&
            holds(&access->keys[id - 1], staff))
            return true;
        no = maker_of(access, no, now_us);
    }
    return no != 0; /* a longer line counts as theirs */
}

/* Does a credential that `maker` made come from the credential `from`, at however many steps? */
static bool comes_from(const struct access *access, uint64_t maker, uint64_t from, int64_t now_us)
{
    for (int step = 0; maker != 0 && step < MAKER_STEPS_MAX; step++) {
        if (maker == from) return true;
        maker = maker_of(access, maker, now_us);
    }
    return maker != 0;
}

bool maker_independent(const struct access *access, const struct reader *reader, uint64_t asker,
                       const uint32_t *persons, size_t count, int64_t now_us)
{
    const struct staff *staff =
        reader->person_count == 1 && reader->persons[0] <= access->staff_count && reader->persons[0] > 0
            ? &access->staff[reader->persons[0] - 1]
            : NULL;
    if (!staff || could_use(access, asker, staff->id, now_us)) return false;
    bool new = fresh(staff, now_us);
    if (reader->key && comes_from(access, reader->key->made_by, asker, now_us)) return false;
    if (new &&comes_from(access, staff->made_by, asker, now_us)) return false;
    for (size_t i = 0; i < count; i++) {
        if (reader->key && made_by(access, reader->key->made_by, persons[i])) return false;
        if (new &&made_by(access, staff->made_by, persons[i])) return false;
    }
    return true;
}
