/* SPDX-License-Identifier: MIT */
/* The rings that AF_PACKET sockets share with the kernel. */
#ifndef AF_PACKET_H
#define AF_PACKET_H

#include <linux/if_packet.h>

#include "hops.h"

#define TX_OFFSET	TPACKET_ALIGN(sizeof(struct tpacket3_hdr))

struct rx_ring {
	int fd;
	char *map;
	uint32_t block_bytes, blocks;
	uint32_t *held;			/* packets of each block that are not released yet */
	uint32_t block, left;		/* where to read on, and how many there are in it */
	struct tpacket3_hdr *next;
};

struct tx_ring {
	int fd;
	char *map;
	uint32_t frames;
	uint32_t head;			/* counts those that were sent */
	uint32_t allocated;		/* behind the head */
};

/* Return 0 or -errno. Nobody closes them: the process ends. */
int rx__open(struct rx_ring *rx, const struct hops_options *options, const char *ifname);
int tx__open(struct tx_ring *tx, const struct hops_options *options, const char *ifname);

#endif
