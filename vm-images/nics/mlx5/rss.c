// SPDX-License-Identifier: MIT
/*
 * TIRs spread frames over an RQT by a hash of the fields that they select (mlx5_ifc.h: tirc,
 * rx_hash_field_select; en/tir.c). There is one TIR for each kind of packet.
 *
 * The symmetric form of the Toeplitz hash is what Linux calls symmetric-or-xor
 * (include/uapi/linux/ethtool.h, RXH_XFRM_SYM_OR_XOR): of each pair of fields first the OR, then
 * the XOR. That the card takes them in this order is inferred, not documented.
 */
#include <string.h>

#include "fields.h"
#include "frame/toeplitz.h"
#include "mlx5.h"
#include "rss.h"

#define L3_IPV6 (1u << 31)		/* of rx_hash_field_select */
#define L4_UDP (1u << 30)
#define SOURCE_ADDRESS (1u << 0)
#define DESTINATION_ADDRESS (1u << 1)
#define SOURCE_PORT (1u << 2)
#define DESTINATION_PORT (1u << 3)

#define INPUT_MAX 36u			/* two addresses of IPv6, and ports */

/* rss_hash_type (include/linux/mlx5/device.h, CQE_RSS_HTYPE_*). */
#define TYPE_IPV4 (1u << 2)
#define TYPE_IPV6 (2u << 2)
#define TYPE_TCP (1u << 6)
#define TYPE_UDP (2u << 6)

struct input {
	uint8_t bytes[INPUT_MAX];
	size_t count;
};

/* One of a pair, or both of them; @bytes each, the source first. */
static void input__add(struct input *input, const uint8_t *pair, size_t bytes, bool source,
		       bool destination, bool symmetric)
{
	uint8_t *to = input->bytes + input->count;
	size_t i;

	if (source && destination && symmetric) {
		for (i = 0; i < bytes; i++) {
			to[i] = pair[i] | pair[bytes + i];
			to[bytes + i] = pair[i] ^ pair[bytes + i];
		}
		input->count += 2 * bytes;
		return;
	}
	if (source) {
		memcpy(to, pair, bytes);
		to += bytes;
		input->count += bytes;
	}
	if (destination) {
		memcpy(to, pair + bytes, bytes);
		input->count += bytes;
	}
}

/* Whether the packet is one that the TIR's fields are of. */
static bool tir__is_of(const struct mlx5_tir *tir, const struct mlx5_packet *packet, bool ports)
{
	if (packet->ip_version != (tir->fields & L3_IPV6 ? 6 : 4))
		return false;
	return !ports || (tir->fields & L4_UDP ? mlx5_packet__is_udp(packet) :
						 mlx5_packet__is_tcp(packet));
}

static void rss__hash(struct mlx5_rss *rss, const struct mlx5_tir *tir,
		      const struct mlx5_packet *packet, const uint8_t *frame)
{
	bool ports = tir->fields & (SOURCE_PORT | DESTINATION_PORT);
	bool ipv6 = packet->ip_version == 6;
	struct input input = { .count = 0 };

	if (tir->hash != MLX5_HASH_TOEPLITZ || !tir__is_of(tir, packet, ports))
		return;
	input__add(&input, frame + packet->l3 + (ipv6 ? 8 : 12), ipv6 ? 16 : 4,
		   tir->fields & SOURCE_ADDRESS, tir->fields & DESTINATION_ADDRESS,
		   tir->symmetric);
	if (ports)
		input__add(&input, frame + packet->l4, 2, tir->fields & SOURCE_PORT,
			   tir->fields & DESTINATION_PORT, tir->symmetric);
	rss->hash = toeplitz__hash(tir->key, sizeof(tir->key), input.bytes, input.count);
	rss->type = ipv6 ? TYPE_IPV6 : TYPE_IPV4;
	if (ports)
		rss->type |= tir->fields & L4_UDP ? TYPE_UDP : TYPE_TCP;
}

/*
 * Of the other hash, inverted XOR8, drivers only make use with a table of one RQ; here it always
 * chooses the first.
 */
struct mlx5_rss mlx5_rss__choose(const struct mlx5 *chip, const struct mlx5_tir *tir,
				 const struct mlx5_packet *packet, const uint8_t *frame)
{
	struct mlx5_rss rss = { .rq = tir->rq };
	const struct mlx5_rqt *rqt;

	if (!tir->indirect)
		return rss;
	/* It is there as long as the TIR is. */
	rqt = &chip->rqts[tir->rqt];
	rss__hash(&rss, tir, packet, frame);
	rss.rq = rqt->rqs[rss.hash & (rqt->size - 1)];
	return rss;
}
