#include "base/result.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 512, PLACE_BYTES = 64 };

/* Per thread, not global: a failure's text travels beside its code, and callers pass only the code up. */
static __thread char failure_text[TEXT_BYTES];
static __thread const char *failure_file; /* written out when it is asked for: most failures are expected */
static __thread int failure_line;

static const struct code_row codes[] = {
#define CODE(name, http, exit, meaning) {#name, http, exit, meaning},
#include "base/codes.def"
#undef CODE
};

static const struct cause_row causes[] = {
#define CAUSE(name, code, http, slug, title) {#name, CODE_##code, http, slug, title},
#include "base/causes.def"
#undef CAUSE
};

_Static_assert(CODE_COUNT == 8, "a ninth code needs callers that act on it");
_Static_assert(COUNT_OF(causes) == CAUSE_COUNT, "one row a cause");

const struct code_row *code_row(enum code code)
{
    return (unsigned)code < CODE_COUNT ? &codes[code] : &codes[CODE_UNAVAILABLE];
}

const struct cause_row *cause_row(enum cause cause)
{
    return (unsigned)cause < CAUSE_COUNT ? &causes[cause] : &causes[CAUSE_UNAVAILABLE];
}

const char *code_meaning(enum code code)
{
    return code_row(code)->meaning;
}

enum cause cause_by_slug(const char *slug)
{
    for (int i = 0; i < CAUSE_COUNT; i++) {
        if (strcmp(causes[i].slug, slug) == 0) return (enum cause)i;
    }
    return CAUSE_COUNT;
}

struct result result_fail(enum cause cause, const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(failure_text, sizeof failure_text, format, args); /* cut is fine: it is talk */
    va_end(args);
    failure_file = file;
    failure_line = line;
    return (struct result){cause_row(cause)->code, cause};
}

struct result result_carry(enum cause cause, const char *text, size_t len)
{
    if (len >= sizeof failure_text) len = sizeof failure_text - 1;
    if (len > 0) memcpy(failure_text, text, len);
    failure_text[len] = 0;
    failure_file = NULL;
    return (struct result){cause_row(cause)->code, cause};
}

const char *result_text(void)
{
    return failure_text;
}

const char *result_place(void)
{
    static __thread char place[PLACE_BYTES];
    if (!failure_file) return "";
    const char *name = strrchr(failure_file, '/');
    (void)snprintf(place, sizeof place, "%s:%d", name ? name + 1 : failure_file, failure_line);
    return place;
}
