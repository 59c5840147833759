/* SPDX-License-Identifier: BSD-2-Clause */
/* SipHash-2-4; see the header. */
#include "config/config_hash.h"

static uint64_t rotate(uint64_t word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

static void rounds(uint64_t v[4], unsigned int count)
{
	for (; count > 0; count--) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

static void word_add(struct config_hash *hash, uint64_t word)
{
	hash->v[3] ^= word;
	rounds(hash->v, 2);
	hash->v[0] ^= word;
}

static uint64_t word_read(const uint8_t bytes[8])
{
	uint64_t word = 0;

	for (unsigned int i = 0; i < 8; i++) {
		word |= (uint64_t)bytes[i] << (8 * i);
	}
	return word;
}

void config_hash_init(struct config_hash *hash, const uint8_t key[16])
{
	uint64_t k0 = word_read(key);
	uint64_t k1 = word_read(key + 8);

	/* "somepseudorandomlygeneratedbytes" */
	*hash = (struct config_hash){
		.v = {k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL,
		      k0 ^ 0x6c7967656e657261ULL, k1 ^ 0x7465646279746573ULL},
	};
}

void config_hash_add(struct config_hash *hash, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size > 0) {
		if (hash->size % 8 == 0 && size >= 8) {
			word_add(hash, word_read(at));
			hash->size += 8;
			at += 8;
			size -= 8;
			continue;
		}
		hash->tail |= (uint64_t)*at++ << (8 * (hash->size % 8));
		hash->size++;
		size--;
		if (hash->size % 8 == 0) {
			word_add(hash, hash->tail);
			hash->tail = 0;
		}
	}
}

void config_hash_add_number(struct config_hash *hash, uint64_t number)
{
	uint8_t bytes[8];

	for (unsigned int i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(number >> (8 * i));
	}
	config_hash_add(hash, bytes, sizeof(bytes));
}

uint64_t config_hash_end(struct config_hash *hash)
{
	word_add(hash, hash->tail | hash->size << 56);
	hash->v[2] ^= 0xff;
	rounds(hash->v, 4);
	return hash->v[0] ^ hash->v[1] ^ hash->v[2] ^ hash->v[3];
}
