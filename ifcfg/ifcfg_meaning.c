/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes of a file in either reading, compared; see ifcfg_compare.c. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_pair.h"
#include "model/model_text.h"

static void key_differs(struct ifcfg_pair *pair, const char *key, const char *what,
			const char *ours, const char *theirs)
{
	ifcfg_pair_differs(pair, ifcfg_pair_source(pair, key), what, ours, theirs);
}

/* The addresses with commas between them; to be freed. */
static char *addresses_text(const struct model_interface *interface)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	for (size_t i = 0; stream && i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];
		char one[INET6_ADDRSTRLEN] = "";
		inet_ntop(address->family, address->bytes, one, sizeof(one));
		fprintf(stream, "%s%s/%u", i ? ", " : "", one, address->prefix);
	}
	if (!stream || fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	if (interface->address_count == 0) {
		free(text);
		return NULL;
	}
	return text;
}

static void addresses_compare(struct ifcfg_pair *pair, const struct model_interface *ours,
			      const struct model_interface *theirs)
{
	char *our_text = addresses_text(ours);
	char *their_text = addresses_text(theirs);
	const char *key = "BOOTPROTO";

	if (strcmp(our_text ? our_text : "", their_text ? their_text : "") != 0) {
		/* IPv6's default is what most often differs. */
		if (ifcfg_pair_source(pair, "IPV6ADDR").line > 0) {
			key = ifcfg_pair_source(pair, "IPV6INIT").line > 0 ? "IPV6INIT"
									   : "IPV6ADDR";
		}
		key_differs(pair, key, "the addresses", our_text, their_text);
	}
	free(our_text);
	free(their_text);
}

static void default_route_compare(struct ifcfg_pair *pair, int family,
				  const struct model_default_route *ours,
				  const struct model_default_route *theirs)
{
	const struct model_default_route *routes[] = {ours, theirs};
	char texts[2][INET6_ADDRSTRLEN] = {"", ""};

	for (size_t i = 0; i < 2; i++) {
		if (routes[i]->has_gateway) {
			inet_ntop(family, routes[i]->gateway, texts[i], sizeof(texts[i]));
		} else if (routes[i]->is_set) {
			snprintf(texts[i], sizeof(texts[i]), "the device");
		}
	}
	if (strcmp(texts[0], texts[1]) != 0) {
		bool inet = family == AF_INET;
		key_differs(pair, inet ? "GATEWAY" : "IPV6_DEFAULTGW",
			    inet ? "the IPv4 default route" : "the IPv6 default route",
			    texts[0][0] ? texts[0] : NULL, texts[1][0] ? texts[1] : NULL);
	}
}

static void number_compare(struct ifcfg_pair *pair, const char *key, const char *what,
			   uint32_t ours, uint32_t theirs)
{
	char our_text[16];
	char their_text[16];

	if (ours != theirs) {
		snprintf(our_text, sizeof(our_text), "%u", ours);
		snprintf(their_text, sizeof(their_text), "%u", theirs);
		key_differs(pair, key, what, ours ? our_text : NULL,
			    theirs ? their_text : NULL);
	}
}

static void switch_compare(struct ifcfg_pair *pair, const char *key, const char *what,
			   bool ours, bool theirs)
{
	if (ours != theirs) {
		key_differs(pair, key, what, ours ? "yes" : "no", theirs ? "yes" : "no");
	}
}

/* What else gives addresses than the file. */
static void protocols_compare(struct ifcfg_pair *pair, const struct model_interface *ours,
			      const struct model_interface *theirs)
{
	if (ours->protocol != theirs->protocol) {
		key_differs(pair, "BOOTPROTO", "BOOTPROTO", model_protocol_name(ours->protocol),
			    model_protocol_name(theirs->protocol));
	}
	/* IPV6INIT's default is another in each, which is said where it matters only. */
	if (ifcfg_pair_source(pair, "IPV6_AUTOCONF").line > 0) {
		switch_compare(pair, "IPV6_AUTOCONF", "IPV6_AUTOCONF", ours->ipv6_autoconf,
			       theirs->ipv6_autoconf);
	}
	switch_compare(pair, "DHCPV6C", "DHCPV6C", ours->dhcpv6, theirs->dhcpv6);
}

