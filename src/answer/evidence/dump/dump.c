#include "answer/evidence/dump/dump.h"

#include "answer/evidence/dump/dump_priv.h"
#include "base/rows/csv.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SNIFF_LINES = 64, SNIFF_SHARE = 70, SNIFF_LABELS = 3 };

const char *dump_format_name(enum dump_format format)
{
    static const char *const names[DUMP_FORMATS] = {"unknown", "csv", "json", "sql", "list", "blocks"};
    return (unsigned)format < DUMP_FORMATS ? names[format] : names[0];
}

struct csv_parser {
    struct parser parser;
    struct dump_out *out;
    struct csv *csv;
};

static RESULT csv_row(void *context, uint64_t line, const struct slice *cells, size_t count)
{
    struct csv_parser *at = context;
    return dump_out_row(at->out, line, cells, count);
}

static RESULT csv_reject(void *context, uint64_t line, const char *reason)
{
    struct csv_parser *at = context;
    (void)line, (void)reason;
    dump_out_broken(at->out);
    return OK;
}

static RESULT csv_parser_push(struct parser *parser, struct slice bytes)
{
    return csv_push(((struct csv_parser *)parser)->csv, bytes);
}

static RESULT csv_parser_end(struct parser *parser)
{
    return csv_end(((struct csv_parser *)parser)->csv);
}

static void csv_parser_free(struct parser *parser)
{
    struct csv_parser *at = (struct csv_parser *)parser;
    csv_free(&at->csv);
    free(at);
}

RESULT dump_csv_new(struct dump_out *out, struct parser **parser)
{
    struct csv_parser *at = calloc(1, sizeof *at);
    if (!at) return FAIL(UNAVAILABLE, "dump: out of memory");
    at->parser = (struct parser){csv_parser_push, csv_parser_end, csv_parser_free};
    at->out = out;
    csv_new((struct csv_options){0, DUMP_ROW_BYTES_MAX, SHEET_COLUMNS_MAX},
            (struct csv_sink){at, csv_row, csv_reject}, &at->csv);
    *parser = &at->parser;
    sheet_checked(out->sheet); /* base/rows/csv.h gives nothing else */
    return sheet_begin(out->sheet, NULL, 0);
}

struct dump {
    struct sheet *sheet;
    struct dump_out out;
    struct decoder *decoder;
    struct buf head; /* decoded, until the format is known */
    struct parser *parser;
    enum dump_format format;
    uint64_t bytes;
};

/* The next line of a text, without its end. */
static bool line_next(struct slice *rest, struct slice *line)
{
    if (rest->len == 0) return false;
    const uint8_t *end = memchr(rest->at, '\n', rest->len);
    *line = slice_part(*rest, 0, end ? (size_t)(end - rest->at) : rest->len);
    *rest = slice_from(*rest, line->len + 1);
    if (line->len > 0 && line->at[line->len - 1] == '\r') line->len--;
    return true;
}

static bool begins(struct slice line, const char *word)
{
    size_t len = strlen(word);
    return line.len > len && strncasecmp((const char *)line.at, word, len) == 0;
}

static bool sniff_sql(struct slice head)
{
    static const char *const words[] = {"insert into ",  "replace into ", "insert ignore into ",
                                        "create table ", "-- mysql dump", "-- postgresql database dump"};
    struct slice line = {0};
    while (line_next(&head, &line)) {
        while (line.len > 0 && line.at[0] == ' ') line = slice_from(line, 1);
        for (size_t i = 0; i < COUNT_OF(words); i++) {
            if (begins(line, words[i])) return true;
        }
        if (begins(line, "copy ") && memmem(line.at, line.len, "stdin", 5)) return true;
    }
    return false;
}

static bool sniff_blocks(struct slice head)
{
    struct slice line = {0}, value = {0};
    size_t labels = 0, lines = 0;
    bool seen[BLOCK_COLUMNS] = {false};
    while (lines < SNIFF_LINES && line_next(&head, &line)) {
        int column = block_label(line, &value);
        lines += line.len > 0;
        labels += column >= 0;
        if (column >= 0) seen[column] = true;
    }
    return seen[BLOCK_LOGIN] && seen[BLOCK_PASSWORD] && labels >= SNIFF_LABELS && labels * 2 >= lines;
}

