// SPDX-License-Identifier: MIT
/* The E810's admin queue, and commands about the device. */
#include "driver.h"

#define CAPABILITIES_BYTES 512u

static void commands_are_answered_in_place_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	uint64_t before = guest__counter(driver.guest, "admin_commands");

	(void)state;
	for (unsigned int i = 0; i < 3 * DRIVER_AQ_LENGTH; i++) {
		assert_int_equal(driver__command_of(&driver, 0x0001, 0, 0), ADMIN_OK);
		assert_int_equal(driver.answer[13], 1);		/* API 1.5 */
		assert_int_equal(driver.answer[14], 5);
	}
	assert_int_equal(guest__counter(driver.guest, "admin_commands"),
			 before + 3 * DRIVER_AQ_LENGTH);
	assert_int_equal(guest__counter(driver.guest, "admin_refused"), 0);
	driver__stop(&driver);
}

static void an_unknown_command_is_refused_and_the_next_is_not(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(driver__command_of(&driver, 0x7777, 0, 0), ADMIN_ENOSYS);
	assert_int_equal(driver__command_of(&driver, 0x0001, 0, 0), ADMIN_OK);
	assert_int_equal(guest__counter(driver.guest, "admin_refused"), 1);
	driver__stop(&driver);
}

static void an_answer_is_never_longer_than_the_buffer(void **state)
{
	static const uint16_t opcodes[] = {
		0x000a, 0x0107, 0x0200, 0x0400, 0x040e, 0x0412, 0x0600, 0x0607, 0x0b04, 0x0c43,
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++) {
		struct driver driver = driver__start();

		memset(driver__data(&driver), 0xa5, 64);
		assert_int_not_equal(driver__command_of(&driver, opcodes[i], 0, 4), ADMIN_OK);
		assert_int_equal(driver__data(&driver)[4], 0xa5);
		driver__stop(&driver);
	}
}

static void data_outside_guest_memory_are_refused(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	driver.data = GUEST_BASE + GUEST_BYTES - 8;
	assert_int_equal(driver__command_of(&driver, 0x0b02, driver.vsi, 52), ADMIN_BAD_ADDRESS);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);
	driver__stop(&driver);
}

static void a_ring_outside_guest_memory_stops(void **state)
{
	struct driver driver = { .guest = guest__create(&ice_model) };

	(void)state;
	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
	guest__write32(driver.guest, PF_FW_ATQBAH, 0x7fffffff);
	guest__write32(driver.guest, PF_FW_ATQT, 1);
	guest__run(driver.guest);
	assert_true(guest__read32(driver.guest, PF_FW_ATQLEN) & ADMIN_RING_CRITICAL);
	assert_int_equal(guest__read32(driver.guest, PF_FW_ATQH), 0);
	driver__stop(&driver);
}

/* Rows: length, head and tail of a ring that is none. */
static void nonsense_in_the_registers_does_nothing(void **state)
{
	static const struct { uint32_t length, head, tail; } rows[] = {
		{ 0 | ADMIN_RING_ENABLE, 0, 1 }, { 8, 0, 1 }, { 8 | ADMIN_RING_ENABLE, 8, 1 },
		{ 8 | ADMIN_RING_ENABLE, 0x3ff, 1 }, { 8 | ADMIN_RING_ENABLE, 0, 8 },
		{ 8 | ADMIN_RING_ENABLE, 0, 0xffffffff },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = { .guest = guest__create(&ice_model) };

		driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
		guest__write32(driver.guest, PF_FW_ATQLEN, rows[i].length);
		guest__write32(driver.guest, PF_FW_ATQH, rows[i].head);
		guest__write32(driver.guest, PF_FW_ATQT, rows[i].tail);
		guest__run(driver.guest);
		assert_int_equal(guest__counter(driver.guest, "admin_commands"), 0);
		driver__stop(&driver);
	}
}

static uint32_t capability__number(struct driver *driver, uint16_t id)
{
	unsigned int count = le32(driver->answer + 4);

	for (unsigned int i = 0; i < count; i++) {
		const uint8_t *at = driver__data(driver) + 32 * i;

		if (le16(at) == id)
			return le32(at + 4);
	}
	return 0;
}

