/* SPDX-License-Identifier: BSD-2-Clause */
/* The folder as texts: read afresh and over an earlier reading, compared, kept as JSON,
 * and their revisions. */
#include "config/config_texts.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config_hash.h"
#include "config/config_write.h"
#include "tests/unit/config_folder.h"

#define MANY 300

static void expect_bytes(const struct config_texts *texts, const char *name, const char *bytes)
{
	const struct config_text *text = config_texts_find(texts, name);

	if (!bytes) {
		assert_null(text);
		return;
	}
	assert_non_null(text);
	assert_int_equal(text->size, strlen(bytes));
	assert_string_equal(text->bytes, bytes);
}

static void test_read(void **state)
{
	(void)state;
	put("route-b", "2");
	put("ifcfg-a", "1");
	put("ifcfg-c.bak", "3");
	assert_int_equal(chmod(path_of("ifcfg-a"), 0604), 0);
	assert_int_equal(mkfifo(path_of("ifcfg-z"), 0600), 0);
	assert_int_equal(symlink("nowhere", path_of("ifcfg-y")), 0);
	struct config_texts texts = read_over(NULL);
	assert_string_equal(texts.folder, folder);
	assert_int_equal(texts.count, 4);
	assert_string_equal(texts.list[0].name, "ifcfg-a");
	assert_int_equal(texts.list[0].mode, 0604);
	assert_int_equal(texts.list[0].uid, geteuid());
	assert_int_equal(texts.list[0].read_error, 0);
	expect_bytes(&texts, "ifcfg-a", "1");
	expect_bytes(&texts, "route-b", "2");
	assert_int_equal(texts.list[1].read_error, ENOENT);
	assert_int_equal(texts.list[2].read_error, IFCFG_NO_FILE);
	expect_bytes(&texts, "ifcfg-y", "");
	config_texts_free(&texts);
	config_texts_free(&texts);
	assert_int_equal(unlink(path_of("ifcfg-c.bak")), 0);
}

static void test_too_long(void **state)
{
	char *bytes = malloc(IFCFG_FILE_SIZE_MAX + 2);

	(void)state;
	assert_non_null(bytes);
	memset(bytes, '\n', IFCFG_FILE_SIZE_MAX + 1);
	bytes[IFCFG_FILE_SIZE_MAX + 1] = '\0';
	put("ifcfg-a", bytes);
	put("ifcfg-b", bytes + 1);
	struct config_texts texts = read_over(NULL);
	assert_int_equal(texts.list[0].read_error, EFBIG);
	assert_int_equal(texts.list[0].size, 0);
	assert_int_equal(texts.list[1].read_error, 0);
	assert_int_equal(texts.list[1].size, IFCFG_FILE_SIZE_MAX);
	config_texts_free(&texts);
	free(bytes);
}

static void test_no_folder(void **state)
{
	struct config_texts texts = {.count = 7};

	(void)state;
	assert_int_equal(config_texts_read("/nowhere/at/all", IFCFG_DIALECT_NM, NULL, &texts),
			 -ENOENT);
	assert_int_equal(config_texts_read("", IFCFG_DIALECT_NM, NULL, &texts), -ENOENT);
	assert_int_equal(config_texts_read("/dev/null", IFCFG_DIALECT_NM, NULL, &texts),
			 -ENOTDIR);
	assert_int_equal(texts.count, 7);
}

/* Old enough that nobody can have changed it in the tick in which it was read. */
static void grow_old(struct config_texts *texts)
{
	struct stat info;

	for (size_t i = 0; i < texts->count; i++) {
		assert_int_equal(stat(path_of(texts->list[i].name), &info), 0);
		texts->list[i].changed_ns = (uint64_t)info.st_ctim.tv_sec * 1000000000ULL +
					    (uint64_t)info.st_ctim.tv_nsec;
	}
}

/* As if the file had held that. */
static void set_bytes(struct config_texts *texts, size_t at, const char *bytes)
{
	struct config_text text = texts->list[at];

	text.bytes = bytes;
	text.size = strlen(bytes);
	assert_int_equal(config_texts_set(texts, &text), 0);
}

/* Where a reading got each text from is told by putting other bytes into the earlier
 * one. */
