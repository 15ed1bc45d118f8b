// SPDX-License-Identifier: MIT
/* TIRs and RQTs of the ConnectX-5: which queue a frame's hash leads to. */
#include "mesh.h"
#include "frame/toeplitz.h"

/* An RQT of 8, of which queue i mod 4 is entry i. */
static uint32_t create_rqt(struct mesh *mesh)
{
	uint8_t *in = driver__begin(&mesh->driver, 0x916, 0);

	field__set(in, 0x1b0, 16, 8);
	field__set(in, 0x1d0, 16, 8);
	for (unsigned int i = 0; i < 8; i++)
		put_be32(in + 0x110 + 4 * i, mesh->rqs[i % 4].number);
	assert_int_equal(driver__command(&mesh->driver, 0x110 + 32, 16), MLX5_OK);
	return driver__number(&mesh->driver);
}

static void fill_key(uint8_t key[40])
{
	for (unsigned int i = 0; i < 40; i++)
		key[i] = i * 37 + 11;
}

/* @fields: as in rx_hash_field_select. */
static uint32_t create_rss_tir(struct mesh *mesh, uint32_t rqt, bool symmetric, uint32_t fields)
{
	uint8_t *in = driver__begin(&mesh->driver, 0x900, 0);

	field__set(in, 0x120, 4, 1);
	field__set(in, 0x200, 1, symmetric);
	field__set(in, 0x208, 24, rqt);
	field__set(in, 0x220, 4, 2);
	field__set(in, 0x228, 24, mesh->driver.domain);
	fill_key(in + 0x48);
	field__set(in, 0x380, 32, fields);
	assert_int_equal(driver__command(&mesh->driver, 0x110, 16), MLX5_OK);
	return driver__number(&mesh->driver);
}

/* Rows: fields, symmetric or not, the hash's input, and the kind of hash in the completion. */
static void the_hash_chooses_the_queue(void **state)
{
	static const uint8_t addresses[8] = { 10, 1, 2, 3, 172, 16, 5, 6 };
	static const struct {
		uint32_t fields;
		bool symmetric;
		uint8_t input[12];
		unsigned int bytes;
		uint8_t type;
	} rows[] = {
		{ 0x4000000f, false, { 10, 1, 2, 3, 172, 16, 5, 6, 0x12, 0x34, 0xab, 0xcd }, 12,
		  0x84 },
		{ 0x00000003, false, { 10, 1, 2, 3, 172, 16, 5, 6 }, 8, 0x04 },
		{ 0x00000002, false, { 172, 16, 5, 6 }, 4, 0x04 },
		{ 0x00000001, true, { 10, 1, 2, 3 }, 4, 0x04 },
		{ 0x4000000f, true, { 10 | 172, 1 | 16, 2 | 5, 3 | 6, 10 ^ 172, 1 ^ 16, 2 ^ 5,
				      3 ^ 6, 0xbb, 0xfd, 0xb9, 0xf9 }, 12, 0x84 },
		{ 0x0000000f, false, { 0 }, 0, 0 },	/* for TCP: this is not */
		{ 0x80000003, false, { 0 }, 0, 0 },	/* for IPv6 */
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mesh mesh = start();
		struct driver *driver = &mesh.driver;
		uint32_t hash = 0, queue;
		uint8_t key[40], *cqe;

		fill_key(key);
		if (rows[i].bytes)
			hash = toeplitz__hash(key, sizeof(key), rows[i].input, rows[i].bytes);
		driver__steer_all(driver, create_rss_tir(&mesh, create_rqt(&mesh),
							 rows[i].symmetric, rows[i].fields));
		guest__inject(driver->guest, frame, frame__make_ipv4(frame, 17, addresses, 0x1234,
								     0xabcd, 90));
		queue = hash % 8 % 4;
		cqe = cq__take(driver, &mesh.rqs[queue].cq);
		assert_non_null(cqe);
		assert_int_equal(be32(cqe + 12), hash);
		assert_int_equal(cqe[16], rows[i].type);
		assert_int_equal(be32(cqe + 56), 0xabc);
		driver__stop(driver);
	}
}

