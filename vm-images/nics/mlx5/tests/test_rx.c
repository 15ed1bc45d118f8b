// SPDX-License-Identifier: MIT
/* Receive queues: WQEs, what completions say of a frame, and what must not hurt. */
#include "driver.h"
#include "frame/checksum.h"

static uint8_t frame[16384], got[16384];
static const uint8_t addresses[8] = { 10, 0, 0, 1, 10, 0, 0, 2 };

struct receiver {
	struct driver driver;
	struct queue rq;
};

static struct receiver start_with(unsigned int log_stride, bool vsd)
{
	struct receiver receiver = { .driver = driver__start() };
	struct driver *driver = &receiver.driver;

	receiver.rq = driver__create_rq(driver, log_stride, vsd);
	driver__steer_all(driver, driver__create_direct_tir(driver, receiver.rq.number));
	return receiver;
}

static struct receiver start(void)
{
	return start_with(4, false);
}

/* Checks a completion of a frame in the buffer of a WQE. Returns it. */
static uint8_t *expect_frame(struct receiver *receiver, unsigned int index, const uint8_t *expected,
			     size_t bytes)
{
	uint8_t *cqe = cq__take(&receiver->driver, &receiver->rq.cq);

	assert_non_null(cqe);
	assert_int_equal(cqe[63] >> 4, MLX5_CQE_RECEIVED);
	assert_int_equal(be16(cqe + 60), index);
	assert_int_equal(be32(cqe + 44), bytes);
	assert_memory_equal(driver__at(&receiver->driver, rq__buffer(&receiver->rq, index)),
			    expected, bytes);
	return cqe;
}

/* The checksums that a sender would have put there. */
static void frame__finish(uint8_t *data, size_t bytes)
{
	uint32_t sum = data[23] + (bytes - 34);
	unsigned int field = data[23] == 6 ? 50 : 40;

	put_be16(data + 24, 0);
	put_be16(data + 24, checksum__fold(checksum__add(0, data + 14, 20)));
	put_be16(data + field, 0);
	sum = checksum__add(sum, data + 26, 8);
	put_be16(data + field, checksum__fold(checksum__add(sum, data + 34, bytes - 34)));
}

static void frames_are_received_all_around_the_ring(void **state)
{
	struct receiver receiver = start();

	(void)state;
	rq__fill(&receiver.driver, &receiver.rq, DRIVER_RING);
	for (unsigned int i = 0; i < 3 * DRIVER_RING; i++) {
		guest__inject(receiver.driver.guest, frame, frame__make(frame, 60 + i, i));
		expect_frame(&receiver, i, frame, 60 + i);
		rq__fill(&receiver.driver, &receiver.rq, 1);
	}
	assert_int_equal(guest__counter(receiver.driver.guest, "rx_frames"), 3 * DRIVER_RING);
	driver__stop(&receiver.driver);
}

