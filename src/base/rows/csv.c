#include "base/rows/csv.h"

#include "base/text.h"

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

enum {
    PIECE_BYTES = 64 * 1024, /* taken in at once: stays in the cache while it is read */
    TAIL_BYTES = 4096,       /* an unfinished row up to this size is cheap to move to the front */
    BLOCK_BYTES = 64         /* looked at together: a bit for each byte */
};

enum state {
    STATE_PLAIN,  /* in a cell without quotes, or at its start */
    STATE_QUOTED, /* inside quotes */
    STATE_CLOSED, /* behind a quote that either closes the cell or is doubled */
    STATE_SKIP    /* the row was refused; wait for the line's end */
};

struct cell {
    uint32_t at, len; /* from the row's start */
    bool doubled;     /* holds doubled quotes */
};

/* All places are offsets into the window. */
struct csv {
    struct csv_options options;
    struct csv_sink sink;
    uint8_t *window;
    size_t room, filled;         /* bytes of the window, and those in use */
    size_t scan;                 /* read up to here */
    size_t start, cell;          /* of the row, of the cell */
    size_t closed;               /* the quote that STATE_CLOSED is behind */
    size_t second;               /* where the row's second line starts; 0 while it has one line only */
    size_t by_line;              /* rows that start before this place end with their line, quotes or not */
    uint64_t line;               /* of the row's start */
    uint64_t inside;             /* line ends inside the row's quotes */
    bool block_suspect, suspect; /* the block, the row may hold bytes that are not ASCII, or zero */
    enum state state;
    bool after_cr; /* the byte before the row was CR: an LF belongs to it */
    bool doubled;  /* the cell holds doubled quotes */
    struct cell *cells;
    struct slice *slices; /* what the sink gets */
    size_t count;         /* cells of the row, also those beyond columns_max */
    struct {
        size_t at, counts[sizeof CSV_DELIMITERS - 1];
        bool quoted, seen;
    } sniff; /* the search for the delimiter */
};

void csv_new(struct csv_options options, struct csv_sink sink, struct csv **out)
{
    assert(sink.row && sink.reject && out);
    assert(options.row_bytes_max > 0 && options.row_bytes_max <= 1U << 30);
    assert(options.columns_max > 0 && options.columns_max <= UINT16_MAX);
    assert(options.delimiter == 0 || strchr(CSV_DELIMITERS, options.delimiter));
    struct csv *csv = calloc(1, sizeof *csv);
    if (!csv) abort();
    csv->options = options;
    csv->sink = sink;
    csv->line = 1;
    csv->room = options.row_bytes_max + 1 + PIECE_BYTES;
    csv->window = malloc(csv->room);
    csv->cells = calloc(options.columns_max, sizeof *csv->cells);
    csv->slices = calloc(options.columns_max, sizeof *csv->slices);
    if (!csv->window || !csv->cells || !csv->slices) abort();
    *out = csv;
}

void csv_free(struct csv **csv)
{
    if (!*csv) return;
    explicit_bzero((*csv)->window, (*csv)->room);
    free((*csv)->window);
    free((*csv)->cells);
    free((*csv)->slices);
    free(*csv);
    *csv = NULL;
}

char csv_delimiter(const struct csv *csv)
{
    return csv->options.delimiter;
}

static bool is_line_end(uint8_t byte)
{
    return byte == '\n' || byte == '\r';
}

static void row_begin(struct csv *csv, size_t at)
{
    csv->start = csv->cell = at;
    csv->second = 0;
    csv->inside = 0;
    csv->count = 0;
    csv->state = STATE_PLAIN;
    csv->doubled = false;
    csv->suspect = csv->block_suspect; /* the block may reach into this row */
}

/* The line end at `at` is behind us. */
static void next_line(struct csv *csv, size_t at)
{
    csv->line += csv->inside + 1;
    csv->after_cr = csv->window[at] == '\r';
    row_begin(csv, at + 1);
}

