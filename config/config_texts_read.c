/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the folder. Entries come from an administrator, but a daemon that runs for
 * years meets odd ones: nothing here blocks on a pipe, opens a device, follows into a
 * folder, or reads without end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config/config_folder.h"
#include "config/config_text_list.h"

/* All files together; thousands of VLAN interfaces take one or two. */
#define BYTES_MAX      (64UL * 1024 * 1024)
#define NS_PER_S       1000000000ULL
/* Within this time a file can be changed twice and keep its ctime: some ticks of the
 * clock that the kernel takes ctimes from; whole seconds where the file system keeps no
 * finer ones. */
#define CHANGE_TICK_NS (50 * NS_PER_S / 1000)
#define COARSE_TICK_NS (2 * NS_PER_S)

struct reading {
	int fd; /* the folder */
	uint64_t begun_ns;
	const struct config_texts *before; /* NULL: none */
	struct config_texts texts;
	size_t bytes;
	char *buffer; /* IFCFG_FILE_SIZE_MAX + 1 */
};

static uint64_t nanoseconds(struct timespec time)
{
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static int name_compare(const void *left, const void *right)
{
	return strcmp(((const struct config_text *)left)->name,
		      ((const struct config_text *)right)->name);
}

static int reading_add_name(struct reading *reading, const char *name)
{
	struct config_text text = {.name = strdup(name)};

	if (reading->texts.count == CONFIG_FILES_MAX) {
		free(text.name);
		return -E2BIG;
	}
	int result = text.name
			     ? config_texts_insert(&reading->texts, reading->texts.count, &text)
			     : -ENOMEM;
	config_text_clear(&text);
	return result;
}

/* Fills the list with names, sorted, and opens the folder. */
static int reading_list(struct reading *reading, enum ifcfg_dialect dialect)
{
	int result = 0;
	DIR *dir = opendir(reading->texts.folder);

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
		if (ifcfg_name_is_read(entry->d_name, dialect)) {
			result = reading_add_name(reading, entry->d_name);
		}
	}
	if (result == 0) {
		reading->fd = fcntl(dirfd(dir), F_DUPFD_CLOEXEC, 0);
		result = reading->fd < 0 ? -errno : 0;
	}
	closedir(dir);
	if (result == 0 && reading->texts.count > 0) {
		qsort(reading->texts.list, reading->texts.count, sizeof(*reading->texts.list),
		      name_compare);
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

/* What the file is and when it was changed. */
static void text_describe(struct config_text *text, const struct stat *info)
{
	text->mode = info->st_mode & 07777;
	text->uid = info->st_uid;
	text->gid = info->st_gid;
	text->device = info->st_dev;
	text->inode = info->st_ino;
	text->changed_ns = nanoseconds(info->st_ctim);
	text->modified_ns = nanoseconds(info->st_mtim);
}

/* What read_error wants to know: 0, an errno, IFCFG_NO_FILE; the text is in the
 * buffer. */
static int file_open_and_read(const struct reading *reading, struct config_text *text,
			      size_t *size)
{
	struct stat info;
	int result;

	int fd = openat(reading->fd, text->name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		/* A socket cannot be opened at all. */
		return errno == ENXIO ? IFCFG_NO_FILE : errno;
	}
	if (fstat(fd, &info) < 0) {
		result = errno;
	} else if (!S_ISREG(info.st_mode)) {
		result = IFCFG_NO_FILE;
	} else {
		text_describe(text, &info);
		result = fd_read(fd, reading->buffer, IFCFG_FILE_SIZE_MAX + 1, size);
	}
	close(fd);
	return result;
}

/* What may have been changed after it was read, within the clock's tick, is read again
 * next time. */
static void text_doubt(const struct reading *reading, struct config_text *text)
{
	uint64_t tick = text->changed_ns % NS_PER_S == 0 ? COARSE_TICK_NS : CHANGE_TICK_NS;

	if (text->changed_ns + tick >= reading->begun_ns) {
		text->changed_ns = 0;
	}
}

static int text_read(const struct reading *reading, struct config_text *text, bool *is_gone)
{
	size_t size = 0;

	int result = file_open_and_read(reading, text, &size);
	if (result == ENOENT) {
		*is_gone = true;
		return 0;
	}
	if (result == 0 && size > IFCFG_FILE_SIZE_MAX) {
		result = EFBIG;
	}
	if (result != 0) {
		size = 0;
	}
	text->read_error = result;
	text_doubt(reading, text);
	text->bytes = malloc(size + 1);
	if (!text->bytes) {
		return -ENOMEM;
	}
	memcpy(text->bytes, reading->buffer, size);
	text->bytes[size] = '\0';
	text->size = size;
	return 0;
}

/* The earlier reading's text, if the file is as it was; NULL otherwise. */
static const struct config_text *text_before(const struct reading *reading, const char *name,
					     const struct stat *info)
{
	const struct config_text *before =
		reading->before ? config_texts_find(reading->before, name) : NULL;

	if (!before || before->read_error != 0 || before->changed_ns == 0 ||
	    before->device != info->st_dev || before->inode != info->st_ino ||
	    before->size != (size_t)info->st_size ||
	    before->changed_ns != nanoseconds(info->st_ctim) ||
	    before->modified_ns != nanoseconds(info->st_mtim)) {
		return NULL;
	}
	return before;
}

/* Fills in one text, whose name is there already; *is_gone: the file is not. */
static int text_fill(const struct reading *reading, struct config_text *text, bool *is_gone)
{
	struct stat info;
	struct stat link;
	const struct config_text *before = NULL;

	*is_gone = false;
	if (fstatat(reading->fd, text->name, &info, 0) == 0) {
		text_describe(text, &info);
		if (S_ISREG(info.st_mode)) {
			before = text_before(reading, text->name, &info);
			if (!before) {
				return text_read(reading, text, is_gone);
			}
		} else {
			text->read_error = IFCFG_NO_FILE;
		}
	} else {
		text->read_error = errno;
		if (errno == ENOENT &&
		    fstatat(reading->fd, text->name, &link, AT_SYMLINK_NOFOLLOW) < 0) {
			*is_gone = true;
			return 0;
		}
	}
	text->size = before ? before->size : 0;
	text->bytes = malloc(text->size + 1);
	if (!text->bytes) {
		return -ENOMEM;
	}
	if (before) {
		memcpy(text->bytes, before->bytes, text->size);
	}
	text->bytes[text->size] = '\0';
	return 0;
}

static int reading_fill(struct reading *reading)
{
	struct config_texts *texts = &reading->texts;
	size_t kept = 0;
	int result = 0;

	for (size_t i = 0; i < texts->count; i++) {
		struct config_text text = texts->list[i];
		bool is_gone = false;
		texts->list[i] = (struct config_text){0};
		if (result == 0) {
			result = text_fill(reading, &text, &is_gone);
		}
		reading->bytes += text.size;
		if (result == 0 && reading->bytes > BYTES_MAX) {
			result = -E2BIG;
		}
		if (result < 0 || is_gone) {
			config_text_clear(&text);
		} else {
			texts->list[kept++] = text;
		}
	}
	texts->count = kept;
	return result;
}

int config_texts_read(const char *folder, enum ifcfg_dialect dialect,
		      const struct config_texts *before, struct config_texts *out)
{
	struct reading reading = {.fd = -1, .before = before};
	struct timespec now = {0};

	if (folder[0] == '\0') {
		return -ENOENT;
	}
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	reading.begun_ns = nanoseconds(now);
	reading.texts.folder = strdup(folder);
	reading.buffer = malloc(IFCFG_FILE_SIZE_MAX + 1);
	int result = reading.texts.folder && reading.buffer ? 0 : -ENOMEM;
	if (result == 0) {
		result = reading_list(&reading, dialect);
	}
	if (result == 0) {
		result = reading_fill(&reading);
	}
	if (result == 0) {
		*out = reading.texts;
	} else {
		config_texts_free(&reading.texts);
	}
	free(reading.buffer);
	if (reading.fd >= 0) {
		close(reading.fd);
	}
	return result;
}
