// SPDX-License-Identifier: MIT
/* Contexts in the XL710's host memory cache: found, or refused when they cannot be. */
#include "driver.h"

static void segment__set(struct driver *driver, uint64_t address, uint32_t flags, uint32_t pages)
{
	guest__write32(driver->guest, PFHMC_SDDATAHIGH, address >> 32);
	guest__write32(driver->guest, PFHMC_SDDATALOW,
		       (uint32_t)address | flags | pages << SDDATA_PAGES_LOW);
	guest__write32(driver->guest, PFHMC_SDCMD, SDCMD_WRITE);
}

static void expect_refused(struct driver *driver, struct ring *ring, unsigned int error)
{
	assert_false(tx__enable(ring));
	assert_int_equal(guest__read32(driver->guest, PFHMC_ERRORINFO),
			 error << ERRORINFO_TYPE_LOW | ERRORINFO_DETECTED);
	assert_true(guest__read32(driver->guest, PFINT_ICR0) & ICR0_HMC_ERROR);
	assert_int_equal(guest__counter(driver->guest, "bad_contexts"), 1);
	guest__write32(driver->guest, QTX_TAIL(ring->queue), 1);
	guest__run(driver->guest);
	assert_int_equal(guest__counter(driver->guest, "tx_frames"), 0);
}

static void a_context_is_found_by_page_descriptors(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__prepare(&driver, 40, 8, true);	/* on the second page */
	uint64_t table = guest__alloc(driver.guest, 4096, 4096);
	uint8_t frame[60], *descriptors = guest__at(driver.guest, table);

	(void)state;
	put_le64(descriptors, 0);
	put_le64(descriptors + 8, (driver.hmc + 4096) | 1);
	segment__set(&driver, table, SDDATA_VALID, 512);
	assert_true(tx__enable(&ring));
	tx__put(&ring, frame, frame__make(frame, 60, 1), TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 1);
	driver__stop(&driver);
}

static void an_invalid_page_descriptor_refuses_the_queue(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__prepare(&driver, 40, 8, true);
	uint64_t table = guest__alloc(driver.guest, 4096, 4096);

	(void)state;
	segment__set(&driver, table, SDDATA_VALID, 512);
	expect_refused(&driver, &ring, 7);
	driver__stop(&driver);
}

/* Rows: the segment descriptor's address, flags and pages, and the error. */
static void segments_that_cannot_be_refuse_the_queue(void **state)
{
	static const struct { uint64_t address; uint32_t flags, pages, error; } rows[] = {
		{ GUEST_BASE, 0, 512, 5 },
		{ GUEST_BASE, SDDATA_VALID | SDDATA_DIRECT, 1, 6 },
		{ GUEST_BASE, SDDATA_VALID | SDDATA_DIRECT, 0, 6 },
		{ UNMAPPED, SDDATA_VALID | SDDATA_DIRECT, 512, 8 },
		{ UNMAPPED, SDDATA_VALID, 512, 8 },
		{ UINT64_C(0xfffffffffffff000), SDDATA_VALID | SDDATA_DIRECT, 512, 8 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring ring = tx__prepare(&driver, 40, 8, true);

		segment__set(&driver, rows[i].address, rows[i].flags, rows[i].pages);
		expect_refused(&driver, &ring, rows[i].error);
		driver__stop(&driver);
	}
}

static void a_queue_beyond_the_programmed_number_is_refused(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__prepare(&driver, 5, 8, true);

	(void)state;
	guest__write32(driver.guest, GLHMC_LANTXCNT, 5);
	expect_refused(&driver, &ring, 2);
	driver__stop(&driver);
}

static void contexts_far_beyond_the_segments_are_refused(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__prepare(&driver, 0, 8, true);

	(void)state;
	guest__write32(driver.guest, GLHMC_LANTXBASE, 0xffffffff);
	guest__write32(driver.guest, GLHMC_LANTXCNT, 0xffffffff);
	expect_refused(&driver, &ring, 5);
	driver__stop(&driver);
}

/* Rows: ring length and head, of 13 bits. */
static void ring_lengths_that_cannot_be_are_refused(void **state)
{
	static const uint16_t rows[][2] = {
		{ 0, 0 }, { 7, 0 }, { 8161, 0 }, { 8191, 0 }, { 64, 64 }, { 64, 8191 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct ring tx = tx__prepare(&driver, 3, 8, true);
		struct ring rx = rx__prepare(&driver, 3, 8, 2048, false);

		context__set(driver__tx_context(&driver, 3), 128 + 33, 13, rows[i][0]);
		context__set(driver__tx_context(&driver, 3), 0, 13, rows[i][1]);
		context__set(driver__rx_context(&driver, 3), 89, 13, rows[i][0]);
		context__set(driver__rx_context(&driver, 3), 0, 13, rows[i][1]);
		assert_false(rx__enable(&rx));
		guest__write32(driver.guest, QRX_ENA(3), 0);
		assert_false(tx__enable(&tx));
		assert_int_equal(guest__counter(driver.guest, "bad_contexts"), 2);
		driver__stop(&driver);
	}
}

static void buffers_of_no_bytes_are_refused(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__prepare(&driver, 0, 8, 2048, false);

	(void)state;
	context__set(driver__rx_context(&driver, 0), 102, 7, 0);
	assert_false(rx__enable(&ring));
	driver__stop(&driver);
}

static void segment_descriptors_read_back(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	guest__write32(driver.guest, PFHMC_SDDATALOW, 0xabcd1001);
	guest__write32(driver.guest, PFHMC_SDDATAHIGH, 0x17);
	guest__write32(driver.guest, PFHMC_SDCMD, SDCMD_WRITE | 9);
	guest__write32(driver.guest, PFHMC_SDCMD, SDCMD_WRITE | 0xfff);	/* there is none */
	guest__write32(driver.guest, PFHMC_SDDATALOW, 0);
	guest__write32(driver.guest, PFHMC_SDDATAHIGH, 0);
	guest__write32(driver.guest, PFHMC_SDCMD, 9);
	assert_int_equal(guest__read32(driver.guest, PFHMC_SDDATALOW), 0xabcd1001);
	assert_int_equal(guest__read32(driver.guest, PFHMC_SDDATAHIGH), 0x17);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_context_is_found_by_page_descriptors),
		cmocka_unit_test(an_invalid_page_descriptor_refuses_the_queue),
		cmocka_unit_test(segments_that_cannot_be_refuse_the_queue),
		cmocka_unit_test(a_queue_beyond_the_programmed_number_is_refused),
		cmocka_unit_test(contexts_far_beyond_the_segments_are_refused),
		cmocka_unit_test(ring_lengths_that_cannot_be_are_refused),
		cmocka_unit_test(buffers_of_no_bytes_are_refused),
		cmocka_unit_test(segment_descriptors_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
