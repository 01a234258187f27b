#include "mail/texts.h"

#include "crypto/keyring.h"
#include "mail/mail_priv.h"

#include <stdlib.h>
#include <string.h>

static const struct mail_kind_row kinds[] = {
#define MAIL(NAME, number, file, values) {MAIL_##NAME, file, values},
#include "mail/kinds.def"
#undef MAIL
};

static const char *const languages[] = {"en", "id", "ko"};

enum { KINDS = COUNT_OF(kinds), LANGUAGES = COUNT_OF(languages) };

struct mail_texts {
    struct mail_text at[KINDS][LANGUAGES];
    struct buf sources[KINDS][LANGUAGES]; /* of the home's own texts, which `at` borrows from */
};

const struct mail_kind_row *mail_kind_row(unsigned kind)
{
    for (size_t i = 0; i < KINDS; i++) {
        if ((unsigned)kinds[i].kind == kind) return &kinds[i];
    }
    return NULL;
}

const char *mail_language(size_t number)
{
    return number < LANGUAGES ? languages[number] : NULL;
}

void mail_texts_free(struct mail_texts **texts)
{
    struct mail_texts *at = *texts;
    if (!at) return;
    for (size_t i = 0; i < KINDS; i++) {
        for (size_t j = 0; j < LANGUAGES; j++) buf_done(&at->sources[i][j]);
    }
    free(at);
    *texts = NULL;
}

static const char *carried(const char *language, const char *name)
{
    for (const struct mail_source *at = mail_sources; at->text; at++) {
        if (strcmp(at->language, language) == 0 && strcmp(at->name, name) == 0) return at->text;
    }
    return NULL;
}

const char *mail_notice_text(struct slice language, const char *name)
{
    for (const struct mail_source *at = mail_notices; at->text; at++) {
        if (slice_is(language, at->language) && strcmp(at->name, name) == 0) return at->text;
    }
    return NULL;
}

/* One text: the home's own if it has one, else the program's. */
static RESULT text_load(struct mail_texts *texts, const char *folder, size_t kind, size_t language)
{
    SCOPED(buf_done) struct buf path = {0};
    struct buf *own = &texts->sources[kind][language];
    buf_print(&path, "%s/%s/mail/%s.txt", folder ? folder : "locale", languages[language], kinds[kind].name);
    struct result read = folder ? file_read(buf_c(&path), MAIL_TEXT_BYTES_MAX, own) : OK;
    if (read.code != CODE_OK && read.code != CODE_NOT_FOUND) return read;
    bool has = folder && read.code == CODE_OK;
    struct slice source = has ? buf_slice(own) : slice_text(carried(languages[language], kinds[kind].name));
    return mail_text_parse(source, kinds[kind].values, buf_c(&path), &texts->at[kind][language]);
}

RESULT mail_texts_load(const char *folder, struct mail_texts **out)
{
    SCOPED(mail_texts_free) struct mail_texts *texts = calloc(1, sizeof *texts);
    if (!texts) return FAIL(UNAVAILABLE, "mail: out of memory");
    for (size_t i = 0; i < KINDS; i++) {
        for (size_t j = 0; j < LANGUAGES; j++) TRY(text_load(texts, folder, i, j));
    }
    *out = TAKE(texts);
    return OK;
}

const struct mail_text *mail_texts_get(const struct mail_texts *texts, enum mail_kind kind,
                                       struct slice language)
{
    size_t row = 0, number = 0;
    while (row < KINDS - 1 && kinds[row].kind != kind) row++;
    while (number < LANGUAGES && !slice_is(language, languages[number])) number++;
    return &texts->at[row][number < LANGUAGES ? number : 0];
}
