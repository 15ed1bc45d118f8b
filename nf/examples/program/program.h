/* SPDX-License-Identifier: MIT */
/*
 * What the examples have in common: the options that say where a function is, a port, the loop over
 * batches of packets, and the report at the end. An example says what becomes of a packet.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <flash_nf.h>
#include <getopt.h>
#include <stdio.h>

struct program {
	const char *name;
	const char *usage;		/* of its own options, or "" */
	const struct option *options;	/* the same, each with a character as val; ends with zeros */
	bool passes_on;			/* it sends what it receives, and so has --swap-macs */
	/* Takes one of its options; false if that cannot be the value. */
	bool (*set)(void *state, int option, const char *value);
	/* Once all options are known: NULL, or why they do not do. */
	const char *(*check)(void *state);
	/* Before the packets of a batch. The clock is CLOCK_MONOTONIC. */
	void (*begin)(void *state, __u64 now_ns, __u32 edges);
	/* Whether to send it to its edge, 0 unless it says another one, which there is. If not, it is dropped. */
	bool (*handle)(void *state, struct flash_packet *packet);
	/* After them. */
	void (*end)(void *state);
	/* Says what it has counted, by program__count(). */
	void (*report)(const void *state);
};

/* All but handle() may be NULL. Returns the exit code. */
int program__main(const struct program *program, void *state, int argc, char **argv);

void program__count(const char *name, __u64 count);

/* Makes a packet longer or shorter at its end. False if its frame has no room. */
bool program__resize(struct flash_packet *packet, __u32 len);

/* What options say. Each is false of text that says something else. */
bool parse_number(const char *text, __u64 min, __u64 max, __u64 *number);
bool parse_mac(const char *text, __u8 *mac);

/* A network of IP: what has the same first bits. Of version 0: what has an address at all. */
struct network {
	__u8 version, bits;
	__u8 address[16];
};

/* An address, or the first one of a network and its bits, like 10.0.0.0/8. */
bool parse_network(const char *text, struct network *network);
bool network__has(const struct network *network, __u8 version, const __u8 *address);

/* For program.c alone: packets from stdin, see README.md, for a function that has so many edges. */
int program__replay(const struct program *program, void *state, __u32 edges);
/* Of what packets are in from now on. */
void program__set_frame_size(__u32 bytes);

#endif
