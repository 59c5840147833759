/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The daemon's addressing by itself, for tests: one command a line on standard input, one
 * answer a line, "ok" with JSON, or "error" with the errno's name and the sentence.
 * Routes and rules are read as their files are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/address_late.h"
#include "daemon/address_probe.h"
#include "daemon/daemon.h"
#include "daemon/dhcp.h"
#include "daemon/ipv6_settings.h"
#include "daemon/json_util.h"
#include "daemon/log.h"
#include "daemon/routing.h"
#include "daemon/watch.h"

#define WORDS_MAX   64
#define QUERIES_MAX 8192
#define LINE_SIZE   8192

static struct daemon *daemon_new(const char *folder)
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));

	if (!daemon || sd_event_default(&daemon->loop) < 0 ||
	    netlink_open(&daemon->netlink) < 0) {
		return NULL;
	}
	daemon->options.state = folder;
	daemon->options.store = folder;
	events_init(&daemon->events);
	address_late_open(daemon);
	if (watch_open(daemon) < 0 || dhcp_open(daemon) < 0) {
		return NULL;
	}
	return daemon;
}

/* --- routes and rules: "route add a0 10.0.0.0/8 via 10.1.1.1" --------------- */

static struct model *model_of(const char *file, const char *interface, const char *line,
			      char *error)
{
	char config[256], name[64], path[64], text[LINE_SIZE];
	struct model_problems problems = {0};
	struct model *model;
	struct ifcfg_text texts[2] = {{.path = path, .bytes = config},
				      {.path = name, .bytes = text}};

	snprintf(path, sizeof(path), "ifcfg-%s", interface);
	snprintf(config, sizeof(config), "DEVICE=%s\nBONDING_OPTS=mode=balance-xor\n",
		 interface);
	snprintf(name, sizeof(name), "%s-%s", file, interface);
	snprintf(text, sizeof(text), "%s\n", line);
	texts[0].size = strlen(config);
	texts[1].size = strlen(text);
	model = ifcfg_read(texts, 2, IFCFG_DIALECT_INITSCRIPTS, NULL, &problems);
	if (!model || model->bond_count != 1 ||
	    model->bonds[0].interface.route_count + model->bonds[0].interface.rule_count != 1) {
		snprintf(error, ROUTING_ERROR_SIZE, "not read: %s",
			 problems.count ? problems.list[0].text : "?");
		model_free(model);
		model = NULL;
	}
	model_problems_free(&problems);
	return model;
}

static int route_has(struct daemon *daemon, const struct model_interface *interface,
		     uint32_t ifindex, json_t *answer)
{
	struct routing *routing;
	int err = routing_read(daemon->netlink, &routing);

	if (err < 0) {
		return err;
	}
	json_object_set_new(
		answer, "has",
		json_boolean(
			interface->route_count
				? routing_has_route(routing, &interface->routes[0], ifindex)
				: routing_has_rule(routing, &interface->rules[0])));
	routing_free(routing);
	return 0;
}

static int route_put(struct daemon *daemon, const struct model_route *route, uint32_t ifindex,
		     bool restore, json_t *answer, char *error)
{
	struct netlink_route former;
	bool has_former = false;
	int err =
		routing_route_put(daemon->netlink, route, ifindex, &former, &has_former, error);

	json_object_set_new(answer, "former", json_boolean(has_former));
	if (err == 0 && restore && has_former) {
		err = routing_route_restore(daemon->netlink, &former, error);
	}
	return err;
}

