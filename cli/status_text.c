/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole of the status: a line that sums up where there is more than one
 * thing to say, the bonds, the problems of the files.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/answer.h"
#include "cli/field.h"
#include "cli/status.h"

/* Whether an error has name as its subject; files: only one of the files counts. */
static bool problems_name(const json_t *problems, const char *name, bool files)
{
	size_t index;
	json_t *problem;

	json_array_foreach (problems, index, problem) {
		if (strcmp(field_text(problem, "severity", ""), "error") == 0 &&
		    (!files || field_text(problem, "file", NULL)) &&
		    strcmp(field_text(problem, "subject", ""), name) == 0) {
			return true;
		}
	}
	return false;
}

/* Whether the name is a bond's (or a NIC's), or a VLAN interface's, that is shown. */
static bool status_names(const json_t *bonds, const char *name)
{
	size_t i, j;
	json_t *bond, *vlan;

	json_array_foreach (bonds, i, bond) {
		if (strcmp(field_text(bond, "name", ""), name) == 0) {
			return true;
		}
		json_array_foreach (json_object_get(bond, "vlans"), j, vlan) {
			if (strcmp(field_text(vlan, "name", ""), name) == 0) {
				return true;
			}
		}
	}
	return false;
}

/* Prints "; down: bond1 bond2" for the bonds of a state, if there are any. */
static void state_list(struct out *out, const json_t *bonds, enum status_bond_state state,
		       enum out_style style, const char *words)
{
	size_t index;
	json_t *bond;
	bool first = true;

	json_array_foreach (bonds, index, bond) {
		if (status_bond_state(bond) != state) {
			continue;
		}
		if (first) {
			out_print(out, OUT_PLAIN, "; ");
			out_print(out, style, "%s:", words);
			first = false;
		}
		out_wrap(out, style, 2, field_text(bond, "name", "?"));
	}
}

/* The first line of more than one bond: how many, and which are not well. */
static void summary_print(struct out *out, const json_t *bonds)
{
	size_t index;
	size_t well = 0;
	json_t *bond;

	json_array_foreach (bonds, index, bond) {
		well += status_bond_state(bond) == STATUS_BOND_UP;
	}
	out_print(out, OUT_BOLD, "%zu bonds", json_array_size(bonds));
	out_print(out, OUT_PLAIN, ": %zu fully up", well);
	state_list(out, bonds, STATUS_BOND_DOWN, OUT_BAD, "DOWN");
	state_list(out, bonds, STATUS_BOND_OFF, OUT_WARN, "set down");
	state_list(out, bonds, STATUS_BOND_PARTLY, OUT_WARN, "a link is out");
	out_line(out);
	out_line(out);
}

/* What errors keep from running, each name once: those of the files, or the others,
 * since it's not the files' fault when somebody deletes an interface. */
static void missing_print(struct out *out, const json_t *status, bool files)
{
	const json_t *problems = json_object_get(status, "problems");
	size_t index;
	json_t *problem;
	json_t *told = json_object();
	bool first = true;

	json_array_foreach (problems, index, problem) {
		const char *subject = field_text(problem, "subject", "");

		if (!*subject || strcmp(field_text(problem, "severity", ""), "error") != 0 ||
		    status_names(json_object_get(status, "bonds"), subject) ||
		    status_names(json_object_get(status, "nics"), subject) ||
		    json_object_get(told, subject) ||
		    problems_name(problems, subject, true) != files) {
			continue;
		}
		json_object_set_new(told, subject, json_true());
		if (first) {
			out_print(out, OUT_BAD, "!");
			out_indent(out, 2);
			out_print(out, OUT_PLAIN,
				  files ? "kept out by errors in the files (see below):"
					: "not running (see below):");
			first = false;
		}
		out_wrap(out, OUT_ALARM, 4, subject);
	}
	json_decref(told);
	if (!first) {
		out_line(out);
		out_line(out);
	}
}

static void problems_print(struct out *out, const json_t *problems)
{
	size_t index;
	json_t *problem;

	out_print(out, OUT_BOLD, "Problems:");
	out_line(out);
	json_array_foreach (problems, index, problem) {
		const char *severity = field_text(problem, "severity", "error");
		bool error = strcmp(severity, "error") == 0;

		if (error) {
			out_print(out, OUT_BAD, "!");
		}
		out_indent(out, 2);
		answer_place_print(out, problem);
		out_print(out, error ? OUT_BAD : OUT_WARN, "%s:", severity);
		out_wrap(out, OUT_PLAIN, 4, field_text(problem, "message", ""));
		out_line(out);
	}
}

