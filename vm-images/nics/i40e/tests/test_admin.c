// SPDX-License-Identifier: MIT
/* Admin queues of the XL710: the walk, what commands answer, events, and what must not hurt. */
#include "driver.h"

#define GET_VERSION 0x0001
#define GET_CAPABILITIES 0x000a
#define GET_SWITCH 0x0200
#define ADD_VSI 0x0210
#define UPDATE_VSI 0x0211
#define GET_VSI 0x0212
#define DELETE_ELEMENT 0x0243
#define SET_PHY 0x0601
#define GET_LINK 0x0607
#define READ_NVM 0x0701

static void commands_are_answered_in_place_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < 3 * DRIVER_AQ_LENGTH; i++) {
		assert_int_equal(driver__command(&driver, GET_VERSION, NULL, 0), ADMIN_OK);
		assert_int_equal(le16(driver.answer + 12), 1);
		assert_int_equal(le16(driver.answer + 14), 7);
		assert_int_equal(guest__read32(driver.guest, PF_ATQH), (i + 1) % DRIVER_AQ_LENGTH);
	}
	assert_int_equal(guest__counter(driver.guest, "admin_commands"), 3 * DRIVER_AQ_LENGTH);
	driver__stop(&driver);
}

static void several_commands_are_answered_in_their_order(void **state)
{
	struct driver driver = driver__start();
	uint8_t read_register[16] = { 0 }, write_register[16] = { 0 }, *answers[3];

	(void)state;
	put_le32(write_register + 4, PFQF_HKEY(0));
	put_le32(write_register + 12, 0x12345678);
	put_le32(read_register + 4, PFQF_HKEY(0));
	answers[0] = driver__post(&driver, DRIVER_AQ_LENGTH, 0x0206, read_register, 0, 0);
	answers[1] = driver__post(&driver, DRIVER_AQ_LENGTH, 0x0207, write_register, 0, 0);
	answers[2] = driver__post(&driver, DRIVER_AQ_LENGTH, 0x0206, read_register, 0, 0);
	guest__run(driver.guest);

	assert_int_equal(le32(answers[0] + 28), 0);
	assert_int_equal(le32(answers[2] + 28), 0x12345678);
	driver__stop(&driver);
}

static void an_unknown_command_is_refused_and_the_next_one_works(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(driver__command(&driver, 0x7777, NULL, 0), ADMIN_ESRCH);
	assert_int_equal(driver__command(&driver, GET_VERSION, NULL, 0), ADMIN_OK);
	assert_int_equal(guest__counter(driver.guest, "admin_refused"), 1);
	driver__stop(&driver);
}

static void a_buffer_too_short_for_the_answer_is_refused(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	memset(driver__data(&driver), 0xee, ADMIN_DATA_MAX);
	assert_int_equal(driver__command(&driver, GET_CAPABILITIES, NULL, 64), ADMIN_ENOMEM);
	assert_int_equal(driver__command(&driver, ADD_VSI, NULL, 127), ADMIN_EINVAL);
	assert_int_equal(driver__data(&driver)[0], 0xee);
	driver__stop(&driver);
}

static void capabilities_name_queues_vectors_and_rss(void **state)
{
	struct driver driver = driver__start();
	unsigned int queues = 0, vectors = 0, rss = 0;

	(void)state;
	assert_int_equal(driver__command(&driver, GET_CAPABILITIES, NULL, 1280), ADMIN_OK);
	for (unsigned int i = 0; i < le32(driver.answer + 4); i++) {
		const uint8_t *capability = driver__data(&driver) + 32 * i;

		if (le16(capability) == 0x0042)
			queues = le32(capability + 4);
		if (le16(capability) == 0x0043)
			vectors = le32(capability + 4);
		if (le16(capability) == 0x0040)
			rss = le32(capability + 4);
	}
	assert_int_equal(queues, 128);
	assert_int_equal(vectors, 65);
	assert_int_equal(rss, 512);
	driver__stop(&driver);
}

