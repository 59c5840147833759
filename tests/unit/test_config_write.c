/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files put on the disk: what they keep, what is refused, and that a process which is
 * killed at any system call leaves the old file or the new one. The latter runs as a
 * child under ptrace(2), which stops it before and after each call, and kills it at the
 * first stop, the second, ... until it gets to the end.
 */
#include "config/config_write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#define STOPS_MAX 2000 /* far more than any of it needs */

static char folder[32];
static char other[48]; /* a folder in it that links lead to */

static const char *path_in(const char *where, const char *name)
{
	static char paths[4][512];
	static unsigned int next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", where, name);
	return path;
}

static const char *path_of(const char *name)
{
	return path_in(folder, name);
}

static int folders_make(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test-config-write.XXXXXX");
	if (!mkdtemp(folder)) {
		return -1;
	}
	snprintf(other, sizeof(other), "%s/other", folder);
	return mkdir(other, 0700);
}

static void folder_empty(const char *where)
{
	DIR *dir = opendir(where);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' || entry->d_name[1] == 'p') {
			unlink(path_in(where, entry->d_name));
		}
	}
	if (dir) {
		closedir(dir);
	}
}

static int folders_remove(void **state)
{
	(void)state;
	folder_empty(other);
	rmdir(other);
	folder_empty(folder);
	return rmdir(folder);
}

