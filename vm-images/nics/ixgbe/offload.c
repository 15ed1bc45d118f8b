// SPDX-License-Identifier: MIT
/*
 * What is done to a packet on its way out (datasheet 7.2.4, 7.2.5): cut into segments, checksums,
 * a VLAN tag, padding.
 *
 *	| MACLEN | IPLEN | L4LEN |        payload         |	in memory, lengths from the context
 *	| headers, with length, ID, sequence | MSS bytes  |	each segment
 *
 * All lengths are the guest's: ixgbe_offload__frames() checks those that every frame needs.
 */
#include <string.h>

#include "frame/bytes.h"
#include "frame/checksum.h"
#include "ixgbe.h"
#include "offload.h"

struct layout {
	size_t mac, ip, l4;	/* bytes of each header */
	uint32_t l4_kind, mss;
	bool ipv4;
};

static struct layout ixgbe_offload__layout(const struct descriptor *context)
{
	return (struct layout){
		.mac = context->word[0] >> CONTEXT_MAC_SHIFT & CONTEXT_MAC_BYTES,
		.ip = context->word[0] & CONTEXT_IP_BYTES,
		.l4 = context->word[3] >> CONTEXT_L4_BYTES_SHIFT & CONTEXT_L4_BYTES,
		.l4_kind = context->word[2] >> CONTEXT_L4_SHIFT & CONTEXT_L4_MASK,
		.mss = context->word[3] >> CONTEXT_MSS_SHIFT,
		.ipv4 = context->word[2] & CONTEXT_IPV4,
	};
}

static bool ixgbe_offload__segments(const struct ixgbe_order *order)
{
	return order->command & TX_EXTENDED && order->command & TX_SEGMENT;
}

uint32_t ixgbe_offload__frames(const struct ixgbe_order *order)
{
	struct layout layout = ixgbe_offload__layout(&order->context);
	size_t headers = layout.mac + layout.ip + layout.l4;

	if (!ixgbe_offload__segments(order))
		return order->bytes >= ETHERNET_BYTES &&
		       order->bytes <= NIC_FRAME_MAX - VLAN_BYTES;

	if (layout.mac < ETHERNET_BYTES || layout.ip < (layout.ipv4 ? IPV4_BYTES : IPV6_BYTES))
		return 0;
	if (layout.l4_kind == CONTEXT_L4_TCP ? layout.l4 < TCP_BYTES :
	    layout.l4_kind != CONTEXT_L4_UDP || layout.l4 < UDP_BYTES)
		return 0;
	if (!layout.mss || order->bytes <= headers ||
	    headers + layout.mss > NIC_FRAME_MAX - VLAN_BYTES)
		return 0;
	return (uint32_t)((order->bytes - headers + layout.mss - 1) / layout.mss);
}

/* 7.2.5: the sum of the header; the field itself counts as 0. */
static void ixgbe_offload__ip_checksum(uint8_t *frame, size_t bytes, const struct layout *layout)
{
	uint8_t *ip = frame + layout->mac;

	if (layout->ip < IPV4_BYTES || layout->mac + layout->ip > bytes)
		return;
	put_be16(ip + IPV4_CHECKSUM, 0);
	put_be16(ip + IPV4_CHECKSUM, checksum__fold(checksum__add(0, ip, layout->ip)));
}

/*
 * 7.2.5: software put the sum of the pseudo header into the field. For segments it left out the
 * length, which is @more then.
 */
static void ixgbe_offload__l4_checksum(uint8_t *frame, size_t bytes, const struct layout *layout,
				       uint32_t more)
{
	static const size_t fields[] = { UDP_CHECKSUM, TCP_CHECKSUM, SCTP_CHECKSUM };
	size_t start = layout->mac + layout->ip, field;
	uint16_t sum;

	if (layout->l4_kind > CONTEXT_L4_SCTP)
		return;
	field = start + fields[layout->l4_kind];
	if (layout->l4_kind == CONTEXT_L4_SCTP) {
		if (field + 4 <= bytes)
			put_le32(frame + field, checksum__sctp(frame + start, bytes - start));
		return;
	}
	if (field + 2 > bytes)
		return;
	sum = checksum__fold(checksum__add(more, frame + start, bytes - start));
	/* In UDP 0 says that there is no checksum. */
	if (layout->l4_kind == CONTEXT_L4_UDP && !sum)
		sum = 0xffff;
	put_be16(frame + field, sum);
}

/* 7.2.5, legacy descriptors: from CSS to the end, to CSO. */
static void ixgbe_offload__legacy_checksum(uint8_t *frame, size_t bytes,
					   const struct ixgbe_order *order)
{
	size_t field = order->command >> TX_LEGACY_CSO_SHIFT & 0xff;
	size_t start = order->options >> TX_LEGACY_CSS_SHIFT & 0xff;

	if (start >= bytes || field + 2 > bytes)
		return;
	put_be16(frame + field, checksum__fold(checksum__add(0, frame + start, bytes - start)));
}

