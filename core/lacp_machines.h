/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The LACP machines, for core/ alone; see core/lacp.h for the file of each.
 *
 * A machine's step makes at most one transition of its chart (the periodic
 * machine passes through PERIODIC_TX within one) and returns whether anything
 * changed. bond.c steps them all until nothing does. A machine sees the others
 * only through the port's variables, as in the standard.
 */
#ifndef CORE_LACP_MACHINES_H
#define CORE_LACP_MACHINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bond_types.h"
#include "core/bond.h"
#include "core/lacp.h"
#include "core/lacp_pdu.h"
#include "core/time.h"

/* What a step of any machine may look at and add to. */
struct lacp_step {
	const struct lacp_system *system;
	time_ms now;
	bool time_passes; /* timers may run out */
	uint8_t slot;	  /* whose step it is, for the notes */
	/* The LACPDU just heard on this port; NULL once the receive machine
	 * has taken it. */
	const struct lacp_pdu *pdu;
	struct bond_actions *out;
};

/* The ports of a bond in joining order. */
struct lacp_ports {
	size_t count;
	struct lacp_port *port[BOND_MEMBERS_MAX];
	uint8_t slot[BOND_MEMBERS_MAX];
};

/* Notes a transition; beyond BOND_NOTES_MAX it is counted as lost. */
void lacp_note(const struct lacp_step *step, enum bond_note_type type, uint8_t from,
	       uint8_t to);

static inline bool lacp_timer_expired(const struct lacp_step *step, time_ms deadline)
{
	return step->time_passes && deadline <= step->now;
}

static inline bool lacp_state_has(const struct lacp_info *info, unsigned int flag)
{
	return (info->state & flag) != 0;
}

static inline void lacp_state_set(struct lacp_info *info, unsigned int flag, bool on)
{
	info->state = (uint8_t)(on ? info->state | flag : info->state & ~flag);
}

/* lacp_port.c */
void lacp_system_configure(struct lacp_system *system, const struct lacp_config *config,
			   const uint8_t mac[6]);
/* The Actor's key as the kernel's driver builds it. */
uint16_t lacp_port_key(uint16_t user_key, uint32_t speed_mbps, enum link_duplex duplex);
/* A port that has not begun; enabled says whether LACP runs on it. */
void lacp_port_init(struct lacp_port *port, bool enabled);
/* The same for a port that has been in use: it has no right to more LACPDUs in the
 * second than it had. */
void lacp_port_restart(struct lacp_port *port, bool enabled);
/* Makes the Actor's information true of the system and the member. A change of
 * identity unselects the port, any change is told to the partner. */
void lacp_port_refresh(struct lacp_port *port, const struct bond_member_info *info,
		       const struct lacp_step *step);
/* When the port wants time next. */
time_ms lacp_port_deadline(const struct lacp_port *port);
/* Whether the Mux has joined the port to the Aggregator and the partner takes
 * what we send. */
bool lacp_port_collects(const struct lacp_port *port);
bool lacp_port_distributes(const struct lacp_port *port);
/* Whether what is known of the partner was heard from it. */
bool lacp_port_has_partner(const struct lacp_port *port);

/* lacp_receive.c, 6.4.12 */
bool lacp_receive_step(struct lacp_port *port, const struct lacp_step *step);
/* What the partner's information is without a partner (Partner_Admin_*). */
void lacp_partner_default(struct lacp_info *out);
/* Reads a frame, counts it, answers a Marker. True: *pdu is a LACPDU for the
 * receive machine. */
bool lacp_receive_frame(struct lacp_port *port, const struct lacp_step *step,
			const struct bond_member_info *info, const uint8_t *frame, size_t size,
			struct lacp_pdu *pdu);

/* lacp_periodic.c, 6.4.13 */
bool lacp_periodic_step(struct lacp_port *port, const struct lacp_step *step);

/* lacp_select.c, 6.4.14 */
bool lacp_select_step(struct lacp_system *system, const struct lacp_ports *ports,
		      struct lacp_step *step);
void lacp_selected_set(struct lacp_port *port, const struct lacp_step *step,
		       enum lacp_selected selected);
/* The group the port would belong to. */
void lacp_lag_of(const struct lacp_port *port, struct lacp_lag *out);
bool lacp_lag_equal(const struct lacp_lag *a, const struct lacp_lag *b);

/* lacp_mux.c, 6.4.15 */
bool lacp_mux_step(struct lacp_port *port, const struct lacp_step *step);

/* lacp_transmit.c, 6.4.16: adds the port's LACPDU to the actions if one is due
 * and allowed. Stepped once, after the others have settled. */
void lacp_transmit_step(struct lacp_port *port, const struct lacp_step *step,
			const struct bond_member_info *info);
/* When a LACPDU that is due may be sent; TIME_NEVER if none is. */
time_ms lacp_transmit_deadline(const struct lacp_port *port);
/* Tells the partner that the port leaves: neither in sync nor aggregatable. */
void lacp_transmit_farewell(struct lacp_port *port, const struct lacp_step *step,
			    const struct bond_member_info *info);

/* lacp_marker.c, 6.5: adds the response to a Marker PDU's frame. */
void lacp_marker_answer(struct lacp_port *port, const struct lacp_step *step,
			const struct bond_member_info *info, const uint8_t *frame);

/* lacp_churn.c, 6.4.17 */
bool lacp_churn_step(struct lacp_port *port, const struct lacp_step *step);

/* lacp_saved.c */
void lacp_port_save(const struct lacp_port *port, time_ms now, struct lacp_port_saved *out);
/* Takes the counters, and what counts against the limit of LACPDUs; true of
 * every port, whatever state it was in. */
void lacp_port_restore_counters(struct lacp_port *port, const struct lacp_port_saved *saved,
				time_ms now, time_ms elapsed_ms);
/* Goes on where *saved was elapsed_ms ago, if that is a state a port can be in and
 * go on from; returns whether it is. The port must have been initialised. */
bool lacp_port_restore(struct lacp_port *port, const struct lacp_port_saved *saved, time_ms now,
		       time_ms elapsed_ms);
/* As if it had been saved so much later. */
void lacp_port_saved_age(struct lacp_port_saved *saved, time_ms elapsed_ms);
/* Writes the LACPDU's frame, LACP_FRAME_SIZE bytes, that tells the partner of a
 * port what it knows already, and notes it as sent. False: there is none such, or
 * the limit is reached. */
bool lacp_port_saved_speak(struct lacp_port_saved *saved, const uint8_t source[6],
			   uint8_t *frame);

#endif
