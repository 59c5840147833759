/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LACP, IEEE 802.1AX-2014 clause 6.4: the data of one Aggregation Port and of
 * the system, and the machines over them. One file a machine: lacp_receive.c
 * (6.4.12), lacp_periodic.c (6.4.13), lacp_select.c (6.4.14), lacp_mux.c
 * (6.4.15, coupled control), lacp_transmit.c (6.4.16), lacp_marker.c (6.5),
 * lacp_churn.c (6.4.17). Only core/ calls them; the rest of the world uses
 * bond_input().
 *
 * All multi-byte values here are in host order; lacp_pdu.c converts.
 */
#ifndef CORE_LACP_H
#define CORE_LACP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/time.h"

struct lacp_config {
	bool active;		  /* Activity: send without having been spoken to */
	bool rate_fast;		  /* ask the partner for a LACPDU a second */
	uint16_t system_priority; /* ad_actor_sys_prio, 1 to 65535 */
	uint8_t system[6];	  /* ad_actor_system; all 0: the bond's MAC */
	uint16_t user_key;	  /* ad_user_port_key, 0 to 1023 */
};

/* State flags, 6.4.2.3; the bit numbers are those on the wire. */
#define LACP_STATE_ACTIVITY	   0x01u
#define LACP_STATE_TIMEOUT	   0x02u /* short timeout */
#define LACP_STATE_AGGREGATION	   0x04u
#define LACP_STATE_SYNCHRONIZATION 0x08u
#define LACP_STATE_COLLECTING	   0x10u
#define LACP_STATE_DISTRIBUTING	   0x20u
#define LACP_STATE_DEFAULTED	   0x40u
#define LACP_STATE_EXPIRED	   0x80u

/* What an Actor or a Partner says of one port. */
struct lacp_info {
	uint16_t system_priority;
	uint8_t system[6];
	uint16_t key;
	uint16_t port_priority;
	uint16_t port;
	uint8_t state; /* LACP_STATE_* */
};

/* Times of 6.4.4. */
#define LACP_FAST_PERIODIC_TIME_MS   1000
#define LACP_SLOW_PERIODIC_TIME_MS   30000
#define LACP_SHORT_TIMEOUT_TIME_MS   3000
#define LACP_LONG_TIMEOUT_TIME_MS    90000
#define LACP_CHURN_DETECTION_TIME_MS 60000
#define LACP_AGGREGATE_WAIT_TIME_MS  2000
/* LACPDUs a port may send within LACP_FAST_PERIODIC_TIME_MS, 6.4.16. */
#define LACP_TRANSMIT_LIMIT	     3
/* Marker responses a port may send in a second; the standard's limit for all
 * frames of a slow protocol is ten. */
#define LACP_MARKER_LIMIT	     10

/* The actor's and the standard's default priorities. */
#define LACP_PORT_PRIORITY_DEFAULT   255
#define LACP_SYSTEM_PRIORITY_DEFAULT 65535

/* The charts' states, in the standard's words. */
enum lacp_receive_state {
	LACP_RECEIVE_INITIALIZE = 0,
	LACP_RECEIVE_PORT_DISABLED,
	LACP_RECEIVE_EXPIRED,
	LACP_RECEIVE_LACP_DISABLED,
	LACP_RECEIVE_DEFAULTED,
	LACP_RECEIVE_CURRENT,
	LACP_RECEIVE_COUNT,
};

enum lacp_periodic_state {
	LACP_PERIODIC_NO_PERIODIC = 0,
	LACP_PERIODIC_FAST_PERIODIC,
	LACP_PERIODIC_SLOW_PERIODIC,
	LACP_PERIODIC_PERIODIC_TX,
	LACP_PERIODIC_COUNT,
};

enum lacp_mux_state {
	LACP_MUX_DETACHED = 0,
	LACP_MUX_WAITING,
	LACP_MUX_ATTACHED,
	LACP_MUX_COLLECTING_DISTRIBUTING,
	LACP_MUX_COUNT,
};

enum lacp_selected {
	LACP_SELECTED_UNSELECTED = 0,
	LACP_SELECTED_STANDBY,
	LACP_SELECTED_SELECTED,
	LACP_SELECTED_COUNT,
};

/* Both churn machines, the actor's and the partner's, have these states. */
enum lacp_churn_state {
	LACP_CHURN_MONITOR = 0,
	LACP_CHURN_NO_CHURN,
	LACP_CHURN_CHURN,
	LACP_CHURN_COUNT,
};

/* Why a frame was not taken as a LACPDU or Marker PDU. */
enum lacp_reject {
	LACP_REJECT_NONE = 0,
	LACP_REJECT_TRUNCATED,	       /* shorter than its kind always is */
	LACP_REJECT_WRONG_DESTINATION, /* not 01:80:c2:00:00:02 */
	LACP_REJECT_WRONG_ETHERTYPE,   /* not slow protocols */
	LACP_REJECT_ACTOR_LENGTH,      /* Actor_Information_Length isn't 20 */
	LACP_REJECT_PARTNER_LENGTH,    /* Partner_Information_Length isn't 20 */
	LACP_REJECT_MARKER_TYPE,       /* neither Marker nor Marker Response */
	LACP_REJECT_MARKER_LENGTH,     /* Marker_Information_Length isn't 16 */
	LACP_REJECT_OTHER_SUBTYPE,     /* another slow protocol: no fault */
	LACP_REJECT_NOT_ENABLED,       /* no carrier, or no LACP here: no fault */
	LACP_REJECT_LOOPED,	       /* sent by this very system */
	LACP_REJECT_MARKER_RATE,       /* more Markers than we answer */
	LACP_REJECT_COUNT,
};

