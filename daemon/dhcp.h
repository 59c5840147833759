/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DHCP by the client that the system has: dhclient, dhcpcd or udhcpc, one process an
 * interface and family, started, watched (started anew when it ends, at growing
 * intervals) and stopped. It outlives the daemon, as the addresses do; the next daemon
 * finds it by its pid file in the state folder and takes it over.
 */
#ifndef DAEMON_DHCP_H
#define DAEMON_DHCP_H

#include <jansson.h>
#include <stdbool.h>

#include "model/model.h"

#define DHCP_ERROR_SIZE 256

struct daemon;
struct netlink_address;
struct netlink_link;
struct vlan_parent;

/* Whether --dhcp-client may ask for it. */
bool dhcp_client_is_known(const char *name);

int dhcp_open(struct daemon *daemon);	/* takes over what runs */
void dhcp_close(struct daemon *daemon); /* leaves it running */

/*
 * family AF_INET or AF_INET6. 0 once the client runs (not: has a lease), or -errno with a
 * sentence: -ENOENT no client is installed. One that runs with the same settings is left
 * alone; with others, it ends first. One that gives up, or dies, is started again, after
 * two seconds at first, five minutes in the end, and at once when the interface gets
 * carrier.
 */
int dhcp_start(struct daemon *daemon, const char *interface, int family,
	       const struct model_dhcp *dhcp, char error[DHCP_ERROR_SIZE]);
/* Ends it, and takes the address that it has put away. Waits for that, a second or two
 * where the lease is given back, the bonds having their turns. Not running is no error. */
void dhcp_stop(struct daemon *daemon, const char *interface, int family);
/* Of both families; with interface NULL, of all interfaces. */
void dhcp_stop_all(struct daemon *daemon, const char *interface);
/* Of the interface and all VLAN interfaces on it. */
void dhcp_stop_parent(struct vlan_parent *parent);
/* Whether it runs, or waits to be started again. */
bool dhcp_runs(const struct daemon *daemon, const char *interface, int family);
/* [{"interface", "family", "client", "pid", "state"}] for status. */
json_t *dhcp_json(const struct daemon *daemon, const char *interface);

/* For watch.c: news of a link, of one that is no more, and of an address that went. */
void dhcp_on_link(struct daemon *daemon, const struct netlink_link *link);
void dhcp_on_link_gone(struct daemon *daemon, const struct netlink_link *link);
void dhcp_on_address_gone(struct daemon *daemon, const struct netlink_address *address);

#endif
