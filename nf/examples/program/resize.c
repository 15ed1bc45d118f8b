// SPDX-License-Identifier: MIT
#include <sanitizer/asan_interface.h>

#include "program.h"

static __u32 frame_size;

void program__set_frame_size(__u32 bytes)
{
	frame_size = bytes;
}

bool program__resize(struct flash_packet *packet, __u32 len)
{
	if (len > frame_size - (packet->addr & (frame_size - 1)))
		return false;
	/* replay.c has forbidden what is behind the packet. */
	ASAN_UNPOISON_MEMORY_REGION(packet->data, len);
	packet->len = len;
	return true;
}