/* Rows: whether the buffer is read or written. */
static void data_outside_guest_memory_is_refused(void **state)
{
	static const struct { uint16_t opcode, flags, bytes; } rows[] = {
		{ ADD_VSI, AQ_FLAG_BUFFER | AQ_FLAG_DATA_IN, 128 },
		{ GET_CAPABILITIES, AQ_FLAG_BUFFER, 1280 },
	};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct driver driver = driver__start();
		uint8_t *descriptor, *end;

		driver.data = UNMAPPED - 64;
		descriptor = driver__post(&driver, DRIVER_AQ_LENGTH, rows[i].opcode, NULL,
					  rows[i].flags, rows[i].bytes);
		guest__run(driver.guest);

		assert_int_equal(le16(descriptor + 6), ADMIN_BAD_ADDRESS);
		assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);
		end = guest__at(driver.guest, UNMAPPED - 64);
		for (unsigned int at = 0; at < 64; at++)
			assert_int_equal(end[at], 0);
		driver__stop(&driver);
	}
}

static void more_data_than_can_be_is_refused(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(driver__command(&driver, ADD_VSI, NULL, 4097), ADMIN_EINVAL);
	assert_int_equal(driver__command(&driver, ADD_VSI, NULL, 65535), ADMIN_EINVAL);
	driver__stop(&driver);
}

static void a_ring_outside_guest_memory_stops(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	guest__write32(driver.guest, PF_ATQBAL, (uint32_t)UNMAPPED);
	guest__write32(driver.guest, PF_ATQBAH, UNMAPPED >> 32);
	guest__write32(driver.guest, PF_ATQT, 3);
	guest__run(driver.guest);

	assert_true(guest__read32(driver.guest, PF_ATQLEN) & ADMIN_RING_CRITICAL);
	assert_int_equal(guest__read32(driver.guest, PF_ATQH), 0);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);
	assert_int_equal(guest__counter(driver.guest, "admin_commands"), 0);
	driver__stop(&driver);
}

/* Rows: length, head and tail of which nothing can come. */
static void nonsense_in_the_registers_does_nothing(void **state)
{
	static const uint32_t rows[][3] = {
		{ 0 | ADMIN_RING_ENABLE, 0, 1 },
		{ 8 | ADMIN_RING_ENABLE, 8, 1 },
		{ 8 | ADMIN_RING_ENABLE, 0x3ff, 1 },
		{ 8 | ADMIN_RING_ENABLE, 0, 8 },
		{ 8 | ADMIN_RING_ENABLE, 0, 0xffffffff },
		{ 8, 0, 1 },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		guest__write32(driver.guest, PF_ATQLEN, rows[i][0]);
		guest__write32(driver.guest, PF_ATQH, rows[i][1]);
		guest__write32(driver.guest, PF_ATQT, rows[i][2]);
		guest__run(driver.guest);
		assert_int_equal(guest__counter(driver.guest, "admin_commands"), 0);
		assert_int_equal(guest__read32(driver.guest, PF_ATQH), rows[i][1]);
	}
	driver__stop(&driver);
}

static void the_switch_has_one_vsi_with_its_own_properties(void **state)
{
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver), vsi[16] = { 0 };

	(void)state;
	assert_int_equal(driver__command(&driver, GET_SWITCH, NULL, 512), ADMIN_OK);
	assert_int_equal(le16(data), 1);
	assert_int_equal(data[16], 19);
	put_le16(vsi, le16(data + 18));

	memset(data, 0, 128);
	put_le16(data + VSI_VALID_SECTIONS, 0x0040);
	put_le16(data + VSI_QUEUE_MAPPING, 5);
	put_le16(data + VSI_VLAN_FLAGS, 0xff);	/* not a valid section: stays as it is */
	assert_int_equal(driver__command(&driver, UPDATE_VSI, vsi, 128), ADMIN_OK);
	memset(data, 0, 128);
	assert_int_equal(driver__command(&driver, GET_VSI, vsi, 128), ADMIN_OK);
	assert_int_equal(le16(data + VSI_QUEUE_MAPPING), 5);
	assert_int_equal(data[VSI_VLAN_FLAGS], VLAN_ACCEPT_ALL | VLAN_KEEP << VLAN_STRIP_LOW);
	assert_int_equal(driver__command(&driver, DELETE_ELEMENT, vsi, 0), ADMIN_EPERM);
	driver__stop(&driver);
}

