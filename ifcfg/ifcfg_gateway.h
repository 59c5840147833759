/* SPDX-License-Identifier: BSD-2-Clause */
/* Default routes, and what else than the file gives addresses. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_GATEWAY_H
#define IFCFG_IFCFG_GATEWAY_H

#include "ifcfg/ifcfg_key.h"

/* Reads GATEWAY, GATEWAYDEV, DEFROUTE, IPV6_DEFAULTGW, IPV6_DEFAULTDEV, METRIC, WINDOW,
 * IPV6_AUTOCONF and DHCPV6C into the interface, whose addresses have been read. */
void ifcfg_gateways_read(const struct ifcfg_context *context,
			 struct model_interface *interface);

/* The default route that an alias's file brings the interface; context.parent is of the
 * interface's own file. */
void ifcfg_alias_gateway_read(const struct ifcfg_context *context,
			      struct model_interface *interface);

#endif
