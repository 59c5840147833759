/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket that clients connect to; see api.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/api.h"

#define API_BACKLOG 128

/* Whether a daemon answers on the socket of that name. */
static bool api_socket_answers(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool answers;

	if (fd < 0) {
		return false;
	}
	answers = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		  errno == EAGAIN;
	close(fd);
	return answers;
}

static int api_socket_bind(int fd, const struct sockaddr_un *address)
{
	struct stat st;
	mode_t mask;
	int err = 0;

	if (lstat(address->sun_path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode)) {
			return -EEXIST;
		}
		if (api_socket_answers(address)) {
			return -EADDRINUSE;
		}
		unlink(address->sun_path);
	}
	/* Who may do what is for the peer's credentials to say. */
	mask = umask(0111);
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		err = -errno;
	}
	umask(mask);
	if (err == 0 && listen(fd, API_BACKLOG) < 0) {
		err = -errno;
		unlink(address->sun_path);
	}
	return err;
}

int api_socket_make(const char *path, char error[API_SOCKET_ERROR_SIZE])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path)) {
		snprintf(error, API_SOCKET_ERROR_SIZE,
			 "%s: the name of a socket has at most %zu characters", path,
			 sizeof(address.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		err = -errno;
		snprintf(error, API_SOCKET_ERROR_SIZE, "no Unix socket: %s", strerror(-err));
		return err;
	}
	err = api_socket_bind(fd, &address);
	if (err < 0) {
		snprintf(error, API_SOCKET_ERROR_SIZE, "%s: %s", path,
			 err == -EADDRINUSE ? "another process answers on this socket"
			 : err == -EEXIST   ? "is there and is no socket"
					    : strerror(-err));
		close(fd);
		return err;
	}
	return fd;
}
