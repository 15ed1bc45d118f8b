// SPDX-License-Identifier: MIT
/* Rules of the E810's switch: which VSIs a frame goes to. */
#include "steering.h"

static const uint8_t other_address[6] = { 0x02, 0, 0, 0, 0, 0x22 };
static const uint8_t all_unicast[6] = { 0x02 };
static const uint8_t all_multicast[6] = { 0x03 };
static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void only_what_a_rule_is_about_is_received(void **state)
{
	static const uint8_t multicast[6] = { 0x01, 0, 0x5e, 0, 0, 1 };
	struct driver driver;

	(void)state;
	start(&driver);
	assert_true(arrives(&driver, port_address, 0));
	assert_false(arrives(&driver, other_address, 0));
	assert_false(arrives(&driver, broadcast, 0));
	assert_false(arrives(&driver, multicast, 0));
	assert_int_equal(guest__counter(driver.guest, "rx_filtered"), 3);

	driver__take(&driver, RECIPE_ADDRESS, broadcast, driver.vsi);
	assert_true(arrives(&driver, broadcast, 0));
	driver__take(&driver, RECIPE_KIND, all_multicast, driver.vsi);
	assert_true(arrives(&driver, multicast, 0));
	assert_false(arrives(&driver, other_address, 0));
	/* Of what the VSI itself sends: nothing that comes in. */
	rule__fill(driver__data(&driver), RULE_TX, RECIPE_KIND, RULE_TO(driver.vsi), all_unicast);
	driver__add_rule(&driver);
	assert_false(arrives(&driver, other_address, 0));
	driver__take(&driver, RECIPE_KIND, all_unicast, driver.vsi);
	assert_true(arrives(&driver, other_address, 0));
	driver__stop(&driver);
}

static void a_rule_that_is_removed_takes_nothing(void **state)
{
	struct driver driver;
	unsigned int rule;
	uint8_t *data;

	(void)state;
	start(&driver);
	data = driver__data(&driver);
	rule = driver__take(&driver, RECIPE_ADDRESS, other_address, driver.vsi);
	assert_true(arrives(&driver, other_address, 0));
	rule__fill(data, RULE_RX, RECIPE_ADDRESS, 0, NULL);
	put_le16(data + 12, rule);
	put_le16(data + 14, 0);
	assert_int_equal(driver__command_of(&driver, 0x02a2, 1, 16), ADMIN_OK);
	assert_false(arrives(&driver, other_address, 0));
	assert_int_equal(driver__command_of(&driver, 0x02a2, 1, 16), ADMIN_ENOENT);
	driver__stop(&driver);
}

static void the_default_rule_takes_what_no_other_takes(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	/* Of what the VSI itself sends: nothing that comes in. */
	rule__fill(driver__data(&driver), RULE_TX, RECIPE_ANY, RULE_TO(driver.vsi), NULL);
	driver__add_rule(&driver);
	assert_false(arrives(&driver, other_address, 0));
	driver__take(&driver, RECIPE_ANY, NULL, driver.vsi);
	assert_true(arrives(&driver, other_address, 0));
	driver__stop(&driver);
}

static void vlans_are_pruned_where_the_vsi_says_so(void **state)
{
	struct driver driver;
	uint8_t *data;

	(void)state;
	start(&driver);
	data = driver__data(&driver);
	assert_true(arrives(&driver, port_address, 5));
	memset(data, 0, ICE_VSI_PROPERTIES);
	put_le16(data, 0x0001);
	data[VSI_SWITCH_FLAGS2] = SWITCH_PRUNES_VLANS;
	assert_int_equal(driver__command_of(&driver, 0x0211, driver.vsi, ICE_VSI_PROPERTIES),
			 ADMIN_OK);
	assert_false(arrives(&driver, port_address, 5));
	assert_false(arrives(&driver, port_address, 0));

	rule__fill(data, RULE_RX, RECIPE_VLAN, RULE_PRUNE | driver.vsi << 4, NULL);
	put_be16(data + 16 + 14, 5);
	driver__add_rule(&driver);
	assert_true(arrives(&driver, port_address, 5));
	assert_false(arrives(&driver, port_address, 6));
	assert_false(arrives(&driver, port_address, 0));
	driver__stop(&driver);
}

static void a_kind_can_be_taken_in_one_vlan(void **state)
{
	struct driver driver;

	(void)state;
	start(&driver);
	rule__fill(driver__data(&driver), RULE_RX, RECIPE_KIND_VLAN, RULE_TO(driver.vsi),
		   all_unicast);
	put_be16(driver__data(&driver) + 16 + 14, 7);
	driver__add_rule(&driver);
	assert_true(arrives(&driver, other_address, 7));
	assert_false(arrives(&driver, other_address, 0));
	driver__stop(&driver);
}

