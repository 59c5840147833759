/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A change of files out of what a request wants: made, read back, and staged or carried
 * out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/staged_internal.h"
#include "daemon/transaction_internal.h"
#include "daemon/vlan_check.h"
#include "ifcfg/ifcfg_write.h"

/* --- what is wrong ---------------------------------------------------------------- */

bool staged_refuse(struct staged_call *call, unsigned int status, const char *code,
		   const char *field, const char *message)
{
	call->answer = transaction_error(status, code, "%s", message);
	if (field) {
		json_object_set_new(json_object_get(call->answer.json, "error"), "field",
				    json_string(field));
	}
	return false;
}

bool staged_refuse_request(struct staged_call *call, const struct vlan_request_error *error)
{
	return staged_refuse(call, 400, error->code, error->field, error->message);
}

bool staged_refuse_check(struct staged_call *call, const struct vlan_check_error *error)
{
	return staged_refuse(call, error->status, error->code, error->field, error->message);
}

bool staged_no_memory(struct staged_call *call)
{
	return staged_refuse(call, 500, "out_of_memory", NULL, "out of memory");
}

/* A change of that name which is staged already: whose, and was it seen? */
static bool staged_check_old(struct staged_call *call, const json_t *old)
{
	const char *user = staged_text(old, "user");
	bool given = call->request.fields & VLAN_FIELD_REVISION;

	if (!call->request.stage) {
		call->answer = transaction_error(409, "conflict",
						 "a change of %s by %s is staged; commit or "
						 "discard it first, or stage this one too",
						 call->name, user);
		return false;
	}
	if (given && strcmp(call->request.revision, staged_text(old, "revision")) != 0) {
		call->answer = transaction_error(409, "conflict",
						 "%s has staged another change of %s by now",
						 user, call->name);
		return false;
	}
	if (!given && !staged_is_of(old, call->peer)) {
		call->answer =
			transaction_error(409, "conflict",
					  "%s has staged a change of %s; its revision, as "
					  "'portchannel staged' shows it, is needed to "
					  "replace it",
					  user, call->name);
		return false;
	}
	return true;
}

/* Whether what the caller saw is what there is. */
bool staged_check_revision(struct staged_call *call)
{
	const struct config_texts *folder = &call->staged->daemon->transactions->folder;
	const json_t *old = staged_find(call->staged, call->name);
	json_t *change;
	char *sentence;

	if (old) {
		return staged_check_old(call, old);
	}
	if (!(call->request.fields & VLAN_FIELD_REVISION)) {
		return true;
	}
	change = json_pack("{s:[{s:s, s:s}]}", "files", "name", call->file, "was",
			   call->request.revision);
	sentence = staged_conflict(call->staged, change, folder);
	json_decref(change);
	if (!sentence) {
		return true;
	}
	staged_refuse(call, 409, "conflict", "revision", sentence);
	free(sentence);
	return false;
}

/* --- the change ------------------------------------------------------------------- */

/* What the file was when whoever began changing it had a look. */
static void staged_was(const struct staged_call *call, const char *file,
		       char out[CONFIG_REVISION_SIZE])
{
	const struct config_texts *folder = &call->staged->daemon->transactions->folder;
	const json_t *files = json_object_get(staged_find(call->staged, call->name), "files");

	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *one = json_array_get(files, i);

		if (strcmp(staged_text(one, "name"), file) == 0) {
			snprintf(out, CONFIG_REVISION_SIZE, "%s", staged_text(one, "was"));
			return;
		}
	}
	config_text_revision(config_texts_find(folder, file), out);
}

void staged_add_file(const struct staged_call *call, json_t *files, const char *name,
		     const char *text)
{
	char was[CONFIG_REVISION_SIZE];

	staged_was(call, name, was);
	json_array_append_new(files, json_pack("{s:s, s:s, s:o}", "name", name, "was", was,
					       "text", text ? json_string(text) : json_null()));
}

/* Files that an earlier change of it removes stay removed. */
void staged_add_removed(const struct staged_call *call, json_t *files)
{
	const json_t *old = json_object_get(staged_find(call->staged, call->name), "files");

	for (size_t i = 1; i < json_array_size(old); i++) {
		json_array_append(files, json_array_get(old, i));
	}
}

/* Takes files and fields. NULL: no memory. */
json_t *staged_make(const struct staged_call *call, bool is_removal, json_t *fields,
		    json_t *files)
{
	const struct config_texts *folder = &call->staged->daemon->transactions->folder;
	struct history_origin origin;
	const char *action = config_texts_find(folder, call->file) ? "change" : "add";
	json_t *change;

	transactions_origin(call->peer, call->verb, &origin);
	change = json_pack("{s:s, s:s, s:f, s:I, s:s, s:o, s:o}", "action",
			   is_removal ? "delete" : action, "name", call->name, "time",
			   origin.time, "uid", (json_int_t)origin.uid, "user", origin.user,
			   "vlan", fields, "files", files);
	if (change && !staged_set_revision(change)) {
		json_decref(change);
		return NULL;
	}
	return change;
}

