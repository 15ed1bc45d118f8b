// SPDX-License-Identifier: MIT
/* Commands of send and receive queues (mlx5_ifc.h: sqc, rqc, wq; transobj.c, en_main.c). */
#include "command.h"
#include "cq.h"
#include "rx.h"
#include "tx.h"

#define CONTEXT_AT 32			/* bytes, in commands and answers */
#define PAGES_AT (CONTEXT_AT + 0xf0)
#define NUMBER_AT 0x48, 24
#define PRESENT_STATE 0x40, 4
#define MODIFY_COUNTER_SET 0x80, 64
#define MODIFY_COUNTER_SET_BIT 0x8	/* and that of VLAN stripping (MLX5_MODIFY_RQ_IN_*) */
#define MODIFY_KEEPS_VLAN_BIT 0x2

/* Both contexts have these in the same places; those of the work queue are from 0x180 on. */
#define QUEUE_STATE 0x08, 4
#define QUEUE_CQ 0x48, 24
#define WQ_TYPE 0x180, 4
#define WQ_PAGE_OFFSET 0x1ab, 5
#define WQ_PD 0x1c8, 24
#define WQ_RECORD 0x200, 64
#define WQ_LOG_STRIDE 0x28c, 4
#define WQ_LOG_PAGE 0x293, 5
#define WQ_LOG_SIZE 0x29b, 5
#define WQ_TYPE_CYCLIC 0x1

#define SQ_TIS_COUNT 0x100, 16
#define SQ_TIS 0x168, 24
#define RQ_KEEPS_VLAN 0x03, 1
#define RQ_MEMORY_TYPE 0x04, 4
#define RQ_COUNTER_SET 0x60, 8

#define SQ_LOG_STRIDE 6u
#define RQ_LOG_STRIDE_MIN 4u
#define RQ_LOG_STRIDE_MAX 9u

/* Return: whether the ring of the context can be. */
static bool ring__load(const struct mlx5_command *command, unsigned int log_stride,
		       struct mlx5_buffer *ring, unsigned int *log_size)
{
	const uint8_t *context = command->in + CONTEXT_AT;

	*log_size = field__get(context, WQ_LOG_SIZE);
	return field__get(context, WQ_TYPE) == WQ_TYPE_CYCLIC && *log_size <= MLX5_LOG_RING_MAX &&
	       mlx5_buffer__load(ring, (size_t)1 << (*log_size + log_stride),
				 field__get(context, WQ_LOG_PAGE),
				 field__get(context, WQ_PAGE_OFFSET),
				 command->in + PAGES_AT, command->in_bytes - PAGES_AT);
}

/* A queue that sends no packets, for the driver's own use, has no TIS. */
static enum mlx5_status create_sq(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *context = command->in + CONTEXT_AT;
	struct mlx5_sq sq = {
		.cq = field__get(context, QUEUE_CQ),
		.tis = field__get(context, SQ_TIS_COUNT) ? field__get(context, SQ_TIS) : 0,
		.record = field__get(context, WQ_RECORD),
	};
	uint32_t number;

	if (field__get(context, QUEUE_STATE) != MLX5_RESET ||
	    field__get(context, SQ_TIS_COUNT) > 1 ||
	    field__get(context, WQ_LOG_STRIDE) != SQ_LOG_STRIDE ||
	    !ring__load(command, SQ_LOG_STRIDE, &sq.ring, &sq.log_size))
		return MLX5_BAD_PARAMETER;
	if (!mlx5_numbers__has(&chip->numbers[MLX5_CQ], sq.cq) ||
	    !mlx5_numbers__has(&chip->numbers[MLX5_PD], field__get(context, WQ_PD)) ||
	    (field__get(context, SQ_TIS_COUNT) &&
	     !mlx5_numbers__has(&chip->numbers[MLX5_TIS], sq.tis)))
		return MLX5_BAD_RESOURCE;
	number = mlx5_numbers__take(&chip->numbers[MLX5_SQ], 1u << chip->log_max_qp);
	if (!number)
		return MLX5_NO_RESOURCES;
	chip->sqs[number] = sq;
	field__set(command->out, NUMBER_AT, number);
	return MLX5_OK;
}

/* RESET to READY, and from everywhere to RESET or ERROR: that is all that drivers do. */
static bool state__can_change(enum mlx5_queue_state present, uint64_t claimed, uint64_t next)
{
	if (claimed != present)
		return false;
	return next == MLX5_RESET || next == MLX5_ERROR ||
	       (next == MLX5_READY && present != MLX5_ERROR);
}

static enum mlx5_status modify_sq(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *in = command->in;
	uint32_t number = field__get(in, NUMBER_AT);
	struct mlx5_sq *sq = MLX5_OBJECT(chip, MLX5_SQ, sqs, number);
	unsigned int next = field__get(in + CONTEXT_AT, QUEUE_STATE);

	if (!sq)
		return MLX5_BAD_RESOURCE;
	if (!state__can_change(sq->state, field__get(in, PRESENT_STATE), next))
		return MLX5_BAD_RESOURCE_STATE;
	sq->state = next;
	if (next == MLX5_RESET) {
		sq->consumer = 0;
		sq->segments_sent = 0;
	} else {
		mlx5_tx__doorbell(chip, number << 8);	/* what is there is sent, or flushed */
	}
	return MLX5_OK;
}

static enum mlx5_status destroy_sq(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, NUMBER_AT);

	if (!mlx5_numbers__has(&chip->numbers[MLX5_SQ], number))
		return MLX5_BAD_RESOURCE;
	mlx5_numbers__remove(&chip->numbers[MLX5_SQ], number);
	mlx5_numbers__remove(&chip->ready_sqs, number);
	return MLX5_OK;
}

