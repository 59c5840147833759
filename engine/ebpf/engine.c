/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opening the engine, and the texts of its errors.
 */
#include "engine/ebpf/internal.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libbpf's last warning. The engine is used by one thread at a time. */
static char bpf_message[ENGINE_ERROR_SIZE];

bool mac_is_zero(const uint8_t mac[MAC_SIZE])
{
	static const uint8_t zero[MAC_SIZE];

	return memcmp(mac, zero, MAC_SIZE) == 0;
}

bool mac_equal(const uint8_t a[MAC_SIZE], const uint8_t b[MAC_SIZE])
{
	return memcmp(a, b, MAC_SIZE) == 0;
}

static void text_format(struct engine_error *err, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void text_format(struct engine_error *err, const char *format, va_list arguments)
{
	(void)vsnprintf(err->text, sizeof(err->text), format, arguments);
}

static void text_append(struct engine_error *err, const char *reason)
{
	size_t length = strlen(err->text);

	(void)snprintf(err->text + length, sizeof(err->text) - length, ": %s", reason);
}

int engine_fail(struct engine_error *err, int code, const char *format, ...)
{
	va_list arguments;

	if (err) {
		va_start(arguments, format);
		text_format(err, format, arguments);
		va_end(arguments);
	}
	return code;
}

int engine_fail_netlink(const struct engine *engine, struct engine_error *err, int code,
			const char *format, ...)
{
	const char *reason = netlink_error_text(engine->netlink);
	va_list arguments;

	if (err) {
		va_start(arguments, format);
		text_format(err, format, arguments);
		va_end(arguments);
		text_append(err, reason[0] ? reason : strerror(-code));
	}
	return code;
}

int engine_fail_bpf(struct engine_error *err, int code, const char *format, ...)
{
	va_list arguments;

	if (err) {
		va_start(arguments, format);
		text_format(err, format, arguments);
		va_end(arguments);
		text_append(err, bpf_message[0] ? bpf_message : strerror(-code));
	}
	bpf_message[0] = '\0';
	return code;
}

static int message_keep(enum libbpf_print_level level, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static int message_keep(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level != LIBBPF_WARN) {
		return 0;
	}
	(void)vsnprintf(bpf_message, sizeof(bpf_message), format, arguments);
	/* One line; the verifier's log has many. */
	bpf_message[strcspn(bpf_message, "\n")] = '\0';
	return 0;
}

void engine_bpf_messages_keep(void)
{
	bpf_message[0] = '\0';
	(void)libbpf_set_print(message_keep);
}

int engine_open(enum engine_carrier_read carrier_read, struct engine **out,
		struct engine_error *err)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int result;

	if (!engine) {
		return engine_fail(err, -ENOMEM, "no memory for the engine");
	}
	engine_bpf_messages_keep();
	result = netlink_open(&engine->netlink);
	if (result) {
		engine_fail(err, result, "rtnetlink socket: %s", strerror(-result));
		goto fail;
	}
	engine->carrier_read = carrier_read == ENGINE_CARRIER_READ_AUTO &&
			       template_make(&engine->template, true) == 0;
	if (!engine->carrier_read) {
		result = template_make(&engine->template, false);
		if (result) {
			engine_fail_bpf(err, result, "the kernel refuses the eBPF programs");
			goto fail_netlink;
		}
	}
	*out = engine;
	return 0;

fail_netlink:
	netlink_close(engine->netlink);
fail:
	free(engine);
	return result;
}

void engine_close(struct engine *engine)
{
	if (engine) {
		template_free(&engine->template);
		netlink_close(engine->netlink);
		free(engine);
	}
}

bool engine_reads_carrier(const struct engine *engine)
{
	return engine->carrier_read;
}

const char *dp_drop_name(enum dp_drop reason)
{
	switch (reason) {
	case DP_DROP_NO_MEMBER:
		return "no_member";
	case DP_DROP_NO_TAG:
		return "no_tag";
	case DP_DROP_TAG_FAILED:
		return "tag_failed";
	case DP_DROP_NOT_COLLECTING:
		return "not_collecting";
	case DP_DROP_NOT_MEMBER:
		return "not_member";
	case DP_DROP_COUNT:
		break;
	}
	return NULL;
}
