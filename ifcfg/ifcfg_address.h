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

#endif
