/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer target: JSON that comes from clients, from the store and from the state
 * folder. The first byte says which reader the rest is for:
 *
 *   b  the body of a call            v  that of a call for a VLAN interface
 *   t  texts of files                j  the journal
 *   h  an entry of the history       w  a bond's saved configuration
 *   c  the core's saved state
 *
 * Beside not crashing: what was read as a VLAN interface becomes a file that reads back
 * as the same interface, without a problem; what was read as texts, as a saved
 * configuration, is the same after being written and read again; a core that begins with
 * whatever state goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config_texts.h"
#include "core/assert.h"
#include "core/bond.h"
#include "daemon/api_body.h"
#include "daemon/history.h"
#include "daemon/journal.h"
#include "daemon/state.h"
#include "daemon/vlan_request.h"
#include "daemon/wanted.h"
#include "ifcfg/ifcfg_write.h"
#include "model/model_equal.h"

#define FOLDER	   "/etc/sysconfig/network-scripts"
#define CORE_TIMES 50

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool fine, const char *what)
{
	if (!fine) {
		fprintf(stderr, "broken: %s\n", what);
		abort();
	}
}

noreturn void core_assert_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, what);
	abort();
}

/* A folder of our own in memory, for readers that read files. */
static const char *store_folder(void)
{
	static char folder[64];

	if (!folder[0]) {
		snprintf(folder, sizeof(folder), "/dev/shm/fuzz_json-%d", (int)getpid());
		expect(mkdir(folder, 0700) == 0 || errno == EEXIST, "folder");
	}
	return folder;
}

static void store_put(const char *folder, const char *name, const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	expect(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "file");
	close(fd);
}

static void body_check(const char *text)
{
	struct api_body body;
	char error[API_BODY_ERROR_SIZE] = "";

	for (unsigned int fields = 0; fields < API_BODY_ANYTHING << 1; fields++) {
		if (api_body_read(text, fields, &body, error)) {
			expect(body.confirm_s <= TRANSACTION_CONFIRM_MAX_S, "confirm");
			api_body_free(&body);
		} else {
			expect(error[0] != '\0', "no error's text");
		}
	}
}

static bool addresses_equal(const struct model_interface *a, const struct model_interface *b)
{
	if (a->address_count != b->address_count) {
		return false;
	}
	for (size_t i = 0; i < a->address_count; i++) {
		if (!model_address_equal(&a->addresses[i], &b->addresses[i])) {
			return false;
		}
	}
	return true;
}

static bool interfaces_equal(const struct model_interface *a, const struct model_interface *b)
{
	return a->onboot == b->onboot && a->mtu == b->mtu && a->has_mac == b->has_mac &&
	       (!a->has_mac || memcmp(a->mac, b->mac, sizeof(a->mac)) == 0) &&
	       a->protocol == b->protocol && a->ipv6_autoconf == b->ipv6_autoconf &&
	       a->dhcpv6 == b->dhcpv6 && addresses_equal(a, b);
}

/* Its file reads back as the same. */
static void vlan_file_check(const struct model_vlan *vlan)
{
	static const char bond_file[] = "DEVICE=bond0\nBONDING_OPTS='mode=2 miimon=100'\n";
	struct ifcfg_text texts[2] = {
		{.path = "ifcfg-bond0", .bytes = bond_file, .size = sizeof(bond_file) - 1}};
	struct model_problems problems = {0};
	char name[6 + MODEL_NAME_SIZE], error[IFCFG_WRITE_ERROR_SIZE];
	struct model *model;
	char *text;
	size_t size;

	if (ifcfg_write_vlan(NULL, 0, vlan, &text, &size, error) != IFCFG_WRITE_OK) {
		return;
	}
	ifcfg_write_name(vlan->interface.name, name);
	texts[1] = (struct ifcfg_text){.path = name, .bytes = text, .size = size};
	model = ifcfg_read(texts, 2, IFCFG_DIALECT_INITSCRIPTS, NULL, &problems);
	expect(model != NULL, "memory");
	expect(model->vlan_count == 1, "the file is no VLAN interface's");
	expect(model->vlans[0].vid == vlan->vid, "VLAN id");
	expect(strcmp(model->vlans[0].parent, vlan->parent) == 0, "parent");
	expect(interfaces_equal(&model->vlans[0].interface, &vlan->interface), "interface");
	model_free(model);
	model_problems_free(&problems);
	free(text);
}

static void vlan_check_request(const char *text)
{
	static struct vlan_request request;
	struct vlan_request_error error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

	for (int kind = VLAN_REQUEST_ADD; json && kind <= VLAN_REQUEST_DELETE; kind++) {
		struct model_vlan vlan;

		memset(&error, 0, sizeof(error));
		if (!vlan_request_read(json, (enum vlan_request_kind)kind, &request, &error)) {
			expect(error.code && error.message[0], "no error's text");
			continue;
		}
		if (kind != VLAN_REQUEST_ADD) {
			continue;
		}
		memset(&vlan, 0, sizeof(vlan));
		vlan_request_init_vlan(&vlan);
		expect(vlan_request_apply(&request, &vlan), "memory");
		/* The parent that there is. */
		strcpy(vlan.parent, "bond0");
		strcpy(vlan.interface.name, request.name);
		if (!request.name[0]) {
			vlan_request_name(vlan.parent, request.vid, vlan.interface.name);
		}
		if (strcmp(vlan.interface.name, vlan.parent) != 0 &&
		    vlan_request_check(&vlan, &error)) {
			vlan_file_check(&vlan);
		}
		model_interface_clear(&vlan.interface);
	}
	json_decref(json);
}

