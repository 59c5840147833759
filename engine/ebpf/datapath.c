/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The programs and maps of one bond: loading them, the table mapped into our
 * memory, and what the maps hold apart from it. Layout: abi/datapath.h. The
 * libbpf object, with all it knows of types, is closed right after loading;
 * descriptors are all that stays.
 */
#include "engine/ebpf/internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpf/portchannel_carrier.skel.h"
#include "bpf/portchannel_plain.skel.h"

/* An array map's entries stand at multiples of 8 bytes. */
#define ARRAY_ENTRY_ALIGN 8

const char *const datapath_map_names[MAP_COUNT] = {
	[MAP_TABLE] = DP_MAP_TABLE,
	[MAP_VLANS] = DP_MAP_VLANS,
	[MAP_TAGS] = DP_MAP_TAGS,
	[MAP_COUNTERS] = DP_MAP_COUNTERS,
};

/* pc_learn is in the object that reads carrier only. */
static const char *const program_names[PROGRAM_COUNT] = {
	[PROGRAM_TRANSMIT] = "pc_transmit",
	[PROGRAM_TRANSMIT_VLAN] = "pc_transmit_vlan",
	[PROGRAM_RECEIVE] = "pc_receive",
	[PROGRAM_LEARN] = "pc_learn",
};

static struct bpf_object *object_open(bool carrier_read)
{
	const void *elf;
	size_t size;

	engine_bpf_messages_keep();
	if (carrier_read) {
		elf = portchannel_carrier__elf_bytes(&size);
	} else {
		elf = portchannel_plain__elf_bytes(&size);
	}
	return bpf_object__open_mem(elf, size, NULL);
}

int datapath_probe(bool carrier_read)
{
	struct bpf_object *object = object_open(carrier_read);
	int result;

	if (!object) {
		return -errno;
	}
	result = bpf_object__load(object);
	bpf_object__close(object);
	/* The kernel's types took some 20 MiB for a moment: give them back. */
	(void)malloc_trim(0);
	return result;
}

static int fd_duplicate(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return copy < 0 ? -errno : copy;
}

static int maps_reuse(struct bpf_object *object, const int maps[MAP_COUNT])
{
	for (int i = 0; i < MAP_COUNT; i++) {
		struct bpf_map *map =
			bpf_object__find_map_by_name(object, datapath_map_names[i]);
		int result = map ? bpf_map__reuse_fd(map, maps[i]) : -ENOENT;

		if (result) {
			return result;
		}
	}
	return 0;
}

/* Takes the loaded object's descriptors over. */
static int object_keep(struct datapath *datapath, const struct bpf_object *object)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		const struct bpf_map *map =
			bpf_object__find_map_by_name(object, datapath_map_names[i]);

		datapath->maps[i] = map ? fd_duplicate(bpf_map__fd(map)) : -ENOENT;
		if (datapath->maps[i] < 0) {
			return datapath->maps[i];
		}
	}
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		const struct bpf_program *program =
			bpf_object__find_program_by_name(object, program_names[i]);
		struct datapath_program *kept = &datapath->programs[i];
		struct bpf_prog_info info = {0};
		uint32_t size = sizeof(info);

		if (!program && i == PROGRAM_LEARN) {
			continue;
		}
		kept->fd = program ? fd_duplicate(bpf_program__fd(program)) : -ENOENT;
		if (kept->fd < 0) {
			return kept->fd;
		}
		if (bpf_obj_get_info_by_fd(kept->fd, &info, &size)) {
			return -errno;
		}
		memcpy(kept->tag, info.tag, PROGRAM_TAG_SIZE);
	}
	return 0;
}

/* Makes every program hold all four maps, so that they outlive us and can be
 * found from any one of them. Kernels before 5.10 can't; there, the maps are
 * found from all programs together. */
static void maps_bind(const struct datapath *datapath)
{
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		for (int j = 0; j < MAP_COUNT && datapath->programs[i].fd >= 0; j++) {
			(void)bpf_prog_bind_map(datapath->programs[i].fd, datapath->maps[j],
						NULL);
		}
	}
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
		datapath->programs[i].fd = -1;
	}
	for (int i = 0; i < MAP_COUNT; i++) {
		datapath->maps[i] = -1;
	}
}

int datapath_load(struct datapath *datapath, bool carrier_read, const int maps[MAP_COUNT],
		  struct engine_error *err)
{
	struct bpf_object *object = object_open(carrier_read);
	struct datapath loaded;
	int result;

	datapath_clear(&loaded);
	if (!object) {
		return engine_fail_bpf(err, -errno, "opening the eBPF programs");
	}
	result = maps ? maps_reuse(object, maps) : 0;
	if (!result) {
		result = bpf_object__load(object);
	}
	if (!result) {
		result = object_keep(&loaded, object);
	}
	bpf_object__close(object);
	(void)malloc_trim(0);
	if (!result) {
		result = table_map(&loaded);
	}
	if (result) {
		datapath_unload(&loaded);
		return engine_fail_bpf(err, result, "loading the eBPF programs");
	}
	maps_bind(&loaded);
	*datapath = loaded;
	return 0;
}

void datapath_unload(struct datapath *datapath)
{
	if (datapath->table) {
		(void)munmap(datapath->table, sizeof(struct dp_table));
	}
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		if (datapath->programs[i].fd >= 0) {
			close(datapath->programs[i].fd);
		}
	}
	for (int i = 0; i < MAP_COUNT; i++) {
		if (datapath->maps[i] >= 0) {
			close(datapath->maps[i]);
		}
	}
	datapath_clear(datapath);
}

/* What stands at our place of the hook; tag may be NULL. */
static bool attached_uses_table(const struct datapath *datapath, uint32_t ifindex,
				enum hook_direction direction, uint8_t tag[PROGRAM_TAG_SIZE])
{
	uint32_t ids[MAP_COUNT * 2] = {0};
	struct bpf_prog_info info = {.nr_map_ids = MAP_COUNT * 2, .map_ids = (uintptr_t)ids};
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
	for (uint32_t i = 0; i < info.nr_map_ids && i < MAP_COUNT * 2; i++) {
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

int datapath_attach(const struct datapath *datapath, enum program_id program, uint32_t ifindex,
		    enum hook_direction direction, bool running)
{
	const struct datapath_program *ours = &datapath->programs[program];
	uint8_t tag[PROGRAM_TAG_SIZE];

	if (attached_uses_table(datapath, ifindex, direction, tag) &&
	    memcmp(tag, ours->tag, PROGRAM_TAG_SIZE) == 0) {
		return 0;
	}
	return hook_attach(ifindex, direction, ours->fd, running);
}

int datapath_learn(const struct datapath *datapath, uint32_t ifindex)
{
	uint8_t frame[ETH_ZLEN] = {0};
	struct __sk_buff context = {.ifindex = ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame),
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = 1);

	if (datapath->programs[PROGRAM_LEARN].fd < 0) {
		return -EOPNOTSUPP;
	}
	if (bpf_prog_test_run_opts(datapath->programs[PROGRAM_LEARN].fd, &options)) {
		return -errno;
	}
	return options.retval == 0 ? 0 : -ENOENT;
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
