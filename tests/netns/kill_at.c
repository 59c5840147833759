/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kill_at PID [N]: watches the system calls of a process that has one thread, and kills
 * it with SIGKILL where it is about to make its N-th from now. Without N, or if that one
 * isn't reached before SIGTERM ends the watching, the process goes on unharmed.
 *
 * kill_at N -- COMMAND...: the same of a command, from its start; SIGTERM kills it in any
 * case.
 *
 * N@TEXT in N's place counts only calls of which TEXT is part of what is said of them: a
 * process that answers timers and sockets makes never the same number of calls twice.
 *
 * kill_at --fail ERRNO PID N[,M...]: counts only what asks the kernel to change something of
 * the network (kill_at_request.c); the N-th and the M-th aren't done and fail with that error,
 * and nothing is killed. "N+" is the N-th and all after it, "N@TEXT" the N-th that is said to
 * be TEXT, "+N" the N-th after the first that failed.
 *
 * kill_at PID CALLS PATH ERRNO: until SIGTERM these calls ("unlinkat,fsync") fail with this
 * number where they concern what has PATH in its name ('$' is its end; of a folder that is
 * its '/'): a disk that is full, or broken.
 *
 * Says "ready" once it counts, and at its end one line a system call: those that change
 * files by name with the path, "renameat /run/store new.json", others "syscall 232"; then
 * "killed" if it was. With --fail it is one line a request. test_fault.py walks a change of
 * the configuration with it, test_undo.py the undoing of one. Facts: ptrace(2).
 */
#include "tests/netns/kill_at.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS_MAX 1000000
#define PATH_SIZE 512

/* Calls that change files; which arguments are a descriptor and a path, -1 for none. */
static const struct call_kind {
	unsigned long long number;
	const char *name;
	int fd_argument;
	int path_argument;
} call_kinds[] = {
	{SYS_openat, "openat", 0, 1},	     {SYS_write, "write", 0, -1},
	{SYS_pwrite64, "pwrite64", 0, -1},   {SYS_fsync, "fsync", 0, -1},
	{SYS_fdatasync, "fdatasync", 0, -1}, {SYS_renameat, "renameat", 0, 1},
	{SYS_renameat2, "renameat2", 0, 1},  {SYS_unlinkat, "unlinkat", 0, 1},
	{SYS_linkat, "linkat", 0, 1},	     {SYS_mkdirat, "mkdirat", 0, 1},
	{SYS_ftruncate, "ftruncate", 0, -1}, {SYS_fchmod, "fchmod", 0, -1},
	{SYS_fchown, "fchown", 0, -1},
#ifdef SYS_rename
	{SYS_rename, "rename", -1, 0},	     {SYS_unlink, "unlink", -1, 0},
	{SYS_open, "open", -1, 0},	     {SYS_mkdir, "mkdir", -1, 0},
	{SYS_link, "link", -1, 0},
#endif
};

/* What is to fail; calls NULL: nothing. */
static struct {
	const char *calls, *path;
	int error;
} failing;

static volatile sig_atomic_t ended;
static char **calls; /* what is said of each */
static size_t call_count;
static const char *counted_text = ""; /* what is said of those that count */
static size_t counted;
static bool killed;
static int failure; /* of --fail, an errno; 0: it kills */
static const char *failing_numbers = "0";

static void on_end(int number)
{
	(void)number;
	ended = 1;
}

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "kill_at: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void calls_print(void)
{
	for (size_t i = 0; i < call_count; i++) {
		puts(calls[i]);
	}
	if (killed) {
		puts("killed");
	}
}

static const struct call_kind *call_kind_of(unsigned long long number)
{
	for (size_t i = 0; i < sizeof(call_kinds) / sizeof(call_kinds[0]); i++) {
		if (call_kinds[i].number == number) {
			return &call_kinds[i];
		}
	}
	return NULL;
}

/* What the process's descriptor leads to; "" if it is none. */
static void descriptor_path(pid_t pid, int fd, char out[PATH_SIZE])
{
	char link[64];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, fd);
	size = readlink(link, out, PATH_SIZE - 1);
	out[size > 0 ? size : 0] = '\0';
}

