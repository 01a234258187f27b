/*
 * Access logs of nginx and Apache: common and combined format, a virtual host before them and anything behind.
 *
 *     [host ]network ident user [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.1" 200 2326 …
 *
 * A user may hold blanks and brackets, but neither server writes a bare quote into it: the request is found by the first
 * quote, and the time by where it must stand before it. Sources: nginx ngx_http_log_module (escape=default), Apache 2.4
 * mod_log_config ("Format Notes").
 */
#include "base/weblog/weblog_priv.h"

#include <string.h>

enum { TIME_BYTES = 26, STATUS_BYTES = 3 };

/* The first quote from `from` on that no backslash escapes; `text.len` when there is none. */
static size_t quote_find(struct slice text, size_t from)
{
    while (from < text.len) {
        const uint8_t *found = memchr(text.at + from, '"', text.len - from);
        if (!found) return text.len;
        size_t at = (size_t)(found - text.at), slashes = 0;
        while (slashes < at && text.at[at - 1 - slashes] == '\\') slashes++;
        if (slashes % 2 == 0) return at;
        from = at + 1;
    }
    return text.len;
}

static int hex_digit(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* "\x22", "\"", "\\", "\n": as both servers write what they would not print. */
static struct slice unescape(struct parse *parse, struct slice text)
{
    if (text.len == 0 || !memchr(text.at, '\\', text.len)) return text;
    uint8_t *out = scratch_room(parse, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '\\' || i + 1 == text.len) {
            out[len++] = text.at[i];
            continue;
        }
        i++;
        int high = i + 2 < text.len ? hex_digit(text.at[i + 1]) : -1;
        int low = i + 2 < text.len ? hex_digit(text.at[i + 2]) : -1;
        if (text.at[i] == 'x' && high >= 0 && low >= 0) {
            out[len++] = (uint8_t)(high << 4 | low);
            i += 2;
        } else {
            out[len++] = text.at[i] == 'n' ? '\n' : text.at[i] == 't' ? '\t' : text.at[i];
        }
    }
    return (struct slice){out, len};
}

static struct slice word_take(struct slice *rest)
{
    const uint8_t *blank = rest->len > 0 ? memchr(rest->at, ' ', rest->len) : NULL;
    struct slice word = slice_part(*rest, 0, blank ? (size_t)(blank - rest->at) : rest->len);
    *rest = slice_from(*rest, word.len + 1);
    return word;
}

/* What stands before the time: [host] network ident user. */
static bool who_take(struct parse *parse, struct slice before, struct weblog_line *line)
{
    struct slice rest = before, first = word_take(&rest), second = word_take(&rest);
    bool host = !slice_is(second, "-") && slice_starts(rest, "- ");
    if (host) { /* vhost_combined: what was taken for the ident is the network */
        first = second;
        second = word_take(&rest);
    }
    if (first.len == 0 || second.len == 0 || rest.len == 0) return false;
    line->network = address_bare(first);
    if (!slice_is(rest, "-")) line->reader = unescape(parse, rest);
    return true;
}

static bool status_take(struct slice rest, struct weblog_line *line)
{
    unsigned status = 0;
    if (rest.len < STATUS_BYTES + 1 || rest.at[0] != ' ') return false;
    for (size_t i = 1; i <= STATUS_BYTES; i++) {
        if (rest.at[i] < '0' || rest.at[i] > '9') return false;
        status = status * 10 + (unsigned)(rest.at[i] - '0');
    }
    line->status = (uint16_t)status;
    return rest.len == STATUS_BYTES + 1 || rest.at[STATUS_BYTES + 1] == ' ';
}

bool combined_parse(struct parse *parse, struct slice text, struct weblog_line *line, bool *other)
{
    (void)other;
    size_t open = quote_find(text, 0), close = quote_find(text, open + 1);
    line->why = "not of the form: network ident user [time] \"request\" status bytes";
    if (close >= text.len || open < TIME_BYTES + 4) return false;
    const uint8_t *time = text.at + open - TIME_BYTES - 2;
    if (time[-1] != '[' || time[TIME_BYTES] != ']' || time[TIME_BYTES + 1] != ' ') return false;
    size_t before = open - TIME_BYTES - 3; /* up to the bracket */
    if (before == 0 || text.at[before - 1] != ' ') return false;
    if (!who_take(parse, slice_part(text, 0, before - 1), line)) return false;
    if (!status_take(slice_from(text, close + 1), line)) return false;
    if (!time_take(parse, (struct slice){time, TIME_BYTES}, line)) return false;
    request_split(unescape(parse, slice_part(text, open + 1, close - open - 1)), line);
    return true;
}
