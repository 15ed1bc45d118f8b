// SPDX-License-Identifier: MIT
/* Commands of TIRs and RQTs: where frames go that steering has sorted (mlx5_ifc.h: tirc, rqtc). */
#include <string.h>

#include "command.h"
#include "rss.h"

#define CONTEXT_AT 32			/* bytes, in commands */
#define TIR_BYTES (CONTEXT_AT + 0xf0)
#define RQS_AT (CONTEXT_AT + 0xf0)
#define MODIFY_MASK 0x80, 64
#define MODIFY_HASH (1u << 2)		/* modify_tir_bitmask.hash */

#define TIR_DISPATCH 0x20, 4
#define TIR_RQ 0xe8, 24
#define TIR_SYMMETRIC 0x100, 1
#define TIR_RQT 0x108, 24
#define TIR_HASH 0x120, 4
#define TIR_DOMAIN 0x128, 24
#define TIR_KEY 40			/* bytes */
#define TIR_FIELDS 0x280, 32
#define DISPATCH_INDIRECT 1

#define RQT_TYPE 0xa5, 3
#define RQT_SIZE 0xd0, 16
#define RQT_VHCA 0xc0, 1
#define RQT_TYPE_RQ 0

/* Takes the fields that say how frames are spread. */
static void tir__load_hash(struct mlx5_tir *tir, const uint8_t *context)
{
	tir->hash = field__get(context, TIR_HASH);
	tir->symmetric = field__get(context, TIR_SYMMETRIC);
	tir->fields = field__get(context, TIR_FIELDS);
	memcpy(tir->key, context + TIR_KEY, sizeof(tir->key));
}

static enum mlx5_status create_tir(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *context = command->in + CONTEXT_AT;
	struct mlx5_tir tir = {
		.indirect = field__get(context, TIR_DISPATCH) == DISPATCH_INDIRECT,
		.rq = field__get(context, TIR_RQ),
		.rqt = field__get(context, TIR_RQT),
	};
	uint32_t number;

	tir__load_hash(&tir, context);
	if (field__get(context, TIR_DISPATCH) > DISPATCH_INDIRECT || tir.hash > MLX5_HASH_TOEPLITZ)
		return MLX5_BAD_PARAMETER;
	if (!mlx5_numbers__has(&chip->numbers[MLX5_TD], field__get(context, TIR_DOMAIN)) ||
	    (tir.indirect && !mlx5_numbers__has(&chip->numbers[MLX5_RQT], tir.rqt)) ||
	    (!tir.indirect && !mlx5_numbers__has(&chip->numbers[MLX5_RQ], tir.rq)))
		return MLX5_BAD_RESOURCE;
	number = mlx5_numbers__take(&chip->numbers[MLX5_TIR], MLX5_TIRS);
	if (!number)
		return MLX5_NO_RESOURCES;
	chip->tirs[number] = tir;
	field__set(command->out, COMMAND_NUMBER, number);
	return MLX5_OK;
}

/* The hash can be changed. Loopback can be blocked, and there is none; the rest is not there. */
static enum mlx5_status modify_tir(struct mlx5 *chip, struct mlx5_command *command)
{
	const uint8_t *context = command->in + CONTEXT_AT;
	struct mlx5_tir *tir = MLX5_OBJECT(chip, MLX5_TIR, tirs,
					   field__get(command->in, COMMAND_NUMBER));

	if (!tir)
		return MLX5_BAD_RESOURCE;
	if (!(field__get(command->in, MODIFY_MASK) & MODIFY_HASH))
		return MLX5_OK;
	if (field__get(context, TIR_HASH) > MLX5_HASH_TOEPLITZ)
		return MLX5_BAD_PARAMETER;
	tir__load_hash(tir, context);
	return MLX5_OK;
}

