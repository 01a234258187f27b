/*
 * Replies of a mail host, as they come in over a connection: lines of `250-text` and a last one of `250 text`. What comes
 * is a stranger's: everything is bounded. Main call: smtp_reply_next(). Example:
 *     while (smtp_reply_next(&in, &reply) == REPLY_WHOLE) take(&reply);
 * Source: RFC 5321 section 4.2, RFC 2034 (the enhanced code is part of the text).
 */
#ifndef AMN_MAIL_BULK_REPLY_H
#define AMN_MAIL_BULK_REPLY_H

#include "base/bytes.h"

enum {
    REPLY_LINE_BYTES_MAX = 2048, /* RFC 5321 says 512; some send more */
    REPLY_LINES_MAX = 128,
    REPLY_TEXT_BYTES_MAX = 95 /* of the last line is kept */
};

struct smtp_reply {
    uint16_t code;                       /* 200 … 599 */
    char text[REPLY_TEXT_BYTES_MAX + 1]; /* of its last line: printable ASCII, others as '?' */
    size_t lines;
    uint32_t offers; /* bits of enum smtp_offer that its lines name, as an answer to EHLO would */
};

enum smtp_offer {
    OFFER_PIPELINING = 1,
    OFFER_STARTTLS = 2,
    OFFER_SMTPUTF8 = 4,
    OFFER_8BITMIME = 8,
    OFFER_PLAIN = 16, /* ways of AUTH */
    OFFER_LOGIN = 32
};

enum reply_state { REPLY_PART, REPLY_WHOLE, REPLY_BAD };

/*
 * Take one whole reply from the front of what came in. PART: not all of it is there yet, nothing was taken. BAD: no
 * reply at all, or longer than any: the connection is of no use any more. Cost: about 50 ns a line.
 */
enum reply_state smtp_reply_next(struct slice *in, struct smtp_reply *out);

#endif
