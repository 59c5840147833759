/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules, by which the kernel chooses a routing table. Attributes: linux/fib_rules.h.
 */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/internal.h"
#include "netlink/route.h"

/* --- from the kernel ---------------------------------------------------- */

static void name_take(const struct nlattr *attribute, char out[16])
{
	if (attribute) {
		size_t length = strnlen(mnl_attr_get_payload(attribute),
					mnl_attr_get_payload_len(attribute));

		memcpy(out, mnl_attr_get_payload(attribute), length < 16 ? length : 15);
	}
}

static void ports_take(const struct nlattr *attribute, uint16_t *first, uint16_t *last)
{
	struct fib_rule_port_range range;

	if (attribute && mnl_attr_get_payload_len(attribute) >= sizeof(range)) {
		memcpy(&range, mnl_attr_get_payload(attribute), sizeof(range));
		*first = range.start;
		*last = range.end;
	}
}

static void uids_take(const struct nlattr *attribute, struct netlink_rule *out)
{
	struct fib_rule_uid_range range;

	if (attribute && mnl_attr_get_payload_len(attribute) >= sizeof(range)) {
		memcpy(&range, mnl_attr_get_payload(attribute), sizeof(range));
		out->has_uid_range = true;
		out->uid_first = range.start;
		out->uid_last = range.end;
	}
}

static bool rule_decode(const struct nlmsghdr *message, struct netlink_rule *out)
{
	const struct nlattr *table[FRA_MAX + 1];
	const struct fib_rule_hdr *info;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*info)) {
		return false;
	}
	info = mnl_nlmsg_get_payload(message);
	if (info->family != AF_INET && info->family != AF_INET6) {
		return false;
	}
	netlink_attributes(message, sizeof(*info), table, FRA_MAX);
	memset(out, 0, sizeof(*out));
	out->family = info->family;
	out->action = info->action;
	out->invert = (info->flags & FIB_RULE_INVERT) != 0;
	out->from_prefix = info->src_len;
	out->to_prefix = info->dst_len;
	out->tos = info->tos;
	(void)netlink_attribute_address(table[FRA_SRC], out->family, out->from);
	(void)netlink_attribute_address(table[FRA_DST], out->family, out->to);
	out->mark = netlink_attribute_number(table[FRA_FWMARK]);
	out->mark_mask = netlink_attribute_number(table[FRA_FWMASK]);
	name_take(table[FRA_IIFNAME], out->iif);
	name_take(table[FRA_OIFNAME], out->oif);
	out->protocol = table[FRA_PROTOCOL] ? mnl_attr_get_u8(table[FRA_PROTOCOL]) : 0;
	/* The kernel names no preference that is 0. */
	out->has_preference = true;
	out->preference = netlink_attribute_number(table[FRA_PRIORITY]);
	out->table =
		table[FRA_TABLE] ? netlink_attribute_number(table[FRA_TABLE]) : info->table;
	out->go_to = netlink_attribute_number(table[FRA_GOTO]);
	out->suppress_prefixlength =
		table[FRA_SUPPRESS_PREFIXLEN]
			? (int32_t)netlink_attribute_number(table[FRA_SUPPRESS_PREFIXLEN])
			: -1;
	out->ip_protocol = table[FRA_IP_PROTO] ? mnl_attr_get_u8(table[FRA_IP_PROTO]) : 0;
	ports_take(table[FRA_SPORT_RANGE], &out->source_port_first, &out->source_port_last);
	ports_take(table[FRA_DPORT_RANGE], &out->destination_port_first,
		   &out->destination_port_last);
	uids_take(table[FRA_UID_RANGE], out);
	return true;
}

struct rule_dump {
	netlink_rule_callback *callback;
	void *context;
};

static int dump_answer(const struct nlmsghdr *message, void *context)
{
	const struct rule_dump *dump = context;
	struct netlink_rule rule;

	if (message->nlmsg_type != RTM_NEWRULE || !rule_decode(message, &rule)) {
		return 0;
	}
	return dump->callback(&rule, dump->context);
}

