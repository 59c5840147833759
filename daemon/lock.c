/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LOCK_PID_FILE	     "portchanneld.pid"
#define LOCK_NETWORK_NAME    "portchanneld"
/* Those who ask who has the name; nobody answers them. */
#define LOCK_NETWORK_BACKLOG 16

/* A process that was killed holds its lock until the kernel has taken it apart,
 * which takes a second with 64 bonds; its successor may have been started then. */
#define LOCK_TRIES	     60
#define LOCK_INTERVAL_US     50000

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
	return flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
}

/* Tries until it has it, or nobody can be just about to end. */
static int lock_wait(int fd, int attempt(int fd))
{
	int err = attempt(fd);

	for (int i = 1; i < LOCK_TRIES && err == -EWOULDBLOCK; i++) {
		usleep(LOCK_INTERVAL_US);
		err = attempt(fd);
	}
	return err;
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
	err = lock_wait(lock, lock_try);
	if (err < 0) {
		*holder = lock_read_pid(lock);
		close(lock);
		return err;
	}
	(void)lock_write_pid(lock);
	return lock;
}

/* A name without a path belongs to the network namespace, and goes with the socket. */
static socklen_t lock_network_address(struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(out->sun_path + 1, LOCK_NETWORK_NAME, strlen(LOCK_NETWORK_NAME));
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   strlen(LOCK_NETWORK_NAME));
}

static int lock_try_network(int fd)
{
	struct sockaddr_un address;
	socklen_t size = lock_network_address(&address);

	if (bind(fd, (const struct sockaddr *)&address, size) == 0) {
		return 0;
	}
	return errno == EADDRINUSE ? -EWOULDBLOCK : -errno;
}

/* Who has the name: anybody can take it, but only those with rights like ours can do
 * what it stands for. */
static int lock_network_holder(pid_t *holder)
{
	struct sockaddr_un address;
	socklen_t size = lock_network_address(&address);
	struct ucred owner = {0};
	socklen_t owner_size = sizeof(owner);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err = -EWOULDBLOCK;

	if (fd < 0) {
		return -errno;
	}
	if (connect(fd, (const struct sockaddr *)&address, size) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &owner, &owner_size) == 0) {
		*holder = owner.pid;
		err = owner.uid == 0 || owner.uid == geteuid() ? -EWOULDBLOCK : -EACCES;
	} else if (errno == ECONNREFUSED) {
		/* It doesn't listen, as a daemon would. */
		err = -EACCES;
	}
	close(fd);
	return err;
}

int lock_take_network(pid_t *holder)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0) {
		return -errno;
	}
	err = lock_wait(fd, lock_try_network);
	if (err == 0) {
		lock_own_network(fd);
		return fd;
	}
	close(fd);
	return err == -EWOULDBLOCK ? lock_network_holder(holder) : err;
}

void lock_own_network(int lock)
{
	(void)listen(lock, LOCK_NETWORK_BACKLOG);
}
