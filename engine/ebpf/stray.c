/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left of a bond that somebody deleted while no daemon was there: members
 * whose program leads nowhere, so that nothing they receive arrives, and the pairs
 * of its VLAN interfaces. They are put back, and removed.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Interfaces that may be strays. A member always has an alias, ours or its own. */
struct suspects {
	size_t count;
	uint32_t *list; /* ifindexes */
};

static int suspect_collect(const struct netlink_link *link, void *context)
{
	struct suspects *suspects = context;
	uint32_t *list;

	if (!link->alias[0]) {
		return 0;
	}
	list = reallocarray(suspects->list, suspects->count + 1, sizeof(*list));
	if (!list) {
		return -ENOMEM;
	}
	suspects->list = list;
	list[suspects->count++] = link->ifindex;
	return 0;
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

int engine_strays_release(struct engine *engine, size_t *released, struct engine_error *err)
{
	struct suspects suspects = {0};
	size_t count = 0;
	int first = netlink_link_dump(engine->netlink, suspect_collect, &suspects);

	if (first) {
		engine_fail_netlink(engine, err, first, "listing the interfaces");
	}
	for (size_t i = 0; !first && i < suspects.count; i++) {
		int result = stray_release(engine, suspects.list[i], err);

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
