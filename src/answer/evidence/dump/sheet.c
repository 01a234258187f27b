#include "answer/evidence/dump/sheet.h"

#include "base/rows/columns.h"
#include "base/text.h"
#include "keep/normalise.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHARE_WHOLE = 100,
    SHARE_FOUND = 60, /* of a hundred cells that look like it, and the column is it */
    SHARE_NAMED = 20, /* where its name says so */
    SHARE_LOGIN = 50, /* e-mail addresses or telephone numbers, some of each */
    KEY_BYTES = 512,  /* of one key in normal form, with its canonical one */
    REPAIRED_BYTES = 32
};

struct column_state {
    struct sheet_column is;
    uint32_t filled, looks[LOOKS_COUNT]; /* cells of the sample */
};

struct sheet {
    struct sheet_sink sink;
    struct columns *names; /* what a name means: base/rows/columns.h */
    struct column_state at[SHEET_COLUMNS_MAX];
    size_t count;
    bool named, decided, told;
    bool checked;      /* its rows are text: their parser saw to it */
    struct buf sample; /* rows: varint line, varint count, each cell as varint length and bytes */
    size_t sample_rows;
    struct buf keys; /* of the row at hand: never grows beyond what is reserved */
    struct sheet_value values[SHEET_VALUES_MAX];
    size_t value_count, key_count;
    uint64_t unreadable;
    uint64_t *skip; /* rows to pass over; NULL: none */
};

RESULT sheet_new(struct sheet_sink sink, struct sheet **out)
{
    SCOPED(sheet_free) struct sheet *sheet = calloc(1, sizeof *sheet);
    if (!sheet) return FAIL(UNAVAILABLE, "dump: out of memory");
    sheet->sink = sink;
    buf_reserve(&sheet->keys, (size_t)SHEET_KEYS_MAX * KEY_BYTES);
    *out = TAKE(sheet);
    return OK;
}

void sheet_free(struct sheet **sheet)
{
    if (!*sheet) return;
    columns_free(&(*sheet)->names);
    buf_done(&(*sheet)->sample);
    buf_done(&(*sheet)->keys);
    free(*sheet);
    *sheet = NULL;
}

uint64_t sheet_unreadable(const struct sheet *sheet)
{
    return sheet->unreadable;
}

void sheet_skip(struct sheet *sheet, uint64_t *skip)
{
    sheet->skip = skip;
}

void sheet_checked(struct sheet *sheet)
{
    sheet->checked = true;
}

/* Cut between two characters. */
static void name_take(struct slice name, struct sheet_column *out)
{
    size_t len = 0;
    for (struct slice rest = name; rest.len > 0;) {
        size_t before = name.len - rest.len;
        uint32_t point = utf8_next(&rest);
        if (name.len - rest.len > SHEET_NAME_BYTES_MAX || point == UTF8_BAD || point < ' ') break;
        len = name.len - rest.len;
        memcpy(out->name + before, name.at + before, len - before);
    }
    out->name[len] = '\0';
    if (!text_plain(slice_text(out->name))) out->name[0] = '\0'; /* it is shown to people */
}

/* Names that customer lists do not have, but dumps do. */
static enum kind dump_name(struct slice name)
{
    static const struct {
        const char *name;
        enum kind kind;
    } known[] = {{"password", KIND_PASSWORD},
                 {"passwd", KIND_PASSWORD},
                 {"pass", KIND_PASSWORD},
                 {"pwd", KIND_PASSWORD},
                 {"url", KIND_URL},
                 {"ip", KIND_NETWORK},
                 {"ip_address", KIND_NETWORK},
                 {"hash", KIND_PASSWORD_HASH},
                 {"password_hash", KIND_PASSWORD_HASH},
                 {"login", KIND_LOGIN},
                 {"username", KIND_LOGIN},
                 {"user", KIND_LOGIN}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (name.len == strlen(known[i].name) &&
            strncasecmp((const char *)name.at, known[i].name, name.len) == 0)
            return known[i].kind;
    }
    return KIND_OTHER;
}

