#include "answer/bundle/archive.h"

#include "base/json.h"
#include "keep/backup/tar.h"

void archive_done(struct archive *archive)
{
    buf_done(&archive->tar);
    buf_done(&archive->sums);
}

RESULT archive_put(struct archive *archive, struct slice name, struct slice bytes)
{
    struct hash hash = {{0}};
    if (bytes.len > ARCHIVE_BYTES_MAX || archive->tar.len > ARCHIVE_BYTES_MAX - bytes.len)
        return FAIL(TOO_MANY, "bundle: it would have more than %d MiB", ARCHIVE_BYTES_MAX / 1024 / 1024);
    tar_member_put(&archive->tar, name, bytes.len, archive->now_us);
    buf_slice_put(&archive->tar, bytes);
    tar_pad_put(&archive->tar, bytes.len);
    sha256_one(archive->crypto, bytes, &hash);
    hex_put(&archive->sums, SLICE_OF(hash.bytes));
    buf_text(&archive->sums, "  ");
    buf_slice_put(&archive->sums, name);
    buf_byte(&archive->sums, '\n');
    return OK;
}

RESULT archive_json(struct archive *archive, const char *name, struct slice cbor)
{
    SCOPED(buf_done) struct buf json = {0};
    TRY(json_from_cbor(cbor, &json));
    buf_byte(&json, '\n');
    return archive_put(archive, slice_text(name), buf_slice(&json));
}
