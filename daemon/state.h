/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is kept for the next daemon: one JSON file a bond in the state folder,
 * replaced as a whole whenever something in it has changed. It lives in a file
 * system that a reboot empties, as the interfaces do, so nothing is synced.
 *
 * What is read back is checked as if a stranger had written it: a file of
 * another version, or a damaged one, is as good as none.
 */
#ifndef DAEMON_STATE_H
#define DAEMON_STATE_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "core/bond.h"
#include "daemon/wanted.h"
#include "engine/engine.h"

struct bond_runtime;
struct daemon;

struct bond_state_member {
	char wanted[ENGINE_NAME_SIZE]; /* "": the slot is free */
	uint32_t ifindex;	       /* 0: the NIC wasn't there */
	struct engine_member_saved saved;
};

struct bond_state {
	char name[ENGINE_NAME_SIZE];
	char config[PATH_MAX]; /* folder of the files that it comes from */
	struct wanted *wanted;
	struct bond_saved core;
	struct bond_state_member members[BOND_MEMBERS_MAX];
	/* An application was under way: of .wanted some may not have come to pass, and what
	 * the engine was told may be another thing. */
	bool unfinished;
	struct bond_state *next;
};

/* Writes the bond's file. Failure is logged: the bond runs all the same. */
void state_write(struct bond_runtime *bond);
/* The same before an application begins, with what it is about to add: whoever takes over
 * after us takes that for ours, if it is there. */
void state_write_ahead(struct bond_runtime *bond, const struct wanted *ahead);
void state_forget(struct daemon *daemon, const char *name);

/* All that the folder holds, a list; NULL: none. */
struct bond_state *state_read_all(const char *folder);
struct bond_state *state_find(struct bond_state *list, const char *name);
void state_free(struct bond_state *list);

/* What a member, or a NIC under VLAN interfaces, was before; null where nothing is known,
 * and what can't be read leaves *out invalid. */
json_t *state_saved_to_json(const struct engine_member_saved *saved);
void state_saved_from_json(const json_t *json, struct engine_member_saved *out);
/* Puts it into the file of that path, by way of one beside it, whole or not at all. 0 or
 * -errno; json NULL: -ENOMEM. */
int state_replace(const char *path, const json_t *json);

/* The core's part; state_core.c. */
json_t *state_core_to_json(const struct bond_saved *saved);
bool state_core_from_json(const json_t *json, struct bond_saved *out);

#endif