static void put_in(const char *where, const char *name, const char *text)
{
	FILE *file = fopen(path_in(where, name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The file's text; NULL: there is none. */
static const char *text_in(const char *where, const char *name)
{
	static char text[8192];
	FILE *file = fopen(path_in(where, name), "r");

	if (!file) {
		return NULL;
	}
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void expect_text(const char *name, const char *text)
{
	const char *is = text_in(folder, name);

	assert_non_null(is);
	assert_string_equal(is, text);
}

static mode_t mode_of(const char *name)
{
	struct stat info;

	assert_int_equal(stat(path_of(name), &info), 0);
	return info.st_mode & 07777;
}

static size_t temporaries_in(const char *where)
{
	DIR *dir = opendir(where);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		count += strncmp(entry->d_name, CONFIG_TEMPORARY_PREFIX,
				 strlen(CONFIG_TEMPORARY_PREFIX)) == 0;
	}
	closedir(dir);
	return count;
}

static int write_text(const char *name, const char *text, const struct config_text *as)
{
	return config_file_write(folder, name, text, strlen(text), as);
}

static void test_new(void **state)
{
	const struct config_text as = {.mode = 0640, .uid = geteuid(), .gid = getegid()};
	mode_t mask = umask(077);

	(void)state;
	assert_int_equal(write_text("ifcfg-a", "A=1\n", NULL), 0);
	expect_text("ifcfg-a", "A=1\n");
	assert_int_equal(mode_of("ifcfg-a"), 0644);
	assert_int_equal(write_text("ifcfg-b", "", &as), 0);
	expect_text("ifcfg-b", "");
	assert_int_equal(mode_of("ifcfg-b"), 0640);
	assert_int_equal(temporaries_in(folder), 0);
	umask(mask);
}

static void test_keeps(void **state)
{
	const struct config_text as = {.mode = 0777, .uid = 7, .gid = 7};
	bool root = geteuid() == 0;
	struct stat info;

	(void)state;
	put_in(folder, "ifcfg-a", "old");
	if (root) {
		assert_int_equal(chown(path_of("ifcfg-a"), 1234, 4321), 0);
	}
	assert_int_equal(chmod(path_of("ifcfg-a"), 0604), 0);
	assert_int_equal(write_text("ifcfg-a", "new", &as), 0);
	expect_text("ifcfg-a", "new");
	assert_int_equal(stat(path_of("ifcfg-a"), &info), 0);
	assert_int_equal(info.st_mode, S_IFREG | 0604);
	if (root) {
		assert_int_equal(info.st_uid, 1234);
		assert_int_equal(info.st_gid, 4321);
	}
}

/* Attributes of the old file, and none but those: a folder may give new files a list of
 * who may use them. */
static void test_keeps_attributes(void **state)
{
	/* acl(5) in its binary form: version 2; the owner rw-, user 1000 r--, the group
	 * r--, mask r--, others ---. */
	static const unsigned char list[] = {
		2, 0,	0,   0,	  1,   0,   6,	0, 255, 255, 255, 255, 2,   0,	4,
		0, 232, 3,   0,	  0,   4,   0,	4, 0,	255, 255, 255, 255, 16, 0,
		4, 0,	255, 255, 255, 255, 32, 0, 0,	0,   255, 255, 255, 255};
	unsigned char value[64];

	(void)state;
	put_in(folder, "ifcfg-a", "old");
	put_in(folder, "ifcfg-b", "old");
	assert_int_equal(chmod(path_of("ifcfg-b"), 0600), 0);
	if (setxattr(path_of("ifcfg-a"), "user.note", "mine", 4, 0) < 0 ||
	    setxattr(path_of("ifcfg-a"), "system.posix_acl_access", list, sizeof(list), 0) <
		    0 ||
	    setxattr(folder, "system.posix_acl_default", list, sizeof(list), 0) < 0) {
		skip();
	}
	assert_int_equal(mode_of("ifcfg-a"), 0640);
	assert_int_equal(write_text("ifcfg-a", "new", NULL), 0);
	assert_int_equal(getxattr(path_of("ifcfg-a"), "user.note", value, sizeof(value)), 4);
	assert_memory_equal(value, "mine", 4);
	assert_int_equal(
		getxattr(path_of("ifcfg-a"), "system.posix_acl_access", value, sizeof(value)),
		sizeof(list));
	assert_memory_equal(value, list, sizeof(list));
	assert_int_equal(mode_of("ifcfg-a"), 0640);

	assert_int_equal(write_text("ifcfg-b", "new", NULL), 0);
	assert_int_equal(
		getxattr(path_of("ifcfg-b"), "system.posix_acl_access", value, sizeof(value)),
		-1);
	assert_int_equal(mode_of("ifcfg-b"), 0600);
}

static void test_links(void **state)
{
	char target[32];

	(void)state;
	put_in(other, "real", "old");
	assert_int_equal(symlink("other/real", path_of("ifcfg-a")), 0);
	assert_int_equal(symlink(path_of("ifcfg-a"), path_of("ifcfg-b")), 0);
	assert_int_equal(symlink("other/made", path_of("ifcfg-c")), 0);
	assert_int_equal(symlink("ifcfg-loop", path_of("ifcfg-loop")), 0);
	assert_int_equal(symlink("nowhere/real", path_of("ifcfg-lost")), 0);
	assert_int_equal(symlink("other/", path_of("ifcfg-folder")), 0);
	assert_int_equal(symlink("..", path_of("ifcfg-up")), 0);

	assert_int_equal(write_text("ifcfg-b", "new", NULL), 0);
	assert_string_equal(text_in(other, "real"), "new");
	expect_text("ifcfg-a", "new");
	assert_int_equal(readlink(path_of("ifcfg-a"), target, sizeof(target)), 10);
	assert_int_equal(write_text("ifcfg-c", "made", NULL), 0);
	assert_string_equal(text_in(other, "made"), "made");

	assert_int_equal(write_text("ifcfg-loop", "x", NULL), -ELOOP);
	assert_int_equal(write_text("ifcfg-lost", "x", NULL), -ENOENT);
	assert_int_equal(write_text("ifcfg-folder", "x", NULL), -EISDIR);
	assert_int_equal(write_text("ifcfg-up", "x", NULL), -EISDIR);

	/* Gone is the link. */
	assert_int_equal(config_file_remove(folder, "ifcfg-a"), 0);
	assert_int_equal(access(path_of("ifcfg-a"), F_OK), -1);
	assert_string_equal(text_in(other, "real"), "new");
	assert_int_equal(temporaries_in(folder) + temporaries_in(other), 0);
}

static void test_refuses(void **state)
{
	char longest[257];

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[256] = '\0';
	assert_int_equal(mkfifo(path_of("ifcfg-pipe"), 0600), 0);
	assert_int_equal(write_text("ifcfg-pipe", "x", NULL), -EEXIST);
	assert_int_equal(write_text("other", "x", NULL), -EISDIR);
	assert_int_equal(write_text("", "x", NULL), -EINVAL);
	assert_int_equal(write_text("..", "x", NULL), -EINVAL);
	assert_int_equal(write_text("other/x", "x", NULL), -EINVAL);
	assert_int_equal(write_text(longest, "x", NULL), -EINVAL);
	assert_int_equal(config_file_remove(folder, "ifcfg-pipe"), -EEXIST);
	assert_int_equal(config_file_remove(folder, "other"), -EISDIR);
	assert_int_equal(config_file_write("/nowhere/at/all", "ifcfg-a", "x", 1, NULL),
			 -ENOENT);
	assert_int_equal(config_file_write("", "ifcfg-a", "x", 1, NULL), -ENOENT);
	assert_int_equal(config_file_write("/dev/null", "ifcfg-a", "x", 1, NULL), -ENOTDIR);
	assert_int_equal(config_file_remove("/nowhere/at/all", "ifcfg-a"), -ENOENT);
	assert_int_equal(config_temporaries_remove("/nowhere/at/all"), -ENOENT);
	assert_int_equal(temporaries_in(folder), 0);
}

static void test_remove_and_restore(void **state)
{
	struct config_text text = {.bytes = (char *)"new",
				   .size = 3,
				   .mode = 0600,
				   .uid = geteuid(),
				   .gid = getegid()};

	(void)state;
	assert_int_equal(config_file_remove(folder, "ifcfg-a"), 0);
	put_in(folder, "ifcfg-a", "old");
	assert_int_equal(config_file_restore(folder, "ifcfg-a", &text), 0);
	expect_text("ifcfg-a", "new");
	assert_int_equal(mode_of("ifcfg-a"), 0600);
	assert_int_equal(config_file_restore(folder, "ifcfg-b", &text), 0);
	expect_text("ifcfg-b", "new");
	text.read_error = EACCES;
	assert_int_equal(config_file_restore(folder, "ifcfg-a", &text), -EINVAL);
	expect_text("ifcfg-a", "new");
	assert_int_equal(config_file_restore(folder, "ifcfg-a", NULL), 0);
	assert_int_equal(access(path_of("ifcfg-a"), F_OK), -1);
}

static void test_temporaries(void **state)
{
	static const char *const ours[] = {".portchannel-0123456789abcdef",
					   ".portchannel-ffffffffffffffff"};
	static const char *const theirs[] = {
		".portchannel-notes", ".portchannel-0123456789ABCDEF",
		"x.portchannel-0123456789abcdef", ".portchannel-0123456789abcdef0"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		put_in(folder, ours[i], "half");
	}
	for (size_t i = 0; i < 4; i++) {
		put_in(folder, theirs[i], "whole");
	}
	put_in(other, ours[0], "half");
	put_in(other, "real", "whole");
	assert_int_equal(symlink("other/real", path_of("ifcfg-a")), 0);
	assert_int_equal(config_temporaries_remove(folder), 3);
	assert_int_equal(config_temporaries_remove(folder), 0);
	for (size_t i = 0; i < 4; i++) {
		expect_text(theirs[i], "whole");
	}
	expect_text("ifcfg-a", "whole");
}

/* What the child makes of a disk that is full, and of one that nobody may write on. */
static int disk_child(void)
{
	static char much[65536];

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", other, "tmpfs", 0, "size=16k") < 0) {
		return 77;
	}
	memset(much, 'x', sizeof(much));
	put_in(other, "ifcfg-a", "old");
	if (config_file_write(other, "ifcfg-a", much, sizeof(much), NULL) != -ENOSPC ||
	    config_file_write(other, "ifcfg-b", much, sizeof(much), NULL) != -ENOSPC ||
	    strcmp(text_in(other, "ifcfg-a"), "old") != 0 || text_in(other, "ifcfg-b") ||
	    temporaries_in(other) != 0) {
		return 1;
	}
	if (mount(NULL, other, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0) {
		return 77;
	}
	return config_file_write(other, "ifcfg-a", "x", 1, NULL) == -EROFS &&
			       config_file_write(other, "ifcfg-b", "x", 1, NULL) == -EROFS &&
			       config_file_remove(other, "ifcfg-a") == -EROFS &&
			       strcmp(text_in(other, "ifcfg-a"), "old") == 0
		       ? 0
		       : 2;
}

static void test_disk(void **state)
{
	int status;

	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		_exit(disk_child());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77) {
		skip(); /* for lack of rights */
	}
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define OLD_TEXT "DEVICE=bond0.652\n# the old one\n"
#define NEW_TEXT "DEVICE=bond0.652\n# the new one, which is longer\n"

enum work { WORK_REPLACE, WORK_MAKE, WORK_LINK, WORK_REMOVE, WORK_RESTORE, WORKS };

static const struct config_text restored = {
	.bytes = (char *)NEW_TEXT, .size = sizeof(NEW_TEXT) - 1, .mode = 0600};

static int work_do(enum work work)
{
	switch (work) {
	case WORK_REPLACE:
	case WORK_MAKE:
	case WORK_LINK:
		return write_text("ifcfg-a", NEW_TEXT, NULL);
	case WORK_REMOVE:
		return config_file_remove(folder, "ifcfg-a");
	case WORK_RESTORE:
		return config_file_restore(folder, "ifcfg-a", &restored);
	case WORKS:
		break;
	}
	return -EINVAL;
}

static void work_prepare(enum work work)
{
	folder_empty(folder);
	folder_empty(other);
	if (work == WORK_LINK) {
		put_in(other, "real", OLD_TEXT);
		assert_int_equal(symlink("other/real", path_of("ifcfg-a")), 0);
	} else if (work != WORK_MAKE) {
		put_in(folder, "ifcfg-a", OLD_TEXT);
	}
}

/* 1: the file is the new one, 0: the old one. Anything else is a failure. */
static int work_outcome(enum work work)
{
	const char *before = work == WORK_MAKE ? NULL : OLD_TEXT;
	const char *after = work == WORK_REMOVE ? NULL : NEW_TEXT;
	const char *text = text_in(folder, "ifcfg-a");

	if (before ? text && strcmp(text, before) == 0 : !text) {
		return 0;
	}
	if (after ? !text || strcmp(text, after) != 0 : text != NULL) {
		fail_msg("half a file: %s", text ? text : "(none)");
	}
	if (work == WORK_RESTORE) {
		assert_int_equal(mode_of("ifcfg-a"), 0600);
	}
	return 1;
}

/* Starts the work in a child that stops before its first call. */
static pid_t work_start(enum work work)
{
	int status;

	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0) {
			_exit(77);
		}
		raise(SIGSTOP);
		_exit(work_do(work) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status)) {
		return -1;
	}
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, child, NULL,
				(void *)(uintptr_t)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)),
			 0);
	return child;
}

