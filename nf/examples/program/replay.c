// SPDX-License-Identifier: MIT
/* Packets as text, and what becomes of them: a function without a device. */
#include <ctype.h>
#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"

/* As the kernel has it. */
enum { frame_size = 2048, headroom = 256, most_bytes = frame_size - headroom };

/* Takes hexadecimal digits up to anything else. Returns how many bytes they were, or -1. */
static int read_hex(const char *text, __u8 *bytes)
{
	unsigned int byte;
	int len = 0;

	for (; isxdigit(text[0]); text += 2) {
		if (len == most_bytes || !isxdigit(text[1]) || sscanf(text, "%2x", &byte) != 1)
			return -1;
		bytes[len++] = byte;
	}
	return *text && *text != '\n' ? -1 : len;
}

static void print(bool sent, const struct flash_packet *packet)
{
	if (!sent) {
		puts("dropped");
		return;
	}
	printf("%u ", packet->edge);
	for (__u32 i = 0; i < packet->len; i++)
		printf("%02x", ((__u8 *)packet->data)[i]);
	putchar('\n');
}

/* Of a frame only the packet may be touched: a sanitizer sees who reads on. */
static bool replay_one(const struct program *program, void *state, __u32 edges, const char *line)
{
	static __u8 frame[frame_size] __attribute__((aligned(frame_size)));
	struct flash_packet packet = { .data = frame + headroom, .addr = headroom };
	char *hex;
	__u64 now_ms = strtoull(line, &hex, 10);
	int len;
	bool sent;

	ASAN_UNPOISON_MEMORY_REGION(frame, sizeof(frame));
	len = *hex == ' ' ? read_hex(hex + 1, packet.data) : -1;
	if (len < 0)
		return false;
	packet.len = len;
	ASAN_POISON_MEMORY_REGION(frame, headroom);
	ASAN_POISON_MEMORY_REGION(frame + headroom + len, sizeof(frame) - headroom - len);
	if (program->begin)
		program->begin(state, now_ms * 1000000, edges);
	sent = program->handle(state, &packet);
	if (program->end)
		program->end(state);
	print(sent, &packet);
	return true;
}

int program__replay(const struct program *program, void *state, __u32 edges)
{
	char *line = NULL;
	size_t size = 0;
	int number = 1;
	bool fine = true;

	program__set_frame_size(frame_size);
	for (; fine && getline(&line, &size, stdin) > 0; number++)
		fine = replay_one(program, state, edges, line);
	free(line);
	if (!fine) {
		fprintf(stderr, "%s: line %d is not a time in milliseconds and a packet in hexadecimal\n",
			program->name, number - 1);
		return 1;
	}
	printf("{\"edges\":%u", edges);
	if (program->report)
		program->report(state);
	puts("}");
	return 0;
}
