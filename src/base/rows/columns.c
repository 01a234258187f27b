#include "base/rows/columns.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum target {
#define TARGET(name, group) TARGET_NO_##name,
#define HEADER(target, language, text)
#include "base/rows/columns.def"
#undef TARGET
#undef HEADER
    TARGET_COUNT
};

static const struct target_row {
    const char *name;
    enum target_group group;
} target_rows[] = {
#define TARGET(name, group) {#name, TARGET_##group},
#define HEADER(target, language, text)
#include "base/rows/columns.def"
#undef TARGET
#undef HEADER
};

static const struct header_row {
    enum target target;
    const char *text;
} header_rows[] = {
#define TARGET(name, group)
#define HEADER(target, language, text) {TARGET_NO_##target, text},
#include "base/rows/columns.def"
#undef TARGET
#undef HEADER
};

_Static_assert(COUNT_OF(target_rows) == TARGET_COUNT, "one row a target");

/* One part of --map. */
struct map_row {
    char target[TARGET_NAME_BYTES]; /* of a shop's own field */
    struct column column;           /* `header` as the map has it */
};

struct columns {
    char *map; /* our copy; its rows borrow from it */
    struct map_row *map_rows;
    size_t map_count;
    struct column *list;
    size_t count, max, next; /* `next`: where columns_member() looks first */
    struct column spare;     /* the answer for a member beyond `max` */
};

static struct slice trim(struct slice text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.at[0]) && text.at[0]) text = slice_from(text, 1);
    while (text.len > 0 && strchr(" \t\r\n", text.at[text.len - 1]) && text.at[text.len - 1]) text.len--;
    return text;
}

/* ASCII only, unlike <ctype.h>, which goes by the locale. */
static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_lower(uint8_t byte)
{
    return byte >= 'a' && byte <= 'z';
}

static uint8_t lower(uint8_t byte)
{
    return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
}

static bool counts_in_header(uint8_t byte)
{
    return byte >= 0x80 || is_digit(byte) || is_lower(lower(byte));
}

/* The next byte that counts, in lower case; 0 at the end. */
static uint8_t header_next(struct slice *header)
{
    while (header->len > 0) {
        uint8_t byte = header->at[0];
        *header = slice_from(*header, 1);
        if (counts_in_header(byte)) return lower(byte);
    }
    return 0;
}

/* Equal but for ASCII case, blanks and punctuation; an empty header equals none. */
static bool header_same(struct slice a, struct slice b)
{
    uint8_t left = header_next(&a), right = header_next(&b);
    if (left == 0) return false;
    while (left != 0 && left == right) {
        left = header_next(&a);
        right = header_next(&b);
    }
    return left == right;
}

/* Cut a number off the end: "address 2" becomes "address " and 2. False if there is none from 1 to TARGET_ITEMS_MAX. */
static bool number_cut(struct slice *text, uint16_t *out)
{
    struct slice rest = *text;
    while (rest.len > 0 && !counts_in_header(rest.at[rest.len - 1])) rest.len--;
    uint32_t number = 0, scale = 1;
    size_t digits = 0;
    for (; digits < 3 && rest.len > 0 && is_digit(rest.at[rest.len - 1]); digits++, scale *= 10)
        number += scale * (uint32_t)(rest.at[--rest.len] - '0');
    if (digits == 0 || number == 0 || number > TARGET_ITEMS_MAX) return false;
    *text = rest;
    *out = (uint16_t)number;
    return true;
}

static bool in_group(enum target_group group)
{
    return group == TARGET_ADDRESS || group == TARGET_ORDER;
}

static const struct target_row *header_find(struct slice header)
{
    for (size_t i = 0; i < COUNT_OF(header_rows); i++)
        if (header_same(header, slice_text(header_rows[i].text))) return &target_rows[header_rows[i].target];
    for (size_t i = 0; i < COUNT_OF(target_rows); i++)
        if (header_same(header, slice_text(target_rows[i].name))) return &target_rows[i];
    return NULL;
}

/* What a header means by itself. */
static struct column header_means(struct slice header)
{
    struct column column = {.header = header};
    struct slice word = header;
    uint16_t number = 1;
    const struct target_row *row = header_find(header);
    if (!row && number_cut(&word, &number)) row = header_find(word);
    if (!row || (number > 1 && !in_group(row->group))) return column;
    column.target = row->name;
    column.group = row->group;
    column.item = (uint16_t)(number - 1);
    return column;
}

