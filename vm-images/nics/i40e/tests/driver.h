/* SPDX-License-Identifier: MIT */
/*
 * The least a driver of the XL710 does, for the model's tests: admin queues, queue contexts in the
 * host memory cache, rings. It knows the device by its registers alone.
 */
#ifndef I40E_DRIVER_H
#define I40E_DRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "frame/bytes.h"
#include "i40e/i40e.h"
#include "i40e/model.h"
#include "i40e/registers.h"
#include "i40e/vsi.h"
#include "intel/admin_command.h"
#include "intel/admin_ring.h"
#include "test/fake_guest.h"

#define DRIVER_AQ_LENGTH 8u
#define DRIVER_DATA_MAX 4096u
#define DRIVER_HMC_BYTES 32768u
#define DRIVER_RX_CONTEXTS 16384u	/* behind 128 TX contexts of 128 bytes */

#define AQ_FLAG_ERROR 0x0004
#define AQ_FLAG_DATA_IN 0x0400
#define AQ_FLAG_BUFFER 0x1000
#define AQ_FLAG_QUIET 0x2000

#define TX_END (UINT64_C(1) << 4)
#define TX_REPORT (UINT64_C(2) << 4)
#define TX_LAST (TX_END | TX_REPORT)
#define RX_DONE UINT64_C(0x1)
#define RX_END UINT64_C(0x2)

struct driver {
	struct guest *guest;
	uint64_t atq, arq, data, hmc;
	unsigned int atq_tail;
	uint8_t answer[16];		/* parameters of the last command's answer */
};

struct ring {
	struct guest *guest;
	unsigned int queue, length, next;
	uint64_t base, buffers, head;	/* head: where the device writes it */
	uint32_t buffer_bytes;
};

static inline uint8_t *driver__data(struct driver *driver)
{
	return guest__at(driver->guest, driver->data);
}

static inline void driver__start_admin_queues(struct driver *driver, unsigned int length)
{
	struct guest *guest = driver->guest;

	driver->atq = guest__alloc(guest, 32 * length, 4096);
	driver->arq = guest__alloc(guest, 32 * length, 4096);
	driver->data = guest__alloc(guest, DRIVER_DATA_MAX, 4096);
	driver->atq_tail = 0;
	guest__write32(guest, PF_ATQH, 0);
	guest__write32(guest, PF_ATQT, 0);
	guest__write32(guest, PF_ATQLEN, length | ADMIN_RING_ENABLE);
	guest__write32(guest, PF_ATQBAL, (uint32_t)driver->atq);
	guest__write32(guest, PF_ATQBAH, driver->atq >> 32);
	guest__write32(guest, PF_ARQH, 0);
	guest__write32(guest, PF_ARQLEN, length | ADMIN_RING_ENABLE);
	guest__write32(guest, PF_ARQBAL, (uint32_t)driver->arq);
	guest__write32(guest, PF_ARQBAH, driver->arq >> 32);
	guest__write32(guest, PF_ARQT, length - 1);
}

/* Private memory of one direct segment of as many pages as there are. */
static inline void driver__start_hmc(struct driver *driver)
{
	struct guest *guest = driver->guest;

	driver->hmc = guest__alloc(guest, DRIVER_HMC_BYTES, 4096);
	guest__write32(guest, PFHMC_SDDATAHIGH, driver->hmc >> 32);
	guest__write32(guest, PFHMC_SDDATALOW,
		       (uint32_t)driver->hmc | SDDATA_VALID | SDDATA_DIRECT |
		       (DRIVER_HMC_BYTES / 4096) << SDDATA_PAGES_LOW);
	guest__write32(guest, PFHMC_SDCMD, SDCMD_WRITE);
	guest__write32(guest, GLHMC_LANTXBASE, 0);
	guest__write32(guest, GLHMC_LANTXCNT, I40E_QUEUES);
	guest__write32(guest, GLHMC_LANRXBASE, DRIVER_RX_CONTEXTS / 512);
	guest__write32(guest, GLHMC_LANRXCNT, I40E_QUEUES);
}

static inline struct driver driver__start(void)
{
	struct driver driver = { .guest = guest__create(&i40e_model) };

	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
	driver__start_hmc(&driver);
	return driver;
}

