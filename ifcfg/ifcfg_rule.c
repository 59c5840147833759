/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One rule. Facts: ip-rule(8) and iproute2's ip/iprule.c (as in ifcfg_route.c), the
 * kernel's net/core/fib_rules.c (what it refuses).
 */
#include "ifcfg/ifcfg_route.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

struct rule_build {
	struct model_rule *rule;
	const struct ifcfg_argument *action; /* goto, blackhole, ... */
	const struct ifcfg_argument *table;
};

typedef bool rule_take(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       struct rule_build *build);

struct rule_option {
	const char *name;
	bool can_be_short;
	rule_take *take; /* NULL: nothing here can carry it out */
};

static bool take_not(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct rule_build *build)
{
	(void)line;
	(void)option;
	build->rule->invert = true;
	return true;
}

/* Bits behind the prefix are kept, as the kernel keeps them. */
static bool network_take(struct ifcfg_line *line, const struct ifcfg_argument *option,
			 int family, uint8_t out[16], uint8_t *prefix)
{
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);

	if (!word) {
		return false;
	}
	if (!ifcfg_prefix_parse(word->text, family, out, prefix)) {
		return ifcfg_line_refuse(
			line, word, "'%s' is no IPv%d network; expected one like %s, or all",
			word->text, family == AF_INET ? 4 : 6,
			family == AF_INET ? "10.0.0.0/8" : "2001:db8::/32");
	}
	return true;
}

static bool take_from(struct ifcfg_line *line, const struct ifcfg_argument *option,
		      struct rule_build *build)
{
	struct model_rule *rule = build->rule;

	return network_take(line, option, rule->family, rule->from, &rule->from_prefix);
}

static bool take_to(struct ifcfg_line *line, const struct ifcfg_argument *option,
		    struct rule_build *build)
{
	struct model_rule *rule = build->rule;

	return network_take(line, option, rule->family, rule->to, &rule->to_prefix);
}

static bool take_preference(struct ifcfg_line *line, const struct ifcfg_argument *option,
			    struct rule_build *build)
{
	build->rule->has_preference = true;
	return ifcfg_take_number(line, option, 0, UINT32_MAX, &build->rule->preference);
}

static bool take_tos(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct rule_build *build)
{
	return ifcfg_take_tos(line, option, &build->rule->tos);
}

/* "fwmark 1", "fwmark 0x10/0xf0" */
static bool take_mark(struct ifcfg_line *line, const struct ifcfg_argument *option,
		      struct rule_build *build)
{
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);
	struct model_rule *rule = build->rule;
	char mark[IFCFG_WORD_SIZE] = "";

	if (!word) {
		return false;
	}
	const char *slash = strchr(word->text, '/');
	size_t size = slash ? (size_t)(slash - word->text) : strlen(word->text);
	if (size < sizeof(mark)) {
		memcpy(mark, word->text, size);
	}
	bool fine = ifcfg_integer_parse(mark, 0, UINT32_MAX, &rule->mark);
	/* Without a mask the kernel compares all bits, unless the mark is 0. */
	rule->mark_mask = rule->mark ? UINT32_MAX : 0;
	if (fine && slash) {
		fine = ifcfg_integer_parse(slash + 1, 0, UINT32_MAX, &rule->mark_mask);
	}
	if (!fine) {
		return ifcfg_line_refuse(
			line, word,
			"'%s' is no mark; expected a number, or one with a mask "
			"such as 0x10/0xf0",
			word->text);
	}
	return true;
}

static bool take_protocol(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct rule_build *build)
{
	uint32_t protocol;

	if (!ifcfg_take_name(line, option, IFCFG_NAMES_PROTOCOLS, UINT8_MAX, &protocol)) {
		return false;
	}
	build->rule->has_protocol = true;
	build->rule->protocol = (uint8_t)protocol;
	return true;
}

static bool take_table(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       struct rule_build *build)
{
	if (!ifcfg_take_name(line, option, IFCFG_NAMES_TABLES, UINT32_MAX,
			     &build->rule->table)) {
		return false;
	}
	if (build->rule->table == 0) {
		return ifcfg_line_refuse(
			line, option,
			"table 0 would be any table that is empty; expected one "
			"from 1 on");
	}
	build->table = option;
	return true;
}