/* A target as --map writes it. False if it is not one. */
static bool target_read(struct slice text, struct map_row *out)
{
    struct slice word = text;
    uint16_t number = 1;
    bool numbered = number_cut(&word, &number) && word.len > 0 && word.at[word.len - 1] != '_';
    for (size_t i = 0; i < COUNT_OF(target_rows); i++) {
        bool item = numbered && in_group(target_rows[i].group) && slice_is(word, target_rows[i].name);
        if (!item && !slice_is(text, target_rows[i].name)) continue;
        out->column.target = target_rows[i].name;
        out->column.group = target_rows[i].group;
        out->column.item = item ? (uint16_t)(number - 1) : 0;
        return true;
    }
    if (text.len == 0 || text.len >= TARGET_NAME_BYTES || !is_lower(text.at[0])) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_lower(text.at[i]) && !is_digit(text.at[i]) && text.at[i] != '_') return false;
    memcpy(out->target, text.at, text.len);
    out->column.target = out->target;
    return true;
}

/* Cut one header, in quotes or up to a comma, and the comma from `rest`. False if malformed. */
static bool map_header_cut(struct slice *rest, struct slice *out)
{
    bool quoted = slice_starts(*rest, "\"");
    struct slice text = slice_from(*rest, quoted ? 1 : 0);
    const uint8_t *end = text.len ? memchr(text.at, quoted ? '"' : ',', text.len) : NULL;
    if (quoted && !end) return false;
    *out = trim(slice_part(text, 0, end ? (size_t)(end - text.at) : text.len));
    struct slice after = slice_from(text, end ? (size_t)(end - text.at) + (quoted ? 1 : 0) : text.len);
    after = trim(after);
    if (after.len > 0 && after.at[0] != ',') return false;
    *rest = slice_from(after, 1);
    return out->len > 0;
}

static RESULT map_read(struct columns *columns)
{
    struct slice rest = slice_text(columns->map);
    for (size_t part = 1; trim(rest).len > 0; part++) {
        rest = trim(rest);
        struct map_row *row = &columns->map_rows[columns->map_count];
        const uint8_t *equals = memchr(rest.at, '=', rest.len);
        if (!equals)
            return FAIL(INVALID, "--map: part %zu has no '='; write target=header,target=header", part);
        size_t target_len = (size_t)(equals - rest.at);
        if (!target_read(trim(slice_part(rest, 0, target_len)), row)) {
            return FAIL(INVALID,
                        "--map: part %zu names no field; names are lower case, as in ref, name, email", part);
        }
        rest = trim(slice_from(rest, target_len + 1));
        if (!map_header_cut(&rest, &row->column.header))
            return FAIL(INVALID, "--map: part %zu has no header, or an open quote; write %s=header", part,
                        row->column.target);
        for (size_t i = 0; i < columns->map_count; i++) {
            const struct column *other = &columns->map_rows[i].column;
            if (strcmp(other->target, row->column.target) == 0 && other->item == row->column.item)
                return FAIL(INVALID, "--map: %s stands there twice; keep one", other->target);
        }
        columns->map_count++;
    }
    return OK;
}

RESULT columns_new(const char *map, size_t columns_max, struct columns **out)
{
    assert(out && columns_max > 0 && columns_max <= UINT16_MAX);
    SCOPED(columns_free) struct columns *columns = calloc(1, sizeof *columns);
    if (!columns) abort();
    columns->max = columns_max;
    columns->map = strdup(map ? map : "");
    size_t parts = 1;
    for (const char *at = columns->map; at && *at; at++) parts += *at == ',';
    columns->map_rows = calloc(parts, sizeof *columns->map_rows);
    columns->list = calloc(columns_max, sizeof *columns->list);
    if (!columns->map || !columns->map_rows || !columns->list) abort();
    TRY(map_read(columns));
    *out = TAKE(columns);
    return OK;
}

void columns_free(struct columns **columns)
{
    if (!*columns) return;
    for (size_t i = 0; i < (*columns)->count; i++) {
        void *header = NULL; /* ours, though a column shows it as const */
        memcpy(&header, &(*columns)->list[i].header.at, sizeof header);
        free(header);
    }
    free((*columns)->list);
    free((*columns)->map_rows);
    free((*columns)->map);
    free(*columns);
    *columns = NULL;
}

const struct column *columns_list(const struct columns *columns, size_t *count)
{
    *count = columns->count;
    return columns->list;
}

