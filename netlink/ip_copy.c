/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts: rtnetlink(7), linux/rtnetlink.h, linux/if_addr.h. What the kernel tells of an
 * address or a route it also takes, but for a few flags that only it sets.
 */
#include "netlink/ip_copy.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/ip_copy_internal.h"
#include "netlink/route.h"

/* Routes lead by others: what can't be put back at first may be after them. */
#define ROUTE_PASSES_MAX 4

void ip_copy_messages_free(struct ip_copy_messages *messages)
{
	for (size_t i = 0; i < messages->count; i++) {
		free(messages->list[i]);
	}
	free(messages->list);
	*messages = (struct ip_copy_messages){0};
}

int ip_copy_messages_add(struct ip_copy_messages *messages, const struct nlmsghdr *message)
{
	size_t room = messages->room ? messages->room * 2 : 64;
	struct nlmsghdr **list, *copy;

	if (messages->count == messages->room) {
		list = reallocarray(messages->list, room, sizeof(struct nlmsghdr *));
		if (!list) {
			return -ENOMEM;
		}
		messages->list = list;
		messages->room = room;
	}
	copy = malloc(message->nlmsg_len);
	if (!copy) {
		return -ENOMEM;
	}
	memcpy(copy, message, message->nlmsg_len);
	messages->list[messages->count++] = copy;
	return 0;
}

/* --- addresses ------------------------------------------------------------- */

static struct ifaddrmsg *address_info(const struct nlmsghdr *message)
{
	return mnl_nlmsg_get_payload(message);
}

static int on_address(const struct nlmsghdr *message, void *context)
{
	struct netlink_ip_copy *copy = context;
	struct netlink_address address;

	/* A temporary one is made anew by the kernel; one that another host has isn't
	 * worth having. */
	if (message->nlmsg_type != RTM_NEWADDR || !netlink_address_decode(message, &address) ||
	    address.flags &
		    (IFA_F_DADFAILED | (address.family == AF_INET6 ? IFA_F_TEMPORARY : 0)) ||
	    (copy->filter &&
	     !copy->filter->interface(address.ifindex, copy->filter->context))) {
		return 0;
	}
	return ip_copy_messages_add(&copy->addresses, message);
}

static int addresses_dump(struct netlink *netlink, struct netlink_ip_copy *copy)
{
	return netlink_dump_family(netlink, RTM_GETADDR, sizeof(struct ifaddrmsg), AF_UNSPEC,
				   on_address, copy);
}

/* The request that puts it onto this interface, or takes it off; NULL: no memory. */
static struct nlmsghdr *address_request(const struct nlmsghdr *message, uint16_t type,
					uint32_t ifindex)
{
	struct nlmsghdr *request = malloc(message->nlmsg_len);

	if (request) {
		memcpy(request, message, message->nlmsg_len);
		request->nlmsg_type = type;
		request->nlmsg_flags = type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0;
		request->nlmsg_pid = 0;
		address_info(request)->ifa_index = ifindex;
	}
	return request;
}

static int address_send(struct netlink *netlink, const struct nlmsghdr *message, uint16_t type,
			uint32_t ifindex)
{
	struct nlmsghdr *request = address_request(message, type, ifindex);
	int result = request ? netlink_request(netlink, request, NULL, NULL) : -ENOMEM;

	free(request);
	return result;
}

/* An address of a list, decoded. */
struct entry {
	struct netlink_address address; /* with the interface's number as it is now */
	const struct nlmsghdr *message;
	size_t order;
};

struct entries {
	size_t count;
	struct entry *list; /* by interface, of each in the kernel's order */
};

static int entry_compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->address.ifindex != b->address.ifindex) {
		return a->address.ifindex < b->address.ifindex ? -1 : 1;
	}
	return a->order < b->order ? -1 : a->order > b->order;
}