/* Refuse the row, which was followed up to `until`, and go back to its second line if it has one. */
static RESULT row_reject(struct csv *csv, const char *reason, size_t until)
{
    TRY(csv->sink.reject(csv->sink.context, csv->line, reason));
    if (csv->second == 0) {
        csv->state = STATE_SKIP;
        csv->after_cr = false;
        return OK;
    }
    size_t second = csv->second;
    assert(second > csv->start && second <= until);
    csv->inside = 0;
    csv->by_line = until;
    csv->block_suspect = false;
    next_line(csv, second - 1);
    csv->scan = second;
    return OK;
}

static RESULT row_too_long(struct csv *csv)
{
    char reason[CSV_REASON_BYTES];
    const size_t bytes_max = csv->options.row_bytes_max;
    if (csv->state == STATE_QUOTED) {
        (void)snprintf(reason, sizeof reason,
                       "column %zu: the quote that opens it is not closed within %zu bytes", csv->count + 1,
                       bytes_max);
    } else {
        (void)snprintf(reason, sizeof reason, "longer than %zu bytes", bytes_max);
    }
    size_t until = csv->start + csv->options.row_bytes_max + 1;
    csv->scan = until;
    return row_reject(csv, reason, until);
}

static RESULT quote_unclosed(struct csv *csv, size_t until)
{
    char reason[CSV_REASON_BYTES];
    (void)snprintf(reason, sizeof reason, "column %zu: the quote that opens it is not closed",
                   csv->count + 1);
    return row_reject(csv, reason, until);
}

static RESULT quote_then_text(struct csv *csv, size_t until)
{
    char reason[CSV_REASON_BYTES];
    (void)snprintf(reason, sizeof reason, "column %zu: text after its closing quote", csv->count + 1);
    return row_reject(csv, reason, until);
}

/* The cell ends before `at`. */
static void cell_end(struct csv *csv, size_t at)
{
    if (csv->count < csv->options.columns_max) {
        bool quoted = csv->state == STATE_CLOSED;
        size_t from = csv->cell + (quoted ? 1 : 0);
        size_t len = (quoted ? csv->closed : at) - from;
        csv->cells[csv->count] = (struct cell){(uint32_t)(from - csv->start), (uint32_t)len, csv->doubled};
    }
    csv->count++;
    csv->cell = at + 1;
    csv->state = STATE_PLAIN;
    csv->doubled = false;
}

/* Doubled quotes become single, in place. */
static size_t undouble(uint8_t *at, size_t len)
{
    size_t to = 0;
    for (size_t from = 0; from < len; from++) {
        at[to++] = at[from];
        if (at[from] == '"') from++;
    }
    return to;
}

static const char *cell_fault(struct slice cell)
{
    if (!utf8_valid(cell)) return "bytes that its encoding does not have";
    return cell.len > 0 && memchr(cell.at, 0, cell.len) ? "a zero byte" : NULL;
}

/* The row ends before `end`. */
static RESULT row_deliver(struct csv *csv, size_t end)
{
    char reason[CSV_REASON_BYTES];
    struct slice whole = {csv->window + csv->start, end - csv->start};
    bool suspect = csv->suspect && cell_fault(whole);
    if (csv->count > csv->options.columns_max) {
        (void)snprintf(reason, sizeof reason, "more than %zu columns", csv->options.columns_max);
        return csv->sink.reject(csv->sink.context, csv->line, reason);
    }
    for (size_t i = 0; i < csv->count; i++) {
        const struct cell *cell = &csv->cells[i];
        uint8_t *at = csv->window + csv->start + cell->at;
        csv->slices[i] = (struct slice){at, cell->doubled ? undouble(at, cell->len) : cell->len};
        const char *fault = suspect ? cell_fault(csv->slices[i]) : NULL;
        if (!fault) continue;
        (void)snprintf(reason, sizeof reason, "column %zu: %s", i + 1, fault);
        return csv->sink.reject(csv->sink.context, csv->line, reason);
    }
    return csv->sink.row(csv->sink.context, csv->line, csv->slices, csv->count);
}

/* The row ends before `at`. */
static RESULT row_end(struct csv *csv, size_t at)
{
    if (at == csv->start) return OK; /* an empty line */
    cell_end(csv, at);
    return row_deliver(csv, at);
}

static RESULT line_end(struct csv *csv, size_t at)
{
    if (at == csv->start && csv->after_cr && csv->window[at] == '\n') {
        csv->after_cr = false;
        row_begin(csv, at + 1);
        return OK;
    }
    if (csv->state != STATE_SKIP) TRY(row_end(csv, at));
    next_line(csv, at);
    return OK;
}