const char *columns_target(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(target_rows); i++)
        if (strcmp(target_rows[i].name, name) == 0) return target_rows[i].name;
    return NULL;
}

const struct column *columns_find(const struct columns *columns, const char *target)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (column->target && column->item == 0 && strcmp(column->target, target) == 0) return column;
    }
    return NULL;
}

static struct column *list_add(struct columns *columns, struct column column)
{
    assert(columns->count < columns->max);
    uint8_t *copy = malloc(column.header.len + 1);
    if (!copy) abort();
    if (column.header.len > 0) memcpy(copy, column.header.at, column.header.len);
    copy[column.header.len] = 0;
    column.header.at = copy;
    columns->list[columns->count] = column;
    return &columns->list[columns->count++];
}

static void take_target(struct column *column, const struct column *from)
{
    column->target = from->target;
    column->group = from->group;
    column->item = from->item;
}

/* The column that a map's header names: by the very text, else as headers are compared. */
static struct column *map_column(struct columns *columns, struct slice header)
{
    for (size_t i = 0; i < columns->count; i++)
        if (slice_equal(columns->list[i].header, header)) return &columns->list[i];
    for (size_t i = 0; i < columns->count; i++)
        if (header_same(columns->list[i].header, header)) return &columns->list[i];
    return NULL;
}

static RESULT map_apply(struct columns *columns)
{
    for (size_t i = 0; i < columns->map_count; i++) {
        const struct column *wanted = &columns->map_rows[i].column;
        struct column *column = map_column(columns, wanted->header);
        if (!column) {
            return FAIL(INVALID,
                        "--map: the list has no column with the header given for %s; see its first line",
                        wanted->target);
        }
        if (column->target)
            return FAIL(INVALID, "--map: %s and %s name the same column; keep one", column->target,
                        wanted->target);
        take_target(column, wanted);
    }
    return OK;
}

static bool target_taken(const struct columns *columns, const struct column *wanted)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct column *column = &columns->list[i];
        if (column->target && strcmp(column->target, wanted->target) == 0 && column->item == wanted->item)
            return true;
    }
    return false;
}

RESULT columns_header(struct columns *columns, const struct slice *headers, size_t count)
{
    assert(columns && columns->count == 0 && count > 0 && count <= columns->max);
    for (size_t i = 0; i < count; i++) (void)list_add(columns, (struct column){.header = trim(headers[i])});
    TRY(map_apply(columns));
    for (size_t i = 0; i < count; i++) {
        struct column *column = &columns->list[i];
        struct column means = header_means(column->header);
        if (!column->target && means.target && !target_taken(columns, &means)) take_target(column, &means);
    }
    if (columns_find(columns, "name") &&
        columns_find(columns, "first_name")) /* the whole name beats its parts */
        for (size_t i = 0; i < count; i++)
            if (columns->list[i].group == TARGET_PART) columns->list[i].target = NULL;
    if (!columns_find(columns, "ref"))
        return FAIL(INVALID, "list: no column is the customer's number; name it with --map ref=HEADER");
    return OK;
}

/* A member's meaning, from the map first. */
static struct column member_means(const struct columns *columns, struct slice name, enum target_group group)
{
    for (size_t i = 0; group == TARGET_PLAIN && i < columns->map_count; i++) {
        struct column mapped = columns->map_rows[i].column;
        if (!header_same(mapped.header, name)) continue;
        mapped.header = name;
        return mapped;
    }
    struct column column = header_means(name);
    if (group == TARGET_PLAIN) return column;
    if (group == TARGET_ADDRESS && name.len == 0) column = header_means(SLICE_TEXT("address"));
    bool inside = column.target && column.group == group && column.item == 0;
    if (!inside) column.target = NULL;
    column.header = name;
    return column;
}

const struct column *columns_member(struct columns *columns, struct slice name, enum target_group group)
{
    assert(columns && (group == TARGET_PLAIN || in_group(group)));
    for (size_t i = 0; i < columns->count; i++) {
        size_t at = columns->next + i;
        if (at >= columns->count) at -= columns->count;
        const struct column *column = &columns->list[at];
        if (column->within != group || !slice_equal(column->header, name)) continue;
        columns->next = at + 1 < columns->count ? at + 1 : 0;
        return column;
    }
    struct column column = member_means(columns, name, group);
    column.within = group;
    if (columns->count < columns->max) return list_add(columns, column);
    columns->spare = column;
    return &columns->spare;
}
