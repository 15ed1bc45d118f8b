// SPDX-License-Identifier: MIT
/* Resets of the E810, its link, and what statistics say after them. */
#include "driver.h"

#define EVENTS_ON 3u
#define LINK_UP 0x01u
#define RESET_DONE 0x33bu		/* ice_common.c: ICE_RESET_DONE_MASK */

static uint8_t frame[2048];

static struct ring start(struct driver *driver)
{
	struct ring ring;

	*driver = driver__start();
	ring = rx__create(driver, 0, 8, 2048);
	rx__fill(&ring, 7);
	return ring;
}

static void a_reset_of_the_function_ends_its_queues_and_keeps_statistics(void **state)
{
	struct driver driver;
	struct ring tx;

	(void)state;
	start(&driver);
	tx = tx__create(&driver, 0, 8);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	guest__write32(driver.guest, PFGEN_CTRL, PFGEN_CTRL_RESET);
	assert_int_equal(guest__read32(driver.guest, PFGEN_CTRL), 0);
	assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT), 0);
	assert_int_equal(guest__read32(driver.guest, GLNVM_ULD) & RESET_DONE, RESET_DONE);
	assert_int_equal(guest__read32(driver.guest, PF_FW_ATQLEN), 0);

	tx__put(&tx, frame, 60, TX_LAST);
	tx__kick(&tx);
	guest__inject(driver.guest, frame, 60);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(guest__counter(driver.guest, "rx_frames"), 1);
	assert_int_equal(guest__counter(driver.guest, "rx_filtered"), 1);
	assert_int_equal(guest__read32(driver.guest, GLPRT_UPRC), 1);

	/* And it can be started anew. */
	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
	driver__start_scheduler(&driver);
	driver.vsi = driver__add_vsi(&driver, 0, 0);
	driver__take(&driver, RECIPE_ADDRESS, port_address, driver.vsi);
	tx = tx__create(&driver, 0, 8);
	tx__put(&tx, frame, 60, TX_LAST);
	tx__kick(&tx);
	assert_int_equal(guest__sent(driver.guest), 1);
	driver__stop(&driver);
}

static void clearing_the_configuration_leaves_the_admin_queue_alone(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	assert_int_equal(driver__command_of(&driver, 0x02a4, 0, 0), ADMIN_OK);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(guest__counter(driver.guest, "rx_filtered"), 1);
	driver__start_scheduler(&driver);
	assert_int_equal(driver__add_vsi(&driver, 0, 0), 0);
	driver__stop(&driver);
}

/* Rows: what triggers it, and the type that is told. */
static void a_core_or_global_reset_is_told_before_and_forgets_everything(void **state)
{
	static const struct { uint32_t trigger, type; } rows[] = {
		{ RTRIG_CORE, 1 }, { RTRIG_GLOBAL, 2 },
	};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct driver driver;

		start(&driver);
		guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
		guest__write32(driver.guest, PFINT_OICR_ENA, OICR_RESET);
		guest__write32(driver.guest, PFINT_OICR_CTL, CAUSE_ENABLE);
		guest__write32(driver.guest, GLINT_DYN_CTL(0), DYN_ENABLE);
		guest__write32(driver.guest, GLGEN_RTRIG, rows[i].trigger);
		assert_int_equal(guest__interrupts(driver.guest, 0), 1);
		assert_int_equal(guest__read32(driver.guest, PFINT_OICR), OICR_RESET);
		assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT), 1 | rows[i].type << 2);

		guest__advance(driver.guest, UINT64_C(200000000));
		assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT), rows[i].type << 2);
		assert_int_equal(guest__read32(driver.guest, GLPRT_UPRC), 0);
		assert_int_equal(guest__read32(driver.guest, PF_FW_ATQLEN), 0);
		assert_int_equal(guest__counter(driver.guest, "rx_frames"), 1);
		driver__stop(&driver);
	}
}

