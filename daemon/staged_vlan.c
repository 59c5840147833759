/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VLAN interface made, changed or deleted: the request and the interface as it is
 * become the interface as it is to be.
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
#include "daemon/vlan_address.h"
#include "ifcfg/ifcfg_write.h"

static bool staged_begin(struct staged_call *call, const json_t *body,
			 enum vlan_request_kind kind)
{
	struct vlan_request_error error;

	if (!vlan_request_read(body, kind, &call->request, &error)) {
		return staged_refuse_request(call, &error);
	}
	return staged_view(call->staged, &call->answer);
}

static bool staged_check_vlan(struct staged_call *call)
{
	struct vlan_request_error request_error;
	struct vlan_check_error check_error;

	if (!vlan_request_check(&call->vlan, &request_error)) {
		return staged_refuse_request(call, &request_error);
	}
	if (!vlan_check(call->staged->daemon, call->staged->view->model, &call->vlan,
			&check_error)) {
		return staged_refuse_check(call, &check_error);
	}
	return true;
}

static bool staged_check_new(struct staged_call *call)
{
	const struct configuration *view = call->staged->view;
	struct vlan_check_error error;

	if (!vlan_check_name(call->staged->daemon, view->model, call->name, &error)) {
		return staged_refuse_check(call, &error);
	}
	if (config_texts_find(&view->texts, call->file)) {
		call->answer = transaction_error(409, "name_in_use",
						 "%s/%s is there and describes something else; "
						 "it is left alone",
						 view->texts.folder, call->file);
		return false;
	}
	return staged_check_revision(call);
}

static void staged_call_free(struct staged_call *call)
{
	model_interface_clear(&call->vlan.interface);
	free(call->others);
	free(call);
}

static struct staged_call *staged_call_new(struct daemon *daemon, const struct peer *peer,
					   const char *verb, const char *name,
					   transaction_callback *callback, void *user)
{
	struct staged_call *call = calloc(1, sizeof(*call));

	if (!call) {
		callback(transaction_error(500, "out_of_memory", "out of memory"), user);
		return NULL;
	}
	call->staged = daemon->staged;
	call->peer = peer;
	call->verb = verb;
	snprintf(call->name, sizeof(call->name), "%s", name);
	return call;
}

static bool staged_prepare_add(struct staged_call *call, const json_t *body)
{
	char file[6 + MODEL_NAME_SIZE];

	if (!staged_begin(call, body, VLAN_REQUEST_ADD)) {
		return false;
	}
	if (call->request.fields & VLAN_FIELD_NAME) {
		memcpy(call->name, call->request.name, sizeof(call->name));
	} else {
		vlan_request_name(call->request.parent, call->request.vid, call->name);
	}
	ifcfg_write_name(call->name, file);
	snprintf(call->file, sizeof(call->file), "%s", file);
	vlan_request_init_vlan(&call->vlan);
	memcpy(call->vlan.interface.name, call->name, sizeof(call->name));
	memcpy(call->vlan.parent, call->request.parent, sizeof(call->vlan.parent));
	call->vlan.vid = call->request.vid;
	if (!vlan_request_apply(&call->request, &call->vlan)) {
		return staged_no_memory(call);
	}
	return staged_check_vlan(call) && staged_check_new(call);
}

void staged_vlan_add(struct daemon *daemon, const struct peer *peer, const json_t *body,
		     transaction_callback *callback, void *user)
{
	struct staged_call *call = staged_call_new(daemon, peer, "add", "", callback, user);

	if (!call) {
		return;
	}
	if (staged_prepare_add(call, body)) {
		staged_change_file(call, callback, user);
	} else {
		callback(call->answer, user);
	}
	staged_call_free(call);
}

/* The interface as it is now, in the files and what is staged. */
static bool staged_take_vlan(struct staged_call *call)
{
	const struct model *model = call->staged->view->model;
	const struct model_vlan *vlan = model_find_vlan(model, call->name);
	struct model_vlan copy;

	if (!vlan) {
		call->answer = transaction_error(
			404, "no_such_vlan", "no file here makes a VLAN interface '%s'%s",
			call->name,
			staged_find(call->staged, call->name) ? ": that it is deleted is staged"
							      : "");
		return false;
	}
	copy = *vlan;
	copy.interface = (struct model_interface){0};
	if (!model_interface_copy(&vlan->interface, &copy.interface)) {
		return staged_no_memory(call);
	}
	call->vlan = copy;
	snprintf(call->file, sizeof(call->file), "%s",
		 staged_file_name(model, &vlan->interface.source));
	return true;
}

/* Leaves the addresses that the interface's own file gives it in ->vlan. */
static bool staged_part_addresses(struct staged_call *call)
{
	struct model_interface *interface = &call->vlan.interface;
	size_t own = 0;

	call->others = calloc(interface->address_count + 1, sizeof(*call->others));
	if (!call->others) {
		return staged_no_memory(call);
	}
	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];

		if (address->source.file == interface->source.file) {
			interface->addresses[own++] = *address;
		} else {
			call->others[call->other_count++] = *address;
		}
	}
	interface->address_count = own;
	return true;
}

