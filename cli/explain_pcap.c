/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * portchannel explain --pcap: the flow hash of each captured packet, by the
 * same header that the transmit program is compiled from. Bytes that the
 * capture has cut off are not there for the hash either.
 */
#include "cli/explain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pcap/pcap.h>

#include "abi/flow_hash.h"
#include "cli/text.h"
#include "model/model.h"

struct tally {
	uint64_t packets;
	uint64_t cut; /* the hash might be another if the capture held all bytes */
	uint64_t member_packets[BOND_MEMBERS_MAX];
	uint64_t member_bytes[BOND_MEMBERS_MAX];
};

struct pcap_choice {
	enum xmit_hash_policy policy;
	unsigned members;
	bool as_json;
};

/* Opens the capture; says why if it can't. */
static pcap_t *capture_open(const char *file)
{
	char message[PCAP_ERRBUF_SIZE] = "";
	pcap_t *capture = pcap_open_offline(file, message);

	if (!capture) {
		/* libpcap names the file in some of its messages only, where it can't be
		 * opened; in the others it is no capture. */
		if (strncmp(message, file, strlen(file)) == 0) {
			command_error("%s", message);
		} else {
			command_error("%s: %s; expected a capture in pcap or pcapng format",
				      file, message);
		}
		return NULL;
	}
	int link_type = pcap_datalink(capture);
	if (link_type != DLT_EN10MB) {
		const char *name = pcap_datalink_val_to_name(link_type);

		command_error("%s: the capture is of link type %s; expected Ethernet (EN10MB):"
			      " capture on an interface, not on \"any\"",
			      file, name ? name : "unknown");
		pcap_close(capture);
		return NULL;
	}
	return capture;
}

/* Explains one packet. */
static void packet_explain(const struct pcap_choice *choice, const struct pcap_pkthdr *header,
			   const unsigned char *bytes, struct tally *tally)
{
	struct flow_hash_info info;
	uint32_t hash = flow_hash(choice->policy, bytes, bytes + header->caplen, &info);
	uint32_t bucket = hash % BOND_BUCKETS;
	/* As the buckets are dealt out when all members are up. */
	uint32_t member = bucket % choice->members;

	tally->packets++;
	tally->member_packets[member]++;
	tally->member_bytes[member] += header->len;
	if (info.truncated && header->caplen < header->len) {
		tally->cut++;
	}
	if (choice->as_json) {
		printf("%s\n  {\"number\": %" PRIu64 ", \"hash\": %" PRIu32
		       ", \"bucket\": %" PRIu32 ", \"member\": %" PRIu32 "}",
		       tally->packets > 1 ? "," : "", tally->packets, hash, bucket, member);
	} else {
		printf("%8" PRIu64 "  %10" PRIu32 "  %6" PRIu32 "  %6" PRIu32 "\n",
		       tally->packets, hash, bucket, member);
	}
}

/* For people: how the packets spread. */
static void tally_print(const struct pcap_choice *choice, const struct tally *tally)
{
	char share[TEXT_NUMBER_SIZE];
	char bytes[TEXT_NUMBER_SIZE];

	printf("\n%" PRIu64 " packet%s, policy %s, %u member%s\n", tally->packets,
	       tally->packets == 1 ? "" : "s", xmit_hash_policy_name(choice->policy),
	       choice->members, choice->members == 1 ? "" : "s");
	for (unsigned i = 0; i < choice->members; i++) {
		printf("  member %u: %" PRIu64 " packets (%s), %s\n", i,
		       tally->member_packets[i],
		       text_share(tally->member_packets[i], tally->packets, share),
		       text_bytes(tally->member_bytes[i], bytes));
	}
}

enum exit_code explain_pcap(const char *file, enum xmit_hash_policy policy, unsigned members,
			    bool as_json)
{
	const struct pcap_choice choice = {policy, members, as_json};
	struct tally tally = {0};
	struct pcap_pkthdr *header;
	const unsigned char *bytes;
	pcap_t *capture = capture_open(file);
	int result;

	if (!capture) {
		return EXIT_CODE_FAILED;
	}
	fputs(as_json ? "[" : "  PACKET        HASH  BUCKET  MEMBER\n", stdout);
	while ((result = pcap_next_ex(capture, &header, &bytes)) == 1) {
		packet_explain(&choice, header, bytes, &tally);
	}
	if (as_json) {
		fputs(tally.packets > 0 ? "\n]\n" : "]\n", stdout);
	} else {
		tally_print(&choice, &tally);
	}
	if (tally.cut > 0) {
		command_error("%" PRIu64
			      " packet%s cut off by the capture before the end of what"
			      " the policy looks at (tcpdump -s 0 keeps all)",
			      tally.cut, tally.cut == 1 ? " was" : "s were");
	}
	if (result != PCAP_ERROR_BREAK) {
		command_error("%s: after packet %" PRIu64 ": %s", file, tally.packets,
			      pcap_geterr(capture));
	}
	pcap_close(capture);
	return result == PCAP_ERROR_BREAK ? EXIT_CODE_DONE : EXIT_CODE_FAILED;
}
