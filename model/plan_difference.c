/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What of a bond's or a VLAN interface's own settings differs, in words, and what
 * changing it disturbs.
 *
 * An MTU goes down to the members' NICs, and many of these reset their link for it; a
 * VLAN interface's is of its own pair only. A MAC, and all that makes up the LAG ID
 * (IEEE 802.1AX-2014, 6.3.6), makes LACP form anew. The rest is a store into a map or a
 * field of the core.
 */
#include <stdio.h>
#include <string.h>

#include "model/plan_internal.h"

#define MTU_DEFAULT 1500

struct differences {
	struct plan_difference *list;
	size_t count;
};

static void difference_text(struct differences *differences, const char *name, const char *from,
			    const char *to, enum plan_disruption disruption)
{
	struct plan_difference *difference = &differences->list[differences->count];

	if (strcmp(from, to) == 0 || differences->count == PLAN_DIFFERENCES_MAX) {
		return;
	}
	*difference = (struct plan_difference){.name = name, .disruption = disruption};
	(void)snprintf(difference->from, sizeof(difference->from), "%s", from);
	(void)snprintf(difference->to, sizeof(difference->to), "%s", to);
	differences->count++;
}

static void difference_number(struct differences *differences, const char *name, uint32_t from,
			      uint32_t to, enum plan_disruption disruption)
{
	char texts[2][16];

	(void)snprintf(texts[0], sizeof(texts[0]), "%u", from);
	(void)snprintf(texts[1], sizeof(texts[1]), "%u", to);
	difference_text(differences, name, texts[0], texts[1], disruption);
}

static void mac_text(bool is_set, const uint8_t mac[6], const char *absent, char out[32])
{
	if (!is_set) {
		(void)snprintf(out, 32, "%s", absent);
		return;
	}
	(void)snprintf(out, 32, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		       mac[4], mac[5]);
}

static void difference_mac(struct differences *differences, const struct model_interface *from,
			   const struct model_interface *to, const char *absent,
			   enum plan_disruption disruption)
{
	char texts[2][32];

	mac_text(from->has_mac, from->mac, absent, texts[0]);
	mac_text(to->has_mac, to->mac, absent, texts[1]);
	difference_text(differences, "MACADDR", texts[0], texts[1], disruption);
}

static const char *on_off(bool on)
{
	return on ? "on" : "off";
}

size_t plan_device_differences(const struct model_bond *from, const struct model_bond *to,
			       struct plan_difference out[PLAN_DIFFERENCES_MAX])
{
	struct differences d = {.list = out};
	const struct model_interface *a = &from->interface, *b = &to->interface;

	difference_number(&d, "MTU", a->mtu ? a->mtu : MTU_DEFAULT,
			  b->mtu ? b->mtu : MTU_DEFAULT, PLAN_DISRUPTION_BOND);
	difference_mac(&d, a, b, "a member's", PLAN_DISRUPTION_BOND);
	difference_text(
		&d, "xmit_hash_policy", xmit_hash_policy_name(from->options.xmit_hash_policy),
		xmit_hash_policy_name(to->options.xmit_hash_policy), PLAN_DISRUPTION_NONE);
	difference_text(&d, "transmit_hook", transmit_hook_name(from->options.transmit_hook),
			transmit_hook_name(to->options.transmit_hook), PLAN_DISRUPTION_NONE);
	return d.count;
}

