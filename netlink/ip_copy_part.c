/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done with a copy that lives longer than the work at hand: what of it counts, what
 * is gone by now, how much of a lease is left, and the copy as bytes.
 * Facts: linux/if_addr.h (ifa_cacheinfo, IFA_PROTO from Linux 5.18 on), linux/rtnetlink.h.
 */
#include "netlink/ip_copy.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/ip_copy_internal.h"
#include "netlink/route.h"

#ifndef IFAPROT_KERNEL_RA
#define IFA_PROTO	  11
#define IFAPROT_KERNEL_RA 2
#define IFAPROT_KERNEL_LL 3
#endif

#define LIFETIME_INFINITE UINT32_MAX
#define ADDRESS_TYPE_MAX  (IFA_PROTO > IFA_MAX ? IFA_PROTO : IFA_MAX)

/* --- a part ---------------------------------------------------------------- */

static bool address_is_made_by_itself(const struct nlmsghdr *message)
{
	const struct nlattr *table[ADDRESS_TYPE_MAX + 1];
	const struct nlattr *proto;
	uint8_t value;

	netlink_attributes(message, sizeof(struct ifaddrmsg), table, ADDRESS_TYPE_MAX);
	proto = table[IFA_PROTO];
	if (!proto || mnl_attr_get_payload_len(proto) < sizeof(value)) {
		return false;
	}
	value = mnl_attr_get_u8(proto);
	return value == IFAPROT_KERNEL_RA || value == IFAPROT_KERNEL_LL;
}

static int part_addresses(const struct netlink_ip_copy *copy,
			  const struct netlink_ip_copy_filter *filter,
			  struct netlink_ip_copy *part)
{
	int result = 0;

	for (size_t i = 0; i < copy->addresses.count && result == 0; i++) {
		const struct nlmsghdr *message = copy->addresses.list[i];
		struct netlink_address address;

		if (netlink_address_decode(message, &address) &&
		    filter->interface(address.ifindex, filter->context) &&
		    (!filter->address || filter->address(&address, filter->context)) &&
		    !address_is_made_by_itself(message)) {
			result = ip_copy_messages_add(&part->addresses, message);
		}
	}
	return result;
}

/* Whether one of the addresses is what the route has as its source. */
static bool part_has_source(const struct netlink_ip_copy *part, const struct nlmsghdr *message)
{
	struct netlink_route route;
	struct netlink_address address;

	if (!netlink_route_decode(message, &route) || !route.has_source_address) {
		return false;
	}
	for (size_t i = 0; i < part->addresses.count; i++) {
		if (netlink_address_decode(part->addresses.list[i], &address) &&
		    address.family == route.family &&
		    memcmp(address.bytes, route.source_address,
			   netlink_address_size(route.family)) == 0) {
			return true;
		}
	}
	return false;
}

static int part_routes(const struct netlink_ip_copy *copy,
		       const struct netlink_ip_copy_filter *filter,
		       struct netlink_ip_copy *part)
{
	int result = 0;

	for (size_t i = 0; i < copy->routes.count && result == 0; i++) {
		struct nlmsghdr *message = copy->routes.list[i];

		if (ip_copy_route_is_wanted(message, filter) ||
		    part_has_source(part, message)) {
			result = ip_copy_messages_add(&part->routes, message);
		}
	}
	return result;
}

int netlink_ip_copy_part(const struct netlink_ip_copy *copy,
			 const struct netlink_ip_copy_filter *filter,
			 struct netlink_ip_copy **out)
{
	struct netlink_ip_copy *part = calloc(1, sizeof(*part));
	int result;

	if (!part) {
		return -ENOMEM;
	}
	result = part_addresses(copy, filter, part);
	if (result == 0) {
		result = part_routes(copy, filter, part);
	}
	if (result < 0) {
		netlink_ip_copy_free(part);
		return result;
	}
	*out = part;
	return 0;
}

size_t netlink_ip_copy_count(const struct netlink_ip_copy *copy)
{
	return copy->addresses.count + copy->routes.count;
}

/* --- what is gone ------------------------------------------------------------ */

/* One message in a form that can be compared. */
struct part_address {
	struct netlink_address address;
	size_t place;
};

struct part_route {
	struct netlink_route route;
	size_t place;
};

