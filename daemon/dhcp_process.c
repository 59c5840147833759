/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/dhcp_internal.h"

#define PROCESS_SLICE_MS   10
#define PROCESS_START_WORD 20 /* of /proc/PID/stat, behind the name: field 22 */

/* Its own session, the usual signals, and nothing open but /dev/null: what a terminal or
 * a service manager does to us is nothing to it. */
static int process_prepare(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions)
{
	sigset_t none, all;
	int err = 0;

	sigemptyset(&none);
	sigfillset(&all);
	err = err ? err
		  : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
								 POSIX_SPAWN_SETSIGDEF |
								 POSIX_SPAWN_SETSID);
	err = err ? err : posix_spawnattr_setsigmask(attributes, &none);
	err = err ? err : posix_spawnattr_setsigdefault(attributes, &all);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		err = err ? err
			  : posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR,
							     0);
	}
	err = err ? err : posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
	return -err;
}

int dhcp_process_spawn(const struct dhcp_command *command, struct dhcp_process *out)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid;
	int err;

	if (command->overflow) {
		return -E2BIG;
	}
	err = -posix_spawnattr_init(&attributes);
	if (err < 0) {
		return err;
	}
	err = -posix_spawn_file_actions_init(&actions);
	if (err < 0) {
		goto free_attributes;
	}
	err = process_prepare(&attributes, &actions);
	if (err == 0) {
		err = -posix_spawn(&pid, command->argv[0], &actions, &attributes, command->argv,
				   command->env);
	}
	if (err == 0) {
		out->pid = pid;
		out->started_ticks = dhcp_process_started(pid);
	}
	posix_spawn_file_actions_destroy(&actions);
free_attributes:
	posix_spawnattr_destroy(&attributes);
	return err;
}

uint64_t dhcp_process_started(pid_t pid)
{
	char path[32], text[1024];
	const char *at;
	ssize_t size;
	int fd;

	if (pid <= 0) {
		return 0;
	}
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return 0;
	}
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[size > 0 ? size : 0] = '\0';
	/* The name, in brackets, may have blanks and brackets in it. */
	at = strrchr(text, ')');
	if (!at || strncmp(at, ") Z", 3) == 0 || strncmp(at, ") X", 3) == 0) {
		return 0;
	}
	for (int word = 0; at && word < PROCESS_START_WORD; word++) {
		at = strchr(at + 1, ' ');
	}
	return at ? strtoull(at, NULL, 10) : 0;
}

bool dhcp_process_lives(const struct dhcp_process *process)
{
	return process->pid > 0 && process->started_ticks != 0 &&
	       dhcp_process_started(process->pid) == process->started_ticks;
}

int dhcp_process_open(const struct dhcp_process *process)
{
	int fd = (int)syscall(SYS_pidfd_open, process->pid, 0);

	if (fd < 0) {
		return -errno;
	}
	/* Of another process by now? */
	if (!dhcp_process_lives(process)) {
		close(fd);
		return -ESRCH;
	}
	return fd;
}

void dhcp_process_signal(const struct dhcp_process *process, int signal)
{
	int fd = dhcp_process_open(process);

	if (fd >= 0) {
		if (syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) < 0 && errno != ESRCH) {
			(void)kill(process->pid, signal);
		}
		close(fd);
	} else if (fd != -ESRCH && dhcp_process_lives(process)) {
		(void)kill(process->pid, signal);
	}
}

bool dhcp_process_await(struct daemon *daemon, const struct dhcp_process *process,
			unsigned int wait_ms)
{
	uint64_t end_us = daemon_now_us() + wait_ms * 1000ULL;
	int fd = dhcp_process_open(process);
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	while (fd != -ESRCH && dhcp_process_lives(process) && daemon_now_us() < end_us) {
		(void)poll(&poll_fd, fd >= 0, PROCESS_SLICE_MS);
		daemon_breathe(daemon);
	}
	if (fd >= 0) {
		close(fd);
	}
	return !dhcp_process_lives(process);
}

int dhcp_process_reap(const struct dhcp_process *process)
{
	int status;

	if (process->pid <= 0 || waitpid(process->pid, &status, WNOHANG) != process->pid) {
		return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
