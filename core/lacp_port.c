// SPDX-License-Identifier: BSD-2-Clause
/*
 * One Aggregation Port's own information (Actor_Oper_*, IEEE 802.1AX-2014
 * 6.4.7), and what the rest of the core asks of a port.
 */
#include "core/lacp_machines.h"

#include <string.h>

/* An Actor's key: user key, speed code, duplex bit (kernel, bond_3ad.c). */
#define KEY_USER_SHIFT	6
#define KEY_SPEED_SHIFT 1
#define KEY_FULL_DUPLEX 1u

/* A speed's code is its place here, from 1; the order is the kernel's. */
static const uint32_t speed_codes_mbps[] = {
	1,     10,    100,   1000,  2500,  5000,   10000,  14000,  20000,
	25000, 40000, 50000, 56000, 80000, 100000, 200000, 400000, 800000,
};

static uint16_t speed_code(uint32_t speed_mbps)
{
	size_t count = sizeof(speed_codes_mbps) / sizeof(speed_codes_mbps[0]);

	for (size_t i = 0; i < count; i++) {
		if (speed_codes_mbps[i] == speed_mbps) {
			return (uint16_t)(i + 1);
		}
	}
	return 0;
}

uint16_t lacp_port_key(uint16_t user_key, uint32_t speed_mbps, enum link_duplex duplex)
{
	unsigned int key = (unsigned int)user_key << KEY_USER_SHIFT |
			   (unsigned int)speed_code(speed_mbps) << KEY_SPEED_SHIFT |
			   (duplex == LINK_DUPLEX_HALF ? 0 : KEY_FULL_DUPLEX);

	return (uint16_t)key;
}

static bool mac_is_zero(const uint8_t mac[6])
{
	static const uint8_t zero[6];

	return memcmp(mac, zero, sizeof(zero)) == 0;
}

void lacp_system_configure(struct lacp_system *system, const struct lacp_config *config,
			   const uint8_t mac[6])
{
	system->active = config->active;
	system->rate_fast = config->rate_fast;
	system->system_priority = config->system_priority;
	system->user_key = config->user_key;
	memcpy(system->system, mac_is_zero(config->system) ? mac : config->system,
	       sizeof(system->system));
}

void lacp_port_init(struct lacp_port *port, bool enabled)
{
	memset(port, 0, sizeof(*port));
	port->begin = true;
	port->lacp_enabled = enabled;
	port->current_while_timer = TIME_NEVER;
	port->periodic_timer = TIME_NEVER;
	port->wait_while_timer = TIME_NEVER;
	port->ready_limit = TIME_NEVER;
	port->actor_churn_timer = TIME_NEVER;
	port->partner_churn_timer = TIME_NEVER;
	port->looped_until = TIME_NEVER;
	port->actor.state = LACP_STATE_DEFAULTED;
	lacp_partner_default(&port->partner);
}

void lacp_port_restart(struct lacp_port *port, bool enabled)
{
	struct lacp_port former = *port;

	lacp_port_init(port, enabled);
	memcpy(port->transmit_until, former.transmit_until, sizeof(former.transmit_until));
	port->transmit_next = former.transmit_next;
}

void lacp_port_refresh(struct lacp_port *port, const struct bond_member_info *info,
		       const struct lacp_step *step)
{
	const struct lacp_system *system = step->system;
	struct lacp_info actor = port->actor;

	/* Unknown duplex is taken for full: virtual links don't tell. */
	port->aggregatable = info->duplex != LINK_DUPLEX_HALF;
	port->speed_mbps = info->speed_mbps;
	actor.system_priority = system->system_priority;
	memcpy(actor.system, system->system, sizeof(actor.system));
	actor.key = lacp_port_key(system->user_key, info->speed_mbps, info->duplex);
	actor.port_priority = LACP_PORT_PRIORITY_DEFAULT;
	actor.port = info->port;
	if (memcmp(actor.system, port->actor.system, sizeof(actor.system)) != 0 ||
	    actor.system_priority != port->actor.system_priority ||
	    actor.key != port->actor.key || actor.port != port->actor.port ||
	    port->aggregatable != lacp_state_has(&actor, LACP_STATE_AGGREGATION)) {
		lacp_selected_set(port, step, LACP_SELECTED_UNSELECTED);
		port->ntt = true;
	}
	lacp_state_set(&actor, LACP_STATE_AGGREGATION, port->aggregatable);
	lacp_state_set(&actor, LACP_STATE_ACTIVITY, system->active);
	lacp_state_set(&actor, LACP_STATE_TIMEOUT, system->rate_fast);
	if (actor.state != port->actor.state) {
		port->ntt = true;
	}
	port->actor = actor;
}

static time_ms sooner(time_ms a, time_ms b)
{
	return a < b ? a : b;
}

time_ms lacp_port_deadline(const struct lacp_port *port)
{
	time_ms deadline = port->current_while_timer;

	deadline = sooner(deadline, port->periodic_timer);
	deadline = sooner(deadline, port->wait_while_timer);
	deadline = sooner(deadline, port->ready_limit);
	deadline = sooner(deadline, port->actor_churn_timer);
	deadline = sooner(deadline, port->partner_churn_timer);
	deadline = sooner(deadline, port->looped_until);
	return sooner(deadline, lacp_transmit_deadline(port));
}

bool lacp_port_has_partner(const struct lacp_port *port)
{
	return !lacp_state_has(&port->actor, LACP_STATE_DEFAULTED);
}

bool lacp_port_collects(const struct lacp_port *port)
{
	return port->port_enabled && port->mux == LACP_MUX_COLLECTING_DISTRIBUTING;
}

/* With coupled control the chart lets us distribute as soon as the partner is in
 * sync. Until it says that it collects, what we sent would be lost, so the data
 * path waits for that too. */
bool lacp_port_distributes(const struct lacp_port *port)
{
	return lacp_port_collects(port) &&
	       lacp_state_has(&port->partner, LACP_STATE_COLLECTING);
}