static void test_over_before(void **state)
{
	(void)state;
	put("ifcfg-a", "1");
	put("ifcfg-b", "2");
	put("ifcfg-c", "3");
	struct config_texts first = read_over(NULL);
	/* They have just been written, so the clock can't tell a change from none. */
	for (size_t i = 0; i < first.count; i++) {
		assert_int_equal(first.list[i].changed_ns, 0);
	}
	struct config_texts again = read_over(&first);
	expect_bytes(&again, "ifcfg-a", "1");
	config_texts_free(&again);

	grow_old(&first);
	set_bytes(&first, 0, "x");
	set_bytes(&first, 1, "y");
	set_bytes(&first, 2, "z");
	assert_int_equal(chmod(path_of("ifcfg-b"), 0600), 0);
	assert_int_equal(unlink(path_of("ifcfg-c")), 0);
	put("ifcfg-d", "4");
	struct config_texts second = read_over(&first);
	assert_int_equal(second.count, 3);
	expect_bytes(&second, "ifcfg-a", "x");
	expect_bytes(&second, "ifcfg-b", "2");
	expect_bytes(&second, "ifcfg-d", "4");
	assert_int_equal(second.list[1].mode, 0600);
	assert_true(second.list[0].changed_ns > 0);
	config_texts_free(&first);
	config_texts_free(&second);
}

/* Each of these alone must show: another file put in its place, other bytes of the same
 * size with the old mtime, another size. */
static void test_every_change_shows(void **state)
{
	const struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

	(void)state;
	put("ifcfg-a", "old");
	put("ifcfg-b", "old");
	put("ifcfg-c", "old");
	for (const char *name = "abc"; *name; name++) {
		char file[] = "ifcfg-?";
		file[6] = *name;
		assert_int_equal(utimensat(AT_FDCWD, path_of(file), long_ago, 0), 0);
	}
	struct config_texts first = read_over(NULL);
	grow_old(&first);
	assert_int_equal(config_file_write(folder, "ifcfg-a", "new", 3, NULL), 0);
	assert_int_equal(utimensat(AT_FDCWD, path_of("ifcfg-a"), long_ago, 0), 0);
	/* Not within the tick: a change in which even the ctime stays the same is what
	 * changed_ns 0 is for. */
	struct stat before;
	struct stat after;
	assert_int_equal(stat(path_of("ifcfg-b"), &before), 0);
	do {
		put("ifcfg-b", "new");
		assert_int_equal(utimensat(AT_FDCWD, path_of("ifcfg-b"), long_ago, 0), 0);
		assert_int_equal(stat(path_of("ifcfg-b"), &after), 0);
	} while (memcmp(&before.st_ctim, &after.st_ctim, sizeof(before.st_ctim)) == 0);
	put("ifcfg-c", "older");
	struct config_texts second = read_over(&first);
	expect_bytes(&second, "ifcfg-a", "new");
	expect_bytes(&second, "ifcfg-b", "new");
	expect_bytes(&second, "ifcfg-c", "older");
	config_texts_free(&first);
	config_texts_free(&second);
}

static void test_set_find_remove(void **state)
{
	struct config_texts texts = {.folder = strdup("/x")};
	char name[16];

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "ifcfg-%u", i * 7 % MANY);
		struct config_text text = text_of(name, name);
		assert_int_equal(config_texts_set(&texts, &text), 0);
	}
	assert_int_equal(texts.count, MANY);
	for (size_t i = 1; i < MANY; i++) {
		assert_true(strcmp(texts.list[i - 1].name, texts.list[i].name) < 0);
	}
	struct config_text other = text_of("ifcfg-5", "other");
	assert_int_equal(config_texts_set(&texts, &other), 0);
	assert_int_equal(texts.count, MANY);
	expect_bytes(&texts, "ifcfg-5", "other");

	struct config_texts copy = {0};
	assert_int_equal(config_texts_copy(&texts, &copy), 0);
	for (unsigned int i = 0; i < MANY; i += 2) {
		snprintf(name, sizeof(name), "ifcfg-%u", i);
		config_texts_remove(&texts, name);
		config_texts_remove(&texts, name);
	}
	assert_int_equal(texts.count, MANY / 2);
	expect_bytes(&texts, "ifcfg-4", NULL);
	expect_bytes(&texts, "ifcfg-7", "ifcfg-7");
	expect_bytes(&copy, "ifcfg-4", "ifcfg-4");
	assert_int_equal(copy.count, MANY);
	assert_string_equal(copy.folder, "/x");
	config_texts_free(&texts);
	/* What a copy shares stays there for it. */
	expect_bytes(&copy, "ifcfg-4", "ifcfg-4");
	expect_bytes(&copy, "ifcfg-7", "ifcfg-7");
	struct config_text renamed = copy.list[0];
	renamed.name = "ifcfg-new";
	assert_int_equal(config_texts_set(&copy, &renamed), 0);
	config_texts_remove(&copy, copy.list[0].name);
	expect_bytes(&copy, "ifcfg-new", "ifcfg-0");
	config_texts_free(&copy);
}

