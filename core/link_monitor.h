/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One link's carrier, with updelay and downdelay, as the kernel's driver does
 * it (drivers/net/bonding/bond_main.c, bond_miimon_inspect).
 */
#ifndef CORE_LINK_MONITOR_H
#define CORE_LINK_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/time.h"

struct link_monitor_config {
	uint32_t miimon_ms;    /* how often the caller polls; 0: events only */
	uint32_t updelay_ms;   /* rounded down to a multiple of miimon_ms */
	uint32_t downdelay_ms; /* likewise */
};

enum link_state {
	LINK_DOWN = 0,
	LINK_BACK, /* carrier is back, updelay runs: not usable */
	LINK_UP,
	LINK_FAIL, /* carrier is gone, downdelay runs: still usable */
};

struct link_monitor {
	enum link_state state;
	bool carrier;
	time_ms deadline; /* of updelay or downdelay; else TIME_NEVER */
};

#endif
