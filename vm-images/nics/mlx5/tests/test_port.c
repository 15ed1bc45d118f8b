// SPDX-License-Identifier: MIT
/* The port and its vport: registers, contexts, counters, the link; resets. */
#include "driver.h"

static uint8_t frame[2048];

/* ACCESS_REG: @data is in driver->in from byte 16 on. Returns the status. */
static unsigned int access_register(struct driver *driver, uint16_t number, size_t bytes, bool read)
{
	put_be16(driver->in, 0x805);
	put_be16(driver->in + 6, read);
	put_be16(driver->in + 10, number);
	return driver__command(driver, 16 + bytes, 16 + bytes);
}

static unsigned int read_register(struct driver *driver, uint16_t number, size_t bytes)
{
	driver__begin(driver, 0x805, 0)[17] = 1;	/* local_port */
	return access_register(driver, number, bytes, true);
}

static void set_port(struct driver *driver, unsigned int state)
{
	driver__begin(driver, 0x805, 0)[17] = 1;
	field__set(driver->in + 16, 0x14, 4, state);
	field__set(driver->in + 16, 0x20, 1, 1);
	assert_int_equal(access_register(driver, 0x5006, 16, false), MLX5_OK);
}

static unsigned int vport_state(struct driver *driver)
{
	driver__begin(driver, 0x750, 0);
	assert_int_equal(driver__command(driver, 16, 16), MLX5_OK);
	return field__get(driver->out, 0x7c, 4);
}

/* Checks that there is one event of the port, of that subtype. */
static void expect_port_event(struct driver *driver, unsigned int subtype)
{
	uint8_t *event = eq__take(driver, &driver->events);

	assert_non_null(event);
	assert_int_equal(event[1], MLX5_EVENT_PORT_CHANGE);
	assert_int_equal(event[3], subtype);
	assert_int_equal(event[32 + 8], 0x10);
	assert_null(eq__take(driver, &driver->events));
	eq__arm(driver, &driver->events);
	assert_int_equal(guest__interrupts(driver->guest, 0), 1);
}

static void the_driver_learns_of_the_wires_link(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(vport_state(&driver), 1);
	guest__set_link(driver.guest, false);
	expect_port_event(&driver, 1);
	assert_int_equal(vport_state(&driver), 0);
	guest__set_link(driver.guest, true);
	expect_port_event(&driver, 4);
	assert_int_equal(vport_state(&driver), 1);
	driver__stop(&driver);
}

static void the_driver_takes_the_port_down_and_up(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	set_port(&driver, 2);
	expect_port_event(&driver, 1);
	assert_int_equal(vport_state(&driver), 0);
	assert_int_equal(read_register(&driver, 0x5006, 16), MLX5_OK);
	assert_int_equal(field__get(driver.out + 16, 0x14, 4), 2);
	assert_int_equal(field__get(driver.out + 16, 0x1c, 4), 2);
	/* The wire's link makes no difference. */
	guest__set_link(driver.guest, false);
	guest__set_link(driver.guest, true);
	assert_null(eq__take(&driver, &driver.events));
	set_port(&driver, 1);
	expect_port_event(&driver, 4);
	driver__stop(&driver);
}

static void the_speed_is_known_while_the_link_is_up(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(read_register(&driver, 0x5004, 64), MLX5_OK);
	assert_int_equal(field__get(driver.out + 16, 0x120, 32), 1u << 20);
	guest__set_link(driver.guest, false);
	assert_int_equal(read_register(&driver, 0x5004, 64), MLX5_OK);
	assert_int_equal(field__get(driver.out + 16, 0x60, 32), 1u << 20);
	assert_int_equal(field__get(driver.out + 16, 0x120, 32), 0);
	driver__stop(&driver);
}

/* Rows: an MTU, and whether it can be. */
static void the_mtu_has_limits(void **state)
{
	static const struct { uint16_t mtu; unsigned int status; } rows[] = {
		{ 0, MLX5_BAD_PARAMETER }, { 10001, MLX5_BAD_PARAMETER }, { 10000, MLX5_OK },
		{ 1522, MLX5_OK },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		driver__begin(&driver, 0x805, 0)[17] = 1;
		put_be16(driver.in + 24, rows[i].mtu);
		assert_int_equal(access_register(&driver, 0x5003, 16, false), rows[i].status);
	}
	assert_int_equal(read_register(&driver, 0x5003, 16), MLX5_OK);
	assert_int_equal(be16(driver.out + 16 + 4), 10000);
	assert_int_equal(be16(driver.out + 16 + 12), 1522);
	driver__stop(&driver);
}

