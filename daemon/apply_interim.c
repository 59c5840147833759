/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What transactions need of an application in steps, by way of a reload, until
 * apply_begin() is there: then the linker leaves these out, and the file goes.
 */
#include "daemon/apply.h"

#include "config/config_texts.h"
#include "daemon/daemon.h"

__attribute__((weak)) int apply_begin(struct daemon *daemon,
				      const struct apply_request *request,
				      apply_callback *callback, void *user)
{
	struct apply_result result = {.done = true,
				      .steps = json_array(),
				      .changes = apply_reload(daemon),
				      .texts = request->texts};

	callback(&result, user);
	json_decref(result.steps);
	json_decref(result.changes);
	return 0;
}

__attribute__((weak)) bool apply_is_under_way(const struct daemon *daemon)
{
	(void)daemon;
	return false;
}

__attribute__((weak)) json_t *apply_plan_json(struct daemon *daemon,
					      const struct apply_request *request, int *err)
{
	(void)daemon;
	(void)request;
	*err = 0;
	return json_pack("{s:[], s:s, s:[], s:[]}", "steps", "disruption", "none", "drift",
			 "problems");
}
