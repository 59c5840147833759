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
#endif
