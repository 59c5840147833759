/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BONDING_OPTS: the options of the kernel's bonding driver, all of them known by
 * name, those that are supported here read. Facts: the driver's
 * bond_options.c (names, ranges, which mode takes what) and its
 * Documentation/networking/bonding.rst; initscripts' install_bonding_driver
 * (mode and miimon first, then the rest in order).
 */
#include "ifcfg/ifcfg_bonding.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY	       "BONDING_OPTS"
#define MIIMON_DEFAULT 100 /* BOND_DEFAULT_MIIMON */

#define MODE(mode)     (1U << BOND_MODE_##mode)
#define MODES_ALL      0x7fU

struct bonding {
	struct ifcfg_context *context; /* its at is that of the option in hand */
	struct model_bond_options *options;
	bool mode_known;
	bool failed;   /* a value was none; settling would only add noise */
	uint64_t seen; /* a bit for each option of the table */
};

/* Takes the value; what was expected if it is none, NULL if it is fine. */
typedef const char *option_take(struct bonding *bonding, const char *value);

struct bonding_option {
	const char *name;
	unsigned int modes; /* those in which the driver takes it */
	option_take *take;  /* NULL: not supported here yet */
};

/* The driver's two-valued options take the words or the numbers. */
static bool switch_parse(const char *value, const char *off, const char *on, bool *out)
{
	bool is_on = strcmp(value, on) == 0 || strcmp(value, "1") == 0;

	if (!is_on && strcmp(value, off) != 0 && strcmp(value, "0") != 0) {
		return false;
	}
	*out = is_on;
	return true;
}

static const char *time_take(const char *value, uint32_t *out)
{
	return ifcfg_number_parse(value, INT_MAX, out) ? NULL : "a number of milliseconds";
}

static const char *take_mode(struct bonding *bonding, const char *value)
{
	bonding->mode_known = bond_mode_parse(value, &bonding->options->mode);
	return bonding->mode_known ? NULL : "balance-xor (2) or 802.3ad (4)";
}

static const char *take_miimon(struct bonding *bonding, const char *value)
{
	return time_take(value, &bonding->options->miimon_ms);
}

static const char *take_updelay(struct bonding *bonding, const char *value)
{
	return time_take(value, &bonding->options->updelay_ms);
}

static const char *take_downdelay(struct bonding *bonding, const char *value)
{
	return time_take(value, &bonding->options->downdelay_ms);
}

static const char *take_use_carrier(struct bonding *bonding, const char *value)
{
	if (!switch_parse(value, "off", "on", &bonding->options->use_carrier)) {
		return "1 (on) or 0 (off)";
	}
	if (!bonding->options->use_carrier) {
		ifcfg_key_warning(bonding->context, KEY,
				  "use_carrier=0 asks for MII registers, which newer kernels "
				  "no longer read; the carrier is used all the same");
	}
	return NULL;
}

static const char *take_policy(struct bonding *bonding, const char *value)
{
	if (!xmit_hash_policy_parse(value, &bonding->options->xmit_hash_policy)) {
		return "layer2 (0), layer2+3 (2) or layer3+4 (1)";
	}

	enum xmit_hash_policy policy = bonding->options->xmit_hash_policy;
	if (policy != XMIT_HASH_LAYER2 && policy != XMIT_HASH_LAYER23 &&
	    policy != XMIT_HASH_LAYER34) {
		ifcfg_key_error(
			bonding->context, KEY,
			"xmit_hash_policy '%s' is known to the kernel's bonding driver, "
			"but not supported here yet; expected layer2, layer2+3 or "
			"layer3+4",
			xmit_hash_policy_name(policy));
	}
	return NULL;
}

static const char *take_lacp_rate(struct bonding *bonding, const char *value)
{
	return switch_parse(value, "slow", "fast", &bonding->options->lacp_rate_fast)
		       ? NULL
		       : "slow (0) or fast (1)";
}

static const char *take_lacp_active(struct bonding *bonding, const char *value)
{
	return switch_parse(value, "off", "on", &bonding->options->lacp_active)
		       ? NULL
		       : "on (1) or off (0)";
}

