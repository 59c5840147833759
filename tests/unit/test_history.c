/* SPDX-License-Identifier: BSD-2-Clause */
/* What transactions keep on the disk: the history, the journal, and what of them a
 * damaged or hostile file may do. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* clang-format off: cmocka.h needs the above */
#include <cmocka.h>
/* clang-format on */

#include "daemon/history.h"
#include "daemon/journal.h"
#include "daemon/store.h"

#define PATH_SIZE 256

static char base[64], store[80], folder[80];
static size_t damaged;

static void on_damaged(const char *name, void *context)
{
	(void)name;
	(void)context;
	damaged++;
}

static int make_folders(void **state)
{
	(void)state;
	strcpy(base, "/tmp/test-history.XXXXXX");
	damaged = 0;
	if (!mkdtemp(base)) {
		return -1;
	}
	snprintf(store, sizeof(store), "%s/store", base);
	snprintf(folder, sizeof(folder), "%s/config", base);
	return store_open(store) == 0 && mkdir(folder, 0755) == 0 ? 0 : -1;
}

static int remove_folders(void **state)
{
	char command[PATH_SIZE];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", base);
	return system(command);
}

static void file_put(const char *in, const char *name, const char *text)
{
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", in, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* "" where there is none; static. */
static const char *file_get(const char *in, const char *name)
{
	static char text[4096];
	char path[PATH_SIZE];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", in, name);
	file = fopen(path, "r");
	if (!file) {
		return "";
	}
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = '\0';
	fclose(file);
	return text;
}

static void texts_set(struct config_texts *texts, const char *name, const char *bytes)
{
	struct config_text text = {.name = (char *)name,
				   .bytes = (char *)bytes,
				   .size = strlen(bytes),
				   .mode = 0644,
				   .uid = geteuid(),
				   .gid = getegid()};

	assert_int_equal(config_texts_set(texts, &text), 0);
}

static struct config_texts texts_read(void)
{
	struct config_texts texts = {0};

	assert_int_equal(config_texts_read(folder, IFCFG_DIALECT_INITSCRIPTS, NULL, &texts), 0);
	return texts;
}

static void history_add_one(struct history *history, unsigned int number, bool taken_back,
			    const char *bytes)
{
	const struct history_origin origin = {
		.time = 1790000000.5, .uid = 1000, .user = "anna", .how = "apply"};
	struct config_texts texts = {0};

	texts_set(&texts, "ifcfg-bond0", bytes);
	assert_int_equal(history_add(history, number, &origin, taken_back, NULL, NULL, &texts),
			 0);
	config_texts_free(&texts);
}

static struct history history_again(void)
{
	struct history history;

	assert_int_equal(history_open(store, on_damaged, NULL, &history), 0);
	return history;
}

static void test_ten_are_kept(void **state)
{
	struct history history = history_again();
	struct config_texts texts;
	json_t *json;

	(void)state;
	for (unsigned int number = 1; number <= 13; number++) {
		char text[40];

		snprintf(text, sizeof(text), "DEVICE=bond0\nMTU=%u\n", 1500 + number);
		history_add_one(&history, number, false, text);
	}
	history_close(&history);
	history = history_again();
	assert_int_equal(history.count, TRANSACTION_HISTORY_MAX);
	assert_int_equal(history.list[0].number, 4);
	assert_int_equal(history.last_number, 13);
	assert_int_equal(history_in_force(&history, 0)->number, 13);
	assert_int_equal(history_in_force(&history, 13)->number, 12);
	assert_int_equal(history_before(&history, 13)->number, 12);
	assert_null(history_before(&history, 4));
	assert_null(history_find(&history, 3));
	assert_int_equal(history_texts(&history, 5, folder, &texts), 0);
	assert_string_equal(texts.list[0].bytes, "DEVICE=bond0\nMTU=1505\n");
	config_texts_free(&texts);
	json = history_entry_json(&history, 13, (struct history_states){.waiting = 13});
	assert_string_equal(json_string_value(json_object_get(json, "state")), "waiting");
	assert_string_equal(json_string_value(json_object_get(json, "user")), "anna");
	assert_non_null(
		strstr(json_string_value(json_object_get(json, "difference")), "+MTU=1513"));
	json_decref(json);
	assert_string_equal(file_get(store, "history/000003.json"), "");
	history_close(&history);
}

static void test_what_is_in_force_stays(void **state)
{
	struct history history = history_again();
	json_t *json;

	(void)state;
	history_add_one(&history, 1, false, "DEVICE=bond0\n");
	for (unsigned int number = 2; number <= 14; number++) {
		history_add_one(&history, number, true, "DEVICE=bond0\nMTU=9000\n");
	}
	assert_int_equal(history.count, TRANSACTION_HISTORY_MAX);
	assert_int_equal(history.list[0].number, 1);
	assert_int_equal(history_in_force(&history, 0)->number, 1);
	json = history_json(&history, (struct history_states){.in_force = 1});
	json_t *list = json_object_get(json, "configurations");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(list, 0), "state")),
		"taken_back");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(list, 9), "state")),
		"in_force");
	json_decref(json);
	history_close(&history);
}

