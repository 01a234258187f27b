/*
 * Children: processes of their own for work on bytes from outside (archives, dumps, PDFs), each a clean image of this
 * program. A child inherits its input, its output and nothing else, so no key, store or socket was ever in it; it
 * shuts itself in before it reads its first byte.
 *
 * Must never be handed a descriptor of a store or a socket. The parent must not believe what a child writes: it was
 * made from hostile bytes. Main calls: child_start(), child_end(), child_enter(), child_run(). Example (parent):
 *     TRY(child_start("dump", (const char *[]){"csv", NULL}, file_fd, &child));   ... read(child.out_fd) ...
 *     return child_end(&child);
 */
#ifndef AMN_CHILD_CHILD_H
#define AMN_CHILD_CHILD_H

#include "base/result.h"
#include "child/sandbox.h"

#include <stdint.h>
#include <sys/types.h>

#define CHILD_WORD "child" /* argv[1] of a child's process; argv[2] is its kind */

enum {
    CHILD_ARGS_MAX = 16, /* of one child, beside its words */
    CHILD_FDS_MAX = 5,   /* of one process that is started */
    CHILD_END_MS = 2000  /* it is gone so long after its output ended, or is killed */
};

/* Owned by who started it; child_done() kills it. */
struct child {
    pid_t pid;  /* 0: none */
    int in_fd;  /* what is written here it reads; -1 when it was given a file */
    int out_fd; /* what it writes is read here, until its end */
};

/* What a child may take: beyond it its own allocation fails, or the kernel ends it. */
struct child_limits {
    uint64_t memory_bytes; /* of address space */
    uint64_t cpu_s;
    enum sandbox_walls walls;
};

/* One kind of child: its main function reads descriptor 0, writes descriptor 1, and gives an exit status. */
struct child_kind {
    const char *word;
    int (*main)(int argc, char **argv); /* argv[0] is its word */
};

/**
 * Start a child of this program. Its standard error is nowhere.
 *
 * @param word   which kind
 * @param args   its arguments, ended by NULL, at most CHILD_ARGS_MAX; never a secret or a personal value
 * @param in_fd  what it reads, borrowed (a file, opened for reading only), or -1 for a pipe in out->in_fd
 * @return UNAVAILABLE  it could not be started
 */
RESULT child_start(const char *word, const char *const *args, int in_fd, struct child *out);

/* Close both ends, wait for it, kill it if it lingers. UNAVAILABLE when it did not end by itself with 0. */
RESULT child_end(struct child *child);

void child_done(struct child *child); /* kill, reap, close; nothing to do for a child of zeros */

/**
 * In the child, before its first byte of input: die with the parent, take no more than the limits, shut the walls.
 * @return UNAVAILABLE  a limit or wall was refused: read nothing then
 */
RESULT child_enter(const struct child_limits *limits);

/* In main(): run the kind that argv[2] names. Its exit status, or 2 when there is none. */
int child_run(const struct child_kind *kinds, size_t count, int argc, char **argv);

/**
 * Start this program again, with an empty environment (what sanitizers read excepted).
 *
 * @param args   of the new process, ended by NULL; args[0] is its name
 * @param fds    `count` descriptors, at most CHILD_FDS_MAX, put at `first` and the numbers after it; all above are closed
 * @return 0, or an errno
 */
int child_spawn(const char *const *args, const int *fds, size_t count, int first, pid_t *out);

#endif
