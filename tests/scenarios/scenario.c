// SPDX-License-Identifier: BSD-2-Clause
/*
 * Runs scenarios: short texts of what happens to bonds A, B and C and what is
 * expected of them, in virtual time (tests/sim/world.h). One command a line, # to
 * the end of a line is a comment.
 *
 *	bond A KEY=VALUE...	a bond, 802.3ad unless mode=balance-xor; it is up
 *	set A KEY=VALUE...	the bond's configuration changes
 *	member A.0 [speed=N] [duplex=full|half|unknown]
 *	leave A.0		it is about to be removed
 *	remove A.0
 *	wire A.0 B.0		joins two ends (or one with itself)
 *	links A B N		N members on each, wired one to one, with carrier
 *	carrier up|down A.0...
 *	speed A.0 N full|half|unknown
 *	cut A.0...		what it sends is lost
 *	mend A.0...
 *	admin A up|down
 *	mac A 02:00:00:00:00:01
 *	stop A, start A		its daemon dies; comes back from what it saved
 *	run 1500ms | 3s | 2m
 *	lacpdu A.0 KEY=VALUE...	A.0 hears a partner made up here: system, key,
 *				port, priority, state (a number), deaf=yes if it
 *				has not heard A.0, times=N
 *	marker A.0 N		A.0 hears N Marker PDUs
 *	hex A.0 BYTES		A.0 hears these bytes
 *	expect A|A.0 KEY=VALUE...	also KEY<=N and KEY>=N
 *
 * What may be expected is in bond_value() and member_value().
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/lacp_pdu.h"
#include "tests/sim/world.h"

#define LINE_SIZE  512
#define WORDS_MAX  48
#define VALUE_SIZE 64

static struct world world;
static const char *file_name;
static unsigned int line_number;

static void __attribute__((noreturn)) fail(const char *what, const char *detail)
{
	fprintf(stderr, "%s:%u: %s%s (at %llu ms)\n", file_name, line_number, what, detail,
		(unsigned long long)(world.now - 1000000));
	exit(1);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (end == text || *end != '\0') {
		fail("not a number: ", text);
	}
	return value;
}

static bool yes(const char *text)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "up") != 0 && strcmp(text, "no") != 0 &&
	    strcmp(text, "down") != 0) {
		fail("neither yes nor no, up nor down: ", text);
	}
	return strcmp(text, "yes") == 0 || strcmp(text, "up") == 0;
}

static void read_mac(const char *text, uint8_t mac[6])
{
	unsigned int b[6];

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) != 6) {
		fail("not a MAC address: ", text);
	}
	for (size_t i = 0; i < 6; i++) {
		mac[i] = (uint8_t)b[i];
	}
}

static uint8_t read_system(const char *text)
{
	if (text == NULL || text[0] < 'A' || text[0] >= 'A' + WORLD_SYSTEMS_MAX) {
		fail("not a bond: ", text == NULL ? "(nothing)" : text);
	}
	return (uint8_t)(text[0] - 'A');
}

static uint8_t read_slot(const char *text)
{
	if (text == NULL || strlen(text) != 3 || text[1] != '.' || text[2] < '0' ||
	    text[2] > '7') {
		fail("not a member: ", text == NULL ? "(nothing)" : text);
	}
	return (uint8_t)(text[2] - '0');
}

static enum link_duplex read_duplex(const char *text)
{
	if (strcmp(text, "half") == 0) {
		return LINK_DUPLEX_HALF;
	}
	return strcmp(text, "unknown") == 0 ? LINK_DUPLEX_UNKNOWN : LINK_DUPLEX_FULL;
}

/* Cuts KEY=VALUE in two; the value is returned. */
static char *cut_value(char *word)
{
	char *equals = strchr(word, '=');

	if (equals == NULL) {
		fail("KEY=VALUE expected: ", word);
	}
	*equals = '\0';
	return equals + 1;
}

