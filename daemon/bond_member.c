/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members in and out. A NIC belongs to a slot by its index, so that one that is
 * renamed stays where it is, as with the kernel's driver. By its name it only
 * comes in.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

uint8_t bond_runtime_slot(struct bond_runtime *bond, const char *wanted, bool make)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (strcmp(bond->members[slot].wanted, wanted) == 0) {
			return slot;
		}
	}
	for (uint8_t slot = 0; make && slot < BOND_MEMBERS_MAX; slot++) {
		struct bond_runtime_member *member = &bond->members[slot];

		if (!member->wanted[0]) {
			snprintf(member->wanted, sizeof(member->wanted), "%s", wanted);
			snprintf(member->name, sizeof(member->name), "%s", wanted);
			return slot;
		}
	}
	return BOND_NO_MEMBER;
}

uint8_t bond_member_find(const struct bond_runtime *bond, uint32_t ifindex)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].ifindex == ifindex) {
			return slot;
		}
	}
	return BOND_NO_MEMBER;
}

static void bond_member_refuse(struct bond_runtime_member *member,
			       const struct netlink_link *link, const char *why)
{
	struct bond_runtime *bond = member->bond;

	snprintf(member->refused, sizeof(member->refused), "%s", why);
	member->refused_ifindex = link->ifindex;
	member->refused_master = link->master;
	bond_runtime_event(bond, "member_refused", member->wanted, "not taken in: %s", why);
}

/* The address that the NIC has of its own, whoever changed it since. */
static const uint8_t *bond_member_own_mac(const struct bond_runtime_member *member,
					  const struct netlink_link *link)
{
	static const uint8_t none[6];

	if (memcmp(link->perm_mac, none, sizeof(none)) != 0) {
		return link->perm_mac;
	}
	return member->saved.valid ? member->saved.mac : link->mac;
}

/* HWADDR in a member's file says which NIC it is for; another one of that name
 * is left alone (initscripts does likewise). False: why says so. */
static bool bond_member_is_right_nic(const struct bond_runtime_member *member,
				     const struct netlink_link *link,
				     char why[ENGINE_ERROR_SIZE])
{
	const struct model_member *wanted =
		wanted_find_member(member->bond->wanted, member->wanted);
	const uint8_t *have = bond_member_own_mac(member, link), *want;

	if (!wanted || !wanted->has_hwaddr || memcmp(wanted->hwaddr, have, 6) == 0) {
		return true;
	}
	want = wanted->hwaddr;
	snprintf(
		why, ENGINE_ERROR_SIZE,
		"its address is %02x:%02x:%02x:%02x:%02x:%02x, and HWADDR in its file asks for "
		"%02x:%02x:%02x:%02x:%02x:%02x",
		have[0], have[1], have[2], have[3], have[4], have[5], want[0], want[1], want[2],
		want[3], want[4], want[5]);
	return false;
}

void bond_member_verify(struct bond_runtime *bond, uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];
	struct netlink_link link;
	char why[ENGINE_ERROR_SIZE];

	if (member->ifindex == 0 ||
	    netlink_link_get(bond->daemon->netlink, member->ifindex, &link) < 0 ||
	    bond_member_is_right_nic(member, &link, why)) {
		return;
	}
	bond_member_let_go(bond, slot, why);
	bond_member_refuse(member, &link, why);
}

void bond_member_check_master(struct bond_runtime *bond, uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];
	char why[ENGINE_ERROR_SIZE], master[IF_NAMESIZE] = "another one";
	struct netlink_link link;

	if (member->ifindex == 0 ||
	    netlink_link_get(bond->daemon->netlink, member->ifindex, &link) < 0 ||
	    link.master == 0) {
		return;
	}
	(void)if_indextoname(link.master, master);
	snprintf(why, sizeof(why),
		 "somebody gave it to %s; it is taken in again once it "
		 "belongs to nothing ('ip link set %s nomaster')",
		 master, link.name);
	bond_member_let_go(bond, slot, why);
	bond_member_refuse(member, &link, why);
}

static bool bond_member_attach(struct bond_runtime_member *member,
			       const struct netlink_link *link)
{
	struct bond_runtime *bond = member->bond;
	struct engine_error error;
	char why[ENGINE_ERROR_SIZE];
	int err = engine_member_add(bond->path, member->slot, link->ifindex, &member->saved,
				    &error);

	if (err < 0) {
		bond_member_refuse(member, link, error.text);
		return false;
	}
	member->ifindex = link->ifindex;
	if (bond->core.config.mode == BOND_MODE_8023AD) {
		err = bond_socket_join(bond, member->slot);
	}
	if (err < 0) {
		snprintf(why, sizeof(why), "no socket for LACPDUs: %s", strerror(-err));
		bond_socket_leave(bond, member->slot);
		(void)engine_member_remove(bond->path, member->slot, &member->saved, &error);
		member->ifindex = 0;
		member->saved = (struct engine_member_saved){0};
		bond_member_refuse(member, link, why);
		return false;
	}
	return true;
}

