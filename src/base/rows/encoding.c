#include "base/rows/encoding.h"

#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    OUT_BYTES = 64 * 1024, /* converted at once */
    LEFT_BYTES = 8,        /* the longest character of any of the encodings is four bytes */
    MARK_BYTES = 3         /* the longest byte order mark */
};

static const struct {
    const char *name;
    const char *iconv; /* NULL: needs no conversion */
    size_t unit;       /* bytes to step over where nothing decodes */
    bool asked;        /* may be asked for by name */
} encodings[] = {
    [ENCODING_AUTO] = {"auto", NULL, 1, true},
    [ENCODING_UTF_8] = {"utf-8", NULL, 1, true},
    [ENCODING_CP949] = {"cp949", "CP949", 1, true},
    [ENCODING_LATIN_1] = {"latin-1", "ISO-8859-1", 1, true},
    [ENCODING_UTF_16LE] = {"utf-16le", "UTF-16LE", 2, false},
    [ENCODING_UTF_16BE] = {"utf-16be", "UTF-16BE", 2, false},
};

struct decoder {
    enum encoding asked, found;
    struct decoder_sink sink;
    struct buf head; /* until decided */
    struct buf out;
    uint8_t left[LEFT_BYTES]; /* the start of a character that was cut by the end of a push */
    size_t left_len;
    iconv_t converter;
    bool open;
};

const char *encoding_name(enum encoding encoding)
{
    assert((size_t)encoding < COUNT_OF(encodings));
    return encodings[encoding].name;
}

bool encoding_parse(const char *text, enum encoding *out)
{
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        if (!encodings[i].asked || strcasecmp(text, encodings[i].name) != 0) continue;
        *out = (enum encoding)i;
        return true;
    }
    return false;
}

/* Is it UTF-8, or UTF-8 with a few bad places? */
static bool mostly_utf8(struct slice head, bool whole)
{
    size_t good = 0, bad = 0;
    for (struct slice rest = head; rest.len > 0;) {
        bool may_be_cut = !whole && rest.len < UTF8_BYTES_MAX;
        uint32_t point = utf8_next(&rest);
        if (point == UTF8_BAD)
            bad += may_be_cut ? 0 : 1;
        else if (point >= 0x80)
            good++;
    }
    return bad == 0 || good / ENCODING_GOOD_PER_BAD >= bad;
}

/* Most two-byte characters are the 2,350 syllables of KS X 1001, which all Korean text is made of. */
static bool mostly_hangul(struct slice head)
{
    size_t pairs = 0, hangul = 0;
    for (size_t i = 0; i + 1 < head.len; i++) {
        if (head.at[i] < 0x80) continue;
        pairs++;
        if (head.at[i] >= 0xb0 && head.at[i] <= 0xc8 && head.at[i + 1] >= 0xa1) hangul++;
        i++;
    }
    return hangul > 0 && hangul >= pairs / 2;
}

static RESULT converter_open(enum encoding encoding, iconv_t *out)
{
    assert(encodings[encoding].iconv);
    iconv_t converter = iconv_open("UTF-8", encodings[encoding].iconv);
    if (converter == (iconv_t)-1) { /* NOLINT(performance-no-int-to-ptr): POSIX says so */
        return FAIL(UNAVAILABLE,
                    "encoding: this system cannot convert %s; install the C library's gconv modules",
                    encodings[encoding].name);
    }
    *out = converter;
    return OK;
}

void encodings_hold(struct encodings_held *out)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(encodings); i++) {
        iconv_t converter = NULL;
        if (!encodings[i].iconv) continue;
        assert(count < ENCODINGS_HELD);
        struct result opened = converter_open((enum encoding)i, &converter);
        out->at[count++] = opened.code == CODE_OK ? converter : NULL;
    }
}

void encodings_release(struct encodings_held *held)
{
    for (size_t i = 0; i < ENCODINGS_HELD; i++) {
        if (held->at[i]) (void)iconv_close(held->at[i]); /* frees memory only */
        held->at[i] = NULL;
    }
}

/* iconv() wants a pointer to char without const, and never writes there. */
static size_t converter_run(iconv_t converter, struct slice *in, struct buf *out)
{
    char *from = NULL;
    memcpy(&from, &in->at, sizeof from);
    char *to = (char *)out->at + out->len;
    size_t room = OUT_BYTES - out->len;
    size_t in_len = in->len;
    size_t got = iconv(converter, &from, &in_len, &to, &room);
    *in = slice_from(*in, in->len - in_len);
    out->len = OUT_BYTES - room;
    return got;
}

static RESULT clean_cp949(struct slice head, bool whole, bool *out)
{
    iconv_t converter = NULL;
    TRY(converter_open(ENCODING_CP949, &converter));
    SCOPED(buf_done) struct buf text = {0};
    buf_reserve(&text, OUT_BYTES);
    int error = 0;
    while (head.len > 0 && (error == 0 || error == E2BIG)) {
        text.len = 0;
        error = converter_run(converter, &head, &text) == (size_t)-1 ? errno : 0;
    }
    (void)iconv_close(converter); /* frees memory only */
    *out = error == 0 || (error == EINVAL && !whole);
    return OK;
}

static size_t mark_find(struct slice head, enum encoding *out)
{
    static const struct {
        const char *mark;
        enum encoding encoding;
    } marks[] = {
        {"\xef\xbb\xbf", ENCODING_UTF_8}, {"\xff\xfe", ENCODING_UTF_16LE}, {"\xfe\xff", ENCODING_UTF_16BE}};
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        if (!slice_starts(head, marks[i].mark)) continue;
        *out = marks[i].encoding;
        return strlen(marks[i].mark);
    }
    return 0;
}

