/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is shown of VLAN interfaces, of what they may be put on, and of staged changes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/staged_internal.h"
#include "daemon/transaction_internal.h"
#include "daemon/vlan_address.h"
#include "daemon/vlan_links.h"
#include "daemon/wanted.h"

static json_t *staged_gateway(int family, const struct model_default_route *route)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (!route->is_set || !route->has_gateway) {
		return json_null();
	}
	inet_ntop(family, route->gateway, text, sizeof(text));
	return json_string(text);
}

json_t *staged_vlan_fields(const struct model_vlan *vlan)
{
	const struct model_interface *interface = &vlan->interface;
	json_t *addresses = json_array();

	for (size_t i = 0; i < interface->address_count; i++) {
		char text[VLAN_ADDRESS_TEXT_SIZE];

		vlan_address_text(&interface->addresses[i], text);
		json_array_append_new(addresses, json_string(text));
	}
	return json_pack("{s:o, s:o, s:i, s:b, s:o, s:b, s:b, s:b, s:o, s:o, s:o, s:o}", "name",
			 json_text(interface->name), "parent", json_text(vlan->parent), "vid",
			 (int)vlan->vid, "onboot", interface->onboot, "addresses", addresses,
			 "dhcp", interface->protocol == MODEL_PROTOCOL_DHCP, "dhcpv6",
			 interface->dhcpv6, "ipv6_autoconf", interface->ipv6_autoconf,
			 "gateway", staged_gateway(AF_INET, &interface->ipv4_default),
			 "gateway6", staged_gateway(AF_INET6, &interface->ipv6_default), "mtu",
			 interface->mtu ? json_integer(interface->mtu) : json_null(), "mac",
			 interface->has_mac ? json_mac(interface->mac) : json_null());
}

/* What stands beside the fields: where it is written, whether it runs, what is staged. */
static void staged_add_state(struct staged *staged, json_t *element, const char *name,
			     const char *file, const char *revision, const json_t *change)
{
	const char *folder = staged->daemon->options.config;
	json_object_set_new(element, "file", json_sprintf("%s/%s", folder, file));
	json_object_set_new(element, "revision", json_string(revision));
	json_object_set_new(element, "running",
			    json_boolean(vlan_links_runs(staged->daemon, name)));
	json_object_set_new(element, "staged",
			    change ? json_incref(json_object_get(change, "action"))
				   : json_null());
}

static const char *staged_main_file(const json_t *change)
{
	return staged_text(json_array_get(json_object_get(change, "files"), 0), "name");
}

json_t *staged_change_element(struct staged *staged, const json_t *change)
{
	json_t *element = json_copy(json_object_get(change, "vlan"));

	if (element) {
		staged_add_state(staged, element, staged_text(change, "name"),
				 staged_main_file(change), staged_text(change, "revision"),
				 change);
	}
	return element;
}

static json_t *staged_vlan_element(struct staged *staged, const struct config_texts *folder,
				   const struct model *model, const struct model_vlan *vlan,
				   const json_t *change)
{
	const char *file = staged_file_name(model, &vlan->interface.source);
	json_t *element = staged_vlan_fields(vlan);
	char revision[CONFIG_REVISION_SIZE];

	config_text_revision(config_texts_find(folder, file), revision);
	if (element) {
		staged_add_state(staged, element, vlan->interface.name, file,
				 change ? staged_text(change, "revision") : revision, change);
	}
	return element;
}

static struct transaction_answer staged_answer(json_t *json)
{
	return (struct transaction_answer){.status = 200, .json = json};
}

struct staged_order {
	const char *parent;
	int vid;
	json_t *element;
};

static int staged_order_compare(const void *left, const void *right)
{
	const struct staged_order *a = left, *b = right;
	int parents = strcmp(a->parent, b->parent);

	return parents ? parents : a->vid - b->vid;
}

/* By parent, then by VLAN; takes the list. */
static json_t *staged_sorted(json_t *list)
{
	size_t count = json_array_size(list);
	struct staged_order *order = calloc(count + 1, sizeof(*order));
	json_t *sorted = json_array();

	if (!order) {
		json_decref(sorted);
		return list;
	}
	for (size_t i = 0; i < count; i++) {
		json_t *element = json_array_get(list, i);

		order[i] = (struct staged_order){
			.parent = staged_text(element, "parent"),
			.vid = (int)json_integer_value(json_object_get(element, "vid")),
			.element = element};
	}
	qsort(order, count, sizeof(*order), staged_order_compare);
	for (size_t i = 0; i < count; i++) {
		json_array_append(sorted, order[i].element);
	}
	free(order);
	json_decref(list);
	return sorted;
}

/* By name; borrowed. */
static json_t *staged_by_name(const struct staged *staged)
{
	json_t *names = json_object();
	size_t index;
	json_t *change;

	json_array_foreach (staged->changes, index, change) {
		json_object_set(names, staged_text(change, "name"), change);
	}
	return names;
}

