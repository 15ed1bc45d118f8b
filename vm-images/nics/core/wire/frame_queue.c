// SPDX-License-Identifier: MIT
/*
 * A ring of bytes; no frame is split, so that one which does not fit before the end begins anew:
 *
 *     0        tail          head          wrapped_at   FRAME_QUEUE_BYTES
 *     ├ newest ┤    free     ├   oldest    ┤   unused   │
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/nic.h"
#include "frame_queue.h"

int frame_queue__create(struct frame_queue *queue)
{
	*queue = (struct frame_queue) { .wrapped_at = FRAME_QUEUE_BYTES };
	queue->memory = aligned_alloc(_Alignof(struct frame), FRAME_QUEUE_BYTES);
	return queue->memory ? 0 : -ENOMEM;
}

void frame_queue__destroy(struct frame_queue *queue)
{
	free(queue->memory);
	queue->memory = NULL;
}

static size_t frame__space(size_t bytes)
{
	size_t alignment = _Alignof(struct frame);

	return (sizeof(struct frame) + bytes + alignment - 1) / alignment * alignment;
}

bool frame_queue__push(struct frame_queue *queue, const void *data, size_t bytes, uint64_t due)
{
	size_t space = frame__space(bytes);
	struct frame *frame;

	if (queue->count == FRAME_QUEUE_FRAMES)
		return false;
	if (!queue->count) {
		queue->head = queue->tail = 0;
		queue->wrapped_at = FRAME_QUEUE_BYTES;
	}
	if (queue->count && queue->tail <= queue->head) {
		if (space > queue->head - queue->tail)
			return false;
	} else if (space > FRAME_QUEUE_BYTES - queue->tail) {
		if (space > queue->head)
			return false;
		queue->wrapped_at = queue->tail;
		queue->tail = 0;
	}

	frame = (struct frame *)(queue->memory + queue->tail);
	frame->due = due;
	frame->bytes = bytes;
	memcpy(frame->data, data, bytes);
	queue->tail += space;
	queue->used += space;
	queue->count++;
	return true;
}

bool frame_queue__has_room(const struct frame_queue *queue)
{
	/* Twice, as the bytes before the end may be too few and are then left out. */
	return queue->count < FRAME_QUEUE_FRAMES &&
	       queue->used + 2 * frame__space(NIC_FRAME_MAX) <= FRAME_QUEUE_BYTES;
}

const struct frame *frame_queue__first(const struct frame_queue *queue)
{
	return queue->count ? (const struct frame *)(queue->memory + queue->head) : NULL;
}

void frame_queue__pop(struct frame_queue *queue)
{
	size_t space = frame__space(frame_queue__first(queue)->bytes);

	queue->used -= space;
	queue->count--;
	queue->head += space;
	if (queue->head == queue->wrapped_at) {
		queue->head = 0;
		queue->wrapped_at = FRAME_QUEUE_BYTES;
	}
}

bool frame_queue__is_half_empty(const struct frame_queue *queue)
{
	return queue->count <= FRAME_QUEUE_FRAMES / 2 && queue->used <= FRAME_QUEUE_BYTES / 2;
}
