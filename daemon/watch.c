/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/watch.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "daemon/address_probe.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"

/* Whether the interface is the bond's device, one of its VLAN interfaces, or
 * stacked on one of these (a macvlan, which may ask for promiscuity). Which VLAN
 * interface it is, the engine is told. */
static bool watch_concerns_device(struct bond_runtime *bond, const struct netlink_link *link)
{
	uint32_t lower = link->link_elsewhere ? 0 : link->link;

	if (link->ifindex == bond->ifindex || lower == bond->ifindex) {
		return true;
	}
	for (size_t i = 0; i < bond->parent.vlan_count; i++) {
		uint32_t vlan = bond->parent.vlans[i].ifindex;

		if (vlan != 0 && (link->ifindex == vlan || lower == vlan)) {
			engine_vlan_touch(bond->path, vlan);
			return true;
		}
	}
	return false;
}

static void watch_mark_gone(struct bond_runtime *bond, uint32_t ifindex)
{
	uint8_t slot = bond_member_find(bond, ifindex);

	if (slot != BOND_NO_MEMBER) {
		bond->members[slot].gone = true;
	}
	if (bond->ifindex == ifindex || engine_bond_hub_ifindex(bond->path) == ifindex) {
		bond->gone = true;
	}
	for (size_t i = 0; i < bond->parent.vlan_count; i++) {
		if (bond->parent.vlans[i].ifindex == ifindex) {
			bond->parent.vlans[i].gone = true;
		}
	}
}

static void watch_on_nic_event(struct nic_runtime *nic, const struct netlink_event *event)
{
	struct vlan_runtime *vlan = vlan_parent_find_index(&nic->parent, event->link.ifindex);

	if (event->type == NETLINK_EVENT_LINK_GONE) {
		nic->gone = nic->gone ||
			    (nic->parent.path && nic->parent.ifindex == event->link.ifindex);
		if (vlan) {
			vlan->gone = true;
		}
	}
	nic->touched = nic->touched || nic_runtime_concerns(nic, &event->link);
}

static void watch_on_event(const struct netlink_event *event, void *context)
{
	struct daemon *daemon = context;
	const struct netlink_link *link = &event->link;

	if (event->type == NETLINK_EVENT_ADDRESS_NEW) {
		address_on_new(daemon, &event->address);
		return;
	}
	if (event->type == NETLINK_EVENT_ADDRESS_GONE) {
		address_on_gone(daemon, &event->address);
		dhcp_on_address_gone(daemon, &event->address);
		return;
	}
	if (event->type == NETLINK_EVENT_LINK_NEW) {
		address_on_link(daemon, link);
		dhcp_on_link(daemon, link);
	} else {
		dhcp_on_link_gone(daemon, link);
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		watch_on_nic_event(nic, event);
	}
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (event->type == NETLINK_EVENT_LINK_GONE) {
			watch_mark_gone(bond, link->ifindex);
		}
		bond->touched = watch_concerns_device(bond, link) || bond->touched;
		for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
			struct bond_runtime_member *member = &bond->members[slot];

			member->touched = member->touched || bond_member_awaits(member, link);
		}
	}
}

/* The name by which the member is shown is the one that it has now. */
static void watch_check_name(struct bond_runtime *bond, struct bond_runtime_member *member)
{
	struct netlink_link link;

	if (netlink_link_get(bond->daemon->netlink, member->ifindex, &link) < 0 ||
	    strcmp(link.name, member->name) == 0) {
		return;
	}
	bond_runtime_event(bond, "member_renamed", member->name, "is called %s now", link.name);
	memcpy(member->name, link.name, sizeof(member->name));
}

static void watch_check_member(struct bond_runtime *bond, uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];

	member->touched = false;
	if (member->gone) {
		member->gone = false;
		bond_member_let_go(bond, slot, "the interface is gone");
	}
	bond_member_check_master(bond, slot);
	if (member->ifindex != 0) {
		watch_check_name(bond, member);
		bond_member_check_carrier(bond, slot);
		bond_member_check_speed(bond, slot);
	}
	bond_member_look(bond, slot);
}

