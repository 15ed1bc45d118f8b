/* SPDX-License-Identifier: MIT */
/*
 * A model of the Intel E810: its state, which all parts share.
 *
 *     registers ─ access ─┬─ admin queue ── commands ── VSIs, rules, scheduler, link, NVM, package
 *        wire ─ receive ──┼─ packet ── rules ── RSS ── RX ring ─┐
 *        wire ─ transmit ─┴─ TX ring ── offloads                ├─ interrupts
 *                               └───────────────────────────────┘
 *
 * Whatever the device keeps in a register is kept in struct ice's registers, statistics too; the
 * other members are what the device remembers besides.
 */
#ifndef ICE_H
#define ICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"
#include "intel/counters.h"
#include "intel/link.h"
#include "intel/reset.h"
#include "intel/rx_ring.h"
#include "intel/tx_ring.h"

#define ICE_REGISTER_BYTES 0x500000u	/* of the 32 MB BAR; above is nothing */
#define ICE_QUEUES INTEL_QUEUES
#define ICE_VECTORS 65u
#define ICE_VSIS 32u			/* a bit each in the masks of rules */
#define ICE_VSI_LISTS 64u
#define ICE_RULES 1024u
#define ICE_RESOURCE_MAX 512u		/* of one type */
#define ICE_RESOURCE_TYPES 7u
#define ICE_NODES 1024u
#define ICE_LAYERS 9u
#define ICE_FLASH_BYTES 49152u
#define ICE_RSS_KEY_BYTES 52u
#define ICE_RSS_TABLE_VSI 128u
#define ICE_RSS_TABLE_GLOBAL 512u
#define ICE_RSS_TABLE_PF 2048u
#define ICE_RSS_GLOBAL_TABLES 16u
#define ICE_FRAME_MAX 9728u

_Static_assert(ICE_VECTORS < INTEL_TIMER_RESET, "a timer a vector, and one for resets");

/* What a TX queue is of. */
struct ice_tx_owner {
	uint16_t vsi;
	uint32_t node;			/* its leaf of the scheduler's tree */
};

/* How an RX queue has its frames. */
struct ice_rx_format {
	bool keeps_crc;
	uint8_t profile;		/* of the descriptors that are written back */
};

struct ice_vector {
	bool enabled;			/* INTENA */
	bool pending;
	bool fired;			/* ever, and when last */
	uint64_t fired_at, due;
	uint8_t software_itr;
};

/* Add VSI: its properties, 128 bytes, kept as the driver sees them; and what RSS is made with. */
#define ICE_VSI_PROPERTIES 128u

struct ice_vsi {
	bool used;
	uint8_t properties[ICE_VSI_PROPERTIES];
	uint8_t rss_key[ICE_RSS_KEY_BYTES];
	uint8_t rss_table[ICE_RSS_TABLE_VSI];
};

/* What frames a rule of the switch is about. */
enum ice_match {
	ICE_MATCH_ADDRESS,
	ICE_MATCH_ADDRESS_VLAN,
	ICE_MATCH_ETHERTYPE,
	ICE_MATCH_ETHERTYPE_ADDRESS,
	ICE_MATCH_KIND,			/* all of unicast, multicast or broadcast */
	ICE_MATCH_KIND_VLAN,
	ICE_MATCH_VLAN,			/* frames of other VLANs are pruned */
	ICE_MATCH_ANY,			/* what no other rule takes */
};

struct ice_rule {
	bool used;
	enum ice_match match;
	bool sent;			/* it is about what VSI source sends, else what comes in */
	bool drops;
	bool to_list;			/* target is the number of a VSI list, else of a VSI */
	uint16_t source, target;
	uint16_t vlan, ethertype;
	uint8_t address[6];
};

/* An element of the scheduler's tree; 0 is none, the port is 1. */
struct ice_node {
	bool used;
	uint8_t layer;
	uint16_t parent, children;
	uint8_t data[16];		/* as the driver sees it: type, sections, bandwidths */
};

/* The package of the pipeline's configuration, which the driver downloads. */
struct ice_package {
	bool loading, active;
	uint8_t version[4], name[28];
	uint32_t track;
};

struct ice {
	struct nic *nic;
	uint32_t registers[ICE_REGISTER_BYTES / 4];
	uint8_t flash[ICE_FLASH_BYTES];

	struct tx_rings tx;
	struct ice_tx_owner tx_owners[ICE_QUEUES];
	struct rx_ring rx[ICE_QUEUES];
	struct ice_rx_format rx_formats[ICE_QUEUES];
	struct ice_vector vectors[ICE_VECTORS];
	uint32_t causes;		/* OICR */

	struct ice_vsi vsis[ICE_VSIS];
	uint32_t vsi_lists[ICE_VSI_LISTS];	/* a bit each VSI */
	struct ice_rule rules[ICE_RULES];
	unsigned int rules_end;		/* none is used from here on */
	bool resources[ICE_RESOURCE_TYPES][ICE_RESOURCE_MAX];	/* numbers that are taken */
	struct ice_node nodes[ICE_NODES];
	uint16_t rate_profiles;		/* given out so far */
	uint8_t rss_pf_table[ICE_RSS_TABLE_PF];
	uint8_t rss_global_tables[ICE_RSS_GLOBAL_TABLES][ICE_RSS_TABLE_GLOBAL];

	struct intel_link link;
	struct ice_package package;
	bool locks[5];			/* resources that the driver owns, by their number */
	uint8_t address[6];

	uint32_t reset_type;		/* of the reset under way; 0: none */
	struct intel_counters counters;
};

static inline uint32_t ice__register(const struct ice *chip, uint32_t offset)
{
	return chip->registers[offset / 4];
}

static inline void ice__set_register(struct ice *chip, uint32_t offset, uint32_t value)
{
	chip->registers[offset / 4] = value;
}

#endif
