/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/taken_along.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/address_probe.h"
#include "daemon/bond_runtime.h"
#include "daemon/boot.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/nic_find.h"
#include "daemon/state.h"
#include "daemon/vlan_parent.h"
#include "netlink/ip_copy.h"

/* Changes with every change of the meaning of what is written. */
#define TAKEN_ALONG_VERSION 1
#define TAKEN_ALONG_FILE    "taken-along.json"
#define TAKEN_ALONG_RETURN  "giving-back.json"

/* While it is given back. */
struct taken_along_return {
	struct daemon *daemon;
	struct taken_along taken;
	uint32_t *now; /* the interfaces' numbers now; 0: nothing can be given back to it */
};

static int taken_along_path(const struct daemon *daemon, const char *name, char out[PATH_MAX])
{
	int size = snprintf(out, PATH_MAX, "%s/%s", daemon->options.state, name);

	return size < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* --- writing --------------------------------------------------------------- */

static json_t *taken_along_bytes(const struct netlink_ip_copy *copy)
{
	static const char digits[] = "0123456789abcdef";
	json_t *json = NULL;
	uint8_t *bytes;
	size_t size;
	char *text;

	if (!copy) {
		return json_string("");
	}
	if (netlink_ip_copy_to_bytes(copy, &bytes, &size) < 0) {
		return NULL;
	}
	text = malloc(2 * size + 1);
	for (size_t i = 0; text && i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	if (text) {
		json = json_stringn(text, 2 * size);
	}
	free(text);
	free(bytes);
	return json;
}

static json_t *taken_along_interfaces(const struct taken_along_interface *list, size_t count)
{
	json_t *json = json_array();

	for (size_t i = 0; i < count; i++) {
		json_array_append_new(json,
				      json_pack("{s:I, s:o, s:b, s:o}", "ifindex",
						(json_int_t)list[i].ifindex, "name",
						json_text(list[i].name), "nic", list[i].is_nic,
						"mac", json_mac(list[i].mac)));
	}
	return json;
}

static json_t *taken_along_to_json(const struct taken_along *taken)
{
	char boot[BOOT_ID_SIZE];

	boot_id_read(boot);
	return json_pack("{s:i, s:I, s:s, s:I, s:o, s:o, s:O?}", "version", TAKEN_ALONG_VERSION,
			 "number", (json_int_t)taken->number, "boot", boot, "seconds",
			 (json_int_t)(daemon_boot_us() / 1000000), "interfaces",
			 taken_along_interfaces(taken->list, taken->count), "messages",
			 taken_along_bytes(taken->copy), "former", taken->former);
}

int taken_along_write(struct daemon *daemon, const struct taken_along *taken)
{
	char path[PATH_MAX];
	json_t *json;
	int err;

	if ((!taken->copy || netlink_ip_copy_count(taken->copy) == 0) && !taken->former) {
		taken_along_drop(daemon);
		return 0;
	}
	json = taken_along_to_json(taken);
	err = taken_along_path(daemon, TAKEN_ALONG_FILE, path);
	if (err == 0) {
		err = state_replace(path, json);
	}
	json_decref(json);
	return err;
}

static void taken_along_unlink(struct daemon *daemon, const char *name)
{
	char path[PATH_MAX];

	if (taken_along_path(daemon, name, path) == 0 && unlink(path) < 0 && errno != ENOENT) {
		log_line(LOG_LEVEL_WARNING, "%s can't be removed: %s", path, strerror(errno));
	}
}

void taken_along_drop(struct daemon *daemon)
{
	taken_along_unlink(daemon, TAKEN_ALONG_FILE);
}

void taken_along_give_up(struct daemon *daemon)
{
	taken_along_unlink(daemon, TAKEN_ALONG_RETURN);
}

/* --- reading --------------------------------------------------------------- */

static int taken_along_digit(char digit)
{
	if (digit >= '0' && digit <= '9') {
		return digit - '0';
	}
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

static int taken_along_read_bytes(const json_t *json, struct netlink_ip_copy **out)
{
	const char *text = json_string_value(json);
	size_t size = json_string_length(json) / 2;
	uint8_t *bytes = malloc(size + 1);
	int err = bytes ? 0 : -ENOMEM;

	if (!text || json_string_length(json) % 2 != 0) {
		err = -EINVAL;
	}
	for (size_t i = 0; err == 0 && i < size; i++) {
		int high = taken_along_digit(text[2 * i]);
		int low = taken_along_digit(text[2 * i + 1]);

		if (high < 0 || low < 0) {
			err = -EINVAL;
		} else {
			bytes[i] = (uint8_t)(high * 16 + low);
		}
	}
	if (err == 0) {
		err = netlink_ip_copy_from_bytes(bytes, size, out);
	}
	free(bytes);
	return err;
}

static int taken_along_compare(const void *left, const void *right)
{
	const struct taken_along_interface *a = left, *b = right;

	return a->ifindex < b->ifindex ? -1 : a->ifindex > b->ifindex;
}

static int taken_along_read_interfaces(const json_t *json, struct taken_along *out)
{
	size_t count = json_array_size(json);

	out->list = calloc(count + 1, sizeof(*out->list));
	if (!out->list) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(json, i);
		struct taken_along_interface *interface = &out->list[i];

		interface->ifindex = (uint32_t)json_get_uint(item, "ifindex", INT32_MAX, 0);
		json_get_text(item, "name", interface->name, sizeof(interface->name));
		interface->is_nic = json_get_bool(item, "nic", false);
		if (!json_mac_read(json_object_get(item, "mac"), interface->mac)) {
			return -EINVAL;
		}
	}
	out->count = count;
	if (count > 0) {
		qsort(out->list, count, sizeof(*out->list), taken_along_compare);
	}
	return 0;
}

static void taken_along_clear(struct taken_along *taken)
{
	netlink_ip_copy_free(taken->copy);
	json_decref(taken->former);
	free(taken->list);
	*taken = (struct taken_along){0};
}

static int taken_along_from_json(const json_t *json, struct taken_along *out)
{
	char boot[BOOT_ID_SIZE], boot_now[BOOT_ID_SIZE];
	struct taken_along taken = {0};
	uint64_t now_s = daemon_boot_us() / 1000000;
	uint64_t then_s = json_get_uint(json, "seconds", INT64_MAX, now_s);
	int err;

	json_get_text(json, "boot", boot, sizeof(boot));
	boot_id_read(boot_now);
	taken.number = (unsigned int)json_get_uint(json, "number", INT32_MAX, 0);
	if (json_get_uint(json, "version", UINT32_MAX, 0) != TAKEN_ALONG_VERSION ||
	    strcmp(boot, boot_now) != 0) {
		return -EINVAL;
	}
	err = taken_along_read_interfaces(json_object_get(json, "interfaces"), &taken);
	if (err == 0) {
		err = taken_along_read_bytes(json_object_get(json, "messages"), &taken.copy);
	}
	if (err < 0) {
		taken_along_clear(&taken);
		return err;
	}
	taken.former = json_incref(json_object_get(json, "former"));
	netlink_ip_copy_age(taken.copy, now_s > then_s ? now_s - then_s : 0);
	*out = taken;
	return 0;
}

/* -ENOENT: there is none that is of this boot and of use. */
static int taken_along_read(struct daemon *daemon, const char *name, struct taken_along *out)
{
	char path[PATH_MAX];
	json_t *json;
	int err = taken_along_path(daemon, name, path);

	if (err < 0 || access(path, F_OK) < 0) {
		return -ENOENT;
	}
	json = json_load_file(path, 0, NULL);
	err = json ? taken_along_from_json(json, out) : -EINVAL;
	json_decref(json);
	if (err == -EINVAL) {
		log_line(LOG_LEVEL_WARNING, "%s is not of this boot and version, left aside",
			 path);
	}
	return err == -EINVAL ? -ENOENT : err;
}

void taken_along_return(struct daemon *daemon, unsigned int number)
{
	char path[PATH_MAX], to[PATH_MAX];
	struct taken_along taken;
	int err = taken_along_read(daemon, TAKEN_ALONG_FILE, &taken);
	bool its_own = err == 0 && taken.number == number;

	if (err == 0) {
		taken_along_clear(&taken);
	}
	if (err == -ENOENT || (err == 0 && !its_own)) {
		taken_along_drop(daemon);
		return;
	}
	if (taken_along_path(daemon, TAKEN_ALONG_FILE, path) == 0 &&
	    taken_along_path(daemon, TAKEN_ALONG_RETURN, to) == 0 && rename(path, to) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s can't become %s: %s", path, to, strerror(errno));
	}
}

json_t *taken_along_former(struct daemon *daemon)
{
	struct taken_along taken;
	json_t *former;

	if (taken_along_read(daemon, TAKEN_ALONG_RETURN, &taken) < 0) {
		return NULL;
	}
	former = json_incref(taken.former);
	taken_along_clear(&taken);
	return former;
}

/* --- giving back ----------------------------------------------------------- */

static bool taken_along_is_member(const struct daemon *daemon, uint32_t ifindex)
{
	for (const struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (bond_member_find(bond, ifindex) != BOND_NO_MEMBER) {
			return true;
		}
	}
	return false;
}

/* Whether the NIC is the one that it was. A name alone may be another's by now, and so may
 * a number. */
static bool taken_along_is_same_nic(struct daemon *daemon, const struct netlink_link *link,
				    const struct taken_along_interface *interface)
{
	uint8_t mac[6];

	nic_own_mac(daemon, link, mac);
	if (memcmp(mac, interface->mac, sizeof(mac)) == 0) {
		return true;
	}
	/* Somebody gave it another address: it has its number and name still. */
	return link->ifindex == interface->ifindex && strcmp(link->name, interface->name) == 0;
}

/* The number that a NIC has now; 0: it isn't there, or is needed for something else. */
static uint32_t taken_along_find_nic(struct daemon *daemon,
				     const struct taken_along_interface *interface)
{
	struct netlink_link link;
	const char *why = NULL;
	bool found = netlink_link_get(daemon->netlink, interface->ifindex, &link) == 0 &&
		     taken_along_is_same_nic(daemon, &link, interface);

	/* Taken out and put in again it has another number. */
	found = found ||
		(netlink_link_get_by_name(daemon->netlink, interface->name, &link) == 0 &&
		 taken_along_is_same_nic(daemon, &link, interface));
	if (!found) {
		why = "that NIC isn't there any more";
	} else if (taken_along_is_member(daemon, link.ifindex)) {
		why = "it is a member";
	} else if (link.master != 0) {
		why = "somebody gave it to another interface";
	}
	if (why) {
		log_line(LOG_LEVEL_NOTICE, "%s doesn't get back what it had: %s",
			 interface->name, why);
		return 0;
	}
	return link.ifindex;
}

/* An address keeps its label's prefix, the name, when the interface gets another. */
static void taken_along_rename(const struct taken_along *taken,
			       const struct taken_along_interface *interface, uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name) && strcmp(name, interface->name) != 0 &&
	    netlink_ip_copy_rename(taken->copy, interface->ifindex, interface->name, name) <
		    0) {
		log_line(LOG_LEVEL_WARNING, "out of memory: labels of %s keep its former name",
			 name);
	}
}

