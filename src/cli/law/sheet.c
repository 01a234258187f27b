#include "cli/law/sheet.h"

#include "answer/law/zone.h"
#include "base/text.h"
#include "cli/show.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { SHEET_COLUMNS = 100, LABEL_COLUMNS = 12, KEY_BYTES = 96 };

void sheet_done(struct sheet *sheet)
{
    buf_done(&sheet->out);
}

void sheet_show(struct sheet *sheet)
{
    struct slice rest = buf_slice(&sheet->out);
    while (rest.len > 0) {
        const uint8_t *end = memchr(rest.at, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.at) : rest.len;
        show_value(slice_part(rest, 0, len));
        show_words("\n");
        rest = slice_from(rest, len + 1);
    }
}

static void spaces(struct buf *out, size_t count)
{
    for (size_t i = 0; i < count; i++) buf_byte(out, ' ');
}

void sheet_line(struct sheet *sheet, unsigned depth, const char *label, struct slice text)
{
    size_t indent = (size_t)depth * 2 + (label ? LABEL_COLUMNS : 0), column = (size_t)depth * 2;
    spaces(&sheet->out, column);
    if (label) {
        size_t width = text_width(slice_text(label));
        buf_text(&sheet->out, label);
        spaces(&sheet->out, width < LABEL_COLUMNS ? LABEL_COLUMNS - width : 1);
        column = indent > column + width + 1 ? indent : column + width + 1;
    }
    bool first = true;
    for (struct slice rest = text; rest.len > 0;) {
        const uint8_t *blank = memchr(rest.at, ' ', rest.len);
        size_t len = blank ? (size_t)(blank - rest.at) : rest.len;
        struct slice word = slice_part(rest, 0, len);
        size_t width = text_width(word);
        rest = slice_from(rest, len + 1);
        if (!first && column + 1 + width > SHEET_COLUMNS) {
            buf_byte(&sheet->out, '\n');
            spaces(&sheet->out, indent);
            column = indent;
        } else if (!first) {
            buf_byte(&sheet->out, ' ');
            column++;
        }
        buf_slice_put(&sheet->out, word);
        column += width;
        first = false;
    }
    buf_byte(&sheet->out, '\n');
}

void sheet_text(struct sheet *sheet, unsigned depth, const char *label, const char *text)
{
    if (text) sheet_line(sheet, depth, label, slice_text(text));
}

void sheet_head(struct sheet *sheet, const char *key)
{
    buf_byte(&sheet->out, '\n');
    word_put(sheet, &sheet->out, key);
    buf_byte(&sheet->out, '\n');
}

void word_put(const struct sheet *sheet, struct buf *out, const char *key)
{
    words_put(sheet->language, key, NULL, 0, out);
}

void word_with(const struct sheet *sheet, struct buf *out, const char *key, const char *name,
               const char *value)
{
    const struct mail_value values[] = {{name, slice_text(value)}};
    words_put(sheet->language, key, values, 1, out);
}

void word_of(const struct sheet *sheet, struct buf *out, const char *group, const char *name)
{
    char key[KEY_BYTES];
    int len = snprintf(key, sizeof key, "law.%s.%s", group, name);
    assert(len > 0 && len < KEY_BYTES);
    word_put(sheet, out, key);
}

const char *span_words(const struct sheet *sheet, struct buf *out, const char *text)
{
    static const char *const keys[] = {"law.hours", "law.days", "law.months", "law.years"};
    struct span span = {0};
    struct result result = span_get(slice_text(text), &span);
    assert(result.code == CODE_OK); /* the file was checked */
    words_count(sheet->language, keys[span.unit], span.number, out);
    return buf_c(out);
}

void names_put(struct buf *out, const struct law_names *names, const char *between)
{
    for (uint32_t i = 0; i < names->at_count; i++) {
        if (i > 0) buf_text(out, between);
        buf_text(out, names->at[i]);
    }
}

static void set_put(const struct sheet *sheet, struct buf *out, uint64_t set, const char *between, bool facts)
{
    bool more = false;
    for (unsigned i = 0; i < (facts ? (unsigned)LAW_FACT_COUNT : (unsigned)LAW_KIND_COUNT); i++) {
        if (!(set & LAW_BIT(i))) continue;
        if (more) buf_text(out, between);
        word_of(sheet, out, facts ? "fact" : "kind", facts ? law_fact_name(i) : law_kind_name(i));
        more = true;
    }
}

void facts_put(const struct sheet *sheet, struct buf *out, uint64_t facts, const char *between)
{
    set_put(sheet, out, facts, between, true);
}

void kinds_put(const struct sheet *sheet, struct buf *out, uint64_t kinds, const char *between)
{
    set_put(sheet, out, kinds, between, false);
}

void sure_put(const struct sheet *sheet, struct buf *out, enum law_sure sure, const char *source,
              const struct law_names *refs)
{
    buf_text(out, "[");
    word_of(sheet, out, "sure", law_sure_name(sure));
    if (source) {
        buf_text(out, "; ");
        buf_text(out, source);
    }
    if (refs && refs->at_count > 0) {
        buf_text(out, "; ");
        names_put(out, refs, ", ");
    }
    buf_text(out, "]");
}