static void pause_settings_are_kept(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	driver__begin(&driver, 0x805, 0)[17] = 1;
	field__set(driver.in + 16, 0x40, 1, 1);
	assert_int_equal(access_register(&driver, 0x5007, 32, false), MLX5_OK);
	assert_int_equal(read_register(&driver, 0x5007, 32), MLX5_OK);
	assert_int_equal(field__get(driver.out + 16, 0x40, 1), 1);
	assert_int_equal(field__get(driver.out + 16, 0x60, 1), 0);
	driver__stop(&driver);
}

static void registers_that_are_not_there_are_refused(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(read_register(&driver, 0x9014, 64), MLX5_BAD_PARAMETER);
	assert_int_equal(read_register(&driver, 0x5008, 100), MLX5_BAD_INPUT_LENGTH);
	driver__begin(&driver, 0x805, 0)[17] = 2;
	assert_int_equal(access_register(&driver, 0x5003, 16, true), MLX5_BAD_PARAMETER);
	driver__stop(&driver);
}

static void the_vports_context_is_kept(void **state)
{
	static const uint8_t address[6] = { 2, 4, 6, 8, 10, 12 };
	struct driver driver = driver__start();
	uint8_t *in;

	(void)state;
	driver__begin(&driver, 0x754, 0);
	assert_int_equal(driver__command(&driver, 16, 0x118), MLX5_OK);
	assert_memory_equal(driver.out + 0x106, "\x02\0\0\0\0\x01", 6);

	in = driver__begin(&driver, 0x755, 0);
	put_be32(in + 12, 1u << 3 | 1u << 2 | 1u << 4 | 1u << 6);
	put_be16(in + 0x126, 9022);
	field__set(in, 0x800 + 0x780, 3, 5);
	field__set(in, 0x800 + 0x785, 3, 1);
	field__set(in, 0x800 + 0x794, 12, 2);
	memcpy(in + 0x1f6, address, 6);
	memcpy(in + 0x200, "\0\0\1\2\3\4\5\6\0\0\1\2\3\4\5\7", 16);
	assert_int_equal(driver__command(&driver, 0x210, 16), MLX5_OK);

	field__set(driver__begin(&driver, 0x754, 0), 0x65, 3, 1);
	assert_int_equal(driver__command(&driver, 16, 0x120), MLX5_OK);
	assert_memory_equal(driver.out + 0x106, address, 6);
	assert_int_equal(be16(driver.out + 0x36), 9022);
	assert_int_equal(field__get(driver.out, 0x80 + 0x780, 3), 5);
	assert_int_equal(field__get(driver.out, 0x80 + 0x794, 12), 2);
	assert_memory_equal(driver.out + 0x118, "\0\0\1\2\3\4\5\7", 8);
	driver__stop(&driver);
}

/* Rows: the kind of a list, its size, and the bytes of the command. */
static void lists_that_cannot_be_are_refused(void **state)
{
	static const struct { unsigned int kind, size, bytes, status; } rows[] = {
		{ 3, 1, 0x208, MLX5_BAD_PARAMETER }, { 7, 1, 0x208, MLX5_BAD_PARAMETER },
		{ 0, 129, 0x200 + 8 * 129, MLX5_EXCEEDS_LIMIT },
		{ 2, 513, 0x200 + 4 * 513, MLX5_EXCEEDS_LIMIT },
		{ 2, 512, 0x200 + 4 * 512, MLX5_OK }, { 1, 2, 0x208, MLX5_BAD_INPUT_LENGTH },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *in = driver__begin(&driver, 0x755, 0);

		put_be32(in + 12, 1u << 2);
		field__set(in, 0x800 + 0x785, 3, rows[i].kind);
		field__set(in, 0x800 + 0x794, 12, rows[i].size);
		assert_int_equal(driver__command(&driver, rows[i].bytes, 16), rows[i].status);
	}
	driver__stop(&driver);
}

/* A frame out and two in, one of them to all. */
static struct driver start_with_traffic(void)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver), rq = driver__create_rq(&driver, 4, false);

	driver__steer_all(&driver, driver__create_direct_tir(&driver, rq.number));
	rq__fill(&driver, &rq, 4);
	sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, 0));
	sq__kick(&driver, &sq, 1);
	assert_int_equal(guest__take(driver.guest, frame, sizeof(frame)), 60);
	guest__inject(driver.guest, frame, frame__make(frame, 1000, 0));
	memset(frame, 0xff, 6);
	guest__inject(driver.guest, frame, 100);
	return driver;
}

/* A counter of a group of PPCNT, by its place. */
static uint64_t port_counter(struct driver *driver, unsigned int group, unsigned int place)
{
	driver__begin(driver, 0x805, 0)[17] = 1;
	driver->in[19] = group;
	assert_int_equal(access_register(driver, 0x5008, 256, true), MLX5_OK);
	return be64(driver->out + 16 + 8 + 8 * place);
}

