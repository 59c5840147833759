/* SPDX-License-Identifier: BSD-2-Clause */
/* What one argument of ip(8) can mean; see ifcfg_line.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ifcfg/ifcfg_line.h"

bool ifcfg_integer_parse(const char *text, int base, uint32_t max, uint32_t *out)
{
	char *end = NULL;

	if (text[0] < '0' || (text[0] > '9' && base != 16)) {
		return false;
	}
	errno = 0;
	unsigned long number = strtoul(text, &end, base);
	if (errno != 0 || end == text || *end != '\0' || number > max || text[0] == '-') {
		return false;
	}
	*out = (uint32_t)number;
	return true;
}

/* "010" is eight for ip, as in C. */
static int base_of(const struct ifcfg_line *line)
{
	return line->syntax == IFCFG_DIALECT_NM ? 10 : 0;
}

bool ifcfg_take_number(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       uint32_t min, uint32_t max, uint32_t *out)
{
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);
	uint32_t number;

	if (!word) {
		return false;
	}
	if (!ifcfg_integer_parse(word->text, base_of(line), max, &number) || number < min) {
		return ifcfg_line_refuse(line, word,
					 "'%s' is no value of '%s'; expected a number from %u "
					 "to %u",
					 word->text, option->text, min, max);
	}
	*out = number;
	return true;
}

bool ifcfg_take_name(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     enum ifcfg_names_kind kind, uint32_t max, uint32_t *out)
{
	static const char *const files[] = {
		[IFCFG_NAMES_TABLES] = "rt_tables",
		[IFCFG_NAMES_PROTOCOLS] = "rt_protos",
		[IFCFG_NAMES_SCOPES] = "rt_scopes",
		[IFCFG_NAMES_DSFIELDS] = "rt_dsfield",
	};
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);
	bool nm_table = line->syntax == IFCFG_DIALECT_NM && kind == IFCFG_NAMES_TABLES;
	uint32_t number;

	if (!word) {
		return false;
	}
	bool named =
		!nm_table && ifcfg_names_find(line->context->names, kind, word->text, &number);
	if (!named && !ifcfg_integer_parse(word->text, base_of(line), max, &number)) {
		return ifcfg_line_refuse(
			line, word,
			"'%s' is no value of '%s'; expected a number from 0 to %u%s%s",
			word->text, option->text, max,
			nm_table ? "" : ", or a name of /etc/iproute2/",
			nm_table ? "" : files[kind]);
	}
	*out = number;
	return true;
}

bool ifcfg_take_tos(struct ifcfg_line *line, const struct ifcfg_argument *option, uint8_t *out)
{
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);
	uint32_t number;

	if (!word) {
		return false;
	}
	bool named = line->syntax == IFCFG_DIALECT_INITSCRIPTS &&
		     ifcfg_names_find(line->context->names, IFCFG_NAMES_DSFIELDS, word->text,
				      &number);
	if (!named && !ifcfg_integer_parse(word->text, 16, UINT8_MAX, &number)) {
		return ifcfg_line_refuse(line, word,
					 "'%s' is no value of '%s'; expected a number in "
					 "hexadecimal, from 0 to ff, or a name of "
					 "/etc/iproute2/rt_dsfield",
					 word->text, option->text);
	}
	if (number & 3 || number > UINT8_MAX) {
		return ifcfg_line_refuse(line, word,
					 "'%s' has bits that belong to congestion control; "
					 "expected a multiple of 4",
					 word->text);
	}
	*out = (uint8_t)number;
	return true;
}

bool ifcfg_take_device(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       char out[MODEL_NAME_SIZE])
{
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);

	if (!word) {
		return false;
	}
	if (!model_name_is_valid(word->text)) {
		return ifcfg_line_refuse(line, word,
					 "'%s' cannot be an interface's name; expected 1 to %d "
					 "printable characters without '/', ':' and '%%'",
					 word->text, MODEL_NAME_SIZE - 1);
	}
	memset(out, 0, MODEL_NAME_SIZE);
	memcpy(out, word->text, strlen(word->text));
	return true;
}

