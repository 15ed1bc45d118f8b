// SPDX-License-Identifier: MIT
/* Which queue a frame comes to in the XL710: RSS, flow director. */
#include "driver.h"

#define MAIN_VSI VSI_SEID_FIRST
#define TCP 6
#define UDP 17
#define DUMMY (UINT64_C(0x10) << 4)
#define FILTER_TYPE 0x8u
#define FILTER_ADD (1u << 4)
#define FILTER_REMOVE (2u << 4)
#define FILTER_TO_QUEUE (1u << 7)
#define FILTER_REPORTS_ID (1u << 13)

static uint8_t frame[2048];

/* Of Microsoft's "Verifying the RSS hash calculation": its key, and what has which hash. */
static const uint8_t verification_key[52] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static const struct {
	uint8_t addresses[8];
	uint16_t source, destination;
	uint32_t hash;
} vectors[] = {
	{ { 66, 9, 149, 187, 161, 142, 100, 80 }, 2794, 1766, 0x51ccc178 },
	{ { 199, 92, 111, 2, 65, 69, 140, 83 }, 14230, 4739, 0xc626b0ea },
	{ { 24, 19, 198, 95, 12, 22, 207, 184 }, 12898, 38024, 0x5c2b394a },
	{ { 38, 27, 205, 30, 209, 142, 163, 6 }, 48228, 2217, 0xafc7327f },
	{ { 153, 39, 163, 191, 202, 188, 127, 2 }, 44251, 1303, 0x10e828a2 },
};

static void start_rss(struct driver *driver, uint32_t control, unsigned int queues_log)
{
	uint8_t vsi[16] = { 0 }, *data = driver__data(driver);

	for (unsigned int i = 0; i < PFQF_HKEY_COUNT; i++)
		guest__write32(driver->guest, PFQF_HKEY(i), le32(verification_key + 4 * i));
	guest__write32(driver->guest, PFQF_HENA(1), 1u << (33 - 32));	/* TCP over IPv4 */
	guest__write32(driver->guest, PFQF_CTL_0, control);
	put_le16(vsi, MAIN_VSI);
	memset(data, 0, 128);
	put_le16(data + VSI_VALID_SECTIONS, 0x0040);
	put_le16(data + VSI_TC_MAPPING, queues_log << 9);
	assert_int_equal(driver__command(driver, 0x0211, vsi, 128), ADMIN_OK);
}

/* The table names a queue for a hash; the descriptor has the hash. */
static void frames_go_to_the_queue_of_their_hash(void **state)
{
	struct driver driver = driver__start();
	struct ring rings[4];

	(void)state;
	start_rss(&driver, CTL_0_LUT_512, 2);
	for (unsigned int i = 0; i < PFQF_HLUT_COUNT; i++)
		guest__write32(driver.guest, PFQF_HLUT(i), 0x03020100);
	for (unsigned int i = 0; i < 4; i++) {
		rings[i] = rx__create(&driver, i, 16, 2048);
		rx__fill(&rings[i], 15);
	}
	for (unsigned int i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		unsigned int queue = vectors[i].hash & 3;
		unsigned int at = 0;
		struct ring *ring = &rings[queue];

		while (rx__second(ring, at))
			at++;
		guest__inject(driver.guest, frame,
			      frame__make_ipv4(frame, TCP, vectors[i].addresses, vectors[i].source,
					       vectors[i].destination, 80));
		assert_int_equal(rx__status(ring, at), 3);
		assert_int_equal(rx__first(ring, at) >> 32, vectors[i].hash);
		assert_int_equal(bits(rx__second(ring, at), 12, 2), 3);
	}
	driver__stop(&driver);
}

/* UDP is not hashed here: it goes to the first queue, without a hash. */
static void what_is_not_hashed_goes_to_the_first_queue(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 0, 16, 2048);

	(void)state;
	start_rss(&driver, CTL_0_LUT_512, 2);
	for (unsigned int i = 0; i < PFQF_HLUT_COUNT; i++)
		guest__write32(driver.guest, PFQF_HLUT(i), 0x03030303);
	rx__fill(&ring, 15);
	guest__inject(driver.guest, frame,
		      frame__make_ipv4(frame, UDP, vectors[0].addresses, 1, 2, 80));
	assert_int_equal(rx__status(&ring, 0), 3);
	assert_int_equal(bits(rx__second(&ring, 0), 12, 2), 0);
	driver__stop(&driver);
}

