/*
 * The text of a mail: a subject line and a body with {{variables}}, as locale/<language>/mail/<kind>.txt holds it.
 *
 *     Subject: Your key {{key}} ends
 *     (an empty line)
 *     the body, to the end of the file
 *
 * Variables are all there is: no conditions, no loops, nothing to run. A value is put in as text; it can end no line of
 * the subject and bring no control character into either. Main calls: mail_text_parse(), mail_text_render(). Example:
 *     TRY(mail_text_parse(source, "key days ends", "locale/en/mail/key_ending.txt", &text));
 */
#ifndef AMN_MAIL_TEXT_H
#define AMN_MAIL_TEXT_H

#include "base/bytes.h"

enum {
    MAIL_TEXT_BYTES_MAX = 16 * 1024, /* of a text with its variables */
    MAIL_PARTS_MAX = 64,             /* pieces of one: a variable, or what stands between two */
    MAIL_VARIABLE_BYTES_MAX = 32
};

/* One piece: clear text, or the name of a variable. Borrowed from the source. */
struct mail_part {
    struct slice text;
    bool variable;
};

struct mail_text {
    struct mail_part parts[MAIL_PARTS_MAX];
    size_t subject_count, count; /* the first subject_count parts are the subject, the others the body */
};

/* What a variable stands for. */
struct mail_value {
    const char *name;
    struct slice text; /* UTF-8 */
};

/**
 * Read a text and check it whole.
 *
 * @param source     UTF-8; must outlive `out`, which borrows from it
 * @param variables  the names it may use, separated by blanks
 * @param name       of the file, for the error
 * @param out        untouched on failure
 * @return CONFIG  no subject line, no body, too long, not UTF-8, a control character, an unknown variable, or braces
 *                 that do not belong together; the text names file and line
 */
RESULT mail_text_parse(struct slice source, const char *variables, const char *name, struct mail_text *out);

/**
 * Put the values in. Every variable of the text must have one: our bug otherwise, for the names were checked.
 *
 * @param subject  appended to: one line of UTF-8; line ends and control characters of values become blanks
 * @param body     appended to: lines ended by \n; control characters of values become blanks
 * Cost: about 0.3 us for 500 bytes and six values.
 */
void mail_text_render(const struct mail_text *text, const struct mail_value *values, size_t count,
                      struct buf *subject, struct buf *body);

/* Is `name` one of the words of a list separated by blanks? */
bool mail_word_in(struct slice name, const char *words);

#endif
