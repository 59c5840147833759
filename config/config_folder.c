/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the folder. Entries come from an administrator, but a daemon that
 * runs for years meets odd ones: nothing here blocks on a pipe, follows into a
 * folder, or reads without end.
 */
#include "config/config_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_names.h"
#include "ifcfg/ifcfg.h"

/* All files together; thousands of VLAN interfaces take one or two. */
#define BYTES_MAX (64UL * 1024 * 1024)

struct folder {
	const char *path;
	enum ifcfg_dialect dialect;
	int fd;
	size_t name_count;
	char **names;
	size_t text_count; /* files may vanish between listing and reading */
	struct ifcfg_text *texts;
	size_t bytes;
	char *buffer; /* IFCFG_FILE_SIZE_MAX + 1 */
};

static int name_compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int folder_add_name(struct folder *folder, const char *name)
{
	if (folder->name_count == CONFIG_FILES_MAX) {
		return -E2BIG;
	}
	if (folder->name_count % 256 == 0) {
		char **names =
			realloc(folder->names, (folder->name_count + 256) * sizeof(*names));
		if (!names) {
			return -ENOMEM;
		}
		folder->names = names;
	}
	folder->names[folder->name_count] = strdup(name);
	if (!folder->names[folder->name_count]) {
		return -ENOMEM;
	}
	folder->name_count++;
	return 0;
}

static int folder_list(struct folder *folder)
{
	int result = 0;
	DIR *dir = opendir(folder->path);

	if (!dir) {
		return -errno;
	}
	while (result == 0) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry) {
			result = -errno;
			break;
		}
		if (ifcfg_name_is_read(entry->d_name, folder->dialect)) {
			result = folder_add_name(folder, entry->d_name);
		}
	}
	if (result == 0) {
		folder->fd = fcntl(dirfd(dir), F_DUPFD_CLOEXEC, 0);
		result = folder->fd < 0 ? -errno : 0;
	}
	closedir(dir);
	if (result == 0 && folder->name_count > 0) {
		qsort(folder->names, folder->name_count, sizeof(*folder->names), name_compare);
	}
	return result;
}

/* Reads up to the buffer's size; sets *size, returns 0 or an errno. */
static int fd_read(int fd, char *buffer, size_t buffer_size, size_t *size)
{
	*size = 0;
	while (*size < buffer_size) {
		ssize_t got = read(fd, buffer + *size, buffer_size - *size);
		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			return errno;
		}
		if (got == 0) {
			break;
		}
		*size += (size_t)got;
	}
	return 0;
}

/* What read_error wants to know: 0, an errno, IFCFG_NO_FILE. */
static int file_open_and_read(struct folder *folder, const char *name, size_t *size)
{
	struct stat info;
	int result;

	int fd = openat(folder->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		/* A socket cannot be opened at all. */
		return errno == ENXIO ? IFCFG_NO_FILE : errno;
	}
	if (fstat(fd, &info) < 0) {
		result = errno;
	} else if (!S_ISREG(info.st_mode)) {
		result = IFCFG_NO_FILE;
	} else {
		result = fd_read(fd, folder->buffer, IFCFG_FILE_SIZE_MAX + 1, size);
	}
	close(fd);
	return result;
}

static int folder_add_file(struct folder *folder, const char *name)
{
	struct ifcfg_text *text = &folder->texts[folder->text_count];
	struct stat info;
	size_t size = 0;
	char *path = NULL;

	text->read_error = file_open_and_read(folder, name, &size);
	if (text->read_error == ENOENT &&
	    fstatat(folder->fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0) {
		return 0; /* removed just now */
	}
	folder->bytes += size;
	if (folder->bytes > BYTES_MAX) {
		return -E2BIG;
	}
	const char *slash = folder->path[strlen(folder->path) - 1] == '/' ? "" : "/";
	if (asprintf(&path, "%s%s%s", folder->path, slash, name) < 0) {
		return -ENOMEM;
	}
	char *bytes = malloc(size + 1);
	if (!bytes) {
		free(path);
		return -ENOMEM;
	}
	memcpy(bytes, folder->buffer, size);
	text->path = path;
	text->bytes = bytes;
	text->size = size;
	folder->text_count++;
	return 0;
}

static int folder_read(struct folder *folder)
{
	int result = 0;

	folder->buffer = malloc(IFCFG_FILE_SIZE_MAX + 1);
	folder->texts = calloc(folder->name_count + 1, sizeof(*folder->texts));
	if (!folder->buffer || !folder->texts) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < folder->name_count && result == 0; i++) {
		result = folder_add_file(folder, folder->names[i]);
	}
	return result;
}

static void folder_free(struct folder *folder)
{
	for (size_t i = 0; i < folder->name_count; i++) {
		free(folder->names[i]);
	}
	for (size_t i = 0; i < folder->text_count; i++) {
		free((char *)folder->texts[i].path);
		free((char *)folder->texts[i].bytes);
	}
	free(folder->names);
	free(folder->texts);
	free(folder->buffer);
	if (folder->fd >= 0) {
		close(folder->fd);
	}
}

/* Adds a warning for each entry that only the other dialect reads, or only this. */
static void names_compare(const struct folder *folder, struct model_problems *problems)
{
	enum ifcfg_dialect other = folder->dialect == IFCFG_DIALECT_NM
					   ? IFCFG_DIALECT_INITSCRIPTS
					   : IFCFG_DIALECT_NM;
	struct model_source source = {.file = UINT32_MAX};
	DIR *dir = opendir(folder->path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		bool ours = ifcfg_name_is_read(entry->d_name, folder->dialect);
		if (ours == ifcfg_name_is_read(entry->d_name, other)) {
			continue;
		}
		model_problem_add(
			problems, MODEL_WARNING, source, "",
			"the dialects differ in %s/%s: %s reads it, %s takes it for a "
			"backup",
			folder->path, entry->d_name,
			ifcfg_dialect_name(ours ? folder->dialect : other),
			ifcfg_dialect_name(ours ? other : folder->dialect));
	}
	if (dir) {
		closedir(dir);
	}
}

static int folder_to_model(const char *path, enum ifcfg_dialect dialect, bool compare,
			   struct model **out, struct model_problems *problems)
{
	struct folder folder = {.path = path, .dialect = dialect, .fd = -1};
	struct model_problems found = {0};
	struct model *model = NULL;
	struct ifcfg_names names = {0};

	int result = path[0] == '\0' ? -ENOENT : folder_list(&folder);
	if (result == 0) {
		result = folder_read(&folder);
	}
	if (result == 0) {
		result = config_names_read("", &names);
	}
	if (result == 0) {
		model = ifcfg_read(folder.texts, folder.text_count, dialect, &names, &found);
		if (model && compare) {
			ifcfg_compare(folder.texts, folder.text_count, dialect, &names, model,
				      &found);
			names_compare(&folder, &found);
		}
		result = model && model_problems_move(&found, problems) ? 0 : -ENOMEM;
	}
	if (result == 0) {
		*out = model;
	} else {
		model_free(model);
	}
	model_problems_free(&found);
	ifcfg_names_free(&names);
	folder_free(&folder);
	return result;
}

int config_read_folder(const char *folder, enum ifcfg_dialect dialect, struct model **out,
		       struct model_problems *problems)
{
	return folder_to_model(folder, dialect, false, out, problems);
}

int config_check_folder(const char *folder, enum ifcfg_dialect dialect, struct model **out,
			struct model_problems *problems)
{
	return folder_to_model(folder, dialect, true, out, problems);
}
