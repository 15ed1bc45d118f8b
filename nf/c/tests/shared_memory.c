// SPDX-License-Identifier: MIT
/* Functions that share a memory say whose each frame is, in a byte per frame that the monitor reads. */
#include <errno.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "flash_nf.h"
#include "../internal.h"
#include "../protocol.h"
#include "xsk_tests.h"

enum {
	frame_size = 2048,
	frame_count = 256,
	ring_size = 64,
	packet_len = 64,
	share = 128,
	nobody = 0,
	ours = 7,
	neighbours = 9,
};

struct place {
	int fds[3];		/* socket, frames, owner bytes */
	__u8 *owners;
};

static int make_memory_of(size_t len)
{
	int fd = memfd_create("shared", MFD_CLOEXEC);

	expect(fd >= 0 && !ftruncate(fd, len), true);
	return fd;
}

static void set_size(int fd, int option, int size)
{
	expect(setsockopt(fd, SOL_XDP, option, &size, sizeof(size)), 0);
}

static int open_xdp_socket(const char *ifname, int memory)
{
	const size_t len = frame_count * frame_size;
	void *area = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	struct xdp_umem_reg umem = { .addr = (__u64)area, .len = len, .chunk_size = frame_size };
	struct sockaddr_xdp address = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_COPY | XDP_USE_NEED_WAKEUP,
		.sxdp_ifindex = if_nametoindex(ifname),
	};
	int fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);

	expect(area != MAP_FAILED, true);
	expect(setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)), 0);
	set_size(fd, XDP_UMEM_FILL_RING, ring_size);
	set_size(fd, XDP_UMEM_COMPLETION_RING, ring_size);
	set_size(fd, XDP_RX_RING, ring_size);
	set_size(fd, XDP_TX_RING, ring_size);
	wait_until(!bind(fd, (struct sockaddr *)&address, sizeof(address)) || errno != EBUSY);
	munmap(area, len);
	return fd;
}

/* Of the first frames every other one is ours. */
static struct place make_place(const char *ifname)
{
	struct place place = { .fds = { -1, make_memory_of(frame_count * frame_size),
					make_memory_of(frame_count) } };

	place.fds[0] = open_xdp_socket(ifname, place.fds[1]);
	place.owners = mmap(NULL, frame_count, PROT_READ | PROT_WRITE, MAP_SHARED, place.fds[2], 0);
	expect((void *)place.owners != MAP_FAILED, true);
	for (int i = 0; i < frame_count; i++)
		place.owners[i] = i % 2 ? neighbours : ours;
	return place;
}

static void close_place(const struct place *place)
{
	munmap(place->owners, frame_count);
	for (int i = 0; i < 3; i++)
		close(place->fds[i]);
}

static int owned_by(const struct place *place, __u8 owner)
{
	int count = 0;

	for (int i = 0; i < frame_count; i++)
		count += place->owners[i] == owner;
	return count;
}

static struct joined_message answer_for(__u32 owner)
{
	return (struct joined_message) {
		.header = { protocol_version, message_joined },
		.frame_size = frame_size,
		.frame_count = frame_count,
		.owner = owner,
		.own_frames = share,
		.rx = ring_size,
		.tx = ring_size,
		.fill = ring_size,
		.completion = ring_size,
		.edges = 1,
	};
}

