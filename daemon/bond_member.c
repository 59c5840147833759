/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Members in and out. A NIC belongs to a slot by its index, so that one that is
 * renamed stays where it is, as with the kernel's driver. By its name or address
 * (nic_find.c) it only comes in.
 */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/poll.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "daemon/nic_find.h"

/* How long a partner may take to move its flows off a link that leaves. Its answer
 * comes within milliseconds, unless we have spoken so often that LACP has us wait. */
#define BOND_MEMBER_LEAVE_TIME_US (1500 * 1000ULL)
/* What was sent before that, on either side, is in the queues of the link's ends still. */
#define BOND_MEMBER_DRAIN_TIME_US (20 * 1000ULL)
#define BOND_MEMBER_TURN_MS	  5

void bond_runtime_slot_take(struct bond_runtime *bond, uint8_t slot, const char *wanted)
{
	struct bond_runtime_member *member = &bond->members[slot];

	snprintf(member->wanted, sizeof(member->wanted), "%s", wanted);
	snprintf(member->name, sizeof(member->name), "%s", wanted);
	memset(member->transitions, 0, sizeof(member->transitions));
}

uint8_t bond_runtime_slot(struct bond_runtime *bond, const char *wanted, bool make)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (strcmp(bond->members[slot].wanted, wanted) == 0) {
			return slot;
		}
	}
	for (uint8_t slot = 0; make && slot < BOND_MEMBERS_MAX; slot++) {
		if (!bond->members[slot].wanted[0]) {
			bond_runtime_slot_take(bond, slot, wanted);
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

/* Whether the NIC has the address that HWADDR in the file asks for, if it does. */
static bool bond_member_is_right_nic(const struct bond_runtime_member *member,
				     const struct netlink_link *link)
{
	const struct model_member *wanted =
		wanted_find_member(member->bond->wanted, member->wanted);

	return !wanted || !wanted->has_hwaddr ||
	       memcmp(wanted->hwaddr, bond_member_own_mac(member, link), 6) == 0;
}

void bond_member_verify(struct bond_runtime *bond, uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];
	struct netlink_link link;

	if (member->ifindex != 0 &&
	    netlink_link_get(bond->daemon->netlink, member->ifindex, &link) == 0 &&
	    !bond_member_is_right_nic(member, &link)) {
		(void)bond_member_let_go(bond, slot,
					 "it is not the NIC that HWADDR asks for now");
	}
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
	(void)bond_member_let_go(bond, slot, why);
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

	member->refused[0] = '\0';
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
	bond_runtime_follow(bond, ENGINE_FOLLOW_TOUCHED);
	bond_runtime_event(bond, "member_added", member->name, "joined as port %u",
			   event.member.port);
	bond_runtime_input(bond, &event);
	bond_runtime_want_save(bond);
}

int bond_member_let_go(struct bond_runtime *bond, uint8_t slot, const char *why)
{
	struct bond_runtime_member *member = &bond->members[slot];
	struct bond_event event = {.type = BOND_EVENT_MEMBER_REMOVED, .slot = slot};
	struct engine_error error;
	int err;

	member->refused[0] = '\0';
	if (member->ifindex == 0) {
		return 0;
	}
	bond_runtime_input(bond, &event);
	bond_socket_leave(bond, slot);
	err = engine_member_remove(bond->path, slot, &member->saved, &error);
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s %s bond=%s member=%s", bond->name,
			 member->name, error.text, bond->name, member->name);
	}
	bond_runtime_event(bond, "member_removed", member->name, "%s", why);
	member->ifindex = 0;
	member->carrier = false;
	member->saved = (struct engine_member_saved){0};
	memcpy(member->name, member->wanted, sizeof(member->name));
	bond_runtime_want_save(bond);
	return err;
}

/* Has the partner move its flows before the link goes: it is told, and answers when it
 * sends no more over this link. */
static void bond_member_await_partner(struct bond_runtime *bond, uint8_t slot)
{
	uint64_t until = daemon_now_us() + BOND_MEMBER_LEAVE_TIME_US;
	uint64_t drained = daemon_now_us() + BOND_MEMBER_DRAIN_TIME_US;

	while (daemon_now_us() < until) {
		struct pollfd wait = {.fd = bond->socket, .events = POLLIN};

		if (!bond_member_has_left(&bond->core, slot)) {
			drained = daemon_now_us() + BOND_MEMBER_DRAIN_TIME_US;
		} else if (daemon_now_us() >= drained) {
			return;
		}
		(void)poll(&wait, 1, BOND_MEMBER_TURN_MS);
		bond_socket_receive(bond);
		bond_runtime_tick(bond);
		daemon_breathe(bond->daemon);
	}
}