/* The vectors of the authors' own program: the key 00 01 02 ..., the bytes 00 01 02 .... */
static void test_hash(void **state)
{
	static const struct {
		size_t size;
		uint64_t hash;
	} vectors[] = {{0, 0x726fdb47dd0e0e31ULL},
		       {1, 0x74f839c593dc67fdULL},
		       {8, 0x93f5f5799a932462ULL},
		       {15, 0xa129ca6149be45e5ULL}};
	uint8_t bytes[16];
	struct config_hash hash;

	(void)state;
	for (uint8_t i = 0; i < 16; i++) {
		bytes[i] = i;
	}
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		for (size_t cut = 0; cut <= vectors[i].size; cut++) {
			config_hash_init(&hash, bytes);
			config_hash_add(&hash, bytes, cut);
			config_hash_add(&hash, bytes + cut, vectors[i].size - cut);
			assert_true(config_hash_end(&hash) == vectors[i].hash);
		}
	}
}

static void revision_of(const struct config_texts *texts, char out[CONFIG_REVISION_SIZE])
{
	config_texts_revision(texts, out);
	assert_int_equal(strlen(out), 16);
	assert_int_equal(strspn(out, "0123456789abcdef"), 16);
}

static void test_revision(void **state)
{
	struct config_texts texts = {.folder = strdup("/x")};
	const struct config_text base = text_of("ifcfg-a", "12");
	/* What begins here with the same bytes, laid out otherwise. */
	struct config_text others[] = {text_of("ifcfg-a1", "2"), text_of("ifcfg-a", "1"),
				       text_of("ifcfg-a", "13"), text_of("ifcfg-b", "12"),
				       text_of("ifcfg-a", "12")};
	char first[CONFIG_REVISION_SIZE];
	char second[CONFIG_REVISION_SIZE];
	char third[CONFIG_REVISION_SIZE];

	(void)state;
	others[4].read_error = EACCES;
	config_text_revision(NULL, first);
	assert_string_equal(first, "-");
	revision_of(&texts, first);
	assert_int_equal(config_texts_set(&texts, &base), 0);
	revision_of(&texts, second);
	assert_string_not_equal(first, second);
	/* Kept on disks, so it is the same for ever. */
	config_text_revision(&texts.list[0], third);
	assert_string_equal(third, "c627761178904c86");
	assert_string_equal(second, "3a1e60823c973003");
	texts.list[0].mode = 0600;
	texts.list[0].modified_ns = 7;
	revision_of(&texts, third);
	assert_string_equal(second, third);

	config_text_revision(&base, first);
	for (size_t i = 0; i < 5; i++) {
		config_text_revision(&others[i], second);
		assert_string_not_equal(first, second);
	}
	config_texts_free(&texts);
}

struct seen {
	char text[256];
};

static void note(const struct config_text *from, const struct config_text *to, void *context)
{
	struct seen *seen = context;
	size_t size = strlen(seen->text);

	snprintf(seen->text + size, sizeof(seen->text) - size, "%s%s ",
		 !from ? "+"
		 : !to ? "-"
		       : "~",
		 from ? from->name : to->name);
}

