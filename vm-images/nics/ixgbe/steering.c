// SPDX-License-Identifier: MIT
/*
 * Which queue a packet goes to (datasheet 7.1.2): the first of these that knows.
 *
 *     EtherType filter ── Flow Director ── RSS ── queue 0
 *
 * Pools (VMDq, virtual functions), traffic classes, SYN and 5-tuple filters are not there.
 */
#include "flow_director.h"
#include "ixgbe.h"
#include "packet.h"
#include "rss.h"
#include "steering.h"

static void ixgbe_steering__by_ethertype(struct ixgbe *chip, const struct packet *packet,
					 struct ixgbe_choice *choice)
{
	for (unsigned int i = 0; i < ETQF_COUNT; i++) {
		uint32_t filter = ixgbe__register(chip, ETQF(i));
		uint32_t select = ixgbe__register(chip, ETQS(i));

		if (!(filter & ETQF_ENABLE) || (filter & ETQF_ETHERTYPE) != packet->ethertype)
			continue;
		choice->by_ethertype = true;
		choice->ethertype_filter = i;
		if (select & ETQS_ENABLE)
			choice->queue = select >> ETQS_QUEUE_SHIFT & (IXGBE_QUEUES - 1);
		return;
	}
}

void ixgbe_steering__choose(struct ixgbe *chip, const struct packet *packet,
			    struct ixgbe_choice *choice)
{
	*choice = (struct ixgbe_choice){ .queue = 0 };
	ixgbe_rss__choose(chip, packet, choice);
	ixgbe_flow_director__choose(chip, packet, choice);
	ixgbe_steering__by_ethertype(chip, packet, choice);
}
