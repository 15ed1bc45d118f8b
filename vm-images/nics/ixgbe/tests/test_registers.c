// SPDX-License-Identifier: MIT
/* What a driver of the 82599 reads before it does anything: EEPROM, SFP+, resets, statistics. */
#include "driver.h"

#include "ixgbe/ixgbe.h"

static uint8_t frame[2048];

static uint16_t eeprom(struct guest *guest, uint32_t word)
{
	uint32_t value;

	guest__write32(guest, EERD, word << EERD_ADDRESS_SHIFT | EERD_START);
	value = guest__read32(guest, EERD);
	assert_true(value & EERD_DONE);
	return (uint16_t)(value >> EERD_DATA_SHIFT);
}

static void the_eeprom_has_a_right_checksum_and_what_drivers_look_for(void **state)
{
	struct guest *guest = driver__start();
	uint16_t sum = 0, list;

	(void)state;
	assert_true(guest__read32(guest, EEC) & EEC_PRESENT);
	for (uint32_t word = 0; word < 0x40; word++)
		sum += eeprom(guest, word);
	assert_int_equal(sum, 0xbaba);
	/* No pointer of those whose blocks would count is set. */
	for (uint32_t word = 0x03; word < 0x0f; word++)
		assert_int_equal(eeprom(guest, word), 0xffff);
	assert_true(eeprom(guest, eeprom(guest, eeprom(guest, 0x0f) + 4) + 7) > 5);

	list = eeprom(guest, 0x2b);
	assert_int_equal(eeprom(guest, list + 1), 3);	/* copper, first port */
	assert_int_equal(eeprom(guest, eeprom(guest, list + 2) + 1), 0xffff);
	assert_int_equal(eeprom(guest, 0x3fff), 0xffff);
	guest__destroy(guest);
}

static void line(struct guest *guest, bool clock, bool data)
{
	guest__write32(guest, I2CCTL,
		       (clock ? I2CCTL_CLOCK_OUT : 0) | (data ? I2CCTL_DATA_OUT : 0));
}

static bool pulse(struct guest *guest, bool data)
{
	bool seen;

	line(guest, false, data);
	line(guest, true, data);
	assert_true(guest__read32(guest, I2CCTL) & I2CCTL_CLOCK_IN);
	seen = guest__read32(guest, I2CCTL) & I2CCTL_DATA_IN;
	line(guest, false, data);
	return seen;
}

static void start_condition(struct guest *guest)
{
	line(guest, false, true);
	line(guest, true, true);
	line(guest, true, false);
	line(guest, false, false);
}

static void stop_condition(struct guest *guest)
{
	line(guest, false, false);
	line(guest, true, false);
	line(guest, true, true);
}

/* Return: whether the module acknowledged. */
static bool send(struct guest *guest, uint8_t byte)
{
	for (int bit = 7; bit >= 0; bit--)
		pulse(guest, byte >> bit & 1);
	return !pulse(guest, true);
}

static uint8_t take(struct guest *guest, bool more)
{
	uint8_t byte = 0;

	for (unsigned int bit = 0; bit < 8; bit++)
		byte = (uint8_t)(byte << 1 | pulse(guest, true));
	pulse(guest, !more);
	return byte;
}

static void the_module_is_a_passive_copper_cable(void **state)
{
	static const struct { uint8_t offset, value; } rows[] = {
		{ 0, 0x03 }, { 3, 0 }, { 6, 0 }, { 8, 0x04 }, { 12, 103 }, { 20, 'F' }, { 92, 0 },
	};
	struct guest *guest = driver__start();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start_condition(guest);
		assert_true(send(guest, 0xa0));
		assert_true(send(guest, rows[i].offset));
		start_condition(guest);
		assert_true(send(guest, 0xa1));
		assert_int_equal(take(guest, false), rows[i].value);
		stop_condition(guest);
	}
	guest__destroy(guest);
}

