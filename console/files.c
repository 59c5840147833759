/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far beyond any file of the page. */
#define FILES_SIZE_MAX (4 << 20)

static const char *files_type(const char *name)
{
	static const struct {
		const char *suffix, *type;
	} types[] = {{".html", "text/html; charset=utf-8"},
		     {".js", "text/javascript; charset=utf-8"},
		     {".css", "text/css; charset=utf-8"},
		     {".svg", "image/svg+xml"}};
	size_t size = strlen(name);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t suffix = strlen(types[i].suffix);

		if (size > suffix && strcmp(name + size - suffix, types[i].suffix) == 0) {
			return types[i].type;
		}
	}
	return NULL;
}

/* All of the file; 0 or -errno. */
static int file_load(int folder, const char *name, struct file *out)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t done = 0;
	int err = 0;

	if (fd < 0) {
		return -errno;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > FILES_SIZE_MAX) {
		close(fd);
		return -EINVAL;
	}
	out->size = (size_t)st.st_size;
	out->bytes = malloc(out->size + 1);
	if (!out->bytes) {
		err = -ENOMEM;
	}
	while (err == 0 && done < out->size) {
		ssize_t got = read(fd, out->bytes + done, out->size - done);

		if (got <= 0) {
			err = got < 0 ? -errno : -EIO;
		} else {
			done += (size_t)got;
		}
	}
	close(fd);
	if (err < 0) {
		free(out->bytes);
	}
	return err;
}

static int files_add(struct files *files, int folder, const char *name)
{
	const char *type = files_type(name);
	struct file *list;
	int err;

	if (!type) {
		return 0;
	}
	list = reallocarray(files->list, files->count + 1, sizeof(*list));
	if (!list) {
		return -ENOMEM;
	}
	files->list = list;
	list[files->count] = (struct file){.type = type, .name = strdup(name)};
	if (!list[files->count].name) {
		return -ENOMEM;
	}
	err = file_load(folder, name, &list[files->count]);
	if (err < 0) {
		free(list[files->count].name);
		return err;
	}
	files->count++;
	return 0;
}

int files_read(const char *folder, struct files *out)
{
	struct files files = {0};
	DIR *entries = opendir(folder);
	struct dirent *entry;
	int err = 0;

	if (!entries) {
		return -errno;
	}
	while (err == 0 && (entry = readdir(entries))) {
		err = files_add(&files, dirfd(entries), entry->d_name);
	}
	closedir(entries);
	if (err == 0 && !files_find(&files, "/")) {
		err = -ENOENT;
	}
	if (err < 0) {
		files_free(&files);
		return err;
	}
	*out = files;
	return 0;
}

void files_free(struct files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		free(files->list[i].name);
		free(files->list[i].bytes);
	}
	free(files->list);
	*files = (struct files){0};
}

const struct file *files_find(const struct files *files, const char *path)
{
	const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;

	for (size_t i = 0; i < files->count; i++) {
		if (strcmp(files->list[i].name, name) == 0) {
			return &files->list[i];
		}
	}
	return NULL;
}