/* What a name says, by itself: a name that stands for two columns of a list means the same of both here. */
static enum kind name_means(struct slice name)
{
    struct columns *columns = NULL;
    enum kind kind = dump_name(name);
    if (kind != KIND_OTHER || name.len == 0) return kind;
    if (columns_new(NULL, 1, &columns).code != CODE_OK) return KIND_OTHER;
    const struct column *column = columns_member(columns, name, TARGET_PLAIN);
    if (column->target) {
        bool part = strcmp(column->target, "first_name") == 0 || strcmp(column->target, "last_name") == 0;
        kind = part ? KIND_OTHER : kind_find(column->target);
    }
    columns_free(&columns);
    return kind;
}

/* A path ends in what it is: "customer.contact.email". */
static enum kind path_means(struct slice name)
{
    enum kind kind = name_means(name);
    const uint8_t *dot = name.len > 0 ? memrchr(name.at, '.', name.len) : NULL;
    if (kind != KIND_OTHER || !dot) return kind;
    return name_means(slice_from(name, (size_t)(dot - name.at) + 1));
}

/* What most cells of such a column look like; 0 where nothing tells. */
static unsigned looks_of_kind(enum kind kind)
{
    static const struct {
        enum kind kind;
        unsigned looks;
    } known[] = {{KIND_EMAIL, LOOKS_EMAIL},
                 {KIND_PHONE, LOOKS_PHONE},
                 {KIND_NATIONAL_ID, LOOKS_NATIONAL_ID},
                 {KIND_BIRTH_DATE, LOOKS_DATE},
                 {KIND_LOGIN, LOOKS_EMAIL | LOOKS_PHONE}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (known[i].kind == kind) return known[i].looks;
    }
    return 0;
}

/* Of a hundred filled cells, how many look like any of these. */
static unsigned share(const struct column_state *column, unsigned looks)
{
    uint64_t sum = 0;
    if (column->filled == 0) return 0;
    for (unsigned i = 0; i < LOOKS_COUNT; i++) {
        if (looks >> i & 1) sum += column->looks[i];
    }
    return (unsigned)(sum * SHARE_WHOLE / column->filled);
}

static enum kind kind_by_content(const struct column_state *column)
{
    static const struct {
        unsigned looks;
        enum kind kind;
    } order[] = {{LOOKS_EMAIL, KIND_EMAIL},
                 {LOOKS_NATIONAL_ID, KIND_NATIONAL_ID},
                 {LOOKS_HASH, KIND_PASSWORD_HASH},
                 {LOOKS_NETWORK, KIND_NETWORK},
                 {LOOKS_URL, KIND_URL},
                 {LOOKS_DATE, KIND_OTHER},
                 {LOOKS_PHONE, KIND_PHONE},
                 {LOOKS_NAME, KIND_NAME},
                 {LOOKS_ADDRESS, KIND_ADDRESS}};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        if (share(column, order[i].looks) >= SHARE_FOUND) return order[i].kind;
    }
    return share(column, LOOKS_EMAIL | LOOKS_PHONE) >= SHARE_LOGIN ? KIND_LOGIN : KIND_OTHER;
}

/* What its name says, unless its cells say that it is not; else what they look like. */
static enum kind kind_of(const struct column_state *column)
{
    enum kind named = path_means(slice_text(column->is.name));
    unsigned looks = looks_of_kind(named);
    bool fits =
        named == KIND_LOGIN || looks == 0 || column->filled == 0 || share(column, looks) >= SHARE_NAMED;
    if (named != KIND_OTHER && fits) {
        bool hashed = named == KIND_PASSWORD && share(column, LOOKS_HASH) >= SHARE_FOUND;
        return hashed ? KIND_PASSWORD_HASH : named;
    }
    return kind_by_content(column);
}

/*
 * A telephone number that a spreadsheet took for a number, or that lacks its plus. With `only` just those that cannot be
 * read in another way: digits that begin as no number of any country is written.
 */