RESULT encoding_detect(struct slice head, bool whole, enum encoding *out)
{
    assert(out && (head.at || head.len == 0));
    enum encoding found = ENCODING_UTF_8;
    if (mark_find(head, &found) == 0 && !mostly_utf8(head, whole)) {
        bool clean = false;
        if (mostly_hangul(head)) TRY(clean_cp949(head, whole, &clean));
        found = clean ? ENCODING_CP949 : ENCODING_LATIN_1;
    }
    *out = found;
    return OK;
}

RESULT decoder_new(enum encoding encoding, struct decoder_sink sink, struct decoder **out)
{
    assert(sink.bytes && out && encodings[encoding].asked);
    struct decoder *decoder = calloc(1, sizeof *decoder);
    if (!decoder) abort();
    decoder->asked = encoding;
    decoder->sink = sink;
    buf_reserve(&decoder->head, encoding == ENCODING_AUTO ? ENCODING_HEAD_BYTES : MARK_BYTES);
    *out = decoder;
    return OK;
}

enum encoding decoder_found(const struct decoder *decoder)
{
    return decoder->found;
}

void decoder_free(struct decoder **decoder)
{
    if (!*decoder) return;
    if ((*decoder)->open) (void)iconv_close((*decoder)->converter); /* frees memory only */
    buf_done(&(*decoder)->head);
    buf_done(&(*decoder)->out);
    explicit_bzero(*decoder, sizeof **decoder);
    free(*decoder);
    *decoder = NULL;
}

static RESULT flush(struct decoder *decoder)
{
    if (decoder->out.len == 0) return OK;
    TRY(decoder->sink.bytes(decoder->sink.context, buf_slice(&decoder->out)));
    decoder->out.len = 0; /* overwritten by what follows, wiped at the end */
    return OK;
}

/* Convert as much as can be; what stays in `in` is the start of a character. */
static RESULT convert(struct decoder *decoder, struct slice *in)
{
    while (in->len > 0) {
        size_t got = converter_run(decoder->converter, in, &decoder->out);
        int error = got == (size_t)-1 ? errno : 0;
        bool bad = error == EILSEQ;
        if (error != 0 && !bad && error != E2BIG) return flush(decoder); /* EINVAL: cut */
        if (OUT_BYTES - decoder->out.len <= LEFT_BYTES || error == E2BIG) TRY(flush(decoder));
        if (!bad) continue;
        decoder->out.at[decoder->out.len++] = 0xff;
        *in = slice_from(*in, encodings[decoder->found].unit);
    }
    return flush(decoder);
}

static RESULT decode(struct decoder *decoder, struct slice bytes)
{
    if (!decoder->open) return bytes.len ? decoder->sink.bytes(decoder->sink.context, bytes) : OK;
    while (bytes.len > 0 && decoder->left_len > 0) {
        size_t had = decoder->left_len;
        size_t more = bytes.len < LEFT_BYTES - had ? bytes.len : LEFT_BYTES - had;
        memcpy(decoder->left + had, bytes.at, more);
        struct slice joined = {decoder->left, had + more};
        TRY(convert(decoder, &joined));
        size_t used = had + more - joined.len;
        if (used < had) { /* still cut; no character is long enough to leave some of `bytes` out */
            assert(more == bytes.len);
            memmove(decoder->left, joined.at, joined.len);
            decoder->left_len = joined.len;
            return OK;
        }
        decoder->left_len = 0;
        bytes = slice_from(bytes, used - had);
    }
    TRY(convert(decoder, &bytes));
    assert(bytes.len < LEFT_BYTES);
    if (bytes.len > 0) memcpy(decoder->left, bytes.at, bytes.len);
    decoder->left_len += bytes.len;
    return OK;
}

/* The head is complete: decide, and let it go. */
static RESULT decide(struct decoder *decoder, bool whole)
{
    assert(decoder->found == ENCODING_AUTO);
    struct slice head = buf_slice(&decoder->head);
    enum encoding marked = ENCODING_AUTO, found = decoder->asked;
    size_t mark = mark_find(head, &marked);
    if (found == ENCODING_AUTO) TRY(encoding_detect(head, whole, &found));
    if (encodings[found].iconv) {
        TRY(converter_open(found, &decoder->converter));
        decoder->open = true;
        buf_reserve(&decoder->out, OUT_BYTES);
    }
    decoder->found = found;
    struct result result = decode(decoder, slice_from(head, marked == found ? mark : 0));
    buf_done(&decoder->head);
    return result;
}

RESULT decoder_push(struct decoder *decoder, struct slice bytes)
{
    assert(decoder && (bytes.at || bytes.len == 0));
    if (decoder->found != ENCODING_AUTO) return decode(decoder, bytes);
    size_t want = decoder->asked == ENCODING_AUTO ? ENCODING_HEAD_BYTES : MARK_BYTES;
    struct slice first = slice_part(bytes, 0, want - decoder->head.len);
    buf_slice_put(&decoder->head, first);
    enum encoding marked = ENCODING_AUTO;
    bool enough = decoder->head.len == want ||
                  (decoder->head.len >= MARK_BYTES && mark_find(buf_slice(&decoder->head), &marked) > 0);
    if (!enough) return OK;
    TRY(decide(decoder, false));
    return decode(decoder, slice_from(bytes, first.len));
}

RESULT decoder_end(struct decoder *decoder)
{
    assert(decoder);
    if (decoder->found == ENCODING_AUTO) TRY(decide(decoder, true));
    if (decoder->left_len == 0) return OK;
    decoder->left_len = 0;
    return decoder->sink.bytes(decoder->sink.context, SLICE_TEXT("\xff"));
}