/* To the next begin or end of a call; false: the child has ended. */
static bool work_step(pid_t child)
{
	int status;

	assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status)) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return false;
	}
	assert_true(WIFSTOPPED(status));
	return true;
}

static void work_kill(enum work work)
{
	unsigned int outcomes[2] = {0, 0};
	bool ended = false;

	for (unsigned int stop = 1; !ended && stop < STOPS_MAX; stop++) {
		work_prepare(work);
		pid_t child = work_start(work);
		if (child < 0) {
			skip(); /* ptrace is not allowed here */
		}
		for (unsigned int i = 0; i < stop && !ended; i++) {
			ended = !work_step(child);
		}
		if (!ended) {
			assert_int_equal(kill(child, SIGKILL), 0);
			assert_int_equal(waitpid(child, NULL, 0), child);
		}
		outcomes[work_outcome(work)]++;
		size_t left = temporaries_in(folder) + temporaries_in(other);
		assert_true(left <= 1);
		assert_int_equal(config_temporaries_remove(folder), left);
		assert_int_equal(temporaries_in(folder) + temporaries_in(other), 0);
		assert_int_equal(work_outcome(work), outcomes[1] > 0);
	}
	assert_true(ended);
	/* Killed on both sides of the change. */
	assert_true(outcomes[0] >= 4 && outcomes[1] >= 2);
}

