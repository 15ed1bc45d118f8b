// SPDX-License-Identifier: MIT
/*
 *     card 0 ── wire 0 ── card 1          cards that note what they get, or refuse it
 */
#include "cases.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/testbed.h"

#define NOTES 5000
#define MILLISECOND UINT64_C(1000000)

struct card {
	bool full;
	unsigned int takes;		/* so many frames all the same */
	unsigned int received, missed, links, works;
	uint16_t notes[NOTES];		/* the first two bytes of each frame */
	size_t bytes;			/* of the last */
};

static struct testbed testbed;

static void card__reset(struct nic *nic, enum nic_reset kind)
{
	(void)nic;
	(void)kind;
}

static uint64_t card__read(struct nic *nic, unsigned int bar, uint64_t offset, unsigned int size)
{
	(void)nic;
	return bar + offset + size;
}

static void card__write(struct nic *nic, unsigned int bar, uint64_t offset, uint64_t value,
			unsigned int size)
{
	(void)nic;
	(void)bar;
	(void)offset;
	(void)value;
	(void)size;
}

static bool card__work(struct nic *nic)
{
	((struct card *)nic__state(nic))->works++;
	return false;
}

static bool card__receive(struct nic *nic, const void *frame, size_t bytes)
{
	struct card *card = nic__state(nic);

	if (card->full && !card->takes)
		return false;
	card->takes -= card->full;
	memcpy(&card->notes[card->received++ % NOTES], frame, 2);
	card->bytes = bytes;
	return true;
}

static void card__missed(struct nic *nic)
{
	((struct card *)nic__state(nic))->missed++;
}

static void card__link(struct nic *nic, bool up)
{
	assert_int_equal(up, nic__link(nic));
	((struct card *)nic__state(nic))->links++;
}

static void card__timer(struct nic *nic, unsigned int timer)
{
	(void)nic;
	(void)timer;
}

static size_t card__counters(struct nic *nic, struct nic_counter *counters, size_t room)
{
	(void)nic;
	(void)counters;
	(void)room;
	return 0;
}

static const struct nic_model card_model = {
	.name = "card",
	.title = "a card of test_wire.c",
	.bars = { { .size = 4096 } },
	.state_bytes = sizeof(struct card),
	.reset = card__reset,
	.read = card__read,
	.write = card__write,
	.work = card__work,
	.receive = card__receive,
	.missed = card__missed,
	.link = card__link,
	.timer = card__timer,
	.counters = card__counters,
};

static struct nic *port(unsigned int number)
{
	return &testbed.ports[number].nic;
}

static struct card *card(unsigned int number)
{
	return nic__state(port(number));
}

static struct wire *wire(void)
{
	return &testbed.wires[0];
}

static void run(void)
{
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(testbed__pass(&testbed, false), 0);
}

static void pass_time(uint64_t ns)
{
	testbed.loop.now += ns;
	run();
}

/* Frame @note of 60 bytes from a port. */
static bool send_frame(unsigned int from, uint16_t note)
{
	uint8_t frame[60] = {};

	memcpy(frame, &note, sizeof(note));
	return nic__transmit(port(from), frame, sizeof(frame));
}

static void set_faults(const struct wire_faults *changed)
{
	struct wire_faults faults = *changed;

	if (!faults.patience_ns)
		faults.patience_ns = WIRE_PATIENCE_NS;
	wire__set_faults(wire(), &faults);
}

static void frames_arrive_in_order_at_the_other_end(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 300; i++) {
		assert_true(send_frame(0, i));
		assert_true(send_frame(1, 1000 + i));
	}
	run();

	assert_int_equal(card(1)->received, 300);
	assert_int_equal(card(0)->received, 300);
	for (unsigned int i = 0; i < 300; i++) {
		assert_int_equal(card(1)->notes[i], i);
		assert_int_equal(card(0)->notes[i], 1000 + i);
	}
	assert_int_equal(wire__counters(wire()).frames[0], 300);
	assert_int_equal(wire__counters(wire()).bytes[1], 300 * 60);
}

