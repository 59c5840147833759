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

struct route_build {
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

typedef bool route_take(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct route_build *build);

struct route_option {
	const char *name;
	bool can_be_short;
	bool nm;	  /* NetworkManager's reader knows it */
	route_take *take; /* NULL: nothing here can carry it out */
};

static bool take_source(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct route_build *build)
{
	struct model_route *route = build->route;

	route->has_source_address = true;
	return ifcfg_take_address(line, option, route->family, route->source_address);
}

/* "via ADDRESS", "via inet6 ADDRESS" */
static bool take_via(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct route_build *build)
{
	static const uint8_t none[16];
	struct model_hop *hop = build->hop;
	int family = build->route->family;
	bool said = false;

	if (line->next < line->count && line->syntax == IFCFG_DIALECT_INITSCRIPTS) {
		const char *word = line->words[line->next].text;
		said = strcmp(word, "inet") == 0 || strcmp(word, "inet6") == 0;
		if (said) {
			option = ifcfg_line_take(line);
			family = strcmp(word, "inet") == 0 ? AF_INET : AF_INET6;
		}
	}
	if (build->via) {
		return ifcfg_line_refuse(line, option,
					 "it has two gateways; expected 'nexthop via' before "
					 "each of several");
	}
	build->via = option;
	if (!ifcfg_take_address(line, option, family, hop->gateway)) {
		return false;
	}
	if (family == AF_INET && build->route->family == AF_INET6) {
		return ifcfg_line_refuse(line, option,
					 "IPv6 can't leave by an IPv4 gateway; expected one of "
					 "IPv6");
	}
	if (memcmp(hop->gateway, none, sizeof(none)) == 0) {
		/* The kernel's word for no gateway; ip takes it for one all the same. */
		build->has_none = true;
		return true;
	}
	hop->gateway_family = family;
	return true;
}

static bool take_device(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct route_build *build)
{
	char name[MODEL_NAME_SIZE];

	if (!ifcfg_take_device(line, option, name)) {
		return false;
	}
	build->device = option;
	build->unsaid &= ~(1U << (build->hop - build->route->hops));
	/* NetworkManager's routes are over the connection's own interface, always. */
	if (line->syntax == IFCFG_DIALECT_INITSCRIPTS) {
		memcpy(build->hop->device, name, sizeof(name));
	}
	return true;
}

static bool take_onlink(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct route_build *build)
{
	(void)line;
	build->onlink = option;
	build->hop->onlink = true;
	return true;
}

static bool take_weight(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct route_build *build)
{
	if (!build->nexthop && line->syntax == IFCFG_DIALECT_INITSCRIPTS) {
		return ifcfg_line_refuse(line, option,
					 "'weight' belongs to one of several ways; expected "
					 "'nexthop' before it");
	}
	return ifcfg_take_number(line, option, 1, 256, &build->hop->weight);
}

static bool take_tos(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct route_build *build)
{
	uint8_t tos = 0;

	if (!ifcfg_take_tos(line, option, &tos)) {
		return false;
	}
	if (tos && build->route->family == AF_INET6) {
		return ifcfg_line_refuse(line, option,
					 "routes of IPv6 have no type of service");
	}
	build->route->tos = tos;
	return true;
}

static bool take_metric(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct route_build *build)
{
	build->route->has_metric = true;
	return ifcfg_take_number(line, option, 0, UINT32_MAX, &build->route->metric);
}

static bool take_scope(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       struct route_build *build)
{
	uint32_t scope;

	if (!ifcfg_take_name(line, option, IFCFG_NAMES_SCOPES, UINT8_MAX, &scope)) {
		return false;
	}
	build->route->has_scope = build->route->family == AF_INET;
	build->route->scope = build->route->has_scope ? (uint8_t)scope : 0;
	return true;
}

static bool take_protocol(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct route_build *build)
{
	uint32_t protocol;

	if (!ifcfg_take_name(line, option, IFCFG_NAMES_PROTOCOLS, UINT8_MAX, &protocol)) {
		return false;
	}
	build->route->has_protocol = true;
	build->route->protocol = (uint8_t)protocol;
	return true;
}

static bool take_table(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       struct route_build *build)
{
	uint32_t table;

	if (!ifcfg_take_name(line, option, IFCFG_NAMES_TABLES, UINT32_MAX, &table)) {
		return false;
	}
	build->table = option;
	build->route->table = table ? table : MODEL_TABLE_MAIN;
	return true;
}

/* "mtu 1400", "mtu lock 1400" */
static bool take_attribute(struct ifcfg_line *line, const struct ifcfg_argument *option,
			   struct route_build *build, unsigned int attribute, uint32_t max,
			   uint32_t *out)
{
	if (line->next < line->count && strcmp(line->words[line->next].text, "lock") == 0) {
		ifcfg_line_take(line);
		build->route->locks |= 1U << attribute;
	}
	return ifcfg_take_number(line, option, 0, max, out);
}

static bool take_mtu(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct route_build *build)
{
	return take_attribute(line, option, build, RTAX_MTU, UINT32_MAX, &build->route->mtu);
}

static bool take_advmss(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct route_build *build)
{
	return take_attribute(line, option, build, RTAX_ADVMSS, UINT32_MAX,
			      &build->route->advmss);
}

static bool take_window(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct route_build *build)
{
	return take_attribute(line, option, build, RTAX_WINDOW, UINT32_MAX,
			      &build->route->window);
}

static bool take_initcwnd(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct route_build *build)
{
	return take_attribute(line, option, build, RTAX_INITCWND, UINT32_MAX,
			      &build->route->initcwnd);
}

static bool take_initrwnd(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct route_build *build)
{
	return take_attribute(line, option, build, RTAX_INITRWND, UINT32_MAX,
			      &build->route->initrwnd);
}

static bool take_hoplimit(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct route_build *build)
{
	return take_attribute(line, option, build, RTAX_HOPLIMIT, UINT8_MAX,
			      &build->route->hoplimit);
}

/* "rto_min 200", "rto_min 200ms", "rto_min 1s"; ip locks it always. */
static bool take_rto_min(struct ifcfg_line *line, const struct ifcfg_argument *option,
			 struct route_build *build)
{
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);
	char number[IFCFG_WORD_SIZE] = "";
	uint32_t most = INT32_MAX;
	uint32_t factor = 1;

