/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our place at an interface.
 *
 * Ingress (members): one handle at one priority of the clsact qdisc, where an
 * operator's own filters stand before it. A filter there outlives the process
 * that made it, and is replaced in one step, with no packet in between that sees
 * none.
 *
 * Hubs, and egress (bond and VLAN interfaces, transmit_hook=device): tcx (Linux
 * 6.6), which runs the program without qdisc, classifier and their counters around
 * it, 60 to 100 ns a packet, and outlives us and is replaced in one step as well.
 * It takes 10 ms or more to attach, so where that adds up, and on older kernels,
 * it's clsact there too. Not at the egress of an interface that is up, if it can be
 * helped: adding a clsact qdisc to it, or taking it away, stops its queues for a
 * moment, and packets are lost.
 */
#include "engine/ebpf/internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Low enough for an operator's own filters to stand before ours ("pc"), and below
 * 0xc000, where tc puts those that are given no priority. */
#define HOOK_PRIORITY	    0x7063
#define HOOK_HANDLE	    0x7063

/* BPF_TCX_INGRESS and _EGRESS of linux/bpf.h, which may be older than the kernel. */
#define ATTACH_TCX_INGRESS  ((enum bpf_attach_type)46)
#define ATTACH_TCX_EGRESS   ((enum bpf_attach_type)47)
/* Programs that others may have at the same interface. */
#define TCX_PROGRAMS_MAX    64

/* How all our programs that transmit are called. */
#define TRANSMIT_NAME_START "pc_transmit"

/* The structs below are made by LIBBPF_OPTS, which clears their padding as well:
 * libbpf insists on it. */
static enum bpf_tc_attach_point attach_point(enum hook_direction direction)
{
	return direction == HOOK_EGRESS ? BPF_TC_EGRESS : BPF_TC_INGRESS;
}

static enum bpf_attach_type tcx_type(enum hook_direction direction)
{
	return direction == HOOK_EGRESS ? ATTACH_TCX_EGRESS : ATTACH_TCX_INGRESS;
}

static int clsact_attach(uint32_t ifindex, enum hook_direction direction, int program)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = attach_point(direction));
	LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program, .flags = BPF_TC_F_REPLACE,
		    .handle = HOOK_HANDLE, .priority = HOOK_PRIORITY);
	int result = bpf_tc_hook_create(&hook);

	/* It's there already, ours or another's: either serves. */
	if (result && result != -EEXIST) {
		return result;
	}
	engine_bpf_messages_keep();
	return bpf_tc_attach(&hook, &options);
}

static int clsact_query(uint32_t ifindex, enum hook_direction direction, uint32_t *program_id)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = attach_point(direction));
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = HOOK_HANDLE, .priority = HOOK_PRIORITY);
	int result = bpf_tc_query(&hook, &options);

	if (result == -ENODEV || result == -EINVAL) {
		return -ENOENT; /* no such interface, or no clsact on it */
	}
	if (result) {
		return result;
	}
	*program_id = options.prog_id;
	return 0;
}

static int clsact_detach(uint32_t ifindex, enum hook_direction direction)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = attach_point(direction));
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = HOOK_HANDLE, .priority = HOOK_PRIORITY);

	return bpf_tc_detach(&hook, &options);
}

/* The qdisc itself, unless somebody has a filter in it. */
static void clsact_remove(struct engine *engine, uint32_t ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);
	size_t filters;

	if (netlink_clsact_filters(engine->netlink, ifindex, &filters) == 0 && filters == 0) {
		(void)bpf_tc_hook_destroy(&hook);
	}
}

