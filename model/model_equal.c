/* SPDX-License-Identifier: BSD-2-Clause */
#include "model/model_equal.h"

#include <netinet/in.h>
#include <string.h>

static bool bytes_equal(int family, const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, family == AF_INET ? 4 : 16) == 0;
}

bool model_address_equal(const struct model_address *a, const struct model_address *b)
{
	return a->family == b->family && a->prefix == b->prefix &&
	       bytes_equal(a->family, a->bytes, b->bytes);
}

static bool hop_equal(const struct model_hop *a, const struct model_hop *b)
{
	return a->gateway_family == b->gateway_family &&
	       (a->gateway_family == 0 ||
		bytes_equal(a->gateway_family, a->gateway, b->gateway)) &&
	       strcmp(a->device, b->device) == 0 && a->weight == b->weight &&
	       a->onlink == b->onlink;
}

/* What the kernel tells two routes apart by, and where they come from. */
static bool route_key_equal(const struct model_route *a, const struct model_route *b)
{
	return a->family == b->family && a->prefix == b->prefix &&
	       bytes_equal(a->family, a->destination, b->destination) && a->table == b->table &&
	       a->tos == b->tos && a->has_metric == b->has_metric &&
	       (!a->has_metric || a->metric == b->metric) &&
	       a->has_protocol == b->has_protocol &&
	       (!a->has_protocol || a->protocol == b->protocol);
}

/* Where none is said: IPv6's metric is the kernel's own, IP6_RT_PRIO_USER. */
static uint32_t route_metric(const struct model_route *route)
{
	bool unsaid = !route->has_metric || route->metric == 0;

	return unsaid ? (route->family == AF_INET ? 0 : 1024) : route->metric;
}

