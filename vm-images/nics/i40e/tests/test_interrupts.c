// SPDX-License-Identifier: MIT
/* Interrupts of the XL710: causes, vectors, lists of queues, throttling. */
#include "driver.h"

#define VECTOR 3u

static uint8_t frame[2048];

static struct ring start(struct driver *driver, unsigned int itr)
{
	struct ring ring;

	*driver = driver__start();
	ring = rx__create(driver, 0, 64, 2048);
	rx__fill(&ring, 63);
	driver__link_vector(driver, VECTOR, 0, itr);
	return ring;
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
	driver__enable_vector(&driver, VECTOR);
	inject(&driver);
	inject(&driver);
	assert_int_equal(sent(&driver), 1);
	assert_int_equal(guest__read32(driver.guest, PFINT_DYN_CTLN(VECTOR - 1)) & DYN_ENABLE, 0);

	driver__enable_vector(&driver, VECTOR);
	assert_int_equal(sent(&driver), 1);
	driver__enable_vector(&driver, VECTOR);
	assert_int_equal(sent(&driver), 0);
	assert_int_equal(guest__counter(driver.guest, "interrupts"), 2);
	driver__stop(&driver);
}

static void what_comes_while_disabled_is_sent_when_enabled(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	inject(&driver);
	assert_int_equal(sent(&driver), 0);
	driver__enable_vector(&driver, VECTOR);
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
		guest__write32(driver.guest, PFINT_ITRN(0, VECTOR - 1), rows[i].itr);
		guest__write32(driver.guest, PFINT_RATEN(VECTOR - 1), rows[i].rate);
		driver__enable_vector(&driver, VECTOR);
		inject(&driver);
		assert_int_equal(sent(&driver), 1);

		driver__enable_vector(&driver, VECTOR);
		inject(&driver);
		if (rows[i].ns) {
			assert_int_equal(sent(&driver), 0);
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
	guest__write32(driver.guest, PFINT_DYN_CTLN(VECTOR - 1),
		       DYN_ENABLE | 1u << DYN_ITR_LOW | 50u << DYN_INTERVAL_LOW);
	assert_int_equal(guest__read32(driver.guest, PFINT_ITRN(1, VECTOR - 1)), 50);
	driver__enable_vector(&driver, VECTOR);		/* sets no interval */
	assert_int_equal(guest__read32(driver.guest, PFINT_ITRN(1, VECTOR - 1)), 50);
	driver__stop(&driver);
}

static void software_can_cause_an_interrupt(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	guest__write32(driver.guest, PFINT_DYN_CTLN(VECTOR - 1),
		       DYN_ENABLE | ITR_NONE << DYN_ITR_LOW | DYN_SOFTWARE | DYN_SOFTWARE_ITR_SET);
	assert_int_equal(sent(&driver), 1);
	driver__stop(&driver);
}

static void a_write_can_leave_the_enabling_as_it_is(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	driver__enable_vector(&driver, VECTOR);
	guest__write32(driver.guest, PFINT_DYN_CTLN(VECTOR - 1),
		       DYN_KEEP_ENABLE | ITR_NONE << DYN_ITR_LOW);
	inject(&driver);
	assert_int_equal(sent(&driver), 1);
	driver__stop(&driver);
}

/* Rows: a register that keeps the queue from its vector, and what is written to it. */
static void a_queue_that_is_not_connected_interrupts_nobody(void **state)
{
	static const struct { uint32_t offset, value; } rows[] = {
		{ QINT_RQCTL(0), VECTOR | LNKLST_END << QINT_NEXT_LOW },
		{ QINT_RQCTL(0), QINT_CAUSE_ENABLE | 65 },
		{ QINT_RQCTL(0), QINT_CAUSE_ENABLE | 255 },
		{ PFINT_LNKLSTN(VECTOR - 1), LNKLST_END },
		{ PFINT_LNKLSTN(VECTOR - 1), 500 },
		{ PFINT_LNKLSTN(VECTOR - 1), 3u << LNKLST_TYPE_LOW },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver;

		start(&driver, ITR_NONE);
		driver__enable_vector(&driver, VECTOR);
		guest__write32(driver.guest, rows[i].offset, rows[i].value);
		inject(&driver);
		assert_int_equal(guest__counter(driver.guest, "interrupts"), 0);
		driver__stop(&driver);
	}
}

static void a_list_in_circles_ends(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	driver__enable_vector(&driver, VECTOR);
	guest__write32(driver.guest, PFINT_LNKLSTN(VECTOR - 1), 7);
	guest__write32(driver.guest, QINT_RQCTL(7), 8u << QINT_NEXT_LOW);
	guest__write32(driver.guest, QINT_RQCTL(8), 7u << QINT_NEXT_LOW);
	inject(&driver);
	assert_int_equal(guest__counter(driver.guest, "interrupts"), 0);
	driver__stop(&driver);
}

static void a_list_leads_through_rx_and_tx_queues(void **state)
{
	struct driver driver;
	struct ring tx;

	(void)state;
	start(&driver, ITR_NONE);
	tx = tx__create(&driver, 64, 8);	/* as XDP's: far from its RX queue */
	guest__write32(driver.guest, QINT_RQCTL(0),
		       QINT_CAUSE_ENABLE | VECTOR | 64u << QINT_NEXT_LOW |
		       1u << QINT_NEXT_TYPE_LOW);
	guest__write32(driver.guest, QINT_TQCTL(64), QINT_CAUSE_ENABLE | VECTOR |
		       ITR_NONE << QINT_ITR_LOW | LNKLST_END << QINT_NEXT_LOW);
	driver__enable_vector(&driver, VECTOR);
	tx__put(&tx, frame, frame__make(frame, 60, 0), TX_LAST);
	tx__kick(&tx);
	assert_int_equal(sent(&driver), 1);
	driver__stop(&driver);
}

/* No packet asks for it: that the head is written is what the driver looks at. */
static void a_ring_that_writes_its_head_interrupts_for_every_turn(void **state)
{
	struct driver driver;
	struct ring tx;

	(void)state;
	start(&driver, ITR_NONE);
	tx = tx__create(&driver, 0, 8);
	driver__enable_vector(&driver, VECTOR);
	tx__put(&tx, frame, frame__make(frame, 60, 0), TX_END);
	tx__kick(&tx);
	assert_int_equal(sent(&driver), 1);
	driver__stop(&driver);
}

static void queues_of_vector_0_show_in_its_causes(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	guest__write32(driver.guest, PFINT_LNKLST0, 0);
	guest__write32(driver.guest, QINT_RQCTL(0), QINT_CAUSE_ENABLE | ITR_NONE << QINT_ITR_LOW |
		       2u << QINT_MSIX0_LOW | LNKLST_END << QINT_NEXT_LOW);
	driver__enable_vector(&driver, 0);
	inject(&driver);
	assert_int_equal(guest__interrupts(driver.guest, 0), 1);
	assert_int_equal(guest__read32(driver.guest, PFINT_ICR0), ICR0_QUEUE(2) | ICR0_EVENT);
	assert_int_equal(guest__read32(driver.guest, PFINT_ICR0), 0);
	driver__stop(&driver);
}

static void a_cause_that_is_not_enabled_waits_for_it(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver, ITR_NONE);
	driver__enable_vector(&driver, 0);
	guest__write32(driver.guest, GLHMC_LANTXCNT, 0);
	guest__write32(driver.guest, QTX_ENA(0), QENA_REQUEST);	/* an HMC error */
	assert_int_equal(guest__interrupts(driver.guest, 0), 0);
	guest__write32(driver.guest, PFINT_ICR0_ENA, ICR0_HMC_ERROR);
	assert_int_equal(guest__interrupts(driver.guest, 0), 1);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vector_is_sent_once_until_it_is_enabled_again),
		cmocka_unit_test(what_comes_while_disabled_is_sent_when_enabled),
		cmocka_unit_test(interrupts_keep_the_distance_of_their_itr_and_rate),
		cmocka_unit_test(the_interval_is_set_with_the_enabling),
		cmocka_unit_test(software_can_cause_an_interrupt),
		cmocka_unit_test(a_write_can_leave_the_enabling_as_it_is),
		cmocka_unit_test(a_queue_that_is_not_connected_interrupts_nobody),
		cmocka_unit_test(a_list_in_circles_ends),
		cmocka_unit_test(a_list_leads_through_rx_and_tx_queues),
		cmocka_unit_test(a_ring_that_writes_its_head_interrupts_for_every_turn),
		cmocka_unit_test(queues_of_vector_0_show_in_its_causes),
		cmocka_unit_test(a_cause_that_is_not_enabled_waits_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
