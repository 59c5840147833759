/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/staged.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/staged_internal.h"
#include "daemon/store.h"
#include "daemon/transaction_internal.h"

#define STAGED_FILE	"staged.json"
#define STAGED_WHO_SIZE 200
/* Changes with every change of the meaning of what is written. */
#define STAGED_VERSION	1

/* --- what is read back ----------------------------------------------------- */

static bool staged_files_are_fine(const json_t *files, enum ifcfg_dialect dialect)
{
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *name = json_string_value(json_object_get(file, "name"));
		const json_t *text = json_object_get(file, "text");

		if (!name || strchr(name, '/') || strlen(name) >= JOURNAL_NAME_SIZE ||
		    !ifcfg_name_is_read(name, dialect) ||
		    !json_is_string(json_object_get(file, "was")) ||
		    !(json_is_string(text) || json_is_null(text))) {
			return false;
		}
	}
	return json_array_size(files) > 0;
}

static bool staged_change_is_fine(const json_t *change, enum ifcfg_dialect dialect)
{
	const char *action = json_string_value(json_object_get(change, "action"));
	const char *name = json_string_value(json_object_get(change, "name"));

	return action && name && model_name_is_valid(name) &&
	       (strcmp(action, "add") == 0 || strcmp(action, "change") == 0 ||
		strcmp(action, "delete") == 0) &&
	       json_is_number(json_object_get(change, "time")) &&
	       json_is_integer(json_object_get(change, "uid")) &&
	       json_is_string(json_object_get(change, "user")) &&
	       json_is_string(json_object_get(change, "revision")) &&
	       json_is_object(json_object_get(change, "vlan")) &&
	       staged_files_are_fine(json_object_get(change, "files"), dialect);
}

/* Those of the list that are changes; how many are not. */
static size_t staged_take_list(const json_t *list, enum ifcfg_dialect dialect, json_t *out)
{
	size_t bad = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *change = json_array_get(list, i);

		if (i < STAGED_CHANGES_MAX && staged_change_is_fine(change, dialect)) {
			json_array_append(out, change);
		} else {
			bad++;
		}
	}
	return bad;
}

int staged_open(struct daemon *daemon)
{
	struct staged *staged = calloc(1, sizeof(*staged));
	json_t *json = NULL;
	int err;

	if (!staged) {
		return -ENOMEM;
	}
	staged->daemon = daemon;
	staged->changes = json_array();
	daemon->staged = staged;
	err = store_read(daemon->options.store, STAGED_FILE, &json);
	if (err == 0 && json_get_uint(json, "version", UINT32_MAX, 0) != STAGED_VERSION) {
		err = -EINVAL;
	}
	if (err == 0 && staged_take_list(json_object_get(json, "changes"),
					 daemon->options.dialect, staged->changes) > 0) {
		err = -EINVAL;
	}
	json_decref(json);
	if (err == -EINVAL) {
		log_line(LOG_LEVEL_WARNING,
			 "%s/" STAGED_FILE " is damaged (kept as " STAGED_FILE ".damaged): %zu "
			 "staged changes could be read event=problem",
			 daemon->options.store, json_array_size(staged->changes));
		(void)store_put_aside(daemon->options.store, STAGED_FILE);
	}
	return 0;
}

void staged_close(struct daemon *daemon)
{
	if (daemon->staged) {
		configuration_give_back(daemon->staged->view);
		json_decref(daemon->staged->changes);
		free(daemon->staged);
		daemon->staged = NULL;
	}
}

/* --- the list ---------------------------------------------------------------- */

const char *staged_text(const json_t *change, const char *key)
{
	const char *text = json_string_value(json_object_get(change, key));

	return text ? text : "";
}

json_t *staged_find(const struct staged *staged, const char *name)
{
	size_t index;
	json_t *change;

	json_array_foreach (staged->changes, index, change) {
		if (strcmp(staged_text(change, "name"), name) == 0) {
			return change;
		}
	}
	return NULL;
}

/* The list becomes the staged ones once it is on the disk; takes the reference. */
static int staged_save(struct staged *staged, json_t *changes)
{
	json_t *json = json_pack("{s:i, s:O}", "version", STAGED_VERSION, "changes", changes);
	int err =
		json ? store_write(staged->daemon->options.store, STAGED_FILE, json) : -ENOMEM;

	json_decref(json);
	staged->unsure = err < 0;
	if (err < 0) {
		json_decref(changes);
		return err;
	}
	json_decref(staged->changes);
	staged->changes = changes;
	return 0;
}

