/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A model and its problems as JSON, for the API and the CLI alike: snake_case,
 * in the manner of ip -j. doc/api.md describes it.
 */
#ifndef CONFIG_CONFIG_JSON_H
#define CONFIG_CONFIG_JSON_H

#include <jansson.h>

#include "model/model.h"

/* {"files": [...], "bonds": [...], "vlans": [...], "problems": [...]}: what
 * `portchannel config show --json` prints and GET /v1/config answers. A new
 * reference; NULL: no memory. */
json_t *config_json(const struct model *model, const struct model_problems *problems);

/* The list "problems" alone, in the order of files, lines and columns, errors
 * before warnings at one place. A new reference; NULL: no memory. */
json_t *config_json_problems(const struct model *model, const struct model_problems *problems);

/* The keys that nothing reads (model_variable_is_unknown()): a list of objects with
 * file, line, column, name and value. A new reference; NULL: no memory. */
json_t *config_json_unknown(const struct model *model);

/* The text as a JSON string, bytes that are not UTF-8 replaced by U+FFFD. */
json_t *config_json_string(const char *text);

#endif
