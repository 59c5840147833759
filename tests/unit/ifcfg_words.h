/* SPDX-License-Identifier: BSD-2-Clause */
/* A model in the words of the commands that would make it, for tables of tests. */
#ifndef TESTS_UNIT_IFCFG_WORDS_H
#define TESTS_UNIT_IFCFG_WORDS_H

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/model.h"
#include "model/model_text.h"

static inline void words_mac(FILE *out, const char *before, const uint8_t mac[6])
{
	fprintf(out, "%s%02x:%02x:%02x:%02x:%02x:%02x", before, mac[0], mac[1], mac[2], mac[3],
		mac[4], mac[5]);
}

static inline void words_default(FILE *out, const char *name, int family,
				 const struct model_default_route *route)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (!route->is_set) {
		return;
	}
	inet_ntop(family, route->gateway, text, sizeof(text));
	fprintf(out, "%s route%s default%s%s", name, family == AF_INET6 ? "6" : "",
		route->has_gateway ? " via " : "", route->has_gateway ? text : "");
	if (route->has_metric) {
		fprintf(out, " metric %u", route->metric);
	}
	if (route->window) {
		fprintf(out, " window %u", route->window);
	}
	if (route->has_source_address) {
		inet_ntop(family, route->source_address, text, sizeof(text));
		fprintf(out, " src %s", text);
	}
	fputc('\n', out);
}

static inline void words_dhcp(FILE *out, const struct model_interface *interface)
{
	const struct model_dhcp *dhcp = &interface->dhcp;

	if (interface->protocol != MODEL_PROTOCOL_STATIC) {
		fprintf(out, "%s %s%s%s%s%s%s%s", interface->name,
			model_protocol_name(interface->protocol),
			dhcp->persistent ? " persistent" : "", dhcp->release ? " release" : "",
			dhcp->peer_dns ? "" : " nodns", dhcp->hostname[0] ? " " : "",
			dhcp->hostname, dhcp->no_default_route ? " nodefault" : "");
		if (dhcp->metric) {
			fprintf(out, " metric %u", dhcp->metric);
		}
		fprintf(out, "\n");
	}
	if (interface->dhcpv6) {
		fprintf(out, "%s dhcpv6%s\n", interface->name,
			dhcp->persistent_ipv6 ? " persistent" : "");
	}
}

static inline void words_interface(FILE *out, const struct model_interface *interface)
{
	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];
		char text[INET6_ADDRSTRLEN] = "";
		inet_ntop(address->family, address->bytes, text, sizeof(text));
		fprintf(out, "%s address %s/%u%s\n", interface->name, text, address->prefix,
			address->unchecked ? " unchecked" : "");
	}
	words_dhcp(out, interface);
	if (!interface->ipv6_autoconf) {
		fprintf(out, "%s noautoconf\n", interface->name);
	}
	words_default(out, interface->name, AF_INET, &interface->ipv4_default);
	words_default(out, interface->name, AF_INET6, &interface->ipv6_default);
	for (size_t i = 0; i < interface->route_count; i++) {
		char *text = model_route_text(&interface->routes[i]);
		fprintf(out, "%s route%s %s\n", interface->name,
			interface->routes[i].family == AF_INET6 ? "6" : "", text);
		free(text);
	}
	for (size_t i = 0; i < interface->rule_count; i++) {
		char *text = model_rule_text(&interface->rules[i]);
		fprintf(out, "%s rule%s %s\n", interface->name,
			interface->rules[i].family == AF_INET6 ? "6" : "", text);
		free(text);
	}
}

/* What both kinds of interfaces may have in their first line. */
static inline void words_link(FILE *out, const struct model_interface *interface)
{
	if (interface->mtu) {
		fprintf(out, " mtu %u", interface->mtu);
	}
	if (interface->has_mac) {
		words_mac(out, " mac ", interface->mac);
	}
	fprintf(out, "%s\n", interface->onboot ? "" : " down");
}

static inline void words_bond(FILE *out, const struct model_bond *bond)
{
	const struct model_bond_options *options = &bond->options;

	fprintf(out, "%s bond %s %s miimon %u", bond->interface.name,
		bond_mode_name(options->mode), xmit_hash_policy_name(options->xmit_hash_policy),
		options->miimon_ms);
	if (options->updelay_ms || options->downdelay_ms) {
		fprintf(out, " delays %u %u", options->updelay_ms, options->downdelay_ms);
	}
	if (options->lacp_rate_fast) {
		fprintf(out, " fast");
	}
	if (options->min_links) {
		fprintf(out, " min_links %u", options->min_links);
	}
	words_link(out, &bond->interface);
	fprintf(out, "%s members", bond->interface.name);
	for (size_t i = 0; i < bond->member_count; i++) {
		fprintf(out, " %s", bond->members[i].interface.name);
		if (bond->members[i].has_hwaddr) {
			words_mac(out, "=", bond->members[i].hwaddr);
		}
	}
	fputc('\n', out);
	words_interface(out, &bond->interface);
}

/*
 * The model as lines:
 *   bond0 bond 802.3ad layer2 miimon 100 [delays UP DOWN] [fast] [mtu N] [mac M] [down]
 *   bond0 members eth0 eth1=52:54:00:00:00:01
 *   bond0 address 10.0.0.1/24 [unchecked]
 *   bond0 dhcp [persistent] [release] [nodns] [HOSTNAME]
 *   bond0 noautoconf
 *   bond0 route default via 10.0.0.254
 *   bond0 rule from 10.0.0.0/8 lookup 5
 *   bond0.5 vlan 5 on [NIC ]bond0
 * To be freed.
 */
static inline char *words_of(const struct model *model)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	for (size_t i = 0; i < model->bond_count; i++) {
		words_bond(out, &model->bonds[i]);
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		const struct model_vlan *vlan = &model->vlans[i];
		fprintf(out, "%s vlan %u on %s%s", vlan->interface.name, vlan->vid,
			vlan->parent_is_nic ? "NIC " : "", vlan->parent);
		if (vlan->has_parent_hwaddr) {
			words_mac(out, "=", vlan->parent_hwaddr);
		}
		words_link(out, &vlan->interface);
		words_interface(out, &vlan->interface);
	}
	fclose(out);
	return text;
}

#endif
