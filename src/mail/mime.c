#include "mail/mime.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>
#include <time.h>

enum {
    LINE_MAX_CHARS = 76,
    WORD_EXTRA = 12, /* =?UTF-8?B? and ?= */
    BASE64_GROUP = 3,
    BASE64_LINE_BYTES = 57 /* 76 characters */
};

bool mail_address_good(struct slice address)
{
    size_t ats = 0;
    if (address.len == 0 || address.len > MAIL_ADDRESS_BYTES_MAX || !utf8_valid(address)) return false;
    for (size_t i = 0; i < address.len; i++) {
        uint8_t c = address.at[i];
        if (c <= ' ' || c == 0x7f || (c < 0x80 && strchr("<>()[]\",;:\\", c))) return false;
        ats += c == '@';
    }
    struct slice domain = mail_address_domain(address);
    return ats == 1 && address.at[0] != '@' && domain.len > 0 && text_ascii(domain);
}

struct slice mail_address_domain(struct slice address)
{
    for (size_t i = address.len; i > 0; i--) {
        if (address.at[i - 1] == '@') return slice_from(address, i);
    }
    return (struct slice){0};
}

/* Printable ASCII without what a reader could take for an encoded word. */
static bool plain(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < ' ' || text.at[i] > '~') return false;
        if (text.at[i] == '=' && i + 1 < text.len && text.at[i + 1] == '?') return false;
    }
    return true;
}

/* How many bytes of the text, whole characters, fit into `room` characters of base64. */
static size_t word_bytes(struct slice text, size_t room)
{
    size_t most = room / 4 * BASE64_GROUP, len = text.len < most ? text.len : most;
    while (len > 0 && len < text.len && (text.at[len] & 0xc0) == 0x80) len--;
    return len;
}

/* Encoded words from `column` on, each line of at most LINE_MAX_CHARS; gives the column behind. RFC 2047 section 2. */
static size_t words_put(struct slice text, size_t column, struct buf *out)
{
    while (text.len > 0) {
        size_t room = column + WORD_EXTRA < LINE_MAX_CHARS ? LINE_MAX_CHARS - column - WORD_EXTRA : 0;
        size_t len = word_bytes(text, room), start = out->len;
        if (len == 0) {
            buf_text(out, "\r\n ");
            column = 1;
            continue;
        }
        buf_text(out, "=?UTF-8?B?");
        base64_put(out, slice_part(text, 0, len));
        buf_text(out, "?=");
        column += out->len - start;
        text = slice_from(text, len);
        if (text.len > 0) column = LINE_MAX_CHARS; /* the next word stands on a line of its own */
    }
    return column;
}

static void subject_put(struct slice subject, struct buf *out)
{
    static const char name[] = "Subject: ";
    buf_text(out, name);
    if (plain(subject) && sizeof name + subject.len <= LINE_MAX_CHARS)
        buf_slice_put(out, subject);
    else
        (void)words_put(subject, sizeof name - 1, out);
    buf_text(out, "\r\n");
}

static size_t quoted_put(struct slice name, struct buf *out)
{
    size_t start = out->len;
    buf_byte(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        if (name.at[i] == '"' || name.at[i] == '\\') buf_byte(out, '\\');
        buf_byte(out, name.at[i]);
    }
    buf_byte(out, '"');
    return out->len - start;
}

static RESULT mailbox_put(const char *header, struct slice name, struct slice address, struct buf *out)
{
    size_t column = strlen(header);
    if (!mail_address_good(address)) return FAIL(INVALID, "mail: %san address that no mail can have", header);
    name = slice_part(name, 0, MAIL_NAME_BYTES_MAX);
    while (!utf8_valid(name)) name.len--; /* it was valid before it was cut */
    buf_text(out, header);
    if (name.len > 0 && plain(name) && column + name.len < LINE_MAX_CHARS / 2)
        column += quoted_put(name, out);
    else
        column = words_put(name, column, out);
    if (name.len > 0) buf_text(out, column + address.len + 3 > LINE_MAX_CHARS ? "\r\n " : " ");
    buf_byte(out, '<');
    buf_slice_put(out, address);
    buf_text(out, ">\r\n");
    return OK;
}

static void date_put(int64_t time_us, struct buf *out)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(time_us / SECOND_US);
    struct tm at = {0};
    (void)gmtime_r(&seconds, &at); /* any time we have is one of a calendar */
    buf_print(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[at.tm_wday], at.tm_mday,
              months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
}

/* ASCII of short lines may stand as it is. */
static bool body_plain(struct slice body)
{
    size_t column = 0;
    for (size_t i = 0; i < body.len; i++) {
        uint8_t c = body.at[i];
        column = c == '\n' ? 0 : column + 1;
        if (c > '~' || (c < ' ' && c != '\n') || column > LINE_MAX_CHARS) return false;
    }
    return true;
}

static void lines_put(struct slice body, struct buf *out)
{
    buf_reserve(out, body.len + body.len / 16);
    for (size_t i = 0; i < body.len; i++) {
        if (body.at[i] == '\n') buf_byte(out, '\r');
        buf_byte(out, body.at[i]);
    }
}

static void body_put(struct slice body, struct buf *out)
{
    if (body_plain(body)) {
        buf_text(out, "Content-Transfer-Encoding: 7bit\r\n\r\n");
        lines_put(body, out);
    } else {
        SCOPED(buf_done) struct buf text = {0};
        lines_put(body, &text); /* text/plain has CR LF inside its encoding, too: RFC 2046 section 4.1.1 */
        buf_text(out, "Content-Transfer-Encoding: base64\r\n\r\n");
        for (struct slice rest = buf_slice(&text); rest.len > 0; rest = slice_from(rest, BASE64_LINE_BYTES)) {
            base64_put(out, slice_part(rest, 0, BASE64_LINE_BYTES));
            buf_text(out, "\r\n");
        }
    }
    if (out->at[out->len - 1] != '\n') buf_text(out, "\r\n");
}

RESULT mail_mime_write(const struct mail_mime *mime, struct buf *out)
{
    if (!mail_address_good(mime->id) || !text_ascii(mime->id))
        return FAIL(INVALID, "mail: a Message-ID that no mail can have");
    SCOPED(buf_done) struct buf made = {0};
    date_put(mime->time_us, &made);
    TRY(mailbox_put("From: ", mime->from_name, mime->from, &made));
    TRY(mailbox_put("To: ", mime->to_name, mime->to, &made));
    if (mime->reply_to.len > 0) TRY(mailbox_put("Reply-To: ", (struct slice){0}, mime->reply_to, &made));
    subject_put(mime->subject, &made);
    buf_text(&made, "Message-ID: <");
    buf_slice_put(&made, mime->id);
    buf_text(&made, ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\n");
    body_put(mime->body, &made);
    buf_slice_put(out, buf_slice(&made));
    return OK;
}
