/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking over what a former process left running, with no bpffs needed: the
 * attached filter names its program, the program its maps. The hub's program is
 * where to begin, and since every program holds all four maps it is the end as
 * well; on kernels where programs hold only the maps they use (before 5.10),
 * the members' and the VLAN interfaces' programs have the rest.
 */
#include "engine/ebpf/internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROGRAM_MAPS_MAX 16

/* The least a table must have for anything to be read from it: every version
 * begins as today's does, up to and with the slots. */
#define TABLE_HEAD_SIZE	 offsetof(struct dp_table, buckets)

struct found_maps {
	int fds[MAP_COUNT];
	struct bpf_map_info infos[MAP_COUNT];
};

static void found_close(struct found_maps *found)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		if (found->fds[i] >= 0) {
			close(found->fds[i]);
		}
		found->fds[i] = -1;
	}
}

static bool found_all(const struct found_maps *found)
{
	for (int i = 0; i < MAP_COUNT; i++) {
		if (found->fds[i] < 0) {
			return false;
		}
	}
	return true;
}

/* Keeps the map if it is one of the four and not found yet. */
static void found_map_add(struct found_maps *found, uint32_t map_id)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info);
	int fd = bpf_map_get_fd_by_id(map_id);

	if (fd < 0) {
		return;
	}
	if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0) {
		for (int i = 0; i < MAP_COUNT; i++) {
			if (strcmp(info.name, datapath_map_names[i]) == 0 &&
			    found->fds[i] < 0) {
				found->fds[i] = fd;
				found->infos[i] = info;
				return;
			}
		}
	}
	close(fd);
}

/* Adds the maps of the program that stands at our place of the hook. */
static void found_hook_add(struct found_maps *found, uint32_t ifindex,
			   enum hook_direction direction)
{
	uint32_t ids[PROGRAM_MAPS_MAX] = {0};
	struct bpf_prog_info info = {.nr_map_ids = PROGRAM_MAPS_MAX, .map_ids = (uintptr_t)ids};
	uint32_t program_id, size = sizeof(info);
	int fd, result;

	if (hook_query(ifindex, direction, &program_id)) {
		return;
	}
	fd = bpf_prog_get_fd_by_id(program_id);
	if (fd < 0) {
		return;
	}
	result = bpf_obj_get_info_by_fd(fd, &info, &size);
	close(fd);
	for (uint32_t i = 0; !result && i < info.nr_map_ids && i < PROGRAM_MAPS_MAX; i++) {
		found_map_add(found, ids[i]);
	}
}

static void found_clear(struct found_maps *found)
{
	memset(found, 0, sizeof(*found));
	for (int i = 0; i < MAP_COUNT; i++) {
		found->fds[i] = -1;
	}
}

bool takeover_is_ours(uint32_t ifindex, enum hook_direction direction)
{
	struct found_maps found;
	bool ours;

	found_clear(&found);
	found_hook_add(&found, ifindex, direction);
	ours = found.fds[MAP_TABLE] >= 0;
	found_close(&found);
	return ours;
}

/* The table as it was left, in our own layout as far as it goes. */
static int table_read(const struct found_maps *found, struct dp_table *out)
{
	uint32_t size = found->infos[MAP_TABLE].value_size;
	uint32_t key = 0;
	uint8_t *value = calloc(1, size);
	int result = 0;

	if (!value) {
		return -ENOMEM;
	}
	if (size < TABLE_HEAD_SIZE) {
		result = -EPROTO;
	} else if (bpf_map_lookup_elem(found->fds[MAP_TABLE], &key, value)) {
		result = -errno;
	}
	if (!result) {
		memset(out, 0, sizeof(*out));
		memcpy(out, value, size < sizeof(*out) ? size : sizeof(*out));
	}
	free(value);
	return result;
}

bool takeover_is_stray(uint32_t ifindex, enum hook_direction direction, struct dp_table *out)
{
	struct found_maps found, owner;
	struct dp_table table;
	bool stray = false;

	found_clear(&found);
	found_clear(&owner);
	found_hook_add(&found, ifindex, direction);
	/* One that cannot be read is not known to be a stray. */
	if (found.fds[MAP_TABLE] >= 0 && table_read(&found, &table) == 0) {
		found_hook_add(&owner, table.hub_ifindex, HOOK_HUB);
		stray = owner.fds[MAP_TABLE] < 0 ||
			owner.infos[MAP_TABLE].id != found.infos[MAP_TABLE].id;
	}
	found_close(&owner);
	found_close(&found);
	if (stray) {
		*out = table;
	}
	return stray;
}

/* What a program may hold none of: looks at the members' and VLANs' too. */
static void found_search_on(struct found_maps *found)
{
	struct dp_table table;
	uint32_t hub;

	if (found_all(found) || table_read(found, &table)) {
		return;
	}
	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		if (table.slots[i].ifindex) {
			found_hook_add(found, table.slots[i].ifindex, HOOK_INGRESS);
		}
	}
	for (uint32_t vid = 1; found->fds[MAP_VLANS] >= 0 && vid < DP_VLANS_MAX; vid++) {
		if (found_all(found)) {
			return;
		}
		if (bpf_map_lookup_elem(found->fds[MAP_VLANS], &vid, &hub) == 0 && hub) {
			found_hook_add(found, hub, HOOK_HUB);
		}
	}
}

