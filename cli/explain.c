/* SPDX-License-Identifier: BSD-2-Clause */
/* portchannel explain: which link a flow takes; see explain.h. */
#include "cli/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/field.h"
#include "cli/out.h"
#include "cli/text.h"
#include "model/model.h"

struct explain_options {
	bool as_json;
	const char *pcap;
	const char *policy;
	const char *members;
	const char *src_mac;
	const char *dst_mac;
	const char *vlan;
};

static void line_print(struct out *out, const char *heading, const char *text)
{
	out_indent(out, 2);
	out_print(out, OUT_FAINT, "%s", heading);
	out_indent(out, 12);
	out_wrap(out, OUT_PLAIN, 12, text);
	out_line(out);
}

static void answer_print(const json_t *answer)
{
	const char *member = field_text(answer, "member", NULL);
	const char *backup = field_text(answer, "backup", NULL);
	const char *kernel = field_text(answer, "kernel_member", NULL);
	char text[160];
	struct out out;
	size_t index;
	json_t *note;

	out_init(&out, stdout);
	out_print(&out, OUT_BOLD, "%s", field_text(answer, "bond", "?"));
	out_print(&out, OUT_PLAIN, ": this flow leaves by ");
	out_print(&out, member ? OUT_GOOD : OUT_ALARM, "%s", member ? member : "no link");
	out_line(&out);
	line_print(&out, "frame", field_text(answer, "frame", "?"));
	snprintf(text, sizeof(text), "policy %s: %" PRIu64 ", bucket %" PRIu64 " of %d",
		 field_text(answer, "policy", "?"), field_number(answer, "hash"),
		 field_number(answer, "bucket"), BOND_BUCKETS);
	line_print(&out, "hash", text);
	if (backup) {
		snprintf(text, sizeof(text), "%s takes it over if that link fails", backup);
		line_print(&out, "backup", text);
	}
	if (kernel && member && strcmp(kernel, member) != 0) {
		snprintf(text, sizeof(text),
			 "the kernel's bonding driver would take %s from the same links",
			 kernel);
		line_print(&out, "kernel", text);
	}
	json_array_foreach (json_object_get(answer, "notes"), index, note) {
		line_print(&out, "note",
			   json_string_value(note) ? json_string_value(note) : "");
	}
}

/* Asks the daemon about BOND SRC DST [PROTO SPORT DPORT]. */
static enum exit_code explain_flow(struct cli *cli, const struct explain_options *options,
				   const struct arguments *arguments)
{
	const struct client_parameter parameters[] = {
		{"bond", arguments->list[0]},  {"src", arguments->list[1]},
		{"dst", arguments->list[2]},   {"proto", arguments->list[3]},
		{"sport", arguments->list[4]}, {"dport", arguments->list[5]},
		{"src_mac", options->src_mac}, {"dst_mac", options->dst_mac},
		{"vlan", options->vlan},
	};
	json_t *answer = NULL;
	enum exit_code code = command_get(cli, "/v1/explain", parameters,
					  sizeof(parameters) / sizeof(parameters[0]),
					  options->as_json, &answer);

	if (code != EXIT_CODE_DONE) {
		return code;
	}
	if (options->as_json) {
		command_json_print(answer);
	} else {
		answer_print(answer);
	}
	json_decref(answer);
	return EXIT_CODE_DONE;
}

