// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pump.h"

/* To everybody, from nobody, of a type nobody handles. */
static const unsigned char header[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0, 0x88, 0xb5,
};

/* A datagram from 198.18.0.1 to 198.18.0.2, which are for benchmarks, from port 4000 to 4001. */
static void write_udp(void *packet, __u32 packet_bytes)
{
	struct ethhdr *eth = packet;
	struct iphdr *ip = (void *)(eth + 1);
	struct udphdr *udp = (void *)(ip + 1);
	__u32 sum = 0;

	eth->h_proto = htons(ETH_P_IP);
	*ip = (struct iphdr) {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
		.tot_len = htons(packet_bytes - sizeof(*eth)),
		.saddr = htonl(0xc6120001), .daddr = htonl(0xc6120002),
	};
	for (size_t i = 0; i < sizeof(*ip) / 2; i++)
		sum += ((__u16 *)ip)[i];
	sum = (sum & 0xffff) + (sum >> 16);
	ip->check = ~(sum + (sum >> 16));
	*udp = (struct udphdr) {
		.source = htons(4000), .dest = htons(4001),
		.len = htons(packet_bytes - sizeof(*eth) - sizeof(*ip)),
	};
}

static int end__create_umem(struct end *end, const struct pump_options *options)
{
	struct flash_umem_opts opts = {
		.frame_count = PUMP_FRAMES,
		.frame_size = PUMP_FRAME_SIZE,
		.ring_size = options->ring_size,
	};
	int err = flash_umem__create(&end->umem, &opts);

	if (err)
		return err;
	end->owns_umem = true;
	for (__u64 i = 0; i < PUMP_FRAMES; i++) {
		void *packet = flash_umem__data(end->umem, i * PUMP_FRAME_SIZE);

		memcpy(packet, header, sizeof(header));
		if (options->udp)
			write_udp(packet, options->packet_bytes);
	}
	return 0;
}

/* All the frames of a UMEM of its own, or half of those that the owner has. */
static int end__create_frames(struct end *end, struct end *owner)
{
	int err = flash_frames__create(&end->frames, end->umem, PUMP_MAX_HELD);

	if (err || !owner)
		return err ? err : flash_frames__add(end->frames, 0, PUMP_FRAMES);
	flash_frames__move(end->frames, owner->frames, flash_frames__count(owner->frames) / 2);
	return 0;
}

int end__open(struct end *end, const struct pump_options *options, __u32 queue,
	      struct end *owner)
{
	struct flash_socket_opts opts = {
		.ifname = options->ifname,
		.queue = queue,
		.ring_size = options->ring_size,
		.mode = options->zero_copy ? FLASH_MODE_ZERO_COPY : FLASH_MODE_COPY,
		.busy_poll = options->busy_poll,
	};
	int err = 0;

	end->number_offset = options->udp ? PUMP_UDP_NUMBER_OFFSET : PUMP_NUMBER_OFFSET;
	if (owner)
		end->umem = owner->umem;
	else
		err = end__create_umem(end, options);
	if (!err)
		err = end__create_frames(end, owner);
	if (!err)
		err = flash_socket__create(&end->socket, end->umem, end->frames, &opts);
	if (err)
		end__close(end);
	else
		end->rings = flash_socket__rings(end->socket);
	return err;
}

int pair__open(struct end *source, struct end *target, const struct pump_options *options)
{
	struct pump_options of_target = *options;
	__u32 queue = options->queue + 1;
	int err;

	if (options->target_ifname) {
		of_target.ifname = options->target_ifname;
		queue = options->queue;
	}
	source->packet_bytes = options->packet_bytes;
	err = end__open(source, options, options->queue, NULL);
	if (!err)
		err = end__open(target, &of_target, queue, options->separate ? NULL : source);
	if (err)
		fprintf(stderr, "pump: cannot open the sockets on %s: error %d\n", options->ifname, -err);
	return err;
}

void end__close(struct end *end)
{
	flash_socket__destroy(end->socket);
	flash_frames__destroy(end->frames);
	if (end->owns_umem)
		flash_umem__destroy(end->umem);
	memset(end, 0, sizeof(*end));
}

int end__fd(const struct end *end)
{
	return flash_socket__fd(end->socket);
}

__u32 end__send(struct end *end, __u32 max)
{
	__u32 n = flash_socket__tx_room(end->socket);

	if (n > max)
		n = max;
	if (n > PUMP_MAX_HELD)
		n = PUMP_MAX_HELD;
	n = flash_frames__take(end->frames, end->packets, n);
	for (__u32 i = 0; i < n; i++) {
		__u64 *number = end->packets[i].data + end->number_offset;

		number[0] = end->source;
		number[1] = end->sent++;
		end->packets[i].len = end->packet_bytes;
	}
	n = flash_socket__send(end->socket, end->packets, n);
	end->out += n;
	return n;
}

__u32 end__send_within(struct end *end, __u32 max)
{
	__u32 room = end->rings->completion->size - end->out;

	return end__send(end, max < room ? max : room);
}

__u32 end__fill(struct end *end)
{
	return flash_socket__fill(end->socket);
}

__u32 end__receive(struct end *end)
{
	__u32 n = flash_socket__receive(end->socket, end->packets, PUMP_MAX_HELD);

	for (__u32 i = 0; i < n; i++) {
		const __u64 *number = end->packets[i].data + end->number_offset;

		if (number[0] >= PUMP_MAX_SOURCES || number[1] != end->next[number[0]])
			end->reordered++;
		else
			end->next[number[0]]++;
		flash_frames__put(end->frames, end->packets[i].addr);
	}
	end->received += n;
	return n;
}

__u32 end__reclaim(struct end *end)
{
	__u32 n = flash_socket__reclaim(end->socket, UINT32_MAX);

	end->out -= n;
	return n;
}

__u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000 + now.tv_nsec;
}

int wait_to_go_on(void)
{
	sigset_t start;
	int signal;

	sigemptyset(&start);
	sigaddset(&start, SIGUSR1);
	sigprocmask(SIG_BLOCK, &start, NULL);
	fflush(stdout);
	return -sigwait(&start, &signal);
}

int wait_for_start(void)
{
	printf("ready %d\n", getpid());
	return wait_to_go_on();
}
