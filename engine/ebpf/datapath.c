/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The programs and maps of one bond: the table mapped into our memory, what the
 * maps hold apart from it, and the programs, each loaded only when it is needed:
 * one that runs already needs no loading to be taken over. Layout: abi/datapath.h.
 */
#include "engine/ebpf/internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* An array map's entries stand at multiples of 8 bytes. */
#define ARRAY_ENTRY_ALIGN 8

/* Maps that a program may refer to, with room for another version's. */
#define PROGRAM_MAPS_MAX  16

static int maps_get(struct datapath *datapath, const int maps[MAP_COUNT])
{
	for (size_t i = 0; i < datapath->template->map_count; i++) {
		int fd;

		if (maps && i < MAP_COUNT) {
			fd = fcntl(maps[i], F_DUPFD_CLOEXEC, 3);
			fd = fd < 0 ? -errno : fd;
		} else {
			fd = template_map_create(datapath->template, i);
		}
		if (fd < 0) {
			return fd;
		}
		datapath->maps[i] = fd;
	}
	return 0;
}

static int table_map(struct datapath *datapath)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	void *memory;

	if (bpf_obj_get_info_by_fd(datapath->maps[MAP_TABLE], &info, &size)) {
		return -errno;
	}
	memory = mmap(NULL, sizeof(struct dp_table), PROT_READ | PROT_WRITE, MAP_SHARED,
		      datapath->maps[MAP_TABLE], 0);
	if (memory == MAP_FAILED) {
		return -errno;
	}
	datapath->table = memory;
	datapath->table_id = info.id;
	return 0;
}

static void datapath_clear(struct datapath *datapath)
{
	memset(datapath, 0, sizeof(*datapath));
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		datapath->programs[i] = -1;
	}
	for (int i = 0; i < TEMPLATE_MAPS_MAX; i++) {
		datapath->maps[i] = -1;
	}
}

int datapath_make(struct datapath *datapath, const struct template *template,
		  const int maps[MAP_COUNT], struct engine_error *err)
{
	struct datapath made;
	int result;

	datapath_clear(&made);
	made.template = template;
	result = maps_get(&made, maps);
	if (!result) {
		result = table_map(&made);
	}
	if (result) {
		datapath_free(&made);
		return engine_fail(err, result, "making eBPF maps: %s", strerror(-result));
	}
	*datapath = made;
	return 0;
}

void datapath_free(struct datapath *datapath)
{
	if (datapath->table) {
		(void)munmap(datapath->table, sizeof(struct dp_table));
	}
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		if (datapath->programs[i] >= 0) {
			close(datapath->programs[i]);
		}
	}
	for (int i = 0; i < TEMPLATE_MAPS_MAX; i++) {
		if (datapath->maps[i] >= 0) {
			close(datapath->maps[i]);
		}
	}
	datapath_clear(datapath);
}

int datapath_program(struct datapath *datapath, enum program_id program)
{
	int fd = datapath->programs[program];

	if (fd >= 0) {
		return fd;
	}
	fd = template_program_load(datapath->template, program, datapath->maps);
	if (fd < 0) {
		return fd;
	}
	/* Every program that is attached holds all four maps, so that they outlive us
	 * and can be found from any one of them. Kernels before 5.10 can't; there, the
	 * maps are found from all programs together. */
	for (int i = 0; program < PROGRAM_LEARN && i < MAP_COUNT; i++) {
		(void)bpf_prog_bind_map(fd, datapath->maps[i], NULL);
	}
	datapath->programs[program] = fd;
	return fd;
}

/* What stands at our place of the hook; tag may be NULL. */
static bool attached_uses_table(const struct datapath *datapath, uint32_t ifindex,
				enum hook_direction direction, uint8_t tag[PROGRAM_TAG_SIZE])
{
	uint32_t ids[PROGRAM_MAPS_MAX] = {0};
	struct bpf_prog_info info = {.nr_map_ids = PROGRAM_MAPS_MAX, .map_ids = (uintptr_t)ids};
	uint32_t program_id, size = sizeof(info);
	bool found = false;
	int fd, result;

	if (hook_query(ifindex, direction, &program_id)) {
		return false;
	}
	fd = bpf_prog_get_fd_by_id(program_id);
	if (fd < 0) {
		return false;
	}
	result = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	if (result) {
		return false;
	}
	for (uint32_t i = 0; i < info.nr_map_ids && i < PROGRAM_MAPS_MAX; i++) {
		found = found || ids[i] == datapath->table_id;
	}
	if (tag) {
		memcpy(tag, info.tag, PROGRAM_TAG_SIZE);
	}
	return found;
}

bool datapath_is_attached(const struct datapath *datapath, uint32_t ifindex,
			  enum hook_direction direction)
{
	return attached_uses_table(datapath, ifindex, direction, NULL);
}