static void capabilities_are_those_of_the_model(void **state)
{
	static const uint16_t lists[] = { 0x000a, 0x000b };
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(driver__command_of(&driver, lists[i], 0, CAPABILITIES_BYTES),
				 ADMIN_OK);
		assert_int_equal(capability__number(&driver, 0x0005), 1);
		assert_int_equal(capability__number(&driver, 0x0040), ICE_RSS_TABLE_PF);
		assert_int_equal(capability__number(&driver, 0x0041), ICE_QUEUES);
		assert_int_equal(capability__number(&driver, 0x0042), ICE_QUEUES);
		assert_int_equal(capability__number(&driver, 0x0043), ICE_VECTORS);
		assert_int_equal(capability__number(&driver, 0x0012), 0);
	}
	assert_int_equal(driver__command_of(&driver, 0x000a, 0, 64), ADMIN_ENOMEM);
	driver__stop(&driver);
}

static void the_address_is_the_ports_until_it_is_changed(void **state)
{
	static const uint8_t other[16] = { [2] = 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee };
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(driver__command_of(&driver, 0x0107, 0, 16), ADMIN_OK);
	assert_int_equal(driver.answer[4], 1);
	assert_memory_equal(driver__data(&driver) + 2, port_address, 6);
	assert_int_equal(driver__command(&driver, 0x0108, other, 0), ADMIN_OK);
	assert_int_equal(driver__command_of(&driver, 0x0107, 0, 16), ADMIN_OK);
	assert_memory_equal(driver__data(&driver) + 2, other + 2, 6);
	driver__stop(&driver);
}

/* A read of the flash or the shadow RAM. */
static unsigned int nvm__read(struct driver *driver, bool flash, uint32_t offset, uint16_t bytes)
{
	uint8_t parameters[16] = { 0 };

	put_le16(parameters, offset);
	parameters[2] = offset >> 16;
	parameters[3] = flash ? 0x81 : 0x01;
	put_le16(parameters + 6, bytes);
	return driver__command(driver, 0x0701, parameters, bytes);
}

static void the_flash_ends_where_it_does(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(nvm__read(&driver, true, ICE_FLASH_BYTES - 1, 1), ADMIN_OK);
	assert_int_equal(nvm__read(&driver, true, ICE_FLASH_BYTES, 1), ADMIN_EINVAL);
	assert_int_equal(nvm__read(&driver, true, ICE_FLASH_BYTES - 2, 4), ADMIN_EINVAL);
	assert_int_equal(nvm__read(&driver, true, 0xffffff, 4), ADMIN_EINVAL);
	assert_int_equal(nvm__read(&driver, false, 4094, 2), ADMIN_OK);
	assert_int_equal(nvm__read(&driver, false, 4095, 2), ADMIN_EINVAL);
	driver__stop(&driver);
}

/* ice_nvm.c: from the pointer to the first bank, over its header, to the version in the copy. */
static void the_active_bank_has_the_versions_of_the_shadow_ram(void **state)
{
	struct driver driver = driver__start();
	uint32_t bank, header;
	uint16_t version;

	(void)state;
	assert_int_equal(nvm__read(&driver, false, 0, 2), ADMIN_OK);
	assert_int_equal(bits(le16(driver__data(&driver)), 6, 2), 1);
	assert_int_equal(nvm__read(&driver, false, 2 * 0x18, 2), ADMIN_OK);
	version = le16(driver__data(&driver));
	assert_int_equal(nvm__read(&driver, false, 2 * 0x42, 2), ADMIN_OK);
	bank = (le16(driver__data(&driver)) & 0x7fffu) * 4096;
	assert_int_equal(nvm__read(&driver, true, bank + 4, 4), ADMIN_OK);
	header = (le32(driver__data(&driver)) * 2 + 8 + 31) / 32 * 32;
	assert_int_equal(nvm__read(&driver, true, bank + 2 * (header + 0x18), 2), ADMIN_OK);
	assert_int_equal(le16(driver__data(&driver)), version);
	assert_int_not_equal(version, 0);
	driver__stop(&driver);
}

