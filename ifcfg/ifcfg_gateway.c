/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Default routes. Facts: initscripts' ifup-eth (a GATEWAY outside the first address's
 * network sets none, GATEWAYDEV without it sets one over the device, DEFROUTE=no
 * neither, and without an address there is none) and ifup-ipv6; NetworkManager's ifcfg-rh
 * plugin (the first of GATEWAY, GATEWAY0, GATEWAY1, ... counts, wherever it is; GATEWAYDEV
 * in "network" alone, and over DEFROUTE; GATEWAY there where the file has an address).
 */
#include "ifcfg/ifcfg_gateway.h"

#include <arpa/inet.h>
#include <string.h>

#include "ifcfg/ifcfg_address.h"

#define NM_GATEWAYS_MAX 256

static const struct model_address *first_ipv4(const struct model_interface *interface)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		if (interface->addresses[i].family == AF_INET) {
			return &interface->addresses[i];
		}
	}
	return NULL;
}

static bool is_in_network(const uint8_t gateway[4], const struct model_address *address)
{
	for (unsigned int bit = 0; bit < address->prefix; bit++) {
		uint8_t mask = (uint8_t)(0x80U >> bit % 8);
		if ((gateway[bit / 8] ^ address->bytes[bit / 8]) & mask) {
			return false;
		}
	}
	return true;
}

static void route_set(const struct ifcfg_context *context, const char *key,
		      struct model_default_route *route)
{
	route->is_set = true;
	route->source = ifcfg_key_source(context, key);
}

/* METRIC of IPv4 alone, or nm's metric of all the family's routes. */
static void metric_read(const struct ifcfg_context *context, const char *key,
			struct model_default_route *route)
{
	const char *text = ifcfg_key_value(context, key);
	char word[IFCFG_WORD_SIZE];

	if (!text || strcmp(text, "-1") == 0) {
		return;
	}
	route->has_metric = ifcfg_word_read(text, word) &&
			    ifcfg_number_parse(word, UINT32_MAX, &route->metric);
	if (!route->has_metric) {
		ifcfg_key_warning(context, key, "%s '%s' is not used; expected a number", key,
				  text);
	}
}

/* WINDOW, of initscripts' IPv4 routes. */
static void window_read(const struct ifcfg_context *context, struct model_default_route *route)
{
	const char *text = ifcfg_key_value(context, "WINDOW");
	char word[IFCFG_WORD_SIZE];

	if (text && !(ifcfg_word_read(text, word) &&
		      ifcfg_number_parse(word, UINT32_MAX, &route->window))) {
		ifcfg_key_warning(context, "WINDOW",
				  "WINDOW '%s' is not used; expected a number", text);
	}
}

/* SRCADDR, of the IPv4 default route. */
static void source_address_read(const struct ifcfg_context *context,
				struct model_default_route *route)
{
	const char *text = ifcfg_key_value(context, "SRCADDR");
	char word[IFCFG_WORD_SIZE];

	if (!text) {
		return;
	}
	route->has_source_address = ifcfg_word_read(text, word) &&
				    inet_pton(AF_INET, word, route->source_address) == 1 &&
				    ifcfg_ipv4_is_usable(route->source_address);
	if (!route->has_source_address) {
		memset(route->source_address, 0, sizeof(route->source_address));
		ifcfg_key_warning(context, "SRCADDR",
				  "SRCADDR '%s' is not used; expected an IPv4 address of the "
				  "interface",
				  text);
	}
}

/* The address; what is none costs the interface with nm, the route with ifup. */
static bool gateway_read(const struct ifcfg_context *context, const char *key, uint8_t out[4])
{
	const char *text = ifcfg_key_value(context, key);
	char word[IFCFG_WORD_SIZE];

	if (ifcfg_word_read(text, word) && inet_pton(AF_INET, word, out) == 1 &&
	    ifcfg_ipv4_is_usable(out)) {
		return true;
	}
	if (context->dialect == IFCFG_DIALECT_NM) {
		ifcfg_key_error(context, key,
				"%s '%s' is no IPv4 address of a host; expected one like "
				"192.0.2.1",
				key, text);
	} else {
		ifcfg_key_warning(
			context, key,
			"%s '%s' is no IPv4 address of a host, so it makes no default "
			"route; expected one like 192.0.2.1",
			key, text);
	}
	return false;
}

