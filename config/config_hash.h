/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) over
 * pieces of bytes: 64 bits that stand for a text in the revisions of
 * config/config_texts.h. Private to config/.
 */
#ifndef CONFIG_CONFIG_HASH_H
#define CONFIG_CONFIG_HASH_H

#include <stddef.h>
#include <stdint.h>

struct config_hash {
	uint64_t v[4];
	uint64_t tail; /* the bytes that make no word of 8 yet, the first lowest */
	uint64_t size; /* of all so far */
};

/* The key is 16 bytes. */
void config_hash_init(struct config_hash *hash, const uint8_t key[16]);
void config_hash_add(struct config_hash *hash, const void *bytes, size_t size);
/* The number as 8 bytes, the lowest first, on any machine. */
void config_hash_add_number(struct config_hash *hash, uint64_t number);
uint64_t config_hash_end(struct config_hash *hash);

#endif
