/*
 * Handing a text to another program: a shell command, or sendmail. Its standard input gets the text, its output goes
 * to standard error. Or taking what a program says. None of them is told the keys of the vault. Main call: hand_to_command(). Example: TRY(hand_to_command("ssh box 'cat > pin'", note));
 */
#ifndef AMN_CLI_HANDOVER_H
#define AMN_CLI_HANDOVER_H

#include "base/bytes.h"

#include <sys/types.h>

/*
 * Run a shell command with `text` on its standard input, and wait for it.
 * UNAVAILABLE when it cannot be started or ends with another status than 0; whether it kept the text is then unknown.
 */
RESULT hand_to_command(const char *command, struct slice text);

/* The same for what comes bit by bit. A hand that was begun is ended, also after a failure. */
struct hand_over {
    pid_t child; /* 0: none */
    int in_fd;
};
RESULT hand_begin(const char *command, struct hand_over *out);
RESULT hand_more(const struct hand_over *hand, struct slice text);
RESULT hand_end(struct hand_over *hand); /* UNAVAILABLE as above */

/* Mail `text` to one address by /usr/sbin/sendmail. CONFIG when the address could be taken for something else. */
RESULT hand_to_mail(const char *address, const char *subject, struct slice text);

/* Run a program, up to seven words ended by NULL, its standard output being `out_fd`, and wait for it. As above. */
RESULT hand_from_program(const char *const *words, int out_fd);

#endif
