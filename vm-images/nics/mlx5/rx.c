// SPDX-License-Identifier: MIT
/*
 * Receive queues (en_rx.c:mlx5e_handle_rx_cqe; include/linux/mlx5/qp.h:mlx5_wqe_data_seg).
 *
 * A WQE is a list of buffers; a frame takes one WQE and becomes one completion. The driver only
 * writes into memory how many WQEs it has posted, so that nothing says when a queue that was empty
 * has some again: a frame that waits is tried again when a CQ is armed, and by time.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "cq.h"
#include "fields.h"
#include "frame/checksum.h"
#include "frame/headers.h"
#include "link.h"
#include "mlx5.h"
#include "rss.h"
#include "rx.h"
#include "statistics.h"
#include "steering.h"

#define RETRY_NS 50000u

#define WQE_BYTES_MAX 512u
#define SEGMENT_BYTES 16u
#define SEGMENT_COUNT 0x7fffffffu	/* the highest bit asks for padding, of which there is none */
#define SEGMENT_KEY 4
#define SEGMENT_ADDRESS 8
#define RECORD_RECEIVE 0		/* bytes */

/* Fields of a completion, by byte. */
#define CQE_HASH 12
#define CQE_HASH_TYPE 16
#define CQE_CHECKSUM 20
#define CQE_CHECKS 28
#define CQE_HEADERS 29
#define CQE_TAG 30

#define CHECK_L2 (1u << 0)
#define CHECK_L3 (1u << 1)
#define CHECK_L4 (1u << 2)
#define HEADERS_VLAN (1u << 0)
#define HEADERS_IPV6 (1u << 2)
#define HEADERS_IPV4 (2u << 2)
#define HEADERS_TCP (1u << 4)		/* without ACK; 3 and 4: with it, without and with data */
#define HEADERS_UDP (2u << 4)
#define HEADERS_TCP_ACK (3u << 4)
#define HEADERS_TCP_DATA (4u << 4)
#define TCP_ACK 0x10

static uint8_t headers__describe(const struct mlx5_packet *packet, const uint8_t *frame)
{
	uint8_t headers = 0;

	if (packet->ip_version)
		headers = packet->ip_version == 6 ? HEADERS_IPV6 : HEADERS_IPV4;
	if (mlx5_packet__is_udp(packet))
		return headers | HEADERS_UDP;
	if (!mlx5_packet__is_tcp(packet))
		return headers;
	if (!(frame[packet->l4 + 13] & TCP_ACK))
		return headers | HEADERS_TCP;
	return headers | (packet->l4 + (frame[packet->l4 + TCP_FLAGS_AT] >> 4) * 4 <
			  packet->ip_end ? HEADERS_TCP_DATA : HEADERS_TCP_ACK);
}

/* All that the completion says of a frame as it was on the wire. */
static void cqe__describe(uint8_t cqe[MLX5_CQE_BYTES], const struct mlx5_packet *packet,
			  const uint8_t *frame, const struct mlx5_rss *rss, uint32_t tag)
{
	struct mlx5_checks checks = mlx5_packet__check(packet, frame);

	put_be32(cqe + CQE_HASH, rss->hash);
	cqe[CQE_HASH_TYPE] = rss->type;
	cqe[CQE_HEADERS] = headers__describe(packet, frame);
	cqe[CQE_CHECKS] = CHECK_L2 | (checks.ip ? CHECK_L3 : 0) | (checks.l4 ? CHECK_L4 : 0);
	put_be32(cqe + MLX5_CQE_QUEUE, tag);
	/* Of the IP packet, without padding (en_rx.c:mlx5e_skb_csum_fixup). */
	if (packet->ip_version)
		put_be16(cqe + CQE_CHECKSUM,
			 ~checksum__fold(checksum__add(0, frame + packet->l3,
						       packet->ip_end - packet->l3)));
}

/*
 * How many bytes the buffers of a WQE hold. A list that is shorter than the WQE ends with a key
 * that there never is (MLX5_TERMINATE_SCATTER_LIST_LKEY).
 */
static size_t wqe__room(const struct mlx5 *chip, const uint8_t *wqe, size_t wqe_bytes)
{
	size_t room = 0, at;

	for (at = 0; at + SEGMENT_BYTES <= wqe_bytes; at += SEGMENT_BYTES) {
		const struct mlx5_mkey *mkey = mlx5__mkey(chip, be32(wqe + at + SEGMENT_KEY));

		if (!mkey || !mkey->writes)
			break;
		room += be32(wqe + at) & SEGMENT_COUNT;
	}
	return room;
}

/* Return: whether all buffers that the frame needs are in guest memory. */
static bool wqe__scatter(struct mlx5 *chip, const uint8_t *wqe, const uint8_t *frame, size_t bytes)
{
	size_t part, at;

	for (at = 0; at < bytes; at += part, wqe += SEGMENT_BYTES) {
		part = be32(wqe) & SEGMENT_COUNT;
		if (part > bytes - at)
			part = bytes - at;
		if (part && !dma__write(chip->nic, be64(wqe + SEGMENT_ADDRESS), frame + at, part)) {
			chip->counters.bad_addresses++;
			return false;
		}
	}
	return true;
}

/* Return: how many WQEs are posted; more than there can be are none. */
static unsigned int rq__posted(struct mlx5 *chip, const struct mlx5_rq *rq)
{
	unsigned int posted;
	uint8_t record[2];

	/* A word of 32 bits, of which the lower half counts. */
	if (!dma__read(chip->nic, rq->record + RECORD_RECEIVE + 2, record, sizeof(record))) {
		chip->counters.bad_addresses++;
		return 0;
	}
	posted = (uint16_t)(be16(record) - rq->consumer);
	return posted > 1u << rq->log_size ? 0 : posted;
}