static const char *take_min_links(struct bonding *bonding, const char *value)
{
	return ifcfg_number_parse(value, INT_MAX, &bonding->options->min_links)
		       ? NULL
		       : "a number of links";
}

static const char *take_sys_prio(struct bonding *bonding, const char *value)
{
	uint32_t number;

	if (!ifcfg_number_parse(value, 65535, &number) || number == 0) {
		return "a number from 1 to 65535";
	}
	bonding->options->ad_actor_sys_prio = (uint16_t)number;
	return NULL;
}

static const char *take_system(struct bonding *bonding, const char *value)
{
	uint8_t mac[6];

	if (!ifcfg_mac_parse(value, mac) || mac[0] & 1) {
		return "a MAC address like 02:00:00:00:00:01 that is no multicast one";
	}
	memcpy(bonding->options->ad_actor_system, mac, sizeof(mac));
	return NULL;
}

static const char *take_user_port_key(struct bonding *bonding, const char *value)
{
	uint32_t number;

	if (!ifcfg_number_parse(value, 1023, &number)) {
		return "a number from 0 to 1023";
	}
	bonding->options->ad_user_port_key = (uint16_t)number;
	return NULL;
}

/* There is one aggregator and it is kept, which is what "stable" asks for. */
static const char *take_ad_select(struct bonding *bonding, const char *value)
{
	static const char *const others[] = {"bandwidth",	"1", "count", "2",
					     "actor_port_prio", "3"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(value, others[i]) == 0) {
			ifcfg_key_error(
				bonding->context, KEY,
				"ad_select '%s' is known to the kernel's bonding driver, "
				"but not supported here yet; expected stable (0)",
				value);
			return NULL;
		}
	}
	return strcmp(value, "stable") == 0 || strcmp(value, "0") == 0 ? NULL : "stable (0)";
}

static const struct bonding_option table[] = {
	/* First those that the others depend on. */
	{"mode", MODES_ALL, take_mode},
	{"miimon", MODES_ALL, take_miimon},
	{"updelay", MODES_ALL, take_updelay},
	{"downdelay", MODES_ALL, take_downdelay},
	{"use_carrier", MODES_ALL, take_use_carrier},
	{"xmit_hash_policy", MODES_ALL, take_policy},
	{"min_links", MODES_ALL, take_min_links},
	{"lacp_rate", MODE(8023AD), take_lacp_rate},
	{"lacp_active", MODE(8023AD), take_lacp_active},
	{"ad_actor_sys_prio", MODE(8023AD), take_sys_prio},
	{"ad_actor_system", MODE(8023AD), take_system},
	{"ad_user_port_key", MODE(8023AD), take_user_port_key},
	{"ad_select", MODES_ALL, take_ad_select},
	{"coupled_control", MODE(8023AD), NULL},
	{"broadcast_neighbor", MODE(8023AD), NULL},
	{"primary", MODE(ACTIVE_BACKUP) | MODE(BALANCE_TLB) | MODE(BALANCE_ALB), NULL},
	{"active_slave", MODE(ACTIVE_BACKUP) | MODE(BALANCE_TLB) | MODE(BALANCE_ALB), NULL},
	{"primary_reselect", MODES_ALL, NULL},
	{"fail_over_mac", MODES_ALL, NULL},
	{"arp_interval", MODES_ALL & ~(MODE(8023AD) | MODE(BALANCE_TLB) | MODE(BALANCE_ALB)),
	 NULL},
	{"arp_validate", MODES_ALL & ~(MODE(8023AD) | MODE(BALANCE_TLB) | MODE(BALANCE_ALB)),
	 NULL},
	{"arp_ip_target", MODES_ALL, NULL},
	{"ns_ip6_target", MODES_ALL, NULL},
	{"arp_all_targets", MODES_ALL, NULL},
	{"arp_missed_max", MODES_ALL & ~(MODE(8023AD) | MODE(BALANCE_TLB) | MODE(BALANCE_ALB)),
	 NULL},
	{"packets_per_slave", MODE(BALANCE_RR), NULL},
	{"tlb_dynamic_lb", MODE(BALANCE_TLB) | MODE(BALANCE_ALB), NULL},
	{"lp_interval", MODES_ALL, NULL},
	{"all_slaves_active", MODES_ALL, NULL},
	{"num_grat_arp", MODES_ALL, NULL},
	{"num_unsol_na", MODES_ALL, NULL},
	{"peer_notif_delay", MODES_ALL, NULL},
	{"resend_igmp", MODES_ALL, NULL},
	{"queue_id", MODES_ALL, NULL},
	{"slaves", MODES_ALL, NULL},
	/* Parameters of the driver's module rather than of a bond. */
	{"max_bonds", MODES_ALL, NULL},
	{"tx_queues", MODES_ALL, NULL},
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))
_Static_assert(TABLE_SIZE <= 64, "struct bonding's seen has a bit for each");

