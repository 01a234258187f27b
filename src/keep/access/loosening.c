#include "keep/access/loosening.h"

#include "base/cbor.h"
#include "mail/texts.h"
#include "mail/words.h"

#include <assert.h>
#include <stdio.h>

static const struct loosening_row rows[] = {
#define LOOSENING(NAME, code, ...) {code, {__VA_ARGS__}},
#include "keep/access/loosenings.def"
#undef LOOSENING
};

enum { KEY_BYTES = 64, NUMBER_BYTES = 21 };

const struct loosening_row *loosening_row(enum loosens what)
{
    assert(what < LOOSENS_COUNT);
    return &rows[what];
}

static size_t values_of(const struct loosening_row *row)
{
    size_t count = 0;
    while (count < LOOSENING_VALUES_MAX && row->names[count]) count++;
    return count;
}

static struct slice text_of(const struct loosening_value *value, char room[NUMBER_BYTES])
{
    if (!value->is_number) return value->text;
    (void)snprintf(room, NUMBER_BYTES, "%llu", (unsigned long long)value->number);
    return slice_text(room);
}

/* A value that is one of a list, in words; any other as it is. */
static void value_put(const char *name, const struct loosening_value *said, struct slice language,
                      struct buf *out)
{
    char key[KEY_BYTES] = "", room[NUMBER_BYTES];
    struct slice value = text_of(said, room);
    int len = snprintf(key, sizeof key, "%s.%.*s", name, (int)value.len, (const char *)value.at);
    if (len > 0 && (size_t)len < sizeof key && words_has(language, key))
        words_put(language, key, NULL, 0, out);
    else
        buf_slice_put(out, value);
}

void loosening_said_put(const struct loosening_said *said, struct slice language, struct buf *out)
{
    const struct loosening_row *row = loosening_row(said->what);
    const size_t count = values_of(row);
    struct mail_value worded[LOOSENING_VALUES_MAX];
    struct buf texts[LOOSENING_VALUES_MAX] = {{0}};
    char key[KEY_BYTES] = "";
    (void)snprintf(key, sizeof key, "loosening.%s", row->code);
    if (!words_has(language, key)) language = slice_text(mail_language(0));
    for (size_t i = 0; i < count; i++) {
        value_put(row->names[i], &said->values[i], language, &texts[i]);
        worded[i] = (struct mail_value){row->names[i], buf_slice(&texts[i])};
    }
    words_put(language, key, worded, count, out);
    for (size_t i = 0; i < count; i++) buf_done(&texts[i]);
}

void loosening_said_write(const struct loosening_said *said, struct buf *out)
{
    const struct loosening_row *row = loosening_row(said->what);
    const size_t count = values_of(row);
    cbor_map(out, 2);
    cbor_text(out, SLICE_TEXT("code"));
    cbor_text(out, slice_text(row->code));
    cbor_text(out, SLICE_TEXT("values"));
    cbor_map(out, count);
    for (size_t i = 0; i < count; i++) {
        char room[NUMBER_BYTES];
        cbor_text(out, slice_text(row->names[i]));
        cbor_text(out, text_of(&said->values[i], room));
    }
}

static RESULT expect(struct cbor *reader, const char *name)
{
    struct slice text = {0};
    TRY(cbor_read_text(reader, &text));
    return slice_is(text, name) ? OK : FAIL(CORRUPT, "authority: a stored approval's words are malformed");
}

static RESULT code_read(struct cbor *reader, enum loosens *out)
{
    struct slice code = {0};
    TRY(cbor_read_text(reader, &code));
    for (size_t i = 0; i < LOOSENS_COUNT; i++) {
        if (!slice_is(code, rows[i].code)) continue;
        *out = (enum loosens)i;
        return OK;
    }
    return FAIL(CORRUPT, "authority: a stored approval is about nothing known");
}

RESULT loosening_said_read(struct slice bytes, struct loosening_said *out)
{
    struct cbor reader = cbor_reader(bytes);
    struct loosening_said said = {0};
    size_t two = 0, count = 0;
    TRY(cbor_read_map(&reader, &two));
    TRY(expect(&reader, "code"));
    TRY(code_read(&reader, &said.what));
    TRY(expect(&reader, "values"));
    TRY(cbor_read_map(&reader, &count));
    if (two != 2 || count != values_of(&rows[said.what]))
        return FAIL(CORRUPT, "authority: a stored approval lacks a value");
    for (size_t i = 0; i < count; i++) {
        TRY(expect(&reader, rows[said.what].names[i]));
        TRY(cbor_read_text(&reader, &said.values[i].text));
    }
    TRY(cbor_end(&reader));
    *out = said;
    return OK;
}