int bond_member_leave(struct bond_runtime *bond, uint8_t slot, const char *why)
{
	struct bond_event event = {.type = BOND_EVENT_MEMBER_LEAVING, .slot = slot};

	if (bond->members[slot].ifindex != 0 && bond->members[slot].carrier) {
		bond_runtime_input(bond, &event);
		bond_member_await_partner(bond, slot);
	}
	return bond_member_let_go(bond, slot, why);
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

/* What is wanted is not to be had, and why says why not. */
static void bond_member_not_found(struct bond_runtime_member *member, int err, const char *why)
{
	static const struct netlink_link none;

	if (member->ifindex != 0) {
		return;
	}
	if (err == -ENODEV) {
		member->refused[0] = '\0';
	} else if (strcmp(member->refused, why) != 0) {
		/* Of no NIC: the one that is meant may turn out to be any. */
		bond_member_refuse(member, &none, why);
	}
}

/* The NIC is in the bond already, in the other slot. */
static void bond_member_found_in(struct bond_runtime_member *member,
				 struct bond_runtime_member *other,
				 const struct netlink_link *link)
{
	const struct wanted *wanted = member->bond->wanted;
	const struct model_member *mine = wanted_find_member(wanted, member->wanted);
	const struct model_member *its = wanted_find_member(wanted, other->wanted);
	char why[ENGINE_ERROR_SIZE];

	if ((!mine || !mine->has_hwaddr) && (!its || !its->has_hwaddr)) {
		bond_member_exchange_names(member, other);
		return;
	}
	snprintf(why, sizeof(why), "%s is the NIC that the file of %s means", link->name,
		 other->wanted);
	bond_member_not_found(member, -ENOTUNIQ, why);
}

void bond_member_look(struct bond_runtime *bond, uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];
	const struct model_member *model = wanted_find_member(bond->wanted, member->wanted);
	struct nic_wanted wanted = {.name = member->wanted};
	struct netlink_link link;
	char why[ENGINE_ERROR_SIZE];
	uint8_t other;
	int err;

	if (model) {
		wanted = nic_wanted_of_member(model);
	}
	if (!member->wanted[0] || (member->ifindex != 0 && wanted.hwaddr)) {
		/* By its address it is the right one, whatever has its name by now. */
		return;
	}
	err = nic_find(bond->daemon, &wanted, &link, why);
	if (err < 0) {
		bond_member_not_found(member, err, why);
		return;
	}
	if (link.ifindex == member->ifindex ||
	    (member->refused[0] && member->refused_ifindex == link.ifindex &&
	     member->refused_master == link.master)) {
		return;
	}
	other = bond_member_find(bond, link.ifindex);
	if (other != BOND_NO_MEMBER) {
		bond_member_found_in(member, &bond->members[other], &link);
		return;
	}
	(void)bond_member_let_go(bond, slot, "renamed, and another interface has its name now");
	bond_member_take_in(bond, slot, &link, false);
}

bool bond_member_awaits(const struct bond_runtime_member *member,
			const struct netlink_link *link)
{
	const struct model_member *wanted;

	if (!member->wanted[0]) {
		return false;
	}
	if (member->ifindex == link->ifindex || strcmp(member->wanted, link->name) == 0) {
		return true;
	}
	if (member->ifindex != 0) {
		return false;
	}
	if (member->refused[0] && member->refused_ifindex == 0) {
		/* Several had its address, or the like: any change may end that. */
		return true;
	}
	wanted = wanted_find_member(member->bond->wanted, member->wanted);
	return wanted && wanted->has_hwaddr &&
	       (memcmp(wanted->hwaddr, link->mac, sizeof(link->mac)) == 0 ||
		memcmp(wanted->hwaddr, link->perm_mac, sizeof(link->perm_mac)) == 0);
}

void bond_members_retry(struct bond_runtime *bond)
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].wanted[0] && bond->members[slot].ifindex == 0) {
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
