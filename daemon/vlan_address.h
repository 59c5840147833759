/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses as clients write them, and which of them a host may have. */
#ifndef DAEMON_VLAN_ADDRESS_H
#define DAEMON_VLAN_ADDRESS_H

#include <stdbool.h>

#include "model/model.h"

#define VLAN_ADDRESS_TEXT_SIZE 64

/* "10.1.2.3/24" and back; false: it is no such thing. */
bool vlan_address_parse(const char *text, struct model_address *out);
void vlan_address_text(const struct model_address *address, char out[VLAN_ADDRESS_TEXT_SIZE]);

/* NULL: a host may have it; else what it is, as "is a multicast address". */
const char *vlan_address_fault(const struct model_address *address);

/* Whatever their prefixes. */
bool vlan_address_same_host(const struct model_address *a, const struct model_address *b);
/* Each link has its own of these. */
bool vlan_address_is_link_local(const struct model_address *address);
/* Whether a host of the same family is in the address's network. */
bool vlan_address_reaches(const struct model_address *address, const uint8_t *host);

#endif