/* The deletions: what is to go is not in the model any more. */
static void staged_add_deleted(struct staged *staged, const char *parent, json_t *list)
{
	size_t index;
	json_t *change;

	json_array_foreach (staged->changes, index, change) {
		json_t *element = strcmp(staged_text(change, "action"), "delete") == 0
					  ? staged_change_element(staged, change)
					  : NULL;

		if (element &&
		    (!parent || strcmp(staged_text(element, "parent"), parent) == 0)) {
			json_array_append(list, element);
		}
		json_decref(element);
	}
}

struct transaction_answer staged_vlans_show(struct daemon *daemon, const char *parent)
{
	struct staged *staged = daemon->staged;
	const struct model *model;
	struct transaction_answer answer;
	json_t *list, *names;

	if (!staged_view(staged, &answer)) {
		return answer;
	}
	model = staged->view->model;
	list = json_array();
	names = staged_by_name(staged);
	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];

		if (parent && strcmp(vlan->parent, parent) != 0) {
			continue;
		}
		json_array_append_new(
			list,
			staged_vlan_element(staged, &daemon->transactions->folder, model, vlan,
					    json_object_get(names, vlan->interface.name)));
		daemon_breathe(daemon);
	}
	staged_add_deleted(staged, parent, list);
	json_decref(names);
	return staged_answer(json_pack("{s:s, s:o}", "revision", staged->view->revision,
				       "vlans", staged_sorted(list)));
}

struct transaction_answer staged_vlan_show(struct daemon *daemon, const char *name)
{
	struct staged *staged = daemon->staged;
	const json_t *change = staged_find(staged, name);
	const struct model_vlan *vlan;
	struct transaction_answer answer;

	if (!staged_view(staged, &answer)) {
		return answer;
	}
	vlan = model_find_vlan(staged->view->model, name);
	if (vlan) {
		return staged_answer(staged_vlan_element(staged, &daemon->transactions->folder,
							 staged->view->model, vlan, change));
	}
	if (change) {
		return staged_answer(staged_change_element(staged, change));
	}
	return transaction_error(404, "no_such_vlan", "there is no VLAN interface '%.64s'",
				 name);
}

/* VLAN ids by parent: {"bond0": [652]}. */
static json_t *staged_vids(const struct model *model)
{
	json_t *parents = json_object();

	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];
		json_t *vids = json_object_get(parents, vlan->parent);

		if (!vids) {
			vids = json_array();
			json_object_set_new(parents, vlan->parent, vids);
		}
		json_array_append_new(vids, json_integer(vlan->vid));
	}
	return parents;
}

static json_t *staged_parent(const char *name, const char *kind, uint32_t mtu,
			     const json_t *vids)
{
	json_t *of = json_object_get(vids, name);

	return json_pack("{s:o, s:s, s:I, s:o}", "name", json_text(name), "kind", kind, "mtu",
			 (json_int_t)mtu, "vids", of ? json_incref(of) : json_array());
}

struct transaction_answer staged_parents_show(struct daemon *daemon)
{
	struct staged *staged = daemon->staged;
	const struct model *model;
	struct transaction_answer answer;
	struct vlan_links links = {0};
	json_t *list, *vids;

	if (!staged_view(staged, &answer)) {
		return answer;
	}
	model = staged->view->model;
	(void)vlan_links_read(daemon, &links);
	list = json_array();
	vids = staged_vids(model);
	for (size_t i = 0; i < model->bond_count; i++) {
		const char *name = model->bonds[i].interface.name;
		const struct vlan_link *link = vlan_links_find(&links, name);
		uint32_t mtu = model->bonds[i].interface.mtu;

		json_array_append_new(list, staged_parent(name, "bond",
							  link	? link->mtu
							  : mtu ? mtu
								: WANTED_MTU_DEFAULT,
							  vids));
	}
	for (size_t i = 0; i < links.count; i++) {
		if (vlan_link_is_parent(&links.list[i], model)) {
			json_array_append_new(list, staged_parent(links.list[i].name, "nic",
								  links.list[i].mtu, vids));
		}
	}
	json_decref(vids);
	vlan_links_free(&links);
	return staged_answer(json_pack("{s:o, s:o}", "folder",
				       json_text(daemon->options.config), "parents", list));
}

struct transaction_answer staged_show(struct daemon *daemon)
{
	struct staged *staged = daemon->staged;
	const struct config_texts *folder = NULL;
	char revision[CONFIG_REVISION_SIZE];
	json_t *list = json_array();
	int err = staged_folder(staged, &folder);
	size_t index;
	json_t *change;

	json_array_foreach (staged->changes, index, change) {
		const json_t *files = json_object_get(change, "files");
		char *conflict = err == 0 ? staged_conflict(staged, change, folder) : NULL;
		json_t *json = json_copy(change);

		json_object_set_new(json, "vlan", staged_change_element(staged, change));
		json_object_set_new(json, "file",
				    json_sprintf("%s/%s", daemon->options.config,
						 staged_main_file(change)));
		json_object_set(json, "text",
				json_object_get(json_array_get(files, 0), "text"));
		json_object_set_new(json, "conflict",
				    conflict ? json_text(conflict) : json_null());
		json_array_append_new(list, json);
		free(conflict);
	}
	staged_revision(staged, revision);
	return staged_answer(json_pack("{s:s, s:o}", "revision", revision, "changes", list));
}
