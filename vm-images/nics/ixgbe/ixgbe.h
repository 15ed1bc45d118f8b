/* SPDX-License-Identifier: MIT */
/*
 * A model of the Intel 82599, one port: what its parts share.
 *
 *	          registers (model.c dispatches by offset)
 *	              │
 *	 eeprom  sfp  link  interrupts  statistics
 *	                       │  │
 *	 wire ── filter ── packet ── steering ── rx ── guest memory
 *	 wire ── offload ──────────────────────── tx ── guest memory
 *
 * Registers are kept in one array of words, as the driver sees them; only what is not visible there
 * has fields of its own. Registers that exist at two offsets are kept at one of them.
 */
#ifndef IXGBE_H
#define IXGBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"
#include "frame/headers.h"
#include "descriptors.h"
#include "packet.h"
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
#define IXGBE_BUCKETS		32768	/* signature filters: one a bucket, the newest */

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

/*
 * Each part has the registers that are more than storage. read and write return whether the offset
 * is theirs; offsets are multiples of 4 within the BAR, and aliases are resolved.
 */
void ixgbe_eeprom__reset(struct ixgbe *chip);
bool ixgbe_eeprom__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_eeprom__write(struct ixgbe *chip, uint32_t offset, uint32_t value);

void ixgbe_sfp__reset(struct ixgbe *chip);
bool ixgbe_sfp__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_sfp__write(struct ixgbe *chip, uint32_t offset, uint32_t value);

void ixgbe_link__reset(struct ixgbe *chip);
bool ixgbe_link__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_link__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
void ixgbe_link__change(struct ixgbe *chip);
bool ixgbe_link__loops_back(struct ixgbe *chip);

void ixgbe_interrupts__reset(struct ixgbe *chip);
bool ixgbe_interrupts__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_interrupts__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
void ixgbe_interrupts__raise_queue(struct ixgbe *chip, unsigned int queue, bool transmit);
void ixgbe_interrupts__raise_other(struct ixgbe *chip, uint32_t causes);
void ixgbe_interrupts__timer(struct ixgbe *chip, unsigned int vector);

bool ixgbe_statistics__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_statistics__write(uint32_t offset);
void ixgbe_statistics__add(struct ixgbe *chip, uint32_t offset, uint32_t amount);
void ixgbe_statistics__arrived(struct ixgbe *chip, size_t bytes);
void ixgbe_statistics__received(struct ixgbe *chip, const struct packet *packet);
void ixgbe_statistics__received_on(struct ixgbe *chip, unsigned int queue, size_t bytes);
void ixgbe_statistics__dropped_on(struct ixgbe *chip, unsigned int queue);
void ixgbe_statistics__sent(struct ixgbe *chip, unsigned int queue, const uint8_t *frame,
			    size_t bytes);

/* Which frames the port takes: by address and VLAN; by length. */
bool ixgbe_filter__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
void ixgbe_filter__reset(struct ixgbe *chip, const uint8_t mac[6]);
bool ixgbe_filter__accepts(struct ixgbe *chip, const struct packet *packet);
bool ixgbe_filter__fits(struct ixgbe *chip, const struct packet *packet);

/* Where a packet goes and what the descriptor says about the choice. */
struct ixgbe_choice {
	unsigned int queue;
	bool drop, flow_searched, flow_match, by_ethertype;
	unsigned int ethertype_filter;
	uint32_t rss_hash, rss_type;
};

void ixgbe_steering__choose(struct ixgbe *chip, const struct packet *packet,
			    struct ixgbe_choice *choice);
void ixgbe_rss__choose(struct ixgbe *chip, const struct packet *packet,
		       struct ixgbe_choice *choice);

void ixgbe_flow_director__reset(struct ixgbe *chip);
bool ixgbe_flow_director__read(struct ixgbe *chip, uint32_t offset, uint32_t *value);
bool ixgbe_flow_director__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
/* How many flows the chip has memory for; 0: Flow Director is off. */
unsigned int ixgbe_flow_director__capacity(struct ixgbe *chip);
/* Return: NULL, no flow is the packet's, which is one of IPv4 or IPv6. */
const struct ixgbe_flow *ixgbe_flow_match__perfect(struct ixgbe *chip,
						   const struct packet *packet);
const struct ixgbe_signature *ixgbe_flow_match__signature(struct ixgbe *chip,
							  const struct packet *packet);
void ixgbe_flow_director__choose(struct ixgbe *chip, const struct packet *packet,
				 struct ixgbe_choice *choice);

bool ixgbe_rx__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
/* Fills @descriptor as the advanced form has it, but for length and the end of the packet. */
void ixgbe_rx__describe(struct ixgbe *chip, const struct packet *packet,
			const struct ixgbe_choice *choice, struct descriptor *descriptor);
bool ixgbe_rx__receive(struct ixgbe *chip, const void *frame, size_t bytes);

bool ixgbe_tx__write(struct ixgbe *chip, uint32_t offset, uint32_t value);
bool ixgbe_tx__work(struct ixgbe *chip);

/* A packet as the driver handed it over, and what is to be done to it. */
struct ixgbe_order {
	size_t bytes;			/* in chip->packet */
	uint32_t command, options;	/* words 2 and 3 of its first descriptor */
	struct descriptor context;	/* for the extended form */
};

/* Return: how many frames the order becomes; 0: it is nonsense. */
uint32_t ixgbe_offload__frames(const struct ixgbe_order *order);
/* Makes frame @index of the order in chip->frame. Return: its bytes; 0: it is nonsense. */
size_t ixgbe_offload__make(struct ixgbe *chip, const struct ixgbe_order *order, uint32_t index);

/* Return: how many of at most @room were filled. */
size_t ixgbe_counters__list(struct ixgbe *chip, struct nic_counter *counters, size_t room);

#endif
