/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A NIC that is no member and carries VLAN interfaces. The NIC itself is none of ours:
 * its file, if it has one, its addresses and its being up are its own, but for one
 * thing: a NIC that is down is set up, as ifup does with the device under a VLAN
 * interface.
 *
 *   nic_runtime.c  one of them: there or not, its carrier, what somebody does to it
 *   nic_apply.c    what the plan does with it; from one daemon to the next
 *   nic_state.c    what is kept for the next daemon
 *
 * An entry is there as long as the files have VLAN interfaces on the NIC, also while
 * the NIC isn't: when it comes, they are made.
 */
#ifndef DAEMON_NIC_RUNTIME_H
#define DAEMON_NIC_RUNTIME_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/vlan_parent.h"
#include "daemon/wanted.h"
#include "engine/engine.h"
#include "netlink/netlink.h"

struct daemon;
struct model;

struct nic_runtime {
	struct daemon *daemon;
	struct nic_runtime *next;
	struct vlan_parent parent;   /* .name as in the files; .path NULL: it isn't in use */
	char name[ENGINE_NAME_SIZE]; /* what it's called now; "" while it isn't in use */
	struct wanted *wanted; /* its VLAN interfaces; of the bond, only the name counts */
	struct engine_member_saved saved;
	char refused[ENGINE_ERROR_SIZE]; /* why it isn't in use, in a sentence */
	bool carrier;			 /* as it was last told to the VLAN interfaces */
	uint64_t followed_us;
	char follow_error[ENGINE_ERROR_SIZE]; /* said already; "" none */
	char repair_error[ENGINE_ERROR_SIZE]; /* likewise */
	int save_error;
	bool foreign;  /* taken over, and the files that it comes from are other ones */
	bool returned; /* it came into use by itself, and waits for what is to be on it */
	bool touched;  /* watch.c: there is news of it or of what stands on it */
	bool gone;     /* watch.c: it was deleted, or moved away */
};

/* --- nic_runtime.c */

struct nic_runtime *nic_runtime_find(const struct daemon *daemon, const char *name);
/* The entry of that name, made if need be, not yet in use; NULL: no memory. */
struct nic_runtime *nic_runtime_get(struct daemon *daemon, const char *name);
/*
 * Takes the NIC into use, if it is there and free; hwaddr is the files', NULL: they have
 * none. What a former daemon left running on it is taken over. 0, also when it is in use
 * already, or -errno with a sentence in error and in nic->refused. *was_down, which may be
 * NULL: it was set up for that.
 */
int nic_runtime_open(struct nic_runtime *nic, const uint8_t *hwaddr, bool *was_down,
		     struct engine_error *error);
/* The same with the NIC that it is. */
int nic_runtime_open_link(struct nic_runtime *nic, struct netlink_link *link, bool *was_down,
			  struct engine_error *error);
/* What was applied to it is this now, which is taken. */
void nic_runtime_set_wanted(struct nic_runtime *nic, struct wanted *wanted);
/* Removes what is on the NIC and leaves it as it was; the entry stays. */
void nic_runtime_let_go(struct nic_runtime *nic, const char *why);
/* The same, and frees the entry and forgets its saved state. */
void nic_runtime_remove(struct nic_runtime *nic, const char *why);
/* Frees the entry; what runs goes on. */
void nic_runtime_free(struct nic_runtime *nic);

/* After news of it, or of a NIC that may be the one it waits for. */
void nic_runtime_check(struct nic_runtime *nic);
/* Whether news of this link concerns it. */
bool nic_runtime_concerns(const struct nic_runtime *nic, const struct netlink_link *link);
/* Once a second: what makes no news. */
void nic_runtime_poll(struct nic_runtime *nic);

/* --- nic_apply.c */

/* First at the start: what a former daemon left is taken over as it runs. */
void nics_take_over(struct daemon *daemon);
/* The entry, to be used for a model's VLAN interfaces: made, and the NIC taken into use if
 * it is there. hwaddr is the files', NULL: they have none. *was_down as in
 * nic_runtime_open(). 0 or -errno with a sentence; -ENODEV: it isn't there, and is waited
 * for. */
int nic_apply_add(struct daemon *daemon, const char *name, const uint8_t *hwaddr,
		  bool *was_down, struct engine_error *error);
/* Those that the model has become the files' own, whatever was known of them. */
void nics_claim(struct daemon *daemon, const struct model *model);
/* Frees entries that are left without VLAN interfaces. */
void nics_remove_idle(struct daemon *daemon);
/* Adds what was applied to NICs to the model; false: no memory. */
bool nics_add_to_model(const struct daemon *daemon, struct model *model);

/* --- nic_state.c */

struct nic_state {
	char name[ENGINE_NAME_SIZE];
	const char *config; /* folder of the files that it comes from */
	struct wanted *wanted;
	uint32_t ifindex;
	struct engine_member_saved saved;
	bool unfinished; /* as in struct bond_state */
};

/* Failure is logged: it runs all the same. */
void nic_state_write(struct nic_runtime *nic);
/* The same before an application begins, with what it is about to add. */
void nic_state_write_ahead(struct nic_runtime *nic, const struct wanted *ahead);
void nic_state_forget(struct daemon *daemon, const char *name);
/* Calls back with each that the folder holds; the callback may take .wanted. */
typedef void nic_state_callback(struct nic_state *state, void *context);
void nic_state_read_all(const char *folder, nic_state_callback *callback, void *context);

#endif
