#include "answer/words/words_priv.h"

enum { SMALL = 100 };

static bool digit(struct slice text, size_t at)
{
    return at < text.len && text.at[at] >= '0' && text.at[at] <= '9';
}

/* A date, a time, a telephone number: digits with one of these between them. */
static size_t token_end(struct slice text, size_t at)
{
    size_t end = at;
    bool joined = false;
    while (end < text.len) {
        uint8_t here = text.at[end];
        bool joint =
            (here == '-' || here == ':' || here == '/' || (joined && here == 't')) && digit(text, end + 1);
        if (!joint && !digit(text, end)) break;
        joined = joined || joint;
        end++;
    }
    return joined ? end : at;
}

/* Digits with signs between groups of three, and what stands behind a last sign: "33.673.817", "1,200", "33.7". */
static void digits_read(struct slice text, struct number *out)
{
    size_t at = out->start, group = 0, groups = 0;
    double whole = 0, decimal = 0, unit = 1;
    while (digit(text, at)) whole = whole * 10 + (text.at[at++] - '0');
    while (at < text.len && (text.at[at] == ',' || text.at[at] == '.') && digit(text, at + 1)) {
        double part = 0;
        size_t next = at + 1;
        for (group = 0; digit(text, next); next++, group++) part = part * 10 + (text.at[next] - '0');
        if (group == 3) {
            whole = whole * 1000 + part;
            groups++;
        } else if (groups == 0) {
            for (size_t i = 0; i < group; i++) unit /= 10;
            decimal = part * unit;
            at = next;
            break;
        } else {
            break;
        }
        at = next;
    }
    out->end = at;
    out->value = whole + decimal;
    out->unit = unit;
}

static size_t past_blank(struct slice text, size_t at)
{
    while (at < text.len && (text.at[at] == ' ' || text.at[at] == '+')) at++;
    return at;
}

static size_t past_word(struct slice text, size_t at)
{
    while (at < text.len && text.at[at] != ' ' && text.at[at] != '\n') at++;
    return past_blank(text, at);
}

static const struct pattern *pattern_at(const struct wordlist *table, enum words_rule rule, struct slice text,
                                        size_t at)
{
    const struct pattern *best = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct pattern *pattern = &table->patterns[i];
        if (pattern->rule != rule || pattern->text.len > text.len - at) continue;
        if (memcmp(pattern->text.at, text.at + at, pattern->text.len) != 0) continue;
        if (!best || pattern->text.len > best->text.len) best = pattern;
    }
    return best;
}

/* People are what a number counts when they stand behind it, or behind one more word where it is large. */
static bool counts_people(const struct wordlist *table, struct slice text, size_t at, double value)
{
    if (pattern_at(table, WORDS_RULE_PEOPLE, text, at)) return true;
    size_t next = past_word(text, at);
    return value >= SMALL && next < text.len && pattern_at(table, WORDS_RULE_PEOPLE, text, next) != NULL;
}

bool number_next(const struct wordlist *table, struct slice text, size_t start, struct number *out)
{
    size_t at = start;
    while (at < text.len) {
        size_t skip = digit(text, at) ? token_end(text, at) : at + 1;
        if (skip == at) break;
        at = skip;
    }
    if (at >= text.len) return false;
    *out = (struct number){.start = at};
    digits_read(text, out);
    size_t behind = past_blank(text, out->end);
    for (const struct pattern *scale = NULL;
         (scale = pattern_at(table, WORDS_RULE_SCALE, text, behind)) != NULL;) {
        /* "33.673 juta": groups of three may be decimals before a scale; as written is what counts */
        out->value *= (double)scale->scale;
        out->unit *= (double)scale->scale;
        out->end = behind + scale->text.len;
        behind = past_blank(text, out->end);
    }
    out->people = counts_people(table, text, behind, out->value);
    return true;
}
