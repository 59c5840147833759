/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What steps disturb that no model shows: a NIC that becomes a member loses the addresses
 * that it has, a bond asked for more links than work loses its carrier, and with a partner
 * that only answers LACP ends when nobody begins.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/addresses.h"
#include "daemon/apply_internal.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/nic_find.h"

static void apply_disrupt(struct plan_step *step, enum plan_disruption disruption)
{
	if (disruption > step->disruption) {
		step->disruption = disruption;
	}
}

/* The addresses of a NIC, in words. */
struct apply_nic_addresses {
	size_t count;
	char text[256];
};

static int apply_on_address(const struct netlink_address *address, void *context)
{
	struct apply_nic_addresses *found = context;
	struct model_address own = {.family = address->family, .prefix = address->prefix};
	char text[ADDRESS_TEXT_SIZE];
	size_t used = strlen(found->text);

	/* A link-local one comes with the interface. */
	if (address->family == AF_INET6 && address->bytes[0] == 0xfe &&
	    (address->bytes[1] & 0xc0) == 0x80) {
		return 0;
	}
	memcpy(own.bytes, address->bytes, sizeof(own.bytes));
	address_text(&own, text);
	(void)snprintf(found->text + used, sizeof(found->text) - used, "%s%s",
		       found->count++ ? ", " : "", text);
	return 0;
}

static void apply_disrupt_member(struct daemon *daemon, struct plan_step *step)
{
	struct nic_wanted wanted = nic_wanted_of_member(step->member);
	struct apply_nic_addresses found = {0};
	struct netlink_link link;
	char why[ENGINE_ERROR_SIZE], *text;

	if (nic_find(daemon, &wanted, &link, why) < 0 ||
	    netlink_address_dump(daemon->netlink, link.ifindex, AF_UNSPEC, apply_on_address,
				 &found) < 0 ||
	    found.count == 0) {
		return;
	}
	apply_disrupt(step, PLAN_DISRUPTION_MEMBER);
	if (asprintf(&text, "%s, which loses %s", step->text, found.text) >= 0) {
		free(step->text);
		step->text = text;
	}
}

static void apply_disrupt_options(struct daemon *daemon, struct plan_step *step)
{
	const struct bond_runtime *bond = bond_runtime_find(daemon, step->interface);
	const struct model_bond_options *from = &step->former_bond->options;
	const struct model_bond_options *to = &step->bond->options;
	uint32_t usable = 0;
	bool answers_only = false;

	for (uint8_t slot = 0; bond && slot < BOND_MEMBERS_MAX; slot++) {
		if (bond_member_transmits(&bond->core, slot)) {
			usable++;
			answers_only |= !(bond->core.members[slot].lacp.partner.state &
					  LACP_STATE_ACTIVITY);
		}
	}
	if (to->min_links != from->min_links && usable > 0 && usable < to->min_links) {
		apply_disrupt(step, PLAN_DISRUPTION_BOND);
	}
	if (from->lacp_active && !to->lacp_active && to->mode == BOND_MODE_8023AD &&
	    answers_only) {
		apply_disrupt(step, PLAN_DISRUPTION_BOND);
	}
}

void apply_disruption(struct daemon *daemon, struct plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++) {
		struct plan_step *step = &plan->steps[i];

		if (step->action == PLAN_MEMBER_ADD) {
			apply_disrupt_member(daemon, step);
		} else if (step->action == PLAN_BOND_OPTIONS) {
			apply_disrupt_options(daemon, step);
		}
	}
}
