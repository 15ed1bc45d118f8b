// SPDX-License-Identifier: MIT
/* The tree of the E810's TX scheduler. */
#include "driver.h"

#define CHILDREN_MAX 8u
#define TYPE_LEAF 5u

/* An element's parent, and its type; 0: there is none. */
static unsigned int element__get(struct driver *driver, uint32_t number, uint32_t *parent)
{
	uint8_t *data = driver__data(driver);

	memset(data, 0, 24);
	put_le32(data + 4, number);
	if (driver__command_of(driver, 0x0404, 1, 24) != ADMIN_OK)
		return 0;
	assert_int_equal(le32(data + 4), number);
	*parent = le32(data);
	return data[8];
}

static unsigned int element__delete(struct driver *driver, uint32_t parent, uint32_t number)
{
	uint8_t *data = driver__data(driver);

	memset(data, 0, 12);
	put_le32(data, parent);
	put_le16(data + 4, 1);
	put_le32(data + 8, number);
	return driver__command_of(driver, 0x040f, 1, 12);
}

static struct driver start(void)
{
	struct driver driver = { .guest = guest__create(&ice_model) };

	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
	return driver;
}

/* ice_sched.c: it sizes its lists of children by these. */
static void every_layer_has_room_for_children(void **state)
{
	struct driver driver = start();

	(void)state;
	assert_int_equal(driver__command_of(&driver, 0x0412, 0, 32 + 9 * 32), ADMIN_OK);
	assert_int_equal(le16(driver__data(&driver) + 2), DRIVER_LAYERS);
	for (unsigned int layer = 0; layer < DRIVER_LAYERS; layer++)
		assert_int_equal(le16(driver__data(&driver) + 32 * (layer + 1) + 10), CHILDREN_MAX);
	driver__stop(&driver);
}

static void the_default_branch_can_be_deleted_down_to_the_class(void **state)
{
	static const uint8_t types[] = { 1, 2, 4, 3, 3, 3, 3, 3, TYPE_LEAF };
	uint32_t numbers[9], parent;
	struct driver driver = start();

	(void)state;
	assert_int_equal(driver__command_of(&driver, 0x0400, 0, 8 + 24 * 9), ADMIN_OK);
	assert_int_equal(driver.answer[1], 1);
	assert_int_equal(le16(driver__data(&driver) + 4), 9);
	for (unsigned int i = 0; i < 9; i++)
		numbers[i] = le32(driver__data(&driver) + 8 + 24 * i + 4);
	for (unsigned int i = 0; i < 9; i++) {
		assert_int_equal(element__get(&driver, numbers[i], &parent), types[i]);
		if (i)
			assert_int_equal(parent, numbers[i - 1]);
	}
	assert_int_equal(element__delete(&driver, numbers[6], numbers[7]), ADMIN_ENOENT);
	for (unsigned int i = 8; i >= 2; i--)
		assert_int_equal(element__delete(&driver, numbers[i - 1], numbers[i]), ADMIN_OK);
	assert_int_equal(element__delete(&driver, numbers[0], numbers[1]), ADMIN_ENOENT);
	assert_int_equal(element__get(&driver, numbers[2], &parent), 0);
	driver__stop(&driver);
}

static void queues_are_leaves_of_their_group(void **state)
{
	struct driver driver = driver__start();
	uint32_t leaf, parent;
	unsigned int bytes;

	(void)state;
	bytes = tx__fill_command(&driver, 4, GUEST_BASE, 64);
	assert_int_equal(driver__command_of(&driver, 0x0c30, 1, bytes), ADMIN_OK);
	leaf = le32(driver__data(&driver) + 8 + 4);
	assert_int_equal(element__get(&driver, leaf, &parent), TYPE_LEAF);
	assert_int_equal(parent, driver.group);
	bytes = tx__fill_command(&driver, 4, GUEST_BASE, 64);
	assert_int_equal(driver__command_of(&driver, 0x0c30, 1, bytes), ADMIN_EEXIST);

	assert_int_equal(tx__disable(&driver, 4), ADMIN_OK);
	assert_int_equal(element__get(&driver, leaf, &parent), 0);
	driver__stop(&driver);
}

/* It would be given to another element. */
static void a_leaf_is_there_as_long_as_its_queue(void **state)
{
	struct driver driver = driver__start();
	uint32_t leaf, parent, group = driver.group;
	unsigned int bytes;

	(void)state;
	bytes = tx__fill_command(&driver, 4, GUEST_BASE, 64);
	assert_int_equal(driver__command_of(&driver, 0x0c30, 1, bytes), ADMIN_OK);
	leaf = le32(driver__data(&driver) + 8 + 4);
	assert_int_equal(element__delete(&driver, group, leaf), ADMIN_EBUSY);

	/* Not under that parent. */
	driver.group--;
	assert_int_equal(tx__disable(&driver, 4), ADMIN_EINVAL);
	assert_int_equal(element__get(&driver, leaf, &parent), TYPE_LEAF);
	driver.group = group;
	assert_int_equal(tx__disable(&driver, 4), ADMIN_OK);
	assert_int_equal(element__get(&driver, leaf, &parent), 0);
	driver__stop(&driver);
}

/* One that could not be deleted again. */
static void a_traffic_class_cannot_be_added(void **state)
{
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver);

	(void)state;
	memset(data, 0, 32);
	put_le32(data, 1);		/* the port */
	put_le16(data + 4, 1);
	assert_int_equal(driver__command_of(&driver, 0x0401, 1, 32), ADMIN_ENOSPC);
	driver__stop(&driver);
}

