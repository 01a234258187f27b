/*
 * One JSON object a line, read in one pass: only the members that a mapping names are looked at, at any depth, by their
 * path ("request.uri"). The rest is passed over as quickly as its quotes and brackets can be found; it is not checked.
 * Source: RFC 8259.
 */
#include "base/text.h"
#include "base/weblog/weblog_priv.h"

#include <string.h>

enum { DEPTH_MAX = 8, ROWS_DIGITS_MAX = 15 };

/* Where the scan stands, and what it found: the text of the best-ranked member of each kind. */
struct flat {
    struct slice rest;
    uint8_t path[WEBLOG_PATH_BYTES_MAX + 1];
    size_t path_len;              /* with a dot behind each object it is in; above the bound: nobody's path */
    size_t path_marks[DEPTH_MAX]; /* its length outside each object */
    size_t depth;
    struct slice found[WHAT_COUNT]; /* as written, without quotes */
    bool escaped[WHAT_COUNT], has[WHAT_COUNT];
    uint8_t rank[WHAT_COUNT];
};

static uint8_t slot_of(const uint8_t *path, size_t len)
{
    size_t first = path[0], middle = path[len / 2], last = path[len - 1];
    return (uint8_t)(len * 31 + first * 7 + middle * 17 + last * 131);
}

static const struct name_slot *name_find(const struct names *names, const uint8_t *path, size_t len)
{
    if (len == 0 || len > WEBLOG_PATH_BYTES_MAX) return NULL;
    for (uint8_t at = slot_of(path, len); names->slots[at].len > 0; at++) {
        const struct name_slot *slot = &names->slots[at];
        if (slot->len == len && memcmp(slot->path, path, len) == 0) return slot;
    }
    return NULL;
}

static void name_add(struct names *names, struct slice path, enum weblog_what what, size_t rank)
{
    uint8_t at = slot_of(path.at, path.len);
    while (names->slots[at].len > 0) at++; /* there are far fewer names than slots */
    struct name_slot *slot = &names->slots[at];
    memcpy(slot->path, path.at, path.len);
    slot->len = (uint8_t)path.len;
    slot->what = (uint8_t)what;
    slot->rank = (uint8_t)rank;
}

static void usual_add(struct names *names, const bool given[WHAT_COUNT])
{
    static const struct {
        enum weblog_what what;
        const char *name;
    } usual[] = {
#define MEMBER(what, name) {WHAT_##what, name},
#include "base/weblog/members.def"
#undef MEMBER
    };
    for (size_t i = 0; i < COUNT_OF(usual); i++) {
        if (!given[usual[i].what]) name_add(names, slice_text(usual[i].name), usual[i].what, i + 1);
    }
}

void names_usual(struct names *names)
{
    static const bool none[WHAT_COUNT];
    usual_add(names, none);
}

RESULT names_map(struct names *names, const char *map)
{
    static const char *const words[WHAT_COUNT] = {
        [WHAT_TIME] = "time",       [WHAT_READER] = "reader", [WHAT_NETWORK] = "network",
        [WHAT_METHOD] = "method",   [WHAT_ROUTE] = "route",   [WHAT_STATUS] = "status",
        [WHAT_SUBJECT] = "subject", [WHAT_ROWS] = "rows"};
    bool given[WHAT_COUNT] = {false};
    size_t count = 0;
    for (struct slice rest = slice_text(map); rest.len > 0;) {
        const uint8_t *comma = memchr(rest.at, ',', rest.len);
        struct slice item = slice_part(rest, 0, comma ? (size_t)(comma - rest.at) : rest.len);
        const uint8_t *equals = item.len > 0 ? memchr(item.at, '=', item.len) : NULL;
        struct slice word = slice_part(item, 0, equals ? (size_t)(equals - item.at) : item.len);
        struct slice path = slice_from(item, word.len + 1);
        size_t what = 0;
        rest = slice_from(rest, item.len + 1);
        while (what < WHAT_COUNT && !slice_is(word, words[what])) what++;
        if (what == WHAT_COUNT || path.len == 0 || path.len > WEBLOG_PATH_BYTES_MAX ||
            ++count > WEBLOG_MEMBERS_MAX) {
            return FAIL(USAGE,
                        "--map: item %zu is none of time, reader, network, method, route, status, subject "
                        "and rows, each with = and a member's name",
                        count);
        }
        given[what] = true;
        name_add(names, path, (enum weblog_what)what, count);
    }
    usual_add(names, given);
    return OK;
}