static RESULT quoted_line_end(struct csv *csv, size_t at)
{
    if (csv->start < csv->by_line) {
        TRY(quote_unclosed(csv, at));
        return line_end(csv, at);
    }
    bool same = csv->window[at] == '\n' && csv->window[at - 1] == '\r';
    if (!same) csv->inside++;
    if (csv->second == 0 || (same && csv->second == at)) csv->second = at + 1;
    return OK;
}

/* A delimiter, quote or line end stands at `at`. */
static inline RESULT event(struct csv *csv, size_t at)
{
    uint8_t byte = csv->window[at];
    if (csv->state == STATE_SKIP) return is_line_end(byte) ? line_end(csv, at) : OK;
    if (at - csv->start > csv->options.row_bytes_max) return row_too_long(csv);
    if (csv->state == STATE_QUOTED) {
        if (is_line_end(byte)) return quoted_line_end(csv, at);
        if (byte != '"') return OK;
        csv->state = STATE_CLOSED;
        csv->closed = at;
        return OK;
    }
    if (csv->state == STATE_CLOSED) {
        if (at != csv->closed + 1) {
            TRY(quote_then_text(csv, at));
            return csv->state == STATE_SKIP && is_line_end(byte) ? line_end(csv, at) : OK;
        }
        if (byte == '"') {
            csv->state = STATE_QUOTED;
            csv->doubled = true;
            return OK;
        }
    }
    if (byte == '"') {
        if (at == csv->cell) csv->state = STATE_QUOTED;
        return OK;
    }
    if (is_line_end(byte)) return line_end(csv, at);
    cell_end(csv, at);
    return OK;
}

/* Of a block's bytes, the first one lowest: which are a delimiter, quote or line end; and any that make its rows suspect? */
struct block {
    uint64_t hits;
    bool suspect;
};

#ifdef __SSE2__
static inline struct block block_look(const uint8_t bytes[BLOCK_BYTES], uint8_t delimiter)
{
    enum { LANE = 16 };
    const __m128i between = _mm_set1_epi8((char)delimiter), quote = _mm_set1_epi8('"'),
                  feed = _mm_set1_epi8('\n'), back = _mm_set1_epi8('\r'), zero = _mm_setzero_si128();
    struct block block = {0, false};
    uint64_t suspect = 0;
    for (size_t at = 0; at < BLOCK_BYTES; at += LANE) {
        __m128i lane = _mm_loadu_si128((const __m128i *)(const void *)(bytes + at));
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(lane, between), _mm_cmpeq_epi8(lane, quote)),
                                   _mm_or_si128(_mm_cmpeq_epi8(lane, feed), _mm_cmpeq_epi8(lane, back)));
        block.hits |= (uint64_t)(unsigned)_mm_movemask_epi8(hit) << at;
        suspect |= (unsigned)_mm_movemask_epi8(_mm_or_si128(lane, _mm_cmpeq_epi8(lane, zero)));
    }
    block.suspect = suspect != 0;
    return block;
}
#else
static inline struct block block_look(const uint8_t bytes[BLOCK_BYTES], uint8_t delimiter)
{
    struct block block = {0, false};
    for (size_t at = 0; at < BLOCK_BYTES; at++) {
        uint8_t byte = bytes[at];
        bool hit = byte == delimiter || byte == '"' || byte == '\n' || byte == '\r';
        block.hits |= (uint64_t)hit << at;
        block.suspect = block.suspect || byte == 0 || byte >= 0x80;
    }
    return block;
}
#endif

static RESULT blocks_read(struct csv *csv)
{
    const uint8_t delimiter = (uint8_t)csv->options.delimiter;
    while (csv->scan < csv->filled) {
        size_t at = csv->scan, left = csv->filled - at,
               next = left < BLOCK_BYTES ? csv->filled : at + BLOCK_BYTES;
        uint8_t last[BLOCK_BYTES];
        if (left < BLOCK_BYTES) { /* blanks beyond what is filled */
            memset(last, ' ', sizeof last);
            memcpy(last, csv->window + at, left);
        }
        struct block block = block_look(left < BLOCK_BYTES ? last : csv->window + at, delimiter);
        uint64_t hits = block.hits;
        csv->block_suspect = block.suspect;
        csv->suspect |= block.suspect;
        csv->scan = next;
        for (; hits && csv->scan == next; hits &= hits - 1) /* a row that is refused may set `scan` back */
            TRY(event(csv, at + (size_t)__builtin_ctzll(hits)));
    }
    csv->block_suspect = false;
    return OK;
}

