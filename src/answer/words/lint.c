#include "answer/words/words_priv.h"

#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LARGE = 10000, PATH_BYTES_MAX = 4096, EXCEPT_REACH = 200 };

struct lint {
    const struct wordlist *table;
    const struct words_text *text;
    const struct words_facts *facts; /* NULL: none */
    struct folded subject, body;
    bool confirmed;
    struct words_findings *out;
};

void wording_free(struct wording **wording)
{
    if (!*wording) return;
    for (size_t i = 0; i < (*wording)->count; i++) wordlist_done(&(*wording)->tables[i]);
    free((*wording)->tables);
    free(*wording);
    *wording = NULL;
}

/* A home's own table, which need not be there. */
static RESULT own_read(const char *folder, struct wordlist *table)
{
    char path[PATH_BYTES_MAX];
    SCOPED(buf_done) struct buf text = {0};
    int len = snprintf(path, sizeof path, "%s/%s/lint.txt", folder, table->language);
    if (len < 0 || (size_t)len >= sizeof path) return FAIL(CONFIG, "locale: the path is too long");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? OK : FAIL(UNAVAILABLE, "%s: cannot be read", path);
    ssize_t got = 0;
    do {
        size_t had = text.len;
        got = read(fd, buf_extend(&text, 4096), 4096);
        text.len = had + (got > 0 ? (size_t)got : 0);
    } while (got > 0 && text.len <= WORDS_TABLE_BYTES_MAX);
    (void)close(fd);
    if (got < 0) return FAIL(UNAVAILABLE, "%s: cannot be read", path);
    table->source = TAKE(text);
    return wordlist_read(path, buf_slice(&table->source), table);
}

RESULT wording_load(const char *folder, struct wording **out)
{
    SCOPED(wording_free) struct wording *wording = calloc(1, sizeof *wording);
    size_t count = 0;
    while (words_tables[count].text) count++;
    if (wording) wording->tables = calloc(count + 1, sizeof *wording->tables);
    if (!wording || !wording->tables) return FAIL(UNAVAILABLE, "words: no memory");
    for (size_t i = 0; i < count; i++) {
        struct wordlist *table = &wording->tables[wording->count++];
        (void)snprintf(table->language, sizeof table->language, "%s", words_tables[i].language);
        TRY(wordlist_read(words_tables[i].name, slice_text(words_tables[i].text), table));
        if (folder) TRY(own_read(folder, table));
    }
    *out = TAKE(wording);
    return OK;
}

RESULT wording_check(const char *name, struct slice text)
{
    SCOPED(wordlist_done) struct wordlist table = {{0}};
    return wordlist_read(name, text, &table);
}

/* Where a piece of a folded text stands in the text itself. */
static struct slice as_written(const struct folded *folded, struct slice text, size_t start, size_t end)
{
    size_t from = folded->from[start];
    size_t last = end > start ? folded->from[end - 1] : from;
    struct slice rest = slice_from(text, last);
    if (rest.len > 0) (void)utf8_next(&rest);
    return slice_part(text, from, text.len - rest.len - from);
}

static void found(struct lint *lint, enum words_rule rule, unsigned line, struct slice word,
                  struct slice instead)
{
    if (lint->out->count == WORDS_FINDINGS_MAX) {
        lint->out->more = true;
        return;
    }
    lint->out->at[lint->out->count++] = (struct words_finding){rule, line, word, instead};
}

static void found_at(struct lint *lint, const struct folded *folded, enum words_rule rule, size_t start,
                     size_t end, struct slice instead)
{
    bool body = folded == &lint->body;
    struct slice text = body ? lint->text->body : lint->text->subject;
    struct slice word = as_written(folded, text, start, end);
    unsigned line = body;
    for (const uint8_t *at = text.at; body && at < word.at; at++) line += *at == '\n';
    found(lint, rule, line, word, instead);
}

