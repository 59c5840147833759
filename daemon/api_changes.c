/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of doc/api.md that change something, one function each. Whether the caller
 * may is settled before they are called (api_routes.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_folder.h"
#include "daemon/api.h"
#include "daemon/api_body.h"
#include "daemon/apply.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/staged.h"
#include "daemon/status_json.h"
#include "daemon/transaction.h"

/* The call's body; false: it is none such, and *result is the answer. */
static bool api_body_of(struct api_call *call, unsigned int fields, struct api_body *body,
			enum MHD_Result *result)
{
	char error[API_BODY_ERROR_SIZE];

	if (api_body_read(call->body, fields, body, error)) {
		return true;
	}
	*result = api_answer_error(call, MHD_HTTP_BAD_REQUEST, "bad_body", "%s", error);
	return false;
}

/* Who wants to know what came of a reload. */
struct api_reloading {
	struct daemon *daemon;
	struct peer peer;
	struct api_deferred *deferred;
};

static void api_on_reloaded(const struct apply_result *result, void *user)
{
	struct api_reloading *reloading = user;
	struct transaction_answer answer = {
		.status = MHD_HTTP_OK,
		.json = json_pack("{s:o, s:O}", "problems",
				  status_json_problems(reloading->daemon), "changes",
				  result->changes)};

	transactions_note(reloading->daemon, &reloading->peer, "reload", result->texts);
	api_deferred_answer(answer, reloading->deferred);
	free(reloading);
}

enum MHD_Result api_reload(struct api_call *call)
{
	struct daemon *daemon = call->api->daemon;
	struct api_reloading *reloading;
	struct api_body body;
	enum MHD_Result result;

	if (!api_body_of(call, 0, &body, &result)) {
		return result;
	}
	api_body_free(&body);
	reloading = malloc(sizeof(*reloading));
	if (!reloading) {
		return MHD_NO;
	}
	*reloading = (struct api_reloading){
		.daemon = daemon, .peer = *call->peer, .deferred = api_defer(call)};
	if (!reloading->deferred) {
		free(reloading);
		return MHD_NO;
	}
	if (apply_reload(daemon, api_on_reloaded, reloading) < 0) {
		const struct apply_result nothing = {.changes = json_array()};

		api_on_reloaded(&nothing, reloading);
		json_decref(nothing.changes);
	}
	return api_deferred_wait(call);
}

enum MHD_Result api_down(struct api_call *call)
{
	struct api_body body;
	enum MHD_Result result;

	if (!api_body_of(call, API_BODY_BOND, &body, &result)) {
		return result;
	}
	if (body.bond && !bond_runtime_find(call->api->daemon, body.bond)) {
		result = api_answer_no_bond(call, body.bond);
	} else if (apply_is_under_way(call->api->daemon)) {
		/* What it has planned would not be so any more. */
		result = api_answer_error(call, MHD_HTTP_CONFLICT, "busy",
					  "another change is under way; try again");
	} else {
		result = api_answer(call, MHD_HTTP_OK,
				    json_pack("{s:o}", "removed",
					      apply_down(call->api->daemon, body.bond)));
	}
	api_body_free(&body);
	return result;
}

enum MHD_Result api_apply(struct api_call *call)
{
	struct api_deferred *deferred;
	struct api_body body;
	enum MHD_Result result;

	if (!api_body_of(call, API_BODY_CONFIRM | API_BODY_REVISION, &body, &result)) {
		return result;
	}
	deferred = api_defer(call);
	if (deferred) {
		const struct transaction_request request = {
			.peer = call->peer,
			.how = "apply",
			.confirm_s = body.confirm_s,
			.revision = body.revision,
		};

		transaction_begin(call->api->daemon, &request, api_deferred_answer, deferred);
	}
	api_body_free(&body);
	return deferred ? api_deferred_wait(call) : MHD_NO;
}

enum MHD_Result api_confirm(struct api_call *call)
{
	struct transaction_answer answer;
	struct api_body body;
	enum MHD_Result result;

	if (!api_body_of(call, 0, &body, &result)) {
		return result;
	}
	api_body_free(&body);
	answer = transaction_confirm(call->api->daemon, call->peer);
	return api_answer(call, answer.status, answer.json);
}

enum MHD_Result api_rollback(struct api_call *call)
{
	struct api_deferred *deferred;
	struct api_body body;
	enum MHD_Result result;

	if (!api_body_of(call, API_BODY_NUMBER | API_BODY_CONFIRM, &body, &result)) {
		return result;
	}
	deferred = api_defer(call);
	if (deferred) {
		transaction_rollback(call->api->daemon, call->peer, body.number, body.confirm_s,
				     api_deferred_answer, deferred);
	}
	api_body_free(&body);
	return deferred ? api_deferred_wait(call) : MHD_NO;
}

enum MHD_Result api_commit(struct api_call *call)
{
	struct api_deferred *deferred;
	struct api_body body;
	enum MHD_Result result;

	if (!api_body_of(call, API_BODY_CONFIRM | API_BODY_REVISION, &body, &result)) {
		return result;
	}
	deferred = api_defer(call);
	if (deferred) {
		staged_commit(call->api->daemon, call->peer, body.json, api_deferred_answer,
			      deferred);
	}
	api_body_free(&body);
	return deferred ? api_deferred_wait(call) : MHD_NO;
}

/* One staged change, or all of them. */
enum MHD_Result api_discard(struct api_call *call)
{
	struct transaction_answer answer;
	struct api_body body;
	enum MHD_Result result;

	if (!api_body_of(call, API_BODY_REVISION, &body, &result)) {
		return result;
	}
	answer = staged_discard(call->api->daemon, call->peer,
				call->path[0] ? call->path : NULL, body.json);
	api_body_free(&body);
	return api_answer(call, answer.status, answer.json);
}

/* Hands a VLAN interface's change on to where its body is read. */
static enum MHD_Result api_vlan_change(struct api_call *call,
				       void (*change)(struct api_call *call, const json_t *body,
						      struct api_deferred *deferred))
{
	struct api_deferred *deferred;
	struct api_body body;
	enum MHD_Result result;

	if (!api_body_of(call, API_BODY_ANYTHING, &body, &result)) {
		return result;
	}
	deferred = api_defer(call);
	if (deferred) {
		change(call, body.json, deferred);
	}
	api_body_free(&body);
	return deferred ? api_deferred_wait(call) : MHD_NO;
}

static void api_vlan_add_do(struct api_call *call, const json_t *body,
			    struct api_deferred *deferred)
{
	staged_vlan_add(call->api->daemon, call->peer, body, api_deferred_answer, deferred);
}

enum MHD_Result api_vlan_add(struct api_call *call)
{
	return api_vlan_change(call, api_vlan_add_do);
}

static void api_vlan_set_do(struct api_call *call, const json_t *body,
			    struct api_deferred *deferred)
{
	staged_vlan_set(call->api->daemon, call->peer, call->path, body, api_deferred_answer,
			deferred);
}

enum MHD_Result api_vlan_set(struct api_call *call)
{
	return api_vlan_change(call, api_vlan_set_do);
}

static void api_vlan_delete_do(struct api_call *call, const json_t *body,
			       struct api_deferred *deferred)
{
	staged_vlan_delete(call->api->daemon, call->peer, call->path, body, api_deferred_answer,
			   deferred);
}

enum MHD_Result api_vlan_delete(struct api_call *call)
{
	return api_vlan_change(call, api_vlan_delete_do);
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
