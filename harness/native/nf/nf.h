/* SPDX-License-Identifier: MIT */
/*
 * nf: a set of AF_XDP network functions, each a process of its own with one socket a direction.
 *
 *	          RX                    TX
 *	in  ----> [ forward socket ] ----> out      what arrives is filtered and sent on
 *	out <---- [ reverse socket ] <---- in
 *	          TX                    RX
 *
 * Where "out" leads is not decided here: a socket transmits on the device it is bound to, unless an
 * administrator has told the kernel otherwise.
 */
#ifndef NF_H
#define NF_H

#include <net/if.h>
#include <stdbool.h>

#include "flash_xsk.h"

#define NF_MAX_FUNCTIONS	16
#define NF_DIRECTIONS		2
#define NF_MAX_ATTACHMENTS	(NF_MAX_FUNCTIONS * NF_DIRECTIONS)
#define NF_BATCH		64
#define NF_NAME_LEN		16	/* what prctl(PR_SET_NAME) takes */

struct port_spec {
	char ifname[IF_NAMESIZE];
	__u32 queue;
	bool used;
};

struct function_spec {
	char name[NF_NAME_LEN];
	struct port_spec ports[NF_DIRECTIONS];
	int drop_udp_port;		/* -1: drops nothing */
};

struct options {
	bool shared_umem;
	__u32 frames;			/* a UMEM */
	__u32 frame_size;
	__u32 ring_size;
	enum flash_mode mode;
	const char *status_dir;
	const char *xdp_object;
	int function_count;
	struct function_spec functions[NF_MAX_FUNCTIONS];
};

struct traffic {
	__u64 rx_packets, rx_bytes;
	__u64 tx_packets, tx_bytes;
	__u64 filtered_packets, filtered_bytes;
	__u64 refused_kicks;		/* those that left everything on the TX ring */
};

/* One socket, and the frames the process holds for it. */
struct port {
	const struct port_spec *spec;
	struct flash_socket *socket;	/* NULL if the port is not used */
	struct flash_frames *frames;
	struct traffic traffic;
};

struct function {
	const struct function_spec *spec;
	struct port ports[NF_DIRECTIONS];
	struct flash_umem *umem;
	unsigned int status_sequence;
};

/* The XDP program on a device, which hands its packets to sockets. */
struct attachment {
	char ifname[IF_NAMESIZE];
	struct flash_xdp *xdp;
};

struct attachments {
	struct attachment all[NF_MAX_ATTACHMENTS];
	int count;
};

extern const char *const direction_names[NF_DIRECTIONS];

/* All of these return 0 or -errno unless they say otherwise. */
int options__parse(struct options *options, int argc, char **argv);
void options__usage(const char *program);

int attachments__attach(struct attachments *attachments, const struct options *options);
void attachments__detach(struct attachments *attachments);
int attachments__add(const struct attachments *attachments, const struct port *port);

int port__open(struct port *port, const struct port_spec *spec, const struct options *options,
	       struct flash_umem *umem);
int port__give_frames(struct port *port, __u32 first, __u32 count);
void port__close(struct port *port);
__u32 port__forward(struct port *port, int drop_udp_port);
int port__kick(struct port *port);

bool filter__drops(const void *packet, __u32 len, int drop_udp_port);

/* Before there are processes: all of them heed signals in the same way. */
void signals__set_up(void);
int function__run(struct function *function, const char *status_dir);

int status__write(struct function *function, const char *directory);

#endif
