/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The programs as this kernel takes them, made once when the engine is opened.
 *
 * libbpf fits the compiled object to the running kernel: offsets in its structs,
 * numbers of its functions. That takes reading all of the kernel's types, and the
 * verifier's time on top. What comes out differs from bond to bond in nothing but the
 * maps' descriptors, so the instructions are kept, with the places where those
 * stand; loading a program for one more bond is then one system call. The
 * programs' tags, which leave the descriptors out, are kept as well: a program
 * that runs already is known by its tag, and nothing need be loaded to take it over.
 */
#include "engine/ebpf/internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/portchannel_carrier.skel.h"
#include "bpf/portchannel_plain.skel.h"

#define LICENSE "Dual BSD/GPL"

const char *const datapath_map_names[MAP_COUNT] = {
	[MAP_TABLE] = DP_MAP_TABLE,
	[MAP_VLANS] = DP_MAP_VLANS,
	[MAP_TAGS] = DP_MAP_TAGS,
	[MAP_COUNTERS] = DP_MAP_COUNTERS,
};

/* pc_learn and pc_carriers are in the object that reads carrier only. */
static const char *const program_names[PROGRAM_COUNT] = {
	[PROGRAM_TRANSMIT] = "pc_transmit", [PROGRAM_TRANSMIT_VLAN] = "pc_transmit_vlan",
	[PROGRAM_RECEIVE] = "pc_receive",   [PROGRAM_RECEIVE_NIC] = "pc_receive_nic",
	[PROGRAM_LEARN] = "pc_learn",	    [PROGRAM_CARRIERS] = "pc_carriers",
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

/* The four known maps have their own numbers, others come after them. */
static int maps_take(struct template *template, const struct bpf_object *object,
		     int fds[TEMPLATE_MAPS_MAX])
{
	const struct bpf_map *map;

	template->map_count = MAP_COUNT;
	bpf_object__for_each_map(map, object)
	{
		struct template_map *kept = NULL;
		const char *name = bpf_map__name(map);

		for (int i = 0; i < MAP_COUNT; i++) {
			if (strcmp(name, datapath_map_names[i]) == 0) {
				kept = &template->maps[i];
			}
		}
		if (!kept) {
			if (template->map_count == TEMPLATE_MAPS_MAX) {
				return -E2BIG;
			}
			kept = &template->maps[template->map_count++];
		}
		strncpy(kept->name, name, sizeof(kept->name) - 1);
		kept->type = bpf_map__type(map);
		kept->key_size = bpf_map__key_size(map);
		kept->value_size = bpf_map__value_size(map);
		kept->max_entries = bpf_map__max_entries(map);
		kept->flags = bpf_map__map_flags(map);
		fds[kept - template->maps] = bpf_map__fd(map);
	}
	for (int i = 0; i < MAP_COUNT; i++) {
		if (!template->maps[i].name[0]) {
			return -ENOENT;
		}
	}
	return 0;
}

/* A reference to a map is a 64-bit load whose immediate is its descriptor. */
static bool instruction_names_map(const struct bpf_insn *instruction)
{
	return instruction->code == (BPF_LD | BPF_IMM | BPF_DW) &&
	       instruction->src_reg == BPF_PSEUDO_MAP_FD;
}

/* Keeps the instructions, with a map's number where its descriptor stood. */
static int program_take(struct template_program *kept, const struct bpf_program *program,
			const struct template *template, const int fds[TEMPLATE_MAPS_MAX])
{
	const struct bpf_insn *instructions = bpf_program__insns(program);
	struct bpf_prog_info info = {0};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size)) {
		return -errno;
	}
	memcpy(kept->tag, info.tag, PROGRAM_TAG_SIZE);
	kept->count = bpf_program__insn_cnt(program);
	kept->instructions = calloc(kept->count, sizeof(*instructions));
	if (!kept->instructions) {
		return -ENOMEM;
	}
	memcpy(kept->instructions, instructions, kept->count * sizeof(*instructions));
	for (size_t i = 0; i < kept->count; i++) {
		struct bpf_insn *instruction = &kept->instructions[i];
		size_t map = 0;

		if (!instruction_names_map(instruction)) {
			continue;
		}
		while (map < template->map_count && fds[map] != instruction->imm) {
			map++;
		}
		if (map == template->map_count) {
			return -EPROTO;
		}
		instruction->imm = (int32_t)map;
	}
	return 0;
}

static int object_take(struct template *template, const struct bpf_object *object)
{
	int fds[TEMPLATE_MAPS_MAX];
	int result = maps_take(template, object, fds);

	for (int i = 0; i < PROGRAM_COUNT && !result; i++) {
		const struct bpf_program *program =
			bpf_object__find_program_by_name(object, program_names[i]);

		if (program) {
			result = program_take(&template->programs[i], program, template, fds);
		} else if (i < PROGRAM_LEARN) {
			result = -ENOENT;
		}
	}
	return result;
}

int template_make(struct template *template, bool carrier_read)
{
	struct bpf_object *object = object_open(carrier_read);
	int result;

	memset(template, 0, sizeof(*template));
	if (!object) {
		return -errno;
	}
	result = bpf_object__load(object);
	if (!result) {
		result = object_take(template, object);
	}
	bpf_object__close(object);
	/* The kernel's types took some 10 MiB for a moment: give them back. */
	(void)malloc_trim(0);
	if (result) {
		template_free(template);
	}
	return result;
}

void template_free(struct template *template)
{
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		free(template->programs[i].instructions);
	}
	memset(template, 0, sizeof(*template));
}

int template_map_create(const struct template *template, size_t map)
{
	const struct template_map *kept = &template->maps[map];
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = kept->flags);
	int fd = bpf_map_create((enum bpf_map_type)kept->type, kept->name, kept->key_size,
				kept->value_size, kept->max_entries, &options);

	return fd < 0 ? -errno : fd;
}

int template_program_load(const struct template *template, enum program_id program,
			  const int maps[TEMPLATE_MAPS_MAX])
{
	const struct template_program *kept = &template->programs[program];
	size_t size = kept->count * sizeof(*kept->instructions);
	struct bpf_insn *instructions;
	int fd;

	if (!kept->instructions) {
		return -EOPNOTSUPP;
	}
	instructions = malloc(size);
	if (!instructions) {
		return -ENOMEM;
	}
	memcpy(instructions, kept->instructions, size);
	for (size_t i = 0; i < kept->count; i++) {
		if (instruction_names_map(&instructions[i])) {
			instructions[i].imm = maps[instructions[i].imm];
		}
	}
	fd = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, program_names[program], LICENSE,
			   instructions, kept->count, NULL);
	fd = fd < 0 ? -errno : fd;
	free(instructions);
	return fd;
}
