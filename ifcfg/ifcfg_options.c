/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lists of options: splitting them, and PORTCHANNEL_OPTS, whose options are
 * ours alone. BONDING_OPTS is in ifcfg_bonding.c.
 */
#include "ifcfg/ifcfg_bonding.h"

#include <stdlib.h>
#include <string.h>

#define PORTCHANNEL_KEY "PORTCHANNEL_OPTS"

/* One word into name and value; false if it is not of that form. */
static bool option_split(char *word, struct ifcfg_option *out)
{
	char *equals = strchr(word, '=');

	if (!equals || equals == word || equals[1] == '\0') {
		return false;
	}
	*equals = '\0';
	out->name = word;
	out->value = equals + 1;
	return true;
}

bool ifcfg_options_split(const struct ifcfg_context *context, const char *key,
			 struct ifcfg_options *out)
{
	const char *value = ifcfg_key_value(context, key);

	*out = (struct ifcfg_options){0};
	if (!value) {
		return true;
	}
	/* Every option takes at least three bytes and a blank. */
	out->text = strdup(value);
	out->list = calloc(strlen(value) / 4 + 1, sizeof(*out->list));
	if (!out->text || !out->list) {
		ifcfg_options_free(out);
		context->problems->out_of_memory = true;
		return false;
	}

	/* nm splits at spaces alone. */
	const char *blanks = context->dialect == IFCFG_DIALECT_NM ? " " : " \t\n";
	char *rest = out->text;
	struct ifcfg_context here = *context;
	size_t from = 0;
	for (char *word; (word = strsep(&rest, blanks));) {
		if (word[0] == '\0') {
			continue;
		}
		here.at = ifcfg_key_find_word(context, key, from, word);
		from = here.at ? here.at + strlen(word) : from;
		if (option_split(word, &out->list[out->count])) {
			out->list[out->count++].at = here.at;
		} else if (context->dialect == IFCFG_DIALECT_NM) {
			ifcfg_key_warning(&here, key,
					  "%s: '%s' is left out; expected NAME=VALUE", key,
					  word);
		} else {
			ifcfg_key_error(&here, key, "%s: '%s'; expected NAME=VALUE", key, word);
		}
	}
	return true;
}

void ifcfg_options_free(struct ifcfg_options *options)
{
	free(options->list);
	free(options->text);
	*options = (struct ifcfg_options){0};
}

static void portchannel_apply(const struct ifcfg_context *context,
			      const struct ifcfg_option *option,
			      struct model_bond_options *options)
{
	static const char *const names[] = {"engine", "flow_placement", "transmit_hook", NULL};
	const char *expected = NULL;

	if (strcmp(option->name, "engine") == 0) {
		if (!bond_engine_parse(option->value, &options->engine)) {
			expected = "ebpf";
		} else if (options->engine != BOND_ENGINE_EBPF) {
			ifcfg_key_error(context, PORTCHANNEL_KEY,
					"engine=%s is not supported here yet; expected "
					"engine=ebpf",
					option->value);
		}
		options->engine_said = true;
	} else if (strcmp(option->name, "flow_placement") == 0) {
		if (!flow_placement_parse(option->value, &options->flow_placement)) {
			expected = "resilient or kernel";
		}
	} else if (strcmp(option->name, "transmit_hook") == 0) {
		if (!transmit_hook_parse(option->value, &options->transmit_hook)) {
			expected = "hub or device";
		}
	} else {
		const char *near = ifcfg_suggest(option->name, names);
		ifcfg_key_error(context, PORTCHANNEL_KEY,
				"unknown option '%s'%s%s%s; expected engine, flow_placement or "
				"transmit_hook",
				option->name, near ? ", did you mean '" : "", near ? near : "",
				near ? "'" : "");
	}
	if (expected) {
		ifcfg_key_error(context, PORTCHANNEL_KEY,
				"'%s' is no value of option '%s'; expected %s", option->value,
				option->name, expected);
	}
}

void ifcfg_portchannel_read(const struct ifcfg_context *context,
			    struct model_bond_options *options)
{
	struct ifcfg_options list;

	if (!ifcfg_options_split(context, PORTCHANNEL_KEY, &list)) {
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		struct ifcfg_context here = *context;
		here.at = list.list[i].at;
		portchannel_apply(&here, &list.list[i], options);
	}
	ifcfg_options_free(&list);
}
