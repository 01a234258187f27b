#include "mail/lmtp.h"

#include <string.h>
#include <strings.h>

void lmtp_done(struct lmtp *lmtp)
{
    buf_done(&lmtp->in);
    buf_done(&lmtp->message);
    for (size_t i = 0; i < LMTP_TO_MAX; i++) buf_done(&lmtp->to[i]);
    *lmtp = (struct lmtp){0};
}

void lmtp_begin(struct lmtp *lmtp, struct buf *out)
{
    *lmtp = (struct lmtp){0};
    buf_text(out, "220 amanah LMTP\r\n");
}

static void mail_reset(struct lmtp *lmtp)
{
    for (size_t i = 0; i < lmtp->to_count; i++) buf_done(&lmtp->to[i]);
    buf_done(&lmtp->message);
    lmtp->to_count = 0;
    lmtp->from = lmtp->data = lmtp->too_long = false;
}

void lmtp_next(struct lmtp *lmtp)
{
    mail_reset(lmtp);
}

static void wrong(struct lmtp *lmtp, const char *reply, struct buf *out)
{
    buf_text(out, reply);
    if (++lmtp->errors < LMTP_ERRORS_MAX) return;
    buf_text(out, "421 4.7.0 too many errors\r\n");
    lmtp->over = true;
}

static bool is_verb(struct slice line, const char *verb)
{
    size_t len = strlen(verb);
    return line.len >= len && strncasecmp((const char *)line.at, verb, len) == 0 &&
           (line.len == len || line.at[len] == ' ' || verb[len - 1] == ':');
}

/* The address between < and >; false: there is none, or it has what no address of ours has. */
static bool path_of(struct slice line, struct slice *out)
{
    const uint8_t *from = memchr(line.at, '<', line.len);
    if (!from) return false;
    struct slice rest = slice_from(line, (size_t)(from - line.at) + 1);
    const uint8_t *to = rest.len > 0 ? memchr(rest.at, '>', rest.len) : NULL;
    if (!to) return false;
    *out = slice_part(rest, 0, (size_t)(to - rest.at));
    if (out->len > LMTP_TO_BYTES_MAX) return false;
    for (size_t i = 0; i < out->len; i++) {
        if (out->at[i] <= ' ' || out->at[i] >= 0x7f) return false;
    }
    return true;
}

static void recipient(struct lmtp *lmtp, struct slice line, struct buf *out)
{
    struct slice path = {0};
    if (!lmtp->from) {
        wrong(lmtp, "503 5.5.1 MAIL first\r\n", out);
    } else if (!path_of(line, &path) || path.len == 0) {
        wrong(lmtp, "501 5.1.3 no address\r\n", out);
    } else if (lmtp->to_count == LMTP_TO_MAX) {
        buf_text(out, "452 4.5.3 too many recipients\r\n");
    } else {
        buf_slice_put(&lmtp->to[lmtp->to_count++], path);
        buf_text(out, "250 2.1.5 ok\r\n");
    }
}

static void command(struct lmtp *lmtp, struct slice line, struct buf *out)
{
    struct slice path = {0};
    if (is_verb(line, "LHLO")) {
        mail_reset(lmtp);
        lmtp->hello = true;
        buf_print(
            out, "250-amanah\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE %d\r\n",
            LMTP_MESSAGE_BYTES_MAX);
    } else if (is_verb(line, "NOOP") || is_verb(line, "RSET")) {
        if (is_verb(line, "RSET")) mail_reset(lmtp);
        buf_text(out, "250 2.0.0 ok\r\n");
    } else if (is_verb(line, "QUIT")) {
        buf_text(out, "221 2.0.0 bye\r\n");
        lmtp->over = true;
    } else if (is_verb(line, "VRFY")) {
        buf_text(out, "252 2.5.0 nobody is named here\r\n");
    } else if (!lmtp->hello) {
        wrong(lmtp, "503 5.5.1 LHLO first\r\n", out);
    } else if (is_verb(line, "MAIL FROM:")) {
        bool good = !lmtp->from && path_of(line, &path);
        lmtp->from = lmtp->from || good;
        if (good)
            buf_text(out, "250 2.1.0 ok\r\n");
        else
            wrong(lmtp, "501 5.5.4 no sender, or one more\r\n", out);
    } else if (is_verb(line, "RCPT TO:")) {
        recipient(lmtp, line, out);
    } else if (is_verb(line, "DATA")) {
        lmtp->data = lmtp->to_count > 0;
        if (lmtp->data)
            buf_text(out, "354 go on\r\n");
        else
            wrong(lmtp, "503 5.5.1 nobody is to get it\r\n", out);
    } else {
        wrong(lmtp, "500 5.5.1 what is that\r\n", out);
    }
}

/* A line of the message. True: it was the last, and the message counts. */
static bool content(struct lmtp *lmtp, struct slice line, struct buf *out)
{
    bool end = line.len == 1 && line.at[0] == '.';
    if (!end) {
        if (line.len > 0 && line.at[0] == '.') line = slice_from(line, 1);
        lmtp->too_long |= lmtp->message.len + line.len + 1 > LMTP_MESSAGE_BYTES_MAX;
        if (lmtp->too_long) return false;
        buf_slice_put(&lmtp->message, line);
        buf_byte(&lmtp->message, '\n');
        return false;
    }
    if (!lmtp->too_long) return true;
    for (size_t i = 0; i < lmtp->to_count; i++) buf_text(out, "552 5.3.4 longer than any bounce\r\n");
    mail_reset(lmtp);
    return false;
}

static void taken_drop(struct lmtp *lmtp)
{
    memmove(lmtp->in.at, lmtp->in.at + lmtp->taken, lmtp->in.len - lmtp->taken);
    lmtp->in.len -= lmtp->taken;
    lmtp->taken = 0;
}

bool lmtp_input(struct lmtp *lmtp, struct buf *out)
{
    while (!lmtp->over) {
        struct slice rest = slice_from(buf_slice(&lmtp->in), lmtp->taken);
        const uint8_t *end = rest.len > 0 ? memchr(rest.at, '\n', rest.len) : NULL;
        size_t len = end ? (size_t)(end - rest.at) : rest.len,
               most = lmtp->data ? LMTP_MESSAGE_BYTES_MAX : LMTP_LINE_BYTES_MAX;
        if (len > most) { /* what ends no line is no LMTP */
            buf_text(out, "421 4.5.2 line too long\r\n");
            lmtp->over = true;
            break;
        }
        if (!end) break;
        struct slice line = slice_part(rest, 0, len);
        if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
        lmtp->taken += len + 1;
        if (lmtp->data) {
            if (content(lmtp, line, out)) return true;
        } else {
            command(lmtp, line, out);
        }
    }
    if (lmtp->taken > 0) taken_drop(lmtp);
    return false;
}

void lmtp_answer(enum lmtp_end end, struct buf *out)
{
    switch (end) {
    case LMTP_TAKEN:
        buf_text(out, "250 2.0.0 taken\r\n");
        break;
    case LMTP_NONE_OF_OURS:
        buf_text(out, "550 5.1.1 no return path of ours, or no bounce\r\n");
        break;
    case LMTP_LATER:
        buf_text(out, "451 4.3.0 the vault does not answer\r\n");
        break;
    }
}
