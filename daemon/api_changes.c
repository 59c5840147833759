/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of doc/api.md that change something, one function each. Whether the caller
 * may is settled before they are called (api_routes.c).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config_folder.h"
#include "daemon/api.h"
#include "daemon/apply.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/status_json.h"

enum MHD_Result api_reload(struct api_call *call)
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

enum MHD_Result api_down(struct api_call *call)
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

/* Says what to edit instead. */
enum MHD_Result api_bond_refused(struct api_call *call)
{
	static const char why[] = "a bond is configured in files only, so that they alone say "
				  "what this server's connection is";
	const struct daemon_options *options = &call->api->daemon->options;
	struct model_problems problems = {0};
	const struct model_bond *bond = NULL;
	enum MHD_Result result;
	struct model *model;
	int err;

	if (!call->path[0]) {
		return api_answer_error(call, MHD_HTTP_CONFLICT, "files_only",
					"%s: write %s/ifcfg-NAME and a file for each of its "
					"links, then apply",
					why, options->config);
	}
	err = config_read_folder(options->config, options->dialect, &model, &problems);
	if (err < 0) {
		return api_answer_error(call, MHD_HTTP_CONFLICT, "files_only",
					"%s, in %s, which can't be read: %s", why,
					options->config, strerror(-err));
	}
	for (size_t i = 0; i < model->bond_count && !bond; i++) {
		if (strcmp(model->bonds[i].interface.name, call->path) == 0) {
			bond = &model->bonds[i];
		}
	}
	result = bond ? api_answer_error(call, MHD_HTTP_CONFLICT, "files_only",
					 "%s: edit %s, then apply", why,
					 model->files[bond->interface.source.file])
		      : api_answer_error(call, MHD_HTTP_CONFLICT, "files_only",
					 "%s: write %s/ifcfg-%.64s and a file for each of its "
					 "links, then apply",
					 why, options->config, call->path);
	model_problems_free(&problems);
	model_free(model);
	return result;
}
