/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of portchannel vlan, and the fields that they become; see vlan.h. */
#include <string.h>

#include "cli/answer.h"
#include "cli/vlan.h"

#define VLAN_MTU_MAX 65535

static void vlan_options_add(struct vlan_options *options, const struct argument_option *list,
			     size_t count)
{
	for (size_t i = 0; i < count && options->count < VLAN_OPTIONS_MAX; i++) {
		options->list[options->count++] = list[i];
	}
}

void vlan_options_how(struct vlan_options *options, struct vlan_how *how)
{
	const struct argument_option list[] = {
		{.name = "stage", .flag = &how->stage},
		{.name = "json", .flag = &how->as_json},
		{.name = "confirm", .value = &how->confirm},
		{.name = "revision", .value = &how->revision},
	};

	vlan_options_add(options, list, sizeof(list) / sizeof(list[0]));
}

void vlan_options_settings(struct vlan_options *options, struct vlan_settings *settings)
{
	const struct argument_option list[] = {
		{.name = "mtu", .value = &settings->mtu},
		{.name = "mac", .value = &settings->mac},
		{.name = "gateway", .value = &settings->gateway},
		{.name = "gateway6", .value = &settings->gateway6},
		{.name = "dhcp", .flag = &settings->dhcp},
		{.name = "no-dhcp", .flag = &settings->no_dhcp},
		{.name = "dhcpv6", .flag = &settings->dhcpv6},
		{.name = "no-dhcpv6", .flag = &settings->no_dhcpv6},
		{.name = "onboot", .flag = &settings->onboot},
		{.name = "no-onboot", .flag = &settings->no_onboot},
		{.name = "ipv6-autoconf", .flag = &settings->autoconf},
		{.name = "no-ipv6-autoconf", .flag = &settings->no_autoconf},
	};

	vlan_options_add(options, list, sizeof(list) / sizeof(list[0]));
}

/* Puts --FIELD or --no-FIELD into the body. */
static bool vlan_flag(const struct command *command, const char *option, const char *field,
		      bool yes, bool no, json_t *body)
{
	if (yes && no) {
		command_usage_error(command, "--%s and --no-%s together say nothing", option,
				    option);
		return false;
	}
	if (yes || no) {
		answer_set(body, field, json_boolean(yes));
	}
	return true;
}

/* Puts a text into the body, "none" as null: what the file then doesn't say. */
static void vlan_text(const char *field, const char *value, json_t *body)
{
	if (value) {
		answer_set(body, field,
			   strcmp(value, "none") == 0 ? json_null() : json_string(value));
	}
}

bool vlan_settings_take(const struct command *command, const struct vlan_settings *settings,
			json_t *body)
{
	unsigned int mtu;

	if (settings->mtu && strcmp(settings->mtu, "none") == 0) {
		answer_set(body, "mtu", json_null());
	} else if (settings->mtu) {
		if (!argument_number(command, "--mtu", settings->mtu, 1, VLAN_MTU_MAX, &mtu)) {
			return false;
		}
		answer_set(body, "mtu", json_integer(mtu));
	}
	vlan_text("mac", settings->mac, body);
	vlan_text("gateway", settings->gateway, body);
	vlan_text("gateway6", settings->gateway6, body);
	return vlan_flag(command, "dhcp", "dhcp", settings->dhcp, settings->no_dhcp, body) &&
	       vlan_flag(command, "dhcpv6", "dhcpv6", settings->dhcpv6, settings->no_dhcpv6,
			 body) &&
	       vlan_flag(command, "onboot", "onboot", settings->onboot, settings->no_onboot,
			 body) &&
	       vlan_flag(command, "ipv6-autoconf", "ipv6_autoconf", settings->autoconf,
			 settings->no_autoconf, body);
}

bool vlan_how_take(const struct command *command, const struct vlan_how *how, json_t *body)
{
	if (how->stage && how->confirm) {
		command_usage_error(command,
				    "--confirm goes with 'portchannel commit' where a change "
				    "is staged");
		return false;
	}
	if (how->stage) {
		answer_set(body, "stage", json_true());
	}
	if (how->revision) {
		answer_set(body, "revision", json_string(how->revision));
	}
	return answer_confirm_option(command, how->confirm, body);
}
