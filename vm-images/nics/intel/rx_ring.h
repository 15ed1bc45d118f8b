/* SPDX-License-Identifier: MIT */
/*
 * Receive rings of the XL710 and the E810 (XL710 datasheet, section 8.3, "LAN receive").
 * Descriptors from the head up to the tail are ours; each is read, then written back in its place,
 * the word with DD last. A frame goes into as many of the ring's buffers as it takes.
 */
#ifndef INTEL_RX_RING_H
#define INTEL_RX_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct intel_counters;
struct nic;

#define RX_CONTEXT_BYTES 32u

/* A ring in service: the queue's context as it was when the queue was enabled, checked. */
struct rx_ring {
	bool enabled;
	bool wide;			/* descriptors of 32 bytes */
	uint16_t length, head, tail;	/* head and tail are within length */
	uint32_t buffer_bytes, frame_max;
	uint64_t base;
	uint64_t frames;
};

enum rx_room {
	RX_ROOM,
	RX_ROOM_LATER,			/* when the driver moves the tail */
	RX_ROOM_NEVER,			/* the frame is too long, or buffers have no room */
};

/* A frame to put, and how a card tells of it. */
struct rx_frame {
	const uint8_t *data;
	size_t bytes;
	/*
	 * Fills the first two quad words of the descriptor of a part of the frame, of @bytes. @bad:
	 * a part of it is not in guest memory.
	 */
	void (*describe)(const void *verdict, size_t bytes, bool last, bool bad, uint64_t words[2]);
	const void *verdict;
};

/* Return: whether there can be a ring such as @context says, which is @ring then. */
bool rx_ring__decode(struct rx_ring *ring, struct nic *nic,
		     const uint8_t context[RX_CONTEXT_BYTES]);
/* The driver moved the tail of @ring. */
void rx_ring__move_tail(struct rx_ring *ring, struct nic *nic, uint32_t tail);
/* Whether there are buffers for a frame of @bytes. */
enum rx_room rx_ring__room(const struct rx_ring *ring, size_t bytes);
/* Writes the descriptor at the head back. Return: whether the ring is in guest memory. */
bool rx_ring__write_back(struct rx_ring *ring, struct nic *nic, struct intel_counters *counters,
			 const uint64_t words[2]);
/* Puts a frame for which there is room. Return: whether the ring is in guest memory. */
bool rx_ring__put(struct rx_ring *ring, struct nic *nic, struct intel_counters *counters,
		  const struct rx_frame *frame);

#endif
