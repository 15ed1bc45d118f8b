// SPDX-License-Identifier: MIT
/*
 * Statistics of the port and of its VSI (datasheet section 7.11, "Statistics"), kept in the
 * registers where the driver reads them: 48 bits in two registers, or 32. Bytes include the
 * checksum.
 */
#include "frame/headers.h"
#include "i40e.h"
#include "registers.h"
#include "statistics.h"

/* Where frames of a direction are counted. */
struct counters {
	uint32_t bytes, unicast, multicast, broadcast;
};

static const struct counters port_rx = { GLPRT_GORC, GLPRT_UPRC, GLPRT_MPRC, GLPRT_BPRC };
static const struct counters port_tx = { GLPRT_GOTC, GLPRT_UPTC, GLPRT_MPTC, GLPRT_BPTC };
static const struct counters vsi_rx = { GLV_GORC(0), GLV_UPRC(0), GLV_MPRC(0), GLV_BPRC(0) };
static const struct counters vsi_tx = { GLV_GOTC(0), GLV_UPTC(0), GLV_MPTC(0), GLV_BPTC(0) };

static void add48(struct i40e *chip, uint32_t offset, uint64_t amount)
{
	uint64_t value = i40e__register(chip, offset) |
			 (uint64_t)i40e__register(chip, offset + 4) << 32;

	value += amount;
	i40e__set_register(chip, offset, value);
	i40e__set_register(chip, offset + 4, value >> 32 & 0xffff);
}

static void counters__add(struct i40e *chip, const struct counters *counters, const uint8_t *frame,
			  size_t bytes)
{
	add48(chip, counters->bytes, bytes + FRAME_CRC_BYTES);
	if (!ethernet__is_multicast(frame))
		add48(chip, counters->unicast, 1);
	else if (ethernet__is_broadcast(frame))
		add48(chip, counters->broadcast, 1);
	else
		add48(chip, counters->multicast, 1);
}

/* The histogram of lengths: seven counters, 32 bytes from each other. */
static void lengths__add(struct i40e *chip, uint32_t first, size_t bytes)
{
	static const uint16_t most[] = { 64, 127, 255, 511, 1023, 1522 };
	unsigned int i;

	for (i = 0; i < 6 && bytes + FRAME_CRC_BYTES > most[i]; i++)
		;
	add48(chip, first + 32 * i, 1);
}

void i40e_statistics__count_rx(struct i40e *chip, const uint8_t *frame, size_t bytes)
{
	counters__add(chip, &port_rx, frame, bytes);
	counters__add(chip, &vsi_rx, frame, bytes);
	lengths__add(chip, GLPRT_PRC64, bytes);
	chip->counters.rx_frames++;
	chip->counters.rx_bytes += bytes;
}

void i40e_statistics__count_tx(struct i40e *chip, const uint8_t *frame, size_t bytes)
{
	counters__add(chip, &port_tx, frame, bytes);
	counters__add(chip, &vsi_tx, frame, bytes);
	lengths__add(chip, GLPRT_PTC64, bytes);
	chip->counters.tx_frames++;
	chip->counters.tx_bytes += bytes;
}

void i40e_statistics__count(struct i40e *chip, uint32_t offset)
{
	i40e__set_register(chip, offset, i40e__register(chip, offset) + 1);
}