struct part_present {
	size_t address_count, route_count;
	struct part_address *addresses; /* both in order */
	struct part_route *routes;
	bool *has_address, *has_route; /* by place: it is there */
};

static int part_compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Scope and flags are no part of which address it is. */
static int part_compare_addresses(const void *left, const void *right)
{
	const struct netlink_address *a = &((const struct part_address *)left)->address;
	const struct netlink_address *b = &((const struct part_address *)right)->address;
	int difference = part_compare_numbers(a->ifindex, b->ifindex);

	if (difference == 0) {
		difference = part_compare_numbers((uint64_t)a->family, (uint64_t)b->family);
	}
	if (difference == 0) {
		difference = part_compare_numbers(a->prefix, b->prefix);
	}
	return difference ? difference : memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int part_compare_hops(const struct netlink_hop *a, const struct netlink_hop *b)
{
	int difference = part_compare_numbers(a->ifindex, b->ifindex);

	if (difference == 0) {
		difference = part_compare_numbers((uint64_t)a->gateway_family,
						  (uint64_t)b->gateway_family);
	}
	if (difference == 0) {
		difference = memcmp(a->gateway, b->gateway, sizeof(a->gateway));
	}
	if (difference == 0) {
		difference = part_compare_numbers(a->weight, b->weight);
	}
	return difference ? difference : part_compare_numbers(a->onlink, b->onlink);
}

static int part_compare_routes(const void *left, const void *right)
{
	const struct netlink_route *a = &((const struct part_route *)left)->route;
	const struct netlink_route *b = &((const struct part_route *)right)->route;
	const uint64_t pairs[][2] = {
		{(uint64_t)a->family, (uint64_t)b->family},
		{a->table, b->table},
		{a->prefix, b->prefix},
		{a->metric, b->metric},
		{a->tos, b->tos},
		{a->type, b->type},
		{a->protocol, b->protocol},
		{a->scope, b->scope},
		{a->has_source_address, b->has_source_address},
		{a->hop_count, b->hop_count},
	};
	int difference = memcmp(a->destination, b->destination, sizeof(a->destination));

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]) && difference == 0; i++) {
		difference = part_compare_numbers(pairs[i][0], pairs[i][1]);
	}
	if (difference == 0) {
		difference =
			memcmp(a->source_address, b->source_address, sizeof(a->source_address));
	}
	if (difference == 0) {
		difference = memcmp(a->metrics, b->metrics, sizeof(a->metrics));
	}
	for (size_t i = 0; i < a->hop_count && i < NETLINK_HOPS_MAX && difference == 0; i++) {
		difference = part_compare_hops(&a->hops[i], &b->hops[i]);
	}
	return difference;
}

static int part_on_address(const struct netlink_address *address, void *context)
{
	struct part_present *present = context;
	const struct part_address key = {.address = *address};
	const struct part_address *found =
		present->address_count == 0
			? NULL
			: bsearch(&key, present->addresses, present->address_count, sizeof(key),
				  part_compare_addresses);

	if (found) {
		present->has_address[found->place] = true;
	}
	return 0;
}

static int part_on_route(const struct netlink_route *route, void *context)
{
	struct part_present *present = context;
	const struct part_route key = {.route = *route};
	const struct part_route *found = bsearch(&key, present->routes, present->route_count,
						 sizeof(key), part_compare_routes);
	if (found) {
		present->has_route[found->place] = true;
	}
	return 0;
}

static void part_present_free(struct part_present *present)
{
	free(present->addresses);
	free(present->routes);
	free(present->has_address);
	free(present->has_route);
}

/* What is looked for. */
static int part_present_make(const struct netlink_ip_copy *copy, struct part_present *out)
{
	struct netlink_address address;

	out->addresses = calloc(copy->addresses.count + 1, sizeof(*out->addresses));
	out->routes = calloc(copy->routes.count + 1, sizeof(*out->routes));
	out->has_address = calloc(copy->addresses.count + 1, sizeof(bool));
	out->has_route = calloc(copy->routes.count + 1, sizeof(bool));
	if (!out->addresses || !out->routes || !out->has_address || !out->has_route) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < copy->addresses.count; i++) {
		if (netlink_address_decode(copy->addresses.list[i], &address)) {
			out->addresses[out->address_count++] =
				(struct part_address){.address = address, .place = i};
		}
	}
	for (size_t i = 0; i < copy->routes.count; i++) {
		struct part_route *route = &out->routes[out->route_count];

		if (netlink_route_decode(copy->routes.list[i], &route->route)) {
			route->place = i;
			out->route_count++;
		}
	}
	if (out->address_count > 0) {
		qsort(out->addresses, out->address_count, sizeof(*out->addresses),
		      part_compare_addresses);
	}
	if (out->route_count > 0) {
		qsort(out->routes, out->route_count, sizeof(*out->routes), part_compare_routes);
	}
	return 0;
}

