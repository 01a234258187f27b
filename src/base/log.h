/*
 * Log lines: fields for the operator, never free text. The ledger is the truth, these are not.
 *
 * A line is `level=warn event=http.failed route="/v1/reveal" status=503`, one write each, to one descriptor. Must never
 * be given anything that came in from outside but checked ids. Main calls: log_begin(), log_end(). Example:
 *     struct log_line line = {0};  log_begin(&line, LOG_WARN, "front.ended");
 *     log_number(&line, "status", 1);  log_end(&line, STDERR_FILENO);
 */
#ifndef AMN_BASE_LOG_H
#define AMN_BASE_LOG_H

#include "base/bytes.h"

enum { LOG_LINE_BYTES = 512 }; /* a longer line is cut */
enum log_level { LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_line {
    size_t len;
    char text[LOG_LINE_BYTES];
};

void log_begin(struct log_line *line, enum log_level level, const char *event);
void log_number(struct log_line *line, const char *name, int64_t number);
/* `text` is printable ASCII, else its bytes are written as `?`; quoted when it has a blank, `"` or `=`. */
void log_text(struct log_line *line, const char *name, const char *text);
/* code=, at= of a failure of this thread: never its text, which may be long. */
void log_failure(struct log_line *line, struct result failure);
void log_end(struct log_line *line, int fd); /* writes it; a failing descriptor is nobody's to mend */

#endif
