/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/nic_runtime.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/address_probe.h"
#include "daemon/apply.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/log.h"
#include "daemon/nic_find.h"
#include "daemon/poll.h"

struct nic_runtime *nic_runtime_find(const struct daemon *daemon, const char *name)
{
	struct nic_runtime *nic = daemon->nics;

	while (nic && strcmp(nic->parent.name, name) != 0) {
		nic = nic->next;
	}
	return nic;
}

struct nic_runtime *nic_runtime_get(struct daemon *daemon, const char *name)
{
	struct nic_runtime *nic = nic_runtime_find(daemon, name);
	struct nic_runtime **link = &daemon->nics;

	if (nic) {
		return nic;
	}
	nic = calloc(1, sizeof(*nic));
	if (!nic) {
		return NULL;
	}
	nic->daemon = daemon;
	vlan_parent_init(&nic->parent, daemon, name);
	snprintf(nic->refused, sizeof(nic->refused), "%s is not there", name);
	while (*link) {
		link = &(*link)->next;
	}
	*link = nic;
	poll_update(daemon);
	return nic;
}

void nic_runtime_free(struct nic_runtime *nic)
{
	struct nic_runtime **link = &nic->daemon->nics;

	while (*link != nic) {
		link = &(*link)->next;
	}
	*link = nic->next;
	vlan_parent_clear(&nic->parent);
	engine_bond_close(nic->parent.path);
	wanted_free(nic->wanted);
	free(nic);
}

/* Whether the NIC's link works, as its driver says. */
static bool nic_has_carrier(struct nic_runtime *nic, const struct netlink_link *link)
{
	bool carrier = false;

	return (link->flags & IFF_UP) &&
	       netlink_carrier_read(nic->daemon->netlink, link->ifindex, &carrier) == 0 &&
	       carrier;
}

static void nic_carrier_set(struct nic_runtime *nic, bool carrier)
{
	int err = engine_bond_set_carrier(nic->parent.path, carrier);

	nic->carrier = carrier;
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s carrier of its VLAN interfaces: %s bond=%s",
			 nic->parent.name, strerror(-err), nic->parent.name);
	}
}

static void nic_check_carrier(struct nic_runtime *nic, const struct netlink_link *link)
{
	bool carrier = nic_has_carrier(nic, link);

	if (carrier != nic->carrier) {
		nic_carrier_set(nic, carrier);
		vlan_parent_event(&nic->parent, "carrier", NULL, "%s",
				  carrier ? "has carrier" : "has no carrier");
		if (carrier) {
			address_announce_parent(&nic->parent);
		}
	}
}

static int nic_refuse(struct nic_runtime *nic, int err, struct engine_error *error)
{
	if (strcmp(error->text, nic->refused) != 0) {
		memcpy(nic->refused, error->text, sizeof(nic->refused));
		if (err != -ENODEV) {
			vlan_parent_event(&nic->parent, "nic_refused", NULL, "%s", error->text);
		}
	}
	return err;
}

/* The NIC that the files mean. */
static int nic_look_up(struct nic_runtime *nic, const uint8_t *hwaddr,
		       struct netlink_link *link, struct engine_error *error)
{
	struct nic_wanted wanted = {.name = nic->parent.name, .hwaddr = hwaddr};
	char why[ENGINE_ERROR_SIZE];
	int err = nic_find(nic->daemon, &wanted, link, why);

	if (err < 0) {
		snprintf(error->text, sizeof(error->text), "%s: %.200s", nic->parent.name, why);
	}
	return err;
}

void nic_runtime_set_wanted(struct nic_runtime *nic, struct wanted *wanted)
{
	if (nic->wanted != wanted) {
		wanted_free(nic->wanted);
	}
	nic->wanted = wanted;
	nic->parent.wanted = wanted;
}

int nic_runtime_open_link(struct nic_runtime *nic, struct netlink_link *link, bool *was_down,
			  struct engine_error *error)
{
	bool taken_over = false;
	int err;

	/* First: whoever comes after us if this is broken off must know whose it is. */
	nic->parent.ifindex = link->ifindex;
	nic_state_write(nic);
	err = engine_nic_open(nic->daemon->engine, link->ifindex, &nic->saved,
			      &nic->parent.path, &taken_over, error);
	if (err < 0) {
		nic->parent.ifindex = 0;
		vlan_parent_want_save(&nic->parent);
		return nic_refuse(nic, err, error);
	}
	memcpy(nic->name, link->name, sizeof(nic->name));
	nic->refused[0] = '\0';
	if (was_down) {
		*was_down = !(link->flags & IFF_UP) && !taken_over;
	}
	if (!(link->flags & IFF_UP) && !taken_over) {
		(void)netlink_link_set_up(nic->daemon->netlink, link->ifindex, true);
		(void)netlink_link_get(nic->daemon->netlink, link->ifindex, link);
	}
	vlan_parent_list(&nic->parent);
	nic_carrier_set(nic, nic_has_carrier(nic, link));
	vlan_parent_event(&nic->parent, taken_over ? "nic_taken_over" : "nic_added", NULL,
			  taken_over ? "taken over as it runs"
				     : "carries VLAN interfaces from now on");
	vlan_parent_want_save(&nic->parent);
	return 0;
}

int nic_runtime_open(struct nic_runtime *nic, const uint8_t *hwaddr, bool *was_down,
		     struct engine_error *error)
{
	struct netlink_link link;
	int err;

	if (nic->parent.path) {
		return 0;
	}
	err = nic_look_up(nic, hwaddr, &link, error);
	return err < 0 ? nic_refuse(nic, err, error)
		       : nic_runtime_open_link(nic, &link, was_down, error);
}