static struct slice phone_repair(struct slice text, bool only, uint8_t out[REPAIRED_BYTES])
{
    static const struct {
        const char *starts, *before;
        size_t fewest, most;
        bool only;
    } repairs[] = {{"8210", "+", 12, 12, false},
                   {"628", "+", 11, 15, false},
                   {"10", "0", 10, 10, true},
                   {"8", "0", 9, 12, true}};
    size_t digits = 0;
    if (only && text.at[0] != '1' && text.at[0] != '8') return (struct slice){0};
    for (size_t i = 0; i < text.len && digits < REPAIRED_BYTES - 1; i++) {
        if (text.at[i] >= '0' && text.at[i] <= '9') out[1 + digits++] = text.at[i];
        if (only && text.at[i] >= 0x80) return (struct slice){0};
    }
    for (size_t i = 0; i < COUNT_OF(repairs); i++) {
        struct slice number = {out + 1, digits};
        if (digits < repairs[i].fewest || digits > repairs[i].most ||
            !slice_starts(number, repairs[i].starts))
            continue;
        if (only && !repairs[i].only) break;
        out[0] = (uint8_t)repairs[i].before[0];
        return (struct slice){out, digits + 1};
    }
    return (struct slice){0};
}

static void value_add(struct sheet *sheet, size_t column, enum kind kind, struct slice text)
{
    if (sheet->value_count == SHEET_VALUES_MAX) return;
    sheet->values[sheet->value_count++] = (struct sheet_value){(uint8_t)column, (uint8_t)kind, text};
}

/* Its normal form, at the end of the keys; empty when it has none. */
static struct slice normal_put(struct sheet *sheet, enum normaliser normaliser, struct slice text)
{
    size_t start = sheet->keys.len;
    if (text.len == 0 || text.len > KEY_BYTES / 2) return (struct slice){0};
    struct result done = normalise(normaliser, text, (struct slice){0}, &sheet->keys);
    if (done.code != CODE_OK) sheet->keys.len = start;
    return slice_from(buf_slice(&sheet->keys), start);
}

static bool email_take(struct sheet *sheet, size_t column, struct slice text)
{
    struct slice normal = normal_put(sheet, NORMALISE_EMAIL, text);
    if (normal.len == 0) return false;
    value_add(sheet, column, KIND_EMAIL, normal);
    if (email_is_canonical(normal)) return true;
    struct slice canonical = normal_put(sheet, NORMALISE_EMAIL_CANONICAL, normal);
    if (canonical.len > 0 && !slice_equal(canonical, normal))
        value_add(sheet, column, KIND_EMAIL_CANONICAL, canonical);
    return true;
}

static bool phone_take(struct sheet *sheet, size_t column, struct slice text)
{
    uint8_t repaired[REPAIRED_BYTES];
    struct slice plain = phone_repair(text, true, repaired);
    struct slice normal = normal_put(sheet, NORMALISE_PHONE, plain.len > 0 ? plain : text);
    if (normal.len == 0) normal = normal_put(sheet, NORMALISE_PHONE, phone_repair(text, false, repaired));
    explicit_bzero(repaired, sizeof repaired);
    if (normal.len > 0) value_add(sheet, column, KIND_PHONE, normal);
    return normal.len > 0;
}

static bool id_take(struct sheet *sheet, size_t column, struct slice text)
{
    struct slice normal = normal_put(sheet, NORMALISE_NATIONAL_ID, text);
    if (normal.len > 0) value_add(sheet, column, KIND_NATIONAL_ID, normal);
    return normal.len > 0;
}

/* A key: false when it has no normal form, or there are enough of them. */
static bool key_take(struct sheet *sheet, size_t column, enum kind kind, struct slice text)
{
    if (sheet->key_count == SHEET_KEYS_MAX) return true;
    sheet->key_count++;
    if (kind == KIND_EMAIL) return email_take(sheet, column, text);
    if (kind == KIND_PHONE) return phone_take(sheet, column, text);
    return id_take(sheet, column, text);
}

