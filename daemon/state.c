/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"

/* Changes with every change of the meaning of what is written. */
#define STATE_VERSION	1

#define STATE_PREFIX	"bond-"
#define STATE_SUFFIX	".json"
#define STATE_TEMPORARY ".new"

static int state_path(const struct daemon *daemon, const char *name, char out[PATH_MAX])
{
	int size = snprintf(out, PATH_MAX, "%s/" STATE_PREFIX "%s" STATE_SUFFIX,
			    daemon->options.state, name);

	return size < PATH_MAX ? 0 : -ENAMETOOLONG;
}

json_t *state_saved_to_json(const struct engine_member_saved *s)
{
	if (!s->valid) {
		return json_null();
	}
	return json_pack("{s:o, s:I, s:b, s:b, s:i, s:i, s:i, s:i, s:b, s:b}", "mac",
			 json_mac(s->mac), "mtu", (json_int_t)s->mtu, "was_up", s->was_up,
			 "alias_set", s->alias_set, "disable_ipv6", (int)s->disable_ipv6,
			 "addr_gen_mode", (int)s->addr_gen_mode, "rx_vlan_filter",
			 (int)s->rx_vlan_filter, "lro", (int)s->lro, "promisc_set",
			 s->promisc_set, "allmulti_set", s->allmulti_set);
}

static json_t *state_member_to_json(const struct bond_runtime_member *member)
{
	return json_pack("{s:i, s:s, s:I, s:o}", "slot", (int)member->slot, "wanted",
			 member->wanted, "ifindex", (json_int_t)member->ifindex, "saved",
			 state_saved_to_json(&member->saved));
}

static int8_t state_get_int8(const json_t *json, const char *key)
{
	json_int_t value = json_integer_value(json_object_get(json, key));

	return value >= -1 && value <= INT8_MAX ? (int8_t)value : -1;
}

void state_saved_from_json(const json_t *json, struct engine_member_saved *out)
{
	*out = (struct engine_member_saved){0};
	if (!json_mac_read(json_object_get(json, "mac"), out->mac)) {
		return;
	}
	out->valid = true;
	out->mtu = (uint32_t)json_get_uint(json, "mtu", INT32_MAX, 0);
	out->was_up = json_get_bool(json, "was_up", false);
	out->alias_set = json_get_bool(json, "alias_set", false);
	out->disable_ipv6 = state_get_int8(json, "disable_ipv6");
	out->addr_gen_mode = state_get_int8(json, "addr_gen_mode");
	out->rx_vlan_filter = state_get_int8(json, "rx_vlan_filter");
	out->lro = state_get_int8(json, "lro");
	out->promisc_set = json_get_bool(json, "promisc_set", false);
	out->allmulti_set = json_get_bool(json, "allmulti_set", false);
}

static void state_member_from_json(const json_t *json, struct bond_state *state)
{
	uint64_t slot = json_get_uint(json, "slot", BOND_MEMBERS_MAX - 1, BOND_NO_MEMBER);
	struct bond_state_member *member;

	if (slot == BOND_NO_MEMBER) {
		return;
	}
	member = &state->members[slot];
	json_get_text(json, "wanted", member->wanted, sizeof(member->wanted));
	member->ifindex = (uint32_t)json_get_uint(json, "ifindex", INT32_MAX, 0);
	state_saved_from_json(json_object_get(json, "saved"), &member->saved);
}

static json_t *state_to_json(struct bond_runtime *bond, const struct wanted *wanted)
{
	json_t *members = json_array();
	struct bond_saved core;

	bond_save(&bond->core, daemon_now_ms(), &core);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		if (bond->members[slot].wanted[0]) {
			json_array_append_new(members,
					      state_member_to_json(&bond->members[slot]));
		}
	}
	return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:b}", "version", STATE_VERSION,
			 "name", bond->name, "config", json_text(bond->daemon->options.config),
			 "wanted", wanted_to_json(wanted), "members", members, "core",
			 state_core_to_json(&core), "unfinished", wanted != bond->wanted);
}

static int state_replace_text(const char *path, const char *temporary, const char *text)
{
	size_t size = strlen(text);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	ssize_t written;
	int err = 0;

	if (fd < 0) {
		return -errno;
	}
	written = write(fd, text, size);
	if (written != (ssize_t)size) {
		err = written < 0 ? -errno : -ENOSPC;
	}
	if (close(fd) < 0 && err == 0) {
		err = -errno;
	}
	if (err == 0 && rename(temporary, path) < 0) {
		err = -errno;
	}
	if (err < 0) {
		(void)unlink(temporary); /* it may take the room that is missing */
	}
	return err;
}

int state_replace(const char *path, const json_t *json)
{
	char temporary[PATH_MAX];
	/* In one piece: jansson would write token by token. */
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	int err = text ? 0 : -ENOMEM;

	if (err == 0 && snprintf(temporary, sizeof(temporary), "%s" STATE_TEMPORARY, path) >=
				(int)sizeof(temporary)) {
		err = -ENAMETOOLONG;
	}
	if (err == 0) {
		err = state_replace_text(path, temporary, text);
	}
	free(text);
	return err;
}

