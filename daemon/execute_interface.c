/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps on what is on an interface: up and down, addresses, routes, rules, DHCP. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/address_late.h"
#include "daemon/address_probe.h"
#include "daemon/addresses.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/execute_internal.h"
#include "daemon/ipv6_settings.h"
#include "daemon/log.h"
#include "daemon/routing.h"
#include "netlink/netlink.h"

#define EXECUTE_IPV6_MTU_MIN 1280

/* Sentences on what went with an interface that goes would be noise. */
static bool execute_stays(const struct execute_task *task)
{
	return plan_step_interface(task->step) != NULL;
}

int execute_link(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	bool up = step->action == PLAN_LINK_UP;
	struct bond_runtime *bond = bond_runtime_find(task->daemon, step->interface);
	uint32_t ifindex = execute_ifindex(task);
	int err;

	if (ifindex == 0) {
		return EXECUTE_RESULT_ABSENT;
	}
	err = netlink_link_set_up(task->daemon->netlink, ifindex, up);
	if (err < 0) {
		return execute_fail(task, err, "%s could not be set %s: %s", step->interface,
				    up ? "up" : "down", strerror(-err));
	}
	if (bond) {
		bond_runtime_check_admin(bond);
	}
	execute_change(task, "%s: set %s", step->interface, up ? "up" : "down");
	return 0;
}

int execute_ipv6(struct execute_task *task)
{
	const struct model_interface *interface = plan_step_interface(task->step);
	int err;

	if (execute_ifindex(task) == 0) {
		return EXECUTE_RESULT_ABSENT;
	}
	err = ipv6_settings_apply(task->daemon, interface, NULL, task->error);
	if (err < 0) {
		return err;
	}
	execute_change(task, "%s: router advertisements %s", interface->name,
		       interface->ipv6_autoconf ? "heeded" : "not heeded");
	return 0;
}

bool execute_mtu_lacks_ipv6(const struct model_interface *interface)
{
	return interface && interface->mtu != 0 && interface->mtu < EXECUTE_IPV6_MTU_MIN;
}

static void execute_ipv6_settings(struct execute_task *task,
				  const struct model_interface *interface)
{
	char error[IPV6_SETTINGS_ERROR_SIZE];

	if (ipv6_settings_apply(task->daemon, interface, NULL, error) < 0) {
		log_line(LOG_LEVEL_WARNING, "%s", error);
	}
}

void execute_ipv6_anew(struct execute_task *task, const struct vlan_parent *parent,
		       const struct model_interface *interface)
{
	execute_ipv6_settings(task, interface);
	for (size_t i = 0; parent && i < parent->wanted->vlan_count; i++) {
		execute_ipv6_settings(task, &parent->wanted->vlans[i].interface);
	}
}

/* --- addresses */

static struct netlink_address execute_address(uint32_t ifindex,
					      const struct model_address *address)
{
	struct netlink_address out = {
		.ifindex = ifindex, .family = address->family, .prefix = address->prefix};

	memcpy(out.bytes, address->bytes, address->family == AF_INET ? 4 : 16);
	return out;
}

int execute_address_add(struct execute_task *task)
{
	const struct model_address *address = task->step->address;
	uint32_t ifindex = execute_ifindex(task);
	struct netlink_address request = execute_address(ifindex, address);
	char text[ADDRESS_TEXT_SIZE];
	int err;

	if (ifindex == 0) {
		return EXECUTE_RESULT_ABSENT;
	}
	err = netlink_address_add(task->daemon->netlink, &request);
	if (err == -EEXIST) {
		return EXECUTE_RESULT_NOTHING;
	}
	address_text(address, text);
	if (err < 0) {
		return execute_fail(task, err, "%s could not be put on %s: %s", text,
				    task->step->interface, strerror(-err));
	}
	address_announce(task->daemon, ifindex);
	execute_change(task, "%s: address %s added", task->step->interface, text);
	return 0;
}

/* Deletes the address alone: with the first of a network the kernel takes all others of
 * that network along, unless it is told to have the next one take its place. */
static int execute_address_delete(struct execute_task *task,
				  const struct netlink_address *request)
{
	const char *name = task->step->interface;
	int promote = 1, err = 0;

	if (request->family == AF_INET) {
		(void)netlink_sysctl_read("ipv4", name, "promote_secondaries", &promote);
	}
	if (promote == 0) {
		err = netlink_sysctl_write("ipv4", name, "promote_secondaries", 1);
	}
	if (err < 0) {
		return err;
	}
	err = netlink_address_delete(task->daemon->netlink, request);
	/* Twice: it must not stay switched on for a moment's lack of memory. */
	if (promote == 0 && netlink_sysctl_write("ipv4", name, "promote_secondaries", 0) < 0 &&
	    netlink_sysctl_write("ipv4", name, "promote_secondaries", 0) < 0) {
		log_line(LOG_LEVEL_WARNING,
			 "net.ipv4.conf.%s.promote_secondaries stays switched on", name);
	}
	return err;
}