static int number_compare(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

int model_route_compare_key(const struct model_route *a, const struct model_route *b)
{
	int order = number_compare((uint32_t)a->family, (uint32_t)b->family);

	order = order ? order : number_compare(a->table, b->table);
	order = order ? order : number_compare(a->prefix, b->prefix);
	order = order ? order
		      : memcmp(a->destination, b->destination, a->family == AF_INET ? 4 : 16);
	order = order ? order : number_compare(a->tos, b->tos);
	return order ? order : number_compare(route_metric(a), route_metric(b));
}

static bool route_metrics_equal(const struct model_route *a, const struct model_route *b)
{
	return a->mtu == b->mtu && a->advmss == b->advmss && a->window == b->window &&
	       a->initcwnd == b->initcwnd && a->initrwnd == b->initrwnd &&
	       a->hoplimit == b->hoplimit && a->rto_min_ms == b->rto_min_ms &&
	       a->quickack == b->quickack && a->locks == b->locks;
}

bool model_route_equal(const struct model_route *a, const struct model_route *b)
{
	if (!route_key_equal(a, b) || !route_metrics_equal(a, b) || a->type != b->type ||
	    a->has_source_address != b->has_source_address ||
	    (a->has_source_address &&
	     !bytes_equal(a->family, a->source_address, b->source_address)) ||
	    a->has_scope != b->has_scope || (a->has_scope && a->scope != b->scope) ||
	    a->hop_count != b->hop_count) {
		return false;
	}
	for (size_t i = 0; i < a->hop_count; i++) {
		if (!hop_equal(&a->hops[i], &b->hops[i])) {
			return false;
		}
	}
	return true;
}

static bool rule_selector_equal(const struct model_rule *a, const struct model_rule *b)
{
	return a->family == b->family && a->invert == b->invert &&
	       a->from_prefix == b->from_prefix && bytes_equal(a->family, a->from, b->from) &&
	       a->to_prefix == b->to_prefix && bytes_equal(a->family, a->to, b->to) &&
	       a->tos == b->tos && a->mark == b->mark && a->mark_mask == b->mark_mask &&
	       strcmp(a->iif, b->iif) == 0 && strcmp(a->oif, b->oif) == 0 &&
	       a->ip_protocol == b->ip_protocol &&
	       a->source_port_first == b->source_port_first &&
	       a->source_port_last == b->source_port_last &&
	       a->destination_port_first == b->destination_port_first &&
	       a->destination_port_last == b->destination_port_last &&
	       a->has_uid_range == b->has_uid_range &&
	       (!a->has_uid_range ||
		(a->uid_first == b->uid_first && a->uid_last == b->uid_last));
}

bool model_rule_equal(const struct model_rule *a, const struct model_rule *b)
{
	return rule_selector_equal(a, b) && a->action == b->action &&
	       a->has_preference == b->has_preference &&
	       (!a->has_preference || a->preference == b->preference) &&
	       a->has_protocol == b->has_protocol &&
	       (!a->has_protocol || a->protocol == b->protocol) && a->table == b->table &&
	       a->go_to == b->go_to && a->suppress_prefixlength == b->suppress_prefixlength;
}

bool model_default_route_equal(const struct model_default_route *a,
			       const struct model_default_route *b)
{
	if (!a->is_set || !b->is_set) {
		return a->is_set == b->is_set;
	}
	return a->has_gateway == b->has_gateway &&
	       (!a->has_gateway || memcmp(a->gateway, b->gateway, sizeof(a->gateway)) == 0) &&
	       a->has_metric == b->has_metric && (!a->has_metric || a->metric == b->metric) &&
	       a->window == b->window && a->has_source_address == b->has_source_address &&
	       (!a->has_source_address ||
		memcmp(a->source_address, b->source_address, sizeof(a->source_address)) == 0);
}

bool model_dhcp_equal(const struct model_dhcp *a, const struct model_dhcp *b)
{
	return strcmp(a->hostname, b->hostname) == 0 &&
	       a->hostname_is_fqdn == b->hostname_is_fqdn &&
	       a->hostname_is_kept == b->hostname_is_kept &&
	       strcmp(a->client_id, b->client_id) == 0 && a->persistent == b->persistent &&
	       a->persistent_ipv6 == b->persistent_ipv6 && a->peer_dns == b->peer_dns &&
	       a->release == b->release && a->no_default_route == b->no_default_route &&
	       a->metric == b->metric;
}

bool model_interface_has_dhcp(const struct model_interface *interface, int family)
{
	if (family == AF_INET6) {
		return interface->dhcpv6;
	}
	return interface->protocol == MODEL_PROTOCOL_DHCP ||
	       interface->protocol == MODEL_PROTOCOL_BOOTP;
}

const struct model_default_route *model_interface_default(
	const struct model_interface *interface, int family)
{
	return family == AF_INET ? &interface->ipv4_default : &interface->ipv6_default;
}

static size_t find_equal(const void *list, size_t count, size_t size, const void *element,
			 bool (*is_equal)(const void *a, const void *b), size_t hint)
{
	const char *bytes = list;

	if (hint < count && is_equal(bytes + hint * size, element)) {
		return hint;
	}
	for (size_t i = 0; i < count; i++) {
		if (is_equal(bytes + i * size, element)) {
			return i;
		}
	}
	return count;
}

static bool address_is_equal(const void *a, const void *b)
{
	return model_address_equal(a, b);
}

static bool route_is_equal(const void *a, const void *b)
{
	return model_route_equal(a, b);
}

static bool rule_is_equal(const void *a, const void *b)
{
	return model_rule_equal(a, b);
}

size_t model_interface_find_address(const struct model_interface *interface,
				    const struct model_address *address, size_t hint)
{
	return find_equal(interface->addresses, interface->address_count, sizeof(*address),
			  address, address_is_equal, hint);
}

size_t model_interface_find_route(const struct model_interface *interface,
				  const struct model_route *route, size_t hint)
{
	return find_equal(interface->routes, interface->route_count, sizeof(*route), route,
			  route_is_equal, hint);
}

size_t model_interface_find_rule(const struct model_interface *interface,
				 const struct model_rule *rule, size_t hint)
{
	return find_equal(interface->rules, interface->rule_count, sizeof(*rule), rule,
			  rule_is_equal, hint);
}

bool model_interface_has_address(const struct model_interface *interface,
				 const struct model_address *address)
{
	return model_interface_find_address(interface, address, 0) < interface->address_count;
}

bool model_interface_has_route(const struct model_interface *interface,
			       const struct model_route *route)
{
	return model_interface_find_route(interface, route, 0) < interface->route_count;
}

bool model_interface_has_rule(const struct model_interface *interface,
			      const struct model_rule *rule)
{
	return model_interface_find_rule(interface, rule, 0) < interface->rule_count;
}
