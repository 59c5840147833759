/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A running bond's own settings: what the engine is told of them, what the core is; and
 * its end. Which of them change, the plan says (execute_bond.c).
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/log.h"
#include "daemon/poll.h"
#include "daemon/state.h"

void bond_runtime_spec(const struct model_bond *wanted, const struct model_bond *before,
		       struct engine_bond_spec *out)
{
	const struct model_interface *interface = &wanted->interface;

	*out = (struct engine_bond_spec){.policy = wanted->options.xmit_hash_policy,
					 .hook = wanted->options.transmit_hook,
					 .mtu = interface->mtu};
	memcpy(out->name, interface->name, sizeof(out->name));
	if (interface->has_mac) {
		memcpy(out->mac, interface->mac, sizeof(out->mac));
	}
	/* A file that no longer asks for an MTU asks for the usual one. */
	if (before && before->interface.mtu != 0 && interface->mtu == 0) {
		out->mtu = WANTED_MTU_DEFAULT;
	}
}

/* Without MACADDR it has its first member's. */
static void bond_change_members_mac(const struct bond_runtime *bond, uint8_t mac[6])
{
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		const struct bond_runtime_member *member = &bond->members[slot];

		if (member->ifindex != 0 && member->saved.valid) {
			memcpy(mac, member->saved.mac, 6);
			return;
		}
	}
}

int bond_change_device(struct bond_runtime *bond, const struct model_bond *before,
		       const struct model_bond *wanted, struct engine_error *error)
{
	struct engine_bond_spec spec;
	int err;

	bond_runtime_spec(wanted, before, &spec);
	if (before->interface.has_mac && !wanted->interface.has_mac) {
		bond_change_members_mac(bond, spec.mac);
	}
	err = engine_bond_change(bond->path, &spec, error);
	if (err == 0) {
		bond_runtime_follow(bond, ENGINE_FOLLOW_ALL);
	}
	return err;
}

int bond_change_mac(struct bond_runtime *bond, const uint8_t mac[6], struct engine_error *error)
{
	struct engine_bond_spec spec;
	int err;

	bond_runtime_spec(&bond->wanted->bond, NULL, &spec);
	memcpy(spec.mac, mac, sizeof(spec.mac));
	err = engine_bond_change(bond->path, &spec, error);
	if (err == 0) {
		bond_runtime_follow(bond, ENGINE_FOLLOW_ALL);
	}
	return err;
}

/* Before the mode is another one: LACPDUs have to come in from the start. */
static int bond_change_socket(struct bond_runtime *bond, enum bond_mode mode)
{
	int err = 0;

	if (mode != BOND_MODE_8023AD || bond->socket >= 0) {
		return 0;
	}
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX && err == 0; slot++) {
		if (bond->members[slot].ifindex != 0) {
			err = bond_socket_join(bond, slot);
		}
	}
	if (err < 0) {
		bond_socket_close(bond);
	}
	return err;
}

int bond_change_options(struct bond_runtime *bond, const struct model_bond_options *options)
{
	struct bond_event event = {.type = BOND_EVENT_CONFIGURE};
	struct bond_config config;
	int err = bond_change_socket(bond, options->mode);

	if (err < 0) {
		return err;
	}
	bond_runtime_config(options, &config);
	event.config = &config;
	bond_runtime_input(bond, &event);
	if (options->mode != BOND_MODE_8023AD) {
		bond_socket_close(bond);
	}
	poll_update(bond->daemon);
	return 0;
}

void bond_runtime_remove(struct bond_runtime *bond, const char *why)
{
	struct daemon *daemon = bond->daemon;
	struct bond_runtime **link = &daemon->bonds;
	struct bond_event event = {.type = BOND_EVENT_ADMIN, .up = false};
	struct engine_error error;

	dhcp_stop_parent(&bond->parent);
	/* After the steps of a plan there are none; somebody may have deleted the bond. */
	interface_remove_rules(daemon, &bond->wanted->bond.interface);
	for (size_t i = 0; i < bond->wanted->vlan_count; i++) {
		interface_remove_rules(daemon, &bond->wanted->vlans[i].interface);
	}
	bond_runtime_release_hold(bond);
	bond_runtime_input(bond, &event);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		(void)bond_member_let_go(bond, slot, why);
	}
	vlan_parent_remove_all(&bond->parent);
	if (engine_bond_destroy(bond->path, &error) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", bond->name, error.text, bond->name);
	}
	bond->path = NULL;
	bond->parent.path = NULL;
	state_forget(daemon, bond->name);
	bond_runtime_event(bond, "bond_removed", NULL, "removed: %s", why);
	while (*link != bond) {
		link = &(*link)->next;
	}
	*link = bond->next;
	bond_runtime_free(bond);
	poll_update(daemon);
}
