/* SPDX-License-Identifier: MIT */
/* What every test file of the core begins with. */
#ifndef CASES_H
#define CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake_guest.h"

extern const struct nic_model echo_model;

/* Registers of echo_model.c. */
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
