// SPDX-License-Identifier: MIT
/* Flow tables of the ConnectX-5: which frames an entry takes, and where they go. */
#include "mesh.h"

/* A mask or a value, with @bytes at a place. */
static const uint8_t *vector(unsigned int at, const void *bytes, size_t count)
{
	static uint8_t fields[MLX5_MATCH_BYTES];

	memset(fields, 0, sizeof(fields));
	memcpy(fields + at, bytes, count);
	return fields;
}

static void without_a_root_nothing_is_received(void **state)
{
	struct mesh mesh = start();

	(void)state;
	assert_int_equal(inject(&mesh, frame__make(frame, 60, 0)), 4);
	assert_int_equal(guest__counter(mesh.driver.guest, "rx_filtered"), 1);
	driver__stop(&mesh.driver);
}

/* Rows: a field of the vector, what is asked for, and a frame that has it and one that has not. */
static void entries_match_fields_of_the_headers(void **state)
{
	static const struct {
		unsigned int at;
		uint8_t mask[6], value[6];
		unsigned int byte;	/* of the frame, that is changed */
	} rows[] = {
		{ 8, { 255, 255, 255, 255, 255, 255 }, { 2, 0, 0, 0, 0, 1 }, 5 },
		{ 8, { 1 }, { 0 }, 0 },					/* unicast */
		{ 0, { 255, 255, 255, 255, 255, 255 }, { 2, 0, 0, 0, 0, 0x99 }, 11 },
		{ 6, { 255, 255 }, { 8, 0 }, 12 },			/* ethertype */
		{ 16, { 255 }, { 17 }, 23 },				/* protocol */
		{ 18, { 0x1e }, { 0x08 }, 12 },				/* IP version */
		{ 18, { 0x20 }, { 0x00 }, 21 },				/* fragment */
	};
	static const uint8_t addresses[8];

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mesh mesh = start();
		struct driver *driver = &mesh.driver;
		uint32_t table = driver__create_table(driver, 1, 0), group;

		group = driver__create_group(driver, table, 0, 3,
					     vector(rows[i].at, rows[i].mask, 6));
		assert_int_equal(driver__set_entry(driver, table, group, 2,
						   vector(rows[i].at, rows[i].value, 6), 2,
						   mesh.tirs[1]), MLX5_OK);
		assert_int_equal(driver__set_root(driver, table), MLX5_OK);
		frame__make_ipv4(frame, 17, addresses, 1, 2, 80);
		assert_int_equal(inject(&mesh, 80), 1);
		frame[rows[i].byte] ^= 1;
		assert_int_equal(inject(&mesh, 80), 4);
		driver__stop(driver);
	}
}

static void a_vlan_tag_can_be_matched(void **state)
{
	static const uint8_t mask[] = { 0x0f, 0xff, 0, 0, 0x80 };	/* vid, and cvlan_tag */
	static const uint8_t value[] = { 0x00, 0x05, 0, 0, 0x80 };
	struct mesh mesh = start();
	uint32_t table = driver__create_table(&mesh.driver, 1, 0), group;

	(void)state;
	group = driver__create_group(&mesh.driver, table, 0, 3, vector(14, mask, 5));
	assert_int_equal(driver__set_entry(&mesh.driver, table, group, 0, vector(14, value, 5), 2,
					   mesh.tirs[2]), MLX5_OK);
	assert_int_equal(driver__set_root(&mesh.driver, table), MLX5_OK);
	frame__make(frame, 80, 0);
	put_be32(frame + 12, 0x8100e005);
	assert_int_equal(inject(&mesh, 80), 2);
	put_be32(frame + 12, 0x8100e006);
	assert_int_equal(inject(&mesh, 80), 4);
	put_be32(frame + 12, 0x88a8e005);
	assert_int_equal(inject(&mesh, 80), 4);
	driver__stop(&mesh.driver);
}

