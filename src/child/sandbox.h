/*
 * Walls: what a bug in a parser of bytes from outside can do from inside.
 *
 * After sandbox_enter() the process opens no file, makes no socket, starts no program, traces nobody and has no right of
 * root. Must be entered before the first byte of a stranger is read. Main call: sandbox_enter().
 */
#ifndef AMN_CHILD_SANDBOX_H
#define AMN_CHILD_SANDBOX_H

#include "base/result.h"

#include <stdbool.h>

enum { SANDBOX_NOBODY = 65534 };

#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = true }; /* its leak check starts a tracer at the end, and reads /proc */
#else
enum { SANITIZED = false };
#endif

enum sandbox_walls {
    SANDBOX_SERVE,  /* of the front: it takes connections, and sockets that it has */
    SANDBOX_FILTER, /* of a child: it reads and writes what it has, computes, ends */
    SANDBOX_THREADS /* the same, with threads: for a library that computes in some (they stand behind the same walls) */
};

/*
 * Root becomes SANDBOX_NOBODY; no new privileges, no core dumps, not traceable, only the listed system calls: others
 * fail with EPERM, the dangerous ones end the process. UNAVAILABLE when any of it is refused: do not serve then.
 * A build with sanitizers keeps the calls that those need.
 */
RESULT sandbox_enter(enum sandbox_walls walls);

#endif
