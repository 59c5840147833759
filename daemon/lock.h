/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One daemon a state folder: a lock on the folder, which can be had where nothing
 * can be written, and portchanneld.pid in it, which says who holds it. The kernel
 * drops the lock when the process ends, however it ends.
 */
#ifndef DAEMON_LOCK_H
#define DAEMON_LOCK_H

#include <sys/types.h>

/* Creates the folder if needed and takes the lock. Returns the file descriptor
 * to keep open, or -errno; -EWOULDBLOCK: another process holds it, *holder is
 * its id (0 if unknown). */
int lock_take(const char *folder, pid_t *holder);

/* Writes the present process's id; after a fork. 0 or -errno: a folder without room
 * is no reason not to run. */
int lock_write_pid(int lock);

#endif