static void groups_of_lower_indices_come_first_whenever_they_were_made(void **state)
{
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t table = driver__create_table(driver, 1, 0), all, one;
	static const uint8_t ones[6] = { 255, 255, 255, 255, 255, 255 };

	(void)state;
	frame__make(frame, 60, 0);
	all = driver__create_group(driver, table, 8, 15, NULL);
	one = driver__create_group(driver, table, 0, 7, vector(8, ones, 6));
	assert_int_equal(driver__set_root(driver, table), MLX5_OK);
	assert_int_equal(driver__set_entry(driver, table, all, 8, NULL, 2, mesh.tirs[3]), MLX5_OK);
	assert_int_equal(inject(&mesh, 60), 3);
	assert_int_equal(driver__set_entry(driver, table, one, 0, vector(8, frame, 6), 2,
					   mesh.tirs[0]), MLX5_OK);
	assert_int_equal(inject(&mesh, 60), 0);

	field__set(driver__begin(driver, 0x938, 0), 0xa8, 24, table);
	assert_int_equal(driver__command(driver, 64, 16), MLX5_OK);
	assert_int_equal(inject(&mesh, 60), 3);
	driver__stop(driver);
}

static void tables_lead_to_tables_and_what_misses_goes_on(void **state)
{
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t last = driver__create_table(driver, 9, 0), group;
	uint32_t middle = driver__create_table(driver, 5, last);
	uint32_t first = driver__create_table(driver, 1, 0);

	(void)state;
	group = driver__create_group(driver, last, 0, 0, NULL);
	assert_int_equal(driver__set_entry(driver, last, group, 0, NULL, 2, mesh.tirs[1]),
			 MLX5_OK);
	group = driver__create_group(driver, first, 0, 0, NULL);
	assert_int_equal(driver__set_entry(driver, first, group, 0, NULL, 1, middle), MLX5_OK);
	assert_int_equal(driver__set_root(driver, first), MLX5_OK);
	assert_int_equal(inject(&mesh, frame__make(frame, 60, 0)), 1);
	assert_int_equal(driver__set_root(driver, last), MLX5_OK);
	assert_int_equal(inject(&mesh, 60), 1);
	driver__begin(driver, 0x92f, 1);
	assert_int_equal(driver__command(driver, 64, 16), MLX5_OK);
	assert_int_equal(inject(&mesh, 60), 4);
	driver__stop(driver);
}

static void an_entry_may_drop(void **state)
{
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t table = driver__create_table(driver, 1, 0);
	uint32_t group = driver__create_group(driver, table, 0, 0, NULL);

	(void)state;
	assert_int_equal(driver__set_entry(driver, table, group, 0, NULL, 0, 0), MLX5_OK);
	assert_int_equal(driver__set_root(driver, table), MLX5_OK);
	assert_int_equal(inject(&mesh, frame__make(frame, 60, 0)), 4);
	driver__stop(driver);
}

static void walks_that_would_not_end_cannot_be_made(void **state)
{
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t low = driver__create_table(driver, 1, 0);
	uint32_t high = driver__create_table(driver, 2, 0);
	uint32_t group = driver__create_group(driver, high, 0, 0, NULL);

	(void)state;
	assert_int_equal(driver__set_entry(driver, high, group, 0, NULL, 1, low),
			 MLX5_BAD_PARAMETER);
	assert_int_equal(driver__set_entry(driver, high, group, 0, NULL, 1, high),
			 MLX5_BAD_PARAMETER);
	assert_int_equal(driver__create_table(driver, 2, high), 0);
	assert_int_equal(driver->out[0], MLX5_BAD_PARAMETER);
	assert_int_equal(driver__create_table(driver, 65, 0), 0);
	driver__stop(driver);
}

/* Rows: indices of groups, the last beside one from 4 to 7 in a table of 16. */
static void groups_that_cannot_be_are_refused(void **state)
{
	static const struct { uint32_t start, end; } rows[] = {
		{ 7, 7 }, { 0, 15 }, { 4, 5 }, { 3, 4 }, { 9, 8 }, { 8, 16 }, { 0, UINT32_MAX },
	};
	static const uint8_t port[2] = { 0xff, 0xff };
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t table = driver__create_table(driver, 1, 0);

	(void)state;
	assert_int_not_equal(driver__create_group(driver, table, 4, 7, NULL), 0);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(driver__create_group(driver, table, rows[i].start, rows[i].end,
						      NULL), 0);
		assert_int_equal(driver->out[0], MLX5_BAD_PARAMETER);
	}
	/* A field that is not among the capabilities. */
	assert_int_equal(driver__create_group(driver, table, 8, 9, vector(20, port, 2)), 0);
	assert_int_equal(driver->out[0], MLX5_BAD_PARAMETER);
	assert_int_equal(driver__create_group(driver, 60, 8, 9, NULL), 0);
	assert_int_equal(driver->out[0], MLX5_BAD_RESOURCE);
	driver__stop(driver);
}

