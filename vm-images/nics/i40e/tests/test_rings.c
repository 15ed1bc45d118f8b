// SPDX-License-Identifier: MIT
/* Rings of the XL710: the walk along the descriptors, write-back, and what must not hurt. */
#include "driver.h"

#define UNMAPPED (GUEST_BASE + GUEST_BYTES)

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

static void received_frames_fill_buffers_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);

	(void)state;
	rx__fill(&ring, 7);
	for (unsigned int i = 0; i < 50; i++) {
		guest__inject(driver.guest, frame, frame__make(frame, 60 + i, i));
		assert_int_equal(rx__second(&ring, i) & 3, RX_DONE | RX_END);
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

			assert_int_equal(rx__second(&ring, at) & 3,
					 at + 1 == rows[i].count ? RX_DONE | RX_END : RX_DONE);
			assert_int_equal(rx__bytes(&ring, at), part);
			assert_memory_equal(rx__data(&ring, at),
					    frame + rows[i].bytes - left, part);
			left -= part;
		}
		assert_int_equal(left, 0);
		assert_int_equal(rx__second(&ring, rows[i].count), 0);
		driver__stop(&driver);
	}
}

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
	driver__stop(&driver);
}

static void a_frame_needs_all_its_buffers_at_once(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 1024);

	(void)state;
	rx__fill(&ring, 2);
	guest__inject(driver.guest, frame, frame__make(frame, 3000, 1));
	assert_int_equal(rx__second(&ring, 0), 0);
	rx__fill(&ring, 1);
	assert_int_equal(rx__second(&ring, 2) & 3, RX_DONE | RX_END);
	driver__stop(&driver);
}

static void frames_for_a_queue_that_is_off_are_dropped(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);

	(void)state;
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(guest__waiting(driver.guest), 1);
	guest__write32(driver.guest, QRX_ENA(ring.queue), 0);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, QRX_ENA(ring.queue)), 0);
	assert_int_equal(guest__waiting(driver.guest), 0);
	assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 1);
	driver__stop(&driver);
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
	struct ring ring = rx__prepare(&driver, 0, 8, 2048, false);

	(void)state;
	context__set(driver__rx_context(&driver, 0), 32, 57, (UNMAPPED - 128) / 128);
	guest__write32(driver.guest, QRX_TAIL(0), 7);
	assert_true(rx__enable(&ring));
	for (unsigned int i = 0; i < 20; i++)
		guest__inject(driver.guest, frame, frame__make(frame, 60, 1));
	assert_int_equal(guest__counter(driver.guest, "bad_addresses") > 0, 1);
	driver__stop(&driver);
}

static void statistics_count_frames_bytes_and_lengths(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 0, 8, true), rx = rx__create(&driver, 0, 8, 2048);

	(void)state;
	rx__fill(&rx, 4);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	guest__inject(driver.guest, frame, frame__make(frame, 61, 0));	/* 65 with its checksum */
	guest__inject(driver.guest, frame, frame__make(frame, 1514, 0));
	tx__put(&tx, frame, frame__make(frame, 200, 0), TX_LAST);
	tx__kick(&tx);
	assert_int_equal(guest__read(driver.guest, 0, GLPRT_GORC, 8), 64 + 65 + 1518);
	assert_int_equal(guest__read32(driver.guest, GLPRT_UPRC), 3);
	assert_int_equal(guest__read32(driver.guest, GLPRT_PRC64), 1);
	assert_int_equal(guest__read32(driver.guest, GLPRT_PRC127), 1);
	assert_int_equal(guest__read32(driver.guest, GLPRT_PRC1522), 1);
	assert_int_equal(guest__read(driver.guest, 0, GLPRT_GOTC, 8), 204);
	assert_int_equal(guest__read32(driver.guest, GLPRT_PTC255), 1);
	assert_int_equal(guest__read32(driver.guest, GLV_UPTC(0)), 1);
	guest__write32(driver.guest, GLPRT_UPRC, 77);
	assert_int_equal(guest__read32(driver.guest, GLPRT_UPRC), 3);
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
		cmocka_unit_test(received_frames_fill_buffers_all_around_the_ring),
		cmocka_unit_test(a_long_frame_takes_several_buffers),
		cmocka_unit_test(frames_too_long_for_the_queue_are_dropped),
		cmocka_unit_test(a_ring_without_buffers_makes_the_wire_wait_and_loses_nothing),
		cmocka_unit_test(a_frame_needs_all_its_buffers_at_once),
		cmocka_unit_test(frames_for_a_queue_that_is_off_are_dropped),
		cmocka_unit_test(wide_descriptors_are_written_back_whole),
		cmocka_unit_test(a_buffer_outside_guest_memory_marks_the_frame),
		cmocka_unit_test(an_rx_ring_outside_guest_memory_touches_nothing),
		cmocka_unit_test(statistics_count_frames_bytes_and_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
