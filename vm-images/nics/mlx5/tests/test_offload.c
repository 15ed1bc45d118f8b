// SPDX-License-Identifier: MIT
/* Offloads of send WQEs: checksums, segmentation, the VLAN tag. */
#include "driver.h"
#include "frame/checksum.h"
#include "frame/headers.h"

#define LSO 0x0e
#define SEND 0x0a
#define CHECKSUM_L3 0x40
#define CHECKSUM_L4 0x80
#define HEADERS_MAX 96u
#define PAYLOAD_MAX 16384u

static uint8_t packet[PAYLOAD_MAX + HEADERS_MAX], got[16384];
static const uint8_t addresses[8] = { 192, 168, 7, 1, 192, 168, 7, 2 };

/* The sum over layer 4 and its pseudo header; 0: right. IPv4 without options, or IPv6. */
static uint16_t l4__verify(const uint8_t *frame, size_t l3, size_t bytes)
{
	bool ipv6 = frame[l3] >> 4 == 6;
	size_t l4 = l3 + (ipv6 ? IPV6_BYTES : IPV4_BYTES);
	uint32_t sum = frame[l3 + (ipv6 ? 6 : 9)] + (bytes - l4);

	sum = checksum__add(sum, frame + l3 + (ipv6 ? 8 : 12), ipv6 ? 32 : 8);
	return checksum__fold(checksum__add(sum, frame + l4, bytes - l4));
}

/* A packet of one header and @payload bytes, with garbage where checksums go. */
static size_t packet__make_ipv4(uint8_t protocol, size_t payload)
{
	size_t headers = protocol == 6 ? 54 : 42;

	frame__make_ipv4(packet, protocol, addresses, 1000, 2000, headers + payload);
	for (size_t i = 0; i < payload; i++)
		packet[headers + i] = i * 11 + (i >> 8);
	put_be16(packet + 24, 0xdead);
	put_be16(packet + (protocol == 6 ? 50 : 40), 0xbeef);
	return headers;
}

static size_t packet__make_ipv6(uint8_t protocol, size_t payload)
{
	size_t headers = protocol == 6 ? 74 : 62;

	memset(packet, 0, headers);
	frame__make(packet, 14, 0);
	put_be16(packet + 12, ETHERTYPE_IPV6);
	packet[14] = 0x60;
	put_be16(packet + 18, headers - 54 + payload);
	packet[20] = protocol;
	for (unsigned int i = 22; i < 54; i++)
		packet[i] = i;
	put_be16(packet + 54, 1000);
	put_be16(packet + 56, 2000);
	if (protocol == 6)
		packet[66] = 0x50;
	for (size_t i = 0; i < payload; i++)
		packet[headers + i] = i * 13;
	return headers;
}

/* A WQE with @inlined bytes of the packet inline and the rest in one buffer; not yet posted. */
static uint8_t *put_packet(struct driver *driver, struct queue *sq, uint8_t opcode, size_t inlined,
			   size_t bytes, uint8_t checksums, unsigned int *blocks)
{
	unsigned int segments = 2 + (inlined > 2 ? (inlined - 2 + 15) / 16 : 0);
	uint64_t buffer = guest__alloc(driver->guest, bytes, 4096);
	uint8_t *wqe;

	*blocks = (segments + 1 + 3) / 4;
	for (unsigned int i = 0; i < *blocks; i++)
		memset(sq__block(driver, sq, sq->next + i), 0, 64);
	wqe = sq__begin(driver, sq, opcode, segments + 1);
	wqe[20] = checksums;
	put_be16(wqe + 28, inlined);
	memcpy(wqe + 30, packet, inlined);
	memcpy(driver__at(driver, buffer), packet + inlined, bytes - inlined);
	sq__put_data(driver, wqe + 16 * segments, buffer, bytes - inlined);
	return wqe;
}

/* Rows: IP version, protocol and payload; an odd length too. */
static void checksums_are_computed_from_nothing(void **state)
{
	static const struct { unsigned int version; uint8_t protocol; size_t payload; } rows[] = {
		{ 4, 6, 100 }, { 4, 17, 101 }, { 6, 6, 99 }, { 6, 17, 1200 }, { 4, 6, 0 },
	};
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t headers = rows[i].version == 4 ?
				 packet__make_ipv4(rows[i].protocol, rows[i].payload) :
				 packet__make_ipv6(rows[i].protocol, rows[i].payload);
		size_t bytes = headers + rows[i].payload;
		unsigned int blocks;

		put_packet(&driver, &sq, SEND, 0, bytes, CHECKSUM_L3 | CHECKSUM_L4, &blocks);
		sq__kick(&driver, &sq, blocks);
		guest__take(driver.guest, got, sizeof(got));
		if (rows[i].version == 4)
			assert_int_equal(checksum__fold(checksum__add(0, got + 14, 20)), 0);
		assert_int_equal(l4__verify(got, 14, bytes), 0);
		assert_memory_equal(got + headers, packet + headers, rows[i].payload);
	}
	driver__stop(&driver);
}