static void no_handler_is_entered_by_a_transmission(void **state)
{
	(void)state;
	assert_true(send_frame(0, 1));
	assert_int_equal(card(1)->received, 0);
	run();
	assert_int_equal(card(1)->received, 1);
}

static void the_longest_frame_passes_and_a_longer_one_does_not(void **state)
{
	static uint8_t frame[NIC_FRAME_MAX + 1];

	(void)state;
	assert_true(nic__transmit(port(0), frame, NIC_FRAME_MAX));
	assert_true(nic__transmit(port(0), frame, NIC_FRAME_MAX + 1));
	run();

	assert_int_equal(card(1)->received, 1);
	assert_int_equal(card(1)->bytes, NIC_FRAME_MAX);
	assert_int_equal(wire__counters(wire()).dropped[0], 1);
}

static void a_full_card_stalls_the_sender_and_loses_nothing(void **state)
{
	unsigned int sent = 0;

	(void)state;
	card(1)->full = true;
	while (sent < NOTES && send_frame(0, sent))
		sent++;
	run();
	assert_int_equal(sent, FRAME_QUEUE_FRAMES);
	assert_int_equal(wire__counters(wire()).waiting[0], sent);
	assert_int_equal(card(0)->works, 0);
	/* The other direction is not concerned. */
	assert_true(send_frame(1, 1));
	run();
	assert_int_equal(card(0)->received, 1);

	card(1)->full = false;
	run();
	assert_int_equal(card(1)->received, 0);
	nic__room(port(1));
	run();

	assert_int_equal(card(1)->received, sent);
	for (unsigned int i = 0; i < sent; i++)
		assert_int_equal(card(1)->notes[i], i);
	assert_int_equal(card(0)->works, 1);
	assert_true(send_frame(0, 1));
}

static void frames_that_were_refused_too_long_are_missed(void **state)
{
	(void)state;
	pass_time(1000 * MILLISECOND);
	card(1)->full = true;
	for (unsigned int i = 0; i < 10; i++)
		assert_true(send_frame(0, i));
	run();
	pass_time(WIRE_PATIENCE_NS - 1);
	assert_int_equal(card(1)->missed, 0);
	pass_time(1);

	assert_int_equal(card(1)->missed, 10);
	assert_int_equal(wire__counters(wire()).missed[0], 10);
	assert_int_equal(wire__counters(wire()).waiting[0], 0);
	assert_int_equal(card(0)->missed, 0);
	card(1)->full = false;
	assert_true(send_frame(0, 77));
	run();
	assert_int_equal(card(1)->notes[0], 77);
}

static void giving_up_wakes_a_sender_that_waits(void **state)
{
	(void)state;
	card(1)->full = true;
	while (send_frame(0, 1))
		;
	run();
	pass_time(WIRE_PATIENCE_NS);

	assert_int_equal(card(1)->missed, FRAME_QUEUE_FRAMES);
	assert_int_equal(card(0)->works, 1);
}

static void a_card_that_takes_now_and_then_misses_nothing(void **state)
{
	(void)state;
	card(1)->full = true;
	for (unsigned int i = 0; i < 5; i++)
		assert_true(send_frame(0, i));
	run();
	for (unsigned int i = 0; i < 5; i++) {
		pass_time(WIRE_PATIENCE_NS - 1);
		card(1)->takes = 1;
		nic__room(port(1));
		run();
		assert_int_equal(card(1)->received, i + 1);
	}
	assert_int_equal(card(1)->missed, 0);
}

static void patience_is_set_and_may_be_endless(void **state)
{
	(void)state;
	set_faults(&(struct wire_faults) { .patience_ns = MILLISECOND });
	card(1)->full = true;
	assert_true(send_frame(0, 1));
	run();
	pass_time(MILLISECOND);
	assert_int_equal(card(1)->missed, 1);

	wire__set_faults(wire(), &(struct wire_faults) {});
	assert_true(send_frame(0, 1));
	run();
	pass_time(1000000 * MILLISECOND);
	assert_int_equal(card(1)->missed, 1);
	assert_int_equal(wire__counters(wire()).waiting[0], 1);
}

