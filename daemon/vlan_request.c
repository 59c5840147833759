/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/vlan_request.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/transaction.h"
#include "daemon/vlan_address.h"

#define VLAN_FIELDS_ALWAYS (VLAN_FIELD_REVISION | VLAN_FIELD_STAGE | VLAN_FIELD_CONFIRM)
#define VLAN_FIELDS_SET                                                                    \
	(VLAN_FIELDS_ALWAYS | VLAN_FIELD_ADDRESSES | VLAN_FIELD_DHCP | VLAN_FIELD_DHCPV6 | \
	 VLAN_FIELD_IPV6_AUTOCONF | VLAN_FIELD_GATEWAY | VLAN_FIELD_GATEWAY6 |             \
	 VLAN_FIELD_MTU | VLAN_FIELD_MAC | VLAN_FIELD_ONBOOT)
#define VLAN_FIELDS_ADD (VLAN_FIELDS_SET | VLAN_FIELD_PARENT | VLAN_FIELD_VID | VLAN_FIELD_NAME)

__attribute__((format(printf, 4, 5))) static bool vlan_wrong(struct vlan_request_error *error,
							     const char *code,
							     const char *field,
							     const char *format, ...)
{
	va_list arguments;

	error->code = code;
	error->field = field;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof(error->message), format, arguments);
	va_end(arguments);
	return false;
}

static bool vlan_read_address(const json_t *value, struct vlan_request *out,
			      struct vlan_request_error *error)
{
	struct model_address *address = &out->addresses[out->address_count];
	const char *text = json_string_value(value), *fault;

	if (!text || !vlan_address_parse(text, address)) {
		return vlan_wrong(error, "bad_vlan", "addresses",
				  "'%.64s' is no address with its prefix; expected one like "
				  "10.1.2.3/24 or 2001:db8::3/64",
				  text ? text : "(no text)");
	}
	fault = vlan_address_fault(address);
	if (fault) {
		return vlan_wrong(error, "bad_vlan", "addresses",
				  "%s %s; expected the address of a host", text, fault);
	}
	for (size_t i = 0; i < out->address_count; i++) {
		if (vlan_address_same_host(&out->addresses[i], address)) {
			return vlan_wrong(error, "bad_vlan", "addresses",
					  "%s stands there twice", text);
		}
	}
	out->address_count++;
	return true;
}

static bool vlan_read_addresses(const json_t *value, struct vlan_request *out,
				struct vlan_request_error *error)
{
	if (json_is_null(value)) {
		return true;
	}
	if (!json_is_array(value) || json_array_size(value) > VLAN_REQUEST_ADDRESSES_MAX) {
		return vlan_wrong(error, "bad_vlan", "addresses",
				  "expected a list of at most %d addresses with their "
				  "prefixes, like [\"10.1.2.3/24\"]",
				  VLAN_REQUEST_ADDRESSES_MAX);
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (!vlan_read_address(json_array_get(value, i), out, error)) {
			return false;
		}
	}
	return true;
}

static bool vlan_read_gateway(const json_t *value, int family, const char *field,
			      struct model_default_route *out, struct vlan_request_error *error)
{
	struct model_address address = {.family = family,
					.prefix = family == AF_INET ? 32 : 128};
	const char *text = json_string_value(value), *fault = NULL;
	bool fine;

	if (json_is_null(value)) {
		return true;
	}
	fine = text && inet_pton(family, text, address.bytes) == 1;
	if (fine) {
		fault = vlan_address_fault(&address);
	}
	if (!fine || fault) {
		return vlan_wrong(error, "bad_vlan", field,
				  "'%.64s' %s; expected the %s "
				  "address of a router, like %s",
				  text ? text : "(no text)", fault ? fault : "is no address",
				  family == AF_INET ? "IPv4" : "IPv6",
				  family == AF_INET ? "10.1.2.1" : "2001:db8::1");
	}
	out->is_set = true;
	out->has_gateway = true;
	memcpy(out->gateway, address.bytes, sizeof(out->gateway));
	return true;
}

/* --- the other fields ------------------------------------------------------ */

static bool vlan_read_name(const json_t *value, const char *field, char out[MODEL_NAME_SIZE],
			   struct vlan_request_error *error)
{
	const char *text = json_string_value(value);

	if (!text || !model_name_is_valid(text) || strpbrk(text, ":\"'\\$`;&|<>()*?#~") ||
	    text[strcspn(text, "\x7f\x80")] != '\0') {
		return vlan_wrong(error, "bad_vlan", field,
				  "'%.64s' is no name for an interface; expected 1 to 15 "
				  "letters, digits, dots, dashes, underscores",
				  text ? text : "(no text)");
	}
	memcpy(out, text, strlen(text) + 1);
	return true;
}

