/*
 * Messages as they go over the wire: RFC 5322 headers and a plain text body in UTF-8.
 *
 * Nothing that comes in can make a header: a line end or control character in an address is refused, in a name or
 * subject it never stands in the clear. Lines end in CR LF and are at most 78 characters. Main call: mail_mime_write().
 */
#ifndef AMN_MAIL_MIME_H
#define AMN_MAIL_MIME_H

#include "base/bytes.h"

enum { MAIL_ADDRESS_BYTES_MAX = 254, MAIL_NAME_BYTES_MAX = 200 };

struct mail_mime {
    struct slice from, from_name;
    struct slice reply_to; /* may be empty */
    struct slice to, to_name;
    struct slice subject, body; /* UTF-8; body lines ended by \n */
    struct slice id;            /* of the Message-ID, without < >: "left@domain" */
    int64_t time_us;
};

/**
 * Append the message to `out`.
 *
 * A subject or name that is not short plain ASCII becomes encoded words, and a body that is not plain ASCII of short
 * lines base64. Source: RFC 5322, RFC 2045, RFC 2047, RFC 6532 (a mailbox name that is not ASCII stands as it is).
 *
 * @return INVALID  an address that no header can hold (mail_address_good())
 * Cost: about 1.5 us for a body of 600 bytes.
 */
RESULT mail_mime_write(const struct mail_mime *mime, struct buf *out);

/* Can the address stand between < and > in a header and in SMTP: left@domain, no blank, control, bracket or quote? */
bool mail_address_good(struct slice address);

/* What stands behind the last @, empty if none does. */
struct slice mail_address_domain(struct slice address);

#endif
