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

bool maker_independent(const struct access *access, const struct reader *reader, const uint32_t *persons,
                       size_t count, int64_t now_us)
{
    const struct staff *staff =
        reader->person_count == 1 && reader->persons[0] <= access->staff_count && reader->persons[0] > 0
            ? &access->staff[reader->persons[0] - 1]
            : NULL;
    if (!staff) return false;
    bool fresh = now_us < staff->created_us + MAKER_FRESH_DAYS * DAY_US;
    for (size_t i = 0; i < count; i++) {
        if (reader->key && made_by(access, reader->key->made_by, persons[i])) return false;
        if (fresh && made_by(access, staff->made_by, persons[i])) return false;
    }
    return true;
}
