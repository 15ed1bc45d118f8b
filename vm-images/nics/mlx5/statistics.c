// SPDX-License-Identifier: MIT
/*
 * Statistics (mlx5_ifc.h: query_vport_counter_out, ppcnt_reg and eth_*_cntrs_grp_data_layout).
 * Those of the port count the checksum of a frame among its bytes, those of the vport do not.
 */
#include "fields.h"
#include "frame/headers.h"
#include "mlx5.h"
#include "statistics.h"

enum { UNICAST, MULTICAST, BROADCAST };

/* Groups of PPCNT. */
#define GROUP_802_3 0x00
#define GROUP_RFC_2863 0x01
#define GROUP_RFC_2819 0x02
#define GROUP_PRIORITY 0x10
#define GROUP_PHYSICAL 0x12

/* Counters of 64 bits each, by their place in the group. */
enum { IEEE_TX = 0, IEEE_RX = 1, IEEE_TX_BYTES = 4, IEEE_RX_BYTES = 5, IEEE_TX_MULTICAST = 6,
       IEEE_TX_BROADCAST = 7, IEEE_RX_MULTICAST = 8, IEEE_RX_BROADCAST = 9, IEEE_TOO_LONG = 12 };
enum { IF_RX_BYTES = 0, IF_RX_UNICAST = 1, IF_RX_DISCARDS = 2, IF_RX_ERRORS = 3, IF_TX_BYTES = 5,
       IF_TX_UNICAST = 6, IF_TX_DISCARDS = 7, IF_RX_MULTICAST = 9, IF_RX_BROADCAST = 10,
       IF_TX_MULTICAST = 11, IF_TX_BROADCAST = 12 };
enum { ETHER_DROPS = 0, ETHER_BYTES = 1, ETHER_FRAMES = 2, ETHER_BROADCAST = 3,
       ETHER_MULTICAST = 4, ETHER_TOO_LONG = 7, ETHER_LENGTHS = 11 };
enum { PRIORITY_RX_BYTES = 0, PRIORITY_RX = 4, PRIORITY_TX_BYTES = 5, PRIORITY_TX = 9 };
#define PHYSICAL_LINK_DOWNS 0xc0	/* bytes, of 32 bits */

static uint64_t sum3(const uint64_t values[3])
{
	return values[UNICAST] + values[MULTICAST] + values[BROADCAST];
}

static uint64_t port__bytes(const struct mlx5_traffic *traffic)
{
	return sum3(traffic->bytes) + FRAME_CRC_BYTES * sum3(traffic->frames);
}

static void traffic__count(struct mlx5_traffic *traffic, const uint8_t *frame, size_t bytes)
{
	static const uint16_t most[] = { 64, 127, 255, 511, 1023, 1518, 2047, 4095, 8191 };
	unsigned int kind = UNICAST, i;

	if (ethernet__is_multicast(frame))
		kind = ethernet__is_broadcast(frame) ? BROADCAST : MULTICAST;
	traffic->frames[kind]++;
	traffic->bytes[kind] += bytes;
	for (i = 0; i < 9 && bytes + FRAME_CRC_BYTES > most[i]; i++)
		;
	traffic->lengths[i]++;
}

void mlx5_statistics__count_rx(struct mlx5 *chip, const uint8_t *frame, size_t bytes)
{
	traffic__count(&chip->statistics.rx, frame, bytes);
	chip->counters.rx_frames++;
	chip->counters.rx_bytes += bytes;
}

void mlx5_statistics__count_tx(struct mlx5 *chip, const uint8_t *frame, size_t bytes)
{
	traffic__count(&chip->statistics.tx, frame, bytes);
	chip->counters.tx_frames++;
	chip->counters.tx_bytes += bytes;
}

/* Pairs of packets and bytes, received and sent, in the order of the answer. */
void mlx5_statistics__fill_vport(const struct mlx5 *chip, uint8_t *answer)
{
	static const unsigned int kinds[] = { BROADCAST, UNICAST, MULTICAST };
	const struct mlx5_traffic *rx = &chip->statistics.rx, *tx = &chip->statistics.tx;
	uint8_t *to = answer + 0x70;	/* received_eth_broadcast; before it InfiniBand's */
	unsigned int i;

	for (i = 0; i < 3; i++, to += 32) {
		put_be64(to, rx->frames[kinds[i]]);
		put_be64(to + 8, rx->bytes[kinds[i]]);
		put_be64(to + 16, tx->frames[kinds[i]]);
		put_be64(to + 24, tx->bytes[kinds[i]]);
	}
}

