/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pairs of interfaces that the engine makes (a device and its hub): their
 * names and aliases, making them, and knowing them again.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>

#define HUB_SUFFIX	"-hub"
#define HUB_ALIAS_START "portchannel: hub of "

/* FNV-1a, for nothing but a name that is the same each time. */
static uint32_t name_hash(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++) {
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	}
	return hash;
}

void hub_name_make(const char *name, char out[ENGINE_NAME_SIZE])
{
	if (strlen(name) + strlen(HUB_SUFFIX) < ENGINE_NAME_SIZE) {
		(void)snprintf(out, ENGINE_NAME_SIZE, "%.11s" HUB_SUFFIX, name);
	} else {
		(void)snprintf(out, ENGINE_NAME_SIZE, "hub-%08x", name_hash(name));
	}
}

void hub_alias_make(const char *name, char out[NETLINK_ALIAS_SIZE])
{
	(void)snprintf(out, NETLINK_ALIAS_SIZE, HUB_ALIAS_START "%s", name);
}

void vlan_hub_alias_make(const char *name, uint16_t vid, const char *bond,
			 char out[NETLINK_ALIAS_SIZE])
{
	(void)snprintf(out, NETLINK_ALIAS_SIZE, HUB_ALIAS_START "%s, VLAN %u of %s", name, vid,
		       bond);
}

bool hub_alias_is_ours(const char *alias)
{
	return strncmp(alias, HUB_ALIAS_START, strlen(HUB_ALIAS_START)) == 0;
}

bool vlan_hub_alias_parse(const char *alias, char name[ENGINE_NAME_SIZE],
			  char parent[ENGINE_NAME_SIZE])
{
	unsigned int vid;

	return sscanf(alias, HUB_ALIAS_START "%15[^,], VLAN %u of %15s", name, &vid, parent) ==
	       3;
}

bool vlan_hub_alias_is_of(const char *alias, const char *bond)
{
	char name[ENGINE_NAME_SIZE], parent[ENGINE_NAME_SIZE];

	return vlan_hub_alias_parse(alias, name, parent) && strcmp(parent, bond) == 0;
}

bool vlan_hub_alias_is_ours(const char *alias)
{
	char name[ENGINE_NAME_SIZE], parent[ENGINE_NAME_SIZE];

	return vlan_hub_alias_parse(alias, name, parent);
}

/* A pair that nothing was done to since it was made. */
static bool pair_is_fresh(const struct netlink_link *device, const struct netlink_link *hub)
{
	char hub_name[ENGINE_NAME_SIZE];

	hub_name_make(device->name, hub_name);
	return strcmp(hub->name, hub_name) == 0 && !hub->alias[0] && !device->alias[0] &&
	       !(hub->flags & IFF_UP) && !(device->flags & IFF_UP) && !device->master;
}

/* By the hub, where somebody has given the device another name. */
static int pair_find_renamed(struct engine *engine, const char *name, const char *hub_alias,
			     struct netlink_link *device, struct netlink_link *hub)
{
	char hub_name[ENGINE_NAME_SIZE];

	hub_name_make(name, hub_name);
	if (netlink_link_get_by_name(engine->netlink, hub_name, hub) ||
	    strcmp(hub->alias, hub_alias) != 0 || hub->link_elsewhere ||
	    netlink_link_get(engine->netlink, hub->link, device)) {
		return -ENODEV;
	}
	return 0;
}

int pair_find(struct engine *engine, const char *name, const char *hub_alias,
	      struct netlink_link *device, struct netlink_link *hub, struct engine_error *err)
{
	int result = netlink_link_get_by_name(engine->netlink, name, device);

