/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plans between random models, thousands of them: every step finds what it needs, the
 * steps lead from the one model to the other, and their inverses back. The seed is
 * printed, and taken from SEED if that is set.
 */
#include "model/plan.h"

#include "model/model_equal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#define ROUNDS 4000
#define BONDS  3
#define NICS   6
#define VLANS  8

static uint64_t random_state;

/* xorshift64* */
static uint32_t random_below(uint32_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1dULL) >> 32) % limit;
}

static void add_routes(struct model_interface *interface)
{
	for (uint32_t i = random_below(3); i-- > 0;) {
		struct model_route route = {.family = AF_INET,
					    .destination = {10, (uint8_t)random_below(3)},
					    .prefix = 16,
					    .table = MODEL_TABLE_MAIN,
					    .hop_count = 1};

		route.hops[0] = (struct model_hop){
			.gateway_family = AF_INET, .gateway = {10, 0, 0, 9}, .weight = 1};
		if (random_below(3) == 0) {
			route.has_source_address = true;
			memcpy(route.source_address, (uint8_t[]){10, 0, 0, 1}, 4);
		}
		assert_true(model_interface_add_route(interface, &route));
	}
	if (random_below(4) == 0) {
		struct model_rule rule = {.family = AF_INET,
					  .table = 100 + random_below(2),
					  .suppress_prefixlength = -1};

		assert_true(model_interface_add_rule(interface, &rule));
	}
	if (random_below(3) == 0) {
		interface->ipv4_default = (struct model_default_route){
			.is_set = true,
			.has_gateway = true,
			.gateway = {10, 0, 0, (uint8_t)(250 + random_below(2))}};
	}
	interface->ipv6_default.is_set = random_below(5) == 0;
}

static void fill_interface(struct model_interface *interface, const char *name)
{
	*interface = (struct model_interface){
		.onboot = random_below(4) != 0,
		.mtu = random_below(3) == 0 ? 1400 + random_below(2) : 0,
		.has_mac = random_below(4) == 0,
		.mac = {2, 0, 0, 0, 0, (uint8_t)random_below(2)},
		.ipv6_autoconf = random_below(2) == 0,
		.dhcp = {.persistent = random_below(2) == 0},
	};
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	for (uint32_t i = random_below(3); i-- > 0;) {
		struct model_address address = {.family = random_below(3) ? AF_INET : AF_INET6,
						.bytes = {10, 0, 0, (uint8_t)random_below(3)},
						.prefix = 24};

		assert_true(model_interface_add_address(interface, &address));
	}
	/* What is down has none of this, and no plan would put it there. */
	if (interface->onboot) {
		interface->dhcpv6 = random_below(5) == 0;
		interface->protocol =
			random_below(5) == 0 ? MODEL_PROTOCOL_DHCP : MODEL_PROTOCOL_STATIC;
		add_routes(interface);
	}
}

static void add_member(struct model_bond *bond, const char *name)
{
	struct model_member member = {.has_hwaddr = random_below(3) == 0,
				      .hwaddr = {2, 0, 0, 0, 1, (uint8_t)random_below(2)}};

	snprintf(member.interface.name, sizeof(member.interface.name), "%s", name);
	assert_true(model_bond_add_member(bond, &member));
}

static void fill_options(struct model_bond_options *options)
{
	model_bond_options_init(options);
	options->mode = random_below(2) ? BOND_MODE_8023AD : BOND_MODE_BALANCE_XOR;
	options->xmit_hash_policy = (enum xmit_hash_policy)random_below(3);
	options->lacp_rate_fast = random_below(2) == 0;
	options->min_links = random_below(3);
	options->transmit_hook = (enum transmit_hook)random_below(2);
}

/* Each NIC is free, a bond's member, or carries VLAN interfaces. */
static struct model *model_random(void)
{
	struct model *model = model_new();
	bool nic_is_free[NICS];
	char name[MODEL_NAME_SIZE];

	assert_non_null(model);
	memset(nic_is_free, true, sizeof(nic_is_free));
	for (int b = 0; b < BONDS; b++) {
		struct model_bond bond = {0};

		if (random_below(3) == 0) {
			continue;
		}
		snprintf(name, sizeof(name), "bond%d", b);
		fill_interface(&bond.interface, name);
		fill_options(&bond.options);
		for (int n = 0; n < NICS; n++) {
			if (nic_is_free[n] && random_below(4) == 0) {
				nic_is_free[n] = false;
				snprintf(name, sizeof(name), "eth%d", n);
				add_member(&bond, name);
			}
		}
		assert_true(model_add_bond(model, &bond));
	}
	for (int v = 0; v < VLANS; v++) {
		struct model_vlan vlan = {0};
		uint32_t nic = random_below(NICS);

		if (random_below(3) == 0) {
			continue;
		}
		if (model->bond_count > 0 && random_below(3) != 0) {
			const struct model_bond *bond =
				&model->bonds[random_below((uint32_t)model->bond_count)];

			memcpy(vlan.parent, bond->interface.name, sizeof(vlan.parent));
		} else if (nic_is_free[nic]) {
			vlan.parent_is_nic = true;
			snprintf(vlan.parent, sizeof(vlan.parent), "eth%u", nic);
		} else {
			continue;
		}
		snprintf(name, sizeof(name), "vlan%d", v);
		fill_interface(&vlan.interface, name);
		vlan.vid = (uint16_t)(random_below(4) == 0 ? 200 + v : 100 + v);
		assert_true(model_add_vlan(model, &vlan));
	}
	return model;
}

