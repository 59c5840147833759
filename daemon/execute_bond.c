/* SPDX-License-Identifier: BSD-2-Clause */
/* Steps on bonds and their members. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/execute_internal.h"
#include "daemon/log.h"
#include "daemon/poll.h"

static const char execute_no_kernel_engine[] =
	"engine=kernel is not available in this version; expected engine=ebpf";

/* A bond that no MACADDR is asked of has an address by chance: its first member's of some
 * day. What a step has made of it, its inverse takes back. */
static bool execute_mac_remember(struct execute_task *task, const struct bond_runtime *bond)
{
	struct execute_memory *memory = task->undoes ? NULL : execute_remember(task);

	if (memory) {
		memory->has_mac = true;
		memcpy(memory->mac, bond->core.mac, sizeof(memory->mac));
	}
	return memory || task->undoes;
}

static void execute_mac_restore(struct execute_task *task, struct bond_runtime *bond)
{
	const struct execute_memory *memory = *task->memory;
	struct engine_error error;

	if (!memory || !memory->has_mac || bond->wanted->bond.interface.has_mac ||
	    memcmp(memory->mac, bond->core.mac, sizeof(memory->mac)) == 0) {
		return;
	}
	if (bond_change_mac(bond, memory->mac, &error) < 0 &&
	    bond_change_mac(bond, memory->mac, &error) < 0) {
		execute_note_stuck(task, "%s", error.text);
	}
}

int execute_bond_add(struct execute_task *task)
{
	const struct model_bond *bond = task->step->bond;
	struct bond_runtime *made;
	struct engine_error error;
	int err;

	if (bond->options.engine != BOND_ENGINE_EBPF) {
		return execute_fail(task, -EOPNOTSUPP, "%s", execute_no_kernel_engine);
	}
	if (bond_runtime_find(task->daemon, task->step->interface)) {
		return EXECUTE_RESULT_NOTHING;
	}
	err = bond_runtime_make(task->daemon, bond, &error);
	if (err < 0) {
		return execute_fail(task, err, "%s", error.text);
	}
	made = bond_runtime_find(task->daemon, task->step->interface);
	if (made->start_error[0] && task->execution->strict && !task->undoes) {
		err = execute_fail(task, -EIO, "%s", made->start_error);
		bond_runtime_remove(made, "it could not be had as a whole");
		return err;
	}
	execute_mac_restore(task, made);
	execute_change(task, "%s: made", task->step->interface);
	if (made->start_error[0]) {
		(void)execute_fail(task, 0, "%s", made->start_error);
		return EXECUTE_RESULT_LATER;
	}
	return 0;
}

int execute_bond_remove(struct execute_task *task)
{
	struct bond_runtime *bond = bond_runtime_find(task->daemon, task->step->interface);

	if (!bond) {
		return EXECUTE_RESULT_ABSENT;
	}
	if (!execute_mac_remember(task, bond)) {
		return execute_fail(task, -ENOMEM, "out of memory");
	}
	execute_change(task, "%s: removed", task->step->interface);
	bond_runtime_remove(bond, task->undoes ? "it could not be had as a whole"
					       : "no file defines it any more");
	return 0;
}

static void execute_say_differences(struct execute_task *task)
{
	struct plan_difference differences[PLAN_DIFFERENCES_MAX];
	size_t count = plan_step_differences(task->step, differences);
	const char *name = task->step->interface;

	for (size_t i = 0; i < count; i++) {
		const struct plan_difference *d = &differences[i];

		execute_change(task, "%s: %s %s -> %s", name, d->name, d->from, d->to);
		log_line(LOG_LEVEL_NOTICE, "%s %s %s -> %s bond=%s event=reloaded", name,
			 d->name, d->from, d->to, name);
	}
}

int execute_bond_device(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	struct bond_runtime *bond = bond_runtime_find(task->daemon, step->interface);
	struct engine_error error;
	int err;

	if (!bond) {
		return EXECUTE_RESULT_ABSENT;
	}
	if (!execute_mac_remember(task, bond)) {
		return execute_fail(task, -ENOMEM, "out of memory");
	}
	err = bond_change_device(bond, step->former_bond, step->bond, &error);
	if (execute_mtu_lacks_ipv6(plan_step_interface(step)) ||
	    execute_mtu_lacks_ipv6(plan_step_former_interface(step))) {
		execute_ipv6_anew(task, &bond->parent, &bond->wanted->bond.interface);
	}
	if (err < 0) {
		return execute_fail(task, err, "%s", error.text);
	}
	if (task->undoes) {
		execute_mac_restore(task, bond);
	}
	execute_say_differences(task);
	return 0;
}

int execute_bond_options(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	struct bond_runtime *bond = bond_runtime_find(task->daemon, step->interface);
	int err;

	if (!bond) {
		return EXECUTE_RESULT_ABSENT;
	}
	if (step->bond->options.engine != BOND_ENGINE_EBPF) {
		return execute_fail(task, -EOPNOTSUPP, "%s", execute_no_kernel_engine);
	}
	err = bond_change_options(bond, &step->bond->options);
	if (err < 0) {
		return execute_fail(task, err, "%s: no socket for LACPDUs: %s", bond->name,
				    strerror(-err));
	}
	execute_say_differences(task);
	return 0;
}

