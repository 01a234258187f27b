#include "keep/backup/tar.h"

#include "base/clock.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Fields of a header block (POSIX.1-2017, pax, "ustar Interchange Format"). */
enum {
    AT_NAME = 0,
    AT_MODE = 100,
    AT_UID = 108,
    AT_GID = 116,
    AT_SIZE = 124,
    AT_TIME = 136,
    AT_SUM = 148,
    AT_TYPE = 156,
    AT_MAGIC = 257,
    AT_PREFIX = 345,
    PREFIX_BYTES = 155,
    SIZE_BYTES = 12,
    SUM_BYTES = 8,
    ID_BYTES = 8,
    MAGIC_BYTES = 8
};
static const char magic[MAGIC_BYTES] = {'u', 's', 't', 'a', 'r', 0, '0', '0'};
static const uint64_t octal_most = 077777777777;

bool tar_name_good(struct slice name)
{
    if (name.len == 0 || name.len > TAR_NAME_BYTES_MAX || name.at[0] == '/') return false;
    for (size_t i = 0; i < name.len; i++) {
        bool first = i == 0 || name.at[i - 1] == '/';
        if (name.at[i] == '/' ? first : !isalnum(name.at[i]) && !strchr("._-", name.at[i])) return false;
        if (first && name.at[i] == '.') return false; /* ".." and what is hidden */
    }
    return name.at[name.len - 1] != '/';
}

static void octal_put(uint8_t *at, size_t width, uint64_t number)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%0*llo", (int)width - 1, (unsigned long long)number);
    assert(len == (int)width - 1);
    memcpy(at, text, width - 1);
}

/* The sum is over the block with blanks in its own place. */
static uint32_t sum_of(const uint8_t block[TAR_BLOCK_BYTES])
{
    uint32_t sum = 0;
    for (size_t i = 0; i < TAR_BLOCK_BYTES; i++)
        sum += i >= AT_SUM && i < AT_SUM + SUM_BYTES ? ' ' : block[i];
    return sum;
}

void tar_member_put(struct buf *out, struct slice name, uint64_t bytes, int64_t made_us)
{
    assert(tar_name_good(name));
    uint8_t block[TAR_BLOCK_BYTES] = {0};
    memcpy(block + AT_NAME, name.at, name.len);
    octal_put(block + AT_MODE, ID_BYTES, 0600);
    octal_put(block + AT_UID, ID_BYTES, 0);
    octal_put(block + AT_GID, ID_BYTES, 0);
    if (bytes <= octal_most) {
        octal_put(block + AT_SIZE, SIZE_BYTES, bytes);
    } else {
        block[AT_SIZE] = 0x80;
        be64_put(block + AT_SIZE + SIZE_BYTES - sizeof bytes, bytes);
    }
    octal_put(block + AT_TIME, SIZE_BYTES, (uint64_t)(made_us / SECOND_US));
    block[AT_TYPE] = '0';
    memcpy(block + AT_MAGIC, magic, sizeof magic);
    octal_put(block + AT_SUM, SUM_BYTES - 1, sum_of(block));
    block[AT_SUM + SUM_BYTES - 1] = ' ';
    buf_put(out, block, sizeof block);
}

static uint64_t pad_of(uint64_t bytes)
{
    return (TAR_BLOCK_BYTES - bytes % TAR_BLOCK_BYTES) % TAR_BLOCK_BYTES;
}

void tar_pad_put(struct buf *out, uint64_t bytes)
{
    size_t pad = (size_t)pad_of(bytes);
    if (pad > 0) memset(buf_extend(out, pad), 0, pad);
}

void tar_end_put(struct buf *out)
{
    memset(buf_extend(out, (size_t)2 * TAR_BLOCK_BYTES), 0, (size_t)2 * TAR_BLOCK_BYTES);
}

static RESULT bad(const char *what)
{
    return FAIL(CORRUPT, "archive: %s", what);
}

/* Digits, then a zero or blanks. */
static RESULT octal_get(const uint8_t *at, size_t width, uint64_t *out)
{
    uint64_t number = 0;
    size_t i = 0;
    for (; i < width && at[i] >= '0' && at[i] <= '7'; i++) number = number * 8 + (uint64_t)(at[i] - '0');
    if (i == 0 || (i < width && at[i] != 0 && at[i] != ' ')) return bad("a number in a header is none");
    *out = number;
    return OK;
}

static RESULT size_get(const uint8_t *at, uint64_t *out)
{
    if (at[0] != 0x80) return octal_get(at, SIZE_BYTES, out);
    for (size_t i = 1; i < SIZE_BYTES - sizeof *out; i++) {
        if (at[i] != 0) return bad("a member is too large");
    }
    *out = be64_get(at + SIZE_BYTES - sizeof *out);
    return *out >> 62 ? bad("a member is too large") : OK;
}

static bool all_zero(const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (at[i]) return false;
    }
    return true;
}

static RESULT header_take(struct tar *tar, const struct tar_events *events)
{
    const uint8_t *block = tar->block;
    uint64_t sum = 0, bytes = 0;
    if (all_zero(block, TAR_BLOCK_BYTES)) {
        tar->ended = true;
        return OK;
    }
    TRY(octal_get(block + AT_SUM, SUM_BYTES, &sum));
    if (sum != sum_of(block) || memcmp(block + AT_MAGIC, magic, sizeof magic) != 0)
        return bad("a header is none");
    if (block[AT_TYPE] != '0' || !all_zero(block + AT_PREFIX, PREFIX_BYTES))
        return bad("a member is no plain file");
    struct slice name = {block + AT_NAME, strnlen((const char *)block + AT_NAME, TAR_NAME_BYTES_MAX + 1)};
    if (!tar_name_good(name)) return bad("a member's name is not one of a backup");
    TRY(size_get(block + AT_SIZE, &bytes));
    tar->rest = bytes;
    tar->pad = pad_of(bytes);
    tar->inside = true;
    return events->begin(events->context, name, bytes);
}

/* At the beginning of a block: a member's last bytes were taken. */
static RESULT member_end(struct tar *tar, const struct tar_events *events)
{
    if (!tar->inside || tar->rest > 0) return OK;
    tar->inside = false;
    return events->end(events->context);
}

static size_t least(uint64_t a, size_t b)
{
    return a < b ? (size_t)a : b;
}

RESULT tar_take(struct tar *tar, struct slice bytes, const struct tar_events *events)
{
    while (bytes.len > 0) {
        size_t step = 0;
        if (tar->rest > 0) {
            step = least(tar->rest, bytes.len);
            TRY(events->bytes(events->context, (struct slice){bytes.at, step}));
            tar->rest -= step;
        } else if (tar->pad > 0) {
            step = least(tar->pad, bytes.len);
            tar->pad -= step;
        } else {
            step = least(TAR_BLOCK_BYTES - tar->block_len, bytes.len);
            memcpy(tar->block + tar->block_len, bytes.at, step);
            tar->block_len += step;
        }
        TRY(member_end(tar, events));
        bytes = slice_from(bytes, step);
        if (tar->block_len < TAR_BLOCK_BYTES) continue;
        tar->block_len = 0;
        if (tar->ended && !all_zero(tar->block, TAR_BLOCK_BYTES)) return bad("something follows its end");
        if (!tar->ended) TRY(header_take(tar, events));
        TRY(member_end(tar, events)); /* one without bytes */
    }
    return OK;
}

RESULT tar_whole(const struct tar *tar)
{
    return tar->ended && tar->block_len == 0 ? OK : bad("it was cut");
}