static void every_nth_frame_is_dropped(void **state)
{
	(void)state;
	set_faults(&(struct wire_faults) { .drop_every = 3 });
	for (unsigned int i = 1; i <= 10; i++)
		assert_true(send_frame(0, i));
	run();

	assert_int_equal(card(1)->received, 7);
	assert_int_equal(card(1)->notes[1], 2);
	assert_int_equal(card(1)->notes[2], 4);
	assert_int_equal(card(1)->notes[6], 10);
	assert_int_equal(wire__counters(wire()).dropped[0], 3);
	assert_int_equal(wire__counters(wire()).dropped[1], 0);
}

static void a_refused_transmission_is_not_counted_as_a_frame(void **state)
{
	(void)state;
	set_faults(&(struct wire_faults) { .drop_every = FRAME_QUEUE_FRAMES + 2, .hold = true });
	for (unsigned int i = 0; i < FRAME_QUEUE_FRAMES; i++)
		assert_true(send_frame(0, i));
	for (unsigned int i = 0; i < 5; i++)
		assert_false(send_frame(0, i));

	assert_int_equal(wire()->directions[0].seen, FRAME_QUEUE_FRAMES);
}

static void all_frames_are_delayed_and_keep_their_order(void **state)
{
	(void)state;
	set_faults(&(struct wire_faults) { .delay_ns = 5 * MILLISECOND });
	assert_true(send_frame(0, 1));
	pass_time(2 * MILLISECOND);
	assert_true(send_frame(0, 2));
	pass_time(3 * MILLISECOND - 1);
	assert_int_equal(card(1)->received, 0);
	assert_int_equal(testbed__deadline(&testbed), testbed.loop.now + 1);
	pass_time(1);
	assert_int_equal(card(1)->received, 1);

	/* A frame that is not delayed any more stays behind one that is. */
	set_faults(&(struct wire_faults) {});
	assert_true(send_frame(0, 3));
	run();
	assert_int_equal(card(1)->received, 1);
	pass_time(2 * MILLISECOND);
	assert_int_equal(card(1)->received, 3);
	assert_int_equal(card(1)->notes[2], 3);
}

static void a_delay_does_not_use_up_patience(void **state)
{
	(void)state;
	set_faults(&(struct wire_faults) { .delay_ns = 5 * WIRE_PATIENCE_NS });
	card(1)->full = true;
	assert_true(send_frame(0, 1));
	pass_time(5 * WIRE_PATIENCE_NS);
	pass_time(WIRE_PATIENCE_NS - 1);
	assert_int_equal(card(1)->missed, 0);
	pass_time(1);
	assert_int_equal(card(1)->missed, 1);
}

static void a_held_wire_keeps_all_until_it_goes_on(void **state)
{
	(void)state;
	set_faults(&(struct wire_faults) { .hold = true });
	for (unsigned int i = 0; i < 10; i++)
		assert_true(send_frame(0, i));
	pass_time(100 * WIRE_PATIENCE_NS);
	assert_int_equal(card(1)->received, 0);
	assert_true(testbed__deadline(&testbed) == LOOP_NEVER);
	set_faults(&(struct wire_faults) {});
	run();

	assert_int_equal(card(1)->received, 10);
	assert_int_equal(card(1)->missed, 0);
}

static void holding_does_not_use_up_patience(void **state)
{
	(void)state;
	card(1)->full = true;
	assert_true(send_frame(0, 1));
	run();
	set_faults(&(struct wire_faults) { .hold = true });
	pass_time(100 * WIRE_PATIENCE_NS);
	set_faults(&(struct wire_faults) {});
	pass_time(WIRE_PATIENCE_NS - 1);
	assert_int_equal(card(1)->missed, 0);
	pass_time(1);
	assert_int_equal(card(1)->missed, 1);
}

static void a_wire_that_is_down_has_no_link_and_loses_what_waits(void **state)
{
	(void)state;
	set_faults(&(struct wire_faults) { .hold = true });
	while (send_frame(0, 1))
		;
	set_faults(&(struct wire_faults) { .down = true });
	assert_false(nic__link(port(0)));
	assert_false(nic__link(port(1)));
	assert_int_equal(card(0)->links, 2);
	assert_int_equal(card(1)->links, 2);
	assert_int_equal(wire__counters(wire()).dropped[0], FRAME_QUEUE_FRAMES);
	/* Gone, not refused; and who waited for room need not any more. */
	assert_true(send_frame(0, 2));
	run();
	assert_int_equal(card(0)->works, 1);
	set_faults(&(struct wire_faults) {});
	run();

	assert_true(nic__link(port(0)));
	assert_int_equal(card(1)->links, 3);
	assert_int_equal(card(1)->received, 0);
}

