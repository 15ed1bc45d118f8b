/* SPDX-License-Identifier: MIT */
/*
 * A model of the Intel XL710: its state, which all parts share.
 *
 *     registers ─ access ─┬─ admin queue ── commands ── VSIs, filters, link, NVM
 *                         ├─ HMC (queue contexts in guest memory)
 *        wire ─ receive ──┼─ packet ── filters ── flow director, RSS ── RX ring ─┐
 *        wire ─ transmit ─┴─ TX ring ── offloads                                ├─ interrupts
 *                               └───────────────────────────────────────────────┘
 *
 * Whatever the datasheet keeps in a register is kept in struct i40e's registers, statistics too;
 * the other members are what the device remembers besides.
 */
#ifndef I40E_H
#define I40E_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"
#include "intel/counters.h"
#include "intel/link.h"
#include "intel/reset.h"
#include "intel/rx_ring.h"
#include "intel/tx_ring.h"

#define I40E_REGISTER_BYTES 0x400000u	/* of the 8 MB BAR; above is nothing */
#define I40E_QUEUES INTEL_QUEUES
#define I40E_VECTORS 65u
#define I40E_VSIS 16u
#define I40E_VEBS 4u
#define I40E_MAC_FILTERS 512u
#define I40E_FLOWS 1024u
#define I40E_FLOW_BUCKETS 1024u
#define I40E_FLOW_KEY_BYTES 40u
#define I40E_SEGMENT_DESCRIPTORS 64u
#define I40E_NVM_WORDS 2048u
#define I40E_TUNNEL_PORTS 16u
#define I40E_BLOCKED_ETHERTYPES 8u
#define I40E_FRAME_MAX 9728u

_Static_assert(I40E_VECTORS < INTEL_TIMER_RESET, "a timer a vector, and one for resets");

struct i40e_vector {
	bool enabled;			/* INTENA */
	bool pending;
	bool fired;			/* ever, and when last */
	uint64_t fired_at, due;
	uint8_t software_itr;
};

/* Section 7.4, Add VSI: its properties, 128 bytes, kept as the driver sees them. */
#define I40E_VSI_PROPERTIES 128u

struct i40e_vsi {
	bool used;
	uint16_t seid, uplink;
	uint8_t properties[I40E_VSI_PROPERTIES];
};

/* A virtual Ethernet bridge. Nothing is switched between VSIs: only one of them sends frames. */
struct i40e_veb {
	bool used;
	uint16_t seid, uplink, flags;
};

/* What a filter of a VSI takes: one address, or all of a kind (promiscuous modes). */
enum i40e_filter_kind {
	I40E_FILTER_ADDRESS,
	I40E_FILTER_UNICAST,
	I40E_FILTER_MULTICAST,
	I40E_FILTER_BROADCAST,
	I40E_FILTER_EVERYTHING,
};

struct i40e_filter {
	enum i40e_filter_kind kind;
	uint8_t vsi;
	bool any_vlan;
	uint16_t vlan;			/* 0: untagged */
	uint8_t address[6];
};

struct i40e_flow_key {
	uint8_t type;			/* packet classifier type */
	uint8_t bytes;
	uint8_t data[I40E_FLOW_KEY_BYTES];
};

enum i40e_flow_destination {
	I40E_FLOW_DROP,
	I40E_FLOW_QUEUE,
	I40E_FLOW_OTHER,		/* as without the flow */
};

struct i40e_flow {
	bool used;
	struct i40e_flow_key key;
	enum i40e_flow_destination destination;
	uint16_t queue, vsi;		/* of the VSI */
	bool reports_id, counts;
	uint16_t counter;
	uint32_t id;
	uint16_t next;			/* in its bucket, plus one; 0: last */
};

struct i40e_flows {
	struct i40e_flow entries[I40E_FLOWS];
	uint16_t buckets[I40E_FLOW_BUCKETS];	/* first entry plus one */
	unsigned int used;
};

struct i40e {
	struct nic *nic;
	uint32_t registers[I40E_REGISTER_BYTES / 4];
	uint16_t nvm[I40E_NVM_WORDS];

	struct tx_rings tx;
	bool programs_flows[I40E_QUEUES];	/* TX queues that may */
	struct rx_ring rx[I40E_QUEUES];
	struct i40e_vector vectors[I40E_VECTORS];
	uint32_t causes;		/* ICR0 */
	struct { uint32_t low, high; } segments[I40E_SEGMENT_DESCRIPTORS];

	struct i40e_vsi vsis[I40E_VSIS];
	struct i40e_veb vebs[I40E_VEBS];
	struct i40e_filter filters[I40E_MAC_FILTERS];
	unsigned int filter_count;
	struct i40e_flows flows;
	struct intel_link link;
	uint8_t address[6];
	uint16_t tunnel_ports[I40E_TUNNEL_PORTS];
	uint16_t blocked_ethertypes[I40E_BLOCKED_ETHERTYPES];

	uint32_t reset_type;		/* of the reset under way; 0: none */
	struct intel_counters counters;
};

static inline uint32_t i40e__register(const struct i40e *chip, uint32_t offset)
{
	return chip->registers[offset / 4];
}

static inline void i40e__set_register(struct i40e *chip, uint32_t offset, uint32_t value)
{
	chip->registers[offset / 4] = value;
}

#endif
