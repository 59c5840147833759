/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the files to the running bonds: read, validate, compare, change what
 * differs. A bond whose file is bad goes on as it was; the others are not
 * concerned.
 */
#ifndef DAEMON_APPLY_H
#define DAEMON_APPLY_H

#include <jansson.h>

struct daemon;

/* At the start: takes over what a former daemon left, starts the rest. */
void apply_start(struct daemon *daemon);

/* Reads the files again and applies the difference. Returns what was changed,
 * a list of strings (a new reference). */
json_t *apply_reload(struct daemon *daemon);

/* Removes one bond's data path, or all (NULL), and restores the members. Returns
 * the names, a list of strings (a new reference); NULL: there is no such bond. */
json_t *apply_down(struct daemon *daemon, const char *name);

#endif
