/* SPDX-License-Identifier: GPL-2.0 */
/* What lies right before a packet that xdp_metadata or xdp_metadata_hw has handed to an AF_XDP socket. */
#ifndef FLASH_PACKET_METADATA_H
#define FLASH_PACKET_METADATA_H

#include <linux/types.h>

#define METADATA_MAGIC	0x464c5348

/* Which fields the device filled in. */
#define METADATA_HW_HASH	1
#define METADATA_HW_TIME	2

struct packet_metadata {
	__u64 time_ns;		/* of the device if it has one, else of CLOCK_MONOTONIC when the program ran */
	__u32 hash;		/* of the device if it has one, else of the flow */
	__u32 ifindex;
	__u32 queue;
	__u32 bytes;
	__u32 flags;
	__u32 magic;		/* last, right before the packet */
};

#endif
