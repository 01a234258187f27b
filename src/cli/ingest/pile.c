#include "cli/ingest/pile.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 4 * SEEN_ROWS_MAX, TEXT_BYTES_MAX = 1024 * 1024 };

_Static_assert(SEEN_ROWS_MAX < UINT16_MAX && SEEN_READERS_MAX < UINT16_MAX, "places + 1 fit a slot");

struct pile_row {
    struct seen_row row; /* without its subject */
    size_t subject_at, subject_len;
};

struct pile {
    const struct slice *routes;
    size_t route_count;
    uint16_t numbered[ROUTES_MAX]; /* the number of a route in this pile + 1 */
    struct slice used[ROUTES_MAX];
    size_t used_count;
    struct {
        enum seen_reader_kind kind;
        size_t at, len;
    } readers[SEEN_READERS_MAX];
    size_t reader_count;
    struct pile_row rows[SEEN_ROWS_MAX];
    size_t row_count;
    uint16_t reader_slots[SLOTS], row_slots[SLOTS]; /* place + 1 */
    struct buf texts;                               /* names and subjects */
    struct buf written;
};

void pile_new(const struct slice *routes, size_t count, struct pile **out)
{
    struct pile *pile = calloc(1, sizeof *pile);
    assert(count <= ROUTES_MAX);
    if (!pile) abort(); /* as all memory: see bytes.h */
    pile->routes = routes;
    pile->route_count = count;
    *out = pile;
}

void pile_free(struct pile **pile)
{
    if (!*pile) return;
    buf_done(&(*pile)->texts);
    buf_done(&(*pile)->written);
    explicit_bzero(*pile, sizeof **pile);
    free(*pile);
    *pile = NULL;
}

bool pile_full(const struct pile *pile)
{
    return pile->row_count + PILE_SUBJECTS_MAX + 1 > SEEN_ROWS_MAX ||
           pile->reader_count == SEEN_READERS_MAX || pile->texts.len > TEXT_BYTES_MAX;
}

size_t pile_count(const struct pile *pile)
{
    return pile->row_count;
}

