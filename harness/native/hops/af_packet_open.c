// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "af_packet.h"

#define ETHERTYPE		0x88b5
#define PAGE_BYTES		4096
#define BLOCK_TIMEOUT_MS	1
#define MIN_BLOCKS		16	/* a block is used up when its timer expires, however empty it is */
#define RX_OVERHEAD		96	/* in a block, before each packet */

static int socket__set(int fd, int name, const void *value, socklen_t bytes)
{
	return setsockopt(fd, SOL_PACKET, name, value, bytes) ? -errno : 0;
}

static int socket__open(int ring, struct tpacket_req3 *request, char **map)
{
	size_t bytes = (size_t)request->tp_block_size * request->tp_block_nr;
	int fd = socket(AF_PACKET, SOCK_RAW, 0), version = TPACKET_V3, err;

	if (fd < 0)
		return -errno;
	request->tp_frame_size = HOPS_FRAME_BYTES;
	request->tp_frame_nr = bytes / HOPS_FRAME_BYTES;
	err = socket__set(fd, PACKET_VERSION, &version, sizeof(version));
	if (!err)
		err = socket__set(fd, ring, request, sizeof(*request));
	if (err)
		return err;
	*map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	return *map == MAP_FAILED ? -errno : fd;
}

/* With a protocol, it receives what arrives with that; without, nothing. */
static int socket__bind(int fd, const char *ifname, uint16_t protocol)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = if_nametoindex(ifname),
	};

	if (!address.sll_ifindex || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return 0;
}

static uint32_t whole_pages(uint32_t bytes)
{
	uint32_t pages = PAGE_BYTES;

	while (pages < bytes)
		pages *= 2;
	return pages;
}

/*
 * A block has room for a batch, so that the timer matters only when there are few packets; all of
 * them together have room for a ring's worth.
 */
int rx__open(struct rx_ring *rx, const struct hops_options *options, const char *ifname)
{
	uint32_t slot = RX_OVERHEAD + options->bytes;
	struct tpacket_req3 request = {
		.tp_block_size = whole_pages(options->batch * slot),
		.tp_retire_blk_tov = BLOCK_TIMEOUT_MS,
	};
	int one = 1, err;

	request.tp_block_nr = (uint64_t)options->ring_size * slot / request.tp_block_size + 1;
	if (request.tp_block_nr < MIN_BLOCKS)
		request.tp_block_nr = MIN_BLOCKS;
	rx->block_bytes = request.tp_block_size;
	rx->blocks = request.tp_block_nr;
	rx->held = calloc(request.tp_block_nr, sizeof(*rx->held));
	if (!rx->held)
		return -ENOMEM;
	rx->fd = socket__open(PACKET_RX_RING, &request, &rx->map);
	if (rx->fd < 0)
		return rx->fd;
	err = socket__set(rx->fd, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	return err ? err : socket__bind(rx->fd, ifname, ETHERTYPE);
}

int tx__open(struct tx_ring *tx, const struct hops_options *options, const char *ifname)
{
	struct tpacket_req3 request = {
		.tp_block_size = PAGE_BYTES,
		.tp_block_nr = options->ring_size * HOPS_FRAME_BYTES / PAGE_BYTES,
	};
	/* The ring is to be the limit, not what the socket may have under way. */
	int send_bytes = options->ring_size * 2 * HOPS_FRAME_BYTES;
	int one = 1, err;

	tx->frames = options->ring_size;
	tx->fd = socket__open(PACKET_TX_RING, &request, &tx->map);
	if (tx->fd < 0)
		return tx->fd;
	if (setsockopt(tx->fd, SOL_SOCKET, SO_SNDBUFFORCE, &send_bytes, sizeof(send_bytes)))
		return -errno;
	err = socket__set(tx->fd, PACKET_QDISC_BYPASS, &one, sizeof(one));
	return err ? err : socket__bind(tx->fd, ifname, 0);
}
