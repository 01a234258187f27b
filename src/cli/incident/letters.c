/* Notices on paper: the letters of a run as PDF, some hundreds a file, or its list. Drawn here, not in the vault. */
#include "answer/paper/print.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/members.h"
#include "cli/show.h"
#include "crypto/age.h"
#include "mail/words.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
    RUN_NUMBER_MAX = UINT32_MAX / 2,
    BLOCKS_LEFT = 400,                   /* a letter never has more */
    BYTES_LEFT = DOCUMENT_BYTES_MAX / 2, /* nor takes more */
    COLUMNS = 6,
    CODE_LENGTH = 20
};

/* What is written, file by file. */
struct letters {
    struct call *call;
    struct crypto *crypto;
    struct age_recipient to;
    bool sealed, list;
    const char *folder;
    uint64_t run;
    struct document document;
    uint64_t in_file, files, people;
    struct buf after; /* the last one that is in a file */
};

static void letters_done(struct letters *letters)
{
    document_done(&letters->document);
    buf_done(&letters->after);
    crypto_free(&letters->crypto);
}

static RESULT sealed(struct letters *letters, struct slice pdf, struct buf *out)
{
    SCOPED(age_seal_free) struct age_seal *seal = NULL;
    if (!letters->sealed) {
        buf_slice_put(out, pdf);
        return OK;
    }
    TRY(age_seal_to(letters->crypto, &letters->to, 1, out, &seal));
    TRY(age_seal_put(seal, pdf, out));
    return age_seal_end(seal, out);
}

/* One file, if there is something for it. A name that is taken is not written over: those letters may be posted. */
static RESULT file_end(struct letters *letters)
{
    SCOPED(buf_done) struct buf pdf = {0}, bytes = {0}, path = {0};
    struct stat there = {0};
    if (letters->in_file == 0) return OK;
    do {
        buf_clear(&path);
        buf_print(&path, "%s/%s-%llu-%04llu.pdf%s", letters->folder, letters->list ? "list" : "letters",
                  (unsigned long long)letters->run, (unsigned long long)++letters->files,
                  letters->sealed ? ".age" : "");
    } while (stat(buf_c(&path), &there) == 0);
    TRY(document_print(&letters->document, &pdf));
    TRY(sealed(letters, buf_slice(&pdf), &bytes));
    TRY(output_write(buf_c(&path), buf_slice(&bytes)));
    show_remark(letters->call, "%s: %llu people; go on behind them with after=%s", buf_c(&path),
                (unsigned long long)letters->in_file, buf_c(&letters->after));
    letters->people += letters->in_file;
    letters->in_file = 0;
    document_done(&letters->document);
    return OK;
}

static struct slice language_of(struct doc item)
{
    struct slice lang = doc_text(doc_get(item, "lang"));
    return slice_is(lang, "ko") || slice_is(lang, "id") ? lang : SLICE_TEXT("en");
}

static void word_put(struct slice lang, const char *key, struct buf *out)
{
    words_put(lang, key, NULL, 0, out);
}

static void list_begin(struct letters *letters, struct slice lang)
{
    static const uint8_t weights[COLUMNS] = {5, 14, 14, 22, 20, 17};
    static const char *const keys[COLUMNS] = {"notice.list.told",   "notice.list.name",
                                              "notice.list.phone",  "notice.list.address",
                                              "notice.list.leaked", "notice.list.code"};
    SCOPED(buf_done) struct buf note = {0};
    struct buf heads[COLUMNS] = {{0}};
    struct slice texts[COLUMNS];
    word_put(lang, "notice.list.note", &note);
    document_text(&letters->document, BLOCK_NOTE, buf_slice(&note));
    document_table(&letters->document, weights, COLUMNS);
    for (size_t i = 0; i < COLUMNS; i++) {
        word_put(lang, keys[i], &heads[i]);
        texts[i] = buf_slice(&heads[i]);
    }
    document_row(&letters->document, BLOCK_ROW_HEAD, texts);
    for (size_t i = 0; i < COLUMNS; i++) buf_done(&heads[i]);
}

static void file_begin(struct letters *letters, struct doc answer, struct doc item)
{
    struct slice lang = language_of(item), shop = doc_text(doc_get(answer, "shop"));
    int64_t made_us = 0;
    SCOPED(buf_done) struct buf title = {0}, number = {0};
    buf_decimal(&number, letters->run);
    const struct mail_value run = {"run", buf_slice(&number)};
    if (time_get(doc_text(doc_get(answer, "made")), &made_us).code != CODE_OK) made_us = 0;
    if (letters->list)
        words_put(lang, "notice.list.title", &run, 1, &title);
    else
        buf_slice_put(&title, doc_text(doc_get(item, "subject_line")));
    document_begin(&letters->document, &(struct document_head){.title = buf_slice(&title),
                                                               .author = shop,
                                                               .language = lang,
                                                               .footer = shop,
                                                               .made_us = made_us});
    if (!letters->list) return;
    document_text(&letters->document, BLOCK_TITLE, buf_slice(&title));
    list_begin(letters, lang);
}

static void paragraph_end(struct letters *letters, enum block kind, struct buf *text)
{
    if (text->len > 0) document_text(&letters->document, kind, buf_slice(text));
    buf_clear(text);
}

