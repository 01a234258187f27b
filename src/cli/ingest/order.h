/*
 * In which order logs are read whole: by the time of their first lines, whatever their names are, since detectors judge
 * days one after another, and access.log.10.gz is older than access.log.2.gz. Main call: order_by_time().
 */
#ifndef AMN_CLI_ORDER_H
#define AMN_CLI_ORDER_H

#include "base/weblog/weblog.h"

/* Sorted in place; those without a time, or that cannot be read, keep their order at the end, and so does "-". */
void order_by_time(const struct weblog_options *options, const char **paths, size_t count);

#endif