static void a_list_gives_each_of_its_vsis_a_copy(void **state)
{
	struct driver driver;
	struct ring first, second;
	uint8_t *data;
	uint16_t vsi, list;

	(void)state;
	first = start(&driver);
	second = rx__create(&driver, 1, 8, 2048);
	rx__fill(&second, 1);
	vsi = driver__add_vsi(&driver, 1, 0);
	data = driver__data(&driver);
	put_le16(data, 3);
	put_le16(data + 2, 1);
	assert_int_equal(driver__command_of(&driver, 0x0208, 1, 6), ADMIN_OK);
	list = le16(data + 4);
	memset(data, 0, 12);
	put_le16(data, 3);
	put_le16(data + 4, list);
	put_le16(data + 6, 2);
	put_le16(data + 8, driver.vsi);
	put_le16(data + 10, vsi);
	assert_int_equal(driver__command_of(&driver, 0x02a0, 1, 12), ADMIN_OK);
	rule__fill(data, RULE_RX, RECIPE_ADDRESS, RULE_LIST | list << 4 | 1u << 17, broadcast);
	driver__add_rule(&driver);

	/* The second has room for one; the first does not wait for it. */
	assert_true(arrives(&driver, broadcast, 0));
	assert_true(arrives(&driver, broadcast, 0));
	assert_int_equal(rx__status(&first, 1) & RX_END, RX_END);
	assert_int_equal(rx__status(&second, 0) & RX_END, RX_END);
	assert_memory_equal(rx__data(&second, 0), frame, 64);
	assert_int_equal(guest__counter(driver.guest, "rx_missed"), 1);
	assert_int_equal(guest__read32(driver.guest, GLPRT_BPRC), 2);
	assert_int_equal(guest__read32(driver.guest, GLV_BPRC(vsi)), 1);

	/* One that is freed leaves the list, and another of its number is not in it. */
	assert_int_equal(driver__command_of(&driver, 0x0213, vsi, 0), ADMIN_OK);
	assert_int_equal(driver__add_vsi(&driver, 1, 0), vsi);
	assert_true(arrives(&driver, broadcast, 0));
	assert_int_equal(guest__counter(driver.guest, "rx_missed"), 1);

	put_le16(data, 4);
	put_le16(data + 4, list);
	put_le16(data + 6, 1);
	put_le16(data + 8, driver.vsi);
	assert_int_equal(driver__command_of(&driver, 0x02a1, 1, 10), ADMIN_OK);
	assert_false(arrives(&driver, broadcast, 0));
	driver__stop(&driver);
}

static void a_rule_can_keep_frames_from_being_sent(void **state)
{
	struct driver driver;
	struct ring ring;
	uint8_t *data;

	(void)state;
	start(&driver);
	ring = tx__create(&driver, 0, 8);
	data = driver__data(&driver);
	rule__fill(data, RULE_TX, RECIPE_ETHERTYPE, RULE_DROP | 1u << 17, NULL);
	put_le16(data + 6, driver.vsi);
	put_be16(data + 16 + 12, 0x8808);
	driver__add_rule(&driver);
	frame__make(frame, 60, 0);
	tx__put(&ring, frame, 60, TX_LAST);
	put_be16(frame + 12, 0x8808);
	tx__put(&ring, frame, 60, TX_LAST);
	tx__kick(&ring);
	assert_int_equal(guest__sent(driver.guest), 1);
	assert_int_equal(guest__counter(driver.guest, "tx_dropped"), 1);
	driver__stop(&driver);
}

static void a_rule_can_keep_frames_from_being_received(void **state)
{
	struct driver driver;
	uint8_t *data;

	(void)state;
	start(&driver);
	data = driver__data(&driver);
	rule__fill(data, RULE_RX, RECIPE_ETHERTYPE, RULE_DROP | 1u << 17, NULL);
	put_be16(data + 16 + 12, 0x8808);
	driver__add_rule(&driver);
	assert_true(arrives(&driver, port_address, 0));
	put_be16(frame + 12, 0x8808);
	guest__inject(driver.guest, frame, 64);
	assert_int_equal(guest__counter(driver.guest, "rx_frames"), 1);
	assert_int_equal(guest__counter(driver.guest, "rx_filtered"), 1);
	driver__stop(&driver);
}

