/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/execute_keep.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_find.h"
#include "daemon/nic_runtime.h"
#include "model/plan.h"
#include "netlink/ip_copy.h"

/* An interface, and its name, by which one that was made anew is known. */
struct execute_kept {
	uint32_t ifindex;
	char name[MODEL_NAME_SIZE];
};

struct execute_keep {
	struct daemon *daemon;
	size_t count, room;
	struct execute_kept *list; /* by ifindex */
	struct netlink_ip_copy *copy;
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
	case PLAN_ROUTE_ADD:
	case PLAN_RULE_ADD:
	case PLAN_DHCP_START:
		break;
	}
	return false;
}

static bool keep_add(struct execute_keep *keep, uint32_t ifindex, const char *name)
{
	size_t room = keep->room ? keep->room * 2 : 64;
	struct execute_kept *list;

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
	keep->list[keep->count] = (struct execute_kept){.ifindex = ifindex};
	memcpy(keep->list[keep->count++].name, name, MODEL_NAME_SIZE);
	return true;
}

static bool keep_add_vlans(struct execute_keep *keep, const struct vlan_parent *parent)
{
	for (size_t i = 0; i < parent->vlan_count; i++) {
		if (!keep_add(keep, parent->vlans[i].ifindex, parent->vlans[i].name)) {
			return false;
		}
	}
	return true;
}

/* The NIC that the step makes a member. */
static bool keep_add_member(struct execute_keep *keep, const struct plan_step *step)
{
	struct nic_wanted wanted = nic_wanted_of_member(step->member);
	struct netlink_link link;
	char why[ENGINE_ERROR_SIZE];

	return nic_find(keep->daemon, &wanted, &link, why) < 0 ||
	       keep_add(keep, link.ifindex, link.name);
}

static int keep_compare(const void *left, const void *right)
{
	const struct execute_kept *a = left, *b = right;

	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

static bool keep_list(struct execute_keep *keep, const struct plan *plan)
{
	bool whole = true;

	for (struct bond_runtime *bond = keep->daemon->bonds; bond; bond = bond->next) {
		whole = whole && keep_add(keep, bond->ifindex, bond->name) &&
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
	if (keep->count > 0) {
		qsort(keep->list, keep->count, sizeof(*keep->list), keep_compare);
	}
	return whole;
}

static const struct execute_kept *keep_find(const struct execute_keep *keep, uint32_t ifindex)
{
	struct execute_kept key = {.ifindex = ifindex};

	return keep->count == 0
		       ? NULL
		       : bsearch(&key, keep->list, keep->count, sizeof(key), keep_compare);
}

static bool keep_filter(uint32_t ifindex, void *context)
{
	return keep_find(context, ifindex) != NULL;
}

static uint32_t keep_index(uint32_t ifindex, void *context)
{
	const struct execute_kept *kept = keep_find(context, ifindex);
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name)) {
		return ifindex;
	}
	return kept ? if_nametoindex(kept->name) : 0;
}

int execute_keep_make(struct daemon *daemon, const struct plan *plan, struct execute_keep **out)
{
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
	err = keep_list(keep, plan)
		      ? netlink_ip_copy_make(daemon->netlink, keep_filter, keep, &keep->copy)
		      : -ENOMEM;
	if (err < 0) {
		execute_keep_free(keep);
		return err;
	}
	*out = keep;
	return 0;
}

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
		free(keep->list);
		free(keep);
	}
}
