// SPDX-License-Identifier: MIT
/* Send queues: WQEs in their blocks, completions, errors and what must not hurt. */
#include "driver.h"

static uint8_t frame[16384], got[16384];

static void expect_frame(struct driver *driver, const uint8_t *expected, size_t bytes)
{
	assert_int_equal(guest__take(driver->guest, got, sizeof(got)), bytes);
	assert_memory_equal(got, expected, bytes);
}

static void frames_are_sent_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	for (unsigned int i = 0; i < 50; i++) {
		sq__put_frame(&driver, &sq, frame, frame__make(frame, 60 + i, i));
		sq__kick(&driver, &sq, 1);
		expect_frame(&driver, frame, 60 + i);
		assert_non_null(cq__take(&driver, &sq.cq));
	}
	assert_int_equal(guest__counter(driver.guest, "tx_frames"), 50);
	driver__stop(&driver);
}

static void only_wqes_that_ask_for_it_have_a_completion(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, 0))[11] = 0;
	sq__kick(&driver, &sq, 1);
	assert_null(cq__take(&driver, &sq.cq));
	sq__put_frame(&driver, &sq, frame, 60);
	sq__kick(&driver, &sq, 1);
	assert_int_equal(be16(cq__take(&driver, &sq.cq) + 60), 1);
	assert_int_equal(guest__sent(driver.guest), 2);
	driver__stop(&driver);
}

static void a_nop_has_a_completion_and_no_frame(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	cq__arm(&driver, &sq.cq);
	sq__begin(&driver, &sq, 0, 1);
	sq__kick(&driver, &sq, 1);
	assert_int_equal(cq__take(&driver, &sq.cq)[63] >> 4, MLX5_CQE_REQUEST);
	assert_int_equal(guest__interrupts(driver.guest, 1), 1);
	assert_int_equal(guest__sent(driver.guest), 0);
	driver__stop(&driver);
}

/* Control, Ethernet with 18 bytes inline, and three buffers: 7 segments, 2 blocks. */
static void a_wqe_of_many_segments_goes_over_the_end_of_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	uint8_t *wqe, *rest;

	(void)state;
	for (unsigned int i = 0; i < DRIVER_RING - 1; i++) {
		sq__begin(&driver, &sq, 0, 1)[11] = 0;
		sq__kick(&driver, &sq, 1);
	}
	frame__make(frame, 918, 9);
	memcpy(driver__at(&driver, sq.buffers), frame + 18, 900);
	wqe = sq__begin(&driver, &sq, 0x0a, 6);
	put_be16(wqe + 28, 18);
	memcpy(wqe + 30, frame, 18);
	sq__put_data(&driver, wqe + 48, sq.buffers, 300);
	rest = sq__block(&driver, &sq, sq.next + 1);
	memset(rest, 0, 64);
	sq__put_data(&driver, rest, sq.buffers + 300, 300);
	sq__put_data(&driver, rest + 16, sq.buffers + 600, 300);
	sq__kick(&driver, &sq, 2);
	expect_frame(&driver, frame, 918);
	assert_int_equal(be16(cq__take(&driver, &sq.cq) + 60), DRIVER_RING - 1);
	driver__stop(&driver);
}

static void a_short_frame_is_padded(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	frame__make(frame, 20, 1);
	sq__put_frame(&driver, &sq, frame, 20);
	sq__kick(&driver, &sq, 1);
	memset(frame + 20, 0, 40);
	expect_frame(&driver, frame, 60);
	driver__stop(&driver);
}

static void a_full_wire_keeps_wqes_on_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	guest__refuse(driver.guest, true);
	for (unsigned int i = 0; i < 4; i++)
		sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, i)), sq.next++;
	sq__kick(&driver, &sq, 0);
	assert_null(cq__take(&driver, &sq.cq));
	guest__refuse(driver.guest, false);
	guest__run(driver.guest);
	for (unsigned int i = 0; i < 4; i++) {
		frame__make(frame, 60, i);
		expect_frame(&driver, frame, 60);
		assert_non_null(cq__take(&driver, &sq.cq));
	}
	driver__stop(&driver);
}

static void queues_take_turns(void **state)
{
	struct driver driver = driver__start();
	struct queue sqs[3];
	unsigned int i, n;

	(void)state;
	for (i = 0; i < 3; i++)
		sqs[i] = driver__create_sq(&driver);
	guest__refuse(driver.guest, true);
	for (i = 0; i < 3; i++)
		for (n = 0; n < DRIVER_RING; n++) {
			sq__put_frame(&driver, &sqs[i], frame, frame__make(frame, 60, i));
			sq__kick(&driver, &sqs[i], 1);
		}
	guest__refuse(driver.guest, false);
	guest__run(driver.guest);
	assert_int_equal(guest__sent(driver.guest), 3 * DRIVER_RING);
	driver__stop(&driver);
}

static void nothing_is_sent_before_a_queue_is_ready(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	assert_int_equal(queue__modify(&driver, 0x905, sq.number, 1, 0), MLX5_OK);
	sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, 0));
	sq__kick(&driver, &sq, 1);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(queue__modify(&driver, 0x905, sq.number, 1, 1), MLX5_BAD_RESOURCE_STATE);
	assert_int_equal(queue__modify(&driver, 0x905, sq.number, 0, 1), MLX5_OK);
	guest__run(driver.guest);
	assert_int_equal(guest__sent(driver.guest), 1);
	driver__stop(&driver);
}

