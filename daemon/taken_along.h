/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a change has taken along that others had put on interfaces (daemon/execute_keep.h),
 * written down for as long as the change can be taken back: the addresses and routes of a
 * NIC that became a member, a route that had to make place, what stood on a VLAN interface
 * that is gone.
 *
 *   taken-along.json  of the change that is under way or waits to be confirmed
 *   giving-back.json  the same, once that change is being taken back
 *
 * Beside it stands what the texts of the files don't say, of how it was before (.former):
 * what others had put and the change made ours, since its files ask for it; and what ran in
 * spite of a faulty file.
 *
 * Both are in the state folder, which lives as long as the interfaces do: after a reboot the
 * kernel has none of it, and whoever put it there puts it there anew. The name tells a daemon
 * that starts whether the change was kept (its journal is gone) or is being taken back (and
 * its journal is gone, too).
 */
#ifndef DAEMON_TAKEN_ALONG_H
#define DAEMON_TAKEN_ALONG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

struct daemon;
struct netlink_ip_copy;

/* An interface that something was taken from. */
struct taken_along_interface {
	uint32_t ifindex;
	char name[MODEL_NAME_SIZE]; /* by which one that was made anew is known */
	bool is_nic;		    /* not made by us, and has an address of its own: */
	uint8_t mac[6];		    /* by which it is known whatever it's called */
};

struct taken_along {
	unsigned int number; /* the change's */
	size_t count;
	struct taken_along_interface *list;
	struct netlink_ip_copy *copy; /* NULL: nothing */
	/* {"adopted": as observe_adopted_json(), "ran": as observe_applied_json()}, either of
	 * which may be missing; or NULL */
	json_t *former;
};

/* 0 or -errno. With nothing in it there is no file afterwards. */
int taken_along_write(struct daemon *daemon, const struct taken_along *taken);
/* .former of what is being given back, a new reference; NULL: there is none. */
json_t *taken_along_former(struct daemon *daemon);
/* The change is for good, or has been undone step by step. */
void taken_along_drop(struct daemon *daemon);
/* It is being taken back: before its journal goes. Of another change than that of the number
 * nothing is given back. */
void taken_along_return(struct daemon *daemon, unsigned int number);
/*
 * Gives it back, after what runs is as before: what is missing, to the interfaces that are
 * what they were, and belong to nothing by now. 0 or more: all of it is there. -errno:
 * something could not be put back, and the file stays for another attempt.
 */
int taken_along_give_back(struct daemon *daemon);
/* No more attempts. */
void taken_along_give_up(struct daemon *daemon);

#endif
