// SPDX-License-Identifier: BSD-2-Clause
/*
 * The bucket table: even for every count, the kernel's pick from an empty table,
 * the fewest moves, buckets that come home, and backups that say the truth.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/bucket_table.h"

/* The slots of a set, in an order that isn't that of the slots. */
static size_t members_of(unsigned int set, uint8_t usable[BOND_MEMBERS_MAX])
{
	static const uint8_t order[BOND_MEMBERS_MAX] = {3, 0, 7, 1, 6, 2, 5, 4};
	size_t count = 0;

	for (size_t i = 0; i < BOND_MEMBERS_MAX; i++) {
		if ((set & 1u << order[i]) != 0) {
			usable[count++] = order[i];
		}
	}
	return count;
}

static bool update(struct bucket_table *table, enum flow_placement placement, unsigned int set)
{
	uint8_t usable[BOND_MEMBERS_MAX];
	size_t count = members_of(set, usable);

	return bucket_table_update(table, placement, usable, count);
}

static void check_even(const struct bucket_table *table, unsigned int set)
{
	uint8_t usable[BOND_MEMBERS_MAX];
	size_t count = members_of(set, usable);

	for (size_t k = 0; k < count; k++) {
		assert_int_equal(bucket_table_count(table, usable[k]), BOND_BUCKETS / count);
	}
	assert_int_equal(bucket_table_count(table, BOND_NO_MEMBER),
			 count == 0 ? BOND_BUCKETS : 0);
}

static size_t moved(const struct bucket_table *a, const struct bucket_table *b)
{
	size_t count = 0;

	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		count += a->slot[i] != b->slot[i] ? 1 : 0;
	}
	return count;
}

/* What no way of doing it can undercut: each member of the new set must come to
 * its share. */
static size_t fewest_moves(const struct bucket_table *before, unsigned int set)
{
	uint8_t usable[BOND_MEMBERS_MAX];
	size_t count = members_of(set, usable);
	size_t moves = 0;

	for (size_t k = 0; k < count; k++) {
		size_t held = bucket_table_count(before, usable[k]);

		if (held < BOND_BUCKETS / count) {
			moves += BOND_BUCKETS / count - held;
		}
	}
	return count == 0 ? BOND_BUCKETS - bucket_table_count(before, BOND_NO_MEMBER) : moves;
}

/* Takes each member away in turn and compares with what the backups said. */
static void check_backups(const struct bucket_table *table, enum flow_placement placement,
			  unsigned int set)
{
	for (uint8_t lost = 0; lost < BOND_MEMBERS_MAX; lost++) {
		struct bucket_table after = *table;

		if ((set & 1u << lost) == 0) {
			continue;
		}
		update(&after, placement, set & ~(1u << lost));
		for (size_t i = 0; i < BOND_BUCKETS; i++) {
			if (table->slot[i] == lost) {
				assert_int_equal(table->backup[i], after.slot[i]);
			}
		}
	}
}

static void test_fill_is_the_kernels_pick(void **state)
{
	(void)state;
	for (unsigned int set = 0; set < 256; set++) {
		uint8_t usable[BOND_MEMBERS_MAX];
		size_t count = members_of(set, usable);
		struct bucket_table table;

		bucket_table_init(&table);
		update(&table, FLOW_PLACEMENT_RESILIENT, set);
		check_even(&table, set);
		for (size_t i = 0; i < BOND_BUCKETS && count > 0; i++) {
			assert_int_equal(table.slot[i], usable[i % count]);
		}
		check_backups(&table, FLOW_PLACEMENT_RESILIENT, set);
	}
}

/* From every set of members to every other. */
static void test_any_change_moves_the_fewest(void **state)
{
	(void)state;
	for (unsigned int from = 0; from < 256; from++) {
		struct bucket_table filled;

		bucket_table_init(&filled);
		update(&filled, FLOW_PLACEMENT_RESILIENT, from);
		for (unsigned int to = 0; to < 256; to += from % 4 == 3 ? 1 : 5) {
			struct bucket_table table = filled;
			bool any = update(&table, FLOW_PLACEMENT_RESILIENT, to);

			check_even(&table, to);
			assert_int_equal(moved(&filled, &table), fewest_moves(&filled, to));
			assert_int_equal(any, moved(&filled, &table) != 0);
		}
	}
}

