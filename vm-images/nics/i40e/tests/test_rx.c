// SPDX-License-Identifier: MIT
/* RX rings of the XL710: frames over buffers, write-back, and what must not hurt. */
#include "driver.h"
#include "intel/tests/rx_tests.h"

/* Rows: bytes, the queue's buffers and the longest frame it takes. */
static void frames_too_long_for_the_queue_are_dropped(void **state)
{
	static const struct { size_t bytes, buffer; unsigned int most; } rows[] = {
		{ 641, 128, 9728 }, { 1519, 2048, 1518 }, { 9729, 2048, 9728 },
		{ 12000, 4096, 16383 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = rx__prepare(&driver, 0, 16, rows[i].buffer, false);

		context__set(driver__rx_context(&driver, 0), 174, 14, rows[i].most);
		assert_true(rx__enable(&ring));
		rx__fill(&ring, 15);
		guest__inject(driver.guest, frame, frame__make(frame, rows[i].bytes, 0));
		assert_int_equal(rx__second(&ring, 0), 0);
		assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 1);
		assert_int_equal(guest__read32(driver.guest, GLPRT_ROC), 1);
		driver__stop(&driver);
	}
}

static void wide_descriptors_are_written_back_whole(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__prepare(&driver, 0, 8, 2048, true);
	uint8_t *descriptor = guest__at(driver.guest, ring.base + 32);

	(void)state;
	put_le64(guest__at(driver.guest, ring.base), ring.buffers);
	put_le64(descriptor, ring.buffers + 2048);
	put_le64(descriptor + 16, UINT64_MAX);
	guest__write32(driver.guest, QRX_TAIL(0), 2);
	assert_true(rx__enable(&ring));
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	guest__inject(driver.guest, frame, frame__make(frame, 70, 1));
	assert_int_equal(le64(descriptor + 8) & 3, RX_DONE | RX_END);
	assert_int_equal(bits(le64(descriptor + 8), 38, 14), 70);
	assert_int_equal(le64(descriptor + 16), 0);
	assert_memory_equal(guest__at(driver.guest, ring.buffers + 2048), frame, 70);
	driver__stop(&driver);
}

static void a_buffer_outside_guest_memory_marks_the_frame(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);

	(void)state;
	rx__fill(&ring, 3);
	put_le64(guest__at(driver.guest, ring.base), UNMAPPED - 10);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 1));
	guest__inject(driver.guest, frame, frame__make(frame, 60, 2));
	assert_true(rx__second(&ring, 0) & UINT64_C(1) << 19);
	assert_false(rx__second(&ring, 1) & UINT64_C(1) << 19);
	assert_memory_equal(rx__data(&ring, 1), frame, 60);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);
	driver__stop(&driver);
}

static void an_rx_ring_outside_guest_memory_touches_nothing(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__prepare(&driver, 0, 8, 2048, true);

	(void)state;
	context__set(driver__rx_context(&driver, 0), 32, 57, (UNMAPPED - 128) / 128);
	guest__write32(driver.guest, QRX_TAIL(0), 7);
	assert_true(rx__enable(&ring));
	for (unsigned int i = 0; i < 20; i++)
		guest__inject(driver.guest, frame, frame__make(frame, 60, 1));
	/* Four of its descriptors are. */
	assert_int_equal(guest__counter(driver.guest, "rx_frames"), 4);
	assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 16);
	assert_int_equal(guest__read32(driver.guest, GLV_RDPC(0)), 16);
	assert_true(guest__counter(driver.guest, "bad_addresses") > 0);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RX_TESTS,
		cmocka_unit_test(frames_too_long_for_the_queue_are_dropped),
		cmocka_unit_test(wide_descriptors_are_written_back_whole),
		cmocka_unit_test(a_buffer_outside_guest_memory_marks_the_frame),
		cmocka_unit_test(an_rx_ring_outside_guest_memory_touches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
