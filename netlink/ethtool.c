/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a NIC's driver says of its link, speed and features, by the ethtool
 * ioctl, which every kernel has and which asks the driver itself. Interfaces are
 * given by index, since a name may change at any time. Source: linux/ethtool.h.
 */
#include "netlink/internal.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Link modes' words of 32 bits; the kernel has 4 today. */
#define LINK_MODE_WORDS_MAX 127

static int ethtool_open(struct netlink *netlink)
{
	int fd;

	if (netlink->ioctl_fd >= 0) {
		return 0;
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return -errno;
	}
	netlink->ioctl_fd = fd;
	return 0;
}

/* Fills in the present name and makes the ioctl with its command at data. */
static int ethtool_call(struct netlink *netlink, uint32_t ifindex, void *data)
{
	struct ifreq request = {.ifr_ifindex = (int)ifindex};
	int err = ethtool_open(netlink);

	if (err) {
		return err;
	}
	if (ioctl(netlink->ioctl_fd, SIOCGIFNAME, &request) < 0) {
		return -errno;
	}
	request.ifr_data = data;
	if (ioctl(netlink->ioctl_fd, SIOCETHTOOL, &request) < 0) {
		return -errno;
	}
	return 0;
}

bool netlink_carrier_is(struct netlink *netlink, const char *name, bool carrier)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GLINK};
	struct ifreq request = {.ifr_data = (void *)&value};

	if (ethtool_open(netlink)) {
		return false;
	}
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return ioctl(netlink->ioctl_fd, SIOCETHTOOL, &request) == 0 &&
	       (value.data != 0) == carrier;
}

int netlink_carrier_read(struct netlink *netlink, uint32_t ifindex, bool *carrier)
{
	struct ethtool_value value = {.cmd = ETHTOOL_GLINK};
	struct netlink_link link;
	int err = ethtool_call(netlink, ifindex, &value);

	if (!err) {
		*carrier = value.data != 0;
		return 0;
	}
	if (err != -EOPNOTSUPP) {
		return err;
	}
	err = netlink_link_get(netlink, ifindex, &link);
	if (!err) {
		*carrier = (link.flags & IFF_UP) && link.carrier;
	}
	return err;
}

int netlink_permanent_mac_read(struct netlink *netlink, uint32_t ifindex, uint8_t mac[6])
{
	static const uint8_t none[6];
	struct {
		struct ethtool_perm_addr head;
		uint8_t address[32]; /* MAX_ADDR_LEN */
	} data = {.head = {.cmd = ETHTOOL_GPERMADDR, .size = sizeof(data.address)}};
	int err = ethtool_call(netlink, ifindex, &data);

	if (err) {
		return err;
	}
	if (data.head.size != sizeof(none) || memcmp(data.address, none, sizeof(none)) == 0) {
		return -EOPNOTSUPP;
	}
	memcpy(mac, data.address, sizeof(none));
	return 0;
}

int netlink_speed_read(struct netlink *netlink, uint32_t ifindex, struct netlink_speed *out)
{
	struct {
		struct ethtool_link_settings settings;
		uint32_t modes[3 * LINK_MODE_WORDS_MAX];
	} data = {.settings = {.cmd = ETHTOOL_GLINKSETTINGS}};
	int err = ethtool_call(netlink, ifindex, &data);

	if (err && err != -EOPNOTSUPP) {
		return err;
	}
	if (!err && data.settings.link_mode_masks_nwords < 0) {
		/* The kernel has told how many words it wants to fill. */
		int8_t words = (int8_t)-data.settings.link_mode_masks_nwords;

		memset(&data, 0, sizeof(data));
		data.settings.cmd = ETHTOOL_GLINKSETTINGS;
		data.settings.link_mode_masks_nwords = words;
		err = ethtool_call(netlink, ifindex, &data);
		if (err && err != -EOPNOTSUPP) {
			return err;
		}
	}
	if (err || data.settings.speed == (uint32_t)SPEED_UNKNOWN) {
		out->speed_mbps = 0;
	} else {
		out->speed_mbps = data.settings.speed;
	}
	out->duplex = err ? DUPLEX_UNKNOWN : data.settings.duplex;
	return 0;
}

