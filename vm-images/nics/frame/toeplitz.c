// SPDX-License-Identifier: MIT
#include <string.h>

#include "bytes.h"
#include "toeplitz.h"

/* For each bit of the input that is set, the 32 bits of the key from there on. */
uint32_t toeplitz__hash(const uint8_t *key, size_t key_bytes, const uint8_t *input, size_t bytes)
{
	uint32_t hash = 0, window = be32(key);

	for (size_t i = 0; i < bytes; i++) {
		uint8_t next = i + 4 < key_bytes ? key[i + 4] : 0;

		for (int bit = 7; bit >= 0; bit--) {
			if (input[i] >> bit & 1)
				hash ^= window;
			window = window << 1 | (next >> bit & 1);
		}
	}
	return hash;
}

size_t toeplitz__flow(uint8_t input[TOEPLITZ_FLOW_MAX], const uint8_t *source,
		      const uint8_t *destination, size_t address_bytes, const uint8_t ports[4])
{
	memcpy(input, source, address_bytes);
	memcpy(input + address_bytes, destination, address_bytes);
	if (!ports)
		return 2 * address_bytes;
	memcpy(input + 2 * address_bytes, ports, 4);
	return 2 * address_bytes + 4;
}
