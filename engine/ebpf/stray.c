/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left of a bond that somebody deleted while no daemon was there: members
 * whose program leads nowhere, so that nothing they receive arrives, and the pairs
 * of its VLAN interfaces. They are put back, and removed. And pairs that a process died
 * over while it made them.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* A process dies over one at most, and so does the next. */
#define UNFINISHED_MAX 16

/* Interfaces that may be strays: a member always has an alias, ours or its own, and so
 * has a hub. parent: of a VLAN interface's hub, which is none while its bond is here. */
struct suspect {
	uint32_t ifindex;
	char parent[ENGINE_NAME_SIZE];
};

struct suspects {
	size_t count;
	struct suspect *list;
};

static int suspect_collect(const struct netlink_link *link, void *context)
{
	struct suspects *suspects = context;
	struct suspect *list, *suspect;
	char name[ENGINE_NAME_SIZE];

	if (!link->alias[0]) {
		return 0;
	}
	list = reallocarray(suspects->list, suspects->count + 1, sizeof(*list));
	if (!list) {
		return -ENOMEM;
	}
	suspects->list = list;
	suspect = &list[suspects->count++];
	*suspect = (struct suspect){.ifindex = link->ifindex};
	(void)vlan_hub_alias_parse(link->alias, name, suspect->parent);
	return 0;
}

/* Whether the bond that it is of is here, asked once for all that stand side by side.
 * What is left of a former one of that name, engine_bond_open() has dealt with. */
static bool bond_is_here(const char *name, char asked[ENGINE_NAME_SIZE], bool *answer)
{
	char hub_name[ENGINE_NAME_SIZE];

	if (strcmp(name, asked) != 0) {
		memcpy(asked, name, ENGINE_NAME_SIZE);
		hub_name_make(name, hub_name);
		*answer = if_nametoindex(hub_name) != 0;
	}
	return *answer;
}

static bool stray_promisc_set(const struct dp_table *table, uint32_t ifindex)
{
	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		if (table->slots[i].ifindex == ifindex) {
			return (table->slots[i].flags & SLOT_PROMISC_SET) != 0;
		}
	}
	return false;
}

/* 1: it was a stray and is none any more. 0: it is none. */
static int stray_release(struct engine *engine, uint32_t ifindex, struct engine_error *err)
{
	struct engine_member_saved was;
	struct netlink_link link;
	struct dp_table table;
	bool is_hub;
	int result;

	if (netlink_link_get(engine->netlink, ifindex, &link)) {
		return 0;
	}
	is_hub = hub_alias_is_ours(link.alias);
	if (!takeover_is_stray(ifindex, is_hub ? HOOK_HUB : HOOK_INGRESS, &table)) {
		return 0;
	}
	if (is_hub) {
		result = netlink_link_delete(engine->netlink, ifindex);
		if (result && result != -ENODEV) {
			return engine_fail_netlink(engine, err, result, "removing %s",
						   link.name);
		}
		return 1;
	}
	saved_guess(&link, &was);
	result = member_release(engine, &link, &was, stray_promisc_set(&table, ifindex), err);
	return result ? result : 1;
}

/* Hubs of pairs that a process died over. */
struct unfinished {
	size_t count;
	uint32_t hubs[UNFINISHED_MAX];
};

static int unfinished_collect(const struct netlink_link *link, void *context)
{
	struct unfinished *unfinished = context;

	if (strcmp(link->kind, "veth") == 0 && unfinished->count < UNFINISHED_MAX &&
	    (!link->alias[0] || hub_alias_is_ours(link->alias))) {
		unfinished->hubs[unfinished->count++] = link->ifindex;
	}
	return 0;
}

/* Removes them, the other end going along; how many. */
static size_t unfinished_remove(struct engine *engine)
{
	struct unfinished unfinished = {0};
	size_t count = 0;

	if (netlink_group_dump(engine->netlink, HUB_GROUP_UNFINISHED, unfinished_collect,
			       &unfinished)) {
		return 0;
	}
	for (size_t i = 0; i < unfinished.count; i++) {
		count += netlink_link_delete(engine->netlink, unfinished.hubs[i]) == 0;
	}
	return count;
}

int engine_strays_release(struct engine *engine, size_t *released, struct engine_error *err)
{
	char asked[ENGINE_NAME_SIZE] = "";
	struct suspects suspects = {0};
	bool is_here = false;
	size_t count = unfinished_remove(engine);
	int first = netlink_link_dump(engine->netlink, suspect_collect, &suspects);

	if (first) {
		engine_fail_netlink(engine, err, first, "listing the interfaces");
	}
	for (size_t i = 0; !first && i < suspects.count; i++) {
		const struct suspect *suspect = &suspects.list[i];
		int result = 0;

		if (!suspect->parent[0] || !bond_is_here(suspect->parent, asked, &is_here)) {
			result = stray_release(engine, suspect->ifindex, err);
		}
		if (result > 0) {
			count++;
		} else {
			first = result;
		}
	}
	free(suspects.list);
	*released = count;
	return first;
}
