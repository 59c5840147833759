/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes that can't be there both, since the kernel tells them apart by destination,
 * table, type of service and metric alone. Facts: initscripts' ifup-eth (a default route
 * replaces another), ifup-routes (a route that can't be added replaces what is there; of
 * rules the second is refused), network-functions-ipv6 (of two default routes the first
 * stays), and the network service, which brings VLAN interfaces up last.
 */
#include "ifcfg/ifcfg_routing.h"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_line.h"
#include "model/model_equal.h"

struct claim {
	struct model_interface *interface;
	struct model_route *route;		   /* NULL: a network that an address makes */
	struct model_default_route *default_route; /* that route is a copy of; else NULL */
	const struct model_address *address;
	struct model_route key;
	size_t order; /* in which they are made */
};

struct claims {
	const struct model *model;
	struct model_problems *problems;
	size_t count;
	struct claim *list;
	size_t route_count; /* of them, sorted, before addresses are added */
	size_t order;	    /* of the next */
};

static struct model_interface *interface_at(const struct model *model, size_t i)
{
	return i < model->bond_count ? &model->bonds[i].interface
				     : &model->vlans[i - model->bond_count].interface;
}

static const char *path_of(const struct claims *claims, struct model_source source)
{
	const struct model *model = claims->model;

	return source.file < model->file_count ? model->files[source.file] : "?";
}

static int claim_compare_key(const void *left, const void *right)
{
	return model_route_compare_key(&((const struct claim *)left)->key,
				       &((const struct claim *)right)->key);
}

static int claim_compare(const void *left, const void *right)
{
	const struct claim *a = left;
	const struct claim *b = right;
	int order = claim_compare_key(a, b);

	return order ? order : a->order < b->order ? -1 : a->order > b->order;
}

static struct claim *claim_add(struct claims *claims, struct model_interface *interface)
{
	struct claim *claim = &claims->list[claims->count++];

	*claim = (struct claim){
		.interface = interface,
		.order = claims->order++,
		.key = {.table = MODEL_TABLE_MAIN},
	};
	return claim;
}

/* An interface's addresses are made before its routes. */
static void address_claim(struct claims *claims, struct model_interface *interface,
			  const struct model_address *address)
{
	struct claim claim = {
		.interface = interface,
		.address = address,
		.order = claims->order++,
		.key = {.table = MODEL_TABLE_MAIN,
			.family = AF_INET,
			.prefix = address->prefix},
	};

	/* IPv6's networks have a metric of their own. */
	if (address->family != AF_INET || address->prefix == 32) {
		return;
	}
	memcpy(claim.key.destination, address->bytes, 4);
	ifcfg_host_bits_clear(claim.key.destination, AF_INET, address->prefix);
	/* Of thousands few meet a route, and among themselves they don't clash. */
	if (bsearch(&claim, claims->list, claims->route_count, sizeof(claim),
		    claim_compare_key)) {
		claims->list[claims->count++] = claim;
	}
}

static size_t default_count(const struct model_interface *interface)
{
	return (size_t)interface->ipv4_default.is_set + (size_t)interface->ipv6_default.is_set;
}

/* Behind its addresses, in the order in which ifup makes them. */
static void routes_claim(struct claims *claims, struct model_interface *interface)
{
	struct model_default_route *defaults[] = {&interface->ipv4_default,
						  &interface->ipv6_default};

	claims->order += interface->address_count;
	for (size_t i = 0; i < 2; i++) {
		if (defaults[i]->is_set) {
			struct claim *claim = claim_add(claims, interface);
			claim->default_route = defaults[i];
			claim->key.family = i == 0 ? AF_INET : AF_INET6;
			claim->key.has_metric = defaults[i]->has_metric;
			claim->key.metric = defaults[i]->metric;
			claim->key.source = defaults[i]->source;
		}
	}
	for (size_t i = 0; i < interface->route_count; i++) {
		struct claim *claim = claim_add(claims, interface);
		claim->route = &interface->routes[i];
		claim->key = interface->routes[i];
	}
}

/* Takes the claim's route away: a table of 0 marks it. */
static void claim_lose(struct claim *claim)
{
	if (claim->default_route) {
		claim->default_route->is_set = false;
		claim->default_route->has_gateway = false;
	} else {
		claim->route->table = RT_TABLE_UNSPEC;
	}
}

static void lost_to_address(struct claims *claims, struct claim *loser,
			    const struct claim *winner)
{
	char text[INET_ADDRSTRLEN] = "";

	inet_ntop(AF_INET, winner->address->bytes, text, sizeof(text));
	model_problem_add(claims->problems, MODEL_WARNING, loser->key.source,
			  loser->interface->name,
			  "this route is not needed: the address %s/%u of '%s' makes it", text,
			  winner->address->prefix, winner->interface->name);
	claim_lose(loser);
}

static void lost_to_route(struct claims *claims, struct claim *loser,
			  const struct claim *winner, const char *why)
{
	model_problem_add(claims->problems, MODEL_WARNING, loser->key.source,
			  loser->interface->name,
			  "this route is not used: that of '%s' (%s:%u) goes to the same "
			  "destination and %s; expected another metric",
			  winner->interface->name, path_of(claims, winner->key.source),
			  winner->key.source.line, why);
	claim_lose(loser);
}

/* Two with one key, in the order in which they are made. Which of them stays. */
static struct claim *clash(struct claims *claims, struct claim *first, struct claim *second)
{
	bool both_up = first->interface->onboot && second->interface->onboot;

	if (second->address) {
		/* Another interface's network, or the same once more. */
		return second;
	}
	if (first->address) {
		if (first->interface == second->interface) {
			lost_to_address(claims, second, first);
			return first;
		}
		return second;
	}
	if (first->interface != second->interface && !both_up) {
		return second;
	}
	if (first->default_route && second->default_route && first->key.family == AF_INET6) {
		lost_to_route(claims, second, first, "is made first");
		return first;
	}
	lost_to_route(claims, first, second, "replaces it");
	return second;
}

