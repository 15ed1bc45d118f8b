// SPDX-License-Identifier: MIT
/* Receive side scaling (datasheet 7.1.2.8): a hash of the addresses and ports chooses the queue. */
#include "frame/bytes.h"
#include "frame/toeplitz.h"
#include "ixgbe.h"
#include "packet.h"
#include "rss.h"

/* 7.1.6.2, table of RSS types. */
enum rss_type {
	RSS_NONE = 0,
	RSS_TCP_IPV4 = 1,
	RSS_IPV4 = 2,
	RSS_TCP_IPV6 = 3,
	RSS_IPV6 = 5,
	RSS_UDP_IPV4 = 7,
	RSS_UDP_IPV6 = 8,
};

#define RETA_QUEUE		0xfu	/* of an entry of a byte */

static bool ixgbe_rss__has_ports(const struct packet *packet, uint32_t mrqc)
{
	if (packet->l4 == PACKET_L4_TCP)
		return mrqc & (packet->ipv4 ? MRQC_TCP_IPV4 : MRQC_TCP_IPV6);
	if (packet->l4 == PACKET_L4_UDP)
		return mrqc & (packet->ipv4 ? MRQC_UDP_IPV4 : MRQC_UDP_IPV6);
	return false;
}

static enum rss_type ixgbe_rss__type(const struct packet *packet, uint32_t mrqc)
{
	bool tcp = packet->l4 == PACKET_L4_TCP;

	if (!packet->ipv4 && !packet->ipv6)
		return RSS_NONE;
	if (ixgbe_rss__has_ports(packet, mrqc)) {
		if (packet->ipv4)
			return tcp ? RSS_TCP_IPV4 : RSS_UDP_IPV4;
		return tcp ? RSS_TCP_IPV6 : RSS_UDP_IPV6;
	}
	if (packet->ipv4)
		return mrqc & MRQC_IPV4 ? RSS_IPV4 : RSS_NONE;
	return mrqc & MRQC_IPV6 ? RSS_IPV6 : RSS_NONE;
}

static void ixgbe_rss__key(struct ixgbe *chip, uint8_t key[RSS_KEY_BYTES])
{
	for (unsigned int i = 0; i < RSS_KEY_BYTES; i++)
		key[i] = (uint8_t)(ixgbe__register(chip, RSSRK(i / 4)) >> i % 4 * 8);
}

void ixgbe_rss__choose(struct ixgbe *chip, const struct packet *packet,
		       struct ixgbe_choice *choice)
{
	uint32_t mrqc = ixgbe__register(chip, MRQC), entry;
	size_t address_bytes = packet->ipv4 ? 4 : 16;
	uint8_t input[TOEPLITZ_FLOW_MAX], key[RSS_KEY_BYTES], ports[4];
	size_t bytes;

	if ((mrqc & MRQC_MODE) != MRQC_MODE_RSS)
		return;
	choice->rss_type = ixgbe_rss__type(packet, mrqc);
	if (choice->rss_type == RSS_NONE)
		return;

	put_be16(ports, packet->source_port);
	put_be16(ports + 2, packet->destination_port);
	bytes = toeplitz__flow(input, packet->source, packet->destination, address_bytes,
			       ixgbe_rss__has_ports(packet, mrqc) ? ports : NULL);
	ixgbe_rss__key(chip, key);
	choice->rss_hash = toeplitz__hash(key, sizeof(key), input, bytes);
	entry = choice->rss_hash % RETA_ENTRIES;
	choice->queue = ixgbe__register(chip, RETA(entry / 4)) >> entry % 4 * 8 & RETA_QUEUE;
}
