/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interfaces and addresses of the present network namespace, over rtnetlink
 * (libmnl), the ethtool ioctl and /proc/sys/net.
 *
 * A struct netlink is for requests; every call waits for the kernel's answer,
 * which comes at once. A struct netlink_events is for news. All calls return 0
 * or -errno and leave outputs untouched on failure. IPv4 and IPv6 addresses are
 * in network byte order.
 */
#ifndef NETLINK_NETLINK_H
#define NETLINK_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETLINK_NAME_SIZE  16 /* IFNAMSIZ */
#define NETLINK_ALIAS_SIZE 256
#define NETLINK_KIND_SIZE  16

struct netlink;

int netlink_open(struct netlink **out);
void netlink_close(struct netlink *netlink);

/* What the kernel said about the last request that failed, "" if nothing; the
 * text lives until the next request. */
const char *netlink_error_text(const struct netlink *netlink);

/* --- links ------------------------------------------------------------- */

struct netlink_counters {
	uint64_t rx_packets, tx_packets;
	uint64_t rx_bytes, tx_bytes;
	uint64_t rx_errors, tx_errors;
	uint64_t rx_dropped, tx_dropped;
	uint64_t multicast;
};

/* net.ipv6.conf.NAME of a link. */
struct netlink_ipv6 {
	bool known; /* else it has no IPv6 */
	int32_t forwarding;
	int32_t accept_ra;
	int32_t accept_redirects;
	int32_t autoconf;
};

struct netlink_link {
	uint32_t ifindex;
	char name[NETLINK_NAME_SIZE];
	uint16_t type;	/* ARPHRD_* */
	uint32_t flags; /* IFF_*; PROMISC and ALLMULTI as set by hand only */
	bool has_mac;	/* a 6-byte address */
	uint8_t mac[6];
	uint8_t perm_mac[6]; /* all 0: the kernel doesn't tell */
	uint32_t mtu;
	uint32_t min_mtu;
	uint32_t max_mtu;	      /* 0: the kernel doesn't tell */
	uint32_t master;	      /* ifindex of the bridge, bond, ... it belongs to, 0 */
	uint32_t link;		      /* the lower interface's, or a veth's peer's, 0 */
	bool link_elsewhere;	      /* .link is an ifindex of another namespace */
	char kind[NETLINK_KIND_SIZE]; /* "veth", "bond", ...; "" for a NIC */
	uint8_t operstate;	      /* IF_OPER_* */
	bool carrier;
	uint32_t promiscuity; /* how many want it, whoever they are */
	uint32_t allmulti;    /* likewise; 0 on kernels before 6.0 */
	uint32_t gso_max_size;
	uint32_t gso_max_segs;
	uint32_t group;	      /* of `ip link set group`, 0 unless somebody chose one */
	int8_t addr_gen_mode; /* IN6_ADDR_GEN_MODE_*, -1: no IPv6 on it */
	struct netlink_ipv6 ipv6;
	char alias[NETLINK_ALIAS_SIZE];
	struct netlink_counters counters;
};

/* -ENODEV: there is none. */
int netlink_link_get(struct netlink *netlink, uint32_t ifindex, struct netlink_link *out);
int netlink_link_get_by_name(struct netlink *netlink, const char *name,
			     struct netlink_link *out);

/* Calls back once a link; the callback ends the dump by returning non-zero,
 * which is then returned. It sees a list that was complete at one moment (but see
 * dump.c), and may make requests. */
typedef int netlink_link_callback(const struct netlink_link *link, void *context);
int netlink_link_dump(struct netlink *netlink, netlink_link_callback *callback, void *context);
/* The same without counters, which are most of the work of telling what a link is. */
int netlink_link_dump_bare(struct netlink *netlink, netlink_link_callback *callback,
			   void *context);

struct netlink_veth_end {
	const char *name;
	uint8_t mac[6]; /* all 0: the kernel chooses at random */
	uint32_t mtu;	/* 0: 1500 */
	uint32_t group;
};

/* Creates a pair, both ends down. queues is the number of transmit and receive
 * queues of each end, 0: as many as the kernel likes. */
int netlink_veth_create(struct netlink *netlink, const struct netlink_veth_end *end,
			const struct netlink_veth_end *peer, uint32_t queues);

int netlink_link_delete(struct netlink *netlink, uint32_t ifindex);
/* The same of one that couldn't be had as a whole. Twice: nobody knows of it any more, and it
 * must not stay for a moment's lack of memory. */
void netlink_link_abandon(struct netlink *netlink, uint32_t ifindex);

/* What netlink_link_set() changes: the sum of these, values beside it. */
enum netlink_link_field {
	NETLINK_LINK_UP = 1u << 0, /* .up */
	NETLINK_LINK_MTU = 1u << 1,
	NETLINK_LINK_MAC = 1u << 2,
	NETLINK_LINK_ALIAS = 1u << 3,	 /* .alias; "" clears it */
	NETLINK_LINK_PROMISC = 1u << 4,	 /* .promisc: the flag set by hand */
	NETLINK_LINK_ALLMULTI = 1u << 5, /* likewise */
	NETLINK_LINK_ADDR_GEN_MODE = 1u << 6,
	NETLINK_LINK_GSO = 1u << 7, /* .gso_max_size and .gso_max_segs */
	NETLINK_LINK_GROUP = 1u << 8,
};

struct netlink_link_change {
	uint32_t fields; /* NETLINK_LINK_* */
	bool up;
	bool promisc;
	bool allmulti;
	uint8_t addr_gen_mode;
	uint8_t mac[6];
	uint32_t mtu;
	uint32_t gso_max_size;
	uint32_t gso_max_segs;
	uint32_t group;
	const char *alias;
};

