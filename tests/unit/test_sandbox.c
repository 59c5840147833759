/* SPDX-License-Identifier: BSD-2-Clause */
/* What the console's process can't do any more once it serves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/console.h"

static int try_open(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static int try_stat(void)
{
	struct stat st;

	return stat("/etc/passwd", &st);
}

static int try_exec(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int try_fork(void)
{
	return fork();
}

static int try_signal(void)
{
	return kill(getppid(), 0);
}

static int try_network(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int try_packets(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0);
}

static int try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static int try_code_of_data(void)
{
	void *page =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int try_dumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

static int try_user(void)
{
	return setuid(0);
}

static int (*const refused[])(void) = {try_open,	 try_stat,     try_exec,    try_fork,
				       try_signal,	 try_network,  try_packets, try_code,
				       try_code_of_data, try_dumpable, try_user};

static void *work(void *user)
{
	char *memory = malloc(1 << 20);

	if (memory) {
		memset(memory, 1, 1 << 20);
	}
	free(memory);
	return user;
}

/* Serving still works: threads, memory, Unix sockets. 0, or what does not. */
static int serve(void)
{
	pthread_t thread;
	int pair[2];

	if (pthread_create(&thread, NULL, work, NULL) != 0 || pthread_join(thread, NULL) != 0) {
		return 101;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || write(pair[0], "x", 1) != 1) {
		return 102;
	}
	return 0;
}

/* 0, or 1 and more: the number of what was not refused. */
static int child(void)
{
	if (sandbox_enter() < 0) {
		return 100;
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (refused[i]() != -1 || errno != EPERM) {
			return (int)i + 1;
		}
	}
	return serve();
}

static void test_what_is_refused(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		_exit(child());
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
