/* Formats whose unit is the line: lists of logins, blocks of stealer logs. */
#include "answer/evidence/dump/dump_priv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

void lines_done(struct lines *lines)
{
    buf_done(&lines->carry);
}

static RESULT line_give(struct lines *lines, struct slice text,
                        RESULT (*each)(void *context, uint64_t line, const struct slice *text), void *context)
{
    if (text.len > 0 && text.at[text.len - 1] == '\r') text.len--;
    struct result given = each(context, lines->line + 1, lines->skip ? NULL : &text);
    lines->line++;
    lines->skip = false;
    buf_clear(&lines->carry);
    return given;
}

RESULT lines_push(struct lines *lines, struct slice bytes,
                  RESULT (*each)(void *context, uint64_t line, const struct slice *text), void *context)
{
    while (bytes.len > 0) {
        const uint8_t *end = memchr(bytes.at, '\n', bytes.len);
        struct slice text = slice_part(bytes, 0, end ? (size_t)(end - bytes.at) : bytes.len);
        bytes = slice_from(bytes, text.len + 1);
        if (lines->carry.len + text.len > DUMP_LINE_BYTES_MAX) {
            lines->skip = true;
            buf_clear(&lines->carry);
        }
        if (!lines->skip && (!end || lines->carry.len > 0)) buf_slice_put(&lines->carry, text);
        if (!end) return OK;
        TRY(line_give(lines, lines->carry.len > 0 ? buf_slice(&lines->carry) : text, each, context));
    }
    return OK;
}

RESULT lines_end(struct lines *lines, RESULT (*each)(void *context, uint64_t line, const struct slice *text),
                 void *context)
{
    if (lines->carry.len == 0 && !lines->skip) return OK;
    return line_give(lines, buf_slice(&lines->carry), each, context);
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static struct slice trimmed(struct slice text)
{
    while (text.len > 0 && is_blank(text.at[0])) text = slice_from(text, 1);
    while (text.len > 0 && is_blank(text.at[text.len - 1])) text.len--;
    return text;
}

static bool is_between(uint8_t byte)
{
    return byte == ':' || byte == ';' || byte == '|' || byte == '\t';
}

/* From the sign of an address to both sides, up to what stands between. */
static size_t split_at_sign(struct slice line, size_t at, struct slice parts[3])
{
    size_t from = at, to = at;
    while (from > 0 && !is_between(line.at[from - 1]) && !is_blank(line.at[from - 1])) from--;
    while (to < line.len && !is_between(line.at[to]) && !is_blank(line.at[to])) to++;
    parts[0] = slice_part(line, from, to - from);
    parts[1] = trimmed(slice_from(line, to < line.len ? to + 1 : to));
    parts[2] = trimmed(slice_part(line, 0, from > 0 ? from - 1 : 0));
    return 1 + (parts[1].len > 0) + (parts[2].len > 0);
}

/* Without an address: the first place between, but not that of https:// or of a port. */
static size_t split_login(struct slice line, struct slice parts[3])
{
    bool url = content_looks(line) & LOOKS_URL;
    size_t start = 0;
    if (url) {
        const uint8_t *slashes = memmem(line.at, line.len, "//", 2);
        start = slashes ? (size_t)(slashes - line.at) + 2 : 0;
        while (start < line.len && !is_between(line.at[start])) start++;
        parts[2] = slice_part(line, 0, start);
        start++;
    }
    size_t end = start;
    while (end < line.len && !is_between(line.at[end])) end++;
    parts[0] = start < line.len ? slice_part(line, start, end - start) : (struct slice){0};
    parts[1] = slice_from(line, end < line.len ? end + 1 : line.len);
    return (parts[0].len > 0) + (parts[1].len > 0) + (parts[2].len > 0);
}

size_t list_split(struct slice line, struct slice parts[3])
{
    parts[0] = parts[1] = parts[2] = (struct slice){0};
    line = trimmed(line);
    if (line.len == 0) return 0;
    const uint8_t *sign = memchr(line.at, '@', line.len);
    return sign ? split_at_sign(line, (size_t)(sign - line.at), parts) : split_login(line, parts);
}

int block_label(struct slice line, struct slice *value)
{
    static const struct {
        const char *label;
        int column;
    } labels[] = {{"url", BLOCK_URL},
                  {"host", BLOCK_URL},
                  {"hostname", BLOCK_URL},
                  {"website", BLOCK_URL},
                  {"username", BLOCK_LOGIN},
                  {"user", BLOCK_LOGIN},
                  {"user login", BLOCK_LOGIN},
                  {"login", BLOCK_LOGIN},
                  {"email", BLOCK_LOGIN},
                  {"usr", BLOCK_LOGIN},
                  {"password", BLOCK_PASSWORD},
                  {"pass", BLOCK_PASSWORD},
                  {"user password", BLOCK_PASSWORD},
                  {"pwd", BLOCK_PASSWORD},
                  {"soft", BLOCK_APPLICATION},
                  {"browser", BLOCK_APPLICATION},
                  {"application", BLOCK_APPLICATION}};
    line = trimmed(line);
    const uint8_t *colon = line.len > 0 ? memchr(line.at, ':', line.len) : NULL;
    if (!colon) return -1;
    struct slice label = trimmed(slice_part(line, 0, (size_t)(colon - line.at)));
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        if (label.len != strlen(labels[i].label) ||
            strncasecmp((const char *)label.at, labels[i].label, label.len) != 0)
            continue;
        *value = trimmed(slice_from(line, (size_t)(colon - line.at) + 1));
        return labels[i].column;
    }
    return -1;
}

