/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a VLAN interface to the keys of its file: what is to be set and taken away.
 * Private to ifcfg/.
 */
#ifndef IFCFG_IFCFG_WRITE_KEYS_H
#define IFCFG_IFCFG_WRITE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "ifcfg/ifcfg_write.h"

#define IFCFG_WRITE_DIALECTS 2
#define IFCFG_WRITE_IPV4_MAX 256 /* IPADDR and IPADDR1 to IPADDR255 */

struct ifcfg_write_edits {
	size_t count;
	size_t capacity;
	struct ifcfg_edit *list; /* keys and values are its own */
	bool out_of_memory;
};

struct ifcfg_vlan_writer {
	const struct model_vlan *vlan;
	bool is_new;
	/* The old text as each dialect reads it, if it can; vlans NULL where it finds no
	 * VLAN interface. */
	bool reads[IFCFG_WRITE_DIALECTS];
	struct ifcfg_variables variables[IFCFG_WRITE_DIALECTS];
	struct model *models[IFCFG_WRITE_DIALECTS];
	const struct model_vlan *vlans[IFCFG_WRITE_DIALECTS];
	struct ifcfg_write_edits edits;
	char *error;
};

/* Fills in the edits, in the order in which a new file has the keys. */
void ifcfg_write_keys(struct ifcfg_vlan_writer *writer);
void ifcfg_write_edits_free(struct ifcfg_write_edits *edits);

/* Whether they have the same name, parent and id. */
bool ifcfg_write_identity_same(const struct model_vlan *old, const struct model_vlan *wanted);

/* Whether the old text has the wanted IPv4 addresses and way to get them, to one of the
 * dialects. */
bool ifcfg_write_has_ipv4(const struct ifcfg_vlan_writer *writer);

#endif
