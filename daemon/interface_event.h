/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of an interface, whatever it is: a bond's device, a VLAN interface, another. */
#ifndef DAEMON_INTERFACE_EVENT_H
#define DAEMON_INTERFACE_EVENT_H

#include <stdint.h>

#include "daemon/log.h"

struct daemon;

/* Adds the event, with the bond that the interface belongs to, if any, and logs it. */
void interface_event(struct daemon *daemon, enum log_level level, const char *interface,
		     const char *name, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

#endif
