// SPDX-License-Identifier: MIT
/* VSIs of the E810, and RSS over the queues of one. */
#include "frame/toeplitz.h"
#include "steering.h"

#define HASHED 0x1000u
#define TCP 6u
#define UDP 17u

static void a_vsi_that_is_freed_receives_nothing(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	assert_int_equal(driver__command_of(&driver, 0x0213, driver.vsi | 0x8000, 0), ADMIN_OK);
	assert_false(arrives(&driver, port_address, 0));
	assert_int_equal(driver__command_of(&driver, 0x0213, driver.vsi, 0), ADMIN_ENOENT);
	assert_int_equal(driver__command_of(&driver, 0x0213, 0x3ff, 0), ADMIN_ENOENT);

	/* The next one has its number, and none of its rules. */
	assert_int_equal(driver__add_vsi(&driver, 0, 0), driver.vsi);
	assert_false(arrives(&driver, port_address, 0));
	driver__stop(&driver);
}

/* Its rules about what it sends are none of the next one's either. */
static void a_vsi_that_is_freed_blocks_nothing(void **state)
{
	struct driver driver = driver__start();
	struct ring ring;
	uint8_t *data;

	(void)state;
	data = driver__data(&driver);
	rule__fill(data, RULE_TX, RECIPE_ETHERTYPE, RULE_DROP | 1u << 17, NULL);
	put_le16(data + 6, driver.vsi);
	put_be16(data + 16 + 12, 0x8808);
	driver__add_rule(&driver);
	assert_int_equal(driver__command_of(&driver, 0x0213, driver.vsi, 0), ADMIN_OK);
	assert_int_equal(driver__add_vsi(&driver, 0, 0), driver.vsi);
	ring = tx__create(&driver, 0, 8);
	frame__make(frame, 60, 0);
	put_be16(frame + 12, 0x8808);
	tx__put(&ring, frame, 60, TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 1);
	driver__stop(&driver);
}

static void a_vsi_with_a_tx_queue_is_not_freed(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	tx__create(&driver, 0, 8);
	assert_int_equal(driver__command_of(&driver, 0x0213, driver.vsi, 0), ADMIN_EBUSY);
	assert_int_equal(tx__disable(&driver, 0), ADMIN_OK);
	assert_int_equal(driver__command_of(&driver, 0x0213, driver.vsi, 0), ADMIN_OK);
	driver__stop(&driver);
}

static void an_update_changes_only_the_sections_that_are_valid(void **state)
{
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver);

	(void)state;
	memset(data, 0xff, ICE_VSI_PROPERTIES);
	put_le16(data, 0x0004);
	assert_int_equal(driver__command_of(&driver, 0x0211, driver.vsi, ICE_VSI_PROPERTIES),
			 ADMIN_OK);
	memset(data, 0, ICE_VSI_PROPERTIES);
	assert_int_equal(driver__command_of(&driver, 0x0212, driver.vsi, ICE_VSI_PROPERTIES),
			 ADMIN_OK);
	assert_int_equal(data[VSI_VLAN_FLAGS], 0xff);
	assert_int_equal(data[VSI_SWITCH_FLAGS2], 0);
	assert_int_equal(data[VSI_QUEUE_OPTIONS], RSS_TABLE_OF_PF);
	driver__stop(&driver);
}

/* What the tests put into a table: no part of it is like another. */
static unsigned int table__queue(unsigned int entry)
{
	return (entry * 5 + (entry >> 3) + (entry >> 6) * 3 + (entry >> 9)) % 8;
}

/* Eight queues, a key, and the table that the flags of the command name. */
static void rss__start(struct driver *driver, struct ring rings[8], uint16_t flags, uint8_t options,
		       uint8_t key[52], unsigned int entries)
{
	uint8_t parameters[16] = { 0 };
	uint8_t *data;

	*driver = (struct driver){ .guest = guest__create(&ice_model) };
	driver__start_admin_queues(driver, DRIVER_AQ_LENGTH);
	data = driver__data(driver);
	vsi__fill(data, 0, 3);
	data[VSI_QUEUE_OPTIONS] = options;
	assert_int_equal(driver__command_of(driver, 0x0210, 0, ICE_VSI_PROPERTIES), ADMIN_OK);
	driver->vsi = le16(driver->answer);
	driver__take(driver, RECIPE_ADDRESS, port_address, driver->vsi);
	for (unsigned int i = 0; i < 8; i++) {
		rings[i] = rx__create(driver, i, 128, 2048);
		rx__fill(&rings[i], 127);
	}
	for (unsigned int i = 0; i < 52; i++)
		key[i] = (uint8_t)(i * 37 + 11);
	memcpy(data, key, 52);
	assert_int_equal(driver__command_of(driver, 0x0b02, driver->vsi | 0x8000, 52), ADMIN_OK);
	for (unsigned int i = 0; i < entries; i++)
		data[i] = table__queue(i);
	put_le16(parameters, driver->vsi | 0x8000);
	put_le16(parameters + 2, flags);
	assert_int_equal(driver__command(driver, 0x0b03, parameters, entries), ADMIN_OK);
	memset(data, 0xee, entries);
	assert_int_equal(driver__command(driver, 0x0b05, parameters, entries), ADMIN_OK);
	assert_int_equal(data[entries - 1], table__queue(entries - 1));
}

