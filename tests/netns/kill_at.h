/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of kill_at share: system calls that ask the kernel to change the network. */
#ifndef TESTS_NETNS_KILL_AT_H
#define TESTS_NETNS_KILL_AT_H

#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/types.h>

#define REQUEST_TEXT_SIZE 64

/* Whether the call that the process is at the entry of asks for such a change; out names
 * it: "netlink 20", "bpf 8", "write /proc/sys/...". */
bool request_describe(pid_t pid, const struct __ptrace_syscall_info *info,
		      char out[REQUEST_TEXT_SIZE]);

/* Has the call not be made, and the process see this errno. Takes it to the call's exit.
 * False: not on this machine. */
bool request_fail(pid_t pid, int error);

#endif