/* Bonds that the files describe rightly and that don't run all the same, as
 * after "portchannel down". Returns whether there are any. */
static bool taken_down_print(struct out *out, const json_t *config, const json_t *problems)
{
	size_t index;
	json_t *bond;
	bool any = false;

	json_array_foreach (json_object_get(config, "bonds"), index, bond) {
		const char *name = field_text(bond, "name", "?");

		if (problems_name(problems, name, false)) {
			continue;
		}
		if (!any) {
			out_print(out, OUT_PLAIN, "In the files, but taken down:");
			any = true;
		}
		out_wrap(out, OUT_BOLD, 2, name);
	}
	if (any) {
		out_line(out);
		out_print(out, OUT_PLAIN, "'portchannel reload' brings up what the files say.");
		out_line(out);
	}
	return any;
}

/* No bond at all: what someone would do to have one. */
static void nothing_print(struct out *out, const json_t *status, const json_t *config)
{
	const json_t *problems = json_object_get(status, "problems");
	const char *folder = field_text(json_object_get(status, "daemon"), "config",
					"/etc/sysconfig/network-scripts");

	out_print(out, OUT_BOLD, "No bonds are running.");
	out_line(out);
	if (taken_down_print(out, config, problems)) {
		return;
	}
	if (json_array_size(problems) > 0) {
		out_print(out, OUT_PLAIN, "The problems below say why.");
		out_line(out);
		return;
	}
	out_print(out, OUT_PLAIN, "No file in %s describes one.", folder);
	out_line(out);
	out_wrap(
		out, OUT_PLAIN, 0,
		"Write an ifcfg file for the bond and one for each of its links; portchannel(8)"
		" has an example under EXAMPLES. Then: portchannel config check, and"
		" portchannel reload");
	out_line(out);
}

/* What somebody has begun and not ended: a change to be confirmed, staged changes. */
static void pending_print(struct out *out, const json_t *status)
{
	const json_t *waiting = json_object_get(status, "waiting");
	uint64_t staged = field_number(status, "staged");

	if (json_is_object(waiting)) {
		out_print(out, OUT_BAD, "!");
		out_indent(out, 2);
		out_print(out, OUT_ALARM,
			  "Change %" PRIu64 " by %s waits to be confirmed: %" PRIu64 " s left",
			  field_number(waiting, "number"), field_text(waiting, "user", "?"),
			  field_number(waiting, "seconds"));
		out_line(out);
		out_indent(out, 4);
		out_print(
			out, OUT_PLAIN,
			"'portchannel confirm' keeps it, 'portchannel rollback' takes it back");
		out_line(out);
	}
	if (staged > 0) {
		out_indent(out, 2);
		answer_staged_count_print(out, staged);
	}
	if (json_is_object(waiting) || staged > 0) {
		out_line(out);
	}
}

bool status_print(struct out *out, const json_t *status, const json_t *config, bool whole)
{
	const json_t *bonds = json_object_get(status, "bonds");
	const json_t *problems = json_object_get(status, "problems");
	const json_t *nics = json_object_get(status, "nics");
	bool any_problem = json_array_size(problems) > 0;
	size_t index;
	json_t *bond;

	pending_print(out, status);
	if (json_array_size(bonds) == 0 && json_array_size(nics) == 0) {
		nothing_print(out, status, config);
		if (any_problem) {
			out_line(out);
		}
	}
	if (json_array_size(bonds) > 1) {
		summary_print(out, bonds);
	}
	if (!whole) {
		missing_print(out, status, true);
		missing_print(out, status, false);
	}
	json_array_foreach (bonds, index, bond) {
		bool failed = problems_name(problems, field_text(bond, "name", ""), true);

		if (index > 0) {
			out_line(out);
		}
		if (!status_bond_print(out, bond, failed, whole)) {
			return false;
		}
	}
	if (json_array_size(bonds) > 0 && json_array_size(nics) > 0) {
		out_line(out);
	}
	if (!status_nics_print(out, nics, whole)) {
		return false;
	}
	if (any_problem) {
		if (json_array_size(bonds) > 0 || json_array_size(nics) > 0) {
			out_line(out);
		}
		problems_print(out, problems);
	}
	return true;
}
