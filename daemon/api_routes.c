/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which call a request is, who may make it, and the note of who did.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/api.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

/* Refused calls are not logged more often: anybody who may read can make them. */
#define API_REFUSAL_LOG_US 1000000ULL
#define API_ALLOW_SIZE	   64

struct api_route {
	const char *path; /* ends with '/' where a name follows */
	const char *method;
	enum peer_role role; /* that the caller needs */
	enum MHD_Result (*answer)(struct api_call *call);
};

static const struct api_route api_routes[] = {
	{"/v1/sessions", MHD_HTTP_METHOD_POST, PEER_ROLE_CONSOLE, api_sign_in},
	{"/v1/sessions", MHD_HTTP_METHOD_DELETE, PEER_ROLE_READER, api_sign_out},
	{"/v1/tickets", MHD_HTTP_METHOD_POST, PEER_ROLE_READER, api_ticket},
	{"/v1/live", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_live},
	{"/v1/recent", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_recent},
	{"/v1/counters", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_counters},
	{"/v1/status", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_status},
	{"/v1/bonds/", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_bond},
	{"/v1/config", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_config},
	{"/v1/explain", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_explain},
	{"/v1/events", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_events_answer},
	{"/v1/access", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_access},
	{"/metrics", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_metrics},
	{"/v1/plan", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_plan},
	{"/v1/history", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_history},
	{"/v1/history/", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_history_entry},
	{"/v1/vlans", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_vlans},
	{"/v1/vlans/", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_vlan},
	{"/v1/parents", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_parents},
	{"/v1/staged", MHD_HTTP_METHOD_GET, PEER_ROLE_READER, api_staged},
	{"/v1/apply", MHD_HTTP_METHOD_POST, PEER_ROLE_OPERATOR, api_apply},
	{"/v1/confirm", MHD_HTTP_METHOD_POST, PEER_ROLE_OPERATOR, api_confirm},
	{"/v1/rollback", MHD_HTTP_METHOD_POST, PEER_ROLE_OPERATOR, api_rollback},
	{"/v1/vlans", MHD_HTTP_METHOD_POST, PEER_ROLE_OPERATOR, api_vlan_add},
	{"/v1/vlans/", MHD_HTTP_METHOD_PATCH, PEER_ROLE_OPERATOR, api_vlan_set},
	{"/v1/vlans/", MHD_HTTP_METHOD_DELETE, PEER_ROLE_OPERATOR, api_vlan_delete},
	{"/v1/commit", MHD_HTTP_METHOD_POST, PEER_ROLE_OPERATOR, api_commit},
	{"/v1/staged", MHD_HTTP_METHOD_DELETE, PEER_ROLE_OPERATOR, api_discard},
	{"/v1/staged/", MHD_HTTP_METHOD_DELETE, PEER_ROLE_OPERATOR, api_discard},
	{"/v1/reload", MHD_HTTP_METHOD_POST, PEER_ROLE_OPERATOR, api_reload},
	{"/v1/down", MHD_HTTP_METHOD_POST, PEER_ROLE_OPERATOR, api_down},
	/* Nobody can, so everybody may be told why. */
	{"/v1/bonds", MHD_HTTP_METHOD_POST, PEER_ROLE_READER, api_bond_refused},
	{"/v1/bonds/", MHD_HTTP_METHOD_PUT, PEER_ROLE_READER, api_bond_refused},
	{"/v1/bonds/", MHD_HTTP_METHOD_PATCH, PEER_ROLE_READER, api_bond_refused},
	{"/v1/bonds/", MHD_HTTP_METHOD_DELETE, PEER_ROLE_READER, api_bond_refused},
};
static const size_t api_route_count = sizeof(api_routes) / sizeof(api_routes[0]);

/* Sets *name to what follows the route's path. */
static bool api_route_fits(const struct api_route *route, const char *path, const char **name)
{
	size_t size = strlen(route->path);

	*name = path + size;
	if (route->path[size - 1] != '/') {
		return strcmp(path, route->path) == 0;
	}
	return strncmp(path, route->path, size) == 0 && **name && !strchr(*name, '/');
}

