/* Inside mail only: the texts that embed.py made of locale/, and the inside of a route. */
#ifndef AMN_MAIL_PRIV_H
#define AMN_MAIL_PRIV_H

#include "mail/sender.h"

#include <stdatomic.h>

struct mail_source {
    const char *language, *name, *text;
};

/* Ends with a row of NULL. */
extern const struct mail_source mail_sources[];
extern const struct mail_source mail_notices[];
extern const struct mail_source mail_words[]; /* sentences of words.txt: `name` is the key */

/* Texts are zero-terminated behind their length. */
struct mail_route {
    atomic_uint owners;
    struct buf url; /* with the name for EHLO as its path */
    struct buf user, password, ca;
    bool clear;
};

#endif