	if (result == -ENODEV) {
		return pair_find_renamed(engine, name, hub_alias, device, hub);
	}
	if (result) {
		return engine_fail_netlink(engine, err, result, "asking for %s", name);
	}
	if (strcmp(device->kind, "veth") != 0 || device->link_elsewhere || !device->link) {
		return engine_fail(err, -EEXIST,
				   "%s exists and isn't ours: a %s interface, which is left "
				   "as it is",
				   name, device->kind[0] ? device->kind : "physical");
	}
	result = netlink_link_get(engine->netlink, device->link, hub);
	if (result) {
		return engine_fail_netlink(engine, err, result, "asking for the peer of %s",
					   name);
	}
	if (strcmp(hub->alias, hub_alias) != 0 && !pair_is_fresh(device, hub)) {
		return engine_fail(err, -EEXIST,
				   "%s exists and isn't ours: its veth peer is %s, which "
				   "is left as it is",
				   name, hub->name);
	}
	return 0;
}

int hub_prepare(struct engine *engine, const struct netlink_link *hub, const char *hub_alias,
		bool finishes, struct engine_error *err)
{
	struct netlink_link_change change = {
		.fields = NETLINK_LINK_ALIAS | NETLINK_LINK_ADDR_GEN_MODE |
			  (finishes ? NETLINK_LINK_GROUP : 0),
		.alias = hub_alias,
		.addr_gen_mode = IN6_ADDR_GEN_MODE_NONE,
	};
	int result;

	/* A hub never has an address. Where IPv6 is absent there is nothing to
	 * switch off, and the address mode is then an unknown attribute. */
	result = netlink_sysctl_write("ipv6", hub->name, "disable_ipv6", 1);
	if (result && result != -ENOENT) {
		return engine_fail(err, result, "switching IPv6 off on %s: %s", hub->name,
				   strerror(-result));
	}
	if (result == -ENOENT || hub->addr_gen_mode < 0) {
		change.fields &= ~(uint32_t)NETLINK_LINK_ADDR_GEN_MODE;
	}
	result = netlink_link_set(engine->netlink, hub->ifindex, &change);
	if (result) {
		return engine_fail_netlink(engine, err, result, "setting up %s", hub->name);
	}
	return 0;
}

int pair_create(struct engine *engine, const struct pair_spec *spec,
		struct netlink_link *device, struct netlink_link *hub, struct engine_error *err)
{
	struct netlink_veth_end ends[2] = {{.name = spec->name, .mtu = spec->mtu},
					   {.mtu = spec->mtu, .group = HUB_GROUP_UNFINISHED}};
	char hub_name[ENGINE_NAME_SIZE];
	struct netlink_link made, made_hub;
	int result;

	hub_name_make(spec->name, hub_name);
	ends[1].name = hub_name;
	memcpy(ends[0].mac, spec->mac, MAC_SIZE);
	memcpy(ends[1].mac, spec->hub_mac, MAC_SIZE);
	result = netlink_veth_create(engine->netlink, &ends[0], &ends[1], spec->queues);
	if (result) {
		return engine_fail_netlink(engine, err, result, "creating %s and %s",
					   spec->name, hub_name);
	}
	result = netlink_link_get_by_name(engine->netlink, spec->name, &made);
	if (result) {
		return engine_fail_netlink(engine, err, result, "asking for the new %s",
					   spec->name);
	}
	result = netlink_link_get(engine->netlink, made.link, &made_hub);
	if (result) {
		engine_fail_netlink(engine, err, result, "asking for the new %s", hub_name);
		goto fail;
	}
	result = hub_prepare(engine, &made_hub, spec->hub_alias, spec->finishes, err);
	if (result) {
		goto fail;
	}
	*device = made;
	*hub = made_hub;
	return 0;

fail:
	netlink_link_abandon(engine->netlink, made.ifindex);
	return result;
}

int pair_delete(struct engine *engine, uint32_t ifindex, uint32_t hub_ifindex)
{
	struct netlink_link end;
	int result = netlink_link_get(engine->netlink, ifindex, &end);

	/* By its index, whatever it's called now, if the number isn't another's. */
	if (!result && (end.link == hub_ifindex || end.link_elsewhere)) {
		result = netlink_link_delete(engine->netlink, ifindex);
	} else if (!result || result == -ENODEV) {
		result = netlink_link_get(engine->netlink, hub_ifindex, &end);
		if (!result && hub_alias_is_ours(end.alias)) {
			result = netlink_link_delete(engine->netlink, hub_ifindex);
		}
	}
	return result == -ENODEV ? 0 : result;
}
