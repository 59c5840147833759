/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration as one value: every bond, member and VLAN interface that
 * the files describe, each thing with the file and line it comes from.
 *
 * A model is plain data. ifcfg/ builds it from text, model_validate() says what
 * is wrong with it, the daemon applies it. Limits are constants; a model owns
 * its memory and is freed by model_free().
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bond_types.h"

#define MODEL_NAME_SIZE 16 /* IFNAMSIZ */

/* Where something was said. line 0: the file as a whole. */
struct model_source {
	uint32_t file;	 /* index into model.files */
	uint32_t line;	 /* from 1 */
	uint32_t column; /* from 1, in bytes; 0: the line as a whole */
};

struct model_address {
	int family;	   /* AF_INET or AF_INET6 */
	uint8_t bytes[16]; /* network order; 4 or 16 of them */
	uint8_t prefix;
	bool unchecked; /* ARPCHECKn=no: put there without asking whether it is free */
	struct model_source source;
};

/* What an interface's IPv4 addresses come from (BOOTPROTO). */
enum model_protocol {
	MODEL_PROTOCOL_STATIC = 0, /* the file */
	MODEL_PROTOCOL_DHCP,
	MODEL_PROTOCOL_BOOTP,
	MODEL_PROTOCOL_AUTOIP, /* link-local */
	MODEL_PROTOCOL_SHARED, /* the file, and others are served from it */
};

/* What a route does with a packet (ip-route(8), TYPE). */
enum model_route_type {
	MODEL_ROUTE_UNICAST = 0,
	MODEL_ROUTE_LOCAL,
	MODEL_ROUTE_BLACKHOLE,
	MODEL_ROUTE_UNREACHABLE,
	MODEL_ROUTE_PROHIBIT,
	MODEL_ROUTE_THROW,
};

#define MODEL_HOPS_MAX	 8
#define MODEL_TABLE_MAIN 254
#define MODEL_TEXT_SIZE	 64 /* of a host name or the like */

/* One way that a route leaves by. */
struct model_hop {
	int gateway_family;  /* AF_INET, AF_INET6; 0: none, over the interface itself */
	uint8_t gateway[16]; /* network order; 4 or 16 of them */
	/* "": the interface that the file is of, or, with a gateway, where the kernel finds
	 * that, which nearly always is the same. */
	char device[MODEL_NAME_SIZE];
	uint32_t weight; /* from 1 */
	bool onlink;
};

/* One route of a route-X or route6-X file, in either of its forms. */
struct model_route {
	int family; /* AF_INET or AF_INET6 */
	enum model_route_type type;
	uint8_t destination[16]; /* network order, host bits 0; 4 or 16 of them */
	uint8_t prefix;		 /* 0: the default route */
	uint32_t table;		 /* MODEL_TABLE_MAIN unless said */
	uint8_t tos;
	bool has_metric;
	uint32_t metric;
	bool has_source_address; /* "src" */
	uint8_t source_address[16];
	bool has_scope;
	uint8_t scope; /* RT_SCOPE_* */
	bool has_protocol;
	uint8_t protocol; /* RTPROT_*; else as ip route has it, boot */
	/* RTAX_*; 0: not said */
	uint32_t mtu;
	uint32_t advmss;
	uint32_t window;
	uint32_t initcwnd;
	uint32_t initrwnd;
	uint32_t hoplimit;
	uint32_t rto_min_ms;
	uint32_t quickack; /* 1: on */
	uint32_t locks;	   /* bits 1 << RTAX_*: the kernel may not learn a better value */
	size_t hop_count;  /* at least 1 for MODEL_ROUTE_UNICAST */
	struct model_hop hops[MODEL_HOPS_MAX];
	struct model_source source;
};

/* What a rule does with a packet that it fits (ip-rule(8)). */
enum model_rule_action {
	MODEL_RULE_TABLE = 0, /* look into .table */
	MODEL_RULE_GOTO,      /* go on at the rule with the preference .go_to */
	MODEL_RULE_BLACKHOLE,
	MODEL_RULE_UNREACHABLE,
	MODEL_RULE_PROHIBIT,
};

/* One line of a rule-X or rule6-X file. */
struct model_rule {
	int family; /* AF_INET or AF_INET6 */
	enum model_rule_action action;
	bool invert; /* "not" */
	uint8_t from[16];
	uint8_t from_prefix; /* 0: any */
	uint8_t to[16];
	uint8_t to_prefix;
	uint8_t tos;
	uint32_t mark; /* 0 with mark_mask 0: any */
	uint32_t mark_mask;
	char iif[MODEL_NAME_SIZE]; /* "": any */
	char oif[MODEL_NAME_SIZE];
	bool has_preference;
	uint32_t preference; /* else the kernel chooses */
	bool has_protocol;
	uint8_t protocol; /* RTPROT_*; else none, as with ip rule */
	uint32_t table;
	uint32_t go_to;
	int32_t suppress_prefixlength;		      /* -1: none */
	uint8_t ip_protocol;			      /* 0: any */
	uint16_t source_port_first, source_port_last; /* 0, 0: any */
	uint16_t destination_port_first, destination_port_last;
	bool has_uid_range;
	uint32_t uid_first, uid_last;
	struct model_source source;
};

