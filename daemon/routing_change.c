/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes and rules, added and removed, with a sentence where the kernel refuses.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/routing_internal.h"

#define ROUTING_TEXT_SIZE 112

/* --- words ---------------------------------------------------------------- */

struct routing_text {
	char text[ROUTING_TEXT_SIZE];
};

__attribute__((format(printf, 2, 3))) static void routing_say(struct routing_text *out,
							      const char *format, ...)
{
	size_t used = strlen(out->text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(out->text + used, sizeof(out->text) - used, format, arguments);
	va_end(arguments);
}

static void routing_say_network(struct routing_text *out, int family, const uint8_t *bytes,
				uint8_t prefix)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, bytes, text, sizeof(text));
	routing_say(out, "%s", text);
	if (prefix != (family == AF_INET ? 32 : 128)) {
		routing_say(out, "/%u", prefix);
	}
}

static const char *routing_type_text(uint8_t type)
{
	switch (type) {
	case RTN_LOCAL:
		return "local ";
	case RTN_BLACKHOLE:
		return "blackhole ";
	case RTN_UNREACHABLE:
		return "unreachable ";
	case RTN_PROHIBIT:
		return "prohibit ";
	case RTN_THROW:
		return "throw ";
	default:
		return "";
	}
}

static void routing_say_hop(struct routing_text *out, const struct netlink_hop *hop)
{
	char name[IF_NAMESIZE];

	if (hop->gateway_family) {
		routing_say(out, " via ");
		routing_say_network(out, hop->gateway_family, hop->gateway,
				    hop->gateway_family == AF_INET ? 32 : 128);
	} else if (if_indextoname(hop->ifindex, name)) {
		routing_say(out, " over %s", name);
	}
}

/* "10.0.0.0/8 via 10.1.1.1", "default over bond0", "blackhole 10.9.0.0/16". */
static struct routing_text routing_route_text(const struct netlink_route *route)
{
	struct routing_text out = {""};

	routing_say(&out, "%s", routing_type_text(route->type));
	if (route->prefix) {
		routing_say_network(&out, route->family, route->destination, route->prefix);
	} else {
		routing_say(&out, "default");
	}
	for (size_t i = 0; i < route->hop_count && i < NETLINK_HOPS_MAX; i++) {
		routing_say(&out, "%s", i > 0 ? " and" : "");
		routing_say_hop(&out, &route->hops[i]);
	}
	if (route->metric && route->family == AF_INET) {
		routing_say(&out, " metric %u", route->metric);
	}
	if (route->table != MODEL_TABLE_MAIN) {
		routing_say(&out, " in table %u", route->table);
	}
	return out;
}

static struct routing_text routing_rule_text(const struct netlink_rule *rule)
{
	struct routing_text out = {"rule"};

	if (rule->has_preference) {
		routing_say(&out, " %u:", rule->preference);
	}
	routing_say(&out, "%s from ", rule->invert ? " not" : "");
	if (rule->from_prefix) {
		routing_say_network(&out, rule->family, rule->from, rule->from_prefix);
	} else {
		routing_say(&out, "all");
	}
	if (rule->to_prefix) {
		routing_say(&out, " to ");
		routing_say_network(&out, rule->family, rule->to, rule->to_prefix);
	}
	if (rule->mark) {
		routing_say(&out, " fwmark 0x%x", rule->mark);
	}
	if (rule->iif[0]) {
		routing_say(&out, " iif %s", rule->iif);
	}
	if (rule->oif[0]) {
		routing_say(&out, " oif %s", rule->oif);
	}
	return out;
}

/* What the kernel said of it, in brackets behind a sentence of ours. */
static void routing_refuse(struct netlink *netlink, const char *what, const char *sentence,
			   int err, char error[ROUTING_ERROR_SIZE])
{
	const char *kernel = netlink_error_text(netlink);

	snprintf(error, ROUTING_ERROR_SIZE, "%s: %s (%s%s%s)", what, sentence, strerror(-err),
		 kernel[0] ? ": " : "", kernel);
}

static bool routing_is_unreachable(int err)
{
	return err == -ENETUNREACH || err == -EHOSTUNREACH;
}

static void routing_refuse_route(struct netlink *netlink, const struct netlink_route *route,
				 uint32_t ifindex, int err, char error[ROUTING_ERROR_SIZE])
{
	struct routing_text text = routing_route_text(route);
	char name[IF_NAMESIZE] = "its interface", sentence[64];

	(void)if_indextoname(route->hop_count && route->hops[0].ifindex ? route->hops[0].ifindex
									: ifindex,
			     name);
	if (routing_is_unreachable(err)) {
		snprintf(sentence, sizeof(sentence), "the gateway can't be reached from %s",
			 name);
	} else if (err == -ENETDOWN) {
		snprintf(sentence, sizeof(sentence), "%s is down", name);
	} else {
		snprintf(sentence, sizeof(sentence), "the kernel refuses it");
	}
	routing_refuse(netlink, text.text, sentence, err, error);
}

