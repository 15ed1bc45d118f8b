// SPDX-License-Identifier: MIT
/* Interrupts of the E810: causes, vectors, throttling. */
#include "driver.h"

#define VECTOR 3u

static uint8_t frame[2048];

static struct ring start(struct driver *driver, unsigned int itr)
{
	struct ring ring;

	*driver = driver__start();
	ring = rx__create(driver, 0, 64, 2048);
	rx__fill(&ring, 63);
	guest__write32(driver->guest, QINT_RQCTL(0),
		       CAUSE_ENABLE | VECTOR | itr << CAUSE_ITR_LOW);
	return ring;
}

static void enable(struct driver *driver, unsigned int vector)
{
	guest__write32(driver->guest, GLINT_DYN_CTL(vector), DYN_ENABLE | ITR_NONE << DYN_ITR_LOW);
}

static void inject(struct driver *driver)
{
	guest__inject(driver->guest, frame, frame__make(frame, 60, 0));
}

static unsigned int sent(struct driver *driver)
{
	return guest__interrupts(driver->guest, VECTOR);
}

static void a_vector_is_sent_once_until_it_is_enabled_again(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	enable(&driver, VECTOR);
	inject(&driver);
	inject(&driver);
	assert_int_equal(sent(&driver), 1);
	assert_int_equal(guest__read32(driver.guest, GLINT_DYN_CTL(VECTOR)) & DYN_ENABLE, 0);

	enable(&driver, VECTOR);
	assert_int_equal(sent(&driver), 1);
	enable(&driver, VECTOR);
	assert_int_equal(sent(&driver), 0);
	driver__stop(&driver);
}

static void a_vector_can_stay_enabled(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	guest__write32(driver.guest, GLINT_CTL, GLINT_CTL_NO_AUTOMASK);
	enable(&driver, VECTOR);
	inject(&driver);
	inject(&driver);
	assert_int_equal(sent(&driver), 2);
	driver__stop(&driver);
}

static void what_comes_while_disabled_is_sent_when_enabled(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	inject(&driver);
	assert_int_equal(sent(&driver), 0);
	enable(&driver, VECTOR);
	assert_int_equal(sent(&driver), 1);
	driver__stop(&driver);
}

/* Rows: what the ITR's register says, in units of 2 us, and the rate limit's, of 4 us. */
static void interrupts_keep_the_distance_of_their_itr_and_rate(void **state)
{
	static const struct { uint32_t itr, rate; uint64_t ns; } rows[] = {
		{ 25, 0, 50000 }, { 0, 0, 0 }, { 4095, 0, 8190000 },
		{ 5, RATE_ENABLE | 10, 40000 }, { 5, 10, 10000 }, { 25, RATE_ENABLE | 10, 50000 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver;

		start(&driver, 0);
		guest__write32(driver.guest, GLINT_ITR(0, VECTOR), rows[i].itr);
		guest__write32(driver.guest, GLINT_RATE(VECTOR), rows[i].rate);
		enable(&driver, VECTOR);
		inject(&driver);
		assert_int_equal(sent(&driver), 1);

		enable(&driver, VECTOR);
		inject(&driver);
		if (rows[i].ns) {
			guest__advance(driver.guest, rows[i].ns - 1);
			assert_int_equal(sent(&driver), 0);
			guest__advance(driver.guest, 1);
		}
		assert_int_equal(sent(&driver), 1);
		driver__stop(&driver);
	}
}

static void the_interval_is_set_with_the_enabling(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, 1);
	guest__write32(driver.guest, GLINT_DYN_CTL(VECTOR),
		       DYN_ENABLE | 1 << DYN_ITR_LOW | 50 << DYN_INTERVAL_LOW);
	assert_int_equal(guest__read32(driver.guest, GLINT_ITR(1, VECTOR)), 50);
	driver__stop(&driver);
}

/* ice_xsk.c:ice_xsk_wakeup: with nothing to report. */
static void software_can_cause_an_interrupt(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, 0);
	guest__write32(driver.guest, GLINT_DYN_CTL(VECTOR),
		       DYN_ENABLE | DYN_SOFTWARE | ITR_NONE << DYN_ITR_LOW);
	assert_int_equal(sent(&driver), 1);
	assert_int_equal(guest__read32(driver.guest, GLINT_DYN_CTL(VECTOR)) & DYN_SOFTWARE, 0);
	assert_int_equal(guest__read32(driver.guest, PFINT_OICR), 0);
	driver__stop(&driver);
}