struct list {
    struct parser parser;
    struct dump_out *out;
    struct lines lines;
};

static RESULT list_line(void *context, uint64_t number, const struct slice *text)
{
    struct list *list = context;
    struct slice parts[3];
    if (!text) {
        dump_out_broken(list->out);
        return OK;
    }
    if (trimmed(*text).len == 0) return OK;
    size_t filled = list_split(*text, parts);
    if (filled == 0 || parts[0].len == 0) {
        dump_out_broken(list->out);
        return OK;
    }
    return dump_out_row(list->out, number, parts, COUNT_OF(parts));
}

static RESULT list_push(struct parser *parser, struct slice bytes)
{
    struct list *list = (struct list *)parser;
    return lines_push(&list->lines, bytes, list_line, list);
}

static RESULT list_end(struct parser *parser)
{
    struct list *list = (struct list *)parser;
    return lines_end(&list->lines, list_line, list);
}

static void list_free(struct parser *parser)
{
    struct list *list = (struct list *)parser;
    lines_done(&list->lines);
    free(list);
}

RESULT dump_list_new(struct dump_out *out, struct parser **parser)
{
    static const struct slice names[] = {
        {(const uint8_t *)"login", 5}, {(const uint8_t *)"password", 8}, {(const uint8_t *)"url", 3}};
    struct list *list = calloc(1, sizeof *list);
    if (!list) return FAIL(UNAVAILABLE, "dump: out of memory");
    list->parser = (struct parser){list_push, list_end, list_free};
    list->out = out;
    *parser = &list->parser;
    return sheet_begin(out->sheet, names, COUNT_OF(names));
}

struct blocks {
    struct parser parser;
    struct dump_out *out;
    struct lines lines;
    struct buf cells[BLOCK_COLUMNS];
    uint64_t first; /* line of the block; 0: none is open */
};

static RESULT block_close(struct blocks *blocks)
{
    struct slice cells[BLOCK_COLUMNS];
    if (blocks->first == 0) return OK;
    for (size_t i = 0; i < BLOCK_COLUMNS; i++) cells[i] = buf_slice(&blocks->cells[i]);
    struct result given = dump_out_row(blocks->out, blocks->first, cells, COUNT_OF(cells));
    for (size_t i = 0; i < BLOCK_COLUMNS; i++) buf_clear(&blocks->cells[i]);
    blocks->first = 0;
    return given;
}

/* A label that the block has already begins the next; so does a line without one. */
static RESULT blocks_line(void *context, uint64_t number, const struct slice *text)
{
    struct blocks *blocks = context;
    struct slice value = {0};
    if (!text) {
        dump_out_broken(blocks->out);
        return OK;
    }
    int column = block_label(*text, &value);
    if (column < 0) return block_close(blocks);
    if (blocks->cells[column].len > 0) TRY(block_close(blocks));
    if (blocks->first == 0) blocks->first = number;
    buf_slice_put(&blocks->cells[column], value);
    return OK;
}

static RESULT blocks_push(struct parser *parser, struct slice bytes)
{
    struct blocks *blocks = (struct blocks *)parser;
    return lines_push(&blocks->lines, bytes, blocks_line, blocks);
}

static RESULT blocks_end(struct parser *parser)
{
    struct blocks *blocks = (struct blocks *)parser;
    TRY(lines_end(&blocks->lines, blocks_line, blocks));
    return block_close(blocks);
}

static void blocks_free(struct parser *parser)
{
    struct blocks *blocks = (struct blocks *)parser;
    lines_done(&blocks->lines);
    for (size_t i = 0; i < BLOCK_COLUMNS; i++) buf_done(&blocks->cells[i]);
    free(blocks);
}

RESULT dump_blocks_new(struct dump_out *out, struct parser **parser)
{
    static const struct slice names[BLOCK_COLUMNS] = {{(const uint8_t *)"url", 3},
                                                      {(const uint8_t *)"login", 5},
                                                      {(const uint8_t *)"password", 8},
                                                      {(const uint8_t *)"application", 11}};
    struct blocks *blocks = calloc(1, sizeof *blocks);
    if (!blocks) return FAIL(UNAVAILABLE, "dump: out of memory");
    blocks->parser = (struct parser){blocks_push, blocks_end, blocks_free};
    blocks->out = out;
    *parser = &blocks->parser;
    return sheet_begin(out->sheet, names, COUNT_OF(names));
}
