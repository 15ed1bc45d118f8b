/* SPDX-License-Identifier: MIT */
/*
 * The MSI-X vectors of a port: an eventfd each, which the client reads. The table with the messages
 * is the client's; it tells us which vectors have an eventfd, and may mask them here.
 *
 * The client takes eventfds away and passes them again whenever the guest sets up one more vector.
 * A message of a vector that had one is kept until then, as it is for a masked one.
 */
#ifndef INTERRUPTS_H
#define INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

#define INTERRUPTS_MAX 2048	/* what MSI-X allows */

struct interrupt {
	int fd;			/* -1: none */
	bool known;		/* had one since the last reset */
	bool masked;
	bool pending;
};

struct interrupts {
	struct interrupt *vectors;
	unsigned int count;
	uint64_t sent, lost;	/* lost: of vectors that never had an eventfd */
};

/* Return: 0 or -ENOMEM. */
int interrupts__create(struct interrupts *interrupts, unsigned int count);
void interrupts__destroy(struct interrupts *interrupts);

/* These take vectors below interrupts->count. */
void interrupts__send(struct interrupts *interrupts, unsigned int vector);
/* @fd is kept, what was set before is closed; -1: none. Return: 0, or -EINVAL: no eventfd. */
int interrupts__set(struct interrupts *interrupts, unsigned int vector, int fd);
void interrupts__mask(struct interrupts *interrupts, unsigned int vector, bool masked);

/* What is kept is forgotten; eventfds and masks stay, as they are the client's. */
void interrupts__reset(struct interrupts *interrupts);
/* The client is gone. */
void interrupts__clear(struct interrupts *interrupts);

/* 64 bits of the Pending Bit Array, from vector 64 * @word on. */
uint64_t interrupts__pending(const struct interrupts *interrupts, unsigned int word);

#endif
