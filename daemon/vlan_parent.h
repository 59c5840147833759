/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What carries VLAN interfaces: a bond, or a NIC that is no member. Everything that
 * concerns them alone stands here, whichever of the two it is.
 */
#ifndef DAEMON_VLAN_PARENT_H
#define DAEMON_VLAN_PARENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/addresses.h"
#include "engine/engine.h"

struct changes;
struct daemon;
struct wanted;

struct vlan_runtime {
	char name[ENGINE_NAME_SIZE];
	uint16_t vid;
	uint32_t ifindex; /* 0: somebody moved it into another network namespace */
	bool gone;	  /* watch.c: somebody deleted it */
	bool removing;	  /* vlan_change.c: it's about to go */
	struct address_set addresses;
};

struct vlan_parent {
	struct daemon *daemon;
	char name[ENGINE_NAME_SIZE];
	uint32_t ifindex;
	struct engine_bond *path; /* its owner's; NULL before and after it runs */
	size_t vlan_count;
	struct vlan_runtime *vlans;
	bool save_wanted; /* what the next daemon has to know is different now */
};

/* path and ifindex are set when they are known. */
void vlan_parent_init(struct vlan_parent *parent, struct daemon *daemon, const char *name);
/* Forgets what runs on it, which goes on. */
void vlan_parent_clear(struct vlan_parent *parent);

/* NULL: there is none of that name, or index. */
struct vlan_runtime *vlan_parent_find(const struct vlan_parent *parent, const char *name);
struct vlan_runtime *vlan_parent_find_index(const struct vlan_parent *parent, uint32_t ifindex);

/* Lists one more; NULL: no memory. */
struct vlan_runtime *vlan_parent_append(struct vlan_parent *parent, const char *name,
					uint16_t vid, uint32_t ifindex);
/* Lists those that the data path has, after a takeover. */
void vlan_parent_list(struct vlan_parent *parent);
/* Takes one out of the list, and what is left of it out of the data path: somebody
 * deleted it, or it is to go. */
void vlan_parent_forget(struct vlan_parent *parent, size_t index);

/* Forgets those that somebody deleted (.gone). One that was moved into another network
 * namespace, a container's, goes on working there: it stays in the list, with .ifindex 0,
 * and its file's address and routes wait until it comes back. */
void vlan_parent_check_gone(struct vlan_parent *parent);
/* Once a second: looks whether one of those has come back, or is gone for good. */
void vlan_parent_look(struct vlan_parent *parent);

/* --- vlan_change.c */

/* Lists those that the data path has, with the addresses that were put on them, by
 * name in a JSON object, which may be NULL. */
void vlan_parent_take_over(struct vlan_parent *parent, const json_t *addresses);
/* Removes those that aren't wanted, or whose VLAN id is another now. */
void vlan_parent_remove_unwanted(struct vlan_parent *parent, const struct wanted *wanted,
				 struct changes *changes);
void vlan_parent_remove_all(struct vlan_parent *parent);
/* Makes those that are absent, changes the others. before: what was wanted until
 * now, NULL if that isn't known. */
void vlan_parent_apply(struct vlan_parent *parent, const struct wanted *before,
		       const struct wanted *wanted, struct changes *changes);

/* --- vlan_parent.c */

void vlan_parent_want_save(struct vlan_parent *parent);
/* An event of this parent, in the log too; vlan may be NULL. */
void vlan_parent_event(struct vlan_parent *parent, const char *name, const char *vlan,
		       const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
