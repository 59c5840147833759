/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/ipv6_settings.h"

#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "daemon/address_probe.h"
#include "netlink/netlink.h"

/* accept_ra: in spite of forwarding, too. */
#define IPV6_SETTINGS_ALWAYS 2

static const struct {
	const char *key;
	size_t offset;
} ipv6_settings_keys[] = {
	{"accept_ra", offsetof(struct ipv6_settings, accept_ra)},
	{"autoconf", offsetof(struct ipv6_settings, autoconf)},
	{"accept_redirects", offsetof(struct ipv6_settings, accept_redirects)},
};

#define IPV6_SETTINGS_COUNT (sizeof(ipv6_settings_keys) / sizeof(ipv6_settings_keys[0]))

static int *ipv6_settings_value(struct ipv6_settings *settings, size_t i)
{
	return (int *)((char *)settings + ipv6_settings_keys[i].offset);
}

static int ipv6_settings_read(const char *name, struct ipv6_settings *out)
{
	struct ipv6_settings settings = {.valid = true};

	for (size_t i = 0; i < IPV6_SETTINGS_COUNT; i++) {
		int err = netlink_sysctl_read("ipv6", name, ipv6_settings_keys[i].key,
					      ipv6_settings_value(&settings, i));
		if (err < 0) {
			return err;
		}
	}
	*out = settings;
	return 0;
}

/* Writes those that differ; at the first that fails those before it are put back. */
static int ipv6_settings_write(const char *name, const struct ipv6_settings *from,
			       const struct ipv6_settings *to)
{
	struct ipv6_settings before = *from, after = *to;
	size_t i;
	int err = 0;

	for (i = 0; i < IPV6_SETTINGS_COUNT && err == 0; i++) {
		int value = *ipv6_settings_value(&after, i);

		if (*ipv6_settings_value(&before, i) != value) {
			err = netlink_sysctl_write("ipv6", name, ipv6_settings_keys[i].key,
						   value);
		}
	}
	while (err < 0 && i-- > 0) {
		(void)netlink_sysctl_write("ipv6", name, ipv6_settings_keys[i].key,
					   *ipv6_settings_value(&before, i));
	}
	return err;
}

/* On a router the kernel heeds advertisements with accept_ra=2 only; ifup-ipv6 takes that
 * from IPV6FORWARDING, which is about the same setting. */
static struct ipv6_settings ipv6_settings_wanted(const struct model_interface *interface,
						 int forwarding)
{
	struct ipv6_settings wanted = {.valid = true};

	if (!interface->ipv6_autoconf) {
		return wanted;
	}
	wanted.accept_ra = forwarding ? IPV6_SETTINGS_ALWAYS : 1;
	wanted.autoconf = 1;
	wanted.accept_redirects = 1;
	return wanted;
}

int ipv6_settings_apply(struct daemon *daemon, const struct model_interface *interface,
			struct ipv6_settings *former, char error[IPV6_SETTINGS_ERROR_SIZE])
{
	struct ipv6_settings wanted, present = {0};
	int forwarding = 0, err;

	if (interface->ipv6_untouched) {
		if (former) {
			former->valid = false;
		}
		return 0;
	}
	(void)netlink_sysctl_read("ipv6", interface->name, "forwarding", &forwarding);
	wanted = ipv6_settings_wanted(interface, forwarding);
	err = ipv6_settings_read(interface->name, &present);
	if (err == 0) {
		err = ipv6_settings_write(interface->name, &present, &wanted);
	}
	if (err == -ENOENT) {
		err = 0; /* no IPv6: nothing is heeded */
		present.valid = false;
	}
	if (err < 0) {
		snprintf(error, IPV6_SETTINGS_ERROR_SIZE,
			 "net.ipv6.conf.%s: whether router advertisements are heeded can't "
			 "be set: %s",
			 interface->name, strerror(-err));
		return err;
	}
	if (former) {
		*former = present;
	}
	if (present.valid && wanted.accept_ra != 0 && present.accept_ra == 0) {
		address_solicit_router(daemon, if_nametoindex(interface->name));
	}
	return 0;
}

int ipv6_settings_restore(const char *name, const struct ipv6_settings *former)
{
	struct ipv6_settings present;
	int err;

	if (!former->valid) {
		return 0;
	}
	err = ipv6_settings_read(name, &present);
	return err < 0 ? err : ipv6_settings_write(name, &present, former);
}

bool ipv6_settings_fit(const struct model_interface *interface,
		       const struct netlink_ipv6 *present)
{
	struct ipv6_settings wanted = ipv6_settings_wanted(interface, present->forwarding);

	return !present->known || interface->ipv6_untouched ||
	       (present->accept_ra == wanted.accept_ra &&
		present->autoconf == wanted.autoconf &&
		present->accept_redirects == wanted.accept_redirects);
}
