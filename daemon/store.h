/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folder of what is kept for good (--store): JSON files, each written whole or not
 * at all (config/config_write.h). What is read back may have been damaged, or written by
 * another version; whoever asks checks what is in it.
 */
#ifndef DAEMON_STORE_H
#define DAEMON_STORE_H

#include <jansson.h>

/* A longer file is none of ours. */
#define STORE_FILE_MAX (256UL * 1024 * 1024)

/* Makes the folder (mode 0700) if it is missing, its parent must be there, and removes
 * what a killed daemon left unfinished in it. 0 or -errno. */
int store_open(const char *folder);

/* Durable when it returns 0. On -errno the file is as it was, or, where only the folder
 * couldn't be synced, as it was to be: who cares writes or removes it again. Mode 0600. */
int store_write(const char *folder, const char *name, const json_t *json);

/* The same with what is JSON already. */
int store_write_bytes(const char *folder, const char *name, const char *text);

/* -ENOENT: there is none; -EINVAL: it is damaged (no JSON object); else -errno: it can't be
 * read now, whatever is in it. *out is a new
 * reference. */
int store_read(const char *folder, const char *name, json_t **out);

/* Puts a damaged file aside as NAME.damaged, in place of an earlier one. */
int store_put_aside(const char *folder, const char *name);

#endif