void ifcfg_pair_meaning_compare(struct ifcfg_pair *pair)
{
	const struct ifcfg_file_reading *our = &pair->ours->files[pair->file];
	const struct ifcfg_file_reading *their = &pair->theirs->files[pair->file];
	const struct model_interface *ours = our->interface;
	const struct model_interface *theirs = their->interface;
	const struct model_vlan *our_vlan = our->vlan;
	const struct model_vlan *their_vlan = their->vlan;

	if (!ours || !theirs) {
		return;
	}
	switch_compare(pair, "ONBOOT", "ONBOOT", ours->onboot, theirs->onboot);
	number_compare(pair, "MTU", "MTU", ours->mtu, theirs->mtu);
	protocols_compare(pair, ours, theirs);
	addresses_compare(pair, ours, theirs);
	default_route_compare(pair, AF_INET, &ours->ipv4_default, &theirs->ipv4_default);
	default_route_compare(pair, AF_INET6, &ours->ipv6_default, &theirs->ipv6_default);
	if (our_vlan && their_vlan) {
		number_compare(pair, "DEVICE", "the VLAN id", our_vlan->vid, their_vlan->vid);
		if (strcmp(our_vlan->parent, their_vlan->parent) != 0) {
			key_differs(pair, "PHYSDEV", "the VLAN interface's parent",
				    our_vlan->parent, their_vlan->parent);
		}
	}
}

/* The next of the interface's routes, from *at on, that the file has; NULL: none. */
static const struct model_route *route_next(const struct ifcfg_pair *pair,
					    const struct model_interface *interface, size_t *at)
{
	for (; interface && *at < interface->route_count; (*at)++) {
		if (interface->routes[*at].source.file == pair->file) {
			return &interface->routes[*at];
		}
	}
	return NULL;
}

static const struct model_rule *rule_next(const struct ifcfg_pair *pair,
					  const struct model_interface *interface, size_t *at)
{
	for (; interface && *at < interface->rule_count; (*at)++) {
		if (interface->rules[*at].source.file == pair->file) {
			return &interface->rules[*at];
		}
	}
	return NULL;
}

/* Each has its own word for who made a route; that is no difference in what it does. */
static char *route_text(const struct model_route *route)
{
	struct model_route copy = *route;

	copy.has_protocol = false;
	return model_route_text(&copy);
}

/* Says the two texts, either of which may be NULL, if they differ; frees them. */
static void texts_compare(struct ifcfg_pair *pair, const char *what, struct model_source source,
			  char *ours, char *theirs)
{
	if (!ours || !theirs || strcmp(ours, theirs) != 0) {
		ifcfg_pair_differs(pair, source, what, ours, theirs);
	}
	free(ours);
	free(theirs);
}

static void routes_compare(struct ifcfg_pair *pair, const struct model_interface *ours,
			   const struct model_interface *theirs)
{
	size_t our_at = 0;
	size_t their_at = 0;

	for (;;) {
		const struct model_route *our = route_next(pair, ours, &our_at);
		const struct model_route *their = route_next(pair, theirs, &their_at);
		if (!our && !their) {
			return;
		}
		bool has_our = our && (!their || our->source.line <= their->source.line);
		bool has_their = their && (!our || their->source.line <= our->source.line);
		texts_compare(pair, "this route", has_our ? our->source : their->source,
			      has_our ? route_text(our) : NULL,
			      has_their ? route_text(their) : NULL);
		our_at += has_our;
		their_at += has_their;
	}
}

static void rules_compare(struct ifcfg_pair *pair, const struct model_interface *ours,
			  const struct model_interface *theirs)
{
	size_t our_at = 0;
	size_t their_at = 0;

	for (;;) {
		const struct model_rule *our = rule_next(pair, ours, &our_at);
		const struct model_rule *their = rule_next(pair, theirs, &their_at);
		if (!our && !their) {
			return;
		}
		bool has_our = our && (!their || our->source.line <= their->source.line);
		bool has_their = their && (!our || their->source.line <= our->source.line);
		texts_compare(pair, "this rule", has_our ? our->source : their->source,
			      has_our ? model_rule_text(our) : NULL,
			      has_their ? model_rule_text(their) : NULL);
		our_at += has_our;
		their_at += has_their;
	}
}

void ifcfg_pair_routes_compare(struct ifcfg_pair *pair)
{
	const struct model_interface *ours = pair->ours->files[pair->file].interface;
	const struct model_interface *theirs = pair->theirs->files[pair->file].interface;

	routes_compare(pair, ours, theirs);
	rules_compare(pair, ours, theirs);
}
