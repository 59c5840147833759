/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why a member carries no traffic: the daemon's words, what is heard from the
 * other end where that is the point, and where someone would look first. The
 * words of "reason" are those of doc/api.md.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/field.h"
#include "cli/status.h"

/* A hint for each reason that leaves one wondering what to do. */
static const char *reason_hint(const char *reason)
{
	static const struct {
		const char *reason;
		const char *hint;
	} hints[] = {
		{"absent", "it is taken in as soon as it appears"},
		{"no_carrier", "see the cable and the port at its other end"},
		{"no_lacpdu", "is LACP switched on at the switch's port?"},
		{"lacpdu_expired",
		 "LACP was switched off at the switch, or its frames get lost"},
		{"other_partner", "does the cable lead to another switch than the others'?"},
		{"wrong_key",
		 "the switch has its port in another port channel than the others'"},
		{"speed_differs", "links of one bundle must be equally fast"},
		{"half_duplex", "see the settings of both ends"},
		{"partner_not_aggregatable", "the switch runs its port as a link of its own"},
		{"partner_out_of_sync",
		 "the switch has not taken its port into the port channel"},
		{"partner_not_collecting",
		 "if that lasts: do the frames of this link reach the other end?"},
		{"looped", "are two ports of this bond connected with each other?"},
	};

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		if (strcmp(hints[i].reason, reason) == 0) {
			return hints[i].hint;
		}
	}
	return NULL;
}

/* Prints "; this link's partner is ..., the bundle's ..." */
static void partner_compare(FILE *stream, const json_t *bond, const json_t *member,
			    bool key_too)
{
	const json_t *bundle = json_object_get(json_object_get(bond, "lacp"), "partner");
	const json_t *heard = json_object_get(json_object_get(member, "lacp"), "partner");
	const char *heard_system = field_text(heard, "system", NULL);
	const char *bundle_system = field_text(bundle, "system", NULL);

	if (!heard_system || !bundle_system) {
		return;
	}
	if (key_too) {
		fprintf(stream, ": its key is %" PRIu64 ", the bundle's %" PRIu64,
			field_number(heard, "key"), field_number(bundle, "key"));
	} else {
		fprintf(stream, ": this link hears %s, the bundle's partner is %s",
			heard_system, bundle_system);
	}
}

char *status_reason_text(const json_t *bond, const json_t *member)
{
	const char *reason = field_text(member, "reason", "");
	const char *hint = reason_hint(reason);
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream) {
		return NULL;
	}
	fprintf(stream, "why: %s", field_text(member, "reason_text", "unknown"));
	if (strcmp(reason, "other_partner") == 0 || strcmp(reason, "wrong_key") == 0) {
		partner_compare(stream, bond, member, strcmp(reason, "wrong_key") == 0);
	}
	if (strcmp(reason, "set_down") == 0) {
		fprintf(stream, "; 'ip link set %s up' brings it back",
			field_text(member, "name", "?"));
	}
	if (hint) {
		fprintf(stream, "; %s", hint);
	}
	return fclose(stream) == 0 ? text : NULL;
}
