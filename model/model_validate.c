/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with a configuration that no single line shows. Every check
 * goes over sorted lists, so that thousands of VLAN interfaces cost little.
 */
#include "model/model.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "model/model_index.h"
#include "model/model_sort.h"

#define MTU_DEFAULT 1500

/* A thing that must be the only one of its key, with where it stands. */
struct claim {
	const char *name;   /* the interface */
	const char *parent; /* of a VLAN interface, else "" */
	const char *bond;   /* of a member, else NULL */
	uint32_t number;    /* vid, or 0 */
	const uint8_t *mac; /* HWADDR, or NULL */
	enum model_file_kind kind;
	struct model_source source;
};

struct claims {
	size_t count;
	struct claim *list;
};

static int source_compare(struct model_source a, struct model_source b)
{
	if (a.file != b.file) {
		return a.file < b.file ? -1 : 1;
	}
	if (a.line != b.line) {
		return a.line < b.line ? -1 : 1;
	}
	return a.column < b.column ? -1 : a.column > b.column;
}

static int claim_compare_key(const struct claim *a, const struct claim *b)
{
	/* Numbers first: they are the quickest to compare. */
	int order = a->number < b->number ? -1 : a->number > b->number;

	order = order ? order : strcmp(a->parent, b->parent);
	if (order == 0 && a->mac && b->mac) {
		order = memcmp(a->mac, b->mac, 6);
	}
	/* A VLAN id or a MAC is the key by itself, else the name is. */
	if (order == 0 && a->number == 0 && !a->mac) {
		order = strcmp(a->name, b->name);
	}
	return order;
}

static int claim_compare(const void *left, const void *right)
{
	const struct claim *a = left;
	const struct claim *b = right;
	int order = claim_compare_key(a, b);

	return order ? order : source_compare(a->source, b->source);
}

static const char *source_path(const struct model *model, struct model_source source)
{
	return source.file < model->file_count ? model->files[source.file] : "?";
}

static size_t member_total(const struct model *model)
{
	size_t total = 0;

	for (size_t i = 0; i < model->bond_count; i++) {
		total += model->bonds[i].member_count;
	}
	return total;
}

static void claims_add(struct claims *claims, const struct model_interface *interface,
		       enum model_file_kind kind)
{
	claims->list[claims->count++] = (struct claim){
		.name = interface->name,
		.parent = "",
		.kind = kind,
		.source = interface->source,
	};
}

static void names_collect(const struct model *model, struct claims *claims)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];
		claims_add(claims, &bond->interface, MODEL_FILE_BOND);
		for (size_t m = 0; m < bond->member_count; m++) {
			claims_add(claims, &bond->members[m].interface, MODEL_FILE_MEMBER);
			claims->list[claims->count - 1].bond = bond->interface.name;
		}
	}
	for (size_t i = 0; i < model->file_count; i++) {
		const struct model_file *info = &model->file_infos[i];
		if (info->kind != MODEL_FILE_OTHER || info->interface[0] == '\0') {
			continue;
		}
		struct model_source source = {.file = (uint32_t)i};
		for (size_t v = 0; v < info->variable_count; v++) {
			if (strcmp(info->variables[v].name, "DEVICE") == 0) {
				source.line = info->variables[v].line;
				source.column = info->variables[v].column;
			}
		}
		claims->list[claims->count++] =
			(struct claim){.name = info->interface, .parent = "", .source = source};
	}
	qsort(claims->list, claims->count, sizeof(*claims->list), claim_compare);
	/* The most, and in order already. */
	for (size_t i = 0; i < model->vlan_count; i++) {
		claims_add(claims, &model->vlans[i].interface, MODEL_FILE_VLAN);
	}
}

/* Names what two files both define. The first of them is the one whose file
 * name sorts first, which says nothing of which is meant: so neither counts. */