/* What a DHCP client is told beside the interface. */
struct model_dhcp {
	char hostname[MODEL_TEXT_SIZE];	 /* DHCP_HOSTNAME, DHCP_FQDN; "": the system's own */
	bool hostname_is_fqdn;		 /* DHCP_FQDN */
	bool hostname_is_kept;		 /* DHCP_SEND_HOSTNAME=no: the server is told none */
	char client_id[MODEL_TEXT_SIZE]; /* DHCP_CLIENT_ID; "": none */
	bool persistent;		 /* PERSISTENT_DHCLIENT: tries for ever */
	bool persistent_ipv6;		 /* PERSISTENT_DHCLIENT_IPV6 */
	bool peer_dns;			 /* PEERDNS: may write resolv.conf */
	bool release;			 /* DHCPRELEASE: gives the lease back at the end */
	/* Of IPv4's default route by the server; false and 0 where the file has addresses. */
	bool no_default_route; /* DEFROUTE=no, or GATEWAYDEV is another interface */
	uint32_t metric;       /* METRIC; 0: the client's own */
};

/* A default route of one family. */
struct model_default_route {
	bool is_set;
	bool has_gateway;    /* else it is over the interface itself */
	uint8_t gateway[16]; /* network order; 4 or 16 of them */
	bool has_metric;
	uint32_t metric;
	uint32_t window;	 /* RTAX_WINDOW; 0: not said */
	bool has_source_address; /* SRCADDR; of IPv4 */
	uint8_t source_address[16];
	struct model_source source;
};

/* What any interface may have. */
struct model_interface {
	char name[MODEL_NAME_SIZE];
	bool onboot;  /* ONBOOT; a member joins its bond whatever its own says, as with ifup */
	uint32_t mtu; /* 0: not said */
	bool has_mac;
	uint8_t mac[6]; /* MACADDR */
	size_t address_count;
	struct model_address *addresses;
	enum model_protocol protocol;
	struct model_dhcp dhcp; /* for protocol DHCP or BOOTP, and dhcpv6 */
	struct model_default_route ipv4_default;
	struct model_default_route ipv6_default;
	bool ipv6_autoconf;  /* addresses and routes by router advertisements */
	bool ipv6_untouched; /* IPV6_SET_SYSCTLS=no: whether they are heeded is left as it is */
	bool dhcpv6;
	/* Nobody else may have an IPv4 address put here, but where it is .unchecked;
	 * false if all are. */
	bool address_check;
	size_t route_count; /* of route-X and route6-X, in their order */
	struct model_route *routes;
	size_t rule_count;
	struct model_rule *rules;
	struct model_source source; /* its DEVICE line, or the file */
};

struct model_member {
	struct model_interface interface; /* .addresses is empty when valid */
	bool has_hwaddr;
	uint8_t hwaddr[6]; /* HWADDR: which NIC it must be */
	/* No DEVICE beside HWADDR: .interface.name is what the file is called, and the NIC
	 * may be called anything. */
	bool any_name;
};

struct model_vlan {
	struct model_interface interface;
	char parent[MODEL_NAME_SIZE]; /* a bond, or a NIC that is no member */
	bool parent_is_nic;
	bool has_parent_hwaddr; /* HWADDR of the NIC's own file, if it has one */
	uint8_t parent_hwaddr[6];
	uint16_t vid; /* 1 to 4094 */
};

/* BONDING_OPTS and PORTCHANNEL_OPTS, defaults filled in as the kernel's driver
 * has them. */
struct model_bond_options {
	enum bond_mode mode;
	enum xmit_hash_policy xmit_hash_policy;
	uint32_t miimon_ms;
	uint32_t updelay_ms;
	uint32_t downdelay_ms;
	bool use_carrier;
	uint32_t min_links;
	bool lacp_rate_fast;
	bool lacp_active;
	uint16_t ad_actor_sys_prio;
	uint8_t ad_actor_system[6]; /* all 0: the bond's MAC */
	uint16_t ad_user_port_key;
	enum bond_engine engine;
	bool engine_said; /* engine= stood in the file */
	enum flow_placement flow_placement;
	enum transmit_hook transmit_hook;
};