static void both_directions_of_a_flow_have_one_symmetric_hash(void **state)
{
	static const uint8_t there[8] = { 10, 1, 2, 3, 172, 16, 5, 6 };
	static const uint8_t back[8] = { 172, 16, 5, 6, 10, 1, 2, 3 };
	struct mesh mesh = start();
	unsigned int queue;

	(void)state;
	driver__steer_all(&mesh.driver, create_rss_tir(&mesh, create_rqt(&mesh), true, 0xf));
	frame__make_ipv4(frame, 6, there, 100, 200, 90);
	queue = inject(&mesh, 90);
	assert_int_not_equal(queue, 4);
	frame__make_ipv4(frame, 6, back, 200, 100, 90);
	assert_int_equal(inject(&mesh, 90), queue);
	driver__stop(&mesh.driver);
}

static void an_rqt_can_be_pointed_elsewhere_or_stays_as_it_was(void **state)
{
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t rqt = create_rqt(&mesh);
	uint8_t *in;

	(void)state;
	driver__steer_all(driver, create_rss_tir(&mesh, rqt, false, 0));
	in = driver__begin(driver, 0x917, 0);
	field__set(in, 0x48, 24, rqt);
	field__set(in, 0x1d0, 16, 1);
	put_be32(in + 0x110, 200);
	assert_int_equal(driver__command(driver, 0x114, 16), MLX5_BAD_RESOURCE);
	assert_int_equal(inject(&mesh, frame__make(frame, 60, 0)), 0);
	in = driver__begin(driver, 0x917, 0);
	field__set(in, 0x48, 24, rqt);
	field__set(in, 0x1d0, 16, 1);
	put_be32(in + 0x110, mesh.rqs[3].number);
	assert_int_equal(driver__command(driver, 0x114, 16), MLX5_OK);
	assert_int_equal(inject(&mesh, 60), 3);
	/* The queue goes, and what would come to it is dropped. */
	assert_int_equal(driver__simple(driver, 0x90a, mesh.rqs[3].number), MLX5_OK);
	assert_int_equal(inject(&mesh, 60), 4);
	assert_int_equal(driver__simple(driver, 0x918, rqt), MLX5_BAD_RESOURCE_STATE);
	driver__stop(driver);
}

/* Rows: sizes of RQTs that cannot be. */
static void rqts_that_cannot_be_are_refused(void **state)
{
	static const uint16_t sizes[] = { 0, 3, 1024, 65535, 8 };
	struct mesh mesh = start();

	(void)state;
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint8_t *in = driver__begin(&mesh.driver, 0x916, 0);

		field__set(in, 0x1d0, 16, sizes[i]);
		for (unsigned int n = 0; n < 4; n++)
			put_be32(in + 0x110 + 4 * n, mesh.rqs[0].number);
		assert_int_equal(driver__command(&mesh.driver, 0x120, 16), MLX5_BAD_PARAMETER);
	}
	driver__stop(&mesh.driver);
}

static void changing_the_hash_of_a_tir(void **state)
{
	static const uint8_t addresses[8] = { 10, 1, 2, 3, 172, 16, 5, 6 };
	struct mesh mesh = start();
	struct driver *driver = &mesh.driver;
	uint32_t tir = create_rss_tir(&mesh, create_rqt(&mesh), false, 3);
	uint8_t *in;

	(void)state;
	driver__steer_all(driver, tir);
	in = driver__begin(driver, 0x901, 0);
	field__set(in, 0x48, 24, tir);
	in[0x17] = 1u << 2;		/* hash: none */
	assert_int_equal(driver__command(driver, 0x110, 16), MLX5_OK);
	assert_int_equal(inject(&mesh, frame__make_ipv4(frame, 17, addresses, 1, 2, 90)), 0);
	driver__stop(driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_chooses_the_queue),
		cmocka_unit_test(both_directions_of_a_flow_have_one_symmetric_hash),
		cmocka_unit_test(an_rqt_can_be_pointed_elsewhere_or_stays_as_it_was),
		cmocka_unit_test(rqts_that_cannot_be_are_refused),
		cmocka_unit_test(changing_the_hash_of_a_tir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
