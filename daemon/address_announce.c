/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Announcements: who holds an address now, and behind which port of the network.
 *
 * When are they of use? When an address was put, since neighbours may remember who had it
 * before. When the bond gets carrier, since switches forget on a link that went down what
 * was behind it. And when the bundle becomes another one, or, where no partner speaks
 * LACP, the one link that carries all: then the bond's address moves from a port of the
 * network to another, which goes on sending to the old one until it hears us.
 *
 * Not when a member of a bundle fails and others remain: to the switch all of them are one
 * port, whether by LACP or by its own configuration, and it moves the flows itself. The
 * kernel's driver does the same, whose num_grat_arp is for active-backup only.
 */
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/address_late.h"
#include "daemon/address_probe.h"
#include "daemon/daemon.h"
#include "daemon/neighbour.h"
#include "daemon/vlan_parent.h"

#define ANNOUNCER_ROUNDS	    3
#define ANNOUNCER_INTERFACES_A_TURN 16
#define ANNOUNCER_UNUSABLE	    (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_OPTIMISTIC)

/* After the first round, and the second. */
static const uint64_t announcer_waits_us[ANNOUNCER_ROUNDS - 1] = {1000000, 2000000};

struct announcer_item {
	uint32_t ifindex;
	unsigned int announced; /* rounds done; ANNOUNCER_ROUNDS: none is wanted */
	unsigned int solicited; /* likewise */
	uint64_t due_us;
};

struct announcer {
	struct daemon *daemon;
	size_t count, room;
	struct announcer_item *items;
	int fd; /* open while there are items, else -1 */
	sd_event_source *timer;
};

/* What sending for one interface needs to know. */
struct announcer_context {
	const struct announcer *announcer;
	struct netlink_link link;
	bool is_router;
	bool announce;
	bool solicit;
};

static int announcer_on_address(const struct netlink_address *address, void *user)
{
	struct announcer_context *context = user;
	struct neighbour_frame frame;

	if (address->family == AF_INET) {
		if (!context->announce || address->scope == RT_SCOPE_HOST) {
			return 0;
		}
		neighbour_arp_write(&frame, context->link.mac, address->bytes, address->bytes,
				    0);
	} else {
		/* One that isn't proven to be ours alone yet is so by the next round. */
		if (address->flags & ANNOUNCER_UNUSABLE) {
			return 0;
		}
		if (context->solicit && address->scope == RT_SCOPE_LINK) {
			context->solicit = false;
			neighbour_solicit_router_write(&frame, context->link.mac,
						       address->bytes);
			(void)neighbour_send(context->announcer->fd, address->ifindex, &frame);
		}
		if (!context->announce) {
			return 0;
		}
		neighbour_advertisement_write(&frame, context->link.mac, address->bytes,
					      context->is_router);
	}
	/* A frame that is not sent is as good as one that is lost: more will follow. */
	(void)neighbour_send(context->announcer->fd, address->ifindex, &frame);
	return 0;
}

static void announcer_speak(const struct announcer *announcer,
			    const struct announcer_item *item)
{
	struct announcer_context context = {.announcer = announcer,
					    .announce = item->announced < ANNOUNCER_ROUNDS,
					    .solicit = item->solicited < ANNOUNCER_ROUNDS};
	struct netlink *netlink = announcer->daemon->netlink;
	const struct netlink_link *link = &context.link;
	int forwarding = 0;

	if (netlink_link_get(netlink, item->ifindex, &context.link) < 0 ||
	    !(link->flags & IFF_UP) || (link->flags & IFF_NOARP) || !link->carrier ||
	    !link->has_mac || link->type != ARPHRD_ETHER) {
		return;
	}
	(void)netlink_sysctl_read("ipv6", link->name, "forwarding", &forwarding);
	context.is_router = forwarding != 0;
	(void)netlink_address_dump(netlink, item->ifindex, AF_UNSPEC, announcer_on_address,
				   &context);
}

/* False: it has had all its rounds. */
static bool announcer_advance(struct announcer_item *item, uint64_t now_us)
{
	unsigned int done;

	item->announced += item->announced < ANNOUNCER_ROUNDS;
	item->solicited += item->solicited < ANNOUNCER_ROUNDS;
	done = item->announced < item->solicited ? item->announced : item->solicited;
	if (done == ANNOUNCER_ROUNDS) {
		return false;
	}
	item->due_us = now_us + announcer_waits_us[done - 1];
	return true;
}

