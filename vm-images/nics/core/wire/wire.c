// SPDX-License-Identifier: MIT
#include "core/loop.h"
#include "core/nic.h"
#include "wire.h"

/* Frames of one direction that are delivered before others have their turn. */
#define FRAMES_A_PASS 64

int wire__create(struct wire *wire, struct loop *loop)
{
	int err;

	*wire = (struct wire) { .loop = loop, .faults.patience_ns = WIRE_PATIENCE_NS };
	for (unsigned int side = 0; side < 2; side++)
		wire->ends[side] = (struct wire_end) { .wire = wire, .side = side,
						       .device.fd = -1, .listener.fd = -1 };
	err = frame_queue__create(&wire->directions[0].queue);
	if (err)
		return err;
	err = frame_queue__create(&wire->directions[1].queue);
	if (err)
		frame_queue__destroy(&wire->directions[0].queue);
	return err;
}

void wire__destroy(struct wire *wire)
{
	for (unsigned int side = 0; side < 2; side++) {
		wire_end__detach(&wire->ends[side]);
		frame_queue__destroy(&wire->directions[side].queue);
	}
}

bool wire__has_link(const struct wire *wire)
{
	return wire->linked;
}

/* Senders that wait are told by the next pass. Return: how many frames are gone. */
static uint64_t wire__discard(struct wire *wire, unsigned int d)
{
	struct frame_queue *queue = &wire->directions[d].queue;
	uint64_t frames = queue->count;

	while (frame_queue__first(queue))
		frame_queue__pop(queue);
	wire->directions[d].refused = false;
	return frames;
}

void wire__update_link(struct wire *wire)
{
	bool up = !wire->faults.down && wire_end__is_there(&wire->ends[0]) &&
		  wire_end__is_there(&wire->ends[1]);

	if (up == wire->linked)
		return;
	wire->linked = up;
	for (unsigned int d = 0; d < 2; d++)
		wire->counters.dropped[d] += wire__discard(wire, d);
	for (unsigned int side = 0; side < 2; side++)
		wire_end__tell_link(&wire->ends[side], up);
}

void wire__set_faults(struct wire *wire, const struct wire_faults *faults)
{
	/* A far end is not blamed for the time in which it was offered nothing. */
	for (unsigned int d = 0; d < 2; d++)
		wire->directions[d].taken_at = wire->loop->now;
	wire->faults = *faults;
	wire__update_link(wire);
}

struct wire_counters wire__counters(const struct wire *wire)
{
	struct wire_counters counters = wire->counters;

	for (unsigned int d = 0; d < 2; d++)
		counters.waiting[d] = wire->directions[d].queue.count;
	return counters;
}

bool wire__send(struct wire *wire, unsigned int side, const void *frame, size_t bytes)
{
	struct wire_direction *direction = &wire->directions[side];
	const struct wire_faults *faults = &wire->faults;

	if (!wire->linked)
		return true;
	if (bytes > NIC_FRAME_MAX ||
	    (faults->drop_every && (direction->seen + 1) % faults->drop_every == 0)) {
		direction->seen++;
		wire->counters.dropped[side]++;
		return true;
	}
	if (!frame_queue__push(&direction->queue, frame, bytes,
			       wire->loop->now + faults->delay_ns)) {
		direction->sender_waits = true;
		return false;
	}
	direction->seen++;
	return true;
}

void wire__offer_again(struct wire *wire, unsigned int side)
{
	wire->directions[!side].refused = false;
}

/* Return: whether the first frame is there to be offered now. */
static bool wire__may_offer(const struct wire *wire, unsigned int d)
{
	const struct frame *frame = frame_queue__first(&wire->directions[d].queue);

	return frame && !wire->faults.hold && !wire->directions[d].refused &&
	       frame->due <= wire->loop->now;
}

static void wire__offer(struct wire *wire, unsigned int d)
{
	struct wire_direction *direction = &wire->directions[d];
	const struct frame *frame = frame_queue__first(&direction->queue);

	switch (wire_end__deliver(&wire->ends[!d], frame->data, frame->bytes)) {
	case WIRE_REFUSED:
		direction->refused = true;
		wire_end__await_room(&wire->ends[!d]);
		return;
	case WIRE_TAKEN:
		wire->counters.frames[d]++;
		wire->counters.bytes[d] += frame->bytes;
		break;
	case WIRE_LOST:
		wire->counters.dropped[d]++;
		break;
	}
	frame_queue__pop(&direction->queue);
	direction->taken_at = wire->loop->now;
}

/* Return: when what waits is given up; LOOP_NEVER: not. */
static uint64_t wire__gives_up_at(const struct wire *wire, unsigned int d)
{
	const struct wire_direction *direction = &wire->directions[d];
	const struct frame *frame = frame_queue__first(&direction->queue);
	uint64_t since;

	if (!frame || !direction->refused || wire->faults.hold || !wire->faults.patience_ns)
		return LOOP_NEVER;
	/* Idle time does not count: a frame that fell due later is what is waited with. */
	since = direction->taken_at > frame->due ? direction->taken_at : frame->due;
	return since + wire->faults.patience_ns;
}

static void wire__give_up(struct wire *wire, unsigned int d)
{
	uint64_t frames = wire__discard(wire, d);

	wire->counters.missed[d] += frames;
	for (uint64_t i = 0; i < frames; i++)
		wire_end__miss(&wire->ends[!d]);
}

static void wire__wake_sender(struct wire *wire, unsigned int d)
{
	struct wire_direction *direction = &wire->directions[d];

	if (!direction->sender_waits || !frame_queue__is_half_empty(&direction->queue))
		return;
	direction->sender_waits = false;
	wire_end__go_on(&wire->ends[d]);
}

void wire__pass(struct wire *wire)
{
	for (unsigned int d = 0; d < 2; d++) {
		for (unsigned int i = 0; i < FRAMES_A_PASS && wire__may_offer(wire, d); i++)
			wire__offer(wire, d);
		if (wire__gives_up_at(wire, d) <= wire->loop->now)
			wire__give_up(wire, d);
		wire__wake_sender(wire, d);
	}
}

uint64_t wire__deadline(const struct wire *wire)
{
	uint64_t deadline = LOOP_NEVER;

	for (unsigned int d = 0; d < 2; d++) {
		const struct frame *frame = frame_queue__first(&wire->directions[d].queue);
		uint64_t due = wire__gives_up_at(wire, d);

		if (wire__may_offer(wire, d))
			return 0;
		if (frame && !wire->faults.hold && !wire->directions[d].refused)
			due = frame->due;
		if (due < deadline)
			deadline = due;
	}
	return deadline;
}
