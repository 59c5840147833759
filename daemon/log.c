/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "core/assert.h"

#define LOG_LINE_SIZE 1024

enum log_target {
	LOG_TARGET_PLAIN,
	LOG_TARGET_JOURNAL,
	LOG_TARGET_SYSLOG,
};

static enum log_level log_threshold = LOG_LEVEL_INFO;
static enum log_target log_target = LOG_TARGET_PLAIN;

static const char *const log_level_names[] = {
	[LOG_LEVEL_ERROR] = "error",   [LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_NOTICE] = "notice", [LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

/* journald says in JOURNAL_STREAM which file it listens on; standard error may
 * have been sent elsewhere since (systemd.exec(5)). */
static bool log_stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat st;

	if (!stream || sscanf(stream, "%llu:%llu", &device, &inode) != 2) {
		return false;
	}
	return fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_open(enum log_level level, bool background)
{
	log_threshold = level;
	if (background) {
		openlog("portchanneld", LOG_PID, LOG_DAEMON);
		log_target = LOG_TARGET_SYSLOG;
	} else if (log_stderr_is_journal()) {
		log_target = LOG_TARGET_JOURNAL;
	} else {
		log_target = LOG_TARGET_PLAIN;
	}
}

bool log_level_parse(const char *text, enum log_level *out)
{
	for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++) {
		if (strcmp(text, log_level_names[i]) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

bool log_level_shown(enum log_level level)
{
	return level <= log_threshold;
}

/* A line stays a line, and a terminal stays as it is, whatever was put in. */
static void log_escape(char *out, size_t size, const char *in)
{
	size_t used = 0;

	for (; *in && used + 5 < size; in++) {
		unsigned char byte = (unsigned char)*in;

		if (byte < 0x20 || byte == 0x7f) {
			used += (size_t)snprintf(out + used, size - used, "\\x%02x", byte);
		} else {
			out[used++] = *in;
		}
	}
	out[used] = '\0';
}

static void log_write_plain(enum log_level level, const char *line)
{
	struct timespec now;
	struct tm local;
	char stamp[32] = "";

	clock_gettime(CLOCK_REALTIME, &now);
	if (localtime_r(&now.tv_sec, &local)) {
		strftime(stamp, sizeof(stamp), "%H:%M:%S", &local);
	}
	fprintf(stderr, "%s.%03ld %s: %s\n", stamp, now.tv_nsec / 1000000,
		log_level_names[level], line);
}

/* journald's end is a stream socket. If journald is stuck it fills up, and then lines
 * are dropped rather than waited for: LACP's partners would not wait along. */
static void log_write_journal(enum log_level level, const char *line)
{
	static unsigned int dropped;
	char text[LOG_LINE_SIZE + 320];
	int size;

	if (dropped > 0) {
		size = snprintf(text, sizeof(text), "<%d>%u lines were dropped\n<%d>%s\n",
				LOG_LEVEL_WARNING, dropped, level, line);
	} else {
		size = snprintf(text, sizeof(text), "<%d>%s\n", level, line);
	}
	if (send(STDERR_FILENO, text, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL) == size) {
		dropped = 0;
	} else {
		dropped++;
	}
}

void log_line(enum log_level level, const char *format, ...)
{
	char text[LOG_LINE_SIZE];
	char line[LOG_LINE_SIZE + 256];
	va_list arguments;

	if (!log_level_shown(level)) {
		return;
	}
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_escape(line, sizeof(line), text);
	switch (log_target) {
	case LOG_TARGET_PLAIN:
		log_write_plain(level, line);
		break;
	case LOG_TARGET_JOURNAL:
		log_write_journal(level, line);
		break;
	case LOG_TARGET_SYSLOG:
		syslog(level, "%s", line);
		break;
	}
}

/* A programmer's error in the core. The data path goes on without us, and a new
 * daemon takes it over; going on with a state that can't be would be worse. */
noreturn void core_assert_failed(const char *file, int line, const char *what)
{
	log_line(LOG_LEVEL_ERROR, "%s:%d: assertion failed: %s", file, line, what);
	abort();
}