static bool vlan_read_number(const json_t *value, const char *field, json_int_t min,
			     json_int_t max, json_int_t *out, struct vlan_request_error *error)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < min || number > max) {
		return vlan_wrong(error, "bad_vlan", field,
				  "%s: expected a number from %" JSON_INTEGER_FORMAT
				  " to %" JSON_INTEGER_FORMAT,
				  field, min, max);
	}
	*out = number;
	return true;
}

static bool vlan_read_bool(const json_t *value, const char *field, bool fallback, bool *out,
			   struct vlan_request_error *error)
{
	if (json_is_null(value)) {
		*out = fallback;
		return true;
	}
	if (!json_is_boolean(value)) {
		return vlan_wrong(error, "bad_vlan", field, "%s: expected true or false",
				  field);
	}
	*out = json_is_true(value);
	return true;
}

static bool vlan_read_mac(const json_t *value, struct vlan_request *out,
			  struct vlan_request_error *error)
{
	const char *text = json_string_value(value);
	unsigned int b[6];
	int end = 0;

	if (json_is_null(value)) {
		return true;
	}
	if (!text || strlen(text) != 17 || text[strspn(text, "0123456789abcdefABCDEF:")] ||
	    sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &end) != 6 ||
	    end != 17) {
		return vlan_wrong(error, "bad_vlan", "mac",
				  "'%.64s' is no MAC address; expected one like "
				  "52:54:00:12:34:56",
				  text ? text : "(no text)");
	}
	if ((b[0] & 1) || (b[0] | b[1] | b[2] | b[3] | b[4] | b[5]) == 0) {
		return vlan_wrong(error, "bad_vlan", "mac",
				  "%s is %s; expected one that an interface can have", text,
				  b[0] & 1 ? "a group's address" : "no address");
	}
	out->has_mac = true;
	for (int i = 0; i < 6; i++) {
		out->mac[i] = (uint8_t)b[i];
	}
	return true;
}

static bool vlan_read_revision(const json_t *value, struct vlan_request *out,
			       struct vlan_request_error *error)
{
	const char *text = json_string_value(value);

	if (!text || strlen(text) >= sizeof(out->revision)) {
		return vlan_wrong(error, "bad_vlan", "revision",
				  "revision: expected one as it was answered, 16 hex digits");
	}
	memcpy(out->revision, text, strlen(text) + 1);
	return true;
}

/* One field, by its name. */
struct vlan_field {
	const char *name;
	enum vlan_request_field bit;
};

static const struct vlan_field vlan_fields[] = {
	{"parent", VLAN_FIELD_PARENT},	   {"vid", VLAN_FIELD_VID},
	{"name", VLAN_FIELD_NAME},	   {"addresses", VLAN_FIELD_ADDRESSES},
	{"dhcp", VLAN_FIELD_DHCP},	   {"dhcpv6", VLAN_FIELD_DHCPV6},
	{"gateway", VLAN_FIELD_GATEWAY},   {"ipv6_autoconf", VLAN_FIELD_IPV6_AUTOCONF},
	{"gateway6", VLAN_FIELD_GATEWAY6}, {"mtu", VLAN_FIELD_MTU},
	{"mac", VLAN_FIELD_MAC},	   {"onboot", VLAN_FIELD_ONBOOT},
	{"revision", VLAN_FIELD_REVISION}, {"stage", VLAN_FIELD_STAGE},
	{"confirm", VLAN_FIELD_CONFIRM},
};
static const size_t vlan_field_count = sizeof(vlan_fields) / sizeof(vlan_fields[0]);

static bool vlan_read_field(const struct vlan_field *field, const json_t *value,
			    struct vlan_request *out, struct vlan_request_error *error)
{
	json_int_t number = 0;
	bool fine = true;

