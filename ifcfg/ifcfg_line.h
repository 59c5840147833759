/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arguments of ip(8), as a line of a route or rule file holds them: the words between the
 * blanks, each with its place, and what one of them can mean. Facts: initscripts'
 * ifup-routes (a line is read by the shell's read, where a backslash takes the meaning
 * of what follows it, and handed over unquoted), iproute2's lib/utils.c. Private to ifcfg/.
 */
#ifndef IFCFG_IFCFG_LINE_H
#define IFCFG_IFCFG_LINE_H

#include "ifcfg/ifcfg_key.h"
#include "ifcfg/ifcfg_names.h"

#define IFCFG_WORDS_MAX 256

struct ifcfg_argument {
	const char *text;
	uint32_t line;
	uint32_t column; /* in bytes, from 1 */
};

/* The words of one line, and which of them is next. */
struct ifcfg_line {
	const struct ifcfg_context *context;
	/* Whose arguments these are: NetworkManager's own reader is stricter than ip. */
	enum ifcfg_dialect syntax;
	const char *what; /* "route" or "rule": what is left out if the line is wrong */
	uint32_t number;  /* of the line, from 1 */
	size_t next;
	size_t count;
	struct ifcfg_argument words[IFCFG_WORDS_MAX];
};

/* Goes over a text's lines. */
struct ifcfg_lines {
	const char *at;
	const char *end;
	uint32_t number; /* of the line at at */
	char *buffer;	 /* where the words of the line in hand are */
};

void ifcfg_lines_init(struct ifcfg_lines *lines, const char *bytes, size_t size);
/* The next line that has words and is no comment; false: there is none, or no memory,
 * which is noted. *line keeps its context, syntax and what; its words are the lines', until
 * the next call. A line that can't be one is said and passed over. */
bool ifcfg_lines_next(struct ifcfg_lines *lines, struct ifcfg_line *line);
void ifcfg_lines_free(struct ifcfg_lines *lines);

/* Splits text into the line's words, each of them at the place of the key's value. The
 * words point into text, whose blanks become NULs. */
bool ifcfg_line_split(struct ifcfg_line *line, const char *key, char *text);

/* The next word; NULL: that was the last. */
const struct ifcfg_argument *ifcfg_line_take(struct ifcfg_line *line);
/* The same, as the value of option; NULL: there is none, as was said. */
const struct ifcfg_argument *ifcfg_line_value(struct ifcfg_line *line,
					      const struct ifcfg_argument *option);

/*
 * Says that the line is left out and why, at the word, or, with NULL, at the line. With
 * initscripts ip would refuse it, which is an error; nm passes it over, which is a
 * warning. It takes nothing else along either way. Always false.
 */
bool ifcfg_line_refuse(const struct ifcfg_line *line, const struct ifcfg_argument *word,
		       const char *format, ...) __attribute__((format(printf, 3, 4)));

struct model_source ifcfg_line_source(const struct ifcfg_line *line);

/* Whether the word is the option's name, or, where ip takes it, a beginning of it. */
bool ifcfg_argument_is(const struct ifcfg_line *line, const char *word, const char *name,
		       bool can_be_short);

/*
 * Values of options. False: the word is none, as was said; *out is then untouched.
 */
/* A number in decimal or, for ip, also with 0x or 0 before it. */
bool ifcfg_take_number(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       uint32_t min, uint32_t max, uint32_t *out);
/* A number, or a name of that kind. */
bool ifcfg_take_name(struct ifcfg_line *line, const struct ifcfg_argument *option,
		     enum ifcfg_names_kind kind, uint32_t max, uint32_t *out);
/* A type of service: a name, or a number in hexadecimal. */
bool ifcfg_take_tos(struct ifcfg_line *line, const struct ifcfg_argument *option, uint8_t *out);
/* An interface's name. */
bool ifcfg_take_device(struct ifcfg_line *line, const struct ifcfg_argument *option,
		       char out[MODEL_NAME_SIZE]);
/* An address of the family. */
bool ifcfg_take_address(struct ifcfg_line *line, const struct ifcfg_argument *option,
			int family, uint8_t out[16]);

/* A whole number without a sign, of the base, as strtoul() has it. */
bool ifcfg_integer_parse(const char *text, int base, uint32_t max, uint32_t *out);

/* "10.0.0.0/8", "10/8", "10.0.0.0/255.0.0.0", "2001:db8::/32", "default", an address alone.
 * False: text is none of that; nothing is said. */
bool ifcfg_prefix_parse(const char *text, int family, uint8_t out[16], uint8_t *prefix);
/* An address of the family, as ip takes it: of IPv4 also less than four numbers. */
bool ifcfg_ip_parse(const char *text, int family, uint8_t out[16]);
/* Whether all bits behind the prefix are 0; clear: makes them so. */
bool ifcfg_host_bits_are_clear(const uint8_t *bytes, int family, uint8_t prefix);
void ifcfg_host_bits_clear(uint8_t *bytes, int family, uint8_t prefix);

#endif
