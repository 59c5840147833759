/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended attributes; see the header. */
#include "config/config_attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A list of names, or a value, as the kernel gave it; it keeps neither longer. */
#define ATTRIBUTE_SIZE_MAX 65536

struct bytes {
	char *bytes; /* ATTRIBUTE_SIZE_MAX of room */
	size_t size;
};

/* What is bound to the content. */
static bool is_signature(const char *name)
{
	return strcmp(name, "security.ima") == 0 || strcmp(name, "security.evm") == 0;
}

static int names_read(int fd, struct bytes *out)
{
	ssize_t size = flistxattr(fd, out->bytes, ATTRIBUTE_SIZE_MAX);

	if (size < 0) {
		out->size = 0;
		return errno == ENOTSUP ? 0 : -errno;
	}
	out->size = (size_t)size;
	return 0;
}

/* *is_there false: there is none, or it can't be seen. */
static int value_read(int fd, const char *name, struct bytes *out, bool *is_there)
{
	ssize_t size = fgetxattr(fd, name, out->bytes, ATTRIBUTE_SIZE_MAX);

	*is_there = size >= 0;
	if (size < 0) {
		return errno == ENODATA || errno == ENOTSUP ? 0 : -errno;
	}
	out->size = (size_t)size;
	return 0;
}

static bool names_hold(const struct bytes *names, const char *name)
{
	for (size_t at = 0; at < names->size; at += strlen(names->bytes + at) + 1) {
		if (strcmp(names->bytes + at, name) == 0) {
			return true;
		}
	}
	return false;
}

struct copy {
	int from;
	int to;
	struct bytes from_names;
	struct bytes to_names;
	struct bytes value;
	struct bytes present;
};

static int copy_one(struct copy *copy, const char *name)
{
	bool is_there;
	bool is_present;

	int result = value_read(copy->from, name, &copy->value, &is_there);
	if (result < 0 || !is_there) {
		return result;
	}
	if (value_read(copy->to, name, &copy->present, &is_present) == 0 && is_present &&
	    copy->present.size == copy->value.size &&
	    memcmp(copy->present.bytes, copy->value.bytes, copy->value.size) == 0) {
		return 0;
	}
	return fsetxattr(copy->to, name, copy->value.bytes, copy->value.size, 0) < 0 ? -errno
										     : 0;
}

static int copy_all(struct copy *copy)
{
	int result = names_read(copy->from, &copy->from_names);

	if (result == 0) {
		result = names_read(copy->to, &copy->to_names);
	}
	for (size_t at = 0; at < copy->from_names.size && result == 0;) {
		const char *name = copy->from_names.bytes + at;
		at += strlen(name) + 1;
		result = is_signature(name) ? 0 : copy_one(copy, name);
	}
	for (size_t at = 0; at < copy->to_names.size && result == 0;) {
		const char *name = copy->to_names.bytes + at;
		at += strlen(name) + 1;
		/* A label can't be taken away, and one that the kernel gives is right. */
		if (strncmp(name, "security.", 9) != 0 &&
		    !names_hold(&copy->from_names, name) && fremovexattr(copy->to, name) < 0 &&
		    errno != ENODATA) {
			result = -errno;
		}
	}
	return result;
}

int config_attributes_copy(int folder_fd, const char *name, int fd)
{
	char *room = malloc(4UL * ATTRIBUTE_SIZE_MAX);
	int result;

	if (!room) {
		return -ENOMEM;
	}
	int from = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0) {
		result = -errno;
	} else {
		struct copy copy = {
			.from = from,
			.to = fd,
			.from_names = {.bytes = room},
			.to_names = {.bytes = room + ATTRIBUTE_SIZE_MAX},
			.value = {.bytes = room + 2UL * ATTRIBUTE_SIZE_MAX},
			.present = {.bytes = room + 3UL * ATTRIBUTE_SIZE_MAX},
		};
		result = copy_all(&copy);
		close(from);
	}
	free(room);
	return result;
}