/* Ours is known by its name: tcx has no handles. Returns a descriptor. */
static int tcx_find(uint32_t ifindex, enum hook_direction direction, uint32_t *program_id)
{
	uint32_t ids[TCX_PROGRAMS_MAX], attach_flags = 0, count = TCX_PROGRAMS_MAX;

	if (bpf_prog_query((int)ifindex, tcx_type(direction), 0, &attach_flags, ids, &count)) {
		return -ENOENT; /* none, or no tcx */
	}
	for (uint32_t i = 0; i < count && i < TCX_PROGRAMS_MAX; i++) {
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(ids[i]);

		if (fd < 0) {
			continue;
		}
		if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
		    strncmp(info.name, TRANSMIT_NAME_START, strlen(TRANSMIT_NAME_START)) == 0) {
			*program_id = ids[i];
			return fd;
		}
		close(fd);
	}
	return -ENOENT;
}

static int tcx_attach(uint32_t ifindex, enum hook_direction direction, int program)
{
	LIBBPF_OPTS(bpf_prog_attach_opts, options);
	uint32_t program_id;
	int former = tcx_find(ifindex, direction, &program_id);
	int result;

	if (former >= 0) {
		options.flags = BPF_F_REPLACE;
		options.replace_prog_fd = former;
	}
	result = bpf_prog_attach_opts(program, (int)ifindex, tcx_type(direction), &options)
			 ? -errno
			 : 0;
	if (former >= 0) {
		close(former);
	}
	return result;
}

static int tcx_detach(uint32_t ifindex)
{
	uint32_t program_id;
	int program = tcx_find(ifindex, HOOK_EGRESS, &program_id);
	int result;

	if (program < 0) {
		return program;
	}
	result = bpf_prog_detach2(program, (int)ifindex, ATTACH_TCX_EGRESS) ? -errno : 0;
	close(program);
	return result;
}

bool hook_is_tcx(uint32_t ifindex, enum hook_direction direction)
{
	uint32_t program_id;
	int program = tcx_find(ifindex, direction, &program_id);

	if (program >= 0) {
		close(program);
	}
	return program >= 0;
}

int hook_attach(uint32_t ifindex, enum hook_direction direction, int program, bool tcx)
{
	uint32_t program_id;
	int former, result;

	if (direction == HOOK_INGRESS) {
		return clsact_attach(ifindex, direction, program);
	}
	former = tcx_find(ifindex, direction, &program_id);
	if (former >= 0) {
		close(former);
	} else if (!tcx || clsact_query(ifindex, direction, &program_id) == 0) {
		return clsact_attach(ifindex, direction, program);
	}
	result = tcx_attach(ifindex, direction, program);
	/* What a kernel without tcx says of it. */
	return result == -EINVAL ? clsact_attach(ifindex, direction, program) : result;
}

int hook_attach_first(uint32_t ifindex, enum hook_direction direction, int program)
{
	return clsact_attach(ifindex, direction, program);
}

int hook_hub_settle(uint32_t ifindex, int program)
{
	uint32_t program_id;
	int result = 0;

	if (!hook_is_tcx(ifindex, HOOK_HUB)) {
		result = tcx_attach(ifindex, HOOK_HUB, program);
	}
	/* The qdisc stays: taking it away stops the hub's queues for a moment. */
	if (!result && clsact_query(ifindex, HOOK_HUB, &program_id) == 0) {
		result = clsact_detach(ifindex, HOOK_HUB);
	}
	return result;
}

int hook_query(uint32_t ifindex, enum hook_direction direction, uint32_t *program_id)
{
	if (direction != HOOK_INGRESS) {
		int program = tcx_find(ifindex, direction, program_id);

		if (program >= 0) {
			close(program);
			return 0;
		}
	}
	return clsact_query(ifindex, direction, program_id);
}

int hook_detach(struct engine *engine, uint32_t ifindex, enum hook_direction direction)
{
	uint32_t program_id;
	int result;

	if (direction == HOOK_EGRESS) {
		result = tcx_detach(ifindex);
		if (result != -ENOENT) {
			return result;
		}
	}
	if (clsact_query(ifindex, direction, &program_id) == -ENOENT) {
		return 0;
	}
	result = clsact_detach(ifindex, direction);
	/* A bond's qdisc stays, for packets go on leaving by that interface. */
	if (!result && direction == HOOK_INGRESS) {
		clsact_remove(engine, ifindex);
	}
	return result;
}
