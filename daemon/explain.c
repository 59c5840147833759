/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "abi/flow_hash.h"
#include "daemon/bond_runtime.h"
#include "daemon/explain_frame.h"
#include "daemon/json_util.h"

static json_t *explain_member_name(const struct bond_runtime *bond, uint8_t slot)
{
	return slot < BOND_MEMBERS_MAX ? json_text(bond->members[slot].name) : json_null();
}

/* The kernel driver's pick from the same members: those that may be sent on, in
 * joining order, the hash modulo their number. */
static uint8_t explain_kernel_slot(const struct bond *core, uint32_t hash)
{
	uint8_t usable[BOND_MEMBERS_MAX] = {0};
	uint32_t count = 0;

	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot++) {
		uint32_t at = count;

		if (!core->members[slot].present || !bond_member_transmits(core, slot)) {
			continue;
		}
		while (at > 0 &&
		       core->members[usable[at - 1]].joined > core->members[slot].joined) {
			usable[at] = usable[at - 1];
			at--;
		}
		usable[at] = slot;
		count++;
	}
	return count ? usable[hash % count] : BOND_NO_MEMBER;
}

static void explain_note_vlan(const struct bond_runtime *bond, const char *vlan, json_t *notes)
{
	long vid = strtol(vlan, NULL, 10);
	bool found = false;

	for (size_t i = 0; i < bond->parent.vlan_count; i++) {
		found = found || bond->parent.vlans[i].vid == vid;
	}
	json_array_append_new(notes,
			      json_string("the VLAN id does not enter the hash: the tag is "
					  "pushed after the link was picked"));
	if (!found) {
		json_array_append_new(
			notes,
			json_sprintf("%s has no VLAN interface for VLAN %ld", bond->name, vid));
	}
}

static json_t *explain_notes(const struct bond_runtime *bond, const struct explain_query *query,
			     const struct explain_needs *needs,
			     const struct explain_frame *frame)
{
	json_t *notes = json_array();

	if (needs->ports && !frame->has_protocol) {
		json_array_append_new(notes,
				      json_string("no protocol was given: this holds for "
						  "fragments and for packets without ports"));
	}
	if (needs->ethernet && !query->src_mac) {
		json_array_append_new(notes, json_string("src_mac was not given: the bond's "
							 "own address was taken"));
	}
	if (query->vlan) {
		explain_note_vlan(bond, query->vlan, notes);
	}
	if (!bond_carrier(&bond->core)) {
		json_array_append_new(notes, json_string("the bond has no carrier: nothing is "
							 "sent now"));
	}
	return notes;
}

json_t *explain_flow(const struct bond_runtime *bond, const struct explain_query *query,
		     char error[EXPLAIN_ERROR_SIZE])
{
	enum xmit_hash_policy policy = bond->wanted->bond.options.xmit_hash_policy;
	struct explain_needs needs = {.ethernet = policy != XMIT_HASH_LAYER34,
				      .addresses = policy != XMIT_HASH_LAYER2,
				      .ports = policy == XMIT_HASH_LAYER34,
				      .own_mac = bond->core.mac};
	const struct bucket_table *table = &bond->core.table;
	struct flow_hash_info info;
	struct explain_frame frame;
	uint32_t hash, bucket;

	if (explain_frame_build(query, &needs, &frame, error) < 0) {
		return NULL;
	}
	hash = flow_hash(policy, frame.bytes, frame.bytes + frame.size, &info);
	bucket = flow_hash_bucket(hash);
	return json_pack(
		"{s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:s, s:o}", "bond", bond->name, "policy",
		xmit_hash_policy_name(policy), "hash", (json_int_t)hash, "bucket",
		(json_int_t)bucket, "member", explain_member_name(bond, table->slot[bucket]),
		"backup", explain_member_name(bond, table->backup[bucket]), "kernel_member",
		explain_member_name(bond, explain_kernel_slot(&bond->core, hash)), "frame",
		frame.text, "notes", explain_notes(bond, query, &needs, &frame));
}
