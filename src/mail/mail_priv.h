/* Inside mail only: the texts that embed.py made of locale/. */
#ifndef AMN_MAIL_PRIV_H
#define AMN_MAIL_PRIV_H

struct mail_source {
    const char *language, *name, *text;
};

/* Ends with a row of NULL. */
extern const struct mail_source mail_sources[];

#endif