static inline void driver__stop(struct driver *driver)
{
	guest__destroy(driver->guest);
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
	guest__write32(driver->guest, PF_ATQT, driver->atq_tail);
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
	assert_int_equal(guest__read32(driver->guest, PF_ATQH), driver->atq_tail);
	assert_int_equal(le16(descriptor) & 3, 3);
	assert_int_equal(!!(le16(descriptor) & AQ_FLAG_ERROR), !!le16(descriptor + 6));
	memcpy(driver->answer, descriptor + 16, 16);
	return le16(descriptor + 6);
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

static inline uint8_t *driver__tx_context(struct driver *driver, unsigned int queue)
{
	return guest__at(driver->guest, driver->hmc + 128 * queue);
}

static inline uint8_t *driver__rx_context(struct driver *driver, unsigned int queue)
{
	return guest__at(driver->guest, driver->hmc + DRIVER_RX_CONTEXTS + 32 * queue);
}

static inline bool tx__enable(struct ring *ring)
{
	guest__write32(ring->guest, QTX_ENA(ring->queue), QENA_REQUEST);
	return guest__read32(ring->guest, QTX_ENA(ring->queue)) & QENA_STATUS;
}

static inline bool rx__enable(struct ring *ring)
{
	guest__write32(ring->guest, QRX_ENA(ring->queue), QENA_REQUEST);
	return guest__read32(ring->guest, QRX_ENA(ring->queue)) & QENA_STATUS;
}

/* A TX ring with a context, not enabled. @writes_head: else descriptors are written back. */
static inline struct ring tx__prepare(struct driver *driver, unsigned int queue,
				      unsigned int length, bool writes_head)
{
	struct ring ring = { .guest = driver->guest, .queue = queue, .length = length };
	uint8_t *context = driver__tx_context(driver, queue);

	ring.base = guest__alloc(driver->guest, 16 * length + 8, 128);
	ring.buffers = guest__alloc(driver->guest, 2048 * length, 4096);
	ring.head = ring.base + 16 * length;
	ring.buffer_bytes = 2048;
	memset(context, 0, 128);
	context__set(context, 32, 57, ring.base / 128);
	context__set(context, 91, 1, 1);
	context__set(context, 128 + 32, 1, writes_head);
	context__set(context, 128 + 33, 13, length);
	context__set(context, 128 + 64, 64, ring.head);
	return ring;
}

static inline struct ring tx__create(struct driver *driver, unsigned int queue, unsigned int length,
				     bool writes_head)
{
	struct ring ring = tx__prepare(driver, queue, length, writes_head);

	assert_true(tx__enable(&ring));
	return ring;
}

/* One descriptor at the tail, which is not yet told. */
static inline uint8_t *tx__put_words(struct ring *ring, uint64_t first, uint64_t second)
{
	uint8_t *descriptor = guest__at(ring->guest, ring->base + 16 * ring->next);

	put_le64(descriptor, first);
	put_le64(descriptor + 8, second);
	ring->next = (ring->next + 1) % ring->length;
	return descriptor;
}

/* Data in the buffer of its descriptor. @bits: of the second word, besides the length. */
static inline uint8_t *tx__put(struct ring *ring, const void *data, size_t bytes, uint64_t bits)
{
	uint64_t buffer = ring->buffers + 2048 * ring->next;

	memcpy(guest__at(ring->guest, buffer), data, bytes);
	return tx__put_words(ring, buffer, (uint64_t)bytes << 34 | bits);
}

static inline void tx__kick(struct ring *ring)
{
	guest__write32(ring->guest, QTX_TAIL(ring->queue), ring->next);
	guest__run(ring->guest);
}

static inline unsigned int tx__head(struct ring *ring)
{
	return le32(guest__at(ring->guest, ring->head));
}

static inline struct ring rx__prepare(struct driver *driver, unsigned int queue,
				      unsigned int length, uint32_t buffer_bytes,
				      bool wide)
{
	struct ring ring = { .guest = driver->guest, .queue = queue, .length = length };
	uint8_t *context = driver__rx_context(driver, queue);

	ring.base = guest__alloc(driver->guest, 32 * length, 128);
	ring.buffers = guest__alloc(driver->guest, buffer_bytes * length, 4096);
	ring.buffer_bytes = buffer_bytes;
	memset(context, 0, 32);
	context__set(context, 32, 57, ring.base / 128);
	context__set(context, 89, 13, length);
	context__set(context, 102, 7, buffer_bytes / 128);
	context__set(context, 116, 1, wide);
	context__set(context, 174, 14, 9728);
	return ring;
}

static inline struct ring rx__create(struct driver *driver, unsigned int queue, unsigned int length,
				     uint32_t buffer_bytes)
{
	struct ring ring = rx__prepare(driver, queue, length, buffer_bytes, false);

	guest__write32(ring.guest, QRX_TAIL(queue), 0);
	assert_true(rx__enable(&ring));
	return ring;
}

/* Descriptors of 16 bytes, each with its own buffer. */
static inline void rx__fill(struct ring *ring, unsigned int count)
{
	for (; count; count--) {
		uint8_t *descriptor = guest__at(ring->guest, ring->base + 16 * ring->next);

		put_le64(descriptor, ring->buffers + (uint64_t)ring->buffer_bytes * ring->next);
		put_le64(descriptor + 8, 0);
		ring->next = (ring->next + 1) % ring->length;
	}
	guest__write32(ring->guest, QRX_TAIL(ring->queue), ring->next);
	guest__run(ring->guest);
}

static inline uint64_t rx__first(struct ring *ring, unsigned int at)
{
	return le64(guest__at(ring->guest, ring->base + 16 * (at % ring->length)));
}

static inline uint64_t rx__second(struct ring *ring, unsigned int at)
{
	return le64((uint8_t *)guest__at(ring->guest, ring->base + 16 * (at % ring->length)) + 8);
}

static inline size_t rx__bytes(struct ring *ring, unsigned int at)
{
	return bits(rx__second(ring, at), 38, 14);
}

static inline void *rx__data(struct ring *ring, unsigned int at)
{
	return guest__at(ring->guest,
			 ring->buffers + (uint64_t)ring->buffer_bytes * (at % ring->length));
}

/* Interrupts of a queue on a vector, as drivers link them: RX, TX, end. */
static inline void driver__link_vector(struct driver *driver, unsigned int vector,
				       unsigned int queue, unsigned int itr)
{
	uint32_t common = QINT_CAUSE_ENABLE | vector | itr << QINT_ITR_LOW;

	guest__write32(driver->guest, PFINT_LNKLSTN(vector - 1), queue);
	guest__write32(driver->guest, QINT_RQCTL(queue),
		       common | queue << QINT_NEXT_LOW | 1u << QINT_NEXT_TYPE_LOW);
	guest__write32(driver->guest, QINT_TQCTL(queue), common | LNKLST_END << QINT_NEXT_LOW);
}

static inline void driver__enable_vector(struct driver *driver, unsigned int vector)
{
	uint32_t offset = vector ? PFINT_DYN_CTLN(vector - 1) : PFINT_DYN_CTL0;

	guest__write32(driver->guest, offset, DYN_ENABLE | ITR_NONE << DYN_ITR_LOW);
}

/* What filters and RSS see: an Ethernet frame to the port's address, IPv4, UDP or TCP. */
static inline size_t frame__make_ipv4(uint8_t *frame, uint8_t protocol, const uint8_t addresses[8],
				      uint16_t source, uint16_t destination, size_t bytes)
{
	static const uint8_t header[34] = {
		0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x99, 0x08, 0x00,
		0x45, 0, 0, 0, 0x12, 0x34, 0x40, 0, 64,
	};

	memset(frame, 0, bytes);
	memcpy(frame, header, sizeof(header));
	put_be16(frame + 16, bytes - 14);
	frame[23] = protocol;
	memcpy(frame + 26, addresses, 8);
	put_be16(frame + 34, source);
	put_be16(frame + 36, destination);
	if (protocol == 6)
		frame[46] = 0x50;
	if (protocol == 17)
		put_be16(frame + 38, bytes - 34);
	return bytes;
}

/* A frame of any kind to the port's address, with bytes that tell one from another. */
static inline size_t frame__make(uint8_t *frame, size_t bytes, uint8_t seed)
{
	static const uint8_t header[14] = {
		0x02, 0, 0, 0, 0, 0x01, 0x02, 0, 0, 0, 0, 0x99, 0x88, 0xb5,
	};

	for (size_t i = 0; i < bytes; i++)
		frame[i] = (uint8_t)(seed + i * 7 + (i >> 8));
	memcpy(frame, header, sizeof(header));
	return bytes;
}

#endif