static void vsis_can_be_added_until_there_are_no_more_and_deleted(void **state)
{
	struct driver driver = driver__start();
	uint8_t vsi[16] = { 0 };

	(void)state;
	for (unsigned int i = 1; i < I40E_VSIS; i++)
		assert_int_equal(driver__command(&driver, ADD_VSI, NULL, 128), ADMIN_OK);
	memcpy(vsi, driver.answer, 2);
	assert_int_equal(driver__command(&driver, ADD_VSI, NULL, 128), ADMIN_ENOSPC);
	assert_int_equal(driver__command(&driver, DELETE_ELEMENT, vsi, 0), ADMIN_OK);
	assert_int_equal(driver__command(&driver, DELETE_ELEMENT, vsi, 0), ADMIN_ENOENT);
	assert_int_equal(driver__command(&driver, ADD_VSI, NULL, 128), ADMIN_OK);
	driver__stop(&driver);
}

static void link_changes_are_reported_once_until_the_driver_asks_again(void **state)
{
	struct driver driver = driver__start();
	uint8_t enable[16] = { 3 }, *event = guest__at(driver.guest, driver.arq);

	(void)state;
	guest__write32(driver.guest, PFINT_ICR0_ENA, ICR0_ADMIN_QUEUE);
	driver__enable_vector(&driver, 0);
	assert_int_equal(driver__command(&driver, GET_LINK, enable, 0), ADMIN_OK);
	assert_int_equal(driver.answer[4] & 1, 1);

	guest__set_link(driver.guest, false);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_ARQH), 1);
	assert_int_equal(le16(event) & 3, 3);
	assert_int_equal(le16(event + 2), GET_LINK);
	assert_int_equal(event[16 + 4] & 1, 0);
	assert_int_equal(guest__interrupts(driver.guest, 0), 1);
	assert_int_equal(guest__read32(driver.guest, PFINT_ICR0), ICR0_ADMIN_QUEUE | ICR0_EVENT);

	guest__set_link(driver.guest, true);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_ARQH), 1);
	assert_int_equal(driver__command(&driver, GET_LINK, enable, 0), ADMIN_OK);
	assert_int_equal(driver.answer[4] & 1, 1);
	driver__stop(&driver);
}

static void an_event_without_a_buffer_waits_for_one(void **state)
{
	struct driver driver = driver__start();
	uint8_t enable[16] = { 3 };

	(void)state;
	guest__write32(driver.guest, PF_ARQT, 0);
	assert_int_equal(driver__command(&driver, GET_LINK, enable, 0), ADMIN_OK);
	guest__set_link(driver.guest, false);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_ARQH), 0);

	guest__write32(driver.guest, PF_ARQT, 1);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_ARQH), 1);
	driver__stop(&driver);
}

static void a_change_that_the_driver_asks_about_needs_no_event(void **state)
{
	struct driver driver = driver__start();
	uint8_t enable[16] = { 3 };

	(void)state;
	guest__write32(driver.guest, PF_ARQT, 0);
	assert_int_equal(driver__command(&driver, GET_LINK, enable, 0), ADMIN_OK);
	guest__set_link(driver.guest, false);
	assert_int_equal(driver__command(&driver, GET_LINK, enable, 0), ADMIN_OK);
	assert_int_equal(driver.answer[4] & 1, 0);

	guest__write32(driver.guest, PF_ARQT, 1);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_ARQH), 0);
	driver__stop(&driver);
}

static void without_phy_types_there_is_no_link(void **state)
{
	struct driver driver = driver__start();
	uint8_t phy[16] = { 0 }, query[16] = { 0 };

	(void)state;
	assert_int_equal(driver__command(&driver, SET_PHY, phy, 0), ADMIN_OK);
	assert_int_equal(driver__command(&driver, GET_LINK, query, 0), ADMIN_OK);
	assert_int_equal(driver.answer[4] & 1, 0);
	put_le32(phy, 0xffffffff);
	assert_int_equal(driver__command(&driver, SET_PHY, phy, 0), ADMIN_OK);
	assert_int_equal(driver__command(&driver, GET_LINK, query, 0), ADMIN_OK);
	assert_int_equal(driver.answer[4] & 1, 1);
	driver__stop(&driver);
}