/* An option that is invalid: initscripts stops at what the driver refuses, nm skips
 * it. */
static void option_refuse(const struct bonding *bonding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void option_refuse(const struct bonding *bonding, const char *format, ...)
{
	bool skipped = bonding->context->dialect == IFCFG_DIALECT_NM;
	char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		bonding->context->problems->out_of_memory = true;
	} else if (skipped) {
		ifcfg_key_warning(bonding->context, KEY, "%s; nm leaves the option out", text);
	} else {
		ifcfg_key_error(bonding->context, KEY, "%s", text);
	}
	free(text);
}

static size_t table_find(const char *name)
{
	size_t i = 0;

	while (i < TABLE_SIZE && strcmp(table[i].name, name) != 0) {
		i++;
	}
	return i;
}

static void refuse_unknown(const struct bonding *bonding, const char *name)
{
	const char *names[TABLE_SIZE + 1] = {0};

	for (size_t i = 0; i < TABLE_SIZE; i++) {
		names[i] = table[i].name;
	}
	const char *near = ifcfg_suggest(name, names);
	if (near) {
		option_refuse(bonding, "unknown option '%s'; did you mean '%s'?", name, near);
	} else {
		option_refuse(bonding,
			      "unknown option '%s'; expected one of the kernel's bonding "
			      "driver, such as mode, miimon or xmit_hash_policy",
			      name);
	}
}

/* "802.3ad", or "active-backup, balance-tlb or balance-alb". */
static void modes_text(unsigned int modes, char *out, size_t size)
{
	int left = __builtin_popcount(modes);
	size_t at = 0;

	out[0] = '\0';
	for (unsigned int mode = 0; mode <= BOND_MODE_BALANCE_ALB && at < size; mode++) {
		if (!(modes & 1U << mode)) {
			continue;
		}
		left--;
		int length = snprintf(out + at, size - at, "%s%s",
				      bond_mode_name((enum bond_mode)mode),
				      left > 1	  ? ", "
				      : left == 1 ? " or "
						  : "");
		at += length > 0 ? (size_t)length : 0;
	}
}

/* Whether the bond's mode takes the option; if not, that is said. */
static bool mode_takes(const struct bonding *bonding, const struct bonding_option *option)
{
	enum bond_mode mode = bonding->options->mode;
	char modes[128];

	if (!bonding->mode_known || option->modes & 1U << mode) {
		return true;
	}
	modes_text(option->modes, modes, sizeof(modes));
	option_refuse(bonding, "option '%s' belongs to mode %s, and this bond's mode is %s",
		      option->name, modes, bond_mode_name(mode));
	return false;
}

static void option_apply(struct bonding *bonding, const struct ifcfg_option *given,
			 size_t index)
{
	const struct bonding_option *option = &table[index];

	if (bonding->seen & (uint64_t)1 << index) {
		ifcfg_key_warning(bonding->context, KEY,
				  "option '%s' is given more than once; the last one counts",
				  option->name);
	}
	bonding->seen |= (uint64_t)1 << index;
	if (!mode_takes(bonding, option)) {
		return;
	}
	if (!option->take) {
		ifcfg_key_error(bonding->context, KEY,
				"option '%s' is known to the kernel's bonding driver, but not "
				"supported here yet",
				option->name);
		return;
	}
	const char *expected = option->take(bonding, given->value);
	if (expected) {
		bonding->failed = bonding->context->dialect != IFCFG_DIALECT_NM;
		option_refuse(bonding, "'%s' is no value of option '%s'; expected %s",
			      given->value, option->name, expected);
	}
}

