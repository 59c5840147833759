/* SPDX-License-Identifier: BSD-2-Clause */
/* Status of NICs that are no members and carry VLAN interfaces. */
#include <inttypes.h>
#include <string.h>

#include "cli/field.h"
#include "cli/status.h"

/* "ens2f0  UP  NIC with VLAN interfaces, called lan2 now, mtu 1500" */
static void nic_line_print(struct out *out, const json_t *nic)
{
	const char *configured = field_text(nic, "configured_name", "?");
	const char *name = field_text(nic, "name", "?");
	bool present = field_flag(nic, "present");
	bool well = present && field_flag(nic, "carrier");

	out_print(out, OUT_BOLD, "%s", configured);
	out_print(out, OUT_PLAIN, "  ");
	out_print(out, well ? OUT_GOOD : OUT_ALARM, "%s",
		  !present			? "NOT IN USE"
		  : well			? "UP"
		  : field_flag(nic, "admin_up") ? "DOWN"
						: "SET DOWN");
	out_print(out, OUT_PLAIN, "  NIC with VLAN interfaces");
	if (present && strcmp(name, configured) != 0) {
		out_print(out, OUT_PLAIN, ", called %s now", name);
	}
	if (present) {
		out_print(out, OUT_PLAIN, ", mtu %" PRIu64, field_number(nic, "mtu"));
	}
	out_line(out);
}

/* What somebody who asks for a NIC by its name may not know. */
static void nic_about_print(struct out *out, const json_t *nic)
{
	const char *mac = field_text(nic, "mac", NULL);

	out_indent(out, 4);
	if (mac) {
		out_print(out, OUT_PLAIN, "%s, ", mac);
	}
	out_print(out, OUT_PLAIN,
		  "member of no bond: its own addresses, and frames that aren't");
	out_line(out);
	out_indent(out, 4);
	out_print(out, OUT_PLAIN, "tagged for what is on it, are the system's");
	out_line(out);
}

bool status_nics_print(struct out *out, const json_t *nics, bool whole)
{
	size_t i, j;
	json_t *nic, *trouble;

	json_array_foreach (nics, i, nic) {
		if (i > 0) {
			out_line(out);
		}
		nic_line_print(out, nic);
		json_array_foreach (json_object_get(nic, "troubles"), j, trouble) {
			const char *text = json_string_value(trouble);

			out_print(out, OUT_BAD, "!");
			out_indent(out, 2);
			out_wrap(out, OUT_ALARM, 2, text ? text : "");
			out_line(out);
		}
		if (whole) {
			nic_about_print(out, nic);
		}
		if (!status_vlans_print(out, nic, whole)) {
			return false;
		}
	}
	return true;
}
