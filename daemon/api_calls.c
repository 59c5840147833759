/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of doc/api.md that read, one function each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_folder.h"
#include "config/config_json.h"
#include "config/config_texts.h"
#include "daemon/api.h"
#include "daemon/apply.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/explain.h"
#include "daemon/json_util.h"
#include "daemon/metrics.h"
#include "daemon/nic_runtime.h"
#include "daemon/staged.h"
#include "daemon/status_json.h"
#include "daemon/transaction.h"

#define API_NAMES_SIZE	  512
/* Of the number of a configuration, so that it's no overflow. */
#define API_NUMBER_DIGITS 9

enum MHD_Result api_answer_no_bond(struct api_call *call, const char *name)
{
	char names[API_NAMES_SIZE] = "";
	size_t used = 0;

	for (struct bond_runtime *bond = call->api->daemon->bonds; bond; bond = bond->next) {
		int size = snprintf(names + used, sizeof(names) - used, "%s%s",
				    used ? ", " : "", bond->name);

		if (size < 0 || used + (size_t)size >= sizeof(names)) {
			break;
		}
		used += (size_t)size;
	}
	return api_answer_error(call, MHD_HTTP_NOT_FOUND, "no_such_bond",
				"there is no bond '%.64s'; there %s%s", name,
				names[0] ? "are: " : "is none", names);
}

enum MHD_Result api_status(struct api_call *call)
{
	struct daemon *daemon = call->api->daemon;
	const char *name = api_parameter(call, "bond");
	struct bond_runtime *bond = name ? bond_runtime_find(daemon, name) : NULL;
	struct nic_runtime *nic = name ? nic_runtime_find(daemon, name) : NULL;

	if (name && !bond && !nic) {
		return api_answer_no_bond(call, name);
	}
	return api_answer(call, MHD_HTTP_OK, status_json(daemon, bond, bond ? NULL : nic));
}

enum MHD_Result api_bond(struct api_call *call)
{
	struct bond_runtime *bond = bond_runtime_find(call->api->daemon, call->path);

	if (!bond) {
		return api_answer_no_bond(call, call->path);
	}
	return api_answer(call, MHD_HTTP_OK, status_json_bond(bond));
}

static enum MHD_Result api_answer_unreadable(struct api_call *call, int err)
{
	return api_answer_error(call, MHD_HTTP_INTERNAL_SERVER_ERROR, "config_unreadable",
				"%s can't be read: %s", call->api->daemon->options.config,
				strerror(-err));
}

enum MHD_Result api_config(struct api_call *call)
{
	const char *folder = call->api->daemon->options.config;
	struct model_problems problems = {0};
	struct model *model;
	json_t *json;
	int err = config_read_folder(folder, call->api->daemon->options.dialect, &model,
				     &problems);

	if (err < 0) {
		return api_answer_unreadable(call, err);
	}
	json = config_json(model, &problems);
	model_problems_free(&problems);
	model_free(model);
	return api_answer(call, MHD_HTTP_OK, json);
}

enum MHD_Result api_explain(struct api_call *call)
{
	const char *name = api_parameter(call, "bond");
	struct explain_query query = {
		.src = api_parameter(call, "src"),
		.dst = api_parameter(call, "dst"),
		.proto = api_parameter(call, "proto"),
		.sport = api_parameter(call, "sport"),
		.dport = api_parameter(call, "dport"),
		.src_mac = api_parameter(call, "src_mac"),
		.dst_mac = api_parameter(call, "dst_mac"),
		.vlan = api_parameter(call, "vlan"),
	};
	char error[EXPLAIN_ERROR_SIZE];
	struct bond_runtime *bond;
	json_t *json;

	if (!name) {
		return api_answer_error(call, MHD_HTTP_BAD_REQUEST, "missing_parameter",
					"bond is needed: the bond's name");
	}
	bond = bond_runtime_find(call->api->daemon, name);
	if (!bond) {
		return api_answer_no_bond(call, name);
	}
	json = explain_flow(bond, &query, error);
	if (!json) {
		return api_answer_error(call, MHD_HTTP_BAD_REQUEST, "bad_parameter", "%s",
					error);
	}
	return api_answer(call, MHD_HTTP_OK, json);
}

