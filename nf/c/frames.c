// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int flash_frames__create(struct flash_frames **out, const struct flash_umem *umem, __u32 capacity)
{
	struct flash_frames *frames = calloc(1, sizeof(*frames) + capacity * sizeof(*frames->addrs));

	*out = frames;
	if (!frames)
		return -ENOMEM;
	frames->umem = umem;
	frames->capacity = capacity;
	return 0;
}

void flash_frames__destroy(struct flash_frames *frames)
{
	free(frames);
}

int flash_frames__add(struct flash_frames *frames, __u32 first, __u32 count)
{
	if ((__u64)first + count > flash_umem__frame_count(frames->umem))
		return -EINVAL;
	if (count > frames->capacity - frames->count)
		return -ENOSPC;
	for (__u32 i = 0; i < count; i++)
		frames->addrs[frames->count++] = (__u64)(first + i) * frames->umem->frame_size;
	return 0;
}

int flash_frames__add_own(struct flash_frames *frames)
{
	const struct flash_umem *umem = frames->umem;
	int err = 0;

	for (__u32 i = 0; i < flash_umem__frame_count(umem) && !err; i++)
		if (__atomic_load_n(&umem->owners[i], __ATOMIC_RELAXED) == umem->owner)
			err = flash_frames__add(frames, i, 1);
	return err;
}

__u32 flash_frames__move(struct flash_frames *to, struct flash_frames *from, __u32 max)
{
	__u32 room = to->capacity - to->count, count = from->count < max ? from->count : max;

	if (count > room)
		count = room;
	from->count -= count;
	memcpy(to->addrs + to->count, from->addrs + from->count, count * sizeof(*to->addrs));
	to->count += count;
	return count;
}

__u32 flash_frames__take(struct flash_frames *frames, struct flash_packet *packets, __u32 max)
{
	__u32 count = frames->count < max ? frames->count : max;

	for (__u32 i = 0; i < count; i++) {
		__u64 addr = frames->addrs[--frames->count];

		packets[i] = (struct flash_packet) {
			.data = flash_umem__data(frames->umem, addr),
			.addr = addr,
		};
	}
	frames->held += count;
	return count;
}

void flash_frames__put(struct flash_frames *frames, __u64 addr)
{
	frames__add_addr(frames, addr);
	frames->held--;
}

void flash_frames__release(struct flash_frames *frames, const struct flash_packet *packets,
			   __u32 count)
{
	for (__u32 i = 0; i < count; i++)
		flash_frames__put(frames, packets[i].addr);
}

__s64 flash_frames__held(const struct flash_frames *frames)
{
	return frames->held;
}

__u32 flash_frames__count(const struct flash_frames *frames)
{
	return frames->count;
}

const __u64 *flash_frames__addrs(const struct flash_frames *frames)
{
	return frames->addrs;
}

__u64 flash_frames__surplus(const struct flash_frames *frames)
{
	return frames->surplus;
}
