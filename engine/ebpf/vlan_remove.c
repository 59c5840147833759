/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of VLAN interfaces. Deleting an interface has the kernel wait until no
 * processor uses it any more, some 20 ms each time. It waits once for all members of
 * a link group that are deleted together (RTM_DELLINK with IFLA_GROUP), so many are
 * put into a group made up for the occasion and go at once. The hubs are put there:
 * they are ours, and each takes its other end along, wherever that has been moved.
 */
#include "engine/ebpf/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Programs attached by tcx are waited for one by one, some 12 ms each; of the others a
 * hundred take that long. */
#define PORTION_TCX_MAX 8
#define PORTION_MAX	128

/* Random numbers tried until one is nobody's. */
#define GROUP_TRIES	4
/* People number theirs from 0. */
#define GROUP_MIN	0x10000u

struct departure {
	struct engine_bond *bond;
	uint32_t group;
	size_t grouped; /* hubs that we have put into it */
	int first;	/* error */
	struct engine_error *err;
};

size_t engine_vlans_portion(const struct engine_bond *bond, const char *const *names,
			    size_t count)
{
	size_t portion = 0, tcx = 0;

	while (portion < count && portion < PORTION_MAX) {
		const struct vlan *vlan = vlan_by_name(bond, names[portion]);

		if (vlan && hook_is_tcx(vlan->public.hub_ifindex, HOOK_HUB) &&
		    ++tcx > PORTION_TCX_MAX) {
			break;
		}
		portion++;
	}
	return portion;
}

static void departure_note(struct departure *departure, int result, const char *name)
{
	if (result && !departure->first) {
		departure->first = engine_fail_netlink(departure->bond->engine, departure->err,
						       result, "removing %s", name);
	}
}

/* What is in the group and whether all of it is ours. */
struct group_content {
	size_t count;
	bool foreign;
};

static int group_look(const struct netlink_link *link, void *context)
{
	struct group_content *content = context;

	content->count++;
	content->foreign = content->foreign || !hub_alias_is_ours(link->alias);
	return 0;
}

/* A number that no interface has, 0 if there is none to be had. */
static uint32_t group_choose(struct engine *engine)
{
	for (int i = 0; i < GROUP_TRIES; i++) {
		struct group_content content = {0};
		uint32_t group;

		if (getrandom(&group, sizeof(group), 0) != sizeof(group)) {
			return 0;
		}
		group = group >> 1 | GROUP_MIN;
		if (netlink_group_dump(engine->netlink, group, group_look, &content) == 0 &&
		    content.count == 0) {
			return group;
		}
	}
	return 0;
}

/* Puts the hub into the group, if it is there and is what it should be. */
static void hub_group(struct departure *departure, const struct engine_vlan *vlan)
{
	struct netlink_link_change change = {.fields = NETLINK_LINK_GROUP,
					     .group = departure->group};
	struct netlink *netlink = departure->bond->engine->netlink;
	struct netlink_link hub;

	if (netlink_link_get(netlink, vlan->hub_ifindex, &hub) ||
	    !hub_alias_is_ours(hub.alias) ||
	    (hub.link != vlan->ifindex && !hub.link_elsewhere)) {
		return;
	}
	if (netlink_link_set(netlink, hub.ifindex, &change) == 0) {
		departure->grouped++;
	}
}

/* Deletes those in the group. What this leaves, for whatever reason, is deleted one
 * by one. */
static void group_delete(struct departure *departure)
{
	struct netlink *netlink = departure->bond->engine->netlink;
	struct group_content content = {0};

	if (departure->grouped == 0 ||
	    netlink_group_dump(netlink, departure->group, group_look, &content) ||
	    content.foreign || content.count != departure->grouped) {
		return;
	}
	(void)netlink_group_delete(netlink, departure->group);
}

/* Whether the pair is gone, which it is made to be. */
static bool pair_gone(struct departure *departure, const struct engine_vlan *vlan)
{
	int result = pair_delete(departure->bond->engine, vlan->ifindex, vlan->hub_ifindex);

	departure_note(departure, result, vlan->spec.name);
	return result == 0;
}

/* All those for which keep[] is false, an entry for each VLAN interface in order. */
static int vlans_depart(struct engine_bond *bond, const bool *keep, struct engine_error *err)
{
	struct departure departure = {.bond = bond, .err = err};
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < bond->vlan_count; i++) {
		count += !keep[i];
	}
	departure.group = count > 1 ? group_choose(bond->engine) : 0;
	for (size_t i = 0; i < bond->vlan_count; i++) {
		if (!keep[i]) {
			vlan_unmap(bond, &bond->vlans[i].public);
		}
		if (!keep[i] && departure.group) {
			hub_group(&departure, &bond->vlans[i].public);
		}
	}
	group_delete(&departure);
	for (size_t i = 0; i < bond->vlan_count; i++) {
		if (keep[i] || !pair_gone(&departure, &bond->vlans[i].public)) {
			bond->vlans[kept++] = bond->vlans[i];
		}
	}
	bond->vlan_count = kept;
	return departure.first;
}

int engine_vlans_remove(struct engine_bond *bond, const char *const *names, size_t count,
			struct engine_error *err)
{
	bool *keep = malloc(bond->vlan_count + 1);
	int result;

	if (!keep) {
		return engine_fail(err, -ENOMEM, "no memory to remove VLAN interfaces of %s",
				   bond->name);
	}
	memset(keep, true, bond->vlan_count + 1);
	for (size_t i = 0; i < count; i++) {
		const struct vlan *vlan = vlan_by_name(bond, names[i]);

		if (vlan) {
			keep[vlan - bond->vlans] = false;
		}
	}
	result = vlans_depart(bond, keep, err);
	free(keep);
	return result;
}

int vlans_remove_all(struct engine_bond *bond, struct engine_error *err)
{
	bool *keep = calloc(bond->vlan_count + 1, sizeof(*keep));
	int result;

	if (!keep) {
		return engine_fail(err, -ENOMEM, "no memory to remove VLAN interfaces of %s",
				   bond->name);
	}
	result = vlans_depart(bond, keep, err);
	free(keep);
	return result;
}

int engine_vlan_remove(struct engine_bond *bond, const char *name, struct engine_error *err)
{
	if (!vlan_by_name(bond, name)) {
		return engine_fail(err, -ENOENT, "%s has no VLAN interface %s", bond->name,
				   name);
	}
	return engine_vlans_remove(bond, &name, 1, err);
}