/* One attempt after the other is taken back only after it was added: what is in force goes
 * on to be known, also to a daemon that comes when the last attempt waits. */
static void test_what_is_gone_back_to_stays(void **state)
{
	struct history history = history_again();

	(void)state;
	history_add_one(&history, 1, false, "DEVICE=bond0\n");
	for (unsigned int number = 2; number <= 14; number++) {
		history_add_one(&history, number, false, "DEVICE=bond0\nMTU=9000\n");
		assert_non_null(history_find(&history, 1));
		assert_int_equal(history_mark_taken_back(&history, number), 0);
	}
	history_add_one(&history, 15, false, "DEVICE=bond0\nMTU=9000\n");
	assert_int_equal(history.count, TRANSACTION_HISTORY_MAX);
	history_close(&history);
	history = history_again();
	assert_int_equal(history_in_force(&history, 15)->number, 1);
	assert_int_equal(history.list[1].number, 7);
	history_close(&history);
}

static void test_taking_back_is_kept(void **state)
{
	struct history history = history_again();

	(void)state;
	history_add_one(&history, 1, false, "DEVICE=bond0\n");
	history_add_one(&history, 2, false, "DEVICE=bond0\nMTU=9000\n");
	assert_int_equal(history_mark_taken_back(&history, 2), 0);
	assert_int_equal(history_mark_taken_back(&history, 2), 0);
	assert_int_equal(history_mark_taken_back(&history, 77), 0);
	history_close(&history);
	history = history_again();
	assert_int_equal(history_in_force(&history, 0)->number, 1);
	assert_true(history_find(&history, 2)->taken_back);
	history_close(&history);
}

/* Whatever stands in the files, what can be read is read, and numbers go on. */
static void test_damaged_entries(void **state)
{
	static const char *const contents[] = {
		"",
		"{",
		"[]",
		"null",
		"{}",
		"\x7f\xff\xfe",
		"{\"version\":1,\"number\":20,\"texts\":[],\"files\":[]}",
		"{\"version\":1,\"number\":21,\"texts\":[],\"files\":[{\"name\":7}],"
		"\"time\":1,\"uid\":0,\"user\":\"a\",\"how\":\"b\"}",
		"{\"version\":2,\"number\":20,\"texts\":[],\"files\":[],"
		"\"time\":1,\"uid\":0,\"user\":\"a\",\"how\":\"b\"}",
		"{\"version\":1,\"number\":20,\"texts\":{},\"files\":[],"
		"\"time\":1,\"uid\":0,\"user\":\"a\",\"how\":\"b\"}",
	};
	struct history history = history_again();

	(void)state;
	history_add_one(&history, 1, false, "DEVICE=bond0\n");
	history_close(&history);
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		damaged = 0;
		file_put(store, "history/000020.json", contents[i]);
		history = history_again();
		assert_int_equal(damaged, 1);
		assert_int_equal(history.count, 1);
		assert_int_equal(history.last_number, 20);
		history_close(&history);
	}
	file_put(store, "history/notes.txt", "mine");
	file_put(store, "history/7.json", "{}");
	history = history_again();
	assert_int_equal(history.count, 1);
	history_close(&history);
}

