// SPDX-License-Identifier: MIT
/* Which frames the XL710 takes: addresses, VLANs, promiscuous modes. */
#include "driver.h"

#define MAIN_VSI VSI_SEID_FIRST

static uint8_t frame[2048];

static void address__command(struct driver *driver, uint16_t opcode, const uint8_t address[6],
			     uint16_t vlan, uint8_t flags, unsigned int result)
{
	uint8_t parameters[16] = { 1, 0 }, *data = driver__data(driver);

	put_le16(parameters + 2, 0x8000 | MAIN_VSI);
	memset(data, 0, 16);
	memcpy(data, address, 6);
	put_le16(data + 6, vlan);
	data[8] = flags;
	assert_int_equal(driver__command(driver, opcode, parameters, 16), result);
}

static bool takes(struct driver *driver, const uint8_t address[6], int vlan)
{
	uint64_t before = guest__counter(driver->guest, "rx_filtered");

	frame__make(frame, 64, 0);
	memcpy(frame, address, 6);
	if (vlan >= 0) {
		put_be16(frame + 12, 0x8100);
		put_be16(frame + 14, vlan);
	}
	guest__inject(driver->guest, frame, 64);
	return guest__counter(driver->guest, "rx_filtered") == before;
}

static void only_added_addresses_and_vlans_are_taken(void **state)
{
	static const uint8_t own[6] = { 2, 0, 0, 0, 0, 1 }, added[6] = { 2, 0, 0, 0, 0, 7 };
	static const uint8_t group[6] = { 1, 0, 0x5e, 0, 0, 9 };
	struct driver driver = driver__start();

	(void)state;
	assert_true(takes(&driver, own, -1));
	assert_false(takes(&driver, added, -1));
	address__command(&driver, 0x0250, added, 0, 0x05, ADMIN_OK);	/* any VLAN */
	assert_true(takes(&driver, added, -1));
	assert_true(takes(&driver, added, 5));
	address__command(&driver, 0x0251, added, 0, 0x09, ADMIN_OK);
	assert_false(takes(&driver, added, -1));
	address__command(&driver, 0x0251, added, 0, 0x09, ADMIN_ENOENT);

	address__command(&driver, 0x0250, group, 5, 0x01, ADMIN_OK);
	assert_true(takes(&driver, group, 5));
	assert_false(takes(&driver, group, 6));
	assert_false(takes(&driver, group, -1));
	driver__stop(&driver);
}

static void promiscuous__set(struct driver *driver, uint16_t set, uint16_t valid)
{
	uint8_t parameters[16] = { 0 };

	put_le16(parameters, set);
	put_le16(parameters + 2, valid);
	put_le16(parameters + 4, MAIN_VSI);
	assert_int_equal(driver__command(driver, 0x0254, parameters, 0), ADMIN_OK);
}

/* Rows: the flag, and a frame that only it lets pass. */
static void promiscuous_modes_come_and_go(void **state)
{
	static const struct { uint16_t flag; uint8_t address[6]; } rows[] = {
		{ 0x0001, { 2, 0, 0, 0, 0, 0x55 } },
		{ 0x0002, { 1, 0, 0x5e, 0, 0, 9 } },
		{ 0x0004, { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
		{ 0x0008, { 2, 0, 0, 0, 0, 0x55 } },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		assert_false(takes(&driver, rows[i].address, -1));
		promiscuous__set(&driver, rows[i].flag, rows[i].flag);
		assert_true(takes(&driver, rows[i].address, -1));
		promiscuous__set(&driver, 0, 0x8000 | (rows[i].flag ^ 0xf));
		assert_true(takes(&driver, rows[i].address, -1));
		promiscuous__set(&driver, 0, rows[i].flag);
		assert_false(takes(&driver, rows[i].address, -1));
	}
	driver__stop(&driver);
}

static void a_full_address_table_says_so_for_each_address(void **state)
{
	struct driver driver = driver__start();
	uint8_t parameters[16] = { 0 }, *data = driver__data(&driver);

	(void)state;
	put_le16(parameters + 2, 0x8000 | MAIN_VSI);
	put_le16(parameters, 256);
	for (unsigned int round = 0; round < 2; round++) {
		memset(data, 0, 4096);
		for (unsigned int i = 0; i < 256; i++) {
			data[16 * i] = 2;
			data[16 * i + 4] = 1 + round;
			data[16 * i + 5] = i;
		}
		/* The port's own address has a place as well. */
		assert_int_equal(driver__command(&driver, 0x0250, parameters, 4096),
				 round ? ADMIN_ENOSPC : ADMIN_OK);
	}
	assert_int_equal(data[16 * 254 + 12], 1);
	assert_int_equal(data[16 * 255 + 12], 0xff);
	put_le16(parameters, 257);	/* more than the data has */
	assert_int_equal(driver__command(&driver, 0x0250, parameters, 4096), ADMIN_EINVAL);
	driver__stop(&driver);
}

/* The wire keeps it for the queue; a command may take the filter that let it in. */
static void a_frame_that_waits_is_dropped_when_no_filter_takes_it(void **state)
{
	static const uint8_t other[6] = { 2, 0, 0, 0, 0, 0x22 };
	struct driver driver = driver__start();

	(void)state;
	rx__create(&driver, 0, 8, 2048);
	address__command(&driver, 0x0250, other, 0, 0x05, ADMIN_OK);
	frame__make(frame, 64, 0);
	memcpy(frame, other, 6);
	guest__inject(driver.guest, frame, 64);
	assert_int_equal(guest__waiting(driver.guest), 1);
	address__command(&driver, 0x0251, other, 0, 0x09, ADMIN_OK);
	assert_int_equal(guest__waiting(driver.guest), 0);
	assert_int_equal(guest__counter(driver.guest, "rx_filtered"), 1);
	driver__stop(&driver);
}

static void tags_are_stripped_when_the_vsi_says_so(void **state)
{
	static const uint8_t own[6] = { 2, 0, 0, 0, 0, 1 };
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);
	uint8_t vsi[16] = { 0 }, *data = driver__data(&driver);

	(void)state;
	rx__fill(&ring, 7);
	address__command(&driver, 0x0250, own, 0, 0x05, ADMIN_OK);
	assert_true(takes(&driver, own, 0x2005));
	assert_int_equal(rx__bytes(&ring, 0), 64);
	assert_int_equal(rx__second(&ring, 0) & 4, 0);

	put_le16(vsi, MAIN_VSI);
	memset(data, 0, 128);
	put_le16(data + VSI_VALID_SECTIONS, 0x0004);
	data[VSI_VLAN_FLAGS] = VLAN_ACCEPT_ALL;
	assert_int_equal(driver__command(&driver, 0x0211, vsi, 128), ADMIN_OK);
	assert_true(takes(&driver, own, 0x2005));
	assert_int_equal(rx__bytes(&ring, 1), 60);
	assert_int_equal(rx__second(&ring, 1) & 4, 4);
	assert_int_equal(bits(rx__first(&ring, 1), 16, 16), 0x2005);
	assert_memory_equal((uint8_t *)rx__data(&ring, 1) + 12, frame + 16, 48);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_added_addresses_and_vlans_are_taken),
		cmocka_unit_test(promiscuous_modes_come_and_go),
		cmocka_unit_test(a_full_address_table_says_so_for_each_address),
		cmocka_unit_test(a_frame_that_waits_is_dropped_when_no_filter_takes_it),
		cmocka_unit_test(tags_are_stripped_when_the_vsi_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
