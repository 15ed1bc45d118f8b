/* SPDX-License-Identifier: MIT */
/*
 * Tests of RX rings that hold for the XL710 and the E810 alike. Which of them it is, the driver.h
 * that was included before says.
 */
#ifndef INTEL_RX_TESTS_H
#define INTEL_RX_TESTS_H

static uint8_t frame[16384];

static void received_frames_fill_buffers_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);

	(void)state;
	rx__fill(&ring, 7);
	for (unsigned int i = 0; i < 50; i++) {
		guest__inject(driver.guest, frame, frame__make(frame, 60 + i, i));
		assert_int_equal(rx__status(&ring, i), RX_DONE | RX_END);
		assert_int_equal(rx__bytes(&ring, i), 60 + i);
		assert_memory_equal(rx__data(&ring, i), frame, 60 + i);
		rx__fill(&ring, 1);
	}
	assert_int_equal(guest__counter(driver.guest, "rx_frames"), 50);
	assert_int_equal(guest__counter(driver.guest, "rx_queue_0"), 50);
	driver__stop(&driver);
}

/* Rows: bytes of the frame, of a buffer, and how many it takes. */
static void a_long_frame_takes_several_buffers(void **state)
{
	static const struct { size_t bytes, buffer; unsigned int count; } rows[] = {
		{ 2048, 2048, 1 }, { 2049, 2048, 2 }, { 9014, 2048, 5 }, { 9014, 3072, 3 },
		{ 128, 128, 1 }, { 640, 128, 5 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = rx__create(&driver, 0, 16, rows[i].buffer);
		size_t left = frame__make(frame, rows[i].bytes, 1);

		rx__fill(&ring, 15);
		guest__inject(driver.guest, frame, left);
		for (unsigned int at = 0; at < rows[i].count; at++) {
			size_t part = left < rows[i].buffer ? left : rows[i].buffer;

			assert_int_equal(rx__status(&ring, at),
					 at + 1 == rows[i].count ? RX_DONE | RX_END : RX_DONE);
			assert_int_equal(rx__bytes(&ring, at), part);
			assert_memory_equal(rx__data(&ring, at),
					    frame + rows[i].bytes - left, part);
			left -= part;
		}
		assert_int_equal(left, 0);
		assert_int_equal(rx__status(&ring, rows[i].count), 0);
		driver__stop(&driver);
	}
}

static void a_ring_without_buffers_makes_the_wire_wait_and_loses_nothing(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);

	(void)state;
	rx__fill(&ring, 2);
	for (unsigned int i = 0; i < 5; i++)
		guest__inject(driver.guest, frame, frame__make(frame, 60, i));
	assert_int_equal(guest__waiting(driver.guest), 3);

	rx__fill(&ring, 3);
	assert_int_equal(guest__waiting(driver.guest), 0);
	for (unsigned int i = 0; i < 5; i++) {
		frame__make(frame, 60, i);
		assert_memory_equal(rx__data(&ring, i), frame, 60);
	}
	assert_int_equal(guest__counter(driver.guest, "rx_frames"), 5);
	assert_int_equal(guest__read32(driver.guest, GLPRT_UPRC), 5);
	driver__stop(&driver);
}

static void a_frame_needs_all_its_buffers_at_once(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 1024);

	(void)state;
	rx__fill(&ring, 2);
	guest__inject(driver.guest, frame, frame__make(frame, 3000, 1));
	assert_int_equal(rx__status(&ring, 0), 0);
	rx__fill(&ring, 1);
	assert_int_equal(rx__status(&ring, 2), RX_DONE | RX_END);
	driver__stop(&driver);
}

static void frames_for_a_queue_that_is_off_are_dropped(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);

	(void)state;
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(guest__waiting(driver.guest), 1);
	assert_true(rx__disable(&ring));
	guest__run(driver.guest);
	assert_int_equal(guest__waiting(driver.guest), 0);
	assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 1);
	driver__stop(&driver);
}

#define RX_TESTS \
	cmocka_unit_test(received_frames_fill_buffers_all_around_the_ring), \
	cmocka_unit_test(a_long_frame_takes_several_buffers), \
	cmocka_unit_test(a_ring_without_buffers_makes_the_wire_wait_and_loses_nothing), \
	cmocka_unit_test(a_frame_needs_all_its_buffers_at_once), \
	cmocka_unit_test(frames_for_a_queue_that_is_off_are_dropped)

#endif
