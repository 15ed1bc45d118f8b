// SPDX-License-Identifier: MIT
/* Which queue a packet goes to: RSS, Flow Director, EtherType filters. */
#include "driver.h"

static uint8_t frame[2048];

/* The key and the packets with which Microsoft says a hash is to be verified. */
static const uint8_t key[RSS_KEY_BYTES] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static const struct {
	uint32_t destination, source;
	uint16_t destination_port, source_port;
	uint32_t hash, hash_with_ports;
} ipv4_vectors[] = {
	{ 0xa18e6450, 0x420995bb, 1766, 2794, 0x323e8fc2, 0x51ccc178 },
	{ 0x41458c53, 0xc75c6f02, 4739, 14230, 0xd718262a, 0xc626b0ea },
	{ 0x0c16cfb8, 0x1813c65f, 38024, 12898, 0xd2d0a5de, 0x5c2b394a },
	{ 0xd18ea306, 0x261bcd1e, 2217, 48228, 0x82989176, 0xafc7327f },
	{ 0xcabc7f02, 0x9927a3bf, 1303, 44251, 0x5d1809c5, 0x10e828a2 },
};

static const struct {
	const char *destination, *source;	/* 16 bytes each */
	uint16_t destination_port, source_port;
	uint32_t hash, hash_with_ports;
} ipv6_vectors[] = {
	{
		"\x3f\xfe\x25\x01\x02\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x01",
		"\x3f\xfe\x25\x01\x02\x00\x1f\xff\x00\x00\x00\x00\x00\x00\x00\x07",
		1766, 2794, 0x2cc18cd5, 0x40207d3d,
	}, {
		"\xff\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
		"\x3f\xfe\x05\x01\x00\x08\x00\x00\x02\x60\x97\xff\xfe\x40\xef\xab",
		4739, 14230, 0x0f0c461c, 0xdde51bbf,
	}, {
		"\xfe\x80\x00\x00\x00\x00\x00\x00\x02\x00\xf8\xff\xfe\x21\x67\xcf",
		"\x3f\xfe\x19\x00\x45\x45\x00\x03\x02\x00\xf8\xff\xfe\x21\x67\xcf",
		38024, 44251, 0x4b61e985, 0x02d1feef,
	},
};

static size_t make_ipv4(uint8_t protocol, size_t vector)
{
	return frame__ipv4(frame, protocol, ipv4_vectors[vector].source,
			   ipv4_vectors[vector].destination, ipv4_vectors[vector].source_port,
			   ipv4_vectors[vector].destination_port, 30);
}

static void set_key(struct guest *guest)
{
	for (unsigned int i = 0; i < RSS_KEY_BYTES / 4; i++)
		guest__write32(guest, RSSRK(i),
			       (uint32_t)key[4 * i + 3] << 24 | (uint32_t)key[4 * i + 2] << 16 |
			       (uint32_t)key[4 * i + 1] << 8 | key[4 * i]);
}

/* What the table says: no two of its sixteenths are the same. */
static uint32_t table_entry(uint32_t n)
{
	return (n + n / 16) % 16;
}

static void set_table(struct guest *guest)
{
	for (uint32_t i = 0; i < RETA_ENTRIES; i += 4)
		guest__write32(guest, RETA(i / 4),
			       table_entry(i) | table_entry(i + 1) << 8 | table_entry(i + 2) << 16 |
			       table_entry(i + 3) << 24);
}

static void expect_hash(struct guest *guest, size_t bytes, uint32_t hash, uint32_t type)
{
	unsigned int queue = type ? table_entry(hash % RETA_ENTRIES) : 0;
	struct ring ring = rx__create(guest, queue, 8, 2);

	rx__fill(&ring, 4);
	guest__inject(guest, frame, bytes);
	assert_int_equal(ring__get(&ring, RDH), 1);
	assert_int_equal(ring__at(&ring, 0)->word[1], hash);
	assert_int_equal(ring__at(&ring, 0)->word[0] & 0xf, type);
}

static size_t make_ipv6(const char *source, const char *destination, uint16_t source_port,
			uint16_t destination_port)
{
	frame__make(frame, 14 + 40 + 20, 0);
	frame__put16(frame + 12, 0x86dd);
	memset(frame + 14, 0, 60);
	frame[14] = 0x60;
	frame__put16(frame + 18, 20);
	frame[20] = PROTOCOL_TCP;
	memcpy(frame + 22, source, 16);
	memcpy(frame + 38, destination, 16);
	frame__put16(frame + 54, source_port);
	frame__put16(frame + 56, destination_port);
	return 74;
}

