/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a member was before it joined: looked up, written down in its alias, and
 * put back when it leaves. The caller keeps it too; the alias is for the day
 * when that is lost, and for whoever looks at `ip link`.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#define ALIAS_START	"portchannel: member of "
#define NIC_ALIAS_START "portchannel: under VLAN interfaces "

bool saved_alias_is_ours(const char *alias)
{
	return strncmp(alias, ALIAS_START, strlen(ALIAS_START)) == 0 ||
	       strncmp(alias, NIC_ALIAS_START, strlen(NIC_ALIAS_START)) == 0;
}

/* 1: it's on and can be switched off. 0: it needs no switching. */
static int8_t feature_observe(struct engine *engine, uint32_t ifindex, const char *name,
			      bool *stuck)
{
	struct netlink_feature feature;

	if (netlink_feature_read(engine->netlink, ifindex, name, &feature) || !feature.on) {
		return 0;
	}
	*stuck = feature.fixed;
	return feature.fixed ? 0 : 1;
}

void saved_observe(struct engine *engine, const struct netlink_link *link,
		   struct engine_member_saved *out)
{
	struct engine_member_saved saved = {.valid = true, .disable_ipv6 = -1};
	bool filter_stuck = false, lro_stuck = false;
	int value;

	memcpy(saved.mac, link->mac, MAC_SIZE);
	saved.mtu = link->mtu;
	saved.was_up = (link->flags & IFF_UP) != 0;
	saved.alias_set = !link->alias[0];
	saved.addr_gen_mode = link->addr_gen_mode;
	if (netlink_sysctl_read("ipv6", link->name, "disable_ipv6", &value) == 0) {
		saved.disable_ipv6 = value != 0;
	}
	saved.rx_vlan_filter =
		feature_observe(engine, link->ifindex, "rx-vlan-filter", &filter_stuck);
	saved.lro = feature_observe(engine, link->ifindex, "rx-lro", &lro_stuck);
	saved.promisc_set = filter_stuck && !(link->flags & IFF_PROMISC);
	saved.allmulti_set = !(link->flags & IFF_ALLMULTI);
	*out = saved;
}

void saved_alias_make(const struct engine_member_saved *saved, const char *bond,
		      char out[NETLINK_ALIAS_SIZE])
{
	const uint8_t *mac = saved->mac;

	(void)snprintf(out, NETLINK_ALIAS_SIZE,
		       ALIAS_START "%s (before: %02x:%02x:%02x:%02x:%02x:%02x mtu %u up %d "
				   "no_ipv6 %d addr_gen %d, changed: vlan_filter %d lro %d "
				   "promisc %d allmulti %d)",
		       bond, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], saved->mtu,
		       saved->was_up, saved->disable_ipv6, saved->addr_gen_mode,
		       saved->rx_vlan_filter, saved->lro, saved->promisc_set,
		       saved->allmulti_set);
}

bool saved_alias_parse(const char *alias, struct engine_member_saved *out)
{
	int up, no_ipv6, addr_gen, vlan_filter, lro, promisc, allmulti;
	unsigned int mac[MAC_SIZE], mtu;
	struct engine_member_saved saved = {.valid = true, .alias_set = true};
	char bond[ENGINE_NAME_SIZE];

	if (sscanf(alias,
		   ALIAS_START
		   "%15s (before: %2x:%2x:%2x:%2x:%2x:%2x mtu %u up %d no_ipv6 "
		   "%d addr_gen %d, changed: vlan_filter %d lro %d promisc %d allmulti %d)",
		   bond, &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5], &mtu, &up,
		   &no_ipv6, &addr_gen, &vlan_filter, &lro, &promisc, &allmulti) != 15) {
		return false;
	}
	for (int i = 0; i < MAC_SIZE; i++) {
		saved.mac[i] = (uint8_t)mac[i];
	}
	saved.mtu = mtu;
	saved.was_up = up != 0;
	saved.disable_ipv6 = (int8_t)no_ipv6;
	saved.addr_gen_mode = (int8_t)addr_gen;
	saved.rx_vlan_filter = (int8_t)vlan_filter;
	saved.lro = (int8_t)lro;
	saved.promisc_set = promisc != 0;
	saved.allmulti_set = allmulti != 0;
	*out = saved;
	return true;
}

void saved_nic_alias_make(const struct engine_member_saved *saved, char out[NETLINK_ALIAS_SIZE])
{
	(void)snprintf(
		out, NETLINK_ALIAS_SIZE,
		NIC_ALIAS_START "(changed: vlan_filter %d lro %d promisc %d allmulti %d)",
		saved->rx_vlan_filter, saved->lro, saved->promisc_set, saved->allmulti_set);
}