static void blanks_skip(struct flat *flat)
{
    size_t at = 0;
    const struct slice rest = flat->rest;
    while (at < rest.len &&
           (rest.at[at] == ' ' || rest.at[at] == '\t' || rest.at[at] == '\r' || rest.at[at] == '\n'))
        at++;
    flat->rest = slice_from(rest, at);
}

static bool sign_take(struct flat *flat, uint8_t want)
{
    blanks_skip(flat);
    if (flat->rest.len == 0 || flat->rest.at[0] != want) return false;
    flat->rest = slice_from(flat->rest, 1);
    return true;
}

/* A string behind its opening quote: what is between the quotes, and whether a backslash is in it. */
static bool string_take(struct flat *flat, struct slice *out, bool *escaped)
{
    struct slice rest = flat->rest;
    size_t from = 0;
    *escaped = false;
    for (;;) {
        const uint8_t *quote = from < rest.len ? memchr(rest.at + from, '"', rest.len - from) : NULL;
        if (!quote) return false;
        size_t at = (size_t)(quote - rest.at), slashes = 0;
        while (slashes < at && rest.at[at - 1 - slashes] == '\\') slashes++;
        from = at + 1;
        if (slashes % 2 == 1) continue;
        *out = slice_part(rest, 0, at);
        *escaped = at > 0 && memchr(rest.at, '\\', at) != NULL;
        flat->rest = slice_from(rest, from);
        return true;
    }
}

/* A number, true, false or null: up to what ends it. */
static struct slice word_take(struct flat *flat)
{
    size_t at = 0;
    const struct slice rest = flat->rest;
    while (at < rest.len && rest.at[at] > ' ' && rest.at[at] != ',' && rest.at[at] != '}' &&
           rest.at[at] != ']')
        at++;
    flat->rest = slice_from(rest, at);
    return slice_part(rest, 0, at);
}

/* Behind an opening bracket: to the one that closes it, strings passed over. */
static bool nested_skip(struct flat *flat)
{
    size_t open = 1;
    while (open > 0) {
        size_t at = 0;
        const struct slice rest = flat->rest;
        while (at < rest.len && rest.at[at] != '"' && (rest.at[at] | 0x20) != '{' &&
               (rest.at[at] | 0x20) != '}')
            at++;
        if (at == rest.len) return false;
        flat->rest = slice_from(rest, at + 1);
        struct slice ignored = {0};
        bool escaped = false;
        if (rest.at[at] == '"' && !string_take(flat, &ignored, &escaped)) return false;
        if (rest.at[at] == '"') continue;
        open =
            (rest.at[at] | 0x20) == '{' ? open + 1 : open - 1; /* [ and { differ by that bit, as do ] and } */
    }
    return true;
}

static void path_push(struct flat *flat, struct slice name)
{
    size_t room = flat->path_len <= WEBLOG_PATH_BYTES_MAX ? WEBLOG_PATH_BYTES_MAX - flat->path_len : 0;
    if (name.len > room) {
        flat->path_len = WEBLOG_PATH_BYTES_MAX + 1;
        return;
    }
    memcpy(flat->path + flat->path_len, name.at, name.len);
    flat->path_len += name.len;
}