/* 7.2.4: the flags of the first, the last, and the segments between may differ. */
static void ixgbe_offload__tcp(struct ixgbe *chip, uint8_t *tcp, uint32_t offset, bool first,
			       bool last)
{
	uint32_t flags = be16(tcp + TCP_FLAGS_AT), masks = ixgbe__register(chip, DTXTCPFLGL);
	uint32_t mask = first ? masks & TCP_FLAGS : masks >> 16 & TCP_FLAGS;

	put_be32(tcp + 4, be32(tcp + 4) + offset);
	if (last)
		mask = first ? TCP_FLAGS : ixgbe__register(chip, DTXTCPFLGH) & TCP_FLAGS;
	put_be16(tcp + TCP_FLAGS_AT, (uint16_t)(flags & (~TCP_FLAGS | mask)));
}

static size_t ixgbe_offload__segment(struct ixgbe *chip, const struct ixgbe_order *order,
				     const struct layout *layout, uint32_t index, uint8_t *frame)
{
	size_t headers = layout->mac + layout->ip + layout->l4;
	size_t offset = (size_t)index * layout->mss;
	uint8_t *ip = frame + layout->mac, *l4 = ip + layout->ip;
	size_t left, bytes;

	if (order->bytes <= headers + offset)
		return 0;
	left = order->bytes - headers - offset;
	bytes = left < layout->mss ? left : layout->mss;
	memcpy(frame, chip->packet, headers);
	memcpy(frame + headers, chip->packet + headers + offset, bytes);

	if (layout->ipv4) {
		put_be16(ip + 2, (uint16_t)(layout->ip + layout->l4 + bytes));
		put_be16(ip + 4, (uint16_t)(be16(ip + 4) + index));
		ixgbe_offload__ip_checksum(frame, headers, layout);
	} else {
		put_be16(ip + 4, (uint16_t)(layout->ip - IPV6_BYTES + layout->l4 + bytes));
	}
	if (layout->l4_kind == CONTEXT_L4_TCP)
		ixgbe_offload__tcp(chip, l4, (uint32_t)offset, !index, bytes == left);
	else
		put_be16(l4 + 4, (uint16_t)(layout->l4 + bytes));
	ixgbe_offload__l4_checksum(frame, headers + bytes, layout, (uint32_t)(layout->l4 + bytes));
	return headers + bytes;
}

static size_t ixgbe_offload__whole(struct ixgbe *chip, const struct ixgbe_order *order,
				   const struct layout *layout, uint8_t *frame)
{
	if (order->bytes > NIC_FRAME_MAX - VLAN_BYTES)
		return 0;
	memcpy(frame, chip->packet, order->bytes);
	if (!(order->command & TX_EXTENDED)) {
		if (order->command & TX_LEGACY_CHECKSUM)
			ixgbe_offload__legacy_checksum(frame, order->bytes, order);
		return order->bytes;
	}
	if (order->options & TX_INSERT_IP)
		ixgbe_offload__ip_checksum(frame, order->bytes, layout);
	if (order->options & TX_INSERT_L4)
		ixgbe_offload__l4_checksum(frame, order->bytes, layout, 0);
	return order->bytes;
}

static uint16_t ixgbe_offload__tag(const struct ixgbe_order *order)
{
	if (order->command & TX_EXTENDED)
		return (uint16_t)(order->context.word[0] >> CONTEXT_VLAN_SHIFT);
	return (uint16_t)(order->options >> TX_VLAN_SHIFT);
}

size_t ixgbe_offload__make(struct ixgbe *chip, const struct ixgbe_order *order, uint32_t index)
{
	struct layout layout = ixgbe_offload__layout(&order->context);
	size_t tag = order->command & TX_VLAN ? VLAN_BYTES : 0;
	uint8_t *frame = chip->frame + tag;
	size_t bytes;

	bytes = ixgbe_offload__segments(order) ?
		ixgbe_offload__segment(chip, order, &layout, index, frame) :
		ixgbe_offload__whole(chip, order, &layout, frame);
	if (!bytes)
		return 0;
	if (tag) {
		uint32_t ethertype = ixgbe__register(chip, DMATXCTL) >> DMATXCTL_VLAN_SHIFT;

		memmove(chip->frame, frame, ETHERTYPE_AT);
		put_be16(chip->frame + ETHERTYPE_AT, (uint16_t)ethertype);
		put_be16(chip->frame + ETHERTYPE_AT + 2, ixgbe_offload__tag(order));
		bytes += tag;
	}
	if (bytes < FRAME_MIN && ixgbe__register(chip, HLREG0) & HLREG0_PAD) {
		memset(chip->frame + bytes, 0, FRAME_MIN - bytes);
		bytes = FRAME_MIN;
	}
	return bytes;
}
