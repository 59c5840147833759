/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What carries VLAN interfaces: a bond, or a NIC that is no member. Everything that
 * concerns them alone stands here, whichever of the two it is.
 */
#ifndef DAEMON_VLAN_PARENT_H
#define DAEMON_VLAN_PARENT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

struct daemon;
struct model_interface;
struct model_vlan;
struct wanted;

struct vlan_runtime {
	char name[ENGINE_NAME_SIZE];
	uint16_t vid;
	uint32_t ifindex; /* 0: somebody moved it into another network namespace */
	bool gone;	  /* watch.c: somebody deleted it */
	bool removing;	  /* vlan_change.c: it's about to go */
};

struct vlan_parent {
	struct daemon *daemon;
	char name[ENGINE_NAME_SIZE];
	uint32_t ifindex;
	struct engine_bond *path; /* its owner's; NULL before and after it runs */
	struct wanted *wanted;	  /* its owner's: what was applied */
	size_t vlan_count;
	struct vlan_runtime *vlans; /* by name */
	bool save_wanted;	    /* what the next daemon has to know is different now */
	/* The former daemon ended in the midst of an application: what is down here may
	 * have been about to be set up. */
	bool unfinished;
};

/* path and ifindex are set when they are known. */
void vlan_parent_init(struct vlan_parent *parent, struct daemon *daemon, const char *name);
/* Forgets what runs on it, which goes on. */
void vlan_parent_clear(struct vlan_parent *parent);

/* NULL: there is none of that name, or index. */
struct vlan_runtime *vlan_parent_find(const struct vlan_parent *parent, const char *name);
struct vlan_runtime *vlan_parent_find_index(const struct vlan_parent *parent, uint32_t ifindex);

/* Lists one more, in its place; NULL: no memory. */
struct vlan_runtime *vlan_parent_insert(struct vlan_parent *parent, const char *name,
					uint16_t vid, uint32_t ifindex);
/* Lists those that the data path has, after a takeover. */
void vlan_parent_list(struct vlan_parent *parent);
/* Has what is configured say nothing of VLAN interfaces that aren't listed, and all that
 * are; false: no memory. unfinished: of what is configured some may not have come to pass;
 * then it says, too, which of them have been set up. */
bool vlan_parent_reconcile(struct vlan_parent *parent, bool unfinished);
/* Of such: ONBOOT becomes what the interface is, up or down. */
void vlan_parent_see_link(struct daemon *daemon, uint32_t ifindex,
			  struct model_interface *interface);
/* Takes one out of the list, and what is left of it out of the data path: somebody
 * deleted it, or it is to go. */
void vlan_parent_forget(struct vlan_parent *parent, size_t index);

/* Forgets those that somebody deleted (.gone). One that was moved into another network
 * namespace, a container's, goes on working there: it stays in the list, with .ifindex 0,
 * and its file's address and routes wait until it comes back. */
void vlan_parent_check_gone(struct vlan_parent *parent);
/* Once a second: looks whether one of those has come back, or is gone for good. */
void vlan_parent_look(struct vlan_parent *parent);

/* The bond or NIC of that name that carries VLAN interfaces; NULL: there is none. */
struct vlan_parent *vlan_parent_of(struct daemon *daemon, const char *name);

/* What was applied to the bond or VLAN interface with that index; NULL: it's none of
 * ours. */
const struct model_interface *interface_applied(const struct daemon *daemon, uint32_t ifindex);

/* Rules outlive the interface that they came with; removes those of one that is gone. */
void interface_remove_rules(struct daemon *daemon, const struct model_interface *interface);

/* --- vlan_change.c */

/* Makes the VLAN interface, with its IPv6 settings, and sets it up if it is to be; if that
 * alone fails, it's an error only with strict. 0, or -errno with error filled in and nothing
 * left. */
int vlan_parent_add(struct vlan_parent *parent, const struct model_vlan *vlan, bool strict,
		    struct engine_error *error);
/* Brings its MTU and MAC to what the model says. */
int vlan_parent_change(struct vlan_parent *parent, const struct model_vlan *vlan,
		       struct engine_error *error);
/* Removes those that were marked, all at once: which costs little more than one. Those
 * that couldn't be are still listed. 0 or -errno with the first error. */
void vlan_parent_mark(struct vlan_parent *parent, const char *name);
int vlan_parent_remove_marked(struct vlan_parent *parent, struct engine_error *error);
void vlan_parent_remove_all(struct vlan_parent *parent);

/* --- vlan_parent.c */

void vlan_parent_want_save(struct vlan_parent *parent);
/* An event of this parent, in the log too; vlan may be NULL. */
void vlan_parent_event(struct vlan_parent *parent, const char *name, const char *vlan,
		       const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same of a bond, about a member or VLAN interface of its, or about none. */
void vlan_parent_event_list(struct vlan_parent *parent, const char *name, const char *about,
			    const char *format, va_list arguments)
	__attribute__((format(printf, 4, 0)));

#endif
