/* SPDX-License-Identifier: MIT */
/*
 * The least a driver of the E810 does, for the model's tests: admin queues, a VSI that takes
 * frames, the scheduler's tree, rings. It knows the device by its registers and commands alone.
 */
#ifndef ICE_DRIVER_H
#define ICE_DRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "frame/bytes.h"
#include "ice/ice.h"
#include "ice/model.h"
#include "ice/registers.h"
#include "ice/vsi.h"
#include "intel/admin_command.h"
#include "intel/admin_ring.h"
#include "test/fake_guest.h"

#define DRIVER_AQ_LENGTH 8u
#define DRIVER_EVENT_BYTES 512u
#define DRIVER_LAYERS 9u

#define AQ_FLAG_ERROR 0x0004
#define AQ_FLAG_DATA_IN 0x0400
#define AQ_FLAG_BUFFER 0x1000
#define AQ_FLAG_QUIET 0x2000

#define TX_END (UINT64_C(1) << 4)
#define TX_REPORT (UINT64_C(2) << 4)
#define TX_LAST (TX_END | TX_REPORT)
#define RX_DONE 0x0001u
#define RX_END 0x0002u

/* Recipes, and elements of rules. */
#define RECIPE_ETHERTYPE 0u
#define RECIPE_ADDRESS 1u
#define RECIPE_KIND 3u
#define RECIPE_VLAN 4u
#define RECIPE_ANY 5u
#define RECIPE_KIND_VLAN 9u
#define RULE_BYTES 32u
#define RULE_RX 0u
#define RULE_TX 1u
#define RULE_PRUNE 2u
#define RULE_LIST (1u << 14)
#define RULE_DROP (1u << 18)
#define RULE_TO(vsi) ((uint32_t)(vsi) << 4 | 1u << 17)

struct driver {
	struct guest *guest;
	uint64_t atq, arq, data, events;
	unsigned int atq_tail;
	uint8_t answer[16];		/* parameters of the last command's answer */
	uint16_t vsi;
	uint32_t group;			/* the element of the scheduler that queues are under */
};

struct ring {
	struct guest *guest;
	unsigned int queue, length, next;
	uint64_t base, buffers;
	uint32_t buffer_bytes;
};

static inline uint8_t *driver__data(struct driver *driver)
{
	return guest__at(driver->guest, driver->data);
}

