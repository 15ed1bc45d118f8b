// SPDX-License-Identifier: MIT
/* What the fuzzer sets up of the test card. */
#include "fuzz/fuzz.h"
#include "echo.h"

static const struct fuzz_register registers[] = {
	{ ECHO_TX_ADDRESS, 0, 1, FUZZ_LOW, 0 },
	{ ECHO_RX_ADDRESS, 0, 1, FUZZ_LOW, 0 },
	{ ECHO_RX_ROOM, 0, 1, FUZZ_BYTES_OF_RING, 0 },
	{ ECHO_TX_BYTES, 0, 1, FUZZ_TAIL, 0 },
};

const struct fuzz_model echo_fuzz = {
	.nic = &echo_model,
	.registers = registers,
	.register_count = sizeof(registers) / sizeof(*registers),
};
