#include "watch/detect/measure/statistic.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

double bounded(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

double fixed(double value)
{
    return rint(bounded(value, -FIXED_MAX, FIXED_MAX) * FIXED_ONE) / FIXED_ONE;
}

double cusum_step(double sum, double z, double slack)
{
    double next = sum + z - slack;
    return next > 0 ? next : 0;
}

double wilson_lower(double hits, double tries, double z)
{
    if (tries <= 0) return 0;
    double share = hits / tries, square = z * z / tries;
    double low = share + square / 2 - z * sqrt(share * (1 - share) / tries + square / (4 * tries));
    return low > 0 ? low / (1 + square) : 0;
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double quantile(double *values, size_t count, double share)
{
    assert(count > 0);
    qsort(values, count, sizeof *values, ascending);
    double rank = ceil(share * (double)count);
    return values[(size_t)bounded(rank, 1, (double)count) - 1];
}

double median(double *values, size_t count)
{
    double low = quantile(values, count, 0.5);
    return count % 2 == 1 ? low : (low + values[count / 2]) / 2;
}

double spread_of(double *values, size_t count, double middle)
{
    for (size_t i = 0; i < count; i++) values[i] = fabs(values[i] - middle);
    return 1.4826 * median(values, count);
}

double moved(double from, double to, double down, double up)
{
    return from + bounded(to - from, -down, up);
}
