// SPDX-License-Identifier: BSD-2-Clause
/*
 * Carrier with updelay and downdelay; core/link_monitor.h. The kernel's driver
 * counts a delay in polls: with a delay of N polls the state changes at the N-th
 * poll after the one that saw the carrier change. So the deadline is the delay
 * rounded down to whole polls.
 */
#include "core/link_monitor.h"

/* Without polls there are no delays, as in the kernel's driver. */
static uint32_t whole_polls_ms(uint32_t delay_ms, uint32_t miimon_ms)
{
	return miimon_ms == 0 ? 0 : delay_ms - delay_ms % miimon_ms;
}

void link_monitor_init(struct link_monitor *monitor)
{
	monitor->state = LINK_DOWN;
	monitor->carrier = false;
	monitor->deadline = TIME_NEVER;
}

bool link_monitor_usable(const struct link_monitor *monitor)
{
	return monitor->state == LINK_UP || monitor->state == LINK_FAIL;
}

static enum link_state next(const struct link_monitor *monitor, bool expired, bool skip_updelay)
{
	switch (monitor->state) {
	case LINK_DOWN:
		return monitor->carrier ? LINK_BACK : LINK_DOWN;
	case LINK_BACK:
		if (!monitor->carrier) {
			return LINK_DOWN;
		}
		return expired || skip_updelay ? LINK_UP : LINK_BACK;
	case LINK_UP:
		return monitor->carrier ? LINK_UP : LINK_FAIL;
	case LINK_FAIL:
		if (monitor->carrier) {
			return LINK_UP;
		}
		return expired ? LINK_DOWN : LINK_FAIL;
	}
	return monitor->state;
}

static void enter(struct link_monitor *monitor, const struct link_monitor_config *config,
		  enum link_state state, time_ms now)
{
	monitor->state = state;
	monitor->deadline = TIME_NEVER;
	if (state == LINK_BACK) {
		monitor->deadline = now + whole_polls_ms(config->updelay_ms, config->miimon_ms);
	}
	if (state == LINK_FAIL) {
		monitor->deadline =
			now + whole_polls_ms(config->downdelay_ms, config->miimon_ms);
	}
}

bool link_monitor_step(struct link_monitor *monitor, const struct link_monitor_config *config,
		       bool carrier, bool skip_updelay, bool time_passes, time_ms now)
{
	enum link_state before = monitor->state;
	bool entered = false;

	monitor->carrier = carrier;
	/* At most two: into a delay, and out of it when the delay is 0. */
	for (int i = 0; i < 2; i++) {
		bool over = monitor->deadline <= now && (time_passes || entered);
		enum link_state state = next(monitor, over, skip_updelay);

		if (state == monitor->state) {
			break;
		}
		enter(monitor, config, state, now);
		entered = true;
	}
	return monitor->state != before;
}
