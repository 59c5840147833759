/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the process can do after its start: talk on sockets that it has, make Unix
 * sockets and threads, use memory that holds no code. It opens no file, looks at none,
 * starts no program, signals no other process, and makes no other socket. A call that is not in
 * the list fails with EPERM.
 */
#include <errno.h>
#include <malloc.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "console/console.h"

/* Two: more would ask for the number of processors, by opening a file. */
#define SANDBOX_ARENAS 2

static const int sandbox_calls[] = {
	/* Sockets, and waiting for them. */
	SCMP_SYS(accept4),
	SCMP_SYS(connect),
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(shutdown),
	SCMP_SYS(close),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(fcntl),
	SCMP_SYS(eventfd2),
	SCMP_SYS(pipe2),
	/* Threads and memory. */
	SCMP_SYS(futex),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(gettid),
	SCMP_SYS(getpid),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	/* Signals, time, randomness. */
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getrandom),
};

/* clone() makes threads and no processes: with the flag that says so, which clone3() hides
 * in memory; glibc takes clone() where clone3() is not there. */
#define SANDBOX_CLONE_THREAD 0x00010000

/* Those of which only a part is allowed: memory that can't be executed, a signal to itself
 * (abort()), the name of a thread. */
static int sandbox_allow_parts(scmp_filter_ctx filter)
{
	int err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	if (err == 0) {
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	}
	if (err == 0) {
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				       SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
	}
	if (err == 0) {
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
				       SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
	}
	return err;
}

static int sandbox_allow(scmp_filter_ctx filter)
{
	int err = 0;

	for (size_t i = 0; err == 0 && i < sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
	     i++) {
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, sandbox_calls[i], 0);
	}
	if (err == 0) {
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	}
	if (err == 0) {
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				       SCMP_A0(SCMP_CMP_MASKED_EQ, SANDBOX_CLONE_THREAD,
					       SANDBOX_CLONE_THREAD));
	}
	if (err == 0) {
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				       SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	}
	if (err == 0) {
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socketpair), 1,
				       SCMP_A0(SCMP_CMP_EQ, AF_UNIX));
	}
	return err;
}

int sandbox_enter(void)
{
	static const struct rlimit none = {0, 0};
	scmp_filter_ctx filter;
	int err;

	mallopt(M_ARENA_MAX, SANDBOX_ARENAS);
	if (setrlimit(RLIMIT_CORE, &none) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
		return -errno;
	}
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter) {
		return -ENOMEM;
	}
	/* For the threads that there are already, too. */
	err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (err == 0) {
		err = sandbox_allow(filter);
	}
	if (err == 0) {
		err = sandbox_allow_parts(filter);
	}
	if (err == 0) {
		err = seccomp_load(filter);
	}
	seccomp_release(filter);
	return err;
}
