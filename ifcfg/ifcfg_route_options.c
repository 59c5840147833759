/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of a route; see ifcfg_route.c for the facts. */
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>

#include "ifcfg/ifcfg_route_build.h"

static bool take_source(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct ifcfg_route_build *build)
{
	struct model_route *route = build->route;

	route->has_source_address = true;
	return ifcfg_take_address(line, option, route->family, route->source_address);
}

/* "via ADDRESS", "via inet6 ADDRESS" */
static bool take_via(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct ifcfg_route_build *build)
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
			struct ifcfg_route_build *build)
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
			struct ifcfg_route_build *build)
{
	(void)line;
	build->onlink = option;
	build->hop->onlink = true;
	return true;
}

static bool take_weight(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct ifcfg_route_build *build)
{
	if (!build->nexthop && line->syntax == IFCFG_DIALECT_INITSCRIPTS) {
		return ifcfg_line_refuse(line, option,
					 "'weight' belongs to one of several ways; expected "
					 "'nexthop' before it");
	}
	return ifcfg_take_number(line, option, 1, 256, &build->hop->weight);
}

static bool take_tos(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct ifcfg_route_build *build)
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
			struct ifcfg_route_build *build)
{
	build->route->has_metric = true;
	return ifcfg_take_number(line, option, 0, UINT32_MAX, &build->route->metric);
}

static bool take_scope(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       struct ifcfg_route_build *build)
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
			  struct ifcfg_route_build *build)
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
		       struct ifcfg_route_build *build)
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
			   struct ifcfg_route_build *build, unsigned int attribute,
			   uint32_t max, uint32_t *out)
{
	if (line->next < line->count && strcmp(line->words[line->next].text, "lock") == 0) {
		ifcfg_line_take(line);
		build->route->locks |= 1U << attribute;
	}
	return ifcfg_take_number(line, option, 0, max, out);
}

static bool take_mtu(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct ifcfg_route_build *build)
{
	return take_attribute(line, option, build, RTAX_MTU, UINT32_MAX, &build->route->mtu);
}

static bool take_advmss(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct ifcfg_route_build *build)
{
	return take_attribute(line, option, build, RTAX_ADVMSS, UINT32_MAX,
			      &build->route->advmss);
}

static bool take_window(struct ifcfg_line *line, const struct ifcfg_argument *option,
			struct ifcfg_route_build *build)
{
	return take_attribute(line, option, build, RTAX_WINDOW, UINT32_MAX,
			      &build->route->window);
}

static bool take_initcwnd(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct ifcfg_route_build *build)
{
	return take_attribute(line, option, build, RTAX_INITCWND, UINT32_MAX,
			      &build->route->initcwnd);
}

static bool take_initrwnd(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct ifcfg_route_build *build)
{
	return take_attribute(line, option, build, RTAX_INITRWND, UINT32_MAX,
			      &build->route->initrwnd);
}

static bool take_hoplimit(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct ifcfg_route_build *build)
{
	return take_attribute(line, option, build, RTAX_HOPLIMIT, UINT8_MAX,
			      &build->route->hoplimit);
}

/* "rto_min 200", "rto_min 200ms", "rto_min 1s"; ip locks it always. */
static bool take_rto_min(struct ifcfg_line *line, const struct ifcfg_argument *option,
			 struct ifcfg_route_build *build)
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
			  struct ifcfg_route_build *build)
{
	return ifcfg_take_number(line, option, 0, 1, &build->route->quickack);
}

bool ifcfg_route_hop_check(const struct ifcfg_line *line, const struct ifcfg_route_build *build)
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
			 struct ifcfg_route_build *build)
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
	if (!ifcfg_route_hop_check(line, build)) {
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
static const struct ifcfg_route_option options[] = {
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

static const struct ifcfg_route_option *option_find(const struct ifcfg_line *line,
						    const char *word)
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
			const struct ifcfg_route_option *option,
			struct ifcfg_route_build *build)
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

const struct ifcfg_route_option *ifcfg_route_option_find(const struct ifcfg_line *line,
							 const struct ifcfg_argument *word,
							 struct ifcfg_route_build *build,
							 bool *fine)
{
	const struct ifcfg_route_option *option = option_find(line, word->text);

	*fine = !option || place_check(line, word, option, build);
	return option;
}

const char *ifcfg_route_suggest(const char *word)
{
	const char *names[OPTIONS + 1] = {NULL};

	for (size_t i = 0; i < OPTIONS; i++) {
		names[i] = options[i].name;
	}
	return ifcfg_suggest(word, names);
}
