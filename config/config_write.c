/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files put on the disk. The order of the system calls is what makes it safe: write,
 * owner, attributes and mode, fsync, rename, fsync of the folder. Whatever ends the
 * process in between leaves the old file and at most one temporary one beside it.
 */
#include "config/config_write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_attributes.h"
#include "config/config_text_list.h"

/* As many as the kernel follows. */
#define LINKS_MAX	40
#define TEMPORARY_TRIES 100
#define TEMPORARY_SIZE	(sizeof(CONFIG_TEMPORARY_PREFIX) + 16)
#define MODE_NEW	0644

/* Where a file really is: a folder, open, and the name in it, which is no link. */
struct place {
	int folder_fd;
	char name[NAME_MAX + 1];
};

bool config_name_is_valid(const char *name)
{
	return name[0] != '\0' && strlen(name) <= NAME_MAX && !strchr(name, '/') &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int folder_open(int at_fd, const char *path)
{
	int fd = openat(at_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Follows one link: the folder that it points into and the name there. */
static int place_follow(struct place *place)
{
	char target[PATH_MAX];

	ssize_t size = readlinkat(place->folder_fd, place->name, target, sizeof(target) - 1);
	if (size < 0) {
		return -errno;
	}
	target[size] = '\0';
	char *slash = strrchr(target, '/');
	const char *name = slash ? slash + 1 : target;
	if (!config_name_is_valid(name)) {
		return strlen(name) > NAME_MAX ? -ENAMETOOLONG : -EISDIR;
	}
	if (slash) {
		char folder[PATH_MAX + 1];
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash + 1 - target), target);
		int fd = folder_open(place->folder_fd, folder);
		if (fd < 0) {
			return fd;
		}
		close(place->folder_fd);
		place->folder_fd = fd;
	}
	memcpy(place->name, name, strlen(name) + 1);
	return 0;
}

/* Finds where folder/name is, and what: *exists tells whether *info is set. Anything
 * but a regular file is an error. The place's folder is to be closed if this returns 0. */
static int place_find(const char *folder, const char *name, bool follow, struct place *place,
		      struct stat *info, bool *exists)
{
	if (!config_name_is_valid(name)) {
		return -EINVAL;
	}
	snprintf(place->name, sizeof(place->name), "%s", name);
	int result = folder_open(AT_FDCWD, folder);
	if (result < 0) {
		return result;
	}
	place->folder_fd = result;
	result = 0;
	for (unsigned int links = 0; result == 0; links++) {
		*exists =
			fstatat(place->folder_fd, place->name, info, AT_SYMLINK_NOFOLLOW) == 0;
		if (!*exists) {
			result = errno == ENOENT ? 0 : -errno;
			break;
		}
		if (!S_ISLNK(info->st_mode)) {
			result = S_ISREG(info->st_mode)	  ? 0
				 : S_ISDIR(info->st_mode) ? -EISDIR
							  : -EEXIST;
			break;
		}
		if (!follow) {
			break;
		}
		result = links == LINKS_MAX ? -ELOOP : place_follow(place);
	}
	if (result < 0) {
		close(place->folder_fd);
	}
	return result;
}

static int temporary_create(const struct place *place, char name[TEMPORARY_SIZE])
{
	for (unsigned int i = 0; i < TEMPORARY_TRIES; i++) {
		uint64_t number = 0;
		if (getrandom(&number, sizeof(number), 0) != sizeof(number)) {
			return -EIO;
		}
		snprintf(name, TEMPORARY_SIZE, CONFIG_TEMPORARY_PREFIX "%016" PRIx64, number);
		int fd = openat(place->folder_fd, name,
				O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST) {
			return fd >= 0 ? fd : -errno;
		}
	}
	return -EEXIST;
}

static int bytes_write(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t put = write(fd, bytes, size);
		if (put < 0 && errno != EINTR) {
			return -errno;
		}
		if (put > 0) {
			bytes += put;
			size -= (size_t)put;
		}
	}
	return 0;
}

/* Some file systems keep nothing that could be synced. */
static int folder_sync(int fd)
{
	return fsync(fd) < 0 && errno != EINVAL && errno != ENOTSUP ? -errno : 0;
}

/* Whose the new file is to be and who may use it; those of old where *old is there.
 * The mode comes last: a change of the owner and of access lists alters it. */
static int owner_set(int fd, const struct place *place, const struct stat *old, uid_t uid,
		     gid_t gid, mode_t mode)
{
	struct stat info;
	int result = 0;

	if (fstat(fd, &info) < 0) {
		return -errno;
	}
	if ((info.st_uid != uid || info.st_gid != gid) && fchown(fd, uid, gid) < 0) {
		return -errno;
	}
	if (old) {
		result = config_attributes_copy(place->folder_fd, place->name, fd);
	}
	if (result == 0 && fchmod(fd, mode) < 0) {
		result = -errno;
	}
	return result;
}