static void announcer_arm(struct announcer *announcer)
{
	uint64_t due_us = UINT64_MAX;

	for (size_t i = 0; i < announcer->count; i++) {
		if (announcer->items[i].due_us < due_us) {
			due_us = announcer->items[i].due_us;
		}
	}
	if (announcer->count == 0) {
		close(announcer->fd);
		announcer->fd = -1;
		return;
	}
	sd_event_source_set_time(announcer->timer, due_us);
	sd_event_source_set_enabled(announcer->timer, SD_EVENT_ONESHOT);
}

static int announcer_on_time(sd_event_source *source, uint64_t due_us, void *user)
{
	struct announcer *announcer = user;
	uint64_t now_us = daemon_now_us();
	size_t kept = 0;
	int spoken = 0;

	(void)source;
	(void)due_us;
	for (size_t i = 0; i < announcer->count; i++) {
		struct announcer_item item = announcer->items[i];

		if (item.due_us <= now_us && spoken < ANNOUNCER_INTERFACES_A_TURN) {
			spoken++;
			announcer_speak(announcer, &item);
			if (!announcer_advance(&item, now_us)) {
				continue;
			}
		}
		announcer->items[kept++] = item;
	}
	announcer->count = kept;
	announcer_arm(announcer);
	return 0;
}

static struct announcer *announcer_get(struct daemon *daemon)
{
	struct announcer *announcer = daemon->announcer;

	if (!announcer) {
		announcer = calloc(1, sizeof(*announcer));
		if (!announcer) {
			return NULL;
		}
		announcer->daemon = daemon;
		announcer->fd = -1;
		if (sd_event_add_time(daemon->loop, &announcer->timer, CLOCK_MONOTONIC,
				      UINT64_MAX, 1000, announcer_on_time, announcer) < 0) {
			free(announcer);
			return NULL;
		}
		sd_event_source_set_enabled(announcer->timer, SD_EVENT_OFF);
		sd_event_source_set_priority(announcer->timer, DAEMON_PRIORITY_API);
		daemon->announcer = announcer;
	}
	if (announcer->fd < 0) {
		announcer->fd = neighbour_socket_send_only();
	}
	return announcer->fd < 0 ? NULL : announcer;
}

static struct announcer_item *announcer_item(struct announcer *announcer, uint32_t ifindex)
{
	struct announcer_item *items = announcer->items;

	for (size_t i = 0; i < announcer->count; i++) {
		if (items[i].ifindex == ifindex) {
			return &items[i];
		}
	}
	if (announcer->count == announcer->room) {
		size_t room = announcer->room ? announcer->room * 2 : 16;

		items = realloc(items, room * sizeof(*items));
		if (!items) {
			return NULL;
		}
		announcer->items = items;
		announcer->room = room;
	}
	items[announcer->count] = (struct announcer_item){.ifindex = ifindex,
							  .announced = ANNOUNCER_ROUNDS,
							  .solicited = ANNOUNCER_ROUNDS};
	return &items[announcer->count++];
}

static void announcer_want(struct daemon *daemon, uint32_t ifindex, bool announce, bool solicit)
{
	struct announcer *announcer = ifindex ? announcer_get(daemon) : NULL;
	struct announcer_item *item = announcer ? announcer_item(announcer, ifindex) : NULL;

	if (!item) {
		return;
	}
	item->announced = announce ? 0 : item->announced;
	item->solicited = solicit ? 0 : item->solicited;
	item->due_us = daemon_now_us();
	sd_event_source_set_time(announcer->timer, item->due_us);
	sd_event_source_set_enabled(announcer->timer, SD_EVENT_ONESHOT);
}

void address_announce(struct daemon *daemon, uint32_t ifindex)
{
	announcer_want(daemon, ifindex, true, false);
}

void address_announce_parent(const struct vlan_parent *parent)
{
	announcer_want(parent->daemon, parent->ifindex, true, false);
	for (size_t i = 0; i < parent->vlan_count; i++) {
		announcer_want(parent->daemon, parent->vlans[i].ifindex, true, false);
	}
}

void address_solicit_router(struct daemon *daemon, uint32_t ifindex)
{
	announcer_want(daemon, ifindex, false, true);
}

void address_close(struct daemon *daemon)
{
	struct announcer *announcer = daemon->announcer;

	address_late_close(daemon);
	if (!announcer) {
		return;
	}
	sd_event_source_disable_unref(announcer->timer);
	if (announcer->fd >= 0) {
		close(announcer->fd);
	}
	free(announcer->items);
	free(announcer);
	daemon->announcer = NULL;
}
