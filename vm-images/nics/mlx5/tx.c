// SPDX-License-Identifier: MIT
/*
 * Send queues (en_tx.c, en/xdp.c, en/xsk/tx.c; transobj.c). The driver writes into memory how far
 * it has posted WQEs, then rings the doorbell.
 *
 * A WQE leaves the queue when the wire has taken all its frames. Its bytes are copied once for each
 * attempt, and checked in the copy. After one that is wrong the queue is in error, and all that
 * follow are flushed: each has a completion that says so, until the driver resets the queue.
 */
#include "core/memory/dma.h"
#include "cq.h"
#include "fields.h"
#include "link.h"
#include "mlx5.h"
#include "statistics.h"
#include "tx.h"
#include "wqe.h"

#define FRAMES_A_PASS 256u
#define FRAMES_A_QUEUE 64u

#define RECORD_SEND 4			/* bytes: behind that of a receive queue */
#define QUEUE_LOW 8
#define OPCODE_LOW 24

void mlx5_tx__doorbell(struct mlx5 *chip, uint32_t word)
{
	uint32_t number = word >> QUEUE_LOW;

	if (!mlx5_numbers__has(&chip->numbers[MLX5_SQ], number))
		return;
	mlx5_numbers__add(&chip->ready_sqs, number);
	nic__schedule(chip->nic);
}

static void sq__complete(struct mlx5 *chip, uint32_t number, const struct mlx5_wqe *wqe,
			 uint8_t syndrome)
{
	const struct mlx5_sq *sq = &chip->sqs[number];
	uint8_t cqe[MLX5_CQE_BYTES] = { 0 };

	cqe[MLX5_CQE_SYNDROME] = syndrome;
	put_be32(cqe + MLX5_CQE_QUEUE, (uint32_t)wqe->opcode << OPCODE_LOW | number);
	put_be16(cqe + MLX5_CQE_COUNTER, sq->consumer);
	mlx5_cq__push(chip, sq->cq, syndrome ? MLX5_CQE_REQUEST_ERROR : MLX5_CQE_REQUEST, cqe);
}

static bool frame__send(struct mlx5 *chip, const uint8_t *frame, size_t bytes)
{
	if (!mlx5_link__is_up(chip)) {
		chip->statistics.tx_discards++;
		chip->counters.tx_dropped++;
		return true;
	}
	if (!nic__transmit(chip->nic, frame, bytes))
		return false;
	mlx5_statistics__count_tx(chip, frame, bytes);
	return true;
}

/*
 * Sends the frames of a WQE that were not sent yet, at most @budget, which is reduced.
 * Return: whether all are sent, or cannot be: then there is a syndrome.
 */
static bool wqe__send(struct mlx5 *chip, struct mlx5_sq *sq, const struct mlx5_wqe *wqe,
		      unsigned int *budget, uint8_t *syndrome)
{
	uint8_t frame[NIC_FRAME_MAX];
	struct mlx5_offload offload;
	unsigned int frames;
	size_t bytes;

	*syndrome = mlx5_wqe__gather(chip, wqe, &offload, &bytes);
	if (*syndrome)
		return true;
	frames = mlx5_offload__frames(&offload, chip->packet, bytes);
	if (!frames)
		*syndrome = MLX5_SYNDROME_LENGTH;
	for (; sq->segments_sent < frames; sq->segments_sent++) {
		if (!*budget)
			return false;
		if (!frame__send(chip, frame, mlx5_offload__frame(&offload, chip->packet, bytes,
								  sq->segments_sent, frame))) {
			chip->wire_full = true;
			return false;
		}
		--*budget;
	}
	return true;
}

/* How many blocks the driver has posted. More than there can be are an error. */
static unsigned int sq__posted(struct mlx5 *chip, struct mlx5_sq *sq)
{
	unsigned int posted;
	uint8_t record[2];

	/* A word of 32 bits, of which the lower half counts. */
	if (!dma__read(chip->nic, sq->record + RECORD_SEND + 2, record, sizeof(record))) {
		chip->counters.bad_addresses++;
		return 0;
	}
	posted = (uint16_t)(be16(record) - sq->consumer);
	if (posted > 1u << sq->log_size) {
		nic__warn(chip->nic, "more WQEs are posted than an SQ has");
		chip->counters.bad_wqes++;
		sq->state = MLX5_ERROR;
		return 0;
	}
	return posted;
}

/* Return: whether the WQE is done with, and the queue can go on. */
static bool sq__run_one(struct mlx5 *chip, uint32_t number, unsigned int posted,
			unsigned int *budget)
{
	struct mlx5_sq *sq = &chip->sqs[number];
	uint8_t syndrome = MLX5_SYNDROME_FLUSHED;
	struct mlx5_wqe wqe;
	bool whole = mlx5_wqe__load(chip, sq, posted, &wqe);

	if (sq->state == MLX5_READY) {
		syndrome = whole && mlx5_wqe__is_nop(&wqe) ? 0 : MLX5_SYNDROME_OPERATION;
		if (whole && mlx5_wqe__sends(&wqe) &&
		    !wqe__send(chip, sq, &wqe, budget, &syndrome))
			return false;
		if (syndrome) {
			chip->counters.bad_wqes++;
			sq->state = MLX5_ERROR;
		}
	}
	if (syndrome || wqe.reports)
		sq__complete(chip, number, &wqe, syndrome);
	sq->consumer += wqe.blocks < posted ? wqe.blocks : posted;
	sq->segments_sent = 0;
	return true;
}

/* Return: whether the queue has more to do. */
static bool sq__run(struct mlx5 *chip, uint32_t number, unsigned int *budget)
{
	struct mlx5_sq *sq = &chip->sqs[number];
	unsigned int turn = *budget < FRAMES_A_QUEUE ? *budget : FRAMES_A_QUEUE;
	unsigned int left = turn, wqes, posted = 0;

	/* WQEs that become no frames count as well: no queue keeps the others waiting. */
	for (wqes = 0; wqes < FRAMES_A_QUEUE && left && sq->state != MLX5_RESET; wqes++) {
		posted = sq__posted(chip, sq);
		if (!posted || !sq__run_one(chip, number, posted, &left))
			break;
	}
	*budget -= turn - left;
	return posted;
}

bool mlx5_tx__work(struct mlx5 *chip)
{
	unsigned int budget = FRAMES_A_PASS, queues;
	uint32_t number = chip->next_sq;

	chip->wire_full = false;
	for (queues = 0; queues < MLX5_SQS && budget && !chip->wire_full; queues++) {
		number = mlx5_numbers__next(&chip->ready_sqs, number);
		if (!number)
			break;
		if (!sq__run(chip, number, &budget))
			mlx5_numbers__remove(&chip->ready_sqs, number);
		chip->next_sq = number;
	}
	/* The core calls again when the wire has room. */
	return !chip->wire_full && mlx5_numbers__next(&chip->ready_sqs, 0);
}
