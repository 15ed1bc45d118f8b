// SPDX-License-Identifier: MIT
/* RX rings of the E810: frames over buffers, write-back, and what must not hurt. */
#include "frame/checksum.h"
#include "driver.h"
#include "intel/tests/rx_tests.h"

#define CHECKED 0x0008u
#define IP_BAD 0x0010u
#define L4_BAD 0x0020u
#define RECEIVE_ERROR 0x0400u
#define CRC 0x0800u
#define TAG 0x2000u

/* Rows: bytes, the queue's buffers and the longest frame it takes. */
static void frames_too_long_are_dropped(void **state)
{
	static const struct { size_t bytes, buffer; unsigned int most; } rows[] = {
		{ 641, 128, 9728 }, { 1519, 2048, 1518 }, { 9725, 4096, 9728 },
		{ 12000, 4096, 16383 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = rx__prepare(&driver, 0, 16, rows[i].buffer);

		rx__set_context(&ring, 174, 14, rows[i].most);
		assert_true(rx__enable(&ring));
		rx__fill(&ring, 15);
		guest__inject(driver.guest, frame, frame__make(frame, rows[i].bytes, 0));
		assert_int_equal(rx__status(&ring, 0), 0);
		assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 1);
		assert_int_equal(guest__read32(driver.guest, GLPRT_ROC) +
				 guest__read32(driver.guest, GLV_RDPC(driver.vsi)), 1);
		driver__stop(&driver);
	}
}

static void buffers_may_be_posted_before_the_queue_is_enabled(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__prepare(&driver, 0, 8, 2048);

	(void)state;
	rx__fill(&ring, 3);
	assert_true(rx__enable(&ring));
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(rx__status(&ring, 0), RX_DONE | RX_END);
	assert_int_equal(ring__descriptor(&ring, 0)[0], 2);
	driver__stop(&driver);
}

/* Rows: a byte to break, and the bits that say so; 0: none. */
static void checksums_are_judged(void **state)
{
	static const uint8_t addresses[8] = { 10, 0, 0, 1, 10, 0, 0, 2 };
	static const struct { size_t at; unsigned int errors; } rows[] = {
		{ 0, 0 }, { 22, IP_BAD }, { 60, L4_BAD },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = rx__create(&driver, 0, 8, 2048);
		uint32_t sum;

		rx__fill(&ring, 2);
		frame__make_ipv4(frame, 6, addresses, 5, 6, 100);
		put_be16(frame + 24, checksum__fold(checksum__add(0, frame + 14, 20)));
		sum = checksum__add(6 + 66, frame + 26, 8);
		put_be16(frame + 50, checksum__fold(checksum__add(sum, frame + 34, 66)));
		if (rows[i].at)
			frame[rows[i].at] ^= 0x10;
		guest__inject(driver.guest, frame, 100);
		assert_int_equal(rx__status(&ring, 0) & (CHECKED | IP_BAD | L4_BAD),
				 CHECKED | rows[i].errors);
		assert_int_equal(rx__type(&ring, 0), 26);	/* TCP over IPv4 */
		driver__stop(&driver);
	}
}

static void a_queue_can_have_the_frames_checksum(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__prepare(&driver, 0, 8, 2048);
	size_t bytes = frame__make(frame, 61, 3);

	(void)state;
	rx__set_context(&ring, 117, 1, 0);
	assert_true(rx__enable(&ring));
	rx__fill(&ring, 1);
	guest__inject(driver.guest, frame, bytes);
	assert_int_equal(rx__status(&ring, 0), RX_DONE | RX_END | CRC);
	assert_int_equal(rx__bytes(&ring, 0), bytes + 4);
	assert_int_equal(le32((uint8_t *)rx__data(&ring, 0) + bytes),
			 checksum__ethernet(frame, bytes));
	driver__stop(&driver);
}

