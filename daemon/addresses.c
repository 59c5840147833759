/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/json_util.h"

static bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && a->prefix == b->prefix &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static struct address address_from_model(const struct model_address *from)
{
	struct address address = {.family = from->family, .prefix = from->prefix};

	memcpy(address.bytes, from->bytes, from->family == AF_INET ? 4 : 16);
	return address;
}

static struct address *address_set_find(const struct address_set *set,
					const struct address *address)
{
	for (size_t i = 0; i < set->count; i++) {
		if (address_equal(&set->list[i], address)) {
			return &set->list[i];
		}
	}
	return NULL;
}

static void address_set_add(struct address_set *set, const struct address *address)
{
	struct address *list;

	if (address_set_find(set, address)) {
		return;
	}
	list = realloc(set->list, (set->count + 1) * sizeof(*list));
	if (list) {
		list[set->count++] = *address;
		set->list = list;
	}
}

void address_set_free(struct address_set *set)
{
	free(set->list);
	*set = (struct address_set){0};
}

static bool address_is_wanted(const struct model_interface *wanted,
			      const struct address *address)
{
	for (size_t i = 0; i < wanted->address_count; i++) {
		struct address each = address_from_model(&wanted->addresses[i]);

		if (address_equal(&each, address)) {
			return true;
		}
	}
	return false;
}

static struct netlink_address address_to_netlink(uint32_t ifindex,
						 const struct address *address)
{
	struct netlink_address out = {
		.ifindex = ifindex, .family = address->family, .prefix = address->prefix};

	memcpy(out.bytes, address->bytes, sizeof(out.bytes));
	return out;
}

/* Removes what is ours and no longer wanted. One that somebody else removed
 * before us is simply forgotten; one that can't be removed stays ours. */
static void addresses_remove_unwanted(struct netlink *netlink, uint32_t ifindex,
				      struct address_set *ours,
				      const struct model_interface *wanted,
				      addresses_change_callback *callback, void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < ours->count; i++) {
		struct address address = ours->list[i];
		struct netlink_address request = address_to_netlink(ifindex, &address);
		int err;

		if (address_is_wanted(wanted, &address)) {
			ours->list[kept++] = address;
			continue;
		}
		err = netlink_address_delete(netlink, &request);
		if (err == -EADDRNOTAVAIL || err == -ENODEV) {
			continue;
		}
		callback(&address, false, err, context);
		if (err < 0) {
			ours->list[kept++] = address;
		}
	}
	ours->count = kept;
}

void addresses_apply(struct netlink *netlink, uint32_t ifindex, struct address_set *ours,
		     const struct model_interface *wanted, addresses_change_callback *callback,
		     void *context)
{
	addresses_remove_unwanted(netlink, ifindex, ours, wanted, callback, context);
	for (size_t i = 0; i < wanted->address_count; i++) {
		struct address address = address_from_model(&wanted->addresses[i]);
		struct netlink_address request = address_to_netlink(ifindex, &address);
		int err = netlink_address_add(netlink, &request);

		if (err != -EEXIST) {
			callback(&address, true, err, context);
		}
		if (err == 0 || err == -EEXIST) {
			address_set_add(ours, &address);
		}
	}
}

void address_text(const struct address *address, char out[ADDRESS_TEXT_SIZE])
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(address->family, address->bytes, text, sizeof(text));
	snprintf(out, ADDRESS_TEXT_SIZE, "%s/%u", text, address->prefix);
}

json_t *address_set_to_json(const struct address_set *set)
{
	json_t *list = json_array();

	for (size_t i = 0; i < set->count; i++) {
		const struct address *address = &set->list[i];

		json_array_append_new(
			list, json_address(address->family, address->bytes, address->prefix));
	}
	return list;
}

void address_set_from_json(struct address_set *set, const json_t *json)
{
	for (size_t i = 0; i < json_array_size(json); i++) {
		const json_t *each = json_array_get(json, i);
		const char *text = json_string_value(json_object_get(each, "address"));
		struct address address = {0};

		if (!text) {
			continue;
		}
		address.family = strchr(text, ':') ? AF_INET6 : AF_INET;
		address.prefix = (uint8_t)json_get_uint(
			each, "prefix", address.family == AF_INET ? 32 : 128, 0);
		if (inet_pton(address.family, text, address.bytes) == 1) {
			address_set_add(set, &address);
		}
	}
}