static void test_compare(void **state)
{
	static const char *const names[] = {"b", "d", "e", "f", "g", "h"};
	struct config_texts from = {.folder = strdup("/x")};
	struct config_texts to = {0};
	struct config_text added[] = {text_of("a", "1"), text_of("c", "1"), text_of("z", "1")};
	struct seen seen = {""};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct config_text text = text_of(names[i], "1");
		assert_int_equal(config_texts_set(&from, &text), 0);
	}
	assert_int_equal(config_texts_copy(&from, &to), 0);
	assert_int_equal(config_texts_compare(&from, &to, note, &seen), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(config_texts_set(&to, &added[i]), 0);
	}
	config_texts_remove(&to, "b");
	set_bytes(&to, 2, "2"); /* d */
	to.list[3].mode = 0600; /* e */
	to.list[4].gid = 7;	/* f */
	to.list[5].inode = 7;	/* g: no matter */
	assert_int_equal(config_texts_compare(&from, &to, note, &seen), 7);
	assert_string_equal(seen.text, "+a -b +c ~d ~e ~f +z ");
	assert_int_equal(config_texts_compare(&to, &from, NULL, NULL), 7);
	config_texts_free(&from);
	config_texts_free(&to);
}

static void expect_same(const struct config_texts *left, const struct config_texts *right)
{
	assert_int_equal(config_texts_compare(left, right, NULL, NULL), 0);
	for (size_t i = 0; i < left->count; i++) {
		assert_string_equal(left->list[i].name, right->list[i].name);
	}
}

/* Random bytes of any length, by way of a text as the history keeps it. */
static void test_json(void **state)
{
	struct config_texts texts = {.folder = strdup("/x")};
	struct config_texts back;
	unsigned int draw = 1;
	char bytes[64];

	(void)state;
	for (unsigned int i = 0; i < MANY; i++) {
		char name[16];
		snprintf(name, sizeof(name), i % 10 == 9 ? "ifcfg-\xff%u" : "ifcfg-%u", i);
		struct config_text text = {.name = name,
					   .bytes = bytes,
					   .size = i % sizeof(bytes),
					   .mode = i,
					   .uid = 4000000000U + i,
					   .gid = i,
					   .read_error = i == 7 ? IFCFG_NO_FILE : i == 8};
		for (size_t b = 0; b < text.size; b++) {
			draw = draw * 1103515245 + 12345;
			bytes[b] = (char)(i % 2 ? draw >> 16 : 'a' + (draw >> 16) % 26);
		}
		assert_int_equal(config_texts_set(&texts, &text), 0);
	}
	json_t *json = config_texts_to_json(&texts);
	char *dump = json_dumps(json, 0);
	json_t *loaded = json_loads(dump, 0, NULL);
	assert_non_null(loaded);
	assert_int_equal(config_texts_from_json(loaded, "/y", &back), 0);
	assert_string_equal(back.folder, "/y");
	expect_same(&texts, &back);
	json_decref(json);
	json_decref(loaded);
	free(dump);
	config_texts_free(&texts);
	config_texts_free(&back);
}

static void test_json_refused(void **state)
{
#define OWNER "\"mode\": 420, \"uid\": 0, \"gid\": 0"
	static const char *const texts[] = {
		"{}",
		"7",
		"[7]",
		"[{}]",
		"[{\"name\": \"a\", \"text\": \"\"}]",
		"[{\"text\": \"\", " OWNER "}]",
		"[{\"name\": \"a\", " OWNER "}]",
		"[{\"name\": 7, \"text\": \"\", " OWNER "}]",
		"[{\"name\": \"a\", \"text\": null, " OWNER "}]",
		"[{\"name\": \"\", \"text\": \"\", " OWNER "}]",
		"[{\"name\": \"..\", \"text\": \"\", " OWNER "}]",
		"[{\"name\": \"../a\", \"text\": \"\", " OWNER "}]",
		"[{\"name\": \"a\", \"text\": \"\", \"base64\": \"\", " OWNER "}]",
		"[{\"name\": \"a\", \"base64\": \"abc\", " OWNER "}]",
		"[{\"name\": \"a\", \"base64\": \"ab=c\", " OWNER "}]",
		"[{\"name\": \"a\", \"base64\": \"a===\", " OWNER "}]",
		"[{\"name\": \"a\", \"base64\": \"ab==abcd\", " OWNER "}]",
		"[{\"name\": \"a\", \"base64\": \"ab==\", " OWNER "}]", /* bits left over */
		"[{\"name\": \"a\", \"base64\": \"a b=\", " OWNER "}]",
		"[{\"name\": \"a\", \"text\": \"\", \"mode\": 4096, \"uid\": 0, \"gid\": 0}]",
		"[{\"name\": \"a\", \"text\": \"\", \"mode\": -1, \"uid\": 0, \"gid\": 0}]",
		"[{\"name\": \"a\", \"text\": \"\", \"mode\": 0, \"uid\": 4294967295, \"gid\": 0}]",
		"[{\"name\": \"a\", \"text\": \"\", \"mode\": 0, \"uid\": \"0\", \"gid\": 0}]",
		"[{\"name\": \"a\", \"text\": \"\", \"read_error\": -2, " OWNER "}]",
		"[{\"name\": \"a\", \"text\": \"\", " OWNER
		"}, {\"name\": \"a\", \"text\": \"\", " OWNER "}]",
	};
	struct config_texts out = {.count = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);
		assert_non_null(json);
		if (config_texts_from_json(json, "/x", &out) != -EINVAL) {
			fail_msg("taken: %s", texts[i]);
		}
		json_decref(json);
	}
	assert_int_equal(config_texts_from_json(NULL, "/x", &out), -EINVAL);
	assert_int_equal(out.count, 7);
	json_t *json =
		json_loads("[{\"name\": \"a\", \"base64\": \"YQ==\", " OWNER "}]", 0, NULL);
	assert_int_equal(config_texts_from_json(json, "/x", &out), 0);
	expect_bytes(&out, "a", "a");
	config_texts_free(&out);
	json_decref(json);
}

