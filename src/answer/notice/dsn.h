/*
 * Delivery status notifications: a mail that says what became of another (RFC 3464). Only what is needed is read: which
 * recipients failed for good, and with which status. Anybody can send one: it is believed only at a return path that
 * we made (answer/notice/code.h). Main call: dsn_read(). Example:
 *     TRY(dsn_read(message, &dsn));  if (dsn.action == DSN_FAILED) ...
 */
#ifndef AMN_ANSWER_NOTICE_DSN_H
#define AMN_ANSWER_NOTICE_DSN_H

#include "base/bytes.h"

enum { DSN_BYTES_MAX = 512 * 1024, DSN_LINES_MAX = 20000 };

enum dsn_action { DSN_NONE, DSN_DELIVERED, DSN_DELAYED, DSN_FAILED };

struct dsn {
    enum dsn_action action; /* the worst of its recipients */
    uint16_t status;        /* 511 of 5.1.1; 0: none */
};

/* INVALID: it is no message of that kind, or longer than any. */
RESULT dsn_read(struct slice message, struct dsn *out);

#endif