/* 404, or 405 with the methods that there are. */
static enum MHD_Result api_answer_no_route(struct api_call *call, const char *method,
					   const char *path)
{
	char methods[API_ALLOW_SIZE] = "";
	size_t used = 0;
	const char *name;

	for (size_t i = 0; i < api_route_count; i++) {
		if (api_route_fits(&api_routes[i], path, &name)) {
			used += (size_t)snprintf(methods + used, sizeof(methods) - used, "%s%s",
						 used ? ", " : "", api_routes[i].method);
		}
	}
	if (used == 0) {
		return api_answer_error(call, MHD_HTTP_NOT_FOUND, "no_such_path",
					"there is nothing at '%.200s'; doc/api.md lists what "
					"there is",
					path);
	}
	call->allow = methods;
	return api_answer_error(call, MHD_HTTP_METHOD_NOT_ALLOWED, "wrong_method",
				"%.32s is not for this path; expected %s", method, methods);
}

static enum MHD_Result api_answer_forbidden(struct api_call *call,
					    const struct api_route *route)
{
	struct api *api = call->api;
	const char *group = api->daemon->options.operator_group;
	uint64_t now_us = daemon_now_us();

	if (now_us - api->refusal_logged_us >= API_REFUSAL_LOG_US) {
		log_line(LOG_LEVEL_NOTICE,
			 "%s may not do that, not being in group %s user=%s uid=%lu pid=%d "
			 "call=\"%s %s%s\" unlogged=%u event=forbidden",
			 call->peer->user, group, call->peer->user,
			 (unsigned long)call->peer->uid, (int)call->peer->pid, route->method,
			 route->path, call->path, api->refusals_unlogged);
		api->refusal_logged_us = now_us;
		api->refusals_unlogged = 0;
	} else {
		api->refusals_unlogged++;
	}
	return api_answer_error(
		call, MHD_HTTP_FORBIDDEN, "forbidden",
		"%s %s%.64s is for group %.100s and root, and you (%s) are neither",
		route->method, route->path, call->path, group, call->peer->user);
}

/* Who asked for what, before it is done. */
static void api_note_call(const struct api_call *call, const struct api_route *route)
{
	const struct peer *peer = call->peer;
	struct event event = {.name = "call"};

	snprintf(event.text, sizeof(event.text), "%s (uid %lu, process %d) asks for %s %s%s",
		 peer->user, (unsigned long)peer->uid, (int)peer->pid, route->method,
		 route->path, call->path);
	log_line(LOG_LEVEL_NOTICE, "%s user=%s uid=%lu pid=%d event=call", event.text,
		 peer->user, (unsigned long)peer->uid, (int)peer->pid);
	events_add(&call->api->daemon->events, &event);
}

enum MHD_Result api_dispatch(struct api_call *call, const char *method, const char *path)
{
	enum MHD_Result result;

	/* One turn of the loop serves all clients that have asked. */
	daemon_breathe(call->api->daemon);
	if (!api_session_enter(call, path, &result)) {
		return result;
	}
	for (size_t i = 0; i < api_route_count; i++) {
		const struct api_route *route = &api_routes[i];

		if (strcmp(method, route->method) != 0 ||
		    !api_route_fits(route, path, &call->path)) {
			continue;
		}
		if (call->peer->role == PEER_ROLE_CONSOLE && route->role > PEER_ROLE_CONSOLE) {
			return api_answer_error(call, MHD_HTTP_UNAUTHORIZED, "no_session",
						"the console may ask only in a session");
		}
		if (call->peer->role < route->role) {
			return api_answer_forbidden(call, route);
		}
		if (route->role >= PEER_ROLE_OPERATOR) {
			api_note_call(call, route);
		}
		return route->answer(call);
	}
	return api_answer_no_route(call, method, path);
}