/* The text of a mail, as paper has it: its lines are joined to paragraphs, its dashes are items. */
static void body_put(struct letters *letters, struct slice body)
{
    SCOPED(buf_done) struct buf text = {0};
    enum block kind = BLOCK_PARAGRAPH;
    while (body.len > 0) {
        const uint8_t *end = memchr(body.at, '\n', body.len);
        size_t len = end ? (size_t)(end - body.at) : body.len;
        struct slice line = slice_part(body, 0, len);
        bool item = slice_starts(line, "- ");
        bool code = line.len >= CODE_LENGTH && !memchr(line.at, ' ', line.len); /* stands alone, to be read */
        body = slice_from(body, len + (end != NULL));
        if (item || code || line.len == 0) paragraph_end(letters, kind, &text);
        if (line.len == 0 || item || code) kind = item ? BLOCK_ITEM : BLOCK_PARAGRAPH;
        if (text.len > 0) buf_byte(&text, ' ');
        buf_slice_put(&text, item ? slice_from(line, 2) : line);
        if (code) paragraph_end(letters, kind, &text);
    }
    paragraph_end(letters, kind, &text);
}

static void letter_add(struct letters *letters, struct doc answer, struct doc item)
{
    enum { DAY_TEXT = 10 };
    SCOPED(buf_done) struct buf address = {0};
    static const char *const lines[] = {"name", "address", "postcode", "country"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct slice line = doc_text(doc_get(item, lines[i]));
        if (line.len == 0) continue;
        if (address.len > 0) buf_text(&address, i + 1 == COUNT_OF(lines) ? " " : "\n");
        const struct mail_value name = {"name", line};
        if (i == 0 && doc_true(doc_get(item, "guardian")))
            words_put(language_of(item), "notice.letter.guardian", &name, 1, &address);
        else
            buf_slice_put(&address, line);
    }
    document_text(&letters->document, BLOCK_ADDRESS, buf_slice(&address));
    document_text(&letters->document, BLOCK_NOTE, slice_part(doc_text(doc_get(answer, "made")), 0, DAY_TEXT));
    document_text(&letters->document, BLOCK_HEADING, doc_text(doc_get(item, "subject_line")));
    body_put(letters, doc_text(doc_get(item, "body")));
}

static void row_add(struct letters *letters, struct doc item)
{
    SCOPED(buf_done) struct buf address = {0};
    buf_slice_put(&address, doc_text(doc_get(item, "address")));
    if (doc_text(doc_get(item, "postcode")).len > 0) buf_byte(&address, ' ');
    buf_slice_put(&address, doc_text(doc_get(item, "postcode")));
    const struct slice texts[COLUMNS] = {
        SLICE_TEXT("☐"),     doc_text(doc_get(item, "name")),   doc_text(doc_get(item, "phone")),
        buf_slice(&address), doc_text(doc_get(item, "leaked")), doc_text(doc_get(item, "code"))};
    document_row(&letters->document, BLOCK_ROW, texts);
}

static RESULT page_take(struct letters *letters, struct doc answer)
{
    struct docs items = docs_of(doc_get(answer, "items"));
    struct doc item = {{0}};
    letters->list = doc_is(doc_get(answer, "channel"), "list");
    while (docs_next(&items, &item)) {
        const struct document *document = &letters->document;
        if (document->blocks + BLOCKS_LEFT > DOCUMENT_BLOCKS_MAX || document->bytes.len > BYTES_LEFT)
            TRY(file_end(letters));
        if (letters->in_file == 0) file_begin(letters, answer, item);
        if (letters->list)
            row_add(letters, item);
        else
            letter_add(letters, answer, item);
        letters->in_file++;
        buf_clear(&letters->after);
        buf_slice_put(&letters->after, doc_text(doc_get(item, "subject")));
    }
    return file_end(letters);
}

static RESULT fetch(struct letters *letters, struct notice_letters_ask *ask)
{
    struct call *call = letters->call;
    SCOPED(client_free) struct client *client = NULL;
    SCOPED(buf_done) struct buf next = {0};
    TRY(client_open(call, &client));
    for (bool more = true; more;) {
        SCOPED(answer_done) struct answer answer = {0};
        TRY(ask_answer(call, client, VERB_NOTICE_LETTERS, ask, &answer));
        if (answer.shown) return OK;
        TRY(page_take(letters, answer_doc(&answer)));
        buf_clear(&next);
        buf_slice_put(&next, doc_text(doc_get(answer_doc(&answer), "next")));
        ask->after = buf_slice(&next);
        more = next.len > 0;
    }
    show_words("%llu people, %s\n", (unsigned long long)letters->people,
               letters->list ? "on a list" : "a letter each");
    return OK;
}

RESULT command_notice_letters(struct call *call)
{
    SCOPED(letters_done) struct letters letters = {.call = call, .folder = call->args[2]};
    SCOPED(arena_done) struct arena arena = {0};
    SCOPED(member_files_done) struct member_files files = {0};
    struct notice_letters_ask ask = {.id = slice_text(call->args[0])};
    if (!number_get(slice_text(call->args[1]), RUN_NUMBER_MAX, &letters.run) || letters.run == 0)
        return FAIL(USAGE, "argument 2: the number of the run, as notice draft told it");
    TRY(members_set(call, 3, VERB_NOTICE_LETTERS, &arena, &files, &ask));
    ask.run = letters.run;
    TRY(crypto_new(&letters.crypto));
    letters.sealed = call_has(call, OPT_RECIPIENT);
    if (letters.sealed) TRY(age_recipient_get(call_slice(call, OPT_RECIPIENT), &letters.to));
    if (mkdir(letters.folder, S_IRWXU) != 0 && errno != EEXIST)
        return FAIL(UNAVAILABLE, "%s: cannot be made: %s", letters.folder, strerror(errno));
    return fetch(&letters, &ask);
}
