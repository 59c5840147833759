/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * VLAN interfaces of a bond or a NIC, made, changed and removed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/ipv6_settings.h"
#include "daemon/log.h"
#include "daemon/vlan_parent.h"
#include "model/model.h"

void vlan_parent_mark(struct vlan_parent *parent, const char *name)
{
	struct vlan_runtime *vlan = vlan_parent_find(parent, name);

	if (vlan) {
		vlan->removing = true;
	}
}

static void vlan_change_keep_error(int *result, int err, struct engine_error *first,
				   const struct engine_error *error)
{
	if (err < 0 && *result == 0) {
		*result = err;
		*first = *error;
	}
}

/* Of the data path. */
static int vlan_change_remove_paths(struct vlan_parent *parent, struct engine_error *error)
{
	const char **names = calloc(parent->vlan_count + 1, sizeof(*names));
	struct engine_error each;
	size_t count = 0;
	int result = 0;

	for (size_t i = 0; i < parent->vlan_count; i++) {
		if (parent->vlans[i].removing && names) {
			names[count++] = parent->vlans[i].name;
		} else if (parent->vlans[i].removing) {
			/* No memory: slowly, then. */
			int err =
				engine_vlan_remove(parent->path, parent->vlans[i].name, &each);

			vlan_change_keep_error(&result, err, error, &each);
		}
	}
	for (size_t done = 0; done < count;) {
		size_t portion = engine_vlans_portion(parent->path, names + done, count - done);
		int err = engine_vlans_remove(parent->path, names + done, portion, &each);

		vlan_change_keep_error(&result, err, error, &each);
		done += portion;
		daemon_breathe(parent->daemon);
	}
	free(names);
	return result;
}

static int vlan_change_compare(const void *left, const void *right)
{
	const struct engine_vlan *a = left, *b = right;

	return strcmp(a->spec.name, b->spec.name);
}

/* What the data path still has, by name; *count of them. */
static struct engine_vlan *vlan_change_left(const struct vlan_parent *parent, size_t *count)
{
	size_t room = engine_bond_vlans(parent->path, NULL, 0);
	struct engine_vlan *left = calloc(room + 1, sizeof(*left));

	*count = left ? engine_bond_vlans(parent->path, left, room) : 0;
	if (*count > 0) {
		qsort(left, *count, sizeof(*left), vlan_change_compare);
	}
	return left;
}

int vlan_parent_remove_marked(struct vlan_parent *parent, struct engine_error *error)
{
	int result = vlan_change_remove_paths(parent, error);
	struct engine_vlan *left = NULL, key;
	size_t left_count = 0, kept = 0;

	if (result < 0) {
		left = vlan_change_left(parent, &left_count);
	}
	for (size_t i = 0; i < parent->vlan_count; i++) {
		struct vlan_runtime *vlan = &parent->vlans[i];

		memcpy(key.spec.name, vlan->name, sizeof(key.spec.name));
		if (vlan->removing &&
		    (left_count == 0 ||
		     !bsearch(&key, left, left_count, sizeof(*left), vlan_change_compare))) {
			vlan_parent_event(parent, "vlan_removed", vlan->name,
					  "VLAN interface removed");
			continue;
		}
		vlan->removing = false;
		parent->vlans[kept++] = *vlan;
	}
	parent->vlan_count = kept;
	free(left);
	vlan_parent_want_save(parent);
	return result;
}

void vlan_parent_remove_all(struct vlan_parent *parent)
{
	struct engine_error error;

	for (size_t i = 0; i < parent->vlan_count; i++) {
		parent->vlans[i].removing = true;
	}
	if (vlan_parent_remove_marked(parent, &error) < 0) {
		log_line(LOG_LEVEL_ERROR, "%s %s bond=%s", parent->name, error.text,
			 parent->name);
	}
}

