/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_write.h"

#define STORE_DAMAGED ".damaged"

/* The folder's own entry outlives a loss of power too. */
static int store_sync_parent(const char *folder)
{
	char parent[PATH_MAX];
	char *slash;
	int fd, err;

	if (snprintf(parent, sizeof(parent), "%s", folder) >= (int)sizeof(parent)) {
		return -ENAMETOOLONG;
	}
	slash = strrchr(parent, '/');
	if (!slash) {
		return 0;
	}
	slash[slash == parent ? 1 : 0] = '\0';
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	err = fsync(fd) < 0 ? -errno : 0;
	close(fd);
	return err;
}

int store_open(const char *folder)
{
	struct stat info;
	int removed;

	if (mkdir(folder, 0700) == 0) {
		return store_sync_parent(folder);
	}
	if (errno != EEXIST) {
		return -errno;
	}
	if (stat(folder, &info) < 0) {
		return -errno;
	}
	if (!S_ISDIR(info.st_mode)) {
		return -ENOTDIR;
	}
	removed = config_temporaries_remove(folder);
	return removed < 0 ? removed : 0;
}

int store_write_bytes(const char *folder, const char *name, const char *text)
{
	const struct config_text as = {.mode = 0600, .uid = geteuid(), .gid = getegid()};

	return config_file_write(folder, name, text, strlen(text), &as);
}

int store_write(const char *folder, const char *name, const json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	int err;

	if (!text) {
		return -ENOMEM;
	}
	err = store_write_bytes(folder, name, text);
	free(text);
	return err;
}

static int store_load(FILE *file, json_t **out)
{
	struct stat info;
	json_error_t error;
	json_t *json;

	if (fstat(fileno(file), &info) < 0) {
		return -errno;
	}
	if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size > STORE_FILE_MAX) {
		return -EINVAL;
	}
	/* json_loadfd() would read byte by byte. */
	json = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
	if (!json_is_object(json)) {
		/* What can't be read now may well be whole. */
		int err = json							? -EINVAL
			  : ferror(file)					? -EIO
			  : json_error_code(&error) == json_error_out_of_memory ? -ENOMEM
										: -EINVAL;

		json_decref(json);
		return err;
	}
	*out = json;
	return 0;
}

int store_read(const char *folder, const char *name, json_t **out)
{
	char path[PATH_MAX];
	FILE *file;
	int fd, err;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
		return -ENAMETOOLONG;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) {
		return errno == ELOOP ? -EINVAL : -errno;
	}
	file = fdopen(fd, "r");
	if (!file) {
		err = -errno;
		close(fd);
		return err;
	}
	err = store_load(file, out);
	(void)fclose(file);
	return err;
}

int store_put_aside(const char *folder, const char *name)
{
	char from[PATH_MAX], to[PATH_MAX];

	if (snprintf(from, sizeof(from), "%s/%s", folder, name) >= (int)sizeof(from) ||
	    snprintf(to, sizeof(to), "%s/%s" STORE_DAMAGED, folder, name) >= (int)sizeof(to)) {
		return -ENAMETOOLONG;
	}
	return rename(from, to) < 0 ? -errno : 0;
}
