/* SPDX-License-Identifier: MIT */
/*
 * What the filters and the hash look at in a frame (datasheet section 7.1, "Receive
 * classification"): the classifier type has an input set, of which the bits are fields.
 */
#ifndef I40E_INPUT_SET_H
#define I40E_INPUT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;

/* Packet classifier types. */
enum {
	CLASS_IPV4_UDP = 31,
	CLASS_IPV4_TCP = 33,
	CLASS_IPV4_SCTP = 34,
	CLASS_IPV4_OTHER = 35,
	CLASS_IPV4_FRAGMENT = 36,
	CLASS_IPV6_UDP = 41,
	CLASS_IPV6_TCP = 43,
	CLASS_IPV6_SCTP = 44,
	CLASS_IPV6_OTHER = 45,
	CLASS_IPV6_FRAGMENT = 46,
	CLASS_L2 = 63,
};

unsigned int i40e_input_set__classifier(const struct packet *packet);

/* The fields of an input set, in the order of the hash. Returns bytes, at most INPUT_SET_MAX. */
#define INPUT_SET_MAX 40
size_t i40e_input_set__take(const struct packet *packet, const uint8_t *frame, size_t bytes,
			    uint64_t fields, bool mirrored, uint8_t input[INPUT_SET_MAX]);

#endif
