// SPDX-License-Identifier: MIT
/* Commands of event and completion queues (mlx5_ifc.h: eqc, cqc; eq.c, cq.c). */
#include "command.h"
#include "cq.h"
#include "eq.h"

#define CONTEXT_AT 16			/* bytes, in commands and answers */
#define PAGES_AT 0x110

/* Both contexts have these in the same places. */
#define RING_PAGE_OFFSET 0x54, 6
#define RING_LOG_SIZE 0x63, 5
#define RING_UAR 0x68, 24
#define RING_LOG_PAGE 0xc3, 5
#define RING_CONSUMER 0x148, 24
#define RING_PRODUCER 0x168, 24

#define EQ_VECTOR 0xb4, 12
#define EQ_NUMBER 0x58, 8
#define EVENTS_AT 0x58			/* bytes */

#define CQ_STATUS 0x00, 4
#define CQ_ENTRY_SIZE 0x08, 3
#define CQ_COMPRESSES 0x11, 1
#define CQ_OVERRUNS 0x0e, 1
#define CQ_STATE 0x14, 4
#define CQ_EQ 0xa0, 32
#define CQ_RECORD 0x1c0, 64
#define CQ_STATUS_OVERRUN 0x9
#define CQ_STATE_ARMED 0x9
#define CQ_STATE_FIRED 0xa

static bool ring__load(const struct mlx5_command *command, unsigned int entry_bytes,
		       struct mlx5_buffer *ring, unsigned int *log_size)
{
	const uint8_t *context = command->in + CONTEXT_AT;

	*log_size = field__get(context, RING_LOG_SIZE);
	return *log_size <= MLX5_LOG_RING_MAX &&
	       mlx5_buffer__load(ring, (size_t)entry_bytes << *log_size,
				 field__get(context, RING_LOG_PAGE),
				 field__get(context, RING_PAGE_OFFSET),
				 command->in + PAGES_AT, command->in_bytes - PAGES_AT);
}

/* An EQ is not armed until its first doorbell. */
static enum mlx5_status create_eq(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *context = command->in + CONTEXT_AT;
	struct mlx5_eq eq = { .vector = field__get(context, EQ_VECTOR) };
	uint32_t number;
	unsigned int i;

	if (eq.vector >= MLX5_VECTORS ||
	    !ring__load(command, MLX5_EQE_BYTES, &eq.ring, &eq.log_size))
		return MLX5_BAD_PARAMETER;
	if (!mlx5__has_uar(chip, field__get(context, RING_UAR)))
		return MLX5_BAD_RESOURCE;
	for (i = 0; i < 4; i++)
		eq.events[i] = be64(command->in + EVENTS_AT + 8 * i);
	number = mlx5_numbers__take(&chip->numbers[MLX5_EQ], MLX5_EQS);
	if (!number)
		return MLX5_NO_RESOURCES;
	chip->eqs[number] = eq;
	field__set(command->out, EQ_NUMBER, number);
	return MLX5_OK;
}

static enum mlx5_status destroy_eq(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, EQ_NUMBER), cq;

	if (!mlx5_numbers__has(&chip->numbers[MLX5_EQ], number))
		return MLX5_BAD_RESOURCE;
	for (cq = 1; cq < MLX5_CQS; cq++)
		if (mlx5_numbers__has(&chip->numbers[MLX5_CQ], cq) && chip->cqs[cq].eq == number)
			return MLX5_BAD_RESOURCE_STATE;
	mlx5_numbers__remove(&chip->numbers[MLX5_EQ], number);
	return MLX5_OK;
}

static enum mlx5_status create_cq(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *context = command->in + CONTEXT_AT;
	struct mlx5_cq cq = {
		.overruns = field__get(context, CQ_OVERRUNS),
		.eq = field__get(context, CQ_EQ),
		.uar = field__get(context, RING_UAR),
		.record = field__get(context, CQ_RECORD),
	};
	uint32_t number;

	if (field__get(context, CQ_ENTRY_SIZE) || field__get(context, CQ_COMPRESSES) ||
	    !ring__load(command, MLX5_CQE_BYTES, &cq.ring, &cq.log_size))
		return MLX5_BAD_PARAMETER;
	if (!mlx5_numbers__has(&chip->numbers[MLX5_EQ], cq.eq) || !mlx5__has_uar(chip, cq.uar))
		return MLX5_BAD_RESOURCE;
	number = mlx5_numbers__take(&chip->numbers[MLX5_CQ], MLX5_CQS);
	if (!number)
		return MLX5_NO_RESOURCES;
	chip->cqs[number] = cq;
	field__set(command->out, COMMAND_NUMBER, number);
	return MLX5_OK;
}

static bool cq__is_used(const struct mlx5 *chip, uint32_t number)
{
	uint32_t queue;

	for (queue = 1; queue < MLX5_SQS; queue++)
		if (mlx5_numbers__has(&chip->numbers[MLX5_SQ], queue) &&
		    chip->sqs[queue].cq == number)
			return true;
	for (queue = 1; queue < MLX5_RQS; queue++)
		if (mlx5_numbers__has(&chip->numbers[MLX5_RQ], queue) &&
		    chip->rqs[queue].cq == number)
			return true;
	return false;
}

static enum mlx5_status destroy_cq(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, COMMAND_NUMBER);

	if (!mlx5_numbers__has(&chip->numbers[MLX5_CQ], number))
		return MLX5_BAD_RESOURCE;
	if (cq__is_used(chip, number))
		return MLX5_BAD_RESOURCE_STATE;
	mlx5_numbers__remove(&chip->numbers[MLX5_CQ], number);
	return MLX5_OK;
}

static enum mlx5_status query_cq(struct mlx5 *chip, struct mlx5_command *command)
{
	const struct mlx5_cq *cq = MLX5_OBJECT(chip, MLX5_CQ, cqs,
					       field__get(command->in, COMMAND_NUMBER));
	uint8_t *context = command->out + CONTEXT_AT;

	if (!cq)
		return MLX5_BAD_RESOURCE;
	field__set(context, CQ_STATUS, cq->failed ? CQ_STATUS_OVERRUN : 0);
	field__set(context, CQ_STATE, cq->armed ? CQ_STATE_ARMED : CQ_STATE_FIRED);
	field__set(context, CQ_OVERRUNS, cq->overruns);
	field__set(context, CQ_EQ, cq->eq);
	field__set(context, CQ_RECORD, cq->record);
	field__set(context, RING_LOG_SIZE, cq->log_size);
	field__set(context, RING_UAR, cq->uar);
	field__set(context, RING_CONSUMER, cq->consumer);
	field__set(context, RING_PRODUCER, cq->producer);
	return MLX5_OK;
}

const struct mlx5_handler mlx5_ring_handlers[] = {
	{ 0x301, MLX5_INITIALIZED, PAGES_AT + 8, 16, create_eq },
	{ 0x302, MLX5_INITIALIZED, 16, 8, destroy_eq },
	{ 0x400, MLX5_INITIALIZED, PAGES_AT + 8, 16, create_cq },
	{ 0x401, MLX5_INITIALIZED, 16, 8, destroy_cq },
	{ 0x402, MLX5_INITIALIZED, 16, CONTEXT_AT + 64, query_cq },
	{ }
};
