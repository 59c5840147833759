/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam between the daemon and a data path: what it can do for a bond, in
 * terms that fit the eBPF engine and the kernel's bonding driver alike. The
 * engine knows nothing of files, of LACP or of the event loop; it is told.
 *
 * All calls return 0 or -errno unless they say otherwise, and leave outputs
 * untouched on failure. A call that fails has undone what it did. err, where
 * taken, is filled with one line for an operator (what failed, on which
 * interface, why) on failure only.
 *
 * Names are those of the present network namespace.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bond_types.h"
#include "abi/datapath.h"
#include "core/bucket_table.h"

#define ENGINE_NAME_SIZE  16 /* IFNAMSIZ */
#define ENGINE_ERROR_SIZE 256

struct engine;	    /* one a process and kind: netlink socket, programs' probe */
struct engine_bond; /* the data path of one bond */

struct engine_error {
	char text[ENGINE_ERROR_SIZE];
};

enum engine_carrier_read {
	ENGINE_CARRIER_READ_AUTO = 0, /* on where the kernel can */
	ENGINE_CARRIER_READ_OFF,
};

/* Opens the engine. Needs CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON, and
 * CAP_SYS_ADMIN to find what a former process left attached. */
int engine_open(enum engine_carrier_read carrier_read, struct engine **out,
		struct engine_error *err);
void engine_close(struct engine *engine);

/* Whether the transmit program reads carrier itself. */
bool engine_reads_carrier(const struct engine *engine);

struct engine_bond_spec {
	char name[ENGINE_NAME_SIZE];
	enum xmit_hash_policy policy;
	enum transmit_hook hook;
	uint32_t mtu;	/* 0: 1500 on a new bond, unchanged on a running one */
	uint8_t mac[6]; /* all 0: the first member's, or unchanged */
};

/*
 * Creates the bond's device and hub, or, if a bond of that name with our hub
 * and programs runs, takes it over without touching what it does; *taken_over
 * says which. The device is left down when new. A foreign interface of that
 * name is -EEXIST. After a takeover, members and VLAN interfaces that the
 * programs know are found by engine_bond_slots() and engine_bond_vlans(), and
 * the running buckets by engine_bond_buckets().
 */
int engine_bond_open(struct engine *engine, const struct engine_bond_spec *spec,
		     struct engine_bond **out, bool *taken_over, struct engine_error *err);

/* Brings a running bond to a changed spec; name and nothing else is fixed.
 * Changing the hook loses no packet (but for some milliseconds on kernels before
 * 6.6): the new program is attached first. Of many VLAN interfaces some follow at
 * once and the others with the next calls of engine_bond_follow(). */
int engine_bond_change(struct engine_bond *bond, const struct engine_bond_spec *spec,
		       struct engine_error *err);

/* Forgets the bond; its data path goes on without us. */
void engine_bond_close(struct engine_bond *bond);

/* Removes bond, hub and programs. Members and VLAN interfaces must have been
 * removed before. Frees the bond in any case; the first error is returned. */
int engine_bond_destroy(struct engine_bond *bond, struct engine_error *err);

uint32_t engine_bond_ifindex(const struct engine_bond *bond);
uint32_t engine_bond_hub_ifindex(const struct engine_bond *bond);

/* Whether the bond's device shows carrier to its users: the hub up or down. */
int engine_bond_set_carrier(struct engine_bond *bond, bool up);

/* What a member was before it joined, so that leaving puts it back. Fixed
 * width, so that the daemon can save it; .valid false: nothing known. */
struct engine_member_saved {
	bool valid;
	uint8_t mac[6];
	uint32_t mtu;
	bool was_up;
	bool alias_set;	       /* we wrote the alias, so we clear it */
	int8_t disable_ipv6;   /* former value, -1 unknown */
	int8_t addr_gen_mode;  /* likewise */
	int8_t rx_vlan_filter; /* 1: was on and is switched off by us */
	int8_t lro;	       /* large-receive-offload, likewise */
	bool promisc_set;      /* we set promiscuous: no way to switch the filter off */
	bool allmulti_set;
};