/* The number that nm gives the key in their order: GATEWAY, GATEWAY0, ...; -2: it is none
 * of these. */
static int gateway_number(const char *name)
{
	uint32_t number;

	if (strncmp(name, "GATEWAY", 7) != 0) {
		return -2;
	}
	if (name[7] == '\0') {
		return -1;
	}
	bool plain = name[7] != '0' || name[8] == '\0';
	return plain && ifcfg_number_parse(name + 7, NM_GATEWAYS_MAX - 1, &number) ? (int)number
										   : -2;
}

/* The key of the gateway that counts; NULL: none. */
static const char *gateway_key(const struct ifcfg_context *context)
{
	const struct ifcfg_variables *variables = context->variables;
	bool nm = context->dialect == IFCFG_DIALECT_NM;
	const char *found = NULL;

	if (!nm) {
		return ifcfg_key_value(context, "GATEWAY") ? "GATEWAY" : NULL;
	}
	for (size_t i = 0; i < variables->count; i++) {
		const char *name = variables->list[i].name;
		int number = gateway_number(name);
		if (number > -2 && ifcfg_key_own_value(context, name) &&
		    (!found || number < gateway_number(found))) {
			found = name;
		}
	}
	return found || !ifcfg_key_network_value(context, "GATEWAY") ? found : "GATEWAY";
}

/* Whether the interface is the one for default routes, as far as is said; *device is who
 * is said to be, NULL: nobody. */
static bool is_default_device(const struct ifcfg_context *context, const char **device)
{
	bool nm = context->dialect == IFCFG_DIALECT_NM;

	*device = nm ? ifcfg_key_network_value(context, "GATEWAYDEV")
		     : ifcfg_key_value(context, "GATEWAYDEV");
	if (*device && strcmp(*device, context->subject) != 0) {
		return false;
	}
	return (nm && *device) || !ifcfg_key_is_false(context, "DEFROUTE");
}

/* One that was said for all interfaces is of those alone that it fits. */
static void gateway_unused_warn(const struct ifcfg_context *context, const char *key,
				const struct model_address *address)
{
	if (!ifcfg_key_own_value(context, key)) {
		return;
	}
	ifcfg_key_warning(context, key, "%s '%s' makes no default route: %s", key,
			  ifcfg_key_value(context, key),
			  address ? "it is not in the network of the first address, or in "
				    "NETWORK"
				  : "the file has no address in its network");
}

/* ifup compares with NETWORK, where the file has that, and else with the network of the
 * first address. */
static bool is_in_first_network(const struct ifcfg_context *context, const uint8_t gateway[4],
				const struct model_address *address)
{
	const char *text = ifcfg_key_value(context, "NETWORK");
	struct model_address network = *address;
	char word[IFCFG_WORD_SIZE];

	if (text &&
	    (!ifcfg_word_read(text, word) || inet_pton(AF_INET, word, network.bytes) != 1)) {
		return false;
	}
	return is_in_network(gateway, &network);
}

static void ipv4_route_read(const struct ifcfg_context *context,
			    struct model_interface *interface)
{
	struct model_default_route *route = &interface->ipv4_default;
	const struct model_address *address = first_ipv4(interface);
	bool nm = context->dialect == IFCFG_DIALECT_NM;
	const char *key = gateway_key(context);
	const char *device;

