// SPDX-License-Identifier: MIT
/* Interrupts of the 82599: routes, masks, throttling, and the causes that are not of queues. */
#include "driver.h"

#define OTHER 20u		/* the vector of everything that is no queue */
#define ITR(units) ((units) << 3)

static uint8_t frame[2048];

/* As drivers set it up: MSI-X, auto-mask and auto-clear of the queues. */
static struct guest *start(void)
{
	struct guest *guest = driver__start();

	guest__write32(guest, GPIE, GPIE_MSIX_MODE | GPIE_OTHER_CLEAR_DISABLE | GPIE_AUTO_MASK);
	guest__write32(guest, EIAM_EX(0), UINT32_MAX);
	guest__write32(guest, EIAM_EX(1), UINT32_MAX);
	guest__write32(guest, EIAC, CAUSE_QUEUES | CAUSE_TCP_TIMER);
	guest__write32(guest, IVAR_MISC, (IVAR_VALID | OTHER) << 8);
	guest__read32(guest, EICR);	/* the link came up before */
	return guest;
}

/* Queue @queue of both directions to vector @vector. */
static void route(struct guest *guest, unsigned int queue, uint32_t vector)
{
	uint32_t entry = IVAR_VALID | vector, shift = queue % 2 * 16;
	uint32_t value = guest__read32(guest, IVAR(queue / 2)) & ~(0xffffu << shift);

	guest__write32(guest, IVAR(queue / 2), value | (entry | entry << 8) << shift);
}

static void unmask(struct guest *guest, uint32_t vector)
{
	guest__write32(guest, EIMS_EX(vector / 32), 1u << vector % 32);
	guest__run(guest);
}

static void receive(struct guest *guest)
{
	guest__inject(guest, frame, frame__make(frame, 64, 0));
}

