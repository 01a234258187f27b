/*
 * A range of leaked passwords, as Have I Been Pwned answers it: five digits of a SHA-1 in, the other 35 of each that begins
 * so out. Whoever asks tells one of 2^20 ranges and no password. It depends on no customer's value, so it is no look and has
 * no entry: a list holds hashes of passwords without whose they were.
 */
#include "keep/passwords.h"
#include "keep/shop.h"
#include "keep/verbs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { A_MINUTE = 600, LISTS_MAX = 256, PADDED_LEAST = 800, PADDED_SPREAD = 200, SUFFIX_DIGITS = 35 };

/* Of all lists: a hash that several have counts as often as they say together. */
struct range {
    struct password_seen *at;
    size_t count, cap;
};

static void range_done(struct range *range)
{
    free(range->at);
}

static bool range_take(void *context, const struct password_seen *seen)
{
    struct range *range = context;
    if (range->count == range->cap) {
        range->cap = range->cap ? range->cap * 2 : 1024;
        range->at = realloc(range->at, range->cap * sizeof *range->at);
        if (!range->at) abort(); /* as all memory: see bytes.h */
    }
    range->at[range->count++] = *seen;
    return true;
}

static int by_hash(const void *a, const void *b)
{
    const struct password_seen *one = a, *other = b;
    return memcmp(one->sha1, other->sha1, SHA1_BYTES);
}

static void range_order(struct range *range)
{
    size_t kept = 0;
    if (range->count > 0) qsort(range->at, range->count, sizeof *range->at, by_hash);
    for (size_t i = 0; i < range->count; i++) {
        struct password_seen *last = kept > 0 ? &range->at[kept - 1] : NULL;
        if (last && memcmp(last->sha1, range->at[i].sha1, SHA1_BYTES) == 0) {
            bool full = last->times > UINT32_MAX - range->at[i].times;
            last->times = full ? UINT32_MAX : last->times + range->at[i].times;
        } else {
            range->at[kept++] = range->at[i];
        }
    }
    range->count = kept;
}

static void folder_done(DIR **folder)
{
    if (*folder) (void)closedir(*folder); /* only read */
}

/* Every list in a folder; one that is damaged is an error, as an answer without it would call its passwords good. */
static RESULT folder_read(const char *path, uint32_t prefix, struct range *range)
{
    SCOPED(folder_done) DIR *folder = opendir(path);
    size_t lists = 0;
    if (!folder && errno == ENOENT) return OK;
    if (!folder) return FAIL(UNAVAILABLE, "passwords: cannot be read: %s", strerror(errno));
    for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        SCOPED(buf_done) struct buf file = {0};
        size_t len = strlen(entry->d_name);
        if (len < 5 || strcmp(entry->d_name + len - 4, ".pwd") != 0) continue;
        if (++lists > LISTS_MAX) return FAIL(TOO_MANY, "passwords: more than %d lists", LISTS_MAX);
        buf_print(&file, "%s/%s", path, entry->d_name);
        struct result read = passwords_range(buf_c(&file), prefix, range_take, range);
        if (read.code != CODE_OK && read.code != CODE_NOT_FOUND) return read;
    }
    return OK;
}

/* Made-up ones of count 0 among them, so that a watcher of lengths learns no range. */
static void range_pad(struct shop *shop, uint32_t prefix, struct range *range)
{
    uint16_t spread = 0;
    crypto_random(shop->crypto, &spread, sizeof spread);
    size_t wanted = PADDED_LEAST + spread % PADDED_SPREAD;
    while (range->count < wanted) {
        struct password_seen made = {.times = 0};
        crypto_random(shop->crypto, made.sha1, SHA1_BYTES);
        uint32_t low = be32_get(made.sha1) & ((1U << (32 - PASSWORD_PREFIX_BITS)) - 1);
        be32_put(made.sha1, prefix << (32 - PASSWORD_PREFIX_BITS) | low);
        (void)range_take(range, &made); /* it takes all */
    }
    range_order(range);
}

static void range_put(const struct range *range, struct buf *out)
{
    for (size_t i = 0; i < range->count; i++) {
        SCOPED(buf_done) struct buf hex = {0};
        hex_put(&hex, SLICE_OF(range->at[i].sha1));
        struct slice suffix = slice_from(buf_slice(&hex), hex.len - SUFFIX_DIGITS);
        for (size_t d = 0; d < suffix.len; d++) {
            uint8_t digit = suffix.at[d];
            buf_byte(out, digit >= 'a' ? (uint8_t)(digit - 32) : digit);
        }
        buf_print(out, ":%u\r\n", range->at[i].times);
    }
}

static RESULT prefix_get(struct slice text, uint32_t *out)
{
    uint32_t prefix = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.at[i] | 32; /* digits stay what they are */
        bool digit = text.at[i] >= '0' && text.at[i] <= '9', letter = c >= 'a' && c <= 'f';
        if (!digit && !letter) return FAIL(INVALID, "prefix: five hexadecimal digits");
        prefix = prefix << 4 | (uint32_t)(digit ? c - '0' : c - 'a' + 10);
    }
    if (text.len != PASSWORD_PREFIX_BITS / 4) return FAIL(INVALID, "prefix: five hexadecimal digits");
    *out = prefix;
    return OK;
}

static RESULT pace_ask(struct batch *batch, const struct reader *reader)
{
    struct shop *shop = batch->shop;
    int64_t minute = batch->now_us / MINUTE_US;
    uint16_t *count = &shop->ranges.counts[reader->no % COUNT_OF(shop->ranges.counts)];
    if (shop->ranges.minute != minute) memset(&shop->ranges, 0, sizeof shop->ranges);
    shop->ranges.minute = minute;
    if (*count == A_MINUTE)
        return FAIL(RATE, "passwords: %d ranges a minute are asked for; try in the next one", A_MINUTE);
    (*count)++;
    return OK;
}

RESULT verb_password_range(struct batch *batch, const struct reader *reader,
                           const struct password_range_ask *ask, struct answer *out)
{
    struct shop *shop = batch->shop;
    SCOPED(range_done) struct range range = {0};
    SCOPED(buf_done) struct buf home = {0}, own = {0};
    uint32_t prefix = 0;
    TRY(prefix_get(ask->prefix, &prefix));
    TRY(pace_ask(batch, reader));
    if (shop->home) { /* a shop without a directory: the simulator's */
        buf_print(&home, "%s/passwords", home_path(shop->home));
        shop_path(shop->home, shop->name, "passwords", &own);
        TRY(folder_read(buf_c(&home), prefix, &range));
        TRY(folder_read(buf_c(&own), prefix, &range));
    }
    range_order(&range);
    if (ask->padding) range_pad(shop, prefix, &range);
    range_put(&range, &out->body);
    out->head.shape = ANSWER_OCTETS;
    return OK;
}
