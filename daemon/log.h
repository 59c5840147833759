/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's log: one line a happening, words for people first, key=value
 * after them for programs. Under systemd a line carries the "<6>" that journald
 * reads as its level; on a terminal it carries the time; without either it goes
 * to syslog.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdbool.h>

/* The numbers are syslog's. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* Lines less important than level are not written. background: no one reads
 * standard error, so syslog is used. */
void log_open(enum log_level level, bool background);

/* "error", "warning", "notice", "info", "debug". */
bool log_level_parse(const char *text, enum log_level *out);

bool log_level_shown(enum log_level level);

/* Writes one line; control characters in it are escaped. */
void log_line(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
