/* SPDX-License-Identifier: MIT */
/* The Toeplitz hash, which receive side scaling is made with. */
#ifndef FRAME_TOEPLITZ_H
#define FRAME_TOEPLITZ_H

#include <stddef.h>
#include <stdint.h>

/* @key_bytes is at least 4; the key goes on with zeroes where the input is longer. */
uint32_t toeplitz__hash(const uint8_t *key, size_t key_bytes, const uint8_t *input, size_t bytes);

/*
 * The input of a flow: both addresses, then the ports, if @ports is not NULL.
 * Return: its bytes.
 */
#define TOEPLITZ_FLOW_MAX (2 * 16 + 4)
size_t toeplitz__flow(uint8_t input[TOEPLITZ_FLOW_MAX], const uint8_t *source,
		      const uint8_t *destination, size_t address_bytes, const uint8_t ports[4]);

#endif
