#include "child/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* What all need: descriptors that are there, memory, clocks, random bytes, an end. */
static const int allowed[] = {
    SCMP_SYS(read),           SCMP_SYS(write),           SCMP_SYS(readv),
    SCMP_SYS(writev),         SCMP_SYS(pread64),         SCMP_SYS(lseek),
    SCMP_SYS(close),          SCMP_SYS(fcntl),           SCMP_SYS(fstat),
    SCMP_SYS(poll),           SCMP_SYS(ppoll),           SCMP_SYS(brk),
    SCMP_SYS(munmap),         SCMP_SYS(mremap),          SCMP_SYS(madvise),
    SCMP_SYS(clock_gettime),  SCMP_SYS(gettimeofday),    SCMP_SYS(time),
    SCMP_SYS(getrandom),      SCMP_SYS(futex),           SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),    SCMP_SYS(sigaltstack),
    SCMP_SYS(getpid),         SCMP_SYS(gettid),          SCMP_SYS(exit),
    SCMP_SYS(exit_group),     SCMP_SYS(restart_syscall),
};

/* What serving needs beside. */
static const int serving[] = {
    SCMP_SYS(recvfrom),    SCMP_SYS(recvmsg),    SCMP_SYS(sendto),      SCMP_SYS(sendmsg),
    SCMP_SYS(sendfile),    SCMP_SYS(accept4),    SCMP_SYS(shutdown),    SCMP_SYS(getsockname),
    SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),  SCMP_SYS(epoll_create1),
    SCMP_SYS(epoll_ctl),   SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
};

/* What a thread needs at its beginning. */
static const int threading[] = {SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield)};

/* Nobody calls these by mistake. */
static const int deadly[] = {
    SCMP_SYS(execve),           SCMP_SYS(execveat),          SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(mount),
    SCMP_SYS(pivot_root),       SCMP_SYS(kexec_load),        SCMP_SYS(bpf),
    SCMP_SYS(keyctl),           SCMP_SYS(add_key),           SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
};

static int add_calls(scmp_filter_ctx filter, uint32_t act, const int *calls, size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) failed |= seccomp_rule_add(filter, act, calls[i], 0);
    return failed;
}

/* A thread may be begun, a process not: clone3() hides its flags in memory, so the C library is sent back to clone(). */
static int add_threads(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
    int failed = add_calls(filter, SCMP_ACT_ALLOW, threading, COUNT_OF(threading));
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return failed | seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, &thread);
}

static int add_rules(scmp_filter_ctx filter, enum sandbox_walls walls)
{
    int failed = add_calls(filter, SCMP_ACT_ALLOW, allowed, COUNT_OF(allowed));
    if (walls == SANDBOX_SERVE) failed |= add_calls(filter, SCMP_ACT_ALLOW, serving, COUNT_OF(serving));
    if (walls == SANDBOX_THREADS) failed |= add_threads(filter);
    failed |= add_calls(filter, SCMP_ACT_KILL_PROCESS, deadly, COUNT_OF(deadly));
    /* A signal to itself, as abort() sends it, and to nobody else: who runs as the same user could end the vault. */
    struct scmp_arg_cmp itself = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
    failed |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &itself);
    /* Memory may be had, but none that runs. */
    struct scmp_arg_cmp not_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    failed |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &not_code);
    failed |= seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &not_code);
    return failed;
}

static void filter_done(scmp_filter_ctx *filter)
{
    if (*filter) seccomp_release(*filter);
}

static RESULT enter_filter(enum sandbox_walls walls)
{
    SCOPED(filter_done) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL || add_rules(filter, walls) != 0 || /* around threads that run already, too */
        seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) != 0 || seccomp_load(filter) != 0) {
        return FAIL(UNAVAILABLE,
                    "sandbox: the filter of system calls was refused; this kernel lacks seccomp");
    }
    return OK;
}

static RESULT drop_root(void)
{
    if (geteuid() != 0) return OK;
    if (setgroups(0, NULL) != 0 || setresgid(SANDBOX_NOBODY, SANDBOX_NOBODY, SANDBOX_NOBODY) != 0 ||
        setresuid(SANDBOX_NOBODY, SANDBOX_NOBODY, SANDBOX_NOBODY) != 0 || geteuid() == 0) {
        return FAIL(UNAVAILABLE, "sandbox: root could not be left: %s", strerror(errno));
    }
    return OK;
}

RESULT sandbox_enter(enum sandbox_walls walls)
{
    if (SANITIZED) return OK;
    const struct rlimit none = {0, 0};
    TRY(drop_root());
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || chdir("/") != 0) {
        return FAIL(UNAVAILABLE, "sandbox: a wall was refused: %s", strerror(errno));
    }
    return enter_filter(walls);
}
