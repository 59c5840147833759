/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that come later. Two hold a struct api_deferred: the request, which wants the
 * answer, and whoever has its address as the user of a transaction_callback, and brings
 * it. Either may go first; the last one frees it. A suspended connection stays as it is,
 * however long the client has been gone, until it's resumed.
 */
#include <stdlib.h>

#include "daemon/api.h"
#include "daemon/daemon.h"

struct api_deferred {
	struct api *api;
	struct api_deferred *next;	   /* in api->deferred, while there is a request */
	struct MHD_Connection *connection; /* NULL: the request is over */
	bool suspended;
	bool expected; /* the callback will come yet */
	bool answered; /* answer holds what is to be sent */
	struct transaction_answer answer;
};

struct api_deferred *api_defer(struct api_call *call)
{
	struct api_deferred *deferred = calloc(1, sizeof(*deferred));

	if (!deferred) {
		return NULL;
	}
	deferred->api = call->api;
	deferred->connection = call->connection;
	deferred->expected = true;
	deferred->next = call->api->deferred;
	call->api->deferred = deferred;
	call->request->deferred = deferred;
	return deferred;
}

static void api_deferred_resume(struct api_deferred *deferred)
{
	if (deferred->suspended) {
		deferred->suspended = false;
		MHD_resume_connection(deferred->connection);
	}
}

void api_deferred_answer(struct transaction_answer answer, void *user)
{
	struct api_deferred *deferred = user;

	deferred->expected = false;
	if (!deferred->connection) {
		json_decref(answer.json);
		free(deferred);
		return;
	}
	if (deferred->answered) {
		json_decref(answer.json);
		return;
	}
	deferred->answered = true;
	deferred->answer = answer;
	api_deferred_resume(deferred);
	api_wake(deferred->api);
}

enum MHD_Result api_deferred_wait(struct api_call *call)
{
	struct api_deferred *deferred = call->request->deferred;
	json_t *json = deferred->answer.json;

	if (!deferred->answered) {
		deferred->suspended = true;
		MHD_suspend_connection(call->connection);
		return MHD_YES;
	}
	deferred->answer.json = NULL;
	return api_answer(call, deferred->answer.status, json);
}

void api_deferred_forget(struct api_request *request)
{
	struct api_deferred *deferred = request->deferred;
	struct api_deferred **link;

	if (!deferred) {
		return;
	}
	link = &deferred->api->deferred;
	while (*link != deferred) {
		link = &(*link)->next;
	}
	*link = deferred->next;
	request->deferred = NULL;
	json_decref(deferred->answer.json);
	deferred->answer.json = NULL;
	deferred->connection = NULL;
	if (!deferred->expected) {
		free(deferred);
	}
}

void api_deferred_close(struct api *api)
{
	for (struct api_deferred *deferred = api->deferred; deferred;
	     deferred = deferred->next) {
		if (!deferred->answered) {
			deferred->answered = true;
			deferred->answer = (struct transaction_answer){
				MHD_HTTP_SERVICE_UNAVAILABLE,
				json_pack("{s:{s:s, s:s}}", "error", "code", "ending",
					  "message",
					  "the daemon ends before that is done; when it "
					  "starts again it takes back a change that was "
					  "written into files or is to be confirmed, and "
					  "applies the files as they are then")};
		}
		api_deferred_resume(deferred);
	}
}