/* The wire keeps it for the queue; a command may lead it elsewhere. */
static void a_frame_that_waits_goes_where_rules_send_it_now(void **state)
{
	struct driver driver = driver__start();
	unsigned int rule;
	uint8_t *data;

	(void)state;
	rx__create(&driver, 0, 8, 2048);
	rule = driver__take(&driver, RECIPE_ADDRESS, other_address, driver.vsi);
	frame__make(frame, 64, 0);
	memcpy(frame, other_address, 6);
	guest__inject(driver.guest, frame, 64);
	assert_int_equal(guest__waiting(driver.guest), 1);
	data = driver__data(&driver);
	rule__fill(data, RULE_RX, 0, 0, NULL);
	put_le16(data + 12, rule);
	assert_int_equal(driver__command_of(&driver, 0x02a2, 1, RULE_BYTES), ADMIN_OK);
	assert_int_equal(guest__waiting(driver.guest), 0);
	assert_int_equal(guest__counter(driver.guest, "rx_filtered"), 1);
	driver__stop(&driver);
}

/* Rows: the type of the element, the list, VSIs that it says and one of them, bytes. */
static void lists_that_cannot_be_are_refused(void **state)
{
	static const struct { unsigned int type, list, count, vsi, bytes, result; } rows[] = {
		{ 3, ICE_VSI_LISTS, 1, 0, 10, ADMIN_ENOENT }, { 3, 0xffff, 1, 0, 10, ADMIN_ENOENT },
		{ 3, 0, 1, ICE_VSIS, 10, ADMIN_ENOENT }, { 4, 0, 1, 0xffff, 10, ADMIN_ENOENT },
		{ 5, 0, 2, 0, 10, ADMIN_EINVAL }, { 6, 0, 0xffff, 0, 4096, ADMIN_EINVAL },
	};
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver);

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(data, 0, 16);
		put_le16(data, rows[i].type);
		put_le16(data + 4, rows[i].list);
		put_le16(data + 6, rows[i].count);
		put_le16(data + 8, rows[i].vsi);
		assert_int_equal(driver__command_of(&driver, 0x02a0, 1, rows[i].bytes),
				 rows[i].result);
	}
	driver__stop(&driver);
}

/* Rows: what is wrong with an element, by offset and value, and the result. */
static void rules_that_cannot_be_are_refused(void **state)
{
	static const struct { unsigned int at, value, bytes, result; } rows[] = {
		{ 0, 2, RULE_BYTES, ADMIN_EINVAL }, { 0, 7, RULE_BYTES, ADMIN_EINVAL },
		{ 4, 6, RULE_BYTES, ADMIN_ENOENT }, { 4, 63, RULE_BYTES, ADMIN_ENOENT },
		{ 4, 0xffff, RULE_BYTES, ADMIN_ENOENT }, { 14, 15, RULE_BYTES, ADMIN_EINVAL },
		{ 14, 17, RULE_BYTES, ADMIN_EINVAL }, { 14, 0xffff, RULE_BYTES, ADMIN_EINVAL },
		{ 8, 1, RULE_BYTES, ADMIN_ENOSYS }, { 14, 16, 12, ADMIN_EINVAL },
		{ 14, 16, 4, ADMIN_EINVAL },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();

		rule__fill(driver__data(&driver), RULE_RX, RECIPE_ADDRESS, RULE_TO(0), NULL);
		put_le16(driver__data(&driver) + rows[i].at, rows[i].value);
		assert_int_equal(driver__command_of(&driver, 0x02a0, 1, rows[i].bytes),
				 rows[i].result);
		driver__stop(&driver);
	}
}

static void the_table_of_rules_has_an_end(void **state)
{
	struct driver driver = driver__start();
	unsigned int added = 1;

	(void)state;
	for (;;) {
		rule__fill(driver__data(&driver), RULE_RX, RECIPE_ADDRESS, RULE_TO(0),
			   port_address);
		if (driver__command_of(&driver, 0x02a0, 1, RULE_BYTES) != ADMIN_OK)
			break;
		added++;
	}
	assert_int_equal(added, ICE_RULES);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_a_rule_is_about_is_received),
		cmocka_unit_test(a_rule_that_is_removed_takes_nothing),
		cmocka_unit_test(the_default_rule_takes_what_no_other_takes),
		cmocka_unit_test(vlans_are_pruned_where_the_vsi_says_so),
		cmocka_unit_test(a_kind_can_be_taken_in_one_vlan),
		cmocka_unit_test(a_list_gives_each_of_its_vsis_a_copy),
		cmocka_unit_test(a_rule_can_keep_frames_from_being_sent),
		cmocka_unit_test(a_rule_can_keep_frames_from_being_received),
		cmocka_unit_test(a_frame_that_waits_goes_where_rules_send_it_now),
		cmocka_unit_test(rules_that_cannot_be_are_refused),
		cmocka_unit_test(lists_that_cannot_be_are_refused),
		cmocka_unit_test(the_table_of_rules_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
