/*
 * A log file as bytes: plain, compressed by gzip, or standard input; whole, or as it grows. Tells when another file has
 * taken its place, and when it was cut off and begun again. Main calls: log_file_read(), log_file_turn(). Example:
 *     SCOPED(log_file_free) struct log_file *file = NULL;  TRY(log_file_open("access.log", &file));
 */
#ifndef AMN_CLI_LOG_FILE_H
#define AMN_CLI_LOG_FILE_H

#include "base/bytes.h"

struct log_file;

/* "-" is standard input. NOT_FOUND, UNAVAILABLE. `out` is the caller's to free. */
RESULT log_file_open(const char *path, struct log_file **out);
void log_file_free(struct log_file **file);

/**
 * The next bytes, uncompressed.
 *
 * @param out  1 … `len` of them; 0: there are none now (of a file that grows), or no more at all
 * @return INVALID      compressed bytes that are cut short or no gzip; what came before is good
 *         UNAVAILABLE  the disk failed
 */
RESULT log_file_read(struct log_file *file, void *room, size_t len, size_t *out);

/* From the beginning again; false where that cannot be: a pipe. */
bool log_file_rewind(struct log_file *file);

bool log_file_grows(const struct log_file *file);      /* it is plain, so more may be written to it */
uint64_t log_file_behind(const struct log_file *file); /* bytes there that were not read; 0 unless it grows */

enum log_file_turn {
    LOG_FILE_SAME,
    LOG_FILE_REPLACED, /* another file stands under its name; this one may still be written to for a moment */
    LOG_FILE_CUT       /* it was cut off, and written anew from its start */
};
/* Is `path` still the file that is read? A file that is not there is no turn yet. */
enum log_file_turn log_file_turn(const struct log_file *file, const char *path);

#endif
