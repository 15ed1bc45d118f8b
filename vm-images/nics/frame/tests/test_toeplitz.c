// SPDX-License-Identifier: MIT
/* The key and the vectors of Microsoft's "Verifying the RSS hash calculation". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "frame/bytes.h"
#include "frame/toeplitz.h"

static const uint8_t key[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static const struct {
	uint8_t addresses[8];
	uint16_t source, destination;
	uint32_t with_ports, without;
} vectors[] = {
	{ { 66, 9, 149, 187, 161, 142, 100, 80 }, 2794, 1766, 0x51ccc178, 0x323e8fc2 },
	{ { 199, 92, 111, 2, 65, 69, 140, 83 }, 14230, 4739, 0xc626b0ea, 0xd718262a },
	{ { 24, 19, 198, 95, 12, 22, 207, 184 }, 12898, 38024, 0x5c2b394a, 0xd2d0a5de },
	{ { 38, 27, 205, 30, 209, 142, 163, 6 }, 48228, 2217, 0xafc7327f, 0x82989176 },
	{ { 153, 39, 163, 191, 202, 188, 127, 2 }, 44251, 1303, 0x10e828a2, 0x5d1809c5 },
};

static void the_hash_is_that_of_the_published_vectors(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const uint8_t *addresses = vectors[i].addresses;
		uint8_t input[TOEPLITZ_FLOW_MAX], ports[4];

		put_be16(ports, vectors[i].source);
		put_be16(ports + 2, vectors[i].destination);
		assert_int_equal(toeplitz__flow(input, addresses, addresses + 4, 4, ports), 12);
		assert_int_equal(toeplitz__hash(key, sizeof(key), input, 12),
				 vectors[i].with_ports);
		assert_int_equal(toeplitz__flow(input, addresses, addresses + 4, 4, NULL), 8);
		assert_int_equal(toeplitz__hash(key, sizeof(key), input, 8), vectors[i].without);
	}
}

static void a_key_shorter_than_the_input_goes_on_with_zeroes(void **state)
{
	static const uint8_t longer[52] = { 0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2 };
	static const uint8_t input[40] = { 1, 2, 3, [8] = 4, 5, [39] = 0xff };

	(void)state;
	assert_int_equal(toeplitz__hash(longer, 8, input, sizeof(input)),
			 toeplitz__hash(longer, sizeof(longer), input, sizeof(input)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_that_of_the_published_vectors),
		cmocka_unit_test(a_key_shorter_than_the_input_goes_on_with_zeroes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
