/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_PID_FILE	 "portchanneld.pid"

/* A process that was killed holds its lock until the kernel has taken it apart,
 * which takes a second with 64 bonds; its successor may have been started then. */
#define LOCK_TRIES	 60
#define LOCK_INTERVAL_US 50000

static pid_t lock_read_pid(int folder)
{
	char text[24] = "";
	int fd = openat(folder, LOCK_PID_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t size;

	if (fd < 0) {
		return 0;
	}
	size = read(fd, text, sizeof(text) - 1);
	close(fd);
	return size > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

int lock_write_pid(int lock)
{
	char text[24];
	int size = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	int fd = openat(lock, LOCK_PID_FILE,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	ssize_t written;

	if (fd < 0) {
		return -errno;
	}
	written = write(fd, text, (size_t)size);
	close(fd);
	return written == size ? 0 : -ENOSPC;
}

static int lock_try(int fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			return 0;
		}
		if (errno != EWOULDBLOCK) {
			break;
		}
		usleep(LOCK_INTERVAL_US);
	}
	return -errno;
}

int lock_take(const char *folder, pid_t *holder)
{
	int lock, err;

	if (mkdir(folder, 0755) < 0 && errno != EEXIST) {
		return -errno;
	}
	/* The folder itself: that takes neither room nor the right to write. */
	lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0) {
		return -errno;
	}
	err = lock_try(lock);
	if (err < 0) {
		*holder = lock_read_pid(lock);
		close(lock);
		return err;
	}
	(void)lock_write_pid(lock);
	return lock;
}