	switch (field->bit) {
	case VLAN_FIELD_PARENT:
		return vlan_read_name(value, "parent", out->parent, error);
	case VLAN_FIELD_NAME:
		return vlan_read_name(value, "name", out->name, error);
	case VLAN_FIELD_VID:
		fine = vlan_read_number(value, "vid", 1, VLAN_VID_MAX, &number, error);
		out->vid = (uint16_t)number;
		return fine;
	case VLAN_FIELD_ADDRESSES:
		return vlan_read_addresses(value, out, error);
	case VLAN_FIELD_DHCP:
		return vlan_read_bool(value, "dhcp", false, &out->dhcp, error);
	case VLAN_FIELD_DHCPV6:
		return vlan_read_bool(value, "dhcpv6", false, &out->dhcpv6, error);
	case VLAN_FIELD_IPV6_AUTOCONF:
		return vlan_read_bool(value, "ipv6_autoconf", true, &out->ipv6_autoconf, error);
	case VLAN_FIELD_GATEWAY:
		return vlan_read_gateway(value, AF_INET, "gateway", &out->gateway, error);
	case VLAN_FIELD_GATEWAY6:
		return vlan_read_gateway(value, AF_INET6, "gateway6", &out->gateway6, error);
	case VLAN_FIELD_MTU:
		if (!json_is_null(value)) {
			fine = vlan_read_number(value, "mtu", VLAN_MTU_MIN, VLAN_MTU_MAX,
						&number, error);
		}
		out->mtu = (uint32_t)number;
		return fine;
	case VLAN_FIELD_MAC:
		return vlan_read_mac(value, out, error);
	case VLAN_FIELD_ONBOOT:
		return vlan_read_bool(value, "onboot", true, &out->onboot, error);
	case VLAN_FIELD_REVISION:
		return vlan_read_revision(value, out, error);
	case VLAN_FIELD_STAGE:
		return vlan_read_bool(value, "stage", false, &out->stage, error);
	case VLAN_FIELD_CONFIRM:
		fine = vlan_read_number(value, "confirm", 1, TRANSACTION_CONFIRM_MAX_S, &number,
					error);
		out->confirm_s = (unsigned int)number;
		return fine;
	}
	return false;
}

static bool vlan_unknown_field(const char *name, unsigned int allowed,
			       struct vlan_request_error *error)
{
	char names[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < vlan_field_count; i++) {
		if (vlan_fields[i].bit & allowed) {
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
						 used ? ", " : "", vlan_fields[i].name);
		}
	}
	return vlan_wrong(error, "bad_vlan", NULL, "unknown field '%.64s'; expected %s", name,
			  names);
}

static unsigned int vlan_fields_allowed(enum vlan_request_kind kind)
{
	switch (kind) {
	case VLAN_REQUEST_ADD:
		return VLAN_FIELDS_ADD;
	case VLAN_REQUEST_SET:
		return VLAN_FIELDS_SET;
	case VLAN_REQUEST_DELETE:
		break;
	}
	return VLAN_FIELDS_ALWAYS;
}

static bool vlan_read_all(const json_t *body, unsigned int allowed, struct vlan_request *out,
			  struct vlan_request_error *error)
{
	const char *name;
	json_t *value;

	json_object_foreach ((json_t *)body, name, value) {
		size_t i = 0;

		while (i < vlan_field_count && (strcmp(vlan_fields[i].name, name) != 0 ||
						!(vlan_fields[i].bit & allowed))) {
			i++;
		}
		if (i == vlan_field_count) {
			return vlan_unknown_field(name, allowed, error);
		}
		if (!vlan_read_field(&vlan_fields[i], value, out, error)) {
			return false;
		}
		out->fields |= vlan_fields[i].bit;
	}
	return true;
}

bool vlan_request_read(const json_t *body, enum vlan_request_kind kind,
		       struct vlan_request *out, struct vlan_request_error *error)
{
	memset(out, 0, sizeof(*out));
	out->ipv6_autoconf = true;
	out->onboot = true;
	if (!json_is_object(body)) {
		return vlan_wrong(error, "bad_body", NULL, "expected a JSON object");
	}
	if (!vlan_read_all(body, vlan_fields_allowed(kind), out, error)) {
		return false;
	}
	if (kind == VLAN_REQUEST_ADD && !(out->fields & VLAN_FIELD_PARENT)) {
		return vlan_wrong(error, "bad_vlan", "parent",
				  "parent is needed: the bond or NIC that it is put on");
	}
	if (kind == VLAN_REQUEST_ADD && !(out->fields & VLAN_FIELD_VID)) {
		return vlan_wrong(error, "bad_vlan", "vid",
				  "vid is needed: the VLAN's number, 1 to %d", VLAN_VID_MAX);
	}
	if (out->stage && out->confirm_s > 0) {
		return vlan_wrong(error, "bad_vlan", "confirm",
				  "what is staged is confirmed when it is committed; expected "
				  "stage or confirm");
	}
	return true;
}

/* --- the interface as a whole ------------------------------------------------ */

void vlan_request_init_vlan(struct model_vlan *vlan)
{
	*vlan = (struct model_vlan){
		.interface = {.onboot = true, .ipv6_autoconf = true, .address_check = true}};
}

void vlan_request_name(const char *parent, uint16_t vid, char out[MODEL_NAME_SIZE])
{
	char name[MODEL_NAME_SIZE + 6];

	if (snprintf(name, sizeof(name), "%s.%u", parent, vid) >= MODEL_NAME_SIZE) {
		snprintf(name, sizeof(name), "vlan%u", vid);
	}
	memcpy(out, name, MODEL_NAME_SIZE);
}

