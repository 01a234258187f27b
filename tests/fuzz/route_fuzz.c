/* The first line is a route, the others are targets: a subject never comes from elsewhere than the target. */
#include "base/weblog/route.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const uint8_t *end = len > 0 ? memchr(data, '\n', len) : NULL;
    struct slice text = {data, end ? (size_t)(end - data) : len},
                 rest = slice_from((struct slice){data, len}, text.len + 1);
    struct routes *routes = NULL;
    bool good = route_check(text).code == CODE_OK;
    if ((routes_new(&text, 1, &routes).code == CODE_OK) != good) __builtin_trap();
    while (good && rest.len > 0) {
        struct route_match match = {0};
        const uint8_t *line_end = memchr(rest.at, '\n', rest.len);
        struct slice target = slice_part(rest, 0, line_end ? (size_t)(line_end - rest.at) : rest.len);
        const uint8_t *blank = memchr(text.at, ' ', text.len);
        struct weblog_line line = {.method = {text.at, (size_t)(blank - text.at)}, .target = target};
        rest = slice_from(rest, target.len + 1);
        if (!routes_match(routes, &line, &match)) continue;
        if (match.subject.len > target.len || (match.kind == ROUTE_NOBODY) != (match.subject.len == 0))
            __builtin_trap();
    }
    routes_free(&routes);
    return 0;
}