/* Eight bytes at a time; who can choose them gains nothing but a slower reading of their own log. */
static uint64_t mix(uint64_t hash, struct slice text)
{
    for (; text.len >= 8; text = slice_from(text, 8)) {
        uint64_t word = 0;
        memcpy(&word, text.at, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 29;
    }
    for (size_t i = 0; i < text.len; i++) hash = (hash ^ text.at[i]) * 0x100000001b3U;
    return (hash ^ hash >> 32) * 0x9e3779b97f4a7c15U;
}

static struct slice text_of(const struct pile *pile, size_t at, size_t len)
{
    return slice_part(buf_slice(&pile->texts), at, len);
}

static size_t text_keep(struct pile *pile, struct slice text)
{
    size_t at = pile->texts.len;
    buf_slice_put(&pile->texts, text);
    return at;
}

/* A name as UTF-8 of bounded length: bytes that are none are written as \xff. */
static struct slice name_plain(struct slice name, struct buf *room)
{
    if (name.len <= SEEN_NAME_BYTES_MAX && utf8_valid(name)) return name;
    for (struct slice rest = name; rest.len > 0 && room->len + UTF8_BYTES_MAX <= SEEN_NAME_BYTES_MAX;) {
        uint8_t byte = rest.at[0];
        uint32_t point = utf8_next(&rest);
        if (point == UTF8_BAD) {
            buf_print(room, "\\x%02x", byte);
        } else {
            utf8_put(room, point);
        }
    }
    return buf_slice(room);
}

static uint32_t reader_take(struct pile *pile, const struct weblog_line *line)
{
    SCOPED(buf_done) struct buf room = {0};
    enum seen_reader_kind kind = line->reader.len > 0    ? SEEN_USER
                                 : line->network.len > 0 ? SEEN_ADDRESS
                                                         : SEEN_UNNAMED;
    struct slice name = name_plain(kind == SEEN_USER ? line->reader : line->network, &room);
    size_t at = (size_t)(mix((uint64_t)kind, name) >> 40) % SLOTS;
    for (; pile->reader_slots[at] > 0; at = (at + 1) % SLOTS) {
        size_t place = pile->reader_slots[at] - 1U;
        if (pile->readers[place].kind == kind &&
            slice_equal(text_of(pile, pile->readers[place].at, pile->readers[place].len), name))
            return (uint32_t)place;
    }
    size_t place = pile->reader_count++;
    pile->readers[place].kind = kind;
    pile->readers[place].len = name.len;
    pile->readers[place].at = text_keep(pile, name);
    pile->reader_slots[at] = (uint16_t)(place + 1);
    return (uint32_t)place;
}

static uint32_t route_take(struct pile *pile, size_t route)
{
    if (pile->numbered[route] == 0) {
        pile->used[pile->used_count++] = pile->routes[route];
        pile->numbered[route] = (uint16_t)pile->used_count;
    }
    return pile->numbered[route] - 1U;
}

/* What a log says beyond the bound is none; two of them never run over. */
static uint64_t returned(uint64_t rows)
{
    return rows < SEEN_RETURNED_MAX ? rows : SEEN_RETURNED_MAX;
}

static void row_add(struct pile *pile, const struct seen_row *row)
{
    uint64_t hash = ((uint64_t)row->reader << 32 | row->hour) * 0x9e3779b97f4a7c15U + row->route;
    size_t at = (size_t)(mix(hash, row->subject) >> 40) % SLOTS;
    for (; pile->row_slots[at] > 0; at = (at + 1) % SLOTS) {
        struct pile_row *old = &pile->rows[pile->row_slots[at] - 1];
        if (old->row.reader != row->reader || old->row.hour != row->hour || old->row.route != row->route ||
            old->row.kind != row->kind ||
            !slice_equal(text_of(pile, old->subject_at, old->subject_len), row->subject))
            continue;
        old->row.lines += row->lines;
        old->row.rows = returned(old->row.rows + row->rows);
        return;
    }
    struct pile_row *fresh = &pile->rows[pile->row_count++];
    fresh->row = *row;
    fresh->row.subject = (struct slice){0};
    fresh->subject_len = row->subject.len;
    fresh->subject_at = text_keep(pile, row->subject);
    pile->row_slots[at] = (uint16_t)pile->row_count;
}

static void subject_add(struct pile *pile, struct seen_row *row, enum route_subject kind,
                        struct slice subject)
{
    while (subject.len > 0 && subject.at[0] == ' ') subject = slice_from(subject, 1);
    row->kind = subject.len > 0 ? kind : ROUTE_NOBODY;
    row->subject = slice_part(subject, 0, SEEN_SUBJECT_BYTES_MAX);
    row_add(pile, row);
}

/* A list with commas. */
static void subjects_add(struct pile *pile, struct seen_row *row, const struct route_match *match)
{
    size_t count = 0;
    struct slice rest = match->subject;
    for (; rest.len > 0 && count < PILE_SUBJECTS_MAX; count++) {
        const uint8_t *comma = memchr(rest.at, ',', rest.len);
        struct slice one = slice_part(rest, 0, comma ? (size_t)(comma - rest.at) : rest.len);
        rest = slice_from(rest, one.len + 1);
        row->rows = 1;
        subject_add(pile, row, match->kind, one);
    }
    if (rest.len == 0) return;
    row->rows = 1;
    for (size_t i = 0; i < rest.len; i++) row->rows += rest.at[i] == ',';
    subject_add(pile, row, ROUTE_NOBODY, (struct slice){0});
}

void pile_add(struct pile *pile, const struct weblog_line *line, const struct route_match *match)
{
    assert(!pile_full(pile) && match->route < pile->route_count);
    struct seen_row row = {.reader = reader_take(pile, line),
                           .route = route_take(pile, match->route),
                           .hour = (uint32_t)(line->time_us / HOUR_US),
                           .line = line->number,
                           .lines = 1,
                           .rows = returned(line->rows)};
    if (line->subject.len > 0) {
        subject_add(pile, &row, slice_starts(line->subject, "sub_") ? ROUTE_ID : ROUTE_REF, line->subject);
    } else if (match->many) {
        subjects_add(pile, &row, match);
    } else {
        subject_add(pile, &row, match->kind, match->subject);
    }
}

void pile_write(struct pile *pile, struct slice *rows, struct texts *routes)
{
    struct buf *out = &pile->written;
    uint64_t line = 0;
    buf_clear(out);
    if (pile->row_count > 0) buf_varint(out, pile->reader_count);
    for (size_t i = 0; i < pile->reader_count; i++) {
        struct seen_reader reader = {pile->readers[i].kind,
                                     text_of(pile, pile->readers[i].at, pile->readers[i].len)};
        seen_reader_put(&reader, out);
    }
    if (pile->row_count > 0) buf_varint(out, pile->row_count);
    for (size_t i = 0; i < pile->row_count; i++) {
        struct seen_row row = pile->rows[i].row;
        row.subject = text_of(pile, pile->rows[i].subject_at, pile->rows[i].subject_len);
        seen_row_put(&row, &line, out);
    }
    *rows = buf_slice(out);
    *routes = (struct texts){pile->used, pile->used_count};
}

void pile_clear(struct pile *pile)
{
    memset(pile->numbered, 0, sizeof pile->numbered);
    memset(pile->reader_slots, 0, sizeof pile->reader_slots);
    memset(pile->row_slots, 0, sizeof pile->row_slots);
    pile->used_count = pile->reader_count = pile->row_count = 0;
    buf_clear(&pile->texts);
}
