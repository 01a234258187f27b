#include "watch/detect/rule/first_seen.h"

#include "watch/detect/measure/statistic.h"

#include <string.h>

/* What one new thing is worth. */
static double points(const struct params *params, enum param worth, bool peers_know, struct first_seen_at at)
{
    if (at.learning && (peers_know || !at.peers)) return 0;
    return params->at[worth] * (peers_know ? params->at[PARAM_FIRST_SEEN_PEERS] : 1);
}

static bool network_known(const struct first_seen_peers *peers, uint64_t network)
{
    for (size_t i = 0; peers && i < FIRST_SEEN_PEERS_NETWORKS; i++)
        if (peers->networks[i] == network) return true;
    return false;
}

static bool country_known(const struct first_seen_peers *peers, uint16_t country)
{
    for (size_t i = 0; peers && i < FIRST_SEEN_PEERS_COUNTRIES; i++)
        if (peers->countries[i] == country) return true;
    return false;
}

/* Points of a network; it is noted. */
static double network_look(struct first_seen *state, const struct params *params, uint64_t network,
                           struct first_seen_at at)
{
    size_t oldest = 0;
    uint16_t day = (uint16_t)at.day;
    for (size_t i = 0; i < FIRST_SEEN_NETWORKS; i++) {
        if (state->networks[i] == network) {
            state->network_days[i] = day;
            return 0;
        }
        if (state->network_days[i] < state->network_days[oldest]) oldest = i;
    }
    state->networks[oldest] = network;
    state->network_days[oldest] = state->network_since[oldest] = day;
    return points(params, PARAM_FIRST_SEEN_NETWORK, network_known(at.peers, network), at);
}

static double country_look(struct first_seen *state, const struct params *params, uint16_t country,
                           struct first_seen_at at)
{
    size_t oldest = 0;
    uint16_t day = (uint16_t)at.day;
    for (size_t i = 0; i < FIRST_SEEN_COUNTRIES; i++) {
        if (state->countries[i] == country) {
            state->country_days[i] = day;
            return 0;
        }
        if (state->country_days[i] < state->country_days[oldest]) oldest = i;
    }
    state->countries[oldest] = country;
    state->country_days[oldest] = state->country_since[oldest] = day;
    return points(params, PARAM_FIRST_SEEN_COUNTRY, country_known(at.peers, country), at);
}

static double bits_look(struct first_seen *state, const struct params *params, struct seen_bits now,
                        struct first_seen_at at)
{
    static const struct seen_bits none = {0};
    const struct seen_bits *peers = at.peers ? &at.peers->known : &none;
    double sum = 0;
    uint64_t fields = now.fields & ~(state->known.fields | state->today.fields);
    state->today.fields |= fields;
    int theirs = __builtin_popcountll(fields & peers->fields), fresh = __builtin_popcountll(fields) - theirs;
    sum += theirs * points(params, PARAM_FIRST_SEEN_FIELD, true, at) +
           fresh * points(params, PARAM_FIRST_SEEN_FIELD, false, at);
    if (now.purposes & ~(state->known.purposes | state->today.purposes)) {
        state->today.purposes |= now.purposes;
        sum += points(params, PARAM_FIRST_SEEN_PURPOSE, (now.purposes & peers->purposes) != 0, at);
    }
    if (now.hours & ~(state->known.hours | state->today.hours)) {
        state->today.hours |= now.hours;
        sum += points(params, PARAM_FIRST_SEEN_HOUR, (now.hours & peers->hours) != 0, at);
    }
    return sum;
}

double first_seen_look(struct first_seen *state, const struct params *params, const struct look *look,
                       struct first_seen_at at)
{
    const struct seen_bits *known = &state->known, *today = &state->today;
    struct seen_bits now = {.fields = look->fields, .hours = UINT32_C(1) << at.hour};
    if (look->purpose > 0) now.purposes = UINT64_C(1) << (look->purpose & 63);
    double sum = 0;
    if ((now.fields & ~(known->fields | today->fields)) |
        (now.purposes & ~(known->purposes | today->purposes)) | (now.hours & ~(known->hours | today->hours)))
        sum += bits_look(state, params, now, at);
    if (!look->passed && look->network != 0 && look->network != state->last_network) {
        sum += network_look(state, params, look->network, at);
        state->last_network = look->network;
    }
    if (!look->passed && look->country != 0 && look->country != state->last_country) {
        sum += country_look(state, params, look->country, at);
        state->last_country = look->country;
    }
    if (sum <= 0) return 0; /* nothing new: the day's points were told when they came */
    state->points = fixed(state->points + sum);
    return state->points / params->at[PARAM_FIRST_SEEN_LIMIT];
}

static void peers_learn(struct first_seen_peers *peers, const struct first_seen *state)
{
    for (size_t i = 0; i < FIRST_SEEN_NETWORKS; i++) {
        if (state->networks[i] == 0 || network_known(peers, state->networks[i])) continue;
        peers->networks[peers->networks_next] = state->networks[i];
        peers->networks_next = (peers->networks_next + 1) % FIRST_SEEN_PEERS_NETWORKS;
    }
    for (size_t i = 0; i < FIRST_SEEN_COUNTRIES; i++) {
        if (state->countries[i] == 0 || country_known(peers, state->countries[i])) continue;
        peers->countries[peers->countries_next] = state->countries[i];
        peers->countries_next = (peers->countries_next + 1) % FIRST_SEEN_PEERS_COUNTRIES;
    }
    peers->known.fields |= state->known.fields;
    peers->known.purposes |= state->known.purposes;
    peers->known.hours |= state->known.hours;
}

static void forget_since(struct first_seen *state, uint16_t day)
{
    for (size_t i = 0; i < FIRST_SEEN_NETWORKS; i++)
        if (state->network_since[i] == day)
            state->networks[i] = state->network_since[i] = state->network_days[i] = 0;
    for (size_t i = 0; i < FIRST_SEEN_COUNTRIES; i++)
        if (state->country_since[i] == day)
            state->countries[i] = state->country_since[i] = state->country_days[i] = 0;
}

void first_seen_close(struct first_seen *state, int64_t day, bool learn, struct first_seen_peers *peers)
{
    if (learn) {
        state->known.fields |= state->today.fields;
        state->known.purposes |= state->today.purposes;
        state->known.hours |= state->today.hours;
        if (peers) peers_learn(peers, state);
    } else {
        forget_since(state, (uint16_t)day);
    }
    memset(&state->today, 0, sizeof state->today);
    state->points = 0;
    state->last_network = 0;
    state->last_country = 0;
}
