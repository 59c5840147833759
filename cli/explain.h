/* SPDX-License-Identifier: BSD-2-Clause */
/* The two halves of portchannel explain: explain.c asks the daemon about one
 * flow, explain_pcap.c reads a capture without it. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include <stdbool.h>

#include "abi/bond_types.h"
#include "cli/command.h"

/* Says of each packet of a capture (pcap or pcapng, Ethernet; "-" is standard
 * input) which of a bond's members it would leave by. */
enum exit_code explain_pcap(const char *file, enum xmit_hash_policy policy, unsigned members,
			    bool as_json);

#endif