static void texts_check(const char *text)
{
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	struct config_texts texts, again;
	struct model_problems problems = {0};
	struct model *model;
	char revisions[2][CONFIG_REVISION_SIZE];
	json_t *written;

	if (!json || config_texts_from_json(json, FOLDER, &texts) < 0) {
		json_decref(json);
		return;
	}
	json_decref(json);
	written = config_texts_to_json(&texts);
	expect(written && config_texts_from_json(written, FOLDER, &again) == 0, "read again");
	json_decref(written);
	config_texts_revision(&texts, revisions[0]);
	config_texts_revision(&again, revisions[1]);
	expect(strcmp(revisions[0], revisions[1]) == 0, "another revision");
	expect(config_texts_compare(&texts, &again, NULL, NULL) == 0, "a difference");
	if (config_texts_model(&texts, IFCFG_DIALECT_INITSCRIPTS, &model, &problems) == 0) {
		model_drop_faulty(model, &problems);
		model_free(model);
	}
	model_problems_free(&problems);
	config_texts_free(&texts);
	config_texts_free(&again);
}

static void journal_check(const char *text)
{
	struct journal journal;

	store_put(store_folder(), JOURNAL_FILE, text);
	if (journal_read(store_folder(), FOLDER, IFCFG_DIALECT_INITSCRIPTS, &journal) == 0) {
		expect(journal.number != 0, "number");
		for (size_t i = 0; i < journal.before.count; i++) {
			expect(!strchr(journal.before.list[i].name, '/'), "a path");
		}
		for (size_t i = 0; i < journal.after.count; i++) {
			expect(!strchr(journal.after.list[i].name, '/'), "a path");
		}
		journal_free(&journal);
	}
}

static void history_on_damaged(const char *name, void *context)
{
	(void)context;
	expect(name[0] != '\0', "no name");
}

static void history_check(const char *text)
{
	struct history history = {0};
	char folder[96], path[160];

	snprintf(folder, sizeof(folder), "%s/history", store_folder());
	expect(mkdir(folder, 0700) == 0 || errno == EEXIST, "folder");
	store_put(folder, "000001.json", text);
	if (history_open(store_folder(), history_on_damaged, NULL, &history) == 0 &&
	    history.count > 0) {
		struct config_texts texts;

		json_decref(history_json(&history, (struct history_states){.in_force = 1}));
		json_decref(
			history_entry_json(&history, 1, (struct history_states){.waiting = 1}));
		if (history_texts(&history, 1, FOLDER, &texts) == 0) {
			config_texts_free(&texts);
		}
	}
	history_close(&history);
	snprintf(path, sizeof(path), "%s/000001.json", folder);
	(void)unlink(path);
}

static void wanted_check(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	struct wanted *wanted = json ? wanted_from_json(json) : NULL;
	json_t *written, *again;
	struct wanted *copy;

	json_decref(json);
	if (!wanted) {
		return;
	}
	written = wanted_to_json(wanted);
	copy = wanted_from_json(written);
	expect(copy != NULL, "read again");
	again = wanted_to_json(copy);
	expect(json_equal(written, again), "another when read again");
	json_decref(written);
	json_decref(again);
	wanted_free(copy);
	wanted_free(wanted);
}

/* Anything that the core believes must keep it going. */
static void core_check(const char *text)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	static struct bond bond;
	static struct bond_saved saved;
	static struct bond_actions actions;
	const struct bond_config config = {.mode = BOND_MODE_8023AD,
					   .lacp = {.active = true, .system_priority = 65535}};
	struct bond_event event = {.type = BOND_EVENT_TIME};
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);
	time_ms now = 1000000;

	if (!json || !state_core_from_json(json, &saved)) {
		json_decref(json);
		return;
	}
	json_decref(json);
	bond_init(&bond, &config, mac);
	for (uint8_t slot = 0; slot < BOND_MEMBERS_MAX; slot += 2) {
		struct bond_event added = {.type = BOND_EVENT_MEMBER_ADDED,
					   .slot = slot,
					   .member = {.port = (uint16_t)(slot + 1),
						      .speed_mbps = 1000,
						      .duplex = LINK_DUPLEX_FULL,
						      .carrier = true}};

		bond_input(&bond, &added, now, &actions);
	}
	bond_restore(&bond, &saved, now, &actions);
	for (int i = 0; i < CORE_TIMES && bond_next_deadline(&bond) != TIME_NEVER; i++) {
		time_ms next = bond_next_deadline(&bond);

		now = next > now ? next : now;
		bond_input(&bond, &event, now, &actions);
	}
	bond_save(&bond, now, &saved);
	json_decref(state_core_to_json(&saved));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		char letter;
		void (*check)(const char *text);
	} readers[] = {
		{'b', body_check},    {'v', vlan_check_request}, {'t', texts_check},
		{'j', journal_check}, {'h', history_check},	 {'w', wanted_check},
		{'c', core_check},
	};
	char *text;

	if (size == 0) {
		return 0;
	}
	text = strndup((const char *)data + 1, size - 1);
	expect(text != NULL, "memory");
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		if (readers[i].letter == (char)data[0]) {
			readers[i].check(text);
		}
	}
	free(text);
	return 0;
}
