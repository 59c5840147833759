/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Changes the text of interface files: assignments set and taken away, everything
 * else (comments, blank lines, keys that we don't know, their order) kept byte for
 * byte. Text in, text out; config/config_write.h puts it on the disk.
 *
 * What was written reads back as what was meant in both dialects: values are plain,
 * or quoted so that the shell and NetworkManager agree on them.
 */
#ifndef IFCFG_IFCFG_WRITE_H
#define IFCFG_IFCFG_WRITE_H

#include <stdbool.h>
#include <stddef.h>

#include "ifcfg/ifcfg.h"

/* One key to be set, or, with value NULL, to be absent. */
struct ifcfg_edit {
	const char *key;
	const char *value; /* no control characters */
};

enum ifcfg_write_result {
	IFCFG_WRITE_OK = 0,
	IFCFG_WRITE_NO_MEMORY,
	IFCFG_WRITE_REFUSED, /* the old text is not plain assignments; said in error */
	IFCFG_WRITE_BAD_VALUE,
};

#define IFCFG_WRITE_ERROR_SIZE 256

/*
 * The text with the edits done: a key that stands there keeps its place (all its
 * earlier assignments that the last one overrides go), a new one comes after the last
 * that is set, before trailing comments; an absent one takes its line along if nothing
 * else is on it. old NULL: a new file. *out (NUL-terminated, to be freed) and *size are
 * set on IFCFG_WRITE_OK only, error otherwise.
 */
enum ifcfg_write_result ifcfg_edit(const char *old, size_t old_size,
				   const struct ifcfg_edit *edits, size_t count, char **out,
				   size_t *size, char error[IFCFG_WRITE_ERROR_SIZE]);

/*
 * The text of a VLAN interface's file as initscripts would want it: DEVICE, VLAN=yes,
 * PHYSDEV and VID where the name doesn't say them (and VLAN_ID where NetworkManager needs
 * it), ONBOOT, BOOTPROTO, IPADDR/PREFIX (IPADDR1/PREFIX1, ...), GATEWAY, IPV6INIT,
 * IPV6ADDR, IPV6ADDR_SECONDARIES, IPV6_AUTOCONF, DHCPV6C, IPV6_DEFAULTGW, MTU, MACADDR;
 * NM_CONTROLLED=no in a new one. old as above: what it says already, to both dialects,
 * stays in whatever form; addresses that change are brought to this form from others
 * (NETMASK, IPADDR0), all of them; keys that the model's part can't express are kept.
 * Routes, rules and what DHCP clients are told are none of this.
 *
 * IFCFG_WRITE_REFUSED also where other keys make something else of the file (SLAVE=yes);
 * IFCFG_WRITE_BAD_VALUE for what no file can say: a prefix of 0, IPv4 addresses beside
 * DHCP (but where the old text has them: NetworkManager takes both), an IPv6 default
 * route without a gateway. A GATEWAY that initscripts would pass over, for it is not in
 * the first address's network, is written: reading the text tells.
 */
enum ifcfg_write_result ifcfg_write_vlan(const char *old, size_t old_size,
					 const struct model_vlan *vlan, char **out,
					 size_t *size, char error[IFCFG_WRITE_ERROR_SIZE]);

/* "ifcfg-bond0.652". */
void ifcfg_write_name(const char *interface, char out[6 + MODEL_NAME_SIZE]);

#endif