/* How many features the kernel knows; negative: -errno. */
static int feature_count(struct netlink *netlink, uint32_t ifindex)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} data = {.info = {.cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES}};
	int err = ethtool_call(netlink, ifindex, &data);

	if (err) {
		return err;
	}
	return data.info.sset_mask ? (int)data.count : 0;
}

/* The number of the feature, negative: -errno, -ENOENT if there is none. */
static int feature_find(struct netlink *netlink, uint32_t ifindex, const char *feature,
			uint32_t *count)
{
	struct ethtool_gstrings *strings;
	int features = feature_count(netlink, ifindex);
	int found = -ENOENT;
	int err;

	if (features <= 0) {
		return features < 0 ? features : -ENOENT;
	}
	strings = calloc(1, sizeof(*strings) + (size_t)features * ETH_GSTRING_LEN);
	if (!strings) {
		return -ENOMEM;
	}
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = (uint32_t)features;
	err = ethtool_call(netlink, ifindex, strings);
	for (int i = 0; !err && i < features && found < 0; i++) {
		const char *name = (const char *)&strings->data[i * ETH_GSTRING_LEN];

		if (strncmp(name, feature, ETH_GSTRING_LEN) == 0) {
			found = i;
		}
	}
	free(strings);
	*count = (uint32_t)features;
	return err ? err : found;
}

int netlink_feature_read(struct netlink *netlink, uint32_t ifindex, const char *feature,
			 struct netlink_feature *out)
{
	struct ethtool_gfeatures *features;
	const struct ethtool_get_features_block *block;
	uint32_t count, bit;
	int number = feature_find(netlink, ifindex, feature, &count);
	int err;

	if (number == -ENOENT || number == -EOPNOTSUPP) {
		*out = (struct netlink_feature){0};
		return 0;
	}
	if (number < 0) {
		return number;
	}
	features = calloc(1, sizeof(*features) + (count + 31) / 32 * sizeof(*block));
	if (!features) {
		return -ENOMEM;
	}
	features->cmd = ETHTOOL_GFEATURES;
	features->size = (count + 31) / 32;
	err = ethtool_call(netlink, ifindex, features);
	if (!err) {
		block = &features->features[number / 32];
		bit = 1u << (number % 32);
		out->on = block->active & bit;
		out->fixed = (block->never_changed & bit) || !(block->available & bit);
		/* What is off for good is not something the device has. */
		out->present = out->on || !out->fixed;
	}
	free(features);
	return err;
}

int netlink_feature_set(struct netlink *netlink, uint32_t ifindex, const char *feature, bool on)
{
	struct netlink_feature now;
	struct ethtool_sfeatures *features;
	uint32_t count, bit;
	int number = feature_find(netlink, ifindex, feature, &count);
	int err;

	if (number < 0) {
		return number == -ENOENT ? -EOPNOTSUPP : number;
	}
	features = calloc(1, sizeof(*features) +
				     (count + 31) / 32 * sizeof(features->features[0]));
	if (!features) {
		return -ENOMEM;
	}
	bit = 1u << (number % 32);
	features->cmd = ETHTOOL_SFEATURES;
	features->size = (count + 31) / 32;
	features->features[number / 32].valid = bit;
	features->features[number / 32].requested = on ? bit : 0;
	err = ethtool_call(netlink, ifindex, features);
	free(features);
	if (err) {
		return err;
	}
	/* The kernel takes the wish and then does what the driver allows. */
	err = netlink_feature_read(netlink, ifindex, feature, &now);
	if (err) {
		return err;
	}
	return now.on == on ? 0 : -EOPNOTSUPP;
}
