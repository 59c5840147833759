/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether another host holds an address (RFC 5227, as ifup does with arping), and
 * telling neighbours who holds it now (gratuitous ARP, unsolicited neighbour
 * advertisements, RFC 4861 7.2.6).
 *
 *   address_probe.c     asks for IPv4 addresses before they are put
 *   address_late.c      asks for those that couldn't be asked for then, and keeps what
 *                       came of it; IPv6's own detection is the kernel's
 *   address_announce.c  tells the neighbours
 *   neighbour.c         the frames, and the sockets
 */
#ifndef DAEMON_ADDRESS_PROBE_H
#define DAEMON_ADDRESS_PROBE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "netlink/netlink.h"

struct address_probe;
struct daemon;
struct vlan_parent;

/* How long an answer is waited for, with probes at its begin and half. ifup waits for
 * two seconds or three; a neighbour's answer takes less than one millisecond, and on a
 * busy host some ten. */
#define ADDRESS_PROBE_WAIT_MS 600

/* One question: does anybody on the link behind ifindex hold this IPv4 address? */
struct address_query {
	uint32_t ifindex; /* of the interface, or, where that isn't there yet, its parent's;
			   * 0 if that isn't either */
	uint16_t vid;	  /* 0; or the tag, where ifindex is the parent's */
	uint8_t address[4];
	/* The answers. */
	bool asked;
	bool in_use;
	uint8_t holder[6]; /* its MAC */
};

typedef void address_probe_callback(struct address_query *queries, size_t count, void *user);

/*
 * Asks all at once; the callback is called once, from the loop, after about
 * ADDRESS_PROBE_WAIT_MS, or at once where nothing can be asked. An address that can't be
 * asked for (no interface, no carrier, no ARP on the link) has asked false. If it is put
 * all the same, it is asked for when its interface first has carrier; an answer then is
 * an event and a trouble in status. queries belongs to the probe until the callback. 0 or
 * -errno.
 */
int address_probe_begin(struct daemon *daemon, struct address_query *queries, size_t count,
			address_probe_callback *callback, void *user,
			struct address_probe **out);
/* Ends it without the callback. NULL is nothing. */
void address_probe_cancel(struct address_probe *probe);

/*
 * Announces every IPv4 and IPv6 address of the interface now and, as a lost frame is not
 * heard, twice more within seconds (RFC 5227 2.3). To be called when an address was put
 * there. One without carrier has nothing to say; it is announced when carrier comes.
 */
void address_announce(struct daemon *daemon, uint32_t ifindex);
/* The same for a bond's device, or a NIC, and all VLAN interfaces on it: when carrier
 * comes, and when its address moves to another port of the network. */
void address_announce_parent(const struct vlan_parent *parent);
/* Asks routers for an advertisement (RFC 4861 6.3.7), likewise thrice. */
void address_solicit_router(struct daemon *daemon, uint32_t ifindex);

/* --- for watch.c, status and the loop --- */

/* News of a link, or of an address. */
void address_on_link(struct daemon *daemon, const struct netlink_link *link);
void address_on_new(struct daemon *daemon, const struct netlink_address *address);
void address_on_gone(struct daemon *daemon, const struct netlink_address *address);
/* Whether another host is known to hold this address of ours. */
bool address_is_held(const struct daemon *daemon, const struct netlink_address *address);
/* Adds a sentence if so. */
void address_trouble(const struct daemon *daemon, const struct netlink_address *address,
		     json_t *list);
/* Ends all of it. */
void address_close(struct daemon *daemon);

#endif
