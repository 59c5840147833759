/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/vlan_links.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/nic_runtime.h"
#include "netlink/netlink.h"

/* What VLAN interfaces are not put on, whatever it is called. */
static bool vlan_kind_is_stacked(const char *kind)
{
	static const char *const kinds[] = {"bond",  "bridge", "ifb", "team",	  "vlan",
					    "vxlan", "gre",    "sit", "wireguard"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i]) == 0) {
			return true;
		}
	}
	return false;
}

static int vlan_on_link(const struct netlink_link *link, void *context)
{
	struct vlan_links *links = context;
	struct vlan_link *list;

	if (links->count % 256 == 0) {
		list = realloc(links->list, (links->count + 256) * sizeof(*list));
		if (!list) {
			return -ENOMEM;
		}
		links->list = list;
	}
	list = &links->list[links->count++];
	*list = (struct vlan_link){.ifindex = link->ifindex,
				   .mtu = link->mtu,
				   .is_parent = link->type == ARPHRD_ETHER && link->has_mac &&
						!(link->flags & IFF_LOOPBACK) &&
						link->master == 0 &&
						!vlan_kind_is_stacked(link->kind)};
	memcpy(list->name, link->name, sizeof(list->name));
	return 0;
}

static int vlan_link_compare(const void *left, const void *right)
{
	const struct vlan_link *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static int vlan_link_find(const void *key, const void *element)
{
	const struct vlan_link *link = element;

	return strcmp(key, link->name);
}

const struct vlan_link *vlan_links_find(const struct vlan_links *links, const char *name)
{
	if (links->count == 0) {
		return NULL;
	}
	return bsearch(name, links->list, links->count, sizeof(*links->list), vlan_link_find);
}

static int vlan_index_compare(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Indexes that are ours. */
struct vlan_ours {
	size_t count, room;
	uint32_t *list;
	bool out_of_memory;
};

static void vlan_ours_add(struct vlan_ours *ours, uint32_t ifindex)
{
	uint32_t *list;

	if (ours->count == ours->room) {
		list = realloc(ours->list, (ours->room + 256) * sizeof(*list));
		if (!list) {
			ours->out_of_memory = true;
			return;
		}
		ours->list = list;
		ours->room += 256;
	}
	ours->list[ours->count++] = ifindex;
}

static void vlan_ours_add_vlans(struct vlan_ours *ours, const struct engine_bond *path)
{
	size_t count = path ? engine_bond_vlans(path, NULL, 0) : 0;
	struct engine_vlan *list;

	if (count == 0) {
		return;
	}
	list = calloc(count, sizeof(*list));
	if (!list) {
		ours->out_of_memory = true;
		return;
	}
	count = engine_bond_vlans(path, list, count);
	for (size_t i = 0; i < count; i++) {
		vlan_ours_add(ours, list[i].ifindex);
		vlan_ours_add(ours, list[i].hub_ifindex);
	}
	free(list);
}

/* Bonds, hubs, members and VLAN interfaces that run are ours. */
static int vlan_links_mark_ours(struct daemon *daemon, struct vlan_links *links)
{
	struct vlan_ours ours = {0};

	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		vlan_ours_add(&ours, bond->ifindex);
		vlan_ours_add(&ours, engine_bond_hub_ifindex(bond->path));
		for (int slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
			vlan_ours_add(&ours, bond->members[slot].ifindex);
		}
		vlan_ours_add_vlans(&ours, bond->path);
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		vlan_ours_add_vlans(&ours, nic->parent.path);
	}
	if (ours.count > 0) {
		qsort(ours.list, ours.count, sizeof(*ours.list), vlan_index_compare);
	}
	for (size_t i = 0; ours.count > 0 && i < links->count; i++) {
		if (bsearch(&links->list[i].ifindex, ours.list, ours.count, sizeof(*ours.list),
			    vlan_index_compare)) {
			links->list[i].is_parent = false;
		}
	}
	free(ours.list);
	return ours.out_of_memory ? -ENOMEM : 0;
}

int vlan_links_read(struct daemon *daemon, struct vlan_links *out)
{
	struct vlan_links links = {0};
	int err = netlink_link_dump_bare(daemon->netlink, vlan_on_link, &links);

	if (err == 0) {
		err = vlan_links_mark_ours(daemon, &links);
	}
	if (err < 0) {
		free(links.list);
		return err;
	}
	if (links.count > 0) {
		qsort(links.list, links.count, sizeof(*links.list), vlan_link_compare);
	}
	*out = links;
	return 0;
}

void vlan_links_free(struct vlan_links *links)
{
	free(links->list);
	*links = (struct vlan_links){0};
}

const struct model_bond *vlan_links_bond_of(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];

		for (size_t j = 0; j < bond->member_count; j++) {
			if (strcmp(bond->members[j].interface.name, name) == 0) {
				return bond;
			}
		}
	}
	return NULL;
}

bool vlan_link_is_parent(const struct vlan_link *link, const struct model *model)
{
	return link->is_parent && !model_find_vlan(model, link->name) &&
	       !model_find_bond(model, link->name) && !vlan_links_bond_of(model, link->name);
}

bool vlan_links_runs(struct daemon *daemon, const char *name)
{
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (vlan_parent_find(&bond->parent, name)) {
			return true;
		}
	}
	for (struct nic_runtime *nic = daemon->nics; nic; nic = nic->next) {
		if (vlan_parent_find(&nic->parent, name)) {
			return true;
		}
	}
	return false;
}