/* The text at an address of the process. */
static void text_copy(pid_t pid, unsigned long long address, char out[PATH_SIZE])
{
	struct iovec here = {.iov_base = out, .iov_len = PATH_SIZE - 1};
	/* To the end of a page: what lies behind may not be there. */
	size_t room = 4096 - address % 4096;
	struct iovec there = {.iov_base = (void *)(uintptr_t)address,
			      .iov_len = room < PATH_SIZE - 1 ? room : PATH_SIZE - 1};
	ssize_t size = process_vm_readv(pid, &here, 1, &there, 1, 0);

	out[size > 0 ? size : 0] = '\0';
}

/* Whether this call is to fail: its name is one of the list, its path has the one given. */
static bool call_fails(const char *name, const char *fd_path, const char *path)
{
	size_t size = strlen(name);
	char whole[2 * PATH_SIZE];

	snprintf(whole, sizeof(whole), "%s/%s$", fd_path, path);
	if (!failing.calls || !strstr(whole, failing.path)) {
		return false;
	}
	for (const char *at = failing.calls; (at = strstr(at, name)); at += size) {
		if ((at == failing.calls || at[-1] == ',') &&
		    (at[size] == ',' || at[size] == '\0')) {
			return true;
		}
	}
	return false;
}

static void call_add(const char *text)
{
	calls[call_count] = strdup(text);
	if (!calls[call_count++]) {
		die("strdup");
	}
}

/* Whether the last of the requests is one of those that are to fail. */
static bool request_is_deadly(const char *text)
{
	static size_t with_text, failed; /* of those with the text; the first's number */
	const char *at = failing_numbers, *wanted = strchr(at, '@');
	size_t wanted_size = wanted ? strcspn(wanted + 1, ",") : 0;
	bool has_text =
		wanted && strncmp(text, wanted + 1, wanted_size) == 0 && !text[wanted_size];
	bool deadly = false;

	with_text += has_text;
	while (!deadly) {
		bool after = *at == '+';
		char *end;
		size_t number = strtoul(at, &end, 10);

		if (after) {
			deadly = failed > 0 && call_count == failed + number;
		} else if (*end == '@') {
			deadly = has_text && with_text == number;
		} else {
			deadly = number > 0 &&
				 (call_count == number || (*end == '+' && call_count > number));
		}
		at = strchr(end, ',');
		if (!at) {
			break;
		}
		at++;
	}
	failed = deadly && failed == 0 ? call_count : failed;
	return deadly;
}

/* Has the call that the process is about to make fail, if it is one of those. */
static void request_note(pid_t pid, const struct __ptrace_syscall_info *info)
{
	char text[REQUEST_TEXT_SIZE];

	if (!request_describe(pid, info, text)) {
		return;
	}
	call_add(text);
	if (request_is_deadly(text) && !request_fail(pid, failure)) {
		die("the call can't be made to fail");
	}
}

/* Whether the process, stopped by ptrace, is at the entry of a system call that counts;
 * notes it, if it is at any. */
static bool call_note(pid_t pid)
{
	struct __ptrace_syscall_info info = {0};
	const struct call_kind *kind;
	char fd_path[PATH_SIZE] = "", path[PATH_SIZE] = "";
	char *text;
	int size;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY || call_count == CALLS_MAX) {
		return false;
	}
	if (failure != 0) {
		request_note(pid, &info);
		return false;
	}
	kind = call_kind_of(info.entry.nr);
	if (!kind) {
		size = asprintf(&text, "syscall %llu", (unsigned long long)info.entry.nr);
	} else {
		if (kind->fd_argument >= 0) {
			descriptor_path(pid, (int)info.entry.args[kind->fd_argument], fd_path);
		}
		if (kind->path_argument >= 0) {
			text_copy(pid, info.entry.args[kind->path_argument], path);
		}
		size = asprintf(&text, "%s %s %s", kind->name, fd_path, path);
		if (call_fails(kind->name, fd_path, path) &&
		    !request_fail(pid, failing.error)) {
			die("the call can't be made to fail");
		}
	}
	if (size < 0) {
		die("asprintf");
	}
	calls[call_count++] = text;
	counted += strstr(text, counted_text) != NULL;
	return strstr(text, counted_text) != NULL;
}

