#include "keep/erased.h"

#include "crypto/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { ROWS_READ = 1024, ROW = ERASED_ROW_BYTES };
static const off_t two_rows = (off_t)2 * ROW;

#define END_SUBJECT UINT64_MAX /* no subject has this number */
#define SUBJECTS_END (1ULL << 48)
#define TIMES_END_US (1ULL << 53) /* in the year 2255 */

static void row_make(const struct prf *mac, struct erasure erasure, uint8_t out[ROW])
{
    struct hash sum = {{0}};
    be64_put(out, erasure.subject);
    be64_put(out + 8, (uint64_t)erasure.time_us);
    const struct slice parts[] = {SLICE_TEXT("erase"), {out, 16}};
    prf_run(mac, parts, COUNT_OF(parts), &sum);
    memcpy(out + 16, sum.bytes, HASH_BYTES);
}

static struct erasure row_read(const uint8_t row[ROW])
{
    return (struct erasure){be64_get(row), (int64_t)be64_get(row + 8)};
}

/*
 * Numbers and times are small for their eight bytes, which tells most of what is no row: a MAC at each byte of a list
 * that is another shop's, or out of step, takes minutes.
 */
static bool row_likely(const uint8_t row[ROW])
{
    uint64_t time_us = be64_get(row + 8);
    return be64_get(row) < SUBJECTS_END && time_us > 0 && time_us < TIMES_END_US;
}

static bool row_good(const struct prf *mac, const uint8_t row[ROW])
{
    uint8_t want[ROW];
    if (!row_likely(row)) return false;
    row_make(mac, row_read(row), want);
    return bytes_equal_ct(want, row, ROW);
}

/* The end, of the list before, goes on over one more row. Before the first row it is all zeros. */
static void end_advance(const struct prf *mac, const uint8_t row[ROW], uint8_t end[ROW])
{
    struct hash sum = {{0}};
    const struct slice parts[] = {SLICE_TEXT("erased until"), {end + 8, ROW - 8}, {row, ROW}};
    prf_run(mac, parts, COUNT_OF(parts), &sum);
    uint64_t count = be64_get(end + 8) + 1;
    be64_put(end, END_SUBJECT);
    be64_put(end + 8, count);
    memcpy(end + 16, sum.bytes, HASH_BYTES);
}

static bool write_at(int fd, const uint8_t row[ROW], off_t at)
{
    return pwrite(fd, row, ROW, at) == ROW;
}

static void fd_done(const int *fd)
{
    if (*fd >= 0) (void)close(*fd);
}

/*
 * Its last row, if that is an end, counts the rows before it, and stands behind a good one: append() was not cut off. An
 * empty list has none and needs none: all zeros.
 */
static bool end_read(const struct prf *mac, int fd, off_t size, uint8_t end[ROW])
{
    uint8_t last[2 * ROW];
    memset(end, 0, ROW);
    if (size == 0) return true;
    if (size < two_rows || size % ROW != 0) return false;
    if (pread(fd, last, sizeof last, size - two_rows) != two_rows) return false;
    memcpy(end, last + ROW, ROW);
    return row_good(mac, last) && be64_get(end) == END_SUBJECT &&
           be64_get(end + 8) == (uint64_t)size / ROW - 1;
}

static bool listed(const struct prf *mac, int fd, off_t size, uint64_t subject, int64_t since_us)
{
    uint8_t rows[ROWS_READ * ROW];
    for (off_t at = 0; at < size; at += (off_t)sizeof rows) {
        ssize_t got = pread(fd, rows, sizeof rows, at);
        for (ssize_t i = 0; i + ROW <= got; i += ROW) {
            struct erasure erasure = row_read(rows + i);
            if (erasure.subject != subject || erasure.time_us < since_us) continue;
            if (row_good(mac, rows + i)) return true;
        }
    }
    return false;
}

/*
 * The new end is written behind the old one, which may find the disk full, and only then the row over the old one, which
 * takes no more room. Cut off in between, an end stands behind what is no row, and erased_mend() makes it good.
 */
static bool append(int fd, off_t size, const uint8_t row[ROW], const uint8_t end[ROW])
{
    off_t place = size == 0 ? 0 : size - ROW;
    if (!write_at(fd, end, place + ROW)) {
        int cut = ftruncate(fd, size);
        (void)cut; /* else it is mended before the next one */
        return false;
    }
    return write_at(fd, row, place) && fdatasync(fd) == 0;
}

RESULT erased_add(const struct prf *mac, const char *path, struct erasure erasure, int64_t since_us)
{
    uint8_t row[ROW], end[ROW];
    TRY(erased_mend(mac, path));
    SCOPED(fd_done) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return FAIL(UNAVAILABLE, "erase: cannot open the list of erasures: %s", strerror(errno));
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0 || !end_read(mac, fd, size, end))
        return FAIL(UNAVAILABLE, "erase: cannot read the list of erasures; look at the disk");
    if (listed(mac, fd, size, erasure.subject, since_us)) return OK;
    row_make(mac, erasure, row);
    if (!row_likely(row)) return FAIL(INVALID, "erase: the machine's clock is centuries off; set it");
    end_advance(mac, row, end);
    if (append(fd, size, row, end)) return size > 0 ? OK : file_folder_sync(path); /* its name, too */
    return FAIL(UNAVAILABLE, "erase: cannot write the list of erasures; free some disk space");
}

struct mending {
    const struct prf *mac;
    struct buf rows;
    uint8_t end[ROW];
};

static RESULT mending_row(void *context, struct erasure erasure)
{
    struct mending *mending = context;
    uint8_t *row = buf_extend(&mending->rows, ROW);
    row_make(mending->mac, erasure, row);
    end_advance(mending->mac, row, mending->end);
    return OK;
}

static void mending_done(struct mending *mending)
{
    buf_done(&mending->rows);
}

RESULT erased_mend(const struct prf *mac, const char *path)
{
    uint8_t end[ROW];
    struct erased_look look;
    SCOPED(buf_done) struct buf list = {0};
    SCOPED(mending_done) struct mending mending = {.mac = mac};
    SCOPED(fd_done) int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
    if (fd < 0 && errno == ENOENT) return OK;
    if (fd >= 0 && end_read(mac, fd, size, end)) return OK;
    TRY(file_read(path, ERASED_BYTES_MAX, &list));
    TRY(erased_look(mac, buf_slice(&list), mending_row, &mending, &look));
    if (look.count > 0) buf_put(&mending.rows, mending.end, ROW);
    return file_replace_at_home(path, buf_slice(&mending.rows));
}

RESULT erased_look(const struct prf *mac, struct slice list,
                   struct result (*row)(void *context, struct erasure erasure), void *context,
                   struct erased_look *out)
{
    struct erased_look look = {0};
    uint8_t end[ROW] = {0};
    size_t at = 0;
    while (at + ROW <= list.len) {
        const uint8_t *here = list.at + at;
        bool last = look.count > 0 && at + ROW == list.len;
        bool good = row_good(mac, here);
        if (last && !good) look.whole = at == look.count * ROW && bytes_equal_ct(here, end, ROW);
        at += good ? ROW : 1;
        if (!good) continue;
        struct erasure erasure = row_read(here);
        end_advance(mac, here, end);
        look.count++;
        if (erasure.time_us > look.newest_us) look.newest_us = erasure.time_us;
        if (row) TRY(row(context, erasure));
    }
    *out = look;
    return OK;
}