struct slice sentence_of(struct slice text, size_t at)
{
    size_t start = at, end = at;
    while (start > 0) {
        uint8_t before = text.at[start - 1];
        bool stop = before == '.' || before == '!' || before == '?';
        if (before == '\n' || (stop && text.at[start] == ' ')) break;
        start--;
    }
    while (end < text.len) {
        uint8_t here = text.at[end];
        bool stop = here == '.' || here == '!' || here == '?';
        if (here == '\n' ||
            (stop && (end + 1 == text.len || text.at[end + 1] == ' ' || text.at[end + 1] == '\n')))
            break;
        end++;
    }
    return slice_part(text, start, end - start);
}

static bool has_any(const struct wordlist *table, enum words_rule rule, struct slice text)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->patterns[i].rule == rule && pattern_find(&table->patterns[i], text, 0) < text.len)
            return true;
    }
    return false;
}

static bool excepted(const struct wordlist *table, struct slice text, size_t start, size_t end)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct pattern *pattern = &table->patterns[i];
        if (pattern->rule != WORDS_RULE_EXCEPT) continue;
        size_t at = pattern_find(pattern, text, start > EXCEPT_REACH ? start - EXCEPT_REACH : 0);
        while (at < text.len && at <= start) {
            if (at + pattern->text.len >= end) return true;
            at = pattern_find(pattern, text, at + 1);
        }
    }
    return false;
}

/* Does `text` hold `part`, both folded? An empty part is nowhere. */
static bool holds(struct slice text, struct slice part)
{
    SCOPED(folded_done) struct folded folded = {{0}};
    fold_text(part, &folded);
    return folded.text.len > 0 && text.len >= folded.text.len &&
           memmem(text.at, text.len, folded.text.at, folded.text.len) != NULL;
}

/* A sentence that says that something did not leak stands when it says it in the words of a verified claim. */
static bool claimed(const struct lint *lint, struct slice sentence)
{
    for (size_t i = 0; i < lint->facts->claim_count; i++) {
        const struct words_claim *claim = &lint->facts->claims[i];
        if (claim->verified && holds(sentence, claim->text)) return true;
    }
    return false;
}

static bool counts_now(const struct lint *lint, const struct pattern *pattern)
{
    switch (pattern->when) {
    case WHEN_CONFIRMED:
        return lint->confirmed;
    case WHEN_CERTAIN:
        return lint->confirmed && !lint->text->possible;
    case WHEN_OPEN:
        return lint->facts && lint->facts->open;
    case WHEN_NOTICE:
        return lint->text->kind == WORDS_NOTICE;
    case WHEN_PUBLIC:
        return lint->text->kind == WORDS_STATEMENT;
    case WHEN_ALWAYS:
    case WHEN_COUNT:
        break;
    }
    return true;
}

static bool faults(enum words_rule rule)
{
    return rule == WORDS_RULE_EUPHEMISM || rule == WORDS_RULE_BLAME || rule == WORDS_RULE_SPIN ||
           rule == WORDS_RULE_FINAL || rule == WORDS_RULE_NEGATION || rule == WORDS_RULE_OFFER;
}

static void patterns_lint(struct lint *lint, const struct folded *folded)
{
    struct slice text = buf_slice(&folded->text);
    for (size_t i = 0; i < lint->table->count; i++) {
        const struct pattern *pattern = &lint->table->patterns[i];
        bool skip = pattern->rule == WORDS_RULE_NEGATION && !lint->facts;
        if (!faults(pattern->rule) || !counts_now(lint, pattern) || skip) continue;
        for (size_t at = pattern_find(pattern, text, 0); at < text.len;
             at = pattern_find(pattern, text, at + 1)) {
            size_t end = at + pattern->text.len;
            while (pattern->open && end < text.len && text.at[end] >= 'a' && text.at[end] <= 'z') end++;
            if (end > text.len) end = text.len;
            if (excepted(lint->table, text, at, end)) continue;
            if (pattern->rule == WORDS_RULE_NEGATION && claimed(lint, sentence_of(text, at))) continue;
            found_at(lint, folded, pattern->rule, at, end, pattern->instead);
        }
    }
}

