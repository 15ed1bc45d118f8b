/* SPDX-License-Identifier: MIT */
/*
 * The transmit rings of the XL710 and the E810 (XL710 datasheet, section 8.4, "LAN transmit"). A
 * packet leaves its ring when the wire has taken all its frames; then the head is written to guest
 * memory, or the type of its last descriptor becomes "done", if the driver asked for that.
 */
#ifndef INTEL_TX_RING_H
#define INTEL_TX_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counters.h"

struct nic;
struct tx_packet;

/* What one packet may hold: a segmentation's payload has 18 bits, and headers. */
#define TX_PACKET_MAX ((1u << 18) + 1024u)

/* A ring in service: the queue's context as it was when the queue was enabled, checked. */
struct tx_ring {
	bool enabled;
	bool incomplete;		/* the packet at head has no end up to tail */
	bool writes_head;		/* to head_address; else "done" in the descriptor */
	uint16_t length, head, tail;	/* head and tail are within length */
	unsigned int segments_sent;	/* of the packet at head, which the wire stopped */
	uint64_t base, head_address;
	uint64_t frames;
};

struct tx_rings {
	struct tx_ring ring[INTEL_QUEUES];
	unsigned int next;		/* the ring whose turn it is */
	bool wire_full;
	uint8_t packet[TX_PACKET_MAX];	/* the one being sent */
};

enum tx_sent {
	TX_SENT,
	TX_DROPPED,
	TX_NO_ROOM,			/* on the wire: the frame stays on the ring */
};

/* What a card does in its own way. @queue is the number of the ring. */
struct tx_card {
	size_t frame_max;
	/* TCP flags that the first, a middle and the last of several segments do not keep. */
	void (*cleared_flags)(struct nic *nic, uint16_t flags[3]);
	enum tx_sent (*send)(struct nic *nic, unsigned int queue, const uint8_t *frame,
			     size_t bytes);
	/* A packet could not be sent, and is dropped. */
	void (*refused)(struct nic *nic, unsigned int queue);
	/* A packet leaves the ring; its bytes are in tx_rings.packet. May be NULL. */
	void (*leaves)(struct nic *nic, unsigned int queue, const struct tx_packet *packet);
	void (*interrupt)(struct nic *nic, unsigned int queue);
};

/* The driver moved the tail of @ring. */
void tx_ring__move_tail(struct tx_ring *ring, struct nic *nic, uint32_t tail);
/* One bounded pass over all rings. Return: whether there is more to send. */
bool tx_rings__work(struct tx_rings *rings, struct nic *nic, const struct tx_card *card,
		    struct intel_counters *counters);

#endif
