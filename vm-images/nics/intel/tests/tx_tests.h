/* SPDX-License-Identifier: MIT */
/*
 * Tests of TX rings that hold for the XL710 and the E810 alike. Which of them it is, the driver.h
 * that was included before says.
 */
#ifndef INTEL_TX_TESTS_H
#define INTEL_TX_TESTS_H

#include "intel/tx_packet.h"

static uint8_t frame[16384], got[16384];

static void expect_frame(struct driver *driver, const uint8_t *expected, size_t bytes)
{
	assert_int_equal(guest__take(driver->guest, got, sizeof(got)), bytes);
	assert_memory_equal(got, expected, bytes);
}

static void a_frame_in_many_buffers_goes_over_the_end_of_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 2, 8);
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
	struct ring ring = tx__create(&driver, 0, 8);

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

/* One that is not in guest memory is counted whenever it is looked at. */
static void a_packet_without_an_end_is_looked_at_once_a_tail(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8), other = tx__create(&driver, 1, 8);

	(void)state;
	tx__put_words(&ring, UNMAPPED, UINT64_C(60) << 34);
	tx__kick(&ring);
	for (unsigned int i = 0; i < 3; i++) {
		tx__put(&other, frame, frame__make(frame, 60, i), TX_LAST);
		tx__kick(&other);
		expect_frame(&driver, frame, 60);
	}
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);
	tx__put(&ring, frame, 60, TX_LAST);
	tx__put(&ring, frame, 60, TX_LAST);
	tx__kick(&ring);
	expect_frame(&driver, frame, 60);
	assert_int_equal(tx__head(&ring), 3);
	driver__stop(&driver);
}

static void a_full_wire_keeps_frames_on_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

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

static void frames_that_wait_for_the_wire_are_dropped_with_its_link(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	guest__refuse(driver.guest, true);
	tx__put(&ring, frame, frame__make(frame, 60, 0), TX_LAST);
	tx__kick(&ring);
	assert_int_equal(tx__head(&ring), 0);
	guest__set_link(driver.guest, false);
	assert_int_equal(tx__head(&ring), 1);
	assert_int_equal(guest__counter(driver.guest, "tx_dropped"), 1);
	driver__stop(&driver);
}

static void queues_take_turns(void **state)
{
	struct driver driver = driver__start();
	struct ring rings[8];
	unsigned int before = 0;

	(void)state;
	for (unsigned int queue = 0; queue < 8; queue++) {
		rings[queue] = tx__create(&driver, queue, 512);
		for (unsigned int i = 0; i < 500; i++)
			tx__put(&rings[queue], frame, frame__make(frame, 60 + queue, 0), TX_LAST);
	}
	for (unsigned int queue = 0; queue < 8; queue++)
		guest__write32(driver.guest, rings[queue].tail_register, rings[queue].next);
	guest__run(driver.guest);
	while (guest__take(driver.guest, got, sizeof(got)) != 67)
		before++;
	assert_true(before < 600);
	driver__stop(&driver);
}

/* Rows: what their second word says besides 60 bytes. */
static void packets_that_become_no_frames_are_work_as_well(void **state)
{
	static const uint64_t rows[] = { TX_END | TX_DATA_DUMMY, TX_END | UINT64_C(1) << 12 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring rings[8];
		unsigned int done = 0;

		for (unsigned int queue = 0; queue < 8; queue++) {
			rings[queue] = tx__create(&driver, queue, 128);
			for (unsigned int packet = 0; packet < 100; packet++)
				tx__put(&rings[queue], frame, 60, rows[i]);
		}
		for (unsigned int queue = 0; queue < 8; queue++)
			guest__write32(driver.guest, rings[queue].tail_register, 100);
		assert_true(driver_model->work(guest__nic(driver.guest)));
		for (unsigned int queue = 0; queue < 8; queue++)
			done += tx__head(&rings[queue]);
		assert_int_equal(done, 256);
		guest__run(driver.guest);
		for (unsigned int queue = 0; queue < 8; queue++)
			assert_int_equal(tx__head(&rings[queue]), 100);
		driver__stop(&driver);
	}
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
		struct ring ring = tx__create(&driver, 0, 8);

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

static void a_tail_beyond_the_end_does_nothing(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 0, 8), rx = rx__create(&driver, 0, 8, 2048);

	(void)state;
	guest__write32(driver.guest, tx.tail_register, 8);
	guest__write32(driver.guest, tx.tail_register, 0xffffffff);
	guest__write32(driver.guest, rx.tail_register, 8);
	guest__run(driver.guest);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(tx__head(&tx), 0);
	assert_int_equal(rx__status(&rx, 0), 0);
	assert_int_equal(guest__waiting(driver.guest), 1);
	driver__stop(&driver);
}

#define TX_TESTS \
	cmocka_unit_test(a_frame_in_many_buffers_goes_over_the_end_of_the_ring), \
	cmocka_unit_test(a_packet_of_which_the_end_is_missing_waits_for_it), \
	cmocka_unit_test(a_packet_without_an_end_is_looked_at_once_a_tail), \
	cmocka_unit_test(a_full_wire_keeps_frames_on_the_ring), \
	cmocka_unit_test(frames_that_wait_for_the_wire_are_dropped_with_its_link), \
	cmocka_unit_test(queues_take_turns), \
	cmocka_unit_test(packets_that_become_no_frames_are_work_as_well), \
	cmocka_unit_test(packets_that_cannot_be_sent_are_dropped_and_the_ring_goes_on), \
	cmocka_unit_test(a_tail_beyond_the_end_does_nothing)

#endif