static struct model *model_clone(const struct model *from)
{
	struct model *model = model_new();

	assert_non_null(model);
	for (size_t i = 0; i < from->bond_count; i++) {
		struct model_bond bond = from->bonds[i];

		bond.members = NULL;
		bond.member_count = 0;
		assert_true(model_interface_copy(&from->bonds[i].interface, &bond.interface));
		for (size_t m = 0; m < from->bonds[i].member_count; m++) {
			assert_true(model_bond_add_member(&bond, &from->bonds[i].members[m]));
		}
		assert_true(model_add_bond(model, &bond));
	}
	for (size_t i = 0; i < from->vlan_count; i++) {
		struct model_vlan vlan = from->vlans[i];

		assert_true(model_interface_copy(&from->vlans[i].interface, &vlan.interface));
		assert_true(model_add_vlan(model, &vlan));
	}
	return model;
}

/* --- what a step needs */

static bool nic_is_member(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		for (size_t m = 0; m < model->bonds[i].member_count; m++) {
			if (strcmp(model->bonds[i].members[m].interface.name, name) == 0) {
				return true;
			}
		}
	}
	return false;
}

static bool is_parent(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->vlan_count; i++) {
		if (strcmp(model->vlans[i].parent, name) == 0) {
			return true;
		}
	}
	return false;
}

static bool vid_is_used(const struct model *model, const struct model_vlan *vlan)
{
	for (size_t i = 0; i < model->vlan_count; i++) {
		if (model->vlans[i].vid == vlan->vid &&
		    strcmp(model->vlans[i].parent, vlan->parent) == 0) {
			return true;
		}
	}
	return false;
}

/* The NICs that carry VLAN interfaces, which no model lists. */
struct nics {
	bool carries[NICS];
};

static bool *nic_of(struct nics *nics, const char *name)
{
	return &nics->carries[atoi(name + 3)];
}

static bool is_on_interface(enum plan_action action)
{
	switch (action) {
	case PLAN_DHCP_STOP:
	case PLAN_RULE_REMOVE:
	case PLAN_ROUTE_REMOVE:
	case PLAN_ADDRESS_REMOVE:
	case PLAN_LINK_UP:
	case PLAN_LINK_DOWN:
	case PLAN_IPV6:
	case PLAN_ADDRESS_ADD:
	case PLAN_ROUTE_ADD:
	case PLAN_RULE_ADD:
	case PLAN_DHCP_START:
		return true;
	case PLAN_VLAN_REMOVE:
	case PLAN_MEMBER_REMOVE:
	case PLAN_BOND_REMOVE:
	case PLAN_NIC_REMOVE:
	case PLAN_BOND_ADD:
	case PLAN_BOND_DEVICE:
	case PLAN_BOND_OPTIONS:
	case PLAN_NIC_ADD:
	case PLAN_MEMBER_ADD:
	case PLAN_MEMBER_CHANGE:
	case PLAN_VLAN_ADD:
	case PLAN_VLAN_CHANGE:
		break;
	}
	return false;
}

static void check_before_step(const struct plan_step *step, const struct model *model,
			      struct nics *nics)
{
	const struct model_bond *bond = model_find_bond(model, step->interface);
	const struct model_vlan *vlan = model_find_vlan(model, step->interface);

	if (is_on_interface(step->action)) {
		assert_true(bond || vlan);
		assert_true(plan_step_interface(step) || plan_step_former_interface(step));
	}
	switch (step->action) {
	case PLAN_BOND_REMOVE:
		assert_non_null(bond);
		assert_int_equal(bond->member_count, 0);
		assert_int_equal(bond->interface.address_count, 0);
		assert_false(is_parent(model, step->interface));
		break;
	case PLAN_BOND_ADD:
		assert_null(bond);
		break;
	case PLAN_MEMBER_ADD:
		assert_non_null(model_find_bond(model, step->parent));
		assert_false(nic_is_member(model, step->interface));
		assert_false(*nic_of(nics, step->interface));
		break;
	case PLAN_MEMBER_REMOVE:
		assert_true(nic_is_member(model, step->interface));
		break;
	case PLAN_NIC_ADD:
		assert_false(nic_is_member(model, step->interface));
		assert_false(*nic_of(nics, step->interface));
		*nic_of(nics, step->interface) = true;
		break;
	case PLAN_NIC_REMOVE:
		assert_true(*nic_of(nics, step->interface));
		assert_false(is_parent(model, step->interface));
		*nic_of(nics, step->interface) = false;
		break;
	case PLAN_VLAN_ADD:
		assert_null(vlan);
		assert_false(vid_is_used(model, step->vlan));
		assert_true(step->vlan->parent_is_nic
				    ? *nic_of(nics, step->parent)
				    : model_find_bond(model, step->parent) != NULL);
		break;
	case PLAN_VLAN_REMOVE:
		assert_non_null(vlan);
		assert_int_equal(vlan->interface.address_count, 0);
		break;
	case PLAN_DHCP_STOP:
	case PLAN_RULE_REMOVE:
	case PLAN_ROUTE_REMOVE:
	case PLAN_ADDRESS_REMOVE:
	case PLAN_BOND_DEVICE:
	case PLAN_BOND_OPTIONS:
	case PLAN_MEMBER_CHANGE:
	case PLAN_VLAN_CHANGE:
	case PLAN_LINK_UP:
	case PLAN_LINK_DOWN:
	case PLAN_IPV6:
	case PLAN_ADDRESS_ADD:
	case PLAN_ROUTE_ADD:
	case PLAN_RULE_ADD:
	case PLAN_DHCP_START:
		break;
	}
}