/* A list without the changes of these names. */
static json_t *staged_without(const struct staged *staged, const char *name)
{
	json_t *list = json_array();
	size_t index;
	json_t *change;

	json_array_foreach (staged->changes, index, change) {
		if (name && strcmp(staged_text(change, "name"), name) != 0) {
			json_array_append(list, change);
		}
	}
	return list;
}

int staged_put(struct staged *staged, json_t *change)
{
	json_t *list;

	if (json_array_size(staged->changes) >= STAGED_CHANGES_MAX) {
		json_decref(change);
		return -E2BIG;
	}
	list = staged_without(staged, staged_text(change, "name"));
	if (json_array_append_new(list, change) < 0) {
		json_decref(list);
		return -ENOMEM;
	}
	return staged_save(staged, list);
}

int staged_drop(struct staged *staged, const char *name)
{
	return staged_save(staged, staged_without(staged, name));
}

bool staged_set_revision(json_t *change)
{
	char revision[CONFIG_REVISION_SIZE];
	struct config_text text = {.name = (char *)"staged"};
	char *bytes;

	json_object_del(change, "revision");
	bytes = json_dumps(change, JSON_COMPACT | JSON_SORT_KEYS);
	if (!bytes) {
		return false;
	}
	text.bytes = bytes;
	text.size = strlen(bytes);
	config_text_revision(&text, revision);
	free(bytes);
	return json_object_set_new(change, "revision", json_string(revision)) == 0;
}

void staged_revision(const struct staged *staged, char out[CONFIG_REVISION_SIZE])
{
	struct config_text text = {.name = (char *)"staged"};
	size_t index, count = json_array_size(staged->changes), used = 0;
	char *bytes = calloc(count + 1, CONFIG_REVISION_SIZE);
	json_t *change;

	if (bytes) {
		json_array_foreach (staged->changes, index, change) {
			used += (size_t)snprintf(bytes + used, CONFIG_REVISION_SIZE, "%s",
						 staged_text(change, "revision"));
		}
	}
	text.bytes = bytes ? bytes : "";
	text.size = bytes ? strlen(bytes) : 0;
	config_text_revision(&text, out);
	free(bytes);
}

bool staged_is_of(const json_t *change, const struct peer *peer)
{
	return json_get_uint(change, "uid", UINT32_MAX, UINT32_MAX) == peer->uid;
}

int staged_forget(struct daemon *daemon, const json_t *changes)
{
	struct staged *staged = daemon->staged;
	json_t *list = json_array(), *revisions = json_object();
	size_t index;
	json_t *change;

	json_array_foreach (changes, index, change) {
		json_object_set_new(revisions, staged_text(change, "revision"), json_true());
	}
	json_array_foreach (staged->changes, index, change) {
		if (!json_object_get(revisions, staged_text(change, "revision"))) {
			json_array_append(list, change);
		}
	}
	json_decref(revisions);
	return staged_save(staged, list);
}

int staged_restore(struct daemon *daemon, const json_t *changes)
{
	struct staged *staged = daemon->staged;
	json_t *fine, *list;
	size_t index;
	json_t *change;

	if (!json_is_array(changes) || json_array_size(changes) == 0) {
		return 0;
	}
	fine = json_array();
	list = json_array();
	(void)staged_take_list(changes, daemon->options.dialect, fine);
	json_array_foreach (fine, index, change) {
		if (!staged_find(staged, staged_text(change, "name"))) {
			json_array_append(list, change);
		}
	}
	/* Those that have come since come after them. */
	json_array_extend(list, staged->changes);
	json_decref(fine);
	if (json_array_size(list) == json_array_size(staged->changes) && !staged->unsure) {
		json_decref(list);
		return 0;
	}
	return staged_save(staged, list);
}

/* --- conflicts ---------------------------------------------------------------- */

static bool staged_entry_names(const struct history_entry *entry, const char *file)
{
	for (size_t i = 0; i < json_array_size(entry->files); i++) {
		if (strcmp(staged_text(json_array_get(entry->files, i), "name"), file) == 0) {
			return !entry->taken_back;
		}
	}
	return false;
}

/* Who made the file what it is: "by anna (vlan set bond0.652), at 2026-11-22 15:04:05";
 * one that was not applied, somebody has edited. */
