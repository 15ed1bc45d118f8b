/* SPDX-License-Identifier: MIT */
/*
 * Tests of the library on a veth pair, each in a process of its own: what one leaves behind is gone
 * before the next, and one that crashes is only itself.
 */
#ifndef XSK_TESTS_H
#define XSK_TESTS_H

#include "../flash_xsk.h"

struct xsk_test {
	const char *title;
	void (*run)(void);
};

/* Each ends with a row that has no title. */
extern const struct xsk_test lifetime_tests[], place_tests[], refusal_tests[], traffic_tests[],
			     waiting_tests[], port_tests[], event_loop_tests[],
			     shared_memory_tests[];

/* What the program was given. */
struct surroundings {
	const char *a, *b;	/* the ends of the pair: up, several queues, silent but for the test */
	const char *object;	/* bpf/xsk_redirect.bpf.c */
};

extern struct surroundings given;

/* A UMEM, and the list that all its frames are in at first. */
struct memory {
	struct flash_umem *umem;
	struct flash_frames *frames;
};

/* Far more than anything takes, on an emulated processor too. */
enum { deadline_ms = 15000 };

/* Ends the test unless two integers are the same. */
#define expect(actual, wanted) expect_same(__FILE__, __LINE__, #actual, actual, wanted)
#define wait_until(condition)                                                                      \
	do {                                                                                       \
		__u64 end_ = now_ms() + deadline_ms;                                               \
		while (!(condition)) {                                                             \
			expect_in_time(__FILE__, __LINE__, #condition, end_);                      \
			nap();                                                                     \
		}                                                                                  \
	} while (0)

void expect_same(const char *file, int line, const char *what, long long actual, long long wanted);
void expect_in_time(const char *file, int line, const char *what, __u64 deadline);
__u64 now_ms(void);
void nap(void);
void shell(const char *command);

struct memory make_memory(__u32 frame_count, __u32 ring_size);
void destroy_memory(struct memory *memory);

/* In copy mode, with 64 entries in each ring, and waiting for a socket that has just gone. */
struct flash_socket_opts opts_for(const char *ifname, __u32 queue);
struct flash_socket *open_with(const struct memory *memory, struct flash_socket_opts opts);
struct flash_socket *open_on(const struct memory *memory, const char *ifname, __u32 queue);
/* The -errno of an attempt that is to fail. */
int refusal(const struct memory *memory, struct flash_socket_opts opts);
/* Sends as many packets to the wire, and waits until the frames are back. */
void send_to_wire(const struct memory *memory, struct flash_socket *socket, __u32 count);

#endif
