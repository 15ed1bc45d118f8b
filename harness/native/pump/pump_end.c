// SPDX-License-Identifier: MIT
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pump.h"

/* To everybody, from nobody, of a type nobody handles. */
static const unsigned char header[] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0, 0x88, 0xb5,
};

static int end__create_umem(struct end *end, __u32 ring_size)
{
	struct xsk_umem_config config = {
		.fill_size = ring_size,
		.comp_size = ring_size,
		.frame_size = PUMP_FRAME_SIZE,
	};
	__u64 size = (__u64)PUMP_FRAMES * PUMP_FRAME_SIZE;
	int err;

	end->area = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (end->area == MAP_FAILED)
		return -errno;
	for (__u32 i = 0; i < PUMP_FRAMES; i++)
		memcpy((char *)end->area + (__u64)i * PUMP_FRAME_SIZE, header, sizeof(header));

	err = xsk_umem__create(&end->umem, end->area, size, &end->fill, &end->completion, &config);
	if (err)
		munmap(end->area, size);
	else
		end->owns_umem = true;
	return err;
}

/* System calls run the driver's NAPI poll, rather than wait for an interrupt to. */
static int end__poll_busily(struct end *end)
{
	static const struct {
		int name, value;
	} options[] = { { SO_PREFER_BUSY_POLL, 1 }, { SO_BUSY_POLL, 20 }, { SO_BUSY_POLL_BUDGET, 64 } };

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (setsockopt(end__fd(end), SOL_SOCKET, options[i].name, &options[i].value,
			       sizeof(options[i].value)))
			return -errno;
	return 0;
}

int end__open(struct end *end, const struct pump_options *options, __u32 queue,
	      struct end *owner)
{
	struct xsk_socket_config config = {
		.rx_size = options->ring_size,
		.tx_size = options->ring_size,
		.libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
		.bind_flags = (options->zero_copy ? XDP_ZEROCOPY : XDP_COPY) | XDP_USE_NEED_WAKEUP,
	};
	__u32 first = 0, frames = PUMP_FRAMES;
	int err;

	if (owner) {
		end->umem = owner->umem;
		end->area = owner->area;
		/* Half of the frames go to each. */
		frames = owner->free_count / 2;
		owner->free_count -= frames;
		memcpy(end->free_frames, owner->free_frames + owner->free_count,
		       frames * sizeof(__u64));
		end->free_count = frames;
	} else {
		err = end__create_umem(end, options->ring_size);
		if (err)
			return err;
		for (; first < frames; first++)
			end->free_frames[end->free_count++] = (__u64)first * PUMP_FRAME_SIZE;
	}

	err = xsk_socket__create_shared(&end->xsk, options->ifname, queue, end->umem, &end->rx,
					&end->tx, &end->fill, &end->completion, &config);
	if (err)
		end->xsk = NULL;
	else if (options->busy_poll)
		err = end__poll_busily(end);
	if (err)
		end__close(end);
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
	if (end->xsk)
		xsk_socket__delete(end->xsk);
	if (end->owns_umem) {
		xsk_umem__delete(end->umem);
		munmap(end->area, (__u64)PUMP_FRAMES * PUMP_FRAME_SIZE);
	}
	memset(end, 0, sizeof(*end));
}

int end__fd(const struct end *end)
{
	return xsk_socket__fd(end->xsk);
}

/* More frames than there are can only come from a kernel that doubles some. */
static void end__put(struct end *end, __u64 addr)
{
	if (end->free_count < sizeof(end->free_frames) / sizeof(*end->free_frames))
		end->free_frames[end->free_count++] = addr & ~(__u64)(PUMP_FRAME_SIZE - 1);
}

__u32 end__send(struct end *end, __u32 max)
{
	__u32 idx, n = xsk_prod_nb_free(&end->tx, max);

	if (n > max)
		n = max;
	if (n > end->free_count)
		n = end->free_count;
	if (!n || !xsk_ring_prod__reserve(&end->tx, n, &idx))
		return 0;
	for (__u32 i = 0; i < n; i++) {
		__u64 addr = end->free_frames[--end->free_count];
		__u64 *number = (void *)((char *)end->area + addr + PUMP_NUMBER_OFFSET);

		number[0] = end->source;
		number[1] = end->sent++;
		*xsk_ring_prod__tx_desc(&end->tx, idx + i) = (struct xdp_desc) {
			.addr = addr,
			.len = end->packet_bytes,
		};
	}
	xsk_ring_prod__submit(&end->tx, n);
	return n;
}

__u32 end__fill(struct end *end)
{
	__u32 idx, n = xsk_prod_nb_free(&end->fill, end->free_count);

	if (n > end->free_count)
		n = end->free_count;
	if (!n || !xsk_ring_prod__reserve(&end->fill, n, &idx))
		return 0;
	for (__u32 i = 0; i < n; i++)
		*xsk_ring_prod__fill_addr(&end->fill, idx + i) = end->free_frames[--end->free_count];
	xsk_ring_prod__submit(&end->fill, n);
	return n;
}

__u32 end__receive(struct end *end)
{
	__u32 idx, n = xsk_ring_cons__peek(&end->rx, end->rx.size, &idx);

	for (__u32 i = 0; i < n; i++) {
		__u64 addr = xsk_ring_cons__rx_desc(&end->rx, idx + i)->addr;
		const __u64 *number = (void *)((char *)end->area + addr + PUMP_NUMBER_OFFSET);

		if (number[0] >= PUMP_MAX_SOURCES || number[1] != end->next[number[0]])
			end->reordered++;
		else
			end->next[number[0]]++;
		end__put(end, addr);
	}
	if (n)
		xsk_ring_cons__release(&end->rx, n);
	end->received += n;
	return n;
}

__u32 end__reclaim(struct end *end)
{
	return end__reclaim_some(end, end->completion.size);
}

__u32 end__reclaim_some(struct end *end, __u32 max)
{
	__u32 idx, n = xsk_ring_cons__peek(&end->completion, max, &idx);

	for (__u32 i = 0; i < n; i++)
		end__put(end, *xsk_ring_cons__comp_addr(&end->completion, idx + i));
	if (n)
		xsk_ring_cons__release(&end->completion, n);
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
