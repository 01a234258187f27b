#include "base/json.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>

enum { NUMBER_BYTES_MAX = 40 };

struct scan {
    const uint8_t *at, *end, *start;
    size_t values, depth;
    uint16_t members[JSON_DEPTH_MAX];
    uint8_t closer[JSON_DEPTH_MAX]; /* '}' or ']' */
};

static RESULT scan_bad(const struct scan *scan, const char *what)
{
    return FAIL(INVALID, "JSON: byte %zu: %s", (size_t)(scan->at - scan->start), what);
}

static void scan_blanks(struct scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t'))
        scan->at++;
}

static bool scan_is(const struct scan *scan, uint8_t byte)
{
    return scan->at < scan->end && *scan->at == byte;
}

static bool digit(const struct scan *scan)
{
    return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

/* Four hex digits; -1 if they are not there. */
static int32_t scan_hex4(struct scan *scan)
{
    int32_t number = 0;
    for (int i = 0; i < 4; i++, scan->at++) {
        if (scan->at >= scan->end) return -1;
        uint8_t byte = *scan->at;
        int32_t value = byte >= '0' && byte <= '9'                     ? byte - '0'
                        : (byte | 0x20) >= 'a' && (byte | 0x20) <= 'f' ? (byte | 0x20) - 'a' + 10
                                                                       : -1;
        if (value < 0) return -1;
        number = number * 16 + value;
    }
    return number;
}

static RESULT scan_unicode_escape(struct scan *scan)
{
    int32_t point = scan_hex4(scan);
    if (point < 0) return scan_bad(scan, "a broken escape");
    if (point == 0) return scan_bad(scan, "a zero character, which no value may hold");
    if (point < 0xd800 || point > 0xdfff) return OK;
    if (point > 0xdbff || scan->end - scan->at < 6 || scan->at[0] != '\\' || scan->at[1] != 'u')
        return scan_bad(scan, "half of a surrogate pair");
    scan->at += 2;
    int32_t low = scan_hex4(scan);
    if (low < 0xdc00 || low > 0xdfff) return scan_bad(scan, "half of a surrogate pair");
    return OK;
}

static RESULT scan_string(struct scan *scan)
{
    assert(*scan->at == '"');
    for (scan->at++; scan->at < scan->end; scan->at++) {
        if (*scan->at == '"') {
            scan->at++;
            return OK;
        }
        if (*scan->at < 0x20) return scan_bad(scan, "a control character in a string");
        if (*scan->at != '\\') continue;
        if (++scan->at >= scan->end) break;
        if (*scan->at == 'u') {
            scan->at++;
            TRY(scan_unicode_escape(scan));
            scan->at--;
        } else if (*scan->at == 0 || strchr("\"\\/bfnrt", *scan->at) == NULL) {
            return scan_bad(scan, "an unknown escape");
        }
    }
    return scan_bad(scan, "a string without an end");
}

static RESULT scan_digits(struct scan *scan)
{
    if (!digit(scan)) return scan_bad(scan, "not a number");
    while (digit(scan)) scan->at++;
    return OK;
}

static RESULT scan_number(struct scan *scan)
{
    const uint8_t *start = scan->at;
    if (scan_is(scan, '-')) scan->at++;
    bool zero = scan_is(scan, '0');
    const uint8_t *whole = scan->at;
    TRY(scan_digits(scan));
    if (zero && scan->at - whole > 1) return scan_bad(scan, "a number that begins with 0");
    if (scan_is(scan, '.')) {
        scan->at++;
        TRY(scan_digits(scan));
    }
    if (scan_is(scan, 'e') || scan_is(scan, 'E')) {
        scan->at++;
        if (scan_is(scan, '+') || scan_is(scan, '-')) scan->at++;
        TRY(scan_digits(scan));
    }
    if (scan->at - start > NUMBER_BYTES_MAX)
        return scan_bad(scan, "a number of too many digits; give it as a text");
    return OK;
}

static bool scan_word(struct scan *scan, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, word, len) != 0) return false;
    scan->at += len;
    return true;
}

static RESULT scan_scalar(struct scan *scan)
{
    if (scan->at >= scan->end) return scan_bad(scan, "the text ends too early");
    if (*scan->at == '"') return scan_string(scan);
    if (scan_word(scan, "true") || scan_word(scan, "false") || scan_word(scan, "null")) return OK;
    return scan_number(scan);
}

static RESULT scan_name(struct scan *scan)
{
    scan_blanks(scan);
    if (!scan_is(scan, '"')) return scan_bad(scan, "a member's name is missing");
    if (++scan->members[scan->depth - 1] > JSON_MEMBERS_MAX)
        return scan_bad(scan, "too many members in one object");
    TRY(scan_string(scan));
    scan_blanks(scan);
    if (!scan_is(scan, ':')) return scan_bad(scan, "a colon is missing");
    scan->at++;
    return OK;
}

static RESULT scan_open(struct scan *scan)
{
    if (scan->depth == JSON_DEPTH_MAX) return scan_bad(scan, "nested too deep");
    scan->members[scan->depth] = 0;
    scan->closer[scan->depth++] = *scan->at++ == '{' ? '}' : ']';
    return OK;
}

/* After a value: close what ends here; false when a further value must follow, or the text is at its end. */
static RESULT scan_after(struct scan *scan, bool *out_more)
{
    for (; scan->depth > 0; scan->depth--) {
        scan_blanks(scan);
        uint8_t closer = scan->closer[scan->depth - 1];
        if (scan_is(scan, ',')) {
            scan->at++;
            if (closer == '}') TRY(scan_name(scan));
            *out_more = true;
            return OK;
        }
        if (!scan_is(scan, closer)) return scan_bad(scan, "a comma or a closing bracket is missing");
        scan->at++;
    }
    *out_more = false;
    return OK;
}

/* One value, or the bracket that opens one: then `out_open` says that what it holds comes next. */
static RESULT scan_value(struct scan *scan, bool *out_open)
{
    *out_open = false;
    scan_blanks(scan);
    if (++scan->values > JSON_VALUES_MAX) {
        return FAIL(TOO_MANY, "JSON: more than %d values; split it", JSON_VALUES_MAX);
    }
    if (!scan_is(scan, '{') && !scan_is(scan, '[')) return scan_scalar(scan);
    TRY(scan_open(scan));
    scan_blanks(scan);
    uint8_t closer = scan->closer[scan->depth - 1];
    if (scan_is(scan, closer)) {
        scan->at++;
        scan->depth--;
        return OK;
    }
    *out_open = true;
    return closer == '}' ? scan_name(scan) : OK;
}

RESULT json_check(struct slice text)
{
    struct scan scan = {.at = text.at, .end = text.at + text.len, .start = text.at};
    if (text.len == 0) return FAIL(INVALID, "JSON: the body is empty");
    if (!utf8_valid(text)) return FAIL(INVALID, "JSON: the text is not UTF-8");
    for (bool more = true, open = false; more;) {
        TRY(scan_value(&scan, &open));
        if (!open) TRY(scan_after(&scan, &more));
    }
    scan_blanks(&scan);
    return scan.at == scan.end ? OK : scan_bad(&scan, "something follows the end");
}
