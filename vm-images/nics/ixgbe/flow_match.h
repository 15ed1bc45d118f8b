/* SPDX-License-Identifier: MIT */
/* Which flow of Flow Director a packet, one of IPv4 or IPv6, belongs to. NULL: none. */
#ifndef IXGBE_FLOW_MATCH_H
#define IXGBE_FLOW_MATCH_H

struct ixgbe;
struct packet;

const struct ixgbe_flow *ixgbe_flow_match__perfect(struct ixgbe *chip, const struct packet *packet);
/* @buckets: how many signatures there is memory for, a power of two. */
const struct ixgbe_signature *ixgbe_flow_match__signature(struct ixgbe *chip,
							  const struct packet *packet,
							  unsigned int buckets);

#endif
