#include "watch/detect/measure/sketch.h"

#include <math.h>
#include <string.h>

/* Ertl's sigma and tau: sums that converge within some tens of steps for shares of 1,024. */
static double sigma(double x)
{
    if (x >= 1) return INFINITY;
    double y = 1, z = x, before = -1;
    while (z > before) {
        x *= x;
        before = z;
        z += x * y;
        y += y;
    }
    return z;
}

static double tau(double x)
{
    if (x <= 0 || x >= 1) return 0;
    double y = 1, z = 1 - x, before = 2;
    while (z < before) {
        x = sqrt(x);
        before = z;
        y /= 2;
        z -= (1 - x) * (1 - x) * y;
    }
    return z / 3;
}

double sketch_count(const struct sketch *sketch)
{
    const double m = SKETCH_REGISTERS;
    unsigned used = 0;
    for (size_t k = 1; k <= SKETCH_RANK_MAX; k++) used += sketch->many[k];
    if (used == 0) return 0;
    double z = m * tau(1 - sketch->many[SKETCH_RANK_MAX] / m);
    for (size_t k = SKETCH_RANK_MAX - 1; k > 0; k--) z = (z + sketch->many[k]) / 2;
    z += m * sigma((SKETCH_REGISTERS - used) / m);
    return m * m / (2 * M_LN2 * z);
}

void sketch_clear(struct sketch *sketch)
{
    memset(sketch, 0, sizeof *sketch);
}

bool sketch_restore(struct sketch *sketch)
{
    memset(sketch->many, 0, sizeof sketch->many);
    for (size_t i = 0; i < SKETCH_REGISTERS; i++) {
        if (sketch->rank[i] > SKETCH_RANK_MAX) {
            sketch_clear(sketch);
            return false;
        }
        if (sketch->rank[i] > 0) sketch->many[sketch->rank[i]]++;
    }
    return true;
}
