/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the plan share; private to model/. */
#ifndef MODEL_PLAN_INTERNAL_H
#define MODEL_PLAN_INTERNAL_H

#include "model/plan.h"

/* Of a step's text. The longest, a route with eight ways, takes some 600 bytes. */
#define PLAN_TEXT_SIZE 1024

/* A step with its place in the order. */
struct plan_entry {
	unsigned int phase;
	size_t sequence; /* in which it was thought of */
	struct plan_step step;
};

struct plan_builder {
	const struct plan_scope *scope; /* NULL: everything */
	size_t count;
	struct plan_entry *entries;
	/* Addresses that go, of all interfaces. */
	size_t lost_count;
	const struct model_address **lost;
	bool out_of_memory;
};

/* Adds a copy of the step with this text; its action says where in the order. */
void plan_builder_add(struct plan_builder *builder, const struct plan_step *step,
		      const char *text);
/* The same in the phase of another action. */
void plan_builder_add_at(struct plan_builder *builder, const struct plan_step *step,
			 enum plan_action phase, const char *text);

/* The steps in their order; frees what the builder has. False: no memory, now or before. */
bool plan_builder_finish(struct plan_builder *builder, struct plan *plan);

/* All that is on an interface: DHCP, rules, routes, addresses, IPv6, up. base has the
 * names and .bond or .vlan with their former ones set; nothing is on a side where they
 * are NULL. */
void plan_on_interface(struct plan_builder *builder, const struct plan_step *base);

/* Whether any of its routes has a source address. */
bool plan_has_sources(const struct model *model);
/* Notes the addresses of an interface that go; to is what it becomes, NULL: it goes. */
void plan_interface_lost(struct plan_builder *builder, const struct model_interface *from,
			 const struct model_interface *to);

/* Texts of what isn't one word; each appends to out, which has PLAN_TEXT_SIZE bytes. */
void plan_text_append(char *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void plan_text_address(char *out, const struct model_address *address);
void plan_text_route(char *out, const struct model_route *route);
void plan_text_default(char *out, const struct model_default_route *route, int family);
void plan_text_rule(char *out, const struct model_rule *rule);

/* What the engine (plan_device_differences()) or the core (plan_option_differences())
 * has to be told; returns how many were filled in. */
size_t plan_device_differences(const struct model_bond *from, const struct model_bond *to,
			       struct plan_difference out[PLAN_DIFFERENCES_MAX]);
size_t plan_option_differences(const struct model_bond *from, const struct model_bond *to,
			       struct plan_difference out[PLAN_DIFFERENCES_MAX]);
size_t plan_vlan_differences(const struct model_vlan *from, const struct model_vlan *to,
			     struct plan_difference out[PLAN_DIFFERENCES_MAX]);

#endif