static void cell_take(struct sheet *sheet, size_t column, struct slice text)
{
    enum kind kind = (enum kind)sheet->at[column].is.kind;
    if (text.len == 0) return;
    bool may_be_none = text.len == 2 || text.len == 4;
    if (may_be_none && (slice_is(text, "NULL") || slice_is(text, "null") || slice_is(text, "\\N"))) return;
    if (kind == KIND_LOGIN) {
        unsigned looks = content_looks(text);
        if (looks & LOOKS_EMAIL) kind = KIND_EMAIL;
        if (looks & LOOKS_PHONE) kind = KIND_PHONE;
    }
    if (kind == KIND_EMAIL || kind == KIND_PHONE || kind == KIND_NATIONAL_ID) {
        if (!key_take(sheet, column, kind, text)) sheet->unreadable++;
        return;
    }
    value_add(sheet, column, kind, slice_part(text, 0, SHEET_VALUE_BYTES_MAX));
}

static RESULT row_emit(struct sheet *sheet, uint64_t line, const struct slice *cells, size_t count)
{
    if (sheet->skip && *sheet->skip > 0) {
        (*sheet->skip)--;
        return OK;
    }
    sheet->value_count = sheet->key_count = 0;
    sheet->keys.len = 0; /* overwritten by what follows, wiped at the end */
    for (size_t i = 0; i < count && i < sheet->count; i++) cell_take(sheet, i, cells[i]);
    return sheet->sink.row(sheet->sink.context, line, sheet->values, sheet->value_count);
}

static RESULT columns_tell(struct sheet *sheet)
{
    struct sheet_column columns[SHEET_COLUMNS_MAX];
    for (size_t i = 0; i < sheet->count; i++) columns[i] = sheet->at[i].is;
    sheet->told = true;
    return sheet->sink.columns(sheet->sink.context, columns, sheet->count);
}

static void cell_note(struct column_state *column, struct slice text)
{
    if (text.len == 0) return;
    unsigned looks = content_looks(text);
    column->filled++;
    for (unsigned i = 0; i < LOOKS_COUNT; i++) column->looks[i] += looks >> i & 1;
}

static void cell_forget(struct column_state *column, struct slice text)
{
    if (text.len == 0) return;
    unsigned looks = content_looks(text);
    column->filled--;
    for (unsigned i = 0; i < LOOKS_COUNT; i++) column->looks[i] -= looks >> i & 1;
}

/* One row of the sample; false at its end. */
static bool sample_next(struct cursor *sample, uint64_t *line, struct slice *cells, size_t *count)
{
    if (sample->rest.len == 0) return false;
    *line = cursor_varint(sample);
    *count = (size_t)cursor_varint(sample);
    for (size_t i = 0; i < *count; i++) cells[i] = cursor_take(sample, (size_t)cursor_varint(sample));
    return true;
}

/*
 * Is the first row one of names? When one of them is known; or when none of its cells looks like what its column holds,
 * and the column holds something.
 */
static bool first_is_names(const struct sheet *sheet, const struct slice *cells, size_t count)
{
    bool differs = false;
    for (size_t i = 0; i < count && i < sheet->count; i++) {
        enum kind kind = kind_by_content(&sheet->at[i]);
        unsigned looks = content_looks(cells[i]);
        if (looks & (LOOKS_EMAIL | LOOKS_PHONE | LOOKS_NATIONAL_ID | LOOKS_DATE | LOOKS_HASH)) return false;
        if (path_means(cells[i]) != KIND_OTHER) return true;
        differs = differs || looks_of_kind(kind) != 0;
    }
    return differs && sheet->sample_rows > 2;
}

static void names_take(struct sheet *sheet, const struct slice *names, size_t count)
{
    for (size_t i = 0; i < count && i < SHEET_COLUMNS_MAX; i++) name_take(names[i], &sheet->at[i].is);
    sheet->named = true;
}

