#include "watch/detect/rule/canary.h"

double canary_look(const struct look *look)
{
    return look->canaries;
}
