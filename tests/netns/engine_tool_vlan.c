/* SPDX-License-Identifier: BSD-2-Clause */
/* engine_tool's commands of VLAN interfaces, and reading their words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/netns/engine_tool.h"

bool mac_parse(const char *text, uint8_t mac[6])
{
	unsigned int b[6];

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) !=
	    6) {
		return false;
	}
	for (int i = 0; i < 6; i++) {
		mac[i] = (uint8_t)b[i];
	}
	return true;
}

const char *word_value(int count, char **words, const char *key)
{
	size_t length = strlen(key);

	for (int i = 0; i < count; i++) {
		if (strncmp(words[i], key, length) == 0 && words[i][length] == '=') {
			return words[i] + length + 1;
		}
	}
	return NULL;
}

static void vlan_spec_read(int count, char **words, struct engine_vlan_spec *spec)
{
	const char *value;

	memset(spec, 0, sizeof(*spec));
	(void)snprintf(spec->name, sizeof(spec->name), "%s", words[1]);
	spec->vid = (uint16_t)atoi(words[2]);
	value = word_value(count, words, "mtu");
	spec->mtu = value ? (uint32_t)atoi(value) : 0;
	value = word_value(count, words, "mac");
	if (value) {
		(void)mac_parse(value, spec->mac);
	}
}

int run_vlan(struct tool *tool, int count, char **words, json_t *answer)
{
	struct engine_vlan_spec spec;
	bool taken_over;
	int result;

	vlan_spec_read(count, words, &spec);
	result = engine_vlan_add(tool->bond, &spec, &taken_over, &tool->error);
	if (!result) {
		json_object_set_new(answer, "taken_over", json_boolean(taken_over));
	}
	return result;
}

int run_vlan_change(struct tool *tool, int count, char **words, json_t *answer)
{
	struct engine_vlan_spec spec;

	(void)answer;
	vlan_spec_read(count, words, &spec);
	return engine_vlan_change(tool->bond, &spec, &tool->error);
}

double milliseconds_since(const struct timespec *begin)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - begin->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - begin->tv_nsec) / 1e6;
}

int run_vlan_remove(struct tool *tool, int count, char **words, json_t *answer)
{
	(void)answer;
	if (count > 2) {
		return engine_vlans_remove(tool->bond, (const char *const *)words + 1,
					   (size_t)count - 1, &tool->error);
	}
	return engine_vlan_remove(tool->bond, words[1], &tool->error);
}

int run_vlans_remove(struct tool *tool, int count, char **words, json_t *answer)
{
	static char names[DP_VLANS_MAX][ENGINE_NAME_SIZE];
	static const char *list[DP_VLANS_MAX];
	unsigned int last = (unsigned int)atoi(words[3]) % DP_VLANS_MAX;
	size_t total = 0, done = 0;
	struct timespec begin, portion_begin;
	double longest = 0;
	int result = 0;

	(void)count;
	for (unsigned int vid = (unsigned int)atoi(words[2]); vid <= last; vid++) {
		(void)snprintf(names[total], sizeof(names[total]), "%.9s.%u", words[1],
			       vid % DP_VLANS_MAX);
		list[total] = names[total];
		total++;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	while (done < total && !result) {
		size_t portion = engine_vlans_portion(tool->bond, list + done, total - done);

		(void)clock_gettime(CLOCK_MONOTONIC, &portion_begin);
		result = engine_vlans_remove(tool->bond, list + done, portion, &tool->error);
		done += portion;
		longest = milliseconds_since(&portion_begin) > longest
				  ? milliseconds_since(&portion_begin)
				  : longest;
	}
	json_object_set_new(answer, "ms", json_real(milliseconds_since(&begin)));
	json_object_set_new(answer, "longest_ms", json_real(longest));
	return result;
}

int run_vlans(struct tool *tool, int count, char **words, json_t *answer)
{
	struct timespec begin;
	bool taken_over;
	uint32_t vids = (uint32_t)atoi(words[2]) % DP_VLANS_MAX;

	(void)count;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	for (uint32_t vid = 1; vid <= vids; vid++) {
		struct engine_vlan_spec spec = {.vid = (uint16_t)vid};
		int result;

		(void)snprintf(spec.name, sizeof(spec.name), "%.9s.%u", words[1],
			       vid % DP_VLANS_MAX);
		result = engine_vlan_add(tool->bond, &spec, &taken_over, &tool->error);
		if (result) {
			return result;
		}
	}
	json_object_set_new(answer, "ms", json_real(milliseconds_since(&begin)));
	return 0;
}