static void staged_who(struct staged *staged, const char *name, const struct config_text *text,
		       char out[STAGED_WHO_SIZE])
{
	const struct transactions *transactions = staged->daemon->transactions;
	const struct config_text *applied = config_texts_find(&transactions->in_force, name);
	const struct history *history = &transactions->history;
	const struct history_origin *origin = NULL;
	time_t time = text ? (time_t)(text->modified_ns / 1000000000) : 0;
	char when[32] = "";
	struct tm tm;

	for (size_t i = journal_texts_equal(text, applied) ? history->count : 0; i > 0; i--) {
		if (staged_entry_names(&history->list[i - 1], name)) {
			origin = &history->list[i - 1].origin;
			time = (time_t)origin->time;
			break;
		}
	}
	if (time != 0) {
		localtime_r(&time, &tm);
		strftime(when, sizeof(when), ", at %F %T", &tm);
	}
	if (origin) {
		snprintf(out, STAGED_WHO_SIZE, "by %s (%s)%s", origin->user, origin->how, when);
	} else {
		snprintf(out, STAGED_WHO_SIZE, "by hand%s", when);
	}
}

char *staged_conflict(struct staged *staged, const json_t *change,
		      const struct config_texts *folder)
{
	const json_t *files = json_object_get(change, "files");
	char revision[CONFIG_REVISION_SIZE], who[STAGED_WHO_SIZE];
	char *sentence;

	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *name = staged_text(file, "name");
		const struct config_text *text = config_texts_find(folder, name);
		const char *was = staged_text(file, "was");

		config_text_revision(text, revision);
		if (strcmp(revision, was) == 0) {
			continue;
		}
		staged_who(staged, name, text, who);
		if (asprintf(&sentence, "%s/%s was %s since, %s", folder->folder, name,
			     !text		     ? "removed"
			     : strcmp(was, "-") == 0 ? "made"
						     : "changed",
			     who) < 0) {
			sentence = NULL;
		}
		return sentence;
	}
	return NULL;
}

/* --- discarding ----------------------------------------------------------------- */

static struct transaction_answer staged_discard_done(struct staged *staged, const char *name)
{
	json_t *names = json_array();
	size_t index;
	json_t *change;
	int err;

	json_array_foreach (staged->changes, index, change) {
		if (!name || strcmp(staged_text(change, "name"), name) == 0) {
			json_array_append(names, json_object_get(change, "name"));
		}
	}
	err = staged_drop(staged, name);
	if (err < 0) {
		json_decref(names);
		return transaction_error(503, "no_store", "%s can't be written: %s",
					 staged->daemon->options.store, strerror(-err));
	}
	return (struct transaction_answer){.status = 200,
					   .json = json_pack("{s:o}", "discarded", names)};
}

/* All of them: other people's too, so they have to have been seen. */
static struct transaction_answer staged_discard_all(struct staged *staged,
						    const struct peer *peer,
						    const char *revision)
{
	char now[CONFIG_REVISION_SIZE];
	size_t index;
	json_t *change;

	staged_revision(staged, now);
	if (revision && strcmp(revision, now) != 0) {
		return transaction_error(409, "conflict",
					 "the staged changes are others by now; look at them "
					 "again");
	}
	json_array_foreach (staged->changes, index, change) {
		if (!revision && !staged_is_of(change, peer)) {
			return transaction_error(
				409, "conflict",
				"the change of %s is %s's; the revision of all "
				"staged changes is needed to discard it",
				staged_text(change, "name"), staged_text(change, "user"));
		}
	}
	return staged_discard_done(staged, NULL);
}

struct transaction_answer staged_discard(struct daemon *daemon, const struct peer *peer,
					 const char *name, const json_t *body)
{
	struct staged *staged = daemon->staged;
	const char *revision = json_string_value(json_object_get(body, "revision"));
	const json_t *change;

	if (!name) {
		return staged_discard_all(staged, peer, revision);
	}
	change = staged_find(staged, name);
	if (!change) {
		return transaction_error(404, "nothing_staged",
					 "no change of '%.64s' is staged", name);
	}
	if (revision && strcmp(revision, staged_text(change, "revision")) != 0) {
		return transaction_error(409, "conflict",
					 "%s has staged another change of %s by now",
					 staged_text(change, "user"), name);
	}
	if (!revision && !staged_is_of(change, peer)) {
		return transaction_error(409, "conflict",
					 "the change of %s is %s's; its revision, as "
					 "'portchannel staged' shows it, is needed to "
					 "discard it",
					 name, staged_text(change, "user"));
	}
	return staged_discard_done(staged, name);
}

size_t staged_count(const struct daemon *daemon, char revision[CONFIG_REVISION_SIZE])
{
	staged_revision(daemon->staged, revision);
	return json_array_size(daemon->staged->changes);
}

const char *staged_adder(const struct daemon *daemon, const char *name)
{
	const json_t *change = staged_find(daemon->staged, name);

	return change && strcmp(staged_text(change, "action"), "add") == 0
		       ? staged_text(change, "user")
		       : NULL;
}