static void lacp_differences(struct differences *d, const struct model_bond_options *a,
			     const struct model_bond_options *b)
{
	static const uint8_t none[6];
	char texts[2][32];

	difference_text(d, "lacp_rate", a->lacp_rate_fast ? "fast" : "slow",
			b->lacp_rate_fast ? "fast" : "slow", PLAN_DISRUPTION_NONE);
	difference_text(d, "lacp_active", on_off(a->lacp_active), on_off(b->lacp_active),
			PLAN_DISRUPTION_NONE);
	difference_number(d, "ad_actor_sys_prio", a->ad_actor_sys_prio, b->ad_actor_sys_prio,
			  PLAN_DISRUPTION_BOND);
	mac_text(memcmp(a->ad_actor_system, none, 6) != 0, a->ad_actor_system, "the bond's MAC",
		 texts[0]);
	mac_text(memcmp(b->ad_actor_system, none, 6) != 0, b->ad_actor_system, "the bond's MAC",
		 texts[1]);
	difference_text(d, "ad_actor_system", texts[0], texts[1], PLAN_DISRUPTION_BOND);
	difference_number(d, "ad_user_port_key", a->ad_user_port_key, b->ad_user_port_key,
			  PLAN_DISRUPTION_BOND);
}

size_t plan_option_differences(const struct model_bond *from, const struct model_bond *to,
			       struct plan_difference out[PLAN_DIFFERENCES_MAX])
{
	struct differences d = {.list = out};
	const struct model_bond_options *a = &from->options, *b = &to->options;

	difference_text(&d, "engine", bond_engine_name(a->engine), bond_engine_name(b->engine),
			PLAN_DISRUPTION_BOND);
	difference_text(&d, "mode", bond_mode_name(a->mode), bond_mode_name(b->mode),
			PLAN_DISRUPTION_BOND);
	difference_number(&d, "miimon", a->miimon_ms, b->miimon_ms, PLAN_DISRUPTION_NONE);
	difference_number(&d, "updelay", a->updelay_ms, b->updelay_ms, PLAN_DISRUPTION_NONE);
	difference_number(&d, "downdelay", a->downdelay_ms, b->downdelay_ms,
			  PLAN_DISRUPTION_NONE);
	difference_number(&d, "use_carrier", a->use_carrier, b->use_carrier,
			  PLAN_DISRUPTION_NONE);
	/* A bond of fewer members than that has no carrier. */
	difference_number(&d, "min_links", a->min_links, b->min_links,
			  b->min_links > to->member_count ? PLAN_DISRUPTION_BOND
							  : PLAN_DISRUPTION_NONE);
	difference_text(&d, "flow_placement", flow_placement_name(a->flow_placement),
			flow_placement_name(b->flow_placement), PLAN_DISRUPTION_NONE);
	lacp_differences(&d, a, b);
	return d.count;
}

size_t plan_vlan_differences(const struct model_vlan *from, const struct model_vlan *to,
			     struct plan_difference out[PLAN_DIFFERENCES_MAX])
{
	struct differences d = {.list = out};
	const struct model_interface *a = &from->interface, *b = &to->interface;
	char texts[2][32] = {"the parent's", "the parent's"};

	if (a->mtu != 0) {
		(void)snprintf(texts[0], sizeof(texts[0]), "%u", a->mtu);
	}
	if (b->mtu != 0) {
		(void)snprintf(texts[1], sizeof(texts[1]), "%u", b->mtu);
	}
	/* What is larger than the new one is lost to those who use that size. */
	difference_text(&d, "MTU", texts[0], texts[1],
			b->mtu != 0 && (a->mtu == 0 || b->mtu < a->mtu) ? PLAN_DISRUPTION_VLAN
									: PLAN_DISRUPTION_NONE);
	difference_mac(&d, a, b, "the parent's", PLAN_DISRUPTION_VLAN);
	return d.count;
}

size_t plan_step_differences(const struct plan_step *step,
			     struct plan_difference out[PLAN_DIFFERENCES_MAX])
{
	if (step->action == PLAN_BOND_DEVICE) {
		return plan_device_differences(step->former_bond, step->bond, out);
	}
	if (step->action == PLAN_BOND_OPTIONS) {
		return plan_option_differences(step->former_bond, step->bond, out);
	}
	if (step->action == PLAN_VLAN_CHANGE) {
		return plan_vlan_differences(step->former_vlan, step->vlan, out);
	}
	return 0;
}
