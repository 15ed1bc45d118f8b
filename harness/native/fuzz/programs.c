// SPDX-License-Identifier: MIT
/* Programs of honest tenants, and what may arrive at them. */
#include "world.h"

#define PACKET_BYTE	0x5a	/* how packets of honest tenants begin */
#define WIRE_BYTE	0x77	/* how those from the driver do */
#define PACKET_HEADER	8

static u32 ring__free(const struct xsk_queue *q, u32 produced)
{
	return q->nentries - (produced - smp_load_acquire(&q->ring->consumer));
}

static u32 ring__entries(const struct xsk_queue *q, u32 consumed)
{
	return smp_load_acquire(&q->ring->producer) - consumed;
}

static u64 *ring__addr(struct xsk_queue *q, u32 index)
{
	return &((struct xdp_umem_ring *)q->ring)->desc[index & q->ring_mask];
}

static struct xdp_desc *ring__desc(struct xsk_queue *q, u32 index)
{
	return &((struct xdp_rxtx_ring *)q->ring)->desc[index & q->ring_mask];
}

static u8 byte_of(u32 packet, u32 at)
{
	if (at == 0)
		return PACKET_BYTE;
	if (at >= 4 && at < PACKET_HEADER)
		return packet >> 8 * (at - 4);
	return packet * 31 + at * 7 + (at >> 8);
}

static u64 address_of(const struct tenant *tenant, u64 frame, u32 offset)
{
	u64 addr = frame * tenant->chunk;

	return tenant->umem.flags ? addr | (u64)offset << XSK_UNALIGNED_BUF_OFFSET_SHIFT : addr + offset;
}

static u32 frames_on_tx(const struct tenant *tenant)
{
	u32 n = 0;

	for (u32 i = 0; i < NR_SOCKETS; i++) {
		const struct socket *socket = &world->sockets[i];

		if (socket->tenant == tenant && !socket->closed)
			n += socket->tx - socket->xs.tx->cached_cons;
	}
	return n;
}

void program__send(struct socket *socket, u32 nr_frags, u32 len, u32 index)
{
	struct tenant *tenant = socket->tenant;
	struct xsk_queue *tx = socket->xs.tx;
	u32 metadata = tenant->umem.tx_metadata_len, id = world->nr_packets;
	struct packet *packet = &world->packets[id];

	if (nr_frags > tenant->nr_free || nr_frags > ring__free(tx, socket->tx) || id == MAX_PACKETS ||
	    frames_on_tx(tenant) + nr_frags > NR_FRAMES - FILL_FRAMES * tenant->nr_pools)
		return;

	*packet = (struct packet) { .state = PACKET_SENT, .source = socket->id, .index = index };
	for (u32 i = 0; i < nr_frags; i++) {
		u64 frame = frame__take(tenant);
		u32 frag = PACKET_HEADER + (len + i * 331) % (tenant->chunk - metadata - PACKET_HEADER + 1);
		u32 offset = metadata + (len * 5 + i) % (tenant->chunk - metadata - frag + 1);
		u8 *data = frame__data(tenant, frame) + offset;

		for (u32 at = 0; at < frag; at++)
			data[at] = byte_of(id, packet->len + at);
		packet->len += frag;
		tenant->packet_of[frame] = id + 1;
		*ring__desc(tx, socket->tx + i) = (struct xdp_desc) {
			.addr = address_of(tenant, frame, offset), .len = frag,
			.options = (i + 1 < nr_frags ? XDP_PKT_CONTD : 0) |
				   (socket->xs.routed ? index << 16 : 0),
		};
	}
	packet->index = socket->xs.routed ? index : 0;
	socket->tx += nr_frags;
	world->nr_packets++;
	socket->nr_sent++;
	routes__may_get(packet);
	smp_store_release(&tx->ring->producer, socket->tx);
}

static const u8 *desc__data(const struct socket *socket, const struct xdp_desc *desc)
{
	const struct tenant *tenant = socket->tenant;
	u64 addr = tenant->umem.flags ? xp_unaligned_add_offset_to_addr(desc->addr) : desc->addr;

	if (addr >= tenant->umem.size || !desc->len || desc->len > tenant->umem.size - addr ||
	    addr / tenant->chunk != (addr + desc->len - 1) / tenant->chunk)
		world__fail("socket %u is given a descriptor with addr %#llx, len %u", socket->id, desc->addr,
			    desc->len);
	return (u8 *)tenant->umem.addrs + addr;
}

/* Whether this can be in the UMEM of a hostile tenant, where marks of tx_tracking may be, too. */
static bool byte__is_hostile(u8 byte)
{
	if (byte == 0xff || byte < XSK_ROUTE_MAX)
		return world->tracked;
	return (byte & 0xf0) == HOSTILE_BYTE && (byte & 0xf) < NR_TENANTS && world->tenants[byte & 0xf].hostile;
}

