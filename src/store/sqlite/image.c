#include "store/sqlite/image.h"

#include "store/sqlite/sqlite_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/*
 * A page at the moment is in the last frame of the write-ahead log that holds it, up to the log's end then; else in the
 * database file. Neither moves while the view's read transaction is open: the log is not begun anew, and no frame behind
 * the end is copied over a page (https://sqlite.org/walformat.html, 2.3; wal-index header in 2.1).
 */
enum {
    LOG_HEADER_BYTES = 32,
    FRAME_HEADER_BYTES = 24,
    INDEX_REGION_BYTES = 32768,
    INDEX_HEADER_BYTES = 48,
    AT_CHANGE = 8,      /* u32: goes up with each commit */
    AT_PAGE_BYTES = 14, /* u16; 1 stands for 65,536 */
    AT_FRAMES = 16,     /* u32: valid frames */
    AT_PAGES = 20,      /* u32: pages of the database */
    AT_SALTS = 32,
    AT_COPIED = 96, /* u32: frames that are in the database already */
    INDEX_BYTES = 100,
    LOG_AT_SALTS = 16,
    SALTS_BYTES = 8,
    PAGE_BYTES_MIN = 512,
    DATABASE_HEADER_BYTES = 100,
    DATABASE_AT_PAGE_BYTES = 16 /* u16, big-endian; 1 stands for 65,536 */
};

struct framed {
    uint32_t page, frame; /* frames count from 1 */
};

struct image {
    struct store *view;
    sqlite3_file *database, *log;
    size_t page_bytes, framed_count;
    uint64_t pages;
    struct framed *framed;           /* by page; each once */
    const uint32_t volatile *change; /* in the index that all processes share */
    uint32_t seen;                   /* of it, at last */
};

struct store *image_view(const struct image *image)
{
    return image->view;
}

size_t image_page_bytes(const struct image *image)
{
    return image->page_bytes;
}

uint64_t image_pages(const struct image *image)
{
    return image->pages;
}

bool image_stirred(struct image *image)
{
    uint32_t now = *image->change;
    bool stirred = now != image->seen;
    image->seen = now;
    return stirred;
}

void image_close(struct image **image)
{
    if (!*image) return;
    if ((*image)->view) (*image)->view->batch->close(&(*image)->view);
    free((*image)->framed);
    free(*image);
    *image = NULL;
}

/* The wal-index is in the machine's own byte order. */
static uint32_t native32(const uint8_t *at)
{
    uint32_t number = 0;
    memcpy(&number, at, sizeof number);
    return number;
}

static uint32_t big32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int by_page(const void *a, const void *b)
{
    const struct framed *x = a, *y = b;
    if (x->page != y->page) return x->page < y->page ? -1 : 1;
    return x->frame < y->frame ? -1 : x->frame > y->frame;
}

static uint64_t frame_at(const struct image *image, uint32_t frame)
{
    return LOG_HEADER_BYTES + (uint64_t)(frame - 1) * (FRAME_HEADER_BYTES + image->page_bytes);
}

/* Of each page its last frame alone. */
static void framed_settle(struct image *image)
{
    size_t kept = 0;
    if (image->framed_count > 0) qsort(image->framed, image->framed_count, sizeof image->framed[0], by_page);
    for (size_t i = 0; i < image->framed_count; i++) {
        if (kept > 0 && image->framed[kept - 1].page == image->framed[i].page) kept--;
        image->framed[kept++] = image->framed[i];
    }
    image->framed_count = kept;
}

static RESULT read_at(sqlite3_file *file, uint64_t at, uint8_t *out, size_t len)
{
    while (len > 0) {
        int step = len < (1U << 30) ? (int)len : 1 << 30;
        int code = file->pMethods->xRead(file, out, step, (sqlite3_int64)at);
        if (code != SQLITE_OK) return FAIL(UNAVAILABLE, "store: cannot read: %s", sqlite3_errstr(code));
        out += step, at += (uint64_t)step, len -= (size_t)step;
    }
    return OK;
}

/* No lock is needed: frames that the view may read stay where they are until it ends. */
static RESULT log_read(struct image *image, const uint8_t *index)
{
    uint8_t header[LOG_HEADER_BYTES];
    uint32_t frames = native32(index + AT_FRAMES);
    if (frames == 0 || frames == native32(index + AT_COPIED)) return OK; /* all is in the database */
    TRY(read_at(image->log, 0, header, sizeof header));
    if (memcmp(header + LOG_AT_SALTS, index + AT_SALTS, SALTS_BYTES) != 0)
        return FAIL(CORRUPT, "store: the write-ahead log is not the one that its index is of");
    image->framed = calloc(frames, sizeof image->framed[0]);
    if (!image->framed) return FAIL(UNAVAILABLE, "store: out of memory");
    for (uint32_t frame = 1; frame <= frames; frame++) {
        uint8_t head[FRAME_HEADER_BYTES];
        TRY(read_at(image->log, frame_at(image, frame), head, sizeof head));
        image->framed[image->framed_count++] = (struct framed){big32(head), frame};
    }
    framed_settle(image);
    return OK;
}

/* Without a frame in the log its index says nothing of the database. */
static RESULT database_alone(struct image *image)
{
    uint8_t head[DATABASE_HEADER_BYTES];
    sqlite3_int64 bytes = 0;
    int code = image->database->pMethods->xFileSize(image->database, &bytes);
    if (code != SQLITE_OK) return FAIL(UNAVAILABLE, "store: cannot read: %s", sqlite3_errstr(code));
    TRY(read_at(image->database, 0, head, sizeof head));
    size_t page_bytes = (size_t)head[DATABASE_AT_PAGE_BYTES] << 8 | head[DATABASE_AT_PAGE_BYTES + 1];
    image->page_bytes = page_bytes == 1 ? 65536 : page_bytes;
    if (image->page_bytes < PAGE_BYTES_MIN || (uint64_t)bytes % image->page_bytes != 0)
        return FAIL(CORRUPT, "store: the database is not whole pages");
    image->pages = (uint64_t)bytes / image->page_bytes;
    return OK;
}

/* The log's index as of the view's moment: with the write lock held, so that nothing is behind what the view sees. */
static RESULT index_take(struct image *image, uint8_t *index)
{
    sqlite3 *db = sqlite_of(image->view)->db;
    void volatile *mapped = NULL;
    int code = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &image->database);
    if (code == SQLITE_OK) code = sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &image->log);
    TRY(sqlite_check(db, code));
    if (!image->database->pMethods || image->database->pMethods->iVersion < 2 || !image->log->pMethods)
        return FAIL(UNAVAILABLE, "store: this SQLite gives no access to its write-ahead log");
    TRY(sqlite_check(db,
                     image->database->pMethods->xShmMap(image->database, 0, INDEX_REGION_BYTES, 0, &mapped)));
    if (!mapped) return FAIL(UNAVAILABLE, "store: it has no write-ahead log yet");
    image->change = (const uint32_t volatile *)mapped + AT_CHANGE / sizeof(uint32_t);
    image->seen = *image->change;
    for (size_t i = 0; i < INDEX_BYTES; i++) index[i] = ((const uint8_t volatile *)mapped)[i];
    return memcmp(index, index + INDEX_HEADER_BYTES, INDEX_HEADER_BYTES) == 0
               ? OK
               : FAIL(UNAVAILABLE, "store: the index of the write-ahead log is being written; try again");
}

