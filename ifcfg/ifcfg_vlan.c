/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three forms of a VLAN interface. Facts: initscripts' ifup: VID with
 * PHYSDEV; else a DEVICE that ends in a dot and one to four digits, with what
 * stands before the dot as parent; else a DEVICE that begins with "vlan" and a
 * digit, with PHYSDEV. NetworkManager has rules of its own.
 */
#include "ifcfg/ifcfg_vlan.h"

#include <string.h>

#define VID_MAX	       4094
#define VID_DIGITS_MAX 4

/* The id, said by the key; the kernel's tools would take a number with a
 * leading zero as octal. */
static bool vid_read(const struct ifcfg_context *context, const char *key, const char *text,
		     uint16_t *out)
{
	uint32_t number;

	if (!ifcfg_number_parse(text, VID_MAX, &number) || number == 0) {
		ifcfg_key_error(context, key, "VLAN id '%s'; expected a number from 1 to %d",
				text, VID_MAX);
		return false;
	}
	if (text[0] == '0' && context->dialect == IFCFG_DIALECT_INITSCRIPTS) {
		ifcfg_key_error(context, key,
				"VLAN id '%s' would be read as octal; expected %u without the "
				"zeros before it",
				text, number);
		return false;
	}
	*out = (uint16_t)number;
	return true;
}

/* A parent that could be an interface. */
static bool parent_set(const struct ifcfg_context *context, const char *key, const char *name,
		       size_t size, struct model_vlan *vlan)
{
	char parent[MODEL_NAME_SIZE];

	if (size < sizeof(parent)) {
		memcpy(parent, name, size);
		parent[size] = '\0';
		if (model_name_is_valid(parent)) {
			memcpy(vlan->parent, parent, sizeof(parent));
			return true;
		}
	}
	ifcfg_key_error(context, key,
			"VLAN interface's parent '%.*s' is no interface's name; expected a "
			"bond's or a NIC's",
			(int)size, name);
	return false;
}

/* The forms that need PHYSDEV. */
static enum ifcfg_vlan_result with_physdev(const struct ifcfg_context *context,
					   const char *vid_key, const char *vid_text,
					   struct model_vlan *vlan)
{
	const char *parent = ifcfg_key_value(context, "PHYSDEV");

	if (!vid_read(context, vid_key, vid_text, &vlan->vid)) {
		return IFCFG_VLAN_BAD;
	}
	if (!parent) {
		ifcfg_key_error(context, vid_key,
				"VLAN interface '%s' has no parent; expected PHYSDEV with the "
				"name of a bond or a NIC",
				context->subject);
		return IFCFG_VLAN_BAD;
	}
	return parent_set(context, "PHYSDEV", parent, strlen(parent), vlan) ? IFCFG_VLAN_FOUND
									    : IFCFG_VLAN_BAD;
}

/* "bond0.652": the dot is where the parent ends. */
static enum ifcfg_vlan_result by_name(const struct ifcfg_context *context, const char *dot,
				      struct model_vlan *vlan)
{
	const char *device = context->subject;
	const char *physdev = ifcfg_key_value(context, "PHYSDEV");
	size_t size = (size_t)(dot - device);

	if (!vid_read(context, "DEVICE", dot + 1, &vlan->vid) ||
	    !parent_set(context, "DEVICE", device, size, vlan)) {
		return IFCFG_VLAN_BAD;
	}
	if (physdev && strcmp(physdev, vlan->parent) != 0) {
		ifcfg_key_warning(context, "PHYSDEV",
				  "PHYSDEV '%s' is not used: the name '%s' says '%s', and that "
				  "counts",
				  physdev, device, vlan->parent);
	}
	return IFCFG_VLAN_FOUND;
}

static bool is_digits(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* NetworkManager's way: the id is VLAN_ID or what DEVICE ends in, behind its first
 * dot or behind "vlan"; the parent is PHYSDEV or what stands before that dot. */
static enum ifcfg_vlan_result nm_vlan_read(const struct ifcfg_context *context,
					   struct model_vlan *vlan)
{
	const char *device = context->subject;
	const char *dot = strchr(device, '.');
	const char *id_key = ifcfg_key_value(context, "VLAN_ID") ? "VLAN_ID" : "DEVICE";
	const char *id = ifcfg_key_value(context, "VLAN_ID");
	const char *physdev = ifcfg_key_value(context, "PHYSDEV");

	if (!id && dot) {
		id = dot + 1;
	} else if (!id && strncmp(device, "vlan", 4) == 0) {
		id = device + 4;
	}
	if (!id) {
		return IFCFG_VLAN_NONE;
	}
	if (!vid_read(context, id_key, id, &vlan->vid)) {
		return IFCFG_VLAN_BAD;
	}
	if (!physdev && (!dot || dot == device)) {
		ifcfg_key_error(context, id_key,
				"VLAN interface '%s' has no parent; expected PHYSDEV with the "
				"name of a bond or a NIC",
				device);
		return IFCFG_VLAN_BAD;
	}
	bool fine =
		physdev ? parent_set(context, "PHYSDEV", physdev, strlen(physdev), vlan)
			: parent_set(context, "DEVICE", device, (size_t)(dot - device), vlan);
	return fine ? IFCFG_VLAN_FOUND : IFCFG_VLAN_BAD;
}

/* "bond0.652": where the dot is; NULL: it is no such name. */
static const char *name_dot(const char *device)
{
	const char *dot = strrchr(device, '.');
	bool fits =
		dot && dot != device && is_digits(dot + 1) && strlen(dot + 1) <= VID_DIGITS_MAX;

	return fits ? dot : NULL;
}

static bool is_vlan_and_number(const char *device)
{
	return strncmp(device, "vlan", 4) == 0 && device[4] >= '0' && device[4] <= '9';
}

bool ifcfg_vlan_has_id(const struct ifcfg_context *context)
{
	return ifcfg_key_value(context, "VID") || name_dot(context->subject) ||
	       is_vlan_and_number(context->subject);
}

enum ifcfg_vlan_result ifcfg_vlan_read(const struct ifcfg_context *context,
				       struct model_vlan *vlan)
{
	if (context->dialect == IFCFG_DIALECT_NM) {
		return nm_vlan_read(context, vlan);
	}

	const char *device = context->subject;
	const char *vid = ifcfg_key_value(context, "VID");
	const char *dot = strrchr(device, '.');

	if (vid) {
		return with_physdev(context, "VID", vid, vlan);
	}
	if (name_dot(device)) {
		return by_name(context, dot, vlan);
	}
	if (is_vlan_and_number(device)) {
		/* ifup takes the zeros of "vlan0652" away, but for a last one. */
		const char *number = device + 4;
		while (number[0] == '0' && number[1] != '\0') {
			number++;
		}
		return with_physdev(context, "DEVICE", number, vlan);
	}
	if (dot && dot != device && dot[1] != '\0') {
		ifcfg_key_error(context, "DEVICE",
				"VLAN id '%s'; expected a number from 1 to %d, or VID and "
				"PHYSDEV",
				dot + 1, VID_MAX);
		return IFCFG_VLAN_BAD;
	}
	return IFCFG_VLAN_NONE;
}