static int taken_along_find(struct taken_along_return *back)
{
	const struct taken_along *taken = &back->taken;

	back->now = calloc(taken->count + 1, sizeof(*back->now));
	if (!back->now) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < taken->count; i++) {
		const struct taken_along_interface *interface = &taken->list[i];

		if (interface->is_nic) {
			back->now[i] = taken_along_find_nic(back->daemon, interface);
			taken_along_rename(taken, interface, back->now[i]);
		} else if (interface_applied(back->daemon, interface->ifindex)) {
			back->now[i] = interface->ifindex;
		} else {
			back->now[i] = if_nametoindex(interface->name);
		}
	}
	return 0;
}

/* For routes by other interfaces, which had to make place, nothing is noted. */
static uint32_t taken_along_index(uint32_t ifindex, void *context)
{
	const struct taken_along_return *back = context;
	const struct taken_along *taken = &back->taken;
	struct taken_along_interface key = {.ifindex = ifindex};
	const struct taken_along_interface *found =
		taken->count == 0 ? NULL
				  : bsearch(&key, taken->list, taken->count, sizeof(key),
					    taken_along_compare);
	char name[IF_NAMESIZE];

	if (found) {
		return back->now[found - taken->list];
	}
	return if_indextoname(ifindex, name) ? ifindex : 0;
}