int datapath_attach(struct datapath *datapath, enum program_id program, uint32_t ifindex,
		    enum hook_direction direction, bool tcx)
{
	const uint8_t *ours = datapath->template->programs[program].tag;
	uint8_t tag[PROGRAM_TAG_SIZE];
	int fd;

	if (attached_uses_table(datapath, ifindex, direction, tag) &&
	    memcmp(tag, ours, PROGRAM_TAG_SIZE) == 0) {
		return 0;
	}
	fd = datapath_program(datapath, program);
	if (fd < 0) {
		return fd;
	}
	return hook_attach(ifindex, direction, fd, tcx);
}

/* Runs a program by hand, with the interface as the packet's (0: none is looked
 * at); its return value. */
static int program_run(struct datapath *datapath, enum program_id id, uint32_t ifindex,
		       uint32_t *value)
{
	uint8_t frame[ETH_ZLEN] = {0};
	struct __sk_buff context = {.ifindex = ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame),
		    .repeat = 1);
	int program = datapath_program(datapath, id);

	if (program < 0) {
		return program;
	}
	if (ifindex != 0) {
		options.ctx_in = &context;
		options.ctx_size_in = sizeof(context);
	}
	if (bpf_prog_test_run_opts(program, &options)) {
		return -errno;
	}
	*value = options.retval;
	return 0;
}

int datapath_learn(struct datapath *datapath, uint32_t ifindex)
{
	uint32_t value = 0;
	int result = program_run(datapath, PROGRAM_LEARN, ifindex, &value);

	return result || value == 0 ? result : -ENOENT;
}

void engine_bond_carriers(struct engine_bond *bond, uint32_t *known, uint32_t *carriers)
{
	const uint32_t all = (1u << BOND_MEMBERS_MAX) - 1;
	uint32_t value = 0;

	if (bond->engine->carrier_read) {
		(void)program_run(&bond->datapath, PROGRAM_CARRIERS, 0, &value);
	}
	*known = value >> BOND_MEMBERS_MAX & all;
	*carriers = value & all;
}

int datapath_vlan_set(const struct datapath *datapath, uint16_t vid, uint32_t hub_ifindex)
{
	uint32_t key = vid;

	if (bpf_map_update_elem(datapath->maps[MAP_VLANS], &key, &hub_ifindex, BPF_ANY)) {
		return -errno;
	}
	return 0;
}

int datapath_vlans_read(const struct datapath *datapath, uint32_t hubs[DP_VLANS_MAX])
{
	size_t size = (size_t)DP_VLANS_MAX * ARRAY_ENTRY_ALIGN;
	const uint8_t *memory =
		mmap(NULL, size, PROT_READ, MAP_SHARED, datapath->maps[MAP_VLANS], 0);

	if (memory == MAP_FAILED) {
		return -errno;
	}
	for (size_t i = 0; i < DP_VLANS_MAX; i++) {
		memcpy(&hubs[i], memory + i * ARRAY_ENTRY_ALIGN, sizeof(hubs[i]));
	}
	(void)munmap((void *)memory, size);
	return 0;
}

int datapath_tag_set(const struct datapath *datapath, uint32_t ifindex, uint32_t vid)
{
	if (bpf_map_update_elem(datapath->maps[MAP_TAGS], &ifindex, &vid, BPF_ANY)) {
		return -errno;
	}
	return 0;
}

int datapath_tag_clear(const struct datapath *datapath, uint32_t ifindex)
{
	if (bpf_map_delete_elem(datapath->maps[MAP_TAGS], &ifindex) && errno != ENOENT) {
		return -errno;
	}
	return 0;
}

int engine_bond_counters(const struct engine_bond *bond, struct dp_counters *out)
{
	int cpus = libbpf_num_possible_cpus();
	struct dp_counters *shares;
	struct dp_counters sum = {0};
	uint64_t *total = (uint64_t *)&sum;
	uint32_t key = 0;

	_Static_assert(sizeof(struct dp_counters) % sizeof(uint64_t) == 0,
		       "counters are a whole number of 64-bit words");
	if (cpus < 0) {
		return cpus;
	}
	shares = calloc((size_t)cpus, sizeof(*shares));
	if (!shares) {
		return -ENOMEM;
	}
	if (bpf_map_lookup_elem(bond->datapath.maps[MAP_COUNTERS], &key, shares)) {
		int result = -errno;

		free(shares);
		return result;
	}
	for (int cpu = 0; cpu < cpus; cpu++) {
		const uint64_t *share = (const uint64_t *)&shares[cpu];

		for (size_t i = 0; i < sizeof(sum) / sizeof(*share); i++) {
			total[i] += share[i];
		}
	}
	free(shares);
	*out = sum;
	return 0;
}