static void name_clash_add(const struct model *model, const struct claim *first,
			   const struct claim *claim, struct model_problems *problems)
{
	const char *path = source_path(model, first->source);
	const char *kind = model_file_kind_name(first->kind);

	if (first->bond && claim->bond) {
		model_problem_add(
			problems, MODEL_ERROR, claim->source, claim->name,
			"'%s' is to be a member of '%s', but is one of '%s' by %s:%u "
			"already; expected one file for each NIC, so it joins no bond",
			claim->name, claim->bond, first->bond, path, first->source.line);
		return;
	}
	model_problem_add(problems, MODEL_ERROR, claim->source, claim->name,
			  "DEVICE '%s' is defined twice, in %s:%u already (%s%s); expected "
			  "one file for each interface",
			  claim->name, path, first->source.line,
			  first->kind == MODEL_FILE_OTHER ? "as an interface that is no "
							  : "as ",
			  first->kind == MODEL_FILE_OTHER ? "bond, member or VLAN" : kind);
}

static void names_check(const struct model *model, struct claims *claims,
			struct model_problems *problems)
{
	claims->count = 0;
	names_collect(model, claims);
	model_sort(claims->list, claims->count, sizeof(*claims->list), claim_compare);

	for (size_t first = 0, next; first < claims->count; first = next) {
		bool ours = claims->list[first].kind != MODEL_FILE_OTHER;
		for (next = first + 1;
		     next < claims->count &&
		     claim_compare_key(&claims->list[first], &claims->list[next]) == 0;
		     next++) {
			ours |= claims->list[next].kind != MODEL_FILE_OTHER;
		}
		for (size_t i = first + 1; ours && i < next; i++) {
			name_clash_add(model, &claims->list[first], &claims->list[i], problems);
		}
	}
}

static void vids_check(const struct model *model, struct claims *claims,
		       struct model_problems *problems)
{
	claims->count = 0;
	for (size_t i = 0; i < model->vlan_count; i++) {
		claims_add(claims, &model->vlans[i].interface, MODEL_FILE_VLAN);
		claims->list[i].parent = model->vlans[i].parent;
		claims->list[i].number = model->vlans[i].vid;
	}
	qsort(claims->list, claims->count, sizeof(*claims->list), claim_compare);

	for (size_t i = 1; i < claims->count; i++) {
		const struct claim *a = &claims->list[i - 1];
		const struct claim *b = &claims->list[i];
		if (claim_compare_key(a, b) != 0 || strcmp(a->name, b->name) == 0) {
			continue;
		}
		/* Both, for nothing says which of the two is meant. */
		for (int side = 0; side < 2; side++) {
			const struct claim *this = side ? b : a;
			const struct claim *other = side ? a : b;
			model_problem_add(problems, MODEL_ERROR, this->source, this->name,
					  "VLAN id %u on '%s' is also that of '%s' (%s:%u); "
					  "expected one interface for each VLAN of a parent",
					  this->number, this->parent, other->name,
					  source_path(model, other->source),
					  other->source.line);
		}
	}
}

static void hwaddrs_check(const struct model *model, struct claims *claims,
			  struct model_problems *problems)
{
	claims->count = 0;
	for (size_t i = 0; i < model->bond_count; i++) {
		const struct model_bond *bond = &model->bonds[i];
		for (size_t m = 0; m < bond->member_count; m++) {
			const struct model_member *member = &bond->members[m];
			if (member->has_hwaddr) {
				claims_add(claims, &member->interface, MODEL_FILE_MEMBER);
				claims->list[claims->count - 1].mac = member->hwaddr;
			}
		}
	}
	qsort(claims->list, claims->count, sizeof(*claims->list), claim_compare);

	for (size_t i = 1; i < claims->count; i++) {
		const struct claim *a = &claims->list[i - 1];
		const struct claim *b = &claims->list[i];
		if (claim_compare_key(a, b) == 0 && strcmp(a->name, b->name) != 0) {
			model_problem_add(problems, MODEL_WARNING, b->source, b->name,
					  "HWADDR of '%s' is also that of '%s' (%s:%u); only "
					  "the NIC that has this address can be meant",
					  b->name, a->name, source_path(model, a->source),
					  a->source.line);
		}
	}
}

