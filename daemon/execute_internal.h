/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the executor share. */
#ifndef DAEMON_EXECUTE_INTERNAL_H
#define DAEMON_EXECUTE_INTERNAL_H

#include "daemon/execute.h"
#include "daemon/vlan_parent.h"
#include "netlink/route.h"

/* What of a step isn't in any model, kept for undoing it. */
struct execute_memory {
	bool was_so; /* nothing was done, so nothing is to be undone */
	bool has_route;
	struct netlink_route route; /* that had to make place */
	bool has_slot;
	uint8_t slot; /* of a member that was taken out */
	bool has_mac;
	uint8_t mac[6]; /* a bond's, before a step that gave it another */
	bool was_down;	/* a NIC that was set up */
	bool has_preference;
	uint32_t preference; /* that the kernel had chosen for a rule */
};

/* One step at work. */
struct execute_task {
	struct execution *execution;
	struct daemon *daemon;
	const struct plan_step *step;
	bool undoes; /* it is the inverse of one that was done */
	/* To be filled in by a step, and heeded by its inverse. NULL: nothing was kept. */
	struct execute_memory **memory;
	char error[EXECUTE_ERROR_SIZE];
};

/* What a step's function returns beside 0 and -errno with task->error filled in. */
enum execute_result {
	EXECUTE_RESULT_NOTHING = 1, /* it was so already */
	EXECUTE_RESULT_ABSENT,	    /* what it is on isn't there */
	EXECUTE_RESULT_LATER,	    /* it isn't done, task->error says why; but it is wanted */
};

typedef int execute_function(struct execute_task *task);

execute_function execute_bond_add, execute_bond_remove, execute_bond_device,
	execute_bond_options, execute_member_add, execute_member_remove, execute_member_change;
execute_function execute_vlan_add, execute_vlan_change, execute_nic_add, execute_nic_remove;
execute_function execute_link, execute_ipv6, execute_address_add, execute_address_remove,
	execute_route_add, execute_route_remove, execute_rule_add, execute_rule_remove,
	execute_dhcp_start, execute_dhcp_stop;

/* Many VLAN interfaces of one parent at once: outcomes[i] is DONE or FAILED for the i-th,
 * task->error says why of the first that failed. */
void execute_vlans_remove(struct execute_task *task, const struct plan_step *steps,
			  size_t count, enum execute_outcome *outcomes);

/* Whether it has an MTU that is too small for IPv6. */
bool execute_mtu_lacks_ipv6(const struct model_interface *interface);
/* With such an MTU the kernel forgets an interface's IPv6 settings: gives them to it again,
 * and to all VLAN interfaces of parent, if that isn't NULL. */
void execute_ipv6_anew(struct execute_task *task, const struct vlan_parent *parent,
		       const struct model_interface *interface);

/* What is kept of the step, made if it isn't there; NULL: no memory. */
struct execute_memory *execute_remember(struct execute_task *task);
/* Fills in task->error. Returns err. */
int execute_fail(struct execute_task *task, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A step that failed has left something behind, or away. */
void execute_note_stuck(struct execute_task *task, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Adds a sentence on what is different now. */
void execute_change(struct execute_task *task, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The interface that the step is about; 0: it isn't there. */
uint32_t execute_ifindex(const struct execute_task *task);

#endif
