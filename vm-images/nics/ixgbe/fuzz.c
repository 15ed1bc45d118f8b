// SPDX-License-Identifier: MIT
/* What a driver of the 82599 sets up, for the fuzzer. */
#include "fuzz/fuzz.h"
#include "model.h"
#include "registers.h"

#define QUEUES 8

static const struct fuzz_register registers[] = {
	{ RX_WINDOW_LOW + RDBAL, QUEUE_WINDOW, QUEUES, FUZZ_LOW, 0 },
	{ RX_WINDOW_LOW + RDBAH, QUEUE_WINDOW, QUEUES, FUZZ_HIGH, 0 },
	{ RX_WINDOW_LOW + RDLEN, QUEUE_WINDOW, QUEUES, FUZZ_BYTES_OF_RING, 0 },
	{ RX_WINDOW_LOW + SRRCTL, QUEUE_WINDOW, QUEUES, FUZZ_VALUE, SRRCTL_TYPE_ADVANCED | 0x402 },
	{ RX_WINDOW_LOW + RXDCTL, QUEUE_WINDOW, QUEUES, FUZZ_VALUE, RXDCTL_ENABLE },
	{ RX_WINDOW_LOW + RDT, QUEUE_WINDOW, QUEUES, FUZZ_TAIL, 0 },
	{ TX_WINDOW + TDBAL, QUEUE_WINDOW, QUEUES, FUZZ_LOW, 0 },
	{ TX_WINDOW + TDBAH, QUEUE_WINDOW, QUEUES, FUZZ_HIGH, 0 },
	{ TX_WINDOW + TDLEN, QUEUE_WINDOW, QUEUES, FUZZ_BYTES_OF_RING, 0 },
	{ TX_WINDOW + TDWBAL, QUEUE_WINDOW, QUEUES, FUZZ_LOW, TDWBAL_ENABLE },
	{ DMATXCTL, 0, 1, FUZZ_VALUE, DMATXCTL_ENABLE },
	{ TX_WINDOW + TXDCTL, QUEUE_WINDOW, QUEUES, FUZZ_VALUE, TXDCTL_ENABLE },
	{ FCTRL, 0, 1, FUZZ_VALUE, 2 | FCTRL_MULTICAST_ALL | FCTRL_UNICAST_ALL |
				       FCTRL_BROADCAST },
	{ MRQC, 0, 1, FUZZ_VALUE, MRQC_MODE_RSS | MRQC_TCP_IPV4 | MRQC_IPV4 | MRQC_IPV6 |
				      MRQC_TCP_IPV6 },
	{ EICR, 0, 1, FUZZ_VALUE, CAUSE_QUEUES | CAUSE_OTHERS },
	{ EIMS, 0, 1, FUZZ_VALUE, CAUSE_QUEUES | CAUSE_OTHERS },
	{ IVAR(0), 4, 64, FUZZ_VALUE, 0x81808180 },
	{ RXCTRL, 0, 1, FUZZ_VALUE, RXCTRL_ENABLE },
	{ TX_WINDOW + TDT, QUEUE_WINDOW, QUEUES, FUZZ_TAIL, 0 },
};

static const uint64_t descriptors[] = {
	0x000000001b300040,	/* legacy, 64 bytes, EOP, RS */
	0x0010000029300040,	/* advanced data, EOP, RS */
	0x0010000020200000,	/* advanced context */
	0x00000000ab300400,	/* advanced data with TSO */
};

const struct fuzz_model ixgbe_fuzz = {
	.nic = &ixgbe_model,
	.registers = registers,
	.register_count = sizeof(registers) / sizeof(*registers),
	.descriptors = descriptors,
	.descriptor_count = sizeof(descriptors) / sizeof(*descriptors),
};
