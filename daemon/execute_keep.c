/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/execute_keep.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_find.h"
#include "daemon/nic_runtime.h"
#include "daemon/routing_internal.h"
#include "daemon/taken_along.h"
#include "model/plan.h"
#include "netlink/ip_copy.h"

struct execute_keep {
	struct daemon *daemon;
	size_t count, room;
	struct taken_along_interface *list; /* by ifindex */
	bool *at_risk;			    /* what is on it may go for good */
	bool any_risk;
	size_t route_count;
	struct netlink_route *routes; /* that steps put, for which others may have to go */
	struct netlink_ip_copy *copy;
	/* What is written down of it, and for whom; NULL: nothing. */
	struct netlink_ip_copy *part;
	unsigned int number;
	json_t *former;
};

static bool keep_step_takes_along(const struct plan_step *step)
{
	switch (step->action) {
	case PLAN_ADDRESS_REMOVE:
	case PLAN_VLAN_REMOVE:
	case PLAN_BOND_REMOVE:
	case PLAN_BOND_DEVICE: /* an MTU too small for IPv6 */
	case PLAN_VLAN_CHANGE:
	case PLAN_MEMBER_ADD:
	case PLAN_MEMBER_CHANGE:
	case PLAN_LINK_UP: /* whose inverse is setting down */
	case PLAN_LINK_DOWN:
	case PLAN_ROUTE_ADD: /* in the place of another */
		return true;
	case PLAN_DHCP_STOP:
	case PLAN_RULE_REMOVE:
	case PLAN_ROUTE_REMOVE:
	case PLAN_MEMBER_REMOVE:
	case PLAN_NIC_REMOVE:
	case PLAN_BOND_ADD:
	case PLAN_BOND_OPTIONS:
	case PLAN_NIC_ADD:
	case PLAN_VLAN_ADD:
	case PLAN_IPV6:
	case PLAN_ADDRESS_ADD:
	case PLAN_RULE_ADD:
	case PLAN_DHCP_START:
		break;
	}
	return false;
}

static bool keep_add(struct execute_keep *keep, uint32_t ifindex, const char *name,
		     const uint8_t *mac)
{
	size_t room = keep->room ? keep->room * 2 : 64;
	struct taken_along_interface *list, *entry;

	if (ifindex == 0) {
		return true;
	}
	if (keep->count == keep->room) {
		list = reallocarray(keep->list, room, sizeof(*list));
		if (!list) {
			return false;
		}
		keep->list = list;
		keep->room = room;
	}
	entry = &keep->list[keep->count++];
	*entry = (struct taken_along_interface){.ifindex = ifindex, .is_nic = mac != NULL};
	memcpy(entry->name, name, MODEL_NAME_SIZE);
	if (mac) {
		memcpy(entry->mac, mac, sizeof(entry->mac));
	}
	return true;
}

static bool keep_add_vlans(struct execute_keep *keep, const struct vlan_parent *parent)
{
	for (size_t i = 0; i < parent->vlan_count; i++) {
		if (!keep_add(keep, parent->vlans[i].ifindex, parent->vlans[i].name, NULL)) {
			return false;
		}
	}
	return true;
}

/* The NIC that the step makes a member. False: there is none, or it can't be told. */
static bool keep_find_member(struct daemon *daemon, const struct plan_step *step,
			     struct netlink_link *link)
{
	struct nic_wanted wanted = nic_wanted_of_member(step->member);
	char why[ENGINE_ERROR_SIZE];

	return nic_find(daemon, &wanted, link, why) == 0;
}

static bool keep_add_member(struct execute_keep *keep, const struct plan_step *step)
{
	struct netlink_link link;
	uint8_t mac[6];

	if (!keep_find_member(keep->daemon, step, &link)) {
		return true;
	}
	nic_own_mac(keep->daemon, &link, mac);
	return keep_add(keep, link.ifindex, link.name, mac);
}

