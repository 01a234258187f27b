#include "answer/portal/status.h"

#include "answer/incident/incident.h"
#include "answer/report/statement.h"
#include "base/json.h"
#include "base/markup.h"
#include "keep/post.h"
#include "mail/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const languages[STATUS_LANGUAGES] = {"en", "id", "ko"};
static const char *const language_names[STATUS_LANGUAGES] = {"English", "Bahasa Indonesia", "한국어"};

/* One published statement. */
struct word {
    uint64_t incident, line;
    int64_t published_us, as_of_us, next_us;
    char kind[16];
    struct buf texts[STATUS_LANGUAGES];
};

struct words {
    struct word at[STATUS_WORDS_MAX + 1]; /* the newest first; one more while they are sorted */
    size_t count;
    struct slice shop;
    int64_t made_us;
};

static void words_done(struct words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        for (size_t k = 0; k < STATUS_LANGUAGES; k++) buf_done(&words->at[i].texts[k]);
    }
}

void status_done(struct status *status)
{
    for (size_t i = 0; i < status->count; i++) buf_done(&status->files[i].text);
    free(status->files);
    *status = (struct status){0};
}

RESULT status_lines(struct shop *shop, uint64_t *out)
{
    struct incidents *incidents = NULL;
    TRY(incidents_of(shop, &incidents));
    *out = 0;
    for (size_t i = 0; i < incidents->count; i++) *out += incidents->at[i].lines;
    return OK;
}

static void word_done(struct word *word)
{
    for (size_t k = 0; k < STATUS_LANGUAGES; k++) buf_done(&word->texts[k]);
}

/* In its place by time, the newest first; the oldest gives way where there are too many. */
static void word_add(struct words *words, struct word *word)
{
    size_t place = words->count;
    while (place > 0 && words->at[place - 1].published_us < word->published_us) {
        words->at[place] = words->at[place - 1];
        place--;
    }
    words->at[place] = TAKE(*word);
    if (words->count < STATUS_WORDS_MAX)
        words->count++;
    else
        word_done(&words->at[STATUS_WORDS_MAX]);
}

static RESULT word_take(const struct incident *incident, const struct line *first, const struct line *now,
                        struct words *words)
{
    SCOPED(statement_done) struct statement statement = {.kind = {0}};
    SCOPED(word_done)
    struct word word = {
        .incident = incident->no, .line = first->n, .published_us = now->at, .next_us = now->due};
    TRY(statement_read(first->body, &statement));
    word.as_of_us = statement.as_of_us;
    (void)snprintf(word.kind, sizeof word.kind, "%.*s", (int)statement.kind.len,
                   (const char *)statement.kind.at);
    for (size_t k = 0; k < STATUS_LANGUAGES; k++)
        buf_slice_put(&word.texts[k], buf_slice(&statement.texts[k][CHANNEL_PAGE]));
    word_add(words, &word);
    return OK;
}

static RESULT words_gather(struct shop *shop, struct words *words)
{
    struct incidents *incidents = NULL;
    TRY(incidents_of(shop, &incidents));
    for (size_t i = 0; i < incidents->count; i++) {
        SCOPED(reading_done) struct reading reading = {0};
        TRY(incident_read(shop, &incidents->at[i], &reading));
        for (size_t k = 0; k < reading.fold.item_count; k++) {
            const struct line *now = &reading.fold.items[k].now;
            if (now->kind != LINE_STATEMENT || !slice_is(now->state, "published")) continue;
            TRY(word_take(&incidents->at[i], &reading.fold.lines[now->n - 1], now, words));
        }
    }
    return OK;
}

static void say(size_t language, const char *key, struct buf *out)
{
    SCOPED(buf_done) struct buf text = {0};
    words_put(slice_text(languages[language]), key, NULL, 0, &text);
    markup_put(out, buf_slice(&text));
}

