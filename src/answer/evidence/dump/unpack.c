#include "answer/evidence/dump/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

const char *unpack_kind_name(enum unpack_kind kind)
{
    static const char *const names[UNPACK_KINDS] = {"plain", "gzip", "xz", "zip", "7z"};
    return (unsigned)kind < UNPACK_KINDS ? names[kind] : names[0];
}

const char *unpack_stop_name(enum unpack_stop stop)
{
    static const char *const names[UNPACK_STOPS] = {"whole", "bomb", "damaged", "too_many"};
    return (unsigned)stop < UNPACK_STOPS ? names[stop] : names[UNPACK_DAMAGED];
}

enum unpack_kind unpack_sniff(struct slice head)
{
    static const struct {
        const char *magic;
        size_t len;
        enum unpack_kind kind;
    } known[] = {{"\x1f\x8b", 2, UNPACK_GZIP},
                 {"\xfd\x37zXZ\x00", 6, UNPACK_XZ},
                 {"PK\x03\x04", 4, UNPACK_ZIP},
                 {"PK\x05\x06", 4, UNPACK_ZIP},
                 {"7z\xbc\xaf\x27\x1c", 6, UNPACK_7ZIP}};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (head.len >= known[i].len && memcmp(head.at, known[i].magic, known[i].len) == 0)
            return known[i].kind;
    }
    return UNPACK_PLAIN;
}

struct unpacking {
    const struct unpack_source *source;
    const struct unpack_sink *sink;
    struct unpack_summary *out;
    struct buf part;
    uint64_t at;
    struct result failed; /* of the source, as the library has no place for it */
};

static void unpacking_done(struct unpacking *unpacking)
{
    buf_done(&unpacking->part);
}

static void archive_done(struct archive **archive)
{
    if (*archive) (void)archive_read_free(*archive); /* only read */
}

static la_ssize_t read_call(struct archive *archive, void *context, const void **out)
{
    struct unpacking *unpacking = context;
    (void)archive;
    unpacking->part.len = 0; /* overwritten by what follows, wiped at the end */
    unpacking->failed = unpacking->source->read(unpacking->source->context, unpacking->at, UNPACK_PART_BYTES,
                                                &unpacking->part);
    if (unpacking->failed.code != CODE_OK) return -1;
    unpacking->at += unpacking->part.len;
    *out = unpacking->part.at;
    return (la_ssize_t)unpacking->part.len;
}

static la_int64_t seek_call(struct archive *archive, void *context, la_int64_t offset, int whence)
{
    struct unpacking *unpacking = context;
    (void)archive;
    int64_t size = (int64_t)unpacking->source->size;
    int64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? (int64_t)unpacking->at : size;
    int64_t to = 0;
    if (__builtin_add_overflow(base, offset, &to) || to < 0 || to > size) return ARCHIVE_FATAL;
    unpacking->at = (uint64_t)to;
    return to;
}

static la_int64_t skip_call(struct archive *archive, void *context, la_int64_t by)
{
    struct unpacking *unpacking = context;
    (void)archive;
    uint64_t left = unpacking->source->size - unpacking->at;
    if (by <= 0) return 0;
    if ((uint64_t)by > left) by = (la_int64_t)left;
    unpacking->at += (uint64_t)by;
    return by;
}

/* More than a file of this size can hold in earnest? */
static bool is_bomb(const struct unpacking *unpacking)
{
    uint64_t size = unpacking->source->size;
    uint64_t most = size > UINT64_MAX / 2 / UNPACK_RATIO ? UINT64_MAX / 2 : size * UNPACK_RATIO;
    return unpacking->out->bytes > most + UNPACK_FREE_BYTES;
}

/* The bytes of one member, in blocks. A block's place tells of holes, which hold zeros: those are broken anyway. */
static RESULT member_read(struct unpacking *unpacking, struct archive *archive)
{
    bool begun = false;
    for (;;) {
        const void *block = NULL;
        size_t len = 0;
        la_int64_t place = 0;
        int got = archive_read_data_block(archive, &block, &len, &place);
        if (got == ARCHIVE_EOF) break;
        TRY(unpacking->failed);
        if (got < ARCHIVE_WARN) {
            unpacking->out->stop = UNPACK_DAMAGED;
            break;
        }
        struct slice bytes = {block, len};
        if (!begun && unpack_sniff(bytes) != UNPACK_PLAIN) {
            unpacking->out->nested++;
            return OK;
        }
        if (!begun) TRY(unpacking->sink->begin(unpacking->sink->context));
        begun = true;
        unpacking->out->bytes += len;
        if (is_bomb(unpacking)) {
            unpacking->out->stop = UNPACK_BOMB;
            break;
        }
        TRY(unpacking->sink->bytes(unpacking->sink->context, bytes));
    }
    return begun ? unpacking->sink->end(unpacking->sink->context) : OK;
}