static int keep_compare(const void *left, const void *right)
{
	const struct taken_along_interface *a = left, *b = right;

	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

static bool keep_list(struct execute_keep *keep, const struct plan *plan)
{
	bool whole = true;

	for (struct bond_runtime *bond = keep->daemon->bonds; bond; bond = bond->next) {
		whole = whole && keep_add(keep, bond->ifindex, bond->name, NULL) &&
			keep_add_vlans(keep, &bond->parent);
	}
	for (struct nic_runtime *nic = keep->daemon->nics; nic; nic = nic->next) {
		whole = whole && keep_add_vlans(keep, &nic->parent);
	}
	for (size_t i = 0; i < plan->step_count; i++) {
		if (plan->steps[i].member) {
			whole = whole && keep_add_member(keep, &plan->steps[i]);
		}
	}
	if (keep->list) {
		qsort(keep->list, keep->count, sizeof(*keep->list), keep_compare);
	}
	return whole;
}

static int keep_compare_routes(const void *left, const void *right)
{
	return routing_compare(left, right);
}

/* The places that the steps' routes take. */
static bool keep_list_routes(struct execute_keep *keep, const struct plan *plan)
{
	struct model_route of_default;
	const char *missing;

	keep->routes = calloc(plan->step_count + 1, sizeof(*keep->routes));
	for (size_t i = 0; keep->routes && i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];
		const struct model_route *route = step->route;

		if (step->action != PLAN_ROUTE_ADD) {
			continue;
		}
		if (!route) {
			routing_default(plan_step_interface(step), step->family, &of_default);
			route = &of_default;
		}
		/* Its interfaces, which may not be there yet, don't matter. */
		(void)routing_route_to_netlink(route, 0, &keep->routes[keep->route_count++],
					       &missing);
	}
	if (keep->routes) {
		qsort(keep->routes, keep->route_count, sizeof(*keep->routes),
		      keep_compare_routes);
	}
	return keep->routes != NULL;
}

static const struct taken_along_interface *keep_find(const struct execute_keep *keep,
						     uint32_t ifindex)
{
	struct taken_along_interface key = {.ifindex = ifindex};

	return keep->count == 0
		       ? NULL
		       : bsearch(&key, keep->list, keep->count, sizeof(key), keep_compare);
}

static bool keep_filter(uint32_t ifindex, void *context)
{
	return keep_find(context, ifindex) != NULL;
}

static bool keep_filter_route(const struct netlink_route *route, void *context)
{
	const struct execute_keep *keep = context;

	return bsearch(route, keep->routes, keep->route_count, sizeof(*route),
		       keep_compare_routes) != NULL;
}

static uint32_t keep_index(uint32_t ifindex, void *context)
{
	const struct taken_along_interface *kept = keep_find(context, ifindex);
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name)) {
		return ifindex;
	}
	return kept ? if_nametoindex(kept->name) : 0;
}

int execute_keep_make(struct daemon *daemon, const struct plan *plan, struct execute_keep **out)
{
	struct netlink_ip_copy_filter filter = {.interface = keep_filter};
	struct execute_keep *keep;
	size_t i = 0;
	int err;

	while (i < plan->step_count && !keep_step_takes_along(&plan->steps[i])) {
		i++;
	}
	if (i == plan->step_count) {
		*out = NULL;
		return 0;
	}
	keep = calloc(1, sizeof(*keep));
	if (!keep) {
		return -ENOMEM;
	}
	keep->daemon = daemon;
	err = keep_list(keep, plan) && keep_list_routes(keep, plan) ? 0 : -ENOMEM;
	if (err == 0) {
		filter.context = keep;
		filter.route = keep->route_count > 0 ? keep_filter_route : NULL;
		err = netlink_ip_copy_make(daemon->netlink, &filter, &keep->copy);
	}
	if (err < 0) {
		execute_keep_free(keep);
		return err;
	}
	*out = keep;
	return 0;
}

/* --- for longer -------------------------------------------------------------- */

static void keep_risk(struct execute_keep *keep, uint32_t ifindex, bool risk)
{
	const struct taken_along_interface *found = ifindex ? keep_find(keep, ifindex) : NULL;

	if (found) {
		keep->at_risk[found - keep->list] = risk;
		keep->any_risk |= risk;
	}
}

static void keep_risk_named(struct execute_keep *keep, const struct plan_step *step, bool risk)
{
	const struct vlan_parent *parent = vlan_parent_of(keep->daemon, step->parent);
	const struct vlan_runtime *vlan =
		parent ? vlan_parent_find(parent, step->interface) : NULL;

	if (vlan) {
		keep_risk(keep, vlan->ifindex, risk);
	} else if (parent && strcmp(parent->name, step->interface) == 0) {
		keep_risk(keep, parent->ifindex, risk);
	}
}

