/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps on VLAN interfaces, and on NICs under them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/daemon.h"
#include "daemon/execute_internal.h"
#include "daemon/nic_runtime.h"
#include "daemon/vlan_parent.h"
#include "netlink/netlink.h"

int execute_vlan_add(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	struct vlan_parent *parent = vlan_parent_of(task->daemon, step->parent);
	struct engine_error error = {""};
	int result;

	if (!parent) {
		return EXECUTE_RESULT_ABSENT;
	}
	result = vlan_parent_add(parent, step->vlan, task->execution->strict && !task->undoes,
				 &error);
	if (result < 0) {
		return execute_fail(task, result, "%s", error.text);
	}
	execute_change(task, "%s: VLAN interface %s added", parent->name, step->interface);
	if (error.text[0]) {
		/* It is there, and not as it should be. */
		(void)execute_fail(task, 0, "%s", error.text);
		return EXECUTE_RESULT_LATER;
	}
	return 0;
}

int execute_vlan_change(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	struct vlan_parent *parent = vlan_parent_of(task->daemon, step->parent);
	struct plan_difference differences[PLAN_DIFFERENCES_MAX];
	size_t count = plan_step_differences(step, differences);
	struct engine_error error;
	int err;

	if (!parent || !vlan_parent_find(parent, step->interface)) {
		return EXECUTE_RESULT_ABSENT;
	}
	err = vlan_parent_change(parent, step->vlan, &error);
	if (execute_mtu_lacks_ipv6(plan_step_interface(step)) ||
	    execute_mtu_lacks_ipv6(plan_step_former_interface(step))) {
		execute_ipv6_anew(task, NULL, plan_step_interface(step));
	}
	if (err < 0) {
		return execute_fail(task, err, "%s", error.text);
	}
	for (size_t i = 0; i < count; i++) {
		execute_change(task, "%s: %s %s -> %s", step->interface, differences[i].name,
			       differences[i].from, differences[i].to);
	}
	return 0;
}

void execute_vlans_remove(struct execute_task *task, const struct plan_step *steps,
			  size_t count, enum execute_outcome *outcomes)
{
	struct vlan_parent *parent = vlan_parent_of(task->daemon, steps[0].parent);
	struct engine_error error = {""};

	if (parent && !parent->path) {
		parent = NULL; /* nothing is there */
	}
	for (size_t i = 0; parent && i < count; i++) {
		vlan_parent_mark(parent, steps[i].interface);
	}
	if (parent && vlan_parent_remove_marked(parent, &error) < 0) {
		(void)execute_fail(task, -EIO, "%s", error.text);
	}
	for (size_t i = 0; i < count; i++) {
		outcomes[i] = EXECUTE_DONE;
		if (parent && vlan_parent_find(parent, steps[i].interface)) {
			outcomes[i] = EXECUTE_FAILED;
		} else if (parent) {
			execute_change(task, "%s: VLAN interface %s removed", parent->name,
				       steps[i].interface);
		}
	}
}

int execute_nic_add(struct execute_task *task)
{
	const struct model_vlan *vlan = task->step->vlan;
	struct execute_memory *memory = task->undoes ? NULL : execute_remember(task);
	struct engine_error error;
	int err = nic_apply_add(task->daemon, task->step->interface,
				vlan->has_parent_hwaddr ? vlan->parent_hwaddr : NULL,
				memory ? &memory->was_down : NULL, &error);

	/* One that isn't there is waited for, as a member would be; but a member has a
	 * bond that says so. */
	if (err == -ENODEV) {
		problems_add(task->execution->problems, task->execution->model, MODEL_ERROR,
			     &task->step->source, vlan->interface.name, "%s", error.text);
		return 0;
	}
	if (err < 0) {
		if (task->execution->strict) {
			nics_remove_idle(task->daemon);
		}
		return execute_fail(task, err, "%s", error.text);
	}
	execute_change(task, "%s: carries VLAN interfaces", task->step->interface);
	return 0;
}

int execute_nic_remove(struct execute_task *task)
{
	const struct execute_memory *memory = task->undoes ? *task->memory : NULL;
	struct nic_runtime *nic = nic_runtime_find(task->daemon, task->step->interface);

	if (!nic) {
		return EXECUTE_RESULT_ABSENT;
	}
	execute_change(task, "%s: carries VLAN interfaces no more", task->step->interface);
	if (memory && memory->was_down && nic->parent.ifindex != 0) {
		(void)netlink_link_set_up(task->daemon->netlink, nic->parent.ifindex, false);
	}
	nic_runtime_remove(nic, "no file has one on it any more");
	return 0;
}
