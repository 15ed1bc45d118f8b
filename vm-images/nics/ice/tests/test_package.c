// SPDX-License-Identifier: MIT
/* The package that the driver of the E810 downloads. */
#include "driver.h"

#define NVM_LOCK 1u
#define CHANGE_LOCK 3u
#define GLOBAL_LOCK 4u
#define BUFFER_BYTES 4096u
#define LIST_BYTES 164u
#define LAST 1u

static unsigned int lock(struct driver *driver, unsigned int resource)
{
	unsigned int result = driver__command_of(driver, 0x0008, resource, 0);

	return result ? result : le16(driver->answer + 12);
}

/* A buffer with the metadata section, at byte 16. */
static void buffer__fill(struct driver *driver)
{
	uint8_t *data = driver__data(driver);

	memset(data, 0, BUFFER_BYTES);
	put_le16(data, 1);
	put_le16(data + 2, 52);
	put_le32(data + 4, 1);
	put_le16(data + 8, 16);
	put_le16(data + 10, 36);
	memcpy(data + 16, "\1\3\7\0a package", 14);
	put_le32(data + 48, 0x1234);
}

static void a_package_is_active_once_its_last_buffer_is_there(void **state)
{
	struct driver driver = driver__start();
	uint8_t *data = driver__data(&driver);

	(void)state;
	assert_int_equal(driver__command_of(&driver, 0x0c43, 0, LIST_BYTES), ADMIN_OK);
	assert_int_equal(le32(data), 0);

	assert_int_equal(lock(&driver, GLOBAL_LOCK), 0);
	buffer__fill(&driver);
	assert_int_equal(driver__command_of(&driver, 0x0c40, 0, BUFFER_BYTES), ADMIN_OK);
	assert_int_equal(driver__command_of(&driver, 0x0c43, 0, LIST_BYTES), ADMIN_OK);
	assert_int_equal(le32(data), 0);
	buffer__fill(&driver);
	put_le32(data + 4, 42);		/* no metadata */
	assert_int_equal(driver__command_of(&driver, 0x0c40, LAST, BUFFER_BYTES), ADMIN_OK);
	assert_int_equal(driver__command_of(&driver, 0x0009, GLOBAL_LOCK, 0), ADMIN_OK);

	assert_int_equal(driver__command_of(&driver, 0x0c43, 0, LIST_BYTES), ADMIN_OK);
	assert_int_equal(le32(data), 1);
	assert_memory_equal(data + 4, "\1\3\7\0a package", 14);
	assert_int_equal(le32(data + 36), 0x1234);
	assert_memory_equal(data + 40, "\0\1\0\0", 4);	/* active, and not in the NVM */
	driver__stop(&driver);
}

static void load(struct driver *driver)
{
	assert_int_equal(lock(driver, GLOBAL_LOCK), 0);
	buffer__fill(driver);
	assert_int_equal(driver__command_of(driver, 0x0c40, LAST, BUFFER_BYTES), ADMIN_OK);
	assert_int_equal(driver__command_of(driver, 0x0009, GLOBAL_LOCK, 0), ADMIN_OK);
}

static void an_active_package_survives_a_reset_of_the_function_alone(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	load(&driver);
	assert_int_equal(lock(&driver, GLOBAL_LOCK), 2);	/* done: nothing is left to do */
	buffer__fill(&driver);
	assert_int_equal(driver__command_of(&driver, 0x0c40, LAST, BUFFER_BYTES), ADMIN_EPERM);

	guest__write32(driver.guest, PFGEN_CTRL, PFGEN_CTRL_RESET);
	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
	assert_int_equal(lock(&driver, GLOBAL_LOCK), 2);

	guest__write32(driver.guest, GLGEN_RTRIG, RTRIG_CORE);
	guest__advance(driver.guest, UINT64_C(1000000000));
	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);
	load(&driver);
	driver__stop(&driver);
}