static int part_present_find(struct netlink *netlink, struct part_present *present)
{
	static const int families[] = {AF_INET, AF_INET6};
	int result = netlink_address_dump(netlink, 0, AF_UNSPEC, part_on_address, present);

	for (size_t i = 0; i < 2 && present->route_count > 0 && result == 0; i++) {
		result = netlink_route_dump(netlink, families[i], part_on_route, present);
		if (result == -EAFNOSUPPORT || result == -EOPNOTSUPP) {
			result = 0;
		}
	}
	return result;
}

static void messages_drop(struct ip_copy_messages *messages, const bool *drop)
{
	size_t kept = 0;

	for (size_t i = 0; i < messages->count; i++) {
		if (drop[i]) {
			free(messages->list[i]);
		} else {
			messages->list[kept++] = messages->list[i];
		}
	}
	messages->count = kept;
}

int netlink_ip_copy_keep_gone(struct netlink *netlink, struct netlink_ip_copy *copy)
{
	struct part_present present = {0};
	int result = part_present_make(copy, &present);

	if (result == 0) {
		result = part_present_find(netlink, &present);
	}
	if (result == 0) {
		messages_drop(&copy->addresses, present.has_address);
		messages_drop(&copy->routes, present.has_route);
	}
	part_present_free(&present);
	return result;
}

/* --- time ---------------------------------------------------------------------- */

static uint32_t lifetime_age(uint32_t lifetime_s, uint64_t seconds)
{
	if (lifetime_s == LIFETIME_INFINITE) {
		return lifetime_s;
	}
	return lifetime_s > seconds ? (uint32_t)(lifetime_s - seconds) : 0;
}

/* False: it is over. */
static bool address_age(struct nlmsghdr *message, uint64_t seconds)
{
	const struct nlattr *table[IFA_MAX + 1];
	struct ifa_cacheinfo times;

	netlink_attributes(message, sizeof(struct ifaddrmsg), table, IFA_MAX);
	if (!table[IFA_CACHEINFO] ||
	    mnl_attr_get_payload_len(table[IFA_CACHEINFO]) < sizeof(times)) {
		return true;
	}
	memcpy(&times, mnl_attr_get_payload(table[IFA_CACHEINFO]), sizeof(times));
	times.ifa_valid = lifetime_age(times.ifa_valid, seconds);
	times.ifa_prefered = lifetime_age(times.ifa_prefered, seconds);
	memcpy(mnl_attr_get_payload(table[IFA_CACHEINFO]), &times, sizeof(times));
	return times.ifa_valid > 0;
}

void netlink_ip_copy_age(struct netlink_ip_copy *copy, uint64_t seconds)
{
	struct ip_copy_messages *addresses = &copy->addresses;
	size_t kept = 0;

	for (size_t i = 0; i < addresses->count; i++) {
		if (address_age(addresses->list[i], seconds)) {
			addresses->list[kept++] = addresses->list[i];
		} else {
			free(addresses->list[i]);
		}
	}
	addresses->count = kept;
}

/* --- names ------------------------------------------------------------------- */

/* Whether it is the name, or the name and something behind a colon: *tail. */
static bool label_is_of(const struct nlattr *label, const char *name, const char **tail)
{
	const char *text = label ? mnl_attr_get_payload(label) : NULL;
	size_t size = strlen(name);

	if (!text || mnl_attr_get_payload_len(label) <= size ||
	    text[mnl_attr_get_payload_len(label) - 1] != '\0' ||
	    strncmp(text, name, size) != 0) {
		return false;
	}
	*tail = text + size;
	return **tail == '\0' || **tail == ':';
}

/* The same with another label; NULL: no memory. */
static struct nlmsghdr *address_relabel(const struct nlmsghdr *message, const char *text)
{
	struct nlmsghdr *copy =
		calloc(1, message->nlmsg_len + MNL_ATTR_HDRLEN + 2 * NETLINK_NAME_SIZE);
	const struct nlattr *attribute;

