/* SPDX-License-Identifier: MIT */
/*
 * The fuzzer: a hostile guest, a hostile client and a careless network for one card.
 *
 *     messages, registers ── client ── server ── model ── wire ── frames
 *     descriptors ────────── memory ─────────────┘
 *
 * The same seed does the same; the clock is the fuzzer's.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "test/client.h"

/* Below 4 GiB, so that the lower half of an address alone already points into memory. */
#define FUZZ_BASE UINT64_C(0x10000000)
#define FUZZ_BYTES (UINT64_C(4) << 20)
#define FUZZ_RINGS 64			/* pages at the start of memory that rings are put into */
#define FUZZ_SEEN 8192

struct fuzz;

/* What a register that a driver sets up is given, right most of the time. */
enum fuzz_kind {
	FUZZ_LOW,			/* the lower half of an address, and the bits of value */
	FUZZ_HIGH,
	FUZZ_BYTES_OF_RING,		/* in bytes */
	FUZZ_ENTRIES,			/* ring length, and a bit that enables it at 31 */
	FUZZ_TAIL,
	FUZZ_VALUE,
};

struct fuzz_register {
	uint32_t offset, stride, count;
	enum fuzz_kind kind;
	uint32_t value;
};

/* What gets the fuzzer beyond a model's registers: each has one, NAME_fuzz, in its fuzz.c. */
struct fuzz_model {
	const struct nic_model *nic;
	/* What a driver sets up, in that order. */
	const struct fuzz_register *registers;
	size_t register_count;
	/* Second halves of descriptors that do something; NULL: the card has no descriptors. */
	const uint64_t *descriptors;
	size_t descriptor_count;
	/* Puts in memory what the registers lead to besides rings; NULL: nothing. */
	void (*write_memory)(struct fuzz *fuzz);
	/* Makes a command of 32 bytes; NULL: the card has none. */
	void (*compose_command)(struct fuzz *fuzz, uint64_t command[4]);
};

struct fuzz {
	const struct fuzz_model *model;
	uint64_t seed, random, step;
	struct testbed testbed;
	struct client *client;
	int peer;			/* the far end of the wire */
	bool peer_reads;
	int memory_fd;
	int other_fd;			/* what messages map that may map anything */
	uint8_t *memory;		/* with a page before and after that no mapping covers */
	int events[MESSAGE_FDS_MAX];
	uint32_t seen[FUZZ_SEEN];	/* registers of BAR 0 that are more than nothing */
	unsigned int seen_count;
};

uint64_t fuzz__random(struct fuzz *fuzz);
/* Below @limit. */
uint64_t fuzz__below(struct fuzz *fuzz, uint64_t limit);
bool fuzz__one_in(struct fuzz *fuzz, unsigned int n);
/* Within memory, at its edges, or anywhere. */
uint64_t fuzz__address(struct fuzz *fuzz);
/* The start of a page that rings are put into. */
uint64_t fuzz__ring(struct fuzz *fuzz);
/* Where guest memory is here, from FUZZ_BASE + @offset on. */
uint8_t *fuzz__at(struct fuzz *fuzz, uint64_t offset);
struct nic *fuzz__nic(struct fuzz *fuzz);

/* Ends the fuzzer: the system refused something. */
void fuzz__give_up(const char *what);

/* models.c. Return: the model of that name, or NULL. */
const struct fuzz_model *fuzz_model__find(const char *name);

/* registers.c: finds the registers there are; sets up rings as a driver does; accesses. */
void fuzz__find_registers(struct fuzz *fuzz);
void fuzz__set_up(struct fuzz *fuzz);
void fuzz__access_register(struct fuzz *fuzz);
void fuzz__access_configuration(struct fuzz *fuzz);
void fuzz__scribble(struct fuzz *fuzz);

/* network.c: what comes and goes on the wire, and what happens to it. */
void fuzz__send_frame(struct fuzz *fuzz);
void fuzz__receive_frames(struct fuzz *fuzz);
void fuzz__change_wire(struct fuzz *fuzz);

/* messages.c: (re)connects and passes memory and eventfds; sends what no client should. */
void fuzz__connect(struct fuzz *fuzz);
void fuzz__send_message(struct fuzz *fuzz);

#endif
