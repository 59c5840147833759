/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/routing.h"

/* Room for one more. */
static bool snapshot_reserve(void **list, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 64;
	void *bigger;

	if (count < *room) {
		return true;
	}
	bigger = reallocarray(*list, more, size);
	if (!bigger) {
		return false;
	}
	*list = bigger;
	*room = more;
	return true;
}

static int snapshot_on_link(const struct netlink_link *link, void *context)
{
	struct snapshot *snapshot = context;
	void *list = snapshot->links;
	struct snapshot_link *own;

	if (!snapshot_reserve(&list, snapshot->link_count, &snapshot->link_room,
			      sizeof(*own))) {
		return -ENOMEM;
	}
	snapshot->links = list;
	own = &snapshot->links[snapshot->link_count++];
	*own = (struct snapshot_link){.ifindex = link->ifindex,
				      .flags = link->flags,
				      .mtu = link->mtu,
				      .carrier = link->carrier,
				      .ipv6 = link->ipv6};
	memcpy(own->mac, link->mac, sizeof(own->mac));
	return 0;
}

static int snapshot_on_address(const struct netlink_address *address, void *context)
{
	struct snapshot *snapshot = context;
	void *list = snapshot->addresses;

	if (!snapshot_reserve(&list, snapshot->address_count, &snapshot->address_room,
			      sizeof(*address))) {
		return -ENOMEM;
	}
	snapshot->addresses = list;
	snapshot->addresses[snapshot->address_count++] = *address;
	return 0;
}

static int snapshot_compare_links(const void *left, const void *right)
{
	const struct snapshot_link *a = left, *b = right;

	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

static int snapshot_compare_addresses(const void *left, const void *right, void *addresses)
{
	const size_t *a = left, *b = right;
	const struct netlink_address *list = addresses;

	if (list[*a].ifindex != list[*b].ifindex) {
		return list[*a].ifindex < list[*b].ifindex ? -1 : 1;
	}
	return *a < *b ? -1 : *a > *b;
}

/* By interface, those of each in the kernel's order, which means something. */
static int snapshot_sort_addresses(struct snapshot *snapshot)
{
	size_t count = snapshot->address_count;
	size_t *places = calloc(count + 1, sizeof(*places));
	struct netlink_address *sorted = calloc(count + 1, sizeof(*sorted));

	if (!places || !sorted) {
		free(places);
		free(sorted);
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		places[i] = i;
	}
	qsort_r(places, count, sizeof(*places), snapshot_compare_addresses,
		snapshot->addresses);
	for (size_t i = 0; i < count; i++) {
		sorted[i] = snapshot->addresses[places[i]];
	}
	free(places);
	free(snapshot->addresses);
	snapshot->addresses = sorted;
	snapshot->address_room = count + 1;
	return 0;
}

static int snapshot_read_some(struct netlink *netlink, const uint32_t *ifindices, size_t count,
			      struct snapshot *snapshot)
{
	struct netlink_link link;
	int err = 0;

	for (size_t i = 0; i < count && err == 0; i++) {
		err = netlink_link_get(netlink, ifindices[i], &link);
		if (err == -ENODEV) {
			err = 0;
			continue;
		}
		if (err == 0) {
			err = snapshot_on_link(&link, snapshot);
		}
		if (err == 0) {
			err = netlink_address_dump(netlink, ifindices[i], AF_UNSPEC,
						   snapshot_on_address, snapshot);
		}
	}
	return err;
}

int snapshot_read(struct netlink *netlink, const uint32_t *ifindices, size_t count,
		  bool with_routing, struct snapshot *out)
{
	struct snapshot snapshot = {0};
	int err;

	if (ifindices) {
		err = snapshot_read_some(netlink, ifindices, count, &snapshot);
	} else {
		err = netlink_link_dump_bare(netlink, snapshot_on_link, &snapshot);
		if (err == 0) {
			err = netlink_address_dump(netlink, 0, AF_UNSPEC, snapshot_on_address,
						   &snapshot);
		}
	}
	if (err == 0 && with_routing) {
		err = routing_read(netlink, &snapshot.routing);
	}
	if (err == 0) {
		err = snapshot_sort_addresses(&snapshot);
	}
	if (err < 0) {
		snapshot_free(&snapshot);
		return err;
	}
	if (snapshot.link_count > 0) {
		qsort(snapshot.links, snapshot.link_count, sizeof(*snapshot.links),
		      snapshot_compare_links);
	}
	*out = snapshot;
	return 0;
}

int snapshot_read_addresses(struct netlink *netlink, int family, struct snapshot *out)
{
	struct snapshot snapshot = {0};
	int err = netlink_address_dump(netlink, 0, family, snapshot_on_address, &snapshot);

	if (err < 0) {
		snapshot_free(&snapshot);
		return err;
	}
	*out = snapshot;
	return 0;
}

void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->links);
	free(snapshot->addresses);
	routing_free(snapshot->routing);
	*snapshot = (struct snapshot){0};
}

const struct snapshot_link *snapshot_link(const struct snapshot *snapshot, uint32_t ifindex)
{
	struct snapshot_link key = {.ifindex = ifindex};

	if (snapshot->link_count == 0) {
		return NULL;
	}
	return bsearch(&key, snapshot->links, snapshot->link_count, sizeof(key),
		       snapshot_compare_links);
}

const struct netlink_address *snapshot_addresses(const struct snapshot *snapshot,
						 uint32_t ifindex, size_t *count)
{
	size_t low = 0, high = snapshot->address_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->addresses[middle].ifindex < ifindex) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	*count = 0;
	while (low + *count < snapshot->address_count &&
	       snapshot->addresses[low + *count].ifindex == ifindex) {
		(*count)++;
	}
	return *count > 0 ? &snapshot->addresses[low] : NULL;
}

bool snapshot_has_address(const struct snapshot *snapshot, uint32_t ifindex,
			  const struct model_address *address)
{
	size_t count;
	const struct netlink_address *list = snapshot_addresses(snapshot, ifindex, &count);

	for (size_t i = 0; i < count; i++) {
		if (list[i].family == address->family && list[i].prefix == address->prefix &&
		    memcmp(list[i].bytes, address->bytes,
			   address->family == AF_INET ? 4 : 16) == 0) {
			return true;
		}
	}
	return false;
}
