/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether two things of a model mean the same. Where they stand (.source) and what only
 * says how they are put there (.unchecked) is no difference.
 */
#ifndef MODEL_MODEL_EQUAL_H
#define MODEL_MODEL_EQUAL_H

#include "model/model.h"

bool model_address_equal(const struct model_address *a, const struct model_address *b);
bool model_route_equal(const struct model_route *a, const struct model_route *b);
bool model_rule_equal(const struct model_rule *a, const struct model_rule *b);
/* The order of routes by what the kernel tells them apart by; two that are 0 apart can't
 * be there both. */
int model_route_compare_key(const struct model_route *a, const struct model_route *b);
/* Of one family; two that aren't set are equal. */
bool model_default_route_equal(const struct model_default_route *a,
			       const struct model_default_route *b);
bool model_dhcp_equal(const struct model_dhcp *a, const struct model_dhcp *b);

/* Where in the interface's list the equal one is; the list's size: nowhere. hint is where it
 * may well be, and is looked at first; it may be any number. */
size_t model_interface_find_address(const struct model_interface *interface,
				    const struct model_address *address, size_t hint);
size_t model_interface_find_route(const struct model_interface *interface,
				  const struct model_route *route, size_t hint);
size_t model_interface_find_rule(const struct model_interface *interface,
				 const struct model_rule *rule, size_t hint);
bool model_interface_has_address(const struct model_interface *interface,
				 const struct model_address *address);
bool model_interface_has_route(const struct model_interface *interface,
			       const struct model_route *route);
bool model_interface_has_rule(const struct model_interface *interface,
			      const struct model_rule *rule);

/* Whether the interface has a DHCP client of that family. */
bool model_interface_has_dhcp(const struct model_interface *interface, int family);
/* The default route of that family. */
const struct model_default_route *model_interface_default(
	const struct model_interface *interface, int family);

#endif
