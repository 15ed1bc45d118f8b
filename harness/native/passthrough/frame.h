/* SPDX-License-Identifier: MIT */
/* What goes over the wire between a guest's NIC and its peer: a word, as text, and back. */
#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>

enum { FRAME_BYTES = 60, WORD_BYTES = FRAME_BYTES - 14 };

/* One of those that IEEE leaves to experiments. */
#define FRAME_TYPE 0x88b5

struct frame {
	uint8_t to[6];
	uint8_t from[6];
	uint8_t type[2];
	char word[WORD_BYTES];
} __attribute__((packed));

#endif
