/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests that change the network: rtnetlink's RTM_NEW*, DEL* and SET*, bpf(2) but for what
 * only looks, and writes to /proc/sys/net. What only asks is left out: a failed
 * question changes nothing that would have to be undone.
 */
#include "tests/netns/kill_at.h"

#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* rtnetlink's numbers come in fours: NEW, DEL, GET, SET. */
#define RTM_KIND_MASK 3
#define RTM_KIND_GET  2
#define RTM_FIRST     16

static bool memory_read(pid_t pid, unsigned long long address, void *out, size_t size)
{
	struct iovec here = {.iov_base = out, .iov_len = size};
	struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

static bool is_netlink(pid_t pid, const struct __ptrace_syscall_info *info, char *out)
{
	struct nlmsghdr header;

	/* libbpf's come without an address; nothing else that is sent begins with its size. */
	if (info->entry.nr != SYS_sendto ||
	    !memory_read(pid, info->entry.args[1], &header, sizeof(header)) ||
	    header.nlmsg_len != info->entry.args[2] || !(header.nlmsg_flags & NLM_F_REQUEST) ||
	    header.nlmsg_type < RTM_FIRST ||
	    (header.nlmsg_type & RTM_KIND_MASK) == RTM_KIND_GET) {
		return false;
	}
	snprintf(out, REQUEST_TEXT_SIZE, "netlink %u", header.nlmsg_type);
	return true;
}

static bool is_bpf(const struct __ptrace_syscall_info *info, char *out)
{
	static const unsigned long long commands[] = {
		BPF_MAP_CREATE,	 BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_PROG_LOAD,
		BPF_PROG_ATTACH, BPF_PROG_DETACH,     BPF_LINK_CREATE,	   BPF_LINK_UPDATE,
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (info->entry.nr == SYS_bpf && info->entry.args[0] == commands[i]) {
			snprintf(out, REQUEST_TEXT_SIZE, "bpf %llu", commands[i]);
			return true;
		}
	}
	return false;
}

/* Writes to files of /proc/sys/net; the daemon writes each at once. */
static bool is_sysctl(pid_t pid, const struct __ptrace_syscall_info *info, char *out)
{
	static const char folder[] = "/proc/sys/net/";
	char link[64], path[256];
	ssize_t size;

	if (info->entry.nr != SYS_write) {
		return false;
	}
	snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, (int)info->entry.args[0]);
	size = readlink(link, path, sizeof(path) - 1);
	path[size > 0 ? size : 0] = '\0';
	if (strncmp(path, folder, sizeof(folder) - 1) != 0) {
		return false;
	}
	snprintf(out, REQUEST_TEXT_SIZE, "write %.50s", path + sizeof(folder) - 1);
	return true;
}

bool request_describe(pid_t pid, const struct __ptrace_syscall_info *info,
		      char out[REQUEST_TEXT_SIZE])
{
	return is_netlink(pid, info, out) || is_bpf(info, out) || is_sysctl(pid, info, out);
}

#if defined(__x86_64__)

static bool registers_edit(pid_t pid, bool entry, int error)
{
	struct user_regs_struct registers;
	struct iovec iov = {.iov_base = &registers, .iov_len = sizeof(registers)};

	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov) < 0) {
		return false;
	}
	if (entry) {
		registers.orig_rax = UINT64_MAX;
	} else {
		registers.rax = (unsigned long long)-error;
	}
	return ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &iov) == 0;
}

#elif defined(__aarch64__)

static bool registers_edit(pid_t pid, bool entry, int error)
{
	struct user_regs_struct registers;
	struct iovec iov = {.iov_base = &registers, .iov_len = sizeof(registers)};
	int none = -1;

	if (entry) {
		iov = (struct iovec){.iov_base = &none, .iov_len = sizeof(none)};
		return ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &iov) == 0;
	}
	if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov) < 0) {
		return false;
	}
	registers.regs[0] = (unsigned long long)-error;
	return ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &iov) == 0;
}

#else

static bool registers_edit(pid_t pid, bool entry, int error)
{
	(void)pid;
	(void)entry;
	(void)error;
	return false;
}

#endif

bool request_fail(pid_t pid, int error)
{
	int status;

	/* No system call has the number -1, so none is made; what it returned is put in at
	 * its exit. */
	if (!registers_edit(pid, true, error) || ptrace(PTRACE_SYSCALL, pid, 0, 0L) < 0) {
		return false;
	}
	do {
		if (waitpid(pid, &status, __WALL) < 0 && errno != EINTR) {
			return false;
		}
	} while (!WIFSTOPPED(status));
	return WSTOPSIG(status) == (SIGTRAP | 0x80) && registers_edit(pid, false, error);
}
