// SPDX-License-Identifier: MIT
/* Event and completion queues: owner bits, arming and interrupts. */
#include "driver.h"

static uint8_t frame[64];

/* One completion: a frame is sent. */
static void complete(struct driver *driver, struct queue *sq)
{
	sq__put_frame(driver, sq, frame, frame__make(frame, 60, 0));
	sq__kick(driver, sq, 1);
	guest__take(driver->guest, frame, sizeof(frame));
}

static void completions_change_hands_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	for (unsigned int i = 0; i < 5 * DRIVER_RING; i++) {
		uint8_t *cqe;

		assert_null(cq__take(&driver, &sq.cq));
		complete(&driver, &sq);
		cqe = cq__take(&driver, &sq.cq);
		assert_non_null(cqe);
		assert_int_equal(cqe[63], i / DRIVER_RING & 1);
		assert_int_equal(be16(cqe + 60), i);
		assert_int_equal(be32(cqe + 56), 0x0a000000 | sq.number);
	}
	driver__stop(&driver);
}

static void an_armed_cq_sends_one_event_and_one_interrupt(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	uint8_t *event;

	(void)state;
	complete(&driver, &sq);
	assert_null(eq__take(&driver, &driver.completions));
	cq__take(&driver, &sq.cq);

	cq__arm(&driver, &sq.cq);
	assert_null(eq__take(&driver, &driver.completions));
	complete(&driver, &sq);
	complete(&driver, &sq);
	event = eq__take(&driver, &driver.completions);
	assert_non_null(event);
	assert_int_equal(event[1], MLX5_EVENT_COMPLETION);
	assert_int_equal(be32(event + 56), sq.cq.number);
	assert_null(eq__take(&driver, &driver.completions));
	assert_int_equal(guest__interrupts(driver.guest, 1), 1);
	driver__stop(&driver);
}

static void a_cq_armed_behind_a_completion_sends_its_event_at_once(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	complete(&driver, &sq);
	cq__arm(&driver, &sq.cq);
	assert_non_null(eq__take(&driver, &driver.completions));
	assert_int_equal(guest__interrupts(driver.guest, 1), 1);
	driver__stop(&driver);
}

static void an_eq_armed_behind_an_event_interrupts_at_once(void **state)
{
	struct driver driver = driver__start();
	struct queue one = driver__create_sq(&driver), other = driver__create_sq(&driver);

	(void)state;
	cq__arm(&driver, &one.cq);
	cq__arm(&driver, &other.cq);
	complete(&driver, &one);
	complete(&driver, &other);
	/* It is armed again when the first was seen, and the second not. */
	assert_int_equal(guest__interrupts(driver.guest, 1), 1);
	assert_non_null(eq__take(&driver, &driver.completions));
	eq__arm(&driver, &driver.completions);
	assert_int_equal(guest__interrupts(driver.guest, 1), 1);
	assert_non_null(eq__take(&driver, &driver.completions));
	eq__arm(&driver, &driver.completions);
	assert_int_equal(guest__interrupts(driver.guest, 1), 0);
	driver__stop(&driver);
}

static void events_change_hands_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	for (unsigned int i = 0; i < 3 * DRIVER_RING; i++) {
		cq__arm(&driver, &sq.cq);
		complete(&driver, &sq);
		assert_non_null(eq__take(&driver, &driver.completions));
		assert_null(eq__take(&driver, &driver.completions));
		eq__arm(&driver, &driver.completions);
		cq__take(&driver, &sq.cq);
		assert_int_equal(guest__interrupts(driver.guest, 1), 1);
	}
	driver__stop(&driver);
}

static void an_eq_that_is_full_loses_events_and_overwrites_none(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	unsigned int i;

	(void)state;
	for (i = 0; i < DRIVER_RING + 3; i++) {
		cq__arm(&driver, &sq.cq);
		complete(&driver, &sq);
		cq__take(&driver, &sq.cq);
	}
	assert_int_equal(guest__counter(driver.guest, "events_lost"), 3);
	for (i = 0; eq__take(&driver, &driver.completions); i++)
		;
	assert_int_equal(i, DRIVER_RING);
	driver__stop(&driver);
}

