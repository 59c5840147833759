/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which NIC a file means: the one that DEVICE names, or the one whose own address
 * HWADDR is, whatever it is called. Facts: initscripts' network-functions
 * (source_config, get_device_by_hwaddr) and ifup-eth.
 */
#ifndef DAEMON_NIC_FIND_H
#define DAEMON_NIC_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/engine.h"
#include "netlink/netlink.h"

struct daemon;
struct model_member;

/* What a file says of its NIC. */
struct nic_wanted {
	const char *name;      /* DEVICE, or what the file is called */
	bool any_name;	       /* no DEVICE beside HWADDR: only the address counts */
	const uint8_t *hwaddr; /* HWADDR, 6 bytes; NULL: none */
};

struct nic_wanted nic_wanted_of_member(const struct model_member *member);

/*
 * Looks for it. 0: *out is it. -ENODEV: there is none. -EPERM: the name is another
 * NIC's; -ENOTUNIQ: several have the address. why says so then, in a sentence without
 * the wanted name. Other values: the kernel can't be asked.
 */
int nic_find(struct daemon *daemon, const struct nic_wanted *wanted, struct netlink_link *out,
	     char why[ENGINE_ERROR_SIZE]);

/* The address that the NIC has of its own, whoever changed it since: what its driver
 * says, else what it had before it became a member of a bond here, else the present one. */
void nic_own_mac(struct daemon *daemon, const struct netlink_link *link, uint8_t mac[6]);

#endif