static RESULT index_read(struct image *image, const uint8_t *index)
{
    if (native32(index + AT_FRAMES) == 0) return database_alone(image);
    uint16_t bytes = 0;
    memcpy(&bytes, index + AT_PAGE_BYTES, sizeof bytes);
    image->page_bytes = bytes == 1 ? 65536 : bytes;
    image->pages = native32(index + AT_PAGES);
    if (image->page_bytes < PAGE_BYTES_MIN || image->pages == 0)
        return FAIL(CORRUPT, "store: the index of the write-ahead log makes no sense");
    return log_read(image, index);
}

static void gate_done(struct store **gate)
{
    if (!*gate) return;
    (*gate)->batch->rollback(*gate);
    (*gate)->batch->close(gate);
}

/*
 * Nobody commits between the view's first read and the look at the index. What takes long, such as reading the schema,
 * is done before: commits wait for as long as the gate is shut.
 */
static RESULT moment_fix(const char *path, struct image *image, uint8_t *index)
{
    SCOPED(gate_done) struct store *gate = NULL;
    TRY(sqlite_open(path, SQLITE_READER, &gate));
    TRY(image->view->batch->view(image->view));
    image->view->batch->view_end(image->view);
    TRY(gate->batch->begin(gate));
    TRY(image->view->batch->view(image->view));
    return index_take(image, index);
}

RESULT image_open(const char *path, struct image **out)
{
    SCOPED(image_close) struct image *image = calloc(1, sizeof *image);
    uint8_t index[INDEX_BYTES];
    if (!image) return FAIL(UNAVAILABLE, "store: out of memory");
    TRY(sqlite_open(path, SQLITE_READER, &image->view));
    TRY(moment_fix(path, image, index));
    TRY(index_read(image, index));
    *out = TAKE(image);
    return OK;
}

/* The first framed page from `page` on. */
static size_t framed_from(const struct image *image, uint64_t page)
{
    size_t low = 0, high = image->framed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (image->framed[middle].page < page)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

RESULT image_read(struct image *image, uint64_t first, size_t count, uint8_t *out)
{
    assert(first > 0 && first + count - 1 <= image->pages);
    size_t next = framed_from(image, first);
    for (uint64_t page = first; page < first + count;) {
        uint8_t *to = out + (page - first) * image->page_bytes;
        bool framed = next < image->framed_count && image->framed[next].page < first + count;
        uint64_t until = framed ? image->framed[next].page : first + count; /* of the database file's run */
        if (page < until) {
            TRY(read_at(image->database, (page - 1) * image->page_bytes, to,
                        (until - page) * image->page_bytes));
            page = until;
            continue;
        }
        TRY(read_at(image->log, frame_at(image, image->framed[next].frame) + FRAME_HEADER_BYTES, to,
                    image->page_bytes));
        next++;
        page++;
    }
    return OK;
}
