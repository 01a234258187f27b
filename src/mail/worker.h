/*
 * The sender of the program: a few threads with libcurl, each with a connection that it keeps open, and a bounded number
 * of jobs in hand. It never touches a shop or a store, and blocks nobody: what cannot be sent comes back as word of that.
 * Main call: mail_worker_new(). Example: `TRY(mail_worker_new(&sender));  ...  sender->free(&sender);`
 *
 * Threads, because libcurl waits for the host's last word on a mail and lets no other transfer of the thread go on
 * meanwhile. There are as many as the jobs of the moment need, none before the first one.
 */
#ifndef AMN_MAIL_WORKER_H
#define AMN_MAIL_WORKER_H

#include "mail/sender.h"

enum {
    MAIL_IN_HAND_MAX = 512, /* jobs given and not yet told of */
    MAIL_CONNECTIONS = 16,  /* at once, of all shops */
    MAIL_STOP_MS = 3000     /* what is being sent has so long to finish */
};

/* Set it up. UNAVAILABLE without memory or descriptor. */
RESULT mail_worker_new(struct mail_sender **out);

#endif