int execute_address_remove(struct execute_task *task)
{
	const struct model_address *address = task->step->former_address;
	uint32_t ifindex = execute_ifindex(task);
	struct netlink_address request = execute_address(ifindex, address);
	char text[ADDRESS_TEXT_SIZE];
	int err;

	if (ifindex == 0) {
		return EXECUTE_RESULT_ABSENT;
	}
	err = execute_address_delete(task, &request);
	if (err == -EADDRNOTAVAIL || err == -ENODEV) {
		return EXECUTE_RESULT_NOTHING;
	}
	address_text(address, text);
	if (err < 0) {
		return execute_fail(task, err, "%s could not be removed from %s: %s", text,
				    task->step->interface, strerror(-err));
	}
	if (execute_stays(task)) {
		execute_change(task, "%s: address %s removed", task->step->interface, text);
	}
	return 0;
}

/* --- routes and rules */

/* The route that the step puts, or, with former, takes away. */
static const struct model_route *execute_route(const struct execute_task *task, bool former,
					       struct model_route *of_default)
{
	const struct plan_step *step = task->step;
	const struct model_route *route = former ? step->former_route : step->route;

	if (route) {
		return route;
	}
	routing_default(former ? plan_step_former_interface(step) : plan_step_interface(step),
			step->family, of_default);
	return of_default;
}

static bool execute_route_remember(struct execute_task *task,
				   const struct netlink_route *former)
{
	struct execute_memory *memory = task->undoes ? NULL : execute_remember(task);

	if (memory) {
		memory->has_route = true;
		memory->route = *former;
	}
	return memory || task->undoes;
}

int execute_route_add(struct execute_task *task)
{
	uint32_t ifindex = execute_ifindex(task);
	struct netlink_route former;
	struct model_route of_default;
	const struct model_route *route;
	bool has_former = false;
	int err;

	if (ifindex == 0) {
		return EXECUTE_RESULT_ABSENT;
	}
	route = execute_route(task, false, &of_default);
	err = routing_route_put(task->daemon->netlink, route, ifindex, &former, &has_former,
				task->error);
	if (err == -EEXIST) {
		return EXECUTE_RESULT_NOTHING;
	}
	if (err == 0 && has_former && !execute_route_remember(task, &former)) {
		return execute_fail(task, -ENOMEM, "out of memory");
	}
	if (err == 0) {
		execute_change(task, "%s: %s", task->step->interface, task->step->text);
	}
	return err;
}

int execute_route_remove(struct execute_task *task)
{
	uint32_t ifindex = execute_ifindex(task);
	const struct execute_memory *memory = task->undoes ? *task->memory : NULL;
	struct model_route of_default;
	int err;

	if (ifindex == 0) {
		return EXECUTE_RESULT_ABSENT;
	}
	if (memory && memory->has_route) {
		return routing_route_restore(task->daemon->netlink, &memory->route,
					     task->error);
	}
	err = routing_route_remove(task->daemon->netlink,
				   execute_route(task, true, &of_default), ifindex,
				   task->error);
	if (err == -ESRCH) {
		return EXECUTE_RESULT_NOTHING;
	}
	if (err == 0 && execute_stays(task)) {
		execute_change(task, "%s: %s", task->step->interface, task->step->text);
	}
	return err;
}

int execute_rule_add(struct execute_task *task)
{
	const struct execute_memory *memory = task->undoes ? *task->memory : NULL;
	struct model_rule rule = *task->step->rule;
	int err;

	if (memory && memory->has_preference) {
		rule.has_preference = true;
		rule.preference = memory->preference;
	}
	err = routing_rule_add(task->daemon->netlink, &rule, task->error);

	if (err == -EEXIST) {
		return EXECUTE_RESULT_NOTHING;
	}
	if (err == 0) {
		execute_change(task, "%s: %s", task->step->interface, task->step->text);
	}
	return err;
}

int execute_rule_remove(struct execute_task *task)
{
	const struct model_rule *rule = task->step->former_rule;
	struct execute_memory *memory = NULL;
	int err;

	if (!rule->has_preference && !task->undoes) {
		memory = execute_remember(task);
	}
	if (memory &&
	    routing_rule_preference(task->daemon->netlink, rule, &memory->preference) == 0) {
		memory->has_preference = true;
	}
	err = routing_rule_remove(task->daemon->netlink, rule, task->error);

	if (err == -ESRCH) {
		return EXECUTE_RESULT_NOTHING;
	}
	if (err == 0 && execute_stays(task)) {
		execute_change(task, "%s: %s", task->step->interface, task->step->text);
	}
	return err;
}

/* --- DHCP */

int execute_dhcp_start(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	int err;

	if (execute_ifindex(task) == 0) {
		return EXECUTE_RESULT_ABSENT;
	}
	err = dhcp_start(task->daemon, step->interface, step->family,
			 &plan_step_interface(step)->dhcp, task->error);
	if (err == 0) {
		execute_change(task, "%s: DHCP%s client started", step->interface,
			       step->family == AF_INET6 ? "v6" : "");
	}
	return err;
}

int execute_dhcp_stop(struct execute_task *task)
{
	const struct plan_step *step = task->step;

	dhcp_stop(task->daemon, step->interface, step->family);
	if (execute_stays(task)) {
		execute_change(task, "%s: DHCP%s client stopped", step->interface,
			       step->family == AF_INET6 ? "v6" : "");
	}
	return 0;
}
