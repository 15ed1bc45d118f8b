/* SPDX-License-Identifier: MIT */
/*
 * What tests of the XL710 and the E810 do as drivers of both: commands of the admin queue, rings of
 * descriptors, frames. A model's own driver.h brings queues up; it has the model's registers.
 */
#ifndef INTEL_DRIVER_H
#define INTEL_DRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "frame/bytes.h"
#include "intel/admin_command.h"
#include "intel/admin_ring.h"
#include "test/fake_guest.h"
#include "test/frames.h"

#define DRIVER_AQ_LENGTH 8u
#define DRIVER_EVENT_BYTES 512u
#define UNMAPPED (GUEST_BASE + GUEST_BYTES)

#define AQ_FLAG_ERROR 0x0004
#define AQ_FLAG_DATA_IN 0x0400
#define AQ_FLAG_BUFFER 0x1000
#define AQ_FLAG_QUIET 0x2000

#define TX_END (UINT64_C(1) << 4)
#define TX_REPORT (UINT64_C(2) << 4)
#define TX_LAST (TX_END | TX_REPORT)
#define RX_DONE 0x0001u
#define RX_END 0x0002u

struct driver {
	struct guest *guest;
	const struct admin_ring_registers *send;
	uint64_t atq, arq, data, events;
	unsigned int atq_tail;
	uint8_t answer[16];		/* parameters of the last command's answer */
	uint64_t hmc;			/* of an XL710 */
	uint16_t vsi;			/* of an E810, and the scheduler's element of its queues */
	uint32_t group;
};

struct ring {
	struct guest *guest;
	unsigned int queue, length, next;
	uint32_t tail_register;
	uint32_t descriptor_bytes, buffer_bytes;
	uint64_t base, buffers, head;	/* head: where an XL710 writes it */
};

static inline void driver__stop(struct driver *driver)
{
	guest__destroy(driver->guest);
}

static inline uint8_t *driver__data(struct driver *driver)
{
	return guest__at(driver->guest, driver->data);
}

static inline void admin_ring__start(struct guest *guest,
				     const struct admin_ring_registers *registers, uint64_t base,
				     unsigned int length, unsigned int tail)
{
	guest__write32(guest, registers->head, 0);
	guest__write32(guest, registers->tail, 0);
	guest__write32(guest, registers->length, length | ADMIN_RING_ENABLE);
	guest__write32(guest, registers->low, (uint32_t)base);
	guest__write32(guest, registers->high, base >> 32);
	guest__write32(guest, registers->tail, tail);
}

/* Empty descriptors of the ARQ have a buffer each. */
static inline void driver__start_rings(struct driver *driver, unsigned int length,
				       const struct admin_ring_registers *send,
				       const struct admin_ring_registers *receive)
{
	struct guest *guest = driver->guest;

	driver->send = send;
	driver->atq = guest__alloc(guest, 32 * length, 4096);
	driver->arq = guest__alloc(guest, 32 * length, 4096);
	driver->data = guest__alloc(guest, ADMIN_DATA_MAX, 4096);
	driver->events = guest__alloc(guest, DRIVER_EVENT_BYTES * length, 4096);
	driver->atq_tail = 0;
	for (unsigned int i = 0; i < length; i++) {
		uint8_t *descriptor = guest__at(guest, driver->arq + 32 * i);
		uint64_t buffer = driver->events + DRIVER_EVENT_BYTES * i;

		put_le16(descriptor, AQ_FLAG_BUFFER);
		put_le16(descriptor + 4, DRIVER_EVENT_BYTES);
		put_le32(descriptor + 24, buffer >> 32);
		put_le32(descriptor + 28, (uint32_t)buffer);
	}
	admin_ring__start(guest, send, driver->atq, length, 0);
	admin_ring__start(guest, receive, driver->arq, length, length - 1);
}

/* Puts a command at the tail. Returns its descriptor, in which the answer will be. */
static inline uint8_t *driver__post(struct driver *driver, unsigned int length, uint16_t opcode,
				    const uint8_t parameters[16], uint16_t flags, uint16_t bytes)
{
	uint8_t *descriptor = guest__at(driver->guest, driver->atq + 32 * driver->atq_tail);

	memset(descriptor, 0, 32);
	put_le16(descriptor, flags | AQ_FLAG_QUIET);
	put_le16(descriptor + 2, opcode);
	put_le16(descriptor + 4, bytes);
	if (parameters)
		memcpy(descriptor + 16, parameters, 16);
	if (flags & AQ_FLAG_BUFFER) {
		put_le32(descriptor + 24, driver->data >> 32);
		put_le32(descriptor + 28, (uint32_t)driver->data);
	}
	driver->atq_tail = (driver->atq_tail + 1) % length;
	guest__write32(driver->guest, driver->send->tail, driver->atq_tail);
	return descriptor;
}