static void test_texts_that_turn_bad(void **state)
{
	struct history history = history_again();
	struct config_texts texts = {0};

	(void)state;
	history_add_one(&history, 1, false, "DEVICE=bond0\n");
	file_put(store, "history/000001.json",
		 "{\"version\":1,\"number\":1,\"texts\":[{\"name\":\"../../etc/passwd\","
		 "\"text\":\"x\",\"mode\":420,\"uid\":0,\"gid\":0}],\"files\":[],\"time\":1,"
		 "\"uid\":0,\"user\":\"a\",\"how\":\"b\"}");
	assert_int_equal(history_texts(&history, 1, folder, &texts), -EINVAL);
	assert_int_equal(history_texts(&history, 9, folder, &texts), -ENOENT);
	history_close(&history);
}

/* --- the journal ---------------------------------------------------------------- */

static size_t kept_count;
static char kept_as[JOURNAL_NAME_SIZE];

static void on_kept(const char *name, const char *kept, void *context)
{
	(void)name;
	(void)context;
	kept_count++;
	snprintf(kept_as, sizeof(kept_as), "%s", kept);
}

/* ifcfg-bond0 changed, ifcfg-bond0.5 added, route-bond0 removed. */
static struct journal journal_make(void)
{
	struct journal journal = {
		.number = 7,
		.origin = {.time = 1790000000, .uid = 0, .user = "root", .how = "commit"},
		.confirm_s = 60};

	texts_set(&journal.before, "ifcfg-bond0", "DEVICE=bond0\n");
	texts_set(&journal.before, "route-bond0", "10.0.0.0/8 via 10.1.1.1\n");
	texts_set(&journal.after, "ifcfg-bond0", "DEVICE=bond0\nMTU=9000\n");
	texts_set(&journal.after, "ifcfg-bond0.5", "DEVICE=bond0.5\nVLAN=yes\n");
	return journal;
}

static int journal_again(struct journal *out)
{
	return journal_read(store, folder, IFCFG_DIALECT_INITSCRIPTS, out);
}

static void restore(const struct journal *journal)
{
	struct config_texts now = texts_read();

	char failed[JOURNAL_NAME_SIZE];

	kept_count = 0;
	assert_int_equal(journal_restore(journal, &now, on_kept, NULL, failed), 0);
	assert_string_equal(failed, "");
	config_texts_free(&now);
	assert_string_equal(file_get(folder, "ifcfg-bond0"), "DEVICE=bond0\n");
	assert_string_equal(file_get(folder, "ifcfg-bond0.5"), "");
	assert_string_equal(file_get(folder, "route-bond0"), "10.0.0.0/8 via 10.1.1.1\n");
}

static void test_journal_round(void **state)
{
	struct journal journal = journal_make(), again;
	bool left;

	(void)state;
	assert_int_equal(journal_again(&again), -ENOENT);
	journal.staged = json_pack("[{s:s}]", "name", "bond0.5");
	assert_int_equal(journal_write(store, folder, &journal, &left), 0);
	assert_false(left);
	/* No other takes its place. */
	journal.number = 8;
	assert_int_equal(journal_write(store, folder, &journal, &left), -EEXIST);
	assert_false(left);
	assert_int_equal(journal_again(&again), 0);
	assert_int_equal(again.number, 7);
	assert_int_equal(again.confirm_s, 60);
	assert_string_equal(again.origin.how, "commit");
	assert_int_equal(again.before.count, 2);
	assert_int_equal(again.after.count, 2);
	assert_true(json_equal(again.staged, journal.staged));
	journal_free(&again);
	assert_int_equal(journal_remove(store), 0);
	assert_int_equal(journal_again(&again), -ENOENT);
	journal_free(&journal);
}

static void test_restoring(void **state)
{
	struct journal journal = journal_make();

	(void)state;
	/* Half the files were written. */
	file_put(folder, "ifcfg-bond0", "DEVICE=bond0\nMTU=9000\n");
	file_put(folder, "route-bond0", "10.0.0.0/8 via 10.1.1.1\n");
	restore(&journal);
	/* All of them. */
	file_put(folder, "ifcfg-bond0", "DEVICE=bond0\nMTU=9000\n");
	file_put(folder, "ifcfg-bond0.5", "DEVICE=bond0.5\nVLAN=yes\n");
	file_put(folder, "ifcfg-eth7", "DEVICE=eth7\n");
	restore(&journal);
	assert_int_equal(kept_count, 0);
	assert_string_equal(file_get(folder, "ifcfg-eth7"), "DEVICE=eth7\n");
	restore(&journal);
	assert_int_equal(kept_count, 0);
	journal_free(&journal);
}