static void an_element_has_at_most_so_many_children(void **state)
{
	struct driver driver = driver__start();
	unsigned int bytes;
	uint8_t *data;

	(void)state;
	for (unsigned int queue = 0; queue < CHILDREN_MAX; queue++)
		tx__create(&driver, queue, 8);
	bytes = tx__fill_command(&driver, CHILDREN_MAX, GUEST_BASE, 64);
	assert_int_equal(driver__command_of(&driver, 0x0c30, 1, bytes), ADMIN_EINVAL);

	/* Nor can a group have children that are no queues. */
	data = driver__data(&driver);
	memset(data, 0, 32);
	put_le32(data, driver.group);
	put_le16(data + 4, 1);
	assert_int_equal(driver__command_of(&driver, 0x0401, 1, 32), ADMIN_ENOSPC);
	driver__stop(&driver);
}

static void elements_are_added_all_or_none(void **state)
{
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver);
	uint32_t above;

	(void)state;
	element__get(&driver, driver.group, &above);
	memset(data, 0, 8 + 24 * CHILDREN_MAX);
	put_le32(data, above);		/* which has one */
	put_le16(data + 4, CHILDREN_MAX);
	assert_int_equal(driver__command_of(&driver, 0x0401, 1, 8 + 24 * CHILDREN_MAX),
			 ADMIN_ENOSPC);
	driver__add_elements(&driver, above, CHILDREN_MAX - 1);
	driver__stop(&driver);
}

static void elements_can_be_moved_and_changed(void **state)
{
	struct driver driver = driver__start();
	uint32_t above, first, second, moved, parent;
	uint8_t *data = driver__data(&driver);

	(void)state;
	element__get(&driver, driver.group, &first);
	element__get(&driver, first, &above);
	second = driver__add_elements(&driver, above, 1);
	moved = driver__add_elements(&driver, first, 1);
	memset(data, 0, 16);
	put_le32(data, first);
	put_le32(data + 4, second);
	put_le16(data + 8, 1);
	put_le32(data + 12, moved);
	assert_int_equal(driver__command_of(&driver, 0x0408, 1, 16), ADMIN_OK);
	element__get(&driver, moved, &parent);
	assert_int_equal(parent, second);
	put_le32(data + 4, above);	/* not the layer above */
	assert_int_equal(driver__command_of(&driver, 0x0408, 1, 16), ADMIN_EINVAL);

	memset(data, 0, 24);
	put_le32(data + 4, moved);
	put_le16(data + 8 + 6, 77);
	assert_int_equal(driver__command_of(&driver, 0x0403, 1, 24), ADMIN_OK);
	assert_int_equal(element__get(&driver, moved, &parent), 3);
	assert_int_equal(le16(data + 8 + 6), 77);

	put_le32(data, moved);
	assert_int_equal(driver__command_of(&driver, 0x0409, 1, 4), ADMIN_OK);
	element__get(&driver, moved, &parent);
	assert_int_equal(data[8 + 3], 1);
	driver__stop(&driver);
}

/* Rows: the command, elements it names, and its bytes. */
static void lists_of_elements_that_do_not_fit_are_refused(void **state)
{
	static const struct { uint16_t opcode, named, inside, bytes; } rows[] = {
		{ 0x0401, 1, 2, 32 }, { 0x0401, 1, 0xffff, 4096 }, { 0x0401, 2, 1, 32 },
		{ 0x0403, 2, 0, 24 }, { 0x0404, 0xffff, 0, 4096 }, { 0x0404, 0, 0, 24 },
		{ 0x0408, 1, 0, 8 }, { 0x0408, 1, 0, 12 }, { 0x0409, 2, 0, 4 },
		{ 0x040f, 1, 2, 12 }, { 0x040f, 1, 0, 12 }, { 0x0410, 2, 0, 12 },
		{ 0x0415, 0xffff, 0, 4096 },
	};
	struct driver driver = start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(driver__data(&driver), 0, ADMIN_DATA_MAX);
		put_le16(driver__data(&driver) + 4, rows[i].inside);
		assert_int_equal(driver__command_of(&driver, rows[i].opcode, rows[i].named,
						    rows[i].bytes), ADMIN_EINVAL);
	}
	driver__stop(&driver);
}

static void the_tree_has_an_end(void **state)
{
	struct driver driver = driver__start();
	uint32_t parents[CHILDREN_MAX], parent;
	unsigned int refused = 0;
	uint8_t *data = driver__data(&driver);

	(void)state;
	element__get(&driver, driver.group, &parent);
	element__get(&driver, parent, &parent);
	element__get(&driver, parent, &parent);
	element__get(&driver, parent, &parent);
	for (unsigned int i = 0; i < CHILDREN_MAX - 1; i++)
		parents[i] = driver__add_elements(&driver, parent, 1);
	for (unsigned int i = 0; i < 200 && !refused; i++) {
		for (unsigned int j = 0; j < CHILDREN_MAX - 1; j++) {
			memset(data, 0, 8 + 24 * 8);
			put_le32(data, parents[j]);
			put_le16(data + 4, 8);
			refused += driver__command_of(&driver, 0x0401, 1, 8 + 24 * 8) != ADMIN_OK;
			parents[j] = le32(data + 8 + 4);
		}
	}
	assert_true(refused);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_layer_has_room_for_children),
		cmocka_unit_test(the_default_branch_can_be_deleted_down_to_the_class),
		cmocka_unit_test(queues_are_leaves_of_their_group),
		cmocka_unit_test(a_leaf_is_there_as_long_as_its_queue),
		cmocka_unit_test(a_traffic_class_cannot_be_added),
		cmocka_unit_test(an_element_has_at_most_so_many_children),
		cmocka_unit_test(elements_are_added_all_or_none),
		cmocka_unit_test(elements_can_be_moved_and_changed),
		cmocka_unit_test(lists_of_elements_that_do_not_fit_are_refused),
		cmocka_unit_test(the_tree_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
