/* Inside keep only: the shop's post. */
#ifndef AMN_KEEP_POST_PRIV_H
#define AMN_KEEP_POST_PRIV_H

#include "keep/post.h"
#include "mail/mime.h"

enum { MAIL_URL_BYTES_MAX = 300, MAIL_SECRET_BYTES_MAX = 256, MAIL_CA_BYTES_MAX = 64 * 1024, MAIL_ROW = 1 };

/* The mail settings of a shop. One row. Bufs are owned. */
struct mail_settings {
    bool set, clear;              /* clear: without TLS, to this machine alone */
    struct buf url, user, sealed; /* sealed: the password, empty when there is no user */
    struct buf from, name, reply_to, lang, ca;
};
void mail_settings_done(struct mail_settings *settings);
void mail_settings_write(const struct mail_settings *settings, struct buf *out);
RESULT mail_settings_read(struct slice body, struct mail_settings *out);

enum { MAIL_TESTS_AN_HOUR = 10 };

struct post {
    struct mail_texts *texts;
    struct aead *box; /* seals messages and the password */
    struct prf *ids;  /* makes Message-IDs */
    struct mail_settings settings;
    struct mail_route *route; /* NULL: mail is not set */

    uint64_t
        last_id;    /* the highest given out by this process: an id in a sender's hand is never used again */
    int64_t due_us; /* nothing is due before; INT64_MAX */
    size_t in_hand; /* mails that a sender has */
    unsigned failures; /* of the host, running */
    int64_t paused_until_us, problem_us;
    const char *problem; /* of the host, since problem_us; NULL */
    uint16_t reply;
    int64_t test_us[MAIL_TESTS_AN_HOUR]; /* when the newest tests were asked for, in a ring */
    size_t test_next;
};

/* Seal or open the password of the settings. */
void post_password_seal(struct shop *shop, struct slice password, struct buf *out);
RESULT post_password_open(struct shop *shop, struct slice sealed, struct buf *out);

/* A message's box opens for its own row only. */
void post_message_aad(const struct mail_row *row, struct buf *out);

/* The name that mails speak of and come from. */
struct slice post_shop_name(const struct shop *shop);

#endif
