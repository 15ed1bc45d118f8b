// SPDX-License-Identifier: MIT
/* The command interface of the ConnectX-5: entries, mailboxes, stages, objects, capabilities. */
#include "driver.h"

static void a_command_is_answered_in_its_entry_and_ownership_returned(void **state)
{
	struct driver driver = driver__start_bare();

	(void)state;
	assert_int_equal(driver__segment(&driver, 0x04) >> 16, 5);
	assert_int_equal(driver__segment(&driver, 0x14) & 0xff, 0x56);
	assert_int_equal(driver__simple(&driver, 0x104, 0), MLX5_OK);
	assert_int_equal(driver.delivery, 0);
	assert_int_equal(guest__counter(driver.guest, "commands"), 1);
	driver__stop(&driver);
}

static void the_health_counter_moves_on_also_for_small_reads(void **state)
{
	struct driver driver = driver__start_bare();
	uint32_t first = driver__segment(&driver, 0x1010);

	(void)state;
	assert_int_not_equal(driver__segment(&driver, 0x1010), first);
	/* The syndrome, one byte; the firmware's version in a word, and its last byte. */
	assert_int_equal(guest__read(driver.guest, 0, 0x23d, 1), 0);
	assert_int_equal(guest__read(driver.guest, 0, 0x233, 1),
			 driver__segment(&driver, 0x230) & 0xff);
	driver__stop(&driver);
}

static void commands_are_refused_before_their_stage(void **state)
{
	struct driver driver = driver__start_bare();

	(void)state;
	assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_BAD_SYSTEM_STATE);
	assert_int_equal(driver__simple(&driver, 0x104, 0), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x800, 0), MLX5_BAD_SYSTEM_STATE);
	assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_BAD_SYSTEM_STATE);
	assert_int_equal(driver__simple(&driver, 0x800, 0), MLX5_OK);
	driver__stop(&driver);
}

static void unknown_and_short_commands_are_refused(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(driver__simple(&driver, 0xfff, 0), MLX5_BAD_OPERATION);
	driver__begin(&driver, 0x900, 0);
	assert_int_equal(driver__command(&driver, 0x10f, 16), MLX5_BAD_INPUT_LENGTH);
	driver__begin(&driver, 0x100, 0);
	assert_int_equal(driver__command(&driver, 16, 4000), MLX5_BAD_OUTPUT_LENGTH);
	assert_int_equal(guest__counter(driver.guest, "commands_refused"), 3);
	driver__stop(&driver);
}

