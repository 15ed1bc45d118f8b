// SPDX-License-Identifier: MIT
/*
 * Event queues (struct mlx5_eqe; eq.c:mlx5_eq_comp_int and lib/eq.h:next_eqe_sw).
 *
 * The device writes entries; an entry is the driver's when its owner bit is that of the turn around
 * the ring. An armed EQ that has an entry beyond the driver's consumer index raises its interrupt,
 * once, until it is armed again.
 */
#include <string.h>

#include "core/memory/dma.h"
#include "eq.h"
#include "fields.h"
#include "mlx5.h"

#define EQE_TYPE 1
#define EQE_SUBTYPE 3
#define EQE_DATA 32
#define EQE_LAST_WORD 60		/* with the owner bit, lowest */

#define INDEX_MASK 0xffffffu
#define DOORBELL_EQ_LOW 24

static uint32_t eq__waiting(const struct mlx5_eq *eq)
{
	return (eq->producer - eq->consumer) & INDEX_MASK;
}

static void eq__fire(struct mlx5 *chip, struct mlx5_eq *eq)
{
	if (!eq->armed || !eq__waiting(eq))
		return;
	eq->armed = false;
	chip->counters.interrupts++;
	nic__interrupt(chip->nic, eq->vector);
}

static bool eq__write(struct mlx5 *chip, const struct mlx5_eq *eq, const uint8_t *entry)
{
	size_t at = (size_t)(eq->producer & ((1u << eq->log_size) - 1)) * MLX5_EQE_BYTES;
	uint64_t address = mlx5_buffer__at(&eq->ring, at);
	uint32_t last;

	/* The owner bit last, and the word as it is in memory. */
	memcpy(&last, entry + EQE_LAST_WORD, sizeof(last));
	return dma__write(chip->nic, address, entry, EQE_LAST_WORD) &&
	       dma__publish32(chip->nic, address + EQE_LAST_WORD, last);
}

void mlx5_eq__push(struct mlx5 *chip, uint32_t number, uint8_t type, uint8_t subtype,
		   const uint8_t data[MLX5_EQE_DATA])
{
	struct mlx5_eq *eq = MLX5_OBJECT(chip, MLX5_EQ, eqs, number);
	uint8_t entry[MLX5_EQE_BYTES] = { 0 };

	if (!eq || eq__waiting(eq) >> eq->log_size) {
		chip->counters.events_lost++;
		return;
	}
	entry[EQE_TYPE] = type;
	entry[EQE_SUBTYPE] = subtype;
	memcpy(entry + EQE_DATA, data, MLX5_EQE_DATA);
	entry[MLX5_EQE_BYTES - 1] = eq->producer >> eq->log_size & 1;
	if (!eq__write(chip, eq, entry)) {
		chip->counters.bad_addresses++;
		return;
	}
	eq->producer = (eq->producer + 1) & INDEX_MASK;
	chip->counters.events++;
	eq__fire(chip, eq);
}

uint32_t mlx5_eq__of_event(const struct mlx5 *chip, uint8_t type)
{
	uint32_t number;

	for (number = 1; number < MLX5_EQS; number++)
		if (mlx5_numbers__has(&chip->numbers[MLX5_EQ], number) &&
		    chip->eqs[number].events[type / 64] >> type % 64 & 1)
			return number;
	return 0;
}

void mlx5_eq__doorbell(struct mlx5 *chip, uint32_t value, bool arm)
{
	struct mlx5_eq *eq = MLX5_OBJECT(chip, MLX5_EQ, eqs, value >> DOORBELL_EQ_LOW);

	if (!eq)
		return;
	eq->consumer = value & INDEX_MASK;
	if (arm)
		eq->armed = true;
	eq__fire(chip, eq);
}