static void keep(struct flat *flat, const struct name_slot *slot, struct slice text, bool escaped)
{
    if (!slot || text.len == 0 || slice_is(text, "-")) return; /* as servers write what is not there */
    if (flat->has[slot->what] && flat->rank[slot->what] <= slot->rank) return;
    flat->has[slot->what] = true;
    flat->found[slot->what] = text;
    flat->escaped[slot->what] = escaped;
    flat->rank[slot->what] = slot->rank;
}

/* What stands behind a member's colon; an object that is not too deep is entered. */
static bool value_take(const struct names *names, struct flat *flat, size_t outside)
{
    struct slice text = {0};
    bool escaped = false;
    const struct name_slot *slot = name_find(names, flat->path, flat->path_len);
    blanks_skip(flat);
    uint8_t first = flat->rest.len > 0 ? flat->rest.at[0] : 0;
    if (first == '{' && flat->depth < DEPTH_MAX) {
        flat->rest = slice_from(flat->rest, 1);
        flat->path_marks[flat->depth++] = outside;
        path_push(flat, SLICE_TEXT("."));
        return true;
    }
    if (first == '{' || first == '[') {
        flat->rest = slice_from(flat->rest, 1);
        if (!nested_skip(flat)) return false;
    } else if (first == '"') {
        flat->rest = slice_from(flat->rest, 1);
        if (!string_take(flat, &text, &escaped)) return false;
        keep(flat, slot, text, escaped);
    } else {
        text = word_take(flat);
        if (text.len == 0) return false;
        if (!slice_is(text, "null")) keep(flat, slot, text, false);
    }
    flat->path_len = outside;
    return true;
}

/* Behind a member: a comma, or the ends of objects; `more` members follow. */
static bool member_end(struct flat *flat, bool *more)
{
    *more = sign_take(flat, ',');
    while (!*more && flat->depth > 0) {
        if (!sign_take(flat, '}')) return false;
        flat->path_len = flat->path_marks[--flat->depth];
        *more = flat->depth > 0 && sign_take(flat, ',');
    }
    return true;
}

static bool object_scan(const struct names *names, struct flat *flat)
{
    bool more = true;
    if (!sign_take(flat, '{')) return false;
    flat->path_marks[flat->depth++] = 0;
    while (more) {
        struct slice name = {0};
        bool escaped = false;
        size_t outside = flat->path_len, depth = flat->depth;
        blanks_skip(flat);
        if (flat->rest.len > 0 && flat->rest.at[0] == '}') { /* an empty object */
            if (!member_end(flat, &more)) return false;
            continue;
        }
        if (!sign_take(flat, '"') || !string_take(flat, &name, &escaped) || !sign_take(flat, ':'))
            return false;
        path_push(flat, name);
        if (!value_take(names, flat, outside)) return false;
        if (flat->depth == depth && !member_end(flat, &more)) return false;
    }
    blanks_skip(flat);
    return flat->rest.len == 0;
}

static int hex4(const uint8_t *at)
{
    int number = 0;
    for (size_t i = 0; i < 4; i++) {
        uint8_t byte =
            at[i] >= '0' && at[i] <= '9' ? (uint8_t)(at[i] - '0') : (uint8_t)((at[i] | 0x20) - 'a' + 10);
        if (byte > 15 || (at[i] < '0')) return -1;
        number = number << 4 | byte;
    }
    return number;
}

/* Behind a backslash and u: the code point, and how many bytes it took. Half a pair is U+FFFD. */
static uint32_t point_take(struct slice rest, size_t *used)
{
    *used = 0;
    int high = rest.len >= 4 ? hex4(rest.at) : -1;
    if (high < 0) return UTF8_BAD;
    *used = 4;
    if (high < 0xd800 || high > 0xdfff) return (uint32_t)high;
    int low = rest.len >= 10 && rest.at[4] == '\\' && rest.at[5] == 'u' ? hex4(rest.at + 6) : -1;
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) return 0xfffd;
    *used = 10;
    return 0x10000U + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

