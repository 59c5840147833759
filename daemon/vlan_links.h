/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's interfaces, as far as they matter to who wants to put a VLAN interface on
 * one.
 */
#ifndef DAEMON_VLAN_LINKS_H
#define DAEMON_VLAN_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

struct daemon;

/* One interface of the kernel. */
struct vlan_link {
	char name[MODEL_NAME_SIZE];
	uint32_t ifindex;
	uint32_t mtu;
	bool is_parent; /* a NIC by its looks: Ethernet, in no bridge or bond, not ours */
};

/* All interfaces, sorted by name, from one dump. */
struct vlan_links {
	size_t count;
	struct vlan_link *list;
};

/* 0 or -errno. */
int vlan_links_read(struct daemon *daemon, struct vlan_links *out);
void vlan_links_free(struct vlan_links *links);
/* NULL: there is none. */
const struct vlan_link *vlan_links_find(const struct vlan_links *links, const char *name);

/* Whether it is a NIC that could carry VLAN interfaces, by its looks and by the model. */
bool vlan_link_is_parent(const struct vlan_link *link, const struct model *model);

/* The bond whose member it is to be; NULL: none. */
const struct model_bond *vlan_links_bond_of(const struct model *model, const char *name);

/* Whether a VLAN interface of that name runs. */
bool vlan_links_runs(struct daemon *daemon, const char *name);

#endif
