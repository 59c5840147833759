/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses, routes and rules in the words of a plan. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model_text.h"
#include "model/plan_internal.h"

void plan_text_append(char *out, const char *format, ...)
{
	size_t used = strlen(out);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(out + used, PLAN_TEXT_SIZE - used, format, arguments);
	va_end(arguments);
}

static void text_bytes(char *out, int family, const uint8_t *bytes)
{
	char text[INET6_ADDRSTRLEN] = "?";

	(void)inet_ntop(family, bytes, text, sizeof(text));
	plan_text_append(out, "%s", text);
}

void plan_text_address(char *out, const struct model_address *address)
{
	text_bytes(out, address->family, address->bytes);
	plan_text_append(out, "/%u", address->prefix);
}

void plan_text_route(char *out, const struct model_route *route)
{
	char *text = model_route_text(route);

	plan_text_append(out, "route %s", text ? text : "(no memory)");
	free(text);
}

void plan_text_default(char *out, const struct model_default_route *route, int family)
{
	plan_text_append(out, "default %sroute", family == AF_INET6 ? "IPv6 " : "");
	if (route->has_gateway) {
		plan_text_append(out, " via ");
		text_bytes(out, family, route->gateway);
	}
	if (route->has_metric) {
		plan_text_append(out, " metric %u", route->metric);
	}
	if (route->has_source_address) {
		plan_text_append(out, " src ");
		text_bytes(out, family, route->source_address);
	}
}

void plan_text_rule(char *out, const struct model_rule *rule)
{
	char *text = model_rule_text(rule);

	plan_text_append(out, "%srule %s", rule->family == AF_INET6 ? "IPv6 " : "",
			 text ? text : "(no memory)");
	free(text);
}
