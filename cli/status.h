/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Status for people, from the daemon's JSON (doc/api.md): one screen that says
 * what is up, what is not, and why. status_text.c: the whole; status_bond.c: a
 * bond; status_nic.c: a NIC with VLAN interfaces; status_tables.c: its members and VLAN
 * interfaces; status_reason.c: what a reason means and where to look.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include <stdbool.h>

#include <jansson.h>

#include "cli/out.h"

/* Prints the answer of /v1/status. config: the answer of /v1/config, where no
 * bond runs; may be NULL. whole: one bond or NIC was asked for, so all of its VLAN
 * interfaces are listed. False: no memory. */
bool status_print(struct out *out, const json_t *status, const json_t *config, bool whole);

/* Prints one bond; failed_files: its files have errors now. */
bool status_bond_print(struct out *out, const json_t *bond, bool failed_files, bool whole);

/* What a bond is, at a glance. */
enum status_bond_state {
	STATUS_BOND_UP = 0,
	STATUS_BOND_PARTLY, /* up, but a member is out */
	STATUS_BOND_DOWN,   /* no carrier */
	STATUS_BOND_OFF,    /* set down by someone */
};

enum status_bond_state status_bond_state(const json_t *bond);

/* Its tables, an empty line before each; nothing where there is nothing to
 * list. False: no memory. */
bool status_members_print(struct out *out, const json_t *bond);
bool status_vlans_print(struct out *out, const json_t *bond, bool whole);

/* NICs with VLAN interfaces, one below the other; whole: one was asked for. False: no
 * memory. */
bool status_nics_print(struct out *out, const json_t *nics, bool whole);

bool status_member_is_active(const json_t *member);

/* "10.1.2.3/24" in out; returns out. */
const char *status_address_text(const json_t *address, char *out, size_t size);

/* "frames dropped: no_member 12, no_tag 3", freed by the caller; NULL if there
 * are none (or no memory, which is no reason to show nothing). collecting: what
 * came before the member was collecting, as it always does, is left out. */
char *status_drops_text(const json_t *drops, bool collecting);

/* A member's reason in words, with what the partner says where that explains it
 * and where to look: "why: no carrier; ...". Freed by the caller; NULL: no
 * memory. */
char *status_reason_text(const json_t *bond, const json_t *member);

#endif
