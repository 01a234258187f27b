/* Inside mail only: one mail over SMTP with libcurl, and what its outcome means. */
#ifndef AMN_MAIL_SMTP_PRIV_H
#define AMN_MAIL_SMTP_PRIV_H

#include "mail/mail_priv.h"

#include <curl/curl.h>

enum {
    SMTP_KEPT = 2,                      /* connections kept open by a thread, to the hosts of several shops */
    SMTP_SOCKETS = 2 * (SMTP_KEPT + 1), /* one by IPv4 and one by IPv6 while it connects */
    SMTP_CONNECT_MS = 20 * 1000,
    SMTP_ANSWER_S = 60,          /* for one answer of the host */
    SMTP_MAIL_MS = 5 * 60 * 1000 /* for one mail as a whole */
};

/* One transfer at a time; its handle is used again and again. Of one thread. */
struct smtp_slot {
    CURL *easy;
    int sockets[SMTP_SOCKETS]; /* that libcurl has open, plus one; 0: none */
    struct curl_slist *to;
    struct mail_job job;
    struct slice rest; /* of the message, not given to libcurl yet */
    char error[CURL_ERROR_SIZE];
    bool busy;
};

/* Set the handle up for a job, which it takes over. UNAVAILABLE without memory: the job is untouched. */
RESULT smtp_begin(struct smtp_slot *slot, struct mail_job *job);

/* It ended as libcurl says: word of it. The slot is free again. */
void smtp_end(struct smtp_slot *slot, CURLcode code, struct mail_done *out);

/* Close its connection and free it. It says goodbye, but waits for no answer: libcurl would for two minutes. */
void smtp_slot_done(struct smtp_slot *slot);

/* What an ending means. `all`: the whole message was handed over; `error`: libcurl's words. */
struct smtp_said {
    CURLcode code;
    long reply; /* the host's last answer */
    bool all;
    const char *error;
};
enum mail_end smtp_meaning(const struct smtp_said *said);

/* Word of a job that ended so. */
struct mail_done smtp_word(const struct mail_job *job, enum mail_end end, long reply, const char *problem);

#endif