static void the_published_hashes_are_reported_and_choose_the_queue(void **state)
{
	(void)state;
	for (unsigned int ports = 0; ports < 2; ports++) {
		struct guest *guest = driver__start();
		uint32_t with_ports = ports ? MRQC_TCP_IPV4 | MRQC_TCP_IPV6 : 0;

		guest__write32(guest, MRQC, MRQC_MODE_RSS | MRQC_IPV4 | MRQC_IPV6 | with_ports);
		set_key(guest);
		set_table(guest);
		for (size_t i = 0; i < sizeof(ipv4_vectors) / sizeof(ipv4_vectors[0]); i++) {
			size_t bytes = make_ipv4(PROTOCOL_TCP, i);

			expect_hash(guest, bytes, ports ? ipv4_vectors[i].hash_with_ports :
							  ipv4_vectors[i].hash, ports ? 1 : 2);
		}
		for (size_t i = 0; i < sizeof(ipv6_vectors) / sizeof(ipv6_vectors[0]); i++) {
			size_t bytes = make_ipv6(ipv6_vectors[i].source,
						 ipv6_vectors[i].destination,
						 ipv6_vectors[i].source_port,
						 ipv6_vectors[i].destination_port);

			expect_hash(guest, bytes, ports ? ipv6_vectors[i].hash_with_ports :
							  ipv6_vectors[i].hash, ports ? 3 : 5);
		}
		guest__destroy(guest);
	}
}

static void ports_count_only_where_they_were_asked_for(void **state)
{
	struct guest *guest = driver__start();
	size_t bytes;

	(void)state;
	guest__write32(guest, MRQC, MRQC_MODE_RSS | MRQC_IPV4 | MRQC_UDP_IPV4);
	set_key(guest);
	set_table(guest);
	bytes = make_ipv4(PROTOCOL_UDP, 0);
	expect_hash(guest, bytes, ipv4_vectors[0].hash_with_ports, 7);
	frame[20] |= 0x20;	/* the first of several fragments */
	expect_hash(guest, bytes, ipv4_vectors[0].hash, 2);
	bytes = make_ipv4(PROTOCOL_TCP, 0);
	expect_hash(guest, bytes, ipv4_vectors[0].hash, 2);
	expect_hash(guest, frame__make(frame, 60, 0), 0, 0);
	guest__write32(guest, MRQC, 0);
	expect_hash(guest, bytes, 0, 0);
	guest__destroy(guest);
}

#define FLEX_ETHERTYPE (6u << FDIRCTRL_FLEX_SHIFT)

static uint32_t swap(uint32_t value)
{
	return __builtin_bswap32(value);
}

static void start_perfect(struct guest *guest)
{
	guest__write32(guest, FDIRCTRL, FDIRCTRL_PERFECT | FLEX_ETHERTYPE | 1);
	/* Everything counts but pool, VLAN and flexible bytes. */
	guest__write32(guest, FDIRM, FDIRM_VLAN_ID | FDIRM_VLAN_PRIORITY | FDIRM_FLEX);
}

static void add_flow(struct guest *guest, uint32_t id, uint32_t source, uint32_t destination,
		     uint32_t ports, uint32_t l4, uint32_t more)
{
	guest__write32(guest, FDIRIPSA, swap(source));
	guest__write32(guest, FDIRIPDA, swap(destination));
	guest__write32(guest, FDIRPORT, ports);
	guest__write32(guest, FDIRVLAN, 0);
	guest__write32(guest, FDIRHASH, id << 16 | 0x111);
	guest__write32(guest, FDIRCMD, FDIRCMD_ADD | l4 << FDIRCMD_L4_SHIFT | more);
	assert_int_equal(guest__read32(guest, FDIRCMD) & FDIRCMD_COMMAND, 0);
}

static bool goes_to(struct guest *guest, struct ring *ring, size_t bytes)
{
	uint32_t before = ring__get(ring, RDH);

	guest__inject(guest, frame, bytes);
	return ring__get(ring, RDH) != before;
}

#define L4_UDP 1
#define L4_TCP 2

