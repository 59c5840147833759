/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of engine/ebpf/ share.
 *
 *   engine.c    opening the engine, error texts
 *   names.c     names and aliases of what we make, and how to know it again
 *   hook.c      tc filters: attach, ask, detach
 *   template.c  the programs as this kernel takes them
 *   datapath.c  one bond's programs and maps: load, map into memory, learn
 *   takeover.c  finding the maps that a former process left running
 *   bond.c      the bond's device and hub
 *   publish.c   buckets, flags and carrier
 *   member.c    members: joining and leaving
 *   member_prepare.c  what an interface needs to be a member
 *   saved.c     what a member was before, and putting that back
 *   vlan.c      VLAN interfaces; vlan_takeover.c those that run already
 *   vlan_remove.c  the end of one of them, or of many at once
 *   follow.c    what someone did to the bond's device reaches members and VLANs
 *   repair.c    what someone did to what is ours is undone
 *   mtu.c       the MTU of everything, in an order that loses no frame
 *   nic.c       a NIC that is no member, as the parent of VLAN interfaces
 *   stray.c     what is left of a bond that somebody deleted
 *   probe.c     what this kernel offers
 */
#ifndef ENGINE_EBPF_INTERNAL_H
#define ENGINE_EBPF_INTERNAL_H

#include <stdarg.h>

#include "engine/engine.h"
#include "netlink/netlink.h"

#define MAC_SIZE 6

/* --- engine.c ---------------------------------------------------------- */

