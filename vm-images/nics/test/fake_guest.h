/* SPDX-License-Identifier: MIT */
/*
 * A guest without QEMU, for unit tests of a model: memory, registers, interrupts, and the far end
 * of the wire.
 *
 *     test ── guest__read/write ── model ── wire ── guest__take() / guest__inject()
 *       └──── guest__at() ──────────┘
 *
 * A guest starts as a driver finds the device: reset, bus master on, an eventfd for every MSI-X
 * vector, the link up. Time stands still but for guest__advance(). All of these fail the test (by
 * abort(), with a line that says why) when something cannot be had.
 *
 *	struct guest *guest = guest__create(&ixgbe_model);
 *	uint64_t ring = guest__alloc(guest, 4096, 128);
 *
 *	guest__write32(guest, 0xe000, ring);
 *	...
 *	guest__run(guest);
 *	assert_int_equal(guest__take(guest, frame, sizeof(frame)), 60);
 *	assert_int_equal(guest__interrupts(guest, 0), 1);
 *	guest__destroy(guest);
 */
#ifndef FAKE_GUEST_H
#define FAKE_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"

/* Guest memory: one mapping; the addresses before and after it are not mapped. */
#define GUEST_BASE UINT64_C(0x100000000)
#define GUEST_BYTES (UINT64_C(16) << 20)

struct guest;

struct guest *guest__create(const struct nic_model *model);
void guest__destroy(struct guest *guest);
struct nic *guest__nic(struct guest *guest);

/* Accesses to a BAR, as QEMU makes them. What they scheduled is done by guest__run(). */
uint64_t guest__read(struct guest *guest, unsigned int bar, uint64_t offset, unsigned int size);
void guest__write(struct guest *guest, unsigned int bar, uint64_t offset, uint64_t value,
		  unsigned int size);
/* The same to BAR 0, which is where the registers are. */
uint32_t guest__read32(struct guest *guest, uint64_t offset);
void guest__write32(struct guest *guest, uint64_t offset, uint32_t value);

/* Configuration space. */
uint32_t guest__config_read(struct guest *guest, unsigned int offset, unsigned int size);
void guest__config_write(struct guest *guest, unsigned int offset, uint32_t value,
			 unsigned int size);
void guest__bus_master(struct guest *guest, bool on);

/* What the test sees at a guest address; the rest of guest memory follows. NULL: not mapped. */
void *guest__at(struct guest *guest, uint64_t address);
/* Zeroed guest memory, aligned (a power of two); gone with the guest. Returns a guest address. */
uint64_t guest__alloc(struct guest *guest, size_t bytes, size_t alignment);

/* Runs work() and the wire until nothing is left to do at this time. */
void guest__run(struct guest *guest);
/* Lets time pass, timers run out (in their order), and runs. */
void guest__advance(struct guest *guest, uint64_t ns);

/* Puts a frame on the wire towards the device, and runs. */
void guest__inject(struct guest *guest, const void *frame, size_t bytes);
/* Frames the device sent that were not taken yet. */
size_t guest__sent(struct guest *guest);
/* The oldest of them, whole or abort(). Returns its bytes, 0: there is none. */
size_t guest__take(struct guest *guest, void *frame, size_t room);
/* Makes nic__transmit() refuse from the next frame on, as a full wire does, or ends that. */
void guest__refuse(struct guest *guest, bool refuse);
/* Frames that the wire keeps because receive() refused. */
size_t guest__waiting(struct guest *guest);
void guest__set_link(struct guest *guest, bool up);

/* Messages of a vector since the last call. */
unsigned int guest__interrupts(struct guest *guest, unsigned int vector);
/* The model's counter of that name; abort() when it has none. */
uint64_t guest__counter(struct guest *guest, const char *name);
void guest__reset(struct guest *guest, enum nic_reset kind);

#endif