static void fill__802_3(const struct mlx5_statistics *all, uint8_t *to)
{
	put_be64(to + 8 * IEEE_TX, sum3(all->tx.frames));
	put_be64(to + 8 * IEEE_RX, sum3(all->rx.frames));
	put_be64(to + 8 * IEEE_TX_BYTES, port__bytes(&all->tx));
	put_be64(to + 8 * IEEE_RX_BYTES, port__bytes(&all->rx));
	put_be64(to + 8 * IEEE_TX_MULTICAST, all->tx.frames[MULTICAST]);
	put_be64(to + 8 * IEEE_TX_BROADCAST, all->tx.frames[BROADCAST]);
	put_be64(to + 8 * IEEE_RX_MULTICAST, all->rx.frames[MULTICAST]);
	put_be64(to + 8 * IEEE_RX_BROADCAST, all->rx.frames[BROADCAST]);
	put_be64(to + 8 * IEEE_TOO_LONG, all->rx_too_long);
}

static void fill__2863(const struct mlx5_statistics *all, uint8_t *to)
{
	put_be64(to + 8 * IF_RX_BYTES, port__bytes(&all->rx));
	put_be64(to + 8 * IF_RX_UNICAST, all->rx.frames[UNICAST]);
	put_be64(to + 8 * IF_RX_DISCARDS, all->rx_discards);
	put_be64(to + 8 * IF_RX_ERRORS, all->rx_too_long);
	put_be64(to + 8 * IF_TX_BYTES, port__bytes(&all->tx));
	put_be64(to + 8 * IF_TX_UNICAST, all->tx.frames[UNICAST]);
	put_be64(to + 8 * IF_TX_DISCARDS, all->tx_discards);
	put_be64(to + 8 * IF_RX_MULTICAST, all->rx.frames[MULTICAST]);
	put_be64(to + 8 * IF_RX_BROADCAST, all->rx.frames[BROADCAST]);
	put_be64(to + 8 * IF_TX_MULTICAST, all->tx.frames[MULTICAST]);
	put_be64(to + 8 * IF_TX_BROADCAST, all->tx.frames[BROADCAST]);
}

/* Of received frames only, as the driver says (en_stats.c: rx_64_bytes_phy and others). */
static void fill__2819(const struct mlx5_statistics *all, uint8_t *to)
{
	put_be64(to + 8 * ETHER_DROPS, all->rx_discards);
	put_be64(to + 8 * ETHER_BYTES, port__bytes(&all->rx));
	put_be64(to + 8 * ETHER_FRAMES, sum3(all->rx.frames));
	put_be64(to + 8 * ETHER_BROADCAST, all->rx.frames[BROADCAST]);
	put_be64(to + 8 * ETHER_MULTICAST, all->rx.frames[MULTICAST]);
	put_be64(to + 8 * ETHER_TOO_LONG, all->rx_too_long);
	for (unsigned int i = 0; i < 10; i++)
		put_be64(to + 8 * (ETHER_LENGTHS + i), all->rx.lengths[i]);
}

/* Without DCB, all frames have priority 0. */
static void fill__priority(const struct mlx5_statistics *all, uint8_t *to)
{
	put_be64(to + 8 * PRIORITY_RX_BYTES, port__bytes(&all->rx));
	put_be64(to + 8 * PRIORITY_RX, sum3(all->rx.frames));
	put_be64(to + 8 * PRIORITY_TX_BYTES, port__bytes(&all->tx));
	put_be64(to + 8 * PRIORITY_TX, sum3(all->tx.frames));
}

void mlx5_statistics__fill_port(const struct mlx5 *chip, unsigned int group, unsigned int priority,
				uint8_t counters[MLX5_PORT_COUNTERS_BYTES])
{
	const struct mlx5_statistics *all = &chip->statistics;

	switch (group) {
	case GROUP_802_3:
		fill__802_3(all, counters);
		break;
	case GROUP_RFC_2863:
		fill__2863(all, counters);
		break;
	case GROUP_RFC_2819:
		fill__2819(all, counters);
		break;
	case GROUP_PRIORITY:
		if (!priority)
			fill__priority(all, counters);
		break;
	case GROUP_PHYSICAL:
		put_be32(counters + PHYSICAL_LINK_DOWNS, all->link_downs);
		break;
	}
}