/* Fills in err (which may be NULL) and returns code, a -errno. */
int engine_fail(struct engine_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* As engine_fail(), with what the kernel said of the last netlink request, or the
 * errno's text, added. */
int engine_fail_netlink(const struct engine *engine, struct engine_error *err, int code,
			const char *format, ...) __attribute__((format(printf, 4, 5)));

/* As engine_fail(), with libbpf's last warning, or the errno's text, added. */
int engine_fail_bpf(struct engine_error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Keeps libbpf's warnings for engine_fail_bpf() instead of printing them. */
void engine_bpf_messages_keep(void);

bool mac_is_zero(const uint8_t mac[MAC_SIZE]);
bool mac_equal(const uint8_t a[MAC_SIZE], const uint8_t b[MAC_SIZE]);

/* --- names.c ----------------------------------------------------------- */

/* "<name>-hub", or "hub-" and a hash of the name where that is too long. */
void hub_name_make(const char *name, char out[ENGINE_NAME_SIZE]);

/* The alias of a bond's hub, or of a VLAN interface's hub. */
void hub_alias_make(const char *name, char out[NETLINK_ALIAS_SIZE]);
void vlan_hub_alias_make(const char *name, uint16_t vid, const char *bond,
			 char out[NETLINK_ALIAS_SIZE]);
/* Whether it is a hub's alias, of whichever bond or VLAN interface. */
bool hub_alias_is_ours(const char *alias);
/* Whether a hub's alias is one of a VLAN interface of that bond. */
bool vlan_hub_alias_is_of(const char *alias, const char *bond);
bool vlan_hub_alias_is_ours(const char *alias);
/* The VLAN interface's name and its parent's out of its hub's alias; false: it is none. */
bool vlan_hub_alias_parse(const char *alias, char name[ENGINE_NAME_SIZE],
			  char parent[ENGINE_NAME_SIZE]);

/*
 * Looks up an interface and the hub behind it, by the hub if the interface has
 * another name now. Returns 0 and both when it is
 * ours by its hub's alias, or a pair of ours that a process made and died
 * before it could write the alias; -ENODEV when there is no such interface;
 * -EEXIST with a text when it is someone else's.
 */
int pair_find(struct engine *engine, const char *name, const char *hub_alias,
	      struct netlink_link *device, struct netlink_link *hub, struct engine_error *err);

/* The link group of a hub until all is there that makes it known again: what a process
 * died over is removed by it (engine_strays_release()). Nobody else's, by its number. */
#define HUB_GROUP_UNFINISHED 0x70637566u

/* Makes the pair, both ends down, and the hub fit for its work: no IPv6, no
 * address, the alias. hub_mac all 0: at random. finishes: that is all, the hub is
 * unfinished no more. */
struct pair_spec {
	const char *name;
	const char *hub_alias;
	const uint8_t *mac;
	const uint8_t *hub_mac;
	uint32_t mtu;
	uint32_t queues;
	bool finishes;
};
int pair_create(struct engine *engine, const struct pair_spec *spec,
		struct netlink_link *device, struct netlink_link *hub,
		struct engine_error *err);
/* Removes the pair by whichever end is still here: the other one goes with it, into
 * whatever network namespace it was moved. Nothing there is no error. */
int pair_delete(struct engine *engine, uint32_t ifindex, uint32_t hub_ifindex);
/* The second half of pair_create(), for a pair found half made. */
int hub_prepare(struct engine *engine, const struct netlink_link *hub, const char *hub_alias,
		bool finishes, struct engine_error *err);

/* --- hook.c ------------------------------------------------------------ */

enum hook_direction {
	HOOK_INGRESS = 0,
	HOOK_EGRESS,
	HOOK_HUB, /* the ingress of a hub, where nobody has filters but us */
};

/* Attaches the program to the interface in one step, in the place of what we had
 * there before. tcx: where there was nothing, by tcx if the kernel has it; else
 * by a filter, for which the clsact qdisc is made where it's missing. Never by
 * tcx at HOOK_INGRESS. */
int hook_attach(uint32_t ifindex, enum hook_direction direction, int program, bool tcx);
/* The id of the program that stands at our place; -ENOENT: none. */
int hook_query(uint32_t ifindex, enum hook_direction direction, uint32_t *program_id);
/* The same to a new interface that has nothing there: by a filter, which is quickly made. */
int hook_attach_first(uint32_t ifindex, enum hook_direction direction, int program);
/* Where the hub has our filter, the program takes its place by tcx, with no packet in
 * between that sees none. -EINVAL: the kernel has no tcx. */
int hook_hub_settle(uint32_t ifindex, int program);
/* Whether what stands there is attached by tcx, which takes its time to undo, too. */
bool hook_is_tcx(uint32_t ifindex, enum hook_direction direction);
/* Not for HOOK_HUB, which goes with the hub. Takes our program away, and a member's clsact
 * qdisc if no filter is left in it. None there, or no such interface, is no error. */
int hook_detach(struct engine *engine, uint32_t ifindex, enum hook_direction direction);

/* --- template.c -------------------------------------------------------- */

enum program_id {
	PROGRAM_TRANSMIT = 0,
	PROGRAM_TRANSMIT_VLAN,
	PROGRAM_RECEIVE,
	PROGRAM_RECEIVE_NIC,
	PROGRAM_LEARN, /* from here on, only where carrier is read */
	PROGRAM_CARRIERS,
	PROGRAM_COUNT,
};

/* The maps of abi/datapath.h. A program may have others of its own. */
enum map_id {
	MAP_TABLE = 0,
	MAP_VLANS,
	MAP_TAGS,
	MAP_COUNTERS,
	MAP_COUNT,
};

#define PROGRAM_TAG_SIZE  8
#define TEMPLATE_MAPS_MAX 8

struct bpf_insn;

struct template_map {
	char name[16];
	uint32_t type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t flags;
};

struct template_program {
	uint8_t tag[PROGRAM_TAG_SIZE]; /* of the instructions, whatever the maps */
	size_t count;
	struct bpf_insn *instructions; /* NULL: there is no such program */
};

struct template
{
	size_t map_count;
	struct template_map maps[TEMPLATE_MAPS_MAX]; /* the first are enum map_id */
	struct template_program programs[PROGRAM_COUNT];
};

extern const char *const datapath_map_names[MAP_COUNT];

/* Has the kernel take the programs, with carrier read or without. */
int template_make(struct template *template, bool carrier_read);
void template_free(struct template *template);

/* Both return a new descriptor, or -errno. maps are those of one bond. */
int template_map_create(const struct template *template, size_t map);
int template_program_load(const struct template *template, enum program_id program,
			  const int maps[TEMPLATE_MAPS_MAX]);

/* --- datapath.c -------------------------------------------------------- */

struct engine {
	struct netlink *netlink;
	bool carrier_read;
	struct template template;
};

struct datapath {
	const struct template *template;
	int programs[PROGRAM_COUNT]; /* -1: not loaded; done when first needed */
	int maps[TEMPLATE_MAPS_MAX];
	uint32_t table_id; /* the kernel's id of pc_table */
	struct dp_table *table;
};

/*
 * Makes a data path over the maps of the given descriptors, which are duplicated, or
 * over new and empty ones where maps is NULL.
 */
int datapath_make(struct datapath *datapath, const struct template *template,
		  const int maps[MAP_COUNT], struct engine_error *err);
void datapath_free(struct datapath *datapath);

/* The program's descriptor, loaded if need be; or -errno. It stays the data
 * path's own. */
int datapath_program(struct datapath *datapath, enum program_id program);

/* hook_attach(), unless the very same program, over the same maps, stands there
 * already. */
int datapath_attach(struct datapath *datapath, enum program_id program, uint32_t ifindex,
		    enum hook_direction direction, bool tcx);
/* Whether what stands there uses this data path's table. */
bool datapath_is_attached(const struct datapath *datapath, uint32_t ifindex,
			  enum hook_direction direction);

/* Runs the learn program for the interface, which must be in a slot. */
int datapath_learn(struct datapath *datapath, uint32_t ifindex);

int datapath_vlan_set(const struct datapath *datapath, uint16_t vid, uint32_t hub_ifindex);
/* Fills in all DP_VLANS_MAX. */
int datapath_vlans_read(const struct datapath *datapath, uint32_t hubs[DP_VLANS_MAX]);
int datapath_tag_set(const struct datapath *datapath, uint32_t ifindex, uint32_t vid);
int datapath_tag_clear(const struct datapath *datapath, uint32_t ifindex);

/* --- takeover.c -------------------------------------------------------- */

/*
 * Looks for the program that runs at the hub (or at the bond's device), and from
 * there for the maps. 0: *datapath is loaded, over the running maps or over new
 * ones filled from those if their layout is another version's. -ENOENT: nothing of
 * ours runs there.
 */
int takeover_datapath(struct engine *engine, uint32_t ifindex, uint32_t hub_ifindex,
		      struct datapath *datapath, struct engine_error *err);

/* The same of a NIC with VLAN interfaces, by the program at its ingress. */
int takeover_nic(struct engine *engine, uint32_t ifindex, struct datapath *datapath,
		 struct engine_error *err);
bool takeover_is_nic(uint32_t ifindex);

/* Whether a data path of ours, of whichever bond, stands at the interface. */
bool takeover_is_ours(uint32_t ifindex, enum hook_direction direction);
/* Whether a program of ours stands at the interface (a member, or a VLAN interface's
 * hub) whose bond is gone: the hub in its table has no program over the same table.
 * Somebody deleted the bond while no daemon was there. *out is that table. */
bool takeover_is_stray(uint32_t ifindex, enum hook_direction direction, struct dp_table *out);

/* --- bond.c ------------------------------------------------------------ */

struct vlan {
	struct engine_vlan public;
	bool hub_up;
	bool hub_settled;	 /* its program stands where it is best */
	bool touched;		 /* there is news of it */
	bool wants_promisc;	 /* as far as was seen */
	enum transmit_hook hook; /* where its program stands, apart from the hub */
	uint32_t mtu;		 /* that was made true of device and hub last */
	uint32_t mtu_before;	 /* bond_mtu_set() */
};

struct engine_bond {
	struct engine *engine;
	char name[ENGINE_NAME_SIZE];
	/* A NIC as the parent of VLAN interfaces: the device is the NIC, which also has
	 * slot 0, and there is no hub but the VLAN interfaces'. */
	bool is_nic;
	bool unfinished;		      /* until engine_bond_keep() */
	struct engine_member_saved nic_saved; /* what was changed of it */
	uint32_t ifindex;
	uint32_t hub_ifindex; /* 0 with is_nic */
	enum transmit_hook hook;
	bool carrier;
	/* What was made true of hub and members last; what the device has now
	 * may be something else until engine_bond_follow(). */
	uint8_t mac[MAC_SIZE];
	uint32_t mtu;
	bool promisc;
	uint32_t gso_max_size;
	uint32_t gso_max_segs;
	/* What the caller wants; without carrier no slot is let transmit. */
	uint32_t slot_flags[BOND_MEMBERS_MAX];
	struct datapath datapath;
	struct vlan *vlans; /* sorted by VLAN id */
	size_t vlan_count;
	size_t vlan_room;
	size_t repair_next; /* the VLAN interface whose turn it is */
};

/* Gives the bond's device and those of its VLAN interfaces that had the same
 * address a new one. */
int bond_mac_set(struct engine_bond *bond, const uint8_t mac[MAC_SIZE],
		 struct engine_error *err);
/* Whether the device still has the random address it was made with. */
bool bond_mac_is_unset(struct engine_bond *bond);

/* --- nic.c ------------------------------------------------------------- */

/* The second half of engine_bond_destroy(): everything at the NIC as it was. */
int nic_release(struct engine_bond *bond, struct engine_error *err);
/* What somebody did to the NIC, *device, reaches its VLAN interfaces. */
int nic_follow(struct engine_bond *bond, enum engine_follow follow,
	       const struct netlink_link *device, struct engine_error *err);

/* --- publish.c --------------------------------------------------------- */

/*
 * dp_slot.flags bits that are the engine's own notes. They live in the table, so
 * that they outlive the process. The programs don't look at them.
 */
#define SLOT_PROMISC_SET    0x100u /* we have set the member's promiscuous flag */
#define SLOT_PROMISC_FILTER 0x200u /* and need it, its VLAN filter can't go off */
#define SLOT_NOTES	    0xffffff00u

/* The whole flags word, notes kept. */
void slot_flags_write(struct engine_bond *bond, uint8_t slot, uint32_t flags);
void slot_note(struct engine_bond *bond, uint8_t slot, uint32_t note, bool on);
/* A slot's interface, with no flag and no net_device; 0 frees it. */
void slot_assign(struct engine_bond *bond, uint8_t slot, uint32_t ifindex);

/* --- member.c ---------------------------------------------------------- */

/* A live change where the driver allows it, else down, change, up. */
int member_mac_set(struct engine *engine, uint32_t ifindex, const uint8_t mac[MAC_SIZE]);
/* Sets or clears the promiscuous flag as the bond needs it. */
int member_promisc_apply(struct engine_bond *bond, uint8_t slot);
/* Changes what has to be changed for the slot's member, of which *saved says what
 * it was; can be called again for a member that is one already. */
int member_prepare(struct engine_bond *bond, uint8_t slot, const struct netlink_link *link,
		   struct engine_member_saved *saved, struct engine_error *err);
/* Lets in what a NIC would otherwise sort out itself: tags, multicasts; and keeps it
 * from merging packets. */
int member_filters_off(struct engine_bond *bond, uint8_t slot, const struct netlink_link *link,
		       struct engine_member_saved *saved, struct engine_error *err);
/* Puts back what a member was and takes the program away. */
int member_release(struct engine *engine, const struct netlink_link *link,
		   const struct engine_member_saved *was, bool promisc_set,
		   struct engine_error *err);
/* Passes the least of the members' GSO limits on to the bond's devices. */
void bond_gso_update(struct engine_bond *bond);

/* --- saved.c ----------------------------------------------------------- */

/* What the interface is now, before anything is changed. */
void saved_observe(struct engine *engine, const struct netlink_link *link,
		   struct engine_member_saved *out);
/* A member's alias says in words what it was, so that even a process that knows
 * nothing can put it back. Parsing returns false for any other alias. */
void saved_alias_make(const struct engine_member_saved *saved, const char *bond,
		      char out[NETLINK_ALIAS_SIZE]);
bool saved_alias_parse(const char *alias, struct engine_member_saved *out);
/* The same of a NIC under VLAN interfaces, of which far less is changed. */
void saved_nic_alias_make(const struct engine_member_saved *saved,
			  char out[NETLINK_ALIAS_SIZE]);
bool saved_nic_alias_parse(const char *alias, struct engine_member_saved *out);
/* Whether it is one of these two, of whichever bond. */
bool saved_alias_is_ours(const char *alias);
/* What a member was where nobody has kept it: by its alias, or else its own
 * address, the rest as any interface has it. */
void saved_guess(const struct netlink_link *link, struct engine_member_saved *out);
/* Puts everything back, goes on after errors, returns the first. */
int saved_restore(struct engine *engine, const struct netlink_link *link,
		  const struct engine_member_saved *saved, bool promisc_set);

/* --- vlan.c, vlan_takeover.c, vlan_remove.c ------------------------------------------- */

#define VID_MIN 1
#define VID_MAX 4094

/* Room for one more, so that noting it cannot fail. */
int vlan_room_make(struct engine_bond *bond);
void vlan_note(struct engine_bond *bond, const struct vlan *vlan);
/* NULL: there is none. Valid until one is added or removed. */
struct vlan *vlan_by_name(const struct engine_bond *bond, const char *name);
/*
 * What the device is now. -ENODEV: it isn't in this network namespace: deleted, or moved
 * into another one, where it goes on working; .public.ifindex is 0 then, and set again
 * when it comes back.
 */
int vlan_device_get(struct engine_bond *bond, struct vlan *vlan, struct netlink_link *out);
/* Takes it out of the maps: nothing that arrives goes to it any more. */
void vlan_unmap(struct engine_bond *bond, const struct engine_vlan *vlan);
/* The hub's program, which it has whatever the hook. */
int vlan_hub_attach(struct engine_bond *bond, const struct engine_vlan *vlan);

/* Finds the VLAN interfaces that the maps know, puts our programs there, and
 * removes pairs that were left half made. */
int vlans_take_over(struct engine_bond *bond, struct engine_error *err);
/* Hubs of few VLAN interfaces get the program in the way that costs packets least; some
 * at a time. */
void vlans_settle(struct engine_bond *bond);
/* All that there are, however long it takes. */
int vlans_remove_all(struct engine_bond *bond, struct engine_error *err);
/*
 * Brings VLAN interfaces to the bond's hook, but no more than some at a time, since
 * each can take 10 ms or more: whoever isn't reached stays as it is, which works as
 * well, until engine_bond_follow() goes on.
 */
int vlans_hook_follow(struct engine_bond *bond, struct engine_error *err);

/* --- follow.c ---------------------------------------------------------- */

/* bond->mac is now mac, and VLAN interfaces that had the former one have it too. */
int vlans_mac_set(struct engine_bond *bond, const uint8_t mac[MAC_SIZE],
		  struct engine_error *err);
/* What somebody did to VLAN interfaces. promisc: somebody else than they wants frames
 * to other addresses. */
int vlans_follow(struct engine_bond *bond, enum engine_follow follow, bool promisc,
		 struct engine_error *err);

/* --- mtu.c ------------------------------------------------------------- */

/* The link refused the MTU, for which the kernel's answer is still there: says which one
 * and what it would take. Returns result. */
int mtu_fail(struct engine_bond *bond, uint32_t ifindex, uint32_t mtu, int result,
	     struct engine_error *err);
/* Brings device, hub, members and VLAN interfaces to the MTU. If a member
 * refuses, all are put back, the device included. */
int bond_mtu_set(struct engine_bond *bond, uint32_t mtu, struct engine_error *err);
/* VLAN interfaces only, for a parent that is about to have the MTU, or has it: bond->mtu
 * is still the former one. */
int vlans_mtu_set(struct engine_bond *bond, uint32_t mtu, struct engine_error *err);
int vlan_mtu_set(struct engine_bond *bond, struct vlan *vlan, uint32_t mtu,
		 struct engine_error *err);

#endif