static void what_was_not_asked_for_is_left_alone(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	size_t bytes = packet__make_ipv4(6, 50) + 50;
	unsigned int blocks;

	(void)state;
	put_packet(&driver, &sq, SEND, 18, bytes, 0, &blocks);
	sq__kick(&driver, &sq, blocks);
	assert_int_equal(guest__take(driver.guest, got, sizeof(got)), bytes);
	assert_memory_equal(got, packet, bytes);
	driver__stop(&driver);
}

static void a_checksum_of_udp_is_never_zero(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	size_t bytes = packet__make_ipv4(17, 20) + 20;
	uint32_t sum;
	unsigned int blocks;

	(void)state;
	/* A payload that makes the sum all ones. */
	put_be16(packet + 40, 0);
	put_be16(packet + 60, 0);
	sum = checksum__add(17 + bytes - 34, packet + 26, 8);
	put_be16(packet + 60, checksum__fold(checksum__add(sum, packet + 34, bytes - 34)));
	put_packet(&driver, &sq, SEND, 0, bytes, CHECKSUM_L4, &blocks);
	sq__kick(&driver, &sq, blocks);
	guest__take(driver.guest, got, sizeof(got));
	assert_int_equal(be16(got + 40), 0xffff);
	driver__stop(&driver);
}

static void a_fragment_has_no_checksum_of_layer_4(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	size_t bytes = packet__make_ipv4(17, 60) + 60;
	unsigned int blocks;

	(void)state;
	put_be16(packet + 20, 0x2000);
	put_packet(&driver, &sq, SEND, 0, bytes, CHECKSUM_L3 | CHECKSUM_L4, &blocks);
	sq__kick(&driver, &sq, blocks);
	guest__take(driver.guest, got, sizeof(got));
	assert_int_equal(be16(got + 40), 0xbeef);
	driver__stop(&driver);
}

/* What each segment of TCP says. */
static void expect_tcp_segments(struct driver *driver, size_t l3, size_t headers, size_t payload,
				size_t mss)
{
	size_t l4 = headers - 20, before = 0;

	for (unsigned int i = 0; before < payload; i++) {
		size_t part = payload - before < mss ? payload - before : mss;
		bool last = before + part == payload, ipv6 = packet[l3] >> 4 == 6;

		assert_int_equal(guest__take(driver->guest, got, sizeof(got)), headers + part);
		assert_memory_equal(got + headers, packet + headers + before, part);
		assert_int_equal(l4__verify(got, l3, headers + part), 0);
		assert_int_equal(be32(got + l4 + 4), (uint32_t)(be32(packet + l4 + 4) + before));
		assert_int_equal(got[l4 + 13] & 0x09, last ? 0x09 : 0);
		assert_int_equal(got[l4 + 13] & 0x80, i ? 0 : 0x80);
		assert_int_equal(got[l4 + 13] & 0x10, 0x10);
		if (ipv6) {
			assert_int_equal(be16(got + l3 + 4), headers + part - l3 - 40);
		} else {
			assert_int_equal(be16(got + l3 + 2), headers + part - l3);
			assert_int_equal(be16(got + l3 + 4), 0x1234 + i);
			assert_int_equal(checksum__fold(checksum__add(0, got + l3, 20)), 0);
		}
		before += part;
	}
	assert_int_equal(guest__sent(driver->guest), 0);
}

