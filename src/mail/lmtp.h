/*
 * The server's side of one LMTP connection (RFC 2033), without the connection: bytes that came in go in, bytes to be written
 * come out, and each message with its recipients once it is whole. For taking in bounces: it relays nothing, and believes
 * nothing. Main calls: lmtp_begin(), lmtp_input(), lmtp_next(). Example:
 *     lmtp_begin(&lmtp, &out);
 *     while (lmtp_input(&lmtp, &out)) { for each lmtp.to: lmtp_answer(code, &out);  lmtp_next(&lmtp); }
 */
#ifndef AMN_MAIL_LMTP_H
#define AMN_MAIL_LMTP_H

#include "base/bytes.h"

enum {
    LMTP_LINE_BYTES_MAX = 2048, /* of a command */
    LMTP_MESSAGE_BYTES_MAX = 512 * 1024,
    LMTP_TO_MAX = 64,
    LMTP_TO_BYTES_MAX = 320,
    LMTP_ERRORS_MAX = 20 /* then the connection ends */
};

struct lmtp {
    struct buf in; /* what came and was not taken yet: the owner appends to it */
    size_t taken;  /* of it */
    struct buf message;
    struct buf to[LMTP_TO_MAX];
    size_t to_count;
    bool hello, from, data, over, too_long;
    unsigned errors;
};
void lmtp_done(struct lmtp *lmtp);

void lmtp_begin(struct lmtp *lmtp, struct buf *out); /* the greeting */

/* Go on with what stands in `in`. True: a message is whole; answer for each of `to`, then lmtp_next(). */
bool lmtp_input(struct lmtp *lmtp, struct buf *out);
void lmtp_next(struct lmtp *lmtp);

/* What became of the message for one recipient. */
enum lmtp_end { LMTP_TAKEN, LMTP_NONE_OF_OURS, LMTP_LATER };
void lmtp_answer(enum lmtp_end end, struct buf *out);

#endif