/* How much is back by it, or -errno. */
static int taken_along_put_back(struct taken_along_return *back)
{
	struct daemon *daemon = back->daemon;
	int result = taken_along_find(back);

	if (result < 0) {
		return result;
	}
	result = netlink_ip_copy_restore(daemon->netlink, back->taken.copy, taken_along_index,
					 back);
	for (size_t i = 0; i < back->taken.count; i++) {
		/* Neighbours know the addresses as the bond's. */
		address_announce(daemon, back->now[i]);
	}
	if (result >= 0 && netlink_ip_copy_count(back->taken.copy) > 0) {
		log_line(LOG_LEVEL_NOTICE,
			 "the addresses and routes that configuration %u had taken along are "
			 "back event=restored",
			 back->taken.number);
	}
	return result;
}

int taken_along_give_back(struct daemon *daemon)
{
	struct taken_along_return back = {.daemon = daemon};
	int result = taken_along_read(daemon, TAKEN_ALONG_RETURN, &back.taken);

	if (result < 0 && result != -ENOENT) {
		return result;
	}
	if (result == 0) {
		result = taken_along_put_back(&back);
		taken_along_clear(&back.taken);
		free(back.now);
	} else {
		result = 0;
	}
	if (result >= 0) {
		taken_along_give_up(daemon);
	}
	return result;
}
