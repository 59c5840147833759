/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "What ran before goes on running": puts back into a newly read model what the
 * model that runs holds under the names that errors touch. Next to
 * model_drop.c, which has taken the faulty things out before.
 */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "model/model_equal.h"
#include "model/model_index.h"
#include "model/model_list.h"

/* Putting back what runs into what was read. */
struct keeper {
	struct model *model;
	const struct model_problems *problems;
	const struct model *running;
	struct model_faults faults;
	size_t path_count;
	struct keeper_path *paths; /* of the model's files as they were read, sorted */
	/* Of each file that runs, which of the model's it is; UINT32_MAX: not known yet. */
	uint32_t *files;
};

struct keeper_path {
	const char *path;
	uint32_t file;
};

static int path_compare(const void *left, const void *right)
{
	return strcmp(((const struct keeper_path *)left)->path,
		      ((const struct keeper_path *)right)->path);
}

static bool keeper_open(struct keeper *keeper)
{
	const struct model *model = keeper->model;

	keeper->paths = calloc(model->file_count + 1, sizeof(*keeper->paths));
	keeper->files = calloc(keeper->running->file_count + 1, sizeof(*keeper->files));
	if (!keeper->paths || !keeper->files ||
	    !model_faults_make(keeper->problems, &keeper->faults)) {
		return false;
	}
	for (size_t i = 0; i < model->file_count; i++) {
		keeper->paths[i] = (struct keeper_path){model->files[i], (uint32_t)i};
	}
	keeper->path_count = model->file_count;
	qsort(keeper->paths, keeper->path_count, sizeof(*keeper->paths), path_compare);
	memset(keeper->files, 0xff, keeper->running->file_count * sizeof(*keeper->files));
	return true;
}

static void keeper_close(struct keeper *keeper)
{
	free(keeper->paths);
	free(keeper->files);
	model_faults_free(&keeper->faults);
}

static bool is_faulty(const struct keeper *keeper, const char *name)
{
	return model_faults_have(&keeper->faults, name);
}

/* The model's file of that path; NULL: none that was read. */
static const struct keeper_path *path_find(const struct keeper *keeper, const char *path)
{
	const struct keeper_path wanted = {.path = path};

	return keeper->path_count == 0 ? NULL
				       : bsearch(&wanted, keeper->paths, keeper->path_count,
						 sizeof(*keeper->paths), path_compare);
}

/* The file of what runs in the model, added if it is not there. */
static bool file_carry(struct keeper *keeper, struct model_source *source)
{
	const struct model *other = keeper->running;

	if (source->file >= other->file_count) {
		return true; /* a model without files: nothing to translate */
	}

	uint32_t *carried = &keeper->files[source->file];
	const char *path = other->files[source->file];
	const struct keeper_path *found =
		*carried == UINT32_MAX ? path_find(keeper, path) : NULL;
	if (found) {
		*carried = found->file;
	}
	if (*carried == UINT32_MAX) {
		struct model_file info = other->file_infos[source->file];
		info.variable_count = 0;
		info.variables = NULL;
		info.words = NULL;
		if (!model_add_file(keeper->model, path, &info)) {
			return false;
		}
		*carried = (uint32_t)(keeper->model->file_count - 1);
	}
	source->file = *carried;
	return true;
}

/* A copy that shares nothing; on failure *out holds nothing to free. */
static bool interface_copy(struct keeper *keeper, const struct model_interface *from,
			   struct model_interface *out)
{
	struct model_interface copy;
	bool fine;

	if (!model_interface_copy(from, &copy)) {
		return false;
	}
	fine = file_carry(keeper, &copy.source) &&
	       file_carry(keeper, &copy.ipv4_default.source) &&
	       file_carry(keeper, &copy.ipv6_default.source);
	for (size_t i = 0; fine && i < copy.address_count; i++) {
		fine = file_carry(keeper, &copy.addresses[i].source);
	}
	for (size_t i = 0; fine && i < copy.route_count; i++) {
		fine = file_carry(keeper, &copy.routes[i].source);
	}
	for (size_t i = 0; fine && i < copy.rule_count; i++) {
		fine = file_carry(keeper, &copy.rules[i].source);
	}
	if (!fine) {
		model_interface_clear(&copy);
		return false;
	}
	*out = copy;
	return true;
}

