// SPDX-License-Identifier: MIT
/*
 * AF_PACKET with TPACKET_V3 over veth pairs: stage i sends on device 2 * i, stage i + 1 receives on
 * device 2 * i + 1.
 *
 * The kernel copies what arrives to a block of the receive ring, and passes the block on when it is
 * full or its timer expires. A function copies from there to a frame of its transmit ring; a source
 * writes to the frame. Who is slow loses packets: a full receive ring takes no more, and does not say
 * so to the sender.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "af_packet.h"

#define WAIT_MS	10

static struct {
	bool is_source, blocks;
	uint32_t bytes;
} stage;
static struct rx_ring rx;
static struct tx_ring tx;

static struct tpacket_hdr_v1 *rx__block(uint32_t block)
{
	struct tpacket_block_desc *desc = (void *)(rx.map + (size_t)block * rx.block_bytes);

	return &desc->hdr.bh1;
}

static void rx__return_block(uint32_t block)
{
	__atomic_store_n(&rx__block(block)->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
}

static bool rx__open_block(void)
{
	struct tpacket_hdr_v1 *block = rx__block(rx.block);

	/* The ring is all ours: this is a block from the lap before. */
	if (rx.held[rx.block])
		return false;
	if (!(__atomic_load_n(&block->block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
		return false;
	rx.left = rx.held[rx.block] = block->num_pkts;
	rx.next = (void *)(rx.map + (size_t)rx.block * rx.block_bytes + block->offset_to_first_pkt);
	if (!rx.left) {
		rx__return_block(rx.block);
		rx.block = (rx.block + 1) % rx.blocks;
	}
	return rx.left;
}

static uint32_t af_packet__receive(struct packet *packets, uint32_t max)
{
	uint32_t n = 0;

	while (n < max && (rx.left || rx__open_block())) {
		struct tpacket3_hdr *header = rx.next;

		packets[n++] = (struct packet) {
			.data = (char *)header + header->tp_mac,
			.bytes = header->tp_snaplen,
			.handle = rx.block,
		};
		rx.next = (void *)((char *)header + header->tp_next_offset);
		if (!--rx.left)
			rx.block = (rx.block + 1) % rx.blocks;
	}
	return n;
}

static void af_packet__release(const struct packet *packets, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!--rx.held[packets[i].handle])
			rx__return_block(packets[i].handle);
}

static struct tpacket3_hdr *tx__frame(uint32_t position)
{
	return (void *)(tx.map + (size_t)(position % tx.frames) * HOPS_FRAME_BYTES);
}

static bool tx__is(uint32_t position, uint32_t status)
{
	return __atomic_load_n(&tx__frame(position)->tp_status, __ATOMIC_ACQUIRE) == status;
}

static uint32_t af_packet__allocate(struct packet *packets, uint32_t max)
{
	uint32_t n;

	for (n = 0; n < max && tx.allocated < tx.frames; n++) {
		uint32_t position = tx.head + tx.allocated;

		if (!tx__is(position, TP_STATUS_AVAILABLE))
			break;
		packets[n] = (struct packet) {
			.data = (char *)tx__frame(position) + TX_OFFSET,
			.bytes = stage.bytes,
		};
		tx.allocated++;
	}
	return n;
}

/* What the kernel does not take now stays on the ring, for the next kick. */
static void tx__kick(void)
{
	sendto(tx.fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
}

static uint32_t af_packet__send(const struct packet *packets, uint32_t count)
{
	uint32_t n;

	for (n = 0; n < count && tx__is(tx.head, TP_STATUS_AVAILABLE); n++) {
		struct tpacket3_hdr *header = tx__frame(tx.head++);

		if (stage.is_source)
			tx.allocated--;
		else
			memcpy((char *)header + TX_OFFSET, packets[n].data, packets[n].bytes);
		header->tp_len = packets[n].bytes;
		header->tp_next_offset = 0;
		__atomic_store_n(&header->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
	}
	tx__kick();
	if (!stage.is_source)
		af_packet__release(packets, n);
	return n;
}

static void af_packet__wait(bool for_packets, bool for_room)
{
	struct pollfd fds[2];
	nfds_t count = 0;

	if (tx.map && tx__is(tx.head - 1, TP_STATUS_SEND_REQUEST))
		tx__kick();
	if (!stage.blocks) {
		sched_yield();
		return;
	}
	if (for_packets)
		fds[count++] = (struct pollfd) { .fd = rx.fd, .events = POLLIN };
	if (for_room)
		fds[count++] = (struct pollfd) { .fd = tx.fd, .events = POLLOUT };
	poll(fds, count, WAIT_MS);
}

static int af_packet__create(const struct hops_options *options)
{
	if (options->ifname_count >= 2 * (options->functions + 1) && options->ring_size >= 2)
		return 0;
	fprintf(stderr, "hops: af_packet wants rings of 2 or more, and %u devices, a veth pair for each hop\n",
		2 * (options->functions + 1));
	return -EINVAL;
}

static int af_packet__join(const struct hops_options *options, uint32_t number)
{
	const char *ifname = NULL;
	int err = 0;

	stage.is_source = number == 0;
	stage.blocks = options->wait == HOPS_BLOCK;
	stage.bytes = options->bytes;
	if (number > 0)
		err = rx__open(&rx, options, ifname = options->ifnames[2 * number - 1]);
	if (!err && number <= options->functions)
		err = tx__open(&tx, options, ifname = options->ifnames[2 * number]);
	if (err)
		fprintf(stderr, "hops: cannot open the ring of an AF_PACKET socket on %s: %s\n",
			ifname, strerror(-err));
	return err;
}

const struct transport transport_af_packet = {
	.name = "af_packet",
	.help = "AF_PACKET with TPACKET_V3; devices: a veth pair for each hop, sender's end first",
	.create = af_packet__create,
	.join = af_packet__join,
	.receive = af_packet__receive,
	.allocate = af_packet__allocate,
	.send = af_packet__send,
	.release = af_packet__release,
	.wait = af_packet__wait,
};