/* The first buffer of a packet says whose it is. Returns the packet of an honest one. */
static struct packet *packet__find(const struct socket *socket, const u8 *data, u32 len)
{
	struct packet *packet;
	u32 id;

	if (data[0] == WIRE_BYTE)
		return NULL;
	if (byte__is_hostile(data[0])) {
		if (!(world->from_hostile & 1 << socket->id))
			world__fail("socket %u gets a packet of a hostile tenant", socket->id);
		return NULL;
	}
	id = len < PACKET_HEADER ? ~0u : data[4] | data[5] << 8 | data[6] << 16 | (u32)data[7] << 24;
	if (data[0] != PACKET_BYTE || id >= world->nr_packets)
		world__fail("socket %u gets %u bytes that nobody sent: %02x...", socket->id, len, data[0]);

	packet = &world->packets[id];
	if (packet->state != PACKET_SENT)
		world__fail("packet %u comes twice, now at socket %u", id, socket->id);
	if (!(packet->to & 1 << socket->id))
		world__fail("packet %u of socket %u comes to socket %u", id, packet->source, socket->id);
	if (id + 1 <= socket->last[packet->source])
		world__fail("packet %u of socket %u comes too late", id, packet->source);
	return packet;
}

static void bytes__check(const struct socket *socket, const struct packet *packet, u32 at, const u8 *data,
			 u32 len)
{
	for (u32 i = 0; i < len; i++) {
		if (packet && data[i] != byte_of(packet - world->packets, at + i))
			world__fail("byte %u of packet %u is %#x", at + i,
				    (u32)(packet - world->packets), data[i]);
		if (!packet && data[i] != WIRE_BYTE && !byte__is_hostile(data[i]))
			world__fail("a packet from outside has a byte %#x at socket %u", data[i], socket->id);
	}
}

/* As many packets as @n, each of them whole. */
void program__receive(struct socket *socket, u32 n)
{
	struct xsk_queue *rx = socket->xs.rx;
	u32 entries = ring__entries(rx, socket->rx), at = 0;
	struct packet *packet = NULL;
	bool begins = true;

	if (entries > rx->nentries)
		world__fail("RX of socket %u has %u entries of %u", socket->id, entries, rx->nentries);
	while (n && entries--) {
		const struct xdp_desc *desc = ring__desc(rx, socket->rx++);
		const u8 *data = desc__data(socket, desc);
		u64 frame = frame__number(socket->tenant, desc->addr);

		if (begins)
			packet = packet__find(socket, data, desc->len);
		bytes__check(socket, packet, at, data, desc->len);
		at += desc->len;
		begins = !xp_mb_desc(desc);
		if (begins && packet) {
			if (at != packet->len)
				world__fail("packet %u has %u bytes of %u", (u32)(packet - world->packets), at,
					    packet->len);
			packet->state = PACKET_DELIVERED;
			socket->last[packet->source] = packet - world->packets + 1;
			world->sockets[packet->source].nr_received++;
		}
		frame__put(socket->tenant, frame);
		if (begins) {
			n--;
			at = 0;
		}
	}
	if (!begins)
		world__fail("socket %u is given a part of a packet", socket->id);
	smp_store_release(&rx->ring->consumer, socket->rx);
}

void program__fill(struct pool *pool, u32 n)
{
	struct xsk_queue *fq = pool->xp.fq;
	struct tenant *tenant = pool->tenant;
	u32 there = pool->fill - READ_ONCE(fq->ring->consumer) + xp_stashed_frames(&pool->xp) + pool->nr_held;
	u32 more = there < FILL_FRAMES ? FILL_FRAMES - there : 0;

	n = min3(min(n, more), ring__free(fq, pool->fill), tenant->nr_free);
	while (n--)
		*ring__addr(fq, pool->fill++) = address_of(tenant, frame__take(tenant), 0);
	smp_store_release(&fq->ring->producer, pool->fill);
}

void program__complete(struct pool *pool, u32 n)
{
	struct xsk_queue *cq = pool->xp.cq;
	struct tenant *tenant = pool->tenant;
	u32 entries = ring__entries(cq, pool->completed);

	if (entries > cq->nentries)
		world__fail("a completion ring has %u entries of %u", entries, cq->nentries);
	for (n = min(n, entries); n; n--) {
		u64 frame = frame__number(tenant, *ring__addr(cq, pool->completed++));

		if (frame >= NR_FRAMES)
			world__fail("frame %llu is completed to tenant %u", frame, tenant->id);
		for (u32 i = 0; i < pool->nr_flying; i++)
			if (pool->flying[i] == frame)
				world__fail("frame %llu is completed while it is being sent", frame);
		if (!tenant->packet_of[frame] && !tenant->copied_to)
			frame__check_empty(tenant, frame, world->tracked);
		frame__put(tenant, frame);
	}
	smp_store_release(&cq->ring->consumer, pool->completed);
}
