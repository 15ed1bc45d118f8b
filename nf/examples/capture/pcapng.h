/* SPDX-License-Identifier: MIT */
/* A file of packets that tcpdump and Wireshark read: draft-ietf-opsawg-pcapng. */
#ifndef PCAPNG_H
#define PCAPNG_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>

struct pcapng {
	FILE *file;
	__u32 snap;	/* of each packet so many bytes at most */
	__u64 written;
};

/* Of Ethernet packets. Returns 0 or -errno, as all do: -EWOULDBLOCK if another program writes to it. */
int pcapng__create(struct pcapng *pcapng, const char *path, __u32 snap);
/* How many bytes a packet takes. */
__u32 pcapng__size(const struct pcapng *pcapng, __u32 len);
/* @time_ns is from 1970 on. What is written is buffered. */
int pcapng__write(struct pcapng *pcapng, __u64 time_ns, const void *packet, __u32 len);
int pcapng__flush(struct pcapng *pcapng);
int pcapng__close(struct pcapng *pcapng);

#endif
