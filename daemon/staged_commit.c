/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Staged changes written and applied, as one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/staged_internal.h"
#include "daemon/transaction_internal.h"

#define STAGED_FILE_MODE 0644

/* A list of changes as a transaction wants it; the pointers are into the changes. */
struct staged_batch {
	size_t file_count;
	struct transaction_file *files;
	struct config_text *texts; /* as many */
	size_t name_count;
	const char **names; /* sorted */
};

static int staged_name_compare(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void staged_batch_free(struct staged_batch *batch)
{
	free(batch->files);
	free(batch->texts);
	free(batch->names);
}

static void staged_batch_add(struct staged_batch *batch, const json_t *file)
{
	const char *bytes = json_string_value(json_object_get(file, "text"));
	struct config_text *text = &batch->texts[batch->file_count];

	*text = (struct config_text){.name = staged_text(file, "name"),
				     .bytes = bytes,
				     .size = bytes ? strlen(bytes) : 0,
				     .mode = STAGED_FILE_MODE,
				     .uid = geteuid(),
				     .gid = getegid()};
	batch->files[batch->file_count++] =
		(struct transaction_file){.name = staged_text(file, "name"),
					  .text = bytes ? text : NULL,
					  .revision = staged_text(file, "was")};
}

/* False: no memory. */
static bool staged_batch_make(const json_t *changes, struct staged_batch *out)
{
	struct staged_batch batch = {0};
	size_t files = 0;

	for (size_t i = 0; i < json_array_size(changes); i++) {
		files += json_array_size(json_object_get(json_array_get(changes, i), "files"));
	}
	batch.files = calloc(files + 1, sizeof(*batch.files));
	batch.texts = calloc(files + 1, sizeof(*batch.texts));
	batch.names = calloc(json_array_size(changes) + 1, sizeof(*batch.names));
	if (!batch.files || !batch.texts || !batch.names) {
		staged_batch_free(&batch);
		return false;
	}
	for (size_t i = 0; i < json_array_size(changes); i++) {
		const json_t *change = json_array_get(changes, i);
		const json_t *list = json_object_get(change, "files");

		batch.names[batch.name_count++] = staged_text(change, "name");
		for (size_t j = 0; j < json_array_size(list); j++) {
			staged_batch_add(&batch, json_array_get(list, j));
		}
	}
	qsort(batch.names, batch.name_count, sizeof(*batch.names), staged_name_compare);
	*out = batch;
	return true;
}

void staged_apply(struct staged *staged, const struct peer *peer, const char *how,
		  const json_t *changes, bool are_staged, unsigned int confirm_s,
		  transaction_callback *callback, void *user)
{
	struct staged_batch batch;
	struct transaction_request request = {
		.peer = peer,
		.how = how,
		.confirm_s = confirm_s,
		/* For the view, of which the changes were made. */
		.folder_is_read = true,
		.staged = are_staged ? (json_t *)changes : NULL,
	};

	if (!staged_batch_make(changes, &batch)) {
		callback(transaction_error(500, "out_of_memory", "out of memory"), user);
		return;
	}
	request.file_count = batch.file_count;
	request.files = batch.files;
	request.scope = batch.names;
	request.scope_count = batch.name_count;
	transaction_begin(staged->daemon, &request, callback, user);
	staged_batch_free(&batch);
}

/* Whether all of them can still be made, and what they make can be brought up. */
static bool staged_check_commit(struct staged *staged, struct transaction_answer *answer)
{
	const struct configuration *view;
	size_t index;
	json_t *change;

	if (!staged_view(staged, answer)) {
		return false;
	}
	view = staged->view;
	json_array_foreach (staged->changes, index, change) {
		char *conflict =
			staged_conflict(staged, change, &staged->daemon->transactions->folder);

		if (conflict) {
			*answer = transaction_error(409, "conflict",
						    "%s: %s; discard the change, or make it "
						    "again",
						    staged_text(change, "name"), conflict);
			free(conflict);
			return false;
		}
	}
	for (size_t i = 0; i < view->problems.count; i++) {
		const struct model_problem *problem = &view->problems.list[i];

		if (problem->severity == MODEL_ERROR && staged_find(staged, problem->subject)) {
			*answer = transaction_error(409, "bad_config",
						    "with that, %s could not be brought up: %s",
						    problem->subject, problem->text);
			return false;
		}
	}
	return true;
}

void staged_commit(struct daemon *daemon, const struct peer *peer, const json_t *body,
		   transaction_callback *callback, void *user)
{
	struct staged *staged = daemon->staged;
	const char *revision = json_string_value(json_object_get(body, "revision"));
	unsigned int confirm_s =
		(unsigned int)json_get_uint(body, "confirm", TRANSACTION_CONFIRM_MAX_S, 0);
	size_t count = json_array_size(staged->changes);
	char now[CONFIG_REVISION_SIZE], how[HISTORY_HOW_SIZE];
	struct transaction_answer answer;
	json_t *changes;

	staged_revision(staged, now);
	if (count == 0) {
		answer = transaction_error(409, "nothing_staged", "nothing is staged");
	} else if (revision && strcmp(revision, now) != 0) {
		answer = transaction_error(409, "conflict",
					   "the staged changes are others by now; look at them "
					   "again");
	} else if (staged_check_commit(staged, &answer)) {
		snprintf(how, sizeof(how), "commit of %zu change%s", count,
			 count == 1 ? "" : "s");
		changes = json_incref(staged->changes);
		staged_apply(staged, peer, how, changes, true, confirm_s, callback, user);
		json_decref(changes);
		return;
	}
	callback(answer, user);
}