/* Rows: a byte of the WQE, what it is changed to, and the syndrome. */
static void a_bad_wqe_stops_the_queue_and_flushes_the_rest(void **state)
{
	static const struct { unsigned int byte, value, syndrome; } rows[] = {
		{ 3, 0x25, MLX5_SYNDROME_OPERATION },	/* UMR */
		{ 7, 0x01, MLX5_SYNDROME_OPERATION },	/* no Ethernet segment */
		{ 7, 0x00, MLX5_SYNDROME_OPERATION },	/* no segments at all */
		{ 7, 0x3f, MLX5_SYNDROME_OPERATION },	/* more blocks than posted */
		{ 29, 0xff, MLX5_SYNDROME_LENGTH },	/* more inline than there is */
		{ 32, 0x80, MLX5_SYNDROME_LENGTH },	/* inline data */
		{ 33, 0xff, MLX5_SYNDROME_LENGTH },
		{ 34, 0x7f, MLX5_SYNDROME_LENGTH },
		{ 39, 0x01, MLX5_SYNDROME_PROTECTION },	/* another key */
		{ 40, 0x77, MLX5_SYNDROME_PROTECTION },	/* address */
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct queue sq = driver__create_sq(&driver);
		uint8_t *cqe;

		sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, 0))[rows[i].byte] =
			rows[i].value;
		sq__kick(&driver, &sq, 1);
		sq__put_frame(&driver, &sq, frame, 60);
		sq__kick(&driver, &sq, 1);
		assert_int_equal(guest__sent(driver.guest), 0);
		cqe = cq__take(&driver, &sq.cq);
		assert_int_equal(cqe[63] >> 4, MLX5_CQE_REQUEST_ERROR);
		assert_int_equal(cqe[55], rows[i].syndrome);
		assert_int_equal(be16(cqe + 60), 0);
		cqe = cq__take(&driver, &sq.cq);
		assert_int_equal(cqe[55], MLX5_SYNDROME_FLUSHED);
		assert_int_equal(be16(cqe + 60), 1);

		/* The driver asks for the state, and begins anew. */
		field__set(driver__begin(&driver, 0x907, 0), COMMAND_NUMBER, sq.number);
		assert_int_equal(driver__command(&driver, 16, 0x110), MLX5_OK);
		assert_int_equal(field__get(driver.out, 0x108, 4), 3);
		assert_int_equal(queue__modify(&driver, 0x905, sq.number, 3, 0), MLX5_OK);
		sq.next = 0;
		put_be32((uint8_t *)driver__at(&driver, sq.record) + 4, 0);
		assert_int_equal(queue__modify(&driver, 0x905, sq.number, 0, 1), MLX5_OK);
		sq__put_frame(&driver, &sq, frame, 60);
		sq__kick(&driver, &sq, 1);
		assert_int_equal(guest__sent(driver.guest), 1);
		driver__stop(&driver);
	}
}

static void more_wqes_than_there_can_be_stop_the_queue(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	sq__kick(&driver, &sq, DRIVER_RING + 1);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(guest__counter(driver.guest, "bad_wqes"), 1);
	driver__stop(&driver);
}

static void a_frame_longer_than_can_be_is_an_error(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	uint8_t *wqe;

	(void)state;
	wqe = sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, 0));
	put_be32(wqe + 32, 9997);
	sq__kick(&driver, &sq, 1);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(cq__take(&driver, &sq.cq)[55], MLX5_SYNDROME_LENGTH);
	driver__stop(&driver);
}

static void without_a_link_frames_are_gone(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	guest__set_link(driver.guest, false);
	sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, 0));
	sq__kick(&driver, &sq, 1);
	assert_non_null(cq__take(&driver, &sq.cq));
	assert_int_equal(guest__counter(driver.guest, "tx_dropped"), 1);
	driver__stop(&driver);
}

static void no_bus_mastering_no_frames(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	sq__put_frame(&driver, &sq, frame, frame__make(frame, 60, 1));
	guest__bus_master(driver.guest, false);
	sq__kick(&driver, &sq, 1);
	assert_int_equal(guest__sent(driver.guest), 0);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_sent_all_around_the_ring),
		cmocka_unit_test(only_wqes_that_ask_for_it_have_a_completion),
		cmocka_unit_test(a_nop_has_a_completion_and_no_frame),
		cmocka_unit_test(a_wqe_of_many_segments_goes_over_the_end_of_the_ring),
		cmocka_unit_test(a_short_frame_is_padded),
		cmocka_unit_test(a_full_wire_keeps_wqes_on_the_ring),
		cmocka_unit_test(queues_take_turns),
		cmocka_unit_test(nothing_is_sent_before_a_queue_is_ready),
		cmocka_unit_test(a_bad_wqe_stops_the_queue_and_flushes_the_rest),
		cmocka_unit_test(more_wqes_than_there_can_be_stop_the_queue),
		cmocka_unit_test(a_frame_longer_than_can_be_is_an_error),
		cmocka_unit_test(without_a_link_frames_are_gone),
		cmocka_unit_test(no_bus_mastering_no_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