void state_write(struct bond_runtime *bond)
{
	state_write_ahead(bond, bond->wanted);
}

void state_write_ahead(struct bond_runtime *bond, const struct wanted *ahead)
{
	char path[PATH_MAX];
	json_t *json = state_to_json(bond, ahead);
	int err = state_path(bond->daemon, bond->name, path);

	if (err == 0) {
		err = state_replace(path, json);
	}
	/* It is tried again each second, but said once. */
	if (err < 0 && err != bond->save_error) {
		log_line(LOG_LEVEL_ERROR, "%s state not saved in %s: %s bond=%s", bond->name,
			 bond->daemon->options.state, strerror(-err), bond->name);
	}
	json_decref(json);
	bond->parent.save_wanted = false;
	bond->save_error = err;
}

void state_forget(struct daemon *daemon, const char *name)
{
	char path[PATH_MAX];

	if (state_path(daemon, name, path) == 0) {
		unlink(path);
	}
}

/* Formerly the addresses that were put stood beside what was wanted. */
static void state_old_addresses(const json_t *addresses, struct wanted *wanted)
{
	if (!addresses) {
		return;
	}
	model_interface_clear(&wanted->bond.interface);
	(void)wanted_addresses_from_json(
		json_object_get(addresses, wanted->bond.interface.name),
		&wanted->bond.interface);
	for (size_t i = 0; i < wanted->vlan_count; i++) {
		struct model_interface *interface = &wanted->vlans[i].interface;

		model_interface_clear(interface);
		(void)wanted_addresses_from_json(json_object_get(addresses, interface->name),
						 interface);
	}
}

static struct bond_state *state_from_json(const json_t *json)
{
	const json_t *members = json_object_get(json, "members");
	struct bond_state *state = calloc(1, sizeof(*state));

	if (!state) {
		return NULL;
	}
	json_get_text(json, "name", state->name, sizeof(state->name));
	json_get_text(json, "config", state->config, sizeof(state->config));
	state->wanted = wanted_from_json(json_object_get(json, "wanted"));
	if (json_get_uint(json, "version", UINT32_MAX, 0) != STATE_VERSION || !state->wanted ||
	    strcmp(state->wanted->bond.interface.name, state->name) != 0 ||
	    !state_core_from_json(json_object_get(json, "core"), &state->core)) {
		state_free(state);
		return NULL;
	}
	for (size_t i = 0; i < json_array_size(members); i++) {
		state_member_from_json(json_array_get(members, i), state);
	}
	state->unfinished = json_get_bool(json, "unfinished", false);
	state_old_addresses(json_object_get(json, "addresses"), state->wanted);
	return state;
}

static bool state_is_name(const char *name)
{
	size_t size = strlen(name), suffix = strlen(STATE_SUFFIX);

	return strncmp(name, STATE_PREFIX, strlen(STATE_PREFIX)) == 0 && size > suffix &&
	       strcmp(name + size - suffix, STATE_SUFFIX) == 0;
}

/* What a daemon died over while it wrote; bonds' and NICs' alike. */
static bool state_is_temporary(const char *name)
{
	size_t size = strlen(name), suffix = strlen(STATE_SUFFIX STATE_TEMPORARY);

	return size > suffix && strcmp(name + size - suffix, STATE_SUFFIX STATE_TEMPORARY) == 0;
}

static struct bond_state *state_read(const char *folder, const char *name)
{
	char path[PATH_MAX];
	struct bond_state *state = NULL;
	json_error_t error;
	json_t *json;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
		return NULL;
	}
	json = json_load_file(path, 0, &error);
	if (json) {
		state = state_from_json(json);
	}
	if (!state) {
		log_line(LOG_LEVEL_WARNING, "%s is not a state of this version, left aside%s%s",
			 path, json ? "" : ": ", json ? "" : error.text);
	}
	json_decref(json);
	return state;
}

struct bond_state *state_read_all(const char *folder)
{
	struct bond_state *list = NULL;
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir) {
		return NULL;
	}
	while ((entry = readdir(dir))) {
		struct bond_state *state = NULL;

		if (state_is_temporary(entry->d_name)) {
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
		} else if (state_is_name(entry->d_name)) {
			state = state_read(folder, entry->d_name);
		}
		if (state) {
			state->next = list;
			list = state;
		}
	}
	closedir(dir);
	return list;
}

struct bond_state *state_find(struct bond_state *list, const char *name)
{
	while (list && strcmp(list->name, name) != 0) {
		list = list->next;
	}
	return list;
}

void state_free(struct bond_state *list)
{
	while (list) {
		struct bond_state *next = list->next;

		wanted_free(list->wanted);
		free(list);
		list = next;
	}
}
