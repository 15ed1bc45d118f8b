/* SPDX-License-Identifier: MIT */
/* The card of the core's own tests, and its registers: what they are is said in echo.c. */
#ifndef ECHO_H
#define ECHO_H

#include "core/nic.h"

extern const struct nic_model echo_model;

enum {
	ECHO_SCRATCH = 0x00,
	ECHO_TX_ADDRESS = 0x08,
	ECHO_TX_BYTES = 0x10,
	ECHO_RX_ADDRESS = 0x18,
	ECHO_RX_ROOM = 0x20,
	ECHO_RX_BYTES = 0x24,
	ECHO_TIMER = 0x28,
	ECHO_LINK = 0x2c,
	ECHO_RESET = 0x30,
	ECHO_SEND_VECTOR = 0x34,
};

#endif
