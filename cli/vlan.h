/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of portchannel vlan, and the options that they share: vlan_options.c makes
 * the body of a call (doc/api.md, "VLAN interfaces") of them.
 */
#ifndef CLI_VLAN_H
#define CLI_VLAN_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "cli/command.h"

extern const struct command command_vlan_add;
extern const struct command command_vlan_set;
extern const struct command command_vlan_del;

#define VLAN_OPTIONS_MAX 20

/* How a change is made; common to all three. */
struct vlan_how {
	bool stage, as_json;
	const char *confirm, *revision;
};

/* What add and set are told of the interface; NULL and false: nothing. */
struct vlan_settings {
	const char *mtu, *mac, *gateway, *gateway6;
	bool dhcp, no_dhcp, dhcpv6, no_dhcpv6, onboot, no_onboot, autoconf, no_autoconf;
};

/* What one of the three takes. */
struct vlan_options {
	size_t count;
	struct argument_option list[VLAN_OPTIONS_MAX];
};

void vlan_options_how(struct vlan_options *options, struct vlan_how *how);
void vlan_options_settings(struct vlan_options *options, struct vlan_settings *settings);

/* Put what was given into the body. False: it was said what is wrong with it. */
bool vlan_settings_take(const struct command *command, const struct vlan_settings *settings,
			json_t *body);
bool vlan_how_take(const struct command *command, const struct vlan_how *how, json_t *body);

/* Both in the help. */
#define VLAN_SETTINGS_HELP                                                             \
	"  --mtu N, --mac MAC              none: as the parent has it\n"               \
	"  --gateway A, --gateway6 A       default routes; none: no default route\n"   \
	"  --dhcp, --no-dhcp, --dhcpv6, --no-dhcpv6\n"                                 \
	"                                  whether a DHCP client runs\n"               \
	"  --ipv6-autoconf, --no-ipv6-autoconf\n"                                      \
	"                                  whether router advertisements are heeded\n" \
	"  --onboot, --no-onboot           whether it's up after a boot\n"

#define VLAN_HOW_HELP                                                                    \
	"  --stage                         let it wait for 'portchannel commit'\n"       \
	"  --confirm SECONDS               take it back unless it's confirmed in time\n" \
	"  --revision R                    only if what it replaces is of revision R\n"  \
	"  --json                          for programs: what the daemon answers\n"

#endif
