/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the bond share among themselves: bond.c (the steps),
 * bond_events.c (what an event changes), bond_reason.c, bond_saved.c.
 */
#ifndef CORE_BOND_INTERNAL_H
#define CORE_BOND_INTERNAL_H

#include "core/bond.h"
#include "core/lacp_machines.h"

/* What the data path was told, to see what has changed. */
struct bond_published {
	bool unknown; /* after a restart: publish whatever comes out */
	bool carrier;
	bool transmits[BOND_MEMBERS_MAX];
	bool receives[BOND_MEMBERS_MAX];
	uint32_t joined[BOND_MEMBERS_MAX];
	enum flow_placement placement;
};

void bond_published_take(const struct bond *bond, struct bond_published *out);

/* Starts *out anew and fills *step for the bond. */
void bond_step_init(struct bond *bond, struct lacp_step *step, struct bond_actions *out,
		    bool time_passes, time_ms now);

/* What the event changes, before any machine is stepped. Returns the slot on
 * which *pdu was heard, BOND_NO_MEMBER if none was. */
uint8_t bond_event_apply(struct bond *bond, const struct bond_event *event,
			 struct lacp_step *step, struct lacp_pdu *pdu);

/* Steps all machines until nothing changes, sends what is due, and works out
 * what follows: reasons, carrier, buckets. */
void bond_settle(struct bond *bond, struct lacp_step *step, uint8_t heard_on,
		 const struct lacp_pdu *pdu, const struct bond_published *before);

/* The present members in joining order: fills slots, returns how many. */
size_t bond_joining_order(const struct bond *bond, uint8_t slots[BOND_MEMBERS_MAX]);

/* Members that transmit. */
uint32_t bond_usable_count(const struct bond *bond);

/* bond_reason.c */
enum bond_reason bond_member_reason(const struct bond *bond, uint8_t slot);

static inline bool bond_runs_lacp(const struct bond *bond)
{
	return bond->config.mode == BOND_MODE_8023AD;
}

#endif