struct model_bond {
	struct model_interface interface;
	struct model_bond_options options;
	size_t member_count;	      /* at most BOND_MEMBERS_MAX when valid */
	struct model_member *members; /* in the order of their file names */
};

/* One assignment's outcome, as the files' own reader (the shell) would have it. */
struct model_variable {
	char *name;
	char *value; /* bytes as they stand, not always UTF-8; no NUL inside */
	/* Of the assignment that counts: its line; the column of its value (of its
	 * name if the value begins in a later line); and, as offsets in the file,
	 * where name and value begin and the value, quotes included, ends. */
	uint32_t line;
	uint32_t column;
	size_t name_at;
	size_t value_at;
	size_t value_end;
	/* Something asked for it: the reader, or a later value that refers to it. */
	bool is_read;
};

/* The names and values of a file's variables, which all models of one text share. Nobody
 * changes them. */
struct model_words;

/* What a file turned out to be. */
enum model_file_kind {
	MODEL_FILE_OTHER = 0, /* none of our business: a plain NIC, a tunnel, ... */
	MODEL_FILE_BOND,
	MODEL_FILE_MEMBER,
	MODEL_FILE_VLAN,
	MODEL_FILE_ALIAS,   /* ifcfg-bond0:1, ifcfg-bond0-range0 */
	MODEL_FILE_ROUTES,  /* route-X, route6-X */
	MODEL_FILE_RULES,   /* rule-X, rule6-X */
	MODEL_FILE_NETWORK, /* "network" beside the folder: what counts for all interfaces */
	MODEL_FILE_REFUSED, /* could not be read, or is not plain assignments */
};

struct model_file {
	enum model_file_kind kind;
	char interface[MODEL_NAME_SIZE]; /* it speaks of; "" if that is no name */
	/* Every key was asked for that means something in such a file. False in
	 * files that are none of ours, or so wrong that the reader gave them up. */
	bool is_read_through;
	/* Some of its routes or rules, or the alias, were left out for an error. */
	bool left_out;
	size_t variable_count;
	struct model_variable *variables; /* in the order of first assignment */
	struct model_words *words;	  /* what these are made of; NULL: there are none */
};

struct model {
	size_t file_count;
	char **files;		       /* paths as given, sorted by name */
	struct model_file *file_infos; /* file_count of them, same order */
	size_t bond_count;
	struct model_bond *bonds;
	size_t vlan_count;
	struct model_vlan *vlans;
};

enum model_severity {
	MODEL_ERROR = 0, /* the bond (or VLAN interface) is not brought up */
	MODEL_WARNING,
};

/*
 * One thing that is wrong.
 *
 * An error's subject is the least that can safely be left out because of it:
 *   - a bond, where what the bond should be is not known (its file is refused,
 *     an option is wrong, two files define it, no file does): neither it nor
 *     its VLAN interfaces are brought up;
 *   - a VLAN interface, where only that is wrong;
 *   - a member, where its own file is wrong (refused, an address in it, claimed
 *     by two files, the ninth): its bond comes up with the others;
 *   - nothing (""), or an alias (bond0:1), where that alone, or one route or rule, is
 *     wrong: it is left out. So is a VLAN interface's MTU that its bond's is too small for.
 * Nothing else is harmed. What already runs under the subject's name goes on
 * running as it is; model_keep_running() does that. A warning changes nothing.
 */
struct model_problem {
	enum model_severity severity;
	struct model_source source;
	char subject[MODEL_NAME_SIZE]; /* "": none */
	char *text;		       /* what is wrong, and what was expected */
	/* The line of the file that source names, without its end and, if it is
	 * long, cut to what stands around the column; NULL: none. Any bytes but
	 * NUL and line ends. */
	char *excerpt;
	uint32_t excerpt_column; /* source.column in the excerpt; 0: none */
};

struct model_problems {
	size_t count;
	struct model_problem *list;
	bool out_of_memory; /* some could not be noted */
};

struct model *model_new(void);	      /* NULL: no memory */
void model_free(struct model *model); /* NULL is fine */
/* Frees what is in it and leaves it empty. */
void model_problems_free(struct model_problems *problems);

/* Adds to the model; false: no memory, nothing changed. The pointers' contents
 * are copied; addresses, members and variables become the model's. A pointer
 * to an earlier bond or VLAN interface is invalid after an addition. */
bool model_add_file(struct model *model, const char *path, const struct model_file *info);
bool model_add_bond(struct model *model, const struct model_bond *bond);
bool model_add_vlan(struct model *model, const struct model_vlan *vlan);
bool model_bond_add_member(struct model_bond *bond, const struct model_member *member);
bool model_interface_add_address(struct model_interface *interface,
				 const struct model_address *address);
bool model_interface_add_route(struct model_interface *interface,
			       const struct model_route *route);
