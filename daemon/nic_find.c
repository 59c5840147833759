/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/nic_find.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/nic_runtime.h"

#define MAC_FORMAT	     "%02x:%02x:%02x:%02x:%02x:%02x"
#define MAC_BYTES(mac)	     (mac)[0], (mac)[1], (mac)[2], (mac)[3], (mac)[4], (mac)[5]

/* More with one address than anybody has; beyond, they are ambiguous all the same. */
#define NIC_FIND_MATCHES_MAX 16

/* One search by address. */
struct nic_search {
	struct daemon *daemon;
	const uint8_t *hwaddr;
	size_t count;
	struct netlink_link matches[NIC_FIND_MATCHES_MAX];
};

struct nic_wanted nic_wanted_of_member(const struct model_member *member)
{
	return (struct nic_wanted){.name = member->interface.name,
				   .any_name = member->any_name,
				   .hwaddr = member->has_hwaddr ? member->hwaddr : NULL};
}

/* What a member had before its bond gave it another; NULL: it is none. */
static const uint8_t *nic_saved_mac(const struct daemon *daemon, uint32_t ifindex)
{
	for (const struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		uint8_t slot = bond_member_find(bond, ifindex);

		if (slot != BOND_NO_MEMBER && bond->members[slot].saved.valid) {
			return bond->members[slot].saved.mac;
		}
	}
	return NULL;
}

void nic_own_mac(struct daemon *daemon, const struct netlink_link *link, uint8_t mac[6])
{
	static const uint8_t none[6];
	const uint8_t *saved;

	if (memcmp(link->perm_mac, none, sizeof(none)) != 0) {
		memcpy(mac, link->perm_mac, 6);
		return;
	}
	/* Kernels before 5.6 tell it of a NIC when asked in the old way only. */
	if (link->kind[0] == '\0' &&
	    netlink_permanent_mac_read(daemon->netlink, link->ifindex, mac) == 0) {
		return;
	}
	saved = nic_saved_mac(daemon, link->ifindex);
	memcpy(mac, saved ? saved : link->mac, 6);
}

/* Whether it is a device of ours or of something else that stands on NICs. */
static bool nic_is_ours(const struct daemon *daemon, uint32_t ifindex)
{
	for (const struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (bond->ifindex == ifindex ||
		    engine_bond_hub_ifindex(bond->path) == ifindex) {
			return true;
		}
		for (size_t i = 0; i < bond->parent.vlan_count; i++) {
			if (bond->parent.vlans[i].ifindex == ifindex) {
				return true;
			}
		}
	}
	for (const struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (vlan_parent_find_index(&nic->parent, ifindex)) {
			return true;
		}
	}
	return false;
}

/* What can be a link to another machine by itself. VLAN interfaces, macvlans, bonds and
 * bridges bear the address of the NIC below them, and are not it. */
static bool nic_is_link(const struct netlink_link *link)
{
	static const char *const kinds[] = {"", "veth", "tun", "netdevsim"};

	if (link->type != ARPHRD_ETHER || !link->has_mac || (link->flags & IFF_LOOPBACK)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(link->kind, kinds[i]) == 0) {
			return true;
		}
	}
	return false;
}

static int nic_search_on_link(const struct netlink_link *link, void *context)
{
	struct nic_search *search = context;
	uint8_t mac[6];

	if (!nic_is_link(link) || nic_is_ours(search->daemon, link->ifindex)) {
		return 0;
	}
	nic_own_mac(search->daemon, link, mac);
	if (memcmp(mac, search->hwaddr, sizeof(mac)) == 0 &&
	    search->count < NIC_FIND_MATCHES_MAX) {
		search->matches[search->count++] = *link;
	}
	return 0;
}

static bool nic_search_has(const struct nic_search *search, uint32_t ifindex)
{
	for (size_t i = 0; i < search->count; i++) {
		if (search->matches[i].ifindex == ifindex) {
			return true;
		}
	}
	return false;
}

/* Leaves those out for which others speak: a virtual function below the interface that
 * the host's driver made of it (both have the address, and the upper one is the NIC);
 * where there is a real NIC, what only pretends to be one. */
static void nic_search_prefer(struct nic_search *search)
{
	struct nic_search all = *search;
	bool real = false;

	for (size_t i = 0; i < all.count; i++) {
		real = real || all.matches[i].kind[0] == '\0';
	}
	search->count = 0;
	for (size_t i = 0; i < all.count; i++) {
		const struct netlink_link *link = &all.matches[i];

		if ((real && link->kind[0] != '\0') ||
		    (link->master != 0 && nic_search_has(&all, link->master))) {
			continue;
		}
		search->matches[search->count++] = *link;
	}
}

static int nic_find_by_address(struct daemon *daemon, const struct nic_wanted *wanted,
			       struct netlink_link *out, char why[ENGINE_ERROR_SIZE])
{
	struct nic_search search = {.daemon = daemon, .hwaddr = wanted->hwaddr};
	int err = netlink_link_dump(daemon->netlink, nic_search_on_link, &search);

	if (err < 0) {
		snprintf(why, ENGINE_ERROR_SIZE, "the kernel's interfaces can't be listed: %s",
			 strerror(-err));
		return err;
	}
	nic_search_prefer(&search);
	if (search.count == 0) {
		snprintf(why, ENGINE_ERROR_SIZE,
			 "not there: no NIC has the address " MAC_FORMAT
			 " that HWADDR in its file asks for",
			 MAC_BYTES(wanted->hwaddr));
		return -ENODEV;
	}
	if (search.count > 1) {
		snprintf(why, ENGINE_ERROR_SIZE,
			 "%s and %s%s have the address " MAC_FORMAT
			 ", and HWADDR in its file doesn't say which is meant; DEVICE with "
			 "the name of one would",
			 search.matches[0].name, search.matches[1].name,
			 search.count > 2 ? " and others" : "", MAC_BYTES(wanted->hwaddr));
		return -ENOTUNIQ;
	}
	*out = search.matches[0];
	return 0;
}

int nic_find(struct daemon *daemon, const struct nic_wanted *wanted, struct netlink_link *out,
	     char why[ENGINE_ERROR_SIZE])
{
	struct netlink_link link;
	uint8_t have[6];
	int err;

	if (wanted->any_name && wanted->hwaddr) {
		return nic_find_by_address(daemon, wanted, out, why);
	}
	err = netlink_link_get_by_name(daemon->netlink, wanted->name, &link);
	if (err == -ENODEV && wanted->hwaddr) {
		return nic_find_by_address(daemon, wanted, out, why);
	}
	if (err < 0) {
		snprintf(why, ENGINE_ERROR_SIZE, "%s",
			 err == -ENODEV ? "not there" : strerror(-err));
		return err;
	}
	if (wanted->hwaddr) {
		nic_own_mac(daemon, &link, have);
		if (memcmp(have, wanted->hwaddr, sizeof(have)) != 0) {
			snprintf(why, ENGINE_ERROR_SIZE,
				 "its address is " MAC_FORMAT
				 ", and HWADDR in its file asks for " MAC_FORMAT,
				 MAC_BYTES(have), MAC_BYTES(wanted->hwaddr));
			return -EPERM;
		}
	}
	*out = link;
	return 0;
}