static void test_edited_is_kept(void **state)
{
	struct journal journal = journal_make();

	(void)state;
	file_put(folder, "ifcfg-bond0", "DEVICE=bond0\nMTU=1400\n");
	file_put(folder, "ifcfg-bond0.bak", "somebody's own\n");
	restore(&journal);
	assert_int_equal(kept_count, 1);
	assert_string_equal(kept_as, "ifcfg-bond0.1.bak");
	assert_string_equal(file_get(folder, "ifcfg-bond0.1.bak"), "DEVICE=bond0\nMTU=1400\n");
	assert_string_equal(file_get(folder, "ifcfg-bond0.bak"), "somebody's own\n");
	/* The same text again needs no second copy. */
	file_put(folder, "ifcfg-bond0", "DEVICE=bond0\nMTU=1400\n");
	restore(&journal);
	assert_string_equal(kept_as, "ifcfg-bond0.1.bak");
	assert_string_equal(file_get(folder, "ifcfg-bond0.2.bak"), "");
	journal_free(&journal);
}

/* What somebody had edited and applied for a time stays theirs. */
static void test_edited_is_kept_when_it_was_applied(void **state)
{
	struct journal journal = journal_make();

	(void)state;
	journal.edited = true;
	file_put(folder, "ifcfg-bond0", "DEVICE=bond0\nMTU=9000\n");
	file_put(folder, "ifcfg-bond0.5", "DEVICE=bond0.5\nVLAN=yes\n");
	restore(&journal);
	assert_int_equal(kept_count, 2);
	assert_string_equal(file_get(folder, "ifcfg-bond0.bak"), "DEVICE=bond0\nMTU=9000\n");
	assert_string_equal(file_get(folder, "ifcfg-bond0.5.bak"),
			    "DEVICE=bond0.5\nVLAN=yes\n");
	restore(&journal);
	assert_int_equal(kept_count, 0);
	journal_free(&journal);
}

/* One that nobody can read may be anything: it's renamed. */
static void test_unreadable_is_kept(void **state)
{
	struct journal journal = journal_make();
	char path[PATH_SIZE], kept[PATH_SIZE];
	struct stat info;

	(void)state;
	file_put(folder, "ifcfg-bond0.5", "");
	snprintf(path, sizeof(path), "%s/ifcfg-bond0.5", folder);
	snprintf(kept, sizeof(kept), "%s/ifcfg-bond0.5.bak", folder);
	assert_int_equal(truncate(path, IFCFG_FILE_SIZE_MAX + 1), 0);
	restore(&journal);
	assert_int_equal(kept_count, 1);
	assert_int_equal(stat(kept, &info), 0);
	assert_int_equal(info.st_size, IFCFG_FILE_SIZE_MAX + 1);
	journal_free(&journal);
}

/* A folder is in the way of one of them: the others are put back, and it is named. */
static void test_restoring_fails(void **state)
{
	struct journal journal = journal_make();
	char path[PATH_SIZE], failed[JOURNAL_NAME_SIZE];
	struct config_texts now;

	(void)state;
	file_put(folder, "ifcfg-bond0", "DEVICE=bond0\nMTU=9000\n");
	snprintf(path, sizeof(path), "%s/ifcfg-bond0.5", folder);
	assert_int_equal(mkdir(path, 0755), 0);
	now = texts_read();
	assert_int_equal(journal_restore(&journal, &now, on_kept, NULL, failed), -EISDIR);
	config_texts_free(&now);
	assert_string_equal(failed, "ifcfg-bond0.5");
	assert_string_equal(file_get(folder, "ifcfg-bond0"), "DEVICE=bond0\n");
	assert_int_equal(rmdir(path), 0);
	restore(&journal);
	journal_free(&journal);
}