static void moment_put(int64_t us, struct buf *out)
{
    SCOPED(buf_done) struct buf time = {0};
    time_put(&time, us / MINUTE_US * MINUTE_US);
    buf_text(out, "<time datetime=\"");
    buf_slice_put(out, buf_slice(&time));
    buf_text(out, "\">");
    mail_time_put(out, us);
    buf_text(out, "</time>");
}

/* One line; what stands before a first colon is its label. */
static void line_put(struct slice line, struct buf *out)
{
    enum { LABEL_BYTES_MAX = 60 };
    size_t colon = 0;
    while (colon < line.len && colon <= LABEL_BYTES_MAX && line.at[colon] != ':') colon++;
    bool label = colon > 0 && colon <= LABEL_BYTES_MAX && colon + 1 < line.len && line.at[colon + 1] == ' ';
    if (!label) {
        markup_put(out, line);
        return;
    }
    buf_text(out, "<b>");
    markup_put(out, slice_part(line, 0, colon + 1));
    buf_text(out, "</b>");
    markup_put(out, slice_from(line, colon + 1));
}

static struct slice line_take(struct slice *rest)
{
    size_t len = 0;
    while (len < rest->len && rest->at[len] != '\n') len++;
    struct slice line = slice_part(*rest, 0, len);
    *rest = slice_from(*rest, len < rest->len ? len + 1 : len);
    if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
    return line;
}

/* A paragraph for each line. */
static void paragraphs_put(struct slice text, struct buf *out)
{
    while (text.len > 0) {
        struct slice line = line_take(&text);
        if (line.len == 0) continue;
        buf_text(out, "<p>");
        line_put(line, out);
        buf_text(out, "</p>\n");
    }
}

static const char *kind_key(const struct word *word)
{
    if (strcmp(word->kind, "apology") == 0) return "status.kind.apology";
    return strcmp(word->kind, "update") == 0 ? "status.kind.update" : "status.kind.statement";
}

