// SPDX-License-Identifier: MIT
/* Messages and timers of a port. */
#include "guest_case.h"

#include <sys/eventfd.h>

#include "core/port.h"

static void guest__send_vector(struct guest *guest, unsigned int vector)
{
	guest__write32(guest, ECHO_SEND_VECTOR, vector);
}

/* Word @word of the pending bits, as the guest reads it. */
static uint64_t guest__pending(struct guest *guest, unsigned int word)
{
	return guest__read(guest, 4, 0x2000 + 8 * word, 8);
}

static void each_message_goes_to_its_vector(void **state)
{
	struct guest *guest = *state;

	guest__send_vector(guest, 5);
	guest__send_vector(guest, 69);
	guest__send_vector(guest, 69);

	assert_int_equal(guest__interrupts(guest, 5), 1);
	assert_int_equal(guest__interrupts(guest, 69), 2);
	assert_int_equal(guest__interrupts(guest, 5), 0);
	assert_int_equal(guest__interrupts(guest, 6), 0);
}

static void a_vector_that_is_not_there_is_warned_about(void **state)
{
	struct guest *guest = *state;

	guest__send_vector(guest, 70);
	guest__send_vector(guest, 70);
	assert_int_equal(guest__nic(guest)->warnings.count, 1);
	guest__send_vector(guest, ~0u);
	assert_int_equal(guest__nic(guest)->warnings.count, 2);
}

static void a_masked_vector_keeps_one_message(void **state)
{
	struct guest *guest = *state;
	struct interrupts *interrupts = &guest__nic(guest)->interrupts;

	interrupts__mask(interrupts, 66, true);
	guest__send_vector(guest, 66);
	guest__send_vector(guest, 66);
	assert_int_equal(guest__interrupts(guest, 66), 0);
	assert_true(guest__pending(guest, 0) == 0);
	assert_true(guest__pending(guest, 1) == 1 << 2);
	assert_int_equal(guest__read(guest, 4, 0x2008, 1), 1 << 2);
	interrupts__mask(interrupts, 10, true);
	guest__send_vector(guest, 10);
	assert_int_equal(guest__read(guest, 4, 0x2001, 1), 1 << 2);
	interrupts__mask(interrupts, 66, false);

	assert_int_equal(guest__interrupts(guest, 66), 1);
	assert_true(guest__pending(guest, 1) == 0);
}

static void a_message_waits_for_an_eventfd_that_was_taken_away(void **state)
{
	struct guest *guest = *state;
	struct interrupts *interrupts = &guest__nic(guest)->interrupts;
	int fd = eventfd(0, EFD_NONBLOCK);
	uint64_t count = 0;

	assert_int_equal(interrupts__set(interrupts, 3, -1), 0);
	guest__send_vector(guest, 3);
	assert_true(guest__pending(guest, 0) == 1 << 3);
	assert_int_equal(interrupts__set(interrupts, 3, dup(fd)), 0);

	assert_int_equal(read(fd, &count, sizeof(count)), sizeof(count));
	assert_int_equal(count, 1);
	close(fd);
}

static void a_reset_forgets_what_was_kept(void **state)
{
	struct guest *guest = *state;
	struct interrupts *interrupts = &guest__nic(guest)->interrupts;

	interrupts__mask(interrupts, 1, true);
	guest__send_vector(guest, 1);
	guest__reset(guest, NIC_RESET_FUNCTION);
	interrupts__mask(interrupts, 1, false);
	assert_int_equal(guest__interrupts(guest, 1), 0);

	/* Of a vector that the guest has not set since then, nothing is kept at all. */
	interrupts__set(interrupts, 2, -1);
	guest__reset(guest, NIC_RESET_FUNCTION);
	guest__send_vector(guest, 2);
	assert_true(guest__pending(guest, 0) == 0);
	assert_true(interrupts->lost > 0);
}

static void the_msix_table_is_not_the_models(void **state)
{
	struct guest *guest = *state;

	guest__write(guest, 4, 0x10, 0x55, 4);
	guest__write(guest, 4, 70 * 16 - 4, 0x55, 4);
	guest__write(guest, 4, 0x2000, ~0ull, 8);
	assert_int_equal(guest__read(guest, 4, 0x10, 4), 0);
	assert_true(guest__pending(guest, 0) == 0);
	assert_true(guest__pending(guest, 1) == 0);
	assert_int_equal(guest__nic(guest)->warnings.count, 0);
	/* Everything else in that BAR is. */
	guest__write(guest, 4, 70 * 16, 0x55, 4);
	assert_int_equal(guest__nic(guest)->warnings.count, 1);
	guest__read(guest, 4, 0x2010, 4);
	assert_int_equal(guest__nic(guest)->warnings.count, 2);
}

static void a_timer_runs_out_once_and_not_before(void **state)
{
	struct guest *guest = *state;

	guest__write32(guest, ECHO_TIMER, 5000);
	guest__advance(guest, 4999);
	assert_int_equal(guest__interrupts(guest, 2), 0);
	assert_true(nic__timer_is_set(guest__nic(guest), 0));
	guest__advance(guest, 1);
	assert_int_equal(guest__interrupts(guest, 2), 1);
	assert_false(nic__timer_is_set(guest__nic(guest), 0));
	guest__advance(guest, 100000);
	assert_int_equal(guest__interrupts(guest, 2), 0);
}

static void a_timer_set_anew_replaces_and_zero_stops_it(void **state)
{
	struct guest *guest = *state;

	guest__write32(guest, ECHO_TIMER, 5000);
	guest__write32(guest, ECHO_TIMER, 9000);
	guest__advance(guest, 8999);
	assert_int_equal(guest__interrupts(guest, 2), 0);
	guest__write32(guest, ECHO_TIMER, 0);
	guest__advance(guest, 100000);
	assert_int_equal(guest__interrupts(guest, 2), 0);
}

static void timers_run_out_in_the_order_of_their_times(void **state)
{
	static const unsigned int order[] = { 7, 3, 127, 0 };
	struct timers timers;

	(void)state;
	timers__clear(&timers);
	for (unsigned int i = 0; i < 4; i++)
		timers__set(&timers, order[i], 100 * (i + 1));

	assert_int_equal(timers__expire(&timers, 99), NIC_TIMERS);
	assert_int_equal(timers__expire(&timers, 200), 7);
	assert_int_equal(timers__expire(&timers, 200), 3);
	assert_int_equal(timers__expire(&timers, 200), NIC_TIMERS);
	assert_int_equal(timers.next, 300);
	assert_int_equal(timers__expire(&timers, 1000), 127);
	assert_int_equal(timers__expire(&timers, 1000), 0);
	assert_int_equal(timers__expire(&timers, 1000), NIC_TIMERS);
	assert_true(timers.next == LOOP_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_message_goes_to_its_vector),
		CASE(a_vector_that_is_not_there_is_warned_about),
		CASE(a_masked_vector_keeps_one_message),
		CASE(a_message_waits_for_an_eventfd_that_was_taken_away),
		CASE(a_reset_forgets_what_was_kept),
		CASE(the_msix_table_is_not_the_models),
		CASE(a_timer_runs_out_once_and_not_before),
		CASE(a_timer_set_anew_replaces_and_zero_stops_it),
		cmocka_unit_test(timers_run_out_in_the_order_of_their_times),
	};

	return cmocka_run_group_tests_name("interrupts and timers", tests, NULL, NULL);
}
