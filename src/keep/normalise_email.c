#include "keep/normalise_priv.h"

#include "base/text.h"

#include <idn2.h>
#include <string.h>

/* RFC 5321 section 4.5.3.1, RFC 1035 section 2.3.4. What is longer as written than RAW is refused before any work. */
enum { LOCAL_BYTES_MAX = 64, LABEL_BYTES_MAX = 63, RAW_BYTES_MAX = 1024 };

/* `mailto:a@b.kr?subject=x`, `"a@b.kr"`, `'a@b.kr'`, `<a@b.kr>`: what links, sheets and mail programs add. */
static struct slice unwrap(struct slice value)
{
    static const char scheme[] = "mailto:";
    static const uint8_t pairs[][2] = {{'"', '"'}, {'\'', '\''}, {'<', '>'}};
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        if (value.len < 2 || value.at[0] != pairs[i][0] || value.at[value.len - 1] != pairs[i][1]) continue;
        value = value_trim((struct slice){value.at + 1, value.len - 2});
    }
    if (value.len < sizeof scheme || strncasecmp((const char *)value.at, scheme, sizeof scheme - 1) != 0)
        return value;
    value = slice_from(value, sizeof scheme - 1);
    const uint8_t *query = memchr(value.at, '?', value.len);
    if (query) value.len = (size_t)(query - value.at);
    return value_trim(value);
}

/* RFC 5322 atext and the dot, and (RFC 6531) anything beyond ASCII. Dots may follow each other: such mailboxes live. */
static bool local_good(struct slice local)
{
    static const char marks[] = ".!#$%&'*+-/=?^_`{|}~";
    for (struct slice rest = local; rest.len > 0;) {
        uint8_t c = rest.at[0];
        if (c >= 0x80) {
            uint32_t point = utf8_next(&rest);
            if (point_is_space(point) || point_is_control(point)) return false;
            continue;
        }
        if (!is_letter(c) && !is_digit(c) && (c == 0 || !strchr(marks, c))) return false;
        rest.at++;
        rest.len--;
    }
    return local.len > 0 && local.len <= LOCAL_BYTES_MAX;
}

/* Letters, digits and inner hyphens in at least two labels. */
static bool domain_good(struct slice domain)
{
    size_t label = 0, labels = 1;
    uint8_t before = '.';
    for (size_t i = 0; i < domain.len; i++) {
        uint8_t c = domain.at[i];
        if (c == '.') {
            if (label == 0 || before == '-') return false;
            label = 0;
            labels++;
        } else {
            if (!is_letter(c) && !is_digit(c) && !(c == '-' && label > 0)) return false;
            if (++label > LABEL_BYTES_MAX) return false;
        }
        before = c;
    }
    return labels > 1 && label > 0 && before != '-';
}

static bool needs_idna(struct slice domain)
{
    return !text_ascii(domain) || memmem(domain.at, domain.len, "xn--", 4) != NULL;
}

