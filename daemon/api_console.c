/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the console asks for: tickets, sessions, live data; and the call that is made in
 * a session's name (daemon/session.h).
 */
#include <string.h>

#include "daemon/api.h"
#include "daemon/api_body.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/live_json.h"
#include "daemon/log.h"
#include "daemon/session.h"

static const char api_bearer[] = "Bearer ";

/* What a page asks for by itself, with nobody there, does not keep a session alive. */
static bool api_call_is_active(const char *path)
{
	static const char *const passive[] = {"/v1/live",     "/v1/events", "/v1/access",
					      "/v1/counters", "/v1/recent", "/metrics"};

	for (size_t i = 0; i < sizeof(passive) / sizeof(passive[0]); i++) {
		if (strcmp(path, passive[i]) == 0) {
			return false;
		}
	}
	return true;
}

bool api_session_enter(struct api_call *call, const char *path, enum MHD_Result *result)
{
	const char *header = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_AUTHORIZATION);
	const char *token;

	if (!header) {
		return true;
	}
	token = header + sizeof(api_bearer) - 1;
	if (strncmp(header, api_bearer, sizeof(api_bearer) - 1) != 0 ||
	    !session_find(call->api->daemon->sessions, token, daemon_now_us(),
			  api_call_is_active(path), &call->request->peer)) {
		*result = api_answer_error(call, MHD_HTTP_UNAUTHORIZED, "no_session",
					   "the session has ended; sign in again");
		return false;
	}
	call->peer = &call->request->peer;
	call->token = token;
	return true;
}

enum MHD_Result api_ticket(struct api_call *call)
{
	char ticket[SESSION_TOKEN_SIZE];
	struct api_body body;
	char error[API_BODY_ERROR_SIZE];

	if (!api_body_read(call->body, 0, &body, error)) {
		return api_answer_error(call, MHD_HTTP_BAD_REQUEST, "bad_body", "%s", error);
	}
	api_body_free(&body);
	/* A session must not beget sessions: it would outlive its age. */
	if (call->token) {
		return api_answer_error(
			call, MHD_HTTP_FORBIDDEN, "forbidden",
			"a session gives no tickets; 'portchannel console' does");
	}
	if (!session_ticket(call->api->daemon->sessions, call->peer, daemon_now_us(), ticket)) {
		return api_answer_error(call, MHD_HTTP_SERVICE_UNAVAILABLE, "no_randomness",
					"the system has no random numbers yet; try again");
	}
	log_line(LOG_LEVEL_NOTICE, "%s gets a ticket for the console, as %s user=%s uid=%lu",
		 call->peer->user, peer_role_name(call->peer->role), call->peer->user,
		 (unsigned long)call->peer->uid);
	return api_answer(call, MHD_HTTP_OK,
			  json_pack("{s:s, s:i}", "ticket", ticket, "seconds",
				    (int)session_ticket_seconds(call->api->daemon->sessions)));
}

enum MHD_Result api_sign_in(struct api_call *call)
{
	char token[SESSION_TOKEN_SIZE], error[API_BODY_ERROR_SIZE];
	const char *ticket;
	struct api_body body;
	struct peer peer;
	bool fine;

	if (!api_body_read(call->body, API_BODY_ANYTHING, &body, error)) {
		return api_answer_error(call, MHD_HTTP_BAD_REQUEST, "bad_body", "%s", error);
	}
	ticket = json_string_value(json_object_get(body.json, "ticket"));
	fine = ticket && session_redeem(call->api->daemon->sessions, ticket, daemon_now_us(),
					token, &peer);
	api_body_free(&body);
	if (!fine) {
		log_line(LOG_LEVEL_NOTICE,
			 "a ticket is refused: used, too old or never given "
			 "pid=%d event=forbidden",
			 (int)call->peer->pid);
		return api_answer_error(
			call, MHD_HTTP_FORBIDDEN, "bad_ticket",
			"that ticket was used, is older than %u seconds, or was "
			"never given",
			session_ticket_seconds(call->api->daemon->sessions));
	}
	log_line(LOG_LEVEL_NOTICE, "%s signs in at the console, as %s user=%s uid=%lu",
		 peer.user, peer_role_name(peer.role), peer.user, (unsigned long)peer.uid);
	return api_answer(call, MHD_HTTP_OK,
			  json_pack("{s:s, s:s, s:o, s:I, s:i}", "token", token, "role",
				    peer_role_name(peer.role), "user", json_text(peer.user),
				    "uid", (json_int_t)peer.uid, "idle_seconds",
				    (int)session_idle_seconds(call->api->daemon->sessions)));
}

enum MHD_Result api_sign_out(struct api_call *call)
{
	if (!call->token) {
		return api_answer_error(call, MHD_HTTP_UNAUTHORIZED, "no_session",
					"there is no session to end");
	}
	session_end(call->api->daemon->sessions, call->token);
	return api_answer(call, MHD_HTTP_OK, json_object());
}

enum MHD_Result api_live(struct api_call *call)
{
	return api_answer(call, MHD_HTTP_OK, live_json(call->api->daemon));
}

enum MHD_Result api_recent(struct api_call *call)
{
	return api_answer(call, MHD_HTTP_OK, recent_json(call->api->daemon));
}

enum MHD_Result api_counters(struct api_call *call)
{
	const char *parent = api_parameter(call, "parent");
	const char *vids = api_parameter(call, "vids");
	struct live_vids only;
	json_t *json;

	if (!parent) {
		return api_answer_error(
			call, MHD_HTTP_BAD_REQUEST, "missing_parameter",
			"parent is needed: the bond or NIC of the VLAN interfaces");
	}
	if (vids && !live_vids_read(vids, &only)) {
		return api_answer_error(call, MHD_HTTP_BAD_REQUEST, "bad_parameter",
					"vids is '%.100s'; expected VLANs like 7,8,652", vids);
	}
	json = live_json_vlans(call->api->daemon, parent, vids ? &only : NULL);
	return json ? api_answer(call, MHD_HTTP_OK, json) : api_answer_no_bond(call, parent);
}