static bool member_keep(struct keeper *keeper, const struct model_member *member,
			struct model_bond *bond)
{
	struct model_member copy = *member;

	if (!interface_copy(keeper, &member->interface, &copy.interface)) {
		return false;
	}
	if (!model_bond_add_member(bond, &copy)) {
		model_interface_clear(&copy.interface);
		return false;
	}
	return true;
}

/* Whether the files now give the name to a bond or a VLAN interface. */
static bool name_is_taken(const struct model *model, const char *name)
{
	return model_find_bond(model, name) || model_find_vlan(model, name);
}

static bool bond_keep(struct keeper *keeper, const struct model_bond *from)
{
	struct model *model = keeper->model;
	struct model_bond copy = *from;

	copy.members = NULL;
	copy.member_count = 0;
	if (!interface_copy(keeper, &from->interface, &copy.interface)) {
		return false;
	}
	for (size_t i = 0; i < from->member_count; i++) {
		if (name_is_taken(model, from->members[i].interface.name)) {
			continue;
		}
		if (!member_keep(keeper, &from->members[i], &copy)) {
			model_bond_clear(&copy);
			return false;
		}
	}
	if (!model_add_bond(model, &copy)) {
		model_bond_clear(&copy);
		return false;
	}
	return true;
}

static bool vlan_keep(struct keeper *keeper, const struct model_vlan *from)
{
	struct model_vlan copy = *from;

	if (!interface_copy(keeper, &from->interface, &copy.interface)) {
		return false;
	}
	if (!model_add_vlan(keeper->model, &copy)) {
		model_interface_clear(&copy.interface);
		return false;
	}
	return true;
}

static const struct model_member *bond_find_member(const struct model_bond *bond,
						   const char *name)
{
	for (size_t i = 0; bond && i < bond->member_count; i++) {
		if (strcmp(bond->members[i].interface.name, name) == 0) {
			return &bond->members[i];
		}
	}
	return NULL;
}

/* Takes the NIC out of every bond but the named one. */
static void member_reserve(struct model *model, const char *nic, const char *bond_name)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		struct model_bond *bond = &model->bonds[i];
		size_t kept = 0;
		if (strcmp(bond->interface.name, bond_name) == 0) {
			continue;
		}
		for (size_t m = 0; m < bond->member_count; m++) {
			if (strcmp(bond->members[m].interface.name, nic) == 0) {
				model_interface_clear(&bond->members[m].interface);
			} else {
				bond->members[kept++] = bond->members[m];
			}
		}
		bond->member_count = kept;
	}
}

/* Leaves out newcomers, the last first, until the bond has no more members
 * than it may have. Those that ran are never more than that themselves. */
static void bond_make_room(struct model_bond *bond, const struct model_bond *ran)
{
	for (size_t i = bond->member_count; i > 0 && bond->member_count > BOND_MEMBERS_MAX;
	     i--) {
		struct model_member *member = &bond->members[i - 1];
		if (bond_find_member(ran, member->interface.name)) {
			continue;
		}
		model_interface_clear(&member->interface);
		memmove(member, member + 1, (bond->member_count - i) * sizeof(*member));
		bond->member_count--;
	}
}

