#include "answer/redress/terms.h"

#include <string.h>

enum { TERMS_DENIAL = TERMS_FLAGS, SENTENCE_BYTES_MAX = 1024 };

static const struct {
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

/* Small letters of ASCII, white space as one blank, a blank before and behind. */
static size_t folded(struct slice sentence, char out[SENTENCE_BYTES_MAX + 3])
{
    size_t len = 0;
    out[len++] = ' ';
    for (size_t i = 0; i < sentence.len && len < SENTENCE_BYTES_MAX; i++) {
        uint8_t at = sentence.at[i];
        if (at >= 'A' && at <= 'Z') at = (uint8_t)(at - 'A' + 'a');
        bool blank = at == ' ' || at == '\t' || at == '\n' || at == '\r' || at == ',' || at == 0;
        if (blank && out[len - 1] == ' ') continue;
        out[len++] = blank ? ' ' : (char)at;
    }
    out[len++] = ' ';
    out[len] = 0;
    return len;
}

static void sentence_check(struct slice language, struct slice sentence, struct terms_found *out)
{
    char text[SENTENCE_BYTES_MAX + 3];
    uint32_t found = 0, itself = 0;
    bool denied = false;
    (void)folded(sentence, text);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!slice_is(language, rows[i].language) || !strstr(text, rows[i].words)) continue;
        if (rows[i].flag == TERMS_DENIAL) {
            denied = true;
        } else if (rows[i].itself) {
            itself |= 1U << rows[i].flag;
        } else {
            found |= 1U << rows[i].flag;
        }
    }
    found = (denied ? 0 : found) | itself;
    for (int flag = 0; flag < TERMS_FLAGS; flag++) {
        if ((found >> flag & 1) && !(out->flags >> flag & 1)) out->sentence[flag] = sentence;
    }
    out->flags |= found;
    out->conditions++;
}

static bool says_something(struct slice sentence)
{
    for (size_t i = 0; i < sentence.len; i++) {
        uint8_t at = sentence.at[i];
        if ((at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') || at >= 0x80) return true;
    }
    return false;
}

/* The end of the sentence or line that begins the text. A point within a number or an address is no end. */
static size_t sentence_end(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t at = text.at[i], next = i + 1 < text.len ? text.at[i + 1] : '\n';
        if (at == '\n') return i + 1;
        if ((at == '.' || at == '!' || at == '?' || at == ';') &&
            (next == ' ' || next == '\n' || next == '\r'))
            return i + 1;
        if (i + 1 >= SENTENCE_BYTES_MAX / 2 && at == ' ') return i + 1; /* nobody writes such a sentence */
    }
    return text.len;
}

void terms_check(struct slice language, struct slice text, struct terms_found *out)
{
    *out = (struct terms_found){0};
    while (text.len > 0) {
        size_t end = sentence_end(text);
        struct slice sentence = slice_part(text, 0, end);
        if (says_something(sentence)) sentence_check(language, sentence, out);
        text = slice_from(text, end);
    }
}
