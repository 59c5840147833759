/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of doc/api.md, one function each, and the table that finds them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_folder.h"
#include "config/config_json.h"
#include "daemon/api.h"
#include "daemon/apply.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/explain.h"
#include "daemon/json_util.h"
#include "daemon/status_json.h"

#define API_NAMES_SIZE 512

static enum MHD_Result api_answer_no_bond(struct api_call *call, const char *name)
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
				"there is no bond '%.64s'; there are: %s", name,
				names[0] ? names : "none");
}

static enum MHD_Result api_status(struct api_call *call)
{
	struct daemon *daemon = call->api->daemon;
	const char *name = api_parameter(call, "bond");
	struct bond_runtime *bond = name ? bond_runtime_find(daemon, name) : NULL;

	if (name && !bond) {
		return api_answer_no_bond(call, name);
	}
	return api_answer(call, MHD_HTTP_OK, status_json(daemon, bond));
}

static enum MHD_Result api_bond(struct api_call *call)
{
	struct bond_runtime *bond = bond_runtime_find(call->api->daemon, call->path);

	if (!bond) {
		return api_answer_no_bond(call, call->path);
	}
	return api_answer(call, MHD_HTTP_OK, status_json_bond(bond));
}

static enum MHD_Result api_config(struct api_call *call)
{
	const char *folder = call->api->daemon->options.config;
	struct model_problems problems = {0};
	struct model *model;
	json_t *json;
	int err = config_read_folder(folder, call->api->daemon->options.dialect, &model,
				     &problems);

	if (err < 0) {
		return api_answer_error(call, MHD_HTTP_INTERNAL_SERVER_ERROR,
					"config_unreadable", "%s can't be read: %s", folder,
					strerror(-err));
	}
	json = config_json(model, &problems);
	model_problems_free(&problems);
	model_free(model);
	return api_answer(call, MHD_HTTP_OK, json);
}

static enum MHD_Result api_explain(struct api_call *call)
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

static enum MHD_Result api_reload(struct api_call *call)
{
	struct daemon *daemon = call->api->daemon;
	json_t *changes = apply_reload(daemon);

	return api_answer(call, MHD_HTTP_OK,
			  json_pack("{s:o, s:o}", "problems", status_json_problems(daemon),
				    "changes", changes));
}

/* The bond that the body names; NULL: all of them. False: it's no such body, or
 * there is no such bond, and *result is the answer. */
static bool api_down_body(struct api_call *call, const char **name, json_t **body,
			  enum MHD_Result *result)
{
	json_t *bond;

	*name = NULL;
	*body = json_loads(call->body[0] ? call->body : "{}", 0, NULL);
	bond = json_object_get(*body, "bond");
	if (!json_is_object(*body) || (bond && !json_is_string(bond))) {
		*result = api_answer_error(call, MHD_HTTP_BAD_REQUEST, "bad_body",
					   "expected {} or {\"bond\": \"bond0\"}");
		return false;
	}
	*name = json_string_value(bond);
	if (*name && !bond_runtime_find(call->api->daemon, *name)) {
		*result = api_answer_no_bond(call, *name);
		return false;
	}
	return true;
}

static enum MHD_Result api_down(struct api_call *call)
{
	enum MHD_Result result;
	const char *name;
	json_t *body;

	if (api_down_body(call, &name, &body, &result)) {
		result = api_answer(
			call, MHD_HTTP_OK,
			json_pack("{s:o}", "removed", apply_down(call->api->daemon, name)));
	}
	json_decref(body);
	return result;
}

struct api_route {
	const char *path;
	bool takes_name; /* something follows the path */
	const char *method;
	enum MHD_Result (*answer)(struct api_call *call);
};

static const struct api_route api_routes[] = {
	{"/v1/status", false, MHD_HTTP_METHOD_GET, api_status},
	{"/v1/bonds/", true, MHD_HTTP_METHOD_GET, api_bond},
	{"/v1/config", false, MHD_HTTP_METHOD_GET, api_config},
	{"/v1/explain", false, MHD_HTTP_METHOD_GET, api_explain},
	{"/v1/events", false, MHD_HTTP_METHOD_GET, api_events_answer},
	{"/v1/reload", false, MHD_HTTP_METHOD_POST, api_reload},
	{"/v1/down", false, MHD_HTTP_METHOD_POST, api_down},
};

static bool api_route_fits(const struct api_route *route, const char *path)
{
	size_t size = strlen(route->path);

	if (!route->takes_name) {
		return strcmp(path, route->path) == 0;
	}
	return strncmp(path, route->path, size) == 0 && path[size] && !strchr(path + size, '/');
}

enum MHD_Result api_calls_dispatch(struct api_call *call, const char *method, const char *path)
{
	/* One turn of the loop serves all clients that have asked. */
	daemon_breathe(call->api->daemon);
	for (size_t i = 0; i < sizeof(api_routes) / sizeof(api_routes[0]); i++) {
		const struct api_route *route = &api_routes[i];

		if (!api_route_fits(route, path)) {
			continue;
		}
		if (strcmp(method, route->method) != 0) {
			call->allow = route->method;
			return api_answer_error(call, MHD_HTTP_METHOD_NOT_ALLOWED,
						"wrong_method",
						"%.32s is not for this path; expected %s",
						method, route->method);
		}
		call->path = path + strlen(route->path);
		return route->answer(call);
	}
	return api_answer_error(call, MHD_HTTP_NOT_FOUND, "no_such_path",
				"there is nothing at '%.200s'; doc/api.md lists what there is",
				path);
}