static void bond_check(const struct model_bond *bond, struct model_problems *problems)
{
	const char *name = bond->interface.name;

	for (size_t i = 0; i < bond->member_count; i++) {
		const struct model_interface *member = &bond->members[i].interface;
		if (i >= BOND_MEMBERS_MAX) {
			model_problem_add(problems, MODEL_ERROR, member->source, member->name,
					  "'%s' would be member %zu of '%s'; expected at most "
					  "%d, so it is left out",
					  member->name, i + 1, name, BOND_MEMBERS_MAX);
		}
		if (member->address_count > 0) {
			model_problem_add(problems, MODEL_ERROR, member->addresses[0].source,
					  member->name,
					  "'%s' is a member of '%s' and has an address; "
					  "expected the address in the file of '%s'",
					  member->name, name, name);
		}
	}
	if (model_name_is_faulty(problems, name)) {
		return;
	}
	if (bond->member_count == 0) {
		model_problem_add(problems, MODEL_WARNING, bond->interface.source, name,
				  "no file makes a NIC a member of '%s': expected one with "
				  "MASTER=%s and SLAVE=yes; without, it has no carrier",
				  name, name);
	} else if (bond->options.min_links > bond->member_count) {
		model_problem_add(problems, MODEL_WARNING, bond->interface.source, name,
				  "'%s' has %zu members and min_links=%u: it never gets "
				  "carrier",
				  name, bond->member_count, bond->options.min_links);
	}
}

/* A parent that is no bond may well be a NIC, but none of these. */
static void nic_check(const struct model *model, const struct model_index *index,
		      const struct model_vlan *vlan, struct model_problems *problems)
{
	const struct model_interface *interface = &vlan->interface;
	const struct model_index_entry *member =
		model_index_find(index, vlan->parent, MODEL_FILE_MEMBER);

	if (member) {
		const char *bond = model->bonds[member->place].interface.name;
		model_problem_add(problems, MODEL_ERROR, interface->source, interface->name,
				  "VLAN interface's parent '%s' is a member of '%s'; expected "
				  "'%s' as the parent",
				  vlan->parent, bond, bond);
	} else if (model_index_find(index, vlan->parent, MODEL_FILE_VLAN)) {
		model_problem_add(problems, MODEL_ERROR, interface->source, interface->name,
				  "VLAN interface's parent '%s' is a VLAN interface itself; "
				  "expected a bond or a NIC",
				  vlan->parent);
	}
}

/* What is wrong is the MTU alone, so that a start goes on with the parent's. */
static void vlan_mtu_check(const struct model *model, const struct model_vlan *vlan,
			   const struct model_bond *parent, struct model_problems *problems)
{
	uint32_t most = parent->interface.mtu ? parent->interface.mtu : MTU_DEFAULT;

	if (vlan->interface.mtu <= most) {
		return;
	}
	struct model_source here = model_key_source(model, &vlan->interface, "MTU");
	struct model_source there = model_key_source(model, &parent->interface, "MTU");
	model_problem_add(problems, MODEL_ERROR, here, "",
			  "MTU %u of '%s' is more than the %u of '%s' (%s:%u) and cannot pass "
			  "it; expected at most %u",
			  vlan->interface.mtu, vlan->interface.name, most, vlan->parent,
			  source_path(model, there), there.line, most);
}

static void vlan_check(const struct model *model, const struct model_index *index,
		       const struct model_faults *faults, const struct model_vlan *vlan,
		       struct model_problems *problems)
{
	const struct model_interface *interface = &vlan->interface;
	const struct model_index_entry *found =
		model_index_find(index, vlan->parent, MODEL_FILE_BOND);
	const struct model_bond *parent = found ? &model->bonds[found->place] : NULL;