void nic_runtime_let_go(struct nic_runtime *nic, const char *why)
{
	struct engine_error error;

	if (!nic->parent.path) {
		return;
	}
	vlan_parent_remove_all(&nic->parent);
	if (engine_bond_destroy(nic->parent.path, &error) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", nic->parent.name, error.text,
			 nic->parent.name);
	}
	nic->parent.path = NULL;
	nic->parent.ifindex = 0;
	nic->name[0] = '\0';
	nic->saved = (struct engine_member_saved){0};
	nic->follow_error[0] = '\0';
	nic->repair_error[0] = '\0';
	snprintf(nic->refused, sizeof(nic->refused), "%s: %.200s", nic->parent.name, why);
	vlan_parent_event(&nic->parent, "nic_removed", NULL,
			  "carries VLAN interfaces no more: %s", why);
	vlan_parent_want_save(&nic->parent);
}

void nic_runtime_remove(struct nic_runtime *nic, const char *why)
{
	struct daemon *daemon = nic->daemon;

	dhcp_stop_parent(&nic->parent);
	nic_runtime_let_go(nic, why);
	nic_state_forget(daemon, nic->parent.name);
	nic_runtime_free(nic);
	poll_update(daemon);
}

/* The files' HWADDR of it, NULL for none. */
static const uint8_t *nic_hwaddr(const struct nic_runtime *nic)
{
	const struct wanted *wanted = nic->wanted;

	return wanted && wanted->vlan_count > 0 && wanted->vlans[0].has_parent_hwaddr
		       ? wanted->vlans[0].parent_hwaddr
		       : NULL;
}

bool nic_runtime_concerns(const struct nic_runtime *nic, const struct netlink_link *link)
{
	uint32_t lower = link->link_elsewhere ? 0 : link->link;
	const uint8_t *hwaddr = nic_hwaddr(nic);

	if (strcmp(link->name, nic->parent.name) == 0) {
		return true;
	}
	if (!nic->parent.path) {
		return hwaddr && (memcmp(link->mac, hwaddr, sizeof(link->mac)) == 0 ||
				  memcmp(link->perm_mac, hwaddr, sizeof(link->perm_mac)) == 0);
	}
	return link->ifindex == nic->parent.ifindex ||
	       vlan_parent_find_index(&nic->parent, link->ifindex) ||
	       (lower && vlan_parent_find_index(&nic->parent, lower));
}

/* What can't be done is tried each second, but said once. */
static void nic_keep_error(struct nic_runtime *nic, const struct engine_error *error,
			   char kept[ENGINE_ERROR_SIZE])
{
	if (error->text[0] && strcmp(error->text, kept) != 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", nic->parent.name, error->text,
			 nic->parent.name);
	}
	memcpy(kept, error->text, ENGINE_ERROR_SIZE);
}

static void nic_follow(struct nic_runtime *nic)
{
	struct engine_error error = {""};
	uint8_t mac[6];

	(void)engine_bond_follow(nic->parent.path, ENGINE_FOLLOW_ALL, mac, &error);
	nic_keep_error(nic, &error, nic->follow_error);
}

static void nic_check_name(struct nic_runtime *nic, const struct netlink_link *link)
{
	if (strcmp(link->name, nic->name) != 0) {
		vlan_parent_event(&nic->parent, "nic_renamed", NULL, "is called %s now",
				  link->name);
		memcpy(nic->name, link->name, sizeof(nic->name));
	}
}

/* One that was renamed makes place for the one that has the name now, if the files go
 * by the name. */
static bool nic_is_replaced(struct nic_runtime *nic)
{
	unsigned int named = if_nametoindex(nic->parent.name);

	return !nic_hwaddr(nic) && named != 0 && named != nic->parent.ifindex;
}

/* It isn't in use: perhaps it is there now. */
static void nic_try(struct nic_runtime *nic)
{
	struct engine_error error;

	if (nic->wanted && nic_runtime_open(nic, nic_hwaddr(nic), NULL, &error) == 0) {
		nic->returned = true;
		apply_resume(nic->daemon);
	}
}

void nic_runtime_check(struct nic_runtime *nic)
{
	struct netlink_link link;

	nic->touched = false;
	if (nic->gone) {
		nic->gone = false;
		nic_runtime_let_go(nic, "the interface is gone");
	} else if (nic->parent.path && nic_is_replaced(nic)) {
		nic_runtime_let_go(nic, "another interface has its name now");
	}
	if (!nic->parent.path) {
		nic_try(nic);
		return;
	}
	vlan_parent_check_gone(&nic->parent);
	if (netlink_link_get(nic->daemon->netlink, nic->parent.ifindex, &link) == 0) {
		nic_check_name(nic, &link);
		nic_check_carrier(nic, &link);
		nic_follow(nic);
	}
}

void nic_runtime_poll(struct nic_runtime *nic)
{
	struct engine_error done = {""}, error = {""};
	struct netlink_link link;

	if (!nic->parent.path ||
	    netlink_link_get(nic->daemon->netlink, nic->parent.ifindex, &link) < 0) {
		return;
	}
	nic_check_carrier(nic, &link);
	vlan_parent_look(&nic->parent);
	nic_follow(nic);
	(void)engine_bond_repair(nic->parent.path, &done, &error);
	nic_keep_error(nic, &error, nic->repair_error);
	if (done.text[0]) {
		vlan_parent_event(&nic->parent, "repaired", NULL, "%s", done.text);
	}
	if (nic->save_error != 0) {
		vlan_parent_want_save(&nic->parent);
	}
}
