/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A process that was killed holds its lock until the kernel has taken it apart,
 * which takes a second with 64 bonds; its successor may have been started then. */
#define LOCK_TRIES	 60
#define LOCK_INTERVAL_US 50000

static pid_t lock_read_pid(int fd)
{
	char text[24] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0) {
		return 0;
	}
	return (pid_t)strtol(text, NULL, 10);
}

int lock_write_pid(int fd)
{
	char text[24];
	int size = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)size, 0) != size) {
		return -errno;
	}
	return 0;
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
	char path[PATH_MAX];
	int fd, err;

	if (mkdir(folder, 0755) < 0 && errno != EEXIST) {
		return -errno;
	}
	if (snprintf(path, sizeof(path), "%s/portchanneld.pid", folder) >= (int)sizeof(path)) {
		return -ENAMETOOLONG;
	}
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0) {
		return -errno;
	}
	err = lock_try(fd);
	if (err < 0) {
		*holder = lock_read_pid(fd);
		goto close;
	}
	err = lock_write_pid(fd);
	if (err < 0) {
		goto close;
	}
	return fd;

close:
	close(fd);
	return err;
}