/* Rows: the table, what the VSI says of it, its entries. */
static void frames_go_to_the_queue_that_their_hash_says(void **state)
{
	static const struct { uint16_t flags; uint8_t options; unsigned int entries; } rows[] = {
		{ 0x0009, RSS_TABLE_OF_PF, 2048 }, { 0x0000, 0, 128 }, { 0x0000, 0, 64 },
		{ 0x0036, RSS_TABLE_OF_ALL | 3 << RSS_GLOBAL_TABLE_LOW, 512 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned int next[8] = { 0 }, used = 0;
		struct driver driver;
		struct ring rings[8];
		uint8_t key[52];

		rss__start(&driver, rings, rows[i].flags, rows[i].options, key, rows[i].entries);
		for (unsigned int flow = 0; flow < 64; flow++) {
			const uint8_t addresses[8] = { 10, 0, flow, 1, 10, 0, 0, 2 };
			uint8_t input[12];
			uint32_t hash;
			unsigned int queue, status;

			memcpy(input, addresses, 8);
			put_be16(input + 8, 1000 + 7 * flow);
			put_be16(input + 10, 2000);
			hash = toeplitz__hash(key, 52, input, 12);
			queue = table__queue(hash % rows[i].entries);
			guest__inject(driver.guest, frame,
				      frame__make_ipv4(frame, flow % 2 ? UDP : TCP, addresses,
						       1000 + 7 * flow, 2000, 64));
			status = rx__status(&rings[queue], next[queue]);
			assert_int_equal(status & (RX_END | HASHED), RX_END | HASHED);
			assert_int_equal(le32(ring__descriptor(&rings[queue], next[queue]) + 12),
					 hash);
			used |= 1u << queue;
			next[queue]++;
		}
		assert_int_equal(used, 0xff);
		driver__stop(&driver);
	}
}

static void of_an_entry_as_many_bits_count_as_the_class_has_queues(void **state)
{
	static const uint8_t addresses[8] = { 10, 0, 0, 1, 10, 0, 0, 2 };
	struct driver driver;
	struct ring rings[8];
	uint8_t key[52];

	(void)state;
	rss__start(&driver, rings, 0x0009, RSS_TABLE_OF_PF, key, 2048);
	memset(driver__data(&driver), 0, ICE_VSI_PROPERTIES);
	put_le16(driver__data(&driver), 0x0040);
	put_le16(driver__data(&driver) + VSI_TC_MAPPING, 2 | 1 << 11);	/* two, from the third on */
	assert_int_equal(driver__command_of(&driver, 0x0211, driver.vsi, ICE_VSI_PROPERTIES),
			 ADMIN_OK);
	for (unsigned int flow = 0; flow < 64; flow++)
		guest__inject(driver.guest, frame,
			      frame__make_ipv4(frame, UDP, addresses, 7 * flow, 2000, 64));
	assert_int_equal(guest__counter(driver.guest, "rx_queue_2") +
			 guest__counter(driver.guest, "rx_queue_3"), 64);
	driver__stop(&driver);
}

static void fragments_and_other_protocols_are_hashed_over_addresses(void **state)
{
	static const uint8_t addresses[8] = { 10, 0, 0, 1, 10, 0, 0, 2 };
	struct driver driver;
	struct ring rings[8];
	uint8_t key[52];
	uint32_t hash;

	(void)state;
	rss__start(&driver, rings, 0x0009, RSS_TABLE_OF_PF, key, 2048);
	/* All to queue 0, to find them. */
	put_le16(driver__data(&driver), 0x0040);
	memset(driver__data(&driver) + 2, 0, ICE_VSI_PROPERTIES - 2);
	assert_int_equal(driver__command_of(&driver, 0x0211, driver.vsi, ICE_VSI_PROPERTIES),
			 ADMIN_OK);
	hash = toeplitz__hash(key, 52, addresses, 8);

	guest__inject(driver.guest, frame, frame__make_ipv4(frame, 1, addresses, 1, 2, 64));
	frame__make_ipv4(frame, UDP, addresses, 1, 2, 64);
	put_be16(frame + 20, 0x2000);
	guest__inject(driver.guest, frame, 64);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(rx__status(&rings[0], i) & HASHED, HASHED);
		assert_int_equal(le32(ring__descriptor(&rings[0], i) + 12), hash);
	}
	guest__inject(driver.guest, frame, frame__make(frame, 64, 0));
	assert_int_equal(rx__status(&rings[0], 2), RX_DONE | RX_END);
	driver__stop(&driver);
}

/* Rows: the VSI and the flags of a table, its bytes. */
static void tables_that_are_not_there_are_refused(void **state)
{
	static const struct { uint16_t vsi, flags, bytes; } rows[] = {
		{ 0, 0x0009, 4096 }, { 0, 0x0009, 2047 }, { 0, 0, 256 }, { 0, 3, 64 },
		{ 31, 0, 64 }, { 0x3ff, 0, 64 }, { 0, 0x0006, 513 },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t parameters[16] = { 0 };

		put_le16(parameters, rows[i].vsi);
		put_le16(parameters + 2, rows[i].flags);
		assert_int_not_equal(driver__command(&driver, 0x0b03, parameters, rows[i].bytes),
				     ADMIN_OK);
	}
	assert_int_equal(driver__command_of(&driver, 0x0b02, 31, 52), ADMIN_ENOENT);
	assert_int_equal(driver__command_of(&driver, 0x0b04, 31, 52), ADMIN_ENOENT);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vsi_that_is_freed_receives_nothing),
		cmocka_unit_test(a_vsi_that_is_freed_blocks_nothing),
		cmocka_unit_test(a_vsi_with_a_tx_queue_is_not_freed),
		cmocka_unit_test(an_update_changes_only_the_sections_that_are_valid),
		cmocka_unit_test(frames_go_to_the_queue_that_their_hash_says),
		cmocka_unit_test(of_an_entry_as_many_bits_count_as_the_class_has_queues),
		cmocka_unit_test(fragments_and_other_protocols_are_hashed_over_addresses),
		cmocka_unit_test(tables_that_are_not_there_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
