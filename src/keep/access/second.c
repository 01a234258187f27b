#include "keep/access/second.h"

static bool role_approves(const struct access *access, uint32_t id)
{
    const struct role *role = role_by_id(access, id);
    return role && (role->acts >> ACT_APPROVE & 1);
}

static bool is_sole_key(const struct access *access, const struct key *key, uint32_t staff)
{
    return key->holder_count == 1 && key->holders[0] == staff && role_approves(access, key->role);
}

bool person_may_approve(const struct access *access, uint32_t staff)
{
    const struct staff *person = staff <= access->staff_count && staff > 0 ? &access->staff[staff - 1] : NULL;
    if (!person || person->state == STAFF_LEFT) return false;
    if (person->state == STAFF_ACTIVE && role_approves(access, person->role)) return true;
    for (size_t i = 0; i < access->key_count; i++) {
        if (access->keys[i].ended_us == 0 && is_sole_key(access, &access->keys[i], staff)) return true;
    }
    return false;
}

static bool is_among(uint32_t staff, const uint32_t *persons, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (persons[i] == staff) return true;
    }
    return false;
}

/* Could they say yes now, beside this asker? */
static bool could_say_yes(const struct access *access, const struct staff *person,
                          const struct asked_by *asker, int64_t now_us)
{
    if (person->state == STAFF_LEFT) return false;
    if (person->state == STAFF_ACTIVE && role_approves(access, person->role) &&
        maker_speaks(access, person->id, NULL, asker, now_us))
        return true;
    for (size_t i = 0; i < access->key_count; i++) {
        const struct key *key = &access->keys[i];
        if (key->ended_us == 0 && now_us < key->expires_us && is_sole_key(access, key, person->id) &&
            maker_speaks(access, person->id, key, asker, now_us))
            return true;
    }
    return false;
}

bool second_person(const struct access *access, const struct asked_by *asker, int64_t now_us)
{
    for (size_t i = 0; i < access->staff_count; i++) {
        if (could_say_yes(access, &access->staff[i], asker, now_us)) return true;
    }
    return false;
}

static void later(int64_t *last_us, int64_t us)
{
    if (us > *last_us) *last_us = us;
}

/* When this one last stopped being somebody who could say yes; 0: never. */
static int64_t lost_us(const struct access *access, const struct staff *person)
{
    int64_t last_us = person->silenced_us;
    bool colleague = person->invited_us > person->created_us + MAKER_FRESH_DAYS * DAY_US;
    if (role_approves(access, person->role)) {
        later(&last_us, person->left_us);
        if (colleague) later(&last_us, person->invited_us);
    }
    for (size_t i = 0; i < access->key_count; i++) {
        if (is_sole_key(access, &access->keys[i], person->id)) later(&last_us, access->keys[i].ended_us);
    }
    return last_us;
}

int64_t second_alone_us(const struct access *access, const struct asked_by *asker)
{
    int64_t last_us = 0;
    for (size_t i = 0; i < access->staff_count; i++) {
        if (!is_among(access->staff[i].id, asker->persons, asker->count))
            later(&last_us, lost_us(access, &access->staff[i]));
    }
    return last_us + MAKER_FRESH_DAYS * DAY_US;
}