/* Turn what stands from `start` on, a domain, into A-labels in place. */
static RESULT domain_to_ascii(struct buf *out, size_t start)
{
    uint8_t *ascii = NULL;
    buf_byte(out, 0);
    int status = idn2_lookup_u8(out->at + start, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    out->len = start;
    if (status != IDN2_OK) return FAIL(FIELD_FORMAT, "e-mail: the domain is not a valid international name");
    buf_text(out, (const char *)ascii);
    explicit_bzero(ascii, strlen((const char *)ascii));
    idn2_free(ascii);
    return OK;
}

/* The folded address stands in `out` from `start` on: check it, finish its domain. */
static RESULT address_finish(struct buf *out, size_t start)
{
    struct slice whole = slice_from(buf_slice(out), start);
    const uint8_t *at = whole.len ? memchr(whole.at, '@', whole.len) : NULL;
    if (!at) return FAIL(FIELD_FORMAT, "e-mail: no @");
    size_t local_len = (size_t)(at - whole.at);
    struct slice domain = slice_from(whole, local_len + 1);
    if (domain.len && memchr(domain.at, '@', domain.len))
        return FAIL(FIELD_FORMAT, "e-mail: more than one @");
    if (!local_good(slice_part(whole, 0, local_len))) {
        return FAIL(FIELD_FORMAT,
                    "e-mail: the part before @ has a character that is not allowed, or not 1 to %d bytes",
                    LOCAL_BYTES_MAX);
    }
    if (domain.len > 0 && domain.at[domain.len - 1] == '.') {
        domain.len--;
        out->len--;
    }
    if (domain.len > 0 && memchr(domain.at, 0, domain.len)) return FAIL(FIELD_FORMAT, "e-mail: a zero byte");
    size_t domain_start = start + local_len + 1;
    if (domain.len > 0 && needs_idna(domain)) TRY(domain_to_ascii(out, domain_start));
    if (!domain_good(slice_from(buf_slice(out), domain_start))) {
        return FAIL(FIELD_FORMAT, "e-mail: the part after @ is not a domain name");
    }
    if (out->len - start > (size_t)NORMALISE_EMAIL_BYTES_MAX) {
        return FAIL(FIELD_TOO_LONG, "e-mail: longer than %d bytes", NORMALISE_EMAIL_BYTES_MAX);
    }
    return OK;
}

/* Back to length `start`, nothing of the failed value left behind. */
static void take_back(struct buf *out, size_t start)
{
    if (out->at && out->len > start) explicit_bzero(out->at + start, out->len - start);
    out->len = start;
}

static RESULT fold_put(struct slice value, struct buf *out)
{
    if (text_ascii(value)) {
        uint8_t *to = buf_extend(out, value.len);
        for (size_t i = 0; i < value.len; i++) to[i] = lower(value.at[i]);
        return OK;
    }
    SCOPED(buf_done) struct buf composed = {0};
    TRY(unicode_put(value, UNICODE_NFKC,
                    &composed)); /* before lower case, so that wide and styled letters take part */
    return unicode_put(buf_slice(&composed), UNICODE_NFKC_LOWER, out);
}

/* In lower case, for each byte that may stand before the @ of a plain address; 0 for all others. As local_good() has it. */
static const uint8_t plain_bytes[UINT8_MAX + 1] = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                                  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                                  "\0!\0#$%&'\0\0*+\0-./"
                                                  "0123456789\0\0\0=\0?"
                                                  "\0abcdefghijklmno"
                                                  "pqrstuvwxyz\0\0\0^_"
                                                  "`abcdefghijklmno"
                                                  "pqrstuvwxyz{|}~";

bool normalise_email_plain(struct slice value, struct buf *out)
{
    enum { DOMAIN_BYTES_MAX = LABEL_BYTES_MAX };
    if (value.len == 0 || value.len > LOCAL_BYTES_MAX + 1 + DOMAIN_BYTES_MAX || value.at[0] == '\'')
        return false;
    uint8_t *to = buf_extend(out, value.len);
    size_t at = 0, dots = 0;
    for (; at < value.len && plain_bytes[value.at[at]]; at++) to[at] = plain_bytes[value.at[at]];
    bool good = at > 0 && at <= LOCAL_BYTES_MAX && at < value.len && value.at[at] == '@' &&
                value.len - at - 1 <= DOMAIN_BYTES_MAX;
    if (good) to[at++] = '@';
    bool inner = false; /* a dot or hyphen may stand here: not at a label's beginning, nor behind a hyphen */
    for (; good && at < value.len; at++) {
        uint8_t byte = plain_bytes[value.at[at]];
        bool mark = byte == '.' || byte == '-';
        good = mark ? inner : (byte >= 'a' && byte <= 'z') || is_digit(byte);
        dots += byte == '.';
        inner = !mark;
        to[at] = byte;
    }
    good = good && inner && dots > 0;
    if (!good) take_back(out, (size_t)(to - out->at));
    return good;
}

RESULT normalise_email(struct slice value, struct buf *out)
{
    if (value.len > RAW_BYTES_MAX) {
        return FAIL(FIELD_TOO_LONG, "e-mail: longer than %d bytes", NORMALISE_EMAIL_BYTES_MAX);
    }
    size_t start = out->len;
    TRY(fold_put(unwrap(value), out));
    struct result finished = address_finish(out, start);
    if (finished.code != CODE_OK) take_back(out, start);
    return finished;
}

/* Gmail's mailboxes are ASCII; without its dot a loose accent would join the letter before. */
static bool dots_mean_nothing(struct slice local, struct slice domain)
{
    if (!text_ascii(local)) return false;
    return slice_is(domain, "gmail.com") || slice_is(domain, "googlemail.com");
}

bool email_is_canonical(struct slice normal)
{
    static const char gmail[] = "gmail.com", googlemail[] = "googlemail.com";
    const uint8_t *at = normal.len ? memchr(normal.at, '@', normal.len) : NULL;
    if (!at || !text_ascii(normal) || memchr(normal.at, '+', (size_t)(at - normal.at))) return false;
    struct slice domain = slice_from(normal, (size_t)(at - normal.at) + 1);
    return !slice_is(domain, gmail) && !slice_is(domain, googlemail);
}

RESULT normalise_email_canonical(struct slice value, struct buf *out)
{
    SCOPED(buf_done) struct buf exact = {0};
    TRY(normalise_email(value, &exact));
    struct slice whole = buf_slice(&exact);
    const uint8_t *at = memchr(whole.at, '@', whole.len);
    if (!at) return FAIL(FIELD_FORMAT, "e-mail: no @");
    struct slice local = slice_part(whole, 0, (size_t)(at - whole.at)),
                 domain = slice_from(whole, local.len + 1);
    const uint8_t *tag = memchr(local.at, '+', local.len);
    if (tag && tag > local.at) local.len = (size_t)(tag - local.at);

    bool dotless = dots_mean_nothing(local, domain);
    size_t start = out->len;
    for (size_t i = 0; i < local.len; i++) {
        if (!dotless || local.at[i] != '.') buf_byte(out, local.at[i]);
    }
    if (out->len == start) buf_slice_put(out, local); /* nothing but dots: nobody's mailbox, kept apart */
    buf_byte(out, '@');
    if (dotless) {
        buf_text(out, "gmail.com");
    } else {
        buf_slice_put(out, domain);
    }
    return OK;
}