static void mode_check(const struct bonding *bonding, bool mode_given)
{
	enum bond_mode mode = bonding->options->mode;

	if (!mode_given) {
		ifcfg_key_error(bonding->context, KEY,
				"no mode is given, which for the kernel's driver means "
				"balance-rr, and that is not supported here yet; expected "
				"mode=802.3ad or mode=balance-xor in BONDING_OPTS");
	} else if (bonding->mode_known && mode != BOND_MODE_BALANCE_XOR &&
		   mode != BOND_MODE_8023AD) {
		ifcfg_key_error(bonding->context, KEY,
				"mode '%s' is known to the kernel's bonding driver, but not "
				"supported here yet; expected balance-xor (2) or 802.3ad (4)",
				bond_mode_name(mode));
	}
}

static void delay_settle(const struct bonding *bonding, const char *name, uint32_t *delay_ms)
{
	uint32_t miimon_ms = bonding->options->miimon_ms;

	if (*delay_ms == 0) {
		return;
	}
	if (miimon_ms == 0) {
		ifcfg_key_warning(
			bonding->context, KEY,
			"%s=%u is not used without miimon; expected miimon=100 or the "
			"like beside it",
			name, *delay_ms);
		*delay_ms = 0;
	} else if (*delay_ms % miimon_ms != 0) {
		uint32_t rounded_ms = *delay_ms - *delay_ms % miimon_ms;
		ifcfg_key_warning(
			bonding->context, KEY,
			"%s=%u is no multiple of miimon=%u; %u is used, as the kernel "
			"does",
			name, *delay_ms, miimon_ms, rounded_ms);
		*delay_ms = rounded_ms;
	}
}

/* What the driver makes of values that don't fit each other. */
static void options_settle(const struct bonding *bonding)
{
	struct model_bond_options *options = bonding->options;
	bool is_8023ad = options->mode == BOND_MODE_8023AD;

	if (options->miimon_ms == 0 && is_8023ad) {
		options->miimon_ms = MIIMON_DEFAULT;
		ifcfg_key_warning(bonding->context, KEY,
				  "802.3ad needs miimon; miimon=%u is used, as the kernel does",
				  MIIMON_DEFAULT);
	} else if (options->miimon_ms == 0 && bonding->mode_known) {
		ifcfg_key_warning(bonding->context, KEY,
				  "without miimon the links are not polled, only the kernel's "
				  "events tell of a lost one; expected miimon=100");
	}
	delay_settle(bonding, "updelay", &options->updelay_ms);
	delay_settle(bonding, "downdelay", &options->downdelay_ms);
	if (options->min_links > 1 && !is_8023ad && bonding->mode_known) {
		ifcfg_key_warning(bonding->context, KEY,
				  "min_links=%u is not used: only mode 802.3ad heeds it",
				  options->min_links);
		options->min_links = 0;
	}
}

void ifcfg_bonding_read(const struct ifcfg_context *context, struct model_bond_options *options)
{
	struct ifcfg_context here = *context;
	struct bonding bonding = {.context = &here, .options = options};
	struct ifcfg_options list;
	bool mode_given = false;

	model_bond_options_init(options);
	if (!ifcfg_options_split(context, KEY, &list)) {
		return;
	}
	/* The mode decides which others there are, so it is read first wherever
	 * it stands. */
	for (size_t i = 0; i < list.count; i++) {
		if (strcmp(list.list[i].name, "mode") == 0) {
			mode_given = true;
			here.at = list.list[i].at;
			option_apply(&bonding, &list.list[i], 0);
		}
	}
	if (context->dialect == IFCFG_DIALECT_NM) {
		mode_given = bonding.mode_known; /* one that is none was left out */
	}
	mode_check(&bonding, mode_given);
	for (size_t i = 0; i < list.count; i++) {
		size_t index = table_find(list.list[i].name);
		here.at = list.list[i].at;
		if (index == TABLE_SIZE) {
			refuse_unknown(&bonding, list.list[i].name);
		} else if (index > 0) {
			option_apply(&bonding, &list.list[i], index);
		}
	}
	ifcfg_options_free(&list);
	here.at = 0;
	if (!bonding.failed) {
		options_settle(&bonding);
	}
}