/* Read all that is in the window; what stays is one row's beginning, at most row_bytes_max + 1 bytes. */
static RESULT window_read(struct csv *csv)
{
    for (;;) {
        TRY(blocks_read(csv));
        if (csv->state == STATE_SKIP) {
            csv->start = csv->filled;
            return OK;
        }
        if (csv->filled - csv->start <= csv->options.row_bytes_max + 1) return OK;
        TRY(row_too_long(csv));
    }
}

/* Count delimiters outside quotes in the first row. False: it has not ended yet. */
static bool delimiter_sniff(struct csv *csv, bool whole)
{
    const size_t limit = csv->options.row_bytes_max + 1;
    bool ended = whole || csv->filled >= limit;
    for (; csv->sniff.at < csv->filled && csv->sniff.at < limit; csv->sniff.at++) {
        uint8_t byte = csv->window[csv->sniff.at];
        if (is_line_end(byte) && csv->sniff.seen && !csv->sniff.quoted) {
            ended = true;
            break;
        }
        if (!is_line_end(byte)) csv->sniff.seen = true;
        if (byte == '"') csv->sniff.quoted = !csv->sniff.quoted;
        const char *found = byte && !csv->sniff.quoted ? strchr(CSV_DELIMITERS, byte) : NULL;
        if (found) csv->sniff.counts[found - CSV_DELIMITERS]++;
    }
    if (!ended) return false;
    size_t best = 0;
    for (size_t i = 1; i < COUNT_OF(csv->sniff.counts); i++)
        if (csv->sniff.counts[i] > csv->sniff.counts[best]) best = i;
    csv->options.delimiter = CSV_DELIMITERS[best];
    return true;
}

static void window_move(struct csv *csv)
{
    size_t by = csv->start;
    memmove(csv->window, csv->window + by, csv->filled - by);
    csv->filled -= by;
    csv->scan -= by;
    csv->start = 0;
    csv->cell -= csv->cell < by ? csv->cell : by;
    csv->closed -= csv->closed < by ? csv->closed : by;
    csv->second -= csv->second < by ? csv->second : by;
    csv->by_line -= csv->by_line < by ? csv->by_line : by;
}

RESULT csv_push(struct csv *csv, struct slice bytes)
{
    assert(csv && (bytes.at || bytes.len == 0));
    while (bytes.len > 0) {
        bool cheap = csv->filled - csv->start <= TAIL_BYTES;
        if (csv->start > 0 && (cheap || csv->room - csv->filled < PIECE_BYTES)) window_move(csv);
        size_t room = csv->room - csv->filled;
        struct slice piece = slice_part(bytes, 0, room < PIECE_BYTES ? room : PIECE_BYTES);
        assert(piece.len > 0);
        memcpy(csv->window + csv->filled, piece.at, piece.len);
        csv->filled += piece.len;
        bytes = slice_from(bytes, piece.len);
        if (csv->options.delimiter == 0 && !delimiter_sniff(csv, false)) continue;
        TRY(window_read(csv));
    }
    return OK;
}

RESULT csv_end(struct csv *csv)
{
    assert(csv);
    if (csv->options.delimiter == 0) (void)delimiter_sniff(csv, true); /* it has ended */
    TRY(window_read(csv));
    while (csv->start < csv->filled) {
        if (csv->filled - csv->start > csv->options.row_bytes_max)
            TRY(row_too_long(csv));
        else if (csv->state == STATE_QUOTED)
            TRY(quote_unclosed(csv, csv->filled));
        else if (csv->state == STATE_CLOSED && csv->closed + 1 != csv->filled)
            TRY(quote_then_text(csv, csv->filled));
        else {
            TRY(row_end(csv, csv->filled));
            csv->start = csv->filled;
        }
        TRY(window_read(csv));
    }
    return OK;
}
