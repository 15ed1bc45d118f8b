// SPDX-License-Identifier: MIT
#include <errno.h>

#include "nf.h"

const char *const direction_names[NF_DIRECTIONS] = { "forward", "reverse" };

int port__open(struct port *port, const struct port_spec *spec, const struct options *options,
	       struct flash_umem *umem)
{
	struct flash_socket_opts opts = {
		.ifname = spec->ifname,
		.queue = spec->queue,
		.ring_size = options->ring_size,
		.mode = options->mode,
	};
	int err;

	port->spec = spec;
	err = flash_frames__create(&port->frames, umem, options->frames);
	return err ? err : flash_socket__create(&port->socket, umem, port->frames, &opts);
}

void port__close(struct port *port)
{
	flash_socket__destroy(port->socket);
	flash_frames__destroy(port->frames);
	port->socket = NULL;
	port->frames = NULL;
}

int port__give_frames(struct port *port, __u32 first, __u32 count)
{
	int err = flash_frames__add(port->frames, first, count);

	if (!err)
		flash_socket__recycle(port->socket);
	return err;
}

/* Moves what arrived from RX to TX, but for what the filter takes. Returns how many arrived. */
__u32 port__forward(struct port *port, int drop_udp_port)
{
	__u32 room = flash_socket__tx_room(port->socket), count, kept = 0, sent;
	struct flash_packet packets[NF_BATCH];

	count = flash_socket__receive(port->socket, packets, room < NF_BATCH ? room : NF_BATCH);
	for (__u32 i = 0; i < count; i++) {
		const struct flash_packet packet = packets[i];

		port->traffic.rx_packets++;
		port->traffic.rx_bytes += packet.len;
		if (filter__drops(packet.data, packet.len, drop_udp_port)) {
			port->traffic.filtered_packets++;
			port->traffic.filtered_bytes += packet.len;
			flash_frames__put(port->frames, packet.addr);
			continue;
		}
		packets[kept++] = packet;
	}
	sent = flash_socket__send(port->socket, packets, kept);
	for (__u32 i = 0; i < sent; i++)
		port->traffic.tx_bytes += packets[i].len;
	port->traffic.tx_packets += sent;
	return count;
}

/* What the kernel does not take stays on the ring: that is backpressure, not an error. */
int port__kick(struct port *port)
{
	__u32 before = flash_socket__tx_pending(port->socket);
	int err;

	if (!flash_socket__tx_wants_kick(port->socket))
		return 0;
	err = flash_socket__kick_tx(port->socket);
	if (flash_socket__tx_pending(port->socket) == before)
		port->traffic.refused_kicks++;
	return err == -EAGAIN || err == -ENETDOWN ? 0 : err;
}
