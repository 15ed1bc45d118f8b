/* SPDX-License-Identifier: MIT */
/*
 * A model of the Intel 82599, one port: its state, which all parts share.
 *
 *	          registers (access.c, by offset)
 *	              │
 *	 eeprom  sfp  link  interrupts  statistics
 *	                       │  │
 *	 wire ── filter ── packet ── steering ── rx ── guest memory
 *	 wire ── offload ──────────────────────── tx ── guest memory
 *
 * Registers are kept in one array of words, as the driver sees them; only what is not visible there
 * has fields of its own. Registers that exist at two offsets are kept at one of them.
 *
 * Each part has the registers that are more than storage. Its read and write return whether the
 * offset is theirs; offsets are multiples of 4 within the BAR, and aliases are resolved.
 */
#ifndef IXGBE_H
#define IXGBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"
#include "frame/headers.h"
#include "descriptors.h"
#include "registers.h"

#define IXGBE_BAR_BYTES		0x20000		/* of registers */
#define IXGBE_QUEUES		128
#define IXGBE_VECTORS		64
#define IXGBE_CONTEXTS		2
#define IXGBE_EEPROM_WORDS	1024

/* A packet as tx.c gathers it: headers and up to 256 KiB to be segmented (7.2.4). */
#define IXGBE_PACKET_MAX	((256 << 10) + 1024)
/* More descriptors than any driver uses for one packet: 16 KiB each would be beyond 256 KiB. */
#define IXGBE_PACKET_DESCRIPTORS 64

struct ixgbe_interrupts {
	uint64_t cause, mask, auto_mask;	/* a bit a vector */
	uint64_t unsent;			/* causes no message was sent for */
	uint32_t other_cause, other_mask, other_auto_mask;	/* as in EICR */
	bool other_unsent;
	uint32_t eitr[IXGBE_VECTORS];
};

/* The I2C bus to the SFP+ module, and what the module makes of it. */
struct ixgbe_sfp {
	bool clock, data;		/* the lines as the host drives them */
	bool pulls_low;			/* the module holds the data line */
	unsigned int state, bit;
	uint8_t shift, address, offset;
	uint8_t pages[2][256];
};

struct ixgbe_tx_queue {
	struct descriptor contexts[IXGBE_CONTEXTS];
	uint32_t segments_sent;		/* of the packet at the head */
	bool discards;			/* until the end of a packet of too many descriptors */
};

struct ixgbe_flow {
	uint32_t source, destination;	/* as in FDIRIPSA, FDIRIPDA */
	uint32_t ports, vlan;		/* as in FDIRPORT, FDIRVLAN */
	uint32_t hash, command;		/* as in FDIRHASH, FDIRCMD */
};

#define IXGBE_FLOWS_MAX		8192	/* perfect filters, 7.1.2.7 */
#define IXGBE_BUCKETS		32768	/* signature filters: one per bucket, the newest */

struct ixgbe_signature {
	uint16_t signature;
	uint8_t queue;
	bool used;
};

struct ixgbe_flow_director {
	struct ixgbe_flow flows[IXGBE_FLOWS_MAX];
	unsigned int flow_count;
	struct ixgbe_signature signatures[IXGBE_BUCKETS];
	unsigned int signature_count;
};

/* What the users of the model see; unlike the chip's statistics these are never cleared. */
struct ixgbe_counters {
	uint64_t tx_frames, tx_bytes, rx_frames, rx_bytes;
	uint64_t rx_missed, rx_filtered, rx_dropped;
	uint64_t tx_dropped, tx_segmented;
	uint64_t interrupts, link_changes, resets, bad_addresses;
	uint64_t tx_queue[IXGBE_QUEUES], rx_queue[IXGBE_QUEUES];
};

struct ixgbe {
	struct nic *nic;
	uint32_t registers[IXGBE_BAR_BYTES / 4];
	uint16_t eeprom[IXGBE_EEPROM_WORDS];
	struct ixgbe_sfp sfp;
	struct ixgbe_interrupts interrupts;
	struct ixgbe_flow_director director;
	struct ixgbe_tx_queue tx[IXGBE_QUEUES];
	uint64_t tx_armed[IXGBE_QUEUES / 64];	/* queues whose tail may be ahead of the head */
	unsigned int tx_next;			/* whose turn it is */
	struct ixgbe_counters counters;
	uint8_t packet[IXGBE_PACKET_MAX];	/* what tx.c works on */
	uint8_t frame[NIC_FRAME_MAX];		/* what offload.c makes of it */
	uint8_t content[NIC_FRAME_MAX + FRAME_CRC_BYTES];	/* what rx.c makes of one */
};

static inline uint32_t ixgbe__register(const struct ixgbe *chip, uint32_t offset)
{
	return chip->registers[offset / 4];
}

static inline void ixgbe__set_register(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	chip->registers[offset / 4] = value;
}

/* Where the register @which of a queue is. */
static inline uint32_t ixgbe_rx__offset(unsigned int queue, uint32_t which)
{
	return queue < 64 ? RX_WINDOW_LOW + QUEUE_WINDOW * queue + which :
			    RX_WINDOW_HIGH + QUEUE_WINDOW * (queue - 64) + which;
}

static inline uint32_t ixgbe_tx__offset(unsigned int queue, uint32_t which)
{
	return TX_WINDOW + QUEUE_WINDOW * queue + which;
}

static inline uint32_t ixgbe_rx__register(const struct ixgbe *chip, unsigned int queue,
					  uint32_t which)
{
	return ixgbe__register(chip, ixgbe_rx__offset(queue, which));
}

static inline uint32_t ixgbe_tx__register(const struct ixgbe *chip, unsigned int queue,
					  uint32_t which)
{
	return ixgbe__register(chip, ixgbe_tx__offset(queue, which));
}

/* Whether the chip may use the bus: CTRL can forbid it. */
static inline bool ixgbe__is_master(struct ixgbe *chip)
{
	return !(ixgbe__register(chip, CTRL) & CTRL_MASTER_DISABLE);
}

#endif