/* Of each group of words that a text must have, one. */
static void musts_lint(struct lint *lint)
{
    unsigned group = 0;
    for (size_t i = 0; i < lint->table->count; i++) {
        const struct pattern *pattern = &lint->table->patterns[i];
        if (pattern->rule != WORDS_RULE_MUST || pattern->group == group || !counts_now(lint, pattern))
            continue;
        group = pattern->group;
        bool there = false;
        for (size_t j = i; j < lint->table->count && lint->table->patterns[j].group == group; j++) {
            const struct pattern *one = &lint->table->patterns[j];
            struct slice subject = buf_slice(&lint->subject.text), body = buf_slice(&lint->body.text);
            there =
                there || pattern_find(one, subject, 0) < subject.len || pattern_find(one, body, 0) < body.len;
        }
        if (!there) found(lint, WORDS_RULE_MUST, 0, (struct slice){0}, pattern->instead);
    }
}

/* "https://", "www.", or a name with a path: something to follow. */
static size_t link_find(struct slice text, size_t start)
{
    for (size_t at = start; at < text.len; at++) {
        struct slice rest = slice_from(text, at);
        if (slice_starts(rest, "://") || slice_starts(rest, "www.")) return at;
        bool name = at > 2 && text.at[at] == '/' && at + 1 < text.len && text.at[at + 1] >= 'a' &&
                    text.at[at + 1] <= 'z';
        if (!name) continue;
        size_t letters = at;
        while (letters > 0 && text.at[letters - 1] >= 'a' && text.at[letters - 1] <= 'z') letters--;
        if (at - letters >= 2 && letters > 1 && text.at[letters - 1] == '.' && text.at[letters - 2] >= '0')
            return letters;
    }
    return text.len;
}

static void links_lint(struct lint *lint, const struct folded *folded)
{
    struct slice text = buf_slice(&folded->text);
    if (lint->text->kind != WORDS_NOTICE) return;
    for (size_t at = link_find(text, 0); at < text.len; at = link_find(text, at)) {
        size_t start = at;
        while (start > 0 && text.at[start - 1] > ' ') start--;
        while (at < text.len && text.at[at] > ' ') at++;
        found_at(lint, folded, WORDS_RULE_LINK, start, at, (struct slice){0});
    }
}

static void variables_lint(struct lint *lint, const struct folded *folded)
{
    struct slice text = buf_slice(&folded->text);
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.at[i] != '{' || text.at[i + 1] != '{') continue;
        size_t end = i;
        while (end < text.len && text.at[end] != '}' && text.at[end] != '\n') end++;
        found_at(lint, folded, WORDS_RULE_VARIABLE, i, end, (struct slice){0});
        i = end;
    }
}

/* Is that what a fact says, as far as its digits go? */
static bool same_number(const struct number *number, double fact)
{
    double apart = number->value > fact ? number->value - fact : fact - number->value;
    return number->unit > 1 || number->unit < 1 ? apart < number->unit : apart < 0.5;
}

static bool number_known(const struct lint *lint, const struct number *number)
{
    for (size_t i = 0; i < lint->facts->number_count; i++) {
        if (same_number(number, (double)lint->facts->numbers[i])) return true;
    }
    for (size_t i = 0; i < lint->facts->text_count && !number->people; i++) {
        SCOPED(folded_done) struct folded folded = {{0}};
        struct number said = {0};
        fold_text(lint->facts->texts[i], &folded);
        struct slice text = buf_slice(&folded.text);
        for (size_t at = 0; number_next(lint->table, text, at, &said); at = said.end) {
            if (same_number(number, said.value)) return true;
        }
    }
    return false;
}

