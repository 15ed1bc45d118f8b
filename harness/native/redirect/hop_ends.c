// SPDX-License-Identifier: MIT
/* The programs at both ends of a hop: they see the rings as user space does. */
#include <linux/slab.h>

#include "hop_sockets.h"

static u32 ring__free(const struct xsk_queue *q, u32 produced)
{
	return q->nentries - (produced - smp_load_acquire(&q->ring->consumer));
}

static u32 ring__entries(const struct xdp_ring *ring, u32 consumed)
{
	return smp_load_acquire(&ring->producer) - consumed;
}

static u64 *ring__addr(struct xsk_queue *q, u32 index)
{
	return &((struct xdp_umem_ring *)q->ring)->desc[index & q->ring_mask];
}

static struct xdp_desc *ring__desc(struct xsk_queue *q, u32 index)
{
	return &((struct xdp_rxtx_ring *)q->ring)->desc[index & q->ring_mask];
}

/* The words of a packet follow from its number. */
static u64 word_of(u32 packet, u32 word)
{
	return ((u64)packet << 32 | word) * 0x9e3779b97f4a7c15ull;
}

static void packet__write(void *data, u32 packet, u32 bytes)
{
	u64 *words = data;

	for (u32 i = 0; i < bytes / 8; i++)
		words[i] = word_of(packet, i);
	for (u32 i = bytes & ~7u; i < bytes; i++)
		((u8 *)data)[i] = packet;
}

static bool packet__check(const void *data, u32 packet, u32 bytes)
{
	const u64 *words = data;
	bool same = true;

	for (u32 i = 0; i < bytes / 8; i++)
		same &= words[i] == word_of(packet, i);
	for (u32 i = bytes & ~7u; i < bytes; i++)
		same &= ((const u8 *)data)[i] == (u8)packet;
	return same;
}

uint32_t hop__send(struct hop *hop, uint32_t n, bool one_packet)
{
	struct hop_end *source = &hop->source;
	struct xsk_queue *tx = source->xs.tx;
	u32 room = min(ring__free(tx, source->tx), source->frames.cnt);

	if (one_packet && room < n)
		return 0;
	n = min(n, room);
	for (u32 i = 0; i < n; i++) {
		u64 addr = hop_frames__take(&source->frames) + XDP_PACKET_HEADROOM;

		packet__write(source->pool.addrs + addr, hop->sent++, hop->bytes);
		*ring__desc(tx, source->tx++) = (struct xdp_desc) {
			.addr = addr, .len = hop->bytes,
			.options = one_packet && i + 1 < n ? XDP_PKT_CONTD : 0,
		};
	}
	smp_store_release(&tx->ring->producer, source->tx);
	return n;
}

int hop__receive(struct hop *hop, uint32_t n)
{
	struct hop_end *target = &hop->target;
	struct xsk_queue *rx = target->xs.rx;

	n = min(n, ring__entries(rx->ring, target->rx));
	for (u32 i = 0; i < n; i++) {
		const struct xdp_desc *desc = ring__desc(rx, target->rx++);

		if (desc->len != hop->bytes || desc->addr + desc->len > target->pool.addrs_cnt ||
		    !packet__check(target->pool.addrs + desc->addr, hop->received++, hop->bytes))
			return -EILSEQ;
		hop_frames__put(&target->frames, desc->addr & target->pool.chunk_mask);
	}
	smp_store_release(&rx->ring->consumer, target->rx);
	return n;
}

uint32_t hop__refill(struct hop *hop, uint32_t n)
{
	struct hop_end *target = &hop->target;
	struct xsk_queue *fq = target->pool.fq;

	n = min3(n, ring__free(fq, target->fill), target->frames.cnt);
	for (u32 i = 0; i < n; i++)
		*ring__addr(fq, target->fill++) = hop_frames__take(&target->frames);
	smp_store_release(&fq->ring->producer, target->fill);
	return n;
}

uint32_t hop__complete(struct hop *hop, uint32_t n)
{
	struct hop_end *source = &hop->source;
	struct xsk_queue *cq = source->pool.cq;

	n = min(n, ring__entries(cq->ring, source->cq));
	for (u32 i = 0; i < n; i++)
		hop_frames__put(&source->frames,
				*ring__addr(cq, source->cq++) & source->pool.chunk_mask);
	smp_store_release(&cq->ring->consumer, source->cq);
	return n;
}

int hop__settle(struct hop *hop, uint32_t rounds)
{
	uint64_t cycles = 0;
	int received = 0;

	while (rounds--) {
		int n;

		hop__refill(hop, HOP_MAX_BATCH);
		hop__complete(hop, HOP_MAX_BATCH);
		hop__redirect(hop, HOP_MAX_BATCH, &cycles);
		n = hop__receive(hop, HOP_MAX_BATCH);
		if (n < 0)
			return n;
		received += n;
	}
	return received;
}

/* Whether this is a frame that may be at this end, and nowhere else. */
static bool tick(bool *seen, const struct hop_end *end, u64 addr)
{
	u64 frame = addr / HOP_FRAME_BYTES;

	if (frame - end->first_frame >= end->nr_frames || seen[frame])
		return false;
	return seen[frame] = true;
}

static bool end__tick(const struct hop_end *end, bool *seen)
{
	struct xsk_queue *tx = end->xs.tx, *rx = end->xs.rx;
	const struct xsk_stash *stash = &end->fp.stash;
	const struct hop_frames *frames = &end->frames;
	const struct xsk_buff_pool *pool = &end->pool;
	bool once = true;
	u32 at;

	for (at = frames->first; at != frames->first + frames->cnt; at++)
		once &= tick(seen, end, frames->addrs[at % (2 * HOP_FRAMES)]);
	for (at = tx->ring->consumer; at != end->tx; at++)
		once &= tick(seen, end, ring__desc(tx, at)->addr);
	for (at = end->rx; at != rx->ring->producer; at++)
		once &= tick(seen, end, ring__desc(rx, at)->addr);
	for (at = pool->fq->ring->consumer; at != end->fill; at++)
		once &= tick(seen, end, *ring__addr(pool->fq, at));
	for (at = end->cq; at != pool->cq->ring->producer; at++)
		once &= tick(seen, end, *ring__addr(pool->cq, at));
	for (at = 0; at < stash->cnt; at++)
		once &= tick(seen, end, stash->addrs[at]);
	return once;
}

int hop__audit(const struct hop *hop)
{
	bool seen[2 * HOP_FRAMES] = {};
	bool all = end__tick(&hop->source, seen) && end__tick(&hop->target, seen);

	for (u32 i = 0; i < 2 * HOP_FRAMES; i++)
		all &= seen[i];
	return all ? 0 : -EILSEQ;
}

struct hop_stalls hop__stalls(const struct hop *hop)
{
	const u64 *stalls = hop->source.flash.stats.stalls;

	return (struct hop_stalls) {
		.rx_full = stalls[XSK_STALL_RX_FULL],
		.fill_empty = stalls[XSK_STALL_FILL_EMPTY],
		.cq_full = stalls[XSK_STALL_CQ_FULL],
	};
}

uint32_t hop__stashed(const struct hop *hop)
{
	return hop->target.fp.stash.cnt;
}