static bool vlan_apply_addresses(const struct vlan_request *request,
				 struct model_interface *interface)
{
	struct model_address *list = NULL;

	if (request->address_count > 0) {
		list = malloc(request->address_count * sizeof(*list));
		if (!list) {
			return false;
		}
		memcpy(list, request->addresses, request->address_count * sizeof(*list));
	}
	free(interface->addresses);
	interface->addresses = list;
	interface->address_count = request->address_count;
	return true;
}

bool vlan_request_apply(const struct vlan_request *request, struct model_vlan *vlan)
{
	struct model_interface *interface = &vlan->interface;

	if ((request->fields & VLAN_FIELD_ADDRESSES) &&
	    !vlan_apply_addresses(request, interface)) {
		return false;
	}
	if (request->fields & VLAN_FIELD_DHCP) {
		interface->protocol =
			request->dhcp ? MODEL_PROTOCOL_DHCP : MODEL_PROTOCOL_STATIC;
	}
	if (request->fields & VLAN_FIELD_DHCPV6) {
		interface->dhcpv6 = request->dhcpv6;
	}
	if (request->fields & VLAN_FIELD_IPV6_AUTOCONF) {
		interface->ipv6_autoconf = request->ipv6_autoconf;
	}
	if (request->fields & VLAN_FIELD_GATEWAY) {
		interface->ipv4_default = request->gateway;
	}
	if (request->fields & VLAN_FIELD_GATEWAY6) {
		interface->ipv6_default = request->gateway6;
	}
	if (request->fields & VLAN_FIELD_MTU) {
		interface->mtu = request->mtu;
	}
	if (request->fields & VLAN_FIELD_MAC) {
		interface->has_mac = request->has_mac;
		memcpy(interface->mac, request->mac, sizeof(interface->mac));
	}
	if (request->fields & VLAN_FIELD_ONBOOT) {
		interface->onboot = request->onboot;
	}
	return true;
}

/* ifup takes a GATEWAY in the first address's network only; IPv6's may be link-local. */
static bool vlan_gateway_fits(const struct model_interface *interface, int family,
			      const uint8_t *gateway)
{
	if (family == AF_INET6 && gateway[0] == 0xfe && (gateway[1] & 0xc0) == 0x80) {
		return true;
	}
	for (size_t i = 0; i < interface->address_count; i++) {
		const struct model_address *address = &interface->addresses[i];

		if (address->family != family) {
			continue;
		}
		if (vlan_address_reaches(address, gateway)) {
			return true;
		}
		if (family == AF_INET) {
			return false;
		}
	}
	return false;
}

static bool vlan_check_gateways(const struct model_interface *interface,
				struct vlan_request_error *error)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (interface->ipv4_default.has_gateway &&
	    !vlan_gateway_fits(interface, AF_INET, interface->ipv4_default.gateway)) {
		inet_ntop(AF_INET, interface->ipv4_default.gateway, text, sizeof(text));
		return vlan_wrong(error, "bad_vlan", "gateway",
				  "%s is not in the network of the first IPv4 address; "
				  "expected a gateway that the interface reaches",
				  text);
	}
	if (interface->ipv6_default.has_gateway &&
	    !vlan_gateway_fits(interface, AF_INET6, interface->ipv6_default.gateway)) {
		inet_ntop(AF_INET6, interface->ipv6_default.gateway, text, sizeof(text));
		return vlan_wrong(error, "bad_vlan", "gateway6",
				  "%s is in no network of the IPv6 addresses and not "
				  "link-local; expected a gateway that the interface reaches",
				  text);
	}
	return true;
}

bool vlan_request_check(const struct model_vlan *vlan, struct vlan_request_error *error)
{
	const struct model_interface *interface = &vlan->interface;
	bool has_ipv4 = false, has_ipv6 = false;

	for (size_t i = 0; i < interface->address_count; i++) {
		has_ipv4 |= interface->addresses[i].family == AF_INET;
		has_ipv6 |= interface->addresses[i].family == AF_INET6;
	}
	if (interface->protocol == MODEL_PROTOCOL_DHCP && has_ipv4) {
		return vlan_wrong(error, "bad_vlan", "dhcp",
				  "with dhcp the IPv4 addresses of the file are not set; "
				  "expected the one or the other");
	}
	if (interface->mtu != 0 && interface->mtu < VLAN_MTU_MIN_IPV6 &&
	    (has_ipv6 || interface->dhcpv6)) {
		return vlan_wrong(error, "bad_vlan", "mtu",
				  "mtu %u is too small for IPv6; expected at least %d",
				  interface->mtu, VLAN_MTU_MIN_IPV6);
	}
	return vlan_check_gateways(interface, error);
}
