#include "watch/simulate/chance.h"

#include <assert.h>
#include <math.h>

#define COUNT_BY_NORMAL 30.0

__extension__ typedef unsigned __int128 wide;

/* splitmix64 (Steele, Lea, Flood 2014): fills the state of the other. */
static uint64_t split(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

struct chance chance_seed(uint64_t seed, uint64_t stream)
{
    struct chance out;
    uint64_t from = stream;
    from = split(&from) ^ seed;
    for (int i = 0; i < 4; i++) out.state[i] = split(&from);
    return out;
}

static uint64_t turned(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

/* xoshiro256** (Blackman, Vigna 2018). */
uint64_t chance_bits(struct chance *chance)
{
    uint64_t *s = chance->state, out = turned(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = turned(s[3], 45);
    return out;
}

double chance_share(struct chance *chance)
{
    return (double)(chance_bits(chance) >> 11) * 0x1p-53;
}

uint64_t chance_below(struct chance *chance, uint64_t most)
{
    assert(most > 0);
    return (uint64_t)((wide)chance_bits(chance) * most >> 64);
}

double chance_normal(struct chance *chance)
{
    double radius = sqrt(-2 * log1p(-chance_share(chance)));
    return radius * cos(2 * M_PI * chance_share(chance));
}

uint64_t chance_count(struct chance *chance, double mean)
{
    if (!(mean > 0)) return 0;
    if (mean >= COUNT_BY_NORMAL) {
        double count = rint(mean + sqrt(mean) * chance_normal(chance));
        return count > 0 ? (uint64_t)count : 0;
    }
    double left = exp(-mean), draw = chance_share(chance), sum = left;
    uint64_t count = 0;
    while (draw > sum && count < 1000) {
        count++;
        left *= mean / (double)count;
        sum += left;
    }
    return count;
}

double chance_around(struct chance *chance, double middle, double spread)
{
    return middle * exp(spread * chance_normal(chance));
}
