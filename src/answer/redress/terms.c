#include "answer/redress/terms.h"

#include <string.h>

/* Words that are no flag, but say of one beside them that it is not meant. */
enum { TERMS_DENIAL = TERMS_FLAGS, TERMS_DENIED, TERMS_UNLESS, REACH_BYTES = 48 };

static const struct row {
    int flag;
    const char *language, *words;
    bool itself;
} rows[] = {
#define TERM(flag, language, words, itself) {TERMS_##flag, language, words, itself},
#include "answer/redress/terms.def"
#undef TERM
};

const char *terms_flag_name(enum terms_flag flag)
{
    static const char *const names[] = {"waiver", "reregister", "spend", "consent", "remainder"};
    return (size_t)flag < COUNT_OF(names) ? names[flag] : "?";
}

/* Characters that look like a blank, like nothing, like a hyphen or an apostrophe, and would part or spoil a word. */
static const struct {
    const char *bytes, *as;
} disguises[] = {
    {"\xc2\xa0", " "},     {"\xe3\x80\x80", " "}, {"\xe2\x80\xaf", " "}, {"\xc2\xad", ""},
    {"\xe2\x80\x8b", ""},  {"\xe2\x80\x8c", ""},  {"\xe2\x80\x8d", ""},  {"\xe2\x81\xa0", ""},
    {"\xef\xbb\xbf", ""},  {"\xe2\x80\x90", "-"}, {"\xe2\x80\x91", "-"}, {"\xe2\x80\x92", "-"},
    {"\xe2\x80\x93", "-"}, {"\xe2\x80\x99", "'"}, {"\xe2\x80\x98", "'"}, {"\xef\xbc\x8c", ","},
};

static size_t disguise_at(struct slice text, size_t at, const char **as)
{
    for (size_t i = 0; i < COUNT_OF(disguises); i++) {
        size_t len = strlen(disguises[i].bytes);
        if (text.len - at < len || memcmp(text.at + at, disguises[i].bytes, len) != 0) continue;
        *as = disguises[i].as;
        return len;
    }
    return 0;
}

/* The next character as it is compared: small letters of ASCII, all white space as a blank, what hides as nothing. */
static size_t next_folded(struct slice text, size_t at, char out[2])
{
    const char *as = NULL;
    size_t len = disguise_at(text, at, &as);
    out[0] = len > 0 ? as[0] : (char)text.at[at];
    out[1] = 0;
    if (len == 0 && text.at[at] <= ' ') out[0] = ' ';
    if (out[0] >= 'A' && out[0] <= 'Z') out[0] = (char)(out[0] - 'A' + 'a');
    if (out[0] == ':' || out[0] == '(' || out[0] == ')') out[0] = ',';
    return len > 0 ? len : 1;
}

/*
 * A sentence, with one blank between words, before the first, behind the last and around a comma. Of Korean, where people
 * differ about where blanks stand, with none at all.
 */
static void folded(struct slice language, struct slice sentence, struct buf *out)
{
    const char *blank = slice_is(language, "ko") ? "" : " ";
    buf_text(out, blank);
    for (size_t i = 0; i < sentence.len;) {
        char one[2];
        i += next_folded(sentence, i, one);
        bool after = out->len > 0 && out->at[out->len - 1] == ' ';
        if (one[0] == ' ') {
            buf_text(out, after ? "" : blank);
        } else if (one[0] == ',') {
            buf_print(out, "%s,%s", after ? "" : blank, blank);
        } else {
            buf_text(out, one);
        }
    }
    buf_text(out, blank);
    buf_byte(out, 0);
}

/* The last words of that kind in the text: where they end. 0: there are none. */
static size_t last_of_kind(struct slice language, int kind, struct slice text)
{
    size_t last = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t len = strlen(rows[i].words);
        if (rows[i].flag != kind || !slice_is(language, rows[i].language)) continue;
        for (size_t at = 0; at + len <= text.len; at++) {
            if (memcmp(text.at + at, rows[i].words, len) == 0 && at + len > last) last = at + len;
        }
    }
    return last;
}

