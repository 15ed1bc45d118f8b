// SPDX-License-Identifier: MIT
/* TX rings of the XL710: the walk along the descriptors, write-back, and what must not hurt. */
#include "driver.h"

static uint8_t frame[16384], got[16384];

static void expect_frame(struct driver *driver, const uint8_t *expected, size_t bytes)
{
	assert_int_equal(guest__take(driver->guest, got, sizeof(got)), bytes);
	assert_memory_equal(got, expected, bytes);
}

static void frames_are_sent_and_the_head_written_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8, true);

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
	struct ring ring = tx__create(&driver, 0, 8, false);
	uint8_t *quiet, *reported;

	(void)state;
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

static void a_frame_in_many_buffers_goes_over_the_end_of_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 2, 8, true);
	size_t at;

	(void)state;
	frame__make(frame, 60, 0);
	for (unsigned int i = 0; i < 6; i++)
		tx__put(&ring, frame, 60, TX_LAST);
	tx__kick(&ring);
	while (guest__take(driver.guest, got, sizeof(got)))
		;
	frame__make(frame, 1500, 9);
	for (at = 0; at < 1500; at += 300)
		tx__put(&ring, frame + at, 300, at == 1200 ? TX_LAST : 0);
	tx__kick(&ring);
	expect_frame(&driver, frame, 1500);
	assert_int_equal(tx__head(&ring), 3);
	driver__stop(&driver);
}

static void a_packet_of_which_the_end_is_missing_waits_for_it(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8, true);

	(void)state;
	frame__make(frame, 200, 3);
	tx__put(&ring, frame, 100, 0);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 0);
	tx__put(&ring, frame + 100, 100, TX_LAST);
	tx__kick(&ring);
	expect_frame(&driver, frame, 200);
	driver__stop(&driver);
}

static void a_short_frame_is_padded(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8, true);

	(void)state;
	frame__make(frame, 20, 1);
	tx__put(&ring, frame, 20, TX_LAST);
	tx__kick(&ring);
	memset(frame + 20, 0, 40);
	expect_frame(&driver, frame, 60);
	driver__stop(&driver);
}

static void a_full_wire_keeps_frames_on_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8, true);

	(void)state;
	guest__refuse(driver.guest, true);
	for (unsigned int i = 0; i < 3; i++)
		tx__put(&ring, frame, frame__make(frame, 60, i), TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(tx__head(&ring), 0);

	guest__refuse(driver.guest, false);
	guest__run(driver.guest);
	for (unsigned int i = 0; i < 3; i++)
		expect_frame(&driver, frame, frame__make(frame, 60, i));
	assert_int_equal(tx__head(&ring), 3);
	driver__stop(&driver);
}

static void queues_take_turns(void **state)
{
	struct driver driver = driver__start();
	struct ring rings[8];
	unsigned int before = 0;

	(void)state;
	for (unsigned int queue = 0; queue < 8; queue++) {
		rings[queue] = tx__create(&driver, queue, 512, true);
		for (unsigned int i = 0; i < 500; i++)
			tx__put(&rings[queue], frame, frame__make(frame, 60 + queue, 0), TX_LAST);
	}
	for (unsigned int queue = 0; queue < 8; queue++)
		guest__write32(driver.guest, QTX_TAIL(queue), rings[queue].next);
	guest__run(driver.guest);
	while (guest__take(driver.guest, got, sizeof(got)) != 67)
		before++;
	assert_true(before < 600);
	driver__stop(&driver);
}

/* Rows: what is wrong with the packet, as its second word and address. */
static void packets_that_cannot_be_sent_are_dropped_and_the_ring_goes_on(void **state)
{
	static const struct { uint64_t address, second; const char *counter; } rows[] = {
		{ UNMAPPED, UINT64_C(60) << 34 | TX_LAST, "bad_addresses" },
		{ UNMAPPED - 10, UINT64_C(60) << 34 | TX_LAST, "bad_addresses" },
		{ UINT64_C(0xfffffffffffffff0), UINT64_C(60) << 34 | TX_LAST, "bad_addresses" },
		{ GUEST_BASE, TX_LAST, "tx_dropped" },
		{ GUEST_BASE, UINT64_C(13) << 34 | TX_LAST, "tx_dropped" },
		{ GUEST_BASE, UINT64_C(9729) << 34 | TX_LAST, "tx_dropped" },
		{ GUEST_BASE, UINT64_C(16383) << 34 | TX_LAST, "tx_dropped" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = tx__create(&driver, 0, 8, true);

		tx__put_words(&ring, rows[i].address, rows[i].second);
		tx__put(&ring, frame, frame__make(frame, 60, 1), TX_LAST);
		tx__kick(&ring);
		expect_frame(&driver, frame, 60);
		assert_int_equal(guest__sent(driver.guest), 0);
		assert_int_equal(tx__head(&ring), 2);
		assert_int_equal(guest__counter(driver.guest, rows[i].counter), 1);
		driver__stop(&driver);
	}
}

static void a_packet_longer_than_can_be_is_dropped(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 64, true);

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

static void a_tail_beyond_the_end_does_nothing(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 0, 8, true), rx = rx__create(&driver, 0, 8, 2048);

	(void)state;
	guest__write32(driver.guest, QTX_TAIL(0), 8);
	guest__write32(driver.guest, QTX_TAIL(0), 0xffffffff);
	guest__write32(driver.guest, QRX_TAIL(0), 8);
	guest__run(driver.guest);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(tx__head(&tx), 0);
	assert_int_equal(rx__second(&rx, 0), 0);
	assert_int_equal(guest__waiting(driver.guest), 1);
	driver__stop(&driver);
}

static void no_bus_mastering_no_frames(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8, true);

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
		cmocka_unit_test(frames_are_sent_and_the_head_written_all_around_the_ring),
		cmocka_unit_test(a_ring_without_head_write_back_gets_done_in_its_descriptors),
		cmocka_unit_test(a_frame_in_many_buffers_goes_over_the_end_of_the_ring),
		cmocka_unit_test(a_packet_of_which_the_end_is_missing_waits_for_it),
		cmocka_unit_test(a_short_frame_is_padded),
		cmocka_unit_test(a_full_wire_keeps_frames_on_the_ring),
		cmocka_unit_test(queues_take_turns),
		cmocka_unit_test(packets_that_cannot_be_sent_are_dropped_and_the_ring_goes_on),
		cmocka_unit_test(a_packet_longer_than_can_be_is_dropped),
		cmocka_unit_test(tx_rings_and_heads_outside_guest_memory_touch_nothing),
		cmocka_unit_test(a_tail_beyond_the_end_does_nothing),
		cmocka_unit_test(no_bus_mastering_no_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
