// SPDX-License-Identifier: MIT
#include "guest_case.h"

#include "core/pci/pci.h"
#include "core/pci/pci_capabilities.h"

/* Where the capability is that has this number; 0: nowhere. */
static unsigned int guest__find_capability(struct guest *guest, unsigned int id)
{
	unsigned int at = guest__config_read(guest, 0x34, 1);

	for (unsigned int i = 0; at && i < 48; i++) {
		if (guest__config_read(guest, at, 1) == id)
			return at;
		at = guest__config_read(guest, at + 1, 1);
	}
	return 0;
}

static void the_header_says_what_the_card_is(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest__config_read(guest, 0x00, 4), 0x56781234);
	assert_int_equal(guest__config_read(guest, 0x08, 4), 0x02000003);
	assert_int_equal(guest__config_read(guest, 0x0e, 1), 0);
	assert_int_equal(guest__config_read(guest, 0x2c, 4), 0x00011234);
	assert_int_equal(guest__config_read(guest, 0x3d, 1), 0);
}

static void identities_cannot_be_written(void **state)
{
	static const unsigned int offsets[] = { 0x00, 0x02, 0x08, 0x0a, 0x2c, 0x2e, 0x34 };
	struct guest *guest = *state;

	for (size_t i = 0; i < sizeof(offsets) / sizeof(*offsets); i++) {
		uint32_t before = guest__config_read(guest, offsets[i], 2);

		guest__config_write(guest, offsets[i], ~before, 2);
		assert_int_equal(guest__config_read(guest, offsets[i], 2), before);
	}
}

static void a_bar_tells_its_size_when_ones_are_written(void **state)
{
	struct guest *guest = *state;

	guest__config_write(guest, 0x10, 0xffffffff, 4);
	guest__config_write(guest, 0x14, 0xffffffff, 4);
	guest__config_write(guest, 0x18, 0xffffffff, 4);
	guest__config_write(guest, 0x20, 0xffffffff, 4);

	assert_int_equal(guest__config_read(guest, 0x10, 4), 0xffff000c);
	assert_int_equal(guest__config_read(guest, 0x14, 4), 0xffffffff);
	assert_int_equal(guest__config_read(guest, 0x18, 4), 0);
	assert_int_equal(guest__config_read(guest, 0x20, 4), 0xffffc000);
}

static void a_bar_keeps_the_address_it_was_given(void **state)
{
	struct guest *guest = *state;

	guest__config_write(guest, 0x10, 0xfe123456, 4);

	assert_int_equal(guest__config_read(guest, 0x10, 4), 0xfe12000c);
}

static void capabilities_are_where_the_model_wants_them(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest__config_read(guest, 0x06, 2) & 0x10, 0x10);
	assert_int_equal(guest__find_capability(guest, 0x01), 0x40);
	assert_int_equal(guest__find_capability(guest, 0x11), 0x70);
	assert_int_equal(guest__find_capability(guest, 0x10), 0xa0);
	assert_int_equal(guest__config_read(guest, 0xa1, 1), 0);
}

static void msix_has_its_vectors_table_and_pending_bits(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest__config_read(guest, 0x72, 2) & 0x7ff, 69);
	assert_int_equal(guest__config_read(guest, 0x74, 4), 4);
	assert_int_equal(guest__config_read(guest, 0x78, 4), 0x2000 | 4);
}

/* It is made of the port's address, 02:00:00:00:00:01. */
static void the_serial_number_is_the_first_extended_capability(void **state)
{
	struct guest *guest = *state;

	assert_int_equal(guest__config_read(guest, 0x100, 4), 0x00010003);
	assert_int_equal(guest__config_read(guest, 0x104, 4), 0xff000001);
	assert_int_equal(guest__config_read(guest, 0x108, 4), 0x020000ff);
}