	metric_read(context, nm ? "IPV4_ROUTE_METRIC" : "METRIC", route);
	if (!nm) {
		window_read(context, route);
		source_address_read(context, route);
	}
	bool is_default = is_default_device(context, &device);
	if (interface->protocol == MODEL_PROTOCOL_DHCP ||
	    interface->protocol == MODEL_PROTOCOL_BOOTP) {
		interface->dhcp.no_default_route = !is_default;
		interface->dhcp.metric = route->metric;
	}
	if (!is_default) {
		return;
	}
	if (key && gateway_read(context, key, route->gateway)) {
		bool wanted =
			address ? nm || is_in_first_network(context, route->gateway, address)
				: nm && ifcfg_key_own_value(context, key);
		if (wanted) {
			route->has_gateway = true;
			route_set(context, key, route);
			return;
		}
		gateway_unused_warn(context, key, address);
	}
	memset(route->gateway, 0, sizeof(route->gateway));
	if (!nm && device && address) {
		route_set(context, "GATEWAYDEV", route);
	}
}

/* ifup-aliases: an alias brings a default route, too, in the place of another one. Without
 * a GATEWAY of its own it would be the interface's, which is there by then. */
void ifcfg_alias_gateway_read(const struct ifcfg_context *context,
			      struct model_interface *interface)
{
	struct model_default_route *route = &interface->ipv4_default;
	const char *device = ifcfg_key_network_value(context->parent, "GATEWAYDEV");
	uint8_t gateway[4];
	bool reached = false;

	if (!ifcfg_key_own_value(context, "GATEWAY") ||
	    ifcfg_key_is_true(context, "NO_ALIASROUTING") ||
	    (!ifcfg_key_value(context, "NO_ALIASROUTING") &&
	     ifcfg_key_is_true(context->parent, "NO_ALIASROUTING")) ||
	    (device && strcmp(device, context->subject) != 0) ||
	    !gateway_read(context, "GATEWAY", gateway)) {
		return;
	}
	for (size_t i = 0; i < interface->address_count; i++) {
		reached |= interface->addresses[i].family == AF_INET &&
			   is_in_network(gateway, &interface->addresses[i]);
	}
	if (!reached) {
		ifcfg_key_warning(context, "GATEWAY",
				  "GATEWAY '%s' makes no default route: no address of '%s' is "
				  "in its network",
				  ifcfg_key_own_value(context, "GATEWAY"), interface->name);
		return;
	}
	if (route->is_set && route->has_gateway &&
	    memcmp(route->gateway, gateway, sizeof(gateway)) == 0) {
		return;
	}
	*route = (struct model_default_route){.has_gateway = true};
	memcpy(route->gateway, gateway, sizeof(gateway));
	metric_read(context, "METRIC", route);
	route_set(context, "GATEWAY", route);
}

/* nm's: what "network" says of the device counts over the file's own IPV6_DEFROUTE. */
static bool nm_is_ipv6_default_device(const struct ifcfg_context *context)
{
	const char *gateway = ifcfg_key_network_value(context, "IPV6_DEFAULTGW");
	const char *device = gateway ? strchr(gateway, '%') : NULL;

	device = device ? device + 1 : ifcfg_key_network_value(context, "IPV6_DEFAULTDEV");
	return device ? strcmp(device, context->subject) == 0
		      : !ifcfg_key_is_false(context, "IPV6_DEFROUTE");
}

static bool is_ipv6_link_local(const uint8_t address[16])
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

static bool is_in_ipv6_network(const uint8_t gateway[16],
			       const struct model_interface *interface)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];
		unsigned int bit = 0;
		while (address->family == AF_INET6 && bit < address->prefix &&
		       !((gateway[bit / 8] ^ address->bytes[bit / 8]) & 0x80U >> bit % 8)) {
			bit++;
		}
		if (address->family == AF_INET6 && bit == address->prefix) {
			return true;
		}
	}
	return false;
}

/* "fe80::1%bond0", "2001:db8::1": the address; *device is set to what stands behind it. */
static bool ipv6_gateway_parse(const char *text, char word[IFCFG_WORD_SIZE], uint8_t out[16],
			       const char **device)
{
	bool fine = ifcfg_word_read(text, word);
	char *scope = fine ? strchr(word, '%') : NULL;

	if (scope) {
		*scope++ = '\0';
		*device = scope;
	}
	if (!fine || inet_pton(AF_INET6, word, out) != 1 || out[0] == 0xff) {
		memset(out, 0, 16);
		return false;
	}
	return true;
}

