/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether an interface heeds router advertisements (IPV6_AUTOCONF, IPV6FORWARDING,
 * IPV6INIT; IPV6_SET_SYSCTLS=no: that is somebody else's to say): the settings that
 * ifup-ipv6 writes, net.ipv6.conf.NAME.accept_ra, autoconf
 * and accept_redirects.
 */
#ifndef DAEMON_IPV6_SETTINGS_H
#define DAEMON_IPV6_SETTINGS_H

#include <stdbool.h>

#include "model/model.h"
#include "netlink/netlink.h"

#define IPV6_SETTINGS_ERROR_SIZE 256

struct daemon;

/* What there was, to be put back. */
struct ipv6_settings {
	bool valid; /* else the interface has no IPv6, and there is nothing to put back */
	int accept_ra;
	int autoconf;
	int accept_redirects;
};

/*
 * Makes them what the interface's file asks for; *former (NULL: nobody wants it) receives
 * what there was. When advertisements were not heeded until now, a router is asked for one
 * (RFC 4861 6.3.7), since its next may be half an hour away. An interface, or kernel,
 * without IPv6 is no error. 0, or -errno with a sentence, and then nothing is changed.
 */
int ipv6_settings_apply(struct daemon *daemon, const struct model_interface *interface,
			struct ipv6_settings *former, char error[IPV6_SETTINGS_ERROR_SIZE]);
/* Puts them back. */
int ipv6_settings_restore(const char *name, const struct ipv6_settings *former);
/* Whether the present ones are as the file asks for, or there are none. */
bool ipv6_settings_fit(const struct model_interface *interface,
		       const struct netlink_ipv6 *present);

#endif
