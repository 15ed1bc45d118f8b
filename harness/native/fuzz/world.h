/* SPDX-License-Identifier: MIT */
/*
 * fuzz: the shipped files of the series, in user space, under whatever an input says.
 *
 *   tenant     A (shared UMEM)            B            C (frames anywhere)
 *   socket     0       1       2          3            4
 *   pool       0-------0       1          2            3
 *
 * Each tenant is honest or hostile. An honest one uses its rings as libxdp does, and the model knows where each
 * of its frames and packets is. A hostile one writes what it likes wherever it can, at any moment: to the
 * words, descriptors and addresses of its rings. Routes lead anywhere.
 *
 * What has to hold, whatever the hostile ones do:
 *   - no access outside what the kernel owns or a UMEM, no warning (ASan, UBSan, WARN_ON_ONCE());
 *   - every frame of an honest tenant is in exactly one place;
 *   - an honest tenant gets from others only packets of sources that lead to it: those of honest ones unchanged,
 *     whole, once and in their order, those of hostile ones out of the sender's own UMEM;
 *   - no byte of its UMEM changes that is not part of that;
 *   - what was sent has been delivered or counted as dropped once all rooms are free; nobody sleeps on.
 */
#ifndef FUZZ_WORLD_H
#define FUZZ_WORLD_H

#include <linux/slab.h>
#include <net/xdp_sock_drv.h>

#include "xsk_flash.h"
#include "xsk_queue_shared.h"

#define NR_TENANTS	3
#define NR_POOLS	4
#define NR_SOCKETS	5
#define NR_FRAMES	96	/* of a tenant */
#define FILL_FRAMES	24	/* at most at a pool: enough for the longest packet */
#define MAX_PACKETS	4096
#define MAX_DEPTH	3	/* contexts, one within the other */
#define HONEST_BYTE	0xa0	/* of an empty frame; with the number of its tenant */
#define HOSTILE_BYTE	0xe0	/* of all of its UMEM */

/* What input is left; 0 once there is none. */
struct input {
	const u8 *data;
	size_t left;
};

struct tenant {
	struct xdp_umem umem;
	bool hostile;
	bool copied_to;	/* others ever led here: a copy that finds no room stays in an empty frame */
	u32 id, chunk;
	u64 free[NR_FRAMES];	/* in the hands of its programs */
	u32 nr_free, nr_pools;
	u32 packet_of[NR_FRAMES];	/* 1 + the packet that its programs put there, or 0 */
};

struct pool {
	struct xsk_buff_pool xp;
	struct net_device netdev;
	struct tenant *tenant;
	u32 fill, completed;	/* user space's sides of the rings */
	bool busy;	/* its driver is at work */
	u64 held[NR_FRAMES];	/* frames that the driver has to receive into */
	u32 nr_held;
	u64 flying[NR_FRAMES];	/* those that it is sending, the oldest first */
	u32 nr_flying;
};

struct socket {
	struct xdp_sock xs;
	struct xsk_flash flash;
	struct pool *pool;
	struct tenant *tenant;
	struct socket_wq wq;
	struct list_head sleeper;
	bool closed;
	bool to_hostile;	/* it ever led to such a one, who does not say what came */
	u32 id, tx, rx;		/* user space's sides of the rings */
	const struct xsk_route_target *setting;	/* the route that is just being set */
	u32 nr_setting;
	u32 last[NR_SOCKETS];	/* the last packet that came from there */
	u32 nr_sent, nr_received, nr_on_wire;	/* honest ones */
};

enum packet_state { PACKET_UNUSED, PACKET_SENT, PACKET_DELIVERED, PACKET_ON_WIRE };

struct packet {
	enum packet_state state;
	u8 source;
	u32 to;		/* sockets that may get it, a bit each */
	u32 index, len;
};

struct world {
	struct tenant tenants[NR_TENANTS];
	struct pool pools[NR_POOLS];
	struct socket sockets[NR_SOCKETS];
	struct packet packets[MAX_PACKETS];
	u32 nr_packets;
	u32 from_hostile;	/* sockets that a hostile one has ever led to, a bit each */
	struct input input;
	u64 moments;		/* random numbers for what happens in between */
	bool has_moments, quiet;
	bool tracked;	/* tx_tracking was ever on */
	u32 depth;
	void (*meanwhile)(void);	/* what a scenario does in a grace period */
	void (*at)(const char *point);	/* and where contexts can be held */
	bool reading;	/* a context that is held up is in an RCU critical section */
	u32 nr_steps;
};

extern struct world *world;

u8 input__byte(void);
u32 world__random(u32 below);
bool world__create(void);
void world__destroy(void);
_Noreturn void world__fail(const char *what, ...) __attribute__((format(printf, 1, 2)));

u64 frame__number(const struct tenant *tenant, u64 addr);
u8 *frame__data(const struct tenant *tenant, u64 frame);
void frame__put(struct tenant *tenant, u64 frame);
u64 frame__take(struct tenant *tenant);
void frame__check_empty(const struct tenant *tenant, u64 frame, bool but_first);

/* A program of an honest tenant. */
void program__send(struct socket *socket, u32 nr_frags, u32 len, u32 index);
void program__receive(struct socket *socket, u32 n);
void program__fill(struct pool *pool, u32 n);
void program__complete(struct pool *pool, u32 n);

void hostile__act(struct tenant *tenant, u32 kind, u32 where, u64 value);
void hostile__scrub(const struct socket *source);

/* The driver of a pool, where it is no redirect. */
void driver__receive(struct socket *socket, u32 n);
void driver__flush(struct socket *socket);
void driver__send(struct socket *socket, u32 n);
void driver__sent(struct pool *pool, u32 n);

void routes__set(struct socket *socket, u32 nr, u32 targets);
void routes__clear(struct socket *socket);
void routes__close(struct socket *socket);
void routes__may_get(struct packet *packet);

/* System calls, NAPI polls and the work of pools. */
void calls__kick(struct socket *socket);
void calls__receive(struct socket *socket);
void calls__sleep(struct socket *socket);
void calls__wake(struct socket *socket);
void calls__poll(struct pool *pool, u32 budget);
void calls__tick(u32 ms);
bool calls__idle(void);

void audit__frames(void);
void audit__end(void);

/* Something another context does. */
void steps__run(u32 opcode, u32 a, u32 b, u32 c);

#endif