/* file: "route", "route6", "rule", "rule6". */
static int run_routing(struct daemon *daemon, const char *file, const char *verb,
		       const char *name, const char *line, json_t *answer, char *error)
{
	struct model *model = model_of(file, name, line, error);
	const struct model_interface *interface;
	uint32_t ifindex = if_nametoindex(name);
	int err = -EINVAL;

	if (!model) {
		return -EINVAL;
	}
	interface = &model->bonds[0].interface;
	if (strcmp(verb, "has") == 0) {
		err = route_has(daemon, interface, ifindex, answer);
	} else if (interface->rule_count) {
		err = strcmp(verb, "add") == 0
			      ? routing_rule_add(daemon->netlink, &interface->rules[0], error)
			      : routing_rule_remove(daemon->netlink, &interface->rules[0],
						    error);
	} else if (strcmp(verb, "add") == 0) {
		err = routing_route_add(daemon->netlink, &interface->routes[0], ifindex, error);
	} else if (strcmp(verb, "remove") == 0) {
		err = routing_route_remove(daemon->netlink, &interface->routes[0], ifindex,
					   error);
	} else {
		err = route_put(daemon, &interface->routes[0], ifindex,
				strcmp(verb, "put-back") == 0, answer, error);
	}
	model_free(model);
	return err;
}

/* --- addresses: "probe a0 0 10.0.0.1 [COUNT]" ---------------------------------- */

struct probing {
	bool done;
	json_t *answer;
};

static void probe_done(struct address_query *queries, size_t count, void *user)
{
	struct probing *probing = user;
	json_t *held = json_object();
	size_t asked = 0;

	for (size_t i = 0; i < count; i++) {
		char text[INET_ADDRSTRLEN];

		asked += queries[i].asked;
		if (queries[i].in_use) {
			inet_ntop(AF_INET, queries[i].address, text, sizeof(text));
			json_object_set_new(held, text, json_mac(queries[i].holder));
		}
	}
	json_object_set_new(probing->answer, "held", held);
	json_object_set_new(probing->answer, "asked", json_integer((json_int_t)asked));
	probing->done = true;
}

static int run_probe(struct daemon *daemon, char **words, int count, json_t *answer)
{
	static struct address_query queries[QUERIES_MAX];
	struct probing probing = {.answer = answer};
	size_t total = count > 4 ? (size_t)atoi(words[4]) : 1;
	struct address_probe *probe;
	uint64_t begun_us = daemon_now_us();
	struct in_addr first;
	int err;

	if (total > QUERIES_MAX || inet_pton(AF_INET, words[3], &first) != 1) {
		return -EINVAL;
	}
	memset(queries, 0, sizeof(queries));
	for (size_t i = 0; i < total; i++) {
		uint32_t address = htonl(ntohl(first.s_addr) + (uint32_t)i);

		queries[i].ifindex = if_nametoindex(words[1]);
		queries[i].vid = (uint16_t)atoi(words[2]);
		memcpy(queries[i].address, &address, sizeof(address));
	}
	err = address_probe_begin(daemon, queries, total, probe_done, &probing, &probe);
	while (err == 0 && !probing.done) {
		sd_event_run(daemon->loop, UINT64_MAX);
	}
	json_object_set_new(answer, "ms",
			    json_integer((json_int_t)((daemon_now_us() - begun_us) / 1000)));
	return err;
}

/* "run MS": lets the loop run that long, and tells what happened. */
static int run_loop(struct daemon *daemon, int ms, json_t *answer)
{
	uint64_t end_us = daemon_now_us() + (uint64_t)ms * 1000, next = 1, lost;
	json_t *events = json_array();
	const struct event *event;

	while (daemon_now_us() < end_us) {
		sd_event_run(daemon->loop, end_us - daemon_now_us());
	}
	while ((event = events_next(&daemon->events, &next, &lost)) != NULL) {
		json_array_append_new(events,
				      json_pack("{s:s, s:s, s:s}", "event", event->name,
						"member", event->member, "text", event->text));
	}
	json_object_set_new(answer, "events", events);
	return 0;
}

