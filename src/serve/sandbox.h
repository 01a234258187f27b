/*
 * The walls of the front: what a bug in a parser of TLS, HTTP or JSON can do from inside.
 *
 * After sandbox_enter() the process opens no file, makes no socket, starts no program, traces nobody and has no right of
 * root. Must be entered before the first byte of a stranger is read. Main call: sandbox_enter().
 */
#ifndef AMN_SERVE_SANDBOX_H
#define AMN_SERVE_SANDBOX_H

#include "base/result.h"

enum { SANDBOX_NOBODY = 65534 };

/*
 * Root becomes SANDBOX_NOBODY; no new privileges, no core dumps, not traceable, only the listed system calls: others
 * fail with EPERM, the dangerous ones end the process. UNAVAILABLE when any of it is refused: do not serve then.
 * A build with sanitizers keeps the calls that those need.
 */
RESULT sandbox_enter(void);

#endif