static void entries_that_cannot_be_are_refused(void **state)
{
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t table = driver__create_table(driver, 1, 0);
	uint32_t group = driver__create_group(driver, table, 4, 7, NULL);

	(void)state;
	assert_int_equal(driver__set_entry(driver, table, group, 3, NULL, 2, mesh.tirs[0]),
			 MLX5_BAD_PARAMETER);
	assert_int_equal(driver__set_entry(driver, table, group, 8, NULL, 2, mesh.tirs[0]),
			 MLX5_BAD_PARAMETER);
	assert_int_equal(driver__set_entry(driver, table, group, 4, NULL, 2, 200),
			 MLX5_BAD_RESOURCE);
	assert_int_equal(driver__set_entry(driver, table, group, 4, NULL, 5, 1),
			 MLX5_BAD_PARAMETER);
	assert_int_equal(driver__set_entry(driver, table, 500, 4, NULL, 2, mesh.tirs[0]),
			 MLX5_BAD_RESOURCE);
	assert_int_equal(driver__set_entry(driver, table, group, 4, NULL, 2, mesh.tirs[0]),
			 MLX5_OK);
	assert_int_equal(driver__set_entry(driver, table, group, 4, NULL, 2, mesh.tirs[0]),
			 MLX5_BAD_RESOURCE_STATE);
	driver__stop(driver);
}

static void what_steering_uses_is_not_destroyed(void **state)
{
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t table = driver__steer_all(driver, mesh.tirs[0]), group = 1;
	uint8_t *in;

	(void)state;
	assert_int_equal(driver__simple(driver, 0x902, mesh.tirs[0]), MLX5_BAD_RESOURCE_STATE);
	in = driver__begin(driver, 0x931, 0);
	field__set(in, 0xa8, 24, table);
	assert_int_equal(driver__command(driver, 64, 16), MLX5_BAD_RESOURCE_STATE);
	in = driver__begin(driver, 0x934, 0);
	field__set(in, 0xa8, 24, table);
	field__set(in, 0xc0, 32, group);
	assert_int_equal(driver__command(driver, 64, 16), MLX5_BAD_RESOURCE_STATE);

	/* From the entries up; the table is the root meanwhile. */
	field__set(driver__begin(driver, 0x938, 0), 0xa8, 24, table);
	assert_int_equal(driver__command(driver, 64, 16), MLX5_OK);
	in = driver__begin(driver, 0x934, 0);
	field__set(in, 0xa8, 24, table);
	field__set(in, 0xc0, 32, group);
	assert_int_equal(driver__command(driver, 64, 16), MLX5_OK);
	in = driver__begin(driver, 0x931, 0);
	field__set(in, 0xa8, 24, table);
	assert_int_equal(driver__command(driver, 64, 16), MLX5_OK);
	assert_int_equal(driver__simple(driver, 0x902, mesh.tirs[0]), MLX5_OK);
	assert_int_equal(inject(&mesh, frame__make(frame, 60, 0)), 4);
	driver__stop(driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_root_nothing_is_received),
		cmocka_unit_test(entries_match_fields_of_the_headers),
		cmocka_unit_test(a_vlan_tag_can_be_matched),
		cmocka_unit_test(groups_of_lower_indices_come_first_whenever_they_were_made),
		cmocka_unit_test(tables_lead_to_tables_and_what_misses_goes_on),
		cmocka_unit_test(an_entry_may_drop),
		cmocka_unit_test(walks_that_would_not_end_cannot_be_made),
		cmocka_unit_test(groups_that_cannot_be_are_refused),
		cmocka_unit_test(entries_that_cannot_be_are_refused),
		cmocka_unit_test(what_steering_uses_is_not_destroyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
