/* SPDX-License-Identifier: MIT */
/* Frames that wait, in order, in a fixed number of bytes. */
#ifndef FRAME_QUEUE_H
#define FRAME_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_QUEUE_FRAMES 1024
#define FRAME_QUEUE_BYTES (1u << 20)

struct frame {
	uint64_t due;			/* not to be delivered before */
	size_t bytes;
	_Alignas(16) uint8_t data[];
};

struct frame_queue {
	uint8_t *memory;
	size_t head, tail;		/* of memory; equal: empty, as count says */
	size_t wrapped_at;		/* where frames end before they go on at 0 */
	size_t count, used;
};

/* Return: 0 or -ENOMEM. */
int frame_queue__create(struct frame_queue *queue);
void frame_queue__destroy(struct frame_queue *queue);

/* Return: false, there is no room. */
bool frame_queue__push(struct frame_queue *queue, const void *data, size_t bytes, uint64_t due);
/* Whether a frame of any length would find room. */
bool frame_queue__has_room(const struct frame_queue *queue);
/* The oldest; NULL: none. Valid until it is popped. */
const struct frame *frame_queue__first(const struct frame_queue *queue);
void frame_queue__pop(struct frame_queue *queue);

/* Whether a sender that found no room should try again: not for each frame that leaves. */
bool frame_queue__is_half_empty(const struct frame_queue *queue);

#endif