static void config_word(struct bond_config *config, char *word)
{
	char *value = cut_value(word);

	if (strcmp(word, "mode") == 0) {
		config->mode = strcmp(value, "balance-xor") == 0 ? BOND_MODE_BALANCE_XOR
								 : BOND_MODE_8023AD;
	} else if (strcmp(word, "rate") == 0) {
		config->lacp.rate_fast = strcmp(value, "fast") == 0;
	} else if (strcmp(word, "active") == 0) {
		config->lacp.active = yes(value);
	} else if (strcmp(word, "priority") == 0) {
		config->lacp.system_priority = (uint16_t)number(value);
	} else if (strcmp(word, "system") == 0) {
		read_mac(value, config->lacp.system);
	} else if (strcmp(word, "key") == 0) {
		config->lacp.user_key = (uint16_t)number(value);
	} else if (strcmp(word, "min_links") == 0) {
		config->min_links = (uint32_t)number(value);
	} else if (strcmp(word, "miimon") == 0) {
		config->monitor.miimon_ms = (uint32_t)number(value);
	} else if (strcmp(word, "updelay") == 0) {
		config->monitor.updelay_ms = (uint32_t)number(value);
	} else if (strcmp(word, "downdelay") == 0) {
		config->monitor.downdelay_ms = (uint32_t)number(value);
	} else {
		fail("unknown key: ", word);
	}
}

static void do_bond(char **words)
{
	uint8_t system = read_system(words[1]);
	uint8_t mac[6] = {0x02, 0, 0, 0, (uint8_t)(0xa0 + system), 0};
	struct bond_config config = {
		.mode = BOND_MODE_8023AD,
		.monitor = {.miimon_ms = 100},
		.lacp = {.active = true, .system_priority = 65535},
	};

	for (size_t i = 2; words[i] != NULL; i++) {
		config_word(&config, words[i]);
	}
	world_system_add(&world, system, &config, mac);
	world_admin(&world, system, true);
}

static void do_set(char **words)
{
	uint8_t system = read_system(words[1]);
	struct bond_config config = world.systems[system].config;

	for (size_t i = 2; words[i] != NULL; i++) {
		config_word(&config, words[i]);
	}
	world_configure(&world, system, &config);
}

static void do_member(char **words)
{
	uint32_t speed_mbps = 10000;
	enum link_duplex duplex = LINK_DUPLEX_FULL;

	for (size_t i = 2; words[i] != NULL; i++) {
		char *value = cut_value(words[i]);

		if (strcmp(words[i], "speed") == 0) {
			speed_mbps = (uint32_t)number(value);
		} else {
			duplex = read_duplex(value);
		}
	}
	world_member_add(&world, read_system(words[1]), read_slot(words[1]), speed_mbps,
			 duplex);
}

static void do_links(char **words)
{
	uint8_t a = read_system(words[1]);
	uint8_t b = read_system(words[2]);
	uint8_t count = (uint8_t)number(words[3]);

	for (uint8_t slot = 0; slot < count; slot++) {
		world_member_add(&world, a, slot, 10000, LINK_DUPLEX_FULL);
		world_member_add(&world, b, slot, 10000, LINK_DUPLEX_FULL);
		world_wire(&world, a, slot, b, slot);
		world_carrier(&world, a, slot, true);
		world_carrier(&world, b, slot, true);
	}
}

static void do_run(const char *text)
{
	char *unit;
	unsigned long long amount = strtoull(text, &unit, 10);

	if (strcmp(unit, "s") == 0) {
		amount *= 1000;
	} else if (strcmp(unit, "m") == 0) {
		amount *= 60000;
	} else if (strcmp(unit, "ms") != 0) {
		fail("ms, s or m expected: ", text);
	}
	world_run(&world, world.now + amount);
}