static void one_flow_does_not_starve_the_other(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 500; i++)
		assert_true(send_frame(0, i));
	assert_true(send_frame(1, 1));
	assert_int_equal(testbed__pass(&testbed, false), 0);

	assert_int_equal(card(0)->received, 1);
	assert_true(card(1)->received < 500);
}

/* Frames of any length through a queue that is mostly full, against a list of their lengths. */
static void a_queue_keeps_frames_of_any_length(void **state)
{
	static uint8_t data[NIC_FRAME_MAX];
	static size_t lengths[200000];
	size_t pushed = 0, popped = 0, refused = 0;
	struct frame_queue queue;
	unsigned int seed = 1;

	(void)state;
	assert_int_equal(frame_queue__create(&queue), 0);
	while (popped < 100000) {
		size_t bytes = rand_r(&seed) % (rand_r(&seed) % 4 ? 200 : NIC_FRAME_MAX - 14) + 14;
		bool room = frame_queue__has_room(&queue);

		data[0] = data[bytes - 1] = pushed;
		if (frame_queue__push(&queue, data, bytes, pushed)) {
			lengths[pushed++] = bytes;
		} else {
			assert_false(room);
			refused++;
		}
		if (rand_r(&seed) % 5 && frame_queue__first(&queue)) {
			const struct frame *frame = frame_queue__first(&queue);

			assert_int_equal(frame->bytes, lengths[popped]);
			assert_int_equal(frame->due, popped);
			assert_int_equal(frame->data[0], (uint8_t)popped);
			assert_int_equal(frame->data[frame->bytes - 1], (uint8_t)popped);
			frame_queue__pop(&queue);
			popped++;
		}
		assert_int_equal(queue.count, pushed - popped);
		if (rand_r(&seed) % 5000 == 0) {
			while (frame_queue__first(&queue)) {
				frame_queue__pop(&queue);
				popped++;
			}
			assert_int_equal(queue.used, 0);
		}
	}
	assert_true(refused > 100);
	frame_queue__destroy(&queue);
}

static int path__connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	run();
	return fd;
}

/* The second wire: port 2 and a socket that others connect to. */
static void add_listening_wire(void)
{
	static const uint8_t mac[6] = { 2 };

	unlink("test_wire.sock");
	assert_int_equal(testbed__add_port(&testbed, &card_model, mac, NULL), 0);
	assert_int_equal(testbed__add_wire(&testbed), 0);
	assert_int_equal(wire_end__attach_port(&testbed.wires[1], 0, port(2)), 0);
	assert_int_equal(wire_end__listen(&testbed.wires[1], 1, "test_wire.sock"), 0);
}

static void a_socket_has_a_link_while_someone_is_connected(void **state)
{
	uint8_t frame[100] = {};
	int peer, other;

	(void)state;
	add_listening_wire();
	assert_false(nic__link(port(2)));
	assert_true(send_frame(2, 1));
	peer = path__connect("test_wire.sock");
	assert_true(nic__link(port(2)));
	other = path__connect("test_wire.sock");
	assert_int_equal(recv(other, frame, sizeof(frame), 0), 0);
	close(other);

	assert_true(send_frame(2, 9));
	run();
	assert_int_equal(recv(peer, frame, sizeof(frame), 0), 60);
	assert_int_equal(frame[0], 9);
	assert_int_equal(send(peer, frame, 13, 0), 13);
	assert_int_equal(send(peer, frame, 14, 0), 14);
	run();
	assert_int_equal(card(2)->received, 1);
	assert_int_equal(testbed.wires[1].counters.dropped[1], 1);
	close(peer);
	run();
	assert_false(nic__link(port(2)));
	peer = path__connect("test_wire.sock");
	assert_true(nic__link(port(2)));
	assert_int_equal(card(2)->links, 3);
	close(peer);
}

