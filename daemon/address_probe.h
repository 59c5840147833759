/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether another host holds an address (RFC 5227, as ifup does with arping), and
 * telling neighbours who holds it now (gratuitous ARP, unsolicited neighbour
 * advertisements, RFC 4861 7.2.6).
 *
 * IPv6's own duplicate address detection is the kernel's; here it is only awaited.
 */
#ifndef DAEMON_ADDRESS_PROBE_H
#define DAEMON_ADDRESS_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct daemon;
struct address_probe;

/* How long an answer is waited for, with probes at its begin and half. */
#define ADDRESS_PROBE_WAIT_MS 600

/* One question: does anybody on the link behind ifindex hold this IPv4 address? */
struct address_query {
	uint32_t ifindex; /* of the interface, or, where that isn't there yet, its parent's */
	uint16_t vid;	  /* 0; or the tag, where ifindex is the parent's */
	uint8_t address[4];
	/* The answers. */
	bool in_use;
	uint8_t holder[6]; /* its MAC */
};

typedef void address_probe_callback(struct address_query *queries, size_t count, void *user);

/* Asks all at once; the callback is called once, from the loop, at the latest after
 * ADDRESS_PROBE_WAIT_MS. A question that can't be asked (no carrier, no ARP on the link)
 * has in_use false. queries belongs to the probe until then. 0 or -errno. */
int address_probe_begin(struct daemon *daemon, struct address_query *queries, size_t count,
			address_probe_callback *callback, void *user,
			struct address_probe **out);
/* Ends it without the callback. NULL is nothing. */
void address_probe_cancel(struct address_probe *probe);

/* Announces every IPv4 and IPv6 address of the interface now and, as a lost frame is not
 * heard, twice more within seconds (RFC 5227 2.3). To be called when an address was put
 * there, and when the bond moves or regains its links. */
void address_announce(struct daemon *daemon, uint32_t ifindex);

#endif