static int entries_make(const struct ip_copy_messages *messages, netlink_ip_copy_index *index,
			void *context, struct entries *out)
{
	struct entry *list = calloc(messages->count + 1, sizeof(*list));
	size_t count = 0;

	if (!list) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < messages->count; i++) {
		struct entry *entry = &list[count];

		*entry = (struct entry){.message = messages->list[i], .order = i};
		if (!netlink_address_decode(messages->list[i], &entry->address)) {
			continue;
		}
		if (index) {
			entry->address.ifindex = index(entry->address.ifindex, context);
		}
		count += entry->address.ifindex != 0;
	}
	if (count > 0) {
		qsort(list, count, sizeof(*list), entry_compare);
	}
	*out = (struct entries){.count = count, .list = list};
	return 0;
}

/* The first of the interface's. */
static size_t entries_of(const struct entries *entries, uint32_t ifindex)
{
	size_t low = 0, high = entries->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entries->list[middle].address.ifindex < ifindex) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* Where the address is; the list's size: nowhere. */
static size_t entries_find(const struct entries *entries, const struct netlink_address *address)
{
	for (size_t i = entries_of(entries, address->ifindex);
	     i < entries->count && entries->list[i].address.ifindex == address->ifindex; i++) {
		const struct netlink_address *one = &entries->list[i].address;

		if (one->family == address->family && one->prefix == address->prefix &&
		    memcmp(one->bytes, address->bytes, sizeof(one->bytes)) == 0) {
			return i;
		}
	}
	return entries->count;
}

static bool same_network(const struct netlink_address *a, const struct netlink_address *b)
{
	if (a->family != AF_INET || b->family != AF_INET || a->prefix != b->prefix) {
		return false;
	}
	for (unsigned int bit = 0; bit < a->prefix; bit++) {
		if ((a->bytes[bit / 8] ^ b->bytes[bit / 8]) >> (7 - bit % 8) & 1) {
			return false;
		}
	}
	return true;
}

/* --- routes ---------------------------------------------------------------- */

static struct rtmsg *route_info(const struct nlmsghdr *message)
{
	return mnl_nlmsg_get_payload(message);
}

/* The number in an attribute, which may not be aligned in memory that it is copied to. */
static uint32_t *attribute_u32(const struct nlattr *attribute)
{
	return attribute && mnl_attr_get_payload_len(attribute) >= sizeof(uint32_t)
		       ? mnl_attr_get_payload(attribute)
		       : NULL;
}

bool ip_copy_route_hops(struct nlmsghdr *message, ip_copy_hop *callback, void *context)
{
	const struct nlattr *table[RTA_MAX + 1];
	struct rtnexthop *hop;
	uint32_t *oif;
	int left;

	netlink_attributes(message, sizeof(struct rtmsg), table, RTA_MAX);
	oif = attribute_u32(table[RTA_OIF]);
	if (oif && !callback((int *)oif, context)) {
		return false;
	}
	if (!table[RTA_MULTIPATH]) {
		return true;
	}
	hop = mnl_attr_get_payload(table[RTA_MULTIPATH]);
	left = mnl_attr_get_payload_len(table[RTA_MULTIPATH]);
	while (left >= (int)sizeof(*hop) && RTNH_OK(hop, left)) {
		hop->rtnh_flags &= (unsigned char)~(RTNH_COMPARE_MASK);
		if (!callback(&hop->rtnh_ifindex, context)) {
			return false;
		}
		left -= RTNH_ALIGN(hop->rtnh_len);
		hop = RTNH_NEXT(hop);
	}
	return true;
}

static bool hop_is_unwanted(int *ifindex, void *context)
{
	const struct netlink_ip_copy_filter *filter = context;

	return !filter->interface((uint32_t)*ifindex, filter->context);
}

bool ip_copy_route_is_wanted(struct nlmsghdr *message,
			     const struct netlink_ip_copy_filter *filter)
{
	struct netlink_route route;

	if (!ip_copy_route_hops(message, hop_is_unwanted, (void *)filter)) {
		return true;
	}
	return filter->route && netlink_route_decode(message, &route) &&
	       filter->route(&route, filter->context);
}