static void the_flash_cannot_be_written(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(driver__command_of(&driver, 0x0702, 0, 0), ADMIN_EPERM);
	assert_int_equal(driver__command_of(&driver, 0x0703, 0, 64), ADMIN_EPERM);
	assert_int_equal(driver__command_of(&driver, 0x0706, 1, 0), ADMIN_OK);
	assert_int_equal(le16(driver.answer + 2), 0xbaba);
	driver__stop(&driver);
}

static void resources_are_given_out_once(void **state)
{
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver);
	unsigned int first;

	(void)state;
	put_le16(data, 0x60);
	put_le16(data + 2, 2);
	assert_int_equal(driver__command_of(&driver, 0x0208, 1, 8), ADMIN_OK);
	first = le16(data + 4);
	assert_int_not_equal(first, le16(data + 6));
	assert_int_equal(driver__command_of(&driver, 0x0209, 1, 8), ADMIN_OK);
	assert_int_equal(driver__command_of(&driver, 0x0209, 1, 8), ADMIN_ENOENT);
	assert_int_equal(driver__command_of(&driver, 0x0208, 1, 8), ADMIN_OK);
	assert_int_equal(le16(data + 4), first);

	/* From the end. */
	put_le16(data, 0x1061);
	put_le16(data + 2, 1);
	assert_int_equal(driver__command_of(&driver, 0x0208, 1, 6), ADMIN_OK);
	assert_int_equal(le16(data + 4), 511);
	driver__stop(&driver);
}

static void resources_are_given_out_all_or_none(void **state)
{
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver);

	(void)state;
	put_le16(data, 0x60);
	put_le16(data + 2, 129);
	assert_int_equal(driver__command_of(&driver, 0x0208, 1, 4 + 2 * 129), ADMIN_ENOSPC);
	put_le16(data + 2, 128);
	assert_int_equal(driver__command_of(&driver, 0x0208, 1, 4 + 2 * 128), ADMIN_OK);
	driver__stop(&driver);
}

/* Rows: type, elements and bytes. */
static void resources_that_are_not_there_are_refused(void **state)
{
	static const struct { uint16_t type, elements, bytes; unsigned int result; } rows[] = {
		{ 0x60, 129, 262, ADMIN_ENOSPC }, { 0x60, 2, 6, ADMIN_EINVAL },
		{ 0x60, 0xffff, 4096, ADMIN_EINVAL }, { 0x60, 0, 8, ADMIN_EINVAL },
		{ 0x7f, 1, 6, ADMIN_EINVAL }, { 0x22, 1, 6, ADMIN_EINVAL },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();

		put_le16(driver__data(&driver), rows[i].type);
		put_le16(driver__data(&driver) + 2, rows[i].elements);
		assert_int_equal(driver__command_of(&driver, 0x0208, 1, rows[i].bytes),
				 rows[i].result);
		driver__stop(&driver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_answered_in_place_all_around_the_ring),
		cmocka_unit_test(an_unknown_command_is_refused_and_the_next_is_not),
		cmocka_unit_test(an_answer_is_never_longer_than_the_buffer),
		cmocka_unit_test(data_outside_guest_memory_are_refused),
		cmocka_unit_test(a_ring_outside_guest_memory_stops),
		cmocka_unit_test(nonsense_in_the_registers_does_nothing),
		cmocka_unit_test(capabilities_are_those_of_the_model),
		cmocka_unit_test(the_address_is_the_ports_until_it_is_changed),
		cmocka_unit_test(the_flash_ends_where_it_does),
		cmocka_unit_test(the_active_bank_has_the_versions_of_the_shadow_ram),
		cmocka_unit_test(the_flash_cannot_be_written),
		cmocka_unit_test(resources_are_given_out_once),
		cmocka_unit_test(resources_are_given_out_all_or_none),
		cmocka_unit_test(resources_that_are_not_there_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
