/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * miimon: looks at the members' carrier, since the kernel may hold its own news
 * of it back for up to a second. What the kernel has noted is read for all members
 * of a bond at once where that is possible, else each driver is asked. One timer for each
 * interval that some bond has, at multiples of it, so that many bonds make few turns of the
 * loop. And looks for changes of a bond that the kernel tells nobody of.
 */
#ifndef DAEMON_POLL_H
#define DAEMON_POLL_H

struct daemon;

/* Call after bonds came, went or changed their miimon. */
void poll_update(struct daemon *daemon);
/* In the midst of long work: those that are due. */
void poll_breathe(struct daemon *daemon);
/* Ends all. */
void poll_free(struct daemon *daemon);

#endif