static void a_named_flow_goes_to_its_queue(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 77, 32, 2), other = rx__create(guest, 0, 32, 2);

	(void)state;
	rx__fill(&ring, 20);
	rx__fill(&other, 20);
	start_perfect(guest);
	add_flow(guest, 1, 0x0a000001, 0x0a000002, 80u << 16 | 4000, L4_UDP,
		 77u << FDIRCMD_QUEUE_SHIFT);

	assert_true(goes_to(guest, &ring, frame__ipv4(frame, PROTOCOL_UDP, 0x0a000001, 0x0a000002,
						      4000, 80, 30)));
	assert_int_equal(rx__status(&ring, 0) & RX_STATUS_FLOW_MATCH, RX_STATUS_FLOW_MATCH);
	assert_true(goes_to(guest, &other, frame__ipv4(frame, PROTOCOL_TCP, 0x0a000001, 0x0a000002,
						       4000, 80, 30)));
	assert_true(goes_to(guest, &other, frame__ipv4(frame, PROTOCOL_UDP, 0x0a000003, 0x0a000002,
						       4000, 80, 30)));
	assert_true(goes_to(guest, &other, frame__ipv4(frame, PROTOCOL_UDP, 0x0a000001, 0x0a000003,
						       4000, 80, 30)));
	assert_true(goes_to(guest, &other, frame__ipv4(frame, PROTOCOL_UDP, 0x0a000001, 0x0a000002,
						       4001, 80, 30)));
	assert_true(goes_to(guest, &other, frame__ipv4(frame, PROTOCOL_UDP, 0x0a000001, 0x0a000002,
						       4000, 81, 30)));
	assert_int_equal(guest__read32(guest, FDIRMATCH), 1);
	assert_int_equal(guest__read32(guest, FDIRMISS), 5);
	assert_int_equal(guest__read32(guest, FDIRUSTAT), 1);
	assert_int_equal(guest__read32(guest, FDIRFREE), 2047);
	guest__destroy(guest);
}

static void a_frame_that_has_to_wait_is_counted_once(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 5, 8, 2);

	(void)state;
	start_perfect(guest);
	add_flow(guest, 1, 1, 2, 4u << 16 | 3, L4_UDP, 5u << FDIRCMD_QUEUE_SHIFT);
	guest__inject(guest, frame, frame__ipv4(frame, PROTOCOL_UDP, 1, 2, 3, 4, 30));
	assert_int_equal(guest__waiting(guest), 1);
	rx__fill(&ring, 1);

	assert_int_equal(guest__waiting(guest), 0);
	assert_int_equal(guest__read32(guest, FDIRMATCH), 1);
	assert_int_equal(guest__read32(guest, GPRC), 1);
	assert_int_equal(guest__read32(guest, TPR), 1);
	guest__destroy(guest);
}

static void masked_fields_do_not_count(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 5, 32, 2);

	(void)state;
	rx__fill(&ring, 20);
	start_perfect(guest);
	guest__write32(guest, FDIRSIP4M, swap(0x000000ff));
	guest__write32(guest, FDIRDIP4M, UINT32_MAX);
	/* Ports: all of the source, of the destination the low 4 bits; the masks run backwards. */
	guest__write32(guest, FDIRTCPM, 0xf000ffff);
	add_flow(guest, 1, 0x0a000000, 0, 0x1230u << 16, L4_TCP, 5u << FDIRCMD_QUEUE_SHIFT);

	assert_true(goes_to(guest, &ring, frame__ipv4(frame, PROTOCOL_TCP, 0x0a0000fe, 0x01020304,
						      1111, 0x123f, 30)));
	assert_false(goes_to(guest, &ring, frame__ipv4(frame, PROTOCOL_TCP, 0x0a0001fe, 0x01020304,
						       1111, 0x123f, 30)));
	assert_false(goes_to(guest, &ring, frame__ipv4(frame, PROTOCOL_TCP, 0x0a0000fe, 0x01020304,
						       1111, 0x124f, 30)));
	guest__destroy(guest);
}

static void a_flow_of_ipv6_is_none_of_ipv4(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 5, 8, 2);

	(void)state;
	rx__fill(&ring, 4);
	start_perfect(guest);
	add_flow(guest, 1, 1, 2, 4u << 16 | 3, L4_UDP, FDIRCMD_IPV6 | 5u << FDIRCMD_QUEUE_SHIFT);

	assert_false(goes_to(guest, &ring, frame__ipv4(frame, PROTOCOL_UDP, 1, 2, 3, 4, 30)));
	guest__destroy(guest);
}

static void flows_are_dropped_queried_and_removed(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 0, 32, 2);
	size_t bytes = frame__ipv4(frame, PROTOCOL_UDP, 1, 2, 3, 4, 30);

	(void)state;
	rx__fill(&ring, 20);
	start_perfect(guest);
	add_flow(guest, 9, 1, 2, 4u << 16 | 3, L4_UDP, FDIRCMD_DROP);
	assert_false(goes_to(guest, &ring, bytes));
	assert_int_equal(guest__counter(guest, "rx_dropped"), 1);

	guest__write32(guest, FDIRHASH, 9u << 16 | 0x111);
	guest__write32(guest, FDIRCMD, FDIRCMD_QUERY);
	assert_int_equal(guest__read32(guest, FDIRCMD) & FDIRCMD_VALID, FDIRCMD_VALID);
	guest__write32(guest, FDIRCMD, FDIRCMD_REMOVE);

	assert_true(goes_to(guest, &ring, bytes));
	guest__write32(guest, FDIRCMD, FDIRCMD_QUERY);
	assert_int_equal(guest__read32(guest, FDIRCMD) & FDIRCMD_VALID, 0);
	guest__write32(guest, FDIRCMD, FDIRCMD_REMOVE);
	assert_int_equal(guest__read32(guest, FDIRFSTAT), 1u << 8);
	guest__destroy(guest);
}

