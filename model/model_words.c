/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and values of a file's variables, in one piece of memory. */
#include <stdlib.h>
#include <string.h>

#include "model/model.h"

struct model_words {
	unsigned int users;
	char bytes[]; /* each with its NUL */
};

/* Puts a copy of *word at place, in its stead; returns the place behind it. */
static char *word_move(char **word, char *place)
{
	char *end = stpcpy(place, *word) + 1;

	free(*word);
	*word = place;
	return end;
}

struct model_words *model_words_pack(struct model_variable *list, size_t count)
{
	struct model_words *words;
	size_t size = 0;

	for (size_t i = 0; i < count; i++) {
		size += strlen(list[i].name) + strlen(list[i].value) + 2;
	}
	words = malloc(sizeof(*words) + size);
	if (!words) {
		return NULL;
	}
	words->users = 1;
	char *place = words->bytes;
	for (size_t i = 0; i < count; i++) {
		place = word_move(&list[i].name, place);
		place = word_move(&list[i].value, place);
	}
	return words;
}

struct model_words *model_words_share(struct model_words *words)
{
	words->users++;
	return words;
}

void model_words_free(struct model_words *words)
{
	if (words && --words->users == 0) {
		free(words);
	}
}
