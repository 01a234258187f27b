#include "mail/bulk/reply.h"

#include <string.h>
#include <strings.h>

enum { CODE_DIGITS = 3 };

static bool code_get(struct slice line, uint16_t *out)
{
    if (line.len < CODE_DIGITS || line.at[0] < '2' || line.at[0] > '5') return false;
    uint16_t code = 0;
    for (size_t i = 0; i < CODE_DIGITS; i++) {
        if (line.at[i] < '0' || line.at[i] > '9') return false;
        code = (uint16_t)(code * 10 + (line.at[i] - '0'));
    }
    if (line.len > CODE_DIGITS && line.at[CODE_DIGITS] != ' ' && line.at[CODE_DIGITS] != '-') return false;
    *out = code;
    return true;
}

/* The next word of a line, and the line behind it. */
static struct slice word_next(struct slice *line)
{
    while (line->len > 0 && (line->at[0] == ' ' || line->at[0] == '=')) *line = slice_from(*line, 1);
    size_t len = 0;
    while (len < line->len && line->at[len] != ' ' && line->at[len] != '=') len++;
    struct slice word = slice_part(*line, 0, len);
    *line = slice_from(*line, len);
    return word;
}

static bool word_is(struct slice word, const char *text)
{
    return word.len == strlen(text) && strncasecmp((const char *)word.at, text, word.len) == 0;
}

static uint32_t offers_of(struct slice text)
{
    static const struct {
        const char *name;
        uint32_t offer;
    } rows[] = {{"PIPELINING", OFFER_PIPELINING},
                {"STARTTLS", OFFER_STARTTLS},
                {"SMTPUTF8", OFFER_SMTPUTF8},
                {"8BITMIME", OFFER_8BITMIME}};
    uint32_t offers = 0;
    struct slice first = word_next(&text);
    if (first.len == 0) return 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) offers |= word_is(first, rows[i].name) ? rows[i].offer : 0;
    if (!word_is(first, "AUTH")) return offers;
    for (struct slice way = word_next(&text); way.len > 0; way = word_next(&text)) {
        if (word_is(way, "PLAIN")) offers |= OFFER_PLAIN;
        if (word_is(way, "LOGIN")) offers |= OFFER_LOGIN;
    }
    return offers;
}

static void text_keep(struct slice text, struct smtp_reply *out)
{
    size_t len = text.len < REPLY_TEXT_BYTES_MAX ? text.len : REPLY_TEXT_BYTES_MAX;
    for (size_t i = 0; i < len; i++)
        out->text[i] = text.at[i] >= ' ' && text.at[i] <= '~' ? (char)text.at[i] : '?';
    out->text[len] = 0;
}

enum reply_state smtp_reply_next(struct slice *in, struct smtp_reply *out)
{
    struct smtp_reply reply = {0};
    struct slice rest = *in;
    for (;;) {
        const uint8_t *end = rest.len > 0 ? memchr(rest.at, '\n', rest.len) : NULL;
        size_t len = end ? (size_t)(end - rest.at) : rest.len;
        if (len > REPLY_LINE_BYTES_MAX) return REPLY_BAD;
        if (!end) return REPLY_PART;
        struct slice line = slice_part(rest, 0, len);
        rest = slice_from(rest, len + 1);
        if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
        uint16_t code = 0;
        if (!code_get(line, &code) || (reply.lines > 0 && code != reply.code)) return REPLY_BAD;
        if (++reply.lines > REPLY_LINES_MAX) return REPLY_BAD;
        reply.code = code;
        struct slice text = slice_from(line, CODE_DIGITS + 1);
        if (reply.lines > 1) reply.offers |= offers_of(text); /* the first line of EHLO's is a greeting */
        if (line.len > CODE_DIGITS && line.at[CODE_DIGITS] == '-') continue;
        text_keep(text, &reply);
        *in = rest;
        *out = reply;
        return REPLY_WHOLE;
    }
}
