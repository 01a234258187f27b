/*
 * Results: what every fallible function returns.
 *
 * A result has one of eight codes (codes.def); a caller acts on the code. The cause (causes.def) says why, for the
 * HTTP answer and the reader. The text says what, where and what to do, is kept per thread, and never holds a value
 * that a person gave us. Main call: TRY(). Example: `if (n > 9) return FAIL(INVALID, "page: above %d", 9);`
 */
#ifndef AMN_BASE_RESULT_H
#define AMN_BASE_RESULT_H

#include <stddef.h>
#include <stdint.h>

enum code {
#define CODE(name, http, exit, meaning) CODE_##name,
#include "base/codes.def"
#undef CODE
    CODE_COUNT
};

enum cause {
#define CAUSE(name, code, http, slug, title) CAUSE_##name,
#include "base/causes.def"
#undef CAUSE
    CAUSE_COUNT
};

struct result {
    enum code code;
    enum cause cause;
};

#define RESULT __attribute__((warn_unused_result)) struct result
#define OK ((struct result){CODE_OK, CAUSE_OK})

/* Make a failure: `name` is a cause of causes.def, the rest a printf format without personal values. */
#ifdef __clang_analyzer__ /* which cannot see that a failure never has code OK */
#define FAIL(name, ...) \
    ((void)result_fail(CAUSE_##name, "", 0, __VA_ARGS__), (struct result){CODE_UNAVAILABLE, CAUSE_##name})
#else
#define FAIL(name, ...) result_fail(CAUSE_##name, __FILE__, __LINE__, __VA_ARGS__)
#endif

#define TRY(call)                                          \
    do {                                                   \
        struct result try_result = (call);                 \
        if (try_result.code != CODE_OK) return try_result; \
    } while (0)

/* An owner that empties itself at the end of scope: `SCOPED(buf_done) struct buf box = {0};` */
#define SCOPED(done) __attribute__((cleanup(done)))

/* Hand an owned value over and leave the owner empty. */
#define TAKE(x)                         \
    __extension__({                     \
        __typeof__(x) take_value = (x); \
        (x) = (__typeof__(x)){0};       \
        take_value;                     \
    })

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct code_row {
    const char *name;    /* "NOT_FOUND" */
    int http;            /* default HTTP status */
    int exit;            /* exit status of a command */
    const char *meaning; /* one line */
};

struct cause_row {
    const char *name; /* "SUBJECT_ERASED" */
    enum code code;
    int http;
    const char *slug;  /* "subject.erased": `code` in answers, page in docs/errors/ */
    const char *title; /* RFC 9457 title */
};

/* The row of a code or cause; never NULL. A number outside the table gives the row of UNAVAILABLE. */
const struct code_row *code_row(enum code code);
const struct cause_row *cause_row(enum cause cause);
const char *code_meaning(enum code code);

/* Find a cause by its slug; CAUSE_COUNT when there is none. */
enum cause cause_by_slug(const char *slug);

/* Behind FAIL(): keep the text for this thread, return the code and cause. */
struct result result_fail(enum cause cause, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A result carried over from elsewhere (a process, a frame) with its text. `text` of `len` bytes is copied. */
struct result result_carry(enum cause cause, const char *text, size_t len);

/* The text of this thread's latest failure, "" if none. Lives until the next failure of the thread. */
const char *result_text(void);

/* Where the latest failure was made: "aead.c:88". For log lines only. */
const char *result_place(void);

#endif
