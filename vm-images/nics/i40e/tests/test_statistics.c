// SPDX-License-Identifier: MIT
/* What the XL710 counts for the guest. */
#include "driver.h"

static uint8_t frame[2048];

static void statistics_count_frames_bytes_and_lengths(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 0, 8), rx = rx__create(&driver, 0, 8, 2048);

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
		cmocka_unit_test(statistics_count_frames_bytes_and_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
