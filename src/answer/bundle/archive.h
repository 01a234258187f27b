/*
 * Files on their way into one archive, with the line of each for SHA256SUMS. Main call: archive_put(). Example:
 *     TRY(archive_put(&archive, SLICE_TEXT("checkpoint"), note));
 */
#ifndef AMN_ANSWER_BUNDLE_ARCHIVE_H
#define AMN_ANSWER_BUNDLE_ARCHIVE_H

#include "crypto/crypto.h"

/* Below ANSWER_FRAME_BYTES_MAX, as it is one answer. */
enum { ARCHIVE_BYTES_MAX = 48 * 1024 * 1024 };

struct archive {
    struct crypto *crypto;
    int64_t now_us;
    struct buf tar, sums;
};
void archive_done(struct archive *archive);

/* TOO_MANY when it would be too large. `name` is good as in keep/backup/tar.h. */
RESULT archive_put(struct archive *archive, struct slice name, struct slice bytes);
/* The same of CBOR, as JSON with a newline. */
RESULT archive_json(struct archive *archive, const char *name, struct slice cbor);

#endif