bool ifcfg_take_address(struct ifcfg_line *line, const struct ifcfg_argument *option,
			int family, uint8_t out[16])
{
	const struct ifcfg_argument *word = ifcfg_line_value(line, option);
	uint8_t bytes[16] = {0};

	if (!word) {
		return false;
	}
	bool fine = line->syntax == IFCFG_DIALECT_NM
			    ? inet_pton(family, word->text, bytes) == 1
			    : ifcfg_ip_parse(word->text, family, bytes);
	if (!fine) {
		return ifcfg_line_refuse(
			line, word,
			"'%s' is no IPv%d address; expected one like %s behind '%s'",
			word->text, family == AF_INET ? 4 : 6,
			family == AF_INET ? "192.0.2.1" : "2001:db8::1", option->text);
	}
	memcpy(out, bytes, sizeof(bytes));
	return true;
}

static bool ipv4_parse(const char *text, uint8_t out[4])
{
	uint8_t bytes[4] = {0};

	for (size_t i = 0; i < 4; i++) {
		char *end = NULL;
		if (text[0] < '0' || text[0] > '9') {
			return false;
		}
		unsigned long number = strtoul(text, &end, 0);
		if (number > 255) {
			return false;
		}
		bytes[i] = (uint8_t)number;
		if (*end == '\0') {
			memcpy(out, bytes, sizeof(bytes));
			return true;
		}
		if (*end != '.') {
			return false;
		}
		text = end + 1;
	}
	return false;
}

bool ifcfg_ip_parse(const char *text, int family, uint8_t out[16])
{
	if (family == AF_INET6) {
		return inet_pton(AF_INET6, text, out) == 1;
	}
	return ipv4_parse(text, out);
}

/* A length, or, of IPv4, a mask. */
static bool length_parse(const char *text, int family, uint8_t *out)
{
	uint32_t number;
	uint8_t mask[4];

	if (ifcfg_integer_parse(text, 0, family == AF_INET ? 32 : 128, &number)) {
		*out = (uint8_t)number;
		return true;
	}
	if (family != AF_INET || !strchr(text, '.') || !ipv4_parse(text, mask)) {
		return false;
	}
	uint8_t prefix = 0;
	while (prefix < 32 && mask[prefix / 8] & 0x80U >> prefix % 8) {
		prefix++;
	}
	*out = prefix;
	return ifcfg_host_bits_are_clear(mask, AF_INET, prefix);
}

bool ifcfg_prefix_parse(const char *text, int family, uint8_t out[16], uint8_t *prefix)
{
	char address[IFCFG_WORD_SIZE];
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);
	uint8_t bytes[16] = {0};
	uint8_t length = family == AF_INET ? 32 : 128;

	if (strcmp(text, "default") == 0 || strcmp(text, "any") == 0 ||
	    strcmp(text, "all") == 0) {
		memset(out, 0, 16);
		*prefix = 0;
		return true;
	}
	if (size >= sizeof(address)) {
		return false;
	}
	memcpy(address, text, size);
	address[size] = '\0';
	if (!ifcfg_ip_parse(address, family, bytes) ||
	    (slash && !length_parse(slash + 1, family, &length))) {
		return false;
	}
	memcpy(out, bytes, sizeof(bytes));
	*prefix = length;
	return true;
}

void ifcfg_host_bits_clear(uint8_t *bytes, int family, uint8_t prefix)
{
	unsigned int bits = family == AF_INET ? 32 : 128;

	for (unsigned int bit = prefix; bit < bits; bit++) {
		bytes[bit / 8] &= (uint8_t) ~(0x80U >> bit % 8);
	}
}

bool ifcfg_host_bits_are_clear(const uint8_t *bytes, int family, uint8_t prefix)
{
	uint8_t copy[16] = {0};
	size_t size = family == AF_INET ? 4 : 16;

	memcpy(copy, bytes, size);
	ifcfg_host_bits_clear(copy, family, prefix);
	return memcmp(copy, bytes, size) == 0;
}
