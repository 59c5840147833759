/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether the IPv4 addresses that a plan adds are free: on this host (then that is known
 * at once), and on the links that they are to be on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/address_late.h"
#include "daemon/addresses.h"
#include "daemon/apply_internal.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/nic_find.h"
#include "daemon/snapshot.h"
#include "daemon/vlan_parent.h"

static bool apply_is_checked(const struct plan_step *step)
{
	return step->action == PLAN_ADDRESS_ADD && step->address->family == AF_INET &&
	       !step->address->unchecked && plan_step_interface(step)->address_check;
}

/* Where to ask. */
static struct address_query apply_query(struct daemon *daemon, const struct plan_step *step)
{
	const struct vlan_parent *parent = vlan_parent_of(daemon, step->parent);
	const struct vlan_runtime *vlan =
		parent && step->vlan ? vlan_parent_find(parent, step->interface) : NULL;
	struct address_query query = {0};

	memcpy(query.address, step->address->bytes, sizeof(query.address));
	if (vlan && vlan->vid == step->vlan->vid) {
		query.ifindex = vlan->ifindex;
	} else if (parent) {
		query.ifindex = parent->ifindex;
		query.vid = step->vlan ? step->vlan->vid : 0;
	} else if (step->vlan && step->vlan->parent_is_nic) {
		query.ifindex = if_nametoindex(step->parent);
		query.vid = step->vlan->vid;
	}
	return query;
}

/* Whether the step makes that interface a member, which has no addresses. */
static bool apply_makes_member(struct daemon *daemon, const struct plan_step *step,
			       uint32_t ifindex)
{
	struct nic_wanted wanted;
	struct netlink_link link;
	char why[ENGINE_ERROR_SIZE];

	if ((step->action != PLAN_MEMBER_ADD && step->action != PLAN_MEMBER_CHANGE) ||
	    !step->member) {
		return false;
	}
	wanted = nic_wanted_of_member(step->member);
	return nic_find(daemon, &wanted, &link, why) == 0 && link.ifindex == ifindex;
}

/* Whether the plan takes that address away from where it is, with its interface if need
 * be. */
static bool apply_takes_away(const struct apply *apply, const struct netlink_address *address,
			     const char *interface)
{
	for (size_t i = 0; i < apply->plan.step_count; i++) {
		const struct plan_step *step = &apply->plan.steps[i];
		bool of_it = strcmp(step->interface, interface) == 0;

		if (of_it && step->action == PLAN_ADDRESS_REMOVE &&
		    step->former_address->family == AF_INET &&
		    memcmp(step->former_address->bytes, address->bytes, 4) == 0) {
			return true;
		}
		if ((of_it &&
		     (step->action == PLAN_VLAN_REMOVE || step->action == PLAN_BOND_REMOVE)) ||
		    apply_makes_member(apply->daemon, step, address->ifindex)) {
			return true;
		}
	}
	return false;
}

/* One that another interface here has. Only who wants all or nothing is refused it: the
 * same address on two interfaces may be meant. */
static void apply_check_here(struct apply *apply, const struct snapshot *snapshot,
			     const struct plan_step *step)
{
	char name[IF_NAMESIZE], text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < snapshot->address_count && !apply->code; i++) {
		const struct netlink_address *address = &snapshot->addresses[i];

		if (address->family != AF_INET ||
		    memcmp(address->bytes, step->address->bytes, 4) != 0 ||
		    !if_indextoname(address->ifindex, name) ||
		    strcmp(name, step->interface) == 0 ||
		    apply_takes_away(apply, address, name)) {
			continue;
		}
		address_text(step->address, text);
		apply_fail(apply, "address_in_use", "%s can't be put on %s: %s has it", text,
			   step->interface, name);
	}
}

static int apply_check_all_here(struct apply *apply)
{
	struct snapshot snapshot;
	int err = snapshot_read_addresses(apply->daemon->netlink, AF_INET, &snapshot);

	if (err < 0) {
		return err;
	}
	for (size_t i = 0; i < apply->query_count; i++) {
		apply_check_here(apply, &snapshot, &apply->plan.steps[apply->query_steps[i]]);
	}
	snapshot_free(&snapshot);
	return 0;
}

int apply_probe_prepare(struct apply *apply)
{
	const struct plan *plan = &apply->plan;
	int err = 0;

	apply->queries = calloc(plan->step_count + 1, sizeof(*apply->queries));
	apply->query_steps = calloc(plan->step_count + 1, sizeof(*apply->query_steps));
	if (!apply->queries || !apply->query_steps) {
		apply_fail(apply, "failed", "out of memory");
		return -ENOMEM;
	}
	for (size_t i = 0; i < plan->step_count; i++) {
		if (apply_is_checked(&plan->steps[i])) {
			apply->query_steps[apply->query_count] = i;
			apply->queries[apply->query_count++] =
				apply_query(apply->daemon, &plan->steps[i]);
		}
	}
	if (apply->strict && apply->query_count > 0) {
		err = apply_check_all_here(apply);
	}
	if (err < 0) {
		apply_fail(apply, "failed", "the addresses here can't be listed: %s",
			   strerror(-err));
	}
	return err;
}

/* Takes the step out of the plan. */
static void apply_drop_step(struct plan *plan, size_t index)
{
	free(plan->steps[index].text);
	plan->step_count--;
	memmove(&plan->steps[index], &plan->steps[index + 1],
		(plan->step_count - index) * sizeof(*plan->steps));
}

static void apply_drop_address(struct apply *apply, const uint8_t bytes[4], const char *why)
{
	struct plan *plan = &apply->plan;

	for (size_t i = plan->step_count; i-- > 0;) {
		const struct plan_step *step = &plan->steps[i];

		if (apply_is_checked(step) && memcmp(step->address->bytes, bytes, 4) == 0) {
			problems_add(&apply->problems, apply->wanted, MODEL_ERROR,
				     &step->source, step->interface, "%s", why);
			apply_drop_step(plan, i);
		}
	}
}

void apply_probe_judge(struct apply *apply)
{
	char address[INET_ADDRSTRLEN] = "?", why[APPLY_ERROR_SIZE];

	for (size_t i = 0; i < apply->query_count; i++) {
		const struct address_query *query = &apply->queries[i];
		const uint8_t *m = query->holder;

		if (!query->in_use) {
			continue;
		}
		(void)inet_ntop(AF_INET, query->address, address, sizeof(address));
		(void)snprintf(why, sizeof(why),
			       "%s is held by another host, "
			       "%02x:%02x:%02x:%02x:%02x:%02x; it is not put here",
			       address, m[0], m[1], m[2], m[3], m[4], m[5]);
		if (apply->strict) {
			apply_fail(apply, "address_in_use", "%s", why);
			return;
		}
		apply_drop_address(apply, query->address, why);
	}
}

void apply_probe_later(const struct apply *apply)
{
	for (size_t i = 0; i < apply->plan.step_count; i++) {
		const struct plan_step *step = &apply->plan.steps[i];

		if (apply_is_checked(step)) {
			address_late_add(apply->daemon, step->address->bytes);
		}
	}
}