static void assert_alike(const struct model *a, const struct model *b)
{
	struct plan plan;

	assert_true(plan_make(a, b, NULL, &plan));
	if (plan.step_count > 0) {
		fail_msg("%zu differences, the first: %s", plan.step_count, plan.steps[0].text);
	}
	plan_free(&plan);
	assert_int_equal(a->bond_count, b->bond_count);
	assert_int_equal(a->vlan_count, b->vlan_count);
}

static struct nics nics_of(const struct model *model)
{
	struct nics nics = {0};

	for (size_t i = 0; i < model->vlan_count; i++) {
		if (model->vlans[i].parent_is_nic) {
			*nic_of(&nics, model->vlans[i].parent) = true;
		}
	}
	return nics;
}

static void addresses_sort(struct model_interface *interface,
			   const struct model_interface *order)
{
	size_t placed = 0;

	for (size_t i = 0; i < order->address_count; i++) {
		for (size_t j = placed; j < interface->address_count; j++) {
			struct model_address found = interface->addresses[j];

			if (model_address_equal(&found, &order->addresses[i])) {
				interface->addresses[j] = interface->addresses[placed];
				interface->addresses[placed++] = found;
			}
		}
	}
}

/* Undoing leaves addresses in another order; the daemon then has the kernel's put right
 * (netlink/ip_copy.h), and asks it for the order anyway. */
static void addresses_put_in_order(struct model *model, const struct model *order)
{
	for (size_t i = 0; i < model->bond_count; i++) {
		struct model_interface *interface = &model->bonds[i].interface;
		const struct model_bond *bond = model_find_bond(order, interface->name);

		if (bond) {
			addresses_sort(interface, &bond->interface);
		}
	}
	for (size_t i = 0; i < model->vlan_count; i++) {
		struct model_interface *interface = &model->vlans[i].interface;
		const struct model_vlan *vlan = model_find_vlan(order, interface->name);

		if (vlan) {
			addresses_sort(interface, &vlan->interface);
		}
	}
}

static void check_round(void)
{
	struct model *from = model_random(), *to = model_random();
	struct model *model = model_clone(from);
	struct nics nics = nics_of(from), nics_after = nics_of(to), nics_before = nics;
	struct plan plan;
	size_t done;

	assert_true(plan_make(from, to, NULL, &plan));
	for (size_t i = 0; i < plan.step_count; i++) {
		check_before_step(&plan.steps[i], model, &nics);
		assert_true(plan_step_to_model(&plan.steps[i], model));
	}
	/* ONBOOT=no leaves alone what is up, so it is one way only. */
	assert_alike(model, to);
	assert_memory_equal(&nics, &nics_after, sizeof(nics));
	model_free(model);

	/* Some of it, and back. */
	model = model_clone(from);
	nics = nics_before;
	done = random_below((uint32_t)plan.step_count + 1);
	for (size_t i = 0; i < done; i++) {
		check_before_step(&plan.steps[i], model, &nics);
		assert_true(plan_step_to_model(&plan.steps[i], model));
	}
	for (size_t i = done; i-- > 0;) {
		struct plan_step inverse = plan_step_inverse(&plan.steps[i]);

		check_before_step(&inverse, model, &nics);
		assert_true(plan_step_to_model(&inverse, model));
	}
	addresses_put_in_order(model, from);
	assert_alike(model, from);
	assert_alike(from, model);
	assert_memory_equal(&nics, &nics_before, sizeof(nics));
	plan_free(&plan);
	model_free(model);
	model_free(from);
	model_free(to);
}

static void test_there_and_back(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		check_round();
	}
}

int main(void)
{
	const char *seed = getenv("SEED");
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_there_and_back)};

	random_state = seed ? strtoull(seed, NULL, 0) : (uint64_t)time(NULL) * 2654435761u;
	random_state |= 1;
	print_message("SEED=%llu\n", (unsigned long long)random_state);
	return cmocka_run_group_tests_name("plan generated", tests, NULL, NULL);
}