static void numbers_lint(struct lint *lint, const struct folded *folded)
{
    struct slice text = buf_slice(&folded->text);
    struct number number = {0};
    struct slice hedge = SLICE_TEXT("hedge");
    for (size_t i = 0; i < lint->table->count; i++) {
        if (lint->table->patterns[i].rule == WORDS_RULE_FINAL) hedge = lint->table->patterns[i].instead;
    }
    for (size_t at = 0; lint->facts && number_next(lint->table, text, at, &number); at = number.end) {
        if (!number.people && number.value < LARGE) continue;
        if (!number_known(lint, &number))
            found_at(lint, folded, WORDS_RULE_NUMBER, number.start, number.end, (struct slice){0});
        else if (number.people && lint->facts->open &&
                 !has_any(lint->table, WORDS_RULE_HEDGE, sentence_of(text, number.start)))
            found_at(lint, folded, WORDS_RULE_FINAL, number.start, number.end, hedge);
    }
}

static void claims_lint(struct lint *lint, const struct folded *folded)
{
    struct slice text = buf_slice(&folded->text);
    for (size_t i = 0; lint->facts && i < lint->facts->claim_count; i++) {
        const struct words_claim *claim = &lint->facts->claims[i];
        SCOPED(folded_done) struct folded part = {{0}};
        fold_text(claim->text, &part);
        if (claim->verified || part.text.len == 0 || part.text.len > text.len) continue;
        const uint8_t *at = memmem(text.at, text.len, part.text.at, part.text.len);
        if (!at) continue;
        size_t start = (size_t)(at - text.at);
        found_at(lint, folded, WORDS_RULE_CLAIM, start, start + part.text.len, (struct slice){0});
    }
}

static void needs_lint(struct lint *lint)
{
    for (size_t i = 0; lint->facts && i < lint->facts->need_count; i++) {
        const struct words_need *need = &lint->facts->needs[i];
        bool there = false;
        for (size_t j = 0; j < need->count; j++)
            there = there || holds(buf_slice(&lint->body.text), need->any[j]) ||
                    holds(buf_slice(&lint->subject.text), need->any[j]);
        if (!there) {
            struct slice name = need->count > 0 && strcmp(need->element, "field") == 0
                                    ? need->any[0]
                                    : slice_text(need->element);
            found(lint, WORDS_RULE_ELEMENT, 0, (struct slice){0}, name);
        }
    }
}

/* By line, and within one as it was found; those of the whole text first. */
static int by_place(const void *a, const void *b)
{
    const struct words_finding *one = a, *other = b;
    if (one->line != other->line) return one->line < other->line ? -1 : 1;
    if (one->word.at != other->word.at) return one->word.at < other->word.at ? -1 : 1;
    return (int)one->rule - (int)other->rule;
}

static void lint_done(struct lint *lint)
{
    folded_done(&lint->subject);
    folded_done(&lint->body);
}

RESULT words_lint(const struct wording *wording, const struct words_text *text,
                  const struct words_facts *facts, struct words_findings *out)
{
    SCOPED(lint_done) struct lint lint = {.text = text, .facts = facts, .out = out};
    for (size_t i = 0; i < wording->count; i++) {
        if (slice_is(text->language, wording->tables[i].language)) lint.table = &wording->tables[i];
    }
    if (!lint.table) return FAIL(INVALID, "words: no table for this language");
    if (text->body.len > WORDS_TEXT_BYTES_MAX || text->subject.len > WORDS_TEXT_BYTES_MAX)
        return FAIL(INVALID, "words: above %d bytes", WORDS_TEXT_BYTES_MAX);
    if (!utf8_valid(text->body) || !utf8_valid(text->subject)) return FAIL(INVALID, "words: not UTF-8");
    lint.confirmed = text->kind != WORDS_OTHER && (!facts || facts->confirmed);
    out->count = 0;
    out->more = false;
    fold_text(text->subject, &lint.subject);
    fold_text(text->body, &lint.body);
    musts_lint(&lint);
    needs_lint(&lint);
    const struct folded *const parts[] = {&lint.subject, &lint.body};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        patterns_lint(&lint, parts[i]);
        links_lint(&lint, parts[i]);
        variables_lint(&lint, parts[i]);
        numbers_lint(&lint, parts[i]);
        claims_lint(&lint, parts[i]);
    }
    qsort(out->at, out->count, sizeof *out->at, by_place);
    return OK;
}
