/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files put on the disk so that a crash or a loss of power at any moment leaves the old
 * or the new one, whole: written under another name in the same folder, synced, renamed,
 * the folder synced.
 */
#ifndef CONFIG_CONFIG_WRITE_H
#define CONFIG_CONFIG_WRITE_H

#include <stddef.h>

#include "config/config_texts.h"

/* Names of unfinished files begin with this; no reader takes them for a
 * configuration. */
#define CONFIG_TEMPORARY_PREFIX ".portchannel-"

/*
 * Writes bytes as folder/name. A file of that name keeps its mode, owner, group and
 * extended attributes (an SELinux label among them); a symbolic link goes on to point
 * where it does, and what it points to is replaced; a new file has *as's mode and owner,
 * or, with as NULL, 0644 and the process's. 0 or -errno: no temporary file is left, and
 * the old one is untouched, unless it was the folder that couldn't be synced: then the new
 * one is there, and a loss of power may bring back the old.
 */
int config_file_write(const char *folder, const char *name, const void *bytes, size_t size,
		      const struct config_text *as);

/* Removes the file durably; none there is no error. */
int config_file_remove(const char *folder, const char *name);

/* Makes durable what folder/name is now, or that there is none: after a change of it that
 * failed, or whose end nobody has seen, the disk may still know it otherwise. 0 or
 * -errno. */
int config_file_sync(const char *folder, const char *name);

/* Removes what a killed process left unfinished in the folder. Returns how many, or
 * -errno. */
int config_temporaries_remove(const char *folder);

/* Brings one file to what text says: bytes, mode and owner; NULL: removes it. */
int config_file_restore(const char *folder, const char *name, const struct config_text *text);

#endif
