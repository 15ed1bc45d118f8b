/* SPDX-License-Identifier: MIT */
/* The Toeplitz hash, which receive side scaling is made with. */
#ifndef FRAME_TOEPLITZ_H
#define FRAME_TOEPLITZ_H

#include <stddef.h>
#include <stdint.h>

/* @key_bytes is at least 4; the key goes on with zeroes where the input is longer. */
uint32_t toeplitz__hash(const uint8_t *key, size_t key_bytes, const uint8_t *input, size_t bytes);

#endif