static void frames_are_counted_for_vport_and_port(void **state)
{
	struct driver driver = start_with_traffic();

	(void)state;
	driver__begin(&driver, 0x770, 0);
	assert_int_equal(driver__command(&driver, 32, 0x210), MLX5_OK);
	assert_int_equal(be64(driver.out + 0x70), 1);		/* broadcast */
	assert_int_equal(be64(driver.out + 0x78), 100);
	assert_int_equal(be64(driver.out + 0x90), 1);		/* unicast */
	assert_int_equal(be64(driver.out + 0x98), 1000);
	assert_int_equal(be64(driver.out + 0xa0), 1);
	assert_int_equal(be64(driver.out + 0xa8), 60);

	assert_int_equal(port_counter(&driver, 0x00, 0), 1);	/* IEEE 802.3: sent */
	assert_int_equal(port_counter(&driver, 0x00, 1), 2);
	assert_int_equal(port_counter(&driver, 0x00, 5), 1108);
	assert_int_equal(port_counter(&driver, 0x01, 5), 64);	/* RFC 2863: bytes sent */
	assert_int_equal(port_counter(&driver, 0x02, 2), 2);	/* RFC 2819: frames */
	assert_int_equal(port_counter(&driver, 0x02, 12), 1);	/* 65 to 127 */
	assert_int_equal(port_counter(&driver, 0x02, 15), 1);	/* 512 to 1023 */
	assert_int_equal(port_counter(&driver, 0x10, 4), 2);
	assert_int_equal(port_counter(&driver, 0x21, 4), 0);
	driver__stop(&driver);
}

static uint32_t take_out_of_buffer(struct driver *driver, uint32_t set)
{
	uint8_t *in = driver__begin(driver, 0x773, 0);

	in[0x18] = 0x80;		/* clear */
	in[0x1f] = set;
	assert_int_equal(driver__command(driver, 32, 0x100), MLX5_OK);
	return be32(driver->out + 0x30);
}

static void frames_without_a_wqe_count_in_the_queues_set(void **state)
{
	struct driver driver = driver__start();
	struct queue rq = { 0 };
	uint32_t set;
	uint8_t *in;

	(void)state;
	assert_int_equal(driver__simple(&driver, 0x771, 0), MLX5_OK);
	set = driver.out[11];
	in = queue__begin(&driver, 0x908, &rq, DRIVER_LOG_RING, 4);
	field__set(in, 0x160, 8, set);
	assert_int_equal(driver__command(&driver, 0x118, 16), MLX5_OK);
	rq.number = driver__number(&driver);
	assert_int_equal(queue__modify(&driver, 0x909, rq.number, 0, 1), MLX5_OK);
	driver__steer_all(&driver, driver__create_direct_tir(&driver, rq.number));
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	guest__advance(driver.guest, 1000000000);

	/* The first query clears it. */
	assert_int_equal(take_out_of_buffer(&driver, set), 1);
	assert_int_equal(take_out_of_buffer(&driver, set), 0);
	driver__stop(&driver);
}

/* Rows: resets, and whether the statistics of the port stay. */
static void a_reset_ends_all_objects(void **state)
{
	static const struct { enum nic_reset kind; uint64_t frames; } rows[] = {
		{ NIC_RESET_FUNCTION, 2 }, { NIC_RESET_POWER, 0 },
	};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct driver driver = start_with_traffic();

		guest__reset(driver.guest, rows[i].kind);
		guest__bus_master(driver.guest, true);
		guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
		assert_int_equal(guest__counter(driver.guest, "rx_filtered"), 1);
		assert_int_equal(guest__counter(driver.guest, "flows"), 0);
		driver__set_segment(&driver, 0x10, driver.commands >> 32);
		driver__set_segment(&driver, 0x14, driver.commands);
		assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_BAD_SYSTEM_STATE);
		assert_int_equal(driver__simple(&driver, 0x104, 0), MLX5_OK);
		assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_OK);
		assert_int_equal(driver__simple(&driver, 0x801, driver.pd), MLX5_BAD_RESOURCE);
		assert_int_equal(port_counter(&driver, 0x00, 1), rows[i].frames);
		driver__stop(&driver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_driver_learns_of_the_wires_link),
		cmocka_unit_test(the_driver_takes_the_port_down_and_up),
		cmocka_unit_test(the_speed_is_known_while_the_link_is_up),
		cmocka_unit_test(the_mtu_has_limits),
		cmocka_unit_test(pause_settings_are_kept),
		cmocka_unit_test(registers_that_are_not_there_are_refused),
		cmocka_unit_test(the_vports_context_is_kept),
		cmocka_unit_test(lists_that_cannot_be_are_refused),
		cmocka_unit_test(frames_are_counted_for_vport_and_port),
		cmocka_unit_test(frames_without_a_wqe_count_in_the_queues_set),
		cmocka_unit_test(a_reset_ends_all_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
