/* SPDX-License-Identifier: BSD-2-Clause */
/* What a DHCP client is told. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_DHCP_H
#define IFCFG_IFCFG_DHCP_H

#include "ifcfg/ifcfg_key.h"

/* Reads DHCP_HOSTNAME, DHCP_FQDN, DHCP_SEND_HOSTNAME, PERSISTENT_DHCLIENT,
 * PERSISTENT_DHCLIENT_IPV6, PEERDNS, DHCPRELEASE and nm's DHCP_CLIENT_ID. What is no such
 * value is warned of and left out. */
void ifcfg_dhcp_read(const struct ifcfg_context *context, struct model_dhcp *dhcp);

#endif