static void do_lacpdu(char **words)
{
	uint8_t system = read_system(words[1]);
	uint8_t slot = read_slot(words[1]);
	const struct lacp_info *heard = &world.systems[system].bond.members[slot].lacp.actor;
	struct lacp_info actor = {.system_priority = 1, .key = 1, .port = 1, .state = 0x3d};
	struct lacp_info partner = *heard;
	uint8_t frame[LACP_FRAME_SIZE];
	unsigned long times = 1;

	read_mac("02:00:00:00:00:99", actor.system);
	for (size_t i = 2; words[i] != NULL; i++) {
		char *value = cut_value(words[i]);

		if (strcmp(words[i], "system") == 0) {
			read_mac(value, actor.system);
		} else if (strcmp(words[i], "key") == 0) {
			actor.key = (uint16_t)number(value);
		} else if (strcmp(words[i], "port") == 0) {
			actor.port = (uint16_t)number(value);
		} else if (strcmp(words[i], "priority") == 0) {
			actor.system_priority = (uint16_t)number(value);
		} else if (strcmp(words[i], "state") == 0) {
			actor.state = (uint8_t)number(value);
		} else if (strcmp(words[i], "deaf") == 0 && yes(value)) {
			memset(&partner, 0, sizeof(partner));
		} else if (strcmp(words[i], "times") == 0) {
			times = number(value);
		}
	}
	lacp_pdu_encode(frame, actor.system, &actor, &partner);
	while (times-- > 0) {
		world_frame(&world, system, slot, frame, sizeof(frame));
	}
}

static void do_marker(char **words)
{
	uint8_t frame[LACP_FRAME_SIZE] = {0x01, 0x80, 0xc2, 0,	  0, 2, 2, 0, 0,
					  0,	0,    0x99, 0x88, 9, 2, 1, 1, 16};
	unsigned long times = number(words[2]);

	while (times-- > 0) {
		world_frame(&world, read_system(words[1]), read_slot(words[1]), frame,
			    sizeof(frame));
	}
}

static void do_hex(char **words)
{
	uint8_t frame[256];
	size_t size = 0;

	for (size_t i = 2; words[i] != NULL; i++) {
		for (const char *at = words[i]; at[0] != '\0' && at[1] != '\0'; at += 2) {
			unsigned int byte;

			if (sscanf(at, "%2x", &byte) != 1 || size == sizeof(frame) - 1) {
				fail("not hex: ", words[i]);
			}
			frame[size++] = (uint8_t)byte;
		}
	}
	world_frame(&world, read_system(words[1]), read_slot(words[1]), frame, (uint8_t)size);
}

static void number_text(char *out, unsigned long long value)
{
	snprintf(out, VALUE_SIZE, "%llu", value);
}

static void bond_value(const struct bond *bond, const char *key, char *out)
{
	if (strcmp(key, "carrier") == 0) {
		snprintf(out, VALUE_SIZE, "%s", bond_carrier(bond) ? "up" : "down");
	} else if (strcmp(key, "individual") == 0) {
		snprintf(out, VALUE_SIZE, "%s",
			 bond->lacp.aggregator.without_partner ? "yes" : "no");
	} else {
		fail("nothing of a bond: ", key);
	}
}

static void counter_value(const struct bond_member *member, const char *key, char *out)
{
	const struct lacp_counters *counters = &member->lacp.counters;

	if (strcmp(key, "sent") == 0) {
		number_text(out, counters->lacpdus_sent);
	} else if (strcmp(key, "received") == 0) {
		number_text(out, counters->lacpdus_received);
	} else if (strcmp(key, "bad") == 0) {
		number_text(out, counters->lacpdus_bad);
	} else if (strcmp(key, "markers") == 0) {
		number_text(out, counters->markers_received);
	} else if (strcmp(key, "answered") == 0) {
		number_text(out, counters->markers_answered);
	} else if (strcmp(key, "failures") == 0) {
		number_text(out, member->link_failures);
	} else {
		for (size_t i = 0; i < LACP_REJECT_COUNT; i++) {
			if (strcmp(key, lacp_reject_name((enum lacp_reject)i)) == 0) {
				number_text(out, counters->rejected[i]);
				return;
			}
		}
		fail("nothing of a member: ", key);
	}
}

