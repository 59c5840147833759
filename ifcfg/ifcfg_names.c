/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words for numbers in route and rule files: routing tables, protocols, scopes. The
 * kernel's (linux/rtnetlink.h) are known by themselves; others the system's files name.
 */
#include "ifcfg/ifcfg_names.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* A name is looked up by those that read it; far more than any system has. */
#define NAMES_MAX      4096
#define NAME_BYTES_MAX 64

static const struct {
	const char *name;
	uint32_t number;
} known[][24] = {
	[IFCFG_NAMES_TABLES] = {{"unspec", RT_TABLE_UNSPEC},
				{"default", RT_TABLE_DEFAULT},
				{"main", RT_TABLE_MAIN},
				{"local", RT_TABLE_LOCAL}},
	[IFCFG_NAMES_PROTOCOLS] = {{"unspec", RTPROT_UNSPEC}, {"redirect", RTPROT_REDIRECT},
				   {"kernel", RTPROT_KERNEL}, {"boot", RTPROT_BOOT},
				   {"static", RTPROT_STATIC}, {"gated", RTPROT_GATED},
				   {"ra", RTPROT_RA},	      {"mrt", RTPROT_MRT},
				   {"zebra", RTPROT_ZEBRA},   {"bird", RTPROT_BIRD},
				   {"babel", RTPROT_BABEL},   {"dnrouted", RTPROT_DNROUTED},
				   {"xorp", RTPROT_XORP},     {"ntk", RTPROT_NTK},
				   {"dhcp", RTPROT_DHCP},     {"keepalived", RTPROT_KEEPALIVED},
				   {"bgp", RTPROT_BGP},	      {"isis", RTPROT_ISIS},
				   {"ospf", RTPROT_OSPF},     {"rip", RTPROT_RIP},
				   {"eigrp", RTPROT_EIGRP}},
	[IFCFG_NAMES_SCOPES] = {{"global", RT_SCOPE_UNIVERSE},
				{"nowhere", RT_SCOPE_NOWHERE},
				{"host", RT_SCOPE_HOST},
				{"link", RT_SCOPE_LINK},
				{"site", RT_SCOPE_SITE}},
	[IFCFG_NAMES_DSFIELDS] = {{NULL, 0}},
};

static const struct ifcfg_name_list *list_of(const struct ifcfg_names *names,
					     enum ifcfg_names_kind kind)
{
	switch (kind) {
	case IFCFG_NAMES_TABLES:
		return &names->tables;
	case IFCFG_NAMES_PROTOCOLS:
		return &names->protocols;
	case IFCFG_NAMES_SCOPES:
		return &names->scopes;
	case IFCFG_NAMES_DSFIELDS:
		return &names->dsfields;
	}
	return NULL;
}

bool ifcfg_names_find(const struct ifcfg_names *names, enum ifcfg_names_kind kind,
		      const char *name, uint32_t *out)
{
	const struct ifcfg_name_list *list = names ? list_of(names, kind) : NULL;

	for (size_t i = list ? list->count : 0; i > 0; i--) {
		if (strcmp(list->list[i - 1].name, name) == 0) {
			*out = list->list[i - 1].number;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(known[0]) / sizeof(known[0][0]); i++) {
		if (known[kind][i].name && strcmp(known[kind][i].name, name) == 0) {
			*out = known[kind][i].number;
			return true;
		}
	}
	return false;
}

static bool name_add(struct ifcfg_name_list *list, const char *name, size_t size,
		     uint32_t number)
{
	if (list->count % 16 == 0) {
		struct ifcfg_name *grown =
			realloc(list->list, (list->count + 16) * sizeof(*grown));
		if (!grown) {
			return false;
		}
		list->list = grown;
	}
	char *copy = strndup(name, size);
	if (!copy) {
		return false;
	}
	list->list[list->count++] = (struct ifcfg_name){.name = copy, .number = number};
	return true;
}

/* "254 main", "0xfe main", with blanks before and a comment behind. */
static bool line_add(struct ifcfg_name_list *list, char *line)
{
	static const char blanks[] = " \t\r";
	char *end = NULL;

	line += strspn(line, blanks);
	if (line[0] < '0' || line[0] > '9') {
		return true;
	}
	bool hex = line[0] == '0' && line[1] == 'x';
	unsigned long number = strtoul(line, &end, hex ? 16 : 10);
	size_t skip = strspn(end, blanks);
	char *name = end + skip;
	size_t size = strcspn(name, " \t\r");
	if (skip == 0 || size == 0 || size > NAME_BYTES_MAX || number > UINT32_MAX ||
	    list->count >= NAMES_MAX) {
		return true;
	}
	return name_add(list, name, size, (uint32_t)number);
}

bool ifcfg_names_add(struct ifcfg_name_list *list, const char *bytes, size_t size)
{
	char *copy = strndup(bytes, size);
	char *rest = copy;
	bool fine = copy != NULL;

	for (char *line; fine && (line = strsep(&rest, "\n"));) {
		fine = line_add(list, line);
	}
	free(copy);
	return fine;
}

static void list_free(struct ifcfg_name_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->list[i].name);
	}
	free(list->list);
	*list = (struct ifcfg_name_list){0};
}

static bool lists_are_same(const struct ifcfg_name_list *left,
			   const struct ifcfg_name_list *right)
{
	bool same = left->count == right->count;

	for (size_t i = 0; i < left->count && same; i++) {
		same = left->list[i].number == right->list[i].number &&
		       strcmp(left->list[i].name, right->list[i].name) == 0;
	}
	return same;
}

bool ifcfg_names_are_same(const struct ifcfg_names *left, const struct ifcfg_names *right)
{
	return lists_are_same(&left->tables, &right->tables) &&
	       lists_are_same(&left->protocols, &right->protocols) &&
	       lists_are_same(&left->scopes, &right->scopes) &&
	       lists_are_same(&left->dsfields, &right->dsfields);
}

void ifcfg_names_free(struct ifcfg_names *names)
{
	list_free(&names->tables);
	list_free(&names->protocols);
	list_free(&names->scopes);
	list_free(&names->dsfields);
}