static void there_is_an_end_to_flows(void **state)
{
	struct guest *guest = driver__start();

	(void)state;
	start_perfect(guest);
	guest__write32(guest, FDIRCTRL, FDIRCTRL_PERFECT | 3 | 4u << FDIRCTRL_FULL_SHIFT);
	guest__write32(guest, FDIRHKEY, 0);
	for (uint32_t id = 0; id < 8200; id++)
		add_flow(guest, id, id, id, 0, L4_UDP, 0);

	assert_int_equal(guest__read32(guest, FDIRFREE), 0);
	assert_int_equal(guest__read32(guest, FDIRFSTAT) & 0xff, 8);
	assert_int_equal(guest__read32(guest, EICS) & CAUSE_FLOW_DIRECTOR, CAUSE_FLOW_DIRECTOR);
	guest__write32(guest, FDIRCTRL, FDIRCTRL_PERFECT | 3);
	assert_int_equal(guest__read32(guest, FDIRFREE), 8192);
	assert_true(guest__read32(guest, FDIRCTRL) & FDIRCTRL_INIT_DONE);
	guest__destroy(guest);
}

/* Keys and hashes are those that drivers of the chip use for these flows; then other keys. */
static void a_flow_is_found_by_its_signature(void **state)
{
	static const struct {
		uint32_t protocol, tci, l4, bucket_key, signature_key, hash;
	} rows[] = {
		{ PROTOCOL_TCP, 0, L4_TCP, 0x3dad14e2, 0x174d3614, 0x418a6a42 },
		{ PROTOCOL_UDP, 0x6123, L4_UDP, 0x3dad14e2, 0x174d3614, 0x3cb07229 },
		{ PROTOCOL_UDP, 0x6123, L4_UDP, 0x3dad14e3, 0x174d3615, 0x67ed2974 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct guest *guest = driver__start();
		struct ring ring = rx__create(guest, 9, 32, 2);
		uint64_t command = FDIRCMD_ADD | 9u << FDIRCMD_QUEUE_SHIFT |
				   rows[i].l4 << FDIRCMD_L4_SHIFT;
		size_t bytes = frame__ipv4(frame, (uint8_t)rows[i].protocol, 0xc0a80107, 0x0a141e28,
					   4321, 80, 30);

		if (rows[i].tci) {
			memmove(frame + 16, frame + 12, bytes - 12);
			frame__put16(frame + 12, 0x8100);
			frame__put16(frame + 14, rows[i].tci);
			bytes += 4;
		}
		rx__fill(&ring, 20);
		guest__write32(guest, FDIRHKEY, rows[i].bucket_key);
		guest__write32(guest, FDIRSKEY, rows[i].signature_key);
		guest__write32(guest, FDIRCTRL, FLEX_ETHERTYPE | 3);
		guest__write(guest, 0, FDIRHASH, command << 32 | rows[i].hash, 8);

		assert_true(goes_to(guest, &ring, bytes));
		frame[32]++;	/* another address */
		assert_false(goes_to(guest, &ring, bytes));
		assert_int_equal(guest__read32(guest, FDIRMATCH), 1);
		guest__destroy(guest);
	}
}

static void an_ethertype_goes_to_its_queue(void **state)
{
	struct guest *guest = driver__start();
	struct ring ring = rx__create(guest, 100, 8, 2);

	(void)state;
	rx__fill(&ring, 4);
	guest__write32(guest, ETQF(3), ETQF_ENABLE | 0x88b5);
	guest__write32(guest, ETQS(3), ETQS_ENABLE | 100u << ETQS_QUEUE_SHIFT);

	assert_true(goes_to(guest, &ring, frame__make(frame, 64, 0)));
	assert_int_equal(ring__at(&ring, 0)->word[0], RX_TYPE_ETQF | 3u << RX_TYPE_SHIFT);
	guest__destroy(guest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_hashes_are_reported_and_choose_the_queue),
		cmocka_unit_test(ports_count_only_where_they_were_asked_for),
		cmocka_unit_test(a_named_flow_goes_to_its_queue),
		cmocka_unit_test(a_frame_that_has_to_wait_is_counted_once),
		cmocka_unit_test(masked_fields_do_not_count),
		cmocka_unit_test(a_flow_of_ipv6_is_none_of_ipv4),
		cmocka_unit_test(flows_are_dropped_queried_and_removed),
		cmocka_unit_test(there_is_an_end_to_flows),
		cmocka_unit_test(a_flow_is_found_by_its_signature),
		cmocka_unit_test(an_ethertype_goes_to_its_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