static void a_socket_that_is_not_read_stalls_and_goes_on(void **state)
{
	unsigned int sent = 0, received = 0;
	uint8_t frame[100];
	int peer;

	(void)state;
	add_listening_wire();
	peer = path__connect("test_wire.sock");
	while (send_frame(2, sent)) {
		sent++;
		run();
	}
	assert_true(sent > FRAME_QUEUE_FRAMES);
	for (int i = 0; i < 100; i++) {
		while (recv(peer, frame, sizeof(frame), 0) == 60) {
			uint16_t note;

			memcpy(&note, frame, sizeof(note));
			assert_int_equal(note, received++);
		}
		run();
	}
	assert_int_equal(received, sent);
	assert_true(card(2)->works > 0);
	close(peer);
}

static void a_full_card_stalls_who_sends_on_a_socket(void **state)
{
	unsigned int sent = 0;
	uint8_t frame[60] = {};
	int peer;

	(void)state;
	add_listening_wire();
	testbed.wires[1].faults.patience_ns = 0;
	peer = path__connect("test_wire.sock");
	card(2)->full = true;
	for (int i = 0; i < 10000; i++) {
		frame[0] = sent;
		frame[1] = sent >> 8;
		if (send(peer, frame, sizeof(frame), 0) == sizeof(frame))
			sent++;
		else
			run();
	}
	assert_true(sent > FRAME_QUEUE_FRAMES && sent < 5000);
	card(2)->full = false;
	nic__room(port(2));
	run();

	assert_int_equal(card(2)->received, sent);
	for (unsigned int i = 0; i < sent; i++)
		assert_int_equal(card(2)->notes[i], i);
	close(peer);
}

static void a_port_has_one_wire(void **state)
{
	(void)state;
	assert_int_equal(testbed__add_wire(&testbed), 0);
	assert_int_equal(wire_end__attach_port(&testbed.wires[1], 0, port(0)), -EBUSY);
}

static int setup(void **state)
{
	static const uint8_t mac[6] = { 2 };

	(void)state;
	testbed.loop.stopped_clock = true;
	testbed.loop.now = MILLISECOND;
	return testbed__open(&testbed) || testbed__add_port(&testbed, &card_model, mac, NULL) ||
	       testbed__add_port(&testbed, &card_model, mac, NULL) || testbed__add_wire(&testbed) ||
	       wire_end__attach_port(wire(), 0, port(0)) ||
	       wire_end__attach_port(wire(), 1, port(1));
}

static int teardown(void **state)
{
	(void)state;
	testbed__close(&testbed);
	return access("test_wire.sock", F_OK) ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(frames_arrive_in_order_at_the_other_end),
		CASE(no_handler_is_entered_by_a_transmission),
		CASE(the_longest_frame_passes_and_a_longer_one_does_not),
		CASE(a_full_card_stalls_the_sender_and_loses_nothing),
		CASE(frames_that_were_refused_too_long_are_missed),
		CASE(giving_up_wakes_a_sender_that_waits),
		CASE(a_card_that_takes_now_and_then_misses_nothing),
		CASE(patience_is_set_and_may_be_endless),
		CASE(every_nth_frame_is_dropped),
		CASE(a_refused_transmission_is_not_counted_as_a_frame),
		CASE(all_frames_are_delayed_and_keep_their_order),
		CASE(a_delay_does_not_use_up_patience),
		CASE(a_held_wire_keeps_all_until_it_goes_on),
		CASE(holding_does_not_use_up_patience),
		CASE(a_wire_that_is_down_has_no_link_and_loses_what_waits),
		CASE(one_flow_does_not_starve_the_other),
		cmocka_unit_test(a_queue_keeps_frames_of_any_length),
		CASE(a_socket_has_a_link_while_someone_is_connected),
		CASE(a_socket_that_is_not_read_stalls_and_goes_on),
		CASE(a_full_card_stalls_who_sends_on_a_socket),
		CASE(a_port_has_one_wire),
	};

	return cmocka_run_group_tests_name("wires", tests, NULL, NULL);
}