static void test_killed(void **state)
{
	(void)state;
	for (enum work work = WORK_REPLACE; work < WORKS; work++) {
		work_kill(work);
	}
}

/* Which calls of these the work makes, a letter each. */
static void calls_trace(enum work work, char *out, size_t size)
{
	size_t count = 0;

	work_prepare(work);
	pid_t child = work_start(work);
	if (child < 0) {
		skip();
	}
	while (work_step(child)) {
		struct __ptrace_syscall_info info;
		assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof(info),
				   &info) > 0);
		char letter = '\0';
		if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
			letter = info.entry.nr == SYS_fsync	 ? 's'
				 : info.entry.nr == SYS_write	 ? 'w'
				 : info.entry.nr == SYS_renameat ? 'r'
				 : info.entry.nr == SYS_unlinkat ? 'u'
								 : '\0';
		}
		if (letter != '\0' && count < size - 1) {
			out[count++] = letter;
		}
	}
	out[count] = '\0';
}

/* A loss of power can't be tried here; that the disk is told in the right order can. */
static void test_order(void **state)
{
	char calls[16];

	(void)state;
	calls_trace(WORK_REPLACE, calls, sizeof(calls));
	assert_string_equal(calls, "wsrs");
	calls_trace(WORK_MAKE, calls, sizeof(calls));
	assert_string_equal(calls, "wsrs");
	calls_trace(WORK_RESTORE, calls, sizeof(calls));
	assert_string_equal(calls, "wsrs");
	calls_trace(WORK_REMOVE, calls, sizeof(calls));
	assert_string_equal(calls, "us");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folders_make, folders_remove)
	const struct CMUnitTest tests[] = {
		TEST(test_new),		TEST(test_keeps),   TEST(test_keeps_attributes),
		TEST(test_links),	TEST(test_refuses), TEST(test_remove_and_restore),
		TEST(test_temporaries), TEST(test_disk),    TEST(test_killed),
		TEST(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
