/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Our place among an interface's tc filters: one handle at one priority of the
 * clsact qdisc. A filter there outlives the process that made it, and is replaced
 * in one step, with no packet in between that sees none.
 */
#include "engine/ebpf/internal.h"

#include <bpf/libbpf.h>
#include <errno.h>

/* Low enough for an operator's own filters to stand before ours ("pc"), far
 * above 0xc000, where tc puts those that are given no priority. */
#define HOOK_PRIORITY 0x7063
#define HOOK_HANDLE   0x7063

/* The structs below are made by LIBBPF_OPTS, which clears their padding as well:
 * libbpf insists on it. */
static enum bpf_tc_attach_point attach_point(enum hook_direction direction)
{
	return direction == HOOK_INGRESS ? BPF_TC_INGRESS : BPF_TC_EGRESS;
}

int hook_attach(uint32_t ifindex, enum hook_direction direction, int program)
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

int hook_query(uint32_t ifindex, enum hook_direction direction, uint32_t *program_id)
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

int hook_detach(struct engine *engine, uint32_t ifindex, enum hook_direction direction)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)ifindex,
		    .attach_point = attach_point(direction));
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = HOOK_HANDLE, .priority = HOOK_PRIORITY);
	uint32_t program_id;
	size_t filters;
	int result = hook_query(ifindex, direction, &program_id);

	if (result == -ENOENT) {
		return 0;
	}
	result = bpf_tc_detach(&hook, &options);
	if (result) {
		return result;
	}
	if (netlink_clsact_filters(engine->netlink, ifindex, &filters) == 0 && filters == 0) {
		hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
		(void)bpf_tc_hook_destroy(&hook);
	}
	return 0;
}