static void the_module_gives_byte_after_byte_and_keeps_its_sums(void **state)
{
	struct guest *guest = driver__start();
	uint8_t bytes[96], sum = 0;

	(void)state;
	start_condition(guest);
	send(guest, 0xa0);
	send(guest, 0);
	start_condition(guest);
	send(guest, 0xa1);
	for (unsigned int i = 0; i < sizeof(bytes); i++)
		bytes[i] = take(guest, i + 1 < sizeof(bytes));
	stop_condition(guest);

	for (unsigned int i = 0; i < 63; i++)
		sum += bytes[i];
	assert_int_equal(sum, bytes[63]);
	sum = 0;
	for (unsigned int i = 64; i < 95; i++)
		sum += bytes[i];
	assert_int_equal(sum, bytes[95]);
	guest__destroy(guest);
}

static void nobody_else_is_on_the_bus(void **state)
{
	struct guest *guest = driver__start();

	(void)state;
	start_condition(guest);
	assert_false(send(guest, 0xf8));
	assert_false(send(guest, 0x00));
	stop_condition(guest);
	start_condition(guest);
	assert_true(send(guest, 0xa2));
	guest__destroy(guest);
}

static void there_is_no_phy_and_commands_to_one_end(void **state)
{
	struct guest *guest = driver__start();

	(void)state;
	guest__write32(guest, MSCA, MSCA_COMMAND | 0x0c010008);
	assert_int_equal(guest__read32(guest, MSCA) & MSCA_COMMAND, 0);
	assert_int_equal(guest__read32(guest, MSRWD) >> MSRWD_READ_SHIFT, 0xffff);
	guest__destroy(guest);
}

static void reading_the_semaphore_takes_it(void **state)
{
	struct guest *guest = driver__start();

	(void)state;
	assert_int_equal(guest__read32(guest, SWSM), 0);
	assert_int_equal(guest__read32(guest, SWSM), SWSM_SMBI);
	guest__write32(guest, SWSM, 0);
	assert_int_equal(guest__read32(guest, SWSM), 0);
	guest__destroy(guest);
}

static void the_capabilities_are_where_drivers_look(void **state)
{
	struct guest *guest = driver__start();

	(void)state;
	assert_int_equal(guest__config_read(guest, 0, 4), 0x10fb8086);
	assert_int_equal(guest__config_read(guest, 0x70, 1), 0x11);
	assert_int_equal(guest__config_read(guest, 0x72, 2) & 0x7ff, 63);
	assert_int_equal(guest__config_read(guest, 0xa0, 1), 0x10);
	guest__destroy(guest);
}

enum how { BY_CTRL, BY_LINK_RESET, BY_FUNCTION, BY_POWER };

static void every_reset_brings_back_the_defaults(void **state)
{
	(void)state;
	for (enum how how = BY_CTRL; how <= BY_POWER; how++) {
		struct guest *guest = driver__start();
		const uint8_t *mac = nic__mac(guest__nic(guest));
		struct ring rx = rx__create(guest, 70, 8, 2);

		guest__write32(guest, RAL(0), 0);
		guest__write32(guest, CTRL, CTRL_MASTER_DISABLE);
		assert_int_equal(guest__read32(guest, STATUS) & STATUS_MASTER_ENABLED, 0);
		if (how == BY_CTRL)
			guest__write32(guest, CTRL, CTRL_RESET);
		else if (how == BY_LINK_RESET)
			guest__write32(guest, CTRL, CTRL_LINK_RESET);
		else
			guest__reset(guest, how == BY_POWER ? NIC_RESET_POWER : NIC_RESET_FUNCTION);

		assert_int_equal(guest__read32(guest, CTRL), 0);
		assert_true(guest__read32(guest, STATUS) & STATUS_MASTER_ENABLED);
		assert_int_equal(guest__read32(guest, RAL(0)),
				 mac[0] | mac[1] << 8 | mac[2] << 16 | (uint32_t)mac[3] << 24);
		assert_int_equal(guest__read32(guest, RAH(0)),
				 RAH_VALID | mac[4] | (uint32_t)mac[5] << 8);
		assert_int_equal(ring__get(&rx, RXDCTL), 0);
		assert_int_equal(ring__get(&rx, RDLEN), 0);
		assert_int_equal(guest__counter(guest, "resets"), 2);
		guest__destroy(guest);
	}
}

