// SPDX-License-Identifier: MIT
/*
 * The smallest card that uses all of the core: it sends what the guest says, and puts what it
 * receives where the guest says. For the tests of the core, and as an example of a model.
 *
 * Registers, in BAR 0:
 *
 *	0x00	scratch, 64 bits
 *	0x08	guest address of the transmit buffer, 64 bits
 *	0x10	bytes to send; writing starts it, reads 0 when done
 *	0x18	guest address of the receive buffer, 64 bits
 *	0x20	room in the receive buffer; 0: none, frames wait. Reads 0 once a frame was received
 *	0x24	bytes of the received frame
 *	0x28	nanoseconds until timer 0 runs out
 *	0x2c	links: how often the link changed << 1 | up
 *	0x30	last reset: enum nic_reset + 1
 *	0x34	address for an interrupt's message: writing V sends vector V
 *
 * Vector 0: sent; 1: received; 2: timer 0; 3: link.
 */
#include "core/memory/dma.h"
#include "echo.h"

enum { ECHO_VECTOR_SENT, ECHO_VECTOR_RECEIVED, ECHO_VECTOR_TIMER, ECHO_VECTOR_LINK };

struct echo {
	uint64_t scratch, tx_address, rx_address;
	uint32_t tx_bytes, rx_room, rx_bytes;
	uint32_t link_changes, reset;
	uint64_t sent, received, missed, failed;
};

static void echo__reset(struct nic *nic, enum nic_reset kind)
{
	struct echo *echo = nic__state(nic);

	*echo = (struct echo) { .reset = kind + 1 };
}

static uint64_t echo__read(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size)
{
	const struct echo *echo = nic__state(nic);

	if (bar) {
		nic__warn(nic, "read of BAR %u", bar);
		return 0;
	}
	switch (offset) {
	case ECHO_SCRATCH:
		return echo->scratch;
	case ECHO_SCRATCH + 4:
		return echo->scratch >> 32;
	case ECHO_TX_BYTES:
		return echo->tx_bytes;
	case ECHO_RX_ROOM:
		return echo->rx_room;
	case ECHO_RX_BYTES:
		return echo->rx_bytes;
	case ECHO_LINK:
		return echo->link_changes << 1 | nic__link(nic);
	case ECHO_RESET:
		return echo->reset;
	default:
		nic__warn(nic, "read of %u bytes at %#llx", size, (unsigned long long)offset);
		return 0;
	}
}

static void echo__write(struct nic *nic, unsigned int bar, uint64_t offset, uint64_t value,
			unsigned int size)
{
	struct echo *echo = nic__state(nic);

	(void)size;
	if (bar) {
		nic__warn(nic, "write to BAR %u", bar);
		return;
	}
	switch (offset) {
	case ECHO_SCRATCH:
		echo->scratch = value;
		break;
	case ECHO_TX_ADDRESS:
		echo->tx_address = value;
		break;
	case ECHO_TX_BYTES:
		echo->tx_bytes = value;
		nic__schedule(nic);
		break;
	case ECHO_RX_ADDRESS:
		echo->rx_address = value;
		break;
	case ECHO_RX_ROOM:
		echo->rx_room = value;
		nic__room(nic);
		break;
	case ECHO_TIMER:
		nic__set_timer(nic, 0, value);
		break;
	case ECHO_SEND_VECTOR:
		nic__interrupt(nic, value);
		break;
	}
}

static bool echo__work(struct nic *nic)
{
	struct echo *echo = nic__state(nic);
	uint8_t frame[NIC_FRAME_MAX];

	if (!echo->tx_bytes)
		return false;
	if (echo->tx_bytes > sizeof(frame) ||
	    !dma__read(nic, echo->tx_address, frame, echo->tx_bytes)) {
		echo->failed++;
	} else {
		if (!nic__transmit(nic, frame, echo->tx_bytes))
			return false;
		echo->sent++;
	}
	echo->tx_bytes = 0;
	nic__interrupt(nic, ECHO_VECTOR_SENT);
	return false;
}

static bool echo__receive(struct nic *nic, const void *frame, size_t bytes)
{
	struct echo *echo = nic__state(nic);

	if (bytes > echo->rx_room)
		return false;
	if (!dma__write(nic, echo->rx_address, frame, bytes))
		echo->failed++;
	echo->rx_room = 0;
	echo->rx_bytes = bytes;
	echo->received++;
	nic__interrupt(nic, ECHO_VECTOR_RECEIVED);
	return true;
}

static void echo__missed(struct nic *nic)
{
	struct echo *echo = nic__state(nic);

	echo->missed++;
}

static void echo__link(struct nic *nic, bool up)
{
	struct echo *echo = nic__state(nic);

	(void)up;
	echo->link_changes++;
	nic__interrupt(nic, ECHO_VECTOR_LINK);
}

static void echo__timer(struct nic *nic, unsigned int timer)
{
	(void)timer;
	nic__interrupt(nic, ECHO_VECTOR_TIMER);
}

static size_t echo__counters(struct nic *nic, struct nic_counter *counters, size_t room)
{
	const struct echo *echo = nic__state(nic);
	const struct nic_counter own[] = {
		{ "sent", echo->sent },
		{ "received", echo->received },
		{ "missed", echo->missed },
		{ "failed", echo->failed },
	};
	const size_t count = sizeof(own) / sizeof(*own);

	for (size_t i = 0; i < count && i < room; i++)
		counters[i] = own[i];
	return count;
}

const struct nic_model echo_model = {
	.name = "echo",
	.title = "test card",
	.vendor = 0x1234,
	.device = 0x5678,
	.subsystem_vendor = 0x1234,
	.subsystem = 0x0001,
	.revision = 3,
	.class_code = 0x020000,
	.bars = {
		[0] = { .size = 1 << 16, .wide = true, .prefetchable = true },
		[4] = { .size = 1 << 14 },
	},
	.capabilities = { .power = 0x40, .msix = 0x70, .express = 0xa0, .serial = true },
	.msix = { .vectors = 70, .bar = 4, .table = 0, .pending = 0x2000 },
	.state_bytes = sizeof(struct echo),
	.reset = echo__reset,
	.read = echo__read,
	.write = echo__write,
	.work = echo__work,
	.receive = echo__receive,
	.missed = echo__missed,
	.link = echo__link,
	.timer = echo__timer,
	.counters = echo__counters,
};
