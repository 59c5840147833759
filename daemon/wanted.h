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

#include "model/plan.h"

/* What a bond has whose file asks for no MTU. */
#define WANTED_MTU_DEFAULT 1500

struct wanted {
	struct model_bond bond;
	size_t vlan_count;
	struct model_vlan *vlans;
};

/* Copies the bond alone, without addresses and all else that is put on it; NULL: no
 * memory. */
struct wanted *wanted_from_bond(const struct model_bond *bond);
/* Leaves nothing but the bond's own settings. */
void wanted_clear(struct wanted *wanted);
/* Copies the bond and the VLAN interfaces on it; NULL: no memory. */
struct wanted *wanted_from_model(const struct model *model, const struct model_bond *bond);
struct wanted *wanted_copy(const struct wanted *wanted);
void wanted_free(struct wanted *wanted); /* NULL is fine */

/* The way back: adds copies to the model; false: no memory. */
bool wanted_add_to_model(const struct wanted *wanted, struct model *model);

/* Of its VLAN interfaces alone. */
bool wanted_add_vlans_to_model(const struct wanted *wanted, struct model *model);

/* A member that is known by its name only; false: no memory. */
bool wanted_add_member(struct wanted *wanted, const char *name);
void wanted_remove_member(struct wanted *wanted, const char *name);
/* A VLAN interface of which no more is known; false: no memory. */
bool wanted_add_bare_vlan(struct wanted *wanted, const char *name, uint16_t vid, bool on_nic);

/* NULL: there is none of that name. */
const struct model_member *wanted_find_member(const struct wanted *wanted, const char *name);
const struct model_vlan *wanted_find_vlan(const struct wanted *wanted, const char *name);

/* Does the step to it, if it is about this bond or a VLAN interface here; steps that make
 * or remove the bond are not. False: no memory. */
bool wanted_step(struct wanted *wanted, const struct plan_step *step);

/* What may be there if the step is broken off: all that it adds, and what it takes away
 * as well. */
bool wanted_step_ahead(struct wanted *wanted, const struct plan_step *step);

/* For the saved state; wanted_from_json() gives NULL for what is no such thing. */
json_t *wanted_to_json(const struct wanted *wanted);
struct wanted *wanted_from_json(const json_t *json);
/* Adds those of a list; false: it is none, or no memory. */
bool wanted_addresses_from_json(const json_t *addresses, struct model_interface *interface);

#endif
