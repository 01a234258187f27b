/*
 * All texts of mails: those of locale/ that the program carries, and in their place those that a home keeps under
 * HOME/locale/<language>/mail/<kind>.txt. Every text is read and checked at load, so that a mail never fails at sending
 * for its words. Main calls: mail_texts_load(), mail_texts_get().
 */
#ifndef AMN_MAIL_TEXTS_H
#define AMN_MAIL_TEXTS_H

#include "mail/text.h"

enum mail_kind {
#define MAIL(NAME, number, file, values) MAIL_##NAME = (number),
#include "mail/kinds.def"
#undef MAIL
};

struct mail_kind_row {
    enum mail_kind kind;
    const char *name, *values; /* of the file; names of its variables, separated by blanks */
};

/* The row of a kind; NULL for a number of no kind. */
const struct mail_kind_row *mail_kind_row(unsigned kind);

/* The languages there are, by number from 0: "en", "id", "ko"; NULL behind the last. The first is the fallback. */
const char *mail_language(size_t number);

/* The program's own template of a notice to persons, locale/<language>/notice/<name>.txt; NULL: there is none. */
const char *mail_notice_text(struct slice language, const char *name);

struct mail_texts;

/**
 * Read and check every text.
 *
 * @param folder  HOME/locale, which need not be there; NULL: only what the program carries
 * @return CONFIG       a text of the home is not one (mail_text_parse()); names file and line
 *         UNAVAILABLE  a file of the home could not be read
 */
RESULT mail_texts_load(const char *folder, struct mail_texts **out);
void mail_texts_free(struct mail_texts **texts);

/* The text of a kind in a language; in the fallback's where there is none in that. Lives as long as `texts`. */
const struct mail_text *mail_texts_get(const struct mail_texts *texts, enum mail_kind kind,
                                       struct slice language);

#endif
