/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File names. Facts: initscripts' network-functions (the endings that it
 * discards) and ifup-aliases (aliases and ranges).
 */
#include "ifcfg/ifcfg_name.h"

#include <string.h>

#include "ifcfg/ifcfg.h"

static const struct {
	const char *text;
	enum model_file_kind kind;
} prefixes[] = {
	{"ifcfg-", MODEL_FILE_OTHER},	{"route-", MODEL_FILE_ROUTES},
	{"route6-", MODEL_FILE_ROUTES}, {"rule-", MODEL_FILE_RULES},
	{"rule6-", MODEL_FILE_RULES},
};

static bool ends_with(const char *name, const char *ending)
{
	size_t size = strlen(name);
	size_t ending_size = strlen(ending);

	return size >= ending_size && strcmp(name + size - ending_size, ending) == 0;
}

bool ifcfg_name_is_read(const char *name)
{
	static const char *const backups[] = {"~",	 ".bak",     ".old",	".orig",
					      ".rpmnew", ".rpmorig", ".rpmsave"};

	for (size_t i = 0; i < sizeof(backups) / sizeof(backups[0]); i++) {
		if (ends_with(name, backups[i])) {
			return false;
		}
	}
	if (strcmp(name, "ifcfg-lo") == 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t size = strlen(prefixes[i].text);
		if (strncmp(name, prefixes[i].text, size) == 0) {
			return name[size] != '\0';
		}
	}
	return false;
}

enum model_file_kind ifcfg_name_kind(const char *path, const char **interface)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	enum model_file_kind kind = MODEL_FILE_OTHER;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		size_t size = strlen(prefixes[i].text);
		if (strncmp(name, prefixes[i].text, size) == 0) {
			name += size;
			kind = prefixes[i].kind;
			break;
		}
	}
	if (kind == MODEL_FILE_OTHER && (strchr(name, ':') || strstr(name, "-range"))) {
		kind = MODEL_FILE_ALIAS;
	}
	*interface = name;
	return kind;
}