static enum mlx5_status query_sq(struct mlx5 *chip, struct mlx5_command *command)
{
	const struct mlx5_sq *sq = MLX5_OBJECT(chip, MLX5_SQ, sqs,
					       field__get(command->in, NUMBER_AT));
	uint8_t *context = command->out + CONTEXT_AT;

	if (!sq)
		return MLX5_BAD_RESOURCE;
	field__set(context, QUEUE_STATE, sq->state);
	field__set(context, QUEUE_CQ, sq->cq);
	field__set(context, SQ_TIS_COUNT, !!sq->tis);
	field__set(context, SQ_TIS, sq->tis);
	field__set(context, WQ_TYPE, WQ_TYPE_CYCLIC);
	field__set(context, WQ_RECORD, sq->record);
	field__set(context, WQ_LOG_STRIDE, SQ_LOG_STRIDE);
	field__set(context, WQ_LOG_SIZE, sq->log_size);
	return MLX5_OK;
}

static enum mlx5_status create_rq(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *context = command->in + CONTEXT_AT;
	struct mlx5_rq rq = {
		.log_stride = field__get(context, WQ_LOG_STRIDE),
		.cq = field__get(context, QUEUE_CQ),
		.counter_set = field__get(context, RQ_COUNTER_SET),
		.record = field__get(context, WQ_RECORD),
		.keeps_vlan = field__get(context, RQ_KEEPS_VLAN),
	};
	uint32_t number;

	if (field__get(context, QUEUE_STATE) != MLX5_RESET || field__get(context, RQ_MEMORY_TYPE) ||
	    rq.log_stride < RQ_LOG_STRIDE_MIN || rq.log_stride > RQ_LOG_STRIDE_MAX ||
	    !ring__load(command, rq.log_stride, &rq.ring, &rq.log_size))
		return MLX5_BAD_PARAMETER;
	/* A queue that only drops has no protection domain (en/params.c). */
	if (!mlx5_numbers__has(&chip->numbers[MLX5_CQ], rq.cq))
		return MLX5_BAD_RESOURCE;
	number = mlx5_numbers__take(&chip->numbers[MLX5_RQ], MLX5_RQS);
	if (!number)
		return MLX5_NO_RESOURCES;
	chip->rqs[number] = rq;
	field__set(command->out, NUMBER_AT, number);
	return MLX5_OK;
}

static enum mlx5_status modify_rq(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *in = command->in, *context = in + CONTEXT_AT;
	struct mlx5_rq *rq = MLX5_OBJECT(chip, MLX5_RQ, rqs, field__get(in, NUMBER_AT));
	uint64_t changed = field__get(in, MODIFY_COUNTER_SET);
	unsigned int next = field__get(context, QUEUE_STATE);

	if (!rq)
		return MLX5_BAD_RESOURCE;
	if (!state__can_change(rq->state, field__get(in, PRESENT_STATE), next))
		return MLX5_BAD_RESOURCE_STATE;
	if (changed & MODIFY_KEEPS_VLAN_BIT)
		rq->keeps_vlan = field__get(context, RQ_KEEPS_VLAN);
	if (changed & MODIFY_COUNTER_SET_BIT)
		rq->counter_set = field__get(context, RQ_COUNTER_SET);
	rq->state = next;
	if (next == MLX5_RESET)
		rq->consumer = 0;
	mlx5_rx__retry(chip);
	return MLX5_OK;
}

static enum mlx5_status destroy_rq(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, NUMBER_AT);

	if (!mlx5_numbers__has(&chip->numbers[MLX5_RQ], number))
		return MLX5_BAD_RESOURCE;
	mlx5_numbers__remove(&chip->numbers[MLX5_RQ], number);
	mlx5_rx__retry(chip);
	return MLX5_OK;
}

static enum mlx5_status query_rq(struct mlx5 *chip, struct mlx5_command *command)
{
	const struct mlx5_rq *rq = MLX5_OBJECT(chip, MLX5_RQ, rqs,
					       field__get(command->in, NUMBER_AT));
	uint8_t *context = command->out + CONTEXT_AT;

	if (!rq)
		return MLX5_BAD_RESOURCE;
	field__set(context, QUEUE_STATE, rq->state);
	field__set(context, QUEUE_CQ, rq->cq);
	field__set(context, RQ_COUNTER_SET, rq->counter_set);
	field__set(context, RQ_KEEPS_VLAN, rq->keeps_vlan);
	field__set(context, WQ_TYPE, WQ_TYPE_CYCLIC);
	field__set(context, WQ_RECORD, rq->record);
	field__set(context, WQ_LOG_STRIDE, rq->log_stride);
	field__set(context, WQ_LOG_SIZE, rq->log_size);
	return MLX5_OK;
}

const struct mlx5_handler mlx5_queue_handlers[] = {
	{ 0x904, MLX5_INITIALIZED, PAGES_AT + 8, 16, create_sq },
	{ 0x905, MLX5_INITIALIZED, PAGES_AT, 8, modify_sq },
	{ 0x906, MLX5_INITIALIZED, 16, 8, destroy_sq },
	{ 0x907, MLX5_INITIALIZED, 16, PAGES_AT, query_sq },
	{ 0x908, MLX5_INITIALIZED, PAGES_AT + 8, 16, create_rq },
	{ 0x909, MLX5_INITIALIZED, PAGES_AT, 8, modify_rq },
	{ 0x90a, MLX5_INITIALIZED, 16, 8, destroy_rq },
	{ 0x90b, MLX5_INITIALIZED, 16, PAGES_AT, query_rq },
	{ }
};