/* Rows: IP version, payload and mss. */
static void tcp_is_cut_into_segments(void **state)
{
	static const struct { unsigned int version; size_t payload, mss; } rows[] = {
		{ 4, 3000, 1000 }, { 4, 3101, 1000 }, { 6, 5000, 1428 }, { 4, 500, 1000 },
		{ 6, 16000, 100 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct queue sq = driver__create_sq(&driver);
		size_t headers = rows[i].version == 4 ? packet__make_ipv4(6, rows[i].payload) :
							packet__make_ipv6(6, rows[i].payload);
		unsigned int blocks;
		uint8_t *wqe;

		put_be32(packet + headers - 16, 0xfffffff0);
		packet[headers - 7] = 0x99;	/* CWR, ACK, PSH, FIN */
		wqe = put_packet(&driver, &sq, LSO, headers, headers + rows[i].payload,
				 CHECKSUM_L3 | CHECKSUM_L4, &blocks);
		put_be16(wqe + 22, rows[i].mss);
		sq__kick(&driver, &sq, blocks);
		expect_tcp_segments(&driver, 14, headers, rows[i].payload, rows[i].mss);
		assert_int_equal(be16(cq__take(&driver, &sq.cq) + 60), 0);
		driver__stop(&driver);
	}
}

static void a_tagged_packet_is_cut_up_with_its_tag(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	size_t headers = packet__make_ipv4(6, 4000);
	unsigned int blocks;
	uint8_t *wqe;

	(void)state;
	memmove(packet + 16, packet + 12, headers - 12 + 4000);
	put_be32(packet + 12, 0x81000007);
	packet[4 + headers - 7] = 0x99;
	wqe = put_packet(&driver, &sq, LSO, headers + 4, headers + 4 + 4000,
			 CHECKSUM_L3 | CHECKSUM_L4, &blocks);
	put_be16(wqe + 22, 1400);
	sq__kick(&driver, &sq, blocks);
	expect_tcp_segments(&driver, 18, headers + 4, 4000, 1400);
	driver__stop(&driver);
}

static void udp_is_cut_into_datagrams(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	size_t headers = packet__make_ipv4(17, 2500);
	unsigned int blocks;
	uint8_t *wqe;

	(void)state;
	wqe = put_packet(&driver, &sq, LSO, headers, headers + 2500, CHECKSUM_L3 | CHECKSUM_L4,
			 &blocks);
	put_be16(wqe + 22, 1000);
	sq__kick(&driver, &sq, blocks);
	for (size_t before = 0; before < 2500; before += 1000) {
		size_t part = before == 2000 ? 500 : 1000;

		assert_int_equal(guest__take(driver.guest, got, sizeof(got)), headers + part);
		assert_int_equal(be16(got + 38), 8 + part);
		assert_int_equal(l4__verify(got, 14, headers + part), 0);
		assert_memory_equal(got + headers, packet + headers + before, part);
	}
	driver__stop(&driver);
}

static void a_full_wire_stops_between_segments(void **state)
{
	struct driver driver = driver__start();
	struct queue sq = driver__create_sq(&driver);
	size_t headers = packet__make_ipv4(6, 16000);
	unsigned int blocks;
	uint8_t *wqe;

	(void)state;
	packet[headers - 7] = 0x99;
	wqe = put_packet(&driver, &sq, LSO, headers, headers + 16000, CHECKSUM_L3 | CHECKSUM_L4,
			 &blocks);
	put_be16(wqe + 22, 40);		/* 400 frames: more than a pass, and a turn */
	guest__refuse(driver.guest, true);
	sq__kick(&driver, &sq, blocks);
	assert_null(cq__take(&driver, &sq.cq));
	guest__refuse(driver.guest, false);
	guest__run(driver.guest);
	expect_tcp_segments(&driver, 14, headers, 16000, 40);
	assert_non_null(cq__take(&driver, &sq.cq));
	driver__stop(&driver);
}

/* Rows: mss, bytes of headers, and the protocol. */
static void segmentation_that_cannot_be_is_an_error(void **state)
{
	static const struct { uint16_t mss; size_t headers; uint8_t protocol; } rows[] = {
		{ 0, 54, 6 }, { 10000, 54, 6 }, { 100, 53, 6 }, { 100, 58, 6 }, { 100, 34, 6 },
		{ 100, 54, 1 }, { 100, 14, 6 }, { 100, 2, 6 }, { 100, 46, 17 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct queue sq = driver__create_sq(&driver);
		unsigned int blocks;
		uint8_t *wqe;

		packet__make_ipv4(rows[i].protocol, 1000);
		wqe = put_packet(&driver, &sq, LSO, rows[i].headers, 1000, CHECKSUM_L4, &blocks);
		put_be16(wqe + 22, rows[i].mss);
		sq__kick(&driver, &sq, blocks);
		assert_int_equal(guest__sent(driver.guest), 0);
		assert_int_equal(cq__take(&driver, &sq.cq)[63] >> 4, MLX5_CQE_REQUEST_ERROR);
		driver__stop(&driver);
	}
}

/* Rows: flags of the WQE, and the tag's ethertype. */
static void a_tag_is_inserted(void **state)
{
	static const struct { uint16_t flags, type; } rows[] = {
		{ 0x8000, 0x8100 }, { 0x8001, 0x88a8 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct driver driver = driver__start();
		struct queue sq = driver__create_sq(&driver);
		size_t bytes = packet__make_ipv4(17, 100) + 100;
		unsigned int blocks;
		uint8_t *wqe;

		wqe = put_packet(&driver, &sq, SEND, 0, bytes, CHECKSUM_L3 | CHECKSUM_L4, &blocks);
		put_be16(wqe + 28, rows[i].flags);
		put_be16(wqe + 30, 0xe123);
		sq__kick(&driver, &sq, blocks);
		assert_int_equal(guest__take(driver.guest, got, sizeof(got)), bytes + 4);
		assert_int_equal(be16(got + 12), rows[i].type);
		assert_int_equal(be16(got + 14), 0xe123);
		assert_int_equal(be16(got + 16), 0x0800);
		assert_int_equal(l4__verify(got, 18, bytes + 4), 0);
		driver__stop(&driver);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_are_computed_from_nothing),
		cmocka_unit_test(what_was_not_asked_for_is_left_alone),
		cmocka_unit_test(a_checksum_of_udp_is_never_zero),
		cmocka_unit_test(a_fragment_has_no_checksum_of_layer_4),
		cmocka_unit_test(tcp_is_cut_into_segments),
		cmocka_unit_test(a_tagged_packet_is_cut_up_with_its_tag),
		cmocka_unit_test(udp_is_cut_into_datagrams),
		cmocka_unit_test(a_full_wire_stops_between_segments),
		cmocka_unit_test(segmentation_that_cannot_be_is_an_error),
		cmocka_unit_test(a_tag_is_inserted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
