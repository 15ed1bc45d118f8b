// SPDX-License-Identifier: MIT
/*
 * Frames to queues by a hash and a table. The device hashes what the profiles of its package say;
 * the model always hashes the addresses of IP packets, and the ports of TCP, UDP and SCTP, which is
 * what the driver sets up (ice_lib.c:ice_vsi_set_rss_flow_fld).
 */
#include "frame/bytes.h"
#include "frame/toeplitz.h"
#include "ice.h"
#include "intel/packet.h"
#include "rss.h"
#include "vsi.h"

_Static_assert(ICE_RSS_KEY_BYTES >= TOEPLITZ_FLOW_MAX + 4, "the key is long enough for any input");

static bool packet__has_ports(const struct packet *packet)
{
	unsigned int type = packet->type - (packet->ip_version == 4 ? TYPE_IPV4 : TYPE_IPV6);

	return type == TYPE_TCP || type == TYPE_UDP || type == TYPE_SCTP;
}

static unsigned int table__look_up(const struct ice *chip, const struct ice_vsi *vsi, uint32_t hash)
{
	uint8_t options = vsi->properties[VSI_QUEUE_OPTIONS];

	switch (options & RSS_TABLE_TYPE) {
	case RSS_TABLE_OF_PF:
		return chip->rss_pf_table[hash % ICE_RSS_TABLE_PF];
	case RSS_TABLE_OF_ALL:
		return chip->rss_global_tables[bits(options, RSS_GLOBAL_TABLE_LOW, 4)]
					      [hash % ICE_RSS_TABLE_GLOBAL];
	default:
		return vsi->rss_table[hash % ICE_RSS_TABLE_VSI];
	}
}

struct ice_rss ice_rss__look_up(const struct ice *chip, const struct ice_vsi *vsi,
				const struct packet *packet, const uint8_t *frame, size_t bytes)
{
	size_t address_bytes = packet->ip_version == 4 ? 4 : 16;
	const uint8_t *addresses = frame + packet->ip + (packet->ip_version == 4 ? 12 : 8);
	uint8_t input[TOEPLITZ_FLOW_MAX];
	struct ice_rss rss = { 0 };
	size_t taken;

	if (!packet->ip_version)
		return rss;
	taken = toeplitz__flow(input, addresses, addresses + address_bytes, address_bytes,
			       packet__has_ports(packet) && packet__has_l4(packet, bytes, 4) ?
			       frame + packet->l4 : NULL);
	rss.hashed = true;
	rss.hash = toeplitz__hash(vsi->rss_key, sizeof(vsi->rss_key), input, taken);
	rss.entry = table__look_up(chip, vsi, rss.hash);
	return rss;
}
