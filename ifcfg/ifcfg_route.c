/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One route. Facts: ip-route(8) and iproute2's ip/iproute.c (which options there are, in
 * which order abbreviations are tried, what is taken where nothing is said), the
 * kernel's fib_semantics.c and route.c of IPv6 (what can't stand together), and
 * NetworkManager's ifcfg-rh plugin (the options that it knows).
 */
#include "ifcfg/ifcfg_route.h"

#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

#include "ifcfg/ifcfg_route_build.h"

static const struct {
	const char *name;
	bool can_be_short;
	bool supported;
	enum model_route_type type;
} types[] = {
	{"local", false, true, MODEL_ROUTE_LOCAL},
	{"nat", false, false, MODEL_ROUTE_UNICAST},
	{"broadcast", true, false, MODEL_ROUTE_UNICAST},
	{"brd", false, false, MODEL_ROUTE_UNICAST},
	{"anycast", true, false, MODEL_ROUTE_UNICAST},
	{"multicast", true, false, MODEL_ROUTE_UNICAST},
	{"prohibit", true, true, MODEL_ROUTE_PROHIBIT},
	{"unreachable", true, true, MODEL_ROUTE_UNREACHABLE},
	{"blackhole", true, true, MODEL_ROUTE_BLACKHOLE},
	{"xresolve", true, false, MODEL_ROUTE_UNICAST},
	{"unicast", true, true, MODEL_ROUTE_UNICAST},
	{"throw", false, true, MODEL_ROUTE_THROW},
};

#define TYPES (sizeof(types) / sizeof(types[0]))

/* "10.0.0.0/8", "to 10.0.0.0/8", "blackhole 10.0.0.0/8": what is no option's name. */
static bool destination_read(struct ifcfg_line *line, const struct ifcfg_argument *word,
			     struct ifcfg_route_build *build)
{
	struct model_route *route = build->route;

	if (strcmp(word->text, "to") == 0 ||
	    (line->syntax == IFCFG_DIALECT_NM && strcmp(word->text, "type") == 0)) {
		word = ifcfg_line_value(line, word);
	}
	for (size_t i = 0; word && i < TYPES; i++) {
		if (!ifcfg_argument_is(line, word->text, types[i].name,
				       types[i].can_be_short)) {
			continue;
		}
		if (!types[i].supported) {
			return ifcfg_line_refuse(line, word,
						 "type '%s' is not supported here; expected "
						 "unicast, local, blackhole, unreachable, "
						 "prohibit or throw",
						 types[i].name);
		}
		route->type = types[i].type;
		build->type = word;
		word = ifcfg_line_value(line, word);
		break;
	}
	if (!word) {
		return false;
	}
	if (build->destination) {
		if (word->text[0] == '#') {
			return ifcfg_line_refuse(line, word,
						 "a comment can't stand behind it; expected it "
						 "in a line of its own");
		}
		const char *near = ifcfg_route_suggest(word->text);
		return ifcfg_line_refuse(line, word, "'%s' is no option of ip route%s%s%s",
					 word->text, near ? "; did you mean '" : "",
					 near ? near : "", near ? "'?" : "");
	}
	build->destination = word;
	if (!ifcfg_prefix_parse(word->text, route->family, route->destination,
				&route->prefix)) {
		return ifcfg_line_refuse(
			line, word,
			"'%s' is no IPv%d destination; expected one like %s, or default",
			word->text, route->family == AF_INET ? 4 : 6,
			route->family == AF_INET ? "10.0.0.0/8" : "2001:db8::/32");
	}
	return true;
}

static bool words_read(struct ifcfg_line *line, struct ifcfg_route_build *build)
{
	const struct ifcfg_argument *word;

	while ((word = ifcfg_line_take(line))) {
		bool fine;
		const struct ifcfg_route_option *option =
			ifcfg_route_option_find(line, word, build, &fine);
		if (!fine) {
			return false;
		}
		if (option ? !option->take(line, word, build)
			   : !destination_read(line, word, build)) {
			return false;
		}
	}
	return true;
}

/* What a type of route that sends nothing may not have. */
static bool dead_end_check(const struct ifcfg_line *line, const struct ifcfg_route_build *build)
{
	const struct ifcfg_argument *way = build->via	    ? build->via
					   : build->nexthop ? build->nexthop
							    : build->device;

	if (build->onlink && !build->device && build->route->family == AF_INET6) {
		return ifcfg_line_refuse(line, build->onlink,
					 "'onlink' needs to know the interface; expected 'dev' "
					 "beside it, or neither");
	}
	/* IPv6 passes a single one over. */
	if (!way || (!build->nexthop && build->route->family == AF_INET6)) {
		return true;
	}
	return ifcfg_line_refuse(line, way,
				 "a route of type %s leads nowhere; expected it without '%s'",
				 build->type->text, way->text);
}

