/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of `ip route add` and `ip rule add`. Private to ifcfg/. */
#ifndef IFCFG_IFCFG_ROUTE_H
#define IFCFG_IFCFG_ROUTE_H

#include "ifcfg/ifcfg_line.h"

/* Reads the line, none of whose words have been taken, as a route of the family over
 * context->subject. *unsaid gets a bit for each hop, from the lowest on, of which no
 * device is said. False: it is none, as was said. */
bool ifcfg_route_read(struct ifcfg_line *line, int family, struct model_route *out,
		      uint32_t *unsaid);

/* Reads the words as further options of a route that is complete but for them (nm's
 * OPTIONSn). */
bool ifcfg_route_options_read(struct ifcfg_line *line, struct model_route *route);

/* Reads the line as a rule of the family. False: it is none, as was said. */
bool ifcfg_rule_read(struct ifcfg_line *line, int family, struct model_rule *out);

#endif
