// SPDX-License-Identifier: MIT
/* Packets go to and fro between both ends of the pair, and every frame stays in one place. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "xsk_tests.h"

enum { packet_len = 64, number_at = 14, most_in_flight = 32 };

struct traffic {
	__u32 frame_count, ring_size;
	__u32 in_flight;	/* no more than a ring has room for: nothing is dropped */
	__u32 total;
};

struct end {
	struct memory memory;
	struct flash_socket *socket;
	struct flash_xdp *xdp;
	__u32 received;
};

static struct end open_end(const char *ifname, const struct traffic *traffic)
{
	struct flash_socket_opts opts = opts_for(ifname, 0);
	struct end end = { .memory = make_memory(traffic->frame_count, traffic->ring_size) };

	opts.ring_size = traffic->ring_size;
	end.socket = open_with(&end.memory, opts);
	expect(flash_xdp__attach(&end.xdp, ifname, given.object), 0);
	expect(flash_xdp__add(end.xdp, end.socket), 0);
	return end;
}

static void close_end(struct end *end)
{
	flash_xdp__detach(end->xdp);
	flash_socket__destroy(end->socket);
	destroy_memory(&end->memory);
}

static void send_on(struct end *end, const struct flash_packet *packets, __u32 count)
{
	int err;

	expect(flash_socket__send(end->socket, packets, count), count);
	err = flash_socket__kick_tx(end->socket);
	expect(err == -EAGAIN ? 0 : err, 0);
	expect(flash_socket__recycle(end->socket), 0);
}

static __u32 receive_in_order(struct end *end, struct flash_packet *packets)
{
	__u32 number, count = flash_socket__receive(end->socket, packets, most_in_flight);

	for (__u32 i = 0; i < count; i++) {
		expect(packets[i].len, packet_len);
		memcpy(&number, packets[i].data + number_at, sizeof(number));
		expect(number, end->received++);
	}
	return count;
}

static __u32 number_packets(struct flash_packet *packets, __u32 count, __u32 first)
{
	for (__u32 i = 0; i < count; i++, first++) {
		packets[i].len = packet_len;
		memset(packets[i].data, 0xff, packet_len);
		memcpy(packets[i].data + number_at, &first, sizeof(first));
	}
	return first;
}

static void wait_for_packets(const struct end *a, const struct end *b)
{
	struct pollfd sockets[] = { { flash_socket__fd(a->socket), POLLIN, 0 },
				    { flash_socket__fd(b->socket), POLLIN, 0 } };

	poll(sockets, 2, 10);
}

/* What comes back to @a goes out again as the next packets, until @total have been sent. */
static void exchange(struct end *a, struct end *b, const struct traffic *traffic)
{
	struct flash_packet packets[most_in_flight];
	__u64 deadline = now_ms() + deadline_ms;
	__u32 sent, count, again;

	count = flash_frames__take(a->memory.frames, packets, traffic->in_flight);
	expect(count, traffic->in_flight);
	flash_socket__recycle(a->socket);
	flash_socket__recycle(b->socket);
	sent = number_packets(packets, count, 0);
	send_on(a, packets, count);
	while (a->received < traffic->total) {
		expect(now_ms() > deadline ? a->received : traffic->total, traffic->total);
		count = receive_in_order(b, packets);
		send_on(b, packets, count);
		count = receive_in_order(a, packets);
		again = traffic->total - sent < count ? traffic->total - sent : count;
		for (__u32 i = again; i < count; i++)
			flash_frames__put(a->memory.frames, packets[i].addr);
		sent = number_packets(packets, again, sent);
		send_on(a, packets, again);
		if (!count)
			wait_for_packets(a, b);
	}
}

static void mark(__u8 *seen, const struct memory *memory, __u64 addr)
{
	expect(addr, flash_umem__frame(memory->umem, addr));
	expect(seen[addr / flash_umem__frame_size(memory->umem)]++, 0);
}

/* How many frames are free or on the fill ring, none of them twice, and all by where they begin. */
static __u32 count_frames(const struct end *end)
{
	const struct flash_rings *rings = flash_socket__rings(end->socket);
	const struct flash_frames *frames = end->memory.frames;
	__u8 *seen = calloc(flash_umem__frame_count(end->memory.umem), 1);
	__u32 count = flash_frames__count(frames);

	for (__u32 i = 0; i < count; i++)
		mark(seen, &end->memory, flash_frames__addrs(frames)[i]);
	for (__u32 i = *rings->fill->consumer; i != *rings->fill->producer; i++, count++)
		mark(seen, &end->memory, *xsk_ring_prod__fill_addr(rings->fill, i));
	free(seen);
	return count;
}

static void expect_all_frames(struct end *end, const struct traffic *traffic)
{
	const struct flash_rings *rings = flash_socket__rings(end->socket);

	wait_until((flash_socket__recycle(end->socket), count_frames(end) == traffic->frame_count));
	expect(flash_frames__surplus(end->memory.frames), 0);
	expect(*rings->rx->producer - *rings->rx->consumer, 0);
	expect(*rings->completion->producer - *rings->completion->consumer, 0);
	expect(flash_socket__tx_pending(end->socket), 0);
	expect(flash_socket__tx_room(end->socket), traffic->ring_size);
}

static void run(struct traffic traffic)
{
	struct end a = open_end(given.a, &traffic), b = open_end(given.b, &traffic);

	exchange(&a, &b, &traffic);

	expect(a.received, traffic.total);
	expect(b.received, traffic.total);
	expect_all_frames(&a, &traffic);
	expect_all_frames(&b, &traffic);
	close_end(&a);
	close_end(&b);
}

static void many_packets(void)
{
	run((struct traffic) { .frame_count = 256, .ring_size = 128, .in_flight = 32, .total = 4000 });
}

static void rings_of_one_entry(void)
{
	run((struct traffic) { .frame_count = 4, .ring_size = 1, .in_flight = 1, .total = 100 });
}

static void rings_of_two_entries(void)
{
	run((struct traffic) { .frame_count = 8, .ring_size = 2, .in_flight = 2, .total = 200 });
}

static void more_room_than_frames(void)
{
	run((struct traffic) { .frame_count = 16, .ring_size = 64, .in_flight = 4, .total = 400 });
}

const struct xsk_test traffic_tests[] = {
	{ "thousands of packets arrive in order and every frame stays in one place", many_packets },
	{ "rings of one entry carry packets and lose no frame", rings_of_one_entry },
	{ "rings of two entries carry packets and lose no frame", rings_of_two_entries },
	{ "a fill ring with room for more frames than there are loses none", more_room_than_frames },
	{ },
};