bool saved_nic_alias_parse(const char *alias, struct engine_member_saved *out)
{
	int vlan_filter, lro, promisc, allmulti;

	if (sscanf(alias,
		   NIC_ALIAS_START "(changed: vlan_filter %d lro %d promisc %d allmulti %d)",
		   &vlan_filter, &lro, &promisc, &allmulti) != 4) {
		return false;
	}
	*out = (struct engine_member_saved){.valid = true,
					    .was_up = true,
					    .alias_set = true,
					    .disable_ipv6 = -1,
					    .addr_gen_mode = -1,
					    .rx_vlan_filter = (int8_t)vlan_filter,
					    .lro = (int8_t)lro,
					    .promisc_set = promisc != 0,
					    .allmulti_set = allmulti != 0};
	return true;
}

void saved_guess(const struct netlink_link *link, struct engine_member_saved *out)
{
	int value;

	if (saved_alias_parse(link->alias, out)) {
		return;
	}
	*out = (struct engine_member_saved){.valid = true,
					    .was_up = true,
					    .alias_set = true,
					    .disable_ipv6 = -1,
					    .addr_gen_mode = -1,
					    .allmulti_set = true};
	memcpy(out->mac, link->perm_mac, MAC_SIZE);
	if (netlink_sysctl_read("ipv6", "default", "disable_ipv6", &value) == 0) {
		out->disable_ipv6 = value != 0;
		out->addr_gen_mode = IN6_ADDR_GEN_MODE_EUI64;
	}
}

static void first_keep(int *first, int result)
{
	if (result && !*first) {
		*first = result;
	}
}

/* Flags, MTU and alias, each on its own, so that one refusal hinders no other. */
static int link_restore(struct engine *engine, const struct netlink_link *link,
			const struct engine_member_saved *saved, bool promisc_set)
{
	struct netlink_link_change change = {0};
	int first = 0;

	if (promisc_set && (link->flags & IFF_PROMISC)) {
		change.fields = NETLINK_LINK_PROMISC;
		first_keep(&first, netlink_link_set(engine->netlink, link->ifindex, &change));
	}
	if (saved->allmulti_set && (link->flags & IFF_ALLMULTI)) {
		change.fields = NETLINK_LINK_ALLMULTI;
		first_keep(&first, netlink_link_set(engine->netlink, link->ifindex, &change));
	}
	if (saved->mtu && saved->mtu != link->mtu) {
		change = (struct netlink_link_change){.fields = NETLINK_LINK_MTU,
						      .mtu = saved->mtu};
		first_keep(&first, netlink_link_set(engine->netlink, link->ifindex, &change));
	}
	if (!mac_is_zero(saved->mac) && !mac_equal(saved->mac, link->mac)) {
		first_keep(&first, member_mac_set(engine, link->ifindex, saved->mac));
	}
	if (saved->alias_set && saved_alias_is_ours(link->alias)) {
		change =
			(struct netlink_link_change){.fields = NETLINK_LINK_ALIAS, .alias = ""};
		first_keep(&first, netlink_link_set(engine->netlink, link->ifindex, &change));
	}
	return first;
}

static int ipv6_restore(struct engine *engine, const struct netlink_link *link,
			const struct engine_member_saved *saved)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_ADDR_GEN_MODE};
	int first = 0;

	if (saved->addr_gen_mode >= 0 && saved->addr_gen_mode != link->addr_gen_mode) {
		change.addr_gen_mode = (uint8_t)saved->addr_gen_mode;
		first_keep(&first, netlink_link_set(engine->netlink, link->ifindex, &change));
	}
	if (saved->disable_ipv6 >= 0) {
		int result = netlink_sysctl_write("ipv6", link->name, "disable_ipv6",
						  saved->disable_ipv6);

		/* Without IPv6, or on an MTU too small for it. */
		first_keep(&first, result == -ENOENT ? 0 : result);
	}
	return first;
}

int saved_restore(struct engine *engine, const struct netlink_link *link,
		  const struct engine_member_saved *saved, bool promisc_set)
{
	int first = 0;

	if (!saved->was_up && (link->flags & IFF_UP)) {
		first_keep(&first, netlink_link_set_up(engine->netlink, link->ifindex, false));
	}
	first_keep(&first, link_restore(engine, link, saved, promisc_set));
	if (saved->rx_vlan_filter == 1) {
		first_keep(&first, netlink_feature_set(engine->netlink, link->ifindex,
						       "rx-vlan-filter", true));
	}
	if (saved->lro == 1) {
		first_keep(&first,
			   netlink_feature_set(engine->netlink, link->ifindex, "rx-lro", true));
	}
	/* With the old address in place: IPv6 may make its own from it. */
	first_keep(&first, ipv6_restore(engine, link, saved));
	if (saved->was_up && !(link->flags & IFF_UP)) {
		first_keep(&first, netlink_link_set_up(engine->netlink, link->ifindex, true));
	}
	return first;
}
