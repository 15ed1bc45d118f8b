/* SPDX-License-Identifier: MIT */
/*
 * The least a driver of the E810 does, for the model's tests: admin queues, a VSI that takes
 * frames, the scheduler's tree, rings. It knows the device by its registers and commands alone.
 */
#ifndef ICE_DRIVER_H
#define ICE_DRIVER_H

#include "ice/ice.h"
#include "ice/model.h"
#include "ice/registers.h"
#include "ice/vsi.h"
#include "intel/tests/driver.h"

#define DRIVER_LAYERS 9u

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

static const struct nic_model *const driver_model = &ice_model;

static inline void driver__start_admin_queues(struct driver *driver, unsigned int length)
{
	static const struct admin_ring_registers send = {
		PF_FW_ATQBAL, PF_FW_ATQBAH, PF_FW_ATQLEN, PF_FW_ATQH, PF_FW_ATQT,
	};
	static const struct admin_ring_registers receive = {
		PF_FW_ARQBAL, PF_FW_ARQBAH, PF_FW_ARQLEN, PF_FW_ARQH, PF_FW_ARQT,
	};

	driver__start_rings(driver, length, &send, &receive);
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
	struct ring ring = ring__allocate(driver, queue, QTX_COMM_DBELL(queue), length, 16, 2048);
	unsigned int bytes = tx__fill_command(driver, queue, ring.base, length);

	assert_int_equal(driver__command_of(driver, 0x0c30, 1, bytes), ADMIN_OK);
	return ring;
}

static inline unsigned int tx__head(struct ring *ring)
{
	return guest__read32(ring->guest, QTX_COMM_HEAD(ring->queue));
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

/* An RX ring with its context in the registers, not enabled. */
static inline struct ring rx__prepare(struct driver *driver, unsigned int queue,
				      unsigned int length, uint32_t buffer_bytes)
{
	struct ring ring = ring__allocate(driver, queue, QRX_TAIL(queue), length, 32, buffer_bytes);
	uint8_t context[32] = { 0 };

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

static inline bool rx__disable(struct ring *ring)
{
	guest__write32(ring->guest, QRX_CTRL(ring->queue), 0);
	return !guest__read32(ring->guest, QRX_CTRL(ring->queue));
}

static inline struct ring rx__create(struct driver *driver, unsigned int queue, unsigned int length,
				     uint32_t buffer_bytes)
{
	struct ring ring = rx__prepare(driver, queue, length, buffer_bytes);

	assert_true(rx__enable(&ring));
	return ring;
}

static inline unsigned int rx__status(struct ring *ring, unsigned int at)
{
	return le16(ring__descriptor(ring, at) + 8);
}

static inline unsigned int rx__type(struct ring *ring, unsigned int at)
{
	return bits(le16(ring__descriptor(ring, at) + 2), 0, 10);
}

static inline size_t rx__bytes(struct ring *ring, unsigned int at)
{
	return bits(le16(ring__descriptor(ring, at) + 4), 0, 14);
}

#endif