static enum mlx5_status destroy_tir(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, COMMAND_NUMBER), i;

	if (!mlx5_numbers__has(&chip->numbers[MLX5_TIR], number))
		return MLX5_BAD_RESOURCE;
	for (i = 0; i < MLX5_ENTRIES; i++) {
		const struct mlx5_entry *entry = &chip->flows.entries[i];

		if (entry->used && entry->action == MLX5_ACTION_TIR && entry->destination == number)
			return MLX5_BAD_RESOURCE_STATE;
	}
	mlx5_numbers__remove(&chip->numbers[MLX5_TIR], number);
	return MLX5_OK;
}

/* The RQs of a command, into a table that stays as it was when one of them is not there. */
static enum mlx5_status rqt__load(struct mlx5 *chip, const struct mlx5_command *command,
				  struct mlx5_rqt *rqt)
{
	const uint8_t *context = command->in + CONTEXT_AT, *rqs = command->in + RQS_AT;
	unsigned int size = field__get(context, RQT_SIZE), i;

	if (!size || size > MLX5_RQT_MAX || size & (size - 1) ||
	    field__get(context, RQT_TYPE) != RQT_TYPE_RQ || field__get(context, RQT_VHCA) ||
	    command->in_bytes < RQS_AT + 4 * size)
		return MLX5_BAD_PARAMETER;
	for (i = 0; i < size; i++)
		if (!mlx5_numbers__has(&chip->numbers[MLX5_RQ], be32(rqs + 4 * i)))
			return MLX5_BAD_RESOURCE;
	rqt->size = size;
	for (i = 0; i < size; i++)
		rqt->rqs[i] = be32(rqs + 4 * i);
	return MLX5_OK;
}

static enum mlx5_status create_rqt(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = mlx5_numbers__take(&chip->numbers[MLX5_RQT], MLX5_RQTS);
	enum mlx5_status status;

	if (!number)
		return MLX5_NO_RESOURCES;
	status = rqt__load(chip, command, &chip->rqts[number]);
	if (status != MLX5_OK) {
		mlx5_numbers__remove(&chip->numbers[MLX5_RQT], number);
		return status;
	}
	field__set(command->out, COMMAND_NUMBER, number);
	return MLX5_OK;
}

static enum mlx5_status modify_rqt(struct mlx5 *chip, struct mlx5_command *command)
{
	struct mlx5_rqt *rqt = MLX5_OBJECT(chip, MLX5_RQT, rqts,
					   field__get(command->in, COMMAND_NUMBER));

	return rqt ? rqt__load(chip, command, rqt) : MLX5_BAD_RESOURCE;
}

static enum mlx5_status destroy_rqt(struct mlx5 *chip, struct mlx5_command *command)
{
	uint32_t number = field__get(command->in, COMMAND_NUMBER), tir;

	if (!mlx5_numbers__has(&chip->numbers[MLX5_RQT], number))
		return MLX5_BAD_RESOURCE;
	for (tir = 1; tir < MLX5_TIRS; tir++)
		if (mlx5_numbers__has(&chip->numbers[MLX5_TIR], tir) && chip->tirs[tir].indirect &&
		    chip->tirs[tir].rqt == number)
			return MLX5_BAD_RESOURCE_STATE;
	mlx5_numbers__remove(&chip->numbers[MLX5_RQT], number);
	return MLX5_OK;
}

const struct mlx5_handler mlx5_tir_handlers[] = {
	{ 0x900, MLX5_INITIALIZED, TIR_BYTES, 16, create_tir },
	{ 0x901, MLX5_INITIALIZED, TIR_BYTES, 8, modify_tir },
	{ 0x902, MLX5_INITIALIZED, 16, 8, destroy_tir },
	{ 0x916, MLX5_INITIALIZED, RQS_AT + 4, 16, create_rqt },
	{ 0x917, MLX5_INITIALIZED, RQS_AT + 4, 8, modify_rqt },
	{ 0x918, MLX5_INITIALIZED, 16, 8, destroy_rqt },
	{ }
};