	if (vlan->vid < 1 || vlan->vid > 4094) {
		model_problem_add(problems, MODEL_ERROR, interface->source, interface->name,
				  "VLAN id %u; expected 1 to 4094", vlan->vid);
	}
	/* With a faulty parent the VLAN interface falls anyhow: one error is
	 * enough. */
	if (!parent && vlan->parent_is_nic) {
		nic_check(model, index, vlan, problems);
	} else if (!parent && !model_faults_have(faults, vlan->parent)) {
		model_problem_add(problems, MODEL_ERROR, interface->source, interface->name,
				  "VLAN interface's parent '%s' is no bond; expected one that "
				  "a file here defines",
				  vlan->parent);
	}
	if (!parent) {
		return;
	}
	vlan_mtu_check(model, vlan, parent, problems);
}

static void vlans_check(const struct model *model, struct model_problems *problems)
{
	struct model_index index = {0};
	struct model_faults faults = {0};
	struct model_problems found = {0};

	/* What is found goes to a list of its own: the other must stay where it is. */
	bool fine = model_index_make(model, &index) && model_faults_make(problems, &faults);
	for (size_t i = 0; fine && i < model->vlan_count; i++) {
		vlan_check(model, &index, &faults, &model->vlans[i], &found);
	}
	if (!fine || !model_problems_move(&found, problems)) {
		problems->out_of_memory = true;
	}
	model_problems_free(&found);
	model_faults_free(&faults);
	model_index_free(&index);
}

/* One address on two interfaces: legal, and nearly always a slip. */
struct address_claim {
	const struct model_interface *interface;
	const struct model_address *address;
};

static int address_compare(const void *left, const void *right)
{
	const struct model_address *a = ((const struct address_claim *)left)->address;
	const struct model_address *b = ((const struct address_claim *)right)->address;
	int order = a->family - b->family;

	if (order == 0) {
		order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	}
	return order ? order : source_compare(a->source, b->source);
}

static size_t addresses_collect(const struct model_interface *interface,
				struct address_claim *list, size_t count)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		if (list) {
			list[count + i] = (struct address_claim){
				.interface = interface, .address = &interface->addresses[i]};
		}
	}
	return count + interface->address_count;
}

static size_t addresses_collect_all(const struct model *model, struct address_claim *list)
{
	size_t count = 0;

	for (size_t i = 0; i < model->bond_count; i++) {
		count = addresses_collect(&model->bonds[i].interface, list, count);
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		count = addresses_collect(&model->vlans[i].interface, list, count);
	}
	return count;
}

static void addresses_check(const struct model *model, struct model_problems *problems)
{
	size_t count = addresses_collect_all(model, NULL);
	struct address_claim *list = calloc(count + 1, sizeof(*list));

	if (!list) {
		problems->out_of_memory = true;
		return;
	}
	addresses_collect_all(model, list);
	qsort(list, count, sizeof(*list), address_compare);

	for (size_t i = 1; i < count; i++) {
		const struct model_address *a = list[i - 1].address;
		const struct model_address *b = list[i].address;
		char text[INET6_ADDRSTRLEN];
		if (a->family != b->family ||
		    memcmp(a->bytes, b->bytes, sizeof(a->bytes)) != 0 ||
		    list[i - 1].interface == list[i].interface) {
			continue;
		}
		inet_ntop(b->family, b->bytes, text, sizeof(text));
		model_problem_add(problems, MODEL_WARNING, b->source, list[i].interface->name,
				  "address %s is also that of '%s' (%s:%u)", text,
				  list[i - 1].interface->name, source_path(model, a->source),
				  a->source.line);
	}
	free(list);
}

void model_validate(const struct model *model, struct model_problems *problems)
{
	size_t most = model->bond_count + member_total(model) + model->vlan_count +
		      model->file_count + 1;
	struct claims claims = {.list = calloc(most, sizeof(struct claim))};

	if (!claims.list) {
		problems->out_of_memory = true;
		return;
	}
	names_check(model, &claims, problems);
	vids_check(model, &claims, problems);
	hwaddrs_check(model, &claims, problems);
	free(claims.list);

	for (size_t i = 0; i < model->bond_count; i++) {
		bond_check(&model->bonds[i], problems);
	}
	vlans_check(model, problems);
	addresses_check(model, problems);
}