/* Rows: table size, the entry that the first vector's hash (0x51ccc178) names. */
static void the_table_has_128_or_512_entries(void **state)
{
	static const struct { uint32_t control, entry; } rows[] = {
		{ 0, 0x78 & 127 }, { CTL_0_LUT_512, 0x178 },
	};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		struct driver driver = driver__start();
		struct ring ring = rx__create(&driver, 5, 8, 2048);

		start_rss(&driver, rows[i].control, 3);
		rx__fill(&ring, 4);
		guest__write32(driver.guest, PFQF_HLUT(rows[i].entry / 4),
			       5u << rows[i].entry % 4 * 8);
		guest__inject(driver.guest, frame,
			      frame__make_ipv4(frame, TCP, vectors[0].addresses, vectors[0].source,
					       vectors[0].destination, 80));
		assert_int_equal(rx__status(&ring, 0), 3);
		driver__stop(&driver);
	}
}

/* Entry 3 in a traffic class of two queues is its second. */
static void the_table_cannot_name_queues_beyond_the_traffic_class(void **state)
{
	struct driver driver = driver__start();
	struct ring ring = rx__create(&driver, 1, 8, 2048);

	(void)state;
	start_rss(&driver, 0, 1);
	for (unsigned int i = 0; i < PFQF_HLUT_COUNT; i++)
		guest__write32(driver.guest, PFQF_HLUT(i), 0x03030303);
	rx__fill(&ring, 4);
	guest__inject(driver.guest, frame,
		      frame__make_ipv4(frame, TCP, vectors[0].addresses, 1, 2, 80));
	assert_int_equal(rx__status(&ring, 0), 3);
	driver__stop(&driver);
}

static void the_key_and_table_are_set_by_command_too(void **state)
{
	struct driver driver = driver__start();
	uint8_t key[16] = { 0 }, table[16] = { 0, 0, 1 }, *data = driver__data(&driver);

	(void)state;
	memcpy(data, verification_key, 52);
	assert_int_equal(driver__command(&driver, 0x0b02, key, 52), ADMIN_OK);
	assert_int_equal(guest__read32(driver.guest, PFQF_HKEY(9)), le32(verification_key + 36));
	memset(data, 7, 512);
	assert_int_equal(driver__command(&driver, 0x0b03, table, 512), ADMIN_OK);
	assert_int_equal(guest__read32(driver.guest, PFQF_HLUT(127)), 0x07070707);
	assert_int_equal(driver__command(&driver, 0x0b03, table, 516), ADMIN_EINVAL);
	memset(data, 0, 512);
	assert_int_equal(driver__command(&driver, 0x0b05, table, 512), ADMIN_OK);
	assert_int_equal(data[511], 7);
	driver__stop(&driver);
}

/* A filter descriptor and the packet that shows the flow, from the sender's side. */
static void flow__program(struct ring *ring, uint32_t where, uint32_t command, uint32_t id,
			  unsigned int vector)
{
	uint8_t shown[80], turned[8];

	memcpy(turned, vectors[vector].addresses + 4, 4);
	memcpy(turned + 4, vectors[vector].addresses, 4);
	frame__make_ipv4(shown, TCP, turned, vectors[vector].destination,
			 vectors[vector].source, 80);
	tx__put_words(ring, where | 33u << 17, (uint64_t)id << 32 | command | FILTER_TYPE);
	tx__put(ring, shown, 80, TX_LAST | DUMMY);
	tx__kick(ring);
}

static void vector__inject(struct driver *driver, unsigned int vector)
{
	guest__inject(driver->guest, frame,
		      frame__make_ipv4(frame, TCP, vectors[vector].addresses,
				       vectors[vector].source, vectors[vector].destination, 80));
}

static void a_programmed_flow_goes_to_its_queue_until_it_is_removed(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 9, 16);
	struct ring other = rx__create(&driver, 0, 8, 2048), ring = rx__create(&driver, 3, 8, 2048);

	(void)state;
	start_rss(&driver, CTL_0_FLOW_DIRECTOR, 2);
	rx__fill(&other, 7);
	rx__fill(&ring, 7);
	flow__program(&tx, 3, FILTER_ADD | FILTER_TO_QUEUE | FILTER_REPORTS_ID, 0x1234, 1);
	assert_int_equal(guest__sent(driver.guest), 0);
	assert_int_equal(guest__counter(driver.guest, "flows"), 1);

	vector__inject(&driver, 1);
	assert_int_equal(rx__status(&ring, 0), 3);
	assert_int_equal(rx__first(&ring, 0) >> 32, 0x1234);
	assert_int_equal(bits(rx__second(&ring, 0), 11, 3), 3);	/* matched, and its id */
	vector__inject(&driver, 2);
	assert_int_equal(rx__second(&ring, 1), 0);
	assert_int_equal(rx__status(&other, 0), 3);

	flow__program(&tx, 3, FILTER_REMOVE | FILTER_TO_QUEUE, 0x1234, 1);
	assert_int_equal(guest__counter(driver.guest, "flows"), 0);
	vector__inject(&driver, 1);
	assert_int_equal(rx__second(&ring, 1), 0);
	driver__stop(&driver);
}