static void member_value(const struct bond *bond, uint8_t slot, const char *key, char *out)
{
	const struct bond_member *member = &bond->members[slot];
	const struct lacp_port *port = &member->lacp;
	const char *text = NULL;

	if (strcmp(key, "reason") == 0) {
		text = bond_reason_name(member->reason);
	} else if (strcmp(key, "link") == 0) {
		text = bond_note_state_name(BOND_NOTE_LINK, (uint8_t)member->monitor.state);
	} else if (strcmp(key, "receive") == 0) {
		text = bond_note_state_name(BOND_NOTE_RECEIVE, (uint8_t)port->receive);
	} else if (strcmp(key, "periodic") == 0) {
		text = bond_note_state_name(BOND_NOTE_PERIODIC, (uint8_t)port->periodic);
	} else if (strcmp(key, "mux") == 0) {
		text = bond_note_state_name(BOND_NOTE_MUX, (uint8_t)port->mux);
	} else if (strcmp(key, "churn") == 0) {
		text = lacp_churn_state_name(port->actor_churn);
	} else if (strcmp(key, "transmits") == 0) {
		text = bond_member_transmits(bond, slot) ? "yes" : "no";
	} else if (strcmp(key, "receives") == 0) {
		text = bond_member_receives(bond, slot) ? "yes" : "no";
	} else if (strcmp(key, "buckets") == 0) {
		number_text(out, bucket_table_count(&bond->table, slot));
	} else if (strcmp(key, "state") == 0) {
		snprintf(out, VALUE_SIZE, "0x%02x", port->actor.state);
	} else if (strcmp(key, "key") == 0) {
		snprintf(out, VALUE_SIZE, "0x%04x", port->actor.key);
	} else {
		counter_value(member, key, out);
	}
	if (text != NULL) {
		snprintf(out, VALUE_SIZE, "%s", text);
	}
}

static void expect_word(const char *whom, char *word)
{
	const struct bond *bond = &world.systems[read_system(whom)].bond;
	char what[LINE_SIZE];
	char found[VALUE_SIZE];
	char *value;
	char relation = '=';
	bool holds;

	snprintf(what, sizeof(what), "%s %s, but it is ", whom, word);
	value = cut_value(word);
	if (strchr("<>", value[-2]) != NULL) {
		relation = value[-2];
		value[-2] = '\0';
	}
	if (strlen(whom) == 1) {
		bond_value(bond, word, found);
	} else {
		member_value(bond, read_slot(whom), word, found);
	}
	if (relation == '=') {
		holds = strcmp(found, value) == 0;
	} else if (relation == '<') {
		holds = number(found) <= number(value);
	} else {
		holds = number(found) >= number(value);
	}
	if (!holds) {
		fail(what, found);
	}
}

static void for_members(char **words, void (*act)(uint8_t system, uint8_t slot))
{
	for (; *words != NULL; words++) {
		act(read_system(*words), read_slot(*words));
	}
}

static void act_up(uint8_t system, uint8_t slot)
{
	world_carrier(&world, system, slot, true);
}

static void act_down(uint8_t system, uint8_t slot)
{
	world_carrier(&world, system, slot, false);
}

static void act_cut(uint8_t system, uint8_t slot)
{
	world.systems[system].ends[slot].cut = true;
}

static void act_mend(uint8_t system, uint8_t slot)
{
	world.systems[system].ends[slot].cut = false;
}

static void act_leave(uint8_t system, uint8_t slot)
{
	world_member_leave(&world, system, slot);
}

static void act_remove(uint8_t system, uint8_t slot)
{
	world_member_remove(&world, system, slot);
}

