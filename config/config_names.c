/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the names; see the header. Where they are: ip-route(8), iproute2's rt_names.c. */
#include "config/config_names.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far more than any such file has. */
#define NAMES_SIZE_MAX (64 * 1024)

/* The first that has a file counts for that file. */
static const char *const folders[] = {"/etc/iproute2", "/usr/share/iproute2",
				      "/usr/lib/iproute2"};

#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

/* Adds what the file says. 0, -ENOENT: there is none, or -ENOMEM. */
static int file_read(const char *path, struct ifcfg_name_list *list)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat info;
	size_t size = 0;
	int result = 0;

	if (fd < 0) {
		return errno == ENOENT ? -ENOENT : 0;
	}
	char *bytes = malloc(NAMES_SIZE_MAX);
	if (!bytes) {
		result = -ENOMEM;
		goto out;
	}
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
		goto out;
	}
	for (ssize_t got = 1; got > 0 && size < NAMES_SIZE_MAX; size += (size_t)got) {
		got = read(fd, bytes + size, NAMES_SIZE_MAX - size);
		got = got < 0 ? 0 : got;
	}
	if (!ifcfg_names_add(list, bytes, size)) {
		result = -ENOMEM;
	}
out:
	free(bytes);
	close(fd);
	return result;
}

/* "ROOT/etc/iproute2/rt_tables", "ROOT/etc/iproute2/rt_tables.d", ".../rt_tables.d/X"; to
 * be freed; NULL: no memory. */
static char *path_of(const char *root, size_t folder, const char *name, const char *ending,
		     const char *entry)
{
	char *path = NULL;
	int length = asprintf(&path, "%s%s/%s%s%s%s", root, folders[folder], name, ending,
			      entry ? "/" : "", entry ? entry : "");

	return length < 0 ? NULL : path;
}

/* An entry "X.conf" of the folder, unless one before it has that, too. */
static int entry_read(const char *root, size_t folder, const char *name, const char *entry,
		      struct ifcfg_name_list *list)
{
	size_t size = strlen(entry);
	struct stat info;
	bool hidden = false;

	if (entry[0] == '.' || size <= 5 || strcmp(entry + size - 5, ".conf") != 0) {
		return 0;
	}
	for (size_t i = 0; i <= folder && !hidden; i++) {
		char *path = path_of(root, i, name, ".d", entry);
		int result = path ? 0 : -ENOMEM;
		if (path && i == folder) {
			result = file_read(path, list);
		} else if (path) {
			hidden = lstat(path, &info) == 0;
		}
		free(path);
		if (result == -ENOMEM) {
			return result;
		}
	}
	return 0;
}

static int folder_read(const char *root, size_t folder, const char *name,
		       struct ifcfg_name_list *list)
{
	char *path = path_of(root, folder, name, ".d", NULL);
	struct dirent **entries = NULL;
	int result = path ? 0 : -ENOMEM;

	int count = path ? scandir(path, &entries, NULL, alphasort) : 0;
	for (int i = 0; i < count; i++) {
		if (result == 0) {
			result = entry_read(root, folder, name, entries[i]->d_name, list);
		}
		free(entries[i]);
	}
	free(entries);
	free(path);
	return result;
}

static int list_read(const char *root, const char *name, struct ifcfg_name_list *list)
{
	int result = -ENOENT;

	for (size_t i = 0; i < FOLDERS && result == -ENOENT; i++) {
		char *path = path_of(root, i, name, "", NULL);
		result = path ? file_read(path, list) : -ENOMEM;
		free(path);
	}
	result = result == -ENOENT ? 0 : result;
	/* The administrator's own last, so that they count. */
	for (size_t i = FOLDERS; i > 0 && result == 0; i--) {
		result = folder_read(root, i - 1, name, list);
	}
	return result;
}

int config_names_read(const char *root, struct ifcfg_names *out)
{
	struct ifcfg_names names = {0};

	int result = list_read(root, "rt_tables", &names.tables);
	if (result == 0) {
		result = list_read(root, "rt_protos", &names.protocols);
	}
	if (result == 0) {
		result = list_read(root, "rt_scopes", &names.scopes);
	}
	if (result == 0) {
		result = list_read(root, "rt_dsfield", &names.dsfields);
	}
	if (result < 0) {
		ifcfg_names_free(&names);
		return result;
	}
	*out = names;
	return 0;
}
