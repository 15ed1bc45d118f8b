// SPDX-License-Identifier: MIT
/* A tenant that writes to what is mapped into its programs whatever may harm others. */
#include "world.h"

/* Values that have hurt AF_XDP before, and near what is right. */
static u64 value_of(u32 kind, u64 value, u64 near)
{
	switch (kind % 8) {
	case 0: return near + 1;
	case 1: return near - 1 - value % 3;
	case 2: return near + value % 64;
	case 3: return ~0ull - value % 4096;
	case 4: return 0x80000000ull + value % 3 - 1;
	case 5: return value % (NR_FRAMES * 4096ull);
	case 6: return (value % NR_FRAMES) * 2048 + (value >> 8 & 1);
	default: return value;
	}
}

static void ring__hurt(struct xsk_queue *q, bool descs, u32 kind, u32 where, u64 value)
{
	struct xdp_ring *ring = q->ring;
	u32 *const words[] = {
		&ring->producer, &ring->consumer, &ring->flags, &ring->producer_head, &ring->consumer_head,
	};
	u32 at = where & q->ring_mask;

	if (kind & 0x10) {
		u32 *word = words[where % 5];

		/* Mostly more entries than before. */
		WRITE_ONCE(*word, kind & 0x20 ? value_of(kind, value, *word) : *word + 1 + value % 8);
	} else if (!descs) {
		WRITE_ONCE(((struct xdp_umem_ring *)ring)->desc[at], value_of(kind, value, at * 2048));
	} else {
		struct xdp_desc *desc = &((struct xdp_rxtx_ring *)ring)->desc[at];

		if (where & 0x20)
			WRITE_ONCE(desc->addr, value_of(kind, value, desc->addr));
		if (where & 0x40)
			WRITE_ONCE(desc->len, value_of(kind, value >> 16, 2048 - 256));
		if (where & 0x80)
			WRITE_ONCE(desc->options, value & 0x3f0001 & -(u32)(value >> 40 & 1));
		if (!(where & 0xe0))
			*desc = (struct xdp_desc) { .addr = value % NR_FRAMES * 2048, .len = 64 + value % 512 };
	}
}

void hostile__act(struct tenant *tenant, u32 kind, u32 where, u64 value)
{
	struct socket *socket = &world->sockets[value % NR_SOCKETS];

	if (!tenant->hostile || socket->tenant != tenant || socket->closed)
		return;
	switch (kind >> 6) {
	case 0:
		ring__hurt(socket->pool->xp.fq, false, kind, where, value >> 8);
		break;
	case 1:
		ring__hurt(socket->pool->xp.cq, false, kind, where, value >> 8);
		break;
	case 2:
		ring__hurt(socket->xs.rx, true, kind, where, value >> 8);
		break;
	default:
		ring__hurt(socket->xs.tx, true, kind, where, value >> 8);
	}
}

/* What was copied there is not sent on: else it could not be told from what came another way. */
void hostile__scrub(const struct socket *source)
{
	const struct tenant *tenant = source->tenant;

	if (tenant->hostile)
		memset(tenant->umem.addrs, HOSTILE_BYTE | tenant->id, tenant->umem.size);
}