static bool take_suppress(struct ifcfg_line *line, const struct ifcfg_argument *option,
			  struct rule_build *build)
{
	uint32_t length;

	if (!ifcfg_take_number(line, option, 0, INT32_MAX, &length)) {
		return false;
	}
	build->rule->suppress_prefixlength = (int32_t)length;
	return true;
}

static bool take_iif(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct rule_build *build)
{
	return ifcfg_take_device(line, option, build->rule->iif);
}

static bool take_oif(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     struct rule_build *build)
{
	return ifcfg_take_device(line, option, build->rule->oif);
}

/* "10" or "10-20", the second not less than the first. */
static bool range_take(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       bool can_be_one, uint32_t min, uint32_t max, uint32_t *first,
		       uint32_t *last)
{
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);
	char text[IFCFG_WORD_SIZE] = "";

	if (!word) {
		return false;
	}
	const char *dash = strchr(word->text, '-');
	size_t size = dash ? (size_t)(dash - word->text) : strlen(word->text);
	if (size < sizeof(text)) {
		memcpy(text, word->text, size);
	}
	if (!ifcfg_number_parse(text, max, first) ||
	    !(dash ? ifcfg_number_parse(dash + 1, max, last) : can_be_one)) {
		return ifcfg_line_refuse(line, word,
					 "'%s' is no value of '%s'; expected %sFIRST-LAST, of "
					 "%u to %u",
					 word->text, option->text,
					 can_be_one ? "a number or " : "", min, max);
	}
	*last = dash ? *last : *first;
	if (*first < min || *first > *last) {
		return ifcfg_line_refuse(line, word,
					 "'%s' is an empty range; expected the smaller number "
					 "first, and at least %u",
					 word->text, min);
	}
	return true;
}

static bool ports_take(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       uint16_t *first, uint16_t *last)
{
	uint32_t from = 0, to = 0;

	if (!range_take(line, option, true, 1, UINT16_MAX - 1, &from, &to)) {
		return false;
	}
	*first = (uint16_t)from;
	*last = (uint16_t)to;
	return true;
}

static bool take_sport(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       struct rule_build *build)
{
	return ports_take(line, option, &build->rule->source_port_first,
			  &build->rule->source_port_last);
}

static bool take_dport(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       struct rule_build *build)
{
	return ports_take(line, option, &build->rule->destination_port_first,
			  &build->rule->destination_port_last);
}

static bool take_uids(struct ifcfg_line *line, const struct ifcfg_argument *option,
		      struct rule_build *build)
{
	build->rule->has_uid_range = true;
	return range_take(line, option, false, 0, UINT32_MAX - 1, &build->rule->uid_first,
			  &build->rule->uid_last);
}

/* A number, or a name that everybody has in /etc/protocols. */
static bool take_ip_protocol(struct ifcfg_line *line, const struct ifcfg_argument *option,
			     struct rule_build *build)
{
	static const struct {
		const char *name;
		uint8_t number;
	} names[] = {
		{"icmp", 1},	   {"igmp", 2},	     {"tcp", 6},     {"udp", 17},
		{"dccp", 33},	   {"gre", 47},	     {"esp", 50},    {"ah", 51},
		{"ipv6-icmp", 58}, {"ospf", 89},     {"pim", 103},   {"vrrp", 112},
		{"sctp", 132},	   {"udplite", 136}, {"icmpv6", 58}, {"ospfigp", 89},
	};
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);
	uint32_t number = 0;

	if (!word) {
		return false;
	}
	bool fine = ifcfg_number_parse(word->text, UINT8_MAX, &number);
	for (size_t i = 0; !fine && i < sizeof(names) / sizeof(names[0]); i++) {
		fine = strcmp(word->text, names[i].name) == 0;
		number = names[i].number;
	}
	if (!fine) {
		return ifcfg_line_refuse(
			line, word,
			"'%s' is no value of 'ipproto'; expected a number from 0 "
			"to 255, or a name such as tcp or udp",
			word->text);
	}
	build->rule->ip_protocol = (uint8_t)number;
	return true;
}

