/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the next daemon has to know of a NIC that carries VLAN interfaces, one JSON file
 * each in the state folder; state.h says how such files are kept and read.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/nic_runtime.h"
#include "daemon/state.h"

/* Changes with every change of the meaning of what is written. */
#define NIC_STATE_VERSION 1

#define NIC_STATE_PREFIX  "nic-"
#define NIC_STATE_SUFFIX  ".json"

static int nic_state_path(const struct daemon *daemon, const char *name, char out[PATH_MAX])
{
	int size = snprintf(out, PATH_MAX, "%s/" NIC_STATE_PREFIX "%s" NIC_STATE_SUFFIX,
			    daemon->options.state, name);

	return size < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static json_t *nic_state_to_json(const struct nic_runtime *nic, const struct wanted *wanted)
{
	return json_pack(
		"{s:i, s:s, s:o, s:o, s:I, s:o, s:b}", "version", NIC_STATE_VERSION, "name",
		nic->parent.name, "config", json_text(nic->daemon->options.config), "wanted",
		wanted_to_json(wanted), "ifindex", (json_int_t)nic->parent.ifindex, "saved",
		state_saved_to_json(&nic->saved), "unfinished", wanted != nic->wanted);
}

void nic_state_write(struct nic_runtime *nic)
{
	nic_state_write_ahead(nic, nic->wanted);
}

void nic_state_write_ahead(struct nic_runtime *nic, const struct wanted *ahead)
{
	char path[PATH_MAX];
	json_t *json;
	int err;

	nic->parent.save_wanted = false;
	/* Of another folder's files, or without any: nothing better is known than what
	 * is written there already. */
	if (!ahead || nic->foreign) {
		return;
	}
	json = nic_state_to_json(nic, ahead);
	err = nic_state_path(nic->daemon, nic->parent.name, path);
	if (err == 0) {
		err = state_replace(path, json);
	}
	if (err < 0 && err != nic->save_error) {
		log_line(LOG_LEVEL_ERROR, "%s state not saved in %s: %s bond=%s",
			 nic->parent.name, nic->daemon->options.state, strerror(-err),
			 nic->parent.name);
	}
	json_decref(json);
	nic->save_error = err;
}

void nic_state_forget(struct daemon *daemon, const char *name)
{
	char path[PATH_MAX];

	if (nic_state_path(daemon, name, path) == 0) {
		unlink(path);
	}
}

static bool nic_state_is_name(const char *name)
{
	size_t size = strlen(name), suffix = strlen(NIC_STATE_SUFFIX);

	return strncmp(name, NIC_STATE_PREFIX, strlen(NIC_STATE_PREFIX)) == 0 &&
	       size > suffix && strcmp(name + size - suffix, NIC_STATE_SUFFIX) == 0;
}

static void nic_state_read(const char *folder, const char *name, nic_state_callback *callback,
			   void *context)
{
	struct nic_state state = {0};
	char path[PATH_MAX];
	json_error_t error;
	json_t *json;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
		return;
	}
	json = json_load_file(path, 0, &error);
	json_get_text(json, "name", state.name, sizeof(state.name));
	state.config = json_string_value(json_object_get(json, "config"));
	state.wanted = wanted_from_json(json_object_get(json, "wanted"));
	state.ifindex = (uint32_t)json_get_uint(json, "ifindex", INT32_MAX, 0);
	state_saved_from_json(json_object_get(json, "saved"), &state.saved);
	state.unfinished = json_get_bool(json, "unfinished", false);
	if (json_get_uint(json, "version", UINT32_MAX, 0) != NIC_STATE_VERSION ||
	    !state.config || !state.wanted ||
	    strcmp(state.wanted->bond.interface.name, state.name) != 0) {
		log_line(LOG_LEVEL_WARNING, "%s is not a state of this version, left aside%s%s",
			 path, json ? "" : ": ", json ? "" : error.text);
	} else {
		callback(&state, context);
	}
	wanted_free(state.wanted);
	json_decref(json);
}

void nic_state_read_all(const char *folder, nic_state_callback *callback, void *context)
{
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir) {
		return;
	}
	while ((entry = readdir(dir))) {
		if (nic_state_is_name(entry->d_name)) {
			nic_state_read(folder, entry->d_name, callback, context);
		}
	}
	closedir(dir);
}