/* Looks for the member's NIC. One that isn't there joins when it appears; one that is
 * there and can't be taken in waits likewise (EXECUTE_RESULT_LATER), but is refused to who
 * wants all or nothing. */
static int execute_member_look(struct execute_task *task, struct bond_runtime *bond,
			       uint8_t slot)
{
	struct bond_runtime_member *member = &bond->members[slot];

	member->refused[0] = '\0';
	bond_member_verify(bond, slot);
	bond_member_look(bond, slot);
	poll_update(task->daemon);
	if (member->refused[0] && task->execution->strict && !task->undoes) {
		return execute_fail(task, -EBUSY, "%s can't be taken in: %s", member->wanted,
				    member->refused);
	}
	if (member->refused[0]) {
		(void)execute_fail(task, 0, "%s can't be taken in: %s", member->wanted,
				   member->refused);
		return EXECUTE_RESULT_LATER;
	}
	return 0;
}

/* Frees the slot. */
static void execute_member_drop(struct bond_runtime *bond, uint8_t slot)
{
	bond->members[slot].wanted[0] = '\0';
	bond->members[slot].name[0] = '\0';
	poll_update(bond->daemon);
}

/* The slot that it had, or any. */
static uint8_t execute_member_slot(struct execute_task *task, struct bond_runtime *bond)
{
	const struct execute_memory *memory = task->undoes ? *task->memory : NULL;
	const char *name = task->step->interface;

	if (memory && memory->has_slot && !bond->members[memory->slot].wanted[0] &&
	    bond_runtime_slot(bond, name, false) == BOND_NO_MEMBER) {
		bond_runtime_slot_take(bond, memory->slot, name);
	}
	return bond_runtime_slot(bond, name, true);
}

int execute_member_add(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	struct bond_runtime *bond = bond_runtime_find(task->daemon, step->parent);
	uint8_t slot;
	int err;

	if (!bond) {
		return EXECUTE_RESULT_ABSENT;
	}
	if (!execute_mac_remember(task, bond)) {
		return execute_fail(task, -ENOMEM, "out of memory");
	}
	slot = execute_member_slot(task, bond);
	if (slot == BOND_NO_MEMBER) {
		return execute_fail(task, -ENOSPC,
				    "no slot is free for member %s; a bond has at most %d",
				    step->interface, BOND_MEMBERS_MAX);
	}
	err = execute_member_look(task, bond, slot);
	if (err < 0) {
		(void)bond_member_let_go(bond, slot, "it is refused");
		execute_member_drop(bond, slot);
		execute_mac_restore(task, bond);
		return err;
	}
	if (step->former_bond && err == 0) {
		execute_change(task, "%s: member %s added", bond->name, step->interface);
	}
	return err;
}

int execute_member_remove(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	struct bond_runtime *bond = bond_runtime_find(task->daemon, step->parent);
	struct execute_memory *memory = task->undoes ? NULL : execute_remember(task);
	struct engine_member_saved saved;
	char name[BOND_NAME_SIZE];
	uint8_t slot;
	int err;

	if (!bond) {
		return EXECUTE_RESULT_ABSENT;
	}
	slot = bond_runtime_slot(bond, step->interface, false);
	if (slot == BOND_NO_MEMBER) {
		return EXECUTE_RESULT_NOTHING;
	}
	if (memory) {
		memory->has_slot = true;
		memory->slot = slot;
	}
	memcpy(name, bond->members[slot].name, sizeof(name));
	saved = bond->members[slot].saved;
	if (step->bond) {
		err = bond_member_leave(bond, slot, "no file names it as a member any more");
	} else {
		err = bond_member_let_go(bond, slot, "its bond is removed");
	}
	if (err < 0 && task->execution->strict && !task->undoes) {
		err = execute_fail(task, err, "%s could not be put back to what it was: %s",
				   name, strerror(-err));
		/* What it was before it became a member is still what it was then. */
		bond->members[slot].saved = saved;
		bond_member_look(bond, slot);
		if (bond->members[slot].refused[0]) {
			execute_note_stuck(task, "%s can't be taken in again: %s", name,
					   bond->members[slot].refused);
		}
		return err;
	}
	execute_member_drop(bond, slot);
	if (err < 0 && task->undoes) {
		execute_note_stuck(task, "%s could not be put back to what it was: %s", name,
				   strerror(-err));
	}
	if (task->undoes) {
		execute_mac_restore(task, bond);
	}
	if (step->bond) {
		execute_change(task, "%s: member %s removed", bond->name, name);
	}
	return 0;
}

int execute_member_change(struct execute_task *task)
{
	const struct plan_step *step = task->step;
	struct bond_runtime *bond = bond_runtime_find(task->daemon, step->parent);
	uint8_t slot;
	int err;

	if (!bond) {
		return EXECUTE_RESULT_ABSENT;
	}
	slot = bond_runtime_slot(bond, step->interface, true);
	if (slot == BOND_NO_MEMBER) {
		return execute_fail(task, -ENOSPC, "no slot is free for member %s",
				    step->interface);
	}
	err = execute_member_look(task, bond, slot);
	if (err < 0) {
		/* The NIC that it was until now comes in again. */
		struct plan_step inverse = plan_step_inverse(step);

		(void)wanted_step(bond->wanted, &inverse);
		bond_member_verify(bond, slot);
		bond->members[slot].refused[0] = '\0';
		bond_member_look(bond, slot);
	}
	return err;
}