static bool members_keep(struct keeper *keeper)
{
	struct model *model = keeper->model;
	const struct model *running = keeper->running;

	for (size_t i = 0; i < running->bond_count; i++) {
		const struct model_bond *ran = &running->bonds[i];
		struct model_bond *bond = model_find_bond(model, ran->interface.name);
		for (size_t m = 0; bond && m < ran->member_count; m++) {
			const char *nic = ran->members[m].interface.name;
			if (!is_faulty(keeper, nic) || bond_find_member(bond, nic)) {
				continue;
			}
			if (!member_keep(keeper, &ran->members[m], bond)) {
				return false;
			}
		}
		if (bond) {
			bond_make_room(bond, ran);
		}
	}
	/* A NIC that runs in one bond and now stands in another's files while
	 * the first is kept as it ran: it stays where it is. */
	for (size_t i = 0; i < running->bond_count; i++) {
		const struct model_bond *ran = &running->bonds[i];
		const struct model_bond *bond = model_find_bond(model, ran->interface.name);
		for (size_t m = 0; m < ran->member_count; m++) {
			const char *nic = ran->members[m].interface.name;
			if (bond_find_member(bond, nic)) {
				member_reserve(model, nic, ran->interface.name);
			}
		}
	}
	return true;
}

/* A VLAN interface that goes on running. */
static int vlan_compare_key(const struct model_vlan *a, const struct model_vlan *b)
{
	int order = strcmp(a->parent, b->parent);

	return order ? order : a->vid < b->vid ? -1 : a->vid > b->vid;
}

static int vlan_compare(const void *left, const void *right)
{
	return vlan_compare_key(*(const struct model_vlan *const *)left,
				*(const struct model_vlan *const *)right);
}

/* Whether it can go on: its parent is there, and nothing that the files now describe
 * without fault has taken its name, or its NIC. */
static bool vlan_can_stay(const struct keeper *keeper, const struct model_index *index,
			  const struct model_vlan *ran)
{
	const char *name = ran->interface.name;
	bool taken = model_index_find(index, name, MODEL_FILE_BOND) ||
		     model_index_find(index, name, MODEL_FILE_MEMBER) ||
		     model_index_find(index, name, MODEL_FILE_VLAN);

	if (taken || !(is_faulty(keeper, name) || is_faulty(keeper, ran->parent))) {
		return false;
	}
	if (ran->parent_is_nic) {
		return !model_index_find(index, ran->parent, MODEL_FILE_BOND) &&
		       !model_index_find(index, ran->parent, MODEL_FILE_MEMBER) &&
		       !model_index_find(index, ran->parent, MODEL_FILE_VLAN);
	}
	return model_index_find(index, ran->parent, MODEL_FILE_BOND) != NULL;
}

/* Makes the places free: a VLAN interface of another name with the same id on the same
 * parent is a newcomer and left out, and so is one on a NIC that a bond keeps. */
static void vlans_make_room(struct model *model, const struct model_index *index,
			    const struct model_vlan *const *stay, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < model->vlan_count; i++) {
		struct model_vlan *vlan = &model->vlans[i];
		const struct model_vlan *key = vlan;
		bool taken = count > 0 &&
			     bsearch(&key, stay, count, sizeof(*stay), vlan_compare) != NULL;
		taken |= vlan->parent_is_nic &&
			 model_index_find(index, vlan->parent, MODEL_FILE_MEMBER);
		if (taken) {
			model_interface_clear(&vlan->interface);
		} else {
			model->vlans[kept++] = *vlan;
		}
	}
	model->vlan_count = kept;
}

static bool vlans_keep(struct keeper *keeper)
{
	const struct model *running = keeper->running;
	const struct model_vlan **stay = calloc(running->vlan_count + 1, sizeof(*stay));
	struct model_index index = {0};
	size_t count = 0;
	bool fine = stay && model_index_make(keeper->model, &index);

	for (size_t i = 0; fine && i < running->vlan_count; i++) {
		if (vlan_can_stay(keeper, &index, &running->vlans[i])) {
			stay[count++] = &running->vlans[i];
		}
	}
	if (fine) {
		qsort(stay, count, sizeof(*stay), vlan_compare);
		vlans_make_room(keeper->model, &index, stay, count);
	}
	for (size_t i = 0; fine && i < count; i++) {
		fine = vlan_keep(keeper, stay[i]);
	}
	model_index_free(&index);
	free(stay);
	return fine;
}