int netlink_rule_dump(struct netlink *netlink, int family, netlink_rule_callback *callback,
		      void *context)
{
	struct rule_dump dump = {callback, context};

	return netlink_dump_family(netlink, RTM_GETRULE, sizeof(struct fib_rule_hdr), family,
				   dump_answer, &dump);
}

/* --- to the kernel ------------------------------------------------------ */

static void ports_put(struct nlmsghdr *request, uint16_t type, uint16_t first, uint16_t last)
{
	struct fib_rule_port_range range = {.start = first, .end = last};

	if (first || last) {
		mnl_attr_put(request, type, sizeof(range), &range);
	}
}

static void selectors_put(struct nlmsghdr *request, const struct netlink_rule *rule)
{
	uint16_t size = netlink_address_size(rule->family);

	if (rule->from_prefix) {
		mnl_attr_put(request, FRA_SRC, size, rule->from);
	}
	if (rule->to_prefix) {
		mnl_attr_put(request, FRA_DST, size, rule->to);
	}
	if (rule->mark || rule->mark_mask) {
		mnl_attr_put_u32(request, FRA_FWMARK, rule->mark);
		mnl_attr_put_u32(request, FRA_FWMASK, rule->mark_mask);
	}
	if (rule->iif[0]) {
		mnl_attr_put_strz(request, FRA_IIFNAME, rule->iif);
	}
	if (rule->oif[0]) {
		mnl_attr_put_strz(request, FRA_OIFNAME, rule->oif);
	}
	if (rule->ip_protocol) {
		mnl_attr_put_u8(request, FRA_IP_PROTO, rule->ip_protocol);
	}
	ports_put(request, FRA_SPORT_RANGE, rule->source_port_first, rule->source_port_last);
	ports_put(request, FRA_DPORT_RANGE, rule->destination_port_first,
		  rule->destination_port_last);
	if (rule->has_uid_range) {
		struct fib_rule_uid_range range = {rule->uid_first, rule->uid_last};

		mnl_attr_put(request, FRA_UID_RANGE, sizeof(range), &range);
	}
}

static int rule_request(struct netlink *netlink, const struct netlink_rule *rule, uint16_t type,
			uint16_t flags)
{
	char buffer[NETLINK_REQUEST_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct fib_rule_hdr *info;

	request->nlmsg_type = type;
	request->nlmsg_flags = flags;
	info = mnl_nlmsg_put_extra_header(request, sizeof(*info));
	info->family = (uint8_t)rule->family;
	info->src_len = rule->from_prefix;
	info->dst_len = rule->to_prefix;
	info->tos = rule->tos;
	info->action = rule->action;
	info->flags = rule->invert ? FIB_RULE_INVERT : 0;
	selectors_put(request, rule);
	if (rule->has_preference) {
		mnl_attr_put_u32(request, FRA_PRIORITY, rule->preference);
	}
	if (rule->action == FR_ACT_TO_TBL) {
		info->table = rule->table <= UINT8_MAX ? (uint8_t)rule->table : RT_TABLE_UNSPEC;
		mnl_attr_put_u32(request, FRA_TABLE, rule->table);
	}
	if (rule->action == FR_ACT_GOTO) {
		mnl_attr_put_u32(request, FRA_GOTO, rule->go_to);
	}
	if (rule->suppress_prefixlength >= 0) {
		mnl_attr_put_u32(request, FRA_SUPPRESS_PREFIXLEN,
				 (uint32_t)rule->suppress_prefixlength);
	}
	if (type == RTM_NEWRULE && rule->protocol) {
		mnl_attr_put_u8(request, FRA_PROTOCOL, rule->protocol);
	}
	return netlink_request(netlink, request, NULL, NULL);
}

int netlink_rule_add(struct netlink *netlink, const struct netlink_rule *rule)
{
	return rule_request(netlink, rule, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL);
}

int netlink_rule_delete(struct netlink *netlink, const struct netlink_rule *rule)
{
	return rule_request(netlink, rule, RTM_DELRULE, 0);
}
