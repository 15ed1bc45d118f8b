// SPDX-License-Identifier: MIT
/*
 * Send WQEs (include/linux/mlx5/qp.h: mlx5_wqe_ctrl_seg, mlx5_wqe_eth_seg, mlx5_wqe_data_seg).
 * Segments of 16 bytes: control, Ethernet, with headers of the packet if there are any inline, and
 * the rest of the packet by address. Basic blocks of 64 bytes; an entry may go on at the ring's
 * start.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "cq.h"
#include "fields.h"
#include "frame/headers.h"
#include "mlx5.h"
#include "wqe.h"

#define SEGMENT_BYTES 16u
#define CONTROL_OPCODE 3		/* bytes */
#define CONTROL_SEGMENTS 7		/* in the lower 6 bits */
#define CONTROL_FLAGS 11
#define CONTROL_REPORTS 0x08		/* MLX5_WQE_CTRL_CQ_UPDATE */
#define OPCODE_NOP 0x00
#define OPCODE_SEND 0x0a
#define OPCODE_SEGMENTS 0x0e

#define ETHERNET_AT SEGMENT_BYTES	/* its fields, by byte */
#define ETHERNET_CHECKSUMS 4
#define ETHERNET_MSS 6
#define ETHERNET_INLINE 12		/* bytes that are inline, or flags and a tag */
#define ETHERNET_HEADERS 14
#define ETHERNET_END (ETHERNET_AT + SEGMENT_BYTES)
#define CHECKSUM_L3 0x40
#define CHECKSUM_L4 0x80
#define MSS_MASK 0x3fffu
#define INLINE_MASK 0x3ffu
#define INSERT_VLAN 0x8000u
#define INSERT_SVLAN 0x0001u
#define ETHERTYPE_SVLAN 0x88a8

#define SEGMENT_KEY 4
#define SEGMENT_ADDRESS 8
#define SEGMENT_INLINE 0x80000000u

bool mlx5_wqe__load(struct mlx5 *chip, const struct mlx5_sq *sq, unsigned int posted,
		    struct mlx5_wqe *wqe)
{
	uint32_t mask = (1u << sq->log_size) - 1;
	unsigned int block;

	wqe->blocks = 1;
	wqe->opcode = OPCODE_NOP;
	wqe->reports = false;
	for (block = 0; block < wqe->blocks; block++) {
		size_t at = (size_t)((sq->consumer + block) & mask) * MLX5_WQE_BLOCK;

		if (!dma__read(chip->nic, mlx5_buffer__at(&sq->ring, at),
			       wqe->data + block * MLX5_WQE_BLOCK, MLX5_WQE_BLOCK)) {
			chip->counters.bad_addresses++;
			return false;
		}
		if (block)
			continue;
		wqe->opcode = wqe->data[CONTROL_OPCODE];
		wqe->reports = wqe->data[CONTROL_FLAGS] & CONTROL_REPORTS;
		wqe->bytes = (wqe->data[CONTROL_SEGMENTS] & 0x3f) * SEGMENT_BYTES;
		if (wqe->bytes > MLX5_WQE_BLOCK)
			wqe->blocks = (wqe->bytes + MLX5_WQE_BLOCK - 1) / MLX5_WQE_BLOCK;
		if (!wqe->bytes || wqe->blocks > posted)
			return false;
	}
	return true;
}

bool mlx5_wqe__sends(const struct mlx5_wqe *wqe)
{
	return wqe->opcode == OPCODE_SEND || wqe->opcode == OPCODE_SEGMENTS;
}

bool mlx5_wqe__is_nop(const struct mlx5_wqe *wqe)
{
	return wqe->opcode == OPCODE_NOP;
}

static void offload__decode(const struct mlx5_wqe *wqe, struct mlx5_offload *offload)
{
	const uint8_t *ethernet = wqe->data + ETHERNET_AT;
	uint16_t flags = be16(ethernet + ETHERNET_INLINE);

	*offload = (struct mlx5_offload){
		.ip_checksum = ethernet[ETHERNET_CHECKSUMS] & CHECKSUM_L3,
		.l4_checksum = ethernet[ETHERNET_CHECKSUMS] & CHECKSUM_L4,
		.segments = wqe->opcode == OPCODE_SEGMENTS,
		.mss = be16(ethernet + ETHERNET_MSS) & MSS_MASK,
		.tagged = flags & INSERT_VLAN,
	};
	if (offload->tagged) {
		offload->tag_type = flags & INSERT_SVLAN ? ETHERTYPE_SVLAN : ETHERTYPE_VLAN;
		offload->tag = be16(ethernet + ETHERNET_HEADERS);
	} else {
		offload->headers = flags & INLINE_MASK;
	}
}

/* The data of one segment, behind what is in chip->packet. */
static uint8_t segment__gather(struct mlx5 *chip, const uint8_t *segment, size_t *bytes)
{
	const struct mlx5_mkey *mkey = mlx5__mkey(chip, be32(segment + SEGMENT_KEY));
	uint32_t part = be32(segment);

	if (!part)
		return 0;
	if (part & SEGMENT_INLINE || part > sizeof(chip->packet) - *bytes)
		return MLX5_SYNDROME_LENGTH;
	if (!mkey || !mkey->reads)
		return MLX5_SYNDROME_PROTECTION;
	if (!dma__read(chip->nic, be64(segment + SEGMENT_ADDRESS), chip->packet + *bytes, part)) {
		chip->counters.bad_addresses++;
		return MLX5_SYNDROME_PROTECTION;
	}
	*bytes += part;
	return 0;
}

uint8_t mlx5_wqe__gather(struct mlx5 *chip, const struct mlx5_wqe *wqe,
			 struct mlx5_offload *offload, size_t *bytes)
{
	size_t at = ETHERNET_END, in_ethernet = SEGMENT_BYTES - ETHERNET_HEADERS;
	uint8_t syndrome = 0;

	*bytes = 0;
	if (wqe->bytes < ETHERNET_END)
		return MLX5_SYNDROME_OPERATION;
	offload__decode(wqe, offload);
	if (offload->headers > in_ethernet)
		at += (offload->headers - in_ethernet + SEGMENT_BYTES - 1) / SEGMENT_BYTES *
		      SEGMENT_BYTES;
	if (at > wqe->bytes)
		return MLX5_SYNDROME_LENGTH;
	memcpy(chip->packet, wqe->data + ETHERNET_AT + ETHERNET_HEADERS, offload->headers);
	*bytes = offload->headers;
	for (; !syndrome && at < wqe->bytes; at += SEGMENT_BYTES)
		syndrome = segment__gather(chip, wqe->data + at, bytes);
	return syndrome;
}