static size_t point_put(uint8_t *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    size_t count = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = count - 1; i > 0; i--, point >>= 6) out[i] = (uint8_t)(0x80 | (point & 0x3f));
    out[0] = (uint8_t)((0xf00 >> count & 0xff) | point);
    return count;
}

/* Never longer than it was written. False for an escape that JSON does not have. */
static bool unescape(struct parse *parse, struct slice text, struct slice *out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    uint8_t *at = scratch_room(parse, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '\\') {
            at[len++] = text.at[i];
            continue;
        }
        if (++i == text.len) return false;
        if (text.at[i] == 'u') {
            size_t used = 0;
            uint32_t point = point_take(slice_from(text, i + 1), &used);
            if (point == UTF8_BAD) return false;
            len += point_put(at + len, point);
            i += used;
            continue;
        }
        const char *known = text.at[i] ? strchr(from, text.at[i]) : NULL;
        if (!known) return false;
        at[len++] = (uint8_t)to[known - from];
    }
    *out = (struct slice){at, len};
    return true;
}

static bool texts_open(struct parse *parse, struct flat *flat)
{
    for (size_t what = 0; what < WHAT_COUNT; what++) {
        if (flat->escaped[what] && !unescape(parse, flat->found[what], &flat->found[what])) return false;
    }
    return true;
}

/* A whole number of at most 15 digits; a fraction of zeros, as some writers add, is passed over. */
static bool number_get(struct slice text, uint64_t *out)
{
    uint64_t number = 0;
    size_t at = 0;
    for (; at < text.len && text.at[at] >= '0' && text.at[at] <= '9'; at++) {
        if (at == ROWS_DIGITS_MAX) return false;
        number = number * 10 + (uint64_t)(text.at[at] - '0');
    }
    if (at == 0 || (at < text.len && text.at[at] != '.')) return false;
    *out = number;
    return true;
}

static bool numbers_take(const struct flat *flat, struct weblog_line *line)
{
    uint64_t status = 0;
    line->why = "status: not a number of three digits";
    if (flat->has[WHAT_STATUS] && (!number_get(flat->found[WHAT_STATUS], &status) || status > 999))
        return false;
    line->status = (uint16_t)status;
    line->why = "rows: not a whole number";
    return !flat->has[WHAT_ROWS] || number_get(flat->found[WHAT_ROWS], &line->rows);
}

static bool request_line(struct slice text)
{
    const uint8_t *blank = memchr(text.at, ' ', text.len);
    return blank && blank > text.at && text.at[0] >= 'A' && text.at[0] <= 'Z';
}

bool json_parse(struct parse *parse, struct slice text, struct weblog_line *line, bool *other)
{
    struct flat flat = {.rest = text};
    line->why = "not a JSON object";
    if (!object_scan(parse->names, &flat) || !texts_open(parse, &flat)) return false;
    *other = !flat.has[WHAT_ROUTE] && !flat.has[WHAT_SUBJECT];
    if (*other) return true;
    line->why = "no time in it; say with --map which member it is";
    if (!flat.has[WHAT_TIME] || !time_take(parse, flat.found[WHAT_TIME], line)) return false;
    if (!numbers_take(&flat, line)) return false;
    line->reader = flat.found[WHAT_READER];
    if (flat.has[WHAT_NETWORK]) line->network = address_bare(flat.found[WHAT_NETWORK]);
    line->subject = flat.found[WHAT_SUBJECT];
    struct slice route = flat.has[WHAT_ROUTE] ? flat.found[WHAT_ROUTE] : SLICE_TEXT("-");
    if (request_line(route)) {
        request_split(route, line);
    } else {
        line->method = flat.has[WHAT_METHOD] ? flat.found[WHAT_METHOD] : SLICE_TEXT("GET");
        if (route.at[0] != '/' && !memchr(route.at, ':', route.len)) line->method = SLICE_TEXT("EVENT");
        line->target = route;
    }
    return true;
}
