/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/vlan_check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/staged.h"
#include "daemon/vlan_address.h"
#include "daemon/vlan_links.h"
#include "daemon/wanted.h"
#include "netlink/netlink.h"

__attribute__((format(printf, 5, 6))) static bool vlan_refuse(struct vlan_check_error *error,
							      unsigned int status,
							      const char *code,
							      const char *field,
							      const char *format, ...)
{
	va_list arguments;

	error->status = status;
	error->code = code;
	error->field = field;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	return false;
}

/* --- what is in the way ----------------------------------------------------------- */

#define VLAN_PLACE_SIZE 384

/* Where an interface of the model comes from: its file, or the person who has staged it, where
 * there is no such file yet. */
static const char *vlan_place(const struct daemon *daemon, const struct model *model,
			      const struct model_interface *interface,
			      char out[VLAN_PLACE_SIZE])
{
	const char *user = staged_adder(daemon, interface->name);

	if (user) {
		snprintf(out, VLAN_PLACE_SIZE, "staged by %s", user);
	} else {
		snprintf(out, VLAN_PLACE_SIZE, "%s",
			 interface->source.file < model->file_count
				 ? model->files[interface->source.file]
				 : "a file");
	}
	return out;
}

bool vlan_check_name(struct daemon *daemon, const struct model *model, const char *name,
		     struct vlan_check_error *error)
{
	const struct model_vlan *vlan = model_find_vlan(model, name);
	const struct model_bond *bond = model_find_bond(model, name);
	const struct model_interface *other =
		vlan ? &vlan->interface : bond ? &bond->interface : NULL;
	char place[VLAN_PLACE_SIZE];

	if (other) {
		return vlan_refuse(error, 409, "name_in_use", "name",
				   "%s is the name of a %s already (%s)", name,
				   vlan ? "VLAN interface" : "bond",
				   vlan_place(daemon, model, other, place));
	}
	if (vlan_links_bond_of(model, name)) {
		return vlan_refuse(error, 409, "name_in_use", "name",
				   "%s is the name of a member of %s", name,
				   vlan_links_bond_of(model, name)->interface.name);
	}
	if (if_nametoindex(name) == 0) {
		return true;
	}
	/* It runs, and its file is gone: that is put right by this. */
	if (vlan_links_runs(daemon, name)) {
		return true;
	}
	return vlan_refuse(error, 409, "name_in_use", "name",
			   "an interface %s is there already, and no file here is its", name);
}

static bool vlan_check_vid(const struct daemon *daemon, const struct model *model,
			   const struct model_vlan *vlan, struct vlan_check_error *error)
{
	char place[VLAN_PLACE_SIZE];

	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *other = &model->vlans[i];

		if (other->vid == vlan->vid && strcmp(other->parent, vlan->parent) == 0 &&
		    strcmp(other->interface.name, vlan->interface.name) != 0) {
			return vlan_refuse(error, 409, "vlan_in_use", "vid",
					   "VLAN %u of %s is %s already (%s)", vlan->vid,
					   vlan->parent, other->interface.name,
					   vlan_place(daemon, model, &other->interface, place));
		}
	}
	return true;
}

static bool vlan_has_address(const struct model_interface *interface,
			     const struct model_address *address)
{
	size_t size = address->family == AF_INET ? 4 : 16;

	for (size_t i = 0; i < interface->address_count; i++) {
		if (interface->addresses[i].family == address->family &&
		    memcmp(interface->addresses[i].bytes, address->bytes, size) == 0) {
			return true;
		}
	}
	return false;
}

static bool vlan_refuse_address(const struct model_address *address, const char *holder,
				const char *where, struct vlan_check_error *error)
{
	char text[VLAN_ADDRESS_TEXT_SIZE];

	vlan_address_text(address, text);
	return vlan_refuse(error, 409, "address_in_use", "addresses", "%s has %s already (%s)",
			   holder, text, where);
}

static bool vlan_check_model_addresses(const struct daemon *daemon, const struct model *model,
				       const struct model_vlan *vlan,
				       struct vlan_check_error *error)
{
	char place[VLAN_PLACE_SIZE];

	for (size_t i = 0; i < vlan->interface.address_count; i++) {
		const struct model_address *address = &vlan->interface.addresses[i];
		const struct model_interface *other = NULL;

		if (vlan_address_is_link_local(address)) {
			continue;
		}
		for (size_t j = 0; !other && j < model->bond_count; j++) {
			if (vlan_has_address(&model->bonds[j].interface, address)) {
				other = &model->bonds[j].interface;
			}
		}
		for (size_t j = 0; !other && j < model->vlan_count; j++) {
			if (strcmp(model->vlans[j].interface.name, vlan->interface.name) != 0 &&
			    vlan_has_address(&model->vlans[j].interface, address)) {
				other = &model->vlans[j].interface;
			}
		}
		if (other) {
			return vlan_refuse_address(address, other->name,
						   vlan_place(daemon, model, other, place),
						   error);
		}
	}
	return true;
}

/* Addresses that the kernel has on interfaces that no file here speaks of. */
struct vlan_address_search {
	const struct model *model;
	const struct model_vlan *vlan;
	const struct model_address *found;
	char holder[IF_NAMESIZE];
};