static void a_write_can_leave_the_enabling_as_it_is(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	enable(&driver, VECTOR);
	guest__write32(driver.guest, GLINT_DYN_CTL(VECTOR),
		       DYN_KEEP_ENABLE | ITR_NONE << DYN_ITR_LOW);
	inject(&driver);
	assert_int_equal(sent(&driver), 1);
	guest__write32(driver.guest, GLINT_DYN_CTL(VECTOR), ITR_NONE << DYN_ITR_LOW);
	inject(&driver);
	assert_int_equal(sent(&driver), 0);
	driver__stop(&driver);
}

/* Rows: what connects the queue to a vector, and does not. */
static void a_queue_that_is_not_connected_interrupts_nobody(void **state)
{
	static const uint32_t rows[] = { VECTOR, CAUSE_ENABLE | ICE_VECTORS, CAUSE_ENABLE | 0x7ff };

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver;

		start(&driver, ITR_NONE);
		enable(&driver, VECTOR);
		guest__write32(driver.guest, QINT_RQCTL(0), rows[i]);
		inject(&driver);
		assert_int_equal(sent(&driver), 0);
		assert_int_equal(guest__counter(driver.guest, "interrupts"), 0);
		driver__stop(&driver);
	}
}

static void sent_packets_interrupt_when_they_ask_for_a_report(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = tx__create(&driver, 5, 8);

	(void)state;
	guest__write32(driver.guest, QINT_TQCTL(5),
		       CAUSE_ENABLE | VECTOR | ITR_NONE << CAUSE_ITR_LOW);
	enable(&driver, VECTOR);
	tx__put(&ring, frame, frame__make(frame, 60, 0), TX_END);
	tx__kick(&ring);
	assert_int_equal(sent(&driver), 0);
	tx__put(&ring, frame, 60, TX_LAST);
	tx__kick(&ring);
	assert_int_equal(sent(&driver), 1);
	driver__stop(&driver);
}

static void answers_of_the_admin_queue_interrupt_unless_they_are_not_to(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	guest__write32(driver.guest, PFINT_FW_CTL, CAUSE_ENABLE | VECTOR);
	enable(&driver, VECTOR);
	assert_int_equal(driver__command_of(&driver, 0x0001, 0, 0), ADMIN_OK);
	assert_int_equal(sent(&driver), 0);
	put_le16(driver__post(&driver, DRIVER_AQ_LENGTH, 0x0001, NULL, 0, 0), 0);
	guest__run(driver.guest);
	assert_int_equal(sent(&driver), 1);
	driver__stop(&driver);
}

static void other_causes_are_told_once_and_wait_until_they_are_enabled(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	guest__write32(driver.guest, PFINT_OICR_CTL, CAUSE_ENABLE | VECTOR);
	enable(&driver, VECTOR);
	guest__write32(driver.guest, GLGEN_RTRIG, RTRIG_CORE);
	assert_int_equal(sent(&driver), 0);
	guest__write32(driver.guest, PFINT_OICR_ENA, OICR_RESET);
	assert_int_equal(sent(&driver), 1);
	assert_int_equal(guest__read32(driver.guest, PFINT_OICR), OICR_RESET);
	assert_int_equal(guest__read32(driver.guest, PFINT_OICR), 0);

	/* ice_ethtool.c:ice_intr_test */
	guest__write32(driver.guest, GLINT_DYN_CTL(VECTOR), DYN_ENABLE | DYN_SOFTWARE);
	assert_int_equal(guest__read32(driver.guest, PFINT_OICR), OICR_SOFTWARE);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vector_is_sent_once_until_it_is_enabled_again),
		cmocka_unit_test(a_vector_can_stay_enabled),
		cmocka_unit_test(what_comes_while_disabled_is_sent_when_enabled),
		cmocka_unit_test(interrupts_keep_the_distance_of_their_itr_and_rate),
		cmocka_unit_test(the_interval_is_set_with_the_enabling),
		cmocka_unit_test(software_can_cause_an_interrupt),
		cmocka_unit_test(a_write_can_leave_the_enabling_as_it_is),
		cmocka_unit_test(a_queue_that_is_not_connected_interrupts_nobody),
		cmocka_unit_test(sent_packets_interrupt_when_they_ask_for_a_report),
		cmocka_unit_test(answers_of_the_admin_queue_interrupt_unless_they_are_not_to),
		cmocka_unit_test(other_causes_are_told_once_and_wait_until_they_are_enabled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