static void a_tag_is_taken_out_where_the_vsi_says_so(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);
	uint8_t *properties = driver__data(&driver);

	(void)state;
	rx__fill(&ring, 2);
	frame__make(frame, 100, 3);
	put_be32(frame + 12, 0x81002005);
	guest__inject(driver.guest, frame, 100);
	assert_int_equal(rx__status(&ring, 0), RX_DONE | RX_END);
	assert_int_equal(rx__bytes(&ring, 0), 100);

	memset(properties, 0, ICE_VSI_PROPERTIES);
	put_le16(properties, 0x0004);
	assert_int_equal(driver__command_of(&driver, 0x0211, driver.vsi, ICE_VSI_PROPERTIES),
			 ADMIN_OK);
	guest__inject(driver.guest, frame, 100);
	assert_int_equal(rx__status(&ring, 1), RX_DONE | RX_END | TAG);
	assert_int_equal(rx__bytes(&ring, 1), 96);
	assert_int_equal(le16(ring__descriptor(&ring, 1) + 10), 0x2005);
	assert_memory_equal(rx__data(&ring, 1), frame, 12);
	assert_memory_equal((uint8_t *)rx__data(&ring, 1) + 12, frame + 16, 84);
	driver__stop(&driver);
}

/* Rows: a field of the context, and what it cannot be. */
static void contexts_that_cannot_be_are_refused(void **state)
{
	static const struct { unsigned int low, width, value; } rows[] = {
		{ 89, 13, 0 }, { 89, 13, 7 }, { 89, 13, 8191 }, { 0, 13, 8 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = rx__prepare(&driver, 0, 8, 2048);

		rx__set_context(&ring, rows[i].low, rows[i].width, rows[i].value);
		assert_false(rx__enable(&ring));
		assert_int_equal(guest__counter(driver.guest, "bad_contexts"), 1);
		driver__stop(&driver);
	}
}

/* The driver has no other for the queue that tells it of its flow rules. */
static void a_queue_without_room_in_its_buffers_starts_and_takes_nothing(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__prepare(&driver, 0, 8, 2048);
	size_t bytes = frame__make(frame, 100, 3);

	(void)state;
	rx__set_context(&ring, 102, 7, 0);
	assert_true(rx__enable(&ring));
	rx__fill(&ring, 4);
	guest__inject(driver.guest, frame, bytes);
	assert_int_equal(rx__status(&ring, 0), 0);
	assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 1);
	driver__stop(&driver);
}

static void legacy_descriptors_are_refused(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__prepare(&driver, 0, 8, 2048);

	(void)state;
	guest__write32(driver.guest, QRXFLXP_CNTXT(0), 1);
	assert_false(rx__enable(&ring));
	driver__stop(&driver);
}

static void a_buffer_outside_guest_memory_marks_the_frame(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 8, 2048);

	(void)state;
	rx__fill(&ring, 3);
	put_le64(ring__descriptor(&ring, 0), UNMAPPED - 10);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 1));
	guest__inject(driver.guest, frame, frame__make(frame, 60, 2));
	assert_int_equal(rx__status(&ring, 0), RX_DONE | RX_END | RECEIVE_ERROR);
	assert_int_equal(rx__status(&ring, 1), RX_DONE | RX_END);
	assert_memory_equal(rx__data(&ring, 1), frame, 60);
	assert_int_equal(guest__counter(driver.guest, "bad_addresses"), 1);
	driver__stop(&driver);
}

static void a_ring_outside_guest_memory_touches_nothing(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__prepare(&driver, 0, 8, 2048);

	(void)state;
	rx__set_context(&ring, 32, 57, (UNMAPPED - 128) / 128);
	guest__write32(driver.guest, QRX_TAIL(0), 7);
	assert_true(rx__enable(&ring));
	for (unsigned int i = 0; i < 20; i++)
		guest__inject(driver.guest, frame, frame__make(frame, 60, 1));
	/* Four of its descriptors are. */
	assert_int_equal(guest__counter(driver.guest, "rx_frames"), 4);
	assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 16);
	assert_true(guest__counter(driver.guest, "bad_addresses") > 0);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RX_TESTS,
		cmocka_unit_test(frames_too_long_are_dropped),
		cmocka_unit_test(buffers_may_be_posted_before_the_queue_is_enabled),
		cmocka_unit_test(checksums_are_judged),
		cmocka_unit_test(a_queue_can_have_the_frames_checksum),
		cmocka_unit_test(a_tag_is_taken_out_where_the_vsi_says_so),
		cmocka_unit_test(contexts_that_cannot_be_are_refused),
		cmocka_unit_test(a_queue_without_room_in_its_buffers_starts_and_takes_nothing),
		cmocka_unit_test(legacy_descriptors_are_refused),
		cmocka_unit_test(a_buffer_outside_guest_memory_marks_the_frame),
		cmocka_unit_test(a_ring_outside_guest_memory_touches_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