static uint16_t nvm__word(struct driver *driver, unsigned int word)
{
	guest__write32(driver->guest, GLNVM_SRCTL, word << SRCTL_ADDRESS_LOW | SRCTL_START);
	assert_true(guest__read32(driver->guest, GLNVM_SRCTL) & SRCTL_DONE);
	return guest__read32(driver->guest, GLNVM_SRDATA) >> 16;
}

static void the_nvm_adds_up(void **state)
{
	struct driver driver = driver__start();
	uint16_t sum = 0, vpd = nvm__word(&driver, 0x2f), pcie = nvm__word(&driver, 0x3e);

	(void)state;
	for (unsigned int word = 0; word < I40E_NVM_WORDS; word++)
		if ((word < vpd || word >= vpd + 512u) && (word < pcie || word >= pcie + 512u))
			sum += nvm__word(&driver, word);
	assert_int_equal(sum, 0xbaba);
	assert_int_equal(nvm__word(&driver, 0x7fff), 0xffff);
	driver__stop(&driver);
}

/* Offsets and lengths in bytes; beyond the end is refused. */
static void the_nvm_is_read_by_command_within_its_bounds(void **state)
{
	static const struct { uint16_t length; uint32_t offset; unsigned int result; } rows[] = {
		{ 2, 0x7e, ADMIN_OK },
		{ 4096, 0, ADMIN_OK },
		{ 2, 4094, ADMIN_OK },
		{ 2, 4096, ADMIN_EINVAL },
		{ 4, 4094, ADMIN_EINVAL },
		{ 2, 0xfffffffe, ADMIN_EINVAL },
		{ 3, 0, ADMIN_EINVAL },
		{ 65534, 0, ADMIN_EINVAL },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t parameters[16] = { 1 };

		put_le16(parameters + 2, rows[i].length);
		put_le32(parameters + 4, rows[i].offset);
		assert_int_equal(driver__command(&driver, READ_NVM, parameters, 4096),
				 rows[i].result);
		if (rows[i].result == ADMIN_OK)
			assert_int_equal(le16(driver__data(&driver)),
					 nvm__word(&driver, rows[i].offset / 2));
	}
	driver__stop(&driver);
}

static void registers_beyond_the_end_read_zero(void **state)
{
	struct driver driver = driver__start();
	uint8_t parameters[16] = { 0 };

	(void)state;
	put_le32(parameters + 4, 0xfffffffc);
	assert_int_equal(driver__command(&driver, 0xff04, parameters, 0), ADMIN_OK);
	assert_int_equal(driver__command(&driver, 0xff03, parameters, 0), ADMIN_OK);
	assert_int_equal(le32(driver.answer + 12), 0);
	assert_int_equal(guest__read(driver.guest, 0, 0x7ffff8, 8), 0);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_answered_in_place_all_around_the_ring),
		cmocka_unit_test(several_commands_are_answered_in_their_order),
		cmocka_unit_test(an_unknown_command_is_refused_and_the_next_one_works),
		cmocka_unit_test(a_buffer_too_short_for_the_answer_is_refused),
		cmocka_unit_test(capabilities_name_queues_vectors_and_rss),
		cmocka_unit_test(data_outside_guest_memory_is_refused),
		cmocka_unit_test(more_data_than_can_be_is_refused),
		cmocka_unit_test(a_ring_outside_guest_memory_stops),
		cmocka_unit_test(nonsense_in_the_registers_does_nothing),
		cmocka_unit_test(the_switch_has_one_vsi_with_its_own_properties),
		cmocka_unit_test(vsis_can_be_added_until_there_are_no_more_and_deleted),
		cmocka_unit_test(link_changes_are_reported_once_until_the_driver_asks_again),
		cmocka_unit_test(an_event_without_a_buffer_waits_for_one),
		cmocka_unit_test(a_change_that_the_driver_asks_about_needs_no_event),
		cmocka_unit_test(without_phy_types_there_is_no_link),
		cmocka_unit_test(the_nvm_adds_up),
		cmocka_unit_test(the_nvm_is_read_by_command_within_its_bounds),
		cmocka_unit_test(registers_beyond_the_end_read_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