/* The queue stops until the driver resets it. */
static void rq__fail(struct mlx5 *chip, struct mlx5_rq *rq, uint8_t syndrome)
{
	uint8_t cqe[MLX5_CQE_BYTES] = { 0 };

	chip->counters.bad_wqes++;
	cqe[MLX5_CQE_SYNDROME] = syndrome;
	put_be16(cqe + MLX5_CQE_COUNTER, rq->consumer++);
	rq->state = MLX5_ERROR;
	mlx5_cq__push(chip, rq->cq, MLX5_CQE_RECEIVE_ERROR, cqe);
}

static void rq__put(struct mlx5 *chip, struct mlx5_rq *rq, const uint8_t *frame, size_t bytes,
		    uint8_t cqe[MLX5_CQE_BYTES])
{
	size_t wqe_bytes = (size_t)1 << rq->log_stride;
	size_t at = (size_t)(rq->consumer & ((1u << rq->log_size) - 1)) << rq->log_stride;
	uint8_t wqe[WQE_BYTES_MAX];

	if (!dma__read(chip->nic, mlx5_buffer__at(&rq->ring, at), wqe, wqe_bytes)) {
		chip->counters.bad_addresses++;
		rq__fail(chip, rq, MLX5_SYNDROME_PROTECTION);
		return;
	}
	if (wqe__room(chip, wqe, wqe_bytes) < bytes) {
		rq__fail(chip, rq, MLX5_SYNDROME_LENGTH);
		return;
	}
	if (!wqe__scatter(chip, wqe, frame, bytes)) {
		rq__fail(chip, rq, MLX5_SYNDROME_PROTECTION);
		return;
	}
	put_be32(cqe + MLX5_CQE_BYTE_COUNT, bytes);
	put_be16(cqe + MLX5_CQE_COUNTER, rq->consumer++);
	mlx5_cq__push(chip, rq->cq, MLX5_CQE_RECEIVED, cqe);
}

static bool frame__drop(struct mlx5 *chip)
{
	chip->counters.rx_dropped++;
	chip->statistics.rx_discards++;
	return true;
}

/* Into a queue that has room: without its tag, which is in the completion, unless it is kept. */
static void frame__put(struct mlx5 *chip, struct mlx5_rq *rq, const struct mlx5_packet *packet,
		       const uint8_t *frame, size_t bytes, uint8_t cqe[MLX5_CQE_BYTES])
{
	uint8_t stripped[NIC_FRAME_MAX];

	mlx5_statistics__count_rx(chip, frame, bytes);
	if (packet->cvlan && !rq->keeps_vlan) {
		cqe[CQE_HEADERS] |= HEADERS_VLAN;
		put_be16(cqe + CQE_TAG, packet->tag);
		bytes -= VLAN_BYTES;
		memcpy(stripped, frame, ETHERTYPE_AT);
		memcpy(stripped + ETHERTYPE_AT, frame + ETHERTYPE_AT + VLAN_BYTES,
		       bytes - ETHERTYPE_AT);
		frame = stripped;
	}
	rq__put(chip, rq, frame, bytes, cqe);
}

bool mlx5_rx__receive(struct mlx5 *chip, const void *data, size_t bytes)
{
	uint8_t cqe[MLX5_CQE_BYTES] = { 0 };
	const uint8_t *frame = data;
	struct mlx5_verdict verdict;
	struct mlx5_packet packet;
	struct mlx5_rss rss;
	struct mlx5_rq *rq;

	if (!mlx5_link__is_up(chip))
		return frame__drop(chip);
	if (bytes + FRAME_CRC_BYTES > chip->link.mtu) {
		chip->statistics.rx_too_long++;
		return frame__drop(chip);
	}
	mlx5_packet__parse(&packet, frame, bytes);
	verdict = mlx5_steering__walk(chip, &packet, frame);
	if (!verdict.tir) {
		chip->counters.rx_filtered++;
		return true;
	}
	/* There is one: a TIR is not destroyed while an entry has it. */
	rss = mlx5_rss__choose(chip, &chip->tirs[verdict.tir], &packet, frame);
	rq = MLX5_OBJECT(chip, MLX5_RQ, rqs, rss.rq);
	if (!rq || rq->state != MLX5_READY || !mlx5_cq__works(chip, rq->cq))
		return frame__drop(chip);
	if (!rq__posted(chip, rq)) {
		chip->rx_waits_for = rss.rq;
		nic__set_timer(chip->nic, MLX5_TIMER_RETRY, RETRY_NS);
		return false;
	}
	chip->rx_waits_for = 0;
	cqe__describe(cqe, &packet, frame, &rss, verdict.tag);
	frame__put(chip, rq, &packet, frame, bytes, cqe);
	return true;
}

void mlx5_rx__retry(struct mlx5 *chip)
{
	if (chip->rx_waits_for)
		nic__room(chip->nic);
}

void mlx5_rx__missed(struct mlx5 *chip)
{
	const struct mlx5_rq *rq = MLX5_OBJECT(chip, MLX5_RQ, rqs, chip->rx_waits_for);

	chip->counters.rx_missed++;
	chip->statistics.rx_discards++;
	if (rq && rq->counter_set < MLX5_COUNTER_SETS)
		chip->statistics.out_of_buffer[rq->counter_set]++;
}
