/* SPDX-License-Identifier: BSD-2-Clause */
/* Route and rule files. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_ROUTES_H
#define IFCFG_IFCFG_ROUTES_H

#include "ifcfg/ifcfg_key.h"

/* Whether the file is one of assignments (ADDRESS0=..., NETMASK0=...), which is to be
 * parsed like an interface's, and not one of arguments of ip. */
bool ifcfg_routes_are_numbered(const struct ifcfg_text *text);

/*
 * Adds the file's routes to the interface, which is context->subject, in the order of the
 * file. family: AF_INET of route-X, AF_INET6 of route6-X. is_ip: the lines are ip's
 * arguments whatever the dialect. model is where gateways that no device is said with are
 * looked for. False: something was left out, as was said.
 */
bool ifcfg_routes_read(const struct ifcfg_context *context, int family, bool is_ip,
		       const struct model *model, struct model_interface *interface);
/* The same of a file of assignments, which context->variables are. */
bool ifcfg_numbered_routes_read(const struct ifcfg_context *context,
				struct model_interface *interface);
/* The same of rules. */
bool ifcfg_rules_read(const struct ifcfg_context *context, int family,
		      struct model_interface *interface);

#endif
