/* Alerts in plain words, in the languages of mails. Main call: telling_words_put(). */
#ifndef AMN_KEEP_WATCH_TELLING_WORDS_H
#define AMN_KEEP_WATCH_TELLING_WORDS_H

#include "keep/watch/sink.h"
#include "mail/words.h"

/* Append what a telling says, with a line end; two lines when a reader was stopped. */
void telling_words_put(struct shop *shop, struct slice lang, const struct telling_row *row,
                       const struct alert_text *text, struct buf *out);

/* Append what a detector finds; its name, where there are no words for it. */
void detector_words_put(struct slice lang, struct slice detector, struct buf *out);

#endif
