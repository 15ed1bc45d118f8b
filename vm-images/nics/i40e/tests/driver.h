/* SPDX-License-Identifier: MIT */
/*
 * The least a driver of the XL710 does, for the model's tests: admin queues, queue contexts in the
 * host memory cache, rings. It knows the device by its registers alone.
 */
#ifndef I40E_DRIVER_H
#define I40E_DRIVER_H

#include "i40e/i40e.h"
#include "i40e/model.h"
#include "i40e/registers.h"
#include "i40e/vsi.h"
#include "intel/tests/driver.h"

#define DRIVER_HMC_BYTES 32768u
#define DRIVER_RX_CONTEXTS 16384u	/* behind 128 TX contexts of 128 bytes */

static const struct nic_model *const driver_model = &i40e_model;

static inline void driver__start_admin_queues(struct driver *driver, unsigned int length)
{
	static const struct admin_ring_registers send = {
		PF_ATQBAL, PF_ATQBAH, PF_ATQLEN, PF_ATQH, PF_ATQT,
	};
	static const struct admin_ring_registers receive = {
		PF_ARQBAL, PF_ARQBAH, PF_ARQLEN, PF_ARQH, PF_ARQT,
	};

	driver__start_rings(driver, length, &send, &receive);
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

static inline bool rx__disable(struct ring *ring)
{
	guest__write32(ring->guest, QRX_ENA(ring->queue), 0);
	return !guest__read32(ring->guest, QRX_ENA(ring->queue));
}

/* A TX ring with a context, not enabled. @writes_head: else descriptors are written back. */
static inline struct ring tx__prepare(struct driver *driver, unsigned int queue,
				      unsigned int length, bool writes_head)
{
	struct ring ring = ring__allocate(driver, queue, QTX_TAIL(queue), length, 16, 2048);
	uint8_t *context = driver__tx_context(driver, queue);

	ring.head = guest__alloc(driver->guest, 8, 8);
	memset(context, 0, 128);
	context__set(context, 32, 57, ring.base / 128);
	context__set(context, 91, 1, 1);
	context__set(context, 128 + 32, 1, writes_head);
	context__set(context, 128 + 33, 13, length);
	context__set(context, 128 + 64, 64, ring.head);
	return ring;
}

static inline struct ring tx__create(struct driver *driver, unsigned int queue, unsigned int length)
{
	struct ring ring = tx__prepare(driver, queue, length, true);

	assert_true(tx__enable(&ring));
	return ring;
}

static inline unsigned int tx__head(struct ring *ring)
{
	return le32(guest__at(ring->guest, ring->head));
}

static inline struct ring rx__prepare(struct driver *driver, unsigned int queue,
				      unsigned int length, uint32_t buffer_bytes,
				      bool wide)
{
	struct ring ring = ring__allocate(driver, queue, QRX_TAIL(queue), length, wide ? 32 : 16,
					  buffer_bytes);
	uint8_t *context = driver__rx_context(driver, queue);

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

static inline uint64_t rx__first(struct ring *ring, unsigned int at)
{
	return le64(ring__descriptor(ring, at));
}

static inline uint64_t rx__second(struct ring *ring, unsigned int at)
{
	return le64(ring__descriptor(ring, at) + 8);
}

static inline unsigned int rx__status(struct ring *ring, unsigned int at)
{
	return rx__second(ring, at) & (RX_DONE | RX_END);
}

static inline size_t rx__bytes(struct ring *ring, unsigned int at)
{
	return bits(rx__second(ring, at), 38, 14);
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

#endif
