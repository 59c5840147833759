/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a client asks of a VLAN interface (doc/api.md), read from the request's JSON: each
 * field by itself, and how they fit together. It knows nothing of what there is on this
 * machine; daemon/vlan_check.h looks at that.
 */
#ifndef DAEMON_VLAN_REQUEST_H
#define DAEMON_VLAN_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/model.h"

#define VLAN_REQUEST_ADDRESSES_MAX 256
#define VLAN_REQUEST_REVISION_SIZE 17
#define VLAN_REQUEST_MESSAGE_SIZE  400

#define VLAN_VID_MAX		   4094
#define VLAN_MTU_MIN		   68 /* RFC 791 */
#define VLAN_MTU_MIN_IPV6	   1280
#define VLAN_MTU_MAX		   65535

/* Which call it is the body of. */
enum vlan_request_kind {
	VLAN_REQUEST_ADD = 0,
	VLAN_REQUEST_SET,
	VLAN_REQUEST_DELETE,
};

/* The fields that were given; null counts as given, with the default's value. */
enum vlan_request_field {
	VLAN_FIELD_PARENT = 1u << 0,
	VLAN_FIELD_VID = 1u << 1,
	VLAN_FIELD_NAME = 1u << 2,
	VLAN_FIELD_ADDRESSES = 1u << 3,
	VLAN_FIELD_DHCP = 1u << 4,
	VLAN_FIELD_DHCPV6 = 1u << 5,
	VLAN_FIELD_IPV6_AUTOCONF = 1u << 6,
	VLAN_FIELD_GATEWAY = 1u << 7,
	VLAN_FIELD_GATEWAY6 = 1u << 8,
	VLAN_FIELD_MTU = 1u << 9,
	VLAN_FIELD_MAC = 1u << 10,
	VLAN_FIELD_ONBOOT = 1u << 11,
	VLAN_FIELD_REVISION = 1u << 12,
	VLAN_FIELD_STAGE = 1u << 13,
	VLAN_FIELD_CONFIRM = 1u << 14,
};

struct vlan_request {
	unsigned int fields; /* VLAN_FIELD_* */
	char parent[MODEL_NAME_SIZE];
	char name[MODEL_NAME_SIZE];
	uint16_t vid;
	size_t address_count;
	struct model_address addresses[VLAN_REQUEST_ADDRESSES_MAX];
	bool dhcp, dhcpv6, ipv6_autoconf, onboot;
	struct model_default_route gateway, gateway6;
	uint32_t mtu; /* 0: the default */
	bool has_mac;
	uint8_t mac[6];
	char revision[VLAN_REQUEST_REVISION_SIZE];
	bool stage;
	unsigned int confirm_s;
};

struct vlan_request_error {
	const char *code;  /* "bad_body", "bad_vlan" */
	const char *field; /* NULL: none in particular; of static life */
	char message[VLAN_REQUEST_MESSAGE_SIZE];
};

/* false: error says what is wrong; *out then holds nothing of use. */
bool vlan_request_read(const json_t *body, enum vlan_request_kind kind,
		       struct vlan_request *out, struct vlan_request_error *error);

/* Puts what was given into the VLAN interface; false: no memory. */
bool vlan_request_apply(const struct vlan_request *request, struct model_vlan *vlan);

/* What a new one is before anything is put into it. */
void vlan_request_init_vlan(struct model_vlan *vlan);

/* Whether the fields of a whole VLAN interface fit each other: a gateway on a subnet of
 * its addresses, an MTU that IPv6 can live with, ... */
bool vlan_request_check(const struct model_vlan *vlan, struct vlan_request_error *error);

/* The name where none is given: PARENT.VID, or vlanVID where that is too long. */
void vlan_request_name(const char *parent, uint16_t vid, char out[MODEL_NAME_SIZE]);

#endif
