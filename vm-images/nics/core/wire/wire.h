/* SPDX-License-Identifier: MIT */
/*
 * A wire between two ends. An end is a port of this process, a TAP device, or a Unix socket
 * (SOCK_SEQPACKET, a frame a message) that another process connects to.
 *
 *     end 0 ── wire__send(0) ──▶ directions[0].queue ──▶ end 1
 *           ◀── directions[1].queue ◀── wire__send(1) ──
 *
 * A wire keeps order and loses nothing by itself: what the far end has no room for is kept, up to a
 * limit, and then the sender is told to wait, as PAUSE frames would. A far end that takes nothing
 * for the wire's patience loses the frames that wait (nic_model.missed), so that a guest that left
 * no buffers does not stop the others for ever.
 *
 * On command a wire loses every n-th frame, delays all of them, holds all of them until it is told
 * to go on, or has no link.
 */
#ifndef NIC_WIRE_H
#define NIC_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_queue.h"
#include "wire_end.h"

#define WIRE_PATIENCE_NS UINT64_C(20000000)

struct loop;
struct nic;

/* What is done to the frames of a wire. */
struct wire_faults {
	unsigned int drop_every;	/* loses each n-th frame; 0: none */
	uint64_t delay_ns;
	uint64_t patience_ns;		/* 0: for ever */
	bool hold;
	bool down;			/* no link at both ends */
};

/* Frames and bytes that passed from the first end to the second, and back. */
struct wire_counters {
	uint64_t frames[2], bytes[2], dropped[2], missed[2];
	uint64_t waiting[2];		/* kept by the wire at the moment */
};

/* From ends[d] to ends[!d]. */
struct wire_direction {
	struct frame_queue queue;
	uint64_t seen;			/* frames, those that were lost too */
	bool refused;			/* the far end had no room, and has not said otherwise */
	uint64_t taken_at;		/* when it took one last, or the faults changed */
	bool sender_waits;
};

struct wire {
	struct loop *loop;
	struct wire_end ends[2];
	struct wire_direction directions[2];
	struct wire_faults faults;
	struct wire_counters counters;
	bool linked;			/* what both ends were told */
};

/* Without ends (wire_end.h). Return: 0 or -ENOMEM. */
int wire__create(struct wire *wire, struct loop *loop);
void wire__destroy(struct wire *wire);

bool wire__has_link(const struct wire *wire);
/* To be called when an end came or went: tells the ends whether there is a link now. */
void wire__update_link(struct wire *wire);
void wire__set_faults(struct wire *wire, const struct wire_faults *faults);
struct wire_counters wire__counters(const struct wire *wire);

/*
 * A frame from end @side. Return: false when there is no room; the end is told when there is
 * (wire_end__go_on()). With no link the frame is gone and true is returned.
 */
bool wire__send(struct wire *wire, unsigned int side, const void *frame, size_t bytes);
/* End @side, which refused a frame, has room. */
void wire__offer_again(struct wire *wire, unsigned int side);

/* Delivers some of what is due. */
void wire__pass(struct wire *wire);
/* When wire__pass() has something to do (as loop->now; 0: now, LOOP_NEVER: not by itself). */
uint64_t wire__deadline(const struct wire *wire);

#endif