/* /etc/sysconfig/network: beside the folder, recorded with its files. */
static void test_network(void **state)
{
	struct config_texts texts;
	struct config_texts again;
	struct model_problems problems = {0};
	struct model *model = NULL;
	char inner[256];
	char revision[2][CONFIG_REVISION_SIZE];

	(void)state;
	snprintf(inner, sizeof(inner), "%s/network-scripts", folder);
	assert_int_equal(mkdir(inner, 0700), 0);
	put("network-scripts/ifcfg-bond0",
	    "BONDING_OPTS='mode=4 miimon=100'\nIPADDR=10.0.0.1\nPREFIX=24\n");
	put("network-scripts/network", "GATEWAY=10.0.0.9\n");
	assert_int_equal(mkdir(path_of("network"), 0700), 0);
	assert_int_equal(config_texts_read(inner, IFCFG_DIALECT_INITSCRIPTS, NULL, &texts), 0);
	assert_int_equal(texts.count, 1);
	config_texts_free(&texts);
	assert_int_equal(rmdir(path_of("network")), 0);

	put("network", "# for all\nGATEWAY=10.0.0.254\n");
	assert_int_equal(config_texts_read(inner, IFCFG_DIALECT_INITSCRIPTS, NULL, &texts), 0);
	assert_int_equal(texts.count, 2);
	expect_bytes(&texts, "network", "# for all\nGATEWAY=10.0.0.254\n");
	config_texts_revision(&texts, revision[0]);
	assert_int_equal(
		config_texts_model(&texts, IFCFG_DIALECT_INITSCRIPTS, &model, &problems), 0);
	const struct model_default_route *route = &model->bonds[0].interface.ipv4_default;
	assert_true(route->is_set && route->gateway[3] == 254);
	assert_int_equal(route->source.line, 2);
	assert_string_equal(model->files[route->source.file], path_of("network"));
	model_free(model);
	model_problems_free(&problems);
	put("network", "GATEWAY=10.0.0.253\n");
	assert_int_equal(config_texts_read(inner, IFCFG_DIALECT_INITSCRIPTS, &texts, &again),
			 0);
	expect_bytes(&again, "network", "GATEWAY=10.0.0.253\n");
	config_texts_revision(&again, revision[1]);
	assert_string_not_equal(revision[0], revision[1]);
	config_texts_free(&texts);
	config_texts_free(&again);
	assert_int_equal(unlink(path_of("network")), 0);
	assert_int_equal(unlink(path_of("network-scripts/network")), 0);
	assert_int_equal(unlink(path_of("network-scripts/ifcfg-bond0")), 0);
	assert_int_equal(rmdir(inner), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)
	const struct CMUnitTest tests[] = {
		TEST(test_read),
		TEST(test_network),
		TEST(test_too_long),
		cmocka_unit_test(test_no_folder),
		TEST(test_over_before),
		TEST(test_every_change_shows),
		cmocka_unit_test(test_set_find_remove),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_revision),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
