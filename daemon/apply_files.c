/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which files a scope needs: reading thousands of them for the sake of one VLAN interface
 * would take most of the time. Of each file that was read with all others it is kept what
 * it was of; those of VLAN interfaces out of the scope, and aliases and routes out of it,
 * say nothing that matters to what is in it.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/apply_internal.h"
#include "daemon/daemon.h"

struct apply_file {
	char *name;
	char interface[MODEL_NAME_SIZE];
};

/* Files that stand for their interface alone, by name. */
struct apply_files {
	size_t count;
	struct apply_file *list;
};

static bool apply_stands_alone(const struct model_file *info)
{
	switch (info->kind) {
	case MODEL_FILE_VLAN:
	case MODEL_FILE_ALIAS:
	case MODEL_FILE_ROUTES:
	case MODEL_FILE_RULES:
		return info->interface[0] != '\0';
	case MODEL_FILE_OTHER:
	case MODEL_FILE_BOND:
	case MODEL_FILE_MEMBER:
	case MODEL_FILE_NETWORK:
	case MODEL_FILE_REFUSED:
		break;
	}
	return false;
}

static int apply_compare_files(const void *left, const void *right)
{
	const struct apply_file *a = left, *b = right;

	return strcmp(a->name, b->name);
}

void apply_files_free(struct apply_files *files)
{
	for (size_t i = 0; files && i < files->count; i++) {
		free(files->list[i].name);
	}
	if (files) {
		free(files->list);
	}
	free(files);
}

void apply_files_note(struct daemon *daemon, const struct model *model)
{
	struct apply_files *files = calloc(1, sizeof(*files));

	apply_files_free(daemon->files);
	daemon->files = NULL;
	if (files) {
		files->list = calloc(model->file_count + 1, sizeof(*files->list));
	}
	if (!files || !files->list) {
		free(files);
		return;
	}
	for (size_t i = 0; i < model->file_count; i++) {
		const struct model_file *info = &model->file_infos[i];
		const char *slash = strrchr(model->files[i], '/');
		struct apply_file *file = &files->list[files->count];

		if (apply_stands_alone(info)) {
			file->name = strdup(slash ? slash + 1 : model->files[i]);
			memcpy(file->interface, info->interface, sizeof(file->interface));
			files->count += file->name != NULL;
		}
	}
	if (files->count > 0) {
		qsort(files->list, files->count, sizeof(*files->list), apply_compare_files);
	}
	daemon->files = files;
}

int apply_files_needed(const struct apply *apply, struct config_texts *out)
{
	const struct apply_files *files = apply->daemon->files;
	const struct config_texts *all = &apply->texts;

	*out = (struct config_texts){.folder = all->folder};
	out->list = calloc(all->count + 1, sizeof(*out->list));
	if (!out->list) {
		return -1;
	}
	for (size_t i = 0; i < all->count; i++) {
		struct apply_file key = {.name = (char *)all->list[i].name};
		const struct apply_file *known =
			files && files->count > 0 ? bsearch(&key, files->list, files->count,
							    sizeof(key), apply_compare_files)
						  : NULL;

		if (!known || apply_in_scope(apply, known->interface)) {
			out->list[out->count++] = all->list[i];
		}
	}
	return 0;
}
