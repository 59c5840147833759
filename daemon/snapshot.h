/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Links, addresses, routes and rules of the kernel at one moment: asked for all at once,
 * or of a few interfaces.
 */
#ifndef DAEMON_SNAPSHOT_H
#define DAEMON_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "netlink/netlink.h"

struct routing;

struct snapshot_link {
	uint32_t ifindex;
	uint32_t flags; /* IFF_* */
	uint32_t mtu;
	uint8_t mac[6];
	bool carrier;
	struct netlink_ipv6 ipv6;
};

struct snapshot {
	size_t link_count, link_room;
	struct snapshot_link *links; /* by ifindex */
	size_t address_count, address_room;
	struct netlink_address *addresses; /* by ifindex */
	struct routing *routing;	   /* NULL: not asked for */
};

/* Of the interfaces with these indices; NULL: of all. Those that aren't there are not in
 * it. 0 or -errno, *out being untouched. */
int snapshot_read(struct netlink *netlink, const uint32_t *ifindices, size_t count,
		  bool with_routing, struct snapshot *out);
/* All addresses of AF_INET or AF_INET6, and nothing else. */
int snapshot_read_addresses(struct netlink *netlink, int family, struct snapshot *out);
void snapshot_free(struct snapshot *snapshot);

/* NULL: there is none. */
const struct snapshot_link *snapshot_link(const struct snapshot *snapshot, uint32_t ifindex);
/* The addresses of one interface, *count of them. */
const struct netlink_address *snapshot_addresses(const struct snapshot *snapshot,
						 uint32_t ifindex, size_t *count);
bool snapshot_has_address(const struct snapshot *snapshot, uint32_t ifindex,
			  const struct model_address *address);

#endif