/* Whether our programs can run over the very maps. */
static bool layout_is_ours(const struct found_maps *found, const struct dp_table *table)
{
	const struct bpf_map_info *infos = found->infos;

	return table->abi_version == DP_ABI_VERSION && found_all(found) &&
	       infos[MAP_TABLE].value_size == sizeof(struct dp_table) &&
	       infos[MAP_VLANS].max_entries == DP_VLANS_MAX &&
	       infos[MAP_VLANS].value_size == sizeof(uint32_t) &&
	       infos[MAP_TAGS].max_entries == DP_TAGS_MAX &&
	       infos[MAP_COUNTERS].value_size == sizeof(struct dp_counters);
}

/* Buckets of an unknown layout are made anew: evenly over the slots that
 * transmit. The daemon publishes its own table at once. */
static void buckets_fill(struct dp_table *table)
{
	uint8_t usable[BOND_MEMBERS_MAX] = {0};
	uint32_t count = 0;

	for (uint8_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		if (table->slots[i].ifindex && (table->slots[i].flags & DP_SLOT_TRANSMIT)) {
			usable[count++] = i;
		}
	}
	for (uint32_t i = 0; i < BOND_BUCKETS; i++) {
		table->buckets[i] =
			(struct dp_bucket){.slot = count ? usable[i % count] : BOND_NO_MEMBER,
					   .backup = BOND_NO_MEMBER};
	}
}

/* Fills new maps from those of another version. Counters begin anew. */
static int datapath_fill(struct datapath *datapath, const struct found_maps *found,
			 const struct dp_table *old)
{
	struct dp_table table = *old;
	uint32_t hub;
	int result = 0;

	table.abi_version = DP_ABI_VERSION;
	for (int i = 0; i < BOND_MEMBERS_MAX; i++) {
		table.slots[i].flags &= DP_SLOT_TRANSMIT | DP_SLOT_RECEIVE | SLOT_NOTES;
		table.slots[i].net_device = 0;
	}
	buckets_fill(&table);
	*datapath->table = table;
	for (uint32_t vid = 1; found->fds[MAP_VLANS] >= 0 && vid < DP_VLANS_MAX; vid++) {
		if (bpf_map_lookup_elem(found->fds[MAP_VLANS], &vid, &hub) == 0 && hub) {
			result = datapath_vlan_set(datapath, (uint16_t)vid, hub);
		}
		if (result) {
			return result;
		}
	}
	return 0;
}

/* A data path over the maps that were found, or over new ones filled from them. */
static int found_take(struct engine *engine, struct found_maps *found,
		      struct datapath *datapath, struct engine_error *err)
{
	struct dp_table table;
	struct datapath loaded;
	int result;

	found_search_on(found);
	result = table_read(found, &table);
	if (result) {
		return engine_fail_bpf(err, result, "reading the running data path's table");
	}
	if (layout_is_ours(found, &table)) {
		return datapath_make(datapath, &engine->template, found->fds, err);
	}
	result = datapath_make(&loaded, &engine->template, NULL, err);
	if (result) {
		return result;
	}
	result = datapath_fill(&loaded, found, &table);
	if (result) {
		engine_fail_bpf(err, result, "copying the running data path's maps");
		datapath_free(&loaded);
		return result;
	}
	*datapath = loaded;
	return 0;
}

int takeover_datapath(struct engine *engine, uint32_t ifindex, uint32_t hub_ifindex,
		      struct datapath *datapath, struct engine_error *err)
{
	struct found_maps found;
	int result = -ENOENT;

	found_clear(&found);
	found_hook_add(&found, hub_ifindex, HOOK_HUB);
	found_hook_add(&found, ifindex, HOOK_EGRESS);
	if (found.fds[MAP_TABLE] >= 0) {
		result = found_take(engine, &found, datapath, err);
	}
	found_close(&found);
	return result;
}

/* What stands at the NIC's ingress is there for its VLAN interfaces, not for a bond. */
static bool found_nic(struct found_maps *found, uint32_t ifindex)
{
	struct dp_table table;

	found_clear(found);
	found_hook_add(found, ifindex, HOOK_INGRESS);
	return found->fds[MAP_TABLE] >= 0 && table_read(found, &table) == 0 &&
	       table.bond_ifindex == table.hub_ifindex;
}

bool takeover_is_nic(uint32_t ifindex)
{
	struct found_maps found;
	bool is_nic = found_nic(&found, ifindex);

	found_close(&found);
	return is_nic;
}

int takeover_nic(struct engine *engine, uint32_t ifindex, struct datapath *datapath,
		 struct engine_error *err)
{
	struct found_maps found;
	int result = -ENOENT;

	if (found_nic(&found, ifindex)) {
		result = found_take(engine, &found, datapath, err);
	}
	found_close(&found);
	return result;
}
