// SPDX-License-Identifier: MIT
/* Resets of the XL710, and its link: what they end and what they leave. */
#include "driver.h"

static uint8_t frame[2048];

static void expect_stopped(struct driver *driver)
{
	assert_int_equal(guest__read32(driver->guest, QTX_ENA(0)), 0);
	assert_int_equal(guest__read32(driver->guest, QRX_ENA(0)), 0);
	assert_int_equal(guest__read32(driver->guest, PF_ATQLEN), 0);
	assert_int_equal(guest__read32(driver->guest, PFINT_LNKLSTN(2)), 0);
	guest__write32(driver->guest, QTX_TAIL(0), 1);
	guest__run(driver->guest);
	assert_int_equal(guest__sent(driver->guest), 0);
}

static struct driver start(void)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 0, 8), rx = rx__create(&driver, 0, 8, 2048);

	rx__fill(&rx, 7);
	driver__link_vector(&driver, 3, 0, ITR_NONE);
	guest__write32(driver.guest, PFQF_HKEY(0), 0x1234);
	tx__put(&tx, frame, frame__make(frame, 60, 0), TX_LAST);
	tx__kick(&tx);
	assert_int_equal(guest__take(driver.guest, frame, sizeof(frame)), 60);
	return driver;
}

static void a_reset_of_the_function_ends_queues_and_keeps_rss_and_statistics(void **state)
{
	struct driver driver = start();

	(void)state;
	guest__write32(driver.guest, PFGEN_CTRL, PFGEN_CTRL_RESET);
	assert_int_equal(guest__read32(driver.guest, PFGEN_CTRL) & PFGEN_CTRL_RESET, 0);
	expect_stopped(&driver);
	assert_int_equal(guest__read32(driver.guest, PFQF_HKEY(0)), 0x1234);
	assert_int_equal(guest__read32(driver.guest, GLPRT_UPTC), 1);
	driver__stop(&driver);
}

static void a_function_level_reset_does_the_same(void **state)
{
	struct driver driver = start();

	(void)state;
	guest__reset(driver.guest, NIC_RESET_FUNCTION);
	guest__bus_master(driver.guest, true);
	expect_stopped(&driver);
	assert_int_equal(guest__read32(driver.guest, PFQF_HKEY(0)), 0x1234);
	driver__stop(&driver);
}

/* The core stops the function's timers at such a reset. */
static void a_reset_that_was_announced_comes_after_one_of_the_function(void **state)
{
	struct driver driver = start();

	(void)state;
	guest__write32(driver.guest, GLGEN_RTRIG, RTRIG_CORE);
	guest__reset(driver.guest, NIC_RESET_FUNCTION);
	guest__advance(driver.guest, UINT64_C(200000000));
	assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT), 1 << RSTAT_TYPE_LOW);
	guest__write32(driver.guest, GLGEN_RTRIG, RTRIG_GLOBAL);
	guest__advance(driver.guest, UINT64_C(200000000));
	assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT), 2 << RSTAT_TYPE_LOW);
	driver__stop(&driver);
}

/* Rows: the trigger, and the type that GLGEN_RSTAT tells. */
static void core_and_global_resets_are_announced_and_bring_defaults(void **state)
{
	static const struct { uint32_t trigger, type; } rows[] = {
		{ RTRIG_CORE, 1 }, { RTRIG_GLOBAL, 2 },
	};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct driver driver = start();

		guest__write32(driver.guest, PFINT_ICR0_ENA, ICR0_RESET);
		driver__enable_vector(&driver, 0);
		guest__write32(driver.guest, GLGEN_RTRIG, rows[i].trigger);
		assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT),
				 RSTAT_DEVSTATE_BUSY | rows[i].type << RSTAT_TYPE_LOW);
		assert_int_equal(guest__interrupts(driver.guest, 0), 1);

		guest__advance(driver.guest, 100000000);
		assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT),
				 rows[i].type << RSTAT_TYPE_LOW);
		expect_stopped(&driver);
		assert_int_equal(guest__read32(driver.guest, PFQF_HKEY(0)), 0);
		assert_int_equal(guest__read32(driver.guest, GLPRT_UPTC), 0);
		assert_int_equal(guest__counter(driver.guest, "tx_frames"), 1);
		driver__stop(&driver);
	}
}

static void a_reset_under_way_is_not_announced_again(void **state)
{
	struct driver driver = start();

	(void)state;
	guest__write32(driver.guest, GLGEN_RTRIG, RTRIG_CORE);
	guest__write32(driver.guest, GLGEN_RTRIG, RTRIG_GLOBAL);
	assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT),
			 RSTAT_DEVSTATE_BUSY | 1 << RSTAT_TYPE_LOW);
	driver__stop(&driver);
}

static void a_driver_can_start_again_after_a_reset(void **state)
{
	struct driver driver = start();
	struct ring tx;

	(void)state;
	guest__write32(driver.guest, PFGEN_CTRL, PFGEN_CTRL_RESET);
	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
	driver__start_hmc(&driver);
	assert_int_equal(driver__command(&driver, 0x0001, NULL, 0), ADMIN_OK);
	tx = tx__create(&driver, 0, 8);
	tx__put(&tx, frame, frame__make(frame, 60, 0), TX_LAST);
	tx__kick(&tx);
	assert_int_equal(guest__sent(driver.guest), 1);
	driver__stop(&driver);
}

/* A ring that is enabled again begins anew: its tail is not that of before. */
static void a_queue_can_go_off_and_on(void **state)
{
	struct driver driver = start();
	struct ring tx;

	(void)state;
	guest__write32(driver.guest, QTX_ENA(0), 0);
	tx = tx__prepare(&driver, 0, 8, true);
	tx__put(&tx, frame, frame__make(frame, 60, 0), TX_LAST);
	assert_true(tx__enable(&tx));
	assert_int_equal(guest__read32(driver.guest, QTX_TAIL(0)), 0);
	guest__run(driver.guest);
	assert_int_equal(guest__sent(driver.guest), 0);
	tx__kick(&tx);
	assert_int_equal(guest__sent(driver.guest), 1);
	driver__stop(&driver);
}

static void without_a_link_frames_are_lost_and_counted(void **state)
{
	struct driver driver = start();
	struct ring tx = tx__create(&driver, 1, 8);

	(void)state;
	guest__set_link(driver.guest, false);
	tx__put(&tx, frame, frame__make(frame, 60, 0), TX_LAST);
	tx__kick(&tx);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(tx__head(&tx), 1);
	assert_int_equal(guest__read32(driver.guest, GLPRT_TDOLD), 1);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_of_the_function_ends_queues_and_keeps_rss_and_statistics),
		cmocka_unit_test(a_function_level_reset_does_the_same),
		cmocka_unit_test(a_reset_that_was_announced_comes_after_one_of_the_function),
		cmocka_unit_test(core_and_global_resets_are_announced_and_bring_defaults),
		cmocka_unit_test(a_reset_under_way_is_not_announced_again),
		cmocka_unit_test(a_driver_can_start_again_after_a_reset),
		cmocka_unit_test(a_queue_can_go_off_and_on),
		cmocka_unit_test(without_a_link_frames_are_lost_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