/* Only the lost one's buckets move, evenly to the others; they all come home. */
static void test_loss_and_return(void **state)
{
	(void)state;
	for (unsigned int set = 1; set < 256; set++) {
		struct bucket_table before;

		bucket_table_init(&before);
		update(&before, FLOW_PLACEMENT_RESILIENT, set);
		for (uint8_t lost = 0; lost < BOND_MEMBERS_MAX; lost++) {
			struct bucket_table table = before;

			if ((set & 1u << lost) == 0) {
				continue;
			}
			update(&table, FLOW_PLACEMENT_RESILIENT, set & ~(1u << lost));
			for (size_t i = 0; i < BOND_BUCKETS; i++) {
				if (before.slot[i] != lost) {
					assert_int_equal(table.slot[i], before.slot[i]);
				}
			}
			check_even(&table, set & ~(1u << lost));
			update(&table, FLOW_PLACEMENT_RESILIENT, set);
			assert_memory_equal(table.slot, before.slot, sizeof(before.slot));
		}
	}
}

/* A newcomer takes the same number from each. */
static void test_newcomer_takes_even_share(void **state)
{
	(void)state;
	for (size_t n = 1; n < BOND_MEMBERS_MAX; n++) {
		static const uint8_t usable[BOND_MEMBERS_MAX] = {0, 1, 2, 3, 4, 5, 6, 7};
		struct bucket_table before;
		struct bucket_table after;
		size_t taken[BOND_MEMBERS_MAX] = {0};

		bucket_table_init(&before);
		bucket_table_update(&before, FLOW_PLACEMENT_RESILIENT, usable, n);
		after = before;
		bucket_table_update(&after, FLOW_PLACEMENT_RESILIENT, usable, n + 1);
		for (size_t i = 0; i < BOND_BUCKETS; i++) {
			if (after.slot[i] != before.slot[i]) {
				assert_int_equal(after.slot[i], n);
				taken[before.slot[i]]++;
			}
		}
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(taken[k], BOND_BUCKETS / n - BOND_BUCKETS / (n + 1));
		}
	}
}

/* Long histories: whatever came before, even, minimal and truthful. */
static void test_random_histories(void **state)
{
	unsigned int random = 12345;

	(void)state;
	for (int history = 0; history < 30; history++) {
		struct bucket_table table;
		unsigned int set = 0;

		bucket_table_init(&table);
		for (int step = 0; step < 60; step++) {
			struct bucket_table before = table;

			random = random * 1103515245u + 12345u;
			set ^= 1u << (random >> 16) % 8;
			update(&table, FLOW_PLACEMENT_RESILIENT, set);
			check_even(&table, set);
			assert_int_equal(moved(&before, &table), fewest_moves(&before, set));
			check_backups(&table, FLOW_PLACEMENT_RESILIENT, set);
		}
	}
}

static void test_kernel_placement(void **state)
{
	struct bucket_table table;

	(void)state;
	bucket_table_init(&table);
	for (unsigned int step = 0; step < 512; step++) {
		unsigned int set = step * 37 % 256;
		uint8_t usable[BOND_MEMBERS_MAX];
		size_t count = members_of(set, usable);

		update(&table, FLOW_PLACEMENT_KERNEL, set);
		for (size_t i = 0; i < BOND_BUCKETS; i++) {
			assert_int_equal(table.slot[i],
					 count == 0 ? BOND_NO_MEMBER : usable[i % count]);
		}
		check_backups(&table, FLOW_PLACEMENT_KERNEL, set);
	}
}

static void test_backups_with_few_members(void **state)
{
	struct bucket_table table;

	(void)state;
	bucket_table_init(&table);
	update(&table, FLOW_PLACEMENT_RESILIENT, 1u << 2);
	for (size_t i = 0; i < BOND_BUCKETS; i++) {
		assert_int_equal(table.slot[i], 2);
		assert_int_equal(table.backup[i], BOND_NO_MEMBER);
	}
	update(&table, FLOW_PLACEMENT_RESILIENT, 0);
	assert_int_equal(bucket_table_count(&table, BOND_NO_MEMBER), BOND_BUCKETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill_is_the_kernels_pick),
		cmocka_unit_test(test_any_change_moves_the_fewest),
		cmocka_unit_test(test_loss_and_return),
		cmocka_unit_test(test_newcomer_takes_even_share),
		cmocka_unit_test(test_random_histories),
		cmocka_unit_test(test_kernel_placement),
		cmocka_unit_test(test_backups_with_few_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
