// SPDX-License-Identifier: MIT
/*
 * TX rings of the E810: the walk along the descriptors, write-back, offloads, and what must not
 * hurt.
 */
#include "frame/checksum.h"
#include "intel/packet.h"
#include "driver.h"
#include "intel/tests/tx_tests.h"

#define DONE 0xf

static void frames_are_sent_all_around_the_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 100, 8);

	(void)state;
	for (unsigned int i = 0; i < 50; i++) {
		uint8_t *descriptor = tx__put(&ring, frame, frame__make(frame, 60 + i, i), TX_LAST);

		tx__kick(&ring);
		expect_frame(&driver, frame, 60 + i);
		assert_int_equal(tx__head(&ring), (i + 1) % 8);
		assert_int_equal(le64(descriptor + 8) & 0xf, DONE);
	}
	assert_int_equal(guest__counter(driver.guest, "tx_frames"), 50);
	assert_int_equal(guest__counter(driver.guest, "tx_queue_100"), 50);
	driver__stop(&driver);
}

static void only_packets_that_ask_for_it_are_reported(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);
	uint8_t *quiet, *part, *reported;

	(void)state;
	frame__make(frame, 120, 0);
	quiet = tx__put(&ring, frame, 60, TX_END);
	part = tx__put(&ring, frame, 60, 0);
	reported = tx__put(&ring, frame + 60, 60, TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 2);
	assert_int_equal(le64(quiet + 8) & 0xf, 0);
	assert_int_equal(le64(part + 8) & 0xf, 0);
	assert_int_equal(le64(reported + 8) & 0xf, DONE);
	driver__stop(&driver);
}

static void tcp_is_cut_into_segments_with_right_headers(void **state)
{
	static const uint8_t addresses[8] = { 10, 0, 0, 1, 10, 0, 0, 2 };
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 64);
	const size_t payload = 3000, mss = 1400;
	uint32_t pseudo;

	(void)state;
	frame__make_ipv4(frame, 6, addresses, 1000, 2000, 54);
	frame[47] = 0x99;		/* CWR, ACK, PSH, FIN */
	memset(frame + 54, 0x5a, payload);
	pseudo = checksum__add(6, frame + 26, 8);
	put_be16(frame + 50, ~checksum__fold(pseudo));
	tx__put_words(&ring, 0,
		      1 | UINT64_C(1) << 4 | (uint64_t)payload << 30 | (uint64_t)mss << 50);
	for (size_t at = 0; at < 54 + payload; at += 2000) {
		size_t part = 54 + payload - at < 2000 ? 54 + payload - at : 2000;

		tx__put(&ring, frame + at, part,
			UINT64_C(7) << 16 | UINT64_C(5) << 23 | UINT64_C(5) << 30 |
			UINT64_C(0x3) << 9 | UINT64_C(1) << 12 |
			(at + part == 54 + payload ? TX_LAST : 0));
	}
	tx__kick(&ring);
	for (unsigned int i = 0; i < 3; i++) {
		static const uint8_t flags[] = { 0x90, 0x10, 0x19 };
		size_t part = i < 2 ? mss : 200;
		struct packet_checks checks;
		struct packet packet;

		assert_int_equal(guest__take(driver.guest, got, sizeof(got)), 54 + part);
		packet__parse(&packet, got, 54 + part);
		checks = packet__check(&packet, got, 54 + part);
		assert_true(checks.done && !checks.ip_bad && !checks.l4_bad);
		assert_int_equal(be32(got + 38), i * mss);
		assert_int_equal(got[47], flags[i]);
	}
	driver__stop(&driver);
}

static void a_tag_is_inserted(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	frame__make(frame, 100, 0);
	tx__put(&ring, frame, 100, TX_LAST | UINT64_C(0x8) << 4 | UINT64_C(0x2005) << 48);
	tx__kick(&ring);
	assert_int_equal(guest__take(driver.guest, got, sizeof(got)), 104);
	assert_int_equal(be32(got + 12), 0x81002005);
	assert_memory_equal(got + 16, frame + 12, 88);
	driver__stop(&driver);
}

static void in_loopback_frames_come_back(void **state)
{
	static const uint8_t on[16] = { 1 }, off[16];
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 0, 8), rx = rx__create(&driver, 0, 8, 2048);

	(void)state;
	rx__fill(&rx, 1);
	guest__set_link(driver.guest, false);
	assert_int_equal(driver__command(&driver, 0x0620, on, 0), ADMIN_OK);
	for (unsigned int i = 0; i < 2; i++)
		tx__put(&tx, frame, frame__make(frame, 60, 5), TX_LAST);
	tx__kick(&tx);
	assert_memory_equal(rx__data(&rx, 0), frame, 60);
	assert_int_equal(guest__read32(driver.guest, PRTRPB_RDPC), 1);
	assert_int_equal(guest__counter(driver.guest, "rx_missed"), 1);
	assert_int_equal(tx__head(&tx), 2);

	guest__set_link(driver.guest, true);
	assert_int_equal(driver__command(&driver, 0x0620, off, 0), ADMIN_OK);
	assert_int_equal(guest__sent(driver.guest), 0);
	tx__put(&tx, frame, frame__make(frame, 60, 5), TX_LAST);
	tx__kick(&tx);
	expect_frame(&driver, frame, 60);
	driver__stop(&driver);
}