/* Rows: what is wrong with how a command comes over, and the delivery status. */
static void what_comes_over_badly_is_not_looked_at(void **state)
{
	static const struct {
		unsigned int byte, value;	/* of the entry */
		unsigned int delivery;
	} rows[] = {
		{ 0, 6, 0x10 }, { 60, 1, 0x2 }, { 8, 0x77, 0x5 }, { 15, 0x10, 0x5 },
		{ 6, 0x40, 0x7 }, { 58, 0x40, 0x8 }, { 48, 0x77, 0x4 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		uint8_t *entry = driver__entry(&driver, 0);

		driver__begin(&driver, 0x100, 0);
		driver__post(&driver, 0, 32, 4112);
		assert_int_equal(entry[63], 0);
		entry[rows[i].byte] = rows[i].value;
		entry[63] = 1;
		driver__set_segment(&driver, 0x18, 1);
		guest__run(driver.guest);
		assert_int_equal(entry[63], rows[i].delivery << 1);
		driver__stop(&driver);
	}
}

static void mailboxes_that_are_not_in_order_are_refused(void **state)
{
	struct driver driver = driver__start();
	uint8_t *box = driver__at(&driver, driver__box(driver.in_boxes, 1));

	(void)state;
	put_be32(box + 568, 7);
	driver__begin(&driver, 0x109, 0);
	driver__command(&driver, 4112, 16);
	assert_int_equal(driver.delivery, 0x3);
	driver__stop(&driver);
}

static void an_entry_that_is_not_the_devices_is_left_alone(void **state)
{
	struct driver driver = driver__start();
	uint64_t before = guest__counter(driver.guest, "commands");

	(void)state;
	memset(driver__entry(&driver, 3), 0, 64);
	driver__set_segment(&driver, 0x18, 1u << 3);
	guest__run(driver.guest);
	assert_int_equal(guest__counter(driver.guest, "commands"), before);
	driver__stop(&driver);
}

static void with_an_eq_for_them_commands_end_with_an_event(void **state)
{
	struct driver driver = driver__start();
	struct ring eq = driver__create_eq(&driver, 2, 1u << MLX5_EVENT_COMMAND);
	uint8_t *entry;

	(void)state;
	/* The command that made it was still polled for. */
	assert_null(eq__take(&driver, &eq));
	eq__arm(&driver, &eq);
	guest__interrupts(driver.guest, 2);
	driver__begin(&driver, 0x800, 0);
	driver__post(&driver, 5, 16, 16);
	entry = eq__take(&driver, &eq);
	assert_non_null(entry);
	assert_int_equal(entry[1], MLX5_EVENT_COMMAND);
	assert_int_equal(be32(entry + 32), 1u << 5);
	assert_int_equal(guest__interrupts(driver.guest, 2), 1);
	/* And so does its own end, which nobody is told of. */
	field__set(driver__begin(&driver, 0x302, 0), 0x58, 8, eq.number);
	assert_int_equal(driver__command(&driver, 16, 16), MLX5_OK);
	assert_null(eq__take(&driver, &eq));
	driver__stop(&driver);
}

static void capabilities_can_be_lowered_before_the_start(void **state)
{
	struct driver driver = driver__start_bare();
	uint8_t *in;

	(void)state;
	assert_int_equal(driver__simple(&driver, 0x104, 0), MLX5_OK);
	driver__begin(&driver, 0x100, 0);
	assert_int_equal(driver__command(&driver, 16, 4112), MLX5_OK);
	assert_int_equal(field__get(driver.out, 0x80 + 0x9b, 5), 9);

	in = driver__begin(&driver, 0x109, 0);
	memcpy(in + 16, driver.out + 16, 4096);
	field__set(in, 0x80 + 0x9b, 5, 4);
	assert_int_equal(driver__command(&driver, 4112, 16), MLX5_OK);
	driver__begin(&driver, 0x100, 1);
	assert_int_equal(driver__command(&driver, 16, 4112), MLX5_OK);
	assert_int_equal(field__get(driver.out, 0x80 + 0x9b, 5), 4);

	/* More than can be, and after the start. */
	in = driver__begin(&driver, 0x109, 0);
	field__set(in, 0x80 + 0x9b, 5, 10);
	assert_int_equal(driver__command(&driver, 4112, 16), MLX5_BAD_PARAMETER);
	assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_OK);
	driver__begin(&driver, 0x109, 0);
	assert_int_equal(driver__command(&driver, 4112, 16), MLX5_BAD_SYSTEM_STATE);
	driver__stop(&driver);
}

/* Rows: the kinds of capabilities that there are, and one that there is not. */
static void kinds_of_capabilities(void **state)
{
	static const struct { uint16_t kind; unsigned int status; } rows[] = {
		{ 0, MLX5_OK }, { 1, MLX5_OK }, { 7, MLX5_OK }, { 4, MLX5_BAD_PARAMETER },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		driver__begin(&driver, 0x100, rows[i].kind << 1 | 1);
		assert_int_equal(driver__command(&driver, 16, 4112), rows[i].status);
	}
	driver__stop(&driver);
}

