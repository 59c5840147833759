/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 840 buckets: which member carries which share of the flows.
 *
 * A frame's bucket is its hash mod BOND_BUCKETS. 840 is the least common
 * multiple of 1 to 8, so with n usable members each carries exactly 840 / n
 * buckets, and with bucket i on the (i mod n)-th of them in joining order the
 * pick equals the kernel bonding driver's usable[hash % n].
 */
#ifndef CORE_BUCKET_TABLE_H
#define CORE_BUCKET_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bond_types.h"

struct bucket_table {
	/* The slot that carries the bucket; BOND_NO_MEMBER with no member. */
	uint8_t slot[BOND_BUCKETS];
	/* The slot it would move to if that one were lost, as
	 * bucket_table_update() would choose it; BOND_NO_MEMBER for none. */
	uint8_t backup[BOND_BUCKETS];
};

/* Every bucket without a member. */
void bucket_table_init(struct bucket_table *table);

/*
 * Moves the table to a new set of usable members: count slots (0 to
 * BOND_MEMBERS_MAX, no slot twice) in joining order. Afterwards every one holds
 * exactly 840 / count buckets. With FLOW_PLACEMENT_RESILIENT the fewest
 * possible buckets move: those of members no longer usable, spread evenly over
 * the others, and those that a new member takes, an even share from each,
 * first such as bucket i on usable[i % count] names it for. From an empty table,
 * and always with FLOW_PLACEMENT_KERNEL, bucket i goes to usable[i % count].
 * Returns whether any bucket moved; the backups are made anew either way.
 */
bool bucket_table_update(struct bucket_table *table, enum flow_placement placement,
			 const uint8_t *usable, size_t count);

/* Buckets that the slot carries, 0 to BOND_BUCKETS. */
uint32_t bucket_table_count(const struct bucket_table *table, uint8_t slot);

#endif