	if (!copy) {
		return NULL;
	}
	memcpy(copy, message, MNL_NLMSG_HDRLEN + sizeof(struct ifaddrmsg));
	copy->nlmsg_len = MNL_NLMSG_HDRLEN + MNL_ALIGN(sizeof(struct ifaddrmsg));
	mnl_attr_for_each (attribute, message, sizeof(struct ifaddrmsg)) {
		if (mnl_attr_get_type(attribute) == IFA_LABEL) {
			mnl_attr_put_strz(copy, IFA_LABEL, text);
		} else {
			mnl_attr_put(copy, mnl_attr_get_type(attribute),
				     mnl_attr_get_payload_len(attribute),
				     mnl_attr_get_payload(attribute));
		}
	}
	return copy;
}

int netlink_ip_copy_rename(struct netlink_ip_copy *copy, uint32_t ifindex, const char *from,
			   const char *to)
{
	for (size_t i = 0; i < copy->addresses.count; i++) {
		struct nlmsghdr **message = &copy->addresses.list[i], *changed;
		const struct nlattr *table[IFA_MAX + 1];
		char text[NETLINK_NAME_SIZE];
		struct netlink_address address;
		const char *tail;

		netlink_attributes(*message, sizeof(struct ifaddrmsg), table, IFA_MAX);
		if (!netlink_address_decode(*message, &address) || address.ifindex != ifindex ||
		    !label_is_of(table[IFA_LABEL], from, &tail)) {
			continue;
		}
		/* Cut off as the kernel does it. */
		(void)snprintf(text, sizeof(text), "%s%s", to, tail);
		changed = address_relabel(*message, text);
		if (!changed) {
			return -ENOMEM;
		}
		free(*message);
		*message = changed;
	}
	return 0;
}

/* --- bytes ----------------------------------------------------------------------- */

static size_t messages_size(const struct ip_copy_messages *messages)
{
	size_t size = 0;

	for (size_t i = 0; i < messages->count; i++) {
		size += MNL_ALIGN(messages->list[i]->nlmsg_len);
	}
	return size;
}

static uint8_t *messages_put(const struct ip_copy_messages *messages, uint8_t *to)
{
	for (size_t i = 0; i < messages->count; i++) {
		memcpy(to, messages->list[i], messages->list[i]->nlmsg_len);
		to += MNL_ALIGN(messages->list[i]->nlmsg_len);
	}
	return to;
}

int netlink_ip_copy_to_bytes(const struct netlink_ip_copy *copy, uint8_t **out, size_t *size)
{
	size_t whole = messages_size(&copy->addresses) + messages_size(&copy->routes);
	uint8_t *bytes = calloc(1, whole + 1);

	if (!bytes) {
		return -ENOMEM;
	}
	(void)messages_put(&copy->routes, messages_put(&copy->addresses, bytes));
	*out = bytes;
	*size = whole;
	return 0;
}

/* One message that came from elsewhere. */
static int copy_take(struct netlink_ip_copy *copy, const struct nlmsghdr *message)
{
	struct netlink_address address;
	struct netlink_route route;

	if (message->nlmsg_type == RTM_NEWADDR && netlink_address_decode(message, &address)) {
		return ip_copy_messages_add(&copy->addresses, message);
	}
	if (message->nlmsg_type == RTM_NEWROUTE && netlink_route_decode(message, &route)) {
		return ip_copy_messages_add(&copy->routes, message);
	}
	return -EINVAL;
}

int netlink_ip_copy_from_bytes(const uint8_t *bytes, size_t size, struct netlink_ip_copy **out)
{
	struct netlink_ip_copy *copy = calloc(1, sizeof(*copy));
	struct nlmsghdr header;
	int result = copy ? 0 : -ENOMEM;

	for (size_t at = 0; at < size && result == 0; at += MNL_ALIGN(header.nlmsg_len)) {
		if (size - at < sizeof(header)) {
			result = -EINVAL;
			break;
		}
		memcpy(&header, bytes + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size - at) {
			result = -EINVAL;
			break;
		}
		result = copy_take(copy, (const struct nlmsghdr *)(const void *)(bytes + at));
	}
	if (result < 0) {
		netlink_ip_copy_free(copy);
		return result;
	}
	*out = copy;
	return 0;
}
