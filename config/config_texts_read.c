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
	size_t before_at;		   /* the first that may be called like the next */
	size_t name_count;
	char **names; /* what is to be read, sorted */
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
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Room is made in powers of two, which the count tells. */
static int reading_add_name(struct reading *reading, const char *name)
{
	size_t count = reading->name_count;

	if (count == CONFIG_FILES_MAX) {
		return -E2BIG;
	}
	if ((count & (count - 1)) == 0) {
		char **names = reallocarray(reading->names, count == 0 ? 1 : 2 * count,
					    sizeof(*names));
		if (!names) {
			return -ENOMEM;
		}
		reading->names = names;
	}
	reading->names[count] = strdup(name);
	if (!reading->names[count]) {
		return -ENOMEM;
	}
	reading->name_count++;
	return 0;
}

/* Fills the list of names, sorted, and opens the folder. */
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
		result = reading_add_name(reading, CONFIG_NETWORK_NAME);
	}
	if (result == 0) {
		reading->fd = fcntl(dirfd(dir), F_DUPFD_CLOEXEC, 0);
		result = reading->fd < 0 ? -errno : 0;
	}
	closedir(dir);
	if (result == 0 && reading->name_count > 0) {
		qsort(reading->names, reading->name_count, sizeof(*reading->names),
		      name_compare);
	}
	return result;
}

/* Where it is, from the folder on: one that is called so in the folder itself isn't read. */
static const char *text_place(const char *name)
{
	return strcmp(name, CONFIG_NETWORK_NAME) == 0 ? "../" CONFIG_NETWORK_NAME : name;
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

	int fd = openat(reading->fd, text_place(text->name),
			O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
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
	text->bytes = reading->buffer;
	text->size = size;
	return config_text_own(text);
}

/* The earlier reading's text of that name, names being asked for in order; or NULL. */
static const struct config_text *text_of_before(struct reading *reading, const char *name)
{
	const struct config_texts *before = reading->before;
	int order = -1;

	while (before && reading->before_at < before->count) {
		order = strcmp(before->list[reading->before_at].name, name);
		if (order >= 0) {
			break;
		}
		reading->before_at++;
	}
	return order == 0 ? &before->list[reading->before_at] : NULL;
}

/* The same, if the file is as it was; NULL otherwise. */
static const struct config_text *text_before(struct reading *reading, const char *name,
					     const struct stat *info)
{
	const struct config_text *before = text_of_before(reading, name);

	if (!before || before->read_error != 0 || before->changed_ns == 0 ||
	    before->device != info->st_dev || before->inode != info->st_ino ||
	    before->size != (size_t)info->st_size ||
	    before->changed_ns != nanoseconds(info->st_ctim) ||
	    before->modified_ns != nanoseconds(info->st_mtim)) {
		return NULL;
	}
	return before;
}

/* Fills in one text that has its name, which stays the caller's; *is_gone: the file is
 * not there any more. */
static int text_fill(struct reading *reading, struct config_text *text, bool *is_gone)
{
	struct stat info;
	struct stat link;
	const struct config_text *before = NULL;
	const char *place = text_place(text->name);

	*is_gone = false;
	if (fstatat(reading->fd, place, &info, 0) == 0) {
		text_describe(text, &info);
		if (S_ISREG(info.st_mode)) {
			before = text_before(reading, text->name, &info);
			if (!before) {
				return text_read(reading, text, is_gone);
			}
		} else if (place != text->name) {
			*is_gone = true; /* somebody's folder of that name */
			return 0;
		} else {
			text->read_error = IFCFG_NO_FILE;
		}
	} else {
		text->read_error = errno;
		if (errno == ENOENT &&
		    fstatat(reading->fd, place, &link, AT_SYMLINK_NOFOLLOW) < 0) {
			*is_gone = true;
			return 0;
		}
	}
	return before ? config_text_copy(before, text) : config_text_own(text);
}

static int reading_fill(struct reading *reading)
{
	struct config_texts *texts = &reading->texts;
	int result = 0;

	for (size_t i = 0; i < reading->name_count && result == 0; i++) {
		struct config_text text = {.name = reading->names[i]};
		bool is_gone = false;
		result = text_fill(reading, &text, &is_gone);
		reading->bytes += text.size;
		if (result == 0 && reading->bytes > BYTES_MAX) {
			result = -E2BIG;
		}
		if (result == 0 && !is_gone) {
			result = config_texts_insert(texts, texts->count, &text);
		}
		config_text_clear(&text);
	}
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
	for (size_t i = 0; i < reading.name_count; i++) {
		free(reading.names[i]);
	}
	free(reading.names);
	free(reading.buffer);
	if (reading.fd >= 0) {
		close(reading.fd);
	}
	return result;
}