/* Rows: how to allocate and free, and how many there can be (number 0 is none). */
static void objects_run_out_and_come_back(void **state)
{
	static const struct { uint16_t allocate, release, limit; } rows[] = {
		{ 0x800, 0x801, 64 }, { 0x816, 0x817, 64 }, { 0x802, 0x803, 128 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		uint32_t first = 0, count = 1;	/* one is there already */

		while (driver__simple(&driver, rows[i].allocate, 0) == MLX5_OK) {
			first = first ? first : driver__number(&driver);
			count++;
		}
		assert_int_equal(driver.out[0], MLX5_NO_RESOURCES);
		assert_int_equal(count, rows[i].limit - 1);
		assert_int_equal(driver__simple(&driver, rows[i].release, first), MLX5_OK);
		assert_int_equal(driver__simple(&driver, rows[i].release, first),
				 MLX5_BAD_RESOURCE);
		assert_int_equal(driver__simple(&driver, rows[i].allocate, 0), MLX5_OK);
		assert_int_equal(driver__number(&driver), first);
		driver__stop(&driver);
	}
}

/* Rows: commands that name an object, all with numbers that are none. */
static void numbers_of_no_object_are_refused(void **state)
{
	static const uint16_t opcodes[] = {
		0x202, 0x401, 0x402, 0x801, 0x803, 0x817, 0x902, 0x906, 0x907, 0x90a, 0x90b, 0x914,
		0x918,
	};
	static const uint32_t numbers[] = { 0, 250, 0x3ff, 0x400, 0xffffff };
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++)
		for (unsigned int n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++) {
			field__set(driver__begin(&driver, opcodes[i], 0), COMMAND_NUMBER,
				   numbers[n]);
			assert_int_equal(driver__command(&driver, 16, 0x110), MLX5_BAD_RESOURCE);
		}
	driver__stop(&driver);
}

/* Rows: fields of a memory key that cannot be, by bit. */
static void memory_keys_other_than_of_all_memory_are_refused(void **state)
{
	static const struct { unsigned int bit, width, value, status; } rows[] = {
		{ 0x96, 2, 1, MLX5_BAD_PARAMETER }, { 0x83, 3, 1, MLX5_BAD_PARAMETER },
		{ 0xe0, 1, 0, MLX5_BAD_PARAMETER }, { 0xe8, 24, 63, MLX5_BAD_RESOURCE },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *in = driver__begin(&driver, 0x200, 0);

		field__set(in, 0xe0, 1, 1);
		field__set(in, 0xe8, 24, driver.pd);
		field__set(in, rows[i].bit, rows[i].width, rows[i].value);
		assert_int_equal(driver__command(&driver, 0x110, 16), rows[i].status);
	}
	driver__stop(&driver);
}

static void a_command_queue_outside_guest_memory_touches_nothing(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	driver__set_segment(&driver, 0x10, UNMAPPED >> 32);
	driver__set_segment(&driver, 0x14, (uint32_t)UNMAPPED);
	driver__set_segment(&driver, 0x18, UINT32_MAX);
	guest__run(driver.guest);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 32);
	driver__stop(&driver);
}

static void teardown_ends_all_objects_and_the_device_starts_again(void **state)
{
	struct driver driver = driver__start();
	uint32_t pd = driver.pd;

	(void)state;
	assert_int_equal(driver__simple(&driver, 0x103, 0), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x801, pd), MLX5_BAD_SYSTEM_STATE);
	assert_int_equal(driver__simple(&driver, 0x105, 0), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_BAD_SYSTEM_STATE);
	assert_int_equal(driver__simple(&driver, 0x104, 0), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x801, pd), MLX5_BAD_RESOURCE);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_answered_in_its_entry_and_ownership_returned),
		cmocka_unit_test(the_health_counter_moves_on_also_for_small_reads),
		cmocka_unit_test(commands_are_refused_before_their_stage),
		cmocka_unit_test(unknown_and_short_commands_are_refused),
		cmocka_unit_test(what_comes_over_badly_is_not_looked_at),
		cmocka_unit_test(mailboxes_that_are_not_in_order_are_refused),
		cmocka_unit_test(an_entry_that_is_not_the_devices_is_left_alone),
		cmocka_unit_test(with_an_eq_for_them_commands_end_with_an_event),
		cmocka_unit_test(capabilities_can_be_lowered_before_the_start),
		cmocka_unit_test(kinds_of_capabilities),
		cmocka_unit_test(objects_run_out_and_come_back),
		cmocka_unit_test(numbers_of_no_object_are_refused),
		cmocka_unit_test(memory_keys_other_than_of_all_memory_are_refused),
		cmocka_unit_test(a_command_queue_outside_guest_memory_touches_nothing),
		cmocka_unit_test(teardown_ends_all_objects_and_the_device_starts_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