	if (!word) {
		return false;
	}
	size_t digits = strspn(word->text, "0123456789");
	const char *unit = word->text + digits;
	if (strcmp(unit, "s") == 0) {
		factor = 1000;
	}
	if (digits < sizeof(number)) {
		memcpy(number, word->text, digits);
	}
	if ((unit[0] != '\0' && factor == 1 && strcmp(unit, "ms") != 0) ||
	    !ifcfg_number_parse(number, most / factor, &build->route->rto_min_ms)) {
		return ifcfg_line_refuse(
			line, word,
			"'%s' is no value of 'rto_min'; expected a time such as "
			"200ms",
			word->text);
	}
	build->route->rto_min_ms *= factor;
	build->route->locks |= 1U << RTAX_RTO_MIN;
	return true;
}

static bool take_quickack(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct route_build *build)
{
	return ifcfg_take_number(line, option, 0, 1, &build->route->quickack);
}

static bool hop_check(const struct ifcfg_line *line, const struct route_build *build)
{
	const struct model_hop *hop = build->hop;
	bool link_local = hop->gateway_family == AF_INET6 && hop->gateway[0] == 0xfe &&
			  (hop->gateway[1] & 0xc0) == 0x80;

	if (build->device || line->syntax == IFCFG_DIALECT_NM) {
		return true;
	}
	if (!hop->gateway_family) {
		return ifcfg_line_refuse(
			line, build->nexthop,
			"nothing says which way it goes; expected 'via' with a "
			"gateway, or 'dev %s'",
			line->context->subject);
	}
	if (link_local || hop->onlink) {
		return ifcfg_line_refuse(
			line, link_local ? build->via : build->onlink,
			"%s needs to know the interface; expected 'dev %s' beside it",
			link_local ? "a link-local gateway" : "'onlink'",
			line->context->subject);
	}
	return true;
}

static bool take_nexthop(struct ifcfg_line *line, const struct ifcfg_argument *option,
			 struct route_build *build)
{
	struct model_route *route = build->route;

	if (!build->nexthop) {
		if (build->via || build->device || build->onlink) {
			return ifcfg_line_refuse(
				line, option,
				"it has a way before the first 'nexthop'; "
				"expected 'via' and 'dev' behind each 'nexthop'");
		}
		build->nexthop = option;
		return true;
	}
	if (!hop_check(line, build)) {
		return false;
	}
	if (route->hop_count == MODEL_HOPS_MAX) {
		return ifcfg_line_refuse(line, option,
					 "it has more than %d ways; expected less",
					 MODEL_HOPS_MAX);
	}
	build->nexthop = option;
	build->via = NULL;
	build->device = NULL;
	build->onlink = NULL;
	build->hop = &route->hops[route->hop_count++];
	build->hop->weight = 1;
	build->unsaid |= 1U << (build->hop - route->hops);
	return true;
}

