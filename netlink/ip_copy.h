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
struct netlink_address;
struct netlink_ip_copy;
struct netlink_route;

/* What is wanted. */
struct netlink_ip_copy_filter {
	/* The interface's addresses and routes; routes with a source address are copied in any
	 * case. */
	bool (*interface)(uint32_t ifindex, void *context);
	/* Of these, for a part: this address too. NULL: all. */
	bool (*address)(const struct netlink_address *address, void *context);
	/* A route of another interface's nevertheless. NULL: none. */
	bool (*route)(const struct netlink_route *route, void *context);
	void *context;
};

/* Which number the interface has that had this one; 0: there is none. */
typedef uint32_t netlink_ip_copy_index(uint32_t ifindex, void *context);

/* Copies what the kernel and routers don't make of themselves. 0 or -errno. */
int netlink_ip_copy_make(struct netlink *netlink, const struct netlink_ip_copy_filter *filter,
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

/* --- ip_copy_part.c: for who puts it back later, maybe in another process of the same boot */

/*
 * Copies what of it is wanted, with the routes that have one of these addresses as their
 * source. The addresses that the kernel has made by itself, or of what a router said, are
 * left out: by then it makes them anew. 0 or -ENOMEM.
 */
int netlink_ip_copy_part(const struct netlink_ip_copy *copy,
			 const struct netlink_ip_copy_filter *filter,
			 struct netlink_ip_copy **out);
/* Leaves in it what is there no more. 0 or -errno: it is as it was. */
int netlink_ip_copy_keep_gone(struct netlink *netlink, struct netlink_ip_copy *copy);
/* So many seconds have passed since it was made: leases are shorter by that, and what is
 * over is left out. */
void netlink_ip_copy_age(struct netlink_ip_copy *copy, uint64_t seconds);
/* The interface of that number has another name by now, and the labels of its addresses with
 * it. 0 or -ENOMEM. */
int netlink_ip_copy_rename(struct netlink_ip_copy *copy, uint32_t ifindex, const char *from,
			   const char *to);
/* How many addresses and routes it has. */
size_t netlink_ip_copy_count(const struct netlink_ip_copy *copy);

/* It as bytes, to be freed; and the way back, from whatever bytes. 0 or -errno (-EINVAL). */
int netlink_ip_copy_to_bytes(const struct netlink_ip_copy *copy, uint8_t **out, size_t *size);
int netlink_ip_copy_from_bytes(const uint8_t *bytes, size_t size, struct netlink_ip_copy **out);

#endif