/* The columns are known from the sample: let it go. */
static RESULT decide(struct sheet *sheet)
{
    struct slice cells[SHEET_COLUMNS_MAX];
    struct cursor sample = {buf_slice(&sheet->sample), false};
    uint64_t line = 0;
    size_t count = 0;
    bool names =
        !sheet->named && sample_next(&sample, &line, cells, &count) && first_is_names(sheet, cells, count);
    for (size_t i = 0; names && i < count; i++) cell_forget(&sheet->at[i], cells[i]);
    if (names) names_take(sheet, cells, count);
    if (!names) sample = (struct cursor){buf_slice(&sheet->sample), false};
    for (size_t i = 0; i < sheet->count; i++) sheet->at[i].is.kind = (uint8_t)kind_of(&sheet->at[i]);
    sheet->decided = true;
    TRY(columns_tell(sheet));
    while (sample_next(&sample, &line, cells, &count)) TRY(row_emit(sheet, line, cells, count));
    buf_clear(&sheet->sample);
    return OK;
}

RESULT sheet_end(struct sheet *sheet)
{
    if (!sheet->decided && sheet->sample_rows > 0) TRY(decide(sheet));
    return OK;
}

RESULT sheet_begin(struct sheet *sheet, const struct slice *names, size_t count)
{
    TRY(sheet_end(sheet));
    memset(sheet->at, 0, sizeof sheet->at);
    sheet->decided = sheet->named = sheet->told = false;
    sheet->sample_rows = 0;
    sheet->count = 0;
    if (!names) return OK;
    sheet->count = count < SHEET_COLUMNS_MAX ? count : SHEET_COLUMNS_MAX;
    names_take(sheet, names, count);
    return OK;
}

size_t sheet_column_of(struct sheet *sheet, struct slice name)
{
    struct sheet_column cut = {{0}, 0};
    name_take(name, &cut);
    sheet->named = true;
    for (size_t i = 0; i < sheet->count; i++) {
        if (strcmp(sheet->at[i].is.name, cut.name) == 0) return i;
    }
    if (sheet->count == SHEET_COLUMNS_MAX) return SHEET_COLUMNS_MAX;
    size_t made = sheet->count++;
    sheet->at[made] = (struct column_state){.is = cut};
    enum kind kind =
        path_means(slice_text(cut.name)); /* where the others are decided, its name alone tells */
    sheet->at[made].is.kind = (uint8_t)kind;
    sheet->told = false;
    return made;
}

static bool is_text(const struct slice *cells, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!utf8_valid(cells[i]) || (cells[i].len > 0 && memchr(cells[i].at, 0, cells[i].len))) return false;
    }
    return true;
}

RESULT sheet_row(struct sheet *sheet, uint64_t line, const struct slice *cells, size_t count, bool *good)
{
    if (count > SHEET_COLUMNS_MAX) count = SHEET_COLUMNS_MAX;
    *good = sheet->checked || is_text(cells, count);
    if (!*good) return OK;
    if (sheet->decided && (count <= sheet->count || sheet->named)) {
        if (!sheet->told) TRY(columns_tell(sheet));
        return row_emit(sheet, line, cells, count);
    }
    if (sheet->decided) { /* a longer row than any before: its further cells are of no known column */
        sheet->count = count;
        TRY(columns_tell(sheet));
        return row_emit(sheet, line, cells, count);
    }
    if (count > sheet->count) sheet->count = count;
    buf_varint(&sheet->sample, line);
    buf_varint(&sheet->sample, count);
    for (size_t i = 0; i < count; i++) {
        cell_note(&sheet->at[i], cells[i]);
        buf_varint(&sheet->sample, cells[i].len);
        buf_slice_put(&sheet->sample, cells[i]);
    }
    sheet->sample_rows++;
    bool enough = sheet->sample_rows >= SHEET_SAMPLE_ROWS || sheet->sample.len >= SHEET_SAMPLE_BYTES;
    return enough ? decide(sheet) : OK;
}