/* Checks what belongs to --pcap, and explains it. */
static enum exit_code explain_capture(const struct command *command,
				      const struct explain_options *options,
				      const struct arguments *arguments)
{
	/* Both are the defaults of a bond whose file says nothing. */
	enum xmit_hash_policy policy = XMIT_HASH_LAYER2;
	uint64_t members = 2;

	if (arguments->count > 0) {
		return command_usage_error(command,
					   "what is '%s' for? With --pcap the packets"
					   " say all",
					   arguments->list[0]);
	}
	if (options->src_mac || options->dst_mac || options->vlan) {
		return command_usage_error(command, "--src-mac, --dst-mac and --vlan don't go"
						    " with --pcap: the packets say it");
	}
	if (options->policy && !xmit_hash_policy_parse(options->policy, &policy)) {
		return command_usage_error(command,
					   "there is no policy '%s'; expected layer2, layer2+3"
					   " or layer3+4",
					   options->policy);
	}
	if (policy != XMIT_HASH_LAYER2 && policy != XMIT_HASH_LAYER23 &&
	    policy != XMIT_HASH_LAYER34) {
		return command_usage_error(command,
					   "policy %s is not supported here yet; expected"
					   " layer2, layer2+3 or layer3+4",
					   options->policy);
	}
	if (options->members &&
	    (!text_number(options->members, BOND_MEMBERS_MAX, &members) || members == 0)) {
		return command_usage_error(command,
					   "--members %s: expected a number from 1 to %d",
					   options->members, BOND_MEMBERS_MAX);
	}
	return explain_pcap(options->pcap, policy, (unsigned)members, options->as_json);
}

static enum exit_code explain_run(struct cli *cli, const struct command *command, int argc,
				  char **argv)
{
	struct explain_options given = {0};
	const struct argument_option options[] = {
		{.name = "json", .flag = &given.as_json},
		{.name = "pcap", .value = &given.pcap},
		{.name = "policy", .value = &given.policy},
		{.name = "members", .value = &given.members},
		{.name = "src-mac", .value = &given.src_mac},
		{.name = "dst-mac", .value = &given.dst_mac},
		{.name = "vlan", .value = &given.vlan},
	};
	struct arguments arguments;

	if (!arguments_read(cli, command, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), 0, 6, &arguments)) {
		return arguments.code;
	}
	if (given.pcap) {
		return explain_capture(command, &given, &arguments);
	}
	if (given.policy || given.members) {
		return command_usage_error(command, "--policy and --members go with --pcap: a"
						    " running bond has its own");
	}
	if (arguments.count < 3) {
		return command_usage_error(command, "which bond, and from which address to"
						    " which?");
	}
	return explain_flow(cli, &given, &arguments);
}

const struct command command_explain = {
	.name = "explain",
	.arguments =
		"BOND SRC DST [PROTO SPORT DPORT] [--src-mac MAC]\n"
		"                           [--dst-mac MAC] [--vlan ID] [--json]\n"
		"       portchannel explain --pcap FILE [--policy POLICY] [--members N] [--json]",
	.summary = "which link a flow takes, or each packet of a capture",
	.help = "Says by which link of BOND a flow leaves now, and which takes over if that link\n"
		"fails. SRC and DST are IP addresses; PROTO is tcp, udp, icmp, another protocol's\n"
		"name or its number; of an ICMP echo, SPORT is the identifier. What the bond's\n"
		"policy doesn't look at may be left out.\n"
		"\n"
		"  portchannel explain bond0 10.124.251.101 10.124.251.7 tcp 40000 443\n"
		"\n"
		"  --src-mac MAC  the frame's source, if not the bond's address\n"
		"  --dst-mac MAC  its destination; policies layer2 and layer2+3 need it\n"
		"  --vlan ID      it leaves by the bond's VLAN interface of that id\n"
		"\n"
		"With --pcap it reads a capture (pcap or pcapng, of Ethernet) and says for each\n"
		"packet which member of a bond would send it; members are counted from 0, all are\n"
		"taken to be up. This needs no daemon.\n"
		"\n"
		"  --pcap FILE      the capture; - is standard input\n"
		"  --policy POLICY  layer2 (the default, as of a bond), layer2+3 or layer3+4\n"
		"  --members N      how many members the bond has, 1 to 8; 2 if not said\n"
		"  --json           for programs: an object; with --pcap a list of objects with\n"
		"                   number (from 1), hash, bucket and member, one a packet\n",
	.run = explain_run,
};