static void watch_check_bond(struct bond_runtime *bond)
{
	if (bond->gone) {
		problems_add(&bond->daemon->problems, NULL, MODEL_ERROR, NULL, bond->name,
			     "somebody deleted %s or moved it to another network namespace; "
			     "'portchannel reload' makes it anew",
			     bond->name);
		bond_runtime_remove(bond, "somebody deleted the interface or moved it away");
		return;
	}
	if (bond->touched) {
		bond->touched = false;
		vlan_parent_check_gone(&bond->parent);
		bond_runtime_check_admin(bond);
		bond_runtime_follow(bond, bond->news_lost ? ENGINE_FOLLOW_ALL
							  : ENGINE_FOLLOW_TOUCHED);
		bond->news_lost = false;
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].touched) {
			watch_check_member(bond, slot);
		}
	}
}

static void watch_check_all(struct daemon *daemon)
{
	struct bond_runtime *next;

	for (struct bond_runtime *bond = daemon->bonds; bond; bond = next) {
		next = bond->next;
		watch_check_bond(bond);
	}
	/* After the bonds: a NIC that has left one may be what this waits for. */
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (nic->touched || nic->gone) {
			nic_runtime_check(nic);
		}
	}
}

static bool watch_is_gone(struct daemon *daemon, uint32_t ifindex)
{
	struct netlink_link link;

	return netlink_link_get(daemon->netlink, ifindex, &link) == -ENODEV;
}

void watch_resync(struct daemon *daemon)
{
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		bond->touched = true;
		bond->news_lost = true;
		bond->gone = watch_is_gone(daemon, bond->ifindex) ||
			     watch_is_gone(daemon, engine_bond_hub_ifindex(bond->path));
		for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
			struct bond_runtime_member *member = &bond->members[slot];

			member->touched = member->wanted[0] != '\0';
			member->gone =
				member->ifindex != 0 && watch_is_gone(daemon, member->ifindex);
		}
		for (size_t i = 0; i < bond->parent.vlan_count; i++) {
			bond->parent.vlans[i].gone =
				watch_is_gone(daemon, bond->parent.vlans[i].ifindex);
		}
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		nic->touched = true;
		nic->gone = nic->parent.path && watch_is_gone(daemon, nic->parent.ifindex);
		for (size_t i = 0; i < nic->parent.vlan_count; i++) {
			nic->parent.vlans[i].gone =
				watch_is_gone(daemon, nic->parent.vlans[i].ifindex);
		}
	}
	watch_check_all(daemon);
}

static int watch_on_news(sd_event_source *source, int fd, uint32_t events, void *user)
{
	struct daemon *daemon = user;
	int err = netlink_events_read(daemon->news, watch_on_event, daemon);

	(void)source;
	(void)fd;
	(void)events;
	if (err == -ENOBUFS) {
		log_line(LOG_LEVEL_INFO, "more news of interfaces than fitted: looking at all");
		watch_resync(daemon);
		return 0;
	}
	if (err < 0) {
		log_line(LOG_LEVEL_WARNING, "news of interfaces can't be read: %s",
			 strerror(-err));
	}
	watch_check_all(daemon);
	return 0;
}

int watch_open(struct daemon *daemon)
{
	int err = netlink_events_open(&daemon->news);

	if (err < 0) {
		return err;
	}
	err = sd_event_add_io(daemon->loop, &daemon->news_source,
			      netlink_events_fd(daemon->news), EPOLLIN, watch_on_news, daemon);
	if (err < 0) {
		return err;
	}
	sd_event_source_set_priority(daemon->news_source, DAEMON_PRIORITY_CARRIER);
	return 0;
}

void watch_close(struct daemon *daemon)
{
	daemon->news_source = sd_event_source_disable_unref(daemon->news_source);
	if (daemon->news) {
		netlink_events_close(daemon->news);
		daemon->news = NULL;
	}
}
