/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random frames of every kind that the flow hash tells apart, from a seed: the
 * same seed gives the same frames on every machine.
 */
#ifndef TESTS_BPF_FRAME_GEN_H
#define TESTS_BPF_FRAME_GEN_H

#include <stddef.h>
#include <stdint.h>

/* Frames are between these sizes. */
#define FRAME_SIZE_MIN 14
#define FRAME_SIZE_MAX 512

struct frame_gen {
	uint64_t state;
};

void frame_gen_init(struct frame_gen *gen, uint64_t seed);

/* A number from 0 to below - 1. */
uint32_t frame_gen_below(struct frame_gen *gen, uint32_t below);

/* Writes the next frame; returns its size. */
size_t frame_gen_next(struct frame_gen *gen, uint8_t bytes[FRAME_SIZE_MAX]);

#endif