/* A command and its result; its data, if @bytes, is in driver__data() before and after. */
static inline unsigned int driver__command(struct driver *driver, uint16_t opcode,
					   const uint8_t parameters[16], uint16_t bytes)
{
	uint16_t flags = bytes ? AQ_FLAG_BUFFER | AQ_FLAG_DATA_IN : 0;
	uint8_t *descriptor;

	descriptor = driver__post(driver, DRIVER_AQ_LENGTH, opcode, parameters, flags, bytes);
	guest__run(driver->guest);
	assert_int_equal(guest__read32(driver->guest, driver->send->head), driver->atq_tail);
	assert_int_equal(le16(descriptor) & 3, 3);
	assert_int_equal(!!(le16(descriptor) & AQ_FLAG_ERROR), !!le16(descriptor + 6));
	memcpy(driver->answer, descriptor + 16, 16);
	return le16(descriptor + 6);
}

/* The same with one number in the first two bytes of the parameters. */
static inline unsigned int driver__command_of(struct driver *driver, uint16_t opcode,
					      uint16_t number, uint16_t bytes)
{
	uint8_t parameters[16] = { 0 };

	put_le16(parameters, number);
	return driver__command(driver, opcode, parameters, bytes);
}

/* Bits of a context, from bit @low. */
static inline void context__set(uint8_t *context, unsigned int low, unsigned int width,
				uint64_t value)
{
	for (unsigned int bit = 0; bit < width; bit++) {
		uint8_t mask = 1 << (low + bit) % 8;

		context[(low + bit) / 8] &= ~mask;
		if (value >> bit & 1)
			context[(low + bit) / 8] |= mask;
	}
}

/* Memory for a ring, and a buffer for each of its descriptors. */
static inline struct ring ring__allocate(struct driver *driver, unsigned int queue,
					 uint32_t tail_register, unsigned int length,
					 uint32_t descriptor_bytes, uint32_t buffer_bytes)
{
	return (struct ring){
		.guest = driver->guest,
		.queue = queue,
		.length = length,
		.tail_register = tail_register,
		.descriptor_bytes = descriptor_bytes,
		.buffer_bytes = buffer_bytes,
		.base = guest__alloc(driver->guest, descriptor_bytes * length, 128),
		.buffers = guest__alloc(driver->guest, buffer_bytes * length, 4096),
	};
}

static inline uint8_t *ring__descriptor(struct ring *ring, unsigned int at)
{
	return guest__at(ring->guest, ring->base + ring->descriptor_bytes * (at % ring->length));
}

static inline uint64_t ring__buffer(struct ring *ring, unsigned int at)
{
	return ring->buffers + (uint64_t)ring->buffer_bytes * (at % ring->length);
}

static inline void ring__kick(struct ring *ring)
{
	guest__write32(ring->guest, ring->tail_register, ring->next);
	guest__run(ring->guest);
}

/* One descriptor at the tail, which is not yet told. */
static inline uint8_t *tx__put_words(struct ring *ring, uint64_t first, uint64_t second)
{
	uint8_t *descriptor = ring__descriptor(ring, ring->next);

	put_le64(descriptor, first);
	put_le64(descriptor + 8, second);
	ring->next = (ring->next + 1) % ring->length;
	return descriptor;
}

/* Data in the buffer of its descriptor. @bits: of the second word, besides the length. */
static inline uint8_t *tx__put(struct ring *ring, const void *data, size_t bytes, uint64_t bits)
{
	uint64_t buffer = ring__buffer(ring, ring->next);

	memcpy(guest__at(ring->guest, buffer), data, bytes);
	return tx__put_words(ring, buffer, (uint64_t)bytes << 34 | bits);
}

static inline void tx__kick(struct ring *ring)
{
	ring__kick(ring);
}

/* Each descriptor with its own buffer. */
static inline void rx__fill(struct ring *ring, unsigned int count)
{
	for (; count; count--) {
		uint8_t *descriptor = ring__descriptor(ring, ring->next);

		memset(descriptor, 0, ring->descriptor_bytes);
		put_le64(descriptor, ring__buffer(ring, ring->next));
		ring->next = (ring->next + 1) % ring->length;
	}
	ring__kick(ring);
}

static inline void *rx__data(struct ring *ring, unsigned int at)
{
	return guest__at(ring->guest, ring__buffer(ring, at));
}

#endif