static void addresses_claim(struct claims *claims, size_t interface_count)
{
	claims->order = 0;
	for (size_t i = 0; i < interface_count; i++) {
		struct model_interface *interface = interface_at(claims->model, i);
		for (size_t a = 0; a < interface->address_count; a++) {
			address_claim(claims, interface, &interface->addresses[a]);
		}
		claims->order += default_count(interface) + interface->route_count;
	}
}

static void routes_settle(struct claims *claims, size_t interface_count)
{
	for (size_t i = 0; i < interface_count; i++) {
		routes_claim(claims, interface_at(claims->model, i));
	}
	qsort(claims->list, claims->count, sizeof(*claims->list), claim_compare);
	claims->route_count = claims->count;
	addresses_claim(claims, interface_count);
	qsort(claims->list, claims->count, sizeof(*claims->list), claim_compare);
	for (size_t i = 0, next; i < claims->count; i = next) {
		struct claim *stays = &claims->list[i];
		for (next = i + 1; next < claims->count; next++) {
			struct claim *claim = &claims->list[next];
			if (model_route_compare_key(&stays->key, &claim->key) != 0) {
				break;
			}
			stays = clash(claims, stays, claim);
		}
	}
}

struct rule_claim {
	struct model_interface *interface;
	struct model_rule *rule;
	size_t order;
	bool is_lost;
};

/* By what most rules differ in. */
static int rule_compare_key(const struct rule_claim *a, const struct rule_claim *b)
{
	int order = a->rule->family - b->rule->family;

	order = order ? order : memcmp(a->rule->from, b->rule->from, sizeof(a->rule->from));
	order = order ? order : memcmp(a->rule->to, b->rule->to, sizeof(a->rule->to));
	if (order == 0 && a->rule->preference != b->rule->preference) {
		order = a->rule->preference < b->rule->preference ? -1 : 1;
	}
	if (order == 0 && a->rule->table != b->rule->table) {
		order = a->rule->table < b->rule->table ? -1 : 1;
	}
	return order ? order : strcmp(a->rule->iif, b->rule->iif);
}

static int rule_compare(const void *left, const void *right)
{
	const struct rule_claim *a = left;
	const struct rule_claim *b = right;
	int order = rule_compare_key(a, b);

	return order ? order : a->order < b->order ? -1 : a->order > b->order;
}

static void rules_settle(struct claims *claims, struct rule_claim *rules, size_t count)
{
	qsort(rules, count, sizeof(*rules), rule_compare);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = i; j > 0 && rule_compare_key(&rules[j - 1], &rules[i]) == 0;
		     j--) {
			const struct rule_claim *first = &rules[j - 1];
			bool same = first->interface == rules[i].interface;
			bool both_up = first->interface->onboot && rules[i].interface->onboot;
			if (!(same || both_up) ||
			    !model_rule_equal(first->rule, rules[i].rule)) {
				continue;
			}
			model_problem_add(claims->problems, MODEL_WARNING,
					  rules[i].rule->source, rules[i].interface->name,
					  "this rule repeats that of '%s' (%s:%u) and changes "
					  "nothing",
					  first->interface->name,
					  path_of(claims, first->rule->source),
					  first->rule->source.line);
			rules[i].is_lost = true;
			break;
		}
	}
	for (size_t i = 0; i < count; i++) {
		if (rules[i].is_lost) {
			rules[i].rule->family = AF_UNSPEC; /* marks it */
		}
	}
}

/* Takes out what was marked. */
static void interface_tidy(struct model_interface *interface)
{
	size_t kept = 0;

	for (size_t i = 0; i < interface->route_count; i++) {
		if (interface->routes[i].table != RT_TABLE_UNSPEC) {
			interface->routes[kept++] = interface->routes[i];
		}
	}
	interface->route_count = kept;
	kept = 0;
	for (size_t i = 0; i < interface->rule_count; i++) {
		if (interface->rules[i].family != AF_UNSPEC) {
			interface->rules[kept++] = interface->rules[i];
		}
	}
	interface->rule_count = kept;
}

void ifcfg_routing_settle(struct model *model, struct model_problems *problems)
{
	struct claims claims = {.model = model, .problems = problems};
	size_t interface_count = model->bond_count + model->vlan_count;
	size_t address_count = 0;
	size_t route_count = 0;
	size_t rule_count = 0;

	for (size_t i = 0; i < interface_count; i++) {
		const struct model_interface *interface = interface_at(model, i);
		address_count += interface->address_count;
		route_count += interface->route_count + default_count(interface);
		rule_count += interface->rule_count;
	}
	if (route_count + rule_count == 0) {
		return;
	}
	claims.list = calloc(route_count + address_count + 1, sizeof(*claims.list));
	struct rule_claim *rules = calloc(rule_count + 1, sizeof(*rules));
	if (!claims.list || !rules) {
		problems->out_of_memory = true;
		goto out;
	}
	rule_count = 0;
	for (size_t i = 0; i < interface_count; i++) {
		struct model_interface *interface = interface_at(model, i);
		for (size_t r = 0; r < interface->rule_count; r++) {
			rules[rule_count] = (struct rule_claim){
				.interface = interface,
				.rule = &interface->rules[r],
				.order = rule_count,
			};
			rule_count++;
		}
	}
	routes_settle(&claims, interface_count);
	rules_settle(&claims, rules, rule_count);
	for (size_t i = 0; i < interface_count; i++) {
		interface_tidy(interface_at(model, i));
	}
out:
	free(claims.list);
	free(rules);
}