/*
 * Takes an interface in as the slot's member: saves what it was, gives it the
 * bond's MAC and MTU, all-multicast, no IPv6, no addresses, an alias, switches
 * its receive VLAN filter off (or goes promiscuous), attaches the receive
 * program, sets it up. *saved is overwritten only if !saved->valid: a member
 * taken over keeps what is known of it. Errors: -EBUSY it belongs to another
 * bond, bridge or the like; -EINVAL no Ethernet, or the bond or hub itself.
 */
int engine_member_add(struct engine_bond *bond, uint8_t slot, uint32_t ifindex,
		      struct engine_member_saved *saved, struct engine_error *err);

/* Takes it out and restores what it was. An interface that has vanished is no
 * error: its slot is freed. */
int engine_member_remove(struct engine_bond *bond, uint8_t slot,
			 const struct engine_member_saved *saved, struct engine_error *err);

struct engine_slot {
	uint32_t ifindex; /* 0: free */
	uint32_t flags;	  /* DP_SLOT_* */
};

void engine_bond_slots(const struct engine_bond *bond,
		       struct engine_slot out[BOND_MEMBERS_MAX]);
void engine_bond_buckets(const struct engine_bond *bond, struct bucket_table *out);

/* Which members are up and have carrier as the kernel notes it (netif_carrier_ok):
 * bit n of *carriers for slot n, true where bit n of *known is set; elsewhere ask
 * the driver. One system call for all of them. */
void engine_bond_carriers(struct engine_bond *bond, uint32_t *known, uint32_t *carriers);

/* Publishes buckets and each slot's DP_SLOT_* flags with plain stores, in the
 * order that never names a slot which must not transmit: no failure.
 * DP_SLOT_RECEIVE of a free slot holds for the member that it is given next,
 * from before that is set up: where nothing is negotiated, the other end may
 * send the moment it sees carrier. */
void engine_bond_publish(struct engine_bond *bond, const struct bucket_table *table,
			 const uint32_t slot_flags[BOND_MEMBERS_MAX]);

/* Of which VLAN interfaces the kernel is asked. */
enum engine_follow {
	ENGINE_FOLLOW_TOUCHED = 0, /* of those that engine_vlan_touch() named */
	ENGINE_FOLLOW_ALL,	   /* from time to time, since no news is sure to come */
};

/* Makes what someone did to the bond's device (address, MTU, promiscuous,
 * all-multicast) and to VLAN interfaces true of hub, members and VLAN interfaces.
 * Called when a link event of the bond, or of something stacked on it, arrives; does
 * nothing where nothing differs. mac receives the device's present address. */
int engine_bond_follow(struct engine_bond *bond, enum engine_follow follow, uint8_t mac[6],
		       struct engine_error *err);

/* There is news of the VLAN interface with this index, or of something on it. */
void engine_vlan_touch(struct engine_bond *bond, uint32_t ifindex);

/* Puts right what is the engine's own and was changed by somebody: hubs set up or
 * down, programs taken off, a member's address or too small MTU. To be called from
 * time to time, after engine_bond_follow(); of many VLAN interfaces each call looks at
 * some. Returns how many things were put right, with done naming the first, or
 * -errno for what couldn't be (the rest is done all the same). */
int engine_bond_repair(struct engine_bond *bond, struct engine_error *done,
		       struct engine_error *err);

struct engine_vlan_spec {
	char name[ENGINE_NAME_SIZE];
	uint16_t vid;	/* 1 to 4094 */
	uint32_t mtu;	/* 0: the bond's */
	uint8_t mac[6]; /* all 0: the bond's */
};

struct engine_vlan {
	struct engine_vlan_spec spec;
	/* 0: somebody moved it into another network namespace (a container's). There it
	 * goes on working, out of reach for all but its carrier and its removal, and
	 * members take frames to whatever address it may have. */
	uint32_t ifindex;
	uint32_t hub_ifindex;
};

/* Creates (or, after a takeover, finds) the VLAN interface, down. -EEXIST: the
 * VLAN id is in use on this bond, or the name by a foreign interface. */
int engine_vlan_add(struct engine_bond *bond, const struct engine_vlan_spec *spec,
		    bool *taken_over, struct engine_error *err);