static void registers_at_two_offsets_are_one(void **state)
{
	struct guest *guest = driver__start();

	(void)state;
	guest__write32(guest, SRRCTL_LOW + 4 * 15, 0x02000003);
	assert_int_equal(guest__read32(guest, rx__window(15) + SRRCTL), 0x02000003);
	guest__write32(guest, RAL(15), 0x12345678);
	assert_int_equal(guest__read32(guest, RAL_LOW + 8 * 15), 0x12345678);
	guest__write32(guest, PSRTYPE(1), 5);
	assert_int_equal(guest__read32(guest, PSRTYPE_LOW + 4), 5);
	guest__destroy(guest);
}

static void accesses_of_other_sizes_do_no_harm(void **state)
{
	struct guest *guest = driver__start();

	(void)state;
	guest__write(guest, 0, MTA(0), UINT64_C(0x1122334455667788), 8);
	assert_int_equal(guest__read32(guest, MTA(0)), 0x55667788);
	assert_int_equal(guest__read32(guest, MTA(1)), 0x11223344);
	assert_int_equal(guest__read(guest, 0, MTA(0), 8), UINT64_C(0x1122334455667788));
	assert_int_equal(guest__read(guest, 0, MTA(0) + 1, 1), 0x77);
	assert_int_equal(guest__read(guest, 0, MTA(0) + 3, 2), 0x4455);
	guest__write(guest, 0, MTA(0), 0, 2);
	assert_int_equal(guest__read32(guest, MTA(0)), 0x55667788);
	for (uint64_t offset = 0x20000 - 8; offset < 0x20000; offset++)
		for (unsigned int size = 1; size <= 8 && offset + size <= 0x20000; size *= 2) {
			guest__write(guest, 0, offset, UINT64_MAX, size);
			guest__read(guest, 0, offset, size);
		}
	guest__destroy(guest);
}

static void counters_are_cleared_by_a_read(void **state)
{
	struct guest *guest = driver__start();
	struct ring tx = tx__create(guest, 0, 8), rx = rx__create(guest, 0, 8, 2);

	(void)state;
	rx__fill(&rx, 7);
	frame__make(frame, 200, 0);
	guest__inject(guest, frame, 200);
	memset(frame, 0xff, 6);
	guest__inject(guest, frame, 60);
	memcpy(frame, "\x33\x33", 2);
	guest__inject(guest, frame, 1500);
	tx__put(&tx, frame, 100, TX_COMMAND, 0);
	ring__kick(&tx);

	assert_int_equal(guest__read32(guest, GPRC), 3);
	assert_int_equal(guest__read32(guest, GPRC), 0);
	assert_int_equal(guest__read32(guest, GORCL), 200 + 60 + 1500 + 12);
	assert_int_equal(guest__read32(guest, GORCL), 0);
	assert_int_equal(guest__read32(guest, BPRC), 1);
	assert_int_equal(guest__read32(guest, MPRC), 1);
	assert_int_equal(guest__read32(guest, PRC64), 1);
	assert_int_equal(guest__read32(guest, PRC64 + 8), 1);	/* 128 to 255 */
	assert_int_equal(guest__read32(guest, PRC64 + 20), 1);	/* 1024 and more */
	assert_int_equal(guest__read32(guest, GPTC), 1);
	assert_int_equal(guest__read32(guest, GPTC), 0);
	assert_int_equal(guest__read32(guest, GOTCL), 104);
	assert_int_equal(guest__read32(guest, PTC64 + 4), 1);
	assert_int_equal(guest__read32(guest, MPTC), 1);
	guest__destroy(guest);
}

