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

/* A link without carrier, in LINK_DOWN. */
void link_monitor_init(struct link_monitor *monitor);

/*
 * Takes what the link reports at the time now. With skip_updelay (no other
 * member is usable) a link that is back is up at once, as in the kernel's
 * driver. time_passes says whether a delay may run out in this call. Returns
 * whether the state changed.
 */
bool link_monitor_step(struct link_monitor *monitor, const struct link_monitor_config *config,
		       bool carrier, bool skip_updelay, bool time_passes, time_ms now);

/* LINK_UP, or LINK_FAIL while downdelay runs. */
bool link_monitor_usable(const struct link_monitor *monitor);

#endif
