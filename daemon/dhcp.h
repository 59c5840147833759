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

int dhcp_open(struct daemon *daemon);	/* takes over what runs */
void dhcp_close(struct daemon *daemon); /* leaves it running */

/* family AF_INET or AF_INET6. 0 once the client runs (not: has a lease), or -errno with a
 * sentence: -ENOENT no client is installed. One that runs with the same settings is left
 * alone. */
int dhcp_start(struct daemon *daemon, const char *interface, int family,
	       const struct model_dhcp *dhcp, char error[DHCP_ERROR_SIZE]);
/* Ends it, by which it takes its address away. Not running is no error. */
void dhcp_stop(struct daemon *daemon, const char *interface, int family);
bool dhcp_runs(const struct daemon *daemon, const char *interface, int family);
/* [{"interface", "family", "client", "pid", "state"}] for status. */
json_t *dhcp_json(const struct daemon *daemon);

#endif