/* In the order in which ip tries them, on which depends what an abbreviation means. */
static const struct route_option options[] = {
	{"src", false, true, take_source},
	{"as", false, false, NULL},
	{"via", false, true, take_via},
	{"from", false, false, NULL},
	{"tos", false, true, take_tos},
	{"dsfield", true, false, take_tos},
	{"expires", false, false, NULL},
	{"metric", true, true, take_metric},
	{"priority", true, false, take_metric},
	{"preference", false, false, take_metric},
	{"scope", false, true, take_scope},
	{"mtu", false, true, take_mtu},
	{"hoplimit", false, false, take_hoplimit},
	{"advmss", false, true, take_advmss},
	{"reordering", true, false, NULL},
	{"rtt", false, false, NULL},
	{"rto_min", false, true, take_rto_min},
	{"window", true, true, take_window},
	{"cwnd", true, false, NULL},
	{"initcwnd", true, true, take_initcwnd},
	{"initrwnd", true, true, take_initrwnd},
	{"features", true, false, NULL},
	{"quickack", true, true, take_quickack},
	{"congctl", true, false, NULL},
	{"rttvar", true, false, NULL},
	{"ssthresh", true, false, NULL},
	{"realms", true, false, NULL},
	{"onlink", false, true, take_onlink},
	{"nexthop", false, false, take_nexthop},
	{"nhid", false, false, NULL},
	{"protocol", true, false, take_protocol},
	{"table", true, true, take_table},
	{"vrf", true, false, NULL},
	{"dev", false, true, take_device},
	{"oif", false, false, take_device},
	{"pref", true, false, NULL},
	{"encap", false, false, NULL},
	{"ttl-propagate", false, false, NULL},
	{"fastopen_no_cookie", true, false, NULL},
	/* Behind nexthop only. */
	{"weight", false, true, take_weight},
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

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
			     struct route_build *build)
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
		const char *names[OPTIONS + 1] = {NULL};
		for (size_t i = 0; i < OPTIONS; i++) {
			names[i] = options[i].name;
		}
		const char *near = ifcfg_suggest(word->text, names);
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

static const struct route_option *option_find(const struct ifcfg_line *line, const char *word)
{
	bool nm = line->syntax == IFCFG_DIALECT_NM;

	for (size_t i = 0; i < OPTIONS; i++) {
		if (ifcfg_argument_is(line, word, options[i].name, options[i].can_be_short) &&
		    (!nm || options[i].nm)) {
			return &options[i];
		}
	}
	return NULL;
}

/* Whether the option can stand where the word does; if not, that is said. */
static bool place_check(const struct ifcfg_line *line, const struct ifcfg_argument *word,
			const struct route_option *option, struct route_build *build)
{
	uint64_t bit = (uint64_t)1 << (option - options);
	bool of_way = option->take == take_via || option->take == take_device;

	if (!option->take) {
		return ifcfg_line_refuse(line, word,
					 "option '%s' is known to ip, but not supported here",
					 option->name);
	}
	if (build->options_only && (of_way || option->take == take_metric)) {
		return ifcfg_line_refuse(line, word, "'%s' can't stand among its options",
					 word->text);
	}
	if (build->nexthop && !of_way && option->take != take_weight &&
	    option->take != take_onlink && option->take != take_nexthop) {
		return ifcfg_line_refuse(line, word,
					 "'%s' stands behind 'nexthop', where only via, dev, "
					 "weight and onlink can; expected it before",
					 word->text);
	}
	if (line->syntax == IFCFG_DIALECT_NM && build->seen & bit) {
		return ifcfg_line_refuse(line, word, "'%s' is given twice", word->text);
	}
	build->seen |= bit;
	return true;
}

static bool words_read(struct ifcfg_line *line, struct route_build *build)
{
	const struct ifcfg_argument *word;

	while ((word = ifcfg_line_take(line))) {
		const struct route_option *option = option_find(line, word->text);
		if (option && !place_check(line, word, option, build)) {
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
static bool dead_end_check(const struct ifcfg_line *line, const struct route_build *build)
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

static bool hops_check(const struct ifcfg_line *line, struct route_build *build)
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
	if (!hop_check(line, build)) {
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

static bool destination_check(const struct ifcfg_line *line, const struct route_build *build)
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
	struct route_build build = {.route = &route, .hop = &route.hops[0], .unsaid = 1};

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
	struct route_build build = {
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