static void a_programmed_flow_can_be_dropped(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 9, 16), ring = rx__create(&driver, 0, 8, 2048);

	(void)state;
	start_rss(&driver, CTL_0_FLOW_DIRECTOR, 2);
	rx__fill(&ring, 7);
	flow__program(&tx, 0, FILTER_ADD, 1, 1);
	vector__inject(&driver, 1);
	assert_int_equal(rx__second(&ring, 0), 0);
	assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 1);
	driver__stop(&driver);
}

/* Fields that are not in the input set do not count; these are the addresses alone. */
static void the_input_set_says_which_fields_count(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 9, 16), ring = rx__create(&driver, 3, 8, 2048);
	uint64_t addresses = UINT64_C(3) << 47 | UINT64_C(3) << 35;

	(void)state;
	start_rss(&driver, CTL_0_FLOW_DIRECTOR, 2);
	guest__write32(driver.guest, PRTQF_FD_INSET(33, 0), (uint32_t)addresses);
	guest__write32(driver.guest, PRTQF_FD_INSET(33, 1), addresses >> 32);
	rx__fill(&ring, 7);
	flow__program(&tx, 3, FILTER_ADD | FILTER_TO_QUEUE, 1, 1);
	guest__inject(driver.guest, frame,
		      frame__make_ipv4(frame, TCP, vectors[1].addresses, 7, 8, 80));
	assert_int_equal(rx__status(&ring, 0), 3);
	driver__stop(&driver);
}

static void a_full_table_is_reported_in_the_rx_ring(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 9, 16);
	struct ring status = rx__create(&driver, 9, 8, 2048);
	uint8_t shown[80];

	(void)state;
	rx__fill(&status, 7);
	for (unsigned int i = 0; i <= I40E_FLOWS; i++) {
		tx__put_words(&tx, 33u << 17, (uint64_t)i << 32 | FILTER_ADD | FILTER_TYPE);
		frame__make_ipv4(shown, TCP, vectors[0].addresses, i, 1, 80);
		tx__put(&tx, shown, 80, TX_LAST | DUMMY);
		tx__kick(&tx);
	}
	assert_int_equal(guest__counter(driver.guest, "flows"), I40E_FLOWS);
	assert_int_equal(rx__first(&status, 0) >> 32, I40E_FLOWS);
	assert_true(rx__second(&status, 0) >> 63);
	assert_int_equal(bits(rx__second(&status, 0), 19, 6), 1);

	guest__write32(driver.guest, PFQF_CTL_1, CTL_1_CLEAR_FLOWS);
	assert_int_equal(guest__read32(driver.guest, PFQF_CTL_1) & CTL_1_CLEAR_FLOWS, 0);
	assert_int_equal(guest__counter(driver.guest, "flows"), 0);
	driver__stop(&driver);
}

/* VSIs and queues that are not there lead nowhere bad. */
static void nonsense_in_a_flow_keeps_frames_in_bounds(void **state)
{
	struct driver driver = driver__start();
	struct ring tx = tx__create(&driver, 9, 16);

	(void)state;
	start_rss(&driver, CTL_0_FLOW_DIRECTOR, 7);
	flow__program(&tx, 0x7ff | 0x1ffu << 23, FILTER_ADD | FILTER_TO_QUEUE, 1, 1);
	flow__program(&tx, 0x7ff, FILTER_ADD | FILTER_TO_QUEUE, 1, 2);
	vector__inject(&driver, 1);
	vector__inject(&driver, 2);
	assert_int_equal(guest__counter(driver.guest, "rx_dropped"), 2);
	driver__stop(&driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_to_the_queue_of_their_hash),
		cmocka_unit_test(what_is_not_hashed_goes_to_the_first_queue),
		cmocka_unit_test(the_table_has_128_or_512_entries),
		cmocka_unit_test(the_table_cannot_name_queues_beyond_the_traffic_class),
		cmocka_unit_test(the_key_and_table_are_set_by_command_too),
		cmocka_unit_test(a_programmed_flow_goes_to_its_queue_until_it_is_removed),
		cmocka_unit_test(a_programmed_flow_can_be_dropped),
		cmocka_unit_test(the_input_set_says_which_fields_count),
		cmocka_unit_test(a_full_table_is_reported_in_the_rx_ring),
		cmocka_unit_test(nonsense_in_a_flow_keeps_frames_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
