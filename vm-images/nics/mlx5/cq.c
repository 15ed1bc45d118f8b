// SPDX-License-Identifier: MIT
/*
 * Completion queues (struct mlx5_cqe64; include/linux/mlx5/cq.h:mlx5_cq_arm,
 * wq.h:mlx5_cqwq_get_cqe).
 *
 * As with EQs, the owner bit tells an entry's turn. An armed CQ with an entry beyond the driver's
 * consumer index puts an event into its EQ, once, until it is armed again. The driver writes that
 * index into a doorbell record in memory; it is read when the ring looks full.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "cq.h"
#include "eq.h"
#include "fields.h"
#include "mlx5.h"

#define INDEX_MASK 0xffffffu
#define CQE_LAST_WORD 60
#define CQE_OPCODE_LOW 4
#define EVENT_CQ 24			/* bytes in the data of an event */
#define ERROR_CQ 0
#define ERROR_SYNDROME 11
#define ERROR_OVERRUN 1

static bool cq__is_full(const struct mlx5_cq *cq)
{
	return ((cq->producer - cq->consumer) & INDEX_MASK) >> cq->log_size;
}

static void cq__notify(struct mlx5 *chip, struct mlx5_cq *cq, uint32_t number)
{
	uint8_t data[MLX5_EQE_DATA] = { 0 };

	if (!cq->armed || cq->producer == cq->consumer)
		return;
	cq->armed = false;
	put_be32(data + EVENT_CQ, number);
	mlx5_eq__push(chip, cq->eq, MLX5_EVENT_COMPLETION, 0, data);
}

/* The CQ takes nothing any more (eq.c:cq_err_event_notifier). */
static void cq__fail(struct mlx5 *chip, struct mlx5_cq *cq, uint32_t number)
{
	uint8_t data[MLX5_EQE_DATA] = { 0 };

	cq->failed = true;
	chip->counters.cq_overruns++;
	nic__warn(chip->nic, "a CQ has no room for a completion");
	put_be32(data + ERROR_CQ, number);
	data[ERROR_SYNDROME] = ERROR_OVERRUN;
	mlx5_eq__push(chip, mlx5_eq__of_event(chip, MLX5_EVENT_CQ_ERROR), MLX5_EVENT_CQ_ERROR, 0,
		      data);
}

static bool cq__has_room(struct mlx5 *chip, struct mlx5_cq *cq)
{
	uint8_t record[4];

	if (cq->overruns || !cq__is_full(cq))
		return true;
	if (!dma__read(chip->nic, cq->record, record, sizeof(record)))
		chip->counters.bad_addresses++;
	else
		cq->consumer = be32(record) & INDEX_MASK;
	return !cq__is_full(cq);
}

bool mlx5_cq__works(const struct mlx5 *chip, uint32_t number)
{
	const struct mlx5_cq *cq = MLX5_OBJECT(chip, MLX5_CQ, cqs, number);

	return cq && !cq->failed;
}

bool mlx5_cq__push(struct mlx5 *chip, uint32_t number, uint8_t opcode,
		   uint8_t entry[MLX5_CQE_BYTES])
{
	struct mlx5_cq *cq = MLX5_OBJECT(chip, MLX5_CQ, cqs, number);
	uint64_t address;
	uint32_t last;

	if (!cq || cq->failed)
		return false;
	if (!cq__has_room(chip, cq)) {
		cq__fail(chip, cq, number);
		return false;
	}
	address = mlx5_buffer__at(&cq->ring, (size_t)(cq->producer & ((1u << cq->log_size) - 1)) *
					     MLX5_CQE_BYTES);
	/* That of an error has its syndrome there. */
	if (opcode == MLX5_CQE_REQUEST || opcode == MLX5_CQE_RECEIVED)
		put_be64(entry + MLX5_CQE_TIME, nic__now(chip->nic));
	entry[MLX5_CQE_BYTES - 1] = opcode << CQE_OPCODE_LOW | (cq->producer >> cq->log_size & 1);
	memcpy(&last, entry + CQE_LAST_WORD, sizeof(last));
	if (!dma__write(chip->nic, address, entry, CQE_LAST_WORD) ||
	    !dma__publish32(chip->nic, address + CQE_LAST_WORD, last)) {
		chip->counters.bad_addresses++;
		return false;
	}
	cq->producer = (cq->producer + 1) & INDEX_MASK;
	cq__notify(chip, cq, number);
	return true;
}

void mlx5_cq__arm(struct mlx5 *chip, uint32_t uar, uint32_t command, uint32_t number)
{
	struct mlx5_cq *cq = MLX5_OBJECT(chip, MLX5_CQ, cqs, number & INDEX_MASK);

	if (!cq || cq->uar != uar)
		return;
	cq->consumer = command & INDEX_MASK;
	cq->armed = true;
	cq__notify(chip, cq, number & INDEX_MASK);
}