static void vlan_change_spec(const struct model_vlan *vlan, struct engine_vlan_spec *out)
{
	*out = (struct engine_vlan_spec){.vid = vlan->vid, .mtu = vlan->interface.mtu};
	memcpy(out->name, vlan->interface.name, sizeof(out->name));
	if (vlan->interface.has_mac) {
		memcpy(out->mac, vlan->interface.mac, sizeof(out->mac));
	}
}

/* What an interface is given before it is used. */
static int vlan_change_prepare(struct vlan_parent *parent, const struct model_vlan *vlan,
			       uint32_t ifindex, struct engine_error *error)
{
	char why[IPV6_SETTINGS_ERROR_SIZE];
	int err = ipv6_settings_apply(parent->daemon, &vlan->interface, NULL, why);

	if (err < 0) {
		snprintf(error->text, sizeof(error->text), "%.250s", why);
		return err;
	}
	if (vlan->interface.onboot) {
		err = netlink_link_set_up(parent->daemon->netlink, ifindex, true);
	}
	if (err < 0) {
		snprintf(error->text, sizeof(error->text), "%s can't be set up: %s",
			 vlan->interface.name, strerror(-err));
	}
	return err;
}

/* A new one that couldn't be had as a whole. Twice: it must not stay behind for a moment's
 * lack of memory. */
static void vlan_change_drop(struct vlan_parent *parent, struct vlan_runtime *vlan)
{
	size_t behind = (size_t)(&parent->vlans[parent->vlan_count] - vlan) - 1;
	struct engine_error error;

	if (engine_vlan_remove(parent->path, vlan->name, &error) < 0 &&
	    engine_vlan_remove(parent->path, vlan->name, &error) < 0) {
		log_line(LOG_LEVEL_ERROR,
			 "%s stays, which couldn't be had as a whole: %s bond=%s", vlan->name,
			 error.text, parent->name);
	}
	memmove(vlan, vlan + 1, behind * sizeof(*vlan));
	parent->vlan_count--;
}

int vlan_parent_add(struct vlan_parent *parent, const struct model_vlan *vlan, bool strict,
		    struct engine_error *error)
{
	const char *name = vlan->interface.name;
	struct vlan_runtime *running = NULL;
	struct engine_error ignored;
	size_t before = parent->vlan_count;
	struct engine_vlan_spec spec;
	struct netlink_link link;
	bool taken_over = false;
	int err;

	vlan_change_spec(vlan, &spec);
	err = engine_vlan_add(parent->path, &spec, &taken_over, error);
	if (err < 0) {
		return err;
	}
	err = netlink_link_get_by_name(parent->daemon->netlink, name, &link);
	if (err == 0) {
		running = vlan_parent_find(parent, name);
		running = running ? running
				  : vlan_parent_insert(parent, name, vlan->vid, link.ifindex);
	}
	if (!running) {
		(void)engine_vlan_remove(parent->path, name, &ignored);
		snprintf(error->text, sizeof(error->text),
			 "%s vanished while it was made, or out of memory", name);
		return err < 0 ? err : -ENOMEM;
	}
	running->ifindex = link.ifindex;
	err = vlan_change_prepare(parent, vlan, link.ifindex, error);
	if (err < 0 && strict) {
		if (parent->vlan_count > before) {
			vlan_change_drop(parent, running);
		}
		return err;
	}
	if (err < 0) {
		log_line(LOG_LEVEL_ERROR, "%s bond=%s", error->text, parent->name);
	}
	vlan_parent_event(parent, "vlan_added", name, "VLAN %u%s", vlan->vid,
			  vlan->interface.onboot ? "" : ", left down: ONBOOT=no");
	vlan_parent_want_save(parent);
	return 0;
}

int vlan_parent_change(struct vlan_parent *parent, const struct model_vlan *vlan,
		       struct engine_error *error)
{
	struct engine_vlan_spec spec;

	vlan_change_spec(vlan, &spec);
	return engine_vlan_change(parent->path, &spec, error);
}