/* In the order in which ip tries them. */
static const struct rule_option options[] = {
	{"not", false, take_not},
	{"from", false, take_from},
	{"to", false, take_to},
	{"preference", true, take_preference},
	{"order", true, take_preference},
	{"priority", true, take_preference},
	{"tos", false, take_tos},
	{"dsfield", true, take_tos},
	{"fwmark", false, take_mark},
	{"realms", true, NULL},
	{"protocol", true, take_protocol},
	{"tun_id", true, NULL},
	{"table", true, take_table},
	{"lookup", false, take_table},
	{"suppress_prefixlength", true, take_suppress},
	{"sup_pl", false, take_suppress},
	{"suppress_ifgroup", true, NULL},
	{"sup_group", false, NULL},
	{"dev", false, take_iif},
	{"iif", false, take_iif},
	{"oif", false, take_oif},
	{"l3mdev", false, NULL},
	{"uidrange", false, take_uids},
	{"nat", false, NULL},
	{"map-to", true, NULL},
	{"ipproto", false, take_ip_protocol},
	{"sport", false, take_sport},
	{"dport", false, take_dport},
	{"dscp", false, NULL},
	{"flowlabel", false, NULL},
	{"nop", true, NULL},
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

static bool action_is(const struct ifcfg_line *line, const struct ifcfg_argument *word,
		      struct rule_build *build)
{
	static const struct {
		const char *name;
		enum model_rule_action action;
	} actions[] = {
		{"goto", MODEL_RULE_GOTO},
		{"prohibit", MODEL_RULE_PROHIBIT},
		{"unreachable", MODEL_RULE_UNREACHABLE},
		{"blackhole", MODEL_RULE_BLACKHOLE},
		{"unicast", MODEL_RULE_TABLE},
	};

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (ifcfg_argument_is(line, word->text, actions[i].name, true)) {
			build->rule->action = actions[i].action;
			build->action = word;
			return true;
		}
	}
	return false;
}

/* "blackhole", "type blackhole", "goto 200": what is no option's name. */
static bool action_read(struct ifcfg_line *line, const struct ifcfg_argument *word,
			struct rule_build *build)
{
	if (strcmp(word->text, "type") == 0) {
		word = ifcfg_line_value(line, word);
	}
	if (!word) {
		return false;
	}
	if (!action_is(line, word, build)) {
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
		return ifcfg_line_refuse(line, word, "'%s' is no option of ip rule%s%s%s",
					 word->text, near ? "; did you mean '" : "",
					 near ? near : "", near ? "'?" : "");
	}
	if (build->rule->action != MODEL_RULE_GOTO) {
		return true;
	}
	return ifcfg_take_number(line, word, 1, UINT32_MAX, &build->rule->go_to);
}

static bool words_read(struct ifcfg_line *line, struct rule_build *build)
{
	const struct ifcfg_argument *word;

	while ((word = ifcfg_line_take(line))) {
		const struct rule_option *option = NULL;
		for (size_t i = 0; i < OPTIONS && !option; i++) {
			if (ifcfg_argument_is(line, word->text, options[i].name,
					      options[i].can_be_short)) {
				option = &options[i];
			}
		}
		if (option && !option->take) {
			return ifcfg_line_refuse(
				line, word,
				"option '%s' is known to ip, but not supported "
				"here",
				option->name);
		}
		if (option ? !option->take(line, word, build)
			   : !action_read(line, word, build)) {
			return false;
		}
	}
	return true;
}

bool ifcfg_rule_read(struct ifcfg_line *line, int family, struct model_rule *out)
{
	struct model_rule rule = {
		.family = family,
		.table = MODEL_TABLE_MAIN,
		.suppress_prefixlength = -1,
		.source = ifcfg_line_source(line),
	};
	struct rule_build build = {.rule = &rule};

	if (!words_read(line, &build)) {
		return false;
	}
	if (rule.action == MODEL_RULE_GOTO && rule.has_preference &&
	    rule.go_to <= rule.preference) {
		return ifcfg_line_refuse(
			line, build.action,
			"'goto %u' leads back from the preference %u; expected a "
			"greater one",
			rule.go_to, rule.preference);
	}
	if (build.action && rule.action == MODEL_RULE_TABLE && !build.table) {
		return ifcfg_line_refuse(
			line, build.action,
			"'%s' needs a table; expected 'table' with its name or "
			"number",
			build.action->text);
	}
	if (rule.action != MODEL_RULE_TABLE) {
		rule.table = 0;
	}
	*out = rule;
	return true;
}
