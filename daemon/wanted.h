/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files want of one bond: its part of the model, copied out of it, so
 * that a bond goes on with its last good configuration when its file has turned
 * bad, even over a restart of the daemon (wanted_json.c). Sources (file and
 * line) in the copy name no file.
 */
#ifndef DAEMON_WANTED_H
#define DAEMON_WANTED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"

/* What a bond has whose file asks for no MTU. */
#define WANTED_MTU_DEFAULT 1500

struct wanted {
	struct model_bond bond;
	size_t vlan_count;
	struct model_vlan *vlans;
};

/* Copies the bond and the VLAN interfaces on it; NULL: no memory. */
struct wanted *wanted_from_model(const struct model *model, const struct model_bond *bond);
struct wanted *wanted_copy(const struct wanted *wanted);
void wanted_free(struct wanted *wanted); /* NULL is fine */

/* The way back: adds copies to the model; false: no memory. */
bool wanted_add_to_model(const struct wanted *wanted, struct model *model);

/* Of its VLAN interfaces alone. */
bool wanted_add_vlans_to_model(const struct wanted *wanted, struct model *model);

/* NULL: there is none of that name. */
const struct model_member *wanted_find_member(const struct wanted *wanted, const char *name);
const struct model_vlan *wanted_find_vlan(const struct wanted *wanted, const char *name);

bool wanted_addresses_equal(const struct model_interface *a, const struct model_interface *b);

/* Called with the name of an option that differs and both its values in words. */
typedef void wanted_difference_callback(const char *option, const char *from, const char *to,
					void *context);
/* Compares the bond's options, MTU, MAC and ONBOOT; not members, addresses and
 * VLAN interfaces. Returns how many differ. */
size_t wanted_differences(const struct wanted *from, const struct wanted *to,
			  wanted_difference_callback *callback, void *context);

/* For the saved state; wanted_from_json() gives NULL for what is no such thing. */
json_t *wanted_to_json(const struct wanted *wanted);
struct wanted *wanted_from_json(const json_t *json);

#endif