/* Empty descriptors of the ARQ have a buffer each. */
static inline void driver__start_admin_queues(struct driver *driver, unsigned int length)
{
	struct guest *guest = driver->guest;

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
	guest__write32(guest, PF_FW_ATQH, 0);
	guest__write32(guest, PF_FW_ATQT, 0);
	guest__write32(guest, PF_FW_ATQLEN, length | ADMIN_RING_ENABLE);
	guest__write32(guest, PF_FW_ATQBAL, (uint32_t)driver->atq);
	guest__write32(guest, PF_FW_ATQBAH, driver->atq >> 32);
	guest__write32(guest, PF_FW_ARQH, 0);
	guest__write32(guest, PF_FW_ARQLEN, length | ADMIN_RING_ENABLE);
	guest__write32(guest, PF_FW_ARQBAL, (uint32_t)driver->arq);
	guest__write32(guest, PF_FW_ARQBAH, driver->arq >> 32);
	guest__write32(guest, PF_FW_ARQT, length - 1);
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
	guest__write32(driver->guest, PF_FW_ATQT, driver->atq_tail);
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
	assert_int_equal(guest__read32(driver->guest, PF_FW_ATQH), driver->atq_tail);
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

/* @count elements under @parent. Returns the number of the first. */
static inline uint32_t driver__add_elements(struct driver *driver, uint32_t parent,
					    unsigned int count)
{
	uint8_t *data = driver__data(driver);

	memset(data, 0, 8 + 24 * count);
	put_le32(data, parent);
	put_le16(data + 4, count);
	assert_int_equal(driver__command_of(driver, 0x0401, 1, 8 + 24 * count), ADMIN_OK);
	return le32(data + 8 + 4);
}

/* From the traffic class of the default tree down to a group of queues. */
static inline void driver__start_scheduler(struct driver *driver)
{
	uint8_t *data = driver__data(driver);
	uint32_t element;

	memset(data, 0, 8 + 24 * DRIVER_LAYERS);
	assert_int_equal(driver__command_of(driver, 0x0400, 0, 8 + 24 * DRIVER_LAYERS), ADMIN_OK);
	element = le32(data + 8 + 24 * 1 + 4);
	for (unsigned int layer = 2; layer < DRIVER_LAYERS - 1; layer++)
		element = driver__add_elements(driver, element, 1);
	driver->group = element;
}

/*
 * The properties of a VSI with all queues from @first on, 2^@log of them, and the PF's RSS table.
 */
static inline void vsi__fill(uint8_t properties[ICE_VSI_PROPERTIES], unsigned int first,
			     unsigned int log)
{
	memset(properties, 0, ICE_VSI_PROPERTIES);
	properties[VSI_VLAN_FLAGS] = VLAN_KEEP << VLAN_STRIP_LOW;
	put_le16(properties + VSI_QUEUE_MAPPING, first);
	put_le16(properties + VSI_TC_MAPPING, log << 11);
	properties[VSI_QUEUE_OPTIONS] = RSS_TABLE_OF_PF;
}

static inline uint16_t driver__add_vsi(struct driver *driver, unsigned int first, unsigned int log)
{
	vsi__fill(driver__data(driver), first, log);
	assert_int_equal(driver__command_of(driver, 0x0210, 0, ICE_VSI_PROPERTIES), ADMIN_OK);
	return le16(driver->answer);
}

/* A rule in driver__data(); @address may be NULL. */
static inline void rule__fill(uint8_t *rule, unsigned int type, unsigned int recipe,
			      uint32_t action, const uint8_t *address)
{
	memset(rule, 0, RULE_BYTES);
	put_le16(rule, type);
	put_le16(rule + 4, recipe);
	put_le32(rule + 8, action);
	put_le16(rule + 14, 16);
	if (address)
		memcpy(rule + 16, address, 6);
}

static inline unsigned int driver__add_rule(struct driver *driver)
{
	assert_int_equal(driver__command_of(driver, 0x02a0, 1, RULE_BYTES), ADMIN_OK);
	return le16(driver__data(driver) + 12);
}

/* A rule for all that comes to @address, or all of its kind. Returns its number. */
static inline unsigned int driver__take(struct driver *driver, unsigned int recipe,
					const uint8_t *address, unsigned int vsi)
{
	rule__fill(driver__data(driver), RULE_RX, recipe, RULE_TO(vsi), address);
	return driver__add_rule(driver);
}

static const uint8_t port_address[6] = { 0x02, 0, 0, 0, 0, 0x01 };

/* With a VSI of queue 0 that takes what comes to the port's address, and the link up. */
static inline struct driver driver__start(void)
{
	struct driver driver = { .guest = guest__create(&ice_model) };

	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
	driver__start_scheduler(&driver);
	driver.vsi = driver__add_vsi(&driver, 0, 0);
	driver__take(&driver, RECIPE_ADDRESS, port_address, driver.vsi);
	return driver;
}

static inline void driver__stop(struct driver *driver)
{
	guest__destroy(driver->guest);
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

/* The command that adds a TX queue, with its context, in driver__data(). Returns its bytes. */
static inline unsigned int tx__fill_command(struct driver *driver, unsigned int queue,
					    uint64_t base, unsigned int length)
{
	uint8_t *data = driver__data(driver);

	memset(data, 0, 56);
	put_le32(data, driver->group);
	data[4] = 1;
	put_le16(data + 8, queue);
	context__set(data + 16, 0, 57, base / 128);
	context__set(data + 16, 80, 10, driver->vsi);
	context__set(data + 16, 135, 13, length);
	return 56;
}

static inline struct ring tx__create(struct driver *driver, unsigned int queue, unsigned int length)
{
	struct ring ring = { .guest = driver->guest, .queue = queue, .length = length };
	unsigned int bytes;

	ring.base = guest__alloc(driver->guest, 16 * length, 128);
	ring.buffers = guest__alloc(driver->guest, 2048 * length, 4096);
	ring.buffer_bytes = 2048;
	bytes = tx__fill_command(driver, queue, ring.base, length);
	assert_int_equal(driver__command_of(driver, 0x0c30, 1, bytes), ADMIN_OK);
	return ring;
}

/* Disables a TX queue of the group. Returns the command's result. */
static inline unsigned int tx__disable(struct driver *driver, unsigned int queue)
{
	uint8_t *data = driver__data(driver), parameters[16] = { [1] = 1 };

	memset(data, 0, 8);
	put_le32(data, driver->group);
	data[4] = 1;
	put_le16(data + 6, queue);
	return driver__command(driver, 0x0c31, parameters, 8);
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
	guest__write32(ring->guest, QTX_COMM_DBELL(ring->queue), ring->next);
	guest__run(ring->guest);
}

/* An RX ring with its context in the registers, not enabled. */
static inline struct ring rx__prepare(struct driver *driver, unsigned int queue,
				      unsigned int length, uint32_t buffer_bytes)
{
	struct ring ring = { .guest = driver->guest, .queue = queue, .length = length };
	uint8_t context[32] = { 0 };

	ring.base = guest__alloc(driver->guest, 32 * length, 128);
	ring.buffers = guest__alloc(driver->guest, buffer_bytes * length, 4096);
	ring.buffer_bytes = buffer_bytes;
	context__set(context, 32, 57, ring.base / 128);
	context__set(context, 89, 13, length);
	context__set(context, 102, 7, buffer_bytes / 128);
	context__set(context, 116, 1, 1);
	context__set(context, 117, 1, 1);
	context__set(context, 174, 14, 9728);
	for (unsigned int i = 0; i < 8; i++)
		guest__write32(driver->guest, QRX_CONTEXT(i, queue), le32(context + 4 * i));
	guest__write32(driver->guest, QRXFLXP_CNTXT(queue), 2 | 3 << 8);
	guest__write32(driver->guest, QRX_TAIL(queue), 0);
	return ring;
}

/* Changes the context in the registers. */
static inline void rx__set_context(struct ring *ring, unsigned int low, unsigned int width,
				   uint64_t value)
{
	uint8_t context[32];

	for (unsigned int i = 0; i < 8; i++)
		put_le32(context + 4 * i, guest__read32(ring->guest, QRX_CONTEXT(i, ring->queue)));
	context__set(context, low, width, value);
	for (unsigned int i = 0; i < 8; i++)
		guest__write32(ring->guest, QRX_CONTEXT(i, ring->queue), le32(context + 4 * i));
}

static inline bool rx__enable(struct ring *ring)
{
	guest__write32(ring->guest, QRX_CTRL(ring->queue), QRX_CTRL_REQUEST);
	return guest__read32(ring->guest, QRX_CTRL(ring->queue)) & QRX_CTRL_STATUS;
}

/* Each descriptor with its own buffer. */
static inline void rx__fill(struct ring *ring, unsigned int count)
{
	for (; count; count--) {
		uint8_t *descriptor = guest__at(ring->guest, ring->base + 32 * ring->next);

		memset(descriptor, 0, 32);
		put_le64(descriptor, ring->buffers + (uint64_t)ring->buffer_bytes * ring->next);
		ring->next = (ring->next + 1) % ring->length;
	}
	guest__write32(ring->guest, QRX_TAIL(ring->queue), ring->next);
	guest__run(ring->guest);
}

static inline struct ring rx__create(struct driver *driver, unsigned int queue, unsigned int length,
				     uint32_t buffer_bytes)
{
	struct ring ring = rx__prepare(driver, queue, length, buffer_bytes);

	assert_true(rx__enable(&ring));
	return ring;
}

static inline uint8_t *rx__descriptor(struct ring *ring, unsigned int at)
{
	return guest__at(ring->guest, ring->base + 32 * (at % ring->length));
}

static inline unsigned int rx__status(struct ring *ring, unsigned int at)
{
	return le16(rx__descriptor(ring, at) + 8);
}

static inline unsigned int rx__type(struct ring *ring, unsigned int at)
{
	return bits(le16(rx__descriptor(ring, at) + 2), 0, 10);
}

static inline size_t rx__bytes(struct ring *ring, unsigned int at)
{
	return bits(le16(rx__descriptor(ring, at) + 4), 0, 14);
}

static inline void *rx__data(struct ring *ring, unsigned int at)
{
	return guest__at(ring->guest,
			 ring->buffers + (uint64_t)ring->buffer_bytes * (at % ring->length));
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