static void a_function_level_reset_is_one_of_the_function(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	guest__reset(driver.guest, NIC_RESET_FUNCTION);
	assert_int_equal(guest__read32(driver.guest, GLPRT_UPRC), 1);
	assert_int_equal(guest__read32(driver.guest, PF_FW_ATQLEN), 0);
	guest__reset(driver.guest, NIC_RESET_POWER);
	assert_int_equal(guest__read32(driver.guest, GLPRT_UPRC), 0);
	driver__stop(&driver);
}

/* The core stops the function's timers at such a reset. */
static void a_reset_that_was_announced_comes_after_one_of_the_function(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	guest__write32(driver.guest, GLGEN_RTRIG, RTRIG_CORE);
	guest__reset(driver.guest, NIC_RESET_FUNCTION);
	guest__advance(driver.guest, UINT64_C(200000000));
	assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT), 1 << RSTAT_TYPE_LOW);
	guest__write32(driver.guest, GLGEN_RTRIG, RTRIG_GLOBAL);
	guest__advance(driver.guest, UINT64_C(200000000));
	assert_int_equal(guest__read32(driver.guest, GLGEN_RSTAT), 2 << RSTAT_TYPE_LOW);
	driver__stop(&driver);
}

static unsigned int link__get(struct driver *driver, unsigned int events)
{
	uint8_t parameters[16] = { [2] = events };

	assert_int_equal(driver__command(driver, 0x0607, parameters, 56), ADMIN_OK);
	return driver__data(driver)[2] & LINK_UP;
}

static void changes_of_the_link_are_told_once_until_the_driver_looks(void **state)
{
	struct driver driver = driver__start();
	uint8_t *event = guest__at(driver.guest, driver.arq);

	(void)state;
	assert_true(link__get(&driver, EVENTS_ON));
	assert_int_equal(le16(driver.answer + 2), 1);
	assert_int_equal(le16(driver__data(&driver) + 10), 0x0400);	/* 100 Gb/s */

	guest__set_link(driver.guest, false);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_FW_ARQH), 1);
	assert_int_equal(le16(event + 2), 0x0607);
	assert_int_equal(le16(event + 4), 32);
	assert_int_equal(((uint8_t *)guest__at(driver.guest, driver.events))[2] & LINK_UP, 0);

	guest__set_link(driver.guest, true);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_FW_ARQH), 1);
	assert_true(link__get(&driver, EVENTS_ON));
	guest__set_link(driver.guest, false);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_FW_ARQH), 2);
	assert_int_equal(guest__counter(driver.guest, "admin_events"), 2);
	driver__stop(&driver);
}

static void a_change_that_is_masked_is_not_told(void **state)
{
	uint8_t mask[16] = { 0 };
	struct driver driver = driver__start();

	(void)state;
	put_le16(mask + 8, 0x0002);
	assert_int_equal(driver__command(&driver, 0x0613, mask, 0), ADMIN_OK);
	assert_true(link__get(&driver, EVENTS_ON));
	guest__set_link(driver.guest, false);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_FW_ARQH), 0);
	driver__stop(&driver);
}

static void an_event_without_room_for_it_stops_the_ring(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_true(link__get(&driver, EVENTS_ON));
	put_le16((uint8_t *)guest__at(driver.guest, driver.arq) + 4, 8);
	guest__set_link(driver.guest, false);
	guest__run(driver.guest);
	assert_int_equal(guest__read32(driver.guest, PF_FW_ARQH), 0);
	assert_true(guest__read32(driver.guest, PF_FW_ARQLEN) & ADMIN_RING_CRITICAL);
	driver__stop(&driver);
}

