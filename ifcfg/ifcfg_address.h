/* SPDX-License-Identifier: BSD-2-Clause */
/* The addresses of one interface's file. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_ADDRESS_H
#define IFCFG_IFCFG_ADDRESS_H

#include "ifcfg/ifcfg_key.h"

/* Adds the interface's static addresses in the order in which ifup adds them:
 * IPADDR, IPADDR0, IPADDR1, ..., then IPV6ADDR, IPV6ADDR_SECONDARIES. What is
 * no address is an error at its line. */
void ifcfg_addresses_read(const struct ifcfg_context *context,
			  struct model_interface *interface);

/* The same of IPADDR alone, which must be set. */
void ifcfg_address_read(const struct ifcfg_context *context, struct model_interface *interface);

/* The same of IPV6ADDR and IPV6ADDR_SECONDARIES alone. */
void ifcfg_ipv6_addresses_read(const struct ifcfg_context *context,
			       struct model_interface *interface);

/* Adds one unless the interface has it, which is warned of at the key. */
void ifcfg_address_add(const struct ifcfg_context *context, struct model_interface *interface,
		       const char *key, const struct model_address *address);

/* The prefix of PREFIX, else NETMASK, else the class of the address, which is the
 * key's; false after an error. */
bool ifcfg_prefix_read(const struct ifcfg_context *context, const char *key,
		       const uint8_t address[4], uint8_t *out);

/* Neither 0.x.x.x nor multicast nor reserved. */
bool ifcfg_ipv4_is_usable(const uint8_t bytes[4]);

/* Whether the interface is to have IPv6 at all (IPV6INIT). */
bool ifcfg_ipv6_is_wanted(const struct ifcfg_context *context);

#endif