static void a_function_reset_brings_back_registers_and_configuration(void **state)
{
	struct guest *guest = *state;

	guest__write(guest, 0, ECHO_SCRATCH, 5, 8);
	guest__config_write(guest, 0x3c, 9, 1);
	guest__config_write(guest, 0xa8, 0x8000 | 0x1234, 2);

	assert_int_equal(guest__read(guest, 0, ECHO_SCRATCH, 8), 0);
	assert_int_equal(guest__read32(guest, ECHO_RESET), NIC_RESET_FUNCTION + 1);
	assert_int_equal(guest__config_read(guest, 0x3c, 1), 0);
	assert_int_equal(guest__config_read(guest, 0x04, 2), 0);
	/* Maximum read request and the rest as by default, and the bit itself reads as zero. */
	assert_int_equal(guest__config_read(guest, 0xa8, 2) & 0x8000, 0);
}

/* The bit is found however the write lies over it, and nowhere else. */
static void only_the_reset_bit_resets(void **state)
{
	static const struct { unsigned int offset, size; uint32_t value; bool resets; } writes[] = {
		{ 0xa9, 1, 0x80, true },
		{ 0xa8, 4, 0x8000, true },
		{ 0xa8, 1, 0x8080, false },
		{ 0xa8, 4, 0x80000000, false },
		{ 0xaa, 2, 0x8000, false },
		{ 0xa9, 1, 0x7f, false },
	};
	struct guest *guest = *state;

	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		guest__write(guest, 0, ECHO_SCRATCH, 5, 8);
		guest__config_write(guest, writes[i].offset, writes[i].value, writes[i].size);
		assert_int_equal(guest__read(guest, 0, ECHO_SCRATCH, 8), writes[i].resets ? 0 : 5);
	}
}

static void power_states_are_kept_and_lose_nothing(void **state)
{
	struct guest *guest = *state;

	guest__write(guest, 0, ECHO_SCRATCH, 5, 8);
	guest__config_write(guest, 0x44, 3, 2);
	assert_int_equal(guest__config_read(guest, 0x44, 2), 3 | 8);
	guest__config_write(guest, 0x44, 0, 2);

	assert_int_equal(guest__read(guest, 0, ECHO_SCRATCH, 8), 5);
}

/* A model as it should not be: each row spoils one thing. */
static void an_impossible_model_is_refused(void **state)
{
	static const uint8_t mac[6] = { 0x02 };
	struct nic_model models[9];
	struct pci pci;

	(void)state;
	for (size_t i = 0; i < 9; i++)
		models[i] = echo_model;
	models[0].bars[0].size = 3000;
	models[1].bars[1].size = 4096;		/* the upper half of BAR 0 */
	models[2].capabilities.power = 0x6c;	/* runs into MSI-X */
	models[3].capabilities.express = 0xf0;	/* runs out of the space */
	models[4].capabilities.msix = 0x3c;	/* in the header */
	models[5].msix.table = 0x3f00;		/* out of its BAR */
	models[6].msix.pending = 0x100;		/* over the table */
	models[7].msix.bar = 2;			/* which is not there */
	models[8].bars[4].size = 1ull << 32;	/* not in 32 bits */

	assert_int_equal(pci__create(&pci, &echo_model, mac), 0);
	for (size_t i = 0; i < 9; i++)
		assert_true(pci__create(&pci, &models[i], mac) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_header_says_what_the_card_is),
		CASE(identities_cannot_be_written),
		CASE(a_bar_tells_its_size_when_ones_are_written),
		CASE(a_bar_keeps_the_address_it_was_given),
		CASE(capabilities_are_where_the_model_wants_them),
		CASE(msix_has_its_vectors_table_and_pending_bits),
		CASE(the_serial_number_is_the_first_extended_capability),
		CASE(a_function_reset_brings_back_registers_and_configuration),
		CASE(only_the_reset_bit_resets),
		CASE(power_states_are_kept_and_lose_nothing),
		cmocka_unit_test(an_impossible_model_is_refused),
	};

	return cmocka_run_group_tests_name("configuration space", tests, NULL, NULL);
}
