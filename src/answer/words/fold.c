#include "answer/words/words_priv.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>

/* Letters of which Hangul is composed (Unicode 15, 3.12). */
enum { LEAD = 0x1100, LEADS = 19, VOWEL = 0x1161, VOWELS = 21, TAIL = 0x11a7, TAILS = 28, SYLLABLE = 0xac00 };

void folded_done(struct folded *folded)
{
    buf_done(&folded->text);
    free(folded->from);
    *folded = (struct folded){{0}};
}

static void put(struct folded *out, uint32_t point, size_t from)
{
    size_t start = out->text.len;
    utf8_put(&out->text, point);
    if (out->text.len > out->cap) {
        out->cap = out->text.len * 2 + 64;
        out->from = realloc(out->from, out->cap * sizeof *out->from);
        assert(out->from);
    }
    for (size_t i = start; i < out->text.len; i++) out->from[i] = (uint32_t)from;
}

static bool invisible(uint32_t point)
{
    return (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
           (point >= 0x2060 && point <= 0x2064) || point == 0xfeff || point == 0x00ad || point == 0x034f;
}

static bool blank(uint32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0x00a0 || point == 0x3000 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 || point == 0x202f;
}

static uint32_t plain(uint32_t point)
{
    if (point >= 0xff01 && point <= 0xff5e) point -= 0xff01 - '!';
    if (point >= 'A' && point <= 'Z') return point + 32;
    if (point >= 0x00c0 && point <= 0x00de && point != 0x00d7) return point + 32;
    if (point == 0x2018 || point == 0x2019 || point == 0x02bc) return '\'';
    if (point == 0x201c || point == 0x201d) return '"';
    if (point >= 0x2010 && point <= 0x2012) return '-';
    return point;
}

/* Of two letters that belong together the syllable; 0: they do not. */
static uint32_t composed(uint32_t before, uint32_t point)
{
    if (before >= LEAD && before < LEAD + LEADS && point >= VOWEL && point < VOWEL + VOWELS)
        return SYLLABLE + ((before - LEAD) * VOWELS + (point - VOWEL)) * TAILS;
    bool open =
        before >= SYLLABLE && before < SYLLABLE + LEADS * VOWELS * TAILS && (before - SYLLABLE) % TAILS == 0;
    return open && point > TAIL && point < TAIL + TAILS ? before + (point - TAIL) : 0;
}

/* An empty line, or one that begins an item, ends what stands before it: written as one line end. */
static void space_put(struct folded *out, unsigned lines, struct slice rest, size_t at)
{
    bool item =
        lines > 0 && rest.len > 0 && (rest.at[0] == '-' || rest.at[0] == '*' || slice_starts(rest, "•"));
    if (out->text.len == 0) return;
    put(out, lines > 1 || item ? '\n' : ' ', at);
}

void fold_text(struct slice text, struct folded *out)
{
    struct slice rest = text;
    uint32_t before = 0;
    unsigned lines = 0;
    bool gap = false;
    size_t last = 0;
    while (rest.len > 0) {
        size_t at = text.len - rest.len;
        struct slice here = rest;
        uint32_t point = utf8_next(&rest);
        if (point == UTF8_BAD) point = 0xfffd;
        if (invisible(point)) continue;
        if (blank(point)) {
            gap = true;
            lines += point == '\n' || point == 0x2029;
            continue;
        }
        if (gap) {
            space_put(out, lines, here, at);
            before = 0;
        }
        gap = false;
        lines = 0;
        point = plain(point);
        uint32_t whole = composed(before, point);
        if (whole) out->text.len = last; /* the letter before is taken back */
        before = whole ? whole : point;
        last = out->text.len;
        put(out, before, at);
    }
}