static void test_texts_before(void **state)
{
	struct journal journal = journal_make();
	struct config_texts now, before;

	(void)state;
	file_put(folder, "ifcfg-bond0", "DEVICE=bond0\nMTU=9000\n");
	file_put(folder, "ifcfg-bond0.5", "DEVICE=bond0.5\nVLAN=yes\n");
	file_put(folder, "ifcfg-eth7", "DEVICE=eth7\n");
	now = texts_read();
	assert_int_equal(journal_texts_before(&journal, &now, &before), 0);
	assert_int_equal(before.count, 3);
	assert_string_equal(config_texts_find(&before, "ifcfg-bond0")->bytes, "DEVICE=bond0\n");
	assert_non_null(config_texts_find(&before, "ifcfg-eth7"));
	assert_non_null(config_texts_find(&before, "route-bond0"));
	config_texts_free(&now);
	config_texts_free(&before);
	journal_free(&journal);
}

static void test_hostile_journal(void **state)
{
	static const struct {
		const char *format;
		int err;
	} cases[] = {
		{"{", -EINVAL},
		{"{\"version\":1,\"number\":1,\"folder\":\"%s\"}", -EINVAL},
		{"{\"version\":1,\"number\":0,\"folder\":\"%s\",\"time\":1,\"uid\":0,"
		 "\"user\":\"a\",\"how\":\"b\",\"before\":[],\"after\":[]}",
		 -EINVAL},
		{"{\"version\":1,\"number\":1,\"folder\":\"/elsewhere\",\"time\":1,\"uid\":0,"
		 "\"user\":\"a\",\"how\":\"b\",\"before\":[],\"after\":[]}",
		 -EXDEV},
		{"{\"version\":1,\"number\":1,\"folder\":\"%s\",\"time\":1,\"uid\":0,"
		 "\"user\":\"a\",\"how\":\"b\",\"before\":[{\"name\":\"../x\",\"text\":\"\","
		 "\"mode\":420,\"uid\":0,\"gid\":0}],\"after\":[]}",
		 -EINVAL},
		{"{\"version\":1,\"number\":1,\"folder\":\"%s\",\"time\":1,\"uid\":0,"
		 "\"user\":\"a\",\"how\":\"b\",\"before\":[{\"name\":\"passwd\",\"text\":\"\","
		 "\"mode\":420,\"uid\":0,\"gid\":0}],\"after\":[]}",
		 -EINVAL},
	};
	struct journal journal = {0};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = strstr(cases[i].format, "%s");

		if (at) {
			snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - cases[i].format),
				 cases[i].format, folder, at + 2);
		} else {
			snprintf(text, sizeof(text), "%s", cases[i].format);
		}
		file_put(store, JOURNAL_FILE, text);
		assert_int_equal(journal_again(&journal), cases[i].err);
	}
	assert_int_equal(store_put_aside(store, JOURNAL_FILE), 0);
	assert_int_equal(journal_again(&journal), -ENOENT);
	assert_string_not_equal(file_get(store, JOURNAL_FILE ".damaged"), "");
}

static void test_store(void **state)
{
	char path[PATH_SIZE];
	struct stat info;

	(void)state;
	assert_int_equal(stat(store, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	snprintf(path, sizeof(path), "%s/none/store", base);
	assert_int_equal(store_open(path), -ENOENT);
	file_put(base, "file", "");
	snprintf(path, sizeof(path), "%s/file", base);
	assert_int_equal(store_open(path), -ENOTDIR);
	/* What a killed daemon left unfinished. */
	file_put(store, ".portchannel-0123456789abcdef", "half");
	assert_int_equal(store_open(store), 0);
	snprintf(path, sizeof(path), "%s/.portchannel-0123456789abcdef", store);
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ten_are_kept, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_what_is_in_force_stays, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_what_is_gone_back_to_stays, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_taking_back_is_kept, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_damaged_entries, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_texts_that_turn_bad, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_journal_round, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_restoring, make_folders, remove_folders),
		cmocka_unit_test_setup_teardown(test_edited_is_kept, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_edited_is_kept_when_it_was_applied,
						make_folders, remove_folders),
		cmocka_unit_test_setup_teardown(test_unreadable_is_kept, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_restoring_fails, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_texts_before, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_hostile_journal, make_folders,
						remove_folders),
		cmocka_unit_test_setup_teardown(test_store, make_folders, remove_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