/* The file of the source is the model's, and something in it was left out for an error. */
static bool is_left_out(const struct keeper *keeper, struct model_source source)
{
	const struct keeper_path *found =
		source.file < keeper->running->file_count
			? path_find(keeper, keeper->running->files[source.file])
			: NULL;

	return found && keeper->model->file_infos[found->file].left_out;
}

/* One that the kernel could not have beside it, too. */
static bool has_route(const struct model_interface *interface, const struct model_route *route)
{
	for (size_t i = 0; i < interface->route_count; i++) {
		if (model_route_compare_key(&interface->routes[i], route) == 0) {
			return true;
		}
	}
	return false;
}

/* A line that is wrong says nothing of what is to become of the route that stood there:
 * while there is one in a file, what the file gave goes on. */
static bool additions_keep(struct keeper *keeper, const struct model_interface *ran,
			   struct model_interface *interface)
{
	bool fine = true;

	for (size_t i = 0; fine && i < ran->address_count; i++) {
		struct model_address address = ran->addresses[i];
		if (is_left_out(keeper, address.source) &&
		    !model_interface_has_address(interface, &address)) {
			fine = file_carry(keeper, &address.source) &&
			       model_interface_add_address(interface, &address);
		}
	}
	for (size_t i = 0; fine && i < ran->route_count; i++) {
		struct model_route route = ran->routes[i];
		if (is_left_out(keeper, route.source) && !has_route(interface, &route)) {
			fine = file_carry(keeper, &route.source) &&
			       model_interface_add_route(interface, &route);
		}
	}
	for (size_t i = 0; fine && i < ran->rule_count; i++) {
		struct model_rule rule = ran->rules[i];
		if (is_left_out(keeper, rule.source) &&
		    !model_interface_has_rule(interface, &rule)) {
			fine = file_carry(keeper, &rule.source) &&
			       model_interface_add_rule(interface, &rule);
		}
	}
	return fine;
}

static bool all_additions_keep(struct keeper *keeper)
{
	const struct model *running = keeper->running;
	struct model_index index;
	bool fine = model_index_make(keeper->model, &index);

	if (!fine) {
		return false;
	}
	for (size_t i = 0; fine && i < running->bond_count; i++) {
		const struct model_interface *ran = &running->bonds[i].interface;
		const struct model_index_entry *found =
			model_index_find(&index, ran->name, MODEL_FILE_BOND);
		fine = !found || additions_keep(keeper, ran,
						&keeper->model->bonds[found->place].interface);
	}
	for (size_t i = 0; fine && i < running->vlan_count; i++) {
		const struct model_interface *ran = &running->vlans[i].interface;
		const struct model_index_entry *found =
			model_index_find(&index, ran->name, MODEL_FILE_VLAN);
		fine = !found || additions_keep(keeper, ran,
						&keeper->model->vlans[found->place].interface);
	}
	model_index_free(&index);
	return fine;
}

static bool bonds_keep(struct keeper *keeper)
{
	for (size_t i = 0; i < keeper->running->bond_count; i++) {
		const struct model_bond *ran = &keeper->running->bonds[i];
		if (is_faulty(keeper, ran->interface.name) &&
		    !model_find_bond(keeper->model, ran->interface.name) &&
		    !bond_keep(keeper, ran)) {
			return false;
		}
	}
	return true;
}

bool model_keep_running(struct model *model, const struct model_problems *problems,
			const struct model *running)
{
	struct keeper keeper = {.model = model, .problems = problems, .running = running};

	bool fine = keeper_open(&keeper) && bonds_keep(&keeper) && members_keep(&keeper) &&
		    vlans_keep(&keeper) && all_additions_keep(&keeper);
	keeper_close(&keeper);
	return fine;
}
