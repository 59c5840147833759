/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From one configuration to another, as a list of steps in the order in which they
 * are done. Pure: two models in, steps out. The daemon makes the first model of what
 * runs (what was applied last, less what somebody took away since), the second is
 * the files'.
 *
 * Every step has an inverse, so that a plan which fails halfway is undone by the
 * inverses of the steps done, in reverse. Steps that take away come first, those that
 * add last, so that an address, a VLAN id or a NIC can move from one interface to
 * another; among each, an interface is there before what is put on it.
 */
#ifndef MODEL_PLAN_H
#define MODEL_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"

/* What a step disturbs; the greater, the worse. */
enum plan_disruption {
	PLAN_DISRUPTION_NONE = 0, /* no packet of anything that runs on */
	PLAN_DISRUPTION_VLAN,	  /* that VLAN interface's (or, of addresses, routes: their
				   * users') traffic only */
	PLAN_DISRUPTION_MEMBER,	  /* a member leaves the bond, for a moment or for good */
	PLAN_DISRUPTION_BOND, /* all of the bond's traffic stops, for a moment or for good */
};

enum plan_action {
	/* Taking away. */
	PLAN_DHCP_STOP = 0,
	PLAN_RULE_REMOVE,
	PLAN_ROUTE_REMOVE,
	PLAN_ADDRESS_REMOVE,
	PLAN_VLAN_REMOVE,
	PLAN_MEMBER_REMOVE,
	PLAN_BOND_REMOVE,
	PLAN_NIC_REMOVE, /* a NIC carries VLAN interfaces of ours no more */
	/* Making and changing. */
	PLAN_BOND_ADD,
	PLAN_BOND_DEVICE,  /* MTU, MAC, hash policy, hook: what the engine changes at once */
	PLAN_BOND_OPTIONS, /* mode, miimon, LACP's: what the core is told */
	PLAN_NIC_ADD,
	PLAN_MEMBER_ADD,
	PLAN_MEMBER_CHANGE, /* HWADDR: by what its NIC is known */
	PLAN_VLAN_ADD,
	PLAN_VLAN_CHANGE, /* MTU, MAC */
	PLAN_LINK_UP,	  /* ONBOOT=yes, of a bond or a VLAN interface that is there already;
			   * adding one sets it up at once */
	PLAN_LINK_DOWN,	  /* only as an inverse: ONBOOT=no leaves alone what is up */
	PLAN_IPV6,	  /* router advertisements heeded or not */
	PLAN_ADDRESS_ADD,
	PLAN_ROUTE_ADD,
	PLAN_RULE_ADD,
	PLAN_DHCP_START,
};

/*
 * One step. The pointers are into the two models, which must outlive the plan; which
 * are set depends on the action: .vlan for VLAN interfaces, NICs under them and what is on
 * them, else .bond; .member, .address, .route, .rule for those. The plain ones are of the
 * model that is wanted, the .former_* ones of what runs: removing has only former ones,
 * adding only plain ones, changing both. But the interface that an address, a route, a
 * rule or a DHCP client is on is set on both sides where it is in both models.
 */
struct plan_step {
	enum plan_action action;
	enum plan_disruption disruption;
	char parent[MODEL_NAME_SIZE];	 /* the bond, or the NIC under VLAN interfaces */
	char interface[MODEL_NAME_SIZE]; /* that the step is about; a member's or VLAN's name */
	int family; /* of PLAN_DHCP_* and of a default route: AF_INET or AF_INET6 */
	const struct model_bond *bond, *former_bond;
	const struct model_vlan *vlan, *former_vlan;
	const struct model_member *member, *former_member;
	const struct model_address *address, *former_address;
	/* Of PLAN_ROUTE_*; NULL on both sides: GATEWAY's, the default route of .family. */
	const struct model_route *route, *former_route;
	const struct model_rule *rule, *former_rule;
	struct model_source source; /* where the files ask for it */
	char *text;		    /* "add 10.1.2.3/24 to bond0.652" */
};

struct plan {
	size_t step_count;
	struct plan_step *steps;
};

/* The interface that the step is about, of the wanted and of the running model; NULL: not
 * in that one. */
const struct model_interface *plan_step_interface(const struct plan_step *step);
const struct model_interface *plan_step_former_interface(const struct plan_step *step);

/* Which interfaces a plan is about; what is not in it is left as it runs. A bond in it
 * does not take its VLAN interfaces in. */
struct plan_scope {
	size_t count;
	const char *const *names; /* sorted by strcmp() */
};

/*
 * The steps from *running to *wanted, both valid; scope NULL: all of them. Routes and
 * rules that come with an interface, and everything on one that is removed, have steps
 * of their own. *plan is untouched and false returned for lack of memory.
 * Time: about n log n in the number of interfaces.
 */
bool plan_make(const struct model *running, const struct model *wanted,
	       const struct plan_scope *scope, struct plan *plan);
void plan_free(struct plan *plan);

/* The step that undoes this one, sharing its text. */
struct plan_step plan_step_inverse(const struct plan_step *step);

/* One setting that a step changes. */
struct plan_difference {
	const char *name; /* "lacp_rate", "MTU" */
	char from[32], to[32];
	enum plan_disruption disruption;
};

#define PLAN_DIFFERENCES_MAX 16

/* What PLAN_BOND_DEVICE, PLAN_BOND_OPTIONS or PLAN_VLAN_CHANGE changes; none with other
 * actions. Returns how many were filled in. */
size_t plan_step_differences(const struct plan_step *step,
			     struct plan_difference out[PLAN_DIFFERENCES_MAX]);

/* Does the step to a model, which has to be as it is found when the step is reached: what
 * is left when all steps are done has no difference to what was wanted. False: no memory;
 * the model may then be half changed. What is not there is not taken away again, and what
 * is there not added, which is no error. */
bool plan_step_to_model(const struct plan_step *step, struct model *model);

/* The worst of all steps'. */
enum plan_disruption plan_disruption(const struct plan *plan);

/* "vlan_add", ...; "none", "vlan", "member", "bond". */
const char *plan_action_name(enum plan_action action);
const char *plan_disruption_name(enum plan_disruption disruption);

#endif
