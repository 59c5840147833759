/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/api_body.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "config/config_texts.h"
#include "daemon/transaction.h"

/* One field: a text or a number from 1 to most, and where it goes. */
struct api_body_rule {
	const char *name;
	enum api_body_field field;
	json_int_t most; /* 0: it's a text */
	const char *expected;
};

#define API_BODY_STRING(x) #x
#define API_BODY_DIGITS(x) API_BODY_STRING(x)

static const struct api_body_rule api_body_rules[] = {
	{"bond", API_BODY_BOND, 0, "a bond's name"},
	{"confirm", API_BODY_CONFIRM, TRANSACTION_CONFIRM_MAX_S,
	 "whole seconds from 1 to " API_BODY_DIGITS(TRANSACTION_CONFIRM_MAX_S)},
	{"revision", API_BODY_REVISION, 0, "a revision as it was answered, 16 hex digits"},
	{"number", API_BODY_NUMBER, INT_MAX, "the number of a configuration in the history"},
};
static const size_t api_body_rule_count = sizeof(api_body_rules) / sizeof(api_body_rules[0]);

static const char *api_body_type(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "a number";
	case JSON_REAL:
		return "a number with a fraction or an exponent";
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_NULL:
		return "null";
	}
	return "something else";
}

/* Says which there are: "expected confirm, revision". */
static void api_body_unknown(const char *name, unsigned int fields,
			     char error[API_BODY_ERROR_SIZE])
{
	size_t used = (size_t)snprintf(error, API_BODY_ERROR_SIZE,
				       "unknown field '%.64s'; expected ", name);
	const char *before = "";

	for (size_t i = 0; i < api_body_rule_count; i++) {
		if (fields & api_body_rules[i].field) {
			used += (size_t)snprintf(error + used, API_BODY_ERROR_SIZE - used,
						 "%s%s", before, api_body_rules[i].name);
			before = ", ";
		}
	}
	if (!*before) {
		snprintf(error + used, API_BODY_ERROR_SIZE - used, "none");
	}
}

static bool api_body_revision_is_one(const char *text)
{
	return strlen(text) == CONFIG_REVISION_SIZE - 1 &&
	       strspn(text, "0123456789abcdef") == CONFIG_REVISION_SIZE - 1;
}

/* Whether the value is what the rule says; a text or number that isn't is shown. */
static bool api_body_check(const struct api_body_rule *rule, const json_t *value,
			   char error[API_BODY_ERROR_SIZE])
{
	json_int_t number = json_integer_value(value);
	const char *text = json_string_value(value);

	if (rule->most > 0 ? !json_is_integer(value) : !text) {
		snprintf(error, API_BODY_ERROR_SIZE, "'%s' is %s; expected %s", rule->name,
			 api_body_type(value), rule->expected);
		return false;
	}
	if (rule->most > 0 && (number < 1 || number > rule->most)) {
		snprintf(error, API_BODY_ERROR_SIZE,
			 "'%s' is %" JSON_INTEGER_FORMAT "; expected %s", rule->name, number,
			 rule->expected);
		return false;
	}
	if (rule->field == API_BODY_REVISION && !api_body_revision_is_one(text)) {
		snprintf(error, API_BODY_ERROR_SIZE, "'%s' is '%.32s'; expected %s", rule->name,
			 text, rule->expected);
		return false;
	}
	return true;
}

static const struct api_body_rule *api_body_rule_find(const char *name, unsigned int fields)
{
	for (size_t i = 0; i < api_body_rule_count; i++) {
		if ((fields & api_body_rules[i].field) &&
		    strcmp(api_body_rules[i].name, name) == 0) {
			return &api_body_rules[i];
		}
	}
	return NULL;
}

static void api_body_take(struct api_body *body, enum api_body_field field, const json_t *value)
{
	switch (field) {
	case API_BODY_BOND:
		body->bond = json_string_value(value);
		break;
	case API_BODY_CONFIRM:
		body->confirm_s = (unsigned int)json_integer_value(value);
		break;
	case API_BODY_REVISION:
		body->revision = json_string_value(value);
		break;
	case API_BODY_NUMBER:
		body->number = (unsigned int)json_integer_value(value);
		break;
	case API_BODY_ANYTHING:
		break;
	}
}

static bool api_body_fields(struct api_body *body, unsigned int fields,
			    char error[API_BODY_ERROR_SIZE])
{
	const char *name;
	json_t *value;

	json_object_foreach (body->json, name, value) {
		const struct api_body_rule *rule = api_body_rule_find(name, fields);

		if (!rule) {
			api_body_unknown(name, fields, error);
			return false;
		}
		if (!api_body_check(rule, value, error)) {
			return false;
		}
		api_body_take(body, rule->field, value);
	}
	return true;
}

bool api_body_read(const char *text, unsigned int fields, struct api_body *out,
		   char error[API_BODY_ERROR_SIZE])
{
	struct api_body body = {0};
	json_error_t where;

	body.json = json_loads(*text ? text : "{}", JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			       &where);
	if (!body.json) {
		snprintf(error, API_BODY_ERROR_SIZE,
			 "the body is no JSON: line %d, column %d: %.160s", where.line,
			 where.column, where.text);
		return false;
	}
	if (!json_is_object(body.json)) {
		snprintf(error, API_BODY_ERROR_SIZE, "the body is %s; expected an object",
			 api_body_type(body.json));
		json_decref(body.json);
		return false;
	}
	if (!(fields & API_BODY_ANYTHING) && !api_body_fields(&body, fields, error)) {
		json_decref(body.json);
		return false;
	}
	*out = body;
	return true;
}

void api_body_free(struct api_body *body)
{
	json_decref(body->json);
	*body = (struct api_body){0};
}