static int on_route(const struct nlmsghdr *message, void *context)
{
	struct netlink_ip_copy *copy = context;
	const struct nlattr *table[RTA_MAX + 1];
	const struct rtmsg *info;
	int result;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info)) {
		return 0;
	}
	info = route_info(message);
	/* What the kernel or a router makes by itself. */
	if (info->rtm_flags & RTM_F_CLONED || info->rtm_table == RT_TABLE_LOCAL ||
	    info->rtm_protocol == RTPROT_KERNEL || info->rtm_protocol == RTPROT_RA ||
	    info->rtm_protocol == RTPROT_REDIRECT) {
		return 0;
	}
	netlink_attributes(message, sizeof(*info), table, RTA_MAX);
	result = ip_copy_messages_add(&copy->routes, message);
	/* One with an address as its source goes with that, wherever it leads. */
	if (result == 0 && !table[RTA_PREFSRC] && copy->filter &&
	    !ip_copy_route_is_wanted(copy->routes.list[copy->routes.count - 1], copy->filter)) {
		free(copy->routes.list[--copy->routes.count]);
	}
	return result;
}

static int routes_dump(struct netlink *netlink, int family, struct netlink_ip_copy *copy)
{
	int result = netlink_dump_family(netlink, RTM_GETROUTE, sizeof(struct rtmsg), family,
					 on_route, copy);

	return result == -EAFNOSUPPORT || result == -EOPNOTSUPP ? 0 : result;
}

/* --- the way back ---------------------------------------------------------- */

struct restoring {
	struct netlink *netlink;
	netlink_ip_copy_index *index;
	void *context;
	int done, first_error;
};

/* Whether it was put back; that it is there already is no error. */
static bool restoring_note(struct restoring *r, int result)
{
	if (result == 0) {
		r->done++;
	} else if (result != -EEXIST && r->first_error == 0) {
		r->first_error = result;
	}
	return result == 0;
}

static bool restoring_put(struct restoring *r, const struct entry *entry)
{
	return restoring_note(r, address_send(r->netlink, entry->message, RTM_NEWADDR,
					      entry->address.ifindex));
}

static void addresses_restore_missing(struct restoring *r, const struct entries *wanted,
				      const struct entries *present)
{
	for (size_t i = 0; i < wanted->count; i++) {
		if (entries_find(present, &wanted->list[i].address) == present->count) {
			(void)restoring_put(r, &wanted->list[i]);
		}
	}
}

/* Whether one of the same network that was before it is behind it now. */
static bool address_is_early(const struct entries *wanted, size_t place,
			     const struct entries *present)
{
	const struct netlink_address *mine = &wanted->list[place].address;
	size_t now = entries_find(present, mine);

	for (size_t i = entries_of(wanted, mine->ifindex); i < place && now < present->count;
	     i++) {
		size_t other = entries_find(present, &wanted->list[i].address);

		if (same_network(&wanted->list[i].address, mine) && other < present->count &&
		    other > now) {
			return true;
		}
	}
	return false;
}

static bool same_place(const struct entry *a, const struct entry *b)
{
	return a->address.ifindex == b->address.ifindex &&
	       same_network(&a->address, &b->address);
}

/* All of the network are taken off, the last ones first, since with the first the kernel may
 * take the others; and put on again in order. */
static void network_reorder(struct restoring *r, const struct entries *wanted,
			    const struct entries *present, const struct entry *one)
{
	for (size_t i = present->count; i-- > 0;) {
		if (same_place(&present->list[i], one) &&
		    entries_find(wanted, &present->list[i].address) < wanted->count) {
			(void)address_send(r->netlink, present->list[i].message, RTM_DELADDR,
					   present->list[i].address.ifindex);
		}
	}
	for (size_t i = entries_of(wanted, one->address.ifindex);
	     i < wanted->count && wanted->list[i].address.ifindex == one->address.ifindex;
	     i++) {
		if (same_place(&wanted->list[i], one)) {
			(void)restoring_put(r, &wanted->list[i]);
		}
	}
}

