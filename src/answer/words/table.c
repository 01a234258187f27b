#include "answer/words/words_priv.h"

#include "base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_BYTES_MAX = 200, PATTERNS_MAX = 4000 };

static const struct rule_row {
    const char *slug, *about;
    bool patterns;
} rules[] = {
#define RULE(NAME, slug, patterns, about) {slug, about, patterns},
#include "answer/words/rules.def"
#undef RULE
};

static const char *const whens[WHEN_COUNT] = {"always", "confirmed", "certain", "open", "notice", "public"};

bool words_kind_by(struct slice name, enum words_kind *out)
{
    static const char *const kinds[] = {[WORDS_NOTICE] = "notice",
                                        [WORDS_STATEMENT] = "statement",
                                        [WORDS_REPORT] = "report",
                                        [WORDS_OTHER] = "other"};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        *out = (enum words_kind)i;
        if (slice_is(name, kinds[i])) return true;
    }
    return false;
}

const char *words_rule_slug(enum words_rule rule)
{
    return rules[rule].slug;
}

const char *words_rule_about(enum words_rule rule)
{
    return rules[rule].about;
}

void wordlist_done(struct wordlist *table)
{
    for (size_t i = 0; i < table->count; i++) buf_done(&table->patterns[i].text);
    free(table->patterns);
    buf_done(&table->source);
}

/* A line without its end and what blanks stand behind it. */
static struct slice line_take(struct slice *rest)
{
    const uint8_t *end = memchr(rest->at, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->at) : rest->len;
    struct slice line = {rest->at, len};
    *rest = slice_from(*rest, end ? len + 1 : len);
    while (line.len > 0 && (line.at[line.len - 1] == ' ' || line.at[line.len - 1] == '\r')) line.len--;
    return line;
}

static struct slice word_take(struct slice *rest, char end)
{
    size_t len = 0;
    while (len < rest->len && rest->at[len] != ' ' && rest->at[len] != (uint8_t)end) len++;
    struct slice word = {rest->at, len};
    *rest = slice_from(*rest, len);
    while (rest->len > 0 && rest->at[0] == ' ') *rest = slice_from(*rest, 1);
    return word;
}

static bool scale_of(struct slice word, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] < '0' || word.at[i] > '9' || i >= 15) return false;
        number = number * 10 + (word.at[i] - '0');
    }
    *out = number;
    return number > 1;
}

/* "euphemism confirmed: what to write instead", or "scale 1000:" */
static bool head_read(struct slice line, struct pattern *out)
{
    struct slice rule = word_take(&line, ':'), when = word_take(&line, ':');
    size_t r = 0, w = 0;
    while (r < COUNT_OF(rules) && !(rules[r].patterns && slice_is(rule, rules[r].slug))) r++;
    while (w < WHEN_COUNT && !slice_is(when, whens[w])) w++;
    if (r == COUNT_OF(rules) || line.len == 0 || line.at[0] != ':') return false;
    *out = (struct pattern){.rule = (enum words_rule)r};
    if (out->rule == WORDS_RULE_SCALE) return scale_of(when, &out->scale);
    out->when = (enum words_when)w;
    line = slice_from(line, 1);
    while (line.len > 0 && line.at[0] == ' ') line = slice_from(line, 1);
    out->instead = line;
    return w < WHEN_COUNT;
}

static bool letter(uint8_t byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

static bool pattern_add(struct wordlist *out, const struct pattern *head, struct slice text)
{
    SCOPED(folded_done) struct folded folded = {{0}};
    bool open = text.len > 0 && text.at[text.len - 1] == '*';
    if (open) text.len--;
    fold_text(text, &folded);
    struct slice clean = buf_slice(&folded.text);
    if (clean.len == 0 || clean.len > PATTERN_BYTES_MAX || out->count >= PATTERNS_MAX) return false;
    if (memchr(clean.at, '\n', clean.len) || memchr(clean.at, '*', clean.len)) return false;
    if (out->count == out->cap) {
        out->cap = out->cap * 2 + 64;
        out->patterns = realloc(out->patterns, out->cap * sizeof *out->patterns);
        assert(out->patterns);
    }
    struct pattern *made = &out->patterns[out->count++];
    *made = *head;
    made->group = out->groups;
    made->head = letter(clean.at[0]);
    made->open = open;
    made->tail = !open && letter(clean.at[clean.len - 1]);
    made->text = TAKE(folded.text);
    return true;
}

RESULT wordlist_read(const char *name, struct slice text, struct wordlist *out)
{
    struct pattern head = {0};
    bool headed = false;
    if (text.len > WORDS_TABLE_BYTES_MAX)
        return FAIL(CONFIG, "%s:1: above %d bytes", name, WORDS_TABLE_BYTES_MAX);
    if (!utf8_valid(text)) return FAIL(CONFIG, "%s:1: not UTF-8", name);
    for (unsigned number = 1; text.len > 0; number++) {
        struct slice line = line_take(&text);
        if (line.len == 0 || line.at[0] == '#') continue;
        if (line.at[0] != ' ') {
            if (!head_read(line, &head))
                return FAIL(CONFIG, "%s:%u: must be `rule when: what to write instead`", name, number);
            headed = true;
            out->groups++;
            continue;
        }
        while (line.len > 0 && line.at[0] == ' ') line = slice_from(line, 1);
        if (!headed || !pattern_add(out, &head, line))
            return FAIL(CONFIG, "%s:%u: no pattern, or none that fits below a heading", name, number);
    }
    return OK;
}

size_t pattern_find(const struct pattern *pattern, struct slice text, size_t start)
{
    struct slice want = buf_slice(&pattern->text);
    bool number = want.len > 1 && want.at[want.len - 1] == '#';
    if (number) want.len--;
    while (start + want.len <= text.len) {
        const uint8_t *at = memmem(text.at + start, text.len - start, want.at, want.len);
        if (!at) break;
        size_t found = (size_t)(at - text.at), end = found + want.len;
        bool begins = !pattern->head || found == 0 || !letter(text.at[found - 1]);
        bool ends = !pattern->tail || end == text.len || !letter(text.at[end]);
        if (number) ends = end < text.len && text.at[end] >= '0' && text.at[end] <= '9';
        if (begins && ends) return found;
        start = found + 1;
    }
    return text.len;
}