bool model_interface_add_rule(struct model_interface *interface, const struct model_rule *rule);
/* A copy that shares nothing with *from; false: no memory, *out untouched. */
bool model_interface_copy(const struct model_interface *from, struct model_interface *out);
/* Frees what it owns, not itself. */
void model_interface_clear(struct model_interface *interface);

/* Where the interface's own file says the key; where it says the interface, if it doesn't. */
struct model_source model_key_source(const struct model *model,
				     const struct model_interface *interface, const char *key);

/* Makes the variables' names and values, until now each its own memory, part of one piece.
 * NULL: no memory, the variables are untouched. */
struct model_words *model_words_pack(struct model_variable *list, size_t count);
/* For one more who frees it. */
struct model_words *model_words_share(struct model_words *words);
/* With the last who has them, the words are gone. NULL is fine. */
void model_words_free(struct model_words *words);

/* Whether nothing reads the variable, though its file was read through: a key that
 * is not known, or not in such a file. */
bool model_variable_is_unknown(const struct model_file *info,
			       const struct model_variable *variable);

/* The kernel driver's defaults: balance-rr, layer2, no monitoring, ... */
void model_bond_options_init(struct model_bond_options *options);

/* Whether the kernel would take it as an interface's name. */
bool model_name_is_valid(const char *name);

/* How many bytes the UTF-8 character at text has, 0 if it is none: no overlong form,
 * no surrogate, nothing beyond U+10FFFF. text ends with a NUL. */
size_t model_utf8_size(const unsigned char *text);

/* Adds a problem, text as by printf. Lack of memory is noted in *problems. */
void model_problem_add(struct model_problems *problems, enum model_severity severity,
		       struct model_source source, const char *subject, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Gives the problem its excerpt: line, of size bytes, is the whole line that its
 * source names. Lack of memory leaves it without. */
void model_problem_quote(struct model_problem *problem, const char *line, size_t size);

/* Moves all of from behind those of to; false: no memory, nothing is moved. */
bool model_problems_move(struct model_problems *from, struct model_problems *to);

/* Checks what no single line shows (a member in two bonds, a ninth member, a
 * parent that no file defines, an option of another mode) and adds what it
 * finds. */
void model_validate(const struct model *model, struct model_problems *problems);

/* Takes every bond, member and VLAN interface out of the model that an error
 * names as its subject, and the VLAN interfaces of such bonds, so that what is
 * left is valid and can be applied. */
void model_drop_faulty(struct model *model, const struct model_problems *problems);

/* Whether an error names this interface as its subject. */
bool model_name_is_faulty(const struct model_problems *problems, const char *name);

/*
 * "What ran before goes on running": after model_drop_faulty() on a newly read
 * model, puts back, as copies, what *running (the model applied last) holds
 * under each name that an error has as its subject: a bond with its VLAN
 * interfaces, a VLAN interface, a member of a bond. Where a bond would then
 * have more than BOND_MEMBERS_MAX members, or a NIC be in two bonds, those
 * that ran stay and the newcomer is left out. False: no memory; *model is then
 * still whole, but not all was put back, and must not be applied.
 */
bool model_keep_running(struct model *model, const struct model_problems *problems,
			const struct model *running);

/* Finds by name; NULL if absent. */
struct model_bond *model_find_bond(const struct model *model, const char *name);
struct model_vlan *model_find_vlan(const struct model *model, const char *name);
/* The interface at that place among those of the bonds and then the VLAN interfaces; NULL:
 * there are not so many. */
const struct model_interface *model_interface_at(const struct model *model, size_t place);

/* Names as in the files ("802.3ad", "layer3+4", "resilient", "hub"), and back;
 * the parsers also take the kernel's numbers where the kernel does. */
const char *bond_mode_name(enum bond_mode mode);
const char *xmit_hash_policy_name(enum xmit_hash_policy policy);
const char *flow_placement_name(enum flow_placement placement);
const char *transmit_hook_name(enum transmit_hook hook);
const char *bond_engine_name(enum bond_engine engine);
const char *model_protocol_name(enum model_protocol protocol);	   /* "static", "dhcp", ... */
const char *model_file_kind_name(enum model_file_kind kind);	   /* "bond", "vlan", ... */
const char *model_route_type_name(enum model_route_type type);	   /* "unicast", "local", ... */
const char *model_rule_action_name(enum model_rule_action action); /* "table", "goto", ... */
bool flow_placement_parse(const char *text, enum flow_placement *out);
bool transmit_hook_parse(const char *text, enum transmit_hook *out);
bool bond_engine_parse(const char *text, enum bond_engine *out);
bool bond_mode_parse(const char *text, enum bond_mode *out);
bool xmit_hash_policy_parse(const char *text, enum xmit_hash_policy *out);

#endif
