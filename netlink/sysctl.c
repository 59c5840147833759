/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interface's settings under /proc/sys/net, which shows each process those of
 * its own network namespace.
 */
#include "netlink/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 128

static int path_make(char path[PATH_SIZE], const char *family, const char *name,
		     const char *key)
{
	int length;

	/* An interface's name has no slash and isn't "..", but see to it. */
	if (strchr(name, '/') || strcmp(name, "..") == 0 || strcmp(name, ".") == 0) {
		return -EINVAL;
	}
	length = snprintf(path, PATH_SIZE, "/proc/sys/net/%s/conf/%s/%s", family, name, key);
	return length < PATH_SIZE ? 0 : -ENAMETOOLONG;
}

int netlink_sysctl_read(const char *family, const char *name, const char *key, int *value)
{
	char path[PATH_SIZE], text[32];
	char *end;
	ssize_t size;
	long number;
	int fd, err = path_make(path, family, name, key);

	if (err) {
		return err;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	size = read(fd, text, sizeof(text) - 1);
	err = size < 0 ? -errno : 0;
	close(fd);
	if (err) {
		return err;
	}
	text[size] = '\0';
	number = strtol(text, &end, 10);
	if (end == text) {
		return -EBADMSG;
	}
	*value = (int)number;
	return 0;
}

int netlink_sysctl_write(const char *family, const char *name, const char *key, int value)
{
	char path[PATH_SIZE], text[16];
	int fd, length, err = path_make(path, family, name, key);

	if (err) {
		return err;
	}
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	length = snprintf(text, sizeof(text), "%d\n", value);
	err = write(fd, text, (size_t)length) == length ? 0 : -errno;
	close(fd);
	return err;
}
