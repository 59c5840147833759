/* SPDX-License-Identifier: BSD-2-Clause */
/* Plans, and what came of them, as doc/api.md has them. */
#include <errno.h>

#include "daemon/apply_internal.h"
#include "daemon/daemon.h"
#include "daemon/json_util.h"
#include "daemon/status_json.h"

static json_t *apply_step_json(const struct plan_step *step, const struct model *model)
{
	const struct model_source *source = &step->source;
	bool known = model && source->file < model->file_count;

	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "action",
			 plan_action_name(step->action), "parent", step->parent, "interface",
			 step->interface, "disruption", plan_disruption_name(step->disruption),
			 "text", json_text(step->text), "file",
			 json_text(known ? model->files[source->file] : NULL), "line",
			 known && source->line > 0 ? json_integer(source->line) : json_null());
}

json_t *apply_steps_json(const struct plan *plan, const struct model *model,
			 const enum execute_outcome *outcomes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->step_count; i++) {
		json_t *json = apply_step_json(&plan->steps[i], model);

		if (outcomes) {
			json_object_set_new(json, "result",
					    json_string(execute_outcome_name(outcomes[i])));
		}
		json_array_append_new(list, json);
	}
	return list;
}

json_t *apply_plan_json(struct daemon *daemon, const struct apply_request *request, int *err)
{
	struct apply *apply = apply_new(daemon, request);
	json_t *json = NULL;

	*err = -ENOMEM;
	if (!apply) {
		return NULL;
	}
	apply->drift = json_array();
	*err = apply_read(apply, request);
	if (*err == 0) {
		*err = apply_plan(apply);
	}
	if (*err == 0) {
		json = json_pack(
			"{s:o, s:s, s:O, s:o}", "steps",
			apply_steps_json(&apply->plan, apply->wanted, NULL), "disruption",
			plan_disruption_name(plan_disruption(&apply->plan)), "drift",
			apply->drift, "problems", status_json_problem_list(&apply->problems));
	}
	apply_free(apply);
	return json;
}
