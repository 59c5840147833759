/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/interface_event.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"

void interface_event(struct daemon *daemon, enum log_level level, const char *interface,
		     const char *name, const char *format, ...)
{
	struct event event = {.name = name};
	va_list arguments;

	snprintf(event.member, sizeof(event.member), "%s", interface);
	for (struct bond_runtime *bond = daemon->bonds; bond; bond = bond->next) {
		if (strcmp(bond->name, interface) == 0) {
			event.member[0] = '\0';
		} else if (!vlan_parent_find(&bond->parent, interface)) {
			continue;
		}
		memcpy(event.bond, bond->name, sizeof(event.bond));
		break;
	}
	va_start(arguments, format);
	vsnprintf(event.text, sizeof(event.text), format, arguments);
	va_end(arguments);
	events_add(&daemon->events, &event);
	log_line(level, "%s %s event=%s", interface, event.text, name);
}