static void both_directions_of_any_queue_reach_their_vector(void **state)
{
	static const struct { unsigned int queue; uint32_t vector; } rows[] = {
		{ 0, 0 }, { 1, 15 }, { 2, 16 }, { 63, 31 }, { 64, 32 }, { 127, 63 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = start();
		struct ring tx = tx__create(guest, rows[i].queue, 8);
		struct ring rx = rx__create(guest, rows[i].queue, 8, 2);

		guest__write32(guest, ETQF(0), ETQF_ENABLE | 0x88b5);
		guest__write32(guest, ETQS(0),
			       ETQS_ENABLE | rows[i].queue << ETQS_QUEUE_SHIFT);
		route(guest, rows[i].queue, rows[i].vector);
		rx__fill(&rx, 4);
		unmask(guest, rows[i].vector);
		assert_int_equal(guest__interrupts(guest, rows[i].vector), 0);

		receive(guest);
		assert_int_equal(guest__interrupts(guest, rows[i].vector), 1);
		unmask(guest, rows[i].vector);
		tx__put(&tx, frame, 64, TX_COMMAND, 0);
		ring__kick(&tx);

		assert_int_equal(guest__interrupts(guest, rows[i].vector), 1);
		assert_int_equal(guest__counter(guest, "interrupts"), 2);
		guest__destroy(guest);
	}
}

static void a_message_masks_its_vector_and_what_comes_then_is_kept(void **state)
{
	for (uint32_t vector = 3; vector < 64; vector += 30) {
		struct guest *guest = start();
		struct ring rx = rx__create(guest, 0, 8, 2);

		(void)state;
		route(guest, 0, vector);
		rx__fill(&rx, 7);
		unmask(guest, vector);
		receive(guest);
		assert_int_equal(guest__interrupts(guest, vector), 1);
		assert_int_equal(guest__read32(guest, EIMS_EX(vector / 32)), 0);
		receive(guest);
		receive(guest);
		assert_int_equal(guest__interrupts(guest, vector), 0);

		unmask(guest, vector);

		assert_int_equal(guest__interrupts(guest, vector), 1);
		unmask(guest, vector);
		assert_int_equal(guest__interrupts(guest, vector), 0);
		guest__destroy(guest);
	}
}

static void a_cause_that_is_not_cleared_asks_again_when_unmasked(void **state)
{
	struct guest *guest = start();
	struct ring rx = rx__create(guest, 0, 8, 2);

	(void)state;
	guest__write32(guest, EIAC, 0);
	route(guest, 0, 3);
	rx__fill(&rx, 7);
	unmask(guest, 3);
	receive(guest);
	assert_int_equal(guest__interrupts(guest, 3), 1);
	unmask(guest, 3);
	assert_int_equal(guest__interrupts(guest, 3), 1);

	guest__write32(guest, EICR, 1u << 3);
	unmask(guest, 3);

	assert_int_equal(guest__interrupts(guest, 3), 0);
	guest__destroy(guest);
}

static void messages_of_a_vector_keep_their_distance(void **state)
{
	struct guest *guest = start();
	struct ring rx = rx__create(guest, 0, 8, 2);

	(void)state;
	route(guest, 0, 5);
	rx__fill(&rx, 7);
	guest__write32(guest, EITR_LOW(5), ITR(25) | EITR_KEEP_COUNTER);
	unmask(guest, 5);
	receive(guest);
	assert_int_equal(guest__interrupts(guest, 5), 1);
	unmask(guest, 5);
	receive(guest);
	assert_int_equal(guest__interrupts(guest, 5), 0);

	guest__advance(guest, 25 * EITR_UNIT_NS - 1);
	assert_int_equal(guest__interrupts(guest, 5), 0);
	guest__advance(guest, 1);

	assert_int_equal(guest__interrupts(guest, 5), 1);
	guest__advance(guest, UINT64_C(1000000000));
	assert_int_equal(guest__interrupts(guest, 5), 0);
	guest__destroy(guest);
}

static void high_vectors_have_their_throttle_elsewhere(void **state)
{
	struct guest *guest = start();
	struct ring rx = rx__create(guest, 0, 8, 2);

	(void)state;
	route(guest, 0, 40);
	rx__fill(&rx, 7);
	guest__write32(guest, EITR_HIGH(40), ITR(100) | EITR_KEEP_COUNTER);
	assert_int_equal(guest__read32(guest, EITR_HIGH(40)), ITR(100));
	unmask(guest, 40);
	receive(guest);
	unmask(guest, 40);
	receive(guest);
	assert_int_equal(guest__interrupts(guest, 40), 1);
	guest__advance(guest, 100 * EITR_UNIT_NS);
	assert_int_equal(guest__interrupts(guest, 40), 1);
	guest__destroy(guest);
}

static void writing_the_counter_ends_the_wait(void **state)
{
	struct guest *guest = start();
	struct ring rx = rx__create(guest, 0, 8, 2);

	(void)state;
	route(guest, 0, 5);
	rx__fill(&rx, 7);
	guest__write32(guest, EITR_LOW(5), ITR(500) | EITR_KEEP_COUNTER);
	unmask(guest, 5);
	receive(guest);
	unmask(guest, 5);
	receive(guest);
	assert_int_equal(guest__interrupts(guest, 5), 1);
	guest__write32(guest, EITR_LOW(5), ITR(10) | EITR_KEEP_COUNTER);
	guest__run(guest);
	assert_int_equal(guest__interrupts(guest, 5), 0);

	guest__write32(guest, EITR_LOW(5), ITR(10));
	guest__run(guest);

	assert_int_equal(guest__interrupts(guest, 5), 1);
	guest__destroy(guest);
}

static void software_can_ask_for_a_message(void **state)
{
	struct guest *guest = start();

	(void)state;
	unmask(guest, 2);
	guest__write32(guest, EICS_EX(0), 1u << 2 | 1u << 7);
	guest__write32(guest, EICS_EX(1), 1u << 31);
	guest__run(guest);
	assert_int_equal(guest__interrupts(guest, 2), 1);
	assert_int_equal(guest__interrupts(guest, 7), 0);
	assert_int_equal(guest__interrupts(guest, 63), 0);

	unmask(guest, 7);
	unmask(guest, 63);

	assert_int_equal(guest__interrupts(guest, 7), 1);
	assert_int_equal(guest__interrupts(guest, 63), 1);
	guest__destroy(guest);
}

static void a_link_change_is_told_and_stays_until_it_is_cleared(void **state)
{
	struct guest *guest = start();

	(void)state;
	guest__write32(guest, EIMS, CAUSE_LINK);
	assert_int_equal(guest__read32(guest, LINKS), LINKS_UP | LINKS_10G);
	guest__set_link(guest, false);
	guest__run(guest);
	assert_int_equal(guest__interrupts(guest, OTHER), 1);
	assert_int_equal(guest__read32(guest, LINKS), 0);
	assert_int_equal(guest__read32(guest, STATUS) & STATUS_LINK_UP, 0);
	assert_int_equal(guest__read32(guest, EICS), CAUSE_LINK | CAUSE_ANY_OTHER);
	guest__write32(guest, EIMS, CAUSE_LINK);
	guest__run(guest);
	assert_int_equal(guest__interrupts(guest, OTHER), 1);
	assert_int_equal(guest__read32(guest, EICS), CAUSE_LINK | CAUSE_ANY_OTHER);
	guest__write32(guest, EICR, CAUSE_LINK);
	assert_int_equal(guest__read32(guest, EICS), 0);

	guest__set_link(guest, true);
	guest__run(guest);

	assert_int_equal(guest__interrupts(guest, OTHER), 1);
	assert_int_equal(guest__read32(guest, EICR), CAUSE_LINK | CAUSE_ANY_OTHER);
	assert_int_equal(guest__read32(guest, EICR), 0);
	guest__destroy(guest);
}

static void a_masked_link_change_is_told_when_it_is_unmasked(void **state)
{
	struct guest *guest = start();

	(void)state;
	guest__set_link(guest, false);
	guest__run(guest);
	assert_int_equal(guest__interrupts(guest, OTHER), 0);

	guest__write32(guest, EIMS, CAUSE_LINK);
	guest__run(guest);

	assert_int_equal(guest__interrupts(guest, OTHER), 1);
	guest__write32(guest, EIMC, CAUSE_LINK);
	guest__set_link(guest, true);
	guest__run(guest);
	assert_int_equal(guest__interrupts(guest, OTHER), 0);
	guest__destroy(guest);
}

static void reading_eicr_clears_queues_too_unless_told_not_to(void **state)
{
	struct guest *guest = start();

	(void)state;
	guest__write32(guest, EICS, 0x0011);
	assert_int_equal(guest__read32(guest, EICR), 0x0011);
	assert_int_equal(guest__read32(guest, EICR), 0x0011);
	guest__write32(guest, GPIE, GPIE_MSIX_MODE);
	assert_int_equal(guest__read32(guest, EICR), 0x0011);
	assert_int_equal(guest__read32(guest, EICR), 0);
	guest__destroy(guest);
}

static void a_queue_without_a_route_tells_nobody(void **state)
{
	struct guest *guest = start();
	struct ring rx = rx__create(guest, 0, 8, 2);

	(void)state;
	rx__fill(&rx, 4);
	guest__write32(guest, EIMS_EX(0), UINT32_MAX);
	receive(guest);

	assert_int_equal(guest__counter(guest, "interrupts"), 0);
	guest__destroy(guest);
}

static void a_reset_forgets_causes_masks_and_timers(void **state)
{
	struct guest *guest = start();
	struct ring rx = rx__create(guest, 0, 8, 2);

	(void)state;
	route(guest, 0, 5);
	rx__fill(&rx, 7);
	guest__write32(guest, EITR_LOW(5), ITR(500));
	unmask(guest, 5);
	receive(guest);
	unmask(guest, 5);
	receive(guest);
	assert_int_equal(guest__interrupts(guest, 5), 1);

	guest__write32(guest, CTRL, CTRL_RESET);
	assert_int_equal(guest__read32(guest, EICR), 0);
	assert_int_equal(guest__read32(guest, EIMS_EX(0)), 0);
	unmask(guest, 5);
	assert_int_equal(guest__interrupts(guest, 5), 0);

	guest__write32(guest, EICS, 1u << 5);
	guest__run(guest);

	assert_int_equal(guest__interrupts(guest, 5), 1);
	guest__destroy(guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_directions_of_any_queue_reach_their_vector),
		cmocka_unit_test(a_message_masks_its_vector_and_what_comes_then_is_kept),
		cmocka_unit_test(a_cause_that_is_not_cleared_asks_again_when_unmasked),
		cmocka_unit_test(messages_of_a_vector_keep_their_distance),
		cmocka_unit_test(high_vectors_have_their_throttle_elsewhere),
		cmocka_unit_test(writing_the_counter_ends_the_wait),
		cmocka_unit_test(software_can_ask_for_a_message),
		cmocka_unit_test(a_link_change_is_told_and_stays_until_it_is_cleared),
		cmocka_unit_test(a_masked_link_change_is_told_when_it_is_unmasked),
		cmocka_unit_test(reading_eicr_clears_queues_too_unless_told_not_to),
		cmocka_unit_test(a_queue_without_a_route_tells_nobody),
		cmocka_unit_test(a_reset_forgets_causes_masks_and_timers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