/* The commands whose words are handed on as they are. */
static bool do_listed(char **words)
{
	static const struct {
		const char *name;
		size_t words; /* at least, with the command */
		void (*act)(char **words);
	} commands[] = {
		{"bond", 2, do_bond},	{"set", 3, do_set},	  {"member", 2, do_member},
		{"links", 4, do_links}, {"lacpdu", 2, do_lacpdu}, {"marker", 3, do_marker},
		{"hex", 3, do_hex},
	};
	size_t count = 0;

	while (words[count] != NULL) {
		count++;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(words[0], commands[i].name) == 0 && count >= commands[i].words) {
			commands[i].act(words);
			return true;
		}
	}
	return false;
}

static void do_mac(char **words)
{
	uint8_t system = read_system(words[1]);
	struct bond_event event = {.type = BOND_EVENT_ADDRESS};

	read_mac(words[2], event.mac);
	world_event(&world, system, &event);
}

static void do_line(char **words)
{
	const char *command = words[0];

	if (do_listed(words)) {
		return;
	}
	/* Up to here and from there on: what needs one word more, and two. */
	if (words[1] == NULL) {
		fail("too short: ", command);
	} else if (strcmp(command, "run") == 0) {
		do_run(words[1]);
	} else if (strcmp(command, "expect") == 0) {
		for (size_t i = 2; words[i] != NULL; i++) {
			expect_word(words[1], words[i]);
		}
	} else if (strcmp(command, "cut") == 0) {
		for_members(words + 1, act_cut);
	} else if (strcmp(command, "mend") == 0) {
		for_members(words + 1, act_mend);
	} else if (strcmp(command, "leave") == 0) {
		for_members(words + 1, act_leave);
	} else if (strcmp(command, "remove") == 0) {
		for_members(words + 1, act_remove);
	} else if (strcmp(command, "stop") == 0) {
		world_stop(&world, read_system(words[1]));
	} else if (strcmp(command, "start") == 0) {
		world_start(&world, read_system(words[1]));
	} else if (words[2] == NULL) {
		fail("unknown, or without its second word: ", command);
	} else if (strcmp(command, "wire") == 0) {
		world_wire(&world, read_system(words[1]), read_slot(words[1]),
			   read_system(words[2]), read_slot(words[2]));
	} else if (strcmp(command, "carrier") == 0) {
		for_members(words + 2, yes(words[1]) ? act_up : act_down);
	} else if (strcmp(command, "admin") == 0) {
		world_admin(&world, read_system(words[1]), yes(words[2]));
	} else if (strcmp(command, "mac") == 0) {
		do_mac(words);
	} else if (strcmp(command, "speed") == 0 && words[3] != NULL) {
		world_speed(&world, read_system(words[1]), read_slot(words[1]),
			    (uint32_t)number(words[2]), read_duplex(words[3]));
	} else {
		fail("unknown, or too short: ", command);
	}
}

static void do_file(FILE *file)
{
	char line[LINE_SIZE];

	while (fgets(line, sizeof(line), file) != NULL) {
		char *words[WORDS_MAX + 1] = {NULL};
		size_t count = 0;
		char *rest = NULL;

		line_number++;
		line[strcspn(line, "#\n")] = '\0';
		for (char *word = strtok_r(line, " \t", &rest);
		     word != NULL && count < WORDS_MAX; word = strtok_r(NULL, " \t", &rest)) {
			words[count++] = word;
		}
		if (count > 0) {
			do_line(words);
		}
	}
}

int main(int argc, char **argv)
{
	FILE *file;

	if (argc < 2) {
		fprintf(stderr, "usage: scenario FILE [--trace]\n");
		return 2;
	}
	file_name = argv[1];
	file = fopen(file_name, "r");
	if (file == NULL) {
		perror(file_name);
		return 2;
	}
	world_init(&world, 1);
	world.trace = argc > 2 && strcmp(argv[2], "--trace") == 0;
	/* Scenarios may send bad frames on purpose. */
	world.bad_frames_allowed = true;
	do_file(file);
	fclose(file);
	return 0;
}