/* There is no time to count so far: the registers are set behind the device's back. */
static void counters_stop_at_their_greatest_value(void **state)
{
	struct guest *guest = driver__start();
	struct ixgbe *chip = nic__state(guest__nic(guest));
	struct ring rx = rx__create(guest, 0, 8, 2);

	(void)state;
	ixgbe__set_register(chip, GPRC, UINT32_MAX - 1);
	ixgbe__set_register(chip, GORCL, UINT32_MAX - 10);
	ixgbe__set_register(chip, GORCL + 4, 0xf);
	ixgbe__set_register(chip, TORL, UINT32_MAX - 10);
	rx__fill(&rx, 7);
	for (unsigned int i = 0; i < 3; i++)
		guest__inject(guest, frame, frame__make(frame, 60, 0));

	assert_int_equal(guest__read32(guest, GPRC), UINT32_MAX);
	assert_int_equal(guest__read32(guest, GORCL), UINT32_MAX);
	assert_int_equal(guest__read32(guest, GORCL + 4), 0xf);
	assert_int_equal(guest__read32(guest, TORL), 3 * 64 - 11);
	assert_int_equal(guest__read32(guest, TORL + 4), 1);
	assert_int_equal(guest__read32(guest, TORL + 4), 0);
	guest__destroy(guest);
}

static void software_does_not_write_counters(void **state)
{
	struct guest *guest = driver__start();

	(void)state;
	guest__write32(guest, GPRC, 1234);
	guest__write32(guest, QBTC(3), 1234);
	guest__write32(guest, RX_WINDOW_LOW + RX_COUNTERS, 1234);
	assert_int_equal(guest__read32(guest, GPRC), 0);
	assert_int_equal(guest__read32(guest, QBTC(3)), 0);
	assert_int_equal(guest__read32(guest, RX_WINDOW_LOW + RX_COUNTERS), 0);
	guest__destroy(guest);
}

static void queues_count_into_the_set_they_are_given(void **state)
{
	struct guest *guest = driver__start();
	struct ring tx = tx__create(guest, 42, 8), rx = rx__create(guest, 0, 8, 2);
	uint32_t qprc = RX_WINDOW_LOW + 0x40 * 7 + 0x30;

	(void)state;
	guest__write32(guest, RQSMR(0), 0x07);
	guest__write32(guest, TQSM(42 / 4), 0x0f << 8 * (42 % 4));
	rx__fill(&rx, 4);
	guest__inject(guest, frame, frame__make(frame, 100, 0));
	tx__put(&tx, frame, 200, TX_COMMAND, 0);
	ring__kick(&tx);

	assert_int_equal(guest__read32(guest, qprc), 1);
	assert_int_equal(guest__read32(guest, qprc + 4), 104);
	assert_int_equal(guest__read32(guest, qprc), 0);
	assert_int_equal(guest__read32(guest, QPTC_HIGH + 4 * 15), 1);
	assert_int_equal(guest__read32(guest, QBTC(15)), 204);
	assert_int_equal(guest__read32(guest, QBTC(15)), 0);
	guest__destroy(guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_eeprom_has_a_right_checksum_and_what_drivers_look_for),
		cmocka_unit_test(the_module_is_a_passive_copper_cable),
		cmocka_unit_test(the_module_gives_byte_after_byte_and_keeps_its_sums),
		cmocka_unit_test(nobody_else_is_on_the_bus),
		cmocka_unit_test(there_is_no_phy_and_commands_to_one_end),
		cmocka_unit_test(reading_the_semaphore_takes_it),
		cmocka_unit_test(the_capabilities_are_where_drivers_look),
		cmocka_unit_test(every_reset_brings_back_the_defaults),
		cmocka_unit_test(registers_at_two_offsets_are_one),
		cmocka_unit_test(accesses_of_other_sizes_do_no_harm),
		cmocka_unit_test(counters_are_cleared_by_a_read),
		cmocka_unit_test(counters_stop_at_their_greatest_value),
		cmocka_unit_test(software_does_not_write_counters),
		cmocka_unit_test(queues_count_into_the_set_they_are_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
