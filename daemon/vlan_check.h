/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a VLAN interface that somebody asks for fits what there is: the files (with
 * what is staged in them) and the kernel's interfaces.
 */
#ifndef DAEMON_VLAN_CHECK_H
#define DAEMON_VLAN_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"
#include "netlink/netlink.h"

struct daemon;

#define VLAN_CHECK_MESSAGE_SIZE 512

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

/* Whether a NIC could carry VLAN interfaces: it is no bond's member in the model. */
bool vlan_link_is_parent(const struct vlan_link *link, const struct model *model);

struct vlan_check_error {
	unsigned int status;
	const char *code;
	const char *field; /* NULL: none */
	char message[VLAN_CHECK_MESSAGE_SIZE];
};

/*
 * Whether vlan can be beside everything else in the model (where it may stand itself,
 * under its name) and on this machine. Calls are "name_in_use", "vlan_in_use",
 * "address_in_use", "no_such_parent", "bad_vlan".
 */
bool vlan_check(struct daemon *daemon, const struct model *model, const struct model_vlan *vlan,
		struct vlan_check_error *error);
/* A new one's name is not taken by anything. */
bool vlan_check_name(struct daemon *daemon, const struct model *model, const char *name,
		     struct vlan_check_error *error);

#endif
