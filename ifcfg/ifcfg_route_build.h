/* SPDX-License-Identifier: BSD-2-Clause */
/* A route while its words are being read, shared by ifcfg_route.c (what they make together)
 * and ifcfg_route_options.c (what each means). Private to ifcfg/. */
#ifndef IFCFG_IFCFG_ROUTE_BUILD_H
#define IFCFG_IFCFG_ROUTE_BUILD_H

#include "ifcfg/ifcfg_line.h"

struct ifcfg_route_build {
	struct model_route *route;
	struct model_hop *hop; /* of via, dev, onlink; until there is a nexthop, the only one */
	const struct ifcfg_argument *destination;
	const struct ifcfg_argument *via; /* the word */
	const struct ifcfg_argument *device;
	const struct ifcfg_argument *nexthop; /* the last */
	const struct ifcfg_argument *type;
	const struct ifcfg_argument *table;
	const struct ifcfg_argument *onlink;
	bool options_only;
	bool has_none;	 /* "via 0.0.0.0" */
	uint32_t unsaid; /* see ifcfg_route_read() */
	uint64_t seen;	 /* of nm, which takes nothing twice */
};

typedef bool ifcfg_route_take(struct ifcfg_line *line, const struct ifcfg_argument *option,
			      struct ifcfg_route_build *build);

struct ifcfg_route_option {
	const char *name;
	bool can_be_short;
	bool nm;		/* NetworkManager's reader knows it */
	ifcfg_route_take *take; /* NULL: nothing here can carry it out */
};

/* The option that the word means where it stands; NULL: none. *fine is false if there is
 * one that can't stand there, as was said. */
const struct ifcfg_route_option *ifcfg_route_option_find(const struct ifcfg_line *line,
							 const struct ifcfg_argument *word,
							 struct ifcfg_route_build *build,
							 bool *fine);
/* The option that a misspelt word is near to; NULL: none. */
const char *ifcfg_route_suggest(const char *word);
/* Whether the last way says all that the kernel needs; if not, that is said. */
bool ifcfg_route_hop_check(const struct ifcfg_line *line,
			   const struct ifcfg_route_build *build);

#endif
