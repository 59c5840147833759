/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/events.h"

#include <time.h>

void events_init(struct events *events)
{
	*events = (struct events){.next = 1};
}

void events_add(struct events *events, const struct event *event)
{
	struct event *kept = &events->ring[events->next % EVENTS_KEPT];
	struct timespec now;
	int64_t milliseconds;

	clock_gettime(CLOCK_REALTIME, &now);
	*kept = *event;
	kept->number = events->next++;
	milliseconds = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	kept->time = (double)milliseconds / 1000;
	if (events->listener) {
		events->listener(events->listener_user);
	}
}

const struct event *events_next(const struct events *events, uint64_t *next, uint64_t *lost)
{
	uint64_t oldest = events->next > EVENTS_KEPT ? events->next - EVENTS_KEPT : 1;

	*lost = 0;
	if (*next < oldest) {
		*lost = oldest - *next;
		*next = oldest;
	}
	if (*next >= events->next) {
		return NULL;
	}
	return &events->ring[(*next)++ % EVENTS_KEPT];
}