static void keep_risk_step(struct execute_keep *keep, const struct plan_step *step)
{
	const struct vlan_parent *parent;
	struct netlink_link link;

	switch (step->action) {
	case PLAN_MEMBER_ADD:
	case PLAN_MEMBER_CHANGE:
		if (step->member && keep_find_member(keep->daemon, step, &link)) {
			keep_risk(keep, link.ifindex, true);
		}
		break;
	case PLAN_BOND_DEVICE:
		parent = vlan_parent_of(keep->daemon, step->parent);
		for (size_t i = 0; parent && i < parent->vlan_count; i++) {
			keep_risk(keep, parent->vlans[i].ifindex, true);
		}
		keep_risk_named(keep, step, true);
		break;
	case PLAN_ADDRESS_REMOVE:
	case PLAN_VLAN_REMOVE:
	case PLAN_BOND_REMOVE:
	case PLAN_VLAN_CHANGE:
	case PLAN_LINK_DOWN:
		keep_risk_named(keep, step, true);
		break;
	case PLAN_DHCP_STOP:
	case PLAN_RULE_REMOVE:
	case PLAN_ROUTE_REMOVE:
	case PLAN_MEMBER_REMOVE:
	case PLAN_NIC_REMOVE:
	case PLAN_BOND_ADD:
	case PLAN_BOND_OPTIONS:
	case PLAN_NIC_ADD:
	case PLAN_VLAN_ADD:
	case PLAN_LINK_UP:
	case PLAN_IPV6:
	case PLAN_ADDRESS_ADD:
	case PLAN_ROUTE_ADD:
	case PLAN_RULE_ADD:
	case PLAN_DHCP_START:
		break;
	}
}

static bool keep_filter_risk(uint32_t ifindex, void *context)
{
	const struct execute_keep *keep = context;
	const struct taken_along_interface *found = keep_find(keep, ifindex);

	return found && keep->at_risk[found - keep->list];
}

/* What a DHCP client or a router lends to an interface of ours is lent anew; on a NIC that
 * isn't, the client knows nothing of what we do to it. */
static bool keep_filter_address(const struct netlink_address *address, void *context)
{
	const struct taken_along_interface *found = keep_find(context, address->ifindex);

	return (found && found->is_nic) || (address->flags & IFA_F_PERMANENT);
}

static int keep_write(const struct execute_keep *keep)
{
	struct taken_along taken = {.number = keep->number,
				    .copy = keep->part,
				    .list = calloc(keep->count + 1, sizeof(*taken.list)),
				    .former = keep->former};
	int err;

	if (!taken.list) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < keep->count; i++) {
		if (keep->at_risk[i]) {
			taken.list[taken.count++] = keep->list[i];
		}
	}
	err = taken_along_write(keep->daemon, &taken);
	free(taken.list);
	return err;
}

int execute_keep_write(struct execute_keep *keep, const struct plan *plan, unsigned int number,
		       json_t *former)
{
	struct netlink_ip_copy_filter filter = {
		.interface = keep_filter_risk, .address = keep_filter_address, .context = keep};
	int err = 0;

	keep->number = number;
	keep->former = json_incref(former);
	keep->at_risk = calloc(keep->count + 1, sizeof(*keep->at_risk));
	if (!keep->at_risk) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < plan->step_count; i++) {
		keep_risk_step(keep, &plan->steps[i]);
	}
	for (size_t i = 0; i < plan->step_count; i++) {
		/* Its routes are the client's, which can't be told from others'. */
		if (plan->steps[i].action == PLAN_DHCP_STOP) {
			keep_risk_named(keep, &plan->steps[i], false);
		}
	}
	filter.route = keep->route_count > 0 ? keep_filter_route : NULL;
	if (keep->any_risk || filter.route) {
		err = netlink_ip_copy_part(keep->copy, &filter, &keep->part);
	}
	return err < 0 ? err : keep_write(keep);
}

void execute_keep_settle(struct execute_keep *keep)
{
	int err;

	if (!keep->part || netlink_ip_copy_count(keep->part) == 0) {
		return;
	}
	err = netlink_ip_copy_keep_gone(keep->daemon->netlink, keep->part);
	if (err == 0) {
		err = keep_write(keep);
	}
	if (err < 0) {
		/* There is more in it than is needed, then. */
		log_line(LOG_LEVEL_WARNING, "what the steps took along isn't known: %s",
			 strerror(-err));
	}
}

/* --- the way back -------------------------------------------------------------- */

bool execute_keep_restore(struct execute_keep *keep)
{
	int result = keep ? netlink_ip_copy_restore(keep->daemon->netlink, keep->copy,
						    keep_index, keep)
			  : 0;

	if (result > 0) {
		log_line(LOG_LEVEL_NOTICE,
			 "%d addresses and routes that had gone with the steps are back "
			 "event=restored",
			 result);
	} else if (result < 0) {
		log_line(LOG_LEVEL_ERROR,
			 "not all addresses and routes that were there could be put back: %s "
			 "event=step_failed",
			 strerror(-result));
	}
	return result >= 0;
}

void execute_keep_free(struct execute_keep *keep)
{
	if (keep) {
		netlink_ip_copy_free(keep->copy);
		netlink_ip_copy_free(keep->part);
		json_decref(keep->former);
		free(keep->list);
		free(keep->at_risk);
		free(keep->routes);
		free(keep);
	}
}