static void head_put(const struct words *words, size_t language, struct buf *out)
{
    buf_print(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
              languages[language]);
    buf_text(out,
             "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; "
             "base-uri 'none'; form-action 'none'\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<meta name=\"color-scheme\" content=\"light dark\">\n"
             "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    say(language, "status.title", out);
    buf_text(out, " – ");
    markup_put(out, words->shop);
    buf_print(out,
              "</title>\n<link rel=\"stylesheet\" href=\"status.css\">\n"
              "<link rel=\"alternate\" type=\"application/atom+xml\" href=\"%s.atom\">\n</head>\n<body>\n",
              languages[language]);
}

/* `number` 0: the page itself; else that word's own page. */
static void languages_put(size_t language, size_t number, struct buf *out)
{
    buf_text(out, "<nav aria-label=\"");
    say(language, "status.languages", out);
    buf_text(out, "\">");
    for (size_t k = 0; k < STATUS_LANGUAGES; k++) {
        char name[STATUS_NAME_BYTES];
        if (number > 0) (void)snprintf(name, sizeof name, "%zu.%s.html", number, languages[k]);
        if (number == 0) (void)snprintf(name, sizeof name, "%s.html", languages[k]);
        buf_print(out, "<a href=\"%s\" lang=\"%s\" hreflang=\"%s\"%s>%s</a>\n", name, languages[k],
                  languages[k], k == language ? " aria-current=\"page\"" : "", language_names[k]);
    }
    buf_text(out, "</nav>\n");
}

static void word_put(const struct word *word, size_t language, struct buf *out)
{
    buf_text(out, "<p class=\"soft\">");
    say(language, kind_key(word), out);
    buf_text(out, ", ");
    moment_put(word->published_us, out);
    buf_text(out, "</p>\n");
    paragraphs_put(buf_slice(&word->texts[language]), out);
}

static void earlier_put(const struct words *words, size_t language, struct buf *out)
{
    if (words->count == 0) return;
    buf_text(out, "<h2>");
    say(language, "status.all", out);
    buf_text(out, "</h2>\n<ol reversed>\n");
    for (size_t i = 0; i < words->count; i++) {
        buf_print(out, "<li><a href=\"%zu.%s.html\">", words->count - i, languages[language]);
        say(language, kind_key(&words->at[i]), out);
        buf_text(out, "</a>, ");
        moment_put(words->at[i].published_us, out);
        buf_text(out, "</li>\n");
    }
    buf_text(out, "</ol>\n");
}

static void foot_put(size_t language, struct buf *out)
{
    buf_text(out, "</main>\n<footer>\n<p>");
    say(language, "notice.advice.never", out);
    buf_text(out, "</p>\n<p>");
    say(language, "status.signed", out);
    buf_print(out,
              " <a href=\"status.note\">status.note</a> · <a href=\"%s.atom\">Atom</a> · <a "
              "href=\"status.json\">JSON</a></p>\n"
              "</footer>\n</body>\n</html>\n",
              languages[language]);
}

/* The page: the newest word, and all of them by date. */
static void page_put(const struct words *words, size_t language, struct buf *out)
{
    head_put(words, language, out);
    buf_text(out, "<header><b>");
    markup_put(out, words->shop);
    buf_text(out, "</b>");
    languages_put(language, 0, out);
    buf_text(out, "</header>\n<main>\n<h1>");
    say(language, "status.title", out);
    buf_text(out, "</h1>\n");
    if (words->count == 0) {
        buf_text(out, "<p>");
        say(language, "status.none", out);
        buf_text(out, "</p>\n");
    } else {
        buf_text(out, "<article>\n");
        word_put(&words->at[0], language, out);
        buf_text(out, "</article>\n");
    }
    if (words->count > 0 && words->at[0].next_us > words->made_us) {
        buf_text(out, "<p class=\"next\">");
        say(language, "status.next", out);
        buf_byte(out, ' ');
        moment_put(words->at[0].next_us, out);
        buf_text(out, "</p>\n");
    }
    earlier_put(words, language, out);
    foot_put(language, out);
}

/* One word by itself, as it was published. */
static void old_put(const struct words *words, size_t at, size_t language, struct buf *out)
{
    head_put(words, language, out);
    buf_text(out, "<header><b>");
    markup_put(out, words->shop);
    buf_text(out, "</b>");
    languages_put(language, words->count - at, out);
    buf_print(out, "</header>\n<main>\n<p><a href=\"%s.html\">", languages[language]);
    say(language, "status.back", out);
    buf_text(out, "</a></p>\n<h1>");
    say(language, kind_key(&words->at[at]), out);
    buf_text(out, "</h1>\n");
    if (at > 0) {
        buf_text(out, "<p class=\"old\">");
        say(language, "status.old", out);
        buf_text(out, "</p>\n");
    }
    buf_text(out, "<article>\n");
    word_put(&words->at[at], language, out);
    buf_text(out, "</article>\n");
    foot_put(language, out);
}

/* A name that stays the same for a word wherever it stands: by what was said. */
static void urn_put(struct shop *shop, const struct word *word, size_t language, struct buf *out)
{
    struct hash hash = {{0}};
    SCOPED(buf_done) struct buf time = {0};
    time_put(&time, word->published_us);
    const struct slice parts[] = {buf_slice(&time), buf_slice(&word->texts[language])};
    sha256(shop->crypto, parts, COUNT_OF(parts), &hash);
    buf_text(out, "urn:sha256:");
    hex_put(out, SLICE_OF(hash.bytes));
}

static void atom_put(struct shop *shop, const struct words *words, size_t language, struct buf *out)
{
    struct hash id = {{0}};
    int64_t updated_us = words->count > 0 ? words->at[0].published_us : words->made_us;
    const struct slice feed[] = {SLICE_TEXT("amanah status feed"), words->shop,
                                 slice_text(languages[language])};
    sha256(shop->crypto, feed, COUNT_OF(feed), &id);
    buf_print(out,
              "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
              "xml:lang=\"%s\">\n<title>",
              languages[language]);
    say(language, "status.title", out);
    buf_text(out, " – ");
    markup_put(out, words->shop);
    buf_text(out, "</title>\n<id>urn:sha256:");
    hex_put(out, SLICE_OF(id.bytes));
    buf_text(out, "</id>\n<updated>");
    time_put(out, updated_us);
    buf_text(out, "</updated>\n<author><name>");
    markup_put(out, words->shop);
    buf_print(out, "</name></author>\n<link rel=\"self\" href=\"%s.atom\"/>\n", languages[language]);
    for (size_t i = 0; i < words->count; i++) {
        const struct word *word = &words->at[i];
        buf_text(out, "<entry>\n<title>");
        say(language, kind_key(word), out);
        buf_text(out, "</title>\n<id>");
        urn_put(shop, word, language, out);
        buf_text(out, "</id>\n<updated>");
        time_put(out, word->published_us);
        buf_print(out, "</updated>\n<link rel=\"alternate\" href=\"%zu.%s.html\"/>\n<content type=\"text\">",
                  words->count - i, languages[language]);
        for (struct slice rest = buf_slice(&word->texts[language]); rest.len > 0;) {
            markup_put(out, line_take(&rest));
            buf_byte(out, '\n');
        }
        buf_text(out, "</content>\n</entry>\n");
    }
    buf_text(out, "</feed>\n");
}

static void json_put(const struct words *words, struct buf *out)
{
    buf_text(out, "{\"shop\":");
    json_text(out, words->shop);
    buf_text(out, ",\"words\":[");
    for (size_t i = 0; i < words->count; i++) {
        const struct word *word = &words->at[i];
        buf_print(out, "%s{\"number\":%zu,\"kind\":\"%s\",\"published\":\"", i ? "," : "", words->count - i,
                  word->kind);
        time_put(out, word->published_us);
        buf_text(out, "\",\"as_of\":\"");
        time_put(out, word->as_of_us);
        buf_text(out, "\",\"next\":\"");
        time_put(out, word->next_us);
        buf_text(out, "\",\"texts\":{");
        for (size_t k = 0; k < STATUS_LANGUAGES; k++) {
            buf_print(out, "%s\"%s\":", k ? "," : "", languages[k]);
            json_text(out, buf_slice(&word->texts[k]));
        }
        buf_text(out, "}}");
    }
    buf_text(out, "]}\n");
}

static const char style[] =
    ":root{color-scheme:light "
    "dark;--ink:#1a2320;--soft:#4d5b55;--paper:#f5f6f3;--sheet:#fff;--line:#d3dad5;--accent:#0f5e4a;"
    "--warn:#7a4a00;--tint:#fbf0da}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e7ede9;--soft:#a9b7b0;--paper:#121715;--sheet:#1a211e;--"
    "line:#35403b;"
    "--accent:#79d6b8;--warn:#f0c674;--tint:#362b16}}\n"
    "body{margin:0;background:var(--paper);color:var(--ink);font:400 100%/1.55 system-ui,\"Noto "
    "Sans\",\"Noto Sans KR\",sans-serif;"
    "overflow-wrap:anywhere}\n:lang(ko){word-break:keep-all}\n"
    "header,main,footer{padding:1rem max(1rem,calc((100vw - 44rem)/2))}\n"
    "header{background:var(--sheet);border-bottom:1px solid "
    "var(--line);display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;"
    "align-items:center;justify-content:space-between}\n"
    "nav{display:flex;flex-wrap:wrap;gap:0 1rem}nav a{padding:.6rem 0}nav "
    "a[aria-current]{color:var(--ink);font-weight:650;"
    "text-decoration:none}\n"
    "a{color:var(--accent)}h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem}\n"
    "article{background:var(--sheet);border:1px solid var(--line);border-radius:12px;padding:.25rem "
    "1.25rem}\n"
    "li{padding:.25rem "
    "0}.soft,footer{color:var(--soft);font-size:.9375rem}.next,.old{background:var(--tint);color:var(--warn);"
    "border-radius:8px;padding:.75rem 1rem}\n";

static struct buf *file_new(struct status *status, const char *type, const char *format, size_t number,
                            const char *language)
{
    struct status_file *file = &status->files[status->count++];
    *file = (struct status_file){.type = type};
    if (number > 0)
        (void)snprintf(file->name, sizeof file->name, "%zu.%s.html", number, language);
    else
        (void)snprintf(file->name, sizeof file->name, "%s%s", language, format);
    return &file->text;
}

/* `sha256sum -c` reads these lines, and passes over those around them. */
static void note_put(struct shop *shop, const struct words *words, struct status *status)
{
    SCOPED(buf_done) struct buf list = {0};
    mail_time_put(&list, words->made_us);
    buf_byte(&list, '\n');
    for (size_t i = 0; i < status->count; i++) {
        struct hash hash = {{0}};
        sha256_one(shop->crypto, buf_slice(&status->files[i].text), &hash);
        hex_put(&list, SLICE_OF(hash.bytes));
        buf_print(&list, "  %s\n", status->files[i].name);
    }
    struct buf *note = file_new(status, "text/plain; charset=utf-8", ".note", 0, "status");
    ledger_statement(shop->ledger, "status page", buf_slice(&list), note);
}

RESULT status_make(struct batch *batch, struct status *out)
{
    static const char html[] = "text/html; charset=utf-8";
    struct shop *shop = batch->shop;
    struct post_head head = {0};
    SCOPED(status_done) struct status status = {.files = calloc(STATUS_FILES_MAX, sizeof *status.files)};
    SCOPED(words_done) struct words words = {.made_us = batch->now_us, .shop = slice_text(shop->name)};
    if (!status.files) return FAIL(UNAVAILABLE, "status: out of memory");
    if (post_head(shop, &head).code == CODE_OK) words.shop = head.name;
    TRY(status_lines(shop, &status.lines));
    TRY(words_gather(shop, &words));
    for (size_t k = 0; k < STATUS_LANGUAGES; k++) {
        page_put(&words, k, file_new(&status, html, ".html", 0, languages[k]));
        atom_put(shop, &words, k,
                 file_new(&status, "application/atom+xml; charset=utf-8", ".atom", 0, languages[k]));
        for (size_t i = 0; i < words.count; i++)
            old_put(&words, i, k, file_new(&status, html, NULL, words.count - i, languages[k]));
    }
    const struct status_file *page = status_find(shop, &status, (struct slice){0}, (struct slice){0});
    buf_slice_put(file_new(&status, html, ".html", 0, "index"), buf_slice(&page->text));
    buf_text(file_new(&status, "text/css; charset=utf-8", ".css", 0, "status"), style);
    json_put(&words, file_new(&status, "application/json", ".json", 0, "status"));
    note_put(shop, &words, &status);
    *out = TAKE(status);
    return OK;
}

const struct status_file *status_find(const struct shop *shop, const struct status *status, struct slice name,
                                      struct slice lang)
{
    char wanted[STATUS_NAME_BYTES];
    struct slice own = post_language(shop);
    const char *of = languages[0];
    for (size_t k = 0; k < STATUS_LANGUAGES; k++) {
        if (slice_is(own, languages[k])) of = languages[k];
    }
    for (size_t k = 0; k < STATUS_LANGUAGES; k++) {
        if (slice_is(lang, languages[k])) of = languages[k];
    }
    (void)snprintf(wanted, sizeof wanted, "%s.html", of);
    for (size_t i = 0; i < status->count; i++) {
        if (name.len > 0 ? slice_is(name, status->files[i].name) : strcmp(wanted, status->files[i].name) == 0)
            return &status->files[i];
    }
    return NULL;
}
