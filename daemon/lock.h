/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One daemon a state folder: a lock on the folder, which can be had where nothing
 * can be written, and portchanneld.pid in it, which says who holds it. And one a
 * network namespace, whatever folders it was given: a Unix socket with a name that
 * belongs to the namespace. The kernel drops both when the process ends, however it
 * ends.
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

/* Takes the present network namespace. As lock_take(); *holder is 0 if unknown. -EACCES:
 * a process without rights has taken the name, which keeps nobody from running; -errno
 * else. */
int lock_take_network(pid_t *holder);

/* Makes the present process the one that holds it; after a fork. */
void lock_own_network(int lock);

#endif
