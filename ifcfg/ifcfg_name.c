/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File names, and the dialects'. Facts: initscripts' network-functions (the endings
 * that it discards) and ifup-aliases (aliases and ranges); NetworkManager's ifcfg-rh
 * plugin (the endings that it ignores).
 */
#include "ifcfg/ifcfg_name.h"

#include <string.h>
#include <strings.h>

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

static bool is_initscripts_backup(const char *name)
{
	static const char *const endings[] = {"~",	 ".bak",     ".old",	".orig",
					      ".rpmnew", ".rpmorig", ".rpmsave"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (ends_with(name, endings[i])) {
			return true;
		}
	}
	return false;
}

/* rpm's unfinished files: ";" and eight hex digits. */
static bool ends_with_hex(const char *name)
{
	size_t size = strlen(name);

	return size >= 9 && name[size - 9] == ';' &&
	       strspn(name + size - 8, "0123456789abcdefABCDEF") == 8;
}

static bool is_nm_backup(const char *name)
{
	static const char *const endings[] = {"~",	 ".bak",    ".orig",  ".rej",
					      ".rpmnew", ".augnew", ".augtmp"};
	size_t size = strlen(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending_size = strlen(endings[i]);
		if (size >= ending_size &&
		    strcasecmp(name + size - ending_size, endings[i]) == 0) {
			return true;
		}
	}
	return ends_with_hex(name);
}

bool ifcfg_name_is_read(const char *name, enum ifcfg_dialect dialect)
{
	bool backup =
		dialect == IFCFG_DIALECT_NM ? is_nm_backup(name) : is_initscripts_backup(name);

	if (backup || strcmp(name, "ifcfg-lo") == 0) {
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

static const char *const dialects[] = {
	[IFCFG_DIALECT_INITSCRIPTS] = "initscripts",
	[IFCFG_DIALECT_NM] = "nm",
};

const char *ifcfg_dialect_name(enum ifcfg_dialect dialect)
{
	return dialects[dialect];
}

bool ifcfg_dialect_parse(const char *text, enum ifcfg_dialect *out)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		if (strcmp(text, dialects[i]) == 0) {
			*out = (enum ifcfg_dialect)i;
			return true;
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
	if (name == (slash ? slash + 1 : path) && strcmp(name, "network") == 0) {
		*interface = "";
		return MODEL_FILE_NETWORK;
	}
	if (kind == MODEL_FILE_OTHER && (strchr(name, ':') || strstr(name, "-range"))) {
		kind = MODEL_FILE_ALIAS;
	}
	*interface = name;
	return kind;
}