static int run_ipv6(struct daemon *daemon, char **words, json_t *answer, char *error)
{
	struct model_interface interface = {.ipv6_autoconf = strcmp(words[2], "on") == 0};
	struct ipv6_settings former = {0};
	int err;

	snprintf(interface.name, sizeof(interface.name), "%s", words[1]);
	struct netlink_link link = {0};
	(void)netlink_link_get_by_name(daemon->netlink, interface.name, &link);
	json_object_set_new(answer, "fit",
			    json_boolean(ipv6_settings_fit(&interface, &link.ipv6)));
	err = ipv6_settings_apply(daemon, &interface, &former, error);
	if (err == 0 && strcmp(words[2], "undo") == 0) {
		err = ipv6_settings_restore(words[1], &former);
	}
	json_object_set_new(answer, "former", json_integer(former.accept_ra));
	return err;
}

/* --- dhcp: "dhcp start a0 4 [PROGRAM]", "dhcp stop a0 4", "dhcp list" -------------- */

static int run_dhcp(struct daemon *daemon, char **words, int count, json_t *answer, char *error)
{
	struct model_dhcp settings = {.release = true, .client_id = "an id"};
	int family = count > 3 && strcmp(words[3], "6") == 0 ? AF_INET6 : AF_INET;
	static char program[32];

	if (strcmp(words[1], "start") == 0) {
		if (count > 4) {
			snprintf(program, sizeof(program), "%s", words[4]);
			daemon->options.dhcp_client = program;
		}
		settings.persistent = true;
		settings.persistent_ipv6 = true;
		snprintf(settings.hostname, sizeof(settings.hostname), "tester");
		return dhcp_start(daemon, words[2], family, &settings, error);
	}
	if (strcmp(words[1], "stop") == 0) {
		dhcp_stop(daemon, words[2], family);
		return 0;
	}
	json_object_set_new(answer, "clients", dhcp_json(daemon, NULL));
	return 0;
}

/* --- */

static int command_run(struct daemon *daemon, char *line, json_t *answer, char *error)
{
	char copy[LINE_SIZE], *words[WORDS_MAX], *rest = NULL;
	int count = 0, used = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(line, " \n", &rest); word && count < WORDS_MAX;
	     word = strtok_r(NULL, " \n", &rest)) {
		words[count++] = word;
	}
	if (count >= 3 &&
	    (strncmp(words[0], "route", 5) == 0 || strncmp(words[0], "rule", 4) == 0)) {
		(void)sscanf(copy, "%*s %*s %*s %n", &used);
		copy[strcspn(copy, "\n")] = '\0';
		return run_routing(daemon, words[0], words[1], words[2], copy + used, answer,
				   error);
	}
	if (count >= 4 && strcmp(words[0], "probe") == 0) {
		return run_probe(daemon, words, count, answer);
	}
	if (count == 2 && strcmp(words[0], "announce") == 0) {
		address_announce(daemon, if_nametoindex(words[1]));
		return 0;
	}
	if (count == 2 && strcmp(words[0], "run") == 0) {
		return run_loop(daemon, atoi(words[1]), answer);
	}
	if (count == 3 && strcmp(words[0], "ipv6") == 0) {
		return run_ipv6(daemon, words, answer, error);
	}
	if (count >= 2 && strcmp(words[0], "dhcp") == 0) {
		return run_dhcp(daemon, words, count, answer, error);
	}
	return -EINVAL;
}

int main(int argc, char **argv)
{
	struct daemon *daemon;
	char line[LINE_SIZE];

	log_open(LOG_LEVEL_ERROR, false);
	setvbuf(stdin, NULL, _IOLBF, 0);
	daemon = daemon_new(argc > 1 ? argv[1] : "/tmp");
	if (!daemon) {
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		char error[ROUTING_ERROR_SIZE] = "";
		json_t *answer = json_object();
		int result = command_run(daemon, line, answer, error);
		char *text = json_dumps(answer, JSON_COMPACT);

		if (result < 0) {
			printf("error %s %s\n", strerrorname_np(-result), error);
		} else {
			printf("ok %s\n", text);
		}
		fflush(stdout);
		free(text);
		json_decref(answer);
	}
	dhcp_close(daemon);
	address_close(daemon);
	watch_close(daemon);
	netlink_close(daemon->netlink);
	sd_event_unref(daemon->loop);
	free(daemon);
	return 0;
}