static void say(int peer, const struct joined_message *joined, const int *fds, int count)
{
	char control[CMSG_SPACE(3 * sizeof(int))] = { };
	struct iovec part = { (void *)joined, sizeof(*joined) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	*header = (struct cmsghdr) {
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
		.cmsg_len = CMSG_LEN(count * sizeof(int)),
	};
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	expect(sendmsg(peer, &message, 0), sizeof(*joined));
}

/* How many descriptors come with a request to join. */
static int hear(int peer)
{
	char said[sizeof(struct join_message) + 1], control[256];
	struct iovec part = { said, sizeof(said) };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;

	expect(recvmsg(peer, &message, 0), sizeof(struct join_message));
	header = CMSG_FIRSTHDR(&message);
	return header ? (header->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
}

/* Gives a place, hangs up, and ends with the number of descriptors that the function comes back with. */
static pid_t start_monitor(const char *path, const struct place *place,
			   const struct joined_message *joined, int count)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int peer, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	pid_t child;

	strcpy(address.sun_path, path);
	expect(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	expect(listen(fd, 1), 0);
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		peer = accept(fd, NULL, NULL);
		expect(hear(peer), 0);
		say(peer, joined, place->fds, count);
		close(peer);
		_exit(hear(accept(fd, NULL, NULL)));
	}
	close(fd);
	return child;
}

struct joining {
	char dir[32], path[48];
	pid_t monitor;
};

static int join(struct joining *joining, struct flash_port **port, const struct place *place,
		const struct joined_message *joined, int count)
{
	strcpy(joining->dir, "/tmp/flash-nf-XXXXXX");
	expect(mkdtemp(joining->dir) != NULL, true);
	snprintf(joining->path, sizeof(joining->path), "%s/sock", joining->dir);
	joining->monitor = start_monitor(joining->path, place, joined, count);
	return flash_port__join(port, &(struct flash_join_opts) {
		.monitor = joining->path,
		.chain = "web",
		.function = "firewall",
	});
}

static void leave(const struct joining *joining)
{
	kill(joining->monitor, SIGKILL);
	waitpid(joining->monitor, NULL, 0);
	unlink(joining->path);
	rmdir(joining->dir);
}

static struct flash_port *join_well(struct joining *joining, const struct place *place)
{
	const struct joined_message joined = answer_for(ours);
	struct flash_port *port;

	expect(join(joining, &port, place, &joined, 3), 0);
	return port;
}

static void own_frames_are_taken(void)
{
	struct place place = make_place(given.a);
	struct flash_packet packets[frame_count];
	struct joining joining;
	struct flash_port *port = join_well(&joining, &place);
	struct flash_frames *frames = flash_port__frames(port);

	/* The others are on the fill ring. */
	expect(flash_frames__take(frames, packets, frame_count), share - ring_size);
	for (int i = 0; i < share - ring_size; i++)
		expect(packets[i].addr / frame_size % 2, 0);
	expect(owned_by(&place, ours), share);

	flash_port__close(port);
	leave(&joining);
	close_place(&place);
}

static void send_all(struct flash_port *port, __u32 count)
{
	struct flash_packet packets[ring_size];

	expect(flash_frames__take(flash_port__frames(port), packets, count), count);
	for (__u32 i = 0; i < count; i++) {
		packets[i].len = packet_len;
		memset(packets[i].data, 0xff, packet_len);
	}
	expect(flash_socket__send(flash_port__socket(port), packets, count), count);
	flash_socket__kick_tx(flash_port__socket(port));
}

static struct flash_port *open_peer(void)
{
	struct flash_port *port;

	expect(flash_port__open(&port, &(struct flash_port_opts) {
		.ifname = given.b,
		.frame_count = frame_count,
		.ring_size = ring_size,
		.mode = FLASH_MODE_COPY,
		.queue_wait_ms = deadline_ms,
	}), 0);
	return port;
}

static void received_frames_become_ours(void)
{
	struct place place = make_place(given.a);
	struct flash_packet packets[ring_size];
	struct flash_xdp *xdp;
	struct joining joining;
	struct flash_port *peer = open_peer(), *port = join_well(&joining, &place);
	struct flash_socket *socket = flash_port__socket(port);
	__u32 received = 0;

	expect(flash_xdp__attach(&xdp, given.a, given.object), 0);
	expect(flash_xdp__add(xdp, socket), 0);
	/* As if the kernel had exchanged them all for frames of others. */
	memset(place.owners, neighbours, frame_count);
	send_all(peer, 10);
	wait_until((received += flash_socket__receive(socket, packets + received, 10)) == 10);

	expect(owned_by(&place, ours), 10);
	for (__u32 i = 0; i < 10; i++)
		expect(place.owners[packets[i].addr / frame_size], ours);
	flash_frames__release(flash_port__frames(port), packets, 10);
	flash_socket__fill(socket);
	expect(owned_by(&place, ours), 10);

	flash_xdp__detach(xdp);
	flash_port__close(port);
	flash_port__close(peer);
	leave(&joining);
	close_place(&place);
}

static void completed_frames_become_ours(void)
{
	struct place place = make_place(given.a);
	struct joining joining;
	struct flash_port *port = join_well(&joining, &place);
	struct flash_socket *socket = flash_port__socket(port);
	__u32 completed = 0;

	send_all(port, 10);
	memset(place.owners, nobody, frame_count);
	wait_until((flash_socket__kick_tx(socket), completed += flash_socket__reclaim(socket, 3)) >= 3);
	expect(owned_by(&place, ours), completed);
	wait_until((completed += flash_socket__reclaim(socket, 10)) == 10);
	expect(owned_by(&place, ours), 10);
	expect(flash_frames__surplus(flash_port__frames(port)), 0);

	flash_port__close(port);
	leave(&joining);
	close_place(&place);
}

/* What the monitor sees of a ring when an owner byte is first written to. */
static struct {
	void *page;
	const __u32 *consumer;
	__u32 writes, consumer_then;
} watched;

static void note_write(int signal, siginfo_t *info, void *context)
{
	(void)context;
	if (signal != SIGSEGV || info->si_addr < watched.page || info->si_addr >= watched.page + frame_count)
		_exit(1);
	watched.writes++;
	watched.consumer_then = __atomic_load_n(watched.consumer, __ATOMIC_ACQUIRE);
	mprotect(watched.page, frame_count, PROT_READ | PROT_WRITE);
}

static void watch(const struct flash_port *port, const struct xsk_ring_cons *ring)
{
	const struct sigaction action = { .sa_sigaction = note_write, .sa_flags = SA_SIGINFO };

	expect(sigaction(SIGSEGV, &action, NULL), 0);
	watched.page = flash_port__umem(port)->owners;
	watched.consumer = ring->consumer;
	watched.writes = 0;
	expect(mprotect(watched.page, frame_count, PROT_READ), 0);
}

static void frames_are_ours_before_they_are_released(void)
{
	struct place place = make_place(given.a);
	struct flash_packet packets[ring_size];
	struct flash_xdp *xdp;
	struct joining joining;
	struct flash_port *peer = open_peer(), *port = join_well(&joining, &place);
	struct flash_socket *socket = flash_port__socket(port);
	const struct flash_rings *rings = flash_socket__rings(socket);

	expect(flash_xdp__attach(&xdp, given.a, given.object), 0);
	expect(flash_xdp__add(xdp, socket), 0);
	send_all(port, 10);
	send_all(peer, 10);
	wait_until((flash_socket__kick_tx(socket), xsk_cons_nb_avail(rings->completion, 10) == 10));
	wait_until(xsk_cons_nb_avail(rings->rx, 10) == 10);

	watch(port, rings->completion);
	expect(flash_socket__reclaim(socket, 10), 10);
	expect(watched.writes, 1);
	expect(*watched.consumer - watched.consumer_then, 10);
	watch(port, rings->rx);
	expect(flash_socket__receive(socket, packets, 10), 10);
	expect(watched.writes, 1);
	expect(*watched.consumer - watched.consumer_then, 10);

	flash_xdp__detach(xdp);
	flash_port__close(port);
	flash_port__close(peer);
	leave(&joining);
	close_place(&place);
}

static void nonsense_about_owners_is_no_port(void)
{
	struct place place = make_place(given.a);
	struct joined_message joined = answer_for(255);
	struct joining joining;
	struct flash_port *port;

	expect(join(&joining, &port, &place, &joined, 3), -EPROTO);
	leave(&joining);
	joined.owner = ours;
	expect(join(&joining, &port, &place, &joined, 2), -EPROTO);
	leave(&joining);
	expect(ftruncate(place.fds[2], frame_count - 1), 0);
	expect(join(&joining, &port, &place, &joined, 3), -EPROTO);
	leave(&joining);
	close_place(&place);
}

/* Also more than it began with. */
static void there_is_room_for_all_frames(void)
{
	struct place place = make_place(given.a);
	struct joining joining;
	struct flash_port *port = join_well(&joining, &place);
	struct flash_frames *frames = flash_port__frames(port);
	__u32 before = flash_frames__count(frames);

	for (__u64 i = 1; i < frame_count; i += 2)
		flash_frames__put(frames, i * frame_size);
	expect(flash_frames__count(frames), before + frame_count / 2);
	expect(flash_frames__surplus(frames), 0);

	flash_port__close(port);
	leave(&joining);
	close_place(&place);
}

static void all_descriptors_come_back(void)
{
	struct place place = make_place(given.a);
	struct joining joining;
	struct flash_port *port = join_well(&joining, &place);
	int status;

	while (!waitpid(joining.monitor, &status, WNOHANG))
		expect(flash_port__wait(port, &(struct flash_wait_opts) { .timeout_ms = 1 }), 0);
	expect(WEXITSTATUS(status), 3);

	flash_port__close(port);
	leave(&joining);
	close_place(&place);
}

const struct xsk_test shared_memory_tests[] = {
	{ "a function takes the frames that are said to be its own", own_frames_are_taken },
	{ "a frame is a function's own once it has received it", received_frames_become_ours },
	{ "a frame is a function's own once the kernel has given it back", completed_frames_become_ours },
	{ "a frame is a function's own before its ring entry is released",
	  frames_are_ours_before_they_are_released },
	{ "a monitor that talks nonsense about owners gives no port", nonsense_about_owners_is_no_port },
	{ "a function has room for all frames of the memory", there_is_room_for_all_frames },
	{ "a function comes back to another monitor with all that it was given", all_descriptors_come_back },
	{ },
};
