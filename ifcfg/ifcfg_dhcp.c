/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DHCP. Facts: initscripts' ifup-eth (one try unless PERSISTENT_DHCLIENT) and
 * set_hostname_options (DHCP_FQDN before DHCP_HOSTNAME before the system's name),
 * ifdown-eth (DHCPRELEASE); NetworkManager's ifcfg-rh plugin, whose own client never gives
 * up.
 */
#include "ifcfg/ifcfg_dhcp.h"

#include <string.h>

/* A host's name goes to a program's configuration: letters, digits, '-', '_', '.'. */
static bool is_hostname(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";

	return text[0] != '-' && text[strspn(text, letters)] == '\0';
}

/* Printable, and nothing that a configuration would have to quote. */
static bool is_client_id(const char *text)
{
	for (; *text; text++) {
		if (*text <= ' ' || *text > '~' || strchr("\"'\\;{}", *text)) {
			return false;
		}
	}
	return true;
}

static bool text_read(const struct ifcfg_context *context, const char *key,
		      bool (*is_fine)(const char *), char out[MODEL_TEXT_SIZE])
{
	const char *text = ifcfg_key_value(context, key);
	char word[IFCFG_WORD_SIZE];

	_Static_assert(IFCFG_WORD_SIZE <= MODEL_TEXT_SIZE, "a word fits");
	if (!text) {
		return false;
	}
	if (!ifcfg_word_read(text, word) || !is_fine(word)) {
		ifcfg_key_warning(context, key,
				  "%s '%s' is not used; expected 1 to %d letters, digits, '-' "
				  "and '.'",
				  key, text, IFCFG_WORD_SIZE - 1);
		return false;
	}
	memset(out, 0, MODEL_TEXT_SIZE);
	memcpy(out, word, strlen(word) + 1);
	return true;
}

void ifcfg_dhcp_read(const struct ifcfg_context *context, struct model_dhcp *dhcp)
{
	bool nm = context->dialect == IFCFG_DIALECT_NM;
	char hostname[MODEL_TEXT_SIZE];

	dhcp->peer_dns = !ifcfg_key_is_false(context, "PEERDNS");
	dhcp->persistent = nm || ifcfg_key_is_true(context, "PERSISTENT_DHCLIENT");
	dhcp->persistent_ipv6 = nm || ifcfg_key_is_true(context, "PERSISTENT_DHCLIENT_IPV6");
	dhcp->release = !nm && ifcfg_key_is_true(context, "DHCPRELEASE");
	dhcp->hostname_is_kept = ifcfg_key_is_false(context, "DHCP_SEND_HOSTNAME");
	if (text_read(context, "DHCP_HOSTNAME", is_hostname, hostname)) {
		memcpy(dhcp->hostname, hostname, sizeof(hostname));
	}
	if (text_read(context, "DHCP_FQDN", is_hostname, hostname)) {
		memcpy(dhcp->hostname, hostname, sizeof(hostname));
		dhcp->hostname_is_fqdn = true;
	}
	if (nm) {
		text_read(context, "DHCP_CLIENT_ID", is_client_id, dhcp->client_id);
	}
}
