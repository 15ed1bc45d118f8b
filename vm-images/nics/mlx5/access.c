// SPDX-License-Identifier: MIT
/*
 * What is behind the BAR: the initialization segment (include/linux/mlx5/device.h:mlx5_init_seg),
 * then the pages of UARs with their doorbells. Words are big-endian, as everything of the device.
 */
#include "access.h"
#include "command_queue.h"
#include "cq.h"
#include "eq.h"
#include "fields.h"
#include "mlx5.h"
#include "rx.h"
#include "tx.h"

#define FIRMWARE_REVISION 0x0000	/* minor in the upper half, major in the lower one */
#define COMMAND_REVISION 0x0004		/* in the upper half; the firmware's third number below */
#define COMMAND_QUEUE_HIGH 0x0010
#define COMMAND_QUEUE_LOW 0x0014
#define COMMAND_DOORBELL 0x0018
#define INITIALIZING 0x01fc
#define HEALTH_FIRMWARE 0x0230
#define TIMER_HIGH 0x1000
#define TIMER_LOW 0x1004
#define HEALTH_COUNTER 0x1010
#define SEGMENT_BYTES 0x2000u

#define FIRMWARE (35u << 16 | 16u)	/* 16.35, of a number that it never had */
#define FIRMWARE_SUBMINOR 4000u
#define COMMAND_INTERFACE 5u
#define QUEUE_ADDRESS_MASK 0xfffff000u
#define NIC_INTERFACE_MASK 0x700u
#define QUEUE_SIZES (MLX5_LOG_COMMANDS << 4 | MLX5_LOG_COMMAND_BYTES)

/* Doorbells in a page of a UAR (uar.c:map_offset, cq.h, eq.h). */
#define UAR_CQ 0x20
#define UAR_EQ_ARM 0x40
#define UAR_EQ 0x48
#define UAR_SQ 0x800			/* from here on, and to the end of the page */

static uint32_t segment__read(struct mlx5 *chip, uint32_t offset)
{
	switch (offset) {
	case FIRMWARE_REVISION:
		return FIRMWARE;
	case COMMAND_REVISION:
		return COMMAND_INTERFACE << 16 | FIRMWARE_SUBMINOR;
	case COMMAND_QUEUE_HIGH:
		return chip->command_queue >> 32;
	case COMMAND_QUEUE_LOW:
		return (chip->command_queue & QUEUE_ADDRESS_MASK) | chip->nic_interface |
		       QUEUE_SIZES;
	case HEALTH_FIRMWARE:
		return FIRMWARE;
	case TIMER_HIGH:
		return nic__now(chip->nic) >> 32;
	case TIMER_LOW:
		return nic__now(chip->nic);
	case HEALTH_COUNTER:
		/* That it moves on says that firmware is alive (health.c:poll_health). */
		return ++chip->health_counter;
	default:
		return 0;
	}
}

static void segment__write(struct mlx5 *chip, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case COMMAND_QUEUE_HIGH:
		chip->command_queue = (uint64_t)value << 32 | (uint32_t)chip->command_queue;
		break;
	case COMMAND_QUEUE_LOW:
		chip->command_queue = (chip->command_queue & ~(uint64_t)UINT32_MAX) |
				      (value & QUEUE_ADDRESS_MASK);
		chip->nic_interface = value & NIC_INTERFACE_MASK;
		break;
	case COMMAND_DOORBELL:
		chip->commands_due |= value;
		nic__schedule(chip->nic);
		break;
	}
}

/* Bytes of memory as the guest's little-endian access sees them. */
uint64_t mlx5_access__read(struct mlx5 *chip, uint64_t offset, unsigned int size)
{
	uint8_t bytes[8] = { 0 };

	if (offset >= SEGMENT_BYTES)
		return 0;
	put_be32(bytes, segment__read(chip, offset & ~3u));
	if (size == 8)
		put_be32(bytes + 4, segment__read(chip, (offset & ~3u) + 4));
	if (size < 4)
		return le32(bytes) >> 8 * (offset & 3) & (UINT32_MAX >> (32 - 8 * size));
	return size == 4 ? le32(bytes) : le64(bytes);
}

/* A doorbell of 8 bytes, as two words. */
static void doorbell__ring(struct mlx5 *chip, uint32_t uar, uint32_t offset, uint32_t first,
			   uint32_t second)
{
	if (offset == UAR_CQ) {
		mlx5_cq__arm(chip, uar, first, second);
		/* Before it arms a CQ, a driver fills the RQ that belongs to it. */
		mlx5_rx__retry(chip);
	} else if (offset >= UAR_SQ) {
		mlx5_tx__doorbell(chip, second);
	}
}

static void uar__write(struct mlx5 *chip, uint32_t page, uint32_t offset, const uint8_t *bytes,
		       unsigned int size)
{
	uint64_t whole = (uint64_t)page * MLX5_PAGE + offset;

	if (!mlx5__has_uar(chip, page))
		return;
	if (offset == UAR_EQ_ARM || offset == UAR_EQ) {
		mlx5_eq__doorbell(chip, be32(bytes), offset == UAR_EQ_ARM);
	} else if (size == 8) {
		doorbell__ring(chip, page, offset, be32(bytes), be32(bytes + 4));
	} else if (!(offset & 4)) {
		/* A driver of 32 bits rings by halves; it holds a lock meanwhile. */
		chip->doorbell_word = be32(bytes);
		chip->doorbell_at = whole;
	} else if (chip->doorbell_at == whole - 4) {
		doorbell__ring(chip, page, offset & ~7u, chip->doorbell_word, be32(bytes));
	}
}

void mlx5_access__write(struct mlx5 *chip, uint64_t offset, uint64_t value, unsigned int size)
{
	uint8_t bytes[8];

	if (size < 4) {
		nic__warn(chip->nic, "a register was written by parts");
		return;
	}
	put_le64(bytes, value);
	if (offset >= SEGMENT_BYTES) {
		uar__write(chip, offset / MLX5_PAGE, offset % MLX5_PAGE, bytes, size);
		return;
	}
	segment__write(chip, offset & ~3u, be32(bytes));
	if (size == 8)
		segment__write(chip, (offset & ~3u) + 4, be32(bytes + 4));
}
