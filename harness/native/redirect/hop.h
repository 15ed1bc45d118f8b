/* SPDX-License-Identifier: MIT */
/*
 * redirect: what a packet costs in xsk_redirect_batch(), the whole way from the TX ring of a source to
 * the RX ring of its target, a batch to a call.
 *
 *      source                   xsk_redirect_batch()                     target
 *   writes packets, TX   --->   exchange, or copy to frames   --->   RX, checks them
 *   CQ, frames again     <---   of the target                 <---   fill ring
 *
 * The ends are a program's, in user space, and are not measured: the clock runs around the call. What
 * is not there either: the system call, the claim of the source, interrupts and bottom halves off and
 * on. What is: every lock and barrier, the look whether somebody sleeps, the copy as the kernel copies.
 * All of it is in the caches of one processor, which is the best case.
 *
 * Every packet is checked when it arrives: its content, its length and its place in the order. At any
 * moment every frame must be in one place.
 */
#ifndef HOP_H
#define HOP_H

#include <stdbool.h>
#include <stdint.h>

#define HOP_FRAMES	256	/* of each end */
#define HOP_FRAME_BYTES	2048
#define HOP_MAX_BYTES	1536
#define HOP_MAX_BATCH	64

struct hop;

/* What cuts a batch short. */
struct hop_stalls {
	uint64_t rx_full, fill_empty, cq_full;
};

/* Two sockets of one UMEM, or of two, with rings of @entries. Packets have @bytes. */
struct hop *hop__create(bool copy, uint32_t bytes, uint32_t entries);
void hop__destroy(struct hop *hop);

/*
 * The source puts @n descriptors on TX: one packet of that many buffers, or a packet each. Returns how many
 * it had room and frames for.
 */
uint32_t hop__send(struct hop *hop, uint32_t n, bool one_packet);
/* Moves at most @n. Returns how many left TX, and adds to @cycles what it took. */
uint32_t hop__redirect(struct hop *hop, uint32_t n, uint64_t *cycles);
/* The target takes at most @n packets; -EILSEQ if one is not what was sent. */
int hop__receive(struct hop *hop, uint32_t n);
/* The target puts at most @n of its frames on the fill ring. */
uint32_t hop__refill(struct hop *hop, uint32_t n);
/* The source takes at most @n frames from its completion ring. */
uint32_t hop__complete(struct hop *hop, uint32_t n);

/* In @rounds rounds of all that, whatever is on its way arrives. Returns how many packets, or as hop__receive(). */
int hop__settle(struct hop *hop, uint32_t rounds);

/* Cycles of @n times two looks at the clock with nothing in between. */
uint64_t hop__clock_cost(uint32_t n);

/* 0 if every frame is in exactly one place, -EILSEQ if not. */
int hop__audit(const struct hop *hop);
struct hop_stalls hop__stalls(const struct hop *hop);
/* Frames that wait in the stash of the target. */
uint32_t hop__stashed(const struct hop *hop);

#endif