/* Exactly this one: left to itself the library would go on through any number of them. */
static int filter_add(struct archive *archive, int filter)
{
    int supported = filter == ARCHIVE_FILTER_GZIP ? archive_read_support_filter_gzip(archive)
                                                  : archive_read_support_filter_xz(archive);
    int added = archive_read_append_filter(archive, filter);
    return supported < ARCHIVE_WARN || added < ARCHIVE_WARN ? ARCHIVE_FATAL : ARCHIVE_OK;
}

static RESULT archive_make(struct unpacking *unpacking, struct archive **out)
{
    SCOPED(archive_done) struct archive *archive = archive_read_new();
    if (!archive) return FAIL(UNAVAILABLE, "dump: out of memory");
    int failed = 0;
    if (unpacking->out->kind == UNPACK_GZIP) failed |= filter_add(archive, ARCHIVE_FILTER_GZIP);
    if (unpacking->out->kind == UNPACK_XZ) failed |= filter_add(archive, ARCHIVE_FILTER_XZ);
    if (unpacking->out->kind == UNPACK_ZIP) failed |= archive_read_support_format_zip(archive);
    if (unpacking->out->kind == UNPACK_7ZIP) failed |= archive_read_support_format_7zip(archive);
    if (unpacking->out->kind == UNPACK_GZIP || unpacking->out->kind == UNPACK_XZ)
        failed |= archive_read_support_format_raw(archive) | archive_read_support_format_tar(archive);
    failed |= archive_read_set_read_callback(archive, read_call);
    failed |= archive_read_set_seek_callback(archive, seek_call);
    failed |= archive_read_set_skip_callback(archive, skip_call);
    failed |= archive_read_set_callback_data(archive, unpacking);
    if (failed) return FAIL(UNAVAILABLE, "dump: the archive library lacks a format");
    *out = TAKE(archive);
    return OK;
}

static RESULT archive_run(struct unpacking *unpacking)
{
    SCOPED(archive_done) struct archive *archive = NULL;
    struct archive_entry *entry = NULL;
    TRY(archive_make(unpacking, &archive));
    int got = archive_read_open1(archive);
    TRY(unpacking->failed);
    while (got >= ARCHIVE_WARN && unpacking->out->stop == UNPACK_WHOLE) {
        got = archive_read_next_header(archive, &entry);
        TRY(unpacking->failed);
        if (got == ARCHIVE_EOF) return OK;
        if (got < ARCHIVE_WARN) break;
        if (++unpacking->out->members > UNPACK_MEMBERS_MAX) unpacking->out->stop = UNPACK_TOO_MANY;
        if (unpacking->out->stop == UNPACK_WHOLE) TRY(member_read(unpacking, archive));
    }
    if (unpacking->out->stop == UNPACK_WHOLE) unpacking->out->stop = UNPACK_DAMAGED;
    return OK;
}

static RESULT plain_run(struct unpacking *unpacking)
{
    const struct unpack_sink *sink = unpacking->sink;
    unpacking->out->members = 1;
    TRY(sink->begin(sink->context));
    while (unpacking->part.len > 0) {
        unpacking->at += unpacking->part.len;
        unpacking->out->bytes += unpacking->part.len;
        TRY(sink->bytes(sink->context, buf_slice(&unpacking->part)));
        unpacking->part.len = 0; /* as in read_call() */
        TRY(unpacking->source->read(unpacking->source->context, unpacking->at, UNPACK_PART_BYTES,
                                    &unpacking->part));
    }
    return sink->end(sink->context);
}

RESULT unpack_run(const struct unpack_source *source, const struct unpack_sink *sink,
                  struct unpack_summary *out)
{
    *out = (struct unpack_summary){0};
    SCOPED(unpacking_done)
    struct unpacking unpacking = {.source = source, .sink = sink, .out = out, .failed = OK};
    TRY(source->read(source->context, 0, UNPACK_PART_BYTES, &unpacking.part));
    out->kind = unpack_sniff(buf_slice(&unpacking.part));
    return out->kind == UNPACK_PLAIN ? plain_run(&unpacking) : archive_run(&unpacking);
}