static void without_a_link_frames_are_dropped_and_counted(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	guest__set_link(driver.guest, false);
	tx__put(&ring, frame, frame__make(frame, 60, 0), TX_LAST);
	tx__kick(&ring);
	assert_int_equal(tx__head(&ring), 1);
	assert_int_equal(guest__read32(driver.guest, GLPRT_TDOLD), 1);
	driver__stop(&driver);
}

/* Rows: the queue, the ring's length and the VSI of a context that cannot be. */
static void contexts_that_cannot_be_are_refused(void **state)
{
	static const struct { unsigned int queue, length, vsi; } rows[] = {
		{ ICE_QUEUES, 64, 0 }, { 0xffff, 64, 0 }, { 0, 0, 0 }, { 0, 7, 0 }, { 0, 8161, 0 },
		{ 0, 64, 1 }, { 0, 64, ICE_VSIS }, { 0, 64, 1023 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		unsigned int bytes;

		driver.vsi = rows[i].vsi;
		bytes = tx__fill_command(&driver, rows[i].queue, GUEST_BASE, rows[i].length);
		assert_int_equal(driver__command_of(&driver, 0x0c30, 1, bytes), ADMIN_EINVAL);
		driver.vsi = 0;
		tx__create(&driver, 0, 64);
		driver__stop(&driver);
	}
}

static void a_ring_outside_guest_memory_touches_nothing(void **state)
{
	struct driver driver = driver__start();
	unsigned int bytes = tx__fill_command(&driver, 0, UNMAPPED, 8);

	(void)state;
	assert_int_equal(driver__command_of(&driver, 0x0c30, 1, bytes), ADMIN_OK);
	guest__write32(driver.guest, QTX_COMM_DBELL(0), 5);
	guest__run(driver.guest);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);
	driver__stop(&driver);
}

static void a_queue_that_is_disabled_sends_no_more(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 0, 8);

	(void)state;
	assert_int_equal(tx__disable(&driver, 0), ADMIN_OK);
	tx__put(&ring, frame, frame__make(frame, 60, 0), TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(tx__disable(&driver, 0), ADMIN_ENOENT);
	assert_int_equal(tx__disable(&driver, ICE_QUEUES), ADMIN_ENOENT);

	ring = tx__create(&driver, 0, 8);
	tx__put(&ring, frame, 60, TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 1);
	driver__stop(&driver);
}

/* Rows: groups that the command names, queues in the first, and the bytes of its data. */
static void lists_of_queues_that_do_not_fit_are_refused(void **state)
{
	static const struct { uint16_t opcode; unsigned int groups, queues, bytes; } rows[] = {
		{ 0x0c30, 1, 2, 56 }, { 0x0c30, 2, 1, 56 }, { 0x0c30, 255, 255, 4096 },
		{ 0x0c30, 1, 1, 55 }, { 0x0c31, 1, 2, 8 }, { 0x0c31, 1, 255, 8 },
		{ 0x0c31, 1, 0, 5 }, { 0x0c31, 255, 0, 8 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		uint8_t parameters[16] = { rows[i].groups, rows[i].groups };

		tx__fill_command(&driver, 3, GUEST_BASE, 64);
		driver__data(&driver)[4] = rows[i].queues;
		assert_int_not_equal(driver__command(&driver, rows[i].opcode, parameters,
						     rows[i].bytes), ADMIN_OK);
		driver__stop(&driver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TX_TESTS,
		cmocka_unit_test(frames_are_sent_all_around_the_ring),
		cmocka_unit_test(only_packets_that_ask_for_it_are_reported),
		cmocka_unit_test(tcp_is_cut_into_segments_with_right_headers),
		cmocka_unit_test(a_tag_is_inserted),
		cmocka_unit_test(in_loopback_frames_come_back),
		cmocka_unit_test(without_a_link_frames_are_dropped_and_counted),
		cmocka_unit_test(contexts_that_cannot_be_are_refused),
		cmocka_unit_test(a_ring_outside_guest_memory_touches_nothing),
		cmocka_unit_test(a_queue_that_is_disabled_sends_no_more),
		cmocka_unit_test(lists_of_queues_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