/* --- routes --------------------------------------------------------------- */

static int routing_route_make(const struct model_route *route, uint32_t ifindex,
			      struct netlink_route *out, char error[ROUTING_ERROR_SIZE])
{
	const char *missing = "";
	int err = routing_route_to_netlink(route, ifindex, out, &missing);

	if (err < 0) {
		struct routing_text text = routing_route_text(out);

		snprintf(error, ROUTING_ERROR_SIZE, "%s: there is no interface %s", text.text,
			 missing[0] ? missing : "for it");
	}
	return err;
}

/* Lets the kernel find the interfaces of gateways that no device is said of. False: all
 * are said, nothing is changed. */
static bool routing_free_hops(const struct model_route *route, struct netlink_route *out)
{
	bool any = false;

	for (size_t i = 0; i < out->hop_count; i++) {
		if (routing_hop_is_free(&route->hops[i])) {
			out->hops[i].ifindex = 0;
			any = true;
		}
	}
	return any;
}

typedef int routing_request(struct netlink *netlink, const struct netlink_route *route);

/* On the interface first; what can't be reached from there, from wherever it can. */
static int routing_try(struct netlink *netlink, const struct model_route *route,
		       struct netlink_route *wanted, routing_request *request,
		       bool (*again)(int err))
{
	struct netlink_route anywhere = *wanted;
	int err = request(netlink, wanted), err_anywhere;

	if (err == 0 || !again(err) || !routing_free_hops(route, &anywhere)) {
		return err;
	}
	err_anywhere = request(netlink, &anywhere);
	if (err_anywhere == 0 || err_anywhere == -EEXIST) {
		*wanted = anywhere;
		return err_anywhere;
	}
	return err;
}

/* Something is there: is it the route itself, or in the way? */
static int routing_explain_exist(struct netlink *netlink, const struct model_route *route,
				 uint32_t ifindex, const struct netlink_route *wanted,
				 struct netlink_route *former, char error[ROUTING_ERROR_SIZE])
{
	struct routing_text text = routing_route_text(wanted);
	const struct netlink_route *other;
	struct routing *routing;
	int err = routing_read(netlink, &routing);

	if (err < 0) {
		routing_refuse(netlink, text.text, "the routes can't be listed", err, error);
		return err;
	}
	other = routing_find_collision(routing, wanted);
	if (routing_has_route(routing, route, ifindex)) {
		snprintf(error, ROUTING_ERROR_SIZE, "%s is there already", text.text);
		err = -EEXIST;
	} else if (!other) {
		snprintf(error, ROUTING_ERROR_SIZE, "%s: another came and went meanwhile",
			 text.text);
		err = -EAGAIN;
	} else {
		struct routing_text way = routing_route_text(other);

		snprintf(error, ROUTING_ERROR_SIZE, "%s: another is in its place: %s",
			 text.text, way.text);
		if (former) {
			memset(former, 0, sizeof(*former));
			memcpy(former, other,
			       offsetof(struct netlink_route, hops) +
				       (other->hop_count < NETLINK_HOPS_MAX
						? other->hop_count
						: NETLINK_HOPS_MAX) *
					       sizeof(other->hops[0]));
		}
		err = -ENOTUNIQ;
	}
	routing_free(routing);
	return err;
}

static int routing_add(struct netlink *netlink, const struct model_route *route,
		       uint32_t ifindex, struct netlink_route *wanted,
		       struct netlink_route *former, char error[ROUTING_ERROR_SIZE])
{
	int err = routing_route_make(route, ifindex, wanted, error);

	if (err < 0) {
		return err;
	}
	err = routing_try(netlink, route, wanted, netlink_route_add, routing_is_unreachable);
	if (err == -EEXIST) {
		return routing_explain_exist(netlink, route, ifindex, wanted, former, error);
	}
	if (err < 0) {
		routing_refuse_route(netlink, wanted, ifindex, err, error);
	}
	return err;
}

int routing_route_add(struct netlink *netlink, const struct model_route *route,
		      uint32_t ifindex, char error[ROUTING_ERROR_SIZE])
{
	struct netlink_route wanted;

	return routing_add(netlink, route, ifindex, &wanted, NULL, error);
}