static void addresses_restore_order(struct restoring *r, const struct entries *wanted,
				    const struct entries *present)
{
	for (size_t i = 0; i < wanted->count; i++) {
		const struct entry *entry = &wanted->list[i];
		bool done = !address_is_early(wanted, i, present);

		for (size_t j = entries_of(wanted, entry->address.ifindex); j < i && !done;
		     j++) {
			done = same_place(&wanted->list[j], entry) &&
			       address_is_early(wanted, j, present);
		}
		if (!done) {
			network_reorder(r, wanted, present, entry);
		}
	}
}

/* The first round puts back what is missing, the second has it in order. */
static int addresses_restore(struct restoring *r, const struct ip_copy_messages *messages)
{
	struct entries wanted = {0};
	int result = entries_make(messages, r->index, r->context, &wanted);

	for (int round = 0; round < 2 && result == 0; round++) {
		struct netlink_ip_copy now = {0};
		struct entries present = {0};

		result = addresses_dump(r->netlink, &now);
		if (result == 0) {
			result = entries_make(&now.addresses, NULL, NULL, &present);
		}
		if (result == 0 && round == 0) {
			addresses_restore_missing(r, &wanted, &present);
		} else if (result == 0) {
			addresses_restore_order(r, &wanted, &present);
		}
		free(present.list);
		ip_copy_messages_free(&now.addresses);
	}
	free(wanted.list);
	return result;
}

static bool hop_renumber(int *ifindex, void *context)
{
	struct restoring *r = context;

	*ifindex = (int)r->index((uint32_t)*ifindex, r->context);
	return *ifindex != 0;
}

static int route_send(struct restoring *r, const struct nlmsghdr *message)
{
	struct nlmsghdr *request = malloc(message->nlmsg_len);
	int result = 0;

	if (!request) {
		return -ENOMEM;
	}
	memcpy(request, message, message->nlmsg_len);
	request->nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL;
	request->nlmsg_pid = 0;
	route_info(request)->rtm_flags &= RTNH_F_ONLINK;
	/* One over an interface that is gone for good went with it. */
	if (ip_copy_route_hops(request, hop_renumber, r)) {
		result = netlink_request(r->netlink, request, NULL, NULL);
	} else {
		result = -EEXIST;
	}
	free(request);
	return result;
}

static void routes_restore(struct restoring *r, const struct ip_copy_messages *routes)
{
	int first_error = r->first_error;
	bool more = true;

	for (int pass = 0; pass < ROUTE_PASSES_MAX && more; pass++) {
		more = false;
		r->first_error = first_error;
		for (size_t i = 0; i < routes->count; i++) {
			more |= restoring_note(r, route_send(r, routes->list[i]));
		}
	}
}

int netlink_ip_copy_make(struct netlink *netlink, const struct netlink_ip_copy_filter *filter,
			 struct netlink_ip_copy **out)
{
	struct netlink_ip_copy *copy = calloc(1, sizeof(*copy));
	int result;

	if (!copy) {
		return -ENOMEM;
	}
	copy->filter = filter;
	result = addresses_dump(netlink, copy);
	if (!result) {
		result = routes_dump(netlink, AF_INET, copy);
	}
	if (!result) {
		result = routes_dump(netlink, AF_INET6, copy);
	}
	if (result) {
		netlink_ip_copy_free(copy);
		return result;
	}
	copy->filter = NULL;
	*out = copy;
	return 0;
}

int netlink_ip_copy_restore(struct netlink *netlink, const struct netlink_ip_copy *copy,
			    netlink_ip_copy_index *index, void *context)
{
	struct restoring r = {.netlink = netlink, .index = index, .context = context};
	int result = addresses_restore(&r, &copy->addresses);

	routes_restore(&r, &copy->routes);
	result = result ? result : r.first_error;
	return result ? result : r.done;
}

void netlink_ip_copy_free(struct netlink_ip_copy *copy)
{
	if (copy) {
		ip_copy_messages_free(&copy->addresses);
		ip_copy_messages_free(&copy->routes);
		free(copy);
	}
}
