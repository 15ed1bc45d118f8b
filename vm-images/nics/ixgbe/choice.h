/* SPDX-License-Identifier: MIT */
/* Where a packet goes, and what the descriptor says about the choice. */
#ifndef IXGBE_CHOICE_H
#define IXGBE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

struct ixgbe_choice {
	unsigned int queue;
	bool drop, flow_searched, flow_match, by_ethertype;
	unsigned int ethertype_filter;
	uint32_t rss_hash, rss_type;
};

#endif
