// SPDX-License-Identifier: MIT
/*
 * The chip's statistics (datasheet 8.2.3.23): a read clears them, and they stop at their greatest
 * value. Bytes include the checksum, and are counted in two registers, the low one first, together
 * 36 bits. Queues count into one of 16 sets, which RQSMR and TQSM choose.
 */
#include "ixgbe.h"
#include "packet.h"
#include "statistics.h"

#define HIGH_BITS_MAX		0xfu
#define QPRC			RX_COUNTERS
#define QBRC			(RX_COUNTERS + 4)
#define QPRDC_QUEUE		16	/* QPRDC is where the queues 16 to 31 would have QPRC */

struct range {
	uint32_t first, last;
};

static const struct range ranges[] = {
	{ 0x02f50, 0x02f7c },	/* what went to memory */
	{ 0x03240, 0x0325c },	/* PXON2OFFCNT */
	{ 0x03f00, 0x03f6c },	/* pauses sent */
	{ 0x03fa0, 0x03fbc },	/* MPC */
	{ 0x04000, 0x04010 },	/* errors */
	{ 0x04034, 0x04040 },
	{ 0x0405c, 0x040f4 },	/* by size, kind, and in total */
	{ 0x04120, 0x04120 },
	{ 0x04140, 0x0417c },	/* pauses received */
	{ 0x041a4, 0x041d8 },
	{ 0x05118, 0x05118 },
	{ 0x08700, 0x08784 },	/* QBTC */
	{ 0x087a0, 0x087a8 },
	{ 0x0cf90, 0x0cf90 },
};

static bool ixgbe_statistics__has(uint32_t offset)
{
	if (offset >= RX_WINDOW_LOW && offset < RX_WINDOW_LOW + 2 * COUNTER_SETS * QUEUE_WINDOW)
		return offset % QUEUE_WINDOW >= RX_COUNTERS;
	if (offset >= TX_WINDOW && offset < TX_WINDOW + COUNTER_SETS * QUEUE_WINDOW)
		return offset % QUEUE_WINDOW == TX_COUNTERS;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (offset >= ranges[i].first && offset <= ranges[i].last)
			return true;
	return false;
}

bool ixgbe_statistics__read(struct ixgbe *chip, uint32_t offset, uint32_t *value)
{
	if (!ixgbe_statistics__has(offset))
		return false;
	*value = ixgbe__register(chip, offset);
	ixgbe__set_register(chip, offset, 0);
	return true;
}

/* Software cannot write them. */
bool ixgbe_statistics__write(uint32_t offset)
{
	return ixgbe_statistics__has(offset);
}

void ixgbe_statistics__add(struct ixgbe *chip, uint32_t offset, uint32_t amount)
{
	uint32_t count = ixgbe__register(chip, offset);

	ixgbe__set_register(chip, offset,
			    count > UINT32_MAX - amount ? UINT32_MAX : count + amount);
}

/* @low: the first of the two registers. */
static void ixgbe_statistics__add_bytes(struct ixgbe *chip, uint32_t low, size_t bytes)
{
	uint64_t sum = ((uint64_t)ixgbe__register(chip, low + 4) << 32 |
			ixgbe__register(chip, low)) + bytes + FRAME_CRC_BYTES;

	if (sum >> 32 > HIGH_BITS_MAX)
		sum = (uint64_t)HIGH_BITS_MAX << 32 | UINT32_MAX;
	ixgbe__set_register(chip, low, (uint32_t)sum);
	ixgbe__set_register(chip, low + 4, (uint32_t)(sum >> 32));
}

/* @first: the counter of 64 bytes, checksum and all; five for longer ones follow. */
static void ixgbe_statistics__add_size(struct ixgbe *chip, uint32_t first, size_t bytes)
{
	static const size_t limits[] = { 64, 127, 255, 511, 1023 };
	uint32_t i = 0;

	while (i < sizeof(limits) / sizeof(limits[0]) && bytes + FRAME_CRC_BYTES > limits[i])
		i++;
	ixgbe_statistics__add(chip, first + 4 * i, 1);
}

/* A frame came from the wire, whether it is for us or not. */
void ixgbe_statistics__arrived(struct ixgbe *chip, size_t bytes)
{
	ixgbe_statistics__add(chip, TPR, 1);
	ixgbe_statistics__add_bytes(chip, TORL, bytes);
	ixgbe_statistics__add(chip, RXNFGPC, 1);
	ixgbe_statistics__add_bytes(chip, RXNFGBCL, bytes);
}

/* It passed the filters. */
void ixgbe_statistics__received(struct ixgbe *chip, const struct packet *packet)
{
	ixgbe_statistics__add(chip, GPRC, 1);
	ixgbe_statistics__add_bytes(chip, GORCL, packet->length);
	ixgbe_statistics__add_size(chip, PRC64, packet->length);
	if (ethernet__is_broadcast(packet->bytes))
		ixgbe_statistics__add(chip, BPRC, 1);
	else if (ethernet__is_multicast(packet->bytes))
		ixgbe_statistics__add(chip, MPRC, 1);
}

static unsigned int ixgbe_statistics__set(struct ixgbe *chip, uint32_t map, unsigned int queue)
{
	return ixgbe__register(chip, map + queue / 4 * 4) >> 8 * (queue % 4) & (COUNTER_SETS - 1);
}

/* It is in the memory of the queue. */
void ixgbe_statistics__received_on(struct ixgbe *chip, unsigned int queue, size_t bytes)
{
	unsigned int set = ixgbe_statistics__set(chip, RQSMR(0), queue);

	ixgbe_statistics__add(chip, RX_WINDOW_LOW + QUEUE_WINDOW * set + QPRC, 1);
	ixgbe_statistics__add_bytes(chip, RX_WINDOW_LOW + QUEUE_WINDOW * set + QBRC, bytes);
	ixgbe_statistics__add(chip, RXDGPC, 1);
	ixgbe_statistics__add_bytes(chip, RXDGBCL, bytes);
}

void ixgbe_statistics__dropped_on(struct ixgbe *chip, unsigned int queue)
{
	unsigned int set = ixgbe_statistics__set(chip, RQSMR(0), queue);

	ixgbe_statistics__add(chip, RX_WINDOW_LOW + QUEUE_WINDOW * (QPRDC_QUEUE + set) + QPRC, 1);
}

void ixgbe_statistics__sent(struct ixgbe *chip, unsigned int queue, const uint8_t *frame,
			    size_t bytes)
{
	unsigned int set = ixgbe_statistics__set(chip, TQSM(0), queue);

	ixgbe_statistics__add(chip, GPTC, 1);
	ixgbe_statistics__add(chip, TPT, 1);
	ixgbe_statistics__add(chip, TXDGPC, 1);
	ixgbe_statistics__add_bytes(chip, GOTCL, bytes);
	ixgbe_statistics__add_bytes(chip, TXDGBCL, bytes);
	ixgbe_statistics__add_size(chip, PTC64, bytes);
	if (ethernet__is_broadcast(frame))
		ixgbe_statistics__add(chip, BPTC, 1);
	else if (ethernet__is_multicast(frame))
		ixgbe_statistics__add(chip, MPTC, 1);
	ixgbe_statistics__add(chip, TX_WINDOW + QUEUE_WINDOW * set + TX_COUNTERS, 1);
	ixgbe_statistics__add_bytes(chip, QBTC(set), bytes);
}