/* Two parts a line, or an address before them: and none of it a table of more columns. */
static bool sniff_list(struct slice head)
{
    struct slice line = {0}, parts[3];
    size_t lines = 0, lists = 0;
    while (lines < SNIFF_LINES && line_next(&head, &line)) {
        if (line.len == 0) continue;
        lines++;
        size_t filled = list_split(line, parts);
        bool login = content_looks(parts[0]) & LOOKS_EMAIL || content_looks(parts[2]) & LOOKS_URL;
        bool table = memchr(line.at, ',', line.len) || memchr(line.at, '\t', line.len) ||
                     memchr(parts[1].at ? parts[1].at : line.at, ';', parts[1].len) ||
                     memchr(parts[1].at ? parts[1].at : line.at, '|', parts[1].len);
        lists += filled >= 2 && login && !table && (parts[2].len == 0 || content_looks(parts[2]) & LOOKS_URL);
    }
    return lines > 0 && lists * 100 / lines >= SNIFF_SHARE;
}

enum dump_format dump_sniff(struct slice head)
{
    struct slice text = slice_part(head, 0, DUMP_HEAD_BYTES);
    while (text.len > 0 && (text.at[0] <= ' ')) text = slice_from(text, 1);
    if (text.len == 0) return DUMP_CSV;
    if (text.at[0] == '{' || text.at[0] == '[') return DUMP_JSON;
    if (sniff_sql(text)) return DUMP_SQL;
    if (sniff_blocks(text)) return DUMP_BLOCKS;
    return sniff_list(text) ? DUMP_LIST : DUMP_CSV;
}

/* Enough is there to tell the format. */
static RESULT parser_begin(struct dump *dump)
{
    static struct result (*const make[DUMP_FORMATS])(struct dump_out * out, struct parser * *parser) = {
        NULL, dump_csv_new, dump_json_new, dump_sql_new, dump_list_new, dump_blocks_new};
    dump->format = dump_sniff(buf_slice(&dump->head));
    TRY(make[dump->format](&dump->out, &dump->parser));
    TRY(dump->parser->push(dump->parser, buf_slice(&dump->head)));
    buf_done(&dump->head);
    return OK;
}

static RESULT text_take(void *context, struct slice text)
{
    struct dump *dump = context;
    if (dump->parser) return dump->parser->push(dump->parser, text);
    size_t room = DUMP_HEAD_BYTES - dump->head.len;
    struct slice first = slice_part(text, 0, room);
    buf_slice_put(&dump->head, first);
    if (dump->head.len < DUMP_HEAD_BYTES) return OK;
    TRY(parser_begin(dump));
    return dump->parser->push(dump->parser, slice_from(text, first.len));
}

RESULT dump_new(struct sheet_sink sink, uint64_t *skip, struct dump **out)
{
    SCOPED(dump_free) struct dump *dump = calloc(1, sizeof *dump);
    if (!dump) return FAIL(UNAVAILABLE, "dump: out of memory");
    TRY(sheet_new(sink, &dump->sheet));
    sheet_skip(dump->sheet, skip);
    dump->out.sheet = dump->sheet;
    TRY(decoder_new(ENCODING_AUTO, (struct decoder_sink){dump, text_take}, &dump->decoder));
    *out = TAKE(dump);
    return OK;
}

void dump_free(struct dump **dump)
{
    struct dump *at = *dump;
    if (!at) return;
    if (at->parser) at->parser->free(at->parser);
    decoder_free(&at->decoder);
    sheet_free(&at->sheet);
    buf_done(&at->head);
    free(at);
    *dump = NULL;
}

RESULT dump_push(struct dump *dump, struct slice bytes)
{
    dump->bytes += bytes.len;
    return decoder_push(dump->decoder, bytes);
}

RESULT dump_end(struct dump *dump)
{
    TRY(decoder_end(dump->decoder));
    if (!dump->parser) TRY(parser_begin(dump));
    TRY(dump->parser->end(dump->parser));
    return sheet_end(dump->sheet);
}

struct dump_summary dump_summary(const struct dump *dump)
{
    return (struct dump_summary){.format = dump->format,
                                 .encoding = decoder_found(dump->decoder),
                                 .bytes = dump->bytes,
                                 .rows = dump->out.rows,
                                 .broken = dump->out.broken,
                                 .unreadable = sheet_unreadable(dump->sheet)};
}