static bool staged_addresses_same(const struct model_address *a, const struct model_address *b)
{
	return a->family == b->family && a->prefix == b->prefix &&
	       memcmp(a->bytes, b->bytes, a->family == AF_INET ? 4 : 16) == 0;
}

/* Addresses of alias files stay where they are: they must be among those wanted, and are
 * not written again. */
static bool staged_keep_others(struct staged_call *call)
{
	struct model_interface *interface = &call->vlan.interface;

	for (size_t i = 0; i < call->other_count; i++) {
		const struct model_address *other = &call->others[i];
		char text[VLAN_ADDRESS_TEXT_SIZE], message[VLAN_REQUEST_MESSAGE_SIZE];
		size_t at = 0;

		while (at < interface->address_count &&
		       !staged_addresses_same(&interface->addresses[at], other)) {
			at++;
		}
		if (at == interface->address_count) {
			vlan_address_text(other, text);
			snprintf(message, sizeof(message),
				 "%s comes from %s; remove it there, or name it among the "
				 "addresses",
				 text,
				 staged_file_name(call->staged->view->model, &other->source));
			return staged_refuse(call, 400, "bad_vlan", "addresses", message);
		}
		memmove(&interface->addresses[at], &interface->addresses[at + 1],
			(interface->address_count - at - 1) * sizeof(*interface->addresses));
		interface->address_count--;
	}
	return true;
}

static bool staged_prepare_set(struct staged_call *call, const json_t *body)
{
	if (!staged_begin(call, body, VLAN_REQUEST_SET) || !staged_take_vlan(call) ||
	    !staged_check_revision(call) || !staged_part_addresses(call)) {
		return false;
	}
	if (!vlan_request_apply(&call->request, &call->vlan)) {
		return staged_no_memory(call);
	}
	if ((call->request.fields & VLAN_FIELD_ADDRESSES) && !staged_keep_others(call)) {
		return false;
	}
	return staged_check_vlan(call);
}

void staged_vlan_set(struct daemon *daemon, const struct peer *peer, const char *name,
		     const json_t *body, transaction_callback *callback, void *user)
{
	struct staged_call *call = staged_call_new(daemon, peer, "set", name, callback, user);

	if (!call) {
		return;
	}
	if (staged_prepare_set(call, body)) {
		staged_change_file(call, callback, user);
	} else {
		callback(call->answer, user);
	}
	staged_call_free(call);
}

/* Files that are there for this interface alone. */
static bool staged_is_its_file(enum model_file_kind kind, const char *file, const char *name)
{
	char interface[MODEL_NAME_SIZE];

	switch (kind) {
	case MODEL_FILE_ALIAS:
	case MODEL_FILE_ROUTES:
	case MODEL_FILE_RULES:
		return transaction_file_interface(file, interface) &&
		       strcmp(interface, name) == 0;
	case MODEL_FILE_OTHER:
	case MODEL_FILE_BOND:
	case MODEL_FILE_MEMBER:
	case MODEL_FILE_VLAN:
	case MODEL_FILE_NETWORK:
	case MODEL_FILE_REFUSED:
		break;
	}
	return false;
}

static json_t *staged_removed_files(const struct staged_call *call)
{
	const struct model *model = call->staged->view->model;
	json_t *files = json_array();

	staged_add_file(call, files, call->file, NULL);
	for (size_t i = 0; i < model->file_count; i++) {
		const struct model_source source = {.file = (uint32_t)i};
		const char *name = staged_file_name(model, &source);

		if (staged_is_its_file(model->file_infos[i].kind, name, call->name) &&
		    strcmp(name, call->file) != 0) {
			staged_add_file(call, files, name, NULL);
		}
	}
	staged_add_removed(call, files);
	return files;
}

/* What was only staged is staged no more. */
static void staged_delete_added(struct staged_call *call)
{
	struct staged *staged = call->staged;
	int err = staged_drop(staged, call->name);

	if (err < 0) {
		call->answer = transaction_error(503, "no_store", "%s can't be written: %s",
						 staged->daemon->options.store, strerror(-err));
		return;
	}
	call->answer = (struct transaction_answer){
		.status = 200,
		.json = json_pack(
			"{s:n, s:o, s:n}", "staged", "file",
			json_sprintf("%s/%s", staged->daemon->options.config, call->file),
			"text")};
}

void staged_vlan_delete(struct daemon *daemon, const struct peer *peer, const char *name,
			const json_t *body, transaction_callback *callback, void *user)
{
	struct staged_call *call = staged_call_new(daemon, peer, "del", name, callback, user);
	json_t *change;
	bool fine;

	if (!call) {
		return;
	}
	fine = staged_begin(call, body, VLAN_REQUEST_DELETE) && staged_take_vlan(call) &&
	       staged_check_revision(call);
	if (!fine) {
		callback(call->answer, user);
	} else if (strcmp(staged_text(staged_find(call->staged, name), "action"), "add") == 0) {
		staged_delete_added(call);
		callback(call->answer, user);
	} else {
		change = staged_make(call, true, staged_vlan_fields(&call->vlan),
				     staged_removed_files(call));
		if (change) {
			staged_finish(call, change, NULL, callback, user);
		} else {
			staged_no_memory(call);
			callback(call->answer, user);
		}
	}
	staged_call_free(call);
}
