/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the core notes, as an event for clients and a line in the log:
 * "bond0 ens1f0 mux ATTACHED -> COLLECTING_DISTRIBUTING (partner in sync)".
 */
#include <stdio.h>
#include <string.h>

#include "daemon/address_probe.h"
#include "daemon/bond_runtime.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

/* In an event, what carries traffic has no reason not to. */
static const char *bond_note_reason_name(uint8_t reason)
{
	return reason == BOND_REASON_NONE ? NULL : bond_reason_name((enum bond_reason)reason);
}

static enum log_level bond_note_level(const struct bond_note *note)
{
	switch (note->type) {
	case BOND_NOTE_LINK:
	case BOND_NOTE_CARRIER:
		return LOG_LEVEL_NOTICE;
	case BOND_NOTE_REASON:
	case BOND_NOTE_RECEIVE:
	case BOND_NOTE_MUX:
	case BOND_NOTE_SELECTED:
	case BOND_NOTE_PARTNER:
	case BOND_NOTE_AGGREGATOR:
	case BOND_NOTE_ACTOR_CHURN:
	case BOND_NOTE_PARTNER_CHURN:
		return LOG_LEVEL_INFO;
	case BOND_NOTE_PERIODIC:
	case BOND_NOTE_COUNT:
		break;
	}
	return LOG_LEVEL_DEBUG;
}

static void bond_note_partner(const struct lacp_info *partner, char *out, size_t size)
{
	const uint8_t *s = partner->system;

	snprintf(out, size,
		 "partner system %02x:%02x:%02x:%02x:%02x:%02x priority %u key %u port %u",
		 s[0], s[1], s[2], s[3], s[4], s[5], partner->system_priority, partner->key,
		 partner->port);
}

/* The words in brackets: what a state's name alone doesn't say. */
static void bond_note_detail(const struct bond_runtime *bond, const struct bond_note *note,
			     char *out, size_t size)
{
	const struct bond_member *member =
		note->slot < BOND_MEMBERS_MAX ? &bond->core.members[note->slot] : NULL;
	uint8_t state;

	out[0] = '\0';
	if (!member) {
		return;
	}
	state = member->lacp.partner.state;
	switch (note->type) {
	case BOND_NOTE_MUX:
		snprintf(out, size, " (partner %s%s%s)",
			 state & LACP_STATE_SYNCHRONIZATION ? "in sync" : "out of sync",
			 state & LACP_STATE_COLLECTING ? ", collecting" : "",
			 state & LACP_STATE_DISTRIBUTING ? ", distributing" : "");
		break;
	case BOND_NOTE_LINK:
		if (member->info.speed_mbps > 0) {
			snprintf(out, size, " (%u Mb/s)", member->info.speed_mbps);
		}
		break;
	case BOND_NOTE_REASON:
	case BOND_NOTE_RECEIVE:
	case BOND_NOTE_PERIODIC:
	case BOND_NOTE_SELECTED:
	case BOND_NOTE_PARTNER:
	case BOND_NOTE_CARRIER:
	case BOND_NOTE_AGGREGATOR:
	case BOND_NOTE_ACTOR_CHURN:
	case BOND_NOTE_PARTNER_CHURN:
	case BOND_NOTE_COUNT:
		break;
	}
}

static void bond_note_text(const struct bond_runtime *bond, const struct bond_note *note,
			   struct event *event)
{
	char detail[120];

	if (note->type == BOND_NOTE_PARTNER && note->slot < BOND_MEMBERS_MAX) {
		bond_note_partner(&bond->core.members[note->slot].lacp.partner, event->text,
				  sizeof(event->text));
		return;
	}
	if (note->type == BOND_NOTE_AGGREGATOR) {
		const struct lacp_lag *lag = &bond->core.lacp.aggregator;
		struct lacp_info partner = {.system_priority = lag->partner_system_priority,
					    .key = lag->partner_key};

		memcpy(partner.system, lag->partner_system, sizeof(partner.system));
		snprintf(event->text, sizeof(event->text), "aggregator %s",
			 !lag->valid		? "none"
			 : lag->without_partner ? "one link alone, no partner speaks LACP"
						: "");
		if (lag->valid && !lag->without_partner) {
			size_t used = strlen(event->text);

			bond_note_partner(&partner, event->text + used,
					  sizeof(event->text) - used);
		}
		return;
	}
	if (note->type == BOND_NOTE_REASON) {
		snprintf(event->text, sizeof(event->text), "%s%s",
			 note->to == BOND_REASON_NONE ? "" : "carries no traffic: ",
			 bond_reason_text(note->to));
		return;
	}
	bond_note_detail(bond, note, detail, sizeof(detail));
	snprintf(event->text, sizeof(event->text), "%s %s -> %s%s", event->name, event->from,
		 event->to, detail);
}

void bond_runtime_note(struct bond_runtime *bond, const struct bond_note *note)
{
	struct event event = {.name = bond_note_name(note->type)};
	const char *member = "";

	if (note->type == BOND_NOTE_REASON) {
		event.from = bond_note_reason_name(note->from);
		event.to = bond_note_reason_name(note->to);
	} else if (note->type != BOND_NOTE_PARTNER && note->type != BOND_NOTE_AGGREGATOR) {
		event.from = bond_note_state_name(note->type, note->from);
		event.to = bond_note_state_name(note->type, note->to);
	}
	if (note->slot < BOND_MEMBERS_MAX) {
		member = bond->members[note->slot].name;
		bond->members[note->slot].transitions[note->type]++;
	} else {
		bond->transitions[note->type]++;
	}
	snprintf(event.bond, sizeof(event.bond), "%s", bond->name);
	snprintf(event.member, sizeof(event.member), "%s", member);
	bond_note_text(bond, note, &event);
	events_add(&bond->daemon->events, &event);
	log_line(bond_note_level(note), "%s%s%s %s bond=%s%s%s event=%s%s%s%s%s", bond->name,
		 member[0] ? " " : "", member, event.text, bond->name,
		 member[0] ? " member=" : "", member, event.name, event.from ? " from=" : "",
		 event.from ? event.from : "", event.to ? " to=" : "",
		 event.to ? event.to : "");
	if ((note->type == BOND_NOTE_CARRIER && note->to) ||
	    (note->type == BOND_NOTE_AGGREGATOR && bond->core.lacp.aggregator.valid)) {
		address_announce_parent(&bond->parent);
	}
}
