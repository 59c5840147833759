/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 addresses that couldn't be asked for before they were put, mostly since the bond
 * had no carrier yet, as at each boot. See address_probe.h.
 */
#ifndef DAEMON_ADDRESS_LATE_H
#define DAEMON_ADDRESS_LATE_H

#include <stdint.h>

struct daemon;

/* To be asked for once it is on an interface that has carrier. */
void address_late_add(struct daemon *daemon, const uint8_t address[4]);
/* Those that another host held when a former daemon ended are asked for again. */
void address_late_open(struct daemon *daemon);
void address_late_close(struct daemon *daemon);

#endif
