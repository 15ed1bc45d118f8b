// SPDX-License-Identifier: MIT
/* What hashing and filters take from a frame. */
#include <string.h>

#include "frame/bytes.h"
#include "frame/headers.h"
#include "input_set.h"
#include "intel/packet.h"

/* Input sets: words of the fields, from the highest bit down. */
#define FIELD_VLAN 55
#define FIELD_IPV4_SOURCE 48
#define FIELD_IPV4_DESTINATION 36
#define FIELD_IPV6_SOURCE 50
#define FIELD_IPV6_DESTINATION 42
#define FIELD_SOURCE_PORT 34
#define FIELD_DESTINATION_PORT 33

unsigned int i40e_input_set__classifier(const struct packet *packet)
{
	static const uint8_t classes[] = {
		[TYPE_FRAGMENT] = CLASS_IPV4_FRAGMENT, [TYPE_OTHER] = CLASS_IPV4_OTHER,
		[TYPE_UDP] = CLASS_IPV4_UDP, [TYPE_TCP] = CLASS_IPV4_TCP,
		[TYPE_SCTP] = CLASS_IPV4_SCTP, [TYPE_ICMP] = CLASS_IPV4_OTHER,
	};

	if (packet->ip_version == 4)
		return classes[packet->type - TYPE_IPV4];
	if (packet->ip_version == 6)
		return classes[packet->type - TYPE_IPV6] + CLASS_IPV6_UDP - CLASS_IPV4_UDP;
	return CLASS_L2;
}

/* Words of a field of which each has a bit of its own, the first word's the highest. */
static size_t words__take(uint64_t fields, unsigned int highest, const uint8_t *from,
			  unsigned int words, uint8_t *to)
{
	unsigned int word;
	size_t taken = 0;

	for (word = 0; word < words; word++) {
		if (!(fields >> (highest - word) & 1))
			continue;
		memcpy(to + taken, from + 2 * word, 2);
		taken += 2;
	}
	return taken;
}

/*
 * @mirrored: the frame is one that is sent, and stands for the frames that answer it: source and
 * destination change places.
 */
size_t i40e_input_set__take(const struct packet *packet, const uint8_t *frame, size_t bytes,
			    uint64_t fields, bool mirrored, uint8_t input[INPUT_SET_MAX])
{
	const uint8_t *source, *destination;
	size_t taken = 0;

	if (fields >> FIELD_VLAN & 1) {
		put_be16(input, packet->tag & VLAN_ID);
		taken = 2;
	}
	if (packet->ip_version == 4) {
		source = frame + packet->ip + (mirrored ? 16 : 12);
		destination = frame + packet->ip + (mirrored ? 12 : 16);
		taken += words__take(fields, FIELD_IPV4_SOURCE, source, 2, input + taken);
		taken += words__take(fields, FIELD_IPV4_DESTINATION, destination, 2, input + taken);
	} else if (packet->ip_version == 6) {
		source = frame + packet->ip + (mirrored ? 24 : 8);
		destination = frame + packet->ip + (mirrored ? 8 : 24);
		taken += words__take(fields, FIELD_IPV6_SOURCE, source, 8, input + taken);
		taken += words__take(fields, FIELD_IPV6_DESTINATION, destination, 8, input + taken);
	}
	if (packet__has_l4(packet, bytes, 4)) {
		source = frame + packet->l4 + (mirrored ? 2 : 0);
		destination = frame + packet->l4 + (mirrored ? 0 : 2);
		taken += words__take(fields, FIELD_SOURCE_PORT, source, 1, input + taken);
		taken += words__take(fields, FIELD_DESTINATION_PORT, destination, 1, input + taken);
	}
	return taken;
}
