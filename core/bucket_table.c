// SPDX-License-Identifier: BSD-2-Clause
/*
 * The bucket table: exactly even, and moving as little as it can.
 *
 * A change is worked out with a quota. Every usable member is to hold 840 / n
 * buckets, so each lacks some (its need) or holds some too many (its excess);
 * a bucket moves only from a member that is gone or has an excess to one in
 * need, which makes the number of moves the smallest possible. Within that
 * freedom a bucket goes to usable[i % n] if it can: this is what brings a member
 * that returns its former buckets back.
 */
#include "core/bucket_table.h"

#include <string.h>

#include "core/assert.h"

/* What a change is worked out with; indexed by slot. */
struct balance {
	bool usable[BOND_MEMBERS_MAX];
	uint32_t need[BOND_MEMBERS_MAX];
	uint32_t excess[BOND_MEMBERS_MAX];
};

void bucket_table_init(struct bucket_table *table)
{
	memset(table->slot, BOND_NO_MEMBER, sizeof(table->slot));
	memset(table->backup, BOND_NO_MEMBER, sizeof(table->backup));
}

uint32_t bucket_table_count(const struct bucket_table *table, uint8_t slot)
{
	uint32_t count = 0;

	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		if (table->slot[i] == slot) {
			count++;
		}
	}
	return count;
}

static void balance_init(struct balance *balance, const uint8_t *buckets, const uint8_t *usable,
			 size_t count)
{
	uint32_t quota = BOND_BUCKETS / (uint32_t)count;
	uint32_t held[BOND_MEMBERS_MAX] = {0};

	memset(balance, 0, sizeof(*balance));
	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		if (buckets[i] < BOND_MEMBERS_MAX) {
			held[buckets[i]]++;
		}
	}
	for (size_t k = 0; k < count; k++) {
		uint8_t slot = usable[k];

		balance->usable[slot] = true;
		if (held[slot] < quota) {
			balance->need[slot] = quota - held[slot];
		} else {
			balance->excess[slot] = held[slot] - quota;
		}
	}
}

/* Whether the bucket's holder is gone or holds too many. */
static bool balance_may_leave(const struct balance *balance, uint8_t holder)
{
	return holder >= BOND_MEMBERS_MAX || !balance->usable[holder] ||
	       balance->excess[holder] > 0;
}

static void balance_move(struct balance *balance, uint8_t *bucket, uint8_t to)
{
	if (*bucket < BOND_MEMBERS_MAX && balance->usable[*bucket]) {
		balance->excess[*bucket]--;
	}
	balance->need[to]--;
	*bucket = to;
}

static void rebalance(uint8_t *buckets, const uint8_t *usable, size_t count)
{
	struct balance balance;
	size_t turn = 0;

	balance_init(&balance, buckets, usable, count);
	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		uint8_t wanted = usable[i % count];

		if (buckets[i] != wanted && balance.need[wanted] > 0 &&
		    balance_may_leave(&balance, buckets[i])) {
			balance_move(&balance, &buckets[i], wanted);
		}
	}
	/* The rest by turns, so that one member's buckets go to all alike. */
	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		if (!balance_may_leave(&balance, buckets[i])) {
			continue;
		}
		for (size_t tries = 0; tries < count; tries++) {
			uint8_t slot = usable[turn];

			turn = (turn + 1) % count;
			if (balance.need[slot] > 0) {
				balance_move(&balance, &buckets[i], slot);
				break;
			}
		}
	}
}

static void place(uint8_t *buckets, enum flow_placement placement, const uint8_t *usable,
		  size_t count)
{
	if (count == 0) {
		memset(buckets, BOND_NO_MEMBER, BOND_BUCKETS);
		return;
	}
	switch (placement) {
	case FLOW_PLACEMENT_RESILIENT:
		rebalance(buckets, usable, count);
		break;
	case FLOW_PLACEMENT_KERNEL:
		for (size_t i = 0; i < BOND_BUCKETS; i++) {
			buckets[i] = usable[i % count];
		}
		break;
	}
}

/* For each member: what the update after its loss would make of its buckets. */
static void make_backups(struct bucket_table *table, enum flow_placement placement,
			 const uint8_t *usable, size_t count)
{
	uint8_t others[BOND_MEMBERS_MAX];
	uint8_t buckets[BOND_BUCKETS];

	memset(table->backup, BOND_NO_MEMBER, sizeof(table->backup));
	if (count < 2) {
		return;
	}
	for (size_t lost = 0; lost < count; lost++) {
		size_t n = 0;

		for (size_t k = 0; k < count; k++) {
			if (k != lost) {
				others[n++] = usable[k];
			}
		}
		memcpy(buckets, table->slot, sizeof(buckets));
		place(buckets, placement, others, n);
		for (size_t i = 0; i < BOND_BUCKETS; i++) {
			if (table->slot[i] == usable[lost]) {
				table->backup[i] = buckets[i];
			}
		}
	}
}

bool bucket_table_update(struct bucket_table *table, enum flow_placement placement,
			 const uint8_t *usable, size_t count)
{
	uint8_t before[BOND_BUCKETS];
	bool seen[BOND_MEMBERS_MAX] = {false};

	CORE_ASSERT(count <= BOND_MEMBERS_MAX);
	for (size_t k = 0; k < count; k++) {
		CORE_ASSERT(usable[k] < BOND_MEMBERS_MAX && !seen[usable[k]]);
		seen[usable[k]] = true;
	}
	memcpy(before, table->slot, sizeof(before));
	place(table->slot, placement, usable, count);
	make_backups(table, placement, usable, count);
	return memcmp(before, table->slot, sizeof(before)) != 0;
}
