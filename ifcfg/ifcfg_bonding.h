/* SPDX-License-Identifier: BSD-2-Clause */
/* BONDING_OPTS and PORTCHANNEL_OPTS of a bond's file. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_BONDING_H
#define IFCFG_IFCFG_BONDING_H

#include "ifcfg/ifcfg_key.h"

/* Fills in *options, the kernel driver's defaults first. What the driver would
 * refuse, does not know, or what is not supported here yet is an error. */
void ifcfg_bonding_read(const struct ifcfg_context *context,
			struct model_bond_options *options);

/* Our own options: engine, flow_placement, transmit_hook. */
void ifcfg_portchannel_read(const struct ifcfg_context *context,
			    struct model_bond_options *options);

/* "NAME=VALUE" words of a key, as "for arg in $KEY" gives them. */
struct ifcfg_option {
	const char *name;
	const char *value;
	size_t at; /* where it stands in the file's text; 0: not known */
};

struct ifcfg_options {
	size_t count;
	struct ifcfg_option *list;
	char *text; /* where names and values are */
};

/* Splits the key's value; a word that is no NAME=VALUE is an error. False: no
 * memory. *out is freed by ifcfg_options_free(). */
bool ifcfg_options_split(const struct ifcfg_context *context, const char *key,
			 struct ifcfg_options *out);
void ifcfg_options_free(struct ifcfg_options *options);

#endif