struct lacp_counters {
	uint64_t lacpdus_sent;
	uint64_t lacpdus_received; /* taken */
	uint64_t lacpdus_bad;	   /* malformed frames, Marker PDUs included */
	uint64_t markers_received; /* Marker PDUs and Marker Responses taken */
	uint64_t markers_answered;
	uint64_t rejected[LACP_REJECT_COUNT]; /* every frame not taken, by reason */
};

/* The identity of a Link Aggregation Group, 6.3.6; the actor's system is
 * the same for all ports of a bond and left out. */
struct lacp_lag {
	bool valid;
	bool individual;      /* one port alone: .port is part of the identity */
	bool without_partner; /* individual because nobody speaks LACP */
	uint16_t actor_key;
	uint16_t partner_system_priority;
	uint8_t partner_system[6];
	uint16_t partner_key;
	uint16_t port; /* the actor's, if individual; else 0 */
};

/* What all ports of a bond share. */
struct lacp_system {
	bool active;
	bool rate_fast;
	uint16_t system_priority;
	uint8_t system[6];
	uint16_t user_key;
	/* The Aggregator: the one group that carries the bond's traffic. */
	struct lacp_lag aggregator;
};

/* One Aggregation Port. Timers are deadlines, TIME_NEVER when stopped. */
struct lacp_port {
	bool begin;	   /* BEGIN: the machines start anew with the next step */
	bool port_enabled; /* link usable and bond up */
	bool lacp_enabled; /* LACP_Enabled: the bond's mode is 802.3ad */
	bool port_moved;   /* our partner's port was heard on another port */
	bool leaving;	   /* it is about to be taken out, and is not selected */
	bool ntt;	   /* a LACPDU is to be sent */
	bool ready_n;	   /* wait_while_timer has run out */
	bool ready;	   /* Ready: the Aggregator's waiting ports may attach */
	bool aggregatable; /* full duplex (or unknown) */
	uint32_t speed_mbps;

	struct lacp_info actor;	  /* Actor_Oper_* */
	struct lacp_info partner; /* Partner_Oper_*; Actor DEFAULTED: made up */

	enum lacp_receive_state receive;
	enum lacp_periodic_state periodic;
	enum lacp_mux_state mux;
	enum lacp_selected selected;
	enum lacp_churn_state actor_churn;
	enum lacp_churn_state partner_churn;

	time_ms current_while_timer;
	time_ms periodic_timer;
	time_ms wait_while_timer;
	/* When a ready port stops waiting for others that are not. */
	time_ms ready_limit;
	time_ms actor_churn_timer;
	time_ms partner_churn_timer;
	/* Until when an own LACPDU that came back is held against the port. */
	time_ms looped_until;
	/* Until when each of the last LACPDUs counts against the limit; a
	 * ring, transmit_next is the oldest. 0: none. */
	time_ms transmit_until[LACP_TRANSMIT_LIMIT];
	uint8_t transmit_next;
	time_ms marker_window; /* end of the second that marker_count counts */
	uint8_t marker_count;

	struct lacp_counters counters;
};

/* A timer that was stopped, in the saved structs. */
#define LACP_SAVED_NEVER UINT32_MAX

/* A port as it is kept over a restart. Plain values, so that the caller may
 * write it down as it is; what comes back is checked, not trusted. */
struct lacp_port_saved {
	struct lacp_info actor;
	struct lacp_info partner;
	uint8_t receive; /* the enums above */
	uint8_t periodic;
	uint8_t mux;
	uint8_t selected;
	uint8_t actor_churn;
	uint8_t partner_churn;
	uint8_t port_enabled;
	uint8_t port_moved;
	uint8_t ready_n;
	uint32_t wait_while_left_ms;
	uint32_t ready_limit_left_ms;
	uint32_t actor_churn_left_ms;
	uint32_t partner_churn_left_ms;
	uint32_t looped_left_ms;
	uint32_t transmit_left_ms[LACP_TRANSMIT_LIMIT];
	struct lacp_counters counters;
};

/* The Aggregator's group; a saved flag is 0 or 1. */
struct lacp_system_saved {
	uint8_t valid;
	uint8_t individual;
	uint8_t without_partner;
	uint16_t actor_key;
	uint16_t partner_system_priority;
	uint8_t partner_system[6];
	uint16_t partner_key;
	uint16_t port;
};

/* snake_case, for the counters' names; never NULL. */
const char *lacp_reject_name(enum lacp_reject reject);
const char *lacp_churn_state_name(enum lacp_churn_state state);

#endif