static void a_cq_without_room_goes_into_error_and_says_so(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	uint8_t *event;
	unsigned int i;

	(void)state;
	for (i = 0; i <= DRIVER_RING; i++)
		complete(&driver, &sq);
	event = eq__take(&driver, &driver.events);
	assert_non_null(event);
	assert_int_equal(event[1], MLX5_EVENT_CQ_ERROR);
	assert_int_equal(be32(event + 32), sq.cq.number);
	assert_int_equal(event[32 + 11], 1);
	for (i = 0; cq__take(&driver, &sq.cq); i++)
		;
	assert_int_equal(i, DRIVER_RING);
	/* Room does not help it. */
	complete(&driver, &sq);
	assert_null(cq__take(&driver, &sq.cq));
	assert_int_equal(guest__counter(driver.guest, "cq_overruns"), 1);
	driver__stop(&driver);
}

static void the_record_says_what_was_read_of_a_cq_that_is_never_armed(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	for (unsigned int i = 0; i < 4 * DRIVER_RING; i++) {
		complete(&driver, &sq);
		assert_non_null(cq__take(&driver, &sq.cq));
	}
	assert_int_equal(guest__counter(driver.guest, "cq_overruns"), 0);
	driver__stop(&driver);
}

/* A driver of 32 bits has no stores of 8 bytes. */
static void a_doorbell_may_come_in_two_halves(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	uint64_t doorbell = (uint64_t)driver.uar * 4096 + 0x20;

	(void)state;
	guest__write32(driver.guest, doorbell, 0);
	guest__write32(driver.guest, doorbell + 4, __builtin_bswap32(sq.cq.number));
	complete(&driver, &sq);
	assert_non_null(eq__take(&driver, &driver.completions));
	driver__stop(&driver);
}

static void doorbells_of_pages_that_are_not_allocated_do_nothing(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	uint32_t uar = driver.uar;

	(void)state;
	driver.uar = uar + 1;
	sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, 0));
	sq__kick(&driver, &sq, 1);
	driver.uar = 3;
	cq__arm(&driver, &sq.cq);
	assert_int_equal(guest__sent(driver.guest), 0);
	driver.uar = uar;
	assert_int_equal(driver__simple(&driver, 0x803, uar), MLX5_OK);
	cq__arm(&driver, &sq.cq);
	sq__kick(&driver, &sq, 0);
	assert_int_equal(guest__sent(driver.guest), 0);
	driver__stop(&driver);
}

static void a_cq_outside_guest_memory_touches_nothing(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	uint32_t cq;
	uint8_t *in;

	(void)state;
	in = driver__begin(&driver, 0x400, 0);
	field__set(in, 0x80 + 0x63, 5, DRIVER_LOG_RING);
	field__set(in, 0x80 + 0x68, 24, driver.uar);
	field__set(in, 0x80 + 0xa0, 32, driver.completions.number);
	put_be64(in + 0x110, UNMAPPED);
	assert_int_equal(driver__command(&driver, 0x118, 16), MLX5_OK);
	cq = driver__number(&driver);

	/* An SQ whose ring is where the other's is, and whose completions go nowhere. */
	in = driver__begin(&driver, 0x904, 0);
	field__set(in, 0x148, 24, cq);
	field__set(in, 0x280, 4, 1);
	field__set(in, 0x2c8, 24, driver.pd);
	field__set(in, 0x300, 64, sq.record);
	field__set(in, 0x38c, 4, 6);
	field__set(in, 0x39b, 5, DRIVER_LOG_RING);
	put_be64(in + 0x110, sq.base);
	assert_int_equal(driver__command(&driver, 0x118, 16), MLX5_OK);
	sq.number = driver__number(&driver);
	assert_int_equal(queue__modify(&driver, 0x905, sq.number, 0, 1), MLX5_OK);
	complete(&driver, &sq);
	assert_int_equal(guest__counter(driver.guest, "tx_frames"), 1);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);
	driver__stop(&driver);
}

