// SPDX-License-Identifier: MIT
/*
 * Flow Director (datasheet 7.1.2.7, 8.2.3.21): the flows the driver named, and their queues. Where
 * the chip chains signature filters in a bucket, the model keeps the newest. A command is done when
 * the write to FDIRCMD returns.
 */
#include <string.h>

#include "flow_director.h"
#include "flow_match.h"
#include "interrupts.h"
#include "ixgbe.h"
#include "packet.h"

#define PERFECT_FLOWS_UNIT	1024u	/* << FDIRCTRL.PBALLOC */
#define SIGNATURE_FLOWS_UNIT	4096u
#define FULL_UNIT		16u

static bool ixgbe_flow_director__is_perfect(struct ixgbe *chip)
{
	return ixgbe__register(chip, FDIRCTRL) & FDIRCTRL_PERFECT;
}

/* How many flows the chip has memory for; 0: Flow Director is off. */
static unsigned int ixgbe_flow_director__capacity(struct ixgbe *chip)
{
	uint32_t memory = ixgbe__register(chip, FDIRCTRL) & FDIRCTRL_MEMORY;

	if (!memory)
		return 0;
	if (ixgbe_flow_director__is_perfect(chip))
		return PERFECT_FLOWS_UNIT << memory;
	return SIGNATURE_FLOWS_UNIT << memory;
}

void ixgbe_flow_director__reset(struct ixgbe *chip)
{
	memset(&chip->director, 0, sizeof(chip->director));
}

void ixgbe_flow_director__choose(struct ixgbe *chip, const struct packet *packet,
				 struct ixgbe_choice *choice)
{
	unsigned int capacity = ixgbe_flow_director__capacity(chip);

	if (!capacity || (!packet->ipv4 && !packet->ipv6))
		return;
	if (ixgbe_flow_director__is_perfect(chip)) {
		const struct ixgbe_flow *flow = ixgbe_flow_match__perfect(chip, packet);

		if (flow) {
			choice->flow_match = true;
			choice->drop = flow->command & FDIRCMD_DROP;
			choice->queue = flow->command >> FDIRCMD_QUEUE_SHIFT & (IXGBE_QUEUES - 1);
		}
	} else {
		const struct ixgbe_signature *found;

		found = ixgbe_flow_match__signature(chip, packet, capacity);
		if (found) {
			choice->flow_match = true;
			choice->queue = found->queue;
		}
	}
	choice->flow_searched = true;
}

/* Perfect filters are known by their hash and the number software gave them. */
static struct ixgbe_flow *ixgbe_flow_director__lookup(struct ixgbe *chip, uint32_t hash)
{
	for (unsigned int i = 0; i < chip->director.flow_count; i++)
		if (chip->director.flows[i].hash == hash)
			return &chip->director.flows[i];
	return NULL;
}

/* FDIRUSTAT and FDIRFSTAT count additions in their low half and removals in the high one. */
static void ixgbe_flow_director__count(struct ixgbe *chip, uint32_t reg, unsigned int half_bits,
				       bool removal)
{
	unsigned int shift = removal ? half_bits : 0;
	uint32_t limit = (1u << half_bits) - 1;

	if ((ixgbe__register(chip, reg) >> shift & limit) < limit)
		ixgbe__set_register(chip, reg, ixgbe__register(chip, reg) + (1u << shift));
}

static unsigned int ixgbe_flow_director__room(struct ixgbe *chip)
{
	unsigned int used = ixgbe_flow_director__is_perfect(chip) ? chip->director.flow_count :
								    chip->director.signature_count;

	return ixgbe_flow_director__capacity(chip) - used;
}

/* One more is there: software wants to know when few are left. */
static void ixgbe_flow_director__added(struct ixgbe *chip)
{
	uint32_t few = ixgbe__register(chip, FDIRCTRL) >> FDIRCTRL_FULL_SHIFT;

	if (ixgbe_flow_director__room(chip) == few * FULL_UNIT)
		ixgbe_interrupts__raise_other(chip, CAUSE_FLOW_DIRECTOR);
}

static bool ixgbe_flow_director__add_perfect(struct ixgbe *chip, uint32_t hash, uint32_t command)
{
	struct ixgbe_flow *flow = ixgbe_flow_director__lookup(chip, hash);

	if (!flow) {
		if (chip->director.flow_count >= ixgbe_flow_director__capacity(chip))
			return false;
		flow = &chip->director.flows[chip->director.flow_count++];
	}
	*flow = (struct ixgbe_flow){
		.source = ixgbe__register(chip, FDIRIPSA),
		.destination = ixgbe__register(chip, FDIRIPDA),
		.ports = ixgbe__register(chip, FDIRPORT),
		.vlan = ixgbe__register(chip, FDIRVLAN),
		.hash = hash,
		.command = command,
	};
	return true;
}