static void the_driver_can_take_the_link_down(void **state)
{
	static const uint8_t down[16] = { [2] = 2 }, up[16] = { [2] = 6 };
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver);

	(void)state;
	assert_int_equal(driver__command(&driver, 0x0605, down, 0), ADMIN_OK);
	assert_false(link__get(&driver, 0));
	assert_int_equal(driver__command(&driver, 0x0605, up, 0), ADMIN_OK);
	assert_true(link__get(&driver, 0));

	/* By what the PHY may do: without its only type, without leave to have a link. */
	memset(data, 0, 24);
	data[16] = 0x08;
	assert_int_equal(driver__command_of(&driver, 0x0601, 0, 24), ADMIN_OK);
	assert_false(link__get(&driver, 0));
	memset(data, 0, 24);
	put_le64(data, UINT64_C(1) << 51);
	assert_int_equal(driver__command_of(&driver, 0x0601, 0, 24), ADMIN_OK);
	assert_false(link__get(&driver, 0));
	memset(data, 0, 24);
	put_le64(data, UINT64_C(1) << 51);
	data[16] = 0x08;
	assert_int_equal(driver__command_of(&driver, 0x0601, 0, 24), ADMIN_OK);
	assert_true(link__get(&driver, 0));
	driver__stop(&driver);
}

static void statistics_count_bytes_kinds_and_lengths(void **state)
{
	struct driver driver;
	struct ring tx;

	(void)state;
	start(&driver);
	tx = tx__create(&driver, 0, 8);
	guest__inject(driver.guest, frame, frame__make(frame, 60, 0));
	guest__inject(driver.guest, frame, frame__make(frame, 1000, 0));
	assert_int_equal(guest__read32(driver.guest, GLPRT_GORC), 64 + 1004);
	assert_int_equal(guest__read32(driver.guest, GLV_GORC(driver.vsi)), 64 + 1004);
	assert_int_equal(guest__read32(driver.guest, GLPRT_PRC64), 1);
	assert_int_equal(guest__read32(driver.guest, GLPRT_PRC64 + 4 * 64), 1);

	frame[0] |= 1;
	tx__put(&tx, frame, 1000, TX_LAST);
	tx__kick(&tx);
	assert_int_equal(guest__read32(driver.guest, GLPRT_GOTC), 1004);
	assert_int_equal(guest__read32(driver.guest, GLPRT_MPTC), 1);
	assert_int_equal(guest__read32(driver.guest, GLV_MPTC(driver.vsi)), 1);
	driver__stop(&driver);
}

static void what_the_device_tells_cannot_be_written(void **state)
{
	static const uint32_t offsets[] = {
		GLPRT_GOTC, GLV_GOTC(3), GLV_GORC(3), GLV_RDPC(0), GLV_TEPC(0), PRTRPB_RDPC,
		GLGEN_RSTAT, GLNVM_ULD, GLNVM_FLA, GLNVM_GENS, GL_MNG_FWSM, PF_FUNC_RID,
		GLQF_FD_SIZE, GLQF_FD_CNT, PFPM_WUS,
	};
	struct driver driver = driver__start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		uint32_t before = guest__read32(driver.guest, offsets[i]);

		guest__write32(driver.guest, offsets[i], ~before);
		assert_int_equal(guest__read32(driver.guest, offsets[i]), before);
	}
	driver__stop(&driver);
}

static void there_is_a_flow_director_without_room(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(guest__read32(driver.guest, GLQF_FD_SIZE),
			 guest__read32(driver.guest, GLQF_FD_CNT));
	assert_int_not_equal(guest__read32(driver.guest, GLQF_FD_SIZE), 0);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reset_of_the_function_ends_its_queues_and_keeps_statistics),
		cmocka_unit_test(clearing_the_configuration_leaves_the_admin_queue_alone),
		cmocka_unit_test(a_core_or_global_reset_is_told_before_and_forgets_everything),
		cmocka_unit_test(a_function_level_reset_is_one_of_the_function),
		cmocka_unit_test(a_reset_that_was_announced_comes_after_one_of_the_function),
		cmocka_unit_test(changes_of_the_link_are_told_once_until_the_driver_looks),
		cmocka_unit_test(a_change_that_is_masked_is_not_told),
		cmocka_unit_test(an_event_without_room_for_it_stops_the_ring),
		cmocka_unit_test(the_driver_can_take_the_link_down),
		cmocka_unit_test(statistics_count_bytes_kinds_and_lengths),
		cmocka_unit_test(what_the_device_tells_cannot_be_written),
		cmocka_unit_test(there_is_a_flow_director_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