/* The file's new text, from its old one; NULL: call->answer says why. To be freed. */
static char *staged_write(struct staged_call *call)
{
	const struct config_text *old =
		config_texts_find(&call->staged->view->texts, call->file);
	char error[IFCFG_WRITE_ERROR_SIZE] = "";
	char *text;
	size_t size;

	switch (ifcfg_write_vlan(old ? old->bytes : NULL, old ? old->size : 0, &call->vlan,
				 &text, &size, error)) {
	case IFCFG_WRITE_OK:
		return text;
	case IFCFG_WRITE_NO_MEMORY:
		staged_no_memory(call);
		return NULL;
	case IFCFG_WRITE_REFUSED:
		staged_refuse(call, 409, "conflict", NULL, error);
		return NULL;
	case IFCFG_WRITE_BAD_VALUE:
		staged_refuse(call, 400, "bad_vlan", NULL, error);
		return NULL;
	}
	return NULL;
}

/* Whether the files as they will be say what was asked for: what was written is read
 * again, by the reader that counts. */
static bool staged_read_back(struct staged_call *call)
{
	const struct configuration *view = call->staged->view;
	const struct model_vlan *vlan = model_find_vlan(view->model, call->name);
	const struct model_problem *fault = NULL;

	for (size_t i = 0; i < view->problems.count && !fault; i++) {
		const struct model_problem *problem = &view->problems.list[i];

		if (problem->severity == MODEL_ERROR &&
		    (strcmp(problem->subject, call->name) == 0 ||
		     strcmp(problem->subject, call->vlan.parent) == 0)) {
			fault = problem;
		}
	}
	if (fault) {
		call->answer = transaction_error(
			409, "bad_config", "with that, %s could not be brought up: %s%s%s",
			fault->subject, staged_file_name(view->model, &fault->source),
			fault->source.file < view->model->file_count ? ": " : "", fault->text);
		return false;
	}
	if (!vlan || vlan->vid != call->vlan.vid ||
	    strcmp(vlan->parent, call->vlan.parent) != 0 ||
	    vlan->interface.address_count !=
		    call->vlan.interface.address_count + call->other_count) {
		call->answer = transaction_error(409, "bad_config",
						 "%s does not read back as what was asked for; "
						 "nothing was changed",
						 call->file);
		return false;
	}
	return true;
}

/* Puts the change among the staged ones; the answer is complete. */
static void staged_keep(struct staged_call *call, json_t *change, const char *text)
{
	struct staged *staged = call->staged;
	int err = staged_put(staged, json_incref(change));

	if (err < 0) {
		call->answer = transaction_error(503, "no_store", "%s can't be written: %s",
						 staged->daemon->options.store, strerror(-err));
		return;
	}
	call->answer = (struct transaction_answer){
		.status = 200,
		.json = json_pack(
			"{s:o, s:o, s:o, s:O}", "staged", staged_change_element(staged, change),
			"file",
			json_sprintf("%s/%s", staged->daemon->options.config, call->file),
			"text", text ? json_string(text) : json_null(), "files",
			json_object_get(change, "files"))};
}

/* Stages the change or carries it out; takes it. */
void staged_finish(struct staged_call *call, json_t *change, const char *text,
		   transaction_callback *callback, void *user)
{
	char how[HISTORY_HOW_SIZE];
	json_t *changes;

	if (call->request.stage) {
		staged_keep(call, change, text);
		json_decref(change);
		callback(call->answer, user);
		return;
	}
	snprintf(how, sizeof(how), "vlan %s %s", call->verb, call->name);
	changes = json_pack("[o]", change);
	staged_apply(call->staged, call->peer, how, changes, false, call->request.confirm_s,
		     callback, user);
	json_decref(changes);
}

/* Writes the text and goes on with it. */
void staged_change_file(struct staged_call *call, transaction_callback *callback, void *user)
{
	char *text = staged_write(call);
	json_t *files, *change = NULL;
	bool fine = text != NULL;

	if (fine) {
		files = json_array();
		staged_add_file(call, files, call->file, text);
		staged_add_removed(call, files);
		change = staged_make(call, false, staged_vlan_fields(&call->vlan), files);
		fine = change || staged_no_memory(call);
	}
	fine = fine && staged_view_with(call->staged, change, &call->answer) &&
	       staged_read_back(call);
	if (fine) {
		/* Shown as the files have it, aliases' addresses and all. */
		json_object_set_new(change, "vlan",
				    staged_vlan_fields(model_find_vlan(
					    call->staged->view->model, call->name)));
		fine = staged_set_revision(change) || staged_no_memory(call);
	}
	if (fine) {
		staged_finish(call, change, text, callback, user);
	} else {
		json_decref(change);
		callback(call->answer, user);
	}
	free(text);
}