/* One request for all fields. The kernel takes them one after another and
 * stops at the first that fails. */
int netlink_link_set(struct netlink *netlink, uint32_t ifindex,
		     const struct netlink_link_change *change);
int netlink_link_set_up(struct netlink *netlink, uint32_t ifindex, bool up);

/* Calls back once a link of the group; counters are not filled in. */
int netlink_group_dump(struct netlink *netlink, uint32_t group, netlink_link_callback *callback,
		       void *context);
/* Deletes all links of a group at once. The kernel waits until nobody uses them once
 * for all, where deleting one after another has it wait for each. -ENODEV: none is in
 * it; -EINVAL: 0, which is that of all others; -EOPNOTSUPP: one of them can't be deleted, and
 * none has been. */
int netlink_group_delete(struct netlink *netlink, uint32_t group);

/* --- addresses --------------------------------------------------------- */

struct netlink_address {
	uint32_t ifindex;
	int family; /* AF_INET or AF_INET6 */
	uint8_t prefix;
	uint8_t scope;	   /* RT_SCOPE_* */
	uint32_t flags;	   /* IFA_F_* */
	uint8_t bytes[16]; /* network order; 4 or 16 of them */
};

typedef int netlink_address_callback(const struct netlink_address *address, void *context);

/* Addresses of one interface, or of all with ifindex 0; of AF_INET, AF_INET6 or, with
 * AF_UNSPEC, both; callback as above. */
int netlink_address_dump(struct netlink *netlink, uint32_t ifindex, int family,
			 netlink_address_callback *callback, void *context);

/* ifindex, family, prefix, bytes and flags count; scope is RT_SCOPE_UNIVERSE
 * unless said. IPv4 gets its broadcast address. -EEXIST: it is there already. */
int netlink_address_add(struct netlink *netlink, const struct netlink_address *address);
/* -EADDRNOTAVAIL: it isn't there. */
int netlink_address_delete(struct netlink *netlink, const struct netlink_address *address);

/* --- news -------------------------------------------------------------- */

enum netlink_event_type {
	NETLINK_EVENT_LINK_NEW = 0, /* .link appeared or changed */
	NETLINK_EVENT_LINK_GONE,    /* .link deleted or moved to another namespace */
	NETLINK_EVENT_ADDRESS_NEW,  /* .address appeared or changed */
	NETLINK_EVENT_ADDRESS_GONE,
};

struct netlink_event {
	enum netlink_event_type type;
	union {
		struct netlink_link link;
		struct netlink_address address;
	};
};

struct netlink_events;

int netlink_events_open(struct netlink_events **out);
void netlink_events_close(struct netlink_events *events);

/* Poll this for input. */
int netlink_events_fd(const struct netlink_events *events);

/*
 * Reads what is there and calls back once an event, never blocks. Returns 0
 * when all is read, or -ENOBUFS when the kernel had to throw news away: the
 * caller then dumps links and addresses to know the present state. Reading
 * goes on as usual afterwards.
 */
typedef void netlink_event_callback(const struct netlink_event *event, void *context);
int netlink_events_read(struct netlink_events *events, netlink_event_callback *callback,
			void *context);

/* --- ethtool ----------------------------------------------------------- */

/* The driver's own word on the link, at once (ETHTOOL_GLINK); for a driver
 * that has none, the carrier that the kernel knows. False when it is down. */
int netlink_carrier_read(struct netlink *netlink, uint32_t ifindex, bool *carrier);

/* Whether the driver of the interface that has this name says the same of its
 * link. For those who ask often: half the price, but names move. So only true is
 * an answer, and false a reason to ask netlink_carrier_read(). */
bool netlink_carrier_is(struct netlink *netlink, const char *name, bool carrier);

/* The driver's word on the address that the NIC was made with. -EOPNOTSUPP: it has none,
 * or none of 6 bytes. Newer kernels say it in struct netlink_link. */
int netlink_permanent_mac_read(struct netlink *netlink, uint32_t ifindex, uint8_t mac[6]);

struct netlink_speed {
	uint32_t speed_mbps; /* 0: unknown */
	uint8_t duplex;	     /* DUPLEX_HALF 0, DUPLEX_FULL 1, DUPLEX_UNKNOWN 0xff */
};

/* A driver that doesn't tell is no error: speed 0, duplex unknown. */
int netlink_speed_read(struct netlink *netlink, uint32_t ifindex, struct netlink_speed *out);

/* Why a feature can't be switched is often that it's fixed. */
struct netlink_feature {
	bool present;
	bool on;
	bool fixed; /* can't be switched */
};

/* feature as `ethtool -k` of the kernel names it: "rx-vlan-filter". A device
 * or kernel that doesn't know it is no error: present is false. */
int netlink_feature_read(struct netlink *netlink, uint32_t ifindex, const char *feature,
			 struct netlink_feature *out);
/* -EOPNOTSUPP: it stayed as it was. */
int netlink_feature_set(struct netlink *netlink, uint32_t ifindex, const char *feature,
			bool on);

/* --- tc ---------------------------------------------------------------- */

/* How many filters, whoever's, the interface's clsact qdisc has in both
 * directions; 0 where there is no clsact either. */
int netlink_clsact_filters(struct netlink *netlink, uint32_t ifindex, size_t *out);

/* --- sysctls ----------------------------------------------------------- */

/* net.<family>.conf.<name>.<key>, e.g. ("ipv6", "eth0", "disable_ipv6"), of the
 * caller's network namespace. -ENOENT: the kernel has no such protocol or
 * the interface none of its settings. */
int netlink_sysctl_read(const char *family, const char *name, const char *key, int *value);
int netlink_sysctl_write(const char *family, const char *name, const char *key, int value);

#endif
