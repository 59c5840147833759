/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the next daemon has to know of a DHCP client, in a file of its own in the state
 * folder. A process is known again by when it began.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/boot.h"
#include "daemon/daemon.h"
#include "daemon/dhcp_internal.h"
#include "daemon/json_util.h"
#include "daemon/log.h"

#define DHCP_STATE_VERSION 1
#define DHCP_STATE_PREFIX  "dhcp-"
#define DHCP_STATE_SUFFIX  ".json"

const char *dhcp_family_name(int family)
{
	return family == AF_INET ? "inet" : "inet6";
}

static void dhcp_state_path(const struct dhcp_client *client, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/" DHCP_STATE_PREFIX "%s-%s" DHCP_STATE_SUFFIX,
		 client->daemon->options.state, client->interface,
		 dhcp_family_name(client->family));
}

void dhcp_forget(const struct dhcp_client *client)
{
	char path[PATH_MAX];

	dhcp_state_path(client, path);
	(void)unlink(path);
}

static json_t *dhcp_settings_json(const struct model_dhcp *dhcp)
{
	return json_pack("{s:o, s:b, s:b, s:o, s:b, s:b, s:b, s:b, s:b, s:I}", "hostname",
			 json_text(dhcp->hostname), "hostname_is_fqdn", dhcp->hostname_is_fqdn,
			 "hostname_is_kept", dhcp->hostname_is_kept, "client_id",
			 json_text(dhcp->client_id), "persistent", dhcp->persistent,
			 "persistent_ipv6", dhcp->persistent_ipv6, "peer_dns", dhcp->peer_dns,
			 "release", dhcp->release, "no_default_route", dhcp->no_default_route,
			 "metric", (json_int_t)dhcp->metric);
}

static void dhcp_settings_from_json(const json_t *json, struct model_dhcp *out)
{
	json_get_text(json, "hostname", out->hostname, sizeof(out->hostname));
	json_get_text(json, "client_id", out->client_id, sizeof(out->client_id));
	out->hostname_is_fqdn = json_get_bool(json, "hostname_is_fqdn", false);
	out->hostname_is_kept = json_get_bool(json, "hostname_is_kept", false);
	out->persistent = json_get_bool(json, "persistent", false);
	out->persistent_ipv6 = json_get_bool(json, "persistent_ipv6", false);
	out->peer_dns = json_get_bool(json, "peer_dns", false);
	out->release = json_get_bool(json, "release", false);
	out->no_default_route = json_get_bool(json, "no_default_route", false);
	out->metric = (uint32_t)json_get_uint(json, "metric", UINT32_MAX, 0);
}

void dhcp_save(const struct dhcp_client *client)
{
	char path[PATH_MAX], temporary[PATH_MAX + 8], boot_id[BOOT_ID_SIZE];
	json_t *json;

	boot_id_read(boot_id);
	dhcp_state_path(client, path);
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	json = json_pack("{s:i, s:s, s:s, s:s, s:s, s:b, s:i, s:I, s:o}", "version",
			 DHCP_STATE_VERSION, "boot", boot_id, "interface", client->interface,
			 "family", dhcp_family_name(client->family), "client",
			 dhcp_program_name(client->program), "unit", client->is_unit, "pid",
			 (int)client->process.pid, "started",
			 (json_int_t)client->process.started_ticks, "settings",
			 dhcp_settings_json(&client->settings));
	if (!json || json_dump_file(json, temporary, JSON_COMPACT) < 0 ||
	    rename(temporary, path) < 0) {
		log_line(LOG_LEVEL_WARNING,
			 "%s can't be written: the next daemon won't know the DHCP client of "
			 "%s",
			 path, client->interface);
		(void)unlink(temporary);
	}
	json_decref(json);
}

/* False: it doesn't run any more, and its file says nothing to anybody. */
static bool dhcp_take_over(struct daemon *daemon, const json_t *json)
{
	char family[8], interface[MODEL_NAME_SIZE], program[16], boot[BOOT_ID_SIZE],
		boot_now[BOOT_ID_SIZE];
	struct model_dhcp settings = {0};
	struct dhcp_client *client;
	struct dhcp_process process;
	enum dhcp_program which;

	json_get_text(json, "family", family, sizeof(family));
	json_get_text(json, "interface", interface, sizeof(interface));
	json_get_text(json, "client", program, sizeof(program));
	json_get_text(json, "boot", boot, sizeof(boot));
	boot_id_read(boot_now);
	process.pid = (pid_t)json_get_uint(json, "pid", INT32_MAX, 0);
	process.started_ticks = json_get_uint(json, "started", INT64_MAX, 0);
	if (json_get_uint(json, "version", INT32_MAX, 0) != DHCP_STATE_VERSION ||
	    strcmp(boot, boot_now) != 0 || !model_name_is_valid(interface) ||
	    !dhcp_program_parse(program, &which) || !dhcp_process_lives(&process)) {
		return false;
	}
	dhcp_settings_from_json(json_object_get(json, "settings"), &settings);
	client = dhcp_client_new(daemon, interface,
				 strcmp(family, "inet6") == 0 ? AF_INET6 : AF_INET, &settings);
	if (!client) {
		return true;
	}
	client->program = which;
	client->is_unit = json_get_bool(json, "unit", false);
	client->process = process;
	client->started_us = daemon_now_us();
	dhcp_client_watch(client);
	log_line(LOG_LEVEL_NOTICE, "%s %s (process %d) goes on", interface, program,
		 (int)process.pid);
	return true;
}

static void dhcp_read(struct daemon *daemon, const char *name)
{
	size_t length = strlen(name), prefix = strlen(DHCP_STATE_PREFIX);
	size_t suffix = strlen(DHCP_STATE_SUFFIX);
	char path[PATH_MAX];
	json_t *json;

	if (length < prefix + suffix || strncmp(name, DHCP_STATE_PREFIX, prefix) != 0 ||
	    strcmp(name + length - suffix, DHCP_STATE_SUFFIX) != 0) {
		return;
	}
	snprintf(path, sizeof(path), "%s/%s", daemon->options.state, name);
	json = json_load_file(path, 0, NULL);
	if (json_is_object(json) && !dhcp_take_over(daemon, json)) {
		(void)unlink(path);
	}
	json_decref(json);
}

void dhcp_read_all(struct daemon *daemon)
{
	DIR *folder = opendir(daemon->options.state);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)) != NULL) {
		dhcp_read(daemon, entry->d_name);
	}
	if (folder) {
		closedir(folder);
	}
}