static void a_frame_waits_for_a_wqe_and_finds_it_by_time(void **state)
{
	struct receiver receiver = start();

	(void)state;
	guest__inject(receiver.driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(guest__waiting(receiver.driver.guest), 1);
	rq__fill(&receiver.driver, &receiver.rq, 1);
	guest__run(receiver.driver.guest);
	assert_int_equal(guest__waiting(receiver.driver.guest), 1);
	guest__advance(receiver.driver.guest, 100000);
	expect_frame(&receiver, 0, frame, 60);
	driver__stop(&receiver.driver);
}

static void a_frame_waits_for_a_wqe_and_finds_it_when_a_cq_is_armed(void **state)
{
	struct receiver receiver = start();

	(void)state;
	guest__inject(receiver.driver.guest, frame, frame__make(frame, 60, 0));
	rq__fill(&receiver.driver, &receiver.rq, 1);
	cq__arm(&receiver.driver, &receiver.rq.cq);
	expect_frame(&receiver, 0, frame, 60);
	assert_int_equal(guest__interrupts(receiver.driver.guest, 1), 1);
	driver__stop(&receiver.driver);
}

static void a_frame_that_waited_too_long_is_counted(void **state)
{
	struct receiver receiver = start();
	struct driver *driver = &receiver.driver;

	(void)state;
	assert_int_equal(driver__simple(driver, 0x771, 0), MLX5_OK);
	guest__inject(driver->guest, frame, frame__make(frame, 60, 0));
	guest__advance(driver->guest, 1000000000);
	assert_int_equal(guest__waiting(driver->guest), 0);
	assert_int_equal(guest__counter(driver->guest, "rx_missed"), 1);
	driver__stop(driver);
}

static void a_frame_takes_as_many_buffers_as_it_needs(void **state)
{
	struct receiver receiver = start_with(6, false);
	struct driver *driver = &receiver.driver;
	uint8_t *wqe = driver__at(driver, receiver.rq.base);

	(void)state;
	/* With the bit that asks for padding, as drivers set it. */
	for (unsigned int i = 0; i < 3; i++)
		sq__put_data(driver, wqe + 16 * i, rq__buffer(&receiver.rq, i), 500 | 1u << 31);
	put_be32(wqe + 52, 0x100);	/* the list ends */
	put_be32(driver__at(driver, receiver.rq.record), 1);
	guest__inject(driver->guest, frame, frame__make(frame, 1200, 5));
	assert_int_equal(be32(cq__take(driver, &receiver.rq.cq) + 44), 1200);
	for (unsigned int i = 0; i < 3; i++)
		assert_memory_equal(driver__at(driver, rq__buffer(&receiver.rq, i)),
				    frame + 500 * i, i < 2 ? 500 : 200);
	driver__stop(driver);
}

/* Rows: a byte of the WQE, what it is changed to, and the syndrome. */
static void a_bad_wqe_stops_the_queue_until_it_is_reset(void **state)
{
	static const struct { unsigned int byte, value, syndrome; } rows[] = {
		{ 2, 0, MLX5_SYNDROME_LENGTH },		/* no bytes */
		{ 7, 1, MLX5_SYNDROME_LENGTH },		/* another key */
		{ 8, 0x77, MLX5_SYNDROME_PROTECTION },	/* address */
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct receiver receiver = start();
		struct driver *driver = &receiver.driver;
		uint8_t *cqe;

		rq__fill(driver, &receiver.rq, 4);
		((uint8_t *)driver__at(driver, receiver.rq.base))[rows[i].byte] = rows[i].value;
		guest__inject(driver->guest, frame, frame__make(frame, 60, 0));
		guest__inject(driver->guest, frame, 60);
		cqe = cq__take(driver, &receiver.rq.cq);
		assert_int_equal(cqe[63] >> 4, MLX5_CQE_RECEIVE_ERROR);
		assert_int_equal(cqe[55], rows[i].syndrome);
		assert_null(cq__take(driver, &receiver.rq.cq));
		assert_int_equal(guest__counter(driver->guest, "rx_dropped"), 1);

		assert_int_equal(queue__modify(driver, 0x909, receiver.rq.number, 3, 0), MLX5_OK);
		receiver.rq.next = 0;
		rq__fill(driver, &receiver.rq, 4);
		assert_int_equal(queue__modify(driver, 0x909, receiver.rq.number, 0, 1), MLX5_OK);
		guest__inject(driver->guest, frame, 60);
		expect_frame(&receiver, 0, frame, 60);
		driver__stop(driver);
	}
}

static void more_wqes_than_there_can_be_are_none(void **state)
{
	struct receiver receiver = start();

	(void)state;
	put_be32(driver__at(&receiver.driver, receiver.rq.record), DRIVER_RING + 1);
	guest__inject(receiver.driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(guest__waiting(receiver.driver.guest), 1);
	driver__stop(&receiver.driver);
}

static void a_queue_that_is_not_ready_drops(void **state)
{
	struct receiver receiver = start();

	(void)state;
	rq__fill(&receiver.driver, &receiver.rq, 4);
	assert_int_equal(queue__modify(&receiver.driver, 0x909, receiver.rq.number, 1, 0), MLX5_OK);
	guest__inject(receiver.driver.guest, frame, frame__make(frame, 60, 0));
	assert_int_equal(guest__counter(receiver.driver.guest, "rx_dropped"), 1);
	driver__stop(&receiver.driver);
}

/* Rows: the protocol, what is changed of a right frame, and what the completion says. */
static void completions_say_which_checksums_are_right(void **state)
{
	static const struct { uint8_t protocol, damaged, checks, headers; } rows[] = {
		{ 17, 0, 7, 0x28 }, { 17, 19, 5, 0x28 }, { 17, 45, 3, 0x28 }, { 6, 0, 7, 0x18 },
		{ 6, 60, 3, 0x18 }, { 1, 0, 3, 0x08 },
	};
	struct receiver receiver = start();

	(void)state;
	rq__fill(&receiver.driver, &receiver.rq, DRIVER_RING);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t bytes = frame__make_ipv4(frame, rows[i].protocol, addresses, 7, 9, 100);
		uint8_t *cqe;

		frame__finish(frame, bytes);
		if (rows[i].damaged)
			frame[rows[i].damaged] ^= 1;
		guest__inject(receiver.driver.guest, frame, bytes);
		cqe = expect_frame(&receiver, i, frame, bytes);
		assert_int_equal(cqe[28], rows[i].checks);
		assert_int_equal(cqe[29], rows[i].headers);
	}
	driver__stop(&receiver.driver);
}

/* en_rx.c:mlx5e_handle_csum takes it for that of the IP packet, whatever comes behind. */
static void the_sum_of_a_completion_is_of_the_ip_packet_without_padding(void **state)
{
	struct receiver receiver = start();
	uint32_t sum;

	(void)state;
	rq__fill(&receiver.driver, &receiver.rq, 1);
	frame__make_ipv4(frame, 17, addresses, 7, 9, 77);
	for (unsigned int i = 42; i < 120; i++)
		frame[i] = i * 5;
	guest__inject(receiver.driver.guest, frame, 120);
	sum = checksum__add(0, frame + 14, 77 - 14);
	assert_int_equal(be16(expect_frame(&receiver, 0, frame, 120) + 20),
			 (uint16_t)~checksum__fold(sum));
	driver__stop(&receiver.driver);
}

/* Rows: whether the queue keeps tags. */
static void a_vlan_tag_goes_into_the_completion_unless_it_is_kept(void **state)
{
	(void)state;
	for (unsigned int keeps = 0; keeps < 2; keeps++) {
		struct receiver receiver = start_with(4, keeps);
		uint8_t *cqe;

		rq__fill(&receiver.driver, &receiver.rq, 1);
		frame__make(frame, 100, 3);
		memcpy(got, frame, 12);
		put_be32(got + 12, 0x81002005);
		memcpy(got + 16, frame + 12, 88);
		guest__inject(receiver.driver.guest, got, 104);
		cqe = keeps ? expect_frame(&receiver, 0, got, 104) :
			      expect_frame(&receiver, 0, frame, 100);
		assert_int_equal(cqe[29] & 1, !keeps);
		assert_int_equal(be16(cqe + 30), keeps ? 0 : 0x2005);
		driver__stop(&receiver.driver);
	}
}

static void frames_longer_than_the_mtu_are_dropped(void **state)
{
	struct receiver receiver = start();

	(void)state;
	rq__fill(&receiver.driver, &receiver.rq, 2);
	guest__inject(receiver.driver.guest, frame, frame__make(frame, 1519, 0));
	assert_null(cq__take(&receiver.driver, &receiver.rq.cq));
	guest__inject(receiver.driver.guest, frame, frame__make(frame, 1518, 0));
	expect_frame(&receiver, 0, frame, 1518);
	driver__stop(&receiver.driver);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_received_all_around_the_ring),
		cmocka_unit_test(a_frame_waits_for_a_wqe_and_finds_it_by_time),
		cmocka_unit_test(a_frame_waits_for_a_wqe_and_finds_it_when_a_cq_is_armed),
		cmocka_unit_test(a_frame_that_waited_too_long_is_counted),
		cmocka_unit_test(a_frame_takes_as_many_buffers_as_it_needs),
		cmocka_unit_test(a_bad_wqe_stops_the_queue_until_it_is_reset),
		cmocka_unit_test(more_wqes_than_there_can_be_are_none),
		cmocka_unit_test(a_queue_that_is_not_ready_drops),
		cmocka_unit_test(completions_say_which_checksums_are_right),
		cmocka_unit_test(the_sum_of_a_completion_is_of_the_ip_packet_without_padding),
		cmocka_unit_test(a_vlan_tag_goes_into_the_completion_unless_it_is_kept),
		cmocka_unit_test(frames_longer_than_the_mtu_are_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