/* Follows the process to its end, the N-th system call, or ours. */
static void watch(pid_t pid, size_t deadly)
{
	int status;

	while (!ended) {
		int deliver = 0;

		if (waitpid(pid, &status, __WALL) < 0) {
			if (errno == EINTR) {
				continue;
			}
			die("waitpid");
		}
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			return;
		}
		if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
			if (call_note(pid) && counted == deadly) {
				killed = true;
				kill(pid, SIGKILL);
				continue;
			}
		} else if (status >> 16 == 0) {
			deliver = WSTOPSIG(status);
		} else if (status >> 16 == PTRACE_EVENT_STOP && WSTOPSIG(status) != SIGTRAP) {
			/* Stopped as a job: it is to go on when it is told so. */
			if (ptrace(PTRACE_LISTEN, pid, 0, 0L) < 0 && errno != ESRCH) {
				die("ptrace");
			}
			continue;
		}
		if (ptrace(PTRACE_SYSCALL, pid, 0, (long)deliver) < 0 && errno != ESRCH) {
			die("ptrace");
		}
	}
}

/* Stops the process, or finds it stopped, and lets it go on watched. */
static void attach(pid_t pid, bool running)
{
	if (ptrace(PTRACE_SEIZE, pid, 0, (long)PTRACE_O_TRACESYSGOOD) < 0 ||
	    (running && ptrace(PTRACE_INTERRUPT, pid, 0, 0L) < 0)) {
		die("ptrace");
	}
	if (waitpid(pid, NULL, __WALL) < 0 || ptrace(PTRACE_SYSCALL, pid, 0, 0L) < 0) {
		die("attach");
	}
	puts("ready");
	fflush(stdout);
}

/* The command, stopped before it is one. */
static pid_t command_start(char **argv)
{
	pid_t pid = fork();

	if (pid < 0) {
		die("fork");
	}
	if (pid == 0) {
		raise(SIGSTOP);
		execvp(argv[0], argv);
		die(argv[0]);
	}
	if (waitpid(pid, NULL, WUNTRACED) < 0) {
		die("waitpid");
	}
	return pid;
}

int main(int argc, char **argv)
{
	struct sigaction end = {.sa_handler = on_end};
	bool command;
	const char *number;
	size_t deadly;
	pid_t pid;

	if (argc > 3 && strcmp(argv[1], "--fail") == 0) {
		failure = atoi(argv[2]);
		argc -= 2;
		argv += 2;
	}
	command = argc > 3 && strcmp(argv[2], "--") == 0;
	if (argc == 5 && !command) {
		failing.calls = argv[2];
		failing.path = argv[3];
		failing.error = atoi(argv[4]);
	}
	number = command ? argv[1] : argc > 2 && !failing.calls ? argv[2] : "0";
	deadly = strtoul(number, NULL, 10);
	failing_numbers = number;
	if (argc < 2) {
		fputs("usage: kill_at [--fail ERRNO] PID [N[,M...]] | kill_at N -- COMMAND... | "
		      "kill_at PID CALLS PATH ERRNO\n",
		      stderr);
		return 2;
	}
	calls = calloc(CALLS_MAX, sizeof(*calls));
	if (!calls) {
		die("calloc");
	}
	if (strchr(number, '@')) {
		counted_text = strchr(number, '@') + 1;
	}
	sigaction(SIGTERM, &end, NULL);
	pid = command ? command_start(argv + 3) : (pid_t)strtol(argv[1], NULL, 10);
	attach(pid, !command);
	if (command) {
		kill(pid, SIGCONT);
	}
	watch(pid, deadly);
	if (command) {
		kill(pid, SIGKILL);
	}
	calls_print();
	return EXIT_SUCCESS;
}