int routing_route_put(struct netlink *netlink, const struct model_route *route,
		      uint32_t ifindex, struct netlink_route *former, bool *has_former,
		      char error[ROUTING_ERROR_SIZE])
{
	struct netlink_route wanted;
	int err = routing_add(netlink, route, ifindex, &wanted, former, error);

	*has_former = false;
	if (err != -ENOTUNIQ) {
		return err;
	}
	err = netlink_route_replace(netlink, &wanted);
	if (err < 0) {
		routing_refuse_route(netlink, &wanted, ifindex, err, error);
		return err;
	}
	*has_former = true;
	return 0;
}

int routing_route_restore(struct netlink *netlink, const struct netlink_route *former,
			  char error[ROUTING_ERROR_SIZE])
{
	int err = netlink_route_replace(netlink, former);

	if (err < 0) {
		routing_refuse_route(netlink, former, former->hops[0].ifindex, err, error);
	}
	return err;
}

static bool routing_is_absent(int err)
{
	return err == -ESRCH || err == -ENODEV || routing_is_unreachable(err);
}

int routing_route_remove(struct netlink *netlink, const struct model_route *route,
			 uint32_t ifindex, char error[ROUTING_ERROR_SIZE])
{
	struct netlink_route wanted;
	int err = routing_route_make(route, ifindex, &wanted, error);

	/* With its interface the route went too. */
	if (err == -ENODEV) {
		return -ESRCH;
	}
	if (!route->has_protocol) {
		wanted.protocol = RTPROT_UNSPEC;
	}
	if (!route->has_scope && route->family == AF_INET) {
		wanted.scope = RT_SCOPE_NOWHERE;
	}
	err = routing_try(netlink, route, &wanted, netlink_route_delete, routing_is_absent);
	if (routing_is_absent(err)) {
		struct routing_text text = routing_route_text(&wanted);

		snprintf(error, ROUTING_ERROR_SIZE, "%s isn't there", text.text);
		return -ESRCH;
	}
	if (err < 0) {
		routing_refuse_route(netlink, &wanted, ifindex, err, error);
	}
	return err;
}

/* --- rules ---------------------------------------------------------------- */

/* -EEXIST: it is there. */
static int routing_rule_look(struct netlink *netlink, const struct model_rule *rule)
{
	struct routing *routing;
	int err = routing_read_rules(netlink, &routing);

	if (err == 0) {
		err = routing_has_rule(routing, rule) ? -EEXIST : 0;
		routing_free(routing);
	}
	return err;
}

int routing_rule_add(struct netlink *netlink, const struct model_rule *rule,
		     char error[ROUTING_ERROR_SIZE])
{
	struct routing_text text;
	struct netlink_rule wanted;
	int err;

	routing_rule_to_netlink(rule, &wanted);
	/* Of one without a preference the kernel makes as many as it is told to. */
	err = rule->has_preference ? 0 : routing_rule_look(netlink, rule);
	if (err == 0) {
		err = netlink_rule_add(netlink, &wanted);
	}
	if (err < 0) {
		text = routing_rule_text(&wanted);
		routing_refuse(netlink, text.text,
			       err == -EEXIST ? "it is there already" : "the kernel refuses it",
			       err, error);
	}
	return err;
}

int routing_rule_preference(struct netlink *netlink, const struct model_rule *rule,
			    uint32_t *preference)
{
	const struct netlink_rule *found;
	struct routing *routing;
	int err = routing_read_rules(netlink, &routing);

	if (err < 0) {
		return err;
	}
	found = routing_find_rule(routing, rule);
	if (found) {
		*preference = found->preference;
	}
	routing_free(routing);
	return found ? 0 : -ESRCH;
}

int routing_rule_remove(struct netlink *netlink, const struct model_rule *rule,
			char error[ROUTING_ERROR_SIZE])
{
	struct routing_text text;
	struct netlink_rule wanted;
	int err;

	routing_rule_to_netlink(rule, &wanted);
	err = 0;
	if (!wanted.has_preference) {
		/* Without it the kernel would take any rule that says all of this, and more. */
		err = routing_rule_preference(netlink, rule, &wanted.preference);
		wanted.has_preference = err == 0;
	}
	if (err == 0) {
		err = netlink_rule_delete(netlink, &wanted);
	}
	if (err < 0) {
		text = routing_rule_text(&wanted);
		err = err == -ENOENT ? -ESRCH : err;
		routing_refuse(netlink, text.text,
			       err == -ESRCH ? "it isn't there" : "the kernel refuses it", err,
			       error);
	}
	return err;
}