/*
 * Is it said that what stands at `at` is not so? A word of denial shortly before it or behind it, in the same clause, and
 * no "unless" that takes the denial back.
 */
static bool denied(struct slice language, struct slice text, size_t at, size_t len)
{
    size_t from = at, to = at + len;
    while (from > 0 && at - from < REACH_BYTES && text.at[from - 1] != ',') from--;
    while (to < text.len && to - at - len < REACH_BYTES && text.at[to] != ',') to++;
    struct slice before = slice_part(text, from, at + 1 - from), behind = slice_part(text, at, to - at);
    size_t denial = last_of_kind(language, TERMS_DENIAL, before);
    if (denial > 0 && last_of_kind(language, TERMS_UNLESS, slice_from(before, denial - 1)) == 0) return true;
    return last_of_kind(language, TERMS_DENIED, behind) > 0 &&
           last_of_kind(language, TERMS_UNLESS, behind) == 0;
}

/* Does it stand there, without being denied, or being a fault by itself? */
static bool row_meets(const struct row *row, struct slice text)
{
    size_t len = strlen(row->words);
    for (const char *at = (const char *)text.at; (at = strstr(at, row->words)); at++) {
        size_t place = (size_t)(at - (const char *)text.at);
        if (row->itself || !denied(slice_text(row->language), text, place, len)) return true;
    }
    return false;
}

static struct slice trimmed(struct slice text)
{
    while (text.len > 0 && text.at[0] <= ' ') text = slice_from(text, 1);
    while (text.len > 0 && text.at[text.len - 1] <= ' ') text.len--;
    return text;
}

static void passage_check(struct slice language, struct slice passage, struct terms_found *out)
{
    SCOPED(buf_done) struct buf text = {0};
    folded(language, passage, &text);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int flag = rows[i].flag;
        if (flag >= TERMS_FLAGS || out->flags >> flag & 1 || !slice_is(language, rows[i].language)) continue;
        if (!row_meets(&rows[i], slice_part(buf_slice(&text), 0, text.len - 1))) continue;
        out->flags |= 1U << flag;
        out->sentence[flag] = trimmed(passage);
    }
}

static bool says_something(struct slice sentence)
{
    for (size_t i = 0; i < sentence.len; i++) {
        uint8_t at = sentence.at[i];
        if ((at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') || at >= 0x80) return true;
    }
    return false;
}

/* Does a line begin a paragraph, or an item of a list? Else it goes on with the sentence before it. */
static bool begins_anew(struct slice line)
{
    size_t at = 0;
    while (at < line.len && (line.at[at] == ' ' || line.at[at] == '\t' || line.at[at] == '\r')) at++;
    if (at == line.len || line.at[at] == '\n') return true;
    uint8_t first = line.at[at];
    return first == '-' || first == '*' || first == '#' || (first >= '0' && first <= '9') ||
           (line.len - at >= 3 && memcmp(line.at + at, "\xe2\x80\xa2", 3) == 0);
}

/* The end of the sentence that begins the text; with `lines`, or of the line. A point within a number is no end. */
static size_t sentence_end(struct slice text, bool lines)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t at = text.at[i], next = i + 1 < text.len ? text.at[i + 1] : '\n';
        if (at == '\n' && (lines || begins_anew(slice_from(text, i + 1)))) return i + 1;
        if ((at == '.' || at == '!' || at == '?' || at == ';') &&
            (next == ' ' || next == '\n' || next == '\r'))
            return i + 1;
    }
    return text.len;
}

void terms_check(struct slice language, struct slice text, struct terms_found *out)
{
    *out = (struct terms_found){0};
    for (struct slice rest = text; rest.len > 0;) {
        size_t end = sentence_end(rest, true);
        out->conditions += says_something(slice_part(rest, 0, end));
        rest = slice_from(rest, end);
    }
    for (struct slice rest = text; rest.len > 0;) {
        size_t end = sentence_end(rest, false);
        passage_check(language, slice_part(rest, 0, end), out);
        rest = slice_from(rest, end);
    }
}
