// SPDX-License-Identifier: MIT
/* TX rings of the XL710: the walk along the descriptors, write-back, and what must not hurt. */
#include "driver.h"
#include "intel/tests/tx_tests.h"

static void frames_are_sent_and_the_head_written_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	for (unsigned int i = 0; i < 50; i++) {
		tx__put(&ring, frame, frame__make(frame, 60 + i, i), TX_LAST);
		tx__kick(&ring);
		expect_frame(&driver, frame, 60 + i);
		assert_int_equal(tx__head(&ring), (i + 1) % 8);
		assert_int_equal(guest__read32(driver.guest, QTX_HEAD(0)), (i + 1) % 8);
	}
	assert_int_equal(guest__counter(driver.guest, "tx_frames"), 50);
	assert_int_equal(guest__counter(driver.guest, "tx_queue_0"), 50);
	driver__stop(&driver);
}

static void a_ring_without_head_write_back_gets_done_in_its_descriptors(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__prepare(&driver, 0, 8, false);
	uint8_t *quiet, *reported;

	(void)state;
	assert_true(tx__enable(&ring));
	frame__make(frame, 60, 0);
	quiet = tx__put(&ring, frame, 60, TX_END);
	reported = tx__put(&ring, frame, 60, TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 2);
	assert_int_equal(le64(quiet + 8) & 0xf, 0);
	assert_int_equal(le64(reported + 8) & 0xf, 0xf);
	assert_int_equal(tx__head(&ring), 0);
	driver__stop(&driver);
}

static void a_short_frame_is_padded(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	frame__make(frame, 20, 1);
	tx__put(&ring, frame, 20, TX_LAST);
	tx__kick(&ring);
	memset(frame + 20, 0, 40);
	expect_frame(&driver, frame, 60);
	driver__stop(&driver);
}

static void a_packet_longer_than_can_be_is_dropped(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 64);

	(void)state;
	for (unsigned int i = 0; i < 40; i++)
		tx__put_words(&ring, GUEST_BASE, UINT64_C(16383) << 34 | (i == 39 ? TX_LAST : 0));
	tx__put(&ring, frame, frame__make(frame, 60, 1), TX_LAST);
	tx__kick(&ring);
	expect_frame(&driver, frame, 60);
	assert_int_equal(guest__counter(driver.guest, "tx_dropped"), 1);
	driver__stop(&driver);
}

static void tx_rings_and_heads_outside_guest_memory_touch_nothing(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__prepare(&driver, 0, 8, true), headless;

	(void)state;
	context__set(driver__tx_context(&driver, 0), 32, 57, UNMAPPED / 128);
	assert_true(tx__enable(&ring));
	guest__write32(driver.guest, QTX_TAIL(0), 5);
	guest__run(driver.guest);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);

	headless = tx__prepare(&driver, 1, 8, true);
	context__set(driver__tx_context(&driver, 1), 128 + 64, 64, UNMAPPED);
	assert_true(tx__enable(&headless));
	tx__put(&headless, frame, frame__make(frame, 60, 1), TX_LAST);
	tx__kick(&headless);
	expect_frame(&driver, frame, 60);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 2);
	driver__stop(&driver);
}

static void no_bus_mastering_no_frames(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	tx__put(&ring, frame, frame__make(frame, 60, 1), TX_LAST);
	guest__bus_master(driver.guest, false);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 0);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TX_TESTS,
		cmocka_unit_test(frames_are_sent_and_the_head_written_all_around_the_ring),
		cmocka_unit_test(a_ring_without_head_write_back_gets_done_in_its_descriptors),
		cmocka_unit_test(a_short_frame_is_padded),
		cmocka_unit_test(a_packet_longer_than_can_be_is_dropped),
		cmocka_unit_test(tx_rings_and_heads_outside_guest_memory_touch_nothing),
		cmocka_unit_test(no_bus_mastering_no_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
