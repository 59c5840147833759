/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an application of the files changed, in words for who asked for it, and
 * the problems met on the way.
 */
#ifndef DAEMON_CHANGES_H
#define DAEMON_CHANGES_H

#include <jansson.h>

#include "daemon/problems.h"

struct changes {
	json_t *list; /* of strings */
	struct problems *problems;
	const struct model *model; /* whose files the sources name; may be NULL */
};

void changes_add(struct changes *changes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
