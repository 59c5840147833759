/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes and rules of the present network namespace, over rtnetlink; see netlink.h for
 * what holds for all calls. Values are the kernel's (linux/rtnetlink.h,
 * linux/fib_rules.h).
 */
#ifndef NETLINK_ROUTE_H
#define NETLINK_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETLINK_HOPS_MAX 16
#define NETLINK_METRICS	 16 /* RTAX_* below this; those behind are no numbers */

struct netlink;

/* One way that a route leaves by. */
struct netlink_hop {
	int gateway_family;  /* AF_INET, AF_INET6, maybe not the route's own; 0: no gateway */
	uint8_t gateway[16]; /* network order; 4 or 16 of them */
	uint32_t ifindex;    /* 0: the kernel finds it by the gateway */
	uint32_t weight;     /* from 1 */
	bool onlink;
};

struct netlink_route {
	int family;		 /* AF_INET or AF_INET6 */
	uint8_t type;		 /* RTN_* */
	uint8_t protocol;	 /* RTPROT_* */
	uint8_t scope;		 /* RT_SCOPE_*; IPv6 has none but RT_SCOPE_UNIVERSE */
	uint8_t tos;		 /* IPv4 only */
	uint8_t prefix;		 /* 0: the default route */
	uint8_t destination[16]; /* network order; 4 or 16 of them */
	uint32_t table;
	uint32_t metric; /* 0, with IPv6: the kernel's usual one, 1024 */
	bool has_source_address;
	uint8_t source_address[16];
	uint32_t metrics[NETLINK_METRICS]; /* by RTAX_*; 0: not set */
	/* 0 where the type needs none. What the kernel tells may be more than
	 * NETLINK_HOPS_MAX; the first of them are in .hops then. */
	size_t hop_count;
	struct netlink_hop hops[NETLINK_HOPS_MAX];
};

/* Calls back once a route, those that the kernel made by itself too, cached ones not.
 * The callback ends it by returning non-zero, which is then returned. */
typedef int netlink_route_callback(const struct netlink_route *route, void *context);
int netlink_route_dump(struct netlink *netlink, int family, netlink_route_callback *callback,
		       void *context);

/* -EEXIST: there is one for the same destination, table, TOS and metric, though maybe
 * by another way. -ENETUNREACH, -EHOSTUNREACH: the gateway is on no network there. */
int netlink_route_add(struct netlink *netlink, const struct netlink_route *route);
/* Likewise, but takes the place of one that is there. */
int netlink_route_replace(struct netlink *netlink, const struct netlink_route *route);
/* Removes the one that is like it in all that it says: 0 in .protocol, .scope
 * (RT_SCOPE_NOWHERE), .metric and no hops mean any. -ESRCH: there is none. */
int netlink_route_delete(struct netlink *netlink, const struct netlink_route *route);

struct netlink_rule {
	int family;	/* AF_INET or AF_INET6 */
	uint8_t action; /* FR_ACT_* */
	bool invert;
	uint8_t from[16];
	uint8_t from_prefix; /* 0: any */
	uint8_t to[16];
	uint8_t to_prefix;
	uint8_t tos;
	uint32_t mark; /* mark and mark_mask 0: any */
	uint32_t mark_mask;
	char iif[16]; /* "": any */
	char oif[16];
	uint8_t protocol;    /* RTPROT_*: who made it; 0: not said */
	bool has_preference; /* else, when added, the kernel chooses one */
	uint32_t preference;
	uint32_t table;				      /* with FR_ACT_TO_TBL */
	uint32_t go_to;				      /* with FR_ACT_GOTO */
	int32_t suppress_prefixlength;		      /* -1: none */
	uint8_t ip_protocol;			      /* 0: any */
	uint16_t source_port_first, source_port_last; /* 0, 0: any */
	uint16_t destination_port_first, destination_port_last;
	bool has_uid_range;
	uint32_t uid_first, uid_last;
};

typedef int netlink_rule_callback(const struct netlink_rule *rule, void *context);
int netlink_rule_dump(struct netlink *netlink, int family, netlink_rule_callback *callback,
		      void *context);
/* -EEXIST: there is one like it. */
int netlink_rule_add(struct netlink *netlink, const struct netlink_rule *rule);
/* -ENOENT or -ESRCH: there is none. */
int netlink_rule_delete(struct netlink *netlink, const struct netlink_rule *rule);

#endif