static bool ixgbe_flow_director__remove_perfect(struct ixgbe *chip, uint32_t hash)
{
	struct ixgbe_flow *flow = ixgbe_flow_director__lookup(chip, hash);

	if (!flow)
		return false;
	*flow = chip->director.flows[--chip->director.flow_count];
	return true;
}

static struct ixgbe_signature *ixgbe_flow_director__bucket(struct ixgbe *chip, uint32_t hash)
{
	unsigned int capacity = ixgbe_flow_director__capacity(chip);

	return capacity ? &chip->director.signatures[hash & (capacity - 1)] : NULL;
}

static bool ixgbe_flow_director__add_signature(struct ixgbe *chip, uint32_t hash, uint32_t command)
{
	struct ixgbe_signature *bucket = ixgbe_flow_director__bucket(chip, hash);

	if (!bucket)
		return false;
	if (!bucket->used)
		chip->director.signature_count++;
	*bucket = (struct ixgbe_signature){
		.signature = hash >> 16 & FDIRHASH_BUCKET,
		.queue = command >> FDIRCMD_QUEUE_SHIFT & (IXGBE_QUEUES - 1),
		.used = true,
	};
	return true;
}

static bool ixgbe_flow_director__has_signature(struct ixgbe *chip, uint32_t hash, bool remove)
{
	struct ixgbe_signature *bucket = ixgbe_flow_director__bucket(chip, hash);

	if (!bucket || !bucket->used || bucket->signature != (hash >> 16 & FDIRHASH_BUCKET))
		return false;
	if (remove) {
		bucket->used = false;
		chip->director.signature_count--;
	}
	return true;
}

static void ixgbe_flow_director__command(struct ixgbe *chip, uint32_t command)
{
	uint32_t hash = ixgbe__register(chip, FDIRHASH) & 0xffff7fffu;
	uint32_t answer = command & ~(FDIRCMD_COMMAND | FDIRCMD_VALID);
	bool perfect = ixgbe_flow_director__is_perfect(chip), done;

	ixgbe__set_register(chip, FDIRCMD, answer);
	if (command & FDIRCMD_CLEAR_TABLE)
		ixgbe_flow_director__reset(chip);
	switch (command & FDIRCMD_COMMAND) {
	case FDIRCMD_ADD:
		done = perfect ? ixgbe_flow_director__add_perfect(chip, hash, command) :
				 ixgbe_flow_director__add_signature(chip, hash, command);
		ixgbe_flow_director__count(chip, done ? FDIRUSTAT : FDIRFSTAT,
					   done ? 16 : 8, false);
		if (done)
			ixgbe_flow_director__added(chip);
		break;
	case FDIRCMD_REMOVE:
		done = perfect ? ixgbe_flow_director__remove_perfect(chip, hash) :
				 ixgbe_flow_director__has_signature(chip, hash, true);
		ixgbe_flow_director__count(chip, done ? FDIRUSTAT : FDIRFSTAT,
					   done ? 16 : 8, true);
		break;
	case FDIRCMD_QUERY:
		done = perfect ? ixgbe_flow_director__lookup(chip, hash) != NULL :
				 ixgbe_flow_director__has_signature(chip, hash, false);
		if (done)
			ixgbe__set_register(chip, FDIRCMD, answer | FDIRCMD_VALID);
		break;
	default:
		break;
	}
}

bool ixgbe_flow_director__read(struct ixgbe *chip, uint32_t offset, uint32_t *value)
{
	switch (offset) {
	case FDIRFREE:
		*value = ixgbe_flow_director__room(chip) & 0xffff;
		return true;
	case FDIRUSTAT:
	case FDIRFSTAT:
	case FDIRMATCH:
	case FDIRMISS:
	case FDIRLEN:
		*value = ixgbe__register(chip, offset);
		ixgbe__set_register(chip, offset, 0);
		return true;
	default:
		return false;
	}
}

bool ixgbe_flow_director__write(struct ixgbe *chip, uint32_t offset, uint32_t value)
{
	switch (offset) {
	case FDIRCTRL:
		/* The table starts anew, in memory taken from the packet buffer. */
		ixgbe_flow_director__reset(chip);
		ixgbe__set_register(chip, offset, value | FDIRCTRL_INIT_DONE);
		return true;
	case FDIRCMD:
		ixgbe_flow_director__command(chip, value);
		return true;
	case FDIRFREE:
	case FDIRLEN:
	case FDIRUSTAT:
	case FDIRFSTAT:
	case FDIRMATCH:
	case FDIRMISS:
		return true;
	default:
		return false;
	}
}
