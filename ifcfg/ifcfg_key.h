/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single keys of a parsed file: their values as what they should be, and
 * problems said at their line. Private to ifcfg/.
 */
#ifndef IFCFG_IFCFG_KEY_H
#define IFCFG_IFCFG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ifcfg/ifcfg.h"

/* What reading a key needs to know of its file. */
struct ifcfg_context {
	const struct ifcfg_text *text;
	const struct ifcfg_variables *variables;
	enum ifcfg_dialect dialect;
	const struct ifcfg_names *names; /* the system's; may be NULL */
	uint32_t file_index;
	const char *subject; /* the interface the file speaks of */
	/* Of an alias, where it counts: the file of its interface, whose prefix and
	 * ARPCHECK are the alias's, too, unless it says others; else NULL. */
	const struct ifcfg_context *parent;
	/* The file "network", whose values count where this one says nothing; NULL: there
	 * is none, or it doesn't concern this file. */
	const struct ifcfg_context *network;
	struct model_problems *problems;
	/* Where in the text, within the value of the key in hand, what is wrong
	 * stands; 0: not known closer than the value. */
	size_t at;
};

/* The value; NULL if the key is not set or empty, which the scripts never tell
 * apart. The variable is known as one that is read from then on. */
const char *ifcfg_key_value(const struct ifcfg_context *context, const char *key);
/* The same by the file itself, and by the file "network" alone. */
const char *ifcfg_key_own_value(const struct ifcfg_context *context, const char *key);
const char *ifcfg_key_network_value(const struct ifcfg_context *context, const char *key);
/* Where the key's value stands; the file as a whole if it doesn't. */
struct model_source ifcfg_key_source(const struct ifcfg_context *context, const char *key);

/* Where a word of the key's value stands in the text, from the offset from on (0:
 * from the value's begin); 0 if it is not to be found, as when it is made of
 * quotes and references. */
size_t ifcfg_key_find_word(const struct ifcfg_context *context, const char *key, size_t from,
			   const char *word);

/* Adds a problem at the key's value, or at context->at in it. */
void ifcfg_key_error(const struct ifcfg_context *context, const char *key, const char *format,
		     ...) __attribute__((format(printf, 3, 4)));
void ifcfg_key_warning(const struct ifcfg_context *context, const char *key, const char *format,
		       ...) __attribute__((format(printf, 3, 4)));

/* Whether the key's value is a word that the dialect takes for yes, or for no; not
 * set, or any other word, is neither. */
bool ifcfg_key_is_true(const struct ifcfg_context *context, const char *key);
bool ifcfg_key_is_false(const struct ifcfg_context *context, const char *key);

/* The value without the blanks around it, which an unquoted $KEY in the scripts
 * loses too; false if what is left is empty, too long or more than one word. */
#define IFCFG_WORD_SIZE 64
bool ifcfg_word_read(const char *value, char out[IFCFG_WORD_SIZE]);

/* Decimal digits only, at most max; *out is untouched on failure. */
bool ifcfg_number_parse(const char *text, uint32_t max, uint32_t *out);
/* Six pairs of hex digits with colons; *out is untouched on failure. */
bool ifcfg_mac_parse(const char *text, uint8_t out[6]);

/* The candidate that the word is most likely a slip of; NULL if none is near.
 * candidates ends with NULL. */
const char *ifcfg_suggest(const char *word, const char *const *candidates);

#endif