static void a_package_that_a_reset_cuts_short_leaves_nothing(void **state)
{
	struct driver driver = driver__start();
	uint8_t *data;

	(void)state;
	assert_int_equal(lock(&driver, GLOBAL_LOCK), 0);
	buffer__fill(&driver);
	assert_int_equal(driver__command_of(&driver, 0x0c40, 0, BUFFER_BYTES), ADMIN_OK);
	guest__write32(driver.guest, PFGEN_CTRL, PFGEN_CTRL_RESET);
	driver__start_admin_queues(&driver, DRIVER_AQ_LENGTH);

	buffer__fill(&driver);
	assert_int_equal(driver__command_of(&driver, 0x0c40, LAST, BUFFER_BYTES), ADMIN_EPERM);
	assert_int_equal(lock(&driver, GLOBAL_LOCK), 0);
	buffer__fill(&driver);
	data = driver__data(&driver);
	put_le32(data + 4, 42);		/* no metadata */
	assert_int_equal(driver__command_of(&driver, 0x0c40, LAST, BUFFER_BYTES), ADMIN_OK);
	assert_int_equal(driver__command_of(&driver, 0x0c43, 0, LIST_BYTES), ADMIN_OK);
	assert_int_equal(le32(data), 1);
	assert_int_equal(le32(data + 4), 0);
	driver__stop(&driver);
}

static void without_the_lock_nothing_is_loaded(void **state)
{
	struct driver driver = driver__start();

	(void)state;
	buffer__fill(&driver);
	assert_int_equal(driver__command_of(&driver, 0x0c40, LAST, BUFFER_BYTES), ADMIN_EPERM);
	assert_int_equal(driver__command_of(&driver, 0x0c42, LAST, BUFFER_BYTES), ADMIN_EPERM);
	assert_int_equal(lock(&driver, CHANGE_LOCK), 0);
	assert_int_equal(driver__command_of(&driver, 0x0c40, LAST, BUFFER_BYTES), ADMIN_EPERM);
	assert_int_equal(driver__command_of(&driver, 0x0c42, LAST, BUFFER_BYTES), ADMIN_OK);
	assert_int_equal(driver__command_of(&driver, 0x0009, CHANGE_LOCK, 0), ADMIN_OK);
	assert_int_equal(driver__command_of(&driver, 0x0c42, LAST, BUFFER_BYTES), ADMIN_EPERM);
	assert_int_equal(lock(&driver, NVM_LOCK), 0);
	assert_int_equal(lock(&driver, 5), ADMIN_EINVAL);
	assert_int_equal(lock(&driver, 0xffff), ADMIN_EINVAL);
	driver__stop(&driver);
}

/* Rows: a word of the buffer and what it cannot be. */
static void buffers_that_are_none_are_refused(void **state)
{
	static const struct { unsigned int at, value; } rows[] = {
		{ 0, 0 }, { 0, 512 }, { 0, 0xffff }, { 2, 11 }, { 2, 4097 }, { 8, 11 },
		{ 8, 4095 }, { 8, 0xffff }, { 10, 0 }, { 10, 4085 }, { 10, 0xffff },
	};
	struct driver driver = driver__start();

	(void)state;
	assert_int_equal(lock(&driver, GLOBAL_LOCK), 0);
	assert_int_equal(lock(&driver, CHANGE_LOCK), 0);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buffer__fill(&driver);
		put_le16(driver__data(&driver) + rows[i].at, rows[i].value);
		assert_int_equal(driver__command_of(&driver, 0x0c40, LAST, BUFFER_BYTES),
				 ADMIN_EINVAL);
		assert_int_equal(driver__command_of(&driver, 0x0c42, LAST, BUFFER_BYTES),
				 ADMIN_EINVAL);
	}
	buffer__fill(&driver);
	assert_int_equal(driver__command_of(&driver, 0x0c40, LAST, BUFFER_BYTES - 1), ADMIN_EINVAL);
	assert_int_equal(driver__command_of(&driver, 0x0c42, LAST, 51), ADMIN_EINVAL);
	assert_int_equal(driver__command_of(&driver, 0x0c42, LAST, 52), ADMIN_OK);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_package_is_active_once_its_last_buffer_is_there),
		cmocka_unit_test(an_active_package_survives_a_reset_of_the_function_alone),
		cmocka_unit_test(a_package_that_a_reset_cuts_short_leaves_nothing),
		cmocka_unit_test(without_the_lock_nothing_is_loaded),
		cmocka_unit_test(buffers_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