/* Rows: fields of a ring that cannot be: of EQs and CQs, by bit of their context. */
static void rings_that_cannot_be_are_refused(void **state)
{
	static const struct { uint16_t opcode; unsigned int bit, width, value, status; } rows[] = {
		{ 0x301, 0xb4, 12, 64, MLX5_BAD_PARAMETER },	/* vector */
		{ 0x301, 0x63, 5, 15, MLX5_BAD_PARAMETER },	/* log_eq_size */
		{ 0x301, 0x63, 5, 7, MLX5_BAD_PARAMETER },	/* more than its pages */
		{ 0x301, 0x68, 24, 200, MLX5_BAD_RESOURCE },	/* UAR */
		{ 0x400, 0x63, 5, 31, MLX5_BAD_PARAMETER },
		{ 0x400, 0x08, 3, 1, MLX5_BAD_PARAMETER },	/* entries of 128 bytes */
		{ 0x400, 0x11, 1, 1, MLX5_BAD_PARAMETER },	/* compression */
		{ 0x400, 0xa0, 32, 63, MLX5_BAD_RESOURCE },	/* EQ */
		{ 0x400, 0x68, 24, 16, MLX5_BAD_RESOURCE },
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t *in = driver__begin(&driver, rows[i].opcode, 0);

		field__set(in, 0x80 + 0x63, 5, DRIVER_LOG_RING);
		field__set(in, 0x80 + 0x68, 24, driver.uar);
		field__set(in, 0x80 + 0xa0, 32, driver.completions.number);
		if (rows[i].opcode == 0x301)
			field__set(in, 0x80 + 0xb4, 12, 1);
		put_be64(in + 0x110, guest__alloc(driver.guest, 4096, 4096));
		field__set(in, 0x80 + rows[i].bit, rows[i].width, rows[i].value);
		assert_int_equal(driver__command(&driver, 0x118, 16), rows[i].status);
	}
	driver__stop(&driver);
}

static void what_is_in_use_is_not_destroyed(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	field__set(driver__begin(&driver, 0x302, 0), 0x58, 8, driver.completions.number);
	assert_int_equal(driver__command(&driver, 16, 16), MLX5_BAD_RESOURCE_STATE);
	assert_int_equal(driver__simple(&driver, 0x401, sq.cq.number), MLX5_BAD_RESOURCE_STATE);
	assert_int_equal(driver__simple(&driver, 0x914, driver.tis), MLX5_BAD_RESOURCE_STATE);
	assert_int_equal(driver__simple(&driver, 0x906, sq.number), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x401, sq.cq.number), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x914, driver.tis), MLX5_OK);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(completions_change_hands_all_around_the_ring),
		cmocka_unit_test(an_armed_cq_sends_one_event_and_one_interrupt),
		cmocka_unit_test(a_cq_armed_behind_a_completion_sends_its_event_at_once),
		cmocka_unit_test(an_eq_armed_behind_an_event_interrupts_at_once),
		cmocka_unit_test(events_change_hands_all_around_the_ring),
		cmocka_unit_test(an_eq_that_is_full_loses_events_and_overwrites_none),
		cmocka_unit_test(a_cq_without_room_goes_into_error_and_says_so),
		cmocka_unit_test(the_record_says_what_was_read_of_a_cq_that_is_never_armed),
		cmocka_unit_test(a_doorbell_may_come_in_two_halves),
		cmocka_unit_test(doorbells_of_pages_that_are_not_allocated_do_nothing),
		cmocka_unit_test(a_cq_outside_guest_memory_touches_nothing),
		cmocka_unit_test(rings_that_cannot_be_are_refused),
		cmocka_unit_test(what_is_in_use_is_not_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