/* What a file is to become. */
struct content {
	const void *bytes;
	size_t size;
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

static int temporary_fill(int fd, const struct place *place, const struct stat *old,
			  const struct content *content)
{
	int result = bytes_write(fd, content->bytes, content->size);

	if (result == 0) {
		result = owner_set(fd, place, old, content->uid, content->gid, content->mode);
	}
	if (result == 0 && fsync(fd) < 0) {
		result = -errno;
	}
	return result;
}

static int place_write(const struct place *place, const struct stat *old,
		       const struct content *content)
{
	char temporary[TEMPORARY_SIZE];

	int fd = temporary_create(place, temporary);
	if (fd < 0) {
		return fd;
	}
	int result = temporary_fill(fd, place, old, content);
	if (close(fd) < 0 && result == 0) {
		result = -errno;
	}
	if (result == 0 &&
	    renameat(place->folder_fd, temporary, place->folder_fd, place->name) < 0) {
		result = -errno;
	}
	if (result < 0) {
		unlinkat(place->folder_fd, temporary, 0);
		return result;
	}
	return folder_sync(place->folder_fd);
}

/* forced: an existing file takes *as's mode and owner too. */
static int file_write(const char *folder, const char *name, const void *bytes, size_t size,
		      const struct config_text *as, bool forced)
{
	struct content content = {
		.bytes = bytes,
		.size = size,
		.uid = geteuid(),
		.gid = getegid(),
		.mode = MODE_NEW,
	};
	struct place place;
	struct stat old;
	bool exists;

	int result = place_find(folder, name, true, &place, &old, &exists);
	if (result < 0) {
		return result;
	}
	if (as && (forced || !exists)) {
		content.uid = as->uid;
		content.gid = as->gid;
		content.mode = as->mode;
	} else if (exists) {
		content.uid = old.st_uid;
		content.gid = old.st_gid;
		content.mode = old.st_mode & 07777;
	}
	result = place_write(&place, exists ? &old : NULL, &content);
	close(place.folder_fd);
	return result;
}

int config_file_write(const char *folder, const char *name, const void *bytes, size_t size,
		      const struct config_text *as)
{
	return file_write(folder, name, bytes, size, as, false);
}

int config_file_remove(const char *folder, const char *name)
{
	struct place place;
	struct stat info;
	bool exists;

	int result = place_find(folder, name, false, &place, &info, &exists);
	if (result < 0) {
		return result;
	}
	if (exists && unlinkat(place.folder_fd, name, 0) < 0 && errno != ENOENT) {
		result = -errno;
	}
	/* Also if it was gone: whoever removed it may have had no time to sync. */
	if (result == 0) {
		result = folder_sync(place.folder_fd);
	}
	close(place.folder_fd);
	return result;
}

int config_file_sync(const char *folder, const char *name)
{
	struct place place;
	struct stat info;
	bool exists;

	int result = place_find(folder, name, true, &place, &info, &exists);
	if (result < 0) {
		return result;
	}
	result = folder_sync(place.folder_fd);
	close(place.folder_fd);
	return result;
}

int config_file_restore(const char *folder, const char *name, const struct config_text *text)
{
	if (!text) {
		return config_file_remove(folder, name);
	}
	if (text->read_error != 0) {
		return -EINVAL;
	}
	return file_write(folder, name, text->bytes, text->size, text, true);
}

static bool is_temporary(const char *name)
{
	size_t prefix = strlen(CONFIG_TEMPORARY_PREFIX);

	return strncmp(name, CONFIG_TEMPORARY_PREFIX, prefix) == 0 &&
	       strlen(name) == TEMPORARY_SIZE - 1 &&
	       strspn(name + prefix, "0123456789abcdef") == 16;
}

static int temporaries_remove(int folder_fd, bool with_links);

/* Of a link to a file elsewhere the temporary one is made there. */
static int link_temporaries_remove(int folder_fd, const char *name)
{
	struct place place = {.folder_fd = fcntl(folder_fd, F_DUPFD_CLOEXEC, 0)};
	struct stat info;

	if (place.folder_fd < 0) {
		return -errno;
	}
	snprintf(place.name, sizeof(place.name), "%s", name);
	for (unsigned int links = 0; links < LINKS_MAX; links++) {
		if (fstatat(place.folder_fd, place.name, &info, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISLNK(info.st_mode) || place_follow(&place) < 0) {
			break;
		}
	}
	int count = temporaries_remove(place.folder_fd, false);
	close(place.folder_fd);
	return count;
}

static int entry_clean(int folder_fd, const struct dirent *entry, bool with_links)
{
	struct stat info;

	if (is_temporary(entry->d_name)) {
		if (fstatat(folder_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(info.st_mode)) {
			return 0;
		}
		return unlinkat(folder_fd, entry->d_name, 0) == 0 ? 1
		       : errno == ENOENT			  ? 0
								  : -errno;
	}
	bool may_be_link = entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
	bool is_read = ifcfg_name_is_read(entry->d_name, IFCFG_DIALECT_INITSCRIPTS) ||
		       ifcfg_name_is_read(entry->d_name, IFCFG_DIALECT_NM);
	return with_links && may_be_link && is_read
		       ? link_temporaries_remove(folder_fd, entry->d_name)
		       : 0;
}

static int temporaries_remove(int folder_fd, bool with_links)
{
	int count = 0;
	int result = 0;
	int fd = folder_open(folder_fd, ".");

	if (fd < 0) {
		return fd;
	}
	DIR *dir = fdopendir(fd);
	if (!dir) {
		result = -errno;
		close(fd);
		return result;
	}
	for (const struct dirent *entry; (entry = readdir(dir));) {
		int removed = entry_clean(folder_fd, entry, with_links);
		if (removed < 0) {
			result = removed;
		} else {
			count += removed;
		}
	}
	closedir(dir);
	return result < 0 ? result : count;
}

int config_temporaries_remove(const char *folder)
{
	int fd = folder_open(AT_FDCWD, folder);

	if (fd < 0) {
		return fd;
	}
	int count = temporaries_remove(fd, true);
	close(fd);
	return count;
}