static int vlan_on_address(const struct netlink_address *address, void *context)
{
	struct vlan_address_search *search = context;
	const struct model_interface *interface = &search->vlan->interface;

	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *ours = &interface->addresses[i];
		char name[IF_NAMESIZE];

		if (ours->family != address->family || vlan_address_is_link_local(ours) ||
		    memcmp(ours->bytes, address->bytes, ours->family == AF_INET ? 4 : 16) !=
			    0 ||
		    !if_indextoname(address->ifindex, name) ||
		    strcmp(name, interface->name) == 0 ||
		    model_find_bond(search->model, name) ||
		    model_find_vlan(search->model, name)) {
			continue;
		}
		search->found = ours;
		memcpy(search->holder, name, sizeof(name));
		return 1;
	}
	return 0;
}

static bool vlan_has_family(const struct model_interface *interface, int family)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		if (interface->addresses[i].family == family) {
			return true;
		}
	}
	return false;
}

static bool vlan_check_kernel_addresses(struct daemon *daemon, const struct model *model,
					const struct model_vlan *vlan,
					struct vlan_check_error *error)
{
	struct vlan_address_search search = {.model = model, .vlan = vlan};
	static const int families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (vlan_has_family(&vlan->interface, families[i]) &&
		    netlink_address_dump(daemon->netlink, 0, families[i], vlan_on_address,
					 &search) == 1) {
			return vlan_refuse_address(search.found, search.holder,
						   "not by a file of ours", error);
		}
	}
	return true;
}

/* --- the parent ------------------------------------------------------------------- */

static void vlan_parent_names(const struct model *model, const struct vlan_links *links,
			      char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < model->bond_count && used + MODEL_NAME_SIZE + 2 < size; i++) {
		used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
					 model->bonds[i].interface.name);
	}
	for (size_t i = 0; i < links->count && used + MODEL_NAME_SIZE + 2 < size; i++) {
		if (vlan_link_is_parent(&links->list[i], model)) {
			used += (size_t)snprintf(out + used, size - used, "%s%s",
						 used ? ", " : "", links->list[i].name);
		}
	}
	if (used == 0) {
		snprintf(out, size, "none");
	}
}

static bool vlan_check_mtu(const struct model_vlan *vlan, uint32_t mtu,
			   struct vlan_check_error *error)
{
	if (vlan->interface.mtu > mtu) {
		return vlan_refuse(error, 400, "bad_vlan", "mtu",
				   "mtu %u is more than the %u of %s; expected that at most",
				   vlan->interface.mtu, mtu, vlan->parent);
	}
	return true;
}

/* To list all interfaces takes long where there are thousands; a NIC needs it. */
static bool vlan_check_nic(struct daemon *daemon, const struct model *model,
			   const struct model_vlan *vlan, struct vlan_check_error *error)
{
	const struct vlan_link *link;
	struct vlan_links links;
	char names[200];
	int err = vlan_links_read(daemon, &links);
	bool fine;

	if (err < 0) {
		return vlan_refuse(error, 500, "out_of_memory", NULL,
				   "the interfaces can't be listed: %s", strerror(-err));
	}
	link = vlan_links_find(&links, vlan->parent);
	if (link && vlan_link_is_parent(link, model)) {
		fine = vlan_check_mtu(vlan, link->mtu, error);
	} else {
		vlan_parent_names(model, &links, names, sizeof(names));
		fine = vlan_refuse(error, 409, "no_such_parent", "parent",
				   link ? "a VLAN interface can't be put on %s; there are: %s"
					: "there is no bond or NIC '%s'; there are: %s",
				   vlan->parent, names);
	}
	vlan_links_free(&links);
	return fine;
}

static bool vlan_check_parent(struct daemon *daemon, const struct model *model,
			      const struct model_vlan *vlan, struct vlan_check_error *error)
{
	const struct model_bond *bond = model_find_bond(model, vlan->parent);
	const struct model_bond *of = vlan_links_bond_of(model, vlan->parent);
	struct netlink_link link;

	if (of) {
		return vlan_refuse(error, 409, "no_such_parent", "parent",
				   "%s is a member of %s; expected the bond, or a NIC that is "
				   "no member",
				   vlan->parent, of->interface.name);
	}
	if (!bond) {
		return vlan_check_nic(daemon, model, vlan, error);
	}
	if (bond->interface.mtu != 0) {
		return vlan_check_mtu(vlan, bond->interface.mtu, error);
	}
	if (netlink_link_get_by_name(daemon->netlink, vlan->parent, &link) == 0) {
		return vlan_check_mtu(vlan, link.mtu, error);
	}
	return vlan_check_mtu(vlan, WANTED_MTU_DEFAULT, error);
}

bool vlan_check(struct daemon *daemon, const struct model *model, const struct model_vlan *vlan,
		struct vlan_check_error *error)
{
	return vlan_check_parent(daemon, model, vlan, error) &&
	       vlan_check_vid(daemon, model, vlan, error) &&
	       vlan_check_model_addresses(daemon, model, vlan, error) &&
	       vlan_check_kernel_addresses(daemon, model, vlan, error);
}