static bool hops_check(const struct ifcfg_line *line, struct ifcfg_route_build *build)
{
	struct model_route *route = build->route;

	if (route->type != MODEL_ROUTE_UNICAST && route->type != MODEL_ROUTE_LOCAL) {
		route->hop_count = 0;
		memset(route->hops, 0, sizeof(route->hops));
		return dead_end_check(line, build);
	}
	if (route->type == MODEL_ROUTE_LOCAL) {
		bool has_gateway = false;
		for (size_t i = 0; i < route->hop_count; i++) {
			has_gateway |= route->hops[i].gateway_family != 0;
		}
		if (has_gateway && route->family == AF_INET) {
			return ifcfg_line_refuse(
				line, build->type,
				"a route of type local has no gateway; expected "
				"'dev' alone");
		}
		if (!build->table) {
			route->table = RT_TABLE_LOCAL;
		}
	}
	/* The ways before the last were checked when the next began. */
	if (!ifcfg_route_hop_check(line, build)) {
		return false;
	}
	for (size_t i = 0; build->nexthop && i < route->hop_count; i++) {
		if (route->hops[i].gateway_family == 0 && route->family == AF_INET6) {
			return ifcfg_line_refuse(
				line, build->nexthop,
				"IPv6 wants a gateway in each of several ways");
		}
	}
	/* ip takes any way after 'nexthop', and any 'via', for one with a gateway. */
	if ((build->nexthop || build->has_none) && !route->has_scope &&
	    route->family == AF_INET && route->type == MODEL_ROUTE_UNICAST) {
		route->has_scope = true;
		route->scope = RT_SCOPE_UNIVERSE;
	}
	return true;
}

/* A device is said where it can matter: with a gateway, or where it is another one. */
static void hops_settle(const struct ifcfg_line *line, struct model_route *route)
{
	const char *own = line->context->subject;

	for (size_t i = 0; i < route->hop_count; i++) {
		struct model_hop *hop = &route->hops[i];
		if (!hop->gateway_family && strcmp(hop->device, own) == 0) {
			memset(hop->device, 0, sizeof(hop->device));
		} else if (hop->gateway_family && line->syntax == IFCFG_DIALECT_NM) {
			memcpy(hop->device, own, strlen(own) + 1);
		}
	}
}

static bool destination_check(const struct ifcfg_line *line,
			      const struct ifcfg_route_build *build)
{
	struct model_route *route = build->route;
	uint8_t clear[16];

	memcpy(clear, route->destination, sizeof(clear));
	ifcfg_host_bits_clear(clear, route->family, route->prefix);
	if (route->family == AF_INET && line->syntax == IFCFG_DIALECT_INITSCRIPTS &&
	    memcmp(clear, route->destination, sizeof(clear)) != 0) {
		return ifcfg_line_refuse(line, build->destination,
					 "'%s' has bits behind its prefix; expected "
					 "%u.%u.%u.%u/%u",
					 build->destination->text, clear[0], clear[1], clear[2],
					 clear[3], route->prefix);
	}
	memcpy(route->destination, clear, sizeof(clear));
	return true;
}

bool ifcfg_route_read(struct ifcfg_line *line, int family, struct model_route *out,
		      uint32_t *unsaid)
{
	struct model_route route = {
		.family = family,
		.table = MODEL_TABLE_MAIN,
		.hop_count = 1,
		.hops = {{.weight = 1}},
		.source = ifcfg_line_source(line),
	};
	struct ifcfg_route_build build = {.route = &route, .hop = &route.hops[0], .unsaid = 1};

	if (!words_read(line, &build)) {
		return false;
	}
	if (!build.destination) {
		return ifcfg_line_refuse(
			line, NULL,
			"it has no destination; expected a network such as %s, "
			"or default",
			family == AF_INET ? "10.0.0.0/8" : "2001:db8::/32");
	}
	if (!destination_check(line, &build) || !hops_check(line, &build)) {
		return false;
	}
	if (line->syntax == IFCFG_DIALECT_NM) {
		route.has_protocol = true;
		route.protocol = RTPROT_STATIC;
	}
	hops_settle(line, &route);
	*out = route;
	*unsaid = build.unsaid;
	return true;
}

bool ifcfg_route_options_read(struct ifcfg_line *line, struct model_route *route)
{
	static const struct ifcfg_argument elsewhere = {.text = ""};
	struct model_route changed = *route;
	struct ifcfg_route_build build = {
		.route = &changed,
		.hop = &changed.hops[0],
		.destination = &elsewhere,
		.options_only = true,
	};

	if (!words_read(line, &build)) {
		return false;
	}
	*route = changed;
	return true;
}
