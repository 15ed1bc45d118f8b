// SPDX-License-Identifier: MIT
/*
 * Statistics are kept in the registers where the driver reads them (ice_main.c:ice_update_pf_stats,
 * ice_update_eth_stats): 40 bits in two registers, or 32. Bytes include the checksum.
 */
#include "frame/headers.h"
#include "ice.h"
#include "registers.h"
#include "statistics.h"

/* Where frames of a direction are counted. */
struct counters {
	uint32_t bytes, unicast, multicast, broadcast;
};

static const struct counters port_rx = { GLPRT_GORC, GLPRT_UPRC, GLPRT_MPRC, GLPRT_BPRC };
static const struct counters port_tx = { GLPRT_GOTC, GLPRT_UPTC, GLPRT_MPTC, GLPRT_BPTC };

static void add40(struct ice *chip, uint32_t offset, uint64_t amount)
{
	uint64_t value = ice__register(chip, offset) |
			 (uint64_t)ice__register(chip, offset + 4) << 32;

	value += amount;
	ice__set_register(chip, offset, value);
	ice__set_register(chip, offset + 4, value >> 32 & 0xff);
}

static void counters__add(struct ice *chip, const struct counters *counters, const uint8_t *frame,
			  size_t bytes)
{
	add40(chip, counters->bytes, bytes + FRAME_CRC_BYTES);
	if (!ethernet__is_multicast(frame))
		add40(chip, counters->unicast, 1);
	else if (ethernet__is_broadcast(frame))
		add40(chip, counters->broadcast, 1);
	else
		add40(chip, counters->multicast, 1);
}

/* The histogram of lengths: seven counters, 64 bytes from each other. */
static void lengths__add(struct ice *chip, uint32_t first, size_t bytes)
{
	static const uint16_t most[] = { 64, 127, 255, 511, 1023, 1522 };
	unsigned int i;

	for (i = 0; i < 6 && bytes + FRAME_CRC_BYTES > most[i]; i++)
		;
	add40(chip, first + 64 * i, 1);
}

void ice_statistics__count_rx(struct ice *chip, const uint8_t *frame, size_t bytes)
{
	counters__add(chip, &port_rx, frame, bytes);
	lengths__add(chip, GLPRT_PRC64, bytes);
}

void ice_statistics__count_rx_vsi(struct ice *chip, unsigned int vsi, const uint8_t *frame,
				  size_t bytes)
{
	const struct counters counters = {
		GLV_GORC(vsi), GLV_UPRC(vsi), GLV_MPRC(vsi), GLV_BPRC(vsi),
	};

	counters__add(chip, &counters, frame, bytes);
	chip->counters.rx_frames++;
	chip->counters.rx_bytes += bytes;
}

void ice_statistics__count_tx(struct ice *chip, unsigned int vsi, const uint8_t *frame,
			      size_t bytes)
{
	const struct counters counters = {
		GLV_GOTC(vsi), GLV_UPTC(vsi), GLV_MPTC(vsi), GLV_BPTC(vsi),
	};

	counters__add(chip, &port_tx, frame, bytes);
	counters__add(chip, &counters, frame, bytes);
	lengths__add(chip, GLPRT_PTC64, bytes);
	chip->counters.tx_frames++;
	chip->counters.tx_bytes += bytes;
}

void ice_statistics__count(struct ice *chip, uint32_t offset)
{
	ice__set_register(chip, offset, ice__register(chip, offset) + 1);
}