enum MHD_Result api_access(struct api_call *call)
{
	const struct peer *peer = call->peer;

	return api_answer(call, MHD_HTTP_OK,
			  json_pack("{s:s, s:I, s:o}", "role", peer_role_name(peer->role),
				    "uid", (json_int_t)peer->uid, "user",
				    json_text(peer->user)));
}

enum MHD_Result api_metrics(struct api_call *call)
{
	const char *vlans = api_parameter(call, "vlans");
	size_t size = 0;
	char *text;

	if (vlans && strcmp(vlans, "true") != 0 && strcmp(vlans, "false") != 0) {
		return api_answer_error(call, MHD_HTTP_BAD_REQUEST, "bad_parameter",
					"vlans is '%.32s'; expected true or false", vlans);
	}
	text = metrics_make(call->api->daemon, vlans && strcmp(vlans, "true") == 0, &size);
	return api_answer_text(call, "text/plain; version=0.0.4; charset=utf-8", text, size);
}

/* What would be done, for the files as they are or with the staged changes in them. */
enum MHD_Result api_plan(struct api_call *call)
{
	struct daemon *daemon = call->api->daemon;
	const char *staged = api_parameter(call, "staged");
	struct config_texts texts = {0};
	struct apply_request request = {.texts = &texts, .strict = true};
	char revision[CONFIG_REVISION_SIZE];
	json_t *json = NULL;
	int err;

	if (staged && strcmp(staged, "true") != 0 && strcmp(staged, "false") != 0) {
		return api_answer_error(call, MHD_HTTP_BAD_REQUEST, "bad_parameter",
					"staged is '%.32s'; expected true or false", staged);
	}
	if (staged && strcmp(staged, "true") == 0) {
		err = staged_texts(daemon, &texts);
	} else {
		err = config_texts_read(daemon->options.config, daemon->options.dialect, NULL,
					&texts);
	}
	if (err == 0) {
		config_texts_revision(&texts, revision);
		json = apply_plan_json(daemon, &request, &err);
	}
	config_texts_free(&texts);
	if (!json) {
		return api_answer_unreadable(call, err);
	}
	json_object_set_new(json, "revision", json_string(revision));
	json_object_set_new(json, "waiting", transactions_waiting_json(daemon));
	return api_answer(call, MHD_HTTP_OK, json);
}

enum MHD_Result api_history(struct api_call *call)
{
	struct daemon *daemon = call->api->daemon;
	json_t *json = transactions_history_json(daemon);

	if (json) {
		json_object_set_new(json, "waiting", transactions_waiting_json(daemon));
	}
	return api_answer(call, MHD_HTTP_OK, json);
}

/* One configuration with its difference. */
enum MHD_Result api_history_entry(struct api_call *call)
{
	size_t digits = strspn(call->path, "0123456789");
	json_t *json = NULL;

	if (digits <= API_NUMBER_DIGITS && call->path[digits] == '\0') {
		json = transactions_entry_json(call->api->daemon,
					       (unsigned int)strtoul(call->path, NULL, 10));
	}
	if (!json) {
		return api_answer_error(call, MHD_HTTP_NOT_FOUND, "no_such_configuration",
					"there is no configuration '%.32s' in the history; "
					"'portchannel history' lists what there is",
					call->path);
	}
	return api_answer(call, MHD_HTTP_OK, json);
}

enum MHD_Result api_vlans(struct api_call *call)
{
	struct transaction_answer answer =
		staged_vlans_show(call->api->daemon, api_parameter(call, "parent"));

	return api_answer(call, answer.status, answer.json);
}

enum MHD_Result api_vlan(struct api_call *call)
{
	struct transaction_answer answer = staged_vlan_show(call->api->daemon, call->path);

	return api_answer(call, answer.status, answer.json);
}

enum MHD_Result api_parents(struct api_call *call)
{
	struct transaction_answer answer = staged_parents_show(call->api->daemon);

	return api_answer(call, answer.status, answer.json);
}

enum MHD_Result api_staged(struct api_call *call)
{
	struct transaction_answer answer = staged_show(call->api->daemon);

	return api_answer(call, answer.status, answer.json);
}
