/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and routes of interfaces at one moment, whoever put them, word for word as the
 * kernel told them; and the way back for those that have gone since. For who takes an
 * interface or its addresses away and then has to think better of it: with an address the
 * kernel takes routes along, with an interface all of both.
 */
#ifndef NETLINK_IP_COPY_H
#define NETLINK_IP_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink;
struct netlink_ip_copy;

/* Whether the interface's are wanted. */
typedef bool netlink_ip_copy_filter(uint32_t ifindex, void *context);
/* Which number the interface has that had this one; 0: there is none. */
typedef uint32_t netlink_ip_copy_index(uint32_t ifindex, void *context);

/* Copies what the kernel and routers don't make of themselves. 0 or -errno. */
int netlink_ip_copy_make(struct netlink *netlink, netlink_ip_copy_filter *filter, void *context,
			 struct netlink_ip_copy **out);
/*
 * Puts back what isn't there any more, each as it was, IPv4 addresses of one network in
 * their order too (the first is the one that is spoken with). Nothing is taken away that
 * isn't put back. Returns how much was put back, or -errno of the first that couldn't be,
 * after all others.
 */
int netlink_ip_copy_restore(struct netlink *netlink, const struct netlink_ip_copy *copy,
			    netlink_ip_copy_index *index, void *context);
void netlink_ip_copy_free(struct netlink_ip_copy *copy); /* NULL is fine */

#endif
