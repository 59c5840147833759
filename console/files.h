/* SPDX-License-Identifier: BSD-2-Clause */
/* The page's files in memory, so that serving opens none. */
#ifndef CONSOLE_FILES_H
#define CONSOLE_FILES_H

#include <stddef.h>

struct file {
	char *name; /* "app.js" */
	const char *type;
	char *bytes;
	size_t size;
};

struct files {
	size_t count;
	struct file *list;
};

/* Reads the folder's files of the kinds that a page has; others are left out. 0 or -errno
 * (-ENOENT where there is no index.html). */
int files_read(const char *folder, struct files *out);
void files_free(struct files *files);
/* path as asked for: "/" is index.html. NULL: there is no such file. */
const struct file *files_find(const struct files *files, const char *path);

#endif