int engine_vlan_change(struct engine_bond *bond, const struct engine_vlan_spec *spec,
		       struct engine_error *err);
int engine_vlan_remove(struct engine_bond *bond, const char *name, struct engine_error *err);
/* Whether it is in another network namespace; then -EBUSY is what adding and changing it
 * give. */
bool engine_vlan_is_elsewhere(struct engine_bond *bond, const char *name);
/* Its index now; 0: it isn't in this network namespace. */
uint32_t engine_vlan_ifindex(struct engine_bond *bond, const char *name);
/* The bond's VLAN interfaces: fills up to max, returns how many there are. */
size_t engine_bond_vlans(const struct engine_bond *bond, struct engine_vlan *out, size_t max);

/*
 * Removes many at once, which costs little more than removing one: the kernel's
 * waiting is done once for all. Names that are not there are no error. Goes on after
 * an error, and returns the first. For as long as it takes the caller does nothing
 * else, so one with many names gives them in portions of engine_vlans_portion(), with
 * which a call takes some 50 to 200 ms.
 */
size_t engine_vlans_portion(const struct engine_bond *bond, const char *const *names,
			    size_t count);
int engine_vlans_remove(struct engine_bond *bond, const char *const *names, size_t count,
			struct engine_error *err);

/*
 * A NIC that is no member as the parent of VLAN interfaces: its own traffic, untagged or
 * with tags that no VLAN interface here has, goes its usual way; frames with the tags of
 * ours go to them. Takes over what a former daemon left. The handle takes engine_vlan_*(),
 * engine_vlans_remove(), engine_bond_vlans(), engine_bond_counters() (all of it is the
 * first member's), engine_bond_follow(), engine_bond_repair(), engine_bond_carriers()
 * (the NIC is in slot 0), engine_bond_set_carrier() (the VLAN interfaces'; at first it is
 * the NIC's), engine_bond_close(), and, without VLAN interfaces, engine_bond_destroy(),
 * which leaves the NIC as it was. saved as in engine_member_add(), for what was changed of
 * the NIC. -EBUSY: it is a member of something; -EINVAL: no Ethernet.
 */
int engine_nic_open(struct engine *engine, uint32_t ifindex, struct engine_member_saved *saved,
		    struct engine_bond **out, bool *taken_over, struct engine_error *err);

/* The NICs that somebody has opened so and not destroyed since: fills in up to max
 * ifindexes; *count is how many there are. */
int engine_nics(struct engine *engine, uint32_t *out, size_t max, size_t *count,
		struct engine_error *err);

/* To be called once it is written down somewhere what the bond is, and does nothing then:
 * a new bond (or one that is opened again) whose process died before is removed by
 * engine_strays_release(), since nobody would know of it. */
int engine_bond_keep(struct engine_bond *bond, struct engine_error *err);

/* Removes what a process died over while it made it, unless it was opened or added
 * since; puts back members, and removes VLAN interfaces, of bonds that somebody deleted
 * while no daemon was there; what belongs to a bond that runs is left alone.
 * *released, how many there were, is filled in on failure too. */
int engine_strays_release(struct engine *engine, size_t *released, struct engine_error *err);

/* Sums of all CPUs since the bond was created. */
int engine_bond_counters(const struct engine_bond *bond, struct dp_counters *out);

/* "no_member", "not_collecting", ...; NULL out of range. */
const char *dp_drop_name(enum dp_drop reason);

/* What this kernel offers; for check-system and the daemon's first log line. */
enum engine_feature_status {
	ENGINE_FEATURE_OK = 0,
	ENGINE_FEATURE_SUBSTITUTED, /* absent, something else is used instead */
	ENGINE_FEATURE_MISSING,	    /* absent and needed */
};

struct engine_feature {
	const char *name; /* "veth", "clsact", "tc-bpf", "carrier read", ... */
	enum engine_feature_status status;
	char detail[160]; /* what was found, what is used instead */
};

#define ENGINE_FEATURES_MAX 24

/* Probes by doing (in a throw-away network namespace where that needs
 * interfaces); returns how many features were filled in. */
size_t engine_probe(struct engine_feature out[ENGINE_FEATURES_MAX]);

#endif