/* Whether a gateway that could be one is the interface's; why not is said if the
 * interface's own file has it. */
static bool ipv6_gateway_fits(const struct ifcfg_context *context, const char *key,
			      const struct model_interface *interface, const char *word,
			      const char *device)
{
	const uint8_t *gateway = interface->ipv6_default.gateway;
	bool own = ifcfg_key_own_value(context, key) != NULL;
	bool nm = context->dialect == IFCFG_DIALECT_NM;

	if (device && strcmp(device, context->subject) != 0) {
		if (own) {
			ifcfg_key_warning(
				context, key,
				"%s is on '%s', so it makes no default route over '%s'", key,
				device, context->subject);
		}
		return false;
	}
	if (!device && !nm && is_ipv6_link_local(gateway)) {
		if (own) {
			ifcfg_key_warning(
				context, key,
				"%s '%s' is link-local and says no interface, so it makes no "
				"default route; expected %s%%%s",
				key, word, word, context->subject);
		}
		return false;
	}
	/* ifup tries that of all at each interface; where it can't be reached it fails. */
	return own || nm || device || is_in_ipv6_network(gateway, interface);
}

static void ipv6_route_read(const struct ifcfg_context *context,
			    struct model_interface *interface)
{
	static const char key[] = "IPV6_DEFAULTGW";
	struct model_default_route *route = &interface->ipv6_default;
	const char *text = ifcfg_key_value(context, key);
	const char *device = ifcfg_key_value(context, "IPV6_DEFAULTDEV");
	bool nm = context->dialect == IFCFG_DIALECT_NM;
	char word[IFCFG_WORD_SIZE];

	if (nm) {
		metric_read(context, "IPV6_ROUTE_METRIC", route);
		if (!nm_is_ipv6_default_device(context)) {
			return;
		}
	}
	if (!text || strcmp(text, "::") == 0) {
		if (device && strcmp(device, context->subject) == 0 && !nm) {
			ifcfg_key_warning(
				context, "IPV6_DEFAULTDEV",
				"IPV6_DEFAULTDEV alone makes no default route over an "
				"Ethernet interface; expected IPV6_DEFAULTGW");
		}
		return;
	}
	if (!ipv6_gateway_parse(text, word, route->gateway, &device)) {
		ifcfg_key_warning(
			context, key,
			"%s '%s' is no IPv6 address of a host, so it makes no default "
			"route; expected one like fe80::1%%%s",
			key, text, context->subject);
		return;
	}
	if (!ipv6_gateway_fits(context, key, interface, word, device)) {
		memset(route->gateway, 0, sizeof(route->gateway));
		return;
	}
	route->has_gateway = true;
	if (!nm) {
		/* What ifup's functions say to ip, always. */
		route->has_metric = true;
		route->metric = 1;
	}
	route_set(context, key, route);
}

void ifcfg_gateways_read(const struct ifcfg_context *context, struct model_interface *interface)
{
	ipv4_route_read(context, interface);
	if (!ifcfg_ipv6_is_wanted(context)) {
		return;
	}
	ipv6_route_read(context, interface);
	/* A router asks no other for its addresses, unless told to. */
	interface->ipv6_autoconf = ifcfg_key_is_true(context, "IPV6FORWARDING")
					   ? ifcfg_key_is_true(context, "IPV6_AUTOCONF")
					   : !ifcfg_key_is_false(context, "IPV6_AUTOCONF");
	interface->ipv6_untouched = context->dialect == IFCFG_DIALECT_INITSCRIPTS &&
				    ifcfg_key_is_false(context, "IPV6_SET_SYSCTLS");
	interface->dhcpv6 = ifcfg_key_is_true(context, "DHCPV6C");
}