void bond_member_take_in(struct bond_runtime *bond, uint8_t slot,
			 const struct netlink_link *link, bool quietly)
{
	struct bond_runtime_member *member = &bond->members[slot];
	struct bond_event event = {.type = BOND_EVENT_MEMBER_ADDED, .slot = slot};
	struct netlink_speed speed = {.duplex = LINK_DUPLEX_UNKNOWN};
	char why[ENGINE_ERROR_SIZE];

	member->refused[0] = '\0';
	if (!bond_member_is_right_nic(member, link, why)) {
		bond_member_refuse(member, link, why);
		return;
	}
	if (!quietly) {
		/* That a free slot receives, where it may, holds from its start. */
		bond_runtime_publish(bond);
	}
	if (!bond_member_attach(member, link)) {
		return;
	}
	memcpy(member->name, link->name, sizeof(member->name));
	member->promiscuous = member->saved.promisc_set;
	event.member.port = (uint16_t)(slot + 1);
	memcpy(event.member.mac, bond_member_own_mac(member, link), 6);
	(void)netlink_speed_read(bond->daemon->netlink, link->ifindex, &speed);
	event.member.speed_mbps = speed.speed_mbps;
	event.member.duplex = speed.duplex;
	member->carrier = false;
	(void)netlink_carrier_read(bond->daemon->netlink, link->ifindex, &member->carrier);
	event.member.carrier = member->carrier;
	if (quietly) {
		bond_input(&bond->core, &event, daemon_now_ms(), &bond->daemon->actions);
		return;
	}
	/* The first member gives the bond its address, which LACP speaks in. */
	bond_runtime_follow(bond);
	bond_runtime_event(bond, "member_added", member->name, "joined as port %u",
			   event.member.port);
	bond_runtime_input(bond, &event);
	bond_runtime_want_save(bond);
}

void bond_member_let_go(struct bond_runtime *bond, uint8_t slot, const char *why)
{
	struct bond_runtime_member *member = &bond->members[slot];
	struct bond_event event = {.type = BOND_EVENT_MEMBER_REMOVED, .slot = slot};
	struct engine_error error;

	member->refused[0] = '\0';
	if (member->ifindex == 0) {
		return;
	}
	bond_runtime_input(bond, &event);
	bond_socket_leave(bond, slot);
	if (engine_member_remove(bond->path, slot, &member->saved, &error) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s %s bond=%s member=%s", bond->name,
			 member->name, error.text, bond->name, member->name);
	}
	bond_runtime_event(bond, "member_removed", member->name, "%s", why);
	member->ifindex = 0;
	member->carrier = false;
	member->saved = (struct engine_member_saved){0};
	memcpy(member->name, member->wanted, sizeof(member->name));
	bond_runtime_want_save(bond);
}

/* The NIC stands in another slot of the bond, whose name it had until now: the
 * slots change names, and the data path is left as it is. */
static void bond_member_exchange_names(struct bond_runtime_member *a,
				       struct bond_runtime_member *b)
{
	char wanted[BOND_NAME_SIZE];

	memcpy(wanted, a->wanted, sizeof(wanted));
	memcpy(a->wanted, b->wanted, sizeof(a->wanted));
	memcpy(b->wanted, wanted, sizeof(b->wanted));
	if (a->ifindex == 0) {
		memcpy(a->name, a->wanted, sizeof(a->name));
	}
	bond_runtime_want_save(a->bond);
}

void bond_member_look(struct bond_runtime *bond, uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];
	struct netlink_link link;
	uint8_t other;

	if (!member->wanted[0] ||
	    netlink_link_get_by_name(bond->daemon->netlink, member->wanted, &link) < 0 ||
	    link.ifindex == member->ifindex) {
		return;
	}
	if (member->refused[0] && member->refused_ifindex == link.ifindex &&
	    member->refused_master == link.master) {
		return;
	}
	other = bond_member_find(bond, link.ifindex);
	if (other != BOND_NO_MEMBER) {
		bond_member_exchange_names(member, &bond->members[other]);
		return;
	}
	bond_member_let_go(bond, slot, "renamed, and another interface has its name now");
	bond_member_take_in(bond, slot, &link, false);
}

void bond_members_retry(struct bond_runtime *bond)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].refused[0]) {
			bond->members[slot].refused[0] = '\0';
			bond_member_look(bond, slot);
		}
	}
}

void bond_member_check_speed(struct bond_runtime *bond, uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];
	const struct bond_member_info *info = &bond->core.members[slot].info;
	struct bond_event event = {.type = BOND_EVENT_SPEED, .slot = slot};
	struct netlink_speed speed;

	if (netlink_speed_read(bond->daemon->netlink, member->ifindex, &speed) < 0 ||
	    (speed.speed_mbps == info->speed_mbps && speed.duplex == info->duplex)) {
		return;
	}
	event.member.speed_mbps = speed.speed_mbps;
	event.member.duplex = speed.duplex;
	bond_runtime_input(bond, &event);
}

void bond_member_check_carrier(struct bond_runtime *bond, uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];
	struct bond_event event = {.type = BOND_EVENT_CARRIER, .slot = slot};
	struct netlink *netlink = bond->daemon->netlink;

	if (netlink_carrier_is(netlink, member->name, member->carrier) ||
	    netlink_carrier_read(netlink, member->ifindex, &event.up) < 0 ||
	    event.up == member->carrier) {
		return;
	}
	member->carrier = event.up;
	if (event.up) {
		bond_member_check_speed(bond, slot);
	} else if (bond->held) {
		bond_runtime_release_hold(bond);
		bond_runtime_publish(bond);
	}
	bond_runtime_input(bond, &event);
}
